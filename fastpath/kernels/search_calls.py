"""What production calls for the strategies that search, as `calls` does for greedy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.best_few import rise, sort_best_first
from focalloc.fastpath.kernels.calls import run_begin, run_blend, run_chosen, run_survey
from focalloc.fastpath.kernels.hierarchy import copy_region, list_regions, share
from focalloc.fastpath.kernels.knapsack import (
    lay_out,
    name_actions,
    net_of,
    optimum,
    pool_collapses,
    prune,
    put_in_order,
    select_optimum,
)
from focalloc.fastpath.kernels.layout import (
    APART,
    BAD_SCORE,
    BEGIN,
    CAP,
    CAPACITY,
    CHUNK_ROOM,
    CURSOR,
    DELTA,
    DELTAS,
    DEMAND,
    FAMILY,
    GOAL,
    HEADER,
    ITERATION,
    LEDGER_FROM,
    LOWEST,
    MASS,
    N_DIFF,
    OFFSETS,
    OUT_OF_SPACE,
    REGION,
    RUN,
    RUNS,
    SIZE,
    SLOT,
    SLOTS,
    TARGET,
    TOP_K,
    UNBOUNDED,
    UNLOCKED,
    W_SOFT,
    WORK_FULL,
    WORK_HEADER,
    WORK_OFFSETS,
    WRONG_LENGTH,
)
from focalloc.fastpath.kernels.ledger import forget
from focalloc.fastpath.kernels.objectives import weigh
from focalloc.fastpath.kernels.packing import node_of, place_of
from focalloc.fastpath.kernels.projection import pool_wishes, saturate, spread, wishes_by_logits, wishes_by_scores
from focalloc.fastpath.kernels.scores import survey
from focalloc.fastpath.machine_code import kernel, let_go, take_back

# SHARED


@kernel
def run_pool(fixed: NDArray[np.int32], state: NDArray[np.int64], space: NDArray[np.int64]) -> None:
    """`pool_collapses` on tables that share an array; ``state`` and ``space`` are as for `run_knapsack`."""
    at = state[OFFSETS:]
    work = space[:WORK_HEADER]
    to = work[WORK_OFFSETS:]
    pool_collapses(
        state[:HEADER],
        work,
        fixed,
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        state[at[12] : at[13]],
        space[to[0] : to[1]],
        space[to[1] : to[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
    )


@kernel
def decide(
    tags: NDArray[np.int8],
    worth: NDArray[np.integer],
    peaks: NDArray[np.integer],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """Select and apply, once the pool is filled; return how many actions, or `WORK_FULL`: then the iteration is undone.

    Args:
        tags: as for `run_knapsack`, as are ``state`` and ``space``.
        worth: what each gist's expand is worth, at its first slot.
        peaks: the highest of those per chunk.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    work = space[:WORK_HEADER]
    to = work[WORK_OFFSETS:]
    actions = state[at[0] : at[1]]
    places = state[at[1] : at[2]]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    ledger_action = state[at[12] : at[13]]
    chosen = space[to[12] : to[13]]
    chosen_notes = space[to[13] : to[14]]
    # SELECT
    done = select_optimum(
        header,
        work,
        tags,
        worth,
        peaks,
        family_slot,
        family_node,
        ledger_action,
        space[to[0] : to[1]],
        space[to[1] : to[2]],
        space[to[2] : to[3]],
        space[to[3] : to[4]],
        space[to[4] : to[5]],
        space[to[5] : to[6]],
        space[to[6] : to[7]],
        space[to[7] : to[8]],
        space[to[8] : to[9]],
        space[to[9] : to[10]],
        space[to[10] : to[11]],
        space[to[11] : to[12]],
        state[at[6] : at[7]],
        state[at[7] : at[8]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
        chosen,
        chosen_notes,
        space[to[14] : to[15]],
        space[to[15] : to[16]],
    )
    if done == OUT_OF_SPACE:
        header[ITERATION] -= 1
        return WORK_FULL
    # APPLY
    if work[CURSOR] > 0:
        put_in_order(header, work, tags, family_node, done, chosen, chosen_notes)
    name_actions(tags, family_node, done, chosen, chosen_notes, actions, places)
    run_chosen(tags, state, done)
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
    header = state[:HEADER]
    at = header[OFFSETS:]
    work = space[:WORK_HEADER]
    capacity = header[CAPACITY]
    fixed = scratch[:capacity]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    refused = run_begin(state)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    if work[DELTAS] == 1 or work[TOP_K] > 0:
        worth = scratch[run_survey(tags, scratch, state) :]
    else:  # `lay_out` surveys one delta after the other
        worth = scratch[run_blend(tags, scratch, state) :]
    # CANDIDATES
    if work[TOP_K] > 0:
        prune(
            header,
            work,
            tags,
            fixed,
            peaks,
            family_slot,
            family_node,
            state[at[12] : at[13]],
            state[at[6] : at[7]],
            state[at[7] : at[8]],
            state[at[2] : at[3]],
            state[at[3] : at[4]],
        )
    run_pool(fixed, state, space)
    done = decide(tags, worth, peaks, state, space)
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
        own_tags: work space for the tags of a region.
        own_scores: for its scores, for the aggregates of its gists, and for its peaks.
        own_state: for a header, the regions, the families of one, and what is chosen.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    work = space[:WORK_HEADER]
    to = work[WORK_OFFSETS:]
    ledger_action = state[at[12] : at[13]]
    capacity = header[CAPACITY]
    fixed = scratch[:capacity]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    own_fixed = own_scores[:capacity]
    own_worth = own_scores[capacity : 2 * capacity]
    own_peaks = own_scores[2 * capacity :]
    own = own_state[:HEADER]
    regions = own_state[HEADER : HEADER + REGION * (capacity + 1)]
    families = at[9] - at[8]
    begin = HEADER + REGION * (capacity + 1)
    own_slot = own_state[begin : begin + families]
    own_node = own_state[begin + families : begin + 2 * families]
    most = max(1, header[N_DIFF])
    turns = own_state[begin + 2 * families : begin + 2 * families + most]
    notes = own_state[begin + 2 * families + most :]
    chosen = space[to[12] : to[13]]
    chosen_notes = space[to[13] : to[14]]
    keys = state[at[2] : at[3]]
    key_notes = state[at[3] : at[4]]
    refused = run_begin(state)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    worth = scratch[run_blend(tags, scratch, state) :]
    # COARSE
    size = list_regions(header, tags, fixed, worth, family_slot, family_node, ledger_action, regions)
    mass = 0
    demand = 0
    for r in range(size):
        mass += regions[r * REGION + MASS]
        demand += regions[r * REGION + DEMAND]
    room = max(0, header[W_SOFT] - header[SLOTS])
    threshold = UNBOUNDED if header[SLOTS] > header[W_SOFT] else LOWEST
    for i in range(HEADER):
        own[i] = header[i]
    # FINE
    done = 0
    net = 0
    mass_so_far = 0
    demand_so_far = 0
    for r in range(size):
        if regions[r * REGION + MASS] == 0:
            continue
        mass_so_far += regions[r * REGION + MASS]
        demand_so_far += regions[r * REGION + DEMAND]
        own[N_DIFF] = min(header[N_DIFF], share(work[CAP], mass_so_far, mass) - done)
        if own[N_DIFF] == 0:
            continue
        left = share(room, demand_so_far, demand) - net
        copy_region(
            header,
            own,
            regions,
            r * REGION,
            tags,
            fixed,
            worth,
            family_slot,
            family_node,
            own_tags,
            own_fixed,
            own_worth,
            own_slot,
            own_node,
        )
        survey(own, own_tags, own_worth, own_peaks)
        work[APART] = 0
        pool_collapses(
            own,
            work,
            own_fixed,
            own_slot,
            own_node,
            ledger_action,
            space[to[0] : to[1]],
            space[to[1] : to[2]],
            keys,
            key_notes,
        )
        count = optimum(
            own,
            work,
            own_tags,
            own_worth,
            own_peaks,
            own_slot,
            own_node,
            ledger_action,
            threshold,
            left,
            space[to[0] : to[1]],
            space[to[1] : to[2]],
            space[to[2] : to[3]],
            space[to[3] : to[4]],
            space[to[4] : to[5]],
            space[to[5] : to[6]],
            space[to[6] : to[7]],
            space[to[7] : to[8]],
            space[to[8] : to[9]],
            space[to[9] : to[10]],
            space[to[10] : to[11]],
            space[to[11] : to[12]],
            state[at[6] : at[7]],
            state[at[7] : at[8]],
            keys,
            key_notes,
            chosen,
            chosen_notes,
        )
        if count == OUT_OF_SPACE:
            header[ITERATION] -= 1
            take_back(held)
            return WORK_FULL
        net += net_of(own, own_tags, own_node, count, chosen, chosen_notes)
        for i in range(count):
            # places grow with slots and keys fall with places
            note = chosen_notes[i]
            if chosen[i] >= UNBOUNDED:
                note += regions[r * REGION + FAMILY]
            rise(turns, notes, done, chosen[i] - regions[r * REGION + SLOT], note)
            done += 1
    sort_best_first(turns, notes, done)
    # APPLY
    name_actions(tags, family_node, done, turns, notes, state[at[0] : at[1]], state[at[1] : at[2]])
    run_chosen(tags, state, done)
    take_back(held)
    return done


@kernel
def run_pool_wishes(state: NDArray[np.int64], space: NDArray[np.int64]) -> None:
    """`pool_wishes` on tables that share an array."""
    at = state[OFFSETS:]
    to = space[:WORK_HEADER][WORK_OFFSETS:]
    pool_wishes(
        state[:HEADER],
        space[:WORK_HEADER],
        space[to[16] : to[17]],
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        state[at[12] : at[13]],
        space[to[0] : to[1]],
        space[to[1] : to[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
    )


@kernel
def run_projection(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration by scores; arguments and result as for `run_knapsack`."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    to = space[:WORK_HEADER][WORK_OFFSETS:]
    capacity = header[CAPACITY]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    refused = run_begin(state)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    worth = scratch[run_survey(tags, scratch, state) :]
    # CANDIDATES
    wishes_by_scores(header, scratch[:capacity], state[at[8] : at[9]], state[at[9] : at[10]], space[to[16] : to[17]])
    run_pool_wishes(state, space)
    done = decide(tags, worth, peaks, state, space)
    take_back(held)
    return done


@kernel
def run_logits(
    logits: NDArray[np.floating],
    tags: NDArray[np.int8],
    state: NDArray[np.int64],
    space: NDArray[np.int64],
) -> int:
    """One iteration by a policy's logits; return how many actions, or why nothing happened.

    Args:
        logits: (expand, keep, collapse) of one block after the other.
        tags: tags, then as much to spare.
        state: the header, and behind it the tables at its offsets.
        space: the header of the work space, and behind it its tables at its offsets.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    to = space[:WORK_HEADER][WORK_OFFSETS:]
    worth = space[to[17] : to[18]]
    less = space[to[18] : to[19]]
    peaks = space[to[19] : to[20]]
    fixed = space[to[20] : to[21]].view(np.int32)
    if len(logits) > 3 * header[SLOTS]:
        return WRONG_LENGTH
    are_numbers = saturate(logits, fixed)
    if len(logits) != spread(header, tags, fixed, worth, less, peaks):
        return WRONG_LENGTH
    if not are_numbers:
        return BAD_SCORE
    refused = run_begin(state)
    if refused:
        return refused
    held = let_go(header[UNLOCKED])
    # CANDIDATES
    wishes_by_logits(header, less, state[at[8] : at[9]], state[at[9] : at[10]], space[to[16] : to[17]])
    run_pool_wishes(state, space)
    done = decide(tags, worth, peaks, state, space)
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
        for i in range(runs[run * RUN + BEGIN], runs[run * RUN + BEGIN] + runs[run * RUN + SIZE]):
            if runs[run * RUN + DELTA] < 0:
                item_notes[i] = family_node[item_notes[i]]
            else:
                item_notes[i] = node_of(tags[place_of(space[to[5] + i])], item_notes[i])
    take_back(held)
