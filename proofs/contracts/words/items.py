"""Words for the items that a policy looks at."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import COLLAPSE, EXPAND, FAMILIES, LEVELS, SLOTS, TOP, UNITS, WIDTH, Ints
from focalloc.fastpath.kernels.packing import place_of
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at
from focalloc.proofs.contracts.words.sums import many
from focalloc.proofs.contracts.words.tables import within


def are_items(sizes: Ints, keys: Ints, notes: Ints, n: int, room: int) -> bool:
    """The first ``n`` notes are places of items on the shortlists, each of which has ``room``."""
    return all(
        0 <= v < 2 * room and v % room < sizes[v // room]
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def is_item(header: Ints, family_node: Ints, side: int, key: int, note: int) -> bool:
    """A key with its note is that of a node and lies in the context: an expand's note is its node, a collapse's the
    number of its family."""
    return (
        0 <= note < 2**54
        and 1 <= note % LEVELS <= header[TOP]
        and place_of(key) + header[UNITS + note % LEVELS] <= header[SLOTS]
        if side == EXPAND
        else 0 <= note < header[FAMILIES]
        and 0 <= family_node[note] < 2**54
        and 1 <= family_node[note] % LEVELS <= header[TOP]
        and place_of(key) + header[WIDTH + family_node[note] % LEVELS] <= header[SLOTS]
    )


def items_within(header: Ints, family_node: Ints, side: int, keys: Ints, notes: Ints, n: int) -> bool:
    """`is_item`, of the first ``n``, whatever their order."""
    return all(
        is_item(header, family_node, side, k, v)
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_shortlisted(header: Ints, family_node: Ints, side: int, listed: Ints, marks: Ints, first: int, n: int) -> bool:
    """`is_item`, of ``n`` that are listed from ``first`` on."""
    return all(
        is_item(header, family_node, side, listed[j], marks[j])
        for j in range(first, first + n)
        if at(listed[j])
        if at(marks[j])
    )


def are_worths(sizes: Ints, values: Ints, room: int) -> bool:
    """What the items on the shortlists are worth, each of which has ``room``, fits 32 bits."""
    return within(values, 0, sizes[EXPAND], -(2**31), 2**31 - 1) and within(
        values, room, room + sizes[COLLAPSE], -(2**31), 2**31 - 1
    )
