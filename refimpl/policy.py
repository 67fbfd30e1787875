"""A learned policy: what it looks at, what it says of it, and the answer (clauses POL-1 to POL-5 of ``POLICY.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import NamedTuple

from focalloc.refimpl.candidates import is_cooling, is_pinned, is_protected, legal_choices, mean, slot_offsets
from focalloc.refimpl.distance import distance
from focalloc.refimpl.preparation import prepared
from focalloc.refimpl.projection import project
from focalloc.spec.actions import Action
from focalloc.spec.policy import CLIP, Layer, Policy, PolicyPlan
from focalloc.spec.projection import LARGEST_LOGIT
from focalloc.spec.state import State

SIDES = ("expand", "collapse")


class Item(NamedTuple):
    """An action that may be taken, the slots it replaces, what is known of it, and what that comes to.

    Attributes:
        action: the action.
        first: the first slot.
        last: the one behind the last.
        known: the ten features that a gate goes by.
        gate: what it makes of them.
    """

    action: Action
    first: int
    last: int
    known: list[int]
    gate: int


def learned(policy: Policy, state: State, scores: Sequence[int]) -> list[Action]:
    """The answer of ``policy`` for the next iteration (POL-5).

    Args:
        policy: the policy.
        state: the state after the last iteration, pointed to the cursor of the next.
        scores: one fixed-point score per slot, as the iteration is told them.
    """
    worth = preferences(policy, state, scores)
    logits = []
    for block in state.context:
        above = min(block.level + 1, state.geometry.top)
        node = (above, block.start - block.start % state.geometry.span(above))
        own = Action("expand", *block), Action("collapse", *node)
        logits.append([worth.get(own[0], 0), 0, worth.get(own[1], 0) if above > block.level else 0])
    return project(state, logits)


def preferences(policy: Policy, state: State, scores: Sequence[int]) -> dict[Action, int]:
    """What each item on a shortlist is preferred by, fixed point (POL-3, POL-4, POL-8)."""
    _, row = prepared(state, scores)

    # ITEMS, AND THE BEST OF EACH KIND (POL-1 to POL-3)
    lists: list[list[Item]] = [[], []]
    for item in items(policy, state, scores, row):
        lists[SIDES.index(item.action.kind)].append(item)
    for one in lists:
        one.sort(key=lambda item: (-item.gate, item.first))
        del one[policy.shortlist :]

    # EACH FOR ITSELF
    alone: list[list[list[int]]] = [[], []]
    for side in (0, 1):
        mine, theirs = len(lists[side]), len(lists[1 - side])
        for item in lists[side]:
            numbers = known(state, row, item, mine, theirs)
            alone[side].append(activated(policy.encode[side], numbers, policy.encode_shift))

    # WHAT ALL COME TO
    context = []
    for rows in alone:
        context += [sum(row[i] for row in rows) // max(1, len(rows)) for i in range(policy.hidden)]
        context += [max((row[i] for row in rows), default=0) for i in range(policy.hidden)]

    # EACH AMONG THE OTHERS
    worth = {}
    for side in (0, 1):
        for item, own in zip(lists[side], alone[side], strict=True):
            mixed = activated(policy.mix[side], own + context, policy.mix_shift)
            worth[item.action] = weighed(policy.prefer[side], mixed)[0]
    return worth if policy.plan is None else planned(policy.plan, state, worth)


def planned(plan: PolicyPlan, state: State, worth: dict[Action, int]) -> dict[Action, int]:
    """The preferences that a plan makes of worths, which stand in the order of the shortlists (POL-8)."""
    found = dict.fromkeys(worth, 0)
    cost = {action: state.geometry.delta(action.level) for action in worth}
    room = state.params.w_max - state.used

    # THE BEST FIRST, as if all families could go
    rank = [(-worth[one] - (plan.stay if one.kind == "collapse" else 0), i, one) for i, one in enumerate(worth)]
    free, spare = room + sum(cost[one] for one in worth if one.kind == "collapse"), []
    for _, _, one in sorted(rank):
        enough = worth[one] >= (plan.show if one.kind == "expand" else plan.leave)
        if enough and cost[one] <= free:
            free -= cost[one]
            if one.kind == "expand":
                found[one] = min(max(worth[one] - plan.show + 1, 1), LARGEST_LOGIT)
                room -= cost[one]
        elif one.kind == "collapse":
            spare.append(one)

    # THE LEAST GO, as far as room is lacking
    for one in reversed(spare):
        if room >= 0:
            break
        found[one] = min(max(plan.show - worth[one], 1), LARGEST_LOGIT)
        room += cost[one]
    return found


def items(policy: Policy, state: State, scores: Sequence[int], row: Sequence[int]) -> list[Item]:
    """The actions that may be taken, in order of position (POL-1), with what their gates make of them (POL-3).

    Args:
        policy: the policy.
        state: the state after the last iteration.
        scores: what the iteration is told.
        row: what it goes by.
    """
    geometry, slot, found = state.geometry, slot_offsets(state.geometry, state.context), []
    place = dict(zip(state.context, slot, strict=False))
    behind = {block.start + geometry.span(block.level): place[block] + geometry.slots(block.level) for block in place}
    begins = {block.start: place[block] for block in place}
    for choice in legal_choices(state, row):
        action = choice.action
        barred = is_protected(state, action) or is_pinned(state, action)
        if barred or is_cooling(state, action, state.iteration + 1):
            continue
        since, until = action.start, action.start + geometry.span(action.level)
        first, last = begins[since], behind[until]
        far = logarithm(distance(geometry, action.node, state.at))
        numbers = [
            shortened(mean(scores[first:last])),
            shortened(choice.aggregate),
            min(shortened(score) for score in row[first:last]),
            max(shortened(score) for score in row[first:last]),
            256 * action.level,
            logarithm(abs(choice.delta)),
            logarithm(geometry.span(action.level) // geometry.span(0)),
            far if until <= state.at else 0,
            far if since > state.at else 0,
            256 if since <= state.at < until else 0,
        ]
        found.append(Item(action, first, last, numbers, weighed(policy.gate[SIDES.index(action.kind)], numbers)[0]))
    return found


def known(state: State, row: Sequence[int], item: Item, mine: int, theirs: int) -> list[int]:
    """All that is known of an item on a shortlist (POL-2); the shortlists are ``mine`` and ``theirs`` long."""
    params, delta = state.params, state.geometry.delta(item.action.level)
    return [
        *item.known,
        shortened(row[item.first - 1]) if item.first else 0,
        shortened(row[item.last]) if item.last < len(row) else 0,
        min(256 * state.used // params.w_max, CLIP),
        min(max(256 * (params.w_max - state.used) // delta, -1024), 1024),
        min(16 * params.n_diff, 256),
        logarithm(mine),
        logarithm(theirs),
    ]


def shortened(score: int) -> int:
    """A score as a feature."""
    return min(max(floor(score / 4096), -CLIP), CLIP)


def logarithm(number: int) -> int:
    """The logarithm of one more than a number to base 2, linear between powers of two; 256 stands for 1 (POL-2)."""
    exponent = len(f"{number + 1:b}") - 1
    power: int = 2**exponent
    return 256 * exponent + 256 * (number + 1 - power) // power


def weighed(layer: Layer, numbers: Sequence[int]) -> list[int]:
    """The sums of a layer."""
    found = []
    for weights, bias in zip(layer.weight, layer.bias, strict=True):
        total = bias
        for i, weight in enumerate(weights):
            total += weight * numbers[i]
        found.append(total)
    return found


def activated(layer: Layer, numbers: Sequence[int], shift: int) -> list[int]:
    """The activations of a layer (POL-4)."""
    return [min(max(one // 2**shift, 0), CLIP) for one in weighed(layer, numbers)]
