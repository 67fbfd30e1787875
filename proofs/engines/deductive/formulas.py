"""Lines of contracts as formulas: tables are terms of a sort of their own, words are functions or what they stand for.

SMT has arrays, but with them solvers reason about whether two tables are equal, which nobody asks here and which cost
two orders of magnitude. A table is a term with ``cell(T, i)`` and ``with(T, i, v)``, and one axiom says what a table
holds after it was written to.

Products and quotients of two unknowns mean what they mean in the proofs of lemmas; in all other conditions they are
functions of which only the lemmas are known, so that no solver does nonlinear arithmetic among quantifiers.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

import z3

from focalloc.proofs.contracts.form import Contract, Lemma
from focalloc.proofs.terms import Term

INT64 = (-(2**63), 2**63 - 1)
WIDTHS = {8: (-(2**7), 2**7 - 1), 32: (-(2**31), 2**31 - 1), 64: INT64}
"""Bits of a cell -> the least and the greatest number that it holds."""

INT, BOOL = z3.IntSort(), z3.BoolSort()
TABLE = z3.DeclareSort("Cells")
CELL = z3.Function("cell", TABLE, INT, INT)
WITH = z3.Function("with", TABLE, INT, INT, TABLE)
ANY = {"fixed": "Table", "peaks": "Table"}
"""What a parameter is that is annotated as anything, for mypy's sake; a number where it does not stand here."""
SORTS = {"Ints": TABLE, "Table": TABLE, "int": INT, "bool": BOOL}


class Refused(ValueError):
    """A kernel and its contract that nothing can be proved of, and why; which is not the same as refuted."""


@dataclass(frozen=True)
class Ref:
    """A table, by its name in the heap."""

    name: str


@dataclass(frozen=True)
class Bundle:
    """A named tuple of tables, numbers and further ones."""

    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Whole:
    """An array that kernels cut tables out of; at its front stands a header."""

    name: str
    bits: int
    header: int


@dataclass(frozen=True)
class Rows:
    """A table of rows, by its name; ``kind`` is the type of each."""

    name: str
    kind: str


@dataclass(frozen=True)
class Row:
    """The row of a table that a turn of a loop has for itself: which one, and what it is."""

    index: Term
    value: Any


@dataclass(frozen=True)
class View:
    """What lies behind the first so many cells of a table, only to be read."""

    table: Ref
    first: int


@dataclass(frozen=True)
class Scores:
    """An array of scores from outside, integers or floats, by its name."""

    name: str


@dataclass(frozen=True)
class Score:
    """A score in fixed point before it is one: whether it fits, what it is in 32 bits, whether it is a number."""

    fits: Term
    number: Term
    is_number: Term


@dataclass(frozen=True)
class Piece:
    """A table that was cut out of an array, from where to where, and what it held then."""

    table: Ref
    start: Term
    stop: Term
    bits: int
    cells: Term


OTHERS = Ref | Bundle | Whole | Rows | View | Scores | Score
"""What is neither a number nor a truth value."""


@dataclass
class State:
    """A point on a path: what names stand for, what tables hold, what is known there.

    Attributes:
        names: of variables and tables.
        heap: what each table holds.
        facts: what is known.
        old: the point at which the kernel was called.
        entry: the point at which the innermost loop began.
        prior: the point before the statement before.
        bound: the variables of the quantifiers around.
        pieces: of each array the tables that were cut out of it.
    """

    names: dict[str, Any]
    heap: dict[str, Term]
    facts: list[Term] = field(default_factory=list)
    old: State | None = None
    entry: State | None = None
    prior: State | None = None
    bound: dict[str, Term] = field(default_factory=dict)
    pieces: dict[str, list[Piece]] = field(default_factory=dict)

    def copy(self) -> State:
        """The same, to go on from on its own."""
        pieces = {name: list(cut) for name, cut in self.pieces.items()}
        return State(
            dict(self.names), dict(self.heap), list(self.facts), self.old, self.entry, self.prior, self.bound, pieces
        )


