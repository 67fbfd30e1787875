"""The listings that the spec grew out of, transcribed word by word, in the ways in which they go wrong.

The greedy loop tests the cap once per round of two actions, ends only when both queues are empty, and asks whether a
head is cooling down only when its turn comes. `Listing` holds the loop; each subclass mends two of the three defects.
The mass matching adds up signed scores and signed costs and compares with the whole budget; of its two defects, each
class has one.
"""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.optimum import SoundOptimum
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.refimpl.knapsack import preference, selections
from focalloc.spec import Action


class Listing(Sound):
    """The listing; on its own it has all three defects."""

    checks_cap_per_action = False
    stops_when_stuck = False
    sorts_out_cooling = False

    def select(self, scores: Sequence[int]) -> list[Action]:
        """The main loop of the listing."""
        expand_queue, collapse_queue = self.queues(scores)
        actions: list[Action] = []
        current_budget = self.state.used

        while len(actions) < self.cap():
            before = len(actions)
            if expand_queue:
                block = expand_queue[0]
                if self.has_room(current_budget, block) and not self.on_cooldown(block):
                    expand_queue.pop(0)
                    actions.append(block.action)
                    current_budget += block.delta
                    collapse_queue = [c for c in collapse_queue if self.still_possible(c, block.action)]

            if collapse_queue and not (self.checks_cap_per_action and len(actions) == self.cap()):
                block = collapse_queue[0]
                if not self.on_cooldown(block):
                    collapse_queue.pop(0)
                    actions.append(block.action)
                    current_budget += block.delta
                    expand_queue = [c for c in expand_queue if self.still_possible(c, block.action)]

            if not expand_queue and not collapse_queue:
                break
            if self.stops_when_stuck and len(actions) == before:
                break
        return actions

    def queues(self, scores: Sequence[int]) -> tuple[list[Choice], list[Choice]]:
        """Expands from the top, collapses from the bottom."""
        found = [c for c in self.legal(scores) if self.passes(c) and not self.is_protected(c.action)]
        found = [c for c in found if not self.is_pinned(c.action)]
        if self.sorts_out_cooling:
            found = [c for c in found if not self.on_cooldown(c)]
        found.sort(key=self.rank)
        return [c for c in found if c.action.kind == "expand"], [c for c in found if c.action.kind == "collapse"]

    def on_cooldown(self, choice: Choice) -> bool:
        """Whether the opposite was done to the same node too short a time ago."""
        return self.is_cooling(choice.action, self.state.iteration + 1)


@breaks("CAP-1")
class ListingOverrunsTheCap(Listing):
    """The listing tests the cap once per round of two actions, so with an odd cap it can apply one too many."""

    stops_when_stuck = True
    sorts_out_cooling = True


@breaks("ANS-1")
class ListingSpins(Listing):
    """The listing spins for ever when the head of the expand queue does not fit and there is nothing to collapse."""

    checks_cap_per_action = True
    sorts_out_cooling = True


@breaks("GRE-6", shows=("GRE-1", "GRE-6"), profile="greedy")
class ListingBlocksItsQueue(Listing):
    """The listing lets a head that is cooling down block everything behind it in its queue."""

    checks_cap_per_action = True
    stops_when_stuck = True


@breaks("KNA-2", also=("KNA-1", "KNA-4"), profile="knapsack")
class ListingNeverCollapses(SoundOptimum):
    """The listing adds up signed scores, so that a collapse, whose score is negative, never pays."""

    def preferred(self, found: Sequence[Choice]) -> list[Action]:
        """The most useful expands that fit."""
        return super().preferred([choice for choice in found if choice.action.kind == "expand"])


@breaks("BUD-1")
class ListingForgetsWhatIsUsed(SoundOptimum):
    """The listing holds what it chooses against the whole budget, as if no slot were in use yet."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """The most useful of what would fit into an empty context."""
        found = selections(self.state, self.candidates(scores))
        best = min((one for one in found if one.delta <= self.state.params.w_max), key=preference)
        return [choice.action for choice in best.chosen]
