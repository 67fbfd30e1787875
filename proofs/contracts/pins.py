"""Contracts of `focalloc.fastpath.kernels.pins`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "is_pinned",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= node < 2**60
            1 <= node % LEVELS <= header[TOP]
        """,
        truth=True,
        loops={"while low < high": loop(keeps="0 <= low <= high and high <= len(ranges) // PIN", falls="high - low")},
    ),
]
