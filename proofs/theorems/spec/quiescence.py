"""Theorems about coming to rest: with fixed, coherent scores every node is acted on at most once, ever.

Follows one arbitrary node. `shown` is its aggregate where it is a block, `family` that of its family where it is
split; both are fixed functions of the node. The strict thresholds come from the spec's own predicate.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from focalloc.proofs.engines.helpers import Helpers
from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.spec import candidates, scores

SHOWN, FAMILY, TAU_E, TAU_C, EVENTS = z3.Ints("shown family tau_expand tau_collapse events")
SPLIT = z3.Bool("split")
INCOHERENT = "scores need not be coherent"
LOOSE = Mutation("collapse threshold not strict", "else aggregate < -tau_collapse", "else aggregate <= tau_collapse")
TAUS = [TAU_E >= 0, TAU_C >= 0]


def wishes(bug: Mutation, tau_e: Term = TAU_E, tau_c: Term = TAU_C) -> tuple[Term, Term]:
    """Whether the thresholds let the node expand where it is shown, and collapse where it is split."""
    code = Helpers(candidates, bug)
    expand = code("beyond_threshold", "expand", SHOWN, tau_e, tau_c)
    return expand, code("beyond_threshold", "collapse", FAMILY, tau_e, tau_c)


def at_most_once(events: Term, split: Term, expand: Term, collapse: Term) -> Term:
    """No event yet, or one whose wish still holds and is fulfilled, so that only the opposite could follow."""
    return z3.Or(events == 0, z3.And(events == 1, split, expand), z3.And(events == 1, z3.Not(split), collapse))


@theorem(
    "coherent-scores-come-to-rest",
    "If scores are a fixed function of the node and no node has both an aggregate above tau_expand and a family "
    "aggregate below -tau_collapse, then every node is acted on at most once, ever; so the system comes to rest within "
    "as many actions as there are nodes.",
    clauses="THR-1 ACT-3 ACT-4",
    technique=Technique.INDUCTION,
    assumes="fixed coherent scores, no ingest; a node that is shown can only expand, a split one only collapse",
    mutations=[INCOHERENT, LOOSE],
)
def coherent_scores_come_to_rest(bug: Mutation) -> Iterator[Evidence]:
    """By induction on the actions of the whole session."""
    expand, collapse = wishes(bug)
    # What coherence means does not depend on the planted bug.
    wants_in, wants_out = wishes(AS_SHIPPED)
    coherent = z3.BoolVal(True) if bug.name == INCOHERENT else z3.Not(z3.And(wants_in, wants_out))
    before = [*TAUS, coherent, EVENTS >= 0, at_most_once(EVENTS, SPLIT, expand, collapse)]
    yield Obligation("open", at_most_once(z3.IntVal(0), SPLIT, expand, collapse), TAUS)
    after = at_most_once(EVENTS + 1, z3.BoolVal(True), expand, collapse)
    yield Obligation("expand", after, [*before, z3.Not(SPLIT), expand])
    after = at_most_once(EVENTS + 1, z3.BoolVal(False), expand, collapse)
    yield Obligation("collapse", after, [*before, SPLIT, collapse])
    yield Obligation("at most one event", EVENTS <= 1, before)


@theorem(
    "rest-needs-coherence",
    "Without coherence a node can want to expand whenever it is shown and to collapse whenever it is split, for ever.",
    clauses="THR-1 COO-1",
    technique=Technique.INDUCTION,
    mutations=["a gist scores exactly what its family does"],
)
def rest_needs_coherence(bug: Mutation) -> Iterator[Evidence]:
    """A witness; `only-incoherent-scores-keep-it-busy` runs one in the reference."""
    expand, collapse = wishes(bug)
    extra = [SHOWN == FAMILY] if bug.name else []
    yield Obligation("both wishes at once", z3.And(expand, collapse), [*TAUS, *extra], witness=True)


@theorem(
    "close-scores-are-coherent",
    "Scores are coherent if no gist scores more than tau_expand + tau_collapse + 1 (fixed point) above the mean of "
    "what it stands for; in particular if it scores that mean. One unit more would not do.",
    clauses="THR-1 SCO-3",
    technique=Technique.INDUCTION,
    mutations=["one unit more"],
)
def close_scores_are_coherent(bug: Mutation) -> Iterator[Evidence]:
    """The condition is sufficient, and tight for each pair of thresholds."""
    expand, collapse = wishes(bug)
    slack = TAU_E + TAU_C + (2 if bug.name == "one unit more" else 1)
    yield Obligation("sufficient", z3.Not(z3.And(expand, collapse)), [*TAUS, slack >= SHOWN - FAMILY])
    tight = z3.And(expand, collapse, SHOWN - FAMILY == TAU_E + TAU_C + 2)
    yield Obligation("tight", z3.Exists([SHOWN, FAMILY], tight), TAUS)


@theorem(
    "aggregates-may-be-compared-as-sums",
    "Comparing the floor of a mean with a threshold is comparing the sum with a multiple: sum // n > tau is "
    "sum >= n * (tau + 1), and sum // n < -tau is sum < -tau * n.",
    clauses="SCO-3 THR-1",
    technique=Technique.FORKING,
    mutations=[
        Mutation("truncated instead of floored", "return total // count",
                 "return total // count if total >= 0 else -(-total // count)"),
    ],
)  # fmt: skip
def aggregates_may_be_compared_as_sums(bug: Mutation) -> Iterator[Evidence]:
    """`floor_mean` is executed with any sum and any number of slots."""
    total, n, tau = z3.Ints("total n tau")
    given = [n >= 1, tau >= 0]
    mean = Helpers(scores, bug, (n >= 1,))("floor_mean", total, n)
    yield Obligation("floor", z3.And(mean * n <= total, total < (mean + 1) * n), given)
    # From here on the mean is any m with that property, and the products that matter are spelled out: solvers do not
    # find them. That a product of two non-negative numbers is not negative is all that is used.
    m, gap = z3.Ints("m gap")
    floor = [*given, m * n <= total, total < (m + 1) * n]
    yield Obligation("product", gap * n >= 0, [n >= 1, gap >= 0])
    product = z3.Implies(gap >= 0, gap * n >= 0)
    yield Obligation("above", (m > tau) == (total >= n * (tau + 1)), [*floor, gap == m - tau - 1, product])
    yield Obligation("not above", z3.Implies(m <= tau, total < n * (tau + 1)), [*floor, gap == tau - m, product])
    yield Obligation("below", z3.Implies(m < -tau, total < -tau * n), [*floor, gap == -tau - 1 - m, product])
    yield Obligation("not below", z3.Implies(m >= -tau, total >= -tau * n), [*floor, gap == m + tau, product])
