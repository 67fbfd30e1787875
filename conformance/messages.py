"""Wire protocol 1: one JSON object per line, a command answered by exactly one answer.

Both sides use these types: the judge to write commands and read answers, `focalloc.conformance.server` the other way
round. `schema` derives the JSON Schema that ships as ``protocol-1.schema.json`` from them, and what a side reads is
what that schema allows: `loads` takes every JSON text, and an integer may be written ``1.0``.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypedDict

import msgspec

from focalloc.conformance.capabilities import Capabilities
from focalloc.conformance.cases import Told
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.json_text import from_json, has_many_digits
from focalloc.spec.params import OFFERED, Params
from focalloc.spec.scores import SCORE_SCALE

PROTOCOL: Final = 1

WireAction = tuple[str, int, int]
WireRanges = list[tuple[int, int]]
WireFraction = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,1000}(/[0-9]{1,1000})?$")]
"""A fraction as text, such as ``-7/3``."""

REPORTS: Final = ("context", "positions", "ledger_size", "pins", "unfilled")
"""What an allocator may say of its own state with every answer."""

USUAL: Final = ("ingest", "ingest_scores")
"""What a program offers that does not say."""


class Hello(msgspec.Struct, tag_field="cmd", tag="hello", forbid_unknown_fields=True):
    """The first command; answered by `Welcome`."""

    protocol: int = PROTOCOL


class Open(msgspec.Struct, tag_field="cmd", tag="open", forbid_unknown_fields=True, kw_only=True):
    """Start a session in place of any earlier one; answered by `Done`.

    Attributes:
        geometry: shape of the tree.
        score_scale: what a score of 1 is in fixed point.
        params: the parameters.
        context: blocks as ``[level, start]``, oldest first.
    """

    geometry: Geometry
    score_scale: int = SCORE_SCALE
    params: Params
    context: list[tuple[int, int]]


class Step(msgspec.Struct, tag_field="cmd", tag="step", forbid_unknown_fields=True, omit_defaults=True):
    """Run one iteration; answered by `Chosen`.

    Attributes:
        scores: one per slot, oldest first, in fixed point.
        cursor: the token that nearness is measured from; absent for the end of the context. Sent to whoever offers
            ``cursor`` only.
    """

    scores: list[int]
    cursor: int | msgspec.UnsetType = msgspec.UNSET


class Ingest(msgspec.Struct, tag_field="cmd", tag="ingest", forbid_unknown_fields=True, omit_defaults=True):
    """Append level-0 blocks; answered by `Chosen` with the reclaiming collapses, in order.

    Attributes:
        blocks: how many.
        scores: one per slot of the context as it is, oldest first, in fixed point.
        release: whether the oldest blocks may leave where collapses do not make enough room; absent for false. True is
            sent to whoever offers ``release`` only.
    """

    blocks: int
    scores: list[int]
    release: bool = False


class IngestTokens(
    msgspec.Struct, tag_field="cmd", tag="ingest_tokens", forbid_unknown_fields=True, omit_defaults=True
):
    """Say that more tokens have come, which fill the last block, then new ones; answered by `Chosen` as an `Ingest` is.
    Sent to whoever offers ``ingest_tokens``.

    Attributes:
        tokens: how many.
        scores: one per slot of the context as it is, oldest first, in fixed point.
        release: as in `Ingest`.
    """

    tokens: int
    scores: list[int]
    release: bool = False


class Fresh(msgspec.Struct, tag_field="cmd", tag="fresh", forbid_unknown_fields=True):
    """Make a new allocator, for the next `Open`; answered by `Ready`. Sent to the host of Python allocators only."""


class Prefer(msgspec.Struct, tag_field="cmd", tag="prefer", forbid_unknown_fields=True):
    """Run one iteration by a policy's logits; answered by `Chosen`. Sent to whoever offers ``prefer``.

    Attributes:
        logits: (expand, keep, collapse) of each block, oldest first.
    """

    logits: list[tuple[float, float, float]]


class Relaxation(msgspec.Struct, tag_field="cmd", tag="relaxation", forbid_unknown_fields=True):
    """Say what the optimum of the next iteration could be worth if actions could be done in part; answered by
    `Relaxed`. Sent to whoever offers ``relaxation``.

    Attributes:
        scores: one per slot, oldest first, in fixed point.
    """

    scores: list[int]


class Layout(msgspec.Struct, tag_field="cmd", tag="layout", forbid_unknown_fields=True, omit_defaults=True):
    """Say by which blocks a history would be shown at first; answered by `Laid`. Sent to whoever offers ``layout``.

    Geometry and parameters are those of the session, which stays as it is.

    Attributes:
        first: first token.
        last: token after the last.
        scores: one per smallest span, oldest first, in fixed point; absent where all are wanted alike.
        cursor: token at which nearness is measured; absent for ``last``.
    """

    first: int
    last: int
    scores: list[int] | msgspec.UnsetType = msgspec.UNSET
    cursor: int | msgspec.UnsetType = msgspec.UNSET


class Pin(msgspec.Struct, tag_field="cmd", tag="pin", forbid_unknown_fields=True):
    """Let nothing collapse, or nothing expand, that has these tokens; answered by `Done`. Sent to whoever offers
    ``pin``.

    Attributes:
        first: first token.
        last: the token just after them.
        collapse: whether nothing collapses.
        expand: whether nothing expands.
    """

    first: int
    last: int
    collapse: bool = True
    expand: bool = False


class Unpin(msgspec.Struct, tag_field="cmd", tag="unpin", forbid_unknown_fields=True):
    """Lift what is pinned there; answered by `Done`. Sent to whoever offers ``pin``.

    Attributes:
        first: as in `Pin`, and so the following.
        last: likewise.
        collapse: likewise.
        expand: likewise.
    """

    first: int
    last: int
    collapse: bool = True
    expand: bool = True


class Release(msgspec.Struct, tag_field="cmd", tag="release", forbid_unknown_fields=True):
    """Let all blocks before a token go; answered by `Done`. Sent to whoever offers ``release``.

    Attributes:
        token: where the context is to begin.
    """

    token: int


class Close(msgspec.Struct, tag_field="cmd", tag="close", forbid_unknown_fields=True):
    """The last command; answered by `Done`, after which the program ends."""


Command = (
    Hello | Fresh | Open | Step | Ingest | IngestTokens | Prefer | Relaxation | Layout | Pin | Unpin | Release | Close
)


class Welcome(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Answer to `Hello`.

    Attributes:
        protocol: the version of the protocol that is spoken.
        name: who speaks.
        version: of whoever speaks.
        strategies: those that it knows.
        supports: what it supports, if that is not everything: sessions are drawn from that only.
        offers: the optional calls that it answers, and the reports that it gives; ``ingest`` and ``ingest_scores`` if
            it does not say. Who takes no notice of the scores of an ingest leaves ``ingest_scores`` out.
    """

    protocol: int
    name: str
    version: str
    strategies: list[str]
    supports: Capabilities | None = None
    offers: list[str] | None = None


