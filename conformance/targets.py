"""What the judge talks to: one small interface, whether the allocator is a Python object or a program."""

from __future__ import annotations

import inspect
import operator
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from focalloc.conformance.capabilities import ALL, Capabilities, declared
from focalloc.conformance.watchdog import TimeUp, Watchdog
from focalloc.spec import Geometry, Params, Violation, tampered

_OURS = {Path(str(files(package))) for package in ("focalloc.spec", "focalloc.refimpl", "focalloc.conformance")}
"""Folders whose frames say nothing about where an allocator went wrong."""

ANSWER_LIMIT = 100_000
"""Most actions read from one answer; far beyond any cap, so that an endless answer has an end."""


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


class Target(Protocol):
    """An allocator under judgement.

    Every call may raise `Refused`, `Skipped`, `NoAnswer` or `Lost`. An answer is returned as it came; nothing about
    it is known yet.
    """

    name: str
    speaks_raw: bool
    """Whether `open` can be given a senseless geometry or parameters; a Python object is never given such."""

    def __enter__(self) -> Self:
        """Be ready for use."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Release everything."""

    def begin(self) -> None:
        """Be ready for an `open`; what came before is over."""

    only: Capabilities
    """What its user says that it supports; see `supports`."""

    def supports(self) -> Capabilities:
        """What the allocator says that it supports."""

    def offers(self, what: str) -> bool:
        """Whether the allocator has the optional call ``what``."""

    def open(
        self, geometry: Geometry | Mapping[str, Any], params: Params | Mapping[str, Any], context: Sequence[object]
    ) -> None:
        """Start a session."""

    def step(self, scores: Sequence[int]) -> object:
        """Run an iteration and return its answer."""

    def prefer(self, logits: Sequence[Sequence[float]]) -> object:
        """Run an iteration by a policy's logits and return its answer."""

    def relaxation(self, scores: Sequence[int]) -> object:
        """What the optimum of the next iteration could be worth if actions could be done in part."""

    def ingest(self, blocks: int, scores: Sequence[int]) -> object:
        """Append blocks and return the reclaiming collapses."""

    def knows_ingest_scores(self) -> bool:
        """Whether `ingest` passes its scores on."""

    def report(self, what: str) -> object:
        """What the allocator says of its own state: ``"context"``, ``"positions"`` or ``"ledger_size"``."""

    def changed(self) -> list[Violation]:
        """ANS-2: what was given to the allocator and is no longer as it was."""

    def close(self) -> None:
        """Release everything."""


