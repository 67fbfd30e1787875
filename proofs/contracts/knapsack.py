"""Contracts of `focalloc.fastpath.kernels.knapsack`: the parts that the search is put together from."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "survey_of",
        any_width="worth peaks",
        needs="""
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[SLOTS] <= 2**26
            session.header[SLOTS] <= len(tags)
            session.header[SLOTS] <= len(worth)
            (session.header[SLOTS] + CHUNK - 1) // CHUNK <= len(work.peaks)
            low(work.peaks) <= LOWEST and low(work.peaks) <= low(worth) and high(worth) <= high(work.peaks)
        """,
        writes="work.peaks",
        loops={
            "for chunk in range((slots + CHUNK - 1) // CHUNK)": loop(),
            "for level in range(1, header[TOP] + 1)": loop(),
            "for chunk in range(whole)": loop(),
            "for i in range(CHUNK)": loop(keeps="low(work.peaks) <= peak <= high(work.peaks)"),
            "for slot in range(whole * CHUNK, slots)": loop(keeps="low(work.peaks) <= peak <= high(work.peaks)"),
        },
    ),
    contract(
        "at_least",
        whole=True,
        needs="""
            0 <= size < 2**60
            size <= len(keys)
        """,
        gives="""
            0 <= result <= size
            all(keys[i] < floor for i in range(result, size))
            implies(result > 0, keys[result - 1] >= floor)
        """,
        loops={
            "while size > 0 and keys[size - 1] < floor": loop(
                keeps="""
                    0 <= size <= old(size)
                    all(keys[i] < floor for i in range(size, old(size)))
                """,
                falls="size",
            )
        },
    ),
    contract(
        "append_run",
        whole=True,
        needs="""
            len(header) >= QUERY
            0 <= header[RUNS] < 2**20
            header[RUNS] * RUN + RUN <= len(runs)
            0 <= items
            0 <= size
            items + size <= len(item_keys)
            items + size <= len(item_notes)
            size <= len(keys)
            size <= len(notes)
        """,
        writes="header runs item_keys item_notes",
        gives="""
            result == items + size
            only(header, RUNS)
            header[RUNS] == old(header)[RUNS] + 1
            kept_outside(runs, old(runs), old(header)[RUNS] * RUN, header[RUNS] * RUN)
            runs[old(header)[RUNS] * RUN + BEGIN] == items
            runs[old(header)[RUNS] * RUN + SIZE] == size
            runs[old(header)[RUNS] * RUN + DELTA] == delta
            kept_outside(item_keys, old(item_keys), items, items + size)
            kept_outside(item_notes, old(item_notes), items, items + size)
            all(item_keys[j] == keys[j - items] for j in range(items, items + size))
            all(item_notes[j] == notes[j - items] for j in range(items, items + size))
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    kept_outside(item_keys, old(item_keys), items, items + i)
                    kept_outside(item_notes, old(item_notes), items, items + i)
                    all(item_keys[j] == keys[j - items] for j in range(items, items + i))
                    all(item_notes[j] == notes[j - items] for j in range(items, items + i))
                """
            )
        },
    ),
    contract(
        "is_apart",
        whole=True,
        truth=True,
        needs="""
            len(work.header) >= WORK_HEADER
            0 <= work.header[APART]
            work.header[APART] <= len(apart_families)
        """,
        gives="result == held(apart_families, 0, work.header[APART], family)",
        loops={
            "for x in range(work.header[APART])": loop(
                keeps="all(apart_families[i] != family for i in range(x))",
            )
        },
    ),
    contract(
        "set_delta_apart",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            header[FAMILIES] <= len(spare_slot)
            header[FAMILIES] <= len(spare_node)
            all(1 <= family_node[f] % LEVELS <= header[TOP] for f in range(header[FAMILIES]))
        """,
        writes="spare_slot spare_node",
        gives="0 <= result <= header[FAMILIES]",
        loops={"for family in range(header[FAMILIES])": loop(keeps="0 <= size <= family")},
    ),
    contract(
        "slots_of",
        needs="""
            is_header(header)
            is_shaped(header)
            implies(turn >= UNBOUNDED, 0 <= note and note < len(family_node)
                and 1 <= family_node[note] % LEVELS and family_node[note] % LEVELS <= header[TOP])
            implies(turn < UNBOUNDED, place_of(turn) < len(tags)
                and 1 <= tags[place_of(turn)] and tags[place_of(turn)] <= header[TOP])
        """,
        gives="-2**26 <= result <= 2**26",
    ),
    contract(
        "first_changed",
        whole=True,
        needs="""
            0 <= size
            size <= len(turns)
        """,
        gives="""
            result <= otherwise
            all(result <= place_of(turns[i]) for i in range(size))
            implies(otherwise >= 0, result >= 0)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    first <= otherwise
                    all(first <= place_of(turns[j]) for j in range(i))
                    implies(otherwise >= 0, first >= 0)
                """
            )
        },
    ),
    contract(
        "is_called_for",
        whole=True,
        truth=True,
        needs="is_header(header)",
        gives="""
            implies(attempt == 1, result == (header[W_SOFT] != header[W_MAX]))
            implies(attempt != 1, result == (attempt == 0 or done < 0))
        """,
    ),
    contract(
        "threshold_in",
        whole=True,
        needs="""
            is_header(header)
            0 <= header[TAU_EXPAND] <= LIMIT
            0 <= header[SOFT_MARGIN] <= LIMIT
        """,
        gives="""
            LOWEST <= result <= UNBOUNDED
            implies(attempt == 1, result == header[TAU_EXPAND] + header[SOFT_MARGIN])
            implies(attempt == 0, result == LOWEST)
            implies(attempt > 1, result == UNBOUNDED)
        """,
    ),
    contract(
        "room_in",
        whole=True,
        needs="""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            0 <= header[W_MAX] <= 2**26
            0 <= header[W_SOFT] <= 2**26
        """,
        gives="""
            implies(attempt == 1, result == header[W_MAX] - header[SLOTS])
            implies(attempt == 0, result == header[W_SOFT] - header[SLOTS])
            implies(attempt > 1, result == 0)
        """,
    ),
]
