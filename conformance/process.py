"""An allocator that is another program: wire protocol 1 over its stdin and stdout.

Whatever the program does (dies, hangs, floods, answers garbage or out of turn), a call here returns or raises one of
`Refused`, `Skipped`, `TimedOut`, `Misbehaved` within its time-out, and no process outlives `ProcessAllocator.close`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shlex
import signal
import subprocess
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from focalloc.conformance import messages
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

LINE_LIMIT = 64 * 2**20
"""Longest answer in bytes; more without a line's end is a flood."""

STDERR_KEPT = 8192
"""Bytes of the program's stderr that a report shows, from the end."""

SHOWN = 200
"""Characters of each message that a report shows."""

MESSAGES_KEPT = 6
"""Messages of the conversation that a report shows, from the end."""


TAG = "FOCALLOC_PROGRAM"
"""Environment variable that marks a program and what it starts, so that a daemon it leaves behind is found."""


class ProgramError(Exception):
    """A call that was not answered as the protocol asks.

    Attributes:
        reason: what happened, as a sentence.
        conversation: the last messages, each cut to `SHOWN` characters.
        stderr: the end of what the program wrote to stderr; never judged.
    """

    def __init__(self, reason: str, conversation: Sequence[str] = (), stderr: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.conversation = tuple(conversation)
        self.stderr = stderr


class Refused(ProgramError):
    """The program answered ``{"error": ...}``."""


class Skipped(ProgramError):
    """The program answered ``{"skipped": ...}``."""


class TimedOut(ProgramError):
    """The program did not answer in time and was ended."""


class Misbehaved(ProgramError):
    """The program died, flooded, or answered something that is not the protocol, and was ended."""


class ProcessAllocator:
    """Speaks wire protocol 1 with one child process, started on the first `open`.

    Args:
        command: the program and its arguments, as one shell-like string or as a list.
        timeout: seconds that one answer may take.
    """

    def __init__(self, command: str | Sequence[str], timeout: float = 10.0) -> None:
        self._command = shlex.split(command) if isinstance(command, str) else list(command)
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._tag = ""
        self._stdout = _Stream()
        self._stderr: deque[bytes] = deque(maxlen=64)
        self._outbox: queue.Queue[bytes | None] = queue.Queue()
        self._conversation: deque[str] = deque(maxlen=MESSAGES_KEPT)
        self._threads: list[threading.Thread] = []
        self.welcome: messages.Welcome | None = None

    def open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]]) -> None:
        """Start a session, and the program if it is not running."""
        self.send(messages.Open(geometry=geometry, params=params, context=[(lv, start) for lv, start in context]))

    def step(self, scores: Sequence[int]) -> list[messages.WireAction]:
        """Run one iteration."""
        answer = self.send(messages.Step(list(scores)))
        assert isinstance(answer, messages.Chosen)
        return answer.actions

    def ingest(self, blocks: int, scores: Sequence[int]) -> list[messages.WireAction]:
        """Append ``blocks`` level-0 blocks and return the reclaiming collapses."""
        answer = self.send(messages.Ingest(blocks, list(scores)))
        assert isinstance(answer, messages.Chosen)
        return answer.actions

    def start(self) -> messages.Welcome:
        """Start the program if it is not running, and return how it introduced itself."""
        if self._process is None:
            self._spawn()
            answer = self._ask(messages.Hello())
            assert isinstance(answer, messages.Welcome)
            if answer.protocol != messages.PROTOCOL:
                self._fail(Misbehaved, f"it speaks protocol {answer.protocol}, not {messages.PROTOCOL}")
            self.welcome = answer
        assert self.welcome is not None
        return self.welcome

    def send(self, command: messages.Command) -> messages.Answer:
        """Send ``command`` and return its answer.

        Raises:
            Refused: the answer was ``{"error": ...}``.
            Skipped: the answer was ``{"skipped": ...}``.
            TimedOut: no whole answer came in time.
            Misbehaved: the program died or did not keep to the protocol.
        """
        self.start()
        return self._ask(command)

    def close(self, *, politely: bool = True) -> None:
        """Ask the program to end if ``politely``, and end it and whatever it started in any case."""
        try:
            if politely and self._process is not None:
                with contextlib.suppress(ProgramError):
                    self._ask(messages.Close())
        finally:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    def _spawn(self) -> None:
        self._tag = uuid.uuid4().hex
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, TAG: self._tag},
            )
        except OSError as error:
            raise Misbehaved(f"cannot start {shlex.join(self._command)}: {error.strerror or error}") from error
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._stdout, self._outbox = _Stream(), queue.Queue()
        self._stderr.clear()
        self._conversation.clear()
        self._threads = [
            threading.Thread(target=target, args=args, daemon=True)
            for target, args in (
                (self._stdout.fill, (process.stdout,)),
                (_drain, (process.stderr, self._stderr)),
                (_deliver, (process.stdin, self._outbox)),
            )
        ]
        for thread in self._threads:
            thread.start()

    def _ask(self, command: messages.Command) -> messages.Answer:
        if self._stdout.pending():
            self._note("<", self._stdout.peek())
            self._fail(Misbehaved, "it wrote to stdout without being asked")
        line = messages.command_line(command)
        self._note(">", line)
        self._outbox.put(line)
        try:
            reply = self._stdout.line(time.monotonic() + self._timeout)
        except TimeoutError:
            if self._stdout.pending():
                self._note("<", self._stdout.peek())
            if self._process is not None and self._process.poll() is not None:  # and what it started holds its stdout
                self._fail(Misbehaved, self._epitaph())
            hint = "; does it flush its output after each answer?" if isinstance(command, messages.Hello) else ""
            self._fail(TimedOut, f"no answer within {self._timeout:g} s{hint}")
        except EOFError:
            if self._stdout.pending():
                self._note("<", self._stdout.peek())
            self._fail(Misbehaved, self._epitaph())
        except OverflowError:
            self._fail(Misbehaved, f"it wrote more than {LINE_LIMIT} bytes without ending a line")
        self._note("<", reply)
        try:
            answer = messages.read_answer(reply, command)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._fail(Misbehaved, f"its answer to {_name(command)} is not the protocol: {error}")
        if isinstance(answer, messages.Refusal):
            raise Refused(answer.error, tuple(self._conversation), self._stderr_text())
        if isinstance(answer, messages.Skip):
            raise Skipped(answer.skipped, tuple(self._conversation), self._stderr_text())
        if isinstance(answer, messages.Done) and not answer.ok:
            raise Refused("it answered ok: false", tuple(self._conversation), self._stderr_text())
        return answer

    def _fail(self, kind: type[ProgramError], reason: str) -> None:
        self._end()
        raise kind(reason, tuple(self._conversation), self._stderr_text())

    def _epitaph(self) -> str:
        assert self._process is not None
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "it closed its stdout without answering"
        if status < 0:
            return f"it was ended by {_signal_name(-status)}"
        return f"it ended with status {status} without answering"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        self._outbox.put(None)
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        _end_marked(f"{TAG}={self._tag}".encode())
        self._stdout.close()
        for thread in self._threads:
            thread.join(timeout=2.0)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _note(self, direction: str, message: bytes) -> None:
        text = message.decode("utf-8", "backslashreplace").rstrip("\n")
        self._conversation.append(f"{direction} {text[:SHOWN]}{'...' if len(text) > SHOWN else ''}")

    def _stderr_text(self) -> str:
        return b"".join(self._stderr)[-STDERR_KEPT:].decode("utf-8", "backslashreplace")


