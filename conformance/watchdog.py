"""A time limit on calls into somebody else's Python code.

The limit is wall-clock time, checked by one daemon thread, which raises an exception inside the thread that is
busy (``PyThreadState_SetAsyncExc``). That works in any thread and on any platform and interrupts every loop of
Python code, the usual way for a selection to hang. It cannot interrupt a call that is stuck in C; judge such an
allocator over the wire (``--exec``), where the whole process is ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")


class TimeUp(BaseException):
    """Raised inside a call that ran out of time. No `Exception`, so that ``except Exception`` does not swallow it."""


class Watchdog:
    """Use as a context manager; `call` then runs functions with the limit.

    Args:
        seconds: the limit of one call.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadline: float | None = None
        self._busy = 0
        self._barked = False
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._patrol, name="focalloc-watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def call(self, function: Callable[[], T]) -> T:
        """``function()``, or `TimeUp` if it takes longer than the limit."""
        self._busy = threading.get_ident()
        try:
            try:
                self._deadline = time.monotonic() + self.seconds
                return function()
            finally:
                self._disarm()
        except TimeUp:
            while self._deadline is not None:  # a bark may hit the line above, too
                with contextlib.suppress(TimeUp):
                    self._disarm()
            raise

    def _disarm(self) -> None:
        """No bark comes after this, and one that is on its way is withdrawn."""
        with self._lock:
            if self._barked:  # only then: to CPython even a withdrawal is an event to handle
                _raise_in(self._busy, None)
                self._barked = False
            self._deadline = None

    def _patrol(self) -> None:
        while not self._done.wait(self.seconds / 8):
            with self._lock:
                if self._deadline is not None and time.monotonic() > self._deadline:
                    self._barked = True
                    _raise_in(self._busy, TimeUp)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)
