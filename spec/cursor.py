"""The cursor: the token that an iteration measures nearness from (clause CUR-1)."""

from __future__ import annotations

from collections.abc import Iterator
from operator import index

from focalloc.spec.blocks import Block, end
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.geometry import Geometry


def distance(geometry: Geometry, node: Block, cursor: int) -> int:
    """Smallest spans between ``node`` and the cursor, rounded down; 0 if it holds the cursor."""
    gap = max(node.start - cursor, cursor - end(geometry, node), 0)
    return gap // geometry.span(0)


@clause("CUR-1")
def astray(front: int, last: int, cursor: object) -> Iterator[Finding]:
    """CUR-1: a cursor is a token of the context, or its end."""
    number = as_integer(cursor)
    if number is None:
        yield WHOLE, "must be an integer"
    elif not front <= number <= last:
        yield WHOLE, f"must be a token of the context or its end, from {front} to {last}"


def checked_cursor(front: int, last: int, cursor: object) -> int:
    """Return ``cursor`` if an iteration on the tokens from ``front`` to before ``last`` may be told it.

    Raises:
        InvalidInput: it breaks CUR-1.
    """
    for violation in astray(front, last, cursor):
        raise InvalidInput("cursor", cursor, f"{violation.message} ({violation.clause})")
    return index(cursor)  # type: ignore[arg-type]
