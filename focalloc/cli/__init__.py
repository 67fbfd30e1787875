"""The command line ``focalloc``.

Exit status, everywhere: 0 conformant or done; 1 a violation or a difference; 2 bad usage, bad input or a missing
extra; 3 incomplete. Whoever closes the pipe that it writes to, as ``head`` does, has seen enough:
that is a 0, but for a verdict, which stands and, where it could not be told, is no success.
What a full disk has no room for is a 3.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from typing import NoReturn

from focalloc.cli.interruption import Interruption
from focalloc.extras import missing_extra

UNWRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""Why output that somebody waits for is lost: a full disk, or a place for it that is none."""

INCOMPLETE = 3
"""Exit status of what could not be said."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    Args:
        arguments: what follows the program's name; by default that of this process.
    """
    _stand_in_for_what_is_closed()  # before anything is opened, which would take their places
    Interruption().install()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal has not is no reason to end
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            _run(arguments)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # while it can still be told who reads no more
    except SystemExit as leaving:
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        _leave_quietly()
    except BrokenPipeError:
        _leave_quietly()
    except OSError as error:
        if error.errno not in UNWRITTEN or error.filename is not None:
            raise
        print(f"focalloc: the output cannot be written: {error.strerror}", file=sys.stderr)
        _leave_quietly(INCOMPLETE)


def _stand_in_for_what_is_closed() -> None:
    """Have something in the places of stdin, stdout and stderr that nothing can be read from or written to."""
    for place in range(3):
        try:
            os.fstat(place)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # which takes the lowest place that is free
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _run(arguments: list[str] | None) -> None:
    try:
        from focalloc.cli.app import app
        from focalloc.spec.errors import InvalidInput, NoRoom

        try:
            app(args=arguments, prog_name="focalloc")
        except (InvalidInput, NoRoom) as refused:
            sys.exit(_fail(str(refused)))
    except ModuleNotFoundError as missing:
        sentence = missing_extra(missing.name or "")
        if sentence is None:
            raise
        sys.exit(_fail(sentence))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _leave_quietly(status: int = 0) -> NoReturn:
    """Leave, with 0 as whoever read our output has seen enough; what is still to be flushed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _fail(sentence: str) -> int:
    print(f"focalloc: {sentence}", file=sys.stderr)
    return 2
