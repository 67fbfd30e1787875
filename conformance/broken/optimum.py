"""Allocators that are safe but not optimal (KNA, LPR, HYB, MUL, HIE, PRO)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice, choices, legal_choices, mean, slot_offsets
from focalloc.refimpl.greedy import greedy
from focalloc.refimpl.hierarchy import (
    Share,
    claims,
    claims_at,
    hierarchical,
    price_of_slot,
    region,
    shares_by_mass,
    shares_by_price,
    shares_of,
)
from focalloc.refimpl.hybrid import hybrid
from focalloc.refimpl.knapsack import Selection, ending_within, knapsack, optimum, place, preference, selections
from focalloc.refimpl.objective import changed, multi_objective
from focalloc.refimpl.projection import preferred_choices
from focalloc.refimpl.relaxation import relaxation, relaxed
from focalloc.spec import Action, Relaxation, State, advanced
from focalloc.spec.projection import Logits, saturated
from focalloc.spec.scores import SCORE_SCALE, quantise

Preference = Callable[[Selection], Any]


class SoundOptimum(Sound):
    """The exact optimum, by the rules."""

    preference: Preference = staticmethod(preference)

    def select(self, scores: Sequence[int]) -> list[Action]:
        """The preferred of the selections that end within the budget, else of the collapses alone."""
        if self.state.params.w_soft < self.state.params.w_max:
            return knapsack(self.state, scores)
        found = choices(self.state, scores)
        return self.preferred(found)

    def preferred(self, found: Sequence[Any]) -> list[Action]:
        """The preferred answer from the choices ``found``."""
        within = ending_within(self.state.params.w_max, self.state, found)
        collapses = [choice for choice in found if choice.action.kind == "collapse"]
        return [c.action for c in min(within or selections(self.state, collapses), key=self.preference).chosen]


class SoundRelaxation(SoundOptimum):
    """The exact optimum and its relaxation, by the rules."""

    def relaxation(self, scores: Sequence[int]) -> Relaxation:
        """What the optimum could be worth if actions could be done in part."""
        return relaxation(self.state, scores)


@breaks("LPR-1", also=("LPR-2",), profile="knapsack")
class RoundsUp(SoundRelaxation):
    """Does in full what it should do in part, beyond the budget."""

    def relaxation(self, scores: Sequence[int]) -> Relaxation:
        """Round every share up."""
        right = super().relaxation(scores)
        return right._replace(shares=dict.fromkeys(right.shares, Fraction(1)))


@breaks("LPR-2", profile="knapsack")
class PromisesTooMuch(SoundRelaxation):
    """Says a bound that is rounded up to a whole number, and can no longer prove it."""

    def relaxation(self, scores: Sequence[int]) -> Relaxation:
        """Round the bound up."""
        right = super().relaxation(scores)
        return right._replace(bound=Fraction(ceil(right.bound)))


@breaks("LPR-3", profile="knapsack")
class DoesALittleOfEverything(SoundRelaxation):
    """Makes every exchange that is worth the same in the same part, in place of one after the other."""

    def relaxation(self, scores: Sequence[int]) -> Relaxation:
        """Mix the two lots."""
        return relaxed(self.state, scores, mixed)


def mixed(fewest: Sequence[Choice], most: Sequence[Choice], room: int) -> dict[Action, Fraction]:
    """Shares between two lots of choices, all in the same part."""
    least, greatest = (sum(choice.delta for choice in lot) for lot in (fewest, most))
    part = Fraction(room - least, greatest - least) if greatest > least else Fraction(0)
    shares = dict.fromkeys((choice.action for choice in (*fewest, *most)), Fraction(0))
    for choice in fewest:
        shares[choice.action] += 1 - part
    for choice in most:
        shares[choice.action] += part
    return shares


class SoundHybrid(SoundOptimum):
    """The optimum of the first of each queue, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Prune, then choose."""
        return hybrid(self.state, scores)


class SoundProjection(SoundOptimum):
    """The exact projection, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """The preferred of what the policy wants."""
        offsets = slot_offsets(self.state.geometry, self.state.context)
        wish = [mean(scores[first:last]) for first, last in pairwise(offsets)]
        return self.projected([Logits(one, 0, -one) for one in wish])

    def prefer(self, logits: Sequence[Sequence[float]]) -> Sequence[Sequence[object]]:
        """Run one iteration by a policy's logits."""
        answer = self.projected([Logits(*map(self.fixed, row)) for row in logits])
        self.state = advanced(self.state, answer)
        return answer

    def projected(self, logits: Sequence[Logits]) -> list[Action]:
        """The preferred of what the logits want."""
        return self.preferred(preferred_choices(self.state, logits))

    def fixed(self, logit: float) -> int:
        """A logit in fixed point."""
        return saturated(logit)


def more_actions(selection: Selection) -> tuple[int, int, int]:
    """Prefer the most useful, then the most actions."""
    return -selection.utility, -len(selection.chosen), selection.delta


@breaks("KNA-1", also=("KNA-2",), profile="knapsack")
class LeavesDebts(SoundOptimum):
    """Does nothing while the context is over its budget."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Wait for better days."""
        return [] if self.state.used > self.state.params.w_max else super().select(scores)


