"""The two symbolic executors against CPython, on the same source and random points."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from focalloc.proofs.engines.forking import Explorer, SymInt, Undecided, lifted, summary, term
from focalloc.proofs.engines.intervals import Intervals
from focalloc.proofs.engines.merging import UNWRITTEN, Cells, Division, Kernel, Unsupported, number
from focalloc.proofs.sources import Mutation, Source

SMALL = st.integers(-9, 9)

KERNELS = """
LIMIT = 3

def best(values, n):
    found = -1
    for i in range(n):
        if found < 0 or values[i] > values[found]:
            found = i
    return found

def swap_sort(values, n):
    for i in range(n):
        j = i
        while j > 0 and values[j - 1] > values[j]:
            values[j - 1], values[j] = values[j], values[j - 1]
            j -= 1
    return values[0]

def skip_and_stop(values, n):
    total = 0
    for i in range(n):
        if values[i] < 0:
            continue
        if values[i] > LIMIT:
            break
        total += values[i] * 2 - i
    return total

def arithmetic(a, b):
    c = (a * 3 - b) // 2 + a % 5
    d = min(a, b, c) if a > b else max(abs(a), -b)
    e = d << 2
    return e >> 1 if 0 <= c < 4 or not (a != b) else (d + 7 * a) // 7

def early(a, b):
    if a > b:
        return a - b
    while a < b:
        a += 2
        if a == LIMIT:
            return -1
    return a

def counted(start, stop):
    total = 0
    for i in range(start, stop, 2):
        total = total * 2 + i
    return total

def packed(values, n):
    at = best(values, n)
    key = values[at] * 64 + at
    return key // 64 + key % 64

def scatter(out, index, value):
    for i in range(3):
        out[i] = i
    out[index] = value
    return out[0] + 10 * out[1] + 100 * out[2]
