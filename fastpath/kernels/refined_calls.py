"""What production calls for other ties, as `calls` does for plain greedy."""

from __future__ import annotations

from focalloc.fastpath.kernels.application import apply
from focalloc.fastpath.kernels.calls import enter, session_of, surveyed
from focalloc.fastpath.kernels.layout import (
    BY_CURSOR,
    COLUMNS,
    HISTORY,
    MEMORY,
    REMEMBERED,
    History,
    Longs,
    Scratch,
    Tags,
    Ties,
)
from focalloc.fastpath.kernels.ties import remember, select_tied
from focalloc.fastpath.machine_code import kernel, take_back


@kernel
def history_of(table: Longs) -> History:
    """What is remembered, cut out of its array: a header, and behind it two columns."""
    space = (len(table) - HISTORY) // 2
    return History(table[REMEMBERED], table[MEMORY], table[HISTORY : HISTORY + space], table[HISTORY + space :])


@kernel
def run_tied(tags: Tags, scratch: Scratch, state: Longs, history: Longs, work: Longs) -> int:
    """One greedy iteration with ties by cursor or recency; return how many actions, or why nothing happened.

    Args:
        tags: as for `calls.run_step`, and so the following up to ``state``; the scores are taken.
        history: the header of what is remembered (TIE-2), a column of actions, a column of when they happened.
        work: work space of `COLUMNS` columns.
    """
    session = session_of(tags, scratch, state)
    held = enter(session)
    if held < 0:
        return held
    long = len(work) // COLUMNS
    ties = Ties(
        history[BY_CURSOR] != 0,
        history_of(history),
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
    history: Longs, now: int, actions: Longs, work: Longs
) -> int:  # fmt: skip
    """`remember` on a table that is as for `run_tied`, with space for all ``actions``."""
    half = len(work) // 2
    size = remember(history_of(history), now, len(actions), actions, work[:half], work[half:])
    history[REMEMBERED] = size
    return size
