"""Contracts of `focalloc.fastpath.kernels.ties`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

NODES = """
            is_header(header)
            is_shaped(header)
            0 <= header[CURSOR_TOKEN] < 2**60
"""

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
        gives="done <= result <= history.size + done",
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
                """
            ),
            "for i in range(done) #3": loop(),
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
            0 <= ties.history.memory < 2**62
            0 <= now < 2**62
            within(ties.history.iterations, 0, ties.history.size, 0, 2**62)
        """,
        writes="ages",
        gives="kept_from(ages, old(ages), size)",
        loops={
            "for i in range(size)": loop(keeps="kept_from(ages, old(ages), size)"),
            "for j in range(history.size)": loop(keeps="kept_from(ages, old(ages), size)"),
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
            0 <= ties.history.memory < 2**62
            0 <= now < 2**62
            within(ties.history.iterations, 0, ties.history.size, 0, 2**62)
        """,
        writes="ages",
        gives="kept_from(ages, old(ages), size)",
        loops={
            "for i in range(size)": loop(keeps="kept_from(ages, old(ages), size)"),
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
            0 <= size < 2**60
            size <= len(ties.ages)
            size <= len(ties.nodes)
            size <= len(ties.tokens)
            all(0 <= ties.nodes[i] < 2**60 and ties.nodes[i] % LEVELS <= session.header[TOP] for i in range(size))
            0 <= ties.history.size
            ties.history.size <= len(ties.history.acted)
            ties.history.size <= len(ties.history.iterations)
            0 <= ties.history.memory < 2**62
            0 <= session.header[ITERATION] < 2**62
            within(ties.history.iterations, 0, ties.history.size, 0, 2**62)
        """,
        writes="ties.ages",
        gives="kept_from(ties.ages, old(ties.ages), size)",
    ),
    contract(
        "gather_expands",
        needs="""
            is_header(header)
            0 <= begin
            begin <= stop
            stop <= header[SLOTS] and header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(ties.worth)
            header[SLOTS] <= len(peaks) * CHUNK
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            1 <= room < 2**40
            room <= len(ties.keys)
            room <= len(ties.notes)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_keys)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(session.chunk_notes)
        """,
        writes="ties.keys ties.notes session.chunk_keys session.chunk_notes",
        gives="""
            0 <= result <= room
            heap(ties.keys, result)
            keys_within(ties.keys, ties.notes, result, -2**57, 2**57)
            notes_within(ties.keys, ties.notes, result, begin, stop - 1)
        """,
        loops={
            "for c in range(chunks)": loop(
                keeps="""
                    0 <= size <= room
                    heap(keys, size)
                    keys_within(keys, notes, size, -2**57, 2**57)
                    notes_within(keys, notes, size, begin, stop - 1)
                """
            ),
            "for i in range(length)": loop(
                keeps="""
                    0 <= size <= room
                    heap(keys, size)
                    keys_within(keys, notes, size, -2**57, 2**57)
                    notes_within(keys, notes, size, begin, stop - 1)
                """
            ),
        },
    ),
    contract(
        "collapses_at_least",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, len(fixed))
            are_alike(header, family_node)
            ends_rise(header, family_node)
            ledger_fits(header, ledger_action)
            0 <= header[ALIKE] <= 2**26
            0 <= header[END] < 2**49
            0 <= header[PROTECTED] < 2**49
            -LIMIT < least < LIMIT - 1
            0 <= room < 2**40
            header[FAMILIES] <= len(ties.ranks)
            header[FAMILIES] <= len(ties.slots)
            header[FAMILIES] <= len(ties.nodes)
            header[FAMILIES] <= len(ties.tokens)
        """,
        writes="ties.ranks ties.slots ties.nodes ties.tokens",
        gives="0 <= result <= header[FAMILIES]",
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= size <= family
                    old(room) - family <= room <= old(room)
                    least <= lowest <= least + 1
                """
            )
        },
        before={
            "if score <": """
                header[WIDTH + family_node[family] % LEVELS] == width
                1 <= width <= 2**26
                product_bound(1 - lowest, width)
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
        gives="all(result <= ranks[i] for i in range(size))",
        loops={"for i in range(1, size)": loop(keeps="all(lowest <= ranks[j] for j in range(i))")},
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
        gives="0 <= result <= size",
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
                    0 <= kept <= i
                    within(ties.ages, i, size, 0, 2**34)
                """
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
        """,
        writes="ties.ranks ties.slots ties.keys ties.notes",
        loops={
            "for i in range(1, size)": loop(),
            "for i in range(size)": loop(keeps="heap(keys, i)"),
            "for i in range(size) #2": loop(),
        },
    ),
]
