"""Enhanced greedy as plain loops: thresholds that adapt, scores in balance, ties by cursor and by recency.

Greedy itself is `greedy_kernels`. Its keys order a queue by rank and then by place; here a queue is put in another
order of ties after the best few have been found, with some to spare: whatever goes before a candidate by rank and
place, but not by rank and age, has been acted on lately, and no more than those can push one out that belongs in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.greedy_kernels import (
    BAD_SCORE,
    CAPACITY,
    CHUNK,
    CHUNK_ROOM,
    COLLAPSE,
    DONE,
    FIRST,
    FREED,
    HEADER,
    ITERATION,
    LEVELS,
    MARK,
    N_DIFF,
    OFFSETS,
    SLOTS,
    TAKEN_COLLAPSES,
    TAKEN_EXPANDS,
    TAU_COLLAPSE,
    TAU_EXPAND,
    UNLOCKED,
    WRONG_LENGTH,
    Ints,
    Table,
    alternate,
    best_collapses,
    count_collapses,
    families_before,
    is_barred,
    key_of,
    node_of,
    offer,
    place_of,
    rank_of,
    rise,
    run_begin,
    run_chosen,
    run_survey,
    sort_best_first,
    take,
    token_at,
)
from focalloc.fastpath.machine_code import kernel, let_go, take_back

SHIFT = 20
"""Binary digits behind the point of a fixed-point number."""

# The header of the table of adaptation; behind it the slots used after each of the last iterations, in a ring.
WINDOW = 0
FILLED = 1
NEXT = 2
TOTAL = 3
TAU_MIN = 4
TAU_MAX = 5
EXPAND_NOW = 6
COLLAPSE_NOW = 7
RING = 8

COLUMNS = 8
"""Columns of the work space of `select_refined`."""


# ADAPTATION


@kernel
def stays(total: int, full: int) -> bool:
    """Whether ``total`` of ``full`` slots are neither too few nor too many (ADA-1)."""
    return 5 * total >= 4 * full and 20 * total <= 19 * full


@kernel
def moved(tau: int, total: int, full: int, low: int, high: int) -> int:
    """The threshold after ``total`` of ``full`` slots, too few or too many, were used (ADA-1, ADA-2)."""
    goal = tau * 19 // 20 if 5 * total < 4 * full else (tau * 21 + 19) // 20
    return min(max(goal, low), high)


@kernel
def adapt(adaptive: Table, w_max: int) -> None:
    """Move the thresholds of now to those of the next iteration."""
    window = adaptive[WINDOW]
    if window == 0 or adaptive[FILLED] < window:
        return
    full = window * w_max
    if not stays(adaptive[TOTAL], full):
        tau = moved(adaptive[EXPAND_NOW], adaptive[TOTAL], full, adaptive[TAU_MIN], adaptive[TAU_MAX])
        adaptive[EXPAND_NOW] = tau
        adaptive[COLLAPSE_NOW] = tau


@kernel
def observe(adaptive: Table, slots: int) -> None:
    """Note the slots used after an iteration."""
    window = adaptive[WINDOW]
    if window == 0:
        return
    at = RING + adaptive[NEXT]
    adaptive[TOTAL] += slots - adaptive[at]
    adaptive[at] = slots
    adaptive[NEXT] = (adaptive[NEXT] + 1) % window
    adaptive[FILLED] = min(adaptive[FILLED] + 1, window)


# BALANCE


@kernel
def ratio(part: int, whole: int) -> int:
    """``part / whole`` in fixed point, rounded down, for ``0 < part <= whole``; nothing grows beyond ``2 * whole``."""
    gain = 0
    if part == whole:
        gain = 1
        part = 0
    for _ in range(SHIFT):
        part *= 2
        gain *= 2
        if part >= whole:
            part -= whole
            gain += 1
    return gain


@kernel
def scaled(score: int, gain: int) -> int:
    """``score`` times the fixed-point ``gain``, rounded towards zero."""
    return score * gain >> SHIFT if score >= 0 else -(-score * gain >> SHIFT)


@kernel
def balance(fixed: Table, slots: int) -> None:
    """Scale the heavier side of the scores down to the mass of the lighter one (BAL-1)."""
    positive = 0
    negative = 0
    for i in range(slots):
        score = fixed[i]
        positive += max(score, 0)
        negative -= min(score, 0)
    if positive == 0 or negative == 0:
        return
    gain = ratio(min(positive, negative), max(positive, negative))
    for i in range(slots):
        score = fixed[i]
        if (score > 0) == (positive > negative):
            fixed[i] = scaled(score, gain)


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


# TIES


@kernel
def gather_expands(
    header: Ints, tags: Ints, worth: Ints, peaks: Ints, by_cursor: bool, room: int, keys: Table, notes: Table
) -> int:
    """Find the best ``room`` expands by rank, ties to the first slot, or to the last if they go by cursor.

    The walk goes the way the ties go, so that of equal ranks the later found is the worse. Their slots are the notes.
    """
    slots = header[SLOTS]
    chunks = (slots + CHUNK - 1) // CHUNK
    size = 0
    bar = header[TAU_EXPAND]
    for c in range(chunks):
        chunk = chunks - 1 - c if by_cursor else c
        if peaks[chunk] > bar:
            first = chunk * CHUNK
            length = min(CHUNK, slots - first)
            for i in range(length):
                slot = first + length - 1 - i if by_cursor else first + i
                if worth[slot] > bar and tags[slot] >= 1 and tags[slot] < MARK:
                    place = slots - 1 - slot if by_cursor else slot
                    size = offer(keys, notes, size, room, key_of(worth[slot], place), slot)
                    if size == room:
                        bar = rank_of(keys[0])
    return size


@kernel
def find(ascending: Ints, size: int, number: int) -> int:
    """Which of ``size`` ascending numbers equals ``number``; -1 if none does."""
    low = 0
    high = size
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < number:
            low = middle + 1
        else:
            high = middle
    if low < size and ascending[low] == number:
        return low
    return -1


@kernel
def remember(
    size: int, acted: Table, iterations: Table, memory: int, now: int, done: int, actions: Ints, keys: Table,
    nodes: Table,
) -> int:  # fmt: skip
    """Note that ``done`` actions happened at ``now``, and forget what has been overtaken or is too long ago.

    Args:
        size: how many actions are remembered so far.
        acted: the latest action on each node acted on, longest ago first.
        iterations: when that was.
        keys: work space, as ``nodes``.

    Returns:
        How many actions are remembered.
    """
    for i in range(done):
        rise(keys, nodes, i, -(actions[i] // 2), 0)
    sort_best_first(keys, nodes, done)
    for i in range(done):
        nodes[i] = -keys[i]
    kept = 0
    for j in range(size):
        if now - iterations[j] < memory and find(nodes, done, acted[j] // 2) < 0:
            acted[kept] = acted[j]
            iterations[kept] = iterations[j]
            kept += 1
    for i in range(done):
        acted[kept + i] = actions[i]
        iterations[kept + i] = now
    return kept + done


@kernel
def look_up_ages(
    now: int, memory: int, size: int, nodes: Ints, tokens: Ints, ages: Table, remembered: int, acted: Ints,
    iterations: Ints,
) -> None:  # fmt: skip
    """Write for how many iterations each of ``size`` nodes was not acted on, ``memory`` at most (TIE-2).

    Args:
        tokens: where the nodes start, ascending.
        remembered: how many actions are remembered in ``acted`` and ``iterations``.
    """
    for i in range(size):
        ages[i] = memory
    for j in range(remembered):
        node = acted[j] // 2
        i = find(tokens, size, node // LEVELS)
        if i >= 0 and nodes[i] == node:
            ages[i] = min(memory, now - iterations[j])


@kernel
def line_up(size: int, ranks: Ints, places: Ints, ages: Ints, keys: Table, order: Table, keys_by_age: Table) -> None:
    """Write the order of ``size`` candidates: the highest rank first, then the greatest age, then the first place.

    Args:
        order: takes the number of each candidate, in that order.
    """
    for i in range(size):
        rise(keys_by_age, order, i, key_of(ages[i], places[i]), i)
    sort_best_first(keys_by_age, order, size)
    for turn in range(size):
        keys_by_age[turn] = order[turn]
    for turn in range(size):
        rise(keys, order, turn, key_of(ranks[keys_by_age[turn]], turn), keys_by_age[turn])
    sort_best_first(keys, order, size)


@kernel
def best_tied_expands(
    header: Ints,
    tags: Ints,
    worth: Ints,
    peaks: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    by_cursor: bool,
    memory: int,
    remembered: int,
    acted: Ints,
    iterations: Ints,
    room: int,
    keys: Table,
    notes: Table,
    ranks: Table,
    slots: Table,
    tokens: Table,
    nodes: Table,
    ages: Table,
    more_keys: Table,
    queue_keys: Table,
    queue_tokens: Table,
) -> int:
    """Find the best ``room`` unmarked expands in the order of their ties, best first, with their tokens as notes.

    Returns:
        How many there are.
    """
    spare = remembered + count_collapses(header, ledger_action)
    size = gather_expands(header, tags, worth, peaks, by_cursor, room + spare, keys, notes)
    # by slot, so that tokens are counted in one go
    for i in range(size):
        slots[i] = notes[i]
        ranks[i] = rank_of(keys[i])
    for i in range(size):
        rise(keys, notes, i, key_of(0, slots[i]), ranks[i])
    sort_best_first(keys, notes, size)
    left = 0
    slot = 0
    token = header[FIRST]
    for i in range(size):
        place = place_of(keys[i])
        token = token_at(header, tags, family_slot, family_node, slot, token, place)
        slot = place
        node = node_of(tags[slot], token)
        if not is_barred(header, ledger_action, node * 2 + COLLAPSE):
            ranks[left] = notes[i]
            slots[left] = header[SLOTS] - 1 - slot if by_cursor else slot
            tokens[left] = token
            nodes[left] = node
            left += 1
    look_up_ages(header[ITERATION], memory, left, nodes, tokens, ages, remembered, acted, iterations)
    line_up(left, ranks, slots, ages, keys, notes, more_keys)
    left = min(left, room)
    for turn in range(left):
        i = notes[turn]
        slot = header[SLOTS] - 1 - slots[i] if by_cursor else slots[i]
        queue_keys[turn] = key_of(ranks[i], slot)
        queue_tokens[turn] = tokens[i]
    return left


@kernel
def best_tied_collapses(
    header: Ints,
    fixed: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    memory: int,
    remembered: int,
    acted: Ints,
    iterations: Ints,
    room: int,
    keys: Table,
    notes: Table,
    ranks: Table,
    slots: Table,
    tokens: Table,
    nodes: Table,
    ages: Table,
    more_keys: Table,
    queue_keys: Table,
    queue_families: Table,
) -> int:
    """Find the best ``room`` collapses in the order of their ties, best first, with their family's number as note.

    By cursor the farthest collapse first, which is the order of places: no age but one lets it stand.
    """
    size = best_collapses(
        header, fixed, family_slot, family_node, ledger_action, header[TAU_COLLAPSE], room + remembered, keys, notes
    )
    # by family, so that tokens ascend
    for i in range(size):
        rise(more_keys, ages, i, key_of(0, notes[i]), rank_of(keys[i]))
    sort_best_first(more_keys, ages, size)
    for i in range(size):
        family = place_of(more_keys[i])
        ranks[i] = ages[i]
        slots[i] = family_slot[family]
        nodes[i] = family_node[family]
        tokens[i] = nodes[i] // LEVELS
    look_up_ages(header[ITERATION], memory, size, nodes, tokens, ages, remembered, acted, iterations)
    line_up(size, ranks, slots, ages, keys, notes, more_keys)
    size = min(size, room)
    for turn in range(size):
        slot = slots[notes[turn]]
        queue_keys[turn] = key_of(ranks[notes[turn]], slot)
        queue_families[turn] = families_before(header, family_slot, 0, slot)
    return size


@kernel
def select_tied(
    header: Table,
    tags: Table,
    fixed: Ints,
    worth: Ints,
    peaks: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    by_cursor: bool,
    memory: int,
    remembered: int,
    acted: Ints,
    iterations: Ints,
    actions: Table,
    places: Table,
    expand_keys: Table,
    expand_tokens: Table,
    collapse_keys: Table,
    collapse_families: Table,
    keys: Table,
    notes: Table,
    ranks: Table,
    slots: Table,
    tokens: Table,
    nodes: Table,
    ages: Table,
    more_keys: Table,
) -> int:
    """`greedy_kernels.select` with ties by cursor or recency (TIE-1, TIE-2)."""
    n_diff = header[N_DIFF]
    header[DONE] = 0
    header[FREED] = 0
    header[TAKEN_EXPANDS] = 0
    header[TAKEN_COLLAPSES] = 0
    if n_diff == 0:
        return 0
    collapses = best_tied_collapses(
        header,
        fixed,
        family_slot,
        family_node,
        ledger_action,
        memory,
        remembered,
        acted,
        iterations,
        n_diff,
        keys,
        notes,
        ranks,
        slots,
        tokens,
        nodes,
        ages,
        more_keys,
        collapse_keys,
        collapse_families,
    )
    hungry = True
    while hungry:
        expands = best_tied_expands(
            header,
            tags,
            worth,
            peaks,
            family_slot,
            family_node,
            ledger_action,
            by_cursor,
            memory,
            remembered,
            acted,
            iterations,
            n_diff,
            keys,
            notes,
            ranks,
            slots,
            tokens,
            nodes,
            ages,
            more_keys,
            expand_keys,
            expand_tokens,
        )
        hungry = alternate(
            header,
            tags,
            family_node,
            expands,
            expand_keys,
            expand_tokens,
            expands == n_diff,
            collapses,
            collapse_keys,
            collapse_families,
            actions,
            places,
        )
        # where the queue ran out, everything in it carries a mark: look for the best of the rest
        header[TAKEN_EXPANDS] = 0
    return header[DONE]


# THE CALLS


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
        tags: as for `greedy_kernels.run_step`, and so the following up to ``state``; the scores are taken.
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
