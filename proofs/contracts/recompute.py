"""Contracts of `focalloc.fastpath.kernels.recompute`: stretches of the best values, and places where choices begin."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop
from focalloc.proofs.contracts.hierarchy import (
    CONTEXT,
    COPIED,
    MADE,
    POOLED_REGION,
    ROOM_OF_REGION,
    SEARCHED_REGION,
    SEARCHING,
    moved,
)
from focalloc.proofs.contracts.knapsack import MERITED

STRETCHED = """
            0 <= stretch
            stretch < len(sizes)
            1 <= room < 2**40
            0 <= stretch * room
            stretch * room + room <= len(leading)
"""
"""What looking at a stretch needs."""

CLASSED = """
            len(query) >= WORK_HEADER
            1 <= query[DELTAS] <= LEVELS
"""
"""What telling classes apart needs."""

ENLISTING = """
            is_header(session.header)
            is_shaped(session.header)
            1 <= session.header[N_DIFF] <= 2**24
            0 < session.header[SLOTS] <= 2**26
            len(work.header) >= WORK_HEADER
            1 <= work.header[DELTAS] <= LEVELS
            within(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], 1, 2**26)
            are_costs(work.header)
            -2**28 <= work.header[ROOM] <= 2**28
            -2**35 <= work.header[PRICED] <= 2**35
            -2**62 <= work.header[ALLOWED] <= 2**61 + 2**58
            CLASSES + 2 * work.header[DELTAS] <= len(sizes)
            CLASSES + 2 * work.header[DELTAS] <= len(families)
            0 <= (CLASSES + 2 * work.header[DELTAS]) * session.header[N_DIFF] <= len(leading)
            session.header[SLOTS] * START <= len(table)
"""
"""What enlisting candidates needs of their tables."""

LISTED = """
            are_leading(session.header, work.header, sizes, leading)
            0 <= work.header[LISTED] <= session.header[SLOTS]
            implies(work.header[LISTED] > 0, 0 <= table[work.header[LISTED] * START - START + SLOT])
            implies(work.header[LISTED] > 0, work.header[LISTED] <= session.header[SLOTS]
                - table[work.header[LISTED] * START - START + SLOT])
            begin_blocks(session.header, tags, table, work.header[LISTED])
"""
"""What is listed so far, the youngest place first."""

OLDEST = """
            is_dear(session.header)
            deltas_are_listed(session.header, work.header)
            0 <= work.header[CURSOR] <= LIMIT
            0 <= session.header[CURSOR_TOKEN] < 2**49
            families_fit(session.header, family_slot)
            families_fit(session.header, family_node)
            are_families(session.header, family_slot, family_node, session.header[SLOTS])
            ledger_fits(session.header, ledger_action)
            0 <= session.header[END] < 2**49
            0 <= session.header[PROTECTED] < 2**49
            0 <= session.header[TAU_COLLAPSE] < LIMIT
            session.header[SLOTS] <= len(fixed)
            spans_are_told(session.header)
            session.header[SLOTS] <= len(tags)
            are_plain(session.header, tags, session.header[SLOTS])
            rising(family_slot, 0, session.header[FAMILIES])
            tokens_are_told(session.header, tags, family_slot, family_node)
            all(tags[family_slot[f]] >= 0 for f in range(session.header[FAMILIES]) if at(family_slot[f]))
            0 <= session.header[FIRST] < 2**49
            session.header[FIRST] + tokens_in(session.header, tags, 0, session.header[SLOTS]) < 2**49
            session.header[SLOTS] <= len(starts.worth)
            within(starts.worth, 0, session.header[SLOTS], LOWEST, 2**33 - 1)
"""
"""What looking for the oldest action needs."""

OTHER = ("chosen", "other")
"""What a choice from some slot on is written to."""

SOUGHT_FROM = f"""{CONTEXT}{ROOM_OF_REGION}{SEARCHING.replace(*OTHER)}
            2 * REGION <= len(regions.table)
