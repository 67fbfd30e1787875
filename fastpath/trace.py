"""Traces: what sessions were given and what they did, recorded in production and read back anywhere.

>>> alloc = Recorder(alloc, "session.jsonl")  # and use it as before; close it at the end

A trace is JSON Lines in UTF-8, compressed if its name ends in ``.gz``. Each line is one object of one of two shapes
(``trace-1.schema.json`` beside this file has them as JSON Schema). A session begins, or goes on from another state:

    {"trace": 1, "state": {"version": 1, "iteration": 0, "geometry": ..., "params": ..., "context": ..., "ledger": []}}

``trace`` is the version of the format; ``state`` is as in `focalloc.fastpath.snapshot`. Then one line per call:

    {"event": "step", "scores": [0, 838860, -48000], "actions": [["expand", 1, 1024]], "seconds": 6.1e-06}
    {"event": "ingest", "blocks": 1, "actions": [["collapse", 1, 0]], "seconds": 2.3e-05}
    {"event": "ingest_tokens", "tokens": 7, "actions": [], "seconds": 9.0e-06}
    {"event": "apply", "actions": [], "seconds": 1.1e-05}
    {"event": "release", "token": 1024, "seconds": 1.2e-05}

Scores are in fixed point, one per slot, or one per block where ``"per": "block"`` says so; an ingest may have none. A
step that was told a cursor (CUR-1) has that token as ``"cursor"``. ``apply`` is an iteration whose actions came from
elsewhere. An ingest that may let the oldest blocks go has ``"release": true``, and if it did, ``"released"``: the token
that the context begins with since. ``seconds`` is how long the call took.
"""

from __future__ import annotations

import gzip
import json
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath import wrapper
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Plan
from focalloc.fastpath.scores import score_array
from focalloc.fastpath.snapshot import from_json, known_fields, to_json
from focalloc.fastpath.wrapper import Wrapper
from focalloc.spec import json_text
from focalloc.spec.actions import Action
from focalloc.spec.errors import InvalidInput, file_path, one_of, truth, whole_number
from focalloc.spec.filling import checked_tokens
from focalloc.spec.geometry import MAX_TOKEN
from focalloc.spec.ingest import checked_size
from focalloc.spec.release import checked_front
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE, checked_scores, slot_scores
from focalloc.spec.state import State, advanced, ingested, ingested_tokens, released
from focalloc.spec.violations import filling_violations, violations

VERSION = 1
"""Version of the format that this release writes, and the latest that it reads."""

LONGEST_LINE = 2**28
"""Most characters of a line that is read: the scores of some twenty million slots."""

LOGGER = logging.getLogger("focalloc")

Call = Literal["step", "ingest", "ingest_tokens", "apply", "release"]

SAID = {"ingest": "blocks", "ingest_tokens": "tokens"}
"""Call -> the field that says how much comes."""


# WRITING


