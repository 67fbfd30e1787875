"""Contracts of `focalloc.fastpath.kernels.thresholds` (ADA-1, ADA-2)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract

WINDOWED = """
            RING <= len(adaptive)
            0 <= adaptive[WINDOW] <= 2**26
            0 <= adaptive[TOTAL] <= 2**52
"""
"""What both need of the table."""

CONTRACTS = [
    contract(
        "stays",
        whole=True,
        truth=True,
        needs="""
            0 <= total <= 2**52
            0 <= full <= 2**52
        """,
        gives="result == (5 * total >= 4 * full and 20 * total <= 19 * full)",
    ),
    contract(
        "moved",
        whole=True,
        needs="""
            0 <= tau <= LIMIT
            0 <= total <= 2**52
            0 <= full <= 2**52
            low <= high
        """,
        gives="""
            low <= result <= high
            implies(low < result < high and 5 * total < 4 * full, 20 * result <= 19 * tau < 20 * (result + 1))
            implies(low < result < high and 5 * total >= 4 * full, 20 * (result - 1) < 21 * tau <= 20 * result)
        """,
    ),
    contract(
        "adapt",
        whole=True,
        needs=f"""{WINDOWED}            0 <= w_max <= 2**26
            0 <= adaptive[EXPAND_NOW] <= LIMIT
            adaptive[TAU_MIN] <= adaptive[TAU_MAX]
        """,
        writes="adaptive",
        gives="""
            only(adaptive, EXPAND_NOW, COLLAPSE_NOW)
            adaptive == old(adaptive) or adaptive[TAU_MIN] <= adaptive[EXPAND_NOW] <= adaptive[TAU_MAX]
            adaptive == old(adaptive) or adaptive[COLLAPSE_NOW] == adaptive[EXPAND_NOW]
        """,
        before={"full = window": "places_product(window, w_max)"},
    ),
    contract(
        "observe",
        whole=True,
        needs=f"""{WINDOWED}            RING + adaptive[WINDOW] <= len(adaptive)
            0 <= slots <= 2**26
            implies(adaptive[WINDOW] > 0, 0 <= adaptive[NEXT] < adaptive[WINDOW])
            0 <= adaptive[FILLED] <= adaptive[WINDOW]
            adaptive[TOTAL] == sum_of(adaptive, RING, adaptive[WINDOW])
            within(adaptive, RING, RING + adaptive[WINDOW], 0, 2**26)
        """,
        writes="adaptive",
        gives="""
            all(adaptive[j] == old(adaptive)[j] for j in range(RING) if j != TOTAL and j != NEXT and j != FILLED)
            adaptive[TOTAL] == sum_of(adaptive, RING, adaptive[WINDOW])
            0 <= adaptive[TOTAL] <= 2**52
            within(adaptive, RING, RING + adaptive[WINDOW], 0, 2**26)
            implies(adaptive[WINDOW] > 0, 0 <= adaptive[NEXT] < adaptive[WINDOW])
            0 <= adaptive[FILLED] <= adaptive[WINDOW]
            implies(adaptive[WINDOW] > 0, adaptive[RING + old(adaptive)[NEXT]] == slots)
        """,
        before={"adaptive[NEXT] = ": "rest_bound(adaptive[NEXT] + 1, window)"},
        closes="sum_bound(adaptive, RING, adaptive[WINDOW])",
    ),
]
