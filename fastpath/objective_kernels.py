"""The optimum of several objectives as plain loops: other ranks, then the search of the exact optimum (MUL-1, MUL-2).

What an action is worth for being near the cursor is added to its aggregate's magnitude; churn and distance from the
target are the search's own (see `optimum_kernels`). So a better candidate of a class can still stand in for a worse
one, and as few of each class are enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.greedy_kernels import (
    CAPACITY,
    FIRST,
    HEADER,
    LOWEST,
    SLOTS,
    SPAN,
    TAU_EXPAND,
    UNLOCKED,
    Ints,
    Table,
    run_begin,
    run_blend,
    survey,
)
from focalloc.fastpath.knapsack_kernels import (
    GOAL,
    WORK_HEADER,
    WORK_OFFSETS,
    decide,
    nearness,
    run_pool,
)
from focalloc.fastpath.machine_code import kernel, let_go, take_back
from focalloc.fastpath.optimum_kernels import TARGET


@kernel
def weigh(header: Ints, work: Ints, tags: Ints, aggregates: Ints, worth: Table) -> None:
    """Write what expanding each gist is worth to its first slot; `LOWEST` where the threshold forbids it."""
    token = header[FIRST]
    for slot in range(header[SLOTS]):
        if tags[slot] >= 0:
            token += header[SPAN + tags[slot]]
            worth[slot] = LOWEST
            if tags[slot] >= 1 and aggregates[slot] > header[TAU_EXPAND]:
                worth[slot] = aggregates[slot] + nearness(header, work, token)
        else:
            worth[slot] = LOWEST


@kernel
def run_objectives(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration of the optimum of several objectives; arguments and result as for `run_knapsack`."""
    header = state[:HEADER]
    work = space[:WORK_HEADER]
    to = work[WORK_OFFSETS:]
    refused = run_begin(state)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    worth = space[to[17] : to[18]]
    peaks = space[to[19] : to[20]]
    weigh(header, work, tags, scratch[run_blend(tags, scratch, state) :], worth)
    survey(header, tags, worth, peaks)
    work[TARGET] = work[GOAL] - header[SLOTS]
    # CANDIDATES
    run_pool(scratch[: header[CAPACITY]], state, space)
    done = decide(tags, worth, peaks, state, space)
    take_back(held)
    return done
