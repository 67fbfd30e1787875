"""The exact optimum as plain loops: a few candidates of each class, then an exact search among them (KNA-1 to KNA-5).

A *class* is all candidates of one kind and one delta, whatever their level. Without conflicts the best ``n_diff`` of
each class are enough: a better candidate can take the place of a worse one. A conflict is a collapse whose family has
a member with an expand of its own. It is looked at only once it occurs:

1. Search among the best ``n_diff`` of each class as if nothing excluded anything.
2. If the choice found holds a collapse and the expand of a member of its family, set that family apart: it becomes a
   pair of runs that exclude each other (see `search`), with the best ``n_diff`` expands of its members.
   Look for the best ``n_diff`` expands outside the families set apart, and search again.
3. Otherwise the choice is the optimum: it is the best of all choices, and it is one that keeps the rule.

Why ``n_diff`` is the right number at each search. Let the best choice hold candidate j and not i, of the same class and
better. Replacing j by i changes neither the number of actions nor the slots, and is preferred; so i must be excluded by
something chosen. Only families set apart exclude. For collapses: an expand excludes one collapse at most, so with a
expands and b collapses chosen at most a + b - 1 < ``n_diff`` collapses are better than j. For expands outside the
families set apart: nothing excludes them, so fewer than ``n_diff`` are better than j. For those inside one: what
excludes i excludes j as well, so fewer than ``n_diff`` of the same family are better than j.

Each search but the last sets a family apart, and there are at most ``n_diff`` collapses of each delta. So the searches
end after at most ``n_diff`` times the number of deltas.

Theorems better-takes-its-place, few-of-each-class-are-enough and searches-end say the same in formulas, the first two
of the number that is kept here.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.best_few import offer, rise, sort_best_first
from focalloc.fastpath.kernels.candidates import best_collapses, best_expands, worst_useful_chunk
from focalloc.fastpath.kernels.layout import (
    ACTIONS,
    ALIKE,
    APART,
    BEGIN,
    CHUNK,
    CHURN,
    COLLAPSE,
    COLLAPSE_FLOOR,
    CURSOR,
    DELTA,
    DELTA_LIST,
    DELTAS,
    END,
    EXPAND,
    EXPAND_FLOOR,
    FAMILIES,
    FANOUT,
    FIRST,
    ITEM_SPACE,
    LEVELS,
    LOWEST,
    MARK,
    N_DIFF,
    NOT_FOUND,
    OUT_OF_SPACE,
    PAIR_SPACE,
    PAIRS,
    PLACES,
    POOL_SIZES,
    PROTECTED,
    ROOM,
    RUN,
    RUNS,
    SIZE,
    SLOTS,
    SOFT_MARGIN,
    SPAN,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOP,
    TOP_K,
    UNBOUNDED,
    UNITS,
    W_MAX,
    W_SOFT,
    WEIGHT,
    WIDTH,
    Ints,
    Table,
)
from focalloc.fastpath.kernels.ledger import count_collapses, is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.fastpath.kernels.places import delta_at, end_of, is_marked, mark, token_at
from focalloc.fastpath.kernels.scores import total
from focalloc.fastpath.kernels.search import penalty, search
from focalloc.fastpath.machine_code import kernel


@kernel
def nearness(header: Ints, work: Ints, node_end: int) -> int:
    """What acting on a node that ends at ``node_end`` is worth for being near the cursor (MUL-1)."""
    return work[CURSOR] // (1 + (header[END] - node_end) // header[SPAN])


# CANDIDATES


@kernel
def best_collapses_of(
    header: Ints,
    work: Ints,
    fixed: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    delta: int,
    keys: Table,
    notes: Table,
) -> int:
    """Find the best `N_DIFF` collapses that refund ``delta`` slots, best first, with their family's number as note."""
    size = 0
    bar = header[TAU_COLLAPSE]
    last_end = header[END] - header[PROTECTED]
    alike = header[ALIKE] if work[DELTAS] == 1 else 0
    for family in range(header[FAMILIES]):
        slots = alike
        if slots == 0:
            if delta_at(header, family_node[family] % LEVELS) != delta:
                continue
            slots = header[WIDTH + family_node[family] % LEVELS]
        score = total(fixed, family_slot[family], slots)
        # floor(score / slots) < -bar, without a division; an equal rank is no better, for the place is later
        if score < -bar * slots:
            node = family_node[family]
            if end_of(header, node) > last_end:
                break
            if not is_barred(header, ledger_action, node * 2 + EXPAND):
                rank = nearness(header, work, end_of(header, node)) - score // slots
                size = offer(keys, notes, size, header[N_DIFF], key_of(rank, family_slot[family]), family)
                if size == header[N_DIFF]:
                    bar = max(bar, rank_of(keys[0]) - work[CURSOR])
    sort_best_first(keys, notes, size)
    return size


