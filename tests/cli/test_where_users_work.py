"""Where users work: pytest, the logs of CI servers, their ready jobs, and JSON for programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from focalloc.conformance.annotations import github, quoted
from focalloc.conformance.outcomes import ids, outcomes
from focalloc.conformance.report import Failure, Known, Report
from focalloc.spec.clauses import profile_clauses
from tests.cli.command import run

ROOT = Path(__file__).parents[2]
EXAMPLES = files("focalloc.conformance.examples")

THEIRS = """
class Idle:
    def open(self, geometry, params, context): pass
    def step(self, scores): return []

class Eager(Idle):
    def step(self, scores): return [("expand", 2, 0)]

class Forger(Idle):
    def step(self, scores): raise RuntimeError("x\\n::error::forged\\n  ::add-mask::PASS\\n100%")
"""


@pytest.fixture(autouse=True)
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine.py").write_text(THEIRS.replace("class Idle", "class Mine").replace("(Idle)", "(Mine)"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    return tmp_path


# PYTEST


def pytest_run(folder: Path, source: str, *arguments: str) -> tuple[int, str]:
    (folder / "test_theirs.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "focalloc.pytest_plugin", "-p", "no:cacheprovider", "-q", "-rA"]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(folder)}
    done = subprocess.run([*command, *arguments], cwd=folder, env=alone, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


SUITE = """
import pytest
from mine import Eager, Mine

@pytest.mark.focalloc(Mine, examples=40)
def test_mine(focalloc_clause):
    pass

@pytest.mark.focalloc(Eager, examples=40)
def test_eager(focalloc_clause):
    pass

@pytest.mark.focalloc(Mine, examples=40)
def test_of_my_own(focalloc_report):
    assert focalloc_report.examples == 40