class PythonTarget:
    """An allocator object in this process.

    It is given copies, which are compared afterwards, and each call has a time limit (see `Watchdog`). If it offers
    ``warmup()``, that is called once per strategy and order of ties, without a limit, as compiling is no answering.

    Args:
        factory: makes a fresh allocator; called once per session.
        name: how reports call it.
        timeout: limit of one call, in seconds.
    """

    speaks_raw = False
    only = ALL

    def __init__(self, factory: Callable[[], Any], name: str = "", timeout: float = 10.0) -> None:
        self.name = name or getattr(factory, "__qualname__", repr(factory))
        self._factory = factory
        self._watchdog = Watchdog(timeout)
        self._limit = f"{timeout:g} s"
        self._allocator: Any = None
        self._given: list[tuple[str, object, object]] = []
        self._warm: set[tuple[object, ...]] = set()

    def __enter__(self) -> Self:
        self._watchdog.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watchdog.__exit__(kind, error, at)

    def close(self) -> None:
        """Stop the watchdog."""
        self.__exit__(None, None, None)

    def begin(self) -> None:
        """Make a fresh allocator."""
        self._given = []
        self._allocator = self._call(self._factory)

    def supports(self) -> Capabilities:
        """What its attribute ``supports`` says."""
        if self._allocator is None:
            self.begin()
        return declared(self._call(lambda: getattr(self._allocator, "supports", None)))

    def offers(self, what: str) -> bool:
        """Whether the object has a method ``what``."""
        return callable(getattr(self._allocator, what, None))

    def knows_ingest_scores(self) -> bool:
        """Whether ``ingest`` takes a second argument."""
        try:
            inspect.signature(self._allocator.ingest).bind(1, [])
        except (TypeError, ValueError):
            return False
        return True

    def open(
        self, geometry: Geometry | Mapping[str, Any], params: Params | Mapping[str, Any], context: Sequence[object]
    ) -> None:
        """Call ``open`` with objects of the spec's types and a list of blocks of its own."""
        if not isinstance(geometry, Geometry) or not isinstance(params, Params):
            raise TypeError("a Python allocator is opened with a Geometry and a Params")
        mine = (Geometry(geometry.arity, geometry.cost), Params(**params.to_dict()))  # type: ignore[arg-type]
        blocks = list(context)
        self._given = [
            ("geometry", geometry, mine[0]),
            ("parameters", params, mine[1]),
            ("context", list(blocks), blocks),
        ]
        self._call(lambda: self._allocator.open(*mine, blocks))
        self._warm_up(params)

    def step(self, scores: Sequence[int]) -> object:
        """Call ``step`` with a list of its own."""
        row = self._lend(scores)
        return self._call(lambda: _plain(self._allocator.step(row)))

    def prefer(self, logits: Sequence[Sequence[float]]) -> object:
        """Call ``prefer`` with a list of lists of its own."""
        rows = [list(row) for row in logits]
        self._given = [*self._given[:3], ("logits", [list(row) for row in rows], rows)]
        return self._call(lambda: _plain(self._allocator.prefer(rows)))

    def relaxation(self, scores: Sequence[int]) -> object:
        """Call ``relaxation`` with a list of its own."""
        row = self._lend(scores)
        return self._call(lambda: self._allocator.relaxation(row))

    def ingest(self, blocks: int, scores: Sequence[int]) -> object:
        """Call ``ingest(blocks, scores)``, or ``ingest(blocks)`` if it takes no more."""
        if not self.knows_ingest_scores():
            return self._call(lambda: _plain(self._allocator.ingest(blocks)))
        row = self._lend(scores)
        return self._call(lambda: _plain(self._allocator.ingest(blocks, row)))

    def report(self, what: str) -> object:
        """Call the method ``what``."""
        return self._call(lambda: _plain(getattr(self._allocator, what)()))

    def changed(self) -> list[Violation]:
        """Compare everything that was given with its original."""
        return [violation for what, before, now in self._given for violation in tampered(before, now, what)]

    def _warm_up(self, params: Params) -> None:
        """Let an allocator that offers ``warmup`` compile first: the limit is on answers, not on getting ready."""
        kind = params.strategy, params.tie_break, params.is_refined
        if kind not in self._warm and self.offers("warmup"):
            try:
                self._allocator.warmup()
            except Exception as error:
                raise Refused(_told(error)) from error
        self._warm.add(kind)

    def _lend(self, scores: Sequence[int]) -> list[int]:
        row = list(scores)
        self._given = [*self._given[:3], ("scores", list(row), row)]
        return row

    def _call(self, function: Callable[[], Any]) -> Any:
        try:
            return self._watchdog.call(function)
        except TimeUp:
            raise NoAnswer(self._limit) from None
        except NotImplementedError as no:
            raise Skipped(str(no) or "not implemented") from no
        except (Exception, SystemExit, GeneratorExit) as error:  # an answer of a kind
            raise Refused(_told(error)) from error


def _told(error: BaseException) -> str:
    """``error`` in words, with the last line of the allocator's own code that it went through."""
    said = "".join(traceback.format_exception_only(error)).strip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent not in _OURS]
    return f"{said} ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else said


def _plain(answer: object) -> object:
    """Iterables as lists and anything that counts as an integer as `int`, all the way down; the rest as it is."""
    if type(answer) is int or isinstance(answer, str | bytes | Mapping | bool):  # the first, as there are thousands
        return answer
    try:
        return operator.index(answer)  # type: ignore[arg-type]
    except TypeError:
        pass
    try:
        items = iter(answer)  # type: ignore[call-overload]
    except TypeError:
        return answer
    return [_plain(item) for item in islice(items, ANSWER_LIMIT)]


def as_pairs(reported: object) -> list[tuple[int, int]] | None:
    """``reported`` as (level, start) pairs, or None if it is no list of those."""
    if not isinstance(reported, list):
        return None
    found = []
    for pair in reported:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(_whole(value) for value in pair):
            return None
        found.append((pair[0], pair[1]))
    return found


def as_integers(reported: object) -> list[int] | None:
    """``reported`` as a list of integers, or None if it is none."""
    return reported if isinstance(reported, list) and all(_whole(value) for value in reported) else None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
