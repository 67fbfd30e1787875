"""Contracts of `focalloc.fastpath.kernels.greedy`: cap and budget hold after every action (CAP-1, BUD-1)."""

from __future__ import annotations

import re

from focalloc.proofs.contracts.form import beside, contract, loop

CHOOSES = """
            is_header(header)
            is_shaped(header)
            has_products(header)
            is_dear(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            are_alike(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            ends_rise(header, family_node)
            ledger_fits(header, ledger_action)
            families_are_whole(header, tags, family_slot, family_node)
            families_end(header, tags, family_slot, family_node)
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            geometry(header)
            aligned(header, tags, header[SLOTS])
            are_there(header, tags, family_slot, family_node, header[FAMILIES])
            tokens_are_told(header, tags, family_slot, family_node)
            spans_are_told(header)
            0 <= header[FIRST] < 2**49
            0 <= header[END] < 2**49
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            0 <= header[PROTECTED] < 2**49
            0 < header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(tags)
            len(fixed) <= PLACES
            are_tags(header, tags, 0, header[SLOTS])
            all(tags[i] < MARK for i in range(header[SLOTS]))
            gists_end(header, tags)
            gists_are_whole(header, tags)
            bodies_follow(header, tags)
            0 <= header[TAU_EXPAND] < LIMIT
            0 <= header[SOFT_MARGIN] <= LIMIT
            0 <= header[W_MAX] <= 2**26
            0 <= header[W_SOFT] <= 2**26
            header[N_DIFF] <= len(actions)
            header[N_DIFF] <= len(places)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(chunk_keys)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(chunk_notes)
            header[N_DIFF] <= len(collapse_keys)
            header[N_DIFF] <= len(collapse_families)
"""
"""What a selection needs."""

CHOSEN = """
            only(header, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES)
            result == header[DONE]
            0 <= result <= header[N_DIFF]
            are_actions(header, actions, result)
            header[SLOTS] + shifted(header, actions, result) <= max(header[W_MAX], header[SLOTS])
            only_marked(header, tags, old(tags))
            are_replaced(header, tags, actions, places, result)
            are_apart(header, actions, places, result)
            stays_plain(header, tags, actions, places, result, header[SLOTS])
            stand_clear(header, family_slot, actions, places, result)
            ends_lie(old(header), old(tags), actions, places, result)
            are_at_rest(header, ledger_action, actions, result)
            are_wanted(header, fixed, actions, places, result)
            are_in_context(old(header), old(tags), family_slot, family_node, actions, places, result)
            end_before_tail(header, actions, result)
            always_fit(old(header), actions, result)
"""
"""What is known of what it chooses: cap, budget, separate blocks, tail, rests, thresholds."""

CHOOSING = """
                    only(header, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES)
                    0 <= header[DONE] <= header[N_DIFF]
                    -2**40 <= header[FREED] <= 2**41 + header[DONE] * 2**26
                    are_actions(header, actions, header[DONE])
                    -header[FREED] == shifted(header, actions, header[DONE])
                    header[SLOTS] - header[FREED] <= max(header[W_MAX], header[SLOTS])
                    only_marked(header, tags, old(tags))
                    are_replaced(header, tags, actions, places, header[DONE])
                    are_apart(header, actions, places, header[DONE])
                    marks_are_taken(header, tags, actions, places, header[DONE])
                    stand_clear(header, family_slot, actions, places, header[DONE])
                    ends_lie(old(header), old(tags), actions, places, header[DONE])
                    are_at_rest(header, ledger_action, actions, header[DONE])
                    end_before_tail(header, actions, header[DONE])
                    are_wanted(header, fixed, actions, places, header[DONE])
                    are_in_context(old(header), old(tags), family_slot, family_node, actions, places, header[DONE])
                    always_fit(old(header), actions, header[DONE])
                    0 <= header[TAKEN_COLLAPSES] <= collapses
                    collapses_passed(session, header, actions, places, header[DONE], header[TAKEN_COLLAPSES])
"""
"""The same of what it has chosen so far."""

QUEUED = """
                all(0 <= collapse_families[i] < header[FAMILIES]
                    and place_of(collapse_keys[i]) == family_slot[collapse_families[i]]
                    for i in range(collapses) if at(collapse_keys[i]) if at(collapse_families[i]))
                all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                        family_node[collapse_families[i]] * 2)
                    and end(header, family_node, collapse_families[i]) <= header[END] - header[PROTECTED]
                    and rank(session, collapse_families[i]) > header[TAU_COLLAPSE]
                    for i in range(collapses) if at(collapse_keys[i]) if at(collapse_families[i]))
                marks_nowhere(tags, header[SLOTS])
"""
"""What is in the queue of collapses, before anything is chosen."""

NOTHING_YET = """
                shift_none(header, actions, 0)
                shift_none(old(header), actions, 0)
                ends_none(old(header), tags, actions, places)
"""
"""What holds of no actions."""

TURNS_BEGIN = """
                families_are_whole(header, tags, family_slot, family_node)
                multiplied_is(header)
                geometry_alike(old(header), header)
                aligned_marked(header, old(header), tags, old(tags))
                are_there_marked(header, old(header), tags, old(tags), family_slot, family_node, header[FAMILIES])
                ends_marked(header, old(header), tags, old(tags), actions, places, header[DONE])
                ends_lie(header, tags, actions, places, header[DONE])
                are_in_context(header, tags, family_slot, family_node, actions, places, header[DONE])
"""
"""What turns need after some have been taken."""

TURNS_END = """
                are_actions(old(header), actions, header[DONE])
                shifts_alike(old(header), prior(header), prior(actions), prior(header)[DONE])
                are_actions(prior(header), actions, header[DONE])
                shifts_alike(prior(header), old(header), actions, header[DONE])
                shifts_same(prior(header), prior(actions), actions, prior(header)[DONE])
                always_fit(old(header), actions, header[DONE])
                are_in_context(old(header), old(tags), family_slot, family_node, actions, places, header[DONE])
                ends_marked(prior(header), old(header), prior(tags), old(tags), actions, places, header[DONE])
"""
"""What turns leave of what was known before them."""

