"""Merging symbolic execution: interpret a kernel's own source with both sides of every branch at once.

A kernel is a function of plain loops over indexable sequences with scalar arguments. Its syntax tree is interpreted
with integers that may be Z3 terms. An ``if`` on a symbolic condition executes both sides under a guard, and every
assignment becomes ``If(guard, new, old)``, so the result is one term that covers all paths.

What Python would raise for, and compiled code would not even notice, becomes an obligation:

- *index*: every index lies in ``0..len-1`` (a negative index is refused although Python accepts it),
- *unwritten*: nothing is read before it is written, neither a variable nor a cell of an uninitialised buffer,
- *unwinding*: no loop runs more often than it was unrolled,
- *range*: every arithmetic result fits into 64 bits, every stored value into its array,
- *division*: every divisor is positive (floor and Euclidean division agree there), and every symbolic step too.

A kernel meets its spec if the obligations hold and the returned term does what it should. Integers are mathematical;
the range obligations are what makes that the same as machine integers.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from focalloc.proofs.engines.intervals import Intervals
from focalloc.proofs.sources import Source
from focalloc.proofs.terms import Term, total

INT64 = (-(2**63), 2**63 - 1)
"""Lowest and highest value of a scalar."""


class Cells(list[Any]):
    """An array: cells that hold integers, truth values or terms, or are `UNWRITTEN`.

    Attributes:
        low: least value that fits into a cell.
        high: greatest value that fits.
    """

    def __init__(self, cells: Iterable[Any], low: int = INT64[0], high: int = INT64[1]) -> None:
        super().__init__(cells)
        self.low = low
        self.high = high


@dataclass(frozen=True)
class Partial:
    """A value that was written only where ``written`` holds."""

    value: Any
    written: Any


UNWRITTEN = Partial(0, False)
"""What a fresh buffer holds."""


@dataclass(frozen=True)
class Duty:
    """One obligation that came up on the way.

    Attributes:
        kind: *index*, *unwritten*, *unwinding*, *range* or *division*.
        where: function and line.
        claim: what must hold for all inputs.
    """

    kind: str
    where: str
    claim: Term


class Unsupported(NotImplementedError):
    """The kernel uses something outside the subset."""


@dataclass
class _Frame:
    """One call in progress. The flags are conditions under which the rest of a block is skipped."""

    function: str
    names: dict[str, Any]
    broken: Any = False
    continued: Any = False
    returned: Any = False
    result: Any = UNWRITTEN


ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
CONCRETE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    **ARITHMETIC,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
COMPARISON: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


MANY = 64
"""Up to this many alternatives are kept apart; beyond, a number becomes an opaque term."""


class Among:
    """A number that is one of a few, each under its own condition; exactly one of the conditions holds.

    Indices, levels and counters are of this kind: they come from merging constants. Kept apart, an index reads only
    the cells that it can be, and most comparisons are settled without a solver.
    """

    __slots__ = ("_term", "cases")

    def __init__(self, cases: Mapping[int, Any]) -> None:
        self.cases = cases
        self._term: Term = None

    @property
    def term(self) -> Term:
        """The number as a term."""
        if self._term is None:
            values = iter(self.cases.items())
            result = z3.IntVal(next(values)[0])
            for value, condition in values:
                result = z3.If(condition, z3.IntVal(value), result)
            self._term = result
        return self._term


def number(value: Any) -> Term:
    """``value`` as an integer term; a truth value counts 0 or 1."""
    if isinstance(value, Among):
        return value.term
    if isinstance(value, int):
        return z3.IntVal(int(value))
    return z3.If(value, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(value) else value


def truth(value: Any) -> Any:
    """``value`` as a truth value, concrete where possible."""
    if isinstance(value, int):
        return bool(value)
    if isinstance(value, Among):
        return settled(value, lambda case: case != 0)
    return value if z3.is_bool(value) else value != 0


def formula(value: Any) -> Term:
    """``value`` as a truth-valued term."""
    value = truth(value)
    return z3.BoolVal(value) if isinstance(value, bool) else value


def conjunction(one: Any, other: Any) -> Any:
    """``one and other`` of truth values, concrete where possible."""
    if one is False or other is False:
        return False
    if one is True or one is other:
        return other
    if other is True or one.eq(other):
        return one
    return False if _opposite(one, other) else z3.And(one, other)


def negation(value: Any) -> Any:
    """``not value`` of a truth value, concrete where possible."""
    if isinstance(value, bool):
        return not value
    return value.arg(0) if z3.is_not(value) else z3.Not(value)


def disjunction(one: Any, other: Any) -> Any:
    """``one or other`` of truth values, concrete where possible."""
    if one is True or other is True:
        return True
    if one is False or one is other:
        return other
    if other is False or one.eq(other):
        return one
    return True if _opposite(one, other) else z3.Or(one, other)


def _opposite(one: Term, other: Term) -> bool:
    return bool((z3.is_not(one) and one.arg(0).eq(other)) or (z3.is_not(other) and other.arg(0).eq(one)))


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or z3.is_bool(value)


def cases_of(value: Any) -> Mapping[int, Any] | None:
    """The alternatives of a number and their conditions; None for an opaque term."""
    if isinstance(value, Among):
        return value.cases
    return {int(value): True} if isinstance(value, int) else None


def among(cases: Mapping[int, Any]) -> Any:
    """The number with these alternatives; a Python integer if there is only one."""
    possible = {value: condition for value, condition in cases.items() if condition is not False}
    return next(iter(possible)) if len(possible) == 1 else Among(possible)


def settled(value: Any, holds: Callable[[int], bool]) -> Any:
    """Whether ``holds`` is true of a number with alternatives."""
    yes = [condition for case, condition in value.cases.items() if holds(case)]
    no = [condition for case, condition in value.cases.items() if not holds(case)]
    if not yes or not no:
        return bool(yes)
    result: Any = False
    for condition in yes if len(yes) <= len(no) else no:
        result = disjunction(result, condition)
    return result if len(yes) <= len(no) else negation(result)


def choose(guard: Any, then: Any, otherwise: Any) -> Any:
    """``then if guard else otherwise``; what is unwritten on one side stays so under that side's condition."""
    if guard is True or then is otherwise:
        return then
    if guard is False:
        return otherwise
    if isinstance(then, Partial) or isinstance(otherwise, Partial):
        one, other = _partial(then), _partial(otherwise)
        written = truth(choose(guard, one.written, other.written))
        if one.written is False or other.written is False:
            value = other.value if one.written is False else one.value
        else:
            value = choose(guard, one.value, other.value)
        return value if written is True else Partial(value, written)
    if isinstance(then, tuple) and isinstance(otherwise, tuple) and len(then) == len(otherwise):
        return tuple(choose(guard, one, other) for one, other in zip(then, otherwise, strict=True))
    if isinstance(then, list | tuple) or isinstance(otherwise, list | tuple):
        raise Unsupported("the two sides of a branch bind a name to different arrays or shapes")
    if _is_truth(then) and _is_truth(otherwise):
        return _choose_truth(guard, then, otherwise)
    one_case, other_case = cases_of(then), cases_of(otherwise)
    if one_case is not None and other_case is not None and len(one_case.keys() | other_case.keys()) <= MANY:
        return among(
            {
                case: _choose_truth(guard, one_case.get(case, False), other_case.get(case, False))
                for case in [*one_case, *(case for case in other_case if case not in one_case)]
            }
        )
    one, other = number(then), number(otherwise)
    return one if one.eq(other) else z3.If(guard, one, other)


