"""Contracts of `focalloc.fastpath.kernels.ingest`: new blocks, and the collapses that make room for them."""

from __future__ import annotations

from focalloc.proofs.contracts.form import beside, besides, contract, lines, loop
from focalloc.proofs.contracts.invariants import (
    BLOCKS,
    GEOMETRY,
    KEPT,
    LISTED,
    MEANS_STAY,
    STILL_COMPLETE,
    TOKENS,
    complete_of,
)

ROOM = """
    0 <= needed <= 2**40
    0 <= header[AHEAD] <= 2**40
    0 <= header[W_MAX] <= 2**26
    1 <= room <= 2**26
    room <= len(places)
    room <= len(collapse_keys)
    room <= len(collapse_families)
    room <= len(expand_keys)
    room <= len(expand_tokens)
    SPLICE * room <= len(splices)
    header[CAPACITY] <= len(spare)
    header[CAPACITY] <= len(fixed)
    len(fixed) <= PLACES
    suffices(header, needed, len(reclaimed))
    suffices(header, needed, len(whereabouts))
    suffices(header, needed, header[LEDGER_ROOM] - header[LEDGER_TO])
    header[LEDGER_ROOM] <= len(ledger_iteration)
    0 <= header[END] < 2**49
    0 <= header[CURSOR_TOKEN] < 2**49
    0 <= header[PROTECTED] < 2**49
    0 <= header[KNOWN] <= header[SLOTS]
    0 <= header[HALF] <= 1
    header[HEARD] == 0
    implies(header[KNOWN] > 0, header[CAPACITY] <= len(memory) and header[CAPACITY] <= len(told))
"""
"""What a reclaim has room for, and goes by."""

WITHIN = (
    *GEOMETRY,
    *lines("""
        header[FANOUT + 1] == 1
        0 <= header[SLOTS] <= header[CAPACITY]
        header[CAPACITY] <= len(tags)
        header[CAPACITY] <= PLACES
        are_plain(header, tags, header[SLOTS])
        0 <= header[FIRST] < 2**49
        turn(header[END], header[SPAN])
        has_places(header, family_slot)
        has_places(header, family_node)
    """),
    *BLOCKS,
    *LISTED,
    *TOKENS,
)
"""What a context keeps to which blocks are appended, even if it has none yet."""

RECLAIMED = """
    only(header, SLOTS, FAMILIES, LEDGER_TO, SPLICES, KNOWN, HALF, HEARD)
    header[LEDGER_TO] == old(header)[LEDGER_TO] + {done}
    0 <= {done} <= old(header)[SLOTS] - header[SLOTS]
    {done} * least_gain(header, header[TOP]) <= old(header)[SLOTS] - header[SLOTS]
    0 <= header[KNOWN] <= header[SLOTS]
    header[HEARD] == 0
    0 <= header[HALF] <= 1
    implies(header[KNOWN] > 0, old(header)[KNOWN] > 0)
"""
"""What so many collapses leave."""

LISTED_SO_FAR = """
                    done <= len(reclaimed)
                    are_actions(header, reclaimed, done)
                    done == 0 or (done - 1) * least_gain(header, header[TOP])
                        < old(header)[SLOTS] + wanted - header[W_MAX]
"""
"""What is written of them, and that each was asked for."""

TOLD_WHERE = """
    done <= len(whereabouts)
    within(whereabouts, 0, done, -(done + 1) * 2**26, (done + 1) * 2**26)
"""
"""What is written of where their gists are."""

COMPLETES = contract(
    "completes",
    truth=True,
    needs="""
        is_header(header)
        is_shaped(header)
        spans_are_told(header)
        0 <= node < 2**54
        1 <= node % LEVELS
        node % LEVELS <= header[TOP]
        0 <= place
        place + header[WIDTH + node % LEVELS] <= header[SLOTS]
        0 <= header[SLOTS] <= 2**26
        header[SLOTS] <= len(tags)
        are_tags(header, tags, 0, header[SLOTS])
    """,
    before={
        "first = node": """
            over_floor(node // LEVELS, header[SPAN + level + 1])
            over_bound(node // LEVELS, header[SPAN + level + 1])
        """,
    },
    loops={
        "while token > first": loop(
            keeps="""
                0 <= slot <= place
                first - 2**31 <= token <= node // LEVELS
            """,
            falls="slot",
        ),
        "while token < first + header[SPAN + level + 1]": loop(
            keeps="""
                0 <= slot
                slot <= header[SLOTS]
                0 <= token < 2**53
            """,
            falls="header[SLOTS] - slot",
        ),
    },
)
"""Whether a parent's family will be complete: that looking for it stays in the context, and ends."""

MARKED_THERE = (
    "spans_there(header, tags, node, place) "
    "and to_be_gists(tags, place, place + header[WIDTH + node % LEVELS], node % LEVELS)"
)
"""A family is where it is said to be, and marked to collapse."""