ALTERNATE = contract(
    "alternate",
    joins=True,
    truth=True,
    needs="""
        is_header(header)
        is_shaped(header)
        multiplied(header)
        is_dear(header)
        0 <= header[DONE] <= header[N_DIFF] and header[N_DIFF] <= 2**26
        header[N_DIFF] <= len(actions)
        header[N_DIFF] <= len(places)
        0 <= header[SLOTS] <= 2**26
        header[SLOTS] <= len(tags)
        are_tags(header, tags, 0, header[SLOTS])
        gists_end(header, tags)
        gists_are_whole(header, tags)
        families_fit(header, family_slot)
        families_fit(header, family_node)
        are_families(header, family_slot, family_node, header[SLOTS])
        families_are_whole(header, tags, family_slot, family_node)
        families_end(header, tags, family_slot, family_node)
        ends_lie(header, tags, actions, places, header[DONE])
        keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
        geometry(header)
        aligned(header, tags, header[SLOTS])
        are_there(header, tags, family_slot, family_node, header[FAMILIES])
        are_replaced(header, tags, actions, places, header[DONE])
        are_apart(header, actions, places, header[DONE])
        marks_are_taken(header, tags, actions, places, header[DONE])
        stand_clear(header, family_slot, actions, places, header[DONE])
        -2**40 <= header[FREED] <= 2**41 + header[DONE] * 2**26
        0 <= header[W_MAX] <= 2**26
        0 <= header[W_SOFT] <= 2**26
        0 <= header[TAU_EXPAND] <= LIMIT
        0 <= header[SOFT_MARGIN] <= LIMIT
        are_actions(header, actions, header[DONE])
        0 <= header[TAKEN_EXPANDS] <= expands
        expands <= len(expand_keys)
        expands <= len(expand_tokens)
        0 <= header[TAKEN_COLLAPSES] <= collapses
        collapses <= len(collapse_keys)
        collapses <= len(collapse_families)
        may_expand(header, tags, expand_keys, expands, header[SLOTS])
        all(0 <= expand_tokens[i] < 2**49 for i in range(expands))
        all(expand_tokens[i] == header[FIRST] + tokens_in(header, tags, 0, spot(expand_keys[i]))
            for i in range(expands) if at(expand_keys[i]) if at(expand_tokens[i]))
        all(0 <= collapse_families[i] < header[FAMILIES]
            and place_of(collapse_keys[i]) == family_slot[collapse_families[i]]
            for i in range(collapses) if at(collapse_keys[i]) if at(collapse_families[i]))
        all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                node_of(tags[place_of(expand_keys[i])], expand_tokens[i]) * 2 + COLLAPSE)
            for i in range(expands) if at(expand_keys[i]) if at(expand_tokens[i]))
        all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], family_node[collapse_families[i]] * 2)
            and end(header, family_node, collapse_families[i]) <= header[END] - header[PROTECTED]
            for i in range(collapses) if at(collapse_keys[i]) if at(collapse_families[i]))
        are_at_rest(header, ledger_action, actions, header[DONE])
        end_before_tail(header, actions, header[DONE])
        all(mean_at(header, tags, fixed, place_of(expand_keys[i])) > header[TAU_EXPAND]
            for i in range(expands) if at(expand_keys[i]) if at(expand_tokens[i]))
        all(rank(session, collapse_families[i]) > header[TAU_COLLAPSE]
            for i in range(collapses) if at(collapse_keys[i]) if at(collapse_families[i]))
        are_wanted(header, fixed, actions, places, header[DONE])
        all(expand_tokens[i] == header[FIRST] + tokens_in(header, tags, 0, place_of(expand_keys[i]))
            for i in range(expands) if at(expand_keys[i]) if at(expand_tokens[i]))
        are_in_context(header, tags, family_slot, family_node, actions, places, header[DONE])
        expands_passed(header, actions, places, header[DONE], expand_keys, header[TAKEN_EXPANDS])
        collapses_passed(session, header, actions, places, header[DONE], header[TAKEN_COLLAPSES])
    """,
    writes="header tags actions places",
    gives="""
        only(header, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES)
        old(header)[DONE] <= header[DONE] <= header[N_DIFF]
        old(header)[TAKEN_EXPANDS] <= header[TAKEN_EXPANDS] <= expands
        old(header)[TAKEN_COLLAPSES] <= header[TAKEN_COLLAPSES] <= collapses
        are_actions(header, actions, header[DONE])
        header[SLOTS] - header[FREED] == used_after(old(header), actions, header[DONE])
        in_budget(old(header), actions, header[DONE])
        header[FREED] + shifted(header, actions, header[DONE])
            == old(header)[FREED] + shifted(old(header), old(actions), old(header)[DONE])
        -2**40 <= header[FREED] <= 2**41 + header[DONE] * 2**26
        marks(tags, header[SLOTS]) <= marks(old(tags), header[SLOTS])
            + (header[TAKEN_EXPANDS] - old(header)[TAKEN_EXPANDS])
            + replaced(header, family_node, collapse_families,
                old(header)[TAKEN_COLLAPSES], header[TAKEN_COLLAPSES])
        implies(result, more and header[TAKEN_EXPANDS] == expands and header[DONE] < header[N_DIFF])
        all(actions[i] == old(actions)[i] for i in range(old(header)[DONE]))
        only_marked(header, tags, old(tags))
        are_replaced(header, tags, actions, places, header[DONE])
        are_apart(header, actions, places, header[DONE])
        marks_are_taken(header, tags, actions, places, header[DONE])
        stand_clear(header, family_slot, actions, places, header[DONE])
        ends_lie(old(header), old(tags), actions, places, header[DONE])
        are_at_rest(header, ledger_action, actions, header[DONE])
        end_before_tail(header, actions, header[DONE])
        are_wanted(header, fixed, actions, places, header[DONE])
        are_in_context(old(header), old(tags), family_slot, family_node, actions, places, header[DONE])
        expands_passed(old(header), actions, places, header[DONE], expand_keys, header[TAKEN_EXPANDS])
        collapses_passed(session, old(header), actions, places, header[DONE], header[TAKEN_COLLAPSES])
        implies(not result and header[DONE] < header[N_DIFF], header[TAKEN_COLLAPSES] == collapses)
        implies(not result and header[DONE] < header[N_DIFF] and header[TAKEN_EXPANDS] < expands,
            misfits(old(header), tags, header[SLOTS] - header[FREED], expand_keys[header[TAKEN_EXPANDS]])
            and tags[place_of(expand_keys[header[TAKEN_EXPANDS]])] < MARK)
    """,
    opens="""
        replaced_none(header, family_node, collapse_families, header[TAKEN_COLLAPSES], header[TAKEN_COLLAPSES])
        many_members(family_slot, family_node, header[FAMILIES], header[FAMILIES])
    """,
    closes="""
        replaced_alike(header, old(header), family_node, collapse_families,
            old(header)[TAKEN_COLLAPSES], header[TAKEN_COLLAPSES])
        shift_alike(header, old(header), actions, header[DONE])
        shift_same(old(header), actions, old(actions), old(header)[DONE])
    """,
    loops={
        "while done < header[N_DIFF]": loop(
            keeps="""
                header[DONE] <= done <= header[N_DIFF]
                header[TAKEN_EXPANDS] <= e <= expands
                header[TAKEN_COLLAPSES] <= c <= collapses
                used == used_after(header, actions, done)
                used >= header[SLOTS] - 2**41 - done * 2**26
                used <= max(header[W_MAX], header[SLOTS] - header[FREED])
                not hungry
                in_budget(header, actions, done)
                are_actions(header, actions, done)
                may_expand(header, tags, expand_keys, expands, header[SLOTS])
                only_marked(header, tags, old(tags))
                are_replaced(header, tags, actions, places, done)
                are_apart(header, actions, places, done)
                marks_are_taken(header, tags, actions, places, done)
                stand_clear(header, family_slot, actions, places, done)
                ends_lie(header, old(tags), actions, places, done)
                are_at_rest(header, ledger_action, actions, done)
                end_before_tail(header, actions, done)
                are_wanted(header, fixed, actions, places, done)
                are_in_context(header, old(tags), family_slot, family_node, actions, places, done)
                expands_passed(header, actions, places, done, expand_keys, e)
                collapses_passed(session, header, actions, places, done, c)
                all(actions[i] == old(actions)[i] for i in range(header[DONE]))
                marks(tags, header[SLOTS]) <= marks(old(tags), header[SLOTS]) + (e - header[TAKEN_EXPANDS])
                    + replaced(header, family_node, collapse_families, header[TAKEN_COLLAPSES], c)
            """,
            falls="header[N_DIFF] - done",
        ),
        "while e < expands and tags[place_of(expand_keys[e])] >= MARK": loop(
            keeps="""
                entry(e) <= e <= expands
                expands_passed(header, actions, places, done, expand_keys, e)
            """,
            falls="expands - e",
        ),
        "while c < collapses": loop(
            keeps="""
                entry(c) <= c <= collapses
                collapses_passed(session, header, actions, places, done, c)
                marks(tags, header[SLOTS]) <= marks(old(tags), header[SLOTS]) + (e - header[TAKEN_EXPANDS])
                    + replaced(header, family_node, collapse_families, header[TAKEN_COLLAPSES], c)
            """,
            falls="collapses - c",
        ),
    },
    before={
        "mark(tags, slot, 1": """
            actions[done] == node_of(level, expand_tokens[e]) * 2 + EXPAND
            expand_parts(actions[done], level, expand_tokens[e])
            level_of(actions[done]) == level and 0 <= actions[done] < 2**60
            are_actions(header, actions, done + 1)
            before(header, actions[done]) == header[UNITS + level]
            spot(expand_keys[e]) == slot
            actions[done] // 2 // LEVELS == expand_tokens[e]
            expand_has_tokens(header, old(tags), actions[done], slot)
            has_tokens(header, old(tags), actions[done], slot)
            are_replaced(header, tags, actions, places, done)
            are_apart(header, actions, places, done + 1)
            stand_clear(header, family_slot, actions, places, done + 1)
            reversal(actions[done]) == node_of(level, expand_tokens[e]) * 2 + COLLAPSE
            not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], reversal(actions[done]))
            mean_at(header, old(tags), fixed, slot) > header[TAU_EXPAND]
            are_wanted(header, fixed, actions, places, done + 1)
            old(tags)[slot] == level and actions[done] // 2 // LEVELS == expand_tokens[e]
            are_in_context(header, old(tags), family_slot, family_node, actions, places, done + 1)
            turn_first(1)
        """,
        "places[done] = slot": """
            are_replaced(header, tags, actions, places, done)
            are_apart(header, actions, places, done)
        """,
        "actions[done] = node_of": """
            1 <= tags[slot] and tags[slot] <= header[TOP] and slot < header[SLOTS]
            all(tags[j] < 0 for j in range(slot + 1, slot + header[UNITS + level]))
            old(tags)[slot] == level
            all(RAW <= old(tags)[j] and old(tags)[j] < 0 for j in range(slot + 1, slot + header[UNITS + level]))
            slot + header[UNITS + level] == header[SLOTS] or old(tags)[slot + header[UNITS + level]] >= 0
            all(places[i] + before(header, actions[i]) <= slot or slot + header[UNITS + level] <= places[i]
                for i in range(done))
            all(tags[family_slot[f]] >= 0 for f in range(header[FAMILIES]))
            all(family_slot[f] <= slot or slot + header[UNITS + level] <= family_slot[f]
                for f in range(header[FAMILIES]))
        """,
        "actions[done] = node *": """
            turn_first(header[UNITS + level - 1])
            slot + header[WIDTH + level] <= header[SLOTS]
            all((tags[j] >= 0) == turn(j - slot, header[UNITS + level - 1])
                for j in range(slot, slot + header[WIDTH + level]))
            all(tags[j] <= header[TOP] for j in range(slot, slot + header[WIDTH + level]))
            tags[slot] >= 0
            old(tags)[slot] >= 0
            all(old(tags)[j] == tags[j] for j in range(slot, slot + header[WIDTH + level]))
            all(RAW <= old(tags)[j] and old(tags)[j] < MARK for j in range(slot, slot + header[WIDTH + level]))
            all((old(tags)[j] >= 0) == turn(j - slot, header[UNITS + level - 1])
                and RAW <= old(tags)[j] and old(tags)[j] < MARK for j in range(slot, slot + header[WIDTH + level]))
            are_there_at(header, old(tags), family_slot, family_node, header[FAMILIES], collapse_families[c])
            is_there(header, old(tags), slot, node)
            slot + header[WIDTH + level] == header[SLOTS] or old(tags)[slot + header[WIDTH + level]] >= 0
            all(places[i] + before(header, actions[i]) <= slot or slot + header[WIDTH + level] <= places[i]
                for i in range(done))
            all(family_slot[f] <= slot or slot + header[WIDTH + level] <= family_slot[f]
                for f in range(header[FAMILIES]))
        """,
        "mark(tags, slot, header": """
            actions[done] == node * 2 + COLLAPSE
            collapse_parts(actions[done], node)
            multiplied_at(header, level)
            header[WIDTH + level] == header[FANOUT + level] * header[UNITS + level - 1]
            over_family(header[WIDTH + level] + header[UNITS + level - 1] - 1, header[FANOUT + level],
                header[UNITS + level - 1])
            level_of(actions[done]) == level and 0 <= actions[done] < 2**60
            are_actions(header, actions, done + 1)
            before(header, actions[done]) == header[WIDTH + level]
            reversal(actions[done]) == node * 2
            not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], reversal(actions[done]))
            end(header, family_node, collapse_families[c]) <= header[END] - header[PROTECTED]
            rank(session, collapse_families[c]) > header[TAU_COLLAPSE]
            are_wanted(header, fixed, actions, places, done + 1)
            many(family_slot, family_node, header[FAMILIES], slot, node) >= 1
            actions[done] // 2 == node
            are_in_context(header, old(tags), family_slot, family_node, actions, places, done + 1)
            collapse_has_tokens(header, old(tags), actions[done], slot)
            has_tokens(header, old(tags), actions[done], slot)
            are_replaced(header, tags, actions, places, done)
            are_apart(header, actions, places, done + 1)
            stand_clear(header, family_slot, actions, places, done + 1)
        """,
        "if done <": """
            all(actions[i] == old(actions)[i] for i in range(header[DONE]))
            are_actions(header, actions, done)
            used == used_after(header, actions, done)
            in_budget(header, actions, done)
            are_replaced(header, tags, actions, places, done)
            are_apart(header, actions, places, done)
            marks_are_taken(header, tags, actions, places, done)
            stand_clear(header, family_slot, actions, places, done)
            only_marked(header, tags, old(tags))
            ends_lie(header, old(tags), actions, places, done)
            are_at_rest(header, ledger_action, actions, done)
            end_before_tail(header, actions, done)
            are_wanted(header, fixed, actions, places, done)
            are_in_context(header, old(tags), family_slot, family_node, actions, places, done)
            expands_passed(header, actions, places, done, expand_keys, e)
            collapses_passed(session, header, actions, places, done, c)
        """,
        "c += 1": """
            replaced_one_more(header, family_node, collapse_families, header[TAKEN_COLLAPSES], c + 1)
            blocked_if_taken(header, actions, places, done, slot, header[WIDTH + level])
        """,
        "e += 1": "expands_passed(header, actions, places, done, expand_keys, e + 1)",
        "done += 1": """
            all(actions[i] == old(actions)[i] for i in range(header[DONE]))
            shift_one_more(header, actions, done + 1)
            used == used_after(header, actions, done + 1)
            are_actions(header, actions, done + 1)
            in_budget(header, actions, done + 1)
            may_expand(header, tags, expand_keys, expands, header[SLOTS])
            tags[slot] >= MARK and places[done] == slot
            all(tags[j] >= MARK or tags[j] < 0 for j in range(slot, slot + before(header, actions[done])))
            all(tags[places[i]] >= MARK for i in range(done) if at(places[i]))
            all(tags[j] >= MARK or tags[j] < 0
                for i in range(done) for j in range(places[i], places[i] + before(header, actions[i]))
                if at(places[i], tags[j]))
            are_replaced(header, tags, actions, places, done + 1)
            taken_one_more(header, actions, places, done + 1)
            marks_are_taken(header, tags, actions, places, done + 1)
            blocked_one_more(header, actions, places, done + 1)
            expands_passed(header, actions, places, done + 1, expand_keys, e)
            collapses_passed(session, header, actions, places, done + 1, c)
            ends_next(header, old(tags), actions, places, done)
            ends_lie(header, old(tags), actions, places, done + 1)
            are_at_rest(header, ledger_action, actions, done + 1)
            end_before_tail(header, actions, done + 1)
        """,
    },
)
"""The turns of an iteration."""

