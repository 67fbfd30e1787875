"""The relaxation of the exact optimum as a judgement: is the bound attained, and is it proved? (LPR-1 to LPR-3)

Nothing is solved here. A `Relaxation` brings its own proof: shares that reach the bound, and prices at which no shares
whatever could be worth more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from focalloc.spec.actions import Action, fits, signed_delta
from focalloc.spec.candidates import Candidate, candidates
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.geometry import Geometry
from focalloc.spec.knapsack import least_possible_use, utility
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State, seen

MOST_BITS = 2**13
"""Bits of the denominators of all shares together; those of too many parts that have more are not added up."""


class Relaxation(NamedTuple):
    """What the optimum could be worth if actions could be done in part.

    Attributes:
        bound: the greatest utility of shares; no choice of whole actions has more.
        shares: how much of each action is done, those that are done at all.
        slot_price: utility per slot at which the budget is just met.
        action_price: utility per action at which the cap is just met.
    """

    bound: Fraction
    shares: Mapping[Action, Fraction]
    slot_price: Fraction
    action_price: Fraction

    def gap(self, utility: int) -> Fraction:
        """How far a choice of this utility is from the bound, as a share of the bound; 0 where the bound is 0."""
        return (self.bound - utility) / self.bound if self.bound else Fraction(0)


class Program(NamedTuple):
    """The linear program that is relaxed: weigh candidates by shares, at most ``most`` in all and ``room`` slots."""

    geometry: Geometry
    pool: Sequence[Candidate]
    most: int
    room: int


def program(state: State, scores: Sequence[int]) -> Program:
    """The program of the next iteration; where no choice ends within the budget, of collapses alone and without room.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot.
    """
    now = state.ticked
    pool = candidates(now, Aggregates(now.geometry, now.context, seen(now, scores)))
    most, room = now.params.n_diff, now.params.w_max - now.used
    if not fits(least_possible_use(now.geometry, pool, most, now.used), 0, now.params.w_max):
        return Program(now.geometry, [one for one in pool if one.action.kind == "collapse"], most, 0)
    return Program(now.geometry, pool, most, room)


@clause("LPR-1")
def infeasible_shares(asked: Program, found: Relaxation) -> Iterator[Finding]:
    """LPR-1: shares lie from 0 to 1, are of candidates, and keep cap and budget in total."""
    known = {one.action for one in asked.pool}
    for action, share in found.shares.items():
        if action not in known or not 0 <= share <= 1:
            yield WHOLE, f"{share} of {action.kind} of {tuple(action.node)} is no share of a candidate"
    if (total := sum(found.shares.values())) > asked.most:
        yield WHOLE, f"the shares come to {total} actions; the cap is {asked.most}"
    slots = sum(share * signed_delta(asked.geometry, action) for action, share in found.shares.items())
    if slots > asked.room:
        yield WHOLE, f"the shares add {slots} slots; there is room for {asked.room}"


@clause("LPR-2")
def unproved_bound(asked: Program, found: Relaxation) -> Iterator[Finding]:
    """LPR-2: the shares are worth the bound, and at the prices nothing could be worth more."""
    values = {one.action: utility(one) for one in asked.pool}
    attained = sum(share * values.get(action, 0) for action, share in found.shares.items())
    if attained != found.bound:
        yield WHOLE, f"the shares are worth {attained}, the bound is {found.bound}"
    if found.slot_price < 0 or found.action_price < 0:
        yield WHOLE, f"a price is negative: {found.slot_price} per slot, {found.action_price} per action"
    dual = found.action_price * asked.most + found.slot_price * asked.room
    for one in asked.pool:
        cost = found.action_price + found.slot_price * signed_delta(asked.geometry, one.action)
        dual += max(Fraction(0), utility(one) - cost)
    if dual != found.bound:
        yield WHOLE, f"the prices prove a bound of {dual}, not {found.bound}"


@clause("LPR-3")
def too_many_parts(found: Relaxation) -> Iterator[Finding]:
    """LPR-3: at most two actions are done in part."""
    parts = [action for action, share in found.shares.items() if share not in (0, 1)]
    if len(parts) > 2:
        yield WHOLE, f"{len(parts)} actions are done in part"


def relaxation_violations(state: State, scores: Sequence[int], found: Relaxation) -> list[Violation]:
    """Every clause LPR-1 to LPR-3 that a relaxation of the next iteration from ``state`` breaks.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot.
        found: the relaxation.
    """
    parts = too_many_parts(found)
    if parts and sum(share.denominator.bit_length() for share in found.shares.values()) > MOST_BITS:
        return parts
    asked = program(state, scores)
    return infeasible_shares(asked, found) + unproved_bound(asked, found) + parts
