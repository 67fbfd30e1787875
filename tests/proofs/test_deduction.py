"""The engine for every size, attacked: small programs that are wrong, each of which it must refuse or leave open."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
import z3

from focalloc.fastpath import kernels
from focalloc.proofs.catalogue import theorems
from focalloc.proofs.contracts import BY_FILE, CONTRACTS
from focalloc.proofs.contracts.form import Contract, Lemma, beside, contract, definition, lemma, lines, loop
from focalloc.proofs.contracts.lemmas import LEMMAS, PARTS
from focalloc.proofs.engines.deductive.conditions import Condition, Deduction
from focalloc.proofs.engines.deductive.evidence import SMALL, TRIES, background, obligations, theory_of, tuples_of
from focalloc.proofs.engines.deductive.formulas import Refused, Theory
from focalloc.proofs.engines.deductive.playing import played
from focalloc.proofs.engines.smt import Answer, ask_cvc5, ask_z3, smt2
from focalloc.proofs.sources import Mutation, Source

SHIPPED = theory_of(Source.of(kernels))


def theory(text: str, contracts: Iterable[Contract], lemmas: Sequence[Lemma] = ()) -> Theory:
    """A program, with the words of contracts."""
    packing = {name: SHIPPED.kernels[name] for name in ("key_of", "rank_of", "place_of", "node_of")}
    functions = packing | {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    known = {one.name: one for one in lemmas} or SHIPPED.lemmas
    named = {one.name: one for one in contracts}
    return replace(SHIPPED, kernels=functions, tuples=tuples_of(text), contracts=named, lemmas=known)


def open_ones(deduction: Deduction, conditions: Sequence[Condition], about: str = "") -> list[str]:
    """The kinds of conditions that Z3 does not prove, and cvc5 must not either; all are asked, each with its facts."""
    parts = [part for one in obligations(deduction, conditions, lemma=about) for part in one.parts or [one]]
    assert [part.goal.get_id() for part in parts] == [one.goal.get_id() for one in conditions]
    found = []
    for one, part in zip(conditions, parts, strict=True):
        assert [fact.get_id() for fact in part.assume[: len(one.facts)]] == [fact.get_id() for fact in one.facts]
        question = smt2([*one.facts, z3.Not(one.goal), *background(deduction, [one], about)])
        if ask_z3(question, 300_000).answer is not Answer.UNSAT:
            assert ask_cvc5(question, 30_000).answer is not Answer.UNSAT
            found.append(one.kind)
    return found


def left(text: str, *contracts: Contract) -> list[str]:
    """What is left open of the first of the contracts; what is refused is so with a sentence."""
    deduction = Deduction(theory(text, contracts))
    try:
        conditions = deduction.of_kernel(contracts[0].name)
    except Refused as why:
        return ["refused" if str(why).startswith(f"{contracts[0].name}: ") else str(why)]
    return open_ones(deduction, conditions)


FILL = """
def fill(table: Table, n: int) -> None:
    for i in range(n):
        table[i] = 0
"""
FILLED = contract(
    "fill",
    needs="0 <= n <= len(table)",
    writes="table",
    gives="all(table[j] == 0 for j in range(n))",
    loops={"for i in range(n)": loop(keeps="all(table[j] == 0 for j in range(i))")},
)
COUNT = """
def count(n: int) -> int:
    i = 0
    while i < n:
        i += 1
    return i
"""
COUNTED = contract(
    "count",
    needs="0 <= n",
    gives="result == n",
    loops={"while i < n": loop(keeps="0 <= i <= n", falls="n - i")},
)


def test_what_is_right_is_proved() -> None:
    assert left(FILL, FILLED) == []
    assert left(COUNT, COUNTED) == []


def test_a_part_goes_by_what_it_stands_beside_and_is_proved_with_it() -> None:
    assert left(COUNT, beside(COUNTED, "more", gives="2 * result == 2 * n")) == []
    for one in theorems(full=True):
        for part in (CONTRACTS[name] for name in one.kernels if name in CONTRACTS and CONTRACTS[name].part):
            assert part.kernel in one.kernels
    proved = {name for one in theorems(full=True) for name in one.kernels}
    assert {*CONTRACTS} <= proved, "a contract is in no theorem"


NOTHING = "def nothing(t: Table, n: int) -> None:\n    pass\n"


def test_what_is_known_word_for_word_is_not_asked() -> None:
    line = "all(t[i] <= t[j] + 5 for i in range(n) for j in range(i, n))"
    deduction = Deduction(theory(NOTHING, [contract("nothing", needs=f"0 <= n <= len(t)\n{line}", gives=line)]))
    assert deduction.of_kernel("nothing") == []


@pytest.mark.parametrize(
    "other",
    [
        "all(t[i] <= t[j] + 4 for i in range(n) for j in range(i, n))",
        "all(t[j] <= t[i] + 5 for i in range(n) for j in range(i, n))",
        "all(t[i] <= t[j] + 5 for i in range(n) for j in range(n))",
        "not all(t[i] <= t[j] + 5 for i in range(n) for j in range(i, n))",
    ],
)
def test_what_differs_from_what_is_known_is_asked(other: str) -> None:
    known = "0 <= n <= len(t)\nall(t[i] <= t[j] + 5 for i in range(n) for j in range(i, n))"
    assert left(NOTHING, contract("nothing", needs=known, gives=other)) == ["gives"]


def test_what_is_looked_at_is_as_wide_as_a_contract_takes_it_to_be() -> None:
    text = "class Pair(NamedTuple):\n    tags: Table\n    a: Table\n\n\n"
    for part, open_kinds in (("a", []), ("tags", ["refused"])):
        called = f"def g(pair: Pair) -> int:\n    return pair.{part}[0]\n\n\n"
        its = contract("f", needs="1 <= len(t)"), contract("g", needs=f"1 <= len({part})")
        assert left(text + called + "def f(t: Table) -> int:\n    return g(Pair(t, t))\n", *its) == open_kinds


def test_a_single_bit_is_there_or_it_is_not() -> None:
    text = "def f(n: int) -> int:\n    return n & 4\n"
    for line in ("result == 0 or result == 4", "implies(n == -1, result == 4)", "implies(n == 11, result == 0)"):
        assert left(text, contract("f", gives=line)) == []
    for line in ("result == 0", "implies(n == -1, result == 0)", "implies(n == 3, result == 4)"):
        assert left(text, contract("f", gives=line)) == ["gives"]
    assert left("def f(n: int) -> int:\n    return n & 6\n", contract("f", gives="result <= 6")) == ["refused"]


def test_what_is_told_of_a_call_is_found_by_an_argument_that_is_an_if() -> None:
    text = """
