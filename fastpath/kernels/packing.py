"""Candidates and nodes as one integer each."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import LEVELS, PLACES
from focalloc.fastpath.machine_code import kernel


@kernel
def key_of(rank: int, place: int) -> int:
    """The candidate of this rank at this place as one integer; the greater key goes first (GRE-2 to GRE-4)."""
    return rank * PLACES + (PLACES - 1 - place)


@kernel
def rank_of(key: int) -> int:
    """The rank in ``key``."""
    return key // PLACES


@kernel
def place_of(key: int) -> int:
    """The place in ``key``."""
    return PLACES - 1 - key % PLACES


@kernel
def node_of(level: int, start: int) -> int:
    """A node as one integer."""
    return start * LEVELS + level
