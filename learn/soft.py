"""Soft assignments: fractional levels of detail, and what they look like to a model.

Weights are ``(blocks, 3)`` in the order expand, keep, collapse: not negative, each row summing to 1. They come from
logits (`softmax`) or from a fractional solution (`from_fractions`). `blend` mixes embeddings by them; it is written
with plain arithmetic, so it takes NumPy arrays and PyTorch tensors alike and lets gradients through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.learn.projection import complete_families
from focalloc.spec.actions import Action, consumed, family, parent
from focalloc.spec.blocks import Block
from focalloc.spec.errors import InvalidInput
from focalloc.spec.state import State

Floats = NDArray[np.float64]
Arrays = TypeVar("Arrays", bound=Any)

ROUNDING = 1e-9
"""How far weights may miss 0 and 1 by."""


def softmax(logits: ArrayLike, temperature: float = 1.0) -> Floats:
    """Convex weights from logits ``(..., 3)``; the lower ``temperature`` (above 0), the harder."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    raised: Floats = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    weights: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return weights


def from_fractions(state: State, fractions: Mapping[Action, float]) -> Floats:
    """Convex weights from the fraction to which each action is taken, as a relaxed optimum gives it; ``(blocks, 3)``.

    A relaxation does not know that a block cannot be expanded and collapsed at once. Where the two fractions exceed 1,
    the expand yields: no more slots are used then than the fractions ask for.

    Raises:
        InvalidInput: a fraction is not from 0 to 1, or an action is not possible.
    """
    index = {block: i for i, block in enumerate(state.context)}
    weights = np.zeros((len(state.context), 3))
    for action, fraction in fractions.items():
        if not 0 <= fraction <= 1 + ROUNDING:
            raise InvalidInput(f"fractions[{tuple(action)}]", fraction, "must lie from 0 to 1")
        column = 0 if action.kind == "expand" else 2
        for block in consumed(state.geometry, action):
            if block not in index:
                raise InvalidInput("fractions", tuple(action), f"needs {tuple(block)}, which is not in the context")
            weights[index[block], column] = min(fraction, 1)
    weights[:, 0] = np.minimum(weights[:, 0], 1 - weights[:, 2])
    weights[:, 1] = np.maximum(1 - weights[:, 0] - weights[:, 2], 0)
    return weights


def blend(weights: Arrays, expanded: Arrays, current: Arrays, collapsed: Arrays) -> Arrays:
    """Embedding of each block between its levels: the mix of its three renderings.

    Args:
        weights: ``(blocks, 3)``.
        expanded: the block's family, pooled to one vector per block; ``(blocks, width)``.
        current: the block itself, alike.
        collapsed: the family's parent, alike.

    Returns:
        ``(blocks, width)``, NumPy or PyTorch as given. Where a weight is exactly 1 it is that rendering exactly.
    """
    mixed: Arrays = weights[..., 0:1] * expanded + weights[..., 1:2] * current + weights[..., 2:3] * collapsed
    return mixed


def renderings(state: State, embed: Callable[[Block], ArrayLike]) -> tuple[Floats, Floats, Floats]:
    """What `blend` mixes, from one vector per block or node: the mean of its family, its own, its parent's.

    Raw tokens expand no further and a top-level block has no parent; their own vector stands in, to go with weight 0.
    """
    geometry = state.geometry
    own = [np.asarray(embed(block), dtype=np.float64) for block in state.context]
    finer = [
        np.mean([np.asarray(embed(child), dtype=np.float64) for child in family(geometry, block)], axis=0)
        if block.level > 0
        else mine
        for block, mine in zip(state.context, own, strict=True)
    ]
    above = [parent(geometry, block) for block in state.context]
    coarser = [
        mine if node is None else np.asarray(embed(node), dtype=np.float64)
        for node, mine in zip(above, own, strict=True)
    ]
    return np.stack(finer), np.stack(own), np.stack(coarser)


def soft_context(state: State, weights: ArrayLike) -> list[tuple[Block, float]]:
    """Every block that is in the context to some degree, with its degree, oldest first (coarser ones first).

    A family counts as collapsed to the least degree that any member is; the rest of a member's wish counts as keeping.
    Where all weights are 0 or 1 and families agree, the blocks are exactly those of the discrete context after the
    actions, each to degree 1.

    Raises:
        InvalidInput: the weights are not convex, or give a degree to what is not possible.
    """
    given = np.asarray(weights, dtype=np.float64)
    blocks = len(state.context)
    if given.shape != (blocks, 3):
        raise InvalidInput("weights", given.shape, f"must have shape ({blocks}, 3)")
    if not (np.all(given >= -ROUNDING) and np.all(np.abs(given.sum(axis=1) - 1) <= ROUNDING)):
        raise InvalidInput("weights", given.tolist(), "must not be negative, and each row must sum to 1")
    degrees: dict[Block, float] = {}
    collapsed = np.zeros(blocks)
    for first, last, node in complete_families(state):
        collapsed[first:last] = degrees[node] = float(given[first:last, 2].min())
    for i, block in enumerate(state.context):
        expand = float(given[i, 0])
        if expand > ROUNDING and block.level == 0:
            raise InvalidInput(f"weights[{i}]", expand, "must be 0: raw tokens expand no further")
        degrees[block] = max(0.0, 1 - expand - float(collapsed[i]))
        if expand > 0 and block.level > 0:
            degrees |= dict.fromkeys(family(state.geometry, block), expand)
    found = [(block, degree) for block, degree in degrees.items() if degree > 0]
    return sorted(found, key=lambda one: (one[0].start, -one[0].level))


def soft_used(state: State, weights: ArrayLike) -> float:
    """Slots that a soft context takes, each block counted by its degree."""
    return sum(degree * state.geometry.slots(block.level) for block, degree in soft_context(state, weights))
