"""Thresholds that adapt to how full the context has been (ADA-1, ADA-2)."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE_NOW,
    EXPAND_NOW,
    FILLED,
    NEXT,
    RING,
    TAU_MAX,
    TAU_MIN,
    TOTAL,
    WINDOW,
    Table,
)
from focalloc.fastpath.machine_code import kernel


@kernel
def stays(total: int, full: int) -> bool:
    """Whether ``total`` of ``full`` slots are neither too few nor too many (ADA-1)."""
    return 5 * total >= 4 * full and 20 * total <= 19 * full


@kernel
def moved(tau: int, total: int, full: int, low: int, high: int) -> int:
    """The threshold after ``total`` of ``full`` slots, too few or too many, were used (ADA-1, ADA-2)."""
    goal = tau * 19 // 20 if 5 * total < 4 * full else (tau * 21 + 19) // 20
    return min(max(goal, low), high)


@kernel
def adapt(adaptive: Table, w_max: int) -> None:
    """Move the thresholds of now to those of the next iteration."""
    window = adaptive[WINDOW]
    if window == 0 or adaptive[FILLED] < window:
        return
    full = window * w_max
    if not stays(adaptive[TOTAL], full):
        tau = moved(adaptive[EXPAND_NOW], adaptive[TOTAL], full, adaptive[TAU_MIN], adaptive[TAU_MAX])
        adaptive[EXPAND_NOW] = tau
        adaptive[COLLAPSE_NOW] = tau


@kernel
def observe(adaptive: Table, slots: int) -> None:
    """Note the slots used after an iteration."""
    window = adaptive[WINDOW]
    if window == 0:
        return
    at = RING + adaptive[NEXT]
    adaptive[TOTAL] += slots - adaptive[at]
    adaptive[at] = slots
    adaptive[NEXT] = (adaptive[NEXT] + 1) % window
    adaptive[FILLED] = min(adaptive[FILLED] + 1, window)
