"""What is known to come is asked for ahead, and changes no verdict."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from focalloc.conformance import Case, Opening, PythonTarget, Step, Verdict, judged
from focalloc.conformance.broken import BROKEN
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.cases import Pinning
from focalloc.conformance.host import ANSWER_LIMIT
from focalloc.conformance.judge import Moment
from focalloc.conformance.process import LINE_LIMIT
from focalloc.conformance.sessions import sessions
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.geometry import MAX_TOKEN


class AtOnce(PythonTarget):
    """Waits for each answer."""

    def ahead(self, call: Callable[[], object], then: Callable[[Callable[[], object]], object]) -> None:
        then(call)


def played(target: PythonTarget, case: Case, profile: str) -> tuple[Verdict, int, list[Moment]]:
    moments: list[Moment] = []
    verdict = judged(target, case, profile, moments.append)
    return verdict, verdict.put, moments


@pytest.mark.parametrize("name", list(BROKEN)[::5])
def test_no_verdict_depends_on_what_is_asked_for_ahead(name: str) -> None:
    broken = BROKEN[name]
    cases = list(sessions(broken.profile, 1, 0, 6))
    with (
        AtOnce(broken.factory, timeout=1.0, start_timeout=2.0) as one,
        PythonTarget(broken.factory, timeout=1.0, start_timeout=2.0) as other,
    ):
        for case in cases:
            assert repr(played(one, case, broken.profile)) == repr(played(other, case, broken.profile))


class HangsWhenPinned(Sound):
    def pin(self, *_: object, **__: object) -> None:
        time.sleep(60.0)

    unpin = pin


class DiesWhenLaidOut(ReferenceAllocator):
    asked = 0

    def layout(self, *args: Any, **options: Any) -> Any:
        DiesWhenLaidOut.asked += 1
        if DiesWhenLaidOut.asked > 1:
            os._exit(7)
        return super().layout(*args, **options)


class OpensOnce(Sound):
    opened = False

    def open(self, geometry: Geometry, params: Params, context: Any) -> None:
        if self.opened:
            raise RuntimeError("it is open")
        self.opened = True
        super().open(geometry, params, context)


class TakesAnyRow(Sound):
    def step(self, scores: Any) -> Any:
        return []


class PinsNothing(Sound):
    def pin(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    unpin = pin


class IngestsNothing(Sound):
    def ingest(self, blocks: int, scores: Any = None) -> Any:
        raise NotImplementedError("not yet")


PIN, WRONG_ROW, QUIET = Step(pin=Pinning(0, 4)), Step(extra=1), Step(scores=(1,))
AGAIN, SENSELESS = Step(open=Opening()), Step(ingest=0)


@pytest.mark.parametrize(
    ("factory", "steps", "status", "at", "why"),
    [
        (HangsWhenPinned, (QUIET, PIN, QUIET), "fail", 1, "ANS-1"),
        (DiesWhenLaidOut, (AGAIN, QUIET), "error", 0, "status 7"),
        (OpensOnce, (QUIET, AGAIN, QUIET), "error", 1, "it is open"),
        (TakesAnyRow, (QUIET, WRONG_ROW, PIN, QUIET), "fail", 1, "ANS-3"),
        (PinsNothing, (QUIET, PIN, QUIET), "skip", 1, "pin"),
        (IngestsNothing, (QUIET, SENSELESS, PIN, QUIET), "skip", 3, "not yet"),
    ],
)
@pytest.mark.parametrize("kind", [AtOnce, PythonTarget])
def test_what_goes_wrong_is_told_of_the_step_that_it_is_about(
    kind: type[PythonTarget], factory: type, steps: tuple[Step, ...], status: str, at: int, why: str
) -> None:
    case = Case(Geometry((2, 2)), Params(w_max=9), (Block(2, 0), Block(2, 4)), steps)
    with kind(factory, timeout=1.0, start_timeout=1.0) as target:
        verdict = judged(target, case, "greedy")
        assert (verdict.status, verdict.at) == (status, at), verdict
        assert why in verdict.why
        quiet = Case(case.geometry, case.params, case.context, (QUIET,))
        assert judged(target, quiet, "safety").status == "pass" or factory is DiesWhenLaidOut


def test_answers_that_nobody_wants_any_more_are_not_taken_for_others() -> None:
    """The session ends at its first step, when what follows has been asked for."""

    class WrongAtFirst(ReferenceAllocator):
        def step(self, *args: Any, **options: Any) -> Any:
            return [("expand", 2, 0)] if self.state.iteration == 0 else super().step(*args, **options)

    case = Case(Geometry((2, 2)), Params(w_max=9), (Block(2, 0), Block(2, 4)), (QUIET, PIN, AGAIN, PIN, QUIET))
    with PythonTarget(WrongAtFirst) as target:
        for _ in range(3):
            verdict = judged(target, case, "greedy")
            assert (verdict.clause, verdict.at, verdict.answered) == ("THR-1", 0, 1)


def test_what_is_answered_late_is_waited_for_though_nobody_wants_it(tmp_path: Path) -> None:
    class SlowToPin(Sound):
        def step(self, scores: Any) -> Any:
            return [("expand", 2, 0)] if any(scores) else []

        def pin(self, *_: object, **__: object) -> None:
            time.sleep(0.3)

        def open(self, geometry: Geometry, params: Params, context: Any) -> None:
            with (tmp_path / "processes").open("a") as told:
                told.write(f"{os.getpid()}\n")
            super().open(geometry, params, context)

    case = Case(Geometry((2, 2)), Params(w_max=9), (Block(2, 0), Block(2, 4)), (QUIET, PIN, Step()))
    with PythonTarget(SlowToPin) as target:
        for _ in range(2):
            assert judged(target, case, "greedy").clause == "THR-1"
    told = (tmp_path / "processes").read_text().split()
    assert len(told) == 2
    assert len(set(told)) == 1


def test_the_longest_row_of_blocks_that_is_read_fits_on_a_line() -> None:
    block = f"[31,{MAX_TOKEN}],{MAX_TOKEN},"  # in the context, and its position
    assert ANSWER_LIMIT * len(block) < LINE_LIMIT
