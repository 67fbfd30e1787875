"""Allocators that are wrong about tokens that do not fill a block (FIL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.release import SoundRelease
from focalloc.refimpl.edits import Answer, edits
from focalloc.refimpl.ingest import new_blocks
from focalloc.spec import Action, State, ingested_tokens
from focalloc.spec.edits import Edit
from focalloc.spec.filling import checked_tokens
from focalloc.spec.ingest import checked_size
from focalloc.spec.state import filled_between


class SoundFilling(SoundRelease):
    """Greedy that takes tokens a few at a time, by the rules."""

    def ingest(self, blocks: int, scores: list[int], *, release: bool = False) -> Sequence[Sequence[object]]:
        """Append blocks, as so many tokens."""
        return self.take_in(checked_size(blocks) * self.state.geometry.span(0), scores, release=release)

    def ingest_tokens(self, tokens: int, scores: list[int], *, release: bool = False) -> Sequence[Sequence[object]]:
        """Say that so many tokens came."""
        return self.take_in(self.sensible(tokens), scores, release=release)

    def take_in(self, tokens: int, scores: list[int], *, release: bool) -> Sequence[Sequence[object]]:
        """Make room for what the tokens make, and go on with them."""
        self.check(scores)
        before = self.state
        blocks = self.blocks_of(tokens)
        collapses, front = self.make_room(blocks, scores, release=release) if blocks else ([], None)
        self.state = self.filled(before, collapses, tokens, front)
        return Answer(collapses, self.edits(before), front)

    def edits(self, before: State) -> list[Edit]:
        """What a call changed in slots; a block that is filled is another one."""
        after = self.state
        return edits(after.geometry, before.context, after.context, filled_between(before, after))

    def sensible(self, tokens: int) -> int:
        """Refuse a senseless number of tokens."""
        return checked_tokens(tokens)

    def blocks_of(self, tokens: int) -> int:
        """How many blocks there has to be room for."""
        return new_blocks(self.state, tokens)

    def filled(self, before: State, collapses: Sequence[Action], tokens: int, front: int | None) -> State:
        """The state after an ingest of tokens."""
        return ingested_tokens(before, collapses, tokens, front)

    def unfilled(self) -> int:
        """Tokens of the last block that have not come yet."""
        return self.state.unfilled


@breaks("PAR-4", shows=("ANS-3",), also=("CTX-5", "EDI-1", "FIL-1"), profile="greedy")
class TakesNoTokens(SoundFilling):
    """Takes an ingest of no tokens for one of a token."""

    def sensible(self, tokens: int) -> int:
        """At least one."""
        return checked_tokens(tokens or 1)


@breaks("FIL-1", also=("CTX-5", "EDI-1", "EDI-2", "EDI-3", "REL-2"))
class ForgetsToFill(SoundFilling):
    """Begins a new block with whatever comes, and leaves the last one as it is."""

    def filled(self, before: State, collapses: Sequence[Action], tokens: int, front: int | None) -> State:
        """Take the last block for a full one."""
        return ingested_tokens(replace(before, unfilled=0), collapses, tokens, front)


@breaks("FIL-1", also=("CTX-5", "EDI-1", "EDI-2", "EDI-3", "REL-2"))
class CountsItAsFull(SoundFilling):
    """Counts a partial block as full once it is there."""

    def filled(self, before: State, collapses: Sequence[Action], tokens: int, front: int | None) -> State:
        """Forget what is to come."""
        return replace(super().filled(before, collapses, tokens, front), unfilled=0)


@breaks("FIL-1")
class CountsTheWrongTokens(SoundFilling):
    """Reports how many tokens of the last block have come, where those that have not are asked for."""

    def unfilled(self) -> int:
        """The others."""
        return (self.state.geometry.span(0) - self.state.unfilled) % self.state.geometry.span(0)


@breaks("FIL-2")
class CollapsesThePartial(SoundFilling):
    """Collapses the last block although some of its tokens have not come yet."""

    def is_protected(self, action: Action) -> bool:
        """Go by the tail that was told."""
        kept, self.state = self.state, replace(self.state, unfilled=0)
        try:
            return super().is_protected(action)
        finally:
            self.state = kept


@breaks("FIL-3")
class MakesRoomToFill(SoundFilling):
    """Makes room for a block before it fills the last one, and refuses to fill it where there is none."""

    def blocks_of(self, tokens: int) -> int:
        """At least one."""
        return max(1, super().blocks_of(tokens))


@breaks("EDI-2", also=("EDI-1", "EDI-3"))
class SaysNothingOfFilling(SoundFilling):
    """Leaves out of its edits that tokens came to the last block."""

    def edits(self, before: State) -> list[Edit]:
        """Take it for the block that was there."""
        return edits(self.state.geometry, before.context, self.state.context)
