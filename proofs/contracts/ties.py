"""Contracts of `focalloc.fastpath.kernels.ties`."""

from __future__ import annotations

from focalloc.proofs.contracts.candidates import SUMMED
from focalloc.proofs.contracts.form import besides, contract, loop
from focalloc.proofs.contracts.greedy import CHOOSES, CHOOSING, CHOSEN, NOTHING_YET, QUEUED, TURNS_BEGIN, TURNS_END

NODES = """
            is_header(header)
            is_shaped(header)
            0 <= header[CURSOR_TOKEN] < 2**60
"""

TOLD = """
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_tags(header, tags, 0, header[SLOTS])
            families_fit(header, family_slot)
            families_fit(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            tokens_are_told(header, tags, family_slot, family_node)
            0 <= header[FIRST] < 2**49
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
"""
"""What looking up tokens needs."""

NAMED = """
            0 <= size <= 2**26
            size <= len(ties.ranks)
            size <= len(ties.slots)
            size <= len(ties.tokens)
            size <= len(ties.nodes)
            size <= len(ties.ages)
            size <= len(ties.keys)
            size <= len(ties.notes)
"""
"""What is told of so many candidates has its place."""


def of_sides(most: str) -> str:
    """The same of all sides of the cursor on which there may be candidates."""
    return f"({most} if header[CURSOR_TOKEN] == header[END] else 2 * ({most}))"


COLUMNS = ("ranks", "slots", "tokens", "nodes", "ages", "keys", "notes", "more_keys")
"""The columns of a selection's work space."""


def columns(most: str) -> str:
    """That each column has a place for so many candidates."""
    return "\n".join(f"            {most} <= len(ties.{name})" for name in COLUMNS)


def expands(room: str) -> str:
    """As many expands as may be gathered where ``room`` are asked for."""
    return f"min({of_sides(f'{room} + ties.history.size + header[LEDGER_TO] - header[LEDGER_FROM]')}, header[SLOTS])"


