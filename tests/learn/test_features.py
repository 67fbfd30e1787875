"""What a policy is told: values, legality, memory."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from focalloc.learn.features import FEATURES, LASTING, RECENT, Observer
from focalloc.spec import Action, Geometry, InvalidInput, Params, advanced, opened
from focalloc.spec.actions import parent
from focalloc.spec.candidates import possible_actions, tail_collapse
from focalloc.spec.cooldown import may_act
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State, ingested

GEOMETRY = Geometry((4, 3), (1, 1, 2))
# Slots: 2 | 1 1 4 | 2; tokens 0..11 | 12..15 16..19 20..23 | 24..35
CONTEXT = [(2, 0), (1, 12), (1, 16), (0, 20), (2, 24)]
STATE = opened(GEOMETRY, Params(w_max=12, cooldown_steps=4), CONTEXT)


def column(features: NDArray[np.float32], name: str) -> list[float]:
    return [round(float(x), 4) for x in features[:, FEATURES.index(name)]]


def fixed(scores: list[float]) -> list[int]:
    return [round(score * SCORE_SCALE) for score in scores]


def test_columns_are_what_they_are_called() -> None:
    seen = Observer().observe(STATE, fixed([0.5, 1.5, -1, 2, 0, 0, 0, 4, 9, 9]), cursor=17)
    features = seen.features
    assert features.shape == (5, len(FEATURES))
    assert features.dtype == np.float32
    assert column(features, "score") == [1, -1, 2, 1, 4]
    assert column(features, "family score") == [1, 0.5, 0.5, 1, 4]
    assert column(features, "level") == [1, 0.5, 0.5, 0, 1]
    assert column(features, "cursor side") == [-1, -1, 0, 1, 1]
    assert column(features, "cursor distance")[2] == 0
    assert column(features, "cursor near")[2] == 1
    assert column(features, "family") == [0, 0.6667, 0.6667, 1, 0]
    assert column(features, "used") == [0.8333] * 5
    assert column(features, "room") == [0.5, 0.1667, 0.1667, 0.5, 0.5]
    assert seen.legal.tolist() == [
        [True, True, False],
        [True, True, False],
        [True, True, False],
        [False, True, True],
        [True, True, False],
    ]


def test_without_a_cursor_the_end_of_the_context_stands_in() -> None:
    seen = Observer().observe(STATE, [0] * 10)
    assert column(seen.features, "cursor side") == [-1, -1, -1, -1, 0]


def test_what_the_lens_said_is_remembered_across_a_change_of_level() -> None:
    observer = Observer()
    observer.observe(STATE, fixed([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]))
    after = advanced(STATE, [Action("expand", 2, 0)])
    seen = observer.observe(after, [0] * after.used)
    assert column(seen.features, "recent score")[:3] == [round(1 - RECENT, 4)] * 3
    assert column(seen.features, "lasting score")[:3] == [round(1 - LASTING, 4)] * 3
    assert column(seen.features, "expand rests")[:3] == [0] * 3
    assert column(seen.features, "collapse rests")[:3] == [0.75] * 3
    grown = ingested(after, [], 2)
    assert len(observer.observe(grown, [0] * grown.used).features) == len(grown.context)


def test_embeddings_stand_behind_the_features_and_wrong_shapes_are_refused() -> None:
    observer = Observer()
    seen = observer.observe(STATE, [0] * 10, embeddings=np.ones((5, 2)))
    assert seen.features.shape == (5, len(FEATURES) + 2)
    with pytest.raises(InvalidInput, match="embeddings"):
        observer.observe(STATE, [0] * 10, embeddings=np.ones((4, 2)))
    with pytest.raises(InvalidInput, match="scores"):
        observer.observe(STATE, [0] * 9)


def allowed(state: State, action: Action) -> bool:
    now = state.ticked
    may = may_act(now.ledger, action, now.iteration, now.params.min_gap)
    return may and not tail_collapse(now.geometry, now.params, now.end, action)


@pytest.mark.parametrize("seed", range(30))
def test_the_mask_is_what_the_spec_allows(seed: int) -> None:
    rng = random.Random(seed)
    state = opened(GEOMETRY, Params(w_max=99, cooldown_steps=3, protected_tokens=rng.choice([0, 5])), [(2, 0), (2, 12)])
    observer = Observer()
    for _ in range(8):
        legal = observer.observe(state, [0] * state.used).legal
        open_actions = {a for a in possible_actions(GEOMETRY, set(state.context)) if allowed(state, a)}
        for block, (expand, keep, collapse) in zip(state.context, legal.tolist(), strict=True):
            node = parent(GEOMETRY, block)
            assert keep
            assert expand == (Action("expand", *block) in open_actions)
            assert collapse == (node is not None and Action("collapse", *node) in open_actions)
        if open_actions:
            state = advanced(state, [rng.choice(sorted(open_actions))])


def test_features_stay_small_whatever_the_scores() -> None:
    extreme = [(-1) ** i * (2**31 - 1) for i in range(10)]
    assert np.abs(Observer().observe(STATE, extreme).features).max() <= 4
