"""Answers from elsewhere are applied if and only if the spec finds nothing wrong with them; else greedy stands in."""

from __future__ import annotations

import contextlib
import gc
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc import Action, Allocator, Geometry, InvalidInput, NoRoom, Params, State, violations
from focalloc.conformance.worlds import drawn
from focalloc.fastpath.guard import Guarded, View
from focalloc.refimpl.allocator import ReferenceAllocator
from focalloc.spec.actions import family, parent
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import possible_actions
from focalloc.spec.state import advanced
from tests.fastpath.test_snapshot import sessions

TINY = Geometry((2, 2))


# THE CHECK


A_SESSION = st.sampled_from(drawn("greedy", 300, 400))  # the spec is asked about each answer


def nearby(state: State) -> list[tuple[Any, ...]]:
    """Actions that are possible, that are possible for a relative, and that hardly make sense."""
    nodes = {action.node for action in possible_actions(state.geometry, set(state.context))} | set(state.context)
    for node in list(nodes):
        above = parent(state.geometry, node)
        nodes |= {above} if above else set()
        nodes |= set(family(state.geometry, node)[:3]) if node.level else set()
    some = [*sorted(nodes)[:40], Block(1, 1), Block(1, 2**50), Block(2, 2**100), Block(99, 0)]
    return [(kind, *node) for node in some for kind in ("expand", "collapse")]


@given(sessions(A_SESSION), st.data())
def test_apply_agrees_with_the_spec_on_every_answer(allocator: Allocator, data: st.DataObject) -> None:
    state = allocator.state()
    possible = possible_actions(state.geometry, set(state.context))
    one = st.sampled_from(nearby(state)) | st.sampled_from(possible or [("expand", 1, 0)])
    odd = st.sampled_from(["grow", ("expand", 1), ("expand", 1.0, 0), ("expand", True, 0), ["expand", 1, -2], None])
    actions = data.draw(st.lists(one, max_size=6) | st.lists(one | odd, max_size=3))
    found = violations(state, [0] * state.used, actions)
    if found:
        with pytest.raises(InvalidInput) as no:
            allocator.apply(actions)
        assert no.value.rule == f"{found[0].message} ({found[0].clause})"
        assert no.value.field == f"actions[{found[0].where}]"
        assert allocator.state() == state
    else:
        plan = allocator.apply(actions)
        assert list(plan) == [tuple(action) for action in actions]
        assert allocator.state() == advanced(state, [Action(*action) for action in actions])
        assert plan.iteration == state.iteration + 1
    allocator._check()


@pytest.mark.parametrize("seed", range(12))
def test_apply_agrees_with_the_spec_on_every_single_action(seed: int) -> None:
    """Not a sample: cooldowns, a protected tail and a tight budget, each action there is, from each of some states."""
    geometry = [Geometry((2, 2)), Geometry((4, 3, 3), (1, 1, 2, 4)), Geometry((3, 2), (2, 3, 4))][seed % 3]
    top = geometry.span(geometry.top)
    params = Params(w_max=8 * geometry.slots(0), n_diff=3, cooldown_steps=4, protected_tokens=geometry.span(0))
    allocator, other = Allocator(), Allocator()
    allocator.open(geometry, params, [(geometry.top, 0), (geometry.top, top), (0, 2 * top)])
    random = np.random.default_rng(seed)
    clauses = set()
    for _ in range(8):
        allocator.step(random.normal(size=allocator.used) * 4)
        state = allocator.state()
        for action in nearby(state):
            found = violations(state, [0] * state.used, [action])
            other.resume(state)
            if found:
                clauses.add(found[0].clause)
                with pytest.raises(InvalidInput, match=re.escape(f"{found[0].message} ({found[0].clause})")):
                    other.apply([action])
                assert other.state() == state
            else:
                other.apply([action])
                assert other.state() == advanced(state, [Action(*action)])
    assert {"ACT-1", "ACT-2", "ACT-3", "ACT-4", "COO-1"} <= clauses


def test_more_actions_than_slots() -> None:
    allocator = Allocator()
    allocator.open(TINY, Params(w_max=2, n_diff=100), [(1, 0)])
    with pytest.raises(InvalidInput, match=r"actions\[1\].*ACT-3"):
        allocator.apply([("expand", 1, 0)] * 100)
    with pytest.raises(InvalidInput, match=r"actions\[100\].*CAP-1"):
        allocator.apply([("expand", 1, 0)] * 101)


@pytest.mark.parametrize("nonsense", [None, 7, "expand", b"", {("expand", 1, 0)}])
def test_what_is_no_list_of_actions_is_refused(nonsense: Any) -> None:
    allocator = started(Allocator())
    before = allocator.snapshot()
    with pytest.raises(InvalidInput, match="actions"):
        allocator.apply(nonsense)
    assert allocator.snapshot() == before


# THE GUARD


SCORES = [3.0, 1.0, -1.0, -1.0]


