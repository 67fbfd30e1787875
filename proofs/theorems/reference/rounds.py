"""Theorems about loops: greedy's rounds respect the cap and end, and so does ingest's reclaiming.

`one_round` is a hand-written model of one round of greedy. Its text runs on symbolic integers here, and the tests run
the same text beside the reference on random concrete states.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import z3

from focalloc.proofs.engines.forking import Explorer, lifted, term
from focalloc.proofs.engines.helpers import SymbolicGeometry
from focalloc.proofs.sources import Mutation
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem

RETESTED_ONCE = Mutation("N_diff tested once per round")
SPINNING = Mutation("a head that never fits keeps the loop alive")


class Round(NamedTuple):
    """What one round of greedy works on.

    Attributes:
        done: actions so far in this iteration.
        used: slots used.
        expands: open candidates in the expand queue.
        collapses: open candidates in the collapse queue.
        acted: whether the round did anything.
    """

    done: Any
    used: Any
    expands: Any
    collapses: Any
    acted: Any = False


def one_round(
    now: Round, cap: Any, w_max: Any, cost: Any, refund: Any, lost: tuple[Any, Any], retest: bool = True
) -> Round:
    """One expand turn and one collapse turn.

    Args:
        now: the situation before it, with ``done < cap``.
        cap: n_diff.
        w_max: the budget.
        cost: delta of the expand queue's head.
        refund: delta of the collapse queue's head.
        lost: collapses that the expand makes impossible, and expands that the collapse does.
        retest: whether the cap is tested before the collapse too.
    """
    done, used, expands, collapses, _ = now
    acted = False
    if expands > 0 and used + cost <= w_max:
        done, used, expands, collapses, acted = done + 1, used + cost, expands - 1, collapses - lost[0], True
    if collapses > 0 and (done < cap or not retest):
        done, used, collapses, expands, acted = done + 1, used - refund, collapses - 1, expands - lost[1], True
    return Round(done, used, expands, collapses, acted)


DONE, CAP, USED, W, COST, REFUND, EXPANDS, COLLAPSES, LOST_C, LOST_E = z3.Ints(
    "done n_diff used w_max cost refund expands collapses lost_collapses lost_expands"
)
GIVEN = [
    DONE >= 0, DONE < CAP, COST > 0, REFUND > 0, EXPANDS >= 0, COLLAPSES >= 0,
    LOST_C >= 0, LOST_C <= COLLAPSES, LOST_E >= 0, LOST_E <= EXPANDS,
]  # fmt: skip


def rounds(retest: bool = True) -> Iterator[tuple[Term, Round]]:
    """Condition and outcome of each way through a round from an arbitrary situation."""
    before = Round(*(lifted(value) for value in (DONE, USED, EXPANDS, COLLAPSES)))
    lost = lifted(LOST_C), lifted(LOST_E)
    cap, w_max, cost, refund = (lifted(value) for value in (CAP, W, COST, REFUND))
    for path in Explorer(tuple(GIVEN)).paths(lambda: one_round(before, cap, w_max, cost, refund, lost, retest)):
        yield z3.And(list(path.conditions)), path.result


@theorem(
    "cap-in-every-round",
    "A round of greedy begun below n_diff ends at or below it, odd n_diff included.",
    clauses="CAP-1 GRE-1",
    technique=Technique.INDUCTION,
    assumes="the model of a round, which tests compare with the reference",
    mutations=[RETESTED_ONCE],
)
def cap_in_every_round(bug: Mutation) -> Iterator[Evidence]:
    """For each way through the round."""
    for i, (path, after) in enumerate(rounds(retest=bug != RETESTED_ONCE)):
        yield Obligation(f"path {i}", term(after.done) <= CAP, [path])


@theorem(
    "greedy-ends",
    "Every round of greedy that acts brings it closer to its cap, and one that does not act is the last: the loop ends "
    "after at most n_diff + 1 rounds. (The loop it grew out of goes on while a queue is not empty, and spins.)",
    clauses="ANS-1 GRE-6",
    technique=Technique.INDUCTION,
    assumes="the model of a round, which tests compare with the reference",
    mutations=[SPINNING],
)
def greedy_ends(bug: Mutation) -> Iterator[Evidence]:
    """Ranking function: n_diff - done."""
    for i, (path, after) in enumerate(rounds()):
        again = z3.Or(EXPANDS > 0, COLLAPSES > 0) if bug == SPINNING else term(after.acted)
        closer = z3.And(CAP - term(after.done) < CAP - DONE, CAP - DONE > 0)
        yield Obligation(f"path {i}", z3.Implies(again, closer), [path])


@theorem(
    "reclaiming-ends",
    "Every collapse that ingest makes frees at least one slot and never the last, so reclaiming ends.",
    clauses="ANS-1 ING-1",
    technique=Technique.INDUCTION,
    bounds="1 to 4 levels, any arities and costs",
    mutations=[Mutation("a gist as large as its family", "return arity * child_cost - own_cost",
                        "return arity * child_cost - own_cost - 1")],
)  # fmt: skip
def reclaiming_ends(bug: Mutation) -> Iterator[Evidence]:
    """Ranking function: used slots. `Geometry` is executed on symbolic arities and costs."""
    for levels in range(1, 5):
        world = SymbolicGeometry.of(levels, bug)
        for level in range(1, levels + 1):
            family = term(world.geometry.fanout(level) * world.geometry.slots(level - 1))
            after = USED - term(world.geometry.delta(level))
            yield Obligation(
                f"level {level} of {levels}", z3.And(after < USED, after >= 1), [*world.assume, family <= USED]
            )