PARENT = "header[SPAN + node % LEVELS + 1]"
"""What the parent of a node spans."""

FIRST_OF_PARENT = f"node // LEVELS // {PARENT} * {PARENT}"
"""The first token of it."""

COMPLETES_BATCH = beside(
    COMPLETES,
    "batch",
    whole=True,
    gives=f"""
        implies(node % LEVELS == header[TOP], not result)
        implies({MARKED_THERE} and node % LEVELS < header[TOP],
            all(result == to_be_gists(tags, q, r, node % LEVELS)
                for q in range(place + 1) for r in range(place + 1, header[SLOTS] + 1)
                if header[FIRST] + tokens_in(header, tags, 0, q) == {FIRST_OF_PARENT}
                    and header[FIRST] + tokens_in(header, tags, 0, r) == {FIRST_OF_PARENT} + {PARENT}
                if at(tokens_in(header, tags, 0, q), tokens_in(header, tags, 0, r))))
    """,
    loops={
        "while token > first": loop(
            keeps=f"""
                implies({MARKED_THERE}, token == header[FIRST] + tokens_in(header, tags, 0, slot))
                to_be_gists(tags, slot, place, level)
            """,
            opens="tokens_one_more(header, tags, 0, slot)",
        ),
        "while token < first + header[SPAN + level + 1]": loop(
            keeps=f"""
                place + header[WIDTH + level] <= slot
                implies({MARKED_THERE}, token == header[FIRST] + tokens_in(header, tags, 0, slot))
                to_be_gists(tags, place + header[WIDTH + level], slot, level)
            """,
            opens="tokens_one_more(header, tags, 0, slot + 1)",
        ),
    },
    before={
        "first = node": """
            level_is(node * 2 + COLLAPSE)
            tokens_never_fall(header, tags, header[SLOTS])
        """,
        "token = node // LEVELS + header": f"""
            implies({MARKED_THERE}, all(to_be_gists(tags, q, place, level) for q in range(place + 1)
                if header[FIRST] + tokens_in(header, tags, 0, q) == first if at(tokens_in(header, tags, 0, q))))
        """,
    },
)
"""And that it says so if, and only if, all that the parent spans are gists, or will be."""

AVERAGED = (
    "all(fixed[j] == mean_of(old(fixed), places[k], before(header, actions[k])) "
    "for k in range({done}) for j in range(places[k] + shifted(header, actions, k), "
    "places[k] + before(header, actions[k]) + shifted(header, actions, k + 1)) if at(actions[k], fixed[j]))"
)
"""The gists that so many collapses leave have their families' aggregates."""

SHIFTED = (
    "all(fixed[j] == old(fixed)[j - shifted(header, actions, k)] "
    "for k in range(1, {done}) for j in range(places[k - 1] + before(header, actions[k - 1]) "
    "+ shifted(header, actions, k), places[k] + shifted(header, actions, k)) if at(actions[k], fixed[j]))"
)
"""What stands between them has moved."""

