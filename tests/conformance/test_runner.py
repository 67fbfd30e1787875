"""Runs: deterministic in their seed, shrunk, replayable, and never a pass for nothing."""

from __future__ import annotations

import inspect
import itertools
import json
import math
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, get_args, get_type_hints

import msgspec
import pytest

from focalloc.cli.conform import conform
from focalloc.conformance import Failure, NotConformant, Report, judged, run_conformance, runner
from focalloc.conformance.broken.greedy import NotStrict, Overtakes
from focalloc.conformance.broken.iteration import RestsTooShort
from focalloc.conformance.broken.seed import ListingSpins
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.cases import Case, size
from focalloc.conformance.judge import Verdict
from focalloc.conformance.recorded import shipped_case
from focalloc.conformance.runner import BATCH, run
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Action, Block, Geometry, InvalidInput, Params, advanced, opened
from focalloc.spec.violations import PROFILES


@pytest.mark.parametrize("profile", PROFILES)
def test_the_reference_conforms(profile: str) -> None:
    """`focalloc verify` judges many more sessions."""
    report = run_conformance(ReferenceAllocator, profile=profile, examples=40, save_to=None)
    report.raise_for_failures()
    assert report.verdicts == {"pass": 40}
    assert report.answered > 40


def test_a_run_is_deterministic_in_its_seed() -> None:
    one, two, other = (
        run_conformance(NotStrict, profile="greedy", examples=40, seed=seed, save_to=None) for seed in (3, 3, 4)
    )
    assert one == two
    assert one.verdicts != other.verdicts


def test_a_failure_is_small_saved_and_fails_again_when_replayed(tmp_path: Path) -> None:
    report = run_conformance(NotStrict, profile="greedy", examples=BATCH, save_to=tmp_path)
    assert report.exit_status == 1
    (failed,) = report.failures
    assert failed.repeatable
    assert len(failed.case.steps) == 1
    assert len(failed.case.context) <= 2
    assert failed.case.geometry.top <= 2
    assert failed.case.context[0].start == 0
    saved = msgspec.json.decode(Path(failed.path).read_bytes(), type=Failure)
    assert saved == failed
    with PythonTarget(NotStrict) as target:
        again = judged(target, saved.case, saved.profile)
    assert (again.clause, again.at) == (saved.id, saved.at) == ("THR-1", 0)
    assert f"focalloc replay {failed.path}" in report.summary()


class AsksForNoRoom:
    """Expands whatever gist is wanted."""

    def open(self, geometry: Geometry, params: Params, context: list[Block]) -> None:
        self.state = opened(geometry, params, context)

    def step(self, scores: list[int]) -> list[Action]:
        slot, wanted = 0, []
        for block in self.state.context:
            if block.level > 0 and scores[slot] > 0:
                wanted.append(Action("expand", *block))
            slot += self.state.geometry.slots(block.level)
        actions = wanted[: self.state.params.n_diff]
        self.state = advanced(self.state, actions)
        return actions


@pytest.mark.parametrize(
    ("factory", "clause", "steps", "blocks", "room"),
    [(AsksForNoRoom, "BUD-1", 1, 1, 1), (RestsTooShort, "COO-1", 2, 1, 0), (Overtakes, "GRE-5", 2, 2, 8)],
)
def test_a_witness_holds_little_more_than_it_needs(
    factory: type[Any], clause: str, steps: int, blocks: int, room: int
) -> None:
    profile = "greedy" if factory is Overtakes else "safety"
    found = run_conformance(factory, profile=profile, examples=BATCH, save_to=None).failures
    case = next(one.case for one in found if one.id == clause)
    assert len(case.steps) <= steps
    assert len(case.context) <= blocks
    assert case.params.w_max <= room or case.params.w_max == Params().w_max  # the default is what need not be read


@pytest.mark.parametrize("seconds", [math.inf, 1e10, 1e300])
def test_a_limit_may_be_as_long_as_one_likes(seconds: float) -> None:
    limits = {"timeout": seconds, "start_timeout": seconds, "time_limit": seconds}
    assert run_conformance(ReferenceAllocator, examples=3, save_to=None, **limits).status == "pass"  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [math.nan, 0.0, -1.0])
@pytest.mark.parametrize("limit", ["timeout", "start_timeout", "time_limit"])
def test_a_limit_that_is_none_is_refused(limit: str, seconds: float) -> None:
    with pytest.raises(InvalidInput, match=f"{limit} = .*above 0"):
        run_conformance(ReferenceAllocator, examples=3, save_to=None, **{limit: seconds})  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["shrink", "keep_going", "isolate", "recorded"])
