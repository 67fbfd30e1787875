"""Theorems about how few candidates can matter to the exact optimum.

A *class* is all candidates of one kind that add or free equally many slots. In the place of one of them any other of
its class can act, if nothing chosen excludes it: the number of actions and of slots stays the same. So a choice in
which a better one of the class could take the place of a worse one is not the optimum; and the optimum does without all
that have `n_diff` better ones, if families set apart are looked at by themselves. The docstring of
`fastpath/knapsack_kernels.py` is the same argument in words.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from focalloc.proofs.sources import Mutation
from focalloc.proofs.terms import Term, both, count, some
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem

ONE_LESS = Mutation("one candidate less is kept")
TWO_EACH = Mutation("an expand excludes two collapses")
ONE_QUEUE = Mutation("families set apart share a queue with the rest")
AGAIN = Mutation("a family may be set apart twice")

MOST = 6
"""The largest n_diff."""


def excluded(family: int, expands: list[Term], owners: list[Term], twice: bool) -> Term:
    """Whether the collapse of a family is excluded by an expand that is chosen."""
    hit = [z3.Or(owner == family, owner + 1 == family) if twice else owner == family for owner in owners]
    return some(z3.And(chosen, one) for chosen, one in zip(expands, hit, strict=True))


@theorem(
    "best-few-collapses-are-enough",
    "Whichever choice holds a collapse that has n_diff better ones in its class, one of those can take its place: it "
    "is neither chosen nor excluded by an expand of its family.",
    clauses="KNA-2 KNA-3 KNA-4 CAP-1",
    technique=Technique.INDUCTION,
    bounds="n_diff 1 to 6; any choice of n_diff actions, any conflicts; an expand lies in one family at most",
    mutations=[ONE_LESS, TWO_EACH],
)
def best_few_collapses_are_enough(bug: Mutation) -> Iterator[Evidence]:
    """Collapse 0 is the best of its class; the last one is chosen."""
    for n in range(1, MOST + 1):
        kept = n - 1 if bug is ONE_LESS else n
        collapses = [z3.Bool(f"collapse_{i}") for i in range(kept + 1)]
        expands = [z3.Bool(f"expand_{i}") for i in range(n)]
        owners = z3.Ints([f"family_of_{i}" for i in range(n)])
        barred = [excluded(i, expands, owners, bug is TWO_EACH) for i in range(kept + 1)]
        choice = [
            count([*collapses, *expands]) <= n,
            collapses[kept],
            *(z3.Not(z3.And(one, bar)) for one, bar in zip(collapses, barred, strict=True)),
        ]
        better = some(z3.And(z3.Not(collapses[i]), z3.Not(barred[i])) for i in range(kept))
        cover = [some(expands)] if n > 1 else []
        yield Obligation(f"n_diff {n}", better, choice, cover)


@theorem(
    "best-few-expands-are-enough",
    "Whichever choice holds an expand that has n_diff better ones in its class, outside the families set apart or "
    "inside the same one, one of those can take its place.",
    clauses="KNA-2 KNA-3 KNA-4 CAP-1",
    technique=Technique.INDUCTION,
    bounds="n_diff 1 to 6; any choice of n_diff actions; one family set apart",
    assumes="the collapse of a family that is not set apart is not chosen beside an expand of it",
    mutations=[ONE_LESS, ONE_QUEUE],
)
def best_few_expands_are_enough(bug: Mutation) -> Iterator[Evidence]:
    """Expand 0 is the best of its class; the last one is chosen. The collapse excludes expands inside its family."""
    for n in range(1, MOST + 1):
        kept = n - 1 if bug is ONE_LESS else n
        expands = [z3.Bool(f"expand_{i}") for i in range(kept + 1)]
        inside = [z3.Bool(f"inside_{i}") for i in range(kept + 1)]
        collapse = z3.Bool("collapse")
        choice = [
            count([*expands, collapse]) <= n,
            expands[kept],
            *(z3.Not(z3.And(one, within, collapse)) for one, within in zip(expands, inside, strict=True)),
        ]
        better = some(z3.And(z3.Not(expands[i]), z3.Not(z3.And(inside[i], collapse))) for i in range(kept))
        if bug is ONE_QUEUE:
            yield Obligation(f"n_diff {n}, one queue", better, choice)
            continue
        for where, queue in (("outside", both(map(z3.Not, inside))), ("inside one family", both(inside))):
            cover = [collapse] if where == "outside" and n > 1 else []
            yield Obligation(f"n_diff {n}, {where}", better, [*choice, queue], cover)


@theorem(
    "searches-end",
    "The search for the optimum is repeated at most as often as there are collapses to choose from, since each time a "
    "family is set apart that was not.",
    clauses="KNA-2 ANS-1",
    technique=Technique.INDUCTION,
    assumes="a conflict in a choice is of a family that is not set apart: those set apart exclude each other",
    mutations=[AGAIN],
)
def searches_end(bug: Mutation) -> Iterator[Evidence]:
    """The ranking function is the number of collapses whose family is not set apart."""
    apart, pool, found = z3.Ints("apart pool found")
    least = 0 if bug is AGAIN else 1
    given = [apart >= 0, apart <= pool, found >= least, found <= pool - apart]
    yield Obligation("fewer are left", pool - (apart + found) < pool - apart, given)
    yield Obligation("never less than none", pool - (apart + found) >= 0, given)