@dataclass(frozen=True)
class Theory:
    """All that formulas can speak of.

    Attributes:
        kernels: the functions of the source, by name.
        tuples: its named tuples: of each field its type.
        constants: its integers.
        words: what contracts use of `focalloc.proofs.contracts.words`.
        ghosts: those of the words that are known by lemmas only.
        lemmas: by name, each after those that it rests on.
        contracts: by name.
        bits: how wide the cells of a table are, by its name; 64 where it is not there.
    """

    kernels: Mapping[str, ast.FunctionDef]
    tuples: Mapping[str, Mapping[str, str]]
    constants: Mapping[str, int]
    words: Mapping[str, ast.FunctionDef]
    ghosts: Mapping[str, ast.FunctionDef]
    lemmas: Mapping[str, Lemma]
    contracts: Mapping[str, Contract]
    bits: Mapping[str, int]

    @cached_property
    def functions(self) -> Mapping[str, Any]:
        """The ghosts as functions of the solver."""
        return {
            name: z3.Function(name, *[SORTS[kind] for kind in types_of(one).values()], SORTS[ast.unparse(one.returns)])
            for name, one in self.ghosts.items()
            if one.returns is not None
        }


def _cut_out(node: ast.AST, value: Any, names: Mapping[str, Any]) -> Any:
    """In a line the name of an array is that of the table of a session that goes by it."""
    if isinstance(value, Whole | Rows) and isinstance(node, ast.Name):
        for one in names.values():
            if isinstance(one, Bundle) and node.id in one.fields:
                return one.fields[node.id]
    return value


def types_of(function: ast.FunctionDef) -> dict[str, str]:
    """The parameters and their types."""
    kinds = {arg.arg: ast.unparse(arg.annotation) if arg.annotation else "" for arg in function.args.args}
    return {name: ANY.get(name, "int") if kind == "Any" else kind for name, kind in kinds.items()}


def read(table: Term, place: Term) -> Term:
    """What a table holds; places that are plain numbers are told apart here."""
    place = z3.simplify(place)
    while table.decl().eq(WITH) and z3.is_int_value(place):
        there = z3.simplify(table.arg(1))
        if not z3.is_int_value(there):
            break
        if there.eq(place):
            return table.arg(2)
        table = table.arg(0)
    return CELL(table, place)


@cache
def table_axiom() -> Term:
    """What a table holds after it was written to."""
    table, i, v, j = z3.Const("T?", TABLE), z3.Int("i?"), z3.Int("v?"), z3.Int("j?")
    after = CELL(WITH(table, i, v), j)
    claim = z3.And(z3.Implies(i == j, after == v), z3.Implies(i != j, after == CELL(table, j)))
    return z3.ForAll([table, i, v, j], claim, patterns=[after])


def both(terms: Sequence[Term]) -> Term:
    """All of them."""
    return terms[0] if len(terms) == 1 else z3.And(*terms)


COMPARED: dict[type[ast.cmpop], Any] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
LINEAR: dict[type[ast.operator], Any] = {ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b}
NONLINEAR: dict[type[ast.operator], Any] = {
    ast.Mult: (lambda a, b: a * b, z3.Function("times", INT, INT, INT)),
    ast.FloorDiv: (lambda a, b: a / b, z3.Function("over", INT, INT, INT)),
    ast.Mod: (lambda a, b: a % b, z3.Function("rest", INT, INT, INT)),
}


