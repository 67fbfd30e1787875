"""A session's state as bytes or as a JSON object: what it means, not how the kernels lay it out.

The bytes are ``MAGIC``, the version, the length of what follows, a digest of it, and the JSON object of `to_json`:

    {"version": 1, "iteration": 7,
     "geometry": {"arity": [32, 32], "cost": [1, 1, 1]},
     "params": {"w_max": 8192, ...},
     "context": {"start": 0, "runs": [[2, 1], [1, 31], [0, 2]]},
     "ledger": [["expand", 1, 1024, 6]]}

A context tiles, so its first token and its levels say it all: each run is ``[level, how many blocks]``. A ledger entry
is ``[kind, level, start, iteration]``. ``recent`` stands there only where thresholds adapt: the slots used after each
of the last iterations; ``pins`` only where tokens are pinned, ``{"collapse": [[0, 128]], "expand": []}``, in order;
``memory`` only where slots remember what they were told, the mean of each, in fixed point, up to those that do not yet;
``unfilled`` only where the last block lacks tokens, how many; ``told`` only where thresholds have adapted, those of an
expand and of a collapse as they were before.
Older versions stay readable; a newer one is refused.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Mapping
from dataclasses import fields
from hashlib import blake2b
from itertools import accumulate, groupby
from typing import Any

from focalloc.spec import json_text
from focalloc.spec.actions import as_actions, malformed, off_grid
from focalloc.spec.blocks import Block, Context, checked_context
from focalloc.spec.cooldown import Entry, rested
from focalloc.spec.errors import InvalidInput, whole_number
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN, Geometry
from focalloc.spec.memory import Memory
from focalloc.spec.params import CORE, Params
from focalloc.spec.pins import Pins, checked_pins
from focalloc.spec.scores import SCORE_LIMIT
from focalloc.spec.state import State

MAGIC = b"focalloc"
VERSION = 1
MAX_ITERATION = 2**62
DIGEST_SIZE = 16
HEAD = struct.Struct(f"<{len(MAGIC)}sHQ{DIGEST_SIZE}s")


def to_json(state: State) -> dict[str, Any]:
    """``state`` as an object that `json.dumps` takes."""
    pins = state.pins._asdict()
    return {
        "version": VERSION,
        "iteration": state.iteration,
        "geometry": {"arity": list(state.geometry.arity), "cost": list(state.geometry.cost)},
        "params": state.params.to_dict(),
        "context": {
            "start": state.context[0].start,
            "runs": [[level, len(list(run))] for level, run in groupby(block.level for block in state.context)],
        },
        "ledger": [[entry.kind, *node, entry.iteration] for node, entry in sorted(state.ledger.items())],
        **({"recent": list(state.recent)} if state.recent else {}),
        **({"pins": {name: list(map(list, ranges)) for name, ranges in pins.items()}} if any(pins.values()) else {}),
        **({"memory": list(state.memory)} if state.memory else {}),
        **({"unfilled": state.unfilled} if state.unfilled else {}),
        **({"told": list(state.told)} if state.told else {}),
    }


def from_json(snapshot: object) -> State:
    """The state that `to_json` gave ``snapshot`` for.

    Raises:
        InvalidInput: a field is missing, unknown or senseless, or the version is newer; names the field.
    """
    version = known_fields("snapshot", snapshot, None).get("version")
    _refuse_newer(whole_number("snapshot.version", version, 1, 2**16 - 1))
    known = {"version", "iteration", "geometry", "params", "context", "ledger"}
    optional: dict[str, Any] = {"recent": [], "pins": {}, "memory": [], "unfilled": 0, "told": None}
    whole = optional | known_fields("snapshot", snapshot, known, optional)
    geometry = Geometry(**known_fields("snapshot.geometry", whole["geometry"], {"arity", "cost"}))
    every = {field.name for field in fields(Params)}
    params = Params(**known_fields("snapshot.params", whole["params"], set(CORE), every))
    iteration = whole_number("snapshot.iteration", whole["iteration"], 0, MAX_ITERATION)
    context = _context(geometry, whole["context"])
    return State(
        geometry,
        params,
        context,
        _ledger(geometry, params, iteration, whole["ledger"]),
        iteration,
        _recent(params, whole["recent"]),
        _pins(whole["pins"]),
        _memory(geometry, params, context, whole["memory"]),
        whole_number("snapshot.unfilled", whole["unfilled"], 0, 0 if context[-1].level else geometry.span(0) - 1),
        _told(params, whole["told"]),
    )


def to_bytes(state: State) -> bytes:
    """``state`` as bytes; equal states give equal bytes."""
    body = json.dumps(to_json(state), sort_keys=True, separators=(",", ":")).encode()
    return HEAD.pack(MAGIC, VERSION, len(body), _digest(body)) + body


def from_bytes(snapshot: bytes) -> State:
    """The state that `to_bytes` gave ``snapshot`` for.

    Raises:
        InvalidInput: it is no snapshot, incomplete, damaged, or of a newer version.
    """
    if not isinstance(snapshot, bytes | bytearray | memoryview):
        raise InvalidInput("snapshot", type(snapshot).__name__, "must be bytes, or the object that to_json gives")
    snapshot = bytes(snapshot)
    if len(snapshot) < HEAD.size:
        raise InvalidInput("snapshot", f"{len(snapshot)} bytes", f"is cut short: its head alone takes {HEAD.size}")
    magic, version, length, digest = HEAD.unpack_from(snapshot)
    if magic != MAGIC:
        raise InvalidInput("snapshot", magic, f"is not a snapshot, which begins with {MAGIC!r}")
    _refuse_newer(version)
    body = snapshot[HEAD.size :]
    if len(body) != length:
        raise InvalidInput("snapshot", f"{len(snapshot)} bytes", f"should have {HEAD.size + length}")
    if digest != _digest(body) or version < 1:
        raise InvalidInput("snapshot", digest.hex(), "is damaged: its digest does not fit its content")
    return from_json(json_text.from_json("snapshot", body))


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=DIGEST_SIZE).digest()


def _refuse_newer(version: int) -> None:
    if version > VERSION:
        raise InvalidInput("snapshot.version", version, f"is newer than {VERSION}, the latest that this release reads")


def known_fields(name: str, value: object, known: set[str] | None, optional: Collection[str] = ()) -> dict[str, Any]:
    """``value`` as a dict; its keys are ``known`` and maybe some that are ``optional``, unless ``known`` is None."""
    if not isinstance(value, Mapping):
        raise InvalidInput(name, value, "must be an object")
    expected = set(value) if known is None else known | set(value).intersection(optional)
    for key in sorted(set(value) ^ expected, key=str):
        raise InvalidInput(f"{name}.{key}", value.get(key), "is missing" if key in expected else "is unknown")
    return dict(value)


def _row(name: str, value: object, length: int) -> list[Any]:
    if not isinstance(value, list | tuple) or len(value) != length:
        raise InvalidInput(name, value, f"must be a list of {length}")
    return list(value)


def _rows(name: str, value: object, length: int) -> list[tuple[str, list[Any]]]:
    """The rows of ``value``, a list of lists of ``length``, each with its name."""
    if not isinstance(value, list | tuple):
        raise InvalidInput(name, value, "must be a list")
    return [(f"{name}[{i}]", _row(f"{name}[{i}]", row, length)) for i, row in enumerate(value)]


def _context(geometry: Geometry, value: object) -> Context:
    whole = known_fields("snapshot.context", value, {"start", "runs"})
    start = whole_number("snapshot.context.start", whole["start"], 0, MAX_TOKEN)
    blocks: list[Block] = []
    for name, run in _rows("snapshot.context.runs", whole["runs"], 2):
        level = whole_number(f"{name}[0]", run[0], 0, geometry.top)
        count = whole_number(f"{name}[1]", run[1], 1, MAX_SLOTS - len(blocks))
        span = geometry.span(level)
        blocks += [Block(level, start + i * span) for i in range(count)]
        start += count * span
    return checked_context(geometry, blocks)


def _recent(params: Params, value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) > params.adaptive_window:
        raise InvalidInput("snapshot.recent", value, f"must be a list of at most {params.adaptive_window} (ADA-1)")
    return tuple(whole_number(f"snapshot.recent[{i}]", slots, 0, MAX_SLOTS) for i, slots in enumerate(value))


def _told(params: Params, value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if params.adaptive_window == 0:
        raise InvalidInput("snapshot.told", value, "must not be there where thresholds do not adapt (ADA-1)")
    expand, collapse = _row("snapshot.told", value, 2)
    low, high = params.tau_min, params.tau_max
    told = whole_number("snapshot.told[0]", expand, low, high), whole_number("snapshot.told[1]", collapse, low, high)
    if told == (params.tau_expand, params.tau_collapse):
        raise InvalidInput("snapshot.told", value, "must be other thresholds than those of now")
    return told


def _memory(geometry: Geometry, params: Params, context: Context, value: object) -> Memory:
    slots = list(accumulate((geometry.slots(block.level) for block in context), initial=0))
    if not isinstance(value, list | tuple) or len(value) > (slots[-1] if params.memory_shift else 0):
        given = len(value) if isinstance(value, list | tuple) else value
        rule = f"must be a list of at most {slots[-1]}, a mean per slot, and empty without memory_shift (MEM-1)"
        raise InvalidInput("snapshot.memory", given, rule)
    if len(value) not in slots:
        raise InvalidInput("snapshot.memory", len(value), "must end where a block does: it is told whole (MEM-1)")
    most = SCORE_LIMIT - 1
    return tuple(whole_number(f"snapshot.memory[{i}]", mean, -most, most) for i, mean in enumerate(value))


def _pins(value: object) -> Pins:
    whole = known_fields("snapshot.pins", value, set(), Pins._fields)
    ranges: dict[str, list[tuple[int, int]]] = {}
    for kind in Pins._fields:
        found = ranges.setdefault(kind, [])
        for name, (first, last) in _rows(f"snapshot.pins.{kind}", whole.get(kind, []), 2):
            low = whole_number(f"{name}[0]", first, found[-1][1] + 1 if found else 0, MAX_TOKEN - 1)
            found.append((low, whole_number(f"{name}[1]", last, low + 1, MAX_TOKEN)))
    return checked_pins(Pins(*(tuple(one) for one in ranges.values())))


def _ledger(geometry: Geometry, params: Params, now: int, value: object) -> dict[Block, Entry]:
    ledger: dict[Block, Entry] = {}
    for name, (*named, then) in _rows("snapshot.ledger", value, 4):
        for violation in malformed(geometry, [named]) or off_grid(geometry, as_actions([named])):
            raise InvalidInput(name, tuple(named), violation.message)
        [action] = as_actions([named])
        whole_number(f"{name}[2]", action.start, 0, MAX_TOKEN - geometry.span(action.level))
        iteration = whole_number(f"{name}[3]", then, 0, now)
        if rested(now - iteration, params.memory) or action.node in ledger:
            raise InvalidInput(name, (*action, iteration), "is forgotten by now, or the second for its node (COO-2)")
        ledger[action.node] = Entry(action.kind, iteration)
    return ledger
