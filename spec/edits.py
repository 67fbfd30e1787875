"""Edits: what a step or an ingest changed, in slots (clauses EDI-1 to EDI-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from focalloc.spec.blocks import Block, Context
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.geometry import Geometry


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


def row(geometry: Geometry, context: Context) -> list[tuple[Block, int]]:
    """What each slot holds: a block, and the how-manieth of its slots this is."""
    return [(block, i) for block in context for i in range(geometry.slots(block.level))]


@clause("EDI-1")
def scattered(slots_before: int, slots_after: int, edits: Sequence[Edit]) -> Iterator[Finding]:
    """EDI-1: edits are in order, apart from each other, not empty, and lead from one row's length to the other's."""
    grown = 0
    for i, (first, before, at, after, _) in enumerate(edits):
        if before < 0 or after < 0 or before + after == 0:
            yield i, f"edit {i} replaces {before} slots by {after}; an edit takes out slots, or puts some in, or both"
            return
        if at != first + grown:
            yield i, f"edit {i} puts slots in at {at}; slot {first} has moved to {first + grown} by then"
            return
        if not 0 <= first <= slots_before - before:
            yield i, f"edit {i} takes out slots {first} to {first + before - 1} of {slots_before}"
            return
        grown += after - before
    for i, (one, other) in enumerate(pairwise(edits)):
        if other.first <= one.first + one.before:
            yield i + 1, f"edit {i + 1} begins at slot {other.first}, and so no slot is left between it and edit {i}"
            return
    if slots_before + grown != slots_after:
        yield WHOLE, f"the edits turn {slots_before} slots into {slots_before + grown}; there are {slots_after}"


@clause("EDI-2")
def misapplied(geometry: Geometry, old: Context, new: Context, edits: Sequence[Edit]) -> Iterator[Finding]:
    """EDI-2: applied to the row before the call, edits give the row after it."""
    was, now = row(geometry, old), row(geometry, new)
    made, done = list[tuple[Block, int]](), 0
    for first, before, _, _, blocks in edits:
        made += was[done:first] + row(geometry, blocks)
        done = first + before
    made += was[done:]
    for slot, (mine, theirs) in enumerate(zip(now, made, strict=False)):
        if mine != theirs:
            yield slot, f"the edits leave {_told(theirs)} in slot {slot}; it holds {_told(mine)}"
            return
    if len(made) != len(now):
        yield WHOLE, f"the edits leave {len(made)} slots; there are {len(now)}"


@clause("EDI-3")
def overstated(geometry: Geometry, old: Context, new: Context, edits: Sequence[Edit]) -> Iterator[Finding]:
    """EDI-3: edits name no slot whose block was there before the call and is there after it."""
    was, kept = row(geometry, old), set(old) & set(new)
    for i, (first, before, _, _, blocks) in enumerate(edits):
        for block, _ in was[first : first + before]:
            if block in kept:
                yield i, f"edit {i} takes out {tuple(block)}, which nothing acted on"
                return
        for block in blocks:
            if block in kept:
                yield i, f"edit {i} puts in {tuple(block)}, which nothing acted on"
                return


def edits_violations(geometry: Geometry, old: Context, new: Context, edits: Sequence[Edit]) -> list[Violation]:
    """Every clause that ``edits`` break as what one call made of a context.

    Args:
        geometry: shape of the tree.
        old: the context before the call.
        new: the context after it.
        edits: what is said of the call; every block of theirs lies in the tree.
    """
    slots = [sum(geometry.slots(block.level) for block in context) for context in (old, new)]
    found = scattered(slots[0], slots[1], edits)
    return found or misapplied(geometry, old, new, edits) + overstated(geometry, old, new, edits)


def with_blocks(geometry: Geometry, new: Context, edits: Sequence[Sequence[int]]) -> list[Edit] | None:
    """Edits that are told without blocks, with the blocks of the context after the call; None if they cut one."""
    begins = dict[int, int]()
    slot = 0
    for i, block in enumerate(new):
        begins[slot] = i
        slot += geometry.slots(block.level)
    begins[slot] = len(new)
    found = []
    for first, before, at, after in edits:
        if at not in begins or at + after not in begins:
            return None
        found.append(Edit(first, before, at, after, new[begins[at] : begins[at + after]]))
    return found


def _told(held: tuple[Block, int]) -> str:
    block, i = held
    return f"slot {i} of {tuple(block)}"
