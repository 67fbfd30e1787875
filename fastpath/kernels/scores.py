"""Scores in fixed point and in balance, and the aggregates that are made of them (SCO-1, SCO-3, BAL-1).

Numba lets a negative index count from the end, and only where it can rule that out does a loop become vector code.
Hence loops run from 0 over a base that is visibly not negative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from focalloc.fastpath.kernels.layout import (
    BODY,
    CHUNK,
    LIMIT,
    LOWEST,
    RAW,
    SLOTS,
    TAU_EXPAND,
    TOP,
    UNITS,
    Ints,
    Table,
)
from focalloc.fastpath.machine_code import kernel
from focalloc.spec.scores import SCORE_SCALE

SHIFT = 20
"""Binary digits behind the point of a fixed-point number."""


def fixed_point(score: Any) -> Any:
    """``score`` in fixed point, as a float of its own width; one that is an integer is so already."""
    return score if isinstance(score, np.integer) else np.rint(score * type(score)(SCORE_SCALE))


@overload(fixed_point, strict=False)
def _fixed_point(score: Any) -> Callable[[Any], Any]:
    if isinstance(score, types.Integer):
        return lambda score: score
    scale = np.float32(SCORE_SCALE) if score is types.float32 else np.float64(SCORE_SCALE)
    return lambda score: np.rint(score * scale)


@kernel
def take(
    scores: NDArray[np.generic],
    tags: Ints,
    fixed: Any,
    peaks: Any,
    slots: int,
) -> bool:
    """Quantise ``slots`` scores into ``fixed``, and note the highest of those at which a gist begins per chunk (SCO-1).

    Returns:
        Whether all of them fit; if not, what was written means nothing.
    """
    misfits = np.int32(0)
    whole = slots // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        peak = np.int32(LOWEST)
        for i in range(CHUNK):
            number = fixed_point(scores[first + i])
            misfits = np.int32(misfits | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
            score = np.int32(number)
            fixed[first + i] = score
            peak = max(peak, score if tags[first + i] >= 1 else np.int32(LOWEST))
        peaks[chunk] = peak
    # the last, shorter chunk apart: the loop above is fast because its length is known
    peak = np.int32(LOWEST)
    for slot in range(whole * CHUNK, slots):
        number = fixed_point(scores[slot])
        misfits = np.int32(misfits | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
        score = np.int32(number)
        fixed[slot] = score
        peak = max(peak, score if tags[slot] >= 1 else np.int32(LOWEST))
    peaks[whole] = peak
    return bool(misfits == 0)


# AGGREGATES


@kernel
def total(fixed: Ints, slot: int, slots: int) -> int:
    """Sum of ``slots`` scores."""
    score = 0
    if slot >= 0:
        if slots == 2:  # a loop, and vector code all the more, is dear for so few
            return fixed[slot] + fixed[slot + 1]
        for i in range(slots):
            score += fixed[slot + i]
    return score


@kernel
def level_of(header: Ints, units: int) -> int:
    """The lowest level of which a gist takes ``units`` slots; 0 if there is none."""
    for level in range(1, header[TOP] + 1):
        if header[UNITS + level] == units:
            return level
    return 0


@kernel
def blend(header: Ints, tags: Ints, fixed: Ints, worth: Table) -> None:
    """Write the aggregate of every gist to its first slot of ``worth`` (SCO-3); the other slots hold anything.

    A branch per gist that nobody can foresee costs more than the mean, so gists of two or four slots have loops that
    become vector code: these compute a mean at every slot, and keep those where a gist of the level begins. One loop
    for both reads and writes each slot once.
    """
    slots = header[SLOTS]
    of_two = level_of(header, 2)
    of_four = level_of(header, 4)
    by_two = np.int8(of_two)  # as wide as tags are, or these are widened
    by_four = np.int8(of_four)
    whole = max(slots - 3, 0)
    if of_four > 0:
        for slot in range(whole):
            # sums of halves and quarters fit 32 bits, which take half as long as 64
            one, two, three, four = fixed[slot], fixed[slot + 1], fixed[slot + 2], fixed[slot + 3]
            half = np.int32((one >> 1) + (two >> 1) + ((one & 1) + (two & 1) >> 1))
            rest = (one & 3) + (two & 3) + (three & 3) + (four & 3) >> 2
            quarter = np.int32((one >> 2) + (two >> 2) + (three >> 2) + (four >> 2) + rest)
            worth[slot] = int(quarter if tags[slot] == by_four else half if tags[slot] == by_two else np.int32(one))
    else:
        for slot in range(whole):
            half = np.int32((fixed[slot] + fixed[slot + 1]) >> 1)
            worth[slot] = int(half if tags[slot] == by_two else np.int32(fixed[slot]))
    for i in range(slots - whole):
        worth[whole + i] = fixed[whole + i]
    for level in range(1, header[TOP] + 1):
        units = header[UNITS + level]
        if units > 1:
            first = whole if level == of_two or level == of_four else 0  # noqa: SIM109, kernels have no tuples
            for i in range(slots - first):
                if tags[first + i] == level:
                    worth[first + i] = total(fixed, first + i, units) // units


# PEAKS: what no aggregate of a chunk is above


@kernel
def begins_within(tags: Ints, first: int) -> bool:
    """Whether a block begins among the slots of a chunk, given the first of them."""
    at = CHUNK - 1
    while at >= 0 and tags[first + at] == BODY:
        at -= 1
    return at >= 0


@kernel
def are_means_known(header: Ints) -> bool:
    """Whether gists take one slot, or two at one level, or four at one: then `bound` knows their means."""
    for level in range(1, header[TOP] + 1):
        units = header[UNITS + level]
        if units != 1 and ((units != 2 and units != 4) or level_of(header, units) != level):
            return False
    return True


@kernel
def survey_means(header: Ints, tags: Ints, fixed: Ints, peaks: Table) -> None:
    """`survey` where aggregates are not written down, as vector code like that of `blend`; see `are_means_known`.

    A chunk all scores of which are at the threshold or below keeps the highest of them: nothing in it is wanted.
    """
    slots = header[SLOTS]
    of_two = level_of(header, 2)
    of_four = level_of(header, 4)
    by_two = np.int8(of_two)  # as wide as tags are, or these are widened
    by_four = np.int8(of_four)
    whole = max(slots - 3, 0) // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        score: Any = np.int32(LOWEST)
        for i in range(CHUNK + 3):
            score = max(score, fixed[first + i])
        peaks[chunk] = int(score)
        if score <= header[TAU_EXPAND]:
            continue
        peak = np.int32(LOWEST)
        for i in range(CHUNK):
            at = first + i
            one, two, three, four = fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]
            half = np.int32((one >> 1) + (two >> 1) + ((one & 1) + (two & 1) >> 1))
            rest = (one & 3) + (two & 3) + (three & 3) + (four & 3) >> 2
            quarter = np.int32((one >> 2) + (two >> 2) + (three >> 2) + (four >> 2) + rest)
            mean = quarter if tags[at] == by_four else half if tags[at] == by_two else np.int32(one)
            peak = max(peak, mean if tags[at] >= 1 else np.int32(LOWEST))
        peaks[chunk] = int(peak)
    for chunk in range(whole, (slots + CHUNK - 1) // CHUNK):
        highest = LOWEST
        for slot in range(chunk * CHUNK, min(slots, (chunk + 1) * CHUNK)):
            if tags[slot] >= 1:
                units = header[UNITS + tags[slot]]
                highest = max(highest, total(fixed, slot, units) // units)
        peaks[chunk] = highest


@kernel
def bound_by_scores(header: Ints, tags: Ints, fixed: Ints, peaks: Table) -> None:
    """Write the highest score in the gists that begin in each chunk to ``peaks``."""
    slots = header[SLOTS]
    whole = slots // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        peak: Any = np.int32(LOWEST)
        for i in range(CHUNK):
            peak = max(peak, fixed[first + i] if tags[first + i] != 0 and tags[first + i] != RAW else np.int32(LOWEST))
        # the last gist that begins here may reach beyond the chunk; one that began before counts there
        slot = first + CHUNK
        if slot < slots and tags[slot] == BODY and begins_within(tags, first):
            while slot < slots and tags[slot] == BODY:
                peak = max(peak, fixed[slot])
                slot += 1
        peaks[chunk] = int(peak)
    peak = np.int32(LOWEST)
    for slot in range(whole * CHUNK, slots):
        peak = max(peak, fixed[slot] if tags[slot] != 0 and tags[slot] != RAW else np.int32(LOWEST))
    peaks[whole] = int(peak)


@kernel
def bound(header: Ints, tags: Ints, fixed: Ints, peaks: Table) -> None:
    """Write a bound on the aggregates of the gists that begin in each chunk to ``peaks``: the highest, where means are
    cheap, else the highest score in them."""
    if are_means_known(header):
        survey_means(header, tags, fixed, peaks)
    else:
        bound_by_scores(header, tags, fixed, peaks)


@kernel
def survey(header: Ints, tags: Ints, worth: Ints, peaks: Table) -> None:
    """Write the highest aggregate of the gists that begin in each chunk to ``peaks``."""
    slots = header[SLOTS]
    whole = slots // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        peaks[chunk] = LOWEST
        lowest = peaks[chunk]  # as wide as the table: 32 bits take less than half of the time of 64
        peak = lowest
        for i in range(CHUNK):
            peak = max(peak, worth[first + i] if tags[first + i] >= 1 else lowest)
        peaks[chunk] = peak
    if whole * CHUNK < slots:
        peaks[whole] = LOWEST
        lowest = peaks[whole]
        peak = lowest
        for slot in range(whole * CHUNK, slots):
            peak = max(peak, worth[slot] if tags[slot] >= 1 else lowest)
        peaks[whole] = peak


# BALANCE


@kernel
def ratio(part: int, whole: int) -> int:
    """``part / whole`` in fixed point, rounded down, for ``0 < part <= whole``; nothing grows beyond ``2 * whole``."""
    gain = 0
    if part == whole:
        gain = 1
        part = 0
    for _ in range(SHIFT):
        part *= 2
        gain *= 2
        if part >= whole:
            part -= whole
            gain += 1
    return gain


@kernel
def scaled(score: int, gain: int) -> int:
    """``score``, 0 or more, times the fixed-point ``gain``, rounded down."""
    return score * gain >> SHIFT


@kernel
def balance(fixed: Table, slots: int) -> None:
    """Scale the heavier side of the scores down to the mass of the lighter one, rounded towards zero (BAL-1).

    Both sides are scaled, the lighter one by 1: without a branch, the loop becomes vector code. Factors of 32 bits make
    products of 64 at once.
    """
    positive = 0
    whole = 0
    for i in range(slots):
        score = fixed[i]
        positive += max(score, 0)
        whole += score
    negative = positive - whole
    if positive == 0 or negative == 0:
        return
    gain = ratio(min(positive, negative), max(positive, negative))
    up = int(np.int32(gain if positive > negative else 1 << SHIFT))
    down = int(np.int32(1 << SHIFT if positive > negative else gain))
    for i in range(slots):
        score = fixed[i]
        size = scaled(abs(score), up if score > 0 else down)
        fixed[i] = size if score > 0 else -size
