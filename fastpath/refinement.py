"""What refines an iteration beyond what kernels make of its scores: adaptive thresholds, ties by cursor and recency.

A session that asks for none of it has no `Refinement` and pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import refined_calls
from focalloc.fastpath.kernels.calls import run_prepare
from focalloc.fastpath.kernels.thresholds import adapt, observe
from focalloc.fastpath.plan import packed, unpacked
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.cooldown import Entry, Ledger
from focalloc.spec.params import Params

RunStep = Callable[
    [NDArray[np.generic], NDArray[np.int8], NDArray[np.int32], NDArray[np.int64], int],
    int,
]
"""A strategy on the tables of a session, as `calls.run_step`."""

FIRST_SPACE = 64
"""Actions that a history has space for at first."""


class Session(Protocol):
    """What a refinement reads of a session: of `focalloc.fastpath.tables.Tables`, which holds it."""

    capacity: int
    state: NDArray[np.int64]
    header: Any

    def latest(self) -> NDArray[np.int64]:
        """The packed actions of the last iteration, and of the ingests since."""


class Refinement:
    """The refinements of one session, around the strategy that selects.

    Args:
        params: which refinements.
        tables: the session.
        select: the strategy; with ties by cursor or recency it is greedy, and not asked.
    """

    def __init__(self, params: Params, tables: Session, select: RunStep) -> None:
        self._params, self._tables = params, tables
        self._select = select if params.tie_break == "position" else self._select_tied
        self._remembers = params.tie_break == "recency"
        self._history = History(params.memory, params.tie_break == "cursor")
        self._adaptive = np.zeros(k.RING + params.adaptive_window, np.int64)
        self._adaptive[k.WINDOW] = params.adaptive_window
        self._adaptive[k.TAU_MIN], self._adaptive[k.TAU_MAX] = params.tau_min, params.tau_max
        self._adaptive[k.EXPAND_NOW], self._adaptive[k.COLLAPSE_NOW] = params.tau_expand, params.tau_collapse
        self._next = self._adaptive[: k.RING].copy()
        self._begun: tuple[int, int, int, int] | None = None
        self._work = np.zeros(0, np.int64)

    def run_step(
        self,
        scores: NDArray[np.generic],
        tags: NDArray[np.int8],
        scratch: NDArray[np.int32],
        state: NDArray[np.int64],
        cursor: int,
    ) -> int:
        """One refined iteration; arguments and result as for `calls.run_step`."""
        return self._refined(self._select, scores, tags, scratch, state, cursor)

    def around(self, select: RunStep) -> RunStep:
        """One iteration, refined, of something else than the session's strategy."""
        return partial(self._refined, select)

    def _refined(
        self,
        select: RunStep,
        scores: NDArray[np.generic],
        tags: NDArray[np.int8],
        scratch: NDArray[np.int32],
        state: NDArray[np.int64],
        cursor: int,
    ) -> int:
        self.begin()
        done = select(scores, tags, scratch, state, cursor)
        if done < 0:
            self._begun = None
        else:
            self.finish(state[k.HEADER : k.HEADER + done])
        return done

    def _select_tied(
        self,
        scores: NDArray[np.generic],
        tags: NDArray[np.int8],
        scratch: NDArray[np.int32],
        state: NDArray[np.int64],
        cursor: int,
    ) -> int:
        history = self._history
        cooling = state[k.LEDGER_TO] - state[k.LEDGER_FROM]
        sides = 1 if cursor < 0 else 2
        candidates = min(sides * (state[k.N_DIFF] + history.size + cooling), state[k.SLOTS])
        if len(self._work) < k.COLUMNS * candidates:
            self._work = np.zeros(k.COLUMNS * 2 * candidates, np.int64)
        return run_prepare(scores, tags, scratch, state, cursor) or refined_calls.run_tied(
            tags, scratch, state, history.table, self._work
        )

    # WHAT HAPPENED. An interrupt may come between any two lines. So what a call is about to do is noted before it
    # changes the tables; once they have changed, the rest follows from them, now or before the next call looks.

    def begin(self) -> None:
        """An iteration, an ingest or a release is about to run on the tables, with these thresholds if an iteration."""
        self.finish()
        header = self._tables.header
        self._next.data[:] = self._adaptive.data[: k.RING]  # NumPy's own copy may give up the interpreter lock
        adapt(self._next, header[k.W_MAX])
        if self._params.strategy != "projection":  # which they do not bind
            header[k.TAU_EXPAND], header[k.TAU_COLLAPSE] = self._next[k.EXPAND_NOW], self._next[k.COLLAPSE_NOW]
        self._begun = (header[k.ITERATION], header[k.FIRST], header[k.END], int(self._adaptive[k.NEXT]))

    def finish(self, actions: NDArray[np.int64] | None = None) -> None:
        """Note what the call did that was begun, if it did anything; once for all, however often this is called.

        Args:
            actions: the packed actions, if they are at hand.
        """
        if self._begun is None:
            return
        tables, adaptive = self._tables, self._adaptive
        iteration, first, end, at = self._begun
        now = tables.header[k.ITERATION]
        if now != iteration:
            adaptive[k.EXPAND_NOW], adaptive[k.COLLAPSE_NOW] = self._next[k.EXPAND_NOW], self._next[k.COLLAPSE_NOW]
            if adaptive[k.NEXT] == at:  # a ring of one place stays there, and takes the same again
                observe(adaptive, tables.header[k.SLOTS])
        if self._remembers and (now, tables.header[k.END]) != (iteration, end):
            self._history.add(tables.latest() if actions is None else actions, now)
        if self._remembers and tables.header[k.FIRST] != first:
            self._history.forget_before(tables.header)
        self._begun = None

    # THE STATE BY THE SPEC

    @property
    def thresholds(self) -> tuple[int, int]:
        """Those of the last iteration, of an expand and of a collapse (ADA-1)."""
        self.finish()
        return int(self._adaptive[k.EXPAND_NOW]), int(self._adaptive[k.COLLAPSE_NOW])

    def recent(self) -> tuple[int, ...]:
        """Slots used after each of the last iterations, oldest first (ADA-1)."""
        self.finish()
        filled, after = self._adaptive[k.FILLED], self._adaptive[k.NEXT]
        ring = self._adaptive[k.RING :]
        return tuple(np.roll(ring, -after)[len(ring) - filled :].tolist())

    def ledger(self) -> dict[Block, Entry] | None:
        """Latest action per remembered node (TIE-2); None if no more is remembered than the cooldown needs."""
        self.finish()
        return self._history.ledger(self._tables.header[k.ITERATION]) if self._remembers else None

    def ledger_size(self) -> int | None:
        """How many actions `ledger` holds, or None as it does."""
        self.finish()
        return self._history.count(self._tables.header[k.ITERATION]) if self._remembers else None

    def recall(self, ledger: Ledger, recent: Sequence[int]) -> None:
        """Go on with what `ledger` and `recent` gave."""
        for slots in recent:
            observe(self._adaptive, slots)
        if self._remembers:
            self._history.recall(ledger)


