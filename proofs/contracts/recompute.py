"""Contracts of `focalloc.fastpath.kernels.recompute`: stretches of the best values, and places where choices begin."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "lead",
        needs="""
            0 <= stretch
            stretch < len(sizes)
            1 <= room < 2**40
            0 <= sizes[stretch] <= room
            0 <= stretch * room
            stretch * room + room <= len(leading)
        """,
        writes="sizes leading",
        gives="""
            1 <= sizes[stretch] <= room
            kept_outside(sizes, old(sizes), stretch, stretch + 1)
            kept_outside(leading, old(leading), stretch * room, stretch * room + room)
        """,
        loops={
            "while at > first and leading[at - 1] < value": loop(
                keeps="""
                    first <= at
                    at < first + sizes[stretch]
                    kept_outside(leading, old(leading), stretch * room, stretch * room + room)
                """,
                falls="at - first",
            )
        },
    ),
    contract(
        "greatest",
        whole=True,
        needs="""
            1 <= size < 2**40
            size * START <= len(table)
        """,
        gives="""
            0 <= result < size
            all(table[j] <= table[result * START + BOUND] for j in range(size * START) if j % START == BOUND)
        """,
        loops={
            "for i in range(1, size)": loop(
                keeps="""
                    0 <= best < i
                    all(table[j] <= table[best * START + BOUND] for j in range(i * START) if j % START == BOUND)
                """
            )
        },
    ),
    contract(
        "drop",
        needs="""
            0 <= size < 2**40
            size * START <= len(table)
        """,
        writes="table",
        gives="""
            0 <= result <= size
            all(table[j] < first or table[j] > last for j in range(result * START) if j % START == SLOT)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    0 <= left <= i
                    all(table[j] < first or table[j] > last for j in range(left * START) if j % START == SLOT)
                """
            )
        },
    ),
]
