"""What an iteration goes by in place of scores: their running means (MEM-1), leaning to the cursor (MEM-3).

A call may be refused after its scores are taken, so the new means are written beside those that are remembered. Only
once its actions are applied, to the means as well, they take their place.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.layout import (
    BODY,
    CHUNK,
    CURSOR_TOKEN,
    END,
    FIRST,
    HEARD,
    KNOWN,
    LEAN,
    LIMIT,
    LOWEST,
    MEMORY_SHIFT,
    RAW,
    SLOTS,
    SPAN,
    UNITS,
    Ints,
    Session,
    Table,
)
from focalloc.fastpath.kernels.places import slot_holding, token_at
from focalloc.fastpath.kernels.scores import fixed_point
from focalloc.fastpath.machine_code import kernel

HALVINGS = 31
"""Nothing is left of a lean that was halved as often."""


@partial(kernel, by_constants=True)  # so that 32 bits stay 32
def averaged(mean: Any, score: Any, shift: Any, mask: Any) -> Any:
    """A running mean after one more score, ``mean + ((score - mean) >> shift)``, without a number of 33 bits (MEM-1).

    The floor of a difference is the difference of the floors, less 1 where it is what they cut off that borrows.

    Args:
        mean: the mean so far; all four are of 32 bits, for eight of them at once fit where four of 64 do.
        score: the score.
        shift: from 1 to 16.
        mask: the digits that a shift cuts off.
    """
    borrowed = np.int32(1) if np.int32(score & mask) < np.int32(mean & mask) else np.int32(0)
    return np.int32(mean - np.right_shift(mean, shift) + np.right_shift(score, shift) - borrowed)


@kernel
def take_told(scores: NDArray[np.generic], session: Session) -> bool:
    """As `scores.take`, with the mean of each slot in place of its score; ``told`` has the means, too (MEM-1).

    What remembers nothing yet takes the score whole. Nothing that is remembered has changed.
    """
    header, tags, fixed, peaks = session.header, session.tags, session.fixed, session.peaks
    memory, told, known = session.memory, session.told, header[KNOWN]
    shift = np.int32(header[MEMORY_SHIFT])
    mask = np.int32((1 << header[MEMORY_SHIFT]) - 1)
    misfits = np.int32(0)
    whole = known // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        peak: Any = np.int32(LOWEST)
        for i in range(CHUNK):
            number = fixed_point(scores[first + i])
            misfits = np.int32(misfits | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
            mean = averaged(memory[first + i], np.int32(number), shift, mask)
            fixed[first + i] = int(mean)
            told[first + i] = int(mean)
            peak = max(peak, mean if tags[first + i] >= 1 else np.int32(LOWEST))
        peaks[chunk] = int(peak)
    peak = np.int32(LOWEST)
    for slot in range(whole * CHUNK, header[SLOTS]):
        number = fixed_point(scores[slot])
        misfits = np.int32(misfits | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
        mean = np.int32(number)
        if slot < known:
            mean = averaged(memory[slot], mean, shift, mask)
        fixed[slot] = int(mean)
        told[slot] = int(mean)
        peak = max(np.int32(LOWEST) if slot % CHUNK == 0 else peak, mean if tags[slot] >= 1 else np.int32(LOWEST))
        peaks[slot // CHUNK] = int(peak)
    header[HEARD] = header[SLOTS] if misfits == 0 else 0
    return bool(misfits == 0)


@kernel
def first_of(header: Ints, tags: Ints, behind: int) -> int:
    """First slot of the block that ends before slot ``behind``."""
    if tags[behind - 1] == RAW:
        return behind - header[UNITS]
    slot = behind - 1
    while slot > 0 and tags[slot] == BODY:
        slot -= 1
    return slot


@kernel
def raise_block(tags: Ints, fixed: Table, peaks: Table, first: int, slots: int, added: int) -> None:
    """Add to the scores of the block of ``slots`` at ``first``, as far as fixed point goes; its peak rises, too."""
    for i in range(slots):
        fixed[first + i] = min(fixed[first + i] + added, LIMIT - 1)
    if tags[first] > 0:
        peaks[first // CHUNK] = max(peaks[first // CHUNK], fixed[first])


@kernel
def lean_before(session: Session, behind: int, added: int) -> None:
    """Raise what lies before slot ``behind``: its last block by ``added``, the others by what is left of that."""
    header, tags, fixed, peaks = session.header, session.tags, session.fixed, session.peaks
    while behind > 0 and added > 0:
        first = first_of(header, tags, behind)
        if first < 0:
            return
        raise_block(tags, fixed, peaks, first, behind - first, added)
        halvings = 1 if tags[first] <= 1 else header[SPAN + tags[first]] // header[SPAN]
        added = 0 if halvings >= HALVINGS else added >> halvings
        behind = first


@kernel
def lean_from(session: Session, slot: int, token: int) -> None:
    """Raise the block at ``slot``, which begins at ``token`` and holds the cursor, and what lies behind it."""
    header, tags, fixed, peaks = session.header, session.tags, session.fixed, session.peaks
    while slot < header[SLOTS]:
        halvings = max(token - header[CURSOR_TOKEN], 0) // header[SPAN]
        if halvings >= HALVINGS:
            return
        slots = header[UNITS + tags[slot]]
        raise_block(tags, fixed, peaks, slot, slots, header[LEAN] >> halvings)
        token += header[SPAN + tags[slot]]
        slot += slots


@kernel
def lean_to_cursor(session: Session) -> None:
    """Raise the scores of each block by the lean, halved for each smallest span between it and the cursor (MEM-3).

    Of the blocks no more are looked at than a lean is left for.
    """
    header = session.header
    cursor = header[CURSOR_TOKEN]
    if cursor == header[END]:
        lean_before(session, header[SLOTS], header[LEAN])
        return
    slot = slot_holding(session, cursor)
    token = token_at(session, 0, header[FIRST], slot)
    lean_from(session, slot, token)
    halvings = (cursor - token) // header[SPAN]
    if halvings < HALVINGS:
        lean_before(session, slot, header[LEAN] >> halvings)
