"""Contracts of `focalloc.fastpath.kernels.candidates`: the best few are candidates, and no better one is left out."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

FAMILIES_STAND = """
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
    0 <= header[PROTECTED] < 2**49
    len(fixed) <= PLACES
    -LIMIT <= threshold <= LIMIT
    1 <= room < 2**40
    room <= len(keys)
    room <= len(notes)
"""

CHUNKS = "(header[SLOTS] + CHUNK - 1) // CHUNK"

CONTRACTS = [
    contract(
        "gather_collapses",
        whole=True,
        needs=f"""
            {FAMILIES_STAND.strip().replace("    ", "            ")}
            1 <= stride
        """,
        writes="keys notes",
        gives="""
            0 <= result <= room
            heap(keys, result)
            all(0 <= f < header[FAMILIES] and turn(f, stride)
                and may_collapse(header, fixed, family_slot, family_node, ledger_action, threshold, f)
                and k == key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f])
                and -LIMIT <= rank_of(k) <= LIMIT
                for k in INTEGERS for f in INTEGERS
                if many(keys, notes, result, k, f) >= 1 if at(many(keys, notes, result, k, f)))
            all(many(keys, notes, result, k, f) <= 1
                for k in INTEGERS for f in INTEGERS if at(many(keys, notes, result, k, f)))
            all(many(keys, notes, result,
                    key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f]), f) >= 1
                or (result == room
                    and key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f]) <= keys[0])
                for f in range(header[FAMILIES])
                if turn(f, stride)
                and may_collapse(header, fixed, family_slot, family_node, ledger_action, threshold, f)
                if at(turn(f, stride)))
        """,
        opens="turn_first(stride)",
        loops={
            "for family in range(0, header[FAMILIES], stride)": loop(
                keeps="""
                    turn(family, stride)
                    0 <= size <= room
                    heap(keys, size)
                    -LIMIT <= bar <= LIMIT
                    implies(size < room, bar == threshold)
                    implies(size == room, bar == rank_of(keys[0]))
                    all(0 <= f < family and f < header[FAMILIES] and turn(f, stride)
                        and may_collapse(header, fixed, family_slot, family_node, ledger_action, threshold, f)
                        and k == key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f])
                        and -LIMIT <= rank_of(k) <= LIMIT
                        for k in INTEGERS for f in INTEGERS
                        if many(keys, notes, size, k, f) >= 1 if at(many(keys, notes, size, k, f)))
                    all(many(keys, notes, size, k, f) <= 1
                        for k in INTEGERS for f in INTEGERS if at(many(keys, notes, size, k, f)))
                    all(many(keys, notes, size,
                            key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f]), f) >= 1
                        or (size == room
                            and key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f]) <= keys[0])
                        for f in range(family)
                        if turn(f, stride)
                        and may_collapse(header, fixed, family_slot, family_node, ledger_action, threshold, f)
                        if at(turn(f, stride)))
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
            """
        },
    ),
    contract(
        "best_collapses",
        needs=FAMILIES_STAND,
        writes="keys notes",
        gives="""
            0 <= result <= room
            falling(keys, 0, result)
            all(0 <= f < header[FAMILIES]
                and may_collapse(header, fixed, family_slot, family_node, ledger_action, threshold, f)
                and k == key_of(rank(header, fixed, family_slot, family_node, f), family_slot[f])
                for k in INTEGERS for f in INTEGERS
                if many(keys, notes, result, k, f) >= 1 if at(many(keys, notes, result, k, f)))
            all(many(keys, notes, result, k, f) <= 1
                for k in INTEGERS for f in INTEGERS if at(many(keys, notes, result, k, f)))
        """,
        before={
            "stride = header": "over_bound(header[FAMILIES], SAMPLE * room)",
            "threshold = rank_of(keys[0]) - 1": "many_member(keys, notes, size, 0)",
        },
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
]
