"""Allocators that let go of the wrong blocks, or of what should stay (REL)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.edits import Answer
from focalloc.refimpl.ingest import collapsed_scores, let_go
from focalloc.spec import Action, InvalidInput, NoRoom, Pins, State, ingested, released
from focalloc.spec.ingest import checked_size
from focalloc.spec.pins import within
from focalloc.spec.state import acted, all_acted


class SoundRelease(Sound):
    """Greedy and its releases, by the rules."""

    def release(self, token: int) -> Answer:
        """Let go of all blocks before ``token``."""
        before, self.state = self.state, self.without(token)
        return Answer([], self.edits(before))

    def without(self, token: int) -> State:
        """The state after a release."""
        return released(self.state, token)

    def ingest(self, blocks: int, scores: list[int], *, release: bool = False) -> Sequence[Sequence[object]]:
        """Make room for ``blocks`` level-0 blocks and append them."""
        checked_size(blocks)
        self.check(scores)
        before = self.state
        collapses, front = self.make_room(blocks, scores, release=release)
        with contextlib.suppress(InvalidInput):
            self.state = ingested(before, collapses, blocks, front)
            return Answer(collapses, self.edits(before), front)
        ingested(before, collapses, blocks)  # refuses what is senseless whatever was let go
        return Answer(collapses, [], front)

    def make_room(self, blocks: int, scores: list[int], *, release: bool) -> tuple[list[Action], int | None]:
        """The collapses before ``blocks`` level-0 blocks, and the token to release to after them, None if to none."""
        needed = blocks * self.state.geometry.slots(0)
        try:
            return self.reclaim(needed, scores), None
        except NoRoom:
            if not release or needed > self.state.params.w_max:
                raise
        collapses = self.all_collapses(scores)
        return collapses, self.front(all_acted(self.state, collapses), blocks)

    def all_collapses(self, scores: Sequence[int]) -> list[Action]:
        """Every collapse that is legal, the least wanted first."""
        state, row, found = self.state, list(scores), list[Action]()
        while possible := self.reclaimable(state, row):
            choice = min(possible, key=self.rank)
            row = collapsed_scores(state, row, choice)
            state = acted(state, choice.action)
            found.append(choice.action)
        return found

    def front(self, state: State, blocks: int) -> int:
        """The token to release to after the collapses."""
        return let_go(state, blocks)


@breaks("REL-1", shows=("ANS-3",), profile="greedy")
class AnyToken(SoundRelease):
    """Takes any token for one to release to, and lets go of the block that it cuts as well."""

    def without(self, token: int) -> State:
        """Go on from where the next block begins; from the last one if there is none."""
        context = self.state.context
        return released(
            self.state, min((one.start for one in context if one.start >= token), default=context[-1].start)
        )


@breaks("REL-1", also=("ING-2", "REL-4"))
class CountsTokens(SoundRelease):
    """Says of an ingest that it let go of as many tokens as it needed slots, whichever blocks these are of."""

    def front(self, state: State, blocks: int) -> int:
        """Count from the first token."""
        excess = state.used + blocks * state.geometry.slots(0) - state.params.w_max
        return state.context[0].start + excess


@breaks("REL-2", also=("CTX-5", "EDI-1", "EDI-2", "EDI-3"))
class KeepsOneToStandOn(SoundRelease):
    """Keeps the block before the one that it is to begin with."""

    def without(self, token: int) -> State:
        """Release to the block before."""
        starts = [block.start for block in self.state.context]
        super().without(token)  # for what it refuses
        return released(self.state, starts[max(0, starts.index(token) - 1)])


@breaks("REL-2", also=("CTX-5", "EDI-1", "EDI-2", "EDI-3"))
class CollapsesWhatIsLeft(SoundRelease):
    """Takes the chance of a release to collapse what may be collapsed in what is left."""

    def without(self, token: int) -> State:
        """Collapse the oldest family that is left, if there is one and anything leaves."""
        after = super().without(token)
        if after is self.state:
            return after
        possible = self.reclaimable(after, [0] * after.used)
        return replace(acted(after, possible[0].action), ledger=after.ledger) if possible else after


@breaks("REL-3")
class RemembersPins(SoundRelease):
    """Keeps pins on tokens that have left."""

    def without(self, token: int) -> State:
        """Let go of blocks only."""
        return replace(super().without(token), pins=self.state.pins)


@breaks("REL-3")
class CutsPins(SoundRelease):
    """Cuts a pin that reaches over the front there, where it should stay as it is."""

    def without(self, token: int) -> State:
        """Keep the tokens that are left."""
        after = super().without(token)
        if after is self.state:
            return after
        return replace(after, pins=Pins(*(within(ranges, token, 2**48) for ranges in after.pins)))


@breaks("REL-4")
class LetsGoOfHalf(SoundRelease):
    """Lets go of half the context where less would do, to have peace for a while."""

    def front(self, state: State, blocks: int) -> int:
        """Begin in the middle, or later if that is not enough."""
        return max(super().front(state, blocks), state.context[len(state.context) // 2].start)


@breaks("REL-4")
class LetsGoFirst(SoundRelease):
    """Lets go of what is old before it collapses anything."""

    def all_collapses(self, scores: Sequence[int]) -> list[Action]:
        """Spare what is left."""
        return []


@breaks("REL-4")
class NeverLetsGo(SoundRelease):
    """Refuses an ingest for lack of room, though it may let go."""

    def front(self, state: State, blocks: int) -> int:
        """Give up."""
        raise NoRoom(blocks * state.geometry.slots(0), 0)