class Ready(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Answer to `Fresh`.

    Attributes:
        ok: true.
        offers: what this allocator offers; as in `Welcome` if it is not said.
        supports: as in `Welcome`.
    """

    ok: bool
    offers: list[str] | None = None
    supports: Capabilities | None = None


class Done(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Answer to `Open`, `Pin`, `Unpin`, `Release` and `Close`.

    Attributes:
        ok: true.
        context: who offers it says here which blocks it holds, as ``[level, start]``, oldest first.
        positions: who offers it says here the position of each slot.
        ledger_size: who offers it says here how many nodes its ledger holds.
        pins: who offers it says here which tokens are pinned against collapse, and which against expansion: ranges
            ``[first, last]``, in order, without ``last``.
        unfilled: who offers it says here how many tokens of the last block have not come yet.
        edits: of a release, as in `Chosen`.
    """

    ok: bool
    context: list[tuple[int, int]] | msgspec.UnsetType = msgspec.UNSET
    positions: list[int] | msgspec.UnsetType = msgspec.UNSET
    ledger_size: int | msgspec.UnsetType = msgspec.UNSET
    pins: tuple[WireRanges, WireRanges] | msgspec.UnsetType = msgspec.UNSET
    unfilled: int | msgspec.UnsetType = msgspec.UNSET
    edits: list[tuple[int, int, int, int]] | msgspec.UnsetType = msgspec.UNSET


class Chosen(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Answer to `Step`, `Ingest`, `IngestTokens` and `Prefer`.

    Attributes:
        actions: ``[kind, level, start]`` triples in the order of application; a kind is ``expand`` or ``collapse``.
        context: as in `Done`, after the actions.
        positions: as in `Done`, after the actions.
        ledger_size: as in `Done`, after the actions.
        pins: as in `Done`.
        unfilled: as in `Done`.
        edits: what the actions, and blocks that were appended, filled or let go, changed in slots: ``[first, before,
            at, after]`` each. Who does not say it is not judged by it.
        released: the token that the context begins with since, if an ingest let the oldest blocks go.
    """

    actions: list[WireAction]
    context: list[tuple[int, int]] | msgspec.UnsetType = msgspec.UNSET
    positions: list[int] | msgspec.UnsetType = msgspec.UNSET
    ledger_size: int | msgspec.UnsetType = msgspec.UNSET
    pins: tuple[WireRanges, WireRanges] | msgspec.UnsetType = msgspec.UNSET
    unfilled: int | msgspec.UnsetType = msgspec.UNSET
    edits: list[tuple[int, int, int, int]] | msgspec.UnsetType = msgspec.UNSET
    released: int | msgspec.UnsetType = msgspec.UNSET


class Relaxed(msgspec.Struct, forbid_unknown_fields=True):
    """Answer to `Relaxation`.

    Attributes:
        bound: the greatest utility of shares.
        shares: ``[kind, level, start, part]`` of each action that is done at least in part.
        prices: of a slot and of an action.
    """

    bound: WireFraction
    shares: list[tuple[str, int, int, WireFraction]]
    prices: tuple[WireFraction, WireFraction]


class Laid(msgspec.Struct, forbid_unknown_fields=True):
    """Answer to `Layout`.

    Attributes:
        blocks: the blocks as ``[level, start]``, oldest first.
    """

    blocks: list[tuple[int, int]]


class Refusal(msgspec.Struct, forbid_unknown_fields=True):
    """Answer to any command: the allocator refuses, and the state is as it was.

    Attributes:
        error: why.
    """

    error: str


class Skip(msgspec.Struct, forbid_unknown_fields=True):
    """Answer to any command: not supported.

    Attributes:
        skipped: why.
    """

    skipped: str


Answer = Welcome | Ready | Done | Chosen | Relaxed | Laid | Refusal | Skip
ANSWERED_BY: dict[type[Command], type[Welcome | Ready | Done | Chosen | Relaxed | Laid]] = {
    Hello: Welcome,
    Fresh: Ready,
    Open: Done,
    Step: Chosen,
    Ingest: Chosen,
    IngestTokens: Chosen,
    Prefer: Chosen,
    Relaxation: Relaxed,
    Layout: Laid,
    Pin: Done,
    Unpin: Done,
    Release: Done,
    Close: Done,
}


def manner(params: Params) -> tuple[object, ...]:
    """What of ``params`` may decide which code of an allocator runs: a session that is alike in it meets no new one."""
    told = params.to_dict()
    optional = [name for name in OFFERED if name in told]
    return params.strategy, params.tie_break, params.is_refined, params.prepares, *optional


def command_line(command: Command, told: Told = "in full") -> bytes:
    """``command`` as a line of the protocol; parameters beyond the core are told only where they matter.

    Args:
        command: what is said; a geometry or parameters may be a dict, and senseless.
        told: what is left to say of an `Open`, a `Pin` or an `Unpin`; see `Case`.
    """
    message: Any = command
    if isinstance(command, Open):
        given: Any = command.params
        params = given.to_dict() if isinstance(given, Params) else dict(given)
        message = msgspec.to_builtins(command) | {"params": params}
        if told == "sparingly":
            message = _unless_usual(message, params)
        elif told == "by 0" and params.get("w_soft") == params.get("w_max"):
            params["w_soft"] = 0
    elif told == "sparingly" and isinstance(command, Pin | Unpin):
        usual = {field.name: field.default for field in msgspec.structs.fields(command)}
        message = {name: one for name, one in msgspec.to_builtins(command).items() if one is not usual.get(name)}
    return msgspec.json.encode(message) + b"\n"


_PARAMS = {field.name: field.default for field in dataclasses.fields(Params)}


def _unless_usual(message: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """An `Open` without what is at its default: scale, arities, costs, parameters."""
    w_max = params.get("w_max", _PARAMS["w_max"])
    usual = _PARAMS | {"w_soft": w_max}
    kept = {name: one for name, one in params.items() if name not in usual or one != usual[name]}
    shape = dict(message["geometry"])
    if list(shape.get("cost", ())) == [1] * (len(shape.get("arity", ())) + 1):
        shape.pop("cost", None)
    if list(shape.get("arity", ())) == list(Geometry().arity):
        shape.pop("arity", None)
    return {"cmd": message["cmd"], "geometry": shape, "params": kept, "context": message["context"]}


def answer_line(answer: Answer) -> bytes:
    """``answer`` as a line of the protocol."""
    return msgspec.json.encode(answer) + b"\n"


def read_command(line: bytes) -> Command:
    """The command on ``line``; raises `msgspec.ValidationError` or `msgspec.DecodeError` with the reason."""
    command: Command = msgspec.convert(_plain(loads(line)), type=Command)
    return command


def read_answer(line: bytes, command: Command) -> Answer:
    """The answer to ``command`` on ``line``; raises `msgspec.ValidationError` or `msgspec.DecodeError`."""
    raw = _plain(loads(line))
    expected: Any = ANSWERED_BY[type(command)]
    answer: Answer
    try:
        answer = msgspec.convert(raw, type=expected)
    except msgspec.ValidationError:
        if not isinstance(raw, dict) or not raw.keys() & {"error", "skipped"}:
            raise
        expected = Refusal if "error" in raw else Skip
        answer = msgspec.convert(raw, type=expected)
    return answer


class Hosted(TypedDict, total=False):
    """What the host of a Python allocator answers; what the allocator said, it passes on as it came."""

    ok: bool
    offers: list[str]
    supports: Any
    actions: Any
    relaxation: Any
    blocks: Any
    context: Any
    positions: Any
    ledger_size: Any
    pins: Any
    unfilled: Any
    edits: Any
    released: Any
    changed: list[str]
    error: str
    skipped: str


_HOSTED = msgspec.json.Decoder(Hosted)
SAID: Final[Mapping[type, str]] = {Ready: "offers", Chosen: "actions", Relaxed: "relaxation", Laid: "blocks"}
"""What each kind of answer by a host says at least; the others say that it is done."""


def read_hosted(line: bytes, command: Command) -> Hosted:
    """The answer to ``command`` on ``line`` by the host of a Python allocator, which shares its process with that.

    Raises:
        msgspec.DecodeError: it is not what a host says.
    """
    try:
        answer = _HOSTED.decode(line)
    except RecursionError:
        raise msgspec.DecodeError("is nested too deeply") from None
    if has_many_digits(line):
        loads(line)
    needed = SAID.get(ANSWERED_BY[type(command)], "ok")
    if not answer.keys() & {needed, "error", "skipped"}:
        raise msgspec.ValidationError(f"Object missing required field `{needed}`")
    return answer


def loads(line: bytes) -> Any:
    """The value that a JSON text stands for, lone surrogates and numbers beyond a float's reach included.

    Raises:
        msgspec.DecodeError: it is no JSON as `from_json` reads it.
    """
    try:
        return from_json("line", line)
    except InvalidInput as no:
        raise msgspec.DecodeError(no.rule) from None


def _plain(value: Any) -> Any:
    """``value`` with every whole number as an `int`, however it is written, as to JSON Schema ``1.0`` is an integer;
    and with half a letter, which is text to JSON but not to UTF-8, spelt out."""
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
        case float():
            return int(value) if value.is_integer() else value
        case list():
            return [item if type(item) is int else _plain(item) for item in value]
        case dict():
            return {_plain(key): _plain(item) for key, item in value.items()}
    return value


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of every message: ``#/$defs/Hello`` and so on; the whole matches any one of them."""
    types = [*ANSWERED_BY, *dict.fromkeys(ANSWERED_BY.values()), Refusal, Skip]
    references, definitions = msgspec.json.schema_components(types)
    described(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"focalloc wire protocol {PROTOCOL}",
        "description": "One JSON object per line; each command is answered by exactly one answer.",
        "anyOf": list(references),
        "$defs": definitions,
    }


def described(definitions: dict[str, Any]) -> None:
    """Put what a docstring says of each attribute beside that attribute, and leave the sections for Python out."""
    for one in definitions.values():
        text, _, sections = inspect.cleandoc(one["description"]).partition("\n\nAttributes:\n")
        one["description"] = " ".join(text.split())
        attributes = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", sections.partition("\n\n")[0], re.MULTILINE)
        for place, (name, about) in enumerate(attributes):
            part = one["properties"][name] if "properties" in one else one["prefixItems"][place]
            part["description"] = " ".join(about.split())


def same_schema(one: object, other: object) -> bool:
    """Whether two JSON Schemas are equal but for what differs between versions of msgspec: the order in unions, and
    whether it is said which keys a dict has."""

    def ordered(part: Any) -> Any:
        match part:
            case dict():
                inner = {key: ordered(value) for key, value in part.items() if key != "propertyNames"}
                return inner | {"anyOf": sorted(inner["anyOf"], key=str)} if "anyOf" in inner else inner
            case list() | tuple():
                return [ordered(value) for value in part]
        return part

    return bool(ordered(one) == ordered(other))
