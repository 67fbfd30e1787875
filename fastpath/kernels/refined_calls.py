"""What production calls for other ties, as `calls` does for plain greedy."""

from __future__ import annotations

from focalloc.fastpath.kernels.application import apply
from focalloc.fastpath.kernels.calls import (
    enter,
    has_room,
    history_in,
    observe_use,
    remember_actions,
    session_of,
    surveyed,
)
from focalloc.fastpath.kernels.layout import (
    BY_CURSOR,
    COLUMNS,
    CURSOR_TOKEN,
    END,
    LEDGER_FROM,
    LEDGER_FULL,
    LEDGER_TO,
    N_DIFF,
    NUMBER,
    REMEMBERED,
    SLOTS,
    WORK_FULL,
    WORK_HEADER,
    Calls,
    LongRows,
    Longs,
    Scratch,
    ScratchRows,
    TagRows,
    Tags,
    Ties,
)
from focalloc.fastpath.kernels.search_calls import arrives, sets_out
from focalloc.fastpath.kernels.ties import select_tied
from focalloc.fastpath.machine_code import kernel, let_go, take_back


@kernel
def run_tied(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """One greedy iteration with ties by cursor or recency; return how many actions, or why nothing happened.

    Args:
        tags: as for `calls.run_step`, and so the following up to ``state``; the scores are taken.
        space: a header that says nothing here, and behind it work space of `COLUMNS` columns.
    """
    session = session_of(tags, scratch, state)
    header = session.header
    if not has_room(session, state, header[N_DIFF]):
        return LEDGER_FULL
    at = WORK_HEADER
    long = (len(space) - at) // COLUMNS
    found = header[N_DIFF] + header[REMEMBERED] + header[LEDGER_TO] - header[LEDGER_FROM]
    sides = found if header[CURSOR_TOKEN] == header[END] else 2 * found
    if long < min(sides, header[SLOTS]):
        return WORK_FULL
    held = enter(session, state)
    if held < 0:
        return held
    worths = surveyed(session, scratch)
    ties = Ties(
        header[BY_CURSOR] != 0,
        history_in(state),
        worths.worth,
        space[at : at + long],
        space[at + long : at + 2 * long],
        space[at + 2 * long : at + 3 * long],
        space[at + 3 * long : at + 4 * long],
        space[at + 4 * long : at + 5 * long],
        space[at + 5 * long : at + 6 * long],
        space[at + 6 * long : at + 7 * long],
        space[at + 7 * long :],
    )
    # CANDIDATES and SELECT
    done = select_tied(session, ties)
    # APPLY
    apply(session, done, session.actions)
    observe_use(state)
    remember_actions(session, state, done, session.actions)
    take_back(held)
    return done


@kernel
def run_ties(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_tied` for many sessions, as `search_calls.run_knapsacks` has it."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_tied(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)
