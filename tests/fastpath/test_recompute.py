"""A weight on what is computed anew (MUL-1), through whatever carries, watches or stands in for a session."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, Guarded, InvalidInput, NoRoom, Recorder, Telemetry, violations
from focalloc.conformance.cases import Case
from focalloc.conformance.worlds import drawn
from focalloc.fastpath.guard import View
from focalloc.fastpath.trace import events
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.allocator import answered
from focalloc.spec.actions import Action
from focalloc.spec.objective import recomputed

Answers = list[Any]


def begun(case: Case, one: Any) -> Any:
    """``one``, in the session of ``case``."""
    one.open(case.geometry, case.params, case.context)
    return one


def gone_on(one: Any, seed: int, calls: int = 6) -> Answers:
    """What ``one`` answers to whatever a session may be asked, by chance that follows from ``seed`` only."""
    random = np.random.default_rng(seed)
    answers: Answers = []
    for i in range(calls):
        row = random.integers(-4, 5, one.used, dtype=np.int32) * 2**18
        stop = int(one.state().end)
        cursor = int(random.integers(int(one.starts[0]), stop + 1)) if random.random() < 0.5 else None
        answers.append(list(one.step(row, cursor=cursor)))
        if i % 3 == 1:
            one.pin(int(one.starts[0]), stop, bool(random.random() < 0.5), True)
        if random.random() < 0.7:
            tokens = int(random.integers(1, 2 * one.geometry.span(0) + 1))
            row = random.integers(-4, 5, one.used, dtype=np.int32)
            try:
                answers.append(list(one.ingest_tokens(tokens, row, release=bool(i % 2))))
            except (NoRoom, InvalidInput) as no:
                answers.append(str(no))
    return answers


@cache
def cases() -> list[Case]:
    """Sessions in which the weight decides, so that it would show, were it lost."""

    def decides(seed: int, case: Case) -> bool:
        light = Case(case.geometry, replace(case.params, recompute_weight=0), case.context, ())
        return gone_on(begun(case, Allocator()), seed) != gone_on(begun(light, Allocator()), seed)

    small = [case for case in drawn("multi_objective", 200, 40) if case.params.w_max < 1000 and case.params.n_diff < 5]
    weighed = [case for case in small if case.params.recompute_weight]
    return [case for seed, case in enumerate(weighed) if decides(seed, case)]


def test_there_are_sessions_in_which_the_weight_decides() -> None:
    assert len(cases()) > 5


def restored(one: Allocator) -> Allocator:
    other = Allocator()
    other.restore(one.snapshot())
    return other


def resumed(one: Allocator) -> Allocator:
    other = Allocator()
    other.resume(one.state())
    return other


CARRIED: dict[str, Callable[[Allocator], Allocator]] = {
    "restored": restored,
    "resumed": resumed,
    "copied": copy.deepcopy,
    "pickled": lambda one: pickle.loads(pickle.dumps(one)),
}


@pytest.mark.parametrize("how", CARRIED)
def test_a_session_that_is_carried_elsewhere_goes_on_exactly_alike(how: str) -> None:
    for seed, case in enumerate(cases()):
        one = begun(case, Allocator())
        gone_on(one, seed)
        other = CARRIED[how](one)
        assert other.params.recompute_weight == case.params.recompute_weight
        assert gone_on(other, seed + 1) == gone_on(one, seed + 1)
        assert other.snapshot() == one.snapshot()
        other._check()


def test_a_trace_holds_the_weight_and_what_it_led_to(tmp_path: Path) -> None:
    kinds = set()
    for seed, case in enumerate(cases()):
        alone, path = begun(case, Allocator()), tmp_path / "t.jsonl"
        with Recorder(Allocator(), path) as recorder:
            assert gone_on(begun(case, recorder), seed) == gone_on(alone, seed)
        found = list(events(path))
        assert found[-1].after == alone.state()
        for event in found:
            assert event.before.params.recompute_weight == case.params.recompute_weight
            kinds.add((event.call, event.cursor is not None))
            if event.call == "step":
                again = resumed_at(event.before)
                assert tuple(again.step(np.array(event.scores, np.int32), cursor=event.cursor)) == event.actions
    assert kinds == {("step", False), ("step", True), ("ingest_tokens", False)}


def resumed_at(state: Any) -> Allocator:
    one = Allocator()
    one.resume(state)
    return one


def failing(view: View, scores: object) -> list[Action]:
    raise ValueError("no idea")


def by_the_reference(view: View, scores: Any) -> list[Action]:
    return answered(view.state().pointed(view.cursor), scores.tolist())


SELECTORS: dict[str, Callable[[], Any]] = {
    "none": lambda: failing,
    "a function": lambda: by_the_reference,
    "the fast path": Allocator,
    "the reference": ReferenceAllocator,
}


@pytest.mark.parametrize("selector", SELECTORS)
def test_a_guarded_session_weighs_it_whoever_decides(selector: str) -> None:
    # an object that can only be opened anew forgets cooldowns, which is no matter where there are none
    forgets = selector == "the reference"
    overruled = steps = 0
    for seed, case in enumerate(cases()):
        params = replace(case.params, cooldown_steps=0, memory_shift=0) if forgets else case.params
        like = Case(case.geometry, params, case.context, ())
        guarded, alone = begun(like, Guarded(SELECTORS[selector]())), begun(like, Allocator())
        steps += alone.iteration
        if forgets:
            random = np.random.default_rng(seed)
            for _ in range(3):
                row = random.integers(-4, 5, alone.used, dtype=np.int32) * 2**18
                assert guarded.step(row) == alone.step(row)
        else:
            assert gone_on(guarded, seed) == gone_on(alone, seed)
        assert guarded.state() == alone.state()
        steps, overruled = steps + alone.iteration, overruled + sum(guarded.fallback_counts.values())
        guarded._check()
    assert overruled == (steps if selector == "none" else 0)


def test_a_guarded_session_passes_on_what_is_dear_but_safe() -> None:
    """What the weight forbids is within profile safety: a selector may do it, and the session goes on by it."""
    light = [replace(case.params, recompute_weight=0) for case in cases()]
    dearer = 0
    for seed, (case, params) in enumerate(zip(cases(), light, strict=True)):
        other = begun(Case(case.geometry, params, case.context, ()), Allocator())

        def select(view: View, scores: Any, other: Allocator = other) -> list[Action]:
            return list(other.step(scores))

        guarded, random = begun(case, Guarded(select)), np.random.default_rng(seed)
        for _ in range(3):
            state = guarded.state()
            row = random.integers(-4, 5, state.used, dtype=np.int32) * 2**18
            plan = guarded.step(row)
            assert plan.fallback is None
            found = {one.clause for one in violations(state, row.tolist(), list(plan), "multi_objective")}
            assert found <= {"MUL-1", "MUL-2"}
            assert not found or recomputed(state, list(plan)) > 0
            dearer += bool(found)
    assert dearer


def test_telemetry_watches_and_changes_nothing() -> None:
    for seed, case in enumerate(cases()):
        told: list[tuple[str, int]] = []
        alone = begun(case, Allocator())
        watched = begun(case, Telemetry(Allocator(), lambda one, told=told: told.append((one.call, one.swaps))))
        answers = gone_on(alone, seed)
        assert gone_on(watched, seed) == answers
        assert watched.state() == alone.state()
        assert [swaps for _, swaps in told] == [len(one) for one in answers if not isinstance(one, str)]
        assert len(watched.residency().iterations) == len(alone.levels)


@pytest.mark.clause("MUL-1")
def test_in_a_batch_it_is_weighed_as_alone() -> None:
    for seed, case in enumerate(cases()):
        alone, together = begun(case, Allocator()), begun(case, Allocator())
        batch, random = Batch([together]), np.random.default_rng(seed)
        for _ in range(4):
            row = random.integers(-4, 5, alone.used, dtype=np.int32) * 2**18
            assert list(batch.step([row])) == [alone.step(row)]
        assert together.snapshot() == alone.snapshot()
