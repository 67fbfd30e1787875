"""Greedy and ingest as plain loops over sequences of integers, compiled by Numba where it runs in production.

Every function here also runs uncompiled on Python lists, which is how its tests cover it and its proofs read it.
Nothing in it allocates, slices or calls outside this module.

The context is one small integer per slot, the *tag*: the level of the block that begins there, or `BODY` inside a
block. While an iteration selects, `MARK` is added to the tags of blocks that a chosen action replaces. Positions in
the context are slots; tokens are counted from tags when an action has to be named.

A candidate is one integer, its *key*: rank above, place below, so that comparing keys is the whole order of a queue
(GRE-2 to GRE-4). The rank is the aggregate of an expand and the negated aggregate of a collapse, the place is its
first slot, and the greater key goes first.

Actions travel packed as ``(start * LEVELS + level) * 2 + kind``.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

from numba import njit

BODY = -1
"""Tag of a slot in which no block begins."""

MARK = 64
"""Added to the tag of a block that a chosen action of this iteration replaces."""

PLACES = 2**26
"""Places a key can tell apart, at least as many as a context has slots (MAX_SLOTS)."""

CHUNK = 64
"""Slots per entry of the table of peaks."""

LEVELS = 32
"""Levels that a packed action can tell apart; a span of at most 2**31 tokens has at most 31 levels above raw tokens."""

EXPAND = 0
COLLAPSE = 1

UNBOUNDED = 2**61
"""Above every key."""

NO_PEAK = -(2**31)
"""Peak of a chunk without a gist, below every score."""

NO_ROOM = -1
"""Returned by `reclaim` if legal collapses do not free enough."""

LEDGER_FULL = -2
"""Returned before anything changed if the ledger has no space for another iteration."""

# Places in the header: what changes from call to call, then the parameters of the session.
SLOTS = 0
ITERATION = 1
FIRST = 2
END = 3
FAMILIES = 4
LEDGER_FROM = 5
LEDGER_TO = 6
DONE = 7
TAKEN_EXPANDS = 8
TAKEN_COLLAPSES = 9
FREED = 10
TOP = 11
W_MAX = 12
W_SOFT = 13
N_DIFF = 14
TAU_EXPAND = 15
TAU_COLLAPSE = 16
SOFT_MARGIN = 17
MIN_GAP = 18
PROTECTED = 19
HEADER = 20

Ints = Sequence[int]
Table = MutableSequence[int]

kernel = njit(cache=True, error_model="numpy", nogil=True)


# PACKING


@kernel
def key_of(rank: int, place: int) -> int:
    """The candidate of this rank at this place as one integer; the greater key goes first."""
    return rank * PLACES + (PLACES - 1 - place)


@kernel
def rank_of(key: int) -> int:
    """The rank in ``key``."""
    return key // PLACES


@kernel
def place_of(key: int) -> int:
    """The place in ``key``."""
    return PLACES - 1 - key % PLACES


@kernel
def packed(kind: int, level: int, start: int) -> int:
    """An action as one integer."""
    return (start * LEVELS + level) * 2 + kind


# THE BEST FEW: a heap of keys with the worst of them on top, each with a companion value


@kernel
def sink(keys: Table, notes: Table, size: int, key: int, note: int) -> None:
    """Put ``key`` in the place of the worst of ``size`` keys."""
    at = 0
    child = 1
    while child < size:
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at] = keys[child]
        notes[at] = notes[child]
        at = child
        child = 2 * at + 1
    keys[at] = key
    notes[at] = note


@kernel
def rise(keys: Table, notes: Table, size: int, key: int, note: int) -> None:
    """Add ``key`` to ``size`` keys."""
    at = size
    while at > 0 and keys[(at - 1) // 2] > key:
        keys[at] = keys[(at - 1) // 2]
        notes[at] = notes[(at - 1) // 2]
        at = (at - 1) // 2
    keys[at] = key
    notes[at] = note


@kernel
def offer(keys: Table, notes: Table, size: int, room: int, key: int, note: int) -> int:
    """Keep ``key`` among the best ``room`` (at least 1) keys if it belongs there; return how many there are now."""
    if size < room:
        rise(keys, notes, size, key, note)
        return size + 1
    if key > keys[0]:
        sink(keys, notes, size, key, note)
    return size


@kernel
def sort_best_first(keys: Table, notes: Table, size: int) -> None:
    """Turn the heap into a list, greatest key first."""
    for last in range(size - 1, 0, -1):
        key = keys[last]
        note = notes[last]
        keys[last] = keys[0]
        notes[last] = notes[0]
        sink(keys, notes, last, key, note)


# GEOMETRY, from three tables by level: tokens a block spans, slots it takes, blocks in the family of a node


@kernel
def family_slots(level: int, units: Ints, fanout: Ints) -> int:
    """Slots of the complete family of a node of ``level``."""
    return fanout[level] * units[level - 1]


@kernel
def slots_before(kind: int, level: int, units: Ints, fanout: Ints) -> int:
    """Slots that an action replaces."""
    if kind == EXPAND:
        return units[level]
    return family_slots(level, units, fanout)


@kernel
def slots_after(kind: int, level: int, units: Ints, fanout: Ints) -> int:
    """Slots that an action puts in their place."""
    return slots_before(1 - kind, level, units, fanout)


@kernel
def tokens_between(tags: Ints, first: int, last: int, top: int, spans: Ints) -> int:
    """Tokens under the blocks that begin in the slots ``first <= slot < last``."""
    tokens = 0
    for level in range(top + 1):
        blocks = 0
        for slot in range(first, last):
            if tags[slot] == level or tags[slot] == level + MARK:
                blocks += 1
        tokens += blocks * spans[level]
    return tokens


# SCORES


@kernel
def blend(tags: Ints, fixed: Ints, worth: Table, slots: int, units: Ints) -> None:
    """Write the aggregate of every gist to its first slot of ``worth`` (SCO-3)."""
    for slot in range(slots):
        level = tags[slot]
        if level >= 1:
            total = 0
            for i in range(slot, slot + units[level]):
                total += fixed[i]
            worth[slot] = total // units[level]


@kernel
def survey(tags: Ints, worth: Ints, peaks: Table, slots: int) -> None:
    """Write the greatest aggregate of the gists that begin in each chunk to ``peaks``."""
    chunk = 0
    first = 0
    while first < slots:
        peak = NO_PEAK
        for slot in range(first, min(first + CHUNK, slots)):
            if tags[slot] >= 1:
                peak = max(peak, worth[slot])
        peaks[chunk] = peak
        chunk += 1
        first += CHUNK


# LEDGER: packed actions and their iterations, oldest first; live between two places in the header


@kernel
def forget(header: Table, ledger_iteration: Ints) -> None:
    """Drop the entries that can no longer forbid anything at the header's iteration."""
    at = header[LEDGER_FROM]
    while at < header[LEDGER_TO] and header[ITERATION] - ledger_iteration[at] >= header[MIN_GAP]:
        at += 1
    header[LEDGER_FROM] = at


