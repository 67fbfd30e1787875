"""Hierarchical planning judged on examples small enough to work by hand: regions of two gists, expands of one slot."""

from __future__ import annotations

import pytest

from focalloc.spec import Action, Geometry, Params, advanced, opened, violations
from focalloc.spec.candidates import Candidate
from focalloc.spec.hierarchy import claims, regions, share, slot_price

GISTS = [(1, 0), (1, 2), (1, 4), (1, 6)]


def broken(scores: list[int], actions: list[tuple[str, int, int]], **change: int | str) -> list[str]:
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


@pytest.mark.clause("HIE-1", "HIE-2")
def test_of_no_mass_and_of_no_demand_there_are_no_shares() -> None:
    assert share(4, 0, 0) == 0
    # no candidate expands, so no slot is shared out, and a collapse needs none
    assert broken([-5, -4, 0, 0], [("collapse", 2, 0)]) == []
    assert broken([0, 0, 0, 0], []) == []


@pytest.mark.clause("HIE-2")
def test_room_below_zero_is_none_and_slots_added_are_net() -> None:
    # a slot over the soft budget: nothing is added, and the region is not asked to free what is missing
    state = opened(Geometry((2, 2)), Params(strategy="hierarchical", w_max=3, n_diff=4), GISTS)
    assert {region.room for region in regions(state, [], [Action("expand", 1, start) for start in (0, 4)])} == {0, -1}
    assert broken([5, 4, 3, 0], [], w_max=3) == []
    # room for 1 slot: an expand beside a collapse in one region adds none
    geometry, context = Geometry((2, 2)), [(1, 0), (1, 2), (1, 4), (1, 6), (2, 8)]
    terms = Params(strategy="hierarchical", w_max=6, n_diff=4, tau_expand=0, tau_collapse=0)
    wide = opened(Geometry((2, 2, 2)), terms, context)
    answer = [("collapse", 2, 0), *expands(4), ("expand", 2, 8)]
    assert geometry.delta(1) == 1
    assert violations(wide, [-5, -5, 5, 0, 5], answer, "hierarchical") == []


BY_PRICE = {"region_share": "price"}


@pytest.mark.clause("HIE-1", "HIE-2")
def test_by_price_a_region_may_take_what_it_claims() -> None:
    # room for 2 slots, and 5 and 4 are worth most: at a price of 3 nothing else claims
    scores = [5, 4, 3, 0]
    assert broken(scores, expands(0, 2), w_max=6, **BY_PRICE) == []
    assert broken(scores, expands(0, 4), w_max=6, **BY_PRICE) == ["HIE-3", "HIE-1"]
    assert broken(scores, expands(0, 2, 4), n_diff=2, **BY_PRICE)[:1] == ["CAP-1"]


@pytest.mark.clause("HIE-1", "HIE-2")
def test_by_price_what_younger_regions_claim_is_not_for_the_older() -> None:
    # two actions: 5 claims in the first region, 6 in the second
    scores = [5, 4, 6, 0]
    assert broken(scores, expands(4, 0), n_diff=2, **BY_PRICE) == []
    assert broken(scores, expands(0, 2), n_diff=2, **BY_PRICE) == ["HIE-1"]
    # room for two slots, and cap for more
    assert broken(scores, expands(4, 0), w_max=6, **BY_PRICE) == []
    assert broken(scores, expands(0, 2), w_max=6, **BY_PRICE) == ["HIE-2"]


@pytest.mark.clause("HIE-1", "HIE-2", "HIE-3")
def test_by_price_what_nobody_claims_is_the_oldest_s_that_can_use_it() -> None:
    # a price of 4 leaves one of two slots unclaimed, as three candidates are worth as much; the first region alone has
    # a claim, and the second one may take nothing
    scores = [9, 4, 4, 4]
    assert broken(scores, expands(0, 2), w_max=6, **BY_PRICE) == []
    assert broken(scores, expands(0), w_max=6, **BY_PRICE) == ["HIE-3"]
    assert broken(scores, expands(0, 4), w_max=6, **BY_PRICE) == ["HIE-3", "HIE-1"]


@pytest.mark.clause("HIE-2")
def test_by_price_a_region_frees_what_its_claims_free() -> None:
    # no room: the expand of the first region claims the slot that the collapse of the second one frees
    scores = [9, 0, -3, -3]
    assert broken(scores, [("collapse", 2, 4), *expands(0)], w_max=4, **BY_PRICE) == []
    assert broken(scores, [("collapse", 2, 4)], w_max=4, **BY_PRICE) == ["HIE-3"]


def test_of_claims_worth_the_same_the_one_that_adds_fewer_slots_goes_first_then_the_earlier() -> None:
    shape = Geometry((2, 2))
    pool = [Candidate(Action("expand", 1, start), 3) for start in (6, 2)]
    pool += [Candidate(Action("collapse", 2, 8), -3), Candidate(Action("collapse", 2, 4), -3)]
    assert [action.start for action in claims(shape, pool, 4, 0)] == [4, 8, 2, 6]
    assert claims(shape, pool, 9, 3) == [Action("collapse", 2, 4), Action("collapse", 2, 8)]
    assert slot_price(shape, pool, 4, 0) == 0
    assert [slot_price(shape, pool[:2], 4, room) for room in (2, 1, 0)] == [0, 3, 3]


@pytest.mark.clause("BAL-1", "ADA-1")
def test_balance_and_adaptation_come_before_this_strategy_too() -> None:
    # positive mass 12, negative 6: aggregates of expands are halved, and those of 3 and less fall below the threshold
    scores = [8, 3, -6, 1]
    assert broken(scores, expands(0), tau_expand=2, tau_collapse=9, balance=1) == []
    assert broken(scores, expands(0, 2), tau_expand=2, tau_collapse=9, balance=1)[0] == "THR-1"
    terms = Params(strategy="hierarchical", w_max=8, tau_expand=4, tau_collapse=4, adaptive_window=1)
    state = opened(Geometry((2, 2)), terms, GISTS)
    state = advanced(state, [])  # half full, so the threshold falls to 3
    assert violations(state, [4, 0, 0, 0], expands(0), "hierarchical") == []
