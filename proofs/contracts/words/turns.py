"""Words for marks, and for the turns of an iteration."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    DONE,
    EXPAND,
    FAMILIES,
    FREED,
    LEVELS,
    MARK,
    SLOTS,
    TOP,
    W_MAX,
    WIDTH,
    Ints,
)
from focalloc.proofs.contracts.words.actions import added, blocked, misfits, outgrows, shifted, taken
from focalloc.proofs.contracts.words.blocks import token_of
from focalloc.proofs.contracts.words.candidates import family_key, gist_key, is_due, is_open
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.sums import many, spot, turn


@ghost
def first_open(header: Ints, actions: Ints, places: Ints, n: int, keys: Ints, size: int) -> int:
    """The first of ``size`` expands in a queue that is open after ``n`` actions; ``size`` if none is."""
    return next((i for i in range(size) if not taken(header, actions, places, n, spot(keys[i]))), max(size, 0))


@ghost
def first_free(
    header: Ints, actions: Ints, places: Ints, n: int, slots: Ints, nodes: Ints, families: Ints, size: int
) -> int:
    """The first of ``size`` collapses in a queue, by their families, that is open after ``n`` actions; ``size`` if none
    is."""
    return next(
        (
            i
            for i in range(size)
            if not blocked(header, actions, places, n, slots[families[i]], header[WIDTH + nodes[families[i]] % LEVELS])
        ),
        max(size, 0),
    )


def cannot_expand(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int, keys: Ints, expands: int) -> bool:
    """After ``n`` actions no expand in the queue is open, or its head does not fit (GRE-1, GRE-5)."""
    return first_open(header, actions, places, n, keys, expands) == expands or misfits(
        header,
        tags,
        used_after(header, actions, n),
        keys[first_open(header, actions, places, n, keys, expands)],
    )


def expands_by_turns(
    header: Ints,
    tags: Ints,
    actions: Ints,
    places: Ints,
    keys: Ints,
    slots: Ints,
    nodes: Ints,
    families: Ints,
    first: int,
    m: int,
    expands: int,
    collapses: int,
) -> bool:
    """Action ``m`` is an expand, the head of its queue, and the turn before was a collapse's, or passed as none was
    open (GRE-1, GRE-2, GRE-5)."""
    return (
        first_open(header, actions, places, m, keys, expands) < expands
        and places[m] == spot(keys[first_open(header, actions, places, m, keys, expands)])
        and (
            m == first
            or actions[m - 1] % 2 == COLLAPSE
            or first_free(header, actions, places, m, slots, nodes, families, collapses) == collapses
        )
    )


def collapses_by_turns(
    header: Ints,
    tags: Ints,
    actions: Ints,
    places: Ints,
    keys: Ints,
    slots: Ints,
    nodes: Ints,
    families: Ints,
    first: int,
    m: int,
    expands: int,
    collapses: int,
) -> bool:
    """Action ``m`` is a collapse, the head of its queue, and the turn before was an expand's, or passed as none could
    (GRE-1, GRE-3, GRE-5)."""
    return (
        first_free(header, actions, places, m, slots, nodes, families, collapses) < collapses
        and places[m] == slots[families[first_free(header, actions, places, m, slots, nodes, families, collapses)]]
        and (
            (m > first and actions[m - 1] % 2 == EXPAND)
            or cannot_expand(header, tags, actions, places, m, keys, expands)
        )
    )


@ghost
def by_turns(
    header: Ints,
    tags: Ints,
    actions: Ints,
    places: Ints,
    keys: Ints,
    slots: Ints,
    nodes: Ints,
    families: Ints,
    first: int,
    n: int,
    expands: int,
    collapses: int,
) -> bool:
    """From ``first`` to before ``n``, beginning with an expand's turn, heads act and no turn passes that need not
    (GRE-1)."""
    return all(
        (expands_by_turns if actions[m] % 2 == EXPAND else collapses_by_turns)(
            header, tags, actions, places, keys, slots, nodes, families, first, m, expands, collapses
        )
        for m in range(first, n)
    )


@ghost
def best_open(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    actions: Ints,
    places: Ints,
    n: int,
) -> int:
    """The slot of the gist with the greatest key of those that may expand and that ``n`` actions leave; -1 if there is
    none (GRE-2, GRE-4)."""
    left = (
        slot
        for slot in range(header[SLOTS])
        if is_open(header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, threshold, slot)
        and not taken(header, actions, places, n, slot)
    )
    return max(left, key=lambda slot: gist_key(header, tags, fixed, slot), default=-1)


@ghost
def best_due(
    header: Ints,
    fixed: Ints,
    slots: Ints,
    nodes: Ints,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    actions: Ints,
    places: Ints,
    n: int,
) -> int:
    """The listed family with the greatest key of those that may collapse and that ``n`` actions leave whole; -1 if
    there is none (GRE-3, GRE-4)."""
    left = (
        f
        for f in range(header[FAMILIES])
        if is_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, threshold, f)
        and not blocked(header, actions, places, n, slots[f], header[WIDTH + nodes[f] % LEVELS])
    )
    return max(left, key=lambda f: family_key(header, fixed, slots, nodes, f), default=-1)


@ghost
def dues_queued(
    header: Ints,
    fixed: Ints,
    slots: Ints,
    nodes: Ints,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    keys: Ints,
    families: Ints,
    n: int,
    room: int,
) -> bool:
    """The first ``n`` on a list are families that may collapse, each once, in the order of their keys: all that may, or
    if there are ``room``, the best."""
    return (
        all(
            0 <= families[j] < header[FAMILIES]
            and is_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, threshold, families[j])
            and keys[j] == family_key(header, fixed, slots, nodes, families[j])
            for j in range(n)
            if at(families[j])
        )
        and all(
            families[i] != families[j] for i in range(n) for j in range(i + 1, n) if at(families[i], families[j])
        )
        and all(keys[i] >= keys[j] for i in range(n) for j in range(i, n))
        and all(
            many(keys, families, n, family_key(header, fixed, slots, nodes, f), f) >= 1
            or (n == room and family_key(header, fixed, slots, nodes, f) <= keys[n - 1])
            for f in range(header[FAMILIES])
            if is_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, threshold, f)
            if at(nodes[f])
        )
    )


@ghost
def opens_queued(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    marked: Ints,
    keys: Ints,
    tokens: Ints,
    n: int,
    room: int,
) -> bool:
    """The first ``n`` on a list are gists that may expand, in the order of their keys: all that may and are not
    ``marked``, or if there are ``room``, the best."""
    return (
        all(
            0 <= spot(keys[i]) < header[SLOTS]
            and keys[i] == gist_key(header, tags, fixed, spot(keys[i]))
            and is_open(
                header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, threshold, spot(keys[i])
            )
            for i in range(n)
            if at(keys[i])
        )
        and all(keys[i] > keys[j] for i in range(n) for j in range(i + 1, n))
        and all(
            many(keys, tokens, n, gist_key(header, tags, fixed, s), token_of(header, tags, s)) >= 1
            or (n == room and gist_key(header, tags, fixed, s) <= keys[n - 1])
            for s in range(header[SLOTS])
            if marked[s] < MARK
            and is_open(header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, threshold, s)
            if at(tags[s])
        )
    )


def expands_on_turn(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    slots: Ints,
    nodes: Ints,
    now: int,
    expand_above: int,
    collapse_above: int,
    actions: Ints,
    places: Ints,
    m: int,
) -> bool:
    """Action ``m``, an expand, is of the best gist that may still, and the turn before was a collapse's, or passed as
    no family could (GRE-1, GRE-2, GRE-4)."""
    return (
        0
        <= best_open(
            header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, expand_above, actions, places,
            m,
        )
        == places[m]
    ) and (
        m == 0
        or actions[m - 1] % 2 == COLLAPSE
        or best_due(
            header, fixed, slots, nodes, ledger_action, ledger_iteration, now, collapse_above, actions, places, m
        )
        < 0
    )  # fmt: skip


def collapses_on_turn(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    slots: Ints,
    nodes: Ints,
    now: int,
    expand_above: int,
    collapse_above: int,
    actions: Ints,
    places: Ints,
    m: int,
) -> bool:
    """Action ``m``, a collapse, is of the best family that may still, and the turn before was an expand's, or passed as
    no gist could, or the best does not fit (GRE-1, GRE-3, GRE-4, GRE-5)."""
    return (
        best_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, collapse_above, actions, places, m)
        >= 0
        and places[m]
        == slots[
            best_due(
                header, fixed, slots, nodes, ledger_action, ledger_iteration, now, collapse_above, actions, places, m
            )
        ]
        and (
            (m > 0 and actions[m - 1] % 2 == EXPAND)
            or none_fits(
                header, tags, fixed, expand_above, actions, m,
                best_open(
                    header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, expand_above, actions,
                    places, m,
                ),
            )
        )
    )  # fmt: skip


def none_fits(header: Ints, tags: Ints, fixed: Ints, threshold: int, actions: Ints, n: int, best: int) -> bool:
    """There is no ``best`` gist, or its expand does not fit beside what is in use after ``n`` actions."""
    return best < 0 or outgrows(
        header, tags, header[SLOTS] + shifted(header, actions, n), gist_key(header, tags, fixed, best), threshold
    )


@ghost
def take_turns(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    slots: Ints,
    nodes: Ints,
    now: int,
    expand_above: int,
    collapse_above: int,
    actions: Ints,
    places: Ints,
    n: int,
) -> bool:
    """The first ``n`` actions take turns, an expand first; the best acts at each, and none passes that need not
    (GRE-1 to GRE-5)."""
    return all(
        (expands_on_turn if actions[m] % 2 == EXPAND else collapses_on_turn)(
            header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, slots, nodes, now, expand_above,
            collapse_above, actions, places, m,
        )
        for m in range(n)
    )  # fmt: skip


def unmarked(tags: Ints, slot: int, slots: int, stride: int) -> bool:
    """None of the blocks that begin every ``stride`` slots is marked."""
    return all(tags[j] < MARK for j in range(slot, slot + slots) if turn(j - slot, stride))


def marked_up_to(tags: Ints, tags_before: Ints, slot: int, slots: int, stride: int, n: int) -> bool:
    """Those of them that begin before ``n`` are marked, and all else is as it was."""
    return all(
        tags[j] == tags_before[j] + (MARK if slot <= j < n and j < slot + slots and turn(j - slot, stride) else 0)
        for j in INTEGERS
    )


def may_expand(header: Ints, tags: Ints, keys: Ints, n: int, slots: int) -> bool:
    """At the places of the first ``n`` keys gists begin, or they are marked."""
    return all(
        spot(keys[i]) < slots and (1 <= tags[spot(keys[i])] <= header[TOP] or tags[spot(keys[i])] >= MARK)
        for i in range(n)
        if at(keys[i])
    )


def used_after(header: Ints, actions: Ints, n: int) -> int:
    """The slots in use after the first ``n`` actions."""
    return header[SLOTS] - header[FREED] + shifted(header, actions, n) - shifted(header, actions, header[DONE])


def in_budget(header: Ints, actions: Ints, n: int) -> bool:
    """No prefix of the actions that grows exceeds the budget, and none that does not what was in use (BUD-1)."""
    return all(
        used_after(header, actions, m) <= header[W_MAX] or added(header, actions[m - 1]) < 0
        for m in range(header[DONE] + 1, n + 1)
        if at(shifted(header, actions, m))
    ) and all(
        used_after(header, actions, m) <= max(header[W_MAX], header[SLOTS] - header[FREED])
        for m in range(header[DONE], n + 1)
        if at(shifted(header, actions, m))
    )
