"""What actions make of ledger, context and families; and whether actions from elsewhere can be applied."""

from __future__ import annotations

from functools import partial

from focalloc.fastpath.kernels.best_few import rise, sort_best_first
from focalloc.fastpath.kernels.layout import (
    BODY,
    END,
    EXPAND,
    FAMILIES,
    FANOUT,
    HALF,
    HEARD,
    KNOWN,
    LEVELS,
    MARK,
    PIN,
    PROTECTED,
    RAW,
    SLOTS,
    SPAN,
    SPLICE,
    SPLICES,
    TOP,
    UNITS,
    W_MAX,
    WIDTH,
    Ints,
    Session,
    Table,
)
from focalloc.fastpath.kernels.ledger import is_barred, record
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of
from focalloc.fastpath.kernels.pins import is_pinned
from focalloc.fastpath.kernels.places import families_before, family_of, mark, slot_at, slots_added, slots_before
from focalloc.fastpath.kernels.scores import total
from focalloc.fastpath.machine_code import kernel


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
def splice(session: Session, done: int, actions: Ints, places: Ints) -> None:
    """Replace the blocks that ``done`` actions consume by the ones they produce (CTX-6).

    What moves is put together in ``spare`` and copied back, so that both copies run between separate tables; but what
    follows the last action moves in place if it moves to the front. Between actions whose changes of length cancel,
    nothing moves.
    """
    header, tags, spare = session.header, session.tags, session.spare
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
def inherit(header: Table, means: Table, spare_means: Table, done: int, actions: Ints, places: Ints) -> None:
    """As `splice`, on the means of the first `KNOWN` slots: what an action makes has that of what it replaces (MEM-2).

    Of what an action replaces, the last slots may remember nothing yet; they do not count.
    """
    known = header[KNOWN]
    front = 0
    at = 0
    size = 0
    for i in range(done):
        if places[i] >= known:
            break
        if front + size == at:
            copy(spare_means, 0, means, front, size, 0)
            front = places[i]
            at = front
            size = 0
        copy(means, at, spare_means, size, places[i] - at, 0)
        size += places[i] - at
        before = slots_before(header, actions[i])
        counted = min(before, known - places[i])
        mean = total(means, places[i], counted) // counted
        for _ in range(before + slots_added(header, actions[i])):
            spare_means[size] = mean
            size += 1
        at = places[i] + counted
    rest = known - at
    header[KNOWN] = front + size + rest
    if front + size > at:
        copy(means, at, spare_means, size, rest, 0)
        size += rest
    copy(spare_means, 0, means, front, size, 0)
    if front + size < at:
        copy(means, at, means, front + size, rest, 0)


@partial(kernel, inlined=True)
def remember_told(session: Session, done: int, actions: Ints, places: Ints) -> None:
    """Have what was told take the place of what is remembered, as ``done`` actions, in order of place, leave it."""
    header = session.header
    if header[HEARD] > 0:
        header[KNOWN] = header[HEARD]
        inherit(header, session.told, session.memory, done, actions, places)
        header[HALF] = 1 - header[HALF]
        header[HEARD] = 0
    elif header[KNOWN] > 0:
        inherit(header, session.memory, session.told, done, actions, places)


