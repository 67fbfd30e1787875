"""Conformance vectors: short sessions as language-neutral JSON, each with its right answers and often a wrong one.

A vector holds one idea. Its `flags` and its `note` say why it exists; its `id` is the clause and a digest of what is
asked, so that it never changes while the vector means the same. The vectors are data for people without Python: every
row of scores is spelt out, and integers stay below 2**53.

They come from the reference and from everything that is wrong on purpose (`focalloc.conformance.broken`,
`focalloc.conformance.mutants`): a session that exposes a mistake, made as short as possible, is a vector about that
mistake. `check` proves that the shipped ones follow from the spec, and does not ask how they were made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from focalloc.conformance.cases import Case, Opening, Step
from focalloc.conformance.judge import Moment, judged
from focalloc.conformance.targets import Target
from focalloc.refimpl.allocator import answered
from focalloc.refimpl.ingest import reclaim
from focalloc.spec import (
    SPEC_VERSION,
    Context,
    Geometry,
    InvalidInput,
    NoRoom,
    Params,
    State,
    advanced,
    ingested,
    opened,
    reclaim_violations,
    violations,
)
from focalloc.spec.actions import as_actions
from focalloc.spec.blocks import positions
from focalloc.spec.errors import whole_number
from focalloc.spec.geometry import MAX_SLOTS
from focalloc.spec.scores import checked_scores

WireAction = tuple[str, int, int]
LARGEST_INTEGER = 2**53
"""No integer in a vector is larger in magnitude, so that every JSON reader reads it exactly."""


NOT_IN_THE_ANSWER = ("CTX", "COO-2", "ANS")
"""Clauses that an answer itself cannot break; they are about reports and calls."""


class Wrong(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that must not be given.

    Attributes:
        actions: the answer.
        breaks: the clauses that it breaks, the first as the judge finds it first.
    """

    actions: tuple[tuple[Any, ...], ...]
    breaks: tuple[str, ...]


