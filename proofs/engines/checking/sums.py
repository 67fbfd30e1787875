"""Polynomials over the integers, and what a comparison of two of them comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import TypeAlias

from focalloc.proofs.engines.checking.terms import INT, REAL, Terms

Product: TypeAlias = tuple[int, ...]
"""Terms that are multiplied, in order; nothing for a constant."""

Sum: TypeAlias = Mapping[Product, Fraction]
"""Products, each with how often it is counted; none of them not at all."""

@dataclass(frozen=True)
class Bound:
    """That a sum without constant, whose first product counts positively, is at least ``least``; or that it is less."""

    products: tuple[tuple[Product, Fraction], ...]
    least: int
    holds: bool


class Sums:
    """What terms are as polynomials. All that stands in them are integers."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._known: dict[int, Sum | None] = {}

    def of(self, one: int) -> Sum | None:
        """A term as a polynomial; None if it is of something else than integers."""
        if one not in self._known:
            self._known[one] = self._of(one)
        return self._known[one]

    def _of(self, one: int) -> Sum | None:
        head, arguments = self.terms.heads[one], self.terms.arguments[one]
        if isinstance(head, Fraction):
            return plus({}, {(): head})
        if head in ("+", "-", "*", "/") and arguments:
            return self._made(head, [self.of(argument) for argument in arguments])
        if head == "abs" and (value := constant(self.of(arguments[0]))) is not None:
            return plus({}, {(): abs(value)})
        if head == "to_real":
            return self.of(arguments[0])
        if head == "to_int" and (value := constant(self.of(arguments[0]))) is not None:
            return plus({}, {(): Fraction(floor(value))})
        if head in ("div", "div_total", "mod", "mod_total") and len(arguments) == 2:
            number, by = (constant(self.of(argument)) for argument in arguments)
            if number is not None and by:
                left = number % abs(by)  # SMT-LIB's is never negative
                return plus({}, {(): left if head.startswith("mod") else (number - left) / by})
        return {(one,): Fraction(1)} if self.terms.sort(one) == INT else None

    def _made(self, head: str, parts: list[Sum | None]) -> Sum | None:
        given = [part for part in parts if part is not None]
        if len(given) < len(parts):
            return None
        first, *others = given
        if head == "-" and not others:
            return times(first, {(): Fraction(-1)})
        if head == "/":
            value = constant(others[0]) if len(others) == 1 else None
            return times(first, {(): 1 / value}) if value else None
        for other in others:
            first = times(first, other) if head == "*" else plus(first, other, -1 if head == "-" else 1)
        return first

    def is_number(self, one: int) -> bool:
        """Whether a term is an integer, or made of integers and fractions."""
        return self.terms.sort(one) in (INT, REAL) and self.of(one) is not None

    def difference(self, left: int, right: int) -> Sum | None:
        """One term less the other."""
        ours, theirs = self.of(left), self.of(right)
        return None if ours is None or theirs is None else plus(ours, theirs, -1)


def constant(one: Sum | None) -> Fraction | None:
    """The value of a sum without products, if it is such a one."""
    if one is None or one.keys() - {()}:
        return None
    return one.get((), Fraction(0))


def plus(left: Sum, right: Sum, often: int | Fraction = 1) -> Sum:
    """One sum and the other, which counts ``often``."""
    found = {**left}
    for product, count in right.items():
        found[product] = found.get(product, Fraction(0)) + often * count
    return {product: count for product, count in found.items() if count}


def times(left: Sum, right: Sum) -> Sum:
    """The product of two sums."""
    found: dict[Product, Fraction] = {}
    for product, count in left.items():
        for other, counted in right.items():
            both = tuple(sorted(product + other))
            found[both] = found.get(both, Fraction(0)) + count * counted
    return {product: count for product, count in found.items() if count}


def at_least(one: Sum, *, strict: bool = False) -> Bound | bool:
    """What it comes to that a sum is not negative, or with ``strict`` that it is positive."""
    counts = [count for product, count in one.items() if product]
    free = one.get((), Fraction(0))
    if not counts:
        return free > 0 if strict else free >= 0
    scale = Fraction(lcm(*(count.denominator for count in counts)), gcd(*(count.numerator for count in counts)))
    # gcd and lcm of reduced fractions: what is left are integers without a common divisor
    products = sorted((product, count * scale) for product, count in one.items() if product)
    least = -free * scale
    bound = floor(least) + 1 if strict else ceil(least)
    if products[0][1] > 0:
        return Bound(tuple(products), bound, True)
    return Bound(tuple((product, -count) for product, count in products), 1 - bound, False)
