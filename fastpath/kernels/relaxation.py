"""The candidates that the relaxation of the exact optimum needs (LPR-1 to LPR-3)."""

from __future__ import annotations

from focalloc.fastpath.kernels.knapsack import lay_out, pool_collapses
from focalloc.fastpath.kernels.layout import APART, BEGIN, LOWEST, N_DIFF, RUN, RUNS, Session, Work
from focalloc.fastpath.kernels.packing import node_of, place_of
from focalloc.fastpath.kernels.search import delta_of, size_of
from focalloc.fastpath.machine_code import kernel


@kernel
def lay_out_named(session: Session, work: Work) -> None:
    """Lay out the best `N_DIFF` candidates of each class; each one's note is its node."""
    work.header[APART] = 0
    work.header[RUNS] = 0
    if session.header[N_DIFF] == 0:
        return
    pool_collapses(session, work)
    lay_out(session, work, LOWEST)
    # NAME
    runs, keys, notes = work.search.runs, work.search.item_keys, work.search.item_notes
    for run in range(work.header[RUNS]):
        first = runs[run * RUN + BEGIN]
        for i in range(first, first + size_of(runs, run)):
            if delta_of(runs, run) < 0:
                notes[i] = session.family_node[notes[i]]
            else:
                notes[i] = node_of(session.tags[place_of(keys[i])], notes[i])