MARK_BATCH = contract(
    "mark_batch",
    needs="\n".join(
        (
            *KEPT,
            *lines("""
                1 <= found <= 2**26
                found <= len(places)
                found <= len(collapse_keys)
                found <= len(collapse_families)
                1 <= excess <= 2**50
                0 <= done <= len(reclaimed)
                are_actions(header, reclaimed, done)
                excess <= (len(reclaimed) - done) * least_gain(header, header[TOP])
                    or header[SLOTS] <= len(reclaimed) - done
                found <= header[FAMILIES]
                all(0 <= collapse_families[k] < header[FAMILIES]
                    and place_of(collapse_keys[k]) == family_slot[collapse_families[k]]
                    for k in range(found) if at(collapse_keys[k]) if at(collapse_families[k]))
                all(collapse_families[j] != collapse_families[k] for j in range(found) for k in range(j + 1, found))
            """),
        )
    ),
    writes="tags places collapse_families reclaimed",
    gives="""
        1 <= result <= found
        result <= header[SLOTS]
        done + result <= len(reclaimed)
        are_actions(header, reclaimed, done + result)
        kept_outside(reclaimed, old(reclaimed), done, done + result)
        all(reclaimed[j] == collapse_families[j - done] for j in range(done, done + result))
        (result - 1) * least_gain(header, header[TOP]) < excess
        result * least_gain(header, header[TOP]) <= -shifted(header, collapse_families, result)
        shifted(header, collapse_families, result) <= -result
        excess + shifted(header, collapse_families, result) - added(header, collapse_families[result - 1]) > 0
        are_actions(header, collapse_families, result)
        all(collapse_families[k] % 2 == COLLAPSE for k in range(result))
        all(places[k] == family_slot[old(collapse_families)[k]]
            and collapse_families[k] == family_node[old(collapse_families)[k]] * 2 + COLLAPSE
            for k in range(result) if at(places[k]) if at(collapse_families[k]))
        all(0 <= places[k] and places[k] + before(header, collapse_families[k]) <= header[SLOTS]
            for k in range(result))
        are_apart(header, collapse_families, places, result)
        stand_clear(header, family_slot, collapse_families, places, result)
        stays_plain(header, tags, collapse_families, places, result, header[SLOTS])
        within(tags, 0, header[SLOTS], RAW, MARK + header[TOP])
        whole(header, tags) and tags[0] >= 0
        all_there(header, tags, family_slot, family_node, header[FAMILIES])
        ends_lie(header, tags, collapse_families, places, result)
        are_tags(header, tags, 0, header[SLOTS])
        aligned(header, tags, header[SLOTS])
        header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
    """,
    opens="""
            gain_positive(header, header[TOP])
            gain_bound(header, header[TOP])
            times_nothing(0, least_gain(header, header[TOP]))
        """,
    loops={
        "while i < found and lacking > 0 and (not completed)": loop(
            keeps="""
                    0 <= i <= found
                    i >= 1 or (lacking > 0 and not completed)
                    done + i <= len(reclaimed)
                    kept_outside(reclaimed, old(reclaimed), done, done + i)
                    all(reclaimed[j] == notes[j - done] for j in range(done, done + i))
                    lacking == excess + shifted(header, notes, i)
                    i == 0 or lacking - added(header, notes[i - 1]) > 0
                    shifted(header, notes, i) <= -i
                    i * least_gain(header, header[TOP]) <= -shifted(header, notes, i)
                    i == 0 or (i - 1) * least_gain(header, header[TOP]) < excess
                    kept_from(notes, entry(notes), i)
                    are_of_families(family_slot, family_node, entry(notes), notes, places, i)
                    stays_plain(header, tags, notes, places, i, header[SLOTS])
                    within(tags, 0, header[SLOTS], RAW, MARK + header[TOP])
                    whole(header, tags) and tags[0] >= 0
                    all_there(header, tags, family_slot, family_node, header[FAMILIES])
                    ends_lie(header, tags, notes, places, i)
                    are_tags(header, tags, 0, header[SLOTS])
                    aligned(header, tags, header[SLOTS])
                    header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
                    all(tags[family_slot[f]] >= 0 for f in range(header[FAMILIES]))
                    families_end(header, tags, family_slot, family_node)
                """,
            falls="found - i",
        ),
    },
    before={
        "i = 0": """
                rise_far(family_slot, header[FAMILIES])
                header[FAMILIES] <= header[SLOTS]
                shift_none(header, notes, 0)
                multiplied_is(header)
                tiled_whole(header, tags)
                whole_gists(header, tags)
                families_whole(header, tags, family_slot, family_node, header[FAMILIES])
                spans_multiply_is(header)
                geometry_is(header)
                geometry(header)
                all_there_marked(header, tags, tags, family_slot, family_node, header[FAMILIES])
                ends_none(header, tags, notes, places)
                of_families_none(family_slot, family_node, notes, notes, places)
            """,
        "notes[i] = node": """
                notes[i] == entry(notes)[i]
                node == family_node[notes[i]] and 0 <= notes[i] < header[FAMILIES]
                1 <= level <= header[TOP] and 0 <= node < 2**54
                of_families_clear(header, family_slot, family_node, entry(notes), notes, places, notes[i], i)
                all(places[k] + before(header, notes[k]) <= family_slot[notes[i]]
                    or family_slot[notes[i]] + header[WIDTH + level] <= places[k] for k in range(i))
                all(family_slot[f] <= family_slot[notes[i]]
                    or family_slot[notes[i]] + header[WIDTH + level] <= family_slot[f]
                    for f in range(header[FAMILIES]))
                none_taken(header, notes, places, i, family_slot[notes[i]],
                    family_slot[notes[i]] + header[WIDTH + level])
                0 <= family_slot[notes[i]] and family_slot[notes[i]] + header[WIDTH + level] <= header[SLOTS]
                all(RAW <= tags[j] <= header[TOP]
                    for j in range(family_slot[notes[i]], family_slot[notes[i]] + header[WIDTH + level]))
                place_of(keys[i]) == family_slot[notes[i]]
                row_or_marks_is(tags, family_slot[notes[i]], level - 1, header[WIDTH + level],
                    header[UNITS + level - 1])
                all(tags[j] == level - 1
                    for j in range(family_slot[notes[i]], family_slot[notes[i]] + header[WIDTH + level])
                    if turn(j - family_slot[notes[i]], header[UNITS + level - 1]))
                tags[family_slot[notes[i]]] >= 0
                row_is(tags, family_slot[notes[i]], level - 1, header[WIDTH + level], header[UNITS + level - 1])
                row(tags, family_slot[notes[i]], level - 1, header[WIDTH + level], header[UNITS + level - 1])
                multiplied_at(header, level)
                row_whole(header, tags, family_slot[notes[i]], header[FANOUT + level], level - 1)
                all((tags[j] >= 0) == turn(j - family_slot[notes[i]], header[UNITS + level - 1])
                    and RAW <= tags[j] and tags[j] < MARK
                    for j in range(family_slot[notes[i]], family_slot[notes[i]] + header[WIDTH + level]))
                is_there(header, tags, family_slot[notes[i]], node)
                family_slot[notes[i]] + header[WIDTH + level] == header[SLOTS]
                    or tags[family_slot[notes[i]] + header[WIDTH + level]] >= 0
            """,
        "places[i] = place_of": """
                of_families_alike(family_slot, family_node, entry(notes), prior(notes), notes, places, i)
            """,
        "mark(tags": """
                stays_plain(header, tags, notes, places, i, header[SLOTS])
                collapse_parts(notes[i], node)
                0 <= notes[i] and notes[i] < 2**55
                level_of(notes[i]) == level
                before(header, notes[i]) == header[WIDTH + level]
                added(header, notes[i]) == header[UNITS + level] - header[WIDTH + level]
                least_gain(header, header[TOP]) <= header[WIDTH + level] - header[UNITS + level]
                shift_one_more(header, notes, i + 1)
                taken_one_more(header, notes, places, i + 1)
                times_sum(i, 1, least_gain(header, header[TOP]))
                fewer(i, len(reclaimed) - done, least_gain(header, header[TOP]))
                done + i < len(reclaimed)
                places[i] == family_slot[entry(notes)[i]] and notes[i] == family_node[entry(notes)[i]] * 2 + COLLAPSE
                of_families_one_more(family_slot, family_node, entry(notes), notes, prior(places), places, i)
                of_families_inside(header, family_slot, family_node, entry(notes), notes, places, i + 1)
                are_actions(header, notes, i + 1)
                ends_lie(header, tags, notes, places, i)
                tags[places[i]] >= 0
                places[i] + before(header, notes[i]) == places[i] + header[WIDTH + level]
                places[i] + header[WIDTH + level] == header[SLOTS] or tags[places[i] + header[WIDTH + level]] >= 0
                notes[i] // 2 == node
                is_there(header, tags, places[i], notes[i] // 2)
                0 <= places[i] and places[i] + header[WIDTH + level_of(notes[i])] <= header[SLOTS]
                collapse_has_tokens(header, tags, notes[i], places[i])
                has_tokens(header, tags, notes[i], places[i])
                ends_next(header, tags, notes, places, i)
                ends_lie(header, tags, notes, places, i + 1)
            """,
        "reclaimed[done + i]": """
                marked_stays_plain(header, tags, prior(tags), notes, places, i + 1, header[SLOTS],
                    header[WIDTH + level], header[UNITS + level - 1])
                stays_plain(header, tags, notes, places, i + 1, header[SLOTS])
                within(tags, 0, header[SLOTS], RAW, MARK + header[TOP])
                marked_only(header, tags, prior(tags), places[i], level - 1, header[WIDTH + level],
                    header[UNITS + level - 1])
                whole_marked(header, tags, prior(tags))
                are_tags(header, tags, 0, header[SLOTS])
                aligned_marked(header, header, tags, prior(tags))
                tokens_marked(header, header, tags, prior(tags), header[SLOTS])
                all_there_marked_more(header, tags, prior(tags), family_slot, family_node, header[FAMILIES])
                ends_marked(header, header, tags, prior(tags), notes, places, i + 1)
                ends_lie(header, tags, notes, places, i + 1)
            """,
    },
    closes="""
            of_families_is(family_slot, family_node, old(collapse_families), notes, places, i)
            of_families_inside(header, family_slot, family_node, old(collapse_families), notes, places, i)
            of_families_apart(header, family_slot, family_node, old(collapse_families), notes, places, i)
            of_families_stand_clear(header, family_slot, family_node, old(collapse_families), notes, places, i,
                header[FAMILIES])
            actions_joined(header, old(reclaimed), reclaimed, notes, done, i)
        """,
)
"""All of marking a batch: that it is of separate listed families in their order, and of no more than are asked for."""

