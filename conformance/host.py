"""The small program that a Python allocator is judged in: it makes the allocator, and speaks wire protocol 1 for it.

``python -m focalloc.conformance.host MODULE:FACTORY`` is judged as any other program is. Answers are passed on as the
allocator gave them, right or wrong, since judging them is the judge's; what JSON cannot say becomes
``{"object": "what repr says of it"}``.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import operator
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from fractions import Fraction
from importlib.resources import files
from itertools import chain, islice
from typing import Any

import msgspec

from focalloc.conformance import messages
from focalloc.conformance.capabilities import declared
from focalloc.conformance.contents import imported
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.edits import Edit
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import OFFERED, Params

ANSWER_LIMIT = 100_000
"""Most actions read from one answer; far beyond any cap, so that an endless answer has an end."""

REPR_LIMIT = 400
"""Characters of what an object that JSON cannot say calls itself."""

BESIDE = (messages.Fresh, messages.Relaxation, messages.Layout)
"""Commands that leave the session as it is."""

ROWS = {list, tuple, Block, Action}
"""Rows of which nobody has changed how they are gone through."""

_COMMANDS: msgspec.json.Decoder[messages.Command] = msgspec.json.Decoder(messages.Command)

_OURS = {str(files(package)) for package in ("focalloc.spec", "focalloc.refimpl", "focalloc.conformance")}
"""Folders whose frames say nothing about where an allocator went wrong."""


def offered(allocator: Any) -> list[str]:
    """The optional calls, reports and parameters that ``allocator`` has, as `messages.Welcome` says them."""
    calls = ("ingest", "ingest_tokens", "prefer", "relaxation", "layout", *messages.REPORTS)
    offers = [what for what in calls if callable(getattr(allocator, what, None))]
    told = getattr(allocator, "offers", ())
    offers += (name for name in OFFERED if isinstance(told, tuple | list) and name in told)
    if all(callable(getattr(allocator, call, None)) for call in ("pin", "unpin")):
        offers.append("pin")
    if _takes(_signature(getattr(allocator, "step", None)), [], cursor=0):
        offers.append("cursor")
    if "ingest" in offers:
        signature = _signature(allocator.ingest)
        row: list[object] = []
        if _takes(signature, 1, []):
            offers.append("ingest_scores")
            row.append([])
        if callable(getattr(allocator, "release", None)) and _takes(signature, 1, *row, release=True):
            offers.append("release")
    return offers


def obeyed(allocator: Any, command: messages.Command, offers: Sequence[str]) -> dict[str, Any]:
    """What ``allocator`` answers to a command within a session, as it came; it may raise whatever it raises.

    Args:
        allocator: one that is open, and offers what is asked for.
        command: what is asked; what it holds is given as it is.
        offers: as of `offered`.
    """
    match command:
        case messages.Step(scores, cursor):
            told = {} if cursor is msgspec.UNSET else {"cursor": cursor}
            return chosen(allocator.step(scores, **told))
        case messages.Ingest(blocks, scores, release):
            rest = (scores,) if "ingest_scores" in offers else ()
            return chosen(allocator.ingest(blocks, *rest, **({"release": True} if release else {})))
        case messages.IngestTokens(tokens, scores, release):
            return chosen(allocator.ingest_tokens(tokens, scores, **({"release": True} if release else {})))
        case messages.Prefer(logits):
            return chosen(allocator.prefer(logits))
        case messages.Pin(first, last, collapse, expand):
            allocator.pin(first, last, collapse, expand)
            return {"ok": True}
        case messages.Unpin(first, last, collapse, expand):
            allocator.unpin(first, last, collapse, expand)
            return {"ok": True}
        case messages.Release(token):
            return {"ok": True} | changed(allocator.release(token))
        case messages.Relaxation(scores):
            return {"relaxation": relaxed(allocator.relaxation(scores))}
        case messages.Layout(first, last, row, cursor):
            given = {"scores": row, "cursor": cursor}
            more = {name: one for name, one in given.items() if one is not msgspec.UNSET}
            return {"blocks": plain(allocator.layout(first, last, **more))}
    raise TypeError(command)


class Host:
    """Answers commands for the allocators of ``factory``.

    An allocator is given copies, which are compared afterwards (ANS-2). If it offers ``warmup()``, that is called once
    per strategy and order of ties, after the first ``open``.

    Args:
        factory: makes a fresh allocator; called once per `messages.Fresh`.
        name: how the host introduces the allocator.
        version: of what it is made of.
    """

    def __init__(self, factory: Callable[[], Any], name: str, version: str = "") -> None:
        self._factory = factory
        self._welcome = messages.Welcome(
            protocol=messages.PROTOCOL,
            name=_text(name),
            version=version,
            strategies=[],
            offers=["fresh", *messages.USUAL],
        )
        self._allocator: Any = None
        self._offers: list[str] = []
        self._given: dict[str, tuple[object, object]] = {}
        self._warm: set[tuple[object, ...]] = set()
        self._sent: dict[str, bytes] = {}

    def answer(self, line: bytes) -> bytes:
        """The answer to the command on ``line``, as a line."""
        command = _COMMANDS.decode(line)
        match command:
            case messages.Hello():
                return messages.answer_line(self._welcome)
            case messages.Close():
                return messages.answer_line(messages.Done(True))
        answer: dict[str, Any] = {}
        try:
            answer |= self._obey(command)
        except NotImplementedError as no:
            answer["skipped"] = _said(no) or "not implemented"
        except BaseException as error:  # noqa: BLE001  # whatever an allocator raises is an answer of a kind
            answer["error"] = told(error)
        for what in messages.REPORTS if not isinstance(command, BESIDE) else ():
            if what in self._offers:
                said = msgspec.json.encode(self._reported(what))
                if said != self._sent.get(what):  # the judge keeps what it was told
                    self._sent[what] = said
                    answer[what] = msgspec.Raw(said)
        answer["changed"] = [what for what, (before, now) in self._given.items() if before != now]
        return msgspec.json.encode(answer) + b"\n"

    def _obey(self, command: messages.Command) -> dict[str, Any]:
        match command:
            case messages.Fresh():
                self._allocator, self._offers, self._given, self._sent = None, [], {}, {}
                self._allocator = self._factory()
                self._offers = ["fresh", *offered(self._allocator)]
                return {"ok": True, "offers": self._offers, "supports": self._supported()}
            case messages.Open():
                self._open(command.geometry, command.params, command.context)
                return {"ok": True}
        self._lend(command)
        return obeyed(self._allocator, command, self._offers)

    def _open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]]) -> None:
        blocks = [Block(*pair) for pair in context]
        mine = copy(geometry), copy(params)
        self._given = {
            "geometry": (geometry, mine[0]),
            "parameters": (params, mine[1]),
            "context": (list(blocks), blocks),
        }
        self._allocator.open(*mine, blocks)
        kind = messages.manner(params)
        if kind not in self._warm and callable(getattr(self._allocator, "warmup", None)):
            self._allocator.warmup()
        self._warm.add(kind)

    def _lend(self, command: messages.Command) -> None:
        """Remember which rows the allocator is given, to compare them afterwards."""
        if isinstance(command, messages.Prefer):
            rows: Any = [list(row) for row in command.logits]
            self._given["logits"] = [list(row) for row in rows], rows
            command.logits = rows
        elif isinstance(row := getattr(command, "scores", None), list):
            self._given["scores"] = list(row), row

    def _supported(self) -> object:
        """What the attribute ``supports`` says, as data; or why it says nothing that makes sense."""
        try:
            return msgspec.to_builtins(declared(getattr(self._allocator, "supports", None)))
        except InvalidInput as no:
            return {"refused": [no.field, _object(no.value)["object"], _text(no.rule)]}

    def _reported(self, what: str) -> object:
        try:
            return plain(getattr(self._allocator, what)())
        except NotImplementedError as no:
            return {"skipped": _said(no) or "not implemented"}
        except BaseException as error:  # noqa: BLE001  # as above
            return {"error": told(error)}


def plain(answer: object, depth: int = 0) -> object:
    """What an allocator answered, as JSON can say it: iterables as lists, anything that counts as an integer as `int`.

    All else becomes ``{"object": repr}``, so that it is never taken for something that it only claims to be.
    """
    kind = type(answer)
    if answer is None or kind is bool or (type(answer) is int and -(2**63) <= answer < 2**63):
        return answer
    if issubclass(kind, str):
        return _text(str.__str__(answer))
    if issubclass(kind, bytes | Mapping):
        return _object(answer)
    if issubclass(kind, float):
        value = float.__float__(answer)  # type: ignore[arg-type]
        return value if value - value == 0 else _object(answer)
    try:
        whole = operator.index(answer)  # type: ignore[arg-type]
    except TypeError:
        pass
    else:
        if -(2**63) <= whole < 2**63:
            return int(whole)
        bits = whole.bit_length()
        return msgspec.Raw(b"%d" % whole) if bits < 1000 else {"object": f"an integer of {bits} bits"}
    if depth > 3:
        return _object(answer)
    try:
        items = iter(answer)  # type: ignore[call-overload]
    except TypeError:
        return _object(answer)
    most = ANSWER_LIMIT if depth == 0 else REPR_LIMIT
    if issubclass(kind, list | tuple):  # mostly of integers, and there are thousands
        items = row = list(islice(items, most))
        kinds = set(map(type, row))
        if kinds == {int} and min(row) >= -(2**63) and max(row) < 2**63:
            return row
        if depth < 2 and kinds and all(issubclass(one, list | tuple) for one in kinds):  # blocks or actions, mostly
            rows = row  # of these kinds an item is what is in it
            if not kinds <= ROWS or max(map(len, row)) > REPR_LIMIT:
                items = rows = [list(islice(one, REPR_LIMIT)) for one in row]
            if _plainly(rows):
                return rows
    return [plain(item, depth + 1) for item in islice(items, most)]


def _plainly(rows: Sequence[Sequence[object]]) -> bool:
    """Whether rows hold nothing but integers of 64 bits and ASCII."""
    whole: list[Any] = list(chain.from_iterable(rows))
    kinds = set(map(type, whole))
    if str in kinds and kinds <= {str, int}:
        texts = [part for part in whole if type(part) is str]
        whole = [part for part in whole if type(part) is int]
        if not all(map(str.isascii, texts)):
            return False
    elif not kinds <= {int}:
        return False
    return not whole or (min(whole) >= -(2**63) and max(whole) < 2**63)


def _signature(call: Any) -> inspect.Signature | None:
    """What ``call`` takes, if that can be known."""
    with contextlib.suppress(TypeError, ValueError):
        return inspect.signature(call)
    return None


def _takes(signature: inspect.Signature | None, *arguments: object, **options: object) -> bool:
    """Whether a call can be made with these."""
    try:
        return signature is not None and bool(signature.bind(*arguments, **options))
    except TypeError:
        return False


def chosen(answer: object) -> dict[str, object]:
    """The actions of an answer, and its edits and what was let go if it has any to tell."""
    said: dict[str, object] = {"actions": plain(answer)} | changed(answer)
    try:
        if (released := getattr(answer, "released", None)) is not None:
            said["released"] = plain(released)
    except BaseException as error:  # noqa: BLE001  # as above
        said["released"] = {"error": told(error)}
    return said


def changed(answer: object) -> dict[str, object]:
    """The edits of an answer, if it has any to tell."""
    try:
        if (edits := getattr(answer, "edits", None)) is None:
            return {}
        if type(edits) is list:  # what lies in the slots that come is not asked for
            edits = [one.splice if type(one) is Edit else one for one in edits]
        return {"edits": [one[:4] if isinstance(one, list) else one for one in _listed(plain(edits))]}
    except BaseException as error:  # noqa: BLE001  # as above
        return {"edits": {"error": told(error)}}


def _listed(thing: object) -> list[object]:
    return thing if isinstance(thing, list) else [thing]


def relaxed(answer: Any) -> object:
    """A relaxation as `messages.Relaxed` says it, or as `plain` does if it is none."""
    try:
        bound, shares, slot_price, action_price = answer
        return {
            "bound": _fraction(bound),
            "shares": [[*map(plain, action), _fraction(part)] for action, part in shares.items()],
            "prices": [_fraction(slot_price), _fraction(action_price)],
        }
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return plain(answer)


def _fraction(value: Any) -> str:
    return str(Fraction(value))


def _object(thing: object) -> dict[str, str]:
    try:
        said = repr(thing)
    except BaseException as error:  # noqa: BLE001  # as above
        said = f"{type(thing).__name__}, whose repr raises {type(error).__name__}"
    return {"object": _text(said if len(said) <= REPR_LIMIT else f"{said[:REPR_LIMIT]}...")}


def _text(said: str) -> str:
    """``said`` as UTF-8 can say it."""
    return said.encode("utf-8", "backslashreplace").decode()


def _said(error: BaseException) -> str:
    try:
        return _text(str(error))
    except BaseException as worse:  # noqa: BLE001  # as above
        return f"(it cannot be told: {type(worse).__name__})"


def told(error: BaseException) -> str:
    """``error`` in words, with the last line of the allocator's own code that it went through."""
    said = _said(error)
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    passed = ((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__))
    lines = [(file, line) for file, line in passed if os.path.dirname(file) not in _OURS]
    where = f" ({os.path.basename(lines[-1][0])}, line {lines[-1][1]})" if lines else ""
    return _text(f"{name}: {said}{where}" if said else f"{name}{where}")


