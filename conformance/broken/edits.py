"""Allocators that decide rightly, and say wrongly what that changed in slots (EDI)."""

from __future__ import annotations

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.spec import State
from focalloc.spec.edits import Edit


@breaks("EDI-1")
class TwoThatTouch(Sound):
    """Says each block that it puts in as an edit of its own, though they lie side by side."""

    def edits(self, before: State) -> list[Edit]:
        """Cut what comes into blocks; the first of them comes in the place of all that goes."""
        found: list[Edit] = []
        for edit in super().edits(before):
            at = edit.at
            for i, block in enumerate(edit.blocks):
                slots = self.state.geometry.slots(block.level)
                place = (edit.first + edit.before, 0) if i else edit[:2]
                found.append(Edit(*place, at, slots, (block,)))
                at += slots
        return found


@breaks("EDI-2")
class CountsOnly(Sound):
    """Takes nothing for changed where as many slots are used after an answer as before it."""

    def edits(self, before: State) -> list[Edit]:
        """Look at the number of slots before anything else."""
        return [] if before.used == self.state.used else super().edits(before)


@breaks("EDI-3")
class FromTheFirstOn(Sound):
    """Names everything from the first slot that changed on, changed or not."""

    def edits(self, before: State) -> list[Edit]:
        """Make one edit that reaches to the end."""
        found = super().edits(before)
        if not found:
            return []
        first, at = found[0].first, found[0].at
        return [Edit(first, before.used - first, at, self.state.used - at, ())]
