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
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.allocator import WARMED_WITH, Allocator, last_iteration
from focalloc.fastpath.guard import Guarded, Posed
from focalloc.fastpath.plan import Fallback, Plan
from focalloc.fastpath.scores import LOGIT_TYPES, SCORE_TYPES, score_array, without_torch
from focalloc.fastpath.snapshot import MAX_ITERATION
from focalloc.fastpath.turns import Turn, in_turn, turn_of
from focalloc.spec.errors import InvalidInput, whole_number
from focalloc.spec.geometry import Geometry

MAX_THREADS = 256

GRAIN = 2**18
"""Slots that a thread takes on at once, some hundred microseconds of work: waking a thread for less does not pay."""

TURN = 200e-6
"""Seconds that a thread takes at most for what it takes on at once, about: where steps are slow, fewer sessions than
`GRAIN` allows, since whoever is done first waits for who is last."""

PROBE = 32
"""Every so many steps the way that was slower lately, with or without helping threads, gets another chance."""

Member = Allocator | Guarded

Answer = Plan | InvalidInput

Given = NDArray[Any] | Mapping[int, NDArray[Any]]
"""What some sessions are given, of one type: one after the other, or by their numbers."""

Group = tuple[Given, NDArray[np.int64]]
"""What some sessions are given, and their numbers."""


