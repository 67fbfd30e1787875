"""Hierarchical: budget and actions are shared out over the regions, and each is planned exactly (HIE-1 to HIE-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor

from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.knapsack import place, preference, selections, utility
from focalloc.spec.actions import Action
from focalloc.spec.state import State


def hierarchical(state: State, scores: Sequence[int]) -> list[Action]:
    """The hierarchical answer for the next iteration.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
    """
    params, found = state.params, choices(state, scores)
    if state.used > params.w_soft:
        found = [choice for choice in found if choice.action.kind == "collapse"]
    room = max(0, params.w_soft - state.used)
    mass, demand = focus(found), focus(expands(found))

    chosen: list[Choice] = []
    for start in sorted({region(state, choice) for choice in found}):
        # COARSE: what this region and the older ones may use together, less what those have used (HIE-1, HIE-2)
        older = [choice for choice in found if region(state, choice) <= start]
        most = floor(params.n_diff * ratio(focus(older), mass)) - len(chosen)
        left = floor(room * ratio(focus(expands(older)), demand)) - sum(choice.delta for choice in chosen)

        # FINE: the optimum of that (HIE-3)
        mine = [choice for choice in found if region(state, choice) == start]
        possible = selections(replace(state, params=replace(params, n_diff=most)), mine)
        best = min((one for one in possible if one.delta <= left), key=preference)
        chosen += best.chosen
    return [choice.action for choice in sorted(chosen, key=place)]


def region(state: State, choice: Choice) -> int:
    """The first token of the top-level node that a choice lies in."""
    span = state.geometry.span(state.geometry.top)
    return choice.action.start // span * span


def expands(found: Sequence[Choice]) -> list[Choice]:
    """The expands among the choices."""
    return [choice for choice in found if choice.action.kind == "expand"]


def focus(found: Sequence[Choice]) -> int:
    """What all the choices are worth together."""
    return sum(utility(choice) for choice in found)


def ratio(part: int, whole: int) -> Fraction:
    """``part`` of ``whole``; nothing of nothing."""
    return Fraction(part, whole) if whole else Fraction(0)
