"""What the benchmark of slots computed anew claims to reach, whatever the document that this Python carries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from focalloc.conformance.recorded import Session


@pytest.fixture(scope="module")
def benchmark_of_slots(script: Callable[[Path], ModuleType]) -> ModuleType:
    return script(Path(__file__).parents[2] / "benchmarks" / "recomputed.py")


def test_room_made_ahead_saves_three_quarters_and_loses_nothing_that_is_asked_for(
    benchmark_of_slots: ModuleType,
) -> None:
    module, session = benchmark_of_slots, Session()
    today, better = (
        module.read_then_asked(session, setting)
        for setting in module.READ_THEN_ASKED
        if setting.name in ("today", "reclaim_ahead 4")
    )
    assert better.anew <= module.MOST * today.anew
    assert better.relevance >= module.LEAST * today.relevance


def test_the_front_is_what_nothing_beats(benchmark_of_slots: ModuleType) -> None:
    points = [(1.0, 1.0), (0.5, 1.0), (0.4, 0.9), (0.45, 0.8), (0.4, 0.9)]
    assert benchmark_of_slots.unbeaten(points) == [1, 2, 4]


def test_a_row_of_scores_is_what_the_lens_says(benchmark_of_slots: ModuleType) -> None:
    session = Session()
    question = benchmark_of_slots.asked(session, session.queries[1])
    allocator = benchmark_of_slots.Setting("").opened(session)
    for _ in range(30):
        allocator.ingest(8, question.row(allocator))
        allocator.step(question.row(allocator))
        assert question.row(allocator).tolist() == question.focus.scores(allocator.context())
    assert {0, 1, 2} <= set(allocator.levels.tolist())


@pytest.mark.slow
def test_a_quarter_at_most_is_computed_anew_where_the_document_is_read_with_a_question_in_mind(
    benchmark_of_slots: ModuleType,
) -> None:
    module, session = benchmark_of_slots, Session()
    today, better = (module.asked_while_reading(session, module.ASKED_WHILE_READING[number]) for number in (0, -1))
    assert better.anew <= module.MOST * today.anew
    assert better.relevance >= module.LEAST * today.relevance
    assert better.utility >= module.LEAST * today.utility
