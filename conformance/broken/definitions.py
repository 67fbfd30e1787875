"""Allocators that misread a definition (GEO, CTX, SCO, PAR). Each shows through a clause that rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice, slot_offsets
from focalloc.spec import Action, Block, Geometry, Params, State
from focalloc.spec.actions import family
from focalloc.spec.scores import SCORE_LIMIT, checked_scores


@breaks("GEO-1", shows=("ACT-4",))
class PairsOnly(Sound):
    """Takes every arity for 2: a family counts as complete as soon as its first two members are there."""

    def legal(self, scores: Sequence[int]) -> list[Choice]:
        """Add the collapses of every pair at the start of a family."""
        geometry, blocks = self.state.geometry, set(self.state.context)
        found = super().legal(scores)
        for block in self.state.context:
            if 0 < block.level < geometry.top and block.start % geometry.span(block.level + 1) == 0:
                node = Block(block.level + 1, block.start)
                if set(family(geometry, node)[:2]) <= blocks:
                    found.append(Choice(Action("collapse", *node), -SCORE_LIMIT, -geometry.delta(node.level)))
        return found


@breaks("GEO-2", shows=("BUD-1",))
class UnitCosts(Sound):
    """Takes an expand of K units to cost K - 1 slots, whatever the units cost."""

    def weighed(self, choice: Choice, scores: Sequence[int]) -> Choice:
        """Misjudge the slots that an action adds."""
        delta = self.state.geometry.arity[choice.action.level - 1] - 1
        return choice._replace(delta=delta if choice.action.kind == "expand" else -delta)


@breaks("GEO-3", shows=("CTX-5",))
class SpansIn16Bits(Sound):
    """Holds the span of a node in 16 bits, though a node may span 2**31 tokens."""

    def positions(self) -> Sequence[int]:
        """Report centres computed from spans that have wrapped around."""
        geometry = self.state.geometry
        wrapped = [geometry.span(block.level) - geometry.span(block.level) % 2**16 for block in self.state.context]
        lost = [w for w, b in zip(wrapped, self.state.context, strict=True) for _ in range(geometry.slots(b.level))]
        return [token - w // 2 for token, w in zip(super().positions(), lost, strict=True)]


@breaks("CTX-1")
class OneLevelTooMany(Sound):
    """Reports a top-level gist as one of a level above the top."""

    def context(self) -> Sequence[Block]:
        """Raise what is at the top."""
        top = self.state.geometry.top
        return [Block(level + (level == top), start) for level, start in self.state.context]


@breaks("CTX-2")
class ReportsCentres(Sound):
    """Reports each block by the token at its centre rather than by its first."""

    def context(self) -> Sequence[Block]:
        """Report centres as starts."""
        return [Block(level, start + self.state.geometry.span(level) // 2) for level, start in self.state.context]


@breaks("CTX-3")
class UnsortedContext(Sound):
    """Reports its context finest blocks first instead of oldest first."""

    def context(self) -> Sequence[Block]:
        """Report the blocks by level."""
        return sorted(self.state.context)


@breaks("CTX-4", shows=("ANS-3",), profile="greedy")
class EndlessTimeline(Sound):
    """Lets the timeline run beyond token 2**48."""

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Open whatever merely lies too far out."""
        blocks = [Block(*pair) for pair in context]  # type: ignore[misc]
        if len(blocks) == 1 and blocks[0].level == 0 and blocks[0].start % geometry.span(0) == 0 <= blocks[0].start:
            self.state = State(geometry, params, tuple(blocks), {}, 0)
        else:
            super().open(geometry, params, blocks)


@breaks("CTX-5")
class GistsAtTheirStart(Sound):
    """Places a gist at the first token of its span rather than at the central one."""

    def positions(self) -> Sequence[int]:
        """Report starts for gists."""
        geometry, context = self.state.geometry, self.state.context
        placed = list(super().positions())
        for at, block in zip(slot_offsets(geometry, context), context, strict=False):
            if block.level > 0:
                placed[at : at + geometry.slots(block.level)] = [block.start] * geometry.slots(block.level)
        return placed


