"""The process between the judge and an allocator: whatever the allocator starts, ends with it.

A keeper has one child, the allocator, and adopts whatever descends from that (`PR_SET_CHILD_SUBREAPER`, Linux), so that
neither a session of its own nor an empty environment lets a process get away. It ends them all when it is told to, or
when the judge itself is gone, however that came about. Where orphans cannot be adopted, those that stay in the
allocator's process group are ended.

Runs as a script, without the rest of the package: ``keeper.py LIFELINE NEWS COMMAND ...``, the first two being file
descriptors, to hear the judge by and to tell it how the allocator ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

UNHEEDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
"""Signals that are the judge's to heed."""


def keep(lifeline: int, news: int, begin: Callable[[], object]) -> NoReturn:
    """Have a child process ``begin``, write to ``news`` how it ended, and end it and all that descends from it when
    ``lifeline`` has something to read or no writer any more."""
    try:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        for name in UNHEEDED:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, _nothing)
        hear, tell = os.pipe()
        for end in (hear, tell):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        child = os.fork()
        if child == 0:
            try:
                signal.set_wakeup_fd(-1)
                for end in (hear, tell, lifeline, news):
                    os.close(end)
                _begin(begin)
            finally:
                os._exit(127)
        _leave_open({lifeline, news, hear, tell})
        _watch(child, lifeline, news, hear)
    finally:
        os._exit(0)


def _begin(begin: Callable[[], object]) -> None:
    """Be the allocator: in a session of its own, with signals as any program finds them."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # whoever ends the keeper ends itself
    os.setsid()
    for name in (*UNHEEDED, "SIGCHLD", "SIGPIPE"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    begin()


def _watch(child: int, lifeline: int, news: int, hear: int) -> None:
    told = False
    while True:
        ready, _, _ = select.select([lifeline, hear], [], [])
        if hear in ready:
            os.read(hear, 4096)
        for ended, status in _ended():
            if ended == child:
                told = True
                with contextlib.suppress(OSError):  # nobody is there any more, which the lifeline says, too
                    os.write(news, b"%d\n" % status)
        if lifeline in ready:
            break
    if not told or sys.platform != "linux":
        _kill(-child)
        _kill(child)
    for _ in range(2000):  # a process that forks as fast as it can is given up after seconds, not waited for
        if not any(True for _ in _ended()) and not _has_children():
            return
        for orphan in _children():
            _kill(orphan)
        time.sleep(0.001)


def _ended() -> Iterator[tuple[int, int]]:
    """Children that have ended since, with the status of each."""
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended == 0:
            return
        yield ended, status


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _children() -> list[int]:
    """The living children of this process, those that it adopted included; none where ``/proc`` does not say."""
    found = []
    me = b"%d" % os.getpid()
    try:
        others = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    for name in others:
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parent = file.read().rpartition(b")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if parent == me:
            found.append(int(name))
    return found


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        if process < 0:
            os.killpg(-process, signal.SIGKILL)
        else:
            os.kill(process, signal.SIGKILL)


def _leave_open(wanted: set[int]) -> None:
    """Close every file but these, so that nobody waits for the end of a pipe that the keeper holds."""
    below = 0
    for end in sorted(wanted):
        os.closerange(below, end)
        below = end + 1
    os.closerange(below, max(below, _highest() + 1))


def _highest() -> int:
    try:
        return max(map(int, os.listdir("/proc/self/fd")))
    except (OSError, ValueError):
        return os.sysconf("SC_OPEN_MAX") - 1


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _nothing(*_: object) -> None:
    pass


if __name__ == "__main__":
    command = sys.argv[3:]
    keep(int(sys.argv[1]), int(sys.argv[2]), lambda: os.execvp(command[0], command))
