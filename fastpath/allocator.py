"""The production allocator: compiled kernels behind a small, careful front."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.plan import Plan
from focalloc.spec.blocks import Block, Context, checked_context, end
from focalloc.spec.errors import InvalidInput, NoRoom, whole_number
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN, Geometry
from focalloc.spec.ingest import sufficient_budget
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_LIMIT, quantise

__all__ = ["Allocator", "Plan", "score_array"]

STRATEGIES = ("greedy",)
"""Strategies that the fast path has."""


class Allocator:
    """Keeps a working context within its budget and as detailed as the scores ask for.

    Args:
        geometry: shape of the tree.
        params: budget, cap, thresholds, cooldown.
        strategy: which strategy selects; by default the one that ``params`` names.

    Raises:
        InvalidInput: the strategy is unknown.
    """

    def __init__(
        self, geometry: Geometry | None = None, params: Params | None = None, *, strategy: str | None = None
    ) -> None:
        params = params or Params()
        self._configure(geometry or Geometry(), replace(params, strategy=strategy) if strategy else params)
        self._loaded = False

    # SESSION

    def _configure(self, geometry: Geometry, params: Params) -> None:
        if params.strategy not in STRATEGIES:
            raise InvalidInput("strategy", params.strategy, f"must be one of {', '.join(STRATEGIES)}")
        self.geometry = geometry
        self.params = params

    def load(self, blocks: Iterable[object]) -> None:
        """Start a session with these ``(level, start)`` blocks, oldest first, in place of any earlier one.

        Warns:
            UserWarning: the budget is below the one at which ingest into this context cannot fail.

        Raises:
            InvalidInput: the context breaks CTX-1 to CTX-4; an earlier session goes on unchanged.
        """
        context = checked_context(self.geometry, blocks)
        self._start(context)
        enough = sufficient_budget(self.geometry, self.params, end(self.geometry, context[-1]) - context[0].start)
        if self.params.w_max < enough:
            warnings.warn(
                f"w_max = {self.params.w_max} may be too small: ingest into this context cannot fail from {enough} on "
                "(ING-3)",
                stacklevel=2,
            )

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session with another geometry and other parameters, as the allocator protocol has it.

        Raises:
            InvalidInput: the context breaks CTX-1 to CTX-4 or the strategy is unknown; nothing has changed.
        """
        blocks = checked_context(geometry, context)
        self._configure(geometry, params)
        self._start(blocks)

    def _start(self, context: Context) -> None:
        k = self._kernels = kernels()
        geometry, params = self.geometry, self.params
        slots = sum(geometry.slots(block.level) for block in context)
        capacity = max(slots, params.w_max) + geometry.slots(0)
        picks = max(1, min(params.n_diff, capacity))
        chunks = capacity // k.CHUNK + 1
        families = capacity // 2 + 1

        header = np.zeros(k.HEADER, np.int64)
        header[k.FIRST] = header[k.END] = context[0].start
        header[k.TOP] = geometry.top
        header[k.W_MAX] = params.w_max
        header[k.W_SOFT] = params.w_soft
        header[k.N_DIFF] = min(params.n_diff, capacity)
        header[k.TAU_EXPAND] = params.tau_expand
        header[k.TAU_COLLAPSE] = params.tau_collapse
        header[k.SOFT_MARGIN] = params.soft_margin
        header[k.MIN_GAP] = params.min_gap
        header[k.PROTECTED] = params.protected_tokens

        def table(size: int) -> NDArray[np.int64]:
            return np.zeros(size, np.int64)

        self._header = header
        self._spans = np.array(geometry.spans, np.int64)
        self._units = np.array(geometry.block_slots, np.int64)
        self._fanout = np.array([1, *(geometry.fanout(level) for level in range(1, geometry.top + 1))], np.int64)
        self._tags = np.zeros(capacity, np.int8)
        self._spare = np.zeros(capacity, np.int8)
        self._fixed = np.zeros(capacity, np.int32)
        self._worth = self._fixed if set(geometry.cost[1:]) == {1} else np.zeros(capacity, np.int32)
        self._peaks = np.zeros(chunks, np.int32)
        self._families = (table(families), table(families), table(families))
        self._ledger = (table(4 * picks), table(4 * picks))
        self._actions, self._places = table(picks), table(picks)
        self._expands, self._collapses = (table(picks), table(picks)), (table(picks), table(picks))
        self._chunks = (table(chunks), table(chunks))
        self._new = (table(picks), table(picks), table(picks))
        self._fill(context)
        self._loaded = True

    def _fill(self, context: Context) -> None:
        """Write the context's tags and list its complete families."""
        k, geometry, header = self._kernels, self.geometry, self._header
        levels, starts = [block.level for block in context], [block.start for block in context]
        slots = np.concatenate(([0], np.cumsum(self._units[levels])))
        self._tags[: slots[-1]] = k.BODY
        self._tags[slots[:-1]] = levels
        header[k.SLOTS] = slots[-1]
        header[k.END] = end(geometry, context[-1])
        count, i = 0, 0
        while i < len(context):
            level, start = context[i]
            size = geometry.fanout(level + 1) if level < geometry.top else 0
            whole = (
                size > 0
                and start % geometry.span(level + 1) == 0
                and i + size <= len(context)
                and all(other == level for other in levels[i : i + size])
            )
            if whole:
                for column, value in zip(self._families, (slots[i], level + 1, start), strict=True):
                    column[count] = value
                count += 1
            i += size if whole else 1
        header[k.FAMILIES] = count
        del starts

    # ITERATION

    def step(self, scores: ArrayLike, *, per_block: bool = False) -> Plan:
        """Run one iteration.

        Args:
            scores: one score per slot, oldest first. Floating-point arrays and sequences hold scores, integer ones
                hold fixed point.
            per_block: whether there is one score per block instead.

        Raises:
            InvalidInput: a score is not a finite number below 2048 in magnitude, or there is a wrong number of them
                (SCO-1, SCO-2); the state is unchanged.
        """
        self._take(scores, per_block)
        k, header = self._kernels, self._header
        n = int(header[k.SLOTS])
        if self._worth is not self._fixed:
            k.blend(self._tags, self._fixed, self._worth, n, self._units)
        k.survey(self._tags, self._worth, self._peaks, n)
        while True:
            done = k.step(
                header,
                self._spans,
                self._units,
                self._fanout,
                self._tags,
                self._spare,
                self._fixed,
                self._worth,
                self._peaks,
                *self._families,
                *self._ledger,
                len(self._ledger[0]),
                self._actions,
                self._places,
                *self._expands,
                *self._collapses,
                *self._chunks,
                *self._new,
            )
            if done != k.LEDGER_FULL:
                break
            self._widen_ledger(len(self._ledger[0]))
        return Plan(self._actions[:done].tolist(), int(header[k.ITERATION]))

    def ingest(self, blocks: int = 1, scores: ArrayLike | None = None, *, per_block: bool = False) -> Plan:
        """Append level-0 blocks after the last token, once legal collapses have made room for them.

        Args:
            blocks: how many, at least 1.
            scores: as for `step`; None means that no slot is wanted less than another, so the oldest collapse first.
            per_block: as for `step`.

        Returns:
            The reclaiming collapses, which carry the number of the last iteration.

        Raises:
            InvalidInput: as for `step`, or ``blocks`` is not a positive integer, or the tokens run out (CTX-4).
            NoRoom: legal collapses do not free enough. In every case the state is unchanged.
        """
        self._require_session()
        whole_number("blocks", blocks, 1, MAX_SLOTS)
        k, header, geometry = self._kernels, self._header, self.geometry
        n, last = int(header[k.SLOTS]), int(header[k.END])
        if scores is None:
            self._fixed[:n] = 0
        else:
            self._take(scores, per_block)
        needed = blocks * geometry.slots(0)
        excess = n + needed - self.params.w_max
        too_far = last + (blocks - 1) * geometry.span(0) + geometry.spans[-1] > MAX_TOKEN
        collapses: list[int] = []
        if excess > 0:
            collapses = self._reclaim(needed, excess, keep=not too_far)
        if too_far:
            raise InvalidInput("blocks", blocks, f"the new blocks would lie outside the tokens 0..{MAX_TOKEN} (CTX-4)")
        for _ in range(blocks):
            k.append_block(header, self._spans, self._units, self._tags, *self._families)
        return Plan(collapses, int(header[k.ITERATION]))

    def _reclaim(self, needed: int, excess: int, *, keep: bool) -> list[int]:
        k, header = self._kernels, self._header
        shape = (self._spans, self._units, self._fanout)
        most = min(excess // min(self.geometry.deltas[1:]) + 1, int(header[k.SLOTS]))
        reclaimed = np.zeros(most, np.int64)
        self._widen_ledger(most)
        unsure = k.may_fall_short(header, *shape, *self._families[1:], self._ledger[0], needed)
        state = (header, self._tags, *self._families, *self._ledger)
        backup = [array.copy() for array in state] if unsure or not keep else []
        done = k.reclaim(
            header,
            *shape,
            self._tags,
            self._spare,
            self._fixed,
            *self._families,
            *self._ledger,
            needed,
            reclaimed,
            self._actions,
            self._places,
            *self._expands,
            *self._new,
        )
        if done == k.NO_ROOM or not keep:
            left = int(header[k.SLOTS]) + needed - self.params.w_max
            for array, old in zip(state, backup, strict=True):
                array[:] = old
            if done == k.NO_ROOM:
                raise NoRoom(excess, excess - left)
        return [int(action) for action in reclaimed[: max(done, 0)]]

    def _widen_ledger(self, more: int) -> None:
        """Make room for ``more`` further entries."""
        size = int(self._header[self._kernels.LEDGER_TO]) + more
        if size > len(self._ledger[0]):
            first, second = (np.concatenate((column, np.zeros(size, np.int64))) for column in self._ledger)
            self._ledger = (first, second)

    # SCORES

    def _require_session(self) -> None:
        if not self._loaded:
            raise InvalidInput("allocator", "not loaded", "call load(blocks) or open(geometry, params, context) first")

    def _take(self, scores: ArrayLike, per_block: bool) -> None:
        """Check ``scores`` and write them to the work array in fixed point, one per slot."""
        self._require_session()
        given = score_array(scores)
        n = self.used
        tags = self._tags[:n]
        begins = tags != self._kernels.BODY
        expected = int(begins.sum()) if per_block else n
        if len(given) != expected:
            raise InvalidInput(
                "scores",
                len(given),
                f"{len(given)} scores were given for {expected} {'blocks' if per_block else 'slots'} (SCO-2)",
            )
        k = score_kernels()
        take = k.quantise_floats if given.dtype.kind == "f" else k.copy_integers
        bad = take(given, self._fixed, len(given))
        if bad >= 0:
            refuse_score(given, bad)
        if per_block:
            self._fixed[:n] = self._fixed[: len(given)][np.cumsum(begins) - 1]

    # VIEWS

    @property
    def used(self) -> int:
        """Slots that the context occupies."""
        self._require_session()
        return int(self._header[self._kernels.SLOTS])

    @property
    def iteration(self) -> int:
        """Number of the last iteration; 0 before the first."""
        self._require_session()
        return int(self._header[self._kernels.ITERATION])

    @property
    def levels(self) -> NDArray[np.int8]:
        """Level of each block, oldest first; read-only."""
        self._require_session()
        tags = self._tags[: self.used]
        return frozen(tags[tags != self._kernels.BODY])

    @property
    def starts(self) -> NDArray[np.int64]:
        """First token of each block; read-only."""
        spans = self._spans[self.levels]
        return frozen(int(self._header[self._kernels.FIRST]) + np.cumsum(spans) - spans)

    @property
    def slot_positions(self) -> NDArray[np.int64]:
        """Token position of each slot, for rotary position encoding (CTX-5); read-only."""
        levels, starts = self.levels, self.starts
        slots = self._units[levels]
        index = np.arange(self.used) - np.repeat(np.cumsum(slots) - slots, slots)
        within = np.where(
            np.repeat(levels, slots) == 0, index // self.geometry.cost[0], np.repeat(self._spans[levels] // 2, slots)
        )
        return frozen(np.repeat(starts, slots) + within)

    def context(self) -> Context:
        """The working context, oldest block first (CTX-6)."""
        return tuple(
            Block(level, start) for level, start in zip(self.levels.tolist(), self.starts.tolist(), strict=True)
        )

    def positions(self) -> list[int]:
        """Token position of each slot as a list (CTX-5)."""
        return self.slot_positions.tolist()  # type: ignore[no-any-return]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return ``array``, from now on read-only."""
    array.flags.writeable = False
    return array


def kernels() -> ModuleType:
    """The compiled kernels; imports Numba on first use."""
    from focalloc.fastpath import greedy_kernels

    return greedy_kernels


def score_kernels() -> ModuleType:
    """The compiled score kernels; imports Numba on first use."""
    from focalloc.fastpath import score_kernels

    return score_kernels


def score_array(scores: ArrayLike) -> NDArray[Any]:
    """Return ``scores`` as a contiguous array of float32, float64, int32 or int64 in native byte order.

    Raises:
        InvalidInput: they are not a one-dimensional array or sequence of floats, or of integers.
    """
    if isinstance(scores, Sequence) and not isinstance(scores, str | bytes):
        return _from_sequence(scores)
    given = np.asarray(scores)
    if given.ndim != 1:
        raise InvalidInput("scores", given.shape, "must be one-dimensional (SCO-2)")
    if given.dtype.kind not in "fiu" or given.dtype.itemsize > 8:
        raise InvalidInput("scores", str(given.dtype), "must be floats, or fixed-point integers (SCO-1)")
    if given.dtype.kind == "u" and given.dtype.itemsize == 8:
        given = np.minimum(given, np.uint64(SCORE_LIMIT))
    kind = "f" if given.dtype.kind == "f" else "i"
    return np.require(
        given,
        f"{kind}{min(8, max(4, 2 * given.dtype.itemsize))}"
        if given.dtype.str[1:] not in ("f4", "f8", "i4", "i8")
        else given.dtype.newbyteorder("="),
        ["C", "A", "W"],
    )


def _from_sequence(scores: Sequence[object]) -> NDArray[Any]:
    if not all(
        isinstance(score, int | float | np.integer | np.floating) and not isinstance(score, bool) for score in scores
    ):
        i = next(
            i
            for i, score in enumerate(scores)
            if isinstance(score, bool) or not isinstance(score, int | float | np.integer | np.floating)
        )
        raise InvalidInput(f"scores[{i}]", scores[i], "must be a number (SCO-1)")
    integers = [isinstance(score, int | np.integer) for score in scores]
    if any(integers) and not all(integers):
        i = integers.index(not integers[0])
        raise InvalidInput(f"scores[{i}]", scores[i], "a sequence holds either floats or fixed-point integers (SCO-1)")
    if integers and integers[0]:
        for i, score in enumerate(scores):
            if not -SCORE_LIMIT < score < SCORE_LIMIT:  # type: ignore[operator]
                raise InvalidInput(
                    f"scores[{i}]", score, f"fixed-point scores lie strictly within +-{SCORE_LIMIT} (SCO-1)"
                )
        return np.array(scores, np.int64)
    return np.array(scores, np.float64)


def refuse_score(scores: NDArray[Any], i: int) -> None:
    """Raise `InvalidInput` for the score at ``i``, which does not fit."""
    value = scores[i].item()
    if isinstance(value, int):
        raise InvalidInput(f"scores[{i}]", value, f"fixed-point scores lie strictly within +-{SCORE_LIMIT} (SCO-1)")
    quantise(value, f"scores[{i}]")
    raise AssertionError(f"scores[{i}] = {value!r} was refused although it fits")