@kernel
def family_made(header: Ints, tags: Ints, action: int, slot: int) -> int:
    """First slot of the family that an action at ``slot`` made, -1 if it made none.

    That is the children of an expand, or the family that the gist of a collapse was the last to complete.
    """
    if action % 2 == EXPAND:
        return slot
    node = action // 2
    if node % LEVELS == header[TOP]:
        return -1
    return family_of(header, tags, slot, node % LEVELS, node // LEVELS)


@kernel
def node_made(header: Ints, action: int) -> int:
    """The node of the family that an action made: its own, or the parent of what was collapsed."""
    node = action // 2
    if action % 2 == EXPAND:
        return node
    level = node % LEVELS
    start = node // LEVELS
    return node_of(level + 1, start - start % header[SPAN + level + 1])


@kernel
def slot_behind(header: Ints, family_slot: Ints, family_node: Ints, family: int) -> int:
    """The slot just after a family."""
    return family_slot[family] + header[WIDTH + family_node[family] % LEVELS]


@kernel
def keep_families(session: Session, first: int, size: int, source: int, kept: int, shift: int) -> int:
    """Go on with the list of families by the ``kept`` from ``source`` on, which have moved by ``shift`` slots.

    As in `splice`: while as many are dropped as added, families keep their places in the tables.

    Args:
        first: how many the list has, in place.
        size: how many it has after those, in the spare tables.

    Returns:
        The slot behind the last of it then.
    """
    family_slot, family_node = session.family_slot, session.family_node
    spare_slot, spare_node = session.spare_slot, session.spare_node
    behind = slot_behind(session.header, family_slot, family_node, source + kept - 1) + shift
    if first + size == source:
        copy(spare_slot, 0, family_slot, first, size, 0)
        copy(spare_node, 0, family_node, first, size, 0)
        raise_all(family_slot, source, kept, shift)
    else:
        copy(family_slot, source, spare_slot, size, kept, shift)
        copy(family_node, source, spare_node, size, kept, 0)
    return behind


@kernel
def keep_rest(session: Session, first: int, size: int, source: int, shift: int) -> None:
    """End the list of families with all from ``source`` on, and put it in place; arguments as for `keep_families`."""
    header, family_slot, family_node = session.header, session.family_slot, session.family_node
    spare_slot, spare_node = session.spare_slot, session.spare_node
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
def update_families(session: Session, done: int, actions: Ints, places: Ints) -> None:
    """Drop the families that the actions consumed or broke, add the ones they completed, move the others.

    Args:
        session: its tags are those after the actions.
        done: how many actions.
        actions: the actions, in order of place.
        places: where they were, before they happened.
    """
    header, tags, family_slot, family_node = session.header, session.tags, session.family_slot, session.family_node
    spare_slot, spare_node = session.spare_slot, session.spare_node
    first = families_before(header, family_slot, 0, places[0] + 1)
    if first > 0:
        first -= 1
    behind = 0  # the slot behind the last that is listed
    if first > 0:
        behind = slot_behind(header, family_slot, family_node, first - 1)
    source = first
    listed = first  # how many have been listed, of which the first `first` are in place
    shift = 0
    for i in range(done):
        # the families before the action; the last of them may hold it, and then goes
        until = families_before(header, family_slot, source, places[i] + 1)
        kept = until - source
        if kept > 0 and slot_behind(header, family_slot, family_node, until - 1) > places[i]:
            kept -= 1
        if kept > 0:
            behind = keep_families(session, first, listed - first, source, kept, shift)
            if listed == source:
                first = source + kept
            listed += kept
        source = until
        slot = family_made(header, tags, actions[i], places[i] + shift)
        shift += slots_added(header, actions[i])
        if slot < 0:
            continue
        # one that several collapses complete is listed at the last of them, so that it ends before what is next
        ahead = header[SLOTS]
        if i + 1 < done:
            ahead = min(ahead, places[i + 1] + shift)
        if source < header[FAMILIES]:
            ahead = min(ahead, family_slot[source] + shift)
        node = node_made(header, actions[i])
        end = slot + header[WIDTH + node % LEVELS]
        if slot < behind or end > ahead or is_pinned(header, session.no_collapse, node):
            continue
        spare_slot[listed - first] = slot
        spare_node[listed - first] = node
        listed += 1
        behind = end
    keep_rest(session, first, listed - first, source, shift)


@kernel
def move_pins(session: Session, done: int, actions: Ints, places: Ints) -> None:
    """Keep the slots of ranges where nothing expands up to date, given ``done`` actions in order of place.

    What collapses at an edge of a range, or inside it, becomes a gist that meets it.
    """
    header, no_expand = session.header, session.no_expand
    passed = 0  # actions that end before the range
    grown = 0
    for at in range(0, len(no_expand), PIN):
        first = no_expand[at + 2]
        last = no_expand[at + 3]
        while passed < done and places[passed] + slots_before(header, actions[passed]) <= first:
            grown += slots_added(header, actions[passed])
            passed += 1
        low = first
        high = last
        inside = 0  # what those add that are at the range
        i = passed
        while i < done and places[i] < last:
            low = min(low, places[i])
            high = max(high, places[i] + slots_before(header, actions[i]))
            inside += slots_added(header, actions[i])
            i += 1
        no_expand[at + 2] = low + grown
        no_expand[at + 3] = high + grown + inside


@kernel
def note_splices(session: Session, done: int, actions: Ints, places: Ints) -> None:
    """Write what ``done`` actions, in order of place, change in slots; those that touch are one splice (EDI-1)."""
    header, splices = session.header, session.splices
    count = 0
    grown = 0
    behind = -1
    for i in range(done):
        before = slots_before(header, actions[i])
        after = before + slots_added(header, actions[i])
        if places[i] == behind:
            splices[(count - 1) * SPLICE + 1] += before
            splices[(count - 1) * SPLICE + 3] += after
        else:
            splices[count * SPLICE] = places[i]
            splices[count * SPLICE + 1] = before
            splices[count * SPLICE + 2] = places[i] + grown
            splices[count * SPLICE + 3] = after
            count += 1
        behind = places[i] + before
        grown += after - before
    header[SPLICES] = count


@partial(kernel, inlined=True)
def apply(session: Session, done: int, actions: Ints) -> None:
    """APPLY: ``done`` actions on separate blocks, whose places are known, to ledger, memory, context and families."""
    header, ledger_action, ledger_iteration = session.header, session.ledger_action, session.ledger_iteration
    places, sorted_places, sorted_actions = session.places, session.expand_keys, session.expand_tokens
    header[SPLICES] = 0
    if done == 0:
        remember_told(session, 0, actions, places)
        return
    for i in range(done):
        record(header, ledger_action, ledger_iteration, actions[i])
    by_place(actions, places, done, sorted_places, sorted_actions)
    note_splices(session, done, sorted_actions, sorted_places)
    remember_told(session, done, sorted_actions, sorted_places)
    move_pins(session, done, sorted_actions, sorted_places)
    splice(session, done, sorted_actions, sorted_places)
    update_families(session, done, sorted_actions, sorted_places)


# ACTIONS FROM ELSEWHERE


@kernel
def unmark(session: Session, done: int) -> None:
    """Take the marks of ``done`` actions, whose places are known, off what they would replace."""
    header, tags, actions, places = session.header, session.tags, session.actions, session.places
    for i in range(done):
        level = actions[i] // 2 % LEVELS
        if actions[i] % 2 == EXPAND:
            tags[places[i]] -= MARK
        else:
            for j in range(header[FANOUT + level]):
                tags[places[i] + j * header[UNITS + level - 1]] -= MARK


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
def first_misfit(session: Session, done: int) -> int:
    """Number of the first of ``done`` actions that breaks a rule of the iteration; ``done`` if none does.

    The rules are ACT-3 to ACT-5, BUD-1, COO-1, TAI-1 and PIN, each on its prefix. A block that an action created is
    never fit for another, so all actions are looked up in the context as it stands. Their places are written.
    """
    header, tags, ledger_action = session.header, session.tags, session.ledger_action
    actions, places = session.actions, session.places
    used = header[SLOTS]
    fit = 0
    while fit < done:
        action = actions[fit]
        kind = action % 2
        node = action // 2
        level = node % LEVELS
        token = node // LEVELS
        slot = slot_at(session, token)
        places[fit] = slot
        if not is_possible(header, tags, slot, kind, level):
            break
        if is_barred(header, ledger_action, node * 2 + 1 - kind):
            break
        if kind == EXPAND:
            if used + header[WIDTH + level] - header[UNITS + level] > header[W_MAX]:
                break
            if is_pinned(header, session.no_expand, node):
                break
            mark(tags, slot, 1, 1)
        else:
            if token + header[SPAN + level] > header[END] - header[PROTECTED]:
                break
            if is_pinned(header, session.no_collapse, node):
                break
            mark(tags, slot, header[WIDTH + level], header[UNITS + level - 1])
        used += slots_added(header, action)
        fit += 1
    unmark(session, fit)
    return fit