def _choose_truth(guard: Any, then: Any, otherwise: Any) -> Any:
    if then is True:
        return disjunction(guard, otherwise)
    if then is False:
        return conjunction(negation(guard), otherwise)
    if otherwise is True:
        return disjunction(negation(guard), then)
    if otherwise is False:
        return conjunction(guard, then)
    return then if then.eq(otherwise) else z3.If(guard, then, otherwise)


@dataclass
class Division:
    """Quotients and rests by one divisor, where possible without a division.

    Packed numbers such as ``node * 32 + level`` come apart again: multiples of the divisor are divided exactly, what
    is known to be smaller than the divisor is the rest, and a choice is divided on both its sides.

    Attributes:
        divisor: a positive number.
        intervals: what is known about the size of terms.
    """

    divisor: int
    intervals: Intervals
    _known: dict[int, tuple[Term, Any, Any]] = field(default_factory=dict)

    def __call__(self, dividend: Term) -> tuple[Any, Any]:
        """Quotient and rest."""
        key = dividend.get_id()
        if key not in self._known:
            self._known[key] = dividend, *self._divided(dividend)
        return self._known[key][1:]

    def _divided(self, dividend: Term) -> tuple[Any, Any]:
        if z3.is_app_of(dividend, z3.Z3_OP_ITE):
            guard, then, otherwise = dividend.children()
            (one, one_rest), (other, other_rest) = self(then), self(otherwise)
            return choose(guard, one, other), choose(guard, one_rest, other_rest)
        if self.divisor == 1:
            return dividend, 0
        plain = z3.simplify(dividend)
        exact: list[Term] = []
        left: list[Term] = []
        constant = 0
        for part in plain.children() if z3.is_add(plain) else [plain]:
            factor = part.arg(0).as_long() if z3.is_mul(part) and z3.is_int_value(part.arg(0)) else 1
            if z3.is_int_value(part):
                constant += part.as_long()
            elif factor % self.divisor == 0:
                exact.append(z3.simplify(z3.IntVal(factor // self.divisor) * z3.Product(part.children()[1:])))
            else:
                left.append(part)
        if not left:
            quotient = constant // self.divisor
            return (total([*exact, z3.IntVal(quotient)]) if exact else quotient), constant % self.divisor
        small = z3.simplify(total([*left, z3.IntVal(constant)]))
        size = self.intervals(small)
        if size is not None and size[0] >= 0 and size[1] < self.divisor:
            return (total(exact) if exact else 0), small
        return total([*exact, small / self.divisor]), small % self.divisor


def _partial(value: Any) -> Partial:
    return value if isinstance(value, Partial) else Partial(value, True)


@dataclass
class Kernel:
    """Executes the functions of one source symbolically and collects their obligations.

    Attributes:
        source: the functions.
        assumptions: what holds of the symbolic inputs; used to see which loops have ended.
        unwind: most turns of a loop whose end is symbolic.
        patience: solver steps to spend on finding out that such a loop has ended.
        duties: the obligations so far.
    """

    source: Source
    assumptions: Sequence[Term] = ()
    unwind: int = 16
    patience: int = 2_000_000
    duties: list[Duty] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._solver = z3.SimpleSolver()
        self._solver.set("rlimit", self.patience)
        self._solver.add(*self.assumptions)
        self._intervals = Intervals(self.assumptions)
        self._divisions: dict[int, Division] = {}
        self._where = ""
        # Condition of the call in progress. Guards inside it are relative to it, so that a helper's own variables
        # are not wrapped in the condition under which it was called.
        self._entered: Any = True

    def __call__(self, function: str, *arguments: Any) -> Any:
        """What ``function`` returns; arrays among the arguments are written to in place."""
        result = self._call(function, list(arguments), True)
        return None if result is UNWRITTEN else self._read_value(result, True)

    def claims(self, kind: str = "") -> list[Term]:
        """The obligations so far, of one kind or all."""
        return [duty.claim for duty in self.duties if kind in ("", duty.kind)]

    # -- obligations

    def _owe(self, kind: str, guard: Any, claim: Any) -> None:
        claim, guard = truth(claim), conjunction(self._entered, guard)
        if claim is True or guard is False:
            return
        self.duties.append(Duty(kind, self._where, z3.Implies(formula(guard), formula(claim))))

    def _in_range(self, value: Any, guard: Any, low: int = INT64[0], high: int = INT64[1]) -> Any:
        if isinstance(value, int):
            self._owe("range", guard, low <= value <= high)
        elif isinstance(value, Among):
            self._owe("range", guard, settled(value, lambda case: low <= case <= high))
        elif not z3.is_bool(value):
            known = self._intervals(value)
            if known is None or known[0] < low or known[1] > high:
                self._owe("range", guard, z3.And(value >= low, value <= high))
        return value

    def _feasible(self, guard: Any) -> bool:
        # Only prunes: an `unknown` counts as feasible and the loop is unrolled once more.
        guard = conjunction(self._entered, guard)
        return guard if isinstance(guard, bool) else bool(self._solver.check(guard) != z3.unsat)

    def _unsupported(self, node: ast.AST, why: str = "not in the subset") -> Unsupported:
        return Unsupported(f"{self._where}: {why}: {ast.unparse(node)}")

    # -- expressions

    def _read_value(self, value: Any, guard: Any) -> Any:
        if isinstance(value, Partial):
            self._owe("unwritten", guard, value.written)
            return value.value
        return value

    def _evaluate(self, node: ast.expr, frame: _Frame, guard: Any) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | None as value):
                return value
            case ast.Name(id=name):
                if name in frame.names:
                    return self._read_value(frame.names[name], guard)
                if name in self.source.constants:
                    return self.source.constants[name]
                raise self._unsupported(node, "unknown name")
            case ast.Tuple(elts=elements):
                return tuple(self._evaluate(element, frame, guard) for element in elements)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(
                    node, op, self._evaluate(left, frame, guard), self._evaluate(right, frame, guard), guard
                )
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return negation(truth(self._evaluate(operand, frame, guard)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._binary(node, ast.Sub(), 0, self._evaluate(operand, frame, guard), guard)
            case ast.BoolOp(op=op, values=operands):
                return self._shortcut(isinstance(op, ast.And), operands, frame, guard)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                values = [self._evaluate(one, frame, guard) for one in (left, *comparators)]
                result: Any = True
                for comparison, one, other in zip(ops, values, values[1:], strict=False):
                    result = conjunction(result, self._compare(node, comparison, one, other))
                return result
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = truth(self._evaluate(test, frame, guard))
                if isinstance(condition, bool):
                    return self._evaluate(body if condition else orelse, frame, guard)
                return choose(
                    condition,
                    self._evaluate(body, frame, conjunction(guard, condition)),
                    self._evaluate(orelse, frame, conjunction(guard, negation(condition))),
                )
            case ast.Attribute(value=tables, attr=name) if isinstance(
                found := self._evaluate(tables, frame, guard), tuple
            ) and name in getattr(found, "_fields", ()):
                return getattr(found, name)
            case ast.Subscript(value=array, slice=index):
                return self._read_cell(
                    self._evaluate(array, frame, guard), self._evaluate(index, frame, guard), guard, node
                )
            case ast.Call(func=function, args=arguments, keywords=[]):
                return self._evaluate_call(node, function, [self._evaluate(a, frame, guard) for a in arguments], guard)
        raise self._unsupported(node)

    def _binary(self, node: ast.AST, op: ast.operator, left: Any, right: Any, guard: Any) -> Any:
        if isinstance(op, ast.BitAnd | ast.BitOr) and _is_truth(left) and _is_truth(right):
            return (conjunction if isinstance(op, ast.BitAnd) else disjunction)(left, right)
        lefts, rights = cases_of(left), cases_of(right)
        if lefts is not None and rights is not None and len(lefts) * len(rights) <= MANY * MANY:
            return self._binary_cases(op, lefts, rights, guard)
        if isinstance(op, ast.LShift | ast.RShift) and isinstance(right, int) and right >= 0:
            op, right = (ast.Mult(), 1 << right) if isinstance(op, ast.LShift) else (ast.FloorDiv(), 1 << right)
        if isinstance(op, ast.BitAnd) and isinstance(right, int) and right >= 0 and right & (right + 1) == 0:
            op, right = ast.Mod(), right + 1
        one, other = number(left), number(right)
        if type(op) in ARITHMETIC:
            return self._in_range(ARITHMETIC[type(op)](one, other), guard)
        if isinstance(op, ast.FloorDiv | ast.Mod):
            if isinstance(right, int) and right > 0:
                division = self._divisions.setdefault(right, Division(right, self._intervals))
                return division(one)[0 if isinstance(op, ast.FloorDiv) else 1]
            self._owe("division", guard, other > 0)
            return one / other if isinstance(op, ast.FloorDiv) else one % other
        raise self._unsupported(node)

    def _binary_cases(self, op: ast.operator, lefts: Mapping[int, Any], rights: Mapping[int, Any], guard: Any) -> Any:
        results: dict[int, Any] = {}
        for left, one in lefts.items():
            for right, other in rights.items():
                both = conjunction(one, other)
                if both is False:
                    continue
                result = 0
                if isinstance(op, ast.FloorDiv | ast.Mod) and right <= 0:
                    self._owe("division", conjunction(guard, both), False)
                else:
                    result = CONCRETE[type(op)](left, right)
                    if not INT64[0] <= result <= INT64[1]:
                        self._owe("range", conjunction(guard, both), False)
                results[result] = disjunction(results.get(result, False), both)
        return among(results)

    def _compare(self, node: ast.AST, op: ast.cmpop, left: Any, right: Any) -> Any:
        if type(op) not in COMPARISON:
            raise self._unsupported(node)
        compare = COMPARISON[type(op)]
        lefts, rights = cases_of(left), cases_of(right)
        if lefts is not None and rights is not None:
            if len(rights) == 1:
                (other,) = rights
                return settled(Among(lefts), lambda one: compare(one, other))
            if len(lefts) == 1:
                (one,) = lefts
                return settled(Among(rights), lambda other: compare(one, other))
        one_term, other_term = number(left), number(right)
        if one_term.eq(other_term):
            return compare(0, 0)
        return compare(one_term, other_term)

    def _shortcut(self, is_and: bool, operands: Sequence[ast.expr], frame: _Frame, guard: Any) -> Any:
        """``and`` / ``or``: each operand is evaluated only where the ones before it leave the answer open."""
        result: Any = is_and
        for operand in operands:
            open_still = result if is_and else negation(result)
            if open_still is False:
                break
            value = truth(self._evaluate(operand, frame, conjunction(guard, open_still)))
            result = (conjunction if is_and else disjunction)(result, value)
        return result

    def _read_cell(self, array: Any, index: Any, guard: Any, node: ast.AST) -> Any:
        if not isinstance(array, list | tuple):
            raise self._unsupported(node, "not an array")
        if isinstance(index, tuple):
            for one in index[:-1]:
                array = self._row(array, one, node)
            index = index[-1]
        cells = self._cells(array, index, guard)
        if not cells:
            return 0
        result = array[cells[-1][0]]
        for i, here in cells[-2::-1]:
            result = choose(here, array[i], result)
        return self._read_value(result, guard)

    def _cells(self, array: Sequence[Any], index: Any, guard: Any) -> list[tuple[int, Any]]:
        """The cells that ``index`` can be, each with its condition."""
        cases = cases_of(index)
        if cases is None:
            self._owe("index", guard, z3.And(index >= 0, index < len(array)))
            return [(i, index == i) for i in range(len(array))]
        outside: Any = False
        for i, here in cases.items():
            if not 0 <= i < len(array):
                outside = disjunction(outside, here)
        self._owe("index", guard, negation(outside))
        return [(i, here) for i, here in cases.items() if 0 <= i < len(array)]

    def _row(self, array: Any, index: Any, node: ast.AST) -> Any:
        if not isinstance(index, int) or not 0 <= index < len(array):
            raise self._unsupported(node, "all indices of a matrix but the last must be concrete")
        return array[index]

    def _evaluate_call(self, node: ast.Call, function: ast.expr, arguments: list[Any], guard: Any) -> Any:
        match function, arguments:
            case ast.Name(id=name), _ if name in self.source.functions:
                return self._read_value(self._call(name, arguments, guard), guard)
            case ast.Name(id=name), _ if name in self.source.tuples:
                return self.source.tuples[name](*arguments)
            case ast.Name(id="len"), [list() | tuple() as array]:
                return len(array)
            case ast.Name(id="abs"), [value]:
                return self._extreme(operator.gt, value, self._binary(node, ast.Sub(), 0, value, guard))
            case ast.Name(id="min"), [first, *others]:
                for other in others:
                    first = self._extreme(operator.lt, first, other)
                return first
            case ast.Name(id="max"), [first, *others]:
                for other in others:
                    first = self._extreme(operator.gt, first, other)
                return first
            case ((ast.Name(id="int" | "int64") | ast.Attribute(attr="int64")), [value]):
                return value if cases_of(value) is not None else number(value)
            case ((ast.Name(id="int32") | ast.Attribute(attr="int32")), [value]):
                return self._in_range(
                    value if cases_of(value) is not None else number(value), guard, -(2**31), 2**31 - 1
                )
            case ast.Attribute(attr="int8"), [value]:
                return self._in_range(value if cases_of(value) is not None else number(value), guard, -(2**7), 2**7 - 1)
            case ast.Name(id="bool"), [value]:
                return truth(value)
        raise self._unsupported(node)

    def _extreme(self, better: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
        if isinstance(one, int) and isinstance(other, int):
            return one if better(one, other) else other
        return choose(better(number(one), number(other)), one, other)

    # -- statements

    def _call(self, function: str, arguments: list[Any], guard: Any) -> Any:
        definition = self.source.functions[function]
        names = [argument.arg for argument in definition.args.args]
        if len(names) != len(arguments):
            raise Unsupported(f"{function} takes {len(names)} arguments, got {len(arguments)}")
        frame = _Frame(function, dict(zip(names, arguments, strict=True)))
        outer = self._where, self._entered
        self._entered = conjunction(self._entered, guard)
        self._block(definition.body, frame, True)
        self._where, self._entered = outer
        return frame.result

    def _alive(self, frame: _Frame, guard: Any) -> Any:
        for flag in (frame.returned, frame.broken, frame.continued):
            guard = conjunction(guard, negation(flag))
        return guard

    def _block(self, statements: Sequence[ast.stmt], frame: _Frame, guard: Any) -> None:
        for statement in statements:
            alive = self._alive(frame, guard)
            if alive is False:
                return
            self._where = f"{frame.function}:{statement.lineno}"
            self._statement(statement, frame, alive)

    def _statement(self, statement: ast.stmt, frame: _Frame, guard: Any) -> None:
        match statement:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=arguments)) if name in self.source.functions:
                self._call(name, [self._evaluate(argument, frame, guard) for argument in arguments], guard)
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self._evaluate(value, frame, guard), frame, guard)
            case ast.AugAssign(target=ast.Name() | ast.Subscript() as target, op=op, value=value):
                # The syntax tree marks a target as stored to; the same tree reads its old value.
                old = self._evaluate(target, frame, guard)
                new = self._evaluate(value, frame, guard)
                self._assign(target, self._binary(statement, op, old, new, guard), frame, guard)
            case ast.If(test=test, body=body, orelse=orelse):
                condition = truth(self._evaluate(test, frame, guard))
                self._block(body, frame, conjunction(guard, condition))
                self._block(orelse, frame, conjunction(guard, negation(condition)))
            case ast.For(target=ast.Name() as target, iter=ast.Call(func=ast.Name(id="range")) as steps, orelse=[]):
                self._for(target, steps, statement.body, frame, guard)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body, frame, guard)
            case ast.Break():
                frame.broken = disjunction(frame.broken, guard)
            case ast.Continue():
                frame.continued = disjunction(frame.continued, guard)
            case ast.Return(value=value):
                result = None if value is None else self._evaluate(value, frame, guard)
                if result is not None:
                    frame.result = choose(guard, result, frame.result)
                frame.returned = disjunction(frame.returned, guard)
            case _:
                raise self._unsupported(statement)

    def _assign(self, target: ast.expr, value: Any, frame: _Frame, guard: Any) -> None:
        match target:
            case ast.Name(id=name):
                frame.names[name] = choose(guard, value, frame.names.get(name, UNWRITTEN))
            case ast.Tuple(elts=targets) if isinstance(value, tuple) and len(targets) == len(value):
                for one, part in zip(targets, value, strict=True):
                    self._assign(one, part, frame, guard)
            case ast.Subscript(value=array, slice=index):
                self._write_cell(
                    self._evaluate(array, frame, guard), self._evaluate(index, frame, guard), value, guard, target
                )
            case _:
                raise self._unsupported(target)

    def _write_cell(self, array: Any, index: Any, value: Any, guard: Any, node: ast.AST) -> None:
        if not isinstance(array, list):
            raise self._unsupported(node, "not an array that can be written to")
        if isinstance(index, tuple):
            for one in index[:-1]:
                array = self._row(array, one, node)
            index = index[-1]
        if isinstance(array, Cells):
            self._in_range(value, guard, array.low, array.high)
        written = conjunction(self._entered, guard)
        for i, here in self._cells(array, index, guard):
            array[i] = choose(conjunction(written, here), value, array[i])

    def _for(self, target: ast.Name, steps: ast.Call, body: Sequence[ast.stmt], frame: _Frame, guard: Any) -> None:
        bounds = [self._evaluate(argument, frame, guard) for argument in steps.args]
        start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
        if isinstance(step, int) and step == 0:
            raise self._unsupported(steps, "the step of a range must not be zero")
        if not isinstance(step, int):
            self._owe("division", guard, self._compare(steps, ast.Gt(), step, 0))
        concrete = isinstance(start, int) and isinstance(stop, int) and isinstance(step, int)
        upwards = not isinstance(step, int) or step > 0
        outer, frame.broken = frame.broken, False
        turn = 0
        while True:
            value = self._binary(steps, ast.Add(), start, self._binary(steps, ast.Mult(), step, turn, guard), guard)
            more = self._compare(steps, ast.Lt() if upwards else ast.Gt(), value, stop)
            alive = conjunction(self._alive(frame, guard), more)
            if not concrete and not self._feasible(alive):
                break
            if alive is False:
                break
            if not concrete and turn == self.unwind:
                self._owe("unwinding", alive, False)
                break
            self._turn(body, frame, alive, target, value)
            turn += 1
        frame.broken = outer

    def _while(self, test: ast.expr, body: Sequence[ast.stmt], frame: _Frame, guard: Any) -> None:
        outer, frame.broken = frame.broken, False
        for turn in range(self.unwind + 1):
            alive = self._alive(frame, guard)
            if alive is False:
                break
            # Once the test fails the loop is over, whatever becomes of its operands.
            guard = conjunction(alive, truth(self._evaluate(test, frame, alive)))
            if guard is False or not self._feasible(guard):
                break
            if turn == self.unwind:
                self._owe("unwinding", guard, False)
                break
            self._turn(body, frame, guard)
        frame.broken = outer

    def _turn(
        self, body: Sequence[ast.stmt], frame: _Frame, guard: Any, target: ast.Name | None = None, value: Any = None
    ) -> None:
        """One turn of a loop."""
        outer, frame.continued = frame.continued, False
        if target is not None:
            self._assign(target, value, frame, guard)
        self._block(body, frame, guard)
        frame.continued = outer
