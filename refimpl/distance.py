"""How far a node lies from the cursor (clause CUR-1)."""

from __future__ import annotations

from focalloc.spec.blocks import Block
from focalloc.spec.geometry import Geometry


def distance(geometry: Geometry, node: Block, cursor: int) -> int:
    """Smallest spans between ``node`` and the cursor, rounded down; 0 if it holds the cursor."""
    before = cursor - (node.start + geometry.span(node.level))
    behind = node.start - cursor
    return max(before, behind, 0) // geometry.span(0)
