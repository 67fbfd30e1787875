"""A PyTorch allocator that edits its tensors in place and keeps a record of events, adapted in a page.

    focalloc conform focalloc.conformance.examples.in_place:Adapter

`PagedFocus` owns one page of memory for its whole life: ``lod`` and ``token``, one entry per slot, of which the first
``used`` count. It moves what lies behind an edit instead of making new tensors, and notes each edit as an event, as
runtimes do that replay their work or answer for it. The adapter takes its answer from those events: what was done, in
the order in which it was done. It offers ``context()`` too, read from the tensors, so that the judge sees whether the
events are the whole truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

import torch

from focalloc.spec import Action, Block, Geometry, Params
from focalloc.spec.blocks import checked_context


class Event(NamedTuple):
    """An edit: ``split`` or ``merge`` of the gist of level of detail ``lod`` that begins at ``token``."""

    what: str
    lod: int
    token: int


class PagedFocus:
    """A focus allocator in one page of memory; one slot per token and per gist.

    Args:
        widths: tokens per gist, gists per coarser gist, and so on.
        page: slots of the page.
        budget: most slots in use; a context over it can only shrink.
        rest: calls before an edit may be undone.
        tail: last tokens that are never merged.
    """

    def __init__(self, widths: Sequence[int], page: int, budget: int, rest: int, tail: int) -> None:
        self.spans = [1]  # tokens of a raw token, a gist, a coarser gist
        for width in widths:
            self.spans.append(self.spans[-1] * width)
        self.widths, self.budget, self.rest, self.tail = tuple(widths), budget, max(1, rest), tail
        self.lod, self.token = (torch.zeros(page, dtype=torch.int64) for _ in range(2))
        self.used, self.calls, self.events = 0, 0, list[Event]()
        self.edited: dict[tuple[int, int], tuple[str, int]] = {}

    def append(self, lod: int, tokens: Sequence[int]) -> None:
        """Put slots at the end of the context."""
        self.lod[self.used : self.used + len(tokens)] = lod
        self.token[self.used : self.used + len(tokens)] = torch.tensor(tokens)
        self.used += len(tokens)

    def refocus(self, most: int, scores: torch.Tensor) -> None:
        """Make up to ``most`` edits: first merge what is least wanted, then split what is wanted most."""
        self.calls += 1
        wishes = sorted(self._merges(scores)) + sorted(self._splits(scores))
        done, touched = 0, set[int]()  # tokens that a merge has covered, and may not be split in the same call
        for _, what, lod, token in wishes:
            growth = (self.widths[lod - 1] - 1) * (1 if what == "split" else -1)
            was, then = self.edited.get((lod, token), (what, 0))
            resting = was != what and self.calls - then < self.rest
            if done == most or resting or token in touched or (what == "split" and self.used + growth > self.budget):
                continue
            self._edit(what, lod, token)
            touched.update(range(token, token + self.spans[lod], self.spans[lod - 1]))
            done += 1

    def _splits(self, scores: torch.Tensor) -> Iterator[tuple[float, str, int, int]]:
        for at in torch.nonzero((self.lod[: self.used] > 0) & (scores > 0)).flatten().tolist():
            yield -float(scores[at]), "split", int(self.lod[at]), int(self.token[at])

    def _merges(self, scores: torch.Tensor) -> Iterator[tuple[float, str, int, int]]:
        end = int(self.token[self.used - 1]) + self.spans[int(self.lod[self.used - 1])]
        for lod, width in enumerate(self.widths, 1):
            for at in torch.nonzero(self.token[: self.used] % self.spans[lod] == 0).flatten().tolist():
                token = int(self.token[at])
                whole = self.lod[at : min(at + width, self.used)].tolist() == [lod - 1] * width
                if whole and scores[at : at + width].mean() < 0 and token + self.spans[lod] <= end - self.tail:
                    yield float(scores[at : at + width].mean()), "merge", lod, token

    def _edit(self, what: str, lod: int, token: int) -> None:
        """Make an edit where it lies; what lies behind it moves."""
        at = int(torch.nonzero(self.token[: self.used] == token)[0])
        child, width = self.spans[lod - 1], self.widths[lod - 1]
        old, new = (1, width) if what == "split" else (width, 1)
        behind, moved = slice(at + old, self.used), slice(at + new, self.used + new - old)
        for page in (self.lod, self.token):
            page[moved] = page[behind].clone()
        self.lod[at : at + new] = lod - 1 if what == "split" else lod
        self.token[at : at + new] = token + torch.arange(new) * child
        self.used += new - old
        self.edited[lod, token] = what, self.calls
        self.events.append(Event(what, lod, token))


class Adapter:
    """`PagedFocus` as an allocator of the protocol; asked for one slot per token and per gist only."""

    supports: ClassVar[dict[str, Any]] = {
        "geometries": [{"arity": arity} for arity in ([2, 2], [4], [3, 2], [2, 3, 2], [8, 8])],
        "params": {"w_max": [1, 4096]},
    }

    def open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]]) -> None:
        """Start a session."""
        blocks = checked_context(geometry, context)
        slots = max(params.w_max, sum(geometry.slots(block.level) for block in blocks))
        self.n_diff, self.raw = params.n_diff, geometry.span(0)
        self.focus = PagedFocus(geometry.arity, slots, params.w_max, params.cooldown_steps, params.protected_tokens)
        for block in blocks:
            raw = range(block.start, block.start + self.raw) if block.level == 0 else (block.start,)
            self.focus.append(block.level, raw)

    def step(self, scores: Sequence[int]) -> list[Action]:
        """Run one call of ``refocus`` and return its events as actions."""
        before = len(self.focus.events)
        self.focus.refocus(self.n_diff, torch.tensor(scores, dtype=torch.float64))
        return [
            Action("expand" if event.what == "split" else "collapse", event.lod, event.token)
            for event in self.focus.events[before:]
        ]

    def context(self) -> list[Block]:
        """The working context that the tensors say; of raw tokens, the first of each block names it."""
        levels, tokens = (page[: self.focus.used].tolist() for page in (self.focus.lod, self.focus.token))
        return [Block(lod, at) for lod, at in zip(levels, tokens, strict=True) if lod > 0 or at % self.raw == 0]
