"""Words for headers, and for actions: what they replace, and that they may be made."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    END,
    EXPAND,
    FAMILIES,
    FANOUT,
    FIRST,
    HEADER,
    LEDGER_FROM,
    LEDGER_TO,
    LEVELS,
    MARK,
    MIN_GAP,
    PROTECTED,
    RAW,
    SLOTS,
    SOFT_MARGIN,
    SPAN,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOP,
    UNITS,
    W_MAX,
    W_SOFT,
    WIDTH,
    Ints,
    Session,
)
from focalloc.fastpath.kernels.packing import place_of, rank_of
from focalloc.proofs.contracts.words.blocks import begins_at, begins_nowhere, spans_are_told, whole
from focalloc.proofs.contracts.words.ghosts import at, ghost
from focalloc.proofs.contracts.words.sums import begun, held, level_of, many, spot, sum_of, tokens_in, turn
from focalloc.proofs.contracts.words.tables import within


@ghost
def shifted(header: Ints, actions: Ints, n: int) -> int:
    """The slots that the first ``n`` actions add."""
    return sum(added(header, actions[i]) for i in range(n))


@ghost
def shifted_in(header: Ints, places: Ints, actions: Ints, n: int, others: Ints, their_actions: Ints, m: int) -> int:
    """The slots that those of the first ``n`` actions add which are among the first ``m`` of another list."""
    theirs = [(others[i], their_actions[i]) for i in range(m)]
    return sum(added(header, actions[i]) for i in range(n) if (places[i], actions[i]) in theirs)


@ghost
def blocked(header: Ints, actions: Ints, places: Ints, n: int, slot: int, slots: int) -> bool:
    """Whether one of the first ``n`` actions replaces some of so many slots."""
    return any(places[i] < slot + slots and slot < places[i] + before(header, actions[i]) for i in range(n))


@ghost
def hits(header: Ints, actions: Ints, places: Ints, i: int, slots: Ints, nodes: Ints, families: Ints, m: int) -> int:
    """How many of the first ``m`` families on a list lose slots to action ``i``."""
    return sum(
        places[i] < slots[f] + header[WIDTH + nodes[f] % LEVELS] and slots[f] < places[i] + before(header, actions[i])
        for f in (families[j] for j in range(m))
    )


@ghost
def all_blocked(
    header: Ints, actions: Ints, places: Ints, n: int, slots: Ints, nodes: Ints, families: Ints, m: int
) -> int:
    """How many of the first ``m`` families on a list lose slots to one of the first ``n`` actions."""
    return sum(
        blocked(header, actions, places, n, slots[f], header[WIDTH + nodes[f] % LEVELS])
        for f in (families[j] for j in range(m))
    )


@ghost
def taken(header: Ints, actions: Ints, places: Ints, n: int, slot: int) -> bool:
    """Whether one of the first ``n`` actions replaces what is in a slot."""
    return any(places[i] <= slot < places[i] + before(header, actions[i]) for i in range(n))


@ghost
def ends_lie(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """`take_whole_blocks`, of which solvers know lemmas only."""
    return take_whole_blocks(header, tags, actions, places, n)


@ghost
def spans_multiply(header: Ints) -> bool:
    """`has_spans`, of which solvers know lemmas only."""
    return has_spans(header)


@ghost
def multiplied(header: Ints) -> bool:
    """`has_products`, of which solvers know lemmas only."""
    return has_products(header)


@ghost
def in_turn(header: Ints, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """`stands_in_turn`, of which solvers know lemmas only."""
    return stands_in_turn(header, tags, actions, places, i)


@ghost
def end_moved(header: Ints, actions: Ints, places: Ints, n: int, slot: int) -> int:
    """Where a range ends that ended in a slot, once the first ``n`` actions are made, in order of place: behind all
    that those make that begin before it."""
    i = n
    while i > 0 and places[i - 1] >= slot:
        i -= 1
    last = places[i - 1] + before(header, actions[i - 1]) if i > 0 else slot
    return max(slot, last) + shifted(header, actions, i)


@ghost
def geometry(header: Ints) -> bool:
    """`is_geometry`, of which solvers know lemmas only."""
    return is_geometry(header)


@ghost
def sound(header: Ints, tags: Ints) -> bool:
    """`is_sound`, of which solvers know lemmas only."""
    return is_sound(header, tags)


@ghost
def begin_after(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """`nodes_begin`, of which solvers know lemmas only."""
    return nodes_begin(header, actions, places, n, tags)


def is_geometry(header: Ints) -> bool:
    """A node spans, and its family takes, what its children do; tags find their spans."""
    return is_shaped(header) and multiplied(header) and spans_multiply(header) and spans_are_told(header)


def is_sound(header: Ints, tags: Ints) -> bool:
    """The geometry is one, and in the context blocks lie whole, none of them marked."""
    return is_geometry(header) and whole(header, tags) and within(tags, 0, header[SLOTS], RAW, header[TOP])


def has_tokens(header: Ints, tags: Ints, action: int, place: int) -> bool:
    """An action's node begins at a place, and what the action replaces there spans what its node does."""
    return (
        place >= 0
        and place + before(header, action) <= header[SLOTS]
        and begins_at(header, tags, place, action // 2)
        and tokens_in(header, tags, 0, place + before(header, action))
        == tokens_in(header, tags, 0, place) + header[SPAN + level_of(action)]
    )


def nodes_begin(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """The nodes of ``n`` actions in order begin where those before them have moved them."""
    return all(
        begins_at(header, tags, places[i] + shifted(header, actions, i), actions[i] // 2)
        for i in range(n)
        if at(places[i], shifted(header, actions, i))
    )


def is_header(header: Ints) -> bool:
    """It has all fields."""
    return len(header) == HEADER


def is_shaped(header: Ints) -> bool:
    """The geometry is one (GEO-1): every level has a span, slots, and above raw tokens a family."""
    return (
        1 <= header[TOP] < LEVELS
        and within(header, UNITS, UNITS + header[TOP] + 1, 1, 2**26)
        and within(header, SPAN, SPAN + header[TOP] + 1, 1, 2**31)
        and within(header, WIDTH + 1, WIDTH + 1 + header[TOP], 1, 2**26)
        and within(header, FANOUT + 1, FANOUT + 1 + header[TOP], 1, 2**26)
    )


def has_products(header: Ints) -> bool:
    """A family takes the slots of its blocks."""
    return all(
        header[j] == header[j - WIDTH + FANOUT] * header[j - WIDTH - 1 + UNITS]
        for j in range(WIDTH + 1, WIDTH + header[TOP] + 1)
    )


def has_spans(header: Ints) -> bool:
    """A node spans what its children do (GEO-1)."""
    return all(header[j] == header[j - SPAN + FANOUT] * header[j - 1] for j in range(SPAN + 1, SPAN + header[TOP] + 1))


def actions_are_aligned(header: Ints, actions: Ints, n: int) -> bool:
    """The nodes of the first ``n`` actions begin at multiples of what they span, or behind the context."""
    return all(
        turn(actions[i] // 2 // LEVELS, header[SPAN + level_of(actions[i])]) or actions[i] // 2 // LEVELS >= header[END]
        for i in range(n)
    )


def is_dear(header: Ints) -> bool:
    """A family takes more slots than its node (GEO-2)."""
    return all(header[j] > header[j - WIDTH + UNITS] for j in range(WIDTH + 1, WIDTH + header[TOP] + 1))


def before(header: Ints, action: int) -> int:
    """The slots that an action replaces."""
    return header[UNITS + level_of(action)] if action % 2 == EXPAND else header[WIDTH + level_of(action)]


def added(header: Ints, action: int) -> int:
    """The slots that an action adds."""
    return (
        header[WIDTH + level_of(action)] - header[UNITS + level_of(action)]
        if action % 2 == EXPAND
        else header[UNITS + level_of(action)] - header[WIDTH + level_of(action)]
    )


def are_actions(header: Ints, actions: Ints, n: int) -> bool:
    """The first ``n`` are actions on nodes of levels that there are."""
    return all(0 <= actions[i] < 2**55 and 1 <= level_of(actions[i]) <= header[TOP] for i in range(n))


def mean_of(fixed: Ints, slot: int, slots: int) -> int:
    """The mean of so many scores, rounded down (SCO-3)."""
    return sum_of(fixed, slot, slots) // slots


def reversal(action: int) -> int:
    """The action that undoes another."""
    return action // 2 * 2 + 1 - action % 2


def are_at_rest(header: Ints, ledger_action: Ints, actions: Ints, n: int) -> bool:
    """None of the first ``n`` actions undoes one that is in the ledger (COO-1)."""
    return all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], reversal(actions[i])) for i in range(n))


def have_cooled(header: Ints, ledger_action: Ints, ledger_iteration: Ints, now: int, actions: Ints, n: int) -> bool:
    """None of the first ``n`` actions undoes, at the iteration ``now``, what happened too short a time ago (COO-1)."""
    return all(
        now - ledger_iteration[j] >= header[MIN_GAP] or ledger_action[j] != reversal(actions[i])
        for i in range(n)
        for j in range(header[LEDGER_FROM], header[LEDGER_TO])
        if at(actions[i], ledger_action[j])
    )


def end_before_tail(header: Ints, actions: Ints, n: int) -> bool:
    """None of the first ``n`` actions collapses what is in the tail (TAI-1)."""
    return all(
        actions[i] // 2 // LEVELS + header[SPAN + level_of(actions[i])] <= header[END] - header[PROTECTED]
        for i in range(n)
        if actions[i] % 2 == COLLAPSE
    )


def stands_for(header: Ints, tags: Ints, slot: int, kind: int, level: int) -> bool:
    """The blocks from a slot on are what an action on a node of a level replaces, and none is marked."""
    return slot >= 0 and (
        tags[slot] == level
        if kind == EXPAND
        else slot + header[WIDTH + level] <= header[SLOTS]
        and all(
            tags[j] == level - 1
            for j in range(slot, slot + header[WIDTH + level])
            if turn(j - slot, header[UNITS + level - 1])
        )
    )


def stands_in_turn(header: Ints, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """What an action replaces stands at its place, and no action before it replaces any of that (ACT-3 to ACT-5)."""
    return places[i] >= 0 and (
        tags[places[i]] == level_of(actions[i]) and begun(header, actions, places, i, places[i]) == 0
        if actions[i] % 2 == EXPAND
        else places[i] + header[WIDTH + level_of(actions[i])] <= header[SLOTS]
        and all(
            tags[j] == level_of(actions[i]) - 1 and begun(header, actions, places, i, j) == 0
            for j in range(places[i], places[i] + header[WIDTH + level_of(actions[i])])
            if turn(j - places[i], header[UNITS + level_of(actions[i]) - 1])
        )
    )


def is_looked_up(header: Ints, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """The place of an action is where its node begins; less than 0 if no block begins there."""
    return places[i] < header[SLOTS] and (
        tags[places[i]] >= 0
        and header[FIRST] + tokens_in(header, tags, 0, places[i]) == actions[i] // 2 // LEVELS
        if places[i] >= 0
        else begins_nowhere(header, tags, header[SLOTS], actions[i] // 2 // LEVELS)
    )


def are_wanted(header: Ints, fixed: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """The mean of what each of the first ``n`` actions replaces is beyond the threshold of its kind (THR-1)."""
    return all(
        mean_of(fixed, places[i], before(header, actions[i])) > header[TAU_EXPAND]
        if actions[i] % 2 == EXPAND
        else -mean_of(fixed, places[i], before(header, actions[i])) > header[TAU_COLLAPSE]
        for i in range(n)
        if at(places[i])
    )


def level_at(tags: Ints, slot: int) -> int:
    """The level of the block that begins in a slot, marked or not."""
    return tags[slot] - MARK if tags[slot] >= MARK else tags[slot]


def are_in_context(
    header: Ints, tags: Ints, family_slot: Ints, family_node: Ints, actions: Ints, places: Ints, n: int
) -> bool:
    """The first ``n`` actions expand gists that begin in their places, at their tokens, and collapse families that are
    listed there (ACT-3, ACT-4)."""
    return all(
        level_at(tags, places[i]) == level_of(actions[i])
        and actions[i] // 2 // LEVELS == header[FIRST] + tokens_in(header, tags, 0, places[i])
        if actions[i] % 2 == EXPAND
        else many(family_slot, family_node, header[FAMILIES], places[i], actions[i] // 2) >= 1
        for i in range(n)
        if at(places[i])
    )


def lie_apart(header: Ints, actions: Ints, places: Ints, n: int, slots: int) -> bool:
    """The first ``n`` actions replace separate slots, in order, of those that there are."""
    return all(
        places[i] >= 0 and places[i] + before(header, actions[i]) <= slots for i in range(n) if at(places[i])
    ) and all(
        places[i] + before(header, actions[i]) <= places[j]
        for i in range(n)
        for j in range(i + 1, n)
        if at(places[i], places[j])
    )


def are_apart(header: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """The first ``n`` actions replace separate slots, in whatever order."""
    return all(
        places[i] + before(header, actions[i]) <= places[j] or places[j] + before(header, actions[j]) <= places[i]
        for i in range(n)
        for j in range(i + 1, n)
        if at(places[i], places[j])
    )


def stays_plain(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int, slots: int) -> bool:
    """What the first ``n`` actions leave of ``slots`` slots are levels that there are, and none is marked."""
    return all(
        RAW <= tags[j] <= header[TOP] for j in range(slots) if not taken(header, actions, places, n, j) if at(tags[j])
    )


def take_whole_blocks(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """What each of the first ``n`` actions replaces begins and ends where a block does, and `has_tokens`."""
    return all(
        tags[places[i]] >= 0
        and (
            places[i] + before(header, actions[i]) == header[SLOTS] or tags[places[i] + before(header, actions[i])] >= 0
        )
        and has_tokens(header, tags, actions[i], places[i])
        for i in range(n)
        if at(places[i])
    )


def after(header: Ints, action: int) -> int:
    """The slots that an action makes."""
    return header[WIDTH + level_of(action)] if action % 2 == EXPAND else header[UNITS + level_of(action)]


def marks_are_taken(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """What is marked is replaced by one of the first ``n`` actions."""
    return all(taken(header, actions, places, n, j) for j in range(header[SLOTS]) if tags[j] >= MARK if at(tags[j]))


def misfits(header: Ints, tags: Ints, used: int, key: int) -> bool:
    """The expand of a key does not fit beside ``used`` slots, or only beyond the soft budget without being worth it
    (BUD-1, SOF-1)."""
    return outgrows(header, tags, used, key, header[TAU_EXPAND])


def outgrows(header: Ints, tags: Ints, used: int, key: int, threshold: int) -> bool:
    """`misfits`, by a threshold that stands elsewhere."""
    return used + header[WIDTH + tags[place_of(key)]] - header[UNITS + tags[place_of(key)]] > header[W_MAX] or (
        used + header[WIDTH + tags[place_of(key)]] - header[UNITS + tags[place_of(key)]] > header[W_SOFT]
        and rank_of(key) <= threshold + header[SOFT_MARGIN]
    )


def expands_passed(header: Ints, actions: Ints, places: Ints, n: int, keys: Ints, e: int) -> bool:
    """None of the first ``e`` expands in the queue is open after ``n`` actions."""
    return all(taken(header, actions, places, n, spot(keys[i])) for i in range(e) if at(keys[i]))


def collapses_passed(session: Session, header: Ints, actions: Ints, places: Ints, n: int, c: int) -> bool:
    """None of the first ``c`` collapses in the queue is open after ``n`` actions."""
    return all(
        blocked(
            header,
            actions,
            places,
            n,
            session.family_slot[session.collapse_families[i]],
            header[WIDTH + session.family_node[session.collapse_families[i]] % LEVELS],
        )
        for i in range(c)
        if at(session.collapse_families[i])
    )


def are_plain(header: Ints, tags: Ints, slots: int) -> bool:
    """In so many slots blocks begin or go on, of levels that there are, and none is marked."""
    return within(tags, 0, slots, RAW, header[TOP])


def are_replaced(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """What the first ``n`` actions replace lies in the context, and is marked."""
    return all(
        places[i] >= 0 and places[i] + before(header, actions[i]) <= header[SLOTS] and tags[places[i]] >= MARK
        for i in range(n)
        if at(places[i])
    ) and all(
        tags[j] >= MARK or tags[j] < 0
        for i in range(n)
        for j in range(places[i], places[i] + before(header, actions[i]))
        if at(places[i], tags[j])
    )
