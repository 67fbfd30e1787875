"""Contracts of `focalloc.fastpath.kernels.projection`: preferences and wishes fit (PRO-2)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

LOGITS = """
            len(logits) <= 2**28
            len(logits) <= len(fixed)
"""
"""That there is a cell for each logit."""

SATURATED = """
            implies(result, all(-LIMIT < fixed[i] and fixed[i] < LIMIT for i in range(len(logits))))
            kept_from(fixed, old(fixed), len(logits))
"""
"""What is written of them."""

WISHES = """
            within(wishes, 0, COUNT, -2**60, 2**60)
            all(wishes[f] <= 2**33 * header[FANOUT + family_node[f] % LEVELS] for f in range(COUNT) if at(wishes[f]))
"""
"""What the wishes of the first families are."""

CONTRACTS = [
    contract(
        "saturate_far",
        truth=True,
        needs=LOGITS,
        writes="fixed",
        gives=SATURATED,
        loops={
            "for i in range(len(logits))": loop(
                keeps="""
                    0 <= misfits <= i
                    misfits > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(i))
                    kept_from(fixed, old(fixed), len(logits))
                """
            )
        },
    ),
    contract(
        "saturate",
        truth=True,
        needs=LOGITS,
        writes="fixed",
        gives=SATURATED,
        loops={
            "for i in range(len(logits))": loop(
                keeps="""
                    0 <= far <= i
                    far > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(i))
                    kept_from(fixed, old(fixed), len(logits))
                """
            )
        },
    ),
    contract(
        "spread",
        any_width="worth less peaks",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            follow_each_other(header, tags)
            blocks_are_whole(header, tags)
            3 * header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(worth)
            header[SLOTS] <= len(less)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(peaks)
            low(worth) <= -2**32 and high(worth) >= 2**32
            low(less) <= -2**32 and high(less) >= 2**32
            low(peaks) <= -2**32 and high(peaks) >= 2**32
            implies(header[MULTI_SLOT] == 0, all(header[i] == 1 for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
        """,
        writes="worth less peaks",
        gives="""
            result == 3 * blocks_before(tags, header[SLOTS])
            are_preferences(tags, worth, header[SLOTS])
            are_preferences(tags, less, header[SLOTS])
            within(peaks, 0, (header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
        """,
        opens="blocks_none(tags, 0)",
        loops={
            "for chunk in range((slots + CHUNK - 1) // CHUNK)": loop(
                keeps="""
                    0 <= slot <= slots
                    0 <= at <= 3 * slot
                    at == 3 * blocks_before(tags, slot)
                    implies(slot < slots, tags[slot] >= 0)
                    min(slots, chunk * CHUNK) <= slot
                    are_preferences(tags, worth, slot)
                    are_preferences(tags, less, slot)
                    within(peaks, 0, chunk, LOWEST, 2**33)
                """
            ),
            "while slot < end": loop(
                keeps="""
                    0 <= slot <= slots
                    0 <= at <= 3 * slot
                    at == 3 * blocks_before(tags, slot)
                    implies(slot < slots, tags[slot] >= 0)
                    are_preferences(tags, worth, slot)
                    are_preferences(tags, less, slot)
                    LOWEST <= peak <= 2**32
                """,
                falls="slots - slot",
                opens="""
                    1 <= header[UNITS + tags[slot]]
                    implies(tags[slot] >= 1 and header[MULTI_SLOT] == 0, header[UNITS + tags[slot]] == 1)
                """,
            ),
        },
        before={
            "keep = fixed": "here == slot",
            "slot += 1": """
                slot + 1 == slots or tags[slot + header[UNITS + tags[slot]]] >= 0
                blocks_one_more(tags, slot + 1)
            """,
            "slot += header": """
                blocks_one_more(tags, slot + 1)
                blocks_go_on(tags, slot + 1, header[UNITS + tags[slot]] - 1)
            """,
        },
    ),
    contract(
        "wishes_by_scores",
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, len(fixed))
            are_alike(header, family_node)
            0 <= header[ALIKE] <= 2**26
            header[FAMILIES] <= len(wishes)
            implies(header[MULTI_SLOT] == 0, all(header[i] == 1 for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
        """,
        writes="wishes",
        gives=f"""{WISHES.replace("COUNT", "header[FAMILIES]")}        """,
        loops={
            "for _ in range(LEVELS)": loop(
                keeps="""
                    1 <= size <= 2**27
                    0 <= shift <= _
                    size == power(shift)
                """,
                closes="power_one_more(shift)",
            ),
            "for family in range(header[FAMILIES])": loop(
                keeps=WISHES.replace("COUNT", "family"),
                opens="""
                    family_slot[family] + header[WIDTH + family_node[family] % LEVELS] <= len(fixed)
                    header[WIDTH + family_node[family] % LEVELS] == alike
                    header[WIDTH + family_node[family] % LEVELS] == header[FANOUT + family_node[family] % LEVELS]
                        * header[UNITS + family_node[family] % LEVELS - 1]
                    1 <= header[FANOUT + family_node[family] % LEVELS] <= 2**26
                    times_one(header[FANOUT + family_node[family] % LEVELS],
                        header[UNITS + family_node[family] % LEVELS - 1])
                    power_none(0)
                """,
            ),
            "for family in range(header[FAMILIES]) #2": loop(
                keeps=WISHES.replace("COUNT", "family"),
                opens="""
                    family_slot[family] + header[WIDTH + family_node[family] % LEVELS] <= len(fixed)
                    header[WIDTH + family_node[family] % LEVELS] == header[FANOUT + family_node[family] % LEVELS]
                        * header[UNITS + family_node[family] % LEVELS - 1]
                    1 <= header[UNITS + family_node[family] % LEVELS - 1] <= 2**26
                    1 <= header[FANOUT + family_node[family] % LEVELS] <= 2**26
                    times_one(header[FANOUT + family_node[family] % LEVELS],
                        header[UNITS + family_node[family] % LEVELS - 1])
                """,
            ),
            "for i in range(members)": loop(
                keeps="-LIMIT * i <= score <= LIMIT * i",
                opens="product_grows(i, members, slots)",
            ),
        },
        before={
            "for _ in range(LEVELS)": "power_none(0)",
            "score += member": "mean_bound(member, slots)",
            "wishes[family] = -(score": """
                mean_narrow(score, alike)
                over_whole(score, 1, score)
            """,
        },
    ),
    contract(
        "wishes_by_logits",
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, len(less))
            all(-2**33 <= less[j] and less[j] <= 2**33 for f in range(header[FAMILIES])
                for j in range(family_slot[f], family_slot[f] + header[WIDTH + family_node[f] % LEVELS])
                if turn(j - family_slot[f], header[UNITS + family_node[f] % LEVELS - 1]) if at(family_slot[f], less[j]))
            header[FAMILIES] <= len(wishes)
        """,
        writes="wishes",
        gives="""
            within(wishes, 0, header[FAMILIES], -2**60, 2**60)
            all(wishes[f] <= 2**33 * header[FANOUT + family_node[f] % LEVELS] for f in range(header[FAMILIES])
                if at(wishes[f]))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    within(wishes, 0, family, -2**60, 2**60)
                    all(wishes[f] <= 2**33 * header[FANOUT + family_node[f] % LEVELS] for f in range(family)
                        if at(wishes[f]))
                """,
                opens="""
                    0 <= family_slot[family]
                    family_slot[family] + header[WIDTH + family_node[family] % LEVELS] <= len(less)
                    header[WIDTH + family_node[family] % LEVELS] == header[FANOUT + family_node[family] % LEVELS]
                        * header[UNITS + family_node[family] % LEVELS - 1]
                    1 <= header[UNITS + family_node[family] % LEVELS - 1] <= 2**26
                    1 <= header[FANOUT + family_node[family] % LEVELS] <= 2**26
                    times_one(header[FANOUT + family_node[family] % LEVELS],
                        header[UNITS + family_node[family] % LEVELS - 1])
                """,
            ),
            "for i in range(members)": loop(
                keeps="-2**33 * i <= wish <= 2**33 * i",
                opens="turn_times(i, 1)",
            ),
            "for i in range(members) #2": loop(
                keeps="-2**33 * i <= wish <= 2**33 * i",
                opens="""
                    product_grows(i, members, slots)
                    turn_times(i, slots)
                """,
            ),
        },
    ),
]
