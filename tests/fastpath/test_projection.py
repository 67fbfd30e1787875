"""The compiled projection answers exactly as the reference does, by scores and by logits."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import projection, scores
from focalloc.fastpath.scores import fixed_logits
from focalloc.refimpl.projection import project
from focalloc.spec import Action, Geometry, InvalidInput, Params, State, advanced, opened, violations
from focalloc.spec.projection import LARGEST_LOGIT, saturated, violations_of_projection
from tests.fastpath.test_knapsack import CAPS, compare

compare_by_scores = partial(compare, strategy="projection")

Rows = list[list[float]]


def random_logits(rng: random.Random, state: State) -> Rows:
    """Equal ones, small differences, extremes, or ordinary ones; siblings do not agree."""
    pools: list[list[float]] = [
        [0.0, 1.0, -1.0, 2.0],
        [0.0, 2**-20, 2**-19, 3 * 2**-20, 0.5 * 2**-20],
        [math.inf, -math.inf, 1e30, 3000.0, -3000.0, 0.0],
        [rng.gauss(0, 3) for _ in range(20)],
    ]
    pool = rng.choice(pools)
    return [[rng.choice(pool) for _ in range(3)] for _ in state.context]


def compare_by_logits(seed: int, most: int, steps: int, caps: Sequence[int] = CAPS) -> Allocator:
    """The same by logits, against the reference's function."""
    rng = random.Random(seed)
    state = random_state(rng, "projection", most, caps)
    fast = Allocator()
    fast.open(state.geometry, state.params, state.context)
    for step in range(steps):
        logits = random_logits(rng, state)
        expected = project(state, [[saturated(one) for one in row] for row in logits])
        assert list(fast.prefer(np.array(logits, rng.choice([np.float32, np.float64])))) == expected, (seed, step)
        state = advanced(state, expected)
        assert fast.context() == state.context, (seed, step)
        assert fast.iteration == step + 1
        fast._check()
    return fast


@pytest.mark.clause("PRO-2", "PRO-3", "PRO-4", "PRO-5", "PRO-6")
def test_by_scores_it_is_equal_to_the_reference() -> None:
    for seed in range(100):
        compare_by_scores(seed, 4, 5)
    for seed in range(100, 110):
        compare_by_scores(seed, 16, 3, [1, 2, 3, 4])


@pytest.mark.clause("PRO-1", "PRO-2", "PRO-3", "PRO-4", "PRO-5", "PRO-6")
def test_by_logits_it_is_equal_to_the_reference() -> None:
    for seed in range(100):
        compare_by_logits(seed, 4, 5)
    for seed in range(100, 110):
        compare_by_logits(seed, 16, 3, [1, 2, 3, 4])


@pytest.mark.slow
def test_it_is_equal_to_the_reference_on_thousands() -> None:
    for seed in range(1000, 3000):
        compare_by_scores(seed, random.Random(seed).choice([3, 6]), 4)
        compare_by_logits(seed, random.Random(seed).choice([3, 6]), 4)


def test_it_is_equal_to_the_reference_on_many_chunks() -> None:
    for seed in range(4):
        compare_by_scores(seed, 150, 2, [2, 3])
        compare_by_logits(seed, 150, 2, [2, 3])


def test_on_large_contexts_it_conforms_to_its_profile() -> None:
    for seed in range(10):
        rng = random.Random(seed)
        state = random_state(rng, "projection", 60, [2, 4])
        fast = Allocator()
        fast.open(state.geometry, state.params, state.context)
        scores = random_scores(rng, state.geometry, state.context)
        assert violations(state, scores, list(fast.step(scores)), "projection") == []


def test_work_space_and_ledger_grow_when_they_must(monkeypatch: pytest.MonkeyPatch) -> None:
    from focalloc.fastpath import workspace

    monkeypatch.setattr(workspace, "FIRST_SPACE", 1)
    grown = 0
    for seed in range(40):
        fast = compare_by_logits(seed, 4, 12, [3, 8])
        grown += int(fast._workspace.table[k.SPACE]) > 1
    assert grown > 10


# EXTREMES


@pytest.mark.clause("PRO-1")
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_kernel_saturates_as_the_spec_does(kind: type[Any]) -> None:
    rng = np.random.default_rng(1)
    halves = (np.arange(-40, 40) + 0.5) / 2**20
    edges = [math.inf, -math.inf, 2048.0, -2048.0, 2048 - 2**-20, 2048 - 2**-21, 1e30, 0.0, -0.0]
    column = np.concatenate([rng.uniform(-3000, 3000, 400), halves, edges]).astype(kind)
    rows = np.stack([column, np.roll(column, 1), np.roll(column, 2)], axis=1)
    fixed = np.zeros(rows.size, np.int32)
    assert projection.saturate(rows.reshape(-1), fixed)
    expected = np.array([[saturated(float(x)) for x in row] for row in rows])
    assert (fixed.reshape(-1, 3) == expected).all()
    assert (fixed_logits(rows, len(rows)) == expected).all()