"""


@cache
def source() -> Source:
    module = types.ModuleType("kernels_under_test")
    exec(KERNELS, vars(module))
    return Source(module, KERNELS)


ARRAY_KERNELS = ["best", "swap_sort", "skip_and_stop", "packed"]
SCALAR_KERNELS = ["arithmetic", "early"]


def value_at(expression: object, names: Sequence[Any], values: Sequence[int]) -> int:
    """The value of a symbolic result at a point."""
    points = [(name, z3.IntVal(value)) for name, value in zip(names, values, strict=True)]
    return int(z3.simplify(z3.substitute(number(expression), *points)).as_long())


@cache
def merged_on_array(name: str) -> tuple[Any, list[Any], Cells]:
    """The symbolic result on four unknowns, and the array as it leaves it."""
    names = z3.Ints("v0 v1 v2 v3")
    cells = Cells(names)
    return Kernel(source(), unwind=5)(name, cells, 4), names, cells


@cache
def merged_on_scalars(name: str, bound: int, unwind: int) -> tuple[Any, list[Any], Kernel]:
    """The symbolic result on two unknowns."""
    names = z3.Ints("a b")
    kernel = Kernel(source(), [z3.And(one >= -bound, one <= bound) for one in names], unwind=unwind)
    return kernel(name, *names), names, kernel


@pytest.mark.parametrize("name", ARRAY_KERNELS)
@given(values=st.lists(SMALL, min_size=4, max_size=4))
def test_merging_equals_cpython_on_arrays(name: str, values: list[int]) -> None:
    merged, names, cells = merged_on_array(name)
    code, copy = source(), list(values)
    assert value_at(merged, names, values) == int(code.python[name](copy, 4))
    assert [value_at(cell, names, values) for cell in cells] == copy


@pytest.mark.parametrize("name", SCALAR_KERNELS)
@given(a=SMALL, b=SMALL)
def test_merging_equals_cpython_on_scalars(name: str, a: int, b: int) -> None:
    merged, names, _ = merged_on_scalars(name, 9, 12)
    assert value_at(merged, names, [a, b]) == source().python[name](a, b)


@given(start=st.integers(-3, 3), stop=st.integers(-3, 3))
def test_a_range_with_symbolic_bounds_is_unrolled(start: int, stop: int) -> None:
    merged, names, kernel = merged_on_scalars("counted", 3, 6)
    assert not kernel.claims("unwinding")
    assert value_at(merged, names, [start, stop]) == source().python["counted"](start, stop)


def test_a_symbolic_index_writes_one_cell() -> None:
    index, value = z3.Ints("i x")
    assume = [index >= 0, index <= 2, value >= -9, value <= 9]
    kernel = Kernel(source(), assume)
    merged = kernel("scatter", Cells([UNWRITTEN] * 3), index, value)
    assert holds(kernel.claims(), assume)
    for point in ((i, x) for i in range(3) for x in (-9, 0, 7)):
        assert value_at(merged, [index, value], point) == source().python["scatter"]([0, 0, 0], *point)


@pytest.mark.parametrize("divisor", [1, 2, 3, 8])
@given(a=SMALL, b=st.integers(0, 2), flag=st.booleans())
def test_division_equals_cpython(divisor: int, a: int, b: int, flag: bool) -> None:
    names = x, y, choice = z3.Int("a"), z3.Int("b"), z3.Bool("c")
    divide = Division(divisor, Intervals([x >= -9, x <= 9, y >= 0, y <= 2]))
    for one in (x, y, -x, x + 5, x * 8 + y, x * 6 + 7, x * y, x * y * 6 + 3, z3.If(choice, x * 8 + y, y - 4)):
        points = list(zip(names, (z3.IntVal(a), z3.IntVal(b), z3.BoolVal(flag)), strict=True))
        value = z3.simplify(z3.substitute(one, *points)).as_long()
        parts = (z3.simplify(z3.substitute(number(part), *points)).as_long() for part in divide(one))
        assert tuple(parts) == divmod(value, divisor), one


def branching(a: Any, b: Any) -> Any:
    return (a * 3 - b) // 2 + a % 5 if a > b else max(abs(a), -b)


@cache
def forked(program: Callable[..., Any], unwinds: int = 9) -> tuple[Any, list[Any]]:
    names = z3.Ints("a b")
    within = [z3.And(one >= -unwinds, one <= unwinds) for one in names]
    return summary(program, *names, assumptions=[*within, names[1] != 0]), names


@given(a=SMALL, b=SMALL.filter(bool))
def test_forking_equals_cpython(a: int, b: int) -> None:
    for program in (branching, source().python["early"]):
        merged, names = forked(program)
        assert value_at(merged, names, [a, b]) == program(a, b)


@given(values=st.lists(SMALL, min_size=3, max_size=3))
def test_forking_runs_the_real_sorted(values: list[int]) -> None:
    names = z3.Ints("a b c")
    paths = list(Explorer().paths(lambda: sorted((lifted(one) for one in names), key=lambda x: -x)))
    assert len(paths) >= 6  # the orders of three; some versions of Python take more paths to one of them
    points = [(name, z3.IntVal(value)) for name, value in zip(names, values, strict=True)]
    taken = [path for path in paths if z3.is_true(z3.simplify(z3.substitute(z3.And(*path.conditions), *points)))]
    assert len(taken) == 1
    got = [z3.simplify(z3.substitute(term(one), *points)).as_long() for one in taken[0].result]
    assert got == sorted(values, reverse=True)


def test_an_index_is_made_concrete_on_each_of_its_values() -> None:
    index = z3.Int("i")
    paths = Explorer((index >= 0, index <= 2)).paths(lambda: [10, 20, 30][SymInt(index)])
    assert sorted(path.result for path in paths) == [10, 20, 30]


def quotient_and_rest(a: Any, b: Any) -> Any:
    return (a // b) * 100 + a % b


@given(a=SMALL, b=SMALL.filter(bool))
def test_forking_divides_as_python_does(a: int, b: int) -> None:
    merged, names = forked(quotient_and_rest)
    assert value_at(merged, names, [a, b]) == quotient_and_rest(a, b)


def holds(claims: Sequence[Any], assume: Sequence[Any] = ()) -> bool:
    solver = z3.Solver()
    solver.add(*assume, z3.Not(z3.And(*claims, z3.BoolVal(True))))
    return bool(solver.check() == z3.unsat)


def duties(text: str, *arguments: Any, assume: Sequence[Any] = (), unwind: int = 4) -> Kernel:
    module = types.ModuleType("small")
    exec(text, vars(module))
    kernel = Kernel(Source(module, text), assume, unwind=unwind)
    kernel("f", *arguments)
    return kernel


INDEX, DIVISOR = z3.Ints("i j")

COUNTING = "def f(n):\n    t = 0\n    for i in range(n):\n        t += 1\n    return t"

CASES = "def f(i):\n    x = 1\n    if i > 0:\n        x = 4611686018427387904\n    return x * 2"
"""The product is one of two numbers, of which one does not fit."""

STORED = "def f(a, i):\n    x = 1\n    if i > 0:\n        x = 300\n    a[0] = x\n    return 0"
"""A number that is known by its cases is stored where one of them does not fit."""

GUARDED = "def g(a, i):\n    return a[i]\ndef f(a, i):\n    if i < 3:\n        return g(a, i)\n    return 0"
"""What is owed inside a call is owed where the call is made, and nowhere else."""

BAD: list[tuple[str, Callable[[], Kernel]]] = [
    ("index", lambda: duties("def f(a, i):\n    return a[i]", Cells([1, 2]), INDEX, assume=[INDEX >= 0, INDEX <= 2])),
    ("index", lambda: duties("def f(a, i):\n    return a[i]", Cells([1, 2]), INDEX, assume=[INDEX >= -1, INDEX <= 1])),
    ("index", lambda: duties("def f(a, i):\n    a[2] = i\n    return 0", Cells([1, 2]), INDEX)),
    (
        "unwritten",
        lambda: duties("def f(a, i):\n    return a[i]", Cells([1, UNWRITTEN]), INDEX, assume=[INDEX >= 0, INDEX < 2]),
    ),
    ("unwritten", lambda: duties("def f(i):\n    if i > 0:\n        x = 1\n    return x", INDEX)),
    ("unwritten", lambda: duties("def f(i):\n    if i > 0:\n        return 1", INDEX)),
    ("unwinding", lambda: duties("def f(i):\n    while i > 0:\n        i -= 1\n    return i", INDEX)),
    ("range", lambda: duties("def f(i):\n    return i + 1", INDEX)),
    ("range", lambda: duties("def f(a, i):\n    a[0] = i\n    return 0", Cells([0], -128, 127), INDEX)),
    ("unwinding", lambda: duties(COUNTING, INDEX, assume=[INDEX >= 0, INDEX <= 9])),
    ("range", lambda: duties(CASES, INDEX)),
    (
        "range",
        lambda: duties(
            "def f(a, i):\n    a[0] = i\n    return 0", Cells([0], -128, 127), INDEX, assume=[INDEX >= 0, INDEX <= 300]
        ),
    ),
    (
        "range",
        lambda: duties(
            "def f(a, i):\n    a[0] = i\n    return 0", Cells([0], -128, 127), INDEX, assume=[INDEX >= -300, INDEX <= 0]
        ),
    ),
    ("range", lambda: duties(STORED, Cells([0], -128, 127), INDEX)),
    ("index", lambda: duties(GUARDED, Cells([1, 2]), INDEX, assume=[INDEX >= 0, INDEX <= 3])),
    ("division", lambda: duties("def f(i, j):\n    return i // j", INDEX, DIVISOR)),
    ("division", lambda: duties("def f(i):\n    return 5 % (i > 0)", INDEX)),
]


@pytest.mark.parametrize(("kind", "run"), BAD)
def test_what_python_would_raise_for_is_an_obligation_that_fails(kind: str, run: Callable[[], Kernel]) -> None:
    kernel = run()
    assert kernel.claims(kind)
    assert not holds(kernel.claims(kind), kernel.assumptions)


GOOD: list[Callable[[], Kernel]] = [
    lambda: duties(COUNTING, INDEX, assume=[INDEX >= 0, INDEX <= 4]),
    lambda: duties(CASES, INDEX, assume=[INDEX <= 0]),
    lambda: duties(STORED, Cells([0], -128, 127), INDEX, assume=[INDEX <= 0]),
    lambda: duties(GUARDED, Cells([1, 2, 3]), INDEX, assume=[INDEX >= 0]),
    lambda: duties(
        "def f(a, i):\n    a[0] = i\n    return 0", Cells([0], -128, 127), INDEX, assume=[INDEX >= -128, INDEX <= 127]
    ),
    lambda: duties("def f(a, i):\n    return a[i]", Cells([1, 2]), INDEX, assume=[INDEX >= 0, INDEX <= 1]),
    lambda: duties("def f(i):\n    if i > 0:\n        x = 1\n    else:\n        x = 2\n    return x", INDEX),
    lambda: duties("def f(i):\n    while i > 0:\n        i -= 1\n    return i", INDEX, assume=[INDEX <= 4]),
    lambda: duties("def f(i):\n    return i + 1", INDEX, assume=[INDEX >= 0, INDEX < 2**62]),
    lambda: duties(
        "def f(a, i):\n    return i > 0 and a[i - 1] > 0", Cells([1, 2]), INDEX, assume=[INDEX >= 0, INDEX <= 2]
    ),
]


@pytest.mark.parametrize("run", GOOD)
def test_obligations_of_correct_code_hold(run: Callable[[], Kernel]) -> None:
    kernel = run()
    assert holds(kernel.claims(), kernel.assumptions)


STORES = """
def g(a, i):
    a[0] = i
    return 0

