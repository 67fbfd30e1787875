"""The checker of proofs: it passes what cvc5 proves, and nothing that is not so."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import pytest
import z3

from focalloc.proofs.engines.checking.proofs import Asked, Outcome, check
from focalloc.proofs.engines.checking.rules import Rules, Step
from focalloc.proofs.engines.checking.terms import INT, Terms, trees
from focalloc.proofs.engines.smt import Answer, ask_z3, prove_by_cvc5, smt2
from focalloc.proofs.terms import Term

CELLS = z3.DeclareSort("Cells")
A, B, N = z3.Ints("i j n")
T, U = z3.Consts("T U", CELLS)
CELL = z3.Function("cell", CELLS, z3.IntSort(), z3.IntSort())
WITH = z3.Function("with", CELLS, z3.IntSort(), z3.IntSort(), CELLS)
ODD = z3.Function("odd", z3.IntSort(), z3.BoolSort())


def stored() -> Term:
    """What storing does: the store is read back, and the rest stays."""
    of = CELL(WITH(T, A, N), B)
    return z3.ForAll([T, A, N, B], z3.If(A == B, of == N, of == CELL(T, B)), patterns=[of])


def rising() -> Term:
    """That the cells of a table below ``n`` rise."""
    return z3.ForAll([A, B], z3.Implies(z3.And(A >= 0, A < B, B < N), CELL(T, A) < CELL(T, B)))


QUESTIONS: dict[str, list[Term]] = {
    "a store": [stored(), CELL(WITH(WITH(T, A, 5), B, 7), A) != 5, A != B],
    "order": [rising(), N > 3, 2 * CELL(T, 0) + 1 > CELL(T, 2) + CELL(T, 1)],
    "division": [N >= 0, z3.Or(N / 8 > N, N % 8 >= 8, 8 * (N / 8) + N % 8 != N)],
    "products": [A > 0, B > 0, z3.Or(A * B <= 0, (A + 1) * B != A * B + B)],
    "a choice": [z3.If(ODD(A), B, N) > 4, B < 4, N == 4],
    "a witness": [z3.Not(z3.ForAll([A], z3.Implies(ODD(A), A > 1))), z3.ForAll([B], z3.Implies(ODD(B), B > 2))],
    "no integer": [3 * A + 6 * B == 5],
    "cases": [z3.Xor(ODD(1), ODD(2)), ODD(1) == ODD(2)],
}


def proved(question: str) -> str:
    reply, proof = prove_by_cvc5(question)
    assert reply.answer is Answer.UNSAT
    return proof


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_proved_is_checked(name: str) -> None:
    question = smt2(QUESTIONS[name])
    checked = check(question, proved(question))
    assert (checked.outcome, checked.why) == (Outcome.CHECKED, "")
    assert checked.steps > 0


def test_what_has_a_solution_has_no_proof() -> None:
    reply, proof = prove_by_cvc5(smt2([N > 3]))
    assert (reply.answer, proof) == (Answer.SAT, "")
    a, b, c = z3.Ints("a b c")
    reply, proof = prove_by_cvc5(smt2([a * a * a + b * b * b == c * c * c + 33, a > 3, b > a, c > b]), rlimit=1000)
    assert (reply.answer, proof) == (Answer.UNKNOWN, "")


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_other_question_is_answered_by_a_proof(name: str) -> None:
    """Without something that the proof goes by it is refused."""
    proof = proved(smt2(QUESTIONS[name]))
    for at in range(len(QUESTIONS[name])):
        fewer = [one for i, one in enumerate(QUESTIONS[name]) if i != at]
        if ask_z3(smt2(fewer), rlimit=1_000_000).answer is not Answer.UNSAT:
            assert check(smt2(fewer), proof).outcome is Outcome.REFUSED


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_proof_that_was_tampered_with_is_not_checked(name: str) -> None:
    question = smt2(QUESTIONS[name])
    lines = proved(question).splitlines()
    names = [line.split()[1] for line in lines if line.startswith("(step @")]
    # from what excludes each other the opposite follows as well, and what is said twice may be left out once
    steps = [at for at, line in enumerate(lines) if line.startswith("(step @") and " false :rule" not in line]
    steps = [at for at in steps if names.count(lines[at].split()[1]) == 1 and ":rule and_intro" not in lines[at]]
    for at in random.Random(name).sample(steps, min(len(steps), 12)):
        opposite = re.sub(r"^\(step (@p\d+) (.*?) :rule ", r"(step \1 (not \2) :rule ", lines[at])
        for told in ([opposite], []):
            assert check(question, "\n".join([*lines[:at], *told, *lines[at + 1 :]])).outcome is not Outcome.CHECKED
    (end,) = [at for at, line in enumerate(lines) if line.startswith("(step @")][-1:]
    for told in (lines[end].replace(" false :rule", " true :rule"), ""):
        assert check(question, "\n".join([*lines[:end], told, *lines[end + 1 :]])).outcome is Outcome.REFUSED


ASKED = smt2(
    [N > 3, A == B, A >= 0, N > A, ODD(2), *(z3.Not(z3.ForAll([A], CELL(T, A) != value)) for value in (3, 4))]
)
"""A question that has a solution, so that no proof of it may pass."""

SOME, OTHER = (f'(forall (@list (@var "i" Int)) (not (= (cell T (@var "i" Int)) {value})))' for value in (3, 4))

FORGED = {
    "trusted": "(step @p1 false :rule trust :premises () :args (false))",
    "not asserted": "(assume @p1 false)(step @p2 false :rule and_intro :premises (@p1))",
    "left open": "(assume-push @p1 false)(step @p2 false :rule and_intro :premises (@p1))",
    "used behind its end": "(assume-push @p1 false)(step-pop @p2 (=> false false) :rule scope :premises (@p1))"
    "(step @p3 false :rule and_intro :premises (@p1))",
    "of another rule": "(assume @p1 (> n 3))(step @p2 false :rule refl :premises (@p1) :args (n))",
    "does not end in false": "(assume @p1 (> n 3))(step @p2 (>= n 4) :rule int_tight_lb :premises (@p1))",
    "nothing": "",
    "one more": "(assume @p1 (> n 3))(step @p2 (>= n 5) :rule int_tight_lb :premises (@p1))"
    "(step @p3 false :rule contra :premises (@p2 @p1))",
    "equals in what is named after formulas": f"""
        (step @p1 (= {SOME} {OTHER}) :rule trans :premises () :args ())
        (step @p2 false :rule contra :premises (@p1))""",
    "an assumption about a variable": """
        (assume-push @p1 (= (@var "x" Int) 0))
        (step @p2 (= (= (@var "x" Int) 0) true) :rule true_intro :premises (@p1))
        (step @p3 (= (forall (@list (@var "x" Int)) (= (@var "x" Int) 0)) (forall (@list (@var "x" Int)) true))
            :rule cong :premises (@p2))""",
    "a name that means something": "(define n () 2)(assume @p1 (> 2 3))(step @p2 false :rule evaluate :premises (@p1))",
    "a sum without its parts": "(assume @p1 (> n 3))(step @p2 (< n 3) :rule arith_sum_ub :premises (@p1))"
    "(step @p3 false :rule contra :premises (@p1 @p2))",
    "no brackets": "(step @p1 false",
    "numbers as formulas": """
        (assume @p1 (> n 3)) (assume @p2 (>= i 0)) (assume @p3 (> n i))
        (step @p4 (= true n) :rule true_intro :premises (@p1))
        (step @p5 (= true i) :rule true_intro :premises (@p2))
        (step @p6 (= n true) :rule symm :premises (@p4))
        (step @p7 (= n i) :rule trans :premises (@p6 @p5))
        (step @p8 false :rule contra :premises (@p3 @p7))""",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_proof_is_not_checked(name: str) -> None:
    outcome = check(ASKED, f"({FORGED[name]})").outcome
    assert outcome is (Outcome.HOLES if name == "trusted" else Outcome.REFUSED)


def allowed(rule: str, premises: Sequence[str], conclusion: str, arguments: Sequence[str] = ()) -> bool | None:
    """What is said of one step, over the names of `ASKED`."""
    terms = Asked(ASKED).terms
    (told,), *given = (
        [terms.read(tree, {}) for tree in trees(" ".join(texts))] for texts in ([conclusion], premises, arguments)
    )
    return Rules(terms).allow(Step(rule, told, *given))


SKOLEMS = [f"(@quantifiers_skolemize {one} 0)" for one in (SOME, OTHER)]

UNSOUND = {
    "two that are false need not fail of the same": (
        "cong",
        [f"(= {SOME} {OTHER})"],
        f"(= {SKOLEMS[0]} {SKOLEMS[1]})",
        [],
    ),
    "a variable is caught": (
        "instantiate",
        ['(forall (@list (@var "x" Int)) (not (forall (@list (@var "y" Int)) (= (@var "x" Int) (@var "y" Int)))))'],
        '(not (forall (@list (@var "y" Int)) (= (@var "y" Int) (@var "y" Int))))',
        ['(@list (@var "y" Int))'],
    ),
    "a value of another sort": (
        "instantiate",
        ['(forall (@list (@var "x" Int)) (odd (@var "x" Int)))'],
        "(odd 1/2)",
        ["(@list 1/2)"],
    ),
    "an integer between": ("int_tight_lb", ["(> n 3)"], "(>= n 5)", []),
    "division by zero": ("arith-int-div-total", [], "(= (div n i) (div_total n i))", ["n", "i"]),
    "a factor of either sign": ("arith_mult_sign", [], "(=> (and (> i 0) (not (= n 0))) (> (* i n) 0))", []),
    "a factor that is negative": ("arith_mult_pos", [], "(=> (and (< n 0) (>= i j)) (>= (* n i) (* n j)))", []),
    "the same name for two": (
        "alpha_equiv",
        [],
        '(= (forall (@list (@var "x" Int) (@var "y" Int)) (< (@var "x" Int) (@var "y" Int)))'
        ' (forall (@list (@var "x" Int) (@var "x" Int)) (< (@var "x" Int) (@var "x" Int))))',
        [],
    ),
    "what it depends on": (
        "quant-var-elim-eq",
        [],
        '(= (forall (@list (@var "x" Int)) (or (not (= (@var "x" Int) (+ (@var "x" Int) 1))) false)) false)',
        [],
    ),
    "a magnitude that is not greater": ("arith_mult_abs_comparison", ["(> (abs n) (abs i))", "(= (abs j) (abs j))"],
                                        "(> (abs (* n j)) (abs (* i j)))", []),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSOUND)
def test_a_step_that_does_not_follow_is_not_allowed(name: str) -> None:
    rule, premises, conclusion, arguments = UNSOUND[name]
    assert not allowed(rule, premises, conclusion, arguments)


def test_a_question_that_is_not_understood_is_not_checked() -> None:
    x = z3.Real("x")
    question = smt2([x > 1, x < 0])
    assert check(question, proved(question)).outcome is not Outcome.CHECKED
    existing = smt2([z3.Exists([A], z3.And(CELL(T, A) > 0, CELL(T, A) < 0))])
    assert check(existing, proved(existing)).outcome is Outcome.HOLES


OPERATIONS: dict[str, Callable[..., Term]] = {
    "not": z3.Not, "and": z3.And, "or": z3.Or, "=>": z3.Implies, "ite": z3.If, "distinct": z3.Distinct,
    "=": lambda a, b: a == b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b, "+": lambda *all_of: z3.Sum(*all_of), "*": lambda *all_of: z3.Product(*all_of),
    "-": lambda a, *b: a - b[0] if b else -a, "abs": z3.Abs, "xor": z3.Xor, "to_real": lambda a: a,
    "@purify": lambda a: a,
    "div": lambda a, b: a / b, "mod": lambda a, b: a % b,
    "div_total": lambda a, b: z3.If(b == 0, 0, a / b), "mod_total": lambda a, b: z3.If(b == 0, a, a % b),
}  # fmt: skip

DECLARED = {one.name(): one for one in (CELL, WITH, ODD)}
SORTS = {"Int": z3.IntSort(), "Bool": z3.BoolSort(), "Cells": CELLS}


def meant(terms: Terms, one: int) -> Term:
    """A term as Z3 has it; `LookupError` for names of the proof's own."""
    head, arguments = terms.heads[one], terms.arguments[one]
    if isinstance(head, Fraction):
        return z3.IntVal(int(head)) if head.denominator == 1 else z3.RealVal(str(head))
    if isinstance(head, tuple):
        return z3.Const(f"variable {head[1]}", SORTS[head[2]])
    if head in ("true", "false"):
        return z3.BoolVal(head == "true")
    if head == "forall":
        variables, body = terms.bound(one), arguments[1]
        return z3.ForAll([meant(terms, variable) for variable in variables], meant(terms, body))
    if not arguments:
        return z3.Const(head, SORTS[terms.sort(one)])
    return {**OPERATIONS, **DECLARED}[head](*(meant(terms, argument) for argument in arguments))


