"""Contracts of `focalloc.fastpath.kernels.policy_calls`: what a policy's answer is chosen by, and compared with."""

from __future__ import annotations

import re

from focalloc.proofs.contracts.calls import (
    ADAPTED,
    ADAPTIVE,
    ARRAYS,
    CALLED,
    HISTORY,
    OF_CALL,
    REMEMBERED_IN,
    REMEMBERED_TWICE,
    RING_TOLD,
    ROOM,
    SESSION,
    TERMS,
    UNCHANGED,
    lasting_alone,
    lasting_of_many,
    still_alike,
)
from focalloc.proofs.contracts.form import besides, contract, lines, loop, loop_of_rows
from focalloc.proofs.contracts.invariants import KEPT, STILL_COMPLETE, complete_of, still_complete
from focalloc.proofs.contracts.knapsack import CHOSEN_WELL, COLLAPSING, SEARCHED, SELECTING
from focalloc.proofs.contracts.policy import ELSEWHERE, NOT_WISHED, WEIGHED
from focalloc.proofs.contracts.search_calls import (
    ACTED_IN_TURNS,
    ACTIONS_TOLD,
    ARRIVED,
    CHOSE,
    FEW_FAMILIES,
    ITS,
    LEFT_IN_ROWS,
    LIES_IN_SPACE,
    NO_MORE_FAMILIES,
    ROOM_TO_SEARCH,
    SEARCH,
    SEARCH_WRITES,
    TOLD_OF_CONTEXT,
    TOLD_OF_TURN,
    WORK,
    of_asked,
    still_complete_of_many,
)

PREFERRING = tuple(
    line
    for line in lines(COLLAPSING + SELECTING)
    if not re.search(r"TAU_EXPAND|TAU_COLLAPSE|W_SOFT|SOFT_MARGIN|\bare_pooled\(|\bare_told_apart\(", line)
)
"""What choosing by preferences needs: what binds other choices, and what is pooled, is of no account."""

LOOKED = """
            3 * SIDES * LOOK + SIDES + 1 <= query[WORK_OFFSETS + 39] - query[WORK_OFFSETS + 38]
            KNOWN_OF_ITEM * (SIDES * LOOK + 1) + (SIDES * LOOK + 6) * layers.sizes[HIDDEN]
                <= 2 * (query[WORK_OFFSETS + 40] - query[WORK_OFFSETS + 39])
"""
"""That there is room for what a look at the items is about."""

OTHERWISE = (
    "all(header[j] == old(header)[j] for j in INTEGERS if j != LEDGER_FROM and j != LEDGER_TO and j != ITERATION"
    " and j != TAU_EXPAND and j != TAU_COLLAPSE and j != DONE and j != FREED and j != TAKEN_EXPANDS"
    " and j != TAKEN_COLLAPSES)"
)
"""What an iteration has written to its header before it acts."""

AROUND = {
    **WORK,
    **{
        name: f"space[query[WORK_OFFSETS + {i}]:query[WORK_OFFSETS + {i + 1}]]" + (".view(np.int32)" if narrow else "")
        for name, i, narrow in (
            *(("starts", 18, False), ("gates", 34, True), ("gate_peaks", 35, False)),
            *(("keys", 36, False), ("notes", 37, False), ("looked", 38, False), ("numbers", 39, True)),
        )
    },
    "activations": "numbers[KNOWN_OF_ITEM * (SIDES * LOOK + 1)"
    ":KNOWN_OF_ITEM * (SIDES * LOOK + 1) + SIDES * LOOK * width]",
}
"""The tables of a search that a look at the items has."""

GOING_BY = """
            1 <= header[W_MAX]
            are_slight(header, header[N_DIFF])
            header[TOLD_AT] == 0 or header[CAPACITY] + header[CHUNK_ROOM] <= header[TOLD_AT]
            implies(header[TOLD_AT] > 0, header[TOLD_AT] + header[CAPACITY] <= cells(scratch))
            0 <= work.header[CAP] <= 2**26
            -2**28 <= work.header[TARGET] <= 2**28
            header[SLOTS] <= len(look.gates)
            header[SLOTS] <= len(look.starts)
            header[SLOTS] // GATES < len(look.gate_peaks)
            header[SLOTS] // GATES < len(look.keys)
            header[SLOTS] // GATES < len(look.notes)
            SIDES * LOOK <= len(look.keys)
            SIDES * LOOK <= len(look.notes)
            3 * LEVELS <= len(look.base)
            within(layers.gate, 0, SIDES * (CHEAP + 1), -2**7, 2**7)
            1 <= layers.sizes[SHORTLIST] <= LOOK
            -2**32 <= layers.sizes[SHOW] <= 2**32
            -LIMIT <= layers.sizes[STAY] <= LIMIT
            0 <= work.header[EXPAND_FLOOR]
            header[SLOTS] <= len(work.worth)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            header[FAMILIES] <= len(work.wishes)
            within(work.worth, 0, header[SLOTS], 0, 0)
            within(work.wishes, 0, header[FAMILIES], 0, 0)
"""
"""What an iteration by a policy goes by: room for a look at all items, weights (POL-6), and worth and wishes of 0."""

