"""What a policy is told of each item (clauses POL-1 and POL-2 of ``POLICY.md``), for all items at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.spec.actions import Action
from focalloc.spec.geometry import Geometry
from focalloc.spec.policy import CLIP, MOST_CAP, MOST_ROOM, ONE, SCORE_SHIFT, is_allowed
from focalloc.spec.state import State, seen

Integers = NDArray[np.int64]

SHORTLIST = 32
"""Items of a kind that a policy looks at closely."""


class Observation(NamedTuple):
    """What a policy sees of one state: the actions that may be taken, in order (POL-1).

    Attributes:
        actions: the items.
        collapses: whether each is a collapse; ``(items,)``.
        blocks: index of the first block that each replaces, and of the one behind the last; ``(items, 2)``.
        features: ``(items, len(FEATURES))``, whole numbers.
        deltas: slots that each adds or gives back; ``(items,)``.
        room: slots that are left of the budget, below 0 where there are too many.
        geometry: shape of the tree.
    """

    actions: tuple[Action, ...]
    collapses: NDArray[np.bool_]
    blocks: Integers
    features: Integers
    deltas: Integers
    room: int
    geometry: Geometry

    def logits(self, preferences: NDArray[Any], blocks: int) -> NDArray[np.float64]:
        """Preferences, one per item, as logits of ``blocks`` blocks (POL-5); ``(blocks, 3)``."""
        found = np.zeros((blocks, 3))
        for (first, last), collapse, one in zip(self.blocks.tolist(), self.collapses, preferences, strict=True):
            found[first:last, 2 if collapse else 0] = one
        return found


class Items(NamedTuple):
    """What may be done in an iteration (POL-1), one entry per item.

    Attributes:
        actions: the actions.
        collapses: whether each is a collapse.
        first: the first block that it replaces.
        last: the last one.
        level: of its node.
    """

    actions: tuple[Action, ...]
    collapses: NDArray[np.bool_]
    first: Integers
    last: Integers
    level: Integers


def items_of(state: State, level: Integers, start: Integers, stop: Integers) -> Items:
    """The items of the next iteration, in their order.

    Args:
        state: the state after the last iteration.
        level: of each block.
        start: first token of each.
        stop: the slot behind each.
    """
    geometry, params, spans = state.geometry, state.params, np.array(state.geometry.spans)

    # BLOCKS ABOVE THE RAW TOKENS, and families without a gap
    expands = np.flatnonzero(level > 0)
    above = np.minimum(level + 1, geometry.top)
    fanout = np.array([1, *(geometry.fanout(one) for one in range(1, geometry.top + 1))])[above]
    leads = np.flatnonzero((level < geometry.top) & (start % spans[above] == 0))
    ends = np.minimum(leads + fanout[leads], len(level)) - 1
    run = np.cumsum(np.diff(level, prepend=level[0]) != 0)  # blocks of one level in a row have one number
    whole = (run[ends] == run[leads]) & (ends == leads + fanout[leads] - 1)
    first = np.concatenate([expands, leads[whole]])
    last = np.concatenate([expands, ends[whole]])
    collapses = np.arange(len(first)) >= len(expands)
    node_level = np.where(collapses, above[first], level[first])
    begins = np.concatenate([[0], stop[:-1]])
    order = np.lexsort((stop[last], begins[first], start[first]))
    first, last, collapses, node_level = first[order], last[order], collapses[order], node_level[order]
    actions = [
        Action("collapse" if one else "expand", height, begin)
        for one, height, begin in zip(collapses.tolist(), node_level.tolist(), start[first].tolist(), strict=True)
    ]
    free = not (any(state.pins) or state.unfilled or params.protected_tokens)  # nothing but the cooldown bars
    ticked = state.ticked
    allowed = [(free and action.node not in ticked.ledger) or is_allowed(ticked, action) for action in actions]
    kept = tuple(action for action, one in zip(actions, allowed, strict=True) if one)
    return Items(kept, collapses[allowed], first[allowed], last[allowed], node_level[allowed])


def observe(state: State, scores: Sequence[int], shortlist: int = SHORTLIST) -> Observation:
    """The items of the next iteration and what is known of them.

    Args:
        state: the state after the last iteration, pointed to the cursor of the next.
        scores: one fixed-point score per slot, oldest first.
        shortlist: most items of a kind that the policy looks at closely.
    """
    geometry, params, context = state.geometry, state.params, state.context
    level, start = np.array(context, dtype=np.int64).reshape(-1, 2).T
    slots, spans = np.array(geometry.block_slots)[level], np.array(geometry.spans)
    stop = np.cumsum(slots)
    actions, collapses, first, last, node_level = items_of(state, level, start, stop)

    # SCORES: of the slots that each replaces, and of those beside them
    since, until = stop[first] - slots[first], stop[last]
    cuts = np.stack([since, until], axis=1).reshape(-1)
    row = np.array([*seen(state, scores), 0], dtype=np.int64)
    told = np.array([*scores, 0], dtype=np.int64)
    number = until - since

    def over(function: np.ufunc, numbers: Integers) -> Integers:
        return function.reduceat(numbers, cuts)[::2] if len(cuts) else np.zeros(0, np.int64)

    # PLACE AND BUDGET
    begin, end = start[first], start[first] + spans[node_level]
    is_before, is_behind = end <= state.at, begin > state.at
    gap = logarithms(np.maximum(np.maximum(begin - state.at, state.at - end), 0) // geometry.span(0))
    deltas = np.array(geometry.deltas)[node_level]
    left = params.w_max - state.used
    mine = np.minimum(np.where(collapses, collapses.sum(), (~collapses).sum()), shortlist)
    theirs = np.minimum(np.where(collapses, (~collapses).sum(), collapses.sum()), shortlist)
    ones = np.ones(len(first), dtype=np.int64)
    columns = [
        clipped((over(np.add, told) // number) >> SCORE_SHIFT),
        clipped((over(np.add, row) // number) >> SCORE_SHIFT),
        clipped(over(np.minimum, row) >> SCORE_SHIFT),
        clipped(over(np.maximum, row) >> SCORE_SHIFT),
        ONE * node_level,
        logarithms(deltas),
        logarithms(spans[node_level] // geometry.span(0)),
        np.where(is_before, gap, 0),
        np.where(is_behind, gap, 0),
        np.where(is_before | is_behind, 0, ONE),
        np.where(since > 0, clipped(row[since - 1] >> SCORE_SHIFT), 0),
        np.where(until < state.used, clipped(row[until] >> SCORE_SHIFT), 0),
        ones * min(state.used * ONE // params.w_max, CLIP),
        np.clip(left * ONE // deltas, -MOST_ROOM, MOST_ROOM),
        ones * (ONE // MOST_CAP * min(params.n_diff, MOST_CAP)),
        logarithms(mine),
        logarithms(theirs),
    ]
    return Observation(
        actions,
        collapses,
        np.stack([first, last + 1], axis=1),
        np.stack(columns, axis=1).astype(np.int64),
        deltas,
        left,
        geometry,
    )


def clipped(numbers: Integers) -> Integers:
    """The nearest features."""
    return np.clip(numbers, -CLIP, CLIP)


def logarithms(numbers: Integers) -> Integers:
    """`focalloc.spec.policy.logarithm` of each."""
    above = 1 + np.asarray(numbers, dtype=np.int64)
    exponent = np.frexp(above.astype(np.float64))[1].astype(np.int64) - 1
    power = np.left_shift(1, exponent)
    return ONE * exponent + (above - power) * ONE // power