@breaks("KNA-2", also=("KNA-1", "KNA-3", "KNA-4", "SOF-1"), profile="knapsack")
class MerelyGreedy(SoundOptimum):
    """Makes the greedy choice, and says it in the order that an optimum is said in."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Sort the greedy answer."""
        by_action = {choice.action: choice for choice in choices(self.state, scores)}
        return [c.action for c in sorted((by_action[action] for action in greedy(self.state, scores)), key=place)]


@breaks("KNA-3", profile="knapsack")
class LikesToAct(SoundOptimum):
    """Of equally useful choices, takes the one with the most actions."""

    preference = staticmethod(more_actions)


@breaks("KNA-4", profile="knapsack")
class LikesToFill(SoundOptimum):
    """Of equally useful choices with as many actions, takes the one that uses the most slots."""

    preference = staticmethod(lambda one: (-one.utility, len(one.chosen), -one.delta))


@breaks("KNA-5", also=("SOF-1",), profile="knapsack")
class AnyOrder(SoundOptimum):
    """Makes the right choice and applies its expands from the bottom of their queue."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Turn the expands round."""
        chosen = super().select(scores)
        expands = [action for action in chosen if action.kind == "expand"]
        return [action for action in chosen if action.kind == "collapse"] + expands[::-1]


@breaks("HYB-1", profile="hybrid")
class PrunesNothing(SoundHybrid):
    """Takes the optimum of all candidates, those far down a queue included."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Choose from everything."""
        return knapsack(self.state, scores)


@breaks("HYB-1", shows=("KNA-2",), also=("KNA-1",), profile="hybrid")
class PrunesQueuesTogether(SoundHybrid):
    """Keeps so many candidates of both queues together, by magnitude, in place of so many of each."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Prune in one go."""
        found = sorted(choices(self.state, scores), key=lambda choice: -abs(choice.aggregate))
        return optimum(self.state, found[: self.state.params.top_k])


@breaks("PRO-1", profile="projection")
class RefusesExtremes(SoundProjection):
    """Takes a logit for a score, and refuses one that does not fit."""

    def fixed(self, logit: float) -> int:
        """Quantise as scores are."""
        return quantise(logit)


@breaks("PRO-1", shows=("PRO-2", "PRO-3", "PRO-4", "PRO-5", "PRO-6"), also=("KNA-5",), profile="projection")
class WrapsAround(SoundProjection):
    """Keeps the low 32 bits of a logit that does not fit, so that the strongest wish may become its opposite."""

    def fixed(self, logit: float) -> int:
        """Wrap around."""
        return (round(logit * SCORE_SCALE) + 2**31) % 2**32 - 2**31


class SoundObjectives(SoundOptimum):
    """The optimum of several objectives, by the rules."""

    weights: Mapping[str, Any] = {}

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Choose with the weights as told, or as misunderstood."""
        params = replace(self.state.params, **self.weights)
        return multi_objective(replace(self.state, params=params), scores)


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class ChurnsFreely(SoundObjectives):
    """Does not count what an action costs."""

    weights = {"churn_weight": 0}  # noqa: RUF012


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class IgnoresTheCursor(SoundObjectives):
    """Is as fond of what lies far from the cursor as of what lies near it."""

    weights = {"cursor_weight": 0}  # noqa: RUF012


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class IgnoresTheTarget(SoundObjectives):
    """Does not care how far from the target it ends."""

    weights = {"budget_weight": 0}  # noqa: RUF012


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class RecomputesFreely(SoundObjectives):
    """Does not count what is computed anew."""

    weights = {"recompute_weight": 0}  # noqa: RUF012


class SoundChange(SoundObjectives):
    """The optimum of several objectives with what is computed anew counted, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Choose with its own way to count."""
        return multi_objective(self.state, scores, changed=self.changed)

    def changed(self, state: State, selection: Selection) -> int:
        """Slots from the first that ``selection`` changes to the end of the context after it."""
        return changed(state, selection)


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class CountsWhatWas(SoundChange):
    """Counts the slots that lie behind the first change before the actions, not after them."""

    def changed(self, state: State, selection: Selection) -> int:
        """Leave out what is added."""
        return changed(state, selection) - selection.delta


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class CountsFromTheFirstAction(SoundChange):
    """Counts from the action that it applies first, wherever the oldest is."""

    def changed(self, state: State, selection: Selection) -> int:
        """Take the first of the answer."""
        first = changed(state, selection._replace(chosen=selection.chosen[:1]))
        return first if selection.chosen else 0


@breaks("MUL-2", profile="multi_objective")
class LikesToActFreely(SoundObjectives):
    """Of choices that are worth as much, takes the one with the most actions."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Turn the preference for few actions round, among choices of one worth."""
        return multi_objective(self.state, scores, more_actions)


class SoundRegions(SoundOptimum):
    """Hierarchical planning, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Share out, then choose."""
        return hierarchical(self.state, scores)


