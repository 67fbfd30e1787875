"""Contracts of `focalloc.fastpath.kernels.application`: what actions replace and make lies in the tables."""

from __future__ import annotations

from dataclasses import replace

from focalloc.proofs.contracts.form import contract, loop

COPY = contract(
    "copy",
    whole=True,
    any_width="source target",
    needs="""
        0 <= at
        0 <= to
        implies(length > 0, at + length <= len(source) and to + length <= len(target))
        all(low(target) <= source[j] + shift and source[j] + shift <= high(target) for j in range(at, at + length))
    """,
    writes="target",
    gives="""
        all(target[j] == old(source)[j - to + at] + shift for j in range(to, to + length))
        kept_outside(target, old(target), to, to + length)
    """,
    loops={
        "for i in range(length)": loop(
            keeps="""
                all(target[j] == old(source)[j - to + at] + shift for j in range(to, to + i))
                kept_outside(target, old(target), to, to + i)
            """
        )
    },
)

CONTRACTS = [
    contract(
        "by_place",
        whole=True,
        needs="""
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            done <= len(sorted_places)
            done <= len(sorted_actions)
            within(places, 0, done, 0, PLACES - 1)
        """,
        writes="sorted_places sorted_actions",
        gives="""
            kept_from(sorted_places, old(sorted_places), done)
            kept_from(sorted_actions, old(sorted_actions), done)
            within(sorted_places, 0, done, 0, PLACES - 1)
            all(sorted_places[i] <= sorted_places[j] for i in range(done) for j in range(i + 1, done))
            all(many(sorted_places, sorted_actions, done, p, a) == many(places, actions, done, p, a)
                for p in INTEGERS for a in INTEGERS if at(many(sorted_places, sorted_actions, done, p, a)))
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    heap(sorted_places, i)
                    keys_of_places(sorted_places, sorted_actions, i)
                    kept_from(sorted_places, old(sorted_places), i)
                    kept_from(sorted_actions, old(sorted_actions), i)
                    all(many(sorted_places, sorted_actions, i, k, a) == many(places, actions, i, PLACES - 1 - k, a)
                        for k in INTEGERS for a in INTEGERS if at(many(sorted_places, sorted_actions, i, k, a)))
                """,
                closes="many_with_one_more(places, actions, i)",
            ),
            "for i in range(done) #2": loop(
                keeps="""
                    within(sorted_places, 0, i, 0, PLACES - 1)
                    within(sorted_places, i, done, 0, PLACES - 1)
                    falling(sorted_places, i, done)
                    all(sorted_places[g] <= PLACES - 1 - sorted_places[h] for g in range(i) for h in range(i, done))
                    all(sorted_places[g] <= sorted_places[h] for g in range(i) for h in range(g + 1, i))
                    kept_from(sorted_places, old(sorted_places), done)
                    kept_from(sorted_actions, old(sorted_actions), done)
                    kept_from(sorted_places, entry(sorted_places), i)
                    all(sorted_places[j] == PLACES - 1 - entry(sorted_places)[j] for j in range(i))
                    all(many(sorted_places, sorted_actions, i, p, a)
                            == many(entry(sorted_places), sorted_actions, i, PLACES - 1 - p, a)
                        for p in INTEGERS for a in INTEGERS if at(many(sorted_places, sorted_actions, i, p, a)))
                """,
                closes="many_mirrored(entry(sorted_places), sorted_places, sorted_actions, i)",
            ),
        },
        before={
            "for i in range(done):\n    sorted_places": "places_in(sorted_places, sorted_actions, done, done)",
            "sorted_places[i] = place_of": "place_in(sorted_places[i])",
        },
    ),
    COPY,
    replace(COPY, same=("source", "target"), needs=(*COPY.needs, "to <= at")),
    contract(
        "raise_all",
        whole=True,
        any_width="table",
        needs="""
            0 <= at
            implies(length > 0, at + length <= len(table))
            all(low(table) <= table[j] + shift and table[j] + shift <= high(table) for j in range(at, at + length))
        """,
        writes="table",
        gives="""
            all(table[j] == old(table)[j] + shift for j in range(at, at + length))
            kept_outside(table, old(table), at, at + length)
        """,
        loops={
            "for i in range(length)": loop(
                keeps="""
                    all(table[j] == old(table)[j] + shift for j in range(at, at + i))
                    kept_outside(table, old(table), at, at + i)
                """
            )
        },
    ),
    contract(
        "write_blocks",
        needs="""
            0 <= slot
            0 <= blocks
            1 <= units
            0 <= level < LEVELS
            slot + blocks * units <= len(tags)
        """,
        writes="tags",
        gives="kept_outside(tags, old(tags), slot, slot + blocks * units)",
        opens="product_positive(blocks, units)",
        loops={
            "for i in range(blocks * units)": loop(keeps="kept_outside(tags, old(tags), slot, slot + i)"),
            "for i in range(blocks)": loop(
                keeps="kept_outside(tags, old(tags), slot, slot + blocks * units)",
                opens="product_grows(i, blocks, units)",
            ),
        },
    ),
    contract(
        "splice",
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            0 <= done
            done <= len(actions)
            done <= len(places)
            0 <= header[SLOTS] < 2**40
            header[SLOTS] <= len(tags)
            are_actions(header, actions, done)
            lie_apart(header, actions, places, done, header[SLOTS])
            header[SLOTS] + shifted(header, actions, done) <= len(tags)
            header[SLOTS] + shifted(header, actions, done) <= len(spare)
        """,
        writes="header tags spare",
        gives="""
            only(header, SLOTS)
            header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, done)
        """,
        opens="""
            shift_none(header, actions, 0)
            layout_fits(header, actions, places, done, header[SLOTS])
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    0 <= first <= source
                    0 <= length
                    source <= header[SLOTS]
                    first + length == source + shifted(header, actions, i)
                    implies(i == 0, source == 0)
                    implies(i >= 1, source == places[i - 1] + before(header, actions[i - 1]))
                """,
                opens="""
                    shift_one_more(header, actions, i + 1)
                    level_of(actions[i]) == actions[i] // 2 % LEVELS
                    1 <= level_of(actions[i]) <= header[TOP]
                    header[WIDTH + level_of(actions[i])] >= 1 and header[UNITS + level_of(actions[i])] >= 1
                """,
            )
        },
    ),
    contract(
        "inherit",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            0 <= header[KNOWN] <= header[SLOTS] and header[SLOTS] <= 2**26
            are_actions(header, actions, done)
            lie_apart(header, actions, places, done, header[SLOTS])
            header[SLOTS] <= len(means)
            header[SLOTS] + shifted(header, actions, done) <= len(means)
            header[SLOTS] + shifted(header, actions, done) <= len(spare_means)
        """,
        writes="header means spare_means",
        gives="""
            only(header, KNOWN)
            0 <= header[KNOWN] <= header[SLOTS] + shifted(old(header), actions, done)
        """,
        opens="""
            shift_none(header, actions, 0)
            layout_fits(header, actions, places, done, header[SLOTS])
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    0 <= front <= at
                    0 <= size
                    at <= header[KNOWN]
                    implies(i == 0, at == 0 and front + size == 0)
                    implies(i >= 1, at == min(places[i - 1] + before(header, actions[i - 1]), header[KNOWN]))
                    implies(i >= 1, front + size
                        == places[i - 1] + before(header, actions[i - 1]) + shifted(header, actions, i))
                """,
                opens="""
                    shift_one_more(header, actions, i + 1)
                    1 <= level_of(actions[i]) <= header[TOP]
                    header[WIDTH + level_of(actions[i])] >= 1 and header[UNITS + level_of(actions[i])] >= 1
                """,
            ),
            "for _ in range(before + slots_added(header, actions[i]))": loop(keeps="size == entry(size) + _"),
        },
        before={"mean = total": "mean_narrow(sum_of(means, places[i], counted), counted)"},
    ),
    contract(
        "remember_told",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            0 <= header[SLOTS] <= 2**26
            0 <= header[KNOWN] <= header[SLOTS]
            0 <= header[HEARD] <= header[SLOTS]
            0 <= header[HALF] <= 1
            are_actions(header, actions, done)
            lie_apart(header, actions, places, done, header[SLOTS])
            implies(header[HEARD] > 0 or header[KNOWN] > 0,
                header[SLOTS] <= len(memory) and header[SLOTS] <= len(told)
                and header[SLOTS] + shifted(header, actions, done) <= len(memory)
                and header[SLOTS] + shifted(header, actions, done) <= len(told))
        """,
        writes="header memory told",
        gives="""
            only(header, KNOWN, HALF, HEARD)
            header[HEARD] == 0
            implies(old(header)[HEARD] == 0 and old(header)[KNOWN] == 0, header[KNOWN] == 0)
            0 <= header[HALF] <= 1
            0 <= header[KNOWN]
            implies(header[KNOWN] > 0, header[KNOWN] <= header[SLOTS] + shifted(old(header), actions, done))
        """,
        before={"inherit(header, session.told": "shift_alike(header, old(header), actions, done)"},
    ),
    contract(
        "family_made",
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            0 <= action < 2**60
            action // 2 % LEVELS <= header[TOP]
            -2**60 <= slot <= 2**60
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
        """,
        gives="result == slot or -1 <= result < header[SLOTS]",
    ),
    contract(
        "node_made",
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= action < 2**60
            action // 2 % LEVELS <= header[TOP]
            action % 2 == EXPAND or action // 2 % LEVELS < header[TOP]
        """,
        gives="0 <= result <= action",
        opens="rest_bound(action // 2 // LEVELS, header[SPAN + action // 2 % LEVELS + 1])",
    ),
    contract(
        "update_families",
        joins=True,
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            1 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            are_actions(header, actions, done)
            within(places, 0, done, 0, 2**26)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            0 <= header[FAMILIES] <= 2**26
            header[FAMILIES] + done <= len(family_slot)
            header[FAMILIES] + done <= len(family_node)
            header[FAMILIES] + done <= len(spare_slot)
            header[FAMILIES] + done <= len(spare_node)
            rising(family_slot, 0, header[FAMILIES])
            within(family_slot, 0, header[FAMILIES], 0, 2**26)
            all(0 <= family_node[f] < 2**54
                and 1 <= family_node[f] % LEVELS <= header[TOP]
                for f in range(header[FAMILIES]))
        """,
        writes="header family_slot family_node spare_slot spare_node",
        gives="""
            only(header, FAMILIES)
            0 <= header[FAMILIES] <= old(header)[FAMILIES] + done
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    0 <= first <= source
                    source <= header[FAMILIES]
                    0 <= size
                    first + size <= source + i
                    -2**26 * i <= shift <= 2**26 * i
                    kept_from(family_slot, old(family_slot), source)
                    kept_from(family_node, old(family_node), source)
                """
            )
        },
        before={
            "node = node_made": """
                rest_bound(actions[i] // 2 // LEVELS, header[SPAN + actions[i] // 2 % LEVELS + 1])
            """
        },
    ),
    contract(
        "move_pins",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            0 <= header[SLOTS] <= 2**26
            are_actions(header, actions, done)
            within(places, 0, done, 0, 2**26)
            len(no_expand) % PIN == 0
            all(0 <= no_expand[j] <= header[SLOTS] for j in range(len(no_expand)) if j % PIN >= 2)
        """,
        writes="no_expand",
        gives="""
            all(no_expand[j] == old(no_expand)[j] for j in range(len(no_expand)) if j % PIN < 2)
            all(-2**53 <= no_expand[j] <= 2**53 for j in range(len(no_expand)) if j % PIN >= 2)
        """,
        loops={
            "for at in range(0, len(no_expand), PIN)": loop(
                keeps="""
                    at % PIN == 0
                    0 <= before <= done
                    -2**26 * before <= grown <= 2**26 * before
                    kept_from(no_expand, old(no_expand), at)
                    all(no_expand[j] == old(no_expand)[j] for j in range(at) if j % PIN < 2)
                    all(-2**53 <= no_expand[j] <= 2**53 for j in range(at) if j % PIN >= 2)
                """
            ),
            "while before < done and places[before] + slots_before(header, actions[before]) <= first": loop(
                keeps="""
                    0 <= before <= done
                    -2**26 * before <= grown <= 2**26 * before
                """,
                falls="done - before",
            ),
            "for i in range(done)": loop(keeps="0 <= low <= first and last <= high <= 2**27"),
            "for i in range(done) #2": loop(
                keeps="""
                    -2**26 * i <= no_expand[at + 2] <= 2**27 + 2**26 * i
                    -2**26 * i <= no_expand[at + 3] <= 2**27 + 2**26 * i
                    all(no_expand[j] == entry(no_expand)[j] for j in INTEGERS if j != at + 2 and j != at + 3)
                """
            ),
        },
    ),
    contract(
        "note_splices",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            SPLICE * done <= len(splices)
            are_actions(header, actions, done)
            within(places, 0, done, 0, 2**26)
        """,
        writes="header splices",
        gives="""
            only(header, SPLICES)
            0 <= header[SPLICES] <= done
            within(splices, 0, SPLICE * header[SPLICES], -2**53, 2**53)
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    0 <= count <= i
                    implies(count == 0, behind == -1)
                    -2**26 * i <= grown <= 2**26 * i
                    -1 <= behind <= 2**27
                    within(splices, 0, SPLICE * count, -2**26 * i - 2**26, 2**26 * i + 2**26)
                """
            )
        },
    ),
    contract(
        "apply",
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            done <= len(expand_keys)
            done <= len(expand_tokens)
            SPLICE * done <= len(splices)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_actions(header, actions, done)
            are_apart(header, actions, places, done)
            all(0 <= places[i] and places[i] + before(header, actions[i]) <= header[SLOTS] for i in range(done))
            header[SLOTS] + shifted(header, actions, done) <= 2**26
            header[SLOTS] + shifted(header, actions, done) <= len(tags)
            header[SLOTS] + shifted(header, actions, done) <= len(spare)
            0 <= header[LEDGER_TO]
            header[LEDGER_TO] + done <= len(ledger_action)
            header[LEDGER_TO] + done <= len(ledger_iteration)
            0 <= header[KNOWN] <= header[SLOTS]
            0 <= header[HEARD] <= header[SLOTS]
            0 <= header[HALF] <= 1
            implies(header[HEARD] > 0 or header[KNOWN] > 0,
                header[SLOTS] <= len(memory) and header[SLOTS] <= len(told)
                and header[SLOTS] + shifted(header, actions, done) <= len(memory)
                and header[SLOTS] + shifted(header, actions, done) <= len(told))
            len(no_expand) % PIN == 0
            all(0 <= no_expand[j] <= header[SLOTS] for j in range(len(no_expand)) if j % PIN >= 2)
            0 <= header[FAMILIES] <= 2**26
            header[FAMILIES] + done <= len(family_slot)
            header[FAMILIES] + done <= len(family_node)
            header[FAMILIES] + done <= len(spare_slot)
            header[FAMILIES] + done <= len(spare_node)
            rising(family_slot, 0, header[FAMILIES])
            within(family_slot, 0, header[FAMILIES], 0, 2**26)
            all(0 <= family_node[f] < 2**54
                and 1 <= family_node[f] % LEVELS <= header[TOP]
                for f in range(header[FAMILIES]))
        """,
        writes="""header tags spare memory told no_expand splices ledger_action ledger_iteration
            expand_keys expand_tokens family_slot family_node spare_slot spare_node""",
        gives="""
            only(header, SLOTS, FAMILIES, LEDGER_TO, SPLICES, KNOWN, HALF, HEARD)
            header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, done)
            header[LEDGER_TO] == old(header)[LEDGER_TO] + done
            kept_outside(ledger_action, old(ledger_action), old(header)[LEDGER_TO], header[LEDGER_TO])
            kept_outside(ledger_iteration, old(ledger_iteration), old(header)[LEDGER_TO], header[LEDGER_TO])
            all(ledger_action[j] == actions[j - old(header)[LEDGER_TO]]
                for j in range(old(header)[LEDGER_TO], header[LEDGER_TO]))
            all(ledger_iteration[j] == header[ITERATION] for j in range(old(header)[LEDGER_TO], header[LEDGER_TO]))
            0 <= header[FAMILIES] <= old(header)[FAMILIES] + done
            0 <= header[SPLICES] <= done
            header[HEARD] == 0
            0 <= header[HALF] <= 1
            0 <= header[KNOWN]
            implies(header[KNOWN] > 0, header[KNOWN] <= header[SLOTS])
        """,
        opens="shift_none(header, actions, 0)",
        loops={
            "for i in range(done)": loop(
                keeps="""
                    only(header, LEDGER_TO, SPLICES)
                    header[SPLICES] == 0
                    header[LEDGER_TO] == old(header)[LEDGER_TO] + i
                    kept_outside(ledger_action, old(ledger_action), old(header)[LEDGER_TO], header[LEDGER_TO])
                    kept_outside(ledger_iteration, old(ledger_iteration), old(header)[LEDGER_TO], header[LEDGER_TO])
                    all(ledger_action[j] == actions[j - old(header)[LEDGER_TO]]
                        for j in range(old(header)[LEDGER_TO], header[LEDGER_TO]))
                    all(ledger_iteration[j] == header[ITERATION]
                        for j in range(old(header)[LEDGER_TO], header[LEDGER_TO]))
                """
            )
        },
        before={
            "remember_told(session, 0": "shift_alike(header, old(header), actions, 0)",
            "note_splices": """
                in_order_apart(old(header), actions, places, sorted_actions, sorted_places, done, old(header)[SLOTS])
                in_order_alike(old(header), actions, places, sorted_actions, sorted_places, done)
            """,
            "remember_told(session, done": "shift_alike(header, old(header), sorted_actions, done)",
            "splice": """
                shift_alike(header, old(header), sorted_actions, done)
                some_stay(old(header), sorted_actions, sorted_places, done, old(header)[SLOTS])
            """,
        },
    ),
    contract(
        "is_possible",
        truth=True,
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            1 <= level <= header[TOP]
            slot < header[SLOTS]
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
        """,
        gives="""
            implies(result, slot >= 0)
            implies(result and kind == EXPAND, tags[slot] == level)
            implies(result and kind != EXPAND, slot + header[WIDTH + level] <= header[SLOTS])
        """,
        loops={
            "for i in range(header[FANOUT + level])": loop(
                opens="""
                    header[WIDTH + level] == header[FANOUT + level] * stride
                    product_grows(i, header[FANOUT + level], stride)
                """
            )
        },
    ),
]
