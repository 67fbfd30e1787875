"""Clauses that no theorem serves, and why; `focalloc clauses` takes any other without a theorem for a gap."""

from __future__ import annotations

DEFINITION = "a definition of what is sensible: it is checked wherever input is read, and nothing follows from it alone"

UNPROVED: dict[str, str] = {
    "GEO-3": DEFINITION,
    "CTX-4": DEFINITION,
    "SCO-1": DEFINITION,
    "SCO-2": DEFINITION,
    "PAR-1": DEFINITION,
    "PAR-3": DEFINITION,
    "PAR-4": DEFINITION,
    "BAL-1": "a definition of one integer formula, which spec, reference and fast path each compute; they are compared",
    "PRO-1": DEFINITION,
    "ANS-2": "about memory that is handed over, which the theorems do not model; the judge compares it with a copy",
    "ANS-3": "about what callers see of an exception, which the theorems do not model; the judge provokes it",
}
"""Clause id -> the reason."""