class Expected(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What a step must lead to.

    Attributes:
        actions: the right answer; in profile ``safety`` one right answer of many. Absent for an open and a refusal.
        refused: whether the input must be refused.
        context: the context afterwards.
        positions: the token position of each slot afterwards.
    """

    actions: tuple[WireAction, ...] | None = None
    refused: bool = False
    context: Context
    positions: tuple[int, ...]


class VectorStep(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """One thing asked: an iteration, an ingest (`ingest` given), or an open (`open` given).

    Attributes:
        scores: one fixed-point score per slot, unless their number is what must be refused.
        ingest: number of new level-0 blocks.
        open: another session.
        expect: what it must lead to.
        invalid: answers that must not be given.
    """

    scores: tuple[int, ...] = ()
    ingest: int | None = None
    open: Opening | None = None
    expect: Expected
    invalid: tuple[Wrong, ...] = ()


class Vector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One vector.

    Attributes:
        id: stable for ever.
        spec_version: version of the spec it follows from.
        profile: who must answer so.
        clauses: what it is about.
        flags: why it exists, for machines.
        note: why it exists, for people.
        source: what it was made from.
        geometry: shape of the tree.
        params: the parameters.
        context: the context that the session opens with.
        steps: what is asked, in order.
    """

    id: str
    spec_version: str
    profile: str
    clauses: tuple[str, ...]
    flags: tuple[str, ...]
    note: str
    source: str
    geometry: Geometry
    params: Params
    context: Context
    steps: tuple[VectorStep, ...]


class Entry(msgspec.Struct, frozen=True):
    """One file of vectors, as the manifest lists it."""

    file: str
    vectors: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What ships: ``manifest.json``."""

    spec_version: str
    vectors: int
    files: tuple[Entry, ...]


# MAKING


def vector(
    moments: Sequence[Moment],
    case: Case,
    *,
    profile: str,
    clauses: Sequence[str],
    flags: Sequence[str],
    note: str,
    source: str,
) -> Vector:
    """The vector that a session as it happened makes: its steps with the answers that were found right, or, where the
    last was wrong, with the reference's answer and the wrong one beside it."""
    steps = tuple(_step(moment, case) for moment in moments if moment.at >= 0)
    made = Vector(
        id="",
        spec_version=SPEC_VERSION,
        profile=profile,
        clauses=tuple(clauses),
        flags=tuple(flags),
        note=note,
        source=source,
        geometry=case.geometry,
        params=case.params,
        context=case.context,
        steps=steps,
    )
    return msgspec.structs.replace(made, id=f"{clauses[0]}-{digest(made)}")


def digest(made: Vector) -> str:
    """Eight hexadecimal digits of what is asked and answered, whatever is said about it.

    Parameters at their defaults do not count, so that a parameter which a later spec adds changes no id.
    """
    defaults = Params()
    params = {name: value for name, value in made.params.to_dict().items() if value != getattr(defaults, name)}
    asked = (made.profile, made.geometry, params, made.context, made.steps)
    return hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()[:8]


def _step(moment: Moment, case: Case) -> VectorStep:
    asked, before, after = case.steps[moment.at], moment.before, moment.after
    assert before is not None
    assert after is not None
    refused = isinstance(moment.answer, str) or any(found.clause == "ANS-3" for found in moment.found)
    invalid: tuple[Wrong, ...] = ()
    actions: tuple[WireAction, ...] | None = None
    if moment.found and asked.open is None:
        actions, after, refused = right_answer(before, moment.scores, asked.ingest)
        breaks = tuple(dict.fromkeys(found.clause for found in moment.found))
        if isinstance(moment.answer, list) and not any(clause.startswith(NOT_IN_THE_ANSWER) for clause in breaks):
            invalid = (Wrong(tuple(map(tuple, moment.answer)), breaks),)
    elif isinstance(moment.answer, list):
        actions = tuple((kind, level, start) for kind, level, start in moment.answer)
    return VectorStep(
        scores=tuple(moment.scores),
        ingest=asked.ingest,
        open=asked.open,
        expect=Expected(
            actions=actions,
            refused=refused,
            context=after.context,
            positions=tuple(positions(after.geometry, after.context)),
        ),
        invalid=invalid,
    )


def right_answer(
    state: State, scores: Sequence[int], ingest: int | None
) -> tuple[tuple[WireAction, ...] | None, State, bool]:
    """The reference's answer, the state after it, and whether it refuses."""
    try:
        checked_scores(state.geometry, state.context, scores)
        if ingest is None:
            answer = answered(state, scores)
            return tuple(answer), advanced(state, answer), False
        whole_number("blocks", ingest, 1, MAX_SLOTS)
        collapses = reclaim(state, scores, ingest)
        return tuple(collapses), ingested(state, collapses, ingest), False
    except (InvalidInput, NoRoom):
        return None, state, True


def recorded(target: Target, case: Case, profile: str) -> list[Moment]:
    """The session as it happens, moment by moment, as far as the judge lets it go."""
    moments: list[Moment] = []
    judged(target, case, profile, moments.append)
    return moments


# READING


def shipped() -> list[Vector]:
    """The vectors that come with this package, by file and id."""
    folder = files(__name__)
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    return [
        one
        for entry in manifest.files
        for one in msgspec.json.decode((folder / entry.file).read_bytes(), type=list[Vector])
    ]


def case_of(one: Vector) -> Case:
    """``one`` as a session that can be judged or replayed."""
    steps = []
    state = opened(one.geometry, one.params, one.context)
    for step in one.steps:
        slots = state.used
        steps.append(
            Step(scores=step.scores, ingest=step.ingest, open=step.open, extra=len(step.scores) - slots)
            if step.open is None
            else Step(open=step.open)
        )
        state = _after(state, step)
    return Case(geometry=one.geometry, params=one.params, context=one.context, steps=tuple(steps), note=one.note)


def _after(state: State, step: VectorStep) -> State:
    """The state after the right answer to ``step``."""
    if step.expect.refused:
        return state
    if step.open is not None:
        opening = step.open
        geometry = Geometry(**opening.geometry) if opening.geometry else state.geometry
        params = Params(**(state.params.to_dict() | (opening.params or {})))
        return opened(geometry, params, step.expect.context)
    actions = as_actions(step.expect.actions or ())
    return advanced(state, actions) if step.ingest is None else ingested(state, actions, step.ingest)


# CHECKING


def problems(one: Vector) -> Iterator[str]:
    """Everything about ``one`` that does not follow from the spec, a sentence each."""
    if one.id != f"{one.clauses[0]}-{digest(one)}":
        yield f"{one.id}: its id is not the digest of its content"
    if one.spec_version != SPEC_VERSION:
        yield f"{one.id}: made for spec {one.spec_version}, this is {SPEC_VERSION}"
    if not one.note or not one.flags:
        yield f"{one.id}: does not say why it exists"
    state = opened(one.geometry, one.params, one.context)
    for i, step in enumerate(one.steps):
        if step.open is None:
            yield from (f"{one.id}: step {i}: {sentence}" for sentence in _wrong(one, state, step))
        elif step.expect.refused != _must_refuse(one, step.open):
            yield f"{one.id}: step {i}: the open should {'' if step.expect.refused else 'not '}have been accepted"
        state = _after(state, step)
        if step.expect.context != state.context:
            yield f"{one.id}: step {i}: the context afterwards is another"
        if step.expect.positions != tuple(positions(state.geometry, state.context)):
            yield f"{one.id}: step {i}: the positions afterwards are others"


def _must_refuse(one: Vector, opening: Opening) -> bool:
    geometry = opening.geometry or {"arity": one.geometry.arity, "cost": one.geometry.cost}
    try:
        opened(
            Geometry(**geometry),
            Params(**(one.params.to_dict() | (opening.params or {}))),
            one.context if opening.context is None else opening.context,
        )
    except (InvalidInput, TypeError):
        return True
    return False


def _wrong(one: Vector, state: State, step: VectorStep) -> Iterator[str]:
    answer, _, refused = right_answer(state, step.scores, step.ingest)
    if refused != step.expect.refused:
        yield f"the input is to be {'refused' if refused else 'accepted'}"
        return
    if refused:
        return
    if one.profile != "safety" and answer != step.expect.actions:
        yield f"the reference answers {answer}"
    found = judged_answer(state, step, step.expect.actions or (), one.profile)
    if found:
        yield f"the expected answer breaks {found[0]}"
    for wrong in step.invalid:
        breaks = tuple(dict.fromkeys(judged_answer(state, step, wrong.actions, one.profile)))
        if breaks != wrong.breaks:
            yield f"{wrong.actions} breaks {breaks}, not {wrong.breaks}"


def judged_answer(state: State, step: VectorStep, actions: Sequence[Sequence[object]], profile: str) -> list[str]:
    """The clauses that ``actions`` break as the answer to ``step``."""
    if step.ingest is None:
        return [found.clause for found in violations(state, step.scores, actions, profile)]
    return [found.clause for found in reclaim_violations(state, step.scores, step.ingest, actions, profile)]


def check(folder: Path) -> list[str]:
    """Everything that is wrong with the vectors in ``folder``; empty if they are as they should be."""
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    found: list[str] = []
    ids: set[str] = set()
    total = 0
    for entry in manifest.files:
        text = (folder / entry.file).read_bytes()
        if hashlib.sha256(text).hexdigest() != entry.sha256:
            found.append(f"{entry.file}: its checksum is not that of the manifest")
        listed = msgspec.json.decode(text, type=list[Vector])
        if len(listed) != entry.vectors:
            found.append(f"{entry.file}: holds {len(listed)} vectors, the manifest says {entry.vectors}")
        for one in listed:
            if one.id in ids:
                found.append(f"{one.id}: is there twice")
            ids.add(one.id)
            found += problems(one)
        total += len(listed)
    if total != manifest.vectors or manifest.spec_version != SPEC_VERSION:
        found.append(f"manifest.json: says {manifest.vectors} vectors of spec {manifest.spec_version}; found {total}")
    unlisted = {path.name for path in folder.glob("*.json")} - {entry.file for entry in manifest.files}
    found += [f"{name}: is not in the manifest" for name in sorted(unlisted - {"manifest.json", "vectors.schema.json"})]
    if msgspec.json.decode((folder / "vectors.schema.json").read_bytes()) != schema():
        found.append("vectors.schema.json: is not the schema of the vectors")
    return found


# WRITING


def write(vectors: Sequence[Vector], folder: Path) -> Manifest:
    """Write ``vectors`` into ``folder``, one file per clause, with the manifest and the schema."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    entries = []
    for clause in dict.fromkeys(one.clauses[0] for one in vectors):
        mine = sorted((one for one in vectors if one.clauses[0] == clause), key=lambda one: one.id)
        lines = b",\n".join(msgspec.json.encode(one, order="deterministic") for one in mine)
        text = b"[\n" + lines + b"\n]\n"
        (folder / f"{clause}.json").write_bytes(text)
        entries.append(Entry(f"{clause}.json", len(mine), hashlib.sha256(text).hexdigest()))
    manifest = Manifest(SPEC_VERSION, len(vectors), tuple(sorted(entries, key=lambda entry: entry.file)))
    for name, value in (("manifest.json", manifest), ("vectors.schema.json", schema())):
        (folder / name).write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    return manifest


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a file of vectors."""
    (reference,), definitions = msgspec.json.schema_components([list[Vector]])
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **reference, "$defs": definitions}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return plain
