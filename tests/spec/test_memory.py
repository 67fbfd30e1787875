"""Running means of scores and their lean to the end, judged on examples small enough to work by hand.

Arity (2, 2), one slot per unit: every expand costs one slot.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.refimpl.allocator import ReferenceAllocator
from focalloc.refimpl.preparation import lean, remember
from focalloc.spec import Action, Geometry, InvalidInput, Params, State, advanced, ingested, opened, violations
from focalloc.spec.blocks import Block
from focalloc.spec.memory import inherited, leant, misaveraged, misinherited, misleant, moved, told
from focalloc.spec.scores import SCORE_LIMIT
from focalloc.spec.state import acted, released, seen
from focalloc.spec.violations import PROFILES

TINY = Geometry((2, 2))
PARAMS = Params(w_max=8, tau_expand=5, tau_collapse=5, n_diff=2, memory_shift=2)
GISTS = [(1, 0), (1, 2), (1, 4), (1, 6)]

SCORES = st.integers(1 - SCORE_LIMIT, SCORE_LIMIT - 1)
SHIFTS = st.integers(1, 16)


def state(context: Any, *memory: int, **change: Any) -> State:
    return replace(opened(TINY, replace(PARAMS, **{"w_soft": 0, **change}), context), memory=memory)


def found(before: State, scores: list[int], actions: list[tuple[str, int, int]], profile: str = "greedy") -> list[str]:
    return [one.clause for one in violations(before, scores, actions, profile)]


# MEANS


@pytest.mark.clause("MEM-1")
@pytest.mark.parametrize(
    ("memory", "scores", "shift", "after"),
    [
        ((), [7, -7], 2, (7, -7)),
        ((8,), [8, 3], 2, (8, 3)),
        ((0, 0, 0, 0), [4, 3, -1, -4], 2, (1, 0, -1, -1)),
        ((100, -100), [0, 0], 16, (99, -100)),
        ((SCORE_LIMIT - 1, 1 - SCORE_LIMIT), [1 - SCORE_LIMIT, SCORE_LIMIT - 1], 1, (0, 0)),
    ],
)
def test_a_mean_moves_by_the_floor_of_its_part(
    memory: tuple[int, ...], scores: list[int], shift: int, after: tuple[int, ...]
) -> None:
    assert told(memory, scores, shift) == tuple(remember(memory, scores, shift)) == after
    assert misaveraged(memory, scores, shift, after) == []
    [wrong] = misaveraged(memory, scores, shift, (*after[:-1], after[-1] + 1))
    assert (wrong.clause, wrong.where) == ("MEM-1", len(after) - 1)


@pytest.mark.clause("MEM-1")
@given(SCORES, st.lists(SCORES, max_size=9), SHIFTS)
def test_a_mean_lies_among_what_it_was_told(first: int, scores: list[int], shift: int) -> None:
    mean = first
    for score in scores:
        mean = moved(mean, score, shift)
    assert min(first, *scores, first) <= mean <= max(first, *scores, first)


@pytest.mark.clause("MEM-1")
@given(SCORES, SCORES, st.integers(1, 8))
def test_a_row_that_becomes_constant_is_reached_from_above_and_nearly_from_below(mean: int, score: int, s: int) -> None:
    for _ in range(32 * 2**s):
        mean = moved(mean, score, s)
    assert moved(mean, score, s) == mean
    assert 0 <= score - mean < 2**s


@pytest.mark.clause("MEM-1")
def test_the_judge_goes_by_what_is_remembered() -> None:
    before = state(GISTS, 4, 0, 0, 0)
    hot = [16, 16, 0, 0]  # means of 7 and 4, of which one is above the threshold
    assert found(before, hot, [("expand", 1, 0)]) == []
    assert "THR-1" in found(before, hot, [("expand", 1, 0), ("expand", 1, 2)])
    assert found(replace(before, memory=()), hot, [("expand", 1, 0), ("expand", 1, 2)]) == []
    assert found(before, hot, [], "safety") == []


# INHERITANCE


@pytest.mark.clause("MEM-2")
def test_children_inherit_and_a_gist_remembers_its_family_on_average() -> None:
    one = state([(1, 0), (1, 2), (0, 4), (0, 6)], 5, -7, 1, 2, 3, 4)
    assert acted(one, Action("expand", 1, 0)).memory == (5, 5, -7, 1, 2, 3, 4)
    assert acted(one, Action("collapse", 1, 4)).memory == (5, -7, 1, 3, 4)
    assert acted(one, Action("collapse", 2, 0)).memory == (-1, 1, 2, 3, 4)
    answer = [Action("expand", 1, 0), Action("collapse", 1, 6)]
    context, memory = advanced(one, answer).context, advanced(one, answer).memory
    assert memory == (5, 5, -7, 1, 2, 3)
    assert misinherited(TINY, one.context, one.memory, answer, context, memory) == []
    for wrong in ((*memory[:-1], 4), memory[:-1], (*memory, 0)):
        [broken] = misinherited(TINY, one.context, one.memory, answer, context, wrong)
        assert (broken.clause, broken.where) == ("MEM-2", min(5, len(wrong)) if len(wrong) != 7 else 6)


@pytest.mark.clause("MEM-2")
def test_the_row_is_told_before_it_is_inherited() -> None:
    before = state(GISTS, 4, 0, 0, 0)
    assert advanced(before, [Action("expand", 1, 0)], [16, 16, 0, -1]).memory == (7, 7, 4, 0, -1)
    assert advanced(before, [Action("expand", 1, 0)]).memory == (4, 4, 0, 0, 0), "an iteration by logits"


@pytest.mark.clause("MEM-2")
def test_what_is_new_remembers_nothing_and_does_not_count() -> None:
    one = state([(1, 0)], 9)
    longer = ingested(one, [], 3)
    assert longer.memory == (9,)
    assert ingested(longer, [Action("collapse", 1, 2)], 1).memory == (9,)
    both = ingested(longer, [Action("collapse", 1, 2), Action("collapse", 2, 0)], 1)
    assert (both.context[0], both.memory) == (Block(2, 0), (9,))
    none = ingested(longer, [Action("collapse", 1, 4), Action("collapse", 1, 6), Action("collapse", 2, 4)], 1)
    assert none.memory == (9,)
    assert advanced(none, [], [1] * none.used).memory == (7, *[1] * (none.used - 1))


@pytest.mark.clause("MEM-2")
def test_what_leaves_takes_its_memory_along() -> None:
    one = state([(1, 0), (0, 2), (1, 4), (0, 6)], 9, 8, 7, 6)
    assert released(one, 2).memory == (8, 7, 6)
    assert released(one, 4).memory == (6,)
    assert released(one, 6).memory == ()
    assert ingested(one, [], 1, 2).memory == (8, 7, 6)
    assert ingested(one, [Action("collapse", 1, 2)], 1, 2).memory == (7, 6)


@pytest.mark.clause("MEM-2")
def test_several_slots_of_a_gist_remember_alike() -> None:
    geometry = Geometry((2, 2), (2, 3, 5))
    one = replace(opened(geometry, PARAMS, [(1, 0), (1, 2), (2, 4)]), memory=(1, 2, 3, 4, 5, 7, 0, 0, 0, 0, -1))
    assert acted(one, Action("collapse", 2, 0)).memory == (3, 3, 3, 3, 3, 0, 0, 0, 0, -1)
    assert acted(one, Action("expand", 2, 4)).memory == (1, 2, 3, 4, 5, 7, *[-1] * 6)
    assert acted(one, Action("expand", 1, 0)).memory == (2, 2, 2, 2, 4, 5, 7, 0, 0, 0, 0, -1)


@pytest.mark.clause("MEM-2")
def test_without_memory_nothing_is_kept() -> None:
    one = state(GISTS, memory_shift=0)
    assert advanced(one, [Action("expand", 1, 0)], [9] * 4).memory == ()
    assert inherited(TINY, one.context, (), [Action("expand", 1, 0)], one.context) == ()


# LEAN


@pytest.mark.clause("MEM-3")
def test_the_lean_is_halved_for_each_smallest_span_before_the_end() -> None:
    one = state([(2, 0), (1, 4), (0, 6), (1, 8), (1, 10)], lean=100, memory_shift=0)
    row = [0, 0, 1, -1, 0, SCORE_LIMIT - 50]
    after = [6, 12, 26, 24, 50, SCORE_LIMIT - 1]
    assert leant(TINY, one.context, row, 100, one.end) == lean(one, row) == seen(one, row) == after
    assert misleant(TINY, one.context, row, 100, one.end, after) == []
    [wrong] = misleant(TINY, one.context, row, 100, one.end, [*after[:3], 25, *after[4:]])
    assert (wrong.clause, wrong.where) == ("MEM-3", 3)


@pytest.mark.clause("MEM-3")
def test_far_from_the_end_nothing_leans() -> None:
    blocks = [(0, 2 * i) for i in range(40)]
    row = leant(TINY, opened(TINY, PARAMS, blocks).context, [0] * 80, SCORE_LIMIT - 1, 80)
    assert row == lean(state(blocks, lean=SCORE_LIMIT - 1), [0] * 80)
    assert row[:18] == [0] * 18
    assert row[18:20] == [1, 1]
    assert row == sorted(row)
    assert row[-1] == SCORE_LIMIT - 1


@pytest.mark.clause("MEM-1", "MEM-3", "BAL-1")
def test_means_lean_and_are_balanced_in_this_order_and_remembered_as_they_were() -> None:
    one = state([(1, 0), (1, 2)], 0, -20, lean=8, balance=1)
    assert list(seen(one, [0, -20])) == [4, -3]  # from 4 and -12, which is scaled by a little less than a third
    assert advanced(one, [], [0, -20]).memory == (0, -20)


# EVERY STRATEGY


@pytest.mark.clause("MEM-1", "MEM-2", "MEM-3")
@pytest.mark.parametrize("profile", [one for one in PROFILES if one != "safety"])
def test_they_come_before_this_strategy_too(profile: str) -> None:
    def answered(*rows: list[int], **change: Any) -> list[Action]:
        params = replace(PARAMS, strategy=profile, n_diff=1, cooldown_steps=0, **change)
        allocator = ReferenceAllocator()
        allocator.open(TINY, params, GISTS)
        for row in rows:
            before, answer = allocator.state, list(allocator.step(row))
            assert violations(before, row, answer, profile) == []
        return answer

    hot, cold = [0, 80, 0, 0], [0, -20, -20, 0, 0]
    assert answered(hot, memory_shift=0) == answered(hot) == [Action("expand", 1, 2)]
    assert answered(hot, cold, memory_shift=0) == [Action("collapse", 1, 2)]
    assert answered(hot, cold) == []
    assert answered([0] * 4, lean=30) == [Action("expand", 1, 6)]


@pytest.mark.clause("MEM-1")
def test_a_refused_row_is_not_remembered() -> None:
    allocator = ReferenceAllocator()
    allocator.open(TINY, PARAMS, GISTS)
    allocator.step([1] * 4)
    with pytest.raises(InvalidInput):
        allocator.step([9, 9, 9, SCORE_LIMIT])
    assert allocator.state.memory == (1,) * 4
    allocator.ingest(1, [9] * 4)
    assert allocator.state.memory == (1,) * 4, "an ingest tells nothing"
