"""Ctrl-C and SIGTERM: the first ends a command as soon as it can be tidied up, the second at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from functools import cache
from types import FrameType
from typing import Any

AGAIN_AFTER = 0.05
"""Seconds after which an interruption that got lost is repeated, or one that was not seen is pointed to."""


class Interruption:
    """What SIGINT and SIGTERM do in the main thread.

    The first raises `KeyboardInterrupt`. Python drops an exception that is raised while it runs a finaliser or a
    callback of the garbage collector; then it is raised again. It sees one that came just before a wait only when the
    wait ends; so the wait is ended. The second leaves without ceremony: what was started ends by itself, as its keepers
    see that nobody is there any more.
    """

    def __init__(self) -> None:
        self._asked = False
        self._repeated = False
        self._hook = sys.unraisablehook

    def install(self) -> None:
        """From now on."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_kill"):
            return
        if signal.getsignal(signal.SIGINT) not in (signal.SIG_IGN, None):  # as in what a shell runs in the background
            signal.signal(signal.SIGINT, self._handle)
        signal.signal(signal.SIGTERM, self._handle)
        sys.unraisablehook = self._not_lost
        signal.signal(signal.SIGURG, lambda *_: None)  # no program gets it unasked
        signal.set_wakeup_fd(_waker(os.getpid()), warn_on_full_buffer=False)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._asked and not self._repeated:
            os._exit(128 + number)
        self._asked, self._repeated = True, False
        raise KeyboardInterrupt

    def _not_lost(self, lost: Any) -> None:
        if lost.exc_type is not KeyboardInterrupt:
            self._hook(lost)
            return
        timer = threading.Timer(AGAIN_AFTER, self._repeat)
        timer.daemon = True
        timer.start()

    def _repeat(self) -> None:
        self._repeated = True
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)  # wakes it, too, if it waits


@cache
def _waker(_process: int) -> int:
    """Where a signal's number is written to have waits end; one per process, as no thread survives a fork."""
    hear, tell = os.pipe()
    os.set_blocking(tell, False)
    threading.Thread(target=_end_waits, args=(hear,), name="focalloc-interruption", daemon=True).start()
    return tell


def _end_waits(hear: int) -> None:
    """End what the main thread waits for in the system, a moment after each of the numbers read from ``hear``."""
    while numbers := os.read(hear, 64):
        if {signal.SIGINT, signal.SIGTERM} & set(numbers):
            time.sleep(AGAIN_AFTER)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGURG)