def converse(host: Host, commands: int, answers: int) -> None:
    """Have ``host`` answer what is read from ``commands``, until there is nothing more."""
    me = os.getpid()
    with open(commands, "rb", buffering=2**16, closefd=False) as lines:
        for line in lines:
            answer = host.answer(line)
            if os.getpid() != me:  # a copy that the allocator made of itself
                os._exit(0)
            while answer:
                answer = answer[os.write(answers, answer) :]


# AS A PROGRAM


def factory_of(target: str) -> Callable[[], Any]:
    """The factory that ``target`` names; modules of the working directory are found, too.

    Raises:
        InvalidInput: there is no such module, no such name in it, or it cannot be called.
    """
    module_name, colon, name = target.partition(":")
    if not colon or not module_name or not name:
        raise InvalidInput("target", target, "must be module:factory, such as mypackage.allocator:Allocator")
    if "" not in sys.path:
        sys.path.append("")  # last: a process that inherits the path must not take a checkout's folder for the package
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module_name}.".startswith(f"{missing.name}."):
            raise InvalidInput("target", target, f"importing it failed: {missing}") from missing
        raise InvalidInput("target", target, f"there is no module {missing.name}") from None
    except BaseException as error:  # somebody else's module may raise anything
        raise InvalidInput("target", target, f"importing it failed: {told(error)}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise InvalidInput("target", target, f"{module_name} has no {name}")
        found = getattr(found, part)
    if not callable(found):
        raise InvalidInput("target", target, f"{name} cannot be called; it should make a fresh allocator")
    factory: Callable[[], Any] = found
    return factory


def main(target: str) -> None:
    """Answer for the allocators of ``module:factory`` on stdin and stdout; what they print goes to stderr."""
    commands, answers = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        try:
            host = Host(factory_of(target), target, imported())
            gc.freeze()  # what an import made stays, and need not be looked through again and again
        except InvalidInput as no:
            os.write(answers, messages.answer_line(messages.Refusal(_text(no.rule))))
            return
        converse(host, commands, answers)
    finally:
        os._exit(0)  # whatever the allocator left behind has no say
