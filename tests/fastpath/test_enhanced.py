"""Compiled refinements answer exactly as the reference does: ties, adaptive thresholds, balanced scores."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from focalloc import Allocator, Geometry, Guarded, InvalidInput, NoRoom, Params, Telemetry
from focalloc.conformance.worlds import enhanced, random_scores, random_state
from focalloc.fastpath.kernels import calls, ledger, refined_calls, thresholds, ties
from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import scores as scoring
from focalloc.fastpath.tables import NAMES
from focalloc.fastpath.workspace import Tied
from focalloc.proofs.engines.memory import session_with
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.preparation import adapt, balance
from focalloc.spec import Block, State, opened
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE

GEOMETRIES = (
    Geometry((2,)),
    Geometry((2, 2, 2)),
    Geometry((4, 3), (1, 2, 3)),
    Geometry((2, 5, 3), (2, 3, 1, 2)),
    Geometry((8, 8)),
    Geometry((32, 32)),
    Geometry((32, 8, 4), (1, 1, 2, 4)),
)
CAPS = [0, 1, 2, 3, 4, 5, 9, 40]


def tied_scores(rng: random.Random, state: State) -> list[int]:
    """One of few scores for each block, so that most candidates tie; or siblings that all lean one way but for one."""
    if rng.random() < 0.3:
        return random_scores(rng, state.geometry, state.context)
    few = [rng.choice((-7, -5, 0, 5, 7)) for _ in range(rng.choice((1, 2, 5)))]
    row: list[int] = []
    for block in state.context:
        row += [rng.choice(few)] * state.geometry.slots(block.level)
        if rng.random() < 0.1:
            row[-1] = -EXTREME
    return row


EXTREME = SCORE_LIMIT - 1


def drive(rng: random.Random, state: State, steps: int, reference: Any, fast: Any) -> Iterator[Any]:
    """Put both through one session and compare answers and states after every call; yield the fast one each time."""
    for allocator in (reference, fast):
        allocator.open(state.geometry, state.params, state.context)
    for _ in range(steps):
        scores = tied_scores(rng, reference.state)
        assert list(fast.step(list(scores))) == reference.step(scores)
        if rng.random() < 0.2:
            scores = tied_scores(rng, reference.state)
            assert outcome(fast, scores) == outcome(reference, scores)
        assert fast.state() == reference.state
        fast._check()
        yield fast


def outcome(allocator: Any, scores: list[int]) -> object:
    try:
        return list(allocator.ingest(1, list(scores)))
    except NoRoom as refusal:
        return refusal.needed, refusal.reclaimed


@pytest.mark.clause("TIE-1", "TIE-2", "ADA-1", "ADA-2", "BAL-1", "COO-2")
def test_equal_to_the_reference_in_answers_and_in_state() -> None:
    kinds, moved, busy = set(), 0, 0
    for seed in range(120):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", rng.choice((3, 3, 10, 30)), CAPS)
        kinds.add((state.params.tie_break, state.params.adaptive_window, state.params.balance))
        for fast in drive(rng, state, 12, ReferenceAllocator(), Allocator()):
            moved += fast.terms().tau_expand != state.params.tau_expand
            busy += fast.ledger_size() > state.params.n_diff > 0
    assert len(kinds) == 3 * 4 * 2
    assert moved > 100
    assert busy > 100


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda geometry: f"{geometry.arity}")
@pytest.mark.parametrize("tie_break", ["cursor", "recency"])
def test_equal_to_the_reference_in_every_geometry_over_many_chunks(geometry: Geometry, tie_break: str) -> None:
    for seed in range(3):
        rng = random.Random(seed)
        top = geometry.span(geometry.top)
        context = [Block(geometry.top, i * top) for i in range(rng.choice((5, 300)))]
        slots = len(context) * geometry.slots(geometry.top)
        params = Params(
            w_max=slots + rng.choice((3, 20)) * geometry.delta(geometry.top),
            n_diff=rng.choice((1, 4, 33)),
            tau_expand=3,
            tau_collapse=3,
            cooldown_steps=rng.choice((0, 1, 3)),
            tie_break=tie_break,
            recency_memory=rng.choice((1, 4, 64)),
            strategy="enhanced",
        )
        for _ in drive(rng, opened(geometry, params, context), 15, ReferenceAllocator(), Allocator()):
            pass


def test_what_is_remembered_by_recency_has_room_from_the_start() -> None:
    params = Params(w_max=2048, strategy="enhanced", tie_break="recency", tau_expand=3, tau_collapse=3)
    allocator = Allocator(Geometry((32, 32)), params)
    allocator.load([*((2, 1024 * i) for i in range(60)), *((1, 61440 + 32 * i) for i in range(32 * 60))])
    laid, space = allocator._session().state, allocator._workspace.table
    random = np.random.default_rng(1)
    for _ in range(2 * params.memory):
        allocator.ingest()
        allocator.step(random.normal(size=allocator.used))
    assert len(allocator.state().ledger) > 3 * params.memory
    assert allocator._session().state is laid
    assert allocator._workspace.table is space


@pytest.mark.slow
def test_equal_to_the_reference_on_thousands() -> None:
    for seed in range(1000, 3000):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", rng.choice((3, 6, 12)), CAPS)
        for _ in drive(rng, state, 20, ReferenceAllocator(), Allocator()):
            pass


@pytest.mark.clause("ADA-1", "BAL-1")
@pytest.mark.parametrize("strategy", ["greedy", "knapsack", "hybrid", "projection"])
def test_thresholds_and_balance_refine_every_strategy(strategy: str) -> None:
    refined = 0
    for seed in range(60):
        rng = random.Random(seed)
        state = random_state(rng, strategy, 3, [0, 1, 2])
        if strategy != "greedy":  # their reference tries every choice
            state = replace(state, context=state.context[:6])
        params = replace(enhanced(rng, replace(state.params, strategy="enhanced")), tie_break="position")
        state = replace(state, params=replace(params, strategy=strategy))
        refined += state.params.is_refined
        for _ in drive(rng, state, 6, ReferenceAllocator(), Allocator()):
            pass
    assert refined > 20


def test_a_restored_session_goes_on_bit_for_bit() -> None:
    adapted = 0
    for seed in range(60):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", 3, [1, 2, 3, 5])
        for i, fast in enumerate(drive(rng, state, 8, ReferenceAllocator(), Allocator())):
            other = Allocator()
            other.restore(fast.snapshot())
            assert other.snapshot() == fast.snapshot()
            assert other.state() == fast.state()
            adapted += other.terms().tau_expand != state.params.tau_expand
            twin = Allocator()
            twin.resume(fast.state())
            scores = tied_scores(random.Random(i), fast.state())
            assert list(other.step(scores)) == list(twin.step(scores)) == ReferenceFrom(fast.state()).step(scores)
            assert other.state() == twin.state()
    assert adapted > 20


class ReferenceFrom(ReferenceAllocator):
    """The reference, going on from a state."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state


