"""The candidates of an iteration: the best few of each kind (ACT-4, THR-1, TAI-1, COO-1)."""

from __future__ import annotations

from functools import partial

from focalloc.fastpath.kernels.best_few import offer, rise, sort_best_first
from focalloc.fastpath.kernels.layout import (
    ALIKE,
    BODY,
    CHUNK,
    COLLAPSE,
    END,
    EXPAND,
    FAMILIES,
    FANOUT,
    FIRST,
    LEAST_STRIDE,
    LEVELS,
    MARK,
    MULTI_SLOT,
    PROTECTED,
    SAMPLE,
    SLOTS,
    TAU_EXPAND,
    UNITS,
    WIDTH,
    Ints,
    Session,
    Sought,
    Table,
)
from focalloc.fastpath.kernels.ledger import count_collapses, is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.fastpath.kernels.pins import is_held
from focalloc.fastpath.kernels.places import delta_at, end_of, nearness, token_at
from focalloc.fastpath.kernels.scores import are_means_known, total
from focalloc.fastpath.machine_code import kernel

# COLLAPSES


@partial(kernel, by_constants=True)  # a stride of 1
def gather_collapses(session: Session, sought: Sought, threshold: int, stride: int) -> int:
    """Keep the best of the collapses whose means ask for more than ``threshold``, of every ``stride``-th family.

    Families are complete (ACT-4), of a mean below the threshold (THR-1), before the tail (TAI-1) and at rest (COO-1).

    Returns:
        How many there are.
    """
    header, fixed, family_slot = session.header, session.fixed, session.family_slot
    family_node, ledger_action = session.family_node, session.ledger_action
    room, keys, notes = sought.room, sought.keys, sought.notes
    size = 0
    bar = threshold
    last_end = header[END] - header[PROTECTED]
    alike = header[ALIKE] if sought.delta == 0 else 0
    for family in range(0, header[FAMILIES], stride):
        slots = alike
        if slots == 0:
            level = family_node[family] % LEVELS
            if sought.delta != 0 and delta_at(header, level) != sought.delta:
                continue
            slots = header[WIDTH + level]
        score = total(fixed, family_slot[family], slots)
        # floor(score / slots) < -bar, without a division; an equal rank is no better, for the place is later
        if score < -bar * slots:
            node = family_node[family]
            if end_of(header, node) > last_end:
                break
            if not is_barred(header, ledger_action, node * 2 + EXPAND):
                rank = nearness(header, sought.cursor, node) - score // slots
                size = offer(keys, notes, size, room, key_of(rank, family_slot[family]), family)
                if size == room:
                    bar = max(bar, rank_of(keys[0]) - sought.cursor)
    return size


@kernel
def best_collapses(session: Session, sought: Sought, threshold: int) -> int:
    """Find the best collapses whose means ask for more than ``threshold``, best first.

    As many collapses are enough as there may be actions: a chosen expand takes away at most one collapse.

    Returns:
        How many there are.
    """
    keys, notes = sought.keys, sought.notes
    stride = session.header[FAMILIES] // (SAMPLE * sought.room)
    if stride < LEAST_STRIDE:
        stride = LEAST_STRIDE
    if session.header[FAMILIES] // stride >= sought.room:
        # a sample first, or else each family could be the best so far and be kept for a while
        size = gather_collapses(session, sought, threshold, stride)
        if size == sought.room:
            threshold = max(threshold, rank_of(keys[0]) - sought.cursor - 1)
    size = gather_collapses(session, sought, threshold, 1)
    sort_best_first(keys, notes, size)
    return size


@kernel
def best_wishes(session: Session, sought: Sought, wishes: Ints) -> int:
    """Find the collapses that are wished for most, best first; return how many there are (PRO-2).

    Beside `gather_collapses`, as the mean of a wish is rounded to the other side.
    """
    header, family_slot, family_node = session.header, session.family_slot, session.family_node
    ledger_action, keys, notes = session.ledger_action, sought.keys, sought.notes
    size = 0
    bar = 0
    last_end = header[END] - header[PROTECTED]
    for family in range(header[FAMILIES]):
        if wishes[family] <= bar:  # a mean is no higher than a sum that is above 0
            continue
        node = family_node[family]
        level = node % LEVELS
        members = header[FANOUT + level]
        # the floor of the mean is above the bar; an equal rank is no better, for the place is later
        if wishes[family] >= (bar + 1) * members and (sought.delta == 0 or delta_at(header, level) == sought.delta):
            if end_of(header, node) > last_end:
                break
            if not is_barred(header, ledger_action, node * 2 + EXPAND):
                key = key_of(wishes[family] // members, family_slot[family])
                size = offer(keys, notes, size, sought.room, key, family)
                if size == sought.room:
                    bar = rank_of(keys[0])
    sort_best_first(keys, notes, size)
    return size


# EXPANDS


@kernel
def worst_useful_chunk(header: Ints, peaks: Ints, room: int, keys: Table, notes: Table) -> int:
    """Find the ``room`` chunks with the highest peaks; return the least of their keys."""
    chunks = (header[SLOTS] + CHUNK - 1) // CHUNK
    worst = key_of(header[TAU_EXPAND], 0)
    if room >= chunks:
        return worst
    size = 0
    bar = header[TAU_EXPAND]
    for chunk in range(chunks):
        if peaks[chunk] > bar:
            size = offer(keys, notes, size, room, key_of(peaks[chunk], chunk), chunk)
            if size == room:
                worst = keys[0]
                bar = rank_of(worst)
    return worst


@kernel
def useful_chunks(header: Ints, peaks: Ints, room: int, keys: Table, notes: Table) -> int:
    """List the chunks with the highest peaks above the threshold, at most ``room``, best first; return how many."""
    size = 0
    bar = header[TAU_EXPAND]
    for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK):
        if peaks[chunk] > bar:
            size = offer(keys, notes, size, room, key_of(peaks[chunk], chunk), chunk)
            if size == room:
                bar = rank_of(keys[0])
    sort_best_first(keys, notes, size)
    return size


