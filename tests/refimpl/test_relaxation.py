"""The relaxation held against its own proof, against the optimum, and against a solver of linear programs."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.refimpl.candidates import choices
from focalloc.refimpl.knapsack import knapsack
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec import Action, Geometry, Params, State, opened
from focalloc.spec.actions import signed_delta
from focalloc.spec.relaxation import Program, Relaxation, program, relaxation_violations

CAPS = [0, 1, 2, 3, 4, 5, 8]


def world(seed: int) -> tuple[State, list[int]]:
    rng = random.Random(seed)
    state = random_state(rng, "knapsack", 4, CAPS)
    return state, random_scores(rng, state.geometry, state.context)


def utility(state: State, scores: list[int]) -> int:
    values = {choice.action: abs(choice.aggregate) for choice in choices(state, scores)}
    return sum(values[action] for action in knapsack(state, scores))


@pytest.mark.clause("LPR-1", "LPR-2", "LPR-3")
def test_the_reference_proves_its_bound_and_no_choice_exceeds_it() -> None:
    parts = above = 0
    for seed in range(600):
        state, scores = world(seed)
        found = relaxation(state, scores)
        assert relaxation_violations(state, scores, found) == [], seed
        best = utility(state, scores)
        assert found.bound >= best, seed
        assert found.gap(best) >= 0
        parts += any(share < 1 for share in found.shares.values())
        above += found.bound > best
    assert min(parts, above) > 30


def by_highs(asked: Program) -> float:
    from scipy.optimize import linprog

    if not asked.pool:
        return 0.0
    slots = [signed_delta(asked.geometry, one.action) for one in asked.pool]
    rows = np.array([np.ones(len(slots)), slots])
    values = np.array([-abs(one.aggregate) for one in asked.pool], float)
    answer = linprog(values, A_ub=rows, b_ub=[asked.most, asked.room], bounds=(0, 1), method="highs")
    assert answer.status == 0, answer.message
    return float(-answer.fun)


def test_the_bound_is_that_of_highs() -> None:
    pytest.importorskip("scipy")
    for seed in range(300):
        state, scores = world(seed)
        expected = by_highs(program(state, scores))
        assert float(relaxation(state, scores).bound) == pytest.approx(expected, rel=1e-7, abs=1e-6), seed


# AN EXAMPLE BY HAND: expands of 3 slots worth 9 and 5, of 1 slot worth 2, and room for 5


WIDE = Geometry((4, 3), (1, 1, 2))
NINE, FIVE, TWO = (Action("expand", 1, 0), Action("expand", 1, 4), Action("expand", 2, 12))


def example() -> tuple[State, list[int]]:
    params = Params(w_max=10, n_diff=2, tau_expand=0, tau_collapse=0)
    return opened(WIDE, params, [(1, 0), (1, 4), (1, 8), (2, 12)]), [9, 5, 0, 2, 2]


def broken(found: Relaxation) -> list[str]:
    state, scores = example()
    return [one.clause for one in relaxation_violations(state, scores, found)]


RIGHT = Relaxation(
    Fraction(25, 2), {NINE: Fraction(1), FIVE: Fraction(1, 2), TWO: Fraction(1, 2)}, Fraction(3, 2), Fraction(1, 2)
)


def test_the_example_is_solved_as_by_hand() -> None:
    assert relaxation(*example()) == RIGHT
    assert broken(RIGHT) == []


@pytest.mark.clause("LPR-1")
def test_shares_keep_cap_and_budget() -> None:
    assert set(broken(RIGHT._replace(shares={NINE: Fraction(2)}))) >= {"LPR-1"}
    assert set(broken(RIGHT._replace(shares=dict.fromkeys((NINE, FIVE), Fraction(1))))) == {"LPR-1", "LPR-2"}
    stranger = {Action("expand", 1, 8): Fraction(1)}
    assert set(broken(RIGHT._replace(shares={**RIGHT.shares, **stranger}))) >= {"LPR-1"}


@pytest.mark.clause("LPR-2")
def test_a_bound_is_attained_and_proved() -> None:
    assert broken(RIGHT._replace(bound=Fraction(12))) == ["LPR-2", "LPR-2"]
    assert broken(RIGHT._replace(slot_price=Fraction(1))) == ["LPR-2"]
    assert broken(RIGHT._replace(shares={NINE: Fraction(1), TWO: Fraction(1)})) == ["LPR-2"]
    assert "LPR-2" in broken(RIGHT._replace(slot_price=Fraction(-1)))


@pytest.mark.clause("LPR-3")
def test_at_most_two_actions_are_done_in_part() -> None:
    params = Params(w_max=4, n_diff=2, tau_expand=0, tau_collapse=0)
    state = opened(Geometry((2, 2)), params, [(1, 0), (1, 2), (1, 4)])
    third = {Action("expand", 1, start): Fraction(1, 3) for start in (0, 2, 4)}
    found = Relaxation(Fraction(5), third, Fraction(5), Fraction(0))
    assert [one.clause for one in relaxation_violations(state, [5, 5, 5], found)] == ["LPR-3"]
    assert relaxation_violations(state, [5, 5, 5], relaxation(state, [5, 5, 5])) == []


def test_a_debt_that_cannot_be_paid_leaves_the_collapses() -> None:
    params = Params(w_max=1, n_diff=1, tau_expand=0, tau_collapse=0)
    state = opened(Geometry((2, 2)), params, [(0, 0), (0, 2), (1, 4)])
    scores = [-3, -3, -5, -5, 9]
    found = relaxation(state, scores)
    assert found.shares == {Action("collapse", 1, 2): 1}
    assert relaxation_violations(state, scores, found) == []
