"""The exact optimum as a judgement: could a better choice have been made? (KNA-1 to KNA-5)

Nothing here computes the answer. The judge takes the answer's own utility as the mark to beat and looks, family by
family, for a choice that reaches it; choices that no longer can are dropped on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from focalloc.spec.actions import Action, consumed, fits, parent, signed_delta
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import Candidate, candidates, expand_limit
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.geometry import Geometry
from focalloc.spec.greedy import precedes
from focalloc.spec.params import Params
from focalloc.spec.printable import counted
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State


class Outcome(NamedTuple):
    """What a choice of actions amounts to.

    Attributes:
        utility: sum of the magnitudes of the actions' aggregates.
        used: slots used once they are all applied.
        actions: the actions, in no particular order.
    """

    utility: int
    used: int
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        named = " and ".join(f"{kind} of {(level, start)}" for kind, level, start in self.actions) or "doing nothing"
        taken = f"{counted(len(self.actions), 'action')}, {counted(self.used, 'slot')} used"
        return f"{named} (utility {self.utility}, {taken})"


def utility(candidate: Candidate) -> int:
    """What a candidate is worth: the magnitude of its aggregate."""
    return abs(candidate.aggregate)


Worth = Callable[[Candidate], int]
"""What a candidate counts for; `utility`, unless a strategy has other aims."""


def least_possible_use(geometry: Geometry, pool: Iterable[Candidate], n_diff: int, used: int) -> int:
    """The fewest slots that ``n_diff`` candidates can leave in use; no two collapses exclude each other."""
    refunds = sorted((geometry.delta(one.action.level) for one in pool if one.action.kind == "collapse"), reverse=True)
    return used - sum(refunds[:n_diff])


@clause("KNA-1")
def not_shed(least_used: int, used_after: int, w_max: int) -> Iterator[Finding]:
    """KNA-1: where some choice ends within the budget, so does the answer."""
    if not fits(used_after, 0, w_max) and fits(least_used, 0, w_max):
        said = f"the iteration ends with {counted(used_after, 'slot')} used, over the budget {w_max},"
        yield WHOLE, f"{said} although {least_used} could have been reached"


@clause("KNA-2")
def less_useful(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """KNA-2: no admissible choice has a greater utility."""
    if rival.utility > mine.utility:
        yield WHOLE, f"the answer has utility {mine.utility}; better is {rival}"


@clause("KNA-3")
def needless_action(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """KNA-3: no admissible choice of the same utility has fewer actions."""
    if rival.utility == mine.utility and len(rival.actions) < len(mine.actions):
        yield WHOLE, f"the answer takes {counted(len(mine.actions), 'action')}; as useful is {rival}"


@clause("KNA-4")
def needless_use(mine: Outcome, rival: Outcome) -> Iterator[Finding]:
    """KNA-4: no admissible choice of the same utility and number of actions ends with fewer slots used."""
    same = rival.utility == mine.utility and len(rival.actions) == len(mine.actions)
    if same and rival.used < mine.used:
        yield WHOLE, f"the answer leaves {counted(mine.used, 'slot')} used; as useful is {rival}"


@clause("KNA-5")
def out_of_order(pool: Sequence[Candidate], actions: Sequence[Action]) -> Iterator[Finding]:
    """KNA-5: collapses come before expands, and each kind in the order of its queue."""
    known = {one.action: one for one in pool}
    for i, (first, second) in enumerate(pairwise(actions), start=1):
        if first.kind == "expand" and second.kind == "collapse":
            yield i, f"collapse of {tuple(second.node)} comes after an expand; collapses are applied first"
        elif first.kind == second.kind and first in known and second in known and precedes(known[second], known[first]):
            yield i, f"{second.kind} of {tuple(second.node)} comes after {tuple(first.node)}, which it outranks"


def families(geometry: Geometry, pool: Iterable[Candidate]) -> list[tuple[list[Candidate], list[Candidate]]]:
    """Candidates by the family that they touch, as collapses (none or one) and expands of members.

    Only candidates of one family can exclude each other, and only the collapse excludes anything.
    """
    found: dict[Block, tuple[list[Candidate], list[Candidate]]] = {}
    for one in pool:
        if one.action.kind == "collapse":
            found.setdefault(one.action.node, ([], []))[0].append(one)
        else:
            found.setdefault(parent(geometry, one.action.node) or one.action.node, ([], []))[1].append(one)
    return list(found.values())


Rivals = dict[tuple[int, int], Outcome]
"""The most useful choice for each number of actions and number of slots used."""


def most_useful(*several: Rivals) -> Rivals:
    """The most useful choice of any of them, entry by entry."""
    best: Rivals = {}
    for rivals in several:
        for size, rival in rivals.items():
            if size not in best or rival.utility > best[size].utility:
                best[size] = rival
    return best


def extended(geometry: Geometry, rivals: Rivals, one: Candidate, n_diff: int, worth: Worth) -> Rivals:
    """Every choice with ``one`` added, as far as the cap allows."""
    delta = signed_delta(geometry, one.action)
    return {
        (count + 1, used + delta): Outcome(rival.utility + worth(one), used + delta, (*rival.actions, one.action))
        for (count, used), rival in rivals.items()
        if count < n_diff
    }


def rivals_of(
    geometry: Geometry, pool: Iterable[Candidate], n_diff: int, used: int, mark: int, worth: Worth = utility
) -> list[Outcome]:
    """Conflict-free choices from ``pool`` of utility, or worth, at least ``mark``, among them every kind of best.

    For each number of actions and final use that such a choice can have, one of the greatest utility is returned.
    """
    groups = families(geometry, pool)
    groups.sort(key=lambda group: max(map(worth, group[0] + group[1])), reverse=True)
    rivals: Rivals = {(0, used): Outcome(0, used, ())}
    for collapses, expands in groups:
        # PRUNE: nothing that follows is worth more than the best of this family
        most = max(0, *map(worth, collapses + expands))
        rivals = {
            (count, after): rival
            for (count, after), rival in rivals.items()
            if rival.utility + (n_diff - count) * most >= mark
        }

        # EXTEND: by any of the expands, or by the collapse and none of them
        collapsed = [extended(geometry, rivals, one, n_diff, worth) for one in collapses]
        for one in expands:
            rivals = most_useful(rivals, extended(geometry, rivals, one, n_diff, worth))
        rivals = most_useful(rivals, *collapsed)
    return [rival for rival in rivals.values() if rival.utility >= mark]


def admissible_rivals(state: State, pool: Sequence[Candidate], mark: int, worth: Worth = utility) -> list[Outcome]:
    """Choices of utility, or worth, at least ``mark`` that an iteration may make, seen as a whole.

    A choice ends within ``w_max``, and within ``w_soft`` if any of its expands needs that (SOF-1): that expand ranks
    below those that do not, so it is applied after them and what it leaves in use, or a like one after it, is final.
    Where not even the largest refunds get below ``w_max``, a choice has no expand at all (BUD-1).
    """
    geometry, params = state.geometry, state.params

    def within(limit: int, part: list[Candidate]) -> list[Outcome]:
        rivals = rivals_of(geometry, part, params.n_diff, state.used, mark, worth)
        return [rival for rival in rivals if fits(rival.used, 0, limit)]

    if not fits(least_possible_use(geometry, pool, params.n_diff, state.used), 0, params.w_max):
        return within(state.used, [one for one in pool if one.action.kind == "collapse"])
    found = []
    for limit in {params.w_soft, params.w_max}:
        found += within(limit, [one for one in pool if use_limit(params, one) >= limit])
    return found


def use_limit(params: Params, one: Candidate) -> int:
    """The budget that binds a choice with ``one`` in it: `expand_limit` of an expand, ``w_max`` of a collapse."""
    return expand_limit(params, one.aggregate) if one.action.kind == "expand" else params.w_max


def knapsack_violations(state: State, scores: Sequence[int], actions: Sequence[Action]) -> list[Violation]:
    """Every clause KNA-1 to KNA-5 that applicable ``actions`` break.

    Args:
        state: the state at the start of the iteration, already ticked.
        scores: one fixed-point score per slot.
        actions: an answer each of whose actions can be applied in order.
    """
    aggregates = Aggregates(state.geometry, state.context, scores)
    return optimum_violations(state, aggregates, candidates(state, aggregates), actions)


def optimum_violations(
    state: State, aggregates: Aggregates, pool: Sequence[Candidate], actions: Sequence[Action]
) -> list[Violation]:
    """Every clause KNA-1 to KNA-5 that applicable ``actions`` break as a choice from ``pool``."""
    geometry, params = state.geometry, state.params
    found = out_of_order(pool, actions)

    present = set(state.context)
    mine = Outcome(
        sum(
            utility(Candidate(action, aggregates.of(consumed(geometry, action))))
            for action in actions
            if present.issuperset(consumed(geometry, action))
        ),
        state.used + sum(signed_delta(geometry, action) for action in actions),
        tuple(actions),
    )
    least = least_possible_use(geometry, pool, params.n_diff, state.used)
    if over := not_shed(least, mine.used, params.w_max):
        return found + over
    rivals = admissible_rivals(state, pool, mine.utility)
    rival = min(rivals, key=lambda one: (-one.utility, len(one.actions), one.used), default=mine)
    return found + less_useful(mine, rival) + needless_action(mine, rival) + needless_use(mine, rival)
