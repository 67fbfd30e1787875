"""Mutants of the reference, made mechanically: each differs from it in one comparison, sign, bound, order or rounding.

They ask of the judge what the broken allocators ask of each clause: is a mistake like this one noticed? A mutant that
conforms all the same must be shown to mean the same (`EQUIVALENT`).
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from types import ModuleType
from typing import Any
from unittest.mock import patch

MUTATED = {
    "candidates": "greedy",
    "distance": "enhanced",
    "ties": "enhanced",
    "greedy": "greedy",
    "ingest": "greedy",
    "preparation": "enhanced",
    "knapsack": "knapsack",
    "hybrid": "hybrid",
    "objective": "multi_objective",
    "hierarchy": "hierarchical",
    "projection": "projection",
    "relaxation": "knapsack",
}
"""Modules of the reference that are mutated, as they import each other, and the profile they are judged by."""

REBUILT = (*MUTATED, "allocator")
"""Modules that are loaded afresh around a mutated one."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
"""Each comparison with the one it is mistaken for."""


@dataclass(frozen=True)
class Mutant:
    """The reference with one small change.

    Attributes:
        name: ``module.function#n``, counted over the changes of that function; as stable as the function's text.
        change: what was written, and what it became.
        shown: the same, and what a constant is part of.
        module: the changed module's name within the reference.
        tree: its changed syntax tree.
    """

    name: str
    change: str
    shown: str
    module: str
    tree: ast.Module

    @property
    def profile(self) -> str:
        """What the mutant is judged by."""
        return MUTATED[self.module]

    def __call__(self) -> Any:
        """A fresh allocator of this kind, so that a mutant is itself a factory."""
        return self.allocator()

    @cached_property
    def allocator(self) -> type[Any]:
        """The mutant's allocator class."""
        fresh: dict[str, ModuleType] = {}
        with patch.dict(sys.modules):
            for name in REBUILT:
                full = f"focalloc.refimpl.{name}"
                module = ModuleType(full)
                fresh[name] = sys.modules[full] = module
                tree = self.tree if name == self.module else ast.parse(_source(name))
                exec(compile(tree, full, "exec"), module.__dict__)
        made: type[Any] = fresh["allocator"].ReferenceAllocator
        if self.module == "relaxation":  # no strategy of its own, and so no part of the reference's class

            def relaxation(allocator: Any, scores: Sequence[int]) -> object:
                return fresh["relaxation"].relaxation(allocator.state, scores)

            return type(made.__name__, (made,), {"relaxation": relaxation})
        return made


def mutants() -> Iterator[Mutant]:
    """Every mutant, in the order of the text."""
    for module in MUTATED:
        original = ast.parse(_source(module))
        for function in [node for node in original.body if isinstance(node, ast.FunctionDef)]:
            count = 0
            for at, node in enumerate(ast.walk(function)):
                for change in _changes(node):
                    tree = copy.deepcopy(original)
                    twin = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function.name)
                    target = list(ast.walk(twin))[at]
                    around = _around(twin, target)
                    before, wide = ast.unparse(target), ast.unparse(around)
                    change(target)
                    after, shown = ast.unparse(target), f"{wide}  ->  {ast.unparse(around)}"
                    if before == after or _in_annotation(function, node):
                        continue
                    count += 1
                    ast.fix_missing_locations(tree)
                    name = f"{module}.{function.name}#{count}"
                    yield Mutant(name, f"{before}  ->  {after}", shown, module, tree)


def _around(function: ast.FunctionDef, node: ast.AST) -> ast.AST:
    """What to show of a change of ``node``: itself, or what a constant is part of."""
    if not isinstance(node, ast.Constant):
        return node
    return next(outer for outer in ast.walk(function) if node in ast.iter_child_nodes(outer))


Change = Callable[[Any], None]


def _changes(node: ast.AST) -> list[Change]:
    match node:
        case ast.Compare(ops=ops):
            return [_comparison(i) for i, op in enumerate(ops) if type(op) in COMPARISONS]
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return [_other_sign]
        case ast.BinOp(op=ast.FloorDiv()):
            return [_ceiling]
        case ast.AugAssign(op=ast.Add() | ast.Sub()):
            return [_other_sign]
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            return [_without_operator]
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return [_one_more]
        case ast.BoolOp():
            return [_other_connective]
        case ast.IfExp():
            return [_swapped_branches]
        case ast.Return(value=ast.Tuple() as row) | ast.Lambda(body=ast.Tuple() as row) if len(row.elts) > 1:
            return [_other_order]
    return []