class Batch(Sequence[Member]):
    """Sessions that step together, each exactly as it would alone.

    The allocators stay usable by themselves, for ingest, views, snapshots or a step of their own; the batch merely
    lays their tables side by side. They need not be alike: any geometry, parameters and strategy, and guarded ones too.
    The selectors of those are asked together, in as many threads as have a deadline, and where a strategy stands in for
    one of these, it does so with the others; those without a deadline decide one after the other, as they would alone.

    Args:
        allocators: `Allocator` or `Guarded`, each in a session, none twice.
        threads: how many threads a step may use, the caller's included. Work is dealt out as threads ask for it, and
            where helpers slow a step down, because other processes hold the cores, the caller goes on without them.

    Raises:
        InvalidInput: an allocator is of another kind or not in a session, or ``threads`` is not from 1 to 256.

    Example:
        >>> from focalloc import Allocator, Batch
        >>> first, second = Allocator(), Allocator(strategy="knapsack")
        >>> first.load([(1, 0)])
        >>> second.load([(1, 0), (1, 32)])
        >>> [plan.expands for plan in Batch([first, second]).step([[0.0], [1.0, 1.0]])]
        [0, 2]
    """

    def __init__(self, allocators: Iterable[Member], *, threads: int = 1) -> None:
        from focalloc.fastpath.kernels import calls, layout, search_calls

        self._kernels, self._search_kernels, self._layout = calls, search_calls, layout
        if not isinstance(allocators, Iterable):
            raise InvalidInput("allocators", allocators, "must be a sequence of allocators")
        self._members = tuple(allocators)
        self._threads = whole_number("threads", threads, 1, MAX_THREADS)
        for i, member in enumerate(self._members):
            if type(member._inside if isinstance(member, Guarded) else member) is not Allocator:
                raise InvalidInput(f"allocators[{i}]", member, "must be an Allocator, or a Guarded one")
        self._allocators = tuple(one._inside if isinstance(one, Guarded) else one for one in self._members)
        self._guarded = {i: one for i, one in enumerate(self._members) if isinstance(one, Guarded)}
        self._following = [i for i, one in enumerate(self._allocators) if one._learned is not None]
        places: dict[int, int] = {}
        for i, one in enumerate(self._allocators):
            if (first := places.setdefault(id(one), i)) < i:
                raise InvalidInput(f"allocators[{i}]", self._members[i], f"stands at allocators[{first}] already")
        self._pool: ThreadPoolExecutor | None = None
        self._pid = os.getpid()
        self._pace = Pace()
        self._turn = turn_of("Batch")
        for allocator in self._allocators:
            allocator._session()
        # once nobody has the batch any more, the allocators go their own ways again
        weakref.finalize(self, _part, self._members, self._turn).atexit = False
        self._lay()

    def warmup(self) -> None:
        """As `Allocator.warmup`, for the sessions' own calls and the batch's, of greedy if there is none.

        The sessions are not touched.
        """
        self._settle()
        for one in dict(zip(self._kernel_of, self._allocators, strict=True)).values() or [Allocator()]:
            one.warmup()
            twin = Allocator(**one._selection())
            params = replace(one.params, w_max=WARMED_WITH.slots(0), w_soft=0, n_diff=1)
            twin.open(WARMED_WITH, params, [(0, 0)])
            batch = Batch([twin])
            for kind in SCORE_TYPES:
                batch.step([np.zeros(twin.used, kind)])
            for kind in LOGIT_TYPES if one.params.strategy == "projection" and one._learned is None else ():
                batch.prefer([np.zeros((1, 3), kind)])

    # THE TABLES, one row per session

    def _settle(self) -> None:
        """Lay the tables of all sessions side by side, unless they are still where they were laid."""
        for member, allocator, laid in zip(self._members, self._allocators, self._laid, strict=True):
            if member._turn is not self._turn or allocator._tables is None or allocator._tables.state is not laid:
                break
        else:
            return
        behind = -self._layout.WORK_HEADER
        for i, allocator in enumerate(self._allocators):
            one, row = allocator._session(), (self._tags[i], self._scratch[i], self._state[i, :behind])
            if one.state is self._laid[i] and self._members[i]._turn is self._turn:
                continue
            if one.n_diff > self._most or not one.fits(*row):
                self._lay()
                return
            self._take(i)
            one.move(*row)
            self._note_kernel(i)
            self._sort_kernels()
            self._laid[i] = one.state

    def _take(self, i: int) -> None:
        """Have an allocator take turns with this batch."""
        member = self._members[i]
        turn = member._turn
        if turn is not self._turn:
            if turn.taken:
                turn.refuse()
            member._turn = self._turn

    def _lay(self) -> None:
        k = self._layout
        for i in range(len(self)):
            self._take(i)
        tables: list[Any] = [allocator._session() for allocator in self._allocators]
        rows = len(tables)
        tags = np.zeros((rows, max((len(one.tags) for one in tables), default=0)), np.int8)
        scratch = np.zeros((rows, max((len(one.scratch) for one in tables), default=0)), np.int32)
        # each row ends with the header of the session's work space
        longest = max((len(one.state) for one in tables), default=k.HEADER)
        state = np.zeros((rows, longest + k.WORK_HEADER), np.int64)
        for one, *row in zip(tables, tags, scratch, state[:, :longest], strict=True):
            one.move(*row)
        # an interrupt before the last line leaves each session whole, and the batch to be laid anew
        self._laid: list[Any] = [None] * rows
        self._tags, self._scratch, self._state = tags, scratch, state
        self._most = max((one.n_diff for one in tables), default=0)
        self._slots = max((one.capacity for one in tables), default=1)
        self._room, self._spaces = k.WORK_HEADER, dict[int, NDArray[np.int64]]()
        self._rooms: dict[tuple[int, np.dtype[Any]], NDArray[Any]] = {}
        self._heads = state[:, longest:]
        self._kernel_of: list[Callable[..., None] | None] = [None] * rows
        for i in range(rows):
            self._note_kernel(i)
        self._sort_kernels()
        self._laid = [one.state for one in tables]

    def _note_kernel(self, i: int) -> None:
        """Note the call that a session makes where it is not a plain greedy one, and the work space that it needs."""
        workspace = self._allocators[i]._learner or self._allocators[i]._workspace
        self._kernel_of[i] = None if workspace is None else workspace.kernel_of_many
        if workspace is not None:
            self._heads[i] = workspace.table[: self._layout.WORK_HEADER]
            self._room = max(self._room, len(workspace.table))

    def _sort_kernels(self) -> None:
        """Number the calls that sessions make."""
        self._many = list(dict.fromkeys(self._kernel_of))
        self._kinds = np.array([self._many.index(kernel) for kernel in self._kernel_of], np.intp)

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
        calls = self._calls_to_make()
        instead: dict[int, Answer] = {}
        if isinstance(scores, np.ndarray) and scores.ndim == 2:
            groups = [self._matrix(scores, calls)]
        elif isinstance(scores, Sequence) or np.ndim(scores) > 0:
            groups = list(_by_type(self._rows(scores, instead)))
        else:
            raise InvalidInput("scores", scores, f"must have one row for each of {len(self)} sessions")
        at = calls[:, self._layout.RETURNED]
        instead = self._point(cursors, at) | instead
        pointed = at.tolist()
        fell_back = self._ask(groups, calls, pointed, instead)

        def again(i: int, refused: int, row: NDArray[Any]) -> Plan:
            allocator = self._allocators[i]
            plan = allocator._again(refused, row, pointed[i])
            return plan if allocator._learned is None else allocator._learned.tell(plan)

        self._deal(groups, calls, instead)
        self._follow(calls, instead)
        self._alone(groups, calls, instead, again)
        plans = Plans(calls, instead, [one.geometry for one in self._allocators])
        for i, why in fell_back.items():
            plan = plans[i]
            instead[i] = self._guarded[i]._fell_back(plan, why) if isinstance(plan, Plan) else plan
        return plans

    @in_turn
    def prefer(self, logits: Sequence[ArrayLike]) -> Sequence[Answer]:
        """Run one iteration of every session by a policy's logits in place of scores.

        Args:
            logits: one array per session, each as for `Allocator.prefer`.

        Returns:
            What each session's own `Allocator.prefer` would have returned, as for `step`: sessions of another strategy
            than ``projection`` are refused and unchanged.

        Raises:
            InvalidInput: there are not logits for each session; nothing has changed.
            InUse: as for `step`.
        """
        if not hasattr(logits, "__len__") or isinstance(logits, Mapping | str | bytes) or len(logits) != len(self):
            raise InvalidInput("logits", logits, f"must be one array for each of {len(self)} sessions")
        self._settle()
        calls = self._calls_to_make()
        instead: dict[int, Answer] = {}
        given: dict[int, NDArray[Any]] = {}
        for i, (allocator, one) in enumerate(zip(self._allocators, logits, strict=True)):
            try:
                given[i] = allocator._logits(one)
                if allocator._learned is not None:  # its work space in the batch is that of the policy
                    instead[i] = allocator._preferred(given.pop(i))
            except InvalidInput as no:
                instead[i] = no
        groups = list(_by_type((i, one.reshape(-1)) for i, one in given.items()))
        self._deal(groups, calls, instead, preferring=True)
        self._alone(groups, calls, instead, lambda i, *_: self._allocators[i]._preferred(given[i]))
        return Plans(calls, instead, [one.geometry for one in self._allocators])

    def _calls_to_make(self) -> NDArray[np.int64]:
        """A call of each session, see `kernels.layout`."""
        calls = np.zeros((len(self), self._layout.TOLD + 5 * self._most), np.int64)
        calls[:, self._layout.NUMBER] = range(len(self))
        return calls

    def _point(self, cursors: Sequence[int | None] | None, at: NDArray[np.int64]) -> dict[int, Answer]:
        """Write where the cursor of each session stands, -1 for the end; return why a session cannot step there."""
        astray: dict[int, Answer] = {}
        at[:] = -1
        for i in np.flatnonzero(self._state[:, self._layout.ITERATION] >= MAX_ITERATION).tolist():
            astray[i] = last_iteration()
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

    def _matrix(self, scores: NDArray[Any], calls: NDArray[np.int64]) -> Group:
        """A row of scores per session, of a type that the kernels take."""
        if len(scores) != len(self):
            raise InvalidInput("scores", scores.shape, f"must have one row for each of {len(self)} sessions")
        if type(scores) is not np.ndarray or scores.dtype not in SCORE_TYPES or not scores.flags.carray:
            plain = scores if isinstance(scores, np.ma.MaskedArray) else np.asarray(scores)
            scores = score_array(plain.reshape(-1)).reshape(plain.shape)
        k, members = self._layout, np.arange(len(self))
        calls[:, k.GIVEN] = first = members * scores.shape[1]
        calls[:, k.GIVEN_TO] = first + np.minimum(self._state[:, k.SLOTS], scores.shape[1])
        return scores.reshape(-1), members

    def _rows(
        self, scores: NDArray[Any] | Sequence[ArrayLike], instead: dict[int, Answer]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """The number of each session and its row of scores, of a type that the kernels take."""
        if len(scores) != len(self):
            raise InvalidInput("scores", f"{len(scores)} rows", f"must have one row for each of {len(self)} sessions")
        for i, given in enumerate(scores):
            try:
                yield i, score_array(given)
            except InvalidInput as no:
                instead[i] = no

    def _given(self, group: Group, calls: NDArray[np.int64], i: int) -> NDArray[Any]:
        """What the session ``i`` of a group is given."""
        given = group[0]
        if isinstance(given, Mapping):
            return given[i]
        row: NDArray[Any] = given[calls[i, self._layout.GIVEN] : calls[i, self._layout.GIVEN_TO]]
        return row

    def _ask(
        self, groups: Sequence[Group], calls: NDArray[np.int64], pointed: Sequence[int], instead: dict[int, Answer]
    ) -> dict[int, Fallback]:
        """Ask the selectors of guarded sessions; return where the strategy stands in, and why.

        Those with a deadline are all asked before the first answer is waited for, so that they work at once and late
        ones are waited for together. The others decide meanwhile, each as it would alone, while its scores are near.
        """
        posed: dict[int, Posed] = {}
        fell_back: dict[int, Fallback] = {}
        for waits in (True, False):
            for i, row in self._to_be_asked(groups, calls, instead, waits):
                guarded, cursor = self._guarded[i], None if pointed[i] < 0 else pointed[i]
                try:
                    fixed = self._allocators[i]._quantise(row, False).copy()
                except InvalidInput as no:
                    instead[i] = no
                    continue
                if waits:
                    posed[i] = guarded._pose(fixed, cursor)
                else:
                    instead[i] = plan = guarded._decided(fixed, cursor)
                    if plan.fallback is not None:  # what it searched in may have grown
                        self._note_kernel(i)
        for i, question in posed.items():
            answer = self._guarded[i]._answered(question)
            if isinstance(answer, Fallback):
                fell_back[i] = answer
            else:
                instead[i] = answer
        return fell_back

    def _to_be_asked(
        self, groups: Sequence[Group], calls: NDArray[np.int64], out: Mapping[int, Answer], waits: bool
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """The guarded sessions that step, those with a deadline or the others, and what each is given."""
        for group in groups if self._guarded else ():
            for i in group[1].tolist():
                if i in self._guarded and i not in out and (self._guarded[i]._deadline is not None) == waits:
                    yield i, self._given(group, calls, i)

    def _follow(self, calls: NDArray[np.int64], instead: Mapping[int, Answer]) -> None:
        """Note of the sessions that a policy has decided in whether greedy would have done something else."""
        returned, differs = calls[:, self._layout.RETURNED], self._heads[:, self._layout.DIFFERS]
        for i in self._following:
            if returned[i] >= 0 and i not in instead:
                self._allocators[i]._learned.follow(int(differs[i]))

    def _alone(
        self,
        groups: Iterable[Group],
        calls: NDArray[np.int64],
        instead: dict[int, Answer],
        again: Callable[[int, int, NDArray[Any]], Answer],
    ) -> None:
        """Call again, for each by itself, what kernels have put back: it is refused, or something has to grow first."""
        returned = calls[:, self._layout.RETURNED].tolist()
        for group in groups if min(returned, default=0) < 0 else ():
            for i in group[1].tolist():
                if returned[i] < 0 and i not in instead:
                    try:
                        instead[i] = again(i, returned[i], self._given(group, calls, i))
                    except InvalidInput as no:
                        instead[i] = no
                    self._note_kernel(i)

    def _deal(
        self, groups: Iterable[Group], calls: NDArray[np.int64], out: Iterable[int], *, preferring: bool = False
    ) -> None:
        """Run the sessions of ``groups`` but those that are ``out``, on several threads if there is enough to do."""
        run_steps, run_prepares = self._kernels.run_steps, self._kernels.run_prepares
        run_logits = self._search_kernels.run_logits_of_many
        tables = self._tags, self._scratch, self._state
        kinds = self._kinds.copy()
        kinds[list(out)] = -1
        alike = [
            (kernel, given, members[kinds[members] == kind])
            for given, members in groups
            for kind, kernel in enumerate(self._many)
        ]
        grain = self._pace.at_once(max(1, GRAIN // self._slots))
        count = sum(len(chosen) for _, _, chosen in alike)
        workers = min(self._threads, -(-count // grain))
        shares: list[deque[tuple[Any, ...]]] = [deque() for _ in range(workers)]
        dealt: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        for kernel, given, chosen in alike:
            made = calls[chosen]
            dealt.append((chosen, made))
            shares.sort(key=len, reverse=True)  # as the last of the even parts are the longest
            for share, mine in zip(shares, _even(made, workers), strict=True):
                share.extend((kernel, given, part) for part in _even(mine, -(-len(mine) // grain)))
        for share in filter(None, shares if workers > 1 else ()):
            kernel, given, last = share.pop()  # in small parts, as whoever is done first waits for who is last
            share.extend((kernel, given, part) for half in _even(last, 2) for part in _even(half, 2) if len(part))

        def work(own: int = 0) -> None:
            # its own part first, as its core has that near from the step before, then what others have left
            for kernel, rows, made in _taken(*shares[own:], *shares[:own]):
                given = self._joined(own, rows, made)
                if kernel is None:
                    run_steps(given, *tables, made)
                elif preferring:
                    run_logits(given, *tables, self._space(own), made)
                else:
                    run_prepares(given, *tables, made)
                    kernel(*tables, self._space(own), made)

        together = workers > 1 and self._pace.choose()
        helping: list[Future[None]] = []
        begin = perf_counter()
        try:
            if together:
                helping += (self._executor().submit(work, own) for own in range(1, workers))
            work()
        finally:
            _await(helping)
        if workers:
            self._pace.learn(together, (perf_counter() - begin) / count, workers)
        for chosen, made in dealt:
            calls[chosen] = made

    def _joined(self, own: int, given: Given, made: NDArray[np.int64]) -> NDArray[Any]:
        """What the sessions of some calls are given, one after the other; the calls are told where each begins.

        What is not yet so is put together by the thread that takes it on, in memory that it keeps.
        """
        if not isinstance(given, Mapping):
            return given
        k = self._layout
        rows = [given[i] for i in made[:, k.NUMBER].tolist()]
        ends = np.cumsum([0, *map(len, rows)])
        made[:, k.GIVEN], made[:, k.GIVEN_TO] = ends[:-1], ends[1:]
        long, kind = int(ends[-1]), rows[0].dtype
        room = self._rooms.get((own, kind))
        if room is None or len(room) < long:
            room = self._rooms[own, kind] = np.empty(long, kind)
        # NumPy would give up the lock for each row, and wait each time until it has it back
        target, places = room.view(np.uint8).data, (ends * kind.itemsize).tolist()
        for (first, last), row in zip(pairwise(places), rows, strict=True):
            target[first:last] = row.view(np.uint8).data
        return room[:long]

    def _space(self, own: int) -> NDArray[np.int64]:
        """Work space for any of the sessions, one for each thread: nothing in it outlives the call of a session."""
        space = self._spaces.get(own)
        if space is None or len(space) < self._room:
            space = self._spaces[own] = np.zeros(self._room, np.int64)
        return space

    def _executor(self) -> ThreadPoolExecutor:
        if self._pool is None or self._pid != os.getpid():  # threads do not survive a fork
            self._pool, self._pid = ThreadPoolExecutor(self._threads - 1, "focalloc batch"), os.getpid()
        return self._pool

    # THE SESSIONS

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse to be copied or pickled."""
        raise TypeError("a Batch can be neither copied nor pickled; copy its allocators, and batch the copies")

    @overload
    def __getitem__(self, index: int) -> Member: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Member]: ...
    def __getitem__(self, index: int | slice) -> Member | Sequence[Member]:
        return self._members[index]

    def __len__(self) -> int:
        return len(self._members)


def _by_type(given: Iterable[tuple[int, NDArray[Any]]]) -> Iterator[Group]:
    """Rows with the numbers of their sessions, those of one type together."""
    by_type: dict[np.dtype[Any], dict[int, NDArray[Any]]] = {}
    for i, row in given:
        by_type.setdefault(row.dtype, {})[i] = row
    for rows in by_type.values():
        yield rows, np.array(list(rows))


def _even(made: NDArray[np.int64], parts: int) -> Iterator[NDArray[np.int64]]:
    """Calls in so many parts, one after the other, of which the last may have one more than the first."""
    ends = [i * len(made) // parts for i in range(parts + 1)] if parts else []
    return (made[first:last] for first, last in pairwise(ends))


def _taken(*shares: deque[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """What is in ``shares``, taken out; each goes to one of the threads that ask, with a lock or without."""
    for share in shares:
        with suppress(IndexError):
            while True:
                yield share.popleft()


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


def _part(members: Iterable[Member], turn: Turn) -> None:
    """Give each of ``members`` a turn of its own again, unless it has joined another batch."""
    for member in members:
        if member._turn is turn:
            member._turn = turn_of("Guarded" if isinstance(member, Guarded) else "Allocator")


class Pace:
    """Whether helpers pay, and how many sessions are taken on at once, by how long one took lately."""

    def __init__(self) -> None:
        self._lately: dict[bool, float] = {}
        self._steps = 0
        self._apiece = 0.0

    def choose(self) -> bool:
        """Whether the next step uses helpers."""
        if len(self._lately) < 2:
            return False in self._lately
        self._steps += 1
        pays = self._lately[True] <= self._lately[False]
        return pays != (self._steps % PROBE == 0)

    def at_once(self, most: int) -> int:
        """Sessions that a thread takes on at once: about `TURN` seconds of work, at least one and at most ``most``."""
        return max(1, min(most, round(TURN / self._apiece))) if self._apiece else most

    def learn(self, together: bool, seconds: float, workers: int) -> None:
        """A session took ``seconds`` on average, of the time of ``workers`` threads if they worked ``together``.

        With one there is no choice between two ways.
        """
        apiece = seconds * workers if together else seconds
        # what compiling took is forgotten at once
        self._apiece = min(apiece, (self._apiece + apiece) / 2) if self._apiece else apiece
        if workers > 1:
            self._lately[together] = (self._lately.get(together, seconds) + seconds) / 2


class Plans(Sequence[Answer]):
    """What a step of a batch returned, each plan built when somebody looks."""

    def __init__(self, calls: NDArray[np.int64], instead: dict[int, Answer], geometries: Sequence[Geometry]) -> None:
        self._calls = calls
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
        from focalloc.fastpath.kernels.layout import RETURNED, TOLD

        done, iteration, slots, splices = self._calls[index, RETURNED:TOLD].tolist()
        rest = self._calls[index, TOLD:]
        told = rest[len(rest) // 5 :][: 4 * splices].tobytes()
        return Plan(rest[:done].tolist(), iteration, self._geometries[index], told, slots)

    def __len__(self) -> int:
        return len(self._calls)
