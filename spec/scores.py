"""Exact scores: fixed-point integers, sums and floors of means (clauses SCO-1 to SCO-3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.clauses import Finding, clause
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.printable import counted

SCORE_SCALE = 2**20
"""Fixed-point units per 1.0."""

SCORE_LIMIT = 2**31
"""A fixed-point score ``q`` satisfies ``-SCORE_LIMIT < q < SCORE_LIMIT``; as a float that is just under 2048."""


def quantise(score: float, field: str = "score") -> int:
    """Return ``score`` in fixed point, rounded half to even: ``round(score * 2**20)`` (SCO-1).

    Raises:
        InvalidInput: ``score`` is NaN, infinite, or too large for its fixed-point value to fit.

    Example:
        >>> from focalloc import quantise
        >>> quantise(0.5)
        524288
    """
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise InvalidInput(field, score, "must be a number (SCO-1)")
    if not isinstance(score, int) and not math.isfinite(score):
        raise InvalidInput(field, score, "must be finite (SCO-1)")
    fixed = round(score * SCORE_SCALE)
    if not -SCORE_LIMIT < fixed < SCORE_LIMIT:
        raise InvalidInput(field, score, "must be below 2048 in magnitude once rounded to fixed point (SCO-1)")
    return fixed


@clause("SCO-1")
def unrepresentable(scores: Sequence[object]) -> Iterator[Finding]:
    """SCO-1: every fixed-point score is an integer below `SCORE_LIMIT` in magnitude."""
    for slot, score in enumerate(scores):
        if isinstance(score, bool) or not isinstance(score, int):
            yield slot, f"score {slot} is {score!r}, not a fixed-point integer"
        elif not -SCORE_LIMIT < score < SCORE_LIMIT:
            yield slot, f"score {slot} is {score}; fixed-point scores lie strictly within +-{SCORE_LIMIT}"


@clause("SCO-2")
def miscounted(geometry: Geometry, context: Context, scores: Sequence[object]) -> Iterator[Finding]:
    """SCO-2: there is one score per slot, oldest first."""
    slots = used(geometry, context)
    if len(scores) != slots:
        yield 0, f"{counted(len(scores), 'score')} for {counted(slots, 'slot')}"


def checked_scores(geometry: Geometry, context: Context, scores: Sequence[int]) -> None:
    """Raise `InvalidInput` for the first score that breaks SCO-1, or for a wrong number of scores (SCO-2)."""
    for violation in miscounted(geometry, context, scores):
        raise InvalidInput("scores", len(scores), f"{violation.message} (SCO-2)")
    if set(map(type, scores)) == {int} and min(scores) > -SCORE_LIMIT and max(scores) < SCORE_LIMIT:
        return  # as good as always; what follows says which one it is
    for violation in unrepresentable(scores):
        where = violation.where
        raise InvalidInput(f"scores[{where}]", scores[where], f"{violation.message} (SCO-1)")


def slot_scores(geometry: Geometry, context: Context, block_scores: Sequence[int]) -> list[int]:
    """Spread one score per block over the block's slots, so that every aggregate is as if it had been given per slot.

    Raises:
        InvalidInput: there is not one score per block.
    """
    if len(block_scores) != len(context):
        raise InvalidInput(
            "block scores", len(block_scores), f"there must be one per block, {len(context)} in all (SCO-2)"
        )
    return [
        score for block, score in zip(context, block_scores, strict=True) for _ in range(geometry.slots(block.level))
    ]


def floor_mean(total: int, count: int) -> int:
    """The aggregate of ``count`` (at least 1) scores that sum to ``total``: their mean, rounded down (SCO-3)."""
    return total // count


@clause("SCO-3")
def misaggregated(scores: Sequence[int], aggregate: int) -> Iterator[Finding]:
    """SCO-3: an aggregate is the largest integer whose multiple by the number of slots does not exceed their sum."""
    total, count = sum(scores), len(scores)
    if not aggregate * count <= total < (aggregate + 1) * count:
        yield 0, f"{aggregate} is not the floor of the mean of {counted(count, 'score')} that sum to {total}"


class Aggregates:
    """Aggregates of blocks and families of one context under one row of slot scores.

    Args:
        geometry: the geometry of ``context``.
        context: the working context.
        scores: one fixed-point score per slot of ``context``.
    """

    def __init__(self, geometry: Geometry, context: Context, scores: Sequence[int]) -> None:
        self._geometry = geometry
        self._sums: dict[Block, int] = {}
        at, slots = 0, geometry.block_slots
        for block in context:
            behind = at + slots[block.level]
            self._sums[block] = sum(scores[at:behind])
            at = behind

    def of(self, blocks: Sequence[Block]) -> int:
        """Floor of the mean over all slots of ``blocks``, each of which must be in the context (SCO-3)."""
        total = sum(map(self._sums.__getitem__, blocks))
        return floor_mean(total, used(self._geometry, blocks))

    def merge(self, blocks: Sequence[Block], into: Block) -> None:
        """Give the gist ``into`` the aggregate of ``blocks`` in each of its slots (ING-4)."""
        self._sums[into] = self.of(blocks) * self._geometry.slots(into.level)
