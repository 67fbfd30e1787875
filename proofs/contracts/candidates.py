"""Contracts of `focalloc.fastpath.kernels.candidates`: the best few are candidates, and no better one is left out."""

from __future__ import annotations

from focalloc.proofs.contracts.form import beside, contract, loop

SUMMED = """
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, len(fixed))
            are_alike(header, family_node)
"""
"""Families of which the scores are added up."""

SOUGHT = f"""{SUMMED.rstrip()}
            rising(family_slot, 0, header[FAMILIES])
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**49
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[PROTECTED] < 2**49
            len(fixed) <= PLACES
            -LIMIT <= threshold <= LIMIT
            1 <= room < 2**40
            min(room, header[FAMILIES]) <= len(keys)
            min(room, header[FAMILIES]) <= len(notes)
            0 <= cursor < LIMIT
"""
"""What a search for collapses needs."""

CHUNKS = "(header[SLOTS] + CHUNK - 1) // CHUNK"

GISTS = """
    is_header(header)
    is_shaped(header)
    0 < header[SLOTS] <= 2**26
    header[SLOTS] <= len(tags)
    header[SLOTS] <= len(fixed)
    are_tags(header, tags, 0, header[SLOTS])
    gists_end(header, tags)
    gists_go_on(header, tags)
    bodies_follow(header, tags)
    ascend(no_expand, len(no_expand), 2)
"""
"""What looking for gists needs."""

PICKED = f"""{GISTS}    0 <= chunk < (header[SLOTS] + CHUNK - 1) // CHUNK
    0 <= least < 2**34 * PLACES
    key_of(header[TAU_EXPAND], 0) <= least
    0 <= ceiling
    1 <= room < 2**40
    0 <= size <= room
    room <= len(expand_keys)
    room <= len(expand_tokens)
    heap(expand_keys, size)
    are_gists(header, tags, fixed, expand_keys, expand_tokens, size, ceiling)
    all(spot(k) // CHUNK != chunk for k in INTEGERS for v in INTEGERS
        if many(expand_keys, expand_tokens, size, k, v) >= 1 if at(many(expand_keys, expand_tokens, size, k, v)))
"""
"""What looking into a chunk needs."""

LOOKED_THROUGH = f"""{GISTS}    0 <= chunks
    chunks <= len(chunk_keys)
    chunks <= len(chunk_notes)
    are_peaks(header, peaks, chunk_keys, chunk_notes, chunks, {CHUNKS})
    0 <= least < 2**34 * PLACES
    key_of(header[TAU_EXPAND], 0) <= least
    0 <= ceiling
    1 <= room < 2**40
    room <= len(expand_keys)
    room <= len(expand_tokens)
"""
"""What looking through the listed chunks needs."""

TOKENS = """
    is_header(header)
    is_shaped(header)
    spans_are_told(header)
    families_fit(header, family_slot)
    families_fit(header, family_node)
    rising(family_slot, 0, header[FAMILIES])
    tokens_are_told(header, tags, family_slot, family_node)
    0 < header[SLOTS] <= 2**26
    header[SLOTS] <= len(tags)
    are_tags(header, tags, 0, header[SLOTS])
    0 <= header[FIRST] < 2**49
    header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
    header[END] < 2**49
    ledger_fits(header, ledger_action)
"""
"""What looking up tokens and rests needs."""

