"""The source of the code under proof: read from the module that ships, with or without a planted bug.

A proof about code is a proof about a text. `Source` holds that text, as found by ``inspect`` in the imported module, or
in those of a package that lists them in its ``MODULES``, as that of the kernels does. It hands it out in two forms: as
syntax trees for the merging executor, and as plain Python functions (decorators dropped, so that nothing compiled is
called on the way) for the forking executor and for comparison with CPython.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from types import CodeType, ModuleType
from typing import Any


@dataclass(frozen=True)
class Mutation:
    """A bug to plant, on purpose, to see that a proof notices.

    Attributes:
        name: what is wrong, in a few words.
        old: the text to replace, which must occur exactly once in the source; empty for a bug that is planted in a
            model by name.
        new: what replaces it.
        module: last part of the name of the module it goes into; needed only where a theorem is about several.
    """

    name: str
    old: str = ""
    new: str = ""
    module: str = ""


class NoPlace(LookupError):
    """A bug cannot be planted, since the code that it goes into has changed."""


AS_SHIPPED = Mutation("")
"""No bug."""


@dataclass(frozen=True)
class Source:
    """The text of one module, or of those of a package, and what it means.

    Attributes:
        module: the module or package as imported.
        text: its source, a planted bug included; of a package the modules' one behind the other.
        settings: module constants to replace, so that a small instance exercises what otherwise takes a large one.
    """

    module: ModuleType
    text: str
    settings: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, module: ModuleType, bug: Mutation = AS_SHIPPED, **settings: Any) -> Source:
        """The source of ``module`` with ``bug`` planted if it is meant for it, and some of its constants changed.

        Raises:
            NoPlace: the text that the bug replaces does not occur exactly once.
        """
        text = "\n\n".join(map(inspect.getsource, parts(module)))
        if bug.old and bug.module in ("", module.__name__.rpartition(".")[2]):
            if text.count(bug.old) != 1:
                raise NoPlace(
                    f"{bug.name}: {bug.old!r} occurs {text.count(bug.old)} times in {module.__name__}; the code has "
                    f"changed, so give the planted bug a text that occurs in it exactly once"
                )
            text = text.replace(bug.old, bug.new)
        return cls(module, text, tuple(settings.items()))

    def again(self) -> Source:
        """The same, its functions built anew: nothing that was done to their globals is left."""
        return Source(self.module, self.text, self.settings)

    @cached_property
    def functions(self) -> Mapping[str, ast.FunctionDef]:
        """The module-level functions by name."""
        return parsed(self.text)

    @cached_property
    def constants(self) -> Mapping[str, int]:
        """The module-level integers by name, those it imports included."""
        return {
            name: int(value)
            for name, value in self._names().items()
            if isinstance(value, int) and not name.startswith("__")
        } | dict(self.settings)

    @cached_property
    def tuples(self) -> Mapping[str, Callable[..., Any]]:
        """The named tuples by name, those it imports included."""
        return {name: value for name, value in self._names().items() if hasattr(value, "_fields")}

    @cached_property
    def python(self) -> Mapping[str, Callable[..., Any]]:
        """The module-level functions as plain Python functions that call each other, compiled from `text`."""
        namespace = self._names() | dict(self.settings)
        for definition in definitions(self.text):
            exec(_compiled(definition, self.module.__name__), namespace)
        return {name: namespace[name] for name in self.functions}

    def bare_class(self, name: str) -> Any:
        """The class ``name`` without its decorators and without the validation that ``__post_init__`` does.

        Tables of functions at module level are built anew, so that a planted bug reaches the class through them too.
        """
        body = ast.parse(self.text).body
        (node,) = (node for node in body if isinstance(node, ast.ClassDef) and node.name == name)
        tables = [one for one in body if isinstance(one, ast.AnnAssign) and isinstance(one.value, ast.Dict)]
        node.decorator_list = []
        node.body = [one for one in node.body if not (isinstance(one, ast.FunctionDef) and one.name == "__post_init__")]
        return self._run(program([*undecorated(self.text), *tables, node], self.module.__name__))[name]

    def _run(self, code: CodeType) -> dict[str, Any]:
        """The module's names, with those that ``code`` defines in place of its own."""
        namespace = self._names() | dict(self.settings)
        exec(code, namespace)
        return namespace

    def _names(self) -> dict[str, Any]:
        return {name: value for part in parts(self.module) for name, value in vars(part).items()}


def parts(module: ModuleType) -> list[ModuleType]:
    """The modules of a package that lists them in its ``MODULES``; any other module is alone."""
    names = getattr(module, "MODULES", ())
    return [import_module(f"{module.__name__}.{name}") for name in names] or [module]


def definitions(text: str) -> list[str]:
    """The definitions of a source, each apart: two empty lines stand between them, and nowhere else.

    A planted bug is in one of them; the others are parsed and compiled once for all bugs.
    """
    return text.split("\n\n\n")


@lru_cache(maxsize=4096)
def _statements(definition: str) -> Sequence[ast.stmt]:
    return ast.parse(definition).body


def statements(text: str) -> list[ast.stmt]:
    """The module-level statements of a source, only to be read."""
    return [node for definition in definitions(text) for node in _statements(definition)]


@lru_cache(maxsize=32)
def parsed(text: str) -> Mapping[str, ast.FunctionDef]:
    """The module-level functions of a source by name, only to be read."""
    return {node.name: node for node in statements(text) if isinstance(node, ast.FunctionDef)}


def undecorated(text: str) -> list[ast.FunctionDef]:
    """The module-level functions of a source, without their decorators."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    for node in found:
        node.decorator_list = []
    return found


def program(definitions: list[Any], name: str) -> CodeType:
    """What defines these; ``name`` is shown in tracebacks."""
    future = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)
    return compile(ast.fix_missing_locations(ast.Module([future, *definitions], [])), f"<{name}>", "exec")


@lru_cache(maxsize=4096)
def _compiled(definition: str, name: str) -> CodeType:
    """The functions of a part of a source, which every world of a theorem runs afresh and none need compile anew."""
    return program(undecorated(definition), name)
