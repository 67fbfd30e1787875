"""Greedy as a judgement: was each action the right head at its turn, and was the stop justified? (GRE, TIE)

Nothing here computes the greedy answer. The judge walks along a given answer, keeps the candidates that are still
open, and asks at each action whether a rule allowed it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from focalloc.spec.actions import (
    OPPOSITE,
    Action,
    Kind,
    consumed,
    fits,
    is_complete,
    is_visible,
    produced,
    signed_delta,
)
from focalloc.spec.blocks import Block, end
from focalloc.spec.candidates import Candidate, candidates, expand_limit
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.cooldown import Ledger
from focalloc.spec.cursor import distance
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.printable import counted
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State


@dataclass
class Turn:
    """One turn of a round: whose it is, and what could be done at it.

    Attributes:
        geometry: shape of the tree.
        params: the parameters.
        kind: whose turn it is.
        used: slots used just before it.
        open: candidates of both kinds that no earlier action of the iteration made impossible.
        ledger: latest action per recently acted node, before the iteration.
        cursor: the token that ties by cursor are measured from.
        heads: the head of each kind, where it has been looked for.
    """

    geometry: Geometry
    params: Params
    kind: Kind
    used: int
    open: list[Candidate]
    ledger: Ledger = field(default_factory=dict)
    cursor: int = 0
    heads: dict[Kind, Candidate | None] = field(default_factory=dict)

    def queue(self) -> list[Candidate]:
        """The open candidates of the turn's kind."""
        return [candidate for candidate in self.open if candidate.action.kind == self.kind]

    def head(self) -> Candidate | None:
        """The open candidate of the turn's kind that no other precedes."""
        if self.kind not in self.heads:
            head = None
            for one in self.queue():
                if head is None or self.precedes(one, head):
                    head = one
            self.heads[self.kind] = head
        return self.heads[self.kind]

    def go_on(self, blocks: set[Block], action: Action) -> None:
        """See which candidates are open after ``action``, which left ``blocks``; the turn goes to the other kind."""
        first, last, spans = action.start, end(self.geometry, action.node), self.geometry.spans

        def is_open(one: Candidate) -> bool:
            _, level, start = one.action
            elsewhere = start >= last or start + spans[level] <= first
            return elsewhere or _still_possible(self.geometry, blocks, one.action)

        self.open = [one for one in self.open if is_open(one)]
        self.heads = {kind: head for kind, head in self.heads.items() if head is None or is_open(head)}
        self.used += signed_delta(self.geometry, action)
        self.kind = OPPOSITE[action.kind]

    def precedes(self, one: Candidate, other: Candidate) -> bool:
        """Whether ``one`` stands before ``other`` in the queue they share, ties as the parameters have it."""
        wins = TIE_ORDERS[self.params.tie_break]
        return outranks(one, other) or (one.aggregate == other.aggregate and wins(self, one, other))

    def room_for(self, candidate: Candidate) -> bool:
        """Whether the budgets admit ``candidate`` now."""
        if candidate.action.kind == "collapse":
            return True
        delta = self.geometry.delta(candidate.action.level)
        return fits(self.used, delta, expand_limit(self.params, candidate.aggregate))

    def can_act(self) -> bool:
        """Whether the turn's head exists and fits."""
        head = self.head()
        return head is not None and self.room_for(head)


def outranks(one: Candidate, other: Candidate) -> bool:
    """Whether the aggregate of ``one`` puts it before ``other`` in the queue they share."""
    return one.aggregate > other.aggregate if one.action.kind == "expand" else one.aggregate < other.aggregate


def wins_tie(one: Candidate, other: Candidate) -> bool:
    """Whether ``one`` comes before ``other`` of equal aggregate: the earlier start, then the lower level (GRE-4)."""
    return (one.action.start, one.action.level) < (other.action.start, other.action.level)


def wins_by_cursor(turn: Turn, one: Candidate, other: Candidate) -> bool:
    """Whether of equal expands ``one`` is nearer to the cursor, or of equal collapses farther away; then as `wins_tie`
    (TIE-1)."""
    mine, theirs = (distance(turn.geometry, each.action.node, turn.cursor) for each in (one, other))
    nearer = mine < theirs if one.action.kind == "expand" else mine > theirs
    return nearer or (mine == theirs and wins_tie(one, other))


def last_acted(ledger: Ledger, one: Candidate) -> int:
    """The iteration in which the node of ``one`` was last acted on; -1, before any, if none is remembered."""
    entry = ledger.get(one.action.node)
    return -1 if entry is None else entry.iteration


def wins_by_recency(turn: Turn, one: Candidate, other: Candidate) -> bool:
    """Whether ``one`` was acted on longer ago than ``other`` of equal aggregate, then as `wins_tie` (TIE-2)."""
    mine, theirs = last_acted(turn.ledger, one), last_acted(turn.ledger, other)
    return mine < theirs or (mine == theirs and wins_tie(one, other))


TIE_ORDERS: dict[str, Callable[[Turn, Candidate, Candidate], bool]] = {
    "position": lambda _, one, other: wins_tie(one, other),
    "cursor": wins_by_cursor,
    "recency": wins_by_recency,
}
"""Value of ``tie_break`` -> whether the first of two candidates of equal aggregate goes first."""


def precedes(one: Candidate, other: Candidate) -> bool:
    """Whether ``one`` stands before ``other`` in the queue they share, ties by position."""
    return outranks(one, other) or (one.aggregate == other.aggregate and wins_tie(one, other))


