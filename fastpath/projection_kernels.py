"""Projection as plain loops: the exact optimum over what a policy prefers (clauses PRO-2 to PRO-6).

The search is that of `knapsack_kernels`, whose thresholds are 0 here and whose soft budget is the hard one. What
differs is what a candidate is worth. A policy gives of each block how much it prefers its expand to keeping it, and
its collapse to keeping it; a family's collapse is worth the floor of the mean over its members. By slot scores the
first is a block's aggregate and the second its negative, and then nothing has to be written down but one *wish* per
family. By logits a preference may take 33 bits, so that the work space has tables of its own for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.greedy_kernels import (
    BAD_SCORE,
    CAPACITY,
    CHUNK_ROOM,
    END,
    EXPAND,
    FAMILIES,
    FANOUT,
    HEADER,
    LEVELS,
    N_DIFF,
    OFFSETS,
    PROTECTED,
    SLOTS,
    SPAN,
    UNITS,
    WRONG_LENGTH,
    Ints,
    Table,
    is_barred,
    kernel,
    key_of,
    offer,
    rank_of,
    run_begin,
    run_survey,
    sort_best_first,
    survey,
    total,
)
from focalloc.fastpath.knapsack_kernels import (
    DELTA_LIST,
    DELTAS,
    WORK_HEADER,
    WORK_OFFSETS,
    decide,
    delta_at,
    fill_pool,
)
from focalloc.spec.projection import LARGEST_LOGIT
from focalloc.spec.scores import SCORE_SCALE

LARGEST = float(LARGEST_LOGIT)
"""Logits in fixed point saturate at this, in either direction."""

SCALE = float(SCORE_SCALE)
"""Factor to fixed point."""

# WISHES: what the collapse of each family is worth


@kernel
def wishes_by_scores(header: Ints, fixed: Ints, family_slot: Ints, family_node: Ints, wishes: Table) -> None:
    """Write what each family's collapse is worth where each member's is worth the negative of its aggregate."""
    for family in range(header[FAMILIES]):
        level = family_node[family] % LEVELS
        members = header[FANOUT + level]
        slots = header[UNITS + level - 1]
        score = 0
        if slots == 1:
            score = total(fixed, family_slot[family], members)
        else:
            for i in range(members):
                score += total(fixed, family_slot[family] + i * slots, slots) // slots
        wishes[family] = -score // members


@kernel
def wishes_by_logits(header: Ints, less: Ints, family_slot: Ints, family_node: Ints, wishes: Table) -> None:
    """Write what each family's collapse is worth where ``less`` says it of each member, at its first slot."""
    for family in range(header[FAMILIES]):
        level = family_node[family] % LEVELS
        members = header[FANOUT + level]
        slots = header[UNITS + level - 1]
        wish = 0
        if slots == 1:
            wish = total(less, family_slot[family], members)
        else:
            for i in range(members):
                wish += less[family_slot[family] + i * slots]
        wishes[family] = wish // members


@kernel
def best_wishes_of(
    header: Ints,
    wishes: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    delta: int,
    keys: Table,
    notes: Table,
) -> int:
    """Find the best `N_DIFF` collapses that refund ``delta`` slots, best first, with their family's number as note."""
    size = 0
    bar = 0
    last_end = header[END] - header[PROTECTED]
    for family in range(header[FAMILIES]):
        node = family_node[family]
        # an equal rank is no better, for the place is later
        if wishes[family] > bar and delta_at(header, node % LEVELS) == delta:
            if node // LEVELS + header[SPAN + node % LEVELS] > last_end:
                break
            if not is_barred(header, ledger_action, node * 2 + EXPAND):
                key = key_of(wishes[family], family_slot[family])
                size = offer(keys, notes, size, header[N_DIFF], key, family)
                if size == header[N_DIFF]:
                    bar = rank_of(keys[0])
    sort_best_first(keys, notes, size)
    return size


