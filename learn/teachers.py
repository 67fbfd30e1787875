"""Whom a policy can learn from: what came to be needed, an oracle that knows it, the optimum of the noisy scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.learn.features import Observation
from focalloc.learn.simulator import Floats, Session
from focalloc.refimpl.knapsack import knapsack
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block

HORIZON, DISCOUNT = 10, 0.85
"""How many iterations a teacher looks ahead, and what a later one counts less."""


class Lesson(NamedTuple):
    """What a teacher would do.

    Attributes:
        wanted: whether each item should be done; ``(items,)``.
        weights: how much each of these matters, above 0; also the worth of the action when the teacher acts itself.
    """

    wanted: NDArray[np.bool_]
    weights: Floats

    def preferences(self) -> Floats:
        """The lesson as preferences, to be projected when the teacher acts."""
        return np.where(self.wanted, self.weights, 0)


Teacher = Callable[[Session, Observation], Lesson]


def coming_need(session: Session) -> Floats:
    """Discounted share of the need of the next `HORIZON` iterations that lies in each level-0 block; sums to 1."""
    ahead = session.episode.need[session.iteration + 1 : session.iteration + 1 + HORIZON]
    fading = DISCOUNT ** np.arange(len(ahead))
    worth: Floats = fading @ ahead / fading.sum()
    return worth


def hindsight(session: Session, seen: Observation) -> Floats:
    """What each item turned out to be worth: the greatest `coming_need` of a block under its node; ``(items,)``."""
    need, geometry = coming_need(session), session.state.geometry
    span = geometry.span(0)
    found = np.zeros(len(seen.actions))
    for i, (_, level, start) in enumerate(seen.actions):
        first = start // span
        found[i] = need[first : first + geometry.span(level) // span].max()
    return found


def exact_optimum(session: Session, seen: Observation) -> Lesson:
    """What the strategy ``knapsack`` does with the scores as they are."""
    return lesson_of(seen, knapsack(session.state, session.scores()))


def lesson_of(seen: Observation, actions: Iterable[Action]) -> Lesson:
    """To do just these ``actions``, all alike; one that builds on another before it is no item yet, and left out."""
    wanted = set(actions)
    return Lesson(np.array([one in wanted for one in seen.actions], dtype=np.bool_), np.ones(len(seen.actions)))


class Bounds(NamedTuple):
    """When a block is shown.

    Attributes:
        show: worth from which a block is expanded for.
        leave: worth from which one that is visible is left where it is.
        stay: what one that is visible is worth more than another.
    """

    show: float = 0.03
    leave: float = 0.01
    stay: float = 0.01


BOUNDS = Bounds()


def clairvoyant(session: Session, seen: Observation) -> Lesson:
    """What someone does who knows the needs of the next `HORIZON` iterations."""
    return by_worth(session, seen, coming_need(session))


def by_worth(session: Session, seen: Observation, worth: Floats, bounds: Bounds = BOUNDS) -> Lesson:
    """What someone does who knows, or thinks to know, what each level-0 block is worth.

    They pick the blocks worth showing, the most needed first, as long as a context with all of them in it fits the
    budget; expand towards them; and collapse what is least needed, but only as far as room is lacking.
    """
    state, geometry = session.state, session.state.geometry
    span = geometry.span(0)

    # WANTED: nodes that must be open for the blocks worth showing
    shown = session.visible()
    least = np.where(shown > 0, bounds.leave, bounds.show)
    room = state.params.w_max - session.episode.scenario.tops * geometry.slots(geometry.top)
    wanted: set[Block] = set()
    for leaf in np.argsort(-worth - bounds.stay * shown, kind="stable").tolist():
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
    lesson = Lesson(np.zeros(len(seen.actions), np.bool_), np.full(len(seen.actions), 0.1))
    missing, spare = 0, []
    for i, action in enumerate(seen.actions):
        node = action.node
        if action.kind == "collapse":
            if node not in wanted:
                spare.append((needed(node), i))
        elif node in wanted:
            lesson.wanted[i], lesson.weights[i] = True, 0.1 + needed(node)
            inside = [one for one in wanted if node.start <= one.start < node.start + geometry.span(node.level)]
            missing += sum(geometry.delta(one.level) for one in inside if one.level <= node.level)
    lacking = state.used + missing - state.params.w_max
    for loss, i in sorted(spare):
        if lacking <= 0:
            break
        lesson.wanted[i], lesson.weights[i] = True, max(0.05, 0.2 - loss)
        lacking -= int(seen.deltas[i])
    return lesson


TEACHERS: dict[str, Teacher] = {"clairvoyant": clairvoyant, "optimum": exact_optimum}
"""Teachers by name."""
