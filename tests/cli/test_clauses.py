"""`focalloc clauses`: the traceability table against what it is drawn from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from focalloc.analysis.evidence import _broken, _tests, _theorems, gaps, unproved
from focalloc.analysis.places import named
from focalloc.conformance.broken import BROKEN
from focalloc.spec.clauses import PREDICATES, Clause
from focalloc.spec.clauses import clauses as stated
from tests.cli.command import run


def test_every_clause_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "clauses")
    assert status == 0
    assert re.findall(r"^ ([A-Z]+-\d+) ", out, re.MULTILINE) == list(stated())
    assert f"{len(stated())} clauses" in out.splitlines()[-1]


def test_a_clause_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "clauses", "BUD-1", "CAP-1")
    assert status == 0
    assert stated()["BUD-1"].prose in out
    assert PREDICATES["CAP-1"] in out
    budget, cap = (listed(half) for half in out.split("\nCAP-1 "))
    for clause, told in (("BUD-1", budget), ("CAP-1", cap)):
        assert set(told["exposes"]) == {name for name, broken in BROKEN.items() if clause in broken.exposed_by}
        assert all(place.endswith(".json") and clause in name for place, name in map(str.split, told["vectors"]))
    assert any(one.endswith("spec/test_iteration.py::test_every_prefix_keeps_the_budget") for one in budget["tests"])


def listed(told: str) -> dict[str, list[str]]:
    """What stands behind a clause, as the command lists it."""
    found: dict[str, list[str]] = {}
    for line in told.splitlines():
        heading = re.match(r"(predicate|reference|fast path|theorems|broken|exposes|vectors|tests)? +(\S.*)", line)
        if heading:
            found.setdefault(heading[1] or list(found)[-1], []).append(heading[2])
    return found


def test_each_place_of_a_clause_is_where_it_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "clauses", *stated())
    for whole in out.split("Predicate: ")[1:]:
        told = listed(whole)
        assert told.keys() >= {"predicate", "broken", "vectors", "tests"}
        for what in ("predicate", "reference", "fast path", "broken"):
            assert told[what] != ["none"], whole
            for one in told[what]:
                place, _, rest = one.partition(" ")
                file, line = place.split(":")
                begins = Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
                name = rest.split(":")[0].rpartition(".")[2]
                assert re.search(rf"(def|class) {name}\b", begins) if name else line == "1"


def test_a_range_names_what_lies_within() -> None:
    assert list(named("By GRE-1 to GRE-3, and ING-4 to 5.")) == ["GRE-1", "GRE-2", "GRE-3", "ING-4", "ING-5"]


def test_without_the_proofs_extra_theorems_are_said_to_be_missing() -> None:
    # a process of its own: importing the proofs anew here would leave half a package behind for the tests that follow
    code = "import sys; sys.modules['z3'] = None; from focalloc.cli import main; main(['clauses'])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "not available here: theorems" in ended.stdout.splitlines()[-1]


def test_an_unknown_clause_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "clauses", "XYZ-9")
    assert status == 2
    assert "clause = 'XYZ-9'" in err


def test_no_clause_of_the_spec_has_a_gap() -> None:
    tests = _tests()
    assert tests is not None
    evidence = {"tests": tests, "broken": _broken()}
    theorems = _theorems()
    excuses = unproved() if theorems is not None else {}
    if theorems is not None:
        evidence["theorems"] = theorems
    assert gaps(stated().values(), evidence, excuses) == []
    assert set(excuses) <= set(stated())


@pytest.mark.parametrize("missing", ["prose", "predicate", "tests", "broken", "theorems"])
def test_each_kind_of_gap_is_named(missing: str) -> None:
    clause = Clause("BUD-9", "t", "" if missing == "prose" else "Prose.", "" if missing == "predicate" else "p")
    evidence = {what: {"BUD-9": [] if what == missing else ["x"]} for what in ("tests", "broken", "theorems")}
    assert gaps([clause], evidence, {}) == [f"gap: BUD-9 has no {missing}"]


def test_a_reason_stands_for_a_theorem_and_for_nothing_else() -> None:
    clause, nothing = Clause("BUD-9", "t", "Prose.", "p"), {"BUD-9": list[str]()}
    assert gaps([clause], {"theorems": nothing}, {"BUD-9": "a definition"}) == []
    assert gaps([clause], {"theorems": nothing}, {"BUD-9": ""}) == ["gap: BUD-9 has no theorems"]
    assert gaps([clause], {"tests": nothing, "theorems": nothing}, {"BUD-9": "a definition"}) == [
        "gap: BUD-9 has no tests"
    ]


def test_several_gaps_of_a_clause_are_one_sentence() -> None:
    bare = Clause("BUD-9", "A budget for budgets", "", "")
    assert gaps([bare], {"tests": {}, "broken": {"BUD-9": []}}, {}) == [
        "gap: BUD-9 has no prose and no predicate and no tests and no broken"
    ]


def test_what_is_not_available_is_not_asked_for() -> None:
    assert gaps([Clause("BUD-9", "t", "Prose.", "p")], {}, {}) == []


def test_a_gap_ends_the_command_with_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {one: [] if one == "BUD-1" else ["x"] for one in stated()}
    monkeypatch.setattr("focalloc.analysis.evidence._broken", lambda: broken)
    status, out, _ = run(capsys, "clauses")
    assert status == 1
    assert out.splitlines()[-1] == "gap: BUD-1 has no broken"
