"""The shipped vectors follow from the spec, cover it, and whatever is wrong with a vector is noticed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import msgspec
import pytest

from focalloc.conformance import PythonTarget, judged, vectors
from focalloc.conformance.broken import BROKEN, Broken
from focalloc.conformance.cases import Case, Opening, Step
from focalloc.conformance.mutants import EQUIVALENT, mutants
from focalloc.conformance.vectors import (
    FOLDER,
    FREE_TO_CHOOSE,
    MANIFEST,
    SCHEMA,
    UPDATE,
    Vector,
    VectorStep,
    alternatives,
    case_of,
    check,
    encoded,
    problems,
    recorded,
    shipped,
    still_valid,
    uncovered,
    vector,
    write,
)
from focalloc.conformance.vectors.sources import LARGEST, Source, missing, pool, sources
from focalloc.refimpl import ReferenceAllocator, knapsack
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.clauses import PREDICATES
from focalloc.spec.violations import PROFILES, SELECTIONS

ALL = shipped()
IDS = Path(__file__).with_name("vector_ids.txt")


def test_the_shipped_vectors_follow_from_the_spec() -> None:
    assert check(FOLDER) == []


def test_every_clause_and_profile_has_a_vector() -> None:
    bare = uncovered(ALL)
    assert not bare, "\n".join(bare)


TOO_LARGE = {"GainIn64Bits", "WindowIn16Bits"}
"""Mistakes whose smallest session takes more characters than a vector may have; the judge's sessions expose them."""


def test_every_mistake_has_a_vector() -> None:
    """One that was made of it; or, where the same session was there already, one that exposes it."""
    given = {one.source for one in ALL}
    without = [broken for name, broken in BROKEN.items() if f"broken:{name}" not in given]
    assert len(without) < 5
    assert {broken.name for broken in without} >= TOO_LARGE
    for broken in without:
        if broken.name in TOO_LARGE:
            continue
        with PythonTarget(broken.factory, timeout=3.0, start_timeout=3.0) as target:
            mine = [one for one in ALL if one.profile == broken.profile]
            assert any(judged(target, case_of(one), one.profile).status == "fail" for one in mine), (
                f"no vector exposes {broken.name}; {UPDATE}"
            )


def test_no_vector_that_has_been_there_is_gone() -> None:
    """Ids are stable for ever; whoever adds a vector adds its id to the list."""
    assert [one.id for one in ALL] == IDS.read_text().split()


def test_there_are_several_hundred_small_ones() -> None:
    assert len(ALL) >= 300
    assert max(len(encoded(one)) for one in ALL) <= LARGEST


def test_answers_of_every_kind_are_there() -> None:
    assert sum(bool(step.invalid) for one in ALL for step in one.steps) > 60
    assert all(wrong.breaks for one in ALL for step in one.steps for wrong in step.invalid)
    assert any(step.expect.refused for one in ALL for step in one.steps)
    assert any(step.ingest is not None for one in ALL for step in one.steps)
    assert any(step.open is not None for one in ALL for step in one.steps)


def test_clauses_are_those_of_the_spec_and_a_clause_without_a_vector_is_named() -> None:
    assert {clause for one in ALL for clause in one.clauses} <= set(PREDICATES)
    without = [one for one in ALL if "CAP-1" not in one.clauses and one.profile != "knapsack"]
    assert f"CAP-1: no vector is about it; {UPDATE}" in uncovered(without)
    assert f"profile knapsack: no vector is about it; {UPDATE}" in uncovered(without)


def test_every_clause_that_an_answer_can_break_has_a_wrong_one_and_what_has_none_is_named() -> None:
    broken = {clause for one in ALL for step in one.steps for wrong in step.invalid for clause in wrong.breaks}
    called = {clause for mistake in BROKEN.values() for clause in mistake.exposed_by}
    reports = {"CTX-1", "CTX-2", "CTX-3", "CTX-5", "CTX-6", "COO-2", "PIN-3", "EDI-1", "EDI-2", "EDI-3"}
    reports |= {"LAY-1", "LAY-2", "LAY-3", "LAY-4", "LAY-5", "REL-2", "REL-3", "FIL-1"}
    apart = reports | {"LPR-1", "LPR-2", "LPR-3", "ANS-1", "ANS-2"}
    assert broken == called - apart  # which are owed by reports, bounds and calls
    right_only = [msgspec.structs.replace(one, steps=tuple(map(_without_wrong, one.steps))) for one in ALL]
    assert f"ING-3: no wrong answer breaks it; {UPDATE}" in uncovered(right_only)
    assert f"profile hybrid: no wrong answer breaks it; {UPDATE}" in uncovered(right_only)


def _without_wrong(step: VectorStep) -> VectorStep:
    return msgspec.structs.replace(step, invalid=())


def test_every_file_matches_the_shipped_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads((FOLDER / SCHEMA).read_text()))
    files = [path for path in FOLDER.glob("*.json") if path.name not in (MANIFEST, SCHEMA)]
    assert files
    for path in files:
        validator.validate(json.loads(path.read_text()))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate([{"id": "CAP-1"}])


def test_no_integer_is_too_large_for_a_double() -> None:
    def integers(value: object) -> Iterator[int]:
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from integers(one)
        elif isinstance(value, int):
            yield value

    assert max(abs(n) for one in ALL for n in integers(json.loads(encoded(one)))) < vectors.LARGEST_INTEGER


def test_the_reference_passes_them_all() -> None:
    with PythonTarget(ReferenceAllocator) as target:
        for one in ALL:
            assert judged(target, case_of(one), one.profile).status == "pass", one.id


@pytest.mark.parametrize("broken", BROKEN.values(), ids=lambda broken: broken.name)
def test_a_mistake_fails_on_the_vectors_that_were_made_of_it(broken: Broken) -> None:
    limit = 0.5 if "ANS-1" in broken.exposed_by else 10.0
    with PythonTarget(broken.factory, timeout=limit, start_timeout=limit) as target:
        for one in ALL:
            if one.source == f"broken:{broken.name}":
                assert judged(target, case_of(one), one.profile).clause == one.clauses[0]


def test_a_session_becomes_a_vector_and_a_vector_a_session() -> None:
    """Every kind of step, the wrong answer beside the right one, and a number of scores that must be refused."""
    case = Case(
        geometry=Geometry((2, 2)),
        params=Params(w_max=8),
        context=(Block(2, 0), Block(2, 4)),
        steps=(
            Step(scores=(2**20, 0)),
            Step(scores=(1, 1, 1), extra=1),
            Step(ingest=1),
            Step(open=Opening(context=((0, 0),), params={"w_max": 9})),
            Step(open=Opening(params={"w_max": 0})),
        ),
    )
    with PythonTarget(ReferenceAllocator) as target:
        moments = recorded(target, case, "greedy")
        made = vector(moments, case, profile="greedy", clauses=("GRE-6",), flags=("here",), note="All.", source="test")
        assert list(problems(made)) == []
        assert [step.expect.refused for step in made.steps] == [False, True, False, False, True]
        assert made.steps[0].expect.actions == (("expand", 2, 0),)
        assert made.steps[-1].expect.context == ((0, 0),)
        assert msgspec.json.decode(encoded(made), type=Vector) == made
        assert judged(target, case_of(made), "greedy").status == "pass"
    with PythonTarget(BROKEN["OneMore"].factory) as target:
        mine = next(one for one in ALL if one.source == "broken:OneMore")
        again = recorded(target, case_of(mine), "safety")
        anew = vector(again, case_of(mine), **_about(mine))
        assert msgspec.structs.replace(anew, spec_version=mine.spec_version) == mine
        assert mine.steps[-1].invalid[0].breaks == ("CAP-1",)


def _about(one: Vector) -> dict[str, object]:
    return {name: getattr(one, name) for name in ("profile", "clauses", "flags", "note", "source")}


def test_a_vector_that_does_not_follow_is_noticed() -> None:
    one = next(one for one in ALL if one.profile == "greedy" and one.steps[-1].invalid and one.steps[-1].expect.actions)
    step = one.steps[-1]
    wrong = step.invalid[0]

    def said(**changes: object) -> str:
        mended = msgspec.structs.replace(step, **changes)
        return " ".join(problems(msgspec.structs.replace(one, steps=(*one.steps[:-1], mended))))

    def called(**changes: object) -> str:
        return " ".join(problems(msgspec.structs.replace(one, **changes)))

    assert list(problems(one)) == []
    assert "does not break COO-1" in said(invalid=(msgspec.structs.replace(wrong, breaks=("COO-1",)),))
    assert "refusing it does not break" in said(invalid=(msgspec.structs.replace(wrong, actions=None, refused=True),))
    assert "either refused or answered" in said(invalid=(msgspec.structs.replace(wrong, refused=True),))
    assert "without a clause" in said(invalid=(msgspec.structs.replace(wrong, breaks=()),))
    assert "does not break" in said(invalid=(msgspec.structs.replace(wrong, actions=step.expect.actions or ()),))
    assert "the reference answers" in said(expect=msgspec.structs.replace(step.expect, actions=()))
    assert "the expected answer breaks" in said(expect=msgspec.structs.replace(step.expect, actions=wrong.actions))
    assert "positions afterwards" in said(expect=msgspec.structs.replace(step.expect, positions=()))
    assert "context afterwards" in said(expect=msgspec.structs.replace(step.expect, context=(Block(0, 0),)))
    assert "not the digest" in said(expect=msgspec.structs.replace(step.expect, positions=()))
    assert "to be accepted" in said(expect=msgspec.structs.replace(step.expect, refused=True, actions=None))
    assert "cannot be played" in said(expect=msgspec.structs.replace(step.expect, actions=(("expand", 9, 9),)))
    assert "positions at first" in called(positions=())
    assert "made for spec 0.1" in called(spec_version="0.1")
    assert "why it exists" in called(note="")


def test_a_vector_outlives_a_later_spec_that_adds_something() -> None:
    assert still_valid(vectors.SPEC_VERSION)
    assert not still_valid("1.999")
    assert not still_valid("0.9")
    one = next(one for one in ALL if one.steps and one.steps[-1].invalid)
    less = tuple(msgspec.structs.replace(wrong, breaks=wrong.breaks[:1]) for wrong in one.steps[-1].invalid)
    with_less = msgspec.structs.replace(
        one, steps=(*one.steps[:-1], msgspec.structs.replace(one.steps[-1], invalid=less))
    )
    assert list(problems(with_less)) == []  # another broken clause that is not listed changes nothing, not even the id


def test_files_that_were_touched_are_noticed(tmp_path: Path) -> None:
    write(ALL, tmp_path)
    assert check(tmp_path) == []
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != SCHEMA}
    assert written == {path.name: path.read_bytes() for path in FOLDER.glob("*.json") if path.name != SCHEMA}
    touched = tmp_path / "CAP-1.json"
    touched.write_bytes(touched.read_bytes() + b" ")
    (tmp_path / "stray.json").write_text("[]")
    (tmp_path / SCHEMA).write_text("{}")
    found = check(tmp_path)
    assert [sentence.partition(";")[0] for sentence in found] == [
        "CAP-1.json: its checksum is not that of the manifest",
        "stray.json: is not in the manifest",
        "vectors.schema.json: is not the schema of the vectors",
    ]
    (tmp_path / "stray.json").unlink()
    write([*ALL, ALL[0]], tmp_path)
    assert check(tmp_path) == [f"{ALL[0].id}: is there twice"]
    shutil.copy(FOLDER / MANIFEST, tmp_path)
    assert any("the manifest says" in sentence for sentence in check(tmp_path))


def test_an_update_asks_new_sources_only_and_leaves_the_others() -> None:
    asked: list[str] = []

    def source(name: str, made: list[Vector]) -> Source:
        def make(there: Sequence[Vector]) -> Iterator[Vector]:
            asked.append(name)
            return iter(made)

        return Source(name, make)

    first, second = ALL[0], next(one for one in ALL if one.source != ALL[0].source)
    known, new = source(first.source, [second]), source(second.source, [first, second])
    assert list(missing([first], [known, new, new])) == [(second.source, [second])]
    assert asked == [second.source]


def test_every_source_has_a_name_and_every_mutant_that_counts_is_one() -> None:
    names = [source.name for source in sources()]
    assert {name.partition(":")[0] for name in names} == {"broken", "mutant", "refusals", "reference"}
    assert sum(name.startswith("mutant:") for name in names) == len(list(mutants())) - len(EQUIVALENT)
    assert {f"reference:{profile}" for profile in PROFILES} <= set(names)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["broken:OneMore", "broken:EndlessCooldown", "broken:NeverCollapses", "refusals", "reference:greedy"]
)
def test_a_source_always_gives_the_same_and_it_follows_from_the_spec(name: str) -> None:
    source = next(source for source in sources() if source.name == name)
    given = list(source.make([]))
    pool.cache_clear()
    assert given
    assert list(source.make([])) == given
    assert [sentence for one in given for sentence in problems(one)] == []


def test_the_readme_names_every_kind_of_vector() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    table = text.partition("| flag | made from |\n|---|---|\n")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {one.flags[0] for one in ALL}


class Plainly:
    """An allocator as the harness of the page wants it: plain data in and out."""

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.inner = factory()

    def open(self, geometry: dict[str, Any], params: dict[str, Any], context: list[list[int]]) -> None:
        self.inner.open(Geometry(**geometry), Params(**params), context)

    def step(self, scores: list[int], **told: int) -> list[list[object]]:
        if told and "cursor" not in signature(self.inner.step).parameters:
            raise NotImplementedError
        return [list(action) for action in self.inner.step(scores, **told)]

    def prefer(self, logits: list[list[float]]) -> list[list[object]]:
        return [list(action) for action in self.inner.prefer(logits)]

    def pin(self, asked: dict[str, Any]) -> None:
        change = self.inner.unpin if asked.get("lift") else self.inner.pin
        change(asked["first"], asked["last"], asked.get("collapse", True), asked.get("expand", False))

    def release(self, token: int) -> None:
        if not hasattr(self.inner, "release"):
            raise NotImplementedError
        self.inner.release(token)

    def ingest_tokens(self, tokens: int, scores: list[int], **more: bool) -> list[list[object]]:
        if not hasattr(self.inner, "ingest_tokens"):
            raise NotImplementedError
        return [list(action) for action in self.inner.ingest_tokens(tokens, scores, **more)]

    def ingest(self, blocks: int, scores: list[int], **more: bool) -> list[list[object]]:
        return [list(action) for action in self.inner.ingest(blocks, scores, **more)]


def harness() -> dict[str, Any]:
    """The names that the page's snippet defines."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet, names)
    return names


def test_the_harness_of_the_readme_tells_right_from_wrong() -> None:
    failures = harness()["failures"]
    for profile in SELECTIONS:
        assert list(failures(FOLDER, Plainly(ReferenceAllocator), profile)) == [], profile
    wrong = set(failures(FOLDER, Plainly(BROKEN["LatestFirst"].factory), "greedy"))
    assert {one.id for one in ALL if one.source == "broken:LatestFirst"} <= wrong


@pytest.mark.parametrize("profile", FREE_TO_CHOOSE)
def test_an_allocator_that_breaks_ties_the_other_way_passes_the_harness(
    profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of several equal choices is taken is free (F-6): the page must not ask for the reference's."""
    before = knapsack.places
    monkeypatch.setattr(knapsack, "places", lambda chosen: [tuple(-part for part in one) for one in before(chosen)])
    names = harness()
    assert list(names["failures"](FOLDER, Plainly(ReferenceAllocator), profile)) == []
    names["json"] = SimpleNamespace(loads=lambda text: _strict(json.loads(text)))
    strictly = list(names["failures"](FOLDER, Plainly(ReferenceAllocator), profile))
    several = json.loads((FOLDER / "manifest.json").read_text())["alternatives"]
    assert 0 < len(strictly) <= len(several)
    assert set(strictly) <= set(several)


def _strict(read: Any) -> Any:
    """A manifest that knows of no alternatives; what else was read as it is."""
    return read | {"alternatives": {}} if isinstance(read, dict) else read


def test_an_answer_that_is_not_as_right_is_no_alternative() -> None:
    two = next(one for one in ALL if one.profile == "knapsack" and alternatives(one))
    (at, others), *_ = alternatives(two).items()
    assert two.steps[at].expect.actions not in others
    assert len(set(others)) == len(others)
    assert all(alternatives(one) == {} for one in ALL if one.profile in ("safety", "greedy", "enhanced"))
