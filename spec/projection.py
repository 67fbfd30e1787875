"""Projection as a judgement: is the answer the best feasible part of what a policy prefers? (PRO-1 to PRO-6)

A policy says of each block how much it would like to expand it, keep it and collapse it (`Logits`). It knows nothing
of budgets and grids and may say anything at all; projection turns what it says into an answer that keeps every rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from focalloc.spec.actions import Action, consumed, fits, signed_delta
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import Candidate, possible_actions, tail_collapse
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.cooldown import may_act
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.filling import partial_collapse
from focalloc.spec.geometry import Geometry
from focalloc.spec.knapsack import Outcome, least_possible_use, out_of_order, rivals_of, utility
from focalloc.spec.pins import is_pinned
from focalloc.spec.printable import counted
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE, Aggregates, floor_mean
from focalloc.spec.state import State

LARGEST_LOGIT = SCORE_LIMIT - 1
"""A fixed-point logit ``q`` satisfies ``-LARGEST_LOGIT <= q <= LARGEST_LOGIT``; what is beyond saturates."""


class Logits(NamedTuple):
    """What a policy says of one block, fixed point.

    Attributes:
        expand: for replacing the block by its family.
        keep: for leaving it as it is.
        collapse: for replacing its family by their parent.
    """

    expand: int
    keep: int
    collapse: int


def saturated(logit: float, field: str = "logit") -> int:
    """Return ``logit`` in fixed point, rounded half to even; what does not fit becomes the nearest that does (PRO-1).

    Raises:
        InvalidInput: ``logit`` is no number, or NaN.
    """
    if isinstance(logit, bool) or not isinstance(logit, int | float):
        raise InvalidInput(field, logit, "must be a number (PRO-1)")
    if logit != logit:  # NaN; math.isnan overflows for huge integers
        raise InvalidInput(field, logit, "must not be NaN (PRO-1)")
    if abs(logit) * SCORE_SCALE >= LARGEST_LOGIT:
        return LARGEST_LOGIT if logit > 0 else -LARGEST_LOGIT
    return round(logit * SCORE_SCALE)


@clause("PRO-1")
def missaturated(logit: float, fixed: int | None) -> Iterator[Finding]:
    """PRO-1: a fixed-point logit is the nearest one within `LARGEST_LOGIT` to the logit, ties to even.

    Args:
        logit: what a policy said; no NaN.
        fixed: what it was taken for; None if it was refused.
    """
    if fixed is None:
        yield WHOLE, f"{logit!r} is refused, but a logit that does not fit becomes the nearest that does"
        return
    exact = math.inf if logit == math.inf else -math.inf if logit == -math.inf else logit * SCORE_SCALE
    if abs(fixed) > LARGEST_LOGIT:
        yield WHOLE, f"{fixed} lies beyond +-{LARGEST_LOGIT}"
    elif abs(fixed) == LARGEST_LOGIT and abs(exact) >= LARGEST_LOGIT:
        if (fixed > 0) != (exact > 0):
            yield WHOLE, f"{logit!r} saturates to {fixed}, the wrong side"
    elif abs(fixed - exact) > 0.5 or (abs(fixed - exact) == 0.5 and fixed % 2):
        yield WHOLE, f"{fixed} is not the fixed-point value of {logit!r}"


def checked_logits(state: State, logits: Sequence[Sequence[object]]) -> tuple[Logits, ...]:
    """Return ``logits`` as `Logits`, one per block of the context.

    Raises:
        InvalidInput: there is not one triple per block, or an entry is no fixed-point logit (PRO-1).
    """
    if len(logits) != len(state.context):
        raise InvalidInput("logits", len(logits), f"must be one triple per block, {len(state.context)} in all (PRO-1)")
    for i, triple in enumerate(logits):
        if len(triple) != 3:
            raise InvalidInput(f"logits[{i}]", triple, "must be (expand, keep, collapse) (PRO-1)")
        for name, value in zip(Logits._fields, triple, strict=True):
            number = as_integer(value)
            if number is None or abs(number) > LARGEST_LOGIT:
                raise InvalidInput(
                    f"logits[{i}].{name}",
                    value,
                    f"must be an integer within +-{LARGEST_LOGIT}; see saturated() (PRO-1)",
                )
    return tuple(Logits(*map(as_integer, triple)) for triple in logits)  # type: ignore[arg-type]


def as_logits(state: State, scores: Sequence[int]) -> tuple[Logits, ...]:
    """A row of slot scores read as a policy's preferences: expand by the block's aggregate, collapse by its negative.

    This is how `step` drives a projection, which takes one score per slot like every strategy.
    """
    aggregates = Aggregates(state.geometry, state.context, scores)
    return tuple(Logits(preference, 0, -preference) for preference in (aggregates.of([b]) for b in state.context))


def preference(geometry: Geometry, logits: Mapping[Block, Logits], action: Action) -> int:
    """What ``action`` is worth: the logit of its kind less that of keeping, for a family the floor of the mean."""
    over_keep = [
        (logits[block].expand if action.kind == "expand" else logits[block].collapse) - logits[block].keep
        for block in consumed(geometry, action)
    ]
    return floor_mean(sum(over_keep), len(over_keep))


def preferred(state: State, logits: Sequence[Logits]) -> list[Candidate]:
    """The candidates of a projection: actions that legality, cooldown, tail and pins allow, worth more than 0.

    As for every strategy a collapse's worth is written as a negative aggregate, so ranks are those of KNA-5.

    Args:
        state: the state at the start of the iteration, already ticked.
        logits: one triple per block.
    """
    geometry, by_block = state.geometry, dict(zip(state.context, logits, strict=True))
    found = []
    for action in possible_actions(geometry, set(state.context)):
        worth = preference(geometry, by_block, action)
        if worth <= 0 or not may_act(state.ledger, action, state.iteration, state.params.min_gap):
            continue
        barred = is_pinned(geometry, state.pins, action) or partial_collapse(
            geometry, state.unfilled, state.end, action
        )
        if not barred and not tail_collapse(geometry, state.params, state.end, action):
            found.append(Candidate(action, worth if action.kind == "expand" else -worth))
    return found


@clause("PRO-2")
def unwanted(pool: Sequence[Candidate], action: Action) -> Iterator[Finding]:
    """PRO-2: every action is worth more than 0, that is, preferred to keeping."""
    if all(one.action != action for one in pool):
        yield WHOLE, f"{action.kind} of {tuple(action.node)} is not preferred to keeping what is there"


@clause("PRO-3")
def altered(
    geometry: Geometry, pool: Sequence[Candidate], state: State, actions: Sequence[Action]
) -> Iterator[Finding]:
    """PRO-3: where everything preferred can be done together, it is done."""
    wanted = {one.action for one in pool}
    blocks = [block for action in wanted for block in consumed(geometry, action)]
    after = state.used + sum(signed_delta(geometry, action) for action in wanted)
    if len(wanted) <= state.params.n_diff and len(blocks) == len(set(blocks)) and after <= state.params.w_max:
        for action in sorted(wanted - set(actions)):
            yield WHOLE, f"{action.kind} of {tuple(action.node)} is missing, although all that is preferred is feasible"


@clause("PRO-4")
def less_preferred(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """PRO-4: no feasible choice of preferred actions is worth more in total."""
    if rival.utility > mine.utility:
        yield WHOLE, f"the answer is worth {mine.utility}; better is {rival}"


@clause("PRO-5")
def needless(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """PRO-5: no feasible choice worth as much has fewer actions, or as many and fewer slots used."""
    if rival.utility == mine.utility and (len(rival.actions), rival.used) < (len(mine.actions), mine.used):
        taken = f"{counted(len(mine.actions), 'action')} and {counted(mine.used, 'slot')}"
        yield WHOLE, f"the answer takes {taken}; worth as much is {rival}"


@clause("PRO-6")
def unshed(least_used: int, used_after: int, w_max: int) -> Iterator[Finding]:
    """PRO-6: where some choice of preferred actions ends within the budget, so does the answer."""
    if not fits(used_after, 0, w_max) and fits(least_used, 0, w_max):
        yield WHOLE, f"the iteration ends with {counted(used_after, 'slot')} used; {least_used} could have been reached"


def feasible_rivals(state: State, pool: Sequence[Candidate], mark: int) -> list[Outcome]:
    """Feasible choices worth at least ``mark``; where no choice gets within the budget, those without an expand."""
    geometry, params = state.geometry, state.params
    if fits(least_possible_use(geometry, pool, params.n_diff, state.used), 0, params.w_max):
        rivals = rivals_of(geometry, pool, params.n_diff, state.used, mark)
        return [rival for rival in rivals if fits(rival.used, 0, params.w_max)]
    return rivals_of(geometry, [one for one in pool if one.action.kind == "collapse"], params.n_diff, state.used, mark)


def preference_violations(state: State, logits: Sequence[Logits], actions: Sequence[Action]) -> list[Violation]:
    """Every clause PRO-2 to PRO-6 that applicable ``actions`` break as the projection of ``logits``, and KNA-5.

    Args:
        state: the state at the start of the iteration, already ticked.
        logits: one triple per block.
        actions: an answer each of whose actions can be applied in order.
    """
    geometry = state.geometry
    pool = preferred(state, logits)
    found = [Violation(v.clause, v.message, i) for i, action in enumerate(actions) for v in unwanted(pool, action)]
    found += out_of_order(pool, actions)
    mine = Outcome(
        sum(utility(one) for one in pool if one.action in actions),
        state.used + sum(signed_delta(geometry, action) for action in actions),
        tuple(actions),
    )
    least = least_possible_use(geometry, pool, state.params.n_diff, state.used)
    if over := unshed(least, mine.used, state.params.w_max):
        return found + over
    found += altered(geometry, pool, state, actions)
    rivals = feasible_rivals(state, pool, mine.utility)
    rival = min(rivals, key=lambda one: (-one.utility, len(one.actions), one.used), default=mine)
    return found + less_preferred(mine, rival) + needless(mine, rival)


def projection_violations(state: State, scores: Sequence[int], actions: Sequence[Action]) -> list[Violation]:
    """`preference_violations` for an allocator driven through ``step``, whose scores are read by `as_logits`."""
    return preference_violations(state, as_logits(state, scores), actions)


def violations_of_projection(
    state: State, logits: Sequence[Sequence[object]], actions: Sequence[Action]
) -> list[Violation]:
    """What ``actions`` break as the projection of ``logits`` for the next iteration from ``state``, beside safety.

    Raises:
        InvalidInput: the logits break PRO-1.
    """
    return preference_violations(state.ticked, checked_logits(state, logits), actions)
