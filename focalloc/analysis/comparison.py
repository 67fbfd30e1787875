"""Two strategies on the same sessions, paired: what is measured, and how sure a difference is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Any

import numpy as np

from focalloc.analysis.contenders import Contender
from focalloc.analysis.scenes import Move, Scene
from focalloc.spec.actions import OPPOSITE, Action, consumed
from focalloc.spec.blocks import Block
from focalloc.spec.cooldown import Entry
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.scores import SCORE_SCALE, Aggregates
from focalloc.spec.state import State, advanced, ingested_tokens, opened, released

# WHAT IS MEASURED


@dataclass(frozen=True)
class Measure:
    """One figure of a session.

    Attributes:
        name: what it is called.
        meaning: a phrase.
        unit: what it is counted in.
        better: 1 if more is better, -1 if less is, 0 if neither.
    """

    name: str
    meaning: str
    unit: str
    better: int


QUALITY = Measure(
    "quality", "share of what the next iteration needs that is visible at level 0, where the need is known", "share", 1
)

MEASURES = (
    QUALITY,
    Measure("utility", "sum of the magnitudes of the aggregates of the actions, per iteration", "score", 1),
    Measure("unmet", "sum of the positive scores of the gists left in the context, per iteration", "score", -1),
    Measure("budget use", "slots used, as a share of w_max", "share", 0),
    Measure("swap rate", "actions per block of the context, per iteration", "actions/block", -1),
    Measure("residency", "iterations that a node had stayed as it was when it was acted on", "iterations", 1),
    Measure("reversals", "actions that undo the last one on their node, per iteration", "actions", -1),
    Measure("latency", "microseconds per iteration, median", "µs", -1),
)

Figures = dict[str, float]


def figure(value: float) -> str:
    """``value`` to three digits; a dash for NaN."""
    return "-" if isnan(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def play(scene: Scene, one: Contender) -> Figures:
    """The figures of ``one`` in ``scene``; NaN for what did not occur, and no quality where no need is known.

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
        if move.front is not None:
            state = released(state, front := move.front_of(state.context))
            allocator.release(front)
            continue
        if come := move.comes(scene.geometry):
            try:
                answer = move.ingested(allocator, given)
            except NoRoom as no:
                raise InvalidInput(one.name, f"{scene.group}, call {number}", str(no)) from None
            state = ingested_tokens(state, actions := list(answer), come, answer.released if move.release else None)
            watch.ingested(state, actions)
            continue
        begun = time.perf_counter()
        actions = list(allocator.step(given, **move.told()))
        seconds = time.perf_counter() - begun
        before, state = state, advanced(state, actions, scores.tolist())
        watch.iterated(before, scores.tolist(), actions, state, move, seconds)
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
        self, before: State, scores: Sequence[int], actions: Sequence[Action], after: State, move: Move, seconds: float
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
        row, span, shown = move.lens(after.context), after.geometry.span(0), 0.0
        for block in after.context:
            slots = after.geometry.slots(block.level)
            if block.level == 0 and move.need is not None:
                shown += move.need[block.start // span]
            if block.level:
                left += max(0, sum(row[slot : slot + slots]) // slots)
            slot += slots
        if move.need is not None:
            rows["quality"].append(shown)
        rows["utility"].append(utility / SCORE_SCALE)
        rows["unmet"].append(left / SCORE_SCALE)
        rows["budget use"].append(after.used / after.params.w_max)
        rows["swap rate"].append(len(actions) / len(before.context))
        rows["reversals"].append(reversals)
        rows["latency"].append(1e6 * seconds)

    def figures(self) -> Figures:
        """The mean of each measure, the median of latency."""
        rows = self._rows.items()
        means = {name: float(np.mean(row)) if row else nan for name, row in rows if row or name != QUALITY.name}
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
    def winner(self) -> str:
        """``A`` or ``B``, whichever does better; empty where `gain` is 0."""
        return {1: "B", -1: "A", 0: ""}[self.gain]

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
        groups: per kind of session, the differences in the order of `MEASURES`; of quality where the need is known.
    """

    first: Contender
    second: Contender
    groups: dict[str, list[Difference]]

    @property
    def measures(self) -> list[Measure]:
        """Those of `MEASURES` that any kind of session has."""
        had = {one.measure for differences in self.groups.values() for one in differences}
        return [measure for measure in MEASURES if measure in had]


def warm(one: Contender, scene: Scene) -> None:
    """Have everything compiled that ``one`` needs, so that no session pays for it."""
    short = replace(scene, moves=scene.moves[:2])
    play(short, one)


def compare(first: Contender, second: Contender, scenes: Iterable[Scene]) -> Comparison:
    """Play every scene with both, in turns, and hold them against each other.

    Args:
        first: a contender.
        second: another.
        scenes: the sessions.
    """
    played: dict[str, list[tuple[Figures, Figures]]] = {}
    for i, scene in enumerate(scenes):
        if i == 0:
            warm(first, scene)
            warm(second, scene)
        turns = (first, second) if i % 2 == 0 else (second, first)  # neither always goes first
        one, other = (play(scene, contender) for contender in turns)
        played.setdefault(scene.group, []).append((one, other) if i % 2 == 0 else (other, one))
    return Comparison(
        first,
        second,
        {
            group: [
                difference(measure, [a for a, _ in pairs], [b for _, b in pairs])
                for measure in MEASURES
                if measure.name in pairs[0][0]
            ]
            for group, pairs in played.items()
        },
    )
