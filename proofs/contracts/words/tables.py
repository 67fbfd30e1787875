"""Words for tables: that they lie apart, what is in them, and heaps of keys."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    HALF,
    HEADER,
    HEARD,
    KNOWN,
    LOWEST,
    OFFSETS,
    PLACES,
    WORK_HEADER,
    WORK_OFFSETS,
    Ints,
)
from focalloc.fastpath.kernels.packing import place_of
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at
from focalloc.proofs.contracts.words.sums import many, up


def lies_apart(header: Ints) -> bool:
    """The tables of a state lie behind its header, one behind the other."""
    return (
        HEADER
        <= header[OFFSETS + 0]
        <= header[OFFSETS + 1]
        <= header[OFFSETS + 2]
        <= header[OFFSETS + 3]
        <= header[OFFSETS + 4]
        <= header[OFFSETS + 5]
        <= header[OFFSETS + 6]
        <= header[OFFSETS + 7]
        <= header[OFFSETS + 8]
        <= header[OFFSETS + 9]
        <= header[OFFSETS + 10]
        <= header[OFFSETS + 11]
        <= header[OFFSETS + 12]
        <= header[OFFSETS + 13]
        <= header[OFFSETS + 14]
        <= header[OFFSETS + 15]
        <= header[OFFSETS + 16]
        <= header[OFFSETS + 17]
        <= header[OFFSETS + 18]
        <= header[OFFSETS + 19]
        <= header[OFFSETS + 20]
        <= header[OFFSETS + 21]
        <= header[OFFSETS + 22]
    )


def work_lies_apart(query: Ints) -> bool:
    """The tables of a search lie behind its header, one behind the other."""
    return query[WORK_OFFSETS] >= WORK_HEADER and all(
        query[i] <= query[j] for i in range(WORK_OFFSETS, WORK_HEADER) for j in range(i + 1, WORK_HEADER)
    )


def within(table: Ints, first: int, last: int, low: int, high: int) -> bool:
    """From ``first`` to before ``last`` all numbers are from ``low`` to ``high``."""
    return all(low <= table[i] <= high for i in range(first, last))


def means_lie(header: Ints, half: int, memory: Ints, told: Ints) -> bool:
    """No mean that is remembered, and none that is told, is as low as what is below every score.

    ``memory`` and ``told`` were cut where ``half`` told which of both is which.
    """
    return all(memory[i] > LOWEST for i in range(header[KNOWN] if header[HALF] == half else header[HEARD])) and all(
        told[i] > LOWEST for i in range(header[HEARD] if header[HALF] == half else header[KNOWN])
    )


def are_preferences(tags: Ints, worth: Ints, slots: int) -> bool:
    """What something is worth at the first slot of each block, marked or not, is no more than 2**33, either way."""
    return all(-(2**33) <= worth[i] <= 2**33 for i in range(slots) if tags[i] >= 0 if at(worth[i]))


def kept_from(table: Ints, other: Ints, first: int) -> bool:
    """From ``first`` on they are the same."""
    return all(table[i] == other[i] for i in INTEGERS if i >= first)


def kept_outside(table: Ints, other: Ints, first: int, last: int) -> bool:
    """Before ``first`` and from ``last`` on they are the same."""
    return all(table[i] == other[i] for i in INTEGERS if i < first or i >= last)


def rising(table: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` each number is greater than the one before."""
    return all(table[i] < table[j] for i in range(first, last) for j in range(i + 1, last))


def falling(table: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` no number is greater than the one before."""
    return all(table[i] >= table[j] for i in range(first, last) for j in range(i + 1, last))


def heap(keys: Ints, size: int) -> bool:
    """No key is less than its parent, so the worst one is on top."""
    return all(keys[up(i)] <= keys[i] for i in range(1, size) if at(up(i)))


def least_first(keys: Ints, size: int) -> bool:
    """None is less than the first."""
    return all(keys[0] <= keys[i] for i in range(size))


def is_pair(key: int, note: int, other: int, its_note: int) -> int:
    """1 if these are the same, else 0."""
    return 1 if key == other and note == its_note else 0


def are_joined(
    keys: Ints, notes: Ints, n: int, first: Ints, first_notes: Ints, m: int, second: Ints, second_notes: Ints, k: int
) -> bool:
    """The first ``n`` keys, each with its note, are those of two lists, whatever their order."""
    return all(
        many(keys, notes, n, key, note)
        == many(first, first_notes, m, key, note) + many(second, second_notes, k, key, note)
        for key in INTEGERS
        for note in INTEGERS
        if at(many(keys, notes, n, key, note))
        if at(many(first, first_notes, m, key, note))
        if at(many(second, second_notes, k, key, note))
    )


def same_pairs(keys: Ints, notes: Ints, others: Ints, their_notes: Ints, size: int) -> bool:
    """The first ``size`` keys, each with its note, are the same, whatever their order; and so is what follows."""
    return all(
        many(keys, notes, n, key, note) == many(others, their_notes, n, key, note)
        for n in INTEGERS
        for key in INTEGERS
        for note in INTEGERS
        if n >= size
        if at(many(keys, notes, n, key, note))
        if at(many(others, their_notes, n, key, note))
    )


def keys_of_places(keys: Ints, notes: Ints, size: int) -> bool:
    """All keys are of rank 0."""
    return all(
        0 <= key < PLACES
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )


def keys_within(keys: Ints, notes: Ints, size: int, low: int, high: int) -> bool:
    """All keys are from ``low`` to ``high``."""
    return all(
        low <= key <= high
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )


def places_differ(keys: Ints, first: int, last: int) -> bool:
    """No two keys from ``first`` to before ``last`` are of one place."""
    return all(
        place_of(keys[i]) != place_of(keys[j])
        for i in range(first, last)
        for j in range(i + 1, last)
        if at(keys[i], keys[j])
    )


def notes_within(keys: Ints, notes: Ints, size: int, low: int, high: int) -> bool:
    """All notes are from ``low`` to ``high``."""
    return all(
        low <= note <= high
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )
