"""`focalloc clauses`: the traceability table against what it is drawn from."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from focalloc.cli import main
from focalloc.cli.clauses import _broken, _tests, gaps
from focalloc.conformance.broken import BROKEN
from focalloc.spec.clauses import PREDICATES, Clause
from focalloc.spec.clauses import clauses as stated


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["clauses", *arguments])
    assert isinstance(left.value.code, int)
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


def test_every_clause_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys)
    assert status == 0
    assert re.findall(r"^ ([A-Z]+-\d+) ", out, re.MULTILINE) == list(stated())
    assert f"{len(stated())} clauses" in out.splitlines()[-1]


def test_a_clause_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "BUD-1", "CAP-1")
    assert status == 0
    assert stated()["BUD-1"].prose in out
    assert PREDICATES["CAP-1"] in out
    exposed = [line for line in out.splitlines() if line.startswith("exposes: ")]
    expected = [{name for name, broken in BROKEN.items() if one in broken.exposed_by} for one in ("BUD-1", "CAP-1")]
    assert [set(line.removeprefix("exposes: ").split(", ")) for line in exposed] == expected
    tests = next(line for line in out.splitlines() if line.startswith("tests: "))
    assert "spec/test_iteration.py::test_every_prefix_keeps_the_budget" in tests


def test_without_the_proofs_extra_theorems_are_said_to_be_missing() -> None:
    # a process of its own: importing the proofs anew here would leave half a package behind for the tests that follow
    code = "import sys; sys.modules['z3'] = None; from focalloc.cli import main; main(['clauses'])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "not available here: theorems" in ended.stdout.splitlines()[-1]


def test_an_unknown_clause_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "XYZ-9")
    assert status == 2
    assert "clause = 'XYZ-9'" in err


def test_no_clause_of_the_spec_has_a_gap() -> None:
    tests = _tests()
    assert tests is not None
    assert gaps(stated().values(), {"tests": tests, "broken": _broken()}) == []


def test_a_gap_is_named_with_all_that_is_missing() -> None:
    bare = Clause("BUD-9", "A budget for budgets", "", "")
    assert gaps([bare], {"tests": {}, "broken": {"BUD-9": []}}) == [
        "gap: BUD-9 has no prose and no predicate and no tests and no broken"
    ]


def test_what_is_not_available_is_not_asked_for() -> None:
    assert gaps([Clause("BUD-9", "t", "Prose.", "p")], {}) == []