# BEHIND A GUARD, UNDER WATCH, IN A BATCH


def test_a_guarded_session_adapts_and_remembers_whoever_decided() -> None:
    for seed in range(40):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", 3, [1, 2, 3])
        views: list[Any] = []

        def select(view: Any, scores: Any, rng: random.Random = rng, views: list[Any] = views) -> Any:
            views.append(view.state())
            if rng.random() < 0.3:
                raise ValueError("no idea")
            return ReferenceFrom(view.state()).step(scores.tolist())

        for guarded in drive(rng, state, 8, ReferenceAllocator(), Guarded(select)):
            assert views[-1].iteration == guarded.iteration - 1
        assert views[0] == opened(state.geometry, state.params, state.context)


def test_actions_from_elsewhere_are_an_iteration_like_any_other() -> None:
    params = Params(
        w_max=8, adaptive_window=1, tau_expand=40, tau_collapse=40, tie_break="recency", strategy="enhanced"
    )
    state = opened(Geometry((2, 2)), params, [(1, 0), (1, 2)])
    fast, reference = Allocator(), ReferenceFrom(state)
    fast.open(state.geometry, state.params, state.context)
    for scores in ([99, 0], [0, 0, 0], [0, 0, 99]):
        fast.apply(reference.step(scores))
        assert fast.state() == reference.state
    with pytest.raises(InvalidInput, match="COO-1"):
        fast.apply([("collapse", 1, 2)])
    assert fast.state() == reference.state


def test_a_policy_followed_is_an_iteration_like_any_other() -> None:
    params = Params(w_max=8, adaptive_window=1, tau_expand=40, tau_collapse=40, strategy="projection")
    fast, reference = Allocator(), ReferenceAllocator()
    for allocator in (fast, reference):
        allocator.open(Geometry((2, 2)), params, [(1, 0), (1, 2)])
    for logits in ([(1.0, 0.0, 0.0), (0.0, 0.0, 0.0)], [(0.0, 0.0, 0.0), (2.0, 0.0, 0.0)], [(0.0, 0.0, 0.0)] * 2):
        assert list(fast.prefer(logits)) == reference.prefer(logits)
        assert fast.state() == reference.state
    assert fast.terms().tau_expand != 40


def test_telemetry_tells_the_adapted_thresholds() -> None:
    params = Params(w_max=100, adaptive_window=1, tau_expand=SCORE_SCALE, tau_collapse=SCORE_SCALE)
    watched = Telemetry(Allocator(Geometry((2, 2)), params, strategy="enhanced"))
    watched.load([(1, 0)])
    for expected in (1.0, 0.95, 0.95**2):
        watched.step([0.0])
        assert watched.last is not None
        assert watched.last.tau_expand == watched.last.tau_collapse == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, np.int64])
