"""Words for splices: what is made of what was there."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    EXPAND,
    FAMILIES,
    FIRST,
    LEVELS,
    OFFSETS,
    RAW,
    SLOTS,
    SPAN,
    SPLICE,
    TOP,
    UNITS,
    W_MAX,
    WIDTH,
    Ints,
)
from focalloc.proofs.contracts.words.actions import (
    added,
    after,
    are_actions,
    before,
    ends_lie,
    is_shaped,
    is_sound,
    lie_apart,
    shifted,
)
from focalloc.proofs.contracts.words.blocks import begins_at, stands
from focalloc.proofs.contracts.words.families import behind
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.sums import here, level_of, turn


@ghost
def stay(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """`go_on_standing`, of which solvers know lemmas only."""
    return go_on_standing(header, actions, places, n, slots, tags, family_slot, family_node)


@ghost
def spliced(
    header: Ints,
    actions: Ints,
    places: Ints,
    n: int,
    slots: int,
    tags: Ints,
    spare: Ints,
    first: int,
    tags_before: Ints,
    stretches: int,
    made: int,
) -> bool:
    """`is_spliced`, of which solvers know lemmas only."""
    return is_spliced(header, actions, places, n, slots, tags, spare, first, tags_before, stretches, made)


@ghost
def heads_stay(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """`heads_go_on`, of which solvers know lemmas only."""
    return heads_go_on(header, actions, places, n, slots, tags, family_slot, family_node)


def stay_behind(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, passed: int, first: int, last: int
) -> bool:
    """Of ``n`` actions in order, so many lie before some of the slots that there are, and the others behind them."""
    return (passed == 0 or places[passed - 1] + before(header, actions[passed - 1]) <= first) and last <= (
        places[passed] if passed < n else slots
    )


def have_moved(header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, tags_before: Ints) -> bool:
    """What ``n`` actions in order do not replace has moved by what those before it add."""
    return all(
        tags[here(j) + shifted(header, actions, i)] == tags_before[here(j)]
        for i in range(n + 1)
        for j in range(slots)
        if stay_behind(header, actions, places, n, slots, i, j, j + 1)
        if at(shifted(header, actions, i), here(j))
    )


def laid(tags: Ints, spare: Ints, first: int, slot: int) -> int:
    """What is in a slot once the spare ones are copied to those from ``first`` on."""
    return tags[slot] if slot < first else spare[slot - first]


def made_of(action: int) -> int:
    """The level of the blocks that an action makes."""
    return level_of(action) - 1 if action % 2 == EXPAND else level_of(action)


def are_made(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """Where the first ``n`` actions, in order, happened, the blocks stand that they make."""
    return all(
        tags[here(j)] == made_of(actions[i])
        for i in range(n)
        for j in range(
            places[i] + shifted(header, actions, i),
            places[i] + shifted(header, actions, i) + after(header, actions[i]),
        )
        if turn(j - places[i] - shifted(header, actions, i), header[UNITS + made_of(actions[i])])
        if at(places[i], here(j))
    )


def carried_out(
    header: Ints, now: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, tags_before: Ints
) -> bool:
    """Actions in order, of which each had its tokens, have made tags, in which blocks lie whole, of those before."""
    return (
        n >= 0
        and is_shaped(header)
        and are_actions(header, actions, n)
        and lie_apart(header, actions, places, n, slots)
        and ends_lie(header, tags_before, actions, places, n)
        and have_moved(header, actions, places, n, slots, tags, tags_before)
        and are_made(header, actions, places, n, tags)
        and is_sound(now, tags)
        and now[SLOTS] == slots + shifted(header, actions, n)
        and now[FIRST] == header[FIRST]
        and all(now[j] == header[j] for j in range(SPAN + RAW, OFFSETS))
        and now[TOP] == header[TOP]
    )


def is_spliced(
    header: Ints,
    actions: Ints,
    places: Ints,
    n: int,
    slots: int,
    tags: Ints,
    spare: Ints,
    first: int,
    tags_before: Ints,
    stretches: int,
    made: int,
) -> bool:
    """`have_moved` of so many stretches, and `are_made` of so many actions, once spare slots are copied."""
    return all(
        laid(tags, spare, first, here(j) + shifted(header, actions, i)) == tags_before[here(j)]
        for i in range(stretches)
        for j in range(slots)
        if stay_behind(header, actions, places, n, slots, i, j, j + 1)
        if at(shifted(header, actions, i), here(j))
    ) and all(
        laid(tags, spare, first, here(j)) == made_of(actions[i])
        for i in range(made)
        for j in INTEGERS
        if places[i] + shifted(header, actions, i) <= j
        and j < places[i] + shifted(header, actions, i) + after(header, actions[i])
        and turn(j - places[i] - shifted(header, actions, i), header[UNITS + made_of(actions[i])])
        if at(places[i], here(j))
    )


def go_on_standing(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """What families ``n`` actions in order leave alone stand where those before them have moved them."""
    return all(
        stands(header, tags, family_slot[f] + shifted(header, actions, i), family_node[f])
        for f in range(header[FAMILIES])
        for i in range(n + 1)
        if stay_behind(
            header, actions, places, n, slots, i,
            family_slot[f], family_slot[f] + header[WIDTH + family_node[f] % LEVELS],
        )
        if at(family_slot[f], shifted(header, actions, i))
    )  # fmt: skip


def heads_go_on(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """The first blocks of families, where ``n`` actions in order leave them alone, are where those before them have
    moved them, at their tokens."""
    return all(
        tags[family_slot[f] + shifted(header, actions, i)] == family_node[f] % LEVELS - 1
        and begins_at(header, tags, family_slot[f] + shifted(header, actions, i), family_node[f])
        for f in range(header[FAMILIES])
        for i in range(n + 1)
        if stay_behind(header, actions, places, n, slots, i, family_slot[f], family_slot[f] + 1)
        if at(family_slot[f], shifted(header, actions, i))
    )


def are_gathered(splices: Ints, out: Ints, n: int) -> bool:
    """Up to place ``n`` of the list of splices ``out`` says of what stays where it was, and -1 of what they put in."""
    return all(
        out[i] == i - splices[j + 2] + splices[j]
        for j in range(n)
        for i in INTEGERS
        if j % SPLICE == 0 and behind(splices, j, 2) <= i and i < splices[j + 2]
        if at(splices[j], out[i])
    ) and all(
        out[i] == -1
        for j in range(n)
        for i in INTEGERS
        if j % SPLICE == 0 and splices[j + 2] <= i and i < splices[j + 2] + splices[j + 3]
        if at(splices[j], out[i])
    )


def always_fit(header: Ints, actions: Ints, n: int) -> bool:
    """After each of the first ``n`` actions the slots fit the budget, or are no more than before it; and so they are no
    more than fit it, or than there were (BUD-1)."""
    return all(
        header[SLOTS] + shifted(header, actions, m) <= header[W_MAX] or added(header, actions[m - 1]) < 0
        for m in range(1, n + 1)
        if at(shifted(header, actions, m))
    ) and all(
        header[SLOTS] + shifted(header, actions, m) <= max(header[W_MAX], header[SLOTS])
        for m in range(n + 1)
        if at(shifted(header, actions, m))
    )
