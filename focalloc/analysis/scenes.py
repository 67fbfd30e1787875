"""What is played: sessions that any allocator can be taken through."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from pathlib import Path
from typing import NamedTuple

from focalloc.spec.blocks import Block, Context
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import quantise, slot_scores

Lens = Callable[[Context], Sequence[int]]
"""The slot scores of any context at one moment."""


class Move(NamedTuple):
    """One call: an ingest of ``blocks`` level-0 blocks, or an iteration if that is 0.

    Attributes:
        blocks: how many.
        lens: what rates the slots.
        release: whether an ingest may let the oldest blocks go.
        front: the token to release to, as far as no block is cut, in place of an iteration; None for none.
    """

    blocks: int
    lens: Lens
    release: bool = False
    front: int | None = None

    def front_of(self, context: Context) -> int:
        """Where the last block begins that does not begin behind ``front``; where the first does if there is none."""
        starts = [block.start for block in context if self.front is not None and block.start <= self.front]
        return max(starts, default=context[0].start)


@dataclass(frozen=True)
class Scene:
    """One session that any allocator can be taken through.

    Attributes:
        group: what kind of session it is.
        geometry: shape of the tree.
        params: the parameters that all contenders share.
        opening: the context before.
        moves: what is asked, in order.
    """

    group: str
    geometry: Geometry
    params: Params
    opening: Context
    moves: tuple[Move, ...] = field(repr=False)


def played(traces: Sequence[Path] | None = None, sessions: int = 12) -> list[Scene]:
    """The sessions of the traces; without any, generated ones of every kind, and the recorded one."""
    if traces:
        return [scene for path in traces for scene in traced(path)]
    return [*all_generated(sessions), recorded()]


def all_generated(sessions: int) -> list[Scene]:
    """As many generated sessions of each of `GROUPS`."""
    return [generated(group, seed) for group in GROUPS for seed in range(sessions)]


GROUPS = ("steady", "drifting", "jumping", "noisy", "tied", "growing")
"""Classes of generated sessions: where the interest lies stays, moves on, leaps, is seen through noise, is the same
everywhere, or follows a text that is being written."""

WORLDS = (
    (Geometry((32, 32)), 4, Params(w_max=400)),
    (Geometry((8, 4, 4), (1, 1, 2, 4)), 8, Params(w_max=220)),
)
"""Geometry, top-level nodes and parameters of generated sessions."""

ITERATIONS = 40


def generated(group: str, seed: int) -> Scene:
    """A generated session of ``group``; the same for the same ``seed``."""
    rng = random.Random(f"{group} {seed}")
    geometry, tops, params = WORLDS[seed % len(WORLDS)]
    top = geometry.span(geometry.top)
    leaves = tops * top // geometry.span(0)
    centres = [rng.randrange(leaves) for _ in range(3)]
    moves: list[Move] = []
    for iteration in range(ITERATIONS):
        if group == "growing" and iteration % 2:
            leaves += 1
            moves.append(Move(1, Leaves(geometry, [0] * leaves)))
        if group == "jumping" and iteration % 10 == 0:
            centres = [rng.randrange(leaves) for _ in range(3)]
        if group == "drifting":
            centres = [(centre + (iteration % 2)) % leaves for centre in centres]
        if group == "growing":
            centres[0] = leaves - 1
        moves.append(Move(0, Leaves(geometry, [_wish(rng, group, leaf, centres) for leaf in range(leaves)])))
    opening = tuple(Block(geometry.top, i * top) for i in range(tops))
    return Scene(group, geometry, params, opening, tuple(moves))


def _wish(rng: random.Random, group: str, leaf: int, centres: Sequence[int]) -> int:
    near = max(0.0, 1 - min(abs(leaf - centre) for centre in centres) / 6)
    wish = 2 * near - 1
    if group == "tied":
        wish = 0.5 if near > 0.5 else -0.5
    if group == "noisy":
        wish += rng.gauss(0, 0.5)
    return quantise(wish)


class Leaves:
    """A lens that rates each level-0 block; a gist is wanted in detail as much as the best block under it.

    Args:
        geometry: shape of the tree.
        scores: fixed-point score of each level-0 block from token 0 on.
    """

    def __init__(self, geometry: Geometry, scores: Sequence[int]) -> None:
        self._geometry = geometry
        self._levels = [list(scores), list(scores)]
        for arity in geometry.arity[1:]:
            below = self._levels[-1]
            self._levels.append([max(below[i : i + arity]) for i in range(0, len(below), arity)])

    def __call__(self, context: Context) -> Sequence[int]:
        """One score per slot of ``context``."""
        spans = self._geometry.spans
        return slot_scores(
            self._geometry, context, [self._levels[level][start // spans[level]] for level, start in context]
        )


def recorded() -> Scene:
    """The session over a real document: it is read, then questions are put to it."""
    from focalloc.conformance.recorded import Session

    life = Session()
    moves = tuple(Move(move.blocks, move.lens.scores) for move in life.moves())
    return Scene("recorded", life.geometry, life.params, life.opening, moves)


def traced(path: Path) -> Iterator[Scene]:
    """The sessions of the trace at ``path``.

    What a lens would have said of a context that was not recorded is not known. It is taken to say of a node what it
    said of the block over it, or the mean, over their slots, of the blocks under it. A strategy that does what was done
    in production is given exactly what was recorded. What was let go is let go by each as far as no block is cut.
    """
    from focalloc.fastpath.trace import events

    for _, group in groupby(events(path), key=lambda event: event.session):
        calls = list(group)
        first = calls[0].before
        moves = tuple(
            Move(
                event.blocks,
                Seen(first.geometry, event.before.context, event.scores),
                event.release,
                event.released if event.call == "release" else None,
            )
            for event in calls
            if event.call != "apply"
        )
        yield Scene("trace", first.geometry, first.params, first.context, moves)


class Seen:
    """A lens that knows the scores of one context.

    Args:
        geometry: shape of the tree.
        context: the context.
        scores: its slot scores.
    """

    def __init__(self, geometry: Geometry, context: Context, scores: Sequence[int]) -> None:
        self._geometry, self._scores, self._context = geometry, scores, context
        self._starts = [block.start for block in context]
        self._slots = [0, *accumulate(geometry.slots(block.level) for block in context)]

    def __call__(self, context: Context) -> Sequence[int]:
        """One score per slot of ``context``."""
        if context == self._context:
            return self._scores
        row: list[int] = []
        for block in context:
            end = block.start + self._geometry.span(block.level)
            first = max(0, bisect_right(self._starts, block.start) - 1)
            last = max(first + 1, bisect_right(self._starts, end - 1))
            seen = self._scores[self._slots[first] : self._slots[last]]
            slots = self._geometry.slots(block.level)
            row += seen if self._context[first] == block else [sum(seen) // len(seen)] * slots
        return row
