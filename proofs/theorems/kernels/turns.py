"""The relational spec of greedy's turns, as a formula about an answer.

This is what `focalloc.spec.greedy` says of one answer, for queues whose order is known and whose conflicts may not
be. The tests evaluate it beside the spec's own judgement on random concrete states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from focalloc.proofs.terms import Term, both, some, total


@dataclass(frozen=True)
class Queues:
    """Candidates in the order of their queues.

    Attributes:
        cost: delta of each expand.
        refund: delta of each collapse.
        worth_it: whether an expand may pass the soft budget.
        conflict: whether an expand and a collapse exclude each other.
    """

    cost: Sequence[Term]
    refund: Sequence[int]
    worth_it: Sequence[Term]
    conflict: Sequence[Sequence[Term]]


@dataclass(frozen=True)
class Answered:
    """An answer.

    Attributes:
        done: how many actions it has.
        expands: for each action, which expand it is.
        collapses: for each action, which collapse it is.
    """

    done: Term
    expands: Sequence[Sequence[Term]]
    collapses: Sequence[Sequence[Term]]

    def expanded(self, q: int) -> Term:
        """Whether action ``q`` is an expand."""
        return some(self.expands[q])

    def collapsed(self, q: int) -> Term:
        """Whether action ``q`` is a collapse."""
        return some(self.collapses[q])


def heads(opened: Sequence[Term]) -> list[Term]:
    """For each candidate whether it is the first that is open."""
    return [both([one, *(z3.Not(before) for before in opened[:i])]) for i, one in enumerate(opened)]


def greedy_turns(
    queues: Queues, answer: Answered, cap: int, used: Term, w_max: Term, w_soft: Term
) -> tuple[list[Term], list[Term]]:
    """Definitions of the names that the claims use, and the claims GRE-1 to GRE-6, CAP-1, BUD-1 and SOF-1 make."""
    definitions: list[Term] = []

    def named(name: str, value: Term) -> Term:
        # A name for what is used many times keeps the formula small.
        term = z3.Bool(name) if z3.is_bool(value) else z3.Int(name)
        definitions.append(term == value)
        return term

    claims = [answer.done >= 0, answer.done <= cap]
    expand_open = [z3.BoolVal(True)] * len(queues.cost)
    collapse_open = [z3.BoolVal(True)] * len(queues.refund)
    expand_turn: Term = z3.BoolVal(True)
    for q in range(cap + 1):
        head, other_head = heads(expand_open), heads(collapse_open)
        after = [used + cost for cost in queues.cost]
        room = [
            z3.And(slots <= w_max, z3.Or(slots <= w_soft, worth_it))
            for slots, worth_it in zip(after, queues.worth_it, strict=True)
        ]
        can_expand = some(z3.And(one, fits) for one, fits in zip(head, room, strict=True))
        can_collapse = some(other_head)
        if q == cap:
            break
        here = q < answer.done
        expanded, collapsed = answer.expanded(q), answer.collapsed(q)
        claims.append(z3.Implies(here, z3.Xor(expanded, collapsed)))
        passed = z3.If(
            expand_turn, z3.Implies(collapsed, z3.Not(can_expand)), z3.Implies(expanded, z3.Not(can_collapse))
        )
        claims.append(z3.Implies(here, passed))
        for i, taken in enumerate(answer.expands[q]):
            claims.append(z3.Implies(taken, z3.And(head[i], room[i])))
        for j, taken in enumerate(answer.collapses[q]):
            claims.append(z3.Implies(taken, other_head[j]))
        claims.append(z3.Implies(answer.done == q, z3.Not(z3.Or(can_expand, can_collapse))))

        spent = total(z3.If(taken, cost, 0) for taken, cost in zip(answer.expands[q], queues.cost, strict=True))
        freed = total(z3.If(taken, back, 0) for taken, back in zip(answer.collapses[q], queues.refund, strict=True))
        used = named(f"used_after_{q}", used + spent - freed)
        expand_turn = collapsed
        expand_open, collapse_open = (
            [
                named(f"expand_{i}_open_after_{q}", both([one, z3.Not(answer.expands[q][i]), *(
                    z3.Not(z3.And(taken, queues.conflict[i][j])) for j, taken in enumerate(answer.collapses[q]))]))
                for i, one in enumerate(expand_open)
            ],
            [
                named(f"collapse_{j}_open_after_{q}", both([one, z3.Not(answer.collapses[q][j]), *(
                    z3.Not(z3.And(taken, queues.conflict[i][j])) for i, taken in enumerate(answer.expands[q]))]))
                for j, one in enumerate(collapse_open)
            ],
        )  # fmt: skip
    return definitions, claims
