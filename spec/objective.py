"""Several objectives as a judgement: could a choice have been worth more, all things weighed? (MUL-1, MUL-2)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappushpop

from focalloc.spec.actions import Action, consumed, fits, signed_delta
from focalloc.spec.blocks import used
from focalloc.spec.candidates import Candidate, candidates
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.cursor import distance
from focalloc.spec.knapsack import (
    Outcome,
    admissible_rivals,
    least_possible_use,
    not_shed,
    out_of_order,
    utility,
)
from focalloc.spec.params import Params
from focalloc.spec.printable import counted
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State


def nearness(state: State, action: Action) -> int:
    """What an action is worth for being near the cursor: the weight over one more than the distance, rounded down."""
    return state.params.cursor_weight // (1 + distance(state.geometry, action.node, state.at))


def worth(state: State, one: Candidate) -> int:
    """What a candidate is worth whatever else is chosen: utility and nearness less churn and the slots that it adds.

    These come behind the first changed slot, as everything does that is chosen.
    """
    added = state.params.recompute_weight * signed_delta(state.geometry, one.action)
    return utility(one) + nearness(state, one.action) - state.params.churn_weight - added


def off_target(params: Params, used: int) -> int:
    """What ending with ``used`` slots costs for its distance from the target."""
    return params.budget_weight * abs(used - params.goal)


def recomputed(state: State, actions: Sequence[Action]) -> int:
    """What the slots from the oldest of ``actions`` on cost, as many as they are before; `worth` has those added."""
    oldest = min((action.start for action in actions), default=state.end)
    return state.params.recompute_weight * used(state.geometry, [one for one in state.context if one.start >= oldest])


def worthy_rivals(state: State, pool: Sequence[Candidate], mark: int) -> Iterator[Outcome]:
    """Admissible choices, among them for each action that may be the oldest the best that are worth ``mark``.

    Their utility is the sum of what their candidates are worth. Whether a debt can be paid the whole pool decides.
    """
    params = state.params
    debt = not fits(least_possible_use(state.geometry, pool, params.n_diff, state.used), 0, params.w_max)

    def from_slot(slot: int, part: Sequence[Candidate]) -> list[Outcome]:
        # distance only costs, so a rival's worth before it is at least what the answer's is after it
        least = mark + params.recompute_weight * (state.used - slot)
        rivals = admissible_rivals(state, part, least, lambda one: worth(state, one))
        return [one for one in rivals if debt or fits(one.used, 0, params.w_max)]

    if params.recompute_weight == 0:
        yield from from_slot(0, pool)
        return
    yield from from_slot(state.used, [])
    begun: dict[int, list[Candidate]] = {}
    for one in pool:
        begun.setdefault(one.action.start, []).append(one)
    slot, most = state.used, [0] * min(params.n_diff, len(pool))
    part: list[Candidate] = []
    for block in reversed(state.context):
        slot -= state.geometry.slots(block.level)
        for one in begun.get(block.start, ()):
            part.append(one)
            heappushpop(most, worth(state, one))
        # PRUNE: whatever begins here is worth too little
        if block.start in begun and sum(most) >= mark + params.recompute_weight * (state.used - slot):
            yield from from_slot(slot, part)


@clause("MUL-1")
def less_worth(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """MUL-1: no admissible choice is worth more, all things weighed."""
    if rival.utility > mine.utility:
        yield WHOLE, f"the answer is worth {mine.utility}; better is {rival}"


@clause("MUL-2")
def more_than_needed(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """MUL-2: no admissible choice worth as much has fewer actions, or as many and fewer slots used."""
    if rival.utility == mine.utility and (len(rival.actions), rival.used) < (len(mine.actions), mine.used):
        taken = f"{counted(len(mine.actions), 'action')} and {counted(mine.used, 'slot')}"
        yield WHOLE, f"the answer takes {taken}; worth as much is {rival}"


def objective_violations(state: State, scores: Sequence[int], actions: Sequence[Action]) -> list[Violation]:
    """Every clause MUL-1, MUL-2, KNA-1 and KNA-5 that applicable ``actions`` break.

    Args:
        state: the state at the start of the iteration, already ticked.
        scores: one fixed-point score per slot.
        actions: an answer each of whose actions can be applied in order.
    """
    geometry, params = state.geometry, state.params
    aggregates = Aggregates(geometry, state.context, scores)
    pool = candidates(state, aggregates)
    found = out_of_order(pool, actions)

    def valued(one: Outcome) -> Outcome:
        cost = off_target(params, one.used) + recomputed(state, one.actions)
        return Outcome(one.utility - cost, one.used, one.actions)

    present = set(state.context)
    known = [
        Candidate(action, aggregates.of(consumed(geometry, action)))
        for action in actions
        if present.issuperset(consumed(geometry, action))
    ]
    after = state.used + sum(signed_delta(geometry, action) for action in actions)
    mine = valued(Outcome(sum(worth(state, one) for one in known), after, tuple(actions)))
    least = least_possible_use(geometry, pool, params.n_diff, state.used)
    if over := not_shed(least, after, params.w_max):
        return found + over
    rivals = [valued(one) for one in worthy_rivals(state, pool, mine.utility)]
    rival = min(rivals, key=lambda one: (-one.utility, len(one.actions), one.used), default=mine)
    return found + less_worth(mine, rival) + more_than_needed(mine, rival)
