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
        gives="result == pinned(header, ranges, len(ranges), node)",
        loops={
            "while low < high": loop(
                keeps="""
                    0 <= low <= high and high <= len(ranges) // PIN
                    reaching(ranges, low, high, first) == reaching(ranges, 0, len(ranges) // PIN, first)
                """,
                falls="high - low",
                opens="reaching_is(ranges, low, high, first)",
            )
        },
        before={
            "if len(ranges)": """
                reaching_is(ranges, 0, len(ranges) // PIN, node // LEVELS)
                pinned_is(header, ranges, len(ranges), node)
            """,
            "return low <": "reaching_is(ranges, low, high, first)",
        },
    ),
    contract(
        "place_pins",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            follow_each_other(header, tags)
            0 <= header[FIRST] < 2**49
            len(no_expand) % PIN == 0
        """,
        writes="no_expand",
        gives="""
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            all(no_expand[j] == old(no_expand)[j] for j in range(len(no_expand)) if j % PIN < 2)
        """,
        closes="pins_lie_is(no_expand, len(no_expand), header[SLOTS])",
        loops={
            "for at in range(0, len(no_expand), PIN)": loop(
                keeps="""
                    at % PIN == 0
                    0 <= slot <= header[SLOTS]
                    implies(slot < header[SLOTS], 0 <= tags[slot])
                    header[FIRST] <= token <= header[FIRST] + slot * 2**31
                    all(0 <= no_expand[j] <= header[SLOTS] for j in range(at) if j % PIN >= 2)
                    all(no_expand[j] <= no_expand[j + 1] for j in range(at) if j % PIN == 2)
                    all(no_expand[j] <= slot for j in range(at) if j % PIN == 2)
                    all(no_expand[j] <= no_expand[k] for j in range(at) for k in range(j + 1, at)
                        if j % PIN == 2 and k % PIN == 2 if at(no_expand[j], no_expand[k]))
                    all(no_expand[j] == old(no_expand)[j] for j in range(len(no_expand)) if j % PIN < 2)
                """
            ),
            "while slot < header[SLOTS] and token + header[SPAN + tags[slot]] <= no_expand[at]": loop(
                keeps="""
                    entry(slot) <= slot <= header[SLOTS]
                    implies(slot < header[SLOTS], 0 <= tags[slot])
                    header[FIRST] <= token <= header[FIRST] + slot * 2**31
                """,
                falls="header[SLOTS] - slot",
                opens="1 <= header[UNITS + tags[slot]]",
            ),
            "while behind < header[SLOTS] and until < no_expand[at + 1]": loop(
                keeps="""
                    slot <= behind <= header[SLOTS]
                    implies(behind < header[SLOTS], 0 <= tags[behind])
                    header[FIRST] <= until <= header[FIRST] + behind * 2**31
                """,
                falls="header[SLOTS] - behind",
                opens="1 <= header[UNITS + tags[behind]]",
            ),
        },
    ),
    contract(
        "is_held",
        truth=True,
        gives="result == bars(no_expand, len(no_expand), slot)",
        loops={
            "while low < high": loop(
                keeps="""
                    0 <= low <= high and high <= len(no_expand) // PIN
                    halved(no_expand, low, high, slot) == halved(no_expand, 0, len(no_expand) // PIN, slot)
                """,
                falls="high - low",
                opens="halved_is(no_expand, low, high, slot)",
            )
        },
        closes="""
            halved_is(no_expand, low, high, slot)
            bars_is(no_expand, len(no_expand), slot)
        """,
    ),
    contract(
        "rule_out",
        whole=True,
        any_width="worth",
        needs="""
            is_header(header)
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(worth)
            low(worth) <= LOWEST
        """,
        writes="worth",
        gives="""
            all(worth[i] == old(worth)[i] or worth[i] == LOWEST for i in INTEGERS)
            all(worth[i] == LOWEST for j in range(len(no_expand)) for i in INTEGERS
                if j % PIN == 2 and no_expand[j] <= i and i < no_expand[j + 1] and tags[i] >= 1
                if at(no_expand[j], worth[i]))
        """,
        opens="pins_lie_is(no_expand, len(no_expand), header[SLOTS])",
        loops={
            "for at in range(0, len(no_expand), PIN)": loop(
                keeps="""
                    at % PIN == 0
                    all(worth[i] == old(worth)[i] or worth[i] == LOWEST for i in INTEGERS)
                    all(worth[i] == LOWEST for j in range(at) for i in INTEGERS
                        if j % PIN == 2 and no_expand[j] <= i and i < no_expand[j + 1] and tags[i] >= 1
                        if at(no_expand[j], worth[i]))
                """
            ),
            "for slot in range(no_expand[at + 2], no_expand[at + 3])": loop(
                keeps="""
                    all(worth[i] == old(worth)[i] or worth[i] == LOWEST for i in INTEGERS)
                    all(worth[i] == LOWEST for j in range(at) for i in INTEGERS
                        if j % PIN == 2 and no_expand[j] <= i and i < no_expand[j + 1] and tags[i] >= 1
                        if at(no_expand[j], worth[i]))
                    all(worth[i] == LOWEST for i in range(no_expand[at + 2], slot) if tags[i] >= 1)
                """
            ),
        },
    ),
]
