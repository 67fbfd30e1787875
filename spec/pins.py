"""Pins: ranges of tokens where nothing collapses, nothing expands, or neither (clauses PIN-1 to PIN-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from focalloc.spec.actions import Action
from focalloc.spec.blocks import end
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.errors import InvalidInput, truth, whole_number
from focalloc.spec.geometry import MAX_TOKEN, Geometry

Ranges = tuple[tuple[int, int], ...]
"""Tokens ``first <= token < last`` of each pair; in order, and at least one token apart."""

MAX_RANGES = 2**16
"""Most ranges of a kind."""


class Pins(NamedTuple):
    """Which tokens are pinned.

    Attributes:
        collapse: where nothing collapses.
        expand: where nothing expands.

    Example:
        >>> from focalloc import Allocator
        >>> allocator = Allocator()
        >>> allocator.load([(1, 0), (0, 32)])
        >>> allocator.pin(0, 40)
        >>> allocator.pins()
        Pins(collapse=((0, 40),), expand=())
    """

    collapse: Ranges = ()
    expand: Ranges = ()


NO_PINS = Pins()
"""Nothing is pinned."""


def meets(ranges: Ranges, first: int, last: int) -> bool:
    """Whether any token from ``first`` to before ``last`` lies in one of ``ranges``."""
    return any(low < last and first < high for low, high in ranges)


@clause("PIN-1")
def pinned_collapse(geometry: Geometry, pins: Pins, action: Action) -> Iterator[Finding]:
    """PIN-1: no node collapses whose span meets a range that is pinned against collapse."""
    if action.kind == "collapse" and meets(pins.collapse, action.start, end(geometry, action.node)):
        yield WHOLE, f"node {tuple(action.node)} has tokens that are pinned, so it cannot collapse"


@clause("PIN-2")
def pinned_expand(geometry: Geometry, pins: Pins, action: Action) -> Iterator[Finding]:
    """PIN-2: no node expands whose span meets a range that is pinned against expansion."""
    if action.kind == "expand" and meets(pins.expand, action.start, end(geometry, action.node)):
        yield WHOLE, f"node {tuple(action.node)} has tokens that are pinned, so it cannot expand"


@clause("PIN-3")
def misremembered(pins: Pins, reported: object) -> Iterator[Finding]:
    """PIN-3: pins are what the calls made them, in order and as few ranges as will do; nothing else changes them."""
    if reported != [[list(one) for one in ranges] for ranges in pins]:
        yield WHOLE, f"the reported pins are {reported!r}, should be {pins.collapse} and {pins.expand}"


def is_pinned(geometry: Geometry, pins: Pins, action: Action) -> bool:
    """Whether a pin bars ``action``."""
    return pins != NO_PINS and bool(pinned_collapse(geometry, pins, action) or pinned_expand(geometry, pins, action))


def united(ranges: Ranges, first: int, last: int) -> Ranges:
    """``ranges`` with the tokens from ``first`` to before ``last``: those that touch become one."""
    apart = [one for one in ranges if one[1] < first or last < one[0]]
    together = [one for one in ranges if not (one[1] < first or last < one[0])]
    low = min([first, *(one[0] for one in together)])
    high = max([last, *(one[1] for one in together)])
    return tuple(sorted([*apart, (low, high)]))


def parted(ranges: Ranges, first: int, last: int) -> Ranges:
    """``ranges`` without the tokens from ``first`` to before ``last``."""
    left = [(low, min(high, first)) for low, high in ranges] + [(max(low, last), high) for low, high in ranges]
    return tuple(sorted({(low, high) for low, high in left if low < high}))


def pinned(pins: Pins, first: int, last: int, *, collapse: bool = True, expand: bool = False) -> Pins:
    """``pins`` with a range more.

    Args:
        pins: what is pinned so far.
        first: first token.
        last: the token just after the range.
        collapse: whether nothing is to collapse there.
        expand: whether nothing is to expand there.

    Raises:
        InvalidInput: the range is empty or beyond the line of tokens, neither is asked for, or there are too many.
    """
    first, last = checked_range(first, last, collapse, expand)
    return checked_pins(
        Pins(
            united(pins.collapse, first, last) if collapse else pins.collapse,
            united(pins.expand, first, last) if expand else pins.expand,
        )
    )


def unpinned(pins: Pins, first: int, last: int, *, collapse: bool = True, expand: bool = True) -> Pins:
    """``pins`` without a range; arguments as for `pinned`, but both kinds are lifted unless one is left out."""
    first, last = checked_range(first, last, collapse, expand)
    return checked_pins(
        Pins(
            parted(pins.collapse, first, last) if collapse else pins.collapse,
            parted(pins.expand, first, last) if expand else pins.expand,
        )
    )


def checked_range(first: object, last: object, collapse: object, expand: object) -> tuple[int, int]:
    """``first`` and ``last`` if they are a range of tokens and something is asked of it; else raise `InvalidInput`."""
    for name, value in (("collapse", collapse), ("expand", expand)):
        truth(name, value)
    if not (collapse or expand):
        raise InvalidInput("expand", expand, "must be True where collapse is False; else nothing is asked for")
    low = whole_number("first", first, 0, MAX_TOKEN - 1)
    return low, whole_number("last", last, low + 1, MAX_TOKEN)


def checked_pins(pins: Pins) -> Pins:
    """``pins`` if there are not too many ranges, else raise `InvalidInput`."""
    for name, ranges in zip(Pins._fields, pins, strict=True):
        if len(ranges) > MAX_RANGES:
            raise InvalidInput(f"pins.{name}", len(ranges), f"must be at most {MAX_RANGES} ranges")
    return pins


def within(ranges: Sequence[tuple[int, int]], first: int, last: int) -> Ranges:
    """The parts of ``ranges`` from token ``first`` to before ``last``."""
    cut = ((max(low, first), min(high, last)) for low, high in ranges)
    return tuple((low, high) for low, high in cut if low < high)
