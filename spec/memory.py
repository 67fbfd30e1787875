"""What an iteration sees in place of the scores it is told: their running mean, which leans to the cursor (MEM)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from focalloc.spec.actions import Action, consumed, produced
from focalloc.spec.blocks import Block, Context
from focalloc.spec.clauses import Finding, clause
from focalloc.spec.cursor import distance
from focalloc.spec.geometry import Geometry
from focalloc.spec.scores import SCORE_LIMIT, floor_mean

Memory = tuple[int, ...]
"""What the first slots of a context remember, fixed point, oldest first; the slots behind them remember nothing yet."""

Parts = dict[Block, Memory]
"""A memory by block: one entry per slot, or none at all where the block remembers nothing yet."""


def moved(mean: int, score: int, shift: int) -> int:
    """A running mean after one more ``score``: nearer to it by the floor of the difference over ``2**shift``."""
    return mean + ((score - mean) >> shift)


def told(memory: Memory, scores: Sequence[int], shift: int) -> Memory:
    """The memory of a context that is told ``scores``, one per slot; what remembers nothing takes its score whole."""
    known = (moved(mean, score, shift) for mean, score in zip(memory, scores, strict=False))
    return (*known, *scores[len(memory) :])


@clause("MEM-1")
def misaveraged(memory: Memory, scores: Sequence[int], shift: int, after: Sequence[int]) -> Iterator[Finding]:
    """MEM-1: a slot's mean moves by the floor of its difference from the score over ``2**shift``, once there is one."""
    for slot, (mine, theirs) in enumerate(zip(told(memory, scores, shift), after, strict=True)):
        if mine != theirs:
            before = f"{memory[slot]} and a" if slot < len(memory) else "nothing and a"
            yield slot, f"slot {slot} remembers {theirs}; {before} score of {scores[slot]} make {mine}"
            return


def parted(geometry: Geometry, context: Context, memory: Memory) -> Parts:
    """A memory by block."""
    parts, at = Parts(), 0
    for block in context:
        parts[block] = memory[at : at + geometry.slots(block.level)]
        at += geometry.slots(block.level)
    return parts


def pass_on(geometry: Geometry, parts: Parts, action: Action) -> None:
    """Have what ``action`` makes inherit what it replaces: in each slot the floor of the mean of what is remembered."""
    known = [mean for block in consumed(geometry, action) for mean in parts.pop(block)]
    for block in produced(geometry, action):
        parts[block] = (floor_mean(sum(known), len(known)),) * geometry.slots(block.level) if known else ()


def inherited(
    geometry: Geometry, before: Context, memory: Memory, actions: Iterable[Action], after: Context
) -> Memory:
    """The memory of the context ``after``, to which legal ``actions`` led from ``before``."""
    if not memory:
        return memory
    parts = parted(geometry, before, memory)
    for action in actions:
        pass_on(geometry, parts, action)
    return tuple(mean for block in after for mean in parts[block])


@clause("MEM-2")
def misinherited(
    geometry: Geometry, context: Context, memory: Memory, actions: Sequence[Action], after: Context, theirs: Memory
) -> Iterator[Finding]:
    """MEM-2: what an action makes remembers the mean of what it replaces; all else remembers what it did."""
    mine = inherited(geometry, context, memory, actions, after)
    if mine != theirs:
        slot = next((i for i, (one, other) in enumerate(zip(mine, theirs, strict=False)) if one != other), None)
        at = min(len(mine), len(theirs)) if slot is None else slot
        said, due = (f"{one[at]}" if at < len(one) else "nothing" for one in (theirs, mine))
        yield at, f"after the actions slot {at} remembers {said}; what it replaced makes {due}"


def leaning(geometry: Geometry, lean: int, cursor: int, block: Block) -> int:
    """What is added to the slots of ``block``: ``lean``, halved for each smallest span between it and the cursor."""
    return lean >> distance(geometry, block, cursor)


def leant(geometry: Geometry, context: Context, row: Sequence[int], lean: int, cursor: int) -> list[int]:
    """A row with the lean added to each slot, as far as fixed point goes (SCO-1)."""
    added: list[int] = []
    for block in context:
        added += [leaning(geometry, lean, cursor, block)] * geometry.slots(block.level)
    return [min(score + more, SCORE_LIMIT - 1) for score, more in zip(row, added, strict=True)]


@clause("MEM-3")
def misleant(
    geometry: Geometry, context: Context, row: Sequence[int], lean: int, cursor: int, after: Sequence[int]
) -> Iterator[Finding]:
    """MEM-3: each slot gains the lean, halved for each smallest span from its block to the cursor, and saturates."""
    for slot, (mine, theirs) in enumerate(zip(leant(geometry, context, row, lean, cursor), after, strict=True)):
        if mine != theirs:
            yield slot, f"slot {slot} becomes {theirs}; {row[slot]} leans to {mine}"
            return