PICK_EXPANDS = contract(
    "pick_expands",
    needs=PICKED,
    writes="expand_keys expand_tokens",
    gives="""
        size <= result <= room
        heap(expand_keys, result)
        are_gists(header, tags, fixed, expand_keys, expand_tokens, result, ceiling)
        all(many(old(expand_keys), old(expand_tokens), size, k, v) >= 1 or spot(k) // CHUNK == chunk
            for k in INTEGERS for v in INTEGERS if many(expand_keys, expand_tokens, result, k, v) >= 1
            if at(many(expand_keys, expand_tokens, result, k, v)))
    """,
    loops={
        "while begun < length and tags[first + begun] == BODY": loop(
            keeps="0 <= begun <= length",
            falls="length - begun",
        ),
        "while first + length < header[SLOTS] and tags[first + length] == BODY": loop(
            keeps="""
                entry(length) <= length
                first + length <= header[SLOTS]
                all(tags[j] == BODY for j in range(first + entry(length), first + length))
            """,
            falls="header[SLOTS] - first - length",
        ),
        "for i in range(length)": loop(
            keeps="""
                old(size) <= size <= room
                heap(keys, size)
                0 <= least < 2**34 * PLACES
                key_of(header[TAU_EXPAND], 0) <= least
                0 <= bar <= 2**34
                first <= seen <= header[SLOTS]
                implies(seen < header[SLOTS], tags[seen] != BODY)
                are_gists(header, tags, fixed, keys, notes, size, ceiling)
                all(many(old(expand_keys), old(expand_tokens), old(size), k, v) >= 1
                        or (spot(k) // CHUNK == chunk and spot(k) < seen)
                    for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                    if at(many(keys, notes, size, k, v)))
            """,
            closes="many_member(keys, notes, size, 0)",
        ),
        "while tags[slot] == BODY": loop(
            keeps="""
                seen <= slot <= first + i
                slot == first + i or tags[slot + 1] == BODY
            """,
            falls="slot",
        ),
    },
    before={
        "slots = header": "slot // CHUNK == chunk and 1 <= tags[slot] and tags[slot] <= header[TOP]",
        "if score >= bar": """
            mean_narrow(score, slots)
            wish_product(bar, slots)
        """,
        "if key > least": "spot(key) == slot",
        "size = offer(keys, notes, size, room, key, 0)": """
            many(keys, notes, size, key, 0) == 0
            0 <= key < ceiling and key < LIMIT * PLACES
            rank_of(key) == mean_at(header, tags, fixed, spot(key)) and rank_of(key) > header[TAU_EXPAND]
            0 <= spot(key) and spot(key) < header[SLOTS]
            1 <= tags[spot(key)] and tags[spot(key)] <= header[TOP]
        """,
        "if size == room": """
            are_gists(header, tags, fixed, keys, notes, size, ceiling)
            all(many(old(expand_keys), old(expand_tokens), old(size), k, v) >= 1
                    or (spot(k) // CHUNK == chunk and spot(k) < seen)
                for k in INTEGERS for v in INTEGERS if many(keys, notes, size, k, v) >= 1
                if at(many(keys, notes, size, k, v)))
        """,
        "least = keys[0]": "many_member(keys, notes, size, 0)",
    },
)
"""The expands of a chunk."""

PICK_FROM = contract(
    "pick_from",
    any_width="peaks",
    needs=LOOKED_THROUGH,
    writes="expand_keys expand_tokens",
    gives="""
        0 <= result <= room
        heap(expand_keys, result)
        are_gists(header, tags, fixed, expand_keys, expand_tokens, result, ceiling)
        all(peak_key(peaks, spot(k) // CHUNK) >= chunk_keys[chunks - 1]
            for k in INTEGERS for v in INTEGERS if many(expand_keys, expand_tokens, result, k, v) >= 1
            if at(many(expand_keys, expand_tokens, result, k, v)))
    """,
    loops={
        "for c in range(chunks)": loop(
            keeps="""
                0 <= size <= room
                heap(keys, size)
                are_gists(header, tags, fixed, keys, expand_tokens, size, ceiling)
                0 <= least < 2**34 * PLACES
                key_of(header[TAU_EXPAND], 0) <= least
                implies(c == 0, size == 0)
                all(peak_key(peaks, spot(k) // CHUNK) >= chunk_keys[c - 1]
                    for k in INTEGERS for v in INTEGERS if many(keys, expand_tokens, size, k, v) >= 1
                    if at(many(keys, expand_tokens, size, k, v)))
            """,
            closes="many_member(keys, expand_tokens, size, 0)",
        )
    },
    before={
        "if key_of(rank_of(chunk_keys[c])": "peak_key(peaks, chunk_notes[c]) == chunk_keys[c]",
        "least = keys[0]": "many_member(keys, expand_tokens, size, 0)",
    },
)
"""The expands of the listed chunks."""

DROPPED = f"""{TOKENS}    0 <= size < 2**40
    size <= len(expand_keys)
    size <= len(expand_tokens)
    heap(expand_keys, size)
    are_gists(header, tags, fixed, expand_keys, expand_tokens, size, UNBOUNDED)
"""
"""What leaving out those at rest needs."""

