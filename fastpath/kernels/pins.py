"""Pins: ranges of tokens where nothing collapses or nothing expands (PIN-1, PIN-2).

Families that a pin bars from collapsing are left out of the table of families: no step looks at them. Gists that a pin
bars from expanding are found by the slots of their range, which its entry keeps up to date.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    FIRST,
    LEVELS,
    LOWEST,
    PIN,
    SLOTS,
    SPAN,
    UNITS,
    Ints,
    Session,
    Table,
)
from focalloc.fastpath.machine_code import kernel


@kernel
def is_pinned(header: Ints, ranges: Ints, node: int) -> bool:
    """Whether a node meets one of ``ranges``, which are in order, see `PIN`."""
    if len(ranges) == 0:
        return False
    first = node // LEVELS
    last = first + header[SPAN + node % LEVELS]
    low = 0
    high = len(ranges) // PIN
    while low < high:
        middle = (low + high) // 2
        if ranges[middle * PIN + 1] <= first:
            low = middle + 1
        else:
            high = middle
    return low < len(ranges) // PIN and ranges[low * PIN] < last


@kernel
def place_pins(session: Session) -> None:
    """Write the slots of the blocks that meet each range where nothing expands."""
    header, tags, no_expand = session.header, session.tags, session.no_expand
    slot = 0
    token = header[FIRST]
    for at in range(0, len(no_expand), PIN):
        while slot < header[SLOTS] and token + header[SPAN + tags[slot]] <= no_expand[at]:
            token += header[SPAN + tags[slot]]
            slot += header[UNITS + tags[slot]]
        no_expand[at + 2] = slot
        behind = slot
        until = token
        while behind < header[SLOTS] and until < no_expand[at + 1]:
            until += header[SPAN + tags[behind]]
            behind += header[UNITS + tags[behind]]
        no_expand[at + 3] = behind


@kernel
def is_held(no_expand: Ints, slot: int) -> bool:
    """Whether a pin bars the gist at a slot from expanding."""
    low = 0
    high = len(no_expand) // PIN
    while low < high:
        middle = (low + high) // 2
        if no_expand[middle * PIN + 3] <= slot:
            low = middle + 1
        else:
            high = middle
    return low < len(no_expand) // PIN and no_expand[low * PIN + 2] <= slot


@kernel
def rule_out(session: Session, worth: Table) -> None:
    """Make the gists that a pin bars from expanding worth less than any threshold."""
    tags, no_expand = session.tags, session.no_expand
    for at in range(0, len(no_expand), PIN):
        for slot in range(no_expand[at + 2], no_expand[at + 3]):
            if tags[slot] >= 1:
                worth[slot] = LOWEST
