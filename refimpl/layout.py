"""The layout of a history: take all its nodes in order, and show in detail what fits (clauses LAY-1 to LAY-5)."""

from __future__ import annotations

from focalloc.refimpl.distance import distance
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.errors import InvalidInput
from focalloc.spec.layout import Outline


def layout(outline: Outline) -> Context:
    """The context that shows a history within the budget, in detail where that is wanted most.

    Raises:
        InvalidInput: the history does not fit the budget however coarse it is shown (LAY-3).
    """
    geometry, params = outline.geometry, outline.params
    blocks = coarsest(outline)
    slots = used(geometry, blocks)
    if slots > params.w_max:
        raise InvalidInput("w_max", params.w_max, f"must be at least {slots} to show this history at all (LAY-3)")

    # IN ORDER: the most wanted first, then the nearest, the earliest, the coarsest (LAY-4, LAY-5)
    wants = {node: want(outline, node) for node in nodes_under(outline, blocks)}
    shown = set(blocks)
    away = {node: distance(geometry, node, outline.cursor) for node in wants}
    for node in sorted(wants, key=lambda node: (-wants[node], away[node], node.start, -node.level)):
        urgent = wants[node] > params.tau_expand + params.soft_margin
        is_wanted = outline.scores is None or wants[node] > params.tau_expand
        fits = slots + geometry.delta(node.level) <= (params.w_max if urgent else params.w_soft)
        if node in shown and is_wanted and fits:
            shown.remove(node)
            shown.update(family(geometry, node))
            slots += geometry.delta(node.level)
    return tuple(sorted(shown, key=lambda block: block.start))


def coarsest(outline: Outline) -> list[Block]:
    """The tiling by the coarsest blocks (LAY-1)."""
    geometry, blocks, at = outline.geometry, list[Block](), outline.first
    for start in range(outline.first, outline.last, geometry.span(0)):
        if start == at:
            spans = [(level, geometry.span(level)) for level in range(1, geometry.top + 1)]
            level, span = max((level, span) for level, span in spans if at % span == 0 and at + span <= outline.last)
            blocks.append(Block(level, at))
            at += span
    return blocks


def nodes_under(outline: Outline, blocks: list[Block]) -> list[Block]:
    """``blocks`` and all nodes under them, level by level."""
    found = list(blocks)
    for level in range(outline.geometry.top, 1, -1):
        found += [child for node in found if node.level == level for child in family(outline.geometry, node)]
    return found


def want(outline: Outline, node: Block) -> int:
    """The greatest score under ``node``; 0 where there are none."""
    if outline.scores is None:
        return 0
    span, end = outline.geometry.span(0), node.start + outline.geometry.span(node.level)
    return max(outline.scores[(node.start - outline.first) // span : (end - outline.first) // span])