BLOCKED = (
    "blocked(header, actions, places, header[DONE], family_slot[f], header[WIDTH + family_node[f] % LEVELS])"
)
"""A family has lost slots to an action."""

READY = "old(is_ready(session, header[TAU_COLLAPSE], f))"
"""A family may collapse, as long as it is whole."""

SELECT = contract(
    "select",
    needs=f"""{CHOOSES.rstrip()}
            ascend(no_expand, len(no_expand), 2)
            0 <= header[CURSOR_TOKEN] < 2**49
            -LIMIT <= header[TAU_COLLAPSE] <= LIMIT
            0 <= header[N_DIFF] <= 2**26
            header[LEDGER_TO] - header[LEDGER_FROM] <= 2**26
            header[N_DIFF] + header[LEDGER_TO] - header[LEDGER_FROM] <= len(expand_keys)
            header[N_DIFF] + header[LEDGER_TO] - header[LEDGER_FROM] <= len(expand_tokens)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(peaks)
        """,
    writes="""header tags actions places collapse_keys collapse_families
        expand_keys expand_tokens chunk_keys chunk_notes""",
    gives=CHOSEN,
    loops={
        "while hungry": loop(
            keeps=f"""{CHOOSING.rstrip()}
                    implies(hungry, header[TAKEN_EXPANDS] == 0)
                    0 <= ceiling
                    implies(hungry, marks(tags, header[SLOTS]) <= spoilt)
                    0 <= spoilt <= UNBOUNDED - ceiling + header[TAKEN_COLLAPSES] * 2**26
                """,
            falls="(1 if hungry else 0), ceiling",
        ),
        "for c in range(taken, header[TAKEN_COLLAPSES])": loop(
            keeps="""
                spoilt == entry(spoilt) + replaced(header, family_node, collapse_families, taken, c)
                0 <= spoilt <= entry(spoilt) + (c - taken) * 2**26
            """,
            closes="replaced_one_more(header, family_node, collapse_families, taken, c)",
        ),
    },
    before={
        "spoilt = 0": f"""
                many_members(collapse_keys, collapse_families, collapses, collapses){QUEUED.rstrip()}
            """,
        "expands = best_expands": """
            gists_go_on_is(header, tags)
            tokens_marked(header, old(header), tags, old(tags), header[SLOTS])
            tokens_are_told(header, tags, family_slot, family_node)
        """,
        "hungry = True": NOTHING_YET,
        "return 0": NOTHING_YET,
        "hungry = alternate": TURNS_BEGIN,
        "if hungry": TURNS_END,
        "for c in range(taken": "replaced_none(header, family_node, collapse_families, taken, taken)",
        "ceiling = expand_keys": """
            replaced_alike(header, put(header, TAKEN_EXPANDS, 0), family_node, collapse_families,
                taken, header[TAKEN_COLLAPSES])
            shift_alike(header, put(header, TAKEN_EXPANDS, 0), actions, header[DONE])
        """,
    },
)
"""The choice of an iteration."""