@clause("GRE-1")
def skipped_turn(turn: Turn, action: Action) -> Iterator[Finding]:
    """GRE-1: expand and collapse turns alternate; a turn is passed over only if its head is missing or does not fit."""
    if action.kind != turn.kind and turn.can_act():
        said = f"{action.kind} of {tuple(action.node)} comes at a turn to {turn.kind},"
        yield WHOLE, f"{said} where {_named(turn.head())} could have been done"


def _preceding(turn: Turn, action: Action) -> tuple[Candidate, Candidate] | None:
    """``action`` as a candidate, and the head that precedes it; None if it is no candidate or is the head."""
    head = turn.head()
    if head is None or head.action == action:
        return None
    mine = next((candidate for candidate in turn.queue() if candidate.action == action), None)
    return None if mine is None else (mine, head)


@clause("GRE-2")
def wrong_expand(turn: Turn, action: Action) -> Iterator[Finding]:
    """GRE-2: on an expand turn the open expand with the highest aggregate acts."""
    pair = _preceding(turn, action)
    if action.kind == "expand" and pair and outranks(pair[1], pair[0]) and turn.room_for(pair[1]):
        yield WHOLE, f"{_named(pair[0])} was chosen before {_named(pair[1])}"


@clause("GRE-3")
def wrong_collapse(turn: Turn, action: Action) -> Iterator[Finding]:
    """GRE-3: on a collapse turn the open collapse with the lowest aggregate acts."""
    pair = _preceding(turn, action)
    if action.kind == "collapse" and pair and outranks(pair[1], pair[0]):
        yield WHOLE, f"{_named(pair[0])} was chosen before {_named(pair[1])}"


def _lost_tie(turn: Turn, action: Action, tie_break: str, why: str) -> Iterator[Finding]:
    pair = _preceding(turn, action) if turn.params.tie_break == tie_break else None
    if pair and pair[0].aggregate == pair[1].aggregate and turn.room_for(pair[1]):
        yield WHOLE, f"{_named(pair[0])} was chosen before {_named(pair[1])}, which {why}"


@clause("GRE-4")
def wrong_tie(turn: Turn, action: Action) -> Iterator[Finding]:
    """GRE-4: among equal aggregates the earlier start acts first, then the lower level."""
    yield from _lost_tie(turn, action, "position", "wins the tie")


@clause("TIE-1")
def wrong_tie_by_cursor(turn: Turn, action: Action) -> Iterator[Finding]:
    """TIE-1: by cursor, of equal aggregates the nearest expand acts first, and the farthest collapse, then as GRE-4."""
    far = "nearer" if action.kind == "expand" else "farther away"
    yield from _lost_tie(turn, action, "cursor", f"is {far} from token {turn.cursor}, or as far and comes first")


@clause("TIE-2")
def wrong_tie_by_recency(turn: Turn, action: Action) -> Iterator[Finding]:
    """TIE-2: by recency, of equal aggregates the node acted on longest ago acts first, then as GRE-4."""
    yield from _lost_tie(turn, action, "recency", "has waited longer, or as long and comes first")


@clause("GRE-5")
def overtaking(turn: Turn, action: Action) -> Iterator[Finding]:
    """GRE-5: while the head of the expand queue does not fit, no lower-ranked expand overtakes it."""
    pair = _preceding(turn, action)
    if action.kind == "expand" and pair and not turn.room_for(pair[1]):
        said = f"{_named(pair[0])} overtook {_named(pair[1])}, which does not fit and must wait for room"
        yield WHOLE, said


@clause("GRE-6")
def stopped_early(turn: Turn, done: int) -> Iterator[Finding]:
    """GRE-6: an iteration ends at the cap, or after a round in which neither turn could act."""
    if done >= turn.params.n_diff:
        return
    other = replace(turn, kind=OPPOSITE[turn.kind])
    for one in (turn, other):
        if one.can_act():
            said = f"the iteration stopped after {done} of at most {counted(turn.params.n_diff, 'action')},"
            yield WHOLE, f"{said} although {_named(one.head())} was still possible"
            return


def _named(candidate: Candidate | None) -> str:
    if candidate is None:
        return "nothing"
    (kind, level, start), aggregate = candidate
    return f"{kind} of {(level, start)} with aggregate {aggregate}"


TIES = (wrong_tie, wrong_tie_by_cursor, wrong_tie_by_recency)


def greedy_violations(state: State, scores: Sequence[int], actions: Sequence[Action]) -> list[Violation]:
    """Every clause GRE-1 to GRE-6, TIE-1 and TIE-2 that applicable ``actions`` break.

    Args:
        state: the state at the start of the iteration, already ticked.
        scores: one fixed-point score per slot.
        actions: an answer each of whose actions can be applied in order.
    """
    blocks = set(state.context)
    turn = Turn(
        state.geometry,
        state.params,
        "expand",
        state.used,
        candidates(state, Aggregates(state.geometry, state.context, scores)),
        state.ledger,
        state.at,
    )
    found: list[Violation] = []
    for i, action in enumerate(actions):
        here = skipped_turn(turn, action)
        turn.kind = action.kind
        for predicate in (wrong_expand, wrong_collapse, *TIES, overtaking):
            here += predicate(turn, action)
        found += [Violation(v.clause, v.message, i) for v in here]
        blocks.difference_update(consumed(state.geometry, action))
        blocks.update(produced(state.geometry, action))
        turn.go_on(blocks, action)
    return found + stopped_early(turn, len(actions))


def _still_possible(geometry: Geometry, blocks: set[Block], action: Action) -> bool:
    if action.kind == "expand":
        return is_visible(blocks, action.node)
    return is_complete(geometry, blocks, action.node)
