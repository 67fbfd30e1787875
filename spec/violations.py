"""The judgement of one answer: every clause it breaks, each with a sentence and a witness."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from focalloc.spec.actions import (
    Action,
    as_actions,
    consumed,
    impossible_collapse,
    impossible_expand,
    malformed,
    off_grid,
    produced,
    signed_delta,
)
from focalloc.spec.candidates import (
    Candidate,
    below_threshold,
    beyond_soft_budget,
    not_fresh,
    over_budget,
    tail_collapse,
)
from focalloc.spec.clauses import Finding, Violation, clause
from focalloc.spec.cooldown import too_early
from focalloc.spec.errors import one_of
from focalloc.spec.filling import filled, needless_room, partial_collapse
from focalloc.spec.greedy import greedy_violations
from focalloc.spec.hierarchy import hierarchy_violations
from focalloc.spec.hybrid import hybrid_violations
from focalloc.spec.ingest import ingest_violations
from focalloc.spec.knapsack import knapsack_violations
from focalloc.spec.objective import objective_violations
from focalloc.spec.pins import pinned_collapse, pinned_expand
from focalloc.spec.printable import counted
from focalloc.spec.projection import projection_violations
from focalloc.spec.scores import Aggregates, checked_scores
from focalloc.spec.state import State, seen

Judgement = Callable[[State, Sequence[int], Sequence[Action]], list[Violation]]

SELECTIONS: dict[str, Judgement] = {
    "greedy": greedy_violations,
    "enhanced": greedy_violations,
    "knapsack": knapsack_violations,
    "hybrid": hybrid_violations,
    "multi_objective": objective_violations,
    "hierarchical": hierarchy_violations,
    "projection": projection_violations,
}
"""Profile -> judgement of what its strategy selects, on top of the safety rules."""

SCORE_DRIVEN = frozenset(SELECTIONS) - {"projection"}
"""Profiles that thresholds and soft budget bind (THR-1, SOF-1); a policy's preferences are free of them."""

PROFILES = ("safety", *SELECTIONS)
"""Profiles that an allocator can claim; each includes `safety`."""


@clause("CAP-1")
def over_cap(n_diff: int, actions: Sequence[Action]) -> Iterator[Finding]:
    """CAP-1: an iteration applies at most ``n_diff`` actions."""
    if len(actions) > n_diff:
        yield n_diff, f"{counted(len(actions), 'action')} in one iteration; the cap is {n_diff}"


def checked_profile(profile: str) -> str:
    """Return ``profile`` if the spec defines it, else raise `InvalidInput`."""
    return one_of("profile", profile, PROFILES)


