"""Allocators that lay a history out wrongly (LAY)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.refimpl.layout import layout
from focalloc.spec import Block, Context, Geometry, InvalidInput, Params
from focalloc.spec.geometry import MAX_SLOTS
from focalloc.spec.layout import Outline, checked_outline
from focalloc.spec.params import RANGES


class SoundLayout(Sound):
    """Greedy and its layouts, by the rules."""

    told: Params

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session, and keep the parameters as they are before any threshold adapts."""
        super().open(geometry, params, context)
        self.told = params

    def layout(self, first: int, last: int, scores: Sequence[int] | None = None, cursor: int | None = None) -> Context:
        """The context that shows tokens ``first`` to ``last``."""
        return self.laid_out(checked_outline(self.state.geometry, self.told, first, last, scores, cursor))

    def laid_out(self, outline: Outline) -> Context:
        """The layout of ``outline``."""
        return layout(outline)


@breaks("LAY-1")
class ForgetsTheNewest(SoundLayout):
    """Leaves out the last block of a history, which it takes for one that is still being written."""

    def laid_out(self, outline: Outline) -> Context:
        """Drop the last block, if there is another."""
        found = super().laid_out(outline)
        return found[:-1] or found


@breaks("LAY-2")
class LaysOutTheTail(SoundLayout):
    """Shows the newest sixteen smallest blocks raw, whether or not there is room for them."""

    def laid_out(self, outline: Outline) -> Context:
        """Show the end raw, as far as a context can hold it (CTX-4), and the rest as it would be shown alone."""
        span = outline.geometry.span(0)
        newest = min(16, MAX_SLOTS // (2 * outline.geometry.slots(0)))
        head = max(outline.last - newest * span, outline.first)
        tail = tuple(Block(0, start) for start in range(head, outline.last, span))
        if head == outline.first:
            return tail
        return layout(outline._replace(last=head, scores=None)) + tail


@breaks("LAY-3")
class AllOrNothing(SoundLayout):
    """Refuses a history that cannot be shown raw from end to end."""

    def laid_out(self, outline: Outline) -> Context:
        """Count the slots of raw tokens."""
        span = outline.geometry.span(0)
        raw = (outline.last - outline.first) // span * outline.geometry.slots(0)
        if raw > outline.params.w_max:
            raise InvalidInput("w_max", outline.params.w_max, f"must be at least {raw}")
        return super().laid_out(outline)


@breaks("LAY-4", profile="greedy")
class AtTheThreshold(SoundLayout):
    """Takes a score at the threshold for one above it."""

    def laid_out(self, outline: Outline) -> Context:
        """Lower the threshold by one, and nothing else."""
        tau, margin = outline.params.tau_expand, outline.params.soft_margin
        if tau == 0 or margin == RANGES["soft_margin"][1]:
            return super().laid_out(outline)
        lower = replace(outline.params, tau_expand=tau - 1, soft_margin=margin + 1, adaptive_window=0)
        return super().laid_out(outline._replace(params=lower))


@breaks("LAY-5", profile="greedy")
class NeverRaw(SoundLayout):
    """Shows the newest level-1 gists as such, as raw tokens are for what arrives from now on."""

    def laid_out(self, outline: Outline) -> Context:
        """Put the gist in the place of each raw block."""
        return tuple(Block(max(level, 1), start) for level, start in super().laid_out(outline))
