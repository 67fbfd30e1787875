"""Blocks and the working context they make up (clauses CTX-1 to CTX-6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN, Geometry
from focalloc.spec.printable import counted


class Block(NamedTuple):
    """A block of the working context, or a node of the tree: both are named by level and first token.

    Attributes:
        level: level of detail, 0 for raw tokens.
        start: token position of the first token of its span, a multiple of the span.

    Example:
        >>> from focalloc import Block
        >>> gist, tokens = Block(1, 0), Block(0, 32)
        >>> tokens.start
        32
    """

    level: int
    start: int


Context = tuple[Block, ...]
"""A working context: blocks, oldest first."""


def end(geometry: Geometry, block: Block) -> int:
    """Token position just after ``block``'s span."""
    return block.start + geometry.span(block.level)


def used(geometry: Geometry, context: Iterable[Block]) -> int:
    """Slots that ``context`` occupies."""
    slots = geometry.block_slots
    return sum([slots[level] for level, _ in context])


@clause("CTX-1")
def misleveled(geometry: Geometry, context: Sequence[Block]) -> Iterator[Finding]:
    """CTX-1: every block has a level from 0 to ``L``."""
    top = geometry.top
    for i, (level, start) in enumerate(context):
        if not 0 <= level <= top:
            yield i, f"block {i} ({level}, {start}) has level {level}; levels run from 0 to {top}"


@clause("CTX-2")
def misaligned(geometry: Geometry, context: Sequence[Block]) -> Iterator[Finding]:
    """CTX-2: every block starts at a multiple of its span."""
    top, spans = geometry.top, geometry.spans
    for i, (level, start) in enumerate(context):
        if 0 <= level <= top and start % spans[level] != 0:
            said = f"block {i} ({level}, {start}) is misaligned: a level-{level} block starts at a multiple of"
            yield i, f"{said} {geometry.span(level)}"


@clause("CTX-3")
def torn(geometry: Geometry, context: Sequence[Block]) -> Iterator[Finding]:
    """CTX-3: each block begins where the one before it ends; no gap, no overlap, and at least one block."""
    if not context:
        yield 0, "a working context has at least one block"
    top, spans = geometry.top, geometry.spans
    for i, (before, block) in enumerate(pairwise(context), start=1):
        if not 0 <= before.level <= top:
            continue
        expected = before.start + spans[before.level]
        if block.start != expected:
            what = "a gap" if block.start > expected else "an overlap"
            said = f"block {i} ({block.level}, {block.start}) leaves {what}:"
            yield i, f"{said} the block before it ends at token {expected}"


@clause("CTX-4")
def overfull(geometry: Geometry, context: Sequence[Block]) -> Iterator[Finding]:
    """CTX-4: spans lie within ``0..MAX_TOKEN`` and the slots number at most `MAX_SLOTS`."""
    top, spans = geometry.top, geometry.spans
    for i, block in enumerate(context):
        span = spans[block.level] if 0 <= block.level <= top else 0
        if block.start < 0 or block.start + span > MAX_TOKEN:
            yield i, f"block {i} ({block.level}, {block.start}) lies outside the tokens 0..{MAX_TOKEN}"
    slots = sum(geometry.block_slots[level] for level, _ in context if 0 <= level <= top)
    if slots > MAX_SLOTS:
        yield 0, f"the context takes {slots} slots; the limit is {MAX_SLOTS}"


def context_violations(geometry: Geometry, context: Sequence[Block]) -> list[Violation]:
    """Every clause CTX-1 to CTX-4 that ``context`` breaks."""
    return (
        misleveled(geometry, context)
        + misaligned(geometry, context)
        + torn(geometry, context)
        + overfull(geometry, context)
    )


