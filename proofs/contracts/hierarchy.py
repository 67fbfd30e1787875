"""Contracts of `focalloc.fastpath.kernels.hierarchy`: what claims at a price, and the tables of a region."""

from __future__ import annotations

import re
from collections.abc import Iterable

from focalloc.proofs.contracts.form import contract, lines, loop
from focalloc.proofs.contracts.invariants import BLOCKS, GEOMETRY, LISTED, SLOTS, TOKENS
from focalloc.proofs.contracts.knapsack import CHOSEN_WELL, SEARCHED


def of(where: str, told: Iterable[str]) -> str:
    """Lines about the tables of a session, of one that stands elsewhere."""
    names = re.compile(r"(?<!\.)\b(header|tags|family_slot|family_node)\b")
    put = rf"{where}.\1"
    return "".join(f"            {names.sub(put, line)}\n" for line in told)


CONTEXT = "\n" + of(
    "session",
    (*GEOMETRY, *SLOTS, *BLOCKS, *LISTED, *TOKENS, *lines("""
        header[CAPACITY] <= 2**26
        header[END] < 2**49
    """)),
)  # fmt: skip
"""What holds of a context, of which a region is copied."""

ROOM_OF_REGION = """
            is_header(regions.region.header)
            session.header[SLOTS] <= len(session.fixed)
            session.header[SLOTS] <= len(regions.worth)
            session.header[SLOTS] <= len(regions.region.tags)
            session.header[SLOTS] <= len(regions.region.fixed)
            session.header[SLOTS] <= len(work.worth)
            session.header[FAMILIES] <= len(regions.region.family_slot)
            session.header[FAMILIES] <= len(regions.region.family_node)
            low(work.worth) <= low(regions.worth) and high(regions.worth) <= high(work.worth)
            within(regions.worth, 0, session.header[SLOTS], LOWEST, 2**33 - 1)
"""
"""That a region has room, whichever it is, and what its gists are worth."""

REGION_STANDS = of(
    "regions.region",
    (*GEOMETRY, *lines("""
        are_plain(header, tags, header[SLOTS])
        tiled(header, tags, 0, header[SLOTS])
    """), *LISTED, *lines("""
        header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) <= session.header[END]
        within(work.worth, 0, header[SLOTS], LOWEST, 2**33 - 1)
    """)),
).strip()  # fmt: skip
"""What holds of a region that has been copied."""

SEARCHING = """
            0 <= session.header[CURSOR_TOKEN] < 2**49
            ledger_fits(session.header, regions.region.ledger_action)
            session.header[LEDGER_TO] <= 2**30
            session.header[FAMILIES] <= 2**26
            0 <= session.header[TAU_EXPAND] < LIMIT
            0 <= session.header[TAU_COLLAPSE] < LIMIT
            0 <= session.header[PROTECTED] < 2**49
            0 <= session.header[N_DIFF] <= 2**24
            are_slight(session.header, session.header[N_DIFF])
            len(work.header) >= WORK_HEADER
            0 <= work.header[CURSOR] < LIMIT
            1 <= work.header[DELTAS] <= LEVELS
            deltas_are_listed(session.header, work.header)
            rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            within(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], 1,
                2**26 // max(1, session.header[N_DIFF]))
            0 <= work.header[EXPAND_FLOOR]
            len(wishes) == 0
            session.header[N_DIFF] <= len(regions.region.expand_keys)
            session.header[N_DIFF] <= len(regions.region.expand_tokens)
            session.header[FAMILIES] <= len(regions.region.spare_slot)
            session.header[FAMILIES] <= len(regions.region.spare_node)
            len(regions.region.fixed) <= PLACES
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            low(work.peaks) <= LOWEST and low(work.peaks) <= low(work.worth) and high(work.worth) <= high(work.peaks)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(regions.region.chunk_keys)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(regions.region.chunk_notes)
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_keys)
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_families)
            0 <= work.header[PAIR_SPACE] <= 2**18
            work.header[PAIR_SPACE] <= len(apart_keys)
            work.header[PAIR_SPACE] <= len(apart_families)
            2 * (work.header[PAIR_SPACE] + work.header[DELTAS]) * RUN <= len(work.search.runs)
            2 * (work.header[PAIR_SPACE] + work.header[DELTAS]) <= len(work.search.heads)
            work.header[ITEM_SPACE] <= len(work.search.item_keys)
            work.header[ITEM_SPACE] <= len(work.search.item_notes)
            0 <= work.header[ITEM_SPACE] < 2**60
            are_costs(work.header)
            -2**28 <= work.header[TARGET] <= 2**28
            len(work.search.item_keys) <= len(work.search.item_notes)
            ((2 * work.header[DELTAS] + 1) * BOUNDS) * (session.header[N_DIFF] + 1) <= len(work.search.bounds)
            1 <= work.header[SPACE] < 2**36
            2 * work.header[SPACE] * STATE <= len(work.search.states)
            work.header[SPACE] <= len(work.search.order_keys)
            work.header[SPACE] <= len(work.search.order)
            session.header[N_DIFF] <= len(chosen)
            session.header[N_DIFF] <= len(chosen_notes)
"""
"""What there is room for where a region is searched, and what it goes by."""

SEARCHED_REGION = (
    re.sub(r"session\.|(?<= )(tags|expand_)", r"regions.region.\1", SEARCHED)
    + """
            regions.region.fixed regions.region.family_slot regions.region.family_node regions.region.header
            regions.region.spare_slot regions.region.spare_node work.worth pool_keys pool_families
            chosen chosen_notes"""
)
"""What searching a region writes to."""

MADE = (
    CHOSEN_WELL.replace(", tags", ", session.tags")
    .replace("family_slot", "session.family_slot")
    .replace("family_node", "session.family_node")
    .replace(" and ", "\n            ")
    + "\n            are_noted(session.header, session.tags, chosen, chosen_notes, SIZE)"
)
"""That a choice is of separate blocks of the context."""

COPIED = (
    "session.header, session.tags, session.family_slot, session.family_node, region.header, region.tags,"
    " region.family_slot, region.family_node"
)
"""The tables of a context, and those that a region of it is copied to."""

WHERE = "table_at(regions, at, SLOT), table_at(regions, at, FAMILY)"
"""Where a region begins."""


def moved(turns: str, notes: str, where: str) -> str:
    """What holds of a choice of a region once it has been moved to where the region begins."""
    both = f"{COPIED}, prior({turns}), prior({notes}), {turns}, {notes}, size, {where}"
    return f"""
                placed_moved({both})
                are_placed(session.family_slot, {turns}, {notes}, size)
                clear_moved({both}, size)
                choice_moved({both})
                noted_moved({both})
            """


JOINED = """
            within(regions.turns, 0, SIZE, 0, UNBOUNDED + 2**60 - 1)
            are_choices(session.header, session.tags, session.family_node, regions.turns, regions.notes, SIZE)
            are_placed(session.family_slot, regions.turns, regions.notes, SIZE)
            are_elsewhere(regions.turns, SIZE)
            are_clear(session.header, session.family_slot, session.family_node, regions.turns, regions.notes, SIZE,
                SIZE)
            are_noted(session.header, session.tags, regions.turns, regions.notes, SIZE)
""".strip()
"""That the choices of all regions so far are of separate blocks of the context."""

NOW_JOINED = (
    "regions.turns, regions.notes, done + count, prior(regions.turns), prior(regions.notes), done, chosen,"
    " chosen_notes, count"
)
"""The choices of all regions so far, those before the last, and that of the last."""

SORTED = "regions.turns, regions.notes, done, prior(regions.turns), prior(regions.notes), done, chosen, chosen_notes, 0"
"""The choices of all regions in order, and as they were joined, with nothing more."""

