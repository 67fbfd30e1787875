"""What an iteration may choose from: one walk along the context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.geometry import Geometry
from focalloc.spec.state import State


class Choice(NamedTuple):
    """A candidate action.

    Attributes:
        action: the action.
        aggregate: floor of the mean score of the slots it would replace, fixed point.
        delta: slots it would add; negative for a collapse.
    """

    action: Action
    aggregate: int
    delta: int


def choices(state: State, scores: Sequence[int]) -> list[Choice]:
    """Candidates for the next iteration, in order of position (ACT-1 to ACT-5, THR-1, COO-1, TAI-1, PIN).

    They are all read off the context that the iteration begins with, so that no action acts on another's work.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
    """
    params, iteration = state.params, state.iteration + 1
    found = []
    for choice in legal_choices(state, scores):
        # THRESHOLD (THR-1)
        expand = choice.action.kind == "expand"
        if choice.aggregate <= params.tau_expand if expand else choice.aggregate >= -params.tau_collapse:
            continue

        # COOLDOWN, TAIL AND PINS (COO-1, TAI-1, PIN-1, PIN-2)
        if is_cooling(state, choice.action, iteration) or is_protected(state, choice.action):
            continue
        if is_pinned(state, choice.action):
            continue
        found.append(choice)
    return found


def legal_choices(state: State, scores: Sequence[int], *, expands: bool = True) -> Iterator[Choice]:
    """Every action that the context admits, whatever its score, in order of position; ``expands`` too, or not."""
    geometry, context = state.geometry, state.context
    slot = slot_offsets(geometry, context)
    for i, block in enumerate(context):
        # EXPAND (ACT-3)
        if expands and block.level > 0:
            aggregate = mean(scores[slot[i] : slot[i + 1]])
            yield Choice(Action("expand", *block), aggregate, geometry.delta(block.level))

        # COLLAPSE (ACT-4)
        members = family_length(geometry, context, i)
        if members:
            aggregate = mean(scores[slot[i] : slot[i + members]])
            yield Choice(Action("collapse", block.level + 1, block.start), aggregate, -geometry.delta(block.level + 1))


def family_length(geometry: Geometry, context: Sequence[Block], i: int) -> int:
    """Length of the complete family that begins at block ``i``; 0 if none does (ACT-4)."""
    level, start = context[i]
    if level == geometry.top or start % geometry.span(level + 1) != 0:
        return 0
    length = geometry.fanout(level + 1)
    run = context[i : i + length]
    return length if len(run) == length and all(block.level == level for block in run) else 0


def slot_offsets(geometry: Geometry, context: Sequence[Block]) -> list[int]:
    """First slot of each block, and behind them the number of slots."""
    offsets = [0]
    for block in context:
        offsets.append(offsets[-1] + geometry.slots(block.level))
    return offsets


def mean(scores: Sequence[int]) -> int:
    """Floor of the mean (SCO-3)."""
    return sum(scores) // len(scores)


def is_cooling(state: State, action: Action, iteration: int) -> bool:
    """Whether the opposite was done to the same node too short a time ago (COO-1)."""
    latest = state.ledger.get(action.node)
    if latest is None or latest.kind == action.kind:
        return False
    return iteration - latest.iteration < max(1, state.params.cooldown_steps)


def is_protected(state: State, action: Action) -> bool:
    """Whether a collapse would touch the protected tail, or a partial block, which is the last (TAI-1, FIL-2)."""
    node_end = action.start + state.geometry.span(action.level)
    if action.kind == "collapse" and state.unfilled and node_end == state.end:
        return True
    return action.kind == "collapse" and node_end > state.end - state.params.protected_tokens


def is_pinned(state: State, action: Action) -> bool:
    """Whether some token of the node is pinned against such an action (PIN-1, PIN-2)."""
    ranges = state.pins.expand if action.kind == "expand" else state.pins.collapse
    last = action.start + state.geometry.span(action.level) - 1
    return any(action.start < until and since <= last for since, until in ranges)