PEAKS = "below_peaks(old(header), old(tags), fixed, peaks, CHUNK)"
"""No gist is above the peak of its chunk."""

IT = "gist_key(old(header), old(tags), fixed, s)"
"""The key of the gist in slot ``s``."""

OPEN = (
    "tags[s] < MARK "
    "and is_wanted(old(header), old(tags), fixed, no_expand, len(no_expand), s,"
    " key_of(header[TAU_EXPAND], 0), UNBOUNDED) "
    "and not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], "
    "node_of(old(tags)[s], token_of(old(header), old(tags), s)) * 2 + COLLAPSE)"
)
"""In slot ``s`` a gist begins that may still expand: it is not marked, above the threshold, at rest, not pinned."""

HEAD = "spot(expand_keys[header[TAKEN_EXPANDS]])"
"""Where the expand begins that is next in the queue."""


def of_slot(slot: str, text: str) -> str:
    """The same of another slot."""
    return re.sub(r"\bs\b", slot, text)


QUEUED_OPEN = (
    of_slot("spot(expand_keys[i])", OPEN.partition(" and ")[2])
    + " and 0 <= spot(expand_keys[i]) and spot(expand_keys[i]) < header[SLOTS]"
)
"""What is in the queue may expand, but that it may be marked by now."""

HEAD_OPEN = (
    f"(0 <= {HEAD} < header[SLOTS] and expand_keys[header[TAKEN_EXPANDS]] == {of_slot(HEAD, IT)}"
    f" and {of_slot(HEAD, OPEN)})"
)
"""It is of a gist that may still expand."""

