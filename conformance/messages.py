"""Wire protocol 1: one JSON object per line, a command answered by exactly one answer.

Both sides use these types: the judge to write commands and read answers, `focalloc.conformance.server` the other way
round. `schema` derives the JSON Schema that ships as ``protocol-1.schema.json`` from them.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import msgspec

from focalloc.conformance.capabilities import Capabilities
from focalloc.conformance.decoding import decoded
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE

PROTOCOL: Final = 1

WireAction = tuple[str, int, int]


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


class Step(msgspec.Struct, tag_field="cmd", tag="step", forbid_unknown_fields=True):
    """Run one iteration; answered by `Chosen`.

    Attributes:
        scores: one per slot, oldest first, in fixed point.
    """

    scores: list[int]


class Ingest(msgspec.Struct, tag_field="cmd", tag="ingest", forbid_unknown_fields=True):
    """Append level-0 blocks; answered by `Chosen` with the reclaiming collapses, in order.

    Attributes:
        blocks: how many.
        scores: one per slot of the context as it is, oldest first, in fixed point.
    """

    blocks: int
    scores: list[int]


class Close(msgspec.Struct, tag_field="cmd", tag="close", forbid_unknown_fields=True):
    """The last command; answered by `Done`, after which the program ends."""


Command = Hello | Open | Step | Ingest | Close


class Welcome(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Answer to `Hello`.

    Attributes:
        protocol: the version of the protocol that is spoken.
        name: who speaks.
        version: of whoever speaks.
        strategies: those that it knows.
        supports: what it supports, if that is not everything: sessions are drawn from that only.
    """

    protocol: int
    name: str
    version: str
    strategies: list[str]
    supports: Capabilities | None = None


class Done(msgspec.Struct, forbid_unknown_fields=True):
    """Answer to `Open` and `Close`."""

    ok: bool


class Chosen(msgspec.Struct, forbid_unknown_fields=True):
    """Answer to `Step` and `Ingest`.

    Attributes:
        actions: ``[kind, level, start]`` triples in the order of application; a kind is ``expand`` or ``collapse``.
    """

    actions: list[WireAction]


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


Answer = Welcome | Done | Chosen | Refusal | Skip
ANSWERED_BY: dict[type[Command], type[Welcome | Done | Chosen]] = {
    Hello: Welcome,
    Open: Done,
    Step: Chosen,
    Ingest: Chosen,
    Close: Done,
}


def command_line(command: Command) -> bytes:
    """``command`` as a line of the protocol; parameters beyond the core are told only where they matter."""
    if isinstance(command, Open) and isinstance(command.params, Params):
        return msgspec.json.encode(msgspec.to_builtins(command) | {"params": command.params.to_dict()}) + b"\n"
    return msgspec.json.encode(command) + b"\n"


def answer_line(answer: Answer) -> bytes:
    """``answer`` as a line of the protocol."""
    return msgspec.json.encode(answer) + b"\n"


def read_command(line: bytes) -> Command:
    """The command on ``line``; raises `msgspec.ValidationError` or `msgspec.DecodeError` with the reason."""
    command: Command = decoded(line, Command)  # type: ignore[arg-type]  # a union
    return command


def read_answer(line: bytes, command: Command) -> Answer:
    """The answer to ``command`` on ``line``; raises `msgspec.ValidationError` or `msgspec.DecodeError`."""
    raw = decoded(line, object)
    expected: type[Answer] = ANSWERED_BY[type(command)]
    if isinstance(raw, dict) and "error" in raw:
        expected = Refusal
    elif isinstance(raw, dict) and "skipped" in raw:
        expected = Skip
    return msgspec.convert(raw, type=expected)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of every message: ``#/$defs/Hello`` and so on; the whole matches any one of them."""
    types = [*ANSWERED_BY, Welcome, Done, Chosen, Refusal, Skip]
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
    """Whether two JSON Schemas are equal but for the order in unions, which differs between versions of msgspec."""

    def ordered(part: Any) -> Any:
        match part:
            case dict():
                inner = {key: ordered(value) for key, value in part.items()}
                return inner | {"anyOf": sorted(inner["anyOf"], key=str)} if "anyOf" in inner else inner
            case list() | tuple():
                return [ordered(value) for value in part]
        return part

    return bool(ordered(one) == ordered(other))
