"""Hierarchical: budget and actions are shared out over the regions, and each is planned exactly (HIE-1 to HIE-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor

from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.knapsack import place, preference, selections, utility
from focalloc.spec.actions import Action
from focalloc.spec.scores import SCORE_LIMIT
from focalloc.spec.state import State

SCORE_BITS = SCORE_LIMIT.bit_length()
"""Binary digits of a price: nothing is worth more than a score can be."""


Share = tuple[int, int, int]
"""A region's first token, and the actions and slots that it and the older ones may use together."""

Sharing = Callable[[State, Sequence[Choice], int], list[Share]]
"""The shares of regions, oldest first, of an iteration's choices and its room."""


def hierarchical(state: State, scores: Sequence[int], by_price: Sharing | None = None) -> list[Action]:
    """The hierarchical answer for the next iteration.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
        by_price: how shares follow what is claimed; `shares_by_price` if None.
    """
    params, found = state.params, choices(state, scores)
    if state.used > params.w_soft:
        found = [choice for choice in found if choice.action.kind == "collapse"]
    room = max(0, params.w_soft - state.used)
    shares = (by_price or shares_by_price) if params.region_share == "price" else shares_by_mass

    chosen: list[Choice] = []
    for start, actions, slots in shares(state, found, room):
        # COARSE: what this region and the older ones may use together, less what those have used (HIE-1, HIE-2)
        most = actions - len(chosen)
        left = slots - sum(choice.delta for choice in chosen)

        # FINE: the optimum of that (HIE-3)
        mine = [choice for choice in found if region(state, choice) == start]
        possible = selections(replace(state, params=replace(params, n_diff=most)), mine)
        best = min((one for one in possible if one.delta <= left), key=preference)
        chosen += best.chosen
    return [choice.action for choice in sorted(chosen, key=place)]


def shares_by_mass(state: State, found: Sequence[Choice], room: int) -> list[Share]:
    """The share of each region with candidates, oldest first, by what they are worth together."""
    mass, demand, shares = focus(found), focus(expands(found)), []
    for start in sorted({region(state, choice) for choice in found}):
        older = [choice for choice in found if region(state, choice) <= start]
        actions = floor(state.params.n_diff * ratio(focus(older), mass))
        shares.append((start, actions, floor(room * ratio(focus(expands(older)), demand))))
    return shares


def shares_by_price(state: State, found: Sequence[Choice], room: int) -> list[Share]:
    """The share of each region with a claim, oldest first: all that younger ones do not claim."""
    return shares_of(state, claims(found, state.params.n_diff, room), room)


def shares_of(state: State, claimed: Sequence[Choice], room: int) -> list[Share]:
    """The same, of what is ``claimed``."""
    shares, most = [], state.params.n_diff
    for start in sorted({region(state, choice) for choice in claimed}):
        younger = [choice for choice in claimed if region(state, choice) > start]
        shares.append((start, most - len(younger), room - sum(choice.delta for choice in younger)))
    return shares


def claims(found: Sequence[Choice], most: int, room: int) -> list[Choice]:
    """What claims, at most ``most`` choices, at the price of a slot by which they fit the room."""
    return claims_at(found, most, price_of_slot(found, most, room))


def claims_at(found: Sequence[Choice], most: int, price: int) -> list[Choice]:
    """The at most ``most`` choices that are worth most at this price of a slot; of equals that of fewer slots first."""

    def worth(choice: Choice) -> int:
        return utility(choice) - price * choice.delta

    wanted = (choice for choice in found if worth(choice) > 0)
    return sorted(wanted, key=lambda one: (-worth(one), one.delta, one.action.start, one.action.level))[:most]


def price_of_slot(found: Sequence[Choice], most: int, room: int) -> int:
    """The least price at which what claims fits the room: the dearer a slot, the fewer of them are claimed."""
    price = 0
    for digit in reversed(range(SCORE_BITS)):
        if sum(choice.delta for choice in claims_at(found, most, price + 2**digit - 1)) > room:
            price += 2**digit
    return price


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
