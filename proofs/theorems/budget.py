"""Theorems about slots: what an action costs, and that the budget holds whatever the scores."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from focalloc.proofs.engines.forking import lifted, term
from focalloc.proofs.engines.helpers import Helpers, SymbolicGeometry, record
from focalloc.proofs.engines.sources import Mutation
from focalloc.proofs.engines.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.refimpl import greedy as reference_greedy
from focalloc.spec import actions, candidates
from focalloc.spec.actions import KINDS, Action, Kind

W, USED, DELTA = z3.Ints("w_max used delta")


@theorem(
    "delta-is-exact",
    "Expanding a node replaces its slots by its delta more, never by less or equally many; and a node's family spans "
    "exactly its tokens.",
    clauses="GEO-1 GEO-2 CTX-3",
    technique=Technique.INDUCTION,
    bounds="1 to 4 levels, any arities and costs",
    mutations=[
        Mutation(
            "the node's own slots are forgotten", "return arity * child_cost - own_cost", "return arity * child_cost"
        ),
        Mutation("a gist's family is one block", "return 1 if level == 1 else self.arity[level - 1]", "return 1"),
        Mutation("spans skip a level", "spans.append(spans[-1] * arity)", "spans.append(spans[-1] + arity)"),
    ],
)
def delta_is_exact(bug: Mutation) -> Iterator[Evidence]:
    """By running `Geometry` itself on symbolic arities and costs."""
    for levels in range(1, 5):
        world = SymbolicGeometry.of(levels, bug)
        shape, assume = world.geometry, world.assume
        for level in range(1, levels + 1):
            family = shape.fanout(level) * shape.slots(level - 1)
            name = f"level {level} of {levels}"
            yield Obligation(f"{name}: slots", term(family - shape.slots(level) == shape.delta(level)), assume)
            yield Obligation(f"{name}: never free", term(shape.delta(level) > 0), assume)
            tokens = shape.fanout(level) * shape.span(level - 1)
            yield Obligation(f"{name}: span", term(tokens == shape.span(level)), assume)


@theorem(
    "budget-on-every-prefix",
    "A context within its budget stays within it after every action that the budget clause lets through, and so on "
    "every prefix of every iteration; nothing that fits is held back, and a collapse never is.",
    clauses="BUD-1",
    technique=Technique.INDUCTION,
    mutations=[
        Mutation(
            "one slot too many is let through",
            "used_after > params.w_max:",
            "used_after > params.w_max + 1:",
            "candidates",
        ),
        Mutation(
            "the last slot is never used", "used_after > params.w_max:", "used_after >= params.w_max:", "candidates"
        ),
        Mutation("the refund is counted twice", "else -delta", "else -2 * delta", "actions"),
    ],
)
def budget_on_every_prefix(bug: Mutation) -> Iterator[Evidence]:
    """By induction on the number of actions: the step, for each kind of action."""
    for kind in KINDS:
        after, allowed = one_action(bug, kind)
        given = [DELTA > 0, USED <= W]
        yield Obligation(f"{kind}: stays within", after <= W, [*given, allowed])
        free = after <= W if kind == "expand" else z3.BoolVal(True)
        yield Obligation(f"{kind}: is held back only if it does not fit", allowed, [DELTA > 0, free])
    expanded, collapsed = one_action(bug, "expand")[0], one_action(bug, "collapse")[0]
    yield Obligation("a collapse refunds what the expand cost", expanded + collapsed == 2 * USED, [DELTA > 0])


@theorem(
    "over-budget-only-shrinks",
    "A context that starts over its budget gets smaller with every action until it is back under.",
    clauses="BUD-1",
    technique=Technique.INDUCTION,
    mutations=[
        Mutation("a collapse refunds nothing", "else -delta", "else 0", "actions"),
        Mutation(
            "expands are not held back",
            'if action.kind == "expand" and used_after',
            "if False and used_after",
            "candidates",
        ),
    ],
)
def over_budget_only_shrinks(bug: Mutation) -> Iterator[Evidence]:
    """An expand cannot be allowed, and a collapse refunds a positive delta."""
    over = [DELTA > 0, USED > W]
    after, allowed = one_action(bug, "expand")
    yield Obligation("no expand is allowed", z3.Not(allowed), over)
    after, allowed = one_action(bug, "collapse")
    yield Obligation("a collapse shrinks", z3.And(allowed, after < USED), over)


def one_action(bug: Mutation, kind: Kind) -> tuple[Term, Term]:
    """Slots used after an action of ``kind``, and whether the spec's budget predicate lets it through."""
    geometry = record(delta=lambda level: lifted(DELTA))
    action = Action(kind, 1, 0)
    change = Helpers(actions, bug)("signed_delta", geometry, action)
    after = USED + change
    return after, Helpers(candidates, bug).allows("over_budget", record(w_max=W), after, action)


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
