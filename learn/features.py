"""What a policy is told about each block of the context."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.learn.projection import complete_families
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import reaches_tail
from focalloc.spec.cooldown import may_act
from focalloc.spec.errors import InvalidInput
from focalloc.spec.pins import is_pinned
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State

FEATURES = (
    "score",  # mean score of the block's slots
    "family score",  # mean score over what is visible of the block's family
    "recent score",  # running mean of what the lens said of the block's span, its most wanted part
    "lasting score",  # the same over a longer time
    "level",  # level of detail, 1 for the coarsest
    "span",  # log2 of the tokens under the block, over 16
    "cursor side",  # -1 before the cursor, 0 at it, 1 after it
    "cursor distance",  # log2(1 + distance in level-0 blocks), over 8
    "cursor near",  # 1 at the cursor, falling off over four level-0 blocks
    "family",  # share of the family that is visible at the block's level
    "expand rests",  # share of the cooldown that still forbids the block's expand
    "collapse rests",  # share of the cooldown that still forbids the family's collapse
    "used",  # slots used, as a share of the budget
    "room",  # how many expands of this block's cost fit, at most 4, over 4
    "cap",  # actions allowed per iteration, at most 16, over 16
    "may expand",  # 1 if the block's expand is legal now
    "may collapse",  # 1 if the family's collapse is legal now
)
"""The columns of `Observation.features`; embeddings, if any, stand behind them."""

RECENT, LASTING = 0.5, 0.15
"""Weight of the newest score in the two running means."""

Array = NDArray[np.float32]


class Observation(NamedTuple):
    """What a policy sees of one state.

    Attributes:
        features: ``(blocks, len(FEATURES) + embedding width)``, of order 1.
        legal: whether expand, keep, collapse are legal for each block, as far as that does not depend on the budget;
            ``(blocks, 3)``. Keeping always is. All members of a family agree about its collapse.
    """

    features: Array
    legal: NDArray[np.bool_]


class Observer:
    """Turns states and scores into observations, remembering what the lens said before. One per session."""

    def __init__(self) -> None:
        self._first = 0
        self._memory = np.zeros((2, 0))

    def observe(
        self, state: State, scores: ArrayLike, cursor: int | None = None, embeddings: ArrayLike | None = None
    ) -> Observation:
        """Take note of this iteration's scores and return what a policy is told.

        Args:
            state: the state after the last iteration.
            scores: one fixed-point score per slot of the context, oldest first.
            cursor: token position of the cursor; the end of the context if None.
            embeddings: one vector per block, ``(blocks, width)``.

        Raises:
            InvalidInput: the number of scores or embeddings is wrong.
        """
        geometry, context = state.geometry, state.context
        blocks = len(context)
        level = np.array([block.level for block in context])
        start = np.array([block.start for block in context])
        span = np.array(geometry.spans)[level]
        slots = np.array(geometry.block_slots)[level]
        row = np.asarray(scores, dtype=np.float64)
        if row.shape != (slots.sum(),):
            raise InvalidInput("scores", row.shape, f"must have one entry per slot, {slots.sum()} in all (SCO-2)")
        sums = np.add.reduceat(row, np.cumsum(slots) - slots) / SCORE_SCALE
        score = sums / slots

        # SCORES, now and before
        units = span // geometry.span(0)
        first_unit = np.cumsum(units) - units
        memory = self._remember(start[0] // geometry.span(0), np.repeat(score, units))
        recent, lasting = (np.maximum.reduceat(row, first_unit) for row in memory)

        # FAMILIES: what is visible of them, and what may be done
        family_score, completeness = _families(state, level, start, sums, slots)
        legal, rests = _choices(state)

        # PLACE AND BUDGET
        at = state.end - 1 if cursor is None else cursor
        side = np.where(start > at, 1, np.where(start + span <= at, -1, 0))
        gap_tokens = np.where(side > 0, start - at, np.where(side < 0, at - (start + span - 1), 0))
        distance = gap_tokens / geometry.span(0)
        delta = np.maximum(np.array(geometry.deltas)[level], 1)
        room = np.clip((state.params.w_max - state.used) / delta, 0, 4) / 4
        ones = np.ones(blocks)
        columns = [
            np.clip(score, -4, 4),
            np.clip(family_score, -4, 4),
            np.clip(recent, -4, 4),
            np.clip(lasting, -4, 4),
            level / geometry.top,
            np.log2(span) / 16,
            side,
            np.log2(1 + distance) / 8,
            np.exp(-distance / 4),
            completeness,
            rests[:, 0],
            rests[:, 1],
            ones * min(2.0, state.used / state.params.w_max),
            room,
            ones * min(state.params.n_diff, 16) / 16,
            legal[:, 0],
            legal[:, 2],
        ]
        features = np.stack(columns, axis=1).astype(np.float32)
        if embeddings is None:
            return Observation(features, legal)
        vectors = np.asarray(embeddings, dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != blocks:
            raise InvalidInput("embeddings", vectors.shape, f"must have shape ({blocks}, width)")
        return Observation(np.concatenate([features, vectors], axis=1), legal)

    def _remember(self, first: int, said: NDArray[np.float64]) -> NDArray[np.float64]:
        """Update the running means of each level-0 span from token span ``first`` on; ``(2, spans)``."""
        before = np.stack([said, said])  # what is new starts out as if it had always been scored so
        low, high = max(first, self._first), min(first + len(said), self._first + self._memory.shape[1])
        if low < high:
            before[:, low - first : high - first] = self._memory[:, low - self._first : high - self._first]
        weight = np.array([[RECENT], [LASTING]])
        self._first, self._memory = first, weight * said + (1 - weight) * before
        return self._memory


def _choices(state: State) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Of each block what may be done, ``(blocks, 3)``, and how long its expand and its collapse have to rest yet."""
    geometry, context = state.geometry, state.context
    legal, rests = np.zeros((len(context), 3), dtype=np.bool_), np.zeros((len(context), 2))
    legal[:, 1] = True
    gap, now = state.params.min_gap, state.iteration + 1
    for i, block in enumerate(context):
        if block.level > 0:
            expand = Action("expand", *block)
            legal[i, 0] = may_act(state.ledger, expand, now, gap) and not is_pinned(geometry, state.pins, expand)
            rests[i, 0] = _rest(state, block, "collapse")
    for first, last, node in complete_families(state):
        is_open = not reaches_tail(node.start + geometry.span(node.level), state.end, state.protected)
        collapse = Action("collapse", *node)
        is_open = is_open and not is_pinned(geometry, state.pins, collapse)
        legal[first:last, 2] = is_open and may_act(state.ledger, collapse, now, gap)
        rests[first:last, 1] = _rest(state, node, "expand")
    return legal, rests


