"""The reference says of every session what the text of policies means."""

from __future__ import annotations

import random
from dataclasses import replace

from focalloc.conformance.worlds import random_policy, random_scores, random_state
from focalloc.refimpl.policy import learned, preferences
from focalloc.spec import State, advanced, violations
from focalloc.spec.pins import pinned
from focalloc.spec.policy import Policy, policy_violations
from focalloc.spec.policy import preferences as meant
from focalloc.spec.scores import SCORE_LIMIT


def random_session(rng: random.Random, most: int = 3) -> State:
    """The state before a session that may remember, lean, adapt, and have pins and a partial last block."""
    state = random_state(rng, rng.choice(["greedy", "enhanced"]), most, [0, 1, 2, 3, 4, 5])
    params = replace(
        state.params,
        memory_shift=rng.choice((0, 0, 1, 5)),
        lean=rng.choice((0, 0, 7, 2**21)),
        balance=rng.choice((0, 0, 1)),
    )
    first, pins = state.context[0].start, state.pins
    for _ in range(rng.choice([0, 0, 1, 2])):
        since = rng.randint(first, state.end - 1)
        pins = pinned(pins, since, rng.randint(since + 1, state.end), collapse=True, expand=rng.random() < 0.5)
    unfilled = 0 if state.context[-1].level else rng.randint(0, state.geometry.span(0) - 1)
    return replace(state, params=params, pins=pins, unfilled=unfilled)


def told(rng: random.Random, state: State) -> list[int]:
    """Scores, now and then of the largest size."""
    if rng.random() < 0.2:
        return [rng.choice((1 - SCORE_LIMIT, SCORE_LIMIT - 1, 0, -1)) for _ in range(state.used)]
    scale, most = rng.choice([1, 2**8, 2**12, 2**16]), SCORE_LIMIT - 1
    return [max(-most, min(score * scale, most)) for score in random_scores(rng, state.geometry, state.context)]


def aimed(rng: random.Random, policy: Policy, state: State, scores: list[int]) -> Policy:
    """The policy with biases in the middle of what it prefers, so that it wants some and not others."""
    found = preferences(replace(policy, plan=None), state, scores)
    pair = []
    for kind, layer in zip(("expand", "collapse"), policy.prefer, strict=True):
        mine = [worth for action, worth in found.items() if action.kind == kind]
        bias = layer.bias[0] - (rng.choice(mine) if mine else 0) + rng.choice([0, 0, 1])
        pair.append(layer._replace(bias=(bias,)) if abs(bias) < 2**30 else layer)
    return replace(policy, prefer=tuple(pair))  # type: ignore[arg-type]


def test_the_reference_means_what_the_text_does() -> None:
    acted = refused = 0
    for seed in range(100):
        rng = random.Random(seed)
        state, policy = random_session(rng), random_policy(rng)
        for step in range(3):
            scores = told(rng, state)
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
        assert len(preferences(policy, state, told(rng, state))) <= 2 * policy.shortlist
