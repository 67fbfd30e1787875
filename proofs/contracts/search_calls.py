"""Contracts of `focalloc.fastpath.kernels.search_calls`: how tables of a search are cut, how it is called and left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from focalloc.proofs.contracts.calls import (
    ADAPTED,
    ADAPTIVE,
    AGGREGATES,
    ARRAYS,
    CALLED,
    HANDED,
    OBSERVED,
    OF_CALL,
    REMEMBERED_NOW,
    RING_TOLD,
    ROOM,
    SESSION,
    SESSION_OF_CALL,
    STATE,
    TELLING,
    TERMS,
    TOLD,
    TOLD_OF,
    UNCHANGED,
    WHOLE,
    lasting_alone,
    lasting_of_many,
    still_alike,
)
from focalloc.proofs.contracts.form import Contract, besides, contract, lines, loop, loop_of_rows
from focalloc.proofs.contracts.invariants import KEPT, MEANS_STAY, STILL_COMPLETE, complete_of, still_complete
from focalloc.proofs.contracts.relaxation import CONTRACTS as OF_RELAXATION

WORK = {"query": "space[:WORK_HEADER]"}
"""The header of the array of a search."""

LIES_IN_SPACE = """
            work_lies_apart(query)
            query[WORK_OFFSETS + WORK_TABLES] <= cells(space)
"""
"""That its tables lie in it."""

OF_REGIONS = """
            is_header(header)
            0 <= header[CAPACITY] <= query[WORK_OFFSETS + 29] - query[WORK_OFFSETS + 28]
"""
"""That there is room for two numbers of each slot of a region."""

ASKED = """
            header[OFFSETS + TABLES] <= cells(state) - WORK_HEADER
            -1 <= header[UNLOCKED] <= 1
"""
"""That a row of a state ends with the header of the session's own work space."""

IN_SPACE = (
    *("pool_keys", "pool_families", "apart_keys", "apart_families"),
    *("work.search.runs", "work.search.item_keys", "work.search.item_notes", "work.search.heads"),
    *("work.search.bounds", "work.search.states", "work.search.order_keys", "work.search.order"),
    *("chosen", "chosen_notes", "work.other", "work.other_notes", "wishes", "worth", "less", "work.peaks", "entries"),
)
"""The tables of a search, in the order in which they lie in its array."""

LOOKED_IN = {
    "rival": 25, "look.starts": 18, "look.gates": 34, "look.gate_peaks": 35, "look.keys": 36, "look.notes": 37,
}  # fmt: skip
"""Tables of a look at the items -> their places in that array."""

OF_REGION = {
    "regions.region.header": 21, "regions.table": 22, "regions.region.family_slot": 23,
    "regions.region.family_node": 24, "regions.turns": 25, "regions.notes": 26, "regions.region.tags": 27,
}  # fmt: skip
"""The same of regions."""

OF_STARTS = {"weighed": 18, "starts.table": 29, "starts.leading": 30, "starts.sizes": 31, "starts.families": 32}
"""The same of places where a choice may begin."""

IN_CELL = {"entries": 2, "look.gates": 2, "regions.region.tags": 8}
"""How many entries share a cell, where more than one does."""


def of_asked(needed: Sequence[str]) -> str:
    """The same of the header that a row of a state ends with, as which that of the array of a search will be."""
    places = {name: place for place, name in enumerate(IN_SPACE)} | LOOKED_IN | OF_REGION | OF_STARTS
    places |= {f"work.{name}": places[name] for name in ("worth", "wishes")}

    def length(found: re.Match[str]) -> str:
        at = f"WORK_OFFSETS + {places[found[1]]}"
        return f"{IN_CELL.get(found[1], 1)} * (asked[{at} + 1] - asked[{at}])"

    tables = "|".join(map(re.escape, places))
    text = re.sub(rf"\bis_header\(({tables})\)", r"len(\1) == HEADER", "\n".join(needed))
    text = re.sub(rf"\blen\(({tables})\)", length, text)
    return re.sub(r"\bwork\.header\b|\bquery\b", "asked", text)


CHOSEN = """
            are_choices(header, tags, family_node, turns, notes, done)
            are_placed(family_slot, turns, notes, done)
            are_elsewhere(turns, done)
            are_clear(header, family_slot, family_node, turns, notes, done, done)
            are_noted(header, tags, turns, notes, done)
            done < 0 or header[SLOTS] + slots_of_choice(header, tags, family_node, turns, notes, done)
                <= max(header[W_MAX], header[SLOTS])
"""
"""What a choice is that can be made."""

SEARCH = {**SESSION, **AGGREGATES, "work": "work_of(space, wide_worths(space))"}
"""The tables of a session and of a search, of which those of what expands are worth are of no account."""


