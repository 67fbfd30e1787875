"""A failure that takes an earlier session is found to be one, with both in the case; one that does not is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from focalloc.conformance import Failure, Report, judged, run_conformance, runner
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.cases import Case, Step, size
from focalloc.conformance.leaks import joined, with_what_it_takes
from focalloc.conformance.runner import run
from focalloc.conformance.targets import ProgramTarget, PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, Geometry, Params


class Remembers(ReferenceAllocator):
    """Does nothing where the session before, of whichever object, was in another shape of tree."""

    before: Geometry | None = None

    def open(self, geometry: Geometry, params: Params, context: object) -> None:
        super().open(geometry, params, context)  # type: ignore[arg-type]
        self.idle = Remembers.before not in (None, geometry)
        Remembers.before = geometry

    def step(self, scores: list[int]) -> list[object]:  # type: ignore[override]
        actions = super().step(scores)
        return [] if self.idle else actions  # type: ignore[return-value]


def checked(report: Report, target: PythonTarget | ProgramTarget) -> Failure:
    """The failure that leaks, whose case fails by itself in a fresh process, and does not without its second part."""
    failed = next(one for one in report.failures if one.leaks)
    assert "an earlier session" in report.summary()
    openings = [at for at, step in enumerate(failed.case.steps) if step.open is not None]
    assert openings
    with target:
        assert failed.id in {one.clause for one in judged(target, failed.case, failed.profile).violations} | {"error"}
        target.restart()
        alone = msgspec.structs.replace(failed.case, steps=failed.case.steps[: openings[0]])
        assert judged(target, alone, failed.profile).status == "pass"
    return failed


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_AFRESH", 60)


def test_a_python_allocator_that_leaks(tmp_path: Path) -> None:
    report = run_conformance(Remembers, profile="greedy", examples=12, save_to=tmp_path)
    failed = checked(report, PythonTarget(Remembers))
    assert failed.repeatable
    assert failed.id == "GRE-6"
    saved = msgspec.json.decode(Path(failed.path).read_bytes(), type=Failure)
    assert saved == failed


PROGRAM = """
import sys
from focalloc.conformance.server import serve
from focalloc.refimpl import ReferenceAllocator

class Forgetful(ReferenceAllocator):
    before = None

    def open(self, geometry, params, context):
        super().open(geometry, params, context)
        self.idle = Forgetful.before not in (None, geometry)
        Forgetful.before = geometry

    def step(self, scores):
        actions = super().step(scores)
        return [] if self.idle else actions

serve(Forgetful, sys.stdin.buffer, sys.stdout.buffer, name="forgetful", version="1", strategies=["greedy"])
"""


def test_a_program_that_leaks_and_its_replay(tmp_path: Path) -> None:
    script = tmp_path / "forgetful.py"
    script.write_text(PROGRAM)
    command = f"{sys.executable} {script}"
    with ProgramTarget(command) as target:
        report = run(target, profile="greedy", examples=12, save_to=tmp_path)
    failed = checked(report, ProgramTarget(command))
    replay = ["-m", "focalloc", "replay", failed.path, "--exec", command]
    ran = subprocess.run([sys.executable, *replay], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert f"fail: {failed.id}" in ran.stdout


def test_what_fails_by_itself_is_no_leak() -> None:
    class Never(Sound):
        def ingest(self, blocks: int, scores: list[int]) -> list[object]:
            raise ValueError("no")

    report = run_conformance(Never, examples=60, save_to=None)
    assert report.failures
    assert not any(one.leaks for one in report.failures)
    assert all(one.repeatable for one in report.failures)


def case(start: int) -> Case:
    geometry = Geometry((2, 2))
    return Case(geometry, Params(w_max=start + 9), (Block(2, 4 * start),), (Step(scores=(start,)),))


@pytest.mark.parametrize("needed", [(7,), (3,), (2, 5), (0,)])
def test_what_it_takes_is_found_however_far_back(needed: tuple[int, ...]) -> None:
    """No more than one earlier session, where one is enough."""
    earlier = [case(start) for start in range(8)]

    def fails(whole: Case) -> bool:
        opened = [step.open.context[0][1] // 4 for step in whole.steps if step.open and step.open.context]
        return {*needed} <= {whole.context[0].start // 4, *opened}

    found = with_what_it_takes(earlier, case(9), fails)
    assert found is not None
    assert fails(found)
    if len(needed) == 1:
        assert found == joined([case(needed[0]), case(9)])
    assert with_what_it_takes(earlier, case(9), lambda _: False) is None
    assert size(found) > size(case(9))