class History:
    """The latest action on each node acted on in the last ``memory`` iterations.

    Attributes:
        size: how many there are.
        table: int64: a header, a column of packed actions, longest ago first, and a column of their iterations.
    """

    def __init__(self, memory: int, by_cursor: bool) -> None:
        self._memory = memory
        self.size = 0
        self.table = np.zeros(k.HISTORY + 2 * FIRST_SPACE, np.int64)
        self.table[k.MEMORY], self.table[k.BY_CURSOR] = memory, by_cursor
        self._spare = self.table.copy()
        self._work = np.zeros(2 * FIRST_SPACE, np.int64)

    def add(self, actions: NDArray[np.int64], iteration: int) -> None:
        """Note packed actions of an iteration."""
        space = self.size + len(actions)
        if 2 * space > len(self.table) - k.HISTORY:
            wider = np.zeros((2, 2 * space), np.int64)
            wider[:, : self.size] = self._columns()
            table = np.concatenate((self.table[: k.HISTORY], wider.reshape(-1)))
            self.table, self._spare, self._work = table, table.copy(), np.zeros(4 * space, np.int64)
        added = self._spare
        added.data[:] = self.table.data  # not by NumPy, as above
        size = refined_calls.run_remember(added, iteration, actions, self._work)
        self.size, self.table, self._spare = size, added, self.table

    def forget_before(self, header: Any) -> None:
        """Drop what was done to nodes that lie wholly before the first token of the session that ``header`` is of."""
        actions, iterations = self._columns()
        nodes = actions // 2
        ends = nodes // k.LEVELS + np.array(header[k.SPAN : k.SPAN + k.LEVELS], np.int64)[nodes % k.LEVELS]
        left = ends > header[k.FIRST]
        kept = np.zeros((2, (len(self.table) - k.HISTORY) // 2), np.int64)
        size = int(np.count_nonzero(left))
        kept[:, :size] = actions[left], iterations[left]
        table = np.concatenate((self.table[: k.HISTORY], kept.reshape(-1)))
        table[k.REMEMBERED] = size
        self.size, self.table = size, table

    def ledger(self, iteration: int) -> dict[Block, Entry]:
        """Latest action per node that is remembered after ``iteration``."""
        rows = zip(*(column.tolist() for column in self._columns()), strict=True)
        named = [(unpacked(action), then) for action, then in rows if iteration - then < self._memory]
        return {action.node: Entry(action.kind, then) for action, then in named}

    def count(self, iteration: int) -> int:
        """How many `ledger` holds: there is one row per node."""
        return int(np.count_nonzero(iteration - self._columns()[1] < self._memory))

    def recall(self, ledger: Ledger) -> None:
        """Remember what `ledger` gave."""
        for node, entry in sorted(ledger.items(), key=lambda item: item[1].iteration):
            self.add(np.array([packed(Action(entry.kind, *node))], np.int64), entry.iteration)

    def _columns(self) -> NDArray[np.int64]:
        columns: NDArray[np.int64] = self.table[k.HISTORY :].reshape(2, -1)[:, : self.size]
        return columns
