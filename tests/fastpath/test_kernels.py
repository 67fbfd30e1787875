"""The folder of the kernels reads in its order, and nothing in it has two meanings."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from focalloc.fastpath import kernels

FOLDER = Path(str(kernels.__file__)).parent
PREFIX = kernels.__name__ + "."


def tree_of(name: str) -> ast.Module:
    """The syntax tree of one of the files."""
    return ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """The files of the folder that another imports from."""
    found = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return {name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX)}


def looking_ahead(trees: dict[str, ast.Module]) -> list[str]:
    """Imports that do not run towards the beginning."""
    order = list(trees)
    return [
        f"{name} imports {other}"
        for at, (name, tree) in enumerate(trees.items())
        for other in imported(tree)
        if other not in order[:at]
    ]


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a file gives."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


TREES = {name: tree_of(name) for name in kernels.MODULES}


def test_every_file_has_its_place_and_the_page_lists_them_in_order() -> None:
    assert sorted(kernels.MODULES) == sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")
    assert tuple(re.findall(r"^\| `(\w+)` \|", str(kernels.__doc__), re.M)) == kernels.MODULES


def test_a_file_imports_from_files_before_it_only() -> None:
    assert looking_ahead(TREES) == []
    assert sum(len(imported(tree)) for tree in TREES.values()) > 50
    assert looking_ahead(dict(reversed(TREES.items()))) != []


def test_no_name_is_given_twice() -> None:
    names = Counter(name for tree in TREES.values() for name in defined(tree))
    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) > 200


def test_kernels_are_short_and_take_few_things() -> None:
    """Six parameters at most, and so many lines as one sees at a glance; whatever else they need comes in tables."""
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                taken = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                assert (node.end_lineno or 0) - node.lineno < 70, node.name
                assert len(taken) <= 6, node.name
                assert node.args.vararg is node.args.kwarg is None, node.name
