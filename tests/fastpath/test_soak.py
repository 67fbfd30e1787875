"""A million iterations with ingest, tokens a few at a time, cursors, pins and releases, every invariant checked after
every call.

The default run takes a few hundred of them; `pytest -m slow tests/fastpath/test_soak.py` takes the million.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
import pytest
from numpy.typing import NDArray

from focalloc import Action, Allocator, Geometry, NoRoom, Params, violations
from focalloc.fastpath.kernels.layout import LEDGER_ROOM
from focalloc.refimpl.allocator import answered
from focalloc.spec import filling_violations
from focalloc.spec.actions import OPPOSITE
from focalloc.spec.blocks import Block, positions
from focalloc.spec.cooldown import hoarded
from focalloc.spec.state import advanced, ingested_tokens

WORLDS = {
    "tiny": (Geometry((2, 2)), Params(w_max=24, n_diff=3, cooldown_steps=3)),
    "deep": (Geometry((2, 2, 2, 2)), Params(w_max=40, n_diff=4, cooldown_steps=2)),
    "one level": (Geometry((4,)), Params(w_max=40, n_diff=2, cooldown_steps=0)),
    "multi-slot": (Geometry((3, 2), (2, 3, 4)), Params(w_max=80, n_diff=5, cooldown_steps=4)),
    "mixed": (Geometry((4, 3, 3), (1, 1, 2, 4)), Params(w_max=90, n_diff=3, cooldown_steps=1, protected_tokens=8)),
    "soft budget": (Geometry((4, 4)), Params(w_max=64, w_soft=40, soft_margin=2**19, n_diff=4, cooldown_steps=7)),
    "memory": (Geometry((4, 3), (1, 1, 2)), Params(w_max=60, n_diff=3, cooldown_steps=2, memory_shift=3, lean=2**21)),
    "default": (Geometry((32, 32)), Params(w_max=256, n_diff=4, cooldown_steps=2, protected_tokens=32)),
    "wide": (Geometry((32, 8, 4), (1, 1, 2, 4)), Params(w_max=300, n_diff=9, cooldown_steps=5)),
    "nearest the cursor": (
        Geometry((3, 4)),
        Params(w_max=70, n_diff=3, cooldown_steps=3, tie_break="cursor", adaptive_window=6, strategy="enhanced"),
    ),
    "several objectives": (
        Geometry((2, 3), (1, 1, 2)),
        Params(
            w_max=24,
            n_diff=2,
            cooldown_steps=2,
            cursor_weight=2**12,
            budget_weight=2**8,
            budget_target=20,
            recompute_weight=2**13,
            strategy="multi_objective",
        ),
    ),
}
ITERATIONS = 91_000
"""Per world, for a million in all."""


Scores = Callable[[int], NDArray[np.int32]]


def weather(random: np.random.Generator) -> Scores:
    """Scores for so many slots that change their nature every now and then."""
    natures: list[Scores] = [
        lambda slots: (random.normal(size=slots) * 2**20).astype(np.int32),
        lambda slots: np.full(slots, random.integers(-(2**21), 2**21), np.int32),
        lambda slots: np.where(random.random(slots) < 0.02, 2**21, -(2**19)).astype(np.int32),
        lambda slots: np.zeros(slots, np.int32),
        lambda slots: np.tile(np.array([2**31 - 1, -(2**31) + 1], np.int32), slots)[:slots],
        lambda slots: random.integers(-3, 4, slots, dtype=np.int32) * 2**18,
    ]
    nature = natures[0]

    def scores(slots: int) -> NDArray[np.int32]:
        nonlocal nature
        if random.random() < 0.05:
            nature = natures[random.integers(len(natures))]
        return nature(slots)

    return scores


def most_reclaims(geometry: Geometry) -> int:
    """The most collapses of an ingest that appends up to two blocks, as the bound beside COO-2 has it."""
    return ceil(2 * geometry.slots(0) / min(geometry.deltas[1:]))


class Witness:
    """Watches one session and knows only the rules."""

    def __init__(self, allocator: Allocator) -> None:
        self.allocator = allocator
        self.acted: dict[Block, tuple[str, int]] = {}
        self.reclaimed: list[int] = []

    def saw(self, actions: list[Action]) -> None:
        """The actions of a call: no reversal comes too early."""
        now, gap = self.allocator.iteration, self.allocator.params.min_gap
        for action in actions:
            kind, when = self.acted.get(action.node, ("", 0))
            assert kind != OPPOSITE[action.kind] or now - when >= gap
            self.acted[action.node] = (action.kind, now)
        if len(self.acted) > 10_000:
            self.acted = {node: entry for node, entry in self.acted.items() if now - entry[1] < gap}

    def check(self) -> None:
        """Everything that can be said of the session between two calls."""
        allocator, params = self.allocator, self.allocator.params
        allocator._check()
        assert allocator.used <= params.w_max
        self.reclaimed = [one for one in self.reclaimed if allocator.iteration - one < params.min_gap]
        assert not hoarded(
            allocator.ledger_size(), allocator.iteration, params.n_diff, params.min_gap, len(self.reclaimed)
        )
        self.check_tables()

    def check_tables(self) -> None:
        """A ledger without room for what a call may add doubles, and gets that much more: so it has a bound (COO-2)."""
        geometry, params = self.allocator.geometry, self.allocator.params
        an_ingest = most_reclaims(geometry)
        ingests = params.min_gap // 3 + 1  # there is one in three iterations
        allowed = params.n_diff * params.min_gap + ingests * an_ingest
        assert self.allocator.ledger_size() <= allowed
        added = max(params.n_diff, an_ingest + 1)
        room = int(self.allocator._session().header[LEDGER_ROOM])
        assert room <= max(4 * params.n_diff + 16, 2 * (allowed + added) + added)


def soak(geometry: Geometry, params: Params, iterations: int, seed: int, judged_every: int) -> None:
    allocator, random = Allocator(), np.random.default_rng(seed)
    allocator.open(geometry, params, [(geometry.top, 0), (0, geometry.span(geometry.top))])
    witness, scores, profile = Witness(allocator), weather(random), params.strategy
    ingests = slides = held = came = partial = 0
    front = 0
    for i in range(iterations):
        row = scores(allocator.used)
        state = allocator.state() if i % judged_every == 0 else None
        cursor = None if i % 4 else int(random.integers(front, allocator.slot_positions[-1] + 1))
        actions = list(allocator.step(row, cursor=cursor))
        assert allocator.iteration == i + 1
        assert len(actions) <= params.n_diff
        witness.saw(actions)
        if state:
            assert violations(state, row.tolist(), actions, profile, cursor) == []
            assert actions == answered(state.pointed(cursor), row.tolist())
            assert allocator.state() == advanced(state, actions, row.tolist())
            assert allocator.positions() == positions(geometry, allocator.context())
        witness.check()

        if i % 5 == 0:  # a pin here or there, and now and then all of a kind are lifted
            oldest, last = int(allocator.starts[0]), int(allocator.starts[-1])
            first = int(random.integers(oldest, last + 1))
            kinds = [(True, False), (False, True), (True, True)][random.integers(3)]
            if random.random() < 0.7:
                allocator.pin(first, first + int(random.integers(1, 2 * geometry.span(0))), *kinds)
            else:
                allocator.unpin(oldest, last + 4 * geometry.span(geometry.top), *kinds)
            held += any(allocator.pins())
            witness.check()

        if i % 3 == 0:
            row = scores(allocator.used)
            state = allocator.state() if i % judged_every == 0 else None
            may = bool(i % 2)
            span = geometry.span(0)
            tokens = span if i % 4 else int(random.integers(1, 2 * span + 1))
            try:
                if i % 4 == 0:
                    plan = allocator.ingest_tokens(tokens, row, release=may)
                else:
                    plan = allocator.ingest(1, row, release=may)
            except NoRoom:
                if state:
                    assert filling_violations(state, row.tolist(), tokens, None, profile) == []
                middle = int(allocator.starts[len(allocator.levels) // 2])
                assert allocator.release(middle).released == middle
                slides += 1
            else:
                ingests, came, partial = ingests + 1, came + tokens, partial + (allocator.unfilled() > 0)
                reclaims, to = list(plan), plan.released
                slides += plan.released is not None
                witness.reclaimed += [allocator.iteration] * len(reclaims)
                assert len(reclaims) <= most_reclaims(geometry)
                witness.saw(reclaims)
                if state:
                    said = filling_violations(state, row.tolist(), tokens, reclaims, profile, release=may, front=to)
                    assert said == []
                    assert allocator.state() == ingested_tokens(state, reclaims, tokens, to)
            assert front <= allocator.starts[0]
            front = int(allocator.starts[0])
            witness.check()
    assert ingests > iterations // 6, "a soak without ingests would show little"
    assert slides or iterations < 10_000, "the context never grew too long"
    assert held > iterations // 100, "pins held nothing back"
    assert partial, "a soak without partial blocks would show little of them"
    begun = geometry.span(geometry.top) + geometry.span(0)
    assert allocator.state().next_token == begun + came


@pytest.mark.parametrize("world", WORLDS)
def test_some_hundred_iterations(world: str) -> None:
    soak(*WORLDS[world], iterations=250, seed=1, judged_every=5)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_a_million_iterations(world: str) -> None:
    soak(*WORLDS[world], iterations=ITERATIONS, seed=2, judged_every=100)
