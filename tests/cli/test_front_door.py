"""`import focalloc`: the public names, and what they may not cost."""

import doctest
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import focalloc

HEAVY = {"numpy", "numba", "z3", "hypothesis", "rich", "typer", "msgspec", "scipy", "torch"}


@pytest.mark.parametrize("name", focalloc.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(focalloc, name) is not None


@pytest.mark.parametrize("name", [name for name in focalloc.__all__ if name != "__version__"])
def test_every_public_name_shows_how_it_is_used(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = doctest.DocTestParser().get_doctest(getattr(focalloc, name).__doc__ or "", {}, name, None, None)
    assert shown.examples
    assert doctest.DocTestRunner().run(shown).failed == 0


def test_names_are_those_of_the_parts() -> None:
    from focalloc.fastpath.allocator import Allocator
    from focalloc.spec.violations import violations

    assert focalloc.Allocator is Allocator
    assert focalloc.violations is violations


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Alocator'"):
        focalloc.Alocator  # noqa: B018


def test_dir_lists_the_public_names() -> None:
    assert dir(focalloc) == sorted(focalloc.__all__)


def test_version_is_that_of_the_distribution() -> None:
    assert focalloc.__version__ == importlib.metadata.version("focalloc")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_import_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_after("import focalloc")


def test_spec_names_load_nothing_heavy() -> None:
    assert not HEAVY & loaded_after("from focalloc import Geometry, Params, State, violations, quantise")
