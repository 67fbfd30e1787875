"""What pyproject.toml says against what the tree holds."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import focalloc
from focalloc.extras import EXTRAS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
FOLDERS = ("focalloc", "spec", "refimpl", "fastpath", "conformance", "proofs", "learn", "runtime")


def package_of(folder: Path) -> str:
    parts = folder.relative_to(ROOT).parts
    return ".".join(parts if parts[0] == "focalloc" else ("focalloc", *parts))


def test_every_folder_with_code_is_packaged() -> None:
    found = {
        package_of(init.parent)
        for name in FOLDERS
        for init in (ROOT / name).rglob("__init__.py")
        if "__pycache__" not in init.parts
    }
    assert set(SETUPTOOLS["packages"]) == found


def test_package_dir_is_the_folder_of_the_same_name() -> None:
    assert SETUPTOOLS["package-dir"] == {package_of(ROOT / name): name for name in FOLDERS}


def test_every_module_of_code_lies_in_a_package() -> None:
    for name in FOLDERS:
        for module in (ROOT / name).rglob("*.py"):
            assert (module.parent / "__init__.py").exists(), module


@pytest.mark.parametrize(("file", "place"), [("CITATION.cff", r"^version: (\S+)$"), ("CHANGELOG.md", r"^## (\S+)")])
def test_the_version_is_the_same_wherever_it_stands(file: str, place: str) -> None:
    stated = re.search(place, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert stated is not None
    assert stated[1] == focalloc.__version__


def test_bare_install_needs_numpy_and_numba_only() -> None:
    assert {Requirement(text).name for text in PROJECT["project"]["dependencies"]} == {"numpy", "numba"}


@pytest.mark.parametrize(("extra", "module"), [(extra, module) for extra in EXTRAS for module in EXTRAS[extra]])
def test_the_extra_that_a_command_names_brings_the_module(extra: str, module: str) -> None:
    brought = {Requirement(text).name for text in PROJECT["project"]["optional-dependencies"][extra]}
    spelled_otherwise = {"z3": "z3-solver", "crosshair": "crosshair-tool"}
    names = set(packages_distributions().get(module, [])) | {spelled_otherwise.get(module, module)}
    assert brought & names
