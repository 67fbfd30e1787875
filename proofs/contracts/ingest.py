"""Contracts of `focalloc.fastpath.kernels.ingest`: new blocks, and the collapses that make room for them."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "append_block",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] + header[UNITS] <= len(tags)
            0 <= header[END] < 2**50
            0 <= header[FAMILIES] <= 2**26
            header[FAMILIES] < len(family_slot)
            header[FAMILIES] < len(family_node)
        """,
        writes="header tags family_slot family_node",
        gives="""
            only(header, SLOTS, END, FAMILIES)
            header[SLOTS] == old(header)[SLOTS] + header[UNITS]
            header[END] == old(header)[END] + header[SPAN]
            old(header)[FAMILIES] <= header[FAMILIES] <= old(header)[FAMILIES] + 1
            kept_outside(tags, old(tags), old(header)[SLOTS], header[SLOTS])
            kept_from(family_slot, old(family_slot), old(header)[FAMILIES] + 1)
            kept_from(family_node, old(family_node), old(header)[FAMILIES] + 1)
            implies(header[FAMILIES] > old(header)[FAMILIES],
                family_slot[old(header)[FAMILIES]] == old(header)[SLOTS]
                and family_node[old(header)[FAMILIES]] == node_of(1, old(header)[END]))
        """,
    ),
    contract(
        "blocks_of",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= tokens < 2**60
            0 <= header[UNFILLED] < header[SPAN]
        """,
        gives="""
            0 <= result <= tokens + header[SPAN]
            result == (tokens - header[UNFILLED] + header[SPAN] - 1) // header[SPAN]
        """,
        opens="over_bound(tokens - header[UNFILLED] + header[SPAN] - 1, header[SPAN])",
    ),
    contract(
        "leave_unfilled",
        whole=True,
        needs="is_header(header)",
        writes="header",
        gives="""
            only(header, UNFILLED, PROTECTED)
            header[UNFILLED] == unfilled
            header[PROTECTED] == max(header[TAIL], min(1, unfilled))
        """,
    ),
    contract(
        "fill",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= tokens < 2**60
            0 <= header[UNFILLED] < header[SPAN]
            0 <= header[SLOTS] <= 2**26
        """,
        writes="header",
        gives="""
            only(header, UNFILLED, PROTECTED, KNOWN)
            0 <= header[UNFILLED] < header[SPAN]
            header[KNOWN] <= old(header)[KNOWN]
            header[PROTECTED] == max(header[TAIL], min(1, header[UNFILLED]))
        """,
        before={
            "leave_unfilled": "whole_spans(tokens - old(header)[UNFILLED], header[SPAN])",
        },
    ),
    contract(
        "may_fall_short",
        truth=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            0 <= needed <= 2**40
            0 <= header[W_MAX] <= 2**26
            families_fit(header, family_node)
            header[FAMILIES] <= 2**26
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**50
            0 <= header[PROTECTED] < 2**50
            all(0 <= family_node[f] < 2**54
                and 1 <= family_node[f] % LEVELS
                and family_node[f] % LEVELS <= header[TOP]
                for f in range(header[FAMILIES]))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="header[SLOTS] - family * 2**26 <= slots <= header[SLOTS] + family * 2**26",
            )
        },
    ),
    contract(
        "completes",
        truth=True,
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= node < 2**54
            1 <= node % LEVELS
            node % LEVELS <= header[TOP]
            0 <= place
            place + header[WIDTH + node % LEVELS] <= header[SLOTS]
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_tags(header, tags, 0, header[SLOTS])
        """,
        before={
            "first = node": """
                over_floor(node // LEVELS, header[SPAN + level + 1])
                over_bound(node // LEVELS, header[SPAN + level + 1])
            """,
        },
        loops={
            "while token > first": loop(
                keeps="""
                    0 <= slot <= place
                    first - 2**31 <= token <= node // LEVELS
                """,
                falls="slot",
            ),
            "while token < first + header[SPAN + level + 1]": loop(
                keeps="""
                    0 <= slot
                    slot <= header[SLOTS]
                    0 <= token < 2**53
                """,
                falls="header[SLOTS] - slot",
            ),
        },
    ),
    contract(
        "is_gist_to_be",
        whole=True,
        seen_through=True,
        truth=True,
        needs="0 <= level < LEVELS",
        gives="result == (tag < 0 or tag == level or tag == level - 1 + MARK)",
    ),
    contract(
        "oldest_collapses",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, PLACES)
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**50
            0 <= header[PROTECTED] < 2**50
            0 <= room
            room <= len(keys)
            room <= len(notes)
        """,
        writes="keys notes",
        gives="""
            0 <= result <= room
            within(notes, 0, result, 0, header[FAMILIES] - 1)
            all(keys[i] == PLACES - 1 - family_slot[notes[i]] for i in range(result) if at(keys[i]) if at(notes[i]))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= size <= room
                    size <= family
                    within(notes, 0, size, 0, header[FAMILIES] - 1)
                    all(keys[i] == PLACES - 1 - family_slot[notes[i]] for i in range(size)
                        if at(keys[i]) if at(notes[i]))
                """
            )
        },
    ),
]
