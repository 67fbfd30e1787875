"""Forking symbolic execution: run real Python on symbolic integers, once per path.

`SymInt` and `SymBool` stand in for ``int`` and ``bool``. Wherever the program needs to know which way to go, it asks
``bool(condition)``; `Explorer` answers from its current list of decisions, asks Z3 which answers are possible where
the list ends, and runs the program again for every list that is left. So anything written in Python can be executed,
the built-in ``sorted`` included, as long as it treats its inputs as integers.

Integers are mathematical, as Python's are. A Z3 answer of `unknown` raises; it never counts as infeasible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import z3

from focalloc.proofs.terms import Term, total

_explorer: Explorer | None = None


class Infeasible(Exception):
    """The path taken so far cannot happen; the explorer drops it."""


class Undecided(RuntimeError):
    """Z3 could not tell whether a path is possible."""


def _asked() -> Explorer:
    if _explorer is None:
        raise RuntimeError("a symbolic condition was asked for its truth outside Explorer.paths")
    return _explorer


def term(value: object) -> Term:
    """The Z3 term of a symbolic value, or of a Python or NumPy integer or a ``bool``."""
    if isinstance(value, SymInt | SymBool):
        return value.term
    if isinstance(value, bool):
        return z3.BoolVal(value)
    if isinstance(value, Integral):
        return z3.IntVal(int(value))
    raise TypeError(f"{value!r} is neither an integer nor a truth value")


def _number(result: Term) -> Any:
    result = z3.simplify(result)
    if z3.is_int_value(result):
        return result.as_long()
    return SymInt(result)


def _truth(result: Term) -> Any:
    # Conditions that are already decided must not reach the solver, nor fork.
    result = z3.simplify(result)
    if z3.is_true(result) or z3.is_false(result):
        return z3.is_true(result)
    return SymBool(result)


def _is_number(value: object) -> bool:
    return isinstance(value, SymInt) or (isinstance(value, int) and not isinstance(value, bool))


def _remembered(operation: Callable[..., Any]) -> Callable[..., Any]:
    """``operation``, looked up where the same operands met on an earlier path: most of a path repeats another."""
    name = operation.__name__

    def found(self: Any, *others: Any) -> Any:
        explorer = _explorer
        if explorer is None:
            return operation(self, *others)
        # Operands are kept alongside: an id is reused once its object is gone.
        key = (name, id(self), *(id(o) if isinstance(o, SymInt | SymBool) else (type(o), o) for o in others))
        known = explorer.memory.get(key)
        if known is None:
            known = explorer.memory[key] = operation(self, *others), self, others
        if explorer.watch is not None and isinstance(known[0], SymInt):
            explorer.watch(known[0].term)
        return known[0]

    return found


class SymBool:
    """A symbolic truth value; asking for its truth forks, ``& | ~`` do not."""

    __slots__ = ("term",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, term: Term) -> None:
        self.term = term

    def __bool__(self) -> bool:
        return _asked().decide(self.term)

    @_remembered
    def __and__(self, other: object) -> Any:
        return _truth(z3.And(self.term, term(other)))

    @_remembered
    def __or__(self, other: object) -> Any:
        return _truth(z3.Or(self.term, term(other)))

    @_remembered
    def __invert__(self) -> Any:
        return _truth(z3.Not(self.term))

    @_remembered
    def __eq__(self, other: object) -> Any:
        return _truth(self.term == term(other))

    @_remembered
    def __ne__(self, other: object) -> Any:
        return _truth(self.term != term(other))

    __rand__, __ror__ = __and__, __or__


class SymInt:
    """A symbolic integer with Python's arithmetic: ``//`` and ``%`` round towards minus infinity."""

    __slots__ = ("term",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, term: Term) -> None:
        self.term = term

    def __str__(self) -> str:
        return " ".join(str(self.term).split())

    @_remembered
    def __add__(self, other: object) -> Any:
        return _number(self.term + term(other))

    @_remembered
    def __sub__(self, other: object) -> Any:
        return _number(self.term - term(other))

    @_remembered
    def __rsub__(self, other: object) -> Any:
        return _number(term(other) - self.term)

    @_remembered
    def __mul__(self, other: object) -> Any:
        return _number(self.term * term(other)) if _is_number(other) else NotImplemented

    @_remembered
    def __neg__(self) -> Any:
        return _number(-self.term)

    @_remembered
    def __abs__(self) -> Any:
        return _number(z3.If(self.term >= 0, self.term, -self.term))

    def __floordiv__(self, other: object) -> Any:
        return floor_division(self, other)

    def __rfloordiv__(self, other: object) -> Any:
        return floor_division(other, self)

    def __rshift__(self, places: int) -> Any:
        return floor_division(self, 2**places)

    def __and__(self, digits: int) -> Any:
        assert digits & digits + 1 == 0, "only the last digits can be asked for"
        return self % (digits + 1)

    def __mod__(self, other: object) -> Any:
        return self - floor_division(self, other) * other

    def __rmod__(self, other: object) -> Any:
        return other - floor_division(other, self) * self

    @_remembered
    def __lt__(self, other: object) -> Any:
        return _truth(self.term < term(other))

    @_remembered
    def __le__(self, other: object) -> Any:
        return _truth(self.term <= term(other))

    @_remembered
    def __gt__(self, other: object) -> Any:
        return _truth(self.term > term(other))

    @_remembered
    def __ge__(self, other: object) -> Any:
        return _truth(self.term >= term(other))

    @_remembered
    def __eq__(self, other: object) -> Any:
        return _truth(self.term == term(other)) if _is_number(other) else False

    @_remembered
    def __ne__(self, other: object) -> Any:
        return _truth(self.term != term(other)) if _is_number(other) else True

    def __bool__(self) -> bool:
        return _asked().decide(self.term != 0)

    def __index__(self) -> int:
        return _asked().concretise(self.term)

    __radd__, __rmul__ = __add__, __mul__


