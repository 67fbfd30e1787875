"""Layouts: the context in which a history of any length is shown at first (clauses LAY-1 to LAY-5).

A layout is judged by what it shows in detail: the nodes that would have to be expanded, from the coarsest tiling on, to
come to it. Each has a place in an order that the history alone decides, so no two layouts keep all five clauses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from focalloc.spec.actions import fits, parent
from focalloc.spec.blocks import Block, Context, context_violations, end, used
from focalloc.spec.candidates import expand_limit
from focalloc.spec.clauses import WHOLE, Finding, Violation, clause
from focalloc.spec.cursor import distance
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN, Geometry
from focalloc.spec.params import Params
from focalloc.spec.printable import counted
from focalloc.spec.scores import unrepresentable


class Outline(NamedTuple):
    """What is to be laid out, as `checked_outline` makes it.

    Attributes:
        geometry: shape of the tree.
        params: budgets and thresholds.
        first: first token.
        last: token after the last.
        scores: a fixed-point score per smallest span, oldest first; None where all are wanted alike.
        cursor: token at which nearness is measured.
    """

    geometry: Geometry
    params: Params
    first: int
    last: int
    scores: tuple[int, ...] | None
    cursor: int

    def want(self, node: Block) -> int:
        """How much detail is wanted of ``node``: the greatest score under it; 0 where there are none."""
        if self.scores is None:
            return 0
        span = self.geometry.span(0)
        return max(self.scores[(node.start - self.first) // span : (end(self.geometry, node) - self.first) // span])

    def distance(self, node: Block) -> int:
        """How far ``node`` lies from the cursor, in smallest spans."""
        return distance(self.geometry, node, self.cursor)

    def is_wanted(self, node: Block) -> bool:
        """Whether ``node`` may be shown in detail at all."""
        return self.scores is None or self.want(node) > self.params.tau_expand

    def place(self, node: Block) -> tuple[int, int, int, int]:
        """Place of ``node`` in the order: the most wanted first, then the nearest to the cursor, the earliest, the
        coarsest. A node stands before all that lie under it."""
        return -self.want(node), self.distance(node), node.start, -node.level

    def limit(self, node: Block) -> int:
        """Slots that may be in use once ``node`` is shown in detail (BUD-1, SOF-1)."""
        return expand_limit(self.params, self.want(node))

    def holds(self, node: Block) -> bool:
        """Whether ``node`` lies within the history as a whole."""
        return self.first <= node.start and end(self.geometry, node) <= self.last


def checked_outline(
    geometry: Geometry,
    params: Params,
    first: int,
    last: int,
    scores: Sequence[int] | None = None,
    cursor: int | None = None,
) -> Outline:
    """The history of tokens ``first`` up to ``last``.

    Args:
        geometry: shape of the tree.
        params: budgets and thresholds.
        first: first token, a multiple of the smallest span.
        last: token after the last, a multiple of the smallest span.
        scores: a fixed-point score per smallest span, oldest first.
        cursor: where nearness is measured; the end if it is not given.

    Raises:
        InvalidInput: no tokens, no whole blocks of them, or outside the line of tokens (CTX-2 to CTX-4); a
            score does not fit (SCO-1) or there is not one per smallest span (SCO-2).
    """
    span = geometry.span(0)
    numbers = []
    for name, value in (("first", first), ("last", last), ("cursor", last if cursor is None else cursor)):
        number = as_integer(value)
        if number is None or not 0 <= number <= MAX_TOKEN:
            raise InvalidInput(name, value, f"must be an integer from 0 to {MAX_TOKEN} (CTX-4)")
        if name != "cursor" and number % span:
            raise InvalidInput(name, value, f"must be a multiple of {span}, the tokens of the smallest block (CTX-2)")
        numbers.append(number)
    begin, stop, at = numbers
    if begin >= stop:
        raise InvalidInput("last", last, f"must lie beyond first = {first}; a context has at least one block (CTX-3)")
    row = None
    if scores is not None:
        row = tuple(scores)
        if len(row) != (stop - begin) // span:
            rule = f"there must be one score per {counted(span, 'token')}, {(stop - begin) // span} in all (SCO-2)"
            raise InvalidInput("scores", len(row), rule)
        for violation in unrepresentable(row):
            where = violation.where
            raise InvalidInput(f"scores[{where}]", row[where], f"{violation.message} (SCO-1)")
    return Outline(geometry, params, begin, stop, row, at)


def least_budget(geometry: Geometry, first: int, last: int) -> int:
    """Slots of the tiling by the coarsest blocks; every other comes of it by expands, and so takes more (GEO-2).

    Where a block of level 1 would do, a gist stands: raw tokens are what it expands into.
    """
    at, slots = first, 0
    while at < last:
        level = max(
            one
            for one in range(1, geometry.top + 1)
            if at % geometry.span(one) == 0 and at + geometry.span(one) <= last
        )
        span = geometry.span(level)
        above = (
            last if level == geometry.top else min(last, at - at % geometry.span(level + 1) + geometry.span(level + 1))
        )
        count = (above - at) // span
        slots += count * geometry.slots(level)
        at += count * span
    return slots


def detailed(outline: Outline, context: Iterable[Block]) -> list[Block]:
    """The nodes of which ``context`` shows detail: all that lie within the history and over one of its blocks."""
    found = set[Block]()
    for block in context:
        node = parent(outline.geometry, block)
        while node is not None and outline.holds(node) and node not in found:
            found.add(node)
            node = parent(outline.geometry, node)
    return sorted(found, key=outline.place)


@clause("LAY-1")
def uncovered(outline: Outline, context: Sequence[Block]) -> Iterator[Finding]:
    """LAY-1: a layout begins and ends where the history does."""
    if context[0].start != outline.first:
        yield 0, f"the layout begins at token {context[0].start}; the history begins at {outline.first}"
    if (stop := end(outline.geometry, context[-1])) != outline.last:
        yield len(context) - 1, f"the layout ends at token {stop}; the history ends at {outline.last}"


@clause("LAY-2")
def overspent(outline: Outline, context: Sequence[Block]) -> Iterator[Finding]:
    """LAY-2: a layout keeps the budget."""
    slots = used(outline.geometry, context)
    if slots > outline.params.w_max:
        yield WHOLE, f"the layout takes {counted(slots, 'slot')}; w_max is {outline.params.w_max}"


@clause("LAY-3")
def needlessly_refused(outline: Outline) -> Iterator[Finding]:
    """LAY-3: a layout is refused only where the coarsest tiling exceeds the budget, or what a context may take."""
    least = least_budget(outline.geometry, outline.first, outline.last)
    if least <= min(outline.params.w_max, MAX_SLOTS):
        yield WHOLE, f"the layout was refused; {counted(least, 'slot')} would do, and w_max is {outline.params.w_max}"


@clause("LAY-4")
def undue_detail(outline: Outline, context: Sequence[Block]) -> Iterator[Finding]:
    """LAY-4: what is shown in detail is wanted, and fitted when its turn came."""
    geometry = outline.geometry
    slots = least_budget(geometry, outline.first, outline.last)
    for node in detailed(outline, context):
        slots += geometry.delta(node.level)
        if not outline.is_wanted(node):
            said = f"node {tuple(node)} is shown in detail; its greatest score {outline.want(node)} is not above"
            yield WHOLE, f"{said} tau_expand = {outline.params.tau_expand}"
        elif slots > outline.limit(node):
            said = f"node {tuple(node)} leaves {counted(slots, 'slot')} used at its turn"
            yield WHOLE, f"{said}; its limit is {outline.limit(node)}"


@clause("LAY-5")
def withheld_detail(outline: Outline, context: Sequence[Block]) -> Iterator[Finding]:
    """LAY-5: what is wanted and fitted when its turn came is shown in detail."""
    geometry = outline.geometry
    shown = detailed(outline, context)
    least = least_budget(geometry, outline.first, outline.last)
    whole = [block for block in context if block.level > 0 and outline.is_wanted(block)]
    i, slots = 0, least
    for block in sorted(whole, key=outline.place):
        while i < len(shown) and outline.place(shown[i]) < outline.place(block):
            slots += geometry.delta(shown[i].level)
            i += 1
        if fits(slots, geometry.delta(block.level), outline.limit(block)):
            said = f"block {tuple(block)} is a gist; it would have fitted beside {counted(slots, 'slot')} at its turn"
            yield context.index(block), said


def layout_violations(outline: Outline, answer: Context | None, profile: str) -> list[Violation]:
    """Every clause that a layout breaks.

    Args:
        outline: what was to be laid out.
        answer: the blocks, oldest first; None for a refusal.
        profile: what the allocator claims; ``safety`` leaves open what is shown in detail (F-1).
    """
    if answer is None:
        return needlessly_refused(outline)
    found = context_violations(outline.geometry, answer)
    if not found:
        found = uncovered(outline, answer) + overspent(outline, answer)
    if found or profile == "safety":
        return found
    return undue_detail(outline, answer) + withheld_detail(outline, answer)
