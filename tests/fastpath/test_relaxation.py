"""The fast relaxation has the bound of the reference, proves it, and leaves the session as it is."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath.allocator import Allocator
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec import Geometry, InvalidInput, Params, relaxation_violations

CAPS = [0, 1, 2, 3, 4, 5, 8]


def check(seed: int, most: int) -> None:
    rng = random.Random(seed)
    state = random_state(rng, "knapsack", most, CAPS)
    fast = Allocator()
    fast.open(state.geometry, state.params, state.context)
    for _ in range(3):
        before = fast.state()
        scores = random_scores(rng, state.geometry, before.context)
        found = fast.relaxation(scores)
        assert fast.state() == before
        assert relaxation_violations(before, scores, found) == [], seed
        assert found.bound == relaxation(before, scores).bound, seed
        fast.step(scores)


@pytest.mark.clause("LPR-1", "LPR-2", "LPR-3")
def test_it_has_the_bound_of_the_reference_and_proves_it() -> None:
    for seed in range(100):
        check(seed, 4)


@pytest.mark.slow
def test_it_has_the_bound_of_the_reference_on_many_more() -> None:
    for seed in range(1000, 3000):
        check(seed, 6)


def test_a_large_context_is_proved_too() -> None:
    rng = random.Random(5)
    state = random_state(rng, "knapsack", 400, [16])
    fast = Allocator()
    fast.open(state.geometry, state.params, state.context)
    scores = random_scores(rng, state.geometry, state.context)
    assert relaxation_violations(state, scores, fast.relaxation(scores)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("tie_break", "recency"), ("adaptive_window", 2), ("balance", 1), ("memory_shift", 1), ("lean", 3)],
)
def test_what_it_does_not_look_ahead_to_is_named(name: str, value: Any) -> None:
    strategy = "enhanced" if name == "tie_break" else "greedy"
    fast = Allocator()
    fast.open(Geometry(), Params(strategy=strategy, **{name: value}), [(1, 0)])
    with pytest.raises(InvalidInput) as no:
        fast.relaxation([0.0])
    assert (no.value.field, no.value.value) == (name, value)


def test_senseless_scores_are_refused() -> None:
    fast = Allocator(strategy="greedy")
    fast.load([(1, 0), (1, 32)])
    with pytest.raises(InvalidInput, match="SCO-2"):
        fast.relaxation(np.zeros(3, np.float32))
    with pytest.raises(InvalidInput, match="SCO-1"):
        fast.relaxation([0.0, float("nan")])
    assert fast.relaxation([1.0, 0.5]).bound == 3 << 19
