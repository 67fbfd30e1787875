"""Greedy: two sorted queues, alternating turns (clauses CAP-1, BUD-1, SOF-1, GRE-1 to GRE-6, TIE-1, TIE-2)."""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.refimpl.candidates import Choice, choices
from focalloc.refimpl.ties import TIE_BREAKS
from focalloc.spec.actions import Action
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State


def greedy(state: State, scores: Sequence[int]) -> list[Action]:
    """The greedy answer for the next iteration.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
    """
    # CANDIDATES, EACH KIND BY RANK (GRE-2 to GRE-4)
    candidates = choices(state, scores)
    order = TIE_BREAKS[state.params.tie_break](state)
    expands = sorted((c for c in candidates if c.action.kind == "expand"), key=order)
    collapses = sorted((c for c in candidates if c.action.kind == "collapse"), key=order)
    chosen: list[Action] = []
    used = state.used

    # TURNS, UP TO THE CAP (CAP-1, GRE-1)
    while len(chosen) < state.params.n_diff:
        before = len(chosen)

        # EXPAND TURN: the head or nothing (GRE-5)
        if expands and has_room(state.params, used, expands[0]):
            head = expands.pop(0)
            chosen.append(head.action)
            used += head.delta
            collapses = [c for c in collapses if not overlap(state.geometry, c.action, head.action)]

        # COLLAPSE TURN
        if collapses and len(chosen) < state.params.n_diff:
            head = collapses.pop(0)
            chosen.append(head.action)
            used += head.delta
            expands = [c for c in expands if not overlap(state.geometry, c.action, head.action)]

        # NEITHER COULD ACT (GRE-6)
        if len(chosen) == before:
            break
    return chosen


def has_room(params: Params, used: int, choice: Choice) -> bool:
    """Whether an expand stays within the hard budget (BUD-1) and, unless it is urgent, the soft one (SOF-1)."""
    after = used + choice.delta
    return after <= params.w_max and (after <= params.w_soft or is_urgent(params, choice))


def is_urgent(params: Params, choice: Choice) -> bool:
    """Whether an expand may go beyond the soft budget (SOF-1)."""
    return choice.aggregate > params.tau_expand + params.soft_margin


def overlap(geometry: Geometry, one: Action, other: Action) -> bool:
    """Whether two actions replace some of the same tokens, so that at most one of them can happen."""
    return one.start < other.start + geometry.span(other.level) and other.start < one.start + geometry.span(one.level)
