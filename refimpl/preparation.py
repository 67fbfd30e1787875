"""Before selection: what is remembered, thresholds that follow utilisation, scores averaged, leaning and in balance
(TIE-2, ADA, MEM, BAL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, trunc

from focalloc.refimpl.distance import distance
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE
from focalloc.spec.state import State

HALVINGS = 31
"""Nothing is left of a lean that was halved as often."""


def prepared(state: State, scores: Sequence[int]) -> tuple[State, Sequence[int]]:
    """The state and the scores as a strategy sees them in the next iteration (TIE-2 says what is remembered)."""
    params = adapt(state.params, state.recent)
    since = state.iteration + 1 - params.memory
    ledger = {node: entry for node, entry in state.ledger.items() if entry.iteration > since}

    # THE ROW: AVERAGED OVER TIME (MEM-1), LEANING TO THE CURSOR (MEM-3), IN BALANCE (BAL-1)
    if params.memory_shift:
        scores = remember(state.memory, scores, params.memory_shift)
    if params.lean:
        scores = lean(state, scores)
    if params.balance:
        scores = balance(scores)
    return replace(state, params=params, ledger=ledger), scores


def adapt(params: Params, recent: Sequence[int]) -> Params:
    """The parameters with thresholds moved by 5 % if the context has been too empty or too full (ADA-1, ADA-2).

    Args:
        params: the parameters of the last iteration.
        recent: slots used after each of the last iterations.
    """
    if params.adaptive_window == 0 or len(recent) < params.adaptive_window:
        return params
    utilisation = Fraction(sum(recent), len(recent) * params.w_max)
    tau = params.tau_expand
    if utilisation < Fraction(80, 100):
        tau = max(floor(tau * Fraction(95, 100)), params.tau_min)
    elif utilisation > Fraction(95, 100):
        tau = min(ceil(tau * Fraction(105, 100)), params.tau_max)
    else:
        return params
    return replace(params, tau_expand=tau, tau_collapse=tau)


def remember(memory: Sequence[int], scores: Sequence[int], shift: int) -> list[int]:
    """Running means of what slots were told, the ``scores`` included; the first one stands for itself (MEM-1).

    Args:
        memory: what the first slots remember; the others remember nothing yet.
        scores: one fixed-point score per slot.
        shift: how slowly means move.
    """
    means = list(scores)
    for slot, mean in enumerate(memory):
        means[slot] = mean + floor(Fraction(scores[slot] - mean, 2**shift))
    return means


def lean(state: State, scores: Sequence[int]) -> list[int]:
    """The scores with something added near the cursor, half as much for each smallest span in between (MEM-3)."""
    geometry, row, slot = state.geometry, list(scores), 0
    for block in state.context:
        halvings = min(distance(geometry, block, state.at), HALVINGS)
        added = state.params.lean // 2**halvings
        for _ in range(geometry.slots(block.level)):
            row[slot] = min(row[slot] + added, SCORE_LIMIT - 1)
            slot += 1
    return row


def balance(scores: Sequence[int]) -> list[int]:
    """The scores with the positive ones or the negative ones scaled down, so that they add up to about 0 (BAL-1)."""
    positive = sum(score for score in scores if score > 0)
    negative = -sum(score for score in scores if score < 0)
    if 0 in (positive, negative):
        return list(scores)
    gain = Fraction(floor(Fraction(min(positive, negative), max(positive, negative)) * SCORE_SCALE), SCORE_SCALE)
    return [trunc(score * gain) if (score > 0) == (positive > negative) else score for score in scores]
