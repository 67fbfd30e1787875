"""Scores to fixed point (SCO-1): the only place where the fast path sees a float."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

import numpy as np
from numba import njit

SCALE = np.float64(2**20)
LIMIT = 2**31

kernel = njit(cache=True, error_model="numpy", nogil=True)


@kernel
def quantise_floats(scores: Sequence[float], fixed: MutableSequence[int], slots: int) -> int:
    """Write ``round(score * 2**20)`` of each score to ``fixed``; return the first misfit, or -1."""
    for slot in range(slots):
        scaled = np.rint(scores[slot] * SCALE)
        if not abs(scaled) < LIMIT:
            return slot
        fixed[slot] = np.int32(scaled)
    return -1


@kernel
def copy_integers(scores: Sequence[int], fixed: MutableSequence[int], slots: int) -> int:
    """Copy fixed-point scores; return the first slot whose score is out of range, or -1."""
    for slot in range(slots):
        if not -LIMIT < scores[slot] < LIMIT:
            return slot
        fixed[slot] = scores[slot]
    return -1
