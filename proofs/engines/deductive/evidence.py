"""From a source and the contracts to what solvers are asked, and what is played."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import groupby
from typing import Any

import z3

from focalloc.fastpath import kernels
from focalloc.proofs import contracts
from focalloc.proofs.contracts import lemmas, words
from focalloc.proofs.engines.deductive.conditions import Condition, Deduction, loops_of
from focalloc.proofs.engines.deductive.formulas import Refused, Theory, table_axiom
from focalloc.proofs.engines.deductive.playing import WORDS_RUN, called_by, played
from focalloc.proofs.engines.sessions import SEARCHED, drawn
from focalloc.proofs.engines.smt import Answer, ask_z3, is_known_impossible, know_impossible, smt2
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source, statements
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Survey, Told

STEPS = 8_000_000
"""Z3 steps per condition, more than the hardest takes; some take half of them."""

STEPS_FOR_A_BUG = 1_000_000
"""The same where a bug is planted, and what it opens stays open for ever; still more than all but a few take."""

STEPS_OF_SECOND = 100_000
"""cvc5 steps per condition, or for a few together; most take less than a third of them."""

SMALL: dict[str, Any] = {"CHUNK": 2, "NEAR": 2, "GATES": 2, "LOOK": 2, "LEAST_STRIDE": 2}
"""Sizes with which short sessions are played, and go where only long ones do. What is proved is so of what ships."""

CALLS, TRIES = 30, 4_000
"""Calls that each contract is played with, and how many are looked at to find as many that it speaks of."""

AT_ONCE, STEPS_AT_ONCE = 8, 500_000
"""Conditions that are asked together, at most, where the same is known; and steps until they are asked one by one."""

TRIES_FOR_A_BUG = 20_000
"""Calls that are looked at, at most, for one that shows a planted bug; two that ship are not shown by `TRIES`."""


@cache
def tuples_of(text: str) -> dict[str, dict[str, str]]:
    """The named tuples of a source: of each field its type."""
    found = {}
    for node in statements(text):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "NamedTuple" for base in node.bases):
            fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
            found[node.name] = {ast.unparse(part.target): ast.unparse(part.annotation) for part in fields}
    return found


@cache
def theory_of(source: Source) -> Theory:
    """All that formulas about a source of the kernels can speak of."""
    told = Source.of(words)
    ghosts = {name: one for name, one in told.functions.items() if name in words.GHOSTS}
    plain = {name: one for name, one in told.functions.items() if name not in words.GHOSTS}
    return Theory(
        source.functions, tuples_of(source.text), source.constants, plain, ghosts, lemmas.LEMMAS,
        contracts.CONTRACTS, contracts.BITS,
    )  # fmt: skip


def background(deduction: Deduction, conditions: Iterable[Condition], lemma: str = "") -> list[Term]:
    """What is true of tables and words: the axiom of tables, and the lemmas about the ghosts that conditions name."""
    named = deduction.named([term for one in conditions for term in (*one.facts, one.goal)])
    return [table_axiom(), *(axiom for about, axiom in deduction.axioms(lemma) if about <= named)]


def of_every_size(bug: Mutation, *names: str) -> Iterator[Evidence]:
    """What shows that kernels keep their contracts, for tables of any length; with a bug, that they do not.

    Args:
        bug: what is planted in the source of the kernels.
        names: of contracts.
    """
    shipped = Source.of(kernels)
    if bug is not AS_SHIPPED:
        yield _refutation(bug, names)
        return
    small = Source.of(kernels, **SMALL)
    for name in names:
        calls = played(theory_of(small), small, small, name, TRIES, enough=CALLS)
        missing = f"no call of {name} enters {', '.join(calls.unreached)}" if calls.unreached else ""
        told = _telling(AS_SHIPPED, name)
        yield Survey(_played(name), calls.calls, 0 if missing else calls.calls, calls.wrong, missing, told)
    for name in names:
        deduction = Deduction(theory_of(shipped))
        yield from obligations(deduction, deduction.of_kernel(name), _played(name))


def _telling(bug: Mutation, *names: str) -> Told | None:
    """For what an iteration of greedy comes by: random sessions, short ones being long enough with small sizes.

    A call that is wrong is no session, but what the same source does in one may break a clause.
    """
    of_step = called_by(Source.of(kernels), "step")
    if not any(contracts.CONTRACTS[name].kernel in of_step for name in names):
        return None
    return lambda: drawn(Source.of(kernels, bug, **SMALL), SEARCHED)


def lemmas_hold(names: Iterable[str]) -> Iterator[Evidence]:
    """What shows that lemmas follow from definitions and from the lemmas before them."""
    deduction = Deduction(theory_of(Source.of(kernels)))
    for name in names:
        yield from obligations(deduction, deduction.of_lemma(name), WORDS_RUN, name)


def _played(name: str) -> str:
    return f"calls of {name} as its contract has them"


def obligations(
    deduction: Deduction, conditions: Iterable[Condition], covered_by: str = "", lemma: str = ""
) -> Iterator[Obligation]:
    """What conditions ask of solvers: a few at once where the same is known, which are also asked one by one."""
    for group in _together(conditions):
        facts = [*group[0].facts, *background(deduction, group, lemma)]
        ask = partial(Obligation, assume=facts, covered_by=covered_by, steps_of_second=STEPS_OF_SECOND)
        first, *others = parts = [ask(f"{one.kind}, {one.where}", one.goal, steps=STEPS) for one in group]
        name, goal = f"{first.name}, and {len(others)} more there", z3.And([one.goal for one in group])
        yield ask(name, goal, parts=parts, steps=STEPS_AT_ONCE) if others else first


def _together(conditions: Iterable[Condition]) -> Iterator[Sequence[Condition]]:
    """Conditions in their order, those together of which the same is known."""
    for _, same in groupby(conditions, key=lambda one: [fact.get_id() for fact in one.facts]):
        group = [*same]
        yield from (group[at : at + AT_ONCE] for at in range(0, len(group), AT_ONCE))


def _refutation(bug: Mutation, names: Iterable[str]) -> Survey:
    """Whether solvers leave open what a bug breaks, and a call shows it; both have to, for it to count as caught."""
    shipped, broken, shown, calls = Source.of(kernels), Source.of(kernels, bug), "", 0
    small, theory = Source.of(kernels, bug, **SMALL), theory_of(broken)
    changed = [name for name in names if _differs(shipped, broken, theory.contracts[name].kernel)]
    first, left = next(((name, text) for name in changed if (text := _left_open(theory, name))), ("", ""))
    for name in sorted(changed, key=lambda one: one != first) if left else ():
        result = played(theory_of(small), Source.of(kernels, **SMALL), small, name, TRIES_FOR_A_BUG, close=False)
        calls += result.calls
        if result.wrong:
            shown = f"{result.wrong}; not proved any more: {left}"
            break
    undecided = "" if shown else (f"no call shows that {left} fails" if left else "solvers prove every condition")
    return Survey("calls that show the bug", calls, calls, shown, undecided, _telling(bug, *changed))


def _differs(shipped: Source, source: Source, kernel: str) -> bool:
    return ast.dump(shipped.functions[kernel]) != ast.dump(source.functions[kernel])


def _left_open(theory: Theory, name: str) -> str:
    """The first condition of a kernel that is not proved; empty if all are."""
    contract = theory.contracts[name]
    loops = zip(loops_of(theory.kernels[contract.kernel]), contract.loops.values(), strict=False)
    fitted = replace(contract, loops=dict(loops))  # the bug may be in the first line of a loop
    deduction = Deduction(replace(theory, contracts={**theory.contracts, name: fitted}))
    try:
        conditions = deduction.of_kernel(name)
    except Refused as why:
        return str(why)
    return next((left for one in obligations(deduction, conditions) if (left := _part_left_open(one))), "")


def _part_left_open(one: Obligation) -> str:
    """The first part of an obligation that is not proved; empty if all are."""
    if is_known_impossible(one.question):
        return ""
    if ask_z3(smt2(one.question), min(one.steps, STEPS_FOR_A_BUG)).answer is Answer.UNSAT:
        know_impossible(one.question)
        return ""
    return next((left for part in one.parts if (left := _part_left_open(part))), "") if one.parts else one.name
