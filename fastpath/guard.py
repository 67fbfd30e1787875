"""Any selector, run behind the spec: its answer is checked before it is applied, and greedy stands in when it fails."""

from __future__ import annotations

import time
import traceback
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from inspect import signature
from itertools import chain, islice
from math import isnan
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX, Event, Thread
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.admission import apply_checked
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Fallback, Plan, Reason
from focalloc.fastpath.scores import score_array
from focalloc.fastpath.turns import in_turn, turn_of
from focalloc.fastpath.wrapper import Call, Hold, Mark, Start, Wrapper
from focalloc.spec.blocks import Block, Context
from focalloc.spec.clauses import Violation
from focalloc.spec.cooldown import Entry
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.memory import Memory
from focalloc.spec.params import Params
from focalloc.spec.state import State, told_before

KEPT = 256
"""Latest fallbacks that `Guarded.fallbacks` holds."""

MESSAGE_LENGTH = 500
"""Longest message of a `Fallback`, in characters."""

T = TypeVar("T")


class View:
    """What a selector sees of a session: the state before the iteration, read-only.

    Attributes:
        geometry: shape of the tree.
        params: the parameters, with the thresholds of the last iteration (ADA-1).
        recent: slots used after each of the last iterations, as many as adaptation looks at.
        iteration: number of the last iteration.
        used: slots that the context occupies.
        cursor: the token that the iteration measures nearness from; None for the end of the context (CUR-1).
        pins: where nothing collapses, and where nothing expands.
        unfilled: tokens of the last block that have not come yet (FIL).
    """

    def __init__(self, allocator: Allocator, cursor: int | None = None) -> None:
        self._allocator = allocator
        self.cursor = cursor
        self.geometry = allocator.geometry
        self.params = allocator.terms()
        self._told = told_before(allocator.params, self.params)
        self.recent = allocator.recent()
        self.pins = allocator.pins()
        self.unfilled = allocator.unfilled()
        self.iteration = allocator.iteration
        self.used = allocator.used

    @cached_property
    def levels(self) -> NDArray[np.int8]:
        """Level of each block, oldest first."""
        return self._allocator.levels

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """First token of each block."""
        return self._allocator.starts

    @cached_property
    def ledger(self) -> Mapping[Block, Entry]:
        """Latest action per recently acted node: what cools down."""
        return self._allocator._session().ledger()  # type: ignore[no-any-return]

    @cached_property
    def memory(self) -> Memory:
        """What the first slots remember of what they were told, fixed point; the others nothing yet (MEM-1)."""
        return self._allocator.memory()

    @property
    def context(self) -> Context:
        """The blocks, oldest first."""
        return tuple(map(Block, self.levels.tolist(), self.starts.tolist()))

    def state(self) -> State:
        """The same by the spec; takes about a microsecond per block."""
        ledger, known = dict(self.ledger), (self.pins, self.memory, self.unfilled, self._told)
        return State(self.geometry, self.params, self.context, ledger, self.iteration, self.recent, *known)

    def settle(self) -> View:
        """Read everything now, so that the view stays true when the session goes on."""
        _ = self.levels, self.starts, self.ledger, self.memory
        return self


Selector = Callable[[View, NDArray[np.int32]], Iterable[Sequence[object]]]
"""Answers a view and one fixed-point score per slot with actions. The scores are its own copy."""


class AllocatorLike(Protocol):
    """An allocator object. One that also has ``resume(state)`` keeps its cooldowns after a fallback or an ingest; one
    whose ``step`` takes a ``cursor`` is told it."""

    def open(self, geometry: Geometry, params: Params, context: Sequence[object], /) -> object:
        """Start a session."""

    def step(self, scores: Any, /) -> Iterable[Sequence[object]]:
        """Run one iteration on fixed-point slot scores."""


