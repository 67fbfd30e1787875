"""Every theorem, in the order in which `README.md` states them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from importlib import import_module

from focalloc.proofs.theorem import THEOREMS, Theorem
from focalloc.spec.errors import InvalidInput

CHAPTERS = {
    "spec": ("budget", "tiling", "cooldown", "quiescence", "ingest", "pins", "release", "filling", "policy"),
    "reference": (
        "agreement",
        "contracts",
        "rounds",
        "cursor",
        "enhanced",
        "memory",
        "reachable",
        "bounded",
        "ingest",
        "optima",
        "projection",
        "edits",
        "layout",
        "release",
    ),
    "kernels": (
        *("queues", "parts", "step", "ties", "memory", "ingest", "dominance", "regions", "edits", "release", "filling"),
        *("every_size", "every_strategy"),
    ),
    "compiled": ("machine",),
}
"""What theorems are about, and the modules that state them, in the order in which one would read them."""

FILES = [f"{chapter}/{module}.py" for chapter, modules in CHAPTERS.items() for module in modules]

for _file in FILES:
    import_module(f"focalloc.proofs.theorems.{_file.removesuffix('.py').replace('/', '.')}")
# whoever imported one of them earlier has no say in the order
for _one in sorted(THEOREMS.values(), key=lambda one: FILES.index(one.file)):
    THEOREMS[_one.name] = THEOREMS.pop(_one.name)


def theorems(*, full: bool = False) -> list[Theorem]:
    """The quick set, or with ``full`` all of them."""
    return [theorem for theorem in THEOREMS.values() if full or not theorem.full]


def named(names: Sequence[str]) -> list[Theorem]:
    """The theorems with these names, of whichever set.

    Raises:
        InvalidInput: there is no theorem of that name.
    """
    for name in names:
        if name not in THEOREMS:
            close = difflib.get_close_matches(name, THEOREMS, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise InvalidInput("theorem", name, f"is not the name of a theorem, see focalloc prove --list{hint}")
    return [THEOREMS[name] for name in names]
