"""Allocators that do not keep to what is pinned (PIN)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.spec import Action, Pins, State


@breaks("PIN-1")
class PinsTheStart(Sound):
    """Takes a node for pinned against collapse only where its first token is."""

    def is_pinned(self, action: Action) -> bool:
        """Look at one token."""
        collapse = self.state.pins.collapse
        if action.kind == "collapse":
            return any(first <= action.start < last for first, last in collapse)
        return super().is_pinned(action)


@breaks("PIN-1")
class ReclaimsPinned(Sound):
    """Keeps to pins while it iterates, and forgets them where an ingest needs room."""

    def reclaimable(self, state: State, scores: Sequence[int]) -> list[Choice]:
        """Look at a state without pins."""
        return super().reclaimable(replace(state, pins=Pins()), scores)


@breaks("PIN-2")
class OnlyAgainstCollapse(Sound):
    """Takes every pin for one against collapse, and expands what must stay a gist."""

    def is_pinned(self, action: Action) -> bool:
        """Never hold back an expand."""
        return action.kind == "collapse" and super().is_pinned(action)


@breaks("PIN-3")
class LiftsTheWholeRange(Sound):
    """Lifts a range as a whole where a part of it is lifted."""

    def unpin(self, first: int, last: int, collapse: bool, expand: bool) -> None:
        """Drop every range that meets what is lifted."""
        pins = self.state.pins
        super().unpin(first, last, collapse, expand)
        kept = [[one for one in ranges if one[1] <= first or last <= one[0]] for ranges in pins]
        now = self.state.pins
        left = Pins(tuple(kept[0]) if collapse else now.collapse, tuple(kept[1]) if expand else now.expand)
        self.state = replace(self.state, pins=left)


@breaks("PIN-3")
class PinsWhatIsThere(Sound):
    """Drops the part of a pin that reaches beyond the context, where it should wait for its tokens."""

    def pin(self, first: int, last: int, collapse: bool, expand: bool) -> None:
        """Cut the range at the end."""
        if first < self.state.end:
            super().pin(first, min(last, self.state.end), collapse, expand)
