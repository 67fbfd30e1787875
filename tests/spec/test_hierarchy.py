"""Hierarchical planning judged on examples small enough to work by hand: regions of two gists, expands of one slot."""

from __future__ import annotations

import pytest

from focalloc.spec import Geometry, Params, opened, violations

GISTS = [(1, 0), (1, 2), (1, 4), (1, 6)]


def broken(scores: list[int], actions: list[tuple[str, int, int]], **change: int) -> list[str]:
    terms = {"w_max": 8, "n_diff": 4, "tau_expand": 0, "tau_collapse": 0, **change}
    state = opened(Geometry((2, 2)), Params(strategy="hierarchical", **terms), GISTS)  # type: ignore[arg-type]
    return [violation.clause for violation in violations(state, scores, actions, "hierarchical")]


def expands(*starts: int) -> list[tuple[str, int, int]]:
    return [("expand", 1, start) for start in starts]


@pytest.mark.clause("HIE-1")
def test_a_region_takes_its_share_of_the_actions() -> None:
    # masses 9 and 3 of 12: of 2 actions the first region may take 1, the second what is left
    scores = [5, 4, 3, 0]
    assert broken(scores, expands(0, 4), n_diff=2) == []
    assert broken(scores, expands(0, 2), n_diff=2) == ["HIE-1"]


@pytest.mark.clause("HIE-2")
def test_a_region_adds_its_share_of_the_slots() -> None:
    # room for 2 slots: 1 for the first region
    scores = [5, 4, 3, 0]
    assert broken(scores, expands(0, 4), w_max=6) == []
    assert broken(scores, expands(0, 2), w_max=6) == ["HIE-2"]
    assert broken(scores, expands(0, 4), w_max=7) == ["HIE-3"]
    assert broken(scores, expands(0, 2, 4), w_max=7) == []


@pytest.mark.clause("HIE-2", "SOF-1")
def test_nothing_goes_beyond_the_soft_budget() -> None:
    scores = [5, 4, 3, 0]
    assert broken(scores, expands(0, 4), w_max=8, w_soft=6) == []
    assert broken(scores, [("expand", 1, 0), ("expand", 1, 2), ("expand", 1, 4)], w_max=8, w_soft=6)[0] == "HIE-2"


@pytest.mark.clause("HIE-3")
def test_inside_its_share_a_region_is_optimal() -> None:
    scores = [5, 4, 3, 2]
    assert broken(scores, expands(0, 2, 4, 6)) == []
    assert broken(scores, expands(0, 2, 4)) == ["HIE-3"]
    assert broken([-5, -4, 3, 3], [("collapse", 2, 0), *expands(4, 6)], n_diff=3) == []
    assert broken([-5, -4, 3, 3], expands(4, 6), n_diff=3) == ["HIE-3"]


@pytest.mark.clause("HIE-1", "HIE-3")
def test_what_a_region_leaves_is_left_to_the_younger() -> None:
    # the first region has a claim to 2 of 3 actions and uses 1
    scores = [-5, -5, 2, 2]
    assert broken(scores, [("collapse", 2, 0), *expands(4, 6)], n_diff=3, w_max=5) == []


@pytest.mark.clause("HIE-3")
def test_over_the_soft_budget_only_collapses_count() -> None:
    scores = [-5, -4, 9, 9]
    assert broken(scores, [("collapse", 2, 0)], w_max=3) == []
    assert broken(scores, [], w_max=3) == ["HIE-3"]
    assert broken(scores, [("collapse", 2, 0), ("expand", 1, 4)], w_max=4, w_soft=3) == ["HIE-3"]
