"""Contracts of `focalloc.fastpath.kernels.search_calls`: the tables of a search, cut out of their array."""

from __future__ import annotations

from focalloc.proofs.contracts.calls import (
    ADAPTED,
    ADAPTIVE,
    RING_TOLD,
    ROOM,
    STATE,
    TELLING,
    TOLD,
    TOLD_OF,
    WHOLE,
)
from focalloc.proofs.contracts.form import contract, lines, loop
from focalloc.proofs.contracts.invariants import KEPT

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
]