def started(allocator: Allocator) -> Any:
    """Slots: a level-2 gist, a level-1 gist, two raw tokens. Greedy expands the first and collapses the last."""
    allocator.open(TINY, Params(w_max=8, cooldown_steps=3), [(2, 0), (1, 4), (0, 6)])
    return allocator


GREEDY = [Action("expand", 2, 0), Action("collapse", 1, 6), Action("expand", 1, 4)]


def test_greedy_itself() -> None:
    assert started(Allocator()).step(SCORES) == GREEDY


def test_a_proper_answer_is_applied() -> None:
    seen: list[tuple[View, np.ndarray[Any, Any]]] = []

    def select(view: View, scores: np.ndarray[Any, Any]) -> list[tuple[str, int, int]]:
        seen.append((view, scores))
        return [("expand", 1, 4)]

    guarded = started(Guarded(select))
    plan = guarded.step(SCORES)
    assert plan == [("expand", 1, 4)]
    assert plan.fallback is None
    assert not guarded.fallbacks
    [(view, scores)] = seen
    assert scores.dtype == np.int32
    assert scores.tolist() == [3 * 2**20, 2**20, -(2**20), -(2**20)]
    assert (view.iteration, view.used, view.params.cooldown_steps) == (0, 4, 3)


def endless() -> Iterator[tuple[str, int, int]]:
    while True:
        yield ("expand", 1, 4)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def unspeakable(*_: object) -> Any:
    raise Unspeakable


ANSWERS = [
    ([("expand", 1, 6)], "violation", "ACT-3"),
    ([("expand", 2, 0), ("expand", 1, 0)], "violation", "ACT-5"),
    ([("collapse", 2, 4)], "violation", "ACT-4"),
    ([("expand", 1, 5)], "violation", "ACT-2"),
    ([("grow", 1, 4)], "violation", "ACT-1"),
    ([("expand", 1, float("nan"))], "nan", ""),
    ([("expand", 1, 4)] * 5, "violation", "CAP-1"),
    (endless(), "violation", "CAP-1"),
    (None, "exception", ""),
    (7, "exception", ""),
    ("expand", "violation", "ACT-1"),
]


@pytest.mark.parametrize("deadline", [None, 60.0])
@pytest.mark.parametrize(("answer", "reason", "clause"), ANSWERS)
def test_an_improper_answer_leaves_the_iteration_to_greedy(
    answer: Any, reason: str, clause: str, deadline: float | None
) -> None:
    guarded, alone = started(Guarded(lambda view, scores: answer, deadline=deadline)), started(Allocator())
    plan = guarded.step(SCORES)
    assert plan == alone.step(SCORES) == GREEDY
    assert guarded.state() == alone.state()
    assert (plan.fallback.reason, plan.fallback.clause, plan.fallback.iteration) == (reason, clause, 1)
    assert plan.fallback.message
    assert list(guarded.fallbacks) == [plan.fallback]
    assert guarded.fallback_counts == {reason: 1}


@pytest.mark.parametrize("deadline", [None, 60.0])
@pytest.mark.parametrize("error", [ValueError("no idea"), MemoryError(), RecursionError("deep"), StopIteration()])
def test_an_exception_leaves_the_iteration_to_greedy(error: Exception, deadline: float | None) -> None:
    def select(view: View, scores: object) -> Any:
        raise error

    plan = started(Guarded(select, deadline=deadline)).step(SCORES)
    assert plan == GREEDY
    assert plan.fallback.reason == "exception"
    assert type(error).__name__ in plan.fallback.message


@pytest.mark.parametrize("deadline", [None, 60.0])
def test_an_exception_that_cannot_be_told(deadline: float | None) -> None:
    assert "Unspeakable" in started(Guarded(unspeakable, deadline=deadline)).step(SCORES).fallback.message


def test_an_exit_ends_neither_worker_nor_session() -> None:
    guarded = started(Guarded(lambda view, scores: sys.exit(), deadline=60.0))
    assert guarded.step(SCORES).fallback.reason == "exception"
    assert guarded.step([0.0] * guarded.used).fallback.reason == "exception"


def test_a_selector_that_tampers_reaches_nothing() -> None:
    def select(view: View, scores: np.ndarray[Any, Any]) -> Any:
        scores[:] = 0
        for array in (view.levels, view.starts):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
        raise ValueError("now it is up to greedy")

    given = np.array(SCORES)
    guarded = started(Guarded(select))
    assert guarded.step(given) == GREEDY
    assert given.tolist() == SCORES


def test_a_missed_deadline_leaves_the_iteration_to_greedy_and_the_late_answer_is_dropped() -> None:
    go_on, asked = threading.Event(), threading.Semaphore(0)
    late: list[View] = []

    def select(view: View, scores: object) -> list[tuple[str, int, int]]:
        asked.release()
        go_on.wait()
        late.append(view)
        return [("expand", 1, 4)]

    guarded, alone = started(Guarded(select, deadline=0.01)), started(Allocator())
    assert guarded.step(SCORES) == alone.step(SCORES)
    assert asked.acquire(timeout=60)
    for _ in range(3):
        rest = [0.5] * alone.used
        assert guarded.step(rest) == alone.step(rest)
    assert [fallback.reason for fallback in guarded.fallbacks] == ["deadline", "busy", "busy", "busy"]
    assert guarded.state() == alone.state()
    go_on.set()
    for _ in range(1_000_000):  # until the late answer has come and been dropped, and a new question is asked
        guarded.step([0.0] * guarded.used)
        if guarded.fallbacks[-1].reason != "busy":
            break
    assert guarded.fallbacks[-1].reason in ("violation", "deadline")
    assert late[0].context == ((2, 0), (1, 4), (0, 6)), "the view must stay as it was when the question was asked"


