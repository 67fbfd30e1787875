"""One call at a time: a second thread that uses what another one is using is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from threading import Lock, get_ident
from types import FrameType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class InUse(RuntimeError):
    """Another call is still at work on the same object; this one was refused, and nothing has changed.

    An allocator, a batch with the allocators in it, and a guarded selector belong to one thread at a time.

    Example:
        >>> from focalloc import Guarded, InUse
        >>> def select(view, scores):
        ...     try:
        ...         guarded.ingest()
        ...     except InUse as refusal:
        ...         print(refusal)
        ...     return []
        >>> guarded = Guarded(select)
        >>> guarded.load([(1, 0)])
        >>> plan = guarded.step([0.0])
        another call of this Guarded is still at work; it belongs to one thread at a time
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"another call of this {kind} is still at work; it belongs to one thread at a time")
        self.kind = kind

    def __reduce__(self) -> tuple[type[InUse], tuple[str]]:
        return type(self), (self.kind,)


class Turn:
    """Whose turn it is to use an object: that of the call that has it in a variable ``turn``, while it is taken.

    A call looks at `taken` and takes the turn in the same breath: nothing between the two lets another thread run.

    Attributes:
        taken: whether a call is at work, or was ended before it could give its turn back.
    """

    __slots__ = ("__weakref__", "kind", "taken")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.taken = False

    def refuse(self) -> None:
        """Raise `InUse` if the call that has taken the turn is still at work; called by the one that wants it.

        An exception out of nowhere, as a tracer or debugger raises it, may have ended that call between any two lines.
        """
        own = sys._getframe(1)
        others = [top for top in sys._current_frames().values() if own not in _stack(top)]
        self._refuse_if_in(own.f_back, *others)

    def _refuse_if_in(self, *tops: FrameType | None) -> None:
        """Raise `InUse` if a call that wants the turn is in one of these stacks."""
        for frame in (frame for top in tops for frame in _stack(top)):
            if "turn" in frame.f_code.co_varnames and frame.f_locals.get("turn") is self:
                raise InUse(self.kind)


class TurnWithoutLock(Turn):
    """The same where threads run side by side, without an interpreter lock: to look whether it is taken takes it."""

    __slots__ = ("_by", "_lock")

    def __init__(self, kind: str) -> None:
        self._lock, self._by = Lock(), 0
        super().__init__(kind)

    @property
    def taken(self) -> bool:
        """Whether a call is at work; if not, this one is from now on."""
        if not self._lock.acquire(blocking=False):
            return True
        self._by = get_ident()
        return False

    @taken.setter
    def taken(self, taken: bool) -> None:
        if not taken:
            with suppress(RuntimeError):  # nobody had it
                self._lock.release()

    def refuse(self) -> None:
        """As of `Turn`; but the stack of another thread cannot be looked at while it runs, so its call counts."""
        if self._by != get_ident():
            raise InUse(self.kind)
        self._refuse_if_in(sys._getframe(1).f_back)


def turn_of(kind: str) -> Turn:
    """A turn, for an object of this kind, that is safe under this interpreter."""
    return Turn(kind) if getattr(sys, "_is_gil_enabled", lambda: True)() else TurnWithoutLock(kind)


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame, and those that it was called from."""
    while frame is not None:
        yield frame
        frame = frame.f_back


class HasTurn(Protocol):
    """What `in_turn` needs of an object."""

    _turn: Turn


Self = TypeVar("Self", bound=HasTurn)


def in_turn(call: Callable[Concatenate[Self, P], R]) -> Callable[Concatenate[Self, P], R]:
    """A call that takes its object's turn, or is refused."""

    @wraps(call)
    def taking(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        turn: Any = self._turn
        if turn.taken:
            turn.refuse()
        try:
            turn.taken = True
            return call(self, *args, **kwargs)
        finally:
            turn.taken = False

    return taking
