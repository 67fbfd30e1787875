"""Contracts of `focalloc.fastpath.kernels.places`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "slots_before",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= action
            1 <= level_of(action) <= header[TOP]
        """,
        gives="""
            result == before(header, action)
            result >= 1
        """,
    ),
    contract(
        "slots_added",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= action
            1 <= level_of(action) <= header[TOP]
        """,
        gives="""
            result == added(header, action)
            before(header, action) + result >= 1
        """,
    ),
    contract(
        "families_before",
        needs="""
            is_header(header)
            0 <= low <= header[FAMILIES]
            families_fit(header, family_slot)
            rising(family_slot, low, header[FAMILIES])
        """,
        gives="""
            low <= result <= header[FAMILIES]
            all(family_slot[i] < slot for i in range(low, result))
            all(family_slot[i] >= slot for i in range(result, header[FAMILIES]))
        """,
        loops={
            "while low < high": loop(
                keeps="""
                    old(low) <= low <= high and high <= header[FAMILIES]
                    all(family_slot[i] < slot for i in range(old(low), low))
                    all(family_slot[i] >= slot for i in range(high, header[FAMILIES]))
                """,
                falls="high - low",
            )
        },
    ),
    contract(
        "family_of",
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            0 <= level < header[TOP]
            0 <= start < 2**60
            -2**60 <= slot <= 2**60
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
        """,
        gives="result == -1 or (0 <= result and result + header[WIDTH + level + 1] <= header[SLOTS])",
        before={
            "first = slot - start": """
                rest_bound(start, header[SPAN + level + 1])
                over_bound(start % header[SPAN + level + 1], header[SPAN + level])
                product_bound(start % header[SPAN + level + 1] // header[SPAN + level], stride)
            """
        },
        loops={
            "for i in range(header[FANOUT + level + 1])": loop(
                opens="""
                    header[WIDTH + level + 1] == header[FANOUT + level + 1] * stride
                    product_grows(i, header[FANOUT + level + 1], stride)
                """
            )
        },
    ),
    contract(
        "is_marked",
        needs="""
            0 <= slot
            0 <= slots
            1 <= stride
            slot + slots <= len(tags)
        """,
        gives="implies(not result, unmarked(tags, slot, slots, stride))",
        truth=True,
        opens="turn_first(stride)",
        loops={
            "for at in range(slot, slot + slots, stride)": loop(
                keeps="""
                    turn(at - slot, stride)
                    unmarked(tags, slot, at - slot, stride)
                """,
                opens="turn_next(at - slot, stride)",
            )
        },
    ),
    contract(
        "mark",
        needs="""
            0 <= slot
            0 <= slots
            1 <= stride
            slot + slots <= len(tags)
            unmarked(tags, slot, slots, stride)
        """,
        writes="tags",
        gives="marked_up_to(tags, old(tags), slot, slots, stride, slot + slots)",
        opens="turn_first(stride)",
        loops={
            "for at in range(slot, slot + slots, stride)": loop(
                keeps="""
                    turn(at - slot, stride)
                    marked_up_to(tags, old(tags), slot, slots, stride, at)
                """,
                opens="turn_next(at - slot, stride)",
            )
        },
    ),
]
