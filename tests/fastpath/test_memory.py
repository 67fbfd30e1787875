"""What slots remember of their scores: compiled as in the reference, in whatever a session goes through."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, Geometry, Guarded, InvalidInput, NoRoom, Params, Recorder, Telemetry
from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import memory as kernels
from focalloc.fastpath.snapshot import from_json, to_json
from focalloc.fastpath.trace import events
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.allocator import answered
from focalloc.spec import Block, State, opened
from focalloc.spec.memory import leant, moved, told
from focalloc.spec.scores import SCORE_LIMIT

EXTREME = SCORE_LIMIT - 1
CHEAP = ("greedy", "enhanced", "hierarchical")
DEAR = ("knapsack", "hybrid", "multi_objective", "projection")
"""Their reference tries every choice."""


def remembering(rng: random.Random, strategy: str) -> State:
    """The state before a session that remembers, leans, or both."""
    state = random_state(rng, strategy, 3, [0, 1, 2, 5])
    context = state.context if strategy in CHEAP else state.context[:4]
    params = replace(
        state.params,
        memory_shift=rng.choice((0, 1, 2, 5, 16)),
        lean=rng.choice((0, 1, 7, 2**21, EXTREME)),
        balance=rng.choice((0, 0, 1)),
        adaptive_window=rng.choice((0, 0, 1)),
        tau_min=1,
        tau_max=EXTREME,
        tau_expand=max(1, state.params.tau_expand),
        tau_collapse=max(1, state.params.tau_collapse),
    )
    return opened(state.geometry, params, context)


def told_scores(rng: random.Random, state: State) -> list[int]:
    """Scores of any kind, extremes among them."""
    kind = rng.randrange(4)
    if kind == 0:
        return [rng.choice((-EXTREME, EXTREME, 0, -1)) for _ in range(state.used)]
    if kind == 1:
        return [rng.choice((-9, 9))] * state.used
    return random_scores(rng, state.geometry, state.context)


def outcome(call: Any, *arguments: Any) -> object:
    try:
        return list(call(*arguments))
    except NoRoom as refusal:
        return refusal.needed, refusal.reclaimed


def one_call(rng: random.Random, reference: ReferenceAllocator, fast: Any) -> None:
    """Both do the same."""
    state = reference.state
    row = told_scores(rng, state)
    kind = rng.randrange(10)
    if kind < 6:
        assert list(fast.step(row)) == reference.step(row)
    elif kind == 6 and len(state.context) > 2:
        token = rng.choice(state.context[:2]).start
        for one in (reference, fast):
            one.release(token)
    elif kind < 8:
        assert outcome(fast.ingest, 1, row) == outcome(reference.ingest, 1, row)
    elif kind == 8:
        token = state.context[0].start + rng.randrange(state.end - state.context[0].start)
        for one in (reference, fast):
            one.pin(token, token + 1, True, True)
    elif state.params.strategy == "projection":
        logits = [[rng.uniform(-2, 2) for _ in range(3)] for _ in state.context]
        assert list(fast.prefer(logits)) == reference.prefer(logits)
    else:
        for one in (reference, fast):
            one.unpin(0, 2**40)


@pytest.mark.clause("MEM-1", "MEM-2", "MEM-3", "BAL-1")
@pytest.mark.parametrize("strategy", [*CHEAP, *DEAR])
def test_equal_to_the_reference_in_answers_and_in_state(strategy: str) -> None:
    remembered = changed = partly = 0
    for seed in range(40 if strategy in CHEAP else 24):
        rng = random.Random(seed)
        state = remembering(rng, strategy)
        reference, fast = ReferenceAllocator(), Allocator()
        for one in (reference, fast):
            one.open(state.geometry, state.params, state.context)
        for _ in range(12):
            before = reference.state
            one_call(rng, reference, fast)
            fast._check()
            assert fast.state() == reference.state
            remembered += bool(reference.state.memory)
            partly += 0 < len(reference.state.memory) < reference.state.used
            plain = replace(before, params=replace(before.params, memory_shift=0, lean=0))
            row = random_scores(rng, before.geometry, before.context)
            changed += strategy in CHEAP and answered(before, row) != answered(plain, row)
    assert remembered > 20
    assert partly > 3
    assert changed > 20 or strategy in DEAR


@pytest.mark.clause("MEM-1", "MEM-3")
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
def test_many_chunks_at_once_and_every_kind_of_score(dtype: type) -> None:
    random = np.random.default_rng(3)
    geometry, shift, lean = Geometry((32, 32)), 4, EXTREME
    params = Params(w_max=4000, memory_shift=shift, lean=lean, n_diff=0)
    allocator, memory = Allocator(geometry, params), ()
    allocator.load([(1 if i % 3 else 0, 32 * i) for i in range(200)])
    for i in range(6):
        row = random.integers(-EXTREME, EXTREME, allocator.used)
        row = (row / 2**20).astype(dtype) if dtype in (np.float32, np.float64) else row.astype(dtype)
        row[:5] = 0
        cursor = 32 * 200 if i % 2 else 32 * 97 + 5
        allocator.step(row, cursor=None if i == 3 else cursor)
        fixed = [round(float(score) * 2**20) if dtype in (np.float32, np.float64) else int(score) for score in row]
        memory = told(memory, fixed, shift)
        assert allocator.memory() == memory
        seen = leant(geometry, allocator.context(), memory, lean, cursor)
        tables = allocator._session()
        assert tables.scratch[: allocator.used].tolist() == seen
        peaks = tables.scratch[tables.capacity :]
        for chunk in range(allocator.used // k.CHUNK):
            at = slice(chunk * k.CHUNK, (chunk + 1) * k.CHUNK)
            gists = [score for score, tag in zip(seen[at], tables.tags[at], strict=True) if tag >= 1]
            assert peaks[chunk] == max(gists, default=k.LOWEST)
        if i == 3:
            allocator.ingest(3)
            assert len(allocator.memory()) == len(memory) == allocator.used - 96


@pytest.mark.clause("MEM-1")
def test_a_mean_moves_by_the_floor_in_32_bits() -> None:
    ends = [-EXTREME, 1 - EXTREME, -65537, -65536, -3, -1, 0, 1, 2, 65535, 65536, EXTREME - 1, EXTREME]
    for shift in range(1, 17):
        mask = np.int32(2**shift - 1)
        for mean in ends:
            for score in ends:
                found = kernels.averaged(np.int32(mean), np.int32(score), np.int32(shift), mask)
                assert int(found) == moved(mean, score, shift)


def session(**more: Any) -> Allocator:
    """A small session that has been told something."""
    allocator = Allocator()
    params = Params(**({"w_max": 40, "memory_shift": 2, "lean": 100} | more))
    allocator.open(Geometry((2, 2)), params, [(2, 0), (1, 4), (1, 6), (0, 8)])
    allocator.step([50, -30, 20, -2, -7])
    return allocator


# REFUSALS


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, np.int64])
def test_what_is_refused_is_not_remembered(kind: type) -> None:
    allocator = session()
    before = allocator.snapshot()
    bad = np.full(allocator.used, 1, kind)
    bad[-1] = -(2**31)
    for row in (bad, bad[:1], np.zeros(99, kind)):
        with pytest.raises(InvalidInput, match="SCO-"):
            allocator.step(row)
        assert allocator.snapshot() == before
    allocator.apply(())
    assert allocator.memory() == session().memory()


def test_a_refused_ingest_and_a_refused_action_leave_the_memory() -> None:
    allocator = session(w_max=6, protected_tokens=100)
    before = allocator.snapshot()
    with pytest.raises(NoRoom):
        allocator.ingest(3, np.zeros(allocator.used))
    with pytest.raises(InvalidInput, match="ACT-3"):
        allocator.apply([("expand", 1, 400)])
    assert allocator.snapshot() == before


def test_a_step_whose_ledger_grows_first_is_told_once() -> None:
    params = Params(w_max=400, n_diff=3, cooldown_steps=1000, memory_shift=1, tau_expand=0, tau_collapse=0)
    state = opened(Geometry((2, 2)), params, [(2, 4 * i) for i in range(40)])
    reference, fast = ReferenceAllocator(), Allocator()
    for one in (reference, fast):
        one.open(state.geometry, state.params, state.context)
    room = len(fast._session().table("ledger_action"))
    for i in range(14):
        row = [100 * (-1) ** i + slot for slot in range(reference.state.used)]
        assert list(fast.step(row)) == reference.step(row)
        assert fast.state() == reference.state
    assert len(fast._session().table("ledger_action")) > room


def test_a_relaxation_takes_scores_as_they_are() -> None:
    for change in ({"memory_shift": 1}, {"lean": 1}):
        allocator = Allocator(params=Params(**change))
        allocator.load([(1, 0)])
        with pytest.raises(InvalidInput, match="as they are"):
            allocator.relaxation([0.0])


# SNAPSHOTS AND COPIES


def test_a_restored_session_goes_on_and_so_does_a_copy() -> None:
    allocator = session()
    others = [Allocator(), Allocator(), copy.copy(allocator), copy.deepcopy(allocator)]
    others += [pickle.loads(pickle.dumps(allocator))]
    others[0].restore(allocator.snapshot())
    others[1].resume(allocator.state())
    allocator.step(np.arange(allocator.used))
    for other in others:
        other.step(np.arange(other.used))
        assert other.snapshot() == allocator.snapshot()
    assert allocator.memory()


def test_a_snapshot_without_a_memory_is_one_of_a_session_that_has_none() -> None:
    plain = session(memory_shift=0)
    assert "memory" not in to_json(plain.state())
    assert from_json(to_json(plain.state())).memory == ()
    told_something = to_json(session().state())
    del told_something["memory"]
    assert from_json(told_something).memory == ()


@pytest.mark.parametrize(
    ("memory", "rule"),
    [
        ((0,) * 6, "at most 5"),
        ((0,) * 4, "where a block does"),
        ((0, 2**31, 0), r"\[1\] = 2147483648"),
        ((0, -(2**31), 0), r"\[1\] = -2147483648"),
        ((0, 1.5, 0), r"\[1\] = 1.5"),
        ((0, None, 0), r"\[1\] = None"),
    ],
)
def test_a_senseless_memory_is_refused_by_name(memory: Any, rule: str) -> None:
    allocator = session()
    before, given = allocator.snapshot(), to_json(allocator.state())
    with pytest.raises(InvalidInput, match=rf"snapshot\.memory.*{rule}"):
        from_json(given | {"memory": list(memory)})
    with pytest.raises(InvalidInput, match=rf"snapshot\.memory.*{rule}"):
        allocator.resume(replace(allocator.state(), memory=memory))
    assert allocator.snapshot() == before
    with pytest.raises(InvalidInput, match=r"snapshot\.memory = 7"):
        from_json(given | {"memory": 7})


def test_a_memory_without_memory_shift_is_refused() -> None:
    given = to_json(session().state())
    given["params"] = {name: value for name, value in given["params"].items() if name != "memory_shift"}
    with pytest.raises(InvalidInput, match="empty without memory_shift"):
        from_json(given)


# BEHIND A GUARD, UNDER WATCH, RECORDED, IN A BATCH


def test_a_guarded_session_remembers_whoever_decided() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        state = remembering(rng, "greedy")

        def select(view: Any, scores: Any, rng: random.Random = rng) -> Sequence[Any]:
            if rng.random() < 0.3:
                raise ValueError("no idea")
            return answered(view.state(), scores.tolist())

        reference, guarded = ReferenceAllocator(), Guarded(select)
        for one in (reference, guarded):
            one.open(state.geometry, state.params, state.context)
        for _ in range(8):
            one_call(rng, reference, guarded)
            assert guarded.state() == reference.state


def test_an_allocator_behind_a_guard_agrees_and_a_view_shows_the_memory() -> None:
    state = session().state()
    seen = []

    def select(view: Any, scores: Any) -> Sequence[Any]:
        seen.append(view.settle().memory)
        return []

    for guarded in (Guarded(select), Guarded(Allocator(), deadline=60.0)):
        guarded.resume(state)
        guarded.step(np.arange(guarded.used))
        guarded.step(np.arange(guarded.used))
        assert not guarded.fallbacks
    assert seen[0] == state.memory
    assert len(seen) == 2
    twin = Allocator()
    twin.resume(state)
    twin.step(np.arange(twin.used))
    twin.step(np.arange(twin.used))
    assert guarded.memory() == Telemetry(twin).memory() == twin.memory()


def test_a_trace_of_a_session_that_remembers_leads_where_it_led(tmp_path: Path) -> None:
    rng = random.Random(5)
    with Recorder(session(), tmp_path / "trace.jsonl") as recorded:
        for _ in range(10):
            recorded.step(told_scores(rng, recorded.state()))
            recorded.apply(())
            recorded.ingest(1)
        last = recorded.state()
    assert list(events(tmp_path / "trace.jsonl"))[-1].after == last
    assert last.memory


def test_sessions_of_a_batch_remember_each_as_it_would_alone() -> None:
    terms = [{}, {"memory_shift": 3}, {"lean": 2**20}, {"memory_shift": 1, "lean": 7, "balance": 1}]
    alone = [session(**({"memory_shift": 0, "lean": 0} | more)) for more in terms]
    together = copy.deepcopy(alone)
    batch = Batch(together)
    for seed in range(8):
        rows = [np.random.default_rng(seed).normal(size=one.used) for one in alone]
        for one, row, plan in zip(alone, rows, batch.step(rows), strict=True):
            assert list(one.step(row)) == list(plan)
        if seed % 3 == 0:
            for one in (*alone, *together):
                one.ingest(1)
        assert [one.snapshot() for one in together] == [one.snapshot() for one in alone]
    assert any(one.memory() for one in together)


def test_nothing_is_reserved_for_what_is_not_asked_for() -> None:
    assert len(session(memory_shift=0)._session().table("told")) == 0
    assert [Block(2, 0)] == list(session().context())[:1]
