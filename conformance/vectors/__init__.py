"""Conformance vectors: short sessions as language-neutral JSON, each with its right answers and often a wrong one.

A vector holds one idea. Its `flags` and its `note` say why it exists; its `id` is the clause and a digest of what is
asked and answered, so that it never changes while the vector means the same. The vectors are data for people without
Python: every row of scores is spelt out, and integers stay below 2**53.

They come from the reference and from everything that is wrong on purpose (`focalloc.conformance.broken`,
`focalloc.conformance.mutants`): a session that exposes a mistake, made as short as possible, is a vector about that
mistake. ``focalloc vectors --update`` makes those that are missing and leaves the others as they are; `check` proves
that the shipped ones follow from the spec, and does not ask how they were made.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import chain, combinations
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from focalloc.conformance.cases import Case, Opening, Pinning, Step, cursor_for, front_of, preferred
from focalloc.conformance.decoding import decoded
from focalloc.conformance.judge import (
    Moment,
    judged,
    refused_logits,
    senseless_blocks,
    senseless_cursor,
    senseless_scores,
    senseless_tokens,
)
from focalloc.conformance.messages import described, same_schema
from focalloc.conformance.targets import Target
from focalloc.refimpl.allocator import answered
from focalloc.refimpl.ingest import let_go, new_blocks, reclaim
from focalloc.refimpl.projection import project
from focalloc.spec import (
    SPEC_VERSION,
    Context,
    Geometry,
    InvalidInput,
    NoRoom,
    Params,
    State,
    Violation,
    accepted_nonsense,
    advanced,
    filling_violations,
    ingested,
    ingested_tokens,
    opened,
    reclaim_violations,
    violations,
)
from focalloc.spec.actions import Action, as_actions, signed_delta
from focalloc.spec.blocks import positions
from focalloc.spec.candidates import Candidate, candidates
from focalloc.spec.clauses import clauses as stated
from focalloc.spec.filling import checked_tokens
from focalloc.spec.ingest import checked_size
from focalloc.spec.printable import counted
from focalloc.spec.projection import as_logits, checked_logits, saturated, violations_of_projection
from focalloc.spec.projection import preferred as preferred_candidates
from focalloc.spec.release import cut
from focalloc.spec.scores import Aggregates, checked_scores
from focalloc.spec.state import all_acted, released, seen
from focalloc.spec.violations import PROFILES

FOLDER = Path(str(files(__name__)))
"""Where the shipped vectors are: one file per clause, and these two."""

MANIFEST = "manifest.json"
SCHEMA = "vectors.schema.json"

T = TypeVar("T")
WireAction = tuple[str, int, int]
LARGEST_INTEGER = 2**53
"""No integer in a vector is larger in magnitude, so that every JSON reader reads it exactly."""

NOT_IN_THE_ANSWER = (
    *(
        "GEO",
        "CTX",
        "SCO",
        "PAR",
        "CUR",
        "COO-2",
        "PIN-3",
        "EDI",
        "LAY",
        "REL-2",
        "REL-3",
        "FIL-1",
        "ADA",
        "MEM",
        "BAL",
        "LPR",
    ),
    *("ANS-1", "ANS-2"),
)
"""Beginnings of clauses that an answer itself cannot break: definitions, and what is owed apart from an answer."""

FREE_TO_CHOOSE = ("knapsack", "hybrid", "multi_objective", "hierarchical", "projection")
"""Profiles in which several answers to one row may be right (F-6)."""

UPDATE = "make what is missing with: focalloc vectors --update"


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """An answer that must not be given.

    Attributes:
        actions: the answer; absent for a refusal.
        refused: whether it is wrong to refuse the input.
        released: the token that an ingest says it released to, beside those actions; absent for none.
        breaks: clauses that it breaks, the first as the judge finds it first.
    """

    actions: tuple[tuple[Any, ...], ...] | None = None
    refused: bool = False
    released: int | None = None
    breaks: tuple[str, ...]


class Expected(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What a step must lead to.

    Attributes:
        actions: the right answer; in profile ``safety`` one right answer of many. Absent for an open and a refusal.
        refused: whether the input must be refused.
        released: the token that an ingest releases to, if it lets anything go.
        context: the context afterwards.
        positions: the token position of each slot afterwards.
        unfilled: tokens of the last block that have not come yet then; absent for none.
    """

    actions: tuple[WireAction, ...] | None = None
    refused: bool = False
    released: int | None = None
    context: Context
    positions: tuple[int, ...]
    unfilled: int = 0