"""
"""What looking from some slot on needs of tables."""

SUFFIXED = f"""{SOUGHT_FROM}
            1 <= session.header[N_DIFF]
            is_of_region(regions.region.header, session.header)
            regions.region.header[N_DIFF] == session.header[N_DIFF]
            -2**26 <= room <= 2**26
"""
"""What a search from some slot on needs."""

SUFFIX_STAYS = """
            is_of_region(regions.region.header, session.header)
            regions.region.header[N_DIFF] == session.header[N_DIFF]
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
            implies(has_price(old(work.header)), has_price(work.header))
"""
"""What is as it was after it."""

STARTING = """
            is_dear(session.header)
            session.header[N_DIFF] <= len(chosen)
            session.header[N_DIFF] <= len(chosen_notes)
            ledger_fits(session.header, session.ledger_action)
            CLASSES + 2 * work.header[DELTAS] <= len(starts.sizes)
            CLASSES + 2 * work.header[DELTAS] <= len(starts.families)
            0 <= (CLASSES + 2 * work.header[DELTAS]) * session.header[N_DIFF] <= len(starts.leading)
            session.header[SLOTS] * START <= len(starts.table)
            session.header[SLOTS] <= len(starts.worth)
            within(starts.worth, 0, session.header[SLOTS], LOWEST, 2**33 - 1)
            low(work.peaks) <= low(starts.worth) and high(starts.worth) <= high(work.peaks)
"""
"""What looking for places where a choice may begin needs beyond that."""

SO_FAR = """
                    are_leading(session.header, work.header, sizes, leading)
                    only(work.header, LISTED)
                    0 <= work.header[LISTED] <= session.header[SLOTS]
                    -1 <= family < session.header[FAMILIES]
                    implies(work.header[LISTED] > 0, 0 <= table[work.header[LISTED] * START - START + SLOT])
                    implies(work.header[LISTED] > 0, work.header[LISTED] <= session.header[SLOTS]
                        - table[work.header[LISTED] * START - START + SLOT])
                    begin_blocks(session.header, tags, table, work.header[LISTED])