def test_what_is_true_or_false_is_nothing_else(option: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{option} = 'no': must be True or False"):
        run_conformance(ReferenceAllocator, examples=3, save_to=None, **{option: "no"})  # type: ignore[arg-type]


def test_shrinking_only_makes_it_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_SHRINKS", 60)
    rough, fine = (
        run_conformance(RestsTooShort, examples=120, shrink=shrink, save_to=None).failures[0]
        for shrink in (False, True)
    )
    assert rough.id == fine.id == "COO-1"
    assert size(fine.case) < size(rough.case)


def test_a_smaller_session_stays_within_what_is_supported() -> None:
    class Picky(NotStrict):
        supports: ClassVar = {"params": {"n_diff": [9, 12]}}

    (failed,) = run_conformance(Picky, profile="greedy", examples=BATCH, save_to=None).failures
    assert failed.case.params.n_diff == 9
    assert failed.case.geometry == Geometry((2,))  # looked for after parameters whose default is not supported
    assert (len(failed.case.steps), len(failed.case.context)) == (1, 1)


class GivesUpWhenFull(ReferenceAllocator):
    """Right until most of a budget as large as that of the recorded session is used."""

    def step(self, scores: list[int]) -> list[Action]:
        if self.state.params.w_max == 768 and self.state.used > 700:
            return [Action("expand", 9, 9)]
        return super().step(scores)


def test_a_default_run_ends_with_the_recorded_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DEFAULT_EXAMPLES", 3)
    judge = partial(run_conformance, GivesUpWhenFull, examples=3, save_to=None, shrink=False)
    report = judge()
    assert [(failed.id, failed.case.geometry, failed.batch) for failed in report.failures] == [
        ("ACT-1", Geometry(), -1)
    ]
    assert "recorded session over a document: fail" in report.summary()
    assert judge(recorded=False).status == "pass"
    assert "recorded session over a document: left out, as asked" in judge(recorded=False).summary()
    monkeypatch.setattr(GivesUpWhenFull, "supports", {"geometries": [{"arity": [2, 2]}]}, raising=False)
    assert judge().recorded == "left out, as its geometry is not supported"
    monkeypatch.setattr(GivesUpWhenFull, "supports", {"params": {"w_max": [1, 700]}})
    assert judge().recorded.startswith("pass, ")
    monkeypatch.setattr(runner, "DEFAULT_EXAMPLES", 4)
    assert not judge().recorded


@pytest.mark.parametrize("profile", ["safety", "greedy", "enhanced"])
def test_the_reference_passes_the_recorded_session(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "DEFAULT_EXAMPLES", 1)
    report = run_conformance(ReferenceAllocator, profile=profile, examples=1, save_to=None)
    assert report.recorded == f"pass, {len(shipped_case().steps)} answers"


def slow() -> type[Sound]:
    """Whose first answer is wrong at once, and every other one after a minute."""
    calls = itertools.count()

    class Slow(Sound):
        def step(self, scores: list[int]) -> Any:
            if next(calls):
                time.sleep(60)
            return [("expand", 9, 9)]

    return Slow


def test_a_slow_allocator_is_not_made_smaller_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SHRINKS_WITHIN", 1.0)
    began = time.monotonic()
    (failed,) = run_conformance(slow(), examples=1, timeout=120.0, save_to=None).failures
    assert time.monotonic() - began < 30
    assert failed.id == "ACT-1"


def test_a_run_that_ends_while_it_looks_for_a_smaller_session_keeps_what_it_found() -> None:
    report = run_conformance(slow(), examples=1, timeout=120.0, time_limit=4.0, save_to=None)
    assert (report.verdicts, report.exit_status) == ({"fail": 1}, 1)
    assert [failed.id for failed in report.failures] == ["ACT-1"]


@pytest.mark.clause("ANS-1")
def test_a_hanging_allocator_does_not_hang_the_run() -> None:
    report = run_conformance(ListingSpins, examples=BATCH, timeout=0.3, start_timeout=0.3, save_to=None)
    assert [failed.id for failed in report.failures] == ["ANS-1"]
    assert report.examples < BATCH


def test_failures_of_an_allocator_that_changes_its_mind_are_kept_and_marked(tmp_path: Path) -> None:
    calls, once = itertools.count(), tmp_path / "once"

    class Fickle(Sound):
        def step(self, scores: list[int]) -> list[tuple[str, int, int]]:  # type: ignore[override]
            if next(calls) == 100 and not once.exists():
                once.touch()
                return [("expand", 99, 9)]
            return super().step(scores)  # type: ignore[return-value]

    report = run_conformance(Fickle, examples=BATCH, save_to=None)
    assert [(failed.id, failed.repeatable) for failed in report.failures] == [("ACT-1", False)]
    assert "not deterministic" in report.summary()


def test_no_sessions_are_no_pass() -> None:
    report = run_conformance(ReferenceAllocator, examples=0, save_to=None)
    assert (report.status, report.exit_status) == ("unknown", 3)
    with pytest.raises(NotConformant):
        report.raise_for_failures()


def test_sessions_without_an_answer_are_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Case(geometry=Geometry((2,)), params=Params(), context=(Block(1, 0),), steps=())
    monkeypatch.setattr(runner, "sessions", lambda *_: [empty] * 10)
    monkeypatch.setattr(runner, "smoke_test", lambda: None)
    assert run_conformance(ReferenceAllocator, examples=10, save_to=None).status == "unknown"


def test_a_skip_is_no_pass() -> None:
    class Partial(Sound):
        def ingest(self, blocks: int, scores: list[int]) -> list[object]:  # type: ignore[override]
            raise NotImplementedError("no ingest yet")

    report = run_conformance(Partial, profile="greedy", examples=BATCH, save_to=None)
    assert (report.status, report.exit_status) == ("skip", 3)
    assert sum(report.skips.values()) == report.verdicts["skip"] > 0


def test_a_session_that_is_too_large_says_so_and_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focalloc.conformance.judge.MOST_SLOTS", 60)
    report = run_conformance(ReferenceAllocator, examples=40, save_to=None)
    large, least = report.verdicts["unknown"], 10
    assert report.lost == {runner.TOO_LARGE: large}
    assert large > least
    assert report.verdicts["pass"] == 40 - large > least
    assert report.status == "unknown"


def test_what_is_not_offered_is_said() -> None:
    class Minimal:
        def __init__(self) -> None:
            self.sound = Sound()
            self.open, self.step = self.sound.open, self.sound.step

    report = run_conformance(Minimal, profile="greedy", examples=50, save_to=None)
    assert report.status == "pass"
    assert report.not_offered == (
        *("ingest", "context", "positions", "ledger_size", "pin", "pins", "release", "ingest_tokens"),
        *("reclaim_ahead", "memory_shift", "lean", "cursor", "layout"),
    )
    assert "ingest" in report.summary()


@pytest.mark.parametrize("blind", [Verdict("pass", 0), Verdict("fail", 0), Verdict("skip", 0)])
def test_a_broken_judge_refuses_to_work(monkeypatch: pytest.MonkeyPatch, blind: Verdict) -> None:
    monkeypatch.setattr(runner, "judged", lambda *_: blind)
    with pytest.raises(RuntimeError, match="the judge is broken"):
        run_conformance(ReferenceAllocator, save_to=None)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InvalidInput, match="astrology"):
        run_conformance(ReferenceAllocator, profile="astrology")


