"""Allocators that are told a cursor and measure from elsewhere, or otherwise than they should (CUR, TIE, MUL, MEM)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.enhanced import WRONG_THRESHOLDS, SoundEnhanced
from focalloc.conformance.broken.optimum import SoundObjectives
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.refimpl.distance import distance
from focalloc.refimpl.ties import rank
from focalloc.spec import Action, Block, Geometry, State
from focalloc.spec.blocks import end


class PointedAt(Sound):
    """An allocator that can be told a cursor, by the rules."""

    cursor: int | None = None

    def step(self, scores: list[int], cursor: int | None = None) -> Sequence[Sequence[object]]:
        """Run one iteration."""
        self.cursor = self.pointed(cursor)
        return super().step(scores)

    def pointed(self, cursor: int | None) -> int | None:
        """The token that nearness is measured from, None for the end; refuse a senseless one."""
        return self.state.pointed(cursor).cursor

    def prepared(self) -> State:
        """As before, with the cursor where it stands."""
        return replace(super().prepared(), cursor=self.cursor)


class SoundCursor(PointedAt, SoundEnhanced):
    """Enhanced greedy that can be told a cursor, by the rules."""


class SoundNearness(PointedAt, SoundObjectives):
    """The optimum of several objectives that can be told a cursor, by the rules."""


@breaks("CUR-1", shows=("ANS-3",), profile="greedy")
class AnyCursor(SoundCursor):
    """Takes any token for a cursor: one outside the context for the nearest within."""

    def pointed(self, cursor: int | None) -> int | None:
        """Move it to the edge."""
        return None if cursor is None else max(self.state.context[0].start, min(self.state.end, cursor))


@breaks("CUR-1", shows=("ANS-3",), profile="greedy")
class OneBeyondTheEnd(SoundCursor):
    """Takes the token after the end of the context for the end, where it should refuse it."""

    def pointed(self, cursor: int | None) -> int | None:
        """Be off by one."""
        return super().pointed(self.state.end if cursor == self.state.end + 1 else cursor)


@breaks("CUR-1", shows=("TIE-1", *WRONG_THRESHOLDS), profile="enhanced")
class RemembersItsCursor(SoundCursor):
    """Measures from where the cursor stood last where it is told none, and not from the end of the context."""

    def pointed(self, cursor: int | None) -> int | None:
        """Keep the last one, as long as it is in the context."""
        first, last = self.state.context[0].start, self.state.end
        stays = cursor is None and self.cursor is not None and first <= self.cursor <= last
        return self.cursor if stays else super().pointed(cursor)


@breaks("TIE-1", also=("GRE-1", "GRE-5", "GRE-6"), profile="enhanced")
class TiesAtTheEnd(SoundCursor):
    """Breaks its ties by the distance from the end of the context, whatever cursor it is told."""

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """Forget the cursor."""
        return super().ranking(replace(state, cursor=None))


@breaks("TIE-1", also=("GRE-1", "GRE-5", "GRE-6"), profile="enhanced")
class HeldAtArmsLength(SoundCursor):
    """Counts the node that holds the cursor for a smallest span away from it."""

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """Be off by one there."""
        if state.params.tie_break != "cursor":
            return super().ranking(state)

        def place(choice: Choice) -> tuple[int, ...]:
            first, *position = rank(choice)
            node = choice.action.node
            away = distance(state.geometry, node, state.at)
            away += node.start <= state.at < end(state.geometry, node)
            return first, away if choice.action.kind == "expand" else -away, *position

        return place


@breaks("TIE-1", also=("GRE-1", "GRE-5", "GRE-6"), profile="enhanced")
class LatestOfTheNearest(SoundCursor):
    """Of two nodes as far from the cursor on either side, takes the later first."""

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """Turn the order of positions round."""
        if state.params.tie_break != "cursor":
            return super().ranking(state)
        by_cursor = super().ranking(state)
        return lambda choice: (*by_cursor(choice)[:2], -choice.action.start)


@breaks("MEM-3", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class LeansToTheEnd(SoundCursor):
    """Has scores lean to the end of the context, whatever cursor it is told."""

    def leant(self, row: Sequence[int]) -> Sequence[int]:
        """Forget the cursor for a while."""
        kept, self.state = self.state, replace(self.state, cursor=None)
        row, self.state = super().leant(row), kept
        return row


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class NearTheEnd(SoundNearness):
    """Is fond of what lies near the end of the context, whatever cursor it is told."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Forget the cursor for a while."""
        kept, self.state = self.state, replace(self.state, cursor=None)
        chosen, self.state = super().select(scores), kept
        return chosen


@breaks("MUL-1", also=("MUL-2",), profile="multi_objective")
class RoundsToItsBlock(SoundNearness):
    """Measures from the end of the block that holds the cursor, so that what lies before it is too far away."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Round up for a while."""
        kept, now = self.state, self.state
        self.state = replace(now, cursor=behind(now.geometry, now.context, now.at))
        chosen, self.state = super().select(scores), kept
        return chosen


def behind(geometry: Geometry, context: Sequence[Block], token: int) -> int:
    """Where the block that holds ``token`` ends; itself at the end of the context."""
    return next((end(geometry, block) for block in context if block.start <= token < end(geometry, block)), token)