def test_the_worker_ends_with_its_allocator() -> None:
    before = set(threading.enumerate())
    guarded = started(Guarded(lambda view, scores: [], deadline=60.0))
    guarded.step(SCORES)
    [worker] = set(threading.enumerate()) - before
    del guarded
    gc.collect()
    worker.join(timeout=60)
    assert not worker.is_alive()


@pytest.mark.parametrize("deadline", [0, -1.0, float("nan"), float("inf"), "1"])
def test_a_senseless_deadline_is_refused(deadline: Any) -> None:
    with pytest.raises(InvalidInput, match="deadline"):
        Guarded(lambda view, scores: [], deadline=deadline)


@pytest.mark.parametrize("selector", [None, 7, "greedy", object()])
def test_what_cannot_select_is_refused(selector: Any) -> None:
    with pytest.raises(InvalidInput, match="selector"):
        Guarded(selector)


def test_senseless_scores_are_the_callers_fault() -> None:
    asked: list[object] = []
    guarded = started(Guarded(lambda view, scores: asked.append(view) or []))
    before = guarded.snapshot()
    for scores in ([float("nan")] * 4, SCORES[:3], [4000.0] * 4):
        with pytest.raises(InvalidInput, match="scores"):
            guarded.step(scores)
    assert guarded.snapshot() == before
    assert not asked
    assert not guarded.fallbacks


# ALLOCATOR OBJECTS


class Stranger:
    """A third party's allocator: the protocol and no more, with a bad day every third iteration."""

    def __init__(self) -> None:
        self.inner = ReferenceAllocator()
        self.opened = self.steps = 0

    def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
        self.opened += 1
        self.inner.open(geometry, params, context)

    def step(self, scores: Sequence[int]) -> list[Action]:
        self.steps += 1
        actions = self.inner.step(scores)
        return actions if self.steps % 3 else [Action("expand", 1, 2**40)]


@pytest.mark.parametrize("selector", [Allocator, ReferenceAllocator])
def test_an_allocator_that_conforms_is_never_overruled(selector: type) -> None:
    guarded, alone = started(Guarded(selector())), started(Allocator())
    random = np.random.default_rng(5)
    for _ in range(30):
        scores = random.normal(size=alone.used)
        assert guarded.step(scores) == alone.step(scores)
    assert not guarded.fallbacks
    assert guarded.state() == alone.state()


def test_an_allocator_object_is_opened_anew_after_a_fallback() -> None:
    stranger = Stranger()
    guarded = started(Guarded(stranger))
    random = np.random.default_rng(5)
    for _ in range(30):
        guarded.step(random.normal(size=guarded.used))
    assert stranger.steps == 30
    failed = [fallback.iteration for fallback in guarded.fallbacks]
    assert [iteration for iteration in failed if iteration % 3 == 0] == list(range(3, 31, 3))
    assert stranger.opened == 1 + sum(iteration < 30 for iteration in failed)


@pytest.mark.parametrize("restored", [False, True])
def test_one_is_told_of_every_ingest_and_keeps_its_cooldowns_when_restored(restored: bool) -> None:
    """Of an ingest by nothing else than the ingest: no snapshot, no fallback."""
    guarded, alone = started(Guarded(Allocator())), started(Allocator())
    random = np.random.default_rng(6)
    for _ in range(20):
        scores = random.normal(size=alone.used)
        assert guarded.step(scores) == alone.step(scores)
        for one in (guarded, alone):
            with contextlib.suppress(NoRoom):
                one.ingest()
        if restored:
            guarded.restore(guarded.snapshot())
    assert not guarded.fallbacks
    assert guarded.state() == alone.state()


@given(A_SESSION, st.integers(0, 2**32 - 1))
def test_whatever_a_selector_answers_the_session_conforms(case: Any, seed: int) -> None:
    random = np.random.default_rng(seed)

    def select(view: View, scores: object) -> list[tuple[Any, ...]]:
        some = nearby(view.state())
        return [some[i] for i in random.integers(0, len(some), random.integers(0, 3))]

    guarded = Guarded(select)
    guarded.open(case.geometry, case.params, case.context)
    for _ in range(5):
        state = guarded.state()
        scores = random.integers(-4, 5, state.used) * 2**18
        plan = guarded.step(scores)
        profile = "greedy" if plan.fallback else "safety"
        assert violations(state, scores.tolist(), list(plan), profile) == []
        assert guarded.state() == advanced(state, list(plan), scores.tolist())
        guarded._check()
