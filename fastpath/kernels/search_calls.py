"""What production calls for the strategies that search, as `calls` does for greedy."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.application import apply
from focalloc.fastpath.kernels.calls import aggregates_in, enter, observe_use, session_of, surveyed, tell
from focalloc.fastpath.kernels.hierarchy import select_by_price, select_by_region
from focalloc.fastpath.kernels.knapsack import name_actions, pool_collapses, select_optimum, set_floors
from focalloc.fastpath.kernels.layout import (
    BAD_SCORE,
    CAPACITY,
    CURSOR,
    DELTAS,
    GIVEN,
    GIVEN_TO,
    GOAL,
    HEARD,
    ITERATION,
    LEDGER_FROM,
    NUMBER,
    OUT_OF_SPACE,
    RETURNED,
    SLOTS,
    TARGET,
    UNLOCKED,
    WORK_FULL,
    WORK_HEADER,
    WORK_OFFSETS,
    WRONG_LENGTH,
    Calls,
    Claims,
    Ints,
    LongRows,
    Longs,
    Regions,
    Scratch,
    ScratchRows,
    Search,
    Session,
    Starts,
    Table,
    TagRows,
    Tags,
    Work,
    Worths,
)
from focalloc.fastpath.kernels.ledger import forget, unforget
from focalloc.fastpath.kernels.objectives import weigh
from focalloc.fastpath.kernels.pins import rule_out
from focalloc.fastpath.kernels.projection import saturate, spread, wishes_by_logits, wishes_by_scores
from focalloc.fastpath.kernels.recompute import select_by_oldest
from focalloc.fastpath.kernels.relaxation import lay_out_named
from focalloc.fastpath.kernels.scores import survey
from focalloc.fastpath.machine_code import kernel, let_go, take_back

# SHARED


@kernel
def work_of(space: Longs, worths: Worths) -> Work:
    """The tables of a search, cut out of its array; ``space`` is as for `run_knapsack`."""
    header = space[:WORK_HEADER]
    at = header[WORK_OFFSETS:]
    search = Search(
        header,
        space[at[4] : at[5]],
        space[at[5] : at[6]],
        space[at[6] : at[7]],
        space[at[7] : at[8]],
        space[at[8] : at[9]],
        space[at[9] : at[10]],
        space[at[10] : at[11]],
        space[at[11] : at[12]],
    )
    return Work(
        header,
        search,
        worths.worth,
        worths.peaks,
        space[at[0] : at[1]],
        space[at[1] : at[2]],
        space[at[2] : at[3]],
        space[at[3] : at[4]],
        space[at[12] : at[13]],
        space[at[13] : at[14]],
        space[at[14] : at[15]],
        space[at[15] : at[16]],
        space[at[16] : at[17]],
    )


@kernel
def wide_worths(space: Longs) -> Worths:
    """Tables of 64 bits for what expands are worth."""
    at = space[WORK_OFFSETS:]
    return Worths(space[at[17] : at[18]], space[at[19] : at[20]])


@partial(kernel, inlined=True)
def leave(session: Session, state: Longs, done: int, turns: Ints, notes: Ints, held: int) -> int:
    """End what `enter` began: make the ``done`` chosen candidates of the session's context, take the lock back.

    Returns:
        How many; or, where the search had no space, `WORK_FULL`, the iteration undone.
    """
    if done == OUT_OF_SPACE:
        session.header[ITERATION] -= 1
        unforget(session.header, session.ledger_iteration)
        done = WORK_FULL
    else:
        # APPLY
        name_actions(session, done, turns, notes)
        apply(session, done, session.actions)
        observe_use(state)
    take_back(held)
    return done


@partial(kernel, inlined=True)
def decide(session: Session, state: Longs, work: Work, held: int) -> int:
    """Make the preferred choice of an iteration that `enter` began, what expands are worth surveyed; as `leave`."""
    # CANDIDATES
    pool_collapses(session, work)
    # SELECT
    done = select_optimum(session, work)
    return leave(session, state, done, work.chosen, work.chosen_notes, held)


@kernel
def region_of(session: Session, space: Longs) -> Session:
    """The session that a region is for a search; ``space`` is as for `run_knapsack`."""
    at = space[WORK_OFFSETS:]
    capacity = session.header[CAPACITY]
    scores = space[at[28] : at[29]].view(np.int32)
    return Session(
        space[at[21] : at[22]],
        space[at[27] : at[28]].view(np.int8),
        session.spare,
        scores[:capacity],
        scores[2 * capacity :],
        session.actions,
        session.places,
        session.expand_keys,
        session.expand_tokens,
        session.collapse_keys,
        session.collapse_families,
        session.chunk_keys,
        session.chunk_notes,
        space[at[23] : at[24]],
        space[at[24] : at[25]],
        session.spare_slot,
        session.spare_node,
        session.ledger_action,
        session.ledger_iteration,
        session.splices,
        session.no_collapse,
        session.no_expand,
        session.memory,
        session.told,
    )


@kernel
def regions_of(session: Session, space: Longs, worth: Ints) -> Regions:
    """The regions of the context, whose gists are ``worth`` so much; ``space`` is as for `run_knapsack`."""
    at = space[WORK_OFFSETS:]
    turns = space[at[25] : at[26]]
    notes = space[at[26] : at[27]]
    return Regions(region_of(session, space), worth, space[at[22] : at[23]], turns, notes)


@kernel
def worths_of_region(session: Session, regions: Regions, space: Longs) -> Worths:
    """Tables for what the expands of one region are worth; ``space`` is as for `run_knapsack`."""
    at = space[WORK_OFFSETS:]
    capacity = session.header[CAPACITY]
    return Worths(space[at[28] : at[29]].view(np.int32)[capacity : 2 * capacity], regions.region.peaks)


# A CALL PER STRATEGY


@kernel
def run_knapsack(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """One iteration of the exact optimum on scores that are taken; return how many actions, or why nothing happened.

    So it is with several objectives, if nearness and what is computed anew have no weight.

    Args:
        tags: tags, then as much to spare.
        scratch: what `run_take` has written, and with multi-slot gists their aggregates.
        state: the header, and behind it the tables at its offsets.
        space: the header of the work space, and behind it its tables at its offsets.
    """
    session = session_of(tags, scratch, state)
    held = enter(session, state)
    if held < 0:
        return held
    # of several deltas `lay_out` surveys one after the other
    worths = surveyed(session, scratch) if space[DELTAS] == 1 else aggregates_in(session, scratch)
    work = work_of(space, worths)
    work.header[TARGET] = work.header[GOAL] - session.header[SLOTS]
    # CANDIDATES
    set_floors(session, work)
    return decide(session, state, work, held)


@kernel
def run_objectives(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """One iteration of the optimum of several objectives; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    held = enter(session, state)
    if held < 0:
        return held
    found = aggregates_in(session, scratch)
    work = work_of(space, wide_worths(space))
    weigh(session, work.header[CURSOR], found.worth, work.worth)
    survey(session.header, session.tags, work.worth, work.peaks)
    work.header[TARGET] = work.header[GOAL] - session.header[SLOTS]
    return decide(session, state, work, held)