RECENT = "entries_are_recent(old(header), ledger_iteration)"
"""What is in the ledger is not so long ago that it bars nothing."""

LEDGER = "ledger_action, ledger_iteration"
"""What has been done, and when."""

GISTS = f"old(header), old(tags), fixed, no_expand, len(no_expand), {LEDGER}"
"""What says which gists may expand, beside iteration and threshold."""

LISTED = f"old(header), fixed, family_slot, family_node, {LEDGER}, header[ITERATION], header[TAU_COLLAPSE]"
"""What says which families may collapse."""

IN_TURNS = (
    f"take_turns({GISTS}, family_slot, family_node, header[ITERATION], header[TAU_EXPAND], header[TAU_COLLAPSE],"
    " actions, places, {})"
)
"""Of so many actions, which go by turns."""

PASSED = (
    "({0} == 0 or actions[{0} - 1] % 2 == COLLAPSE"
    f" or best_due({LISTED}, actions, places, {{0}}) < 0)"
)
"""After so many actions it may be an expand's turn."""

DUES = f"{LISTED}, collapse_keys, collapse_families, collapses, n_diff"
"""Families, and the queue of collapses."""

OPENS = (
    f"{GISTS}, header[ITERATION], header[TAU_EXPAND], tags, expand_keys, expand_tokens, expands, n_diff"
)
"""Gists, and the queue of expands."""

