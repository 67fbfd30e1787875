"""Words for what may collapse and expand: ranks, keys, peaks, and what is found."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    END,
    FAMILIES,
    LEDGER_FROM,
    LEDGER_TO,
    LEVELS,
    LIMIT,
    MARK,
    MIN_GAP,
    PLACES,
    PROTECTED,
    SLOTS,
    SPAN,
    TAU_EXPAND,
    TOP,
    UNBOUNDED,
    UNITS,
    WIDTH,
    Ints,
    Session,
    Sought,
)
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.proofs.contracts.words.actions import mean_of
from focalloc.proofs.contracts.words.blocks import token_of
from focalloc.proofs.contracts.words.families import away, end
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.ledger import was_done
from focalloc.proofs.contracts.words.pins import bars
from focalloc.proofs.contracts.words.sums import held, many, spot, turn


@ghost
def below_peaks(header: Ints, tags: Ints, fixed: Ints, peaks: Ints, chunk: int) -> bool:
    """The mean of no gist that is not marked is above the peak of the chunk, of so many slots, that it begins in."""
    return all(
        mean_at(header, tags, fixed, slot) <= peaks[slot // chunk]
        for slot in range(header[SLOTS])
        if 1 <= tags[slot] < MARK
    )


@ghost
def unbarred(no_expand: Ints, cells: int, keys: Ints, notes: Ints, n: int) -> bool:
    """`are_unbarred`, of which solvers know lemmas only."""
    return are_unbarred(no_expand, cells, keys, notes, n)


def apart_places(keys: Ints, notes: Ints, size: int) -> bool:
    """No two of the first ``size`` are at one place, and none stands twice."""
    return are_once(keys, notes, size) and all(
        k == m and v == w
        for k in INTEGERS
        for v in INTEGERS
        for m in INTEGERS
        for w in INTEGERS
        if many(keys, notes, size, k, v) >= 1 and many(keys, notes, size, m, w) >= 1 and place_of(k) == place_of(m)
        if at(many(keys, notes, size, k, v), many(keys, notes, size, m, w))
    )


def rank(session: Session, f: int) -> int:
    """The negated aggregate of a family (SCO-3)."""
    return -mean_of(session.fixed, session.family_slot[f], session.header[WIDTH + session.family_node[f] % LEVELS])


def key_at(session: Session, cursor: int, f: int) -> int:
    """The key of a family's collapse: its rank, raised by its nearness to the cursor, and its place."""
    return (
        cursor // (1 + away(session.header, session.family_node, f) // session.header[SPAN]) + rank(session, f)
    ) * PLACES + (PLACES - 1 - session.family_slot[f])


def is_free(session: Session, f: int) -> bool:
    """It ends before the tail (TAI-1), and is at rest (COO-1)."""
    return end(session.header, session.family_node, f) <= session.header[END] - session.header[PROTECTED] and not held(
        session.ledger_action,
        session.header[LEDGER_FROM],
        session.header[LEDGER_TO],
        session.family_node[f] * 2,
    )


def is_ready(session: Session, threshold: int, f: int) -> bool:
    """Its rank is above the threshold (THR-1), and it is free."""
    return rank(session, f) > threshold and is_free(session, f)


def none_is_free(session: Session) -> bool:
    """No family may collapse, whatever its aggregate."""
    return all(not is_free(session, f) for f in range(session.header[FAMILIES]) if at(session.family_node[f]))


