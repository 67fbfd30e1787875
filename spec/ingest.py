"""Ingest: room for new tokens is reclaimed by collapses, then level-0 blocks are appended (PAR-3, ING-1 to ING-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter, index

from focalloc.spec.actions import (
    Action,
    consumed,
    fits,
    impossible_collapse,
    is_complete,
    off_grid,
    parent,
    produced,
)
from focalloc.spec.blocks import Block, end, used
from focalloc.spec.candidates import Candidate, possible_actions, reaches_tail, tail_collapse
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.cooldown import may_act, too_early
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.filling import partial_collapse
from focalloc.spec.geometry import MAX_SLOTS, Geometry
from focalloc.spec.greedy import precedes
from focalloc.spec.params import Params
from focalloc.spec.pins import is_pinned, pinned_collapse, within
from focalloc.spec.printable import counted
from focalloc.spec.release import cut, let_go_in_vain
from focalloc.spec.scores import Aggregates, checked_scores
from focalloc.spec.state import State


@clause("PAR-3")
def senseless_size(blocks: object) -> Iterator[Finding]:
    """PAR-3: an ingest appends a whole number of blocks, from 1 to `MAX_SLOTS`."""
    number = as_integer(blocks)
    if number is None:
        yield WHOLE, "must be an integer"
    elif not 1 <= number <= MAX_SLOTS:
        yield WHOLE, f"must lie between 1 and {MAX_SLOTS}"


def checked_size(blocks: object) -> int:
    """Return ``blocks`` if an ingest may be of so many, else raise `InvalidInput` (PAR-3)."""
    for violation in senseless_size(blocks):
        raise InvalidInput("blocks", blocks, f"{violation.message} ({violation.clause})")
    return index(blocks)  # type: ignore[arg-type]


@clause("ING-1")
def not_a_collapse(actions: Sequence[Action]) -> Iterator[Finding]:
    """ING-1: ingest reclaims by collapses only."""
    for i, action in enumerate(actions):
        if action.kind != "collapse":
            yield i, f"action {i} of an ingest is an {action.kind}; ingest only collapses"


@clause("ING-2")
def no_room_made(used_after: int, needed: int, w_max: int) -> Iterator[Finding]:
    """ING-2: after the reclaiming collapses the new blocks fit the budget."""
    if not fits(used_after, needed, w_max):
        said = f"the collapses leave {counted(used_after, 'slot')} used; {needed} more do not fit the budget {w_max}"
        yield WHOLE, said


@clause("ING-3")
def needless_refusal(least_used: int, needed: int, w_max: int) -> Iterator[Finding]:
    """ING-3: ingest is refused only if even all legal collapses together make too little room."""
    if fits(least_used, needed, w_max):
        said = f"ingest was refused, although legal collapses leave {least_used} used and {needed} more fit {w_max}"
        yield WHOLE, said


@clause("ING-4")
def wrong_reclaim(possible: Sequence[Candidate], action: Action) -> Iterator[Finding]:
    """ING-4: each reclaim is the legal collapse with the lowest aggregate; ties by start, then level."""
    mine = next((one for one in possible if one.action == action), None)
    better = next((one for one in possible if mine and precedes(one, mine)), None)
    if mine and better:
        said = f"collapse of {tuple(action.node)} with aggregate {mine.aggregate} was reclaimed before"
        yield WHOLE, f"{said} {tuple(better.action.node)} with {better.aggregate}"


@clause("ING-5")
def needless_reclaim(used_before: int, wanted: int, w_max: int) -> Iterator[Finding]:
    """ING-5: ingest collapses nothing if the new blocks fit, nor once there is all the room that is `wanted`."""
    if fits(used_before, wanted, w_max):
        said = f"{counted(wanted, 'new slot')} beside {used_before} fit the budget {w_max}; nothing more is reclaimed"
        yield WHOLE, said


@clause("ING-6")
def stopped_short(used_after: int, wanted: int, w_max: int, possible: Sequence[Action]) -> Iterator[Finding]:
    """ING-6: where room has to be made, it is made for ``reclaim_ahead`` more blocks, as far as collapses go."""
    if possible and not fits(used_after, wanted, w_max):
        said = f"{wanted} slots, those of `reclaim_ahead` included, do not fit beside {used_after} in the budget"
        yield WHOLE, f"{said} {w_max}, and collapse of {tuple(possible[0].node)} was still legal"


def wanted(state: State, needed: int) -> int:
    """Slots that room is made for, if ``needed`` slots are to come: more than these only if they do not fit (ING-6)."""
    if fits(state.used, needed, state.params.w_max):
        return needed
    return needed + state.params.reclaim_ahead * state.geometry.slots(0)


def reclaimable(state: State, blocks: set[Block]) -> list[Action]:
    """Legal collapses on ``blocks`` between iterations: complete families, rested, outside tail and pins."""
    return [
        action
        for action in possible_actions(state.geometry, blocks)
        if action.kind == "collapse" and _may_reclaim(state, action)
    ]


def _may_reclaim(state: State, action: Action) -> bool:
    """Whether cooldown, tail and pins allow the collapse ``action``."""
    return (
        may_act(state.ledger, action, state.iteration, state.params.min_gap)
        and not reaches_tail(end(state.geometry, action.node), state.end, state.protected)
        and not is_pinned(state.geometry, state.pins, action)
    )


def _above(state: State, blocks: set[Block], node: Block) -> list[Action]:
    """The only collapse that one to ``node``, which made ``blocks``, can have made legal: that of its parent."""
    above = parent(state.geometry, node)
    if above is None or not is_complete(state.geometry, blocks, above):
        return []
    action = Action("collapse", *above)
    return [action] if _may_reclaim(state, action) else []


def least_used(state: State) -> int:
    """Slots used once no legal collapse is left.

    The order does not matter: a collapse neither forbids another nor undoes one, so all orders end in one context.
    """
    blocks = set(state.context)
    while possible := reclaimable(state, blocks):
        for action in possible:
            blocks = (blocks - set(consumed(state.geometry, action))) | set(produced(state.geometry, action))
    return used(state.geometry, blocks)


def ingest_violations(
    state: State,
    scores: Sequence[int],
    blocks: int,
    answer: Sequence[Action] | None,
    *,
    ordered: bool,
    release: bool = False,
    front: object = None,
) -> list[Violation]:
    """Every clause that an answer to an ingest breaks.

    Args:
        state: the state between two iterations.
        scores: one fixed-point score per slot of the context.
        blocks: number of new level-0 blocks, at least 1.
        answer: the reclaiming collapses in order, or None if the allocator refused.
        ordered: whether ING-4 to ING-6 apply (every profile but ``safety``).
        release: whether the ingest may let go of the oldest blocks (REL-4).
        front: the token that it says the context begins with since; None if it let nothing go.

    Raises:
        InvalidInput: the scores break SCO-1 or SCO-2.
    """
    checked_scores(state.geometry, state.context, scores)
    needed = blocks * state.geometry.slots(0)
    if answer is None and release:
        return let_go_in_vain(state.geometry, state.context, None, 0, needed, state.params.w_max)
    if answer is None:
        return needless_refusal(least_used(state), needed, state.params.w_max)
    found = off_grid(state.geometry, answer) + not_a_collapse(answer)
    if found:
        return found
    aggregates = Aggregates(state.geometry, state.context, scores)
    present, now_used, room = set(state.context), state.used, wanted(state, needed)

    def weighed(actions: list[Action]) -> list[Candidate]:
        return [Candidate(one, aggregates.of(consumed(state.geometry, one))) for one in actions]

    possible = weighed(reclaimable(state, present)) if ordered else []
    for i, action in enumerate(answer):
        impossible = impossible_collapse(state.geometry, present, action)
        here = impossible + too_early(state.ledger, action, state.iteration, state.params.min_gap)
        here += tail_collapse(state.geometry, state.params, state.end, action)
        here += partial_collapse(state.geometry, state.unfilled, state.end, action)
        here += pinned_collapse(state.geometry, state.pins, action)
        if ordered and not impossible:
            here += needless_reclaim(now_used, room, state.params.w_max)
            here += wrong_reclaim(possible, action)
        found += [Violation(v.clause, v.message, i) for v in here]
        if impossible:
            return found
        aggregates.merge(consumed(state.geometry, action), action.node)
        present = (present - set(consumed(state.geometry, action))) | {action.node}
        if ordered:
            possible = [one for one in possible if one.action != action] + weighed(_above(state, present, action.node))
        now_used -= state.geometry.delta(action.level)
    if front is not None:
        gone, broken = _let_go(state, present, needed, front, release=release)
        if broken:
            return found + broken
        now_used -= gone
    if short := no_room_made(now_used, needed, state.params.w_max):
        return found + short
    if ordered and room > needed:
        found += stopped_short(now_used, room, state.params.w_max, [one.action for one in possible])
    return found


def _let_go(
    state: State, present: set[Block], needed: int, front: object, *, release: bool
) -> tuple[int, list[Violation]]:
    """How many slots an ingest let go by saying that the context begins at ``front``, and what is wrong with it."""
    if not release:
        return 0, [Violation("REL-4", f"the ingest let go of what is before {front!r}; it was not told that it may")]
    context = tuple(sorted(present, key=attrgetter("start")))
    if found := cut((*context, Block(0, state.end)), front):
        return 0, [
            Violation(v.clause, f"the ingest says that it released to {front!r}; that {v.message}") for v in found
        ]
    token = index(front)  # type: ignore[arg-type]
    possible = len(reclaimable(state, present))
    gone = used(state.geometry, [block for block in context if block.start < token])
    return gone, let_go_in_vain(state.geometry, context, token, possible, needed, state.params.w_max)


def sufficient_budget(geometry: Geometry, params: Params, tokens: int, blocks: int = 1) -> int:
    """A ``w_max`` at which ingest of ``blocks`` blocks into a context of ``tokens`` tokens cannot fail.

    Where no legal collapse is left, a slot that is not part of a whole top-level gist is there for one of three
    reasons: it stands at a ragged edge, in the protected tail, or beside a node that cools down. The sum of the four
    terms bounds what such a context can occupy, whatever happened before.

    Args:
        geometry: shape of the tree.
        params: for the cap, the cooldown and the protected tail.
        tokens: tokens that the context covers before the ingest.
        blocks: new level-0 blocks.

    Returns:
        Slots, in general more than the least that would do.
    """
    whole = tokens // geometry.span(geometry.top) * geometry.slots(geometry.top)
    edge = sum((geometry.arity[level - 1] - 1) * geometry.slots(level - 1) for level in range(2, geometry.top + 1))
    tail = -(-params.protected_tokens // geometry.span(0)) * geometry.slots(0)
    cooling = params.n_diff * params.min_gap * sum(geometry.deltas)
    return whole + 2 * edge + tail + cooling + blocks * geometry.slots(0)


def pinned_room(geometry: Geometry, first: int, last: int) -> int:
    """Slots that a range of tokens pinned against collapse may keep in use: all of it raw, and a ragged edge on either
    side."""
    span = geometry.span(0)
    edge = sum((geometry.arity[level - 1] - 1) * geometry.slots(level - 1) for level in range(2, geometry.top + 1))
    return (-(-last // span) - first // span) * geometry.slots(0) + 2 * edge


def sufficient_budget_of(state: State, blocks: int = 1) -> int:
    """A ``w_max`` at which the next ingest of ``blocks`` blocks cannot fail: `sufficient_budget`, and room for pins.

    Pins count as far as the context reaches, and a partial block as a protected one (FIL-2).
    """
    geometry, first = state.geometry, state.context[0].start
    pinned = within(state.pins.collapse, first, state.end)
    params = replace(state.params, protected_tokens=state.protected)
    enough = sufficient_budget(geometry, params, state.end - first, blocks)
    return enough + sum(pinned_room(geometry, *one) for one in pinned)
