"""Greedy: by turns from two queues (GRE-1, GRE-5, GRE-6)."""

from __future__ import annotations

from functools import partial

from focalloc.fastpath.kernels.candidates import best_collapses, best_expands
from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    DONE,
    EXPAND,
    FANOUT,
    FREED,
    LEVELS,
    MARK,
    N_DIFF,
    SLOTS,
    SOFT_MARGIN,
    TAKEN_COLLAPSES,
    TAKEN_EXPANDS,
    TAU_COLLAPSE,
    TAU_EXPAND,
    UNBOUNDED,
    UNITS,
    W_MAX,
    W_SOFT,
    WIDTH,
    Ints,
    Session,
    Sought,
)
from focalloc.fastpath.kernels.packing import node_of, place_of, rank_of
from focalloc.fastpath.kernels.places import is_marked, mark
from focalloc.fastpath.machine_code import kernel


@kernel
def fits(header: Ints, slots_used: int, delta: int, aggregate: int) -> bool:
    """Whether an expand stays within the hard budget and, unless it is worth it, within the soft one (BUD-1, SOF-1)."""
    after = slots_used + delta
    if after > header[W_MAX]:
        return False
    return after <= header[W_SOFT] or aggregate > header[TAU_EXPAND] + header[SOFT_MARGIN]


@kernel
def alternate(session: Session, expands: int, collapses: int, more: bool) -> bool:
    """Take turns: one expand if it fits, one collapse, until the cap or an idle round (CAP-1, GRE-1, GRE-5, GRE-6).

    Heads that an earlier action made impossible carry a mark and are passed over. Reads and leaves its place in the
    queues, the number of actions and the slots freed in the header.

    Args:
        more: whether there may be expands beyond the ones in the queue.

    Returns:
        Whether it had to stop at an expand turn because the queue ran out although there may be more.
    """
    header, tags, family_node = session.header, session.tags, session.family_node
    expand_keys, expand_tokens = session.expand_keys, session.expand_tokens
    collapse_keys, collapse_families = session.collapse_keys, session.collapse_families
    actions, places = session.actions, session.places
    done = header[DONE]
    used = header[SLOTS] - header[FREED]
    e = header[TAKEN_EXPANDS]
    c = header[TAKEN_COLLAPSES]
    hungry = False
    while done < header[N_DIFF]:
        before = done

        # EXPAND TURN: the head or nothing
        while e < expands and tags[place_of(expand_keys[e])] >= MARK:
            e += 1
        if e == expands and more:
            hungry = True
            break
        if e < expands:
            slot = place_of(expand_keys[e])
            level = tags[slot]
            delta = header[WIDTH + level] - header[UNITS + level]
            if fits(header, used, delta, rank_of(expand_keys[e])):
                actions[done] = node_of(level, expand_tokens[e]) * 2 + EXPAND
                places[done] = slot
                mark(tags, slot, 1, 1)
                used += delta
                done += 1
                e += 1

        # COLLAPSE TURN
        if done < header[N_DIFF]:
            while c < collapses:
                level = family_node[collapse_families[c]] % LEVELS
                slot = place_of(collapse_keys[c])
                if not is_marked(tags, slot, header[WIDTH + level], header[UNITS + level - 1]):
                    break
                c += 1
            if c < collapses:
                slot = place_of(collapse_keys[c])
                node = family_node[collapse_families[c]]
                level = node % LEVELS
                actions[done] = node * 2 + COLLAPSE
                places[done] = slot
                mark(tags, slot, header[WIDTH + level], header[UNITS + level - 1])
                used -= header[WIDTH + level] - header[UNITS + level]
                done += 1
                c += 1

        if done == before:
            break
    header[DONE] = done
    header[FREED] = header[SLOTS] - used
    header[TAKEN_EXPANDS] = e
    header[TAKEN_COLLAPSES] = c
    return hungry


@partial(kernel, inlined=True)
def select(session: Session) -> int:
    """Choose the actions of an iteration and mark what they replace; return how many."""
    header, family_node, expand_keys = session.header, session.family_node, session.expand_keys
    collapse_keys, collapse_families = session.collapse_keys, session.collapse_families
    n_diff = header[N_DIFF]
    header[DONE] = 0
    header[FREED] = 0
    header[TAKEN_EXPANDS] = 0
    header[TAKEN_COLLAPSES] = 0
    if n_diff == 0:
        return 0
    collapses = best_collapses(session, Sought(n_diff, 0, 0, collapse_keys, collapse_families), header[TAU_COLLAPSE])
    spoilt = 0
    ceiling = UNBOUNDED
    hungry = True
    while hungry:
        expands = best_expands(session, ceiling, spoilt, n_diff)
        taken = header[TAKEN_COLLAPSES]
        hungry = alternate(session, expands, collapses, expands == n_diff)
        if hungry:
            # collapses took the rest of the queue away: look for the next best, past what was seen and what is marked
            ceiling = expand_keys[expands - 1]
            header[TAKEN_EXPANDS] = 0
            spoilt += expands
            for c in range(taken, header[TAKEN_COLLAPSES]):
                spoilt += header[FANOUT + family_node[collapse_families[c]] % LEVELS]
    return header[DONE]