def violations(
    state: State,
    scores: Sequence[int],
    actions: Sequence[Sequence[object]],
    profile: str = "safety",
    cursor: int | None = None,
) -> list[Violation]:
    """Every clause that ``actions`` break as the next iteration from ``state``.

    Args:
        state: the state after the last iteration.
        scores: one fixed-point score per slot of the context, oldest first.
        actions: the answer, ``(kind, level, start)`` triples in the order of application.
        profile: ``"safety"`` for what every allocator owes, or a strategy's profile.
        cursor: the token that nearness is measured from; None for the end of the context.

    Returns:
        Violations in the order of the actions; empty if the answer conforms. An action that cannot be applied ends
        the judgement, since what comes after it has no meaning.

    Raises:
        InvalidInput: the scores break SCO-1 or SCO-2, the cursor CUR-1, or the profile is unknown.

    Example:
        >>> from focalloc import Geometry, Params, violations
        >>> from focalloc.spec import opened
        >>> state = opened(Geometry(), Params(w_max=20), [(1, 0)])
        >>> [violation] = violations(state, [2**20], [("expand", 1, 0)])
        >>> print(violation.clause, violation.message, sep=": ")
        BUD-1: expand of (1, 0) leaves 32 slots used, over the budget 20
    """
    checked_profile(profile)
    checked_scores(state.geometry, state.context, scores)
    now = state.ticked.pointed(cursor)
    geometry, params, scores = now.geometry, now.params, seen(now, scores)

    # FORM
    if ill_formed := malformed(geometry, actions):
        return ill_formed
    answer = as_actions(actions)
    found = over_cap(params.n_diff, answer)
    if unaligned := off_grid(geometry, answer):
        return found + unaligned

    # LEGALITY, BUDGET and COOLDOWN, on every prefix
    at_start, blocks, used = set(now.context), set(now.context), now.used
    aggregates = Aggregates(geometry, now.context, scores)
    for i, action in enumerate(answer):
        impossible = impossible_expand(blocks, action) + impossible_collapse(geometry, blocks, action)
        used += signed_delta(geometry, action)
        stale = not_fresh(geometry, at_start, action) if not impossible else []
        here = impossible + stale + tail_collapse(geometry, params, now.end, action)
        here += partial_collapse(geometry, now.unfilled, now.end, action)
        here += pinned_collapse(geometry, now.pins, action) + pinned_expand(geometry, now.pins, action)
        here += too_early(now.ledger, action, now.iteration, params.min_gap) + over_budget(params, used, action)
        if profile in SCORE_DRIVEN and not impossible and not stale:
            candidate = Candidate(action, aggregates.of(consumed(geometry, action)))
            here += below_threshold(params, candidate) + beyond_soft_budget(params, used, candidate)
        found += [Violation(v.clause, v.message, i) for v in here]
        if impossible:
            return found
        blocks.difference_update(consumed(geometry, action))
        blocks.update(produced(geometry, action))

    # SELECTION
    if profile in SELECTIONS:
        found += SELECTIONS[profile](now, scores, answer)
    return found


def reclaim_violations(
    state: State,
    scores: Sequence[int],
    blocks: int,
    answer: Sequence[Sequence[object]] | None,
    profile: str = "safety",
    *,
    release: bool = False,
    front: object = None,
) -> list[Violation]:
    """Every clause that ``answer`` breaks as the reclaiming collapses of an ingest of ``blocks`` level-0 blocks.

    Args:
        state: the state between two iterations.
        scores: one fixed-point score per slot of the context.
        blocks: number of new level-0 blocks, at least 1.
        answer: the collapses in order; None if the allocator refused.
        profile: every profile but ``"safety"`` also fixes which collapses are made (ING-4 to ING-6).
        release: whether the ingest may let go of the oldest blocks (REL-4).
        front: the token that it says the context begins with since; None if it let nothing go.

    Raises:
        InvalidInput: the scores break SCO-1 or SCO-2, or the profile is unknown.
    """
    ordered = checked_profile(profile) != "safety"
    if answer is not None and (ill_formed := malformed(state.geometry, answer)):
        return ill_formed
    actions = None if answer is None else as_actions(answer)
    return ingest_violations(state, scores, blocks, actions, ordered=ordered, release=release, front=front)


def filling_violations(
    state: State,
    scores: Sequence[int],
    tokens: int,
    answer: Sequence[Sequence[object]] | None,
    profile: str = "safety",
    *,
    release: bool = False,
    front: object = None,
) -> list[Violation]:
    """Every clause that ``answer`` breaks as the reclaiming collapses of an ingest of ``tokens`` tokens.

    Arguments and refusals as of `reclaim_violations`, of which it is a matter where the tokens make new blocks.
    """
    blocks = filled(state.geometry, state.unfilled, tokens).blocks
    if blocks:
        return reclaim_violations(state, scores, blocks, answer, profile, release=release, front=front)
    checked_profile(profile)
    checked_scores(state.geometry, state.context, scores)
    if answer is not None and (ill_formed := malformed(state.geometry, answer)):
        return ill_formed
    return needless_room(tokens, None if answer is None else as_actions(answer), front)
