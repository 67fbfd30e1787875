"""Judges any allocator against the spec.

The public names are loaded when they are first used: the process that an allocator is judged in needs few of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from focalloc.conformance.cases import Case, Opening, Step
    from focalloc.conformance.differences import actions_between
    from focalloc.conformance.judge import Verdict, judged
    from focalloc.conformance.report import Failure, NotConformant, Report
    from focalloc.conformance.runner import run_conformance
    from focalloc.conformance.targets import PythonTarget

__all__ = [
    "Case",
    "Failure",
    "NotConformant",
    "Opening",
    "PythonTarget",
    "Report",
    "Step",
    "Verdict",
    "actions_between",
    "judged",
    "run_conformance",
]

_HOME = {
    "Case": "cases",
    "Failure": "report",
    "NotConformant": "report",
    "Opening": "cases",
    "PythonTarget": "targets",
    "Report": "report",
    "Step": "cases",
    "Verdict": "judge",
    "actions_between": "differences",
    "judged": "judge",
    "run_conformance": "runner",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"focalloc.conformance needs {missing.name}; install it with: pip install 'focalloc[conformance]'",
            name=missing.name,
        ) from None
    globals()[name] = found
    return found
