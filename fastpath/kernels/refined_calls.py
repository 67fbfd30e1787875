"""What production calls for balanced scores and other ties, as `calls` does for plain greedy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.calls import run_begin, run_chosen, run_survey
from focalloc.fastpath.kernels.layout import (
    BAD_SCORE,
    CAPACITY,
    CHUNK_ROOM,
    COLUMNS,
    HEADER,
    OFFSETS,
    SLOTS,
    UNLOCKED,
    WRONG_LENGTH,
)
from focalloc.fastpath.kernels.scores import balance, take
from focalloc.fastpath.kernels.ties import remember, select_tied
from focalloc.fastpath.machine_code import kernel, let_go, take_back


@kernel
def run_balance(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    balanced: NDArray[np.int32],
) -> int:
    """Write the scores in fixed point and in balance to ``balanced``; return 0, or why they are refused."""
    slots = state[SLOTS]
    capacity = state[CAPACITY]
    if len(scores) != slots:
        return WRONG_LENGTH
    if not take(scores, scale, tags, balanced, scratch[capacity : capacity + state[CHUNK_ROOM]], slots):
        return BAD_SCORE
    balance(balanced, slots)
    return 0


@kernel
def run_tied(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    by_cursor: bool,
    memory: int,
    remembered: int,
    history: NDArray[np.int64],
    work: NDArray[np.int64],
) -> int:
    """One greedy iteration with ties by cursor or recency; return how many actions, or why nothing happened.

    Args:
        tags: as for `calls.run_step`, and so the following up to ``state``; the scores are taken.
        by_cursor: whether ties go by cursor; else by recency.
        memory: iterations for which actions are remembered (TIE-2).
        remembered: how many those are; none by cursor.
        history: a column of them, a column of when they happened.
        work: work space of `COLUMNS` columns.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    refused = run_begin(state)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    capacity = header[CAPACITY]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    worth = scratch[run_survey(tags, scratch, state) :]
    space = len(history) // 2
    long = len(work) // COLUMNS
    # CANDIDATES and SELECT
    done = select_tied(
        header,
        tags[:capacity],
        scratch[:capacity],
        worth,
        peaks,
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        state[at[12] : at[13]],
        by_cursor,
        memory,
        remembered,
        history[:space],
        history[space:],
        state[at[0] : at[1]],
        state[at[1] : at[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
        state[at[4] : at[5]],
        state[at[5] : at[6]],
        work[:long],
        work[long : 2 * long],
        work[2 * long : 3 * long],
        work[3 * long : 4 * long],
        work[4 * long : 5 * long],
        work[5 * long : 6 * long],
        work[6 * long : 7 * long],
        work[7 * long :],
    )
    run_chosen(tags, state, done)
    take_back(held)
    return done


@kernel
def run_remember(
    remembered: int, history: NDArray[np.int64], memory: int, now: int, actions: NDArray[np.int64],
    work: NDArray[np.int64],
) -> int:  # fmt: skip
    """`remember` on tables that share an array; the history must have space for all ``actions``."""
    space = len(history) // 2
    half = len(work) // 2
    return remember(
        remembered, history[:space], history[space:], memory, now, len(actions), actions, work[:half], work[half:]
    )