def test_senseless_scores_change_nothing(kind: type) -> None:
    params = Params(w_max=8, adaptive_window=1, balance=1, tie_break="recency", strategy="enhanced")
    allocator = Allocator()
    allocator.open(Geometry((2, 2)), params, [(1, 0), (1, 2)])
    allocator.step(np.array([0, 0], kind))
    before = allocator.snapshot()
    bad = np.array([0, -(2**31)], kind)
    for row in (bad, bad[:1], np.zeros(3, kind)):
        with pytest.raises(InvalidInput, match="SCO-"):
            allocator.step(row)
        assert allocator.snapshot() == before


# THE HELPERS


@pytest.mark.clause("BAL-1")
@given(st.integers(1, 2**57), st.integers(1, 2**57))
@example(2**57, 2**57)
@example(2**57 - 1, 2**57)
def test_a_ratio_is_exact(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert scoring.ratio(low, high) == floor(Fraction(low, high) * SCORE_SCALE)


@pytest.mark.clause("BAL-1")
@given(st.lists(st.integers(-EXTREME, EXTREME), max_size=30))
@example([EXTREME, -EXTREME, EXTREME])
def test_scores_are_balanced_as_by_the_reference(scores: list[int]) -> None:
    fixed = np.array(scores, np.int32)
    scoring.balance(fixed, len(fixed))
    assert fixed.tolist() == balance(scores)


@pytest.mark.clause("ADA-1", "ADA-2")
@given(st.integers(1, 300), st.integers(1, EXTREME), st.integers(0, 50), st.lists(st.integers(0, 400), max_size=9))
def test_thresholds_move_as_by_the_reference(w_max: int, low: int, up: int, uses: list[int]) -> None:
    high = min(low + up, EXTREME)
    params = Params(w_max=w_max, tau_expand=high, tau_collapse=low, adaptive_window=3, tau_min=low, tau_max=high)
    adaptive = np.array([3, 0, 0, 0, low, high, high, low, 0, 0, 0])
    for i, slots in enumerate(uses):
        thresholds.observe(adaptive, slots)
        thresholds.adapt(adaptive, w_max)
        params = adapt(params, uses[max(0, i - 2) : i + 1])
        assert (adaptive[k.EXPAND_NOW], adaptive[k.COLLAPSE_NOW]) == (params.tau_expand, params.tau_collapse)


# THE SAME SOURCE, UNCOMPILED


class OnLists:
    """`refined_calls.run_tied`, and before it the same selection uncompiled on Python lists, which must agree."""

    def __init__(self) -> None:
        self._compiled, self._adapt = refined_calls.run_tied, calls.adapt_terms
        self.selections = self.looks = 0

    def __call__(self, tags: Any, scratch: Any, state: Any, space: Any) -> int:
        self._adapt(state)  # as the iteration that follows does once more
        header, at = state[: k.HEADER].tolist(), state[k.OFFSETS : k.HEADER].tolist()
        tables = dict(zip(NAMES, (state[first:last].tolist() for first, last in pairwise(at)), strict=True))
        fixed = scratch[: header[k.SLOTS]].tolist()
        session = session_with(
            **tables, header=header, tags=tags.tolist(), fixed=fixed, peaks=[0] * header[k.CHUNK_ROOM]
        )
        kept = k.History(header[k.REMEMBERED], header[k.MEMORY], list(tables["acted"]), list(tables["acted_at"]))
        long = (len(space) - k.WORK_HEADER) // k.COLUMNS
        given = k.Ties(header[k.BY_CURSOR] != 0, kept, list(fixed), *([0] * long for _ in range(k.COLUMNS)))
        scoring.blend(header, session.tags, fixed, given.worth)
        scoring.survey(header, session.tags, given.worth, session.peaks)
        header[k.ITERATION] += 1
        ledger.forget(header, session.ledger_iteration)
        self.selections += 1
        done = ties.select_tied(session, given)
        answer = self._compiled(tags, scratch, state, space)
        if answer < 0:  # something has to grow first
            return answer
        assert tables["actions"][:done] == state[k.HEADER : k.HEADER + answer].tolist()
        return answer


@pytest.fixture
def on_lists(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> OnLists:
    """Plain functions in place of compiled ones inside the modules, but for what production calls."""
    for refined in (0, 1):  # what runs compiled must be compiled before its helpers are not
        for tie_break in ("position", "cursor", "recency"):
            params = Params(strategy="enhanced", w_max=8, tie_break=tie_break, adaptive_window=refined, balance=refined)
            Allocator(Geometry((2,)), params).warmup()
    request.getfixturevalue("uncompiled")
    lists = OnLists()
    monkeypatch.setattr(Tied, "kernel", lists)
    look = ties.best_tied_expands

    def looking(*arguments: Any) -> int:
        lists.looks += 1
        return look(*arguments)

    monkeypatch.setattr(ties, "best_tied_expands", looking)
    return lists


def test_the_same_source_uncompiled_agrees_and_looks_again_where_collapses_emptied_the_queue(on_lists: OnLists) -> None:
    for seed in range(150):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", 4, [1, 1, 2, 3])
        for _ in drive(rng, state, 6, ReferenceAllocator(), Allocator()):
            pass
    assert on_lists.looks > on_lists.selections > 100
