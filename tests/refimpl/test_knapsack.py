"""The reference optimum, held against the judge, against all subsets, and against an integer program solver."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, pairwise, permutations

import pytest

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.knapsack import knapsack, place
from focalloc.spec import Action, Geometry, State, advanced, violations


def random_world(rng: random.Random, most: int, caps: Sequence[int]) -> tuple[State, list[int]]:
    state = random_state(rng, "knapsack", most, caps)
    return state, random_scores(rng, state.geometry, state.context)


def has_conflict(geometry: Geometry, found: list[Choice]) -> bool:
    spans = sorted((choice.action.start, choice.action.start + geometry.span(choice.action.level)) for choice in found)
    return any(second[0] < first[1] for first, second in pairwise(spans))


@pytest.mark.clause("KNA-1", "KNA-2", "KNA-3", "KNA-4", "KNA-5")
def test_the_reference_conforms_to_the_knapsack_profile() -> None:
    for seed in range(150):
        rng = random.Random(seed)
        state, scores = random_world(rng, 4, [0, 1, 2, 3, 4, 5, 9])
        allocator = ReferenceAllocator()
        allocator.open(state.geometry, state.params, state.context)
        for _ in range(5):
            answer = allocator.step(scores)
            assert violations(state, scores, answer, "knapsack") == []
            state = advanced(state, answer)
            assert allocator.state == state
            scores = random_scores(rng, state.geometry, state.context)


# ALL SUBSETS: the definition, with no thought at all


def conforms_on_every_prefix(state: State, scores: list[int], answer: list[Action]) -> bool:
    return not violations(state, scores, answer, "safety") and not any(
        v.clause == "SOF-1" for v in violations(state, scores, answer, "greedy")
    )


def by_definition(state: State, scores: list[int]) -> list[Action]:
    found = choices(state, scores)
    subsets: list[tuple[Choice, ...]] = []
    for size in range(min(state.params.n_diff, len(found)) + 1):
        for subset in combinations(sorted(found, key=place), size):
            if conforms_on_every_prefix(state, scores, [choice.action for choice in subset]):
                subsets.append(subset)  # noqa: PERF401, one thing per line
    solvent = [subset for subset in subsets if state.used + sum(c.delta for c in subset) <= state.params.w_max]
    best = min(
        solvent or subsets,
        key=lambda subset: (
            -sum(abs(c.aggregate) for c in subset),
            len(subset),
            sum(c.delta for c in subset),
            [place(c) for c in subset],
        ),
    )
    return [choice.action for choice in best]


def check_against_all_subsets(seeds: range) -> None:
    seen, shed, conflicts = 0, 0, 0
    for seed in seeds:
        state, scores = random_world(random.Random(seed), 3, [0, 1, 2, 3, 4, 5])
        found = choices(state, scores)
        if len(found) > 9:
            continue
        assert knapsack(state, scores) == by_definition(state, scores), seed
        seen += 1
        shed += state.used > state.params.w_max
        conflicts += has_conflict(state.geometry, found)
    assert min(seen, shed * 4, conflicts * 8) > len(seeds) / 4


def test_the_reference_is_the_best_of_all_subsets() -> None:
    check_against_all_subsets(range(400))


@pytest.mark.slow
def test_the_reference_is_the_best_of_all_subsets_of_many_more() -> None:
    check_against_all_subsets(range(400, 6000))


def merit(state: State, scores: list[int], answer: Sequence[Action]) -> tuple[int, int, int]:
    known = {choice.action: choice for choice in choices(state, scores)}
    taken = [known[action] for action in answer]
    return -sum(abs(c.aggregate) for c in taken), len(taken), sum(c.delta for c in taken)


@pytest.mark.clause("KNA-1", "KNA-2", "KNA-3", "KNA-4", "KNA-5")
def test_the_answers_that_conform_are_those_as_good_as_the_references() -> None:
    several = 0
    for seed in range(600):
        state, scores = random_world(random.Random(seed), 2, [1, 2, 3])
        found = choices(state, scores)
        if len(found) > 6:
            continue
        best = merit(state, scores, knapsack(state, scores))
        optimal = 0
        for size in range(min(state.params.n_diff, len(found)) + 1):
            for subset in permutations(found, size):
                answer = [choice.action for choice in subset]
                conforms = not violations(state, scores, answer, "knapsack")
                ordered = list(subset) == sorted(subset, key=place)
                possible = conforms_on_every_prefix(state, scores, answer)
                assert conforms == (possible and ordered and merit(state, scores, answer) == best), (seed, answer)
                optimal += conforms
        assert optimal >= 1
        several += optimal > 1
    assert several > 5


# HIGHS: an integer program for what the reference computes by interval scheduling


def optimum_by_highs(geometry: Geometry, found: list[Choice], n_diff: int, limit: int | None) -> int | None:
    """The greatest utility of a choice that adds at most ``limit`` slots; None if there is no such choice.

    Conflicts are told by the tokens that actions cover: at most one chosen action covers any token.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    values = np.array([abs(choice.aggregate) for choice in found], float)
    rows = [np.ones(len(found))]
    most = [float(n_diff)]
    if limit is not None:
        rows.append(np.array([choice.delta for choice in found], float))
        most.append(float(limit))
    for collapse in found:
        if collapse.action.kind == "collapse":
            span = geometry.span(collapse.action.level)
            for i, expand in enumerate(found):
                inside = 0 <= expand.action.start - collapse.action.start < span
                if inside and expand.action.kind == "expand":
                    row = np.zeros(len(found))
                    row[i] = row[found.index(collapse)] = 1
                    rows.append(row)
                    most.append(1.0)
    answer = milp(
        -values,
        constraints=LinearConstraint(np.array(rows), -np.inf, np.array(most)),
        integrality=np.ones(len(found)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    if answer.status == 2:
        return None
    assert answer.status == 0, answer.message
    taken = np.round(answer.x).astype(int)
    assert all(np.dot(row, taken) <= bound for row, bound in zip(rows, most, strict=True))
    return sum(abs(choice.aggregate) for choice, x in zip(found, taken, strict=True) if x)


def utility_by_highs(state: State, found: list[Choice]) -> int:
    """The greatest utility of an admissible choice, from one program per budget that can bind."""
    params = state.params
    collapses = [choice for choice in found if choice.action.kind == "collapse"]
    urgent = [c for c in found if c.delta > 0 and c.aggregate > params.tau_expand + params.soft_margin]
    programs = [(found, params.w_soft), (collapses + urgent, params.w_max)]
    optima = [
        optimum_by_highs(state.geometry, part, params.n_diff, limit - state.used) if part else 0
        for part, limit in programs
        if part or limit >= state.used
    ]
    best = max((optimum for optimum in optima if optimum is not None), default=None)
    if best is None:
        best = optimum_by_highs(state.geometry, collapses, params.n_diff, None) if collapses else 0
    assert best is not None
    return best


def check_against_highs(seeds: range) -> None:
    bound, conflicts = 0, 0
    for seed in seeds:
        state, scores = random_world(random.Random(seed), 12, [1, 2, 3, 4, 5, 8, 16])
        found = choices(state, scores)
        values = {choice.action: abs(choice.aggregate) for choice in found}
        utility = sum(values[action] for action in knapsack(state, scores))
        assert utility == utility_by_highs(state, found), seed
        bound += utility < sum(sorted(values.values(), reverse=True)[: state.params.n_diff])
        conflicts += has_conflict(state.geometry, found)
    assert min(bound, conflicts) > len(seeds) / 8


def test_the_reference_is_as_useful_as_the_optimum_of_highs() -> None:
    check_against_highs(range(200))


@pytest.mark.slow
def test_the_reference_is_as_useful_as_the_optimum_of_highs_on_thousands() -> None:
    check_against_highs(range(1000, 6000))
