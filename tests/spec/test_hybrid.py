"""Hybrid judged on examples small enough to work by hand, in the tiny geometry: every expand costs one slot."""

from __future__ import annotations

import pytest

from focalloc.spec import Geometry, Params, opened, violations
from focalloc.spec.hybrid import enough_expands

GISTS = [(1, 0), (1, 2), (1, 4), (1, 6)]


def broken(scores: list[int], actions: list[tuple[str, int, int]], top_k: int, w_max: int = 8) -> list[str]:
    params = Params(w_max=w_max, tau_expand=0, tau_collapse=0, strategy="hybrid", top_k=top_k)
    state = opened(Geometry((2, 2)), params, GISTS)
    return [violation.clause for violation in violations(state, scores, actions, "hybrid")]


@pytest.mark.clause("HYB-1")
def test_only_the_first_of_each_queue_act() -> None:
    scores = [5, 9, 7, 0]
    assert broken(scores, [("expand", 1, 2), ("expand", 1, 4)], top_k=2) == []
    assert broken(scores, [("expand", 1, 2), ("expand", 1, 4), ("expand", 1, 0)], top_k=2) == ["HYB-1"]
    assert broken(scores, [("expand", 1, 2), ("expand", 1, 4), ("expand", 1, 0)], top_k=3) == []


@pytest.mark.clause("HYB-1")
def test_of_equal_ones_the_queue_decides() -> None:
    assert broken([7, 7, 7, 7], [("expand", 1, 0)], top_k=1) == []
    assert broken([7, 7, 7, 7], [("expand", 1, 2)], top_k=1) == ["HYB-1"]


@pytest.mark.clause("HYB-1")
def test_expands_and_collapses_are_counted_apart() -> None:
    scores = [5, -9, 7, -9]
    assert broken(scores, [("collapse", 2, 0), ("expand", 1, 4)], top_k=1) == []
    assert broken(scores, [("collapse", 2, 0)], top_k=1) == ["KNA-2"]
    scores = [9, -1, -5, -5]
    assert broken(scores, [("collapse", 2, 4), ("expand", 1, 0)], top_k=1) == []
    assert broken(scores, [("expand", 1, 0)], top_k=1) == ["KNA-2"]


@pytest.mark.clause("KNA-2", "KNA-1")
def test_the_optimum_is_that_of_what_is_left() -> None:
    scores = [5, 9, 7, 0]
    assert broken(scores, [("expand", 1, 2)], top_k=2) == ["KNA-2"]
    scores = [-5, -5, -9, -9]
    assert broken(scores, [("collapse", 2, 4)], top_k=1, w_max=2) == []
    assert broken(scores, [("collapse", 2, 4)], top_k=2, w_max=2) == ["KNA-1"]


def test_how_many_expands_are_enough() -> None:
    assert enough_expands(Geometry((32, 32)), 4, 31) == 94
    assert enough_expands(Geometry((2, 2)), 4, 1) == 4
    assert enough_expands(Geometry((2, 3), (2, 1, 1)), 2, 3) == 3
    assert enough_expands(Geometry((2, 3), (2, 1, 1)), 2, 2) == 2
    assert enough_expands(Geometry((2, 2)), 0, 1) == 1
