"""Several objectives: the exact optimum of utility, churn, nearness and distance from a target (MUL-1, MUL-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.greedy import is_urgent
from focalloc.refimpl.knapsack import Selection, admissible, place, preference
from focalloc.spec.actions import Action
from focalloc.spec.state import State


def multi_objective(
    state: State, scores: Sequence[int], preference: Callable[[Selection], tuple[Any, ...]] = preference
) -> list[Action]:
    """The answer for the next iteration that is worth most, all things weighed.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
        preference: what decides between selections worth as much, behind its first entry.
    """
    params = state.params
    found = choices(state, scores)
    urgent = {choice.action for choice in found if is_urgent(params, choice)}
    weighed = [raised(choice, nearness(state, choice.action)) for choice in found]

    def by_worth(selection: Selection) -> tuple[Any, ...]:
        churn = params.churn_weight * len(selection.chosen)
        distance = abs(state.used + selection.delta - params.goal)
        return churn + params.budget_weight * distance - selection.utility, *preference(selection)[1:]

    best = min(admissible(state, weighed, urgent), key=by_worth)
    chosen = {choice.action for choice in best.chosen}
    return [choice.action for choice in sorted(found, key=place) if choice.action in chosen]


def nearness(state: State, action: Action) -> int:
    """What being near the end of the context, where the cursor stands, is worth to an action."""
    geometry = state.geometry
    between = state.end - (action.start + geometry.span(action.level))
    return state.params.cursor_weight // (between // geometry.span(0) + 1)


def raised(choice: Choice, more: int) -> Choice:
    """``choice`` with the magnitude of its aggregate raised."""
    sign = 1 if choice.action.kind == "expand" else -1
    return Choice(choice.action, choice.aggregate + sign * more, choice.delta)