class _Stream:
    """Lines of a pipe with a deadline; the bounded queue holds a flood back in the pipe itself."""

    def __init__(self) -> None:
        self._chunks: queue.Queue[bytes] = queue.Queue(maxsize=64)
        self._buffer = bytearray()
        self._ended = False
        self._closed = threading.Event()

    def fill(self, pipe: IO[bytes]) -> None:
        """Read ``pipe`` to its end; runs in a thread of its own."""
        while not self._closed.is_set():
            try:
                chunk = os.read(pipe.fileno(), 2**16)
            except (OSError, ValueError):
                chunk = b""
            while not self._closed.is_set():
                with contextlib.suppress(queue.Full):
                    self._chunks.put(chunk, timeout=0.2)
                    break
            if not chunk:
                return

    def close(self) -> None:
        self._closed.set()

    def pending(self) -> bool:
        """Whether something has been written that no call of `line` returned."""
        while True:
            try:
                chunk = self._chunks.get_nowait()
            except queue.Empty:
                return bool(self._buffer)
            self._ended = self._ended or not chunk
            self._buffer += chunk
            if len(self._buffer) > LINE_LIMIT:
                return True

    def peek(self) -> bytes:
        return bytes(self._buffer[: 4 * SHOWN])

    def line(self, deadline: float) -> bytes:
        """The next line without its end; raises TimeoutError, EOFError, or OverflowError for a flood."""
        searched = 0
        while (at := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LINE_LIMIT:
                raise OverflowError
            if self._ended:
                raise EOFError
            try:
                chunk = self._chunks.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError from None
            self._ended = not chunk
            self._buffer += chunk
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        return line


def _drain(pipe: IO[bytes], kept: deque[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while chunk := os.read(pipe.fileno(), 2**12):
            kept.append(chunk)


def _deliver(pipe: IO[bytes], outbox: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while (line := outbox.get()) is not None:
            pipe.write(line)
            pipe.flush()


def _end_marked(mark: bytes) -> None:
    """End every process with ``mark`` in its environment, those included that made sessions of their own (Linux)."""
    found = True
    while found:
        found = False
        for file in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in file.read_bytes().split(b"\0"):  # a process that has ended has none
                    os.kill(int(file.parent.name), signal.SIGKILL)
                    found = True


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name
        return f"signal {number}"


def _name(command: messages.Command) -> str:
    return type(command).__name__.lower()