def of_search(needed: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these lines are about the tables of a search, but for what expands are worth."""
    about = [line for line in needed if re.search(r"\bwork\.|\bpool_|\bwishes\b|\bapart_", line)]
    return tuple(line for line in about if not re.search(r"\bworth\b|work\.peaks", line))


FROM_OLDEST = {
    **SESSION,
    **AGGREGATES,
    "adaptive": ADAPTIVE["adaptive"],
    "weighed": "space[space[WORK_OFFSETS + 18]:space[WORK_OFFSETS + 19]]",
    "turns": "space[space[WORK_OFFSETS + 25]:space[WORK_OFFSETS + 26]]",
    "regions": "Regions(region_of(session, space), weighed,"
    " space[space[WORK_OFFSETS + 22]:space[WORK_OFFSETS + 23]], turns, turns)",
    "starts": "Starts(space[space[WORK_OFFSETS + 29]:space[WORK_OFFSETS + 30]],"
    " space[space[WORK_OFFSETS + 30]:space[WORK_OFFSETS + 31]],"
    " space[space[WORK_OFFSETS + 31]:space[WORK_OFFSETS + 32]],"
    " space[space[WORK_OFFSETS + 32]:space[WORK_OFFSETS + 33]], weighed, 0)",
    "work": "work_of(space, wide_worths(space))",
    **WORK,
}
"""The tables of a session, of a search, and of places where a choice may begin."""

BY_REGION = {
    **SESSION,
    **AGGREGATES,
    "adaptive": ADAPTIVE["adaptive"],
    "regions": "regions_of(session, space, aggregates)",
    "work": "work_of(space, worths_of_region(session, regions, space))",
    **WORK,
}
"""The tables of a session, of a search, and of regions."""

BY_PRICE = {
    **BY_REGION,
    "claims": "Claims(space[space[WORK_OFFSETS + 33]:space[WORK_OFFSETS + 33] + session.header[CAPACITY]],"
    " space[space[WORK_OFFSETS + 33] + session.header[CAPACITY]:space[WORK_OFFSETS + 34]])",
}
"""The same, and what regions claim."""

SCORED = """
    implies(header[MULTI_SLOT] == 0 and len(no_expand) == 0,
        all(fixed[i] <= peaks[i // CHUNK] for i in range(header[SLOTS]) if tags[i] >= 1))
    0 <= header[MULTI_SLOT] <= 1
    implies(header[MULTI_SLOT] != 0 or len(no_expand) > 0, header[CAPACITY] <= len(aggregates))
"""
"""What taking scores has left."""

SEARCHING = """
    0 <= header[TAU_COLLAPSE] < LIMIT
    header[N_DIFF] <= 2**24
    are_slight(header, header[N_DIFF])
"""
"""What searches need of a session beyond an iteration."""

ITERATION = {**SEARCH, "adaptive": ADAPTIVE["adaptive"], **WORK}
"""The same of an iteration that searches."""

BY_LOGITS = {
    **ITERATION,
    "less": "space[space[WORK_OFFSETS + 18]:space[WORK_OFFSETS + 19]]",
    "entries": "space[space[WORK_OFFSETS + 20]:space[WORK_OFFSETS + 21]].view(np.int32)",
}
"""The same of one by logits: how much collapses are preferred, and logits in fixed point."""

GONE_BY = """
            0 <= header[TAU_COLLAPSE] < LIMIT
            implies(len(adaptive) > 0, 0 <= adaptive[COLLAPSE_NOW] < LIMIT)
            header[W_SOFT] <= header[W_MAX]
            are_slight(header, header[N_DIFF])
"""
"""What a search goes by beyond an iteration."""

ROOM_TO_SEARCH = """
            1 <= work.header[DELTAS] <= LEVELS
            rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            deltas_are_listed(header, work.header)
            within(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], 1, 2**26 // max(1, header[N_DIFF]))
            work.header[DELTAS] * header[N_DIFF] <= len(pool_keys)
            work.header[DELTAS] * header[N_DIFF] <= len(pool_families)
            0 <= work.header[PAIR_SPACE] <= 2**18
            work.header[PAIR_SPACE] <= len(apart_keys)
            work.header[PAIR_SPACE] <= len(apart_families)
            2 * (work.header[PAIR_SPACE] + work.header[DELTAS]) * RUN <= len(work.search.runs)
            2 * (work.header[PAIR_SPACE] + work.header[DELTAS]) <= len(work.search.heads)
            0 <= work.header[ITEM_SPACE] < 2**60
            work.header[ITEM_SPACE] <= len(work.search.item_keys)
            work.header[ITEM_SPACE] <= len(work.search.item_notes)
            len(work.search.item_keys) <= len(work.search.item_notes)
            ((2 * work.header[DELTAS] + 1) * BOUNDS) * (header[N_DIFF] + 1) <= len(work.search.bounds)
            1 <= work.header[SPACE] < 2**36
            2 * work.header[SPACE] * STATE <= len(work.search.states)
            work.header[SPACE] <= len(work.search.order_keys)
            work.header[SPACE] <= len(work.search.order)
            header[N_DIFF] <= len(chosen)
            header[N_DIFF] <= len(chosen_notes)
            header[N_DIFF] <= len(work.other)
            header[N_DIFF] <= len(work.other_notes)
            are_costs(work.header)
            0 <= work.header[CURSOR] < LIMIT
"""
"""What there is room for in the tables of a search, and what it is asked."""

WISHED = """
            len(wishes) == 0 or header[FAMILIES] <= len(wishes)
            implies(len(wishes) > 0, within(wishes, 0, header[FAMILIES], -2**60, 2**60))
            implies(len(wishes) > 0, all(wishes[f] <= 2**33 * header[FANOUT + family_node[f] % LEVELS]
                for f in range(header[FAMILIES]) if at(family_node[f])))
"""
"""What a policy may wish."""

SEARCHES = (
    *lines(ARRAYS),
    *lines(ADAPTED),
    *lines(RING_TOLD),
    *KEPT,
    *lines(ROOM),
    *lines(TERMS),
    *lines(GONE_BY),
    *lines(LIES_IN_SPACE),
    *lines(ROOM_TO_SEARCH),
)
"""What an iteration that searches needs."""

PREFERS = (
    *SEARCHES,
    *lines("""
        -2**28 <= work.header[TARGET] <= 2**28
        0 <= work.header[EXPAND_FLOOR]
        header[FAMILIES] <= len(wishes)
        header[SLOTS] <= len(worth)
        header[SLOTS] <= len(less)
        (header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
        3 * header[SLOTS] <= len(entries)
        implies(header[MULTI_SLOT] == 0, all(header[i] == 1 for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
    """),
)
"""What one by logits needs."""

BEGUN = (
    *lines(WHOLE),
    *lines(ADAPTED),
    *lines(RING_TOLD),
    *KEPT,
    *lines(ROOM),
    *(line.replace("< 2**62", "<= 2**62") for line in lines(TERMS)),
    *lines(GONE_BY),
    "1 <= header[ITERATION]",
    "all(ledger_iteration[i] < header[ITERATION] for i in range(header[LEDGER_FROM], header[LEDGER_TO]))",
    "header[LEDGER_TO] + header[N_DIFF] <= header[LEDGER_ROOM]",
)
"""What holds once an iteration that searches has begun."""

ACTED = """
            result == LEDGER_FULL or result == WORK_FULL or 0 <= result <= header[N_DIFF]
            implies(result < 0, header[ITERATION] == old(header)[ITERATION])
            implies(result < 0, header[SLOTS] == old(header)[SLOTS])
            implies(result < 0, all(tags[j] == old(tags)[j] for j in INTEGERS))
            implies(result >= 0, header[ITERATION] == old(header)[ITERATION] + 1)
            implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))
            implies(result >= 0, are_actions(header, actions, result))
            implies(result >= 0, 0 <= header[SPLICES] and header[SPLICES] <= result)
            only(header, SLOTS, FAMILIES, LEDGER_FROM, LEDGER_TO, ITERATION, SPLICES, KNOWN, HALF, HEARD, TAU_EXPAND,
                TAU_COLLAPSE)
"""
"""What comes of an iteration that searches."""

ACTED_IN_TURNS = ACTED.replace(
    "TAU_COLLAPSE)", "TAU_COLLAPSE, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES, REMEMBERED)"
)
"""The same of one that takes turns, and has its actions remembered."""

SEARCH_WRITES = """header tags spare peaks memory told no_expand splices ledger_action ledger_iteration actions
            places expand_keys expand_tokens chunk_keys chunk_notes family_slot family_node spare_slot spare_node
            adaptive aggregates work.header pool_keys pool_families apart_keys apart_families
            work.search.runs work.search.item_keys work.search.item_notes work.search.heads work.search.bounds
            work.search.states work.search.order_keys work.search.order chosen chosen_notes other other_notes"""
"""What it writes to."""

LEFT_IN_ROWS = """tags spare memory told no_expand splices ledger_action ledger_iteration actions places
                    expand_keys expand_tokens chunk_keys chunk_notes family_slot family_node spare_slot spare_node
                    adaptive"""
"""What one writes to of the rows of a session, but for its header."""

TOLD_OF_CONTEXT = """
                multiplied_is(header)
                multiplied(header)
                spans_multiply_is(header)
                geometry_is(header)
                tiled_whole(header, tags)
                whole(header, tags)
                whole_gists(header, tags)
                tiled_follow(header, tags)
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
                told_rise(header, tags, family_slot, family_node, header[FAMILIES])
                families_whole(header, tags, family_slot, family_node, header[FAMILIES])
"""
"""What follows of a context."""

STILL_TOLD = f"""{TOLD_OF_CONTEXT}
                lies_apart(header)
                header[SLOTS] == old(header)[SLOTS]
                header[N_DIFF] == old(header)[N_DIFF]
                are_slight(header, header[N_DIFF])
                listed_alike(old(header), header, work.header, work.header)
"""
"""What follows of it once an iteration has begun."""

STILL_ASKED = """
                listed_alike(header, header, old(work.header), work.header)
                work.header[DELTAS] == old(work.header)[DELTAS] and header[N_DIFF] == old(header)[N_DIFF]
                ((2 * work.header[DELTAS] + 1) * BOUNDS) * (header[N_DIFF] + 1) <= len(work.search.bounds)
"""
"""What is asked for as before."""

NO_MORE_FAMILIES = """
                header[FAMILIES] == 0 or (family_slot[0] >= 0 and family_slot[header[FAMILIES] - 1]
                    + header[WIDTH + family_node[header[FAMILIES] - 1] % LEVELS] <= header[SLOTS])
                families_take(header, family_slot, family_node, 0, header[FAMILIES])
                least_positive(header, WIDTH + 1, WIDTH + 1 + header[TOP])
                most_of_all(1, least_width(header), header[FAMILIES])
                times_turned(least_width(header), header[FAMILIES])
                header[FAMILIES] <= header[SLOTS]
"""
"""That there are no more families than slots."""

FEW_FAMILIES = """
                least_positive(header, WIDTH + 1, WIDTH + 1 + header[TOP])
                families_take(header, family_slot, family_node, 0, header[FAMILIES])
                fewer(header[FAMILIES], len(spare_slot), least_width(header))
                fewer(header[FAMILIES], len(spare_node), least_width(header))
                header[FAMILIES] == 0 or (family_slot[0] >= 0 and family_slot[header[FAMILIES] - 1]
                    + header[WIDTH + family_node[header[FAMILIES] - 1] % LEVELS] <= header[SLOTS])
                most_of_all(1, least_width(header), header[FAMILIES])
                times_turned(least_width(header), header[FAMILIES])
                header[FAMILIES] <= header[SLOTS]
                tokens_rise(header, tags, header[SLOTS])
                header[FAMILIES] == 0 or end(header, family_node, header[FAMILIES] - 1) <= header[END]
                all(end(header, family_node, f) <= 2**49 for f in range(header[FAMILIES]) if at(family_node[f]))
                product_positive(work.header[DELTAS], header[N_DIFF])
"""
"""That there are no more families than slots, and room for them elsewhere."""

POOLED = f"""{still_alike("prior(header)")}
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
                told_rise(header, tags, family_slot, family_node, header[FAMILIES])
                all(end(header, family_node, f) <= 2**49 for f in range(header[FAMILIES]) if at(family_node[f]))
                families_whole(header, tags, family_slot, family_node, header[FAMILIES])
                whole_alike(prior(header), header, tags)
                whole_gists(header, tags)
                header[FAMILIES] <= header[SLOTS]
                header[N_DIFF] == prior(header)[N_DIFF]
                listed_alike(prior(header), header, prior(work.header), work.header)
                deltas_are_listed(header, work.header)
                work.header[DELTAS] == old(work.header)[DELTAS]
                times_alike(work.header[DELTAS], old(work.header)[DELTAS], header[N_DIFF])
                ((2 * work.header[DELTAS] + 1) * BOUNDS) * (header[N_DIFF] + 1) <= len(work.search.bounds)
"""
"""What follows of it once its collapses are in the pool."""

CHOSE = """
                tokens_none(prior(header), prior(tags), 0, 0)
                only_marked(prior(header), tags, prior(tags))
                tiled_moved(prior(header), prior(tags), tags, 0, header[SLOTS], 0)
                all_stand_moved(prior(header), prior(header), prior(tags), tags, family_slot, family_node,
                    family_slot, family_node, header[FAMILIES], 0, 0, header[SLOTS])
                aligned_marked(prior(header), prior(header), tags, prior(tags))
                tokens_marked(prior(header), prior(header), tags, prior(tags), header[SLOTS])
"""
"""That blocks and families are as they were, in tags that are the same."""

SPLIT = f"""{OF_REGIONS}
            -2**28 <= work.header[TARGET] <= 2**28
            0 <= work.header[EXPAND_FLOOR]
            len(wishes) == 0
            header[N_DIFF] <= 2**24
            is_header(regions.region.header)
            2 * header[CAPACITY] + (header[CAPACITY] + CHUNK - 1) // CHUNK
                <= 2 * (query[WORK_OFFSETS + 29] - query[WORK_OFFSETS + 28])
            header[SLOTS] <= len(regions.region.tags)
            header[FAMILIES] <= len(regions.region.family_slot)
            header[FAMILIES] <= len(regions.region.family_node)
            header[N_DIFF] <= len(regions.turns)
            header[N_DIFF] <= len(regions.notes)
"""
"""What planning by regions needs beyond an iteration that searches."""

SPLIT_WRITES = f"""{SEARCH_WRITES.replace(" other other_notes", "")} work.worth work.peaks regions.table regions.turns
            regions.notes regions.region.tags regions.region.fixed regions.region.family_slot
            regions.region.family_node regions.region.header"""
"""What it writes to."""

TOLD_OF_TURN = """
                            header[UNLOCKED] == old(header)[UNLOCKED]
                            calls[i, NUMBER] == old(calls[i, NUMBER])
                            implies(old(calls[i, RETURNED]) < 0, calls[i, RETURNED] == old(calls[i, RETURNED]))
                            implies(old(calls[i, RETURNED]) >= 0, calls[i, ITERATED] == header[ITERATION])
                            implies(old(calls[i, RETURNED]) >= 0, calls[i, SLOTS_LEFT] == header[SLOTS])
                            implies(calls[i, RETURNED] >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))
                            implies(calls[i, RETURNED] >= 0, header[ITERATION] == old(header)[ITERATION] + 1)
                            implies(calls[i, RETURNED] < 0, header[SLOTS] == old(header)[SLOTS])
                            implies(calls[i, RETURNED] < 0, header[ITERATION] == old(header)[ITERATION])
"""
"""What a turn of a call for many sessions leaves of its session and tells in its call."""

ACTIONS_TOLD = """
                            calls[i, RETURNED] <= header[N_DIFF]
                            all(calls[i, TOLD + j] == actions[j] for j in range(calls[i, RETURNED]) if at(actions[j]))
"""
"""What it tells of the actions."""

ARRIVED = f"""{still_alike("prior(header)")}
                tiled_alike(header, old(header), tags, 0, header[SLOTS])
                aligned_alike(header, old(header), tags, header[SLOTS])
                all_stand_alike(header, old(header), tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
                tokens_marked(header, old(header), tags, tags, header[SLOTS])
            """
"""What blocks and families are after a turn by what its header says before it is told, and then again."""

ITS = {
    **SESSION_OF_CALL,
    "aggregates": "scratch[calls[i, NUMBER]][len(its.fixed) + len(its.peaks):]",
    "adaptive": "state[calls[i, NUMBER]][its.header[OFFSETS + 19]:its.header[OFFSETS + 20]]",
    "asked": "state[calls[i, NUMBER]][len(state[calls[i, NUMBER]]) - WORK_HEADER:]",
}
"""The tables of the session of a call, and how the work space is to be laid out for it."""


def for_many(kernel: str, one: Contract, *, cuts: Mapping[str, str] | None = None, writes: str = "") -> Contract:
    """The contract of a call that does for many sessions what ``one`` does for one, in more tables than a search."""
    return contract(
        kernel,
        loops={
            "for i in range(len(calls))": loop_of_rows(
                OF_CALL,
                cuts={**ITS, **(cuts or {})},
                anew="space",
                needs="\n".join(
                    (
                        of_asked(one.needs),
                        *lines(CALLED),
                        "header[OFFSETS + TABLES] <= cells(state) - WORK_HEADER",
                    )
                ),
                writes=f"calls[i] header {LEFT_IN_ROWS} peaks aggregates {writes}",
                gives="\n".join((*lines(TOLD_OF_TURN), *lines(ACTIONS_TOLD), *KEPT)),
                closes=still_alike("old(header)"),
            )
        },
        before={
            f"done = {one.kernel}": still_alike("old(header)"),
            "arrives": ARRIVED,
        },
    )


ALONE = [
    contract(
        "work_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=LIES_IN_SPACE,
        gives="""
            result.header == query
            result.worth == worth
            result.peaks == peaks
            len(result.pool_keys) == query[WORK_OFFSETS + 1] - query[WORK_OFFSETS]
            len(result.wishes) == query[WORK_OFFSETS + 17] - query[WORK_OFFSETS + 16]
        """,
    ),
    contract(
        "wide_worths",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=LIES_IN_SPACE,
        gives="""
            len(result.worth) == query[WORK_OFFSETS + 18] - query[WORK_OFFSETS + 17]
            len(result.peaks) == query[WORK_OFFSETS + 20] - query[WORK_OFFSETS + 19]
        """,
    ),
    contract(
        "leave",
        cuts=ADAPTIVE,
        needs="\n".join(
            (
                *lines(WHOLE),
                *lines(ADAPTED),
                *lines(RING_TOLD),
                *KEPT,
                *lines(ROOM),
                *lines(CHOSEN),
                "1 <= header[ITERATION] <= 2**62",
                "all(ledger_iteration[i] < header[ITERATION] for i in range(header[LEDGER_FROM], header[LEDGER_TO]))",
                "header[END] < 2**49",
                "header[LEDGER_TO] + header[N_DIFF] <= header[LEDGER_ROOM]",
                "done == OUT_OF_SPACE or 0 <= done <= header[N_DIFF]",
                "done <= len(turns)",
                "done <= len(notes)",
            )
        ),
        writes="""header tags spare memory told no_expand splices ledger_action ledger_iteration actions places
            expand_keys expand_tokens family_slot family_node spare_slot spare_node adaptive""",
        gives="\n".join(
            (
                "result == (WORK_FULL if done == OUT_OF_SPACE else done)",
                "only(header, SLOTS, FAMILIES, LEDGER_FROM, LEDGER_TO, ITERATION, SPLICES, KNOWN, HALF, HEARD)",
                "implies(result < 0, header[ITERATION] == old(header)[ITERATION] - 1)",
                "implies(result < 0, all(tags[j] == old(tags)[j] for j in INTEGERS))",
                "implies(result < 0, header[SLOTS] == old(header)[SLOTS])",
                "implies(result >= 0, header[ITERATION] == old(header)[ITERATION])",
                "implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))",
                "implies(result >= 0, are_actions(header, actions, result))",
                "implies(result >= 0, 0 <= header[SPLICES] and header[SPLICES] <= result)",
                "implies(result >= 0, header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, result))",
                *KEPT,
            )
        ),
        before={
            "name_actions": NO_MORE_FAMILIES,
            "apply": """
                multiplied_is(header)
                spans_multiply_is(header)
                tiled_whole(header, tags)
                tiled_follow(header, tags)
                is_choice(header, tags, family_slot, family_node, turns, notes, done)
                are_actions_of(tags, family_node, turns, notes, actions, places, done)
                choice_acts(header, tags, family_slot, family_node, turns, notes, actions, places, done)
                choice_apart(header, tags, family_slot, family_node, turns, notes, actions, places, done)
                only_marked(header, tags, tags)
                all_there_marked(header, tags, tags, family_slot, family_node, header[FAMILIES])
            """,
            "observe_use": """
                are_actions(header, actions, done)
                sum_alike(adaptive, old(adaptive), RING, adaptive[WINDOW])
            """,
        },
        closes="""
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
        """,
    ),
    contract(
        "decide",
        cuts=ADAPTIVE,
        any_width="worth work.peaks",
        needs="\n".join(
            (
                *BEGUN,
                *lines(ROOM_TO_SEARCH),
                *lines(WISHED),
                *lines("""
                    len(work.header) >= WORK_HEADER
                    -2**28 <= work.header[TARGET] <= 2**28
                    header[SLOTS] <= len(worth)
                    are_preferences(tags, worth, header[SLOTS])
                    (header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
                    within(work.peaks, 0, (header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33)
                    low(work.peaks) <= LOWEST and low(work.peaks) <= low(worth) and high(worth) <= high(work.peaks)
                    implies(work.header[EXPAND_FLOOR] < 0, 1 <= work.header[TOP_K] and work.header[TOP_K] <= 2**26)
                    implies(work.header[EXPAND_FLOOR] < 0,
                        work.header[TOP_K] + header[LEDGER_ROOM] <= len(session.expand_keys))
                    implies(work.header[EXPAND_FLOOR] < 0,
                        work.header[TOP_K] + header[LEDGER_ROOM] <= len(session.expand_tokens))
                """),
            )
        ),
        writes=f"{SEARCH_WRITES.replace('aggregates ', '').replace(' peaks', ' work.peaks')}",
        gives="\n".join(
            (
                *lines("""
                    result == WORK_FULL or 0 <= result <= header[N_DIFF]
                    implies(result < 0, header[ITERATION] == old(header)[ITERATION] - 1)
                    implies(result < 0, header[SLOTS] == old(header)[SLOTS])
                    implies(result < 0, all(tags[j] == old(tags)[j] for j in INTEGERS))
                    implies(result >= 0, header[ITERATION] == old(header)[ITERATION])
                    implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))
                    implies(result >= 0, are_actions(header, actions, result))
                    implies(result >= 0, 0 <= header[SPLICES] and header[SPLICES] <= result)
                    only(header, SLOTS, FAMILIES, LEDGER_FROM, LEDGER_TO, ITERATION, SPLICES, KNOWN, HALF, HEARD)
                """),
                *KEPT,
            )
        ),
        before={
            "pool_collapses": TOLD_OF_CONTEXT + FEW_FAMILIES,
            "done = select_optimum": POOLED,
            "return leave": CHOSE,
        },
    ),
    contract(
        "region_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}{OF_REGIONS}""",
        gives="""
            len(result.header) == query[WORK_OFFSETS + 22] - query[WORK_OFFSETS + 21]
            len(result.tags) == 8 * (query[WORK_OFFSETS + 28] - query[WORK_OFFSETS + 27])
            len(result.fixed) == header[CAPACITY]
            2 * header[CAPACITY] + len(result.peaks) == 2 * (query[WORK_OFFSETS + 29] - query[WORK_OFFSETS + 28])
        """,
    ),
    contract(
        "regions_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}{OF_REGIONS}""",
        gives="""
            result.worth == worth
            len(result.turns) == query[WORK_OFFSETS + 26] - query[WORK_OFFSETS + 25]
            len(result.notes) == query[WORK_OFFSETS + 27] - query[WORK_OFFSETS + 26]
        """,
    ),
    contract(
        "worths_of_region",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}{OF_REGIONS}""",
        gives="""
            len(result.worth) == header[CAPACITY]
            result.peaks == regions.region.peaks
        """,
    ),
    contract(
        "run_knapsack",
        cuts=ITERATION,
        needs="\n".join(
            (
                *SEARCHES,
                *lines(SCORED),
                *lines("""
                    -2**27 <= work.header[GOAL] <= 2**27
                    0 <= work.header[TOP_K] <= 2**26
                    work.header[TOP_K] + header[LEDGER_ROOM] <= len(expand_keys)
                    work.header[TOP_K] + header[LEDGER_ROOM] <= len(expand_tokens)
                    work.header[TOP_K] > 0 or 0 <= work.header[EXPAND_FLOOR]
                    len(wishes) == 0
                """),
            )
        ),
        writes=SEARCH_WRITES,
        gives="\n".join((*lines(ACTED), *KEPT)),
        before={
            "if held <": STILL_TOLD,
            "return decide": STILL_ASKED,
        },
    ),
    contract(
        "run_objectives",
        cuts=ITERATION,
        needs="\n".join(
            (
                *SEARCHES,
                *lines("""
                    implies(header[MULTI_SLOT] != 0 or len(no_expand) > 0, header[CAPACITY] <= len(aggregates))
                    -2**27 <= work.header[GOAL] <= 2**27
                    0 <= work.header[EXPAND_FLOOR]
                    header[SLOTS] <= len(worth)
                    (header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
                    len(wishes) == 0
                """),
            )
        ),
        writes=f"{SEARCH_WRITES} work.worth work.peaks",
        gives="\n".join((*lines(ACTED), *KEPT)),
        before={
            "if held <": STILL_TOLD,
            "return decide": STILL_ASKED,
        },
    ),
    contract(
        "run_recompute",
        cuts=FROM_OLDEST,
        needs="\n".join(
            (
                *SEARCHES,
                *lines(OF_REGIONS),
                *lines("""
                    implies(header[MULTI_SLOT] != 0 or len(no_expand) > 0, header[CAPACITY] <= len(aggregates))
                    -2**27 <= work.header[GOAL] <= 2**27
                    0 <= work.header[EXPAND_FLOOR]
                    len(work.wishes) == 0
                    header[N_DIFF] <= 2**24
                    is_header(regions.region.header)
                    header[SLOTS] <= len(weighed)
                    header[SLOTS] <= len(work.worth)
                    (header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
                    header[SLOTS] <= len(regions.region.tags)
                    header[FAMILIES] <= len(regions.region.family_slot)
                    header[FAMILIES] <= len(regions.region.family_node)
                    2 * REGION <= len(regions.table)
                    CLASSES + 2 * work.header[DELTAS] <= len(starts.sizes)
                    CLASSES + 2 * work.header[DELTAS] <= len(starts.families)
                    (CLASSES + 2 * work.header[DELTAS]) * header[N_DIFF] <= len(starts.leading)
                    header[SLOTS] * START <= len(starts.table)
                """),
            )
        ),
        writes=f"""{SEARCH_WRITES} work.worth work.peaks weighed regions.table regions.region.tags
            regions.region.fixed regions.region.family_slot regions.region.family_node regions.region.header
            starts.sizes starts.leading starts.families starts.table""",
        gives="\n".join((*lines(ACTED), *KEPT)),
        before={
            "if held <": STILL_TOLD,
            "done = select_by_oldest": STILL_ASKED
            + FEW_FAMILIES
            + """
                product_positive(CLASSES + 2 * work.header[DELTAS], header[N_DIFF])
                (CLASSES + 2 * work.header[DELTAS]) * header[N_DIFF] <= len(starts.leading)
            """,
            "return leave": CHOSE,
        },
    ),
    contract(
        "run_hierarchy",
        cuts=BY_REGION,
        needs="\n".join(
            (
                *SEARCHES,
                *lines(SPLIT),
                *lines("""
                    implies(header[MULTI_SLOT] != 0 or len(no_expand) > 0, header[CAPACITY] <= len(aggregates))
                    0 <= work.header[CAP] < 2**58
                    (header[SLOTS] + 1) * REGION <= len(regions.table)
                """),
            )
        ),
        writes=SPLIT_WRITES,
        gives="\n".join((*lines(ACTED), *KEPT)),
        before={
            "if held <": STILL_TOLD,
            "done = select_by_region": STILL_ASKED + FEW_FAMILIES,
            "return leave": CHOSE,
        },
    ),
    contract(
        "run_hierarchy_by_price",
        cuts=BY_PRICE,
        needs="\n".join(
            (
                *SEARCHES,
                *lines(SCORED),
                *lines(SPLIT),
                *lines("""
                    0 <= work.header[CAP] <= 2**26
                    2 * REGION <= len(regions.table)
                    2 * header[CAPACITY] <= query[WORK_OFFSETS + 34] - query[WORK_OFFSETS + 33]
                """),
            )
        ),
        writes=f"{SPLIT_WRITES} claims.actions claims.slots",
        gives="\n".join((*lines(ACTED), *KEPT)),
        before={
            "if held <": STILL_TOLD,
            "done = select_by_price": STILL_ASKED + FEW_FAMILIES,
            "return leave": """
                header[CAPACITY] == prior(header)[CAPACITY] and header[TOP] == prior(header)[TOP]
                least_alike(prior(header), header, WIDTH + 1, WIDTH + 1 + header[TOP])
                least_width(header) == least_width(prior(header))
                times_alike(least_width(header), least_width(prior(header)), len(family_slot))
                times_alike(least_width(header), least_width(prior(header)), len(family_node))
                times_alike(least_width(header), least_width(prior(header)), len(spare_slot))
                times_alike(least_width(header), least_width(prior(header)), len(spare_node))
                has_places(header, family_slot) and has_places(header, family_node)
                has_places(header, spare_slot) and has_places(header, spare_node)
            """,
        },
    ),
    contract(
        "run_projection",
        cuts=ITERATION,
        needs="\n".join(
            (
                *SEARCHES,
                *lines(SCORED),
                *lines("""
                    -2**28 <= work.header[TARGET] <= 2**28
                    0 <= work.header[EXPAND_FLOOR]
                    header[FAMILIES] <= len(wishes)
                    implies(header[MULTI_SLOT] == 0,
                        all(header[i] == 1 for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
                """),
            )
        ),
        writes=f"{SEARCH_WRITES} wishes",
        gives="\n".join((*lines(ACTED), *KEPT)),
        opens="""
            1 <= header[WIDTH + 1] <= 2**26
            header[ALIKE] == 0 or header[WIDTH + 1] == header[ALIKE]
            0 <= header[ALIKE] <= 2**26
        """,
        before={
            "if held <": f"""{STILL_TOLD}
                header[ALIKE] == old(header)[ALIKE]
            """,
            "return decide": STILL_ASKED,
        },
    ),
    contract(
        "run_logits",
        cuts=BY_LOGITS,
        opens="blocks_most(tags, header[SLOTS])",
        needs="\n".join(PREFERS),
        writes=f"""{SEARCH_WRITES.replace("aggregates ", "").replace(" peaks", "")}
            work.worth work.peaks less entries wishes""",
        gives="\n".join(
            (
                f"result == WRONG_LENGTH or result == BAD_SCORE or {lines(ACTED)[0]}",
                "(result == WRONG_LENGTH) == (len(logits) != 3 * blocks_before(old(tags), old(header)[SLOTS]))",
                *lines(ACTED)[1:],
                *KEPT,
            )
        ),
        before={
            "are_numbers = saturate": """
                tiled_whole(header, tags)
                whole_is(header, tags)
                tiled_follow(header, tags)
            """,
            "if held <": STILL_TOLD,
            "wishes_by_logits": still_alike("prior(header)")
            + """
                families_are_whole(header, tags, family_slot, family_node)
            """,
            "return decide": STILL_ASKED,
        },
    ),
    contract(
        "sets_out",
        cuts={**STATE, **WORK, "asked": "state[len(state) - WORK_HEADER:]"},
        whole=True,
        truth=True,
        needs=f"""{WHOLE}{ASKED}
            WORK_HEADER <= cells(space)
            RETURNED < len(call)
        """,
        writes="header query",
        gives="""
            result == (call[RETURNED] >= 0)
            only(header, UNLOCKED)
            header[UNLOCKED] == (-old(header)[UNLOCKED] if result else old(header)[UNLOCKED])
            implies(result, all(query[j] == asked[j] for j in range(WORK_HEADER)))
            implies(not result, query == old(query))
            implies(result and is_shaped(header) and asked[DELTAS] <= LEVELS and deltas_are_listed(old(header), asked),
                deltas_are_listed(header, query))
        """,
        closes="listed_alike(old(header), header, asked, query)",
        loops={
            "for j in range(WORK_HEADER)": loop(
                keeps="""
                    all(query[k] == asked[k] for k in range(j))
                """
            )
        },
    ),
    contract(
        "arrives",
        cuts=TOLD_OF,
        whole=True,
        needs=f"""{TELLING}
            -1 <= header[UNLOCKED] <= 1
        """,
        writes="header call",
        gives=f"""{TOLD}
            only(header, UNLOCKED)
            header[UNLOCKED] == -old(header)[UNLOCKED]
        """,
    ),
]
"""Those of calls for one session, and of what calls for many share."""

MANY = {
    "run_knapsacks": "run_knapsack",
    "run_objectives_of_many": "run_objectives",
    "run_recomputes": "run_recompute",
    "run_hierarchies": "run_hierarchy",
    "run_hierarchies_by_price": "run_hierarchy_by_price",
    "run_projections": "run_projection",
}
"""Calls for many sessions -> those for one."""

CONTRACTS = [
    *ALONE,
    *(for_many(kernel, one) for kernel, of_one in MANY.items() for one in ALONE if one.kernel == of_one),
    contract(
        "run_logits_of_many",
        loops={
            "for i in range(len(calls))": loop_of_rows(
                OF_CALL,
                cuts=ITS,
                anew="space",
                needs="\n".join(
                    (
                        of_asked(PREFERS),
                        *lines(CALLED),
                        *lines(HANDED.replace("scores", "logits")),
                        "header[OFFSETS + TABLES] <= cells(state) - WORK_HEADER",
                    )
                ),
                writes=f"""calls[i] header {LEFT_IN_ROWS}""",
                gives="\n".join(
                    (
                        *lines(TOLD_OF_TURN),
                        *lines("""
                            implies(old(calls[i, RETURNED]) >= 0, (calls[i, RETURNED] == WRONG_LENGTH)
                                == (old(calls[i, GIVEN_TO]) - old(calls[i, GIVEN])
                                    != 3 * blocks_before(old(tags), old(header)[SLOTS])))
                        """),
                        *lines(ACTIONS_TOLD),
                        *KEPT,
                    )
                ),
                closes=still_alike("old(header)"),
            )
        },
        before={
            "done = run_logits": still_alike("old(header)"),
            "arrives": ARRIVED,
        },
    ),
    contract(
        "run_candidates",
        cuts={**SEARCH, **WORK},
        needs="\n".join(
            (
                *lines(ARRAYS),
                *lines(LIES_IN_SPACE),
                *KEPT,
                *lines(ROOM),
                *lines(TERMS),
                *lines(SCORED),
                *lines(SEARCHING),
                *of_search(OF_RELAXATION[0].needs),
            )
        ),
        writes="""header tags peaks aggregates spare_slot spare_node expand_keys expand_tokens chunk_keys chunk_notes
            work.header pool_keys pool_families work.search.runs work.search.item_keys work.search.item_notes""",
        gives="\n".join(("only(header)", "only(tags)", *KEPT)),
        before={
            "worths = surveyed": """
                tiled_follow(header, tags)
                tiled_whole(header, tags)
                whole_gists(header, tags)
            """,
            "lay_out_named": f"""
                multiplied_is(header){still_alike("old(header)")}
                multiplied(header)
                spans_multiply_is(header)
                geometry_is(header)
                tiled_whole(header, tags)
                whole(header, tags)
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
                told_rise(header, tags, family_slot, family_node, header[FAMILIES])
                tokens_rise(header, tags, header[SLOTS])
                all(header[FIRST] + tokens_in(header, tags, 0, family_slot[f] + header[WIDTH + family_node[f] % LEVELS])
                    <= header[END] for f in range(header[FAMILIES]) if at(family_node[f]))
                families_whole(header, tags, family_slot, family_node, header[FAMILIES])
                least_positive(old(header), WIDTH + 1, WIDTH + 1 + header[TOP])
                families_take(old(header), family_slot, family_node, 0, header[FAMILIES])
                fewer(header[FAMILIES], len(spare_slot), least_width(old(header)))
                fewer(header[FAMILIES], len(spare_node), least_width(old(header)))
            """,
            "header[ITERATION] -=": UNCHANGED,
        },
        closes=still_alike("old(header)"),
    ),
]

def still_complete_of_many(one: str) -> dict[str, Any]:
    """That a call for many sessions leaves none out where the one for each does not."""
    return {
        "loops": {"for i in range(len(calls))": loop_of_rows({}, gives=STILL_COMPLETE)},
        "before": {f"done = {one}": still_complete("old(header)"), "arrives": still_complete("prior(header)")},
    }


CHOSE_STILL = complete_of("prior(header)", "prior(tags)")
"""That none is left out, in tags that are the same."""

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "leave": {"gives": STILL_COMPLETE, "closes": still_complete("old(header)")},
        "decide": {
            "gives": STILL_COMPLETE,
            "before": {"done = select_optimum": still_complete("prior(header)"), "return leave": CHOSE_STILL},
        },
        **{
            name: {
                "gives": STILL_COMPLETE,
                "before": {"if held <": still_complete("old(header)"), "return": CHOSE_STILL},
            }
            for name in (
                *("run_knapsack", "run_objectives", "run_recompute", "run_hierarchy", "run_hierarchy_by_price"),
                "run_projection",
            )
        },
        "run_logits": {
            "gives": STILL_COMPLETE,
            "before": {
                "if held <": still_complete("old(header)"),
                "wishes_by_logits": still_complete("prior(header)"),
                "return decide": CHOSE_STILL,
            },
        },
        "run_candidates": {"gives": STILL_COMPLETE, "closes": complete_of("old(header)", "old(tags)")},
        **{kernel: still_complete_of_many(one) for kernel, one in MANY.items()},
        "run_logits_of_many": still_complete_of_many("run_logits"),
    },
)

LEFT_SO = "\n".join((*lines(REMEMBERED_NOW), *lines(OBSERVED), MEANS_STAY))
"""What the end of an iteration leaves as it has to be, beside what it keeps."""

SPACE_STAYS = """
    query_stays(work.header, old(work.header))
    0 <= work.header[EXPAND_FLOOR] or old(work.header)[EXPAND_FLOOR] < 0
"""
"""That work space is left as the next search needs it: what it is asked, and that none is pruned that was not to be."""


LISTED_STILL = """
    all(work.header[j] == old(work.header)[j] for j in range(DELTA_LIST, DELTA_LIST + LEVELS))
    listed_alike(old(header), header, old(work.header), work.header)
"""
"""That the slots that expands add are listed as they were when the call began."""


def lasting_in_space(one: Contract) -> dict[str, Any]:
    """The part of a call that searches, which leaves the header of its work space as the next one needs it, too."""
    told = [line for line in one.needs if re.search(r"\bwork\.header\b|\bquery\b", line)]
    part = lasting_alone(one, "\n".join(told))
    asked = [line for line in told if "header[N_DIFF]" in line]  # products, of which each is found to be as before
    return {**part, "closes": "\n".join((*lines(part["closes"]), *lines(LISTED_STILL), *lines(STILL_ASKED), *asked))}


BY_LOGIT = next(one for one in ALONE if one.name == "run_logits")
"""The call by logits."""

CONTRACTS = besides(
    CONTRACTS,
    "lasting",
    {
        "leave": {"gives": LEFT_SO},
        "decide": {"gives": "\n".join((*lines(LEFT_SO), *lines(SPACE_STAYS)))},
        **{one.name: lasting_in_space(one) for one in ALONE if one.name in MANY.values()},
        "run_logits": {  # where `fixed` is another table
            **lasting_in_space(BY_LOGIT),
            "gives": re.sub(r"\bfixed\b", "session.fixed", lasting_in_space(BY_LOGIT)["gives"]),
        },
        **{kernel: lasting_of_many(one) for kernel, of_one in MANY.items() for one in ALONE if one.name == of_one},
        "run_logits_of_many": lasting_of_many(BY_LOGIT),
    },
)
