"""A session as plain data: what an allocator is opened with and what it is then asked, one step at a time.

A case never depends on the answers. Its rows of scores are short patterns that are laid over whatever slots the
context has when their turn comes, so a case can be made up beforehand, shrunk, saved as JSON and replayed against
any allocator. A pattern of full length is simply an exact row of scores.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from focalloc.conformance.decoding import decoded
from focalloc.spec import Block, Context, Geometry, Params, State
from focalloc.spec.blocks import positions, used
from focalloc.spec.errors import InvalidInput
from focalloc.spec.pins import Pins, checked_range, pinned, unpinned
from focalloc.spec.scores import slot_scores

Pairs = tuple[tuple[int, int], ...]
"""Blocks as ``(level, start)`` pairs; not checked, since a case may hold senseless ones on purpose."""

Per = Literal["slot", "block", "token"]
"""What a pattern of scores is laid over: `Step.per`."""


Told = Literal["in full", "sparingly", "by 0"]
"""How an opening is told over the wire: `Case.told`."""


class Opening(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A second ``open`` in mid-session. What it leaves out is as in the case.

    Attributes:
        context: blocks, oldest first.
        geometry: fields of a geometry.
        params: parameters that differ from those of the case.
    """

    context: Pairs | None = None
    geometry: dict[str, Any] | None = None
    params: dict[str, Any] | None = None


