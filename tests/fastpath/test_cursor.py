"""A step that is told a cursor: the fast path against the reference, in every strategy and through every wrapper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, Geometry, Guarded, InvalidInput, Params, Recorder, Telemetry
from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels.calls import run_prepare
from focalloc.fastpath.tables import NAMES, Tables
from focalloc.fastpath.trace import events
from focalloc.proofs.engines.memory import session_with
from focalloc.proofs.sources import Source
from focalloc.refimpl.allocator import STRATEGIES, answered
from focalloc.spec import State, advanced, opened, violations
from focalloc.spec.blocks import end
from focalloc.spec.cursor import distance
from focalloc.spec.memory import leant
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE

SCORED = tuple(STRATEGIES)


def tokens_of(state: State) -> range:
    return range(state.context[0].start, state.end + 1)


def refined(rng: Random, state: State, **told: Any) -> State:
    params = replace(
        state.params,
        memory_shift=rng.choice((0, 0, 2)),
        lean=rng.choice((0, 1, 40, 2**20)),
        tie_break="cursor" if state.params.strategy == "enhanced" else "position",
        cursor_weight=rng.choice((0, 7, 2**20)) if state.params.strategy == "multi_objective" else 0,
        **told,
    )
    return replace(state, params=params)


@pytest.mark.clause("CUR-1", "TIE-1", "MUL-1", "MEM-3")
@pytest.mark.parametrize("strategy", SCORED)
def test_it_answers_as_the_reference_wherever_the_cursor_stands(strategy: str) -> None:
    rng, told = Random(f"cursor {strategy}"), 0
    for _ in range(150):
        state = refined(rng, random_state(rng, strategy, 3, [1, 2, 3]))
        fast = Allocator()
        fast.resume(state)
        for _ in range(4):
            row = random_scores(rng, state.geometry, state.context)
            row = [rng.choice((-9, 9, score)) for score in row] if rng.random() < 0.5 else row
            cursor = rng.choice((None, state.end, rng.choice(tokens_of(state)), rng.choice(tokens_of(state))))
            mine, theirs = list(fast.step(row, cursor=cursor)), answered(state.pointed(cursor), row)
            assert violations(state, row, mine, strategy, cursor) == []
            if strategy in ("greedy", "enhanced"):
                assert mine == theirs
            told += mine != answered(state, row)
            state = advanced(state, mine, row)
            assert fast.state() == state
            fast._check()
    assert told > 5


@pytest.mark.clause("TIE-1")
def test_among_many_ties_the_nearest_and_the_farthest_are_found() -> None:
    """Long contexts of equal scores, with more candidates than the cap on either side."""
    rng, geometry = Random(5), Geometry((2, 2, 2))
    for _ in range(60):
        blocks: list[tuple[int, int]] = []
        for start in range(0, 8 * 60, 8):
            level = rng.randrange(4)
            blocks += [(level, at) for at in range(start, start + 8, geometry.span(level))]
        params = Params(
            w_max=900, n_diff=rng.choice((1, 3, 8)), tau_expand=2, tau_collapse=2, tie_break="cursor",
            strategy="enhanced", cooldown_steps=rng.choice((1, 4)),
        )  # fmt: skip
        state = opened(geometry, params, blocks)
        fast = Allocator()
        fast.resume(state)
        for _ in range(5):
            row = [rng.choice((5, 5, 5, -5, 0)) for _ in range(state.used)]
            row = sorted(row) if rng.random() < 0.3 else row
            cursor = rng.choice(tokens_of(state))
            actions = list(fast.step(row, cursor=cursor))
            assert actions == answered(state.pointed(cursor), row)
            state = advanced(state, actions, row)


@pytest.mark.clause("CUR-1")
@pytest.mark.parametrize("strategy", SCORED)
def test_at_the_end_and_without_one_it_is_as_ever(strategy: str) -> None:
    rng = Random(f"end {strategy}")
    for _ in range(40):
        state = refined(rng, random_state(rng, strategy, 3, [1, 2, 3]))
        one, other = Allocator(), Allocator()
        one.resume(state)
        other.resume(state)
        for _ in range(3):
            row = random_scores(rng, state.geometry, one.context())
            end = one.state().end
            assert one.step(row) == other.step(row, cursor=end)
        assert one.snapshot() == other.snapshot()


def test_no_cursor_is_kept_for_the_next_step() -> None:
    params = Params(w_max=64, strategy="enhanced", tie_break="cursor", n_diff=1)
    allocator = Allocator(Geometry((2, 2)), params)
    allocator.load([(1, 0), (1, 2), (1, 4)])
    assert [one.start for one in allocator.step([0.5] * 3, cursor=0)] == [0]
    assert [one.start for one in allocator.step([0.5] * 4)] == [4]


@pytest.mark.clause("CUR-1")
@pytest.mark.parametrize("strategy", SCORED)
@pytest.mark.parametrize("cursor", [-1, 3, 9, 2**63, 2**70, True, 4.0, "4", [4], float("nan"), np.array([4, 5])])
def test_a_cursor_off_the_context_is_refused_and_nothing_changes(strategy: str, cursor: Any) -> None:
    for allocator in (Allocator(params=Params(strategy=strategy)), Guarded(lambda view, scores: [], strategy=strategy)):
        allocator.open(Geometry((2, 2)), replace(allocator.params, memory_shift=1), [(1, 4), (1, 6)])
        before = allocator.snapshot()
        with pytest.raises(InvalidInput, match=r"^cursor = .*(from 4 to 8|an integer) \(CUR-1\)$"):
            allocator.step([0.5, 0.5], cursor=cursor)
        assert allocator.snapshot() == before
        allocator.step([0.5, 0.5], cursor=np.int32(4))


# KERNELS


@pytest.mark.clause("CUR-1")
def test_the_kernels_find_what_holds_a_token_and_measure_as_the_spec() -> None:
    rng, code = Random(8), Source.of(kernels).python
    for seed in range(80):
        state = random_state(rng, "greedy", 3, [1, 2, 3])
        if seed == 0:  # far more than are counted one by one, and hardly a family among them
            state = opened(Geometry((2, 3)), Params(w_max=900), [(2, 6 * i) for i in range(300)] + [(0, 1800)])
        tables = Tables(state.geometry, state.params, state.context)
        lists = {name: tables.table(name).tolist() for name in NAMES}
        session = session_with(**lists, header=tables.state[: k.HEADER].tolist(), tags=tables.tags.tolist())
        slot = 0
        for block in state.context:
            for token in range(block.start, end(state.geometry, block)):
                assert code["slot_holding"](session, token) == slot
                assert code["slot_at"](session, token) == (slot if token == block.start else -1)
                node = block.start * k.LEVELS + block.level
                near = code["distance"](session.header, state.end - token, node)
                assert near == distance(state.geometry, block, state.end - token)
            slot += state.geometry.slots(block.level)
        assert code["slot_holding"](session, state.end) == slot == state.used
        for token in (-1, tokens_of(state)[0] - 1, state.end, 2**60):
            assert code["slot_at"](session, token) == -1


@pytest.mark.clause("MEM-3")
def test_the_kernels_lean_to_any_token() -> None:
    rng = Random(11)
    for _ in range(120):
        state = random_state(rng, "greedy", 3, [1, 2, 3])
        lean = rng.choice((1, 1000, SCORE_LIMIT - 1))
        state = replace(state, params=replace(state.params, lean=lean, memory_shift=0, balance=0))
        fast = Allocator()
        fast.resume(state)
        row = [rng.randrange(1 - SCORE_LIMIT, SCORE_LIMIT) for _ in range(state.used)]
        cursor = rng.choice(tokens_of(state))
        tables = fast._session()
        assert run_prepare(np.array(row, np.int64), tables.tags, tables.scratch, tables.state, cursor) == 0
        assert tables.scratch[: state.used].tolist() == leant(state.geometry, state.context, row, lean, cursor)


# AROUND AN ALLOCATOR

CURSORED = Params(w_max=64, strategy="enhanced", tie_break="cursor", n_diff=1)
LEANING = Params(w_max=64, n_diff=1, lean=SCORE_SCALE)
TINY, GISTS = Geometry((2, 2)), [(1, 0), (1, 2), (1, 4)]


def test_wrappers_pass_it_on(tmp_path: Path) -> None:
    lost: list[int | None] = []

    def none(view: Any, scores: Any) -> list[Any]:
        lost.append(view.cursor)
        return [("expand", 9, 9)]

    for made in (Telemetry(Allocator()), Guarded(none), Recorder(Allocator(), tmp_path / "one.jsonl")):
        made.open(TINY, CURSORED, GISTS)
        assert [one.start for one in made.step([0.5] * 3, cursor=1)] == [0]
        assert [one.start for one in made.step([0.5] * 4)] == [4]
    assert lost == [1, None]


def test_an_object_under_guard_is_told_if_it_can_be() -> None:
    inside = Allocator()
    guarded = Guarded(inside)
    guarded.open(TINY, CURSORED, GISTS)
    assert [one.start for one in guarded.step([0.5] * 3, cursor=1)] == [0]

    class Plain:
        def open(self, *_: object) -> None: ...

        def step(self, scores: Any) -> list[Any]:
            return []

    guarded = Guarded(Plain())
    guarded.open(TINY, CURSORED, GISTS)
    assert list(guarded.step([0.5] * 3, cursor=1)) == []
    assert not guarded.fallbacks


def test_a_trace_has_it_and_reads_it_back(tmp_path: Path) -> None:
    with Recorder(Allocator(), tmp_path / "t.jsonl") as recorder:
        recorder.open(TINY, CURSORED, GISTS)
        recorder.step([0.5] * 3, cursor=np.int64(1))
        recorder.step([0.5] * 4)
    assert [event.cursor for event in events(tmp_path / "t.jsonl")] == [1, None]
    text = (tmp_path / "t.jsonl").read_text("utf-8")
    for wrong, why in (("7", "CUR-1"), ("-1", "must lie"), ("true", "must be an integer")):
        (tmp_path / "w.jsonl").write_text(text.replace('"cursor":1', f'"cursor":{wrong}'), "utf-8")
        with pytest.raises(InvalidInput, match=f"line 2: cursor = .*{why}"):
            list(events(tmp_path / "w.jsonl"))


@pytest.mark.clause("MEM-3")
def test_a_batch_takes_one_for_each_session() -> None:
    rows = np.full((4, 64), 0.0, np.float32)

    def four() -> list[Allocator]:
        made = [Allocator() for _ in range(4)]
        for one in made:
            one.open(TINY, LEANING, GISTS)
        return made

    batch = Batch(four(), threads=2)
    cursors: list[Any] = [0, None, 99, 3]
    plans = batch.step(rows, cursors=cursors)
    alone = four()
    for i in (0, 1, 3):
        assert plans[i] == alone[i].step(rows[i, :3], cursor=cursors[i])
    refusal = plans[2]
    assert isinstance(refusal, InvalidInput)
    assert "CUR-1" in str(refusal)
    assert batch[2].iteration == 0
    assert [one.start for i in (0, 1, 3) for one in plans[i]] == [0, 4, 0]  # type: ignore[union-attr]
    several = batch.step([[0.0] * batch[i].used for i in range(4)], cursors=[None, 1, 2, "x"])  # type: ignore[list-item]
    assert isinstance(several[3], InvalidInput)
    assert [one.iteration for one in batch] == [2, 2, 1, 1]
    for wrong in ([None] * 3, 5, "abcd", iter([None] * 4), dict.fromkeys(range(4)), {0, 1, 2, 3}):
        with pytest.raises(InvalidInput, match=r"cursors = .*one for each of 4 sessions"):
            batch.step(rows, cursors=wrong)  # type: ignore[arg-type]
    assert [one.iteration for one in batch] == [2, 2, 1, 1]
