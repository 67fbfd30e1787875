"""Hierarchical planning as plain loops: masses of the regions, then the exact search inside each (HIE-1 to HIE-3).

A region is searched as a session of its own: its blocks and families are copied to the front of tables that are as
large as the context's, beside a header with its share as cap and budget.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.greedy_kernels import (
    CAPACITY,
    COLLAPSE,
    END,
    EXPAND,
    FAMILIES,
    FIRST,
    HEADER,
    ITERATION,
    LEVELS,
    LOWEST,
    N_DIFF,
    OFFSETS,
    PROTECTED,
    SLOTS,
    SPAN,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOP,
    UNBOUNDED,
    UNLOCKED,
    W_SOFT,
    WIDTH,
    Ints,
    Table,
    is_barred,
    node_of,
    rise,
    run_begin,
    run_blend,
    run_chosen,
    sort_best_first,
    survey,
    total,
)
from focalloc.fastpath.knapsack_kernels import (
    APART,
    CAP,
    WORK_FULL,
    WORK_HEADER,
    WORK_OFFSETS,
    end_of,
    name_actions,
    net_of,
    optimum,
    pool_collapses,
)
from focalloc.fastpath.machine_code import kernel, let_go, take_back
from focalloc.fastpath.optimum_kernels import OUT_OF_SPACE

# A region: the token, slot and family that it begins with, the mass of its candidates, that of its expands.
TOKEN = 0
SLOT = 1
FAMILY = 2
MASS = 3
DEMAND = 4
REGION = 5


@kernel
def share(whole: int, part: int, total: int) -> int:
    """``whole * part // total`` for ``part <= total < 2**58``, without a product that overflows; 0 of nothing."""
    if total == 0:
        return 0
    quotient = 0
    rest = 0
    bit = 1
    while bit <= whole // 2:
        bit *= 2
    while bit > 0:
        quotient *= 2
        rest *= 2
        if whole // bit % 2 == 1:
            rest += part
        while rest >= total:
            rest -= total
            quotient += 1
        bit //= 2
    return quotient


@kernel
def list_regions(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    worth: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    regions: Table,
) -> int:
    """Write the regions of the context, oldest first, and behind the last where the next would begin; return how many.

    In a context over its soft budget expands have no mass.
    """
    span = header[SPAN + header[TOP]]
    token = header[FIRST]
    size = 0
    family = 0
    last_end = header[END] - header[PROTECTED]
    for slot in range(header[SLOTS]):
        tag = tags[slot]
        if tag >= 0:
            if size == 0 or token % span == 0:
                at = size * REGION
                while family < header[FAMILIES] and family_slot[family] < slot:
                    family += 1
                regions[at + TOKEN] = token
                regions[at + SLOT] = slot
                regions[at + FAMILY] = family
                regions[at + MASS] = 0
                regions[at + DEMAND] = 0
                size += 1
            at = (size - 1) * REGION
            wanted = tag >= 1 and worth[slot] > header[TAU_EXPAND] and header[SLOTS] <= header[W_SOFT]
            if wanted and not is_barred(header, ledger_action, node_of(tag, token) * 2 + COLLAPSE):
                regions[at + MASS] += worth[slot]
                regions[at + DEMAND] += worth[slot]
            token += header[SPAN + tag]
    regions[size * REGION + SLOT] = header[SLOTS]
    regions[size * REGION + FAMILY] = header[FAMILIES]
    for r in range(size):
        at = r * REGION
        for f in range(regions[at + FAMILY], regions[at + REGION + FAMILY]):
            node = family_node[f]
            slots = header[WIDTH + node % LEVELS]
            aggregate = total(fixed, family_slot[f], slots) // slots
            wanted = aggregate < -header[TAU_COLLAPSE] and end_of(header, node) <= last_end
            if wanted and not is_barred(header, ledger_action, node * 2 + EXPAND):
                regions[at + MASS] -= aggregate
    return size


@kernel
def copy_region(
    header: Ints,
    own: Table,
    regions: Ints,
    at: int,
    tags: Ints,
    fixed: Ints,
    worth: Ints,
    family_slot: Ints,
    family_node: Ints,
    own_tags: Table,
    own_fixed: Table,
    own_worth: Table,
    own_slot: Table,
    own_node: Table,
) -> None:
    """Copy a region to tables of its own, where it begins at slot 0."""
    first = regions[at + SLOT]
    slots = regions[at + REGION + SLOT] - first
    for i in range(slots):
        own_tags[i] = tags[first + i]
        own_fixed[i] = fixed[first + i]
        own_worth[i] = worth[first + i]
    family = regions[at + FAMILY]
    families = regions[at + REGION + FAMILY] - family
    for i in range(families):
        own_slot[i] = family_slot[family + i] - first
        own_node[i] = family_node[family + i]
    own[SLOTS] = slots
    own[FIRST] = regions[at + TOKEN]
    own[FAMILIES] = families


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