OF_LAYERS = re.sub(r"\bnetwork\.", "layers.", WEIGHED)
"""What the layers of a policy have to be."""

STAYS = """
            all(work.worth[i] == old(work.worth)[i] for i in INTEGERS)
            all(work.wishes[i] == old(work.wishes)[i] for i in INTEGERS)
"""
"""That worth and wishes are what they were."""

LOOK_WRITES = """look.base look.gates look.starts look.known look.gate_peaks look.keys look.notes look.listed
            look.marks look.sizes look.inputs look.activations look.context look.sums look.mixed look.values"""
"""What a look at the items writes to."""

ANSWERING = (
    *lines(ARRAYS),
    *lines(ADAPTED),
    *lines(RING_TOLD),
    *lines(REMEMBERED_IN),
    *lines(REMEMBERED_TWICE),
    *KEPT,
    *lines(ROOM),
    *lines(TERMS),
    *lines(LIES_IN_SPACE),
    *lines(LOOKED),
    *lines(ROOM_TO_SEARCH),
    *lines(GOING_BY),
    *lines(OF_LAYERS),
    *lines("""
        header[ITERATION] + 1 < 2**62
        implies(len(adaptive) > 0, -LIMIT <= adaptive[COLLAPSE_NOW] <= LIMIT)
        header[N_DIFF] <= len(rival)
        cells(network) >= NETWORK
        0 <= SIDES * (5 * layers.sizes[HIDDEN] + 1) * layers.sizes[HIDDEN]
        NETWORK + SIDES * (CHEAP + 1) + SIDES * (KNOWN_OF_ITEM + 1) * layers.sizes[HIDDEN]
            + SIDES * (5 * layers.sizes[HIDDEN] + 1) * layers.sizes[HIDDEN] <= cells(network)
    """),
)
"""What an iteration by a policy needs."""

BEHIND_ITEMS = "query[WORK_OFFSETS + 39] - query[WORK_OFFSETS + 38] - 3 * SIDES * LOOK - SIDES - 1"
"""How much room there is behind what is listed of items."""

CLEARED = tuple(
    line.replace("len(look.base)", BEHIND_ITEMS)
    for line in ANSWERING
    if line not in ("within(work.worth, 0, header[SLOTS], 0, 0)", "within(work.wishes, 0, header[FAMILIES], 0, 0)")
)
"""The same where worth and wishes are cleared before, and of the tables of a search only their lengths are known."""

