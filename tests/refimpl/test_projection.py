"""The reference projection, held against the judge and against all subsets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.projection import preferred_choices, project
from focalloc.spec import Action, Geometry, InvalidInput, Params, State, advanced, opened, violations
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, used
from focalloc.spec.cooldown import Entry
from focalloc.spec.projection import LARGEST_LOGIT, checked_logits, violations_of_projection

GEOMETRIES = [Geometry((2, 2)), Geometry((2, 2, 2)), Geometry((3, 2), (2, 3, 4)), Geometry((4, 3), (1, 1, 2))]


@st.composite
def cuts(draw: st.DrawFn, geometry: Geometry, node: Block) -> list[Block]:
    if node.level == 0 or not draw(st.booleans()):
        return [node]
    return [block for child in family(geometry, node) for block in draw(cuts(geometry, child))]


@st.composite
def states(draw: st.DrawFn) -> State:
    geometry = draw(st.sampled_from(GEOMETRIES))
    top = geometry.span(geometry.top)
    blocks = [
        block for i in range(draw(st.integers(1, 2))) for block in draw(cuts(geometry, Block(geometry.top, i * top)))
    ]
    params = Params(
        w_max=max(1, used(geometry, blocks) + draw(st.integers(-4, 6))),
        n_diff=draw(st.integers(0, 4)),
        cooldown_steps=draw(st.sampled_from([0, 2, 3])),
        protected_tokens=draw(st.sampled_from([0, 0, 3])),
        strategy="projection",
    )
    return opened(geometry, params, blocks)


LOGIT = st.sampled_from([0, 0, 1, -1, 2, 3, LARGEST_LOGIT, -LARGEST_LOGIT]) | st.integers(-9, 9)


def logit_rows(state: State) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    return st.lists(st.tuples(LOGIT, LOGIT, LOGIT), min_size=len(state.context), max_size=len(state.context))


@pytest.mark.clause("PRO-2", "PRO-3", "PRO-4", "PRO-5", "PRO-6", "KNA-5")
@given(st.data())
def test_any_logits_at_all_give_an_answer_that_conforms(data: st.DataObject) -> None:
    state = data.draw(states())
    for _ in range(data.draw(st.integers(1, 4))):
        logits = data.draw(logit_rows(state))
        answer = project(state, logits)
        assert violations(state, [0] * state.used, answer, "safety") == []
        assert violations_of_projection(state, logits, answer) == []
        state = advanced(state, answer)


@given(st.data())
def test_driven_by_scores_it_conforms_to_its_profile(data: st.DataObject) -> None:
    state = data.draw(states())
    allocator = ReferenceAllocator()
    allocator.open(state.geometry, state.params, state.context)
    for _ in range(data.draw(st.integers(1, 4))):
        scores = data.draw(st.lists(st.integers(-5, 5), min_size=state.used, max_size=state.used))
        answer = allocator.step(scores)
        assert violations(state, scores, answer, "projection") == []
        state = advanced(state, answer)
        assert allocator.state == state


def worth(state: State, logits: Sequence[tuple[int, int, int]], actions: Sequence[Action]) -> int:
    values = {
        choice.action: abs(choice.aggregate) for choice in preferred_choices(state, checked_logits(state, logits))
    }
    return sum(values[action] for action in actions)


@given(st.data())
def test_no_subset_in_any_order_is_worth_more(data: st.DataObject) -> None:
    state = data.draw(states())
    logits = data.draw(logit_rows(state))
    answer = project(state, logits)
    mine = worth(state, logits, answer)
    over = advanced(state, answer).used > state.params.w_max
    pool = [choice.action for choice in preferred_choices(state, checked_logits(state, logits))][:6]
    for size in range(state.params.n_diff + 1):
        for chosen in combinations(pool, size):
            if worth(state, logits, chosen) > mine:
                for order in permutations(chosen):
                    if not violations(state, [0] * state.used, order, "safety"):
                        # better only if it leaves the context over its budget where the answer does not
                        assert advanced(state, order).used > state.params.w_max
                        assert not over


def test_cooldown_and_ties_are_respected() -> None:
    state = opened(Geometry((2, 2)), Params(w_max=5, n_diff=1, strategy="projection"), [(1, 0), (1, 2), (0, 4), (1, 6)])
    assert project(state, [(1, 0, 0)] * 4) == []
    assert project(state, [(1, 0, 1)] * 4) == [Action("collapse", 2, 0)]
    resting = State(state.geometry, state.params, state.context, {Block(2, 0): Entry("expand", 0)}, 0)
    assert project(resting, [(1, 0, 1)] * 4) == [Action("collapse", 1, 4)]


def test_misshapen_logits_are_refused() -> None:
    state = opened(Geometry((2, 2)), Params(), [(2, 0)])
    with pytest.raises(InvalidInput, match="logits"):
        project(state, [])


@pytest.mark.clause("PRO-1")
def test_by_logits_the_allocator_answers_as_the_function_does_and_refuses_what_makes_no_sense() -> None:
    allocator = ReferenceAllocator()
    allocator.open(Geometry((2, 2)), Params(w_max=9, strategy="projection"), [(2, 0), (2, 4)])
    state = allocator.state
    for senseless in ([[0, 0, 0]], [[0, 0], [0, 0]], [[float("nan"), 0, 0]] * 2, [["1", 0, 0]] * 2):
        with pytest.raises(InvalidInput, match="logits"):
            allocator.prefer(senseless)  # type: ignore[arg-type]
        assert allocator.state == state
    assert allocator.prefer([[float("inf"), 0, 0], [0, 0, 0]]) == [Action("expand", 2, 0)]
    allocator.open(Geometry((2, 2)), Params(w_max=9), [(2, 0)])
    with pytest.raises(InvalidInput, match="strategy"):
        allocator.prefer([[1, 0, 0]])
