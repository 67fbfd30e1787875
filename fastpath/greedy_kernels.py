"""Greedy and ingest as plain loops over sequences of integers, compiled by Numba where it runs in production.

Every kernel but `take` also runs uncompiled on Python lists, which is how tests cover it and proofs read it: nothing
in it allocates, slices or calls outside this module. Only `run_step` and its likes, which production calls, cut
their tables out of one array each of a kind, since every further array would make the call dearer.

The context is one small integer per slot, the *tag*: the level of the block that begins there, `BODY` further inside a
gist, `RAW` further inside a block of level 0. While an iteration selects, `MARK` is added to the tags of blocks that a
chosen action replaces. Places in the context are slots; the token at a slot is counted from tags, beginning at the
nearest complete family before it.

A candidate is one integer, its *key*: rank above, place below, so that comparing keys is the whole order of a queue
(GRE-2 to GRE-4). The rank is the aggregate of an expand and the negated aggregate of a collapse, the place is its
first slot, and the greater key goes first.

Nodes travel packed as ``start * LEVELS + level``, actions as ``node * 2 + kind``.

Numba lets a negative index count from the end, and only where it can rule that out does a loop become vector code.
Hence loops run from 0 over a base that is visibly not negative.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from focalloc.fastpath.machine_code import kernel, let_go, take_back

BODY = -1
"""Tag of a slot inside a gist, in which no block begins."""

RAW = -2
"""Tag of a slot inside a block of level 0, likewise; another one, so that raw tokens are no gist's at a glance."""

MARK = 64
"""Added to the tag of a block that a chosen action of this iteration replaces."""

PLACES = 2**26
"""Places a key can tell apart, at least as many as a context has slots (MAX_SLOTS)."""

CHUNK = 128
"""Slots per entry of the table of peaks: fewer make more peaks to look through, more a longer look inside."""

NEAR = 64
"""Slots up to which tokens are counted one by one."""

LARGE = 2**16
"""Slots from which a step takes long enough that two threads with a session each gain by giving up the lock."""

LEVELS = 32
"""Levels that a packed node can tell apart; a span of at most 2**31 tokens has at most 31 levels above raw tokens."""

SAMPLE = 16
"""Families looked at per wanted collapse to tell how good one has to be, before all are."""

AT_ONCE = 32
"""Most collapses that a reclaim looks up at once."""

EXPAND = 0
COLLAPSE = 1

UNBOUNDED = 2**61
"""Above every key."""

LOWEST = -(2**31)
"""Below every score."""

LIMIT = 2**31
"""Scores in fixed point are smaller than this in magnitude (SCO-1)."""

NO_ROOM = -1
"""Returned by `reclaim` if legal collapses do not free enough."""

LEDGER_FULL = -2
"""Returned before anything changed if the ledger has no space for another iteration."""

WRONG_LENGTH = -3
"""Returned before anything changed if there is not one score per slot."""

BAD_SCORE = -4
"""Returned before anything changed if a score does not fit."""

UNSURE = -5
"""Returned before anything changed if a reclaim might fail half-way and was not told to go on."""

# The header holds what changes from call to call, ...
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
# ... the parameters, ...
TOP = 11
W_MAX = 12
W_SOFT = 13
N_DIFF = 14
TAU_EXPAND = 15
TAU_COLLAPSE = 16
SOFT_MARGIN = 17
MIN_GAP = 18
PROTECTED = 19
# ... what there is room for, and whether gists may take several slots, and what every family takes if all take as many
# (0 if they do not), ...
CAPACITY = 20
CHUNK_ROOM = 21
LEDGER_ROOM = 22
MULTI_SLOT = 23
ALIKE = 24
# ... whether a call takes so long that it gives up the interpreter lock, ...
UNLOCKED = 25
# ... the geometry by level: tokens of a block (by tag, so that BODY, RAW and marked tags find theirs), slots of a
# block, slots of a family, blocks of a family, ...
SPAN = 32
UNITS = 160
WIDTH = 192
FANOUT = 224
# ... and where the tables begin that share an array with it.
OFFSETS = 256
TABLES = 14
HEADER = OFFSETS + TABLES + 1


class Ints(Protocol):
    """Integers to read: a list, or an array."""

    def __getitem__(self, index: int, /) -> int: ...


class Table(Ints, Protocol):
    """Integers to read and write."""

    def __setitem__(self, index: int, value: int, /) -> None: ...


# PACKING


@kernel
def key_of(rank: int, place: int) -> int:
    """The candidate of this rank at this place as one integer; the greater key goes first (GRE-2 to GRE-4)."""
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
def node_of(level: int, start: int) -> int:
    """A node as one integer."""
    return start * LEVELS + level


# THE BEST FEW: a heap of keys with the worst of them on top, each with a note


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


# SCORES


def fixed_point(score: Any, scale: Any) -> Any:
    """``score`` in fixed point; one that is an integer is so already."""
    return score if isinstance(score, np.integer) else np.rint(score * scale)


@overload(fixed_point, strict=False)
def _fixed_point(score: Any, scale: Any) -> Callable[[Any, Any], Any]:
    return (
        (lambda score, scale: score)
        if isinstance(score, types.Integer)
        else (lambda score, scale: np.rint(score * scale))
    )


