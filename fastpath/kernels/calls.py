"""What production calls: kernels that cut their tables out of arrays, and hand them to those of the steps.

There is one array of a kind, since every further one would make the call dearer. Here are greedy and ingest, and what
all strategies share.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.application import apply, first_misfit
from focalloc.fastpath.kernels.greedy import select
from focalloc.fastpath.kernels.ingest import (
    append_block,
    blocks_of,
    fill,
    leave_unfilled,
    may_fall_short,
    reclaim,
)
from focalloc.fastpath.kernels.layout import (
    AHEAD,
    AT_ONCE,
    BAD_SCORE,
    BALANCED,
    BINDING,
    BOLD,
    CAPACITY,
    CHUNK_ROOM,
    COLLAPSE_NOW,
    CURSOR_TOKEN,
    END,
    EXPAND_NOW,
    FIRST,
    FLAT,
    GIVEN,
    GIVEN_TO,
    HALF,
    HEADER,
    HEARD,
    ITERATED,
    ITERATION,
    LEAN,
    LEDGER_FROM,
    LEDGER_FULL,
    LEDGER_TO,
    LETTING_GO,
    MEMORY,
    MEMORY_SHIFT,
    MULTI_SLOT,
    NO_ROOM,
    NUMBER,
    OFFSETS,
    REMEMBERED,
    RETURNED,
    SLOTS,
    SLOTS_LEFT,
    SPLICE,
    SPLICED,
    SPLICES,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOLD,
    TOLD_AT,
    TOP,
    UNITS,
    UNLOCKED,
    UNSURE,
    W_MAX,
    WIDTH,
    WRONG_LENGTH,
    Calls,
    History,
    Ints,
    LongRows,
    Longs,
    Scratch,
    ScratchRows,
    Session,
    Table,
    TagRows,
    Tags,
    Worths,
)
from focalloc.fastpath.kernels.ledger import begin, forget, has_space
from focalloc.fastpath.kernels.memory import lean_to_cursor, take_told
from focalloc.fastpath.kernels.opening import Frontier, Wanted, count_coarsest, lay_out_history
from focalloc.fastpath.kernels.pins import place_pins, rule_out
from focalloc.fastpath.kernels.places import end_of, list_families, slot_at, write_positions
from focalloc.fastpath.kernels.releasing import oldest_slots, release
from focalloc.fastpath.kernels.scores import balance, blend, bound, fixed_point, survey, take
from focalloc.fastpath.kernels.thresholds import adapt, observe
from focalloc.fastpath.kernels.ties import remember
from focalloc.fastpath.machine_code import kernel, let_go, take_back

# SHARED


@partial(kernel, inlined=True)
def session_of(tags: Tags, scratch: Scratch, state: Longs) -> Session:
    """The tables of a session, cut out of its arrays; arguments as for `run_step`."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    capacity = header[CAPACITY]
    half = header[HALF]
    return Session(
        header,
        tags[:capacity],
        tags[capacity:],
        scratch[:capacity],
        scratch[capacity : capacity + header[CHUNK_ROOM]],
        state[at[0] : at[1]],
        state[at[1] : at[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
        state[at[4] : at[5]],
        state[at[5] : at[6]],
        state[at[6] : at[7]],
        state[at[7] : at[8]],
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        state[at[10] : at[11]],
        state[at[11] : at[12]],
        state[at[12] : at[13]],
        state[at[13] : at[14]],
        state[at[14] : at[15]],
        state[at[15] : at[16]],
        state[at[16] : at[17]],
        state[at[17 + half] : at[18 + half]].view(np.int32),
        state[at[18 - half] : at[19 - half]].view(np.int32),
    )


@kernel
def aggregates_in(session: Session, scratch: Scratch) -> Worths:
    """The aggregate of every gist, once the scores are taken: a score, unless gists have several or some are pinned.

    Only where the aggregates are the scores are the peaks theirs.
    """
    if session.header[MULTI_SLOT] == 0 and len(session.no_expand) == 0:
        return Worths(session.fixed, session.peaks)
    aggregates = scratch[len(session.fixed) + len(session.peaks) :]
    blend(session.header, session.tags, session.fixed, aggregates)
    rule_out(session, aggregates)
    return Worths(aggregates, session.peaks)


@kernel
def surveyed(session: Session, scratch: Scratch) -> Worths:
    """`aggregates_in`, with the peaks of the aggregates."""
    found = aggregates_in(session, scratch)
    if session.header[MULTI_SLOT] == 1 or len(session.no_expand) > 0:  # else `take` has noted them
        survey(session.header, session.tags, found.worth, found.peaks)
    return found


@kernel
def take_all(scores: NDArray[np.generic], session: Session) -> int:
    """Take scores of any type if there is one per slot; return 0, or why not."""
    slots = session.header[SLOTS]
    if len(scores) != slots:
        return WRONG_LENGTH
    return 0 if take(scores, session.tags, session.fixed, session.peaks, slots) else BAD_SCORE


@kernel
def take_for_step(scores: NDArray[np.generic], session: Session, cursor: int) -> int:
    """`take_all`, and make of scores what an iteration goes by: means that lean, in balance (MEM-1, MEM-3, BAL-1).

    Args:
        scores: one per slot.
        session: what they are for.
        cursor: the token that the iteration measures nearness from; -1 for the end of the context (CUR-1).
    """
    header, fixed = session.header, session.fixed
    header[CURSOR_TOKEN] = header[END] if cursor < 0 else cursor
    if header[MEMORY_SHIFT] == 0:
        refused = take_all(scores, session)
    elif len(scores) != header[SLOTS]:
        refused = WRONG_LENGTH
    else:
        refused = 0 if take_told(scores, session) else BAD_SCORE
    if refused == 0 and header[LEAN] > 0:
        lean_to_cursor(session)
    if refused == 0 and header[BALANCED] > 0:
        balance(fixed, header[SLOTS])
        if header[MULTI_SLOT] == 0:  # else peaks are looked up where the means are
            survey(header, session.tags, fixed, session.peaks)
    return refused


@kernel
def run_load(tags: Tags, state: Longs) -> None:
    """List the families of a context that has just been written."""
    at = state[OFFSETS:]
    list_families(state[:HEADER], tags, state[at[15] : at[16]], state[at[8] : at[9]], state[at[9] : at[10]])


@kernel
def run_pin(tags: Tags, scratch: Scratch, state: Longs) -> None:
    """Find anew what pins bar, once they are written; arguments as for `run_step`."""
    session = session_of(tags, scratch, state)
    list_families(session.header, session.tags, session.no_collapse, session.family_slot, session.family_node)
    place_pins(session)


@kernel
def run_positions(tags: Tags, state: Longs, positions: Table, origin: int) -> int:
    """Write the token position of each slot, less ``origin``; return how many slots, or why nothing is written."""
    slots: int = state[SLOTS]
    if len(positions) < slots:
        return WRONG_LENGTH
    write_positions(state[:HEADER], tags, positions, origin)
    return slots


@kernel
def run_take(scores: NDArray[np.generic], tags: Tags, scratch: Scratch, state: Longs) -> int:
    """`take_all`, for what goes by the scores as they are given; arguments as for `run_step`."""
    return take_all(scores, session_of(tags, scratch, state))


@kernel
def run_prepare(scores: NDArray[np.generic], tags: Tags, scratch: Scratch, state: Longs, cursor: int) -> int:
    """`take_for_step`, where a call of its own goes on; arguments as for `run_step`.

    What it is told is noted as well, in a session that keeps that.
    """
    noted = scratch[state[TOLD_AT] if state[TOLD_AT] > 0 else len(scratch) :]
    refused = take_for_step(scores, session_of(tags, scratch, state), cursor)
    if refused == 0 and state[TOLD_AT] > 0:
        slots = state[SLOTS]  # once, as for all that a compiler knows the loop might write there
        for slot in range(slots):
            noted[slot] = np.int32(fixed_point(scores[slot]))
    return refused


# REFINEMENTS: what an iteration goes by beyond its scores, and what is noted of it


@kernel
def history_in(state: Longs) -> History:
    """What is remembered beyond the ledger; argument as for `run_step`."""
    at = state[OFFSETS + 20 : HEADER]
    return History(state[REMEMBERED], state[MEMORY], state[at[0] : at[1]], state[at[1] : at[2]])


@kernel
def adapt_terms(state: Longs) -> None:
    """Have the next iteration go by its own thresholds, which count once it has happened (ADA-1).

    Argument as for `run_step`.
    """
    adaptive = state[state[OFFSETS + 19] : state[OFFSETS + 20]]
    if len(adaptive) > 0:
        expand = adaptive[EXPAND_NOW]
        collapse = adaptive[COLLAPSE_NOW]
        adapt(adaptive, state[W_MAX])
        if state[BINDING] != 0:
            state[TAU_EXPAND] = adaptive[EXPAND_NOW]
            state[TAU_COLLAPSE] = adaptive[COLLAPSE_NOW]
        adaptive[EXPAND_NOW] = expand
        adaptive[COLLAPSE_NOW] = collapse


@kernel
def observe_use(state: Longs) -> None:
    """Note that an iteration has happened, and the slots that it has left (ADA-1)."""
    adaptive = state[state[OFFSETS + 19] : state[OFFSETS + 20]]
    if len(adaptive) > 0:
        adapt(adaptive, state[W_MAX])
        observe(adaptive, state[SLOTS])


@kernel
def has_room(session: Session, state: Longs, entries: int) -> bool:
    """Whether ``entries`` more fit the ledger and what is remembered beyond it."""
    if state[MEMORY] > 0 and state[REMEMBERED] + entries > state[OFFSETS + 21] - state[OFFSETS + 20]:
        return False
    return has_space(session.header, session.ledger_action, session.ledger_iteration, entries)


@kernel
def remember_actions(session: Session, state: Longs, done: int, actions: Ints) -> None:
    """Have ``done`` actions of now remembered beyond the ledger, which has room for them (TIE-2)."""
    if state[MEMORY] > 0:
        history, keys, nodes = history_in(state), session.expand_keys, session.expand_tokens
        state[REMEMBERED] = remember(history, state[ITERATION], done, actions, keys, nodes)


@kernel
def forget_what_left(state: Longs) -> None:
    """Forget what was done to nodes that lie wholly before the context (REL-3)."""
    history = history_in(state)
    acted, iterations = history.acted, history.iterations
    kept = 0
    for at in range(history.size):
        if end_of(state, acted[at] // 2) > state[FIRST]:
            acted[kept] = acted[at]
            iterations[kept] = iterations[at]
            kept += 1
    state[REMEMBERED] = kept


# AN ITERATION


@partial(kernel, inlined=True)
def enter(session: Session, state: Longs) -> int:
    """Begin an iteration whose scores are taken, and give up the interpreter lock where it takes long.

    Returns:
        What `take_back` is given in the end; or `LEDGER_FULL`, and nothing has changed.
    """
    adapt_terms(state)
    refused = begin(session)
    return refused if refused else let_go(session.header[UNLOCKED])


@partial(kernel, inlined=True)
def step(session: Session) -> int:
    """One greedy iteration on scores and peaks that are there; write its actions and return how many.

    Returns:
        How many; or `LEDGER_FULL`, and nothing has changed.
    """
    # COOLDOWN
    refused = begin(session)
    if refused:
        return refused
    # CANDIDATES and SELECT
    done = select(session)
    # APPLY
    apply(session, done, session.actions)
    return done


@kernel
def run_step(scores: NDArray[np.generic], tags: Tags, scratch: Scratch, state: Longs, cursor: int) -> int:
    """One greedy iteration on scores of any type; return how many actions, or why nothing happened.

    Args:
        scores: one per slot.
        tags: tags, then as much to spare.
        scratch: scores in fixed point, peaks, and with multi-slot gists their aggregates.
        state: the header, and behind it the tables at its offsets.
        cursor: the token that nearness is measured from; -1 for the end of the context.
    """
    held = let_go(state[UNLOCKED])
    session = session_of(tags, scratch, state)
    done = take_for_step(scores, session, cursor)
    if done == 0:
        if session.header[MULTI_SLOT] == 1:
            bound(session.header, session.tags, session.fixed, session.peaks)
        adapt_terms(state)
        done = step(session)
        if done >= 0:
            observe_use(state)
    take_back(held)
    return done


@kernel
def tell(state: Longs, done: int, call: Table) -> None:
    """Write what an iteration of a session returned, and what is to be told of it, to its call, see `NUMBER`."""
    call[RETURNED] = done
    call[ITERATED] = state[ITERATION]
    call[SLOTS_LEFT] = state[SLOTS]
    actions = state[state[OFFSETS] : state[OFFSETS + 1]]
    splices = state[state[OFFSETS + 14] : state[OFFSETS + 15]]
    room = (len(call) - TOLD) // (1 + SPLICE)
    for j in range(done):
        call[TOLD + j] = actions[j]
    if done > 0:
        call[SPLICED] = state[SPLICES]
    for j in range(SPLICE * call[SPLICED]):
        call[TOLD + room + j] = splices[j]


@kernel
def run_steps(scores: NDArray[np.generic], tags: TagRows, scratch: ScratchRows, state: LongRows, calls: Calls) -> None:
    """`run_step` for many sessions, each in its row of every table. Other threads may run Python code meanwhile.

    Args:
        scores: those of all sessions.
        tags: as for `run_step`, a row per session, and so the following up to ``state``.
        calls: a row per session that steps, see `NUMBER`.
    """
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        row = scores[calls[i, GIVEN] : calls[i, GIVEN_TO]]
        state[session, UNLOCKED] = -state[session, UNLOCKED]  # the lock is given up already
        done = run_step(row, tags[session], scratch[session], state[session], calls[i, RETURNED])
        state[session, UNLOCKED] = -state[session, UNLOCKED]
        tell(state[session], done, calls[i])
    take_back(held)


@kernel
def run_prepares(
    scores: NDArray[np.generic], tags: TagRows, scratch: ScratchRows, state: LongRows, calls: Calls
) -> None:
    """`run_prepare` for many sessions, where a call of their own goes on; arguments as for `run_steps`."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        row = scores[calls[i, GIVEN] : calls[i, GIVEN_TO]]
        refused = run_prepare(row, tags[session], scratch[session], state[session], calls[i, RETURNED])
        calls[i, RETURNED] = refused
    take_back(held)


@kernel
def run_apply(tags: Tags, scratch: Scratch, state: Longs, done: int, heard: int) -> int:
    """Run an iteration with the first ``done`` entries of the table of actions, unless one of them is a misfit.

    Args:
        tags: as for `run_step`, and so the following up to ``state``.
        done: how many actions.
        heard: whether the iteration is told the scores that `run_prepare` has taken; 0 where it is told none (MEM-1).

    Returns:
        ``done``; or, and nothing has changed, the number of the first misfit (`first_misfit`), or `LEDGER_FULL`.
    """
    session = session_of(tags, scratch, state)
    header = session.header
    if not has_room(session, state, done):
        return LEDGER_FULL
    held = let_go(header[UNLOCKED])
    oldest = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, session.ledger_iteration)
    fit = first_misfit(session, done)
    if fit < done:
        header[ITERATION] -= 1
        header[LEDGER_FROM] = oldest
    else:
        if heard == 0:
            header[HEARD] = 0
        apply(session, done, session.actions)
        remember_actions(session, state, done, session.actions)
        observe_use(state)
    take_back(held)
    return fit


@kernel
def run_gather(splices: Ints, out: Table) -> None:
    """Write for each slot after ``splices`` the one before them that it was, or -1 (EDI-2); ``out`` is as long."""
    old = 0
    done = 0
    for at in range(0, len(splices), SPLICE):
        kept = splices[at] - old
        if done >= 0:
            for i in range(kept):
                out[done + i] = old + i
            for i in range(splices[at + 3]):
                out[done + kept + i] = -1
        old = splices[at] + splices[at + 1]
        done = splices[at + 2] + splices[at + 3]
    if done >= 0:
        for i in range(len(out) - done):
            out[done + i] = old + i


# INGEST


@kernel
def most_collapses(header: Ints, needed: int) -> int:
    """As many collapses as it takes at most until ``needed`` slots fit."""
    least = header[WIDTH + 1] - header[UNITS + 1]
    for level in range(2, header[TOP] + 1):
        least = min(least, header[WIDTH + level] - header[UNITS + level])
    return min((header[SLOTS] + needed - header[W_MAX] + least - 1) // least, header[SLOTS])


@kernel
def run_ingest(tags: Tags, scratch: Scratch, state: Longs, tokens: int, manner: int, reclaimed: Longs) -> int:
    """Have ``tokens`` fill the last block, if it is partial, and new ones, for which room is made (FIL-1).

    Args:
        tags: as for `run_step`, and so the following up to ``state``.
        tokens: a number of tokens.
        manner: flags, see `FLAT`, `BOLD` and `LETTING_GO`.
        reclaimed: takes the collapses in its first half, and in its second the slots of their gists once all are made,
            anything for one that another took in or that left; one that is too short counts as a full ledger.

    Returns:
        How many collapses; or why it stopped.
    """
    session = session_of(tags, scratch, state)
    header = session.header
    half = len(reclaimed) // 2
    collapses, gists = reclaimed[:half], reclaimed[half:]
    header[HEARD] = 0
    blocks = blocks_of(header, tokens)
    needed = blocks * header[UNITS]
    done = 0
    if blocks > 0 and header[SLOTS] + needed > header[W_MAX]:  # FIL-3
        most = most_collapses(header, needed + header[AHEAD])
        if most > half or not has_room(session, state, most):
            return LEDGER_FULL
        if manner & BOLD == 0 and may_fall_short(header, session.family_node, session.ledger_action, needed):
            return UNSURE
        at_once = min(AT_ONCE, len(session.collapse_keys), most)
        recorded = header[LEDGER_TO]
        done = reclaim(session, at_once, manner & FLAT != 0, needed, collapses, gists)
        lets_go = done == NO_ROOM
        if lets_go:
            if manner & LETTING_GO == 0 or needed > header[W_MAX]:
                return NO_ROOM
            done = header[LEDGER_TO] - recorded
        remember_actions(session, state, done, collapses)
        if lets_go:
            gone = oldest_slots(header, session.tags, header[SLOTS] + needed - header[W_MAX])
            release(session, gone)
            forget_what_left(state)
            for i in range(done):
                gists[i] -= gone
    fill(header, tokens)
    for _ in range(blocks):
        append_block(session)
    place_pins(session)
    return done


@kernel
def run_leave_unfilled(state: Longs, unfilled: int) -> None:
    """Go on where the last block lacks so many tokens; argument as for `run_step`."""
    leave_unfilled(state[:HEADER], unfilled)


@kernel
def run_release(tags: Tags, scratch: Scratch, state: Longs, token: int) -> int:
    """Let the blocks before ``token`` go, at which a block has to begin; arguments as for `run_step`.

    Returns:
        How many slots have left; or -1 if no block begins there, and nothing has changed.
    """
    session = session_of(tags, scratch, state)
    slots = slot_at(session, token)
    if slots > 0:
        session.header[HEARD] = 0
        release(session, slots)
        forget_what_left(state)
        place_pins(session)
    return slots


# LAYOUT


@kernel
def run_layout(header: Table, span: Ints, scores: Ints, terms: Ints, table: Longs) -> int:
    """Lay a history out; return how many blocks it has, at the front of ``table``, or the negative of the least budget.

    Args:
        header: that of a session, of which the geometry is read.
        span: first token, token after the last, cursor.
        scores: per smallest span, in fixed point; none where all are wanted alike.
        terms: threshold, want beyond which the hard budget binds, soft budget, hard budget.
        table: work space for three times as many blocks as there can be.
    """
    wanted = Wanted(header, span[0], span[1], span[2], scores)
    least = count_coarsest(wanted)
    if least > terms[3]:
        return -least
    room = len(table) // 3
    frontier = Frontier(table[room : 2 * room], table[2 * room :], table[:room])
    return lay_out_history(wanted, frontier, terms[0], terms[1], terms[2], terms[3])
