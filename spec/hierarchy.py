"""Hierarchical planning as a judgement: shares of the regions kept, and the optimum inside each (HIE-1 to HIE-3)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from focalloc.spec.actions import Action, signed_delta
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import Candidate, candidates
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.geometry import Geometry
from focalloc.spec.knapsack import Outcome, out_of_order, rivals_of, utility
from focalloc.spec.printable import counted
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State


class Region(NamedTuple):
    """A top-level node with what an iteration may do and does inside it.

    Attributes:
        node: the node.
        pool: its candidates.
        actions: those of the answer's actions that lie in it.
        most: actions that its share and those of older regions leave to it (HIE-1).
        room: slots that they leave to it (HIE-2).
    """

    node: Block
    pool: list[Candidate]
    actions: list[Action]
    most: int
    room: int


def region_of(geometry: Geometry, action: Action) -> Block:
    """The top-level node that an action lies in."""
    return Block(geometry.top, action.start - action.start % geometry.span(geometry.top))


def regional(geometry: Geometry, node: Block, actions: Sequence[Action]) -> list[Action]:
    """Those of ``actions`` that lie in the region of ``node``."""
    return [action for action in actions if region_of(geometry, action) == node]


def share(whole: int, part: int, total: int) -> int:
    """The part of ``whole`` that ``part`` of ``total`` has a claim to, rounded down; nothing of nothing."""
    return whole * part // total if total else 0


def claims(geometry: Geometry, pool: Sequence[Candidate], most: int, price: int) -> list[Action]:
    """The at most ``most`` actions that are worth most at this ``price`` of a slot, the best first."""
    found = []
    for one in pool:
        delta = signed_delta(geometry, one.action)
        worth = utility(one) - price * delta
        if worth > 0:
            found.append((-worth, delta, one.action.start, one.action.level, one.action))
    return [action for *_, action in sorted(found)[:most]]


def added(geometry: Geometry, actions: Iterable[Action]) -> int:
    """Slots that ``actions`` add together."""
    return sum(signed_delta(geometry, action) for action in actions)


def slot_price(geometry: Geometry, pool: Sequence[Candidate], most: int, room: int) -> int:
    """The least price of a slot at which the claims add at most ``room`` slots.

    The dearer a slot, the fewer slots the claims add; beyond every utility only collapses claim.
    """
    highest = max((utility(one) for one in pool), default=0)
    prices = range(highest + 1)
    return bisect_left(prices, True, key=lambda price: added(geometry, claims(geometry, pool, most, price)) <= room)


def nodes(geometry: Geometry, pool: Sequence[Candidate], actions: Sequence[Action]) -> list[Block]:
    """The regions that candidates or actions lie in, oldest first."""
    return sorted({region_of(geometry, action) for action in [*(one.action for one in pool), *actions]})


def regions(state: State, pool: Sequence[Candidate], actions: Sequence[Action]) -> list[Region]:
    """The regions with candidates or actions, oldest first, each with what the older ones leave to it."""
    by_price = state.params.region_share == "price"
    return regions_by_price(state, pool, actions) if by_price else regions_by_mass(state, pool, actions)


def regions_by_price(state: State, pool: Sequence[Candidate], actions: Sequence[Action]) -> list[Region]:
    """The same, where each may have what it claims."""
    geometry, most, room = state.geometry, state.params.n_diff, max(0, state.params.w_soft - state.used)
    claimed = claims(geometry, pool, most, slot_price(geometry, pool, most, room))
    found: list[Region] = []
    for node in nodes(geometry, pool, actions):
        inside = [one for one in pool if region_of(geometry, one.action) == node]
        spoken_for = [action for action in claimed if region_of(geometry, action) > node]
        spoken_for += [action for action in actions if region_of(geometry, action) < node]
        left = most - len(spoken_for) if regional(geometry, node, claimed) else 0
        mine = regional(geometry, node, actions)
        found.append(Region(node, inside, mine, left, room - added(geometry, spoken_for)))
    return found


def regions_by_mass(state: State, pool: Sequence[Candidate], actions: Sequence[Action]) -> list[Region]:
    """The same, where shares follow mass and demand."""
    geometry, most, room = state.geometry, state.params.n_diff, max(0, state.params.w_soft - state.used)
    masses = [utility(one) for one in pool]
    demands = [one.aggregate if one.action.kind == "expand" else 0 for one in pool]
    found: list[Region] = []
    mass = demand = taken = net = 0
    for node in nodes(geometry, pool, actions):
        inside = [i for i, one in enumerate(pool) if region_of(geometry, one.action) == node]
        mass += sum(masses[i] for i in inside)
        demand += sum(demands[i] for i in inside)
        mine = regional(geometry, node, actions)
        left = share(most, mass, sum(masses)) - taken, share(room, demand, sum(demands)) - net
        found.append(Region(node, [pool[i] for i in inside], mine, *left))
        taken += len(mine)
        net += added(geometry, mine)
    return found


@clause("HIE-1")
def beyond_action_share(region: Region) -> Iterator[Finding]:
    """HIE-1: a region takes at most the actions that its share and those of older regions leave to it."""
    if len(region.actions) > region.most:
        taken = counted(len(region.actions), "action")
        yield WHOLE, f"{taken} in region {tuple(region.node)}; {region.most} left to it"


@clause("HIE-2")
def beyond_slot_share(region: Region, net: int) -> Iterator[Finding]:
    """HIE-2: a region adds at most the slots that its share and those of older regions leave to it."""
    if net > region.room:
        yield WHOLE, f"region {tuple(region.node)} adds {counted(net, 'slot')}; {region.room:,} are left to it"


@clause("HIE-3")
def not_the_regions_optimum(region: Region, mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """HIE-3: inside its share no choice is more useful, or as useful with fewer actions, or then with fewer slots."""
    if (-rival.utility, len(rival.actions), rival.used) < (-mine.utility, len(mine.actions), mine.used):
        yield WHOLE, f"in region {tuple(region.node)} the answer has {mine}; better is {rival}"


def hierarchy_violations(state: State, scores: Sequence[int], actions: Sequence[Action]) -> list[Violation]:
    """Every clause HIE-1 to HIE-3 that applicable ``actions`` break, and KNA-5.

    Args:
        state: the state at the start of the iteration, already ticked.
        scores: one fixed-point score per slot.
        actions: an answer each of whose actions can be applied in order.
    """
    geometry = state.geometry
    pool = candidates(state, Aggregates(geometry, state.context, scores))
    found = out_of_order(pool, actions)
    if state.used > state.params.w_soft:
        pool = [one for one in pool if one.action.kind == "collapse"]
    known = {one.action: one for one in pool}
    for region in regions(state, pool, actions):
        net = added(geometry, region.actions)
        value = sum(utility(known[action]) for action in region.actions if action in known)
        mine = Outcome(value, net, tuple(region.actions))
        here = beyond_action_share(region) + beyond_slot_share(region, net)
        rivals = rivals_of(geometry, region.pool, max(0, region.most), 0, value)
        within = [rival for rival in rivals if rival.used <= region.room]
        rival = min(within, key=lambda one: (-one.utility, len(one.actions), one.used), default=mine)
        found += here or not_the_regions_optimum(region, mine, rival)
        if here:
            break  # what is left to younger regions has no meaning now
    return found
