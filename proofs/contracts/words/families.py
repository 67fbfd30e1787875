"""Words for families: where they stand, whole, and that they are listed."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    AHEAD,
    ALIKE,
    CAPACITY,
    CURSOR_TOKEN,
    EXPAND,
    FAMILIES,
    FIRST,
    LEVELS,
    MARK,
    SLOTS,
    SPAN,
    SPLICE,
    TOP,
    UNITS,
    W_MAX,
    WIDTH,
    Ints,
)
from focalloc.fastpath.kernels.packing import node_of
from focalloc.proofs.contracts.words.actions import before, shifted
from focalloc.proofs.contracts.words.blocks import begins_at, row_or_marks, stands
from focalloc.proofs.contracts.words.ghosts import at, ghost
from focalloc.proofs.contracts.words.sums import least, least_gain, level_of, replaces, tokens_in, turn
from focalloc.proofs.contracts.words.tables import within


@ghost
def are_there(header: Ints, tags: Ints, slots: Ints, nodes: Ints, n: int) -> bool:
    """`all_there`, of which solvers know lemmas only."""
    return all_there(header, tags, slots, nodes, n)


@ghost
def completes_only(header: Ints, tags: Ints, place: int) -> bool:
    """`all_completed_hold`, of which solvers know lemmas only."""
    return all_completed_hold(header, tags, place)


def families_fit(header: Ints, table: Ints) -> bool:
    """They are in the table."""
    return 0 <= header[FAMILIES] <= len(table)


def lie_between(header: Ints, slots: Ints, nodes: Ints, first: int, last: int, low: int, high: int) -> bool:
    """Families that are listed from ``first`` to before ``last`` are of levels that there are, between two slots."""
    return all(
        0 <= nodes[f] < 2**54
        and 1 <= nodes[f] % LEVELS <= header[TOP]
        and slots[f] >= low
        and slots[f] + header[WIDTH + nodes[f] % LEVELS] <= high
        for f in range(first, last)
        if at(slots[f])
        if at(nodes[f])
    )


def keep_apart(header: Ints, slots: Ints, nodes: Ints, first: int, last: int) -> bool:
    """Each of them ends before the next begins."""
    return all(
        slots[f] + header[WIDTH + nodes[f] % LEVELS] <= slots[g]
        for f in range(first, last)
        for g in range(f + 1, last)
        if at(slots[f], slots[g])
    )


def is_list(
    header: Ints,
    family_slot: Ints,
    family_node: Ints,
    spare_slot: Ints,
    spare_node: Ints,
    first: int,
    size: int,
    behind: int,
) -> bool:
    """The first families in place, and then those in the spare tables, lie one after the other before a slot."""
    return (
        lie_between(header, family_slot, family_node, 0, first, 0, behind)
        and lie_between(header, spare_slot, spare_node, 0, size, 0, behind)
        and keep_apart(header, family_slot, family_node, 0, first)
        and keep_apart(header, spare_slot, spare_node, 0, size)
        and all(
            family_slot[f] + header[WIDTH + family_node[f] % LEVELS] <= spare_slot[g]
            for f in range(first)
            for g in range(size)
            if at(family_slot[f], spare_slot[g])
        )
    )


def are_families(header: Ints, family_slot: Ints, family_node: Ints, slots: int) -> bool:
    """They are of levels that there are, and in the context."""
    return lie_between(header, family_slot, family_node, 0, header[FAMILIES], 0, slots)


def least_width(header: Ints) -> int:
    """The slots that a family takes at least."""
    return least(header, WIDTH + 1, WIDTH + 1 + header[TOP])


def has_places(header: Ints, table: Ints) -> bool:
    """It is long enough for the families of any context that there is room for."""
    return header[CAPACITY] < len(table) * least_width(header)


def suffices(header: Ints, needed: int, entries: int) -> bool:
    """So many collapses make room for ``needed`` slots and those ahead, whichever they are, or are as many as slots."""
    return (
        header[SLOTS] + needed + header[AHEAD] - header[W_MAX] <= entries * least_gain(header, header[TOP])
        or header[SLOTS] <= entries
    )


def is_asked_for(header: Ints, needed: int, entries: int) -> bool:
    """So many collapses are as many as there are slots at most, and all but the last leave too little room."""
    return entries <= header[SLOTS] and (
        entries == 0
        or (entries - 1) * least_gain(header, header[TOP]) < header[SLOTS] + needed + header[AHEAD] - header[W_MAX]
    )


def stand_whole(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """In what one of the first ``n`` actions replaces blocks begin where it replaces one, and nowhere else."""
    return all(
        (tags[j] >= 0) == replaces(header, actions[i], places[i], j)
        for i in range(n)
        for j in range(places[i], places[i] + before(header, actions[i]))
        if at(places[i], tags[j])
    )


def stand_clear(header: Ints, family_slot: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """No family begins behind the first slot of what one of the first ``n`` actions replaces, and before its end."""
    return all(
        family_slot[f] <= places[i] or places[i] + before(header, actions[i]) <= family_slot[f]
        for f in range(header[FAMILIES])
        for i in range(n)
        if at(family_slot[f], places[i])
    )


def families_are_whole(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints) -> bool:
    """In the slots of a family blocks begin, marked or not, where its blocks are to begin, and nowhere else."""
    return all(
        (tags[j] >= 0) == turn(j - family_slot[f], header[UNITS + family_node[f] % LEVELS - 1])
        for f in range(header[FAMILIES])
        for j in range(family_slot[f], family_slot[f] + header[WIDTH + family_node[f] % LEVELS])
        if at(family_slot[f], tags[j])
    )


def is_there(header: Ints, tags: Ints, slot: int, node: int) -> bool:
    """`stands`, of blocks of which some may be marked."""
    return begins_at(header, tags, slot, node) and row_or_marks(
        tags, slot, node % LEVELS - 1, header[WIDTH + node % LEVELS], header[UNITS + node % LEVELS - 1]
    )


def all_there(header: Ints, tags: Ints, slots: Ints, nodes: Ints, n: int) -> bool:
    """The first ``n`` on a list are families whose blocks, marked or not, stand where it says."""
    return all(is_there(header, tags, slots[f], nodes[f]) for f in range(n) if at(slots[f]) if at(nodes[f]))


def all_stand(header: Ints, tags: Ints, slots: Ints, nodes: Ints, n: int) -> bool:
    """The first ``n`` on a list are families whose blocks stand where it says."""
    return all(stands(header, tags, slots[f], nodes[f]) for f in range(n) if at(slots[f]) if at(nodes[f]))


def expanded_stand(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """Where the first ``n`` actions, in order, expanded a gist, its family stands."""
    return all(
        stands(header, tags, places[i] + shifted(header, actions, i), actions[i] // 2)
        for i in range(n)
        if actions[i] % 2 == EXPAND
        if at(places[i], shifted(header, actions, i))
    )


def collapsed_stand(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """Where the first ``n`` actions, in order, collapsed a family, its gist stands."""
    return all(
        tags[places[i] + shifted(header, actions, i)] == level_of(actions[i])
        for i in range(n)
        if actions[i] % 2 != EXPAND
        if at(places[i], shifted(header, actions, i))
    )


def families_end(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints) -> bool:
    """Behind each family a block begins, or the context ends."""
    return all(
        family_slot[f] + header[WIDTH + family_node[f] % LEVELS] == header[SLOTS]
        or tags[family_slot[f] + header[WIDTH + family_node[f] % LEVELS]] >= 0
        for f in range(header[FAMILIES])
        if at(family_slot[f])
    )


def spans_there(header: Ints, tags: Ints, node: int, place: int) -> bool:
    """A node begins at a place, and the slots of its family there span what it does."""
    return (
        begins_at(header, tags, place, node)
        and tokens_in(header, tags, 0, place + header[WIDTH + node % LEVELS])
        == tokens_in(header, tags, 0, place) + header[SPAN + node % LEVELS]
    )


def to_be_gists(tags: Ints, first: int, last: int, level: int) -> bool:
    """From ``first`` to before ``last`` there are only gists of a level, and what is marked to become one."""
    return all(tags[i] < 0 or tags[i] == level or tags[i] == level - 1 + MARK for i in range(first, last))


def all_completed_hold(header: Ints, tags: Ints, place: int) -> bool:
    """Every family that is complete once what is marked has collapsed, and was not before, holds a slot."""
    return all(
        q <= place < r
        for s in range(header[SLOTS])
        for q in range(s + 1)
        for r in range(s + 1, header[SLOTS] + 1)
        if MARK <= tags[s] <= MARK + header[TOP] - 2
        and turn(header[FIRST] + tokens_in(header, tags, 0, q), header[SPAN + tags[s] - MARK + 2])
        and tokens_in(header, tags, 0, r) == tokens_in(header, tags, 0, q) + header[SPAN + tags[s] - MARK + 2]
        and to_be_gists(tags, q, r, tags[s] - MARK + 1)
        if at(tags[s], tokens_in(header, tags, 0, q), tokens_in(header, tags, 0, r))
    )


def node_at(header: Ints, tags: Ints, slot: int) -> int:
    """The node whose first child begins in a slot, if its children are of the level of what begins there."""
    return node_of(tags[slot] + 1, header[FIRST] + tokens_in(header, tags, 0, slot))


def made_at(header: Ints, action: int, slot: int) -> int:
    """Where the family begins that an action makes at a slot, if it makes one."""
    return (
        slot
        if action % 2 == EXPAND
        else slot
        - action // 2 // LEVELS % header[SPAN + level_of(action) + 1]
        // header[SPAN + level_of(action)]
        * header[UNITS + level_of(action)]
    )


def token_made(header: Ints, action: int) -> int:
    """At which token."""
    return (
        action // 2 // LEVELS
        if action % 2 == EXPAND
        else action // 2 // LEVELS - action // 2 // LEVELS % header[SPAN + level_of(action) + 1]
    )


def are_alike(header: Ints, family_node: Ints) -> bool:
    """If the header says that all families take as many slots, they do."""
    return all(
        header[WIDTH + family_node[f] % LEVELS] == header[ALIKE]
        for f in range(header[FAMILIES])
        if header[ALIKE] != 0
        if at(family_node[f])
    )


def widths_are_told(header: Ints) -> bool:
    """If the header says that all families take as many slots, those of all levels do."""
    return header[ALIKE] == 0 or within(header, WIDTH + 1, WIDTH + 1 + header[TOP], header[ALIKE], header[ALIKE])


def end(header: Ints, family_node: Ints, f: int) -> int:
    """The token just after a family."""
    return family_node[f] // LEVELS + header[SPAN + family_node[f] % LEVELS]


def away(header: Ints, family_node: Ints, f: int) -> int:
    """Tokens between a family and the cursor; 0 if it holds it."""
    return max(family_node[f] // LEVELS - header[CURSOR_TOKEN], header[CURSOR_TOKEN] - end(header, family_node, f), 0)


def ends_rise(header: Ints, family_node: Ints) -> bool:
    """Families end one after the other."""
    return all(
        end(header, family_node, f) <= end(header, family_node, g)
        for f in range(header[FAMILIES])
        for g in range(f + 1, header[FAMILIES])
        if at(family_node[f], family_node[g])
    )


def behind(splices: Ints, j: int, row: int) -> int:
    """The slot behind the splice before place ``j`` of their list, of the ``row`` before them (0) or after them (2)."""
    return 0 if j == 0 else splices[j - SPLICE + row] + splices[j - SPLICE + row + 1]


def follow_in_order(splices: Ints, slots: int) -> bool:
    """Splices are listed whole, each behind the one before, and what lies between them stays; ``slots`` hold them."""
    return len(splices) % SPLICE == 0 and all(
        behind(splices, j, 0) <= splices[j] <= 2**60
        and 0 <= splices[j + 1] <= 2**60
        and splices[j + 3] >= 0
        and splices[j + 2] - behind(splices, j, 2) == splices[j] - behind(splices, j, 0)
        and splices[j + 2] + splices[j + 3] <= slots
        for j in range(len(splices))
        if j % SPLICE == 0
        if at(splices[j])
    )