def leaves_none_less_wanted(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """Every family that may collapse, whatever its aggregate, is among the first ``n``, or wanted no less than the last
    of them."""
    return all(
        many(keys, notes, n, key_at(session, 0, f), f) >= 1 or key_at(session, 0, f) <= keys[n - 1]
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(session.family_node[f])
    )


def are_least_wanted(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """Each of the first ``n`` is the least wanted of the families that may collapse but for those before it (ING-4)."""
    return all(
        many(keys, notes, k, key_at(session, 0, f), f) >= 1 or key_at(session, 0, f) <= keys[k]
        for k in range(n)
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(keys[k], session.family_node[f])
    )


def leaves_none_older(session: Session, notes: Ints, n: int) -> bool:
    """Every family that may collapse is among the first ``n``, or none before the last of them."""
    return all(
        held(notes, 0, n, f) or notes[n - 1] <= f
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(session.family_node[f])
    )


def are_oldest(session: Session, notes: Ints, n: int) -> bool:
    """Each of the first ``n`` is the oldest of the families that may collapse, but for those before it (ING-4)."""
    return all(
        held(notes, 0, k, f) or notes[k] <= f
        for k in range(n)
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(notes[k], session.family_node[f])
    )


def may_collapse(session: Session, sought: Sought, threshold: int, f: int) -> bool:
    """It is ready, and of the kind that is sought."""
    return is_ready(session, threshold, f) and (
        sought.delta == 0
        or session.header[WIDTH + session.family_node[f] % LEVELS]
        - session.header[UNITS + session.family_node[f] % LEVELS]
        == sought.delta
    )


def may_all_collapse(session: Session, sought: Sought, threshold: int, n: int) -> bool:
    """The first ``n`` on the list are collapses of families that may, each with its key."""
    return all(
        0 <= f < session.header[FAMILIES]
        and may_collapse(session, sought, threshold, f)
        and k == key_at(session, sought.cursor, f)
        and rank_of(k) <= rank(session, f) + sought.cursor
        and -LIMIT * PLACES <= k < (LIMIT + sought.cursor + 1) * PLACES
        for k in INTEGERS
        for f in INTEGERS
        if many(sought.keys, sought.notes, n, k, f) >= 1
        if at(many(sought.keys, sought.notes, n, k, f))
    )


def come_by(sought: Sought, stride: int, n: int, last: int) -> bool:
    """The first ``n`` on the list are families before ``last`` by which a loop in steps of ``stride`` comes."""
    return all(
        f < last and turn(f, stride)
        for k in INTEGERS
        for f in INTEGERS
        if many(sought.keys, sought.notes, n, k, f) >= 1
        if at(many(sought.keys, sought.notes, n, k, f))
    )


def are_once(keys: Ints, notes: Ints, n: int) -> bool:
    """Among the first ``n`` none stands twice."""
    return all(many(keys, notes, n, k, f) <= 1 for k in INTEGERS for f in INTEGERS if at(many(keys, notes, n, k, f)))


def are_the_best(session: Session, sought: Sought, threshold: int, stride: int, n: int, last: int) -> bool:
    """Every ``stride``-th family before ``last`` that may collapse is among the first ``n``, or they are full of
    better ones."""
    return all(
        many(sought.keys, sought.notes, n, key_at(session, sought.cursor, f), f) >= 1
        or (n == sought.room and key_at(session, sought.cursor, f) <= sought.keys[0])
        for f in range(last)
        if (stride == 1 or turn(f, stride)) and may_collapse(session, sought, threshold, f)
        if at(session.family_node[f])
    )


def leave_out_none(session: Session, sought: Sought, threshold: int, n: int) -> bool:
    """Every family that may collapse is among the first ``n``, best first, or they are full of better ones."""
    return all(
        many(sought.keys, sought.notes, n, key_at(session, sought.cursor, f), f) >= 1
        or (n == sought.room and key_at(session, sought.cursor, f) <= sought.keys[n - 1])
        for f in range(session.header[FAMILIES])
        if may_collapse(session, sought, threshold, f)
        if at(session.family_node[f])
    )


def are_collapses(header: Ints, family_slot: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """The first ``n`` are families of the context, each with a key of its place."""
    return all(
        0 <= notes[i] < header[FAMILIES] and place_of(keys[i]) == family_slot[notes[i]]
        for i in range(n)
        if at(keys[i])
        if at(notes[i])
    )


def collapses_within(header: Ints, family_slot: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """The same, whatever their order."""
    return all(
        0 <= f < header[FAMILIES] and place_of(k) == family_slot[f]
        for k in INTEGERS
        for f in INTEGERS
        if many(keys, notes, n, k, f) >= 1
        if at(many(keys, notes, n, k, f))
    )


def peak_key(peaks: Ints, chunk: int) -> int:
    """The key of a chunk: its peak, and its number."""
    return peaks[chunk] * PLACES + (PLACES - 1 - chunk)


def is_listed(peaks: Ints, keys: Ints, notes: Ints, n: int, chunk: int) -> bool:
    """A chunk is among the first ``n`` chunks by their peaks."""
    return many(keys, notes, n, peak_key(peaks, chunk), chunk) >= 1


def are_peaks(header: Ints, peaks: Ints, keys: Ints, notes: Ints, n: int, chunks: int) -> bool:
    """The first ``n`` are such of the ``chunks`` as have peaks above the threshold, best first, none twice."""
    return all(
        0 <= notes[c] < chunks and keys[c] == peak_key(peaks, notes[c]) and peaks[notes[c]] > header[TAU_EXPAND]
        for c in range(n)
        if at(keys[c])
        if at(notes[c])
    ) and all(keys[c] > keys[d] for c in range(n) for d in range(c + 1, n))


def mean_at(header: Ints, tags: Ints, fixed: Ints, slot: int) -> int:
    """The aggregate of a gist that begins in a slot (SCO-3)."""
    return mean_of(fixed, slot, header[UNITS + tags[slot]])


def means_are_known(header: Ints, end: int) -> bool:
    """On levels before ``end``, gists take one slot, or two at one level, or four at one."""
    return all(
        header[i] == 1 or header[i] == 2 or header[i] == 4 for i in range(UNITS + 1, UNITS + end) if at(header[i])
    ) and all(
        header[j] == 1 or header[i] != header[j]
        for i in range(UNITS + 1, UNITS + end)
        for j in range(i + 1, UNITS + end)
        if at(header[i], header[j])
    )


def gist_key(header: Ints, tags: Ints, fixed: Ints, slot: int) -> int:
    """The key of a gist that begins in a slot."""
    return mean_at(header, tags, fixed, slot) * PLACES + (PLACES - 1 - slot)


def is_wanted(
    header: Ints, tags: Ints, fixed: Ints, no_expand: Ints, cells: int, slot: int, least: int, ceiling: int
) -> bool:
    """A gist begins in a slot that is not marked, has a key between these, and no pin bars it from expanding."""
    return (
        1 <= tags[slot] < MARK
        and least < gist_key(header, tags, fixed, slot) < ceiling
        and not bars(no_expand, cells, slot)
    )


def are_beyond(keys: Ints, notes: Ints, n: int, least: int) -> bool:
    """None of the first ``n`` keys is below ``least``."""
    return all(
        k >= least
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def come_beyond(keys: Ints, notes: Ints, n: int, others: Ints, their_notes: Ints, m: int, least: int) -> bool:
    """The first ``n`` keys are above one, but for those that are among the first ``m`` of another list."""
    return all(
        k > least or many(others, their_notes, m, k, v) >= 1
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def is_open(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    slot: int,
) -> bool:
    """At the iteration ``now`` the gist in a slot may expand as far as threshold, pins and cooldown go."""
    return is_wanted(
        header, tags, fixed, no_expand, cells, slot, key_of(threshold, 0), UNBOUNDED
    ) and not still_bars(
        header, ledger_action, ledger_iteration, now, node_of(tags[slot], token_of(header, tags, slot)) * 2 + COLLAPSE
    )


def still_bars(header: Ints, ledger_action: Ints, ledger_iteration: Ints, now: int, action: int) -> bool:
    """An action is in the ledger, and at the iteration ``now`` too short a time ago for its reversal (COO-1)."""
    return was_done(
        ledger_action, ledger_iteration, header[LEDGER_FROM], header[LEDGER_TO], now - header[MIN_GAP], action
    )


def is_due(
    header: Ints,
    fixed: Ints,
    slots: Ints,
    nodes: Ints,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    f: int,
) -> bool:
    """At the iteration ``now`` a listed family may collapse as far as threshold, tail and cooldown go."""
    return (
        -mean_of(fixed, slots[f], header[WIDTH + nodes[f] % LEVELS]) > threshold
        and end(header, nodes, f) <= header[END] - header[PROTECTED]
        and not still_bars(header, ledger_action, ledger_iteration, now, nodes[f] * 2)
    )


def family_key(header: Ints, fixed: Ints, slots: Ints, nodes: Ints, f: int) -> int:
    """The key of a family's collapse: its rank and its place."""
    return -mean_of(fixed, slots[f], header[WIDTH + nodes[f] % LEVELS]) * PLACES + (PLACES - 1 - slots[f])


@ghost
def is_in_or_worse(keys: Ints, notes: Ints, n: int, room: int, key: int) -> bool:
    """A key is among the first ``n``, or they are full of better ones."""
    return many(keys, notes, n, key, 0) >= 1 or (n == room and key <= keys[0])


def are_gists(header: Ints, tags: Ints, fixed: Ints, keys: Ints, notes: Ints, n: int, ceiling: int) -> bool:
    """The first ``n`` are gists that are not marked, above the threshold (THR-1), with keys below the ceiling, none
    twice."""
    return are_once(keys, notes, n) and all(
        v == 0
        and 0 <= k < ceiling
        and k < LIMIT * PLACES
        and 0 <= spot(k) < header[SLOTS]
        and 1 <= tags[spot(k)] <= header[TOP]
        and rank_of(k) == mean_at(header, tags, fixed, spot(k))
        and rank_of(k) > header[TAU_EXPAND]
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_unbarred(no_expand: Ints, cells: int, keys: Ints, notes: Ints, n: int) -> bool:
    """No pin bars the first ``n`` from expanding (PIN-2)."""
    return all(
        not bars(no_expand, cells, spot(k))
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )
