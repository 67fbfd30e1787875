"""Tokens that come a few at a time: FIL-1 to FIL-3, PAR-4, by the spec's own words."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import (
    Action,
    Block,
    Geometry,
    InvalidInput,
    NoRoom,
    Params,
    State,
    advanced,
    edits_violations,
    filling_violations,
    ingested,
    ingested_tokens,
    opened,
    violations,
)
from focalloc.spec.filling import checked_tokens, filled, misfilled, needless_room, partial_collapse
from focalloc.spec.ingest import sufficient_budget_of
from focalloc.spec.state import filled_between

GEOMETRY = Geometry((4, 2))


def partial(tokens: int = 1, **params: int) -> State:
    """Two full blocks, and so many tokens of a third."""
    state = opened(GEOMETRY, Params(w_max=100, **params), [(0, 0), (0, 4)])  # type: ignore[arg-type]
    return ingested_tokens(state, [], tokens)


@pytest.mark.clause("PAR-4")
@pytest.mark.parametrize("tokens", [0, -1, 2**26 + 1, 1.5, "3", None, True])
def test_a_senseless_number_of_tokens_is_refused(tokens: object) -> None:
    with pytest.raises(InvalidInput, match=r"tokens = .*PAR-4"):
        checked_tokens(tokens)


@pytest.mark.clause("FIL-1")
def test_tokens_fill_the_last_block_then_new_ones() -> None:
    assert filled(GEOMETRY, 0, 1) == (1, 3)
    assert filled(GEOMETRY, 3, 3) == (0, 0)
    assert filled(GEOMETRY, 3, 2) == (0, 1)
    assert filled(GEOMETRY, 3, 4) == (1, 3)
    assert filled(GEOMETRY, 3, 12) == (3, 3)
    state = partial(1)
    assert (state.context[-1], state.unfilled, state.used, state.end, state.next_token) == (Block(0, 8), 3, 12, 12, 9)
    assert ingested_tokens(state, [], 3).unfilled == 0


@pytest.mark.clause("FIL-1")
def test_it_does_not_matter_in_which_parts_tokens_come() -> None:
    rng = Random(0)
    for _ in range(100):
        parts = [rng.randint(1, 9) for _ in range(rng.randint(1, 6))]
        state = whole = opened(GEOMETRY, Params(w_max=1000), [(0, 0)])
        for part in parts:
            state = ingested_tokens(state, [], part)
        assert state == ingested_tokens(whole, [], sum(parts))


@pytest.mark.clause("FIL-1")
def test_an_ingest_of_blocks_is_one_of_their_tokens() -> None:
    state = partial(1)
    assert ingested(state, [], 2) == ingested_tokens(state, [], 8)
    assert ingested(state, [], 2).unfilled == 3


@pytest.mark.clause("FIL-1")
def test_what_is_reported_after_tokens_came() -> None:
    state = partial(1)
    assert not misfilled(state.context, 3, state.context, 3)
    assert misfilled(state.context, 3, state.context[:-1])
    assert [one.where for one in misfilled(state.context, 3, (*state.context[:-1], Block(0, 12)))] == [2]
    assert misfilled(state.context, 3, (*state.context, Block(0, 12)))
    assert misfilled(state.context, 3, None, 2)
    assert misfilled(state.context, 3, None, True)


@pytest.mark.clause("FIL-2")
def test_a_partial_block_does_not_collapse() -> None:
    state, action = partial(1, tau_collapse=0), Action("collapse", 1, 8)
    assert partial_collapse(GEOMETRY, 3, state.end, action)
    assert [v.clause for v in violations(state, [-1] * state.used, [action], "safety")] == ["FIL-2"]
    full = ingested_tokens(state, [], 3)
    assert not violations(full, [-1] * full.used, [action], "safety")
    other = Action("collapse", 1, 4)
    assert not violations(state, [-1] * state.used, [other], "safety")


@pytest.mark.clause("FIL-2")
def test_the_reference_leaves_it_alone_and_greedy_asks_no_more() -> None:
    allocator = ReferenceAllocator()
    allocator.open(GEOMETRY, Params(w_max=100, tau_collapse=0), [(0, 0), (0, 4)])
    allocator.ingest_tokens(1, [0] * 8)
    before, scores = allocator.state, [-1] * 12
    actions = allocator.step(scores)
    assert [action.start for action in actions] == [0, 4]
    assert not violations(before, scores, actions, "greedy")


@pytest.mark.clause("FIL-2")
def test_an_ingest_does_not_reclaim_it_and_the_bound_knows_that() -> None:
    state = replace(partial(1), params=Params(w_max=13))
    [broken] = filling_violations(state, [0] * 12, 4, [Action("collapse", 1, 8)], "safety")
    assert broken.clause == "FIL-2"
    assert sufficient_budget_of(state) == sufficient_budget_of(replace(state, unfilled=0)) + GEOMETRY.slots(0)


@pytest.mark.clause("FIL-3")
def test_filling_takes_no_room_even_over_the_budget() -> None:
    state = replace(partial(1), params=Params(w_max=4))
    assert not filling_violations(state, [0] * 12, 3, [], "greedy")
    assert filling_violations(state, [0] * 12, 3, None)[0].clause == "FIL-3"
    assert filling_violations(state, [0] * 12, 3, [Action("collapse", 1, 0)])[0].clause == "FIL-3"
    assert needless_room(3, [], 4)
    allocator = ReferenceAllocator()
    allocator.open(GEOMETRY, Params(w_max=4), [(1, 0)])
    with pytest.raises(NoRoom):
        allocator.ingest_tokens(5, [0])
    allocator.open(GEOMETRY, Params(w_max=4), [(2, 0)])
    with pytest.raises(NoRoom):
        allocator.ingest_tokens(1, [0])
    assert allocator.unfilled() == 0


@pytest.mark.clause("EDI-2")
@pytest.mark.clause("EDI-3")
def test_a_block_that_is_filled_is_another_one() -> None:
    before = partial(1)
    after = ingested_tokens(before, [], 4)
    block = filled_between(before, after)
    assert block == Block(0, 8)
    said = [(8, 4, 8, 8)]
    assert not edits_violations(GEOMETRY, before.context, after.context, said, block)
    kept = edits_violations(GEOMETRY, before.context, after.context, [(12, 0, 12, 4)], block)
    assert [(one.clause, one.where) for one in kept] == [("EDI-2", 8)]
    more = edits_violations(GEOMETRY, before.context, after.context, [(4, 8, 4, 12)], block)
    assert [one.clause for one in more] == ["EDI-3"]


@pytest.mark.clause("MEM-1")
def test_what_is_filled_remembers_nothing() -> None:
    state = advanced(partial(1, memory_shift=1), [], [5] * 12)
    assert ingested_tokens(state, [], 1).memory == (5,) * 8
    assert advanced(ingested_tokens(state, [], 1), [], [9] * 12).memory == (*(7,) * 8, *(9,) * 4)


def random_session(seed: int) -> None:
    rng = Random(seed)
    geometry = rng.choice([GEOMETRY, Geometry((3, 3), (2, 2, 3)), Geometry((2,))])
    allocator = ReferenceAllocator()
    params = Params(
        w_max=rng.randint(geometry.slots(0), 40), tau_collapse=0, tau_expand=0, memory_shift=rng.choice((0, 2))
    )
    allocator.open(geometry, params, [(0, 0)])
    for _ in range(20):
        before = allocator.state
        scores = [rng.randint(-5, 5) for _ in range(before.used)]
        if rng.random() < 0.5:
            answer = allocator.step(scores)
            found = violations(before, scores, answer, "greedy")
        else:
            tokens, may = rng.randint(1, 3 * geometry.span(0)), rng.random() < 0.5
            try:
                answer = allocator.ingest_tokens(tokens, scores, release=may)
            except NoRoom:
                assert not filling_violations(before, scores, tokens, None, "greedy", release=may)
                continue
            found = filling_violations(before, scores, tokens, answer, "greedy", release=may, front=answer.released)
        after = allocator.state
        splices = [edit.splice for edit in answer.edits]
        found += edits_violations(geometry, before.context, after.context, splices, filled_between(before, after))
        assert not found, found


@pytest.mark.parametrize("seed", range(40))
def test_sessions_of_the_reference_conform(seed: int) -> None:
    random_session(seed)
