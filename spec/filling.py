"""Filling: tokens come a few at a time, and the last block may lack some (clauses PAR-4, FIL-1 to FIL-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index
from typing import NamedTuple

from focalloc.spec.actions import Action
from focalloc.spec.blocks import Context, end
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.geometry import MAX_SLOTS, Geometry
from focalloc.spec.printable import counted


@clause("PAR-4")
def senseless_tokens(tokens: object) -> Iterator[Finding]:
    """PAR-4: an ingest of tokens is of a whole number of them, from 1 to `MAX_SLOTS`."""
    number = as_integer(tokens)
    if number is None:
        yield WHOLE, "must be an integer"
    elif not 1 <= number <= MAX_SLOTS:
        yield WHOLE, f"must lie between 1 and {MAX_SLOTS}"


def checked_tokens(tokens: object) -> int:
    """Return ``tokens`` if an ingest may be of so many, else raise `InvalidInput` (PAR-4)."""
    for violation in senseless_tokens(tokens):
        raise InvalidInput("tokens", tokens, f"{violation.message} ({violation.clause})")
    return index(tokens)  # type: ignore[arg-type]


class Filled(NamedTuple):
    """What tokens make of the end of a context (FIL-1).

    Attributes:
        blocks: how many new blocks.
        unfilled: tokens that the last block lacks from then on.
    """

    blocks: int
    unfilled: int


def filled(geometry: Geometry, unfilled: int, tokens: int) -> Filled:
    """What ``tokens`` make, where the last block lacked ``unfilled``: they fill it, then new ones (FIL-1)."""
    span = geometry.span(0)
    return Filled(-(-(tokens - unfilled) // span), (unfilled - tokens) % span)


@clause("FIL-1")
def misfilled(
    context: Context, unfilled: int, reported: Sequence[object] | None, reported_unfilled: object = None
) -> Iterator[Finding]:
    """FIL-1: tokens fill the last block, then new ones; a report after an ingest of tokens says so.

    Args:
        context: after the ingest.
        unfilled: tokens that its last block lacks.
        reported: the context that the allocator reports; None if it reports none.
        reported_unfilled: what it reports of those tokens; None if nothing.
    """
    if reported is not None and tuple(reported) != context:
        pairs = zip(reported, context, strict=False)
        at = next((i for i, (theirs, mine) in enumerate(pairs) if theirs != mine), WHOLE)
        told = f"{counted(len(reported), 'block')} reported after tokens came; collapses and tokens make"
        yield at, f"{told} {len(context)}, the last at {context[-1].start}"
    said = as_integer(reported_unfilled)
    if reported_unfilled is not None and said != unfilled:
        yield WHOLE, f"{reported_unfilled!r} tokens are reported to be unfilled; {unfilled} are"


@clause("FIL-2")
def partial_collapse(geometry: Geometry, unfilled: int, context_end: int, action: Action) -> Iterator[Finding]:
    """FIL-2: a node that ends where the context does, while the last block lacks tokens, does not collapse."""
    if action.kind == "collapse" and unfilled and end(geometry, action.node) == context_end:
        said = f"node {tuple(action.node)} collapses, although its last block lacks {counted(unfilled, 'token')}"
        yield WHOLE, said


@clause("FIL-3")
def needless_room(tokens: int, actions: Sequence[Action] | None, front: object) -> Iterator[Finding]:
    """FIL-3: an ingest of tokens that all go into the last block is granted, and makes no room.

    Args:
        tokens: how many.
        actions: the collapses; None if the ingest was refused.
        front: the token that it says the context begins with since; None if it let nothing go.
    """
    if actions is None:
        said = f"ingest of {counted(tokens, 'token')} was refused, although they fill the last block and take no room"
        yield WHOLE, said
    elif actions or front is not None:
        what = f"{tuple(actions[0])} was done" if actions else f"what is before {front!r} was let go"
        yield WHOLE, f"{what} to make room for {counted(tokens, 'token')}, which fill the last block and take none"
