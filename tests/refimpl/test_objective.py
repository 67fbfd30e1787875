"""Several objectives held against the judge, against the optimum and against all subsets."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from focalloc.conformance.worlds import random_worlds
from focalloc.refimpl.candidates import choices
from focalloc.refimpl.knapsack import knapsack, place
from focalloc.refimpl.objective import multi_objective
from focalloc.spec import Action, State, violations
from focalloc.spec.blocks import used as used_by

CAPS = [0, 1, 2, 3, 4, 5]


@pytest.mark.clause("MUL-1", "MUL-2", "KNA-1", "KNA-5")
def test_the_reference_conforms_to_the_profile() -> None:
    other = 0
    for _, state, scores in random_worlds("multi_objective", range(400), 4, CAPS):
        answer = multi_objective(state, scores)
        assert violations(state, scores, answer, "multi_objective") == []
        other += answer != knapsack(state, scores)
    assert other > 40


@pytest.mark.clause("MUL-1", "MUL-2")
def test_what_is_computed_anew_decides_by_the_oldest_action() -> None:
    """Answers are other with a weight; some begin later, some are empty."""
    other, later, none = 0, 0, 0
    for rng, state, scores in random_worlds("multi_objective", range(200), 3, CAPS):
        free, weighed = (
            multi_objective(replace(state, params=replace(state.params, recompute_weight=weight)), scores)
            for weight in (0, rng.choice([1, 2, 5]))
        )
        other += free != weighed
        none += bool(free) and not weighed
        if free and weighed:
            later += min(one.start for one in weighed) > min(one.start for one in free)
    assert other > 15
    assert later > 4
    assert none > 10


@pytest.mark.clause("MUL-1", "MUL-2")
def test_without_weights_it_is_the_exact_optimum() -> None:
    for _, state, scores in random_worlds("multi_objective", range(300), 4, CAPS):
        params = replace(state.params, churn_weight=0, cursor_weight=0, budget_weight=0, recompute_weight=0)
        assert multi_objective(replace(state, params=params), scores) == knapsack(state, scores)


def worth(state: State, scores: list[int], answer: list[Action]) -> tuple[int, int, int]:
    """What an answer is worth by the formula of the spec, with fewer actions and less use preferred."""
    params, aggregates = state.params, {choice.action: choice for choice in choices(state, scores)}
    total, used = 0, state.used
    for action in answer:
        blocks = (state.end - action.start - state.geometry.span(action.level)) // state.geometry.span(0)
        total += abs(aggregates[action].aggregate) + params.cursor_weight // (1 + blocks) - params.churn_weight
        used += aggregates[action].delta
    total -= params.budget_weight * abs(used - (params.budget_target or params.w_max))
    before = {block.start: used_by(state.geometry, state.context[:at]) for at, block in enumerate(state.context)}
    anew = used - min(before[action.start] for action in answer) if answer else 0
    return total - params.recompute_weight * anew, -len(answer), -used


def test_no_subset_is_worth_more() -> None:
    seen = 0
    for _, state, scores in random_worlds("multi_objective", range(500), 3, CAPS):
        found = sorted(choices(state, scores), key=place)
        if len(found) > 8 or state.used > state.params.w_max:
            continue
        seen += 1
        mine = worth(state, scores, multi_objective(state, scores))
        for size in range(min(state.params.n_diff, len(found)) + 1):
            for subset in combinations(found, size):
                answer = [choice.action for choice in subset]
                if all(one.clause.startswith("GRE") for one in violations(state, scores, answer, "greedy")):
                    assert worth(state, scores, answer) <= mine
    assert seen > 100
