"""focalloc: a formally specified Focus Allocator.

>>> from focalloc import Allocator, Geometry, Params

The public names are loaded when they are first used, so that importing the package costs milliseconds and needs
neither NumPy nor Numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from focalloc.fastpath.allocator import Allocator, Plan
    from focalloc.fastpath.batch import Batch
    from focalloc.fastpath.guard import Guarded
    from focalloc.fastpath.telemetry import Telemetry
    from focalloc.fastpath.trace import Recorder
    from focalloc.fastpath.turns import InUse
    from focalloc.spec.actions import Action
    from focalloc.spec.blocks import Block
    from focalloc.spec.errors import InvalidInput, NoRoom
    from focalloc.spec.geometry import Geometry
    from focalloc.spec.params import Params
    from focalloc.spec.scores import quantise
    from focalloc.spec.state import State
    from focalloc.spec.violations import violations

__all__ = [
    "Action",
    "Allocator",
    "Batch",
    "Block",
    "Geometry",
    "Guarded",
    "InUse",
    "InvalidInput",
    "NoRoom",
    "Params",
    "Plan",
    "Recorder",
    "State",
    "Telemetry",
    "__version__",
    "quantise",
    "violations",
]

__version__ = "0.1.0"

_HOME = {
    "Action": "focalloc.spec.actions",
    "Allocator": "focalloc.fastpath.allocator",
    "Batch": "focalloc.fastpath.batch",
    "Block": "focalloc.spec.blocks",
    "Geometry": "focalloc.spec.geometry",
    "Guarded": "focalloc.fastpath.guard",
    "InUse": "focalloc.fastpath.turns",
    "InvalidInput": "focalloc.spec.errors",
    "NoRoom": "focalloc.spec.errors",
    "Params": "focalloc.spec.params",
    "Plan": "focalloc.fastpath.allocator",
    "Recorder": "focalloc.fastpath.trace",
    "State": "focalloc.spec.state",
    "Telemetry": "focalloc.fastpath.telemetry",
    "quantise": "focalloc.spec.scores",
    "violations": "focalloc.spec.violations",
}
"""Public name -> the module that defines it."""


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'focalloc' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