def test_a_report_is_plain_data() -> None:
    report = run_conformance(NotStrict, profile="greedy", examples=BATCH, save_to=None)
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=Report) == report
    assert json.loads(text)["seed"] == 0


def test_a_watcher_is_told_of_each_batch() -> None:
    seen: list[int] = []
    with PythonTarget(Sound) as target:
        run(target, examples=BATCH + 50, watch=lambda batch: seen.append(batch.examples))
    assert seen == [BATCH, 50]


THEIR_TEST = """
from focalloc.conformance import run_conformance
from focalloc.conformance.broken.answers import ClaimsGreedy

def test_it_is_safe():
    run_conformance(ClaimsGreedy, examples=50).raise_for_failures()

def test_it_is_greedy():
    run_conformance(ClaimsGreedy, profile="greedy", examples=50).raise_for_failures()
"""


def test_it_works_in_a_third_partys_own_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(THEIR_TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_theirs.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in ran.stdout
    assert "NotConformant" in ran.stdout
    assert "FAIL by profile greedy" in ran.stdout
    (saved,) = (tmp_path / "focalloc-failures").iterdir()
    assert f"focalloc replay focalloc-failures/{saved.name}" in ran.stdout


class Stumbles(Sound):
    def step(self, scores: list[int]) -> list[object]:
        return [scores[len(scores)]]


def test_an_exception_is_reported_with_the_line_of_the_allocator_that_raised_it() -> None:
    report = run_conformance(Stumbles, examples=20, save_to=None)
    line = Stumbles.step.__code__.co_firstlineno + 1
    assert f"IndexError: list index out of range (test_runner.py, line {line})" in report.failures[0].message


def test_the_command_judges_as_many_sessions_as_a_run_does_by_default() -> None:
    """A number that stands twice, as the command must not import the judge before it is asked for help."""
    told = inspect.signature(conform)
    assert told.parameters["examples"].default == runner.DEFAULT_EXAMPLES
    _, recorded = get_args(get_type_hints(conform, include_extras=True)["recorded"])
    assert f"a run of {runner.DEFAULT_EXAMPLES} sessions or more" in recorded.help
