"""Hybrid as a judgement: is the answer the optimum of what heads the queues? (HYB-1, and KNA-1 to KNA-5 of those)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from focalloc.spec.actions import Action
from focalloc.spec.candidates import Candidate, candidates
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.geometry import Geometry
from focalloc.spec.greedy import precedes
from focalloc.spec.knapsack import optimum_violations
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State


def place_in_queue(pool: Sequence[Candidate], one: Candidate) -> int:
    """How many candidates stand before ``one`` in its queue."""
    return sum(precedes(other, one) for other in pool if other.action.kind == one.action.kind)


def kept(pool: Sequence[Candidate], top_k: int) -> list[Candidate]:
    """The first ``top_k`` candidates of each queue (HYB-1)."""
    return [one for one in pool if place_in_queue(pool, one) < top_k]


@clause("HYB-1")
def pruned(pool: Sequence[Candidate], top_k: int, action: Action) -> Iterator[Finding]:
    """HYB-1: an action is among the first ``top_k`` candidates of its queue."""
    for one in pool:
        if one.action == action and (before := place_in_queue(pool, one)) >= top_k:
            named = f"{action.kind} of {tuple(action.node)}"
            yield WHOLE, f"{named} has {before} candidates before it in its queue; only the first {top_k} may act"


def enough_expands(geometry: Geometry, n_diff: int, delta: int) -> int:
    """So many expands of one delta, the best ones, are enough for an optimum, however many more there are.

    Of a family that collapses at least one member has no wish to expand. So the optimum's collapses take away at most
    ``fanout - 1`` expands each, and its expands one each, itself not counted.
    """
    levels = range(1, geometry.top)
    fanouts = [geometry.fanout(level + 1) for level in levels if geometry.delta(level) == delta]
    return 1 + max(0, n_diff - 1) * max([1, *(fanout - 1 for fanout in fanouts)])


def hybrid_violations(state: State, scores: Sequence[int], actions: Sequence[Action]) -> list[Violation]:
    """Every clause that applicable ``actions`` break as the optimum of the first ``top_k`` of each queue.

    Args:
        state: the state at the start of the iteration, already ticked.
        scores: one fixed-point score per slot.
        actions: an answer each of whose actions can be applied in order.
    """
    aggregates, top_k = Aggregates(state.geometry, state.context, scores), state.params.top_k
    pool = candidates(state, aggregates)
    found = [Violation(v.clause, v.message, i) for i, action in enumerate(actions) for v in pruned(pool, top_k, action)]
    return found or optimum_violations(state, aggregates, kept(pool, top_k), actions)