def g(keys: Ints, notes: Ints, n: int) -> None:
    pass


def f(keys: Ints, notes: Ints, n: int) -> None:
    g(keys, notes, max(0, n - 1))
"""
    told = "all(many(keys, notes, n, p, a) > 7 for p in INTEGERS for a in INTEGERS if at(many(keys, notes, n, p, a)))"
    called = contract("g", gives=told)
    for number, open_kinds in ((5, []), (4, ["gives"])):
        given = f"implies(n == 6, many(keys, notes, {number}, 3, 4) > 7)"
        assert left(text, contract("f", needs="0 <= n < 9", gives=given), called) == open_kinds


def test_no_lemma_takes_the_name_of_another() -> None:
    assert len(LEMMAS) == sum(map(len, PARTS))


def test_a_loop_that_always_goes_on_ends_where_it_is_left() -> None:
    text = "def f(n: int) -> int:\n    i = 0\n    while True:\n        if i == n:\n            {}\n        i += 1\n"
    known = {"while True": loop(keeps="0 <= i <= n", falls="n - i")}
    for leaves, given, open_kinds in (
        ("return i", "result == n", []),
        ("return i", "result == 7", ["gives"]),
        ("break", "result == 7", ["refused"]),
        ("break\n    return 7", "result == 7", []),
        ("break\n    return 7", "result == n", ["gives"]),
        ("i = 0", "True", ["ends"]),
    ):
        way, _, behind = leaves.partition("\n")
        told = contract("f", needs="1 <= n", gives=given, loops=known)
        assert left(text.format(way) + behind, told) == open_kinds


TWO = "class Two(NamedTuple):\n    a: int\n    b: int\n\n\n"
SET = "def set_first(t: Table) -> bool:\n    t[0] = 5\n    return True\n\n\n"
OUTER = (
    "class Inner(NamedTuple):\n    header: Table\n\n\n"
    "class Outer(NamedTuple):\n    header: Table\n    inner: Inner\n\n\n"
)


FRONT = {"header": "state[:HEADER]"}
ONE = "class One(NamedTuple):\n    t: Table\n\n\n"
EITHER = (
    f"{ONE}def either(a: Table, b: Table, x: int) -> One:\n    if x > 0:\n        return One(a)\n"
    "    b[0] = 3\n    return One(b)\n\n\n"
    "def f(a: Table, b: Table, x: int) -> int:\n"
)
BOTH = "1 <= len(a)\n1 <= len(b)"


def test_what_is_cut_out_of_an_array_lies_in_it() -> None:
    text = (
        "def f(state: Longs) -> int:\n    header = state[:HEADER]\n    a = state[HEADER : HEADER + 4]\n"
        "    b = state[HEADER + 4 : HEADER + 6]\n    a[3] = 1\n    b[0] = 2\n    header[3] = 5\n"
        "    return a[3] + state[3]\n"
    )
    cuts = {**FRONT, "a": "state[HEADER:HEADER + 4]", "b": "state[HEADER + 4:HEADER + 6]"}
    told = contract("f", cuts=cuts, needs="cells(state) >= HEADER + 6", writes="header a b", gives="result == 6")
    assert left(text, told) == []


def test_a_table_is_cut_out_again_by_what_tells_its_place() -> None:
    cut = "state[state[5 + state[4]] : state[6 + state[4]]]"
    text = (
        f"def f(state: Longs) -> int:\n    a = {cut}\n    a[0] = 3\n    g(state)\n    b = {cut}\n    return b[0]\n"
        "\n\ndef g(header: Table) -> None:\n    header[3] = 1\n"
    )
    needs = "cells(state) >= HEADER + 9\n0 <= header[4] <= 1\nHEADER <= header[5]\nheader[5] < header[6]\n"
    needs += "header[6] < header[7] and header[7] <= HEADER + 9"
    cuts = {**FRONT, "a": "state[header[5 + header[4]]:header[6 + header[4]]]"}
    told = contract("f", cuts=cuts, writes="header a", needs=needs, gives="result == 3")
    called = contract("g", needs="len(header) == HEADER", writes="header", gives="only(header, 3)")
    assert left(text, told, called) == []


def test_a_table_is_cut_into_parts() -> None:
    text = (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    b = t[n : n + 2]\n    c = t[n + 2 :]\n    a[0] = 1\n"
        "    b[1] = 2\n    c[0] = 4\n    d = t[n : n + 2]\n    return a[0] + d[1] + c[0]\n"
    )
    parts = {"a": "t[:n]", "b": "t[n:n + 2]", "c": "t[n + 2:]"}
    told = contract("f", cuts=parts, needs="1 <= n\nn + 2 < len(t)", writes="a b c", gives="result == 7")
    assert left(text, told) == []


def test_a_score_that_is_a_number_saturates() -> None:
    text = (
        "def f(scores: NDArray[np.generic]) -> int:\n    number = fixed_point(scores[0])\n"
        "    return np.int32(min(max(np.float64(number), -LARGEST), LARGEST)) if number == number else np.int32(0)\n"
    )
    assert left(text, contract("f", needs="len(scores) > 0", gives="-LIMIT < result < LIMIT")) == []


def test_a_kernel_that_is_seen_through_returns_one_table_or_another() -> None:
    for call in ("either(a, b, x)", "One(a) if x > 0 else either(a, b, x)", "either(a, b, x) if x > 0 else One(b)"):
        text = f"{EITHER}    one = {call}\n    one.t[0] += 1\n    return one.t[0]\n"
        told = "implies(x > 0, a[0] == old(a)[0] + 1 and b == old(b))\nimplies(x <= 0, result == b[0] and a == old(a))"
        told += "\nresult == (a[0] if x > 0 else b[0])"
        needs = f"{BOTH}\na[0] < 9\nb[0] < 9"
        assert left(text, contract("f", needs=needs, writes="a b", gives=told), SEEN) == []


def test_a_score_that_fits_is_one() -> None:
    text = (
        "def f(scores: NDArray[np.generic]) -> int:\n    number = fixed_point(scores[0])\n"
        "    return np.int32(number) if -LIMIT < number < LIMIT else np.int32(0)\n"
    )
    assert left(text, contract("f", needs="len(scores) > 0", gives="-LIMIT < result < LIMIT")) == []


def test_what_writes_in_a_test_is_known_where_the_test_is() -> None:
    text = SET + "def f(t: Table, x: int) -> int:\n    if x > 0 and set_first(t):\n        return 1\n    return 0\n"
    told = "t[0] == (5 if x > 0 else old(t)[0])"
    assert left(text, contract("f", needs="1 <= len(t)", writes="t", gives=told), SETTER) == []


def test_what_was_before_the_statement_before_is_known() -> None:
    text = "def f(x: int) -> int:\n    x = 7\n    return x\n"
    assert left(text, contract("f", needs="x == 3", before={"return x": "prior(x) + 4 == x"})) == []


WRONG = {
    "one cell too far": (FILL.replace("range(n)", "range(n + 1)"),
        replace(FILLED, loops={"for i in range(n + 1)": FILLED.loops["for i in range(n)"]}), "index"),
    "a negative index": (FILL.replace("table[i] = 0", "table[i - 1] = 0"), FILLED, "index"),
    "a negative index, read": ("def f(t: Ints, i: int) -> int:\n    return t[i]\n", contract("f", needs="i < len(t)"),
        "index"),
    "nothing says how long the table is": (FILL, replace(FILLED, needs=("0 <= n",)), "index"),
    "one cell is not filled": (FILL.replace("range(n)", "range(1, n)"),
        replace(FILLED, loops={"for i in range(1, n)": FILLED.loops["for i in range(n)"]}), "enter"),
    "the invariant does not hold at first": (COUNT.replace("i = 0", "i = -1"), COUNTED, "enter"),
    "the invariant is not kept": (COUNT.replace("i += 1", "i += 2"), COUNTED, "keep"),
    "it does not end": (COUNT.replace("i += 1", "i += 0"), COUNTED, "ends"),
    "nothing says that it ends": (COUNT, replace(COUNTED, loops={"while i < n": loop("0 <= i <= n")}), "refused"),
    "a measure that may be negative": (COUNT,
        replace(COUNTED, loops={"while i < n": loop("0 <= i <= n", "-i - n - 9")}), "ends"),
    "a for of no steps": ("def f(n: int) -> None:\n    for i in range(0, 9, n):\n        pass\n",
        contract("f", loops={"for i in range(0, 9, n)": loop()}), "ends"),
    "the promise is another": (COUNT, replace(COUNTED, gives=("result == n + 1",)), "gives"),
    "64 bits overflow": ("def f(x: int) -> int:\n    return x + 1\n", contract("f"), "range"),
    "64 bits overflow by negation": ("def f(x: int) -> int:\n    return -x\n", contract("f"), "range"),
    "64 bits overflow by a product": ("def f(x: int) -> int:\n    return x * x\n",
        contract("f", needs="0 <= x < 2**40"), "range"),
    "32 bits overflow": ("def f(fixed: Table) -> None:\n    fixed[0] = fixed[0] + 1\n",
        contract("f", needs="1 <= len(fixed)", writes="fixed"), "range"),
    "8 bits overflow": ("def f(tags: Table) -> None:\n    tags[0] += MARK\n",
        contract("f", needs="1 <= len(tags)", writes="tags"), "range"),
    "8 bits overflow in what is called": (
        "def g(table: Table) -> None:\n    table[0] = 300\n\n\ndef f(tags: Table) -> None:\n    g(tags)\n",
        contract("f", needs="1 <= len(tags)", writes="tags"), "refused"),
    "a divisor of 0": ("def f(x: int) -> int:\n    return 1 // x\n", contract("f", needs="0 <= x < 9"), "division"),
    "a negative divisor": ("def f(x: int) -> int:\n    return 1 % x\n",
        contract("f", needs="-9 <= x < 0"), "division"),
    "a shift by too many digits": ("def f(x: int) -> int:\n    return 1 >> x\n",
        contract("f", needs="0 <= x < 64"), "range"),
    "a shift by less than none": ("def f(x: int) -> int:\n    return 1 >> x\n", contract("f", needs="-1 <= x < 9"),
        "range"),
    "a shift by an unknown is no shift": ("def f(x: int, n: int) -> int:\n    return x >> n\n",
        contract("f", needs="0 <= n < 9", gives="result == x"), "gives"),
    "a shift by an unknown of less than nothing": ("def f(x: int, n: int) -> int:\n    return x >> n\n",
        contract("f", needs="0 <= n < 9", gives="result >= 0"), "gives"),
    "a shift to the left by anything": ("def f(x: int) -> int:\n    return 3 << x\n", contract("f", needs="0 <= x < 9"),
        "refused"),
    "one, shifted to the left, is no more than one": ("def f(x: int) -> int:\n    return 1 << x\n",
        contract("f", needs="0 <= x < 9", gives="result == 1"), "gives"),
    "one, shifted to the left by too much": ("def f(x: int) -> int:\n    return 1 << x\n",
        contract("f", needs="0 <= x < 64"), "range"),
    "bits of either are those of both": ("def f(a: int, b: int) -> int:\n    return a | b\n",
        contract("f", needs="0 <= a < 9\n0 <= b < 9", gives="result == a + b"), "gives"),
    "bits of what may be negative": ("def f(a: int, b: int) -> int:\n    return a | b\n",
        contract("f", gives="result >= a"), "gives"),
    "a mask of common bits that may be none": ("def f(a: int, mask: int) -> int:\n    return a & mask\n",
        contract("f", needs="0 <= mask < 9", gives="result == a % (mask + 1)"), "gives"),
    "a score that is not there": (
        "def f(scores: NDArray[np.generic], i: int) -> int:\n    number = fixed_point(scores[i])\n"
        "    return np.int32(number)\n",
        contract("f", needs="0 <= i <= len(scores)"), "index"),
    "a score that does not fit": (
        "def f(scores: NDArray[np.generic]) -> int:\n    number = fixed_point(scores[0])\n"
        "    return np.int32(number)\n",
        contract("f", needs="len(scores) > 0", gives="-LIMIT < result"), "gives"),
    "a score that is no number is as if it were": (
        "def f(scores: NDArray[np.generic]) -> int:\n    number = fixed_point(scores[0])\n"
        "    return np.int32(min(max(np.float64(number), -LARGEST), LARGEST))\n",
        contract("f", needs="len(scores) > 0", gives="-LIMIT < result"), "gives"),
    "a score that is a number fits": (
        "def f(scores: NDArray[np.generic]) -> int:\n    number = fixed_point(scores[0])\n"
        "    return np.int32(number) if number == number else np.int32(0)\n",
        contract("f", needs="len(scores) > 0", gives="-LIMIT < result"), "gives"),
    "a score is compared with another": (
        "def f(scores: NDArray[np.generic]) -> bool:\n    number = fixed_point(scores[0])\n"
        "    other = fixed_point(scores[0])\n    return number == other\n",
        contract("f", needs="len(scores) > 0", truth=True), "refused"),
    "a score saturates at something else": (
        "def f(scores: NDArray[np.generic]) -> int:\n    number = fixed_point(scores[0])\n"
        "    return np.int32(min(max(np.float64(number), -LARGEST), LIMIT))\n",
        contract("f", needs="len(scores) > 0"), "refused"),
    "a score is compared with something else": (
        "def f(scores: NDArray[np.generic]) -> bool:\n    number = fixed_point(scores[0])\n    return number < 3\n",
        contract("f", needs="len(scores) > 0", truth=True), "refused"),
    "a score is known from turn to turn": (
        "def f(scores: NDArray[np.generic], n: int) -> int:\n    number = fixed_point(scores[0])\n"
        "    first = np.int32(number)\n    for i in range(n):\n        number = fixed_point(scores[i])\n"
        "    return first - np.int32(number)\n",
        contract("f", needs="0 < len(scores)\nn <= len(scores)", gives="result == 0",
                 loops={"for i in range(n)": loop()}), "gives"),
    "a table is cut out where it may not be any more": (
        "def g(header: Table) -> None:\n    header[5] += 1\n\n\n"
        "def f(state: Longs) -> int:\n    a = state[state[5] : state[6]]\n    g(state)\n"
        "    b = state[state[5] : state[6]]\n    return len(a) + len(b)\n",
        contract("f", cuts=FRONT, writes="header",
                 needs="cells(state) >= HEADER + 9\nHEADER <= header[5] and header[5] <= header[6]\n"
                 "header[6] <= HEADER + 9"), "index"),
    "a table is cut out where another place than before is told": (
        "def g(header: Table) -> None:\n    header[4] += 1\n\n\n"
        "def f(state: Longs) -> int:\n    a = state[state[5 + state[4]] : state[6 + state[4]]]\n    g(state)\n"
        "    b = state[state[5 + state[4]] : state[6 + state[4]]]\n    return len(a) + len(b)\n",
        contract("f", cuts=FRONT, writes="header",
                 needs="cells(state) >= HEADER + 9\nheader[4] == 0\nHEADER <= header[5] and header[5] <= header[6]\n"
                 "header[6] <= header[7] and header[7] <= HEADER + 9"), "index"),
    "a mask with holes": ("def f(x: int) -> int:\n    return x & 5\n", contract("f"), "refused"),
    "a mask that cuts": ("def f(x: int) -> int:\n    return x & 7\n", contract("f", gives="result == x"), "gives"),
    "a distance overflows": ("def f(x: int) -> int:\n    return abs(x)\n", contract("f"), "range"),
    "a kernel that is seen through is given what it does not fit": (
        "def g(x: int) -> int:\n    return x + 1\n\n\ndef f(x: int) -> int:\n    return g(x)\n", contract("f"),
        "range"),
    "one table or another is taken for the one": (
        EITHER + "    one = either(a, b, x)\n    one.t[0] = 1\n    return a[0]\n",
        contract("f", needs=BOTH, writes="a b", gives="result == 1"), "gives"),
    "one table or another is written to, which is said of one": (
        EITHER + "    one = either(a, b, x)\n    one.t[0] = 1\n    return 0\n",
        contract("f", needs=BOTH, writes="b"), "refused"),
    "one of two tables is too short": (
        EITHER + "    one = either(a, b, x)\n    return one.t[0]\n",
        contract("f", needs="1 <= len(b)", writes="b"), "index"),
    "what is written on the way to one of two tables": (
        EITHER + "    one = either(a, b, x)\n    return one.t[0]\n",
        contract("f", needs=BOTH, writes="b", gives="result == (a[0] if x > 0 else old(b)[0])"), "gives"),
    "one table or another, on one side of an if": (
        EITHER + "    one = either(a, b, x) if x < 5 else One(b)\n    one.t[0] = 1\n    return a[0]\n",
        contract("f", needs=BOTH, writes="a b", gives="implies(x > 0, result == 1)"), "gives"),
    "one table or another, and it as well": (
        EITHER.replace("def f(", "def g(one: One, a: Table) -> None:\n    one.t[0] = a[0]\n    a[0] = 1\n\n\ndef f(")
        + "    one = either(a, b, x)\n    g(one, a)\n    return 0\n",
        contract("f", needs=BOTH, writes="a b"), "refused"),
    "one table or another without a name": (
        EITHER.replace("def f(", "def g(one: One) -> int:\n    return one.t[0]\n\n\ndef f(")
        + "    return g(either(a, b, x))\n",
        contract("f", needs=BOTH, writes="b"), "refused"),
    "one tuple or another, and a table of it as well": (
        "class Pair(NamedTuple):\n    a: Table\n    b: Table\n\n\n"
        "def either(p: Pair, q: Pair, x: int) -> Pair:\n    if x > 0:\n        return p\n    return q\n\n\n"
        "def g(p: Pair, q: Pair, c: Table, x: int) -> None:\n    one = either(p, q, x)\n    c[0] = 2\n"
        "    one.a[0] = 1\n\n\n"
        "def f(p: Pair, q: Pair, x: int) -> int:\n    g(p, q, q.a, x)\n    return q.a[0]\n",
        contract("f", needs="1 <= len(p.a)\n1 <= len(q.a)", writes="p.a q.a", gives="result == 2"), "refused"),
    "one table or another after a loop": (
        EITHER.replace("    if x > 0", "    for i in range(x):\n        a[i] = 1\n    if x > 0")
        + "    one = either(a, b, x)\n    return one.t[0]\n",
        contract("f", needs=BOTH, writes="a b"), "refused"),
    "one table or none": (
        EITHER.replace("    return One(b)\n", "    pass\n") + "    one = either(a, b, x)\n    return 0\n",
        contract("f", needs=BOTH, writes="b"), "refused"),
    "a shift rounds down": ("def f(x: int) -> int:\n    return x >> 1\n",
        contract("f", gives="2 * result == x"), "gives"),
    "a shift is no shift": ("def f(x: int) -> int:\n    return x >> 1\n", contract("f", gives="result == x"), "gives"),
    "what one side knows is not known after both": (
        "def g(n: int) -> int:\n    return n\n\n\ndef f(x: int) -> int:\n    y = 0\n    if x > 0:\n        y = g(x)\n"
        "    return y\n",
        contract("f", gives="x >= 1", joins=True), "gives"),
    "what a test knows within is not known behind it": (
        "def f(t: Ints, x: int) -> int:\n    y = 0\n    if x > 0 and t[0] > 0:\n        y = 1\n    return y\n",
        contract("f", needs="1 <= len(t)", gives="x >= 1", joins=True), "gives"),
    "a variable that may not be there": ("def f(x: int) -> int:\n    if x > 0:\n        y = x\n    return y\n",
        contract("f", joins=True), "refused"),
    "a variable of a loop that may have had no turn": (
        "def f(n: int) -> int:\n    for i in range(n):\n        x = i\n    return x\n",
        contract("f", loops={"for i in range(n)": loop()}), "refused"),
    "a loop variable is read after the loop": (
        "def f(n: int) -> int:\n    for i in range(n):\n        pass\n    return i\n",
        contract("f", loops={"for i in range(n)": loop()}), "refused"),
    "a shadowed loop variable": (
        "def f(n: int) -> int:\n    i = 7\n    for i in range(n):\n        pass\n    return i\n",
        contract("f", gives="result == 7", loops={"for i in range(n)": loop()}), "refused"),
    "a loop that writes to its variable": ("def f(n: int) -> None:\n    for i in range(n):\n        i = 0\n",
        contract("f", loops={"for i in range(n)": loop()}), "refused"),
    "two loops of one variable": (
        "def f(n: int) -> None:\n    for i in range(n):\n        for i in range(2):\n            pass\n",
        contract("f", loops={"for i in range(n)": loop(), "for i in range(2)": loop()}), "refused"),
    "a write that is not said": (FILL, replace(FILLED, writes=()), "refused"),
    "a write of what is called that is not said": (
        FILL + "\n\ndef f(table: Table) -> None:\n    fill(table, 0)\n", contract("f"), "refused"),
    "what is called writes what nothing is known of": (
        FILL + "\n\ndef f(table: Table) -> int:\n    fill(table, 1)\n    return table[1]\n",
        contract("f", needs="2 <= len(table)", writes="table", gives="result == old(table)[1]"), "gives"),
    "what is called in a test of a while writes": (
        "def g(table: Table) -> bool:\n    table[0] += 1\n    return table[0] < 5\n\n\n"
        "def f(table: Table) -> int:\n    while g(table):\n        pass\n    return table[0]\n",
        contract("f", needs="1 <= len(table)", writes="table", gives="result == old(table)[0] + 1",
                 loops={"while g(table)": loop("1 <= len(table)", "5 - table[0]")}), "gives"),
    "what is called is not given what it needs": (FILL + "\n\ndef f(table: Table) -> None:\n    fill(table, 3)\n",
        contract("f", writes="table"), "needs"),
    "one table as two": (
        "def g(a: Table, b: Table) -> None:\n    a[0] = 1\n    b[0] = 2\n\n\ndef f(t: Table) -> None:\n    g(t, t)\n",
        contract("f", needs="1 <= len(t)", writes="t", gives="t[0] == 1"), "refused"),
    "one table as two, by a field": (
        "class Pair(NamedTuple):\n    a: Table\n    b: Table\n\n\n"
        "def g(pair: Pair, c: Table) -> None:\n    pair.a[0] = c[0]\n    c[0] = 2\n\n\n"
        "def f(pair: Pair) -> None:\n    g(pair, pair.a)\n",
        contract("f", needs="1 <= len(a)", writes="a"), "refused"),
    "one table as two, by a tuple that a kernel returns": (
        "class Pair(NamedTuple):\n    a: Table\n    b: Table\n\n\n"
        "def turned(pair: Pair) -> Pair:\n    return Pair(pair.b, pair.a)\n\n\n"
        "def h(pair: Pair, c: Table) -> None:\n    pair.a[0] = c[0]\n    c[0] = 2\n\n\n"
        "def g(pair: Pair, c: Table) -> None:\n    h(turned(pair), c)\n\n\n"
        "def f(pair: Pair) -> None:\n    g(pair, pair.b)\n",
        contract("f", needs="1 <= len(b)", writes="b"), "refused"),
    "a table of a tuple that is put together in a loop": (
        "class Box(NamedTuple):\n    t: Table\n\n\ndef g(box: Box) -> None:\n    box.t[0] = 1\n\n\n"
        "def f(t: Table, n: int) -> None:\n    for i in range(n):\n        box = Box(t)\n        g(box)\n",
        contract("f", needs="1 <= len(t)", writes="t", gives="t[0] == old(t)[0]", loops={"for i in range(n)": loop()}),
        "gives"),
    "a tuple that is put together in two ways": (
        "class Box(NamedTuple):\n    t: Table\n\n\ndef g(box: Box) -> None:\n    box.t[0] = 1\n\n\n"
        "def f(t: Table, u: Table, n: int) -> None:\n    for i in range(n):\n        box = Box(t)\n        g(box)\n"
        "        box = Box(u)\n        g(box)\n",
        contract("f", needs="1 <= len(t)\n1 <= len(u)", writes="t u", loops={"for i in range(n)": loop()}), "refused"),
    "a store on one side only": (
        "def f(t: Table, x: int) -> None:\n    if x > 0:\n        t[0] = 1\n",
        contract("f", needs="1 <= len(t)", writes="t", gives="t[0] == 1", joins=True), "gives"),
    "a store on one side only, each side for itself": (
        "def f(t: Table, x: int) -> None:\n    if x > 0:\n        t[0] = 1\n",
        contract("f", needs="1 <= len(t)", writes="t", gives="t[0] == 1"), "gives"),
    "a test that looks too far": (
        "def f(t: Ints, i: int) -> bool:\n    return t[i] > 0 and i < len(t)\n",
        contract("f", needs="0 <= i", truth=True), "index"),
    "a break that leaves early": (
        "def f(n: int) -> int:\n    i = 0\n    while i < n:\n        if i == 3:\n            break\n        i += 1\n"
        "    return i\n",
        replace(COUNTED, kernel="f"), "gives"),
    "a return in the middle": (
        "def f(n: int) -> int:\n    for i in range(n):\n        return i\n    return -1\n",
        contract("f", gives="result == -1", loops={"for i in range(n)": loop()}), "gives"),
    "a table by another name": (
        "def f(t: Table, u: Table) -> None:\n    if len(t) > 3:\n        v = t\n    else:\n        v = u\n"
        "    v[0] = 1\n",
        contract("f", needs="1 <= len(u)\n1 <= len(t)", writes="t u", joins=True), "refused"),
    "a claim that is false": (COUNT, replace(COUNTED, closes=("result == n + 1",)), "claim"),
    "a loop that its contract does not know": (FILL, replace(FILLED, loops={}), "refused"),
    "a statement that is not there any more": (FILL, replace(FILLED, before={"table[i] = 1": ("0 <= i",)}), "refused"),
    "what cannot be followed": ("def f(t: Table) -> None:\n    del t[0]\n", contract("f", writes="t"), "refused"),
    "a call of what has no contract": (
        "def g(n: int) -> None:\n    while True:\n        pass\n\n\ndef f(n: int) -> None:\n    g(n)\n", contract("f"),
        "refused"),
    "a tuple of numbers that is another in each turn": (
        TWO + "def f(n: int) -> int:\n    two = Two(0, 0)\n    for i in range(n):\n        two = Two(i, two.b)\n"
        "    return two.a\n",
        contract("f", gives="result == 0", loops={"for i in range(n)": loop()}), "gives"),
    "a tuple that is returned is more than what is told of it": (
        TWO + "def g(n: int) -> Two:\n    return Two(n, 1)\n\n\ndef f(n: int) -> int:\n    return g(n).b\n",
        contract("f", gives="result == 1"), "refused"),
    "a tuple that is returned is another": (
        TWO + "def g(n: int) -> Two:\n    return Two(n, 1)\n\n\n"
        "def f(n: int) -> int:\n    two = g(n)\n    return two.b\n",
        contract("f", gives="result == 1"), "gives"),
    "a tuple of tables is another in each turn": (
        "class One(NamedTuple):\n    t: Table\n\n\n"
        "def f(t: Table, u: Table, n: int) -> None:\n    one = One(t)\n    for i in range(n):\n        one = One(u)\n",
        contract("f", loops={"for i in range(n)": loop()}), "refused"),
    "what writes in a test that may not be looked at": (
        SET + "def f(t: Table, x: int) -> int:\n    y = 0\n    if x > 0 and set_first(t):\n        y = 1\n"
        "    return t[0]\n",
        contract("f", needs="1 <= len(t)", writes="t", gives="result == 5"), "gives"),
    "what writes in a test that may be looked at": (
        SET + "def f(t: Table, x: int) -> int:\n    y = 0\n    if x > 0 or set_first(t):\n        y = 1\n"
        "    return t[0]\n",
        contract("f", needs="1 <= len(t)", writes="t", gives="result == old(t)[0]"), "gives"),
    "what writes behind a return": (
        SET + "def g(t: Table, x: int) -> bool:\n    if x > 0:\n        return True\n    return set_first(t)\n\n\n"
        "def f(t: Table, x: int) -> bool:\n    return g(t, x)\n",
        contract("f", needs="1 <= len(t)", writes="t", truth=True), "refused"),
    "a table of a tuple in a tuple that shares it": (
        OUTER + "def f(outer: Outer) -> int:\n    outer.header[0] = 1\n    outer.inner.header[0] = 2\n"
        "    return outer.header[0]\n",
        contract("f", needs="1 <= len(outer.header)", writes="outer.header", gives="result == 1"), "gives"),
    "a table that is shared is written to by what is called": (
        OUTER + "def g(inner: Inner) -> None:\n    inner.header[0] = 2\n\n\n"
        "def f(outer: Outer) -> int:\n    outer.header[0] = 1\n    g(outer.inner)\n    return outer.header[0]\n",
        contract("f", needs="1 <= len(outer.header)", writes="outer.header", gives="result == 1"), "gives"),
    "what was before the statement before is not what is": (
        "def f(x: int) -> int:\n    x = 7\n    return x\n",
        contract("f", before={"return x": "prior(x) == x"}), "claim"),
    "two tables that overlap in an array": (
        "def f(state: Longs) -> int:\n    a = state[HEADER : HEADER + 4]\n    b = state[HEADER + 3 : HEADER + 6]\n"
        "    return a[3] + 0 * b[0]\n",
        contract("f", needs="cells(state) >= HEADER + 9"), "index"),
    "a table that ends behind its array": (
        "def f(state: Longs) -> int:\n    a = state[HEADER : HEADER + 4]\n    return a[3]\n",
        contract("f", needs="cells(state) >= HEADER + 3"), "index"),
    "a table that ends before it begins": (
        "def f(state: Longs, n: int) -> int:\n    a = state[HEADER + n : HEADER + 4]\n    return len(a)\n",
        contract("f", needs="cells(state) >= HEADER + 9\n0 <= n < 9"), "index"),
    "a table is cut out again once its place has changed": (
        "def f(state: Longs) -> int:\n    a = state[HEADER : HEADER + state[3]]\n    state[3] += 1\n"
        "    b = state[HEADER : HEADER + state[3]]\n    return len(a) + len(b)\n",
        contract("f", cuts=FRONT, needs="cells(state) >= HEADER + 9\n1 <= header[3] < 8", writes="header"), "index"),
    "a table is cut out again at twice what has changed": (
        "def f(state: Longs) -> int:\n    a = state[HEADER : HEADER + 2 * state[3]]\n    state[3] += 1\n"
        "    b = state[HEADER : HEADER + 2 * state[3]]\n    return len(a) + len(b)\n",
        contract("f", cuts=FRONT, needs="cells(state) >= HEADER + 19\n1 <= header[3] < 8", writes="header"), "index"),
    "what is written to what was cut out is not said": (
        "def f(state: Longs) -> None:\n    a = state[HEADER : HEADER + 4]\n    a[0] = 1\n",
        contract("f", needs="cells(state) >= HEADER + 9"), "refused"),
    "a header is written to by another name": (
        "def f(state: Longs) -> int:\n    header = state[:HEADER]\n    header[3] = 5\n    return state[3]\n",
        contract("f", cuts=FRONT, needs="cells(state) >= HEADER", writes="header", gives="result == old(header)[3]"),
        "gives"),
    "a session is of another state": (
        "class Session(NamedTuple):\n    header: Table\n\n\n"
        "def g(session: Session, state: Longs) -> int:\n    session.header[0] = 1\n    return state[0]\n\n\n"
        "def f(session: Session, other: Session, state: Longs) -> int:\n    return g(other, state)\n",
        contract("f", cuts=FRONT, needs="cells(state) >= HEADER", writes="other.header"), "refused"),
    "what is written to a session is written to its state": (
        "class Session(NamedTuple):\n    header: Table\n\n\n"
        "def f(session: Session, state: Longs) -> int:\n    session.header[0] = 1\n    return state[0]\n",
        contract("f", needs="cells(state) >= HEADER", writes="session.header",
                 gives="result == old(session.header)[0]"), "gives"),
    "before the first of what lies behind": (
        "def f(state: Longs, i: int) -> int:\n    at = state[OFFSETS:]\n    return at[i]\n",
        contract("f", needs="cells(state) >= HEADER\n-1 <= i <= 3"), "index"),
    "an array that is cut on one side of an if only": (
        "def f(state: Longs, x: int) -> None:\n    if x > 0:\n        a = state[HEADER : HEADER + 4]\n"
        "        a[0] = 1\n",
        contract("f", needs="cells(state) >= HEADER + 9", joins=True), "refused"),
    "parts of a table that overlap": (
        "def f(t: Table, n: int) -> int:\n    a = t[: n + 1]\n    b = t[n:]\n    return len(a) + len(b)\n",
        contract("f", needs="1 <= n\nn + 1 < len(t)"), "index"),
    "a part of a table that ends behind it": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    return len(a)\n",
        contract("f", needs="0 <= n <= len(t) + 1"), "index"),
    "beyond a part, but in the table": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    return a[n]\n",
        contract("f", needs="0 <= n < len(t)"), "index"),
    "a table is read after it was cut into parts": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    a[0] = 1\n    return t[0]\n",
        contract("f", cuts={"a": "t[:n]"}, needs="1 <= n <= len(t)", writes="a", gives="result == 1"), "refused"),
    "a line reads a table that was cut into parts": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    return len(a)\n",
        contract("f", needs="1 <= n <= len(t)", gives="t[0] == old(t)[0]"), "refused"),
    "a table is written to after it was cut into parts": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    t[0] = 1\n    return a[0]\n",
        contract("f", needs="1 <= n <= len(t)", writes="t"), "refused"),
    "a table is handed on after it was cut into parts": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    before = a[0]\n    fill(t, n)\n    return a[0] - before\n"
        + FILL, contract("f", needs="1 <= n <= len(t)", writes="t", gives="result == 0"), "refused"),
    "what is written to a part is not said": (
        "def f(t: Table, n: int) -> None:\n    a = t[:n]\n    a[0] = 1\n",
        contract("f", needs="1 <= n <= len(t)", writes="t"), "refused"),
    "a table is cut into parts on one side of an if only": (
        "def f(t: Table, n: int) -> int:\n    k = 0\n    if n > 0:\n        a = t[:n]\n        k = len(a)\n"
        "    else:\n        t[0] = 1\n    return k\n",
        contract("f", needs="0 <= n <= len(t)\n1 <= len(t)", writes="t", joins=True), "refused"),
    "a table is cut into parts in a loop that writes to them": (
        "def f(t: Table, n: int) -> int:\n    for i in range(n):\n        a = t[:n]\n        a[i] = 1\n"
        "    return t[0]\n",
        contract("f", needs="1 <= n <= len(t)", writes="t", gives="result == old(t)[0]",
                 loops={"for i in range(n)": loop()}), "refused"),
    "a table is written to, which is not said, and then cut into parts": (
        "def f(t: Table, n: int) -> int:\n    t[0] = 1\n    a = t[:n]\n    return len(a)\n",
        contract("f", needs="1 <= n <= len(t)"), "refused"),
    "a part is written to, which is not said, and then cut into parts": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    a[0] = 1\n    b = a[:1]\n    return len(b)\n",
        contract("f", needs="1 <= n <= len(t)", writes="t"), "refused"),
    "a table of any width is cut into parts": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    return len(a)\n",
        contract("f", needs="0 <= n <= len(t)", any_width="t"), "refused"),
    "a table is cut into parts in a part of a condition": (
        "def g(t: Ints) -> bool:\n    return t[0] > 0\n\n\n"
        "def f(t: Table, n: int) -> int:\n    if n > 0 and g(t[:n]):\n        return 1\n    return t[0]\n",
        contract("f", needs="0 <= n <= len(t)\n1 <= len(t)"), "refused"),
    "a part that is cut into parts on both sides": (
        "def f(t: Table, n: int) -> int:\n    a = t[:n]\n    k = 0\n"
        "    if n > 2:\n        b = a[:1]\n        k = len(b)\n"
        "    else:\n        c = a[:1]\n        k = len(c)\n    return a[0] + k\n",
        contract("f", needs="1 <= n <= len(t)", joins=True), "refused"),
    "a float64 of what may be 0": (
        "def bits(n: int) -> int:\n    return np.float64(n).view(np.int64)",
        contract("bits", needs="0 <= n < 2**53", gives="result >= 0"), "range"),
    "common bits of what may be negative": (
        "def common(a: int, b: int) -> int:\n    return a & b",
        contract("common", needs="b >= 0", gives="result <= a"), "gives"),
    "a part says too much": (COUNT, beside(COUNTED, "more", gives="result == n + 1"), "gives"),
    "a part says too much of a loop": (
        COUNT, beside(COUNTED, "more", loops={"while i < n": loop(keeps="i == 0")}), "keep"),
    "a part says too much before a loop": (
        COUNT, beside(COUNTED, "more", loops={"while i < n": loop(keeps="i >= 1")}), "enter"),
    "a part says too much on the way": (COUNT, beside(COUNTED, "more", before={"i += 1": "i >= 1"}), "claim"),
    "a part says too much where a kernel returns": (COUNT, beside(COUNTED, "more", closes="i > n"), "claim"),
}  # fmt: skip
"""What is wrong -> the program, its contract, and the kind of condition that must stay open."""

SETTER = contract("set_first", needs="1 <= len(t)", writes="t", gives="t[0] == 5", truth=True)
SEEN = contract("either", needs=BOTH, writes="b", seen_through=True)
BESIDE = {
    **dict.fromkeys(
        (
            "one table or another is taken for the one", "one table or another is written to, which is said of one",
            "one of two tables is too short", "what is written on the way to one of two tables",
            "one table or another, on one side of an if", "one table or another after a loop", "one table or none",
        ),
        (SEEN,),
    ),
    "one table or another, and it as well": (
        SEEN, contract("g", needs="1 <= len(t)\n1 <= len(a)", writes="t a"),
    ),
    "one tuple or another, and a table of it as well": (
        contract("either", seen_through=True),
        contract("g", needs="1 <= len(p.a)\n1 <= len(q.a)\n1 <= len(c)", writes="p.a q.a c",
                 gives="c[0] == 2"),
    ),
    "one table or another without a name": (SEEN, contract("g", needs="1 <= len(t)")),
    "a table is cut out where it may not be any more": (
        contract("g", needs="len(header) == HEADER", writes="header", gives="only(header, 5)"),
    ),
    "a table is cut out where another place than before is told": (
        contract("g", needs="len(header) == HEADER\nheader[4] == 0", writes="header", gives="only(header, 4)"),
    ),
    "a tuple that is returned is another": (contract("g", gives="result.a == n"),),
    "what writes in a test that may not be looked at": (SETTER,),
    "what writes in a test that may be looked at": (SETTER,),
    "what writes behind a return": (SETTER,),
    "a table that is shared is written to by what is called": (
        contract("g", needs="1 <= len(inner.header)", writes="inner.header"),
    ),
    "8 bits overflow in what is called": (contract("g", needs="1 <= len(table)", writes="table"),),
    "a write of what is called that is not said": (FILLED,),
    "what is called writes what nothing is known of": (FILLED,),
    "what is called in a test of a while writes": (
        contract("g", needs="1 <= len(table)", writes="table", gives="table[0] == old(table)[0] + 1", truth=True),
    ),
    "what is called is not given what it needs": (FILLED,),
    "a table is handed on after it was cut into parts": (FILLED,),
    "a table is cut into parts in a part of a condition": (contract("g", needs="1 <= len(t)", truth=True),),
    "a kernel that is seen through is given what it does not fit": (contract("g", seen_through=True, gives="False"),),
    "what one side knows is not known after both": (contract("g", needs="n >= 1", gives="n >= 1"),),
    "one table as two": (contract("g", needs="1 <= len(a)\n1 <= len(b)", writes="a b", gives="a[0] == 1\nb[0] == 2"),),
    "one table as two, by a field": (contract("g", needs="1 <= len(a)\n1 <= len(c)", writes="a c"),),
    "one table as two, by a tuple that a kernel returns": (
        contract("g", needs="1 <= len(b)\n1 <= len(c)", writes="b c"),
        contract("h", needs="1 <= len(a)\n1 <= len(c)", writes="a c"),
    ),
    "a table of a tuple that is put together in a loop": (contract("g", needs="1 <= len(t)", writes="t"),),
    "a tuple that is put together in two ways": (contract("g", needs="1 <= len(t)", writes="t"),),
}
"""Contracts of what is called."""


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_program_is_not_proved(mistake: str) -> None:
    text, its, kind = WRONG[mistake]
    assert kind in left(text, its, *BESIDE.get(mistake, ()))


def lemma_left(*lemmas: Lemma) -> list[str]:
    """What is left open of the last of some lemmas."""
    deduction = Deduction(theory("", (), lemmas))
    return open_ones(deduction, deduction.of_lemma(lemmas[-1].name), lemmas[-1].name)


def test_a_lemma_needs_a_proof() -> None:
    none, more = LEMMAS["sum_none"], LEMMAS["sum_one_more"]
    claim = "implies(n >= 0 and all(F[s + i] == 0 for i in range(n) if at(F[s + i])), sum_of(F, s, n) == 0)"
    steps = ["sum_none(F, s, n)", "sum_one_more(F, s, n)"]
    assert lemma_left(none, more, lemma("zeros(F, s, n)", claim, by="n", steps=steps)) == []
    assert lemma_left(none, more, lemma("zeros(F, s, n)", claim, steps=steps)) == ["lemma"]
    false = claim.replace("sum_of(F, s, n) == 0", "sum_of(F, s, n) == n")
    assert lemma_left(none, more, lemma("zeros(F, s, n)", false, by="n", steps=steps)) == ["lemma"]


def test_a_lemma_does_not_prove_itself_nor_one_before_it() -> None:
    wrong = lemma("wrong(a)", "a == a + 1", steps=["wrong(a)"])
    with pytest.raises(Refused, match="lemma wrong rests on wrong, which does not stand before it"):
        lemma_left(wrong)
    later = [lemma("first(a)", "a == a + 1", steps=["second(a)"]), lemma("second(a)", "a == a + 1")]
    deduction = Deduction(theory("", (), later))
    with pytest.raises(Refused, match="lemma first rests on second"):
        deduction.of_lemma("first")
    seen = lemma("seen(i)", "up(i) == i", seen_by="up(i)")
    assert lemma_left(seen) == ["lemma"], "by its trigger neither"


def test_every_definition_comes_with_a_function_that_is_run() -> None:
    for one in LEMMAS.values():
        words = {node.id for node in ast.walk(ast.parse(one.claim)) if isinstance(node, ast.Name)}
        assert not one.definition or words & {*SHIPPED.ghosts}
    assert definition("d(i)", "up(i) == i").definition


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_is_one_of_a_kernel_that_ships(name: str) -> None:
    """Whoever changes a kernel is told which contract does not fit it any more."""
    Deduction(SHIPPED).of_kernel(name)


def test_a_call_that_does_not_get_what_it_needs_is_noticed() -> None:
    bug = Mutation("a collapse is left out", "for c in range(taken, header", "for c in range(taken + 1, header")
    broken = Source.of(kernels, bug, **SMALL)
    result = played(theory_of(broken), Source.of(kernels, **SMALL), broken, "select", TRIES, close=False)
    assert "best_expands does not get what it needs: marks(tags, header[SLOTS]) <= spoilt" in result.wrong


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("all(tags[i] == old(tags[i]) + MARK for i in range(slot, slot + 1))", True),
        ("all(tags[i] == old(tags)[i] + MARK for i in range(slot, slot + 1))", True),
        ("all(old(all(tags[i] <= tags[i] + j for j in range(2))) for i in range(slot, slot + 1))", True),
        ("all(tags[i] == old(tags[i]) for i in range(slot, slot + 1))", False),
        ("all(tags[i] == old(tags[i - slot]) + MARK for i in range(slot, slot + 1))", False),
    ],
)
def test_what_was_is_read_at_the_place_that_a_line_runs_through(line: str, *, holds: bool) -> None:
    small = Source.of(kernels, **SMALL)
    other = replace(CONTRACTS["mark"], needs=(*CONTRACTS["mark"].needs, "1 <= slots"), gives=(line,))
    told = replace(theory_of(small), contracts=CONTRACTS | {"mark": other})
    result = played(told, small, small, "mark", TRIES)
    assert result.calls > 0
    assert holds == (result.wrong == "")


def test_a_contract_that_does_not_fit_its_kernel_any_more_says_so() -> None:
    other = replace(CONTRACTS["sink"], loops={"while child <= size": CONTRACTS["sink"].loops["while child < size"]})
    deduction = Deduction(replace(SHIPPED, contracts=CONTRACTS | {"sink": other}))
    with pytest.raises(Refused, match=r"sink: its loops are \['while child < size'\], its contract speaks of"):
        deduction.of_kernel("sink")
    renamed = replace(CONTRACTS["sink"], needs=(*CONTRACTS["sink"].needs, "1 <= length"))
    deduction = Deduction(replace(SHIPPED, contracts=CONTRACTS | {"sink": renamed}))
    with pytest.raises(Refused, match="sink: length is not known here"):
        deduction.of_kernel("sink")


def test_contracts_stand_in_the_order_of_the_kernels() -> None:
    order = [*SHIPPED.kernels]
    assert [*BY_FILE] == sorted(BY_FILE, key=kernels.MODULES.index)
    for listed in BY_FILE.values():
        places = [order.index(one.kernel) for one in listed]
        assert places == sorted(places)


def test_lines_that_are_indented_further_go_on() -> None:
    assert lines("\n    a\n    b\n        c\n    d\n") == ("a", "b c", "d")
