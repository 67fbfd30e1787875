"""The relaxation of the exact optimum, fast: the best few of each class, then the price of a slot by Newton's method.

Without exclusions the best `n_diff` of each class are enough, in part or whole: a better candidate can take over the
share of a worse one. What is left is a few dozen candidates whatever the context, in exact integers of any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.calls import run_take
from focalloc.fastpath.kernels.layout import COLLAPSE, EXPAND, N_DIFF, PLACES, RUN, RUNS, SLOTS, WORK_OFFSETS
from focalloc.fastpath.kernels.search_calls import run_candidates
from focalloc.fastpath.plan import unpacked
from focalloc.fastpath.tables import Tables
from focalloc.fastpath.workspace import Workspace
from focalloc.spec.actions import Action
from focalloc.spec.geometry import Geometry
from focalloc.spec.relaxation import Relaxation
from focalloc.spec.scores import SCORE_LIMIT


class Item(NamedTuple):
    """A candidate.

    Attributes:
        utility: magnitude of its aggregate.
        delta: slots that it adds.
        action: the action.
    """

    utility: int
    delta: int
    action: Action


def relaxation(geometry: Geometry, w_max: int, tables: Tables, scores: NDArray[np.generic]) -> Relaxation | None:
    """The relaxation of the next iteration of a session, which is left as it is; None if the scores do not fit.

    Args:
        geometry: shape of the tree.
        w_max: budget in slots.
        tables: the session.
        scores: one per slot.
    """
    most, used = int(tables.state[N_DIFF]), int(tables.state[SLOTS])
    work = Workspace(geometry, most).table
    if run_take(scores, tables.tags, tables.scratch, tables.state):
        return None
    run_candidates(tables.tags, tables.scratch, tables.state, work)
    items = []
    runs, keys, nodes = (work[work[WORK_OFFSETS + i] :].tolist() for i in (4, 5, 6))
    for run in range(work[RUNS]):
        first, size, delta = runs[RUN * run : RUN * (run + 1)]
        for i in range(first, first + size):
            action = unpacked(nodes[i] * 2 + (COLLAPSE if delta < 0 else EXPAND))
            items.append(Item(keys[i] // PLACES, delta, action))
    refunds = sorted(one.delta for one in items if one.delta < 0)[:most]
    if used + sum(refunds) > w_max:
        return relaxed([one for one in items if one.delta < 0], most, 0)
    return relaxed(items, most, w_max - used)


class Lot(NamedTuple):
    """Some items, with what they come to."""

    utility: int
    net: int
    items: list[Item]


def lot_of(items: list[Item]) -> Lot:
    """What ``items`` come to."""
    return Lot(sum(one.utility for one in items), sum(one.delta for one in items), items)


def lot_at(items: Sequence[Item], most: int, value: int, slots: int, sign: int) -> Lot:
    """The best ``most`` items at a price of ``value / slots`` per slot; of equals those with the fewest slots.

    With ``sign`` -1 those with the most. Slots of 0 stand for a price beyond all utility.
    """
    worths = [one.utility * slots - one.delta * value for one in items]
    ranked = sorted(
        (-worth, sign * one.delta, -one.utility, i)
        for i, (worth, one) in enumerate(zip(worths, items, strict=True))
        if worth > 0 or (worth == 0 and sign * one.delta < 0)
    )
    return lot_of([items[i] for *_, i in ranked[:most]])


def relaxed(items: Sequence[Item], most: int, room: int) -> Relaxation:
    """The greatest utility of shares of ``items``, ``most`` in all and ``room`` slots, which some whole items keep.

    Args:
        items: at least the best ``most`` of each delta.
        most: cap on the sum of the shares.
        room: cap on the slots that they add.
    """
    value, slots = 0, 1
    over = lot_at(items, most, 0, 1, 1)
    if over.net > room:
        # PRICE: the line through two lots is the price at which both are worth the same; nothing better means optimal
        under = lot_at(items, most, 1, 0, 1)
        while True:
            value, slots = over.utility - under.utility, over.net - under.net
            middle = lot_at(items, most, value, slots, 1)
            if (middle.utility - over.utility) * slots <= (middle.net - over.net) * value:
                break
            if middle.net > room:
                over = middle
            else:
                under = middle
    fewest, fullest = (lot_at(items, most, value, slots, sign) for sign in (1, -1))
    price = Fraction(value, slots)
    shares = {one.action: Fraction(1) for one in fewest.items}
    if value > 0:
        share_out(shares, fewest, fullest, room)
    last = fewest.items[-1] if 0 < most == len(fewest.items) else None
    toll = last.utility - price * last.delta if last else Fraction(0)
    if most == 0:
        toll = Fraction(SCORE_LIMIT)  # no candidate is worth it
    bound = fewest.utility + price * (room - fewest.net)
    return Relaxation(bound, {action: share for action, share in shares.items() if share}, price, toll)


def share_out(shares: dict[Action, Fraction], fewest: Lot, fullest: Lot, room: int) -> None:
    """Exchange ``fewest`` for ``fullest``, one item at a time and the last in part, until the room is filled."""
    drops = [one for one in fewest.items if one not in fullest.items]
    adds = [one for one in fullest.items if one not in fewest.items]
    net = fewest.net
    for i in range(max(len(drops), len(adds))):
        drop, add = drops[i : i + 1], adds[i : i + 1]
        step = sum(one.delta for one in add) - sum(one.delta for one in drop)
        part = Fraction(1) if net + step <= room else Fraction(room - net, step)
        shares.update((one.action, 1 - part) for one in drop)
        shares.update((one.action, part) for one in add)
        if part < 1:
            return
        net += step