def _comparison(i: int) -> Change:
    def change(node: ast.Compare) -> None:
        node.ops[i] = COMPARISONS[type(node.ops[i])]()

    return change


def _other_sign(node: ast.BinOp | ast.AugAssign) -> None:
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()


def _ceiling(node: ast.BinOp) -> None:
    """``a // b`` becomes ``-(-a // b)``: rounded up instead of down."""
    floored = ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right)
    node.left, node.op, node.right = ast.Constant(0), ast.Sub(), floored


def _without_operator(node: ast.UnaryOp) -> None:
    node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _one_more(node: ast.Constant) -> None:
    assert isinstance(node.value, int)
    node.value += 1


def _other_connective(node: ast.BoolOp) -> None:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _swapped_branches(node: ast.IfExp) -> None:
    node.body, node.orelse = node.orelse, node.body


def _other_order(node: ast.Return | ast.Lambda) -> None:
    """A sort key ``(a, b, c)`` becomes ``(c, b, a)``."""
    row = node.value if isinstance(node, ast.Return) else node.body
    assert isinstance(row, ast.Tuple)
    row.elts.reverse()


def _in_annotation(function: ast.FunctionDef, node: ast.AST) -> bool:
    typed = [inner for inner in ast.walk(function) if isinstance(inner, ast.arg | ast.AnnAssign)]
    places = [place for place in (function.returns, *(inner.annotation for inner in typed)) if place is not None]
    return any(node in ast.walk(place) for place in places)


def _source(module: str) -> str:
    return (files("focalloc.refimpl") / f"{module}.py").read_text(encoding="utf-8")


EQUIVALENT: dict[str, str] = {
    "distance.distance#5": "counts a token where there is none in between, which is less than a smallest span",
    "distance.distance#6": "measures in spans of level 1, which are as long as those of level 0",
    **dict.fromkeys(
        ("candidates.choices#1", "candidates.is_cooling#2", "candidates.is_cooling#5"),
        "lengthens the cooldown beyond what the ledger remembers, and what is forgotten cools nothing (COO-2)",
    ),
    **dict.fromkeys(
        (f"ingest.reclaim#{n}" for n in (21, 26, 27)),
        "changes only the figures that a refusal for lack of room gives as its reason; how it is worded is free (F-4)",
    ),
    **dict.fromkeys(("preparation.balance#5", "preparation.balance#6"), "counts or scales a score of 0, which stays 0"),
    **dict.fromkeys(("preparation.balance#9", "preparation.balance#11"), "counts scores of 0 into a sum, which stays"),
    "objective.by_oldest#1": "adds as much to the utility of every selection",
    "objective.by_oldest#9": "adds as much to every size by which selections are told apart",
    "objective.by_oldest#12": "turns the sign of every size by which selections are told apart",
    "preparation.balance#7": "scales the other side where the masses match, and then the gain is 1",
    "knapsack.admissible#1": "lists some selections twice where both budgets are equal, and the best of a list stays",
    **dict.fromkeys(
        ("knapsack.selections#3", "knapsack.selections#9"),
        "labels the numbers of slots otherwise, one to one, and labels are only compared with each other",
    ),
    "knapsack.selections#4": "makes every selection worth one more, the empty one included",
    "hierarchy.ratio#2": "gives room for expands where there are none, and a collapse fits in any room",
    "projection.preferred_choices#10": "invents other scores where only legality is asked for",
    "relaxation.relaxed#9": "brings other shares at a price of 0 that are worth as much, and any such will do (LPR-2)",
    "relaxation.relaxed#10": "changes the room in a debt, where only collapses are left and the price of a slot is 0",
    **dict.fromkeys(
        ("relaxation.relaxed#16", "relaxation.relaxed#22", "relaxation.bill#2"),
        "doubles a number of which only the sign is looked at",
    ),
    "relaxation.relaxed#23": "prices an action where neither candidates nor actions are allowed, and the bound stays 0",
    "relaxation.prices#5": "adds the price 0 to a set that it is added to anyway",
    **dict.fromkeys(
        ("relaxation.taken#7", "relaxation.taken#9"), "asks about choices that cost no slots, which GEO-2 rules out"
    ),
    "relaxation.shared#7": "is the part of an exchange that moves no slots, and the two lots never differ by one",
    "ties.by_recency#3": "stands for nothing remembered by -2 instead of -1, which is below every iteration just so",
}
"""Mutant name -> why it means the same as the reference."""