AS_JOINED = f"""
                all(many(chosen, chosen_notes, 0, k, v) == 0 for k in INTEGERS for v in INTEGERS
                    if at(many(chosen, chosen_notes, 0, k, v)))
                are_joined({SORTED})
                all(place_of(prior(regions.turns)[i]) < header[SLOTS] for i in range(done)
                    if at(prior(regions.turns)[i]))
                chosen_none(header, session.tags, session.family_node, chosen, chosen_notes, 0)
"""
"""What is sorted is what was joined, and nothing more."""

SORTED_STAYS = f"""
                choices_joined(header, session.tags, session.family_slot, session.family_node, {SORTED})
                elsewhere_joined({SORTED}, header[SLOTS])
                clear_joined(header, session.tags, session.family_slot, session.family_node, {SORTED}, header[SLOTS])
                slots_joined(header, session.tags, session.family_node, {SORTED})
"""
"""What is known of it then."""


def joined_behind(at: str) -> str:
    """What is known of the choices of regions when that of one is joined which stands ``at`` a place in the table."""
    return f"""
                all_end_before(header, session.tags, session.family_slot, session.family_node, header[FAMILIES],
                    table[{at}SLOT])
                choices_joined(header, session.tags, session.family_slot, session.family_node,
                    {NOW_JOINED})
                places_joined({NOW_JOINED}, table[{at}SLOT], table[{at}REGION + SLOT])
                elsewhere_joined({NOW_JOINED}, table[{at}SLOT])
                clear_joined(header, session.tags, session.family_slot, session.family_node,
                    {NOW_JOINED}, table[{at}SLOT])
                slots_joined(header, session.tags, session.family_node, {NOW_JOINED})
"""


POOLED_REGION = """
                multiplied_is(region.header)
                tiled_alike(prior(region.header), region.header, region.tags, 0, region.header[SLOTS])
                all_stand_alike(prior(region.header), region.header, region.tags, region.family_slot,
                    region.family_node, region.header[FAMILIES], region.header[SLOTS])
                tokens_moved(prior(region.header), region.header, region.tags, region.tags, 0, region.header[SLOTS])
                tokens_marked(region.header, prior(region.header), region.tags, region.tags, region.header[SLOTS])
                tiled_whole(region.header, region.tags)
                spans_multiply_is(region.header)
                families_whole(region.header, region.tags, region.family_slot, region.family_node,
                    region.header[FAMILIES])
                told_by(region.header, region.tags, region.family_slot, region.family_node, region.header[FAMILIES])
                told_rise(region.header, region.tags, region.family_slot, region.family_node, region.header[FAMILIES])
            """
"""What holds of a region once its collapses are in the pool."""

THIS_REGION = """
                    mass_at(table, size, r)
                    region_at(header, session.tags, session.family_slot, table, size, r)
                    0 <= table[r * REGION + SLOT] and table[r * REGION + SLOT] < table[r * REGION + REGION + SLOT]
                    0 <= table[r * REGION + FAMILY]
                    table[r * REGION + FAMILY] <= table[r * REGION + REGION + FAMILY]
                    table[r * REGION + REGION + SLOT] <= header[SLOTS]
                    table[r * REGION + REGION + FAMILY] <= header[FAMILIES]
                    0 <= table[r * REGION + MASS] and 0 <= table[r * REGION + DEMAND]
                """
"""Where a region that is listed lies."""



def of_session(text: str) -> str:
    """Lines, or names, about a region whose tables are its session's but for what is its own."""
    return re.sub(r"regions\.region\.(expand_|spare_|chunk_|ledger_|collapse_)", r"session.\1", text)


TOLD_OF_SESSION = "".join(
    f"                {line}\n"
    for line in lines("""
        multiplied_is(session.header)
        spans_multiply_is(session.header)
        tiled_whole(session.header, session.tags)
        tiled_follow(session.header, session.tags)
        told_by(session.header, session.tags, session.family_slot, session.family_node, session.header[FAMILIES])
        told_rise(session.header, session.tags, session.family_slot, session.family_node, session.header[FAMILIES])
        families_whole(session.header, session.tags, session.family_slot, session.family_node,
            session.header[FAMILIES])
        tokens_bound(session.header, session.tags, 0, session.header[SLOTS])
        tokens_rise(session.header, session.tags, session.header[SLOTS])
        tokens_none(session.header, session.tags, 0, 0)
        spans_few(session.header, session.tags, session.header[SLOTS])
    """)
)
"""What follows of a context."""

COARSE = """
            0 <= session.header[CURSOR_TOKEN] < 2**49
            ledger_fits(session.header, session.ledger_action)
            session.header[LEDGER_TO] <= 2**30
            session.header[FAMILIES] <= 2**26
            0 <= session.header[TAU_EXPAND] < LIMIT
            0 <= session.header[TAU_COLLAPSE] < LIMIT
            0 <= session.header[PROTECTED] < 2**49
            1 <= session.header[N_DIFF] <= 2**24
            are_slight(session.header, session.header[N_DIFF])
            0 <= session.header[W_SOFT]
            len(work.header) >= WORK_HEADER
            0 <= work.header[CURSOR] < LIMIT
            0 <= work.header[CAP] <= 2**26
            1 <= work.header[DELTAS] <= LEVELS
            deltas_are_listed(session.header, work.header)
            rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            within(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], 1,
                2**26 // max(1, session.header[N_DIFF]))
            len(wishes) == 0
            session.header[N_DIFF] <= len(session.expand_keys)
            session.header[N_DIFF] <= len(session.expand_tokens)
            session.header[FAMILIES] <= len(session.spare_slot)
            session.header[FAMILIES] <= len(session.spare_node)
            session.header[SLOTS] <= len(session.fixed)
            len(session.fixed) <= PLACES
            session.header[SLOTS] <= len(work.worth)
            within(work.worth, 0, session.header[SLOTS], LOWEST, 2**33 - 1)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            within(work.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
            low(work.peaks) <= LOWEST and low(work.peaks) <= low(work.worth) and high(work.worth) <= high(work.peaks)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_keys)
            work.header[DELTAS] * session.header[N_DIFF] <= len(pool_families)
            2 * work.header[DELTAS] * RUN <= len(work.search.runs)
            2 * work.header[DELTAS] <= len(work.search.heads)
            work.header[ITEM_SPACE] <= len(work.search.item_keys)
            work.header[ITEM_SPACE] <= len(work.search.item_notes)
            0 <= work.header[ITEM_SPACE] < 2**60
            len(work.search.item_keys) <= len(work.search.item_notes)
            session.header[SLOTS] <= len(claims.actions)
            session.header[SLOTS] <= len(claims.slots)
"""
"""What claiming in a context needs."""

ITEMS = "work.search.runs, work.search.item_keys, work.search.item_notes"
"""The runs, and their candidates."""

STANDS_STILL = """
                tokens_none(old(session.header), old(session.tags), 0, 0)
                only_marked(old(session.header), session.tags, old(session.tags))
                tiled_moved(old(session.header), old(session.tags), session.tags, 0, session.header[SLOTS], 0)
                tiled_alike(old(session.header), session.header, session.tags, 0, session.header[SLOTS])
                all_stand_moved(old(session.header), old(session.header), old(session.tags), session.tags,
                    session.family_slot, session.family_node, session.family_slot, session.family_node,
                    session.header[FAMILIES], 0, 0, session.header[SLOTS])
                all_stand_alike(old(session.header), session.header, session.tags, session.family_slot,
                    session.family_node, session.header[FAMILIES], session.header[SLOTS])
                aligned_marked(old(session.header), old(session.header), session.tags, old(session.tags))
                aligned_alike(old(session.header), session.header, session.tags, session.header[SLOTS])
                tokens_marked(old(session.header), old(session.header), session.tags, old(session.tags),
                    session.header[SLOTS])
                tokens_marked(session.header, old(session.header), session.tags, old(session.tags),
                    session.header[SLOTS])
                listed_alike(old(session.header), session.header, old(work.header), work.header)
                multiplied_is(session.header)
                spans_multiply_is(session.header)
                tiled_whole(session.header, session.tags)
                tiled_follow(session.header, session.tags)
                told_by(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES])
                told_rise(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES])
                families_whole(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES])
                tokens_bound(session.header, session.tags, 0, session.header[SLOTS])
                spans_few(session.header, session.tags, session.header[SLOTS])
            """
