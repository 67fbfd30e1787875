"""The exit status is the verdict's, whatever becomes of what is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOUND = "focalloc.conformance.broken.sound:Sound"
WRONG = "focalloc.conformance.broken.iteration:LooksBefore"


def conform(cwd: Path, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "focalloc", "conform", *arguments, "--examples", "20"]
    return subprocess.run(command, cwd=cwd, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


FORGERS = """
import atexit, os, sys
class Wrong:
    def open(self, geometry, params, context): pass
    def step(self, scores): return [("expand", 9, 0)]
class AtTheEnd(Wrong):
    def __init__(self): atexit.register(os._exit, 0)
class InWarmUp(Wrong):
    def warmup(self): sys.exit(0)
class InAStep(Wrong):
    def step(self, scores): os._exit(0)
class InAProperty(Wrong):
    @property
    def ingest(self): raise BrokenPipeError
class WhenShown(Wrong):
    def step(self, scores): return self
    def __repr__(self): sys.exit(0)
"""


@pytest.mark.parametrize("name", ["AtTheEnd", "InWarmUp", "InAStep", "InAProperty", "WhenShown"])
def test_no_allocator_ends_the_judge_with_a_success(name: str, tmp_path: Path) -> None:
    (tmp_path / "forgers.py").write_text(FORGERS)
    ended = conform(tmp_path, f"forgers:{name}")
    assert ended.returncode == 1
    assert f"forgers:{name}: " in ended.stdout
    assert not ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize(("target", "status"), [(SOUND, 3), (WRONG, 1)])
def test_a_full_disk_loses_no_verdict(target: str, status: int, tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        ended = conform(tmp_path, target, stdout=full.fileno())
    assert ended.returncode == status
    assert ended.stderr == "focalloc: the verdict cannot be written: No space left on device\n"


@pytest.mark.parametrize(("target", "status"), [(SOUND, 3), (WRONG, 1)])
def test_a_reader_that_leaves_does_not_make_it_a_success(target: str, status: int, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = conform(tmp_path, target, stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (status, "")


def test_a_folder_that_cannot_be_written_loses_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "focalloc-failures").write_text("in the way")
    ended = conform(tmp_path, WRONG)
    assert ended.returncode == 1
    assert "no session could be saved in focalloc-failures: " in ended.stdout
    assert not ended.stderr


def test_a_report_that_cannot_be_written_is_no_success(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs a disk that is always full")
    (tmp_path / "report.json").symlink_to("/dev/full")
    ended = conform(tmp_path, SOUND, "--report", "report.json")
    assert ended.returncode == 2
    assert "PASS" in ended.stdout
    assert "No space left" in ended.stderr


@pytest.mark.parametrize(("kind", "said"), [("error", "refused to say hello"), ("skipped", "skipped hello")])
def test_a_program_that_says_no_to_hello_is_asked_once(kind: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "grim.py").write_text(f'input(); print(\'{{"{kind}": "not today"}}\', flush=True); input()')
    ended = conform(tmp_path, "--exec", f"{sys.executable} grim.py")
    assert ended.returncode == 1
    assert f"it {said}: not today" in ended.stdout
    assert "19 sessions unknown: it cannot be started" in ended.stdout


@pytest.mark.parametrize("command", ["", " ", "'", "./nothing", "no-such-program --x"])
def test_a_command_that_is_none_is_bad_usage(command: str, tmp_path: Path) -> None:
    ended = conform(tmp_path, "--exec", command)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("lacks", ["select.poll", "os.fork", "os.setsid"])
@pytest.mark.parametrize("target", [[SOUND], ["--exec", "cat"]], ids=["module", "program"])
def test_a_platform_that_lacks_what_is_needed_is_told_so(lacks: str, target: list[str], tmp_path: Path) -> None:
    source = f"import os, select, sys; del {lacks}; from focalloc.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", source, "conform", *target, "--examples", "1"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert f"lacks {lacks}, which judging needs: judge on Linux or macOS, or in WSL" in ended.stderr


def test_without_fork_an_allocator_of_the_callers_is_judged_in_a_thread_and_the_report_says_so() -> None:
    source = (
        "import os; del os.fork; from focalloc.conformance import run_conformance; "
        "from focalloc.conformance.broken.sound import Sound; "
        "print(run_conformance(Sound, examples=5, save_to=None).summary())"
    )
    ended = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert "PASS" in ended.stdout
    assert "could forge the verdict" in ended.stdout


def test_a_case_that_puts_nothing_to_the_allocator_is_unknown(tmp_path: Path) -> None:
    case = {"geometry": {"arity": [2]}, "params": {"w_max": 8}, "context": [[1, 0]], "steps": [{"ingest": 0}]}
    (tmp_path / "case.json").write_text(json.dumps(case))
    command = [sys.executable, "-m", "focalloc", "replay", "case.json", "--target", SOUND]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert ended.stdout.splitlines()[-1].startswith("unknown: ")
