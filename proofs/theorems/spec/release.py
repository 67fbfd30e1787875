"""Release: what is left of a context is one, and what is forgotten could have barred nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.spec import release
from focalloc.spec.blocks import Block, context_violations, end, positions
from focalloc.spec.cooldown import Entry
from focalloc.spec.geometry import Geometry
from focalloc.spec.pins import Pins, meets

WORLDS = (Geometry((2, 2)), Geometry((2, 3), (1, 1, 2)))
"""Geometries of which every context of two top-level nodes is released everywhere."""


@theorem(
    "a-release-leaves-a-context",
    "A context can be released to just the tokens at which its blocks begin. What is left tiles, has the positions "
    "that it had, and its complete families are those that lie wholly behind the front.",
    clauses="REL-1 REL-2 CTX-2 CTX-3 CTX-5 ACT-4",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2), and (2, 3) at cost (1, 1, 2); every context of two top-level nodes and every token of it",
    mutations=[
        Mutation("any token will do", "elif number not in starts:", "elif number is False:"),
        Mutation("nothing may be left", "[block.start for block in context]",
                 "[block.start for block in context] + [context[-1].start + 1]"),
        Mutation("the block at the front leaves, too", "if block.start >= front)", "if block.start > front)"),
        Mutation("a block stays before the front", "if block.start >= front)", "if block.start >= front - 2)"),
    ],
)  # fmt: skip
def a_release_leaves_a_context(bug: Mutation) -> Iterator[Evidence]:
    """`cut` and `from_front`, as shipped."""
    code = Source.of(release, bug).python
    for geometry in WORLDS:
        cases, telling, wrong = 0, 0, ""
        last = 2 * geometry.span(geometry.top)
        for context in rows(geometry, 0, last):
            starts = {block.start for block in context}
            was = positions(geometry, context)
            for token in range(-1, last + 2):
                cases += 1
                legal = not list(code["cut"](context, token))
                if legal != (token in starts):
                    wrong = wrong or f"{list(map(tuple, context))} released to {token} is refused: {not legal}"
                if token not in starts:
                    continue
                left = code["from_front"](context, token)
                telling += len(left) < len(context)
                kept = [node for node in complete_families(geometry, context) if node.start >= token]
                sound = left and not context_violations(geometry, left) and left[0].start == token
                if not sound or end(geometry, left[-1]) != last or complete_families(geometry, left) != kept:
                    wrong = wrong or f"{list(map(tuple, context))} released to {token} leaves {left}"
                elif positions(geometry, left) != was[len(was) - len(positions(geometry, left)) :]:
                    wrong = wrong or f"{list(map(tuple, context))} released to {token} moves what is left"
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)


@theorem(
    "what-leaves-bars-nothing",
    "No node that lies at the front or behind it, or reaches over it, has lost a pin or an entry of the ledger by a "
    "release; and of those that lie before it none is remembered.",
    clauses="REL-3 COO-1 PIN-1 PIN-2",
    technique=Technique.EXHAUSTION,
    bounds="every node over 12 tokens of arity (2, 3), every pair of ranges, every front",
    mutations=[
        Mutation("a pin over the front goes", "if one[1] > front)", "if one[0] >= front)"),
        Mutation("a pin that ends at the front stays", "if one[1] > front)", "if one[1] >= front)"),
        Mutation("pins against expansion stay", "Pins(left(pins.collapse), left(pins.expand))",
                 "Pins(left(pins.collapse), pins.expand)"),
        Mutation("a node over the front is forgotten", "if end(geometry, node) > front}", "if node.start >= front}"),
        Mutation("a node before the front is remembered", "if end(geometry, node) > front}",
                 "if end(geometry, node) >= front}"),
    ],
)  # fmt: skip
def what_leaves_bars_nothing(bug: Mutation) -> Iterator[Evidence]:
    """`left_pins` and `left_ledger`, as shipped."""
    code = Source.of(release, bug).python
    geometry = Geometry((2, 3))
    nodes = [Block(1, start) for start in range(0, 12, 2)] + [Block(2, start) for start in range(0, 12, 6)]
    ledger = {node: Entry("expand", 0) for node in nodes}
    cases, telling, wrong = 0, 0, ""
    places = [((a, b), (c, d)) for a, b, c, d in combinations(range(13), 4) if b < c]
    for front, ranges in product(range(13), places):
        cases += 1
        left = code["left_pins"](Pins(ranges, ranges[:1]), front)
        telling += left.collapse != ranges
        gone = [one for one in left.collapse + left.expand if one[1] <= front]
        kept = [node for node in nodes if end(geometry, node) > front]
        barred = all(
            meets(now, max(node.start, front), end(geometry, node))
            == meets(then, max(node.start, front), end(geometry, node))
            for node in kept
            for now, then in zip(left, (ranges, ranges[:1]), strict=True)
        )
        if gone or not barred or any(one not in ranges for one in left.collapse + left.expand):
            wrong = wrong or f"pins {ranges} released to {front} leave {left}"
    for front in range(13):
        cases += 1
        found = list(code["left_ledger"](geometry, ledger, front))
        if found != [node for node in nodes if end(geometry, node) > front]:
            wrong = wrong or f"released to {front}, the ledger remembers {found}"
    yield Survey("every front and pair of ranges", cases, telling, wrong)
