"""Contracts of `focalloc.fastpath.kernels.knapsack`: the parts that the search is put together from."""

from __future__ import annotations

from focalloc.proofs.contracts.candidates import SUMMED
from focalloc.proofs.contracts.form import besides, contract, lines, loop

SPARED = f"""{SUMMED.rstrip()}
            rising(family_slot, 0, header[FAMILIES])
            header[FAMILIES] <= len(spare_slot)
            header[FAMILIES] <= len(spare_node)
"""
"""What setting families aside needs."""

SOUND = """
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[SLOTS] <= 2**26
            session.header[SLOTS] <= len(tags)
            families_fit(session.header, family_node)
            session.header[FAMILIES] <= 2**26
"""
"""What looking at choices needs."""

MERITED = f"""{SOUND}
            len(query) >= QUERY
            are_costs(query)
            -2**28 <= query[TARGET] <= 2**28
"""
"""What telling the worth of a choice needs."""

COMPARED = """
            are_slight(session.header, session.header[N_DIFF])
            size <= session.header[N_DIFF]
            done <= session.header[N_DIFF]
            size <= len(other)
            size <= len(other_notes)
            max(size, done) <= len(chosen)
            max(size, done) <= len(chosen_notes)
            are_choices(session.header, tags, family_node, other, other_notes, size)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
"""
"""What comparing two choices needs."""

TOLD = """
            is_header(session.header)
            is_shaped(session.header)
            spans_are_told(session.header)
            0 < session.header[SLOTS] <= 2**26
            session.header[SLOTS] <= len(tags)
            are_tags(session.header, tags, 0, session.header[SLOTS])
            families_fit(session.header, family_slot)
            families_fit(session.header, family_node)
            rising(family_slot, 0, session.header[FAMILIES])
            tokens_are_told(session.header, tags, family_slot, family_node)
            0 <= session.header[FIRST] < 2**49
            session.header[FIRST] + tokens_in(session.header, tags, 0, session.header[SLOTS]) < 2**49
            0 <= session.header[CURSOR_TOKEN] < 2**49
            ledger_fits(session.header, ledger_action)
"""
"""What looking up tokens and rests needs."""

WORTHS = """
            len(work.header) >= WORK_HEADER
            0 <= work.header[CURSOR] <= LIMIT
            0 <= session.header[TAU_EXPAND] < LIMIT
            session.header[SLOTS] <= len(worth)
            are_preferences(tags, worth, session.header[SLOTS])
"""
"""What an expand is worth."""

LISTS = """
            1 <= session.header[N_DIFF] <= 2**24
            session.header[N_DIFF] <= len(expand_keys)
            session.header[N_DIFF] <= len(expand_tokens)
"""
"""Where the best few are listed."""

COLLAPSING = """
            is_header(session.header)
            is_shaped(session.header)
            families_fit(session.header, family_slot)
            families_fit(session.header, family_node)
            are_families(session.header, family_slot, family_node, len(fixed))
            are_alike(session.header, family_node)
            rising(family_slot, 0, session.header[FAMILIES])
            session.header[FAMILIES] <= len(spare_slot)
            session.header[FAMILIES] <= len(spare_node)
            ledger_fits(session.header, ledger_action)
            0 <= session.header[END] < 2**49
            0 <= session.header[CURSOR_TOKEN] < 2**49
            0 <= session.header[PROTECTED] < 2**49
            len(fixed) <= PLACES
            0 <= session.header[TAU_COLLAPSE] < LIMIT
            0 <= session.header[N_DIFF] <= 2**24
            session.header[N_DIFF] <= len(expand_keys)
            session.header[N_DIFF] <= len(expand_tokens)
            len(work.header) >= WORK_HEADER
            0 <= work.header[CURSOR] < LIMIT
            0 <= work.header[DELTAS] <= LEVELS
            all(1 <= work.header[j] for j in range(DELTA_LIST, DELTA_LIST + work.header[DELTAS]))
            0 <= work.header[DELTAS] * session.header[N_DIFF] <= len(pool_keys)
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_families)
            len(wishes) == 0 or session.header[FAMILIES] <= len(wishes)
            implies(len(wishes) > 0, within(wishes, 0, session.header[FAMILIES], -2**60, 2**60))
            implies(len(wishes) > 0, all(wishes[f] <= 2**33 * session.header[FANOUT + family_node[f] % LEVELS]
                for f in range(session.header[FAMILIES]) if at(family_node[f])))
"""
"""What looking for collapses needs."""

APART_TOLD = """
            has_products(session.header)
            has_spans(session.header)
            is_dear(session.header)
            are_slight(session.header, session.header[N_DIFF])
            are_families(session.header, family_slot, family_node, session.header[SLOTS])
            0 <= work.header[APART]
            work.header[APART] <= 2**18
            0 <= work.header[DELTAS] <= LEVELS
            work.header[APART] <= len(apart_keys)
            work.header[APART] <= len(apart_families)
            are_set_apart(session.header, family_slot, apart_keys, apart_families, work.header[APART])
            all(2 <= family_node[apart_families[x]] % LEVELS for x in range(work.header[APART]))
            within(apart_keys, 0, work.header[APART], 0, 2**60 - 1)
            keep_apart(session.header, family_slot, family_node, 0, session.header[FAMILIES])
            all_stand(session.header, tags, family_slot, family_node, session.header[FAMILIES])
            all(end(session.header, family_node, f) <= 2**49 for f in range(session.header[FAMILIES])
                if at(family_node[f]))
            2 * (work.header[APART] + work.header[DELTAS]) * RUN <= len(work.search.runs)
            work.header[ITEM_SPACE] <= len(work.search.item_keys)
            work.header[ITEM_SPACE] <= len(work.search.item_notes)
            0 <= work.header[ITEM_SPACE] < 2**60
"""
"""What the families set apart are, and that runs have space."""

POOLED = """
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_keys)
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_families)
            are_pooled(session.header, family_slot, work.header, pool_keys, pool_families, work.header[DELTAS])
            are_told_apart(session.header, family_node, work.header, pool_keys, pool_families, work.header[DELTAS])
            rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            deltas_are_listed(session.header, work.header)
            within(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], 1,
                2**26 // max(1, session.header[N_DIFF]))
"""
"""What the pool holds, and the deltas."""

PRUNED = """
            ascend(no_expand, len(no_expand), 2)
            are_families(session.header, family_slot, family_node, len(fixed))
            are_alike(session.header, family_node)
            session.header[SLOTS] <= len(fixed)
            len(fixed) <= PLACES
            gists_end(session.header, tags)
            gists_are_whole(session.header, tags)
            bodies_follow(session.header, tags)
            all(tags[i] < MARK for i in range(session.header[SLOTS]))
            session.header[END] == session.header[FIRST] + tokens_in(session.header, tags, 0, session.header[SLOTS])
            0 <= session.header[END]
            0 <= session.header[PROTECTED] < 2**49
            0 <= session.header[TAU_EXPAND] < LIMIT
            -LIMIT <= session.header[TAU_COLLAPSE] <= LIMIT
            session.header[LEDGER_TO] - session.header[LEDGER_FROM] <= 2**26
            len(work.header) >= WORK_HEADER
            1 <= work.header[TOP_K] <= 2**26
            work.header[TOP_K] + session.header[LEDGER_TO] - session.header[LEDGER_FROM] <= len(expand_keys)
            work.header[TOP_K] + session.header[LEDGER_TO] - session.header[LEDGER_FROM] <= len(expand_tokens)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, -2**33, 2**33)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
"""
"""What finding the last of the first candidates needs."""

LAID = """
            families_are_whole(session.header, tags, family_slot, family_node)
            are_plain(session.header, tags, session.header[SLOTS])
            session.header[LEDGER_TO] <= 2**30
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
            low(work.peaks) <= LOWEST and low(work.peaks) <= low(worth) and high(worth) <= high(work.peaks)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
"""
"""What laying out runs needs beyond that."""

FAMILIES_TOLD = """
            families_fit(session.header, family_slot)
            are_families(session.header, family_slot, family_node, session.header[SLOTS])
            rising(family_slot, 0, session.header[FAMILIES])
            families_are_whole(session.header, tags, family_slot, family_node)
            all_stand(session.header, tags, family_slot, family_node, session.header[FAMILIES])
            are_plain(session.header, tags, session.header[SLOTS])
"""
"""That families are in order, and stand."""

SET_APART = (
    "are_set_apart(session.header, family_slot, apart_keys, apart_families, work.header[APART])"
    " and all(2 <= family_node[apart_families[x]] % LEVELS for x in range(work.header[APART]))"
    " and within(apart_keys, 0, work.header[APART], 0, 2**60 - 1)"
)
"""What the families set apart are."""

PAIRED = f"""
            len(work.header) >= WORK_HEADER
            0 <= work.header[APART] <= work.header[PAIR_SPACE]
            work.header[PAIR_SPACE] <= 2**18
            work.header[PAIR_SPACE] <= len(apart_keys)
            work.header[PAIR_SPACE] <= len(apart_families)
            {SET_APART}
"""
"""What the families set apart are, and that there is space for more."""

ITEMS_STAND = (
    "standing(session.header, tags, family_slot, work.search.runs, work.search.item_keys, work.search.item_notes,"
    " work.header[RUNS])"
)
ITEMS_DIFFER = "differing(work.search.runs, work.search.item_keys, work.header[RUNS])"
RUNS_ADD = (
    "adding(session.header, tags, family_node, work.search.runs, work.search.item_keys, work.search.item_notes,"
    " work.header[RUNS])"
)
PAIRS_STAND = (
    "paired(session.header, family_slot, family_node, apart_families, work.search.runs, work.search.item_keys,"
    " work.search.item_notes, work.header[RUNS])"
)
"""What the candidates in the runs are."""

