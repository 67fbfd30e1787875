"""Projection judged on examples small enough to work by hand.

Arity (2, 2), one slot per unit: every expand costs one slot, and a level-2 family is two blocks.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.spec import Action, Geometry, InvalidInput, Params, opened, violations
from focalloc.spec.projection import (
    LARGEST_LOGIT,
    Logits,
    as_logits,
    checked_logits,
    missaturated,
    saturated,
    violations_of_projection,
)

TINY = Geometry((2, 2))
PARAMS = Params(w_max=8, n_diff=4, tau_expand=5, tau_collapse=5, strategy="projection")

# Blocks: (1,0) | (1,2) | (0,4) | (1,6); 5 slots.
MIXED = [(1, 0), (1, 2), (0, 4), (1, 6)]
KEEP = (0, 0, 0)


def broken(logits: list[tuple[int, int, int]], actions: list[tuple[str, int, int]], **change: int) -> list[str]:
    state = opened(TINY, replace(PARAMS, **{"w_soft": 0, **change}), MIXED)  # type: ignore[arg-type]
    answer = [Action(*action) for action in actions]  # type: ignore[arg-type]
    return [violation.clause for violation in violations_of_projection(state, logits, answer)]


@pytest.mark.clause("PRO-1")
@pytest.mark.parametrize(
    ("logit", "fixed"),
    [
        (0.0, 0),
        (1, 2**20),
        (-2.5, -5 * 2**19),
        (0.5 / 2**20, 0),
        (1.5 / 2**20, 2),
        (2048.0, LARGEST_LOGIT),
        (-1e300, -LARGEST_LOGIT),
        (math.inf, LARGEST_LOGIT),
        (-math.inf, -LARGEST_LOGIT),
        (10**400, LARGEST_LOGIT),
    ],
)
def test_logits_saturate_and_never_overflow(logit: float, fixed: int) -> None:
    assert saturated(logit) == fixed
    assert not missaturated(logit, fixed)
    assert missaturated(logit, fixed + 1)
    assert missaturated(logit, fixed - 1)
    assert missaturated(logit, None)


@pytest.mark.clause("PRO-1")
@given(st.floats(allow_nan=False))
def test_every_logit_but_nan_has_its_fixed_point_value(logit: float) -> None:
    assert not missaturated(logit, saturated(logit))


@pytest.mark.clause("PRO-1")
def test_nan_and_misshapen_logits_are_refused() -> None:
    state = opened(TINY, PARAMS, MIXED)
    with pytest.raises(InvalidInput, match="NaN"):
        saturated(math.nan)
    with pytest.raises(InvalidInput, match="number"):
        saturated("1")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="4 in all"):
        checked_logits(state, [KEEP] * 3)
    with pytest.raises(InvalidInput, match="expand, keep, collapse"):
        checked_logits(state, [KEEP, KEEP, (0, 0), KEEP])
    with pytest.raises(InvalidInput, match=r"logits\[3\]\.keep"):
        checked_logits(state, [KEEP, KEEP, KEEP, (0, LARGEST_LOGIT + 1, 0)])


@pytest.mark.clause("PRO-2")
def test_what_is_not_preferred_to_keeping_is_not_done() -> None:
    assert broken([(5, 5, 0), KEEP, KEEP, KEEP], [("expand", 1, 0)]) == ["PRO-2", "PRO-5"]
    assert broken([(6, 5, 0), KEEP, KEEP, KEEP], [("expand", 1, 0)]) == []
    assert broken([(0, 5, 5), KEEP, KEEP, KEEP], []) == []


@pytest.mark.clause("PRO-3")
def test_a_feasible_set_is_left_alone() -> None:
    wishes = [(1, 0, 0), KEEP, (0, 0, 1), KEEP]
    both = [("collapse", 1, 4), ("expand", 1, 0)]
    assert broken(wishes, both) == []
    assert broken(wishes, both[:1]) == ["PRO-3", "PRO-4"]
    assert broken(wishes, both[:1], n_diff=1) == []


@pytest.mark.clause("PRO-4")
def test_the_best_total_is_taken_within_cap_and_budget() -> None:
    wishes = [(3, 0, 0), (2, 0, 0), KEEP, (4, 0, 0)]
    assert broken(wishes, [("expand", 1, 6), ("expand", 1, 0)], w_max=7) == []
    assert broken(wishes, [("expand", 1, 6), ("expand", 1, 2)], w_max=7) == ["PRO-4"]


@pytest.mark.clause("PRO-4")
def test_a_family_is_worth_the_mean_of_its_members() -> None:
    assert broken([(0, 0, 5), (0, 0, -2), KEEP, KEEP], [("collapse", 2, 0)]) == []
    assert broken([(0, 0, 5), (0, 0, -5), KEEP, KEEP], [("collapse", 2, 0)]) == ["PRO-2", "PRO-5"]
    # One member would rather expand: worth 3, as much as floor((5 + 2) / 2) of the family; the expand is out of room.
    wishes = [(3, 0, 5), (0, 0, 2), KEEP, KEEP]
    assert broken(wishes, [("collapse", 2, 0)], w_max=5) == []
    # With room the two are worth the same and take one action each; the collapse leaves fewer slots in use.
    assert broken(wishes, [("expand", 1, 0)]) == ["PRO-5"]


@pytest.mark.clause("PRO-5")
def test_one_action_is_preferred_to_two_of_the_same_total() -> None:
    wishes = [(2, 0, 0), (2, 0, 0), KEEP, (4, 0, 0)]
    assert broken(wishes, [("expand", 1, 6)], w_max=6) == []
    family = [(2, 0, 4), (2, 0, 4), KEEP, KEEP]
    assert broken(family, [("collapse", 2, 0)]) == []
    assert broken(family, [("expand", 1, 0), ("expand", 1, 2)]) == ["PRO-5"]


@pytest.mark.clause("PRO-6")
def test_a_debt_is_paid_if_the_policy_allows_it() -> None:
    assert broken([(9, 0, 0), KEEP, (0, 0, 1), KEEP], [], w_max=4) == ["PRO-6"]
    assert broken([(9, 0, 0), KEEP, (0, 0, 1), KEEP], [("collapse", 1, 4)], w_max=4) == []
    assert broken([(9, 0, 0), KEEP, KEEP, KEEP], [], w_max=4) == []


@pytest.mark.clause("KNA-5")
def test_collapses_come_first() -> None:
    wishes = [(1, 0, 0), KEEP, (0, 0, 1), KEEP]
    assert broken(wishes, [("expand", 1, 0), ("collapse", 1, 4)]) == ["KNA-5"]


@pytest.mark.clause("KNA-5")
def test_expands_go_by_their_worth() -> None:
    # worth 3 and 4: what counts is the logit of expanding less that of keeping, not the logit of expanding
    wishes = [(9, 6, 0), KEEP, KEEP, (4, 0, 0)]
    assert broken(wishes, [("expand", 1, 6), ("expand", 1, 0)]) == []
    assert broken(wishes, [("expand", 1, 0), ("expand", 1, 6)]) == ["KNA-5"]


@pytest.mark.clause("BAL-1")
def test_logits_are_not_balanced() -> None:
    # balanced as scores, the one wish to expand would weigh less than the collapse that excludes it
    wishes = [(9, 0, 0), (0, 0, 3), KEEP, KEEP]
    assert broken(wishes, [("expand", 1, 0)], balance=1) == broken(wishes, [("expand", 1, 0)]) == []


def test_scores_are_preferences_and_thresholds_do_not_bind() -> None:
    state = opened(TINY, PARAMS, MIXED)
    scores = [1, -3, 2, -5, 0]
    assert as_logits(state, scores) == (Logits(1, 0, -1), Logits(-3, 0, 3), Logits(-2, 0, 2), Logits(0, 0, 0))
    # Worth: collapse of (1, 4) 2, expand of (1, 0) 1, collapse of (2, 0) floor((-1 + 3) / 2) = 1; the last two exclude
    # each other and tie, so the one that leaves fewer slots in use is done.
    both = [("collapse", 1, 4), ("collapse", 2, 0)]
    assert violations(state, scores, both, "projection") == []
    costlier = [("collapse", 1, 4), ("expand", 1, 0)]
    assert [v.clause for v in violations(state, scores, costlier, "projection")] == ["PRO-5"]
    assert violations(state, scores, both, "knapsack")[0].clause == "THR-1"
