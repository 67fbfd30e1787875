"""Nobody can talk the judge into a verdict: what an allocator does to its process is its own affair."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from focalloc.conformance import Case, PythonTarget, Step, judged, run_conformance, runner
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.known import with_known
from focalloc.conformance.outcomes import outcomes
from focalloc.conformance.process import ProcessAllocator, threaded
from focalloc.conformance.report import Known, Report
from focalloc.conformance.targets import ProgramTarget
from focalloc.spec import Block, Geometry, InvalidInput, Params

CASE = Case(geometry=Geometry((2, 2)), params=Params(w_max=9), context=(Block(2, 0),), steps=(Step(), Step()))


class Wrong:
    """Breaks ACT-1 in its first answer, whatever else it does."""

    def open(self, *_: object) -> None: ...

    def step(self, _: object) -> Any:
        return [("expand", 9, 0)]


class Odd:
    """Something that JSON cannot say; ``say`` is what its repr does."""

    def __init__(self, say: Any) -> None:
        self.say = say

    def __repr__(self) -> str:
        return str(self.say())


class Posing(str):
    """A text that calls itself something else."""

    __slots__ = ()

    def __str__(self) -> str:
        return "expand"


def spin() -> None:
    while True:
        with contextlib.suppress(BaseException):  # that is the point
            time.sleep(0.01)


def lock_twice() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def panic() -> None:
    raise type("PanicException", (BaseException,), {})("index out of bounds")


def fork() -> list[object]:
    if os.fork():
        os.wait()
    return [("expand", 9, 0)]


def cancelled() -> None:
    raise asyncio.CancelledError


def surrogate() -> None:
    raise ValueError("half a letter \ud800")


IN_A_STEP = {
    "exits": (lambda: sys.exit(0), "error", "SystemExit"),
    "ends the process": (lambda: os._exit(0), "error", "ended with status 0"),
    "is killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "error", "SIGKILL"),
    "panics": (panic, "error", "PanicException: index out of bounds"),
    "is cancelled": (cancelled, "error", "CancelledError"),
    "swallows whatever would stop it": (spin, "fail", "no answer within"),
    "blocks outside bytecode": (lock_twice, "fail", "no answer within"),
    "forks": (fork, "fail", "ACT-1"),
    "has half a letter to say": (surrogate, "error", "half a letter"),
    "exits when it is shown": (lambda: Odd(lambda: sys.exit(0)), "fail", "Odd, whose repr raises SystemExit"),
    "hangs when it is shown": (lambda: [Odd(spin)], "fail", "no answer within"),
    "starts beyond digits": (lambda: [("expand", 1, 10**5000)], "fail", "an integer of 16610 bits"),
    "claims to be a kind": (lambda: [(Odd(lambda: "expand"), 1, 0)], "fail", "ACT-1"),
    "poses as a text": (lambda: [(Posing("explode"), 2, 0)], "fail", "has kind 'explode'"),
    "closes every file": (lambda: os.closerange(3, 200), "error", "ended with status 0"),
    "nests without an end": (lambda: (nest := [], nest.append(nest), nest)[2], "fail", "ACT-1"),
}


@pytest.mark.parametrize("name", IN_A_STEP)
def test_whatever_a_step_does_is_its_verdict(name: str) -> None:
    does, status, reason = IN_A_STEP[name]

    class Hostile(Wrong):
        def step(self, _: object) -> Any:
            return does()

    limit = 0.5 if "no answer" in reason else 30.0
    with PythonTarget(Hostile, timeout=limit, start_timeout=limit) as target:
        verdict = judged(target, CASE)
    assert verdict.status == status
    assert reason in verdict.why


@pytest.mark.parametrize("where", ["warmup", "ingest", "__getattr__", "__init__", "__str__"])
def test_wherever_it_leaves_that_is_no_pass(where: str) -> None:
    def leave(*_: object) -> None:
        sys.exit(0)

    def refuse(*_: object) -> None:
        raise type("Told", (Exception,), {"__str__": leave})

    does: dict[str, Any] = {"ingest": property(leave), "__str__": refuse}
    hostile = type("Hostile", (Wrong,), {where.replace("__str__", "step"): does.get(where, leave)})
    with PythonTarget(hostile) as target:
        verdict = judged(target, CASE)
    assert verdict.status == "error"
    assert "SystemExit" in verdict.why


def test_a_copy_that_an_allocator_makes_of_itself_is_not_heard() -> None:
    class Forks(Sound):
        def step(self, scores: list[int]) -> Any:
            os.fork()
            return super().step(scores)

    assert run_conformance(Forks, profile="greedy", examples=20, shrink=False, save_to=None).verdicts == {"pass": 20}


def test_a_first_call_may_take_long_and_the_others_may_not() -> None:
    class Lazy(Sound):
        ready = False

        def step(self, scores: list[int]) -> Any:
            if not Lazy.ready:
                Lazy.ready = True
                time.sleep(1.5)
            return super().step(scores)

    with PythonTarget(Lazy, timeout=1.0, start_timeout=30.0) as target:
        assert judged(target, CASE, "greedy").status == "pass"
    with PythonTarget(Lazy, timeout=1.0, start_timeout=1.0) as target:
        assert judged(target, CASE, "greedy").clause == "ANS-1"


def test_so_may_the_first_call_that_needs_other_code() -> None:
    """As a parameter may choose other kernels, which have to be compiled."""

    class Compiles(Sound):
        ready: ClassVar[set[int]] = set()

        def step(self, scores: list[int]) -> Any:
            if self.state.params.reclaim_ahead not in Compiles.ready:
                Compiles.ready.add(self.state.params.reclaim_ahead)
                time.sleep(1.5)
            return super().step(scores)

    other = msgspec.structs.replace(CASE, params=replace(CASE.params, reclaim_ahead=1))
    with PythonTarget(Compiles, timeout=1.0, start_timeout=30.0) as target:
        assert [judged(target, case, "greedy").status for case in (CASE, other)] == ["pass", "pass"]


def test_the_limit_of_the_first_call_is_not_that_of_the_second() -> None:
    class LateAgain(Sound):
        def step(self, scores: list[int]) -> Any:
            if self.state.iteration == 1:
                time.sleep(60)
            return super().step(scores)

    began = time.monotonic()
    with PythonTarget(LateAgain, timeout=0.5, start_timeout=120.0) as target:
        verdict = judged(target, CASE, "greedy")
    assert (verdict.clause, verdict.at) == ("ANS-1", 1)
    assert time.monotonic() - began < 30


def test_what_was_not_judged_after_a_hang_is_counted() -> None:
    class Hangs(Wrong):
        def step(self, _: object) -> Any:
            spin()

    report = run_conformance(Hangs, examples=20, timeout=0.2, start_timeout=0.2, shrink=False, save_to=None)
    assert report.examples + report.verdicts["unknown"] == 20
    assert report.lost == {runner.HUNG: report.verdicts["unknown"]}
    known = with_known(report, [Known("ANS-1", "slow", "https://example.org")])
    assert (known.status, known.exit_status) == ("unknown", 3)
    assert "passed" not in {one.result for one in outcomes(report)}


def test_a_run_has_a_limit() -> None:
    class Slow(Sound):
        def step(self, scores: list[int]) -> Any:
            time.sleep(0.05)
            return super().step(scores)

    began = time.monotonic()
    report = run_conformance(Slow, examples=10_000, time_limit=2.0, save_to=None)
    assert time.monotonic() - began < 20
    assert report.status == "unknown"
    assert report.lost[runner.RUN_OVER] > 0


def test_each_clause_that_one_answer_breaks_is_a_failure() -> None:
    class Torn(Sound):
        def context(self) -> list[tuple[int, int]]:
            return [(b.level, b.start + (i == 1)) for i, b in enumerate(self.state.context)]

    report = run_conformance(Torn, examples=30, shrink=False, save_to=None)
    assert {"CTX-2", "CTX-3", "CTX-6"} <= {failed.id for failed in report.failures}


def test_one_declared_skip_does_not_hide_another() -> None:
    class Partial(Sound):
        def open(self, geometry: Geometry, params: Params, context: Any) -> None:
            if geometry.arity == (2, 2):
                raise NotImplementedError("geometry: not of two and two")
            super().open(geometry, params, context)

        def ingest(self, blocks: int, scores: list[int]) -> Any:
            raise NotImplementedError("later")

    report = run_conformance(Partial, examples=60, save_to=None)
    assert set(report.skipped) == {"skip:geometry", "skip:ingest"}
    ingest, geometry = (Known(one, "later", "https://example.org") for one in ("skip:ingest", "skip:geometry"))
    assert with_known(report, [ingest]).status == "skip"
    assert with_known(report, [ingest, geometry]).status == "pass"


def test_what_was_skipped_as_a_whole_has_not_been_mended() -> None:
    class Unwilling(Wrong):
        def open(self, *_: object) -> None:
            raise NotImplementedError

    report = run_conformance(Unwilling, examples=5, save_to=None)
    error = Known("error", "it fell", "https://example.org")
    for one in (report, runner.msgspec.structs.replace(report, answered=9)):  # as when each skips at its end
        assert with_known(one, [error]).status == "skip"
        assert "passes" not in with_known(one, [error]).summary()


def test_new_failures_come_before_known_ones() -> None:
    report = run_conformance(Wrong, examples=5, shrink=False, save_to=None)
    (new,) = report.failures
    old = runner.msgspec.structs.replace(new, id="ACT-0")
    both: Report = runner.msgspec.structs.replace(report, failures=(old, new), known=(Known("ACT-0", "r", "l"),))
    assert [failed.id for failed in both.by_news] == ["ACT-1", "ACT-0"]


def test_without_a_process_of_its_own_the_report_says_so() -> None:
    report = run_conformance(Sound, examples=5, isolate=False, save_to=None)
    assert report.status == "pass"
    assert "could forge the verdict" in report.summary()
    assert not run_conformance(Sound, examples=5, save_to=None).notes


def test_a_thread_that_the_judge_has_hung_up_on_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    hung_up, ended = threading.Event(), threading.Event()

    def serve(_commands: int, answers: int) -> None:
        try:
            assert hung_up.wait(10)
            os.write(answers, b"{}")
        finally:
            ended.set()

    threads = set(threading.enumerate())
    line = threaded(serve)
    (thread,) = set(threading.enumerate()) - threads
    line.close()
    hung_up.set()
    thread.join(10)
    assert ended.is_set()
    assert not told


@pytest.mark.parametrize(
    ("command", "said"),
    [("", "names no program"), ("   ", "names no program"), ("'", "is no command"), ("./nothing", "no program here")],
)
def test_a_command_that_is_none_is_bad_usage(command: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        ProcessAllocator(command)


RUNAWAY = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({note!r}, "w").write(str(os.getpid()) + chr(10))
        os.execve("/bin/sleep", ["sleep", "300"], {{}})
    os._exit(0)
sys.stdin.readline()
sys.stdin.readline()
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs subreapers")
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "its judge is killed"])
def test_a_daemon_without_an_environment_does_not_outlive_the_judge(killed: bool, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    (tmp_path / "runaway.py").write_text(RUNAWAY.format(note=str(note)))
    source = (
        "import sys; from focalloc.conformance.process import *\n"
        f"a = ProcessAllocator([sys.executable, '-S', {str(tmp_path / 'runaway.py')!r}], 300, 300)\n"
        "import threading; threading.Thread(target=a.start, daemon=True).start(); sys.stdin.readline(); a._end()"
    )
    judge = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    pid = int(note.read_text())
    assert alive(pid)
    if killed:
        judge.kill()
    else:
        assert judge.stdin is not None
        judge.stdin.close()
    judge.wait()
    while alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


EXPANDS_AND = """
import os, sys, time
def say(text): print(text, flush=True)
sys.stdin.readline(); say('{{"protocol": 1, "name": "x", "version": "1", "strategies": [], "offers": []}}')
while line := sys.stdin.readline():
    if '"open"' in line:
        steps = 0
        say('{{"ok": true}}')
    elif '"step"' in line and steps == 0:
        steps += 1
        say('{{"actions": [["expand", 2, 0]]}}')
    elif '"step"' in line:
        {then}
