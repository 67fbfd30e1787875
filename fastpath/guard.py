"""Any selector, run behind the spec: its answer is checked before it is applied, and greedy stands in when it fails."""

from __future__ import annotations

import traceback
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from math import isnan
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX, Thread
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.admission import apply_checked
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Fallback, Plan, Reason
from focalloc.spec.blocks import Block, Context
from focalloc.spec.clauses import Violation
from focalloc.spec.cooldown import Entry
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State

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
    """

    def __init__(self, allocator: Allocator) -> None:
        self._allocator = allocator
        self.geometry = allocator.geometry
        self.params = allocator.terms()
        self.recent = allocator.recent()
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

    @property
    def context(self) -> Context:
        """The blocks, oldest first."""
        return tuple(map(Block, self.levels.tolist(), self.starts.tolist()))

    def state(self) -> State:
        """The same by the spec; takes about a microsecond per block."""
        return State(self.geometry, self.params, self.context, dict(self.ledger), self.iteration, self.recent)

    def settle(self) -> View:
        """Read everything now, so that the view stays true when the session goes on."""
        _ = self.levels, self.starts, self.ledger
        return self


Selector = Callable[[View, NDArray[np.int32]], Iterable[Sequence[object]]]
"""Answers a view and one fixed-point score per slot with actions. The scores are its own copy."""


class AllocatorLike(Protocol):
    """An allocator object. One that also has ``resume(state)`` keeps its cooldowns after a fallback or an ingest."""

    def open(self, geometry: Geometry, params: Params, context: Sequence[object], /) -> object:
        """Start a session."""

    def step(self, scores: Any, /) -> Iterable[Sequence[object]]:
        """Run one iteration on fixed-point slot scores."""


class Guarded(Allocator):
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
        super().__init__(geometry, params, strategy)
        self._select = _as_follower(selector)
        self._deadline = _checked_deadline(deadline)
        self._worker = None if deadline is None else _Worker()
        self.fallbacks: deque[Fallback] = deque(maxlen=KEPT)
        self.fallback_counts: Counter[Reason] = Counter()

    def step(self, scores: ArrayLike, *, per_block: bool = False) -> Plan:
        """Run one iteration, by the selector's answer if that is proper.

        Returns:
            The actions applied; `Plan.fallback` says why they are not the selector's.

        Raises:
            InvalidInput: as for `Allocator.step`; the state is unchanged and the selector was not asked.
        """
        fixed = self._quantise(scores, per_block).copy()
        outcome = self._answered(fixed)
        if isinstance(outcome, Plan):
            self._select.agree()
            return outcome
        plan = super().step(fixed)
        plan.fallback = outcome
        self.fallbacks.append(outcome)
        self.fallback_counts[outcome.reason] += 1
        return plan

    def _answered(self, fixed: NDArray[np.int32]) -> Plan | Fallback:
        """The iteration by the selector's answer; or why there is none, and nothing has changed."""
        view = View(self)
        iteration = view.iteration + 1
        limit = view.params.n_diff + 1

        def answer() -> list[Sequence[object]]:
            # an answer may be lazy, or endless; one action too many is enough to see that it is too long
            return list(islice(iter(self._select(view, fixed.copy())), limit))

        try:
            if self._worker is None or self._deadline is None:
                actions = answer()
            else:
                view.settle()
                actions = self._worker.ask(answer, self._deadline)
            outcome = apply_checked(self._session(), self.geometry, self.params, actions)
        except _Busy:
            return Fallback(iteration, "busy", "", "the selector still works on an earlier question")
        except _Late:
            return Fallback(iteration, "deadline", "", f"no answer within {self._deadline} s")
        except _Failed as failed:
            return Fallback(iteration, "exception", "", str(failed))
        except Exception as error:  # noqa: BLE001, whatever a selector raises must not stop the session
            return Fallback(iteration, "exception", "", _told(error))
        if isinstance(outcome, Violation):
            reason: Reason = "nan" if _holds_nan(actions) else "violation"
            clause = "" if reason == "nan" else outcome.clause
            return Fallback(iteration, reason, clause, outcome.message[:MESSAGE_LENGTH])
        return outcome

    def apply(self, actions: Sequence[Sequence[object]]) -> Plan:
        """As `Allocator.apply`; the selector is not asked."""
        plan = super().apply(actions)
        self._select.disagree()
        return plan

    def ingest(self, blocks: int = 1, scores: ArrayLike | None = None, *, per_block: bool = False) -> Plan:
        """As `Allocator.ingest`, whatever the selector."""
        plan = super().ingest(blocks, scores, per_block=per_block)
        self._select.disagree()
        return plan

    def _start(self, geometry: Geometry, params: Params, context: Context) -> None:
        super()._start(geometry, params, context)
        self._select.disagree()


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

    def __call__(self, view: View, scores: NDArray[np.int32]) -> Iterable[Sequence[object]]:
        return self._select(view, scores)

    def agree(self) -> None:
        """The last answer was applied."""

    def disagree(self) -> None:
        """The session went another way."""


class _ObjectFollower(_Follower):
    def __init__(self, target: AllocatorLike) -> None:
        super().__init__(self._step)
        self._target = target
        self._agrees = False

    def _step(self, view: View, scores: NDArray[np.int32]) -> Iterable[Sequence[object]]:
        if not self._agrees:
            resume = getattr(self._target, "resume", None)
            if resume is not None:
                resume(view.state())
            else:
                self._target.open(view.geometry, view.params, list(view.context))
        self._agrees = False  # until this answer has been applied
        return self._target.step(scores if isinstance(self._target, Allocator) else scores.tolist())

    def agree(self) -> None:
        self._agrees = True

    def disagree(self) -> None:
        self._agrees = False


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


Questions = SimpleQueue[Callable[[], Any] | None]
Answers = SimpleQueue[tuple[bool, Any]]


class _Worker:
    """A thread that answers one question at a time, until nobody can ask any more."""

    def __init__(self) -> None:
        self._thread: Thread | None = None

    def _start(self) -> None:
        # a thread does not survive a fork; the child starts its own
        self._questions: Questions = SimpleQueue()
        self._answers: Answers = SimpleQueue()
        self._pending = False
        self._thread = Thread(target=_work, args=(self._questions, self._answers), name="focalloc guard", daemon=True)
        self._thread.start()
        weakref.finalize(self, self._questions.put, None)

    def ask(self, question: Callable[[], T], seconds: float) -> T:
        """What ``question`` returns or raises, within ``seconds``."""
        if self._thread is None or not self._thread.is_alive():
            self._start()
        if self._pending:
            try:
                self._answers.get_nowait()
            except Empty:
                raise _Busy from None
        self._pending = True
        self._questions.put(question)
        try:
            answered, value = self._answers.get(timeout=seconds)
        except Empty:
            raise _Late from None
        self._pending = False
        if not answered:
            raise _Failed(value)
        return value  # type: ignore[no-any-return]


def _work(questions: Questions, answers: Answers) -> None:
    while (question := questions.get()) is not None:
        try:
            answers.put((True, question()))
        except BaseException as error:  # noqa: BLE001, not even sys.exit() may end the thread
            answers.put((False, _told(error)))
        del question
