"""Edits: what a step or an ingest changed, in slots (clauses EDI-1 to EDI-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple

from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.geometry import Geometry
from focalloc.spec.printable import counted


class Edit(NamedTuple):
    """One splice of the row of slots.

    Attributes:
        first: first slot that goes, in the row before the call.
        before: how many slots go; 0 where blocks are only put in.
        at: first slot that comes, in the row after the call.
        after: how many slots come; 0 where blocks only leave.
        blocks: what lies in the slots that come, oldest first.

    Example:
        >>> from focalloc import Allocator
        >>> allocator = Allocator()
        >>> allocator.load([(1, 0), (0, 32)])
        >>> [edit] = allocator.step([1.0] + 32 * [0.0]).edits
        >>> edit.first, edit.before, edit.at, edit.after
        (0, 1, 0, 32)
        >>> edit.blocks
        (Block(level=0, start=0),)
    """

    first: int
    before: int
    at: int
    after: int
    blocks: Context

    @property
    def splice(self) -> tuple[int, int, int, int]:
        """The edit without its blocks, as the clauses and the wire have it."""
        return self[:4]


@lru_cache(maxsize=4)  # the row after one call is the row before the next
def row(geometry: Geometry, context: Context) -> tuple[tuple[Block, int], ...]:
    """What each slot holds: a block, and the how-manieth of its slots this is."""
    slots = geometry.block_slots
    return tuple(chain.from_iterable(zip(repeat(block), range(slots[block.level])) for block in context))


@clause("EDI-1")
def scattered(slots_before: int, slots_after: int, edits: Sequence[Sequence[int]]) -> Iterator[Finding]:
    """EDI-1: edits are in order, apart from each other, not empty, and lead from one row's length to the other's."""
    grown = kept_from = 0
    for i, (first, before, at, after) in enumerate(edits):
        if before < 0 or after < 0 or before + after == 0:
            yield i, f"edit {i} replaces {before} slots by {after}; an edit takes slots out, or puts some in, or both"
            return
        if i and first <= kept_from:
            yield i, f"edit {i} begins at slot {first}; no slot is left between it and the edit before"
            return
        if not 0 <= first <= slots_before - before:
            yield i, f"edit {i} takes {counted(before, 'slot')} out from slot {first} on; there are {slots_before}"
            return
        if at != first + grown:
            yield i, f"edit {i} puts slots in at {at}; what was at slot {first} has come to {first + grown} by then"
            return
        kept_from = first + before
        grown += after - before
    if slots_before + grown != slots_after:
        said = f"the edits make {counted(slots_before + grown, 'slot')} of {slots_before:,}; there are {slots_after}"
        yield WHOLE, said


@clause("EDI-2")
def misapplied(
    geometry: Geometry,
    old: Context,
    new: Context,
    edits: Sequence[Sequence[int]],
    filled: Block | None = None,
) -> Iterator[Finding]:
    """EDI-2: what no edit names has the content that it had; the block that was ``filled`` in between has not."""
    was, now = row(geometry, old), row(geometry, new)
    source = slot = 0
    for first, before, at, after in [*edits, (len(was), 0, len(now), 0)]:
        kept, there = was[source:first], now[slot:at]
        if kept != there:
            i = next(i for i, (theirs, mine) in enumerate(zip(kept, there, strict=True)) if theirs != mine)
            yield slot + i, f"the edits keep {_told(kept[i])} where {_told(there[i])} is"
            return
        for i in range(len(there)) if filled in new else ():
            if there[i][0] == filled:
                yield slot + i, f"the edits keep {_told(there[i])}, to which tokens came"
                return
        source, slot = first + before, at + after


@clause("EDI-3")
def overstated(
    geometry: Geometry,
    old: Context,
    new: Context,
    edits: Sequence[Sequence[int]],
    filled: Block | None = None,
) -> Iterator[Finding]:
    """EDI-3: edits name no slot whose block was there before the call and is there after it, and was not ``filled``."""
    was, now, kept = row(geometry, old), row(geometry, new), set(old) & set(new) - {filled}
    for i, (first, before, at, after) in enumerate(edits):
        for block, _ in was[first : first + before] + now[at : at + after]:
            if block in kept:
                yield i, f"edit {i} names {tuple(block)}, which nothing acted on"
                return


def edits_violations(
    geometry: Geometry,
    old: Context,
    new: Context,
    edits: Sequence[Sequence[int]],
    filled: Block | None = None,
) -> list[Violation]:
    """Every clause that ``edits`` break as what one call made of a context.

    Args:
        geometry: shape of the tree.
        old: the context before the call.
        new: the context after it.
        edits: what is said of the call, (first, before, at, after) each.
        filled: the block that more tokens came to, which is another one since (FIL); None if none did.
    """
    if old == new and not edits and filled is None:
        return []  # as mostly
    found = scattered(used(geometry, old), used(geometry, new), edits)
    return found or misapplied(geometry, old, new, edits, filled) + overstated(geometry, old, new, edits, filled)


def _told(held: tuple[Block, int]) -> str:
    block, i = held
    return f"slot {i} of {tuple(block)}"
