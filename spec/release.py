"""Release: the oldest blocks leave the front, so that a session can run for ever (clauses REL-1 to REL-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index

from focalloc.spec.actions import fits
from focalloc.spec.blocks import Block, Context, end
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.cooldown import Ledger
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.geometry import Geometry
from focalloc.spec.pins import Pins, Ranges
from focalloc.spec.printable import counted


@clause("REL-1")
def cut(context: Context, token: object) -> Iterator[Finding]:
    """REL-1: a context is released to where one of its blocks begins."""
    number, starts = as_integer(token), [block.start for block in context]
    if number is None:
        yield WHOLE, "must be an integer"
    elif number not in starts:
        nearest = min(starts, key=lambda start: (abs(start - number), start))
        rule = "must be where a block of the context begins, so that none is cut and one is left"
        yield WHOLE, f"{rule}; the nearest is {nearest}"


def checked_front(context: Context, token: object) -> int:
    """Return ``token`` if ``context`` can be released to it, else raise `InvalidInput` (REL-1)."""
    for violation in cut(context, token):
        raise InvalidInput("token", token, f"{violation.message} ({violation.clause})")
    return index(token)  # type: ignore[arg-type]


def from_front(context: Context, front: int) -> Context:
    """The blocks of ``context`` that begin at ``front`` or behind it (REL-2)."""
    return tuple(block for block in context if block.start >= front)


def left_pins(pins: Pins, front: int) -> Pins:
    """``pins`` without the ranges that end at or before ``front`` (REL-3)."""

    def left(ranges: Ranges) -> Ranges:
        return tuple(one for one in ranges if one[1] > front)

    return Pins(left(pins.collapse), left(pins.expand))


def left_ledger(geometry: Geometry, ledger: Ledger, front: int) -> Ledger:
    """``ledger`` without the nodes that lie wholly before ``front``."""
    return {node: entry for node, entry in ledger.items() if end(geometry, node) > front}


@clause("REL-2")
def misreleased(context: Context, reported: Sequence[Block]) -> Iterator[Finding]:
    """REL-2: after a release the reported context is the one that is left, given as ``context``."""
    if not reported:
        yield WHOLE, "the reported context is empty; a release leaves at least one block"
    elif reported[0].start != context[0].start:
        said = f"the reported context begins at token {reported[0].start}; it was released to {context[0].start}"
        yield 0, said
    elif tuple(reported) != context:
        at = next((i for i, pair in enumerate(zip(reported, context, strict=False)) if pair[0] != pair[1]), WHOLE)
        yield at, f"a release to {context[0].start} leaves the blocks from there on as they are; block {at} is another"


@clause("REL-3")
def still_pinned(pins: Pins, reported: object) -> Iterator[Finding]:
    """REL-3: after a release the reported pins are those that are left, given as ``pins``."""
    if reported != [[list(one) for one in ranges] for ranges in pins]:
        yield WHOLE, f"the pins reported after a release are {reported!r}, should be {pins.collapse} and {pins.expand}"


@clause("REL-4")
def let_go_in_vain(
    geometry: Geometry, context: Context, front: int | None, possible: int, needed: int, w_max: int
) -> Iterator[Finding]:
    """REL-4: an ingest that may let go does so where no legal collapse is left, and of no more than is needed.

    Args:
        geometry: shape of the tree.
        context: after the collapses.
        front: where it begins once the oldest blocks have left, its end if all have; None if the ingest was refused.
        possible: how many collapses are still legal.
        needed: slots of the new blocks.
        w_max: the budget.
    """
    if front is None:
        if needed <= w_max:
            room = f"the budget {w_max} has room for {counted(needed, 'new slot')}"
            yield WHOLE, f"ingest was refused, although it may let go and {room}"
        return
    used = sum(geometry.slots(block.level) for block in context)
    gone = [block for block in context if block.start < front]
    freed = sum(geometry.slots(block.level) for block in gone[:-1])
    if gone and possible:
        yield WHOLE, f"{tuple(gone[0])} was let go, although {counted(possible, 'legal collapse')} could make room"
    elif gone and fits(used - freed, needed, w_max):
        room = f"the budget {w_max} has room for {counted(needed, 'new slot')} beside {used - freed}"
        yield len(gone) - 1, f"{tuple(gone[-1])} was let go, although {room}"