class Pinning(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Tokens that are pinned, or lifted.

    Attributes:
        first: first token.
        last: the token just after them.
        collapse: whether against collapse.
        expand: whether against expansion.
        lift: whether what is pinned there is lifted.

    Raises:
        InvalidInput: it makes no sense (PIN-3).
    """

    first: int
    last: int
    collapse: bool = True
    expand: bool = False
    lift: bool = False

    def __post_init__(self) -> None:
        checked_range(self.first, self.last, self.collapse, self.expand)

    def of(self, pins: Pins) -> Pins:
        """What it makes of ``pins``; raises `InvalidInput` if there are too many ranges then."""
        change = unpinned if self.lift else pinned
        return change(pins, self.first, self.last, collapse=self.collapse, expand=self.expand)


class Step(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing asked of the allocator: an iteration, an ingest (`ingest` given), an open (`open` given), a pin or a
    release (`release` given).

    An iteration is by scores, or by logits if those are given.

    Input that the spec calls senseless is said in the same words; whether it must be refused is for the judge to
    find out.

    Attributes:
        scores: pattern of fixed-point scores, repeated as often as needed; empty stands for zeros.
        per: lay the pattern over slots, over blocks (each of a block's slots alike), or over token positions (so
            that a slot's score does not depend on what else is in the context).
        extra: scores to give beyond one per slot; below zero, to leave out. Anything but 0 breaks SCO-2. Of a release,
            tokens beyond where a block begins, which break REL-1 unless another begins there.
        ingest: number of new level-0 blocks.
        tokens: number of tokens of an ingest of tokens, which may leave the last block partial.
        may_release: whether an ingest, of either kind, may let the oldest blocks go.
        open: start another session.
        logits: pattern of logits (expand, keep, collapse), repeated over the blocks as often as needed.
        pin: pin tokens, or lift them.
        release: how many of the oldest blocks leave, as far as one is left.
        cursor: where the cursor of an iteration by scores stands: so many tokens from the front, beyond the end from
            the front again. Below zero it breaks CUR-1: -1 is the token before the front, -2 that after the end, -3 the
            one before the former, and so on.

    Raises:
        InvalidInput: fewer than none are to leave.
    """

    scores: tuple[int, ...] = ()
    per: Per = "slot"
    extra: int = 0
    ingest: int | None = None
    open: Opening | None = None
    logits: tuple[tuple[float, float, float], ...] = ()
    pin: Pinning | None = None
    may_release: bool = False
    release: int | None = None
    tokens: int | None = None
    cursor: int | None = None

    def __post_init__(self) -> None:
        if self.release is not None and self.release < 0:
            raise InvalidInput("release", self.release, "must not be negative")

    @property
    def call(self) -> str:
        """Which call it asks for: the first of these that it says."""
        if self.open is not None:
            return "open"
        if self.logits:
            return "prefer"
        if self.pin is not None:
            return "pin"
        if self.ingest is not None:
            return "ingest"
        if self.tokens is not None:
            return "ingest_tokens"
        return "step" if self.release is None else "release"


class Case(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A session: a sensible opening, then steps.

    Attributes:
        geometry: shape of the tree.
        params: the parameters.
        context: the working context, oldest block first.
        steps: what is asked, in order.
        told: how openings and pins are told over the wire: ``in full``; ``sparingly``, without what is at its default,
            as the protocol allows; or ``by 0``, which stands for a soft budget that is the hard one (PAR-1). All of
            them mean the same.
        note: a sentence for people.
    """

    geometry: Geometry
    params: Params
    context: Context
    steps: tuple[Step, ...]
    told: Told = "in full"
    note: str = ""


def laid(geometry: Geometry, context: Context, step: Step) -> list[int]:
    """The row of slot scores that ``step`` gives to an allocator whose context is ``context``."""
    pattern = step.scores or (0,)
    slots = used(geometry, context)
    if step.per == "slot":
        row = list(islice(cycle(pattern), slots))
    elif step.per == "block":
        row = slot_scores(geometry, context, list(islice(cycle(pattern), len(context))))
    else:
        row = [pattern[token % len(pattern)] for token in positions(geometry, context)]
    if step.extra > 0:
        return row + list(islice(cycle(pattern), step.extra))
    return row[: slots + step.extra] if step.extra < 0 else row


def front_of(context: Context, step: Step) -> int:
    """The token that a release asks for, of an allocator with this context."""
    return context[min(step.release or 0, len(context) - 1)].start + step.extra


def cursor_of(state: State, step: Step) -> int | None:
    """The token that an iteration is told as its cursor; None if it is told none."""
    first, last = state.context[0].start, state.end
    if step.cursor is None or step.logits:
        return None
    if step.cursor >= 0:
        return first + step.cursor % (last - first + 1)
    off, behind = divmod(1 - step.cursor, 2)
    return last + off if behind else first - off


def cursor_for(state: State, token: int) -> int:
    """What `Step.cursor` is where `cursor_of` gives ``token``."""
    first, last = state.context[0].start, state.end
    if token < first:
        return 1 - 2 * (first - token)
    return token - first if token <= last else -2 * (token - last)


def preferred(context: Context, step: Step) -> list[list[float]]:
    """The logits (expand, keep, collapse) per block that ``step`` gives to an allocator with this context."""
    return [list(triple) for triple in islice(cycle(step.logits), len(context))]


def to_json(case: Case) -> bytes:
    """``case`` as one line of JSON; equal cases give equal bytes."""
    return msgspec.json.encode(case, order="deterministic")


def from_json(text: bytes | str) -> Case:
    """The case that ``text`` describes.

    Raises:
        msgspec.DecodeError: the text is no case; says where and why.
    """
    return decoded(text, Case)


def load(path: Path) -> Case:
    """The case saved at ``path``."""
    return from_json(path.read_bytes())


def save(case: Case, path: Path) -> None:
    """Write ``case`` to ``path``, indented for people."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(to_json(case), indent=2) + b"\n")


def size(case: Case) -> tuple[int, int, int, int, int, int, int]:
    """What makes one counterexample simpler than another: fewer steps, fewer levels, a smaller context, fewer
    parameters that are not at their default, a start nearer to 0, a shorter text, smaller arities, budgets, scores and
    ingests.
    """
    blocks = sum(block.level == 0 for block in case.context) + len(case.context)
    unusual = sum(getattr(case.params, name) != value for name, value in _USUAL.items())
    unusual += (case.params.w_soft != case.params.w_max) + (case.told != "in full")
    numbers = sum(case.geometry.arity) + sum(case.geometry.cost) + case.params.w_max
    numbers += sum(abs(score) for step in case.steps for score in step.scores)
    numbers += sum((step.ingest or 0) + (step.tokens or 0) for step in case.steps)
    start = case.context[0].start
    return len(case.steps), len(case.geometry.arity), blocks, unusual, start, len(to_json(case)), numbers


_USUAL = {field.name: getattr(Params(), field.name) for field in fields(Params) if field.name != "w_soft"}


def pairs(context: Context) -> list[Block]:
    """``context`` as a list of its own, to be given away."""
    return list(context)
