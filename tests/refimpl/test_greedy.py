"""The reference greedy and ingest, held against the judge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import (
    Action,
    Geometry,
    InvalidInput,
    NoRoom,
    Params,
    State,
    advanced,
    ingested,
    opened,
    reclaim_violations,
    violations,
)
from focalloc.spec.blocks import Block, used
from focalloc.spec.candidates import possible_actions
from focalloc.spec.ingest import sufficient_budget

GEOMETRIES = [
    Geometry((2, 2)),
    Geometry((2, 2, 2)),
    Geometry((3, 2), (2, 3, 4)),
    Geometry((4, 3, 3), (1, 1, 2, 4)),
    Geometry((2,), (1, 1)),
    Geometry((3, 2, 2), (1, 2, 3, 5)),
]


@st.composite
def states(draw: st.DrawFn, most_top: int = 3) -> State:
    """A state before its first iteration: a random cut through a few top-level nodes, ragged edges included."""
    geometry = draw(st.sampled_from(GEOMETRIES))
    first = draw(st.integers(0, 2))
    nodes = [
        Block(geometry.top, (first + i) * geometry.span(geometry.top)) for i in range(draw(st.integers(1, most_top)))
    ]
    blocks: list[Block] = []
    for node in nodes:
        blocks += draw(cuts(geometry, node))
    blocks = blocks[draw(st.integers(0, 1)) :] or blocks
    blocks = blocks[: len(blocks) - draw(st.integers(0, 1))] or blocks
    full = used(geometry, blocks)
    params = Params(
        w_max=max(1, full + draw(st.integers(-3, 8))),
        n_diff=draw(st.integers(0, 5)),
        tau_expand=draw(st.integers(0, 2)),
        tau_collapse=draw(st.integers(0, 2)),
        cooldown_steps=draw(st.sampled_from([0, 1, 2, 3, 7])),
        protected_tokens=draw(st.sampled_from([0, 0, 1, 4, 9])),
        w_soft=draw(st.integers(0, max(1, full - 3))),
        soft_margin=draw(st.integers(0, 3)),
    )
    return opened(geometry, params, blocks)


@st.composite
def cuts(draw: st.DrawFn, geometry: Geometry, node: Block) -> list[Block]:
    if node.level == 0 or draw(st.booleans()):
        return [node]
    level = node.level - 1
    children = [Block(level, node.start + i * geometry.span(level)) for i in range(geometry.fanout(node.level))]
    return [block for child in children for block in draw(cuts(geometry, child))]


def score_rows(state: State) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(-5, 5), min_size=state.used, max_size=state.used)


@given(st.data())
def test_the_reference_conforms_to_the_greedy_profile(data: st.DataObject) -> None:
    state = data.draw(states())
    allocator = ReferenceAllocator()
    allocator.open(state.geometry, state.params, state.context)
    for _ in range(data.draw(st.integers(1, 8))):
        scores = data.draw(score_rows(state))
        if data.draw(st.integers(0, 4)) == 0:
            answer = try_ingest(allocator, scores)
            assert reclaim_violations(state, scores, 1, answer, "greedy") == []
            state = state if answer is None else ingested(state, answer, 1)
        else:
            answer = allocator.step(scores)
            assert violations(state, scores, answer, "greedy") == []
            state = advanced(state, answer)
        assert allocator.state == state


def try_ingest(allocator: ReferenceAllocator, scores: list[int]) -> list[Action] | None:
    try:
        return allocator.ingest(1, scores)
    except NoRoom:
        return None


def answers(state: State) -> Iterator[tuple[Action, ...]]:
    """Every sequence of distinct actions that could be an answer, conforming or not."""
    possible = possible_actions(state.geometry, set(state.context))
    for length in range(min(state.params.n_diff, len(possible)) + 1):
        yield from permutations(possible, length)


@pytest.mark.clause("GRE-1", "GRE-2", "GRE-3", "GRE-4", "GRE-5", "GRE-6")
@given(st.data())
def test_exactly_one_answer_conforms_and_it_is_the_references(data: st.DataObject) -> None:
    state = data.draw(states(most_top=2))
    assume(len(possible_actions(state.geometry, set(state.context))) <= 5)
    scores = data.draw(score_rows(state))
    allocator = ReferenceAllocator()
    allocator.open(state.geometry, state.params, state.context)
    conforming = [answer for answer in answers(state) if not violations(state, scores, answer, "greedy")]
    assert conforming == [tuple(allocator.step(scores))]


@pytest.mark.clause("ING-3")
@given(st.data())
def test_ingest_cannot_fail_above_the_sufficient_budget(data: st.DataObject) -> None:
    state = data.draw(states())
    tokens = state.end - state.context[0].start
    enough = sufficient_budget(state.geometry, state.params, tokens)
    allocator = ReferenceAllocator()
    allocator.open(state.geometry, Params(**{**state.params.to_dict(), "w_max": enough, "w_soft": 0}), state.context)  # type: ignore[arg-type]
    for _ in range(data.draw(st.integers(0, 4))):
        allocator.step(data.draw(score_rows(allocator.state)))
    allocator.ingest(1, data.draw(score_rows(allocator.state)))


def test_calls_that_are_refused_leave_the_state_alone() -> None:
    allocator = ReferenceAllocator()
    with pytest.raises(InvalidInput, match="open"):
        allocator.step([0])
    allocator.open(Geometry((2, 2)), Params(w_max=2), [(2, 0)])
    before = allocator.state
    with pytest.raises(InvalidInput, match="SCO-2"):
        allocator.step([0, 0])
    with pytest.raises(InvalidInput, match=r"scores\[0\]"):
        allocator.step([2**31])
    with pytest.raises(InvalidInput, match="blocks"):
        allocator.ingest(0, [0])
    with pytest.raises(NoRoom, match="needs 1 more slots but legal collapses can free only 0"):
        allocator.ingest(1, [0])
    with pytest.raises(InvalidInput, match="context"):
        allocator.open(Geometry((2, 2)), Params(), [(2, 1)])
    assert allocator.state is before


@pytest.mark.clause("ING-3")
def test_a_refused_ingest_says_what_is_needed_and_what_all_legal_collapses_free() -> None:
    allocator = ReferenceAllocator()
    allocator.open(Geometry((2, 2)), Params(w_max=5), [(1, 0), (1, 2), (0, 4)])
    with pytest.raises(NoRoom, match="needs 3 more slots but legal collapses can free only 2"):
        allocator.ingest(2, [0] * 4)


def test_the_seeds_defaults_on_the_usual_geometry() -> None:
    allocator = ReferenceAllocator()
    allocator.open(Geometry(), Params(), [(2, 0), (1, 1024), (0, 1056)])
    scores = [0, 838860, *[-48000] * 32]
    assert allocator.step(scores) == [("expand", 1, 1024)]
    assert allocator.context() == ((2, 0), (0, 1024), (0, 1056))
    assert allocator.positions()[1] == 1024
