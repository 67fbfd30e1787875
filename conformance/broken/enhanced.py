"""Allocators whose greedy is sound and whose refinements are not (TIE, ADA, MEM, BAL)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import trunc

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.candidates import Choice
from focalloc.refimpl.preparation import adapt, remember
from focalloc.refimpl.ties import TIE_BREAKS
from focalloc.spec import Action, Geometry, Params, State
from focalloc.spec.memory import parted
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE

WRONG_THRESHOLDS = ("THR-1", "GRE-1", "GRE-2", "GRE-3", "GRE-5", "GRE-6", "SOF-1", "TIE-1", "TIE-2", "GRE-4")
"""What a threshold or an aggregate that is not the right one can show as, in one session or another."""


class SoundEnhanced(Sound):
    """Enhanced greedy, by the rules."""

    order: Callable[[Choice], tuple[int, ...]] | None = None

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """How the queues of an iteration are ranked."""
        return TIE_BREAKS[state.params.tie_break](state)

    def rank(self, choice: Choice) -> tuple[int, ...]:
        """Place in the queue; within an ingest ties go by position."""
        return super().rank(choice) if self.order is None else self.order(choice)

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Select greedily, by the order of ties that was asked for."""
        self.order = self.ranking(self.state)
        chosen = super().select(scores)
        self.order = None
        return chosen


@breaks("TIE-1", also=("GRE-1", "GRE-5", "GRE-6"), profile="enhanced")
class NoCursor(SoundEnhanced):
    """Knows nothing of a cursor: its ties go by position instead."""

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """Take cursor for position."""
        order = "position" if state.params.tie_break == "cursor" else state.params.tie_break
        return TIE_BREAKS[order](state)


@breaks("TIE-1", profile="enhanced")
class AlwaysNearest(SoundEnhanced):
    """By cursor it collapses the nearest first too, not the farthest."""

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """Put the later start first in both queues."""
        if state.params.tie_break != "cursor":
            return super().ranking(state)
        by_cursor = super().ranking(state)
        return lambda choice: (by_cursor(choice)[0], -choice.action.start)


@breaks("TIE-2", also=("GRE-5", "GRE-6"), profile="enhanced")
class NeverActedLast(SoundEnhanced):
    """By recency it puts the nodes that were never acted on last, not first."""

    def ranking(self, state: State) -> Callable[[Choice], tuple[int, ...]]:
        """Count nothing remembered as just now."""
        if state.params.tie_break != "recency":
            return super().ranking(state)
        by_recency = super().ranking(state)

        def order(choice: Choice) -> tuple[int, ...]:
            first, last, *position = by_recency(choice)
            return first, state.iteration + 1 if last < 0 else last, *position

        return order


@breaks("PAR-2", shows=("THR-1", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class StartsAtTheBottom(SoundEnhanced):
    """Starts adapting from the lowest threshold that it may reach, whatever it is told to start from."""

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start from ``tau_min`` if thresholds adapt."""
        bottom = {"tau_expand": params.tau_min, "tau_collapse": params.tau_min} if params.adaptive_window else {}
        super().open(geometry, replace(params, **bottom), context)  # type: ignore[arg-type]


@breaks("ADA-1", shows=("THR-1", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class FixedThresholds(SoundEnhanced):
    """Leaves its thresholds where they were set, however empty or full the context is."""

    opening = Params()

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Remember the thresholds for good."""
        super().open(geometry, params, context)
        self.opening = params

    def adapted(self, params: Params) -> Params:
        """Adapt nothing."""
        return replace(params, tau_expand=self.opening.tau_expand, tau_collapse=self.opening.tau_collapse)


@breaks("ADA-1", shows=("THR-1", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class WindowIn16Bits(SoundEnhanced):
    """Sums the use over its window in 16 bits."""

    def adapted(self, params: Params) -> Params:
        """Cut the sum off."""
        recent = self.state.recent
        return adapt(params, (sum(recent) % 2**16, *(0,) * (len(recent) - 1)) if recent else ())


@breaks("ADA-1", shows=("THR-1", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class RoomIn32Bits(SoundEnhanced):
    """Works out in 32 bits how much room there was over its window."""

    def adapted(self, params: Params) -> Params:
        """Cut the product off: so much room is none, and none is always full."""
        recent = self.state.recent
        none = recent and len(recent) * params.w_max % 2**32 == 0
        return adapt(params, (params.w_max,) * len(recent) if none else recent)


@breaks("ADA-2", shows=("THR-1", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class Unclamped(SoundEnhanced):
    """Lets an adapted threshold pass its clamp by one step."""

    def adapted(self, params: Params) -> Params:
        """Clamp one wider."""
        wide = replace(params, tau_min=max(1, params.tau_min - 1), tau_max=min(params.tau_max + 1, SCORE_LIMIT - 1))
        return adapt(wide, self.state.recent)


@breaks("MEM-1", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class MovesTowardsZero(SoundEnhanced):
    """Rounds the step of a running mean towards 0, in place of down."""

    def averaged(self, scores: Sequence[int]) -> Sequence[int]:
        """Move by the truncated part of the difference."""
        memory, shift = self.state.memory, self.state.params.memory_shift
        known = [mean + trunc(Fraction(score - mean, 2**shift)) for mean, score in zip(memory, scores, strict=False)]
        return [*known, *scores[len(memory) :]]


@breaks("MEM-1", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class BeginsAtZero(SoundEnhanced):
    """Takes a slot that remembers nothing yet for one that remembers 0."""

    def averaged(self, scores: Sequence[int]) -> Sequence[int]:
        """Fill up what is remembered."""
        state, shift = self.state, self.state.params.memory_shift
        return remember((*state.memory, *[0] * (state.used - len(state.memory))), scores, shift) if shift else scores


@breaks("MEM-2", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class ForgetsWhatItActsOn(SoundEnhanced):
    """Lets what an action makes remember a mean of 0."""

    def inherited(self, before: State, after: State) -> State:
        """Forget what was in place of new blocks."""
        known, parts = set(before.context), parted(after.geometry, after.context, after.memory)
        row = [mean if block in known else 0 for block in after.context for mean in parts[block]]
        return replace(after, memory=tuple(row))


@breaks("MEM-3", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class CountsBlocks(SoundEnhanced):
    """Counts the distance from the end in blocks, whatever they span."""

    def leant(self, row: Sequence[int]) -> Sequence[int]:
        """Halve the lean from block to block."""
        state, places = self.state, range(len(self.state.context))
        slots = [at for at in places for _ in range(state.geometry.slots(state.context[at].level))]
        added = [state.params.lean >> len(state.context) - 1 - at for at in slots]
        return [min(score + more, SCORE_LIMIT - 1) for score, more in zip(row, added, strict=True)]


@breaks("BAL-1", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class GainIn64Bits(SoundEnhanced):
    """Works out the gain of the balance in 64 bits, where a mass times 2^20 may take more."""

    def balanced(self, scores: Sequence[int]) -> Sequence[int]:
        """Balance nothing where the product does not fit, as it comes to any gain."""
        positive = sum(score for score in scores if score > 0)
        negative = -sum(score for score in scores if score < 0)
        fits = min(positive, negative) * SCORE_SCALE < 2**63
        return super().balanced(scores) if fits else scores


@breaks("BAL-1", shows=("THR-1", "GRE-2", "GRE-3", "GRE-6"), also=WRONG_THRESHOLDS, profile="enhanced")
class OutOfBalance(SoundEnhanced):
    """Takes the scores as they come, whatever it was told about balance."""

    def balanced(self, scores: Sequence[int]) -> Sequence[int]:
        """Balance nothing."""
        return scores
