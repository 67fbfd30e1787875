"""Theorems about projection: whatever a policy says, what is made of it is feasible, and the best of that.

`projection-is-feasible` is about any choice of any size: applied in the order of KNA-5 it keeps the budget on every
prefix. `projection-is-exact` runs the reference on every small world and holds it against all subsets of what could
be done, each weighed and checked by the spec.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import z3

from focalloc.proofs.engines.sessions import followed
from focalloc.proofs.engines.trees import context_by_context
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Obligation, Session, Technique, theorem
from focalloc.proofs.theorems.spec.budget import DELTA, USED, W, one_action
from focalloc.refimpl import projection
from focalloc.spec.actions import Action, consumed, signed_delta
from focalloc.spec.blocks import Context, used
from focalloc.spec.candidates import possible_actions
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State, opened
from focalloc.spec.violations import violations

REST = z3.Int("rest")

Logits = Sequence[tuple[int, int, int]]

OPTIONS = ((0, 0, 0), (1, 0, 0), (3, 0, 0), (0, 0, 1), (0, 0, 2), (2, 1, 4))
"""Logits of one block: indifferent, for more, for less, for either."""

CONTEXTS = (
    ((2, 0),),
    ((1, 0), (1, 2)),
    ((1, 0), (0, 2)),
    ((0, 0), (0, 2)),
    ((1, 0), (1, 2), (2, 4)),
    ((0, 0), (1, 2), (2, 4)),
)
"""Contexts over arities 2 and 2: every cut through one top-level node (but for mirror images), some beside another."""


@theorem(
    "projection-is-feasible",
    "Any choice that ends within the budget, applied collapses first, keeps it on every prefix, however many actions "
    "it has; one without an expand always does, so there is an answer to whatever a policy says.",
    clauses="PRO-2 PRO-6 KNA-5 BUD-1",
    technique=Technique.INDUCTION,
    mutations=[
        "expands go first",
        Mutation(
            "the last slot is never used", "used_after > params.w_max:", "used_after >= params.w_max:", "candidates"
        ),
        Mutation("the refund is counted twice", "else -delta", "else -2 * delta", "actions"),
    ],
)
def projection_is_feasible(bug: Mutation) -> Iterator[Evidence]:
    """The step of two inductions. `rest` is what the actions after this one add together.

    While collapses last, nothing is held back. Once only expands are left, none of which frees a slot, what is used
    now and they add together is what is used at the end.
    """
    after, allowed = one_action(bug, "collapse")
    yield Obligation("a collapse is let through", allowed, [DELTA > 0])
    yield Obligation("a collapse keeps the end", after + REST == USED - DELTA + REST, [DELTA > 0])
    after, allowed = one_action(bug, "expand")
    left = [] if bug.name == "expands go first" else [REST >= 0]
    given = [DELTA > 0, USED + DELTA + REST <= W, *left]
    yield Obligation("an expand is let through", allowed, given)
    yield Obligation("an expand keeps the end", after + REST == USED + DELTA + REST, given)


@theorem(
    "projection-is-exact",
    "The reference's answer keeps every clause of safety; it is all that is preferred where that is feasible; and no "
    "feasible choice is worth more, or as much with fewer actions or slots.",
    clauses="PRO-2 PRO-3 PRO-4 PRO-5 PRO-6 BUD-1 CAP-1",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2; cuts of one node, some beside another; 6 kinds of logits per block; caps 1 and 2; "
    "from one slot over the budget to room for two actions",
    mutations=[
        Mutation("indifference is a wish", "if worth > 0:", "if worth >= 0:"),
        Mutation("the least preferred is chosen", "best = min(within", "best = max(within"),
        Mutation("members are added up", "worth = mean([", "worth = sum(["),
        Mutation("a debt is no reason to give expands up", 'if choice.action.kind == "collapse"]', "]"),
        Mutation("keeping is not weighed", "logit.collapse - logit.keep", "logit.collapse"),
    ],
)
def projection_is_exact(bug: Mutation) -> Iterator[Evidence]:
    """By running the reference on every world."""
    project = Source.of(projection, bug).python["project"]

    def faulty(state: State, logits: Logits) -> tuple[bool, str]:
        wanted = worths(state, logits)
        best, choice = best_of(state, wanted)
        return len(choice) < len(wanted), fault_of(state, wanted, best, project(state, logits))

    def told(state: State, logits: Logits) -> Session:
        return followed(state, logits, project(state, logits))

    def cases(context: Context) -> Iterator[tuple[State, Logits]]:
        return product(worlds(context), product(OPTIONS, repeat=len(context)))

    yield from context_by_context(CONTEXTS, cases, faulty, told)


def worlds(context: Context) -> Iterator[State]:
    """Every cap and budget."""
    geometry = Geometry((2, 2))
    slots = used(geometry, context)
    for n_diff, room in product((1, 2), (-1, 0, 1, 2)):
        if slots + room >= 1:
            params = Params(w_max=slots + room, n_diff=n_diff, cooldown_steps=0, strategy="projection")
            yield opened(geometry, params, context)


def worths(state: State, logits: Logits) -> dict[Action, int]:
    """What each possible action that is worth more than 0 is worth."""
    said = dict(zip(state.context, logits, strict=True))
    found = {}
    for action in possible_actions(state.geometry, set(state.context)):
        column = 0 if action.kind == "expand" else 2
        over_keep = [said[block][column] - said[block][1] for block in consumed(state.geometry, action)]
        worth = sum(over_keep) // len(over_keep)
        if worth > 0:
            found[action] = worth
    return found


def merit(state: State, wanted: dict[Action, int], chosen: Sequence[Action]) -> tuple[bool, int, int, int]:
    """What a choice is compared by, the greater the better: within the budget, worth, few actions, few slots."""
    net = sum(signed_delta(state.geometry, action) for action in chosen)
    return state.used + net <= state.params.w_max, sum(wanted[action] for action in chosen), -len(chosen), -net


def best_of(state: State, wanted: dict[Action, int]) -> tuple[tuple[bool, int, int, int], Sequence[Action]]:
    """The merit of the best feasible choice, and one such choice, by looking at all."""
    found: list[tuple[tuple[bool, int, int, int], Sequence[Action]]] = []
    for size in range(min(state.params.n_diff, len(wanted)) + 1):
        for chosen in combinations(wanted, size):
            blocks = [block for action in chosen for block in consumed(state.geometry, action)]
            rating = merit(state, wanted, chosen)
            if len(blocks) == len(set(blocks)) and (rating[0] or all(one.kind == "collapse" for one in chosen)):
                found.append((rating, chosen))
    return max(found, key=lambda one: one[0])


def fault_of(
    state: State, wanted: dict[Action, int], best: tuple[bool, int, int, int], answer: Sequence[Action]
) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if broken := violations(state, [0] * state.used, answer, "safety"):
        return str(broken[0])
    if not set(answer) <= wanted.keys():
        return f"{list(answer)} has what nobody wants"
    mine = merit(state, wanted, answer)
    return "" if mine == best else f"{list(answer)} is worth {mine}, another choice {best}"
