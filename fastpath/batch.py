"""Many sessions in one call, on as many threads as wanted.

**What is thread-safe.** An `Allocator` belongs to one thread at a time; it may be handed over. Different allocators
share nothing, and different threads may use them: one runs at a time, but a step gives up Python's interpreter lock
where it takes long (from 65,536 slots on, or in a hard search), and `Batch.step` always does. To get it back may take
5 ms where another thread is busy, a thousand times what a small step takes; hence that one keeps it. A `Batch` and
the allocators in it belong to one thread at a time together, whatever threads `Batch.step` itself uses.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from time import perf_counter
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Plan
from focalloc.fastpath.scores import SCORE_TYPES, score_array, without_torch
from focalloc.fastpath.turns import Turn, in_turn
from focalloc.spec.errors import InvalidInput, whole_number
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

MAX_THREADS = 256

BATCHED = ("greedy",)
"""Strategies that a batch runs."""

GRAIN = 2**17
"""Slots that a thread takes on at once, some hundred microseconds of work: waking a thread for less does not pay."""

PROBE = 32
"""Every so many steps the way that was slower lately, with or without helping threads, gets another chance."""

Answer = Plan | InvalidInput


class Batch(Sequence[Allocator]):
    """Sessions that step together, each exactly as it would alone.

    The allocators stay usable by themselves, for ingest, views, snapshots or a step of their own; the batch merely
    lays their tables side by side. They need not be alike.

    Args:
        allocators: plain allocators of strategy ``greedy`` whose thresholds do not adapt (ADA), each in a session, none
            twice.
        threads: how many threads a step may use, the caller's included. Work is dealt out as threads ask for it, and
            where helpers slow a step down, because other processes hold the cores, the caller goes on without them.

    Raises:
        InvalidInput: an allocator is of another kind or not in a session, or ``threads`` is not from 1 to 256.

    Example:
        >>> from focalloc import Allocator, Batch
        >>> first, second = Allocator(), Allocator()
        >>> first.load([(1, 0)])
        >>> second.load([(1, 0), (1, 32)])
        >>> [plan.expands for plan in Batch([first, second]).step([[0.0], [1.0, 1.0]])]
        [0, 2]
    """

    def __init__(self, allocators: Iterable[Allocator], *, threads: int = 1) -> None:
        self._allocators = tuple(allocators)
        self._threads = whole_number("threads", threads, 1, MAX_THREADS)
        for i, allocator in enumerate(self._allocators):
            if type(allocator) is not Allocator:
                raise InvalidInput(f"allocators[{i}]", allocator, "must be an Allocator")
        if len(set(map(id, self._allocators))) < len(self._allocators):
            raise InvalidInput("allocators", len(self._allocators), "an allocator stands here twice")
        self._pool: ThreadPoolExecutor | None = None
        self._pid = os.getpid()
        self._pace = Pace()
        self._turn = Turn("Batch")
        for allocator in self._allocators:
            allocator._session()
        # once nobody has the batch any more, the allocators go their own ways again
        weakref.finalize(self, _part, self._allocators, self._turn).atexit = False
        self._lay()

    def warmup(self) -> None:
        """As `Allocator.warmup`, for the sessions' own calls and for `step`. The sessions are not touched."""
        geometry, params = Geometry((2, 2)), Params(w_max=2)
        twin = Allocator(geometry, params)
        twin.warmup()
        twin.open(geometry, params, [(0, 0)])
        for kind in SCORE_TYPES:
            Batch([twin]).step(np.zeros((1, params.w_max), kind))

    # THE TABLES, one row per session

    def _settle(self) -> None:
        """Lay the tables of all sessions side by side, unless they are still where they were laid."""
        rows = zip(self._allocators, self._laid, self._tags, self._scratch, self._state, strict=True)
        for i, (allocator, laid, *row) in enumerate(rows):
            one = allocator._session()
            if one.state is laid and allocator._turn is self._turn:
                continue
            if one.n_diff > self._most or not one.fits(*row):
                self._lay()
                return
            self._take(allocator, i)
            one.move(*row)
            self._laid[i] = one.state

    def _take(self, allocator: Allocator, i: int) -> None:
        """Have an allocator take turns with this batch, if it may be in one."""
        strategy = allocator.params.strategy if allocator._learned is None else "learned"
        if strategy not in BATCHED:
            raise InvalidInput(f"allocators[{i}].strategy", strategy, f"must be {', '.join(BATCHED)} in a batch")
        window = allocator.params.adaptive_window
        if window > 0:
            raise InvalidInput(f"allocators[{i}].adaptive_window", window, "must be 0 in a batch (ADA-1)")
        turn = allocator._turn
        if turn is not self._turn:
            if turn.taken:
                turn.refuse()
            allocator._turn = self._turn

    def _lay(self) -> None:
        from focalloc.fastpath.kernels import layout as k

        for i, allocator in enumerate(self._allocators):
            self._take(allocator, i)
        tables: list[Any] = [allocator._session() for allocator in self._allocators]
        rows = len(tables)
        tags = np.zeros((rows, max((len(one.tags) for one in tables), default=0)), np.int8)
        scratch = np.zeros((rows, max((len(one.scratch) for one in tables), default=0)), np.int32)
        state = np.zeros((rows, max((len(one.state) for one in tables), default=k.HEADER)), np.int64)
        for one, *row in zip(tables, tags, scratch, state, strict=True):
            one.move(*row)
        # an interrupt before this line leaves each session whole, and the batch to be laid anew
        self._laid, self._tags, self._scratch, self._state = [one.state for one in tables], tags, scratch, state
        self._most = max((one.n_diff for one in tables), default=0)
        self._slots = max((one.capacity for one in tables), default=1)

    # STEP

    @in_turn
    def step(
        self, scores: NDArray[Any] | Sequence[ArrayLike], *, cursors: Sequence[int | None] | None = None
    ) -> Sequence[Answer]:
        """Run one iteration of every session.

        Args:
            scores: an array with a row per session; what a row has beyond its session's slots is ignored. Or one row
                of scores per session, each as for `Allocator.step`.
            cursors: one per session, each as for `Allocator.step`; None where all stand at the end.

        Returns:
            What each session's own `Allocator.step` would have returned. A session whose scores or cursor are refused
            is unchanged and has the `InvalidInput` in its place; the others are none of its business and go on.

        Raises:
            InvalidInput: there is not one row or not one cursor per session; nothing has changed.
            InUse: another thread is at work on the batch or on one of its allocators.
        """
        scores = without_torch(scores, "scores")
        self._settle()
        answers = np.zeros((len(self), 4 + 5 * self._most), np.int64)
        instead: dict[int, Answer] = {}
        if isinstance(scores, np.ndarray) and scores.ndim == 2:
            groups = [(self._matrix(scores), np.arange(len(self)))]
        elif isinstance(scores, Sequence) or np.ndim(scores) > 0:
            groups = list(self._stacked(scores, instead))
        else:
            raise InvalidInput("scores", scores, f"must have one row for each of {len(self)} sessions")
        astray = self._point(cursors, answers[:, 0])
        at = answers[:, 0].tolist()
        for matrix, members in groups:
            kept = ~np.isin(members, list(astray)) if astray else slice(None)
            self._run(matrix[kept], members[kept], answers)
        done = answers[:, 0]
        if done.min(initial=0) < 0:
            for matrix, members in groups:
                for i in np.flatnonzero(done[members] < 0).tolist():
                    member = int(members[i])
                    if member not in astray:
                        row, put_back = matrix[i], int(done[member])
                        instead[member] = self._alone(put_back, self._allocators[member], row, at[member])
        instead |= astray
        return Plans(answers, instead, [one.geometry for one in self._allocators])

    def _point(self, cursors: Sequence[int | None] | None, at: NDArray[np.int64]) -> dict[int, Answer]:
        """Write where the cursor of each session stands, -1 for the end; return those that are no token of theirs."""
        astray: dict[int, Answer] = {}
        at[:] = -1
        if cursors is None:
            return astray
        in_order = hasattr(cursors, "__getitem__") and not isinstance(cursors, Mapping | str | bytes)
        if not in_order or not hasattr(cursors, "__len__") or len(cursors) != len(self):
            raise InvalidInput("cursors", cursors, f"must be one for each of {len(self)} sessions")
        for i, (allocator, cursor) in enumerate(zip(self._allocators, cursors, strict=True)):
            try:
                at[i] = -1 if cursor is None else allocator._pointed(cursor)
            except InvalidInput as no:
                astray[i] = no
        return astray

    def _alone(self, refused: int, allocator: Allocator, row: NDArray[Any], at: int) -> Answer:
        """A step that a kernel has put back, for this reason."""
        try:
            done = allocator._again(refused, row[: allocator.used], at)
        except InvalidInput as no:
            return no
        return allocator._plan(allocator._session(), done)

    def _matrix(self, scores: NDArray[Any]) -> NDArray[Any]:
        """A row of scores per session, of a type that the kernels take."""
        if len(scores) != len(self):
            raise InvalidInput("scores", scores.shape, f"must have one row for each of {len(self)} sessions")
        if type(scores) is np.ndarray and scores.dtype in SCORE_TYPES and scores.flags.carray:
            return scores
        plain = scores if isinstance(scores, np.ma.MaskedArray) else np.asarray(scores)
        return score_array(plain.reshape(-1)).reshape(plain.shape)

    def _stacked(
        self, scores: NDArray[Any] | Sequence[ArrayLike], instead: dict[int, Answer]
    ) -> Iterator[tuple[NDArray[Any], NDArray[np.int64]]]:
        """The rows as one array per type of scores, each with the numbers of its sessions."""
        if len(scores) != len(self):
            raise InvalidInput("scores", f"{len(scores)} rows", f"must have one row for each of {len(self)} sessions")
        by_type: dict[np.dtype[Any], list[tuple[int, NDArray[Any]]]] = {}
        for session, (allocator, given) in enumerate(zip(self._allocators, scores, strict=True)):
            try:
                row = score_array(given)
                if len(row) != allocator.used:
                    allocator._refuse(row)
                by_type.setdefault(row.dtype, []).append((session, row))
            except InvalidInput as no:
                instead[session] = no
        for dtype, rows in by_type.items():
            matrix = np.zeros((len(rows), self._slots), dtype)
            for i, (_, row) in enumerate(rows):
                matrix[i, : len(row)] = row
            yield matrix, np.array([session for session, _ in rows])

    def _run(self, matrix: NDArray[Any], members: NDArray[np.int64], answers: NDArray[np.int64]) -> None:
        """Step the sessions ``members``, on several threads if there is enough to do."""
        from focalloc.fastpath.kernels.calls import run_steps

        grain = max(1, GRAIN // self._slots)
        workers = min(self._threads, -(-len(members) // grain))
        ends = [i * len(members) // workers for i in range(workers + 1)] if workers else []
        pieces = [iter(range(first, last, grain)) for first, last in pairwise(ends)]

        def work(own: int = 0) -> None:
            # its own part first, as its core has that near from the step before, then what others have left
            for part in range(own, own + workers):
                for first in pieces[part % workers]:
                    last = min(first + grain, ends[part % workers + 1])
                    run_steps(matrix[first:last], self._tags, self._scratch, self._state, members[first:last], answers)

        if workers < 2:
            work()
            return
        together = self._pace.choose()
        begin = perf_counter()
        helping: list[Future[None]] = []
        try:
            if together:
                helping += (self._executor().submit(work, own) for own in range(1, workers))
            work()
        finally:
            _await(helping)
        self._pace.learn(together, (perf_counter() - begin) / len(members))

    def _executor(self) -> ThreadPoolExecutor:
        if self._pool is None or self._pid != os.getpid():  # threads do not survive a fork
            self._pool, self._pid = ThreadPoolExecutor(self._threads - 1, "focalloc batch"), os.getpid()
        return self._pool

    # THE SESSIONS

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse to be copied or pickled."""
        raise TypeError("a Batch can be neither copied nor pickled; copy its allocators, and batch the copies")

    @overload
    def __getitem__(self, index: int) -> Allocator: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Allocator]: ...
    def __getitem__(self, index: int | slice) -> Allocator | Sequence[Allocator]:
        return self._allocators[index]

    def __len__(self) -> int:
        return len(self._allocators)


def _await(helping: Iterable[Future[None]]) -> None:
    """Wait for helpers that have begun, come what may: they work on the tables of the sessions."""
    interrupt: BaseException | None = None
    for helper in helping:
        while not helper.cancel():  # one that has not begun is not waited for
            try:
                helper.result()
                break
            except KeyboardInterrupt as again:
                interrupt = again
    if interrupt is not None:
        raise interrupt


def _part(allocators: Iterable[Allocator], turn: Turn) -> None:
    """Give each of ``allocators`` a turn of its own again, unless it has joined another batch."""
    for allocator in allocators:
        if allocator._turn is turn:
            allocator._turn = Turn(type(allocator).__name__)


class Pace:
    """Whether helpers pay, by how long a session took lately with and without them."""

    def __init__(self) -> None:
        self._lately: dict[bool, float] = {}
        self._steps = 0

    def choose(self) -> bool:
        """Whether the next step uses helpers."""
        if len(self._lately) < 2:
            return False in self._lately
        self._steps += 1
        pays = self._lately[True] <= self._lately[False]
        return pays != (self._steps % PROBE == 0)

    def learn(self, together: bool, seconds: float) -> None:
        """A session took ``seconds`` on average."""
        self._lately[together] = (self._lately.get(together, seconds) + seconds) / 2


class Plans(Sequence[Answer]):
    """What a step of a batch returned, each plan built when somebody looks."""

    def __init__(self, answers: NDArray[np.int64], instead: dict[int, Answer], geometries: Sequence[Geometry]) -> None:
        self._answers = answers
        self._geometries = geometries
        self._instead = instead

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Answer]: ...
    def __getitem__(self, index: int | slice) -> Answer | Sequence[Answer]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        if index in self._instead:
            return self._instead[index]
        done, iteration, slots, splices = self._answers[index, :4].tolist()
        rest = self._answers[index, 4:]
        told = rest[len(rest) // 5 :][: 4 * splices].tobytes()
        return Plan(rest[:done].tolist(), iteration, self._geometries[index], told, slots)

    def __len__(self) -> int:
        return len(self._answers)