@kernel
def is_barred(header: Ints, ledger_action: Ints, opposite: int) -> bool:
    """Whether the packed action ``opposite`` happened too short a time ago for its reversal (COO-1)."""
    for at in range(header[LEDGER_FROM], header[LEDGER_TO]):  # noqa: SIM110, kernels have no generators
        if ledger_action[at] == opposite:
            return True
    return False


@kernel
def count_collapses(header: Ints, ledger_action: Ints) -> int:
    """Live entries that forbid an expand."""
    collapses = 0
    for at in range(header[LEDGER_FROM], header[LEDGER_TO]):
        if ledger_action[at] % 2 == COLLAPSE:
            collapses += 1
    return collapses


@kernel
def record(header: Table, ledger_action: Table, ledger_iteration: Table, action: int) -> None:
    """Enter ``action`` at the header's iteration."""
    ledger_action[header[LEDGER_TO]] = action
    ledger_iteration[header[LEDGER_TO]] = header[ITERATION]
    header[LEDGER_TO] += 1


@kernel
def compact(header: Table, ledger_action: Table, ledger_iteration: Table) -> None:
    """Move the live entries to the front."""
    size = header[LEDGER_TO] - header[LEDGER_FROM]
    for i in range(size):
        ledger_action[i] = ledger_action[header[LEDGER_FROM] + i]
        ledger_iteration[i] = ledger_iteration[header[LEDGER_FROM] + i]
    header[LEDGER_FROM] = 0
    header[LEDGER_TO] = size