@kernel
def pool_wishes(
    header: Ints,
    work: Table,
    wishes: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    pool_keys: Table,
    pool_families: Table,
    keys: Table,
    notes: Table,
) -> None:
    """Put the best `N_DIFF` collapses of each delta into the pool."""
    if header[N_DIFF] == 0:
        return
    for d in range(work[DELTAS]):
        delta = work[DELTA_LIST + d]
        size = best_wishes_of(header, wishes, family_slot, family_node, ledger_action, delta, keys, notes)
        fill_pool(header, work, d, keys, notes, size, pool_keys, pool_families)


# THE CALLS


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
    """One iteration by scores; arguments and result as for `knapsack_kernels.run_knapsack`."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    to = space[:WORK_HEADER][WORK_OFFSETS:]
    capacity = header[CAPACITY]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    refused = run_begin(state)
    if refused:
        return refused
    worth = run_survey(tags, scratch, state)
    # CANDIDATES
    wishes_by_scores(header, scratch[:capacity], state[at[8] : at[9]], state[at[9] : at[10]], space[to[16] : to[17]])
    run_pool_wishes(state, space)
    return decide(tags, worth, peaks, state, space)


@kernel
def saturate(
    logits: NDArray[np.floating], blocks: int, more: NDArray[np.int64], less: NDArray[np.int64]
) -> bool:
    """Write how much each block's expand and collapse are preferred to keeping it, in fixed point (PRO-1).

    Args:
        logits: (expand, keep, collapse) of one block after the other.
        blocks: how many blocks.
        more: gets the preference for the expand.
        less: gets that for the collapse.

    Returns:
        Whether there is no NaN; if there is, what was written means nothing.
    """
    misfits = np.int32(0)
    for i in range(blocks):
        expand = np.float64(logits[3 * i]) * SCALE
        keep = np.float64(logits[3 * i + 1]) * SCALE
        collapse = np.float64(logits[3 * i + 2]) * SCALE
        is_number = expand == expand and keep == keep and collapse == collapse
        misfits = np.int32(misfits | (np.int32(0) if is_number else np.int32(1)))
        kept = np.int64(np.int32(np.rint(min(max(keep, -LARGEST), LARGEST))))
        more[i] = np.int64(np.int32(np.rint(min(max(expand, -LARGEST), LARGEST)))) - kept
        less[i] = np.int64(np.int32(np.rint(min(max(collapse, -LARGEST), LARGEST)))) - kept
    return bool(misfits == 0)


@kernel
def spread(header: Ints, tags: Ints, more: Ints, less: Ints, worth: Table, less_at: Table) -> None:
    """Write what is said of each block to its first slot."""
    block = 0
    for slot in range(header[SLOTS]):
        if tags[slot] >= 0:
            worth[slot] = more[block]
            less_at[slot] = less[block]
            block += 1


@kernel
def count_blocks(header: Ints, tags: Ints) -> int:
    """How many blocks the context has."""
    blocks = 0
    for slot in range(header[SLOTS]):
        blocks += 1 if tags[slot] >= 0 else 0
    return blocks


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
    blocks = count_blocks(header, tags)
    if len(logits) != 3 * blocks:
        return WRONG_LENGTH
    worth = space[to[17] : to[18]]
    less = space[to[18] : to[19]]
    peaks = space[to[19] : to[20]]
    more_by_block = space[to[20] : to[21]]
    less_by_block = space[to[21] : to[22]]
    if blocks == header[SLOTS]:  # each block has one slot
        more_by_block = worth
        less_by_block = less
    if not saturate(logits, blocks, more_by_block, less_by_block):
        return BAD_SCORE
    refused = run_begin(state)
    if refused:
        return refused
    # CANDIDATES
    if blocks < header[SLOTS]:
        spread(header, tags, more_by_block, less_by_block, worth, less)
    survey(header, tags, worth, peaks)
    wishes_by_logits(header, less, state[at[8] : at[9]], state[at[9] : at[10]], space[to[16] : to[17]])
    run_pool_wishes(state, space)
    return decide(tags, worth, peaks, state, space)
