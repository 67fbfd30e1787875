"""Theorems about slots: what an action costs, and that the budget holds whatever the scores."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from focalloc.proofs.engines.forking import lifted, term
from focalloc.proofs.engines.helpers import Helpers, SymbolicGeometry, record
from focalloc.proofs.sources import Mutation
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
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