ITEMS = "work.search.runs, work.search.item_keys, work.search.item_notes"
BOTH = (
    "work.search.runs, prior(work.search.runs), work.search.item_keys, prior(work.search.item_keys),"
    " work.search.item_notes, prior(work.search.item_notes), work.header[RUNS] - 1, prior(items)"
)
NOW = "work.search.runs, work.search.item_keys, work.search.item_notes, work.header[RUNS] - 1"
APPENDED = f"""
                here(work.header[RUNS] - 1) == work.header[RUNS] - 1
                are_laid_out(session.header, work.search, work.header[RUNS], items)
                unchanged_is({BOTH})
                unchanged({BOTH})
                differing_kept({BOTH})
                run_differs(work.search.runs, work.search.item_keys, work.header[RUNS] - 1)
                differing_more(work.search.runs, work.search.item_keys, work.header[RUNS] - 1)
                standing_kept(session.header, TAGS, family_slot, {BOTH})
                run_stands(session.header, TAGS, family_slot, {NOW})
                standing_more(session.header, TAGS, family_slot, {NOW})
                adding_kept(session.header, TAGS, family_node, {BOTH})
                run_adds(session.header, TAGS, family_node, {NOW})
                adding_more(session.header, TAGS, family_node, {NOW})
                """
"""What the runs are once one is appended."""

APPENDED_TO_PAIRS = (
    APPENDED.replace("TAGS", "tags")
    + f"""
                paired_kept(session.header, family_slot, family_node, apart_families, {BOTH}, work.header[RUNS] - 1)
                run_is_of_pair(session.header, family_slot, family_node, apart_families, {NOW})
                paired_more(session.header, family_slot, family_node, apart_families, {NOW})
                """
)

CLASS = "session.header, old(tags), family_slot, family_node, work.header, apart_families, work.header[APART]"
APPENDED_TO_CLASSES = (
    APPENDED.replace("TAGS", "old(tags)")
    + f"""
                paired_kept(session.header, family_slot, family_node, apart_families, {BOTH}, 2 * work.header[APART])
                classed_under(session.header, old(tags), family_slot, family_node, prior(work.header), work.header,
                    apart_families, work.header[APART], prior(work.search.runs), prior(work.search.item_keys),
                    prior(work.search.item_notes), 2 * work.header[APART], work.header[RUNS] - 1)
                classed_kept({CLASS}, {BOTH}, 2 * work.header[APART])
                run_is_class({CLASS}, {NOW})
                classed_more({CLASS}, work.search.runs, work.search.item_keys, work.search.item_notes,
                    2 * work.header[APART], work.header[RUNS] - 1)
                """
)

CLASSES_STAND = f"""
                    standing(session.header, old(tags), family_slot, {ITEMS}, work.header[RUNS])
                    {ITEMS_DIFFER}
                    adding(session.header, old(tags), family_node, {ITEMS}, work.header[RUNS])
                    paired(session.header, family_slot, family_node, apart_families, {ITEMS}, 2 * work.header[APART])
                    classed({CLASS}, {ITEMS}, 2 * work.header[APART], work.header[RUNS])
"""
"""What the candidates in the runs are once there are classes."""

ELSEWHERE = f"""
                paired_others(session.header, family_slot, family_node, apart_families, {ITEMS},
                    2 * work.header[APART], work.header[APART], session.header[SLOTS])
                classed_others({CLASS}, {ITEMS}, 2 * work.header[APART], work.header[RUNS], refund)
                places_differ(keys, 0, size)
"""
"""That collapses are elsewhere than those before."""

OUTSIDE = f"""
                paired_inside(session.header, family_slot, family_node, apart_families, {ITEMS},
                    2 * work.header[APART], work.header[APART])
                classed_tags({CLASS}, {ITEMS}, 2 * work.header[APART], work.header[RUNS], delta)
                places_differ(keys, 0, size)
                all(not inside(session.header, family_slot, family_node, apart_families, work.header[APART],
                        place_of(keys[y]))
                    and place_of(keys[y]) < session.header[SLOTS]
                    and 1 <= old(tags)[place_of(keys[y])] and old(tags)[place_of(keys[y])] <= session.header[TOP]
                    and session.header[WIDTH + old(tags)[place_of(keys[y])]]
                        - session.header[UNITS + old(tags)[place_of(keys[y])]] == delta
                    for y in range(size))
                all(notes[y] == session.header[FIRST] + tokens_in(session.header, old(tags), 0, place_of(keys[y]))
                    for y in range(size))
"""
"""That expands are elsewhere than those before."""

CHOOSING = """
            are_costs(work.header)
            -2**28 <= work.header[TARGET] <= 2**28
            -2**26 <= room <= 2**26
            len(work.search.item_keys) <= len(work.search.item_notes)
            ((2 * work.header[DELTAS] + 1) * BOUNDS) * (session.header[N_DIFF] + 1) <= len(work.search.bounds)
            1 <= work.header[SPACE] < 2**36
            2 * work.header[SPACE] * STATE <= len(work.search.states)
            work.header[SPACE] <= len(work.search.order_keys)
            work.header[SPACE] <= len(work.search.order)
            session.header[N_DIFF] <= len(chosen)
            session.header[N_DIFF] <= len(chosen_notes)
"""
"""What choosing among what is laid out needs."""

OPTIMAL = f"""{TOLD}{WORTHS}{LISTS}{APART_TOLD}{POOLED}{LAID}{PAIRED}{CHOOSING}
            1 <= work.header[DELTAS]
            2 * (work.header[PAIR_SPACE] + work.header[DELTAS]) * RUN <= len(work.search.runs)
            2 * (work.header[PAIR_SPACE] + work.header[DELTAS]) <= len(work.search.heads)
            session.header[FAMILIES] <= 2**26
""" + "".join(f"            implies(work.header[EXPAND_FLOOR] < 0, {line})\n" for line in lines(PRUNED))
"""What finding the preferred choice needs."""


def before_any(text: str) -> str:
    """What holds with no family set apart yet, and counts only where there may be actions."""
    told = text.replace("work.header[APART]", "0").replace("1 <= session.header[N_DIFF]", "0 <= session.header[N_DIFF]")
    for pool in ("are_pooled(", "are_told_apart("):
        told = told.replace(f"            {pool}", f"            session.header[N_DIFF] == 0 or {pool}")
    return told


SELECTING = (
    before_any(OPTIMAL.replace("            -2**26 <= room <= 2**26\n", ""))
    + """
            0 <= session.header[W_MAX] <= 2**26
            0 <= session.header[W_SOFT] <= session.header[W_MAX]
            0 <= session.header[SOFT_MARGIN] <= LIMIT
            session.header[N_DIFF] <= len(work.other)
            session.header[N_DIFF] <= len(work.other_notes)
"""
)
"""What choosing the actions of an iteration needs."""

CHOSEN_WELL = (
    "falling(chosen, 0, SIZE) and within(chosen, 0, SIZE, 0, UNBOUNDED + 2**60 - 1)"
    " and are_choices(session.header, tags, family_node, chosen, chosen_notes, SIZE)"
    " and are_placed(family_slot, chosen, chosen_notes, SIZE) and are_elsewhere(chosen, SIZE)"
    " and are_clear(session.header, family_slot, family_node, chosen, chosen_notes, SIZE, SIZE)"
)
"""That a choice is of separate blocks of the context."""

TAGS_STAY = """
                    all_stand_under(session.header, old(tags), tags, family_slot, family_node, session.header[FAMILIES])
                    all_stand(session.header, tags, family_slot, family_node, session.header[FAMILIES])
                    only_marked(session.header, tags, old(tags))
                    tokens_marked(session.header, session.header, tags, old(tags), session.header[SLOTS])
                    tokens_are_told(session.header, tags, family_slot, family_node)
                """
"""What follows of tags that are what they were."""

SEARCHED = """work.header work.peaks tags session.chunk_keys session.chunk_notes expand_keys expand_tokens
            apart_keys apart_families work.search.runs work.search.item_keys work.search.item_notes work.search.heads
            work.search.bounds work.search.states work.search.order_keys work.search.order"""
"""What it writes to, but for the choice."""

REST_STAYS = (
    "only(work.header, RUNS, PAIRS, APART, ACTIONS, ROOM, COLLAPSE_FLOOR, EXPAND_FLOOR, PRICE, ALLOWANCE,"
    " MARK_TO_REACH, BEST_VALUE, BEST_COUNT, BEST_NET, BEST_STATE, BEST_OPTION)"
)
"""What it leaves of the header of the work space."""

SORTED_AS_IT_WAS = """
                choice_sorted(session.header, tags, family_slot, family_node, prior(chosen), prior(chosen_notes),
                    chosen, chosen_notes, done)
                slots_sorted(session.header, tags, family_node, prior(chosen), prior(chosen_notes), chosen,
                    chosen_notes, done)
"""
"""That a choice stays one, whatever its order."""

CHOSEN_NEARBY = """
            len(work.header) >= WORK_HEADER
            0 <= work.header[CURSOR] <= LIMIT
            0 <= session.header[CURSOR_TOKEN] < 2**60
            done <= len(chosen)
            done <= len(chosen_notes)
"""
"""What taking nearness to the cursor out of a choice needs of it."""

