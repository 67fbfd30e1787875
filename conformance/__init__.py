"""Judges any allocator against the spec."""

try:
    import allpairspy  # noqa: F401
    import msgspec  # noqa: F401
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"focalloc.conformance needs {missing.name}; install it with: pip install 'focalloc[conformance]'",
        name=missing.name,
    ) from None

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
