"""Contracts of `focalloc.fastpath.kernels.objectives` (MUL-1)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "weigh",
        whole=True,
        any_width="worth",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(aggregates)
            header[SLOTS] <= len(worth)
            are_tags(header, tags, 0, header[SLOTS])
            all(tags[i] < MARK for i in range(header[SLOTS]))
            within(aggregates, 0, header[SLOTS], -LIMIT, LIMIT - 1)
            0 <= header[FIRST] < 2**49
            0 <= header[CURSOR_TOKEN] < 2**60
            0 <= cursor <= LIMIT
            low(worth) <= LOWEST
            high(worth) >= 2**32
        """,
        writes="worth",
        gives="""
            kept_from(worth, old(worth), header[SLOTS])
            all(worth[i] == LOWEST for i in range(header[SLOTS]) if tags[i] < 1 or aggregates[i] <= header[TAU_EXPAND])
            all(aggregates[i] <= worth[i] <= aggregates[i] + cursor for i in range(header[SLOTS])
                if tags[i] >= 1 and aggregates[i] > header[TAU_EXPAND])
        """,
        loops={
            "for slot in range(header[SLOTS])": loop(
                keeps="""
                    header[FIRST] <= token <= header[FIRST] + slot * 2**31
                    kept_from(worth, old(worth), slot)
                    all(worth[i] == LOWEST for i in range(slot) if tags[i] < 1 or aggregates[i] <= header[TAU_EXPAND])
                    all(aggregates[i] <= worth[i] <= aggregates[i] + cursor for i in range(slot)
                        if tags[i] >= 1 and aggregates[i] > header[TAU_EXPAND])
                """
            )
        },
        before={
            "worth[slot] = aggregates": """
                over_bound(max(token - header[CURSOR_TOKEN],
                    header[CURSOR_TOKEN] - token - header[SPAN + tags[slot]], 0), header[SPAN])
                over_bound(cursor, 1 + max(token - header[CURSOR_TOKEN],
                    header[CURSOR_TOKEN] - token - header[SPAN + tags[slot]], 0) // header[SPAN])
            """
        },
    ),
]
