"""What enhanced greedy does before it selects: thresholds that follow utilisation, scores in balance (ADA, BAL)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE


def lowered(tau: int) -> int:
    """95 % of a threshold, rounded down, so that a positive threshold always moves."""
    return tau * 19 // 20


def raised(tau: int) -> int:
    """105 % of a threshold, rounded up, so that a positive threshold always moves."""
    return -(-tau * 21 // 20)


def clamped(tau: int, low: int, high: int) -> int:
    """The value nearest to ``tau`` from ``low`` to ``high``."""
    return min(max(tau, low), high)


def adapted(params: Params, recent: Sequence[int]) -> Params:
    """The parameters with the thresholds of the next iteration (ADA-1, ADA-2).

    Args:
        params: those of the last iteration.
        recent: slots used after each of the last iterations, at most ``adaptive_window`` of them.
    """
    window, total = params.adaptive_window, sum(recent)
    if window == 0 or len(recent) < window:
        return params
    if 5 * total < 4 * window * params.w_max:
        tau = lowered(params.tau_expand)
    elif 20 * total > 19 * window * params.w_max:
        tau = raised(params.tau_expand)
    else:
        return params
    tau = clamped(tau, params.tau_min, params.tau_max)
    if params.tau_expand == params.tau_collapse == tau:
        return params
    return replace(params, tau_expand=tau, tau_collapse=tau)


@clause("ADA-1")
def misadapted(before: Params, recent: Sequence[int], after: Params) -> Iterator[Finding]:
    """ADA-1: thresholds fall while utilisation is below 80 %, rise while it is above 95 %, and stay in between."""
    expected = adapted(before, recent)
    if (after.tau_expand, after.tau_collapse) != (expected.tau_expand, expected.tau_collapse):
        given = f"{before.tau_expand} with {list(recent)} of {before.w_max} slots used"
        due = f"{expected.tau_expand} and {expected.tau_collapse}"
        yield WHOLE, f"the thresholds become {after.tau_expand} and {after.tau_collapse}; {given} gives {due}"


@clause("ADA-2")
def beyond_clamp(params: Params) -> Iterator[Finding]:
    """ADA-2: thresholds that adapt lie from ``tau_min`` to ``tau_max``."""
    for name, tau in (("tau_expand", params.tau_expand), ("tau_collapse", params.tau_collapse)):
        if params.adaptive_window and not params.tau_min <= tau <= params.tau_max:
            yield WHOLE, f"{name} = {tau} lies outside {params.tau_min}..{params.tau_max}"


def masses(scores: Sequence[int]) -> tuple[int, int]:
    """The sum of the positive scores, and that of the negative ones' magnitudes."""
    return sum(score for score in scores if score > 0), -sum(score for score in scores if score < 0)


def scaled(score: int, gain: int) -> int:
    """``score`` times a fixed-point ``gain``, rounded towards zero."""
    magnitude = abs(score) * gain // SCORE_SCALE
    return magnitude if score > 0 else -magnitude


def balanced(scores: Sequence[int]) -> list[int]:
    """The scores with the heavier side scaled down to the mass of the lighter one (BAL-1)."""
    positive, negative = masses(scores)
    if positive == 0 or negative == 0:
        return list(scores)
    gain = min(positive, negative) * SCORE_SCALE // max(positive, negative)
    heavier = 1 if positive > negative else -1
    return [scaled(score, gain) if score * heavier > 0 else score for score in scores]


@clause("BAL-1")
def unbalanced(scores: Sequence[int], after: Sequence[int]) -> Iterator[Finding]:
    """BAL-1: balancing scales the heavier side by the ratio of the masses, rounded towards zero, and nothing else."""
    for slot, (mine, theirs) in enumerate(zip(balanced(scores), after, strict=True)):
        if mine != theirs:
            yield slot, f"score {slot} becomes {theirs}; balanced it is {mine}"
            return