@kernel
def run_recompute(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """`run_objectives` where what is computed anew has a weight; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    at = space[WORK_OFFSETS:]
    worth = space[at[18] : at[19]]
    turns = space[at[25] : at[26]]
    regions = Regions(region_of(session, space), worth, space[at[22] : at[23]], turns, turns)
    led = space[at[31] : at[32]]
    starts = Starts(space[at[29] : at[30]], space[at[30] : at[31]], led, space[at[32] : at[33]], worth, 0)
    held = enter(session, state)
    if held < 0:
        return held
    found = aggregates_in(session, scratch)
    weigh(session, space[CURSOR], found.worth, worth)
    work = work_of(space, wide_worths(space))
    work.header[TARGET] = work.header[GOAL] - session.header[SLOTS]
    # SELECT
    done = select_by_oldest(session, work, regions, starts)
    return leave(session, state, done, work.chosen, work.chosen_notes, held)


@kernel
def run_hierarchy(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """One iteration of hierarchical planning; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    held = enter(session, state)
    if held < 0:
        return held
    found = aggregates_in(session, scratch)
    regions = regions_of(session, space, found.worth)
    work = work_of(space, worths_of_region(session, regions, space))
    # SELECT
    done = select_by_region(session, work, regions)
    return leave(session, state, done, regions.turns, regions.notes, held)


@kernel
def run_hierarchy_by_price(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """`run_hierarchy` where regions claim at the price of a slot; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    held = enter(session, state)
    if held < 0:
        return held
    worths = surveyed(session, scratch) if space[DELTAS] == 1 else aggregates_in(session, scratch)
    regions = regions_of(session, space, worths.worth)
    at = space[WORK_OFFSETS:]
    capacity = session.header[CAPACITY]
    claims = Claims(space[at[33] : at[33] + capacity], space[at[33] + capacity : at[34]])
    work = work_of(space, worths_of_region(session, regions, space))
    # SELECT
    done = select_by_price(session, worths, work, regions, claims)
    return leave(session, state, done, regions.turns, regions.notes, held)


@kernel
def run_projection(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """One iteration by scores; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    held = enter(session, state)
    if held < 0:
        return held
    worths = surveyed(session, scratch)
    work = work_of(space, worths)
    # CANDIDATES
    wishes_by_scores(session.header, session.fixed, session.family_slot, session.family_node, work.wishes)
    return decide(session, state, work, held)


@kernel
def run_logits(logits: NDArray[np.generic], tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
    """One iteration by a policy's logits; return how many actions, or why nothing happened.

    Args:
        logits: (expand, keep, collapse) of one block after the other.
        tags: as for `run_knapsack`, and so the following.
    """
    session = session_of(tags, scratch, state)
    header = session.header
    at = space[WORK_OFFSETS:]
    worths = wide_worths(space)
    less = space[at[18] : at[19]]
    fixed = space[at[20] : at[21]].view(np.int32)
    if len(logits) > 3 * header[SLOTS]:
        return WRONG_LENGTH
    are_numbers = saturate(logits, fixed)
    if len(logits) != spread(header, session.tags, fixed, worths.worth, less, worths.peaks):
        return WRONG_LENGTH
    if not are_numbers:
        return BAD_SCORE
    if len(session.no_expand) > 0:
        rule_out(session, worths.worth)
        survey(header, session.tags, worths.worth, worths.peaks)
    held = enter(session, state)
    if held < 0:
        return held
    work = work_of(space, worths)
    # CANDIDATES
    header[HEARD] = 0
    wishes_by_logits(header, less, session.family_slot, session.family_node, work.wishes)
    return decide(session, state, work, held)


# MANY SESSIONS


@kernel
def sets_out(state: Longs, space: Longs, call: Ints) -> bool:
    """Whether the session of a call has its scores taken; ``space`` is laid out for it, and it leaves the lock alone.

    Args:
        state: as for `run_knapsacks`, the row of the session, and so ``space``.
        call: see `NUMBER`.
    """
    if call[RETURNED] < 0:
        return False
    asked = state[len(state) - WORK_HEADER :]
    for j in range(WORK_HEADER):
        space[j] = asked[j]
    state[UNLOCKED] = -state[UNLOCKED]
    return True


@kernel
def arrives(state: Longs, done: int, call: Table) -> None:
    """End what `sets_out` began."""
    state[UNLOCKED] = -state[UNLOCKED]
    tell(state, done, call)


@kernel
def run_knapsacks(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_knapsack` for many sessions, whose scores are taken, one after the other. Other threads may run Python code.

    Args:
        tags: as for `calls.run_steps`, and so the following up to ``state``, of which each row ends with the header of
            the session's own work space.
        scratch: see there.
        state: see there.
        space: work space for any of the sessions.
        calls: as for `calls.run_steps`; for a cursor stands what `run_prepares` wrote there.
    """
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_knapsack(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


@kernel
def run_objectives_of_many(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_objectives` for many sessions, as `run_knapsacks` has it."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_objectives(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


@kernel
def run_recomputes(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_recompute` for many sessions, as `run_knapsacks` has it."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_recompute(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


@kernel
def run_hierarchies(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_hierarchy` for many sessions, as `run_knapsacks` has it."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_hierarchy(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


@kernel
def run_hierarchies_by_price(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_hierarchy_by_price` for many sessions, as `run_knapsacks` has it."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_hierarchy_by_price(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


@kernel
def run_projections(tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls) -> None:
    """`run_projection` for many sessions, as `run_knapsacks` has it."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            done = run_projection(tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


@kernel
def run_logits_of_many(
    logits: NDArray[np.generic], tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, calls: Calls
) -> None:
    """`run_logits` for many sessions, as `run_knapsacks` has it; ``logits`` are those of all sessions."""
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            row = logits[calls[i, GIVEN] : calls[i, GIVEN_TO]]
            done = run_logits(row, tags[session], scratch[session], state[session], space)
            arrives(state[session], done, calls[i])
    take_back(held)


# RELAXATION


@kernel
def run_candidates(tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> None:
    """Lay out the best `N_DIFF` candidates of each class of the next iteration; arguments as for `run_knapsack`.

    Nothing but work space has changed afterwards. Each candidate's note is its node.
    """
    session = session_of(tags, scratch, state)
    header = session.header
    held = let_go(header[UNLOCKED])
    worths = surveyed(session, scratch)
    work = work_of(space, worths)
    oldest = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, session.ledger_iteration)
    lay_out_named(session, work)
    header[ITERATION] -= 1
    header[LEDGER_FROM] = oldest
    take_back(held)
