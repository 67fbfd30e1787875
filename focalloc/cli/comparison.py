"""Two strategies on the same sessions, paired: what is played, what is measured, and how sure a difference is."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby
from math import nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from focalloc.spec.actions import OPPOSITE, Action, consumed
from focalloc.spec.blocks import Block, Context
from focalloc.spec.cooldown import Entry
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import CHOICES, RANGES, Params
from focalloc.spec.scores import SCORE_SCALE, Aggregates, quantise, slot_scores
from focalloc.spec.state import State, advanced, ingested, opened

Lens = Callable[[Context], Sequence[int]]
"""The slot scores of any context at one moment."""


# WHO


SHARED = (
    "w_max",
    "n_diff",
    "cooldown_steps",
    "protected_tokens",
    "tau_expand",
    "tau_collapse",
    "w_soft",
    "soft_margin",
)
"""Parameters that contenders take from the session; all others are their own."""


@dataclass(frozen=True)
class Contender:
    """A strategy, and parameters that differ from those of the session.

    Attributes:
        name: as it was asked for, ``strategy:name=value,...``.
        strategy: the strategy.
        changes: the parameters.
    """

    name: str
    strategy: str
    changes: dict[str, int | str]

    def params(self, session: Params) -> Params:
        """The parameters in a session that has ``session`` for others."""
        terms: dict[str, Any] = {name: getattr(session, name) for name in SHARED}
        if session.w_soft == session.w_max:  # none of its own, so it follows a w_max that is changed
            terms["w_soft"] = 0
        return Params(**(terms | self.changes | {"strategy": self.strategy}))

    def allocator(self) -> Any:
        """A fresh allocator: the fast path, or the reference of a strategy that the fast path does not have."""
        from focalloc.fastpath.allocator import STRATEGIES, Allocator
        from focalloc.refimpl.allocator import ReferenceAllocator

        return Allocator() if self.strategy in STRATEGIES else ReferenceAllocator()


def contender(text: str) -> Contender:
    """What ``text`` names, e.g. ``greedy`` or ``enhanced:tie_break=cursor,tau_expand=0.3``.

    Raises:
        InvalidInput: there is no such strategy or parameter, or its value is senseless.
    """
    strategy, _, rest = text.partition(":")
    if strategy not in CHOICES["strategy"]:
        raise InvalidInput("strategy", strategy, f"must be one of {', '.join(CHOICES['strategy'])}")
    changes: dict[str, int | str] = {}
    for part in rest.split(",") if rest else []:
        name, _, value = part.partition("=")
        if name == "strategy" or name not in RANGES.keys() | CHOICES.keys():
            known = ", ".join(sorted((RANGES.keys() | CHOICES.keys()) - {"strategy"}))
            raise InvalidInput(text, name, f"must be name=value, with a name out of {known}")
        changes[name] = value if name in CHOICES else _number(name, value)
    found = Contender(text, strategy, changes)
    found.params(Params())
    return found


def _number(name: str, value: str) -> int:
    try:
        return quantise(float(value)) if "." in value else int(value)
    except ValueError:
        raise InvalidInput(name, value, "must be an integer, or with a decimal point a score") from None


# WHAT IS PLAYED


class Move(NamedTuple):
    """One call: an ingest of ``blocks`` level-0 blocks, or an iteration if that is 0."""

    blocks: int
    lens: Lens


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
    in production is given exactly what was recorded.
    """
    from focalloc.fastpath.trace import events

    for _, group in groupby(events(path), key=lambda event: event.session):
        calls = list(group)
        first = calls[0].before
        moves = tuple(
            Move(event.blocks, Seen(first.geometry, event.before.context, event.scores))
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


# WHAT IS MEASURED


@dataclass(frozen=True)
class Measure:
    """One figure of a session.

    Attributes:
        name: what it is called.
        meaning: a phrase.
        better: 1 if more is better, -1 if less is, 0 if neither.
    """

    name: str
    meaning: str
    better: int


MEASURES = (
    Measure("utility", "sum of the magnitudes of the aggregates of the actions, per iteration", 1),
    Measure("unmet", "sum of the positive scores of the gists left in the context, per iteration", -1),
    Measure("budget use", "slots used, as a share of w_max", 0),
    Measure("swap rate", "actions per block of the context, per iteration", -1),
    Measure("residency", "iterations that a node had stayed as it was when it was acted on", 1),
    Measure("reversals", "actions that undo the last one on their node, per iteration", -1),
    Measure("latency", "microseconds per iteration, median", -1),
)

Figures = dict[str, float]


def play(scene: Scene, one: Contender) -> Figures:
    """The figures of ``one`` in ``scene``; NaN for what did not occur.

    Raises:
        InvalidInput: its parameters make no sense there, or it finds no room for an ingest.
    """
    from focalloc.fastpath.allocator import Allocator

    params = one.params(scene.params)
    state, allocator = opened(scene.geometry, params, scene.opening), one.allocator()
    allocator.open(scene.geometry, params, scene.opening)
    watch = Watch(state)
    for number, move in enumerate(scene.moves):
        scores = np.array(move.lens(state.context), np.int64)
        given: Any = scores if isinstance(allocator, Allocator) else scores.tolist()
        if move.blocks:
            try:
                actions = list(allocator.ingest(move.blocks, given))
            except NoRoom as no:
                raise InvalidInput(one.name, f"{scene.group}, call {number}", str(no)) from None
            state = ingested(state, actions, move.blocks)
            watch.ingested(state, actions)
            continue
        begun = time.perf_counter()
        actions = list(allocator.step(given))
        seconds = time.perf_counter() - begun
        before, state = state, advanced(state, actions)
        watch.iterated(before, scores.tolist(), actions, state, move.lens, seconds)
    return watch.figures()


class Watch:
    """Counts what happens in one session.

    Args:
        state: the state before.
    """

    def __init__(self, state: State) -> None:
        self._since = state.iteration
        self._last: dict[Block, Entry] = {}
        self._rows: dict[str, list[float]] = {measure.name: [] for measure in MEASURES}

    def ingested(self, state: State, actions: Sequence[Action]) -> None:
        """An ingest led to ``state``."""
        for action in actions:
            self._last[action.node] = Entry(action.kind, state.iteration)

    def iterated(
        self, before: State, scores: Sequence[int], actions: Sequence[Action], after: State, lens: Lens, seconds: float
    ) -> None:
        """An iteration led from ``before`` to ``after``."""
        aggregates, rows, reversals = Aggregates(before.geometry, before.context, scores), self._rows, 0
        utility = sum(abs(aggregates.of(consumed(before.geometry, action))) for action in actions)
        for action in actions:
            last = self._last.get(action.node)
            reversals += last is not None and last.kind == OPPOSITE[action.kind]
            rows["residency"].append(after.iteration - (self._since if last is None else last.iteration))
            self._last[action.node] = Entry(action.kind, after.iteration)
        left, slot = 0, 0
        row = lens(after.context)
        for block in after.context:
            slots = after.geometry.slots(block.level)
            if block.level:
                left += max(0, sum(row[slot : slot + slots]) // slots)
            slot += slots
        rows["utility"].append(utility / SCORE_SCALE)
        rows["unmet"].append(left / SCORE_SCALE)
        rows["budget use"].append(after.used / after.params.w_max)
        rows["swap rate"].append(len(actions) / len(before.context))
        rows["reversals"].append(reversals)
        rows["latency"].append(1e6 * seconds)

    def figures(self) -> Figures:
        """The mean of each measure, the median of latency."""
        means = {name: float(np.mean(row)) if row else nan for name, row in self._rows.items()}
        return means | {"latency": float(np.median(self._rows["latency"])) if self._rows["latency"] else nan}


# HOW SURE


RESAMPLES = 10_000

FEWEST = 5
"""Pairs below which no interval is given: so few say nothing about others."""


@dataclass(frozen=True)
class Difference:
    """One measure of two contenders over paired sessions.

    Attributes:
        measure: which.
        pairs: sessions in which both have it.
        first: mean of the first contender.
        second: mean of the second.
        mean: mean of second minus first.
        low: lower end of the 95 % bootstrap interval of that mean; NaN with fewer than `FEWEST` pairs.
        high: its upper end.
        each: second minus first in each of the sessions.
    """

    measure: Measure
    pairs: int
    first: float
    second: float
    mean: float
    low: float
    high: float
    each: tuple[float, ...]

    @property
    def differs(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    @property
    def gain(self) -> int:
        """1 if the second does better, -1 if it does worse; 0 if the interval holds 0 or neither way is better."""
        return int(np.sign(self.mean)) * self.measure.better if self.differs else 0


def difference(measure: Measure, first: Sequence[Figures], second: Sequence[Figures]) -> Difference:
    """How ``second`` differs from ``first``, session by session."""
    pairs = np.array([(a[measure.name], b[measure.name]) for a, b in zip(first, second, strict=True)]).reshape(-1, 2)
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    if len(pairs) == 0:
        return Difference(measure, 0, nan, nan, nan, nan, nan, ())
    each = pairs[:, 1] - pairs[:, 0]
    low, high = nan, nan
    if len(each) >= FEWEST:
        picks = np.random.default_rng(0).integers(len(each), size=(RESAMPLES, len(each)))
        low, high = np.quantile(each[picks].mean(axis=1), (0.025, 0.975))
    one, other = pairs.mean(axis=0)
    return Difference(measure, len(each), one, other, each.mean(), low, high, tuple(each.tolist()))


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Attributes:
        first: the first contender.
        second: the second.
        groups: per kind of session, the differences in the order of `MEASURES`.
    """

    first: Contender
    second: Contender
    groups: dict[str, list[Difference]]


def warm(one: Contender, scene: Scene) -> None:
    """Have everything compiled that ``one`` needs, so that no session pays for it."""
    short = replace(scene, moves=scene.moves[:2])
    play(short, one)


def compare(first: Contender, second: Contender, scenes: Sequence[Scene], watch: Callable[[], object]) -> Comparison:
    """Play every scene with both, in turns, and hold them against each other.

    Args:
        first: a contender.
        second: another.
        scenes: the sessions.
        watch: called after each scene.
    """
    played: dict[str, list[tuple[Figures, Figures]]] = {}
    for one in (first, second):
        warm(one, scenes[0])
    for i, scene in enumerate(scenes):
        figures = {}
        for one in (first, second) if i % 2 == 0 else (second, first):  # neither always goes first
            figures[one is second] = play(scene, one)
        played.setdefault(scene.group, []).append((figures[False], figures[True]))
        watch()
    return Comparison(
        first,
        second,
        {
            group: [difference(measure, [a for a, _ in pairs], [b for _, b in pairs]) for measure in MEASURES]
            for group, pairs in played.items()
        },
    )