CONTRACTS = [
    contract(
        "find",
        whole=True,
        needs="""
            0 <= size < 2**60
            size <= len(ascending)
        """,
        gives="""
            -1 <= result < size
            implies(result >= 0, ascending[result] == number)
            implies(result < 0 and rising(ascending, 0, size), not held(ascending, 0, size, number))
        """,
        loops={
            "while low < high": loop(
                keeps="""
                    0 <= low <= high and high <= size
                    implies(rising(ascending, 0, size), all(ascending[i] < number for i in range(low)))
                    implies(rising(ascending, 0, size), all(ascending[i] >= number for i in range(high, size)))
                """,
                falls="high - low",
            )
        },
    ),
    contract(
        "remember",
        needs="""
            0 <= history.size <= 2**40
            0 <= done <= 2**26
            history.size + done <= len(acted)
            history.size + done <= len(iterations)
            done <= len(actions)
            done <= len(keys)
            done <= len(nodes)
            within(actions, 0, done, 0, 2**60)
            0 <= now < 2**62
            within(iterations, 0, history.size, 0, 2**62)
        """,
        writes="acted iterations keys nodes",
        gives="""
            done <= result <= history.size + done
            all(held(old(acted), 0, history.size, acted[j]) or held(actions, 0, done, acted[j]) for j in range(result))
        """,
        loops={
            "for i in range(done)": loop(
                keeps="""
                    heap(keys, i)
                    keys_within(keys, nodes, i, -2**60, 0)
                """
            ),
            "for i in range(done) #2": loop(keeps="within(keys, 0, done, -2**60, 0)"),
            "for j in range(history.size)": loop(
                keeps="""
                    0 <= kept <= j
                    within(iterations, 0, history.size, 0, 2**62)
                    all(held(old(acted), 0, history.size, acted[k]) for k in range(kept))
                    kept_from(acted, old(acted), j)
                """
            ),
            "for i in range(done) #3": loop(
                keeps="""
                    all(held(old(acted), 0, history.size, acted[k]) for k in range(kept))
                    all(held(actions, 0, done, acted[k]) for k in range(kept, kept + i))
                """
            ),
        },
        before={"for i in range(done):\n    nodes": "keys_in(keys, nodes, done, done, -2**60, 0)"},
    ),
    contract(
        "look_up_ages",
        needs="""
            0 <= size < 2**60
            size <= len(ages)
            size <= len(tokens)
            size <= len(nodes)
            0 <= ties.history.size
            ties.history.size <= len(ties.history.acted)
            ties.history.size <= len(ties.history.iterations)
            0 <= ties.history.memory <= 2**34
            0 <= now < 2**62
            within(ties.history.iterations, 0, ties.history.size, 0, now)
        """,
        writes="ages",
        gives="""
            within(ages, 0, size, 0, 2**34)
            kept_from(ages, old(ages), size)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    within(ages, 0, i, 0, 2**34)
                    kept_from(ages, old(ages), size)
                """
            ),
            "for j in range(history.size)": loop(
                keeps="""
                    within(ages, 0, size, 0, 2**34)
                    kept_from(ages, old(ages), size)
                """
            ),
        },
    ),
    contract(
        "look_up_few_ages",
        needs="""
            0 <= size < 2**60
            size <= len(ages)
            size <= len(nodes)
            0 <= ties.history.size
            ties.history.size <= len(ties.history.acted)
            ties.history.size <= len(ties.history.iterations)
            0 <= ties.history.memory <= 2**34
            0 <= now < 2**62
            within(ties.history.iterations, 0, ties.history.size, 0, now)
        """,
        writes="ages",
        gives="""
            within(ages, 0, size, 0, 2**34)
            kept_from(ages, old(ages), size)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    within(ages, 0, i, 0, 2**34)
                    kept_from(ages, old(ages), size)
                """
            ),
            "for j in range(history.size)": loop(keeps="-1 <= latest < j"),
        },
    ),
    contract(
        "precedes_by_distance",
        truth=True,
        needs=f"""{NODES}
            0 <= node < 2**60
            node % LEVELS <= header[TOP]
            0 <= other < 2**60
            other % LEVELS <= header[TOP]
        """,
        opens="""
            over_bound(max(node // LEVELS - header[CURSOR_TOKEN],
                header[CURSOR_TOKEN] - node // LEVELS - header[SPAN + node % LEVELS], 0), header[SPAN])
            over_bound(max(other // LEVELS - header[CURSOR_TOKEN],
                header[CURSOR_TOKEN] - other // LEVELS - header[SPAN + other % LEVELS], 0), header[SPAN])
        """,
    ),
    contract(
        "number_by_distance",
        whole=True,
        needs=f"""{NODES}
            0 <= size < 2**60
            size <= len(nodes)
            size <= len(ages)
            all(0 <= nodes[i] < 2**60 and nodes[i] % LEVELS <= header[TOP] for i in range(size))
        """,
        writes="ages",
        gives="""
            within(ages, 0, size, 0, size)
            kept_from(ages, old(ages), size)
        """,
        loops={
            "for turn in range(size)": loop(
                keeps="""
                    0 <= low
                    high < size
                    high - low + 1 == size - turn
                    within(ages, 0, low, 0, size)
                    within(ages, high + 1, size, 0, size)
                    kept_from(ages, old(ages), size)
                """
            )
        },
    ),
    contract(
        "look_up_order",
        needs="""
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[CURSOR_TOKEN] < 2**60
            0 <= size <= 2**26
            size <= len(ties.ages)
            size <= len(ties.nodes)
            size <= len(ties.tokens)
            all(0 <= ties.nodes[i] < 2**60 and ties.nodes[i] % LEVELS <= session.header[TOP] for i in range(size))
            remembers(ties.history, session.header[ITERATION])
        """,
        writes="ties.ages",
        gives="""
            within(ties.ages, 0, size, 0, 2**34)
            kept_from(ties.ages, old(ties.ages), size)
        """,
    ),
    contract(
        "gather_expands",
        needs="""
            is_header(header)
            0 <= begin
            begin <= stop
            stop <= header[SLOTS] and header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_tags(header, tags, 0, header[SLOTS])
            header[SLOTS] <= len(ties.worth)
            header[SLOTS] <= len(peaks) * CHUNK
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            1 <= room < 2**40
            min(room, stop - begin) <= len(ties.keys)
            min(room, stop - begin) <= len(ties.notes)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
        """,
        writes="ties.keys ties.notes session.chunk_keys session.chunk_notes",
        gives="""
            0 <= result <= min(room, stop - begin)
            heap(ties.keys, result)
            keys_within(ties.keys, ties.notes, result, -2**57, 2**57)
            worthy_noted(header, tags, ties.worth, ties.keys, ties.notes, result)
        """,
        loops={
            "for c in range(chunks)": loop(
                keeps="""
                    0 <= size <= room
                    bar >= header[TAU_EXPAND]
                    size <= stop - begin
                    heap(keys, size)
                    keys_within(keys, notes, size, -2**57, 2**57)
                    worthy_noted(header, tags, ties.worth, keys, notes, size)
                    size <= max(0, stop - (lowest + chunks - c) * CHUNK if backwards else (lowest + c) * CHUNK - begin)
                """
            ),
            "for i in range(length)": loop(
                keeps="""
                    0 <= size <= room
                    bar >= header[TAU_EXPAND]
                    size <= stop - begin
                    heap(keys, size)
                    keys_within(keys, notes, size, -2**57, 2**57)
                    worthy_noted(header, tags, ties.worth, keys, notes, size)
                    size <= i + (stop - first - length if backwards else first - begin)
                """
            ),
        },
        before={"bar = rank_of(keys[0])": "many_member(keys, notes, size, 0)"},
    ),
    contract(
        "gather_around",
        joins=True,
        needs=f"""{TOLD}
            header[SLOTS] <= len(ties.worth)
            header[SLOTS] <= len(peaks) * CHUNK
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            header[FIRST] <= header[CURSOR_TOKEN] < 2**49
            1 <= room <= 2**30
            min(room, header[SLOTS]) <= len(ties.keys)
            min(room, header[SLOTS]) <= len(ties.notes)
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            min({of_sides("room")}, header[SLOTS]) <= len(ties.ranks)
            min({of_sides("room")}, header[SLOTS]) <= len(ties.slots)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
        """,
        writes="ties.keys ties.notes ties.ranks ties.slots session.chunk_keys session.chunk_notes",
        gives=f"""
            0 <= result <= min({of_sides("room")}, header[SLOTS])
            within(ties.ranks, 0, result, header[TAU_EXPAND] + 1, 2**32)
            are_worthy(header, tags, ties.worth, ties.slots, result)
        """,
        loops={
            "for backwards in range(2)": loop(
                keeps=f"""
                    size <= {of_sides("room")}
                    implies(backwards == 1 and header[CURSOR_TOKEN] == header[END], size == 0 or behind == 0)
                    0 <= size <= (0 if backwards == 0 else room if backwards == 1 else 2 * room)
                    size <= (0 if backwards == 0 else last - behind if backwards == 1 else last)
                    within(ranks, 0, size, header[TAU_EXPAND] + 1, 2**32)
                    are_worthy(header, tags, ties.worth, slots, size)
                """
            ),
            "for i in range(found)": loop(
                keeps="""
                    within(ranks, 0, size + i, header[TAU_EXPAND] + 1, 2**32)
                    are_worthy(header, tags, ties.worth, slots, size + i)
                """
            ),
        },
        before={
            "size = 0": """
                tokens_rise(header, tags, header[SLOTS])
                implies(header[CURSOR_TOKEN] == header[END], behind == 0 or behind == last)
            """,
            "for i in range(found)": """
                many_members(ties.keys, ties.notes, found, found)
                keys_in(ties.keys, ties.notes, found, found, -2**57, 2**57)
            """,
        },
    ),
    contract(
        "gather_at_least",
        needs="""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_tags(header, tags, 0, header[SLOTS])
            header[SLOTS] <= len(ties.worth)
            header[SLOTS] <= len(peaks) * CHUNK
            0 <= most
            min(most, header[SLOTS]) <= len(ties.ranks)
            min(most, header[SLOTS]) <= len(ties.slots)
            -2**32 <= header[TAU_EXPAND] < least <= 2**32
            -2**40 <= room <= 2**40
        """,
        writes="ties.ranks ties.slots",
        gives="""
            0 <= result <= min(most, header[SLOTS])
            within(ties.ranks, 0, result, -2**32, 2**32)
            are_worthy(header, tags, ties.worth, ties.slots, result)
        """,
        loops={
            "for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK)": loop(
                keeps="""
                    0 <= size <= min(chunk * CHUNK, header[SLOTS])
                    size <= most
                    old(room) - size <= room <= old(room)
                    least <= lowest <= least + 1
                    within(ranks, 0, size, -2**32, 2**32)
                    are_worthy(header, tags, ties.worth, slots, size)
                """
            ),
            "for i in range(min(CHUNK, header[SLOTS] - first))": loop(
                keeps="""
                    0 <= size <= first + i
                    size <= most
                    old(room) - size <= room <= old(room)
                    least <= lowest <= least + 1
                    within(ranks, 0, size, -2**32, 2**32)
                    are_worthy(header, tags, ties.worth, slots, size)
                """
            ),
        },
    ),
    contract(
        "farthest_collapses",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, len(fixed))
            header[FAMILIES] <= 2**26
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**49
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[PROTECTED] < 2**49
            -LIMIT <= header[TAU_COLLAPSE] <= LIMIT
            1 <= room < 2**40
            min(room, header[FAMILIES]) <= len(ties.keys)
            min(room, header[FAMILIES]) <= len(ties.notes)
        """,
        writes="ties.keys ties.notes",
        gives="""
            0 <= result <= min(room, header[FAMILIES])
            within(ties.keys, 0, result, -2**57, 2**58)
            families_ready(session, ties.notes, result)
        """,
        loops={
            "for turn in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= low
                    high < header[FAMILIES]
                    high - low + 1 == header[FAMILIES] - turn
                    0 <= size <= min(room, turn)
                    header[TAU_COLLAPSE] <= bar <= LIMIT
                    heap(ties.keys, size)
                    keys_within(ties.keys, ties.notes, size, -2**57, 2**57 + 2**26 - 1)
                    ready_in(session, ties.keys, ties.notes, size)
                """,
            )
        },
        before={
            "if score <": """
                product_bound(-bar, slots)
                below(score, -bar, slots)
                header[WIDTH + family_node[family] % LEVELS] == slots
                mean_narrow(score, slots)
            """,
            "slots = header": """
                0 <= family_slot[family] and 1 <= node % LEVELS and node % LEVELS <= header[TOP]
                1 <= header[WIDTH + node % LEVELS] <= 2**26
            """,
            "bar = rank_of": """
                many_member(ties.keys, ties.notes, size, 0)
                keys_in(ties.keys, ties.notes, size, size, -2**57, 2**57 + 2**26 - 1)
            """,
        },
        closes="""
            keys_in(ties.keys, ties.notes, size, size, -2**57, 2**57 + 2**26 - 1)
            many_members(ties.keys, ties.notes, size, size)
        """,
    ),
    contract(
        "collapses_at_least",
        needs=f"""{SUMMED.rstrip()}
            ends_rise(header, family_node)
            ledger_fits(header, ledger_action)
            0 <= header[ALIKE] <= 2**26
            0 <= header[END] < 2**49
            0 <= header[PROTECTED] < 2**49
            -LIMIT <= header[TAU_COLLAPSE] < least <= LIMIT
            rising(family_slot, 0, header[FAMILIES])
            0 <= room < 2**40
            0 <= most
            min(most, header[FAMILIES]) <= len(ties.ranks)
            min(most, header[FAMILIES]) <= len(ties.slots)
            min(most, header[FAMILIES]) <= len(ties.nodes)
            min(most, header[FAMILIES]) <= len(ties.tokens)
        """,
        writes="ties.ranks ties.slots ties.nodes ties.tokens",
        gives="""
            0 <= result <= min(most, header[FAMILIES])
            within(ties.ranks, 0, result, -2**34, 2**34)
            ready_at(session, ties.slots, result)
            all(0 <= ties.nodes[i] and ties.nodes[i] < 2**60 and ties.nodes[i] % LEVELS <= header[TOP]
                for i in range(result))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= size <= family
                    size <= most
                    old(room) - family <= room <= old(room)
                    least <= lowest <= least + 1
                    within(ties.ranks, 0, size, -2**34, 2**34)
                    ready_at(session, ties.slots, size)
                    all(0 <= ties.nodes[i] and ties.nodes[i] < 2**60 and ties.nodes[i] % LEVELS <= header[TOP]
                        for i in range(size))
                """,
                opens="held_if(family_slot, 0, header[FAMILIES], family_slot[family], family)",
            )
        },
        before={
            "if score <": """
                header[WIDTH + family_node[family] % LEVELS] == width
                1 <= width <= 2**26
                product_bound(1 - lowest, width)
                below(score, 1 - lowest, width)
                mean_narrow(score, width)
            """,
        },
    ),
    contract(
        "lowest_of",
        whole=True,
        needs="""
            1 <= size
            size <= len(ranks)
        """,
        gives="""
            all(result <= ranks[i] for i in range(size))
            held(ranks, 0, size, result)
        """,
        opens="held_if(ranks, 0, size, ranks[0], 0)",
        loops={
            "for i in range(1, size)": loop(
                keeps="""
                    all(lowest <= ranks[j] for j in range(i))
                    held(ranks, 0, size, lowest)
                """,
                opens="held_if(ranks, 0, size, ranks[i], i)",
            )
        },
    ),
    contract(
        "count_above",
        needs="""
            0 <= size < 2**60
            size <= len(ranks)
        """,
        gives="0 <= result <= size",
        loops={"for i in range(size)": loop(keeps="0 <= above <= i")},
    ),
    contract(
        "suffices",
        truth=True,
        needs="""
            0 <= size < 2**60
            1 <= room
            size <= len(ranks)
            size <= len(ties.ages)
        """,
        loops={"for i in range(size)": loop(keeps="0 <= enough <= i")},
    ),
    contract(
        "keep_best",
        needs="""
            0 <= size <= 2**26
            1 <= room < 2**40
            size <= len(ties.ranks)
            size <= len(ties.slots)
            size <= len(ties.tokens)
            size <= len(ties.ages)
            size <= len(ties.keys)
            size <= len(ties.notes)
            within(ties.ranks, 0, size, -2**34, 2**34)
            within(ties.ages, 0, size, 0, 2**34)
        """,
        writes="ties.ranks ties.slots ties.tokens ties.ages ties.keys ties.notes",
        gives="""
            0 <= result <= min(size, room)
            within(ties.ranks, 0, result, -2**34, 2**34)
            within(ties.ages, 0, result, 0, 2**34)
            all(held(old(ties.slots), 0, size, ties.slots[i]) for i in range(result))
            all(many(old(ties.slots), old(ties.tokens), size, ties.slots[i], ties.tokens[i]) >= 1
                for i in range(result))
        """,
        opens="many_members(ties.slots, ties.tokens, size, size)",
        loops={
            "for i in range(size)": loop(
                keeps="""
                    0 <= best <= room
                    heap(keys, best)
                """
            ),
            "for i in range(size) #2": loop(
                keeps="""
                    0 <= best <= left
                    heap(keys, best)
                """
            ),
            "for i in range(size) #3": loop(
                keeps="""
                    0 <= kept <= min(i, room)
                    within(ties.ranks, 0, size, -2**34, 2**34)
                    within(ties.ages, 0, size, 0, 2**34)
                    kept_from(ties.slots, old(ties.slots), i)
                    kept_from(ties.tokens, old(ties.tokens), i)
                    all(held(old(ties.slots), 0, size, ties.slots[j]) for j in range(kept))
                    all(many(old(ties.slots), old(ties.tokens), size, ties.slots[j], ties.tokens[j]) >= 1
                        for j in range(kept))
                """,
                opens="""
                    ties.slots[i] == old(ties.slots)[i]
                    ties.tokens[i] == old(ties.tokens)[i]
                    many_member(old(ties.slots), old(ties.tokens), size, i)
                """,
            ),
        },
    ),
    contract(
        "line_up",
        needs="""
            0 <= size <= 2**26
            size <= len(ties.ranks)
            size <= len(ties.slots)
            size <= len(ties.ages)
            size <= len(ties.keys)
            size <= len(ties.notes)
            size <= len(ties.more_keys)
            within(ties.ranks, 0, size, -2**36, 2**36)
            within(ties.slots, 0, size, 0, PLACES - 1)
            within(ties.ages, 0, size, 0, 2**36)
        """,
        writes="ties.keys ties.notes ties.more_keys",
        gives="within(ties.notes, 0, size, 0, size - 1)",
        loops={
            "for i in range(size)": loop(
                keeps="""
                    heap(keys_by_age, i)
                    notes_within(keys_by_age, order, i, 0, size - 1)
                """
            ),
            "for turn in range(size)": loop(keeps="within(keys_by_age, 0, turn, 0, size - 1)"),
            "for turn in range(size) #2": loop(
                keeps="""
                    heap(keys, turn)
                    notes_within(keys, order, turn, 0, size - 1)
                """
            ),
        },
        before={"for turn in range(size):\n    keys_by_age": "notes_in(keys_by_age, order, size, size, 0, size - 1)"},
        closes="notes_in(ties.keys, ties.notes, size, size, 0, size - 1)",
    ),
    contract(
        "sort_by_slot",
        needs="""
            0 <= size < 2**40
            size <= len(ties.ranks)
            size <= len(ties.slots)
            size <= len(ties.keys)
            size <= len(ties.notes)
            within(ties.slots, 0, size, 0, PLACES - 1)
            within(ties.ranks, 0, size, -2**34, 2**34)
        """,
        writes="ties.ranks ties.slots ties.keys ties.notes",
        gives="""
            all(ties.slots[i] <= ties.slots[j] for i in range(size) for j in range(i + 1, size))
            all(held(old(ties.slots), 0, size, ties.slots[i]) for i in range(size))
            within(ties.ranks, 0, size, -2**34, 2**34)
        """,
        loops={
            "for i in range(1, size)": loop(
                keeps="""
                    implies(ascending, all(slots[j] <= slots[k] for j in range(i) for k in range(j + 1, i)))
                """,
            ),
            "for i in range(size)": loop(
                keeps="""
                    heap(keys, i)
                    all(0 <= k < PLACES and held(slots, 0, size, place_of(k)) for k in INTEGERS for v in INTEGERS
                        if many(keys, notes, i, k, v) >= 1 if at(many(keys, notes, i, k, v)))
                    notes_within(keys, notes, i, -2**34, 2**34)
                """,
                opens="held_if(slots, 0, size, slots[i], i)",
            ),
            "for i in range(size) #2": loop(
                keeps="""
                    all(slots[j] == place_of(keys[j]) for j in range(i))
                    within(ranks, 0, size, -2**34, 2**34)
                """,
            ),
        },
        before={
            "for i in range(size):\n    slots": """
                many_members(keys, notes, size, size)
                all(0 <= keys[j] and keys[j] < PLACES and held(old(ties.slots), 0, size, place_of(keys[j]))
                    for j in range(size))
                notes_in(keys, notes, size, size, -2**34, 2**34)
            """,
        },
    ),
    contract(
        "name_expands",
        needs=f"""{TOLD}
            ledger_fits(header, ledger_action)
            0 <= header[CURSOR_TOKEN] < 2**49{NAMED}
            within(ties.ranks, 0, size, -2**34, 2**34)
            are_worthy(header, tags, ties.worth, ties.slots, size)
            remembers(ties.history, header[ITERATION])
        """,
        writes="ties.ranks ties.slots ties.tokens ties.nodes ties.ages ties.keys ties.notes",
        gives="""
            0 <= result <= size
            within(ties.ranks, 0, result, -2**34, 2**34)
            within(ties.ages, 0, result, 0, 2**34)
            within(ties.tokens, 0, result, 0, 2**49 - 1)
            are_worthy(header, tags, ties.worth, ties.slots, result)
            are_named(header, tags, ledger_action, ties.slots, ties.tokens, result)
        """,
        opens="""
            tokens_none(header, tags, 0, 0)
            tokens_up_to(header, tags, header[SLOTS])
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    0 <= left <= i
                    0 <= slot < header[SLOTS]
                    all(slot <= slots[j] for j in range(i, size))
                    token == header[FIRST] + tokens_in(header, tags, 0, slot)
                    kept_from(slots, entry(slots), i)
                    within(ranks, 0, size, -2**34, 2**34)
                    within(tokens, 0, left, 0, 2**49 - 1)
                    are_worthy(header, tags, ties.worth, slots, left)
                    are_named(header, tags, ledger_action, slots, tokens, left)
                    all(0 <= nodes[j] and nodes[j] < 2**60 and nodes[j] % LEVELS <= header[TOP] for j in range(left))
                """,
                opens="""
                    slots[i] == entry(slots)[i]
                    slot <= slots[i]
                    1 <= tags[slots[i]] and tags[slots[i]] <= header[TOP] and slots[i] < header[SLOTS]
                    tokens_bound(header, tags, 0, slots[i])
                """,
            )
        },
        before={
            "left = 0": "are_worthy(header, tags, ties.worth, slots, size)",
        },
    ),
    contract(
        "name_collapses",
        needs=f"""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, PLACES)
            header[FAMILIES] <= PLACES
            0 <= header[CURSOR_TOKEN] < 2**49{NAMED}
            size <= len(ties.more_keys)
            within(ties.keys, 0, size, -2**60, 2**60)
            families_ready(session, ties.notes, size)
            rising(family_slot, 0, header[FAMILIES])
            remembers(ties.history, header[ITERATION])
        """,
        writes="ties.more_keys ties.ages ties.ranks ties.slots ties.nodes ties.tokens",
        gives="""
            within(ties.ranks, 0, size, -2**34, 2**34)
            implies(within(ties.keys, 0, size, (header[TAU_COLLAPSE] + 1) * PLACES, LIMIT * PLACES + PLACES - 1),
                within(ties.ranks, 0, size, header[TAU_COLLAPSE] + 1, LIMIT))
            within(ties.ages, 0, size, 0, 2**34)
            ready_at(session, ties.slots, size)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    heap(more_keys, i)
                    places_ready(session, more_keys, ages, i)
                    notes_within(more_keys, ages, i, -2**34, 2**34)
                    implies(within(keys, 0, size, (header[TAU_COLLAPSE] + 1) * PLACES, LIMIT * PLACES + PLACES - 1),
                        notes_within(more_keys, ages, i, header[TAU_COLLAPSE] + 1, LIMIT))
                """,
                opens="""
                    0 <= notes[i] and notes[i] < header[FAMILIES]
                    key_round(0, notes[i])
                """,
            ),
            "for i in range(size) #2": loop(
                keeps="""
                    within(ties.ranks, 0, i, -2**34, 2**34)
                    implies(within(keys, 0, size, (header[TAU_COLLAPSE] + 1) * PLACES, LIMIT * PLACES + PLACES - 1),
                        within(ties.ranks, 0, i, header[TAU_COLLAPSE] + 1, LIMIT))
                    ready_at(session, ties.slots, i)
                    all(0 <= ties.nodes[j] and ties.nodes[j] < 2**60 and ties.nodes[j] % LEVELS <= header[TOP]
                        for j in range(i))
                """,
                opens="""
                    0 <= place_of(more_keys[i]) and place_of(more_keys[i]) < header[FAMILIES]
                    held_if(family_slot, 0, header[FAMILIES], family_slot[place_of(more_keys[i])],
                        place_of(more_keys[i]))
                """,
            ),
        },
        before={
            "for i in range(size):\n    family": """
                many_members(more_keys, ages, size, size)
                notes_in(more_keys, ages, size, size, -2**34, 2**34)
                notes_in(more_keys, ages, size, size, header[TAU_COLLAPSE] + 1, LIMIT)
                all(0 <= place_of(more_keys[i]) and place_of(more_keys[i]) < header[FAMILIES]
                    and is_ready(session, header[TAU_COLLAPSE], place_of(more_keys[i])) for i in range(size))
            """,
        },
    ),
    contract(
        "best_tied_expands",
        needs=f"""{TOLD}
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            ledger_fits(header, ledger_action)
            header[LEDGER_TO] <= 2**26
            header[FIRST] <= header[CURSOR_TOKEN] < 2**49
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            header[SLOTS] <= len(ties.worth)
            header[SLOTS] <= len(peaks) * CHUNK
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
            1 <= room <= 2**26
            room <= len(session.expand_keys)
            room <= len(session.expand_tokens)
{columns(expands("room"))}
            remembers(ties.history, header[ITERATION])
            ties.history.size <= 2**26
        """,
        writes="""ties.keys ties.notes ties.ranks ties.slots ties.tokens ties.nodes ties.ages ties.more_keys
            session.chunk_keys session.chunk_notes session.expand_keys session.expand_tokens""",
        gives="""
            0 <= result <= room
            are_queued(session, ties.worth, result)
        """,
        loops={
            "for turn in range(left)": loop(
                keeps="""
                    are_queued(session, ties.worth, turn)
                """,
                opens="""
                    0 <= notes[turn] and notes[turn] < left
                    -2**34 <= ranks[notes[turn]] and ranks[notes[turn]] <= 2**34
                    0 <= slots[notes[turn]] and slots[notes[turn]] < header[SLOTS]
                    1 <= tags[slots[notes[turn]]] and tags[slots[notes[turn]]] <= header[TOP]
                    0 <= tokens[notes[turn]] and tokens[notes[turn]] < 2**49
                    ties.worth[slots[notes[turn]]] > header[TAU_EXPAND]
                    tokens[notes[turn]] == header[FIRST] + tokens_in(header, tags, 0, slots[notes[turn]])
                    not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                        node_of(tags[slots[notes[turn]]], tokens[notes[turn]]) * 2 + COLLAPSE)
                """,
            )
        },
        before={
            "above = count_above": """
                -2**32 <= least and least <= 2**32
                implies(size > 0, header[TAU_EXPAND] < least)
            """,
            "line_up": """
                pairs_found(prior(slots), prior(tokens), prior(left))
                are_worthy(header, tags, ties.worth, slots, left)
                are_named(header, tags, ledger_action, slots, tokens, left)
                within(tokens, 0, left, 0, 2**49 - 1)
            """,
            "queue_keys[turn] = key_of": "key_round(ranks[i], slots[i])",
        },
    ),
    contract(
        "best_tied_collapses",
        needs=f"""{SUMMED.rstrip()}
            rising(family_slot, 0, header[FAMILIES])
            ends_rise(header, family_node)
            header[FAMILIES] <= 2**26
            ledger_fits(header, ledger_action)
            0 <= header[ALIKE] <= 2**26
            0 <= header[END] < 2**49
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[PROTECTED] < 2**49
            len(fixed) <= PLACES
            -LIMIT < header[TAU_COLLAPSE] <= LIMIT
            1 <= room < 2**26
            room <= len(session.collapse_keys)
            room <= len(session.collapse_families)
{columns("min(room + ties.history.size, header[FAMILIES])")}
            remembers(ties.history, header[ITERATION])
            ties.history.size <= 2**26
        """,
        writes="""ties.keys ties.notes ties.ranks ties.slots ties.tokens ties.nodes ties.ages ties.more_keys
            session.collapse_keys session.collapse_families""",
        gives="""
            0 <= result <= room
            are_collapses(header, family_slot, collapse_keys, collapse_families, result)
            families_ready(session, collapse_families, result)
        """,
        loops={
            "for turn in range(size)": loop(
                keeps="""
                    are_collapses(header, family_slot, collapse_keys, collapse_families, turn)
                    families_ready(session, collapse_families, turn)
                """,
                opens="""
                    0 <= notes[turn] and notes[turn] < size
                    -2**34 <= ranks[notes[turn]] and ranks[notes[turn]] <= 2**34
                    held(family_slot, 0, header[FAMILIES], slots[notes[turn]])
                    is_ready(session, header[TAU_COLLAPSE],
                        where(family_slot, 0, header[FAMILIES], slots[notes[turn]]))
                    0 <= slots[notes[turn]] and slots[notes[turn]] < PLACES
                """,
                closes="""
                    found_at(family_slot, 0, header[FAMILIES], slot, collapse_families[turn - 1])
                    collapse_families[turn - 1] == where(family_slot, 0, header[FAMILIES], slot)
                """,
            )
        },
        before={
            "name_collapses(session, ties, size)": """
                keys_in(ties.keys, notes, size, size, (header[TAU_COLLAPSE] + 1) * PLACES, 2**59)
                many_members(ties.keys, notes, size, size)
                families_ready(session, notes, size)
                within(ties.keys, 0, size, -2**60, 2**60)
            """,
            "if remembered > 0": """
                within(ties.keys, 0, size, (header[TAU_COLLAPSE] + 1) * PLACES, LIMIT * PLACES + PLACES - 1)
            """,
            "above = count_above": "header[TAU_COLLAPSE] < least and least <= LIMIT",
            "size = keep_best": """
                ready_at(session, slots, size)
                within(ranks, 0, size, -2**34, 2**34)
            """,
            "line_up": """
                ready_at(session, slots, size)
                within(slots, 0, size, 0, PLACES - 1)
            """,
            "queue_keys[turn] = key_of": """
                key_round(ranks[notes[turn]], slot)
                family_slot[where(family_slot, 0, header[FAMILIES], slot)] == slot
                0 <= where(family_slot, 0, header[FAMILIES], slot)
                where(family_slot, 0, header[FAMILIES], slot) < header[FAMILIES]
            """,
        },
    ),
    contract(
        "select_tied",
        needs=f"""{CHOOSES.rstrip()}
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            0 <= header[ALIKE] <= 2**26
            header[FAMILIES] <= 2**26
            header[SLOTS] <= 2**26
            header[FIRST] <= header[CURSOR_TOKEN] < 2**49
            -LIMIT < header[TAU_COLLAPSE] <= LIMIT
            0 <= header[N_DIFF] < 2**26
            header[LEDGER_TO] <= 2**26
            header[N_DIFF] <= len(expand_keys)
            header[N_DIFF] <= len(expand_tokens)
            header[SLOTS] <= len(ties.worth)
            worth_within_means(header, tags, fixed, ties.worth)
            header[SLOTS] <= len(peaks) * CHUNK
            header[FAMILIES] <= header[SLOTS]
{columns(expands("header[N_DIFF]"))}
            remembers(ties.history, header[ITERATION])
            ties.history.size <= 2**26
        """,
        writes="""header tags actions places collapse_keys collapse_families expand_keys expand_tokens chunk_keys
            chunk_notes ties.keys ties.notes ties.ranks ties.slots ties.tokens ties.nodes ties.ages ties.more_keys""",
        gives=CHOSEN,
        loops={
            "while hungry": loop(
                keeps=f"""{CHOOSING.rstrip()}
                    header[TAKEN_EXPANDS] == 0
                """,
                falls="(1 if hungry else 0), header[N_DIFF] - header[DONE]",
                closes="shift_alike(prior(header), header, actions, header[DONE])",
            ),
        },
        before={
            "expands = best_tied_expands": """
                tokens_marked(header, old(header), tags, old(tags), header[SLOTS])
                tokens_are_told(header, tags, family_slot, family_node)
                remembers(ties.history, header[ITERATION])
            """,
            "hungry = True": f"{QUEUED}{NOTHING_YET[1:]}",
            "return 0": NOTHING_YET,
            "hungry = hungry and": TURNS_END,
            "hungry = alternate": f"""{TURNS_BEGIN.rstrip()}
                all(mean_at(header, tags, fixed, place_of(expand_keys[i])) > header[TAU_EXPAND]
                    for i in range(expands) if at(expand_keys[i]) if at(expand_tokens[i]))
            """,
        },
    ),
]

ALL_HAPPENED = "within(old(iterations), 0, history.size, 0, now)"
"""That what was remembered has happened."""

CONTRACTS = besides(
    CONTRACTS,
    "lasting",
    {
        "remember": {
            "gives": f"implies({ALL_HAPPENED}, within(iterations, 0, result, 0, now))",
            "loops": {
                "for j in range(history.size)": loop(
                    keeps=f"implies({ALL_HAPPENED}, within(iterations, 0, history.size, 0, now))"
                ),
                "for i in range(done) #3": loop(
                    keeps=f"implies({ALL_HAPPENED}, within(iterations, 0, kept + i, 0, now))"
                ),
            },
        },
    },
)