class Guarded(Wrapper):
    """An allocator whose selector may be anything: a function, a learned policy, a third party's allocator.

    The selector answers first. An answer that keeps profile ``safety`` is applied as it is; otherwise, or if there is
    no proper answer, the strategy of ``params`` decides the iteration and the failure is recorded. The selector never
    touches the session. Ingest is the allocator's own. Senseless scores are the caller's fault, not the selector's:
    they are refused and nobody is asked.

    Args:
        selector: a function of a `View` and fixed-point scores, or an allocator object. An object is opened anew (or
            resumed, if it can) whenever the session did something other than it answered.
        geometry: shape of the tree.
        params: budget, cap, thresholds, cooldown.
        strategy: which strategy stands in; by default the one that ``params`` names.
        deadline: longest wait for an answer, in seconds. The selector then works in a thread of its own. It cannot
            be stopped, only left behind: a late answer is dropped, and until it has come the strategy decides. A
            selector that never lets go of Python's interpreter lock cannot be left behind either.

    Attributes:
        fallbacks: the latest fallbacks, oldest first.
        fallback_counts: how many there were, by reason.

    A second thread, and a selector that uses the allocator that asks it, are refused (`InUse`).

    Raises:
        InvalidInput: the selector is neither, the strategy is unknown or the deadline is not positive.

    Example:
        >>> from focalloc import Guarded
        >>> allocator = Guarded(lambda view, scores: [("expand", 1, 32)])
        >>> allocator.load([(1, 0)])
        >>> plan = allocator.step([1.0])
        >>> plan.fallback.clause, list(plan)
        ('ACT-3', [Action(kind='expand', level=1, start=0)])
    """

    def __init__(
        self,
        selector: Selector | AllocatorLike,
        geometry: Geometry | None = None,
        params: Params | None = None,
        strategy: str | None = None,
        *,
        deadline: float | None = None,
    ) -> None:
        self._inside = Allocator(geometry, params, strategy)
        super().__init__(self._inside)
        self._turn = turn_of("Guarded")
        self._select = _as_follower(selector)
        self._deadline = _checked_deadline(deadline)
        self._worker = None if deadline is None else _Worker()
        self.fallbacks: deque[Fallback] = deque(maxlen=KEPT)
        self.fallback_counts: Counter[Reason] = Counter()

    def step(self, scores: ArrayLike, *, per_block: bool = False, cursor: int | None = None) -> Plan:
        """Run one iteration, by the selector's answer if that is proper.

        Returns:
            The actions applied; `Plan.fallback` says why they are not the selector's.

        Raises:
            InvalidInput: as for `Allocator.step`; the state is unchanged and the selector was not asked.
            KeyboardInterrupt: the selector raised it, or somebody else did; everything else that it raises is its
                failure.
        """
        return super().step(scores, per_block=per_block, cursor=cursor)

    @in_turn
    def _call(self, call: Call, *arguments: Any, **options: Any) -> Plan:
        return self._ask(*arguments, **options) if call == "step" else super()._call(call, *arguments, **options)

    @in_turn
    def _hold(self, call: Hold, *arguments: Any) -> None:
        super()._hold(call, *arguments)

    @in_turn
    def _start(self, call: Start, *arguments: Any) -> None:
        super()._start(call, *arguments)

    def _ask(self, scores: ArrayLike, *, per_block: bool, cursor: int | None) -> Plan:
        """An iteration by the selector's answer, or by the strategy that stands in."""
        given = self._inside._per_slot(scores) if per_block else score_array(scores)
        cursor = None if cursor is None else self._inside._pointed(cursor)
        return self._decided(self._inside._quantise(given, False).copy(), cursor)

    def _decided(self, fixed: NDArray[np.int32], cursor: int | None) -> Plan:
        """The same, once scores and cursor are taken."""
        outcome = self._answered(self._pose(fixed, cursor))
        if isinstance(outcome, Plan):
            return outcome
        return self._fell_back(self._inside.step(fixed, cursor=cursor), outcome)

    def _fell_back(self, plan: Plan, why: Fallback) -> Plan:
        """An iteration by the strategy, once it is noted that and why it stood in."""
        plan.fallback = why
        self.fallbacks.append(why)
        self.fallback_counts[why.reason] += 1
        return plan

    def _pose(self, fixed: NDArray[np.int32], cursor: int | None) -> Posed:
        """Ask the selector about an iteration; where there is a deadline, without waiting for what it answers."""
        before = self._mark()
        view = View(self._inside, cursor)
        limit = view.params.n_diff + 1

        def answer() -> list[Sequence[object]]:
            # an answer may be lazy, or endless; one action too many is enough to see that it is too long
            return list(islice(iter(self._select(view, before, fixed.copy())), limit))

        awaited = answer
        if self._worker is not None and self._deadline is not None:
            view.settle()
            awaited = self._worker.pose(answer, self._deadline)
        return Posed(fixed, before, view.iteration + 1, awaited)

    def _answered(self, posed: Posed) -> Plan | Fallback:
        """The iteration by the selector's answer; or why the strategy has to stand in, and nothing has changed."""
        allocator, iteration = self._inside, posed.iteration
        try:
            actions = posed.answer()
            outcome = apply_checked(allocator._session(), allocator.geometry, allocator.params, actions, posed.fixed)
        except KeyboardInterrupt:
            raise
        except _Busy:
            return Fallback(iteration, "busy", "", "the selector still works on an earlier question")
        except _Late:
            return Fallback(iteration, "deadline", "", f"no answer within {self._deadline} s")
        except _Failed as failed:
            return Fallback(iteration, "exception", "", str(failed))
        except BaseException as error:  # whatever a selector raises must not stop the session
            if self._mark() != posed.before:  # it was not the selector
                raise
            return Fallback(iteration, "exception", "", _told(error))
        if isinstance(outcome, Violation):
            reason: Reason = "nan" if _holds_nan(actions) else "violation"
            clause = "" if reason == "nan" else outcome.clause
            return Fallback(iteration, reason, clause, outcome.message[:MESSAGE_LENGTH])
        self._select.agree(self._mark())
        return outcome


class Posed(NamedTuple):
    """A question that a selector has been asked, or will be once its answer is asked for.

    Attributes:
        fixed: scores, one per slot, fixed point.
        before: the mark of the session.
        iteration: number of the iteration.
        answer: gives the answer, or raises what came in its place.
    """

    fixed: NDArray[np.int32]
    before: Mark
    iteration: int
    answer: Callable[[], list[Sequence[object]]]


