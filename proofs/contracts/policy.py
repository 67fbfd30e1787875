"""Contracts of `focalloc.fastpath.kernels.policy`: features are clipped, gates are surveyed within their tables."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CHUNKS = "(count + GATES - 1) // GATES"

CONTRACTS = [
    contract(
        "shortened",
        whole=True,
        gives="""
            -CLIP <= result <= CLIP
            implies(-CLIP < result < CLIP, result == score >> SCORE_SHIFT)
        """,
    ),
    contract(
        "item_node",
        needs="""
            0 <= side <= 1
            0 <= item < LOOK
            SIDES * LOOK <= len(marks)
            implies(side == COLLAPSE, 0 <= marks[LOOK + item] and marks[LOOK + item] < len(family_node))
        """,
        gives="result == (marks[item] if side == EXPAND else family_node[marks[LOOK + item]])",
        whole=True,
    ),
    contract(
        "survey_gates",
        any_width="gates peaks",
        whole=True,
        needs="""
            0 <= count < 2**40
            count <= len(gates)
            count // GATES < len(peaks)
            low(peaks) <= LOWEST and low(peaks) <= low(gates) and high(gates) <= high(peaks)
        """,
        writes="peaks",
        gives="all(gates[i] <= peaks[i // GATES] for i in range(count))",
        loops={
            "for chunk in range(whole)": loop(keeps="all(gates[i] <= peaks[i // GATES] for i in range(chunk * GATES))"),
            "for i in range(GATES)": loop(
                keeps="""
                    low(peaks) <= peak <= high(peaks)
                    all(gates[j] <= peak for j in range(first, first + i))
                """
            ),
            "for at in range(whole * GATES, count)": loop(
                keeps="all(gates[i] <= peaks[i // GATES] for i in range(at))"
            ),
        },
    ),
    contract(
        "least_gate",
        needs=f"""
            1 <= count <= 2**26
            {CHUNKS} <= len(peaks)
            1 <= room < 2**40
            room <= len(look.keys)
            room <= len(look.notes)
        """,
        writes="look.keys look.notes",
        gives="LOWEST < result < LIMIT",
        loops={
            "for chunk in range(chunks)": loop(
                keeps="""
                    0 <= size <= room
                    size <= chunk
                    implies(size < room, size == chunk)
                    heap(look.keys, size)
                    keys_within(look.keys, look.notes, size, LOWEST * PLACES, LIMIT * PLACES - 1)
                """
            )
        },
        before={"return max": "keys_in(look.keys, look.notes, size, size, LOWEST * PLACES, LIMIT * PLACES - 1)"},
    ),
    contract(
        "activate",
        needs="""
            0 <= at < 2**60
            0 <= width
            at + width <= len(sums)
            0 <= shift <= 62
        """,
        writes="sums",
        whole=True,
        gives="""
            within(sums, at, at + width, 0, CLIP)
            kept_outside(sums, old(sums), at, at + width)
        """,
        loops={
            "for i in range(width)": loop(
                keeps="""
                    within(sums, at, at + i, 0, CLIP)
                    kept_outside(sums, old(sums), at, at + i)
                """
            )
        },
    ),
    contract(
        "is_enough",
        whole=True,
        truth=True,
        needs="""
            0 <= at
            at < len(look.values)
            NETWORK <= len(sizes)
        """,
        gives="result == (look.values[at] >= (sizes[SHOW] if side == EXPAND else sizes[LEAVE]))",
    ),
]
