"""Small trees, listed completely: every row of blocks that tiles a range."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from focalloc.spec.blocks import Block, Context
from focalloc.spec.geometry import Geometry


def rows(geometry: Geometry, first: int, last: int) -> Iterator[Context]:
    """Every context that tiles the tokens ``first <= token < last``, both multiples of ``span(0)``."""
    if first == last:
        yield ()
        return
    for level in range(geometry.top + 1):
        behind = first + geometry.span(level)
        if first % geometry.span(level) == 0 and behind <= last:
            for rest in _rows(geometry, behind, last):
                yield (Block(level, first), *rest)


@cache
def _rows(geometry: Geometry, first: int, last: int) -> tuple[Context, ...]:
    return tuple(rows(geometry, first, last))
