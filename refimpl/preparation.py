"""Before selection: what is remembered, thresholds that follow utilisation, scores in balance (TIE-2, ADA, BAL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, trunc

from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State


def prepared(state: State, scores: Sequence[int]) -> tuple[State, Sequence[int]]:
    """The state and the scores as a strategy sees them in the next iteration (TIE-2 says what is remembered)."""
    params = adapt(state.params, state.recent)
    since = state.iteration + 1 - params.memory
    ledger = {node: entry for node, entry in state.ledger.items() if entry.iteration > since}
    return replace(state, params=params, ledger=ledger), balance(scores) if params.balance else scores


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


def balance(scores: Sequence[int]) -> list[int]:
    """The scores with the positive ones or the negative ones scaled down, so that they add up to about 0 (BAL-1)."""
    positive = sum(score for score in scores if score > 0)
    negative = -sum(score for score in scores if score < 0)
    if 0 in (positive, negative):
        return list(scores)
    gain = Fraction(floor(Fraction(min(positive, negative), max(positive, negative)) * SCORE_SCALE), SCORE_SCALE)
    return [trunc(score * gain) if (score > 0) == (positive > negative) else score for score in scores]
