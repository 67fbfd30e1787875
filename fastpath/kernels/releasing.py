"""Release: the oldest blocks leave the front (REL-2, REL-3)."""

from __future__ import annotations

from focalloc.fastpath.kernels.application import copy
from focalloc.fastpath.kernels.layout import (
    FAMILIES,
    FIRST,
    KNOWN,
    LEDGER_FROM,
    LEDGER_TO,
    SLOTS,
    UNITS,
    Ints,
    Session,
    Table,
)
from focalloc.fastpath.kernels.places import end_of, families_before, tokens_between
from focalloc.fastpath.machine_code import kernel


@kernel
def oldest_slots(header: Ints, tags: Ints, excess: int) -> int:
    """Slots of as few of the oldest blocks as free ``excess``, at most the slots that there are (REL-4)."""
    slots = 0
    while slots < excess:
        slots += header[UNITS + tags[slots]]
    return slots


@kernel
def forget_nodes_before(header: Table, ledger_action: Table, ledger_iteration: Table, token: int) -> None:
    """Drop the entries of the ledger on nodes that lie wholly before ``token``."""
    kept = header[LEDGER_FROM]
    for at in range(header[LEDGER_FROM], header[LEDGER_TO]):
        if end_of(header, ledger_action[at] // 2) > token:
            ledger_action[kept] = ledger_action[at]
            ledger_iteration[kept] = ledger_iteration[at]
            kept += 1
    header[LEDGER_TO] = kept


@kernel
def release(session: Session, slots: int) -> None:
    """Let the blocks in the first ``slots`` slots go; where gists are pinned has to be found anew after it."""
    header, tags, family_slot, family_node = session.header, session.tags, session.family_slot, session.family_node
    header[FIRST] += tokens_between(header, tags, 0, slots)
    header[SLOTS] -= slots
    copy(tags, slots, tags, 0, header[SLOTS], 0)
    header[KNOWN] = max(0, header[KNOWN] - slots)
    copy(session.memory, slots, session.memory, 0, header[KNOWN], 0)
    gone = families_before(header, family_slot, 0, slots)  # those that reach over the front are complete no more
    header[FAMILIES] -= gone
    copy(family_slot, gone, family_slot, 0, header[FAMILIES], -slots)
    copy(family_node, gone, family_node, 0, header[FAMILIES], 0)
    forget_nodes_before(header, session.ledger_action, session.ledger_iteration, header[FIRST])
