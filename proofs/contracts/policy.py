"""Contracts of `focalloc.fastpath.kernels.policy`: what is clipped, what is surveyed, and that sums fit (POL-6)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CHUNKS = "(count + GATES - 1) // GATES"

LISTED = """
            len(look.sizes) >= SIDES
            0 <= look.sizes[EXPAND] <= LOOK
            0 <= look.sizes[COLLAPSE] <= LOOK
"""
"""What going through the items on the shortlists needs."""

MARKED = """
            LOOK + look.sizes[COLLAPSE] <= len(look.marks)
            all(0 <= look.marks[j] and look.marks[j] < len(work.wishes)
                for j in range(LOOK, LOOK + look.sizes[COLLAPSE]))
            look.sizes[EXPAND] <= len(look.listed)
            all(place_of(look.listed[j]) < len(work.worth) for j in range(look.sizes[EXPAND]))
"""
"""What writing to the places of expands, and to the families of collapses, needs."""

ELSEWHERE = (
    "all(work.worth[i] == old(work.worth)[i] for i in INTEGERS"
    " if all(place_of(look.listed[j]) != i for j in range(look.sizes[EXPAND])) if at(work.worth[i]))"
)
NOT_WISHED = (
    "all(work.wishes[i] == old(work.wishes)[i] for i in INTEGERS"
    " if all(look.marks[j] != i for j in range(LOOK, LOOK + look.sizes[COLLAPSE])) if at(work.wishes[i]))"
)
"""That nothing is written but at the places of the expands, and of the collapses, on the shortlists."""

WISHED = """
            within(work.wishes, 0, header[FAMILIES], -2**57, 2**57)
            all(work.wishes[f] <= 2**33 * header[FANOUT + family_node[f] % LEVELS]
                for f in range(header[FAMILIES]) if at(work.wishes[f]) if at(family_node[f]))
"""
"""What may be wished of families."""

MIXED = f"""{LISTED}
            0 <= side < SIDES
            len(network.sizes) >= NETWORK
            0 <= network.sizes[HIDDEN] <= 2**10
            0 <= side * (5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN] <= 2**40
            0 <= 5 * network.sizes[HIDDEN] * network.sizes[HIDDEN] <= 2**40
            side * (5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN]
                + 5 * network.sizes[HIDDEN] * network.sizes[HIDDEN] + network.sizes[HIDDEN] <= len(network.mix)
            4 * network.sizes[HIDDEN] <= len(look.context)
            within(look.context, 0, 4 * network.sizes[HIDDEN], 0, CLIP)
            network.sizes[HIDDEN] <= len(look.sums)
            sums_fit(network.mix, side * (5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN], network.sizes[HIDDEN],
                5 * network.sizes[HIDDEN])
"""
"""What mixing items with what all come to needs: the sizes of a network, and sums as POL-6 bounds them."""

GATED = """
            is_header(header)
            is_shaped(header)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(look.told)
            header[SLOTS] <= len(gates)
            SIDES * (CHEAP + 1) <= len(gate)
            within(gate, 0, SIDES * (CHEAP + 1), -2**7, 2**7)
            4 <= len(known)
"""
"""What gates go by."""

BASED = """
            3 * LEVELS <= len(base)
            all(base[j] == header[SPAN + j - SIDES * LEVELS] // header[SPAN]
                for j in range(SIDES * LEVELS, SIDES * LEVELS + header[TOP] + 1))
            within(base, 1, 1 + header[TOP], -2**24, 2**24)
            within(base, LEVELS + 1, LEVELS + 1 + header[TOP], -2**24, 2**24)
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[FIRST] < 2**49
"""
"""What gates of places go by."""

AT_GISTS = "all(gates[j] == LOWEST or 1 <= tags[j] and tags[j] <= header[TOP] for j in range(header[SLOTS]))"
"""Where there are gates, gists begin."""

STARTED = (
    "all(gates[j] == LOWEST or 0 <= starts[j] * header[SPAN] and starts[j] * header[SPAN] < 2**49"
    " for j in range(header[SLOTS]) if at(gates[j]))"
)
"""Where there are gates, tokens begin that fit."""

SHORTLISTED = """
            are_shortlisted(header, family_node, EXPAND, look.listed, look.marks, 0, look.sizes[EXPAND])
            are_shortlisted(header, family_node, COLLAPSE, look.listed, look.marks, LOOK, look.sizes[COLLAPSE])
"""
"""That the items on the shortlists are expands and collapses of the context."""

HAS_LOOKED = f"""{LISTED}{SHORTLISTED}
            is_header(header)
            is_shaped(header)
            is_dear(header)
            families_fit(header, family_node)
            0 < header[SLOTS] <= 2**26
            0 <= header[W_MAX] <= 2**26
            SIDES * LOOK <= len(look.listed)
            SIDES * LOOK <= len(look.marks)
            SIDES * LOOK <= len(look.values)
            SIDES * LOOK <= len(look.keys)
            SIDES * LOOK <= len(look.notes)
            len(network.sizes) >= NETWORK
            -2**32 <= network.sizes[SHOW] <= 2**32
            -LIMIT <= network.sizes[STAY] <= LIMIT
"""
"""What making preferences of worths needs."""

WEIGHED = """
            0 <= network.sizes[HIDDEN] <= 2**10
            0 <= network.sizes[ENCODE_SHIFT] <= 62
            0 <= network.sizes[MIX_SHIFT] <= 62
            SIDES * (KNOWN_OF_ITEM + 1) * network.sizes[HIDDEN] <= len(network.encode)
            2 * ((5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN]) <= len(network.mix)
            SIDES * (network.sizes[HIDDEN] + 1) <= len(network.prefer)
            sums_fit(network.encode, 0, network.sizes[HIDDEN], KNOWN_OF_ITEM)
            sums_fit(network.encode, (KNOWN_OF_ITEM + 1) * network.sizes[HIDDEN], network.sizes[HIDDEN], KNOWN_OF_ITEM)
            sums_fit(network.mix, 0, network.sizes[HIDDEN], 5 * network.sizes[HIDDEN])
            sums_fit(network.mix, (5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN], network.sizes[HIDDEN],
                5 * network.sizes[HIDDEN])
            sums_fit(network.prefer, 0, 1, network.sizes[HIDDEN])
            sums_fit(network.prefer, network.sizes[HIDDEN] + 1, 1, network.sizes[HIDDEN])
