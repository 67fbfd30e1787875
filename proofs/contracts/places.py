"""Contracts of `focalloc.fastpath.kernels.places`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import besides, contract, loop

FOUND = """
    is_header(header)
    is_shaped(header)
    spans_are_told(header)
    families_fit(header, family_slot)
    families_fit(header, family_node)
    tokens_are_told(header, tags, family_slot, family_node)
    within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
    0 <= header[SLOTS] <= 2**26
    header[SLOTS] <= len(tags)
    are_tags(header, tags, 0, header[SLOTS])
    0 <= header[FIRST] < 2**49
"""
"""What finding the slot of a token needs."""

CONTRACTS = [
    contract(
        "delta_at",
        whole=True,
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            1 <= level <= header[TOP]
        """,
        gives="result == header[WIDTH + level] - header[UNITS + level]",
    ),
    contract(
        "end_of",
        whole=True,
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= node < 2**60
            node % LEVELS <= header[TOP]
        """,
        gives="result == node // LEVELS + header[SPAN + node % LEVELS]",
    ),
    contract(
        "distance",
        whole=True,
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= node < 2**60
            node % LEVELS <= header[TOP]
            0 <= cursor < 2**60
        """,
        gives="""
            result >= 0
            result == max(node // LEVELS - cursor,
                cursor - node // LEVELS - header[SPAN + node % LEVELS], 0) // header[SPAN]
        """,
        opens="""
            over_bound(max(node // LEVELS - cursor, cursor - node // LEVELS - header[SPAN + node % LEVELS], 0),
                header[SPAN])
        """,
    ),
    contract(
        "nearness",
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= node < 2**60
            node % LEVELS <= header[TOP]
            0 <= header[CURSOR_TOKEN] < 2**60
            0 <= weight
        """,
        gives="0 <= result <= weight",
        before={
            "return weight": """
                over_bound(max(node // LEVELS - header[CURSOR_TOKEN],
                    header[CURSOR_TOKEN] - node // LEVELS - header[SPAN + node % LEVELS], 0), header[SPAN])
                over_bound(weight, 1 + max(node // LEVELS - header[CURSOR_TOKEN],
                    header[CURSOR_TOKEN] - node // LEVELS - header[SPAN + node % LEVELS], 0) // header[SPAN])
            """
        },
    ),
    contract(
        "slots_before",
        whole=True,
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
        whole=True,
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
        whole=True,
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
        "tokens_between",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= first <= last
            last <= len(tags)
            last - first <= 2**26
            are_tags(header, tags, first, last)
        """,
        gives="""
            result == tokens_in(header, tags, first, last - first)
            0 <= result <= (last - first) * 2**31
        """,
        opens="""
            tokens_none(header, tags, first, 0)
            below_no_level(header, tags, first, last - first)
        """,
        loops={
            "for i in range(last - first)": loop(
                keeps="""
                    tokens == tokens_in(header, tags, first, i)
                    0 <= tokens <= i * 2**31
                """,
                closes="tokens_one_more(header, tags, first, i)",
            ),
            "for level in range(header[TOP] + 1)": loop(
                keeps="""
                    tokens == tokens_below(header, tags, first, last - first, level)
                    0 <= tokens <= level * 2**57
                """,
                opens="at_level_none(tags, first, 0, level)",
                closes="below_next_level(header, tags, first, last - first, level - 1)",
            ),
            "for i in range(last - first) #2": loop(
                keeps="""
                    blocks == at_level(tags, first, i, level)
                    0 <= blocks <= i
                """,
                closes="at_level_one_more(tags, first, i, level)",
            ),
        },
        before={"tokens += blocks": "blocks_span(blocks, header[SPAN + level])"},
        closes="""
            below_all_levels(header, tags, first, last - first)
            tokens_bound(header, tags, first, last - first)
        """,
    ),
    contract(
        "token_at",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            tokens_are_told(header, tags, family_slot, family_node)
            0 <= known_slot <= slot
            slot <= len(tags)
            slot <= 2**26
            are_tags(header, tags, 0, slot)
            0 <= header[FIRST] < 2**49
            known_token == header[FIRST] + tokens_in(header, tags, 0, known_slot)
        """,
        gives="""
            result == header[FIRST] + tokens_in(header, tags, 0, slot)
            header[FIRST] <= result <= header[FIRST] + slot * 2**31
        """,
        before={
            "return known_token": """
                known_token == header[FIRST] + tokens_in(header, tags, 0, known_slot)
                tokens_add(header, tags, 0, known_slot, slot - known_slot)
                tokens_bound(header, tags, 0, known_slot)
                tokens_bound(header, tags, 0, slot)
            """
        },
    ),
    contract(
        "write_positions",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(positions)
            are_tags(header, tags, 0, header[SLOTS])
            0 <= header[FIRST] < 2**49
            -2**60 <= origin <= 2**60
        """,
        writes="positions",
        gives="""
            kept_from(positions, old(positions), header[SLOTS])
            all(header[FIRST] - origin <= positions[i] <= header[FIRST] - origin + header[SLOTS] * 2**32
                for i in range(header[SLOTS]))
        """,
        opens="over_bound(header[UNITS], header[SPAN])",
        loops={
            "for slot in range(slots)": loop(
                keeps="""
                    0 <= filled <= slot
                    0 <= token - header[FIRST] + origin <= slot * 2**31
                    0 <= position - header[FIRST] + origin <= slot * 2**32
                    kept_from(positions, old(positions), slot)
                    all(header[FIRST] - origin <= positions[i] <= header[FIRST] - origin + slots * 2**32
                        for i in range(slot))
                """
            )
        },
    ),
    contract(
        "slot_with",
        whole=True,
        joins=True,
        needs=FOUND,
        gives="""
            -1 - header[SLOTS] <= result < header[SLOTS]
            implies(result >= 0, tags[result] >= 0 and header[FIRST] + tokens_in(header, tags, 0, result) == token)
            implies(result < 0 and token < header[FIRST], result == -1)
            implies(result < 0 and token >= header[FIRST],
                header[FIRST] + tokens_in(header, tags, 0, -1 - result) <= token)
            implies(result < 0 and -1 - result < header[SLOTS],
                header[FIRST] + tokens_in(header, tags, 0, -1 - result) != token
                and token < header[FIRST] + tokens_in(header, tags, 0, -result))
            implies(-1 - header[SLOTS] < result < 0 and token >= header[FIRST], tags[-1 - result] >= 0)
        """,
        opens="tokens_none(header, tags, 0, 0)",
        loops={
            "while low < high": loop(
                keeps="""
                    0 <= low <= high <= header[FAMILIES]
                    implies(low > 0, family_node[low - 1] // LEVELS <= token)
                """,
                falls="high - low",
            ),
            "while slot + NEAR <= header[SLOTS]": loop(
                keeps="""
                    0 <= slot <= header[SLOTS]
                    here == header[FIRST] + tokens_in(header, tags, 0, slot)
                    here <= header[FIRST] + slot * 2**31
                    slot == 0 if token < header[FIRST] else here <= token
                """,
                falls="header[SLOTS] - slot",
                opens="""
                    tokens_add(header, tags, 0, slot, NEAR)
                    tokens_bound(header, tags, 0, slot)
                """,
            ),
            "while slot < header[SLOTS] and here + header[SPAN + tags[slot]] <= token": loop(
                keeps="""
                    0 <= slot <= header[SLOTS]
                    here == header[FIRST] + tokens_in(header, tags, 0, slot)
                    here <= header[FIRST] + slot * 2**31
                    slot == 0 if token < header[FIRST] else here <= token
                """,
                falls="header[SLOTS] - slot",
                opens="""
                    tokens_one_more(header, tags, 0, slot + 1)
                    tokens_bound(header, tags, 0, slot)
                """,
            ),
        },
        before={
            "slot = 0": "tokens_bound(header, tags, 0, 0)",
            "while slot + NEAR": "tokens_bound(header, tags, 0, slot)",
            "return slot": "tokens_one_more(header, tags, 0, slot + 1)",
        },
    ),
    contract(
        "slot_at",
        whole=True,
        needs=FOUND,
        gives="""
            -1 <= result < header[SLOTS]
            implies(result >= 0, tags[result] >= 0 and header[FIRST] + tokens_in(header, tags, 0, result) == token)
            implies(result < 0, begins_nowhere(header, tags, header[SLOTS], token))
        """,
        before={
            "return max": """
                tokens_none(header, tags, 0, 0)
                tokens_from(header, tags, 0, header[SLOTS])
                tokens_up_to(header, tags, -1 - slot)
                tokens_from(header, tags, -slot, header[SLOTS])
            """
        },
    ),
    contract(
        "slot_holding",
        whole=True,
        needs=f"{FOUND}    header[FIRST] <= token",
        gives="""
            0 <= result <= header[SLOTS]
            header[FIRST] + tokens_in(header, tags, 0, result) <= token
            implies(result < header[SLOTS], tags[result] >= 0)
            implies(result < header[SLOTS], token < header[FIRST] + tokens_in(header, tags, 0, result + 1))
        """,
        before={"return": "tokens_one_more(header, tags, 0, slot + 1)"},
    ),
    contract(
        "family_of",
        needs="""
            is_header(header)
            is_shaped(header)
            multiplied(header)
            0 <= level < header[TOP]
            0 <= start < 2**60
            -2**60 <= slot <= 2**60
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
        """,
        gives="""
            result == -1 or (0 <= result and result + header[WIDTH + level + 1] <= header[SLOTS])
            implies(result >= 0, all(tags[j] == level for j in range(result, result + header[WIDTH + level + 1])
                if turn(j - result, header[UNITS + level])))
            implies(result >= 0, result
                == slot - start % header[SPAN + level + 1] // header[SPAN + level] * header[UNITS + level])
        """,
        before={
            "return first": "multiplied_at(header, level + 1)",
            "first = slot - start": """
                rest_bound(start, header[SPAN + level + 1])
                over_bound(start % header[SPAN + level + 1], header[SPAN + level])
                product_bound(start % header[SPAN + level + 1] // header[SPAN + level], stride)
            """,
        },
        loops={
            "for i in range(header[FANOUT + level + 1])": loop(
                keeps="all(tags[j] == level for j in range(first, first + i * stride) if turn(j - first, stride))",
                opens="""
                    multiplied_at(header, level + 1)
                    product_grows(i, header[FANOUT + level + 1], stride)
                    product_next(i, stride)
                    turn_times(i, stride)
                """,
            )
        },
    ),
    contract(
        "list_families",
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            has_spans(header)
            spans_are_told(header)
            header[FANOUT + 1] == 1
            0 < header[SLOTS] <= header[CAPACITY]
            header[CAPACITY] <= PLACES
            header[SLOTS] <= len(tags)
            are_plain(header, tags, header[SLOTS])
            tiled(header, tags, 0, header[SLOTS])
            aligned(header, tags, header[SLOTS])
            0 <= header[FIRST]
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
            has_places(header, family_slot)
            has_places(header, family_node)
            ascend(no_collapse, len(no_collapse), 0)
        """,
        writes="header family_slot family_node",
        gives="""
            only(header, FAMILIES, END)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
        """,
        opens="""
            multiplied_is(header)
            spans_multiply_is(header)
            spans_multiply_at(header, 1)
            aligned_is(header, tags, header[SLOTS])
            tiled_is(header, tags, 0, header[SLOTS])
            tokens_none(header, tags, 0, 0)
            tokens_up_to(header, tags, header[SLOTS])
            least_positive(header, WIDTH + 1, WIDTH + 1 + header[TOP])
            times_nothing(len(family_slot), least_width(header))
            times_nothing(len(family_node), least_width(header))
        """,
        closes="""
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
        """,
        loops={
            "while slot < header[SLOTS]": loop(
                keeps="""
                    0 <= slot <= header[SLOTS]
                    slot == header[SLOTS] or tags[slot] >= 0
                    token == header[FIRST] + tokens_in(header, tags, 0, slot)
                    0 <= families
                    families < len(family_slot) and families < len(family_node)
                    0 <= behind <= header[SLOTS]
                    families == 0 or behind >= 1
                    lie_between(header, family_slot, family_node, 0, families, 0, behind)
                    rising(family_slot, 0, families)
                    keep_apart(header, family_slot, family_node, 0, families)
                    all_stand(header, tags, family_slot, family_node, families)
                """,
                falls="header[SLOTS] - slot",
                opens="""
                    0 <= tags[slot] <= header[TOP]
                    slot + header[UNITS + tags[slot]] <= header[SLOTS]
                    tokens_inside(header, tags, slot, header[UNITS + tags[slot]])
                    tokens_add(header, tags, 0, slot, header[UNITS + tags[slot]])
                    header[WIDTH + 1] == header[FANOUT + 1] * header[UNITS]
                    one_times(header[FANOUT + 1], header[UNITS])
                    one_times(header[FANOUT + 1], header[SPAN])
                    rest_bound(token, header[SPAN + tags[slot] + 1])
                    tokens_bound(header, tags, 0, slot)
                    tokens_in(header, tags, 0, slot) + header[SPAN + tags[slot]]
                        <= tokens_in(header, tags, 0, header[SLOTS])
                """,
            )
        },
        before={
            "family_slot[families] = slot": """
                1 <= level + 1 and level + 1 <= header[TOP]
                slot + header[WIDTH + level + 1] <= header[SLOTS]
                0 <= token and token < 2**49
                node_of(level + 1, token) // LEVELS == token and node_of(level + 1, token) % LEVELS == level + 1
                turn_is(token, header[SPAN + level + 1])
                turn(token, header[SPAN + level + 1])
                begins_at(header, tags, slot, node_of(level + 1, token))
                stands_is(header, tags, slot, node_of(level + 1, token))
                row_is(tags, slot, level, header[WIDTH + level + 1], header[UNITS + level])
                turn_first(header[UNITS])
                implies(level == 0, row(tags, slot, level, header[WIDTH + level + 1], header[UNITS + level]))
                row(tags, slot, level, header[WIDTH + level + 1], header[UNITS + level])
                stands(header, tags, slot, node_of(level + 1, token))
            """,
            "behind = slot": """
                lie_between(header, family_slot, family_node, 0, families, 0, slot + header[WIDTH + level + 1])
                families_take(header, family_slot, family_node, 0, families)
                fewer(families, len(family_slot), least_width(header))
                fewer(families, len(family_node), least_width(header))
            """,
        },
    ),
    contract(
        "is_marked",
        whole=True,
        needs="""
            0 <= slot
            0 <= slots
            1 <= stride
            slot + slots <= len(tags)
        """,
        gives="result == (not unmarked(tags, slot, slots, stride))",
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
        whole=True,
        needs="""
            0 <= slot
            0 <= slots
            1 <= stride
            slot + slots <= len(tags)
            unmarked(tags, slot, slots, stride)
        """,
        writes="tags",
        gives="""
            marked_up_to(tags, old(tags), slot, slots, stride, slot + slots)
            all(marks(tags, n) <= marks(old(tags), n) + (slots + stride - 1) // stride
                for n in INTEGERS if at(marks(tags, n)))
        """,
        opens="""
            turn_first(stride)
            over_bound(0, stride)
            over_grows(0, slots + stride - 1, stride)
        """,
        loops={
            "for at in range(slot, slot + slots, stride)": loop(
                keeps="""
                    turn(at - slot, stride)
                    at - slot < slots + stride
                    (at - slot) // stride <= (slots + stride - 1) // stride
                    marked_up_to(tags, old(tags), slot, slots, stride, at)
                    all(marks(tags, n) <= marks(old(tags), n) + (at - slot) // stride
                        for n in INTEGERS if at(marks(tags, n)))
                """,
                opens="""
                    turn_next(at - slot, stride)
                    over_next(at - slot, stride)
                """,
                closes="over_grows(at - slot, slots + stride - 1, stride)",
            )
        },
    ),
]

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "family_of": {
            "whole": True,
            "gives": """
                implies(0 <= slot - start % header[SPAN + level + 1] // header[SPAN + level] * header[UNITS + level]
                    and slot - start % header[SPAN + level + 1] // header[SPAN + level] * header[UNITS + level]
                        + header[WIDTH + level + 1] <= header[SLOTS]
                    and row(tags,
                        slot - start % header[SPAN + level + 1] // header[SPAN + level] * header[UNITS + level],
                        level, header[WIDTH + level + 1], header[UNITS + level]),
                    result == slot - start % header[SPAN + level + 1] // header[SPAN + level] * header[UNITS + level])
            """,
            "loops": {
                "for i in range(header[FANOUT + level + 1])": loop(
                    opens="row_is(tags, first, level, header[WIDTH + level + 1], stride)",
                )
            },
        },
        "list_families": {
            "whole": True,
            "gives": """
                all_listed(header, tags, no_collapse, len(no_collapse), family_slot, header[FAMILIES], header[SLOTS])
            """,
            "opens": """
                all_listed_is(header, tags, no_collapse, len(no_collapse), family_slot, 0, 0)
                tiled_whole(header, tags)
                sound_is(header, tags)
            """,
            "closes": """
                all_listed_alike(old(header), header, tags, no_collapse, len(no_collapse), family_slot,
                    header[FAMILIES],
                    header[SLOTS])
            """,
            "loops": {
                "while slot < header[SLOTS]": loop(
                    keeps="""
                        implies(families == 0, behind == 0)
                        implies(families > 0, family_slot[families - 1] < slot)
                        implies(families > 0, behind == family_slot[families - 1]
                            + header[WIDTH + family_node[families - 1] % LEVELS])
                        all_listed(header, tags, no_collapse, len(no_collapse), family_slot, families, slot)
                    """,
                    opens="""
                        sound(header, tags)
                        begins_family_is(header, tags, no_collapse, len(no_collapse), slot)
                        turn_is(token, header[SPAN + tags[slot] + 1])
                        over_bound(token % header[SPAN + tags[slot] + 1], header[SPAN + tags[slot]])
                        times_nothing(token % header[SPAN + tags[slot] + 1] // header[SPAN + tags[slot]],
                            header[UNITS + tags[slot]])
                        stands_is(header, tags, slot, node_at(header, tags, slot))
                        family_apart(header, tags, no_collapse, len(no_collapse), family_slot[families - 1],
                            family_node[families - 1], slot)
                    """,
                )
            },
            "before": {
                "if begins and": """
                    implies(begins_family(header, tags, no_collapse, len(no_collapse), slot), level < header[TOP])
                    node_of(level + 1, token) == node_at(header, tags, slot)
                    node_parts(node_of(level + 1, token), level + 1, token)
                    implies(level < header[TOP], node_of(level + 1, token) // LEVELS == token
                        and node_of(level + 1, token) % LEVELS == level + 1)
                    implies(begins_family(header, tags, no_collapse, len(no_collapse), slot),
                        token % header[SPAN + level + 1] == 0)
                    implies(begins_family(header, tags, no_collapse, len(no_collapse), slot),
                        slot + header[WIDTH + level + 1] <= header[SLOTS]
                        and row(tags, slot, level, header[WIDTH + level + 1], header[UNITS + level]))
                    implies(begins_family(header, tags, no_collapse, len(no_collapse), slot), begins)
                    implies(families > 0 and begins_family(header, tags, no_collapse, len(no_collapse), slot),
                        slot <= family_slot[families - 1] or behind <= slot)
                    implies(begins_family(header, tags, no_collapse, len(no_collapse), slot), behind <= slot)
                """,
                "family_node[families] =": """
                    all_listed_more(header, tags, no_collapse, len(no_collapse), prior(family_slot), family_slot,
                        families,
                        families + 1, slot)
                    all_listed(header, tags, no_collapse, len(no_collapse), family_slot, families + 1, slot)
                    held_if(family_slot, 0, families + 1, slot, families)
                    held(family_slot, 0, families + 1, slot)
                """,
                "behind = slot": """
                    family_slot[families - 1] == slot
                    family_node[families - 1] == node_of(level + 1, token)
                    node_parts(family_node[families - 1], level + 1, token)
                    family_node[families - 1] % LEVELS == level + 1
                """,
                "token += header[SPAN": """
                    implies(families > 0, behind == family_slot[families - 1]
                        + header[WIDTH + family_node[families - 1] % LEVELS])
                    held(family_slot, 0, families, slot)
                        or not begins_family(header, tags, no_collapse, len(no_collapse), slot)
                    all_listed_next(header, tags, no_collapse, len(no_collapse), family_slot, families, slot,
                        header[UNITS + level])
                """,
            },
        },
    },
)