@kernel
def drop_resting(session: Session, size: int) -> int:
    """Note the first token of each of ``size`` expands, drop those that the cooldown forbids, sort the rest.

    Returns:
        How many are left, best first.
    """
    header, tags, ledger_action = session.header, session.tags, session.ledger_action
    keys, notes = session.expand_keys, session.expand_tokens
    # by place, so that tokens are counted in one go
    for i in range(size):
        rise(keys, notes, i, key_of(0, place_of(keys[i])), rank_of(keys[i]))
    sort_best_first(keys, notes, size)
    left = 0
    slot = 0
    token = header[FIRST]
    for i in range(size):
        place = place_of(keys[i])
        token = token_at(session, slot, token, place)
        slot = place
        if not is_barred(header, ledger_action, node_of(tags[slot], token) * 2 + COLLAPSE):
            rise(keys, notes, left, key_of(notes[i], place), token)
            left += 1
    sort_best_first(keys, notes, left)
    return left


@kernel
def pick_expands(session: Session, chunk: int, least: int, ceiling: int, size: int, room: int) -> int:
    """Offer the expands of one chunk with keys above ``least`` (THR-1) and below ``ceiling``; return how many are kept.

    No mean is higher than the highest of its scores, so only gists with a score that would do are looked at.
    """
    header, tags, fixed, no_expand = session.header, session.tags, session.fixed, session.no_expand
    keys, notes = session.expand_keys, session.expand_tokens
    first = chunk * CHUNK
    length = min(CHUNK, header[SLOTS] - first)
    begun = 0  # slots of a gist that began before, and counts there
    while begun < length and tags[first + begun] == BODY:
        begun += 1
    if begun == length:
        return size
    while first + length < header[SLOTS] and tags[first + length] == BODY:
        length += 1
    first += begun
    length -= begun
    bar = rank_of(least + 1)
    seen = first
    for i in range(length):
        if fixed[first + i] >= bar and (tags[first + i] >= 1 or tags[first + i] == BODY) and first + i >= seen:
            slot = first + i
            while tags[slot] == BODY:
                slot -= 1
            if tags[slot] < MARK:
                slots = header[UNITS + tags[slot]]
                seen = slot + slots
                score = total(fixed, slot, slots)
                # floor(score / slots) >= bar, without a division
                if score >= bar * slots:
                    key = key_of(score // slots, slot)
                    if key > least and key < ceiling and not is_held(no_expand, slot):
                        size = offer(keys, notes, size, room, key, 0)
                        if size == room:
                            least = keys[0]
                            bar = rank_of(least)
    return size


@kernel
def pick_from(session: Session, chunks: int, least: int, ceiling: int, room: int) -> int:
    """`pick_expands` of the listed chunks, as far as their peaks could go before the worst find."""
    chunk_keys, chunk_notes, keys = session.chunk_keys, session.chunk_notes, session.expand_keys
    size = 0
    for c in range(chunks):
        if key_of(rank_of(chunk_keys[c]), chunk_notes[c] * CHUNK) <= least:
            break
        size = pick_expands(session, chunk_notes[c], least, ceiling, size, room)
        if size == room:
            least = keys[0]
    return size


@kernel
def best_expands(session: Session, ceiling: int, spoilt: int, room: int) -> int:
    """Find the best ``room`` expands with keys below ``ceiling``, best first, with their first token as note.

    Where peaks are those of gists, they lie in the ``room + spoilt`` chunks with the highest peaks: if one lay
    elsewhere, each of those chunks would hold a gist that goes before it, and at most ``spoilt`` of those are out of
    the question. Otherwise, or where some gists are pinned, a peak is but a bound. Then others may be better than the
    worst find, or there are too few, and all chunks whose peak could go before it are seen; none is lost by counting.

    Args:
        spoilt: at least the number of gists that must not be chosen beside the resting ones: marked ones, and ones
            not below ``ceiling``.

    Returns:
        How many there are.
    """
    header, peaks, ledger_action = session.header, session.peaks, session.ledger_action
    chunk_keys, keys = session.chunk_keys, session.expand_keys
    wanted = room + count_collapses(header, ledger_action)
    several = header[MULTI_SLOT] == 1 and not are_means_known(header)
    chunks = useful_chunks(header, peaks, wanted + spoilt, chunk_keys, session.chunk_notes)
    least = key_of(header[TAU_EXPAND], 0)
    lowest = least
    full = chunks == wanted + spoilt  # there may be others
    seen = chunk_keys[chunks - 1] if full else 0
    if full and not several:
        # each of them holds a gist at its peak, so what lies below the lowest of the peaks is out of the race
        lowest = key_of(rank_of(seen) - 1, 0)
    size = pick_from(session, chunks, lowest, ceiling, wanted)
    if size < wanted and lowest > least:  # too many of those are pinned, or taken
        size = pick_from(session, chunks, least, ceiling, wanted)
    if full and (size < wanted or keys[0] < key_of(rank_of(seen), place_of(seen) * CHUNK + CHUNK - 1)):
        least = keys[0] if size == wanted else least
        for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK):
            if key_of(peaks[chunk], chunk * CHUNK) > least and key_of(peaks[chunk], chunk) < seen:
                size = pick_expands(session, chunk, least, ceiling, size, wanted)
                if size == wanted:
                    least = keys[0]
    # of those at least room are no resting ones
    left = drop_resting(session, size)
    return min(room, left)
