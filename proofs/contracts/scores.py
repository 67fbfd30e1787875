"""Contracts of `focalloc.fastpath.kernels.scores`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "total",
        whole=True,
        needs="""
            0 <= slot
            0 <= slots < 2**30
            slot + slots <= len(fixed)
        """,
        gives="""
            result == sum_of(fixed, slot, slots)
            -LIMIT * slots <= result <= LIMIT * slots
        """,
        opens="sum_none(fixed, slot, 0)",
        loops={
            "for i in range(slots)": loop(
                keeps="""
                    score == sum_of(fixed, slot, i)
                    -LIMIT * i <= score <= LIMIT * i
                """,
                closes="sum_one_more(fixed, slot, i)",
            )
        },
        closes="""
            sum_one_more(fixed, slot, 2)
            sum_one_more(fixed, slot, 1)
        """,
    ),
]