def floor_division(numerator: object, divisor: object) -> Any:
    """``numerator // divisor``, forking on the divisor's sign: Z3's division floors for positive divisors only."""
    if isinstance(numerator, SymInt) and isinstance(divisor, int) and divisor > 0:
        return _exact_part(numerator, divisor)
    above, below = term(numerator), term(divisor)
    if bool(_truth(below == 0)):
        raise ZeroDivisionError
    if bool(_truth(below > 0)):
        return _number(above / below)
    return _number(-above / -below)


@_remembered
def _exact_part(numerator: SymInt, divisor: int) -> Any:
    """``numerator // divisor``; what is visibly a multiple of the divisor is divided without a division."""
    plain = z3.simplify(numerator.term)
    exact: list[Term] = []
    rest: list[Term] = []
    for part in plain.children() if z3.is_add(plain) else [plain]:
        scaled = z3.is_mul(part) and part.num_args() == 2 and z3.is_int_value(part.arg(0))
        if scaled and part.arg(0).as_long() % divisor == 0:
            exact.append(z3.IntVal(part.arg(0).as_long() // divisor) * part.arg(1))
        else:
            rest.append(part)
    return _number(total(exact) + z3.simplify(total(rest)) / divisor)


@dataclass(frozen=True)
class Path:
    """One way through the program.

    Attributes:
        conditions: what the inputs satisfy on this path, assumptions included.
        result: what the program returned.
    """

    conditions: tuple[Term, ...]
    result: Any


def summary(program: Callable[..., Any], *arguments: Any, assumptions: Sequence[Term] = ()) -> Term:
    """What ``program(*arguments)`` returns, as one term: the results of its paths, chosen by their conditions.

    Z3 terms among the arguments are wrapped. The program must return an integer or a truth value on every path.
    """
    wrapped = [lifted(argument) for argument in arguments]
    paths = list(Explorer(tuple(assumptions)).paths(lambda: program(*wrapped)))
    result = term(paths[-1].result)
    for path in paths[-2::-1]:
        result = z3.If(z3.And(list(path.conditions)), term(path.result), result)
    return result


def lifted(value: Any) -> Any:
    """``value`` for a program to work on: Z3 terms become `SymInt` or `SymBool`, anything else stays."""
    if z3.is_bool(value):
        return SymBool(value)
    return SymInt(value) if z3.is_int(value) else value


@dataclass
class _Decision:
    condition: Term
    taken: bool
    other_way_left: bool
    fact: Term = None


@dataclass
class Explorer:
    """Runs a program once for every feasible path.

    Attributes:
        assumptions: what holds of the inputs.
        max_paths: an error beyond this many paths.
        rlimit: Z3 resource limit per feasibility question.
        watch: called with every symbolic number that the program computes, while it is set.
        memory: results of operations on earlier paths.
    """

    assumptions: tuple[Term, ...] = ()
    max_paths: int = 100_000
    rlimit: int = 20_000_000
    watch: Callable[[Term], None] | None = None
    _decisions: list[_Decision] = field(default_factory=list)
    _at: int = 0
    _solver: Any = None
    memory: dict[Any, Any] = field(default_factory=dict)
    _decided: dict[int, tuple[Term, bool]] = field(default_factory=dict)
    _example: Any = None

    def paths(self, program: Callable[[], Any]) -> Iterator[Path]:
        """Every feasible path of ``program``, which must do the same thing whenever it is given the same answers.

        Raises:
            Undecided: Z3 could not tell whether a path is possible.
            RuntimeError: there are more than ``max_paths``.
        """
        global _explorer  # noqa: PLW0603 - operators have no other way to reach the explorer
        self._solver = z3.Solver()
        self._solver.set("rlimit", self.rlimit)
        self._solver.add(*self.assumptions)
        self._decisions, self._example, count = [], None, 0
        while True:
            self._at, self._decided = 0, {}
            outer, _explorer = _explorer, self
            try:
                path: Path | None = Path((), program())
            except Infeasible:
                path = None
            finally:
                _explorer = outer
            if path is not None:
                count += 1
                if count > self.max_paths:
                    raise RuntimeError(f"more than {self.max_paths} paths")
                yield Path((*self.assumptions, *(one.fact for one in self._decisions)), path.result)
            if not self._turn_back():
                return

    def decide(self, condition: Term) -> bool:
        """The truth of ``condition`` on the current path; where both are possible, what the last example does first."""
        key = condition.get_id()
        if key in self._decided:
            return self._decided[key][1]
        if self._at == len(self._decisions):
            example = self._example.eval(condition, model_completion=True) if self._example is not None else None
            if z3.is_true(example) or z3.is_false(example):
                # The example shows that one way is possible; only the other needs an answer.
                first = z3.is_true(example)
                both_ways = self._possible(z3.Not(condition) if first else condition)
                self._take(_Decision(condition, first, both_ways))
            else:
                true = self._possible(condition)
                false = self._possible(z3.Not(condition)) if true else True
                self._take(_Decision(condition, true, true and false))
        decision = self._decisions[self._at]
        self._at += 1
        # The condition is kept alongside: an id is reused once its term is gone.
        self._decided[key] = condition, decision.taken
        return decision.taken

    def concretise(self, number: Term) -> int:
        """A value of ``number`` on the current path, one path for each possible value."""
        while True:
            if self._at < len(self._decisions):
                guess = self._decisions[self._at].condition.arg(1).as_long()
            else:
                if not self._possible(z3.BoolVal(True)):
                    raise Infeasible
                guess = self._solver.model().eval(number, model_completion=True).as_long()
            if self.decide(number == guess):
                return int(guess)

    def _take(self, decision: _Decision) -> None:
        decision.fact = decision.condition if decision.taken else z3.Not(decision.condition)
        self._decisions.append(decision)
        self._solver.push()
        self._solver.add(decision.fact)

    def _turn_back(self) -> bool:
        """Go to the last decision that could also have gone the other way; False if none is left."""
        while self._decisions:
            decision = self._decisions.pop()
            self._solver.pop()
            if decision.other_way_left:
                self._take(_Decision(decision.condition, not decision.taken, False))
                self._example = self._solver.model() if self._possible(z3.BoolVal(True)) else None
                return True
        return False

    def _possible(self, condition: Term) -> bool:
        answer = self._solver.check(condition)
        if answer == z3.unknown:
            raise Undecided(f"{self._solver.reason_unknown()}: {condition}")
        return bool(answer == z3.sat)
