"""Small trees, listed completely: every row of blocks that tiles a range, every case of a context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from typing import TypeVar

from focalloc.proofs.theorem import Session, Survey
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, Context
from focalloc.spec.geometry import Geometry
from focalloc.spec.state import State

Given = TypeVar("Given")

Pairs = tuple[tuple[int, int], ...]
"""A context as (level, start) pairs."""


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


def case_by_case(
    pairs: Pairs,
    cases: Iterable[tuple[State, Given]],
    faulty: Callable[[State, Given], tuple[bool, str]],
    told: Callable[[State, Given], Session | None] = lambda state, given: None,
) -> Survey:
    """Every case of a context, up to the first that is refuted.

    Args:
        pairs: the context.
        cases: states with that context, each with what the allocator is given.
        faulty: whether there was something to do, and what is wrong with what was done; empty if nothing is.
        told: the session of a case that is refuted; by default none.
    """
    count, telling, wrong, session = 0, 0, "", None
    for state, given in cases:
        count += 1
        acted, fault = faulty(state, given)
        telling += acted
        if fault:
            wrong = f"{list(pairs)}, given {given}, {state.params.to_dict()}: {fault}"
            session = partial(told, state, given)
            break
    return Survey(f"context {list(pairs)}", count, telling, wrong, session=session)


def context_by_context(
    contexts: Iterable[Pairs],
    cases: Callable[[Context], Iterable[tuple[State, Given]]],
    faulty: Callable[[State, Given], tuple[bool, str]],
    told: Callable[[State, Given], Session | None],
) -> Iterator[Survey]:
    """`case_by_case` for each of the contexts, on what ``cases`` makes of it."""
    for pairs in contexts:
        yield case_by_case(pairs, cases(tuple(Block(*pair) for pair in pairs)), faulty, told)


@lru_cache(maxsize=1)  # asked again for every tail of one context
def complete_families(geometry: Geometry, context: Context) -> list[Block]:
    """Nodes whose whole family is in the context."""
    blocks = set(context)
    nodes = {
        Block(block.level + 1, block.start - block.start % geometry.span(block.level + 1))
        for block in context
        if block.level < geometry.top
    }
    return [node for node in sorted(nodes) if all(child in blocks for child in family(geometry, node))]
