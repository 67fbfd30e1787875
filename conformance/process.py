"""Wire protocol 1 with whoever answers: another program, or a Python allocator in a process of its own.

Whatever is at the other end (dies, hangs, floods, answers garbage or out of turn), a call here returns or raises one of
`Refused`, `Skipped`, `TimedOut`, `Misbehaved` within its limit, and no process outlives `ProcessAllocator.close`, nor
the judge: see `focalloc.conformance.keeper`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import ModuleType, TracebackType
from typing import Any, NamedTuple, NoReturn, Self

import msgspec

from focalloc.conformance import keeper, messages
from focalloc.conformance.cases import Told
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

TIMEOUT = 10.0
"""Seconds that one answer may take, unless said otherwise."""

START_TIMEOUT = 120.0
"""Seconds that a process may take to introduce itself, and to answer for the first time, unless said otherwise."""

LINE_LIMIT = 8 * 2**20
"""Longest answer in bytes; more without a line's end is a flood."""

STDERR_KEPT = 8192
"""Bytes of what is written to stderr that a report shows, from the end."""

SHOWN = 200
"""Characters of each message that a report shows."""

MESSAGES_KEPT = 6
"""Messages of the conversation that a report shows, from the end."""

DEAF_FOR = 0.1
"""Seconds to wait for what may be on its way from a program that reads no more."""

UNWANTED_FOR = 1.0
"""Seconds to wait for answers that nobody wants any more, before whoever should give them is ended."""

LONGEST_WAIT = 3600.0
"""Most seconds of one wait, since a poll counts milliseconds in 32 bits; a limit that is longer, or none, is waited for
again and again."""

ENDS_WITHIN = 5.0
"""Seconds that a keeper has to end an allocator and all that descends from it."""


class ProgramError(Exception):
    """A call that was not answered as the protocol asks.

    Attributes:
        reason: what happened, as a sentence.
        conversation: the last messages, each cut to `SHOWN` characters.
        stderr: the end of what was written to stderr; never judged.
    """

    def __init__(self, reason: str, conversation: Sequence[str] = (), stderr: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.conversation = tuple(conversation)
        self.stderr = stderr


class Refused(ProgramError):
    """The answer was ``{"error": ...}``."""


class Skipped(ProgramError):
    """The answer was ``{"skipped": ...}``."""


class TimedOut(ProgramError):
    """There was no answer in time, and whoever should have answered was ended."""


class OutOfTime(ProgramError):
    """The run as a whole came to its limit during the call, and whoever should have answered was ended."""


class Misbehaved(ProgramError):
    """The process died, flooded, or answered something that is not the protocol, and was ended."""


# WHO ANSWERS, AND HOW BYTES GET THERE


class Line:
    """Lines to and from whoever answers, with a deadline; what goes to stderr is kept aside.

    Args:
        commands: where to write to.
        answers: where to read from; may be the same.
        errors: stderr; -1 for none.
        news: where a keeper tells how the allocator ended; -1 for none.
        end: ends whoever answers.
    """

    def __init__(self, commands: int, answers: int, errors: int, news: int, end: Callable[[], None]) -> None:
        checked_platform(select, "poll")
        self._commands, self._answers, self._errors, self._news, self._end = commands, answers, errors, news, end
        self._unsent = bytearray()
        self._unread = bytearray()
        self._ended = False
        self._deaf = False
        self.stderr = b""
        for file in {commands, answers, errors} - {-1}:
            os.set_blocking(file, False)
        self._poll = select.poll()
        self._status: int | None = None
        for file in {answers, errors, news} - {-1}:
            self._poll.register(file, select.POLLIN)

    def put(self, data: bytes) -> None:
        """Send ``data``, now or while waiting for the answer."""
        self._unsent += data
        self._send()
        if self._unsent:
            self._poll.register(self._commands, select.POLLOUT | (select.POLLIN * (self._commands == self._answers)))

    def _send(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: os.write(self._commands, self._unsent[: 2**16])]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()
            self._deaf = True

    def pending(self) -> bool:
        """Whether something has been written that no call of `line` returned."""
        if not self._unread and not self._ended:
            self._receive(0)
        return bool(self._unread)

    def peek(self) -> bytes:
        """The beginning of what `pending` means."""
        return bytes(self._unread[: 4 * SHOWN])

    def line(self, deadline: float) -> bytes:
        """The next line without its end; raises TimeoutError, EOFError, OverflowError for a flood, or BrokenPipeError
        if nobody has read what was put."""
        searched, now = 0, time.monotonic()
        while (at := self._unread.find(b"\n", searched)) < 0:
            searched = len(self._unread)
            if searched > LINE_LIMIT:
                raise OverflowError
            if self._ended:
                raise EOFError
            left = (min(deadline, now + DEAF_FOR) if self._deaf else deadline) - time.monotonic()
            if left <= 0:
                raise BrokenPipeError if self._deaf else TimeoutError
            self._receive(left)
        if at > LINE_LIMIT:
            raise OverflowError
        line = bytes(self._unread[:at])
        del self._unread[: at + 1]
        return line

    def _receive(self, seconds: float) -> None:
        """Wait for whatever may happen next, and deal with it."""
        for file, what in self._poll.poll(min(seconds, LONGEST_WAIT) * 1000):
            if file == self._commands and what & ~select.POLLIN:
                self._send()
                if not self._unsent:
                    if file == self._answers:
                        self._poll.modify(file, select.POLLIN)
                    else:
                        self._poll.unregister(file)
            if file == self._answers and what & ~select.POLLOUT:
                chunk = _read(file)
                self._unread += chunk
                if not chunk:
                    self._ended = True
                    self._poll.unregister(file)
            elif file == self._news:
                self._hear_of_the_end()
            elif file == self._errors:
                chunk = _read(file)
                self.stderr = (self.stderr + chunk)[-STDERR_KEPT:]
                if not chunk:
                    self._poll.unregister(file)

    def _hear_of_the_end(self) -> None:
        """The allocator has ended; what it started may hold its stdout, and is not waited for."""
        told = _read(self._news)
        self._poll.unregister(self._news)
        self._status = os.waitstatus_to_exitcode(int(told)) if told else None
        while chunk := _read(self._answers):
            self._unread += chunk
        self._ended = True

    def status(self, seconds: float) -> int | None:
        """The exit status of the allocator, negative for a signal; None if it has not ended within ``seconds``."""
        until = time.monotonic() + seconds
        while self._status is None and self._news >= 0 and (left := until - time.monotonic()) > 0:
            self._receive(left)
        return self._status

    def close(self) -> None:
        """End whoever answers, and keep what it has written to stderr until then."""
        self._end()
        if self._errors >= 0:
            while chunk := _read(self._errors):
                self.stderr = (self.stderr + chunk)[-STDERR_KEPT:]
        for file in {self._commands, self._answers, self._errors, self._news} - {-1}:
            _HELD.discard(file)
            with contextlib.suppress(OSError):
                os.close(file)


def _read(file: int) -> bytes:
    try:
        return os.read(file, 2**16)
    except OSError:
        return b""


_HELD: set[int] = set()
"""Ends of pipes that are the judge's; a process that is forked lets go of them."""

Serve = Callable[[int, int], object]
"""Answers the commands that it reads from one file on another."""


def checked_command(command: str | Sequence[str]) -> list[str]:
    """The words of ``command``, a program that can be started and its arguments.

    Raises:
        InvalidInput: a quote is left open, there is no word, or no such program.
    """
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError as error:
        raise InvalidInput("exec", command, f"is no command: {str(error).lower()}") from error
    if not words:
        raise InvalidInput("exec", command, "names no program")
    if shutil.which(words[0]) is None:
        there = os.path.exists(words[0])
        raise InvalidInput("exec", command, f"{words[0]} {'cannot be executed' if there else 'is no program here'}")
    return words


def checked_platform(module: ModuleType, *names: str) -> None:
    """See that this platform has what judging needs.

    Raises:
        InvalidInput: it has not.
    """
    for name in names:
        if not hasattr(module, name):
            rule = f"lacks {module.__name__}.{name}, which judging needs: judge on Linux or macOS, or in WSL"
            raise InvalidInput("platform", sys.platform, rule)


def executed(command: Sequence[str]) -> Line:
    """A line to the program ``command``, freshly started."""
    checked_platform(os, "fork", "setsid")
    pipes = _Pipes()
    own = [sys.executable, "-I", "-S", keeper.__file__, str(pipes.lifeline[0]), str(pipes.news[1])]
    process = subprocess.Popen(
        [*own, *command],
        stdin=pipes.commands[0],
        stdout=pipes.answers[1],
        stderr=pipes.errors[1],
        pass_fds=(pipes.lifeline[0], pipes.news[1]),
        start_new_session=True,
    )

    def ended(seconds: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        return process.returncode is not None

    return pipes.line(ended, process.kill)


def forked(serve: Serve) -> Line:
    """A line to ``serve``, run in a copy of this process."""
    checked_platform(os, "fork", "setsid")
    pipes = _Pipes()
    with warnings.catch_warnings():  # the copy of a process with threads is one with a single thread
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        try:
            os.setsid()
            for end in (*_HELD, *pipes.ours):
                with contextlib.suppress(OSError):
                    os.close(end)
            keeper.keep(pipes.lifeline[0], pipes.news[1], lambda: _serve_apart(serve, pipes))
        finally:
            os._exit(1)

    def ended(seconds: float) -> bool:
        until = time.monotonic() + seconds
        while os.waitpid(process, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                return False
            time.sleep(0.0005)
        return True

    return pipes.line(ended, lambda: os.kill(process, signal.SIGKILL))


def _serve_apart(serve: Serve, pipes: _Pipes) -> NoReturn:
    """Serve in a process of its own; what is printed goes to the judge's stderr pipe."""
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for file, place in ((nothing, 0), (pipes.errors[1], 1), (pipes.errors[1], 2)):
            os.dup2(file, place)
        sys.stdout = sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
        gc.freeze()  # what the judge has made is not the allocator's to look through
        serve(pipes.commands[0], pipes.answers[1])
    finally:
        os._exit(0)


def threaded(serve: Serve) -> Line:
    """A line to ``serve``, run in a thread of this process, which cannot be ended."""
    mine, theirs = socket.socketpair()
    end = theirs.detach()
    commands, answers = end, os.dup(end)

    def run() -> None:
        try:
            with contextlib.suppress(ConnectionError):  # the judge has hung up, with an answer still to come
                serve(commands, answers)
        finally:
            os.close(answers)

    threading.Thread(target=run, name="focalloc-target", daemon=True).start()
    file = mine.detach()
    return Line(file, file, -1, -1, lambda: None)


@contextlib.contextmanager
def _places_taken() -> Iterator[None]:
    """While this lasts, no file is opened in the place of stdin, stdout or stderr, though one of them is closed."""
    with contextlib.ExitStack() as taken:
        while (file := os.open(os.devnull, os.O_RDONLY)) <= 2:
            taken.callback(os.close, file)
        os.close(file)
        yield


class _Pipes:
    """The pipes between the judge, a keeper and an allocator: each a pair to read from and to write to."""

    def __init__(self) -> None:
        with _places_taken():
            self.commands, self.answers, self.errors, self.lifeline, self.news = (os.pipe() for _ in range(5))
        self.ours = (self.commands[1], self.answers[0], self.errors[0], self.lifeline[1], self.news[0])
        self.theirs = (self.commands[0], self.answers[1], self.errors[1], self.lifeline[0], self.news[1])

    def line(self, ended: Callable[[float], bool], kill: Callable[[], None]) -> Line:
        """The judge's side, once the other has been started."""
        for end in self.theirs:
            os.close(end)
        _HELD.update(self.ours)
        lifeline = self.lifeline[1]

        def end_keeper() -> None:
            with contextlib.suppress(OSError):
                os.write(lifeline, b"end\n")  # not only closed, since others may hold it, too
            _HELD.discard(lifeline)
            os.close(lifeline)
            if not ended(ENDS_WITHIN):
                kill()
                ended(ENDS_WITHIN)

        return Line(self.commands[1], self.answers[0], self.errors[0], self.news[0], end_keeper)


# THE CONVERSATION


class _Owed(NamedTuple):
    """What has been sent ahead.

    Attributes:
        commands: what has been sent.
        lines: as it was sent.
        then: called with what reads the answers; see `ProcessAllocator.send_ahead`.
    """

    commands: Sequence[messages.Command]
    lines: Sequence[bytes]
    then: Callable[[Callable[[], list[Any]]], object]


class ProcessAllocator:
    """Speaks wire protocol 1 with one process at a time, started when it is first needed.

    Args:
        command: the program and its arguments, as one shell-like string or as a list; or what starts the process.
        timeout: seconds that one answer may take.
        start_timeout: seconds that the first answer of a process to each kind of command may take.
        typed: whether answers are read by the protocol's types; else as what the JSON says.

    Attributes:
        meanwhile: work that is done while the next answer is awaited, which no answer depends on; if it raises
            something, that is what the call raises, as its answer is not wanted any more.
        idly: work that is done, in order, while there is nothing to do but to wait; it must not take long.
        until: the time (of `time.monotonic`) at which the run as a whole ends; None for none.
        limits: seconds that an answer may take, and the first one of its kind in a process.
        told: how much of an opening is said; see `Case`.
        reports: what the answers so far said of the allocator's own state, the latest of each kind.
        tells_edits: whether some answer told its edits.
        welcome: how the process introduced itself.

    Raises:
        InvalidInput: the command names no program that can be started, or a limit is none.
    """

    def __init__(
        self,
        command: str | Sequence[str] | Callable[[], Line],
        timeout: float = TIMEOUT,
        start_timeout: float = START_TIMEOUT,
        *,
        typed: bool = True,
    ) -> None:
        self._connect: Callable[[], Line]
        if callable(command):
            self._connect = command
        else:
            words = checked_command(command)
            self._connect = lambda: executed(words)
        for name, limit in (("timeout", timeout), ("start_timeout", start_timeout)):
            if not limit > 0:
                raise InvalidInput(name, limit, "must be a number of seconds above 0")
        self.limits, self._typed = (timeout, max(timeout, start_timeout)), typed
        self._line: Line | None = None
        self._conversation: deque[tuple[str, bytes]] = deque(maxlen=MESSAGES_KEPT)
        self._manner: tuple[object, ...] = ()
        self._answered: set[tuple[object, ...]] = set()
        self._took: dict[tuple[object, ...], float] = {}
        self._last_words = b""
        self.meanwhile: list[Callable[[], object]] = []
        self._owed: deque[_Owed] = deque()
        self._unread = 0
        self.idly: deque[Callable[[], object]] = deque()
        self.until: float | None = None
        self.told: Told = "in full"
        self.reports: dict[str, Any] = {}
        self.tells_edits = False
        self.welcome: messages.Welcome | None = None

    def open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]]) -> None:
        """Start a session, and the program if it is not running."""
        self.send(messages.Open(geometry=geometry, params=params, context=[(level, start) for level, start in context]))

    def step(self, scores: Sequence[int], cursor: int | None = None) -> list[messages.WireAction]:
        """Run one iteration; the cursor stands at the end of the context if there is none."""
        answer = self.send(messages.Step(list(scores), msgspec.UNSET if cursor is None else cursor))
        assert isinstance(answer, messages.Chosen)
        return answer.actions

    def ingest(self, blocks: int, scores: Sequence[int]) -> list[messages.WireAction]:
        """Append ``blocks`` level-0 blocks and return the reclaiming collapses."""
        answer = self.send(messages.Ingest(blocks, list(scores)))
        assert isinstance(answer, messages.Chosen)
        return answer.actions

    def start(self) -> messages.Welcome:
        """Start the process if it is not running, and return how it introduced itself."""
        if self._line is None:
            self._conversation.clear()
            self._answered.clear()
            try:
                self._line = self._connect()
            except OSError as error:
                raise Misbehaved(f"it cannot be started: {error.strerror or error}") from error
            try:
                (answer,) = self._ask([messages.Hello()])
            except ProgramError:  # who does not say hello is not talked to
                self._end()
                raise
            assert isinstance(answer, messages.Welcome)
            if answer.protocol != messages.PROTOCOL:
                self._fail(Misbehaved, f"it speaks protocol {answer.protocol}, not {messages.PROTOCOL}")
            self.welcome = answer
        assert self.welcome is not None
        return self.welcome

    def send(self, command: messages.Command) -> Any:
        """Send ``command`` and return its answer.

        Raises:
            Refused: the answer was ``{"error": ...}``.
            Skipped: the answer was ``{"skipped": ...}``.
            TimedOut: no whole answer came in time.
            OutOfTime: none came before `until`.
            Misbehaved: the program died or did not keep to the protocol.
        """
        return self.send_all([command])[-1]

    def send_all(self, commands: Sequence[messages.Command]) -> list[Any]:
        """Send ``commands`` at once, and return the answers, one by one; raises as `send` does, after the last."""
        self.start()
        return self._ask(commands)

    def send_ahead(
        self, commands: Sequence[messages.Command], then: Callable[[Callable[[], list[Any]]], object]
    ) -> None:
        """Send ``commands`` at once, and go on without the answers.

        Before any later answer is looked at, or by `catch_up`, ``then`` is called with what returns the answers, or
        raises as `send` does; it has to call that.
        """
        self.start()
        self._owed.append(_Owed(commands, self._put(commands), then))

    def catch_up(self) -> None:
        """Do what is to be done meanwhile, and read the answers to what was sent ahead."""
        try:
            self._work()
            self._settle()
        except Exception:
            self._pass_over()
            raise

    def _work(self) -> None:
        waiting, self.meanwhile = self.meanwhile, []
        for work in waiting:
            work()

    def _settle(self) -> None:
        """Read the answers to what was sent ahead, and do what comes of each."""
        while self._owed:
            commands, lines, then = self._owed.popleft()
            then(partial(self._answers, commands, lines))
            self._work()

    def finish(self) -> None:
        """Do what is left to be done idly."""
        while self.idly:
            self.idly.popleft()()

    def close(self, *, politely: bool = True) -> None:
        """Ask the program to end if ``politely``, and end it and whatever it started in any case."""
        try:
            if politely and self._line is not None:
                with contextlib.suppress(ProgramError):
                    self._ask([messages.Close()])
        finally:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    def _ask(self, commands: Sequence[messages.Command]) -> list[Any]:
        lines = self._put(commands)
        self.catch_up()
        return self._answers(commands, lines)

    def _put(self, commands: Sequence[messages.Command]) -> list[bytes]:
        """Send ``commands``, and return them as they were sent."""
        assert self._line is not None
        if not self._unread and self._line.pending():
            self._note("<", self._line.peek())
            self._fail(Misbehaved, "it wrote to stdout without being asked")
        lines = [messages.command_line(command, self.told) for command in commands]
        self._line.put(b"".join(lines))
        self._unread += len(lines)
        return lines

    def _answers(self, commands: Sequence[messages.Command], lines: Sequence[bytes]) -> list[Any]:
        """The answers to ``commands``, which have been sent as ``lines``; raises as `send` does, after the last."""
        answers: list[Any] = []
        refusal: ProgramError | None = None
        for command, line in zip(commands, lines, strict=True):
            self._note(">", line)
            try:
                answers.append(self._answer(command))
            except (Refused, Skipped) as no:
                refusal = refusal or no
        if refusal is not None:
            raise refusal
        return answers

    def _pass_over(self) -> None:
        """Drop all answers that are still to come, unread; whoever does not give them soon is ended."""
        self._owed.clear()
        until = time.monotonic() + UNWANTED_FOR
        try:
            for _ in range(self._unread):
                assert self._line is not None
                self._line.line(until)
            self._unread = 0
        except (OSError, EOFError, OverflowError):
            self._end()

    def _answer(self, command: messages.Command) -> Any:
        """Wait for the answer to ``command``, which has been sent."""
        line = self._line
        assert line is not None
        while self.idly and not line.pending():
            self.idly.popleft()()
        began = time.monotonic()
        limit, first, kind = self._limit_of(command)
        try:
            reply = line.line(began + limit if self.until is None else min(began + limit, self.until))
        except TimeoutError:
            if line.pending():
                self._note("<", line.peek())
            if self.until is not None and time.monotonic() >= self.until:
                self._fail(OutOfTime, "the run came to its limit")
            hint = "; does it flush its output after each answer?" if isinstance(command, messages.Hello) else ""
            self._fail(TimedOut, f"no answer within {limit:g} s{', its first' if first else ''}{hint}")
        except EOFError:
            if line.pending():
                self._note("<", line.peek())
            status = line.status(1.0)
            self._fail(Misbehaved, "it closed its stdout without answering" if status is None else _ended_by(status))
        except BrokenPipeError:
            self._fail(Misbehaved, "it closed its stdin")
        except OverflowError:
            self._fail(Misbehaved, f"it wrote more than {LINE_LIMIT} bytes without ending a line")
        self._unread -= 1
        if first:
            self._answered.add(kind)
            self._took[kind] = max(self._took.get(kind, 0.0), time.monotonic() - began)
        self._note("<", reply)
        try:
            return self._read(reply, command)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._fail(Misbehaved, f"its answer to {_name(command)} is not the protocol: {error}")

    def _read(self, reply: bytes, command: messages.Command) -> Any:
        """The answer that ``reply`` is, with what it reports put into `reports`."""
        for what in ("edits", "released"):  # which are of one answer
            self.reports.pop(what, None)
        if not self._typed and not isinstance(command, messages.Hello):
            raw = messages.read_hosted(reply, command)
            self.reports |= raw
            self.tells_edits |= "edits" in raw
            if "error" in raw or "skipped" in raw:
                kind = Refused if "error" in raw else Skipped
                raise kind(raw.get("error", raw.get("skipped", "")), self._said(), self._stderr_text())
            return raw
        answer = messages.read_answer(reply, command)
        if isinstance(answer, messages.Refusal):
            raise Refused(answer.error, self._said(), self._stderr_text())
        if isinstance(answer, messages.Skip):
            raise Skipped(answer.skipped, self._said(), self._stderr_text())
        if isinstance(answer, messages.Done | messages.Ready) and not answer.ok:
            raise Refused("it answered ok: false", self._said(), self._stderr_text())
        if isinstance(answer, messages.Done | messages.Chosen) and not isinstance(command, messages.Close):
            for what in set(messages.REPORTS) & self._offered:
                if getattr(answer, what) is msgspec.UNSET:
                    raise msgspec.ValidationError(f"it offers {what}, and does not say it")
                self.reports[what] = getattr(answer, what)
        if isinstance(answer, messages.Done | messages.Chosen) and answer.edits is not msgspec.UNSET:
            self.reports["edits"], self.tells_edits = answer.edits, True
        if isinstance(answer, messages.Chosen) and answer.released is not msgspec.UNSET:
            self.reports["released"] = answer.released
        return answer

    @property
    def _offered(self) -> set[str]:
        return set(self.welcome.offers or ()) if self.welcome is not None else set()

    def _limit_of(self, command: messages.Command) -> tuple[float, bool, tuple[object, ...]]:
        """Seconds that the answer to ``command`` may take, whether it is the first of its kind, and the kind.

        The first answer of a process may have to import or compile something first. Where another process got that
        done, it is known how long that takes.
        """
        if isinstance(command, messages.Open) and isinstance(command.params, Params):
            self._manner = messages.manner(command.params)
        kind, (usual, first) = (type(command), *self._manner), self.limits
        if kind in self._answered or isinstance(command, messages.Close):
            return usual, False, kind
        if kind in self._took:
            return min(first, usual + 4 * self._took[kind]), True, kind
        return first, True, kind

    def _fail(self, kind: type[ProgramError], reason: str) -> NoReturn:
        self._end()
        raise kind(reason, self._said(), self._stderr_text())

    def _end(self) -> None:
        line, self._line, self._unread = self._line, None, 0
        self._owed.clear()
        if line is not None:
            line.close()
            self._last_words = line.stderr

    def _note(self, direction: str, message: bytes) -> None:
        self._conversation.append((direction, message[: 4 * SHOWN]))

    def _said(self) -> tuple[str, ...]:
        """The last messages, each cut to `SHOWN` characters."""
        shown = []
        for direction, message in self._conversation:
            text = message.decode("utf-8", "backslashreplace").rstrip("\n")
            shown.append(f"{direction} {text[:SHOWN]}{'...' if len(text) > SHOWN else ''}")
        return tuple(shown)

    def _stderr_text(self) -> str:
        said = self._last_words if self._line is None else self._line.stderr
        return said.decode("utf-8", "backslashreplace")


def _ended_by(status: int) -> str:
    if status < 0:
        return f"it was ended by {_signal_name(-status)}"
    return f"it ended with status {status} without answering"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name
        return f"signal {number}"


def _name(command: messages.Command) -> str:
    return type(command).__name__.lower()
