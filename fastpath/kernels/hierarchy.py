"""Hierarchical planning as plain loops: shares of the regions, then the exact search inside each (HIE-1 to HIE-3).

By price, the best `N_DIFF` of each class are enough to find what claims: within a class, which is of one delta, the
price does not change the order. So what claims is so many of the first of each run.

A region is searched as a session of its own: its blocks and families are copied to the front of tables that are as
large as the context's, beside a header with its share as cap and budget.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.best_few import rise, sort_best_first
from focalloc.fastpath.kernels.knapsack import lay_out, net_of, optimum, pool_collapses
from focalloc.fastpath.kernels.layout import (
    APART,
    BEGIN,
    CAP,
    CAPACITY,
    COLLAPSE,
    DELTA,
    DEMAND,
    END,
    EXPAND,
    FAMILIES,
    FAMILY,
    FIRST,
    HEADER,
    LEVELS,
    LIMIT,
    LOWEST,
    MASS,
    N_DIFF,
    OUT_OF_SPACE,
    PROTECTED,
    REGION,
    RUN,
    RUNS,
    SIZE,
    SLOT,
    SLOTS,
    SPAN,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOKEN,
    TOP,
    UNBOUNDED,
    W_SOFT,
    WIDTH,
    Claims,
    Ints,
    Regions,
    Search,
    Session,
    Table,
    Work,
    Worths,
)
from focalloc.fastpath.kernels.ledger import is_barred
from focalloc.fastpath.kernels.packing import node_of, rank_of
from focalloc.fastpath.kernels.places import end_of, families_before, slot_holding
from focalloc.fastpath.kernels.scores import survey, total
from focalloc.fastpath.machine_code import kernel


@kernel
def share(whole: int, part: int, total: int) -> int:
    """``whole * part // total`` for ``part <= total < 2**58``, without a product that overflows; 0 of nothing."""
    if total == 0:
        return 0
    quotient = 0
    rest = 0
    bit = 1
    while bit <= whole // 2:
        bit *= 2
    while bit > 0:
        quotient *= 2
        rest *= 2
        if whole // bit % 2 == 1:
            rest += part
        while rest >= total:
            rest -= total
            quotient += 1
        bit //= 2
    return quotient


@kernel
def list_regions(session: Session, worth: Ints, regions: Table) -> int:
    """Write the regions of the context, oldest first, and behind the last where the next would begin; return how many.

    In a context over its soft budget expands have no mass.
    """
    header, tags, fixed = session.header, session.tags, session.fixed
    family_slot, family_node, ledger_action = session.family_slot, session.family_node, session.ledger_action
    span = header[SPAN + header[TOP]]
    token = header[FIRST]
    size = 0
    family = 0
    last_end = header[END] - header[PROTECTED]
    for slot in range(header[SLOTS]):
        tag = tags[slot]
        if tag >= 0:
            if size == 0 or token % span == 0:
                at = size * REGION
                while family < header[FAMILIES] and family_slot[family] < slot:
                    family += 1
                regions[at + TOKEN] = token
                regions[at + SLOT] = slot
                regions[at + FAMILY] = family
                regions[at + MASS] = 0
                regions[at + DEMAND] = 0
                size += 1
            at = (size - 1) * REGION
            wanted = tag >= 1 and worth[slot] > header[TAU_EXPAND] and header[SLOTS] <= header[W_SOFT]
            if wanted and not is_barred(header, ledger_action, node_of(tag, token) * 2 + COLLAPSE):
                regions[at + MASS] += worth[slot]
                regions[at + DEMAND] += worth[slot]
            token += header[SPAN + tag]
    regions[size * REGION + SLOT] = header[SLOTS]
    regions[size * REGION + FAMILY] = header[FAMILIES]
    for r in range(size):
        at = r * REGION
        for f in range(regions[at + FAMILY], regions[at + REGION + FAMILY]):
            node = family_node[f]
            slots = header[WIDTH + node % LEVELS]
            aggregate = total(fixed, family_slot[f], slots) // slots
            wanted = aggregate < -header[TAU_COLLAPSE] and end_of(header, node) <= last_end
            if wanted and not is_barred(header, ledger_action, node * 2 + EXPAND):
                regions[at + MASS] -= aggregate
    return size


@kernel
def copy_region(session: Session, work: Work, regions: Regions, at: int) -> None:
    """Copy the region that stands at ``at`` in the table to tables of its own, where it begins at slot 0."""
    region, table = regions.region, regions.table
    first = table[at + SLOT]
    slots = table[at + REGION + SLOT] - first
    for i in range(slots):
        region.tags[i] = session.tags[first + i]
        region.fixed[i] = session.fixed[first + i]
        work.worth[i] = regions.worth[first + i]
    family = table[at + FAMILY]
    families = table[at + REGION + FAMILY] - family
    for i in range(families):
        region.family_slot[i] = session.family_slot[family + i] - first
        region.family_node[i] = session.family_node[family + i]
    region.header[SLOTS] = slots
    region.header[FIRST] = table[at + TOKEN]
    region.header[FAMILIES] = families


