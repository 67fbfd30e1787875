"""The loop-free helpers of spec and reference as terms, so that theorems are about the code and not about a copy.

`Helpers` runs a helper's own source on symbolic integers, all paths, and hands back one term. A planted bug goes into
that source, so a theorem that uses a helper fails if the helper is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import z3

from focalloc.proofs.engines.forking import lifted, summary
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.terms import Term
from focalloc.spec import geometry as geometry_module


@dataclass(frozen=True)
class Helpers:
    """The functions of one module, with a bug planted or without, applied to terms.

    Attributes:
        module: the module they live in.
        bug: the planted bug.
        assume: what holds of the arguments.
    """

    module: ModuleType
    bug: Mutation
    assume: tuple[Term, ...] = ()

    def plain(self, function: str) -> Any:
        """The function itself."""
        return Source.of(self.module, self.bug).python[function]

    def __call__(self, function: str, *arguments: Any) -> Term:
        """The term that ``function`` computes."""
        return summary(self.plain(function), *arguments, assumptions=self.assume)

    def allows(self, predicate: str, *arguments: Any) -> Term:
        """Whether the predicate of a clause finds nothing to object to."""
        findings = self.plain(predicate)
        return summary(lambda *given: not list(findings(*given)), *arguments, assumptions=self.assume)


def record(**fields: Any) -> Any:
    """Something with these attributes, to stand for parameters or a state; Z3 terms are wrapped."""
    return SimpleNamespace(**{name: lifted(value) for name, value in fields.items()})


@dataclass(frozen=True)
class SymbolicGeometry:
    """A geometry of a given number of levels with any arities and costs that clauses GEO-1 and GEO-2 allow.

    Attributes:
        geometry: the spec's own class, over symbolic integers.
        assume: what GEO-1 and GEO-2 say about them.
    """

    geometry: Any
    assume: list[Term]

    @classmethod
    def of(cls, levels: int, bug: Mutation) -> SymbolicGeometry:
        """A geometry with ``levels`` levels of gists."""
        arity, cost = z3.Ints([f"K{i + 1}" for i in range(levels)]), z3.Ints([f"c{i}" for i in range(levels + 1)])
        source = Source.of(geometry_module, bug)
        geometry = source.bare_class("Geometry")()
        geometry.arity = tuple(lifted(k) for k in arity)
        geometry.cost = tuple(lifted(c) for c in cost)
        shaped = [k >= 2 for k in arity] + [c >= 1 for c in cost]
        charged = [k * below > own for k, below, own in zip(arity, cost, cost[1:], strict=False)]
        return cls(geometry, shaped + charged)
