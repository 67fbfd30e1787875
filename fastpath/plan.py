"""What a call decided: a sequence of actions that is built only when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, overload

from focalloc.fastpath.edits import Edits, EditsOfStep, edits_of_ingest
from focalloc.spec.actions import KINDS, Action
from focalloc.spec.geometry import Geometry

LEVELS = 32

Reason = Literal["violation", "exception", "nan", "deadline", "busy"]
"""Why a guarded selector's answer was not used."""


def unpacked(action: int) -> Action:
    """The action that the kernels pack as ``(start * LEVELS + level) * 2 + kind``."""
    node, kind = divmod(action, 2)
    start, level = divmod(node, LEVELS)
    return Action(KINDS[kind], level, start)


def packed(action: Action) -> int:
    """``action`` as the kernels pack it."""
    return (action.start * LEVELS + action.level) * 2 + KINDS.index(action.kind)


@dataclass(frozen=True, slots=True)
class Fallback:
    """One iteration in which the selector's answer was not used.

    Attributes:
        iteration: its number.
        reason: ``violation`` (the answer breaks a clause), ``nan`` (it holds a NaN), ``exception`` (the selector
            raised), ``deadline`` (no answer in time), ``busy`` (it still works on an earlier question).
        clause: the first clause broken; empty unless the reason is ``violation``.
        message: a sentence.
    """

    iteration: int
    reason: Reason
    clause: str
    message: str


class Plan(Sequence[Action]):
    """The actions of one call, in order; equal to any sequence with the same actions.

    Args:
        packed: the actions, as the kernels pack them.
        iteration: number of the iteration.
        geometry: shape of the tree.
        splices: of an iteration as the kernels note them, int64; of an ingest the first slot of each node after it.
        slots: of the context after the call.
        ingested: for an ingest the token behind its last block, how many blocks it appended, the slots of the context
            before it, the first token after it, and whether tokens came to a partial block (FIL-1).

    Attributes:
        iteration: number of the iteration.
        released: the token that the context begins with since blocks were let go (REL); None if none were.
        fallback: why a guarded selector's answer was not used; None if it was, or if nothing guards.

    Example:
        >>> from focalloc import Allocator
        >>> allocator = Allocator()
        >>> allocator.load([(1, 0)])
        >>> plan = allocator.step([1.0])
        >>> plan.iteration, plan.expands, plan == [("expand", 1, 0)]
        (1, 1, True)
    """

    fallback: Fallback | None = None
    released: int | None = None
    _edits: Edits | None = None

    def __init__(
        self,
        packed: list[int],
        iteration: int,
        geometry: Geometry,
        splices: bytes | list[int],
        slots: int,
        *ingested: int,
    ) -> None:
        self._packed = packed
        self.iteration = iteration
        self._changed = geometry, splices, slots, ingested

    @property
    def edits(self) -> Edits:
        """What the call changed in slots, whatever became of the session since: splices of the row (EDI).

        They cost what there is of them, once somebody asks.
        """
        found = self._edits
        if found is None:
            geometry, splices, slots, ingested = self._changed
            if isinstance(splices, bytes):
                found = EditsOfStep(splices, slots, geometry, self)
            else:
                found = edits_of_ingest(geometry, self.actions, splices, slots, *ingested)
            self._edits = found
        return found

    @cached_property
    def actions(self) -> list[Action]:
        """The actions in the order in which they were applied."""
        return [unpacked(action) for action in self._packed]

    @property
    def expands(self) -> int:
        """How many of the actions are expands."""
        return len(self._packed) - self.collapses

    @property
    def collapses(self) -> int:
        """How many of the actions are collapses."""
        return sum(action % 2 for action in self._packed)

    @overload
    def __getitem__(self, index: int) -> Action: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Action]: ...
    def __getitem__(self, index: int | slice) -> Action | Sequence[Action]:
        return self.actions[index]

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.actions == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Plan(iteration={self.iteration}, actions={self.actions})"
