"""The optimum of several objectives as plain loops: other ranks, then the search of the exact optimum (MUL-1, MUL-2).

What an action is worth for being near the cursor is added to its aggregate's magnitude; churn and distance from the
target are the search's own (see `optimum_kernels`). So a better candidate of a class can still stand in for a worse
one, and as few of each class are enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.greedy_kernels import (
    BAD_SCORE,
    CAPACITY,
    CHUNK_ROOM,
    FIRST,
    HEADER,
    ITERATION,
    LEDGER_FULL,
    LOWEST,
    MULTI_SLOT,
    N_DIFF,
    OFFSETS,
    SLOTS,
    SPAN,
    TAU_EXPAND,
    WRONG_LENGTH,
    Ints,
    Table,
    blend,
    forget,
    has_space,
    kernel,
    survey,
    take,
)
from focalloc.fastpath.knapsack_kernels import (
    GOAL,
    WORK_HEADER,
    WORK_OFFSETS,
    decide,
    nearness,
    pool_collapses,
)
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
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration of the optimum of several objectives; arguments and result as for `run_knapsack`."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    work = space[:WORK_HEADER]
    to = work[WORK_OFFSETS:]
    ledger_action = state[at[12] : at[13]]
    ledger_iteration = state[at[13] : at[14]]
    if len(scores) != header[SLOTS]:
        return WRONG_LENGTH
    if not has_space(header, ledger_action, ledger_iteration, header[N_DIFF]):
        return LEDGER_FULL
    capacity = header[CAPACITY]
    fixed = scratch[:capacity]
    aggregates = fixed
    if not take(scores, scale, tags, fixed, scratch[capacity : capacity + header[CHUNK_ROOM]], header[SLOTS]):
        return BAD_SCORE
    if header[MULTI_SLOT] == 1:
        aggregates = scratch[capacity + header[CHUNK_ROOM] :]
        blend(header, tags, fixed, aggregates)
    worth = space[to[17] : to[18]]
    peaks = space[to[19] : to[20]]
    weigh(header, work, tags, aggregates, worth)
    survey(header, tags, worth, peaks)
    work[TARGET] = work[GOAL] - header[SLOTS]
    # COOLDOWN
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    # CANDIDATES
    pool_collapses(
        header,
        work,
        fixed,
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        ledger_action,
        space[to[0] : to[1]],
        space[to[1] : to[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
    )
    return decide(tags, worth, peaks, state, space)
