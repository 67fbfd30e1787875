"""A focus allocator as a Python object: the ten lines that a safe one needs.

    focalloc conform focalloc.conformance.examples.plain:Plain

It expands the most wanted gist if there is room, and never collapses, so that there is nothing to reverse.
"""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.spec import Action, Geometry, Params, opened
from focalloc.spec.state import advanced


class Plain:
    """Conforms to the profile ``safety``; what it does not offer (`ingest`) is not judged."""

    def open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]]) -> None:
        """Start a session."""
        self.state = opened(geometry, params, context)

    def step(self, scores: Sequence[int]) -> list[Action]:
        """Run one iteration on one fixed-point score per slot."""
        geometry, params, slot, wanted = self.state.geometry, self.state.params, 0, []
        for block in self.state.context:
            if block.level > 0 and self.state.used + geometry.delta(block.level) <= params.w_max:
                wanted.append((scores[slot], Action("expand", *block)))
            slot += geometry.slots(block.level)
        best = [action for score, action in sorted(wanted, reverse=True)[: min(1, params.n_diff)] if score > 0]
        self.state = advanced(self.state, best)
        return best
