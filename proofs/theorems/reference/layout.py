"""Layouts: their clauses leave one answer, the reference gives it, and it is worth what it can be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl import layout as reference
from focalloc.spec.blocks import Context, used
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.layout import Outline, checked_outline, detailed, layout_violations, least_budget
from focalloc.spec.params import Params

ALIKE, UNLIKE = Geometry((2, 2), (1, 1, 1)), Geometry((2, 3), (2, 1, 1))
"""Geometries whose expands all cost the same, and of which some cost more than others."""

SCORES = (1, 2, 4)
"""At, above and far above a threshold of 1."""


def outlines(geometry: Geometry, first: int, last: int) -> Iterator[Outline]:
    """Histories of all scores that matter, budgets from too small to ample, soft or not, and several cursors."""
    spans = (last - first) // geometry.span(0)
    least, raw = least_budget(geometry, first, last), spans * geometry.slots(0)
    for w_max, spare in product(range(max(least - 1, 1), raw + 1), (0, 1)):
        params = Params(w_max=w_max, w_soft=max(w_max - spare, 1), tau_expand=1, soft_margin=2)
        for cursor in (first, (first + last) // 2):
            yield checked_outline(geometry, params, first, last, None, cursor)
        for scores in product(SCORES, repeat=spans):
            yield checked_outline(geometry, params, first, last, scores)


def tilings(outline: Outline) -> list[Context]:
    """Every context over the tokens of ``outline``."""
    return list(rows(outline.geometry, outline.first, outline.last))


def worlds() -> Iterator[Outline]:
    """Histories that begin at a node and within one, of expands that cost alike and unlike."""
    yield from outlines(ALIKE, 2, 10)
    yield from outlines(UNLIKE, 0, 8)


BOUNDS = (
    "8 tokens of arities (2, 2) and (2, 3), from a node's start and from within it; every budget; scores at, above and "
    "far above the threshold"
)


@theorem(
    "layouts-leave-one-answer",
    "One context keeps the clauses of a layout, whatever is to be laid out, and the reference gives it; where there is "
    "no room, none does, and to refuse is right.",
    clauses="LAY-1 LAY-2 LAY-3 LAY-4 LAY-5",
    technique=Technique.EXHAUSTION,
    bounds=BOUNDS,
    mutations=[
        Mutation("ties go to what lies farthest", "away[node], node.start", "-away[node], 0"),
        Mutation("the hard budget binds all", "if urgent else params.w_soft", "if urgent else params.w_max"),
        Mutation("a score at the threshold will do", "is None or wants[node] > ", "is None or wants[node] >= "),
        Mutation("one slot stays free", "if slots > params.w_max:", "if slots >= params.w_max:"),
        Mutation("what is hot is hidden by what is not", "return max(outline.scores[", "return min(outline.scores["),
    ],
)
def layouts_leave_one_answer(bug: Mutation) -> Iterator[Evidence]:
    """The judge is asked about every tiling."""
    answer = Source.of(reference, bug).python["layout"]
    cases, refused, wrong = 0, 0, ""
    for outline in worlds():
        given: list[Context] = []
        try:
            given.append(answer(outline))
        except InvalidInput:
            refused += 1
        fitting = [one for one in tilings(outline) if not layout_violations(outline, one, "greedy")]
        cases += 1
        if fitting != given or bool(given) != bool(layout_violations(outline, None, "greedy")):
            wrong = f"{outline}: the reference says {given}; what conforms is {fitting}"
            break
    yield Survey("every tiling", cases, cases - refused, wrong)
    yield Survey("a refusal is right where there is no room", cases, refused, "")


@theorem(
    "layouts-are-worth-their-budget",
    "Of all tilings of a history whose detail is wanted and keeps the soft budget, none is worth more than the "
    "layout if all expands cost the same, nor more than the ratio of their costs, rounded up, times as much if not; "
    "and none shows detail of the first node that only one of them does.",
    clauses="LAY-4 LAY-5",
    technique=Technique.EXHAUSTION,
    bounds=BOUNDS,
    mutations=[
        Mutation("the least wanted goes first", "(-wants[node], away", "(wants[node], away"),
        Mutation("nothing is shown raw", "if node in shown and", "if node.level > 1 and node in shown and"),
    ],
)
def layouts_are_worth_their_budget(bug: Mutation) -> Iterator[Evidence]:
    """Each is compared with the reference's layout."""
    answer = Source.of(reference, bug).python["layout"]
    cases, better, wrong = 0, 0, ""
    for outline in worlds():
        if outline.scores is None or outline.params.w_max < least_budget(outline.geometry, outline.first, outline.last):
            continue
        found = answer(outline)
        deltas = outline.geometry.deltas[1:]
        ratio = -(-max(deltas) // min(deltas))
        for other in tilings(outline):
            if used(outline.geometry, other) > outline.params.w_soft or not is_wanted(outline, other):
                continue
            cases += 1
            better += worth(outline, other) > 0
            if worth(outline, other) > ratio * worth(outline, found) or comes_first(outline, other, found):
                wrong = f"{outline}: {other} is better than {found}"
        if wrong:
            break
    yield Survey("every tiling", cases, better, wrong)


def is_wanted(outline: Outline, context: Context) -> bool:
    """Whether all that ``context`` shows in detail is wanted."""
    return all(map(outline.is_wanted, detailed(outline, context)))


def worth(outline: Outline, context: Context) -> int:
    """The sum of what is wanted of the nodes that ``context`` shows in detail."""
    return sum(map(outline.want, detailed(outline, context)))


def comes_first(outline: Outline, one: Context, other: Context) -> bool:
    """Whether, of the nodes that only one of two contexts shows in detail, the first in order is ``one``'s."""
    mine, theirs = set(detailed(outline, one)), set(detailed(outline, other))
    return bool(mine ^ theirs) and min(mine ^ theirs, key=outline.place) in mine