DROP_RESTING = contract(
    "drop_resting",
    needs=DROPPED,
    writes="expand_keys expand_tokens",
    gives="""
        0 <= result <= size
        all(expand_keys[i] > expand_keys[j] for i in range(result) for j in range(i + 1, result))
        all(many(old(expand_keys), old(expand_tokens), size, expand_keys[i], 0) >= 1
            and expand_tokens[i] == header[FIRST] + tokens_in(header, tags, 0, spot(expand_keys[i]))
            and expand_tokens[i] <= header[END]
            and rank_of(expand_keys[i]) == mean_at(header, tags, fixed, spot(expand_keys[i]))
            and rank_of(expand_keys[i]) > header[TAU_EXPAND]
            and not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                node_of(tags[spot(expand_keys[i])], expand_tokens[i]) * 2 + COLLAPSE)
            for i in range(result) if at(expand_keys[i]) if at(expand_tokens[i]))
    """,
    opens="""
        many_members(expand_keys, expand_tokens, size, size)
        tokens_none(header, tags, 0, 0)
        tokens_up_to(header, tags, header[SLOTS])
    """,
    loops={
        "for i in range(size)": loop(
            keeps="""
                heap(keys, i)
                keys_of_places(keys, notes, i)
                kept_from(keys, old(expand_keys), i)
                kept_from(notes, old(expand_tokens), i)
                all(many(keys, notes, i, p, r) == many(old(expand_keys), old(expand_tokens), i, r * PLACES + p, 0)
                    for p in INTEGERS for r in INTEGERS if 0 <= p and p < PLACES if at(many(keys, notes, i, p, r)))
            """,
            closes="many_with_one_more(old(expand_keys), old(expand_tokens), i)",
        ),
        "for i in range(size) #2": loop(
            keeps="""
                0 <= left <= i
                kept_from(keys, entry(keys), i)
                kept_from(notes, entry(notes), i)
                0 <= slot < header[SLOTS]
                token == header[FIRST] + tokens_in(header, tags, 0, slot)
                slot == (PLACES - 1 - entry(keys)[i - 1] if i >= 1 else 0)
                heap(keys, left)
                are_once(keys, notes, left)
                all(many(entry(keys), entry(notes), i, k % PLACES, k // PLACES) >= 1
                    and many(old(expand_keys), old(expand_tokens), size, k, 0) >= 1
                    and v == header[FIRST] + tokens_in(header, tags, 0, spot(k))
                    and not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                        node_of(tags[spot(k)], v) * 2 + COLLAPSE)
                    for k in INTEGERS for v in INTEGERS if many(keys, notes, left, k, v) >= 1
                    if at(many(keys, notes, left, k, v)))
            """,
            opens="pairs_found(entry(keys), entry(notes), i)",
            closes="many_with_one_more(entry(keys), entry(notes), i)",
        ),
    },
    before={
        "left = 0": """
            many_members(keys, notes, size, size)
            twice_if_alike(keys, notes, size)
        """,
        "token = token_at": """
            0 <= keys[i] and keys[i] < PLACES
            many(old(expand_keys), old(expand_tokens), size, notes[i] * PLACES + keys[i], 0) >= 1
            spot(notes[i] * PLACES + keys[i]) == place
            0 <= place and place < header[SLOTS] and 1 <= tags[place] and tags[place] <= header[TOP]
        """,
        "rise(keys, notes, left": """
            many(entry(keys), entry(notes), i, keys[i], notes[i]) == 0
            many(keys, notes, left, key_of(notes[i], place), token) == 0
        """,
    },
    closes="""
        many_members(keys, notes, left, left)
        twice_if_alike(keys, notes, left)
    """,
)
"""What is left without those at rest."""

BEST_EXPANDS =     contract(
        "best_expands",
        guarded=True,
        joins=True,
        any_width="peaks",
        needs=f"""{TOKENS}    header[SLOTS] <= len(fixed)
    ascend(no_expand, len(no_expand), 2)
    gists_end(header, tags)
    gists_go_on(header, tags)
    bodies_follow(header, tags)
    0 <= header[TAU_EXPAND] < LIMIT
    1 <= room <= 2**26
    header[LEDGER_TO] - header[LEDGER_FROM] <= 2**26
    room + header[LEDGER_TO] - header[LEDGER_FROM] <= len(expand_keys)
    room + header[LEDGER_TO] - header[LEDGER_FROM] <= len(expand_tokens)
    {CHUNKS} <= len(peaks)
    within(peaks, 0, {CHUNKS}, -2**33, 2**33)
    {CHUNKS} <= len(chunk_keys)
    {CHUNKS} <= len(chunk_notes)
    0 <= ceiling
    0 <= spoilt < 2**62
    marks(tags, header[SLOTS]) <= spoilt
""",
        writes="chunk_keys chunk_notes expand_keys expand_tokens",
        gives="""
            0 <= result <= room
            all(0 <= spot(expand_keys[i]) < header[SLOTS]
                and 1 <= tags[spot(expand_keys[i])] <= header[TOP]
                and expand_tokens[i] == header[FIRST] + tokens_in(header, tags, 0, spot(expand_keys[i]))
                and header[FIRST] <= expand_tokens[i] < 2**49
                and mean_at(header, tags, fixed, spot(expand_keys[i])) > header[TAU_EXPAND]
                and not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                    node_of(tags[spot(expand_keys[i])], expand_tokens[i]) * 2 + COLLAPSE)
                for i in range(result) if at(expand_keys[i]) if at(expand_tokens[i]))
            implies(result >= 1, expand_keys[result - 1] >= 0 and expand_keys[result - 1] + result <= ceiling)
        """,
        loops={
            f"for chunk in range({CHUNKS})": loop(
                keeps="""
                    0 <= size <= wanted
                    heap(keys, size)
                    are_gists(header, tags, fixed, keys, expand_tokens, size, ceiling)
                    0 <= least < 2**34 * PLACES
                    key_of(header[TAU_EXPAND], 0) <= least
                    all(spot(k) // CHUNK < chunk or peak_key(peaks, spot(k) // CHUNK) >= seen
                        for k in INTEGERS for v in INTEGERS if many(keys, expand_tokens, size, k, v) >= 1
                        if at(many(keys, expand_tokens, size, k, v)))
                """,
                closes="many_member(keys, expand_tokens, size, 0)",
            )
        },
        before={
            "lowest = key_of": "header[TAU_EXPAND] < rank_of(seen)",
            "least = keys[0]": "many_member(keys, expand_tokens, size, 0)",
            "left = drop": """
                tokens_none(header, tags, 0, 0)
                tokens_from(header, tags, 0, header[SLOTS])
            """,
        },
        closes="fall_far(expand_keys, result, ceiling)",
    )
