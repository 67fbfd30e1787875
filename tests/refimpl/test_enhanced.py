"""The reference of enhanced greedy, held against the judge and against every other answer."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.preparation import adapt, balance
from focalloc.spec import NoRoom, Params, advanced, ingested, reclaim_violations, violations
from focalloc.spec.adaptation import adapted, balanced
from focalloc.spec.candidates import possible_actions
from focalloc.spec.scores import SCORE_LIMIT


@pytest.mark.clause("TIE-1", "TIE-2", "ADA-1", "ADA-2", "BAL-1")
def test_the_reference_conforms_to_the_enhanced_profile() -> None:
    moved, differing = set(), 0
    for seed in range(250):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", 3, [0, 1, 2, 3, 4, 5])
        reference, plain = ReferenceAllocator(), ReferenceAllocator()
        reference.open(state.geometry, state.params, state.context)
        for _ in range(12):
            scores = random_scores(rng, state.geometry, state.context)
            moved.add(state.params.tau_expand)
            plain.open(state.geometry, Params(**{**state.params.to_dict(), "tie_break": "position"}), state.context)  # type: ignore[arg-type]
            answer = reference.step(scores)
            differing += answer != plain.step(scores)
            assert violations(state, scores, answer, "enhanced") == [], seed
            state = advanced(state, answer)
            assert reference.state == state
            if rng.random() < 0.2:
                try:
                    collapses = reference.ingest(1, scores := random_scores(rng, state.geometry, state.context))
                except NoRoom:
                    continue
                assert reclaim_violations(state, scores, 1, collapses, "enhanced") == []
                state = ingested(state, collapses, 1)
    assert len(moved) > 8
    assert differing > 30


@pytest.mark.clause("TIE-1", "TIE-2")
def test_exactly_one_answer_conforms_and_it_is_the_references() -> None:
    judged = 0
    for seed in range(400):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", 2, [1, 2, 3])
        reference = ReferenceAllocator()
        reference.open(state.geometry, state.params, state.context)
        for _ in range(rng.randint(0, 4)):
            reference.step(random_scores(rng, state.geometry, reference.context()))
        state = reference.state
        possible = possible_actions(state.geometry, set(state.context))
        if len(possible) > 5:
            continue
        scores = [rng.choice([-5, -5, 5, 5, 6]) for _ in range(state.used)]
        answers = [a for n in range(min(state.params.n_diff, 5) + 1) for a in permutations(possible, n)]
        conforming = [answer for answer in answers if not violations(state, scores, answer, "enhanced")]
        assert conforming == [tuple(reference.step(scores))], seed
        judged += 1
    assert judged > 80


@pytest.mark.clause("BAL-1")
@given(st.lists(st.integers(-(SCORE_LIMIT - 1), SCORE_LIMIT - 1), max_size=30))
def test_both_ways_to_balance_agree(scores: list[int]) -> None:
    assert balance(scores) == balanced(scores)


@pytest.mark.clause("ADA-1", "ADA-2")
@given(
    st.integers(1, 200),
    st.integers(1, SCORE_LIMIT - 1),
    st.integers(0, 40),
    st.lists(st.integers(0, 250), min_size=1, max_size=4),
)
def test_both_ways_to_adapt_agree(w_max: int, low: int, up: int, recent: list[int]) -> None:
    high = min(low + up, SCORE_LIMIT - 1)
    params = Params(w_max=w_max, tau_expand=high, tau_collapse=low, adaptive_window=2, tau_min=low, tau_max=high)
    assert adapt(params, recent[:2]) == adapted(params, recent[:2])
