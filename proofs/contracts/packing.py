"""Contracts of `focalloc.fastpath.kernels.packing`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract

CONTRACTS = [
    contract(
        "key_of",
        whole=True,
        seen_through=True,
        needs="""
            -2**36 <= rank <= 2**36
            0 <= place < PLACES
        """,
        gives="""
            result // PLACES == rank
            PLACES - 1 - result % PLACES == place
        """,
    ),
    contract("rank_of", whole=True, seen_through=True, gives="result * PLACES <= key < (result + 1) * PLACES"),
    contract(
        "place_of",
        whole=True,
        seen_through=True,
        gives="""
            0 <= result < PLACES
            key_of(key // PLACES, result) == key
        """,
    ),
    contract(
        "node_of",
        whole=True,
        seen_through=True,
        needs="""
            0 <= level < LEVELS
            0 <= start < 2**58
        """,
        gives="""
            result // LEVELS == start
            result % LEVELS == level
        """,
    ),
]