def _told(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()[:MESSAGE_LENGTH]


def _holds_nan(actions: Sequence[Sequence[object]]) -> bool:
    parts = chain.from_iterable(one for one in actions if isinstance(one, tuple | list))
    return any(isinstance(part, float) and isnan(part) for part in parts)


# SELECTORS


class _Follower:
    """A selector, and for an allocator object whether it is in the state that the session is in."""

    def __init__(self, select: Selector) -> None:
        self._select = select

    def __call__(self, view: View, mark: Mark, scores: NDArray[np.int32]) -> Iterable[Sequence[object]]:
        return self._select(view, scores)

    def agree(self, mark: Mark) -> None:
        """The last answer was applied, and led there."""


class _ObjectFollower(_Follower):
    def __init__(self, target: AllocatorLike) -> None:
        self._target = target
        self._takes_cursor = _takes_cursor(target.step)
        self._agrees: Mark | None = None

    def __call__(self, view: View, mark: Mark, scores: NDArray[np.int32]) -> Iterable[Sequence[object]]:
        if self._agrees != mark:
            resume = getattr(self._target, "resume", None)
            if resume is not None:
                resume(view.state())
            else:
                self._target.open(view.geometry, view.params, list(view.context))
        self._agrees = None  # until this answer has been applied
        told = {} if view.cursor is None or not self._takes_cursor else {"cursor": view.cursor}
        return self._target.step(scores if isinstance(self._target, Allocator) else scores.tolist(), **told)

    def agree(self, mark: Mark) -> None:
        self._agrees = mark


def _takes_cursor(step: Callable[..., object]) -> bool:
    """Whether a step can be told a cursor."""
    with suppress(TypeError, ValueError):
        return signature(step).bind([], cursor=0) is not None
    return False


def _as_follower(selector: object) -> _Follower:
    if callable(getattr(selector, "open", None)) and callable(getattr(selector, "step", None)):
        return _ObjectFollower(selector)  # type: ignore[arg-type]
    if callable(selector):
        return _Follower(selector)
    raise InvalidInput("selector", selector, "must be a function of (view, scores), or have open and step")


# DEADLINES


def _checked_deadline(deadline: object) -> float | None:
    if deadline is None or (isinstance(deadline, int | float) and 0 < deadline <= TIMEOUT_MAX):
        return deadline
    raise InvalidInput("deadline", deadline, f"must be None, or a number of seconds up to {TIMEOUT_MAX:g}")


class _Late(Exception):
    """There was no answer in time."""


class _Failed(Exception):
    """The question raised; the message says what."""


class _Busy(Exception):
    """An earlier question has not been answered yet."""


class _Question(NamedTuple):
    number: int
    ask: Callable[[], Any]


class _Answer(NamedTuple):
    number: int
    value: Any
    failure: str | KeyboardInterrupt | None


class _Worker:
    """A thread that answers one question at a time, until nobody can ask any more.

    Questions have numbers, and so have answers: whoever asks may be interrupted before an answer has come.
    """

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._asked = 0

    def _start(self) -> None:
        # a thread does not survive a fork; the child starts its own
        questions: SimpleQueue[_Question | None] = SimpleQueue()
        answers: SimpleQueue[_Answer] = SimpleQueue()
        busy = Event()
        thread = Thread(target=_work, args=(questions, answers, busy), name="focalloc guard", daemon=True)
        thread.start()
        weakref.finalize(self, questions.put, None)
        self._questions, self._answers, self._busy, self._thread = questions, answers, busy, thread

    def pose(self, question: Callable[[], T], seconds: float) -> Callable[[], T]:
        """Have ``question`` answered; what is given back waits for that, until ``seconds`` from now."""
        if self._thread is None or not self._thread.is_alive():
            self._start()
        if self._busy.is_set() or not self._questions.empty():
            return _refuse_busy
        self._asked += 1
        number, until = self._asked, time.monotonic() + seconds
        self._questions.put(_Question(number, question))
        return lambda: self._awaited(number, until)

    def _awaited(self, number: int, until: float) -> Any:
        """What the question of that number returned or raised, if there is an answer by then."""
        while True:
            try:
                answer = self._answers.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                raise _Late from None
            if answer.number == number:
                break
        if isinstance(answer.failure, KeyboardInterrupt):
            raise answer.failure
        if answer.failure is not None:
            raise _Failed(answer.failure)
        return answer.value


def _refuse_busy() -> NoReturn:
    raise _Busy


def _work(questions: SimpleQueue[_Question | None], answers: SimpleQueue[_Answer], busy: Event) -> None:
    while (question := questions.get()) is not None:
        busy.set()
        try:
            answer = _Answer(question.number, question.ask(), None)
        except KeyboardInterrupt as interrupt:
            answer = _Answer(question.number, None, interrupt)
        except BaseException as error:  # noqa: BLE001, not even sys.exit() may end the thread
            answer = _Answer(question.number, None, _told(error))
        del question
        busy.clear()
        answers.put(answer)
        del answer