class Formulas:
    """Reads lines as terms.

    Args:
        theory: all that they can speak of.
    """

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self.any_width: tuple[str, ...] = ()
        self.opaque = True
        self.piece_bits: dict[str, int] = {}
        self._numbers = itertools.count()
        self._named_in: dict[int, tuple[Term, frozenset[str]]] = {}

    # NAMES AND TABLES

    def name_anew(self) -> None:
        """Have names begin again, for questions that have nothing to do with those before."""
        self._numbers = itertools.count()

    def fresh(self, name: str, sort: Any = INT) -> Term:
        """An unknown that nothing is known of."""
        return z3.Const(f"{name}!{next(self._numbers)}", sort)

    def found(self, node: ast.AST, names: Mapping[str, Any]) -> Any:
        """What a name, or the field of one, stands for; None where it is none of those."""
        if isinstance(node, ast.Attribute):
            whole = self.found(node.value, names)
            return whole.fields.get(node.attr) if isinstance(whole, Bundle) else None
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            row = names.get(f"{node.value.id}[]")
            return row.value if isinstance(row, Row) else None
        if not isinstance(node, ast.Name):
            return None
        if node.id in names:
            return names[node.id]
        for value in names.values():
            if isinstance(value, Bundle) and node.id in value.fields:
                return value.fields[node.id]
        return None

    def table(self, node: ast.AST, names: Mapping[str, Any]) -> Ref:
        """The table that a name or field stands for.

        Raises:
            Refused: it stands for none.
        """
        value = _cut_out(node, self.found(node, names), names)
        if not isinstance(value, Ref):
            raise Refused(f"{ast.unparse(node)} is no table here")
        return value

    def row(self, rows: str, index: Term, state: State) -> Any:
        """The row of a table that this turn of a loop has for itself.

        Raises:
            Refused: it has none of that table, or another one.
        """
        row = state.names.get(f"{rows}[]")
        if not isinstance(row, Row):
            raise Refused(f"no row of {rows} is known here")
        if not z3.simplify(index).eq(z3.simplify(row.index)):
            raise Refused(f"another row of {rows} than the one that this turn has for itself")
        return row.value

    def cells(self, table: Ref, state: State) -> Term:
        """What a table holds.

        Raises:
            Refused: it has been cut into parts, by which it goes from then on.
        """
        if table.name not in state.heap:
            raise Refused(f"{table.name.rpartition('.')[2]} has been cut into parts")
        return state.heap[table.name]

    def length(self, table: Ref) -> Term:
        """How many cells it has."""
        return z3.Int(f"len({table.name})")

    def bits(self, table: Ref) -> int:
        """How wide its cells are; 0 where they may be of any width."""
        if table.name in self.piece_bits:
            return self.piece_bits[table.name]
        name = table.name.rpartition(".")[2]
        return 0 if {name, table.name} & {*self.any_width} else self.theory.bits.get(name, 64)

    def width(self, table: Ref) -> tuple[Any, Any]:
        """The least and the greatest number that a cell of it holds."""
        bits = self.bits(table)
        return WIDTHS[bits] if bits else (z3.Int(f"low({table.name})"), z3.Int(f"high({table.name})"))

    def typed(self, table: Ref, cells: Term) -> list[Term]:
        """That no cell holds more than it can."""
        i, (low, high) = self.fresh("i"), self.width(table)
        bounds = [] if isinstance(low, int) else [INT64[0] <= low, low <= 0, high >= 0, high <= INT64[1]]
        return [
            *bounds,
            z3.ForAll([i], z3.And(low <= CELL(cells, i), CELL(cells, i) <= high), patterns=[CELL(cells, i)]),
        ]

    # LINES

    def spec(self, line: str | ast.AST, state: State) -> Term:
        """A line, or a part of one, as a term.

        Raises:
            Refused: it says what cannot be read.
        """
        node = ast.parse(line, mode="eval").body if isinstance(line, str) else line
        match node:
            case ast.Constant(value=bool() as value):
                return z3.BoolVal(value)
            case ast.Constant(value=int() as value):
                return z3.IntVal(value)
            case ast.Name() | ast.Attribute():
                return self._variable(node, state)
            case ast.Subscript(value=ast.Name(id=rows), slice=ast.Tuple(elts=[index, place])):
                return read(self.cells(self.row(rows, self.spec(index, state), state), state), self.spec(place, state))
            case ast.Subscript(value=table, slice=index):
                return read(self.spec(table, state), self.spec(index, state))
            case ast.UnaryOp(op=ast.USub()):
                return -self.spec(node.operand, state)
            case ast.UnaryOp(op=ast.Not()):
                return z3.Not(self.spec(node.operand, state))
            case ast.BinOp(op=ast.Pow()):
                return z3.IntVal(eval(compile(ast.Expression(node), "", "eval"), dict(self.theory.constants)))
            case ast.BinOp():
                return self.arithmetic(node.op, self.spec(node.left, state), self.spec(node.right, state))
            case ast.BoolOp():
                parts = [self.spec(part, state) for part in node.values]
                return z3.And(*parts) if isinstance(node.op, ast.And) else z3.Or(*parts)
            case ast.IfExp():
                return z3.If(self.spec(node.test, state), self.spec(node.body, state), self.spec(node.orelse, state))
            case ast.Compare():
                return compared(node, [self.spec(part, state) for part in [node.left, *node.comparators]])
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._called(name, args, state)
        raise Refused(f"cannot be read: {ast.unparse(node)}")

    def _variable(self, node: ast.AST, state: State) -> Term:
        value = _cut_out(node, self.found(node, state.names | state.bound), state.names)
        if value is None:
            if isinstance(node, ast.Name) and node.id in self.theory.constants:
                return z3.IntVal(self.theory.constants[node.id])
            raise Refused(f"{ast.unparse(node)} is not known here")
        if isinstance(value, Bundle):
            raise Refused(f"{ast.unparse(node)} is a tuple of tables, and none itself")
        if isinstance(value, Whole | Rows | View | Scores | Score):
            raise Refused(f"{ast.unparse(node)} is no table of a line")
        return self.cells(value, state) if isinstance(value, Ref) else value

    def _called(self, name: str, args: Sequence[ast.expr], state: State) -> Term:
        match name, args:
            case "old", [one] if state.old is not None:
                return self.spec(one, replace(state.old, names=state.names | state.old.names, bound=state.bound))
            case "entry", [one] if state.entry is not None:
                return self.spec(one, replace(state.entry, names=state.names | state.entry.names, bound=state.bound))
            case "prior", [one] if state.prior is not None:
                return self.spec(one, replace(state.prior, names=state.names | state.prior.names, bound=state.bound))
            case "len", [one]:
                table = _cut_out(one, self.found(one, state.names), state.names)
                if isinstance(table, Scores):
                    return z3.Int(f"len({table.name})")
                return self.length(table if isinstance(table, Ref) else self.table(one, state.names))
            case "cells", [ast.Name(id=array)] if isinstance(whole := self._whole(array, state), Whole):
                return z3.Int(f"len({whole.name})")
            case "rows", [ast.Name(id=array)] if isinstance(rows := state.names.get(array), Rows):
                return z3.Int(f"len({rows.name})")
            case "low" | "high", [one]:
                return z3.IntVal(0) + self.width(self.table(one, state.names))[name == "high"]
            case "implies", [one, other]:
                return z3.Implies(self.spec(one, state), self.spec(other, state))
            case "min" | "max", [first, *others]:
                most = self.spec(first, state)
                for one in others:
                    other = self.spec(one, state)
                    most = z3.If(most < other if name == "min" else most > other, most, other)
                return most
            case "put", [_, _, _]:
                return WITH(*[self.spec(part, state) for part in args])
            case "only", [table, *places] if state.old is not None:
                now = self.spec(table, state)
                then = self.spec(table, replace(state.old, names=state.names | state.old.names))
                i = self.fresh("i")
                apart = [i != self.spec(part, state) for part in places]
                return z3.ForAll(
                    [i], z3.Implies(z3.And(*apart), CELL(now, i) == CELL(then, i)), patterns=[CELL(now, i)]
                )
            case "all", [ast.GeneratorExp() as every]:
                return self._every(every, state)
        if name in self.theory.functions:
            return self.theory.functions[name](*[self.spec(part, state) for part in args])
        if function := self.theory.words.get(name) or self.theory.kernels.get(name):
            return self._inlined(function, self.handed(types_of(function), args, state))
        raise Refused(f"{name}(...) with {len(args)} arguments is no word of contracts")

    def _whole(self, name: str, state: State) -> Any:
        """The array of that name, or the row of this turn."""
        row = state.names.get(f"{name}[]")
        return row.value if isinstance(row, Row) else state.names.get(name)

    def handed(self, params: Sequence[str] | Mapping[str, str], args: Sequence[ast.expr], state: State) -> State:
        """The state in which a function is looked into that is given these arguments."""
        if len(args) != len(params):
            raise Refused(f"({', '.join(map(ast.unparse, args))}) are not the arguments ({', '.join(params)})")
        names: dict[str, Any] = {}
        heap = dict(state.heap)
        for name, arg in zip(params, args, strict=True):
            value = _cut_out(arg, self.found(arg, state.names | state.bound), state.names)
            if value is None or not isinstance(value, Ref | Bundle):
                value = self.spec(arg, state)
            if not isinstance(value, Ref | Bundle) and value.sort() == TABLE:
                place = f"={next(self._numbers)}"
                heap[place], value = value, Ref(place)
            names[name] = value
        inner = State(names, heap)
        inner.old = inner
        return inner

    def _inlined(self, function: ast.FunctionDef, inner: State) -> Term:
        """What a function that only computes comes to."""
        for statement in function.body:
            match statement:
                case ast.Expr(value=ast.Constant()):
                    pass
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    inner.names[name] = self.spec(value, inner)
                case ast.Return(value=ast.expr() as value):
                    return self.spec(value, inner)
                case _:
                    break
        raise Refused(f"{function.name} does more than compute, so no line can say it")

    def _every(self, every: ast.GeneratorExp, state: State) -> Term:
        inner = replace(state, bound=dict(state.bound))
        bound, guards, seen_by = [], [], []
        for one in every.generators:
            if not isinstance(one.target, ast.Name):
                raise Refused(f"cannot be read: {ast.unparse(one.target)}")
            match one.iter:
                case ast.Name(id="INTEGERS"):
                    bounds: list[Term] = []
                case ast.Call(func=ast.Name(id="range"), args=[stop]):
                    bounds = [z3.IntVal(0), self.spec(stop, inner)]
                case ast.Call(func=ast.Name(id="range"), args=[start, stop]):
                    bounds = [self.spec(start, inner), self.spec(stop, inner)]
                case _:
                    raise Refused(f"no range: {ast.unparse(one.iter)}")
            inner.bound[one.target.id] = self.fresh(one.target.id)
            bound.append(one.target.id)
            guards += (
                [bounds[0] <= inner.bound[one.target.id], inner.bound[one.target.id] < bounds[1]] if bounds else []
            )
            for condition in one.ifs:
                match condition:
                    case ast.Call(func=ast.Name(id="at"), args=args):
                        seen_by.append(args)
                    case _:
                        guards.append(self.spec(condition, inner))
        seen_by = seen_by or [_cells_of(every, bound)]
        body = self.spec(every.elt, inner)
        claim = z3.Implies(both(guards), body) if guards else body
        patterns = [z3.MultiPattern(*[self.spec(part, inner) for part in args]) for args in seen_by]
        return z3.ForAll([inner.bound[name] for name in bound], claim, patterns=patterns)

    def arithmetic(self, op: ast.operator, left: Term, right: Term) -> Term:
        """A sum, difference, product, quotient, rest or shift."""
        if type(op) in LINEAR:
            return LINEAR[type(op)](left, right)
        numbers = [z3.is_int_value(z3.simplify(side)) for side in (left, right)]
        if isinstance(op, ast.RShift | ast.LShift):
            if not numbers[1] or not 0 <= z3.simplify(right).as_long() < 63:
                raise Refused("a shift by what is no number from 0 to 62")
            factor = z3.IntVal(2 ** z3.simplify(right).as_long())
            return left / factor if isinstance(op, ast.RShift) else left * factor
        if isinstance(op, ast.BitAnd):
            mask = z3.simplify(right).as_long() if numbers[1] else -1
            if mask > 0 and mask & (mask - 1) == 0:  # a single bit
                return left / z3.IntVal(mask) % 2 * mask
            if mask < 0 or mask & (mask + 1):
                raise Refused("a mask that is neither a power of two nor one less than that")
            return left % z3.IntVal(mask + 1)
        if type(op) not in NONLINEAR:
            raise Refused(f"no arithmetic that is known: {type(op).__name__}")
        real, opaque = NONLINEAR[type(op)]
        linear = any(numbers) if isinstance(op, ast.Mult) else numbers[1]
        return real(left, right) if linear or not self.opaque else opaque(left, right)

    def named(self, terms: Sequence[Term]) -> set[str]:
        """The functions and constants that occur in some terms."""
        found: set[str] = set()
        for term in terms:
            number = term.get_id()
            if number not in self._named_in:  # the term is kept, so that no other one gets its number
                self._named_in[number] = term, frozenset(_occurring(term))
            found |= self._named_in[number][1]
        return found

    # LEMMAS

    def variables(self, lemma: Lemma, mark: str = "") -> State:
        """The variables of a lemma as unknowns."""
        state = State({}, {})
        for name in lemma.variables:
            if name[0].isupper():
                state.names[name], state.heap[name] = Ref(name), z3.Const(name + mark, TABLE)
            else:
                state.names[name] = z3.Int(name + mark)
        state.old = state
        return state

    @cache  # noqa: B019, a deduction lives for one theorem
    def axioms(self, before: str = "") -> Sequence[tuple[set[str], Term]]:
        """The lemmas that solvers use by themselves, each with the ghosts that it is about; or those before one."""
        found = []
        for name, lemma in self.theory.lemmas.items():
            if name == before:
                break
            if lemma.seen_by:
                state = self.variables(lemma, "?")
                where = ast.parse(lemma.seen_by, mode="eval").body
                parts = where.elts if isinstance(where, ast.Tuple) else [where]
                pattern = z3.MultiPattern(*[self.spec(part, state) for part in parts])
                bound = [state.heap[v.name] if isinstance(v, Ref) else v for v in state.names.values()]
                about = {n.id for n in ast.walk(where) if isinstance(n, ast.Name)} & set(self.theory.functions)
                found.append((about, z3.ForAll(bound, self.spec(lemma.claim, state), patterns=[pattern])))
        return found


