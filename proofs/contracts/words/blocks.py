"""Words for blocks: what tags say, where gists begin and end, and what spans how much."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    BODY,
    FAMILIES,
    FIRST,
    LEVELS,
    MARK,
    OFFSETS,
    RAW,
    SLOTS,
    SPAN,
    TOP,
    UNITS,
    WIDTH,
    Ints,
)
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.sums import row, tokens_in, turn


@ghost
def tokens_below(header: Ints, tags: Ints, first: int, n: int, levels: int) -> int:
    """The tokens of those of them that are of the first ``levels`` levels."""
    return sum(header[SPAN + tags[first + i]] for i in range(n) if is_below(tags[first + i], levels))


@ghost
def at_level(tags: Ints, first: int, n: int, level: int) -> int:
    """How many of them are of one level."""
    return sum(is_of(tags[first + i], level) for i in range(n))


@ghost
def tiled(header: Ints, tags: Ints, first: int, last: int) -> bool:
    """`blocks_tile`, of which solvers know lemmas only."""
    return blocks_tile(header, tags, first, last)


@ghost
def gists_go_on(header: Ints, tags: Ints) -> bool:
    """`gists_are_whole`, of which solvers know lemmas only."""
    return gists_are_whole(header, tags)


@ghost
def whole(header: Ints, tags: Ints) -> bool:
    """`unmarked_are_whole`, of which solvers know lemmas only."""
    return unmarked_are_whole(header, tags)


@ghost
def stands(header: Ints, tags: Ints, slot: int, node: int) -> bool:
    """From a slot on, the blocks of a node's family stand one after the other, none of them marked, and it begins
    there."""
    return begins_at(header, tags, slot, node) and row(
        tags, slot, node % LEVELS - 1, header[WIDTH + node % LEVELS], header[UNITS + node % LEVELS - 1]
    )


@ghost
def aligned(header: Ints, tags: Ints, n: int) -> bool:
    """`blocks_are_aligned`, of which solvers know lemmas only."""
    return blocks_are_aligned(header, tags, n)


@ghost
def row_or_marks(tags: Ints, slot: int, level: int, slots: int, units: int) -> bool:
    """The same, of blocks of which some may be marked."""
    return all(is_of(tags[j], level) for j in range(slot, slot + slots) if turn(j - slot, units))


def is_of(tag: int, level: int) -> bool:
    """Whether a block of this level begins there, marked or not."""
    return tag == level or tag == level + MARK


def is_below(tag: int, levels: int) -> bool:
    """Whether a block of one of the first ``levels`` levels begins there, marked or not."""
    return 0 <= tag < levels or MARK <= tag < MARK + levels


def are_tags(header: Ints, tags: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` blocks begin or go on, of levels that there are, marked or not."""
    return all(RAW <= tags[i] <= header[TOP] or MARK <= tags[i] <= MARK + header[TOP] for i in range(first, last))


def blocks_fit(header: Ints, tags: Ints) -> bool:
    """Every gist that begins in the context ends in it."""
    return all(
        slot + header[UNITS + tags[slot]] <= header[SLOTS]
        for slot in range(header[SLOTS])
        if 1 <= tags[slot] <= header[TOP]
    )


def follow_each_other(header: Ints, tags: Ints) -> bool:
    """Blocks, none of which is marked, take up all slots, one after the other."""
    return (header[SLOTS] == 0 or tags[0] >= 0) and all(
        tags[slot] <= header[TOP]
        and (
            slot + header[UNITS + tags[slot]] == header[SLOTS]
            or (slot + header[UNITS + tags[slot]] < header[SLOTS] and tags[slot + header[UNITS + tags[slot]]] >= 0)
        )
        for slot in range(header[SLOTS])
        if tags[slot] >= 0
    )


def gists_end(header: Ints, tags: Ints) -> bool:
    """Every gist that is not marked ends in the context, and behind it a block begins."""
    return all(
        slot + header[UNITS + tags[slot]] <= header[SLOTS]
        and (slot + header[UNITS + tags[slot]] == header[SLOTS] or tags[slot + header[UNITS + tags[slot]]] >= 0)
        for slot in range(header[SLOTS])
        if 1 <= tags[slot] <= header[TOP]
    )


def gists_are_whole(header: Ints, tags: Ints) -> bool:
    """Inside a gist that is not marked is `BODY`."""
    return all(
        tags[j] == BODY
        for slot in range(header[SLOTS])
        for j in range(slot + 1, slot + header[UNITS + tags[slot]])
        if 1 <= tags[slot] <= header[TOP]
        if at(tags[slot], tags[j])
    )


def blocks_are_whole(header: Ints, tags: Ints) -> bool:
    """No block begins inside a block."""
    return all(
        tags[j] < 0
        for slot in range(header[SLOTS])
        for j in range(slot + 1, slot + header[UNITS + tags[slot]])
        if 0 <= tags[slot] <= header[TOP]
        if at(tags[slot], tags[j])
    )


