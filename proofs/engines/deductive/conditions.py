"""The conditions under which a kernel keeps its contract, for tables of any length.

The syntax tree of a kernel is executed once, on unknowns: integers are mathematical, and tables have a length that is
an unknown too. A loop is cut at its invariant (what it changes becomes anything that the invariant allows), a call is
replaced by the contract of what is called, an ``if`` makes two paths. On the way come up:

| kind | what has to be shown |
|---|---|
| index | every index lies in the table; a negative one is refused, though Python accepts it |
| range | every result fits 64 bits, every number that is stored the width of its table, every shift is one |
| division | every divisor is positive |
| needs | what a kernel that is called asks for |
| enter, keep | the invariant holds when a loop begins, and after a turn if it did before |
| ends | the measure of a ``while`` is not negative and falls; the step of a ``for`` is positive |
| gives | what the contract promises |
| claim | a claim on the way, which is known from there on |
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from focalloc.proofs.contracts.form import Contract, Loop
from focalloc.proofs.engines.deductive.formulas import (
    BOOL,
    CELL,
    INT,
    INT64,
    OTHERS,
    TABLE,
    WIDTHS,
    WITH,
    Bundle,
    Formulas,
    Piece,
    Ref,
    Refused,
    Row,
    Rows,
    Score,
    Scores,
    State,
    Theory,
    View,
    Whole,
    both,
    compared,
    holds_if,
    read,
    types_of,
)
from focalloc.proofs.terms import Term

LONGEST = 2**60
"""No table is as long."""

ARRAYS = {"Tags": (8, ""), "Scratch": (32, ""), "Longs": (64, "HEADER"), "Weights": (32, "NETWORK")}
"""What kernels cut tables out of: how wide its cells are, and how long the header at its front is."""

ROWS = {"TagRows": "Tags", "ScratchRows": "Scratch", "LongRows": "Longs", "Calls": "Table"}
"""What has a row for each of many sessions, or of many calls: of which type each is."""


@dataclass(frozen=True)
class Condition:
    """``goal`` follows from ``facts``.

    Attributes:
        kind: as in the table above.
        where: the kernel, the statement, what it is about.
        facts: what is known there.
        goal: what has to hold.
    """

    kind: str
    where: str
    facts: Sequence[Term]
    goal: Term


def first_line(loop: ast.For | ast.While) -> str:
    """How a contract names a loop."""
    if isinstance(loop, ast.While):
        return f"while {ast.unparse(loop.test)}"
    return f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}"


def loops_of(kernel: ast.FunctionDef) -> dict[str, ast.For | ast.While]:
    """The loops of a kernel in the order of the source, as contracts name them."""
    found: dict[str, ast.For | ast.While] = {}
    loops = [node for node in ast.walk(kernel) if isinstance(node, ast.For | ast.While)]
    for one in sorted(loops, key=lambda node: node.lineno):
        name, number = first_line(one), 2
        while name in found:
            name, number = f"{first_line(one)} #{number}", number + 1
        found[name] = one
    return found


Way = tuple[str, State, Any]
"""How a path through statements ends (next, return, break, continue), where it stands then, what it returns."""


class Deduction(Formulas):
    """Makes the conditions of kernels and lemmas.

    Args:
        theory: the kernels, and all that is said of them.
    """

    def __init__(self, theory: Theory) -> None:
        super().__init__(theory)
        self.conditions: list[Condition] = []
        self.covers: list[tuple[str, list[Term]]] = []
        self._contract = Contract("")
        self._own: frozenset[str] | None = None
        self._about, self._statement = "", ""
        self._guard: list[Term] = []
        self._loops: dict[int, Loop] = {}
        self._used: set[str] = set()
        self._touched: dict[str, set[tuple[str, ...]]] = {}
        self._shapes: dict[int, tuple[Term, int]] = {}
        self._shape_numbers: dict[tuple[Any, ...], int] = {}

    # A KERNEL, A LEMMA

    def of_kernel(self, name: str) -> list[Condition]:
        """The conditions of one kernel, by the name of its contract.

        Raises:
            Refused: the contract is not one of this kernel, or the kernel does what cannot be followed.
        """
        try:
            return self._of_kernel(name)
        except Refused as why:
            at = f", at `{self._statement}`" if self._statement else ""
            raise Refused(f"{name}: {why}{at}; see its contract in proofs/contracts") from None

    def _of_kernel(self, name: str) -> list[Condition]:
        contract = self.theory.contracts[name]
        if contract.kernel not in self.theory.kernels:
            raise Refused("there is no such kernel any more")
        kernel = self.theory.kernels[contract.kernel]
        self.conditions, self.covers, self._about, self._statement = [], [], name, ""
        self._contract, self._guard, self._used, self.any_width = contract, [], set(), contract.any_width
        self._own = contract.own if contract.part else None
        loops = loops_of(kernel)
        if {*loops} != {*contract.loops}:
            raise Refused(f"its loops are {sorted(loops)}, its contract speaks of {sorted(contract.loops)}")
        self._loops = {id(node): contract.loops[text] for text, node in loops.items()}
        start = State({}, {})
        for param, kind in types_of(kernel).items():
            start.names[param] = self._unknown(param, kind, start)
        if contract.same:
            one, other = (self.table(ast.parse(part, mode="eval").body, start.names) for part in contract.same)
            start.names[contract.same[1]] = one
            del start.heap[other.name]
        self._share_header(start.names, start)
        start.names |= self._cut(contract, start.names, start)
        start.old = start.copy()
        needed = [self.spec(text, start) for text in contract.needs]
        self.conditions = [replace(one, facts=[*one.facts, *needed]) for one in self.conditions]
        start.facts += needed
        self._hint(contract.opens, start)
        self.covers.append((f"{name}: what it needs", list(start.facts)))
        written = {self.table(ast.parse(text, mode="eval").body, start.names).name for text in contract.writes}
        for _, end, value in self._block(kernel.body, start):
            self._finish(end, value, start.old, written)
        if left := {*contract.before} - self._used:
            raise Refused(f"no statement begins with {sorted(left)}, before which its contract has something to say")
        return self.conditions

    def _finish(self, end: State, value: Any, old: State, written: set[str]) -> None:
        """What has to hold where a kernel returns."""
        end.names = end.names | old.names
        if value is not None:
            if not isinstance(value, Bundle) and z3.is_bool(value) != self._contract.truth:
                raise Refused("whether it returns a truth value is not what its contract says")
            end.names["result"] = value
        end.entry = None
        for piece in itertools.chain.from_iterable(end.pieces.values()):
            name = piece.table.name
            if name not in old.heap and name in end.heap and not end.heap[name].eq(piece.cells):
                raise Refused("it writes to what it cuts out of an array, which its contract does not say")
        for table in old.heap:
            if table not in written and table in end.heap and not end.heap[table].eq(old.heap[table]):
                raise Refused(f"it writes to {table.rpartition('.')[2]}, which its contract does not say")
        self._statement = ""
        self._hint(self._contract.closes, end)
        for text in self._contract.gives:
            self._owe("gives", end, self.spec(text, end), text)

    def _unknown(self, name: str, kind: str, state: State) -> Any:
        """A parameter: anything that its type allows."""
        if kind in ("Ints", "Table"):
            table = Ref(name)
            state.heap[name] = z3.Const(f"{name}!" if name in self.theory.functions else name, TABLE)
            state.facts += [self.length(table) >= 0, self.length(table) < LONGEST]
            state.facts += self.typed(table, state.heap[name])
            return table
        if kind in self.theory.tuples:
            fields = self.theory.tuples[kind].items()
            parts = {part: self._unknown(f"{name}.{part}", its, state) for part, its in fields}
            return Bundle({part: _sharing(one, parts, state) for part, one in parts.items()})
        if kind in ARRAYS:
            bits, header = ARRAYS[kind]
            header = "WORK_HEADER" if name == "space" else header
            length = z3.Int(f"len({name})")
            state.facts += [length >= 0, length < LONGEST]
            return Whole(name, bits, self.theory.constants[header] if header else 0)
        if kind in ROWS:
            state.facts += [z3.Int(f"len({name})") >= 0, z3.Int(f"len({name})") < LONGEST]
            return Rows(name, ROWS[kind])
        if kind.startswith("NDArray[np.generic]"):
            state.facts += [z3.Int(f"len({name})") >= 0, z3.Int(f"len({name})") < LONGEST]
            return Scores(name)
        if kind == "bool":
            return z3.Bool(name)
        if kind != "int":
            raise Refused(f"parameter {name} is of type {kind}")
        number = z3.Int(f"{name}!" if name in self.theory.functions else name)  # a word may have that name
        state.facts.append(self._fits(number))
        return number

    # ARRAYS AND WHAT IS CUT OUT OF THEM

    def _cut(self, contract: Contract, given: Mapping[str, Any], state: State) -> dict[str, Any]:
        """What a contract calls the tables of arrays."""
        names = dict(given)
        for name, text in contract.cuts.items():
            names[name] = self._value(ast.parse(text, mode="eval").body, replace(state, names=names))
        return {name: names[name] for name in contract.cuts}

    def _share_header(self, given: Mapping[str, Any], state: State) -> None:
        """A session that is given with its state has been cut out of that: it has the same header.

        Raises:
            Refused: it has another.
        """
        session, array = given.get("session"), given.get("state")
        if isinstance(session, Bundle) and isinstance(array, Whole):
            header, cut = session.fields["header"], state.pieces.setdefault(array.name, [])
            front = [piece.table for piece in cut if z3.simplify(piece.start).eq(z3.IntVal(0))]
            if front and front != [header]:
                raise Refused("the session is none of the state that it is given with")
            if not front:
                ends = z3.IntVal(0), z3.IntVal(array.header)
                cut.append(Piece(header, *ends, array.bits, state.heap[header.name]))
                state.facts.append(self.length(header) == array.header)

    def _piece(self, array: Whole, start: Term, stop: Term, bits: int, node: ast.AST, state: State) -> Ref:
        """The table from ``start`` to before ``stop`` of an array, apart from all others that are cut out of it."""
        start, stop = z3.simplify(start), z3.simplify(stop)
        cut = state.pieces.setdefault(array.name, [])
        for piece in cut:
            if piece.start.eq(start) and piece.stop.eq(stop) and piece.bits == bits:
                return piece.table
        text = ast.unparse(node)
        for piece in cut:  # by the same numbers of a header that may have been written to, though not there
            if bits == piece.bits and _read_alike(start, piece.start) and _read_alike(stop, piece.stop):
                there = z3.And(start == piece.start, stop == piece.stop)
                self._owe("index", state, there, f"{text}, where it was")
                return piece.table
        self._owe("index", state, z3.And(start >= 0, start <= stop, stop <= z3.Int(f"len({array.name})")), text)
        for piece in cut:
            empty = z3.Or(start == stop, piece.start == piece.stop)
            self._owe("index", state, z3.Or(stop <= piece.start, piece.stop <= start, empty), f"{text}, apart")
        table = Ref(str(self.fresh(array.name)))
        self.piece_bits[table.name] = bits
        cells = state.heap[table.name] = z3.Const(table.name, TABLE)
        cut.append(Piece(table, start, stop, bits, cells))
        self._know(state, self.length(table) == (stop - start) * (array.bits // bits))
        state.facts += self.typed(table, cells)
        return table

    def _sliced(self, node: ast.Subscript, state: State, bits: int = 0) -> Ref | View | Scores:
        """What lies between two cells of an array; or behind the first ones of a header, to be read."""
        bounds, one = node.slice, self._value(node.value, state)
        assert isinstance(bounds, ast.Slice)
        start = z3.simplify(z3.IntVal(0) if bounds.lower is None else self._number(bounds.lower, state))
        if isinstance(one, Scores):
            return self._some(one, start, bounds.upper, node, state)
        if isinstance(one, Whole):
            stop = z3.Int(f"len({one.name})") if bounds.upper is None else self._number(bounds.upper, state)
            if z3.is_int_value(start) and 0 < start.as_long() < one.header:
                return View(self._front(one, node, state), start.as_long())
            return self._piece(one, start, stop, bits or one.bits, node, state)
        if not isinstance(one, Ref) or bits:
            raise Refused(f"cannot be cut: {ast.unparse(node)}")
        parts = one.name in state.pieces
        if z3.is_int_value(start) and start.as_long() >= 0 and bounds.upper is None and not parts:
            return View(one, start.as_long())
        return self._part(one, start, bounds.upper, node, state)

    def _some(self, scores: Scores, start: Term, upper: ast.expr | None, node: ast.AST, state: State) -> Scores:
        """The scores from ``start`` to before ``upper``, which are only read."""
        length = z3.Int(f"len({scores.name})")
        stop = length if upper is None else self._number(upper, state)
        self._owe("index", state, z3.And(start >= 0, start <= stop, stop <= length), ast.unparse(node))
        some = Scores(str(self.fresh(scores.name)))
        self._know(state, z3.Int(f"len({some.name})") == stop - start)
        return some

    def _part(self, table: Ref, start: Term, upper: ast.expr | None, node: ast.AST, state: State) -> Ref:
        """The table from ``start`` to before ``upper`` of one that goes by its parts from then on."""
        stop = self.length(table) if upper is None else self._number(upper, state)
        if table.name not in state.pieces:
            first = {piece.table.name: piece.cells for cut in state.pieces.values() for piece in cut}
            first |= state.old.heap if state.old is not None else {}
            if not self.cells(table, state).eq(first.get(table.name, state.heap[table.name])):
                raise Refused(f"cannot be cut, as it has been written to: {ast.unparse(node)}")
            del state.heap[table.name]
        bits = self.bits(table)
        if not bits:
            raise Refused(f"cannot be cut, as it may be of any width: {ast.unparse(node)}")
        return self._piece(Whole(table.name, bits, 0), start, stop, bits, node, state)

    def _front(self, array: Whole, node: ast.AST, state: State) -> Ref:
        """The header of an array."""
        if not array.header:
            raise Refused(f"{array.name} has no header")
        return self._piece(array, z3.IntVal(0), z3.IntVal(array.header), array.bits, node, state)

    def _score(self, node: ast.Subscript, state: State) -> Score:
        """A score from outside in fixed point: as a number of 32 bits it is any, but one that fits if it does."""
        array, place = self.found(node.value, state.names), self._number(node.slice, state)
        if not isinstance(array, Scores):
            raise Refused(f"cannot be followed: {ast.unparse(node)}")
        self._owe("index", state, z3.And(place >= 0, place < z3.Int(f"len({array.name})")), ast.unparse(node))
        score, limit = self._any_score(), self.theory.constants["LIMIT"]
        self._know(state, self._fits(score.number, *WIDTHS[32]))
        self._know(state, z3.Implies(score.fits, z3.And(-limit < score.number, score.number < limit)))
        self._know(state, z3.Implies(score.fits, score.is_number))
        return score

    def _any_score(self) -> Score:
        return Score(self.fresh("fits", BOOL), self.fresh("number"), self.fresh("is_number", BOOL))

    def _saturated(self, score: Score, state: State) -> Term:
        """A score as the nearest number of 32 bits but the least: what it is if it fits; of what is none, any."""
        limit, result = self.theory.constants["LIMIT"], self.fresh("saturated")
        self._know(state, self._fits(result, *WIDTHS[32]))
        self._know(state, z3.Implies(score.is_number, z3.And(-limit < result, result < limit)))
        self._know(state, z3.Implies(score.fits, result == score.number))
        return result

    def _indexed(self, node: ast.Subscript, state: State) -> tuple[Ref, Term]:
        """The table, and the place in it, that an index is about."""
        of_row = isinstance(self.found(node.value, state.names), Rows)
        if of_row or isinstance(node.value, ast.Subscript):
            node = _one_by_one(node)
            one = self._value(node.value, state)
        else:
            one = self.found(node.value, state.names)
        place = self._number(node.slice, state)
        if isinstance(one, Rows):
            raise Refused(f"a row is no number: {ast.unparse(node)}")
        if isinstance(one, Whole):
            return self._front(one, node, state), place
        if isinstance(one, View):
            self._owe("index", state, place >= 0, ast.unparse(node))
            return one.table, place + one.first
        if isinstance(node.value, ast.Subscript) and isinstance(node.value.slice, ast.Slice):
            raise Refused(f"cannot be followed: {ast.unparse(node)}")
        return self.table(node.value, state.names), place

    # LEMMAS

    def of_lemma(self, name: str) -> list[Condition]:
        """The conditions of one lemma: directly, or the base and the step of its induction.

        Raises:
            Refused: it rests on itself, or on what comes after it.
        """
        self.opaque = False
        try:
            return self._of_lemma(name)
        finally:
            self.opaque = True

    def _of_lemma(self, name: str) -> list[Condition]:
        lemma, names = self.theory.lemmas[name], [*self.theory.lemmas]
        for step in lemma.steps:
            used = step.partition("(")[0]
            if used in names and names.index(used) >= names.index(name):
                raise Refused(f"lemma {name} rests on {used}, which does not stand before it")
        self.conditions, self._about, self._statement, self._guard = [], f"lemma {name}", "", []
        self.name_anew()  # so that no lemma takes other steps where another comes before it
        state = self.variables(lemma)
        claim = self.spec(lemma.claim, state)
        if not lemma.by:
            self._hint(lemma.steps, state)
            self._owe("lemma", state, claim, "directly")
            return self.conditions
        at = state.names[lemma.by]
        first, further = state.copy(), state.copy()
        first.facts.append(at <= 0)
        self._hint(lemma.steps, first)
        self._owe("lemma", first, claim, "for 0")
        further.facts += [at >= 1, z3.substitute(claim, (at, at - 1))]
        self._hint(lemma.steps, further)
        self._owe("lemma", further, claim, "one further")
        return self.conditions

    # WHAT IS OWED, WHAT IS KNOWN

    def _owe(self, kind: str, state: State, goal: Term, text: str = "") -> None:
        if self._own is not None and text not in self._own:
            return  # the contract that this stands beside owes it
        goal = z3.BoolVal(goal) if isinstance(goal, bool) else goal
        is_known = self._shape(goal) in {self._shape(fact) for fact in state.facts}
        if not is_known and not z3.is_true(z3.simplify(goal)):
            at = f"{self._statement}: {text}" if self._statement and self._statement != text else text
            self.conditions.append(Condition(kind, f"{self._about}: {at}", [*state.facts, *self._guard], goal))

    def _shape(self, term: Term) -> int:
        """A number that a term shares with those that are the same but for the names of what they run through."""
        if (known := self._shapes.get(term.get_id())) is not None:
            return known[1]
        if z3.is_quantifier(term):
            sorts = (term.var_sort(i).name() for i in range(term.num_vars()))
            parts = ("all" if term.is_forall() else "any", *sorts, self._shape(term.body()))
        elif z3.is_var(term):
            parts = ("variable", z3.get_var_index(term))
        else:
            parts = (term.decl().get_id(), *map(self._shape, term.children()))
        shape = self._shape_numbers.setdefault(parts, len(self._shape_numbers))
        self._shapes[term.get_id()] = term, shape  # which keeps the term, and with it the number that it goes by
        return shape

    def _know(self, state: State, fact: Term) -> None:
        state.facts.append(z3.Implies(both(self._guard), fact) if self._guard else fact)

    def _hint(self, texts: Sequence[str], state: State) -> None:
        """Assume instances of lemmas; prove and then assume anything else."""
        for text in texts:
            node = ast.parse(text, mode="eval").body
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.theory.lemmas:
                lemma = self.theory.lemmas[node.func.id]
                self._know(state, self.spec(lemma.claim, self.handed(lemma.variables, node.args, state)))
            else:
                goal = self.spec(node, state)
                self._owe("claim", state, goal, text)
                self._know(state, goal)

    @staticmethod
    def _fits(value: Term, low: Any = INT64[0], high: Any = INT64[1]) -> Term:
        return z3.And(low <= value, value <= high)

    # EXPRESSIONS

    def _value(self, node: ast.expr, state: State) -> Any:
        """What an expression of a kernel is worth; notes what it owes."""
        match node:
            case ast.Constant():
                return self.spec(node, state)
            case ast.Name() | ast.Attribute():
                found = self.found(node, state.names)
                if isinstance(node, ast.Name) and node.id not in state.names:
                    if node.id not in self.theory.constants:
                        raise Refused(f"{node.id} may be read before anything is in it")
                    return self.spec(node, state)
                if found is None:
                    raise Refused(f"{ast.unparse(node)} is not known")
                return found
            case ast.Subscript(slice=ast.Slice(step=None)):
                return self._sliced(node, state)
            case ast.Subscript(value=ast.Name(id=rows)) if isinstance(state.names.get(rows), Rows):
                nested = _one_by_one(node)
                if nested is not node:
                    return self._value(nested, state)
                return self.row(rows, self._number(node.slice, state), state)
            case ast.Call(
                func=ast.Attribute(value=ast.Subscript(slice=ast.Slice()) as part, attr="view"), args=[kind]
            ) if ast.unparse(kind) in ("np.int32", "np.int8"):
                return self._sliced(part, state, int(ast.unparse(kind)[6:]))
            case ast.Subscript():
                table, place = self._indexed(node, state)
                self._owe("index", state, z3.And(place >= 0, place < self.length(table)), ast.unparse(node))
                cell = read(self.cells(table, state), place)
                self._know(state, self._fits(cell, *self.width(table)))
                return cell
            case ast.UnaryOp(op=ast.USub()):
                return self._ranged(-self._number(node.operand, state), node, state)
            case ast.UnaryOp(op=ast.Not()):
                return z3.Not(self._truth(node.operand, state))
            case ast.BinOp():
                left, right = self._number(node.left, state), self._number(node.right, state)
                return self._binary(node.op, left, right, node, state)
            case ast.BoolOp():
                return self._all_or_any(node, state)
            case ast.IfExp():
                return self._either(node, state)
            case ast.Compare(comparators=[ast.Name() as score, _]) if isinstance(self.found(score, state.names), Score):
                if ast.unparse(node) != f"-LIMIT < {score.id} < LIMIT":
                    raise Refused(f"cannot be followed: {ast.unparse(node)}")
                return self.found(score, state.names).fits
            case ast.Compare(left=ast.Name() as score) if isinstance(self.found(score, state.names), Score):
                if ast.unparse(node) != f"{score.id} == {score.id}":
                    raise Refused(f"cannot be followed: {ast.unparse(node)}")
                return self.found(score, state.names).is_number
            case ast.Compare():
                return compared(node, [self._number(part, state) for part in [node.left, *node.comparators]])
            case ast.Call(keywords=[]):
                return self._call(node, state)
        raise Refused(f"cannot be followed: {ast.unparse(node)}")

    def _number(self, node: ast.expr, state: State) -> Term:
        value = self._value(node, state)
        if isinstance(value, OTHERS):
            raise Refused(f"{ast.unparse(node)} is no number")
        return z3.If(value, 1, 0) if z3.is_bool(value) else value

    def _truth(self, node: ast.expr, state: State) -> Term:
        value = self._value(node, state)
        if isinstance(value, OTHERS):
            raise Refused(f"{ast.unparse(node)} is no truth value")
        return value if z3.is_bool(value) else value != 0

    def _all_or_any(self, node: ast.BoolOp, state: State) -> Term:
        parts, depth = [], len(self._guard)
        for part in node.values:
            before = dict(state.heap)
            parts.append(self._truth(part, state))
            self._only_if(self._guard[depth:], before, state)
            self._guard.append(parts[-1] if isinstance(node.op, ast.And) else z3.Not(parts[-1]))
        del self._guard[depth:]
        return z3.And(*parts) if isinstance(node.op, ast.And) else z3.Or(*parts)

    def _only_if(self, guards: Sequence[Term], before: Mapping[str, Term], state: State) -> None:
        """What was written to in a part of a condition has changed only where that part was looked at."""
        if guards and before.keys() - state.heap.keys():
            raise Refused("in a part of a condition a table is cut into parts")
        for name, cells in before.items() if guards else ():
            if not state.heap[name].eq(cells):
                changed, state.heap[name] = state.heap[name], self.fresh(name, TABLE)
                state.facts.append(z3.Implies(both(guards), state.heap[name] == changed))
                state.facts.append(z3.Implies(z3.Not(both(guards)), state.heap[name] == cells))

    def _either(self, node: ast.IfExp, state: State) -> Term:
        test = self._truth(node.test, state)
        sides = []
        for guard, side in ((test, node.body), (z3.Not(test), node.orelse)):
            before = dict(state.heap)
            self._guard.append(guard)
            sides.append(self._number(side, state))
            self._guard.pop()
            self._only_if([guard], before, state)
        return z3.If(test, *sides)

    def _binary(self, op: ast.operator, left: Term, right: Term, node: ast.AST, state: State) -> Term:
        if isinstance(op, ast.FloorDiv | ast.Mod):
            self._owe("division", state, right > 0, ast.unparse(node))
        if isinstance(op, ast.RShift) and not z3.is_int_value(z3.simplify(right)):
            return self._shifted(left, right, node, state)
        if (
            isinstance(op, ast.LShift)
            and z3.simplify(left).eq(z3.IntVal(1))
            and not z3.is_int_value(z3.simplify(right))
        ):
            self._owe("range", state, self._fits(right, 0, 62), f"{ast.unparse(node)}, by how much")
            return self.theory.functions["power"](right)
        if isinstance(op, ast.BitOr):
            return self._either_bit(left, right, state)
        if isinstance(op, ast.BitAnd) and not z3.is_int_value(z3.simplify(right)):
            return self._masked(left, right, state)
        return self._ranged(self.arithmetic(op, left, right), node, state)

    def _shifted(self, left: Term, right: Term, node: ast.AST, state: State) -> Term:
        """A shift by an unknown: of the result is known that it is no farther from 0, or from -1, on the same side."""
        self._owe("range", state, self._fits(right, 0, 62), f"{ast.unparse(node)}, by how much")
        result = self.fresh("shifted")
        self._know(state, z3.If(left >= 0, self._fits(result, 0, left), self._fits(result, left, -1)))
        if "power" in self.theory.functions:
            by = self.theory.functions["power"](right)
            self._know(state, result == self.arithmetic(ast.FloorDiv(), left, by))
        return result

    def _either_bit(self, left: Term, right: Term, state: State) -> Term:
        """The bits that one of two unknowns has: no fewer than either of them, and no more than both, if neither is
        negative."""
        result = self.fresh("bits")
        neither = z3.And(left >= 0, right >= 0)
        self._know(state, z3.Implies(neither, z3.And(result >= left, result >= right, result <= left + right)))
        self._know(state, self._fits(result))
        return result

    def _masked(self, left: Term, right: Term, state: State) -> Term:
        """The bits that two unknowns have in common: none that a number has not which is not negative."""
        result = self.fresh("masked")
        for side in (left, right):
            self._know(state, z3.Implies(side >= 0, self._fits(result, 0, side)))
        self._know(state, self._fits(result))
        if "is_power" in self.theory.functions:
            rest = self.arithmetic(ast.Mod(), left, right + 1)
            self._know(state, z3.Implies(self.theory.functions["is_power"](right + 1), result == rest))
        return result

    def _float_bits(self, one: ast.expr, node: ast.AST, state: State) -> Term:
        """The bits of a float64 that is a number from 1 to below 2**53: exact, its exponent from 0 to 52."""
        self._owe("range", state, self._fits(self._number(one, state), 1, 2**53 - 1), ast.unparse(node))
        result = self.fresh("bits")
        self._know(state, self._fits(result, 1023 * 2**52, (1023 + 53) * 2**52 - 1))
        return result

    def _ranged(self, value: Term, node: ast.AST, state: State) -> Term:
        self._owe("range", state, self._fits(value), ast.unparse(node))
        return value

    def _call(self, node: ast.Call, state: State) -> Any:
        match node:
            case ast.Call(func=ast.Name(id="fixed_point"), args=[ast.Subscript() as one]):
                return self._score(one, state)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="right_shift"), args=[one, by]):
                shift = ast.copy_location(ast.BinOp(one, ast.RShift(), by), node)
                return self._shifted(self._number(one, state), self._number(by, state), shift, state)
            case ast.Call(args=[ast.Call(args=[ast.Call(args=[ast.Call(args=[ast.Name() as one]), _]), _])]) if (
                ast.unparse(node) == f"np.int32(min(max(np.float64({one.id}), -LARGEST), LARGEST))"
                and isinstance(score := self.found(one, state.names), Score)
            ):
                return self._saturated(score, state)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="int8" | "int32" as name), args=[one]):
                value = self._value(one, state)
                if isinstance(value, Score) and name == "int32":
                    return value.number
                value = self._number(one, state)
                self._owe("range", state, self._fits(value, *WIDTHS[int(name[3:])]), ast.unparse(node))
                return value
            case ast.Call(func=ast.Name(id="int" | "bool" as name), args=[one]):
                return self._truth(one, state) if name == "bool" else self._number(one, state)
            case ast.Call(func=ast.Attribute(value=ast.Call(func=function, args=[one]), attr="view"), args=[kind]) if (
                ast.unparse(function),
                ast.unparse(kind),
            ) == ("np.float64", "np.int64"):
                return self._float_bits(one, node, state)
            case ast.Call(func=ast.Name(id="len"), args=[one]):
                if isinstance(one, ast.Subscript):
                    self._value(one, state)
                whole = self.found(one, state.names)
                if isinstance(whole, Whole | Scores | Rows):
                    return z3.Int(f"len({whole.name})")
                return self.length(self.table(one, state.names))
            case ast.Call(func=ast.Name(id="let_go"), args=[one]):  # what it returns is told nobody but `take_back`
                self._number(one, state)
                held = self.fresh("held")
                self._know(state, self._fits(held, 0))
                return held
            case ast.Call(func=ast.Name(id="take_back"), args=[one]):
                self._number(one, state)
                return None
            case ast.Call(func=ast.Name(id="abs"), args=[one]):
                value = self._number(one, state)
                return self._ranged(z3.If(value < 0, -value, value), node, state)
            case ast.Call(func=ast.Name(id="min" | "max" as name), args=[first, *others]):
                result = self._number(first, state)
                for one in others:
                    other = self._number(one, state)
                    result = z3.If(result < other if name == "min" else result > other, result, other)
                return result
            case ast.Call(func=ast.Name(id=name), args=args) if name in self.theory.kernels:
                if self._hands_over(node):
                    raise Refused(f"what {name} returns has no name: {ast.unparse(node)}")
                return self._kernel(name, args, state)
            case ast.Call(func=ast.Name(id=name), args=args) if name in self.theory.tuples:
                return Bundle(
                    {part: self._value(arg, state) for part, arg in zip(self.theory.tuples[name], args, strict=True)}
                )
        raise Refused(f"cannot be followed: {ast.unparse(node)}")

    def _kernel(self, name: str, args: Sequence[ast.expr], state: State) -> Any:
        """A call: a kernel without a contract that only computes is looked into, any other is its contract."""
        given = self._given(name, args, state)
        if name not in self.theory.contracts or self.theory.contracts[name].seen_through:
            return self._looked_into(self.theory.kernels[name], replace(state, names=given))
        given = {param: self._by_name(param, value, state) for param, value in given.items()}
        contract = self.theory.contracts.get(f"{name}/{self._contract.part}", self.theory.contracts[name])
        self._share_header(given, state)
        given |= self._cut(contract, given, state)
        shared = self._shared(name, given)
        if shared:
            contract = self.theory.contracts.get(f"{name}/same", contract)
            if {*contract.same} != shared:
                raise Refused(f"{name} is given one table as {' and as '.join(sorted(shared))}, and writes to it")
        self._widths(contract, given)
        before = State(given, dict(state.heap), state.facts)
        before.old = before
        for text in contract.needs:
            self._owe("needs", state, self.spec(text, before), f"{name} needs {text}")
        after = State(dict(given), state.heap, state.facts, old=State(dict(given), dict(state.heap)))
        for text in contract.writes:
            table = self.table(ast.parse(text, mode="eval").body, given)
            self.cells(table, state)
            state.heap[table.name] = self.fresh(table.name, TABLE)
            state.facts += self.typed(table, state.heap[table.name])
        returns = self.theory.kernels[name].returns
        if returns is None or ast.unparse(returns) == "None":
            result = None
        else:
            result = after.names["result"] = self._returned(name, ast.unparse(returns), contract.truth, state)
        for text in contract.gives:
            self._know(state, self.spec(text, after))
        return result

    def _given(self, name: str, args: Sequence[ast.expr], state: State) -> dict[str, Any]:
        """What a kernel is given, by its parameters."""
        types = types_of(self.theory.kernels[name])
        given: dict[str, Any] = {}
        for (param, kind), arg in zip(types.items(), args, strict=True):
            value = self._value(arg, state)
            if isinstance(value, Whole) and kind in ("Ints", "Table"):
                ends = z3.IntVal(0), z3.Int(f"len({value.name})")
                value = (
                    self._front(value, arg, state)
                    if value.header
                    else self._piece(value, *ends, value.bits, arg, state)
                )
            if isinstance(value, Scores) and kind.startswith("NDArray[np.generic]"):
                given[param] = value
                continue
            if isinstance(value, Whole) != (kind in ARRAYS) or isinstance(value, Rows | View | Scores | Score):
                raise Refused(f"{ast.unparse(arg)} is not what {name} takes as {param}")
            if isinstance(value, Ref | Bundle | Whole) != (kind not in ("int", "bool")):
                raise Refused(f"{ast.unparse(arg)} is not what {name} takes as {param}")
            given[param] = value
        arrays = [value.name for value in given.values() if isinstance(value, Whole)]
        if len({*arrays}) < len(arrays):
            raise Refused(f"{name} is given one array as two")
        return given

    def _returned(self, name: str, kind: str, truth: bool, state: State) -> Any:
        """What a kernel returns: a truth value, a number, or a tuple of numbers that nothing more is known of."""
        if kind in self.theory.tuples:
            fields = self.theory.tuples[kind].items()
            return Bundle({part: self._returned(part, its, its == "bool", state) for part, its in fields})
        if kind not in ("int", "bool", "Any"):
            raise Refused(f"{name} returns {kind}, which is more than numbers")
        result = self.fresh(name, BOOL if truth else INT)
        if not truth:
            self._know(state, self._fits(result))
        return result

    def _by_name(self, param: str, value: Any, state: State) -> Any:
        """An argument by a name of its own where it holds an ``if``, by which Z3 cannot find what is told of a call."""
        if isinstance(value, Ref | Bundle | Whole | Scores) or not holds_if(value):
            return value
        named = self.fresh(param, value.sort())
        state.facts.append(named == value)
        return named

    def _widths(self, contract: Contract, given: Mapping[str, Any]) -> None:
        """Tables are as wide as a contract takes them to be, or narrower and only read; or nobody looks at them."""
        touched = self.touched(contract.kernel)
        for path, table in _tables(given):
            if not _among(path, touched):
                continue
            formal = self.theory.bits.get(path[-1], 64)
            if {path[-1], ".".join(path)} & {*contract.any_width}:
                continue
            wrote = any(self.table(ast.parse(text, mode="eval").body, given) == table for text in contract.writes)
            actual = self.bits(table)
            if actual != formal and (wrote or not 0 < actual < formal):
                raise Refused(
                    f"{contract.kernel} takes {'.'.join(path)} as a table of {formal} bits, and is given one of "
                    f"{actual or 'any number of'}"
                )

    def _looked_into(self, kernel: ast.FunctionDef, inner: State) -> Any:
        """What a kernel that only computes is worth."""
        depth = len(self._guard)
        heap: dict[str, Term] | None = None
        result: Any = None
        otherwise: list[tuple[Term, Any]] = []
        for statement in kernel.body:
            match statement:
                case ast.Expr(value=ast.Constant()):
                    pass
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    inner.names[name] = self._value(value, inner)
                case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]):
                    holds = self._truth(test, inner)
                    heap = heap or dict(inner.heap)
                    self._guard.append(holds)
                    otherwise.append((holds, self._value(value, inner)))
                    self._guard[-1] = z3.Not(holds)
                case ast.Return(value=ast.expr() as value):
                    result = self._value(value, inner)
                case _:
                    raise Refused(f"{kernel.name} has no contract")
        del self._guard[depth:]
        if result is None or (
            heap is not None and any(name not in inner.heap or not inner.heap[name].eq(heap[name]) for name in heap)
        ):
            raise Refused(f"{kernel.name} has no contract")
        for holds, value in reversed(otherwise):
            result = z3.If(holds, value, result)
        return result

    def _hands_over(self, node: ast.expr) -> str:
        """The kernel that is called for one table or another, as its ways part; empty if none is."""
        match node:
            case ast.Call(func=ast.Name(id=name)) if kernel := self.theory.kernels.get(name):
                contract, returns = self.theory.contracts.get(name), kernel.returns
                apart = any(isinstance(one, ast.If) for one in kernel.body) and (not contract or contract.seen_through)
                return name if apart and returns and ast.unparse(returns) in self.theory.tuples else ""
        return ""

    def _ways_through(self, name: str, args: Sequence[ast.expr], state: State) -> Iterator[tuple[State, Any]]:
        """The ways through a kernel that is seen through, each with what it returns."""
        kernel, contract = self.theory.kernels[name], self.theory.contracts.get(name, Contract(name))
        if loops_of(kernel):
            raise Refused(f"{name} has loops, so it cannot be seen through")
        inner = state.copy()
        inner.names, inner.entry, inner.prior = self._given(name, args, inner), None, None
        inner.old = inner.copy()
        outer = self._contract, self._about, self._statement, self._used
        self._contract, self._about, self._used = contract, f"{self._about}, in {name}", set()
        ways = [*self._block(kernel.body, inner)]
        self._contract, self._about, self._statement, self._used = outer
        for kind, end, value in ways:
            if kind != "return" or not isinstance(value, Bundle):
                raise Refused(f"{name} does not always return a tuple of tables")
            yield replace(end, names=dict(state.names), old=state.old, entry=state.entry, prior=state.prior), value

    # WHICH TABLES A KERNEL TOUCHES

    def _shared(self, name: str, given: Mapping[str, Any]) -> set[str]:
        """The parameters that are given one table, where the kernel touches it by both and writes to it."""
        contract, touched = self.theory.contracts[name], self.touched(name)
        by_table: dict[str, list[tuple[str, ...]]] = {}
        for path, table in _tables(given):
            if _among(path, touched):
                by_table.setdefault(table.name, []).append(path)
        written = {self.table(ast.parse(text, mode="eval").body, given).name for text in contract.writes}
        for shared, paths in by_table.items():
            if len(paths) > 1 and shared in written:
                return {".".join(path) for path in paths}
        return set()

    def touched(self, name: str) -> set[tuple[str, ...]]:
        """The tables that a kernel, or a line of its contract, reads or writes, as paths from its parameters."""
        if name not in self._touched:
            self._touched[name] = set()  # kernels do not call themselves
            kernel = self.theory.kernels.get(name) or self.theory.words[name]
            found = self._touched_in(kernel.body, kernel)
            if contract := self.theory.contracts.get(name):
                texts = [*contract.needs, *contract.gives]
                texts += [text for one in contract.loops.values() for text in (*one.keeps, one.falls) if text]
                found |= self._touched_in([ast.parse(text).body[0] for text in texts], kernel)
            self._touched[name] = {self._path_of_shared(path, types_of(kernel)) for path in found}
        return self._touched[name]

    def _path_of_shared(self, path: tuple[str, ...], types: Mapping[str, str]) -> tuple[str, ...]:
        """The path of a table, or of that which a tuple in a tuple shares with it."""
        outer = self.theory.tuples.get(types[path[0]], {})
        return (path[0], path[-1]) if len(path) == 3 and path[-1] in outer else path

    def _touched_in(self, body: Sequence[ast.stmt], kernel: ast.FunctionDef) -> set[tuple[str, ...]]:
        types = types_of(kernel)
        aliases: dict[str, tuple[str, ...]] = {name: (name,) for name in types}
        for name, kind in types.items():
            for part in self.theory.tuples.get(kind, ()):
                aliases.setdefault(part, (name, part))
        for node in [part for statement in kernel.body for part in ast.walk(statement)]:
            for target, value in _assigned(node):
                path = _path(value, aliases)
                if path is not None and isinstance(value, ast.Attribute):
                    if aliases.get(target, path) != path and target in types:
                        raise Refused(f"{target} stands for two tables")
                    aliases[target] = path
        found: set[tuple[str, ...]] = set()

        def visit(node: ast.AST) -> None:
            match node:
                case ast.Call(func=ast.Name(id="len")):
                    return
                case ast.Assign() if pairs := [*_assigned(node)]:
                    for _, value in pairs:
                        if not isinstance(value, ast.Attribute):  # else it is an alias
                            visit(value)
                case ast.Call(func=ast.Name(id=callee), args=args) if callee in self.theory.kernels or (
                    callee in self.theory.words and callee not in self.theory.ghosts
                ):
                    function = self.theory.kernels.get(callee) or self.theory.words[callee]
                    inner = self.touched(callee)
                    for param, arg in zip(types_of(function), args, strict=False):
                        path = _path(arg, aliases)
                        if path is None and (parts := self._parts_of(arg, aliases)):
                            mine = [rest[1:] for rest in inner if rest[0] == param]
                            found.update(parts[field] for rest in mine for field in rest or parts)
                        elif path is None:
                            visit(arg)
                        else:
                            found.update(path + rest[1:] for rest in inner if rest[0] == param)
                case ast.Name() | ast.Attribute():
                    if (path := _path(node, aliases)) is not None:
                        found.add(path)
                case _:
                    for child in ast.iter_child_nodes(node):
                        visit(child)

        for statement in body:
            visit(statement)
        return found

    def _parts_of(self, node: ast.AST, aliases: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The paths of the tables that a kernel puts into a tuple, which it does nothing else than to return."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in self.theory.kernels:
                kernel = self.theory.kernels[name]
                match kernel.body[-1]:
                    case ast.Return(value=ast.Call(func=ast.Name(id=kind), args=parts)) if (
                        kind in self.theory.tuples and all(isinstance(one, ast.Expr) for one in kernel.body[:-1])
                    ):
                        given = zip(types_of(kernel), [_path(arg, aliases) for arg in args], strict=True)
                        paths = {param: path for param, path in given if path is not None}
                        fields = zip(self.theory.tuples[kind], [_path(part, paths) for part in parts], strict=True)
                        found = {field: path for field, path in fields if path is not None}
                        return found if len(found) == len(parts) else {}
        return {}

    # STATEMENTS

    def _block(self, body: Sequence[ast.stmt], state: State) -> Iterator[Way]:
        """The ways through some statements."""
        if not body:
            yield "next", state, None
            return
        prior = state.copy()
        prior.prior = None
        for kind, after, value in self._step(body[0], state):
            if kind == "next":
                after.prior = prior
                yield from self._block(body[1:], after)
            else:
                yield kind, after, value

    def _step(self, node: ast.stmt, state: State) -> Iterator[Way]:
        text = ast.unparse(node)
        self._statement = text.partition("\n")[0].rstrip(":")
        for beginning, hints in self._contract.before.items():
            if text.startswith(beginning):
                self._used.add(beginning)
                self._hint(hints, state)
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                yield "next", state, None
            case ast.Expr(value=call):
                self._value(call, state)
                yield "next", state, None
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=parts)) if len(targets) == len(
                parts
            ):
                values = [self._value(part, state) for part in parts]
                for target, value in zip(targets, values, strict=True):
                    self._assign(target, value, state)
                yield "next", state, None
            case ast.Assign(targets=[target], value=ast.IfExp(test=test, body=one, orelse=other)) if (
                self._hands_over(one) or self._hands_over(other)
            ):
                here, there = (ast.Assign([target], side, lineno=node.lineno) for side in (one, other))
                yield from self._if(ast.If(test, [here], [there]), state)
            case ast.Assign(targets=[target], value=ast.Call(args=args) as call) if name := self._hands_over(call):
                for after, value in self._ways_through(name, args, state):
                    self._assign(target, value, after)
                    yield "next", after, None
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self._value(value, state), state)
                yield "next", state, None
            case ast.AugAssign(target=target, op=op, value=value):
                left = self._value(ast.parse(ast.unparse(target), mode="eval").body, state)
                self._assign(target, self._binary(op, left, self._number(value, state), node, state), state)
                yield "next", state, None
            case ast.Return(value=value):
                yield "return", state, None if value is None else self._value(value, state)
            case ast.Break():
                yield "break", state, None
            case ast.Continue():
                yield "continue", state, None
            case ast.If():
                yield from self._if(node, state)
            case ast.For() | ast.While():
                yield from self._loop(node, state)
            case _:
                raise Refused(f"cannot be followed: {text}")

    def _if(self, node: ast.If, state: State) -> Iterator[Way]:
        holds = self._truth(node.test, state)
        other = state.copy()
        known = len(state.facts)
        state.facts.append(holds)
        other.facts.append(z3.Not(holds))
        ways = [[*self._block(node.body, state)], [*self._block(node.orelse, other)]]
        on = [[after for kind, after, _ in side if kind == "next"] for side in ways]
        if self._contract.joins and [len(side) for side in on] == [1, 1]:
            yield from (way for side in ways for way in side if way[0] != "next")
            yield "next", self._joined(holds, known, on[0][0], on[1][0]), None
        else:
            yield from itertools.chain(*ways)

    def _joined(self, holds: Term, known: int, one: State, other: State) -> State:
        """Two paths as one again: what differs gets a name that is one or the other."""
        for here, there in ((one, other), (other, one)):  # what only one of them has cut out of an array
            for name, cut in there.pieces.items():
                own = here.pieces.setdefault(name, [])
                for piece in cut:
                    if piece.table not in [its.table for its in own]:
                        own.append(piece)
                        here.heap[piece.table.name] = piece.cells
        if one.heap.keys() != other.heap.keys():
            raise Refused("on one side only a table is cut into parts")
        result = one.copy()
        result.facts = one.facts[:known]
        result.names = {name: one.names[name] for name in one.names if name in other.names}
        sides = (holds, one), (z3.Not(holds), other)
        for guard, side in sides:
            result.facts += [z3.Implies(guard, fact) for fact in side.facts[known + 1 :]]
        for name in sorted(result.names):
            a, b = one.names[name], other.names[name]
            if isinstance(a, OTHERS | Row) or isinstance(b, OTHERS | Row):
                if a != b:
                    raise Refused(f"{name} stands for one table or another")
            elif not a.eq(b):
                result.names[name] = self.fresh(name, a.sort())
                result.facts += [z3.Implies(guard, result.names[name] == side.names[name]) for guard, side in sides]
        for name in one.heap:
            if not one.heap[name].eq(other.heap[name]):
                result.heap[name] = self.fresh(name, TABLE)
                result.facts += [z3.Implies(guard, result.heap[name] == side.heap[name]) for guard, side in sides]
        return result

    def _assign(self, target: ast.expr, value: Any, state: State) -> None:
        if isinstance(target, ast.Name):
            if value is None:
                raise Refused(f"{target.id} is what returns nothing")
            state.names[target.id] = value
            return
        if not isinstance(target, ast.Subscript) or isinstance(value, OTHERS):
            raise Refused(f"cannot be written to: {ast.unparse(target)}")
        table, place = self._indexed(target, state)
        value = z3.If(value, 1, 0) if z3.is_bool(value) else value
        self._owe("index", state, z3.And(place >= 0, place < self.length(table)), ast.unparse(target))
        self._owe("range", state, self._fits(value, *self.width(table)), f"into {ast.unparse(target)}")
        cells = self.cells(table, state)
        state.heap[table.name] = WITH(cells, self._simple(place, state), self._simple(value, state))

    def _simple(self, value: Term, state: State) -> Term:
        """A name for what is not one: solvers find nothing by terms with an ``if`` in them."""
        value = z3.simplify(value)
        if z3.is_int_value(value) or z3.is_const(value):
            return value
        name = self.fresh("stored")
        state.facts.append(name == value)
        return name

    # LOOPS

    def _changed(self, parts: Sequence[ast.AST], state: State) -> tuple[set[str], set[str]]:
        """Variables and tables that these may change."""
        names: set[str] = set()
        tables: set[str] = set()
        nodes = [*itertools.chain.from_iterable(map(ast.walk, parts))]
        known = {**self._put_together(nodes, state), **state.names}
        for node in nodes:
            match node:
                case ast.Name(id=name, ctx=ast.Store()):
                    names.add(name)
                case ast.Subscript(value=one, ctx=ast.Store()):
                    whole = self.found(one, state.names)
                    tables.add(
                        (
                            self._front(whole, one, state) if isinstance(whole, Whole) else self.table(one, state.names)
                        ).name
                    )
                case ast.Call(func=ast.Name(id=name), args=args) if name in self.theory.contracts:
                    given = dict(zip(types_of(self.theory.kernels[name]), args, strict=True))
                    handed = {param: self.found(arg, known) for param, arg in given.items()}
                    handed |= self._cut(self.theory.contracts[name], handed, state)
                    for text in self.theory.contracts[name].writes:
                        tables.add(self.table(ast.parse(text, mode="eval").body, handed).name)
        for name in names:
            value = state.names.get(name)
            if isinstance(value, Ref | Whole | View | Scores) or (
                isinstance(value, Bundle) and not _is_of_numbers(value)
            ):
                raise Refused(f"{name} is another table in each turn")
        return names, tables

    def _put_together(self, nodes: Sequence[ast.AST], state: State) -> dict[str, Any]:
        """The tuples that are put together on the way, by name, as far as their tables are known before."""
        found: dict[str, Bundle] = {}
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=kind), args=args)) if (
                    kind in self.theory.tuples
                ):
                    fields = zip(self.theory.tuples[kind], args, strict=True)
                    made = Bundle({part: self.found(arg, state.names) for part, arg in fields})
                    if found.setdefault(name, made) != made:
                        raise Refused(f"{name} is put together in two ways")
        return found

    def _loop(self, node: ast.For | ast.While, state: State) -> Iterator[Way]:
        known, text = self._loops[id(node)], self._statement
        if known.rows:
            yield from self._loop_of_rows(node, state)
            return
        counter = _Counter.of(node, self, state) if isinstance(node, ast.For) else None
        if counter is not None:
            state.names[counter.name] = counter.start
        outer = state.entry
        state.entry = state.copy()
        for line in known.keeps:
            self._owe("enter", state, self.spec(line, state), line)
        names, tables = self._changed([*node.body, *([node.test] if isinstance(node, ast.While) else [])], state)
        if counter is not None and counter.name in names:
            raise Refused(f"{text} writes to its own variable")
        top = state.copy()
        for table in sorted(tables):
            top.heap[table] = self.fresh(table, TABLE)
            top.facts += self.typed(Ref(table), top.heap[table])
        for name in sorted(names | ({counter.name} if counter else set())):
            if name in top.names:
                top.names[name] = self._anything(name, top.names[name], top)
        if counter is not None:
            top.facts += counter.known(top.names[counter.name])
        top.facts += [self.spec(line, top) for line in known.keeps]
        self._statement = text
        if isinstance(node, ast.While):
            going = self._truth(node.test, top)
        else:
            assert counter is not None
            going = counter.goes_on(top.names[counter.name])
        body, after = top.copy(), top.copy()
        body.facts.append(going)
        after.facts.append(z3.Not(going))
        self.covers.append((f"{self._about}: {text}", list(body.facts)))
        measure = self._measure(known.falls, body)
        self._hint(known.opens, body)
        for kind, end, value in self._block(node.body, body):
            if kind in ("next", "continue"):
                if counter is not None:
                    end.names[counter.name] = top.names[counter.name] + counter.step
                end.entry, self._statement = state.entry, text
                self._hint(known.closes, end)
                for line in known.keeps:
                    self._owe("keep", end, self.spec(line, end), line)
                if counter is None:
                    self._owe("ends", end, _falls(measure, self._measure(known.falls, end)), known.falls)
            else:
                end.entry = outer
                yield ("next" if kind == "break" else kind), end, value
        if z3.is_true(z3.simplify(going)):
            return  # it ends by a break or a return only
        after.entry = outer
        if counter is not None:  # it is not what it was in the last turn, and there may have been none
            del after.names[counter.name]
        for name in names - state.names.keys():
            after.names.pop(name, None)
        yield "next", after, None

    def _loop_of_rows(self, node: ast.For | ast.While, state: State) -> Iterator[Way]:
        """A loop each turn of which has rows for itself.

        As no other turn has them, they are in each turn what they were when the kernel was called, of which what the
        contract needs of them is known. Nothing else is written to, so that nothing else has to be kept.
        """
        known, text = self._loops[id(node)], self._statement
        counter = _Counter.of(node, self, state) if isinstance(node, ast.For) else None
        if counter is None or not (counter.start.eq(z3.IntVal(0)) and z3.simplify(counter.step).eq(z3.IntVal(1))):
            raise Refused("rows are those of a loop that counts them")
        if state.entry is not None or sum(bool(one.rows) for one in self._contract.loops.values()) > 1:
            raise Refused("turns have rows for themselves in one loop, which no other is around")
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        if any(isinstance(state.names.get(name), OTHERS) for name in names):
            raise Refused("a variable is another table in each turn")
        assert state.old is not None
        if any(not cells.eq(state.heap.get(table, cells)) for table, cells in state.old.heap.items()):
            raise Refused("something has been written to before a loop each turn of which has rows for itself")
        top = state.copy()
        for name in sorted(names & state.names.keys()):
            top.names[name] = self._anything(name, top.names[name], top)
        top.names[counter.name] = self._anything(counter.name, counter.start, top)
        top.facts += counter.known(top.names[counter.name])
        going = counter.goes_on(top.names[counter.name])
        body, after = top.copy(), top.copy()
        body.facts.append(going)
        after.facts.append(z3.Not(going))
        self._take_rows(known, counter, body)
        mine = {name: body.heap[name] for name in body.heap.keys() - top.heap.keys()}
        for name in known.anew:
            array = body.names.get(name)
            if not isinstance(array, Whole) or state.pieces.get(array.name):
                raise Refused(f"{name} is no array of which nothing is known")
        body.old = body.copy()
        self.covers.append((f"{self._about}: {text}", list(body.facts)))
        self._hint(known.opens, body)
        for kind, end, _ in self._block(node.body, body):
            if kind not in ("next", "continue"):
                raise Refused("a turn that has rows for itself ends by a return or a break")
            self._statement = text
            self._hint(known.closes, end)
            self._only_rows(known, top, body, end, mine)
            for line in known.gives:
                self._owe("gives", end, self.spec(line, end), line)
        for name in (names - state.names.keys()) | {counter.name}:
            after.names.pop(name, None)
        yield "next", after, None

    def _take_rows(self, known: Loop, counter: _Counter, body: State) -> None:
        """Give a turn the rows that it has for itself, as its kernel was given them, of which only parameters tell."""
        assert body.old is not None
        told = replace(body, names={**body.old.names, counter.name: body.names[counter.name]})
        made = len(self.conditions)
        for name, text in known.rows.items():
            rows, index = told.names.get(name), ast.parse(text, mode="eval").body
            named = isinstance(index, ast.Subscript) and isinstance(told.names.get(ast.unparse(index.value)), Rows)
            if not isinstance(rows, Rows) or not (named or text == counter.name):
                raise Refused(f"no row that a turn can have for itself: {name}[{text}]")
            which = self._number(index, told)
            self._owe("index", told, z3.And(which >= 0, which < z3.Int(f"len({rows.name})")), f"{name}[{text}]")
            row = self._unknown(str(self.fresh(f"{rows.name}[]")), rows.kind, told)
            told.names[f"{name}[]"] = body.names[f"{name}[]"] = Row(which, row)
        cut = self._cut(Contract("", cuts=known.cuts), told.names, told)
        told.names |= cut
        body.names |= cut
        needed = [self.spec(line, told) for line in known.needs]
        taking = [replace(one, facts=[*one.facts, *needed]) for one in self.conditions[made:]]
        self.conditions = [*self.conditions[:made], *taking]
        body.facts += needed

    def _only_rows(self, known: Loop, top: State, body: State, end: State, mine: Mapping[str, Term]) -> None:
        """Refuse a turn that writes to what is not its own, or to what its contract does not say.

        Raises:
            Refused: it does.
        """
        anew = _within({body.names[name].name for name in known.anew}, end)
        rows = [row.value.name for row in body.names.values() if isinstance(row, Row)]
        own = _within({*rows, *mine}, end)
        written = {self.table(ast.parse(text, mode="eval").body, end.names).name for text in known.writes}
        begun = {piece.table.name: piece.cells for cut in end.pieces.values() for piece in cut}
        for table, cells in {**begun, **mine, **top.heap}.items():
            if table in anew or table not in end.heap or end.heap[table].eq(cells):
                continue
            if table not in own or table not in written:
                raise Refused(f"a turn writes to {table.rpartition('.')[2]}, which its contract does not say")

    def _anything(self, name: str, value: Any, state: State) -> Any:
        """What a variable may be after any number of turns: of the same kind, a tuple field by field."""
        if isinstance(value, Score):
            return self._any_score()  # it is another in each turn, and read in none
        if isinstance(value, Bundle):
            return Bundle({part: self._anything(part, its, state) for part, its in value.fields.items()})
        truth = z3.is_bool(value)
        result = self.fresh(name, BOOL if truth else INT)
        state.facts += [] if truth else [self._fits(result)]
        return result

    def _measure(self, text: str, state: State) -> list[Term]:
        if not text:
            return []
        node = ast.parse(text, mode="eval").body
        return [self.spec(part, state) for part in (node.elts if isinstance(node, ast.Tuple) else [node])]


def _one_by_one(node: ast.Subscript) -> ast.Subscript:
    """``rows[i, j]`` as ``rows[i][j]``."""
    if not isinstance(node.slice, ast.Tuple):
        return node
    if len(node.slice.elts) != 2 or not isinstance(node.value, ast.Name):
        raise Refused(f"cannot be followed: {ast.unparse(node)}")
    one, other = node.slice.elts
    return ast.Subscript(ast.Subscript(node.value, one, ast.Load()), other, node.ctx)


def _within(arrays: set[str], state: State) -> set[str]:
    """These tables and arrays with all that has been cut out of them."""
    cut = {piece.table.name for name in arrays for piece in state.pieces.get(name, ())}
    return arrays if cut <= arrays else _within(arrays | cut, state)


def _read_alike(one: Term, other: Term) -> bool:
    """Whether two numbers were read from one place, maybe of a table that has been written to in between; or are made
    alike of such."""
    if not one.decl().eq(other.decl()) or one.num_args() != other.num_args():
        return False
    if one.decl().eq(CELL):
        return _read_alike(z3.simplify(one.arg(1)), z3.simplify(other.arg(1)))
    if not one.num_args():
        return bool(one.eq(other))
    return all(_read_alike(mine, its) for mine, its in zip(one.children(), other.children(), strict=True))


def _is_of_numbers(value: Bundle) -> bool:
    """Whether a tuple has no table."""
    return not any(isinstance(part, Ref | Bundle) for part in value.fields.values())


def _falls(before: Sequence[Term], after: Sequence[Term]) -> Term:
    """That numbers, the first of which counts most, are not negative and fall."""
    if not before:
        raise Refused("nothing says that it ends")
    falls = z3.BoolVal(False)
    for a, b in reversed([*zip(before, after, strict=True)]):
        falls = z3.Or(b < a, z3.And(b == a, falls))
    return z3.And(*[a >= 0 for a in before], falls)


@dataclass(frozen=True)
class _Counter:
    """The variable of a ``for``, and what it runs through."""

    name: str
    start: Term
    stop: Term
    step: Term
    down: bool

    @classmethod
    def of(cls, node: ast.For, deduction: Deduction, state: State) -> _Counter:
        match node:
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args), orelse=[]):
                bounds = [deduction._number(arg, state) for arg in args]
            case _:
                raise Refused(f"no range: {ast.unparse(node.iter)}")
        start, stop = (z3.IntVal(0), bounds[0]) if len(bounds) == 1 else bounds[:2]
        step = bounds[2] if len(bounds) == 3 else z3.IntVal(1)
        down = z3.is_int_value(z3.simplify(step)) and z3.simplify(step).as_long() < 0
        if not down:
            deduction._owe("ends", state, step > 0, "the step is positive")
        deduction._owe("range", state, deduction._fits(stop - start), f"{ast.unparse(node.iter)}, how far it is")
        return cls(name, start, stop, step, down)

    def known(self, i: Term) -> list[Term]:
        """What holds of it at the top of any turn; with a longer step the last turn may pass over the end."""
        facts = [i <= self.start if self.down else i >= self.start]
        if z3.is_int_value(z3.simplify(self.step)) and abs(z3.simplify(self.step).as_long()) == 1:
            facts.append(z3.Or(i == self.start, i >= self.stop if self.down else i <= self.stop))
        return facts

    def goes_on(self, i: Term) -> Term:
        """Whether there is another turn."""
        return i > self.stop if self.down else i < self.stop


def _sharing(one: Any, above: Mapping[str, Any], state: State) -> Any:
    """A tuple in a tuple, which shares the tables that are named alike, as a search does the header of its work."""
    if not isinstance(one, Bundle):
        return one
    shared = {name: above[name] for name in one.fields if name in above}
    for name in shared:
        del state.heap[one.fields[name].name]
    return Bundle({**one.fields, **shared})


def _tables(given: Mapping[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], Ref]]:
    """The tables among arguments, with the paths to them."""
    for name, value in given.items():
        if isinstance(value, Ref):
            yield (*above, name), value
        elif isinstance(value, Bundle):  # what it shares with the tuple that it is in goes by the path of that
            own = {part: one for part, one in value.fields.items() if not above or given.get(part) != one}
            yield from _tables(own, *above, name)


def _among(path: tuple[str, ...], touched: Collection[tuple[str, ...]]) -> bool:
    """Whether a table is touched, or a tuple that it is in as a whole."""
    return any(path[:length] in touched for length in range(1, len(path) + 1))


def _path(node: ast.AST, aliases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The path from a parameter to what a name or a field stands for; None where it is none of that."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id)
    if isinstance(node, ast.Attribute) and (whole := _path(node.value, aliases)) is not None:
        return (*whole, node.attr)
    return None


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that an assignment gives, with what they are given to."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            pairs = zip(targets, values, strict=False)
            yield from ((target.id, value) for target, value in pairs if isinstance(target, ast.Name))
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
