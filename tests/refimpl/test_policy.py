"""The reference says of every session what the text of policies means."""

from __future__ import annotations

import random

from focalloc.conformance.worlds import aimed, random_policy, random_session, random_told
from focalloc.refimpl.policy import learned, preferences
from focalloc.spec import advanced, violations
from focalloc.spec.policy import policy_violations
from focalloc.spec.policy import preferences as meant


def test_the_reference_means_what_the_text_does() -> None:
    acted = refused = 0
    for seed in range(100):
        rng = random.Random(seed)
        state, policy = random_session(rng), random_policy(rng)
        for step in range(3):
            scores = random_told(rng, state)
            at = state.pointed(rng.choice([None, rng.randint(state.context[0].start, state.end)]))
            policy = aimed(rng, policy, at, scores)
            assert preferences(policy, at, scores) == meant(policy, at, scores), (seed, step)
            answer = learned(policy, at, scores)
            assert list(policy_violations(policy, at, scores, answer)) == []
            assert violations(state, scores, answer, cursor=at.cursor) == []
            if answer:
                acted += 1
                refused += bool(list(policy_violations(policy, at, scores, answer[:-1])))
            state = advanced(state, answer, scores)
    assert acted > 50
    assert refused == acted


def test_no_more_than_the_shortlists_is_looked_at() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        state, policy = random_session(rng), random_policy(rng)
        assert len(preferences(policy, state, random_told(rng, state))) <= 2 * policy.shortlist
