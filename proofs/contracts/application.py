"""Contracts of `focalloc.fastpath.kernels.application`: what actions replace and make lies in the tables."""

from __future__ import annotations

from dataclasses import replace

from focalloc.proofs.contracts.form import besides, contract, loop
from focalloc.proofs.contracts.invariants import MEANS_STAY, SAME_HALF, STILL_COMPLETE

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

SCORED = "all(LOWEST < old(means)[j] for j in range(old(header)[KNOWN]))"
"""That every slot that remembers something was told scores."""

SCORED_SO_FAR = f"""
    implies({SCORED}, all(LOWEST < means[j] for j in range(header[KNOWN])))
    implies({SCORED}, all(LOWEST < spare_means[j] for j in range(size)))
"""
"""That means are above all that is below scores, those that are put together as well."""

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
        whole=True,
        needs="""
            0 <= slot
            0 <= blocks
            1 <= units
            0 <= level < LEVELS
            slot + blocks * units <= len(tags)
        """,
        writes="tags",
        gives="""
            kept_outside(tags, old(tags), slot, slot + blocks * units)
            all(tags[j] == (level if turn(j - slot, units) else RAW if level == 0 else BODY)
                for j in range(slot, slot + blocks * units))
        """,
        opens="product_positive(blocks, units)",
        loops={
            "for i in range(blocks * units)": loop(
                keeps="""
                    kept_outside(tags, old(tags), slot, slot + i)
                    all(tags[j] == (RAW if level == 0 else BODY) for j in range(slot, slot + i))
                """
            ),
            "for i in range(blocks)": loop(
                keeps="""
                    kept_outside(tags, old(tags), slot, slot + blocks * units)
                    all(tags[j] == (level if j < slot + i * units and turn(j - slot, units)
                        else RAW if level == 0 else BODY) for j in range(slot, slot + blocks * units))
                """,
                opens="""
                    product_grows(i, blocks, units)
                    product_next(i, units)
                    turn_times(i, units)
                """,
            ),
        },
    ),
    contract(
        "splice",
        needs="""
            is_header(header)
            is_shaped(header)
            multiplied(header)
            0 <= done
            done <= len(actions)
            done <= len(places)
            0 <= header[SLOTS] < 2**40
            header[SLOTS] <= len(tags)
            are_actions(header, actions, done)
            lie_apart(header, actions, places, done, header[SLOTS])
            header[SLOTS] + shifted(header, actions, done) <= len(tags)
            header[SLOTS] + shifted(header, actions, done) <= len(spare)
            stays_plain(header, tags, actions, places, done, header[SLOTS])
            whole(header, tags)
            0 == header[SLOTS] or tags[0] >= 0
            ends_lie(header, tags, actions, places, done)
        """,
        writes="header tags spare",
        gives="""
            only(header, SLOTS)
            header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, done)
            are_plain(header, tags, header[SLOTS])
            implies(done > 0, header[SLOTS] > 0)
            tiled(header, tags, 0, header[SLOTS])
            have_moved(old(header), actions, places, done, old(header)[SLOTS], tags, old(tags))
            are_made(old(header), actions, places, done, tags)
        """,
        opens="""
            shift_none(header, actions, 0)
            layout_fits(header, actions, places, done, header[SLOTS])
            tiled_none(header, tags, 0, 0)
            tiled_none(header, spare, 0, 0)
            spliced_none(header, actions, places, done, header[SLOTS], tags, spare, 0, tags)
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
                    kept_from(tags, old(tags), source)
                    are_plain(header, tags, first)
                    are_plain(header, spare, length)
                    tiled(header, tags, 0, first)
                    tiled(header, spare, 0, length)
                    spliced(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i, i)
                """,
                opens="""
                    none_taken(header, actions, places, done, source, places[i])
                    all(RAW <= old(tags)[j] <= header[TOP] for j in range(source, places[i]))
                    shift_one_more(header, actions, i + 1)
                    level_of(actions[i]) == actions[i] // 2 % LEVELS
                    1 <= level_of(actions[i]) <= header[TOP]
                    header[WIDTH + level_of(actions[i])] >= 1 and header[UNITS + level_of(actions[i])] >= 1
                    ends_lie_at(header, old(tags), actions, places, done, i)
                    ends_lie_at(header, old(tags), actions, places, done, i - 1)
                    source == places[i] or old(tags)[source] >= 0
                    old(tags)[places[i]] >= 0
                    tiled_stretch(header, old(tags), source, places[i])
                    tiled(header, old(tags), source, places[i])
                """,
            )
        },
        before={
            "first = places": """
                spliced_kept(header, actions, places, done, header[SLOTS], prior(tags), spare, first, old(tags), i, i,
                    tags, spare, places[i], source)
                spliced(header, actions, places, done, header[SLOTS], tags, spare, places[i], old(tags), i, i)
                spliced_stretch(header, actions, places, done, header[SLOTS], tags, spare, places[i], old(tags), i,
                    source, places[i])
                spliced(header, actions, places, done, header[SLOTS], tags, spare, places[i], old(tags), i + 1, i)
                tiled_moved(header, prior(tags), tags, 0, first, 0)
                tiled_moved(header, spare, tags, 0, length, first)
                tiled_joined(header, tags, 0, first, source)
                tiled(header, tags, 0, source)
                tiled_moved(header, old(tags), tags, source, places[i], 0)
                tiled_joined(header, tags, 0, source, places[i])
                tiled(header, tags, 0, places[i])
            """,
            "length = 0": "tiled_none(header, spare, 0, 0)",
            "length += places": """
                spliced_kept(header, actions, places, done, header[SLOTS], tags, prior(spare), first, old(tags), i, i,
                    tags, spare, first, first + length)
                spliced_kept(header, actions, places, done, header[SLOTS], tags, prior(spare), first, old(tags),
                    i + 1, i, tags, spare, first, first + length)
                spliced(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i, i)
                all(spare[j] == old(tags)[j - length + source] for j in range(length, length + places[i] - source))
                spliced_spare(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i,
                    source, places[i], length)
                spliced(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i + 1, i)
                tiled_moved(header, prior(spare), spare, 0, length, 0)
                tiled_moved(header, old(tags), spare, source, places[i], length - source)
                tiled_joined(header, spare, 0, length, length + places[i] - source)
                tiled(header, spare, 0, length + places[i] - source)
            """,
            "write_blocks(spare, length, header[FANOUT": "multiplied_at(header, level)",
            "length += header[WIDTH": """
                first + length == places[i] + shifted(header, actions, i)
                spliced_kept(header, actions, places, done, header[SLOTS], tags, prior(spare), first, old(tags), i + 1,
                    i, tags, spare, first, first + length)
                made_of(actions[i]) == level - 1 and after(header, actions[i]) == header[WIDTH + level]
                all(spare[j] == made_of(actions[i]) for j in range(length, length + after(header, actions[i]))
                    if turn(j - length, header[UNITS + made_of(actions[i])]))
                spliced_expand(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i, length)
                spliced(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i + 1, i + 1)
                tiled_moved(header, prior(spare), spare, 0, length, 0)
                tiled(header, spare, 0, length)
                tiled_written(header, spare, length, header[FANOUT + level], level - 1)
                tiled(header, spare, length, length + header[WIDTH + level])
                tiled_joined(header, spare, 0, length, length + header[WIDTH + level])
                tiled(header, spare, 0, length + header[WIDTH + level])
            """,
            "length += header[UNITS": """
                spliced_kept(header, actions, places, done, header[SLOTS], tags, prior(spare), first, old(tags), i + 1,
                    i, tags, spare, first, first + length)
                one_times(1, header[UNITS + level])
                made_of(actions[i]) == level and after(header, actions[i]) == header[UNITS + level]
                all(spare[j] == made_of(actions[i]) for j in range(length, length + after(header, actions[i]))
                    if turn(j - length, header[UNITS + made_of(actions[i])]))
                spliced_expand(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i, length)
                spliced(header, actions, places, done, header[SLOTS], tags, spare, first, old(tags), i + 1, i + 1)
                tiled_moved(header, prior(spare), spare, 0, length, 0)
                tiled_written(header, spare, length, 1, level)
                tiled_joined(header, spare, 0, length, length + header[UNITS + level])
                tiled(header, spare, 0, length + header[UNITS + level])
            """,
            "length += rest": """
                spliced_kept(old(header), actions, places, done, slots, tags, prior(spare), first, old(tags), done,
                    done, tags, spare, first, first + length)
                spliced_spare(old(header), actions, places, done, slots, tags, spare, first, old(tags), done,
                    source, slots, length)
                spliced(old(header), actions, places, done, slots, tags, spare, first, old(tags), done + 1, done)
                tiled_moved(old(header), prior(spare), spare, 0, length, 0)
                tiled_moved(old(header), old(tags), spare, source, slots, length - source)
                tiled_joined(old(header), spare, 0, length, length + rest)
                tiled(old(header), spare, 0, length + rest)
            """,
            "if first + length < source": """
                implies(first + length > source, first + length == header[SLOTS])
                spliced_kept(old(header), actions, places, done, slots, prior(tags), spare, first, old(tags),
                    done + 1, done, tags, spare, first + length, first + length)
                spliced_kept(old(header), actions, places, done, slots, prior(tags), spare, first, old(tags),
                    done, done, tags, spare, first + length, first + length)
                implies(first + length <= source, spliced(old(header), actions, places, done, slots, tags, spare,
                    first + length, old(tags), done, done))
                implies(first + length > source, spliced(old(header), actions, places, done, slots, tags, spare,
                    first + length, old(tags), done + 1, done))
                tiled_moved(old(header), prior(tags), tags, 0, first, 0)
                tiled_moved(old(header), spare, tags, 0, length, first)
                tiled_joined(old(header), tags, 0, first, first + length)
                tiled(old(header), tags, 0, first + length)
            """,
            "rest = slots": """
                some_stay(header, actions, places, done, header[SLOTS])
                all(places[k] + before(header, actions[k]) <= source for k in range(done))
                none_taken(header, actions, places, done, source, header[SLOTS])
                all(RAW <= old(tags)[j] <= header[TOP] for j in range(source, header[SLOTS]))
                ends_lie_at(header, old(tags), actions, places, done, done - 1)
                source == header[SLOTS] or old(tags)[source] >= 0
                tiled_stretch(header, old(tags), source, header[SLOTS])
                tiled(header, old(tags), source, header[SLOTS])
            """,
        },
        closes="""
            spliced_kept(old(header), actions, places, done, slots, prior(tags), spare, first + length, old(tags),
                done, done, tags, spare, header[SLOTS], first + length)
            spliced_kept(old(header), actions, places, done, slots, prior(tags), spare, first + length, old(tags),
                done + 1, done, tags, spare, header[SLOTS], header[SLOTS])
            implies(first + length <= source, spliced(old(header), actions, places, done, slots, tags, spare,
                header[SLOTS], old(tags), done, done))
            spliced_stretch(old(header), actions, places, done, slots, tags, spare, header[SLOTS], old(tags), done,
                source, slots)
            spliced(old(header), actions, places, done, slots, tags, spare, header[SLOTS], old(tags), done + 1, done)
            spliced_all(old(header), actions, places, done, slots, tags, spare, header[SLOTS], old(tags))
            tiled_moved(old(header), prior(tags), tags, 0, first + length, 0)
            tiled(old(header), tags, 0, first + length)
            tiled_moved(old(header), old(tags), tags, source, slots, first + length - source)
            tiled_joined(old(header), tags, 0, first + length, header[SLOTS])
            tiled(old(header), tags, 0, header[SLOTS])
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
        """,
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
        needs="""
            is_header(header)
            is_shaped(header)
            multiplied(header)
            0 <= action < 2**60
            1 <= level_of(action) <= header[TOP]
            -2**60 <= slot <= 2**60
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
        """,
        gives="""
            implies(action % 2 == EXPAND, result == slot)
            implies(action % 2 != EXPAND, -1 <= result < header[SLOTS])
            implies(action % 2 != EXPAND and result >= 0, level_of(action) < header[TOP])
            implies(action % 2 != EXPAND and result >= 0,
                result + header[WIDTH + level_of(action) + 1] <= header[SLOTS])
            implies(action % 2 != EXPAND and result >= 0, all(tags[j] == level_of(action)
                for j in range(result, result + header[WIDTH + level_of(action) + 1])
                if turn(j - result, header[UNITS + level_of(action)])))
            implies(action % 2 != EXPAND and result >= 0, result
                == slot - action // 2 // LEVELS % header[SPAN + level_of(action) + 1]
                    // header[SPAN + level_of(action)] * header[UNITS + level_of(action)])
        """,
    ),
    contract(
        "node_made",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= action < 2**60
            1 <= level_of(action) <= header[TOP]
            action % 2 == EXPAND or level_of(action) < header[TOP]
        """,
        gives="""
            0 <= result <= action
            result <= action // 2 + 1
            result % LEVELS == (level_of(action) if action % 2 == EXPAND else level_of(action) + 1)
            implies(action % 2 == EXPAND, result == action // 2)
            implies(action % 2 != EXPAND, result // LEVELS
                == action // 2 // LEVELS - action // 2 // LEVELS % header[SPAN + level_of(action) + 1])
        """,
        opens="rest_bound(action // 2 // LEVELS, header[SPAN + action // 2 % LEVELS + 1])",
    ),
    contract(
        "slot_behind",
        whole=True,
        seen_through=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= family < len(family_slot)
            family < len(family_node)
            1 <= family_node[family] % LEVELS <= header[TOP]
            within(family_slot, family, family + 1, -2**60, 2**60)
        """,
        gives="result == family_slot[family] + header[WIDTH + family_node[family] % LEVELS]",
    ),
    contract(
        "keep_families",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            0 <= first <= source
            0 <= size
            size <= len(spare_slot)
            size <= len(spare_node)
            1 <= kept
            source + kept <= header[FAMILIES]
            implies(first + size != source, size + kept <= len(spare_slot) and size + kept <= len(spare_node))
            -2**53 <= shift <= 2**53
            is_list(header, family_slot, family_node, spare_slot, spare_node, first, size,
                family_slot[source] + shift)
            lie_between(header, family_slot, family_node, source, source + kept, 0, 2**26)
            keep_apart(header, family_slot, family_node, source, source + kept)
            0 <= family_slot[source] + shift
        """,
        writes="family_slot family_node spare_slot spare_node",
        gives="""
            result == old(family_slot)[source + kept - 1]
                + header[WIDTH + old(family_node)[source + kept - 1] % LEVELS] + shift
            implies(first + size == source,
                is_list(header, family_slot, family_node, spare_slot, spare_node, source + kept, 0, result))
            implies(first + size != source,
                is_list(header, family_slot, family_node, spare_slot, spare_node, first, size + kept, result))
            kept_from(family_slot, old(family_slot), source + kept)
            kept_from(family_node, old(family_node), source + kept)
            all(family_slot[f] == (old(family_slot)[f] if first + size != source or f < first
                else old(spare_slot)[f - first] if f < source else old(family_slot)[f] + shift)
                for f in range(source + kept))
            all(family_node[f] == (old(spare_node)[f - first] if first + size == source and first <= f and f < source
                else old(family_node)[f]) for f in range(source + kept))
            all(spare_slot[f] == (old(spare_slot)[f] if f < size else old(family_slot)[f - size + source] + shift)
                for f in range(size + kept) if f < size or first + size != source)
            all(spare_node[f] == (old(spare_node)[f] if f < size else old(family_node)[f - size + source])
                for f in range(size + kept) if f < size or first + size != source)
        """,
        before={
            "if first + size": """
                all(0 <= family_slot[f] + shift
                    and family_slot[f] + header[WIDTH + family_node[f] % LEVELS] + shift <= behind
                    for f in range(source, source + kept) if at(family_slot[f]) if at(family_node[f]))
                is_list(header, family_slot, family_node, spare_slot, spare_node, first, size, behind)
            """
        },
    ),
    contract(
        "keep_rest",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            0 <= first <= source
            source <= header[FAMILIES]
            0 <= size
            size <= len(spare_slot)
            size <= len(spare_node)
            first + size + header[FAMILIES] - source <= len(family_slot)
            first + size + header[FAMILIES] - source <= len(family_node)
            first + size + header[FAMILIES] - source <= len(spare_slot)
            first + size + header[FAMILIES] - source <= len(spare_node)
            -2**53 <= shift <= 2**53
            0 <= header[SLOTS] <= 2**26
            is_list(header, family_slot, family_node, spare_slot, spare_node, first, size, header[SLOTS])
            implies(source < header[FAMILIES],
                is_list(header, family_slot, family_node, spare_slot, spare_node, first, size,
                    family_slot[source] + shift))
            implies(source < header[FAMILIES], 0 <= family_slot[source] + shift)
            lie_between(header, family_slot, family_node, source, header[FAMILIES], 0, header[SLOTS] - shift)
            keep_apart(header, family_slot, family_node, source, header[FAMILIES])
        """,
        writes="header family_slot family_node spare_slot spare_node",
        gives="""
            only(header, FAMILIES)
            header[FAMILIES] == first + size + old(header)[FAMILIES] - source
            all(family_slot[f] == (old(family_slot)[f] if f < first else old(spare_slot)[f - first] if f < first + size
                else old(family_slot)[f - first - size + source] + shift) for f in range(header[FAMILIES]))
            all(family_node[f] == (old(family_node)[f] if f < first else old(spare_node)[f - first] if f < first + size
                else old(family_node)[f - first - size + source]) for f in range(header[FAMILIES]))
            are_families(header, family_slot, family_node, header[SLOTS])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
        """,
    ),
    contract(
        "update_families",
        joins=True,
        needs="""
            is_header(header)
            is_shaped(header)
            ascend(no_collapse, len(no_collapse), 0)
            multiplied(header)
            1 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            are_actions(header, actions, done)
            lie_apart(header, actions, places, done, header[SLOTS] - shifted(header, actions, done))
            0 <= header[SLOTS] <= header[CAPACITY]
            header[CAPACITY] <= 2**26
            header[SLOTS] - shifted(header, actions, done) <= 2**26
            header[SLOTS] <= len(tags)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS] - shifted(header, actions, done))
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            stand_clear(header, family_slot, actions, places, done)
            has_places(header, family_slot)
            has_places(header, family_node)
            has_places(header, spare_slot)
            has_places(header, spare_node)
            stay(header, actions, places, done, header[SLOTS] - shifted(header, actions, done), tags,
                family_slot, family_node)
            expanded_stand(header, actions, places, done, tags)
            sound(header, tags)
            begin_after(header, actions, places, done, tags)
        """,
        writes="header family_slot family_node spare_slot spare_node",
        gives="""
            only(header, FAMILIES)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
        """,
        opens="""
            least_positive(header, WIDTH + 1, WIDTH + 1 + header[TOP])
            least_bound(header, WIDTH + 1, WIDTH + 1 + header[TOP])
            shift_none(header, actions, 0)
            layout_fits(header, actions, places, done, header[SLOTS] - shifted(header, actions, done))
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    0 <= first <= listed
                    first <= source <= header[FAMILIES]
                    shift == shifted(header, actions, i)
                    implies(i == 0, first == listed and listed == source)
                    kept_from(family_slot, old(family_slot), source)
                    kept_from(family_node, old(family_node), source)
                    0 <= behind <= header[SLOTS]
                    is_list(header, family_slot, family_node, spare_slot, spare_node, first, listed - first, behind)
                    listed - first <= len(spare_slot) and listed - first <= len(spare_node)
                    implies(i < done, behind <= places[i] + shift)
                    implies(source < header[FAMILIES], behind <= family_slot[source] + shift)
                    implies(i >= 1 and source < header[FAMILIES], places[i - 1] < family_slot[source])
                    listed * least_width(header) <= behind
                    all_stand(header, tags, family_slot, family_node, first)
                    all_stand(header, tags, spare_slot, spare_node, listed - first)
                """,
                opens="shift_one_more(header, actions, i + 1)",
            )
        },
        before={
            "for i in range(done)": """
                shift_one_more(header, actions, 1)
                families_take(header, family_slot, family_node, 0, first)
                times_nothing(listed, least_width(header))
                implies(first > 0, behind <= family_slot[first] and family_slot[first] <= places[0])
                implies(first == 0, behind == 0)
                some_stand_after(header, actions, places, done, header[SLOTS] - shifted(header, actions, done), tags,
                    family_slot, family_node, 0, 0, first)
                all_stand(header, tags, family_slot, family_node, first)
            """,
            "behind = keep_families": """
                families_take(header, family_slot, family_node, source, kept)
                times_sum(listed, kept, least_width(header))
                times_nothing(kept, least_width(header))
                fewer(listed + kept, len(spare_slot), least_width(header))
                fewer(listed + kept, len(spare_node), least_width(header))
                0 <= kept <= until - source
                implies(kept == 0, listed * least_width(header) <= behind)
                implies(kept > 0, listed * least_width(header) <= family_slot[source] + shift)
                implies(kept > 0, family_slot[source] + shift <= places[i] + shift)
                implies(kept > 0, family_slot[source + kept - 1]
                    + header[WIDTH + family_node[source + kept - 1] % LEVELS] <= places[i])
                implies(kept > 0, (listed + kept) * least_width(header) <= family_slot[source + kept - 1]
                    + header[WIDTH + family_node[source + kept - 1] % LEVELS] + shift)
                places[i] + shift <= header[SLOTS]
                listed - first + kept <= len(spare_slot)
                listed - first + kept <= len(spare_node)
                implies(i >= 1 and source < header[FAMILIES],
                    places[i - 1] + before(header, actions[i - 1]) <= family_slot[source])
                some_stand_after(header, actions, places, done, header[SLOTS] - shifted(header, actions, done), tags,
                    old(family_slot), old(family_node), i, source, source + kept)
                all(stands(header, tags, family_slot[f] + shift, family_node[f]) for f in range(source, source + kept)
                    if at(family_slot[f]) if at(family_node[f]))
            """,
            "listed += kept": """
                (listed + kept) * least_width(header) <= behind
                0 <= behind <= places[i] + shift
                all_stand(header, tags, family_slot, family_node, first)
                implies(first != source + kept, all_stand(header, tags, spare_slot, spare_node, listed - first))
                implies(first != source + kept, all(stands(header, tags, spare_slot[f], spare_node[f])
                    for f in range(listed - first, listed - first + kept) if at(spare_slot[f]) if at(spare_node[f])))
                implies(first != source + kept,
                    all_stand(header, tags, spare_slot, spare_node, listed - first + kept))
            """,
            "slot = family_made": """
                is_list(header, family_slot, family_node, spare_slot, spare_node, first, listed - first, behind)
                listed * least_width(header) <= behind
                implies(source < header[FAMILIES], behind <= family_slot[source] + shift + added(header, actions[i]))
            """,
            "end = slot": """
                implies(actions[i] % 2 == EXPAND,
                    slot == places[i] + shifted(header, actions, i) and node == actions[i] // 2)
                implies(actions[i] % 2 != EXPAND, node % LEVELS == level_of(actions[i]) + 1)
                implies(actions[i] % 2 == EXPAND, stands(header, tags, slot, node))
                stands_is(header, tags, slot, node)
                row_is(tags, slot, node % LEVELS - 1, header[WIDTH + node % LEVELS],
                    header[UNITS + node % LEVELS - 1])
                implies(actions[i] % 2 != EXPAND, row(tags, slot, level_of(actions[i]),
                    header[WIDTH + level_of(actions[i]) + 1], header[UNITS + level_of(actions[i])]))
                begins_after(header, actions, places, done, tags, i)
                begins_at(header, tags, places[i] + shifted(header, actions, i), actions[i] // 2)
                completed_told(header, tags, places[i] + shifted(header, actions, i), slot, level_of(actions[i]),
                    actions[i] // 2 // LEVELS)
                implies(actions[i] % 2 != EXPAND, node // LEVELS == actions[i] // 2 // LEVELS
                    - actions[i] // 2 // LEVELS % header[SPAN + level_of(actions[i]) + 1])
                implies(actions[i] % 2 != EXPAND, node // LEVELS == header[FIRST] + tokens_in(header, tags, 0, slot))
                implies(actions[i] % 2 != EXPAND, header[SPAN + node % LEVELS]
                    == header[SPAN + level_of(actions[i]) + 1])
                implies(actions[i] % 2 != EXPAND, turn(node // LEVELS, header[SPAN + level_of(actions[i]) + 1]))
                implies(actions[i] % 2 != EXPAND, begins_at(header, tags, slot, node))
                stands(header, tags, slot, node)
                1 <= node % LEVELS <= header[TOP]
                0 <= node < 2**54
            """,
            "behind = end": """
                is_list(header, family_slot, family_node, spare_slot, spare_node, first, listed - first, end)
                listed * least_width(header) <= end
            """,
            "spare_slot[listed - first] = slot": """
                times_sum(listed, 1, least_width(header))
                fewer(listed + 1, len(spare_slot), least_width(header))
                fewer(listed + 1, len(spare_node), least_width(header))
                (listed + 1) * least_width(header) <= end
            """,
            "keep_rest": """
                families_take(header, family_slot, family_node, source, header[FAMILIES] - source)
                times_sum(listed, header[FAMILIES] - source, least_width(header))
                times_nothing(header[FAMILIES] - source, least_width(header))
                fewer(listed + (header[FAMILIES] - source), len(family_slot), least_width(header))
                fewer(listed + (header[FAMILIES] - source), len(family_node), least_width(header))
                fewer(listed + (header[FAMILIES] - source), len(spare_slot), least_width(header))
                fewer(listed + (header[FAMILIES] - source), len(spare_node), least_width(header))
                (listed + (header[FAMILIES] - source)) * least_width(header) <= header[SLOTS]
                implies(source < header[FAMILIES],
                    places[done - 1] + before(header, actions[done - 1]) <= family_slot[source])
                some_stand_after(header, actions, places, done, header[SLOTS] - shifted(header, actions, done), tags,
                    old(family_slot), old(family_node), done, source, header[FAMILIES])
                all(stands(header, tags, family_slot[f] + shift, family_node[f])
                    for f in range(source, header[FAMILIES]) if at(family_slot[f]) if at(family_node[f]))
            """,
        },
        closes="""
            all_stand(old(header), tags, family_slot, family_node, header[FAMILIES])
            sound_is(old(header), tags)
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
        """,
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
            lie_apart(header, actions, places, done, header[SLOTS])
            0 <= header[SLOTS] + shifted(header, actions, done) <= 2**26
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            ascend(no_expand, len(no_expand), 0)
            ascend(no_expand, len(no_expand), 2)
        """,
        writes="no_expand",
        gives="""
            all(no_expand[j] == old(no_expand)[j] for j in range(len(no_expand)) if j % PIN < 2)
            pins_lie(no_expand, len(no_expand), header[SLOTS] + shifted(header, actions, done))
            ascend(no_expand, len(no_expand), 0)
            ascend(no_expand, len(no_expand), 2)
        """,
        opens="""
            pins_lie_is(no_expand, len(no_expand), header[SLOTS])
            ascend_is(no_expand, len(no_expand), 0)
            ascend_is(no_expand, len(no_expand), 2)
            shift_none(header, actions, 0)
            layout_fits(header, actions, places, done, header[SLOTS])
            layout_stays(header, actions, places, done, header[SLOTS])
        """,
        closes="""
            pins_lie_is(no_expand, len(no_expand), header[SLOTS] + shifted(header, actions, done))
            ends_moved_ascend(header, actions, places, done, header[SLOTS])
            ascend_is(no_expand, len(no_expand), 0)
            ascend_is(no_expand, len(no_expand), 2)
        """,
        loops={
            "for at in range(0, len(no_expand), PIN)": loop(
                keeps="""
                    at % PIN == 0
                    0 <= passed <= done
                    grown == shifted(header, actions, passed)
                    kept_from(no_expand, old(no_expand), at)
                    all(no_expand[j] == old(no_expand)[j] for j in range(at) if j % PIN < 2)
                    all(0 <= no_expand[j] <= header[SLOTS] + shifted(header, actions, done)
                        for j in range(at) if j % PIN >= 2)
                    all(no_expand[j] <= no_expand[j + 1] for j in range(at) if j % PIN == 2)
                    all(no_expand[j] == end_moved(header, actions, places, done, old(no_expand)[j])
                        for j in range(at) if j % PIN == 3)
                    all(no_expand[j] <= no_expand[k] for j in range(at) for k in range(j + 1, at)
                        if j % PIN == 2 and k % PIN == 2 if at(no_expand[j], no_expand[k]))
                    implies(passed > 0 and at < len(no_expand),
                        places[passed - 1] + before(header, actions[passed - 1]) <= no_expand[at + 2])
                    all(no_expand[j] - grown <= no_expand[at + 2] for j in range(at)
                        if j % PIN == 2 and at < len(no_expand))
                    all(no_expand[j] - grown <= places[passed] for j in range(at) if j % PIN == 2 and passed < done)
                """,
            ),
            "while passed < done and places[passed] + slots_before(header, actions[passed]) <= first": loop(
                keeps="""
                    0 <= passed <= done
                    grown == shifted(header, actions, passed)
                    implies(passed > 0, places[passed - 1] + before(header, actions[passed - 1]) <= first)
                    all(no_expand[j] - grown <= first for j in range(at) if j % PIN == 2)
                    all(no_expand[j] - grown <= places[passed] for j in range(at) if j % PIN == 2 and passed < done)
                """,
                falls="done - passed",
                opens="shift_one_more(header, actions, passed + 1)",
            ),
            "while i < done and places[i] < last": loop(
                keeps="""
                    passed <= i <= done
                    inside == shifted(header, actions, i) - grown
                    i == 0 or places[i - 1] < last
                    low == (first if i == passed else min(first, places[passed]))
                    implies(i > 0, places[i - 1] + before(header, actions[i - 1]) <= high)
                    last <= high <= header[SLOTS]
                    high == last or (i > 0 and high == places[i - 1] + before(header, actions[i - 1]))
                """,
                falls="done - i",
                opens="shift_one_more(header, actions, i + 1)",
            ),
        },
        before={
            "no_expand[at + 2] =": """
                layout_fits(header, actions, places, i, header[SLOTS])
                shift_one_more(header, actions, passed + 1)
                shift_one_more(header, actions, i + 1)
                end_moved_found(header, actions, places, done, header[SLOTS], i, last)
                high == (last if i == 0 else max(last, places[i - 1] + before(header, actions[i - 1])))
                high + grown + inside == end_moved(header, actions, places, done, last)
                implies(i < done, high <= places[i])
                0 <= low + grown
                low + grown <= header[SLOTS] + shifted(header, actions, done)
                high + grown + inside <= header[SLOTS] + shifted(header, actions, done)
                low + grown <= high + grown + inside
                all(no_expand[j] <= low + grown for j in range(at) if j % PIN == 2)
            """
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
            multiplied(header)
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
            header[SLOTS] + shifted(header, actions, done) <= header[CAPACITY]
            header[CAPACITY] <= 2**26
            header[CAPACITY] <= len(tags)
            header[CAPACITY] <= len(spare)
            stays_plain(header, tags, actions, places, done, header[SLOTS])
            spans_multiply(header)
            spans_are_told(header)
            are_tags(header, tags, 0, header[SLOTS])
            aligned(header, tags, header[SLOTS])
            whole(header, tags)
            header[SLOTS] == 0 or tags[0] >= 0
            ends_lie(header, tags, actions, places, done)
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
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            ascend(no_collapse, len(no_collapse), 0)
            ascend(no_expand, len(no_expand), 0)
            ascend(no_expand, len(no_expand), 2)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            stand_clear(header, family_slot, actions, places, done)
            all_there(header, tags, family_slot, family_node, header[FAMILIES])
            has_places(header, family_slot)
            has_places(header, family_node)
            has_places(header, spare_slot)
            has_places(header, spare_node)
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
            implies(old(header)[SLOTS] > 0, header[SLOTS] > 0)
            are_plain(header, tags, header[SLOTS])
            pins_lie(no_expand, len(no_expand), header[SLOTS])
            ascend(no_expand, len(no_expand), 0)
            ascend(no_expand, len(no_expand), 2)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            tiled(header, tags, 0, header[SLOTS])
            aligned(header, tags, header[SLOTS])
            tokens_in(header, tags, 0, header[SLOTS]) == tokens_in(old(header), old(tags), 0, old(header)[SLOTS])
            0 <= header[SPLICES] <= done
            implies(done > 0, are_actions(header, expand_tokens, done))
            implies(done > 0, lie_apart(old(header), expand_tokens, expand_keys, done, old(header)[SLOTS]))
            implies(done > 0, all(many(expand_keys, expand_tokens, done, p, a) == many(places, actions, done, p, a)
                for p in INTEGERS for a in INTEGERS if at(many(expand_keys, expand_tokens, done, p, a))))
            implies(done > 0, shifted(old(header), expand_tokens, done) == shifted(old(header), actions, done))
            implies(old(header)[HEARD] == 0 and old(header)[KNOWN] == 0, header[KNOWN] == 0)
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
                in_order_plain(old(header), tags, actions, places, sorted_actions, sorted_places, done,
                    old(header)[SLOTS])
                in_order_clear(old(header), family_slot, actions, places, sorted_actions, sorted_places, done)
            """,
            "move_pins": """
                shift_alike(header, old(header), sorted_actions, done)
                some_stay(header, sorted_actions, sorted_places, done, header[SLOTS])
            """,
            "update_families": """
                shift_alike(header, old(header), sorted_actions, done)
                header[SLOTS] - shifted(header, sorted_actions, done) == old(header)[SLOTS]
                multiplied_alike(old(header), header)
                multiplied(header)
                tokens_marked(prior(header), old(header), old(tags), old(tags), old(header)[SLOTS])
                all_there(prior(header), old(tags), family_slot, family_node, header[FAMILIES])
                tiled_whole(header, tags)
                spans_multiply_alike(old(header), header)
                sound_is(header, tags)
                carried_out(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags,
                    old(tags))
                all_began(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags,
                    old(tags), done)
                aligned_after(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags,
                    old(tags))
                aligned(header, tags, header[SLOTS])
                stay_after(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags,
                    old(tags), family_slot, family_node)
                stay(header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags, family_slot, family_node)
                made_stand_after(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags,
                    old(tags), done)
                expanded_stand(header, sorted_actions, sorted_places, done, tags)
                tiled(header, tags, 0, header[SLOTS])
            """,
            "remember_told(session, done": "shift_alike(header, old(header), sorted_actions, done)",
            "splice": """
                shift_alike(header, old(header), sorted_actions, done)
                some_stay(old(header), sorted_actions, sorted_places, done, old(header)[SLOTS])
                multiplied_alike(old(header), header)
                whole_alike(old(header), header, tags)
                aligned_alike(old(header), header, tags, header[SLOTS])
                aligned(header, tags, header[SLOTS])
                in_order_ends(old(header), header, tags, actions, places, sorted_actions, sorted_places, done)
                whole(header, tags) and multiplied(header)
                ends_lie(header, tags, sorted_actions, sorted_places, done)
            """,
        },
        closes="""
            implies(done == 0, are_plain(header, tags, header[SLOTS]) and tags == old(tags))
            tiled_stretch(old(header), tags, 0, header[SLOTS])
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            tiled_alike(prior(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            aligned_alike(prior(header), header, tags, header[SLOTS])
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
            tokens_marked(header, prior(header), tags, tags, header[SLOTS])
            all_there_plain(old(header), tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
        """,
    ),
    contract(
        "unmark",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            has_products(header)
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            are_actions(header, actions, done)
            header[SLOTS] <= len(tags)
            all(0 <= places[i] and places[i] + before(header, actions[i]) <= header[SLOTS] for i in range(done))
            all(RAW <= tags[j] - MARK * begun(header, actions, places, done, j) for j in range(header[SLOTS]))
        """,
        writes="tags",
        gives="""
            all(tags[j] == old(tags)[j] - MARK * begun(header, actions, places, done, j) for j in INTEGERS)
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    all(tags[j] == old(tags)[j] - MARK * begun(header, actions, places, i, j) for j in INTEGERS)
                """,
                opens="""
                    level_of(actions[i]) == actions[i] // 2 % LEVELS
                    begun_one_more(header, actions, places, i + 1)
                    begun_grows(header, actions, places, i + 1, done)
                """,
            ),
            "for j in range(header[FANOUT + level])": loop(
                keeps="""
                    all(tags[k] == old(tags)[k] - MARK * begun(header, actions, places, i, k)
                        - (MARK if places[i] <= k and k < places[i] + j * header[UNITS + level - 1]
                        and turn(k - places[i], header[UNITS + level - 1]) else 0) for k in INTEGERS)
                """,
                opens="""
                    header[WIDTH + level] == header[FANOUT + level] * header[UNITS + level - 1]
                    product_grows(j, header[FANOUT + level], header[UNITS + level - 1])
                    turn_times(j, header[UNITS + level - 1])
                    product_next(j, header[UNITS + level - 1])
                    begun(header, actions, places, i + 1, places[i] + j * header[UNITS + level - 1])
                        == begun(header, actions, places, i, places[i] + j * header[UNITS + level - 1]) + 1
                """,
            ),
        },
    ),
    contract(
        "is_possible",
        truth=True,
        whole=True,
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
            result == stands_for(header, tags, slot, kind, level)
            implies(result, slot >= 0)
            implies(result and kind == EXPAND, tags[slot] == level)
            implies(result and kind != EXPAND, slot + header[WIDTH + level] <= header[SLOTS])
            implies(result and kind != EXPAND, all(tags[j] == level - 1
                for j in range(slot, slot + header[WIDTH + level]) if turn(j - slot, header[UNITS + level - 1])))
        """,
        loops={
            "for i in range(header[FANOUT + level])": loop(
                keeps="""
                    all(tags[j] == level - 1 for j in range(slot, slot + i * stride) if turn(j - slot, stride))
                """,
                opens="""
                    turn_times(i, stride)
                    product_next(i, stride)
                    header[WIDTH + level] == header[FANOUT + level] * stride
                    product_grows(i, header[FANOUT + level], stride)
                """,
            )
        },
    ),
    contract(
        "first_misfit",
        needs="""
            is_header(header)
            is_shaped(header)
            ascend(no_collapse, len(no_collapse), 0)
            ascend(no_expand, len(no_expand), 0)
            has_products(header)
            is_dear(header)
            spans_are_told(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            ledger_fits(header, ledger_action)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_plain(header, tags, header[SLOTS])
            spans_multiply(header)
            tiled(header, tags, 0, header[SLOTS])
            are_families(header, family_slot, family_node, header[SLOTS])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            0 <= header[FIRST] < 2**49
            0 <= header[END] < 2**49
            0 <= header[PROTECTED] < 2**49
            0 <= header[W_MAX] <= 2**26
            0 <= done <= 2**26
            done <= len(actions)
            done <= len(places)
            are_actions(header, actions, done)
            actions_are_aligned(header, actions, done)
        """,
        writes="tags places",
        gives="""
            0 <= result <= done
            all(tags[j] == old(tags)[j] for j in INTEGERS)
            all(0 <= places[i] and places[i] + before(header, actions[i]) <= header[SLOTS] for i in range(result))
            header[SLOTS] + shifted(header, actions, result) <= max(header[W_MAX], header[SLOTS])
            all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], actions[i] + 1 - 2 * (actions[i] % 2))
                for i in range(result))
            kept_from(places, old(places), done)
            are_apart(header, actions, places, result)
            stand_clear(header, family_slot, actions, places, result)
            ends_lie(header, tags, actions, places, result)
        """,
        opens="""
            shift_none(header, actions, 0)
            multiplied_is(header)
            tiled_whole(header, tags)
            ends_none(header, tags, actions, places)
            all_begin(header, tags, family_slot, family_node, header[FAMILIES])
            told_by(header, tags, family_slot, family_node, header[FAMILIES])
        """,
        closes="ends_marked(header, header, tags, old(tags), actions, places, fit)",
        loops={
            "while fit < done": loop(
                keeps="""
                    0 <= fit <= done
                    used == header[SLOTS] + shifted(header, actions, fit)
                    header[SLOTS] - fit * 2**26 <= used <= max(header[W_MAX], header[SLOTS])
                    all(tags[j] == old(tags)[j] + MARK * begun(header, actions, places, fit, j) for j in INTEGERS)
                    only_marked(header, tags, old(tags))
                    all(0 <= places[i] and places[i] + before(header, actions[i]) <= header[SLOTS] for i in range(fit))
                    all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                        actions[i] + 1 - 2 * (actions[i] % 2)) for i in range(fit))
                    kept_from(places, old(places), done)
                    whole(header, tags)
                    all(is_of(tags[family_slot[f]], family_node[f] % LEVELS - 1)
                        for f in range(header[FAMILIES]) if at(family_slot[f]) if at(family_node[f]))
                    are_replaced(header, tags, actions, places, fit)
                    are_apart(header, actions, places, fit)
                    stand_clear(header, family_slot, actions, places, fit)
                    ends_lie(header, old(tags), actions, places, fit)
                """,
                falls="done - fit",
                opens="""
                    level_of(actions[fit]) == actions[fit] // 2 % LEVELS
                    tokens_marked(header, header, tags, old(tags), header[SLOTS])
                    begun_one_more(header, actions, places, fit + 1)
                    shift_one_more(header, actions, fit + 1)
                    are_tags(header, tags, 0, header[SLOTS])
                    tokens_are_told(header, tags, family_slot, family_node)
                """,
            )
        },
        before={
            "if not is_possible": """
                ends_put_place(header, old(tags), actions, prior(places), fit, fit, slot)
                ends_lie(header, old(tags), actions, places, fit)
            """,
            "mark(tags, slot, 1": """
                whole_gists(header, tags)
                before(header, actions[fit]) == header[UNITS + level]
                slot + header[UNITS + level] <= header[SLOTS]
                all(tags[j] < 0 for j in range(slot + 1, slot + header[UNITS + level]))
                old(tags)[slot] >= 0
                slot + header[UNITS + level] == header[SLOTS] or old(tags)[slot + header[UNITS + level]] >= 0
                all(places[i] + before(header, actions[i]) <= slot or slot + header[UNITS + level] <= places[i]
                    for i in range(fit))
                all(family_slot[f] <= slot or slot + header[UNITS + level] <= family_slot[f]
                    for f in range(header[FAMILIES]))
                are_apart(header, actions, places, fit + 1)
                stand_clear(header, family_slot, actions, places, fit + 1)
                turn_first(1)
                tokens_up_to(header, tags, header[SLOTS])
                token < header[END]
                turn(token, header[SPAN + level])
                gist_spans(header, tags, slot, level)
                begins_at(header, old(tags), slot, node)
                has_tokens(header, old(tags), actions[fit], slot)
            """,
            "mark(tags, slot, header": """
                before(header, actions[fit]) == header[WIDTH + level]
                multiplied_at(header, level)
                row_is(tags, slot, level - 1, header[WIDTH + level], header[UNITS + level - 1])
                row(tags, slot, level - 1, header[WIDTH + level], header[UNITS + level - 1])
                row_whole(header, tags, slot, header[FANOUT + level], level - 1)
                row_ends(header, tags, slot, header[FANOUT + level], level - 1)
                turn_first(header[UNITS + level - 1])
                all((tags[j] >= 0) == turn(j - slot, header[UNITS + level - 1])
                    for j in range(slot, slot + header[WIDTH + level]))
                old(tags)[slot] >= 0
                slot + header[WIDTH + level] == header[SLOTS] or old(tags)[slot + header[WIDTH + level]] >= 0
                all(places[i] + before(header, actions[i]) <= slot or slot + header[WIDTH + level] <= places[i]
                    for i in range(fit))
                are_apart(header, actions, places, fit + 1)
                tokens_up_to(header, tags, header[SLOTS])
                token < header[END]
                turn(token, header[SPAN + level])
                row_spans(header, tags, slot, level)
                begins_at(header, old(tags), slot, node)
                has_tokens(header, old(tags), actions[fit], slot)
                all_apart_by_tokens(header, tags, slot, level, token, family_slot, family_node, header[FAMILIES])
                all(family_slot[f] <= slot or slot + header[WIDTH + level] <= family_slot[f]
                    for f in range(header[FAMILIES]))
                stand_clear(header, family_slot, actions, places, fit + 1)
            """,
            "used += slots_added": """
                begun_one_more(header, actions, places, fit + 1)
                before(header, actions[fit]) == slots_before(header, actions[fit])
                only_marked(header, tags, prior(tags))
                whole_marked(header, tags, prior(tags))
                ends_next(header, old(tags), actions, places, fit)
                ends_lie(header, old(tags), actions, places, fit + 1)
                tags[slot] >= MARK and places[fit] == slot
                all(tags[j] >= MARK or tags[j] < 0 for j in range(slot, slot + before(header, actions[fit])))
                all(tags[places[i]] >= MARK for i in range(fit) if at(places[i]))
                all(tags[j] >= MARK or tags[j] < 0
                    for i in range(fit) for j in range(places[i], places[i] + before(header, actions[i]))
                    if at(places[i], tags[j]))
                are_replaced(header, tags, actions, places, fit + 1)
            """,
        },
    ),
]

