"""Relaxations judged on examples small enough to work by hand: gists that each cost one slot to expand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from focalloc.spec import Geometry, Params, Relaxation, opened, relaxation_violations
from focalloc.spec.actions import Action

PARAMS = Params(w_max=8, n_diff=4, tau_expand=0, strategy="knapsack")


def broken(
    gists: int, bound: int | Fraction, shares: dict[int, Fraction], slot: Fraction, action: Fraction
) -> list[str]:
    """What a relaxation of ``gists`` gists breaks, each of which is wanted by 10; shares by number of gist."""
    state = opened(Geometry((2, 2)), PARAMS, [(2, 4 * i) for i in range(gists)])
    parts = {Action("expand", 2, 4 * i): share for i, share in shares.items()}
    found = relaxation_violations(state, [10] * gists, Relaxation(Fraction(bound), parts, slot, action))
    return [one.clause for one in found]


ONE, NONE, HALF = Fraction(1), Fraction(0), Fraction(1, 2)


@pytest.mark.clause("LPR-1")
def test_shares_keep_cap_budget_and_their_range() -> None:
    assert broken(6, 20, {0: ONE, 1: ONE}, Fraction(10), NONE) == []
    assert "LPR-1" in broken(6, 30, {0: ONE, 1: ONE, 2: ONE}, Fraction(10), NONE)
    assert "LPR-1" in broken(1, 20, {0: Fraction(2)}, NONE, NONE)
    assert "LPR-1" in broken(1, -10, {0: -ONE}, NONE, NONE)


@pytest.mark.clause("LPR-1")
def test_slots_count_by_what_an_action_adds() -> None:
    """Two gists that cost 3 slots each to expand, and room for 3."""
    params = Params(w_max=5, n_diff=4, tau_expand=0, strategy="knapsack")
    state = opened(Geometry((4,)), params, [(1, 0), (1, 4)])
    first, second = Action("expand", 1, 0), Action("expand", 1, 4)
    for share, fine in ((NONE, True), (HALF, False), (ONE, False)):
        found = Relaxation(10 + 10 * share, {first: ONE, second: share}, Fraction(10, 3), NONE)
        clauses = [one.clause for one in relaxation_violations(state, [10, 10], found)]
        assert ("LPR-1" not in clauses) is fine, clauses


@pytest.mark.clause("LPR-2")
@pytest.mark.parametrize("share", [HALF, NONE])
def test_prices_are_not_negative(share: Fraction) -> None:
    """A negative price of an action would prove any bound from 0 on; the true one is 10."""
    assert broken(1, 10, {0: ONE}, NONE, NONE) == []
    bound = 10 * share
    action = (bound - 10) / 3
    assert 4 * action + max(Fraction(0), 10 - action) == bound
    assert broken(1, bound, {0: share}, NONE, action) == ["LPR-2"]
    slot = (bound - 10) / 6  # a room of 7 slots
    assert 7 * slot + max(Fraction(0), 10 - slot) == bound
    assert broken(1, bound, {0: share}, slot, NONE) == ["LPR-2"]


@pytest.mark.clause("LPR-2")
def test_the_bound_is_attained_by_the_shares_and_by_the_prices() -> None:
    assert broken(1, 9, {0: ONE}, NONE, NONE) == ["LPR-2", "LPR-2"]
    assert broken(1, 10, {0: HALF}, NONE, NONE) == ["LPR-2"]


@pytest.mark.clause("LPR-3")
def test_at_most_two_actions_are_done_in_part() -> None:
    two_thirds = Fraction(2, 3)
    assert broken(6, 20, {0: ONE, 1: HALF, 2: HALF}, Fraction(10), NONE) == []
    assert broken(6, 20, dict.fromkeys(range(3), two_thirds), Fraction(10), NONE) == ["LPR-3"]
