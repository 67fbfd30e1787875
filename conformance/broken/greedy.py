"""Allocators that are safe but not greedy (THR, SOF, GRE)."""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.spec import Action


@breaks("THR-1", profile="greedy")
class NotStrict(Sound):
    """Acts on an aggregate that only equals its threshold."""

    def passes(self, choice: Choice) -> bool:
        """Compare with ``>=`` and ``<=``."""
        params = self.state.params
        if choice.action.kind == "expand":
            return choice.aggregate >= params.tau_expand
        return choice.aggregate <= -params.tau_collapse


@breaks("SOF-1", profile="greedy")
class HardBudgetOnly(Sound):
    """Does not know the soft budget."""

    def has_room(self, used: int, choice: Choice) -> bool:
        """Compare with the hard budget."""
        return used + choice.delta <= self.state.params.w_max


@breaks("SOF-1", profile="greedy")
class MarginNotStrict(Sound):
    """Lets an expand into the room beyond the soft budget if its aggregate only equals the margin."""

    def has_room(self, used: int, choice: Choice) -> bool:
        """Compare with ``>=``."""
        params, after = self.state.params, used + choice.delta
        worth_it = choice.aggregate >= params.tau_expand + params.soft_margin
        return after <= params.w_max and (after <= params.w_soft or worth_it)


@breaks("GRE-1", profile="greedy")
class CollapsesFirst(Sound):
    """Begins each round with the collapse turn."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Swap the actions of each round in which both turns acted."""
        chosen = super().select(scores)
        if len(chosen) >= 2 and [a.kind for a in chosen[:2]] == ["expand", "collapse"]:
            chosen[:2] = [chosen[1], chosen[0]]
        return chosen


@breaks("GRE-1", profile="greedy")
class ExpandsThenCollapses(Sound):
    """Empties the expand queue before it looks at the collapse queue."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Do all expands that fit, then all collapses."""
        found = sorted(self.candidates(scores), key=self.rank)
        queue = [c for c in found if c.action.kind == "expand"] + [c for c in found if c.action.kind == "collapse"]
        chosen: list[Action] = []
        used = self.state.used
        while queue and len(chosen) < self.cap():
            head = queue.pop(0)
            if head.action.kind == "expand" and not self.has_room(used, head):
                queue = [c for c in queue if c.action.kind == "collapse"]
                continue
            chosen.append(head.action)
            used += head.delta
            queue = [c for c in queue if self.still_possible(c, head.action)]
        return super().select(scores) if len(chosen) < self.cap() else chosen


@breaks("GRE-2", also=("GRE-1", "GRE-5", "GRE-6"), profile="greedy")
class ExpandsTheLeast(Sound):
    """Takes the expand with the lowest aggregate first: a min-heap where a max-heap belongs."""

    def rank(self, choice: Choice) -> tuple[int, ...]:
        """Rank expands upwards."""
        first, start, level = super().rank(choice)
        return (choice.aggregate if choice.action.kind == "expand" else first), start, level


@breaks("GRE-3", also=("ING-4",), profile="greedy")
class CollapsesTheMost(Sound):
    """Takes the collapse with the highest aggregate first."""

    def rank(self, choice: Choice) -> tuple[int, ...]:
        """Rank collapses downwards."""
        first, start, level = super().rank(choice)
        return (-choice.aggregate if choice.action.kind == "collapse" else first), start, level


@breaks("GRE-3", profile="greedy")
class IgnoresSign(Sound):
    """Judges a collapse by one slot instead of by the mean over its family."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Swap the first two collapses, as a wrong measure would."""
        chosen = super().select(scores)
        collapses = [i for i, action in enumerate(chosen) if action.kind == "collapse"]
        if len(collapses) >= 2:
            i, j = collapses[:2]
            by_action = {c.action: c.aggregate for c in self.candidates(scores)}
            if by_action[chosen[i]] != by_action[chosen[j]]:
                chosen[i], chosen[j] = chosen[j], chosen[i]
        return chosen


@breaks("GRE-4", also=("GRE-1", "GRE-5", "GRE-6", "ING-4"), profile="greedy")
class LatestFirst(Sound):
    """Breaks ties in favour of the later start."""

    def rank(self, choice: Choice) -> tuple[int, ...]:
        """Rank starts downwards."""
        first, start, level = super().rank(choice)
        return first, -start, level


@breaks("GRE-4", also=("GRE-1", "GRE-5", "GRE-6", "ING-4"), profile="greedy")
class CoarsestFirst(Sound):
    """Breaks ties in favour of the higher level, before it looks at the start."""

    def rank(self, choice: Choice) -> tuple[int, ...]:
        """Rank levels downwards."""
        first, start, level = super().rank(choice)
        return first, -level, start


@breaks("GRE-5", profile="greedy")
class Overtakes(Sound):
    """Looks past a head that does not fit for a cheaper expand that does."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Where the greedy answer is empty for lack of room, expand the best that fits."""
        chosen = super().select(scores)
        if not chosen and self.cap() > 0:
            expands = sorted((c for c in self.candidates(scores) if c.action.kind == "expand"), key=self.rank)
            fitting = [c for c in expands if self.has_room(self.state.used, c)]
            return [c.action for c in fitting[:1]]
        return chosen


@breaks("GRE-6", profile="greedy")
class OneRound(Sound):
    """Stops after one round, however high the cap."""

    def cap(self) -> int:
        """Never more than two actions."""
        return min(2, super().cap())


@breaks("GRE-6", profile="greedy")
class GivesUp(Sound):
    """Ends the iteration when the head of the expand queue does not fit, though collapses are waiting."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Stop at the first expand turn that passes."""
        chosen = super().select(scores)
        expands = [c for c in self.candidates(scores) if c.action.kind == "expand"]
        if expands and chosen and chosen[0].kind == "collapse":
            return []
        return chosen
