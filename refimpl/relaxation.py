"""The relaxation of the exact optimum: try every price of a slot that can matter (clauses LPR-1 to LPR-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.knapsack import ending_within, utility
from focalloc.refimpl.preparation import prepared
from focalloc.spec.actions import Action
from focalloc.spec.relaxation import Relaxation
from focalloc.spec.state import State

Sharing = Callable[[Sequence[Choice], Sequence[Choice], int], dict[Action, Fraction]]


def relaxation(state: State, scores: Sequence[int]) -> Relaxation:
    """The greatest utility of shares of actions in the next iteration, and shares and prices that prove it.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
    """
    return relaxed(*prepared(state, scores), shared)


def relaxed(state: State, scores: Sequence[int], shared: Sharing) -> Relaxation:
    """`relaxation` with a way to come by the shares."""
    found, most, room = choices(state, scores), state.params.n_diff, state.params.w_max - state.used
    if not ending_within(state.params.w_max, state, found):
        found, room = [choice for choice in found if choice.action.kind == "collapse"], 0

    price = min(prices(found), key=lambda price: (bill(found, most, room, price), price))
    at_least, at_most = (taken(found, most, price, sign) for sign in (1, -1))
    worths = sorted((worth(choice, price) for choice in at_least), reverse=True)
    action_price = worths[most - 1] if 0 < most == len(worths) else Fraction(0)
    if most == 0:
        action_price = max((worth(choice, price) for choice in found), default=Fraction(0))
    shares = shared(at_least, at_most, room) if price > 0 else dict.fromkeys((c.action for c in at_least), Fraction(1))
    return Relaxation(bill(found, most, room, price), shares, price, max(Fraction(0), action_price))


def prices(found: Sequence[Choice]) -> set[Fraction]:
    """Every price of a slot at which the order of what choices are worth can change."""
    ratios = [(utility(one), one.delta) for one in found]
    ratios += [(utility(one) - utility(two), one.delta - two.delta) for one, two in combinations(found, 2)]
    several = {Fraction(value, delta) for value, delta in ratios if delta}
    return {price for price in several if price > 0} | {Fraction(0)}


def worth(choice: Choice, price: Fraction) -> Fraction:
    """What a choice is worth after paying for its slots."""
    return utility(choice) - price * choice.delta


def taken(found: Sequence[Choice], most: int, price: Fraction, sign: int) -> list[Choice]:
    """The ``most`` choices worth most at ``price``; of equal ones those with the fewest slots, or with ``sign`` -1 the
    most, and of those worth nothing the ones that make that difference."""
    wanted = [c for c in found if worth(c, price) > 0 or (worth(c, price) == 0 and sign * c.delta < 0)]
    return sorted(wanted, key=lambda choice: (-worth(choice, price), sign * choice.delta, choice.action))[:most]


def bill(found: Sequence[Choice], most: int, room: int, price: Fraction) -> Fraction:
    """What the room costs at ``price``, and what is left to be gained at that; no shares are worth more."""
    return room * price + sum(worth(choice, price) for choice in taken(found, most, price, 1))


def shared(fewest: Sequence[Choice], most: Sequence[Choice], room: int) -> dict[Action, Fraction]:
    """Shares that add exactly ``room`` slots, between two lots of choices that are worth the same.

    One exchange after another leads from the lot with the fewest slots to the one with the most; the exchange that
    would leave the room is made in part.
    """
    drops = [choice for choice in fewest if choice not in most]
    adds = [choice for choice in most if choice not in fewest]
    shares = {choice.action: Fraction(1) for choice in fewest}
    left = Fraction(room - sum(choice.delta for choice in fewest))
    for i in range(max(len(drops), len(adds))):
        drop, add = drops[i : i + 1], adds[i : i + 1]
        step = sum(choice.delta for choice in add) - sum(choice.delta for choice in drop)
        part = min(Fraction(1), left / step) if step else Fraction(1)
        for choice in drop:
            shares[choice.action] = 1 - part
        for choice in add:
            shares[choice.action] = part
        left -= part * step
    return {action: share for action, share in shares.items() if share}
