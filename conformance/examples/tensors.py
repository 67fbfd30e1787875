"""A PyTorch allocator that keeps no record of what it does, and the adapter that brings it before the judge.

    focalloc conform focalloc.conformance.examples.tensors:Adapter

`TensorFocus` keeps its working context as two tensors, ``lod`` and ``positions``, one entry per *slot*, knows spans
only through them, and is told ``update_focus(max_replacements, iterations, scores)``: an interface as found in
runtimes of this kind. All that an adapter has is the tensors before and after a call. From them it offers
``context()``, so that the judge sees a torn or unaligned context for what it is; and it names the actions with
`actions_between`, which refuses where a difference cannot tell. That collapses come first, it knows from the source.

Where an allocator has a record of its edits, take that instead: `focalloc.conformance.examples.in_place` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from focalloc.conformance.differences import actions_between
from focalloc.spec import Action, Block, Geometry, Params
from focalloc.spec.blocks import checked_context
from focalloc.spec.scores import SCORE_SCALE


class TensorFocus:
    """A focus allocator on tensors; one slot per token and per gist, every level of arity ``block``.

    Args:
        lod: level of detail of each slot, shape ``(slots,)``.
        positions: token position of each slot, a gist's at the centre of its span, shape ``(slots,)``.
        block: tokens per gist, gists per coarser gist.
        levels: coarsest level of detail.
        budget: most slots.
        cooldown: calls before a replacement may be undone.
    """

    def __init__(
        self, lod: torch.Tensor, positions: torch.Tensor, block: int, levels: int, budget: int, cooldown: int
    ) -> None:
        self.lod, self.positions = lod.clone(), positions.clone()
        self.block, self.levels, self.budget, self.cooldown = block, levels, budget, max(1, cooldown)
        self.recent: dict[tuple[int, int], tuple[int, int]] = {}
        self.calls = 0

    def update_focus(self, max_replacements: int, iterations: int, scores: torch.Tensor) -> int:
        """Replace up to ``max_replacements`` spans in each of ``iterations`` rounds; return how many were replaced.

        A round gives up detail first, and then spends what room there is.
        """
        replaced = 0
        for _ in range(iterations):
            self.calls += 1
            replaced += self._round(max_replacements, scores)
        return replaced

    def _round(self, max_replacements: int, scores: torch.Tensor) -> int:
        gists = torch.nonzero((self.lod > 0) & (scores > 0)).flatten().tolist()
        # (rank, first slot, level of the node, direction: 1 for more detail, -1 for less)
        wishes = [(-float(scores[slot]), slot, int(self.lod[slot]), 1) for slot in gists]
        for slot in torch.nonzero((self.lod == 0) & (self.positions % self.block == 0)).flatten().tolist():
            mean = float(scores[slot : slot + self.block].mean())
            if mean < 0:
                wishes.append((mean, slot, 1, -1))
        chosen: list[tuple[int, int, int]] = []
        slots = len(self.lod)
        for _, slot, level, direction in sorted(wishes, key=lambda wish: (wish[3], *wish)):
            node = (level, self._first_token(slot))
            then, was = self.recent.get(node, (-self.cooldown, direction))
            grown = slots + direction * (self.block - 1)
            too_early = was != direction and self.calls - then < self.cooldown
            if len(chosen) == max_replacements or too_early or (direction > 0 and grown > self.budget):
                continue
            self.recent[node] = (self.calls, direction)
            chosen.append((slot, level, direction))
            slots = grown
        for slot, level, direction in sorted(chosen, reverse=True):
            self._replace(slot, level, direction)
        return len(chosen)

    def _first_token(self, slot: int) -> int:
        level = int(self.lod[slot])
        return int(self.positions[slot]) - (self.block**level // 2 if level else 0)

    def _replace(self, slot: int, level: int, direction: int) -> None:
        start = self._first_token(slot)
        if direction < 0:
            lod, places, old = torch.tensor([1]), torch.tensor([start + self.block // 2]), self.block
        else:
            child = self.block ** (level - 1)
            lod, old = torch.full((self.block,), level - 1), 1
            places = start + torch.arange(self.block) * child + (child // 2 if level > 1 else 0)
        self.lod = torch.cat((self.lod[:slot], lod, self.lod[slot + old :]))
        self.positions = torch.cat((self.positions[:slot], places, self.positions[slot + old :]))


class Adapter:
    """`TensorFocus` as an allocator of the protocol; asked for one arity on all levels and no protected tail only."""

    supports: ClassVar[dict[str, Any]] = {
        "geometries": [{"arity": arity} for arity in ([2, 2], [4], [3, 3], [2, 2, 2], [8, 8])],
        "params": {"protected_tokens": [0, 0]},
    }

    def open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]]) -> None:
        """Start a session."""
        blocks = checked_context(geometry, context)
        self.geometry, self.params = geometry, params
        lod = [block.level for block in blocks for _ in range(geometry.slots(block.level))]
        places = [token for block in blocks for token in self._tokens(block)]
        self.focus = TensorFocus(
            torch.tensor(lod),
            torch.tensor(places),
            geometry.arity[0],
            geometry.top,
            params.w_max,
            params.cooldown_steps,
        )

    def step(self, scores: Sequence[int]) -> list[Action]:
        """Run one call of ``update_focus`` and return what it did."""
        before = self.context()
        self.focus.update_focus(self.params.n_diff, 1, torch.tensor(scores, dtype=torch.float64) / SCORE_SCALE)
        return actions_between(self.geometry, before, self.context(), first="collapse")

    def context(self) -> list[Block]:
        """The working context that the tensors say."""
        found = []
        for lod, place in zip(self.focus.lod.tolist(), self.focus.positions.tolist(), strict=True):
            span = self.geometry.span(lod)
            if lod > 0:
                found.append(Block(lod, place - span // 2))
            elif place % span == 0:
                found.append(Block(0, place))
        return found

    def _tokens(self, block: Block) -> list[int]:
        span = self.geometry.span(block.level)
        return [block.start + span // 2] if block.level else list(range(block.start, block.start + span))
