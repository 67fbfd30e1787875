"""Tokens a few at a time on the fast path: as by the reference, in every strategy, and through all that is around."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from focalloc import Allocator, Geometry, InvalidInput, NoRoom, Params
from focalloc.fastpath.guard import Guarded
from focalloc.fastpath.telemetry import Telemetry
from focalloc.fastpath.trace import Recorder, events
from focalloc.refimpl import ReferenceAllocator

GEOMETRIES = (Geometry((4, 2)), Geometry((3, 3), (2, 2, 3)), Geometry((2,)))


def lived(params: Params, geometry: Geometry, seed: int, turns: int = 40) -> None:
    rng = Random(seed)
    slow, fast = ReferenceAllocator(), Allocator(geometry, params)
    slow.open(geometry, params, [(0, 0)])
    fast.open(geometry, params, [(0, 0)])
    partial = 0
    for _ in range(turns):
        scores = [rng.randint(-5, 5) for _ in range(fast.used)]
        if rng.random() < 0.2:
            first = rng.randint(0, fast.state().end)
            fast.pin(first, first + 3)
            slow.pin(first, first + 3)
        if rng.random() < 0.3:
            snapshot = fast.snapshot()
            fast = Allocator(geometry, params)
            fast.restore(snapshot)
        if rng.random() < 0.5:
            mine, theirs = slow.step(scores), fast.step(np.array(scores, np.int32))
        elif rng.random() < 0.2:
            token = int(fast.starts[rng.randrange(len(fast.starts))])
            mine, theirs = slow.release(token), fast.release(token)
        else:
            come, may = rng.randint(1, 3 * geometry.span(0)), rng.random() < 0.5
            call = "ingest_tokens"
            if rng.random() < 0.2:
                call, come = "ingest", rng.randint(1, 2)
            try:
                mine = getattr(slow, call)(come, scores, release=may)
            except NoRoom:
                before = fast.state()
                with pytest.raises(NoRoom):
                    getattr(fast, call)(come, np.array(scores, np.int32), release=may)
                assert fast.state() == before
                continue
            theirs = getattr(fast, call)(come, np.array(scores, np.int32), release=may)
        fast._check()
        assert list(mine) == list(theirs)
        assert list(mine.edits) == list(theirs.edits)
        assert (theirs.edits.slots, theirs.edits.slots_after) == (len(scores), fast.used)
        assert mine.released == theirs.released
        assert fast.state() == slow.state
        partial += fast.unfilled() > 0
    assert partial or geometry.span(0) == 2


@pytest.mark.clause("FIL-1")
@pytest.mark.clause("FIL-2")
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("seed", range(6))
def test_the_fast_path_does_as_the_reference_does(geometry: Geometry, seed: int) -> None:
    rng = Random(seed)
    params = Params(
        w_max=rng.randint(geometry.slots(0) + 2, 40),
        tau_expand=0,
        tau_collapse=0,
        memory_shift=rng.choice((0, 2)),
        reclaim_ahead=rng.choice((0, 1)),
        protected_tokens=rng.choice((0, 0, 1, 5)),
    )
    lived(params, geometry, seed)


@pytest.mark.clause("FIL-2")
@pytest.mark.parametrize(
    "strategy", ["enhanced", "knapsack", "hybrid", "multi_objective", "hierarchical", "projection"]
)
def test_no_strategy_collapses_a_partial_block(strategy: str) -> None:
    allocator = Allocator(Geometry((4, 2)), Params(w_max=60, tau_collapse=0, strategy=strategy))
    allocator.load([(0, 0), (0, 4)])
    allocator.ingest_tokens(1)
    assert allocator.unfilled() == 3
    allocator.step([-1.0] * 12)
    assert [tuple(one) for one in allocator.context()][-1] == (0, 8)
    allocator.ingest_tokens(3)
    allocator.step([-1.0] * allocator.used)
    assert [tuple(one) for one in allocator.context()][-1] == (1, 8)


@pytest.mark.clause("FIL-3")
def test_filling_takes_no_room_even_over_the_budget() -> None:
    allocator = Allocator(Geometry((4, 2)), Params(w_max=8))
    allocator.load([(0, 0)])
    allocator.ingest_tokens(1)
    state = allocator.state()
    poor = Allocator(state.geometry, Params(w_max=2))
    poor.resume(type(state)(state.geometry, Params(w_max=2), state.context, {}, 0, unfilled=state.unfilled))
    assert list(poor.ingest_tokens(3)) == []
    assert (poor.unfilled(), poor.used) == (0, 8)
    with pytest.raises(NoRoom):
        poor.ingest_tokens(1)
    poor._check()


@pytest.mark.clause("PAR-4")
@pytest.mark.parametrize("tokens", [0, -1, 2**26 + 1, 1.5, "3", None, True, float("nan"), 2**70])
def test_a_senseless_number_of_tokens_is_refused_and_nothing_changes(tokens: object) -> None:
    allocator = Allocator()
    allocator.load([(1, 0)])
    before = allocator.state()
    with pytest.raises(InvalidInput, match=r"tokens = .*PAR-4"):
        allocator.ingest_tokens(tokens)  # type: ignore[arg-type]
    assert allocator.state() == before


@pytest.mark.clause("CTX-4")
def test_tokens_end_with_the_line_of_tokens() -> None:
    allocator = Allocator(Geometry((2,)), Params(w_max=8))
    allocator.load([(1, 2**48 - 4)])
    allocator.ingest_tokens(1)
    allocator.ingest_tokens(1)
    with pytest.raises(InvalidInput, match=r"tokens = 1.*CTX-4"):
        allocator.ingest_tokens(1)


def test_what_is_around_an_allocator_knows_tokens(tmp_path: Path) -> None:
    params = Params(w_max=16, tau_collapse=0)
    path = tmp_path / "session.jsonl"
    guarded = Guarded(lambda view, scores: [("collapse", 1, int(view.starts[-1]))], Geometry((4, 2)), params)
    with Recorder(Telemetry(guarded), path) as recorded:
        recorded.load([(0, 0), (0, 4)])
        plan = recorded.ingest_tokens(2)
        assert (len(plan), recorded.unfilled()) == (0, 2)
        plan = recorded.step([-1.0] * 12)
        assert plan.fallback is not None
        assert plan.fallback.clause == "FIL-2"
        recorded.ingest_tokens(1, [0.0] * recorded.used)
        recorded.ingest_tokens(9, release=True)
        watched = recorded.allocator
        assert isinstance(watched, Telemetry)
        assert watched.last is not None
        assert watched.last.call == "ingest_tokens"
        after = recorded.state()
    found = list(events(path))
    assert [event.call for event in found] == ["ingest_tokens", "step", "ingest_tokens", "ingest_tokens"]
    assert [event.tokens for event in found] == [2, 0, 1, 9]
    assert found[-1].after == after


def test_a_snapshot_that_makes_no_sense_is_refused() -> None:
    from focalloc.fastpath.snapshot import from_json, to_json

    allocator = Allocator()
    allocator.load([(1, 0)])
    whole = to_json(allocator.state())
    for senseless in (1, -1, "x"):
        with pytest.raises(InvalidInput, match=r"snapshot\.unfilled"):
            from_json(whole | {"unfilled": senseless})
