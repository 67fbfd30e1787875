"""Projection of float logits for a state by the spec, by the fast path (clauses PRO-1 to PRO-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from numpy.typing import ArrayLike

from focalloc.fastpath.allocator import Allocator
from focalloc.spec.actions import Action, parent
from focalloc.spec.blocks import Block
from focalloc.spec.state import State


class Projected:
    """`Allocator.prefer`, iteration by iteration, in a session that begins at a state and goes by logits alone.

    Args:
        state: the state after the last iteration; whatever strategy it names.
    """

    def __init__(self, state: State) -> None:
        self._fast = Allocator()
        self._fast._start(replace(state, params=replace(state.params, strategy="projection")))

    def __call__(self, logits: ArrayLike) -> list[Action]:
        """As `project`, applied."""
        return list(self._fast.prefer(logits))


def project(state: State, logits: ArrayLike) -> list[Action]:
    """The best feasible answer to ``logits`` for the next iteration.

    Args:
        state: the state after the last iteration; whatever strategy it names.
        logits: floats per block of the context, ``(blocks, 3)`` in the order expand, keep, collapse.

    Raises:
        InvalidInput: the logits break PRO-1.
    """
    return Projected(state)(logits)


def complete_families(state: State) -> Iterable[tuple[int, int, Block]]:
    """First index, last index plus one, and node of each complete family in the context."""
    geometry, context = state.geometry, state.context
    run = 0
    for i, block in enumerate(context):
        node = parent(geometry, block)
        if node is None:
            run = 0
            continue
        if block.start == node.start:
            run = 1
        elif run and context[i - 1].level == block.level:
            run += 1
        else:
            run = 0
        if run == geometry.fanout(node.level):
            yield i + 1 - run, i + 1, node