@breaks("HIE-1", also=("HIE-2", "HIE-3", "SOF-1"), profile="hierarchical")
class KnowsNoRegions(SoundRegions):
    """Takes the optimum of the whole context, wherever it lies."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Choose from everything."""
        return knapsack(self.state, scores)


@breaks("HIE-2", also=("HIE-1", "HIE-3", "SOF-1"), profile="hierarchical")
class SharesOutTheHardBudget(SoundRegions):
    """Shares out the slots up to the hard budget, beyond the soft one."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Forget the soft budget."""
        params = self.state.params
        return hierarchical(replace(self.state, params=replace(params, w_soft=params.w_max)), scores)


@breaks("HIE-3", profile="hierarchical")
class PlansNothing(SoundRegions):
    """Makes its plan, and then leaves the last action of it out."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Drop one."""
        return super().select(scores)[:-1]


class SoundClaims(SoundRegions):
    """Hierarchical planning where regions claim at the price of a slot, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Share out its own way."""
        return hierarchical(self.state, scores, self.shares)

    def shares(self, state: State, found: Sequence[Choice], room: int) -> list[Share]:
        """The share of each region with a claim, oldest first."""
        return shares_by_price(state, found, room)


@breaks("HIE-1", also=("HIE-2", "HIE-3"), profile="hierarchical")
class KnowsNoPrice(SoundClaims):
    """Shares out by mass, whatever it is told."""

    def shares(self, state: State, found: Sequence[Choice], room: int) -> list[Share]:
        """Forget who claims."""
        return shares_by_mass(state, found, room)


@breaks("HIE-3", also=("HIE-1", "HIE-2"), profile="hierarchical")
class ClaimsForNothing(SoundClaims):
    """Lets candidates claim as if slots had no price, whether there is room for them or not."""

    def shares(self, state: State, found: Sequence[Choice], room: int) -> list[Share]:
        """Keep back actions as if there were room for all."""
        claimed = claims_at(found, state.params.n_diff, 0)
        return [(start, actions, room) for start, actions, _ in shares_of(state, claimed, room)]


@breaks("HIE-1", also=("HIE-2", "HIE-3"), profile="hierarchical")
class TakesYoungerClaims(SoundClaims):
    """Lets each region with a claim have whatever older ones have left, though younger ones claim it."""

    def shares(self, state: State, found: Sequence[Choice], room: int) -> list[Share]:
        """Keep nothing back."""
        return [(start, state.params.n_diff, room) for start, _, _ in super().shares(state, found, room)]


@breaks("HIE-1", also=("HIE-3",), profile="hierarchical")
class ServesWhoNeverClaimed(SoundClaims):
    """Gives what nobody claims to any region that can use it, with a claim or without."""

    def shares(self, state: State, found: Sequence[Choice], room: int) -> list[Share]:
        """Count a claim of nothing as one."""
        claimed = claims(found, state.params.n_diff, room)
        shares = []
        for start in sorted({region(state, choice) for choice in found}):
            younger = [choice for choice in claimed if region(state, choice) > start]
            left = room - sum(choice.delta for choice in younger)
            shares.append((start, state.params.n_diff - len(younger), left))
        return shares


@breaks("HIE-3", also=("HIE-1", "HIE-2"), profile="hierarchical")
class PaysThePriceAbove(SoundClaims):
    """Takes a price one above the least at which the claims fit."""

    def shares(self, state: State, found: Sequence[Choice], room: int) -> list[Share]:
        """Look one price further."""
        most = state.params.n_diff
        return shares_of(state, claims_at(found, most, price_of_slot(found, most, room) + 1), room)


@breaks("PRO-2", also=("PRO-3", "PRO-4", "PRO-5", "KNA-5"), profile="projection")
class TidiesUp(SoundProjection):
    """Collapses something that the policy would keep, when it has an action left."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Put a legal collapse before a right answer that has none."""
        chosen = super().select(scores)
        for choice in legal_choices(self.state, scores):
            action = choice.action
            fair = not self.is_cooling(action, self.state.iteration + 1) and not self.is_protected(action)
            fair = fair and not self.is_pinned(action)
            if action.kind == "collapse" and fair and not chosen and self.cap() > 0:
                return [action]
        return chosen


@breaks("PRO-3", also=("PRO-4", "PRO-6"), profile="projection")
class KeepsOneBack(SoundProjection):
    """Never does all that the policy asks for: leaves the last action out."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Drop one."""
        return super().select(scores)[:-1]


@breaks("PRO-4", also=("PRO-5",), profile="projection")
class CountsHeads(SoundProjection):
    """Does as many things that the policy wants as it can, not those it wants most."""

    preference = staticmethod(lambda one: (-len(one.chosen), one.delta))


@breaks("PRO-5", profile="projection")
class LikesToActAgain(SoundProjection):
    """Of choices that the policy likes equally, takes the one with the most actions."""

    preference = staticmethod(more_actions)


@breaks("PRO-6", also=("PRO-3", "PRO-4"), profile="projection")
class LeavesDebtsAgain(SoundProjection):
    """Does nothing while the context is over its budget, though the policy would let it pay."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Wait for better days."""
        return [] if self.state.used > self.state.params.w_max else super().select(scores)
