"""Ingest: collapse the least wanted until the new blocks fit (clauses ING-1 to ING-6), or let go (REL-4)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from focalloc.refimpl.candidates import Choice, is_cooling, is_pinned, is_protected, legal_choices, slot_offsets
from focalloc.spec.actions import Action
from focalloc.spec.errors import NoRoom
from focalloc.spec.state import State, acted


def reclaim(state: State, scores: Sequence[int], blocks: int, *, release: bool = False) -> list[Action]:
    """The collapses that make room for ``blocks`` new level-0 blocks, and for what may be made ahead, in order (ING-1).

    Args:
        state: the state between two iterations.
        scores: one fixed-point score per slot of the context.
        blocks: number of new level-0 blocks.
        release: whether the rest of the room is made by `let_go` where collapses do not suffice (REL-4).

    Raises:
        NoRoom: legal collapses do not free enough (ING-3), or the new blocks would not fit by themselves.
    """
    needed = blocks * state.geometry.slots(0)
    excess = state.used + needed - state.params.w_max
    ahead = state.params.reclaim_ahead * state.geometry.slots(0) if excess > 0 else 0
    scores = list(scores)
    collapses: list[Action] = []

    # UNTIL THERE IS ROOM, AND NO LONGER (ING-2, ING-5, ING-6)
    while state.used + needed + ahead > state.params.w_max:
        possible = [
            choice
            for choice in legal_choices(state, scores, expands=False)
            if not is_cooling(state, choice.action, state.iteration)
            and not is_protected(state, choice.action)
            and not is_pinned(state, choice.action)
        ]
        if not possible and state.used + needed <= state.params.w_max:
            break  # as far ahead as there is something to collapse
        if not possible and release and needed <= state.params.w_max:
            break
        if not possible:
            raise NoRoom(excess, excess - (state.used + needed - state.params.w_max), release)

        # THE LEAST WANTED (ING-4)
        choice = min(possible, key=lambda c: (c.aggregate, c.action.start, c.action.level))
        scores = collapsed_scores(state, scores, choice)
        state = acted(state, choice.action)
        collapses.append(choice.action)
    return collapses


def let_go(state: State, blocks: int) -> int:
    """The token to release to, so that ``blocks`` new ones fit and no block leaves that need not (REL-4).

    Args:
        state: after the collapses.
        blocks: number of new level-0 blocks, which fit by themselves.
    """
    used = state.used + blocks * state.geometry.slots(0)
    for block in state.context:
        if used <= state.params.w_max:
            return block.start
        used -= state.geometry.slots(block.level)
    return state.end


def new_blocks(state: State, tokens: int) -> int:
    """How many new blocks ``tokens`` make, once they have filled the last one (FIL-1).

    Args:
        state: the state between two iterations.
        tokens: how many come.
    """
    return ceil(Fraction(tokens - state.unfilled, state.geometry.arity[0]))


def collapsed_scores(state: State, scores: list[int], choice: Choice) -> list[int]:
    """Slot scores after a collapse: the new gist carries its family's aggregate in each of its slots (ING-4)."""
    geometry, action = state.geometry, choice.action
    slots = slot_offsets(geometry, state.context)
    at = next(i for i, block in enumerate(state.context) if block.start == action.start)
    first, last = slots[at], slots[at + geometry.fanout(action.level)]
    return scores[:first] + [choice.aggregate] * geometry.slots(action.level) + scores[last:]
