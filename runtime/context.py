"""Keeps a key-value cache in step with allocators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.edits import Edits
from focalloc.fastpath.wrapper import Wrapper
from focalloc.runtime.models import check_model, forward
from focalloc.spec.blocks import Block
from focalloc.spec.edits import Edit
from focalloc.spec.errors import InvalidInput, one_of, truth, whole_number
from focalloc.spec.printable import counted

Mode = Literal["exact", "reuse", "repair"]
"""What becomes of entries behind an edit, which have looked at what was there before."""

Embed = Callable[[int, Sequence[Block]], torch.Tensor]
"""Number of a session, blocks -> their embeddings, a row per slot in order; a gist's are the user's to make. The last
block of a session may be partial, and then rows of the tokens that are there will do."""


class _Row(NamedTuple):
    """One session's row: made whole, never changed.

    Attributes:
        rows: embeddings, ``(slots, width)``.
        positions: ``(slots,)``.
        entries: keys and values per layer, ``(1, heads, slots, width of a head)``.
        logits: for the token behind it, ``(1, words)``.
        computed: slots that were computed when it was made.
        origin: the token that positions count from.
        lacking: slots of the context, its last, whose tokens have not come yet; they are no part of the row.
    """

    rows: torch.Tensor
    positions: NDArray[np.int64]
    entries: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    logits: torch.Tensor
    computed: int
    origin: int
    lacking: int = 0


class WorkingContext:
    """The working contexts of some sessions as a model sees them: embeddings, positions, keys and values.

    The allocators decide, and this follows: each call of `follow` takes what they changed since the last one. Sessions
    lie in one batch, padded on the left. A row ends with the last token that has come: what a partial block has
    reserved beyond it (FIL) the model does not see. Whatever is refused or fails leaves everything as it was.

    Modes:

    - ``exact`` computes every slot from the first changed one on; the result is that of a forward pass from scratch.
    - ``reuse`` computes what is new and keeps the rest bit for bit, an approximation: later entries have looked at what
      was there before.
    - ``repair`` computes ``repair`` slots behind each edit as well, which look at what is there now.

    Args:
        model: a causal language model of transformers, in evaluation mode; what cannot be right is refused
            (`focalloc.runtime.models`).
        allocators: one per session, each in its session.
        embed: gives the embeddings of blocks. Those of tokens are ``model.get_input_embeddings()`` of their numbers:
            the module, not its weight, as some models scale in it.
        mode: as above.
        repair: slots computed anew behind each edit, for mode ``repair``.

    Attributes:
        logits: for the token behind each session's last one, ``(sessions, words)``.
        computed: slots that the last `follow` had the model compute, per session.
        decoded: tokens that each session has decoded beyond its row.

    Raises:
        InvalidInput: the model, an allocator or the mode is refused, or a position is beyond those that the model can
            tell apart.
    """

    def __init__(
        self,
        model: Any,
        allocators: Sequence[Allocator | Wrapper],
        embed: Embed,
        *,
        mode: Mode = "exact",
        repair: int = 8,
    ) -> None:
        self.mode: Mode = one_of("mode", mode, ("exact", "reuse", "repair"))
        self._repair = whole_number("repair", repair, 0, 2**26) if mode == "repair" else 0
        self._model, self._embed = model, embed
        self._allocators = tuple(allocators)
        if not self._allocators:
            raise InvalidInput("allocators", 0, "there must be one at least")
        longest = max(max(one.used, one.params.w_max) + one.geometry.span(0) for one in self._allocators)
        self._limit = check_model(model, longest, exact=mode == "exact")
        table = model.get_input_embeddings().weight
        self._device = table.device
        nothing = table.new_empty(0, table.shape[1]), np.empty(0, np.int64), (), table.new_empty(0), 0
        # angles depend on distances only, and float32 has room for small ones
        self._row_of = [_Row(*nothing, int(one.starts[0])) for one in self._allocators]
        context = [one.context() for one in self._allocators]
        self.follow(
            *(
                Edits([Edit(0, 0, 0, one.used, blocks)], 0, one.geometry.block_slots)
                for one, blocks in zip(self._allocators, context, strict=True)
            )
        )

    # FOLLOWING

    @torch.no_grad()
    def follow(self, *edits: Edits) -> None:
        """Bring everything in step with the allocators; what was decoded beyond the rows is dropped.

        Args:
            edits: for each session what its allocator's calls changed since the last time, as one: that is
                ``one.edits.then(another.edits)``.

        Raises:
            InvalidInput: they are not what led from the row that is here to the allocator's; a plan was left out.
        """
        self._check_count(edits)
        self._become([self._followed(i, one) for i, one in enumerate(edits)])

    def _followed(self, session: int, edits: Edits) -> _Row:
        """What a session's row becomes; nothing is changed."""
        old, allocator = self._row_of[session], self._allocators[session]
        anew = self.mode == "exact" and edits.first_changed == 0
        origin = int(allocator.starts[0]) if anew else old.origin  # what is kept has its angles
        lacking = _lacking(allocator)
        positions = allocator.write_positions(np.empty(allocator.used, np.int64), origin)[: allocator.used - lacking]
        if int(positions[-1]) >= self._limit:
            rule = f"the model can tell {self._limit} positions apart; begin another session nearer to its end"
            raise InvalidInput("position", int(positions[-1]), rule)
        whole = edits.gather()
        source = whole[: len(positions)]
        kept = source >= 0
        if (
            (edits.slots, len(whole)) != (len(old.positions) + old.lacking, allocator.used)
            or source.max(initial=-1) >= len(old.positions)
            or (old.positions[source[kept]] + old.origin != positions[kept] + origin).any()
        ):
            rule = "are not what led from the row here to the allocator's; no plan may be left out"
            raise InvalidInput(f"edits[{session}]", edits, rule)
        rows = old.rows.new_empty(len(positions), old.rows.shape[1])
        rows[torch.from_numpy(kept)] = old.rows[torch.from_numpy(source[kept])]
        blocks = [block for edit in edits for block in edit.blocks]
        if blocks:
            came = self._embed(session, blocks)
            if len(came) == int((whole < 0).sum()):
                came = came[: int((~kept).sum())]  # without what stands for tokens to come
            if tuple(came.shape) != (int((~kept).sum()), rows.shape[1]):
                rule = f"must be a row of {rows.shape[1]} for each of {counted(int((~kept).sum()), 'slot')}"
                raise InvalidInput("embeddings", tuple(came.shape), rule)
            rows[torch.from_numpy(~kept)] = came.to(rows)
        return self._computed(session, edits, rows, positions)._replace(origin=origin, lacking=lacking)

    def _computed(self, session: int, edits: Edits, rows: torch.Tensor, positions: NDArray[np.int64]) -> _Row:
        """A row with its keys and values: those that it had, or computed on what is to the left."""
        old, source = self._row_of[session], edits.gather()[: len(positions)]
        anew = source < 0
        if self.mode == "exact":
            anew[edits.first_changed :] = True
        for edit in edits:
            anew[edit.at + edit.after : edit.at + edit.after + self._repair] = True
        cache, logits = DynamicCache(), old.logits
        at = torch.from_numpy(positions).to(self._device)[None]
        for first, last in _runs(anew, source):
            if anew[first]:
                mask = torch.ones(1, last, dtype=torch.long, device=self._device)
                done = forward(self._model, cache, rows[None, first:last], at[:, first:last], mask)
                logits = done.logits[:, -1]
            else:
                begin = int(source[first])
                for i, (keys, values) in enumerate(old.entries):
                    part = slice(begin, begin + last - first)
                    cache.update(keys[:, :, part], values[:, :, part], i)
        entries = tuple((layer.keys, layer.values) for layer in cache.layers)
        return _Row(rows, positions, entries, logits, int(anew.sum()), old.origin)

    def _become(self, rows: Sequence[_Row]) -> None:
        """Lay rows side by side, padded on the left, and live in them from now on; all at once."""
        longest = max(len(row.positions) for row in rows)
        mask = torch.zeros(len(rows), longest, dtype=torch.long, device=self._device)
        for i, row in enumerate(rows):
            mask[i, longest - len(row.positions) :] = 1
        layers = []
        for parts in zip(*(row.entries for row in rows), strict=True):
            keys, values = (
                torch.cat([torch.nn.functional.pad(one, (0, 0, longest - one.shape[2], 0)) for one in some])
                for some in zip(*parts, strict=True)
            )
            layers.append((keys, values))
        logits = torch.cat([row.logits for row in rows])
        mass = torch.zeros(len(rows), longest, device=self._device)
        self._row_of, self._cache, self._mask, self.decoded, self.logits, self._mass, self.computed = (
            list(rows), DynamicCache(layers), mask, 0, logits, mass, [row.computed for row in rows]
        )  # fmt: skip

    # WHAT IS THERE

    @property
    def lengths(self) -> list[int]:
        """Slots of each session's row."""
        return [len(row.positions) for row in self._row_of]

    def embeddings(self, session: int) -> torch.Tensor:
        """Embeddings of a session's row, ``(slots, width)``."""
        return self._row_of[session].rows

    def positions(self, session: int) -> torch.Tensor:
        """Positions of a session's row, ``(slots,)``, counted from the first token that it began with; where all is
        computed anew, as in mode ``exact`` after a release, from the first that is left."""
        return torch.from_numpy(self._row_of[session].positions).to(self._device)

    def entries(self, session: int) -> Sequence[tuple[torch.Tensor, torch.Tensor]]:
        """Keys and values of a session's row for each layer, ``(1, heads, slots, width of a head)``."""
        return self._row_of[session].entries

    # DECODING

    @torch.no_grad()
    def decode(self, tokens: torch.Tensor, *, keep: bool = True, watch: bool = False) -> torch.Tensor:
        """Logits for the token behind these, one per session, which see the row and what was decoded before.

        Args:
            tokens: their numbers, ``(sessions,)``.
            keep: whether later ones see these; else it is as if this had not been asked.
            watch: whether to note what they attend to, for `attention`; the model must attend by ``eager``, as others
                do not tell.

        Raises:
            InvalidInput: the shape is another, ``keep`` or ``watch`` is not True or False, or what was attended to is
                not told.
        """
        truth("keep", keep)
        truth("watch", watch)
        count = len(self._allocators)
        if tuple(tokens.shape) != (count,):
            raise InvalidInput("tokens", tuple(tokens.shape), f"must be one for each of {counted(count, 'session')}")
        ends = [_next_token(one) for one in self._allocators]
        positions = [end - row.origin + self.decoded for end, row in zip(ends, self._row_of, strict=True)]
        if max(positions) >= self._limit:
            raise InvalidInput("position", max(positions), f"the model can tell {self._limit} positions apart")
        # one of its own, as a call that fails half-way has grown some of its layers
        cache = DynamicCache([(layer.keys, layer.values) for layer in self._cache.layers])
        rows = self._model.get_input_embeddings()(tokens.to(self._device)[:, None])
        at = torch.tensor(positions, device=self._device)[:, None]
        mask = torch.nn.functional.pad(self._mask, (0, 1), value=1)
        mass = self._mass
        done = forward(self._model, cache, rows, at, mask, output_attentions=watch)
        logits: torch.Tensor = done.logits[:, -1]
        if watch:
            told = [one[:, :, -1, : mass.shape[1]].float().mean(1) for one in done.attentions or () if one is not None]
            if not told:
                used = getattr(self._model.config, "_attn_implementation", "unknown")
                rule = "does not tell what is attended to; call model.set_attn_implementation('eager')"
                raise InvalidInput("attention", used, rule)
            mass = mass + torch.stack(told).mean(0)
        if keep:
            self._cache, self._mask, self.decoded, self.logits, self._mass = cache, mask, self.decoded + 1, logits, mass
        return logits

    def attention(self, *edits: Edits) -> list[NDArray[np.float32]]:
        """Scores by attention: what the tokens decoded since the last `follow` paid to each slot, beside an even share.

        With share `m` of the attention on `n` slots the score is ``(m n - 1) / (m n + 1)``: 0 at an even share, 1/3 at
        twice and -1/3 at half of it. All are 0 if nothing was watched, and so are those of tokens to come.

        Args:
            edits: for each session what its allocator has changed since, if anything; what came is scored 0.
        """
        found = []
        for row, mass in zip(self._row_of, self._mass, strict=True):
            own = mass[len(mass) - len(row.positions) :].cpu().numpy()
            even = own * (len(own) / own.sum()) if own.any() else np.ones_like(own)
            found.append(np.append((even - 1) / (even + 1), np.zeros(row.lacking, own.dtype)))
        if not edits:
            return found
        self._check_count(edits)
        return [np.append(scores, scores.dtype.type(0))[one.gather()] for scores, one in zip(found, edits, strict=True)]

    def _check_count(self, edits: Sequence[Edits]) -> None:
        if len(edits) != len(self._allocators):
            raise InvalidInput(
                "edits", len(edits), f"must be one for each of {counted(len(self._allocators), 'session')}"
            )


def _lacking(allocator: Allocator | Wrapper) -> int:
    """Slots at the end of a context whose tokens have not come yet."""
    return allocator.unfilled() * allocator.geometry.cost[0]


def _next_token(allocator: Allocator | Wrapper) -> int:
    """Position of the token that comes next."""
    end = int(allocator.starts[-1]) + allocator.geometry.span(int(allocator.levels[-1]))
    return end - allocator.unfilled()


def _runs(anew: NDArray[np.bool_], source: NDArray[np.integer[Any]]) -> Iterator[tuple[int, int]]:
    """Stretches of slots that are computed together, or lay together before."""
    step = np.where(anew, 0, source - np.arange(len(source)) + 2**40)
    edges = [0, *(np.flatnonzero(np.diff(step)) + 1).tolist(), len(source)]
    yield from pairwise(edges)