def general(terms: Terms, one: int) -> Term:
    """What is known of a variable is known of all its values."""
    variables = [meant(terms, variable) for variable in terms.free(one)]
    return z3.ForAll(variables, meant(terms, one)) if variables else meant(terms, one)


def changed(terms: Terms, one: int, chance: random.Random) -> int:
    """A term with something in it changed."""
    head, arguments = terms.heads[one], terms.arguments[one]
    inner = [at for at, argument in enumerate(arguments) if terms.heads[argument] != "@list"]
    if inner and chance.random() < 0.8:
        at = chance.choice(inner)
        return terms.make(head, *arguments[:at], changed(terms, arguments[at], chance), *arguments[at + 1 :])
    if isinstance(head, Fraction):
        return terms.number(head + chance.choice([-1, 1]))
    others = {"<": ["<=", ">"], "<=": ["<", ">="], ">=": [">", "<="], ">": [">=", "<"], "and": ["or"], "or": ["and"]}
    if head in others:
        return terms.make(chance.choice(others[str(head)]), *arguments)
    if terms.sort(one) == INT:
        return terms.make(chance.choice("ijn")) if not arguments else terms.make("+", one, terms.number(1))
    return terms.make("not", one) if terms.sort(one) == "Bool" else one


def steps_of(question: str, proof: str) -> Iterator[tuple[Terms, Rules, Step]]:
    """The steps of a proof outside of assumptions."""
    asked = Asked(question)
    rules, names, told = Rules(asked.terms), {}, {}  # type: ignore[var-annotated]
    (lines,) = trees(proof)
    for line in lines:
        match line:
            case ["define", str() as name, _, tree]:
                names[name] = asked.terms.read(tree, names)
            case ["assume" | "assume-push", str() as name, tree]:
                told[name] = asked.terms.read(tree, names)
            case ["step" | "step-pop", str() as name, tree, ":rule", str() as rule, *rest] if tree != ":rule":
                given = {str(key): [*value] for key, value in zip(rest[::2], rest[1::2], strict=True)}
                told[name] = asked.terms.read(tree, names)
                premises = [told[str(one)] for one in given.get(":premises", []) if str(one) in told]
                arguments = [asked.terms.read(one, names) for one in given.get(":args", [])]
                yield asked.terms, rules, Step(rule, told[name], premises, arguments)


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_allowed_is_so(name: str) -> None:
    """Steps and steps with something changed: whichever the checker allows, Z3 finds no counterexample to."""
    chance, looked, refused = random.Random(name), 0, 0
    question = smt2(QUESTIONS[name])
    steps = [*steps_of(question, proved(question))]
    for terms, rules, step in chance.sample(steps, min(len(steps), 80)):
        for conclusion in (step.conclusion, *(changed(terms, step.conclusion, chance) for _ in range(2))):
            if not rules.allow(Step(step.rule, conclusion, step.premises, step.arguments)):
                refused += 1
                continue
            try:
                asked = [*(general(terms, premise) for premise in step.premises), z3.Not(meant(terms, conclusion))]
            except (LookupError, z3.Z3Exception):
                continue
            looked += 1
            assert ask_z3(smt2(asked), rlimit=100_000).answer is not Answer.SAT, (step.rule, asked)
    assert looked > 5
    assert refused > looked // 2
