"""Projection of float logits, quick enough to sit inside a training loop (clauses PRO-1 to PRO-6).

The reference visits every candidate with a table of all sizes. Here candidates that exclude nothing are first sorted
into classes of one kind and level, of which only the best ``n_diff`` can matter, and what is left is combined class by
class; a family that could collapse and has members that could expand is a class of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.spec.actions import Action, fits, parent
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import reaches_tail
from focalloc.spec.cooldown import may_act
from focalloc.spec.errors import InvalidInput
from focalloc.spec.projection import LARGEST_LOGIT
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State


class Wish(NamedTuple):
    """An action that is preferred to keeping.

    Attributes:
        worth: by how much, fixed point, above 0.
        action: the action.
        delta: slots it adds.
    """

    worth: int
    action: Action
    delta: int


class Plan(NamedTuple):
    """Some wishes that can be fulfilled together; compared by total worth, then by having fewer, then by using less.

    Attributes:
        total: sum of their worth.
        spared: number of actions, negative.
        saved: slots added, negative.
        wishes: the wishes.
    """

    total: int
    spared: int
    saved: int
    wishes: tuple[Wish, ...]

    def joined(self, other: Plan) -> Plan:
        """Both together."""
        return Plan(
            self.total + other.total,
            self.spared + other.spared,
            self.saved + other.saved,
            self.wishes + other.wishes,
        )


def fixed_logits(logits: ArrayLike, blocks: int) -> NDArray[np.int64]:
    """Fixed-point logits, saturated (PRO-1); ``(blocks, 3)`` in the order expand, keep, collapse.

    Raises:
        InvalidInput: the shape is not ``(blocks, 3)``, or an entry is NaN.
    """
    given = np.asarray(logits, dtype=np.float64)
    if given.shape != (blocks, 3):
        raise InvalidInput("logits", given.shape, f"must have shape ({blocks}, 3) (PRO-1)")
    if np.isnan(given).any():
        first = int(np.flatnonzero(np.isnan(given).any(axis=1))[0])
        raise InvalidInput(f"logits[{first}]", given[first].tolist(), "must not be NaN (PRO-1)")
    largest = LARGEST_LOGIT / SCORE_SCALE
    fixed: NDArray[np.int64] = np.rint(np.clip(given, -largest, largest) * SCORE_SCALE).astype(np.int64)
    return fixed


def project(state: State, logits: ArrayLike) -> list[Action]:
    """The best feasible answer to ``logits`` for the next iteration.

    Args:
        state: the state after the last iteration.
        logits: floats per block of the context, ``(blocks, 3)`` in the order expand, keep, collapse.

    Raises:
        InvalidInput: the logits break PRO-1.
    """
    fixed = fixed_logits(logits, len(state.context))
    single, contested = classes(state, *wishes(state, fixed))
    best = best_plan(state, [alternatives(one, state.params.n_diff) for one in single] + contested)
    if best is None:
        collapses = [one for one in single if one[0].delta < 0]
        collapses += [[plan.wishes[0]] for options in contested for plan in options if plan.saved > 0]
        best = best_plan(state, [alternatives(one, state.params.n_diff) for one in collapses], bounded=False)
    assert best is not None, "doing nothing is always possible"
    return [wish.action for wish in sorted(best.wishes, key=place)]


def place(wish: Wish) -> tuple[bool, int, int, int]:
    """Place in the order of application (KNA-5)."""
    return wish.delta > 0, -wish.worth, wish.action.start, wish.action.level


def wishes(state: State, fixed: NDArray[np.int64]) -> tuple[list[Wish], list[Wish]]:
    """Expands and collapses that are allowed and worth more than 0."""
    geometry, params, context, now = state.geometry, state.params, state.context, state.iteration + 1
    more = (fixed[:, 0] - fixed[:, 1]).tolist()
    less = (fixed[:, 2] - fixed[:, 1]).tolist()
    expands, collapses = [], []
    for block, worth in zip(context, more, strict=True):
        if worth > 0 and block.level > 0:
            action = Action("expand", *block)
            if may_act(state.ledger, action, now, params.min_gap):
                expands.append(Wish(worth, action, geometry.delta(block.level)))
    for first, last, node in complete_families(state):
        worth = sum(less[first:last]) // (last - first)
        if worth <= 0 or reaches_tail(node.start + geometry.span(node.level), state.end, params.protected_tokens):
            continue
        action = Action("collapse", *node)
        if may_act(state.ledger, action, now, params.min_gap):
            collapses.append(Wish(worth, action, -geometry.delta(node.level)))
    return expands, collapses


def complete_families(state: State) -> Iterable[tuple[int, int, Block]]:
    """First index, last index plus one, and node of each complete family in the context."""
    geometry, context = state.geometry, state.context
    run = 0
    for i, block in enumerate(context):
        node = parent(geometry, block)
        if node is None:
            run = 0
            continue
        if block.start == node.start:
            run = 1
        elif run and context[i - 1].level == block.level:
            run += 1
        else:
            run = 0
        if run == geometry.fanout(node.level):
            yield i + 1 - run, i + 1, node


def classes(state: State, expands: list[Wish], collapses: list[Wish]) -> tuple[list[list[Wish]], list[list[Plan]]]:
    """Wishes that exclude nothing, by kind and level; and the alternatives of each family with a conflict."""
    members: dict[Block, list[Wish]] = {}
    for wish in expands:
        members.setdefault(parent(state.geometry, wish.action.node) or wish.action.node, []).append(wish)
    free: dict[tuple[str, int], list[Wish]] = {}
    contested = []
    for wish in collapses:
        rivals = members.pop(wish.action.node, None)
        if rivals is None:
            free.setdefault(("collapse", wish.action.level), []).append(wish)
        else:
            n_diff = state.params.n_diff
            contested.append(alternatives(rivals, n_diff) + (alternatives([wish], n_diff)[1:]))
    for rivals in members.values():
        for wish in rivals:
            free.setdefault(("expand", wish.action.level), []).append(wish)
    return list(free.values()), contested


def alternatives(several: list[Wish], n_diff: int) -> list[Plan]:
    """Nothing, the best, the best two, ... of wishes of one kind and level, up to ``n_diff``."""
    found = [Plan(0, 0, 0, ())]
    for wish in sorted(several, key=place)[:n_diff]:
        found.append(found[-1].joined(Plan(wish.worth, -1, -wish.delta, (wish,))))
    return found


def best_plan(state: State, groups: list[list[Plan]], *, bounded: bool = True) -> Plan | None:
    """The best plan of one alternative per group within cap and, if ``bounded``, budget; None if there is none."""
    plans = {(0, 0): Plan(0, 0, 0, ())}
    for options in groups:
        longer: dict[tuple[int, int], Plan] = {}
        for plan in plans.values():
            for option in options:
                both = plan.joined(option)
                if -both.spared > state.params.n_diff:
                    continue
                size = both.spared, both.saved
                if size not in longer or both.total > longer[size].total:
                    longer[size] = both
        plans = longer
    fitting = [one for one in plans.values() if not bounded or fits(state.used, -one.saved, state.params.w_max)]
    return max(fitting, key=lambda plan: plan[:3], default=None)
