"""The arithmetic of edits, beside that of the reference, which goes slot by slot."""

from __future__ import annotations

import random
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, NoRoom, Params, Plan
from focalloc.conformance.worlds import random_history, random_scores, random_state
from focalloc.fastpath.edits import Edits
from focalloc.refimpl.edits import composed, edits, gather
from focalloc.spec import Block, Geometry, InvalidInput, State
from focalloc.spec.edits import Edit


def of(old: State, new: State) -> Edits:
    return Edits(edits(old.geometry, old.context, new.context), old.used, old.geometry.block_slots)


def test_a_gathered_row_is_that_of_the_reference() -> None:
    for seed in range(100):
        for old, new in pairwise(random_history(random.Random(seed))):
            these = of(old, new)
            assert these.gather().tolist() == gather(old.used, list(these))
            assert these.slots_after == new.used
            assert these.first_changed == next(
                (slot for slot, was in enumerate(gather(old.used, list(these))) if slot != was), min(old.used, new.used)
            )


def test_composed_they_are_those_of_the_reference() -> None:
    telling = 0
    for seed in range(200):
        states = random_history(random.Random(seed))
        geometry, slots = states[0].geometry, states[0].used
        wanted: list[Edit] = []
        for old, new in pairwise(states):
            wanted = composed(geometry, slots, wanted, list(of(old, new)), new.context)
        parts = [of(old, new) for old, new in pairwise(states)]
        none, nothing = Edits((), slots, geometry.block_slots), Edits((), states[-1].used, geometry.block_slots)
        assert reduce(Edits.then, parts, none) == wanted, seed
        # in whatever order they are put together
        right = reduce(lambda later, one: one.then(later), reversed(parts), nothing)
        assert right == wanted, seed
        telling += sum(len(part) for part in parts) > len(wanted)
    assert telling > 50


def test_what_is_put_in_and_taken_out_again_leaves_nothing() -> None:
    slots = Geometry((4,), (1, 1)).block_slots
    come = Edits([Edit(3, 0, 3, 4, (Block(0, 12),))], 3, slots)
    go = Edits([Edit(3, 4, 3, 0, ())], 7, slots)
    assert come.then(go) == []
    assert come.then(go).first_changed == 3


def test_gathering_into_an_array_of_ones_own() -> None:
    these = Edits([Edit(1, 1, 1, 4, (Block(0, 4),))], 3, (4, 1))
    out = np.zeros(10, np.int32)
    assert these.gather(out).tolist() == [0, -1, -1, -1, -1, 2]
    assert these.gather(out).base is out
    assert these.gather(np.zeros(12, np.int16)[::2]).tolist() == [0, -1, -1, -1, -1, 2]
    with pytest.raises(InvalidInput, match=r"out = 5: must have room for 6 slots"):
        these.gather(np.zeros(5, np.int64))


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ([0] * 10, "out = 'list': must be a one-dimensional"),
        ("0123456789", "out = 'str': must be a one-dimensional"),
        (np.zeros(10), r"out = 'array of float64, shape \(10,\)': must be .* of signed integers"),
        (np.zeros(10, bool), "array of bool"),
        (np.zeros(10, np.uint8), "array of uint8"),  # has no -1
        (np.zeros((10, 2), np.int64), r"array of int64, shape \(10, 2\)"),
        (np.broadcast_to(np.int64(7), 10), "writeable"),
    ],
)
def test_what_holds_no_index_is_not_gathered_into(out: Any, said: str) -> None:
    these = Edits([Edit(1, 1, 1, 4, (Block(0, 4),))], 3, (4, 1))
    kept = repr(out)
    with pytest.raises(InvalidInput, match=said):
        these.gather(out)
    assert repr(out) == kept


def test_an_index_has_to_hold_the_slots_that_there_were() -> None:
    assert Edits([Edit(0, 1, 0, 0, ())], 128, (1,)).gather(np.zeros(127, np.int8))[-1] == 127
    with pytest.raises(InvalidInput, match=r"out = 'array of int8': must hold numbers of slots, up to 128"):
        Edits([Edit(0, 1, 0, 0, ())], 129, (1,)).gather(np.zeros(128, np.int8))


def test_whatever_is_an_index_is_gathered_into() -> None:
    these = Edits([Edit(1, 1, 1, 4, (Block(0, 4),))], 3, (4, 1))
    odd = np.zeros(81, np.int8)[1:].view(np.int64)  # not aligned
    for out in (odd, np.zeros(10, ">i8"), np.zeros(10, np.int64)[::-1], np.ma.zeros(10, np.int64)):
        assert these.gather(out).tolist() == [0, -1, -1, -1, -1, 2]


def test_edits_of_another_row_are_refused() -> None:
    these = Edits([Edit(1, 1, 1, 4, (Block(0, 4),))], 3, (4, 1))
    with pytest.raises(InvalidInput, match="must be edits of 6 slots"):
        these.then(these)
    nothing: Any = []
    with pytest.raises(InvalidInput, match="later = 'list': must be Edits"):
        these.then(nothing)


@pytest.mark.clause("EDI-1", "EDI-2", "EDI-3")
@pytest.mark.parametrize("strategy", ["greedy", "knapsack", "hierarchical", "projection"])
def test_every_call_of_the_fast_path_tells_what_it_changed(strategy: str) -> None:
    told = 0
    for seed in range(40):
        rng = random.Random(seed)
        state = random_state(rng, strategy, 12, [1, 3, 6])
        allocator = Allocator()
        allocator.resume(state)
        for _ in range(6):
            before = allocator.state()
            scores = random_scores(rng, before.geometry, before.context)
            try:
                plan = allocator.step(scores) if rng.random() < 0.5 else allocator.ingest(rng.choice([1, 2, 9]), scores)
            except NoRoom:
                continue
            wanted = edits(before.geometry, before.context, allocator.context())
            assert plan.edits == wanted, seed
            assert plan.edits.slots_after == allocator.used
            assert plan.edits.slots == before.used
            assert plan.edits.splices.tolist() == [list(edit.splice) for edit in wanted], seed
            told += len(wanted) > 1
    assert told > 20


def test_answers_that_are_given_to_the_fast_path_tell_it_too() -> None:
    allocator = Allocator(Geometry((4, 4)), Params(w_max=30))
    allocator.load([(1, 0), (1, 4), (0, 8), (1, 12)])
    before = allocator.state()
    plan = allocator.apply([("collapse", 1, 8), ("expand", 1, 0)])
    assert plan.edits == edits(before.geometry, before.context, allocator.context())
    assert [edit.splice for edit in plan.edits] == [(0, 1, 0, 4), (2, 4, 5, 1)]
    later = allocator.step(np.zeros(allocator.used))
    assert plan.edits.then(later.edits) == plan.edits


def test_a_batch_tells_what_each_of_its_sessions_changed() -> None:
    states = [random_state(random.Random(seed), "greedy", 9, [2, 4]) for seed in range(12)]
    allocators = [Allocator() for _ in states]
    for allocator, state in zip(allocators, states, strict=True):
        allocator.resume(state)
    batch = Batch(allocators)
    rows = [random_scores(random.Random(i), state.geometry, state.context) for i, state in enumerate(states)]
    plans = batch.step(rows)
    for plan, state, allocator in zip(plans, states, allocators, strict=True):
        assert isinstance(plan, Plan)
        assert plan.edits == edits(state.geometry, state.context, allocator.context())
    assert any(len(plan) for plan in plans)