NOW = "header, tags, no_collapse, len(no_collapse)"
"""A context after actions, and what bars families from collapsing."""

WAS = NOW.replace("header", "old(header)")
"""The same, by the header that a kernel was given."""

SLOTS_BEFORE = "old(header)[SLOTS] - shifted(old(header), actions, done)"
"""The slots that there were before the actions."""

KNOWN = (
    f"(listed_before(old(header), actions, places, done, {SLOTS_BEFORE}, tags, no_collapse, len(no_collapse),"
    f" old(family_slot))"
    f" and heads_stay(old(header), actions, places, done, {SLOTS_BEFORE}, tags, old(family_slot), old(family_node))"
    " and collapsed_stand(old(header), actions, places, done, tags))"
)
"""That the families that actions left alone had all been listed, that the first blocks of those that were listed stand
where they moved to, and gists where families collapsed."""

LISTS = "family_slot, first, spare_slot, listed - first"
"""The list so far: what is in place, and what goes on in the spare table."""

FROM = "places[i - 1] + before(header, actions[i - 1]) + shifted(header, actions, i)"
"""Where what the last action made ends."""

TO = "places[i] + shifted(header, actions, i)"
"""Where what this action makes begins."""

NEXT = "places[i + 1] + shifted(header, actions, i + 1)"
"""Where what the next action makes begins."""