# BY PRICE


@kernel
def claim(work: Search, cap: int, price: int) -> int:
    """Let at most ``cap`` candidates claim at a price per slot, the best of each run first.

    `Search.heads` has how many of each run do. Runs lie by ascending delta, as ties go.

    Returns:
        Slots that they add together.
    """
    runs, heads = work.runs, work.heads
    net = 0
    for r in range(work.header[RUNS]):
        heads[r] = 0
    for _ in range(cap):
        best = 0
        chosen = -1
        for r in range(work.header[RUNS]):
            if heads[r] < runs[r * RUN + SIZE]:
                rank = rank_of(work.item_keys[runs[r * RUN + BEGIN] + heads[r]])
                if rank - price * runs[r * RUN + DELTA] > best:
                    best = rank - price * runs[r * RUN + DELTA]
                    chosen = r
        if chosen < 0:
            return net
        heads[chosen] += 1
        net += runs[chosen * RUN + DELTA]
    return net


@kernel
def claim_within(work: Search, cap: int, room: int) -> None:
    """Let candidates claim at the least price per slot at which they add at most ``room`` slots."""
    low = 0
    high = LIMIT if claim(work, cap, 0) > room else 0
    while low < high:
        price = (low + high) // 2
        if claim(work, cap, price) <= room:
            high = price
        else:
            low = price + 1
    claim(work, cap, low)


