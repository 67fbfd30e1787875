"""The quick projection, held against the reference and the judge."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from focalloc.learn.projection import fixed_logits, project
from focalloc.refimpl import projection as reference
from focalloc.spec import Action, Geometry, InvalidInput, Params, State, advanced, opened, violations
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, used
from focalloc.spec.projection import checked_logits, saturated, violations_of_projection

GEOMETRIES = [Geometry((2, 2)), Geometry((2, 2, 2)), Geometry((3, 2), (2, 3, 4)), Geometry((4, 3, 3), (1, 1, 2, 4))]


def cut(rng: random.Random, geometry: Geometry, node: Block) -> list[Block]:
    if node.level == 0 or rng.random() < 0.3:
        return [node]
    return [block for child in family(geometry, node) for block in cut(rng, geometry, child)]


def world(rng: random.Random) -> State:
    geometry = rng.choice(GEOMETRIES)
    top = geometry.span(geometry.top)
    context = [block for i in range(rng.randint(1, 3)) for block in cut(rng, geometry, Block(geometry.top, i * top))]
    params = Params(
        w_max=max(1, used(geometry, context) + rng.randint(-4, 8)),
        n_diff=rng.randint(0, 5),
        cooldown_steps=rng.choice([0, 2, 4]),
        protected_tokens=rng.choice([0, 0, 5]),
        strategy="projection",
    )
    return opened(geometry, params, context)


def logits_for(rng: random.Random, state: State) -> list[list[float]]:
    kinds = ([0.0, 1.0, -1.0, 2.0], [0.3, -0.7, 0.1, 5.0], [math.inf, -math.inf, 1e300, 0.0], [1.0])
    pool = rng.choice(kinds)
    return [[rng.choice(pool) for _ in range(3)] for _ in state.context]


def total(state: State, logits: list[list[float]], actions: list[Action]) -> tuple[int, int, int]:
    fixed = checked_logits(state, [tuple(saturated(x) for x in triple) for triple in logits])
    worth = {one.action: abs(one.aggregate) for one in reference.preferred_choices(state, fixed)}
    return sum(worth[action] for action in actions), len(actions), advanced(state, actions).used


@pytest.mark.clause("PRO-2", "PRO-3", "PRO-4", "PRO-5", "PRO-6")
@pytest.mark.parametrize("seed", range(150))
def test_it_is_as_good_as_the_reference_and_conforms(seed: int) -> None:
    rng = random.Random(seed)
    state = world(rng)
    for _ in range(4):
        logits = logits_for(rng, state)
        answer = project(state, logits)
        fixed = [tuple(saturated(x) for x in triple) for triple in logits]
        assert violations(state, [0] * state.used, answer, "safety") == []
        assert violations_of_projection(state, fixed, answer) == []
        assert total(state, logits, answer) == total(state, logits, reference.project(state, fixed))
        state = advanced(state, answer)


@pytest.mark.clause("PRO-1")
def test_fixed_logits_are_those_of_the_spec() -> None:
    rng = random.Random(1)
    rows = [[rng.uniform(-3000, 3000) for _ in range(3)] for _ in range(200)] + [[math.inf, -math.inf, 0.5 / 2**20]]
    assert fixed_logits(rows, 201).tolist() == [[saturated(x) for x in row] for row in rows]


@pytest.mark.clause("PRO-1")
def test_nan_and_wrong_shapes_are_refused() -> None:
    state = opened(Geometry((2, 2)), Params(), [(2, 0), (2, 4)])
    with pytest.raises(InvalidInput, match=r"logits\[1\]"):
        project(state, [[0, 0, 0], [0, math.nan, 0]])
    with pytest.raises(InvalidInput, match=r"shape \(2, 3\)"):
        project(state, np.zeros((3, 3)))
