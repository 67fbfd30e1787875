"""Contracts of `focalloc.fastpath.kernels.candidates`: the best few are candidates, and no better one is left out."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

SOUGHT = """
    is_header(header)
    is_shaped(header)
    families_fit(header, family_slot)
    families_fit(header, family_node)
    are_families(header, family_slot, family_node, len(fixed))
    are_alike(header, family_node)
    rising(family_slot, 0, header[FAMILIES])
    ends_rise(header, family_node)
    ledger_fits(header, ledger_action)
    0 <= header[END] < 2**49
    0 <= header[CURSOR_TOKEN] < 2**49
    0 <= header[PROTECTED] < 2**49
    len(fixed) <= PLACES
    -LIMIT <= threshold <= LIMIT
    1 <= room < 2**40
    room <= len(keys)
    room <= len(notes)
    0 <= cursor < LIMIT
"""
"""What a search for collapses needs."""

CHUNKS = "(header[SLOTS] + CHUNK - 1) // CHUNK"

CONTRACTS = [
    contract(
        "gather_collapses",
        whole=True,
        needs=f"{SOUGHT}    1 <= stride",
        writes="keys notes",
        gives="""
            0 <= result <= room
            heap(keys, result)
            may_all_collapse(session, sought, threshold, result)
            come_by(sought, stride, result, header[FAMILIES])
            are_once(keys, notes, result)
            are_the_best(session, sought, threshold, stride, result, header[FAMILIES])
        """,
        opens="turn_first(stride)",
        loops={
            "for family in range(0, header[FAMILIES], stride)": loop(
                keeps="""
                    turn(family, stride)
                    0 <= size <= room
                    heap(keys, size)
                    threshold <= bar <= LIMIT
                    implies(size < room, bar == threshold)
                    implies(size == room and bar > threshold, bar <= rank_of(keys[0]) - cursor)
                    may_all_collapse(session, sought, threshold, size)
                    come_by(sought, stride, size, family)
                    are_once(keys, notes, size)
                    are_the_best(session, sought, threshold, stride, size, family)
                """,
                opens="""
                    many_member(keys, notes, size, 0)
                    turn_next(family, stride)
                """,
                closes="many_member(keys, notes, size, 0)",
            )
        },
        before={
            "if score < -bar * slots": """
                header[WIDTH + family_node[family] % LEVELS] == slots
                1 <= slots <= 2**26
                product_bound(-bar, slots)
                below(score, -bar, slots)
                mean_bound(score, slots)
                over_bound(away(header, family_node, family), header[SPAN])
                over_bound(cursor, 1 + away(header, family_node, family) // header[SPAN])
            """,
        },
    ),
    contract(
        "best_collapses",
        needs=SOUGHT,
        writes="keys notes",
        gives="""
            0 <= result <= room
            falling(keys, 0, result)
            may_all_collapse(session, sought, threshold, result)
            are_once(keys, notes, result)
        """,
        before={
            "stride = session.header": "over_bound(session.header[FAMILIES], SAMPLE * sought.room)",
            "threshold = max": "many_member(keys, notes, size, 0)",
        },
    ),
    contract(
        "worst_useful_chunk",
        needs=f"""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            {CHUNKS} <= len(peaks)
            {CHUNKS} <= len(keys)
            {CHUNKS} <= len(notes)
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            1 <= room
        """,
        writes="keys notes",
        gives="-LIMIT <= rank_of(result) <= LIMIT",
        loops={
            "for chunk in range(chunks)": loop(
                keeps="""
                    0 <= size <= room
                    size <= chunk
                    heap(keys, size)
                    -LIMIT <= bar <= LIMIT
                    -LIMIT <= rank_of(worst) <= LIMIT
                    all(-LIMIT <= rank_of(k) <= LIMIT for k in INTEGERS for v in INTEGERS
                        if many(keys, notes, size, k, v) >= 1 if at(many(keys, notes, size, k, v)))
                """,
                opens="many_member(keys, notes, size, 0)",
                closes="many_member(keys, notes, size, 0)",
            )
        },
        before={"worst = keys[0]": "many_member(keys, notes, size, 0)"},
    ),
    contract(
        "useful_chunks",
        whole=True,
        needs=f"""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            {CHUNKS} <= len(peaks)
            {CHUNKS} <= len(chunk_keys)
            {CHUNKS} <= len(chunk_notes)
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            1 <= room
        """,
        writes="chunk_keys chunk_notes",
        gives=f"""
            0 <= result <= min(room, {CHUNKS})
            falling(chunk_keys, 0, result)
            all(0 <= v < {CHUNKS} and k == key_of(peaks[v], v) and peaks[v] > header[TAU_EXPAND]
                for k in INTEGERS for v in INTEGERS if many(chunk_keys, chunk_notes, result, k, v) >= 1
                if at(many(chunk_keys, chunk_notes, result, k, v)))
            all(many(chunk_keys, chunk_notes, result, key_of(peaks[c], c), c) >= 1
                or (result == room and key_of(peaks[c], c) <= chunk_keys[result - 1])
                for c in range({CHUNKS}) if peaks[c] > header[TAU_EXPAND])
        """,
        loops={
            f"for chunk in range({CHUNKS})": loop(
                keeps="""
                    0 <= size <= room
                    size <= chunk
                    heap(keys, size)
                    -LIMIT <= bar <= LIMIT
                    implies(size < room, bar == header[TAU_EXPAND])
                    implies(size == room, bar == rank_of(keys[0]))
                    all(0 <= v < chunk and k == key_of(peaks[v], v) and peaks[v] > header[TAU_EXPAND]
                        for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                        if at(many(keys, notes, size, k, v)))
                    all(many(keys, notes, size, key_of(peaks[c], c), c) >= 1
                        or (size == room and key_of(peaks[c], c) <= keys[0])
                        for c in range(chunk) if peaks[c] > header[TAU_EXPAND])
                """,
                opens="many_member(keys, notes, size, 0)",
                closes="many_member(keys, notes, size, 0)",
            )
        },
    ),
    # It also needs tags as whole blocks leave them, marked or not, which is not said as nothing proves it of
    # `alternate`; and where there are pins it writes to the tags, and puts them back.
    contract(
        "best_expands",
        assumed=True,
        needs="""
            is_header(header)
            is_shaped(header)
            1 <= room <= 2**26
            room <= len(expand_keys)
            room <= len(expand_tokens)
            0 <= header[FIRST] < 2**49
            0 <= spoilt < 2**62
            marks(tags, header[SLOTS]) <= spoilt
        """,
        writes="chunk_keys chunk_notes expand_keys expand_tokens",
        gives="""
            0 <= result <= room
            may_expand(header, tags, expand_keys, result, header[SLOTS])
            all(0 <= expand_tokens[i] < 2**49 for i in range(result))
            implies(result >= 1, expand_keys[result - 1] >= 0 and expand_keys[result - 1] + result <= ceiling)
        """,
    ),
]
