"""Allocators that break what every allocator owes in an iteration (ACT, CAP, BUD, COO, TAI)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.spec import Action, Block, State
from focalloc.spec.actions import as_actions, produced
from focalloc.spec.cooldown import Entry


@breaks("ACT-1")
class OwnWords(Sound):
    """Says ``merge`` where the spec says ``collapse``."""

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Rename the kind."""
        words = {"expand": "expand", "collapse": "merge"}
        return [(words[str(kind)], level, start) for kind, level, start in super().step(scores)]


@breaks("ACT-1")
class ExpandsTokens(Sound):
    """Takes raw tokens for a node and expands them."""

    def legal(self, scores: Sequence[int]) -> list[Choice]:
        """Add an expand of every level-0 block."""
        raw = [block for block in self.state.context if block.level == 0]
        return super().legal(scores) + [Choice(Action("expand", *block), 2**31, 0) for block in raw]


@breaks("ACT-1")
class CollapsesTheRoot(Sound):
    """Looks for families of top-level nodes, which have no parent to collapse into."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Collapse into a level above the top."""
        top = self.state.geometry.top
        first = self.state.context[0]
        if first.level == top and self.cap() > 0 and max(scores) < 0:
            return [Action("collapse", top + 1, first.start)]
        return super().select(scores)


@breaks("ACT-2")
class NamesTheCentre(Sound):
    """Names a node by the token at its centre rather than by its first."""

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Shift each start by half a span."""
        answer = as_actions(super().step(scores))
        return [(kind, level, start + self.state.geometry.span(level) // 2) for kind, level, start in answer]


@breaks("ACT-3")
class ExpandsWhatIsGone(Sound):
    """Keeps an expand in its queue although a collapse has just swallowed its node."""

    def still_possible(self, choice: Choice, done: Action) -> bool:
        """Drop collapses only."""
        return choice.action.kind == "expand" or super().still_possible(choice, done)


@breaks("ACT-4")
class CollapsesWhatIsGone(Sound):
    """Keeps a collapse in its queue although one of the family has just expanded."""

    def still_possible(self, choice: Choice, done: Action) -> bool:
        """Drop expands only."""
        return choice.action.kind == "collapse" or super().still_possible(choice, done)


@breaks("ACT-4", also=("TAI-1",))
class MixedSiblings(Sound):
    """Collapses a family of which the last member is at another level."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Collapse what lies to the left of the first boundary between levels."""
        geometry, context = self.state.geometry, self.state.context
        for block, after in pairwise(context):
            node = Block(block.level + 1, block.start)
            wanted = 0 < block.level < geometry.top and after.level != block.level
            if wanted and block.start % geometry.span(node.level) == 0 and self.cap() > 0:
                return [Action("collapse", *node)]
        return super().select(scores)


@breaks("ACT-5")
class ActsOnItsOwnWork(Sound):
    """Goes on to expand what it has just expanded, within the same iteration."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Add an expand of the first child of each expanded node while the cap and the budget allow."""
        chosen = super().select(scores)
        geometry, used = self.state.geometry, self.state.used
        used += sum(geometry.delta(a.level) if a.kind == "expand" else -geometry.delta(a.level) for a in chosen)
        for action in list(chosen):
            if action.kind == "expand" and action.level > 1 and len(chosen) < self.cap():
                child = produced(geometry, action)[0]
                used += geometry.delta(child.level)
                if used <= self.state.params.w_max and not self.is_cooling(
                    Action("expand", *child), self.state.iteration + 1
                ):
                    chosen.append(Action("expand", *child))
        return chosen


@breaks("CAP-1")
class OneMore(Sound):
    """Counts to the cap inclusively, so that one action too many is let through."""

    def cap(self) -> int:
        """Allow one action more."""
        return super().cap() + 1


@breaks("BUD-1")
class LooksBefore(Sound):
    """Tests the budget before an expand instead of what the expand would leave used."""

    def has_room(self, used: int, choice: Choice) -> bool:
        """Be content with one free slot."""
        return used < self.state.params.w_max


@breaks("BUD-1")
class RefundsFirst(Sound):
    """Has only the final use in mind: expands on credit that a later collapse of the same iteration will pay."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Put the expands of a good answer before its collapses."""
        return sorted(super().select(scores), key=lambda action: action.kind == "collapse")


@breaks("COO-1")
class RestsTooShort(Sound):
    """Lets a reversal happen one iteration early: counts the iteration of the action itself."""

    def is_cooling(self, action: Action, iteration: int) -> bool:
        """Look one iteration ahead."""
        return super().is_cooling(action, iteration + 1)


@breaks("COO-1")
class ForgetsOnIngest(Sound):
    """Forgets every cooldown when new tokens arrive."""

    def ingest(self, blocks: int, scores: list[int]) -> Sequence[Sequence[object]]:
        """Ingest, then start afresh."""
        answer = super().ingest(blocks, scores)
        self.state = replace(self.state, ledger={}, recent=())
        return answer


@breaks("COO-1")
class ForgetsReclaims(Sound):
    """Makes all the room it can for an ingest, and does not enter those collapses into the ledger."""

    def lacks_room(self, state: State, needed: int) -> bool:
        """Go on as long as there is something to collapse."""
        return super().lacks_room(state, needed) or bool(self.reclaimable(state, [0] * state.used))

    def ingest(self, blocks: int, scores: list[int]) -> Sequence[Sequence[object]]:
        """Ingest, and keep the ledger from before."""
        ledger = dict(self.state.ledger)
        answer = super().ingest(blocks, scores)
        self.state = replace(self.state, ledger=ledger, recent=())
        return answer


@breaks("COO-2")
class NeverForgets(Sound):
    """Remembers every action for ever, so that its ledger grows without bound."""

    def __init__(self) -> None:
        self.remembered: dict[Block, Entry] = {}

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Run the iteration and remember what it did."""
        answer = super().step(scores)
        self.remembered.update(self.state.ledger)
        return answer

    def ledger_size(self) -> int:
        """Report all that was ever remembered."""
        return len(self.remembered)


@breaks("TAI-1")
class LooksAtTheStart(Sound):
    """Protects a node only if it begins in the protected tail, where it should if it ends there."""

    def is_protected(self, action: Action) -> bool:
        """Compare the start."""
        return action.kind == "collapse" and action.start >= self.state.end - self.state.params.protected_tokens


@breaks("TAI-1")
class TailOfLongAgo(Sound):
    """Keeps protecting the tail of the context it was opened with, though ingest has moved the end."""

    first_end = 0

    def is_protected(self, action: Action) -> bool:
        """Measure from the end as it was when first asked."""
        self.first_end = self.first_end if self.state.iteration else self.state.end
        node_end = action.start + self.state.geometry.span(action.level)
        tail = self.first_end - self.state.params.protected_tokens
        return action.kind == "collapse" and tail < node_end <= self.first_end
