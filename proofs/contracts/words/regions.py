"""Words for regions of a context."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    ALLOWANCE,
    ALLOWED,
    COLLAPSE_FLOOR,
    DEMAND,
    EXPAND_FLOOR,
    FAMILIES,
    FAMILY,
    FIRST,
    HEADER,
    LEVELS,
    LISTED,
    MASS,
    N_DIFF,
    OFFSETS,
    PAIR_SPACE,
    PLACES,
    POOL_SIZES,
    PRICE,
    RECOMPUTE,
    REGION,
    SLOT,
    SLOTS,
    SPACE,
    SPAN,
    START,
    TARGET,
    TOKEN,
    TOP,
    UNITS,
    Ints,
    Regions,
)
from focalloc.proofs.contracts.words.actions import is_shaped
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.sums import here, tokens_in, turn


@ghost
def regions_lie(header: Ints, tags: Ints, family_slot: Ints, table: Ints, n: int) -> bool:
    """`are_regions`, of which solvers know lemmas only."""
    return are_regions(header, tags, family_slot, table, n)


@ghost
def masses_fit(table: Ints, n: int) -> bool:
    """`weigh_as_much`, of all of ``n`` regions, of which solvers know lemmas only."""
    return weigh_as_much(table, n, n)


def table_at(regions: Regions, at: int, field: int) -> int:
    """What stands in the table of regions for the one at ``at``."""
    return regions.table[at + field]


def is_border(header: Ints, tags: Ints, slot: int) -> bool:
    """A region may end, or begin, in a slot: at a multiple of what the coarsest block spans, or where the context
    does."""
    return slot == header[SLOTS] or (
        tags[slot] >= 0
        and (slot == 0 or turn(header[FIRST] + tokens_in(header, tags, 0, slot), header[SPAN + header[TOP]]))
    )


def splits(header: Ints, family_slot: Ints, slot: int, family: int) -> bool:
    """The families before one begin before a slot, and the others do not."""
    return (
        0 <= family <= header[FAMILIES]
        and (family == 0 or family_slot[family - 1] < slot)
        and (family == header[FAMILIES] or slot <= family_slot[family])
    )


def begins_region(header: Ints, tags: Ints, family_slot: Ints, slot: int, family: int) -> bool:
    """A region may begin with a slot and a family."""
    return 0 <= slot <= header[SLOTS] and is_border(header, tags, slot) and splits(header, family_slot, slot, family)


def are_regions(header: Ints, tags: Ints, family_slot: Ints, table: Ints, n: int) -> bool:
    """The first ``n`` that are listed are regions, which begin one after the other."""
    return all(
        begins_region(header, tags, family_slot, table[here(r) * REGION + SLOT], table[here(r) * REGION + FAMILY])
        and table[here(r) * REGION + TOKEN]
        == header[FIRST] + tokens_in(header, tags, 0, table[here(r) * REGION + SLOT])
        for r in range(n)
        if at(here(r))
    ) and all(
        table[here(r) * REGION + SLOT] < table[here(r) * REGION + REGION + SLOT]
        and table[here(r) * REGION + FAMILY] <= table[here(r) * REGION + REGION + FAMILY]
        for r in range(n - 1)
        if at(here(r))
    )


def weigh_as_much(table: Ints, n: int, m: int) -> bool:
    """What weighs in each of the first ``n`` regions that are listed comes to no more than its slots and, among the
    first ``m``, its families can."""
    return all(
        table[here(r) * REGION + DEMAND] >= 0
        and table[here(r) * REGION + DEMAND]
        <= (table[here(r) * REGION + REGION + SLOT] - table[here(r) * REGION + SLOT]) * 2**31
        and table[here(r) * REGION + MASS] >= 0
        and table[here(r) * REGION + MASS]
        <= (
            table[here(r) * REGION + REGION + SLOT]
            - table[here(r) * REGION + SLOT]
            + (table[here(r) * REGION + REGION + FAMILY] - table[here(r) * REGION + FAMILY] if r < m else 0)
        )
        * 2**31
        for r in range(n)
        if at(here(r))
    )


def is_moved(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    its_header: Ints,
    its_tags: Ints,
    its_slot: Ints,
    its_node: Ints,
    slot: int,
    family: int,
) -> bool:
    """The tables of a region are those of its context from a slot and a family on."""
    return (
        is_shaped(header)
        and its_header[TOP] == header[TOP]
        and all(its_header[j] == header[j] for j in range(UNITS, OFFSETS))
        and slot >= 0
        and family >= 0
        and slot + its_header[SLOTS] <= header[SLOTS]
        and header[SLOTS] <= PLACES
        and family + its_header[FAMILIES] <= header[FAMILIES]
        and all(its_tags[j] == tags[j + slot] for j in range(its_header[SLOTS]))
        and all(
            its_slot[f] == family_slot[f + family] - slot and its_node[f] == family_node[f + family]
            for f in range(its_header[FAMILIES])
            if at(its_slot[f])
            if at(its_node[f])
        )
    )


def has_price(query: Ints) -> bool:
    """The price of a slot, and what all slots within the room come to at that, are such that sums fit."""
    return 0 <= query[PRICE] <= 2**35 and -(2**62) <= query[ALLOWANCE] <= 2**61 + 2**58


def begin_blocks(header: Ints, tags: Ints, table: Ints, n: int) -> bool:
    """At the first ``n`` places that are listed blocks begin."""
    return all(
        0 <= table[here(x) * START + SLOT] < header[SLOTS] and tags[table[here(x) * START + SLOT]] >= 0
        for x in range(n)
        if at(here(x))
    )


def query_stays(query: Ints, before: Ints) -> bool:
    """What a search is asked, but for how many may act within what room, and what there is space for, has stayed."""
    return all(
        query[j] == before[j]
        for j in INTEGERS
        if (j >= SPACE and j <= TARGET)
        or j == RECOMPUTE
        or (
            j >= PAIR_SPACE
            and j != EXPAND_FLOOR
            and j != COLLAPSE_FLOOR
            and not (j >= LISTED and j <= ALLOWED)
            and (j < POOL_SIZES or j >= POOL_SIZES + LEVELS)
        )
    )


def is_of_region(header: Ints, whole: Ints) -> bool:
    """The header of a region is that of its context, but for what they hold, where they begin, and the cap."""
    return all(
        header[j] == whole[j] for j in range(HEADER) if j != SLOTS and j != FIRST and j != FAMILIES and j != N_DIFF
    )
