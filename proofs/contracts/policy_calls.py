"""Contracts of `focalloc.fastpath.kernels.policy_calls`: what a policy's answer is chosen by, and compared with."""

from __future__ import annotations

import re

from focalloc.proofs.contracts.calls import ROOM, TERMS
from focalloc.proofs.contracts.form import contract, lines, loop
from focalloc.proofs.contracts.invariants import KEPT
from focalloc.proofs.contracts.knapsack import CHOSEN_WELL, COLLAPSING, SEARCHED, SELECTING
from focalloc.proofs.contracts.search_calls import LIES_IN_SPACE, WORK

PREFERRING = tuple(
    line
    for line in lines(COLLAPSING + SELECTING)
    if not re.search(r"TAU_EXPAND|TAU_COLLAPSE|W_SOFT|SOFT_MARGIN|\bare_pooled\(|\bare_told_apart\(", line)
)
"""What choosing by preferences needs: what binds other choices, and what is pooled, is of no account."""

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
        "look_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}
            is_header(header)
            0 <= header[TOLD_AT] <= cells(scratch)
            0 <= width <= 2**10
            3 * SIDES * LOOK + SIDES + 1 <= query[WORK_OFFSETS + 39] - query[WORK_OFFSETS + 38]
            KNOWN_OF_ITEM * (SIDES * LOOK + 1) + (SIDES * LOOK + 6) * width
                <= 2 * (query[WORK_OFFSETS + 40] - query[WORK_OFFSETS + 39])
        """,
        gives="""
            len(result.told) == cells(scratch) - header[TOLD_AT]
            len(result.listed) == SIDES * LOOK
            len(result.inputs) == KNOWN_OF_ITEM * SIDES * LOOK
            len(result.activations) == SIDES * LOOK * width
            len(result.context) == 4 * width
            len(result.sums) == width
            len(result.mixed) == width
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
                "all(tags[j] == old(tags)[j] for j in range(len(tags)))",
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
                all(tags[j] == old(tags)[j] + MARK * begun(header, actions, places, done, j)
                    for j in range(len(tags)))
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
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= header[N_DIFF]
            only(session.header)
            only(tags)
            all(work.header[j] == old(work.header)[j] for j in range(WORK_OFFSETS, WORK_HEADER))
            implies(work.header[CURSOR] == 0, are_noted(session.header, tags, chosen, chosen_notes, result))
            implies(work.header[CURSOR] == 0, {CHOSEN_WELL.replace("SIZE", "result")})
            result < 0 or work.header[CURSOR] > 0
                or header[SLOTS] + slots_of_choice(session.header, tags, family_node, chosen, chosen_notes, result)
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
]
