"""The numbered clauses: their prose lives in ``SPEC.md``, their predicates are registered here.

A predicate yields ``(where, sentence)`` for every place where its clause is broken; the decorator `clause` names
the predicate's clause once and turns what it yields into `Violation` objects. Nothing yielded means the clause holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, wraps
from importlib.resources import files
from typing import ParamSpec

SPEC_VERSION = "1.1"
"""Version of the spec's text and meaning; independent of the package's version (see the changelog in SPEC.md)."""

WHOLE = -1
"""`Violation.where` of a finding about an answer as a whole rather than about one of its actions."""

P = ParamSpec("P")
Finding = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken clause with its witness.

    Attributes:
        clause: clause id, e.g. ``"BUD-1"``.
        message: a sentence that says what happened and which rule forbids it.
        where: index of the offending action, block or score; `WHOLE` if no single one is to blame.
    """

    clause: str
    message: str
    where: int = WHOLE

    def __str__(self) -> str:
        return f"{self.clause}: {self.message}"


PREDICATES: dict[str, str] = {}
"""Clause id -> dotted name of the predicate that decides it."""


def clause(clause_id: str) -> Callable[[Callable[P, Iterator[Finding]]], Callable[P, list[Violation]]]:
    """Register the decorated generator as the predicate of ``clause_id``."""

    def register(predicate: Callable[P, Iterator[Finding]]) -> Callable[P, list[Violation]]:
        if clause_id in PREDICATES:
            raise RuntimeError(f"clause {clause_id} has two predicates")
        PREDICATES[clause_id] = f"{predicate.__module__}.{predicate.__qualname__}"

        @wraps(predicate)
        def judged(*args: P.args, **kwargs: P.kwargs) -> list[Violation]:
            found = list(predicate(*args, **kwargs))  # nothing, nearly always
            return [Violation(clause_id, message, where) for where, message in found] if found else []

        return judged

    return register


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered clause as SPEC.md states it."""

    id: str
    title: str
    prose: str
    predicate: str


@cache
def clauses() -> dict[str, Clause]:
    """Every clause of SPEC.md by id, in document order.

    A clause is a heading ``#### ID title``, its prose, and a line ``Predicate: `module.name```.
    """
    text = (files("focalloc.spec") / "SPEC.md").read_text(encoding="utf-8")
    found: dict[str, Clause] = {}
    for match in re.finditer(r"^#### ([A-Z]+-\d+) (.+?)\n(.*?)(?=^#{1,4} |\Z)", text, re.M | re.S):
        clause_id, title, body = match.groups()
        predicate = re.search(r"^Predicate: `([\w.]+)`", body, re.M)
        if clause_id in found:
            raise RuntimeError(f"SPEC.md states clause {clause_id} twice")
        found[clause_id] = Clause(clause_id, title.strip(), body.strip(), predicate.group(1) if predicate else "")
    return found


@cache
def profile_clauses(profile: str) -> tuple[str, ...]:
    """Ids of the clauses that bind ``profile``, in document order, as SPEC.md's table of profiles states them.

    An entry of the table is an id, a range of ids, the letters that a group of ids begins with, or another profile.
    """
    text = (files("focalloc.spec") / "SPEC.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{re.escape(profile)}` \| ((?:GEO|all of)[^|]*)\|", text, re.M)
    if row is None:
        raise KeyError(profile)
    known, bound = list(clauses()), set[str]()
    for entry in re.findall(r"all of `\w+`|[A-Z]+-\d+ to [A-Z]+-\d+|[A-Z]+-\d+|[A-Z]{3}", row.group(1)):
        if entry.startswith("all of"):
            bound |= set(profile_clauses(entry.split("`")[1]))
        elif " to " in entry:
            first, last = entry.split(" to ")
            bound |= set(known[known.index(first) : known.index(last) + 1])
        else:
            bound |= {one for one in known if one == entry or one.startswith(f"{entry}-")}
    return tuple(one for one in known if one in bound)