class VectorStep(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """One thing asked: an iteration, an ingest (`ingest` given), an open (`open` given), a pin or a release.

    Attributes:
        scores: one fixed-point score per slot, unless their number is what must be refused.
        logits: one triple (expand, keep, collapse) per block, for an iteration by logits instead of scores.
        ingest: number of new level-0 blocks.
        tokens: number of tokens that come, in place of blocks.
        open: another session.
        pin: tokens to pin, or to lift (`lift`), against `collapse` and against `expand`.
        may_release: whether an ingest may let the oldest blocks go.
        release: the token before which all blocks are to leave.
        cursor: the token that an iteration is told as its cursor; absent where it stands at the end of the context.
        expect: what it must lead to.
        invalid: answers that must not be given.
    """

    scores: tuple[int, ...] = ()
    logits: tuple[tuple[float, float, float], ...] = ()
    ingest: int | None = None
    open: Opening | None = None
    pin: Pinning | None = None
    may_release: bool = False
    release: int | None = None
    tokens: int | None = None
    cursor: int | None = None
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
        positions: the token position of each slot of it.
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
    positions: tuple[int, ...]
    steps: tuple[VectorStep, ...]


class Entry(msgspec.Struct, frozen=True):
    """One file of vectors, as the manifest lists it: a name in the manifest's own folder."""

    file: str
    vectors: int
    sha256: str

    def __post_init__(self) -> None:
        if not self.file or Path(self.file).name != self.file:
            raise InvalidInput("file", self.file, "must be the name of a file beside the manifest")


Answer = tuple[WireAction, ...]


class Manifest(msgspec.Struct, frozen=True):
    """What ships: ``manifest.json``.

    Attributes:
        spec_version: version of the spec it was written by.
        vectors: how many there are.
        files: where they are.
        alternatives: id of a vector -> index of a step -> the answers that are as right as the expected one (F-6).
    """

    spec_version: str
    vectors: int
    files: tuple[Entry, ...]
    alternatives: dict[str, dict[int, tuple[Answer, ...]]] = {}


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
        positions=tuple(positions(case.geometry, case.context)),
        steps=tuple(_step(moment, case) for moment in moments if moment.at >= 0),
    )
    return msgspec.structs.replace(made, id=f"{clauses[0]}-{digest(made)}")


def digest(made: Vector) -> str:
    """Eight hexadecimal digits of what is asked and answered, whatever is said about it.

    Parameters at their defaults do not count, nor which clauses a wrong answer breaks, so that a parameter or a clause
    which a later spec adds changes no id.
    """
    defaults = Params()
    params = {name: value for name, value in made.params.to_dict().items() if value != getattr(defaults, name)}
    steps = msgspec.to_builtins(made.steps)
    for wrong in chain.from_iterable(step.get("invalid", ()) for step in steps):
        del wrong["breaks"]
    asked = (made.profile, made.geometry, params, made.context, steps)
    return hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()[:8]


def _step(moment: Moment, case: Case) -> VectorStep:
    asked, before, after = case.steps[moment.at], moment.before, moment.after
    assert before is not None
    assert after is not None
    logits = tuple((e, k, c) for e, k, c in preferred(before.context, asked))
    refused = isinstance(moment.answer, str) or any(found.clause == "ANS-3" for found in moment.found)
    invalid: tuple[Wrong, ...] = ()
    actions: tuple[WireAction, ...] | None = None
    unanswered = asked.pin is not None or asked.release is not None
    if moment.found and asked.open is None and not unanswered:
        actions, after, refused = right_answer(
            before, moment.scores, logits, asked, may_release=asked.may_release, cursor=moment.cursor
        )
        breaks = tuple(dict.fromkeys(found.clause for found in moment.found))
        if any(clause.startswith(NOT_IN_THE_ANSWER) for clause in breaks):
            pass  # whatever was answered is not what is wrong
        elif isinstance(moment.answer, list):
            invalid = (Wrong(actions=tuple(map(tuple, moment.answer)), released=moment.released, breaks=breaks),)
        elif isinstance(moment.answer, str):
            invalid = (Wrong(refused=True, breaks=breaks),)
    elif isinstance(moment.answer, list) and not unanswered:
        actions = tuple((kind, level, start) for kind, level, start in moment.answer)
    return VectorStep(
        scores=tuple(moment.scores),
        logits=logits,
        ingest=asked.ingest,
        open=asked.open,
        pin=asked.pin,
        may_release=asked.may_release,
        tokens=asked.tokens,
        release=None if asked.release is None else front_of(before.context, asked),
        cursor=moment.cursor,
        expect=Expected(
            actions=actions,
            refused=refused,
            released=None if asked.ingest is None and asked.tokens is None else _released(before, after),
            context=after.context,
            positions=tuple(positions(after.geometry, after.context)),
            unfilled=after.unfilled,
        ),
        invalid=invalid,
    )


