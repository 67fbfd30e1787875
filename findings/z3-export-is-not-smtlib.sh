#!/bin/sh
# What Z3 exports as SMT-LIB is not always SMT-LIB.
#
# Version: z3-solver 5.4.1.0 and cvc5 1.4.2.
# Guess: Solver.to_smt2() writes the standard format, so a second solver can check what the first one said.
# Behaviour: a sum or product of one term is written (+ x), and the standard wants two; overflow predicates
#   are written under names of Z3 alone; simplify() turns bvsdiv into bvsdiv_i. Z3 reads all of them back.
#   cvc5 does not know them.
# Why it matters: a proof that a second solver is to check loses it where a loop had one element, or where the
#   range of an integer is asked about: for the smallest case and for the one that matters.
set -eu
packages="z3-solver==5.4.1.0 cvc5==1.4.2"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import cvc5
import z3


def asked(formula):
    """The formula as Z3 writes it, and whether each solver takes that text."""
    solver = z3.Solver()
    solver.add(formula)
    text = solver.to_smt2()
    shown = " ".join(text.partition("(assert")[2].partition("(check-sat)")[0].split())[:-1]
    again = z3.Solver()
    again.from_string(text)
    second = cvc5.Solver(cvc5.TermManager())
    parser = cvc5.InputParser(second)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "(set-logic ALL)" + text, "exported")
    try:
        said = ""
        while not (command := parser.nextCommand()).isNull():
            said += command.invoke(second, parser.getSymbolManager())
    except RuntimeError:
        said = "refused"
    return f"{shown}: z3 {again.check()}, cvc5 {said.strip()}"


x, y = z3.Ints("x y")
a, b = z3.BitVecs("a b", 64)
print(asked(z3.Sum([x, y]) == 3))
print(asked(z3.Sum([x]) == 3))
print(asked(z3.BVMulNoOverflow(a, b, True)))
print(asked(a / b == 3))
print(asked(z3.simplify(a / b == 3)))
END

compare <<'END'
(= (+ x y) 3): z3 sat, cvc5 sat
(= (+ x) 3): z3 sat, cvc5 refused
(bvsmul_noovfl a b): z3 sat, cvc5 refused
(= (bvsdiv a b) (_ bv3 64)): z3 sat, cvc5 sat
(= (bvsdiv_i a b) (_ bv3 64)): z3 sat, cvc5 refused
END
