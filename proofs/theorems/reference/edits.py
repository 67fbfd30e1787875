"""Edits: their clauses leave one answer, and the reference gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, product

from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl import edits as reference
from focalloc.spec.actions import Action, applied, consumed
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.candidates import possible_actions
from focalloc.spec.edits import edits_violations
from focalloc.spec.geometry import Geometry

Told = tuple[tuple[int, int, int, int], ...]
"""Edits without their blocks."""


@cache
def splices(before: int, after: int) -> tuple[Told, ...]:
    """The edits for every way in which a row of ``before`` slots can become one of ``after``."""
    kept = (
        [*zip(old, new, strict=True)]
        for many in range(min(before, after) + 1)
        for old, new in product(combinations(range(before), many), combinations(range(after), many))
    )
    return tuple(tuple(_around(pairs, before, after)) for pairs in kept)


def _around(kept: list[tuple[int, int]], before: int, after: int) -> Iterator[tuple[int, int, int, int]]:
    """The edits around what stays, given as pairs of slots."""
    first = at = 0
    for i, j in [*kept, (before, after)]:
        if i > first or j > at:
            yield first, i - first, at, j - at
        first, at = i + 1, j + 1


def answers(geometry: Geometry, context: Context) -> Iterator[Context]:
    """The context after each answer of at most two actions on what is there, and after an ingest of a block."""
    possible = sorted(possible_actions(geometry, set(context)))
    yield context
    for many in (1, 2):
        for actions in combinations(possible, many):
            yield from _after(geometry, context, actions)
    behind = context[-1].start + geometry.span(context[-1].level)
    yield (*context, Block(0, behind))


def _after(geometry: Geometry, context: Context, actions: Sequence[Action]) -> Iterator[Context]:
    blocks = [set(consumed(geometry, action)) for action in actions]
    if len(set().union(*blocks)) == sum(len(one) for one in blocks):  # ACT-5
        for action in actions:
            context = applied(geometry, context, action)
        yield context


@theorem(
    "edits-leave-one-answer",
    "What a call changed can be said in one way only, and the reference says it.",
    clauses="EDI-1 EDI-2 EDI-3",
    technique=Technique.EXHAUSTION,
    bounds="every context over 8 tokens of arity (2, 2) and up to two actions on it, or an ingest; every list of edits",
    mutations=[
        Mutation("one edit for each block that goes", "if gone or come:", "if gone:"),
        Mutation("edits count from the old row", "at + after + slots", "at + before + slots"),
        Mutation("what stayed is named", "set(old) & set(new)", "set(sorted(set(old) & set(new))[1:])"),
    ],
)
def edits_leave_one_answer(bug: Mutation) -> Iterator[Evidence]:
    """For each way in which one row of slots can become another, the judge is asked."""
    answer = Source.of(reference, bug).python["edits"]
    geometry = Geometry((2, 2), (1, 1, 1))
    cases, telling, wrong = 0, 0, ""
    for old in rows(geometry, 0, 8):
        for new in answers(geometry, old):
            found = answer(geometry, old, new)
            every = splices(used(geometry, old), used(geometry, new))
            fitting = [told for told in every if not edits_violations(geometry, old, new, told)]
            cases += 1
            telling += old != new
            if fitting != [tuple(edit.splice for edit in found)]:
                wrong = f"from {old} to {new}: the reference says {found}; what conforms is {fitting}"
                break
        if wrong:
            break
    yield Survey("every answer", cases, telling, wrong)
