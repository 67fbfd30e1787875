"""Theorems about enhanced greedy: thresholds that follow utilisation, and the three orders among equal aggregates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import z3

from focalloc.proofs.engines.forking import SymInt, summary, term
from focalloc.proofs.engines.helpers import Helpers, record
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.terms import Term, both, total
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.refimpl import preparation as reference
from focalloc.refimpl import ties as reference_ties
from focalloc.spec import adaptation as judge
from focalloc.spec import greedy as judge_greedy
from focalloc.spec.actions import KINDS
from focalloc.spec.params import TIE_BREAKS

JUDGE, REFERENCE = "adaptation", "preparation"

# THRESHOLDS


@dataclass(frozen=True)
class Ratio:
    """A fraction of symbolic integers, to stand for ``fractions.Fraction``; the denominator is positive."""

    above: Any
    below: Any = 1

    def __lt__(self, other: Ratio) -> Any:
        return self.above * other.below < other.above * self.below

    def __gt__(self, other: Ratio) -> Any:
        return other < self

    def __rmul__(self, factor: Any) -> Ratio:
        return Ratio(self.above * factor, self.below)

    def __floor__(self) -> Any:
        return self.above // self.below

    def __ceil__(self) -> Any:
        return -(-self.above // self.below)


def replaced(params: Any, **changes: Any) -> Any:
    """``dataclasses.replace`` for a `record`."""
    return record(**{**vars(params), **changes})


@dataclass(frozen=True)
class Thresholds:
    """Both thresholds before an iteration, and after as the judge and as the reference adapt them.

    Attributes:
        assume: what PAR-1, PAR-2 and ADA-2 say of the parameters.
        before: ``tau_expand``, ``tau_collapse``.
        judged: the same as the judge has them after.
        computed: the same as the reference has them after.
        low: ``tau_min``.
        high: ``tau_max``.
        used: slots used after the last iterations, added up.
        w_max: the budget.
    """

    assume: list[Term]
    before: tuple[Term, Term]
    judged: tuple[Term, Term]
    computed: tuple[Term, Term]
    low: Term
    high: Term
    used: Term
    w_max: Term

    @classmethod
    def after(cls, window: int, iterations: int, bug: Mutation) -> Thresholds:
        """With this many iterations behind."""
        names = ("tau_expand", "tau_collapse")
        expand, collapse, low, high, w_max = z3.Ints("tau_expand tau_collapse tau_min tau_max w_max")
        used = z3.Ints([f"used_{i}" for i in range(iterations)])
        assume = [w_max >= 1, low >= 1, low <= high, *(one >= 1 for one in used)]
        assume += [z3.And(low <= tau, tau <= high) if window else tau >= 0 for tau in (expand, collapse)]
        params = record(
            tau_expand=expand, tau_collapse=collapse, tau_min=low, tau_max=high, w_max=w_max, adaptive_window=window
        )
        recent = [SymInt(one) for one in used]
        adapted = Helpers(judge, bug).plain("adapted")
        adapt = Helpers(reference, bug).plain("adapt")
        adapted.__globals__.update(replace=replaced)
        adapt.__globals__.update(replace=replaced, Fraction=Ratio)
        judged, computed = (
            tuple(summary(lambda: getattr(f(params, recent), name), assumptions=assume) for name in names)  # noqa: B023
            for f in (adapted, adapt)
        )
        return cls(assume, (expand, collapse), judged, computed, low, high, total(used), w_max)


@theorem(
    "thresholds-stay-in-their-clamp",
    "Thresholds that adapt stay from tau_min to tau_max for ever. They fall where the context was too empty and rise "
    "where it was too full, each time unless they are at that end already, and keep still otherwise.",
    clauses="ADA-1 ADA-2 PAR-2",
    technique=Technique.FORKING,
    bounds="windows of up to 4 iterations; any thresholds, clamp, budget and use",
    mutations=[
        Mutation("the upper end is forgotten", "return min(max(tau, low), high)", "return max(tau, low)", JUDGE),
        Mutation("the lower end is forgotten", "return min(max(tau, low), high)", "return min(tau, high)", JUDGE),
        Mutation("rises where it should fall", "tau = lowered(params", "tau = raised(params", JUDGE),
        Mutation("rounded back to where it was", "return -(-tau * 21 // 20)", "return tau * 21 // 20", JUDGE),
        Mutation("adapts before the window is full", "len(recent) < window:", "len(recent) + 1 < window:", JUDGE),
        Mutation("exactly 80 % is too empty", "if 5 * total < 4", "if 5 * total <= 4", JUDGE),
        Mutation("tau_collapse is left behind", "tau_expand=tau, tau_collapse=tau", "tau_expand=tau", JUDGE),
    ],
)
def thresholds_stay_in_their_clamp(bug: Mutation) -> Iterator[Evidence]:
    """`adapted` of the judge is executed on symbolic parameters."""
    for window in range(5):
        for iterations in sorted({0, max(window - 1, 0), window}):
            world = Thresholds.after(window, iterations, bug)
            full = window > 0 and iterations == window
            sum_w = window * world.w_max
            empty = z3.And(full, 5 * world.used < 4 * sum_w)
            crowded = z3.And(full, 20 * world.used > 19 * sum_w)
            tau, (after, after_collapse) = world.before[0], world.judged
            moves = [
                z3.Implies(empty, z3.Or(after < tau, z3.And(after == tau, tau == world.low))),
                z3.Implies(crowded, z3.Or(after > tau, z3.And(after == tau, tau == world.high))),
                z3.Implies(z3.Or(empty, crowded), after_collapse == after),
                z3.Implies(z3.Not(z3.Or(empty, crowded)), z3.And(after == tau, after_collapse == world.before[1])),
            ]
            case = f"window {window}, {iterations} iterations"
            yield Obligation(f"{case}: they move as they should", both(moves), world.assume)
            if window:
                kept = [z3.And(world.low <= one, one <= world.high) for one in world.judged]
                yield Obligation(f"{case}: they stay in the clamp", both(kept), world.assume)


@theorem(
    "reference-adapts-alike",
    "The reference, which computes with fractions, adapts thresholds exactly as the judge does with whole numbers.",
    clauses="ADA-1 ADA-2",
    technique=Technique.FORKING,
    bounds="windows of up to 4 iterations; any thresholds, clamp, budget and use",
    mutations=[
        Mutation("6 % a step", "tau * Fraction(95, 100)", "tau * Fraction(94, 100)", REFERENCE),
        Mutation("exactly 95 % is too full", "if 20 * total > 19", "if 20 * total >= 19", JUDGE),
        Mutation("too full from 90 % on", "utilisation > Fraction(95,", "utilisation > Fraction(90,", REFERENCE),
    ],
)
def reference_adapts_alike(bug: Mutation) -> Iterator[Evidence]:
    """Both are executed on the same symbolic parameters; `Ratio` stands for `Fraction`."""
    for window in range(5):
        world = Thresholds.after(window, window, bug)
        for which in range(2):
            name = ("tau_expand", "tau_collapse")[which]
            yield Obligation(f"window {window}: {name}", world.judged[which] == world.computed[which], world.assume)


# TIES


@dataclass(frozen=True)
class Orders:
    """The order of a queue as the judge and as the reference have it.

    Attributes:
        tie_break: which order among equals.
        turn: the judge's class, with a bug planted or without.
        ledger: what is remembered of the nodes.
    """

    tie_break: str
    turn: type[Any]
    ledger: Mapping[Node, Any]

    def judged(self, one: Any, other: Any) -> Term:
        """Whether ``one`` precedes ``other``."""
        turn = self.turn()
        turn.params, turn.ledger = record(tie_break=self.tie_break), self.ledger
        turn.geometry, turn.cursor = SPANS, SymInt(CURSOR)
        return summary(lambda: turn.precedes(one, other))

    def computed(self, one: Any, other: Any) -> Term:
        """Whether the reference sorts ``one`` before ``other``."""
        place = reference_ties.TIE_BREAKS[self.tie_break](record(geometry=SPANS, at=CURSOR, ledger=self.ledger))
        return summary(lambda: place(one) < place(other))


CURSOR = z3.Int("cursor")
SPAN = z3.Function("span", z3.IntSort(), z3.IntSort())
SPANS = record(span=lambda level: SymInt(SPAN(term(level))) if isinstance(level, SymInt) else 3)
"""A geometry of any spans; the smallest has 3 tokens."""


@dataclass(frozen=True, eq=False)
class Node:
    """An arbitrary node; it equals itself alone."""

    start: Any
    level: Any


def candidate(kind: str, name: str) -> Any:
    """An arbitrary candidate."""
    node = Node(SymInt(z3.Int(f"start_{name}")), SymInt(z3.Int(f"level_{name}")))
    action = record(kind=kind, start=node.start, level=node.level, node=node)
    return record(aggregate=z3.Int(f"aggregate_{name}"), action=action)


def ledgers(nodes: Mapping[str, Node], tie_break: str) -> Iterator[tuple[str, Mapping[Node, Any], list[Term]]]:
    """Every choice of the nodes that are remembered, from any iteration; only recency looks at it."""
    for kept in product((False, True), repeat=len(nodes)) if tie_break == "recency" else [(False,) * len(nodes)]:
        there = [name for name, one in zip(nodes, kept, strict=True) if one]
        when = {name: z3.Int(f"acted_{name}") for name in there}
        which = f", {' and '.join(there) or 'none'} remembered" if tie_break == "recency" else ""
        ledger = {nodes[name]: record(iteration=one) for name, one in when.items()}
        yield which, ledger, [one >= 0 for one in when.values()]


@theorem(
    "every-tie-order-is-strict-and-total",
    "By position, by cursor wherever it stands and by recency alike, the order of a queue is strict, total and "
    "transitive, and the reference sorts by exactly that order; so every queue has one head, whatever the scores.",
    clauses="GRE-2 GRE-3 GRE-4 TIE-1 TIE-2",
    technique=Technique.FORKING,
    bounds="any aggregates, starts, levels, cursor and ledger; any spans, of which the smallest has 3 tokens",
    assumes="candidates of one queue do not overlap, so they start at different tokens",
    mutations=[
        Mutation("ties by cursor from the front", "nearer = mine < theirs if", "nearer = mine > theirs if"),
        Mutation("a node is nearer than itself", "nearer = mine < theirs if", "nearer = mine <= theirs if"),
        Mutation("what is as near does not go by position", "nearer or (mine == theirs and wins_tie(one, other))",
                 "nearer"),
        Mutation("what acted last goes first", "return mine < theirs or", "return mine > theirs or"),
        Mutation("equally old ones do not go by position", "return mine < theirs or (mine == theirs and wins_tie(one, "
                 "other))", "return mine < theirs"),
        Mutation("none remembered is as old as iteration 0", "return -1 if entry is None", "return 0 if entry is None"),
    ],
)  # fmt: skip
def every_tie_order_is_strict_and_total(bug: Mutation) -> Iterator[Evidence]:
    """`Turn.precedes` of the judge and the sort keys of the reference, on three arbitrary candidates."""
    turn = Source.of(judge_greedy, bug).bare_class("Turn")
    for tie_break, kind in product(TIE_BREAKS, KINDS):
        a, b, c = (candidate(kind, name) for name in "abc")
        apart = [z3.Distinct([term(one.action.start) for one in (a, b, c)])]
        nodes = {name: one.action.node for name, one in zip("abc", (a, b, c), strict=True)}
        for which, ledger, remembered in ledgers(nodes, tie_break):
            orders, assume = Orders(tie_break, turn, ledger), apart + remembered
            case = f"{kind} by {tie_break}{which}"
            first = orders.judged(a, b)
            yield Obligation(f"{case}: exactly one precedes", z3.Xor(first, orders.judged(b, a)), assume)
            yield Obligation(f"{case}: none precedes itself", z3.Not(orders.judged(a, a)), assume)
            chain = z3.Implies(z3.And(first, orders.judged(b, c)), orders.judged(a, c))
            yield Obligation(f"{case}: transitive", chain, assume)
            yield Obligation(f"{case}: as the reference sorts", first == orders.computed(a, b), assume)