BEHIND = "places[i] + before(header, actions[i]) + shifted(header, actions, i + 1)"
"""Where it ends."""

HEAD = "old(family_slot)[source] + shifted(header, actions, i + 1)"
"""Where the next family on the old list has moved to."""

MADE = f"made_at(header, actions[i], {TO})"
"""Where the family begins that this action makes, if it makes one."""

MAKES = (
    f"(0 <= {MADE} and begins_family({NOW}, {MADE}) and {MADE} < {TO} + after(header, actions[i])"
    f" and {TO} < {MADE} + header[WIDTH + tags[{MADE}] + 1])"
)
"""That it makes one."""

ON_LIST = (
    "all(held(family_slot, 0, {2}, old(family_slot)[j] + shifted(header, actions, i))"
    " or held(spare_slot, 0, {3}, old(family_slot)[j] + shifted(header, actions, i))"
    " for j in range({0}, {1}) if at(old(family_slot)[j]))"
)
"""That some of the old list are on the new one, moved by what the actions before add."""

CONTRACTS = besides(
    CONTRACTS,
    "exact",
    {
        "first_misfit": {
            "gives": """
                all(is_admissible(session, old(tags), actions, places, i)
                    for i in range(result) if at(places[i]) if at(actions[i]))
                implies(result < done, not is_admissible(session, old(tags), actions, places, result))
                all(is_looked_up(header, old(tags), actions, places, i)
                    for i in range(min(result + 1, done)) if at(places[i]) if at(actions[i]))
            """,
            "loops": {
                "while fit < done": loop(
                    keeps="""
                        all(is_admissible(session, old(tags), actions, places, i)
                            for i in range(fit) if at(places[i]) if at(actions[i]))
                        all(is_looked_up(header, old(tags), actions, places, i)
                            for i in range(fit) if at(places[i]) if at(actions[i]))
                    """
                )
            },
            "before": {
                "if not is_possible": """
                    all(is_admissible(session, old(tags), actions, places, i)
                        for i in range(fit) if at(places[i]) if at(actions[i]))
                    is_looked_up(header, tags, actions, places, fit)
                    marked_looked_up(header, tags, old(tags), actions, places, fit)
                    is_looked_up(header, old(tags), actions, places, fit)
                    marked_in_turn(header, tags, old(tags), actions, places, fit)
                    stands_for(header, tags, slot, kind, level) == in_turn(header, old(tags), actions, places, fit)
                """,
                "if is_barred": """
                    in_turn(header, old(tags), actions, places, fit)
                """,
                "used +=": """
                    is_admissible(session, old(tags), actions, places, fit)
                """,
            },
            "whole": True,
        }
    },
)

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "family_made": {
            "gives": """
                implies(action % 2 != EXPAND and level_of(action) < header[TOP]
                    and 0 <= made_at(header, action, slot)
                    and made_at(header, action, slot) + header[WIDTH + level_of(action) + 1] <= header[SLOTS]
                    and row(tags, made_at(header, action, slot), level_of(action), header[WIDTH + level_of(action) + 1],
                        header[UNITS + level_of(action)]),
                    result == made_at(header, action, slot))
            """,
        },
        "update_families": {
            "gives": f"""
                implies({KNOWN}, all_listed({NOW}, family_slot, header[FAMILIES], header[SLOTS]))
            """,
            "loops": {
                "for i in range(done)": loop(
                    keeps=f"""
                        implies(i == 0, kept_from(family_slot, old(family_slot), 0))
                        implies(i == 0, all(old(family_slot)[j] <= places[0] for j in range(source)))
                        implies(i >= 1, all(old(family_slot)[j] <= places[i - 1] for j in range(source)))
                        none_across({NOW}, behind)
                        implies({KNOWN} and i >= 1 and i < done, listed_by({NOW}, {LISTS}, {FROM}, {TO}))
                        implies({KNOWN} and i >= 1 and i == done, listed_by({NOW}, {LISTS}, {FROM}, header[SLOTS]))
                    """,
                )
            },
            "before": {
                "for i in range(done)": f"""
                    none_across_is({NOW}, 0)
                    clear_behind({NOW}, family_slot[first - 1], family_node[first - 1])
                    none_across({NOW}, behind)
                """,
                "kept = until - source": """
                    all(old(family_slot)[j] == family_slot[j] for j in range(source, header[FAMILIES])
                        if at(old(family_slot)[j]))
                    implies(i >= 1, places[i - 1] <= places[i])
                    all(old(family_slot)[j] <= places[i] for j in range(until))
                    all(places[i] < old(family_slot)[j] for j in range(until, header[FAMILIES]))
                """,
                "if kept > 0:\n    behind": """
                    implies(kept < until - source, kept == until - source - 1
                        and places[i] < old(family_slot)[until - 1]
                        + header[WIDTH + old(family_node)[until - 1] % LEVELS])
                    kept <= until - source
                    reach_behind(header, old(family_slot), old(family_node), places[i], source + kept, until,
                        header[FAMILIES])
                    all(places[i] < old(family_slot)[j]
                            or places[i] < old(family_slot)[j] + header[WIDTH + old(family_node)[j] % LEVELS]
                        for j in range(source + kept, header[FAMILIES]))
                """,
                "behind = keep_families": f"""
                    clear_behind({NOW}, family_slot[source + kept - 1] + shift, family_node[source + kept - 1])
                    none_across({NOW}, family_slot[source + kept - 1] + shift
                        + header[WIDTH + family_node[source + kept - 1] % LEVELS])
                """,
                "if listed == source": f"""
                    across_at({NOW}, prior(family_slot)[source + kept - 1] + shift
                        + header[WIDTH + prior(family_node)[source + kept - 1] % LEVELS], behind)
                    none_across({NOW}, behind)
                    copied_held(old(family_slot), family_slot, source, kept, source, shift, source + kept)
                    copied_held(old(family_slot), spare_slot, source, kept, listed - first, shift,
                        listed - first + kept)
                    copied_held(prior(family_slot), family_slot, 0, first, 0, 0, source + kept)
                    copied_held(prior(spare_slot), family_slot, 0, listed - first, first, 0, source + kept)
                    copied_held(prior(family_slot), family_slot, 0, first, 0, 0, first)
                    copied_held(prior(spare_slot), spare_slot, 0, listed - first, 0, 0, listed - first + kept)
                    listed_by_more({NOW}, prior(family_slot), first, prior(spare_slot), listed - first,
                        family_slot, source + kept, spare_slot, 0, {FROM}, {TO})
                    listed_by_more({NOW}, prior(family_slot), first, prior(spare_slot), listed - first,
                        family_slot, first, spare_slot, listed - first + kept, {FROM}, {TO})
                    implies(listed == source, {ON_LIST.format("source", "source + kept", "source + kept", "0")})
                    implies(listed != source,
                        {ON_LIST.format("source", "source + kept", "first", "listed - first + kept")})
                    implies({KNOWN} and i >= 1 and listed == source,
                        listed_by({NOW}, family_slot, source + kept, spare_slot, 0, {FROM}, {TO}))
                    implies({KNOWN} and i >= 1 and listed != source,
                        listed_by({NOW}, family_slot, first, spare_slot, listed - first + kept, {FROM}, {TO}))
                    implies(i == 0, listed == source)
                    implies(i == 0, all(family_slot[j] == old(family_slot)[j] for j in range(source)
                        if at(old(family_slot)[j])))
                    copied_held(old(family_slot), family_slot, 0, source, 0, 0, source + kept)
                    implies(i == 0, shifted(header, actions, i) == 0)
                    implies(i == 0, {ON_LIST.format("0", "source", "source + kept", "0")})
                """,
                "listed += kept": f"""
                    {ON_LIST.format("source", "source + kept", "first", "listed - first + kept")}
                    implies(listed == source, first == source + kept and listed - first + kept == 0)
                    implies(listed != source, first == prior(first))
                    listed_by_at({NOW}, family_slot, source + kept, spare_slot, 0, {FROM}, {TO},
                        first, listed - first + kept, {FROM}, {TO})
                    listed_by_at({NOW}, family_slot, prior(first), spare_slot, listed - prior(first) + kept, {FROM},
                        {TO}, first, listed - first + kept, {FROM}, {TO})
                    implies({KNOWN} and i >= 1,
                        listed_by({NOW}, family_slot, first, spare_slot, listed - first + kept, {FROM}, {TO}))
                    implies(i == 0, {ON_LIST.format("0", "source", "first", "listed - first + kept")})
                """,
                "source = until": f"""
                    implies(kept > 0, listed == prior(listed) + kept)
                    implies({KNOWN} and i >= 1 and kept > 0,
                        listed_by({NOW}, family_slot, first, spare_slot, prior(listed) - first + kept, {FROM}, {TO}))
                    listed_by_at({NOW}, family_slot, first, spare_slot, prior(listed) - first + kept, {FROM}, {TO},
                        first, listed - first, {FROM}, {TO})
                    implies({KNOWN} and i >= 1 and kept > 0, listed_by({NOW}, {LISTS}, {FROM}, {TO}))
                    {ON_LIST.format("source", "source + kept", "first", "listed - first")}
                    implies({KNOWN} and i >= 1 and kept == 0, listed_by({NOW}, {LISTS}, {FROM}, {TO}))
                    kept >= 0
                    implies({KNOWN} and i >= 1, listed_by({NOW}, {LISTS}, {FROM}, {TO}))
                    implies(i == 0, {ON_LIST.format("0", "source", "first", "listed - first")})
                    stretch_listed(header, actions, places, done, {SLOTS_BEFORE}, tags, no_collapse, len(no_collapse),
                        old(family_slot), old(family_node), {LISTS}, i, 0, source + kept, 0, {TO}, {TO})
                    stretch_listed(header, actions, places, done, {SLOTS_BEFORE}, tags, no_collapse, len(no_collapse),
                        old(family_slot), old(family_node), {LISTS}, i, source, source + kept, {FROM}, {TO}, {TO})
                    {TO} <= header[SLOTS]
                    implies(i == 0, {ON_LIST.format("0", "source + kept", "first", "listed - first")})
                    implies({KNOWN} and i == 0, listed_by({NOW}, {LISTS}, {TO}, {TO}))
                    implies({KNOWN} and i >= 1, listed_by({NOW}, {LISTS}, {TO}, {TO}))
                    implies({KNOWN}, listed_by({NOW}, {LISTS}, {TO}, {TO}))
                    none_across({NOW}, behind)
                """,
                "if slot < 0": f"""
                    begins_after(header, actions, places, done, tags, i)
                    begins_at(header, tags, {TO}, actions[i] // 2)
                    makes({NOW}, actions[i], {TO})
                    0 <= {TO} and {TO} + after(header, actions[i]) <= header[SLOTS]
                    implies({KNOWN}, stands(header, tags, {TO}, actions[i] // 2) if actions[i] % 2 == EXPAND
                        else tags[{TO}] == level_of(actions[i]))
                    implies({KNOWN} and {MAKES}, tags[{MADE}] == made_of(actions[i]))
                    implies({KNOWN} and {MAKES}, not pinned(header, no_collapse, len(no_collapse),
                        node_of(made_of(actions[i]) + 1, token_made(header, actions[i]))))
                    implies({KNOWN} and {MAKES}, slot == {MADE})
                    turn_listed({NOW}, {LISTS}, actions[i], {TO}, header[SLOTS])
                    turn_listed({NOW}, {LISTS}, actions[i], {TO}, {NEXT})
                    {BEHIND} == {TO} + after(header, actions[i])
                    listed_by_at({NOW}, {LISTS}, {TO} + after(header, actions[i]), header[SLOTS], first, listed - first,
                        {BEHIND}, header[SLOTS])
                    listed_by_at({NOW}, {LISTS}, {TO} + after(header, actions[i]), {NEXT}, first, listed - first,
                        {BEHIND}, {NEXT})
                    implies({KNOWN} and slot < 0, listed_by({NOW}, {LISTS}, {BEHIND}, header[SLOTS]))
                    implies({KNOWN} and slot < 0, listed_by({NOW}, {LISTS}, {BEHIND}, {NEXT}))
                """,
                "if slot < behind": f"""
                    none_across_is({NOW}, behind)
                    heads_stay_is(header, actions, places, done, {SLOTS_BEFORE}, tags, old(family_slot),
                        old(family_node))
                    head_apart({NOW}, {MADE}, {HEAD}, old(family_node)[source])
                    implies({KNOWN} and {MAKES},
                        node == node_of(made_of(actions[i]) + 1, token_made(header, actions[i])))
                    node % LEVELS == made_of(actions[i]) + 1
                    pinned_at(header, no_collapse, len(no_collapse), node,
                        node_of(made_of(actions[i]) + 1, token_made(header, actions[i])))
                    implies({KNOWN} and {MAKES}, not pinned(header, no_collapse, len(no_collapse), node))
                    implies({KNOWN} and {MAKES}, end == {MADE} + header[WIDTH + tags[{MADE}] + 1])
                    implies({KNOWN} and {MAKES}, behind <= slot)
                    implies(source < header[FAMILIES], places[i] + before(header, actions[i]) <= family_slot[source]
                        and family_slot[source] == old(family_slot)[source]
                        and family_node[source] == old(family_node)[source])
                    shift == shifted(header, actions, i + 1)
                    implies(source < header[FAMILIES], old(family_slot)[source] < {SLOTS_BEFORE}
                        and 1 <= old(family_node)[source] % LEVELS)
                    implies({KNOWN} and source < header[FAMILIES]
                            and (i + 1 == done or old(family_slot)[source] < places[i + 1]),
                        tags[{HEAD}] == old(family_node)[source] % LEVELS - 1
                            and begins_at(header, tags, {HEAD}, old(family_node)[source]))
                    implies({KNOWN} and {MAKES} and source < header[FAMILIES], {MADE} < {HEAD})
                    implies({KNOWN} and {MAKES} and source < header[FAMILIES], end <= {HEAD}
                        or (i + 1 < done and {NEXT} <= {HEAD}))
                    implies({KNOWN} and {MAKES}, end <= ahead or (i + 1 < done and {NEXT} < end))
                    implies({KNOWN} and {MAKES}, not (slot < behind or end > ahead
                        or pinned(header, no_collapse, len(no_collapse), node)) or (i + 1 < done and {NEXT} < end))
                    listed_by_at({NOW}, {LISTS}, {TO} + after(header, actions[i]), header[SLOTS], first, listed - first,
                        {BEHIND}, header[SLOTS])
                    listed_by_at({NOW}, {LISTS}, {TO} + after(header, actions[i]), {NEXT}, first, listed - first,
                        {BEHIND}, {NEXT})
                """,
                "spare_node[listed - first]": f"""
                    copied_held(prior(spare_slot), spare_slot, 0, listed - first, 0, 0, listed - first + 1)
                    copied_held(family_slot, family_slot, 0, first, 0, 0, first)
                    listed_by_more({NOW}, family_slot, first, prior(spare_slot), listed - first,
                        family_slot, first, spare_slot, listed - first + 1, {TO}, {TO})
                    implies({KNOWN}, listed_by({NOW}, family_slot, first, spare_slot, listed - first + 1, {TO}, {TO}))
                    held_if(spare_slot, 0, listed - first + 1, slot, listed - first)
                    implies({KNOWN} and {MAKES}, held(spare_slot, 0, listed - first + 1, {MADE}))
                    turn_listed({NOW}, family_slot, first, spare_slot, listed - first + 1, actions[i], {TO},
                        header[SLOTS])
                    turn_listed({NOW}, family_slot, first, spare_slot, listed - first + 1, actions[i], {TO}, {NEXT})
                    implies({KNOWN}, listed_by({NOW}, family_slot, first, spare_slot, listed - first + 1,
                        {TO} + after(header, actions[i]), header[SLOTS]))
                    implies({KNOWN}, listed_by({NOW}, family_slot, first, spare_slot, listed - first + 1,
                        {TO} + after(header, actions[i]), {NEXT}))
                    clear_behind({NOW}, slot, node)
                    none_across({NOW}, end)
                """,
                "behind = end": f"""
                    listed_by_at({NOW}, {LISTS}, {TO} + after(header, actions[i]), header[SLOTS], first, listed - first,
                        {BEHIND}, header[SLOTS])
                    listed_by_at({NOW}, {LISTS}, {TO} + after(header, actions[i]), {NEXT}, first, listed - first,
                        {BEHIND}, {NEXT})
                    implies({KNOWN}, listed_by({NOW}, {LISTS}, {BEHIND}, header[SLOTS]))
                    implies({KNOWN}, listed_by({NOW}, {LISTS}, {BEHIND}, {NEXT}))
                """,
            },
            "closes": f"""
                copied_held(old(family_slot), family_slot, source, old(header)[FAMILIES] - source, listed, shift,
                    header[FAMILIES])
                copied_held(prior(family_slot), family_slot, 0, first, 0, 0, header[FAMILIES])
                copied_held(prior(spare_slot), family_slot, 0, listed - first, first, 0, header[FAMILIES])
                listed_by_more({WAS}, prior(family_slot), first, prior(spare_slot), listed - first,
                    family_slot, header[FAMILIES], spare_slot, 0,
                    places[done - 1] + before(old(header), actions[done - 1]) + shifted(old(header), actions, done),
                    old(header)[SLOTS])
                stretch_listed(old(header), actions, places, done, {SLOTS_BEFORE}, tags, no_collapse, len(no_collapse),
                    old(family_slot), old(family_node), family_slot, header[FAMILIES], spare_slot, 0, done, source,
                    old(header)[FAMILIES],
                    places[done - 1] + before(old(header), actions[done - 1]) + shifted(old(header), actions, done),
                    old(header)[SLOTS], old(header)[SLOTS])
                implies({KNOWN}, listed_by({WAS}, family_slot, header[FAMILIES], spare_slot, 0, old(header)[SLOTS],
                    old(header)[SLOTS]))
                listed_by_all({WAS}, family_slot, header[FAMILIES], spare_slot)
                sound_is(old(header), tags)
                all_listed_alike(old(header), header, tags, no_collapse, len(no_collapse), family_slot,
                    header[FAMILIES],
                    header[SLOTS])
            """,
        },
        "apply": {
            "gives": STILL_COMPLETE,
            "before": {
                "update_families": f"""
                    all_listed_alike(old(header), prior(header), old(tags), no_collapse, len(no_collapse), family_slot,
                        header[FAMILIES], old(header)[SLOTS])
                    listed_before_after(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS],
                        tags, old(tags), no_collapse, len(no_collapse), family_slot)
                    heads_stay_after(prior(header), header, sorted_actions, sorted_places, done, old(header)[SLOTS],
                        tags,
                        old(tags), family_slot, family_node)
                    collapsed_stand_after(prior(header), header, sorted_actions, sorted_places, done,
                        old(header)[SLOTS],
                        tags, old(tags), done)
                    heads_stay(header, sorted_actions, sorted_places, done, old(header)[SLOTS], tags, family_slot,
                        family_node)
                    collapsed_stand(header, sorted_actions, sorted_places, done, tags)
                    implies(all_listed(old(header), old(tags), no_collapse, len(no_collapse), old(family_slot),
                            old(header)[FAMILIES], old(header)[SLOTS]),
                        listed_before(header, sorted_actions, sorted_places, done, old(header)[SLOTS], {NOW[8:]},
                            family_slot))
                """
            },
            "closes": f"""
                all_listed_alike(old(header), header, {NOW[8:]}, family_slot, header[FAMILIES], header[SLOTS])
            """,
        },
    },
)

CONTRACTS = besides(
    CONTRACTS,
    "lasting",
    {
        "inherit": {
            "gives": f"implies({SCORED}, all(LOWEST < means[j] for j in range(header[KNOWN])))",
            "loops": {
                "for i in range(done)": loop(keeps=SCORED_SO_FAR),
                "for _ in range(before + slots_added(header, actions[i]))": loop(keeps=SCORED_SO_FAR),
            },
            "before": {
                "mean = total": "mean_above(means, places[i], counted)",
            },
        },
        "remember_told": {"gives": f"{MEANS_STAY}\n{SAME_HALF}"},
        "apply": {"gives": f"{MEANS_STAY}\n{SAME_HALF}"},
    },
)