def holds_if(term: Term) -> bool:
    """Whether there is an ``if`` anywhere in it."""
    return any(one.decl().kind() == z3.Z3_OP_ITE for one in _applications(term))


def _occurring(term: Term) -> Iterator[str]:
    """The functions and constants that occur in a term."""
    return (one.decl().name() for one in _applications(term))


def _applications(term: Term) -> Iterator[Term]:
    """Each part of a term that applies a function, or is a constant, once."""
    visited: set[int] = set()
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if one.get_id() in visited:
            continue
        visited.add(one.get_id())
        if z3.is_quantifier(one):
            waiting.append(one.body())
        elif z3.is_app(one):
            yield one
            waiting += one.children()


def compared(node: ast.Compare, sides: Sequence[Term]) -> Term:
    """A chain of comparisons."""
    pairs = zip(node.ops, itertools.pairwise(sides), strict=True)
    return both([COMPARED[type(op)](a, b) for op, (a, b) in pairs])


def _cells_of(every: ast.GeneratorExp, bound: Sequence[str]) -> list[ast.expr]:
    """For each variable of a quantifier the first ``table[variable]`` in it."""
    parts = [every.elt, *(condition for one in every.generators for condition in one.ifs)]
    cells = [node for part in parts for node in ast.walk(part) if isinstance(node, ast.Subscript)]
    cells.sort(key=lambda node: (node.lineno, node.col_offset))
    found: list[ast.expr] = []
    for name in bound:
        mine = [one for one in cells if isinstance(one.slice, ast.Name) and one.slice.id == name]
        if not mine:
            raise Refused(
                f"nothing tells solvers where to use this line, so say it by `if at(...)`: {ast.unparse(every)}"
            )
        found.append(mine[0])
    return found
