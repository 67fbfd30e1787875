"""Theorems about agreement: what spec and reference each say for themselves, they say alike.

Both are executed on the same symbolic values. What they share, data types, is no matter of agreement.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from focalloc.proofs.engines.forking import lifted, summary
from focalloc.proofs.engines.helpers import Helpers, record
from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.proofs.theorems.spec.budget import DELTA, USED, W
from focalloc.proofs.theorems.spec.cooldown import ENTRIES, GAP_TOO_LONG, GAP_TOO_SHORT, NODE, NOW
from focalloc.refimpl import candidates as reference_candidates
from focalloc.refimpl import greedy as reference_greedy
from focalloc.refimpl import ties as reference_ties
from focalloc.spec import actions, candidates, cooldown, params
from focalloc.spec import greedy as judge_greedy
from focalloc.spec.actions import KINDS, Action


@theorem(
    "room-is-one-rule",
    "The judge's two budget predicates, the judge's turn of greedy and the reference agree on which expands there is "
    "room for.",
    clauses="BUD-1 SOF-1 GRE-5",
    technique=Technique.FORKING,
    assumes="w_soft <= w_max (PAR-1)",
    mutations=[
        Mutation("budget test with <", "after <= params.w_max and", "after < params.w_max and", "greedy"),
        Mutation(
            "soft margin not strict",
            "aggregate > params.tau_expand + params.soft_margin else",
            "aggregate >= params.tau_expand + params.soft_margin else",
            "candidates",
        ),
        Mutation("fits with <", "return used + delta <= limit", "return used + delta < limit", "actions"),
    ],
)
def room_is_one_rule(bug: Mutation) -> Iterator[Evidence]:
    """All four are executed on symbolic parameters, slots and aggregates."""
    soft, margin, tau, aggregate = z3.Ints("w_soft soft_margin tau_expand aggregate")
    params = record(w_max=W, w_soft=soft, soft_margin=margin, tau_expand=tau)
    expand = Action("expand", 1, 0)
    reference = Helpers(reference_greedy, bug)("has_room", params, USED, record(delta=DELTA, aggregate=aggregate))
    limit = Helpers(candidates, bug)("expand_limit", params, aggregate)
    turn = Helpers(actions, bug)("fits", USED, DELTA, limit)
    judge = Helpers(candidates, bug)
    hard = judge.allows("over_budget", params, USED + DELTA, expand)
    passes = judge.allows("beyond_soft_budget", params, USED + DELTA, (expand, lifted(aggregate)))
    assume = [soft <= W]
    yield Obligation("reference and turn", reference == turn, assume)
    yield Obligation("turn and predicates", turn == z3.And(hard, passes), assume)


@theorem(
    "reference-cools-alike",
    "The reference holds back exactly the actions that the spec's cooldown predicate objects to.",
    clauses="COO-1",
    technique=Technique.FORKING,
    mutations=[
        GAP_TOO_LONG,
        GAP_TOO_SHORT,
        Mutation("same direction held back", "latest is None or latest.kind == action.kind", "latest is None",
                 "candidates"),
    ],
)  # fmt: skip
def reference_cools_alike(bug: Mutation) -> Iterator[Evidence]:
    """Both are executed on every kind of ledger entry."""
    steps = z3.Int("cooldown_steps")
    gap = summary(params.reversal_gap, steps)
    for memory in ENTRIES:
        for kind in KINDS:
            action = Action(kind, *NODE)
            state = record(ledger=memory.ledger(), params=record(cooldown_steps=steps))
            cooling = Helpers(reference_candidates, bug)("is_cooling", state, action, NOW)
            allowed = Helpers(cooldown, bug).allows("too_early", memory.ledger(), action, NOW, gap)
            yield Obligation(f"{kind}; entry {memory.kind or 'none'}", cooling == z3.Not(allowed), [steps >= 0])


@theorem(
    "tail-is-one-rule",
    "The judge and the reference protect the same nodes: those that end within the last protected tokens.",
    clauses="TAI-1",
    technique=Technique.FORKING,
    bounds="any span, position and protected length; no partial block",
    mutations=[
        Mutation("a node that just touches the tail is held back", "node_end > context_end - protected_tokens",
                 "node_end >= context_end - protected_tokens", "candidates"),
    ],
)  # fmt: skip
def tail_is_one_rule(bug: Mutation) -> Iterator[Evidence]:
    """Both are executed; an expand is never held back by either."""
    span, start, context_end, protected = z3.Ints("span start context_end protected")
    for kind in KINDS:
        action = record(kind=kind, level=1, start=start)
        geometry = record(span=lambda _: lifted(span))
        params = record(protected_tokens=protected)
        state = record(geometry=geometry, params=params, end=context_end, unfilled=0)
        shielded = Helpers(reference_candidates, AS_SHIPPED)("is_protected", state, action)
        reaches = Helpers(candidates, bug)("reaches_tail", start + span, context_end, protected)
        expected = reaches if kind == "collapse" else z3.BoolVal(False)
        yield Obligation(kind, shielded == expected, [span >= 1], cover=[protected > 0])


@theorem(
    "ranking-is-antisymmetric",
    "Of two different candidates exactly one precedes the other, in the judge and in the reference alike, so every "
    "queue has exactly one order and one head.",
    clauses="GRE-2 GRE-3 GRE-4 ING-4",
    technique=Technique.FORKING,
    bounds="any aggregates, starts and levels",
    mutations=[
        Mutation("ties to the later start", "(one.action.start, one.action.level) < (other.action.start",
                 "(other.action.start, one.action.level) < (one.action.start", "greedy"),
        Mutation("the least wanted expand first", "return one.aggregate > other.aggregate if", "return one.aggregate < "
                 "other.aggregate if", "greedy"),
    ],
)  # fmt: skip
def ranking_is_antisymmetric(bug: Mutation) -> Iterator[Evidence]:
    """`precedes` of the judge and the sort key of the reference are executed on two arbitrary candidates."""
    a, b, start_a, start_b, level_a, level_b = z3.Ints("aggregate_a aggregate_b start_a start_b level_a level_b")
    different = z3.Or(start_a != start_b, level_a != level_b)
    rank = Helpers(reference_ties, AS_SHIPPED).plain("rank")
    for kind in KINDS:
        one = record(aggregate=a, action=record(kind=kind, start=start_a, level=level_a))
        other = record(aggregate=b, action=record(kind=kind, start=start_b, level=level_b))
        first = Helpers(judge_greedy, bug)("precedes", one, other)
        second = Helpers(judge_greedy, bug)("precedes", other, one)
        yield Obligation(f"{kind}: exactly one", z3.Xor(first, second), [different])
        sorted_first = summary(lambda x, y: rank(x) < rank(y), one, other)
        yield Obligation(f"{kind}: judge and reference", first == sorted_first, [different])
