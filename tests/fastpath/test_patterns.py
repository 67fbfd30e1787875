"""Scores made to mislead each shortcut of the greedy kernels, on every geometry and type: equal to the reference."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.kernels.layout import CHUNK
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State

GEOMETRIES = (
    Geometry((2,)),
    Geometry((2, 2)),
    Geometry((3, 5), (2, 1, 1)),
    Geometry((4, 3), (1, 2, 3)),
    Geometry((2, 8), (1, 1, 7)),
    Geometry((4, 100), (1, 2, 150)),
    Geometry((8, 8, 8)),
    Geometry((32, 32)),
    Geometry((32, 8, 4), (1, 1, 2, 4)),
)
UNIT = SCORE_SCALE // 64
"""Scores are multiples of this, so that every type holds them exactly and the reference reads them as they are."""


def rising(rng: random.Random, state: State) -> list[int]:
    return [i - state.used // 2 for i in range(state.used)]


def falling(rng: random.Random, state: State) -> list[int]:
    return rising(rng, state)[::-1]


def saw(rng: random.Random, state: State) -> list[int]:
    """Rising within each chunk, which is dearest where chunks are visited best first."""
    return [i % CHUNK - CHUNK // 2 for i in range(state.used)]


def ties(rng: random.Random, state: State) -> list[int]:
    return [rng.choice((-64, 64))] * state.used


def noise(rng: random.Random, state: State) -> list[int]:
    return [rng.randrange(-200, 200) for _ in range(state.used)]


def runs(rng: random.Random, state: State) -> list[int]:
    row = [rng.randrange(-100, 100) for _ in range(state.used // 32 + 1)]
    return [row[i // 32] for i in range(state.used)]


def sparse(rng: random.Random, state: State) -> list[int]:
    return [rng.randrange(-2000, 2000) if rng.random() < 0.02 else 0 for _ in range(state.used)]


def bait(rng: random.Random, state: State) -> list[int]:
    """In each gist of several slots one score is high and the mean is low: every bound on it is a false promise."""
    row: list[int] = []
    for block in state.context:
        slots = state.geometry.slots(block.level)
        part = [0] * slots
        if slots > 1 and rng.random() < 0.9:
            part[rng.randrange(slots)] = 30_000
            part[rng.randrange(slots)] -= 30_000 - rng.randrange(20 * slots)
        else:
            part = [rng.randrange(12, 16)] * slots
        row += part
    return row


def overhang(rng: random.Random, state: State) -> list[int]:
    """A gist that reaches beyond its chunk is hot only there."""
    row: list[int] = []
    for block in state.context:
        slots = state.geometry.slots(block.level)
        edge = -(-(len(row) + 1) // CHUNK) * CHUNK - len(row)
        row += [rng.randrange(3)] * min(edge, slots) + [rng.randrange(900, 1000)] * max(0, slots - edge)
    return row


def unlucky_sample(rng: random.Random, state: State) -> list[int]:
    """A few families are cold, and most likely none of those that are looked at first."""
    row = [0] * state.used
    for _ in range(6):
        first = rng.randrange(state.used)
        for i in range(first, min(first + 70, state.used)):
            row[i] = -rng.choice((30, 40))
    return row


PATTERNS = (rising, falling, saw, ties, noise, runs, sparse, bait, overhang, unlucky_sample)


def mixed(rng: random.Random, geometry: Geometry, slots: int) -> list[Block]:
    """A context of about ``slots`` slots with blocks of all levels."""
    blocks: list[Block] = []
    start = 0
    while sum(geometry.slots(block.level) for block in blocks) < slots:
        row = [Block(geometry.top, start)]
        for level in range(geometry.top, 0, -1):
            row = [
                child
                for block in row
                for child in (family(geometry, block) if block.level == level and rng.random() < 0.4 else (block,))
            ]
        blocks += row
        start += geometry.spans[-1]
    return blocks


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.__name__)
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda geometry: f"{geometry.arity}-{geometry.cost}")
def test_no_pattern_misleads(geometry: Geometry, pattern: Callable[[random.Random, State], list[int]]) -> None:
    rng = random.Random(f"{geometry} {pattern.__name__}")
    for dtype in (np.float32, np.float64, np.int32, np.int64):
        context = mixed(rng, geometry, rng.choice((3 * CHUNK - 1, 5 * CHUNK, 8 * CHUNK + 1)))
        used = sum(geometry.slots(block.level) for block in context)
        params = Params(w_max=used + rng.choice((1, 4)) * max(geometry.deltas), n_diff=rng.choice((1, 4, 4, 33)))
        pair = ReferenceAllocator(), Allocator()
        for allocator in pair:
            allocator.open(geometry, params, context)
        for _ in range(3):
            row = np.array(pattern(rng, pair[0].state))
            fixed = (row * UNIT).tolist()
            given = (row / 64 if np.dtype(dtype).kind == "f" else row * UNIT).astype(dtype)
            assert list(pair[1].step(given)) == pair[0].step(fixed)
            assert pair[1].context() == pair[0].context()
        pair[1]._check()
