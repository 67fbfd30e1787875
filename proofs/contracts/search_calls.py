"""Contracts of `focalloc.fastpath.kernels.search_calls`: how tables of a search are cut, how it is called and left."""

from __future__ import annotations

import re

from focalloc.proofs.contracts.calls import (
    ADAPTED,
    ADAPTIVE,
    AGGREGATES,
    ARRAYS,
    RING_TOLD,
    ROOM,
    SESSION,
    STATE,
    TELLING,
    TERMS,
    TOLD,
    TOLD_OF,
    WHOLE,
    still_alike,
)
from focalloc.proofs.contracts.form import contract, lines, loop
from focalloc.proofs.contracts.invariants import KEPT
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

IN_ORDER_FROM_THE_FIRST = """
            all(0 <= ledger_iteration[i] <= header[ITERATION] for i in range(header[LEDGER_TO]))
            all(ledger_iteration[i] <= ledger_iteration[j]
                for i in range(header[LEDGER_TO]) for j in range(i + 1, header[LEDGER_TO]))
            all(0 <= ledger_action[i] < 2**60 and ledger_action[i] // 2 % LEVELS <= header[TOP]
                for i in range(header[LEDGER_TO]))
"""
"""That what the ledger has forgotten happened before what it holds, and was actions, too."""

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


SCORED = """
    implies(header[MULTI_SLOT] == 0 and len(no_expand) == 0,
        all(fixed[i] <= peaks[i // CHUNK] for i in range(header[SLOTS]) if tags[i] >= 1))
    0 <= header[MULTI_SLOT] <= 1
    implies(header[MULTI_SLOT] != 0 or len(no_expand) > 0, header[SLOTS] <= len(aggregates))
"""
"""What taking scores has left."""

SEARCHING = """
    0 <= header[TAU_COLLAPSE] < LIMIT
    header[N_DIFF] <= 2**24
    are_slight(header, header[N_DIFF])
"""
"""What searches need of a session beyond an iteration."""

UNCHANGED = """
    tokens_none(old(header), old(tags), 0, 0)
    only_marked(old(header), tags, old(tags))
    tiled_moved(old(header), old(tags), tags, 0, header[SLOTS], 0)
    all_stand_moved(old(header), old(header), old(tags), tags, family_slot, family_node,
        family_slot, family_node, header[FAMILIES], 0, 0, header[SLOTS])
    aligned_marked(old(header), old(header), tags, old(tags))
    tokens_marked(old(header), old(header), tags, old(tags), header[SLOTS])
    tiled(old(header), tags, 0, header[SLOTS]) and aligned(old(header), tags, header[SLOTS])
    all_stand(old(header), tags, family_slot, family_node, header[FAMILIES])
    header[END] == header[FIRST] + tokens_in(old(header), tags, 0, header[SLOTS])
"""
"""That blocks and families are as they were, in tags that are the same."""

CONTRACTS = [
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
                *lines(IN_ORDER_FROM_THE_FIRST),
                *lines(CHOSEN),
                "1 <= header[ITERATION]",
                "all(ledger_iteration[i] < header[ITERATION] for i in range(header[LEDGER_TO]))",
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
                "implies(result < 0, header[ITERATION] == old(header)[ITERATION] - 1)",
                "implies(result < 0, all(tags[j] == old(tags)[j] for j in INTEGERS))",
                "implies(result < 0, header[SLOTS] == old(header)[SLOTS])",
                "implies(result >= 0, header[ITERATION] == old(header)[ITERATION])",
                "implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))",
                "implies(result >= 0, are_actions(header, actions, result))",
                "implies(result >= 0, header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, result))",
                *KEPT,
            )
        ),
        before={
            "name_actions": """
                header[FAMILIES] == 0 or (family_slot[0] >= 0 and family_slot[header[FAMILIES] - 1]
                    + header[WIDTH + family_node[header[FAMILIES] - 1] % LEVELS] <= header[SLOTS])
                families_take(header, family_slot, family_node, 0, header[FAMILIES])
                least_positive(header, WIDTH + 1, WIDTH + 1 + header[TOP])
                most_of_all(1, least_width(header), header[FAMILIES])
                times_turned(least_width(header), header[FAMILIES])
                header[FAMILIES] <= header[SLOTS]
            """,
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
        """,
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
                tokens_up_to(header, tags, header[SLOTS])
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
