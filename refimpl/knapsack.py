"""Exact optimum: interval scheduling over the timeline, with a count and a budget (CAP-1, KNA-1 to KNA-5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.greedy import is_urgent
from focalloc.refimpl.ties import rank
from focalloc.spec.actions import Action
from focalloc.spec.geometry import Geometry
from focalloc.spec.state import State


class Selection(NamedTuple):
    """Some choices that can all be made in one iteration.

    Attributes:
        utility: sum of what they are worth.
        delta: slots they add together.
        chosen: the choices, in the order of application.
    """

    utility: int
    delta: int
    chosen: tuple[Choice, ...]


Table = dict[tuple[int, int], Selection]
"""The best selection for each number of actions and of slots added."""


def knapsack(state: State, scores: Sequence[int]) -> list[Action]:
    """The exact optimum for the next iteration.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
    """
    return optimum(state, choices(state, scores))


def optimum(state: State, found: Sequence[Choice]) -> list[Action]:
    """The exact optimum of the choices ``found``."""
    urgent = {choice.action for choice in found if is_urgent(state.params, choice)}
    best = min(admissible(state, found, urgent), key=preference)
    return [choice.action for choice in best.chosen]


def selections(state: State, found: Sequence[Choice]) -> list[Selection]:
    """For each number of actions up to the cap (CAP-1) and of slots added that is possible, the best selection.

    Two choices exclude each other just where their tokens overlap, so this is interval scheduling: choices are
    visited by the token they end at, and each is added to what could be selected before the token it starts at.
    """
    by_end = sorted(found, key=lambda choice: end(state.geometry, choice.action))
    ends = [end(state.geometry, choice.action) for choice in by_end]
    tables: list[Table] = [{(0, 0): Selection(0, 0, ())}]
    for choice in by_end:
        table = dict(tables[-1])
        before = tables[bisect_right(ends, choice.action.start)]
        for (count, delta), selection in before.items():
            if count < state.params.n_diff:
                size = count + 1, delta + choice.delta
                table[size] = better(extended(selection, choice), table.get(size))
        tables.append(table)
    return list(tables[-1].values())


Selecting = Callable[[State, Sequence[Choice]], list[Selection]]
"""Selections from the choices given, the best of every kind that matters."""


def admissible(
    state: State, found: Sequence[Choice], urgent: AbstractSet[Action], selections: Selecting = selections
) -> list[Selection]:
    """Every size of selection that an iteration may make, each the best of its size (BUD-1, SOF-1, KNA-1).

    Args:
        state: the state after the last iteration.
        found: what there is to choose from.
        urgent: the expands that may go beyond the soft budget.
        selections: which of a size are the best.
    """
    params = state.params
    collapses = [choice for choice in found if choice.action.kind == "collapse"]
    within = ending_within(params.w_max, state, found, selections)
    if params.w_soft < params.w_max:
        # the least urgent expand is applied last, so what it leaves in use is what the iteration leaves in use
        expands = [choice for choice in found if choice.action.kind == "expand" and choice.action in urgent]
        beyond = ending_within(params.w_max, state, collapses + expands, selections)
        within = ending_within(params.w_soft, state, found, selections) + beyond
    return within or selections(state, collapses)


def preference(selection: Selection) -> tuple[int, int, int, list[tuple[bool, int, int, int]]]:
    """Greatest utility, then fewest actions, then least use, then first in order (KNA-2 to KNA-4)."""
    return -selection.utility, len(selection.chosen), selection.delta, places(selection)


def places(selection: Selection) -> list[tuple[bool, int, int, int]]:
    """Where the choices of a selection stand among all choices."""
    return [place(choice) for choice in selection.chosen]


def place(choice: Choice) -> tuple[bool, int, int, int]:
    """Place in the order of application: collapses, then expands, each by rank (KNA-5)."""
    return choice.action.kind == "expand", *rank(choice)


def utility(choice: Choice) -> int:
    """What a choice is worth."""
    return abs(choice.aggregate)


def ending_within(
    limit: int, state: State, found: Sequence[Choice], selections: Selecting = selections
) -> list[Selection]:
    """The `selections` that leave at most ``limit`` slots in use."""
    return [selection for selection in selections(state, found) if state.used + selection.delta <= limit]


def extended(selection: Selection, choice: Choice) -> Selection:
    """``selection`` with ``choice`` put in its place."""
    chosen = tuple(sorted((*selection.chosen, choice), key=place))
    return Selection(selection.utility + utility(choice), selection.delta + choice.delta, chosen)


def better(one: Selection, other: Selection | None) -> Selection:
    """The preferred of two selections of equal size; no second means the first."""
    return one if other is None else min(one, other, key=preference)


def end(geometry: Geometry, action: Action) -> int:
    """The token just after the node of ``action``."""
    return action.start + geometry.span(action.level)
