"""Greedy with other ties: by cursor and by recency (TIE-1, TIE-2).

Keys order a queue by rank and then by place; here a queue is put in another order of ties after the best few have been
found, with some to spare: whatever goes before a candidate by rank and place, but not by rank and age, has been acted
on lately, and no more than those can push one out that belongs in. Of these only the ones matter that are of the rank
of the last of the best few. By cursor the best few of either side are found.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.best_few import offer, rise, sort_best_first
from focalloc.fastpath.kernels.candidates import best_collapses, worst_useful_chunk
from focalloc.fastpath.kernels.greedy import alternate
from focalloc.fastpath.kernels.layout import (
    ALIKE,
    CHUNK,
    COLLAPSE,
    CURSOR_TOKEN,
    DONE,
    END,
    EXPAND,
    FAMILIES,
    FEW,
    FIRST,
    FREED,
    ITERATION,
    LEVELS,
    MARK,
    N_DIFF,
    PROTECTED,
    SLOTS,
    TAKEN_COLLAPSES,
    TAKEN_EXPANDS,
    TAU_COLLAPSE,
    TAU_EXPAND,
    WIDTH,
    History,
    Ints,
    Session,
    Sought,
    Table,
    Ties,
)
from focalloc.fastpath.kernels.ledger import count_collapses, is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.fastpath.kernels.places import distance, end_of, families_before, slot_holding, token_at
from focalloc.fastpath.kernels.scores import total
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
def remember(history: History, now: int, done: int, actions: Ints, keys: Table, nodes: Table) -> int:
    """Note that ``done`` actions happened at ``now``, and forget what has been overtaken or is too long ago.

    Args:
        history: what is remembered so far; it has space for the actions.
        now: an iteration.
        done: how many actions.
        actions: the actions.
        keys: work space, as ``nodes``.
        nodes: work space.

    Returns:
        How many actions are remembered.
    """
    acted, iterations = history.acted, history.iterations
    for i in range(done):
        rise(keys, nodes, i, -(actions[i] // 2), 0)
    sort_best_first(keys, nodes, done)
    for i in range(done):
        nodes[i] = -keys[i]
    kept = 0
    for j in range(history.size):
        if now - iterations[j] < history.memory and find(nodes, done, acted[j] // 2) < 0:
            acted[kept] = acted[j]
            iterations[kept] = iterations[j]
            kept += 1
    for i in range(done):
        acted[kept + i] = actions[i]
        iterations[kept + i] = now
    return kept + done


@kernel
def look_up_ages(ties: Ties, now: int, size: int) -> None:
    """Write for how many iterations each of ``size`` nodes was not acted on, no more than are remembered (TIE-2).

    The nodes and the tokens at which they start are there, ascending.
    """
    history, ages = ties.history, ties.ages
    for i in range(size):
        ages[i] = history.memory
    for j in range(history.size):
        node = history.acted[j] // 2
        i = find(ties.tokens, size, node // LEVELS)
        if i >= 0 and ties.nodes[i] == node:
            ages[i] = min(history.memory, now - history.iterations[j])


@kernel
def look_up_few_ages(ties: Ties, now: int, size: int) -> None:
    """`look_up_ages` for so few that a look at all that is remembered, in vector code, takes less than halving."""
    history, ages, acted = ties.history, ties.ages, ties.history.acted
    for i in range(size):
        latest = -1
        for j in range(history.size):
            latest = max(latest, j if acted[j] // 2 == ties.nodes[i] else -1)
        ages[i] = history.memory if latest < 0 else min(history.memory, now - history.iterations[latest])


# WHERE THE CURSOR IS


@kernel
def precedes_by_distance(header: Ints, kind: int, node: int, other: int) -> bool:
    """Whether ``node`` counts for farther than ``other``, which lies behind it or is it: of two as far, that of a
    collapse does and that of an expand does not, so that the earlier goes first either way (TIE-1)."""
    far = distance(header, header[CURSOR_TOKEN], node)
    further = distance(header, header[CURSOR_TOKEN], other)
    return far > further or (far == further and kind == COLLAPSE)


@kernel
def number_by_distance(header: Ints, ties: Ties, kind: int, size: int) -> None:
    """Write in place of ages a number each, the greater to go first: nearest expand, farthest collapse (TIE-1).

    The nodes are there, ascending. Distances fall up to the cursor and rise behind it, so the farthest of those that
    are left is the first of them or the last.
    """
    nodes, ages = ties.nodes, ties.ages
    low = 0
    high = size - 1
    for turn in range(size):
        number = size - turn if kind == COLLAPSE else turn
        if precedes_by_distance(header, kind, nodes[low], nodes[high]):
            ages[low] = number
            low += 1
        else:
            ages[high] = number
            high -= 1


@kernel
def look_up_order(session: Session, ties: Ties, kind: int, size: int) -> None:
    """Write in ages what decides among ``size`` candidates of equal rank; their nodes are there, ascending."""
    if ties.by_cursor:
        number_by_distance(session.header, ties, kind, size)
    elif size <= FEW:
        look_up_few_ages(ties, session.header[ITERATION], size)
    else:
        look_up_ages(ties, session.header[ITERATION], size)


# CANDIDATES


@kernel
def gather_expands(session: Session, ties: Ties, begin: int, stop: int, backwards: bool, room: int) -> int:
    """Find the best ``room`` expands from slot ``begin`` to before ``stop``, by rank, ties to the first or the last.

    The walk goes the way the ties go, so that of equal ranks the later found is the worse. Their slots are the notes.
    """
    header, tags, worth = session.header, session.tags, ties.worth
    peaks, keys, notes = session.peaks, ties.keys, ties.notes
    slots = header[SLOTS]
    lowest = begin // CHUNK
    chunks = (stop + CHUNK - 1) // CHUNK - lowest
    size = 0
    bar = header[TAU_EXPAND]
    if stop - begin == slots and header[DONE] == 0:
        # nothing is marked yet, so each of the highest peaks is an expand's: none that is worth less is among the best
        least = worst_useful_chunk(header, peaks, room, session.chunk_keys, session.chunk_notes)
        bar = max(bar, rank_of(least) - 1)
    for c in range(chunks):
        chunk = lowest + (chunks - 1 - c if backwards else c)
        if peaks[chunk] > bar:
            first = max(begin, chunk * CHUNK)
            length = min(stop, (chunk + 1) * CHUNK) - first
            for i in range(length):
                slot = first + length - 1 - i if backwards else first + i
                if worth[slot] > bar and tags[slot] >= 1 and tags[slot] < MARK:
                    place = slots - 1 - slot if backwards else slot
                    size = offer(keys, notes, size, room, key_of(worth[slot], place), slot)
                    if size == room:
                        bar = rank_of(keys[0])
    return size


@kernel
def gather_around(session: Session, ties: Ties, room: int) -> int:
    """Write slots and ranks of all expands that may be among the best ``room`` in the order of their ties.

    By cursor those are the best on either side of it, as distances fall up to it and rise behind it.

    Returns:
        How many there are, at most ``room``; by cursor at most twice that.
    """
    keys, notes, ranks, slots = ties.keys, ties.notes, ties.ranks, ties.slots
    last = session.header[SLOTS]
    behind = slot_holding(session, session.header[CURSOR_TOKEN]) if ties.by_cursor else 0
    size = 0
    for backwards in range(2):
        begin = 0 if backwards == 1 else behind
        found = gather_expands(session, ties, begin, behind if backwards == 1 else last, backwards == 1, room)
        for i in range(found):
            slots[size + i] = notes[i]
            ranks[size + i] = rank_of(keys[i])
        size += found
    return size


@kernel
def gather_at_least(session: Session, ties: Ties, least: int, room: int, most: int) -> int:
    """Write slots and ranks of all expands above rank ``least``, and of the first ``room`` (1 or more) of it, by slot.

    No more than ``most``, which is all that there can be; it is asked so that a proof need not count them.

    Returns:
        How many there are.
    """
    header, tags, worth = session.header, session.tags, ties.worth
    peaks, ranks, slots = session.peaks, ties.ranks, ties.slots
    size = 0
    lowest = least
    for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK):
        if peaks[chunk] >= lowest:
            first = chunk * CHUNK
            for i in range(min(CHUNK, header[SLOTS] - first)):
                slot = first + i
                if worth[slot] >= lowest and tags[slot] >= 1 and tags[slot] < MARK and size < most:
                    ranks[size] = worth[slot]
                    slots[size] = slot
                    size += 1
                    if worth[slot] == least:
                        room -= 1
                        if room == 0:
                            lowest = least + 1
    return size


@kernel
def farthest_collapses(session: Session, ties: Ties, room: int) -> int:
    """Find the best ``room`` collapses by rank, ties to the farthest from the cursor; their families are the notes.

    As `best_collapses` but for the ties: the walk goes from both ends inwards, so that of equal ranks the later found
    is the worse.
    """
    header, fixed, family_slot = session.header, session.fixed, session.family_slot
    family_node, ledger_action = session.family_node, session.ledger_action
    size = 0
    bar = header[TAU_COLLAPSE]
    low = 0
    high = header[FAMILIES] - 1
    for turn in range(header[FAMILIES]):
        family = low
        if precedes_by_distance(header, COLLAPSE, family_node[low], family_node[high]):
            low += 1
        else:
            family = high
            high -= 1
        node = family_node[family]
        slots = header[WIDTH + node % LEVELS]
        score = total(fixed, family_slot[family], slots)
        if (
            score < -bar * slots  # floor(score / slots) < -bar, without a division
            and end_of(header, node) <= header[END] - header[PROTECTED]
            and not is_barred(header, ledger_action, node * 2 + EXPAND)
        ):
            size = offer(ties.keys, ties.notes, size, room, key_of(-(score // slots), turn), family)
            if size == room:
                bar = rank_of(ties.keys[0])
    return size


@kernel
def collapses_at_least(session: Session, ties: Ties, least: int, room: int, most: int) -> int:
    """Write all collapses above rank ``least``, and the first ``room`` (1 or more) of it, by family; return how many.

    No more than ``most``, as `gather_at_least`. Their families' first slots, nodes and first tokens are written, too.
    """
    header, fixed, family_slot = session.header, session.fixed, session.family_slot
    family_node, ledger_action = session.family_node, session.ledger_action
    ranks, slots, nodes, tokens = ties.ranks, ties.slots, ties.nodes, ties.tokens
    tail = header[END] - header[PROTECTED]
    lowest = least
    size = 0
    for family in range(header[FAMILIES]):
        width = header[ALIKE]
        if width == 0:
            width = header[WIDTH + family_node[family] % LEVELS]
        score = total(fixed, family_slot[family], width)
        if score < (1 - lowest) * width:  # -floor(score / width) >= lowest, without a division
            node = family_node[family]
            if tail < end_of(header, node):
                break
            if size < most and not is_barred(header, ledger_action, node * 2 + EXPAND):
                nodes[size] = node
                tokens[size] = node // LEVELS
                slots[size] = family_slot[family]
                ranks[size] = -(score // width)
                if ranks[size] == least:
                    room -= 1
                    if room == 0:
                        lowest = least + 1
                size += 1
    return size


@kernel
def lowest_of(ranks: Ints, size: int) -> int:
    """The lowest of ``size`` ranks, 1 or more."""
    lowest = ranks[0]
    for i in range(1, size):
        lowest = min(lowest, ranks[i])
    return lowest


@kernel
def count_above(ranks: Ints, size: int, rank: int) -> int:
    """How many of ``size`` ranks are above another."""
    above = 0
    for i in range(size):
        above += 1 if ranks[i] > rank else 0
    return above


@kernel
def suffices(ties: Ties, size: int, room: int) -> bool:
    """Whether the best ``room`` in the order of their ties are among the best ``size`` by rank and place.

    So they are if as many rank above the last of them or were not acted on for as long as is remembered: whoever is of
    its rank and not among them is no older, and comes later.
    """
    ranks, ages = ties.ranks, ties.ages
    if size < room:
        return False
    least = lowest_of(ranks, size)
    enough = 0
    for i in range(size):
        enough += 1 if ranks[i] > least or ages[i] == ties.history.memory else 0
    return enough >= room


@kernel
def keep_best(ties: Ties, size: int, room: int) -> int:
    """Keep the best ``room`` of ``size`` candidates in order of place, by rank, then age, then place, in that order.

    Returns:
        How many there are.
    """
    ranks, slots, tokens, ages = ties.ranks, ties.slots, ties.tokens, ties.ages
    keys, notes = ties.keys, ties.notes
    if size <= room:
        return size
    # BY RANK
    best = 0
    for i in range(size):
        best = offer(keys, notes, best, room, key_of(ranks[i], i), i)
    least = rank_of(keys[0])
    # OF THE LAST RANK, BY AGE
    left = max(1, room - count_above(ranks, size, least))
    best = 0
    for i in range(size):
        if ranks[i] == least:
            best = offer(keys, notes, best, left, key_of(ages[i], i), i)
    last = keys[0]
    kept = 0
    for i in range(size):
        # as many as there is room for in any case; it is asked so that a proof need not count them
        if kept < room and (ranks[i] > least or (ranks[i] == least and key_of(ages[i], i) >= last)):
            ranks[kept] = ranks[i]
            slots[kept] = slots[i]
            tokens[kept] = tokens[i]
            ages[kept] = ages[i]
            kept += 1
    return kept


@kernel
def line_up(ties: Ties, size: int) -> None:
    """Write the order of ``size`` candidates to their notes: the highest rank first, then the oldest, then by place."""
    ranks, places, ages = ties.ranks, ties.slots, ties.ages
    keys, order, keys_by_age = ties.keys, ties.notes, ties.more_keys
    for i in range(size):
        rise(keys_by_age, order, i, key_of(ages[i], places[i]), i)
    sort_best_first(keys_by_age, order, size)
    for turn in range(size):
        keys_by_age[turn] = order[turn]
    for turn in range(size):
        rise(keys, order, turn, key_of(ranks[keys_by_age[turn]], turn), keys_by_age[turn])
    sort_best_first(keys, order, size)


@kernel
def sort_by_slot(ties: Ties, size: int) -> None:
    """Put ``size`` candidates in order of their slots, with their ranks, if they are not."""
    keys, notes, ranks, slots = ties.keys, ties.notes, ties.ranks, ties.slots
    ascending = True
    for i in range(1, size):
        ascending = ascending and slots[i - 1] < slots[i]
    if ascending:
        return
    for i in range(size):
        rise(keys, notes, i, key_of(0, slots[i]), ranks[i])
    sort_best_first(keys, notes, size)
    for i in range(size):
        slots[i] = place_of(keys[i])
        ranks[i] = notes[i]


@kernel
def name_expands(session: Session, ties: Ties, size: int) -> int:
    """Put ``size`` expands in order of their slots, and write tokens, nodes and ages of those that do not rest.

    Returns:
        How many do not.
    """
    header, tags, ledger_action = session.header, session.tags, session.ledger_action
    ranks, slots, tokens, nodes = ties.ranks, ties.slots, ties.tokens, ties.nodes
    sort_by_slot(ties, size)  # so that tokens are counted in one go
    left = 0
    slot = 0
    token = header[FIRST]
    for i in range(size):
        token = token_at(session, slot, token, slots[i])
        slot = slots[i]
        node = node_of(tags[slot], token)
        if not is_barred(header, ledger_action, node * 2 + COLLAPSE):
            ranks[left] = ranks[i]
            slots[left] = slot
            tokens[left] = token
            nodes[left] = node
            left += 1
    look_up_order(session, ties, EXPAND, left)
    return left


@kernel
def name_collapses(session: Session, ties: Ties, size: int) -> None:
    """Put the ``size`` collapses that were found in order of their families, and write ranks, slots and ages."""
    family_slot, family_node = session.family_slot, session.family_node
    keys, notes, more_keys, ages = ties.keys, ties.notes, ties.more_keys, ties.ages
    for i in range(size):
        rise(more_keys, ages, i, key_of(0, notes[i]), rank_of(keys[i]))
    sort_best_first(more_keys, ages, size)
    for i in range(size):
        family = place_of(more_keys[i])
        ties.ranks[i] = ages[i]
        ties.slots[i] = family_slot[family]
        ties.nodes[i] = family_node[family]
        ties.tokens[i] = family_node[family] // LEVELS
    look_up_order(session, ties, COLLAPSE, size)


@kernel
def best_tied_expands(session: Session, ties: Ties, room: int) -> int:
    """Find the best ``room`` unmarked expands in the order of their ties, best first, with their tokens as notes.

    Returns:
        How many there are.
    """
    ranks, slots, tokens, notes = ties.ranks, ties.slots, ties.tokens, ties.notes
    queue_keys, queue_tokens, remembered = session.expand_keys, session.expand_tokens, ties.history.size
    wanted = room + count_collapses(session.header, session.ledger_action)
    few = wanted + min(1, remembered)
    size = gather_around(session, ties, few)
    least = lowest_of(ranks, size) if size > 0 else 0
    above = count_above(ranks, size, least)
    left = name_expands(session, ties, size)
    if remembered > 0 and size == few and not suffices(ties, left, room):
        size = gather_at_least(session, ties, least, wanted + remembered - above, wanted + remembered)
        left = name_expands(session, ties, size)
    left = keep_best(ties, left, room)
    line_up(ties, left)
    for turn in range(left):
        i = notes[turn]
        queue_keys[turn] = key_of(ranks[i], slots[i])
        queue_tokens[turn] = tokens[i]
    return left


@kernel
def best_tied_collapses(session: Session, ties: Ties, room: int) -> int:
    """Find the best ``room`` collapses in the order of their ties, best first, with their family's number as note."""
    header, family_slot, notes = session.header, session.family_slot, ties.notes
    ranks, slots, remembered = ties.ranks, ties.slots, ties.history.size
    queue_keys, queue_families = session.collapse_keys, session.collapse_families
    if ties.by_cursor and header[CURSOR_TOKEN] != header[END]:
        size = farthest_collapses(session, ties, room)
        name_collapses(session, ties, size)
    else:  # by cursor the order of places will do, which at the end is that of distances
        few = room + min(1, remembered)
        size = best_collapses(session, Sought(few, 0, 0, ties.keys, notes), header[TAU_COLLAPSE])
        name_collapses(session, ties, size)
        if remembered > 0 and size == few and not suffices(ties, size, room):
            least = lowest_of(ranks, size)
            above = count_above(ranks, size, least)
            size = collapses_at_least(session, ties, least, room + remembered - above, room + remembered)
            look_up_order(session, ties, COLLAPSE, size)
    size = keep_best(ties, size, room)
    line_up(ties, size)
    for turn in range(size):
        slot = slots[notes[turn]]
        queue_keys[turn] = key_of(ranks[notes[turn]], slot)
        queue_families[turn] = families_before(header, family_slot, 0, slot)
    return size


# SELECTION


@kernel
def select_tied(session: Session, ties: Ties) -> int:
    """`greedy.select` with ties by cursor or recency (TIE-1, TIE-2)."""
    header = session.header
    n_diff = header[N_DIFF]
    header[DONE] = 0
    header[FREED] = 0
    header[TAKEN_EXPANDS] = 0
    header[TAKEN_COLLAPSES] = 0
    if n_diff == 0:
        return 0
    collapses = best_tied_collapses(session, ties, n_diff)
    hungry = True
    while hungry:
        before = header[DONE]
        expands = best_tied_expands(session, ties, n_diff)
        hungry = alternate(session, expands, collapses, expands == n_diff)
        # none of them was marked, so that it stops for want of more only after an action
        hungry = hungry and header[DONE] > before
        # where the queue ran out, everything in it carries a mark: look for the best of the rest
        header[TAKEN_EXPANDS] = 0
    return header[DONE]