def f(a, i):
    if i > 5:
        g(a, i)
    return a[0]
"""


@pytest.mark.parametrize("value", range(10))
def test_a_store_inside_a_call_that_is_made_under_a_condition_is_made_under_it(value: int) -> None:
    module = types.ModuleType("small")
    exec(STORES, vars(module))
    cells = Cells([0, 0])
    merged = Kernel(Source(module, STORES), [INDEX >= 0, INDEX <= 9])("f", cells, INDEX)
    assert value_at(merged, [INDEX], [value]) == module.f([0, 0], value)
    assert value_at(cells[0], [INDEX], [value]) == (value if value > 5 else 0)


def test_forking_raises_where_the_solver_gives_up() -> None:
    """Neither way of a condition is called impossible because nothing is known of it."""
    n, x, y, z = z3.Ints("n x y z")
    hard = x * x * x + y * y * y == z * z * z * 7 + n
    explorer = Explorer((x >= 2, y >= 2, z >= 2, n >= 0, n <= 3), rlimit=1)
    with pytest.raises(Undecided):
        list(explorer.paths(lambda: 1 if lifted(hard) else 2))


def test_a_path_that_the_solver_gives_up_on_is_not_taken_for_impossible() -> None:
    """Nothing is known of the loop's end then, so either it is unrolled further or it is owed that it has ended."""
    module = types.ModuleType("small")
    text = "def f(n):\n    t = 0\n    while n > 0:\n        t += 1\n        n -= 1\n    return t"
    exec(text, vars(module))
    n, x, y, z = z3.Ints("n x y z")
    hard = x * x * x + y * y * y != z * z * z * 7 + n
    kernel = Kernel(Source(module, text), [x >= 2, y >= 2, z >= 2, n >= 0, n <= 3, hard], unwind=4, patience=1)
    result = kernel("f", n)
    within = [n >= 0, n <= 3]
    assert not holds([*kernel.claims(), number(result) <= 1], within)
    for value in range(4):
        owed = all(z3.is_true(z3.simplify(z3.substitute(one, (n, z3.IntVal(value))))) for one in kernel.claims())
        assert not owed or value_at(result, [n], [value]) == value


