"""Solvers: an obligation becomes SMT-LIB text, and the text is what Z3 and cvc5 are asked about.

Each question is parsed afresh, in a context of its own, from exactly the text that ``--smt2`` writes. So what was
proved can be read, and a resource count does not depend on what was asked before. Solvers are bounded by their own
count of steps, never by the clock: the same question gets the same answer on a slow machine.
"""

from __future__ import annotations

import ctypes
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import z3

from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Obligation, Theorem

Z3_RLIMIT = 400_000_000
"""Z3 steps per question, several times what the hardest theorem takes."""

CVC5_RLIMIT = 3_000_000
"""cvc5 steps per question, more than any of the quick set takes; the largest take half a minute."""


WITH_PROOF = {
    "produce-proofs": "true",
    "proof-granularity": "dsl-rewrite",
    "proof-print-conclusion": "true",
}
"""What cvc5 is told to write: small steps, each with what it concludes."""


def _keep_memory() -> None:
    """Have the C library keep what contexts of Z3 give back; glibc fetches 8 MB anew for each, page by page."""
    keep = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if keep is not None:
        trim_threshold, mmap_threshold = -1, -3
        keep(trim_threshold, 2**28)
        keep(mmap_threshold, 2**25)


_keep_memory()


class Answer(StrEnum):
    """What a solver says about a question."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reply:
    """A solver's answer.

    Attributes:
        answer: the answer.
        values: where it is `sat`, a value for each variable.
        rlimit: steps taken, in the solver's own count.
        why: where it is `unknown`, what the solver says about it.
    """

    answer: Answer
    values: Mapping[str, int]
    rlimit: int
    why: str = ""


def smt2(formulas: Sequence[Term], *comments: str, expected: Answer | None = None) -> str:
    """The question whether ``formulas`` have a common solution, as SMT-LIB 2 text."""
    solver = z3.Solver()
    solver.add(*formulas)
    # Z3 writes its own header and no logic; a second solver needs the logic before the first declaration.
    body = re.sub(r"^;.*\n|^\(set-info :status.*\n", "", solver.to_smt2(), flags=re.M)
    for sort in dict.fromkeys(re.findall(r"^\(declare-sort .*\n", body, flags=re.M)):  # it may write one more than once
        body = sort + body.replace(sort, "")
    lines = [f"; {line}" for comment in comments for line in textwrap.wrap(comment, 108)]
    status = [f"(set-info :status {expected})"] if expected is not None else []
    return "\n".join([*lines, "(set-logic ALL)", *status, body])


def question(theorem: Theorem, obligation: Obligation) -> str:
    """The SMT-LIB text of one obligation, its theorem's sentence as a comment."""
    expected = Answer.SAT if obligation.witness else Answer.UNSAT
    asked = "the claim, which can be met" if obligation.witness else "the opposite of the claim, which cannot be met"
    return smt2(
        obligation.question,
        f"{theorem.name}: {theorem.sentence}",
        f"Obligation: {obligation.name}. Asserted are the assumptions and {asked}: the answer must be {expected}.",
        expected=expected,
    )


def cover_question(theorem: Theorem, obligation: Obligation) -> str:
    """The SMT-LIB text that asks whether one obligation's assumptions can be met at all."""
    return smt2(
        [*obligation.assume, *obligation.cover],
        f"{theorem.name}: {theorem.sentence}",
        f"Cover check of obligation: {obligation.name}. It would be vacuous unless the answer is sat.",
        expected=Answer.SAT,
    )


_IMPOSSIBLE: dict[int, Term] = {}
"""What Z3 has found to have no solution: each conjunction by its number, which is its own while it is kept."""


def is_known_impossible(formulas: Sequence[Term]) -> bool:
    """Whether Z3 has found already that these have no common solution; a planted bug leaves most as they are."""
    return z3.And(*formulas).get_id() in _IMPOSSIBLE


def know_impossible(formulas: Sequence[Term]) -> None:
    """Remember that these have no common solution."""
    all_of_them = z3.And(*formulas)
    _IMPOSSIBLE[all_of_them.get_id()] = all_of_them


def forget_impossible() -> None:
    """Let go of all of them, as another theorem asks other questions."""
    _IMPOSSIBLE.clear()


def ask_z3(text: str, rlimit: int = Z3_RLIMIT) -> Reply:
    """Z3's reply to a question in SMT-LIB text."""
    solver = z3.SimpleSolver(ctx=z3.Context())  # the others try tactics, in steps that depend on other contexts
    solver.set("rlimit", rlimit)
    solver.from_string(text)
    answer = Answer(str(solver.check()))
    statistics = solver.statistics()
    steps = statistics.get_key_value("rlimit count") if "rlimit count" in statistics.keys() else 0  # noqa: SIM118
    values = {}
    if answer is Answer.SAT:
        model = solver.model()
        for declaration in model.decls():
            value = model[declaration]
            if declaration.arity() == 0 and (z3.is_int_value(value) or z3.is_true(value) or z3.is_false(value)):
                values[declaration.name()] = value.as_long() if z3.is_int_value(value) else int(z3.is_true(value))
    why = solver.reason_unknown() if answer is Answer.UNKNOWN else ""
    return Reply(answer, values, steps, why)


def ask_cvc5(text: str, rlimit: int = CVC5_RLIMIT) -> Reply:
    """cvc5's reply to a question in SMT-LIB text."""
    return _asked_of_cvc5(text, rlimit, {})[0]


def prove_by_cvc5(text: str, rlimit: int = CVC5_RLIMIT) -> tuple[Reply, str]:
    """cvc5's reply to a question in SMT-LIB text, and where it is `unsat` its proof, in its format CPC."""
    reply, solver = _asked_of_cvc5(text, rlimit, WITH_PROOF)
    if reply.answer is not Answer.UNSAT:
        return reply, ""
    (proof,) = solver.getProof()
    written = solver.proofToString(proof)
    return reply, written if isinstance(written, str) else bytes(written).decode()


def _asked_of_cvc5(text: str, rlimit: int, options: Mapping[str, str]) -> tuple[Reply, Any]:
    """cvc5's reply, and the solver that gave it."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit-per", str(rlimit))
    for name, value in options.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, parser.getSymbolManager())
    answer = said.split()[0] if said.split() else ""
    if answer not in set(Answer):
        return Reply(Answer.UNKNOWN, {}, 0, said.strip()), solver
    return Reply(Answer(answer), {}, 0, said.strip()), solver
