"""The candidates that the relaxation of the exact optimum needs, as plain loops (LPR-1 to LPR-3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.greedy_kernels import (
    CAPACITY,
    CHUNK_ROOM,
    HEADER,
    ITERATION,
    LEDGER_FROM,
    LOWEST,
    N_DIFF,
    OFFSETS,
    UNLOCKED,
    forget,
    node_of,
    place_of,
    run_survey,
)
from focalloc.fastpath.knapsack_kernels import APART, WORK_HEADER, WORK_OFFSETS, lay_out, run_pool
from focalloc.fastpath.machine_code import kernel, let_go, take_back
from focalloc.fastpath.optimum_kernels import DELTA, RUN, RUNS, SIZE
from focalloc.fastpath.optimum_kernels import FIRST as FIRST_ITEM


@kernel
def run_candidates(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> None:
    """Lay out the best `N_DIFF` candidates of each class of the next iteration; arguments as for `run_knapsack`.

    Nothing but work space has changed afterwards. Each candidate's note is its node.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    work = space[:WORK_HEADER]
    to = work[WORK_OFFSETS:]
    capacity = header[CAPACITY]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    worth = scratch[run_survey(tags, scratch, state) :]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    ledger_action = state[at[12] : at[13]]
    pool_families = space[to[1] : to[2]]
    runs = space[to[4] : to[5]]
    item_notes = space[to[6] : to[7]]
    keys = state[at[2] : at[3]]
    notes = state[at[3] : at[4]]
    held = let_go(header[UNLOCKED])
    remembered = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, state[at[13] : at[14]])
    work[APART] = 0
    work[RUNS] = 0
    if header[N_DIFF] > 0:
        run_pool(scratch[:capacity], state, space)
        lay_out(
            header,
            work,
            tags,
            worth,
            peaks,
            family_slot,
            family_node,
            ledger_action,
            LOWEST,
            space[to[0] : to[1]],
            pool_families,
            space[to[2] : to[3]],
            space[to[3] : to[4]],
            runs,
            space[to[5] : to[6]],
            item_notes,
            state[at[6] : at[7]],
            state[at[7] : at[8]],
            keys,
            notes,
        )
    header[ITERATION] -= 1
    header[LEDGER_FROM] = remembered
    # NAME
    for run in range(work[RUNS]):
        for i in range(runs[run * RUN + FIRST_ITEM], runs[run * RUN + FIRST_ITEM] + runs[run * RUN + SIZE]):
            if runs[run * RUN + DELTA] < 0:
                item_notes[i] = family_node[item_notes[i]]
            else:
                item_notes[i] = node_of(tags[place_of(space[to[5] + i])], item_notes[i])
    take_back(held)