def _released(before: State, after: State) -> int | None:
    """The token that the context was released to in between; None if nothing was let go."""
    front = after.context[0].start
    return None if front == before.context[0].start else front


def right_answer(
    state: State,
    scores: Sequence[int],
    logits: Sequence[Sequence[float]],
    asked: Step | VectorStep,
    *,
    may_release: bool = False,
    cursor: int | None = None,
) -> tuple[tuple[WireAction, ...] | None, State, bool]:
    """The reference's answer, the state after it, and whether it refuses."""
    try:
        if logits:
            answer = project(state, fixed_point(logits))
            return tuple(answer), advanced(state, answer), False
        checked_scores(state.geometry, state.context, scores)
        if asked.tokens is not None:
            tokens = checked_tokens(asked.tokens)
        elif asked.ingest is not None:
            tokens = checked_size(asked.ingest) * state.geometry.span(0)
        else:
            answer = answered(state.pointed(cursor), scores)
            return tuple(answer), advanced(state, answer, scores), False
        blocks = new_blocks(state, tokens)
        collapses = reclaim(state, scores, blocks, release=may_release) if blocks else []
        front = let_go(all_acted(state, collapses), blocks) if may_release and blocks else None
        return tuple(collapses), ingested_tokens(state, collapses, tokens, front), False
    except (InvalidInput, NoRoom):
        return None, state, True


def fixed_point(logits: Sequence[Sequence[float]]) -> list[list[int]]:
    """``logits`` in fixed point, where what does not fit saturates (PRO-1)."""
    return [[saturated(one) for one in row] for row in logits]


def recorded(target: Target, case: Case, profile: str) -> list[Moment]:
    """The session as it happens, moment by moment, as far as the judge lets it go."""
    moments: list[Moment] = []
    judged(target, case, profile, moments.append)
    return moments


# READING


def shipped() -> list[Vector]:
    """The vectors that come with this package, by file and id."""
    return in_folder(FOLDER)


def in_folder(folder: Path) -> list[Vector]:
    """The vectors that the manifest in ``folder`` lists, by file and id.

    Raises:
        InvalidInput: there is no manifest there, or what it lists cannot be read.
    """
    if not (folder / MANIFEST).is_file():
        raise InvalidInput("folder", str(folder), f"has no {MANIFEST}")
    manifest = _decoded(folder / MANIFEST, Manifest)
    return [one for entry in manifest.files for one in _decoded(folder / entry.file, list[Vector])]


def _decoded(file: Path, kind: type[T]) -> T:
    try:
        return decoded(file.read_bytes(), kind)
    except OSError as error:
        raise InvalidInput("vectors", str(file), error.strerror or str(error)) from error
    except msgspec.DecodeError as error:
        raise InvalidInput("vectors", str(file), f"holds no vectors: {error}") from error


def by_clause(vectors: Sequence[Vector]) -> dict[str, int]:
    """How many vectors are about each clause, in the order of the spec."""
    counts = Counter(clause for one in vectors for clause in one.clauses)
    return {clause: counts[clause] for clause in stated()}