@kernel
def take(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: Ints,
    fixed: NDArray[np.int32],
    peaks: NDArray[np.int32],
    slots: int,
) -> bool:
    """Quantise ``slots`` scores into ``fixed``, and note the highest of those at which a gist begins per chunk (SCO-1).

    Args:
        scale: 2**20 as a float of the same width for floats; of no account for integers.

    Returns:
        Whether all of them fit; if not, what was written means nothing.
    """
    misfits = np.int32(0)
    whole = slots // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        peak = np.int32(LOWEST)
        for i in range(CHUNK):
            number = fixed_point(scores[first + i], scale)
            misfits = np.int32(misfits | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
            score = np.int32(number)
            fixed[first + i] = score
            peak = max(peak, score if tags[first + i] >= 1 else np.int32(LOWEST))
        peaks[chunk] = peak
    # the last, shorter chunk apart: the loop above is fast because its length is known
    peak = np.int32(LOWEST)
    for slot in range(whole * CHUNK, slots):
        number = fixed_point(scores[slot], scale)
        misfits = np.int32(misfits | (np.int32(0) if -LIMIT < number < LIMIT else np.int32(1)))
        score = np.int32(number)
        fixed[slot] = score
        peak = max(peak, score if tags[slot] >= 1 else np.int32(LOWEST))
    peaks[whole] = peak
    return bool(misfits == 0)


@kernel
def blend(header: Ints, tags: Ints, fixed: Ints, worth: Table) -> None:
    """Write the aggregate of every gist to its first slot of ``worth`` (SCO-3); the other slots hold anything.

    A branch per gist that nobody can foresee costs more than the mean, so gists of two or four slots have loops that
    become vector code: these compute a mean at every slot, and keep those where a gist of the level begins.
    """
    slots = header[SLOTS]
    for slot in range(slots):
        worth[slot] = fixed[slot]
    for level in range(1, header[TOP] + 1):
        units = header[UNITS + level]
        if units == 2:
            for slot in range(slots - 1):
                mean = (fixed[slot] + fixed[slot + 1]) >> 1
                worth[slot] = mean if tags[slot] == level else worth[slot]
        elif units == 4:
            for slot in range(slots - 3):
                mean = (fixed[slot] + fixed[slot + 1] + fixed[slot + 2] + fixed[slot + 3]) >> 2
                worth[slot] = mean if tags[slot] == level else worth[slot]
        elif units > 1:
            for slot in range(slots):
                if tags[slot] == level:
                    worth[slot] = total(fixed, slot, units) // units


@kernel
def bound(header: Ints, tags: Ints, fixed: Ints, peaks: Table) -> None:
    """Write a bound on the aggregates of the gists that begin in each chunk to ``peaks``: the highest score in them."""
    slots = header[SLOTS]
    whole = slots // CHUNK
    for chunk in range(whole):
        first = chunk * CHUNK
        peak: Any = np.int32(LOWEST)
        for i in range(CHUNK):
            peak = max(peak, fixed[first + i] if tags[first + i] != 0 and tags[first + i] != RAW else np.int32(LOWEST))
        # the last gist may reach beyond the chunk
        slot = first + CHUNK
        while slot < slots and tags[slot] == BODY:
            peak = max(peak, fixed[slot])
            slot += 1
        peaks[chunk] = int(peak)
    peak = np.int32(LOWEST)
    for slot in range(whole * CHUNK, slots):
        peak = max(peak, fixed[slot] if tags[slot] != 0 and tags[slot] != RAW else np.int32(LOWEST))
    peaks[whole] = int(peak)


@kernel
def survey(header: Ints, tags: Ints, worth: Ints, peaks: Table) -> None:
    """Write the highest aggregate of the gists that begin in each chunk to ``peaks``."""
    slots = header[SLOTS]
    for chunk in range((slots + CHUNK - 1) // CHUNK):
        first = chunk * CHUNK
        peak = LOWEST
        for i in range(min(CHUNK, slots - first)):
            if tags[first + i] >= 1:
                peak = max(peak, worth[first + i])
        peaks[chunk] = peak


@kernel
def total(fixed: Ints, slot: int, slots: int) -> int:
    """Sum of ``slots`` scores."""
    score = 0
    if slot >= 0:
        if slots == 2:  # a loop, and vector code all the more, is dear for so few
            return fixed[slot] + fixed[slot + 1]
        for i in range(slots):
            score += fixed[slot + i]
    return score


# TOKENS


@kernel
def families_before(header: Ints, family_slot: Ints, low: int, slot: int) -> int:
    """How many families begin before ``slot``, at least ``low``."""
    high = header[FAMILIES]
    while low < high:
        middle = (low + high) // 2
        if family_slot[middle] < slot:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def tokens_between(header: Ints, tags: Ints, first: int, last: int) -> int:
    """Tokens under the blocks that begin in the slots ``first <= slot < last``."""
    tokens = 0
    if first >= 0:
        if last - first <= NEAR:
            for i in range(last - first):
                tokens += header[SPAN + tags[first + i]]
        else:
            for level in range(header[TOP] + 1):
                blocks = 0
                for i in range(last - first):
                    if tags[first + i] == level or tags[first + i] == level + MARK:
                        blocks += 1
                tokens += blocks * header[SPAN + level]
    return tokens


@kernel
def token_at(
    header: Ints, tags: Ints, family_slot: Ints, family_node: Ints, known_slot: int, known_token: int, slot: int
) -> int:
    """Token at which the block at ``slot`` starts, given the one at ``known_slot``, which lies before it."""
    if slot - known_slot > NEAR:
        family = families_before(header, family_slot, 0, slot + 1) - 1
        if family >= 0 and family_slot[family] > known_slot:
            known_slot = family_slot[family]
            known_token = family_node[family] // LEVELS
    return known_token + tokens_between(header, tags, known_slot, slot)


@kernel
def slot_at(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints, token: int) -> int:
    """First slot of the block that starts at ``token``; -1 if none does."""
    low = 0
    high = header[FAMILIES]
    while low < high:
        middle = (low + high) // 2
        if family_node[middle] // LEVELS <= token:
            low = middle + 1
        else:
            high = middle
    slot = 0
    here = header[FIRST]
    if low > 0:
        slot = family_slot[low - 1]
        here = family_node[low - 1] // LEVELS
    while here < token and slot + NEAR <= header[SLOTS]:
        passed = tokens_between(header, tags, slot, slot + NEAR)
        if here + passed > token:
            break
        here += passed
        slot += NEAR
    while slot < header[SLOTS] and (here < token or tags[slot] < 0):
        here += header[SPAN + tags[slot]]
        slot += 1
    if here == token and slot < header[SLOTS]:
        return slot
    return -1


# LEDGER: actions and their iterations, oldest first; live between two places in the header


@kernel
def forget(header: Table, ledger_iteration: Ints) -> None:
    """Drop the entries that can no longer forbid anything at the header's iteration."""
    at = header[LEDGER_FROM]
    while at < header[LEDGER_TO] and header[ITERATION] - ledger_iteration[at] >= header[MIN_GAP]:
        at += 1
    header[LEDGER_FROM] = at


@kernel
def is_barred(header: Ints, ledger_action: Ints, opposite: int) -> bool:
    """Whether the action ``opposite`` happened too short a time ago for its reversal (COO-1)."""
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
def has_space(header: Table, ledger_action: Table, ledger_iteration: Table, entries: int) -> bool:
    """Whether ``entries`` more fit the ledger, for which live entries may have to move to the front."""
    if header[LEDGER_TO] + entries > header[LEDGER_ROOM]:
        size = header[LEDGER_TO] - header[LEDGER_FROM]
        for i in range(size):
            ledger_action[i] = ledger_action[header[LEDGER_FROM] + i]
            ledger_iteration[i] = ledger_iteration[header[LEDGER_FROM] + i]
        header[LEDGER_FROM] = 0
        header[LEDGER_TO] = size
    return header[LEDGER_TO] + entries <= header[LEDGER_ROOM]


# CANDIDATES


@partial(kernel, by_constants=True)  # a stride of 1
def gather_collapses(
    header: Ints,
    fixed: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    stride: int,
    threshold: int,
    room: int,
    keys: Table,
    notes: Table,
) -> int:
    """Keep the best ``room`` collapses of a rank above ``threshold`` among every ``stride``-th family; how many.

    Families are complete (ACT-4), of a mean below the threshold (THR-1), before the tail (TAI-1) and at rest (COO-1).
    """
    size = 0
    bar = threshold
    last_end = header[END] - header[PROTECTED]
    alike = header[ALIKE]
    for family in range(0, header[FAMILIES], stride):
        slots = alike
        if slots == 0:
            slots = header[WIDTH + family_node[family] % LEVELS]
        score = total(fixed, family_slot[family], slots)
        # floor(score / slots) < -bar, without a division; an equal rank is no better, for the place is later
        if score < -bar * slots:
            node = family_node[family]
            if node // LEVELS + header[SPAN + node % LEVELS] > last_end:
                break
            if not is_barred(header, ledger_action, node * 2 + EXPAND):
                key = key_of(-(score // slots), family_slot[family])
                size = offer(keys, notes, size, room, key, family)
                if size == room:
                    bar = rank_of(keys[0])
    return size


@kernel
def best_collapses(
    header: Ints,
    fixed: Ints,
    family_slot: Ints,
    family_node: Ints,
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
    stride = header[FAMILIES] // (SAMPLE * room)
    if stride > 1:
        # a sample first, or else each family could be the best so far and be kept for a while
        size = gather_collapses(
            header, fixed, family_slot, family_node, ledger_action, stride, threshold, room, keys, notes
        )
        if size == room:
            threshold = rank_of(keys[0]) - 1
    size = gather_collapses(header, fixed, family_slot, family_node, ledger_action, 1, threshold, room, keys, notes)
    sort_best_first(keys, notes, size)
    return size


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
def drop_resting(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    size: int,
    keys: Table,
    notes: Table,
) -> int:
    """Note the first token of each of ``size`` expands, drop those that the cooldown forbids, sort the rest.

    Returns:
        How many are left, best first.
    """
    # by place, so that tokens are counted in one go
    for i in range(size):
        rise(keys, notes, i, key_of(0, place_of(keys[i])), rank_of(keys[i]))
    sort_best_first(keys, notes, size)
    left = 0
    slot = 0
    token = header[FIRST]
    for i in range(size):
        place = place_of(keys[i])
        token = token_at(header, tags, family_slot, family_node, slot, token, place)
        slot = place
        if not is_barred(header, ledger_action, node_of(tags[slot], token) * 2 + COLLAPSE):
            rise(keys, notes, left, key_of(notes[i], place), token)
            left += 1
    sort_best_first(keys, notes, left)
    return left


@kernel
def pick_expands(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    chunk: int,
    least: int,
    ceiling: int,
    size: int,
    room: int,
    keys: Table,
    notes: Table,
) -> int:
    """Offer the expands of one chunk with keys above ``least`` (THR-1) and below ``ceiling``; return how many are kept.

    No mean is higher than the highest of its scores, so only gists with a score that would do are looked at.
    """
    first = chunk * CHUNK
    length = min(CHUNK, header[SLOTS] - first)
    while first + length < header[SLOTS] and tags[first + length] == BODY:
        length += 1
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
                if slot >= first and score >= bar * slots:
                    key = key_of(score // slots, slot)
                    if key > least and key < ceiling:
                        size = offer(keys, notes, size, room, key, 0)
                        if size == room:
                            least = keys[0]
                            bar = rank_of(least)
    return size


@kernel
def best_expands(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    peaks: Ints,
    family_slot: Ints,
    family_node: Ints,
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

    Where each gist takes one slot, they lie in the ``room + spoilt`` chunks with the highest peaks: if one lay
    elsewhere, each of those chunks would hold a gist that goes before it, and at most ``spoilt`` of those are out of
    the question. Otherwise a peak is but a bound, and all chunks whose peak could go before the worst find are seen.

    Args:
        spoilt: at least the number of gists that must not be chosen beside the resting ones: marked ones, and ones
            not below ``ceiling``.

    Returns:
        How many there are.
    """
    wanted = room + count_collapses(header, ledger_action)
    several = header[MULTI_SLOT] == 1
    chunks = useful_chunks(header, peaks, wanted + spoilt, chunk_keys, chunk_notes)
    least = key_of(header[TAU_EXPAND], 0)
    if chunks == wanted + spoilt and not several:
        # each of them holds a gist at its peak, so what lies below the lowest of the peaks is out of the race
        least = key_of(rank_of(chunk_keys[chunks - 1]) - 1, 0)
    size = 0
    for c in range(chunks):
        if key_of(rank_of(chunk_keys[c]), chunk_notes[c] * CHUNK) <= least:
            break
        size = pick_expands(header, tags, fixed, chunk_notes[c], least, ceiling, size, wanted, keys, notes)
        if size == wanted:
            least = keys[0]
    if several and chunks == wanted + spoilt:
        seen = chunk_keys[chunks - 1]
        for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK):
            if key_of(peaks[chunk], chunk * CHUNK) > least and key_of(peaks[chunk], chunk) < seen:
                size = pick_expands(header, tags, fixed, chunk, least, ceiling, size, wanted, keys, notes)
                if size == wanted:
                    least = keys[0]
    # of those at least room are no resting ones
    return min(room, drop_resting(header, tags, family_slot, family_node, ledger_action, size, keys, notes))


# SELECTION


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
    tags: Table,
    family_node: Ints,
    expands: int,
    expand_keys: Ints,
    expand_tokens: Ints,
    more: bool,
    collapses: int,
    collapse_keys: Ints,
    collapse_families: Ints,
    actions: Table,
    places: Table,
) -> bool:
    """Take turns: one expand if it fits, one collapse, until the cap or an idle round (CAP-1, GRE-1, GRE-5, GRE-6).

    Heads that an earlier action made impossible carry a mark and are passed over. Reads and leaves its place in the
    queues, the number of actions and the slots freed in the header.

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
            delta = header[WIDTH + level] - header[UNITS + level]
            if fits(header, used, delta, rank_of(expand_keys[e])):
                actions[done] = node_of(level, expand_tokens[e]) * 2 + EXPAND
                places[done] = slot
                mark(tags, slot, 1, 1)
                used += delta
                done += 1
                e += 1

        # COLLAPSE TURN
        if done < header[N_DIFF]:
            while c < collapses:
                level = family_node[collapse_families[c]] % LEVELS
                slot = place_of(collapse_keys[c])
                if not is_marked(tags, slot, header[WIDTH + level], header[UNITS + level - 1]):
                    break
                c += 1
            if c < collapses:
                slot = place_of(collapse_keys[c])
                node = family_node[collapse_families[c]]
                level = node % LEVELS
                actions[done] = node * 2 + COLLAPSE
                places[done] = slot
                mark(tags, slot, header[WIDTH + level], header[UNITS + level - 1])
                used -= header[WIDTH + level] - header[UNITS + level]
                done += 1
                c += 1

        if done == before:
            break
    header[DONE] = done
    header[FREED] = header[SLOTS] - used
    header[TAKEN_EXPANDS] = e
    header[TAKEN_COLLAPSES] = c
    return hungry


@kernel
def select(
    header: Table,
    tags: Table,
    fixed: Ints,
    peaks: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    actions: Table,
    places: Table,
    expand_keys: Table,
    expand_tokens: Table,
    collapse_keys: Table,
    collapse_families: Table,
    chunk_keys: Table,
    chunk_notes: Table,
) -> int:
    """Choose the actions of an iteration and mark what they replace; return how many."""
    n_diff = header[N_DIFF]
    header[DONE] = 0
    header[FREED] = 0
    header[TAKEN_EXPANDS] = 0
    header[TAKEN_COLLAPSES] = 0
    if n_diff == 0:
        return 0
    collapses = best_collapses(
        header,
        fixed,
        family_slot,
        family_node,
        ledger_action,
        header[TAU_COLLAPSE],
        n_diff,
        collapse_keys,
        collapse_families,
    )
    spoilt = 0
    ceiling = UNBOUNDED
    hungry = True
    while hungry:
        expands = best_expands(
            header,
            tags,
            fixed,
            peaks,
            family_slot,
            family_node,
            ledger_action,
            ceiling,
            spoilt,
            n_diff,
            chunk_keys,
            chunk_notes,
            expand_keys,
            expand_tokens,
        )
        taken = header[TAKEN_COLLAPSES]
        hungry = alternate(
            header,
            tags,
            family_node,
            expands,
            expand_keys,
            expand_tokens,
            expands == n_diff,
            collapses,
            collapse_keys,
            collapse_families,
            actions,
            places,
        )
        if hungry:
            # collapses took the rest of the queue away: look for the next best, past what was seen and what is marked
            ceiling = expand_keys[expands - 1]
            header[TAKEN_EXPANDS] = 0
            spoilt += expands
            for c in range(taken, header[TAKEN_COLLAPSES]):
                spoilt += header[FANOUT + family_node[collapse_families[c]] % LEVELS]
    return header[DONE]


# APPLICATION


@kernel
def slots_before(header: Ints, action: int) -> int:
    """Slots that ``action`` replaces."""
    level = action // 2 % LEVELS
    return header[UNITS + level] if action % 2 == EXPAND else header[WIDTH + level]


@kernel
def slots_added(header: Ints, action: int) -> int:
    """Slots that ``action`` adds; negative for a collapse."""
    level = action // 2 % LEVELS
    delta = header[WIDTH + level] - header[UNITS + level]
    return delta if action % 2 == EXPAND else -delta


@kernel
def by_place(actions: Ints, places: Ints, done: int, sorted_places: Table, sorted_actions: Table) -> None:
    """Write the actions and their places in order of place."""
    for i in range(done):
        rise(sorted_places, sorted_actions, i, key_of(0, places[i]), actions[i])
    sort_best_first(sorted_places, sorted_actions, done)
    for i in range(done):
        sorted_places[i] = place_of(sorted_places[i])


@kernel
def copy(source: Ints, at: int, target: Table, to: int, length: int, shift: int) -> None:
    """Copy ``length`` numbers to another table, or further to the front of the same, each raised by ``shift``."""
    if at >= 0 and to >= 0:
        for i in range(length):
            target[to + i] = source[at + i] + shift


@kernel
def raise_all(table: Table, at: int, length: int, shift: int) -> None:
    """Raise ``length`` numbers of a table by ``shift``."""
    if at >= 0 and shift != 0:
        for i in range(length):
            table[at + i] += shift


@kernel
def write_blocks(tags: Table, slot: int, blocks: int, level: int, units: int) -> None:
    """Write ``blocks`` blocks of ``level``, of ``units`` slots each."""
    if slot >= 0:
        for i in range(blocks * units):
            tags[slot + i] = RAW if level == 0 else BODY
        for i in range(blocks):
            tags[slot + i * units] = level


@kernel
def splice(header: Table, tags: Table, spare: Table, done: int, actions: Ints, places: Ints) -> None:
    """Replace the blocks that ``done`` actions consume by the ones they produce (CTX-6).

    What moves is put together in ``spare`` and copied back, so that both copies run between separate tables; but what
    follows the last action moves in place if it moves to the front. Between actions whose changes of length cancel,
    nothing moves.
    """
    slots = header[SLOTS]
    first = 0
    source = 0
    length = 0
    for i in range(done):
        if first + length == source:
            copy(spare, 0, tags, first, length, 0)
            first = places[i]
            source = first
            length = 0
        copy(tags, source, spare, length, places[i] - source, 0)
        length += places[i] - source
        source = places[i] + slots_before(header, actions[i])
        level = actions[i] // 2 % LEVELS
        if actions[i] % 2 == EXPAND:
            write_blocks(spare, length, header[FANOUT + level], level - 1, header[UNITS + level - 1])
            length += header[WIDTH + level]
        else:
            write_blocks(spare, length, 1, level, header[UNITS + level])
            length += header[UNITS + level]
    rest = slots - source
    header[SLOTS] = first + length + rest
    if first + length > source:
        copy(tags, source, spare, length, rest, 0)
        length += rest
    copy(spare, 0, tags, first, length, 0)
    if first + length < source:
        copy(tags, source, tags, first + length, rest, 0)


@kernel
def family_of(header: Ints, tags: Ints, slot: int, level: int, start: int) -> int:
    """First slot of the complete family that the gist at ``slot`` belongs to; -1 if it is incomplete.

    Args:
        level: level of the gist, below the top.
        start: first token of the gist.
    """
    stride = header[UNITS + level]
    first = slot - start % header[SPAN + level + 1] // header[SPAN + level] * stride
    if first < 0 or first + header[WIDTH + level + 1] > header[SLOTS]:
        return -1
    for i in range(header[FANOUT + level + 1]):
        if tags[first + i * stride] != level:
            return -1
    return first


@kernel
def update_families(
    header: Table,
    tags: Ints,
    family_slot: Table,
    family_node: Table,
    spare_slot: Table,
    spare_node: Table,
    done: int,
    actions: Ints,
    places: Ints,
) -> None:
    """Drop the families that the actions consumed or broke, add the ones they completed, move the others.

    As in `splice`: while as many are dropped as added, families keep their places in the tables.

    Args:
        tags: the context after the actions.
        places: where the actions were, before they happened.
    """
    first = families_before(header, family_slot, 0, places[0] + 1)
    if first > 0:
        first -= 1
    source = first
    size = 0
    shift = 0
    for i in range(done):
        # the families before the action; the last of them may hold it, and then goes
        until = families_before(header, family_slot, source, places[i] + 1)
        kept = until - source
        if kept > 0:
            holder = until - 1
            if family_slot[holder] + header[WIDTH + family_node[holder] % LEVELS] > places[i]:
                kept -= 1
        if first + size == source:
            copy(spare_slot, 0, family_slot, first, size, 0)
            copy(spare_node, 0, family_node, first, size, 0)
            raise_all(family_slot, source, kept, shift)
            first = source + kept
            size = 0
        else:
            copy(family_slot, source, spare_slot, size, kept, shift)
            copy(family_node, source, spare_node, size, kept, 0)
            size += kept
        source = until
        # the family that the action made: the children of an expand, or the one its gist was the last to complete
        node = actions[i] // 2
        slot = places[i] + shift
        shift += slots_added(header, actions[i])
        if actions[i] % 2 == COLLAPSE:
            level = node % LEVELS
            if level == header[TOP]:
                continue
            start = node // LEVELS
            slot = family_of(header, tags, slot, level, start)
            node = node_of(level + 1, start - start % header[SPAN + level + 1])
        # two collapses may find that they completed the same one
        last = -1
        if size > 0:
            last = spare_slot[size - 1]
        elif first > 0:
            last = family_slot[first - 1]
        if slot >= 0 and slot != last:
            spare_slot[size] = slot
            spare_node[size] = node
            size += 1
    rest = header[FAMILIES] - source
    header[FAMILIES] = first + size + rest
    if first + size > source:
        copy(family_slot, source, spare_slot, size, rest, shift)
        copy(family_node, source, spare_node, size, rest, 0)
        size += rest
    copy(spare_slot, 0, family_slot, first, size, 0)
    copy(spare_node, 0, family_node, first, size, 0)
    if first + size < source:
        copy(family_slot, source, family_slot, first + size, rest, shift)
        copy(family_node, source, family_node, first + size, rest, 0)
    elif first + size == source:
        raise_all(family_slot, source, rest, shift)


@kernel
def apply(
    header: Table,
    tags: Table,
    spare: Table,
    family_slot: Table,
    family_node: Table,
    spare_slot: Table,
    spare_node: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    done: int,
    actions: Ints,
    places: Ints,
    sorted_places: Table,
    sorted_actions: Table,
) -> None:
    """Apply ``done`` (at least 1) actions on separate blocks to ledger, context and families."""
    for i in range(done):
        record(header, ledger_action, ledger_iteration, actions[i])
    by_place(actions, places, done, sorted_places, sorted_actions)
    splice(header, tags, spare, done, sorted_actions, sorted_places)
    update_families(header, tags, family_slot, family_node, spare_slot, spare_node, done, sorted_actions, sorted_places)


# ACTIONS FROM ELSEWHERE


@kernel
def is_possible(header: Ints, tags: Ints, slot: int, kind: int, level: int) -> bool:
    """Whether the unmarked blocks from ``slot`` on are what an action on a node of ``level`` replaces."""
    if slot < 0:
        return False
    if kind == EXPAND:
        return tags[slot] == level
    stride = header[UNITS + level - 1]
    if slot + header[WIDTH + level] > header[SLOTS]:
        return False
    for i in range(header[FANOUT + level]):  # noqa: SIM110, kernels have no generators
        if tags[slot + i * stride] != level - 1:
            return False
    return True


@kernel
def first_misfit(
    header: Ints,
    tags: Table,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    done: int,
    actions: Ints,
    places: Table,
) -> int:
    """Number of the first of ``done`` actions that breaks a rule of the iteration; ``done`` if none does.

    The rules are ACT-3 to ACT-5, BUD-1, COO-1 and TAI-1, each on its prefix. A block that an action created is never
    fit for another, so all actions are looked up in the context as it stands. Their places are written.
    """
    used = header[SLOTS]
    fit = 0
    while fit < done:
        action = actions[fit]
        kind = action % 2
        node = action // 2
        level = node % LEVELS
        token = node // LEVELS
        slot = slot_at(header, tags, family_slot, family_node, token)
        places[fit] = slot
        if not is_possible(header, tags, slot, kind, level):
            break
        if is_barred(header, ledger_action, node * 2 + 1 - kind):
            break
        if kind == EXPAND:
            if used + header[WIDTH + level] - header[UNITS + level] > header[W_MAX]:
                break
            mark(tags, slot, 1, 1)
        else:
            if token + header[SPAN + level] > header[END] - header[PROTECTED]:
                break
            mark(tags, slot, header[WIDTH + level], header[UNITS + level - 1])
        used += slots_added(header, action)
        fit += 1
    for i in range(fit):
        level = actions[i] // 2 % LEVELS
        if actions[i] % 2 == EXPAND:
            tags[places[i]] -= MARK
        else:
            for j in range(header[FANOUT + level]):
                tags[places[i] + j * header[UNITS + level - 1]] -= MARK
    return fit


@kernel
def list_families(header: Table, tags: Ints, family_slot: Table, family_node: Table) -> None:
    """List all complete families of the context, by slot."""
    families = 0
    slot = 0
    token = header[FIRST]
    while slot < header[SLOTS]:
        level = tags[slot]
        if level == 0:
            family_slot[families] = slot
            family_node[families] = node_of(1, token)
            families += 1
        elif (
            level < header[TOP]
            and token % header[SPAN + level + 1] == 0
            and family_of(header, tags, slot, level, token) == slot
        ):
            family_slot[families] = slot
            family_node[families] = node_of(level + 1, token)
            families += 1
        token += header[SPAN + level]
        slot += header[UNITS + level]
    header[FAMILIES] = families
    header[END] = token


@kernel
def append_block(header: Table, tags: Table, family_slot: Table, family_node: Table) -> None:
    """Append one level-0 block, which is a complete family of its own."""
    write_blocks(tags, header[SLOTS], 1, 0, header[UNITS])
    family_slot[header[FAMILIES]] = header[SLOTS]
    family_node[header[FAMILIES]] = node_of(1, header[END])
    header[FAMILIES] += 1
    header[SLOTS] += header[UNITS]
    header[END] += header[SPAN]


# THE CALLS


@kernel
def step(
    header: Table,
    tags: Table,
    spare: Table,
    fixed: Ints,
    peaks: Ints,
    family_slot: Table,
    family_node: Table,
    spare_slot: Table,
    spare_node: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    actions: Table,
    places: Table,
    expand_keys: Table,
    expand_tokens: Table,
    collapse_keys: Table,
    collapse_families: Table,
    chunk_keys: Table,
    chunk_notes: Table,
) -> int:
    """One greedy iteration; write its actions and return how many. The ledger must have space for them."""
    # COOLDOWN
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    # CANDIDATES and SELECT
    done = select(
        header,
        tags,
        fixed,
        peaks,
        family_slot,
        family_node,
        ledger_action,
        actions,
        places,
        expand_keys,
        expand_tokens,
        collapse_keys,
        collapse_families,
        chunk_keys,
        chunk_notes,
    )
    # APPLY
    if done > 0:
        apply(
            header,
            tags,
            spare,
            family_slot,
            family_node,
            spare_slot,
            spare_node,
            ledger_action,
            ledger_iteration,
            done,
            actions,
            places,
            expand_keys,
            expand_tokens,
        )
    return done


@kernel
def may_fall_short(header: Ints, family_node: Ints, ledger_action: Ints, needed: int) -> bool:
    """Whether the families that are complete now, all collapsed, would leave no space for ``needed`` slots.

    If they leave it, the reclaim cannot fail: a collapse takes no other away.
    """
    slots = header[SLOTS]
    for family in range(header[FAMILIES]):
        node = family_node[family]
        level = node % LEVELS
        if slots + needed <= header[W_MAX]:
            return False
        if node // LEVELS + header[SPAN + level] > header[END] - header[PROTECTED]:
            return True
        if not is_barred(header, ledger_action, node * 2 + EXPAND):
            slots -= header[WIDTH + level] - header[UNITS + level]
    return slots + needed > header[W_MAX]


@kernel
def completes(header: Ints, tags: Ints, node: int, place: int) -> bool:
    """Whether ``node`` is the last child of its parent to become a gist, if all collapses that are marked are made.

    Args:
        place: where its family is, which is marked.
    """
    level = node % LEVELS
    if level == header[TOP]:
        return False
    first = node // LEVELS // header[SPAN + level + 1] * header[SPAN + level + 1]
    token = node // LEVELS
    slot = place
    while token > first:
        slot -= 1
        if slot < 0 or not is_gist_to_be(tags[slot], level):
            return False
        token -= header[SPAN + tags[slot]]
    token = node // LEVELS + header[SPAN + level]
    slot = place + header[WIDTH + level]
    while token < first + header[SPAN + level + 1]:
        if slot >= header[SLOTS] or not is_gist_to_be(tags[slot], level):
            return False
        token += header[SPAN + tags[slot]]
        slot += 1
    return True


@kernel
def is_gist_to_be(tag: int, level: int) -> bool:
    """Whether a slot with this tag can be one of a gist of ``level``, or of a family marked to collapse to one."""
    if tag < 0:
        return True
    return tag == level or tag == level - 1 + MARK


@kernel
def average_out(header: Ints, fixed: Table, slots: int, done: int, actions: Ints, places: Ints) -> None:
    """Make of ``slots`` scores what ``done`` collapses, in order of place, leave: each gist has its family's aggregate.

    Clause ING-4.
    """
    source = places[0]  # what is before it stays
    to = places[0]
    for i in range(done):
        copy(fixed, source, fixed, to, places[i] - source, 0)
        to += places[i] - source
        before = slots_before(header, actions[i])
        mean = total(fixed, places[i], before) // before
        source = places[i] + before
        for _ in range(before + slots_added(header, actions[i])):
            fixed[to] = mean
            to += 1
    copy(fixed, source, fixed, to, slots - source, 0)


@kernel
def oldest_collapses(
    header: Ints, family_slot: Ints, family_node: Ints, ledger_action: Ints, room: int, keys: Table, notes: Table
) -> int:
    """`best_collapses` where all scores are equal: the first ``room`` that may collapse; return how many there are."""
    size = 0
    for family in range(header[FAMILIES]):
        node = family_node[family]
        if size == room or node // LEVELS + header[SPAN + node % LEVELS] > header[END] - header[PROTECTED]:
            break
        if not is_barred(header, ledger_action, node * 2 + EXPAND):
            keys[size] = key_of(0, family_slot[family])
            notes[size] = family
            size += 1
    return size


@kernel
def reclaim(
    header: Table,
    tags: Table,
    spare: Table,
    fixed: Table,
    family_slot: Table,
    family_node: Table,
    spare_slot: Table,
    spare_node: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    places: Table,
    sorted_places: Table,
    sorted_actions: Table,
    keys: Table,
    notes: Table,
    room: int,
    flat: bool,
    needed: int,
    reclaimed: Table,
) -> int:
    """Collapse the least wanted families until ``needed`` slots fit (ING-1 to ING-5); write them and return how many.

    Several are looked up and made at once, up to the first that completes another family, since that has to be looked
    at too.

    Args:
        room: how many ``keys`` and ``notes`` hold.
        flat: whether all scores are equal; ``fixed`` is not read then.

    Returns:
        How many; or `NO_ROOM` if legal collapses do not suffice, and by then all have been made. The ledger must have
        space for them.
    """
    done = 0
    while header[SLOTS] + needed > header[W_MAX]:
        if flat:
            found = oldest_collapses(header, family_slot, family_node, ledger_action, room, keys, notes)
        else:
            found = best_collapses(header, fixed, family_slot, family_node, ledger_action, LOWEST, room, keys, notes)
        if found == 0:
            return NO_ROOM
        slots = header[SLOTS]
        excess = slots + needed - header[W_MAX]
        i = 0
        completed = False
        while i < found and excess > 0 and not completed:
            node = family_node[notes[i]]
            level = node % LEVELS
            notes[i] = node * 2 + COLLAPSE
            places[i] = place_of(keys[i])
            mark(tags, places[i], header[WIDTH + level], header[UNITS + level - 1])
            reclaimed[done] = notes[i]
            done += 1
            i += 1
            excess += slots_added(header, notes[i - 1])
            completed = completes(header, tags, node, places[i - 1])
        apply(
            header,
            tags,
            spare,
            family_slot,
            family_node,
            spare_slot,
            spare_node,
            ledger_action,
            ledger_iteration,
            i,
            notes,
            places,
            sorted_places,
            sorted_actions,
        )
        if not flat and excess > 0:
            average_out(header, fixed, slots, i, sorted_actions, sorted_places)
    return done


# THE SAME ON TABLES THAT SHARE AN ARRAY


@kernel
def run_take(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
) -> int:
    """Take scores of any type into ``scratch`` if there is one per slot; return 0, or why not; else as `run_step`."""
    capacity = state[CAPACITY]
    peaks = scratch[capacity : capacity + state[CHUNK_ROOM]]
    if len(scores) != state[SLOTS]:
        return WRONG_LENGTH
    return 0 if take(scores, scale, tags, scratch[:capacity], peaks, state[SLOTS]) else BAD_SCORE


@kernel
def run_blend(tags: NDArray[np.int8], scratch: NDArray[np.int32], state: NDArray[np.int64]) -> int:
    """Once the scores are taken: from where on ``scratch`` has the aggregate of every gist at its first slot.

    That is a score, unless gists have several slots. (A kernel returns no array: that takes Numba's memory management.)
    """
    capacity = state[CAPACITY]
    if state[MULTI_SLOT] == 0:
        return 0
    place: int = capacity + state[CHUNK_ROOM]
    blend(state, tags, scratch[:capacity], scratch[place:])
    return place


@kernel
def run_survey(tags: NDArray[np.int8], scratch: NDArray[np.int32], state: NDArray[np.int64]) -> int:
    """`run_blend`, with the peaks of those aggregates in their place in ``scratch``."""
    capacity = state[CAPACITY]
    place = run_blend(tags, scratch, state)
    if state[MULTI_SLOT] == 1:  # else `take` has noted them
        survey(state, tags, scratch[place:], scratch[capacity : capacity + state[CHUNK_ROOM]])
    return place


@kernel
def run_begin(state: NDArray[np.int64]) -> int:
    """COOLDOWN: begin an iteration, if the ledger has space for it; return 0, or `LEDGER_FULL`."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    ledger_iteration = state[at[13] : at[14]]
    if not has_space(header, state[at[12] : at[13]], ledger_iteration, header[N_DIFF]):
        return LEDGER_FULL
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    return 0


@kernel
def run_chosen(tags: NDArray[np.int8], state: NDArray[np.int64], done: int) -> None:
    """APPLY: the first ``done`` entries of the table of actions, with their places."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    capacity = header[CAPACITY]
    if done > 0:
        apply(
            header,
            tags[:capacity],
            tags[capacity:],
            state[at[8] : at[9]],
            state[at[9] : at[10]],
            state[at[10] : at[11]],
            state[at[11] : at[12]],
            state[at[12] : at[13]],
            state[at[13] : at[14]],
            done,
            state[at[0] : at[1]],
            state[at[1] : at[2]],
            state[at[2] : at[3]],
            state[at[3] : at[4]],
        )


@kernel
def run_step(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
) -> int:
    """One greedy iteration on scores of any type; return how many actions, or why nothing happened.

    Args:
        scores: one per slot.
        scale: as for `take`.
        tags: tags, then as much to spare.
        scratch: scores in fixed point, peaks, and with multi-slot gists their aggregates.
        state: the header, and behind it the tables at its offsets.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    ledger_action = state[at[12] : at[13]]
    ledger_iteration = state[at[13] : at[14]]
    capacity = header[CAPACITY]
    fixed = scratch[:capacity]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    held = let_go(header[UNLOCKED])
    refused = run_take(scores, scale, tags, scratch, state)
    if refused:
        take_back(held)
        return refused
    if not has_space(header, ledger_action, ledger_iteration, header[N_DIFF]):
        take_back(held)
        return LEDGER_FULL
    if header[MULTI_SLOT] == 1:
        bound(header, tags, fixed, peaks)
    done = step(
        header,
        tags[:capacity],
        tags[capacity:],
        fixed,
        peaks,
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        state[at[10] : at[11]],
        state[at[11] : at[12]],
        ledger_action,
        ledger_iteration,
        state[at[0] : at[1]],
        state[at[1] : at[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
        state[at[4] : at[5]],
        state[at[5] : at[6]],
        state[at[6] : at[7]],
        state[at[7] : at[8]],
    )
    take_back(held)
    return done


@kernel
def run_steps(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    sessions: NDArray[np.int64],
    first: int,
    last: int,
    answers: NDArray[np.int64],
) -> None:
    """`run_step` for the sessions listed from ``first`` to before ``last``, each in its row of every table.

    Other threads may run Python code meanwhile.

    Args:
        scores: a row per listed session, of which only as many count as the session has slots.
        answers: a row per session: what `run_step` returned, the iteration's number, the actions.
    """
    held = let_go(1)
    for i in range(first, last):
        session = sessions[i]
        row = scores[i][: state[session, SLOTS]]
        long = state[session, UNLOCKED]
        state[session, UNLOCKED] = 0  # the lock is given up already
        done = run_step(row, scale, tags[session], scratch[session], state[session])
        state[session, UNLOCKED] = long
        answers[session, 0] = done
        answers[session, 1] = state[session, ITERATION]
        for j in range(done):
            answers[session, 2 + j] = state[session, HEADER + j]
    take_back(held)


@kernel
def run_apply(tags: NDArray[np.int8], state: NDArray[np.int64], done: int) -> int:
    """Run an iteration with the first ``done`` entries of the table of actions, unless one of them is a misfit.

    Returns:
        ``done``; or, and nothing has changed, the number of the first misfit (`first_misfit`), or `LEDGER_FULL`.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    ledger_action = state[at[12] : at[13]]
    ledger_iteration = state[at[13] : at[14]]
    actions = state[at[0] : at[1]]
    places = state[at[1] : at[2]]
    capacity = header[CAPACITY]
    if not has_space(header, ledger_action, ledger_iteration, done):
        return LEDGER_FULL
    held = let_go(header[UNLOCKED])
    oldest = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    fit = first_misfit(header, tags[:capacity], family_slot, family_node, ledger_action, done, actions, places)
    if fit < done:
        header[ITERATION] -= 1
        header[LEDGER_FROM] = oldest
    else:
        run_chosen(tags, state, done)
    take_back(held)
    return fit


@kernel
def run_ingest(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    blocks: int,
    flat: bool,
    bold: bool,
    reclaimed: NDArray[np.int64],
) -> int:
    """Make room for ``blocks`` level-0 blocks and append them; return how many collapses, or why it stopped.

    Args:
        flat: whether all scores are equal; else they are in ``scratch``.
        bold: whether to go on although it may fail half-way.
        reclaimed: takes the collapses; one that is too short counts as a full ledger.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    capacity = header[CAPACITY]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    needed = blocks * header[UNITS]
    done = 0
    if header[SLOTS] + needed > header[W_MAX]:
        ledger_action = state[at[12] : at[13]]
        ledger_iteration = state[at[13] : at[14]]
        least = header[WIDTH + 1] - header[UNITS + 1]
        for level in range(2, header[TOP] + 1):
            least = min(least, header[WIDTH + level] - header[UNITS + level])
        most = min((header[SLOTS] + needed - header[W_MAX] + least - 1) // least, header[SLOTS])
        if most > len(reclaimed) or not has_space(header, ledger_action, ledger_iteration, most):
            return LEDGER_FULL
        if not bold and may_fall_short(header, family_node, ledger_action, needed):
            return UNSURE
        done = reclaim(
            header,
            tags[:capacity],
            tags[capacity:],
            scratch[:capacity],
            family_slot,
            family_node,
            state[at[10] : at[11]],
            state[at[11] : at[12]],
            ledger_action,
            ledger_iteration,
            state[at[1] : at[2]],
            state[at[2] : at[3]],
            state[at[3] : at[4]],
            state[at[4] : at[5]],
            state[at[5] : at[6]],
            min(AT_ONCE, at[5] - at[4], most),
            flat,
            needed,
            reclaimed,
        )
        if done == NO_ROOM:
            return NO_ROOM
    for _ in range(blocks):
        append_block(header, tags, family_slot, family_node)
    return done


@kernel
def run_load(tags: NDArray[np.int8], state: NDArray[np.int64]) -> None:
    """List the families of a context that has just been written."""
    at = state[OFFSETS:]
    list_families(state[:HEADER], tags, state[at[8] : at[9]], state[at[9] : at[10]])