CONTRACTS = [
    contract(
        "fits",
        whole=True,
        needs="""
            is_header(header)
            -2**60 <= slots_used <= 2**60
            0 <= delta <= 2**26
            0 <= header[TAU_EXPAND] <= LIMIT
            0 <= header[SOFT_MARGIN] <= LIMIT
        """,
        gives="""
            result == (slots_used + delta <= header[W_MAX]
                and (slots_used + delta <= header[W_SOFT] or aggregate > header[TAU_EXPAND] + header[SOFT_MARGIN]))
        """,
        truth=True,
    ),
    ALTERNATE,
    beside(
        ALTERNATE,
        "best",
        whole=True,
        gives="""
            all(places[i] == old(places)[i] for i in range(old(header)[DONE]))
            all(is_queued(expand_keys, header[TAKEN_EXPANDS], places[i])
                for i in range(old(header)[DONE], header[DONE]) if actions[i] % 2 == EXPAND if at(places[i]))
            all(is_queued(collapse_keys, header[TAKEN_COLLAPSES], places[i])
                for i in range(old(header)[DONE], header[DONE]) if actions[i] % 2 == COLLAPSE if at(places[i]))
            implies(not result and header[DONE] < header[N_DIFF] and more, header[TAKEN_EXPANDS] < expands)
            by_turns(old(header), old(tags), actions, places, expand_keys, family_slot, family_node, collapse_families,
                old(header)[DONE], header[DONE], expands, collapses)
            implies(more, all(first_open(old(header), actions, places, m, expand_keys, expands) < expands
                for m in range(old(header)[DONE], header[DONE])
                if actions[m] % 2 == COLLAPSE and (m == old(header)[DONE] or actions[m - 1] % 2 == COLLAPSE)
                if at(actions[m])))
            implies(result and old(header)[DONE] < header[DONE] and actions[header[DONE] - 1] % 2 == EXPAND,
                first_free(old(header), actions, places, header[DONE], family_slot, family_node, collapse_families,
                    collapses) == collapses)
        """,
        opens="""
            by_turns_none(header, tags, actions, places, expand_keys, family_slot, family_node, collapse_families,
                header[DONE], header[DONE], expands, collapses)
        """,
        loops={
            "while e < expands and tags[place_of(expand_keys[e])] >= MARK": loop(
                keeps="""
                    all(is_queued(expand_keys, e, places[i])
                        for i in range(header[DONE], done) if actions[i] % 2 == EXPAND if at(places[i]))
                """,
            ),
            "while c < collapses": loop(
                keeps="""
                    all(is_queued(collapse_keys, c, places[i])
                        for i in range(header[DONE], done) if actions[i] % 2 == COLLAPSE if at(places[i]))
                """,
            ),
            "while done < header[N_DIFF]": loop(
                keeps="""
                    all(places[i] == old(places)[i] for i in range(header[DONE]))
                    all(is_queued(collapse_keys, c, places[i])
                        for i in range(header[DONE], done) if actions[i] % 2 == COLLAPSE if at(places[i]))
                    all(is_queued(expand_keys, e, places[i])
                        for i in range(header[DONE], done) if actions[i] % 2 == EXPAND if at(places[i]))
                    by_turns(header, old(tags), actions, places, expand_keys, family_slot, family_node,
                        collapse_families, header[DONE], done, expands, collapses)
                    implies(header[DONE] < done and done < header[N_DIFF] and actions[done - 1] % 2 == EXPAND,
                        first_free(header, actions, places, done, family_slot, family_node, collapse_families,
                            collapses) == collapses)
                    implies(more, all(first_open(header, actions, places, m, expand_keys, expands) < expands
                        for m in range(header[DONE], done)
                        if actions[m] % 2 == COLLAPSE and (m == header[DONE] or actions[m - 1] % 2 == COLLAPSE)
                        if at(actions[m])))
                """,
                closes="""
                    none_free(header, actions, places, done, family_slot, family_node, collapse_families, collapses)
                """,
            ),
        },
        before={
            "if e < expands": """
                not_marked_not_taken(header, tags, actions, places, done, spot(expand_keys[e]))
                open_is(header, actions, places, done, expand_keys, expands, e)
                first_open(header, actions, places, done, expand_keys, expands) == e
            """,
            "mark(tags, slot, 1": """
                first_open(header, actions, places, done, expand_keys, expands) == e
                expands_by_turns(header, old(tags), actions, places, expand_keys, family_slot, family_node,
                    collapse_families, header[DONE], done, expands, collapses)
                by_turns_one_more(header, old(tags), actions, places, expand_keys, family_slot, family_node,
                    collapse_families, header[DONE], done + 1, expands, collapses)
                by_turns(header, old(tags), actions, places, expand_keys, family_slot, family_node, collapse_families,
                    header[DONE], done + 1, expands, collapses)
            """,
            "actions[done] = node *": """
                none_blocked(header, actions, places, done, slot, header[WIDTH + level])
                free_is(header, actions, places, done, family_slot, family_node, collapse_families, collapses, c)
                first_free(header, actions, places, done, family_slot, family_node, collapse_families, collapses) == c
            """,
            "mark(tags, slot, header": """
                first_free(header, actions, places, done, family_slot, family_node, collapse_families, collapses) == c
                collapses_by_turns(header, old(tags), actions, places, expand_keys, family_slot, family_node,
                    collapse_families, header[DONE], done, expands, collapses)
                by_turns_one_more(header, old(tags), actions, places, expand_keys, family_slot, family_node,
                    collapse_families, header[DONE], done + 1, expands, collapses)
                by_turns(header, old(tags), actions, places, expand_keys, family_slot, family_node, collapse_families,
                    header[DONE], done + 1, expands, collapses)
            """,
            "c += 1": "queued_more(collapse_keys, c + 1)",
            "e += 1": "queued_more(expand_keys, e + 1)",
            "if done <": """
                all(is_queued(expand_keys, e, places[i])
                    for i in range(header[DONE], done) if actions[i] % 2 == EXPAND if at(places[i]))
                done == before or (done == before + 1 and actions[done - 1] % 2 == EXPAND)
                implies(done == before, cannot_expand(header, old(tags), actions, places, done, expand_keys, expands))
                implies(more and done == before,
                    first_open(header, actions, places, done, expand_keys, expands) < expands)
                by_turns(header, old(tags), actions, places, expand_keys, family_slot, family_node, collapse_families,
                    header[DONE], done, expands, collapses)
            """,
        },
    ),
    SELECT,
    beside(
        SELECT,
        "best",
        whole=True,
        gives=f"""
            implies({PEAKS}, all({IT} < gist_key(old(header), old(tags), fixed, places[i])
                for s in range(header[SLOTS]) for i in range(result) if actions[i] % 2 == EXPAND and {OPEN}
                if at(tags[s], places[i])))
            implies({PEAKS} and result < header[N_DIFF], all({IT} <= expand_keys[header[TAKEN_EXPANDS]]
                    and misfits(old(header), old(tags), header[SLOTS] - header[FREED],
                        expand_keys[header[TAKEN_EXPANDS]])
                for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
            implies({PEAKS} and result < header[N_DIFF],
                all({HEAD_OPEN} for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
            all(is_queued(collapse_keys, header[TAKEN_COLLAPSES], places[i])
                for i in range(result) if actions[i] % 2 == COLLAPSE if at(places[i]))
            all(old(key_at(session, 0, f)) <= collapse_keys[i]
                for f in range(header[FAMILIES]) for i in range(header[TAKEN_COLLAPSES])
                if {READY} and not {BLOCKED} if at(family_node[f], collapse_keys[i]))
            implies(result < header[N_DIFF],
                all({BLOCKED} for f in range(header[FAMILIES]) if {READY} if at(family_node[f])))
            marks_are_taken(header, tags, actions, places, result)
            header[SLOTS] - header[FREED] == header[SLOTS] + shifted(header, actions, result)
            implies({PEAKS} and {RECENT}, {IN_TURNS.format("result")})
        """,
        loops={
            "while hungry": loop(
                keeps=f"""
                    all(is_queued(collapse_keys, header[TAKEN_COLLAPSES], places[i])
                        for i in range(header[DONE]) if actions[i] % 2 == COLLAPSE if at(places[i]))
                    implies(not hungry and header[DONE] < header[N_DIFF], header[TAKEN_COLLAPSES] == collapses)
                    implies({PEAKS}, all({IT} < gist_key(old(header), old(tags), fixed, places[i])
                        for s in range(header[SLOTS]) for i in range(header[DONE])
                        if actions[i] % 2 == EXPAND and {OPEN} if at(tags[s], places[i])))
                    implies({PEAKS} and hungry,
                        all({IT} < ceiling for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                    implies(hungry, all(gist_key(old(header), old(tags), fixed, places[i]) >= ceiling
                        for i in range(header[DONE]) if actions[i] % 2 == EXPAND if at(places[i])))
                    implies({PEAKS} and not hungry and header[DONE] < header[N_DIFF],
                        all({IT} <= expand_keys[header[TAKEN_EXPANDS]]
                                and misfits(old(header), old(tags), header[SLOTS] - header[FREED],
                                    expand_keys[header[TAKEN_EXPANDS]])
                            for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                    implies({PEAKS} and not hungry and header[DONE] < header[N_DIFF],
                        all({HEAD_OPEN} for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                    implies({RECENT}, dues_queued({DUES}))
                    implies({PEAKS} and {RECENT}, {IN_TURNS.format("header[DONE]")})
                    implies({RECENT} and hungry, {PASSED.format("header[DONE]")})
                """,
            ),
        },
        before={
            "spoilt = 0": f"""
                twice_if_alike(collapse_keys, collapse_families, collapses)
                all(collapse_families[i] != collapse_families[j] for i in range(collapses)
                    for j in range(i + 1, collapses) if at(collapse_families[i], collapse_families[j]))
                all(many(collapse_keys, collapse_families, collapses, old(key_at(session, 0, f)), f) >= 1
                        or (collapses == n_diff and old(key_at(session, 0, f)) <= collapse_keys[collapses - 1])
                    for f in range(header[FAMILIES]) if {READY} if at(family_node[f]))
                all(collapse_keys[i] >= collapse_keys[j] for i in range(collapses) for j in range(i, collapses))
                are_dues_queued(old(header), fixed, family_slot, family_node, {LEDGER}, header[TAU_COLLAPSE],
                    collapse_keys, collapse_families, collapses, n_diff)
                implies({RECENT}, dues_queued({DUES}))
            """,
            "return 0": f"take_turns_none({IN_TURNS.format('0').partition('(')[2]}",
            "hungry = True": f"take_turns_none({IN_TURNS.format('0').partition('(')[2]}",
            "return header": f"""
                few_blocked(header, actions, places, header[DONE], family_slot, family_node, collapse_families,
                    collapses)
                blocked_one_by_one(header, actions, places, header[DONE], family_slot, family_node, collapse_families,
                    collapses)
                pairs_found(collapse_keys, collapse_families, collapses)
                implies(header[DONE] < header[N_DIFF], collapses <= header[DONE])
                all(header[TAKEN_COLLAPSES]
                        <= pair_at(collapse_keys, collapse_families, collapses, old(key_at(session, 0, f)), f)
                    for f in range(header[FAMILIES]) if not {BLOCKED}
                        and many(collapse_keys, collapse_families, collapses, old(key_at(session, 0, f)), f) >= 1
                    if at(family_node[f]))
            """,
            "expands = best_expands": "peaks_marked(header, old(header), tags, old(tags), fixed, peaks, CHUNK)",
            "hungry = alternate": f"""
                all(expand_keys[i] > expand_keys[j] for i in range(expands) for j in range(i + 1, expands))
                all(expand_keys[i] == gist_key(old(header), old(tags), fixed, spot(expand_keys[i]))
                    for i in range(expands) if at(expand_keys[i]))
                all({QUEUED_OPEN} for i in range(expands) if at(expand_keys[i]))
                implies({PEAKS},
                    all(many(expand_keys, expand_tokens, expands, {IT}, token_of(old(header), old(tags), s)) >= 1
                            or (expands == n_diff and {IT} <= expand_keys[expands - 1])
                        for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                are_opens_queued({GISTS}, header[TAU_EXPAND], tags, expand_keys, expand_tokens, expands, n_diff)
                implies({PEAKS} and {RECENT}, opens_queued({OPENS}))
            """,
            "if hungry": f"""
                taken_there(prior(header), old(header), prior(actions), prior(places), actions, places,
                    prior(header)[DONE])
                marks_are_taken(old(header), prior(tags), actions, places, prior(header)[DONE])
                take_turns_there(old(header), {GISTS}, {LEDGER}, family_slot, family_node, header[ITERATION],
                    header[TAU_EXPAND], header[TAU_COLLAPSE], prior(actions), prior(places), actions, places,
                    prior(header)[DONE])
                implies({PEAKS} and {RECENT}, {IN_TURNS.format("prior(header)[DONE]")})
                best_due_there(old(header), old(header), fixed, family_slot, family_node, {LEDGER}, {LEDGER},
                    header[ITERATION], header[TAU_COLLAPSE], prior(actions), prior(places), actions, places,
                    prior(header)[DONE])
                implies({RECENT}, {PASSED.format("prior(header)[DONE]")})
                turns_go_on(old(header), prior(header), old(tags), prior(tags), {GISTS.partition("old(tags), ")[2]},
                    family_slot, family_node, header[ITERATION], header[TAU_EXPAND], header[TAU_COLLAPSE], actions,
                    places, prior(header)[DONE], header[DONE], expand_keys, expand_tokens, expands, collapse_keys,
                    collapse_families, collapses, n_diff)
                implies({PEAKS} and {RECENT}, {IN_TURNS.format("header[DONE]")})
                due_at({LISTED}, actions, places, header[DONE], collapse_keys, collapse_families, collapses, n_diff)
                free_alike(old(header), prior(header), actions, places, header[DONE], family_slot, family_node,
                    collapse_families, collapses)
                implies({RECENT} and hungry, {PASSED.format("header[DONE]")})
                queued_still(collapse_keys, taken, header[TAKEN_COLLAPSES])
                queued_before(old(header), old(tags), fixed, expand_keys, header[TAKEN_EXPANDS])
                are_replaced(prior(header), tags, actions, places, header[DONE])
                taken_marked(prior(header), tags, actions, places, header[DONE])
                all(tags[spot(expand_keys[i])] >= MARK or tags[spot(expand_keys[i])] < 0
                    for i in range(header[TAKEN_EXPANDS]) if at(expand_keys[i]))
                implies({PEAKS},
                    all(many(expand_keys, expand_tokens, expands, {IT}, token_of(old(header), old(tags), s)) >= 1
                            or (expands == n_diff and {IT} <= expand_keys[expands - 1])
                        for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                open_wait(old(header), old(tags), fixed, expand_keys, expand_tokens, expands, header[TAKEN_EXPANDS],
                    tags, header[SLOTS])
                implies({PEAKS} and header[TAKEN_EXPANDS] >= 1, all({IT} < expand_keys[header[TAKEN_EXPANDS] - 1]
                    for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                implies({PEAKS} and header[TAKEN_EXPANDS] < expands, all({IT} <= expand_keys[header[TAKEN_EXPANDS]]
                    for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                all(expand_keys[header[TAKEN_EXPANDS] - 1] <= gist_key(old(header), old(tags), fixed, places[i])
                    for i in range(prior(header)[DONE], header[DONE]) if actions[i] % 2 == EXPAND if at(places[i]))
                implies({PEAKS}, all({IT} < gist_key(old(header), old(tags), fixed, places[i])
                        for s in range(header[SLOTS]) for i in range(prior(header)[DONE], header[DONE])
                        if actions[i] % 2 == EXPAND and {OPEN} if at(tags[s], places[i])))
                implies({PEAKS}, all({IT} < gist_key(old(header), old(tags), fixed, places[i])
                        for s in range(header[SLOTS]) for i in range(prior(header)[DONE])
                        if actions[i] % 2 == EXPAND and {OPEN} if at(tags[s], places[i])))
                all({QUEUED_OPEN} for i in range(expands) if at(expand_keys[i]))
                all(expand_keys[i] == gist_key(old(header), old(tags), fixed, spot(expand_keys[i]))
                    for i in range(expands) if at(expand_keys[i]))
                spot_is(expand_keys[header[TAKEN_EXPANDS]])
                implies(not hungry and header[DONE] < header[N_DIFF] and header[TAKEN_EXPANDS] < expands,
                    tags[place_of(expand_keys[header[TAKEN_EXPANDS]])] < MARK)
                implies(not hungry and header[DONE] < header[N_DIFF] and header[TAKEN_EXPANDS] < expands,
                    tags[{HEAD}] < MARK)
                implies(not hungry and header[DONE] < header[N_DIFF] and header[TAKEN_EXPANDS] < expands, {HEAD_OPEN})
                implies({PEAKS} and not hungry and header[DONE] < header[N_DIFF],
                    all(header[TAKEN_EXPANDS] < expands for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                implies(hungry, header[TAKEN_EXPANDS] == expands and expands >= 1)
                implies(hungry, expand_keys[header[TAKEN_EXPANDS] - 1] == expand_keys[expands - 1])
                implies({PEAKS} and hungry,
                    all({IT} < expand_keys[expands - 1] for s in range(header[SLOTS]) if {OPEN} if at(tags[s])))
                all(gist_key(old(header), old(tags), fixed, places[i]) >= ceiling
                    for i in range(prior(header)[DONE]) if actions[i] % 2 == EXPAND if at(places[i]))
                implies(hungry, all(gist_key(old(header), old(tags), fixed, places[i]) >= expand_keys[expands - 1]
                    for i in range(header[DONE]) if actions[i] % 2 == EXPAND if at(places[i])))
            """,
        },
    ),
]
