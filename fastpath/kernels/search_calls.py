"""What production calls for the strategies that search, as `calls` does for greedy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.application import apply
from focalloc.fastpath.kernels.calls import aggregates_in, session_of, surveyed
from focalloc.fastpath.kernels.hierarchy import select_by_region
from focalloc.fastpath.kernels.knapsack import name_actions, pool_collapses, prune, put_in_order, select_optimum
from focalloc.fastpath.kernels.layout import (
    BAD_SCORE,
    CAPACITY,
    CURSOR,
    DELTAS,
    GOAL,
    HEADER,
    ITERATION,
    LEDGER_FROM,
    N_DIFF,
    OUT_OF_SPACE,
    REGION,
    SLOTS,
    TARGET,
    TOP_K,
    UNLOCKED,
    WORK_FULL,
    WORK_HEADER,
    WORK_OFFSETS,
    WRONG_LENGTH,
    Regions,
    Search,
    Session,
    Work,
    Worths,
)
from focalloc.fastpath.kernels.ledger import begin, forget
from focalloc.fastpath.kernels.objectives import weigh
from focalloc.fastpath.kernels.pins import rule_out
from focalloc.fastpath.kernels.projection import pool_wishes, saturate, spread, wishes_by_logits, wishes_by_scores
from focalloc.fastpath.kernels.relaxation import lay_out_named
from focalloc.fastpath.kernels.scores import survey
from focalloc.fastpath.machine_code import kernel, let_go, take_back

# SHARED


@kernel
def work_of(space: NDArray[np.int64], worths: Worths) -> Work:
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
def wide_worths(space: NDArray[np.int64]) -> Worths:
    """Tables of 64 bits for what expands are worth."""
    at = space[WORK_OFFSETS:]
    return Worths(space[at[17] : at[18]], space[at[19] : at[20]])


@kernel
def decide(session: Session, work: Work) -> int:
    """Select and apply, once the pool is filled; return how many actions, or `WORK_FULL`, the iteration undone."""
    # SELECT
    done = select_optimum(session, work)
    if done == OUT_OF_SPACE:
        session.header[ITERATION] -= 1
        return WORK_FULL
    # APPLY
    if work.header[CURSOR] > 0:
        put_in_order(session, work, done)
    name_actions(session, done, work.chosen, work.chosen_notes)
    apply(session, done, session.actions)
    return done


# A CALL PER STRATEGY


@kernel
def run_knapsack(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration of the exact optimum on scores that are taken; return how many actions, or why nothing happened.

    Args:
        tags: tags, then as much to spare.
        scratch: what `run_take` has written, and with multi-slot gists their aggregates.
        state: the header, and behind it the tables at its offsets.
        space: the header of the work space, and behind it its tables at its offsets.
    """
    session = session_of(tags, scratch, state)
    refused = begin(session)
    if refused:
        return refused
    held = let_go(session.header[UNLOCKED])
    # of several deltas `lay_out` surveys one after the other
    at_once = space[DELTAS] == 1 or space[TOP_K] > 0
    work = work_of(space, surveyed(session, scratch) if at_once else aggregates_in(session, scratch))
    # CANDIDATES
    if work.header[TOP_K] > 0:
        prune(session, work)
    pool_collapses(session, work)
    done = decide(session, work)
    take_back(held)
    return done


@kernel
def run_objectives(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration of the optimum of several objectives; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    refused = begin(session)
    if refused:
        return refused
    held = let_go(session.header[UNLOCKED])
    work = work_of(space, wide_worths(space))
    weigh(session, work, aggregates_in(session, scratch).worth)
    survey(session.header, session.tags, work.worth, work.peaks)
    work.header[TARGET] = work.header[GOAL] - session.header[SLOTS]
    # CANDIDATES
    pool_collapses(session, work)
    done = decide(session, work)
    take_back(held)
    return done


@kernel
def region_of(
    session: Session, own_tags: NDArray[np.int8], own_scores: NDArray[np.int32], own_state: NDArray[np.int64]
) -> Session:
    """The session that a region is for a search; arguments as for `run_hierarchy`."""
    capacity = session.header[CAPACITY]
    families = len(session.family_slot)
    begins = HEADER + REGION * (capacity + 1)
    return Session(
        own_state[:HEADER],
        own_tags,
        session.spare,
        own_scores[:capacity],
        own_scores[2 * capacity :],
        session.actions,
        session.places,
        session.expand_keys,
        session.expand_tokens,
        session.collapse_keys,
        session.collapse_families,
        session.chunk_keys,
        session.chunk_notes,
        own_state[begins : begins + families],
        own_state[begins + families : begins + 2 * families],
        session.spare_slot,
        session.spare_node,
        session.ledger_action,
        session.ledger_iteration,
        session.splices,
        session.no_collapse,
        session.no_expand,
    )


@kernel
def run_hierarchy(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
    own_tags: NDArray[np.int8],
    own_scores: NDArray[np.int32],
    own_state: NDArray[np.int64],
) -> int:
    """One iteration of hierarchical planning; the first arguments and the result are as for `run_knapsack`.

    Args:
        tags: as for `run_knapsack`, and so the following up to ``space``.
        own_tags: work space for the tags of a region.
        own_scores: for its scores, for the aggregates of its gists, and for its peaks.
        own_state: for a header, the regions, the families of one, and what is chosen.
    """
    session = session_of(tags, scratch, state)
    refused = begin(session)
    if refused:
        return refused
    held = let_go(session.header[UNLOCKED])
    capacity = session.header[CAPACITY]
    region = region_of(session, own_tags, own_scores, own_state)
    begins = HEADER + REGION * (capacity + 1)
    chosen = begins + 2 * len(session.family_slot)
    most = max(1, session.header[N_DIFF])
    regions = Regions(
        region,
        aggregates_in(session, scratch).worth,
        own_state[HEADER:begins],
        own_state[chosen : chosen + most],
        own_state[chosen + most :],
    )
    work = work_of(space, Worths(own_scores[capacity : 2 * capacity], region.peaks))
    # SELECT
    done = select_by_region(session, work, regions)
    if done == OUT_OF_SPACE:
        session.header[ITERATION] -= 1
        done = WORK_FULL
    else:
        # APPLY
        name_actions(session, done, regions.turns, regions.notes)
        apply(session, done, session.actions)
    take_back(held)
    return done


@kernel
def run_projection(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration by scores; arguments and result as for `run_knapsack`."""
    session = session_of(tags, scratch, state)
    refused = begin(session)
    if refused:
        return refused
    held = let_go(session.header[UNLOCKED])
    work = work_of(space, surveyed(session, scratch))
    # CANDIDATES
    wishes_by_scores(session.header, session.fixed, session.family_slot, session.family_node, work.wishes)
    pool_wishes(session, work)
    done = decide(session, work)
    take_back(held)
    return done


@kernel
def run_logits(
    logits: NDArray[np.floating],
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
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
    refused = begin(session)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    work = work_of(space, worths)
    # CANDIDATES
    wishes_by_logits(header, less, session.family_slot, session.family_node, work.wishes)
    pool_wishes(session, work)
    done = decide(session, work)
    take_back(held)
    return done


# RELAXATION


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
    session = session_of(tags, scratch, state)
    header = session.header
    held = let_go(header[UNLOCKED])
    work = work_of(space, surveyed(session, scratch))
    oldest = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, session.ledger_iteration)
    lay_out_named(session, work)
    header[ITERATION] -= 1
    header[LEDGER_FROM] = oldest
    take_back(held)