@pytest.mark.parametrize(
    "text",
    [
        "def f(i):\n    return [i]",
        "def f(i):\n    return i ** 2",
        "def f(i):\n    for x in (1, 2):\n        i += x\n    return i",
    ],
)
def test_what_is_outside_the_subset_is_refused(text: str) -> None:
    with pytest.raises(Unsupported):
        duties(text, INDEX)


@given(x=st.integers(-5, 5), y=st.integers(0, 7), flag=st.booleans())
def test_intervals_contain_the_value(x: int, y: int, flag: bool) -> None:
    a, b, c = z3.Int("a"), z3.Int("b"), z3.Bool("c")
    known = Intervals([a >= -5, a <= 5, z3.And(b >= 0, z3.Not(b > 7))])
    expressions = [
        a + b, a - b, a * b, -a, z3.If(c, a, b * 3), (a * b) / 3, (a - b) % 4, z3.If(c, a - 2, b) * a,
    ]  # fmt: skip
    for expression in expressions:
        bounds = known(expression)
        point = z3.substitute(expression, (a, z3.IntVal(x)), (b, z3.IntVal(y)), (c, z3.BoolVal(flag)))
        value = z3.simplify(point).as_long()
        assert bounds is not None
        assert bounds[0] <= value <= bounds[1]
    assert known(z3.Int("unknown")) is None
    assert known(a + z3.Int("unknown")) is None


def test_a_bug_must_fit_exactly_once() -> None:
    from focalloc.spec import cooldown

    with pytest.raises(LookupError, match="occurs 0 times"):
        Source.of(cooldown, Mutation("nothing there", "no such text", ""))
    with pytest.raises(LookupError, match="times"):
        Source.of(cooldown, Mutation("ambiguous", "return", "yield"))