"""


def test_a_suite_of_theirs_has_one_test_per_clause(theirs: Path) -> None:
    status, said = pytest_run(theirs, SUITE)
    assert status == 1
    for name in ("test_mine", "test_eager"):
        ran = set(re.findall(rf"^(?:PASSED|FAILED|SKIPPED|ERROR) .*::{name}\[(\S+?)\]", said, re.MULTILINE))
        assert {*profile_clauses("safety"), "error"} >= ran
    assert re.search(r"^PASSED \S*::test_mine\[BUD-1\]", said, re.MULTILINE)
    assert re.search(r"^PASSED \S*::test_of_my_own", said, re.MULTILINE)
    assert "FAILED test_theirs.py::test_mine" not in said
    failed = re.findall(r"^FAILED \S*::test_eager\[(\S+)\] - (.*)", said, re.MULTILINE)
    assert failed
    for clause, sentence in failed:
        assert sentence.startswith(f"Failed: {clause}: ")
    assert "focalloc replay focalloc-failures/" in said
    assert re.search(r"SKIPPED .*the allocator does not offer ingest", said)
    assert len(ids("safety")) == len(profile_clauses("safety")) + 1


def test_what_the_page_shows_works_as_it_stands(theirs: Path) -> None:
    page = (files("focalloc.conformance") / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```python\n(.*?focalloc_clause.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown is not None
    status, said = pytest_run(theirs, shown[1])
    assert status == 0, said
    assert re.search(r"^PASSED \S*::test_mine\[BUD-1\]", said, re.MULTILINE)


def test_a_known_failure_is_expected_and_a_test_without_its_mark_is_bad_usage(theirs: Path) -> None:
    _, said = pytest_run(theirs, SUITE, "-k", "test_eager")
    broken = re.findall(r"^FAILED \S*::test_eager\[(\S+)\]", said, re.MULTILINE)
    known = [{"id": one, "reason": "not yet", "link": "https://example.org"} for one in broken]
    (theirs / "known.json").write_text(json.dumps(known))
    status, said = pytest_run(theirs, SUITE.replace("(Eager, ", "(Eager, xfail='known.json', "), "-k", "test_eager")
    assert status == 0, said
    assert set(re.findall(r"^XFAIL \S*::test_eager\[(\S+)\]", said, re.MULTILINE)) == set(broken)
    status, said = pytest_run(theirs, "def test_it(focalloc_clause): pass")
    assert status != 0
    assert "needs @pytest.mark.focalloc(factory)" in said


def test_two_factories_are_never_taken_for_one(theirs: Path) -> None:
    source = (
        "import pytest\nfrom mine import Mine\n"
        "def make(answer):\n"
        "    class Local(Mine):\n"
        "        def step(self, scores): return answer\n"
        "    return Local\n"
        "@pytest.mark.focalloc(make([]), examples=10)\n"
        "def test_right(focalloc_report): assert focalloc_report.status == 'pass'\n"
        "@pytest.mark.focalloc(make([('expand', 2, 0)]), examples=10)\n"
        "def test_wrong(focalloc_report): assert focalloc_report.status == 'fail'\n"
    )
    assert pytest_run(theirs, source)[0] == 0


def test_what_cannot_be_judged_is_tried_once_and_not_for_every_clause(theirs: Path) -> None:
    source = (
        "import pytest\nfrom mine import Mine\n"
        "class Confused(Mine):\n"
        "    supports = 'everything'\n"
        "    def __init__(self):\n"
        "        with open('made', 'a') as made: made.write('x')\n"
        "@pytest.mark.focalloc(Confused, examples=5)\n"
        "def test_mine(focalloc_clause): pass\n"
    )
    status, said = pytest_run(theirs, source)
    assert status == 1
    assert len(re.findall(r"^ERROR .*InvalidInput", said, re.MULTILINE)) == len(ids("safety"))
    assert (theirs / "made").read_text() == "x"
    (theirs / "made").unlink()
    said = pytest_run(theirs, source.replace("examples=5", "xfail='nowhere.json'"))[1]
    assert "InvalidInput: xfail" in said
    assert not (theirs / "made").exists()


@pytest.mark.parametrize(
    ("mark", "why"), [("Mine, exampels=5", "has no exampels"), ("'mine:Mine'", "needs @pytest.mark")]
)
def test_a_mark_that_makes_no_sense_is_bad_usage(mark: str, why: str, theirs: Path) -> None:
    source = (
        f"import pytest\nfrom mine import Mine\n@pytest.mark.focalloc({mark})\ndef test_it(focalloc_clause): pass\n"
    )
    status, said = pytest_run(theirs, source)
    assert status == 2
    assert why in said


def test_the_plugin_is_found_without_being_named_and_costs_nothing_until_it_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"focalloc": "focalloc.pytest_plugin"}
    heavy = "{'hypothesis', 'msgspec', 'typer', 'rich', 'numba'}"
    loaded = f"import sys, focalloc.pytest_plugin; print(len({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


# GITHUB'S LOG


def failing(why: str) -> Report:
    from focalloc.conformance.cases import Case, Step
    from focalloc.spec import Block, Geometry, Params

    case = Case(geometry=Geometry((2, 2)), params=Params(w_max=4), context=(Block(2, 0),), steps=(Step(),))
    failed = Failure(
        id="BUD-1", status="fail", message=why, found=(), at=0, case=case,
        target="m:M", profile="safety", seed=0, batch=0, path="f.json",
    )  # fmt: skip
    return Report(
        target="m:M", profile="safety", seed=0, asked=9, examples=9, answered=9,
        verdicts={"fail": 9}, failures=(failed,),
    )  # fmt: skip


def test_each_test_that_did_not_pass_is_annotated() -> None:
    report = failing("BUD-1: 100% full: a, b\nmore")
    lines = list(github(report))
    assert len(lines) == sum(one.result != "passed" for one in outcomes(report)) == 1
    command, title, text = re.fullmatch(r"::(\w+) title=(.*?)::(.*)", lines[0]).groups()  # type: ignore[union-attr]
    assert (command, title.split("%3A")[0]) == ("error", "m")
    assert text.startswith("BUD-1: 100%25 full: a, b%0Amore%0Afocalloc replay f.json --target m:M")
    known = msgspec.structs.replace(report, known=(Known("BUD-1", "r", "l"),))
    assert [line.split()[0] for line in github(known)] == ["::notice"]


def test_what_was_not_judged_is_annotated_once_so_that_failures_are_among_the_ten_that_are_shown() -> None:
    report = msgspec.structs.replace(failing("BUD-1: full"), stakes={"BUD-1": 5, "CAP-1": 0, "GEO-1": 0})
    first, rest = github(report)
    assert first.startswith("::error title=")
    assert rest.startswith("::warning title=m%3AM%3A 2 clauses not judged::")
    assert "CAP-1: never at stake: no answer" in rest
    passing = msgspec.structs.replace(report, failures=(), verdicts={"pass": 9})
    assert [line.split()[0] for line in github(passing)] == ["::notice"]
    skipping = msgspec.structs.replace(passing, verdicts={"skip": 9}, skips={"step: x": 9}, stakes={})
    assert [line.split("::")[2] for line in github(skipping)] == ["step: x"]


def test_nothing_that_an_allocator_says_is_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "conform", "mine:Forger", "--examples", "3", "--annotations", "github")
    heeded, stopped = [], ""
    for line in out.splitlines():
        command = line.strip()
        if stopped:
            stopped = "" if command == f"::{stopped}::" else stopped
        elif begun := re.fullmatch(r"::stop-commands::(\w{32})", command):
            stopped = begun[1]
        elif command.startswith("::") or "##[" in command:
            heeded.append(command)
    assert not stopped
    assert heeded
    assert all(re.match(r"::(error|warning|notice) title=mine%3AForger%3A ", line) for line in heeded)
    assert not any("::forged" in line for line in heeded if not line.startswith("::error title="))
    assert quoted("a") != quoted("a")


def test_nothing_that_an_allocator_says_passes_for_a_line_of_ours(
    theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = "mine:Liar: PASS by profile safety"
    said = repr(f"x\n{forged}\npass: 9 answers judged")
    with (theirs / "mine.py").open("a") as mine:
        mine.write(f"class Liar(Mine):\n    def step(self, scores): raise RuntimeError({said})\n")
    _, out, _ = run(capsys, "conform", "mine:Liar", "--examples", "3")
    assert forged in out
    assert [line for line in out.splitlines() if not line.startswith("  ")] == [out.splitlines()[0]]
    assert out.startswith("mine:Liar: ERROR ")
    command = re.search(r"replay: focalloc (.*)", out)
    assert command is not None
    _, out, _ = run(capsys, *command[1].split())
    assert forged in out
    assert [line for line in out.splitlines() if "pass: " in line and not line.startswith("  ")] == []
    _, out, _ = run(capsys, "vectors", "mine:Liar")
    assert forged in out
    assert not any(line.startswith(forged) for line in out.splitlines())


def test_no_line_of_a_test_of_a_clause_begins_as_an_allocator_says(theirs: Path) -> None:
    suite = (
        "import pytest\n"
        "class Forger:\n"
        "    def open(self, *_): raise RuntimeError('x\\n::warning::forged')\n"
        "@pytest.mark.focalloc(Forger, examples=3)\n"
        "def test_forger(focalloc_clause): pass\n"
    )
    status, said = pytest_run(theirs, suite)
    assert status == 1
    assert "::warning::forged" in said
    assert not any(line.strip().startswith("::") for line in said.splitlines())


# READY JOBS


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
@pytest.mark.parametrize("allocator", ["Mine", "Eager"])
def test_a_ready_job_does_what_it_says(name: str, allocator: str, theirs: Path) -> None:
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    here = theirs / "bin"
    here.mkdir()
    (here / "pip").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > pip.said\n')
    (here / "focalloc").write_text(f'#!/bin/sh\nexec {sys.executable} -m focalloc "$@"\n')
    for tool in here.iterdir():
        tool.chmod(0o755)
    source = (theirs / "mine.py").read_text()
    (theirs / "mine.py").write_text(source + f"\nMine = {allocator}\n")
    if name == "github.yml":
        steps = job["jobs"]["conformance"]["steps"]
        commands, shown = [step["run"] for step in steps if "run" in step], "::error title=mine%3AMine"
        kept = next(step["with"]["path"].split() for step in steps if step.get("if") == "failure()")
    else:
        commands, shown = job["conformance"]["script"], "mine:Mine: FAIL"
        kept = [*job["conformance"]["artifacts"]["paths"], job["conformance"]["artifacts"]["reports"]["junit"]]
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(commands)],
        env=os.environ | {"PATH": f"{here}:{os.environ['PATH']}", "SEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if allocator == "Eager" else 0), done.stdout + done.stderr
    assert (theirs / "pip.said").read_text().split() == ["install", "focalloc[conformance]"]
    assert (shown in done.stdout) == (allocator == "Eager")
    if allocator == "Eager":
        assert all((theirs / path).exists() for path in kept)


# JSON FOR PROGRAMS


def test_a_run_a_replay_and_vectors_are_told_as_json(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> tuple[int, Any, str]:
        status, out, err = run(capsys, *arguments, "--json")
        return status, json.loads(out), err

    status, report, _ = told("conform", "mine:Eager", "--examples", "20", "--report", "r.html")
    assert (status, report["status"]) == (1, "fail")
    path = report["report"]["failures"][0]["path"]
    status, replayed, err = told("replay", path, "--trust")
    assert (status, replayed["verdict"]) == (1, "fail")
    assert "importing mine:Eager" in err
    assert replayed["moments"][-1]["broken"]
    status, put, _ = told("vectors", "mine:Mine")
    assert status == put["exit_status"]
    assert sum(put["verdicts"].values()) == len(put["vectors"]) > 20
    status, listed, _ = told("vectors")
    assert (status, sum(listed["clauses"].values()) >= listed["vectors"]) == (0, True)
    assert run(capsys, "conform", "mine:Mine", "--json", "--annotations", "github")[0] == 2
    assert run(capsys, "conform", "mine:Mine", "--annotations", "astrology")[0] == 2