CONTRACTS = [
    contract(
        "survey_of",
        any_width="worth work.peaks",
        needs="""
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[SLOTS] <= 2**26
            session.header[SLOTS] <= len(tags)
            session.header[SLOTS] <= len(worth)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            low(work.peaks) <= LOWEST and low(work.peaks) <= low(worth) and high(worth) <= high(work.peaks)
            are_preferences(tags, worth, session.header[SLOTS])
        """,
        writes="work.peaks",
        gives="within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)",
        loops={
            "for chunk in range((slots + CHUNK - 1) // CHUNK)": loop(
                keeps="within(work.peaks, 0, chunk, LOWEST, 2**33)"
            ),
            "for level in range(1, header[TOP] + 1)": loop(
                keeps="within(work.peaks, 0, (slots + CHUNK - 1) // CHUNK, LOWEST, 2**33)"
            ),
            "for chunk in range(whole)": loop(
                keeps="within(work.peaks, 0, (slots + CHUNK - 1) // CHUNK, LOWEST, 2**33)"
            ),
            "for i in range(CHUNK)": loop(keeps="LOWEST <= peak <= min(2**33, high(work.peaks))"),
            "for slot in range(whole * CHUNK, slots)": loop(keeps="LOWEST <= peak <= min(2**33, high(work.peaks))"),
        },
    ),
    contract(
        "best_expands_of",
        any_width="worth work.peaks",
        needs=f"""{TOLD}{WORTHS}{LISTS}
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, -2**33, 2**33)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
            0 <= spoilt <= 2**50
        """,
        writes="session.chunk_keys session.chunk_notes expand_keys expand_tokens",
        gives="""
            0 <= result <= session.header[N_DIFF]
            falling(expand_keys, 0, result)
            within(expand_keys, 0, result, 0, 2**60 - 1)
            places_differ(expand_keys, 0, result)
            are_expands(session.header, tags, delta, expand_keys, expand_tokens, result)
        """,
        opens="""
            tokens_none(session.header, tags, 0, 0)
            tokens_up_to(session.header, tags, session.header[SLOTS])
        """,
        loops={
            "for c in range(chunks)": loop(
                keeps="""
                    0 <= size <= session.header[N_DIFF]
                    heap(keys, size)
                    1 <= least
                    keys_within(keys, notes, size, 0, 2**60 - 1)
                    expands_within(session.header, tags, delta, keys, notes, size)
                    apart_places(keys, notes, size)
                    implies(c == 0, size == 0)
                    all(peak_key(work.peaks, place_of(k) // CHUNK) >= chunk_keys[c - 1]
                        for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                        if at(many(keys, notes, size, k, v)))
                """,
                opens="0 <= chunk_notes[c] and chunk_keys[c] == peak_key(work.peaks, chunk_notes[c])",
            ),
            "for i in range(min(CHUNK, header[SLOTS] - first))": loop(
                keeps="""
                    0 <= size <= session.header[N_DIFF]
                    heap(keys, size)
                    1 <= least
                    keys_within(keys, notes, size, 0, 2**60 - 1)
                    expands_within(session.header, tags, delta, keys, notes, size)
                    apart_places(keys, notes, size)
                    all(place_of(k) // CHUNK != chunk_notes[c] or place_of(k) < first + i
                        for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                        if at(many(keys, notes, size, k, v)))
                    all(peak_key(work.peaks, place_of(k) // CHUNK) >= chunk_keys[c]
                        for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                        if at(many(keys, notes, size, k, v)))
                    0 <= slot <= first + i
                    slot < session.header[SLOTS]
                    token == session.header[FIRST] + tokens_in(session.header, tags, 0, slot)
                """,
            ),
        },
        before={
            "slot = at": """
                tokens_in(session.header, tags, 0, at) + session.header[SPAN + tags[at]]
                    <= tokens_in(session.header, tags, 0, session.header[SLOTS])
                0 <= token and token < 2**49
            """,
            "wanted = worth": """
                node // LEVELS == token and node % LEVELS == tags[slot]
                over_bound(max(node // LEVELS - session.header[CURSOR_TOKEN], session.header[CURSOR_TOKEN]
                    - node // LEVELS - session.header[SPAN + node % LEVELS], 0), session.header[SPAN])
                over_bound(work.header[CURSOR], 1 + max(node // LEVELS - session.header[CURSOR_TOKEN],
                    session.header[CURSOR_TOKEN] - node // LEVELS - session.header[SPAN + node % LEVELS], 0)
                    // session.header[SPAN])
            """,
            "size = offer": """
                key_round(worth[slot], slot)
                0 <= key and key < 2**60
                all(place_of(k) != at for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                    if at(many(keys, notes, size, k, v)))
                is_expand(session.header, tags, delta, key, token)
            """,
        },
        closes="""
            many_members(expand_keys, expand_tokens, size, size)
            keys_in(expand_keys, expand_tokens, size, size, 0, 2**60 - 1)
            apart_differ(expand_keys, expand_tokens, size)
        """,
    ),
    contract(
        "member_expands",
        any_width="worth work.peaks",
        needs=f"""{TOLD}{WORTHS}{LISTS}
            has_products(session.header)
            has_spans(session.header)
            0 <= node < 2**54
            node // LEVELS + session.header[SPAN + node % LEVELS] <= 2**49
            2 <= node % LEVELS
            node % LEVELS <= session.header[TOP]
            0 <= place
            place + session.header[WIDTH + node % LEVELS] <= session.header[SLOTS]
            stands(session.header, tags, place, node)
            all((tags[j] >= 0) == turn(j - place, session.header[UNITS + node % LEVELS - 1])
                for j in range(place, place + session.header[WIDTH + node % LEVELS]))
        """,
        writes="expand_keys expand_tokens",
        gives="""
            0 <= result <= session.header[N_DIFF]
            result <= session.header[FANOUT + node % LEVELS]
            falling(expand_keys, 0, result)
            within(expand_keys, 0, result, 0, 2**60 - 1)
            within(expand_tokens, 0, result, 0, 2**49 - 1)
            places_differ(expand_keys, 0, result)
            are_noted(session.header, tags, expand_keys, expand_tokens, result)
            all(place <= place_of(expand_keys[i]) and place_of(expand_keys[i])
                < place + session.header[WIDTH + node % LEVELS]
                and turn(place_of(expand_keys[i]) - place, session.header[UNITS + node % LEVELS - 1])
                for i in range(result))
        """,
        loops={
            "for i in range(header[FANOUT + level + 1])": loop(
                keeps="""
                    0 <= size <= session.header[N_DIFF]
                    size <= i
                    heap(keys, size)
                    keys_within(keys, notes, size, 0, 2**60 - 1)
                    notes_within(keys, notes, size, 0, 2**49 - 1)
                    places_within(keys, notes, size, place, place + i * session.header[UNITS + level] - 1)
                    apart_places(keys, notes, size)
                    all(v == session.header[FIRST] + tokens_in(session.header, tags, 0, place_of(k))
                        for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                        if at(many(keys, notes, size, k, v)))
                    all(turn(place_of(k) - place, session.header[UNITS + level])
                        for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                        if at(many(keys, notes, size, k, v)))
                """,
                opens="""
                    session.header[WIDTH + level + 1] == session.header[FANOUT + level + 1]
                        * session.header[UNITS + level]
                    session.header[SPAN + level + 1] == session.header[FANOUT + level + 1]
                        * session.header[SPAN + level]
                    product_grows(i, session.header[FANOUT + level + 1], session.header[UNITS + level])
                    product_grows(i, session.header[FANOUT + level + 1], session.header[SPAN + level])
                    product_next(i, session.header[UNITS + level])
                    product_next(i, session.header[SPAN + level])
                    turn_times(i, session.header[UNITS + level])
                    stands_is(session.header, tags, place, node)
                    row_is(tags, place, level, session.header[WIDTH + level + 1], session.header[UNITS + level])
                    row_is(tags, place, level, i * session.header[UNITS + level], session.header[UNITS + level])
                    tokens_of_row(session.header, tags, place, i, level)
                    tokens_add(session.header, tags, 0, place, i * session.header[UNITS + level])
                    product_positive(i, session.header[UNITS + level])
                """,
            )
        },
        before={
            "wanted = worth": """
                over_bound(max(token - session.header[CURSOR_TOKEN], session.header[CURSOR_TOKEN]
                    - token - session.header[SPAN + level], 0), session.header[SPAN])
                over_bound(work.header[CURSOR], 1 + max(token - session.header[CURSOR_TOKEN],
                    session.header[CURSOR_TOKEN] - token - session.header[SPAN + level], 0) // session.header[SPAN])
            """,
            "size = offer": "key_round(worth[slot], slot)",
        },
        closes="""
            many_members(expand_keys, expand_tokens, size, size)
            keys_in(expand_keys, expand_tokens, size, size, 0, 2**60 - 1)
            notes_in(expand_keys, expand_tokens, size, size, 0, 2**49 - 1)
            apart_differ(expand_keys, expand_tokens, size)
        """,
    ),
    contract(
        "with_peaks_of",
        whole=True,
        seen_through=True,
        gives="""
            result.peaks == work.peaks
            result.header == session.header and result.tags == tags and result.fixed == fixed
            result.expand_keys == expand_keys and result.chunk_keys == session.chunk_keys
            result.family_slot == family_slot and result.family_node == family_node
            result.ledger_action == ledger_action and result.no_expand == session.no_expand
        """,
    ),
    contract(
        "prune",
        any_width="work.peaks",
        needs=f"""{TOLD}{PRUNED}        """,
        writes="work.header expand_keys expand_tokens session.chunk_keys session.chunk_notes",
        gives="""
            only(work.header, COLLAPSE_FLOOR, EXPAND_FLOOR)
            0 <= work.header[EXPAND_FLOOR]
        """,
        opens="""
            marks_nowhere(tags, session.header[SLOTS])
            gists_go_on_is(session.header, tags)
        """,
    ),
    contract(
        "set_floors",
        needs=f"""{TOLD}            len(work.header) >= WORK_HEADER
            session.header[SLOTS] <= len(worth)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
"""
        + "".join(f"            implies(work.header[TOP_K] > 0, {line})\n" for line in lines(PRUNED)),
        writes="work.header work.peaks expand_keys expand_tokens session.chunk_keys session.chunk_notes",
        gives="""
            only(work.header, COLLAPSE_FLOOR, EXPAND_FLOOR)
            implies(work.header[TOP_K] <= 0, work.header[EXPAND_FLOOR] == old(work.header)[EXPAND_FLOOR])
        """,
    ),
    contract(
        "at_least",
        whole=True,
        needs="""
            0 <= size < 2**60
            size <= len(keys)
        """,
        gives="""
            0 <= result <= size
            all(keys[i] < floor for i in range(result, size))
            implies(result > 0, keys[result - 1] >= floor)
        """,
        loops={
            "while size > 0 and keys[size - 1] < floor": loop(
                keeps="""
                    0 <= size <= old(size)
                    all(keys[i] < floor for i in range(size, old(size)))
                """,
                falls="size",
            )
        },
    ),
    contract(
        "append_run",
        whole=True,
        needs="""
            len(header) >= QUERY
            0 <= header[RUNS] < 2**20
            header[RUNS] * RUN + RUN <= len(runs)
            0 <= items
            0 <= size
            items + size <= len(item_keys)
            items + size <= len(item_notes)
            size <= len(keys)
            size <= len(notes)
        """,
        writes="header runs item_keys item_notes",
        gives="""
            result == items + size
            only(header, RUNS)
            header[RUNS] == old(header)[RUNS] + 1
            kept_outside(runs, old(runs), old(header)[RUNS] * RUN, header[RUNS] * RUN)
            runs[old(header)[RUNS] * RUN + BEGIN] == items
            runs[old(header)[RUNS] * RUN + SIZE] == size
            runs[old(header)[RUNS] * RUN + DELTA] == delta
            kept_outside(item_keys, old(item_keys), items, items + size)
            kept_outside(item_notes, old(item_notes), items, items + size)
            all(item_keys[j] == keys[j - items] for j in range(items, items + size))
            all(item_notes[j] == notes[j - items] for j in range(items, items + size))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    kept_outside(item_keys, old(item_keys), items, items + i)
                    kept_outside(item_notes, old(item_notes), items, items + i)
                    all(item_keys[j] == keys[j - items] for j in range(items, items + i))
                    all(item_notes[j] == notes[j - items] for j in range(items, items + i))
                """
            )
        },
    ),
    contract(
        "mark_families",
        needs="""
            is_header(session.header)
            is_shaped(session.header)
            has_products(session.header)
            0 <= session.header[SLOTS] <= len(tags)
            families_fit(session.header, family_slot)
            families_fit(session.header, family_node)
            are_families(session.header, family_slot, family_node, session.header[SLOTS])
            keep_apart(session.header, family_slot, family_node, 0, session.header[FAMILIES])
            families_are_whole(session.header, tags, family_slot, family_node)
            len(work.header) >= WORK_HEADER
            0 <= work.header[APART] <= 2**30
            work.header[APART] <= len(apart_keys)
            work.header[APART] <= len(apart_families)
            are_set_apart(session.header, family_slot, apart_keys, apart_families, work.header[APART])
            by == MARK or by == -MARK
            all((tags[j] <= session.header[TOP] if by == MARK else tags[j] >= MARK) or tags[j] < 0
                for j in range(session.header[SLOTS])
                if inside(session.header, family_slot, family_node, apart_families, work.header[APART], j))
        """,
        writes="tags",
        gives="""
            0 <= result <= work.header[APART] * 2**26
            all(tags[j] == old(tags)[j] + (by if old(tags)[j] >= 0
                    and inside(session.header, family_slot, family_node, apart_families, work.header[APART], j) else 0)
                for j in INTEGERS)
        """,
        loops={
            "for x in range(work.header[APART])": loop(
                keeps="""
                    0 <= members <= x * 2**26
                    all(tags[j] == old(tags)[j] + (by if old(tags)[j] >= 0
                            and inside(session.header, family_slot, family_node, apart_families, x, j) else 0)
                        for j in INTEGERS)
                """,
                opens="""
                    0 <= apart_families[x] and apart_families[x] < session.header[FAMILIES]
                    0 <= family_slot[apart_families[x]] and 1 <= family_node[apart_families[x]] % LEVELS
                    inside_if(session.header, family_slot, family_node, apart_families, work.header[APART])
                    none_inside(session.header, family_slot, family_node, apart_families, x,
                        family_slot[apart_families[x]], family_slot[apart_families[x]]
                        + session.header[WIDTH + family_node[apart_families[x]] % LEVELS])
                """,
                closes="inside_one_more(session.header, family_slot, family_node, apart_families, x)",
            ),
            "for i in range(header[FANOUT + level])": loop(
                keeps="""
                    all(tags[j] == old(tags)[j] + (by if old(tags)[j] >= 0
                            and (inside(session.header, family_slot, family_node, apart_families, x, j)
                            or place <= j and j < place + i * session.header[UNITS + level - 1]) else 0)
                        for j in INTEGERS)
                """,
                opens="""
                    product_grows(i, session.header[FANOUT + level], session.header[UNITS + level - 1])
                    product_next(i, session.header[UNITS + level - 1])
                    turn_times(i, session.header[UNITS + level - 1])
                    inside(session.header, family_slot, family_node, apart_families, work.header[APART],
                        place + i * session.header[UNITS + level - 1])
                """,
            ),
        },
    ),
    contract(
        "is_apart",
        whole=True,
        truth=True,
        needs="""
            len(work.header) >= WORK_HEADER
            0 <= work.header[APART]
            work.header[APART] <= len(apart_families)
        """,
        gives="result == held(apart_families, 0, work.header[APART], family)",
        loops={
            "for x in range(work.header[APART])": loop(
                keeps="all(apart_families[i] != family for i in range(x))",
            )
        },
    ),
    contract(
        "set_delta_apart",
        needs=SPARED,
        writes="spare_slot spare_node",
        gives="""
            0 <= result <= header[FAMILIES]
            lie_between(header, spare_slot, spare_node, 0, result, 0, len(fixed))
            rising(spare_slot, 0, result)
            all(header[ALIKE] == 0 or header[WIDTH + spare_node[i] % LEVELS] == header[ALIKE] for i in range(result))
            all(held(family_slot, 0, header[FAMILIES], spare_slot[i]) for i in range(result))
            all(spare_node[i] == family_node[where(family_slot, 0, header[FAMILIES], spare_slot[i])]
                and header[WIDTH + spare_node[i] % LEVELS] - header[UNITS + spare_node[i] % LEVELS] == delta
                for i in range(result) if at(spare_slot[i]) if at(spare_node[i]))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= size <= family
                    lie_between(header, spare_slot, spare_node, 0, size, 0, len(fixed))
                    rising(spare_slot, 0, size)
                    all(spare_slot[i] < family_slot[g] for i in range(size) for g in range(family, header[FAMILIES]))
                    all(header[ALIKE] == 0 or header[WIDTH + spare_node[i] % LEVELS] == header[ALIKE]
                        for i in range(size))
                    all(held(family_slot, 0, header[FAMILIES], spare_slot[i]) for i in range(size))
                    all(spare_node[i] == family_node[where(family_slot, 0, header[FAMILIES], spare_slot[i])]
                        and header[WIDTH + spare_node[i] % LEVELS] - header[UNITS + spare_node[i] % LEVELS] == delta
                        for i in range(size) if at(spare_slot[i]) if at(spare_node[i]))
                """,
                opens="""
                    0 <= family_slot[family] and 1 <= family_node[family] % LEVELS
                    family_node[family] % LEVELS <= header[TOP]
                    held_if(family_slot, 0, header[FAMILIES], family_slot[family], family)
                    where(family_slot, 0, header[FAMILIES], family_slot[family]) == family
                """,
            )
        },
    ),
    contract(
        "with_spare_families",
        whole=True,
        seen_through=True,
        gives="""
            result.family_slot == spare_slot and result.family_node == spare_node
            result.spare_slot == family_slot and result.spare_node == family_node
            result.header == session.header and result.tags == tags and result.fixed == fixed
            result.ledger_action == ledger_action
        """,
    ),
    contract(
        "best_collapses_of",
        needs=f"""{SPARED}
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**49
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[PROTECTED] < 2**49
            len(fixed) <= PLACES
            0 <= header[TAU_COLLAPSE] < LIMIT
            1 <= room < 2**40
            room <= len(keys)
            room <= len(notes)
            0 <= cursor < LIMIT
        """,
        writes="header spare_slot spare_node keys notes",
        gives="""
            only(header)
            0 <= result <= room
            falling(keys, 0, result)
            within(keys, 0, result, 0, 2**59)
            places_differ(keys, 0, result)
            are_collapses(header, family_slot, keys, notes, result)
            all(header[WIDTH + family_node[notes[i]] % LEVELS] - header[UNITS + family_node[notes[i]] % LEVELS] == delta
                for i in range(result) if at(notes[i]))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    only(header)
                    are_collapses(header, family_slot, keys, notes, i)
                    all(header[WIDTH + family_node[notes[j]] % LEVELS]
                            - header[UNITS + family_node[notes[j]] % LEVELS] == delta
                        for j in range(i) if at(notes[j]))
                """,
                closes="""
                    found_at(family_slot, 0, header[FAMILIES], place_of(keys[i - 1]), notes[i - 1])
                    notes[i - 1] == where(family_slot, 0, header[FAMILIES], place_of(keys[i - 1]))
                """,
                opens="held(family_slot, 0, header[FAMILIES], place_of(keys[i]))",
            )
        },
        before={
            "header[FAMILIES] = families": """
                many_members(keys, notes, size, size)
                twice_if_alike(keys, notes, size)
                keys_in(keys, notes, size, size, header[TAU_COLLAPSE] * PLACES, 2**59)
            """,
            "for i in range(size)": """
                within(keys, 0, size, 0, 2**59)
                all(spare_slot[notes[i]] == place_of(keys[i]) for i in range(size) if at(keys[i]))
                places_differ(keys, 0, size)
                all(header[WIDTH + family_node[where(family_slot, 0, header[FAMILIES], place_of(keys[i]))] % LEVELS]
                    - header[UNITS + family_node[where(family_slot, 0, header[FAMILIES], place_of(keys[i]))] % LEVELS]
                    == delta for i in range(size))
                all(held(family_slot, 0, header[FAMILIES], place_of(keys[i])) for i in range(size))
            """,
        },
    ),
    contract(
        "pool_collapses",
        needs=COLLAPSING,
        writes="session.header work.header spare_slot spare_node expand_keys expand_tokens pool_keys pool_families",
        gives="""
            only(session.header)
            kept_outside(work.header, old(work.header), POOL_SIZES, POOL_SIZES + work.header[DELTAS])
            implies(session.header[N_DIFF] >= 1, are_pooled(session.header, family_slot, work.header,
                pool_keys, pool_families, work.header[DELTAS]))
            implies(session.header[N_DIFF] >= 1, are_told_apart(session.header, family_node, work.header,
                pool_keys, pool_families, work.header[DELTAS]))
        """,
        loops={
            "for d in range(work.header[DELTAS])": loop(
                keeps="""
                    only(session.header)
                    kept_outside(work.header, old(work.header), POOL_SIZES, POOL_SIZES + work.header[DELTAS])
                    are_pooled(session.header, family_slot, work.header, pool_keys, pool_families, d)
                    are_told_apart(session.header, family_node, work.header, pool_keys, pool_families, d)
                    all(here(e) * session.header[N_DIFF] + session.header[N_DIFF] <= d * session.header[N_DIFF]
                        for e in range(d) if at(here(e)))
                """,
                opens="""
                    here(d) == d
                    product_grows(d, work.header[DELTAS], session.header[N_DIFF])
                    product_next(d, session.header[N_DIFF])
                """,
            ),
            "for i in range(size)": loop(
                keeps="""
                    only(session.header)
                    kept_outside(work.header, old(work.header), POOL_SIZES, POOL_SIZES + work.header[DELTAS])
                    are_pooled(session.header, family_slot, work.header, pool_keys, pool_families, d)
                    are_told_apart(session.header, family_node, work.header, pool_keys, pool_families, d)
                    all(here(e) * session.header[N_DIFF] + session.header[N_DIFF] <= d * session.header[N_DIFF]
                        for e in range(d) if at(here(e)))
                    size == work.header[POOL_SIZES + d]
                    all(0 <= pool_families[j] and pool_families[j] < session.header[FAMILIES]
                        and place_of(pool_keys[j]) == family_slot[pool_families[j]]
                        and 0 <= pool_keys[j] and pool_keys[j] < 2**60
                        for j in range(d * session.header[N_DIFF], d * session.header[N_DIFF] + i)
                        if at(pool_keys[j]) if at(pool_families[j]))
                    all(pool_keys[j] == keys[j - d * session.header[N_DIFF]]
                        and pool_families[j] == notes[j - d * session.header[N_DIFF]]
                        for j in range(d * session.header[N_DIFF], d * session.header[N_DIFF] + i)
                        if at(pool_keys[j]) if at(pool_families[j]))
                """
            ),
        },
        before={
            "size = at_least": """
                many_members(keys, notes, size, size)
                twice_if_alike(keys, notes, size)
                keys_in(keys, notes, size, size, session.header[TAU_COLLAPSE] * PLACES, 2**59)
                within(keys, 0, size, 0, 2**60 - 1)
                are_collapses(session.header, family_slot, keys, notes, size)
                places_differ(keys, 0, size)
                all(work.header[DELTAS] <= 1
                    or session.header[WIDTH + family_node[notes[i]] % LEVELS]
                    - session.header[UNITS + family_node[notes[i]] % LEVELS] == work.header[DELTA_LIST + d]
                    for i in range(size) if at(notes[i]))
            """,
        },
    ),
    contract(
        "lay_out_pairs",
        any_width="worth work.peaks",
        needs=f"""{TOLD}{WORTHS}{LISTS}{APART_TOLD}
            families_are_whole(session.header, tags, family_slot, family_node)
            work.header[RUNS] == 0
        """,
        writes="""work.header expand_keys expand_tokens
            work.search.runs work.search.item_keys work.search.item_notes""",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= work.header[ITEM_SPACE]
            only(work.header, RUNS)
            implies(work.header[APART] == 0, result == 0)
            implies(result >= 0, work.header[RUNS] == 2 * work.header[APART])
            implies(result >= 0, are_laid_out(session.header, work.search, work.header[RUNS], result))
            implies(result >= 0, {ITEMS_STAND})
            implies(result >= 0, {ITEMS_DIFFER})
            implies(result >= 0, {RUNS_ADD})
            implies(result >= 0, {PAIRS_STAND})
        """,
        opens="""
            differing_none(work.search.runs, work.search.item_keys, work.header[RUNS])
            standing_none(session.header, tags, family_slot, work.search.runs, work.search.item_keys,
                work.search.item_notes, work.header[RUNS])
            adding_none(session.header, tags, family_node, work.search.runs, work.search.item_keys,
                work.search.item_notes, work.header[RUNS])
            paired_none(session.header, family_slot, family_node, apart_families, work.search.runs,
                work.search.item_keys, work.search.item_notes, work.header[RUNS])
        """,
        loops={
            "for x in range(work.header[APART])": loop(
                keeps=f"""
                    0 <= items <= work.header[ITEM_SPACE]
                    implies(x == 0, items == 0)
                    only(work.header, RUNS)
                    work.header[RUNS] == 2 * x
                    are_laid_out(session.header, work.search, work.header[RUNS], items)
                    {ITEMS_STAND}
                    {ITEMS_DIFFER}
                    {RUNS_ADD}
                    {PAIRS_STAND}
                """,
                opens="""
                    0 <= apart_families[x] and apart_families[x] < session.header[FAMILIES]
                    0 <= family_slot[apart_families[x]] and 2 <= family_node[apart_families[x]] % LEVELS
                    session.header[WIDTH + family_node[apart_families[x]] % LEVELS]
                        > session.header[UNITS + family_node[apart_families[x]] % LEVELS]
                    session.header[WIDTH + family_node[apart_families[x]] % LEVELS - 1]
                        > session.header[UNITS + family_node[apart_families[x]] % LEVELS - 1]
                    0 <= apart_keys[x] and apart_keys[x] < 2**60
                    stands_is(session.header, tags, family_slot[apart_families[x]], family_node[apart_families[x]])
                    row_is(tags, family_slot[apart_families[x]], family_node[apart_families[x]] % LEVELS - 1,
                        session.header[WIDTH + family_node[apart_families[x]] % LEVELS],
                        session.header[UNITS + family_node[apart_families[x]] % LEVELS - 1])
                """,
                closes=APPENDED_TO_PAIRS,
            )
        },
        before={
            "place = place_of": APPENDED_TO_PAIRS
            + """
                are_runs_of(work.search.runs, work.header[RUNS], items, 2**26 // max(1, session.header[N_DIFF]))
                are_candidates(session.header, work.search.runs, work.search.item_keys, work.search.item_notes, 0,
                    work.header[RUNS] - 1)
                are_laid_out(session.header, work.search, work.header[RUNS], items)
                paired_elsewhere(session.header, family_slot, family_node, apart_families, work.search.runs,
                    work.search.item_keys, work.search.item_notes, work.header[RUNS], x)
            """,
            "refund = delta_at": """
                paired_elsewhere(session.header, family_slot, family_node, apart_families, work.search.runs,
                    work.search.item_keys, work.search.item_notes, work.header[RUNS], x)
            """,
            "cost = delta_at": """
                places_differ(keys, 0, size)
                are_noted(session.header, tags, keys, notes, size)
                all(place <= place_of(keys[i]) and place_of(keys[i]) < place + session.header[WIDTH + level]
                    and 1 <= tags[place_of(keys[i])] and tags[place_of(keys[i])] == level - 1
                    for i in range(size))
            """,
        },
    ),
    contract(
        "lay_out",
        joins=True,
        any_width="worth work.peaks",
        needs=f"""{TOLD}{WORTHS}{LISTS}{APART_TOLD}{POOLED}{LAID}        """,
        writes="""work.header work.peaks session.chunk_keys session.chunk_notes expand_keys expand_tokens tags
            work.search.runs work.search.item_keys work.search.item_notes""",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= work.header[ITEM_SPACE]
            only(work.header, RUNS, PAIRS)
            only(tags)
            implies(work.header[APART] == 0 and 2 * work.header[DELTAS] * session.header[N_DIFF]
                <= work.header[ITEM_SPACE], result >= 0)
            implies(result >= 0, work.header[PAIRS] == work.header[APART])
            implies(result >= 0, work.header[RUNS] == 2 * (work.header[APART] + work.header[DELTAS]))
            implies(result >= 0, are_laid_out(session.header, work.search, work.header[RUNS], result))
            implies(result >= 0, standing(session.header, old(tags), family_slot, {ITEMS}, work.header[RUNS]))
            implies(result >= 0, {ITEMS_DIFFER})
            implies(result >= 0, adding(session.header, old(tags), family_node, {ITEMS}, work.header[RUNS]))
            implies(result >= 0, paired(session.header, family_slot, family_node, apart_families, {ITEMS},
                2 * work.header[APART]))
            implies(result >= 0, outside(session.header, family_slot, family_node, apart_families,
                work.header[APART], {ITEMS}, 2 * work.header[APART], work.header[RUNS]))
            within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
        """,
        closes=f"classed_outside({CLASS}, {ITEMS}, 2 * work.header[APART], work.header[RUNS])",
        opens="""
            times_sum(work.header[DELTAS], work.header[DELTAS], session.header[N_DIFF])
            times_alike(work.header[DELTAS] + work.header[DELTAS], 2 * work.header[DELTAS], session.header[N_DIFF])
            times_nothing(0, session.header[N_DIFF])
            product_positive(work.header[DELTAS], session.header[N_DIFF])
        """,
        loops={
            "for i in range(work.header[DELTAS])": loop(
                keeps="""
                    only(work.header, RUNS, PAIRS)
                    work.header[PAIRS] == work.header[APART]
                    work.header[RUNS] == 2 * work.header[APART] + i
                    0 <= items <= entry(items) + i * session.header[N_DIFF]
                    are_laid_out(session.header, work.search, work.header[RUNS], items)
                    all(work.search.runs[here(r) * RUN + DELTA]
                        == -work.header[DELTA_LIST + work.header[DELTAS] - 1 - (r - 2 * work.header[APART])]
                        for r in range(2 * work.header[APART], work.header[RUNS]) if at(here(r)))
                """
                + CLASSES_STAND,
                opens="""
                    here(work.header[DELTAS] - 1 - i) == work.header[DELTAS] - 1 - i
                    product_grows(work.header[DELTAS] - 1 - i, work.header[DELTAS], session.header[N_DIFF])
                    product_grows(i, work.header[DELTAS], session.header[N_DIFF])
                    product_next(i, session.header[N_DIFF])
                """,
                closes=APPENDED_TO_CLASSES,
            ),
            "for at in range(d * header[N_DIFF], d * header[N_DIFF] + work.header[POOL_SIZES + d])": loop(
                keeps="""
                    0 <= size <= at - d * session.header[N_DIFF]
                    within(keys, 0, size, 0, 2**60 - 1)
                    within(notes, 0, size, 0, session.header[FAMILIES] - 1)
                    all(place_of(keys[y]) == family_slot[notes[y]]
                        and not held(apart_families, 0, work.header[APART], notes[y])
                        and session.header[WIDTH + family_node[notes[y]] % LEVELS]
                            - session.header[UNITS + family_node[notes[y]] % LEVELS] == work.header[DELTA_LIST + d]
                        for y in range(size) if at(keys[y]) if at(notes[y]))
                    places_differ(keys, 0, size)
                    all(place_of(keys[y]) != place_of(pool_keys[b]) for y in range(size)
                        for b in range(at, d * session.header[N_DIFF] + work.header[POOL_SIZES + d])
                        if at(keys[y], pool_keys[b]))
                """,
                opens="""
                    here(d) == d
                    0 <= pool_families[at] and pool_families[at] < session.header[FAMILIES]
                    0 <= pool_keys[at] and pool_keys[at] < 2**60
                    1 <= family_node[pool_families[at]] % LEVELS
                    listed_at(session.header, old(work.header), family_node[pool_families[at]] % LEVELS)
                """,
            ),
            "for d in range(work.header[DELTAS])": loop(
                keeps="""
                    only(work.header, RUNS, PAIRS)
                    work.header[PAIRS] == work.header[APART]
                    work.header[RUNS] == 2 * work.header[APART] + work.header[DELTAS] + d
                    0 <= items <= entry(items) + d * session.header[N_DIFF]
                    are_laid_out(session.header, work.search, work.header[RUNS], items)
                    within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
                    all(work.search.runs[here(r) * RUN + DELTA] < 0
                        for r in range(2 * work.header[APART], 2 * work.header[APART] + work.header[DELTAS])
                        if at(here(r)))
                    all(work.search.runs[here(r) * RUN + DELTA]
                        == work.header[DELTA_LIST + r - 2 * work.header[APART] - work.header[DELTAS]]
                        for r in range(2 * work.header[APART] + work.header[DELTAS], work.header[RUNS]) if at(here(r)))
                """
                + CLASSES_STAND,
                opens="""
                    product_grows(d, work.header[DELTAS], session.header[N_DIFF])
                    product_next(d, session.header[N_DIFF])
                """,
                closes=APPENDED_TO_CLASSES,
            ),
        },
        before={
            "if items == OUT_OF_SPACE": f"""
                classed_none({CLASS}, {ITEMS}, 2 * work.header[APART], work.header[RUNS])
            """,
            "items = append_run(work.search, items, -refund": ELSEWHERE,
            "items = append_run(work.search, items, delta": OUTSIDE,
            "spoilt = mark_families": """
                inside_bound(session.header, family_slot, family_node, apart_families, work.header[APART],
                    0, session.header[SLOTS])
            """,
            "for d in range(work.header[DELTAS])": """
                only_marked(session.header, tags, old(tags))
                tokens_marked(session.header, session.header, tags, old(tags), session.header[SLOTS])
                tokens_are_told(session.header, tags, family_slot, family_node)
            """,
        },
    ),
    contract(
        "set_conflicts_apart",
        truth=True,
        needs=f"""{SOUND}{FAMILIES_TOLD}{PAIRED}
            0 <= done
            done <= len(chosen)
            done <= len(chosen_notes)
            within(chosen, 0, done, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
            are_placed(family_slot, chosen, chosen_notes, done)
            are_elsewhere(chosen, done)
            pairs_are_clear(session.header, family_slot, family_node, apart_families, work.header[APART], chosen,
                chosen_notes, done)
        """,
        writes="work.header tags apart_keys apart_families",
        gives=f"""
            only(tags)
            only(work.header, APART)
            old(work.header)[APART] <= work.header[APART]
            result == (work.header[APART] > old(work.header)[APART])
            implies(work.header[APART] <= work.header[PAIR_SPACE], {SET_APART})
            implies(not result, are_clear(session.header, family_slot, family_node, chosen, chosen_notes, done, done))
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    all(tags[j] == old(tags)[j] + (MARK if placed(chosen, i, j) else 0) for j in INTEGERS)
                """,
                opens="""
                    not_placed(chosen, i, place_of(chosen[i]))
                    place_of(chosen[i]) < session.header[SLOTS]
                    chosen[i] >= UNBOUNDED or 1 <= old(tags)[place_of(chosen[i])]
                    turn_first(1)
                """,
                closes="placed_one_more(chosen, i)",
            ),
            "for i in range(done) #2": loop(
                keeps=f"""
                    only(work.header, APART)
                    old(work.header)[APART] <= work.header[APART] <= old(work.header)[APART] + i
                    implies(work.header[APART] <= work.header[PAIR_SPACE], {SET_APART})
                    all(apart_families[x] == old(apart_families)[x] for x in range(old(work.header)[APART]))
                    implies(work.header[APART] <= work.header[PAIR_SPACE],
                        all(held(chosen, 0, i, apart_keys[x] + UNBOUNDED)
                            for x in range(old(work.header)[APART], work.header[APART])))
                    implies(work.header[APART] == old(work.header)[APART],
                        are_clear(session.header, family_slot, family_node, chosen, chosen_notes, done, i))
                """,
                opens="""
                    placed_all(chosen, done, done)
                    chosen[i] < UNBOUNDED or 0 <= family_slot[chosen_notes[i]]
                    stands_is(session.header, old(tags), family_slot[chosen_notes[i]], family_node[chosen_notes[i]])
                    row_is(old(tags), family_slot[chosen_notes[i]], family_node[chosen_notes[i]] % LEVELS - 1,
                        session.header[WIDTH + family_node[chosen_notes[i]] % LEVELS],
                        session.header[UNITS + family_node[chosen_notes[i]] % LEVELS - 1])
                    all(old(tags)[place_of(chosen[j])] >= 1 for j in range(done) if chosen[j] < UNBOUNDED)
                    chosen[i] < UNBOUNDED or family_node[chosen_notes[i]] % LEVELS > 1
                        or is_clear(session.header, family_slot, family_node, chosen_notes[i], chosen, done)
                    chosen[i] < UNBOUNDED or tags[family_slot[chosen_notes[i]]] >= 0
                    all(tags[place_of(chosen[j])] >= MARK for j in range(done) if chosen[j] < UNBOUNDED)
                """,
                closes="""
                    work.header[APART] > old(work.header)[APART] or chosen[i - 1] < UNBOUNDED
                        or is_clear(session.header, family_slot, family_node, chosen_notes[i - 1], chosen, done)
                """,
            ),
            "for i in range(done) #3": loop(
                keeps="""
                    all(tags[j] == old(tags)[j] + (MARK if placed(chosen, done, j) and not placed(chosen, i, j) else 0)
                        for j in INTEGERS)
                """,
                opens="""
                    not_placed(chosen, i, place_of(chosen[i]))
                    placed_at(chosen, done, i)
                    place_of(chosen[i]) < session.header[SLOTS]
                """,
                closes="placed_one_more(chosen, i)",
            ),
        },
        before={
            "if work.header[APART] < work.header[PAIR_SPACE]": """
                clear_inside(session.header, family_slot, family_node, chosen_notes[i], chosen, done)
                not is_clear(session.header, family_slot, family_node, chosen_notes[i], chosen, done)
            """,
        },
    ),
    contract(
        "choose",
        needs=f"""{CHOOSING}
            are_ranks(work.search.runs, work.search.item_keys, work.header[RUNS])
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[SLOTS] <= 2**26
            families_fit(session.header, family_slot)
            families_fit(session.header, family_node)
            are_families(session.header, family_slot, family_node, session.header[SLOTS])
            keep_apart(session.header, family_slot, family_node, 0, session.header[FAMILIES])
            len(work.header) >= WORK_HEADER
            0 <= work.header[APART] <= 2**18
            1 <= work.header[DELTAS] <= LEVELS
            are_set_apart(session.header, family_slot, apart_keys, apart_families, work.header[APART])
            1 <= session.header[N_DIFF] <= 2**24
            0 <= items <= len(work.search.item_keys)
            work.header[PAIRS] == work.header[APART]
            work.header[RUNS] == 2 * (work.header[APART] + work.header[DELTAS])
            work.header[RUNS] <= len(work.search.heads)
            work.header[RUNS] * RUN <= len(work.search.runs)
            are_runs_of(work.search.runs, work.header[RUNS], items, 2**26 // max(1, session.header[N_DIFF]))
            standing(session.header, tags, family_slot, {ITEMS}, work.header[RUNS])
            {ITEMS_DIFFER}
            adding(session.header, tags, family_node, {ITEMS}, work.header[RUNS])
            paired(session.header, family_slot, family_node, apart_families, {ITEMS}, 2 * work.header[APART])
            outside(session.header, family_slot, family_node, apart_families, work.header[APART], {ITEMS},
                2 * work.header[APART], work.header[RUNS])
        """,
        writes="""work.header work.search.heads work.search.bounds work.search.states work.search.order_keys
            work.search.order chosen chosen_notes""",
        gives="""
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            only(work.header, ACTIONS, ROOM, PRICE, ALLOWANCE, MARK_TO_REACH, BEST_VALUE, BEST_COUNT, BEST_NET,
                BEST_STATE, BEST_OPTION)
            work.header[ROOM] == room
            implies(has_price(old(work.header)), has_price(work.header))
            falling(chosen, 0, result)
            within(chosen, 0, result, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, result)
            are_placed(family_slot, chosen, chosen_notes, result)
            are_elsewhere(chosen, result)
            are_noted(session.header, tags, chosen, chosen_notes, result)
            result < 0 or slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, result) <= room
            pairs_are_clear(session.header, family_slot, family_node, apart_families, work.header[APART], chosen,
                chosen_notes, result)
            kept_from(chosen, old(chosen), session.header[N_DIFF])
            kept_from(chosen_notes, old(chosen_notes), session.header[N_DIFF])
        """,
        before={
            "return search": f"""
                over_falls(2**26, max(1, work.header[ACTIONS]), max(1, session.header[N_DIFF]))
                most_of_all(work.header[ACTIONS] + 1, session.header[N_DIFF] + 1,
                    (2 * work.header[DELTAS] + 1) * BOUNDS)
                times_turned((2 * work.header[DELTAS] + 1) * BOUNDS, work.header[ACTIONS] + 1)
                times_turned((2 * work.header[DELTAS] + 1) * BOUNDS, session.header[N_DIFF] + 1)
                over_bound(2**26, max(1, session.header[N_DIFF]))
                runs_end(work.search.runs, work.header[RUNS], items)
                all(work.search.runs[j] + work.search.runs[j - 1] <= items for j in range(work.header[RUNS] * RUN)
                    if j % RUN == SIZE if at(work.search.runs[j], work.search.runs[j - 1]))
                are_runs(work.header, work.search.runs, len(work.search.item_keys))
                paired_singly(session.header, family_slot, family_node, apart_families, {ITEMS}, work.header[PAIRS])
                are_few(work.header, work.search.runs)
            """,
        },
        closes=f"""
            drawn({ITEMS}, work.search.heads, work.header[RUNS], chosen, chosen_notes, result)
            are_drawn({ITEMS}, work.search.heads, work.header[RUNS], chosen, chosen_notes, result)
            drawn_stand(session.header, tags, family_slot, family_node, {ITEMS}, work.search.heads,
                work.header[RUNS], chosen, chosen_notes, result)
            within(chosen, 0, result, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, result)
            are_placed(family_slot, chosen, chosen_notes, result)
            drawn_noted(session.header, tags, family_slot, family_node, {ITEMS}, work.search.heads,
                work.header[RUNS], chosen, chosen_notes, result)
            are_noted(session.header, tags, chosen, chosen_notes, result)
            drawn_apart(session.header, tags, family_slot, {ITEMS}, work.search.heads, work.header[RUNS], items,
                2**26 // max(1, session.header[N_DIFF]), chosen, chosen_notes, result)
            are_elsewhere(chosen, result)
            drawn_clear(session.header, tags, family_slot, family_node, apart_families, work.header, {ITEMS},
                work.search.heads, work.header[RUNS], chosen, chosen_notes, result)
            pairs_are_clear(session.header, family_slot, family_node, apart_families, work.header[PAIRS], chosen,
                chosen_notes, result)
            adds_as_many(session.header, tags, family_slot, family_node, {ITEMS}, work.search.heads,
                work.header[RUNS], items, 2**26 // max(1, session.header[N_DIFF]), chosen, chosen_notes, result)
        """,
    ),
    contract(
        "optimum",
        any_width="worth work.peaks",
        needs=OPTIMAL,
        writes=f"""{SEARCHED} chosen chosen_notes""",
        gives=f"""
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            only(tags)
            {REST_STAYS}
            implies(result != OUT_OF_SPACE, work.header[ROOM] == room)
            implies(has_price(old(work.header)), has_price(work.header))
            0 <= work.header[EXPAND_FLOOR] or old(work.header)[EXPAND_FLOOR] < 0
            0 <= work.header[APART]
            implies(result != OUT_OF_SPACE, work.header[APART] <= work.header[PAIR_SPACE])
            implies(work.header[APART] <= work.header[PAIR_SPACE], {SET_APART})
            within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
            falling(chosen, 0, result)
            within(chosen, 0, result, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, result)
            are_placed(family_slot, chosen, chosen_notes, result)
            are_elsewhere(chosen, result)
            are_noted(session.header, tags, chosen, chosen_notes, result)
            are_clear(session.header, family_slot, family_node, chosen, chosen_notes, result, result)
            result < 0 or slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, result) <= room
            kept_from(chosen, old(chosen), session.header[N_DIFF])
            kept_from(chosen_notes, old(chosen_notes), session.header[N_DIFF])
        """,
        loops={
            "while True": loop(
                keeps=f"""
                    only(tags)
                    {REST_STAYS}
                    implies(has_price(old(work.header)), has_price(work.header))
                    0 <= work.header[EXPAND_FLOOR] or old(work.header)[EXPAND_FLOOR] < 0
                    0 <= work.header[APART] <= work.header[PAIR_SPACE]
                    {SET_APART}
                    within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
                    kept_from(chosen, old(chosen), session.header[N_DIFF])
                    kept_from(chosen_notes, old(chosen_notes), session.header[N_DIFF])
                """,
                falls="work.header[PAIR_SPACE] - work.header[APART]",
                opens=TAGS_STAY,
            )
        },
        before={
            "if items == OUT_OF_SPACE": f"""
                candidates_rank(session.header, {ITEMS}, work.header[RUNS])
                adding_alike(session.header, prior(tags), tags, family_node, {ITEMS}, work.header[RUNS])
                standing_alike(session.header, prior(tags), tags, family_slot, {ITEMS}, work.header[RUNS])
                all_stand_under(session.header, prior(tags), tags, family_slot, family_node, session.header[FAMILIES])
                all_stand(session.header, tags, family_slot, family_node, session.header[FAMILIES])
                families_are_whole(session.header, tags, family_slot, family_node)
            """,
            "items = lay_out": """
                listed_alike(session.header, session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
            """,
            "return done": """
                all_under(session.header, prior(tags), tags, PLACES)
                choice_alike(session.header, prior(tags), tags, family_node, chosen, chosen, chosen_notes, chosen_notes,
                    done)
            """,
        },
    ),
    contract(
        "slots_of",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            implies(turn >= UNBOUNDED, 0 <= note and note < len(family_node)
                and 1 <= family_node[note] % LEVELS and family_node[note] % LEVELS <= header[TOP])
            implies(turn < UNBOUNDED, place_of(turn) < len(tags)
                and 1 <= tags[place_of(turn)] and tags[place_of(turn)] <= header[TOP])
        """,
        gives="""
            implies(turn >= UNBOUNDED, result == header[UNITS + family_node[note] % LEVELS]
                - header[WIDTH + family_node[note] % LEVELS])
            implies(turn < UNBOUNDED, result == header[WIDTH + tags[place_of(turn)]]
                - header[UNITS + tags[place_of(turn)]])
        """,
    ),
    contract(
        "net_of",
        whole=True,
        needs=f"""{SOUND}
            size <= len(turns)
            size <= len(notes)
            size <= session.header[N_DIFF]
            are_slight(session.header, session.header[N_DIFF])
            are_choices(session.header, tags, family_node, turns, notes, size)
        """,
        gives="""
            implies(size <= 0, result == 0)
            magnitude(result) <= max(0, size) * (2**26 // max(1, session.header[N_DIFF]))
            -2**26 <= result <= 2**26
            result == slots_of_choice(session.header, tags, family_node, turns, notes, size)
        """,
        opens="""
            chosen_none(session.header, tags, family_node, turns, notes, 0)
            chosen_none(session.header, tags, family_node, turns, notes, size)
            over_bound(2**26, max(1, session.header[N_DIFF]))
            over_times(2**26, max(1, session.header[N_DIFF]))
            times_nothing(0, 2**26 // max(1, session.header[N_DIFF]))
            times_nothing(max(0, size), 2**26 // max(1, session.header[N_DIFF]))
            most_of_all(max(0, size), max(1, session.header[N_DIFF]), 2**26 // max(1, session.header[N_DIFF]))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    magnitude(net) <= i * (2**26 // max(1, session.header[N_DIFF]))
                    net == slots_of_choice(session.header, tags, family_node, turns, notes, i)
                """,
                closes="chosen_one_more(session.header, tags, family_node, turns, notes, i)",
                opens="""
                    product_next(i, 2**26 // max(1, session.header[N_DIFF]))
                    product_grows(i, max(1, session.header[N_DIFF]), 2**26 // max(1, session.header[N_DIFF]))
                    turns[i] < UNBOUNDED or 1 <= family_node[notes[i]] % LEVELS
                    turns[i] >= UNBOUNDED or 1 <= tags[place_of(turns[i])]
                """,
            )
        },
    ),
    contract(
        "first_changed",
        whole=True,
        needs="""
            size <= len(turns)
        """,
        gives="""
            result <= otherwise
            all(result <= place_of(turns[i]) for i in range(size))
            implies(otherwise >= 0, result >= 0)
            all(p <= result for p in INTEGERS
                if p <= otherwise and all(p <= place_of(turns[i]) for i in range(size)) if at(here(p)))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    first <= otherwise
                    all(first <= place_of(turns[j]) for j in range(i))
                    implies(otherwise >= 0, first >= 0)
                    all(p <= first for p in INTEGERS
                        if p <= otherwise and all(p <= place_of(turns[j]) for j in range(i)) if at(here(p)))
                """
            )
        },
    ),
    contract(
        "merit_of",
        needs="""
            is_header(session.header)
            0 <= session.header[SLOTS] <= 2**26
            len(work.header) >= QUERY
            are_costs(work.header)
            -2**28 <= work.header[TARGET] <= 2**28
            0 <= size <= len(turns)
            size <= 2**26
            -2**26 <= net <= 2**26
        """,
        gives="-2**62 - 2**61 <= result <= 2**62",
        opens="""
            slots_product(work.header[WEIGHT], net)
            slots_product(work.header[CHURN], size)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="-2**62 - 2**61 <= merit <= 2**58 + 2**60 + i * 2**35",
            )
        },
        before={
            "merit -= query[RECOMPUTE]": "far_product(work.header[RECOMPUTE], net + session.header[SLOTS] - first)",
        },
    ),
    contract(
        "is_preferred",
        truth=True,
        needs=f"""{MERITED.replace("query", "work.header")}{COMPARED}            0 <= size
            0 <= done
        """,
        loops={"for i in range(size)": loop()},
    ),
    contract(
        "keep_preferred",
        whole=True,
        needs=f"""{MERITED.replace("query", "work.header")}{COMPARED}        """,
        writes="chosen chosen_notes",
        gives="""
            result == done or result == size
            implies(result != size, chosen == old(chosen) and chosen_notes == old(chosen_notes))
            implies(done < 0 and size >= 0, result == size)
            implies(size < 0, result == done)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, result)
            (result == done and chosen == old(chosen) and chosen_notes == old(chosen_notes))
                or (result == size
                and all(chosen[j] == other[j] and chosen_notes[j] == other_notes[j] for j in range(size)
                if at(chosen[j]) if at(chosen_notes[j])))
            kept_from(chosen, old(chosen), max(0, size))
            kept_from(chosen_notes, old(chosen_notes), max(0, size))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    all(chosen[j] == other[j] for j in range(i))
                    all(chosen_notes[j] == other_notes[j] for j in range(i))
                    kept_from(chosen, old(chosen), size)
                    kept_from(chosen_notes, old(chosen_notes), size)
                """
            )
        },
    ),
    contract(
        "key_by_aggregates",
        needs=f"""{SOUND}{CHOSEN_NEARBY}            within(chosen, 0, done, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
        """,
        writes="chosen",
        gives="""
            keep_their_kind(chosen, old(chosen), done)
            within(chosen, 0, done, 0, UNBOUNDED + 2**60 - 1)
            kept_from(chosen, old(chosen), max(0, done))
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    keep_their_kind(chosen, old(chosen), i)
                    within(chosen, 0, i, 0, UNBOUNDED + 2**60 - 1)
                    kept_from(chosen, old(chosen), i)
                """,
                opens="""
                    chosen[i] == old(chosen)[i]
                    place_of(chosen[i]) < session.header[SLOTS]
                    chosen[i] < UNBOUNDED or 0 <= family_node[chosen_notes[i]]
                    chosen[i] >= UNBOUNDED or 0 <= chosen_notes[i]
                """,
            )
        },
        before={
            "turn = chosen": """
                0 <= node and node < 2**58
                1 <= node % LEVELS and node % LEVELS <= session.header[TOP]
                over_bound(max(node // LEVELS - session.header[CURSOR_TOKEN], session.header[CURSOR_TOKEN]
                    - node // LEVELS - session.header[SPAN + node % LEVELS], 0), session.header[SPAN])
                over_bound(work.header[CURSOR], 1 + max(node // LEVELS - session.header[CURSOR_TOKEN],
                    session.header[CURSOR_TOKEN] - node // LEVELS - session.header[SPAN + node % LEVELS], 0)
                    // session.header[SPAN])
            """,
        },
    ),
    contract(
        "put_in_order",
        needs=f"""{SOUND}{CHOSEN_NEARBY}            -1 <= done < 2**40
            within(chosen, 0, done, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
            are_placed(family_slot, chosen, chosen_notes, done)
            are_elsewhere(chosen, done)
            are_noted(session.header, tags, chosen, chosen_notes, done)
            are_clear(session.header, family_slot, family_node, chosen, chosen_notes, done, done)
        """,
        writes="chosen chosen_notes",
        gives="""
            falling(chosen, 0, done)
            within(chosen, 0, done, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
            are_placed(family_slot, chosen, chosen_notes, done)
            are_elsewhere(chosen, done)
            are_noted(session.header, tags, chosen, chosen_notes, done)
            are_clear(session.header, family_slot, family_node, chosen, chosen_notes, done, done)
            slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, done)
                == slots_of_choice(session.header, tags, family_node, old(chosen), old(chosen_notes), done)
            kept_from(chosen, old(chosen), max(0, done))
            kept_from(chosen_notes, old(chosen_notes), max(0, done))
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    heap(chosen, i)
                    same_pairs(chosen, chosen_notes, entry(chosen), entry(chosen_notes), i)
                    kept_from(chosen, entry(chosen), i)
                    kept_from(chosen_notes, entry(chosen_notes), i)
                """,
            )
        },
        before={
            "for i in range(done)": """
                choice_keyed(session.header, tags, family_slot, family_node, old(chosen), chosen, chosen_notes, done)
                slots_keyed(session.header, tags, family_node, old(chosen), chosen, chosen_notes, done)
            """,
            "sort_best_first": SORTED_AS_IT_WAS,
        },
        closes=SORTED_AS_IT_WAS,
    ),
    contract(
        "is_called_for",
        whole=True,
        truth=True,
        needs="is_header(header)",
        gives="""
            implies(attempt == 1, result == (header[W_SOFT] != header[W_MAX]))
            implies(attempt != 1, result == (attempt == 0 or done < 0))
        """,
    ),
    contract(
        "threshold_in",
        whole=True,
        needs="""
            is_header(header)
            0 <= header[TAU_EXPAND] <= LIMIT
            0 <= header[SOFT_MARGIN] <= LIMIT
        """,
        gives="""
            LOWEST <= result <= UNBOUNDED
            implies(attempt == 1, result == header[TAU_EXPAND] + header[SOFT_MARGIN])
            implies(attempt == 0, result == LOWEST)
            implies(attempt > 1, result == UNBOUNDED)
        """,
    ),
    contract(
        "room_in",
        whole=True,
        needs="""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            0 <= header[W_MAX] <= 2**26
            0 <= header[W_SOFT] <= 2**26
        """,
        gives="""
            implies(attempt == 1, result == header[W_MAX] - header[SLOTS])
            implies(attempt == 0, result == header[W_SOFT] - header[SLOTS])
            implies(attempt > 1, result == 0)
        """,
    ),
    contract(
        "select_optimum",
        opens="chosen_none(session.header, tags, family_node, chosen, chosen_notes, 0)",
        closes="chosen_none(session.header, tags, family_node, chosen, chosen_notes, 0)",
        any_width="worth work.peaks",
        needs=SELECTING,
        writes=f"""{SEARCHED} chosen chosen_notes other other_notes""",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            only(tags)
            {REST_STAYS}
            0 <= work.header[EXPAND_FLOOR] or old(work.header)[EXPAND_FLOOR] < 0
            are_noted(session.header, tags, chosen, chosen_notes, result)
            {CHOSEN_WELL.replace("SIZE", "result")}
            result < 0 or session.header[SLOTS]
                + slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, result)
                <= max(session.header[W_MAX], session.header[SLOTS])
        """,
        loops={
            "for attempt in range(ATTEMPTS)": loop(
                keeps=f"""
                    done == NOT_FOUND or 0 <= done <= session.header[N_DIFF]
                    only(tags)
                    {REST_STAYS}
                    0 <= work.header[EXPAND_FLOOR] or old(work.header)[EXPAND_FLOOR] < 0
                    0 <= work.header[APART] <= work.header[PAIR_SPACE]
                    {SET_APART}
                    within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
                    {CHOSEN_WELL.replace("SIZE", "done")}
                    are_noted(session.header, tags, chosen, chosen_notes, done)
                    done < 0 or session.header[SLOTS]
                        + slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, done)
                        <= max(session.header[W_MAX], session.header[SLOTS])
                """,
                opens=TAGS_STAY
                + """
                    listed_alike(session.header, session.header, old(work.header), work.header)
                    deltas_are_listed(session.header, work.header)
                """,
                closes="""
                    choice_alike(session.header, tags, tags, family_node, other, chosen, other_notes, chosen_notes,
                        done)
                """,
            )
        },
        before={
            "if size == OUT_OF_SPACE": """
                all_under(session.header, prior(tags), tags, PLACES)
                choice_alike(session.header, prior(tags), tags, family_node, chosen, chosen, chosen_notes, chosen_notes,
                    done)
            """,
        },
    ),
    contract(
        "name_actions",
        whole=True,
        needs=f"""{SOUND}
            done <= len(chosen)
            done <= len(chosen_notes)
            done <= len(actions)
            done <= len(places)
            are_choices(session.header, tags, family_node, chosen, chosen_notes, done)
        """,
        writes="actions places",
        gives="""
            all(places[i] == place_of(chosen[i]) for i in range(done))
            all(actions[i] == (family_node[chosen_notes[i]] * 2 + COLLAPSE if chosen[i] >= UNBOUNDED
                else node_of(tags[place_of(chosen[i])], chosen_notes[i]) * 2 + EXPAND) for i in range(done))
            are_actions(session.header, actions, done)
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    all(places[j] == place_of(chosen[j]) for j in range(i))
                    all(actions[j] == (family_node[chosen_notes[j]] * 2 + COLLAPSE if chosen[j] >= UNBOUNDED
                        else node_of(tags[place_of(chosen[j])], chosen_notes[j]) * 2 + EXPAND) for j in range(i))
                    are_actions(session.header, actions, i)
                """,
                opens="""
                    place_of(chosen[i]) < session.header[SLOTS]
                    chosen[i] < UNBOUNDED or 1 <= family_node[chosen_notes[i]] % LEVELS
                    chosen[i] >= UNBOUNDED or 1 <= tags[place_of(chosen[i])]
                """,
                closes="""
                    expand_parts(actions[i - 1], tags[place_of(chosen[i - 1])], chosen_notes[i - 1])
                    collapse_parts(actions[i - 1], family_node[chosen_notes[i - 1]])
                """,
            )
        },
    ),
]

CONTRACTS = besides(
    CONTRACTS,
    "exact",
    {
        "key_by_aggregates": {
            "whole": True,
            "gives": """
                all(chosen[j] == without_nearness(session.header, tags, family_node, work.header[CURSOR],
                        old(chosen)[j], chosen_notes[j])
                    for j in range(done))
            """,
            "loops": {
                "for i in range(done)": loop(
                    keeps="""
                        all(chosen[j] == without_nearness(session.header, tags, family_node, work.header[CURSOR],
                                old(chosen)[j], chosen_notes[j])
                            for j in range(i))
                    """,
                )
            },
        },
        "put_in_order": {
            "whole": True,
            "gives": """
                all(many(chosen, chosen_notes, done, without_nearness(session.header, tags, family_node,
                        work.header[CURSOR], old(chosen)[j], old(chosen_notes)[j]), old(chosen_notes)[j]) >= 1
                    for j in range(done))
            """,
            "before": {
                "for i in range(done)": """
                    many_members(chosen, chosen_notes, done, done)
                    all(many(chosen, chosen_notes, done, without_nearness(session.header, tags, family_node,
                            work.header[CURSOR], old(chosen)[j], old(chosen_notes)[j]), old(chosen_notes)[j]) >= 1
                        for j in range(done))
                """,
            },
        },
    },
)
