"""Theorems about the cursor: what distances are, and what they come to where it stands at the end of the context."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import z3

from focalloc.proofs.engines.forking import SymInt, summary
from focalloc.proofs.engines.helpers import Helpers
from focalloc.proofs.sources import Mutation
from focalloc.proofs.terms import Term, both
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.refimpl import distance as reference
from focalloc.spec import cursor as judge

SPANS = (2, 3, 32)
"""Tokens of a smallest block."""


def geometry_of(span: int) -> Any:
    """Spans of which the smallest is this, and those of all other levels are themselves."""
    return SimpleNamespace(span=lambda level: level if isinstance(level, SymInt) else span)


def node_of(first: Term, last: Term) -> Any:
    """The node from one token to before another."""
    return SimpleNamespace(start=SymInt(first), level=SymInt(last - first))


@theorem(
    "distances-fall-to-the-cursor-and-rise-behind-it",
    "What holds the cursor is at no distance from it, nor is what lies less than a smallest span off; along a context "
    "distances fall by at least 1 from block to block up to the cursor, and rise by at least 1 from block to block "
    "behind it. Where it stands at the end of the context, the distance of a node is the number of smallest spans in "
    "between, without rest. The reference measures alike.",
    clauses="CUR-1 TIE-1 MUL-1 MEM-3",
    technique=Technique.FORKING,
    bounds="smallest spans of 2, 3 and 32 tokens; any neighbouring nodes on their grid, any cursor",
    mutations=[
        Mutation("measures from the start of what lies before", "cursor - end(geometry, node)", "cursor - node.start",
                 "cursor"),
        Mutation("rounded up", "return gap // geometry.span(0)", "return -(-gap // geometry.span(0))", "cursor"),
        Mutation("what lies behind is as near as the cursor", "max(node.start - cursor, ", "max(", "cursor"),
        Mutation("the reference counts the tokens behind the cursor's own", "behind = node.start - cursor",
                 "behind = node.start - cursor - 1", "distance"),
    ],
)  # fmt: skip
def distances_fall_to_the_cursor_and_rise_behind_it(bug: Mutation) -> Iterator[Evidence]:
    """`distance` of the judge and of the reference are executed on symbolic nodes and a symbolic cursor."""
    mine, theirs = Helpers(judge, bug).plain("distance"), Helpers(reference, bug).plain("distance")
    first, middle, last, cursor, i, j, k = z3.Ints("first middle last cursor i j k")
    for span in SPANS:
        geometry, assume = geometry_of(span), [i >= 0, j > i, k > j, cursor >= 0]
        assume += [first == span * i, middle == span * j, last == span * k]

        def measured(code: Any, begin: Term, stop: Term) -> Term:
            return summary(lambda: code(geometry, node_of(begin, stop), SymInt(cursor)), assumptions=assume)  # noqa: B023

        one, other = measured(mine, first, middle), measured(mine, middle, last)
        held = z3.And(first <= cursor, cursor < middle)
        near = z3.And(first - cursor < span, cursor - middle < span)
        at_end = z3.And(cursor >= middle, cursor % span == 0)
        case = f"spans of {span}"
        yield Obligation(f"{case}: at no distance", both([z3.Implies(held, one == 0), near == (one == 0)]), assume)
        yield Obligation(f"{case}: falls up to the cursor", z3.Implies(last <= cursor, one >= other + 1), assume)
        yield Obligation(f"{case}: rises behind it", z3.Implies(first >= cursor, other >= one + 1), assume)
        yield Obligation(f"{case}: at the end", z3.Implies(at_end, span * one == cursor - middle), assume)
        yield Obligation(f"{case}: the reference", one == measured(theirs, first, middle), assume)
