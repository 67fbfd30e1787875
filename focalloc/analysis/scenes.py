"""What is played: sessions that any allocator can be taken through."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from focalloc.spec.blocks import Block, Context
from focalloc.spec.errors import InvalidInput, one_of
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE, quantise, slot_scores

if TYPE_CHECKING:
    from focalloc.learn.simulator import Episode

Lens = Callable[[Context], Sequence[int]]
"""The slot scores of any context at one moment."""


class Move(NamedTuple):
    """One call: an ingest of ``blocks`` level-0 blocks or of ``tokens``, or an iteration if both are 0.

    Attributes:
        blocks: how many.
        lens: what rates the slots.
        release: whether an ingest may let the oldest blocks go.
        front: the token to release to, as far as no block is cut, in place of an iteration; None for none.
        need: share of what comes next that lies in each level-0 block, from token 0 on; None where nobody knows.
        cursor: the token that an iteration measures nearness from; None for the end of the context.
        tokens: how many, which may leave the last block without some (FIL-1).
    """

    blocks: int
    lens: Lens
    release: bool = False
    front: int | None = None
    need: Sequence[float] | None = None
    cursor: int | None = None
    tokens: int = 0

    def comes(self, geometry: Geometry) -> int:
        """How many tokens come."""
        return self.tokens or self.blocks * geometry.span(0)

    def ingested(self, allocator: Any, scores: Any) -> Any:
        """What ``allocator`` answers to the ingest that this is."""
        may = {"release": True} if self.release else {}
        if self.tokens:
            return allocator.ingest_tokens(self.tokens, scores, **may)
        return allocator.ingest(self.blocks, scores, **may)

    def told(self) -> dict[str, int]:
        """What a step is told beside its scores."""
        return {} if self.cursor is None else {"cursor": self.cursor}

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


def played(
    traces: Sequence[Path] | None = None, sessions: int = 12, lenses: Sequence[str] | None = None
) -> list[Scene]:
    """The sessions of the traces; or simulated ones under the lenses, or generated ones, and the recorded one.

    Args:
        traces: files that `focalloc.Recorder` wrote.
        sessions: how many are simulated under each lens, or generated of each kind.
        lenses: names out of the simulator's, or ``all`` for every one.

    Raises:
        InvalidInput: a trace is damaged, there are lenses beside traces, or there is no such lens.
    """
    if traces and lenses:
        raise InvalidInput("lens", lenses[0], "must be left out where there is a trace, which has scores of its own")
    if traces:
        return [scene for path in traces for scene in traced(path)]
    return [*(all_simulated(lenses, sessions) if lenses else all_generated(sessions)), recorded()]


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


class Nodes:
    """A lens that rates each node.

    Args:
        geometry: shape of the tree.
        levels: per level, the fixed-point score of each node from token 0 on.
    """

    def __init__(self, geometry: Geometry, levels: Sequence[Sequence[int]]) -> None:
        self._geometry, self._levels = geometry, levels

    def __call__(self, context: Context) -> Sequence[int]:
        """One score per slot of ``context``."""
        spans = self._geometry.spans
        return slot_scores(
            self._geometry, context, [self._levels[level][start // spans[level]] for level, start in context]
        )


class Leaves(Nodes):
    """A lens that rates each level-0 block; a gist is wanted in detail as much as the best block under it.

    Args:
        geometry: shape of the tree.
        scores: fixed-point score of each level-0 block from token 0 on.
    """

    def __init__(self, geometry: Geometry, scores: Sequence[int]) -> None:
        levels = [scores, scores]
        for arity in geometry.arity[1:]:
            below = levels[-1]
            levels.append([max(below[i : i + arity]) for i in range(0, len(below), arity)])
        super().__init__(geometry, levels)


def all_simulated(lenses: Sequence[str], sessions: int) -> list[Scene]:
    """As many sessions under each of ``lenses`` of the simulator that policies are trained in; ``all`` for every one.

    The documents are those that no policy has seen. Under every lens they are the same, and so is what is needed.

    Raises:
        InvalidInput: there is no such lens, or this Python was installed without the documents.
    """
    from focalloc.learn.measure import FIRST_EPISODE, measuring
    from focalloc.learn.rollouts import Source
    from focalloc.learn.simulator import NOISES, Scenario
    from focalloc.learn.texts import language_reference, part

    for lens in lenses:
        one_of("lens", lens, [*NOISES, "all"])
    named = [lens for lens in NOISES if lens in lenses or "all" in lenses]
    texts, seeds = part(language_reference(), "held-out"), range(FIRST_EPISODE, FIRST_EPISODE + sessions)
    return [
        simulated(f"{lens} lens", episode)
        for lens in named
        for episode in measuring(Source(Scenario(), texts, noise=NOISES[lens]), seeds)
    ]


def simulated(group: str, episode: Episode) -> Scene:
    """An episode of the simulator, as a session of ``group`` whose iterations are told where its reader is."""
    terms = episode.scenario
    said = [np.rint(level * SCORE_SCALE).astype(np.int64).tolist() for level in episode.lens]
    need = episode.need.tolist()
    cursor = (episode.cursor * terms.geometry.span(0)).tolist()
    moves = tuple(
        Move(0, Nodes(terms.geometry, [level[i] for level in said]), need=need[i + 1], cursor=cursor[i])
        for i in range(terms.iterations)
    )
    return Scene(group, terms.geometry, terms.params, episode.opening, moves)


def recorded() -> Scene:
    """The session over a real document: it is read, then questions are put to it.

    What a question needs is what its lens rates above 0, each level-0 block by how much.
    """
    from focalloc.conformance.recorded import Focus, Session

    life = Session()
    asked = list(life.moves())
    raw = tuple(Block(0, i * life.geometry.span(0)) for i in range(life.lens.blocks))
    rows = {move.lens: np.array(move.lens.scores(raw)) for move in asked if isinstance(move.lens, Focus)}
    wanted = {lens: np.maximum(row.reshape(len(raw), -1).mean(axis=1), 0) for lens, row in rows.items()}
    needs = {lens: (row / row.sum()).tolist() for lens, row in wanted.items()}
    moves = tuple(
        Move(move.blocks, move.lens.scores, need=needs.get(after.lens))  # type: ignore[arg-type]  # none while it is read
        for move, after in zip(asked, [*asked[1:], asked[-1]], strict=True)
    )
    return Scene("recorded", life.geometry, life.params, life.opening, moves)


def traced(path: Path) -> Iterator[Scene]:
    """The sessions of the trace at ``path``.

    What a lens would have said of a context that was not recorded is not known. It is taken to say of a node what it
    said of the block over it, or the mean, over their slots, of the blocks under it. A strategy that does what was done
    in production is given exactly what was recorded. What was let go is let go by each as far as no block is cut.
    A block that lacked tokens when the recording began counts as full, and what filled it is left out.
    """
    from focalloc.fastpath.trace import events

    for _, group in groupby(events(path), key=lambda event: event.session):
        calls = list(group)
        first = calls[0].before
        moves, lacking = [], first.unfilled
        for event in calls:
            blocks, tokens = event.blocks, event.tokens
            come = tokens or blocks * first.geometry.span(0)
            if early := min(lacking, come):
                blocks, tokens, lacking = 0, come - early, lacking - early
            if event.call in ("step", "release") or blocks or tokens:
                row = Seen(first.geometry, event.before.context, event.scores)
                front = event.released if event.call == "release" else None
                moves.append(Move(blocks, row, event.release, front, cursor=event.cursor, tokens=tokens))
        yield Scene("trace", first.geometry, first.params, first.context, tuple(moves))


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
