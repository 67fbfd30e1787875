"""Releases: the fast path lets go as the reference does, whatever the strategy, and can do so for ever."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focalloc import Allocator, Batch, Geometry, Guarded, NoRoom, Params, Recorder, Telemetry
from focalloc.analysis.comparison import play
from focalloc.analysis.contenders import Contender
from focalloc.analysis.scenes import traced
from focalloc.analysis.twins import Twins
from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath.edits import Edits
from focalloc.fastpath.trace import events
from focalloc.refimpl.allocator import STRATEGIES, ReferenceAllocator
from focalloc.refimpl.edits import Answer
from focalloc.spec import InvalidInput, Pins, edits_violations, reclaim_violations, violations
from focalloc.spec.geometry import MAX_TOKEN
from tests.fastpath.test_pins import drawn_pins
from tests.fastpath.test_trace import SCHEMA


def same(found: object, answer: Answer) -> None:
    """A plan says what the reference's answer does."""
    assert list(found) == answer  # type: ignore[call-overload]
    assert found.released == answer.released  # type: ignore[attr-defined]
    assert found.edits == answer.edits  # type: ignore[attr-defined]


@pytest.mark.clause("REL-1", "REL-2", "REL-3", "REL-4", "EDI-1", "EDI-2", "EDI-3")
@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_every_strategy_lets_go_as_the_reference_does(strategy: str) -> None:
    released = let_go = forgotten = 0
    for seed in range(120 if strategy in ("greedy", "enhanced") else 30):
        rng = random.Random(f"{strategy} {seed}")
        state = random_state(rng, strategy, 12, [1, 3, 6])
        state = replace(state, pins=drawn_pins(rng, state))
        allocator, reference = Allocator(), ReferenceAllocator()
        allocator.resume(state)
        reference._state = state
        for _ in range(8):
            state = reference.state
            scores = random_scores(rng, state.geometry, state.context)
            do = rng.choice(["release", "ingest", "ingest", "step", "cut"])
            if do == "cut":
                token = rng.choice([state.end, -1, state.context[-1].start + 1, 0.0, None, True, 2**70])
                refusals = []
                for one in (allocator, reference):
                    with pytest.raises(InvalidInput, match="REL-1") as no:
                        one.release(token)  # type: ignore[arg-type]
                    refusals.append(str(no.value))
                assert refusals[0] == refusals[1]
            elif do == "release":
                token = rng.choice(state.context[: 1 + len(state.context) // 2]).start
                answer = reference.release(token)
                same(allocator.release(token), answer)
                released += answer.released is not None
                forgotten += reference.state.pins != state.pins
            elif do == "ingest":
                blocks = rng.choice([1, 1, 2, 5])
                try:
                    answer = reference.ingest(blocks, scores, release=True)
                except NoRoom as no:
                    with pytest.raises(NoRoom, match=re.escape(str(no))):
                        allocator.ingest(blocks, scores, release=True)
                    continue
                same(allocator.ingest(blocks, scores, release=True), answer)
                front = answer.released
                assert not reclaim_violations(state, scores, blocks, answer, strategy, release=True, front=front)
                let_go += answer.released is not None
            else:
                found = list(allocator.step(scores))
                assert not violations(state, scores, found, strategy), seed
                reference.step(scores)
                reference._state = allocator.state()  # the rules leave some choices open (F-6)
            edits = [one.splice for one in answer.edits] if do in ("release", "ingest") else None
            if edits is not None:
                assert not edits_violations(state.geometry, state.context, reference.state.context, edits)
            allocator._check()
            assert allocator.state() == reference.state, (seed, do)
            assert allocator.ledger_size() == len(reference.state.ledger)
    assert min(released, let_go) > 10
    assert forgotten > 0


@pytest.mark.clause("REL-2")
def test_a_session_may_end_at_the_last_token() -> None:
    allocator = Allocator(Geometry((2, 2)), Params(w_max=6))
    allocator.load([(0, MAX_TOKEN - 8), (0, MAX_TOKEN - 6), (1, MAX_TOKEN - 4)])
    allocator.ingest(1, release=True)
    with pytest.raises(InvalidInput, match=r"CTX-4"):
        allocator.ingest(1, release=True)
    plan = allocator.release(MAX_TOKEN - 2)
    assert plan.released == MAX_TOKEN - 2
    assert allocator.positions() == [MAX_TOKEN - 2, MAX_TOKEN - 1]


def test_edits_of_a_release_compose_with_others_and_positions_stay() -> None:
    allocator = Allocator(Geometry((4, 4)), Params(w_max=20, cooldown_steps=0))
    allocator.load([(2, 0), (1, 16), (0, 20), (0, 24)])
    row = np.array(allocator.positions())
    step = allocator.step([1.0] + [0.0] * 9)
    both: Edits = step.edits.then(allocator.release(16).edits)
    assert both.gather().tolist() == [1, *range(2, 10)]
    assert row[both.gather()].tolist() == allocator.positions()
    assert allocator.release(16).edits == []


def test_a_release_in_a_batch_is_its_sessions_own() -> None:
    allocators = [Allocator(Geometry((4, 4)), Params(w_max=30)) for _ in range(2)]
    for one in allocators:
        one.load([(1, 0), (1, 4), (0, 8)])
    batch = Batch(allocators)
    batch.step(np.zeros((2, 6), np.float32))
    batch[0].release(4)
    rows = np.ones((2, 6), np.float32)
    assert [list(plan) for plan in batch.step(rows)] == [[("expand", 1, 4)], [("expand", 1, 0), ("expand", 1, 4)]]


def test_a_ledger_that_never_forgets_does_not_grow_where_nodes_leave() -> None:
    """With an endless cooldown, and with ties by the longest memory."""
    long = {"cooldown_steps": 2**31, "recency_memory": 2**31}
    for params in (Params(w_max=16, **long), Params(w_max=16, **long, strategy="enhanced", tie_break="recency")):
        allocator = Allocator(Geometry((2, 2)), params)
        allocator.load([(0, 0)])
        sizes = []
        for _ in range(300):
            allocator.step([2.0] * allocator.used)
            allocator.ingest(release=True)
            allocator.pin(allocator.context()[0].start, allocator.context()[0].start + 1, False, True)
            allocator._check()
            sizes.append(allocator.ledger_size())
        assert max(sizes) == max(sizes[:100]) > 0
        assert len(allocator._session().pins.expand) < 20
        assert allocator._session().state.nbytes < 50_000


def test_whether_to_let_go_is_a_truth_value() -> None:
    for allocator in (Allocator(), ReferenceAllocator()):
        allocator.open(Geometry(), Params(), [(1, 0)])
        with pytest.raises(InvalidInput, match="release = 1: must be True or False"):
            allocator.ingest(1, [0], release=1)  # type: ignore[arg-type]
    assert Pins() == allocator.pins()


# WHAT IS USED IN AN ALLOCATOR'S PLACE


def test_a_trace_has_what_was_let_go_and_reads_back(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    with Recorder(Allocator(), file) as user:
        user.open(Geometry((4, 4)), Params(w_max=8, protected_tokens=4), [(1, 0), (1, 4), (0, 8)])
        user.release(4)
        for _ in range(12):
            user.step(np.ones(user.used))
            user.ingest(1, release=True)
        user.step(np.ones(user.used))
        last = user.state()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        SCHEMA.validate(line)
    assert lines[1] == {"event": "release", "token": 4, "seconds": lines[1]["seconds"]}
    assert sum("released" in line for line in lines) > 3
    assert sum("release" in line for line in lines) == 12
    found = list(events(file))
    assert found[0].after.context == ((1, 4), (0, 8))
    assert found[-1].after == last
    assert not found[-1].release
    [scene] = traced(file)
    figures = play(scene, Contender("greedy", "greedy", {}))
    assert figures["budget use"] <= 1
    play(scene, Contender("knapsack", "knapsack", {}))
    for change, said in (
        ({"released": 5}, "REL-1"), ({"release": False}, "REL-4"), ({"release": 1}, "True or False"),
    ):  # fmt: skip
        at = next(i for i, line in enumerate(lines) if "released" in line)
        wrong = [*lines[:at], lines[at] | change, *lines[at + 1 :]]
        file.write_text("".join(json.dumps(line) + "\n" for line in wrong))
        with pytest.raises(InvalidInput, match=said):
            list(events(file))
    file.write_text("".join(json.dumps(line) + "\n" for line in [lines[0], lines[1] | {"token": 5}]))
    with pytest.raises(InvalidInput, match=r"line 2: token = 5: .* nearest is 4"):
        list(events(file))


def test_what_is_watched_forgets_what_left() -> None:
    watched = Telemetry(Guarded(Allocator(), Geometry((2, 2)), Params(w_max=12, tau_expand=0)))
    watched.open(Geometry((2, 2)), Params(w_max=12, tau_expand=0), [(2, 0), (1, 4), (0, 6)])
    watched.step([1.0, -1.0, 0.0, 0.0])
    watched.step([0.0] * watched.used)
    record_of = watched.release(int(watched.starts[1]))
    assert watched.last is not None
    assert (watched.last.call, watched.last.swaps, watched.last.residencies) == ("release", 0, (1,))
    assert list(record_of) == []
    for _ in range(300):
        watched.ingest(1, release=True)
        watched.step(np.random.default_rng(watched.iteration).normal(size=watched.used))
    assert len(watched._since) <= 24
    assert len(watched._latest) <= 24
    assert len(watched.residency().iterations) == len(watched.levels)


def test_twins_agree_on_what_is_let_go() -> None:
    twins = Twins()
    twins.open(Geometry((2, 2)), Params(w_max=6), [(0, 0), (0, 2)])
    answers = [twins.ingest(1, [0] * len(twins.positions()), release=True) for _ in range(20)]
    assert sum(answer.released is not None for answer in answers) > 3
    assert twins.release(twins.context()[0].start).released is None
