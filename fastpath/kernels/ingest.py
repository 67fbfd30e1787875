"""Ingest: room made by the least wanted collapses, and new blocks behind the last (ING-1 to ING-6)."""

from __future__ import annotations

from focalloc.fastpath.kernels.application import apply, copy, write_blocks
from focalloc.fastpath.kernels.candidates import best_collapses
from focalloc.fastpath.kernels.layout import (
    AHEAD,
    COLLAPSE,
    END,
    EXPAND,
    FAMILIES,
    KNOWN,
    LEVELS,
    LOWEST,
    MARK,
    NO_ROOM,
    PROTECTED,
    SLOTS,
    SPAN,
    TAIL,
    TOP,
    UNFILLED,
    UNITS,
    W_MAX,
    WIDTH,
    Ints,
    Session,
    Sought,
    Table,
)
from focalloc.fastpath.kernels.ledger import is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of
from focalloc.fastpath.kernels.pins import is_pinned
from focalloc.fastpath.kernels.places import end_of, mark, slots_added, slots_before
from focalloc.fastpath.kernels.scores import total
from focalloc.fastpath.machine_code import kernel


@kernel
def append_block(session: Session) -> None:
    """Append one level-0 block, which is a complete family of its own."""
    header, family_slot, family_node = session.header, session.family_slot, session.family_node
    write_blocks(session.tags, header[SLOTS], 1, 0, header[UNITS])
    if not is_pinned(header, session.no_collapse, node_of(1, header[END])):
        family_slot[header[FAMILIES]] = header[SLOTS]
        family_node[header[FAMILIES]] = node_of(1, header[END])
        header[FAMILIES] += 1
    header[SLOTS] += header[UNITS]
    header[END] += header[SPAN]


@kernel
def blocks_of(header: Ints, tokens: int) -> int:
    """How many new blocks ``tokens`` make, beside those that fill the last one (FIL-1)."""
    return (tokens - header[UNFILLED] + header[SPAN] - 1) // header[SPAN]


@kernel
def leave_unfilled(header: Table, unfilled: int) -> None:
    """Note how many tokens the last block lacks, and protect it if it lacks any (FIL-2)."""
    header[UNFILLED] = unfilled
    header[PROTECTED] = max(header[TAIL], min(1, unfilled))


@kernel
def fill(header: Table, tokens: int) -> None:
    """Put ``tokens`` into the last block, as far as it lacks some, and into new ones, which are to be appended (FIL-1).

    A block that is filled is another one, which remembers nothing (MEM-1).
    """
    if header[UNFILLED] > 0:
        header[KNOWN] = min(header[KNOWN], max(0, header[SLOTS] - header[UNITS]))
    short = header[UNFILLED] - tokens
    leave_unfilled(header, short + blocks_of(header, tokens) * header[SPAN])


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
        width = slots_before(header, actions[i])
        mean = total(fixed, places[i], width) // width
        source = places[i] + width
        for _ in range(width + slots_added(header, actions[i])):
            fixed[to] = mean
            to += 1
    copy(fixed, source, fixed, to, slots - source, 0)


@kernel
def oldest_collapses(session: Session, sought: Sought) -> int:
    """`best_collapses` where all scores are equal: the first that may collapse; return how many there are."""
    header, family_slot, family_node = session.header, session.family_slot, session.family_node
    ledger_action, keys, notes = session.ledger_action, sought.keys, sought.notes
    size = 0
    for family in range(header[FAMILIES]):
        node = family_node[family]
        if size == sought.room or end_of(header, node) > header[END] - header[PROTECTED]:
            break
        if not is_barred(header, ledger_action, node * 2 + EXPAND):
            keys[size] = key_of(0, family_slot[family])
            notes[size] = family
            size += 1
    return size


@kernel
def slot_after(header: Ints, actions: Ints, places: Ints, done: int, slot: int) -> int:
    """Where the gist at ``slot`` is once ``done`` actions, in order of place, are made; anything if one replaces it."""
    grown = 0
    i = 0
    while i < done and places[i] < slot:
        grown += slots_added(header, actions[i])
        i += 1
    return slot + grown


@kernel
def mark_batch(session: Session, found: int, excess: int, reclaimed: Table, done: int) -> int:
    """Mark families to collapse together: of ``found``, best first, as many as free ``excess`` slots; return how many.

    It stops after the first that completes another family, since that has to be looked at, too (ING-4).

    Args:
        reclaimed: takes them behind the ``done`` that it holds.
    """
    header, tags, family_node, places = session.header, session.tags, session.family_node, session.places
    keys, notes = session.collapse_keys, session.collapse_families
    i = 0
    lacking = excess
    completed = False
    while i < found and lacking > 0 and not completed:
        node = family_node[notes[i]]
        level = node % LEVELS
        notes[i] = node * 2 + COLLAPSE
        places[i] = place_of(keys[i])
        mark(tags, places[i], header[WIDTH + level], header[UNITS + level - 1])
        reclaimed[done + i] = notes[i]
        i += 1
        lacking += slots_added(header, notes[i - 1])
        completed = completes(header, tags, node, places[i - 1])
    return i


@kernel
def reclaim(session: Session, room: int, flat: bool, needed: int, reclaimed: Table, whereabouts: Table) -> int:
    """Collapse the least wanted families until ``needed`` slots and those ahead fit; write them and return how many.

    Clauses ING-1 to ING-6: those ahead count only where the ``needed`` slots do not fit as it is.

    Several are looked up and made at once, up to the first that completes another family, since that has to be looked
    at too.

    Args:
        room: how many ``keys`` and ``notes`` hold.
        flat: whether all scores are equal; ``fixed`` is not read then.
        whereabouts: as long as ``reclaimed``; takes the slot of each one's gist once all are made, or anything if a
            later one has taken that in.

    Returns:
        How many; or `NO_ROOM` if legal collapses do not suffice, and by then all have been made. The ledger must have
        space for them.
    """
    header, fixed, places, sorted_places = session.header, session.fixed, session.places, session.expand_keys
    sorted_actions, keys, notes = session.expand_tokens, session.collapse_keys, session.collapse_families
    sought = Sought(room, 0, 0, keys, notes)
    done = 0
    wanted = needed
    if header[SLOTS] + needed > header[W_MAX]:
        wanted += header[AHEAD]
    while header[SLOTS] + wanted > header[W_MAX]:
        if flat:  # noqa: SIM108, what writes is called in a statement of its own
            found = oldest_collapses(session, sought)
        else:
            found = best_collapses(session, sought, LOWEST)
        if found == 0:
            return done if header[SLOTS] + needed <= header[W_MAX] else NO_ROOM
        slots = header[SLOTS]
        batch = mark_batch(session, found, slots + wanted - header[W_MAX], reclaimed, done)
        done += batch
        apply(session, batch, notes)
        for j in range(done):
            slot = whereabouts[j] if j < done - batch else places[j - (done - batch)]
            whereabouts[j] = slot_after(header, sorted_actions, sorted_places, batch, slot)
        if not flat and header[SLOTS] + wanted > header[W_MAX]:
            average_out(header, fixed, slots, batch, sorted_actions, sorted_places)
    return done
