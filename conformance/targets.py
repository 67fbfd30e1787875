"""What the judge talks to: one small interface, whether the allocator is a Python object or a program.

Either is a process of its own that speaks wire protocol 1; a Python object has a small host that does so for it (see
`focalloc.conformance.host`), and offers more than the programs of most people do.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from types import TracebackType
from typing import Any, Protocol, Self

import msgspec

from focalloc.conformance import messages, process
from focalloc.conformance.capabilities import ALL, Capabilities, declared
from focalloc.conformance.cases import Pinning, Told
from focalloc.conformance.host import ANSWER_LIMIT, Host, converse
from focalloc.conformance.process import START_TIMEOUT, TIMEOUT, ProcessAllocator
from focalloc.spec import Action, Geometry, InvalidInput, Params, Violation, tampered
from focalloc.spec.layout import Outline


class Refused(Exception):
    """The allocator said no: an exception, or ``{"error": ...}`` over the wire."""


class Skipped(Exception):
    """The allocator does not support what it was asked: `NotImplementedError`, or ``{"skipped": ...}``."""


class NoAnswer(Exception):
    """The allocator did not answer in time (ANS-1); the message is the limit.

    Args:
        limit: the time it had.
        context: lines that say what went before; empty if nothing is known.
    """

    def __init__(self, limit: str, context: str = "") -> None:
        super().__init__(limit)
        self.context = context


class Lost(Exception):
    """There is nothing left to talk to, or it does not make sense: a program that died or answered garbage."""


class NotStarted(Lost):
    """There never was anything to talk to."""


class RunOver(Exception):
    """The run as a whole has come to its limit in time; nothing can be said of the call."""


class Target(Protocol):
    """An allocator under judgement.

    Every call may raise `Refused`, `Skipped`, `NoAnswer`, `Lost` or `RunOver`. An answer is returned as it came;
    nothing about it is known yet.
    """

    name: str
    isolated: bool
    """Whether it is in a process of its own."""

    until: float | None
    """Time, of `time.monotonic`, at which the run as a whole ends; None for none."""

    told: Told
    """How much of an opening is said; see `Case`."""

    @property
    def limits(self) -> tuple[float, float]:
        """Seconds that an answer may take, and the first of its kind in a process."""

    speaks_raw: bool
    """Whether `open` can be given a senseless geometry or parameters; a Python object is never given such."""

    def __enter__(self) -> Self:
        """Be ready for use."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Release everything."""

    def begin(self) -> None:
        """Be ready for an `open`; what came before is over."""

    def restart(self) -> None:
        """Have the next session in a process that nothing was asked of; where there is none, in what there is."""

    def version(self) -> str:
        """What it says of its version; of a Python module, a digest of what that imported."""

    only: Capabilities
    """What its user says that it supports; see `supports`."""

    def supports(self) -> Capabilities:
        """What the allocator says that it supports."""

    def offers(self, what: str) -> bool:
        """Whether the allocator has the optional call ``what``, and nobody says that it does not support it."""

    def open(
        self, geometry: Geometry | Mapping[str, Any], params: Params | Mapping[str, Any], context: Sequence[object]
    ) -> None:
        """Start a session."""

    def step(self, scores: Sequence[int], cursor: int | None = None) -> object:
        """Run an iteration and return its answer; the cursor stands at the end of the context if there is none."""

    def prefer(self, logits: Sequence[Sequence[float]]) -> object:
        """Run an iteration by a policy's logits and return its answer."""

    def relaxation(self, scores: Sequence[int]) -> object:
        """What the optimum of the next iteration could be worth if actions could be done in part."""

    def layout(self, outline: Outline) -> object:
        """The blocks by which a history would be shown at first."""

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> object:
        """Append blocks and return the reclaiming collapses; with ``release`` the oldest blocks may leave."""

    def ingest_tokens(self, tokens: int, scores: Sequence[int], *, release: bool = False) -> object:
        """Say that so many tokens came; else as `ingest`."""

    def release(self, token: int) -> None:
        """Let all blocks before ``token`` go."""

    def pin(self, pinning: Pinning) -> None:
        """Pin tokens, or lift them."""

    def knows_ingest_scores(self) -> bool:
        """Whether `ingest` passes its scores on."""

    def report(self, what: str) -> object:
        """What the allocator said last of its own state: ``"context"``, ``"positions"``, ``"ledger_size"``, ``"pins"``
        or ``"unfilled"``; or what the last answer told: ``"edits"`` or ``"released"``, None if it told none."""

    def changed(self) -> list[Violation]:
        """ANS-2: what was given to the allocator and is no longer as it was."""

    def ahead(self, call: Callable[[], object], then: Callable[[Callable[[], object]], object]) -> None:
        """Make ``call``, one of those here, and go on without its answer where that can wait.

        Before any later answer is looked at, or by `catch_up`, ``then`` is called with what returns or raises what
        ``call`` does; it has to call that.
        """

    def meanwhile(self, work: Callable[[], object]) -> None:
        """Have ``work``, which no answer depends on, done while the next one is awaited.

        If it raises something, that is what the next call raises, whatever comes of it.
        """

    def catch_up(self) -> None:
        """Do what is left of that; raises what it raises."""

    def idly(self, work: Callable[[], object]) -> None:
        """Have ``work`` done while there is nothing to do but to wait for an answer, or by `finish`."""

    def finish(self) -> None:
        """Do what is left of that."""

    def close(self) -> None:
        """Release everything."""


class WireTarget:
    """Whoever speaks wire protocol 1; what Python allocators and programs have in common.

    Args:
        name: how reports call it.
        conversation: how to speak to it.
    """

    speaks_raw = False
    isolated = True
    only = ALL

    def __init__(self, name: str, conversation: ProcessAllocator) -> None:
        self.name = name
        self._wire = conversation

    @property
    def until(self) -> float | None:
        """When the run as a whole ends."""
        return self._wire.until

    @until.setter
    def until(self, time: float | None) -> None:
        self._wire.until = time

    @property
    def limits(self) -> tuple[float, float]:
        """Seconds that an answer may take, and the first of its kind in a process."""
        return self._wire.limits

    @property
    def told(self) -> Told:
        """How much of an opening is said."""
        return self._wire.told

    @told.setter
    def told(self, told: Told) -> None:
        self._wire.told = told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wire.close(politely=error is None)

    def close(self) -> None:
        """End the process, and whatever it started."""
        self._wire.close()

    def restart(self) -> None:
        """End the process; `begin` starts another."""
        if self.isolated:
            self._wire.close()

    def begin(self) -> None:
        """Start the process if it is not running; a new session replaces the old one."""
        self._wire.meanwhile.clear()
        self._call(self._wire.start)

    def version(self) -> str:
        """What it said of its version in answer to ``hello``; of a Python module, a digest of what it has imported."""
        welcome: messages.Welcome = self._call(self._wire.start)
        return welcome.version

    def supports(self) -> Capabilities:
        """What it said in answer to ``hello``."""
        welcome: messages.Welcome = self._call(self._wire.start)
        return welcome.supports or ALL

    def offers(self, what: str) -> bool:
        """Whether it said that it offers ``what``, and supports it; for edits, whether some answer had them."""
        if what == "edits":
            return self._wire.tells_edits
        return what in self._offered() and what not in self.only.without and what not in self._lacked()

    def knows_ingest_scores(self) -> bool:
        """Whether it said that it takes notice of the scores of an ingest."""
        return "ingest_scores" in self._offered()

    def changed(self) -> list[Violation]:
        """A program cannot change what it was sent."""
        return []

    def ahead(self, call: Callable[[], object], then: Callable[[Callable[[], object]], object]) -> None:
        """Make ``call`` and ``then`` at once: a program may read no more than one command at a time."""
        then(call)

    def meanwhile(self, work: Callable[[], object]) -> None:
        """Have ``work`` done once the next command has been sent."""
        self._wire.meanwhile.append(work)

    def catch_up(self) -> None:
        """Do what is left of that."""
        self._wire.catch_up()

    def idly(self, work: Callable[[], object]) -> None:
        """Have ``work`` done while an answer is awaited that is not there yet."""
        self._wire.idly.append(work)

    def finish(self) -> None:
        """Do what is left of that."""
        self._wire.finish()

    def _offered(self) -> Sequence[str]:
        welcome = self._wire.welcome
        return messages.USUAL if welcome is None or welcome.offers is None else welcome.offers

    def _lacked(self) -> Sequence[str]:
        """The calls that it said it does not support."""
        welcome = self._wire.welcome
        return () if welcome is None or welcome.supports is None else welcome.supports.without

    def _call(self, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except process.Refused as no:
            if self._wire.welcome is None:
                raise NotStarted(f"it refused to say hello: {no.reason}") from no
            raise Refused(no.reason) from no
        except process.Skipped as no:
            if self._wire.welcome is None:
                raise NotStarted(f"it skipped hello: {no.reason}") from no
            raise Skipped(no.reason) from no
        except process.TimedOut as late:
            raise NoAnswer(late.reason.removeprefix("no answer within "), _context(late)) from late
        except process.OutOfTime as late:
            raise RunOver(late.reason) from late
        except process.Misbehaved as lost:
            kind = NotStarted if self._wire.welcome is None else Lost
            raise kind(f"{lost.reason}\n{_context(lost)}".rstrip()) from lost


class PythonTarget(WireTarget):
    """A Python allocator, in a copy of this process where the platform can fork.

    Elsewhere, or if ``isolate`` is false, it is in a thread of this process, and then nothing guards the judge against
    an allocator that ends the process, holds the interpreter's lock, or changes what the judge is made of.

    Args:
        factory: makes a fresh allocator; called once per session.
        name: how reports call it.
        timeout: limit of one call, in seconds.
        start_timeout: limit of the first call of each kind in a process, in seconds: what it imports and compiles
            belongs there, or in a method ``warmup()``, which is called after the first ``open``.
        isolate: whether the allocator is in a process of its own.
    """

    def __init__(
        self,
        factory: Callable[[], Any],
        name: str = "",
        timeout: float = TIMEOUT,
        start_timeout: float = START_TIMEOUT,
        *,
        isolate: bool = True,
    ) -> None:
        name = name or getattr(factory, "__qualname__", repr(factory))
        self.isolated = isolate and hasattr(os, "fork")

        def serve(commands: int, answers: int) -> None:
            converse(Host(factory, name), commands, answers)

        def connect() -> process.Line:
            return process.forked(serve) if self.isolated else process.threaded(serve)

        super().__init__(name, ProcessAllocator(connect, timeout, start_timeout, typed=False))
        self._waiting: list[messages.Command] = []
        self._then: Callable[[Callable[[], object]], object] | None = None
        self._came: dict[str, tuple[object, object]] = {}  # of each report the latest, and what that is

    def begin(self) -> None:
        """Have a fresh allocator made, together with the next call."""
        self._wire.meanwhile.clear()
        self._wire.reports.clear()
        self._waiting = [messages.Fresh()]

    def supports(self) -> Capabilities:
        """What the attribute ``supports`` of an allocator says."""
        if "supports" not in self._wire.reports:
            self.begin()
            self._say_first()
        said = self._wire.reports.get("supports")
        if isinstance(said, dict) and isinstance(refused := said.get("refused"), list) and len(refused) == 3:
            raise InvalidInput(*refused)
        return declared(said)

    def _say_first(self) -> None:
        """Say what waits to be said together with the next call."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._call(lambda: self._wire.send_all(waiting))

    def offers(self, what: str) -> bool:
        """Whether the object has a method ``what``, and its attribute ``supports`` does not say that it lacks it."""
        self._say_first()
        return super().offers(what)

    def _offered(self) -> Sequence[str]:
        offered: Sequence[str] = self._wire.reports.get("offers", ())
        return offered

    def _lacked(self) -> Sequence[str]:
        said = self._wire.reports.get("supports")
        without = said.get("without") if isinstance(said, dict) else None
        return without if isinstance(without, list) else ()

    def knows_ingest_scores(self) -> bool:
        """Whether ``ingest`` takes a second argument."""
        return self.offers("ingest_scores")

    def open(
        self, geometry: Geometry | Mapping[str, Any], params: Params | Mapping[str, Any], context: Sequence[object]
    ) -> None:
        """Call ``open`` with objects of the spec's types and a list of blocks of its own."""
        if not isinstance(geometry, Geometry) or not isinstance(params, Params):
            raise TypeError("a Python allocator is opened with a Geometry and a Params")
        blocks: Any = list(context)
        self._ask(messages.Open(geometry=geometry, params=params, context=blocks))

    def step(self, scores: Sequence[int], cursor: int | None = None) -> object:
        """Call ``step`` with a list of its own, and with a cursor if there is one."""
        command = messages.Step(list(scores), msgspec.UNSET if cursor is None else cursor)
        return self._ask(command, "actions")

    def prefer(self, logits: Sequence[Sequence[float]]) -> object:
        """Call ``prefer`` with a list of lists of its own."""
        rows: Any = list(logits)
        return self._ask(messages.Prefer(rows), "actions")

    def relaxation(self, scores: Sequence[int]) -> object:
        """Call ``relaxation`` with a list of its own."""

        def read(said: Any) -> object:
            try:
                return _fractions(msgspec.convert(said, messages.Relaxed))
            except (msgspec.ValidationError, ZeroDivisionError):
                return _as_it_came(said)

        return self._ask(messages.Relaxation(list(scores)), "relaxation", read)

    def layout(self, outline: Outline) -> object:
        """Call ``layout``, with scores in a list of its own if there are any."""
        return self._ask(_laying(outline), "blocks")

    def pin(self, pinning: Pinning) -> None:
        """Call ``pin`` or ``unpin``."""
        self._ask(_pinning(pinning))

    def release(self, token: int) -> None:
        """Call ``release(token)``."""
        self._ask(messages.Release(token))

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> object:
        """Call ``ingest(blocks, scores)``, or ``ingest(blocks)`` if it takes no more; ``release=True`` if asked."""
        return self._ask(messages.Ingest(blocks, list(scores), release), "actions")

    def ingest_tokens(self, tokens: int, scores: Sequence[int], *, release: bool = False) -> object:
        """Call ``ingest_tokens(tokens, scores)``; ``release=True`` if asked."""
        return self._ask(messages.IngestTokens(tokens, list(scores), release), "actions")

    def report(self, what: str) -> object:
        """What the method ``what`` returned after the last call."""
        said = self._wire.reports.get(what)
        if isinstance(said, dict) and "error" in said:
            raise Refused(f"{what}: {said['error']}")
        if isinstance(said, dict) and "skipped" in said:
            raise Skipped(f"{what}: {said['skipped']}")
        if what not in self._came or self._came[what][0] is not said:
            self._came[what] = said, _as_it_came(said)
        return self._came[what][1]

    def changed(self) -> list[Violation]:
        """What its host found changed of all that it was given."""
        return [found for what in self._wire.reports.get("changed", ()) for found in tampered(None, what, str(what))]

    def ahead(self, call: Callable[[], object], then: Callable[[Callable[[], object]], object]) -> None:
        """Make ``call`` without waiting for what comes of it; its host reads the next command when it has answered."""
        self._say_first()  # by what comes of it the judge knows what to ask for
        self._then = then
        try:
            call()
        except Refused:  # it cannot even be said, and that is heard of in its turn: then nothing is sent, either
            self._wire.send_ahead([], lambda _: then(call))
        finally:
            self._then = None

    def _ask(self, command: messages.Command, what: str = "", read: Callable[[Any], object] | None = None) -> Any:
        """``what`` the answer holds, as ``read`` has it or as it came; nothing yet within `ahead`."""
        commands, self._waiting = [*self._waiting, command], []
        then = self._then

        def answer(ask: Callable[[], list[Any]]) -> object:
            said = self._call(ask)[-1].get(what)
            return _as_it_came(said) if read is None else read(said)

        if then is None:
            return answer(lambda: self._wire.send_all(commands))
        return self._call(lambda: self._wire.send_ahead(commands, lambda ask: then(lambda: answer(ask))))


class ModuleTarget(PythonTarget):
    """A Python allocator that ``module:factory`` names, in a fresh interpreter.

    Args:
        target: ``module:factory``.
        timeout: as in `PythonTarget`.
        start_timeout: as in `PythonTarget`; the import of the module is part of it.
    """

    def __init__(self, target: str, timeout: float = TIMEOUT, start_timeout: float = START_TIMEOUT) -> None:
        super().__init__(lambda: None, target, timeout, start_timeout)
        start = "import sys, json; sys.path[:] = json.loads(sys.argv[2]); from focalloc.conformance import host; "
        words = [sys.executable, "-P", "-c", f"{start}host.main(sys.argv[1])", target, json.dumps(sys.path)]
        self._wire = ProcessAllocator(lambda: process.executed(words), timeout, start_timeout, typed=False)

    def __enter__(self) -> Self:
        try:
            self._wire.start()
        except process.Misbehaved as lost:
            raise InvalidInput("target", self.name, f"importing it failed: {lost.reason}\n{_context(lost)}") from None
        except process.ProgramError as no:
            raise InvalidInput("target", self.name, no.reason) from None
        return self


class ProgramTarget(WireTarget):
    """A program that is started when it is first needed, and again after it died or was ended.

    Args:
        command: the program and its arguments, as one would type them.
        timeout: limit of one answer, in seconds.
        start_timeout: limit of the first answer of each kind of a process, in seconds.

    Raises:
        InvalidInput: the command names no program.
    """

    speaks_raw = True

    def __init__(self, command: str, timeout: float = TIMEOUT, start_timeout: float = START_TIMEOUT) -> None:
        super().__init__(command, ProcessAllocator(command, timeout, start_timeout))

    def open(
        self, geometry: Geometry | Mapping[str, Any], params: Params | Mapping[str, Any], context: Sequence[object]
    ) -> None:
        """Send ``open``, senseless values as they are."""
        blocks: Any = [tuple(block) if isinstance(block, tuple | list) else block for block in context]
        shape: Any = geometry
        values: Any = params
        self._call(lambda: self._wire.send(messages.Open(geometry=shape, params=values, context=blocks)))

    def step(self, scores: Sequence[int], cursor: int | None = None) -> object:
        """Send ``step`` and return the actions."""
        return self._call(lambda: self._wire.step(scores, cursor)[:ANSWER_LIMIT])

    def prefer(self, logits: Sequence[Sequence[float]]) -> object:
        """Send ``prefer`` and return the actions."""
        rows: Any = list(logits)
        return self._call(lambda: self._wire.send(messages.Prefer(rows)).actions[:ANSWER_LIMIT])

    def relaxation(self, scores: Sequence[int]) -> object:
        """Send ``relaxation`` and return the bound, the shares and the prices."""
        said = self._call(lambda: self._wire.send(messages.Relaxation(list(scores))))
        try:
            return _fractions(said)
        except ZeroDivisionError:
            return said

    def layout(self, outline: Outline) -> object:
        """Send ``layout`` and return the blocks."""
        return self._call(lambda: self._wire.send(_laying(outline)).blocks[:ANSWER_LIMIT])

    def pin(self, pinning: Pinning) -> None:
        """Send ``pin`` or ``unpin``."""
        self._call(lambda: self._wire.send(_pinning(pinning)))

    def release(self, token: int) -> None:
        """Send ``release``."""
        self._call(lambda: self._wire.send(messages.Release(token)))

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> object:
        """Send ``ingest`` and return the reclaiming collapses."""
        command = messages.Ingest(blocks, list(scores), release)
        return self._call(lambda: self._wire.send(command).actions[:ANSWER_LIMIT])

    def ingest_tokens(self, tokens: int, scores: Sequence[int], *, release: bool = False) -> object:
        """Send ``ingest_tokens`` and return the reclaiming collapses."""
        command = messages.IngestTokens(tokens, list(scores), release)
        return self._call(lambda: self._wire.send(command).actions[:ANSWER_LIMIT])

    def report(self, what: str) -> object:
        """What the last answer said of ``what``, as far as it is read."""
        return _cut(self._wire.reports.get(what))


def _cut(said: Any) -> Any:
    """``said`` with no row longer than an answer is read."""
    if isinstance(said, tuple):
        return tuple(map(_cut, said))
    return said[:ANSWER_LIMIT] if isinstance(said, list) else said


def _context(error: process.ProgramError) -> str:
    """What was said last, over the wire and to stderr."""
    lines = []
    if error.conversation:
        lines += ["the last messages:", *(f"  {line}" for line in error.conversation)]
    if error.stderr.strip():
        lines += ["the end of its stderr:", *(f"  {line}" for line in error.stderr.strip().splitlines()[-12:])]
    return "\n".join(lines)


def _pinning(pinning: Pinning) -> messages.Pin | messages.Unpin:
    kind = messages.Unpin if pinning.lift else messages.Pin
    return kind(pinning.first, pinning.last, pinning.collapse, pinning.expand)


class Foreign:
    """Something that an allocator answered and JSON cannot say; it is equal to nothing else.

    Args:
        said: what it calls itself.
    """

    def __init__(self, said: object) -> None:
        self._said = str(said)

    def __repr__(self) -> str:
        return self._said


def _as_it_came(answer: Any) -> Any:
    """``answer`` with a `Foreign` in place of what JSON cannot say."""
    if isinstance(answer, dict):
        return Foreign(answer.get("object"))
    if isinstance(answer, list):
        kinds = set(map(type, answer))
        if dict in kinds or (list in kinds and not (kinds == {list} and _flat(answer))):
            return [_as_it_came(item) for item in answer]
    return answer


def _flat(rows: list[list[Any]]) -> bool:
    """Whether rows hold integers and texts only."""
    return set(map(type, chain.from_iterable(rows))) <= {int, str}


def _laying(outline: Outline) -> messages.Layout:
    """The command that asks for a layout; a cursor at the end goes without saying."""
    scores = msgspec.UNSET if outline.scores is None else list(outline.scores)
    cursor = msgspec.UNSET if outline.cursor == outline.last else outline.cursor
    return messages.Layout(outline.first, outline.last, scores, cursor)


def _fractions(said: messages.Relaxed) -> tuple[Fraction, dict[Action, Fraction], Fraction, Fraction]:
    shares: dict[Action, Fraction] = {
        Action(kind, level, start): Fraction(part)  # type: ignore[arg-type]
        for kind, level, start, part in said.shares
    }
    slot_price, action_price = map(Fraction, said.prices)
    return Fraction(said.bound), shares, slot_price, action_price


def as_pairs(reported: object) -> list[tuple[int, int]] | None:
    """``reported`` as (level, start) pairs, or None if it is no list of those."""
    if not isinstance(reported, list):
        return None
    listed = set(map(type, reported)) == {list} and set(map(len, reported)) == {2}  # as mostly, and there are many
    if listed and set(map(type, chain.from_iterable(reported))) == {int}:
        return [(level, start) for level, start in reported]
    found = []
    for pair in reported:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(_whole(value) for value in pair):
            return None
        found.append((pair[0], pair[1]))
    return found


def as_integers(reported: object) -> list[int] | None:
    """``reported`` as a list of integers, or None if it is none."""
    if not isinstance(reported, list):
        return None
    return reported if set(map(type, reported)) <= {int} or all(map(_whole, reported)) else None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