"""

NEXT = {
    "hangs": ("time.sleep(300)", "fail", "no answer within"),
    "dies": ("os._exit(3)", "error", "ended with status 3"),
    "answers garbage": ("say('[1')", "error", "not the protocol"),
    "refuses": ("""say('{"error": "no"}')""", "error", "no"),
    "skips": ("""say('{"skipped": "no"}')""", "skip", "no"),
    "breaks another clause": ("""say('{"actions": [["expand", 9, 0]]}')""", "fail", "ACT-1"),
}


@pytest.mark.parametrize("name", NEXT)
def test_an_answer_is_blamed_for_what_is_wrong_with_it_whatever_the_next_one_does(name: str, tmp_path: Path) -> None:
    then, status, why = NEXT[name]
    (tmp_path / "program.py").write_text(EXPANDS_AND.format(then=then))
    began = time.monotonic()
    with ProgramTarget(f"{sys.executable} -S {tmp_path / 'program.py'}", timeout=2.0, start_timeout=60.0) as target:
        over = judged(target, msgspec.structs.replace(CASE, params=Params(w_max=1)))
        assert (over.status, over.clause, over.at) == ("fail", "BUD-1", 0)
        again = judged(target, msgspec.structs.replace(CASE, steps=CASE.steps[:1]))
        assert again.status == "pass"  # nothing is left of what was not waited for
        within = judged(target, CASE)
        assert (within.status, within.at) == (status, 1)
        assert why in within.why
    assert time.monotonic() - began < 100


def test_what_is_reported_is_blamed_before_the_next_answer() -> None:
    class Misplaces(Sound):
        def positions(self) -> list[int]:
            return [place + (self.state.iteration == 1) for place in super().positions()]

        def step(self, scores: list[int]) -> Any:
            if self.state.iteration == 1:
                os._exit(3)
            return super().step(scores)

    with PythonTarget(Misplaces) as target:
        for _ in range(2):
            verdict = judged(target, CASE, "greedy")
            assert (verdict.clause, verdict.at) == ("CTX-5", 0)