def test_the_furthest_preferences_there_are_fit() -> None:
    state = opened(Geometry((2, 2)), Params(w_max=7, strategy="projection"), [(1, 0), (1, 2), (2, 4), (0, 8), (0, 10)])
    far = [[math.inf, -math.inf, math.inf]] * 5
    fast = Allocator()
    fast.open(state.geometry, state.params, state.context)
    answer = list(fast.prefer(far))
    assert answer == project(state, [[saturated(one) for one in row] for row in far])
    assert violations_of_projection(state, [tuple(saturated(one) for one in row) for row in far], answer) == []


# UNCOMPILED


def test_the_same_source_uncompiled_on_lists_writes_the_same_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    from focalloc.fastpath.tables import Tables

    for seed in range(60):
        rng = random.Random(seed)
        state = random_state(rng, "projection", 4, CAPS)
        tables = Tables(state.geometry, state.params, state.context)
        header = tables.state[: k.HEADER]
        slots, nodes = tables.table("family_slot"), tables.table("family_node")
        fixed = np.array(random_scores(rng, state.geometry, state.context), np.int32)
        for kernel in (projection.wishes_by_scores, projection.wishes_by_logits):
            compiled, plain = np.zeros(len(slots), np.int64), [0] * len(slots)
            kernel(header, fixed, slots, nodes, compiled)  # type: ignore[operator]
            with monkeypatch.context() as patch:
                patch.setattr(projection, "total", projection.total.py_func)  # type: ignore[attr-defined]
                kernel.py_func(header.tolist(), fixed.tolist(), slots.tolist(), nodes.tolist(), plain)  # type: ignore[attr-defined]
            assert compiled.tolist() == plain, seed


def test_the_same_source_uncompiled_on_lists_spreads_the_same_preferences() -> None:
    from focalloc.fastpath.tables import Tables

    for seed in range(60):
        rng = random.Random(seed)
        state = random_state(rng, "projection", 4, CAPS)
        tables = Tables(state.geometry, state.params, state.context)
        header, tags = tables.state[: k.HEADER], tables.tags
        slots = int(header[k.SLOTS])
        fixed = np.array([rng.randint(-LARGEST_LOGIT, LARGEST_LOGIT) for _ in range(3 * slots)], np.int32)
        compiled = [np.zeros(slots, np.int64) for _ in range(3)]
        plain: list[list[int]] = [[0] * slots for _ in range(3)]
        ends = projection.spread(header, tags, fixed, *compiled)
        read = projection.spread.py_func(header.tolist(), tags.tolist(), fixed.tolist(), *plain)  # type: ignore[attr-defined]
        assert ends == read == 3 * len(state.context)
        assert [table.tolist() for table in compiled] == plain, seed
        first = np.flatnonzero(tags[:slots] >= 0)
        triples = fixed.astype(np.int64).reshape(-1, 3)[: len(first)]
        assert (compiled[0][first] == triples[:, 0] - triples[:, 1]).all()
        assert (compiled[1][first] == triples[:, 2] - triples[:, 1]).all()
        peaks = np.zeros_like(compiled[2])
        scores.survey(header, tags, compiled[0], peaks)  # type: ignore[arg-type]
        assert compiled[2].tolist() == peaks.tolist()


# REFUSALS


@pytest.mark.clause("PRO-1")
@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([[0, 0, 0], [0, math.nan, 0]], r"logits\[1\] = \[0.0, nan, 0.0\]: must not be NaN \(PRO-1\)"),
        ([[0, 0, 0]], r"logits = 1: must be one triple per block, 2 in all"),
        (np.zeros((3, 3)), r"logits = 3: must be one triple per block, 2 in all"),
        (np.zeros((2, 2)), r"logits = \(2, 2\): must be \(expand, keep, collapse\) for each block"),
        (np.zeros(6), r"logits = \(6,\)"),
        ([[0, 0, 0], [0, 0]], r"logits = 'list': must be an array of numbers"),
        (None, r"logits = 'NoneType': must be an array of numbers"),
        ([["1", "2", "3"]] * 2, r"logits = 'list': must be an array of numbers"),
        (np.zeros((2, 3), bool), r"logits = 'ndarray': must be an array of numbers"),
    ],
)
def test_senseless_logits_are_refused_and_change_nothing(logits: Any, message: str) -> None:
    fast = Allocator()
    fast.open(Geometry((2, 2)), Params(w_max=8, strategy="projection"), [(2, 0), (2, 4)])
    before = fast.snapshot()
    with pytest.raises(InvalidInput, match=message):
        fast.prefer(logits)
    assert fast.snapshot() == before
    assert list(fast.prefer([[1, 0, 0], [0, 0, 0]])) == [Action("expand", 2, 0)]


def test_only_a_projection_follows_logits() -> None:
    fast = Allocator()
    fast.open(Geometry((2, 2)), Params(w_max=8), [(2, 0)])
    with pytest.raises(InvalidInput, match="strategy"):
        fast.prefer([[1, 0, 0]])


def test_thresholds_and_soft_budget_do_not_bind() -> None:
    params = Params(w_max=9, w_soft=1, tau_expand=2**30, tau_collapse=2**30, soft_margin=2**30, strategy="projection")
    fast = Allocator()
    fast.open(Geometry((2, 2)), params, [(2, 0), (1, 4), (1, 6)])
    assert list(fast.step([1, -1, -1])) == [Action("collapse", 2, 4), Action("expand", 2, 0)]
