"""``focalloc clauses``: each clause of the spec with what stands behind it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.places import code_of, place_of, shown

if TYPE_CHECKING:
    from focalloc.spec.clauses import Clause

Behind = dict[str, list[str]]
"""Clause id -> names of what is about it."""


def clauses(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[CLAUSE]...", help="Clauses to show in full.")] = None,
) -> None:
    """List the clauses of the spec: predicate, tests, theorems, allocators that break it on purpose, what it exposes.

    Of a clause that is named, all of it is shown, with file and line: also where the reference and the fast path carry
    it out, and its vectors. Tests are listed in a checkout only, where they are; theorems where the proofs extra is
    installed. A clause without prose, predicate, test, broken allocator, or theorem or a reason why there is none, is a
    gap: it is named, and the exit status is 1.
    """
    from rich import box
    from rich.table import Table

    from focalloc.cli.terminal import output
    from focalloc.spec.clauses import SPEC_VERSION
    from focalloc.spec.clauses import clauses as stated
    from focalloc.spec.errors import InvalidInput

    known, console = stated(), output()
    for one in ids or ():
        if one not in known:
            raise InvalidInput("clause", one, "is not in the spec; run focalloc clauses for the list")
    evidence = {
        "theorems": _theorems(),
        "broken": _broken(),
        "exposes": _exposed(),
        "vectors": _vectors(),
        "tests": _tests(),
    }
    unproved = _unproved() if evidence["theorems"] is not None else {}
    here = {what: behind for what, behind in evidence.items() if behind is not None}
    if ids:
        written = {"reference": code_of("focalloc.refimpl"), "fast path": code_of("focalloc.fastpath")}
        for one in ids:
            console.print(f"{one} {known[one].title}\n\n{known[one].prose}\n", markup=False, soft_wrap=True)
            excuses = {"theorems": unproved.get(one, "none")}
            for what, behind in chain([("predicate", _predicates())], written.items(), here.items()):
                for number, line in enumerate(behind.get(one) or [excuses.get(what, "none")]):
                    console.print(f"{'' if number else what:<10} {line}", markup=False, soft_wrap=True)
            console.print()
        return

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("clause", "title", "predicate"):
        table.add_column(heading, overflow="fold")
    for heading in here:
        table.add_column(heading, justify="right")
    for clause in known.values():
        predicate = clause.predicate.removeprefix("focalloc.spec.") or "-"
        table.add_row(clause.id, clause.title, predicate, *(str(len(behind[clause.id])) for behind in here.values()))
    console.print(table)
    absent = [what for what in evidence if what not in here]
    note = f"; not available here: {', '.join(absent)}" if absent else ""
    console.print(f"spec {SPEC_VERSION}: {len(known)} clauses{note}; focalloc clauses CLAUSE shows one in full")
    missing = gaps(known.values(), here, unproved)
    for sentence in missing:
        console.print(sentence, markup=False, soft_wrap=True)
    if missing:
        raise typer.Exit(1)


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
        from focalloc.cli import missing_extra

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


def _unproved() -> dict[str, str]:
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