def _rest(state: State, node: Block, kind: str) -> float:
    """Share of the cooldown that is left after a ``kind`` of ``node``; 0 if that was not the latest."""
    entry = state.ledger.get(node)
    if entry is None or entry.kind != kind:
        return 0.0
    gap = state.params.min_gap
    return max(0, gap - (state.iteration + 1 - entry.iteration)) / gap


def _families(
    state: State,
    level: NDArray[np.int64],
    start: NDArray[np.int64],
    sums: NDArray[np.float64],
    slots: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean score and completeness of what is visible of each block's family; of a top-level block, its own and 0."""
    geometry = state.geometry
    above = np.minimum(level + 1, geometry.top)
    node = start - start % np.array(geometry.spans)[above]
    # members of one family stand in a row: a new one begins where level or node changes
    new = np.ones(len(level), dtype=np.bool_)
    new[1:] = (level[1:] != level[:-1]) | (node[1:] != node[:-1]) | (level[1:] == geometry.top)
    group = np.cumsum(new) - 1
    total, size, members = (np.bincount(group, weights=w) for w in (sums, slots, np.ones(len(level))))
    fanout = np.array([1, *(geometry.fanout(one) for one in range(1, geometry.top + 1))])[above]
    completeness = np.where(level == geometry.top, 0, members[group] / fanout)
    return (total / size)[group], completeness
