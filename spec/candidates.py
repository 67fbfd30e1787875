"""Candidates: which actions an iteration may choose from (clauses ACT-5, TAI-1, BUD-1, THR-1, SOF-1; PIN)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from focalloc.spec.actions import Action, Kind, consumed, is_complete
from focalloc.spec.blocks import Block, end
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.cooldown import may_act
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.pins import is_pinned
from focalloc.spec.printable import counted
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State


class Candidate(NamedTuple):
    """An action that an iteration may choose.

    Attributes:
        action: the action.
        aggregate: floor of the mean score over the slots that the action would replace, fixed point.
    """

    action: Action
    aggregate: int


@clause("ACT-5")
def not_fresh(geometry: Geometry, start_blocks: set[Block], action: Action) -> Iterator[Finding]:
    """ACT-5: an action consumes only blocks that were in the context when its iteration started."""
    for block in consumed(geometry, action):
        if block not in start_blocks:
            said = f"{action.kind} of {tuple(action.node)} acts on {tuple(block)},"
            yield WHOLE, f"{said} which another action of the same iteration created"
            return


def reaches_tail(node_end: int, context_end: int, protected_tokens: int) -> bool:
    """Whether a node ends within the last ``protected_tokens`` tokens."""
    return node_end > context_end - protected_tokens


@clause("TAI-1")
def tail_collapse(geometry: Geometry, params: Params, context_end: int, action: Action) -> Iterator[Finding]:
    """TAI-1: a node that ends within the last ``protected_tokens`` tokens does not collapse."""
    node_end = end(geometry, action.node)
    if action.kind == "collapse" and reaches_tail(node_end, context_end, params.protected_tokens):
        said = f"node {tuple(action.node)} ends at token {node_end}, within the protected last"
        yield WHOLE, f"{said} {counted(params.protected_tokens, 'token')} before {context_end}"


@clause("BUD-1")
def over_budget(params: Params, used_after: int, action: Action) -> Iterator[Finding]:
    """BUD-1: an expand leaves at most ``w_max`` slots used; a collapse is never held back by the budget."""
    if action.kind == "expand" and used_after > params.w_max:
        said = f"expand of {tuple(action.node)} leaves {counted(used_after, 'slot')} used"
        yield WHOLE, f"{said}, over the budget {params.w_max}"


def beyond_threshold(kind: Kind, aggregate: int, tau_expand: int, tau_collapse: int) -> bool:
    """Whether ``aggregate`` passes the strict threshold of ``kind``."""
    return aggregate > tau_expand if kind == "expand" else aggregate < -tau_collapse


@clause("THR-1")
def below_threshold(params: Params, candidate: Candidate) -> Iterator[Finding]:
    """THR-1: an expand needs an aggregate above ``tau_expand``, a collapse one below ``-tau_collapse``."""
    (kind, level, start), aggregate = candidate
    if not beyond_threshold(kind, aggregate, params.tau_expand, params.tau_collapse):
        bound = f"above {params.tau_expand}" if kind == "expand" else f"below {-params.tau_collapse}"
        yield WHOLE, f"{kind} of {(level, start)} has aggregate {aggregate}; it needs one {bound}"


def expand_limit(params: Params, aggregate: int) -> int:
    """The budget that binds an expand: ``w_max`` if its aggregate exceeds the soft margin, else ``w_soft``."""
    return params.w_max if aggregate > params.tau_expand + params.soft_margin else params.w_soft


@clause("SOF-1")
def beyond_soft_budget(params: Params, used_after: int, candidate: Candidate) -> Iterator[Finding]:
    """SOF-1: an expand that leaves more than ``w_soft`` used needs more than ``tau_expand + soft_margin``."""
    (kind, level, start), aggregate = candidate
    needed = params.tau_expand + params.soft_margin
    if kind == "expand" and params.w_soft < used_after <= params.w_max and aggregate <= needed:
        said = f"expand of {(level, start)} leaves {counted(used_after, 'slot')} used, over the soft budget"
        yield WHOLE, f"{said} {params.w_soft}; with aggregate {aggregate} it would need one above {needed}"


def possible_actions(geometry: Geometry, blocks: set[Block]) -> list[Action]:
    """Every legal action on a context, by node: expand the visible ones, collapse the complete families."""
    expands = [_AS_ACTION(("expand", level, start)) for level, start in blocks if level > 0]
    top, spans = geometry.top, geometry.spans
    # a complete family has its first member, and its last
    firsts = [
        (level + 1, start)
        for level, start in blocks
        if level < top and start % spans[level + 1] == 0 and (level, start + spans[level + 1] - spans[level]) in blocks
    ]
    collapses = [_AS_ACTION(("collapse", *node)) for node in firsts]
    return expands + [one for one in collapses if is_complete(geometry, blocks, one.node)]


_AS_ACTION = partial(tuple.__new__, Action)  # what `Action` makes of a triple, in a fraction of the time


def candidates(state: State, aggregates: Aggregates, *, thresholds: bool = True) -> list[Candidate]:
    """The candidates of the iteration that ``state`` (already ticked) is in, in no particular order.

    Args:
        state: the state at the start of the iteration.
        aggregates: aggregates of its context under the iteration's scores.
        thresholds: whether THR-1 applies.
    """
    params, found = state.params, []
    context_end, protected, gap, spans = state.end, state.protected, params.min_gap, state.geometry.spans
    for action in possible_actions(state.geometry, set(state.context)):
        kind, level, start = action
        if kind == "collapse" and reaches_tail(start + spans[level], context_end, protected):
            continue
        if is_pinned(state.geometry, state.pins, action) or not may_act(state.ledger, action, state.iteration, gap):
            continue
        aggregate = aggregates.of(consumed(state.geometry, action))
        if not thresholds or beyond_threshold(kind, aggregate, params.tau_expand, params.tau_collapse):
            found.append(Candidate(action, aggregate))
    return found