MARK_BATCH_BATCH = beside(
    MARK_BATCH,
    "batch",
    gives="completes_only(header, tags, places[result - 1])",
    loops={
        "while i < found and lacking > 0 and (not completed)": loop(
            keeps="completes_only(header, tags, places[i - 1] if completed else -1)",
            closes="completes_none(header, tags, node, places[i - 1])",
        ),
    },
    opens="completes_nothing(header, tags)",
    before={
        "mark(tags": "spans_there(header, tags, node, places[i])",
        "reclaimed[done + i]": """
            tokens_marked(header, header, tags, prior(tags), header[SLOTS])
            spans_there_marked(header, tags, prior(tags), node, places[i])
            to_be_gists(tags, places[i], places[i] + header[WIDTH + level], level)
            tags[places[i]] == level - 1 + MARK
            completes_next(header, tags, prior(tags), node, places[i])
            completes_only(header, tags, places[i])
        """,
    },
    closes="completes_any(header, tags, places[i - 1])",
)
"""That none of them but the last completes a family."""

RECLAIM = contract(
    "reclaim",
    needs="\n".join((*KEPT, *lines(ROOM))),
    writes="""header tags spare fixed memory told no_expand splices ledger_action ledger_iteration places
            collapse_keys collapse_families expand_keys expand_tokens
            family_slot family_node spare_slot spare_node reclaimed whereabouts""",
    gives="\n".join(
        (
            *KEPT,
            "only(header, SLOTS, FAMILIES, LEDGER_TO, SPLICES, KNOWN, HALF, HEARD)",
            "result >= 0 or result == NO_ROOM",
            "implies(result >= 0, header[SLOTS] + needed <= header[W_MAX])",
            "implies(result >= 0, header[LEDGER_TO] == old(header)[LEDGER_TO] + result)",
            *lines("""
                    header[SLOTS] <= old(header)[SLOTS]
                    0 <= header[KNOWN] <= header[SLOTS]
                    header[HEARD] == 0
                    0 <= header[HALF] <= 1
                    implies(header[KNOWN] > 0, old(header)[KNOWN] > 0)
                    old(header)[LEDGER_TO] <= header[LEDGER_TO]
                    is_asked_for(old(header), needed, header[LEDGER_TO] - old(header)[LEDGER_TO])
                    are_actions(header, reclaimed, header[LEDGER_TO] - old(header)[LEDGER_TO])
                    within(whereabouts, 0, header[LEDGER_TO] - old(header)[LEDGER_TO], -2**53, 2**53)
                """),
        )
    ),
    opens="""
            gain_positive(header, header[TOP])
            gain_bound(header, header[TOP])
            times_nothing(0, least_gain(header, header[TOP]))
        """,
    loops={
        "while header[SLOTS] + wanted > header[W_MAX]": loop(
            keeps="\n".join((*KEPT, *lines(RECLAIMED.format(done="done")), *lines(LISTED_SO_FAR), *lines(TOLD_WHERE))),
            falls="header[SLOTS]",
        ),
        "for j in range(done)": loop(
            keeps="""
                    within(whereabouts, 0, j, -(done + 1) * 2**26, (done + 1) * 2**26)
                    within(whereabouts, j, done - batch, -(done - batch + 1) * 2**26, (done - batch + 1) * 2**26)
                """
        ),
    },
    before={
        "batch = mark_batch": """
                many_members(keys, notes, found, found)
                twice_if_alike(keys, notes, found)
                all(0 <= notes[k] < header[FAMILIES] and place_of(keys[k]) == family_slot[notes[k]]
                    for k in range(found) if at(keys[k]) if at(notes[k]))
                all(notes[j] != notes[k] for j in range(found) for k in range(j + 1, found))
                times_sum(done, len(reclaimed) - done, least_gain(header, header[TOP]))
            """,
        "done += batch": """
                times_sum(done, batch - 1, least_gain(header, header[TOP]))
                times_sum(done, batch, least_gain(header, header[TOP]))
                fewer(done + batch - 1, len(whereabouts), least_gain(header, header[TOP]))
                done + batch <= len(whereabouts)
                fewer(done + batch - 1, header[LEDGER_ROOM] - old(header)[LEDGER_TO], least_gain(header, header[TOP]))
                old(header)[LEDGER_TO] + done + batch <= header[LEDGER_ROOM]
            """,
        "apply": """
                multiplied_is(header)
                spans_multiply_is(header)
            """,
        "for j in": """
                many_members(sorted_places, sorted_actions, batch, batch)
                pairs_found(places, notes, batch)
                are_actions(header, sorted_actions, batch)
                collapses_in_order(notes, places, sorted_actions, sorted_places, batch)
                all(sorted_actions[k] % 2 == COLLAPSE for k in range(batch))
            """,
    },
)
"""All of making room."""