class Recorder(Wrapper):
    """An allocator whose calls are recorded: used in its place, it does what the allocator does.

    Every call that changes the session is recorded; `prefer` as an ``apply`` of what it did. A call that is refused is
    not recorded. Where the session is another than the last line led to, or its pins are, the trace goes on from its
    state. If the file can no longer be written, that is reported to the logger ``focalloc``, and the session goes on
    unrecorded.

    Args:
        allocator: the allocator, in a session or before one.
        path: the file to write, in place of any that is there.

    Raises:
        InvalidInput: ``path`` is none, or the file cannot be written.

    Example:
        >>> from focalloc import Allocator, Recorder
        >>> with Recorder(Allocator(), "session.jsonl") as recorded:
        ...     recorded.load([(1, 0)])
        ...     plan = recorded.step([1.0])
    """

    def __init__(self, allocator: Allocator | Wrapper, path: str | Path) -> None:
        super().__init__(allocator)
        self._recorded: wrapper.Mark | None = None
        try:
            self._file: IO[str] | None = _opened(file_path("path", path), "wt")
        except OSError as error:
            raise InvalidInput("path", str(path), error.strerror or str(error)) from error

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, call: wrapper.Call, *arguments: Any, **options: Any) -> Plan:
        if self._recorded != self._mark():
            self._write({"trace": VERSION, "state": to_json(self.allocator.state())})
            self._recorded = self._mark()
        begun = time.perf_counter()
        plan = super()._call(call, *arguments, **options)
        seconds = time.perf_counter() - begun
        given: dict[str, object] = {"event": "apply" if call == "prefer" else call}
        if call in SAID:
            given |= {SAID[call]: int(arguments[0])}
        if options.pop("release", False):
            given |= {"release": True} | ({} if plan.released is None else {"released": plan.released})
        if (cursor := options.pop("cursor", None)) is not None:
            given |= {"cursor": int(cursor)}
        if call in ("step", *SAID) and arguments[-1] is not None:
            given |= _given(arguments[-1], **options)
        told = {"token": int(arguments[0])} if call == "release" else {"actions": plan.actions}
        self._write(given | told | {"seconds": float(f"{seconds:.3g}")})
        self._recorded = self._mark()
        return plan

    def close(self) -> None:
        """Finish the file; what follows is not recorded."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, line: dict[str, object]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
            self._file.flush()
        except OSError:
            LOGGER.exception("the trace can no longer be written; the session goes on unrecorded")
            self._file = None


def _given(scores: ArrayLike, per_block: bool) -> dict[str, object]:
    """The scores as a line holds them; the allocator has accepted them."""
    given = score_array(scores)
    fixed: NDArray[Any] = given if given.dtype.kind == "i" else np.rint(given * given.dtype.type(SCORE_SCALE))
    return {"scores": fixed.astype(np.int64).tolist()} | ({"per": "block"} if per_block else {})


def _opened(path: Path, mode: str) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, mode, encoding="utf-8"))
    return cast("IO[str]", path.open(mode, encoding="utf-8"))


# READING


class Event(NamedTuple):
    """One call of a recorded session.

    Attributes:
        session: number of the session in the trace, from 0.
        call: which call.
        before: the state it was made in.
        blocks: new level-0 blocks of an ingest, else 0.
        scores: one fixed-point score per slot; zeros for an ``apply``, a release or an ingest without scores.
        actions: what was done.
        seconds: how long it took.
        release: whether an ingest might let the oldest blocks go (REL-4).
        released: the token that the context was released to; None if nothing was let go.
        tokens: of an ingest of tokens, else 0.
        cursor: the token that the iteration measured nearness from; None for the end of the context (CUR-1).
    """

    session: int
    call: Call
    before: State
    blocks: int
    scores: Sequence[int]
    actions: tuple[Action, ...]
    seconds: float
    release: bool = False
    released: int | None = None
    tokens: int = 0
    cursor: int | None = None

    @property
    def after(self) -> State:
        """The state it led to."""
        if self.blocks:
            return ingested(self.before, self.actions, self.blocks, self.released)
        if self.tokens:
            return ingested_tokens(self.before, self.actions, self.tokens, self.released)
        if self.released is not None:
            return released(self.before, self.released)
        return advanced(self.before, self.actions, self.scores if self.call == "step" else None)


def events(path: str | Path) -> Iterator[Event]:
    """The calls in the trace at ``path``, in order, each checked against the format and profile ``safety``.

    Raises:
        InvalidInput: there is no such file, or a line is not what the format asks for; names line and field.
    """
    session, state = -1, None
    for number, line in _lines(file_path("path", path)):
        try:
            if "trace" in line:
                session, state = session + 1, _state(line)
                continue
            if state is None:
                raise InvalidInput("trace", None, "the first line must have it, with a state")
            event = _event(session, state, line)
            state = event.after
        except InvalidInput as no:
            raise InvalidInput(f"{path}, line {number}: {no.field}", no.value, no.rule) from None
        yield event
    if state is None:
        raise InvalidInput("trace", str(path), "holds no session")


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with _opened(path, "rt") as file:
            for number, text in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), ""), 1):
                if len(text) > LONGEST_LINE:  # of a file that decompresses to more than there is memory, perhaps
                    raise InvalidInput(f"{path}, line {number}", text[:40], f"is longer than {LONGEST_LINE} characters")
                line = json_text.from_json(f"{path}, line {number}", text)
                if not isinstance(line, dict):
                    raise InvalidInput(f"{path}, line {number}", text[:40], "must be an object")
                yield number, line
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput("trace", str(path), getattr(error, "strerror", None) or str(error)) from error


def _state(line: dict[str, Any]) -> State:
    known_fields("line", line, {"trace", "state"})
    version = whole_number("trace", line["trace"], 1, 2**16 - 1)
    if version > VERSION:
        raise InvalidInput("trace", version, f"is newer than {VERSION}, the latest that this release reads")
    return from_json(line["state"])


FIELDS: dict[Call, tuple[set[str], set[str]]] = {
    "step": ({"event", "scores", "actions", "seconds"}, {"per", "cursor"}),
    "ingest": ({"event", "blocks", "actions", "seconds"}, {"scores", "per", "release", "released"}),
    "ingest_tokens": ({"event", "tokens", "actions", "seconds"}, {"scores", "per", "release", "released"}),
    "apply": ({"event", "actions", "seconds"}, set()),
    "release": ({"event", "token", "seconds"}, set()),
}
"""Call -> the fields that its line has, and those that it may have."""


def _event(session: int, state: State, line: dict[str, Any]) -> Event:
    event: Any = line.get("event")
    call: Call = one_of("event", event, FIELDS)
    known_fields("line", line, *FIELDS[call])
    blocks = checked_size(line["blocks"]) if call == "ingest" else 0
    tokens = checked_tokens(line["tokens"]) if call == "ingest_tokens" else 0
    scores = _scores(state, line.get("scores"), line.get("per", "slot"))
    actions = tuple(_actions(line.get("actions", [])))
    release = truth("release", line.get("release", False))
    front = checked_front(state.context, line["token"]) if call == "release" else line.get("released")
    cursor = whole_number("cursor", line["cursor"], 0, MAX_TOKEN) if "cursor" in line else None
    seconds = line["seconds"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < float("inf"):
        raise InvalidInput("seconds", seconds, "must be a number of seconds, at least 0")
    if call in SAID:
        come = tokens or blocks * state.geometry.span(0)
        found = filling_violations(state, scores, come, actions, release=release, front=front)
    else:
        found = [] if call == "release" else violations(state, scores, actions, cursor=cursor)
    for violation in found[:1]:
        raise InvalidInput("actions", [list(one) for one in actions], f"{violation.message} ({violation.clause})")
    let_go = release, front, tokens
    return Event(session, call, state, blocks, scores, actions, float(seconds), *let_go, cursor)


def _scores(state: State, given: object, per: object) -> Sequence[int]:
    one_of("per", per, ("slot", "block"))
    if given is None:
        return [0] * state.used
    if not isinstance(given, list):
        raise InvalidInput("scores", given, "must be a list of fixed-point integers")
    for i, score in enumerate(given):
        whole_number(f"scores[{i}]", score, 1 - SCORE_LIMIT, SCORE_LIMIT - 1)
    if per == "block":
        if len(given) != len(state.context):
            raise InvalidInput("scores", len(given), f"there must be one per block, {len(state.context)} in all")
        given = slot_scores(state.geometry, state.context, given)
    checked_scores(state.geometry, state.context, given)
    return given


def _actions(given: object) -> Iterable[Action]:
    if not isinstance(given, list):
        raise InvalidInput("actions", given, "must be a list")
    for i, action in enumerate(given):
        if not isinstance(action, list) or len(action) != 3 or action[0] not in ("expand", "collapse"):
            raise InvalidInput(f"actions[{i}]", action, "must be [expand or collapse, level, start]")
        kind, level, start = action
        level = whole_number(f"actions[{i}][1]", level, 1, 31)
        yield Action(kind, level, whole_number(f"actions[{i}][2]", start, 0, MAX_TOKEN))
