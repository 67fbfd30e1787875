"""What stands behind each clause of the spec: predicate, code, theorems, broken allocators, vectors, tests."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from focalloc.analysis.places import code_of, place_of, shown
from focalloc.extras import missing_extra

if TYPE_CHECKING:
    from focalloc.spec.clauses import Clause

Behind = dict[str, list[str]]
"""Clause id -> names of what is about it."""


def evidence() -> dict[str, Behind | None]:
    """All that is about clauses, by kind; None for a kind that is not available here.

    Tests are in a checkout only, theorems where the proofs extra is installed.
    """
    return {
        "theorems": _theorems(),
        "broken": _broken(),
        "exposes": _exposed(),
        "vectors": _vectors(),
        "tests": _tests(),
    }


def written() -> dict[str, Behind]:
    """Where each clause is carried out, with file and line: its predicate, the reference, the fast path."""
    return {
        "predicate": _predicates(),
        "reference": code_of("focalloc.refimpl"),
        "fast path": code_of("focalloc.fastpath"),
    }


def gaps(known: Iterable[Clause], evidence: Mapping[str, Behind], unproved: Mapping[str, str]) -> list[str]:
    """A sentence for each clause that something is missing behind.

    Args:
        known: the clauses.
        evidence: what there is of ``"tests"``, ``"broken"`` and ``"theorems"``; a kind that is not available here is
            not asked for.
        unproved: clause id -> why no theorem serves it.
    """
    found = []
    for clause in known:
        absent = [what for what in ("prose", "predicate") if not getattr(clause, what)]
        absent += [
            what
            for what in ("tests", "broken", "theorems")
            if what in evidence
            and not evidence[what].get(clause.id)
            and not (what == "theorems" and unproved.get(clause.id))
        ]
        if absent:
            found.append(f"gap: {clause.id} has no {' and no '.join(absent)}")
    return found


def _predicates() -> Behind:
    """The predicate of each clause."""
    from focalloc.spec.clauses import PREDICATES

    found: Behind = {}
    for clause, dotted in PREDICATES.items():
        module, _, name = dotted.rpartition(".")
        found[clause] = [f"{place_of(getattr(import_module(module), name))} {name}"]
    return found


def _broken() -> Behind:
    """The broken allocators that break or misread each clause, with their mistakes."""
    from focalloc.conformance.broken import BROKEN

    found: Behind = defaultdict(list)
    for broken in BROKEN.values():
        found[broken.clause].append(f"{place_of(broken.factory)} {broken.name}: {broken.mistake}")
    return found


def _exposed() -> Behind:
    """The broken allocators that must be called by each clause."""
    from focalloc.conformance.broken import BROKEN

    found: Behind = defaultdict(list)
    for broken in BROKEN.values():
        for clause in broken.exposed_by:
            found[clause].append(broken.name)
    return found


def _theorems() -> Behind | None:
    """The theorems that serve each clause; None without the proofs extra."""
    try:
        from focalloc.proofs.catalogue import theorems
    except ModuleNotFoundError as missing:
        if missing_extra(missing.name or "") is None:
            raise
        return None
    found: Behind = defaultdict(list)
    for theorem in theorems(full=True):
        for clause in theorem.clauses:
            found[clause].append(f"{place_of(theorem.check)} {theorem.name}")
    return found


def _vectors() -> Behind:
    """The shipped vectors of each clause."""
    from focalloc.conformance.vectors import FOLDER, shipped

    found: Behind = defaultdict(list)
    for vector in shipped():
        for clause in vector.clauses:
            found[clause].append(f"{shown(FOLDER / vector.clauses[0])}.json {vector.id}")
    return found


def unproved() -> dict[str, str]:
    """Clause id -> why no theorem serves it; needs the proofs extra."""
    from focalloc.proofs.unproved import UNPROVED

    return UNPROVED


def _tests() -> Behind | None:
    """The tests that carry ``pytest.mark.clause`` for each clause; None outside a checkout."""
    folder = Path(str(files("focalloc.spec"))).parent / "tests"
    if not folder.is_dir():
        return None
    found: Behind = defaultdict(list)
    for file in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for clause in chain.from_iterable(map(_marked, node.decorator_list)):
                    found[clause].append(f"{shown(file)}::{node.name}")
    return found


def _marked(decorator: ast.expr) -> list[str]:
    """The clauses that a ``pytest.mark.clause(...)`` names; none if it is another decorator."""
    match decorator:
        case ast.Call(func=ast.Attribute(attr="clause"), args=arguments):
            return [one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return []
