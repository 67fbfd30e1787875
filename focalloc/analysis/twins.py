"""The reference and the fast path side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from focalloc.fastpath.allocator import Allocator, Plan
from focalloc.refimpl.allocator import ReferenceAllocator
from focalloc.refimpl.edits import Answer
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Context
from focalloc.spec.edits import Edit
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.pins import Pins
from focalloc.spec.relaxation import Relaxation

T = TypeVar("T")


class Differs(AssertionError):
    """The reference and the fast path did not do the same."""


@dataclass
class Tally:
    """What `Twins` have compared so far: calls, and the actions in their answers."""

    calls: int = 0
    actions: int = 0


class Twins:
    """An allocator that asks both and answers only if they agree, so that the judge finds where they do not.

    Args:
        tally: where to count what was compared.

    Raises:
        Differs: from any call in which the answers, or a refusal and an answer, differ.
    """

    def __init__(self, tally: Tally | None = None) -> None:
        self._reference, self._fast = ReferenceAllocator(), Allocator()
        self._tally = tally or Tally()

    def warmup(self) -> None:
        """Have the fast path compile what takes fixed-point scores."""
        self._fast.warmup("int64")

    def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
        """Open both."""
        self._both(
            "open",
            lambda: self._reference.open(geometry, params, list(context)),
            lambda: self._fast.open(geometry, params, list(context)),
        )

    def step(self, scores: Sequence[int], *, cursor: int | None = None) -> Answer:
        """Run an iteration of both."""
        return self._answer(
            "step",
            lambda: self._reference.step(list(scores), cursor=cursor),
            lambda: self._fast.step(list(scores), cursor=cursor),
        )

    def prefer(self, logits: Sequence[Sequence[float]]) -> Answer:
        """Run an iteration of both by logits."""
        return self._answer(
            "prefer",
            lambda: self._reference.prefer([list(row) for row in logits]),
            lambda: self._fast.prefer([list(row) for row in logits]),
        )

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        """Have both ingest."""
        return self._answer(
            "ingest",
            lambda: self._reference.ingest(blocks, list(scores), release=release),
            lambda: self._fast.ingest(blocks, list(scores), release=release),
        )

    def ingest_tokens(self, tokens: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        """Have tokens come to both."""
        return self._answer(
            "ingest_tokens",
            lambda: self._reference.ingest_tokens(tokens, list(scores), release=release),
            lambda: self._fast.ingest_tokens(tokens, list(scores), release=release),
        )

    def unfilled(self) -> int:
        """The tokens that the last block of both lacks."""
        return self._both("unfilled", self._reference.unfilled, self._fast.unfilled)

    def release(self, token: int) -> Answer:
        """Have both let go of what is before ``token``."""
        return self._answer("release", lambda: self._reference.release(token), lambda: self._fast.release(token))

    def relaxation(self, scores: Sequence[int]) -> Relaxation:
        """The relaxation of the next iteration, once both give the same bound; the shares may differ (LPR)."""
        found: list[Relaxation] = []

        def fast() -> Fraction:
            found.append(self._fast.relaxation(list(scores)))
            return found[0].bound

        self._both("relaxation", lambda: relaxation(self._reference.state, list(scores)).bound, fast)
        return found[0]

    def ledger_size(self) -> int:
        """How many actions the fast path remembers; the reference's ledger is no part of what it offers."""
        return self._fast.ledger_size()

    def pin(self, first: int, last: int, collapse: bool, expand: bool) -> None:
        """Pin tokens of both."""
        arguments = first, last, collapse, expand
        self._both("pin", lambda: self._reference.pin(*arguments), lambda: self._fast.pin(*arguments))

    def unpin(self, first: int, last: int, collapse: bool, expand: bool) -> None:
        """Lift what is pinned in both."""
        arguments = first, last, collapse, expand
        self._both("unpin", lambda: self._reference.unpin(*arguments), lambda: self._fast.unpin(*arguments))

    def pins(self) -> Pins:
        """The pins of both."""
        return self._both("pins", self._reference.pins, self._fast.pins)

    def context(self) -> Context:
        """The working context of both."""
        return self._both("context", self._reference.context, self._fast.context)

    def positions(self) -> list[int]:
        """The slot positions of both."""
        return self._both("positions", self._reference.positions, self._fast.positions)

    def _answer(self, call: str, reference: Callable[[], Answer], fast: Callable[[], Plan]) -> Answer:
        actions, edits, released = self._both(call, lambda: _told(reference()), lambda: _told(fast()))
        self._tally.calls += 1
        self._tally.actions += len(actions)
        return Answer(actions, edits, released)

    def _both(self, call: str, reference: Callable[[], T], fast: Callable[[], T]) -> T:
        one, two = _outcome(reference), _outcome(fast)
        if isinstance(one, Exception) or isinstance(two, Exception):
            if type(one) is not type(two):
                raise Differs(f"{call}: the reference gives {one!r}, the fast path {two!r}")
            assert isinstance(one, Exception)
            raise one
        if one != two:
            raise Differs(f"{call}: the reference gives {one}, the fast path {two}")
        return one


def _told(answer: Answer | Plan) -> tuple[list[Action], list[Edit], int | None]:
    """The actions of an answer, what they changed in slots (EDI), and where the context was released to (REL)."""
    return list(answer), list(answer.edits), answer.released


def _outcome(call: Callable[[], T]) -> T | Exception:
    try:
        return call()
    except (InvalidInput, NoRoom) as refusal:
        return refusal
