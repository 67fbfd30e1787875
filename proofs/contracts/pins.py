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
            ascend(ranges, len(ranges), 0)
        """,
        truth=True,
        whole=True,
        gives="result == pinned(header, ranges, len(ranges), node)",
        loops={
            "while low < high": loop(
                keeps="""
                    0 <= low <= high and high <= len(ranges) // PIN
                    all(ranges[j] <= first for j in range(low * PIN) if j % PIN == 1)
                    high == len(ranges) // PIN or ranges[high * PIN + 1] > first
                """,
                falls="high - low",
            )
        },
        opens="ascend_is(ranges, len(ranges), 0)",
        before={
            "if len(ranges)": """
                pinned_is(header, ranges, len(ranges), node)
                meets_is(ranges, len(ranges), 0, node // LEVELS, node // LEVELS + header[SPAN + node % LEVELS])
            """,
            "return low <": "first_reached(ranges, len(ranges), 0, low, first, last)",
        },
    ),
    contract(
        "place_pins",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_plain(header, tags, header[SLOTS])
            tiled(header, tags, 0, header[SLOTS])
            0 <= header[FIRST] < 2**49
            ascend(no_expand, len(no_expand), 0)
        """,
        writes="no_expand",
        gives="""
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            all(no_expand[j] == old(no_expand)[j] for j in range(len(no_expand)) if j % PIN < 2)
            ascend(no_expand, len(no_expand), 0)
            ascend(no_expand, len(no_expand), 2)
            pins_cover(header, tags, no_expand, len(no_expand))
        """,
        opens="""
            ascend_is(no_expand, len(no_expand), 0)
            tiled_is(header, tags, 0, header[SLOTS])
            tokens_none(header, tags, 0, 0)
            tokens_never_fall(header, tags, header[SLOTS])
        """,
        closes="""
            pins_lie_is(no_expand, len(no_expand), header[SLOTS])
            ascend_is(no_expand, len(no_expand), 0)
            ascend_is(no_expand, len(no_expand), 2)
            pins_cover_is(header, tags, no_expand, len(no_expand))
        """,
        loops={
            "for at in range(0, len(no_expand), PIN)": loop(
                keeps="""
                    at % PIN == 0
                    0 <= slot <= header[SLOTS]
                    slot == header[SLOTS] or tags[slot] >= 0
                    token == token_of(header, tags, slot)
                    header[FIRST] <= token <= header[FIRST] + slot * 2**31
                    slot == 0 or (at > 0 and token <= no_expand[at - 4])
                    all(0 <= no_expand[j] <= header[SLOTS] for j in range(at) if j % PIN >= 2)
                    all(no_expand[j] <= no_expand[j + 1] for j in range(at) if j % PIN == 2)
                    all(no_expand[j] <= slot for j in range(at) if j % PIN == 2)
                    all(no_expand[j] <= no_expand[k] for j in range(at) for k in range(j + 1, at)
                        if j % PIN == 2 and k % PIN == 2 if at(no_expand[j], no_expand[k]))
                    all(no_expand[j] <= no_expand[at - 1] for j in range(at) if j % PIN == 3)
                    all(no_expand[j] <= no_expand[k] for j in range(at) for k in range(j + 1, at)
                        if j % PIN == 3 and k % PIN == 3 if at(no_expand[j], no_expand[k]))
                    all(covers(header, tags, no_expand[j], no_expand[j + 1], no_expand[j + 2], no_expand[j + 3])
                        for j in range(at) if j % PIN == 0)
                    all(no_expand[j] == old(no_expand)[j] for j in range(len(no_expand)) if j % PIN < 2)
                """
            ),
            "while slot < header[SLOTS] and token + header[SPAN + tags[slot]] <= no_expand[at]": loop(
                keeps="""
                    entry(slot) <= slot <= header[SLOTS]
                    slot == header[SLOTS] or tags[slot] >= 0
                    token == token_of(header, tags, slot)
                    header[FIRST] <= token <= header[FIRST] + slot * 2**31
                    slot == 0 or token <= no_expand[at]
                """,
                falls="header[SLOTS] - slot",
                opens="""
                    1 <= header[UNITS + tags[slot]]
                    tokens_inside(header, tags, slot, header[UNITS + tags[slot]])
                    tokens_add(header, tags, 0, slot, header[UNITS + tags[slot]])
                """,
                closes="tokens_bound(header, tags, 0, slot)",
            ),
            "while behind < header[SLOTS] and until < no_expand[at + 1]": loop(
                keeps="""
                    slot <= behind <= header[SLOTS]
                    behind == header[SLOTS] or tags[behind] >= 0
                    until == token_of(header, tags, behind)
                    header[FIRST] <= until <= header[FIRST] + behind * 2**31
                    all(token_of(header, tags, s) < no_expand[at + 1] for s in range(slot, behind) if tags[s] >= 0)
                """,
                falls="header[SLOTS] - behind",
                opens="""
                    1 <= header[UNITS + tags[behind]]
                    tokens_inside(header, tags, behind, header[UNITS + tags[behind]])
                    tokens_add(header, tags, 0, behind, header[UNITS + tags[behind]])
                """,
                closes="tokens_bound(header, tags, 0, behind)",
            ),
        },
        before={
            "no_expand[at + 2] = slot": """
                tokens_up_to(header, tags, slot)
            """,
            "no_expand[at + 3] = behind": """
                covers_is(header, tags, no_expand[at], no_expand[at + 1], slot, behind)
                covers(header, tags, no_expand[at], no_expand[at + 1], slot, behind)
                covers_in_turn(header, tags, no_expand[at - 4], no_expand[at - 3], no_expand[at - 2],
                    no_expand[at - 1], no_expand[at], no_expand[at + 1], slot, behind)
                at == 0 or no_expand[at - 1] <= behind
            """,
        },
    ),
    contract(
        "is_held",
        needs="ascend(no_expand, len(no_expand), 2)",
        truth=True,
        whole=True,
        gives="result == bars(no_expand, len(no_expand), slot)",
        loops={
            "while low < high": loop(
                keeps="""
                    0 <= low <= high and high <= len(no_expand) // PIN
                    all(no_expand[j] <= slot for j in range(low * PIN) if j % PIN == 3)
                    high == len(no_expand) // PIN or no_expand[high * PIN + 3] > slot
                """,
                falls="high - low",
            )
        },
        opens="ascend_is(no_expand, len(no_expand), 2)",
        closes="""
            first_reached(no_expand, len(no_expand), 2, low, slot, slot + 1)
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
