"""Small helpers to write formulas that read well and survive export to another solver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

Term = Any
"""A Z3 expression; the z3 package has no types of its own."""


def total(terms: Iterable[Term]) -> Term:
    """The sum of ``terms``. ``z3.Sum`` of a single term prints as a unary plus, which other solvers refuse."""
    listed = list(terms)
    if not listed:
        return z3.IntVal(0)
    return z3.Sum(listed) if len(listed) > 1 else listed[0] + 0


def count(conditions: Iterable[Term]) -> Term:
    """How many of ``conditions`` hold."""
    return total(z3.If(condition, 1, 0) for condition in conditions)


def both(conditions: Iterable[Term]) -> Term:
    """The conjunction of ``conditions``, however few."""
    listed = list(conditions)
    if not listed:
        return z3.BoolVal(True)
    return z3.And(listed) if len(listed) > 1 else listed[0]


def some(conditions: Iterable[Term]) -> Term:
    """The disjunction of ``conditions``, however few."""
    listed = list(conditions)
    if not listed:
        return z3.BoolVal(False)
    return z3.Or(listed) if len(listed) > 1 else listed[0]