"""
"""What is listed so far of the places where a choice may begin, the last first."""

CONTRACTS = [
    contract(
        "search_from",
        any_width="worth work.peaks",
        needs=f"""{SUFFIXED}
            0 <= place < session.header[SLOTS]
            session.tags[place] >= 0
        """,
        writes=f"table {SEARCHED_REGION.replace(*OTHER).replace(*OTHER)}",
        gives=f"""{SUFFIX_STAYS}
            implies(result != OUT_OF_SPACE, work.header[ROOM] == room)
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            {MADE.replace(*OTHER).replace("SIZE", "result")}
            all(place <= place_of(other[i]) for i in range(result))
            result < 0 or slots_of_choice(session.header, session.tags, session.family_node, other, other_notes,
                result) <= room
        """,
        before={
            "family = families_before": """
                tokens_none(header, session.tags, 0, 0)
                tokens_bound(header, session.tags, 0, header[SLOTS])
                told_by(header, session.tags, session.family_slot, session.family_node, header[FAMILIES])
            """,
            "survey": """
                product_positive(header[N_DIFF], work.header[DELTAS])
                times_turned(header[N_DIFF], work.header[DELTAS])
                times_alike(header[N_DIFF], region.header[N_DIFF], work.header[DELTAS])
                times_turned(region.header[N_DIFF], work.header[DELTAS])
                tokens_bound(region.header, region.tags, 0, region.header[SLOTS])
                tokens_bound(header, session.tags, 0, place)
            """,
            "size = optimum": POOLED_REGION
            + f"""
                listed_alike(header, region.header, old(work.header), work.header)
                tokens_rise(region.header, region.tags, region.header[SLOTS])
                is_moved({COPIED}, place, family)
            """,
            "move_choice": f"is_moved({COPIED}, place, family)",
            "return size": moved("other", "other_notes", "place, family"),
        },
    ),
    contract(
        "is_led",
        whole=True,
        truth=True,
        needs=f"{STRETCHED}",
        gives="""
            result == (sizes[stretch] == room and leading[stretch * room + room - 1] >= value)
        """,
    ),
    contract(
        "class_of",
        whole=True,
        needs=f"""{CLASSED}
            -2**26 <= delta <= 2**26
            held(query, DELTA_LIST, DELTA_LIST + query[DELTAS], max(delta, -delta))
        """,
        gives="""
            CLASSES <= result < CLASSES + 2 * query[DELTAS]
            implies(delta < 0, result < CLASSES + query[DELTAS]
                and query[DELTA_LIST + result - CLASSES] == -delta)
            implies(delta >= 0, result >= CLASSES + query[DELTAS]
                and query[DELTA_LIST + result - CLASSES - query[DELTAS]] == delta)
        """,
        loops={
            "while query[DELTA_LIST + kind] != max(delta, -delta)": loop(
                keeps="""
                    0 <= kind < query[DELTAS]
                    all(query[j] != max(delta, -delta) for j in range(DELTA_LIST, DELTA_LIST + kind))
                """,
                falls="query[DELTAS] - kind",
            )
        },
    ),
    contract(
        "bar_of",
        whole=True,
        needs="""
            is_header(session.header)
            len(work.header) >= WORK_HEADER
            1 <= work.header[DELTAS] <= LEVELS
            1 <= session.header[N_DIFF] <= 2**26
            CLASSES + 2 * work.header[DELTAS] <= len(sizes)
            0 <= (CLASSES + 2 * work.header[DELTAS]) * session.header[N_DIFF] <= len(leading)
            session.header[TAU_EXPAND] < HIGHEST_BOUND
        """,
        gives="""
            result >= session.header[TAU_EXPAND]
            result == session.header[TAU_EXPAND]
                or all(sizes[j] >= session.header[N_DIFF]
                and leading[j * session.header[N_DIFF] + session.header[N_DIFF] - 1] >= result
                for j in range(CLASSES + work.header[DELTAS], CLASSES + 2 * work.header[DELTAS]))
        """,
        loops={
            "for kind in range(work.header[DELTAS])": loop(
                keeps="""
                    least <= HIGHEST_BOUND
                    all(sizes[j] >= room and leading[j * room + room - 1] >= least
                        for j in range(CLASSES + work.header[DELTAS], CLASSES + work.header[DELTAS] + kind))
                """,
                opens="""
                    product_grows(CLASSES + work.header[DELTAS] + kind, CLASSES + 2 * work.header[DELTAS], room)
                """,
            )
        },
    ),
    contract(
        "lead",
        needs="""
            0 <= stretch
            stretch < len(sizes)
            1 <= room < 2**40
            0 <= sizes[stretch] <= room
            0 <= stretch * room
            stretch * room + room <= len(leading)
        """,
        writes="sizes leading",
        gives="""
            1 <= sizes[stretch] <= room
            kept_outside(sizes, old(sizes), stretch, stretch + 1)
            kept_outside(leading, old(leading), stretch * room, stretch * room + room)
            implies(within(old(leading), stretch * room, stretch * room + old(sizes)[stretch], -2**62, 2**62)
                and -2**62 <= value <= 2**62,
                within(leading, stretch * room, stretch * room + sizes[stretch], -2**62, 2**62))
        """,
        loops={
            "while at > first and leading[at - 1] < value": loop(
                keeps="""
                    first <= at
                    at < first + sizes[stretch]
                    implies(within(old(leading), stretch * room, stretch * room + old(sizes)[stretch], -2**62, 2**62),
                        within(leading, first, at, -2**62, 2**62)
                        and within(leading, at + 1, first + sizes[stretch], -2**62, 2**62))
                    kept_outside(leading, old(leading), stretch * room, stretch * room + room)
                """,
                falls="at - first",
            )
        },
    ),
    contract(
        "lead_gain",
        needs="""
            CLASSES <= len(sizes)
            1 <= room <= 2**26
            CLASSES * room <= len(leading)
            0 <= sizes[OF_EXPANDS] <= room
            0 <= sizes[OF_COLLAPSES] <= room
            -2**62 <= gain <= 2**62
            within(leading, OF_COLLAPSES * room, OF_COLLAPSES * room + sizes[OF_COLLAPSES], -2**62, 2**62)
        """,
        writes="sizes leading",
        gives="""
            0 <= sizes[OF_EXPANDS] <= room
            0 <= sizes[OF_COLLAPSES] <= room
            kept_from(sizes, old(sizes), OF_COLLAPSES + 1)
            kept_from(leading, old(leading), AT_PRICE * room)
            within(leading, OF_COLLAPSES * room, OF_COLLAPSES * room + sizes[OF_COLLAPSES], -2**62, 2**62)
            implies(within(old(leading), TOGETHER * room, TOGETHER * room + old(sizes)[OF_COLLAPSES], -2**61, 2**61),
                within(leading, TOGETHER * room, TOGETHER * room + sizes[OF_COLLAPSES], -2**61, 2**61))
            implies(within(old(leading), OF_EXPANDS * room, OF_EXPANDS * room + old(sizes)[OF_EXPANDS], -2**62, 2**62),
                within(leading, OF_EXPANDS * room, OF_EXPANDS * room + sizes[OF_EXPANDS], -2**62, 2**62))
        """,
        loops={
            "for i in range(sizes[OF_COLLAPSES])": loop(
                keeps="""
                    -HIGHEST_BOUND <= whole <= HIGHEST_BOUND
                    kept_from(leading, old(leading), AT_PRICE * room)
                    all(leading[j] == old(leading)[j] for j in range(OF_EXPANDS * room, OF_EXPANDS * room + room))
                    sizes[OF_EXPANDS] == old(sizes)[OF_EXPANDS]
                    within(leading, OF_COLLAPSES * room, OF_COLLAPSES * room + sizes[OF_COLLAPSES], -2**62, 2**62)
                    within(leading, TOGETHER * room, TOGETHER * room + i, -2**61, 2**61)
                """
            )
        },
    ),
    contract(
        "bound_at_price",
        needs="""
            len(query) >= WORK_HEADER
            CLASSES <= len(sizes)
            0 <= room <= 2**26
            CLASSES * room <= len(leading)
            0 <= sizes[AT_PRICE] <= room
            within(leading, AT_PRICE * room, AT_PRICE * room + sizes[AT_PRICE], -2**62, 2**62)
            -2**62 <= query[ALLOWED] <= 2**62
        """,
        gives="query[ALLOWED] <= result <= query[ALLOWED] + HIGHEST_BOUND",
        loops={"for i in range(starts.sizes[AT_PRICE])": loop(keeps="0 <= whole <= HIGHEST_BOUND")},
    ),
    contract(
        "bound_by_counts",
        needs="""
            len(query) >= WORK_HEADER
            1 <= query[DELTAS] <= LEVELS
            0 <= query[DELTA_LIST] <= 2**26
            1 <= query[DELTA_LIST + query[DELTAS] - 1] <= 2**26
            -2**28 <= query[ROOM] <= 2**28
            CLASSES <= len(sizes)
            0 <= room <= 2**26
            CLASSES * room <= len(leading)
            0 <= sizes[OF_EXPANDS] <= room
            0 <= sizes[OF_COLLAPSES] <= room
            within(leading, OF_EXPANDS * room, OF_EXPANDS * room + sizes[OF_EXPANDS], -2**62, 2**62)
            within(leading, TOGETHER * room, TOGETHER * room + sizes[OF_COLLAPSES], -2**61, 2**61)
        """,
        gives="-HIGHEST_BOUND <= result <= 2 * HIGHEST_BOUND",
        loops={
            "while useful < sizes[OF_COLLAPSES] and leading[OF_COLLAPSES * room + useful] > 0": loop(
                keeps="0 <= useful <= sizes[OF_COLLAPSES]",
                falls="sizes[OF_COLLAPSES] - useful",
            ),
            "for expands in range(sizes[OF_EXPANDS] + 1)": loop(
                keeps="""
                    -HIGHEST_BOUND <= bound <= 2 * HIGHEST_BOUND
                    0 <= gained <= HIGHEST_BOUND
                """,
                opens="""
                    places_product(expands, least)
                    over_far(query[ROOM] - expands * least, most)
                """,
            ),
        },
    ),
    contract(
        "enlist",
        needs=f"""{ENLISTING}{LISTED}
            0 <= one.place < session.header[SLOTS]
            tags[one.place] >= 0
            -2**33 <= one.rank <= 2**33
            held(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], max(one.delta, -one.delta))
            implies(work.header[LISTED] > 0, one.place <= table[work.header[LISTED] * START - START + SLOT])
        """,
        writes="work.header sizes leading families table",
        gives=f"""{LISTED}
            only(work.header, LISTED)
            implies(work.header[LISTED] > 0, one.place <= table[work.header[LISTED] * START - START + SLOT])
        """,
        opens="""
            product_grows(CLASSES, CLASSES + 2 * work.header[DELTAS], session.header[N_DIFF])
        """,
        before={
            "if is_led": """
                product_grows(stretch, CLASSES + 2 * work.header[DELTAS], room)
                most_of_all(CLASSES, stretch, room)
            """,
            "gain = one": "slots_product(work.header[WEIGHT] - work.header[RECOMPUTE], delta)",
            "lead_gain": "price_product(work.header[PRICED], delta)",
            "bound -= query": "far_product(work.header[RECOMPUTE], session.header[SLOTS] - one.place)",
        },
    ),
    contract(
        "enlist_collapse",
        any_width="worth work.peaks",
        needs=f"""{ENLISTING}{LISTED}{OLDEST}
            0 <= family < session.header[FAMILIES]
            implies(work.header[LISTED] > 0, family_slot[family] <= table[work.header[LISTED] * START - START + SLOT])
        """,
        writes="work.header sizes leading starts.families table",
        gives=f"""{LISTED}
            only(work.header, LISTED)
            implies(work.header[LISTED] > 0, family_slot[family] <= table[work.header[LISTED] * START - START + SLOT])
        """,
        opens="""
            0 <= family_slot[family] and 1 <= family_node[family] % LEVELS
            family_node[family] % LEVELS <= session.header[TOP]
            0 <= family_node[family] and family_node[family] < 2**54
            session.header[WIDTH + family_node[family] % LEVELS] > session.header[UNITS + family_node[family] % LEVELS]
        """,
        before={
            "if score >=": """
                product_bound(-session.header[TAU_COLLAPSE], slots)
                mean_narrow(score, slots)
            """,
            "rank = nearness": """
                over_bound(max(node // LEVELS - session.header[CURSOR_TOKEN], session.header[CURSOR_TOKEN]
                    - node // LEVELS - session.header[SPAN + node % LEVELS], 0), session.header[SPAN])
                over_bound(work.header[CURSOR], 1 + max(node // LEVELS - session.header[CURSOR_TOKEN],
                    session.header[CURSOR_TOKEN] - node // LEVELS - session.header[SPAN + node % LEVELS], 0)
                    // session.header[SPAN])
            """,
        },
    ),
    contract(
        "enlist_expand",
        any_width="worth work.peaks",
        needs=f"""{ENLISTING}{LISTED}{OLDEST}
            0 <= slot < session.header[SLOTS]
            1 <= tags[slot]
            implies(work.header[LISTED] > 0, slot <= table[work.header[LISTED] * START - START + SLOT])
        """,
        writes="work.header sizes leading starts.families table",
        gives=f"""{LISTED}
            only(work.header, LISTED)
            implies(work.header[LISTED] > 0, slot <= table[work.header[LISTED] * START - START + SLOT])
        """,
        opens="""
            tags[slot] <= session.header[TOP]
            session.header[WIDTH + tags[slot]] > session.header[UNITS + tags[slot]]
            tokens_none(session.header, tags, 0, 0)
            tokens_up_to(session.header, tags, session.header[SLOTS])
        """,
        before={
            "if is_led": "products_grow(CLASSES + 2 * work.header[DELTAS], session.header[N_DIFF])",
            "node = node_of": """
                tokens_in(session.header, tags, 0, slot) + session.header[SPAN + tags[slot]]
                    <= tokens_in(session.header, tags, 0, session.header[SLOTS])
            """,
            "if rank -": """
                node // LEVELS == token and node % LEVELS == tags[slot]
                over_bound(max(node // LEVELS - session.header[CURSOR_TOKEN], session.header[CURSOR_TOKEN]
                    - node // LEVELS - session.header[SPAN + node % LEVELS], 0), session.header[SPAN])
                over_bound(work.header[CURSOR], 1 + max(node // LEVELS - session.header[CURSOR_TOKEN],
                    session.header[CURSOR_TOKEN] - node // LEVELS - session.header[SPAN + node % LEVELS], 0)
                    // session.header[SPAN])
            """,
            "family = node_of": "rest_bound(token, session.header[SPAN + level + 1])",
        },
    ),
    contract(
        "list_starts",
        any_width="worth work.peaks",
        needs=f"""{ENLISTING.replace("0 < session", "0 <= session")}{OLDEST}
            0 <= first < 2**40
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            low(work.peaks) <= LOWEST and low(work.peaks) <= low(starts.worth)
            high(starts.worth) <= high(work.peaks)
            0 <= session.header[TAU_EXPAND] < LIMIT
            session.header[FAMILIES] <= 2**26
        """,
        writes="work.header work.peaks sizes leading starts.families table",
        gives="""
            only(work.header, LISTED)
            0 <= result <= session.header[SLOTS]
            begin_blocks(session.header, tags, table, result)
        """,
        loops={
            "for stretch in range(CLASSES + 2 * work.header[DELTAS])": loop(keeps="within(sizes, 0, stretch, 0, 0)"),
            "for back in range(header[SLOTS] // CHUNK + 1)": loop(
                keeps=f"""{SO_FAR}
                    implies(back == 0, work.header[LISTED] == 0)
                    implies(back >= 1, first + 1 < (session.header[SLOTS] // CHUNK - back + 1) * CHUNK)
                    implies(family >= 0, family_slot[family]
                        < min(session.header[SLOTS], (session.header[SLOTS] // CHUNK - back + 1) * CHUNK))
                    implies(work.header[LISTED] > 0,
                        min(session.header[SLOTS], (session.header[SLOTS] // CHUNK - back + 1) * CHUNK)
                        <= table[work.header[LISTED] * START - START + SLOT])
                """,
                opens="implies(family >= 0, 0 <= family_slot[family])",
            ),
            "for slot in range(behind - 1, begin - 1, -1)": loop(
                keeps=f"""{SO_FAR}
                    begin - 1 <= slot < behind
                    implies(family >= 0, family_slot[family] <= slot)
                    implies(work.header[LISTED] > 0, slot + 1 <= table[work.header[LISTED] * START - START + SLOT])
                """,
                opens="implies(family >= 1, family_slot[family - 1] < family_slot[family])",
            ),
            "while family >= 0 and families[family] >= begin": loop(
                keeps=f"""{SO_FAR}
                    implies(family >= 0, family_slot[family] < min(session.header[SLOTS], (chunk + 1) * CHUNK))
                    implies(work.header[LISTED] > 0, min(begin, session.header[SLOTS])
                        <= table[work.header[LISTED] * START - START + SLOT])
                    implies(family >= 0 and work.header[LISTED] > 0,
                        family_slot[family] <= table[work.header[LISTED] * START - START + SLOT])
                """,
                falls="family + 1",
                opens="implies(family >= 1, family_slot[family - 1] < family_slot[family])",
            ),
        },
        before={
            "enlist_expand": """
                held_alike(old(work.header), work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            """,
            "enlist_collapse": """
                held_alike(old(work.header), work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            """,
        },
    ),
    contract(
        "worth_so_far",
        needs=f"""{MERITED.replace("query", "work.header")}
            are_slight(session.header, session.header[N_DIFF])
            0 <= done <= session.header[N_DIFF]
            done <= len(chosen)
            done <= len(chosen_notes)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
        """,
        gives="-2**62 - 2**61 <= result <= 2**62",
    ),
    contract(
        "greatest",
        whole=True,
        needs="""
            1 <= size < 2**40
            size * START <= len(table)
        """,
        gives="""
            0 <= result < size
            all(table[j] <= table[result * START + BOUND] for j in range(size * START) if j % START == BOUND)
        """,
        loops={
            "for i in range(1, size)": loop(
                keeps="""
                    0 <= best < i
                    all(table[j] <= table[best * START + BOUND] for j in range(i * START) if j % START == BOUND)
                """
            )
        },
    ),
    contract(
        "drop",
        needs="""
            0 <= size < 2**40
            size * START <= len(table)
        """,
        writes="table",
        gives="""
            0 <= result <= size
            all(table[j] < first or table[j] > last for j in range(result * START) if j % START == SLOT)
            all(listed(old(table), size, table[here(x) * START + SLOT]) for x in range(result) if at(here(x)))
            implies(listed(old(table), size, first) and first <= last, result < size)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    0 <= left <= i
                    all(table[j] < first or table[j] > last for j in range(left * START) if j % START == SLOT)
                    all(listed(old(table), size, table[here(x) * START + SLOT]) for x in range(left) if at(here(x)))
                    all(table[j] == old(table)[j] for j in range(i * START, size * START))
                    left < i or all(old(table)[here(x) * START + SLOT] < first
                        or old(table)[here(x) * START + SLOT] > last for x in range(i) if at(here(x)))
                """,
                opens="""
                    listed_if(old(table), size, i)
                    here(left) == left
                    here(i) == i
                """,
            )
        },
    ),
    contract(
        "search_suffixes",
        any_width="worth work.peaks",
        needs=f"""{SUFFIXED}{STARTING}
            -1 <= done <= session.header[N_DIFF]
            {MADE.replace("SIZE", "done")}
        """,
        writes=f"""regions.table {SEARCHED_REGION.replace(*OTHER).replace(*OTHER)} chosen chosen_notes
            starts.sizes starts.leading starts.families starts.table""",
        gives=f"""{SUFFIX_STAYS}
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            {MADE.replace("SIZE", "result")}
            result < 0 or slots_of_choice(session.header, session.tags, session.family_node, chosen, chosen_notes,
                result) <= max(room, slots_of_choice(session.header, session.tags, session.family_node, old(chosen),
                old(chosen_notes), old(done)) if old(done) >= 0 else room)
        """,
        opens="""
            tiled_follow(session.header, session.tags)
            chosen_none(session.header, session.tags, session.family_node, other, other_notes, 0)
            chosen_none(session.header, session.tags, session.family_node, chosen, chosen_notes, 0)
            over_bound(2**26, max(1, session.header[N_DIFF]))
        """,
        loops={
            "while left > 0": loop(
                keeps=f"""{SUFFIX_STAYS}
            0 <= left <= session.header[SLOTS]
            begin_blocks(session.header, session.tags, starts.table, left)
            0 <= done <= session.header[N_DIFF]
            {MADE.replace("SIZE", "done")}
            slots_of_choice(session.header, session.tags, session.family_node, chosen, chosen_notes, done)
                <= max(room, slots_of_choice(session.header, session.tags, session.family_node, old(chosen),
                old(chosen_notes), old(done)) if old(done) >= 0 else room)
                """,
                falls="left",
                closes="""
                    begin_kept(session.header, session.tags, prior(starts.table), starts.table, prior(left), left)
                """,
            ),
        },
        before={
            "query[PRICE] =": """
                chosen_none(session.header, session.tags, session.family_node, chosen, chosen_notes, 0)
            """,
            "size = search_from": """
                listed_alike(session.header, session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
                work.header[DELTAS] == old(work.header)[DELTAS]
                times_alike(work.header[DELTAS], old(work.header)[DELTAS], session.header[N_DIFF])
            """,
            "if starts.table": """
                0 <= place and place < session.header[SLOTS] and session.tags[place] >= 0
            """,
            "query[PRICED] =": """
                choice_alike(session.header, session.tags, session.tags, session.family_node, other, chosen,
                    other_notes, chosen_notes, done)
            """,
            "left = list_starts": """
                tokens_bound(session.header, session.tags, 0, session.header[SLOTS])
                told_by(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES])
                all_begin(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES])
                listed_alike(session.header, session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
            """,
            "place = starts": "here(at // START) == at // START",
            "left = drop": """
                are_noted(session.header, session.tags, chosen, chosen_notes, done)
                choice_alike(session.header, session.tags, session.tags, session.family_node, other, chosen,
                    other_notes, chosen_notes, done)
                at // START * START == at and starts.table[at // START * START + SLOT] == place
                listed_if(starts.table, left, at // START)
                here(place) == place
                listed(starts.table, left, place)
                all(place <= place_of(other[i]) for i in range(size))
            """,
        },
    ),
    contract(
        "select_by_oldest",
        any_width="worth work.peaks",
        needs=f"""{SOUGHT_FROM}{STARTING.replace("starts.worth", "regions.worth")}
            0 <= session.header[W_MAX] <= 2**26
            0 <= session.header[W_SOFT] <= session.header[W_MAX]
            0 <= session.header[SOFT_MARGIN] <= LIMIT
        """,
        writes=f"""regions.table {SEARCHED_REGION.replace(*OTHER).replace(*OTHER)} chosen chosen_notes
            starts.sizes starts.leading starts.families starts.table""",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
            {MADE.replace("SIZE", "result")}
            result < 0 or session.header[SLOTS]
                + slots_of_choice(session.header, session.tags, session.family_node, chosen, chosen_notes, result)
                <= max(session.header[W_MAX], session.header[SLOTS])
        """,
        opens="chosen_none(session.header, session.tags, session.family_node, chosen, chosen_notes, 0)",
        closes="chosen_none(session.header, session.tags, session.family_node, chosen, chosen_notes, 0)",
        loops={
            "for i in range(HEADER)": loop(keeps="all(regions.region.header[j] == header[j] for j in range(i))"),
            "for attempt in range(ATTEMPTS)": loop(
                keeps=f"""{SUFFIX_STAYS}
            done == NOT_FOUND or 0 <= done <= session.header[N_DIFF]
            {MADE.replace("SIZE", "done")}
            done < 0 or session.header[SLOTS]
                + slots_of_choice(session.header, session.tags, session.family_node, chosen, chosen_notes, done)
                <= max(session.header[W_MAX], session.header[SLOTS])
                """,
            ),
        },
        before={
            "done = search_suffixes": """
                listed_alike(session.header, session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
                work.header[DELTAS] == old(work.header)[DELTAS]
                times_alike(work.header[DELTAS], old(work.header)[DELTAS], session.header[N_DIFF])
            """,
        },
    ),
]
