"""What production calls for balanced scores and other ties, as `calls` does for plain greedy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.application import apply
from focalloc.fastpath.kernels.calls import session_of, surveyed
from focalloc.fastpath.kernels.layout import BAD_SCORE, COLUMNS, SLOTS, UNLOCKED, WRONG_LENGTH, History, Ties
from focalloc.fastpath.kernels.ledger import begin
from focalloc.fastpath.kernels.scores import balance, take
from focalloc.fastpath.kernels.ties import remember, select_tied
from focalloc.fastpath.machine_code import kernel, let_go, take_back


@kernel
def run_balance(
    scores: NDArray[np.generic],
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    balanced: NDArray[np.int32],
) -> int:
    """Write the scores in fixed point and in balance to ``balanced``; return 0, or why they are refused."""
    session = session_of(tags, scratch, state)
    slots = session.header[SLOTS]
    if len(scores) != slots:
        return WRONG_LENGTH
    if not take(scores, session.tags, balanced, session.peaks, slots):
        return BAD_SCORE
    balance(balanced, slots)
    return 0


@kernel
def history_of(size: int, memory: int, history: NDArray[np.int64]) -> History:
    """What is remembered, cut out of an array of two columns."""
    space = len(history) // 2
    return History(size, memory, history[:space], history[space:])


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
    session = session_of(tags, scratch, state)
    refused = begin(session)
    if refused:
        return refused
    held = let_go(session.header[UNLOCKED])
    long = len(work) // COLUMNS
    ties = Ties(
        by_cursor,
        history_of(remembered, memory, history),
        surveyed(session, scratch).worth,
        work[:long],
        work[long : 2 * long],
        work[2 * long : 3 * long],
        work[3 * long : 4 * long],
        work[4 * long : 5 * long],
        work[5 * long : 6 * long],
        work[6 * long : 7 * long],
        work[7 * long :],
    )
    # CANDIDATES and SELECT
    done = select_tied(session, ties)
    apply(session, done, session.actions)
    take_back(held)
    return done


@kernel
def run_remember(
    remembered: int, history: NDArray[np.int64], memory: int, now: int, actions: NDArray[np.int64],
    work: NDArray[np.int64],
) -> int:  # fmt: skip
    """`remember` on tables that share an array; the history must have space for all ``actions``."""
    half = len(work) // 2
    return remember(history_of(remembered, memory, history), now, len(actions), actions, work[:half], work[half:])