RECLAIM_LEAST = beside(
    RECLAIM,
    "least",
    gives="""
        all(reclaimed[k] % 2 == COLLAPSE for k in range(header[LEDGER_TO] - old(header)[LEDGER_TO]))
        implies(old(header)[SLOTS] + needed <= header[W_MAX], result == 0)
        implies(result >= 1, header[SLOTS] - added(header, reclaimed[result - 1]) + needed + header[AHEAD]
            > header[W_MAX])
        implies(result >= 1, header[SLOTS] + needed + header[AHEAD] <= header[W_MAX] or none_is_free(session))
        implies(result == NO_ROOM, header[SLOTS] + needed > header[W_MAX] and none_is_free(session))
    """,
    loops={
        "while header[SLOTS] + wanted > header[W_MAX]": loop(
            keeps="""
                all(reclaimed[k] % 2 == COLLAPSE for k in range(done))
                done == 0 or header[SLOTS] - added(header, reclaimed[done - 1]) + wanted > header[W_MAX]
                done == 0 or old(header)[SLOTS] + needed > header[W_MAX]
            """
        ),
    },
    before={
        "if found == 0": """
            multiplied_is(header)
            tiled_whole(header, tags)
            whole_gists(header, tags)
            spans_multiply_is(header)
            told_rise(header, tags, family_slot, family_node, header[FAMILIES])
            ends_rise(header, family_node)
            all(header[WIDTH + family_node[f] % LEVELS] >= 1 for f in range(header[FAMILIES]) if at(family_node[f]))
            means_slight(header, family_slot, family_node, fixed, header[FAMILIES])
            found > 0 or none_is_free(session)
        """,
        "batch = mark_batch": """
            all_best_ahead(keys, notes, found, found)
            all_first_ahead(notes, found, found)
            implies(not flat, leaves_none_less_wanted(session, keys, notes, found))
            implies(not flat, are_least_wanted(session, keys, notes, found))
            implies(flat, leaves_none_older(session, notes, found))
            implies(flat, are_oldest(session, notes, found))
        """,
    },
)
"""That it only collapses, the least wanted of all that are listed first, and none without need."""

