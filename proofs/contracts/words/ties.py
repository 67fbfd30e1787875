"""Words for ties that are broken otherwise."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    FAMILIES,
    FIRST,
    LEDGER_FROM,
    LEDGER_TO,
    SLOTS,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOP,
    History,
    Ints,
    Session,
)
from focalloc.fastpath.kernels.packing import node_of, place_of, rank_of
from focalloc.proofs.contracts.words.candidates import is_ready, mean_at
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at
from focalloc.proofs.contracts.words.sums import held, many, tokens_in, where
from focalloc.proofs.contracts.words.tables import within


def remembers(history: History, now: int) -> bool:
    """What is remembered happened by now, and lies in its tables."""
    return (
        0 <= history.size <= len(history.acted)
        and history.size <= len(history.iterations)
        and 0 <= history.memory <= 2**34
        and 0 <= now < 2**62
        and within(history.iterations, 0, history.size, 0, now)
    )


def worth_within_means(header: Ints, tags: Ints, fixed: Ints, worth: Ints) -> bool:
    """No gist is worth more than its aggregate; where nothing expands it is worth less (PIN-2)."""
    return all(
        worth[i] <= mean_at(header, tags, fixed, i) for i in range(header[SLOTS]) if tags[i] >= 1 if at(worth[i])
    )


def are_worthy(header: Ints, tags: Ints, worth: Ints, slots: Ints, n: int) -> bool:
    """The first ``n`` are slots in which gists begin that are not marked, and are worth more than the threshold."""
    return all(
        0 <= slots[i] < header[SLOTS] and 1 <= tags[slots[i]] <= header[TOP] and worth[slots[i]] > header[TAU_EXPAND]
        for i in range(n)
        if at(slots[i])
    )


def worthy_noted(header: Ints, tags: Ints, worth: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """The notes of the first ``n`` are such slots, whatever their order, and their ranks are above the threshold."""
    return all(
        0 <= v < header[SLOTS]
        and 1 <= tags[v] <= header[TOP]
        and worth[v] > header[TAU_EXPAND]
        and rank_of(k) > header[TAU_EXPAND]
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_named(header: Ints, tags: Ints, ledger_action: Ints, slots: Ints, tokens: Ints, n: int) -> bool:
    """The tokens of the first ``n`` are those at their slots, and the gists that begin there are at rest (COO-1)."""
    return all(
        tokens[i] == header[FIRST] + tokens_in(header, tags, 0, slots[i])
        and not held(
            ledger_action, header[LEDGER_FROM], header[LEDGER_TO], node_of(tags[slots[i]], tokens[i]) * 2 + COLLAPSE
        )
        for i in range(n)
        if at(slots[i])
        if at(tokens[i])
    )


def are_queued(session: Session, worth: Ints, n: int) -> bool:
    """The first ``n`` expands on the list are such, each with its token."""
    return all(
        0 <= place_of(session.expand_keys[i]) < session.header[SLOTS]
        and 1 <= session.tags[place_of(session.expand_keys[i])] <= session.header[TOP]
        and worth[place_of(session.expand_keys[i])] > session.header[TAU_EXPAND]
        and 0 <= session.expand_tokens[i] < 2**49
        and session.expand_tokens[i]
        == session.header[FIRST] + tokens_in(session.header, session.tags, 0, place_of(session.expand_keys[i]))
        and not held(
            session.ledger_action,
            session.header[LEDGER_FROM],
            session.header[LEDGER_TO],
            node_of(session.tags[place_of(session.expand_keys[i])], session.expand_tokens[i]) * 2 + COLLAPSE,
        )
        for i in range(n)
        if at(session.expand_keys[i])
        if at(session.expand_tokens[i])
    )


def families_ready(session: Session, families: Ints, n: int) -> bool:
    """The first ``n`` are numbers of families that are ready to collapse."""
    return all(
        0 <= families[i] < session.header[FAMILIES] and is_ready(session, session.header[TAU_COLLAPSE], families[i])
        for i in range(n)
    )


def ready_in(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """The notes of the first ``n`` are such, whatever their order, and their ranks are above the threshold."""
    return all(
        0 <= f < session.header[FAMILIES]
        and is_ready(session, session.header[TAU_COLLAPSE], f)
        and rank_of(k) > session.header[TAU_COLLAPSE]
        for k in INTEGERS
        for f in INTEGERS
        if many(keys, notes, n, k, f) >= 1
        if at(many(keys, notes, n, k, f))
    )


def places_ready(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """The places of the first ``n`` keys are such."""
    return all(
        0 <= place_of(k) < session.header[FAMILIES] and is_ready(session, session.header[TAU_COLLAPSE], place_of(k))
        for k in INTEGERS
        for f in INTEGERS
        if many(keys, notes, n, k, f) >= 1
        if at(many(keys, notes, n, k, f))
    )


def ready_at(session: Session, slots: Ints, n: int) -> bool:
    """At the first ``n`` slots families begin that are ready to collapse."""
    return all(
        held(session.family_slot, 0, session.header[FAMILIES], slots[i])
        and is_ready(
            session,
            session.header[TAU_COLLAPSE],
            where(session.family_slot, 0, session.header[FAMILIES], slots[i]),
        )
        for i in range(n)
        if at(slots[i])
    )


def places_within(keys: Ints, notes: Ints, size: int, low: int, high: int) -> bool:
    """All keys are of places from ``low`` to ``high``."""
    return all(
        low <= place_of(key) <= high
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )
