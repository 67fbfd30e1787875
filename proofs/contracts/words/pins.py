"""Words for pins: where ranges lie, and what they bar."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    END,
    EXPAND,
    FAMILIES,
    LEDGER_FROM,
    LEDGER_TO,
    LEVELS,
    PIN,
    PROTECTED,
    SLOTS,
    SPAN,
    TOP,
    W_MAX,
    WIDTH,
    Ints,
    Session,
)
from focalloc.proofs.contracts.words.actions import added, in_turn, reversal, shifted
from focalloc.proofs.contracts.words.blocks import stands, token_of
from focalloc.proofs.contracts.words.families import node_at
from focalloc.proofs.contracts.words.ghosts import at, ghost
from focalloc.proofs.contracts.words.splices import stay_behind
from focalloc.proofs.contracts.words.sums import held, level_of


@ghost
def pins_lie(no_expand: Ints, cells: int, slots: int) -> bool:
    """`ranges_lie`, of which solvers know lemmas only."""
    return ranges_lie(no_expand, cells, slots)


@ghost
def covers(header: Ints, tags: Ints, first: int, last: int, slot: int, behind: int) -> bool:
    """The blocks that meet tokens from ``first`` to before ``last`` are those from a slot to before ``behind``."""
    return (
        0 <= slot <= behind <= header[SLOTS]
        and (slot == header[SLOTS] or tags[slot] >= 0)
        and (behind == header[SLOTS] or tags[behind] >= 0)
        and all(
            (s < slot) == (token_of(header, tags, s) + header[SPAN + tags[s]] <= first)
            and (s < behind) == (s < slot or token_of(header, tags, s) < last)
            for s in range(header[SLOTS])
            if tags[s] >= 0
        )
    )


@ghost
def pins_cover(header: Ints, tags: Ints, no_expand: Ints, cells: int) -> bool:
    """`ranges_cover`, of which solvers know lemmas only."""
    return ranges_cover(header, tags, no_expand, cells)


@ghost
def ascend(ranges: Ints, cells: int, column: int) -> bool:
    """`ranges_ascend`, of which solvers know lemmas only."""
    return ranges_ascend(ranges, cells, column)


@ghost
def begins_family(header: Ints, tags: Ints, ranges: Ints, cells: int, slot: int) -> bool:
    """A complete family begins in a slot, none of it marked, and none of the ranges in so many cells bars it from
    collapsing."""
    return (
        0 <= tags[slot] < header[TOP]
        and slot + header[WIDTH + tags[slot] + 1] <= header[SLOTS]
        and stands(header, tags, slot, node_at(header, tags, slot))
        and not pinned(header, ranges, cells, node_at(header, tags, slot))
    )


@ghost
def all_listed(header: Ints, tags: Ints, ranges: Ints, cells: int, family_slot: Ints, n: int, to: int) -> bool:
    """Every family that `begins_family` before a slot is among the first ``n`` that are listed."""
    return all(
        held(family_slot, 0, n, slot) for slot in range(to) if begins_family(header, tags, ranges, cells, slot)
    )


@ghost
def listed_by(
    header: Ints, tags: Ints, ranges: Ints, cells: int, first: Ints, m: int, second: Ints, n: int, to: int, end: int
) -> bool:
    """Every family that `begins_family` before one slot, and ends before another, is on one of two lists."""
    return all(
        held(first, 0, m, slot) or held(second, 0, n, slot)
        for slot in range(to)
        if begins_family(header, tags, ranges, cells, slot) and slot + header[WIDTH + tags[slot] + 1] <= end
    )


@ghost
def none_across(header: Ints, tags: Ints, ranges: Ints, cells: int, at: int) -> bool:
    """No family that `begins_family` reaches across the front of a slot."""
    return all(
        at <= slot or slot + header[WIDTH + tags[slot] + 1] <= at
        for slot in range(header[SLOTS])
        if begins_family(header, tags, ranges, cells, slot)
    )


@ghost
def listed_before(
    header: Ints,
    actions: Ints,
    places: Ints,
    n: int,
    slots: int,
    tags: Ints,
    ranges: Ints,
    cells: int,
    family_slot: Ints,
) -> bool:
    """Every family that `begins_family` in slots that ``n`` actions in order have left alone was listed before them."""
    return all(
        held(family_slot, 0, header[FAMILIES], slot - shifted(header, actions, i))
        for i in range(n + 1)
        for slot in range(header[SLOTS])
        if begins_family(header, tags, ranges, cells, slot)
        and stay_behind(
            header, actions, places, n, slots, i, slot - shifted(header, actions, i),
            slot - shifted(header, actions, i) + header[WIDTH + tags[slot] + 1],
        )
    )  # fmt: skip


def is_admissible(session: Session, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """An action may be made after those before it: what it replaces stands (ACT), it undoes nothing too soon (COO-1),
    and no pin bars it (PIN-1, PIN-2); it fits the budget (BUD-1), or it ends before the tail (TAI-1)."""
    return (
        in_turn(session.header, tags, actions, places, i)
        and not held(
            session.ledger_action, session.header[LEDGER_FROM], session.header[LEDGER_TO], reversal(actions[i])
        )
        and (
            session.header[SLOTS] + shifted(session.header, actions, i) + added(session.header, actions[i])
            <= session.header[W_MAX]
            and not pinned(session.header, session.no_expand, len(session.no_expand), actions[i] // 2)
            if actions[i] % 2 == EXPAND
            else actions[i] // 2 // LEVELS + session.header[SPAN + level_of(actions[i])]
            <= session.header[END] - session.header[PROTECTED]
            and not pinned(session.header, session.no_collapse, len(session.no_collapse), actions[i] // 2)
        )
    )


def ranges_lie(no_expand: Ints, cells: int, slots: int) -> bool:
    """Ranges where nothing expands, in so many cells, are of so many slots."""
    return (
        cells % PIN == 0
        and all(0 <= no_expand[j] <= slots for j in range(cells) if j % PIN >= 2)
        and all(no_expand[j] <= no_expand[j + 1] for j in range(cells) if j % PIN == 2)
    )


def ranges_cover(header: Ints, tags: Ints, no_expand: Ints, cells: int) -> bool:
    """Ranges where nothing expands, in so many cells, are of the slots of the blocks that meet them."""
    return all(
        covers(header, tags, no_expand[j], no_expand[j + 1], no_expand[j + 2], no_expand[j + 3])
        for j in range(cells)
        if j % PIN == 0
    )


def ranges_ascend(ranges: Ints, cells: int, column: int) -> bool:
    """Ranges in so many cells begin in order, and end in order, by what stands in a column and in the next."""
    return (
        cells % PIN == 0
        and all(
            ranges[j] <= ranges[k]
            for j in range(cells)
            for k in range(j + 1, cells)
            if j % PIN == column and k % PIN == column
            if at(ranges[j], ranges[k])
        )
        and all(
            ranges[j] <= ranges[k]
            for j in range(cells)
            for k in range(j + 1, cells)
            if j % PIN == column + 1 and k % PIN == column + 1
            if at(ranges[j], ranges[k])
        )
    )


@ghost
def meets(ranges: Ints, cells: int, column: int, first: int, last: int) -> bool:
    """Whether one of the ranges in so many cells meets what is from ``first`` to before ``last``; where ranges begin
    stands in a column, and where they end in the next."""
    return any(
        ranges[j] < last and first < ranges[j + 1] for j in range(cells) if j % PIN == column
    )


@ghost
def pinned(header: Ints, ranges: Ints, cells: int, node: int) -> bool:
    """Whether a node's tokens meet one of the ranges in so many cells."""
    return meets(ranges, cells, 0, node // LEVELS, node // LEVELS + header[SPAN + node % LEVELS])


@ghost
def bars(no_expand: Ints, cells: int, slot: int) -> bool:
    """Whether a slot is in those of one of the ranges in so many cells."""
    return meets(no_expand, cells, 2, slot, slot + 1)
