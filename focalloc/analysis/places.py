"""Where the code of a clause is: every function that names the clause, in its docstring or in a comment."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from inspect import getsourcefile, unwrap
from pathlib import Path
from typing import Any

NAMED = re.compile(r"\b(?P<family>[A-Z]{3})-(?P<first>\d+)(?: to (?:(?P=family)-)?(?P<last>\d+))?\b")
"""A clause id, or a range such as ``GRE-1 to GRE-6``."""


def named(text: str) -> Iterator[str]:
    """The clause ids that a text names, those within a range included."""
    for found in NAMED.finditer(text):
        first = int(found["first"])
        for number in range(first, int(found["last"] or first) + 1):
            yield f"{found['family']}-{number}"


def code_of(package: str) -> dict[str, list[str]]:
    """Clause id -> the places of a package that name it, each as ``file:line function``.

    Args:
        package: dotted name; its own modules are read and those of packages in it.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(Path(str(files(package))).rglob("*.py")):
        scopes = _scopes(file)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            for clause in named(line):
                begins, name = max((begin, name) for begin, end, name in scopes if begin <= number <= end)
                place = f"{shown(file)}:{begins}{name and ' ' + name}"
                if place not in found[clause]:
                    found[clause].append(place)
    return found


@lru_cache
def _scopes(file: Path) -> list[tuple[int, int, str]]:
    """First line, last line and dotted name of the module in a file and of all functions and classes in it."""
    found = [(1, 10**9, "")]
    inside: list[tuple[str, ast.AST]] = [("", ast.parse(file.read_text(encoding="utf-8")))]
    while inside:
        prefix, outer = inside.pop()
        for node in ast.iter_child_nodes(outer):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                name = f"{prefix}{node.name}"
                found.append((node.lineno, node.end_lineno or node.lineno, name))
                inside.append((f"{name}.", node))
    return found


def place_of(thing: Callable[..., Any]) -> str:
    """File and line of a function or class, beneath its decorators."""
    source = unwrap(thing)
    file = getsourcefile(source)
    if file is None:
        return ""
    begins = next(begin for begin, _, name in _scopes(Path(file)) if name == source.__qualname__)
    return f"{shown(Path(file))}:{begins}"


def shown(file: Path) -> str:
    """A path as it is typed from here: relative if it lies below."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)
