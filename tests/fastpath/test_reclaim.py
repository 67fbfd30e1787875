"""Ingest where several collapses are made at once: equal to the reference, which makes them one after the other."""

import random
from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.conformance.worlds import random_state
from focalloc.fastpath.allocator import Allocator
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.actions import Action, family
from focalloc.spec.blocks import Block
from focalloc.spec.errors import NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

PAIRS = Geometry((2, 2))


def grown(rng: random.Random, geometry: Geometry, tops: int) -> list[Block]:
    """A context of ``tops`` top-level spans in which every gist is expanded half of the time, cut off at both ends."""
    blocks = [Block(geometry.top, i * geometry.spans[-1]) for i in range(tops)]
    for level in range(geometry.top, 0, -1):
        parts = [family(geometry, one) if one.level == level and rng.random() < 0.5 else (one,) for one in blocks]
        blocks = [one for part in parts for one in part]
    return blocks[rng.randrange(3) : len(blocks) - rng.randrange(3)]


def ingested(
    geometry: Geometry, params: Params, context: Sequence[Block], blocks: int, scores: list[int] | None
) -> list[Action] | tuple[int, int]:
    """The collapses, or the refusal, on which the reference and the fast path agree; and they agree on what is left."""
    answers: list[list[Action] | tuple[int, int]] = []
    contexts = []
    for allocator in (ReferenceAllocator(), Allocator()):
        allocator.open(geometry, params, context)
        try:
            if isinstance(allocator, Allocator):
                answers.append(list(allocator.ingest(blocks, scores)))
            else:
                answers.append(allocator.ingest(blocks, scores or [0] * allocator.state.used))
        except NoRoom as refusal:
            answers.append((refusal.needed, refusal.reclaimed))
        contexts.append(allocator.context())
        if isinstance(allocator, Allocator):
            allocator._check()
    assert answers[0] == answers[1]
    assert contexts[0] == contexts[1]
    return answers[0]


@pytest.mark.clause("ING-4", "ING-5", "ING-6")
@pytest.mark.parametrize(
    "geometry", [PAIRS, Geometry((2, 2, 2)), Geometry((3, 3), (1, 1, 2)), Geometry((32, 8, 4), (1, 1, 2, 4))], ids=str
)
@given(seed=st.integers(0, 2**32))
def test_several_collapses_are_those_that_one_after_the_other_makes(geometry: Geometry, seed: int) -> None:
    rng = random.Random(seed)
    context = grown(rng, geometry, 1 if geometry.spans[-1] > 100 else rng.randrange(2, 9))
    if not context:
        return
    used = sum(geometry.slots(block.level) for block in context)
    params = Params(
        w_max=used + rng.randrange(3),
        n_diff=rng.choice((1, 2, 4, 40)),
        protected_tokens=rng.choice((0, 0, 5)),
        reclaim_ahead=rng.choice((0, 0, 1, 3, 2**16)),
    )
    spread = rng.choice((1, 3, 1000))
    scores = rng.choice((None, [rng.randrange(-spread, spread) for _ in range(used)]))
    ingested(geometry, params, context, rng.choice((1, 2, 3, 8)), scores)


@pytest.mark.clause("ING-4")
def test_a_family_that_two_of_the_collapses_complete_is_next_if_it_is_the_least_wanted() -> None:
    context = [Block(0, token) for token in range(0, 12, 2)]
    answer = ingested(PAIRS, Params(w_max=12, n_diff=8), context, 2, None)
    nodes = [action.node for action in answer if isinstance(action, Action)]
    assert nodes == [(1, 0), (1, 2), (2, 0), (1, 4)]


@pytest.mark.clause("ING-4")
def test_what_a_gist_is_worth_decides_where_a_family_that_is_completed_comes() -> None:
    context = [Block(0, token) for token in range(0, 12, 2)]
    scores = [-9, -9, -2, -2, -5, -5, -4, -4, -3, -3, -1, -1]
    # the first completes nothing; (1, 4) and (1, 6) are worth -5 and -4, their parent -5: it goes before the other -3
    answer = ingested(PAIRS, Params(w_max=12, n_diff=8), context, 3, scores)
    nodes = [action.node for action in answer if isinstance(action, Action)]
    assert nodes == [(1, 0), (1, 4), (1, 6), (2, 4), (1, 8), (1, 2)]


@pytest.mark.clause("ING-5", "ING-6")
def test_room_made_ahead_spares_the_next_ingests_any_collapse() -> None:
    allocator = Allocator()
    allocator.open(PAIRS, Params(w_max=16, reclaim_ahead=3), [Block(0, token) for token in range(0, 16, 2)])
    assert [len(allocator.ingest(1)) for _ in range(8)] == [8, 0, 0, 0, 8, 0, 0, 0]  # a slot each, eight for four


@pytest.mark.clause("ING-3", "ING-6")
def test_what_cannot_be_made_ahead_is_no_reason_to_refuse() -> None:
    context = [Block(0, token) for token in range(0, 8, 2)]
    answer = ingested(PAIRS, Params(w_max=8, reclaim_ahead=2**16), context, 1, None)
    assert len(answer) == 6  # everything, and no more


@pytest.mark.clause("ING-3", "ING-6")
def test_what_fits_never_in_any_case_is_refused_and_says_how_much_is_missing() -> None:
    context = [Block(0, token) for token in range(0, 8, 2)]
    ahead = ingested(PAIRS, Params(w_max=8, reclaim_ahead=3), context, 4, None)
    assert ahead == ingested(PAIRS, Params(w_max=8), context, 4, None) == (8, 6)


@pytest.mark.clause("COO-2", "ING-5")
@given(seed=st.integers(0, 2**32))
def test_the_ledger_is_bounded_by_what_ingests_may_need(seed: int) -> None:
    """The bound beside COO-2: so many entries for each ingest, whatever the scores."""
    rng = random.Random(seed)
    state = random_state(rng, "greedy", 8, [0, 1, 3])
    geometry, allocator = state.geometry, ReferenceAllocator()
    params = replace(state.params, reclaim_ahead=rng.choice((0, 0, 2)))
    allocator.open(geometry, params, state.context)
    ingests: list[tuple[int, int]] = []  # when, and as many collapses as it may make
    for _ in range(24):
        row = [rng.randrange(-(2**21), 2**21) for _ in range(allocator.state.used)]
        blocks = rng.choice((0, 1, 1, 2))
        if blocks:
            debt = max(0, allocator.state.used - params.w_max)  # of the context that it was opened with
            most = ceil((debt + (blocks + params.reclaim_ahead) * geometry.slots(0)) / min(geometry.deltas[1:]))
            try:
                assert len(allocator.ingest(blocks, row)) <= most
            except NoRoom:
                continue
            ingests.append((allocator.state.iteration, most))
        else:
            allocator.step(row)
        now = allocator.state.iteration
        allowed = sum(most for when, most in ingests if now - when < params.min_gap)
        assert len(allocator.state.ledger) <= params.n_diff * params.min_gap + allowed
