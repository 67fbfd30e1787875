"""Several objectives: the exact optimum of utility, churn, nearness, use and what is computed anew (MUL-1, MUL-2)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from focalloc.refimpl.candidates import Choice, choices, slot_offsets
from focalloc.refimpl.distance import distance
from focalloc.refimpl.greedy import is_urgent
from focalloc.refimpl.knapsack import Selection, admissible, better, end, extended, place, preference
from focalloc.spec.actions import Action
from focalloc.spec.state import State


def changed(state: State, selection: Selection) -> int:
    """Slots from the first that ``selection`` changes to the end of the context after it."""
    if not selection.chosen:
        return 0
    oldest = min(choice.action.start for choice in selection.chosen)
    first = slot_offsets(state.geometry, [block for block in state.context if block.start < oldest])[-1]
    return state.used + selection.delta - first


def multi_objective(
    state: State,
    scores: Sequence[int],
    preference: Callable[[Selection], tuple[Any, ...]] = preference,
    changed: Callable[[State, Selection], int] = changed,
) -> list[Action]:
    """The answer for the next iteration that is worth most, all things weighed.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context.
        preference: what decides between selections worth as much, behind its first entry.
        changed: how many slots a causal model computes anew.
    """
    params = state.params
    found = choices(state, scores)
    urgent = {choice.action for choice in found if is_urgent(params, choice)}
    weighed = [raised(choice, nearness(state, choice.action)) for choice in found]

    def by_worth(selection: Selection) -> tuple[Any, ...]:
        churn = params.churn_weight * len(selection.chosen)
        off = abs(state.used + selection.delta - params.goal)
        anew = params.recompute_weight * changed(state, selection)
        return churn + params.budget_weight * off + anew - selection.utility, *preference(selection)[1:]

    best = min(admissible(state, weighed, urgent, by_oldest), key=by_worth)
    chosen = {choice.action for choice in best.chosen}
    return [choice.action for choice in sorted(found, key=place) if choice.action in chosen]


def by_oldest(state: State, found: Sequence[Choice]) -> list[Selection]:
    """Nothing at all, and for each choice and each size the best selection in which that choice is the oldest (CAP-1).

    The slots from the first changed one on are then as many for all of one choice and size. Choices are visited by the
    token they start at, the last one first, and each is added to what could be selected from the token it ends at on.
    """
    nothing = Selection(0, 0, ())
    by_start = sorted(found, key=lambda choice: -choice.action.start)
    starts = [-choice.action.start for choice in by_start]
    selections, tables = [nothing], [{(0, 0): nothing}]
    for choice in by_start:
        table = dict(tables[-1])
        behind = tables[bisect_right(starts, -end(state.geometry, choice.action))]
        for (count, delta), selection in behind.items():
            if count < state.params.n_diff:
                one = extended(selection, choice)
                selections.append(one)
                size = count + 1, delta + choice.delta
                table[size] = better(one, table.get(size))
        tables.append(table)
    return selections


def nearness(state: State, action: Action) -> int:
    """What being near the cursor is worth to an action."""
    return state.params.cursor_weight // (distance(state.geometry, action.node, state.at) + 1)


def raised(choice: Choice, more: int) -> Choice:
    """``choice`` with the magnitude of its aggregate raised."""
    sign = 1 if choice.action.kind == "expand" else -1
    return Choice(choice.action, choice.aggregate + sign * more, choice.delta)
