"""Greedy with other ties: by cursor and by recency (TIE-1, TIE-2).

Keys order a queue by rank and then by place; here a queue is put in another order of ties after the best few have been
found, with some to spare: whatever goes before a candidate by rank and place, but not by rank and age, has been acted
on lately, and no more than those can push one out that belongs in.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.best_few import offer, rise, sort_best_first
from focalloc.fastpath.kernels.candidates import best_collapses
from focalloc.fastpath.kernels.greedy import alternate
from focalloc.fastpath.kernels.layout import (
    CHUNK,
    COLLAPSE,
    DONE,
    FIRST,
    FREED,
    ITERATION,
    LEVELS,
    MARK,
    N_DIFF,
    SLOTS,
    TAKEN_COLLAPSES,
    TAKEN_EXPANDS,
    TAU_COLLAPSE,
    TAU_EXPAND,
    Ints,
    Table,
)
from focalloc.fastpath.kernels.ledger import count_collapses, is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.fastpath.kernels.places import families_before, token_at
from focalloc.fastpath.machine_code import kernel

# WHAT IS REMEMBERED


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


# CANDIDATES


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


# SELECTION


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
    """`greedy.select` with ties by cursor or recency (TIE-1, TIE-2)."""
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
