"""The fast layout is the reference's, and what it needs is said."""

from __future__ import annotations

import random

import numpy as np
import pytest

from focalloc.conformance.worlds import random_geometry
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.telemetry import Telemetry
from focalloc.refimpl.layout import layout
from focalloc.spec import Geometry, InvalidInput, Params
from focalloc.spec.blocks import used
from focalloc.spec.layout import checked_outline, layout_violations, least_budget


def check(rng: random.Random) -> bool:
    """One history; whether there was room for it."""
    geometry = random_geometry(rng)
    span = geometry.span(0)
    first = rng.randint(0, 20) * span
    last = first + rng.randint(1, 60) * span
    w_max = max(least_budget(geometry, first, last) + rng.choice([-1, 0, 1, 3, 10, 40]), 1)
    w_soft = rng.choice([0, 0, max(w_max - rng.randint(0, 5), 1)])
    params = Params(w_max=w_max, w_soft=w_soft, soft_margin=rng.randint(0, 3), tau_expand=rng.randint(0, 2))
    scores = None if rng.random() < 0.3 else [rng.randint(-2, 6) for _ in range((last - first) // span)]
    cursor = None if rng.random() < 0.5 else rng.randint(0, last + 5)
    outline = checked_outline(geometry, params, first, last, scores, cursor)
    fast = Allocator(geometry, params)
    try:
        mine = layout(outline)
    except InvalidInput:
        with pytest.raises(InvalidInput, match="LAY-3"):
            fast.layout(first, last, scores, cursor)
        assert layout_violations(outline, None, "greedy") == []
        return False
    theirs = fast.layout(first, last, scores, cursor)
    assert theirs == mine, outline
    assert layout_violations(outline, theirs, "greedy") == []
    fast.load(theirs)
    return True


@pytest.mark.clause("LAY-1", "LAY-2", "LAY-3", "LAY-4", "LAY-5")
@pytest.mark.filterwarnings("ignore:w_max")
def test_it_is_the_reference_s() -> None:
    rng = random.Random(3)
    found = [check(rng) for _ in range(300)]
    assert {True, False} == set(found)


def test_floats_are_rounded_as_everywhere() -> None:
    allocator = Allocator(Geometry((2, 2)), Params(w_max=3, tau_expand=2**19))
    half = np.float32(0.5) + np.float32(2**-21)  # to even: the threshold itself
    for kind in (np.float32, np.float64):
        assert allocator.layout(0, 8, np.array([0, half, 0, 0], kind)) == ((2, 0), (2, 4))
        assert allocator.layout(0, 8, np.array([0, 0.75, 0, 0], kind)) == ((1, 0), (1, 2), (2, 4))


def test_a_session_is_left_as_it_is_and_its_pins_and_adapted_thresholds_do_not_count() -> None:
    params = Params(w_max=64, adaptive_window=1, tau_expand=100, tau_collapse=100)
    allocator = Allocator(Geometry((2, 2)), params)
    allocator.load([(2, 0), (2, 4)])
    for _ in range(5):
        allocator.step([0, 0])
    assert allocator.terms().tau_expand < 100
    allocator.pin(0, 4, expand=True)
    before = allocator.snapshot()
    assert allocator.layout(0, 4, [100, 100]) == ((2, 0),)
    assert Telemetry(allocator).layout(0, 4, [101, 100]) == ((0, 0), (1, 2))
    assert allocator.snapshot() == before


def test_what_would_do_is_said() -> None:
    allocator = Allocator(Geometry((2, 2)), Params(w_max=2))
    with pytest.raises(InvalidInput, match=r"w_max = 2: must be at least 3 to show 12 tokens .* \(LAY-3\)"):
        allocator.layout(0, 12)
    with pytest.raises(InvalidInput, match="more levels"):
        allocator.layout(0, 2**48)


@pytest.mark.parametrize("scores", [[0.0], [0.0, float("nan")], [2.0**11, 0.0], [1, 2.0], ["a", "b"], np.zeros((1, 2))])
def test_senseless_scores_are_refused(scores: object) -> None:
    with pytest.raises(InvalidInput, match="SCO"):
        Allocator(Geometry((2, 2))).layout(0, 4, scores)  # type: ignore[arg-type]


def test_a_million_tokens() -> None:
    allocator = Allocator(Geometry((32, 32)), Params(w_max=8192))
    scores = np.random.default_rng(0).normal(size=2**20 // 32).astype(np.float32)
    found = allocator.layout(0, 2**20, scores)
    assert 8192 - 31 < used(allocator.geometry, found) <= 8192
    assert (
        layout_violations(
            checked_outline(
                allocator.geometry, allocator.params, 0, 2**20, np.rint(scores * 2**20).astype(int).tolist()
            ),
            found,
            "greedy",
        )
        == []
    )