"""
"""That a network has the layers of its sizes, with weights as POL-6 bounds them."""


def gated_before(slot: str) -> str:
    """Gates before ``slot`` have the scores added, and fit; none has come or gone, and the others are as they were."""
    return f"""
            all(gates[j] == LOWEST or -2**27 <= gates[j] and gates[j] <= 2**27 for j in range({slot}))
            all((gates[j] == LOWEST) == (old(gates)[j] == LOWEST) for j in range({slot}))
            kept_from(gates, old(gates), {slot})
        """


CONTRACTS = [
    contract(
        "logarithm",
        needs="0 <= number < 2**53 - 1",
        gives="0 <= result < 53 * 2**DIGITS",
    ),
    contract(
        "shortened",
        whole=True,
        seen_through=True,
        gives="""
            -CLIP <= result <= CLIP
            implies(-CLIP < result < CLIP, result == score >> SCORE_SHIFT)
        """,
    ),
    contract(
        "quotient",
        needs="1 <= by < 2**53",
        gives="""
            implies(number >= 0, 0 <= result <= number)
            implies(number < 0, number <= result <= -1)
        """,
        before={
            "return number // by": """
                over_bound(number, by)
                over_below(number, by)
            """
        },
    ),
    contract(
        "scan",
        needs="""
            0 <= slot
            1 <= slots <= 2**26
            slot + slots <= len(fixed)
            slot + slots <= len(told)
            4 <= len(known)
        """,
        writes="known",
        gives="""
            within(known, 0, 4, -CLIP, CLIP)
            kept_from(known, old(known), 4)
        """,
        loops={
            "for i in range(slots)": loop(
                keeps="""
                    -LIMIT * i <= heard <= LIMIT * i
                    -LIMIT * i <= seen <= LIMIT * i
                """
            )
        },
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
        "describe",
        needs="""
            is_header(header)
            is_shaped(header)
            is_dear(header)
            0 <= side <= 1
            0 <= item < LOOK
            SIDES * LOOK <= len(marks)
            SIDES * LOOK <= len(listed)
            SIDES + 1 <= len(look.sizes)
            SIDES * LOOK * KNOWN_OF_ITEM <= len(inputs)
            4 <= len(known)
            0 < header[SLOTS] <= 2**26
            1 <= header[W_MAX] <= 2**26
            header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(look.told)
            0 <= header[CURSOR_TOKEN] < 2**49
            all(0 <= look.sizes[j] and look.sizes[j] <= 2**26 for j in range(SIDES + 1))
            implies(side == COLLAPSE, 0 <= marks[LOOK + item] and marks[LOOK + item] < len(family_node))
            0 <= (marks[item] if side == EXPAND else family_node[marks[LOOK + item]]) < 2**54
            1 <= (marks[item] if side == EXPAND else family_node[marks[LOOK + item]]) % LEVELS
            (marks[item] if side == EXPAND else family_node[marks[LOOK + item]]) % LEVELS <= header[TOP]
            place_of(listed[side * LOOK + item])
                + (header[UNITS + marks[item] % LEVELS] if side == EXPAND
                else header[WIDTH + family_node[marks[LOOK + item]] % LEVELS]) <= header[SLOTS]
        """,
        writes="known inputs",
        gives="""
            within(inputs, (side * LOOK + item) * KNOWN_OF_ITEM, (side * LOOK + item + 1) * KNOWN_OF_ITEM, -CLIP, CLIP)
            kept_outside(inputs, old(inputs), (side * LOOK + item) * KNOWN_OF_ITEM,
                (side * LOOK + item + 1) * KNOWN_OF_ITEM)
        """,
        loops={
            "for i in range(4)": loop(
                keeps="""
                    within(inputs, to, to + i, -CLIP, CLIP)
                    kept_outside(inputs, old(inputs), to, to + KNOWN_OF_ITEM)
                """
            )
        },
        before={
            "start = node": """
                over_bound(node // LEVELS, header[SPAN])
                over_bound(header[SPAN + level], header[SPAN])
                over_bound(header[CURSOR_TOKEN], header[SPAN])
                over_bound(header[CURSOR_TOKEN] + header[SPAN] - 1, header[SPAN])
                over_grows(header[CURSOR_TOKEN] + header[SPAN] - 1, header[CURSOR_TOKEN] + header[SPAN], header[SPAN])
                over_next(header[CURSOR_TOKEN], header[SPAN])
                header[WIDTH + level] > header[UNITS + level]
            """,
            "inputs[to + 12]": "over_bound(header[SLOTS] * 2**8, header[W_MAX])",
            "inputs[to + 13]": """
                over_far((header[W_MAX] - header[SLOTS]) * 2**8, delta)
            """,
        },
    ),
    contract(
        "lay_bases",
        needs="""
            is_header(header)
            is_shaped(header)
            is_dear(header)
            SIDES * (CHEAP + 1) <= len(gate)
            within(gate, 0, SIDES * (CHEAP + 1), -2**7, 2**7)
            3 * LEVELS <= len(base)
        """,
        writes="look.base",
        gives="""
            all(base[j] == header[SPAN + j - SIDES * LEVELS] // header[SPAN]
                for j in range(SIDES * LEVELS, SIDES * LEVELS + header[TOP] + 1))
            within(base, 1, 1 + header[TOP], -2**24, 2**24)
            within(base, LEVELS + 1, LEVELS + 1 + header[TOP], -2**24, 2**24)
        """,
        loops={
            "for level in range(header[TOP] + 1)": loop(
                keeps="""
                    all(base[j] == header[SPAN + j - SIDES * LEVELS] // header[SPAN]
                        for j in range(SIDES * LEVELS, SIDES * LEVELS + level))
                """,
                opens="over_bound(header[SPAN + level], header[SPAN])",
            ),
            "for side in range(SIDES)": loop(
                keeps="""
                    all(base[j] == header[SPAN + j - SIDES * LEVELS] // header[SPAN]
                        for j in range(SIDES * LEVELS, SIDES * LEVELS + header[TOP] + 1))
                    implies(side >= 1, within(base, 1, 1 + header[TOP], -2**24, 2**24))
                    implies(side >= 2, within(base, LEVELS + 1, LEVELS + 1 + header[TOP], -2**24, 2**24))
                """
            ),
            "for level in range(1, header[TOP] + 1)": loop(
                keeps="""
                    all(base[j] == header[SPAN + j - SIDES * LEVELS] // header[SPAN]
                        for j in range(SIDES * LEVELS, SIDES * LEVELS + header[TOP] + 1))
                    implies(side >= 1, within(base, 1, 1 + header[TOP], -2**24, 2**24))
                    within(base, side * LEVELS + 1, side * LEVELS + level, -2**24, 2**24)
                """,
                opens="""
                    header[WIDTH + level] > header[UNITS + level]
                    over_bound(header[SPAN + level], header[SPAN])
                """,
            ),
        },
        before={
            "of_level = gate": "level_product(gate[first + 4] * 2**8, level)",
            "base[side * LEVELS + level]": """
                weight_product(gate[first + 5], cost)
                weight_product(gate[first + 6], span)
            """,
        },
    ),
    contract(
        "placed",
        needs="""
            0 <= at <= 2**10
            at + CHEAP <= len(weights)
            within(weights, at, at + CHEAP, -2**7, 2**7)
            0 <= cursor < 2**52
            0 <= ceiling <= cursor + 1
            0 <= start < 2**52
            0 <= behind < 2**53
        """,
        gives="-2**22 <= result <= 2**22",
        before={
            "return weights[at + 7]": "weight_product(weights[at + 7], far)",
            "return weights[at + 8]": "weight_product(weights[at + 8], far)",
        },
    ),
    contract(
        "gate_places",
        needs=f"""{GATED}{BASED}
            spans_are_told(header)
            follow_each_other(header, tags)
            are_plain(header, tags, header[SLOTS])
            header[SLOTS] <= len(starts)
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
        """,
        writes="gates starts",
        gives=f"""
            all(gates[j] == LOWEST or -2**25 <= gates[j] and gates[j] <= 2**25 for j in range(header[SLOTS]))
            {AT_GISTS}
            {STARTED}
            kept_from(gates, old(gates), header[SLOTS])
        """,
        loops={
            "for slot in range(slots)": loop(
                keeps="""
                    all(gates[j] == LOWEST for j in range(slot))
                    kept_from(gates, old(gates), header[SLOTS])
                """
            ),
            "while slot < slots": loop(
                keeps=f"""
                    0 <= slot <= slots
                    slot == slots or tags[slot] >= 0
                    0 <= start <= header[FIRST] + tokens_in(header, tags, 0, slot)
                    0 <= start * header[SPAN]
                    start * header[SPAN] <= header[FIRST] + tokens_in(header, tags, 0, slot)
                    tokens_in(header, tags, 0, slot) <= tokens_in(header, tags, 0, header[SLOTS])
                    all(gates[j] == LOWEST or -2**25 <= gates[j] and gates[j] <= 2**25 for j in range(header[SLOTS]))
                    {AT_GISTS}
                    {STARTED}
                    kept_from(gates, old(gates), header[SLOTS])
                """,
                falls="slots - slot",
                opens="""
                    0 <= tags[slot] and tags[slot] <= header[TOP]
                    1 <= header[UNITS + tags[slot]] and slot + header[UNITS + tags[slot]] <= slots
                    base[SIDES * LEVELS + tags[slot]] == header[SPAN + tags[slot]] // header[SPAN]
                    over_bound(header[SPAN + tags[slot]], header[SPAN])
                    over_floor(header[SPAN + tags[slot]], header[SPAN])
                    times_sum(start, header[SPAN + tags[slot]] // header[SPAN], header[SPAN])
                    product_positive(header[SPAN + tags[slot]] // header[SPAN], header[SPAN])
                    tokens_up_to(header, tags, slot + header[UNITS + tags[slot]])
                    tokens_in(header, tags, 0, slot) + header[SPAN + tags[slot]]
                        <= tokens_in(header, tags, 0, slot + header[UNITS + tags[slot]])
                    tokens_add(header, tags, 0, slot + header[UNITS + tags[slot]],
                        header[SLOTS] - slot - header[UNITS + tags[slot]])
                    tokens_bound(header, tags, slot + header[UNITS + tags[slot]],
                        header[SLOTS] - slot - header[UNITS + tags[slot]])
                """,
            ),
        },
        before={
            "cursor = header": """
                over_bound(header[CURSOR_TOKEN] + header[SPAN] - 1, header[SPAN])
                over_bound(header[CURSOR_TOKEN], header[SPAN])
                over_grows(header[CURSOR_TOKEN], header[CURSOR_TOKEN] + header[SPAN] - 1, header[SPAN])
                over_grows(header[CURSOR_TOKEN] + header[SPAN] - 1, header[CURSOR_TOKEN] + header[SPAN], header[SPAN])
                over_next(header[CURSOR_TOKEN], header[SPAN])
            """,
            "start = header": """
                over_bound(header[FIRST], header[SPAN])
                over_floor(header[FIRST], header[SPAN])
                product_positive(header[FIRST] // header[SPAN], header[SPAN])
                tokens_none(header, tags, 0, 0)
                tokens_bound(header, tags, 0, header[SLOTS])
            """,
        },
    ),
    contract(
        "gate_scores",
        needs=f"""{GATED}
            all(gates[j] == LOWEST or -2**25 <= gates[j] and gates[j] <= 2**25 for j in range(header[SLOTS]))
        """,
        writes="gates",
        gives=gated_before("header[SLOTS]"),
        loops={
            "for slot in range(session.header[SLOTS])": loop(
                keeps=gated_before("slot"),
                opens="gates[slot] == old(gates)[slot]",
            )
        },
        before={
            "more = of_told": """
                three_weights(of_told, max(-(2**15 - 1), min(look.told[slot] >> 12, 2**15 - 1)))
                three_weights(of_seen, max(-(2**15 - 1), min(fixed[slot] >> 12, 2**15 - 1)))
            """,
        },
    ),
    contract(
        "gate_known",
        whole=True,
        needs="""
            0 <= first <= 2**10
            first + 4 <= len(gate)
            within(gate, first, first + 4, -2**7, 2**7)
            4 <= len(known)
            within(known, 0, 4, -CLIP, CLIP)
        """,
        gives="""
            result == gate[first] * known[0] + gate[first + 1] * known[1] + gate[first + 2] * known[2]
                + gate[first + 3] * known[3]
            -2**24 <= result <= 2**24
        """,
        opens="""
            weight_product(gate[first], known[0])
            weight_product(gate[first + 1], known[1])
            weight_product(gate[first + 2], known[2])
            weight_product(gate[first + 3], known[3])
        """,
    ),
    contract(
        "gate_several",
        needs=f"""{GATED}
            all(gates[j] == LOWEST or -2**25 <= gates[j] and gates[j] <= 2**25 for j in range(header[SLOTS]))
            {AT_GISTS}
            blocks_fit(header, tags)
        """,
        writes="gates known",
        gives=gated_before("header[SLOTS]"),
        loops={
            "for slot in range(header[SLOTS])": loop(
                keeps=gated_before("slot"),
                opens="""
                    gates[slot] == old(gates)[slot]
                    three_weights(of_told, max(-(2**15 - 1), min(look.told[slot] >> 12, 2**15 - 1)))
                    three_weights(of_seen, max(-(2**15 - 1), min(fixed[slot] >> 12, 2**15 - 1)))
                """,
            )
        },
    ),
    contract(
        "gate_families",
        needs=f"""{GATED}{BASED}
            0 <= families <= header[FAMILIES]
            families <= len(gates)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
        """,
        writes="gates known",
        gives="""
            within(gates, 0, families, -2**27, 2**27)
            kept_from(gates, old(gates), families)
        """,
        loops={
            "for family in range(families)": loop(
                keeps="""
                    within(gates, 0, family, -2**27, 2**27)
                    kept_from(gates, old(gates), families)
                """,
                opens="""
                    1 <= family_node[family] % LEVELS and family_node[family] % LEVELS <= header[TOP]
                    0 <= family_slot[family]
                    0 <= family_node[family] and family_node[family] < 2**54
                    base[SIDES * LEVELS + family_node[family] % LEVELS]
                        == header[SPAN + family_node[family] % LEVELS] // header[SPAN]
                    over_bound(header[SPAN + family_node[family] % LEVELS], header[SPAN])
                """,
            )
        },
        before={
            "cursor = header": """
                over_bound(header[CURSOR_TOKEN] + header[SPAN] - 1, header[SPAN])
                over_bound(header[CURSOR_TOKEN], header[SPAN])
                over_grows(header[CURSOR_TOKEN], header[CURSOR_TOKEN] + header[SPAN] - 1, header[SPAN])
                over_grows(header[CURSOR_TOKEN] + header[SPAN] - 1, header[CURSOR_TOKEN] + header[SPAN], header[SPAN])
                over_next(header[CURSOR_TOKEN], header[SPAN])
            """,
        },
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
        gives="""
            all(gates[i] <= peaks[i // GATES] for i in range(count))
            within(peaks, 0, count // GATES + 1, LOWEST, high(gates))
        """,
        loops={
            "for chunk in range(whole)": loop(
                keeps="""
                    all(gates[i] <= peaks[i // GATES] for i in range(chunk * GATES))
                    within(peaks, 0, chunk, LOWEST, high(gates))
                """
            ),
            "for i in range(GATES)": loop(
                keeps="""
                    LOWEST <= peak <= high(gates)
                    all(gates[j] <= peak for j in range(first, first + i))
                """
            ),
            "for at in range(whole * GATES, count)": loop(
                keeps="""
                    all(gates[i] <= peaks[i // GATES] for i in range(at))
                    within(peaks, 0, whole + 1, LOWEST, high(gates))
                """
            ),
        },
    ),
    contract(
        "least_gate",
        needs=f"""
            0 <= count <= 2**26
            {CHUNKS} <= len(look.gate_peaks)
            within(look.gate_peaks, 0, {CHUNKS}, LOWEST, LIMIT - 1)
            1 <= room < 2**40
            {CHUNKS} <= len(look.keys)
            {CHUNKS} <= len(look.notes)
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
        "shortlist",
        needs=f"""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            ledger_fits(header, ledger_action)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            blocks_fit(header, tags)
            0 <= side < SIDES
            0 <= count <= (header[SLOTS] if side == EXPAND else header[FAMILIES])
            count <= 2**26
            count <= len(gates)
            header[SLOTS] <= len(starts)
            {CHUNKS} <= len(look.gate_peaks)
            within(look.gate_peaks, 0, {CHUNKS}, LOWEST, LIMIT - 1)
            {CHUNKS} <= len(look.keys)
            {CHUNKS} <= len(look.notes)
            1 <= room <= LOOK
            room <= len(look.keys)
            room <= len(look.notes)
            SIDES <= len(look.sizes)
            SIDES * LOOK <= len(look.listed)
            SIDES * LOOK <= len(look.marks)
            header[LEDGER_TO] <= 2**30
            implies(side == EXPAND, {AT_GISTS})
            implies(side == EXPAND, {STARTED})
        """,
        writes="look.keys look.notes look.listed look.marks look.sizes",
        gives="""
            0 <= look.sizes[side] <= room
            kept_outside(look.sizes, old(look.sizes), side, side + 1)
            kept_outside(look.listed, old(look.listed), side * LOOK, side * LOOK + look.sizes[side])
            kept_outside(look.marks, old(look.marks), side * LOOK, side * LOOK + look.sizes[side])
            are_shortlisted(header, family_node, side, look.listed, look.marks, side * LOOK, look.sizes[side])
        """,
        loops={
            "for chunk in range((count + GATES - 1) // GATES)": loop(
                keeps="""
                    0 <= size <= room
                    LOWEST < bar <= LIMIT
                    heap(keys, size)
                    keys_within(keys, notes, size, (LOWEST + 1) * PLACES, LIMIT * PLACES - 1)
                    items_within(header, family_node, side, keys, notes, size)
                """
            ),
            "for at in range(chunk * GATES, min(count, (chunk + 1) * GATES))": loop(
                keeps="""
                    0 <= size <= room
                    LOWEST < bar <= LIMIT
                    heap(keys, size)
                    keys_within(keys, notes, size, (LOWEST + 1) * PLACES, LIMIT * PLACES - 1)
                    items_within(header, family_node, side, keys, notes, size)
                """,
                closes="keys_in(keys, notes, size, size, (LOWEST + 1) * PLACES, LIMIT * PLACES - 1)",
            ),
            "for i in range(size)": loop(
                keeps="""
                    kept_outside(look.listed, old(look.listed), side * LOOK, side * LOOK + i)
                    kept_outside(look.marks, old(look.marks), side * LOOK, side * LOOK + i)
                    are_shortlisted(header, family_node, side, look.listed, look.marks, side * LOOK, i)
                """
            ),
        },
        before={
            "place = at": "1 <= tags[at] and tags[at] <= header[TOP] or side == COLLAPSE",
            "if not is_barred": """
                key_round(gates[at], place)
                is_item(header, family_node, side, key_of(gates[at], place), note)
            """,
            "bar = rank_of": "keys_in(keys, notes, size, size, (LOWEST + 1) * PLACES, LIMIT * PLACES - 1)",
            "look.sizes[side] = size": "many_members(keys, notes, size, size)",
        },
    ),
    contract(
        "list_items",
        joins=True,
        needs=f"""{GATED}
            is_dear(header)
            spans_are_told(header)
            follow_each_other(header, tags)
            are_plain(header, tags, header[SLOTS])
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[FIRST] < 2**49
            0 <= header[END] < 2**49
            0 <= header[PROTECTED] < 2**49
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            header[FAMILIES] <= header[SLOTS]
            ledger_fits(header, ledger_action)
            header[LEDGER_TO] <= 2**30
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            3 * LEVELS <= len(base)
            len(network.sizes) >= NETWORK
            1 <= network.sizes[SHORTLIST] <= LOOK
            header[SLOTS] <= len(starts)
            header[SLOTS] // GATES < len(look.gate_peaks)
            header[SLOTS] // GATES < len(look.keys)
            header[SLOTS] // GATES < len(look.notes)
            LOOK <= len(look.keys)
            LOOK <= len(look.notes)
            SIDES <= len(look.sizes)
            SIDES * LOOK <= len(look.listed)
            SIDES * LOOK <= len(look.marks)
        """,
        writes="""look.base look.gates look.starts look.known look.gate_peaks look.keys look.notes look.listed
            look.marks look.sizes""",
        gives=f"""{LISTED}{SHORTLISTED}
            kept_from(look.sizes, old(look.sizes), SIDES)
        """,
        loops={
            "while families > 0 and end_of(header, session.family_node[families - 1]) "
            "> header[END] - header[PROTECTED]": loop(
                keeps="0 <= families <= header[FAMILIES]",
                falls="families",
                opens="0 <= family_node[families - 1] and family_node[families - 1] % LEVELS <= header[TOP]",
            )
        },
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
        "encode_items",
        needs=f"""{LISTED}
            0 <= side < SIDES
            len(network.sizes) >= NETWORK
            0 <= network.sizes[HIDDEN] <= 2**20
            0 <= network.sizes[ENCODE_SHIFT] <= 62
            0 <= side * (KNOWN_OF_ITEM + 1) * network.sizes[HIDDEN] <= 2**40
            side * (KNOWN_OF_ITEM + 1) * network.sizes[HIDDEN] + (KNOWN_OF_ITEM + 1) * network.sizes[HIDDEN]
                <= len(network.encode)
            SIDES * LOOK * network.sizes[HIDDEN] <= len(look.activations)
            (side * LOOK + look.sizes[side]) * KNOWN_OF_ITEM <= len(look.inputs)
            within(look.inputs, side * LOOK * KNOWN_OF_ITEM, (side * LOOK + look.sizes[side]) * KNOWN_OF_ITEM,
                -CLIP, CLIP)
            sums_fit(network.encode, side * (KNOWN_OF_ITEM + 1) * network.sizes[HIDDEN], network.sizes[HIDDEN],
                KNOWN_OF_ITEM)
        """,
        writes="look.activations",
        gives="""
            within(look.activations, side * LOOK * network.sizes[HIDDEN],
                (side * LOOK + look.sizes[side]) * network.sizes[HIDDEN], 0, CLIP)
            kept_outside(look.activations, old(look.activations), side * LOOK * network.sizes[HIDDEN],
                (side * LOOK + look.sizes[side]) * network.sizes[HIDDEN])
        """,
        loops={
            "for item in range(look.sizes[side])": loop(
                keeps="""
                    within(activations, side * LOOK * width, (side * LOOK + item) * width, 0, CLIP)
                    kept_outside(activations, old(look.activations), side * LOOK * width, (side * LOOK + item) * width)
                """,
                opens="""
                    product_grows(side * LOOK + item, SIDES * LOOK, width)
                    product_next(side * LOOK + item, width)
                    most_of_all(side * LOOK, side * LOOK + item, width)
                """,
            ),
            "for i in range(width)": loop(
                keeps="""
                    within(activations, side * LOOK * width, (side * LOOK + item) * width, 0, CLIP)
                    kept_outside(activations, old(look.activations), side * LOOK * width,
                        (side * LOOK + item + 1) * width)
                    all(activations[j] == encode[source + j - to] for j in range(to, to + i))
                """,
                opens="reach_positive(encode, weights + i, width, KNOWN_OF_ITEM)",
            ),
            "for one in range(KNOWN_OF_ITEM)": loop(
                keeps="""
                    within(activations, side * LOOK * width, (side * LOOK + item) * width, 0, CLIP)
                    kept_outside(activations, old(look.activations), side * LOOK * width,
                        (side * LOOK + item + 1) * width)
                    all(magnitude(activations[j]) <= magnitude(encode[weights + KNOWN_OF_ITEM * width + j - to])
                        + reach(encode, weights + j - to, width, one) * CLIP for j in range(to, to + width))
                """,
                opens="product_grows(one, KNOWN_OF_ITEM, width)",
            ),
            "for i in range(width) #2": loop(
                keeps="""
                    within(activations, side * LOOK * width, (side * LOOK + item) * width, 0, CLIP)
                    kept_outside(activations, old(look.activations), side * LOOK * width,
                        (side * LOOK + item + 1) * width)
                    all(magnitude(activations[j]) <= magnitude(encode[weights + KNOWN_OF_ITEM * width + j - to])
                        + reach(encode, weights + j - to, width, one + 1) * CLIP for j in range(to, to + i))
                    all(magnitude(activations[j]) <= magnitude(encode[weights + KNOWN_OF_ITEM * width + j - to])
                        + reach(encode, weights + j - to, width, one) * CLIP for j in range(to + i, to + width))
                """,
                opens="""
                    reach_one_more(encode, weights + i, width, one + 1)
                    reach_grows(encode, weights + i, width, one + 1, KNOWN_OF_ITEM)
                    weighed(encode[source + i], factor)
                """,
            ),
        },
    ),
    contract(
        "pool",
        needs=f"""{LISTED}
            0 <= side < SIDES
            len(network.sizes) >= NETWORK
            0 <= network.sizes[HIDDEN] <= 2**20
            0 <= side * LOOK * network.sizes[HIDDEN] <= 2**40
            0 <= 2 * side * network.sizes[HIDDEN] <= 2**40
            2 * side * network.sizes[HIDDEN] + 2 * network.sizes[HIDDEN] <= len(look.context)
            0 <= look.sizes[side] * network.sizes[HIDDEN] <= 2**40
            side * LOOK * network.sizes[HIDDEN] + look.sizes[side] * network.sizes[HIDDEN] <= len(look.activations)
            within(look.activations, side * LOOK * network.sizes[HIDDEN],
                side * LOOK * network.sizes[HIDDEN] + look.sizes[side] * network.sizes[HIDDEN], 0, CLIP)
        """,
        writes="look.context",
        gives="""
            within(look.context, 2 * side * network.sizes[HIDDEN],
                2 * side * network.sizes[HIDDEN] + 2 * network.sizes[HIDDEN], 0, CLIP)
            kept_outside(look.context, old(look.context), 2 * side * network.sizes[HIDDEN],
                2 * side * network.sizes[HIDDEN] + 2 * network.sizes[HIDDEN])
        """,
        loops={
            "for i in range(2 * width)": loop(
                keeps="""
                    within(context, mean, mean + i, 0, 0)
                    kept_outside(context, old(context), mean, mean + 2 * width)
                """
            ),
            "for item in range(size)": loop(
                keeps="""
                    within(context, mean, mean + width, 0, item * CLIP)
                    within(context, mean + width, mean + 2 * width, 0, CLIP)
                    kept_outside(context, old(context), mean, mean + 2 * width)
                """,
                opens="product_grows(item, size, width)",
            ),
            "for i in range(width)": loop(
                keeps="""
                    within(context, mean, mean + i, 0, (item + 1) * CLIP)
                    within(context, mean + i, mean + width, 0, item * CLIP)
                    within(context, mean + width, mean + 2 * width, 0, CLIP)
                    kept_outside(context, old(context), mean, mean + 2 * width)
                """
            ),
            "for i in range(width) #2": loop(
                keeps="""
                    within(context, mean, mean + i, 0, CLIP)
                    within(context, mean + i, mean + width, 0, size * CLIP)
                    within(context, mean + width, mean + 2 * width, 0, CLIP)
                    kept_outside(context, old(context), mean, mean + 2 * width)
                """,
                opens="""
                    0 <= context[mean + i] <= size * CLIP
                    below(context[mean + i], CLIP + 1, max(1, size))
                    over_bound(context[mean + i], max(1, size))
                """,
            ),
        },
    ),
    contract(
        "sum_context",
        needs=MIXED,
        writes="look.sums",
        gives="""
            all(magnitude(look.sums[j]) <= magnitude(network.mix[side * (5 * network.sizes[HIDDEN] + 1)
                * network.sizes[HIDDEN] + 5 * network.sizes[HIDDEN] * network.sizes[HIDDEN] + j])
                + (reach(network.mix, side * (5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN] + j,
                network.sizes[HIDDEN], 5 * network.sizes[HIDDEN])
                - reach(network.mix, side * (5 * network.sizes[HIDDEN] + 1) * network.sizes[HIDDEN] + j,
                network.sizes[HIDDEN], network.sizes[HIDDEN])) * CLIP for j in range(network.sizes[HIDDEN]))
        """,
        opens="places_product(side, 5 * network.sizes[HIDDEN] + 1)",
        loops={
            "for i in range(width)": loop(
                keeps="all(sums[j] == mix[weights + 5 * width * width + j] for j in range(i))",
                opens="reach_positive(mix, weights + i, width, 5 * width)",
            ),
            "for one in range(4 * width)": loop(
                keeps="""
                    all(magnitude(sums[j]) <= magnitude(mix[weights + 5 * width * width + j])
                        + (reach(mix, weights + j, width, width + one) - reach(mix, weights + j, width, width)) * CLIP
                        for j in range(width))
                """,
                opens="product_grows(width + one, 5 * width, width)",
            ),
            "for i in range(width) #2": loop(
                keeps="""
                    all(magnitude(sums[j]) <= magnitude(mix[weights + 5 * width * width + j])
                        + (reach(mix, weights + j, width, width + one + 1) - reach(mix, weights + j, width, width))
                        * CLIP for j in range(i))
                    all(magnitude(sums[j]) <= magnitude(mix[weights + 5 * width * width + j])
                        + (reach(mix, weights + j, width, width + one) - reach(mix, weights + j, width, width)) * CLIP
                        for j in range(i, width))
                """,
                opens="""
                    reach_one_more(mix, weights + i, width, width + one + 1)
                    reach_grows(mix, weights + i, width, width + one + 1, 5 * width)
                    reach_positive(mix, weights + i, width, width)
                    weighed(mix[source + i], factor)
                """,
            ),
        },
    ),
    contract(
        "mix_items",
        needs=f"""{MIXED}
            0 <= network.sizes[MIX_SHIFT] <= 62
            0 <= side * (network.sizes[HIDDEN] + 1) <= 2**40
            side * (network.sizes[HIDDEN] + 1) + network.sizes[HIDDEN] + 1 <= len(network.prefer)
            SIDES * LOOK * network.sizes[HIDDEN] <= len(look.activations)
            within(look.activations, side * LOOK * network.sizes[HIDDEN],
                (side * LOOK + look.sizes[side]) * network.sizes[HIDDEN], 0, CLIP)
            network.sizes[HIDDEN] <= len(look.mixed)
            SIDES * LOOK <= len(look.values)
            sums_fit(network.prefer, side * (network.sizes[HIDDEN] + 1), 1, network.sizes[HIDDEN])
        """,
        writes="look.sums look.mixed look.values",
        gives="""
            within(look.values, side * LOOK, side * LOOK + look.sizes[side], LOWEST, LIMIT - 1)
            kept_outside(look.values, old(look.values), side * LOOK, side * LOOK + look.sizes[side])
        """,
        opens="places_product(side, 5 * network.sizes[HIDDEN] + 1)",
        loops={
            "for item in range(look.sizes[side])": loop(
                keeps="""
                    within(look.values, side * LOOK, side * LOOK + item, LOWEST, LIMIT - 1)
                    kept_outside(look.values, old(look.values), side * LOOK, side * LOOK + item)
                """,
                opens="""
                    product_grows(side * LOOK + item, SIDES * LOOK, width)
                    product_next(side * LOOK + item, width)
                    product_grows(side * LOOK + item, side * LOOK + look.sizes[side], width)
                    most_of_all(side * LOOK, side * LOOK + item, width)
                """,
            ),
            "for i in range(width)": loop(
                keeps="all(mixed[j] == sums[j] for j in range(i))",
                opens="""
                    reach_positive(mix, weights + i, width, width)
                    reach_grows(mix, weights + i, width, width, 5 * width)
                """,
            ),
            "for one in range(width)": loop(
                keeps="""
                    all(magnitude(mixed[j]) <= magnitude(mix[weights + 5 * width * width + j])
                        + (reach(mix, weights + j, width, 5 * width) - reach(mix, weights + j, width, width)
                        + reach(mix, weights + j, width, one)) * CLIP for j in range(width))
                """,
                opens="product_grows(one, 5 * width, width)",
            ),
            "for i in range(width) #2": loop(
                keeps="""
                    all(magnitude(mixed[j]) <= magnitude(mix[weights + 5 * width * width + j])
                        + (reach(mix, weights + j, width, 5 * width) - reach(mix, weights + j, width, width)
                        + reach(mix, weights + j, width, one + 1)) * CLIP for j in range(i))
                    all(magnitude(mixed[j]) <= magnitude(mix[weights + 5 * width * width + j])
                        + (reach(mix, weights + j, width, 5 * width) - reach(mix, weights + j, width, width)
                        + reach(mix, weights + j, width, one)) * CLIP for j in range(i, width))
                """,
                opens="""
                    reach_one_more(mix, weights + i, width, one + 1)
                    reach_grows(mix, weights + i, width, one + 1, width)
                    weighed(mix[source + i], factor)
                """,
            ),
            "for i in range(width) #3": loop(
                keeps="magnitude(worth) <= magnitude(prefer[last + width]) + reach(prefer, last, 1, i) * CLIP",
                opens="""
                    reach_one_more(prefer, last, 1, i + 1)
                    reach_grows(prefer, last, 1, i + 1, width)
                    weighed(prefer[last + i], mixed[i])
                """,
            ),
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
    contract(
        "rank_items",
        needs=f"""{LISTED}
            len(network.sizes) >= NETWORK
            -LIMIT <= network.sizes[STAY] <= LIMIT
            2 * LOOK <= len(look.keys)
            2 * LOOK <= len(look.notes)
            2 * LOOK <= len(look.values)
            are_worths(look.sizes, look.values, LOOK)
        """,
        writes="look.keys look.notes",
        gives="""
            result == look.sizes[EXPAND] + look.sizes[COLLAPSE]
            falling(look.keys, 0, result)
            all(0 <= look.notes[i] and look.notes[i] < 2 * LOOK
                and look.notes[i] % LOOK < look.sizes[look.notes[i] // LOOK] for i in range(result))
            kept_from(look.notes, old(look.notes), result)
        """,
        loops={
            "for side in range(SIDES)": loop(
                keeps="""
                    size == (0 if side == 0 else look.sizes[EXPAND] if side == 1
                        else look.sizes[EXPAND] + look.sizes[COLLAPSE])
                    heap(look.keys, size)
                    are_items(look.sizes, look.keys, look.notes, size, LOOK)
                    kept_from(look.notes, old(look.notes), look.sizes[EXPAND] + look.sizes[COLLAPSE])
                """
            ),
            "for item in range(look.sizes[side])": loop(
                keeps="""
                    size == entry(size) + item
                    heap(look.keys, size)
                    are_items(look.sizes, look.keys, look.notes, size, LOOK)
                    kept_from(look.notes, old(look.notes), look.sizes[EXPAND] + look.sizes[COLLAPSE])
                """
            ),
        },
        closes="many_members(look.keys, look.notes, size, size)",
    ),
    contract(
        "plan",
        needs=f"""{HAS_LOOKED}
            are_worths(look.sizes, look.values, LOOK)
        """,
        writes="look.values look.keys look.notes",
        gives="are_worths(look.sizes, look.values, LOOK)",
        loops={
            "for item in range(look.sizes[COLLAPSE])": loop(
                keeps="-2**26 <= free <= 2**26 * (item + 1)",
                opens="is_item(header, family_node, COLLAPSE, look.listed[LOOK + item], look.marks[LOOK + item])",
            ),
            "for i in range(size)": loop(
                keeps="""
                    0 <= stays <= i
                    all(0 <= notes[j] and notes[j] < 2 * LOOK and notes[j] % LOOK < look.sizes[notes[j] // LOOK]
                        for j in range(i, size))
                    all(LOOK <= notes[j] and notes[j] < LOOK + look.sizes[COLLAPSE] for j in range(stays))
                    -2**26 <= free <= 2**33
                    -2**33 <= lacking <= 2**26 * (i + 1)
                    are_worths(look.sizes, look.values, LOOK)
                """,
                opens="""
                    0 <= notes[i] < 2 * LOOK and notes[i] % LOOK < look.sizes[notes[i] // LOOK]
                    is_item(header, family_node, notes[i] // LOOK, look.listed[notes[i]], look.marks[notes[i]])
                """,
            ),
            "for i in range(stays)": loop(
                keeps="""
                    -2**33 - 2**26 * i <= lacking <= 2**34
                    are_worths(look.sizes, look.values, LOOK)
                """,
                opens="""
                    LOOK <= notes[stays - 1 - i] and notes[stays - 1 - i] < LOOK + look.sizes[COLLAPSE]
                    is_item(header, family_node, COLLAPSE, look.listed[notes[stays - 1 - i]],
                        look.marks[notes[stays - 1 - i]])
                """,
            ),
        },
    ),
    contract(
        "infer",
        needs=f"""{HAS_LOOKED}{WEIGHED}
            1 <= header[W_MAX]
            header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(look.told)
            0 <= header[CURSOR_TOKEN] < 2**49
            SIDES + 1 <= len(look.sizes)
            0 <= look.sizes[SIDES] <= 2**26
            4 <= len(look.known)
            SIDES * LOOK * KNOWN_OF_ITEM <= len(look.inputs)
            SIDES * LOOK * network.sizes[HIDDEN] <= len(look.activations)
            4 * network.sizes[HIDDEN] <= len(look.context)
            network.sizes[HIDDEN] <= len(look.sums)
            network.sizes[HIDDEN] <= len(look.mixed)
        """,
        writes="""look.known look.inputs look.activations look.context look.sums look.mixed look.values
            look.keys look.notes""",
        gives="are_worths(look.sizes, look.values, LOOK)",
        opens="""
            most_of_all(5 * network.sizes[HIDDEN], 5 * 2**10, network.sizes[HIDDEN])
            product_positive(5 * network.sizes[HIDDEN], network.sizes[HIDDEN])
            times_sum(5 * network.sizes[HIDDEN], 1, network.sizes[HIDDEN])
        """,
        loops={
            "for side in range(SIDES)": loop(
                keeps="""
                    implies(side >= 1, within(look.context, 0, 2 * network.sizes[HIDDEN], 0, CLIP))
                    implies(side >= 2, within(look.context, 0, 4 * network.sizes[HIDDEN], 0, CLIP))
                    implies(side >= 1, within(look.activations, 0, look.sizes[EXPAND] * network.sizes[HIDDEN], 0, CLIP))
                    implies(side >= 2, within(look.activations, LOOK * network.sizes[HIDDEN],
                        (LOOK + look.sizes[COLLAPSE]) * network.sizes[HIDDEN], 0, CLIP))
                """,
                opens="""
                    times_alike(side * LOOK, 0, network.sizes[HIDDEN])
                    times_alike(side * LOOK, LOOK, network.sizes[HIDDEN])
                    times_alike(side * (KNOWN_OF_ITEM + 1), 0, network.sizes[HIDDEN])
                    times_alike(side * (KNOWN_OF_ITEM + 1), KNOWN_OF_ITEM + 1, network.sizes[HIDDEN])
                    times_alike(2 * side, 0, network.sizes[HIDDEN])
                    times_alike(2 * side, 2, network.sizes[HIDDEN])
                    times_sum(side * LOOK, look.sizes[side], network.sizes[HIDDEN])
                    most_of_all(look.sizes[side], LOOK, network.sizes[HIDDEN])
                    product_positive(look.sizes[side], network.sizes[HIDDEN])
                """,
            ),
            "for item in range(look.sizes[side])": loop(
                keeps="""
                    within(look.inputs, side * LOOK * KNOWN_OF_ITEM, (side * LOOK + item) * KNOWN_OF_ITEM, -CLIP, CLIP)
                """,
                opens="""
                    is_item(header, family_node, side, look.listed[side * LOOK + item], look.marks[side * LOOK + item])
                """,
            ),
            "for side in range(SIDES) #2": loop(
                keeps="""
                    implies(side >= 1, within(look.values, 0, look.sizes[EXPAND], LOWEST, LIMIT - 1))
                    implies(side >= 2, within(look.values, LOOK, LOOK + look.sizes[COLLAPSE], LOWEST, LIMIT - 1))
                """,
                opens="""
                    times_nothing(side, 5 * network.sizes[HIDDEN] + 1)
                    one_times(side, 5 * network.sizes[HIDDEN] + 1)
                    times_nothing(side * (5 * network.sizes[HIDDEN] + 1), network.sizes[HIDDEN])
                    times_alike(side * (5 * network.sizes[HIDDEN] + 1), 5 * network.sizes[HIDDEN] + 1,
                        network.sizes[HIDDEN])
                    times_nothing(side, network.sizes[HIDDEN] + 1)
                    one_times(side, network.sizes[HIDDEN] + 1)
                    times_alike(side * LOOK, 0, network.sizes[HIDDEN])
                    times_alike(side * LOOK, LOOK, network.sizes[HIDDEN])
                    times_sum(side * LOOK, look.sizes[side], network.sizes[HIDDEN])
                """,
            ),
        },
    ),
    contract(
        "hand_on",
        any_width="worth peaks",
        needs=f"""{LISTED}{MARKED}
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            low(work.peaks) <= LOWEST and high(work.peaks) >= LIMIT - 1
            low(work.worth) <= LOWEST and high(work.worth) >= LIMIT - 1
            header[SLOTS] <= len(work.worth)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            within(work.worth, 0, header[SLOTS], 0, 0)
            within(work.wishes, 0, header[FAMILIES], 0, 0)
            all(place_of(look.listed[j]) < header[SLOTS] for j in range(look.sizes[EXPAND]))
            look.sizes[EXPAND] <= len(look.values)
            LOOK + look.sizes[COLLAPSE] <= len(look.values)
            are_worths(look.sizes, look.values, LOOK)
            header[FAMILIES] <= len(family_node)
            all(look.marks[j] < header[FAMILIES] for j in range(LOOK, LOOK + look.sizes[COLLAPSE]))
            all(family_node[f] >= 0 and 1 <= family_node[f] % LEVELS <= header[TOP] for f in range(header[FAMILIES]))
        """,
        writes="work.worth work.wishes work.peaks",
        gives=f"""
            all(look.values[j] <= work.peaks[place_of(look.listed[j]) // CHUNK] for j in range(look.sizes[EXPAND]))
            within(work.worth, 0, header[SLOTS], LOWEST, LIMIT)
            within(work.peaks, 0, (header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, LIMIT)
            {WISHED}
            {ELSEWHERE}
            {NOT_WISHED}
        """,
        loops={
            "for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK)": loop(
                keeps="within(work.peaks, 0, chunk, LOWEST, LIMIT)"
            ),
            "for item in range(look.sizes[EXPAND])": loop(
                keeps=f"""
                    all(look.values[j] <= work.peaks[place_of(look.listed[j]) // CHUNK] for j in range(item))
                    within(work.worth, 0, header[SLOTS], LOWEST, LIMIT)
                    within(work.peaks, 0, (header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, LIMIT)
                    {ELSEWHERE.replace("look.sizes[EXPAND]", "item")}
                """,
            ),
            "for item in range(look.sizes[COLLAPSE])": loop(
                keeps=f"""
                    {WISHED}
                    {NOT_WISHED.replace("look.sizes[COLLAPSE]", "item")}
                """,
                opens="""
                    0 <= look.marks[LOOK + item] and look.marks[LOOK + item] < header[FAMILIES]
                    1 <= family_node[look.marks[LOOK + item]] % LEVELS <= header[TOP]
                    slots_product(look.values[LOOK + item],
                        header[FANOUT + family_node[look.marks[LOOK + item]] % LEVELS])
                    worth_most(look.values[LOOK + item], header[FANOUT + family_node[look.marks[LOOK + item]] % LEVELS])
                """,
            ),
        },
    ),
    contract(
        "take_off",
        whole=True,
        any_width="worth",
        needs=f"""{LISTED}{MARKED}
            low(work.worth) <= 0 and high(work.worth) >= 0
        """,
        writes="work.worth work.wishes",
        gives=f"""
            all(work.worth[place_of(look.listed[j])] == 0 for j in range(look.sizes[EXPAND]))
            all(work.wishes[look.marks[j]] == 0 for j in range(LOOK, LOOK + look.sizes[COLLAPSE]))
            {ELSEWHERE}
            {NOT_WISHED}
        """,
        loops={
            "for item in range(look.sizes[EXPAND])": loop(
                keeps=f"""
                    all(work.worth[place_of(look.listed[j])] == 0 for j in range(item))
                    {ELSEWHERE.replace("look.sizes[EXPAND]", "item")}
                """
            ),
            "for item in range(look.sizes[COLLAPSE])": loop(
                keeps=f"""
                    all(work.wishes[look.marks[j]] == 0 for j in range(LOOK, LOOK + item))
                    {NOT_WISHED.replace("look.sizes[COLLAPSE]", "item")}
                """
            ),
        },
    ),
]
