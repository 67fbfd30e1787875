"""Allocators that are safe but not optimal (KNA, PRO)."""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.refimpl.knapsack import Selection, knapsack, place, preference, selections
from focalloc.refimpl.projection import projection
from focalloc.spec import Action


class SoundOptimum(Sound):
    """The exact optimum, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Select by the reference."""
        return knapsack(self.state, scores)


class SoundProjection(Sound):
    """The exact projection, by the rules."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Select by the reference."""
        return projection(self.state, scores)