def case_of(one: Vector) -> Case:
    """``one`` as a session that can be judged or replayed."""
    steps = []
    state = opened(one.geometry, one.params, one.context)
    for step in one.steps:
        asked = Step(scores=step.scores, logits=step.logits, ingest=step.ingest, open=step.open, pin=step.pin)
        if step.release is not None:
            at = sum(block.start <= step.release for block in state.context[1:])
            asked = Step(release=at, extra=step.release - state.context[at].start)
        elif not (step.open or step.logits or step.pin):
            extra = len(step.scores) - state.used
            where = None if step.cursor is None else cursor_for(state, step.cursor)
            asked = msgspec.structs.replace(
                asked, extra=extra, may_release=step.may_release, tokens=step.tokens, cursor=where
            )
        steps.append(asked)
        state = _after(one, state, step)
    return Case(geometry=one.geometry, params=one.params, context=one.context, steps=tuple(steps), note=one.note)


def _after(one: Vector, state: State, step: VectorStep) -> State:
    """The state after the right answer to ``step``."""
    if step.expect.refused:
        return state
    if step.open is not None:
        return opened_by(one, step.open)
    if step.pin is not None:
        return replace(state, pins=step.pin.of(state.pins))
    if step.release is not None:
        return released(state, step.release)
    actions = as_actions(step.expect.actions or ())
    if step.tokens is not None:
        return ingested_tokens(state, actions, step.tokens, step.expect.released)
    if step.ingest is not None:
        return ingested(state, actions, step.ingest, step.expect.released)
    return advanced(state, actions, step.scores or None)


def opened_by(one: Vector | Case, opening: Opening) -> State:
    """The state that ``opening`` leads to in ``one``; raises `InvalidInput` or `TypeError` if it must be refused."""
    geometry = one.geometry if opening.geometry is None else Geometry(**opening.geometry)
    params = Params(**(one.params.to_dict() | (opening.params or {})))
    return opened(geometry, params, one.context if opening.context is None else opening.context)


# CHECKING


def problems(one: Vector) -> Iterator[str]:
    """Everything about ``one`` that does not follow from the spec, a sentence each."""
    if one.id != f"{one.clauses[0]}-{digest(one)}":
        yield f"{one.id}: its id is not the digest of its content"
    if not still_valid(one.spec_version):
        yield f"{one.id}: made for spec {one.spec_version}, this is {SPEC_VERSION}"
    if not one.note or not one.flags:
        yield f"{one.id}: does not say why it exists"
    try:
        state = opened(one.geometry, one.params, one.context)
        if one.positions != tuple(positions(one.geometry, one.context)):
            yield f"{one.id}: the positions at first are others"
        for i, step in enumerate(one.steps):
            yield from (f"{one.id}: step {i}: {sentence}" for sentence in _wrong(one, state, step))
            state = _after(one, state, step)
            if step.expect.context != state.context:
                yield f"{one.id}: step {i}: the context afterwards is another"
            if step.expect.positions != tuple(positions(state.geometry, state.context)):
                yield f"{one.id}: step {i}: the positions afterwards are others"
            if step.expect.unfilled != state.unfilled:
                yield f"{one.id}: step {i}: other tokens are to come afterwards"
    except (InvalidInput, TypeError) as senseless:
        yield f"{one.id}: cannot be played: {senseless}"


def still_valid(version: str) -> bool:
    """Whether what was made for ``version`` of the spec holds for this one: the same major version, not a later one."""
    made, now = ([int(part) for part in text.split(".")] for text in (version, SPEC_VERSION))
    return made[0] == now[0] and made <= now


def _must_refuse(one: Vector, opening: Opening) -> bool:
    try:
        opened_by(one, opening)
    except (InvalidInput, TypeError):
        return True
    return False


