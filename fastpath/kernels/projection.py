"""Projection as plain loops: the exact optimum over what a policy prefers (clauses PRO-2 to PRO-6).

The search is that of `knapsack`, whose thresholds are 0 here and whose soft budget is the hard one. What
differs is what a candidate is worth. A policy gives of each block how much it prefers its expand to keeping it, and
its collapse to keeping it; a family's collapse is worth the floor of the mean over its members. What is written down
of a family is its *wish*, the sum over its members: dividing is dear, and few families are offered. By slot scores a
block's expand is worth its aggregate and its collapse the negative. By logits a preference may take 33 bits, so that
the work space has tables of its own for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.layout import (
    ALIKE,
    CHUNK,
    FAMILIES,
    FANOUT,
    LEVELS,
    LIMIT,
    LOWEST,
    MULTI_SLOT,
    SLOTS,
    UNITS,
    Ints,
    Table,
)
from focalloc.fastpath.kernels.scores import fixed_point, total
from focalloc.fastpath.machine_code import kernel
from focalloc.spec.projection import LARGEST_LOGIT

LARGEST = float(LARGEST_LOGIT)
"""Logits in fixed point saturate at this, in either direction."""

NOT_NEGATIVE = 2**62 - 1
"""Mask that changes no index that there is, but shows that it is not negative."""


# LOGITS


@kernel
def saturate_far(logits: NDArray[np.generic], fixed: Any) -> bool:
    """`saturate` where some logits are too large, or NaN."""
    misfits = np.int32(0)
    for i in range(len(logits)):
        number = fixed_point(logits[i])
        misfits = np.int32(misfits | (np.int32(0) if number == number else np.int32(1)))
        fixed[i] = np.int32(min(max(np.float64(number), -LARGEST), LARGEST))
    return bool(misfits == 0)


@kernel
def saturate(logits: NDArray[np.generic], fixed: Any) -> bool:
    """Write logits, which are floats, in fixed point (PRO-1).

    Returns:
        Whether there is no NaN; if there is, what was written means nothing.
    """
    far = np.int32(0)
    for i in range(len(logits)):
        number = fixed_point(logits[i])  # exact in the logits' own type, for the scale is a power of two
        far = np.int32(far | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
        fixed[i] = np.int32(number)
    return bool(far == 0) or saturate_far(logits, fixed)


@kernel
def spread(header: Ints, tags: Ints, fixed: Ints, worth: Table, less: Table, peaks: Table) -> int:
    """Write how much each block's expand and collapse are preferred to keeping it, at its first slot.

    Nobody reads the other slots.

    Args:
        header: the header.
        tags: one tag per slot.
        fixed: (expand, keep, collapse) of one block after the other, in fixed point; three entries per slot.
        worth: gets the preferences for expands.
        less: gets those for collapses.
        peaks: gets the highest preference for the expand of a gist per chunk, as `survey` would write it.

    Returns:
        How many entries of ``fixed`` belong to blocks.
    """
    at = 0
    slot = 0
    slots = header[SLOTS]
    small = header[MULTI_SLOT] == 0
    for chunk in range((slots + CHUNK - 1) // CHUNK):
        end = min(slots, (chunk + 1) * CHUNK)
        peak = LOWEST
        while slot < end:
            here = slot & NOT_NEGATIVE
            entry = at & NOT_NEGATIVE
            keep = fixed[entry + 1]
            more = fixed[entry] - keep
            worth[here] = more
            less[here] = fixed[entry + 2] - keep
            if tags[here] >= 1 and small:
                peak = max(peak, more)
                slot += 1
            else:
                peak = max(peak, more if tags[here] >= 1 else LOWEST)
                slot += header[UNITS + tags[here]]
            at += 3
        peaks[chunk] = peak
    return at


# WISHES: what the members of each family prefer its collapse by, in all


@kernel
def wishes_by_scores(header: Ints, fixed: Ints, family_slot: Ints, family_node: Ints, wishes: Table) -> None:
    """Write each family's wish where each member's collapse is worth the negative of its aggregate."""
    alike = header[ALIKE]
    size = 1
    shift = 0
    for _ in range(LEVELS):
        if size < alike:
            size *= 2
            shift += 1
    if header[MULTI_SLOT] == 0 and size == alike:  # each is a raw block, or gists of one slot
        for family in range(header[FAMILIES]):
            score = total(fixed, family_slot[family], alike)
            wishes[family] = -(score >> (shift if family_node[family] % LEVELS == 1 else 0))
        return
    for family in range(header[FAMILIES]):
        level = family_node[family] % LEVELS
        members = header[FANOUT + level]
        slots = header[UNITS + level - 1]
        score = 0
        if slots == 1:
            score = total(fixed, family_slot[family], members)
        else:
            for i in range(members):
                member = total(fixed, family_slot[family] + i * slots, slots)
                score += member >> 1 if slots == 2 else member // slots
        wishes[family] = -score


@kernel
def wishes_by_logits(header: Ints, less: Ints, family_slot: Ints, family_node: Ints, wishes: Table) -> None:
    """Write each family's wish where ``less`` says what each member's collapse is worth, at its first slot."""
    for family in range(header[FAMILIES]):
        level = family_node[family] % LEVELS
        members = header[FANOUT + level]
        slots = header[UNITS + level - 1]
        wish = 0
        if slots == 1:
            for i in range(members):
                wish += less[family_slot[family] + i]
        else:
            for i in range(members):
                wish += less[family_slot[family] + i * slots]
        wishes[family] = wish
