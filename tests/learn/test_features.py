"""What a policy is told, for all items at once: as the spec has it of each."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from focalloc.learn.features import logarithms, observe
from focalloc.spec import Action, Geometry, Params, opened
from focalloc.spec.pins import pinned
from focalloc.spec.policy import Item, features, items, logarithm, logits
from focalloc.spec.state import State, advanced, ingested_tokens, seen

GEOMETRIES = (Geometry((4, 3), (1, 1, 2)), Geometry((2, 2, 3)), Geometry((4, 6)), Geometry((4,)))


def sessions(rng: random.Random) -> State:
    """A state some iterations on, of terms drawn at random."""
    geometry = rng.choice(GEOMETRIES)
    params = Params(
        w_max=rng.randint(12, 60),
        cooldown_steps=rng.randint(0, 4),
        protected_tokens=rng.choice([0, 0, 5]),
        memory_shift=rng.choice([0, 1, 2]),
        lean=rng.choice([0, 2**20]),
        balance=rng.choice([0, 1]),
    )
    top = geometry.top
    state = opened(geometry, params, [(top, i * geometry.spans[top]) for i in range(3)])
    for _ in range(rng.randint(0, 12)):
        options = [one.action for one in items(state, [0] * state.used)]
        scores = [rng.randint(-(2**22), 2**22) for _ in range(state.used)]
        state = advanced(state, rng.sample(options, min(1, len(options))), scores)
    if rng.random() < 0.4:
        state = ingested_tokens(state, [], rng.randint(1, 2 * geometry.span(0)))
    if rng.random() < 0.3:
        since = rng.randint(state.context[0].start, state.end - 1)
        pins = pinned(state.pins, since, rng.randint(since + 1, state.end), collapse=True, expand=rng.random() < 0.5)
        state = replace(state, pins=pins)
    return state


@pytest.mark.parametrize("seed", range(60))
def test_items_and_features_are_those_of_the_spec(seed: int) -> None:
    rng = random.Random(seed)
    state = sessions(rng)
    scores = [rng.randint(-(2**31) + 1, 2**31 - 1) >> rng.choice([0, 8, 12]) for _ in range(state.used)]
    state = state.pointed(rng.choice([None, rng.randint(state.context[0].start, state.next_token)]))
    shortlist = rng.choice([1, 2, 32])
    found, expected = observe(state, scores, shortlist), items(state, scores)
    assert list(found.actions) == [item.action for item in expected]
    lists: dict[str, list[Item]] = {
        kind: [item for item in expected if item.action.kind == kind][:shortlist] for kind in ("expand", "collapse")
    }
    row = seen(state, scores)
    assert found.features.tolist() == [list(features(state, row, item, lists)) for item in expected]  # type: ignore[arg-type]
    assert found.collapses.tolist() == [action.kind == "collapse" for action in found.actions]
    assert found.deltas.tolist() == [state.geometry.delta(action.level) for action in found.actions]
    assert found.room == state.params.w_max - state.used
    worth = {action: rng.randint(-9, 9) for action in found.actions}
    table = found.logits(np.array(list(worth.values())), len(state.context))
    assert table.tolist() == [list(map(float, one)) for one in logits(state, worth)]


def test_a_state_without_items_is_seen_as_such() -> None:
    state = opened(Geometry((2, 2)), Params(w_max=9, cooldown_steps=9), [(1, 0)])
    state = advanced(state, [Action("expand", 1, 0)])
    found = observe(state, [0] * state.used)
    assert found.features.shape[0] == len(found.actions) == 0


def test_the_logarithm_is_that_of_the_spec() -> None:
    numbers = [*range(200), 2**20, 2**40 - 1, 2**40]
    assert logarithms(np.array(numbers)).tolist() == [logarithm(one) for one in numbers]