def checked_context(geometry: Geometry, blocks: Iterable[object]) -> Context:
    """Return ``blocks`` as a `Context`.

    Args:
        geometry: the geometry the blocks live in.
        blocks: ``(level, start)`` pairs, oldest first.

    Raises:
        InvalidInput: a block is not a pair of integers, or the context breaks CTX-1 to CTX-4.
    """
    context: list[Block] = []
    try:
        pairs = None if isinstance(blocks, str | bytes) else list(blocks)
    except (TypeError, NotImplementedError):  # a 0-d array claims to be iterable
        pairs = None
    if pairs is None:
        raise InvalidInput("context", blocks, "must be a sequence of (level, start) pairs")
    for i, pair in enumerate(pairs):
        if type(pair) is Block and type(pair.level) is type(pair.start) is int:  # as good as always
            context.append(pair)
            continue
        if not isinstance(pair, Sequence) or isinstance(pair, str | bytes) or len(pair) != 2:
            raise InvalidInput(f"context[{i}]", pair, "must be a (level, start) pair of integers")
        level, start = pair
        block = Block(as_integer(level), as_integer(start))  # type: ignore[arg-type]
        for name, value, number in zip(Block._fields, pair, block, strict=True):
            if number is None:
                raise InvalidInput(f"context[{i}].{name}", value, "must be an integer")
        context.append(block)
    _refuse(context, context_violations(geometry, context))
    return tuple(context)


def continued(geometry: Geometry, context: Context, tail: Context) -> Context:
    """``context``, which is one, and behind it the level-0 blocks ``tail``, the first where it ends.

    Raises:
        InvalidInput: it breaks CTX-4, which is all that it can.
    """
    longer = context + tail
    _refuse(longer, overfull(geometry, longer))
    return longer


def _refuse(context: Sequence[Block], broken: list[Violation]) -> None:
    """Raise `InvalidInput` for the first clause that is ``broken``, if one is."""
    if broken:
        where = broken[0].where
        value = tuple(context[where]) if where < len(context) else ()
        raise InvalidInput(f"context[{where}]", value, f"{broken[0].message} ({broken[0].clause})")


def central_token(start: int, span: int) -> int:
    """Token at the centre of a span, where its gist sits; of two central tokens, the later."""
    return start + span // 2


def block_positions(geometry: Geometry, block: Block) -> Iterator[int]:
    """Token position of each slot of ``block``, for rotary position encoding.

    A raw token sits at its own index, a gist at the central token of its span; where a unit takes several slots
    they share its position.
    """
    if block.level == 0:
        for token in range(block.start, end(geometry, block)):
            yield from (token for _ in range(geometry.cost[0]))
    else:
        centre = central_token(block.start, geometry.span(block.level))
        yield from (centre for _ in range(geometry.slots(block.level)))


def positions(geometry: Geometry, context: Iterable[Block]) -> list[int]:
    """Token position of each slot of ``context``, oldest first."""
    placed: list[int] = []
    for level, start in context:
        if level > 0:
            placed += [central_token(start, geometry.spans[level])] * geometry.block_slots[level]
        elif geometry.cost[0] == 1:
            placed += range(start, start + geometry.spans[0])
        else:
            placed += block_positions(geometry, Block(level, start))
    return placed


@clause("CTX-5")
def misplaced(geometry: Geometry, context: Context, reported: Sequence[int]) -> Iterator[Finding]:
    """CTX-5: reported slot positions are those of the tokens and span centres of ``context``."""
    expected = positions(geometry, context)
    if reported == expected:
        return
    if len(reported) != len(expected):
        yield 0, f"{counted(len(reported), 'position')} reported for {counted(len(expected), 'slot')}"
    for slot, (mine, theirs) in enumerate(zip(expected, reported, strict=False)):
        if mine != theirs:
            yield slot, f"slot {slot} is reported at token {theirs}; it sits at token {mine}"
            return


@clause("CTX-6")
def misreported(context: Context, reported: Sequence[object]) -> Iterator[Finding]:
    """CTX-6: a context that an allocator reports is the one its actions led to."""
    for i, (mine, theirs) in enumerate(zip(context, reported, strict=False)):
        if mine != theirs:
            yield i, f"block {i} is reported as {theirs}; the actions so far make it {tuple(mine)}"
            return
    if len(context) != len(reported):
        yield WHOLE, f"{counted(len(reported), 'block')} reported; the actions so far make {len(context)}"
