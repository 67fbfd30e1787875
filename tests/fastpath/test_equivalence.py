"""The fast path answers exactly as the reference does: actions, their order, the context they lead to, refusals."""

import random
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.kernels import calls, ingest, ledger, places
from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import scores as scoring
from focalloc.fastpath.plan import unpacked
from focalloc.fastpath.tables import NAMES, Tables
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.actions import Action, parent
from focalloc.spec.blocks import Block, Context
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import MAX_TOKEN, Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE
from focalloc.spec.state import State

GEOMETRIES = (
    Geometry((2,)),
    Geometry((2, 2)),
    Geometry((2, 2, 2, 2)),
    Geometry((3, 5), (2, 1, 1)),
    Geometry((4, 3), (1, 2, 3)),
    Geometry((2, 5, 3), (2, 3, 1, 2)),
    Geometry((8, 8, 8)),
    Geometry((32, 32)),
    Geometry((32, 8, 4), (1, 1, 2, 4)),
)
TAU = SCORE_SCALE // 5
EXTREME = SCORE_LIMIT - 1


def random_context(rng: random.Random, geometry: Geometry, most: int) -> Context:
    """Top-level nodes, some expanded to some depth, cut off anywhere at both ends, beginning anywhere."""
    top = geometry.spans[-1]
    start = rng.choice((0, 0, 3 * top, MAX_TOKEN // top * top - 40 * top))
    greed = rng.choice((0.2, 0.5, 0.8))
    enough = rng.randrange(most)
    blocks: list[Block] = []

    def put(level: int, at: int) -> None:
        if level > 0 and rng.random() < greed:
            for child in range(geometry.fanout(level)):
                put(level - 1, at + child * geometry.span(level - 1))
        else:
            blocks.append(Block(level, at))

    def slots() -> int:
        return sum(geometry.slots(block.level) for block in blocks)

    for i in range(30):
        put(geometry.top, start + i * top)
        if slots() > enough:
            break
    while slots() > 2 * enough + 100:
        del blocks[len(blocks) // 2 :]
    if rng.random() < 0.3:
        del blocks[: rng.randrange(1 + len(blocks) // 3)]
    if rng.random() < 0.3:
        del blocks[len(blocks) - rng.randrange(1 + len(blocks) // 3) :]
    return tuple(blocks)


def random_params(rng: random.Random, geometry: Geometry, used: int) -> Params:
    delta = rng.choice(geometry.deltas[1:])
    w_max = max(1, used + rng.choice((-used, -delta, -1, 0, delta - 1, delta, 3 * delta, 20 * delta, 20 * delta)))
    return Params(
        w_max=w_max,
        n_diff=rng.choice((0, 1, 2, 2, 3, 3, 4, 4, 5, 8, 33, 2**16)),
        tau_expand=rng.choice((0, 3, TAU, TAU, TAU, EXTREME)),
        tau_collapse=rng.choice((0, 3, TAU, TAU, TAU, EXTREME)),
        cooldown_steps=rng.choice((0, 1, 2, 2, 3, 7, 50)),
        protected_tokens=rng.choice((0,) * 9 + (1, geometry.span(0), 2 * geometry.spans[-1], MAX_TOKEN)),
        w_soft=max(1, w_max - rng.choice((0, 0, 1, delta, 3 * delta))),
        soft_margin=rng.choice((0, 1, TAU, EXTREME)),
    )


def families_of_hot_and_icy(rng: random.Random, state: State) -> list[int]:
    """Siblings that ask for detail, with one among them so icy that the whole family is to collapse."""
    geometry, row = state.geometry, list[int]()
    for _, siblings in groupby(state.context, key=lambda block: parent(geometry, block) or block.start):
        slots = sum(geometry.slots(block.level) for block in siblings)
        heat = rng.randrange(1, 60)
        row += [heat * TAU + rng.randrange(3) for _ in range(slots)]
        for _ in range(rng.choice((0, 1 + heat // 10))):  # the hotter, the icier: the best expands go with a collapse
            row[-rng.randrange(1, slots + 1)] = -EXTREME
    return row


def random_scores(rng: random.Random, state: State) -> list[int]:
    """One of the kinds of rows that tell a right selection from an almost right one."""
    n = state.used
    kind = rng.randrange(11)
    if kind > 8:
        return families_of_hot_and_icy(rng, state)
    if kind == 0:  # noise
        return [rng.randrange(-4 * TAU, 4 * TAU) for _ in range(n)]
    if kind == 1:  # extremes
        return [rng.choice((-EXTREME, EXTREME)) for _ in range(n)]
    if kind == 2:  # ties on and beside the thresholds
        edge = rng.choice((3, TAU))
        return [rng.choice((-edge - 1, -edge, 0, edge, edge + 1)) for _ in range(n)]
    if kind == 3:  # alternating, so that families and their children disagree
        return [(-1) ** i * 2 * TAU for i in range(n)]
    if kind == 4:  # a few icy slots among warm ones: cold families of warm children
        return [-EXTREME if rng.random() < 0.03 else TAU + rng.randrange(5) for _ in range(n)]
    if kind == 5:  # rising or falling all the way, the worst for whoever keeps the best so far
        return [(i - n // 2) * 4096 for i in range(n)][:: rng.choice((1, -1))]
    if kind == 6:  # all the same
        return [rng.choice((-2 * TAU, 2 * TAU, 0))] * n
    if kind == 7:  # smooth over the text
        return [rng.randrange(-3, 4) * TAU for _ in range(n // 32 + 1) for _ in range(32)][:n]
    return [
        (block.start // 32 * 7919 % 9 - 4) * TAU
        for block in state.context
        for _ in range(state.geometry.slots(block.level))
    ]


class OnLists:
    """The same kernels uncompiled, on Python lists: what proofs read is what runs."""

    def open(self, geometry: Geometry, params: Params, context: Context) -> None:
        tables = Tables(geometry, params, context)
        self._geometry, self._tables = geometry, tables
        self.header = tables.state[: k.HEADER].tolist()
        self.tags, self.spare = tables.tags[: tables.capacity].tolist(), [k.BODY] * tables.capacity
        self.peaks = [0] * (tables.capacity // k.CHUNK + 1)
        self.lists = {name: tables.table(name).tolist() for name in NAMES if name in k.Session._fields}

    def _session(self, scores: Sequence[int]) -> k.Session:
        return k.Session(
            **self.lists, header=self.header, tags=self.tags, spare=self.spare, fixed=list(scores), peaks=self.peaks
        )

    def _columns(self, *names: str) -> list[list[int]]:
        return [self.lists[name] for name in names]

    def _reserve(self, entries: int) -> None:
        columns = self._columns("ledger_action", "ledger_iteration")
        if not ledger.has_space(self.header, *columns, entries):
            for column in (*columns, *self._columns("expand_keys", "expand_tokens")):
                column.extend([0] * entries)
            self.header[k.LEDGER_ROOM] += entries

    def step(self, scores: Sequence[int]) -> list[Action]:
        fixed = list(scores)
        self._reserve(self.header[k.N_DIFF])
        if self.header[k.MULTI_SLOT] == 1:
            scoring.bound(self.header, self.tags, fixed, self.peaks)
        else:
            scoring.survey(self.header, self.tags, fixed, self.peaks)
        done = calls.step(self._session(fixed))
        return [unpacked(action) for action in self.lists["actions"][:done]]

    def ingest(self, blocks: int, scores: Sequence[int]) -> list[Action]:
        saved = (list(self.header), list(self.tags), {name: list(values) for name, values in self.lists.items()})
        reclaimed, whereabouts = ([0] * (self.header[k.SLOTS] + 1) for _ in range(2))
        self._reserve(len(reclaimed))
        needed = blocks * self._geometry.slots(0)
        excess = self.header[k.SLOTS] + needed - self.header[k.W_MAX]
        room, flat = len(self.lists["collapse_keys"]), not any(scores)
        done = ingest.reclaim(self._session(scores), room, flat, needed, reclaimed, whereabouts)
        if done == k.NO_ROOM:
            left = self.header[k.SLOTS] + needed - self.header[k.W_MAX]
            self.header, self.tags, self.lists = saved
            raise NoRoom(excess, excess - left)
        if self.header[k.END] + blocks * self._geometry.span(0) > MAX_TOKEN:
            self.header, self.tags, self.lists = saved
            raise InvalidInput("blocks", blocks, "too many")
        for _ in range(blocks):
            ingest.append_block(self._session(scores))
        return [unpacked(action) for action in reclaimed[:done]]

    def context(self) -> Context:
        tables = self._tables
        tables.state[: k.HEADER] = self.header
        tables.tags[: tables.capacity] = self.tags
        return tables.context()

    def _check(self) -> None:
        header, scanned = list(self.header), [[0] * len(self.lists["family_slot"]) for _ in range(2)]
        places.list_families(header, self.tags, [], *scanned)
        assert header == self.header
        for column, found in zip(self._columns("family_slot", "family_node"), scanned, strict=True):
            assert column[: header[k.FAMILIES]] == found[: header[k.FAMILIES]]


def outcome(call: Callable[[], Sequence[Action]]) -> object:
    try:
        return list(call())
    except NoRoom as refusal:
        return refusal.needed, refusal.reclaimed
    except InvalidInput:
        return "the tokens have run out"


def compare(make: Callable[[], Any], seed: int, steps: int, most: int) -> None:
    """Take the reference and the fast path through one session and compare them after every call."""
    rng = random.Random(seed)
    geometry = rng.choice(GEOMETRIES)
    context = random_context(rng, geometry, most)
    params = random_params(rng, geometry, sum(geometry.slots(block.level) for block in context))
    print(geometry, params, context)  # shown where the comparison fails
    reference, fast = ReferenceAllocator(), make()
    reference.open(geometry, params, context)
    fast.open(geometry, params, context)
    fixed_row = random_scores(rng, reference.state)
    for step in range(steps):
        scores = random_scores(rng, reference.state)
        if rng.random() < 0.3:
            scores = [fixed_row[i % len(fixed_row)] for i in range(len(scores))]
        assert list(fast.step(list(scores))) == reference.step(scores), f"step {step}"
        if rng.random() < 0.25:
            blocks = rng.choice((1, 1, 1, 2, 5))
            scores = random_scores(rng, reference.state)
            expected = outcome(lambda: reference.ingest(blocks, scores))  # noqa: B023, called at once
            assert outcome(lambda: fast.ingest(blocks, list(scores))) == expected, f"ingest at step {step}"  # noqa: B023
        assert fast.context() == reference.context(), f"step {step}"
        fast._check()
    if isinstance(fast, Allocator):
        assert fast.positions() == reference.positions()
        assert fast.iteration == reference.state.iteration == steps


@given(st.integers(0, 2**32))
def test_equal_to_the_reference(seed: int) -> None:
    compare(Allocator, seed, steps=40, most=150)


@given(st.integers(0, 2**32))
@settings(max_examples=6)
def test_equal_to_the_reference_over_hundreds_of_iterations(seed: int) -> None:
    compare(Allocator, seed, steps=300, most=100)


@given(st.integers(0, 2**32))
@settings(max_examples=10)
def test_equal_to_the_reference_on_many_chunks(seed: int) -> None:
    compare(Allocator, seed, steps=12, most=1500)


@pytest.mark.slow
@given(st.integers(0, 2**32))
@settings(max_examples=300)
def test_equal_to_the_reference_for_long(seed: int) -> None:
    compare(Allocator, seed, steps=400, most=300)


@pytest.fixture
def loaded() -> None:
    """What `Tables` calls is compiled."""
    Tables(GEOMETRIES[0], Params(), (Block(1, 0),))


@pytest.mark.usefixtures("loaded", "uncompiled")
def test_the_same_source_uncompiled_on_lists_is_equal_too() -> None:
    for seed in range(25):
        compare(OnLists, seed, steps=12, most=100)
