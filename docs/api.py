"""Writes the API pages: one per subpackage, one section per module, from the docstrings."""

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

FRONT = {
    "fastpath": ("allocator", "plan", "edits", "batch", "guard", "telemetry", "snapshot", "policy_file"),
    "conformance": ("runner", "targets", "cases", "judge", "report"),
    "proofs": ("theorem", "runner"),
    "runtime": ("context", "models"),
    "learn": ("projection", "simulator", "environment", "training", "meta", "soft"),
}
"""What a user of a subpackage meets; the rest of it is not described."""


def write_pages(folder: Path) -> None:
    """Write ``index.md`` and a page for each subpackage; of the spec and the reference, every module."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = {name: _all_modules(name) for name in ("spec", "refimpl")} | FRONT
    listed = "\n".join(modules)
    (folder / "index.md").write_text(f"# Python API\n\n{_module('focalloc')}\n```{{toctree}}\n\n{listed}\n```\n")
    for name, parts in modules.items():
        sections = [f"## {part}\n\n{_module(f'focalloc.{name}.{part}', 'members')}" for part in parts]
        head = f"# focalloc.{name}\n\n{_module(f'focalloc.{name}')}"
        (folder / f"{name}.md").write_text("\n".join([head, *sections]))


def _all_modules(name: str) -> Sequence[str]:
    package = import_module(f"focalloc.{name}")
    return [found.name for found in pkgutil.iter_modules(package.__path__)]


def _module(name: str, *options: str) -> str:
    """The directive that writes out a module."""
    listed = "".join(f"   :{option}:\n" for option in options)
    return f"```{{eval-rst}}\n.. automodule:: {name}\n{listed}```\n"