def _wrong(one: Vector, state: State, step: VectorStep) -> Iterator[str]:
    """What is wrong with what ``step`` says of its answers."""
    answer: tuple[WireAction, ...] | None = None
    if step.pin is not None:
        return
    if step.release is not None:
        if bool(cut(state.context, step.release)) != step.expect.refused:
            yield f"to release to {step.release} is to be {'accepted' if step.expect.refused else 'refused'}"
        return
    if step.open is not None:
        refused = _must_refuse(one, step.open)
    else:
        answer, after, refused = right_answer(
            state, step.scores, step.logits, step, may_release=step.may_release, cursor=step.cursor
        )
        ingests = step.ingest is not None or step.tokens is not None
        if one.profile != "safety" and step.expect.released != (_released(state, after) if ingests else None):
            yield f"the reference begins at token {after.context[0].start}"
    if refused != step.expect.refused:
        yield f"the input is to be {'refused' if refused else 'accepted'}"
    if step.open is not None:
        return
    if one.profile != "safety" and answer != step.expect.actions:
        yield f"the reference answers {answer}"
    if found := judged_answer(state, step, step.expect.actions, one.profile, step.expect.released):
        yield f"the expected answer breaks {found[0].clause}"
    for wrong in step.invalid:
        said = "refusing it" if wrong.refused else f"{wrong.actions}"
        if wrong.refused == (wrong.actions is not None):
            yield f"{said} is either refused or answered"
        broken = {found.clause for found in judged_answer(state, step, wrong.actions, one.profile, wrong.released)}
        yield from (f"{said} does not break {clause}" for clause in wrong.breaks if clause not in broken)
        if not wrong.breaks:
            yield f"{said} is called wrong, without a clause"


def judged_answer(
    state: State,
    step: VectorStep,
    actions: Sequence[Sequence[object]] | None,
    profile: str,
    front: int | None = None,
) -> list[Violation]:
    """What ``actions``, and to release to ``front``, break as the answer to ``step``; None stands for a refusal."""
    if step.logits:
        if actions is None:
            return refused_logits(step.logits)
        found = violations(state, [0] * state.used, actions, "safety")
        return found or violations_of_projection(state, fixed_point(step.logits), as_actions(actions))
    if senseless := senseless_scores(state, step.scores):
        return accepted_nonsense(actions is None or profile == "safety", senseless)
    if senseless := senseless_cursor(state, step.cursor):
        return accepted_nonsense(actions is None or profile == "safety", senseless)
    may = step.may_release
    if step.tokens is not None:
        if senseless := senseless_tokens(state, step.tokens):
            return accepted_nonsense(actions is None or profile == "safety", senseless)
        return filling_violations(state, step.scores, step.tokens, actions, profile, release=may, front=front)
    if step.ingest is None:
        return [] if actions is None else violations(state, step.scores, actions, profile, step.cursor)
    if senseless := senseless_blocks(state, step.ingest):
        return accepted_nonsense(actions is None or profile == "safety", senseless)
    return reclaim_violations(state, step.scores, step.ingest, actions, profile, release=may, front=front)


def uncovered(vectors: Sequence[Vector]) -> list[str]:
    """A sentence for each clause and each profile that no vector is about, or that no answer in one breaks."""
    counts, profiles = by_clause(vectors), {one.profile for one in vectors}
    bare = [clause for clause, count in counts.items() if not count]
    bare += [f"profile {profile}" for profile in PROFILES if profile not in profiles]
    wrong = [(one.profile, answer) for one in vectors for step in one.steps for answer in step.invalid]
    broken = {clause for _, answer in wrong for clause in answer.breaks}
    whole = [clause for clause in counts if clause not in broken and not clause.startswith(NOT_IN_THE_ANSWER)]
    whole += [f"profile {profile}" for profile in PROFILES if profile not in {profile for profile, _ in wrong}]
    return [f"{what}: no vector is about it; {UPDATE}" for what in bare] + [
        f"{what}: no wrong answer breaks it; {UPDATE}" for what in whole
    ]


def check(folder: Path) -> list[str]:
    """Everything that is wrong with the vectors in ``folder``; empty if they are as they should be."""
    manifest = _decoded(folder / MANIFEST, Manifest)
    found: list[str] = []
    ids: set[str] = set()
    every: list[Vector] = []
    for entry in manifest.files:
        text = (folder / entry.file).read_bytes()
        if hashlib.sha256(text).hexdigest() != entry.sha256:
            found.append(f"{entry.file}: its checksum is not that of the manifest")
        listed = _decoded(folder / entry.file, list[Vector])
        if len(listed) != entry.vectors:
            found.append(f"{entry.file}: holds {counted(len(listed), 'vector')}, the manifest says {entry.vectors}")
        for one in listed:
            if one.id in ids:
                found.append(f"{one.id}: is there twice")
            ids.add(one.id)
            found += problems(one)
        every += listed
    total = len(every)
    if total != manifest.vectors or not still_valid(manifest.spec_version):
        found.append(f"manifest.json: says {manifest.vectors} vectors of spec {manifest.spec_version}; found {total}")
    if manifest.alternatives != several(every):
        found.append(f"manifest.json: does not name the answers that are as right as those expected; {UPDATE}")
    unlisted = {path.name for path in folder.glob("*.json")} - {entry.file for entry in manifest.files}
    found += [f"{name}: is not in the manifest" for name in sorted(unlisted - {MANIFEST, SCHEMA})]
    if not same_schema(msgspec.json.decode((folder / SCHEMA).read_bytes()), schema()):
        found.append(f"vectors.schema.json: is not the schema of the vectors; {UPDATE}")
    return found


