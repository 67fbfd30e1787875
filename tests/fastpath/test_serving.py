"""The serving example runs on the real document, keeps every rule, and its focus goes where the question points."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from focalloc import violations
from focalloc.conformance.recorded import Document, Lens, default_document
from focalloc.spec.blocks import positions
from focalloc.spec.state import advanced


@pytest.fixture(scope="module")
def example(script: Callable[[Path], ModuleType]) -> ModuleType:
    return script(Path(__file__).with_name("serving_example.py"))


@pytest.fixture(scope="module")
def lens(example: ModuleType) -> Lens:
    return Lens(default_document(), example.GEOMETRY)


TURNS = 120


@pytest.mark.parametrize("threads", [1, 2])
def test_the_example_keeps_every_rule(
    example: ModuleType, lens: Lens, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = example.opened(lens, 5)
    # looked at from within: the batch's step is where each session's state and scores meet
    batch_step = example.Batch.step
    seen: list[Any] = []

    def step(batch: Any, scores: Any) -> Any:
        before = [(session.allocator.state(), scores[i].copy()) for i, session in enumerate(sessions)]
        plans = batch_step(batch, scores)
        seen.append((before, plans))
        return plans

    monkeypatch.setattr(example.Batch, "step", step)
    actions = 0
    for number, turn in enumerate(example.serve(sessions, TURNS, threads)):
        before, plans = seen[-1]
        for session, one, plan, (state, scores) in zip(sessions, turn, plans, before, strict=True):
            assert one.plan == plan
            assert session.allocator.state() == advanced(state, list(plan))
            at = positions(example.GEOMETRY, session.allocator.context())
            assert (one.positions + session.origin).tolist() == at
            assert session.allocator.used <= example.PARAMS.w_max
            if number % 10 == 0:
                assert violations(state, scores[: state.used].tolist(), list(plan), "greedy") == []
            actions += len(plan)
    assert actions > TURNS, "a focus that hardly moves would show little"
    for session in sessions:
        first, end = session.allocator.context()[0].start, session.allocator.state().end
        assert end - first == (TURNS + 1) * 32


def test_the_focus_goes_where_the_question_points(example: ModuleType, lens: Lens) -> None:
    sessions = example.opened(lens, 3)
    for _ in example.serve(sessions, TURNS):
        pass
    for session in sessions:
        relevance = lens.relevance(session.query)
        state = session.allocator.state()
        settled = [block for block in state.context if block.start < state.end - example.PARAMS.protected_tokens]
        raw = [relevance[block.start // 32] for block in settled if block.level == 0]
        covered = relevance[settled[0].start // 32 : settled[-1].start // 32 + 1]
        assert raw
        assert sum(raw) / len(raw) > 2 * sum(covered) / len(covered)


@pytest.mark.clause("EDI-2")
@pytest.mark.parametrize("turns", [200, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_cache_that_follows_the_edits_is_that_of_the_context(example: ModuleType, lens: Lens, turns: int) -> None:
    if lens.blocks < turns + 2 * 32:  # the document, read again and again
        text = (lens.document.text + "\n") * (turns // lens.blocks + 1)
        lens = Lens(Document("again and again", text), example.GEOMETRY)
    sessions = example.opened(lens, 2)
    caches = [session.positions().copy() for session in sessions]
    reclaims = 0
    for turn in example.serve(sessions, turns):
        for i, one in enumerate(turn):
            cache = caches[i][one.edits.gather()]
            for edit in one.edits:
                cache[edit.at : edit.at + edit.after] = one.positions[edit.at : edit.at + edit.after]
            assert np.array_equal(cache, one.positions)
            assert np.array_equal(cache[: one.edits.first_changed], caches[i][: one.edits.first_changed])
            caches[i] = cache
            reclaims += any(edit.after < edit.before for edit in one.edits)
    assert reclaims > turns / 10, "a focus that hardly moves would show little"
