"""Several objectives judged on examples small enough to work by hand, in the tiny geometry: expands cost one slot."""

from __future__ import annotations

import pytest

from focalloc.spec import Block, Geometry, Params, opened, violations
from focalloc.spec.actions import Action
from focalloc.spec.objective import nearness

GISTS = [(1, 0), (1, 2), (1, 4), (1, 6)]


def broken(scores: list[int], actions: list[tuple[str, int, int]], w_max: int = 8, **weights: int) -> list[str]:
    params = Params(w_max=w_max, tau_expand=0, tau_collapse=0, strategy="multi_objective", **weights)  # type: ignore[arg-type]
    state = opened(Geometry((2, 2)), params, GISTS)
    return [violation.clause for violation in violations(state, scores, actions, "multi_objective")]


def expands(*starts: int) -> list[tuple[str, int, int]]:
    return [("expand", 1, start) for start in starts]


@pytest.mark.clause("MUL-1")
def test_an_action_must_be_worth_its_churn() -> None:
    scores = [5, 9, 3, 1]
    assert broken(scores, expands(2, 0, 4, 6)) == []
    assert broken(scores, expands(2, 0), churn_weight=4) == []
    assert broken(scores, expands(2, 0, 4), churn_weight=4) == ["MUL-1"]
    assert broken(scores, expands(2), churn_weight=4) == ["MUL-1"]


@pytest.mark.clause("MUL-1")
def test_what_is_near_the_cursor_is_worth_more() -> None:
    scores = [6, 5, 4, 1]
    assert broken(scores, expands(0), w_max=5) == []
    # 6 + 2, 5 + 2, 4 + 4, 1 + 8
    assert broken(scores, expands(6), w_max=5, cursor_weight=8) == []
    assert broken(scores, expands(0), w_max=5, cursor_weight=8) == ["MUL-1"]


def test_nearness_falls_with_the_blocks_in_between() -> None:
    params = Params(strategy="multi_objective", cursor_weight=100)
    state = opened(Geometry((2, 2)), params, [Block(1, 2), Block(2, 4), Block(0, 8), Block(0, 10)])
    named = [("expand", 1, 2), ("expand", 2, 4), ("collapse", 1, 8), ("collapse", 1, 10), ("collapse", 2, 8)]
    assert [nearness(state, Action(*one)) for one in named] == [20, 33, 50, 100, 100]  # type: ignore[arg-type]


@pytest.mark.clause("MUL-1")
def test_the_use_aims_at_its_target() -> None:
    scores = [5, 9, 3, 1]
    assert broken(scores, expands(2, 0), budget_weight=4, budget_target=6) == []
    assert broken(scores, expands(2, 0, 4, 6), budget_weight=4, budget_target=6) == ["MUL-1"]
    assert broken(scores, expands(2, 0, 4), budget_weight=2, budget_target=6) == []
    assert broken([-1] * 4, [("collapse", 2, 0), ("collapse", 2, 4)]) == []
    assert broken([-1] * 4, [], budget_weight=2, budget_target=4) == []
    assert broken([-1] * 4, [], budget_weight=2) == []


@pytest.mark.clause("MUL-1", "MUL-2")
def test_an_action_worth_less_than_nothing_may_bring_the_use_nearer_to_the_target() -> None:
    scores = [2, 1, 0, 0]
    assert broken(scores, expands(0, 2), churn_weight=4, budget_weight=5) == []
    assert broken(scores, [], churn_weight=4, budget_weight=5) == ["MUL-1"]
    assert broken(scores, expands(0), churn_weight=4, budget_weight=3) == []
    assert broken(scores, expands(0, 2), churn_weight=4, budget_weight=3) == ["MUL-2"]


@pytest.mark.clause("MUL-1", "MUL-2")
def test_what_lies_behind_the_first_changed_slot_is_computed_anew() -> None:
    scores = [9, 7, 3, 4]
    # with all four: 8 slots anew; of three: 6, 4 from slot 2 on; of the last alone: 2
    assert broken(scores, expands(0, 2, 6, 4), recompute_weight=1) == []
    assert broken(scores, expands(2, 6, 4), recompute_weight=1) == ["MUL-1"]
    assert broken(scores, expands(2, 6, 4), recompute_weight=5) == ["MUL-1"]
    # 19 - 2 * 8 is more than 14 - 2 * 6, and 17 - 2 * 8 is less
    assert broken([5, 7, 3, 4], expands(2, 0, 6, 4), recompute_weight=2) == []
    assert broken([3, 7, 3, 4], expands(2, 6, 0, 4), recompute_weight=2) == ["MUL-1"]
    assert broken([3, 7, 3, 4], expands(2, 6, 4), recompute_weight=2) == []
    # 4 - 2 * 2: the last alone is worth no more than nothing
    assert broken([1, 1, 1, 4], [], recompute_weight=2) == []
    assert broken([1, 1, 1, 4], expands(6), recompute_weight=2) == ["MUL-2"]
    # where something old is done, what is young costs only what it adds
    assert broken([90, 1, 1, 3], expands(0, 6), recompute_weight=2) == []
    assert broken([90, 1, 1, 3], expands(0), recompute_weight=2) == ["MUL-1"]
    # a collapse frees one slot of what is computed anew
    assert broken([-1, -1, 0, 0], [("collapse", 2, 0)], recompute_weight=1) == ["MUL-1"]
    assert broken([0, 0, -3, -3], [("collapse", 2, 4)], recompute_weight=2) == []
    assert broken([0, 0, -3, -3], [("collapse", 2, 4)], recompute_weight=4) == ["MUL-1"]


@pytest.mark.clause("MUL-1")
def test_the_weights_reach_as_far_as_their_range() -> None:
    most = 2**31 - 1
    scores = [most, most, most, most]
    everything = {"churn_weight": most, "cursor_weight": most, "budget_weight": most, "recompute_weight": most}
    # score, nearness and a slot nearer to the target, less churn and two slots computed anew, come to nothing
    assert broken(scores, [], **everything) == []
    assert broken(scores, expands(6), **everything) == ["MUL-2"]
    assert broken(scores, [], recompute_weight=most) == []
    # twice half of it is one less than the score
    assert broken([0, 0, 0, most], expands(6), recompute_weight=most // 2) == []
    assert broken([0, 0, 0, most], [], recompute_weight=most // 2) == ["MUL-1"]


@pytest.mark.clause("KNA-1")
def test_a_debt_is_paid_however_much_is_computed_anew() -> None:
    assert broken([-9, -9, -1, -1], [("collapse", 2, 4)], w_max=3, recompute_weight=9) == []
    assert broken([-9, -9, -1, -1], [], w_max=3, recompute_weight=9) == ["KNA-1"]
    assert broken([-1, -1, 0, 0], [("collapse", 2, 0)], w_max=3, recompute_weight=2**31 - 1) == []


@pytest.mark.clause("KNA-1", "KNA-5")
def test_a_debt_is_paid_first_and_the_order_is_that_of_the_aggregates() -> None:
    assert broken([-1, -1, 9, 9], [("collapse", 2, 0)], w_max=3, churn_weight=1000) == []
    assert broken([-1, -1, 9, 9], [], w_max=3, churn_weight=1000) == ["KNA-1"]
    assert broken([9, 0, 0, 8], expands(0, 6), cursor_weight=50) == []
    assert broken([9, 0, 0, 8], expands(6, 0), cursor_weight=50) == ["KNA-5"]
