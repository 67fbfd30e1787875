"""What an allocator is made of, as one digest: so that what was judged is not mistaken for what it has become since.

A module in a package stands for every file of the outermost package; a module by itself for its file and those beside
it that it imports; a program for its file, its arguments, and every file that an argument names, with a script or a
module (``-m``) of Python standing for as much as it would by itself; and whatever is named ``also``. What a module
imports from elsewhere is seen where it is judged (`imported`): the files of checkouts, and the versions of what is
installed. What is imported only later, and a file that is only opened, is not seen.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder
from itertools import pairwise
from modulefinder import ModuleFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from focalloc.spec.errors import InvalidInput
from focalloc.spec.files import unusable

INSTALLED = {"site-packages", "dist-packages"}
"""Names of folders that distributions are installed in."""


def contents_of(target: str, program: str, also: Sequence[Path] = ()) -> str:
    """A digest, in hexadecimal, of what ``target`` (``module:factory``) or else ``program`` (a command) is made of.

    Nothing of it is run, nor imported.

    Args:
        target: a module and a factory in it.
        program: a command.
        also: files that count, too, such as weights, and folders for all that is in them.

    Raises:
        InvalidInput: there is no such module or program, or a file of it cannot be read.
    """
    whole = hashlib.blake2b(digest_size=16)
    for name, file in sorted(_program_files(program) if program else _module_files(target)):
        whole.update(_told(name, _digest_of("target", file)))
    for named in also:
        for name, file in sorted(_files_in(named)) if named.is_dir() else [("", named)]:
            whole.update(_told(str(named), name, _digest_of("also", file)))
    whole.update(_told(target, program))
    return whole.hexdigest()


def imported() -> str:
    """A digest, in hexadecimal, of what this process has imported that is not of the standard library.

    Of what is installed, as `INSTALLED` has it, the version counts, of anything else the file.
    """
    standard = {Path(sysconfig.get_path(kind)).resolve() for kind in ("stdlib", "platstdlib")}
    told: set[tuple[str, str]] = set()
    loaded: dict[str, Any] = dict(sys.modules)  # anybody may put anything there
    for name, module in loaded.items():
        file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
        if not isinstance(file, str):
            continue
        path = Path(file).resolve()
        if INSTALLED & set(path.parts):
            top = name.partition(".")[0]
            told.add((top, _version(top)))
        elif name != "__main__" and path.is_file() and not any(map(path.is_relative_to, standard)):
            told.add((name, _digest_of("target", path)))
    whole = hashlib.blake2b(digest_size=16)
    for one in sorted(told):
        whole.update(_told(*one))
    return whole.hexdigest()


@cache
def _version(name: str) -> str:
    """The version of the distribution that brings a module, mostly called as that is; else what the module says."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return str(vars(sys.modules.get(name, sys)).get("__version__", ""))


def _told(*words: str) -> bytes:
    return repr(words).encode("utf-8", "surrogatepass")


def _digest_of(field: str, file: Path) -> str:
    try:
        about = file.stat()
        return _digest(file, about.st_mtime_ns, about.st_size)
    except OSError as error:
        raise unusable(field, file, error) from error


@cache
def _digest(file: Path, changed: int, size: int) -> str:
    """Of what is in ``file``; ``changed`` and ``size`` are there to be asked again when they are others."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()


def _program_files(program: str) -> Iterator[tuple[str, Path]]:
    """The files that a command names, each with the word that names it."""
    words = shlex.split(program)
    found = shutil.which(words[0])
    if found is None:
        raise InvalidInput("target", program, "there is no such program")
    yield words[0], Path(found)
    python = Path(found).name.startswith(("python", "pypy"))
    for before, word in pairwise(words):
        if python and before == "-m":
            with suppress(InvalidInput):  # it may be one that only that interpreter knows
                yield from _module_files(word)
        for named in {word, word.partition("=")[2]}:  # as in --weights=FILE
            if Path(named).is_file():
                yield word, Path(named)
                yield from ((f"{word}: {name}", file) for name, file in _with_neighbours(Path(named)))


def _module_files(target: str) -> Iterator[tuple[str, Path]]:
    """The files of a module, each by a name that is the same wherever it is installed."""
    names = target.partition(":")[0].split(".")
    folders: list[Path] = []
    path: list[str] | None = None
    for depth, name in enumerate(names, 1):
        spec = _found(".".join(names[:depth]), path)
        if spec is None:
            raise InvalidInput("target", target, f"there is no module {'.'.join(names[:depth])}")
        if spec.submodule_search_locations is not None:
            path = _locations(spec, name, path)
            folders += [Path(one) for one in path]
        elif spec.origin is not None and not folders:
            yield from _with_neighbours(Path(spec.origin))
            return
    for folder in folders:
        yield from ((f"{folder.name}/{name}", file) for name, file in _files_in(folder))


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder, but for what is hidden and what Python keeps there, each by its name in it."""
    for file in folder.rglob("*"):
        inside = file.relative_to(folder)
        if file.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in inside.parts):
            yield inside.as_posix(), file


def _found(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Where a module is, as its host would find it: in the working directory, too, after everything that is installed.

    Unlike `importlib.util.find_spec` this runs no parent of it.
    """
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, path)
        except KeyError:  # a folder without an ``__init__.py``, whose parent is not loaded
            spec = ModuleSpec(name, None, is_package=True)
        if spec is not None:
            return spec
    return PathFinder.find_spec(name, [""]) if path is None else None


def _locations(spec: ModuleSpec, name: str, path: Sequence[str] | None) -> list[str]:
    """The folders of a package; one without an ``__init__.py`` knows of none, as long as its parent is not loaded."""
    if spec.origin is not None:
        return list(spec.submodule_search_locations or ())
    places = dict.fromkeys([*sys.path, ""]) if path is None else path
    return [str(Path(one, name)) for one in places if Path(one, name).is_dir()]


def _with_neighbours(file: Path) -> Iterator[tuple[str, Path]]:
    """A module's file, and the files in its folder that it imports, whichever import in it is reached."""
    yield file.name, file
    here = file.parent.resolve()
    installed = {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib", "stdlib", "platstdlib")}
    if file.suffix != ".py" or here in installed:
        return
    finder = ModuleFinder(path=[str(here)])
    try:
        finder.load_file(str(file))
    except (SyntaxError, ValueError, RecursionError):  # whoever imports it will say so
        return
    for module in finder.modules.values():
        name: str | None = getattr(module, "__file__", None)
        if name is not None and (other := Path(name).resolve()) != file.resolve():
            yield other.relative_to(here).as_posix(), other