# ALTERNATIVES


def alternatives(one: Vector) -> dict[int, tuple[Answer, ...]]:
    """Every answer that is as right as the expected one, by the index of its step (F-6).

    As many actions that end with as many slots in use are tried, in the one order that KNA-5 leaves, and judged.
    """
    found: dict[int, tuple[Answer, ...]] = {}
    if one.profile not in FREE_TO_CHOOSE:
        return found
    state = opened(one.geometry, one.params, one.context)
    for i, step in enumerate(one.steps):
        if step.expect.actions and step.ingest is None and step.tokens is None and step.open is None:
            others = tuple(_others(one.profile, state, step, as_actions(step.expect.actions)))
            found |= {i: others} if others else {}
        state = _after(one, state, step)
    return found


def several(vectors: Iterable[Vector]) -> dict[str, dict[int, tuple[Answer, ...]]]:
    """`alternatives` of each vector that has any, by id."""
    found = {one.id: alternatives(one) for one in sorted(vectors, key=lambda one: one.id)}
    return {name: steps for name, steps in found.items() if steps}


def _others(profile: str, state: State, step: VectorStep, expected: Sequence[Action]) -> Iterator[Answer]:
    now = state.ticked.pointed(step.cursor)
    if profile == "projection":
        fixed = checked_logits(now, fixed_point(step.logits)) if step.logits else as_logits(now, seen(now, step.scores))
        pool = preferred_candidates(now, fixed)
    else:
        pool = candidates(now, Aggregates(now.geometry, now.context, seen(now, step.scores)))
    pool.sort(key=_place)
    added = sum(signed_delta(now.geometry, action) for action in expected)
    for chosen in combinations([candidate.action for candidate in pool], len(expected)):
        as_large = sum(signed_delta(now.geometry, action) for action in chosen) == added
        if as_large and list(chosen) != list(expected) and not judged_answer(state, step, chosen, profile):
            yield tuple((action.kind, action.level, action.start) for action in chosen)


def _place(one: Candidate) -> tuple[bool, int, int, int]:
    """Where a candidate stands in the order of application (KNA-5, GRE-4)."""
    (kind, level, start), aggregate = one
    return (kind == "expand", -aggregate if kind == "expand" else aggregate, start, level)


# WRITING


def write(vectors: Sequence[Vector], folder: Path) -> Manifest:
    """Write ``vectors`` into ``folder``, one file per clause, with the manifest and the schema."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for clause in dict.fromkeys(one.clauses[0] for one in vectors):
        mine = sorted((one for one in vectors if one.clauses[0] == clause), key=lambda one: one.id)
        lines = b",\n".join(map(encoded, mine))
        text = b"[\n" + lines + b"\n]\n"
        (folder / f"{clause}.json").write_bytes(text)
        entries.append(Entry(f"{clause}.json", len(mine), hashlib.sha256(text).hexdigest()))
    in_order = tuple(sorted(entries, key=lambda entry: entry.file))
    manifest = Manifest(SPEC_VERSION, len(vectors), in_order, several(vectors))
    for name, value in ((MANIFEST, manifest), (SCHEMA, schema())):
        (folder / name).write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    return manifest


def encoded(one: Vector) -> bytes:
    """``one`` on one line, with the parameters that the wire protocol would tell it."""
    return msgspec.json.encode(msgspec.to_builtins(one) | {"params": one.params.to_dict()})


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a file of vectors."""
    (reference,), definitions = msgspec.json.schema_components([list[Vector]])
    described(definitions)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **reference, "$defs": definitions}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return plain
