"""What is proved of each kernel: the strongest theorem about it, of its safety and of its function.

*Safety*: every index in its table, every number in its width, every divisor positive, every loop ends. *Function*: it
gives what it is for.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path

from focalloc import fastpath
from focalloc.fastpath import kernels
from focalloc.proofs.catalogue import theorems
from focalloc.proofs.contracts import CONTRACTS
from focalloc.proofs.sources import Source
from focalloc.proofs.theorem import Technique, Theorem


class Strength(StrEnum):
    """How much is known, the most first."""

    EVERY_SIZE = "every size"
    BOUNDED = "bounded"
    TESTED = "tested"
    NONE = "none"


RUN = (Technique.MERGING, Technique.EXHAUSTION, Technique.MACHINE_CODE)
"""How theorems are established that run kernels."""


@dataclass(frozen=True)
class Known:
    """What is known of one property of a kernel.

    Attributes:
        strength: how much.
        theorem: by which theorem; empty where by none.
        bounds: up to where, as the theorem states it; empty where it states none.
    """

    strength: Strength
    theorem: str = ""
    bounds: str = ""


@dataclass(frozen=True)
class Covered:
    """A kernel and what is known of it.

    Attributes:
        file: of the kernels.
        kernel: its name.
        safety: what is known of that.
        function: what is known of that.
    """

    file: str
    kernel: str
    safety: Known
    function: Known


def coverage() -> list[Covered]:
    """Every kernel, in the order of the pipeline."""
    bounded = _bounded()
    tested = _closed(_imported_by_the_fast_path())
    whole = {one.kernel for one in CONTRACTS.values() if one.whole}
    by = {name: theorem for theorem in theorems(full=True) for name in theorem.kernels}
    found = []
    for file in kernels.MODULES:
        for name in _kernels_of(file):
            least = Known(Strength.TESTED if name in tested else Strength.NONE)
            usual = bounded.get(name, least)
            always = Known(Strength.EVERY_SIZE, by[name].name) if name in CONTRACTS and name in by else usual
            found.append(Covered(file, name, always, always if name in CONTRACTS and name in whole else usual))
    return found


@cache
def _kernels_of(file: str) -> tuple[str, ...]:
    """The functions of a file of the kernels that are compiled."""
    body = ast.parse(inspect.getsource(import_module(f"{kernels.__name__}.{file}"))).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    return tuple(one.name for one in functions if any("kernel" in ast.unparse(by) for by in one.decorator_list))


@cache
def _calls() -> Mapping[str, frozenset[str]]:
    """The kernels that each kernel calls."""
    functions = Source.of(kernels).functions
    return {
        name: frozenset(
            node.func.id
            for node in ast.walk(one)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions
        )
        for name, one in functions.items()
    }


def _closed(names: set[str]) -> set[str]:
    """These kernels and all that they call."""
    found, waiting = set(names), [*names]
    while waiting:
        for callee in _calls()[waiting.pop()] - found:
            found.add(callee)
            waiting.append(callee)
    return found


def _imported_by_the_fast_path() -> set[str]:
    """The kernels that production calls; what they answer is compared with the reference in tests."""
    found: set[str] = set()
    for file in Path(inspect.getfile(fastpath)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(kernels.__name__):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found & {*_calls()}


def _bounded() -> dict[str, Known]:
    """The kernels that a theorem runs up to a bound, by the theorem that is closest to each."""
    found: dict[str, Known] = {}
    fronts = [(one, set(_named_in(one))) for one in theorems(full=True) if one.technique in RUN]
    seen: dict[str, set[str]] = {one.name: set() for one, _ in fronts}
    while any(front for _, front in fronts):
        following = []
        for one, front in fronts:
            for name in sorted(front):
                found.setdefault(name, Known(Strength.BOUNDED, one.name, one.bounds))
            seen[one.name] |= front
            following.append((one, set().union(*(_calls()[name] for name in front)) - seen[one.name]))
        fronts = following
    return found


def _named_in(theorem: Theorem) -> Iterator[str]:
    """The kernels that the check of a theorem about kernels names, itself or in what it calls of its module."""
    if not theorem.file.startswith(("kernels/", "compiled/")):
        return
    module = import_module(f"focalloc.proofs.theorems.{theorem.file.removesuffix('.py').replace('/', '.')}")
    functions = {
        node.name: node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)
    }
    waiting, seen = [theorem.check.__name__], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in [part for statement in functions[name].body for part in ast.walk(statement)]:
            if isinstance(node, ast.Constant) and node.value in _calls():
                yield str(node.value)
            elif isinstance(node, ast.Name):
                waiting.append(node.id)
