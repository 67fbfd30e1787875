"""The reference with a cursor, judged by the spec, on sessions at random."""

from __future__ import annotations

from random import Random

import pytest

from focalloc.refimpl.allocator import STRATEGIES, ReferenceAllocator
from focalloc.refimpl.distance import distance
from focalloc.spec import Geometry, InvalidInput, Params, opened, violations
from focalloc.spec import cursor as judge
from focalloc.spec.blocks import Block

GEOMETRIES = (Geometry((2, 2)), Geometry((3, 2), (1, 2, 3)), Geometry((2, 3), (1, 1, 1)))
TOLD: dict[str, dict[str, object]] = {
    "enhanced": {"tie_break": "cursor"},
    "multi_objective": {"cursor_weight": 6, "churn_weight": 1},
}


def session(random: Random, strategy: str) -> ReferenceAllocator:
    geometry = random.choice(GEOMETRIES)
    span, allocator = geometry.span(2), ReferenceAllocator()
    blocks = []
    for start in range(span, 5 * span, span):
        level = random.randrange(3)
        blocks += [(level, at) for at in range(start, start + span, geometry.span(level))]
    told = {"lean": random.choice((0, 4)), "memory_shift": random.choice((0, 1)), **TOLD.get(strategy, {})}
    params = Params(
        w_max=30, n_diff=2, tau_expand=1, tau_collapse=1, cooldown_steps=1, strategy=strategy, **told  # type: ignore[arg-type]
    )  # fmt: skip
    allocator.open(geometry, params, blocks)
    return allocator


@pytest.mark.clause("CUR-1", "TIE-1", "MUL-1", "MEM-3")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_its_answers_conform_wherever_the_cursor_stands(strategy: str) -> None:
    random, moved = Random(strategy), 0
    for _ in range(30):
        allocator = session(random, strategy)
        for _ in range(4):
            state = allocator.state
            cursor = random.choice((None, state.end, random.randrange(state.context[0].start, state.end)))
            row = [random.choice((-3, 3, 3, 0)) for _ in range(state.used)]
            answer = list(allocator.step(row, cursor=cursor))
            assert violations(state, row, answer, strategy, cursor) == []
            moved += bool(violations(state, row, answer, strategy))
    assert moved > 3


@pytest.mark.clause("CUR-1")
def test_a_cursor_off_the_context_is_refused_and_nothing_changes() -> None:
    allocator = session(Random(1), "greedy")
    before = allocator.state
    for senseless in (before.context[0].start - 1, before.end + 1, "here", 4.0, True):
        with pytest.raises(InvalidInput, match="CUR-1"):
            allocator.step([0] * before.used, cursor=senseless)  # type: ignore[arg-type]
        assert allocator.state is before


@pytest.mark.clause("CUR-1")
def test_a_cursor_at_the_end_is_none() -> None:
    mine, other = (session(Random(7), "enhanced") for _ in range(2))
    assert list(mine.step([3] * mine.state.used, cursor=mine.state.end)) == list(other.step([3] * other.state.used))
    assert mine.state == other.state


@pytest.mark.clause("CUR-1")
def test_its_distance_is_the_judges() -> None:
    for geometry in GEOMETRIES:
        context = opened(geometry, Params(), [(2, 0), (2, geometry.span(2))]).context
        for cursor in range(judge.end(geometry, context[-1]) + 1):
            for level in range(3):
                node = Block(level, geometry.span(level))
                assert distance(geometry, node, cursor) == judge.distance(geometry, node, cursor)
