"""The order of a queue: by aggregate, then as ``tie_break`` has it (clauses GRE-2 to GRE-4, TIE-1, TIE-2)."""

from __future__ import annotations

from collections.abc import Callable

from focalloc.refimpl.candidates import Choice
from focalloc.refimpl.distance import distance
from focalloc.spec.state import State


def rank(choice: Choice) -> tuple[int, int, int]:
    """Place in the queue: by aggregate (expands from the top, collapses from the bottom), then start, then level."""
    first = -choice.aggregate if choice.action.kind == "expand" else choice.aggregate
    return first, choice.action.start, choice.action.level


def by_position(state: State) -> Callable[[Choice], tuple[int, ...]]:
    """Places in the queues with ties by position (GRE-4)."""
    return rank


def by_cursor(state: State) -> Callable[[Choice], tuple[int, ...]]:
    """Places in the queues with ties by distance from the cursor, then by position: near ones expand first, far ones
    collapse (TIE-1)."""

    def place(choice: Choice) -> tuple[int, ...]:
        first, *position = rank(choice)
        away = distance(state.geometry, choice.action.node, state.at)
        return first, away if choice.action.kind == "expand" else -away, *position

    return place


def by_recency(state: State) -> Callable[[Choice], tuple[int, ...]]:
    """Places in the queues with ties by the last action on the node, none remembered counting as oldest (TIE-2)."""
    last = {node: entry.iteration for node, entry in state.ledger.items()}

    def place(choice: Choice) -> tuple[int, ...]:
        first, *position = rank(choice)
        return first, last.get(choice.action.node, -1), *position

    return place


TIE_BREAKS = {"position": by_position, "cursor": by_cursor, "recency": by_recency}
"""Value of ``tie_break`` -> how a state ranks its choices."""