# SELECTION


@kernel
def best_collapses(
    header: Ints,
    spans: Ints,
    units: Ints,
    fanout: Ints,
    fixed: Ints,
    family_slot: Ints,
    family_level: Ints,
    family_start: Ints,
    ledger_action: Ints,
    threshold: int,
    room: int,
    keys: Table,
    notes: Table,
) -> int:
    """Find the best ``room`` collapses of a rank above ``threshold``, best first, with their family's number as note.

    ``room`` collapses are enough for ``room`` actions: a chosen expand takes away at most one collapse.

    Returns:
        How many there are.
    """
    size = 0
    bar = key_of(threshold, 0)
    for family in range(header[FAMILIES]):
        level = family_level[family]
        start = family_start[family]
        if start + spans[level] > header[END] - header[PROTECTED]:
            break
        slot = family_slot[family]
        slots = family_slots(level, units, fanout)
        total = 0
        for i in range(slot, slot + slots):
            total += fixed[i]
        key = key_of(-(total // slots), slot)
        if key > bar and not is_barred(header, ledger_action, packed(EXPAND, level, start)):
            size = offer(keys, notes, size, room, key, family)
            if size == room:
                bar = keys[0]
    sort_best_first(keys, notes, size)
    return size


@kernel
def worst_useful_chunk(slots: int, peaks: Ints, threshold: int, room: int, keys: Table, notes: Table) -> int:
    """Find the ``room`` chunks with the highest peaks; return the least of their keys."""
    chunks = (slots + CHUNK - 1) // CHUNK
    worst = key_of(threshold, 0)
    if room >= chunks:
        return worst
    size = 0
    for chunk in range(chunks):
        key = key_of(peaks[chunk], chunk)
        if key > worst:
            size = offer(keys, notes, size, room, key, chunk)
            if size == room:
                worst = keys[0]
    return worst


@kernel
def best_expands(
    header: Ints,
    spans: Ints,
    tags: Ints,
    worth: Ints,
    peaks: Ints,
    ledger_action: Ints,
    ceiling: int,
    spoilt: int,
    room: int,
    chunk_keys: Table,
    chunk_notes: Table,
    keys: Table,
    notes: Table,
) -> int:
    """Find the best ``room`` expands with keys below ``ceiling``, best first, with their first token as note.

    They lie in the ``room + spoilt`` chunks with the highest peaks: if one lay elsewhere, each of those chunks would
    hold a gist that goes before it, and at most ``spoilt`` of those are out of the question.

    Args:
        spoilt: at least the number of gists that must not be chosen: resting ones, marked ones, ones not below
            ``ceiling``.

    Returns:
        How many there are.
    """
    slots = header[SLOTS]
    top = header[TOP]
    threshold = header[TAU_EXPAND]
    worst = worst_useful_chunk(slots, peaks, threshold, room + spoilt, chunk_keys, chunk_notes)
    size = 0
    bar = key_of(threshold, 0)
    token = header[FIRST]
    slot = 0
    for chunk in range((slots + CHUNK - 1) // CHUNK):
        if peaks[chunk] > threshold and key_of(peaks[chunk], chunk) >= worst:
            first = chunk * CHUNK
            last = min(first + CHUNK, slots)
            token += tokens_between(tags, slot, first, top, spans)
            slot = last
            for i in range(first, last):
                level = tags[i]
                if level >= 1 and level < MARK:
                    key = key_of(worth[i], i)
                    if (
                        key > bar
                        and key < ceiling
                        and not is_barred(header, ledger_action, packed(COLLAPSE, level, token))
                    ):
                        size = offer(keys, notes, size, room, key, token)
                        if size == room:
                            bar = keys[0]
                if level >= 0:
                    token += spans[level % MARK]
    sort_best_first(keys, notes, size)
    return size


@kernel
def fits(header: Ints, slots_used: int, delta: int, aggregate: int) -> bool:
    """Whether an expand stays within the hard budget and, unless it is worth it, within the soft one (BUD-1, SOF-1)."""
    after = slots_used + delta
    if after > header[W_MAX]:
        return False
    return after <= header[W_SOFT] or aggregate > header[TAU_EXPAND] + header[SOFT_MARGIN]


@kernel
def is_marked(tags: Ints, slot: int, slots: int, stride: int) -> bool:
    """Whether a chosen action replaces one of the blocks that begin every ``stride`` slots."""
    for at in range(slot, slot + slots, stride):  # noqa: SIM110, kernels have no generators
        if tags[at] >= MARK:
            return True
    return False


@kernel
def mark(tags: Table, slot: int, slots: int, stride: int) -> None:
    """Mark the blocks that begin every ``stride`` slots as replaced."""
    for at in range(slot, slot + slots, stride):
        tags[at] += MARK


@kernel
def alternate(
    header: Table,
    units: Ints,
    fanout: Ints,
    tags: Table,
    expands: int,
    expand_keys: Ints,
    expand_tokens: Ints,
    more: bool,
    collapses: int,
    collapse_keys: Ints,
    collapse_families: Ints,
    family_level: Ints,
    family_start: Ints,
    actions: Table,
    places: Table,
) -> bool:
    """Take turns: one expand if it fits, one collapse, until the cap or a round without either (GRE-1, GRE-5, GRE-6).

    Heads that an earlier action made impossible carry a mark and are passed over. Reads and leaves its place in the
    queues, the actions so far and the slots used in the header.

    Args:
        more: whether there may be expands beyond the ones in the queue.

    Returns:
        Whether it had to stop at an expand turn because the queue ran out although there may be more.
    """
    done = header[DONE]
    used = header[SLOTS] - header[FREED]
    e = header[TAKEN_EXPANDS]
    c = header[TAKEN_COLLAPSES]
    hungry = False
    while done < header[N_DIFF]:
        before = done

        # EXPAND TURN: the head or nothing
        while e < expands and tags[place_of(expand_keys[e])] >= MARK:
            e += 1
        if e == expands and more:
            hungry = True
            break
        if e < expands:
            slot = place_of(expand_keys[e])
            level = tags[slot]
            delta = family_slots(level, units, fanout) - units[level]
            if fits(header, used, delta, rank_of(expand_keys[e])):
                actions[done] = packed(EXPAND, level, expand_tokens[e])
                places[done] = slot
                mark(tags, slot, 1, 1)
                used += delta
                done += 1
                e += 1

        # COLLAPSE TURN
        if done < header[N_DIFF]:
            while c < collapses and is_marked(
                tags,
                place_of(collapse_keys[c]),
                family_slots(family_level[collapse_families[c]], units, fanout),
                units[family_level[collapse_families[c]] - 1],
            ):
                c += 1
            if c < collapses:
                slot = place_of(collapse_keys[c])
                level = family_level[collapse_families[c]]
                slots = family_slots(level, units, fanout)
                actions[done] = packed(COLLAPSE, level, family_start[collapse_families[c]])
                places[done] = slot
                mark(tags, slot, slots, units[level - 1])
                used -= slots - units[level]
                done += 1
                c += 1

        if done == before:
            break
    header[DONE] = done
    header[FREED] = header[SLOTS] - used
    header[TAKEN_EXPANDS] = e
    header[TAKEN_COLLAPSES] = c
    return hungry


# APPLICATION


@kernel
def by_place(places: Ints, done: int, keys: Table, order: Table) -> None:
    """Write the numbers of the actions to ``order``, first place first."""
    for i in range(done):
        rise(keys, order, i, key_of(0, places[i]), i)
    sort_best_first(keys, order, done)


@kernel
def write_blocks(tags: Table, slot: int, blocks: int, level: int, units: int) -> None:
    """Write ``blocks`` blocks of ``level``, of ``units`` slots each."""
    for i in range(blocks * units):
        tags[slot + i] = BODY
    for i in range(blocks):
        tags[slot + i * units] = level


@kernel
def splice(
    header: Table,
    units: Ints,
    fanout: Ints,
    tags: Table,
    spare: Table,
    done: int,
    actions: Ints,
    places: Ints,
    order: Ints,
) -> None:
    """Replace the blocks that the actions consume by the ones they produce (CTX-6).

    What changes is put together in ``spare`` and copied back, so that both copies run between separate arrays.
    """
    slots = header[SLOTS]
    first = places[order[0]]
    source = first
    length = 0
    for i in range(done):
        action = actions[order[i]]
        kind = action % 2
        level = action // 2 % LEVELS
        place = places[order[i]]
        for at in range(place - source):
            spare[length + at] = tags[source + at]
        length += place - source
        source = place + slots_before(kind, level, units, fanout)
        if kind == EXPAND:
            write_blocks(spare, length, fanout[level], level - 1, units[level - 1])
        else:
            write_blocks(spare, length, 1, level, units[level])
        length += slots_after(kind, level, units, fanout)
    if first + length != source:
        for at in range(slots - source):
            spare[length + at] = tags[source + at]
        length += slots - source
        slots = first + length
    for at in range(length):
        tags[first + at] = spare[at]
    header[SLOTS] = slots


@kernel
def family_of(slots: int, tags: Ints, slot: int, level: int, start: int, spans: Ints, units: Ints, fanout: Ints) -> int:
    """First slot of the complete family that the gist at ``slot`` belongs to; -1 if it is incomplete.

    Args:
        level: level of the gist, below the top.
        start: first token of the gist.
    """
    stride = units[level]
    first = slot - start % spans[level + 1] // spans[level] * stride
    if first < 0 or first + family_slots(level + 1, units, fanout) > slots:
        return -1
    for i in range(fanout[level + 1]):
        if tags[first + i * stride] != level:
            return -1
    return first


@kernel
def drop_families(
    header: Table,
    units: Ints,
    fanout: Ints,
    family_slot: Table,
    family_level: Table,
    family_start: Table,
    done: int,
    actions: Ints,
    places: Ints,
    order: Ints,
) -> None:
    """Drop the families that the actions consume or break, and move the others to their new slots."""
    kept = 0
    i = 0
    shift = 0
    for family in range(header[FAMILIES]):
        slot = family_slot[family]
        level = family_level[family]
        while i < done and places[order[i]] < slot:
            kind = actions[order[i]] % 2
            node_level = actions[order[i]] // 2 % LEVELS
            shift += slots_after(kind, node_level, units, fanout) - slots_before(kind, node_level, units, fanout)
            i += 1
        if i < done and places[order[i]] < slot + family_slots(level, units, fanout):
            continue
        family_slot[kept] = slot + shift
        family_level[kept] = level
        family_start[kept] = family_start[family]
        kept += 1
    header[FAMILIES] = kept


@kernel
def new_families(
    header: Ints,
    spans: Ints,
    units: Ints,
    fanout: Ints,
    tags: Ints,
    done: int,
    actions: Ints,
    places: Ints,
    order: Ints,
    new_slot: Table,
    new_level: Table,
    new_start: Table,
) -> int:
    """List the families that the actions completed, by slot; return how many there are. The tags are the new ones."""
    size = 0
    shift = 0
    for i in range(done):
        kind = actions[order[i]] % 2
        level = actions[order[i]] // 2 % LEVELS
        start = actions[order[i]] // 2 // LEVELS
        slot = places[order[i]] + shift
        shift += slots_after(kind, level, units, fanout) - slots_before(kind, level, units, fanout)
        if kind == COLLAPSE:
            if level == header[TOP]:
                continue
            slot = family_of(header[SLOTS], tags, slot, level, start, spans, units, fanout)
            level += 1
            start -= start % spans[level]
        # two collapses can complete one family; they find it one after the other
        if slot >= 0 and (size == 0 or new_slot[size - 1] != slot):
            new_slot[size] = slot
            new_level[size] = level
            new_start[size] = start
            size += 1
    return size


@kernel
def merge_families(
    header: Table,
    family_slot: Table,
    family_level: Table,
    family_start: Table,
    new: int,
    new_slot: Ints,
    new_level: Ints,
    new_start: Ints,
) -> None:
    """Merge ``new`` families into the list, from the back."""
    old = header[FAMILIES]
    header[FAMILIES] = old + new
    while new > 0:
        to = old + new - 1
        if old > 0 and family_slot[old - 1] > new_slot[new - 1]:
            old -= 1
            family_slot[to] = family_slot[old]
            family_level[to] = family_level[old]
            family_start[to] = family_start[old]
        else:
            new -= 1
            family_slot[to] = new_slot[new]
            family_level[to] = new_level[new]
            family_start[to] = new_start[new]


@kernel
def apply(
    header: Table,
    spans: Ints,
    units: Ints,
    fanout: Ints,
    tags: Table,
    spare: Table,
    family_slot: Table,
    family_level: Table,
    family_start: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    done: int,
    actions: Ints,
    places: Ints,
    keys: Table,
    order: Table,
    new_slot: Table,
    new_level: Table,
    new_start: Table,
) -> None:
    """Apply ``done`` (at least 1) actions on separate blocks: context, families, ledger."""
    by_place(places, done, keys, order)
    splice(header, units, fanout, tags, spare, done, actions, places, order)
    drop_families(header, units, fanout, family_slot, family_level, family_start, done, actions, places, order)
    new = new_families(header, spans, units, fanout, tags, done, actions, places, order, new_slot, new_level, new_start)
    merge_families(header, family_slot, family_level, family_start, new, new_slot, new_level, new_start)
    for i in range(done):
        record(header, ledger_action, ledger_iteration, actions[i])


# THE CALLS


@kernel
def step(
    header: Table,
    spans: Ints,
    units: Ints,
    fanout: Ints,
    tags: Table,
    spare: Table,
    fixed: Ints,
    worth: Ints,
    peaks: Ints,
    family_slot: Table,
    family_level: Table,
    family_start: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    ledger_room: int,
    actions: Table,
    places: Table,
    expand_keys: Table,
    expand_tokens: Table,
    collapse_keys: Table,
    collapse_families: Table,
    chunk_keys: Table,
    chunk_notes: Table,
    new_slot: Table,
    new_level: Table,
    new_start: Table,
) -> int:
    """One greedy iteration; return the number of actions, or `LEDGER_FULL` and nothing has changed."""
    # LEDGER: room for this iteration first, so that nothing can fail half-way
    n_diff = header[N_DIFF]
    if header[LEDGER_TO] + n_diff > ledger_room:
        compact(header, ledger_action, ledger_iteration)
        if header[LEDGER_TO] + n_diff > ledger_room:
            return LEDGER_FULL
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    header[DONE] = 0
    header[FREED] = 0
    header[TAKEN_EXPANDS] = 0
    header[TAKEN_COLLAPSES] = 0
    if n_diff == 0:
        return 0

    # CANDIDATES
    collapses = best_collapses(
        header,
        spans,
        units,
        fanout,
        fixed,
        family_slot,
        family_level,
        family_start,
        ledger_action,
        header[TAU_COLLAPSE],
        n_diff,
        collapse_keys,
        collapse_families,
    )
    spoilt = count_collapses(header, ledger_action)
    ceiling = UNBOUNDED
    hungry = True
    while hungry:
        expands = best_expands(
            header,
            spans,
            tags,
            worth,
            peaks,
            ledger_action,
            ceiling,
            spoilt,
            n_diff,
            chunk_keys,
            chunk_notes,
            expand_keys,
            expand_tokens,
        )
        if expands > 0:
            ceiling = expand_keys[expands - 1]
        # SELECT
        taken = header[TAKEN_COLLAPSES]
        hungry = alternate(
            header,
            units,
            fanout,
            tags,
            expands,
            expand_keys,
            expand_tokens,
            expands == n_diff,
            collapses,
            collapse_keys,
            collapse_families,
            family_level,
            family_start,
            actions,
            places,
        )
        if hungry:
            # conflicts emptied the queue: look for the next best, past what has been seen and what is marked
            header[TAKEN_EXPANDS] = 0
            spoilt += expands
            for c in range(taken, header[TAKEN_COLLAPSES]):
                spoilt += fanout[family_level[collapse_families[c]]]

    # APPLY
    done = header[DONE]
    if done > 0:
        apply(
            header,
            spans,
            units,
            fanout,
            tags,
            spare,
            family_slot,
            family_level,
            family_start,
            ledger_action,
            ledger_iteration,
            done,
            actions,
            places,
            expand_keys,
            expand_tokens,
            new_slot,
            new_level,
            new_start,
        )
    return done


@kernel
def append_block(
    header: Table,
    spans: Ints,
    units: Ints,
    tags: Table,
    family_slot: Table,
    family_level: Table,
    family_start: Table,
) -> None:
    """Append one level-0 block, which is a complete family of its own."""
    write_blocks(tags, header[SLOTS], 1, 0, units[0])
    family = header[FAMILIES]
    family_slot[family] = header[SLOTS]
    family_level[family] = 1
    family_start[family] = header[END]
    header[FAMILIES] = family + 1
    header[SLOTS] += units[0]
    header[END] += spans[0]


@kernel
def may_fall_short(
    header: Ints,
    spans: Ints,
    units: Ints,
    fanout: Ints,
    family_level: Ints,
    family_start: Ints,
    ledger_action: Ints,
    needed: int,
) -> bool:
    """Whether the families that are complete now, all collapsed, would leave no space for ``needed`` slots.

    If they leave it, the reclaim cannot fail: a collapse takes no other away.
    """
    slots = header[SLOTS]
    for family in range(header[FAMILIES]):
        level = family_level[family]
        start = family_start[family]
        if slots + needed <= header[W_MAX] or start + spans[level] > header[END] - header[PROTECTED]:
            break
        if not is_barred(header, ledger_action, packed(EXPAND, level, start)):
            slots -= family_slots(level, units, fanout) - units[level]
    return slots + needed > header[W_MAX]


@kernel
def average_out(fixed: Table, slots: int, slot: int, before: int, after: int, aggregate: int) -> None:
    """Replace ``before`` scores by ``after`` times their aggregate (ING-4)."""
    for i in range(slot, slot + after):
        fixed[i] = aggregate
    for i in range(slot + before, slots):
        fixed[i - before + after] = fixed[i]


@kernel
def reclaim(
    header: Table,
    spans: Ints,
    units: Ints,
    fanout: Ints,
    tags: Table,
    spare: Table,
    fixed: Table,
    family_slot: Table,
    family_level: Table,
    family_start: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    needed: int,
    reclaimed: Table,
    actions: Table,
    places: Table,
    keys: Table,
    notes: Table,
    new_slot: Table,
    new_level: Table,
    new_start: Table,
) -> int:
    """Collapse the least wanted families until ``needed`` slots fit (ING-1 to ING-5); return how many.

    Returns `NO_ROOM` if legal collapses do not suffice, and by then has made them all.
    """
    done = 0
    while header[SLOTS] + needed > header[W_MAX]:
        found = best_collapses(
            header,
            spans,
            units,
            fanout,
            fixed,
            family_slot,
            family_level,
            family_start,
            ledger_action,
            NO_PEAK,
            1,
            keys,
            notes,
        )
        if found == 0:
            return NO_ROOM
        slot = place_of(keys[0])
        level = family_level[notes[0]]
        average_out(fixed, header[SLOTS], slot, family_slots(level, units, fanout), units[level], -rank_of(keys[0]))
        actions[0] = packed(COLLAPSE, level, family_start[notes[0]])
        reclaimed[done] = actions[0]
        places[0] = slot
        apply(
            header,
            spans,
            units,
            fanout,
            tags,
            spare,
            family_slot,
            family_level,
            family_start,
            ledger_action,
            ledger_iteration,
            1,
            actions,
            places,
            keys,
            notes,
            new_slot,
            new_level,
            new_start,
        )
        done += 1
    return done
