"""`focalloc conform` and `focalloc replay` with allocators of somebody else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from focalloc.cli import main
from tests.cli.command import run

THEIRS = """
from focalloc.refimpl import ReferenceAllocator as Good

class Idle:
    def open(self, geometry, params, context): pass
    def step(self, scores): return []

class Overeager(Idle):
    def step(self, scores): return [("expand", 2, 0)]

class Unfinished(Idle):
    def step(self, scores): raise NotImplementedError("later")

class Broken:
    def __init__(self): raise RuntimeError("cannot even start")

seven = 7
"""


@pytest.fixture(autouse=True)
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "theirs.py").write_text(THEIRS)
    (tmp_path / "sick.py").write_text("import no_such_thing_at_all")
    (tmp_path / "worse.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    for module in ("theirs", "sick", "worse"):
        sys.modules.pop(module, None)


FEW = ("--examples", "60")


@pytest.mark.parametrize(
    ("target", "profile", "status", "said"),
    [
        ("theirs:Good", "greedy", 0, "PASS by profile greedy"),
        ("theirs:Idle", "safety", 0, "PASS by profile safety"),
        ("theirs:Idle", "greedy", 1, "GRE-6: "),
        ("theirs:Overeager", "safety", 1, "FAIL by profile safety"),
        ("theirs:Broken", "safety", 1, "cannot even start"),
        ("theirs:Unfinished", "safety", 3, "later"),
    ],
)
def test_the_exit_status_is_the_verdict(
    target: str, profile: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left, out, err = run(capsys, "conform", target, "--profile", profile, *FEW)
    assert left == status
    assert said in out
    assert "seed 0" in out
    assert not err


def test_a_failure_is_saved_and_its_command_replays_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "conform", "theirs:Overeager", *FEW, "--seed", "3")
    commands = re.findall(r"replay: focalloc (replay \S+ --target theirs:Overeager)$", out, re.MULTILINE)
    assert commands
    for command in commands:
        status, told, _ = run(capsys, *command.split())
        clause = json.loads(Path(command.split()[1]).read_bytes())["id"]
        assert status == 1
        assert told.startswith("importing theirs:Overeager\n")
        assert "theirs:Overeager by profile safety: " in told
        assert "answer  [('expand', 2, 0)]" in told or "answer  [['expand', 2, 0]]" in told
        assert f"broken  {clause}: " in told


@pytest.mark.parametrize("program", [False, True])
def test_a_file_alone_runs_nothing(theirs: Path, program: bool, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "conform", "theirs:Overeager", *FEW)
    path = re.search(r"replay: focalloc replay (\S+)", out)
    assert path is not None
    saved = json.loads(Path(path[1]).read_bytes())
    (theirs / "trap.py").write_text("open('sprung', 'w')\n")
    target = f"{sys.executable} trap.py" if program else "trap:Trap"
    Path(path[1]).write_text(json.dumps(saved | {"target": target, "program": program}))
    status, told, err = run(capsys, "replay", path[1])
    assert (status, told) == (2, "")
    assert target in err
    assert "--trust" in err
    assert not (theirs / "sprung").exists()
    run(capsys, "replay", path[1], "--trust")
    assert (theirs / "sprung").exists()
    sys.modules.pop("trap", None)


def test_a_file_that_is_trusted_says_first_what_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "conform", "theirs:Overeager", *FEW)
    path = re.search(r"replay: focalloc replay (\S+)", out)
    assert path is not None
    status, told, _ = run(capsys, "replay", path[1], "--trust")
    assert status == 1
    assert told.startswith("importing theirs:Overeager\n")


def test_a_case_that_lets_fewer_than_none_go_is_refused(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [{"release": -5}]
    case = {"geometry": {"arity": [2]}, "params": {"w_max": 8}, "context": [[0, 0]], "steps": steps}
    (theirs / "case.json").write_text(json.dumps(case))
    status, out, err = run(capsys, "replay", "case.json", "--target", "theirs:Good")
    assert (status, out) == (2, "")
    assert "release = -5: must not be negative" in err


def test_a_replay_can_be_put_to_another_allocator(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "conform", "theirs:Overeager", *FEW)
    path = re.search(r"replay: focalloc replay (\S+)", out)
    assert path is not None
    status, told, _ = run(capsys, "replay", path[1], "--target", "theirs:Good", "--profile", "greedy")
    assert status == 0
    assert "broken" not in told
    assert told.splitlines()[-1].startswith("pass: ")


def test_a_replay_shows_the_reported_context_beside_the_one_that_follows(
    theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (theirs / "theirs.py").open("a") as file:
        file.write("\nclass Torn(Good):\n    def context(self): return [(9, 9)]\n")
    _, out, _ = run(capsys, "conform", "theirs:Torn", *FEW)
    command = re.search(r"replay: focalloc (.*CTX-6.*)", out)
    assert command is not None
    status, told, _ = run(capsys, *command[1].split(), "--html", "replay.html")
    assert status == 1
    assert re.search(r"context \[\(\d, \d+\).*\n    reports \[\(9, 9\)\] instead", told)
    assert "page written to replay.html\n" in told
    page = (theirs / "replay.html").read_text()
    assert re.search(r"reported context: \[\(9, 9\)\] instead of \[\(\d, \d+\)", page)
    assert "does not conform" in page
    assert page.count('<div class="moment">') == told.count("\n    context ")
    assert page.count("<svg") == page.count('<div class="moment">') + 1, "what the last step led to is drawn, too"
    unwritable = run(capsys, *command[1].split(), "--html", "no/replay.html")
    assert unwritable[0] == 2
    assert "html = " in unwritable[2]


def test_a_bare_case_is_replayed_step_by_step(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = {
        "geometry": {"arity": [2, 2]},
        "params": {"w_max": 8},
        "context": [[2, 0], [2, 4]],
        "steps": [{"scores": [2**20, -(2**20)]}, {"ingest": 2}, {"open": {"context": [[0, 0]]}}],
    }
    (theirs / "case.json").write_text(json.dumps(case))
    status, told, _ = run(capsys, "replay", "case.json", "--target", "theirs:Good", "--profile", "greedy")
    assert status == 0
    steps = [line for line in told.splitlines() if line.startswith(("opening", "step"))]
    assert [line.split(maxsplit=1)[1].strip() for line in steps] == [
        "open",
        "0    iterate",
        "1    ingest 2 blocks",
        "2    open",
    ]
    assert "5 of 8 slots" not in told.splitlines()[3]
    _, _, err = run(capsys, "replay", "case.json")
    assert "give --target" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("conform", "theirs"), "must be module:factory"),
        (("conform", "theirs:"), "must be module:factory"),
        (("conform", "nowhere:Thing"), "there is no module nowhere"),
        (("conform", "theirs.sub:Thing"), "there is no module theirs.sub"),
        (("conform", "theirs:Nothing"), "theirs has no Nothing"),
        (("conform", "theirs:seven"), "cannot be called"),
        (("conform", "sick:Thing"), "No module named 'no_such_thing_at_all'"),
        (("conform", "worse:Thing"), "ZeroDivisionError"),
        (("conform", "theirs:Good", "--profile", "perfect"), "profile = 'perfect': must be one of safety, greedy"),
        (("replay", "nowhere.json"), "No such file"),
        (("replay", "theirs.py", "--target", "theirs:Good"), "is no saved session"),
    ],
)
def test_bad_input_is_2_and_one_line(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert said in err
    assert err.count("\n") == 1
    assert not out


def test_a_journal_without_a_campaign_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["conform", "focalloc.refimpl:ReferenceAllocator", "--journal", "book.jsonl"])
    assert left.value.code == 2
    assert "--cluster" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "status", "said"),
    [
        ("theirs:Good", 0, "PASS by profile safety (20 of 20 sessions"),
        ("mortal:Allocator", 1, "it ended with status 1 without answering"),
    ],
)
def test_several_processes_judge_wherever_one_stands(target: str, status: int, said: str, theirs: Path) -> None:
    (theirs / "mortal.py").write_text(
        "import os\nfrom theirs import Idle\nclass Allocator(Idle):\n    def step(self, scores): os._exit(1)\n"
    )
    (theirs / "focalloc").mkdir()
    (theirs / "focalloc" / "__init__.py").touch()  # as in a checkout of this project, where it is not the whole package
    done = subprocess.run(
        [sys.executable, "-P", "-m", "focalloc", "conform", target, "--jobs", "2", "--examples", "20"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
