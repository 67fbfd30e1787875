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

import numpy as np

from focalloc.fastpath.kernels.best_few import offer, rise, sort_best_first
from focalloc.fastpath.kernels.candidates import best_collapses, best_expands, best_wishes, useful_chunks
from focalloc.fastpath.kernels.layout import (
    ACTIONS,
    APART,
    ATTEMPTS,
    BEGIN,
    CHUNK,
    CHURN,
    COLLAPSE,
    COLLAPSE_FLOOR,
    CURSOR,
    DELTA,
    DELTA_LIST,
    DELTAS,
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
    RECOMPUTE,
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
    Search,
    Session,
    Sought,
    Table,
    Work,
)
from focalloc.fastpath.kernels.ledger import count_collapses, is_barred
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of
from focalloc.fastpath.kernels.places import delta_at, families_before, is_marked, mark, nearness, token_at
from focalloc.fastpath.kernels.scores import survey
from focalloc.fastpath.kernels.search import penalty, search
from focalloc.fastpath.machine_code import kernel

# CANDIDATES


@kernel
def survey_of(session: Session, work: Work, delta: int) -> None:
    """Write the peak of each chunk for the gists that cost ``delta`` slots to expand."""
    header, tags, worth = session.header, session.tags, work.worth
    peaks = work.peaks
    slots = header[SLOTS]
    whole = slots // CHUNK
    for chunk in range((slots + CHUNK - 1) // CHUNK):
        peaks[chunk] = LOWEST
    for level in range(1, header[TOP] + 1):
        if delta_at(header, level) == delta:
            tag = np.int8(level)  # as wide as tags are, or these are widened
            for chunk in range(whole):
                first = chunk * CHUNK
                peak = peaks[chunk]
                lowest = peak
                for i in range(CHUNK):
                    peak = max(peak, worth[first + i] if tags[first + i] == tag else lowest)
                peaks[chunk] = peak
            if whole * CHUNK < slots:
                peak = peaks[whole]
                lowest = peak
                for slot in range(whole * CHUNK, slots):
                    peak = max(peak, worth[slot] if tags[slot] == tag else lowest)
                peaks[whole] = peak


@kernel
def best_expands_of(session: Session, work: Work, delta: int, threshold: int, spoilt: int) -> int:
    """Find the best `N_DIFF` unmarked expands that cost ``delta`` slots, best first, with their first token as note.

    They lie in the `N_DIFF` + ``spoilt`` chunks with the highest peaks, for the same reason as in greedy, and none is
    worth less than the lowest of those. The best chunks come first: where ranks rise, each would be the best so far.

    Args:
        session: the session.
        work: its peaks are those of the gists with that delta.
        delta: slots.
        threshold: expands of an aggregate up to this are left out.
        spoilt: at least the number of gists that must not be chosen but are worth more than some that may.
    """
    header, tags, worth = session.header, session.tags, work.worth
    peaks, ledger_action, chunk_keys = work.peaks, session.ledger_action, session.chunk_keys
    chunk_notes, keys, notes = session.chunk_notes, session.expand_keys, session.expand_tokens
    room = header[N_DIFF] + spoilt
    chunks = useful_chunks(header, peaks, room, chunk_keys, chunk_notes)
    size = 0
    least = header[TAU_EXPAND] + 1
    if chunks == room:
        least = max(least, rank_of(chunk_keys[chunks - 1]))
    for c in range(chunks):
        first = chunk_notes[c] * CHUNK
        if size == header[N_DIFF] and key_of(rank_of(chunk_keys[c]), first) <= keys[0]:
            break
        slot = 0
        token = header[FIRST]
        for i in range(min(CHUNK, header[SLOTS] - first)):
            at = first + i
            if worth[at] >= least and tags[at] >= 1 and tags[at] < MARK and delta_at(header, tags[at]) == delta:
                key = key_of(worth[at], at)
                if size == header[N_DIFF] and key <= keys[0]:
                    continue
                token = token_at(session, slot, token, at)
                slot = at
                node = node_of(tags[slot], token)
                wanted = worth[slot] - nearness(header, work.header[CURSOR], node) > threshold
                if wanted and not is_barred(header, ledger_action, node * 2 + COLLAPSE):
                    size = offer(keys, notes, size, header[N_DIFF], key, token)
                    if size == header[N_DIFF]:
                        least = max(least, rank_of(keys[0]))
    sort_best_first(keys, notes, size)
    return size


@kernel
def member_expands(session: Session, work: Work, threshold: int, node: int, place: int) -> int:
    """Find the best `N_DIFF` expands of members of a family, best first, with their first token as note.

    Args:
        session: the session.
        work: the search.
        threshold: expands of an aggregate up to this are left out.
        node: the family's.
        place: where it begins.
    """
    header, worth, ledger_action = session.header, work.worth, session.ledger_action
    keys, notes = session.expand_keys, session.expand_tokens
    size = 0
    level = node % LEVELS - 1
    for i in range(header[FANOUT + level + 1]):
        slot = place + i * header[UNITS + level]
        token = node // LEVELS + i * header[SPAN + level]
        barred = is_barred(header, ledger_action, node_of(level, token) * 2 + COLLAPSE)
        wanted = worth[slot] - nearness(header, work.header[CURSOR], node_of(level, token)) > threshold
        if wanted and worth[slot] > header[TAU_EXPAND] and not barred:
            size = offer(keys, notes, size, header[N_DIFF], key_of(worth[slot], slot), token)
    sort_best_first(keys, notes, size)
    return size


@kernel
def with_peaks_of(session: Session, work: Work) -> Session:
    """The session with the peaks of the search, by which its own tables are not touched where they are others."""
    return Session(
        session.header,
        session.tags,
        session.spare,
        session.fixed,
        work.peaks,
        session.actions,
        session.places,
        session.expand_keys,
        session.expand_tokens,
        session.collapse_keys,
        session.collapse_families,
        session.chunk_keys,
        session.chunk_notes,
        session.family_slot,
        session.family_node,
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


@kernel
def prune(session: Session, work: Work) -> None:
    """Find the last of the first `TOP_K` candidates of each queue: what ranks below them may not act (HYB-1).

    That is not asked before something could: of one delta, the best `N_DIFF` are among the first of their queue, but
    for what families set apart leave out.
    """
    header, keys, notes = session.header, session.expand_keys, session.expand_tokens
    room = work.header[TOP_K]
    size = best_collapses(session, Sought(room, 0, 0, keys, notes), header[TAU_COLLAPSE])
    work.header[COLLAPSE_FLOOR] = keys[size - 1] if size == room else 0
    size = best_expands(with_peaks_of(session, work), UNBOUNDED, 0, room)
    work.header[EXPAND_FLOOR] = keys[size - 1] if size == room else 0


@kernel
def set_floors(session: Session, work: Work) -> None:
    """Have only the first `TOP_K` candidates of each queue act (HYB-1), if that is not 0, where it can matter yet."""
    if work.header[TOP_K] > 0:
        if work.header[DELTAS] > 1:  # a try in less space has left the peaks of one delta
            survey(session.header, session.tags, work.worth, work.peaks)
        work.header[COLLAPSE_FLOOR] = NOT_FOUND
        work.header[EXPAND_FLOOR] = NOT_FOUND
        if work.header[DELTAS] > 1 or session.header[N_DIFF] > work.header[TOP_K]:
            prune(session, work)


# RUNS


@kernel
def at_least(keys: Ints, size: int, floor: int) -> int:
    """How many of ``size`` keys, best first, are at least ``floor``."""
    while size > 0 and keys[size - 1] < floor:
        size -= 1
    return size


@kernel
def append_run(work: Search, items: int, delta: int, keys: Ints, notes: Ints, size: int) -> int:
    """Append a run of ``size`` candidates to the ``items`` there are; return how many there are now."""
    runs, item_keys, item_notes = work.runs, work.item_keys, work.item_notes
    at = work.header[RUNS] * RUN
    runs[at + BEGIN] = items
    runs[at + SIZE] = size
    runs[at + DELTA] = delta
    for i in range(size):
        item_keys[items + i] = keys[i]
        item_notes[items + i] = notes[i]
    work.header[RUNS] += 1
    return items + size


@kernel
def mark_families(session: Session, work: Work, by: int) -> int:
    """Raise the tags of the members of the families set apart; return how many members there are."""
    header, tags, family_node = session.header, session.tags, session.family_node
    apart_keys, apart_families = work.apart_keys, work.apart_families
    members = 0
    for x in range(work.header[APART]):
        level = family_node[apart_families[x]] % LEVELS
        place = place_of(apart_keys[x])
        for i in range(header[FANOUT + level]):
            tags[place + i * header[UNITS + level - 1]] += by
        members += header[FANOUT + level]
    return members


@kernel
def is_apart(work: Work, family: int) -> bool:
    """Whether ``family`` is set apart."""
    for x in range(work.header[APART]):  # noqa: SIM110, kernels have no generators
        if work.apart_families[x] == family:
            return True
    return False


@kernel
def set_delta_apart(session: Session, delta: int) -> int:
    """List the families that free ``delta`` slots in the spare tables; return how many."""
    header, family_slot, family_node = session.header, session.family_slot, session.family_node
    spare_slot, spare_node = session.spare_slot, session.spare_node
    size = 0
    for family in range(header[FAMILIES]):
        spare_slot[size] = family_slot[family]
        spare_node[size] = family_node[family]
        size += 1 if delta_at(header, family_node[family] % LEVELS) == delta else 0
    return size


@kernel
def with_spare_families(session: Session) -> Session:
    """The session whose families are those in the spare tables."""
    return Session(
        session.header,
        session.tags,
        session.spare,
        session.fixed,
        session.peaks,
        session.actions,
        session.places,
        session.expand_keys,
        session.expand_tokens,
        session.collapse_keys,
        session.collapse_families,
        session.chunk_keys,
        session.chunk_notes,
        session.spare_slot,
        session.spare_node,
        session.family_slot,
        session.family_node,
        session.ledger_action,
        session.ledger_iteration,
        session.splices,
        session.no_collapse,
        session.no_expand,
        session.memory,
        session.told,
    )


@kernel
def best_collapses_of(session: Session, sought: Sought) -> int:
    """`best_collapses` among those that free as many slots as is asked for, where others free another number.

    They are listed apart first: what comes next among all is foreseen wrongly half the time, which is dear.
    """
    header, keys, notes = session.header, sought.keys, sought.notes
    families = header[FAMILIES]
    header[FAMILIES] = set_delta_apart(session, sought.delta)
    among = Sought(sought.room, 0, sought.cursor, keys, notes)
    size = best_collapses(with_spare_families(session), among, header[TAU_COLLAPSE])
    header[FAMILIES] = families
    for i in range(size):
        notes[i] = families_before(header, session.family_slot, 0, place_of(keys[i]))
    return size


@kernel
def pool_collapses(session: Session, work: Work) -> None:
    """Put the best `N_DIFF` collapses of each delta into the pool: by aggregates, or by a policy's wishes."""
    header, keys, notes = session.header, session.expand_keys, session.expand_tokens
    if header[N_DIFF] == 0:
        return
    for d in range(work.header[DELTAS]):
        delta = work.header[DELTA_LIST + d] if work.header[DELTAS] > 1 else 0
        sought = Sought(header[N_DIFF], delta, work.header[CURSOR], keys, notes)
        if len(work.wishes) > 0:
            size = best_wishes(session, sought, work.wishes)
        elif delta != 0:
            size = best_collapses_of(session, sought)
        else:
            size = best_collapses(session, sought, header[TAU_COLLAPSE])
        size = at_least(keys, size, work.header[COLLAPSE_FLOOR])
        work.header[POOL_SIZES + d] = size
        for i in range(size):
            work.pool_keys[d * header[N_DIFF] + i] = keys[i]
            work.pool_families[d * header[N_DIFF] + i] = notes[i]


@kernel
def lay_out_pairs(session: Session, work: Work, threshold: int) -> int:
    """Lay out a pair of runs for each family set apart; return how many candidates there are, or `OUT_OF_SPACE`."""
    header, family_node, apart_keys = session.header, session.family_node, work.apart_keys
    apart_families, keys, notes = work.apart_families, session.expand_keys, session.expand_tokens
    items = 0
    for x in range(work.header[APART]):
        node = family_node[apart_families[x]]
        level = node % LEVELS
        if items + 1 + header[FANOUT + level] > work.header[ITEM_SPACE]:
            return OUT_OF_SPACE
        keys[0] = apart_keys[x]
        notes[0] = apart_families[x]
        refund = delta_at(header, level)
        items = append_run(work.search, items, -refund, keys, notes, 1)
        place = place_of(apart_keys[x])
        size = member_expands(session, work, threshold, node, place)
        size = at_least(keys, size, work.header[EXPAND_FLOOR])
        cost = delta_at(header, level - 1)
        items = append_run(work.search, items, cost, keys, notes, size)
    return items


@kernel
def lay_out(session: Session, work: Work, threshold: int) -> int:
    """Lay out the runs to search: a pair for each family set apart, then every class, by ascending delta.

    Args:
        session: the session.
        work: the search.
        threshold: expands of an aggregate up to this are left out; `UNBOUNDED` leaves out all.

    Returns:
        How many candidates there are, or `OUT_OF_SPACE`.
    """
    header, ledger_action, pool_keys = session.header, session.ledger_action, work.pool_keys
    pool_families, keys, notes = work.pool_families, session.expand_keys, session.expand_tokens
    work.header[RUNS] = 0
    work.header[PAIRS] = work.header[APART]
    items = lay_out_pairs(session, work, threshold)
    if items == OUT_OF_SPACE or items + 2 * work.header[DELTAS] * header[N_DIFF] > work.header[ITEM_SPACE]:
        return OUT_OF_SPACE

    # COLLAPSES, the largest refund first
    for i in range(work.header[DELTAS]):
        d = work.header[DELTAS] - 1 - i
        size = 0
        for at in range(d * header[N_DIFF], d * header[N_DIFF] + work.header[POOL_SIZES + d]):
            if not is_apart(work, pool_families[at]):
                keys[size] = pool_keys[at]
                notes[size] = pool_families[at]
                size += 1
        refund = work.header[DELTA_LIST + d]
        items = append_run(work.search, items, -refund, keys, notes, size)

    # EXPANDS outside the families set apart
    spoilt = mark_families(session, work, MARK)
    spoilt += count_collapses(header, ledger_action)
    if work.header[CURSOR] > 0 and threshold > LOWEST:
        spoilt += header[SLOTS]  # what is worth most need not be above the threshold
    for d in range(work.header[DELTAS]):
        delta = work.header[DELTA_LIST + d]
        size = 0
        if threshold < UNBOUNDED:
            if work.header[DELTAS] > 1:
                survey_of(session, work, delta)
            size = best_expands_of(session, work, delta, threshold, spoilt)
            size = at_least(keys, size, work.header[EXPAND_FLOOR])
        items = append_run(work.search, items, delta, keys, notes, size)
    mark_families(session, work, -MARK)
    return items


@kernel
def set_conflicts_apart(session: Session, work: Work, done: int, chosen: Ints, chosen_notes: Ints) -> bool:
    """Set apart the families whose collapse is chosen together with the expand of a member; return whether any is."""
    header, tags, family_node = session.header, session.tags, session.family_node
    apart_keys, apart_families = work.apart_keys, work.apart_families
    before = work.header[APART]
    for i in range(done):
        if chosen[i] < UNBOUNDED:
            mark(tags, place_of(chosen[i]), 1, 1)
    for i in range(done):
        if chosen[i] >= UNBOUNDED:
            level = family_node[chosen_notes[i]] % LEVELS
            place = place_of(chosen[i])
            if level > 1 and is_marked(tags, place, header[WIDTH + level], header[UNITS + level - 1]):
                if work.header[APART] < work.header[PAIR_SPACE]:
                    apart_keys[work.header[APART]] = chosen[i] - UNBOUNDED
                    apart_families[work.header[APART]] = chosen_notes[i]
                work.header[APART] += 1
    for i in range(done):
        if chosen[i] < UNBOUNDED:
            tags[place_of(chosen[i])] -= MARK
    return work.header[APART] > before


# SELECTION


@kernel
def choose(session: Session, work: Work, items: int, room: int, chosen: Table, chosen_notes: Table) -> int:
    """Find the preferred choice of the ``items`` that are laid out, as if nothing but pairs excluded anything.

    Returns:
        How many are chosen; `NOT_FOUND`; or `OUT_OF_SPACE`.
    """
    work.header[ACTIONS] = min(session.header[N_DIFF], items)
    work.header[ROOM] = room
    return search(work.search, chosen, chosen_notes)


@kernel
def optimum(session: Session, work: Work, threshold: int, room: int, chosen: Table, chosen_notes: Table) -> int:
    """Find the preferred choice that adds at most ``room`` slots, of the expands of a rank above ``threshold``.

    Returns:
        How many are chosen; `NOT_FOUND`; or `OUT_OF_SPACE`.
    """
    while True:
        if work.header[APART] > 0 and work.header[EXPAND_FLOOR] < 0:
            prune(session, work)
        items = lay_out(session, work, threshold)
        if items == OUT_OF_SPACE:
            return OUT_OF_SPACE
        done = choose(session, work, items, room, chosen, chosen_notes)
        if done < 0 or not set_conflicts_apart(session, work, done, chosen, chosen_notes):
            return done
        if work.header[APART] > work.header[PAIR_SPACE]:
            return OUT_OF_SPACE


@kernel
def slots_of(session: Session, turn: int, note: int) -> int:
    """Slots that a chosen candidate adds; negative for a collapse."""
    header, tags, family_node = session.header, session.tags, session.family_node
    if turn >= UNBOUNDED:
        return -delta_at(header, family_node[note] % LEVELS)
    return delta_at(header, tags[place_of(turn)])


@kernel
def net_of(session: Session, size: int, turns: Ints, notes: Ints) -> int:
    """Slots that a choice adds."""
    net = 0
    for i in range(size):
        net += slots_of(session, turns[i], notes[i])
    return net


@kernel
def first_changed(size: int, turns: Ints, otherwise: int) -> int:
    """The first slot that a choice changes; ``otherwise`` if it is empty."""
    first = otherwise
    for i in range(size):
        first = min(first, place_of(turns[i]))
    return first


@kernel
def merit_of(session: Session, work: Work, size: int, turns: Ints, net: int) -> int:
    """What a choice that adds ``net`` slots is worth, but for a constant."""
    query, slots = work.header, session.header[SLOTS]
    merit = query[WEIGHT] * net - penalty(query, net) - query[CHURN] * size
    if query[RECOMPUTE] > 0:
        first = first_changed(size, turns, slots)
        merit -= query[RECOMPUTE] * (net + slots - first)
    for i in range(size):
        merit += rank_of(turns[i] % UNBOUNDED)
    return merit


@kernel
def is_preferred(session: Session, work: Work, size: int, done: int) -> bool:
    """Whether the other choice, of ``size``, is preferred to the chosen one, of ``done``.

    Clauses KNA-2 to KNA-4, MUL-1 and MUL-2; then the one that acts earlier.
    """
    net = net_of(session, size, work.other, work.other_notes)
    chosen_net = net_of(session, done, work.chosen, work.chosen_notes)
    merit = merit_of(session, work, size, work.other, net)
    chosen_merit = merit_of(session, work, done, work.chosen, chosen_net)
    if merit != chosen_merit:
        return merit > chosen_merit
    if size != done:
        return size < done
    if net != chosen_net:
        return net < chosen_net
    for i in range(size):
        if work.other[i] != work.chosen[i]:
            return work.other[i] > work.chosen[i]
    return False


@kernel
def keep_preferred(session: Session, work: Work, size: int, done: int) -> int:
    """Choose the other choice, of ``size``, if there is one and it is preferred; return how many are chosen then."""
    if size < 0 or (done >= 0 and not is_preferred(session, work, size, done)):
        return done
    for i in range(size):
        work.chosen[i] = work.other[i]
        work.chosen_notes[i] = work.other_notes[i]
    return size


@kernel
def key_by_aggregates(session: Session, work: Work, done: int) -> None:
    """Take nearness to the cursor out of the keys of a choice."""
    header, tags, family_node = session.header, session.tags, session.family_node
    chosen, chosen_notes = work.chosen, work.chosen_notes
    for i in range(done):
        least = chosen[i] % PLACES
        node = node_of(tags[place_of(chosen[i])], chosen_notes[i])
        if chosen[i] >= UNBOUNDED:
            least += UNBOUNDED
            node = family_node[chosen_notes[i]]
        turn = chosen[i] - nearness(header, work.header[CURSOR], node) * PLACES
        chosen[i] = max(least, turn)  # what acts is above a threshold, so that it keeps its kind


@kernel
def put_in_order(session: Session, work: Work, done: int) -> None:
    """Sort a choice that was made with an eye to the cursor by aggregates alone (KNA-5)."""
    chosen, chosen_notes = work.chosen, work.chosen_notes
    key_by_aggregates(session, work, done)
    for i in range(done):
        rise(chosen, chosen_notes, i, chosen[i], chosen_notes[i])
    sort_best_first(chosen, chosen_notes, done)


@kernel
def is_called_for(header: Ints, attempt: int, done: int) -> bool:
    """Whether an attempt may find another choice than those before, which found one of ``done``, or none."""
    if attempt == 1:
        return header[W_SOFT] != header[W_MAX]
    return attempt == 0 or done < 0


@kernel
def threshold_in(header: Ints, attempt: int) -> int:
    """The aggregate up to which an attempt leaves expands out."""
    if attempt == 1:
        return header[TAU_EXPAND] + header[SOFT_MARGIN]
    return LOWEST if attempt == 0 else UNBOUNDED


@kernel
def room_in(header: Ints, attempt: int) -> int:
    """The slots that an attempt may add."""
    if attempt == 1:
        return header[W_MAX] - header[SLOTS]
    return header[W_SOFT] - header[SLOTS] if attempt == 0 else 0


@kernel
def select_optimum(session: Session, work: Work) -> int:
    """Choose the actions of an iteration, in order of application; return how many, or `OUT_OF_SPACE`.

    The pool holds the best collapses of each delta. A choice with an expand that is not urgent ends within the soft
    budget, any other within the hard one (SOF-1); if none ends there, it has no expand (BUD-1).
    """
    header = session.header
    work.header[APART] = 0
    if header[N_DIFF] == 0:
        return 0
    done = NOT_FOUND
    for attempt in range(ATTEMPTS):
        if is_called_for(header, attempt, done):
            threshold = threshold_in(header, attempt)
            size = optimum(session, work, threshold, room_in(header, attempt), work.other, work.other_notes)
            if size == OUT_OF_SPACE:
                return OUT_OF_SPACE
            done = keep_preferred(session, work, size, done)
    if work.header[CURSOR] > 0:
        put_in_order(session, work, done)
    return max(0, done)  # the last attempt finds at least that nothing acts


# ANSWER


@kernel
def name_actions(session: Session, done: int, chosen: Ints, chosen_notes: Ints) -> None:
    """Write the chosen candidates as actions, with their places."""
    tags, family_node, actions = session.tags, session.family_node, session.actions
    places = session.places
    for i in range(done):
        places[i] = place_of(chosen[i])
        if chosen[i] >= UNBOUNDED:
            actions[i] = family_node[chosen_notes[i]] * 2 + COLLAPSE
        else:
            actions[i] = node_of(tags[places[i]], chosen_notes[i]) * 2 + EXPAND
