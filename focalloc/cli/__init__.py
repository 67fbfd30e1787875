"""The command line ``focalloc``.

Exit status, everywhere: 0 conformant or done; 1 a violation or a difference; 2 bad usage, bad input or a missing
extra; 3 incomplete.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading

from focalloc.extras import missing_extra


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    Args:
        arguments: what follows the program's name; by default that of this process.
    """
    if threading.current_thread() is threading.main_thread():
        # leave as on Ctrl-C, so that whatever was started is ended
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal has not is no reason to end
            stream.reconfigure(errors="backslashreplace")
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
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(sentence: str) -> int:
    print(f"focalloc: {sentence}", file=sys.stderr)
    return 2
