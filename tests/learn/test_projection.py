"""The projection of float logits, held against the reference and the judge."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from focalloc.learn.projection import project
from focalloc.refimpl import projection as reference
from focalloc.spec import Geometry, InvalidInput, Params, State, advanced, opened, violations
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, used
from focalloc.spec.projection import saturated, violations_of_projection

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


@pytest.mark.clause("PRO-2", "PRO-3", "PRO-4", "PRO-5", "PRO-6")
@pytest.mark.parametrize("seed", range(150))
def test_it_is_equal_to_the_reference_and_conforms(seed: int) -> None:
    rng = random.Random(seed)
    state = world(rng)
    for _ in range(4):
        logits = logits_for(rng, state)
        answer = project(state, logits)
        fixed = [tuple(saturated(x) for x in triple) for triple in logits]
        assert violations(state, [0] * state.used, answer, "safety") == []
        assert violations_of_projection(state, fixed, answer) == []
        assert answer == reference.project(state, fixed)
        state = advanced(state, answer)


@pytest.mark.clause("PRO-1")
def test_nan_and_wrong_shapes_are_refused() -> None:
    state = opened(Geometry((2, 2)), Params(), [(2, 0), (2, 4)])
    with pytest.raises(InvalidInput, match=r"logits\[1\]"):
        project(state, [[0, 0, 0], [0, math.nan, 0]])
    with pytest.raises(InvalidInput, match="one triple per block, 2 in all"):
        project(state, np.zeros((3, 3)))
