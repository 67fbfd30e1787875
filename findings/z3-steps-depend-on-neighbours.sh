#!/bin/sh
# Within how many steps Z3 proves something depends on what else is alive in the process.
#
# Version: z3-solver 5.4.1.0.
# Guess: with "rlimit" in place of a timeout the same question gets the same answer, on any machine and in any order, at
#   the latest if it has a solver and a context of its own.
# Behaviour: in a shared context, what was asked before makes the same question dearer or cheaper. Within 30,000 steps
#   one is proved if it is asked a second time only; within 34,000 another time only if nothing came before. In
#   contexts of their own it takes a third of the steps from the sixth context on, as long as the others are not thrown
#   away. A SimpleSolver, which tries no tactics first, always takes the same.
#   And "rlimit count" goes on over the solvers of a context, though the limit begins anew for each.
# Why it matters: a theorem that is proved by itself may be undecided in its suite, or with another number of workers,
#   and the count that should show how near the limit is counts all that came before.
set -eu
packages="z3-solver==5.4.1.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import z3

NUMBERS = "(declare-const a Int)(declare-const b Int)(declare-const c Int)"
SQUARES = NUMBERS + "(assert (and (> a 0) (> b 0) (> c 0) (= (+ (* a a) (* b b)) (* c c)) (<= (+ a b) c)))"
QUOTIENTS = NUMBERS + "(assert (and (>= a 0) (>= b 0) (>= c 1) (> (+ (div a c) (div b c)) (div (+ a b) c))))"


def asked(text, context, limit=10**8, kind=z3.Solver):
    """What a new solver says of ``text``, and how many steps it says there were."""
    solver = kind(ctx=context)
    solver.set("rlimit", limit)
    solver.from_string(text)
    answer = solver.check()
    return str(answer), solver.statistics().get_key_value("rlimit count")


def after(before, limit):
    """What is said of SQUARES after the questions ``before``, in a context that they share."""
    shared = z3.Context()
    for text in before:
        asked(text, shared)
    return asked(SQUARES, shared, limit)[0]


print("30,000 steps: at first", after([], 30_000) + ", asked again", after([SQUARES], 30_000))
print("34,000 steps: at first", after([], 34_000) + ", after three others", after(3 * [QUOTIENTS], 34_000))
for kind in (z3.Solver, z3.SimpleSolver):
    for keeps in (False, True):
        alive, steps = [], []
        for _ in range(10):
            own = z3.Context()
            steps.append(asked(SQUARES, own, kind=kind)[1])
            if keeps:
                alive.append(own)
        print(f"ten contexts, {kind.__name__}, {'kept' if keeps else 'thrown away'}: {sorted(set(steps), reverse=True)} steps")
shared = z3.Context()
steps = [asked(QUOTIENTS, shared)[1] for _ in range(3)]
print("rlimit count of three solvers that are asked the same:", "goes on" if steps[0] < steps[1] < steps[2] else "does not")
END

compare <<'END'
30,000 steps: at first unknown, asked again unsat
34,000 steps: at first unsat, after three others unknown
ten contexts, Solver, thrown away: [30082] steps
ten contexts, Solver, kept: [30082, 30036, 10315] steps
ten contexts, SimpleSolver, thrown away: [7802] steps
ten contexts, SimpleSolver, kept: [7802] steps
rlimit count of three solvers that are asked the same: goes on
END
