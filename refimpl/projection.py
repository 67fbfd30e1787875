"""Projection: the exact optimum over what a policy prefers (clauses PRO-1 to PRO-6)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from focalloc.refimpl.candidates import (
    Choice,
    is_cooling,
    is_pinned,
    is_protected,
    legal_choices,
    mean,
    slot_offsets,
)
from focalloc.refimpl.knapsack import ending_within, preference, selections
from focalloc.spec.actions import Action
from focalloc.spec.projection import Logits, checked_logits
from focalloc.spec.state import State


def project(state: State, logits: Sequence[Sequence[int]]) -> list[Action]:
    """The best feasible answer to ``logits`` for the next iteration (PRO-3 to PRO-6).

    Args:
        state: the state after the last iteration.
        logits: a fixed-point triple (expand, keep, collapse) per block of the context.

    Raises:
        InvalidInput: the logits break PRO-1.
    """
    found = preferred_choices(state, checked_logits(state, logits))
    within = ending_within(state.params.w_max, state, found)
    if not within:
        within = selections(state, [choice for choice in found if choice.action.kind == "collapse"])
    best = min(within, key=preference)
    return [choice.action for choice in best.chosen]


def projection(state: State, scores: Sequence[int]) -> list[Action]:
    """`project` for a row of slot scores, each block's aggregate read as its preference for more detail."""
    slot = slot_offsets(state.geometry, state.context)
    wish = [mean(scores[first:last]) for first, last in pairwise(slot)]
    return project(state, [(one, 0, -one) for one in wish])


def preferred_choices(state: State, logits: Sequence[Logits]) -> list[Choice]:
    """The legal actions that are worth more than 0 (PRO-2); a collapse's worth stands as a negative aggregate."""
    more = {block: logit.expand - logit.keep for block, logit in zip(state.context, logits, strict=True)}
    less = {block: logit.collapse - logit.keep for block, logit in zip(state.context, logits, strict=True)}
    found = []
    for action, _, delta in legal_choices(state, [0] * state.used):
        barred = is_protected(state, action) or is_pinned(state, action)
        if barred or is_cooling(state, action, state.iteration + 1):
            continue
        if action.kind == "expand":
            worth = signed = more[action.node]
        else:
            last = action.start + state.geometry.span(action.level)
            worth = mean([wish for block, wish in less.items() if action.start <= block.start < last])
            signed = -worth
        if worth > 0:
            found.append(Choice(action, signed, delta))
    return found
