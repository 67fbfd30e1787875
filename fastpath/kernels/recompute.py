"""The optimum where what is computed anew has a weight: a search for each action that may be the oldest (MUL-1).

What is computed anew reaches from the oldest action to the end. That its slots become more or fewer each action answers
for, see `search`; so what is left depends on the oldest alone, and a *suffix* of the context has a best choice that a
search finds as without the weight. It is counted as if it changed the suffix from its first slot on, so it is worth at
least that, and the suffix that begins with the oldest action of the optimum finds the optimum, which is preferred there
and to all that others find.

Few suffixes are searched:

1. The best choice of the whole context is that of each suffix that holds it, and best for the shortest of them.
2. The others have a bound: what so many of their best expands and collapses as fit gain together, or what the best of
   both gain after paying for their slots, at the price that the first search found. The suffix of the greatest bound is
   searched next, until none has a bound as great as the worth of a choice already known.
3. Where it begins with a candidate that could be exchanged for one further on, a suffix is passed over: as many
   actions, as many slots, as useful, and less is computed anew. So it is if `N_DIFF` of its class that are no worse lie
   further on, expands in a family each: every other action of a choice is in the way of one at most.

All sums fit 64 bits: as in `search`, but for what the slots of the context cost, which is less than 2**57.
Theorem recompute-is-exact compares these kernels with the reference.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.hierarchy import copy_region, move_choice
from focalloc.fastpath.kernels.knapsack import (
    first_changed,
    is_called_for,
    keep_preferred,
    merit_of,
    net_of,
    optimum,
    pool_collapses,
    put_in_order,
    room_in,
    threshold_in,
)
from focalloc.fastpath.kernels.layout import (
    ALLOWANCE,
    ALLOWED,
    APART,
    AT_PRICE,
    ATTEMPTS,
    BOUND,
    CHUNK,
    CHURN,
    CLASSES,
    COLLAPSE,
    CURSOR,
    DELTA_LIST,
    DELTAS,
    END,
    EXPAND,
    FAMILIES,
    FAMILY,
    FIRST,
    HEADER,
    HIGHEST_BOUND,
    LEVELS,
    LISTED,
    N_DIFF,
    NOT_FOUND,
    OF_COLLAPSES,
    OF_EXPANDS,
    OUT_OF_SPACE,
    PRICE,
    PRICED,
    PROTECTED,
    RECOMPUTE,
    REGION,
    ROOM,
    SLOT,
    SLOTS,
    SPAN,
    START,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOGETHER,
    TOKEN,
    TOP,
    UNBOUNDED,
    WEIGHT,
    WIDTH,
    Candidate,
    Ints,
    Regions,
    Session,
    Starts,
    Work,
)
from focalloc.fastpath.kernels.ledger import is_barred
from focalloc.fastpath.kernels.packing import node_of
from focalloc.fastpath.kernels.places import delta_at, end_of, families_before, nearness, token_at
from focalloc.fastpath.kernels.scores import survey, total
from focalloc.fastpath.machine_code import kernel

# A SUFFIX


@kernel
def search_from(session: Session, work: Work, regions: Regions, place: int, threshold: int, room: int) -> int:
    """Choose of the candidates that begin at slot ``place`` or later; write the choice as the other one.

    Returns:
        How many are chosen, `NOT_FOUND`, or `OUT_OF_SPACE`.
    """
    header, table, region = session.header, regions.table, regions.region
    family = families_before(header, session.family_slot, 0, place)
    table[TOKEN] = token_at(session, 0, header[FIRST], place)
    table[SLOT] = place
    table[FAMILY] = family
    table[REGION + SLOT] = header[SLOTS]
    table[REGION + FAMILY] = header[FAMILIES]
    copy_region(session, work, regions, 0)
    survey(region.header, region.tags, work.worth, work.peaks)
    work.header[APART] = 0
    pool_collapses(region, work)
    size = optimum(region, work, threshold, room, work.other, work.other_notes)
    move_choice(size, work.other, work.other_notes, place, family)
    return size


# BOUNDS


@kernel
def is_led(starts: Starts, stretch: int, room: int, value: int) -> bool:
    """Whether ``room`` values of a stretch are no less than ``value``."""
    return starts.sizes[stretch] == room and starts.leading[stretch * room + room - 1] >= value


@kernel
def class_of(query: Ints, delta: int) -> int:
    """The stretch of ranks of candidates that add ``delta`` slots."""
    kind = 0
    while query[DELTA_LIST + kind] != max(delta, -delta):
        kind += 1
    return CLASSES + (kind if delta < 0 else query[DELTAS] + kind)


@kernel
def bar_of(session: Session, work: Work, starts: Starts) -> int:
    """A rank up to which no expand, whatever its class, is better than all that lead."""
    room, least = session.header[N_DIFF], HIGHEST_BOUND
    for kind in range(work.header[DELTAS]):
        stretch = CLASSES + work.header[DELTAS] + kind
        if starts.sizes[stretch] < room:
            return session.header[TAU_EXPAND]
        least = min(least, starts.leading[stretch * room + room - 1])
    return max(least, session.header[TAU_EXPAND])


@kernel
def lead(starts: Starts, stretch: int, room: int, value: int) -> None:
    """Put ``value`` among the best ``room`` of a stretch, greatest first."""
    sizes, leading = starts.sizes, starts.leading
    first = stretch * room
    if sizes[stretch] < room:
        sizes[stretch] += 1
    at = first + sizes[stretch] - 1
    while at > first and leading[at - 1] < value:
        leading[at] = leading[at - 1]
        at -= 1
    leading[at] = value


@kernel
def lead_gain(starts: Starts, room: int, delta: int, gain: int) -> None:
    """Put what a candidate gains among the best of its kind, and of collapses write what so many gain together."""
    sizes, leading = starts.sizes, starts.leading
    if delta > 0:
        if not is_led(starts, OF_EXPANDS, room, gain):
            lead(starts, OF_EXPANDS, room, gain)
    elif not is_led(starts, OF_COLLAPSES, room, gain):
        lead(starts, OF_COLLAPSES, room, gain)
        whole = 0
        for i in range(sizes[OF_COLLAPSES]):
            whole = max(-HIGHEST_BOUND, min(whole + leading[OF_COLLAPSES * room + i], HIGHEST_BOUND))
            leading[TOGETHER * room + i] = whole


@kernel
def bound_at_price(query: Ints, starts: Starts, room: int) -> int:
    """What the best candidates so far gain after paying for their slots, and all slots within the room come to."""
    whole = 0
    for i in range(starts.sizes[AT_PRICE]):
        whole = min(whole + max(0, starts.leading[AT_PRICE * room + i]), HIGHEST_BOUND)
    return whole + query[ALLOWED]


@kernel
def bound_by_counts(query: Ints, starts: Starts, room: int) -> int:
    """What the best candidates so far can gain, whichever exclude each other, if each expand adds as little, and each
    collapse frees as much, as any; for some number of expands that fits with as many collapses as it takes.

    Where all deltas are one and no target binds, that is the worth of a choice.
    """
    leading, sizes = starts.leading, starts.sizes
    least = query[DELTA_LIST]
    most = query[DELTA_LIST + query[DELTAS] - 1]
    useful = 0
    while useful < sizes[OF_COLLAPSES] and leading[OF_COLLAPSES * room + useful] > 0:
        useful += 1
    bound = -HIGHEST_BOUND
    gained = 0
    for expands in range(sizes[OF_EXPANDS] + 1):
        if expands > 0:
            gained = min(gained + leading[OF_EXPANDS * room + expands - 1], HIGHEST_BOUND)
        needed = max(0, -((query[ROOM] - expands * least) // most))
        possible = min(room - expands, sizes[OF_COLLAPSES])
        if needed > possible or (expands > 0 and leading[OF_EXPANDS * room + expands - 1] <= 0):
            break
        collapses = max(needed, min(possible, useful))
        more = leading[TOGETHER * room + collapses - 1] if collapses > 0 else 0
        bound = max(bound, gained + more)
    return bound


@kernel
def enlist(session: Session, work: Work, starts: Starts, one: Candidate, least: int) -> None:
    """Take a candidate, older than all before, into the bounds, and list its place if a choice may be worth ``least``.

    Nothing is to be done if so many of its class are no worse that one of them could take its place.
    """
    query, room, delta = work.header, session.header[N_DIFF], one.delta
    stretch = class_of(query, delta)
    if is_led(starts, stretch, room, one.rank):
        return
    if one.family < 0 or starts.families[stretch] != one.family:
        lead(starts, stretch, room, one.rank)
        starts.families[stretch] = one.family
    gain = one.rank - query[CHURN] + (query[WEIGHT] - query[RECOMPUTE]) * delta
    lead_gain(starts, room, delta, gain)
    if not is_led(starts, AT_PRICE, room, gain - query[PRICED] * delta):
        lead(starts, AT_PRICE, room, gain - query[PRICED] * delta)
    bound = min(bound_by_counts(query, starts, room), bound_at_price(query, starts, room))
    bound -= query[RECOMPUTE] * (session.header[SLOTS] - one.place)
    if bound >= least:
        listed = query[LISTED]
        if listed > 0 and starts.table[(listed - 1) * START + SLOT] == one.place:
            listed -= 1
        starts.table[listed * START + SLOT] = one.place
        starts.table[listed * START + BOUND] = bound
        query[LISTED] = listed + 1


@kernel
def enlist_collapse(session: Session, work: Work, starts: Starts, family: int, least: int) -> None:
    """`enlist` the collapse of a family, if it is a candidate (THR-1, TAI-1, COO-1)."""
    header, node, place = session.header, session.family_node[family], session.family_slot[family]
    level = node % LEVELS
    slots, end = header[WIDTH + level], end_of(header, node)
    score = total(session.fixed, place, slots)
    if score >= -header[TAU_COLLAPSE] * slots or end > header[END] - header[PROTECTED]:
        return
    if not is_barred(header, session.ledger_action, node * 2 + EXPAND):
        rank = nearness(header, work.header[CURSOR], node) - score // slots
        enlist(session, work, starts, Candidate(place, rank, -delta_at(header, level), -1), least)


@kernel
def enlist_expand(session: Session, work: Work, starts: Starts, slot: int, least: int) -> None:
    """`enlist` the expand of a gist that the threshold allows, if it is a candidate (COO-1, SOF-1)."""
    header, level, rank = session.header, session.tags[slot], starts.worth[slot]
    delta = delta_at(header, level)
    if is_led(starts, class_of(work.header, delta), header[N_DIFF], rank):
        return  # before tokens are counted
    token = token_at(session, 0, header[FIRST], slot)
    node = node_of(level, token)
    if rank - nearness(header, work.header[CURSOR], node) <= starts.threshold:
        return
    if not is_barred(header, session.ledger_action, node * 2 + COLLAPSE):
        family = -1
        if level < header[TOP]:
            family = node_of(level + 1, token - token % header[SPAN + level + 1])
        enlist(session, work, starts, Candidate(slot, rank, delta, family), least)


@kernel
def list_starts(session: Session, work: Work, starts: Starts, first: int, least: int) -> int:
    """List the places behind ``first`` from which a choice may be worth ``least``, youngest first; return how many."""
    header, tags, worth, families = session.header, session.tags, starts.worth, session.family_slot
    work.header[LISTED] = 0
    for stretch in range(CLASSES + 2 * work.header[DELTAS]):
        starts.sizes[stretch] = 0
        starts.families[stretch] = -1
    survey(header, tags, worth, work.peaks)
    family = header[FAMILIES] - 1
    for back in range(header[SLOTS] // CHUNK + 1):
        chunk = header[SLOTS] // CHUNK - back
        begin = max(first + 1, chunk * CHUNK)
        behind = min(header[SLOTS], (chunk + 1) * CHUNK)
        bar = bar_of(session, work, starts)
        if begin < behind and work.peaks[chunk] > bar and starts.threshold < UNBOUNDED:
            for slot in range(behind - 1, begin - 1, -1):
                if worth[slot] > bar and tags[slot] >= 1:
                    enlist_expand(session, work, starts, slot, least)
                if family >= 0 and families[family] == slot:
                    enlist_collapse(session, work, starts, family, least)
                    family -= 1
        while family >= 0 and families[family] >= begin:
            enlist_collapse(session, work, starts, family, least)
            family -= 1
        if begin == first + 1:
            break
    return work.header[LISTED]


# SELECTION


@kernel
def worth_so_far(session: Session, work: Work, done: int) -> int:
    """What the ``done`` chosen are worth, but for a constant; less than any choice is if there are none."""
    return merit_of(session, work, done, work.chosen, net_of(session, done, work.chosen, work.chosen_notes))


@kernel
def greatest(starts: Starts, size: int) -> int:
    """Which of the listed places has the greatest bound."""
    best = 0
    for i in range(1, size):
        if starts.table[i * START + BOUND] > starts.table[best * START + BOUND]:
            best = i
    return best


@kernel
def drop(starts: Starts, size: int, first: int, last: int) -> int:
    """Strike the places from ``first`` to ``last`` off the list; return how many are left."""
    left = 0
    for i in range(size):
        place = starts.table[i * START + SLOT]
        if place < first or place > last:
            starts.table[left * START + SLOT] = place
            starts.table[left * START + BOUND] = starts.table[i * START + BOUND]
            left += 1
    return left


@kernel
def search_suffixes(session: Session, work: Work, regions: Regions, starts: Starts, room: int, done: int) -> int:
    """Keep the preferred of the ``done`` chosen and of all choices that add at most ``room`` slots.

    Returns:
        How many are chosen then, `NOT_FOUND`, or `OUT_OF_SPACE`.
    """
    query, slots = work.header, session.header[SLOTS]
    if room >= 0:
        done = keep_preferred(session, work, 0, done)
    # THE WHOLE CONTEXT
    query[PRICE] = 0
    query[ALLOWANCE] = 0
    size = search_from(session, work, regions, 0, starts.threshold, room)
    if size < 0:
        return OUT_OF_SPACE if size == OUT_OF_SPACE else done
    done = keep_preferred(session, work, size, done)
    query[PRICED] = query[PRICE]
    query[ALLOWED] = query[ALLOWANCE]
    # SUFFIXES, none of which is without a choice if room is not for this one
    first = first_changed(size, work.other, slots)
    left = list_starts(session, work, starts, first, worth_so_far(session, work, done))
    while left > 0:
        at = greatest(starts, left) * START
        place = starts.table[at + SLOT]
        if starts.table[at + BOUND] < worth_so_far(session, work, done):
            break
        size = search_from(session, work, regions, place, starts.threshold, room)
        if size == OUT_OF_SPACE:
            return OUT_OF_SPACE
        done = keep_preferred(session, work, size, done)
        left = drop(starts, left, place, first_changed(size, work.other, slots))
    return done


@kernel
def select_by_oldest(session: Session, work: Work, regions: Regions, starts: Starts) -> int:
    """`select_optimum` where what is computed anew has a weight."""
    header = session.header
    for i in range(HEADER):
        regions.region.header[i] = header[i]
    if header[N_DIFF] == 0:
        return 0
    done = NOT_FOUND
    for attempt in range(ATTEMPTS):
        if is_called_for(header, attempt, done):
            threshold = threshold_in(header, attempt)
            asked = Starts(starts.table, starts.leading, starts.sizes, starts.families, regions.worth, threshold)
            done = search_suffixes(session, work, regions, asked, room_in(header, attempt), done)
            if done == OUT_OF_SPACE:
                return OUT_OF_SPACE
    if work.header[CURSOR] > 0:
        put_in_order(session, work, done)
    return max(0, done)  # the last attempt finds at least that nothing acts