@kernel
def add_claims(session: Session, work: Search, claims: Claims) -> int:
    """Add up how many candidates claim in each region of the context, and how many slots they add; return how many
    regions there are."""
    header, family_node = session.header, session.family_node
    span = header[SPAN + header[TOP]]
    oldest = header[FIRST] // span
    size = (header[END] - 1) // span - oldest + 1
    for r in range(size):
        claims.actions[r] = 0
        claims.slots[r] = 0
    for r in range(work.header[RUNS]):
        delta = work.runs[r * RUN + DELTA]
        for i in range(work.heads[r]):
            token = work.item_notes[work.runs[r * RUN + BEGIN] + i]
            if delta < 0:
                token = family_node[token] // LEVELS
            claims.actions[token // span - oldest] += 1
            claims.slots[token // span - oldest] += delta
    return size


@kernel
def claim_in_context(session: Session, work: Work, claims: Claims, room: int) -> int:
    """Let candidates of the whole context claim at most ``room`` slots; add up what they do in each region.

    Returns:
        How many regions there are, or `OUT_OF_SPACE`.
    """
    header = session.header
    work.header[APART] = 0
    pool_collapses(session, work)
    items = lay_out(session, work, UNBOUNDED if header[SLOTS] > header[W_SOFT] else LOWEST)
    if items == OUT_OF_SPACE:
        return OUT_OF_SPACE
    claim_within(work.search, min(work.header[CAP], items), room)
    return add_claims(session, work.search, claims)


@kernel
def place_region(session: Session, table: Table, region: int) -> None:
    """Write where a region of the context begins, and where the next one would."""
    header = session.header
    span = header[SPAN + header[TOP]]
    token = (header[FIRST] // span + region) * span
    for at in range(0, 2 * REGION, REGION):
        slot = 0
        if token > header[FIRST]:
            slot = slot_holding(session, token) if token < header[END] else header[SLOTS]
        table[at + TOKEN] = max(token, header[FIRST])
        table[at + SLOT] = slot
        table[at + FAMILY] = families_before(header, session.family_slot, 0, slot)
        token += span


# INSIDE A REGION


@kernel
def move_choice(size: int, turns: Table, notes: Table, slot: int, family: int) -> None:
    """Move a choice, of a region that begins with a slot and a family of its context, there."""
    for i in range(size):
        turns[i] -= slot  # places grow with slots and keys fall with places
        if turns[i] >= UNBOUNDED:
            notes[i] += family


@kernel
def search_region(session: Session, work: Work, regions: Regions, at: int, most: int, room: int) -> int:
    """Choose at most ``most`` actions of one region that add at most ``room`` slots; write them as of the context.

    Args:
        session: the session.
        work: the search, for tables as large as the region's.
        regions: the regions.
        at: where the region stands in their table.
        most: a number of actions.
        room: a number of slots.

    Returns:
        How many are chosen, `NOT_FOUND`, or `OUT_OF_SPACE`.
    """
    region = regions.region
    copy_region(session, work, regions, at)
    region.header[N_DIFF] = most
    survey(region.header, region.tags, work.worth, work.peaks)
    work.header[APART] = 0
    pool_collapses(region, work)
    threshold = UNBOUNDED if session.header[SLOTS] > session.header[W_SOFT] else LOWEST
    size = optimum(region, work, threshold, room, work.chosen, work.chosen_notes)
    move_choice(size, work.chosen, work.chosen_notes, regions.table[at + SLOT], regions.table[at + FAMILY])
    return size


@kernel
def add_choice(work: Work, regions: Regions, done: int, count: int) -> None:
    """Add what is chosen of one region, ``count`` candidates, to the ``done`` of those before it."""
    for i in range(count):
        rise(regions.turns, regions.notes, done + i, work.chosen[i], work.chosen_notes[i])


@kernel
def with_worths(work: Work, worths: Worths) -> Work:
    """The search where expands are worth something else."""
    return Work(
        work.header,
        work.search,
        worths.worth,
        worths.peaks,
        work.pool_keys,
        work.pool_families,
        work.apart_keys,
        work.apart_families,
        work.chosen,
        work.chosen_notes,
        work.other,
        work.other_notes,
        work.wishes,
    )


@kernel
def beside_session(session: Session, work: Work, regions: Regions) -> Regions:
    """The regions, of which one shares with the session, and the search, what is not its own."""
    region = regions.region
    own = Session(
        region.header,
        region.tags,
        session.spare,
        region.fixed,
        work.peaks,
        session.actions,
        session.places,
        session.expand_keys,
        session.expand_tokens,
        session.collapse_keys,
        session.collapse_families,
        session.chunk_keys,
        session.chunk_notes,
        region.family_slot,
        region.family_node,
        session.spare_slot,
        session.spare_node,
        session.ledger_action,
        session.ledger_iteration,
        session.splices,
        session.no_collapse,
        session.no_expand,
        session.memory,
        session.told,
    )
    return Regions(own, regions.worth, regions.table, regions.turns, regions.notes)


@kernel
def select_by_price(session: Session, worths: Worths, work: Work, regions: Regions, claims: Claims) -> int:
    """As `select_by_region`, where each region may have what it claims, by what expands are worth in the context."""
    header = session.header
    if header[N_DIFF] == 0:
        return 0
    whole = with_worths(work, worths)
    own = beside_session(session, work, regions)
    # COARSE
    room = max(0, header[W_SOFT] - header[SLOTS])
    size = claim_in_context(session, whole, claims, room)
    if size == OUT_OF_SPACE:
        return OUT_OF_SPACE
    most_left = work.header[CAP]
    room_left = room
    for r in range(size):
        most_left -= claims.actions[r]
        room_left -= claims.slots[r]
    for i in range(HEADER):
        regions.region.header[i] = header[i]
    # FINE
    done = 0
    net = 0
    for r in range(size):
        if claims.actions[r] > 0 and done < header[N_DIFF]:
            most_left += claims.actions[r]
            room_left += claims.slots[r]
            place_region(session, regions.table, r)
            # no choice adds or frees more slots than there are
            left = max(-header[CAPACITY], min(header[CAPACITY], room_left))
            count = search_region(session, work, own, 0, min(header[N_DIFF] - done, most_left), left)
            if count == OUT_OF_SPACE:
                return OUT_OF_SPACE
            if count > 0:
                gained = net_of(session, count, work.chosen, work.chosen_notes)
                most_left -= count
                room_left -= gained
                net += gained
                add_choice(work, regions, done, count)
                done += count
    sort_best_first(regions.turns, regions.notes, done)
    # each region frees what it claims to: the budget does not rest on that
    return done if net <= room else 0


@kernel
def select_by_region(session: Session, work: Work, regions: Regions) -> int:
    """Choose the actions of an iteration, in order of application; return how many, or `OUT_OF_SPACE`.

    Each region has its share of the cap and of the room, by the masses of those up to it (HIE-1 to HIE-3).
    """
    header, table = session.header, regions.table
    # COARSE
    size = list_regions(session, regions.worth, table)
    mass = 0
    demand = 0
    for r in range(size):
        mass += table[r * REGION + MASS]
        demand += table[r * REGION + DEMAND]
    room = max(0, header[W_SOFT] - header[SLOTS])
    for i in range(HEADER):
        regions.region.header[i] = header[i]
    # FINE
    done = 0
    net = 0
    mass_so_far = 0
    demand_so_far = 0
    for r in range(size):
        at = r * REGION
        mass_so_far += table[at + MASS]
        demand_so_far += table[at + DEMAND]
        most = min(header[N_DIFF], share(work.header[CAP], mass_so_far, mass)) - done
        if table[at + MASS] == 0 or most <= 0:
            continue
        # no choice frees more slots than there are
        left = min(header[CAPACITY], share(room, demand_so_far, demand) - net)
        count = search_region(session, work, regions, at, most, left)
        if count == OUT_OF_SPACE:
            return OUT_OF_SPACE
        if count > 0:
            net += net_of(session, count, work.chosen, work.chosen_notes)
            add_choice(work, regions, done, count)
            done += count
    sort_best_first(regions.turns, regions.notes, done)
    return done