CONTRACTS = [
    contract(
        "network_of",
        cuts={"sizes": "table[:NETWORK]"},
        seen_through=True,
        whole=True,
        needs="""
            cells(table) >= NETWORK
            0 <= sizes[HIDDEN] <= 2**10
            NETWORK + SIDES * (CHEAP + 1) + SIDES * (KNOWN_OF_ITEM + 1) * sizes[HIDDEN]
                + SIDES * (5 * sizes[HIDDEN] + 1) * sizes[HIDDEN] <= cells(table)
        """,
        gives="""
            result.sizes == sizes
            len(result.gate) == SIDES * (CHEAP + 1)
            len(result.encode) == SIDES * (KNOWN_OF_ITEM + 1) * sizes[HIDDEN]
            len(result.mix) == SIDES * (5 * sizes[HIDDEN] + 1) * sizes[HIDDEN]
            NETWORK + len(result.gate) + len(result.encode) + len(result.mix) + len(result.prefer) == cells(table)
        """,
        opens="places_product(SIDES * (5 * sizes[HIDDEN] + 1), sizes[HIDDEN])",
    ),
    contract(
        "look_in",
        cuts=AROUND,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}
            0 <= width <= 2**10
            {LOOKED.replace("layers.sizes[HIDDEN]", "width")}
        """,
        gives="""
            len(result.listed) == SIDES * LOOK
            len(result.inputs) == KNOWN_OF_ITEM * SIDES * LOOK
            len(result.activations) == SIDES * LOOK * width
            len(result.context) == 4 * width
            len(result.sums) == width
            len(result.mixed) == width
        """,
    ),
    contract(
        "look_of",
        cuts=AROUND,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}
            is_header(header)
            header[TOLD_AT] <= cells(scratch)
            0 <= width <= 2**10
            {LOOKED.replace("layers.sizes[HIDDEN]", "width")}
        """,
        gives="""
            len(result.told) == (cells(scratch) - header[TOLD_AT] if header[TOLD_AT] > 0 else len(fixed))
            len(result.listed) == SIDES * LOOK
        """,
    ),
    contract(
        "list_rival",
        needs="\n".join((*KEPT, *lines(ROOM), *lines(TERMS), "header[N_DIFF] <= len(rival)")),
        writes="""header tags peaks rival actions places collapse_keys collapse_families
            expand_keys expand_tokens chunk_keys chunk_notes""",
        gives="\n".join(
            (
                "only(header, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES)",
                "only_marked(header, tags, old(tags))",
                "kept_from(tags, old(tags), 0)",
                "0 <= result <= header[N_DIFF]",
                "are_actions(header, rival, result)",
                "always_fit(header, rival, result)",
                *KEPT,
            )
        ),
        loops={
            "for i in range(done)": loop(keeps="all(rival[j] == actions[j] for j in range(i))"),
        },
        before={
            "if session.header[MULTI_SLOT]": """
                tiled_whole(header, tags)
                whole_gists(header, tags)
            """,
            "done = select": """
                multiplied_is(header)
                multiplied(header)
                families_whole(header, tags, family_slot, family_node, header[FAMILIES])
                spans_multiply_is(header)
                geometry_is(header)
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
                told_rise(header, tags, family_slot, family_node, header[FAMILIES])
                all_there_marked(header, tags, tags, family_slot, family_node, header[FAMILIES])
                are_there_is(header, tags, family_slot, family_node, header[FAMILIES])
            """,
            "for i in range(done)": """
                families_are_whole(old(header), old(tags), family_slot, family_node)
                all(header[UNITS + level_of(actions[i])] >= 1 and old(tags)[places[i]] == level_of(actions[i])
                    for i in range(done) if actions[i] % 2 == EXPAND if at(places[i]))
                all(many(family_slot, family_node, header[FAMILIES], places[i], actions[i] // 2) >= 1
                    for i in range(done) if actions[i] % 2 != EXPAND if at(places[i]))
                families_are_whole(header, old(tags), family_slot, family_node)
                collapses_whole(header, old(tags), family_slot, family_node, actions, places, done)
                all((old(tags)[j] >= 0) == (j == places[i]) for i in range(done)
                    for j in range(places[i], places[i] + before(header, actions[i]))
                    if actions[i] % 2 == EXPAND if at(places[i], old(tags)[j]))
                all((old(tags)[j] >= 0) == turn(j - places[i], header[UNITS + level_of(actions[i]) - 1])
                    for i in range(done) for j in range(places[i], places[i] + header[WIDTH + level_of(actions[i])])
                    if actions[i] % 2 != EXPAND if at(places[i], old(tags)[j]))
                stand_whole(header, old(tags), actions, places, done)
                begun_whole(header, old(tags), actions, places, done)
                taken_marked(header, tags, actions, places, done)
                taken_bound(header, actions, places, done, 0, header[SLOTS])
                all(tags[j] == (old(tags)[j] + MARK if taken(header, actions, places, done, j) and old(tags)[j] >= 0
                    else old(tags)[j]) for j in range(header[SLOTS]))
                all(not taken(header, actions, places, done, j) for j in INTEGERS if j < 0 or j >= header[SLOTS]
                    if at(taken(header, actions, places, done, j)))
                kept_from(tags, old(tags), header[SLOTS])
                all(tags[j] == old(tags)[j] + MARK * begun(header, actions, places, done, j)
                    for j in INTEGERS if j >= 0 if at(tags[j]))
            """,
            "return done": """
                are_actions(header, rival, done)
                shifts_alike(old(header), header, rival, done)
                shifts_same(old(header), rival, actions, done)
                shifts_same(old(header), actions, rival, done)
                all(added(old(header), rival[i]) == added(old(header), actions[i]) for i in range(done))
                tokens_none(old(header), old(tags), 0, 0)
                only_marked(old(header), tags, old(tags))
                tiled_moved(old(header), old(tags), tags, 0, header[SLOTS], 0)
                all_stand_moved(old(header), old(header), old(tags), tags, family_slot, family_node,
                    family_slot, family_node, header[FAMILIES], 0, 0, header[SLOTS])
                aligned_marked(old(header), old(header), tags, old(tags))
                tokens_marked(old(header), old(header), tags, old(tags), header[SLOTS])
            """,
        },
        closes="""
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
        """,
    ),
    contract(
        "is_another",
        whole=True,
        truth=True,
        needs="""
            0 <= done <= len(actions)
            0 <= rivals <= len(rival)
        """,
        gives="""
            result == (done != rivals or not all(held(rival, 0, rivals, actions[i]) for i in range(done)))
        """,
        loops={
            "for i in range(done)": loop(keeps="all(held(rival, 0, rivals, actions[j]) for j in range(i))"),
            "for j in range(rivals)": loop(
                keeps="""
                    implies(found, held(rival, 0, rivals, actions[i]))
                    implies(not found, all(rival[k] != actions[i] for k in range(j)))
                """,
                opens="held_if(rival, 0, rivals, actions[i], j)",
            ),
        },
    ),
    contract(
        "select_preferred",
        any_width="worth work.peaks",
        needs="\n".join((*PREFERRING, "0 <= header[W_MAX] <= 2**26")),
        writes=f"session.header {SEARCHED} spare_slot spare_node pool_keys pool_families chosen chosen_notes other"
        " other_notes",
        gives=f"""
            result == OUT_OF_SPACE or 0 <= result <= header[N_DIFF]
            only(session.header)
            only(tags)
            all(work.header[j] == old(work.header)[j] for j in range(WORK_OFFSETS, WORK_HEADER))
            are_noted(session.header, tags, chosen, chosen_notes, result)
            {CHOSEN_WELL.replace("SIZE", "result")}
            result < 0 or header[SLOTS]
                + slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, result)
                <= max(header[W_MAX], header[SLOTS])
        """,
        before={
            "pool_collapses": """
                tokens_marked(session.header, old(session.header), tags, tags, session.header[SLOTS])
                tokens_are_told(session.header, tags, family_slot, family_node)
                all_stand_alike(old(session.header), session.header, tags, family_slot, family_node,
                    session.header[FAMILIES], session.header[SLOTS])
            """,
            "done = select_optimum": """
                tokens_marked(session.header, old(session.header), tags, tags, session.header[SLOTS])
                tokens_are_told(session.header, tags, family_slot, family_node)
                all_stand_alike(old(session.header), session.header, tags, family_slot, family_node,
                    session.header[FAMILIES], session.header[SLOTS])
                listed_alike(old(session.header), session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
                rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            """,
            "header[W_SOFT], header[SOFT_MARGIN] =": """
                tokens_marked(old(session.header), session.header, tags, tags, session.header[SLOTS])
                choice_told(session.header, old(session.header), tags, family_node, chosen, chosen_notes, done)
            """,
        },
        closes="""
            only(session.header)
            only(tags)
            tokens_marked(session.header, old(session.header), tags, tags, session.header[SLOTS])
            choice_told(old(session.header), session.header, tags, family_node, chosen, chosen_notes, done)
        """,
    ),
    contract(
        "select_by_policy",
        cuts={
            "work": SEARCH["work"],
            "look": "look_in(space, session.fixed, layers.sizes[HIDDEN])",
            **WORK,
        },
        needs="\n".join(
            (
                *KEPT,
                *lines(ROOM),
                *lines(LIES_IN_SPACE),
                *lines(LOOKED),
                *lines(ROOM_TO_SEARCH),
                *lines(GOING_BY),
                *lines(OF_LAYERS),
                *lines("""
                    0 <= header[W_MAX]
                    0 <= header[END] < 2**49
                    0 <= header[CURSOR_TOKEN] < 2**49
                    0 <= header[PROTECTED] < 2**49
                    SIDES * (CHEAP + 1) <= len(layers.gate)
                    len(layers.sizes) >= NETWORK
                """),
            )
        ),
        writes=f"header {SEARCHED} spare_slot spare_node pool_keys pool_families chosen chosen_notes other other_notes"
        f" work.worth work.wishes {LOOK_WRITES}",
        gives="\n".join(
            (
                *lines(f"""
                    result == OUT_OF_SPACE or 0 <= result <= header[N_DIFF]
                    only(header)
                    only(tags)
                    all(work.header[j] == old(work.header)[j] for j in range(WORK_OFFSETS, WORK_HEADER))
                    are_noted(header, tags, chosen, chosen_notes, result)
                    {CHOSEN_WELL.replace("SIZE", "result").replace("session.header", "header")}
                    result < 0 or header[SLOTS]
                        + slots_of_choice(header, tags, family_node, chosen, chosen_notes, result)
                        <= max(header[W_MAX], header[SLOTS])
                """),
                *lines(STAYS),
                *KEPT,
            )
        ),
        before={
            "list_items": TOLD_OF_CONTEXT + FEW_FAMILIES,
            "take_off": CHOSE,
        },
        closes=f"""{still_alike("old(header)")}
                least_alike(header, old(header), WIDTH + 1, WIDTH + 1 + header[TOP])
                all(place_of(look.listed[j]) < header[SLOTS] for j in range(look.sizes[EXPAND]))
                all(old(work.worth)[place_of(look.listed[j])] == 0 and work.worth[place_of(look.listed[j])] == 0
                    for j in range(look.sizes[EXPAND]) if at(look.listed[j]))
                all(old(work.wishes)[look.marks[j]] == 0 and work.wishes[look.marks[j]] == 0
                    for j in range(LOOK, LOOK + look.sizes[COLLAPSE]) if at(look.marks[j]))
                {ELSEWHERE}
                {NOT_WISHED}
        """,
    ),
    contract(
        "run_policy",
        cuts={
            **SESSION,
            "work": SEARCH["work"],
            "adaptive": ADAPTIVE["adaptive"],
            "history": HISTORY["history"],
            "layers": "network_of(network)",
            "look": "look_in(space, session.fixed, network[HIDDEN])",
            "rival": "space[space[WORK_OFFSETS + 25]:space[WORK_OFFSETS + 26]]",
            **WORK,
        },
        needs="\n".join(ANSWERING),
        writes=f"""{SEARCH_WRITES.replace("aggregates ", "")} collapse_keys collapse_families acted iterations
            work.worth work.wishes work.peaks rival {LOOK_WRITES}""",
        gives="\n".join(
            (
                *lines(
                    ACTED_IN_TURNS.replace("result == WORK_FULL", "result == WORK_FULL or result == MISFIT").replace(
                        "all(tags[j] == old(tags)[j] for j in INTEGERS)", "kept_from(tags, old(tags), 0)"
                    )
                ),
                *lines(STAYS),
                *KEPT,
            )
        ),
        before={
            "if not has_room": "tiled_follow(header, tags)",
            "at = space": f"""
                alike(old(header), header)
                entries_are_recent(header, ledger_iteration){still_alike("old(header)")}
            """,
            "done = select_by_policy": f"""
                only_marked(old(header), tags, old(tags))
                {OTHERWISE}
            """,
            "name_actions": NO_MORE_FAMILIES,
            "answer = done": """
                multiplied_is(header)
                spans_multiply_is(header)
                tiled_whole(header, tags)
                is_choice(header, tags, family_slot, family_node, chosen, chosen_notes, done)
                are_actions_of(tags, family_node, chosen, chosen_notes, actions, places, done)
                choice_aligned(header, tags, family_slot, family_node, chosen, chosen_notes, actions, places, done)
            """,
            "apply": """
                are_actions(header, actions, done)
                ledger_acts(header, ledger_action)
                multiplied_is(header)
                spans_multiply_is(header)
                are_tags(header, tags, 0, header[SLOTS])
                only_marked(header, tags, prior(tags))
                tiled_moved(header, prior(tags), tags, 0, header[SLOTS], 0)
                tiled_whole(header, tags)
                tokens_marked(header, header, tags, prior(tags), header[SLOTS])
                aligned_marked(header, header, tags, prior(tags))
                aligned(header, tags, header[SLOTS])
                all_there_marked(header, tags, prior(tags), family_slot, family_node, header[FAMILIES])
                all_there(header, tags, family_slot, family_node, header[FAMILIES])
            """,
            "remember_actions": """
                0 < header[SLOTS] and header[SLOTS] <= header[CAPACITY]
                header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS])
                header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
                all(ledger_iteration[i] == prior(ledger_iteration)[i] for i in range(prior(header)[LEDGER_TO]))
                all(ledger_iteration[i] == header[ITERATION]
                    for i in range(prior(header)[LEDGER_TO], header[LEDGER_TO]))
                entries_are_recent(header, ledger_iteration)
                all(0 <= ledger_action[i] and ledger_action[i] < 2**60
                    and ledger_action[i] // 2 % LEVELS <= header[TOP] for i in range(header[LEDGER_TO] - done))
                ledger_acts(header, ledger_action)
            """,
            "observe_use": f"""
                sum_alike(adaptive, old(adaptive), RING, adaptive[WINDOW]){still_alike("prior(header)")}
                tiled(header, tags, 0, header[SLOTS]) and aligned(header, tags, header[SLOTS])
                all_stand(header, tags, family_slot, family_node, header[FAMILIES])
                header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            """,
            "header[ITERATION] -=": f"""
                kept_from(tags, old(tags), 0)
                {OTHERWISE}{UNCHANGED.replace(chr(10), chr(10) + " " * 12)}
            """,
            "take_back": f"""
                implies(answer < 0, {OTHERWISE})
                implies(answer < 0, entries_are_recent(header, ledger_iteration))
                least_alike(header, old(header), WIDTH + 1, WIDTH + 1 + header[TOP])
            """,
        },
        closes=still_alike("old(header)"),
    ),
    contract(
        "clear",
        cuts={
            **WORK,
            "worth": "space[query[WORK_OFFSETS + 17]:query[WORK_OFFSETS + 18]]",
            "wishes": "space[query[WORK_OFFSETS + 16]:query[WORK_OFFSETS + 17]]",
        },
        whole=True,
        needs=f"""{LIES_IN_SPACE}
            is_header(header)
            0 <= header[SLOTS] <= len(worth)
            0 <= header[FAMILIES] <= len(wishes)
        """,
        writes="worth wishes",
        gives="""
            all(worth[i] == 0 for i in range(header[SLOTS]))
            kept_from(worth, old(worth), header[SLOTS])
            all(wishes[i] == 0 for i in range(header[FAMILIES]))
            kept_from(wishes, old(wishes), header[FAMILIES])
        """,
        loops={
            "for slot in range(header[SLOTS])": loop(
                keeps="""
                    all(worth[i] == 0 for i in range(slot))
                    kept_from(worth, old(worth), slot)
                """
            ),
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    all(wishes[i] == 0 for i in range(family))
                    kept_from(wishes, old(wishes), family)
                """
            ),
        },
    ),
    contract(
        "run_policies",
        loops={
            "for i in range(len(calls))": loop_of_rows(
                OF_CALL,
                cuts={**ITS, "history": "history_in(state[calls[i, NUMBER]])", "layers": "network_of(network)"},
                anew="space",
                needs="\n".join(
                    (
                        of_asked(CLEARED),
                        *lines(CALLED),
                        "header[OFFSETS + TABLES] <= cells(state) - WORK_HEADER",
                    )
                ),
                writes=f"""calls[i] header {LEFT_IN_ROWS} collapse_keys collapse_families peaks acted iterations
                    asked""",
                gives="\n".join(
                    (
                        *lines(TOLD_OF_TURN),
                        *lines(ACTIONS_TOLD),
                        *KEPT,
                    )
                ),
                closes=still_alike("old(header)"),
            )
        },
        before={
            "done = run_policy": still_alike("old(header)"),
            "arrives": ARRIVED,
        },
    ),
]

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "run_policy": {
            "gives": STILL_COMPLETE,
            "before": {
                "at = space": still_complete("old(header)"),
                "done = select_by_policy": complete_of("old(header)", "old(tags)"),
                "name_actions": complete_of("old(header)", "old(tags)"),
                "apply": complete_of("old(header)", "old(tags)"),
                "header[ITERATION] -=": complete_of("old(header)", "old(tags)"),
                "observe_use": still_complete("prior(header)"),
                "take_back": f"implies(answer < 0, {STILL_COMPLETE})",
            },
            "closes": still_complete("old(header)"),
        },
        "run_policies": still_complete_of_many("run_policy"),
    },
)

OF_POLICY = next(one for one in CONTRACTS if one.name == "run_policy")
"""The call for one session."""

CONTRACTS = besides(
    CONTRACTS,
    "lasting",
    {"run_policy": lasting_alone(OF_POLICY), "run_policies": lasting_of_many(OF_POLICY)},
)