"""The best expands of all."""

BEYOND, BEYOND_OLD, WANTED = (
    f"is_wanted(header, tags, fixed, no_expand, len(no_expand), s, {least}, ceiling)"
    for least in ("least", "old(least)", "key_of(header[TAU_EXPAND], 0)")
)
"""A gist in slot ``s`` may be chosen, with a key above what is told, above what was told, above the threshold."""


CONTRACTS = [
    contract(
        "gather_collapses",
        whole=True,
        needs=f"{SOUGHT}            1 <= stride",
        writes="keys notes",
        gives="""
            0 <= result <= room
            result <= header[FAMILIES]
            heap(keys, result)
            may_all_collapse(session, sought, threshold, result)
            come_by(sought, stride, result, header[FAMILIES])
            are_once(keys, notes, result)
            keys_within(keys, notes, result, (threshold + 1) * PLACES, 2**59)
            implies(ends_rise(header, family_node),
                are_the_best(session, sought, threshold, stride, result, header[FAMILIES]))
        """,
        opens="turn_first(stride)",
        loops={
            "for family in range(0, header[FAMILIES], stride)": loop(
                keeps="""
                    turn(family, stride)
                    0 <= size <= room
                    size <= min(family, header[FAMILIES])
                    heap(keys, size)
                    threshold <= bar <= LIMIT
                    implies(size < room, bar == threshold)
                    implies(size == room and bar > threshold, bar <= rank_of(keys[0]) - cursor)
                    may_all_collapse(session, sought, threshold, size)
                    come_by(sought, stride, size, family)
                    are_once(keys, notes, size)
                    keys_within(keys, notes, size, (threshold + 1) * PLACES, 2**59)
                    implies(ends_rise(header, family_node),
                        are_the_best(session, sought, threshold, stride, size, family))
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
        whole=True,
        needs=SOUGHT,
        writes="keys notes",
        gives="""
            0 <= result <= room
            result <= header[FAMILIES]
            falling(keys, 0, result)
            may_all_collapse(session, sought, threshold, result)
            are_once(keys, notes, result)
            implies(ends_rise(header, family_node), leave_out_none(session, sought, threshold, result))
            keys_within(keys, notes, result, (threshold + 1) * PLACES, 2**59)
        """,
        before={
            "stride = session.header": "over_bound(session.header[FAMILIES], SAMPLE * sought.room)",
            "if session.header[FAMILIES]": "over_bound(session.header[FAMILIES], stride)",
            "threshold = max": "many_member(keys, notes, size, 0)",
            "sort_best_first": """
                near_bound(header, family_node, cursor, header[FAMILIES])
                many_members(prior(keys), prior(notes), prior(size), prior(size))
                root_least(prior(keys), prior(size))
                implies(ends_rise(header, family_node) and threshold > old(threshold) and size < room,
                    all(many(keys, notes, size, prior(keys)[i], prior(notes)[i]) >= 1
                        for i in range(prior(size)) if at(prior(keys)[i])))
                found_all(prior(keys), prior(notes), prior(size), keys, notes, size)
                found_few(prior(keys), prior(notes), prior(size), keys, notes, size, 0)
                implies(ends_rise(header, family_node) and threshold > old(threshold), size == room)
                pairs_found(prior(keys), prior(notes), prior(size))
                implies(ends_rise(header, family_node) and threshold > old(threshold), keys[0] >= prior(keys)[0])
            """,
        },
    ),
    contract(
        "best_wishes",
        needs="""
            is_header(header)
            is_shaped(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, PLACES)
            rising(family_slot, 0, header[FAMILIES])
            header[FAMILIES] <= len(wishes)
            within(wishes, 0, header[FAMILIES], -2**60, 2**60)
            all(wishes[f] <= 2**33 * header[FANOUT + family_node[f] % LEVELS] for f in range(header[FAMILIES])
                if at(family_node[f]))
            ledger_fits(header, ledger_action)
            0 <= header[END] < 2**50
            0 <= header[PROTECTED] < 2**50
            1 <= sought.room < 2**40
            sought.room <= len(sought.keys)
            sought.room <= len(sought.notes)
        """,
        writes="sought.keys sought.notes",
        gives="""
            0 <= result <= sought.room
            falling(sought.keys, 0, result)
            within(sought.keys, 0, result, 0, 2**33 * PLACES + PLACES - 1)
            are_collapses(header, family_slot, sought.keys, sought.notes, result)
            places_differ(sought.keys, 0, result)
            all(header[WIDTH + family_node[sought.notes[i]] % LEVELS]
                    - header[UNITS + family_node[sought.notes[i]] % LEVELS] == sought.delta
                for i in range(result) if sought.delta != 0 if at(sought.notes[i]))
        """,
        loops={
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    0 <= size <= sought.room
                    size <= family
                    0 <= bar <= 2**33
                    heap(sought.keys, size)
                    keys_within(sought.keys, sought.notes, size, 0, 2**33 * PLACES + PLACES - 1)
                    collapses_within(header, family_slot, sought.keys, sought.notes, size)
                    apart_places(sought.keys, sought.notes, size)
                    all(f < family and (sought.delta == 0 or header[WIDTH + family_node[f] % LEVELS]
                            - header[UNITS + family_node[f] % LEVELS] == sought.delta)
                        for k in INTEGERS for f in INTEGERS if many(sought.keys, sought.notes, size, k, f) >= 1
                        if at(many(sought.keys, sought.notes, size, k, f)))
                """,
                opens="""
                    0 <= family_slot[family] and 1 <= family_node[family] % LEVELS
                    family_node[family] % LEVELS <= header[TOP]
                    0 <= family_node[family] and family_node[family] < 2**54
                    wishes[family] <= 2**33 * header[FANOUT + family_node[family] % LEVELS]
                """,
            )
        },
        before={
            "if wishes[family] >=": "wish_product(bar + 1, members)",
            "key = key_of": """
                over_bound(wishes[family], members)
                below(wishes[family], 2**33 + 1, members)
                key_round(wishes[family] // members, family_slot[family])
            """,
            "bar = rank_of": "keys_in(sought.keys, sought.notes, size, size, 0, 2**33 * PLACES + PLACES - 1)",
        },
        closes="""
            apart_differ(sought.keys, sought.notes, size)
            keys_in(sought.keys, sought.notes, size, size, 0, 2**33 * PLACES + PLACES - 1)
            many_members(sought.keys, sought.notes, size, size)
        """,
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
        any_width="peaks",
        needs=f"""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            {CHUNKS} <= len(peaks)
            {CHUNKS} <= len(keys)
            {CHUNKS} <= len(notes)
            within(peaks, 0, {CHUNKS}, -2**33, 2**33)
            -LIMIT <= header[TAU_EXPAND] <= LIMIT
            1 <= room
        """,
        writes="keys notes",
        gives=f"""
            0 <= result <= min(room, {CHUNKS})
            are_peaks(header, peaks, keys, notes, result, {CHUNKS})
            all(0 <= v < {CHUNKS} and k == key_of(peaks[v], v) and peaks[v] > header[TAU_EXPAND]
                for k in INTEGERS for v in INTEGERS if many(keys, notes, result, k, v) >= 1
                if at(many(keys, notes, result, k, v)))
            all(many(keys, notes, result, key_of(peaks[c], c), c) >= 1
                or (result == room and key_of(peaks[c], c) <= keys[result - 1])
                for c in range({CHUNKS}) if peaks[c] > header[TAU_EXPAND])
        """,
        loops={
            f"for chunk in range({CHUNKS})": loop(
                keeps="""
                    0 <= size <= room
                    size <= chunk
                    heap(keys, size)
                    -LIMIT <= bar <= 2**33
                    implies(size < room, bar == header[TAU_EXPAND])
                    implies(size == room, bar == rank_of(keys[0]))
                    are_once(keys, notes, size)
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
        closes="""
            many_members(keys, notes, size, size)
            twice_if_alike(keys, notes, size)
        """,
    ),
    DROP_RESTING,
    beside(
        DROP_RESTING,
        "best",
        whole=True,
        gives="""
            all(many(expand_keys, expand_tokens, result, k, token_of(header, tags, spot(k))) >= 1
                    or held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                        node_of(tags[spot(k)], token_of(header, tags, spot(k))) * 2 + COLLAPSE)
                for k in INTEGERS if many(old(expand_keys), old(expand_tokens), size, k, 0) >= 1
                if at(many(old(expand_keys), old(expand_tokens), size, k, 0)))
            size - result <= odd(ledger_action, header[LEDGER_FROM], header[LEDGER_TO])
        """,
        loops={
            "for i in range(size) #2": loop(
                keeps="""
                    all(many(keys, notes, left, r * PLACES + p, token_of(header, tags, PLACES - 1 - p)) >= 1
                            or held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                                node_of(tags[PLACES - 1 - p], token_of(header, tags, PLACES - 1 - p)) * 2 + COLLAPSE)
                        for p in INTEGERS for r in INTEGERS if many(entry(keys), entry(notes), i, p, r) >= 1
                        if at(many(entry(keys), entry(notes), i, p, r)))
                    implies(i >= 1, 1 <= tags[slot] and tags[slot] <= header[TOP])
                    implies(i >= 1, i - left <= collapses_before(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                        token + 1))
                """,
            ),
        },
        before={
            "slot = place": """
                many_member(entry(keys), entry(notes), i, i - 1)
                implies(i >= 1, slot < place)
                tokens_up_to(header, tags, place)
                implies(i >= 1, token_of(header, tags, slot) + 1 <= token)
                collapses_grow(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                    token_of(header, tags, slot) + 1, token)
                collapses_grow(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], token, token + 1)
                i - left <= collapses_before(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], token)
            """,
            "if not is_barred": """
                collapses_found(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], token, tags[slot])
            """,
            "left = 0": """
                all(many(keys, notes, size, k % PLACES, k // PLACES) >= 1
                    for k in INTEGERS if many(old(expand_keys), old(expand_tokens), size, k, 0) >= 1
                    if at(many(old(expand_keys), old(expand_tokens), size, k, 0)))
            """,
        },
        closes="""
            collapses_grow(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], token, token + 1)
            collapses_most(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], token + 1)
        """,
    ),
    PICK_EXPANDS,
    beside(
        PICK_EXPANDS,
        "best",
        whole=True,
        opens="gists_go_on_is(header, tags)",
        gives=f"""
            all(is_in_or_worse(expand_keys, expand_tokens, result, room, gist_key(header, tags, fixed, s))
                for s in range(chunk * CHUNK, min(chunk * CHUNK + CHUNK, header[SLOTS]))
                if {BEYOND} if at(tags[s]))
            all(is_in_or_worse(expand_keys, expand_tokens, result, room, k)
                for k in INTEGERS if many(old(expand_keys), old(expand_tokens), size, k, 0) >= 1
                if at(many(old(expand_keys), old(expand_tokens), size, k, 0)))
            implies(size == room, expand_keys[0] >= old(expand_keys)[0])
            implies(are_beyond(old(expand_keys), old(expand_tokens), size, least),
                come_beyond(expand_keys, expand_tokens, result, old(expand_keys), old(expand_tokens), size, least))
            implies(unbarred(no_expand, len(no_expand), old(expand_keys), old(expand_tokens), size),
                unbarred(no_expand, len(no_expand), expand_keys, expand_tokens, result))
        """,
        loops={
            "while begun < length and tags[first + begun] == BODY": loop(
                keeps="all(tags[j] == BODY for j in range(first, first + begun))",
            ),
            "for i in range(length)": loop(
                keeps=f"""
                    (least == old(least) and bar == rank_of(least + 1))
                        or (size == room and least == keys[0] and bar == rank_of(least))
                    all(tags[j] < 0 for j in range(first + i, seen))
                    all(is_in_or_worse(keys, notes, size, room, gist_key(header, tags, fixed, s))
                        or (seen <= s and first + i < s + header[UNITS + tags[s]]
                            and peak_to(fixed, s, first + i) < bar)
                        for s in range(first, first + i)
                        if {BEYOND_OLD} if at(tags[s]))
                    all(is_in_or_worse(keys, notes, size, room, k)
                        for k in INTEGERS if many(old(expand_keys), old(expand_tokens), old(size), k, 0) >= 1
                        if at(many(old(expand_keys), old(expand_tokens), old(size), k, 0)))
                    implies(old(size) == room, keys[0] >= old(expand_keys)[0])
                    implies(are_beyond(old(expand_keys), old(expand_tokens), old(size), old(least)),
                        old(least) <= least and
                            come_beyond(keys, notes, size, old(expand_keys), old(expand_tokens), old(size), old(least)))
                    implies(unbarred(no_expand, len(no_expand), old(expand_keys), old(expand_tokens), old(size)),
                        unbarred(no_expand, len(no_expand), keys, notes, size))
                """,
                opens="peak_one_more(fixed, first + i + 1)",
                closes="""
                    all(gist_key(header, tags, fixed, s) <= least for s in range(first, first + i)
                        if 1 <= tags[s] and tags[s] <= header[TOP] and s + header[UNITS + tags[s]] == first + i
                            and peak_to(fixed, s, first + i) < bar if at(tags[s]))
                """,
            ),
            "while tags[slot] == BODY": loop(
                keeps="all(tags[j] == BODY for j in range(slot + 1, first + i + 1))",
            ),
        },
        before={
            "slots = header": f"""
                first + i < slot + header[UNITS + tags[slot]]
                all(s == slot or is_in_or_worse(keys, notes, size, room, gist_key(header, tags, fixed, s))
                    for s in range(first, first + i + 1)
                    if {BEYOND_OLD} if at(tags[s]))
            """,
            "if score >= bar": "below(score, bar, slots)",
            "if size == room": f"""
                unbarred_one_more(no_expand, len(no_expand), prior(keys), prior(notes), prior(size), keys, notes, size,
                    key)
                implies(unbarred(no_expand, len(no_expand), prior(keys), prior(notes), prior(size)),
                    unbarred(no_expand, len(no_expand), keys, notes, size))
                all(is_in_or_worse(keys, notes, size, room, gist_key(header, tags, fixed, s))
                    for s in range(first, first + i + 1)
                    if {BEYOND_OLD} if at(tags[s]))
            """,
        },
    ),
    PICK_FROM,
    beside(
        PICK_FROM,
        "best",
        whole=True,
        gives=f"""
            implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                all(is_in_or_worse(expand_keys, expand_tokens, result, room, gist_key(header, tags, fixed, s))
                    for s in range(header[SLOTS])
                    if is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK) and {BEYOND} if at(tags[s])))
            are_beyond(expand_keys, expand_tokens, result, least + 1)
            unbarred(no_expand, len(no_expand), expand_keys, expand_tokens, result)
        """,
        loops={
            "for c in range(chunks)": loop(
                keeps=f"""
                    least == old(least) or (size == room and least == keys[0])
                    old(least) <= least and are_beyond(keys, expand_tokens, size, old(least) + 1)
                    unbarred(no_expand, len(no_expand), keys, expand_tokens, size)
                    all(is_in_or_worse(keys, expand_tokens, size, room, gist_key(header, tags, fixed, s))
                        for d in range(c) for s in range(header[SLOTS])
                        if s // CHUNK == chunk_notes[d] and {BEYOND_OLD}
                        if at(chunk_notes[d], tags[s]))
                """,
                opens="none_below_top(keys, expand_tokens, size)",
            )
        },
        opens="unbarred_none(no_expand, len(no_expand), expand_keys, expand_tokens)",
        closes=f"""
            below_peaks_is(header, tags, fixed, peaks, CHUNK)
            implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                all(is_in_or_worse(expand_keys, expand_tokens, size, room, gist_key(header, tags, fixed, s))
                    for c in range(chunks) for s in range(header[SLOTS]) if s // CHUNK == chunk_notes[c] and {BEYOND}
                    if at(chunk_notes[c], tags[s])))
            pairs_found(chunk_keys, chunk_notes, chunks)
        """,
        before={
            "if size == room": f"""
                all(is_in_or_worse(keys, expand_tokens, size, room, gist_key(header, tags, fixed, s))
                    for s in range(header[SLOTS])
                    if s // CHUNK == chunk_notes[c] and {BEYOND_OLD}
                    if at(tags[s]))
                all(is_in_or_worse(keys, expand_tokens, size, room, gist_key(header, tags, fixed, s))
                    for d in range(c) for s in range(header[SLOTS])
                    if s // CHUNK == chunk_notes[d] and {BEYOND_OLD}
                    if at(chunk_notes[d], tags[s]))
                all(is_in_or_worse(keys, expand_tokens, size, room, gist_key(header, tags, fixed, s))
                    for d in range(c + 1) for s in range(header[SLOTS])
                    if s // CHUNK == chunk_notes[d] and {BEYOND_OLD}
                    if at(chunk_notes[d], tags[s]))
            """,
        },
    ),
    BEST_EXPANDS,
    beside(
        BEST_EXPANDS,
        "best",
        whole=True,
        gives=f"""
            all(expand_keys[i] > expand_keys[j] for i in range(result) for j in range(i + 1, result))
            all(expand_keys[i] == gist_key(header, tags, fixed, spot(expand_keys[i]))
                for i in range(result) if at(expand_keys[i]))
            all(expand_keys[i] < UNBOUNDED and not bars(no_expand, len(no_expand), spot(expand_keys[i]))
                for i in range(result) if at(expand_keys[i]))
            implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                all(many(expand_keys, expand_tokens, result, gist_key(header, tags, fixed, s),
                            token_of(header, tags, s)) >= 1
                        or (result == room and gist_key(header, tags, fixed, s) <= expand_keys[result - 1])
                        or held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                            node_of(tags[s], token_of(header, tags, s)) * 2 + COLLAPSE)
                    for s in range(header[SLOTS]) if {WANTED} if at(tags[s])))
        """,
        loops={
            f"for chunk in range({CHUNKS})": loop(
                keeps=f"""
                    least == key_of(header[TAU_EXPAND], 0) or (size == wanted and least == keys[0])
                    unbarred(no_expand, len(no_expand), keys, expand_tokens, size)
                    implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                        all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                            for s in range(header[SLOTS])
                            if is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK) and {WANTED}
                            if at(tags[s])))
                    implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                        all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                            for s in range(min(header[SLOTS], chunk * CHUNK)) if {WANTED} if at(tags[s])))
                """,
                opens="none_below_top(keys, expand_tokens, size)",
            )
        },
        opens="""
            below_peaks_is(header, tags, fixed, peaks, CHUNK)
            unbarred_none(no_expand, len(no_expand), expand_keys, expand_tokens)
        """,
        before={
            "size = pick_from": f"""
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(gist_key(header, tags, fixed, s) <= key_of(peaks[s // CHUNK], s // CHUNK * CHUNK)
                        for s in range(header[SLOTS]) if 1 <= tags[s] and tags[s] <= header[TOP] if at(tags[s])))
                many_member(chunk_keys, chunk_notes, chunks, chunks - 1)
                all(is_listed(peaks, chunk_keys, chunk_notes, chunks, c) or (full and peak_key(peaks, c) < seen)
                    for c in range((header[SLOTS] + CHUNK - 1) // CHUNK) if peaks[c] > header[TAU_EXPAND]
                    if at(peaks[c]))
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK)
                            or (full and peak_key(peaks, s // CHUNK) < seen)
                        for s in range(header[SLOTS]) if {WANTED} if at(tags[s])))
            """,
            "if size < wanted and": f"""
                many_member(keys, expand_tokens, size, 0)
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                        for s in range(header[SLOTS])
                        if is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK)
                            and {WANTED.replace("key_of(header[TAU_EXPAND], 0)", "lowest")} if at(tags[s])))
                implies(size == wanted, lowest < keys[0])
            """,
            "if full and (size": f"""
                implies(full, rank_of(seen) == peaks[chunk_notes[chunks - 1]]
                    and place_of(seen) == chunk_notes[chunks - 1])
                implies(full and below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(gist_key(header, tags, fixed, s) <= key_of(rank_of(seen), place_of(seen) * CHUNK + CHUNK - 1)
                        for s in range(header[SLOTS])
                        if 1 <= tags[s] and tags[s] <= header[TOP] and peak_key(peaks, s // CHUNK) < seen
                        if at(tags[s])))
                none_below_top(keys, expand_tokens, size)
                implies(prior(size) < wanted and lowest > least and below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                        for s in range(header[SLOTS])
                        if is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK)
                            and {WANTED} if at(tags[s])))
                implies(prior(size) >= wanted or lowest <= least, size == prior(size) and keys == prior(keys))
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                        for s in range(header[SLOTS])
                        if is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK)
                            and {WANTED} if at(tags[s])))
            """,
            "if size == wanted": f"""
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                        for s in range(header[SLOTS])
                        if is_listed(peaks, chunk_keys, chunk_notes, chunks, s // CHUNK) and {WANTED} if at(tags[s])))
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                        for s in range(min(header[SLOTS], chunk * CHUNK + CHUNK)) if {WANTED} if at(tags[s])))
            """,
            "left = drop": f"""
                unbarred_is(no_expand, len(no_expand), keys, expand_tokens, size)
                none_below_top(keys, expand_tokens, size)
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(is_in_or_worse(keys, expand_tokens, size, wanted, gist_key(header, tags, fixed, s))
                        for s in range(header[SLOTS])
                        if {WANTED} if at(tags[s])))
            """,
            "return min": f"""
                all(many(keys, expand_tokens, left, gist_key(header, tags, fixed, s), token_of(header, tags, s)) >= 1
                        or held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                            node_of(tags[s], token_of(header, tags, s)) * 2 + COLLAPSE)
                    for s in range(header[SLOTS])
                    if many(prior(keys), prior(expand_tokens), size, gist_key(header, tags, fixed, s), 0) >= 1
                    if at(tags[s]))
                implies(size == wanted, left >= room)
                all(keys[i] >= prior(keys)[0] for i in range(left))
                implies(below_peaks(header, tags, fixed, peaks, CHUNK),
                    all(many(keys, expand_tokens, left, gist_key(header, tags, fixed, s), token_of(header, tags, s))
                                >= 1
                            or (left >= room and gist_key(header, tags, fixed, s) <= keys[room - 1])
                            or held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],
                                node_of(tags[s], token_of(header, tags, s)) * 2 + COLLAPSE)
                        for s in range(header[SLOTS]) if {WANTED} if at(tags[s])))
            """,
        },
        closes="""
            many_none(expand_keys, expand_tokens, result, 0, 0)
            first_or_worse(expand_keys, expand_tokens, left, result)
        """,
    ),
]