CONTRACTS = [
    contract(
        "append_block",
        whole=True,
        needs="\n".join(
            (
                *WITHIN,
                *lines("""
                    header[SLOTS] + header[UNITS] <= header[CAPACITY]
                    0 <= header[END] < 2**49
                    ascend(no_collapse, len(no_collapse), 0)
                """),
            )
        ),
        writes="header tags family_slot family_node",
        gives="\n".join(
            (
                *WITHIN,
                *lines("""
                    only(header, SLOTS, END, FAMILIES)
                    header[SLOTS] == old(header)[SLOTS] + header[UNITS]
                    header[END] == old(header)[END] + header[SPAN]
                    old(header)[FAMILIES] <= header[FAMILIES] <= old(header)[FAMILIES] + 1
                    kept_outside(tags, old(tags), old(header)[SLOTS], header[SLOTS])
                    kept_from(family_slot, old(family_slot), old(header)[FAMILIES] + 1)
                    kept_from(family_node, old(family_node), old(header)[FAMILIES] + 1)
                    implies(header[FAMILIES] > old(header)[FAMILIES],
                        family_slot[old(header)[FAMILIES]] == old(header)[SLOTS]
                        and family_node[old(header)[FAMILIES]] == node_of(1, old(header)[END]))
                """),
            )
        ),
        before={
            "family_slot[header[FAMILIES]] =": """
                families_take(header, family_slot, family_node, 0, header[FAMILIES])
                times_nothing(header[FAMILIES], least_width(header))
                fewer(header[FAMILIES], len(family_slot), least_width(header))
                fewer(header[FAMILIES], len(family_node), least_width(header))
            """,
        },
        closes="""
            tokens_none(old(header), old(tags), 0, 0)
            tiled_moved(old(header), old(tags), tags, 0, old(header)[SLOTS], 0)
            tiled_alike(old(header), header, tags, 0, old(header)[SLOTS])
            tiled_block(header, tags, old(header)[SLOTS], 0)
            tiled_joined(header, tags, 0, old(header)[SLOTS], header[SLOTS])
            aligned_moved(old(header), header, old(tags), tags, 0, old(header)[SLOTS])
            aligned_next(header, tags, old(header)[SLOTS], 0)
            aligned_gap(header, tags, old(header)[SLOTS] + 1, header[UNITS] - 1)
            tokens_inside(header, tags, old(header)[SLOTS], header[UNITS])
            tokens_add(header, tags, 0, old(header)[SLOTS], header[UNITS])
            turn_next(old(header)[END], header[SPAN])
            all_stand_moved(old(header), header, old(tags), tags, old(family_slot), old(family_node), family_slot,
                family_node, old(header)[FAMILIES], 0, 0, old(header)[SLOTS])
            all_stand(header, tags, family_slot, family_node, old(header)[FAMILIES])
            header[WIDTH + 1] == header[FANOUT + 1] * header[UNITS]
            one_times(header[FANOUT + 1], header[UNITS])
            header[SPAN + 1] == header[FANOUT + 1] * header[SPAN]
            one_times(header[FANOUT + 1], header[SPAN])
            stands_is(header, tags, old(header)[SLOTS], node_of(1, old(header)[END]))
            row_is(tags, old(header)[SLOTS], 0, header[UNITS], header[UNITS])
            begins_at(header, tags, old(header)[SLOTS], node_of(1, old(header)[END]))
            stands(header, tags, old(header)[SLOTS], node_of(1, old(header)[END]))
        """,
    ),
    contract(
        "blocks_of",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= tokens < 2**60
            0 <= header[UNFILLED] < header[SPAN]
        """,
        gives="""
            0 <= result <= tokens + header[SPAN]
            result == (tokens - header[UNFILLED] + header[SPAN] - 1) // header[SPAN]
        """,
        opens="over_bound(tokens - header[UNFILLED] + header[SPAN] - 1, header[SPAN])",
    ),
    contract(
        "leave_unfilled",
        whole=True,
        needs="is_header(header)",
        writes="header",
        gives="""
            only(header, UNFILLED, PROTECTED)
            header[UNFILLED] == unfilled
            header[PROTECTED] == max(header[TAIL], min(1, unfilled))
        """,
    ),
    contract(
        "fill",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= tokens < 2**60
            0 <= header[UNFILLED] < header[SPAN]
            0 <= header[SLOTS] <= 2**26
        """,
        writes="header",
        gives="""
            only(header, UNFILLED, PROTECTED, KNOWN)
            0 <= header[UNFILLED] < header[SPAN]
            header[KNOWN] <= old(header)[KNOWN]
            implies(old(header)[KNOWN] >= 0, header[KNOWN] >= 0)
            header[PROTECTED] == max(header[TAIL], min(1, header[UNFILLED]))
        """,
        before={
            "leave_unfilled": "whole_spans(tokens - old(header)[UNFILLED], header[SPAN])",
        },
    ),
    contract(
        "may_fall_short",
        truth=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            0 <= needed <= 2**40
            0 <= header[W_MAX] <= 2**26
            families_fit(header, family_node)
            header[FAMILIES] <= 2**26
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**50
            0 <= header[PROTECTED] < 2**50
            all(0 <= family_node[f] < 2**54
                and 1 <= family_node[f] % LEVELS
                and family_node[f] % LEVELS <= header[TOP]
                for f in range(header[FAMILIES]))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="header[SLOTS] - family * 2**26 <= slots <= header[SLOTS] + family * 2**26",
            )
        },
    ),
    COMPLETES,
    COMPLETES_BATCH,
    contract(
        "is_gist_to_be",
        whole=True,
        seen_through=True,
        truth=True,
        needs="0 <= level < LEVELS",
        gives="result == (tag < 0 or tag == level or tag == level - 1 + MARK)",
    ),
    contract(
        "average_out",
        needs="""
            is_header(header)
            is_shaped(header)
            is_dear(header)
            1 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            0 <= slots <= 2**26
            slots <= len(fixed)
            are_actions(header, actions, done)
            all(actions[i] % 2 == COLLAPSE for i in range(done))
            lie_apart(header, actions, places, done, slots)
        """,
        writes="fixed",
        whole=True,
        gives=f"""
            kept_from(fixed, old(fixed), slots)
            all(fixed[j] == old(fixed)[j] for j in range(places[0]))
            {AVERAGED.format(done="done")}
            {SHIFTED.format(done="done")}
            all(fixed[j] == old(fixed)[j - shifted(header, actions, done)]
                for j in range(places[done - 1] + before(header, actions[done - 1])
                    + shifted(header, actions, done), slots + shifted(header, actions, done)))
        """,
        opens="shift_none(header, actions, 0)",
        loops={
            "for i in range(done)": loop(
                keeps=f"""
                    places[0] <= to <= source
                    source <= slots
                    to == source + shifted(header, actions, i)
                    implies(i == 0, source == places[0])
                    implies(i >= 1, source == places[i - 1] + before(header, actions[i - 1]))
                    kept_from(fixed, old(fixed), source)
                    all(fixed[j] == old(fixed)[j] for j in range(places[0]))
                    all(places[k] + shifted(header, actions, k) <= to for k in range(i) if at(actions[k]))
                    all(places[k] + before(header, actions[k]) + shifted(header, actions, k + 1) <= to
                        for k in range(i) if at(actions[k]))
                    {AVERAGED.format(done="i")}
                    {SHIFTED.format(done="i")}
                """,
                opens="""
                    shift_one_more(header, actions, i + 1)
                    1 <= level_of(actions[i]) <= header[TOP]
                    header[WIDTH + level_of(actions[i])] > header[UNITS + level_of(actions[i])]
                """,
            ),
            "for _ in range(width + slots_added(header, actions[i]))": loop(
                keeps="""
                    to == entry(to) + _
                    kept_outside(fixed, entry(fixed), entry(to), to)
                    all(fixed[j] == mean for j in range(entry(to), to))
                """
            ),
        },
        before={
            "mean = total": f"""
                mean_narrow(sum_of(fixed, places[i], width), width)
                width == before(header, actions[i])
                to == places[i] + shifted(header, actions, i)
                kept_from(fixed, old(fixed), places[i])
                sum_alike(fixed, old(fixed), places[i], width)
                all(fixed[j] == old(fixed)[j] for j in range(places[0]))
                {AVERAGED.format(done="i")}
                {SHIFTED.format(done="i")}
                implies(i >= 1, all(fixed[j] == old(fixed)[j - shifted(header, actions, i)]
                    for j in range(places[i - 1] + before(header, actions[i - 1]) + shifted(header, actions, i),
                        places[i] + shifted(header, actions, i))))
                {SHIFTED.format(done="i + 1")}
            """,
        },
    ),
    contract(
        "oldest_collapses",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, PLACES)
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**50
            0 <= header[PROTECTED] < 2**50
            0 <= room
            room <= len(keys)
            room <= len(notes)
        """,
        writes="keys notes",
        gives="""
            0 <= result <= room
            result <= header[FAMILIES]
            within(notes, 0, result, 0, header[FAMILIES] - 1)
            rising(notes, 0, result)
            all(keys[i] == PLACES - 1 - family_slot[notes[i]] for i in range(result) if at(keys[i]) if at(notes[i]))
            all(is_free(session, notes[i]) for i in range(result) if at(notes[i]))
            implies(ends_rise(header, family_node), all(held(notes, 0, result, f)
                for f in range(header[FAMILIES])
                if is_free(session, f) and (result < room or (result >= 1 and f <= notes[result - 1]))
                if at(family_node[f])))
        """,
        whole=True,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= size <= room
                    size <= family
                    within(notes, 0, size, 0, min(header[FAMILIES], family) - 1)
                    rising(notes, 0, size)
                    all(keys[i] == PLACES - 1 - family_slot[notes[i]] for i in range(size)
                        if at(keys[i]) if at(notes[i]))
                    all(is_free(session, notes[i]) for i in range(size) if at(notes[i]))
                    all(held(notes, 0, size, f) for f in range(family) if is_free(session, f) if at(family_node[f]))
                """,
                opens="held_further(notes, size, family)",
            )
        },
    ),
    contract(
        "slot_after",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            are_actions(header, actions, done)
            -2**60 <= slot <= 2**60
        """,
        gives="-done * 2**26 <= result - slot <= done * 2**26",
        loops={
            "while i < done and places[i] < slot": loop(
                keeps="""
                    0 <= i <= done
                    -i * 2**26 <= grown <= i * 2**26
                """,
                falls="done - i",
            )
        },
    ),
    MARK_BATCH,
    MARK_BATCH_BATCH,
    RECLAIM,
    RECLAIM_LEAST,
]

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "append_block": {
            "gives": STILL_COMPLETE,
            "closes": """
                tiled_whole(header, tags)
                multiplied_is(header)
                spans_multiply_is(header)
                geometry_is(header)
                sound_is(header, tags)
                sound(header, tags)
                all_listed_longer(old(header), header, old(tags), tags, no_collapse, len(no_collapse), old(family_slot),
                    old(header)[FAMILIES], old(header)[SLOTS])
                all_listed_more(header, tags, no_collapse, len(no_collapse), old(family_slot), family_slot,
                    old(header)[FAMILIES], header[FAMILIES], old(header)[SLOTS])
                begins_family_is(header, tags, no_collapse, len(no_collapse), old(header)[SLOTS])
                node_at(header, tags, old(header)[SLOTS]) == node_of(1, old(header)[END])
                pinned_is(old(header), no_collapse, len(no_collapse), node_of(1, old(header)[END]))
                pinned_is(header, no_collapse, len(no_collapse), node_of(1, old(header)[END]))
                held_if(family_slot, 0, header[FAMILIES], old(header)[SLOTS], old(header)[FAMILIES])
                held(family_slot, 0, header[FAMILIES], old(header)[SLOTS])
                    or not begins_family(header, tags, no_collapse, len(no_collapse), old(header)[SLOTS])
                all_listed_next(header, tags, no_collapse, len(no_collapse), family_slot, header[FAMILIES],
                    old(header)[SLOTS], header[UNITS])
            """,
        },
        "mark_batch": {
            "gives": STILL_COMPLETE,
            "loops": {"while i < found and lacking > 0 and (not completed)": loop(keeps=STILL_COMPLETE)},
            "before": {"reclaimed[done + i]": complete_of("header", "prior(tags)")},
        },
        "reclaim": {
            "gives": STILL_COMPLETE,
            "loops": {"while header[SLOTS] + wanted > header[W_MAX]": loop(keeps=STILL_COMPLETE)},
        },
    },
)

CONTRACTS = besides(
    CONTRACTS,
    "lasting",
    {
        "reclaim": {
            "gives": MEANS_STAY,
            "loops": {
                "while header[SLOTS] + wanted > header[W_MAX]": loop(
                    keeps=f"header[HALF] == old(header)[HALF]\n{MEANS_STAY}"
                ),
            },
        },
    },
)
