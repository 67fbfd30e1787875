"""Whom a policy can imitate: the exact optimum over the noisy scores, and an oracle that knows what will be needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.learn.projection import complete_families
from focalloc.learn.simulator import Session
from focalloc.refimpl.knapsack import knapsack
from focalloc.spec.actions import Action, consumed
from focalloc.spec.blocks import Block
from focalloc.spec.state import State

EXPAND, KEEP, COLLAPSE = 0, 1, 2
"""Columns of logits and values of labels."""

HORIZON, DISCOUNT = 10, 0.85
"""How many iterations the clairvoyant looks ahead, and what a later one counts less."""

WORTH_SHOWING, WORTH_LEAVING = 0.03, 0.01
"""Discounted share of the need from which a block is worth expanding for, or worth leaving where it is."""


class Lesson(NamedTuple):
    """What a teacher would do.

    Attributes:
        labels: `EXPAND`, `KEEP` or `COLLAPSE` per block.
        weights: how much each label matters, above 0; also the worth of the action when the teacher acts itself.
    """

    labels: NDArray[np.int64]
    weights: NDArray[np.float64]

    def logits(self) -> NDArray[np.float64]:
        """The lesson as logits, to be projected when the teacher acts; ``(blocks, 3)``."""
        logits = np.zeros((len(self.labels), 3))
        logits[np.arange(len(self.labels)), self.labels] = self.weights
        logits[self.labels == KEEP, KEEP] = 1
        return logits


Teacher = Callable[[Session], Lesson]


def exact_optimum(session: Session) -> Lesson:
    """What the strategy ``knapsack`` does with the scores as they are."""
    return lesson_of(session.state, knapsack(session.state, session.scores()))


def lesson_of(state: State, actions: Iterable[Action]) -> Lesson:
    """To do just these ``actions``, all labels alike."""
    index = {block: i for i, block in enumerate(state.context)}
    labels = np.full(len(state.context), KEEP)
    for action in actions:
        for block in consumed(state.geometry, action):
            if block in index:  # an action may build on one before it, which the first lesson must teach
                labels[index[block]] = EXPAND if action.kind == "expand" else COLLAPSE
    return Lesson(labels, np.ones(len(labels)))


def clairvoyant(session: Session) -> Lesson:
    """What someone does who knows the needs of the next `HORIZON` iterations.

    It picks the blocks worth showing, the most needed first, as long as a context with all of them in it fits the
    budget; expands towards them; and collapses what is least needed, but only as far as room is lacking.
    """
    state, geometry = session.state, session.state.geometry
    span = geometry.span(0)
    ahead = session.episode.need[session.iteration + 1 : session.iteration + 1 + HORIZON]
    fading = DISCOUNT ** np.arange(len(ahead))
    worth = fading @ ahead / fading.sum()

    # WANTED: nodes that must be open for the blocks worth showing
    shown = session.visible()
    least = np.where(shown > 0, WORTH_LEAVING, WORTH_SHOWING)
    room = state.params.w_max - len(session.episode.opening) * geometry.slots(geometry.top)
    wanted: set[Block] = set()
    for leaf in np.argsort(-worth - 0.01 * shown, kind="stable").tolist():
        if worth[leaf] < least[leaf]:
            continue
        chain = {
            Block(level, leaf * span // geometry.span(level) * geometry.span(level))
            for level in range(1, geometry.top + 1)
        }
        cost = sum(geometry.delta(node.level) for node in chain - wanted)
        if cost <= room:
            room -= cost
            wanted |= chain

    def needed(block: Block) -> float:
        first = block.start // span
        return float(worth[first : first + geometry.span(block.level) // span].sum())

    # EXPAND what is wanted and not open yet; COLLAPSE the least needed until that fits
    labels = np.full(len(state.context), KEEP)
    weights = np.full(len(state.context), 0.1)
    missing = 0
    for i, block in enumerate(state.context):
        if block in wanted:
            labels[i], weights[i] = EXPAND, 0.1 + needed(block)
            inside = [node for node in wanted if block.start <= node.start < block.start + geometry.span(block.level)]
            missing += sum(geometry.delta(node.level) for node in inside if node.level <= block.level)
    lacking = state.used + missing - state.params.w_max
    spare = sorted((needed(node), node, first, last) for first, last, node in complete_families(state))
    for loss, node, first, last in spare:
        if lacking <= 0:
            break
        if node not in wanted:
            labels[first:last], weights[first:last] = COLLAPSE, max(0.05, 0.2 - loss)
            lacking -= geometry.delta(node.level)
    return Lesson(labels, weights)


TEACHERS: dict[str, Teacher] = {"clairvoyant": clairvoyant, "optimum": exact_optimum}
"""Teachers by name."""