def blocks_end(header: Ints, tags: Ints) -> bool:
    """Every block that is not marked ends in the context, and behind it a block begins."""
    return all(
        slot + header[UNITS + tags[slot]] <= header[SLOTS]
        and (slot + header[UNITS + tags[slot]] == header[SLOTS] or tags[slot + header[UNITS + tags[slot]]] >= 0)
        for slot in range(header[SLOTS])
        if 0 <= tags[slot] <= header[TOP]
    )


def unmarked_are_whole(header: Ints, tags: Ints) -> bool:
    """Blocks that are not marked are whole, and behind them blocks begin; nothing else stands between blocks."""
    return blocks_end(header, tags) and blocks_are_whole(header, tags) and bodies_follow(header, tags)


def blocks_tile(header: Ints, tags: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` blocks, none of which is marked, lie whole one after the other."""
    return (
        (first >= last or tags[first] >= 0)
        and all(
            tags[slot] <= header[TOP]
            and (
                slot + header[UNITS + tags[slot]] == last
                or (slot + header[UNITS + tags[slot]] < last and tags[slot + header[UNITS + tags[slot]]] >= 0)
            )
            for slot in range(first, last)
            if tags[slot] >= 0
        )
        and all(
            tags[j] < 0
            for slot in range(first, last)
            for j in range(slot + 1, slot + header[UNITS + tags[slot]])
            if 0 <= tags[slot] <= header[TOP]
            if at(tags[slot], tags[j])
        )
        and all(tags[slot - 1] == BODY or tags[slot - 1] >= 1 for slot in range(first + 1, last) if tags[slot] == BODY)
        and all(tags[slot - 1] == RAW or tags[slot - 1] == 0 for slot in range(first + 1, last) if tags[slot] == RAW)
    )


def are_written(header: Ints, tags: Ints, slot: int, blocks: int, level: int) -> bool:
    """From a slot on stand so many blocks of a level, one after the other."""
    return all(
        tags[j] == (level if turn(j - slot, header[UNITS + level]) else RAW if level == 0 else BODY)
        for j in range(slot, slot + blocks * header[UNITS + level])
    )


def bodies_follow(header: Ints, tags: Ints) -> bool:
    """What goes on with a block stands behind its first slot, or behind what goes on with it."""
    return (
        tags[0] >= 0
        and all(tags[slot - 1] == BODY or tags[slot - 1] >= 1 for slot in range(1, header[SLOTS]) if tags[slot] == BODY)
        and all(
            tags[slot - 1] == RAW or tags[slot - 1] == 0 or tags[slot - 1] == MARK
            for slot in range(1, header[SLOTS])
            if tags[slot] == RAW
        )
    )


def only_marked(header: Ints, tags: Ints, tags_before: Ints) -> bool:
    """Nothing has changed, but that some blocks are marked which were not."""
    return all(
        tags[j] == tags_before[j]
        or (tags[j] == tags_before[j] + MARK and 0 <= tags_before[j] <= header[TOP] and j < header[SLOTS])
        for j in INTEGERS
        if at(tags[j])
    )


def spans_are_told(header: Ints) -> bool:
    """A marked tag spans what it spans without the mark, and what begins no block spans nothing."""
    return (
        header[SPAN + BODY] == 0
        and header[SPAN + RAW] == 0
        and all(header[j] == header[j - MARK] for j in range(SPAN + MARK, SPAN + MARK + header[TOP] + 1))
    )


def begins_at(header: Ints, tags: Ints, slot: int, node: int) -> bool:
    """A node begins at the token of a slot, at a multiple of what it spans."""
    return node // LEVELS == header[FIRST] + tokens_in(header, tags, 0, slot) and turn(
        node // LEVELS, header[SPAN + node % LEVELS]
    )


def blocks_are_aligned(header: Ints, tags: Ints, n: int) -> bool:
    """The blocks that begin in the first ``n`` slots, and are not marked, begin at multiples of what they span."""
    return all(
        turn(header[FIRST] + tokens_in(header, tags, 0, j), header[SPAN + tags[j]])
        for j in range(n)
        if 0 <= tags[j] <= header[TOP]
    )


def alike(header: Ints, other: Ints) -> bool:
    """Two headers are of one geometry, and of contexts of one size that begin alike."""
    return (
        header[TOP] == other[TOP]
        and header[SLOTS] == other[SLOTS]
        and header[FIRST] == other[FIRST]
        and all(header[j] == other[j] for j in range(SPAN + RAW, OFFSETS))
    )


def tokens_are_told(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints) -> bool:
    """Each family begins at the token that the blocks before it lead to."""
    return all(
        family_node[f] // LEVELS == header[FIRST] + tokens_in(header, tags, 0, family_slot[f])
        for f in range(header[FAMILIES])
        if at(family_slot[f])
        if at(family_node[f])
    )


def begins_nowhere(header: Ints, tags: Ints, n: int, token: int) -> bool:
    """None of the blocks that begin in the first ``n`` slots starts at ``token``."""
    return all(
        header[FIRST] + tokens_in(header, tags, 0, i) != token
        for i in range(n)
        if tags[i] >= 0
        if at(tokens_in(header, tags, 0, i))
    )


def token_of(header: Ints, tags: Ints, slot: int) -> int:
    """The token that a block in a slot begins at."""
    return header[FIRST] + tokens_in(header, tags, 0, slot)
