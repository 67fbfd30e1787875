"""The exact optimum judged on examples small enough to work by hand.

Arity (2, 2), one slot per unit: every expand costs one slot. `WIDE` is arity (4, 3) with level-2 gists of 2 slots:
expands of level 1 cost 3 slots, those of level 2 cost 1.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from focalloc.spec import Geometry, Params, opened, violations

TINY = Geometry((2, 2))
WIDE = Geometry((4, 3), (1, 1, 2))
PARAMS = Params(w_max=8, n_diff=4, tau_expand=0, tau_collapse=0, strategy="knapsack")

# Slots: (1,0) | (1,2) | (0,4) twice | (1,6).
MIXED = [(1, 0), (1, 2), (0, 4), (1, 6)]


def broken(
    geometry: Geometry,
    context: list[tuple[int, int]],
    scores: list[int],
    actions: list[tuple[str, int, int]],
    **change: int,
) -> list[str]:
    state = opened(geometry, replace(PARAMS, **{"w_soft": 0, **change}), context)  # type: ignore[arg-type]
    return [violation.clause for violation in violations(state, scores, actions, "knapsack")]


@pytest.mark.clause("KNA-1")
def test_a_debt_is_paid_first_whatever_it_costs_in_utility() -> None:
    scores = [9, 9, -1, -1, 0]
    assert broken(TINY, MIXED, scores, [("collapse", 1, 4)], w_max=4) == []
    assert broken(TINY, MIXED, scores, [], w_max=4) == ["KNA-1"]


@pytest.mark.clause("KNA-1")
def test_a_debt_that_cannot_be_paid_allows_collapses_only() -> None:
    scores = [9, 9, -1, -1, 0]
    assert broken(TINY, MIXED, scores, [("collapse", 1, 4)], w_max=3) == []
    assert broken(TINY, MIXED, scores, [], w_max=3) == ["KNA-2"]
    assert broken(TINY, MIXED, scores, [("collapse", 1, 4), ("expand", 1, 0)], w_max=3) == ["BUD-1"]


@pytest.mark.clause("KNA-2")
def test_two_small_expands_beat_the_large_one_that_greedy_waits_for() -> None:
    context = [(2, 0), (1, 12), (1, 16), (1, 20), (2, 24)]
    scores = [4, 4, 5, 1, 1, 3, 3]
    right = [("expand", 2, 0), ("expand", 2, 24)]
    assert broken(WIDE, context, scores, right, w_max=10) == []
    assert broken(WIDE, context, scores, [("expand", 1, 12)], w_max=10) == ["KNA-2"]


@pytest.mark.clause("KNA-2")
def test_an_expand_inside_a_wanted_family_gives_way_to_the_third_best_elsewhere() -> None:
    geometry = Geometry((2, 3), (2, 1, 1))
    context = [(1, 0), (1, 2), (1, 4), (1, 6)]
    scores = [3, 2, -20, 1]
    elsewhere = [("collapse", 2, 0), ("expand", 1, 6)]
    assert geometry.deltas == (0, 3, 2)
    assert broken(geometry, context, scores, elsewhere, w_max=5, n_diff=2) == []
    assert broken(geometry, context, scores, [("collapse", 2, 0)], w_max=5, n_diff=2) == ["KNA-2"]
    assert broken(geometry, context, scores, [("collapse", 2, 0), ("expand", 1, 0)], w_max=5, n_diff=2) == ["ACT-3"]


@pytest.mark.clause("KNA-3")
def test_one_action_is_better_than_two_of_the_same_utility() -> None:
    context = [(1, 8), (2, 12), (2, 24)]
    scores = [5, 3, 3, 2, 2]
    two = [("expand", 2, 12), ("expand", 2, 24)]
    assert broken(WIDE, context, scores, [("expand", 1, 8)], w_max=8) == []
    assert broken(WIDE, context, scores, two, w_max=8) == ["KNA-3"]
    assert broken(WIDE, context, scores, two, w_max=7) == []


@pytest.mark.clause("KNA-4")
def test_of_equally_useful_choices_the_smaller_one() -> None:
    context = [(1, 8), (2, 12)]
    scores = [4, 4, 4]
    assert broken(WIDE, context, scores, [("expand", 2, 12)], n_diff=1) == []
    assert broken(WIDE, context, scores, [("expand", 1, 8)], n_diff=1) == ["KNA-4"]


@pytest.mark.clause("KNA-5")
def test_collapses_come_first_and_each_kind_in_the_order_of_its_queue() -> None:
    scores = [5, 9, -7, -7, 6]
    right = [("collapse", 1, 4), ("expand", 1, 2), ("expand", 1, 6), ("expand", 1, 0)]
    assert broken(TINY, MIXED, scores, right) == []
    assert broken(TINY, MIXED, scores, [right[1], right[0], *right[2:]]) == ["KNA-5"]
    assert broken(TINY, MIXED, scores, [right[0], right[2], right[1], right[3]]) == ["KNA-5"]
    raw = [(0, 0), (0, 2)]
    assert broken(TINY, raw, [-3, -3, -4, -4], [("collapse", 1, 2), ("collapse", 1, 0)]) == []
    assert broken(TINY, raw, [-3, -3, -4, -4], [("collapse", 1, 0), ("collapse", 1, 2)]) == ["KNA-5"]


@pytest.mark.clause("SOF-1", "KNA-2")
def test_a_choice_with_an_expand_that_is_not_urgent_ends_within_the_soft_budget() -> None:
    context = [(1, 0), (1, 2), (1, 4), (1, 6)]
    scores = [9, 8, 3, 2]
    urgent = [("expand", 1, 0), ("expand", 1, 2)]
    assert broken(TINY, context, scores, urgent, w_soft=5, soft_margin=5) == []
    assert broken(TINY, context, scores, [*urgent, ("expand", 1, 4)], w_soft=5, soft_margin=5) == ["SOF-1"]
    assert broken(TINY, context, scores, urgent, w_soft=7, soft_margin=5) == ["KNA-2"]
    assert broken(TINY, context, scores, [*urgent, ("expand", 1, 4)], w_soft=7, soft_margin=5) == []


@pytest.mark.clause("KNA-2")
def test_the_sentence_names_a_better_choice() -> None:
    state = opened(TINY, PARAMS, MIXED)
    found = violations(state, [5, 9, 0, 0, 6], [("expand", 1, 0)], "knapsack")
    assert "the answer has utility 5; better is" in found[0].message
    assert "utility 20, 3 actions, 8 slots used" in found[0].message


@pytest.mark.clause("KNA-1", "CAP-1")
def test_a_debt_is_owed_only_as_far_as_the_cap_reaches() -> None:
    # 4 slots over a budget of 2: two collapses would pay it, one cannot
    both = [(0, 0), (0, 2)]
    assert broken(TINY, both, [-5, -5, -4, -4], [("collapse", 1, 0)], w_max=2, n_diff=1) == []
    assert broken(TINY, both, [-5, -5, -4, -4], [("collapse", 1, 0)], w_max=2, n_diff=2) == ["KNA-1"]


@pytest.mark.clause("KNA-2", "SOF-1")
def test_a_choice_of_urgent_expands_is_measured_by_the_hard_budget() -> None:
    gists = [(2, 0), (2, 4)]
    both = [("expand", 2, 0), ("expand", 2, 4)]
    # urgent by more than the margin, so that the soft budget of what is in use already holds nothing back
    assert broken(TINY, gists, [10, 10], both, w_max=9, w_soft=2, soft_margin=0) == []
    assert broken(TINY, gists, [10, 10], [], w_max=9, w_soft=2, soft_margin=0) == ["KNA-2"]
    assert broken(TINY, gists, [10, 10], both[:1], w_max=9, w_soft=3, soft_margin=5) == ["KNA-2"]
    # neither is urgent: one fits
    assert broken(TINY, gists, [10, 10], both[:1], w_max=9, w_soft=3, soft_margin=10) == []