"""A context stands where no header cell and no tag has changed."""

CLAIMED = """
            len(header) >= QUERY
            are_runs(header, runs, len(item_keys))
            are_ranks(runs, item_keys, header[RUNS])
            header[RUNS] <= len(heads)
            0 <= cap <= 2**26
"""
"""What claiming needs."""

CONTRACTS = [
    contract(
        "share",
        whole=True,
        needs="""
            0 <= whole < 2**58
            0 <= part <= total
            total <= 2**58
        """,
        gives="""
            0 <= result <= whole
            implies(total == 0, result == 0)
            implies(total > 0, result * total <= whole * part and whole * part < (result + 1) * total)
        """,
        before={
            "while bit <= whole // 2": "power_of_one(bit)",
            "while bit > 0": """
                over_family(whole, 0, 2 * bit)
                over_bound(whole, 2 * bit)
                whole // (2 * bit) == 0
                times_nothing(whole // (2 * bit), part)
                times_nothing(quotient, total)
            """,
            "quotient *= 2": """
                over_twice(whole, bit)
                share_next(quotient, total, rest, whole // (2 * bit), part, whole // bit % 2, whole // bit)
            """,
            "if whole // bit": """
                over_bound(whole, bit)
                over_bound(whole, 2 * bit)
            """,
            "while rest": """
                quotient * total + rest == whole // bit * part
            """,
            "bit //= 2": """
                power_halved(bit)
                share_within(quotient, total, rest, whole // bit, part)
                quotient * total + rest == whole // bit * part
                quotient <= whole // bit
                over_whole(whole, bit, whole)
                times_one(whole, bit)
                bit > 1 or whole // bit == whole
                times_alike(whole // bit, whole, part)
                times_alike(whole // bit, whole // (2 * (bit // 2)), part)
            """,
            "return quotient": "product_next(quotient, total)",
        },
        loops={
            "while bit <= whole // 2": loop(
                keeps="""
                    1 <= bit
                    bit == 1 or bit <= whole
                    is_power(bit)
                """,
                falls="whole - bit",
                opens="power_twice(bit)",
            ),
            "while bit > 0": loop(
                keeps="""
                    0 <= bit <= max(1, whole)
                    0 <= quotient <= whole
                    0 <= rest < total
                    implies(bit > 0, is_power(bit))
                    implies(bit > 0, quotient <= whole // (2 * bit))
                    implies(bit > 0, quotient * total + rest == whole // (2 * bit) * part)
                    implies(bit == 0, quotient * total + rest == whole * part)
                """,
                falls="bit",
            ),
            "while rest >= total": loop(
                keeps="""
                    0 <= rest
                    entry(quotient) <= quotient <= entry(quotient) + 2
                    rest < 3 * total
                    implies(quotient > entry(quotient), rest < 2 * total)
                    implies(quotient > entry(quotient) + 1, rest < total)
                    quotient * total + rest == whole // bit * part
                """,
                falls="rest",
                closes="product_next(quotient - 1, total)",
            ),
        },
    ),
    contract(
        "list_regions",
        joins=True,
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(worth)
            header[SLOTS] <= len(fixed)
            are_plain(header, tags, header[SLOTS])
            tags[0] >= 0
            0 <= header[FIRST] < 2**49
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
            0 <= header[END] < 2**49
            0 <= header[PROTECTED] < 2**49
            families_fit(header, family_slot)
            families_fit(header, family_node)
            header[FAMILIES] <= 2**26
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            ledger_fits(header, ledger_action)
            0 <= header[TAU_EXPAND] < LIMIT
            0 <= header[TAU_COLLAPSE] < LIMIT
            (header[SLOTS] + 1) * REGION <= len(regions)
        """,
        writes="regions",
        gives="""
            1 <= result <= header[SLOTS]
            regions_lie(header, tags, family_slot, regions, result)
            regions[result * REGION + SLOT] == header[SLOTS]
            regions[result * REGION + FAMILY] == header[FAMILIES]
            regions[result * REGION - REGION + SLOT] < header[SLOTS]
            regions[result * REGION - REGION + FAMILY] <= header[FAMILIES]
            masses_fit(regions, result)
        """,
        opens="""
            tokens_none(header, tags, 0, 0)
            tokens_up_to(header, tags, header[SLOTS])
        """,
        closes="""
            regions_lie_is(header, tags, family_slot, regions, result)
            masses_fit_is(regions, result)
        """,
        loops={
            "for slot in range(header[SLOTS])": loop(
                keeps="""
                    0 <= size <= slot
                    implies(slot >= 1, size >= 1)
                    0 <= family <= header[FAMILIES]
                    family == 0 or family_slot[family - 1] < slot
                    token == header[FIRST] + tokens_in(header, tags, 0, slot)
                    header[FIRST] <= token
                    are_regions(header, tags, family_slot, regions, size)
                    implies(size >= 1, regions[size * REGION - REGION + SLOT] < slot)
                    implies(size >= 1, regions[size * REGION - REGION + FAMILY] <= family)
                    weigh_as_much(regions, size - 1, 0)
                    implies(size >= 1, 0 <= regions[size * REGION - REGION + MASS]
                        and regions[size * REGION - REGION + MASS]
                            <= (slot - regions[size * REGION - REGION + SLOT]) * 2**31
                        and 0 <= regions[size * REGION - REGION + DEMAND]
                        and regions[size * REGION - REGION + DEMAND]
                            <= (slot - regions[size * REGION - REGION + SLOT]) * 2**31)
                """,
                opens="""
                    rest_bound(token, header[SPAN + header[TOP]])
                    turn_is(token, header[SPAN + header[TOP]])
                    here(size) == size
                    here(size - 1) == size - 1
                    here(size - 2) == size - 2
                """,
                closes="""
                    tokens_one_more(header, tags, 0, slot)
                    here(size - 1) == size - 1
                    here(size - 2) == size - 2
                """,
            ),
            "while family < header[FAMILIES] and family_slot[family] < slot": loop(
                keeps="""
                    entry(family) <= family <= header[FAMILIES]
                    family == 0 or family_slot[family - 1] < slot
                """,
                falls="header[FAMILIES] - family",
            ),
            "for r in range(size)": loop(
                keeps="""
                    are_regions(header, tags, family_slot, regions, size)
                    regions[size * REGION + SLOT] == header[SLOTS]
                    regions[size * REGION + FAMILY] == header[FAMILIES]
                    regions[size * REGION - REGION + SLOT] < header[SLOTS]
                    regions[size * REGION - REGION + FAMILY] <= header[FAMILIES]
                    weigh_as_much(regions, size, r)
                """,
                opens="""
                    here(r) == r
                    here(r + 1) == r + 1
                """,
            ),
            "for f in range(regions[at + FAMILY], regions[at + REGION + FAMILY])": loop(
                keeps="""
                    are_regions(header, tags, family_slot, regions, size)
                    regions[size * REGION + SLOT] == header[SLOTS]
                    regions[size * REGION + FAMILY] == header[FAMILIES]
                    regions[size * REGION - REGION + SLOT] < header[SLOTS]
                    regions[size * REGION - REGION + FAMILY] <= header[FAMILIES]
                    regions[at + SLOT] == entry(regions)[at + SLOT]
                    regions[at + FAMILY] == entry(regions)[at + FAMILY]
                    regions[at + REGION + SLOT] == entry(regions)[at + REGION + SLOT]
                    regions[at + REGION + FAMILY] == entry(regions)[at + REGION + FAMILY]
                    all(regions[j] == entry(regions)[j] for j in INTEGERS if j != at + MASS)
                    entry(regions)[at + MASS] <= regions[at + MASS]
                    regions[at + MASS] <= entry(regions)[at + MASS] + (f - regions[at + FAMILY]) * 2**31
                """,
                opens="""
                    0 <= family_slot[f] and 1 <= family_node[f] % LEVELS and family_node[f] % LEVELS <= header[TOP]
                    0 <= family_node[f] and family_node[f] < 2**54
                    1 <= header[WIDTH + family_node[f] % LEVELS] <= 2**26
                    mean_narrow(sum_of(fixed, family_slot[f], header[WIDTH + family_node[f] % LEVELS]),
                        header[WIDTH + family_node[f] % LEVELS])
                """,
            ),
        },
        before={
            "at = (size - 1)": """
                tags[slot] <= header[TOP] and 1 <= size
                tokens_in(header, tags, 0, slot) + header[SPAN + tags[slot]]
                    <= tokens_in(header, tags, 0, header[SLOTS])
            """,
            "for r in range(size)": """
                here(size - 1) == size - 1
                weigh_as_much(regions, size, 0)
            """,
        },
    ),
    contract(
        "copy_region",
        any_width="worth",
        needs=f"""{CONTEXT}{ROOM_OF_REGION}
            is_of_region(regions.region.header, session.header)
            0 <= at < 2**40
            at + REGION + REGION <= len(regions.table)
            0 <= table_at(regions, at, SLOT) <= table_at(regions, at + REGION, SLOT)
            table_at(regions, at + REGION, SLOT) <= session.header[SLOTS]
            table_at(regions, at, SLOT) == session.header[SLOTS] or session.tags[table_at(regions, at, SLOT)] >= 0
            table_at(regions, at + REGION, SLOT) == session.header[SLOTS]
                or session.tags[table_at(regions, at + REGION, SLOT)] >= 0
            table_at(regions, at, TOKEN) == session.header[FIRST]
                + tokens_in(session.header, session.tags, 0, table_at(regions, at, SLOT))
            0 <= table_at(regions, at, FAMILY) <= table_at(regions, at + REGION, FAMILY)
            table_at(regions, at + REGION, FAMILY) <= session.header[FAMILIES]
            all(table_at(regions, at, SLOT) <= session.family_slot[f]
                and session.family_slot[f] + session.header[WIDTH + session.family_node[f] % LEVELS]
                    <= table_at(regions, at + REGION, SLOT)
                for f in range(table_at(regions, at, FAMILY), table_at(regions, at + REGION, FAMILY))
                if at(session.family_slot[f]))
        """,
        writes="""regions.region.tags regions.region.fixed work.worth
            regions.region.family_slot regions.region.family_node regions.region.header""",
        gives=f"""
            only(regions.region.header, SLOTS, FIRST, FAMILIES)
            regions.region.header[SLOTS] == table_at(regions, at + REGION, SLOT) - table_at(regions, at, SLOT)
            regions.region.header[FIRST] == table_at(regions, at, TOKEN)
            regions.region.header[FAMILIES] == table_at(regions, at + REGION, FAMILY) - table_at(regions, at, FAMILY)
            is_moved(session.header, session.tags, session.family_slot, session.family_node, regions.region.header,
                regions.region.tags, regions.region.family_slot, regions.region.family_node,
                table_at(regions, at, SLOT), table_at(regions, at, FAMILY))
            {REGION_STANDS}
        """,
        loops={
            "for i in range(slots)": loop(
                keeps="""
                    all(regions.region.tags[j] == session.tags[j + first] for j in range(i))
                    all(work.worth[j] == regions.worth[j + first] for j in range(i))
                """
            ),
            "for i in range(families)": loop(
                keeps="""
                    all(regions.region.family_slot[j] == session.family_slot[j + family] - first for j in range(i))
                    all(regions.region.family_node[j] == session.family_node[j + family] for j in range(i))
                """
            ),
        },
        closes="""
            multiplied_is(session.header)
            tiled_whole(session.header, session.tags)
            tiled_stretch(session.header, session.tags, first, first + slots)
            tiled_moved(session.header, session.tags, regions.region.tags, first, first + slots, -first)
            tiled_alike(session.header, regions.region.header, regions.region.tags, 0, slots)
            lie_between(session.header, regions.region.family_slot, regions.region.family_node, 0, families, 0, slots)
            all_stand_moved(session.header, regions.region.header, session.tags, regions.region.tags,
                session.family_slot, session.family_node, regions.region.family_slot, regions.region.family_node,
                families, family, first, slots)
            tokens_moved(session.header, regions.region.header, session.tags, regions.region.tags, first, slots)
            tokens_add(session.header, session.tags, 0, first, slots)
            tokens_rise(session.header, session.tags, session.header[SLOTS])
            tokens_in(session.header, session.tags, 0, first + slots)
                <= tokens_in(session.header, session.tags, 0, session.header[SLOTS])
        """,
    ),
    contract(
        "claim",
        needs=f"""{CLAIMED}            -2**35 <= price <= 2**35
        """,
        writes="heads",
        gives="""
            -2**52 <= result <= 2**52
            are_heads(header, runs, heads)
            0 <= sum_of(heads, 0, header[RUNS]) <= cap
            kept_from(heads, old(heads), header[RUNS])
        """,
        loops={
            "for r in range(work.header[RUNS])": loop(
                keeps="""
                    all(heads[i] == 0 for i in range(r))
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
            "for _ in range(cap)": loop(
                keeps="""
                    are_heads(header, runs, heads)
                    sum_of(heads, 0, header[RUNS]) == _
                    -2**26 * _ <= net <= 2**26 * _
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
            "for r in range(work.header[RUNS]) #2": loop(
                keeps="""
                    0 <= best
                    -1 <= chosen < r
                    chosen < 0 or heads[chosen] < runs[chosen * RUN + SIZE]
                """
            ),
        },
        before={
            "if heads[r] < runs": """
                -2**26 <= runs[r * RUN + DELTA] <= 2**26
                runs[r * RUN + BEGIN] >= 0
                runs[r * RUN + SIZE] + runs[r * RUN + BEGIN] <= len(item_keys)
                rank_at(runs, item_keys, header[RUNS], r, heads[r])
                price_product(price, runs[r * RUN + DELTA])
            """,
            "for _ in range(cap)": "sum_nothing(heads, 0, header[RUNS])",
            "heads[chosen] +=": "sum_put(heads, 0, header[RUNS], chosen, heads[chosen] + 1)",
            "net += runs": "-2**26 <= runs[chosen * RUN + DELTA] <= 2**26",
        },
    ),
    contract(
        "claim_within",
        needs=CLAIMED,
        writes="heads",
        gives="""
            are_heads(header, runs, heads)
            0 <= sum_of(heads, 0, header[RUNS]) <= cap
        """,
        loops={"while low < high": loop(keeps="0 <= low <= high and high <= LIMIT", falls="high - low")},
    ),
    contract(
        "add_claims",
        needs="""
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[FIRST] < session.header[END]
            session.header[END] < 2**49
            len(work.header) >= QUERY
            are_runs(work.header, work.runs, len(work.item_keys))
            len(work.item_keys) <= len(work.item_notes)
            work.header[RUNS] <= len(work.heads)
            are_heads(work.header, work.runs, work.heads)
            sum_of(work.heads, 0, work.header[RUNS]) <= 2**30
            all(0 <= work.item_notes[j] and work.item_notes[j] < len(family_node)
                and session.header[FIRST] <= family_node[work.item_notes[j]] // LEVELS
                and family_node[work.item_notes[j]] // LEVELS < session.header[END]
                for r in range(work.header[RUNS])
                for j in range(work.runs[here(r) * RUN + BEGIN],
                    work.runs[here(r) * RUN + BEGIN] + work.heads[here(r)])
                if work.runs[here(r) * RUN + DELTA] < 0 if at(here(r), work.item_notes[j]))
            all(session.header[FIRST] <= work.item_notes[j] and work.item_notes[j] < session.header[END]
                for r in range(work.header[RUNS])
                for j in range(work.runs[here(r) * RUN + BEGIN],
                    work.runs[here(r) * RUN + BEGIN] + work.heads[here(r)])
                if work.runs[here(r) * RUN + DELTA] >= 0 if at(here(r), work.item_notes[j]))
            (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] < len(claims.actions)
            (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] < len(claims.slots)
        """,
        writes="claims.actions claims.slots",
        gives="""
            result == (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] + 1
            within(claims.actions, 0, result, 0, 2**30)
            reach(claims.actions, 0, 1, result) <= sum_of(work.heads, 0, work.header[RUNS])
            reach(claims.slots, 0, 1, result) <= 2**26 * sum_of(work.heads, 0, work.header[RUNS])
        """,
        opens="""
            sum_none(work.heads, 0, 0)
            over_bound(session.header[FIRST], session.header[SPAN + session.header[TOP]])
            over_bound(session.header[END] - 1, session.header[SPAN + session.header[TOP]])
            over_grows(session.header[FIRST], session.header[END] - 1, session.header[SPAN + session.header[TOP]])
        """,
        loops={
            "for r in range(size)": loop(
                keeps="""
                    within(claims.actions, 0, r, 0, 0)
                    within(claims.slots, 0, r, 0, 0)
                    reach(claims.actions, 0, 1, r) <= 0
                    reach(claims.slots, 0, 1, r) <= 0
                """,
                closes="""
                    reach_one_more(claims.actions, 0, 1, r)
                    reach_one_more(claims.slots, 0, 1, r)
                """,
            ),
            "for r in range(work.header[RUNS])": loop(
                keeps="""
                    0 <= sum_of(work.heads, 0, r)
                    within(claims.actions, 0, size, 0, sum_of(work.heads, 0, r))
                    within(claims.slots, 0, size, -2**26 * sum_of(work.heads, 0, r), 2**26 * sum_of(work.heads, 0, r))
                    reach(claims.actions, 0, 1, size) <= sum_of(work.heads, 0, r)
                    reach(claims.slots, 0, 1, size) <= 2**26 * sum_of(work.heads, 0, r)
                """,
                opens="""
                    here(r) == r
                    0 <= work.heads[r] and work.heads[r] <= work.runs[r * RUN + SIZE]
                    work.runs[r * RUN + SIZE] + work.runs[r * RUN + BEGIN] <= len(work.item_keys)
                    sum_one_more(work.heads, 0, r + 1)
                    sum_grows(work.heads, 0, r + 1, work.header[RUNS])
                """,
            ),
            "for i in range(work.heads[r])": loop(
                keeps="""
                    within(claims.actions, 0, size, 0, sum_of(work.heads, 0, r) + i)
                    within(claims.slots, 0, size, -2**26 * (sum_of(work.heads, 0, r) + i),
                        2**26 * (sum_of(work.heads, 0, r) + i))
                    reach(claims.actions, 0, 1, size) <= sum_of(work.heads, 0, r) + i
                    reach(claims.slots, 0, 1, size) <= 2**26 * (sum_of(work.heads, 0, r) + i)
                """,
                opens="-2**26 <= work.runs[r * RUN + DELTA] and work.runs[r * RUN + DELTA] <= 2**26",
            ),
        },
        before={
            "claims.actions[token": """
                session.header[FIRST] <= token and token < session.header[END]
                over_grows(session.header[FIRST], token, span)
                over_grows(token, session.header[END] - 1, span)
            """,
        },
    ),
    contract(
        "claim_in_context",
        any_width="worth work.peaks",
        needs=f"""{CONTEXT}{COARSE}""",
        writes="""session.header session.tags session.spare_slot session.spare_node session.expand_keys
            session.expand_tokens session.chunk_keys session.chunk_notes work.header work.peaks pool_keys pool_families
            work.search.runs work.search.item_keys work.search.item_notes work.search.heads
            claims.actions claims.slots""",
        gives=f"""
            only(session.header)
            only(session.tags)
            query_stays(work.header, old(work.header))
            work.header[EXPAND_FLOOR] == old(work.header)[EXPAND_FLOOR]
            result == OUT_OF_SPACE or 1 <= result <= session.header[SLOTS]
            result < 0 or result == (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] + 1
            within(claims.actions, 0, result, 0, 2**30)
            result < 0 or reach(claims.actions, 0, 1, result) <= work.header[CAP]
            result < 0 or reach(claims.slots, 0, 1, result) <= 2**26 * work.header[CAP]
            {CONTEXT}
        """,
        opens=TOLD_OF_SESSION,
        before={
            "pool_collapses": "product_positive(work.header[DELTAS], session.header[N_DIFF])",
            "items = lay_out": STANDS_STILL,
            "return OUT_OF_SPACE": STANDS_STILL,
            "claim_within": f"""
                work.header[APART] == 0
                over_bound(2**26, max(1, session.header[N_DIFF]))
                items <= work.header[ITEM_SPACE]
                items <= len(work.search.item_keys)
                all(work.search.runs[here(r) * RUN + BEGIN] + work.search.runs[here(r) * RUN + SIZE]
                    <= len(work.search.item_keys) for r in range(work.header[RUNS]) if at(here(r)))
                runs_end(work.search.runs, work.header[RUNS], len(work.search.item_keys))
                0 <= work.header[RUNS] and work.header[RUNS] <= 2**20
                work.header[RUNS] * RUN <= len(work.search.runs)
                all(0 <= work.search.runs[j] and work.search.runs[j] < 2**60 for j in range(work.header[RUNS] * RUN)
                    if j % RUN == BEGIN)
                all(0 <= work.search.runs[j] and work.search.runs[j] < 2**60 for j in range(work.header[RUNS] * RUN)
                    if j % RUN == SIZE)
                all(-2**26 <= work.search.runs[j] and work.search.runs[j] <= 2**26
                    for j in range(work.header[RUNS] * RUN) if j % RUN == DELTA)
                are_runs(work.header, work.search.runs, len(work.search.item_keys))
                candidates_rank(session.header, {ITEMS}, work.header[RUNS])
            """,
            "return add_claims": f"""{STANDS_STILL}
                standing_alike(session.header, old(session.tags), session.tags, session.family_slot, {ITEMS},
                    work.header[RUNS])
                adding_alike(session.header, old(session.tags), session.tags, session.family_node, {ITEMS},
                    work.header[RUNS])
                standing(session.header, session.tags, session.family_slot, {ITEMS}, work.header[RUNS])
                adding(session.header, session.tags, session.family_node, {ITEMS}, work.header[RUNS])
                session.header[FAMILIES] <= len(session.family_node)
                regions_few(session.header, session.tags)
                families_lie(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES], session.header[SLOTS])
                all(session.header[FIRST] <= session.family_node[f] // LEVELS
                    and session.family_node[f] // LEVELS < session.header[END]
                    for f in range(session.header[FAMILIES]) if at(session.family_node[f]))
                notes_lie(session.header, session.tags, session.family_slot, session.family_node, {ITEMS},
                    work.search.heads, work.header[RUNS])
            """,
        },
    ),
    contract(
        "place_region",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            tokens_are_told(header, tags, family_slot, family_node)
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_plain(header, tags, header[SLOTS])
            tags[0] >= 0
            has_spans(header)
            aligned(header, tags, header[SLOTS])
            0 <= header[FIRST] < header[END]
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            header[END] < 2**49
            2 * REGION <= len(table)
            0 <= region
            region <= (header[END] - 1) // header[SPAN + header[TOP]] - header[FIRST] // header[SPAN + header[TOP]]
        """,
        writes="table",
        gives="""
            kept_from(table, old(table), 2 * REGION)
            begins_region(header, tags, family_slot, table[SLOT], table[FAMILY])
            begins_region(header, tags, family_slot, table[REGION + SLOT], table[REGION + FAMILY])
            table[SLOT] < table[REGION + SLOT]
            table[FAMILY] <= table[REGION + FAMILY]
            table[TOKEN] == header[FIRST] + tokens_in(header, tags, 0, table[SLOT])
            (header[FIRST] // header[SPAN + header[TOP]] + region) * header[SPAN + header[TOP]] <= table[TOKEN]
            header[FIRST] + tokens_in(header, tags, 0, table[REGION + SLOT])
                <= (header[FIRST] // header[SPAN + header[TOP]] + region + 1) * header[SPAN + header[TOP]]
        """,
        opens="""
            product_next(header[FIRST] // header[SPAN + header[TOP]] + region, header[SPAN + header[TOP]])
            over_bound(header[FIRST], header[SPAN + header[TOP]])
            over_bound(header[END] - 1, header[SPAN + header[TOP]])
            over_floor(header[END] - 1, header[SPAN + header[TOP]])
            over_floor(header[FIRST], header[SPAN + header[TOP]])
            most_of_all(header[FIRST] // header[SPAN + header[TOP]],
                header[FIRST] // header[SPAN + header[TOP]] + region, header[SPAN + header[TOP]])
            most_of_all(header[FIRST] // header[SPAN + header[TOP]] + region,
                (header[END] - 1) // header[SPAN + header[TOP]], header[SPAN + header[TOP]])
            product_positive(header[FIRST] // header[SPAN + header[TOP]] + region, header[SPAN + header[TOP]])
            tokens_none(header, tags, 0, 0)
            spans_multiply_is(header)
            turn_times(header[FIRST] // header[SPAN + header[TOP]] + region, header[SPAN + header[TOP]])
        """,
        loops={
            "for at in range(0, 2 * REGION, REGION)": loop(
                keeps="""
                    at == 0 or at == REGION or at == 2 * REGION
                    0 <= token < 2**50 + at * 2**31
                    implies(at == 0, token < header[END] and header[FIRST] < token + span)
                    implies(at >= REGION, header[FIRST] < token)
                    kept_from(table, old(table), 2 * REGION)
                    turn(token, span)
                    token == (header[FIRST] // header[SPAN + header[TOP]] + region) * header[SPAN + header[TOP]]
                        + (0 if at == 0 else (span if at == REGION else 2 * span))
                    implies(at >= REGION, (header[FIRST] // header[SPAN + header[TOP]] + region)
                        * header[SPAN + header[TOP]] <= table[TOKEN])
                    implies(at == 2 * REGION, header[FIRST] + tokens_in(header, tags, 0, table[REGION + SLOT])
                        <= (header[FIRST] // header[SPAN + header[TOP]] + region) * header[SPAN + header[TOP]] + span)
                    implies(at >= REGION, table[SLOT] < header[SLOTS])
                    implies(at >= REGION, begins_region(header, tags, family_slot, table[SLOT], table[FAMILY]))
                    implies(at >= REGION, header[FIRST] + tokens_in(header, tags, 0, table[SLOT]) < token)
                    implies(at >= REGION, table[TOKEN] == header[FIRST] + tokens_in(header, tags, 0, table[SLOT]))
                    implies(at >= REGION, all(family_slot[f] < table[SLOT] for f in range(table[FAMILY])))
                    implies(at == 2 * REGION, begins_region(header, tags, family_slot, table[REGION + SLOT],
                        table[REGION + FAMILY]))
                    implies(at == 2 * REGION, table[SLOT] < table[REGION + SLOT])
                    implies(at == 2 * REGION, table[FAMILY] <= table[REGION + FAMILY])
                """,
                opens="turn_next(token, span)",
            )
        },
        before={
            "table[at + FAMILY]": """
                tokens_from(header, tags, slot + 1, header[SLOTS])
                border_at(header, tags, slot, token)
                tokens_rise(header, tags, table[SLOT])
                at == 0 or table[SLOT] < slot
            """,
        },
    ),
    contract(
        "move_choice",
        whole=True,
        needs="""
            size <= len(turns)
            size <= len(notes)
            0 <= slot <= 2**26
            0 <= family <= 2**26
            within(turns, 0, size, 0, UNBOUNDED + 2**60 - 1)
            within(notes, 0, size, 0, 2**49)
            all(place_of(turns[i]) + slot < PLACES for i in range(size) if at(turns[i]))
        """,
        writes="turns notes",
        gives="""
            all(turns[i] == old(turns)[i] - slot for i in range(size) if at(turns[i]))
            all(notes[i] == old(notes)[i] + (family if old(turns)[i] >= UNBOUNDED else 0)
                for i in range(size) if at(notes[i]))
            kept_from(turns, old(turns), max(0, size))
            kept_from(notes, old(notes), max(0, size))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    all(turns[j] == old(turns)[j] - (slot if j < i else 0) for j in range(size))
                    all(notes[j] == old(notes)[j] + (family if j < i and old(turns)[j] >= UNBOUNDED else 0)
                        for j in range(size))
                    kept_from(turns, old(turns), size)
                    kept_from(notes, old(notes), size)
                """,
                opens="""
                    key_moved(old(turns)[i], slot)
                    turns[i] == old(turns)[i] and notes[i] == old(notes)[i]
                """,
            )
        },
    ),
    contract(
        "search_region",
        any_width="worth work.peaks",
        needs=f"""{CONTEXT}{ROOM_OF_REGION}{SEARCHING}
            is_of_region(regions.region.header, session.header)
            0 <= at < 2**40
            at + REGION + REGION <= len(regions.table)
            begins_region(session.header, session.tags, session.family_slot, table_at(regions, at, SLOT),
                table_at(regions, at, FAMILY))
            begins_region(session.header, session.tags, session.family_slot, table_at(regions, at + REGION, SLOT),
                table_at(regions, at + REGION, FAMILY))
            table_at(regions, at, SLOT) < table_at(regions, at + REGION, SLOT)
            table_at(regions, at, FAMILY) <= table_at(regions, at + REGION, FAMILY)
            table_at(regions, at, TOKEN) == session.header[FIRST]
                + tokens_in(session.header, session.tags, 0, table_at(regions, at, SLOT))
            1 <= most <= session.header[N_DIFF]
            -2**26 <= room <= 2**26
        """,
        writes=SEARCHED_REGION,
        gives=f"""
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= most
            only(regions.region.header, SLOTS, FIRST, FAMILIES, N_DIFF)
            regions.region.header[N_DIFF] == most
            is_of_region(regions.region.header, session.header)
            regions.region.header[SLOTS] == table_at(regions, at + REGION, SLOT) - table_at(regions, at, SLOT)
            regions.region.header[FAMILIES] == table_at(regions, at + REGION, FAMILY) - table_at(regions, at, FAMILY)
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
            {MADE.replace("SIZE", "result")}
            all(table_at(regions, at, SLOT) <= place_of(chosen[i])
                and place_of(chosen[i]) < table_at(regions, at + REGION, SLOT) for i in range(result) if at(chosen[i]))
            result < 0 or slots_of_choice(session.header, session.tags, session.family_node, chosen, chosen_notes,
                result) <= room
        """,
        before={
            "copy_region": """
                multiplied_is(session.header)
                spans_multiply_is(session.header)
                tiled_whole(session.header, session.tags)
                tokens_bound(session.header, session.tags, 0, table_at(regions, at, SLOT))
                all_end_before(session.header, session.tags, session.family_slot, session.family_node,
                    session.header[FAMILIES], table_at(regions, at + REGION, SLOT))
                all(table_at(regions, at, SLOT) <= session.family_slot[f]
                    and session.family_slot[f] < table_at(regions, at + REGION, SLOT)
                    for f in range(table_at(regions, at, FAMILY), table_at(regions, at + REGION, FAMILY)))
            """,
            "survey": """
                tiled_alike(prior(region.header), region.header, region.tags, 0, region.header[SLOTS])
                all_stand_alike(prior(region.header), region.header, region.tags, region.family_slot,
                    region.family_node, region.header[FAMILIES], region.header[SLOTS])
                tokens_moved(prior(region.header), region.header, region.tags, region.tags, 0, region.header[SLOTS])
                over_falls(2**26, max(1, most), max(1, session.header[N_DIFF]))
                are_slight(region.header, most)
                most_of_all(most, session.header[N_DIFF], work.header[DELTAS])
                times_turned(most, work.header[DELTAS])
                times_turned(session.header[N_DIFF], work.header[DELTAS])
                product_positive(most, work.header[DELTAS])
                tokens_bound(session.header, session.tags, 0, session.header[SLOTS])
                tokens_bound(region.header, region.tags, 0, region.header[SLOTS])
            """,
            "threshold =": POOLED_REGION,
            "size = optimum": f"""
                listed_alike(session.header, region.header, old(work.header), work.header)
                most_of_all(most + 1, session.header[N_DIFF] + 1, (2 * work.header[DELTAS] + 1) * BOUNDS)
                times_turned(most + 1, (2 * work.header[DELTAS] + 1) * BOUNDS)
                times_turned(session.header[N_DIFF] + 1, (2 * work.header[DELTAS] + 1) * BOUNDS)
                tokens_rise(region.header, region.tags, region.header[SLOTS])
                is_moved({COPIED}, {WHERE})
            """,
            "move_choice": f"is_moved({COPIED}, {WHERE})",
            "return size": moved("chosen", "chosen_notes", WHERE),
        },
    ),
    contract(
        "add_choice",
        needs="""
            0 <= done
            0 <= count <= 2**26
            done + count <= len(regions.turns)
            done + count <= len(regions.notes)
            done <= 2**26
            count <= len(chosen)
            count <= len(chosen_notes)
            heap(regions.turns, done)
        """,
        writes="regions.turns regions.notes",
        gives="""
            heap(regions.turns, done + count)
            are_joined(regions.turns, regions.notes, done + count, old(regions.turns), old(regions.notes), done,
                chosen, chosen_notes, count)
            kept_from(regions.turns, old(regions.turns), done + count)
            kept_from(regions.notes, old(regions.notes), done + count)
        """,
        loops={
            "for i in range(count)": loop(
                keeps="""
                    heap(regions.turns, done + i)
                    are_joined(regions.turns, regions.notes, done + i, old(regions.turns), old(regions.notes), done,
                        chosen, chosen_notes, i)
                    kept_from(regions.turns, old(regions.turns), done + i)
                    kept_from(regions.notes, old(regions.notes), done + i)
                """,
                closes="many_with_one_more(chosen, chosen_notes, i)",
            )
        },
    ),
    contract(
        "with_worths",
        whole=True,
        seen_through=True,
        gives="""
            result.worth == worths.worth
            result.peaks == worths.peaks
            result.header == work.header and result.pool_keys == pool_keys and result.wishes == wishes
        """,
    ),
    contract(
        "beside_session",
        whole=True,
        seen_through=True,
        gives="""
            result.turns == regions.turns
            result.notes == regions.notes
            result.table == table
        """,
    ),
    contract(
        "select_by_price",
        any_width="worths.worth worths.peaks",
        needs=of_session(f"""{CONTEXT}{ROOM_OF_REGION}{SEARCHING}""")
        + """
            ledger_fits(session.header, session.ledger_action)
            0 <= session.header[W_SOFT] <= session.header[W_MAX] <= 2**26
            0 <= work.header[CAP] <= 2**26
            len(session.fixed) <= PLACES
            session.header[SLOTS] <= len(worths.worth)
            within(worths.worth, 0, session.header[SLOTS], LOWEST, 2**33 - 1)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(worths.peaks)
            within(worths.peaks, 0, (session.header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
            low(worths.peaks) <= LOWEST and low(worths.peaks) <= low(worths.worth)
                and high(worths.worth) <= high(worths.peaks)
            2 * REGION <= len(table)
            session.header[N_DIFF] <= len(regions.turns)
            session.header[N_DIFF] <= len(regions.notes)
            session.header[SLOTS] <= len(claims.actions)
            session.header[SLOTS] <= len(claims.slots)
        """,
        writes=f"""regions.table regions.turns regions.notes claims.actions claims.slots session.header session.tags
            worths.peaks {of_session(SEARCHED_REGION)}""",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            only(session.header)
            only(session.tags)
            {JOINED.replace("SIZE", "result")}
            falling(regions.turns, 0, result)
            result < 0 or session.header[SLOTS] + slots_of_choice(session.header, session.tags, session.family_node,
                regions.turns, regions.notes, result) <= max(session.header[W_MAX], session.header[SLOTS])
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
            {CONTEXT}
        """,
        opens=TOLD_OF_SESSION
        + """
                chosen_none(session.header, session.tags, session.family_node, regions.turns, regions.notes, 0)
        """,
        loops={
            "for r in range(size)": loop(
                keeps="""
                    most_left == work.header[CAP] - reach(claims.actions, 0, 1, r)
                    room - reach(claims.slots, 0, 1, r) <= room_left <= room + reach(claims.slots, 0, 1, r)
                """,
                opens="""
                    reach_one_more(claims.actions, 0, 1, r + 1)
                    reach_one_more(claims.slots, 0, 1, r + 1)
                    reach_grows(claims.actions, 0, 1, r + 1, size)
                    reach_grows(claims.slots, 0, 1, r + 1, size)
                    reach_positive(claims.actions, 0, 1, r)
                    reach_positive(claims.slots, 0, 1, r)
                """,
            ),
            "for i in range(HEADER)": loop(keeps="all(regions.region.header[j] == header[j] for j in range(i))"),
            "for r in range(size) #2": loop(
                keeps=f"""
            {JOINED.replace("SIZE", "done")}
            0 <= done <= header[N_DIFF]
            done == 0 or all(place_of(regions.turns[i]) < table[REGION + SLOT] for i in range(done)
                if at(regions.turns[i]))
            done == 0 or begins_region(header, session.tags, session.family_slot, table[REGION + SLOT],
                table[REGION + FAMILY])
            done == 0 or header[FIRST] + tokens_in(header, session.tags, 0, table[REGION + SLOT])
                <= (header[FIRST] // header[SPAN + header[TOP]] + r) * header[SPAN + header[TOP]]
            net == slots_of_choice(header, session.tags, session.family_node, regions.turns, regions.notes, done)
            -r * 2**26 <= net <= r * 2**26
            0 <= most_left <= work.header[CAP] - reach(claims.actions, 0, 1, size) + reach(claims.actions, 0, 1, r)
            room_left >= -reach(claims.slots, 0, 1, size) - reach(claims.slots, 0, 1, r) - r * 2**26
            room_left <= room + reach(claims.slots, 0, 1, size) + reach(claims.slots, 0, 1, r) + r * 2**26
            heap(regions.turns, done)
            is_of_region(regions.region.header, header)
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
                """,
                opens="""
                    product_next(header[FIRST] // header[SPAN + header[TOP]] + r, header[SPAN + header[TOP]])
                    reach_one_more(claims.actions, 0, 1, r + 1)
                    reach_one_more(claims.slots, 0, 1, r + 1)
                    reach_grows(claims.actions, 0, 1, r + 1, size)
                    reach_grows(claims.slots, 0, 1, r + 1, size)
                    reach_positive(claims.actions, 0, 1, r)
                    reach_positive(claims.slots, 0, 1, r)
                """,
            ),
        },
        before={
            "left = max": """
                tokens_up_to(header, session.tags, prior(table)[REGION + SLOT])
                done == 0 or prior(table)[REGION + SLOT] <= table[SLOT]
            """,
            "most_left = work": TOLD_OF_SESSION
            + """
                session.header[N_DIFF] == old(session.header)[N_DIFF]
                times_alike(session.header[N_DIFF], old(session.header)[N_DIFF], old(work.header)[DELTAS])
                ((2 * old(work.header)[DELTAS] + 1) * BOUNDS) * (session.header[N_DIFF] + 1)
                    <= len(work.search.bounds)
                chosen_none(header, session.tags, session.family_node, regions.turns, regions.notes, 0)
                reach_none(claims.actions, 0, 1, 0)
                reach_none(claims.slots, 0, 1, 0)
                spans_few(session.header, session.tags, session.header[SLOTS])
                size <= header[SLOTS]
            """,
            "count = search_region": """
                work.header[DELTAS] == old(work.header)[DELTAS]
                all(work.header[j] == old(work.header)[j] for j in range(DELTA_LIST, DELTA_LIST + LEVELS))
                deltas_within(old(work.header), work.header, 2**26 // max(1, session.header[N_DIFF]))
                done == 0 or all(place_of(regions.turns[i]) < table[SLOT] for i in range(done) if at(regions.turns[i]))
                listed_alike(session.header, session.header, old(work.header), work.header)
                listed_alike(old(session.header), session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
                times_alike(work.header[DELTAS], old(work.header)[DELTAS], session.header[N_DIFF])
                ((2 * work.header[DELTAS] + 1) * BOUNDS) * (session.header[N_DIFF] + 1) <= len(work.search.bounds)
            """,
            "most_left -= count": "over_bound(2**26, max(1, header[N_DIFF]))",
            "done += count": f"""
                are_joined({NOW_JOINED})
{joined_behind("")}            """,
            "return done": f"""{AS_JOINED}
                chosen_none(header, session.tags, session.family_node, regions.turns, regions.notes, 0)
{SORTED_STAYS}            """,
        },
    ),
    contract(
        "select_by_region",
        needs=f"""{CONTEXT}{ROOM_OF_REGION}{SEARCHING}
            ledger_fits(session.header, session.ledger_action)
            0 <= session.header[W_SOFT] <= session.header[W_MAX] <= 2**26
            0 <= work.header[CAP] < 2**58
            (session.header[SLOTS] + 1) * REGION <= len(table)
            session.header[N_DIFF] <= len(regions.turns)
            session.header[N_DIFF] <= len(regions.notes)
        """,
        writes=f"""regions.table regions.turns regions.notes {SEARCHED_REGION}""",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= session.header[N_DIFF]
            {JOINED.replace("SIZE", "result")}
            falling(regions.turns, 0, result)
            result < 0 or session.header[SLOTS] + slots_of_choice(session.header, session.tags, session.family_node,
                regions.turns, regions.notes, result) <= max(session.header[W_MAX], session.header[SLOTS])
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
        """,
        opens="""
            tiled_follow(header, session.tags)
            tokens_bound(header, session.tags, 0, header[SLOTS])
            chosen_none(header, session.tags, session.family_node, regions.turns, regions.notes, 0)
        """,
        loops={
            "for r in range(size)": loop(
                keeps="""
                    mass == reach(table, MASS, REGION, r)
                    demand == reach(table, DEMAND, REGION, r)
                    0 <= mass <= (table[r * REGION + SLOT] + table[r * REGION + FAMILY]) * 2**31
                    0 <= demand <= table[r * REGION + SLOT] * 2**31
                """,
                opens=f"""{THIS_REGION}
                    reach_one_more(table, MASS, REGION, r + 1)
                    reach_one_more(table, DEMAND, REGION, r + 1)
                """,
            ),
            "for i in range(HEADER)": loop(keeps="all(regions.region.header[j] == header[j] for j in range(i))"),
            "for r in range(size) #2": loop(
                keeps=f"""
            {JOINED.replace("SIZE", "done")}
            0 <= done <= header[N_DIFF]
            all(place_of(regions.turns[i]) < table[r * REGION + SLOT] for i in range(done)
                if at(regions.turns[i]))
            net == slots_of_choice(header, session.tags, session.family_node, regions.turns, regions.notes,
                done)
            -r * 2**26 <= net <= room
            mass_so_far == reach(table, MASS, REGION, r)
            demand_so_far == reach(table, DEMAND, REGION, r)
            heap(regions.turns, done)
            is_of_region(regions.region.header, header)
            query_stays(work.header, old(work.header))
            0 <= work.header[EXPAND_FLOOR]
                """,
                opens=f"""{THIS_REGION}
                    header[FAMILIES] == 0 or session.family_slot[header[FAMILIES] - 1] < header[SLOTS]
                    begins_region(header, session.tags, session.family_slot, table[r * REGION + REGION + SLOT],
                        table[r * REGION + REGION + FAMILY])
                    reach_one_more(table, MASS, REGION, r + 1)
                    reach_one_more(table, DEMAND, REGION, r + 1)
                    reach_grows(table, MASS, REGION, r + 1, size)
                    reach_grows(table, DEMAND, REGION, r + 1, size)
                    reach_positive(table, MASS, REGION, r)
                    reach_positive(table, DEMAND, REGION, r)
                """,
            ),
        },
        before={
            "mass = 0": """
                reach_none(table, MASS, REGION, 0)
                reach_none(table, DEMAND, REGION, 0)
                region_at(header, session.tags, session.family_slot, table, size, 0)
            """,
            "count = search_region": """
                work.header[DELTAS] == old(work.header)[DELTAS]
                times_alike(work.header[DELTAS], old(work.header)[DELTAS], header[N_DIFF])
                ((2 * work.header[DELTAS] + 1) * BOUNDS) * (header[N_DIFF] + 1) <= len(work.search.bounds)
                listed_alike(header, header, old(work.header), work.header)
                deltas_are_listed(header, work.header)
            """,
            "net += net_of": """
                over_bound(2**26, max(1, header[N_DIFF]))
            """,
            "done += count": f"""
                are_joined({NOW_JOINED})
                multiplied_is(header)
                spans_multiply_is(header)
                tiled_whole(header, session.tags)
{joined_behind("at + ")}            """,
            "return done": f"""{AS_JOINED}
                tiled_whole(header, session.tags)
{SORTED_STAYS}            """,
        },
    ),
]
