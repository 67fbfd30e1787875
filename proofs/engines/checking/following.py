"""Whether a formula follows from others by what `and`, `or`, `not` and comparisons mean, and nothing else.

What is not made of these is taken for true or false as a whole. Comparisons of polynomials over integers are taken for
what they say of a sum: two of the same sum are known to exclude or to imply each other, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TypeAlias

from focalloc.proofs.engines.checking.sums import Bound, Sums, at_least
from focalloc.proofs.engines.checking.terms import BOOL, Terms

TURNS = 3_000
"""Cases that are told apart before it is given up."""


@dataclass(frozen=True)
class All:
    """That all of these hold."""

    of: tuple[Form, ...]


@dataclass(frozen=True)
class Some:
    """That one of these holds."""

    of: tuple[Form, ...]


Form: TypeAlias = "All | Some | Bound | bool"


def all_of(parts: Iterable[Form]) -> Form:
    """That all hold, as short as it goes."""
    told = [part for part in parts if part is not True]
    return False if False in told else told[0] if len(told) == 1 else All(tuple(told)) if told else True


def any_of(parts: Iterable[Form]) -> Form:
    """That one holds, as short as it goes."""
    told = [part for part in parts if part is not False]
    return True if True in told else told[0] if len(told) == 1 else Some(tuple(told)) if told else False


class GivenUp(Exception):
    """There are too many cases."""


class Following:
    """What follows from what, for formulas of one question."""

    def __init__(self, terms: Terms, sums: Sums) -> None:
        self.terms = terms
        self.sums = sums
        self._forms: dict[tuple[int, bool, bool], Form] = {}

    def follows(self, premises: Sequence[int], conclusion: int) -> bool:
        """Whether the conclusion follows; `False` where that is not found out."""
        try:
            # clauses as such first, which are most; what depends on a condition is told apart only where it has to be
            return (
                _impossible({}, [*map(self.clause, premises), self.clause(conclusion, holds=False)], [TURNS])
                or self._refuted(premises, conclusion, lifting=False)
                or self._refuted(premises, conclusion, lifting=True)
            )
        except GivenUp:
            return False

    def _refuted(self, premises: Sequence[int], conclusion: int, *, lifting: bool) -> bool:
        forms = [self.form(premise, True, lifting) for premise in premises]
        return _impossible({}, [*forms, self.form(conclusion, False, lifting)], [TURNS])

    def clause(self, one: int, *, holds: bool = True) -> Form:
        """That a formula holds, or that it does not, as a clause of what is not looked into, and as a whole."""
        whole = self._whole(one, holds)
        if self.terms.heads[one] != "or":
            return whole
        parts = [self._whole(part, holds) for part in self.terms.arguments[one]]
        return all_of([whole, any_of(parts) if holds else all_of(parts)])

    def _whole(self, one: int, holds: bool) -> Form:
        while self.terms.heads[one] == "not":
            (one,), holds = self.terms.arguments[one], not holds
        if one in (self.terms.true, self.terms.false):
            return (one == self.terms.true) == holds
        return Bound((((one,), Fraction(1)),), 0, holds)

    def form(self, one: int, holds: bool, lifting: bool) -> Form:
        """That a formula holds, or that it does not."""
        key = (one, holds, lifting)
        if key not in self._forms:
            self._forms[key] = self._form(one, holds, lifting)
        return self._forms[key]

    def _form(self, one: int, holds: bool, lifting: bool) -> Form:
        head, arguments = self.terms.heads[one], self.terms.arguments[one]
        if head in ("true", "false"):
            return (head == "true") == holds
        if head == "not":
            return self.form(arguments[0], not holds, lifting)
        if head in ("and", "or"):
            parts = [self.form(argument, holds, lifting) for argument in arguments]
            return all_of(parts) if (head == "and") == holds else any_of(parts)
        if head == "=>":
            *needed, told = arguments
            parts = [*(self.form(argument, not holds, lifting) for argument in needed), self.form(told, holds, lifting)]
            return any_of(parts) if holds else all_of(parts)
        if head == "ite" and self.terms.sort(one) == BOOL:
            condition, yes, no = arguments
            return self._chosen(condition, self.form(yes, holds, lifting), self.form(no, holds, lifting), lifting)
        if head == "xor" and len(arguments) == 2:
            return self.form(self.terms.make("=", *arguments), not holds, lifting)
        if head == "distinct":
            equations = [self.terms.make("=", *pair) for pair in combinations(arguments, 2)]
            parts = [self.form(equation, not holds, lifting) for equation in equations]
            return all_of(parts) if holds else any_of(parts)
        if isinstance(head, str) and head in ("=", "<=", "<", ">=", ">"):
            if len(arguments) > 2:
                parts = [self.form(self.terms.make(head, *pair), holds, lifting) for pair in pairwise(arguments)]
                return all_of(parts) if holds else any_of(parts)
            left, right = arguments
            return self._compared(head, left, right, holds, lifting)
        return Bound((((one,), Fraction(1)),), 0, holds)

    def _chosen(self, condition: int, yes: Form, no: Form, lifting: bool) -> Form:
        held, failed = (self.form(condition, holds, lifting) for holds in (True, False))
        return all_of([any_of([failed, yes]), any_of([held, no])])

    def _compared(self, head: str, left: int, right: int, holds: bool, lifting: bool) -> Form:
        if left == right:
            return (head in ("=", "<=", ">=")) == holds
        if head == "=" and self.terms.sort(left) == BOOL:
            signs = ((False, holds), (True, not holds))
            return all_of(any_of([self.form(left, a, lifting), self.form(right, b, lifting)]) for a, b in signs)
        if lifting and (choice := self._choice(left) or self._choice(right)):
            condition, yes, no = self.terms.arguments[choice]
            sides = [(self._with(left, choice, chosen), self._with(right, choice, chosen)) for chosen in (yes, no)]
            yes_form, no_form = (self._compared(head, *pair, holds, lifting) for pair in sides)
            return self._chosen(condition, yes_form, no_form, lifting)
        less = self.sums.difference(left, right)
        if less is None or (head == "=" and not (self.sums.is_number(left) and self.sums.is_number(right))):
            both = self.terms.make(head, *(sorted((left, right)) if head == "=" else (left, right)))
            return Bound((((both,), Fraction(1)),), 0, holds)
        more = {product: -count for product, count in less.items()}
        if head == "=":
            if not any(less):
                return (not less) == holds
            bounds = [at_least(less), at_least(more)]  # of a fraction, that no integer is, both cannot hold
            return all_of(bounds) if holds else any_of(_failing(bound) for bound in bounds)
        bound = at_least(less if head in (">=", ">") else more, strict=head in (">", "<"))
        return bound if holds else _failing(bound)

    def _choice(self, one: int) -> int | None:
        """The first term in a sum that depends on a condition."""
        head, arguments = self.terms.heads[one], self.terms.arguments[one]
        if head == "ite":
            return one
        inside = arguments if head in ("+", "-", "*") else ()
        return next((found for argument in inside if (found := self._choice(argument)) is not None), None)

    def _with(self, one: int, choice: int, chosen: int) -> int:
        head, arguments = self.terms.heads[one], self.terms.arguments[one]
        if one == choice:
            return chosen
        if head not in ("+", "-", "*"):
            return one
        return self.terms.make(head, *(self._with(argument, choice, chosen) for argument in arguments))


def _failing(bound: Bound | bool) -> Bound | bool:
    return not bound if isinstance(bound, bool) else Bound(bound.products, bound.least, not bound.holds)


Known: TypeAlias = dict[object, tuple[float, float]]
"""Of each sum the least that it is, and what it is below."""

NOTHING = (float("-inf"), float("inf"))


def _value(known: Known, one: Form) -> bool | None:
    """Whether something is known to hold or not; of what is made of parts nothing is known."""
    if isinstance(one, bool):
        return one
    if not isinstance(one, Bound):
        return None
    least, below = known.get(one.products, NOTHING)
    return one.holds if least >= one.least else not one.holds if below <= one.least else None


def _impossible(known: Known, told: list[Form], turns: list[int]) -> bool:
    """Whether not all that is told can hold; ``known`` belongs to the call."""
    turns[0] -= 1
    if turns[0] < 0:
        raise GivenUp
    choices: list[Some] = []
    while told:
        while told:
            one = told.pop()
            if isinstance(one, All):
                told += one.of
            elif isinstance(one, Some):
                choices.append(one)
            elif (value := _value(known, one)) is False:
                return True
            elif value is None and isinstance(one, Bound):
                least, below = known.get(one.products, NOTHING)
                known[one.products] = (one.least, below) if one.holds else (least, one.least)
        left: list[Some] = []
        for choice in choices:
            values = [_value(known, part) for part in choice.of]
            if True in values:
                continue
            open_ones = [part for part, value in zip(choice.of, values, strict=True) if value is None]
            if len(open_ones) > 1:
                left.append(choice if len(open_ones) == len(choice.of) else Some(tuple(open_ones)))
            elif not open_ones:
                return True
            else:
                told.append(open_ones[0])
        choices = left
    if not choices:
        return False
    first = min(choices, key=lambda choice: len(choice.of))
    others = [choice for choice in choices if choice is not first]
    return all(_impossible({**known}, [part, *others], turns) for part in first.of)
