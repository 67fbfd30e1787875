"""The optimum of several objectives as plain loops: other ranks, then the search of the exact optimum (MUL-1, MUL-2).

What an action is worth for being near the cursor is added to its aggregate's magnitude; churn and distance from the
target are the search's own (see `search`). So a better candidate of a class can still stand in for a worse
one, and as few of each class are enough.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import FIRST, LOWEST, SLOTS, SPAN, TAU_EXPAND, Ints, Session, Table
from focalloc.fastpath.kernels.packing import node_of
from focalloc.fastpath.kernels.places import nearness
from focalloc.fastpath.machine_code import kernel


@kernel
def weigh(session: Session, cursor: int, aggregates: Ints, worth: Table) -> None:
    """Write what expanding each gist is worth to its first slot; `LOWEST` where the threshold forbids it."""
    header, tags = session.header, session.tags
    token = header[FIRST]
    for slot in range(header[SLOTS]):
        if tags[slot] >= 0:
            worth[slot] = LOWEST
            if tags[slot] >= 1 and aggregates[slot] > header[TAU_EXPAND]:
                worth[slot] = aggregates[slot] + nearness(header, cursor, node_of(tags[slot], token))
            token += header[SPAN + tags[slot]]
        else:
            worth[slot] = LOWEST
