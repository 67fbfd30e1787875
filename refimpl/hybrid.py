"""Hybrid: greedy prunes each queue to its best, the exact optimum chooses among those (clause HYB-1)."""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.refimpl.candidates import choices
from focalloc.refimpl.knapsack import optimum
from focalloc.refimpl.ties import rank
from focalloc.spec.actions import Action
from focalloc.spec.state import State


def hybrid(state: State, scores: Sequence[int]) -> list[Action]:
    """The hybrid answer for the next iteration.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
    """
    found = sorted(choices(state, scores), key=rank)
    expands = [choice for choice in found if choice.action.kind == "expand"]
    collapses = [choice for choice in found if choice.action.kind == "collapse"]
    return optimum(state, expands[: state.params.top_k] + collapses[: state.params.top_k])
