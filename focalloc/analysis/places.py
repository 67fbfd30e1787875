"""Where the code of a clause is: every function that names the clause, in its docstring or in a comment."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib.resources import files
from inspect import getsourcefile, getsourcelines, unwrap
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
        lines = file.read_text(encoding="utf-8").splitlines()
        scopes = list(_scopes(ast.parse("\n".join(lines))))
        for number, line in enumerate(lines, start=1):
            begins, name = max((begin, name) for begin, end, name in scopes if begin <= number <= end)
            place = f"{shown(file)}:{begins}{name and ' ' + name}"
            for clause in named(line):
                if place not in found[clause]:
                    found[clause].append(place)
    return found


def _scopes(module: ast.Module) -> Iterator[tuple[int, int, str]]:
    """First line, last line and dotted name of the module and of all functions and classes in it."""
    yield 1, 10**9, ""
    inside: list[tuple[str, ast.AST]] = [("", module)]
    while inside:
        prefix, outer = inside.pop()
        for node in ast.iter_child_nodes(outer):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                name = f"{prefix}{node.name}"
                yield node.lineno, node.end_lineno or node.lineno, name
                inside.append((f"{name}.", node))


def place_of(thing: Callable[..., Any]) -> str:
    """File and line of a function or class, beneath its decorators."""
    source = unwrap(thing)
    file = getsourcefile(source)
    if file is None:
        return ""
    lines, begins = getsourcelines(source)
    decorators = next(i for i, line in enumerate(lines) if line.lstrip().startswith(("def ", "class ")))
    return f"{shown(Path(file))}:{begins + decorators}"


def shown(file: Path) -> str:
    """A path as it is typed from here: relative if it lies below."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)