@kernel
def survey_of(header: Ints, tags: Ints, worth: Ints, delta: int, peaks: Table) -> None:
    """Write the highest aggregate per chunk of the gists that cost ``delta`` slots to expand to ``peaks``."""
    chunks = (header[SLOTS] + CHUNK - 1) // CHUNK
    for chunk in range(chunks):
        peaks[chunk] = LOWEST
    for level in range(1, header[TOP] + 1):
        if delta_at(header, level) == delta:
            for chunk in range(chunks):
                first = chunk * CHUNK
                peak = peaks[chunk]
                for i in range(min(CHUNK, header[SLOTS] - first)):
                    if tags[first + i] == level:
                        peak = max(peak, worth[first + i])
                peaks[chunk] = peak


@kernel
def best_expands_of(
    header: Ints,
    work: Ints,
    tags: Ints,
    worth: Ints,
    peaks: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    delta: int,
    threshold: int,
    spoilt: int,
    chunk_keys: Table,
    chunk_notes: Table,
    keys: Table,
    notes: Table,
) -> int:
    """Find the best `N_DIFF` unmarked expands that cost ``delta`` slots, best first, with their first token as note.

    They lie in the `N_DIFF` + ``spoilt`` chunks with the highest peaks, for the same reason as in greedy.

    Args:
        peaks: of the gists with that delta.
        threshold: expands of an aggregate up to this are left out.
        spoilt: at least the number of gists that must not be chosen but are worth more than some that may.
    """
    worst = worst_useful_chunk(header, peaks, header[N_DIFF] + spoilt, chunk_keys, chunk_notes)
    lowest_peak = rank_of(worst)
    size = 0
    bar = header[TAU_EXPAND]
    slot = 0
    token = header[FIRST]
    for chunk in range((header[SLOTS] + CHUNK - 1) // CHUNK):
        if peaks[chunk] >= lowest_peak and peaks[chunk] > bar and key_of(peaks[chunk], chunk) >= worst:
            first = chunk * CHUNK
            for i in range(min(CHUNK, header[SLOTS] - first)):
                at = first + i
                # an equal rank is no better, for the place is later
                if worth[at] > bar and tags[at] >= 1 and tags[at] < MARK and delta_at(header, tags[at]) == delta:
                    token = token_at(header, tags, family_slot, family_node, slot, token, at)
                    slot = at
                    node = node_of(tags[slot], token)
                    wanted = worth[slot] - nearness(header, work, end_of(header, node)) > threshold
                    if wanted and not is_barred(header, ledger_action, node * 2 + COLLAPSE):
                        size = offer(keys, notes, size, header[N_DIFF], key_of(worth[slot], slot), token)
                        if size == header[N_DIFF]:
                            bar = rank_of(keys[0])
    sort_best_first(keys, notes, size)
    return size


@kernel
def member_expands(
    header: Ints,
    work: Ints,
    worth: Ints,
    ledger_action: Ints,
    threshold: int,
    node: int,
    place: int,
    keys: Table,
    notes: Table,
) -> int:
    """Find the best `N_DIFF` expands of members of a family, best first, with their first token as note.

    Args:
        threshold: expands of an aggregate up to this are left out.
        node: the family's.
        place: where it begins.
    """
    size = 0
    level = node % LEVELS - 1
    for i in range(header[FANOUT + level + 1]):
        slot = place + i * header[UNITS + level]
        token = node // LEVELS + i * header[SPAN + level]
        barred = is_barred(header, ledger_action, node_of(level, token) * 2 + COLLAPSE)
        wanted = worth[slot] - nearness(header, work, token + header[SPAN + level]) > threshold
        if wanted and worth[slot] > header[TAU_EXPAND] and not barred:
            size = offer(keys, notes, size, header[N_DIFF], key_of(worth[slot], slot), token)
    sort_best_first(keys, notes, size)
    return size


@kernel
def prune(
    header: Ints,
    work: Table,
    tags: Ints,
    fixed: Ints,
    peaks: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    chunk_keys: Table,
    chunk_notes: Table,
    keys: Table,
    notes: Table,
) -> None:
    """Find the last of the first `TOP_K` candidates of each queue: what ranks below them may not act (HYB-1).

    Args:
        keys: work space for `TOP_K` keys and as many more as gists are resting.
        notes: work space for their notes.
    """
    room = work[TOP_K]
    bar = header[TAU_COLLAPSE]
    size = best_collapses(header, fixed, family_slot, family_node, ledger_action, bar, room, keys, notes)
    work[COLLAPSE_FLOOR] = keys[size - 1] if size == room else 0
    size = best_expands(
        header,
        tags,
        fixed,
        peaks,
        family_slot,
        family_node,
        ledger_action,
        UNBOUNDED,
        0,
        room,
        chunk_keys,
        chunk_notes,
        keys,
        notes,
    )
    work[EXPAND_FLOOR] = keys[size - 1] if size == room else 0


# RUNS


@kernel
def at_least(keys: Ints, size: int, floor: int) -> int:
    """How many of ``size`` keys, best first, are at least ``floor``."""
    while size > 0 and keys[size - 1] < floor:
        size -= 1
    return size


@kernel
def append_run(
    work: Table,
    runs: Table,
    item_keys: Table,
    item_notes: Table,
    items: int,
    delta: int,
    keys: Ints,
    notes: Ints,
    size: int,
) -> int:
    """Append a run of ``size`` candidates to the ``items`` there are; return how many there are now."""
    at = work[RUNS] * RUN
    runs[at + BEGIN] = items
    runs[at + SIZE] = size
    runs[at + DELTA] = delta
    for i in range(size):
        item_keys[items + i] = keys[i]
        item_notes[items + i] = notes[i]
    work[RUNS] += 1
    return items + size


@kernel
def mark_families(
    header: Ints, tags: Table, family_node: Ints, apart_keys: Ints, apart_families: Ints, apart: int, by: int
) -> int:
    """Raise the tags of the members of the families set apart; return how many members there are."""
    members = 0
    for x in range(apart):
        level = family_node[apart_families[x]] % LEVELS
        place = place_of(apart_keys[x])
        for i in range(header[FANOUT + level]):
            tags[place + i * header[UNITS + level - 1]] += by
        members += header[FANOUT + level]
    return members


@kernel
def is_apart(apart_families: Ints, apart: int, family: int) -> bool:
    """Whether ``family`` is set apart."""
    for x in range(apart):  # noqa: SIM110, kernels have no generators
        if apart_families[x] == family:
            return True
    return False


@kernel
def pool_collapses(
    header: Ints,
    work: Table,
    fixed: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    pool_keys: Table,
    pool_families: Table,
    keys: Table,
    notes: Table,
) -> None:
    """Put the best `N_DIFF` collapses of each delta into the pool."""
    if header[N_DIFF] == 0:
        return
    for d in range(work[DELTAS]):
        delta = work[DELTA_LIST + d]
        size = best_collapses_of(header, work, fixed, family_slot, family_node, ledger_action, delta, keys, notes)
        size = at_least(keys, size, work[COLLAPSE_FLOOR])
        fill_pool(header, work, d, keys, notes, size, pool_keys, pool_families)


@kernel
def fill_pool(
    header: Ints, work: Table, d: int, keys: Ints, notes: Ints, size: int, pool_keys: Table, pool_families: Table
) -> None:
    """Make ``size`` collapses, best first, the pool of the delta with number ``d``."""
    work[POOL_SIZES + d] = size
    for i in range(size):
        pool_keys[d * header[N_DIFF] + i] = keys[i]
        pool_families[d * header[N_DIFF] + i] = notes[i]


@kernel
def lay_out_pairs(
    header: Ints,
    work: Table,
    worth: Ints,
    family_node: Ints,
    ledger_action: Ints,
    threshold: int,
    apart_keys: Ints,
    apart_families: Ints,
    runs: Table,
    item_keys: Table,
    item_notes: Table,
    keys: Table,
    notes: Table,
) -> int:
    """Lay out a pair of runs for each family set apart; return how many candidates there are, or `OUT_OF_SPACE`."""
    items = 0
    for x in range(work[APART]):
        node = family_node[apart_families[x]]
        level = node % LEVELS
        if items + 1 + header[FANOUT + level] > work[ITEM_SPACE]:
            return OUT_OF_SPACE
        keys[0] = apart_keys[x]
        notes[0] = apart_families[x]
        refund = delta_at(header, level)
        items = append_run(work, runs, item_keys, item_notes, items, -refund, keys, notes, 1)
        place = place_of(apart_keys[x])
        size = member_expands(header, work, worth, ledger_action, threshold, node, place, keys, notes)
        size = at_least(keys, size, work[EXPAND_FLOOR])
        cost = delta_at(header, level - 1)
        items = append_run(work, runs, item_keys, item_notes, items, cost, keys, notes, size)
    return items


@kernel
def lay_out(
    header: Ints,
    work: Table,
    tags: Table,
    worth: Ints,
    peaks: Table,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    threshold: int,
    pool_keys: Ints,
    pool_families: Ints,
    apart_keys: Ints,
    apart_families: Ints,
    runs: Table,
    item_keys: Table,
    item_notes: Table,
    chunk_keys: Table,
    chunk_notes: Table,
    keys: Table,
    notes: Table,
) -> int:
    """Lay out the runs to search: a pair for each family set apart, then every class, by ascending delta.

    Args:
        threshold: expands of an aggregate up to this are left out; `UNBOUNDED` leaves out all.
        keys: work space for `N_DIFF` keys.
        notes: work space for their notes.

    Returns:
        How many candidates there are, or `OUT_OF_SPACE`.
    """
    work[RUNS] = 0
    work[PAIRS] = work[APART]
    items = lay_out_pairs(
        header,
        work,
        worth,
        family_node,
        ledger_action,
        threshold,
        apart_keys,
        apart_families,
        runs,
        item_keys,
        item_notes,
        keys,
        notes,
    )
    if items == OUT_OF_SPACE or items + 2 * work[DELTAS] * header[N_DIFF] > work[ITEM_SPACE]:
        return OUT_OF_SPACE

    # COLLAPSES, the largest refund first
    for i in range(work[DELTAS]):
        d = work[DELTAS] - 1 - i
        size = 0
        for at in range(d * header[N_DIFF], d * header[N_DIFF] + work[POOL_SIZES + d]):
            if not is_apart(apart_families, work[APART], pool_families[at]):
                keys[size] = pool_keys[at]
                notes[size] = pool_families[at]
                size += 1
        refund = work[DELTA_LIST + d]
        items = append_run(work, runs, item_keys, item_notes, items, -refund, keys, notes, size)

    # EXPANDS outside the families set apart
    spoilt = mark_families(header, tags, family_node, apart_keys, apart_families, work[APART], MARK)
    spoilt += count_collapses(header, ledger_action)
    if work[CURSOR] > 0 and threshold > LOWEST:
        spoilt += header[SLOTS]  # what is worth most need not be above the threshold
    for d in range(work[DELTAS]):
        delta = work[DELTA_LIST + d]
        size = 0
        if threshold < UNBOUNDED:
            if work[DELTAS] > 1:
                survey_of(header, tags, worth, delta, peaks)
            size = best_expands_of(
                header,
                work,
                tags,
                worth,
                peaks,
                family_slot,
                family_node,
                ledger_action,
                delta,
                threshold,
                spoilt,
                chunk_keys,
                chunk_notes,
                keys,
                notes,
            )
            size = at_least(keys, size, work[EXPAND_FLOOR])
        items = append_run(work, runs, item_keys, item_notes, items, delta, keys, notes, size)
    mark_families(header, tags, family_node, apart_keys, apart_families, work[APART], -MARK)
    return items


@kernel
def set_conflicts_apart(
    header: Ints,
    work: Table,
    tags: Table,
    family_node: Ints,
    done: int,
    chosen: Ints,
    chosen_notes: Ints,
    apart_keys: Table,
    apart_families: Table,
) -> bool:
    """Set apart the families whose collapse is chosen together with the expand of a member; return whether any is."""
    before = work[APART]
    for i in range(done):
        if chosen[i] < UNBOUNDED:
            mark(tags, place_of(chosen[i]), 1, 1)
    for i in range(done):
        if chosen[i] >= UNBOUNDED:
            level = family_node[chosen_notes[i]] % LEVELS
            place = place_of(chosen[i])
            if level > 1 and is_marked(tags, place, header[WIDTH + level], header[UNITS + level - 1]):
                if work[APART] < work[PAIR_SPACE]:
                    apart_keys[work[APART]] = chosen[i] - UNBOUNDED
                    apart_families[work[APART]] = chosen_notes[i]
                work[APART] += 1
    for i in range(done):
        if chosen[i] < UNBOUNDED:
            tags[place_of(chosen[i])] -= MARK
    return work[APART] > before


# SELECTION


@kernel
def optimum(
    header: Ints,
    work: Table,
    tags: Table,
    worth: Ints,
    peaks: Table,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    threshold: int,
    room: int,
    pool_keys: Ints,
    pool_families: Ints,
    apart_keys: Table,
    apart_families: Table,
    runs: Table,
    item_keys: Table,
    item_notes: Table,
    heads: Table,
    bounds: Table,
    states: Table,
    order_keys: Table,
    order: Table,
    chunk_keys: Table,
    chunk_notes: Table,
    keys: Table,
    notes: Table,
    chosen: Table,
    chosen_notes: Table,
) -> int:
    """Find the preferred choice that adds at most ``room`` slots, of the expands of a rank above ``threshold``.

    Returns:
        How many are chosen; `NOT_FOUND`; or `OUT_OF_SPACE`.
    """
    while True:
        items = lay_out(
            header,
            work,
            tags,
            worth,
            peaks,
            family_slot,
            family_node,
            ledger_action,
            threshold,
            pool_keys,
            pool_families,
            apart_keys,
            apart_families,
            runs,
            item_keys,
            item_notes,
            chunk_keys,
            chunk_notes,
            keys,
            notes,
        )
        if items == OUT_OF_SPACE:
            return OUT_OF_SPACE
        work[ACTIONS] = min(header[N_DIFF], items)
        work[ROOM] = room
        done = search(
            work, runs, item_keys, item_notes, heads, bounds, states, order_keys, order, chosen, chosen_notes
        )
        if done < 0 or not set_conflicts_apart(
            header, work, tags, family_node, done, chosen, chosen_notes, apart_keys, apart_families
        ):
            return done
        if work[APART] > work[PAIR_SPACE]:
            return OUT_OF_SPACE


@kernel
def slots_of(header: Ints, tags: Ints, family_node: Ints, turn: int, note: int) -> int:
    """Slots that a chosen candidate adds; negative for a collapse."""
    if turn >= UNBOUNDED:
        return -delta_at(header, family_node[note] % LEVELS)
    return delta_at(header, tags[place_of(turn)])


@kernel
def net_of(header: Ints, tags: Ints, family_node: Ints, size: int, turns: Ints, notes: Ints) -> int:
    """Slots that a choice adds."""
    net = 0
    for i in range(size):
        net += slots_of(header, tags, family_node, turns[i], notes[i])
    return net


@kernel
def merit_of(work: Ints, size: int, turns: Ints, net: int) -> int:
    """What a choice that adds ``net`` slots is worth, but for a constant."""
    merit = work[WEIGHT] * net - penalty(work, net) - work[CHURN] * size
    for i in range(size):
        merit += rank_of(turns[i] % UNBOUNDED)
    return merit


@kernel
def is_preferred(
    header: Ints,
    work: Ints,
    tags: Ints,
    family_node: Ints,
    size: int,
    turns: Ints,
    notes: Ints,
    other_size: int,
    other_turns: Ints,
    other_notes: Ints,
) -> bool:
    """Whether the one choice is preferred to the other (KNA-2 to KNA-4, MUL-1, MUL-2, then the one acting earlier)."""
    net = net_of(header, tags, family_node, size, turns, notes)
    other_net = net_of(header, tags, family_node, other_size, other_turns, other_notes)
    merit = merit_of(work, size, turns, net)
    other_merit = merit_of(work, other_size, other_turns, other_net)
    if merit != other_merit:
        return merit > other_merit
    if size != other_size:
        return size < other_size
    if net != other_net:
        return net < other_net
    for i in range(size):
        if turns[i] != other_turns[i]:
            return turns[i] > other_turns[i]
    return False


@kernel
def select_optimum(
    header: Ints,
    work: Table,
    tags: Table,
    worth: Ints,
    peaks: Table,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    pool_keys: Ints,
    pool_families: Ints,
    apart_keys: Table,
    apart_families: Table,
    runs: Table,
    item_keys: Table,
    item_notes: Table,
    heads: Table,
    bounds: Table,
    states: Table,
    order_keys: Table,
    order: Table,
    chunk_keys: Table,
    chunk_notes: Table,
    keys: Table,
    notes: Table,
    chosen: Table,
    chosen_notes: Table,
    other: Table,
    other_notes: Table,
) -> int:
    """Choose the actions of an iteration, in order of application; return how many, or `OUT_OF_SPACE`.

    The pool holds the best collapses of each delta. A choice with an expand that is not urgent ends within the soft
    budget, any other within the hard one (SOF-1); if none ends there, it has no expand (BUD-1).
    """
    work[APART] = 0
    if header[N_DIFF] == 0:
        return 0
    done = NOT_FOUND
    for attempt in range(3):
        threshold = LOWEST
        room = header[W_SOFT] - header[SLOTS]
        if attempt == 1:
            if header[W_SOFT] == header[W_MAX]:
                continue
            threshold = header[TAU_EXPAND] + header[SOFT_MARGIN]
            room = header[W_MAX] - header[SLOTS]
        if attempt == 2:
            if done >= 0:
                break
            threshold = UNBOUNDED
            room = 0
        size = optimum(
            header,
            work,
            tags,
            worth,
            peaks,
            family_slot,
            family_node,
            ledger_action,
            threshold,
            room,
            pool_keys,
            pool_families,
            apart_keys,
            apart_families,
            runs,
            item_keys,
            item_notes,
            heads,
            bounds,
            states,
            order_keys,
            order,
            chunk_keys,
            chunk_notes,
            keys,
            notes,
            other,
            other_notes,
        )
        if size == OUT_OF_SPACE:
            return OUT_OF_SPACE
        if size >= 0 and (
            done < 0
            or is_preferred(header, work, tags, family_node, size, other, other_notes, done, chosen, chosen_notes)
        ):
            done = size
            for i in range(size):
                chosen[i] = other[i]
                chosen_notes[i] = other_notes[i]
    return done


# ANSWER


@kernel
def put_in_order(
    header: Ints, work: Ints, tags: Ints, family_node: Ints, done: int, chosen: Table, chosen_notes: Table
) -> None:
    """Sort a choice that was made with an eye to the cursor by aggregates alone (KNA-5)."""
    for i in range(done):
        node = node_of(tags[place_of(chosen[i])], chosen_notes[i])
        if chosen[i] >= UNBOUNDED:
            node = family_node[chosen_notes[i]]
        turn = chosen[i] - nearness(header, work, end_of(header, node)) * PLACES
        rise(chosen, chosen_notes, i, turn, chosen_notes[i])
    sort_best_first(chosen, chosen_notes, done)


@kernel
def name_actions(
    tags: Ints, family_node: Ints, done: int, chosen: Ints, chosen_notes: Ints, actions: Table, places: Table
) -> None:
    """Write the chosen candidates as actions, with their places."""
    for i in range(done):
        places[i] = place_of(chosen[i])
        if chosen[i] >= UNBOUNDED:
            actions[i] = family_node[chosen_notes[i]] * 2 + COLLAPSE
        else:
            actions[i] = node_of(tags[places[i]], chosen_notes[i]) * 2 + EXPAND
