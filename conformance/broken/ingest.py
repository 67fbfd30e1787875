"""Allocators that make room in the wrong way (ING)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice, legal_choices
from focalloc.spec import Action, NoRoom, State
from focalloc.spec.actions import is_complete
from focalloc.spec.blocks import used


@breaks("ING-1")
class ExpandsOnIngest(Sound):
    """Takes the chance of an ingest to expand what is wanted."""

    def reclaim(self, needed: int, scores: Sequence[int]) -> list[Action]:
        """Add an expand where there is room to spare."""
        collapses = super().reclaim(needed, scores)
        most = self.state.params.w_max  # else it would be more than a context can hold
        for choice in legal_choices(self.state, scores):
            if choice.action.kind == "expand" and not collapses and choice.aggregate > 0 and choice.delta <= most:
                return [choice.action]
        return collapses


@breaks("ING-2")
class NeverMakesRoom(Sound):
    """Appends the new blocks whether they fit or not."""

    def lacks_room(self, state: State, needed: int) -> bool:
        """Always find room."""
        return False


@breaks("ING-2")
class RoomForOneBlock(Sound):
    """Makes room for one block however many are coming."""

    def reclaim(self, needed: int, scores: Sequence[int]) -> list[Action]:
        """Think of one block only."""
        return super().reclaim(self.state.geometry.slots(0), scores)


@breaks("ING-3")
class NeverCollapses(Sound):
    """Refuses an ingest whenever the new blocks do not fit at once."""

    def reclaimable(self, state: State, scores: Sequence[int]) -> list[Choice]:
        """Find nothing to collapse."""
        return []


@breaks("ING-3")
class OneGenerationOnly(Sound):
    """Does not collapse a gist that it has just made, and so gives up too early."""

    def reclaim(self, needed: int, scores: Sequence[int]) -> list[Action]:
        """Choose among the collapses that were possible at the beginning."""
        possible = sorted(self.reclaimable(self.state, scores), key=self.rank)
        used, collapses = self.state.used, list[Action]()
        for choice in possible:
            if used + needed > self.state.params.w_max:
                collapses.append(choice.action)
                used += choice.delta
        if used + needed > self.state.params.w_max:
            raise NoRoom(needed, self.state.used - used)
        return collapses


@breaks("ING-3")
class ThresholdOnIngest(Sound):
    """Applies the collapse threshold to an ingest, where it does not belong."""

    def reclaimable(self, state: State, scores: Sequence[int]) -> list[Choice]:
        """Drop what is not unwanted enough."""
        return [choice for choice in super().reclaimable(state, scores) if self.passes(choice)]


@breaks("ING-4", profile="greedy")
class OldestFirst(Sound):
    """Reclaims the oldest family, whatever its score."""

    def first_to_go(self, possible: Sequence[Choice]) -> Choice:
        """Take what comes first in the context."""
        return min(possible, key=lambda one: (one.action.start, one.action.level))


@breaks("ING-4", profile="greedy")
class RemembersFractions(Sound):
    """Has a gist that it makes on the way carry what its family's scores come to, where they are rounded down first."""

    def carried(self, state: State, row: list[int], choice: Choice) -> list[int]:
        """Spread over the slots of the gist what is left after rounding."""
        rounded, level = super().carried(state, row, choice), choice.action.level
        slots = state.geometry.slots(level)
        family = slots + state.geometry.delta(level)
        rest = (sum(row) - sum(rounded) + slots * choice.aggregate) * slots // family - slots * choice.aggregate
        at = used(state.geometry, [block for block in state.context if block.start < choice.action.start])
        return [score + (at <= i < at + rest) for i, score in enumerate(rounded)]


@breaks("TAI-1")
class TailOfBlocks(Sound):
    """Protects from an ingest what reaches the tail as the context is, not what comes to on the way."""

    def reclaimable(self, state: State, scores: Sequence[int]) -> list[Choice]:
        """Look at the tail once."""
        if state is self.state:
            return super().reclaimable(state, scores)
        unprotected = replace(state, params=replace(state.params, protected_tokens=0))
        possible = super().reclaimable(unprotected, scores)
        return [one for one in possible if self._is_new(one) or not self.is_protected(one.action)]

    def _is_new(self, choice: Choice) -> bool:
        """Whether the family was not there at first."""
        now = set(self.state.context)
        return not is_complete(self.state.geometry, now, choice.action.node)


@breaks("ING-5", profile="greedy")
class RoomToSpare(Sound):
    """Goes on collapsing until a spare slot is free."""

    def lacks_room(self, state: State, needed: int) -> bool:
        """Ask for one slot more, as long as there is something to collapse."""
        if super().lacks_room(state, needed):
            return True
        possible = self.reclaimable(state, [0] * state.used)
        return bool(possible) and state is not self.state and super().lacks_room(state, needed + 1)


@breaks("ING-6", profile="greedy")
class FromHandToMouth(Sound):
    """Makes room for the new blocks only, whatever it was told to make ahead."""

    def ahead(self) -> int:
        """Think of what is here, and of nothing to come."""
        return 0


@breaks("ING-6", profile="greedy")
class AllOrNothingAhead(Sound):
    """Makes no room ahead where it cannot make all of it."""

    def ahead(self) -> int:
        """See first how far the collapses go that are possible now."""
        wanted = super().ahead()
        freed = sum(choice.delta for choice in self.reclaimable(self.state, [0] * self.state.used))
        return wanted if self.state.used + freed + wanted <= self.state.params.w_max else 0


@breaks("ING-5", profile="greedy")
class AheadOfTime(Sound):
    """Makes room ahead even where the new blocks fit as it is."""

    def reclaim(self, needed: int, scores: Sequence[int]) -> list[Action]:
        """Ask for everything at once."""
        try:
            return super().reclaim(needed + self.ahead(), scores)
        except NoRoom:
            return super().reclaim(needed, scores)
