"""The command line ``focalloc``.

Exit status, everywhere: 0 conformant or done; 1 a violation or a difference; 2 bad usage, bad input or a missing
extra; 3 incomplete. Whoever closes the pipe that it writes to, as ``head`` does, has seen enough:
that is a 0, but for ``conform`` and ``replay``, whose verdict stands and, where it could not be told, is no success.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import NoReturn

from focalloc.cli.interruption import Interruption
from focalloc.extras import missing_extra


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    Args:
        arguments: what follows the program's name; by default that of this process.
    """
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


def _leave_quietly() -> NoReturn:
    """Leave with 0, as whoever read our output has seen enough; what is still to be flushed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _fail(sentence: str) -> int:
    print(f"focalloc: {sentence}", file=sys.stderr)
    return 2
