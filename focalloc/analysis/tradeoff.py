"""What a weight buys: the choices of several objectives over a sweep of their weights, and which of them none beats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from focalloc.analysis.contenders import Contender
from focalloc.analysis.scenes import Scene
from focalloc.spec.actions import consumed
from focalloc.spec.errors import InvalidInput, one_of
from focalloc.spec.objective import nearness
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE, Aggregates, quantise
from focalloc.spec.state import State, advanced, ingested_tokens, opened, released

if TYPE_CHECKING:
    from focalloc.fastpath.plan import Plan

WEIGHTS = {
    "churn": "churn_weight",
    "cursor": "cursor_weight",
    "budget": "budget_weight",
    "recompute": "recompute_weight",
}
"""Aim -> the parameter that weighs it."""

AIMS = {"churn": "actions", "cursor": "nearness", "budget": "slots off target", "recompute": "slots recomputed"}
"""Aim -> what is measured of it, per iteration."""

BETTER = {"utility": 1, "actions": -1, "nearness": 1, "slots off target": -1, "slots recomputed": -1}
"""Measure -> 1 if more is better, -1 if less is."""

UNITS = {
    "utility": "score",
    "actions": "actions",
    "nearness": "score",
    "slots off target": "slots",
    "slots recomputed": "slots",
}
"""Measure -> what it is counted in, per iteration."""

SWEEP = (0.0, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
"""Weights by default, in the unit of scores."""


@dataclass(frozen=True)
class Point:
    """One setting of the weights.

    Attributes:
        weights: aim -> weight, in the unit of scores.
        means: measure -> mean per iteration.
        unbeaten: whether no other setting does better in one measure that counts and no worse in the others.
    """

    weights: Mapping[str, float]
    means: Mapping[str, float]
    unbeaten: bool = False


def aim(text: str) -> tuple[str, tuple[float, ...]]:
    """An aim and the weights to sweep it over, of ``churn`` or ``churn=0,0.5,1``.

    Raises:
        InvalidInput: the weights are no numbers.
    """
    name, given, rest = text.partition("=")
    if not given:
        return name, SWEEP
    try:
        return name, tuple(float(part) for part in rest.split(","))
    except ValueError:
        raise InvalidInput(name, rest, "must be weights with commas between them: churn=0,0.5,1") from None


def settings(base: Contender, values: Mapping[str, Sequence[float]]) -> list[tuple[dict[str, float], Contender]]:
    """Every combination of the weights, each with the contender that has them.

    Args:
        base: strategy ``multi_objective``, with what does not change.
        values: aim -> its weights.

    Raises:
        InvalidInput: the strategy weighs nothing, an aim is unknown, or a weight is out of range.
    """
    if base.strategy != "multi_objective":
        raise InvalidInput("strategy", base.strategy, "must be multi_objective: no other weighs several aims")
    for aim in values:
        one_of("aim", aim, WEIGHTS)
    found = []
    for row in product(*values.values()):
        weights = dict(zip(values, row, strict=True))
        changes = base.changes | {WEIGHTS[aim]: quantise(weight) for aim, weight in weights.items()}
        one = replace(base, changes=changes)
        one.params(Params())
        found.append((weights, one))
    return found


def sweep(
    scenes: Iterable[Scene],
    ways: Sequence[tuple[Mapping[str, float], Contender]],
) -> list[Point]:
    """What each setting chooses, from the same states: those that the exact optimum of utility goes through.

    Args:
        scenes: the sessions.
        ways: weights, and the contender that has them.
    """
    rows: list[list[tuple[float, ...]]] = [[] for _ in ways]
    for scene in scenes:
        _walk(scene, [one for _, one in ways], rows)
    means = [np.array(row).mean(axis=0) if row else np.zeros(len(BETTER)) for row in rows]
    points = [
        Point(weights, dict(zip(BETTER, (float(mean) for mean in row), strict=True)))
        for (weights, _), row in zip(ways, means, strict=True)
    ]
    counted = ["utility", *(AIMS[aim] for aim in (ways[0][0] if ways else ()))]
    return [replace(one, unbeaten=not any(beats(other, one, counted) for other in points)) for one in points]


def beats(one: Point, other: Point, measures: Sequence[str]) -> bool:
    """Whether ``one`` does better in some of the measures and no worse in the rest."""
    ahead = [BETTER[name] * (one.means[name] - other.means[name]) for name in measures]
    return max(ahead) > 0 and min(ahead) >= 0


def _walk(scene: Scene, ways: Sequence[Contender], rows: list[list[tuple[float, ...]]]) -> None:
    """Take one scene through the optimum of utility, and ask every way at each of its states what it would do."""
    from focalloc.fastpath.allocator import Allocator

    leader = Contender("knapsack", "knapsack", {})
    state, allocator = opened(scene.geometry, leader.params(scene.params), scene.opening), Allocator()
    allocator.open(scene.geometry, state.params, scene.opening)
    asked = [(one.params(scene.params), Allocator()) for one in ways]
    for move in scene.moves:
        scores = np.array(move.lens(state.context), np.int64)
        if move.front is not None:
            state = released(state, front := move.front_of(state.context))
            allocator.release(front)
            continue
        if come := move.comes(scene.geometry):
            plan = move.ingested(allocator, scores)
            state = ingested_tokens(state, list(plan), come, plan.released)
            continue
        aggregates = Aggregates(scene.geometry, state.context, scores.tolist())
        for row, (params, other) in zip(rows, asked, strict=True):
            before = replace(state, params=params, cursor=move.cursor)
            other.resume(before)
            row.append(_measured(before, aggregates, other.step(scores, cursor=move.cursor)))
        state = advanced(state, list(allocator.step(scores, cursor=move.cursor)), scores.tolist())


def _measured(before: State, aggregates: Any, actions: Plan) -> tuple[float, ...]:
    """The measures of one choice, in the order of `BETTER`; nearness as if its weight were 1."""
    edits = actions.edits
    near = replace(before, params=replace(before.params, cursor_weight=SCORE_SCALE))
    utility = sum(abs(aggregates.of(consumed(before.geometry, action))) for action in actions)
    used = advanced(before, list(actions)).used
    return (
        utility / SCORE_SCALE,
        float(len(actions)),
        sum(nearness(near, action) for action in actions) / SCORE_SCALE,
        float(abs(used - before.params.goal)),
        float(edits.slots_after - edits.first_changed),
    )
