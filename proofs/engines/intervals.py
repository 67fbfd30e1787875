"""Interval arithmetic on terms: a cheap, sound answer to "does this fit into 64 bits?".

Most range obligations follow from the bounds on the inputs alone. Those are settled here; what intervals cannot
settle stays an obligation for the solver.
"""

from __future__ import annotations

from collections.abc import Iterable

import z3

from focalloc.proofs.terms import Term

Interval = tuple[int, int] | None
"""Least and greatest value, or None where nothing is known."""


class Intervals:
    """Bounds of terms, from assumptions of the form ``x >= constant`` and ``x <= constant``."""

    def __init__(self, assumptions: Iterable[Term] = ()) -> None:
        self._low: dict[str, int] = {}
        self._high: dict[str, int] = {}
        self._known: dict[int, tuple[Term, Interval]] = {}
        for assumption in assumptions:
            self._learn(z3.simplify(assumption))

    def _learn(self, fact: Term) -> None:
        if z3.is_and(fact):
            for part in fact.children():
                self._learn(part)
            return
        negated = z3.is_not(fact)
        comparison = fact.arg(0) if negated else fact
        if not (z3.is_le(comparison) or z3.is_ge(comparison) or z3.is_eq(comparison)):
            return
        left, right = comparison.children()
        if not (z3.is_const(left) and z3.is_int(left) and not z3.is_int_value(left) and z3.is_int_value(right)):
            return
        name, bound = left.decl().name(), right.as_long()
        if z3.is_eq(comparison) and negated:
            return
        if z3.is_eq(comparison) or z3.is_ge(comparison) != negated:
            low = bound + 1 if negated else bound
            self._low[name] = max(low, self._low.get(name, low))
        if z3.is_eq(comparison) or z3.is_le(comparison) != negated:
            high = bound - 1 if negated else bound
            self._high[name] = min(high, self._high.get(name, high))

    def __call__(self, number: Term) -> Interval:
        """Bounds of the integer term ``number``."""
        key = number.get_id()
        if key not in self._known:
            # The term is kept alongside: an id is reused once its term is gone.
            self._known[key] = number, self._bounds(number)
        return self._known[key][1]

    def _bounds(self, number: Term) -> Interval:
        if z3.is_int_value(number):
            return number.as_long(), number.as_long()
        if z3.is_const(number):
            name = number.decl().name()
            return (self._low[name], self._high[name]) if name in self._low and name in self._high else None
        kind = number.decl().kind()
        parts = [self(part) for part in number.children() if z3.is_int(part)]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or not parts:
            return None
        if kind == z3.Z3_OP_ITE:
            return min(low for low, _ in known), max(high for _, high in known)
        if kind == z3.Z3_OP_ADD:
            return sum(low for low, _ in known), sum(high for _, high in known)
        if kind == z3.Z3_OP_SUB and len(known) == 2:
            return known[0][0] - known[1][1], known[0][1] - known[1][0]
        if kind in (z3.Z3_OP_IDIV, z3.Z3_OP_MOD) and known[1][0] == known[1][1] > 0:
            divisor = known[1][0]
            return (known[0][0] // divisor, known[0][1] // divisor) if kind == z3.Z3_OP_IDIV else (0, divisor - 1)
        if kind == z3.Z3_OP_UMINUS:
            return -known[0][1], -known[0][0]
        if kind == z3.Z3_OP_MUL:
            low, high = known[0]
            for left, right in known[1:]:
                corners = (low * left, low * right, high * left, high * right)
                low, high = min(corners), max(corners)
            return low, high
        return None
