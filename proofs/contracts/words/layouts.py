"""Words for what a history is shown by."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import LEVELS, SPAN, TOP, UNITS, Ints
from focalloc.proofs.contracts.words.ghosts import ghost
from focalloc.proofs.contracts.words.sums import turn


def fits_between(header: Ints, at: int, last: int, level: int) -> bool:
    """A block of a level can begin at a token and ends by another."""
    return turn(at, header[SPAN + level]) and at + header[SPAN + level] <= last


def is_coarsest(header: Ints, at: int, last: int, level: int) -> bool:
    """A block of a level can begin at a token and ends by another, and none of a coarser one."""
    return (
        0 <= level <= header[TOP]
        and fits_between(header, at, last, level)
        and (level == header[TOP] or not fits_between(header, at, last, level + 1))
    )


@ghost
def coarsest(header: Ints, at: int, last: int) -> int:
    """The level of the coarsest block that begins at a token and ends by another; 0 where none does (LAY-3)."""
    return next((level for level in range(header[TOP], 0, -1) if fits_between(header, at, last, level)), 0)


@ghost
def coarse_slots(header: Ints, at: int, last: int) -> int:
    """Slots of the coarsest tiling from a token to another (LAY-3)."""
    slots = 0
    while at < last:
        level = coarsest(header, at, last)
        span = max(1, header[SPAN + level])
        blocks = max(1, (last - at) // span) if level == header[TOP] else 1  # behind one of the top follow others
        slots += blocks * header[UNITS + level]
        at += blocks * span
    return slots


def lies_between(header: Ints, node: int, first: int, last: int) -> bool:
    """A node of a level that there is begins at a multiple of what it spans, in a history of so many tokens."""
    return (
        0 <= node < 2**58
        and node % LEVELS <= header[TOP]
        and first <= node // LEVELS
        and fits_between(header, node // LEVELS, last, node % LEVELS)
    )


def are_blocks(header: Ints, nodes: Ints, size: int, first: int, last: int) -> bool:
    """The first ``size`` are blocks of a history."""
    return all(lies_between(header, nodes[i], first, last) for i in range(size))


def are_nodes(header: Ints, nodes: Ints, size: int, first: int, last: int) -> bool:
    """The first ``size`` are nodes of a history that have children."""
    return all(lies_between(header, nodes[i], first, last) and nodes[i] % LEVELS >= 1 for i in range(size))
