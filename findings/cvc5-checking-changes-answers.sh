#!/bin/sh
# Asked to check its proof, cvc5 no longer knows what it has just proved.
#
# Version: cvc5 1.4.2.
# Guess: options that have a proof written and checked act on what was found, so an answer stays what it was; a limit of
#   steps ("rlimit-per") is one of the search.
# Behaviour: checking takes from the same count of steps. With "proof-check" on "eager" a question that is "unsat" within
#   50,000 steps becomes "unknown", as the steps are used up on the way; without a limit all of these agree. To
#   write a proof, or to check it in the end, changes nothing here.
# Why it matters: who bounds a solver by steps, so that runs can be repeated, and turns on checks to trust it more, has
#   proved less, and may take it for a doubt about the theorem; two runs are to be compared, not one, and limits
#   are to be raised along with checks.
set -eu
packages="cvc5==1.4.2"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import cvc5
from cvc5 import Kind

WAYS = {
    "only answered": {},
    "a proof written": {"produce-proofs": "true"},
    "checked in the end": {"check-proofs": "true"},
    "checked as it is found": {"check-proofs": "true", "proof-check": "eager"},
}


def answer(limit, options):
    """What is said of six different numbers from 0 to 4."""
    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    for name, value in options.items():
        solver.setOption(name, value)
    if limit:
        solver.setOption("rlimit-per", str(limit))
    solver.setLogic("ALL")
    numbers = [terms.mkConst(terms.getIntegerSort(), f"n{i}") for i in range(6)]
    for one in numbers:
        solver.assertFormula(terms.mkTerm(Kind.LEQ, terms.mkInteger(0), one))
        solver.assertFormula(terms.mkTerm(Kind.LT, one, terms.mkInteger(5)))
    solver.assertFormula(terms.mkTerm(Kind.DISTINCT, *numbers))
    return solver.checkSat()


for name, options in WAYS.items():
    print(f"{name}: {answer(50_000, options)} within 50,000 steps, {answer(0, options)} without a limit")
END

compare <<'END'
only answered: unsat within 50,000 steps, unsat without a limit
a proof written: unsat within 50,000 steps, unsat without a limit
checked in the end: unsat within 50,000 steps, unsat without a limit
checked as it is found: unknown (RESOURCEOUT) within 50,000 steps, unsat without a limit
END
