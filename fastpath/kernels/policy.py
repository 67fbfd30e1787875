"""What a learned policy makes of an iteration, as plain loops: gates, shortlists, preferences (POL-1 to POL-4).

Everything is a sum of integers that fits 32 bits in whatever order it is added up (POL-6), so loops may become vector
code. Gates of all gists are worked out in passes over the slots that branch on nothing but their tags. Few items are
looked at one by one: those whose gates are no lower than the highest of enough stretches (`least_gate`), whatever
pattern the gates have.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from focalloc.fastpath.kernels.best_few import offer, rise, sort_best_first
from focalloc.fastpath.kernels.layout import (
    CHEAP,
    CHUNK,
    COLLAPSE,
    CURSOR_TOKEN,
    ENCODE_SHIFT,
    END,
    EXPAND,
    FAMILIES,
    FANOUT,
    FIRST,
    GATES,
    HAS_PLAN,
    HIDDEN,
    KNOWN_OF_ITEM,
    LEAVE,
    LEDGER_FROM,
    LEDGER_TO,
    LEVELS,
    LIMIT,
    LOOK,
    LOWEST,
    MIX_SHIFT,
    MULTI_SLOT,
    PROTECTED,
    SHORTLIST,
    SHOW,
    SIDES,
    SLOTS,
    SPAN,
    STAY,
    TOP,
    UNITS,
    W_MAX,
    WIDTH,
    Ints,
    Look,
    Network,
    Session,
    Table,
    Work,
)
from focalloc.fastpath.kernels.ledger import count_collapses, is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.fastpath.kernels.pins import rule_out
from focalloc.fastpath.kernels.places import delta_at, end_of
from focalloc.fastpath.kernels.projection import NOT_NEGATIVE
from focalloc.fastpath.machine_code import kernel
from focalloc.spec.policy import CLIP, MOST_CAP, MOST_ROOM, ONE, SCORE_SHIFT

DIGITS = 8
"""Binary digits behind the point of a feature."""

FLOAT = 52 - DIGITS
"""Digits of a float64 that a logarithm leaves out: behind the leading ones of the mantissa."""

BIAS = 1023 << DIGITS
"""What a float64 adds to its exponent."""

# NUMBERS


@kernel
def logarithm(number: int) -> int:
    """``L(number)``: exponent and mantissa of ``1 + number``, below 2**53, are its logarithm (POL-2)."""
    return int(np.float64(1 + number).view(np.int64) >> FLOAT) - BIAS


@kernel
def shortened(score: int) -> int:
    """A score in fixed point as a feature."""
    return max(-CLIP, min(score >> SCORE_SHIFT, CLIP))


@kernel
def quotient(number: int, by: int) -> int:
    """The floor of ``number / by``, without a division where ``by`` is a power of two."""
    if by & (by - 1) == 0:
        return number >> (logarithm(by - 1) >> DIGITS)
    return number // by


# FEATURES


@kernel
def scan(fixed: Ints, told: Ints, known: Table, slot: int, slots: int) -> None:
    """Write what is known of ``slots`` slots to the front of ``known``: means as told and as seen, lowest, highest."""
    first = slot & NOT_NEGATIVE
    heard = 0
    seen = 0
    low: Any = fixed[first]
    high: Any = fixed[first]
    if slots == 2:  # a loop, and vector code all the more, is dear for so few
        heard = told[first] + told[first + 1]
        seen = fixed[first] + fixed[first + 1]
        low = min(low, fixed[first + 1])
        high = max(high, fixed[first + 1])
    else:
        for i in range(slots):
            heard += told[first + i]
            seen += fixed[first + i]
            low = min(low, fixed[first + i])
            high = max(high, fixed[first + i])
    known[0] = shortened(quotient(heard, slots))
    known[1] = shortened(quotient(seen, slots))
    known[2] = shortened(low)
    known[3] = shortened(high)


@kernel
def item_node(session: Session, look: Look, side: int, item: int) -> int:
    """The node of an item on a shortlist."""
    mark = look.marks[side * LOOK + item]
    return mark if side == EXPAND else session.family_node[mark]


@kernel
def describe(session: Session, look: Look, side: int, item: int) -> None:
    """Write all that is known of an item on a shortlist to its stretch of ``inputs`` (POL-2)."""
    header, fixed, known, inputs = session.header, session.fixed, look.known, look.inputs
    node = item_node(session, look, side, item)
    place = place_of(look.listed[side * LOOK + item])
    level = node % LEVELS
    slots = header[UNITS + level] if side == EXPAND else header[WIDTH + level]
    delta = delta_at(header, level)
    smallest = header[SPAN]
    start = node // LEVELS // smallest
    span = header[SPAN + level] // smallest
    cursor = header[CURSOR_TOKEN] // smallest
    ceiling = (header[CURSOR_TOKEN] + smallest - 1) // smallest
    scan(fixed, look.told, known, place, slots)
    to = (side * LOOK + item) * KNOWN_OF_ITEM
    for i in range(4):
        inputs[to + i] = known[i]
    inputs[to + 4] = ONE * level
    inputs[to + 5] = logarithm(delta)
    inputs[to + 6] = logarithm(span)
    inputs[to + 7] = logarithm(cursor - start - span) if start + span <= cursor else 0
    inputs[to + 8] = logarithm(start - ceiling) if start > cursor else 0
    inputs[to + 9] = ONE if start <= cursor < start + span else 0
    inputs[to + 10] = shortened(fixed[place - 1]) if place > 0 else 0
    inputs[to + 11] = shortened(fixed[place + slots]) if place + slots < header[SLOTS] else 0
    inputs[to + 12] = min(header[SLOTS] * ONE // header[W_MAX], CLIP)
    inputs[to + 13] = max(-MOST_ROOM, min((header[W_MAX] - header[SLOTS]) * ONE // delta, MOST_ROOM))
    inputs[to + 14] = ONE // MOST_CAP * min(look.sizes[SIDES], MOST_CAP)
    inputs[to + 15] = logarithm(look.sizes[side])
    inputs[to + 16] = logarithm(look.sizes[1 - side])


# GATES


@kernel
def lay_bases(session: Session, network: Network, look: Look) -> None:
    """Write what a gate makes of each level, and of each level its smallest spans."""
    header, gate, base = session.header, network.gate, look.base
    for level in range(header[TOP] + 1):
        base[SIDES * LEVELS + level] = header[SPAN + level] // header[SPAN]
    for side in range(SIDES):
        first = side * (CHEAP + 1)
        for level in range(1, header[TOP] + 1):
            cost = logarithm(delta_at(header, level))
            span = logarithm(header[SPAN + level] // header[SPAN])
            of_level = gate[first + CHEAP] + gate[first + 4] * ONE * level
            base[side * LEVELS + level] = of_level + gate[first + 5] * cost + gate[first + 6] * span


@kernel
def placed(weights: Ints, at: int, cursor: int, ceiling: int, start: int, behind: int) -> int:
    """What a gate makes of the place of a node, ``start`` to before ``behind``, all in smallest spans (CUR-1).

    Args:
        weights: of the gates.
        at: where those of its kind begin.
        cursor: the smallest span that the cursor is in.
        ceiling: the first one that does not begin before the cursor.
        start: the first one of the node.
        behind: the first one behind it.
    """
    if behind <= cursor:
        far = logarithm(cursor - behind)
        return weights[at + 7] * far
    if start > cursor:
        far = logarithm(start - ceiling)
        return weights[at + 8] * far
    return weights[at + 9] * ONE


@kernel
def gate_places(session: Session, network: Network, look: Look) -> None:
    """Write where each gist starts, and what its gate makes of that and of its level; `LOWEST` in all other slots."""
    header, tags, gate = session.header, session.tags, network.gate
    gates, starts, base = look.gates, look.starts, look.base
    slots = header[SLOTS]
    for slot in range(slots):
        gates[slot] = LOWEST
    span = header[SPAN]
    cursor = header[CURSOR_TOKEN] // span
    ceiling = (header[CURSOR_TOKEN] + span - 1) // span
    start = header[FIRST] // span
    slot = 0
    while slot < slots:
        here = slot & NOT_NEGATIVE
        level = tags[here]
        behind = start + base[SIDES * LEVELS + level]
        if level > 0:
            starts[here] = start
            gates[here] = base[level] + placed(gate, 0, cursor, ceiling, start, behind)
        start = behind
        slot += header[UNITS + level]


@kernel
def gate_scores(session: Session, network: Network, look: Look) -> None:
    """Add what gates make of the scores of gists of one slot each."""
    fixed, told, gates, gate = session.fixed, look.told, look.gates, network.gate
    of_told = gate[0]
    of_seen = gate[1] + gate[2] + gate[3]
    for slot in range(session.header[SLOTS]):
        more = of_told * shortened(told[slot]) + of_seen * shortened(fixed[slot])
        gates[slot] = gates[slot] + more if gates[slot] > LOWEST else LOWEST


@kernel
def gate_known(gate: Ints, first: int, known: Ints) -> int:
    """What a gate, whose weights begin at ``first``, makes of the scores that `scan` has looked at."""
    more = gate[first] * known[0] + gate[first + 1] * known[1]
    return more + gate[first + 2] * known[2] + gate[first + 3] * known[3]


@kernel
def gate_several(session: Session, network: Network, look: Look) -> None:
    """`gate_scores` where gists may take several slots."""
    header, tags, fixed = session.header, session.tags, session.fixed
    told, gates, known, gate = look.told, look.gates, look.known, network.gate
    of_told = gate[0]
    of_seen = gate[1] + gate[2] + gate[3]
    for slot in range(header[SLOTS]):
        if gates[slot] > LOWEST:
            units = header[UNITS + tags[slot]]
            if units == 1:
                gates[slot] += of_told * shortened(told[slot]) + of_seen * shortened(fixed[slot])
            else:
                scan(fixed, told, known, slot, units)
                gates[slot] += gate_known(gate, 0, known)


@kernel
def gate_families(session: Session, network: Network, look: Look, families: int) -> None:
    """Write what the gates make of the collapses of the first ``families`` families."""
    header, family_slot, family_node = session.header, session.family_slot, session.family_node
    fixed, told, known = session.fixed, look.told, look.known
    gates, gate, base = look.gates, network.gate, look.base
    first = CHEAP + 1
    span = header[SPAN]
    cursor = header[CURSOR_TOKEN] // span
    ceiling = (header[CURSOR_TOKEN] + span - 1) // span
    for family in range(families):
        node = family_node[family]
        level = node % LEVELS
        scan(fixed, told, known, family_slot[family], header[WIDTH + level])
        start = quotient(node // LEVELS, span)
        behind = start + base[SIDES * LEVELS + level]
        of_place = placed(gate, first, cursor, ceiling, start, behind)
        gates[family] = base[LEVELS + level] + of_place + gate_known(gate, first, known)


# SHORTLISTS


@kernel
def survey_gates(gates: Ints, count: int, peaks: Table) -> None:
    """Write the highest of each `GATES` of ``count`` gates to ``peaks``."""
    whole = count // GATES
    for chunk in range(whole):
        first = chunk * GATES
        peak: Any = np.int32(LOWEST)
        for i in range(GATES):
            peak = max(peak, gates[first + i])
        peaks[chunk] = int(peak)
    peaks[whole] = LOWEST
    for at in range(whole * GATES, count):
        peaks[whole] = max(peaks[whole], int(gates[at]))


@kernel
def least_gate(look: Look, count: int, room: int) -> int:
    """A gate that at least ``room`` of ``count`` have, or more; above `LOWEST` in any case."""
    chunks = (count + GATES - 1) // GATES
    if room >= chunks:
        return LOWEST + 1
    size = 0
    for chunk in range(chunks):
        size = offer(look.keys, look.notes, size, room, key_of(look.gate_peaks[chunk], chunk), chunk)
    return max(LOWEST + 1, rank_of(look.keys[0]))


@kernel
def shortlist(session: Session, look: Look, side: int, count: int, room: int) -> None:
    """List the best ``room`` items of a kind, of ``count`` gates, but for what the cooldown forbids (POL-3).

    That is no more than the ledger has entries; so many more are looked at.
    """
    header, tags, ledger_action = session.header, session.tags, session.ledger_action
    gates, peaks, keys, notes = look.gates, look.gate_peaks, look.keys, look.notes
    resting = count_collapses(header, ledger_action)
    if side == COLLAPSE:
        resting = header[LEDGER_TO] - header[LEDGER_FROM] - resting
    bar = least_gate(look, count, room + resting)
    size = 0
    for chunk in range((count + GATES - 1) // GATES):
        if peaks[chunk] < bar:
            continue
        for at in range(chunk * GATES, min(count, (chunk + 1) * GATES)):
            if gates[at] < bar:
                continue
            place = at
            node = 0
            note = at
            if side == EXPAND:
                node = node_of(tags[at], look.starts[at] * header[SPAN])
                note = node
            else:
                place = session.family_slot[at]
                node = session.family_node[at]
            if not is_barred(header, ledger_action, node * 2 + 1 - side):
                size = offer(keys, notes, size, room, key_of(int(gates[at]), place), note)
                if size == room:
                    bar = rank_of(keys[0]) + 1  # an equal gate is no better, for the place is later
    sort_best_first(keys, notes, size)
    look.sizes[side] = size
    for i in range(size):
        look.listed[side * LOOK + i] = keys[i]
        look.marks[side * LOOK + i] = notes[i]


@kernel
def list_items(session: Session, network: Network, look: Look) -> None:
    """List the items that are looked at closely, of either kind (POL-1, POL-3)."""
    header, room = session.header, network.sizes[SHORTLIST]
    lay_bases(session, network, look)
    gate_places(session, network, look)
    if header[MULTI_SLOT] == 0:
        gate_scores(session, network, look)
    else:
        gate_several(session, network, look)
    if len(session.no_expand) > 0:
        rule_out(session, look.gates)
    survey_gates(look.gates, header[SLOTS], look.gate_peaks)
    shortlist(session, look, EXPAND, header[SLOTS], room)
    families = header[FAMILIES]
    while families > 0 and end_of(header, session.family_node[families - 1]) > header[END] - header[PROTECTED]:
        families -= 1
    gate_families(session, network, look, families)
    survey_gates(look.gates, families, look.gate_peaks)
    shortlist(session, look, COLLAPSE, families, room)


# PREFERENCES


@kernel
def activate(sums: Table, at: int, width: int, shift: int) -> None:
    """Make activations of ``width`` sums."""
    first = at & NOT_NEGATIVE
    for i in range(width):
        sums[first + i] = max(0, min(sums[first + i] >> shift, CLIP))


@kernel
def encode_items(network: Network, look: Look, side: int) -> None:
    """Write the activations of the items of a kind, each for itself (POL-4).

    The loops stand one in another, as a call copies seven words of each table.
    """
    width, encode, inputs, activations = network.sizes[HIDDEN], network.encode, look.inputs, look.activations
    weights = side * (KNOWN_OF_ITEM + 1) * width
    for item in range(look.sizes[side]):
        to = ((side * LOOK + item) * width) & NOT_NEGATIVE
        source = (weights + KNOWN_OF_ITEM * width) & NOT_NEGATIVE
        for i in range(width):
            activations[to + i] = encode[source + i]
        for one in range(KNOWN_OF_ITEM):
            factor = inputs[(side * LOOK + item) * KNOWN_OF_ITEM + one]
            source = (weights + one * width) & NOT_NEGATIVE
            for i in range(width):
                activations[to + i] += encode[source + i] * factor
        activate(activations, to, width, network.sizes[ENCODE_SHIFT])


@kernel
def pool(network: Network, look: Look, side: int) -> None:
    """Write the floors of the means of the activations of a kind, and their maxima (POL-4)."""
    width, size, context = network.sizes[HIDDEN], look.sizes[side], look.context
    first = side * LOOK * width
    mean = 2 * side * width
    for i in range(2 * width):
        context[mean + i] = 0
    for item in range(size):
        for i in range(width):
            context[mean + i] += look.activations[first + item * width + i]
            context[mean + width + i] = max(context[mean + width + i], look.activations[first + item * width + i])
    for i in range(width):
        context[mean + i] = context[mean + i] // max(1, size)


@kernel
def sum_context(network: Network, look: Look, side: int) -> None:
    """Write what ``mix`` makes of the context, which is the same for all items of a kind."""
    width, context, sums, mix = network.sizes[HIDDEN], look.context, look.sums, network.mix
    weights = side * (5 * width + 1) * width
    source = (weights + 5 * width * width) & NOT_NEGATIVE
    for i in range(width):
        sums[i] = mix[source + i]
    for one in range(4 * width):
        factor = context[one]
        source = (weights + (width + one) * width) & NOT_NEGATIVE
        for i in range(width):
            sums[i] += mix[source + i] * factor


@kernel
def mix_items(network: Network, look: Look, side: int) -> None:
    """Write the worth of the items of a kind, each among the others (POL-4)."""
    width, sums, mixed, activations = network.sizes[HIDDEN], look.sums, look.mixed, look.activations
    mix, prefer = network.mix, network.prefer
    weights = side * (5 * width + 1) * width
    last = side * (width + 1)
    sum_context(network, look, side)
    for item in range(look.sizes[side]):
        own = (side * LOOK + item) * width
        for i in range(width):
            mixed[i] = sums[i]
        for one in range(width):
            factor = activations[own + one]
            source = (weights + one * width) & NOT_NEGATIVE
            for i in range(width):
                mixed[i] += mix[source + i] * factor
        activate(mixed, 0, width, network.sizes[MIX_SHIFT])
        worth = prefer[last + width]
        for i in range(width):
            worth += prefer[last + i] * mixed[i]
        look.values[side * LOOK + item] = worth


@kernel
def is_enough(network: Network, look: Look, side: int, at: int) -> bool:
    """Whether an item is worth enough to be shown, or to stay."""
    return look.values[at] >= (network.sizes[SHOW] if side == EXPAND else network.sizes[LEAVE])


@kernel
def rank_items(network: Network, look: Look) -> int:
    """Rank the items on both shortlists in ``keys`` and ``notes``, best first; return how many there are (POL-8)."""
    size = 0
    for side in range(SIDES):
        for item in range(look.sizes[side]):
            at = side * LOOK + item
            rank = look.values[at] + (network.sizes[STAY] if side == COLLAPSE else 0)
            rise(look.keys, look.notes, size, key_of(rank, at), at)
            size += 1
    sort_best_first(look.keys, look.notes, size)
    return size


@kernel
def plan(session: Session, network: Network, look: Look) -> None:
    """Make preferences of worths: as far as there is room for what is worth most, and little else moves (POL-8)."""
    header, values, notes, show = session.header, look.values, look.notes, network.sizes[SHOW]
    size = rank_items(network, look)
    free = header[W_MAX] - header[SLOTS]
    lacking = -free
    for item in range(look.sizes[COLLAPSE]):
        free += delta_at(header, item_node(session, look, COLLAPSE, item) % LEVELS)
    stays = 0
    for i in range(size):
        at = notes[i]
        side = at // LOOK
        cost = delta_at(header, item_node(session, look, side, at % LOOK) % LEVELS)
        shown = is_enough(network, look, side, at) and cost <= free
        if shown:
            free -= cost
        if side == EXPAND:
            lacking += cost if shown else 0
            values[at] = max(1, min(values[at] - show + 1, LIMIT - 1)) if shown else 0
        elif shown:
            values[at] = 0
        else:
            notes[stays] = at  # what may go, for none of these has been passed yet
            stays += 1
    for i in range(stays):
        at = notes[stays - 1 - i]
        cost = delta_at(header, item_node(session, look, COLLAPSE, at % LOOK) % LEVELS)
        values[at] = max(1, min(show - values[at], LIMIT - 1)) if lacking > 0 else 0
        lacking -= cost if lacking > 0 else 0


@kernel
def infer(session: Session, network: Network, look: Look) -> None:
    """Write the preference of each item on the shortlists (POL-4)."""
    for side in range(SIDES):
        for item in range(look.sizes[side]):
            describe(session, look, side, item)
        encode_items(network, look, side)
        pool(network, look, side)
    for side in range(SIDES):
        mix_items(network, look, side)
    if network.sizes[HAS_PLAN] > 0:
        plan(session, network, look)


@kernel
def hand_on(session: Session, work: Work, look: Look) -> None:
    """Write what expands are worth by slot, and what collapses are as wishes of their families (POL-5).

    Both tables are 0 elsewhere.
    """
    header, peaks = session.header, work.peaks
    for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK):
        peaks[chunk] = LOWEST
    for item in range(look.sizes[EXPAND]):
        place = place_of(look.listed[item])
        work.worth[place] = look.values[item]
        peaks[place // CHUNK] = max(peaks[place // CHUNK], look.values[item])
    for item in range(look.sizes[COLLAPSE]):
        family = look.marks[LOOK + item]
        members = header[FANOUT + session.family_node[family] % LEVELS]
        work.wishes[family] = look.values[LOOK + item] * members


@kernel
def take_off(work: Work, look: Look) -> None:
    """Set what `hand_on` wrote back to 0."""
    for item in range(look.sizes[EXPAND]):
        work.worth[place_of(look.listed[item])] = 0
    for item in range(look.sizes[COLLAPSE]):
        work.wishes[look.marks[LOOK + item]] = 0
