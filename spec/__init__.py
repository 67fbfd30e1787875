"""What a focus allocator must do: ``SPEC.md`` as executable predicates, standard library only."""

from focalloc.spec.actions import Action
from focalloc.spec.answers import accepted_nonsense, tampered, unanswered
from focalloc.spec.blocks import Block, Context
from focalloc.spec.clauses import SPEC_VERSION, Clause, Violation, clauses
from focalloc.spec.edits import Edit, edits_violations
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.layout import Outline, layout_violations
from focalloc.spec.params import Params
from focalloc.spec.pins import Pins
from focalloc.spec.relaxation import Relaxation, relaxation_violations
from focalloc.spec.scores import SCORE_SCALE, quantise
from focalloc.spec.state import State, advanced, ingested, ingested_tokens, opened, released
from focalloc.spec.violations import PROFILES, filling_violations, reclaim_violations, violations

__all__ = [
    "PROFILES",
    "SCORE_SCALE",
    "SPEC_VERSION",
    "Action",
    "Block",
    "Clause",
    "Context",
    "Edit",
    "Geometry",
    "InvalidInput",
    "NoRoom",
    "Outline",
    "Params",
    "Pins",
    "Relaxation",
    "State",
    "Violation",
    "accepted_nonsense",
    "advanced",
    "clauses",
    "edits_violations",
    "filling_violations",
    "ingested",
    "ingested_tokens",
    "layout_violations",
    "opened",
    "quantise",
    "reclaim_violations",
    "relaxation_violations",
    "released",
    "tampered",
    "unanswered",
    "violations",
]
