"""Hybrid held against the judge, and against the optimum where pruning is known not to matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from focalloc.conformance.worlds import random_worlds
from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.hybrid import hybrid
from focalloc.refimpl.knapsack import knapsack
from focalloc.refimpl.ties import rank
from focalloc.spec import Geometry, Params, State, opened, violations
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block
from focalloc.spec.hybrid import enough_expands

CAPS = [0, 1, 2, 3, 4, 5]


@pytest.mark.clause("HYB-1", "KNA-1", "KNA-2", "KNA-3", "KNA-4", "KNA-5")
def test_the_reference_conforms_to_the_hybrid_profile() -> None:
    pruned = 0
    for _, state, scores in random_worlds("hybrid", range(400), 4, CAPS):
        answer = hybrid(state, scores)
        assert violations(state, scores, answer, "hybrid") == []
        pruned += answer != knapsack(state, scores)
    assert pruned > 20


# EXACT WHERE top_k IS LARGE ENOUGH


def is_enough(state: State, found: Sequence[Choice]) -> bool:
    """Whether the first ``top_k`` of the queues hold enough of each delta, as the spec's theorem asks."""
    params = state.params
    for kind in ("expand", "collapse"):
        queue = sorted((choice for choice in found if choice.action.kind == kind), key=rank)
        here = Counter(choice.delta for choice in queue)
        kept = Counter(choice.delta for choice in queue[: params.top_k])
        for delta, size in here.items():
            expand = kind == "expand"
            enough = enough_expands(state.geometry, params.n_diff, delta) if expand else params.n_diff
            if kept[delta] < min(size, enough):
                return False
    return True


def check_exactness(seeds: range) -> None:
    enough = 0
    for _, state, scores in random_worlds("hybrid", seeds, 8, [0, 1, 2, 3, 4]):
        found = choices(state, scores)
        top_k = next(k for k in range(1, len(found) + 2) if is_enough(with_top_k(state, k), found))
        assert hybrid(with_top_k(state, top_k), scores) == knapsack(state, scores)
        queues = Counter(choice.action.kind for choice in found)
        enough += top_k < max(queues.values(), default=0)
    assert enough > len(seeds) / 8


def with_top_k(state: State, top_k: int) -> State:
    return replace(state, params=replace(state.params, top_k=top_k))


def test_hybrid_is_the_optimum_where_top_k_is_large_enough() -> None:
    check_exactness(range(500))


@pytest.mark.slow
def test_hybrid_is_the_optimum_where_top_k_is_large_enough_on_many_more() -> None:
    check_exactness(range(1000, 8000))


def slightly_hot_families(n_diff: int, fanout: int, top_k: int) -> tuple[State, list[int]]:
    """``n_diff - 1`` families of one very cold member and hot ones, a lukewarm gist elsewhere, no slot free."""
    geometry = Geometry((fanout, fanout))
    span = geometry.span(2)
    torn = [child for i in range(n_diff - 1) for child in family(geometry, Block(2, i * span))]
    elsewhere = family(geometry, Block(2, (n_diff - 1) * span))
    context = [*torn, *elsewhere]
    params = Params(w_max=len(context), n_diff=n_diff, tau_expand=0, tau_collapse=0, strategy="hybrid", top_k=top_k)
    scores = ([-1000 * fanout] + [7] * (fanout - 1)) * (n_diff - 1) + [5] + [0] * (fanout - 1)
    return opened(geometry, params, context), scores


@pytest.mark.parametrize("n_diff", [2, 3, 4])
@pytest.mark.parametrize("fanout", [2, 3, 5, 8])
def test_one_less_than_enough_is_not_enough(n_diff: int, fanout: int) -> None:
    geometry = Geometry((fanout, fanout))
    enough = enough_expands(geometry, n_diff, geometry.delta(1))
    assert enough == 1 + (n_diff - 1) * (fanout - 1)
    state, scores = slightly_hot_families(n_diff, fanout, enough)
    exact = knapsack(state, scores)
    assert ("expand", 1, (n_diff - 1) * geometry.span(2)) in exact
    assert hybrid(state, scores) == exact
    state, scores = slightly_hot_families(n_diff, fanout, enough - 1)
    assert hybrid(state, scores) == exact[:-1]


def test_fewer_collapses_than_the_cap_are_not_enough() -> None:
    params = Params(w_max=9, n_diff=3, tau_expand=0, tau_collapse=0, strategy="hybrid", top_k=2)
    state = opened(Geometry((2, 2)), params, [(0, 0), (0, 2), (0, 4)])
    scores = [-1] * 6
    assert len(hybrid(state, scores)) == 2
    assert len(hybrid(with_top_k(state, 3), scores)) == 3