@breaks("CTX-6")
class StaleReport(Sound):
    """Reports the context as it was before the latest iteration."""

    before: tuple[Block, ...] | None = None

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session with nothing to be late with."""
        super().open(geometry, params, context)
        self.before = None

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Remember the context, then run the iteration."""
        self.before = self.state.context
        return super().step(scores)

    def context(self) -> Sequence[Block]:
        """Report the remembered one."""
        return self.before or self.state.context


@breaks("SCO-1", shows=("ANS-3",), profile="greedy")
class AnySize(Sound):
    """Takes scores of any size, where they do not fit 32 bits anywhere else."""

    def check(self, scores: Sequence[int]) -> None:
        """Check the number of scores, not their range."""
        checked_scores(self.state.geometry, self.state.context, [0] * len(scores))


@breaks("SCO-2", shows=("ANS-3",), profile="greedy")
class MissingIsZero(Sound):
    """Takes scores that are missing for 0, and does not look at those beyond the last slot."""

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Cut the row to length, or fill it up."""
        return super().step((scores + [0] * self.state.used)[: self.state.used])


@breaks("SCO-3", shows=("THR-1", "SOF-1", "GRE-1", "GRE-2", "GRE-3", "GRE-4", "GRE-6"), profile="greedy")
class TowardsZero(Sound):
    """Rounds an aggregate towards zero, so that a mean of -1/2 is no longer below 0."""

    def weighed(self, choice: Choice, scores: Sequence[int]) -> Choice:
        """Truncate the mean."""
        geometry, context = self.state.geometry, self.state.context
        offsets = slot_offsets(geometry, context)
        first = next(i for i, block in enumerate(context) if block.start == choice.action.start)
        width = 1 if choice.action.kind == "expand" else geometry.fanout(choice.action.level)
        row = scores[offsets[first] : offsets[first + width]]
        total = sum(row)
        return choice._replace(aggregate=total // len(row) if total >= 0 else -(-total // len(row)))


@breaks("SCO-3", shows=("THR-1", "SOF-1", "GRE-1", "GRE-2", "GRE-3", "GRE-4", "GRE-6"), profile="greedy")
class MeanOfMeans(Sound):
    """Takes the mean of a family for that of its members' means, each of which is rounded down already."""

    def weighed(self, choice: Choice, scores: Sequence[int]) -> Choice:
        """Round each member, and all of them again."""
        geometry, context, action = self.state.geometry, self.state.context, choice.action
        if action.kind == "expand":
            return choice
        offsets = slot_offsets(geometry, context)
        first = next(i for i, block in enumerate(context) if block.start == action.start)
        ends = offsets[first : first + geometry.fanout(action.level) + 1]
        means = [sum(scores[at:behind]) // (behind - at) for at, behind in pairwise(ends)]
        return choice._replace(aggregate=sum(means) // len(means))


@breaks("PAR-1", shows=("CAP-1",))
class ZeroIsUnlimited(Sound):
    """Takes ``n_diff = 0`` for no cap at all."""

    def cap(self) -> int:
        """Read 0 as very many."""
        return super().cap() or 10**6


@breaks("PAR-1", shows=("ANS-1",), profile="greedy")
class EndlessCooldown(Sound):
    """Counts a cooldown down step by step, and starts from -1 where ``cooldown_steps`` is 0."""

    def prepared(self) -> State:
        """Forget only after the iteration: a cooldown that is over is still there to be counted."""
        return replace(super().prepared(), ledger=self.state.ledger)

    def is_cooling(self, action: Action, iteration: int) -> bool:
        """Walk from the latest action until the cooldown is used up."""
        latest = self.state.ledger.get(action.node)
        if latest is None or latest.kind == action.kind:
            return False
        left = self.state.params.cooldown_steps - 1
        while left != 0:
            left -= 1
        return super().is_cooling(action, iteration)


@breaks("PAR-3", shows=("ANS-3",), profile="greedy")
class NothingAlwaysFits(Sound):
    """Takes an ingest of no block for one that there is always room for."""

    def ingest(self, blocks: int, scores: list[int]) -> Sequence[Sequence[object]]:
        """Leave it at that if there is nothing to append."""
        return [] if blocks == 0 else super().ingest(blocks, scores)
