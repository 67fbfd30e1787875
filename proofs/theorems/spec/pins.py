"""Pins: what pinning and lifting make of ranges, what they hold back, and how much room an ingest then needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from focalloc.proofs.engines.helpers import Helpers, record
from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl import candidates as reference
from focalloc.spec import ingest, pins
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, end, used
from focalloc.spec.geometry import Geometry
from focalloc.spec.pins import Pins, Ranges

LINE = 7
"""Tokens of a line on which every set is pinned."""


def ranges_of(tokens: Sequence[int]) -> Ranges:
    """The fewest ranges that hold just these tokens, given in order."""
    begins = [one for one in tokens if one - 1 not in tokens]
    ends = [one + 1 for one in tokens if one + 1 not in tokens]
    return tuple(zip(begins, ends, strict=True))


@theorem(
    "pins-are-sets",
    "Pinning and lifting do to ranges what they do to sets of tokens, and leave as few ranges as will do, in order.",
    clauses="PIN-3",
    technique=Technique.EXHAUSTION,
    bounds="every set of tokens of a line of 7, and every range of it",
    mutations=[
        Mutation("ranges that touch stay apart", "apart = [one for one in ranges if one[1] < first or last < one[0]]",
                 "apart = [one for one in ranges if one[1] <= first or last <= one[0]]"),
        Mutation("what is left behind a lifted range goes, too", " + [(max(low, last), high) for low, high in ranges]",
                 ""),
        Mutation("a lifted range takes a token more", "min(high, first)", "min(high, first - 1)"),
        Mutation("a range ends where the new one does", "high = max([last, *(one[1] for one in together)])",
                 "high = last"),
    ],
)  # fmt: skip
def pins_are_sets(bug: Mutation) -> Iterator[Evidence]:
    """`united` and `parted`, as shipped."""
    code = Source.of(pins, bug).python
    cases, telling, wrong = 0, 0, ""
    for many in range(LINE + 1):
        for tokens in combinations(range(LINE), many):
            for first, last in combinations(range(LINE + 1), 2):
                asked = set(range(first, last))
                for name, wanted in (("united", asked.union(tokens)), ("parted", set(tokens) - asked)):
                    cases += 1
                    telling += bool(asked.intersection(tokens))
                    found = code[name](ranges_of(tokens), first, last)
                    if found != ranges_of(sorted(wanted)):
                        wrong = wrong or f"{name} of {ranges_of(tokens)} and {first}..{last} is {found}"
    yield Survey("every set and range", cases, telling, wrong)


@theorem(
    "pins-hold-back-what-they-meet",
    "The spec and the reference bar a node if and only if it has a pinned token.",
    clauses="PIN-1 PIN-2",
    technique=Technique.EXHAUSTION,
    bounds="every node over 12 tokens of arity (2, 3), every pair of ranges",
    mutations=[
        Mutation("a range reaches one token further", "low < last and first < high", "low < last and first <= high",
                 "pins"),
        Mutation("a range begins one token later", "low < last and first < high", "low < last - 1 and first < high",
                 "pins"),
        Mutation("a range ends with its end", "action.start < until and", "action.start <= until and", "candidates"),
        Mutation("pins of the other kind hold", 'if action.kind == "expand" else state.pins.collapse',
                 'if action.kind == "collapse" else state.pins.collapse', "candidates"),
    ],
)  # fmt: skip
def pins_hold_back_what_they_meet(bug: Mutation) -> Iterator[Evidence]:
    """`meets` and the reference's `is_pinned`, as shipped."""
    judge = Source.of(pins, bug if bug.module == "pins" else AS_SHIPPED).python["meets"]
    barred = Source.of(reference, bug if bug.module == "candidates" else AS_SHIPPED).python["is_pinned"]
    geometry = Geometry((2, 3))
    nodes = [Block(1, start) for start in range(0, 12, 2)] + [Block(2, start) for start in range(0, 12, 6)]
    cases, telling, wrong = 0, 0, ""
    places = [((a, b), (c, d)) for a, b, c, d in combinations(range(13), 4)]
    for node, ranges in product(nodes, places):
        last = end(geometry, node)
        pinned = any(first <= token < behind for token in range(node.start, last) for first, behind in ranges)
        cases += 1
        telling += pinned
        for kind, state_pins in (("collapse", Pins(ranges, ())), ("expand", Pins((), ranges))):
            state = record(geometry=geometry, pins=state_pins)
            both = Action("expand", *node), Action("collapse", *node)
            found = [bool(barred(state, action)) for action in both]
            wanted = [pinned and action.kind == kind for action in both]
            if judge(ranges, node.start, last) != pinned or found != wanted:
                wrong = wrong or f"{tuple(node)} with {kind} pinned on {ranges}"
    yield Survey("every node and pair of ranges", cases, telling, wrong)


@theorem(
    "pinned-ranges-have-room",
    "Let a context begin and end with top-level nodes and let every complete family meet a pinned range, so that no "
    "collapse is left. Then top-level nodes that meet none are whole gists, and under the others lies at most what the "
    "bound of ingest counts for the ranges.",
    clauses="ING-3 PIN-1",
    technique=Technique.EXHAUSTION,
    bounds="every context of two top-level nodes and every range of it, of arity (2, 4), (2, 2, 2) and (2, 3) at cost "
    "(1, 1, 2), and every two ranges of arity (2, 2)",
    mutations=[
        Mutation("a pin has one ragged edge", "geometry.slots(0) + 2 * edge\n", "geometry.slots(0) + edge\n"),
        Mutation("a pin counts whole blocks only", "(-(-last // span) -", "(last // span -"),
        Mutation("a pin has no edge", "geometry.slots(0) + 2 * edge\n", "geometry.slots(0)\n"),
    ],
)
def pinned_ranges_have_room(bug: Mutation) -> Iterator[Evidence]:
    """`pinned_room`, as shipped, on the blocks of contexts in which nothing may collapse."""
    room = Helpers(ingest, bug).plain("pinned_room")
    worlds = ((Geometry((2, 4)), 1), (Geometry((2, 2, 2)), 1), (Geometry((2, 3), (1, 1, 2)), 1), (Geometry((2, 2)), 2))
    for geometry, many in worlds:
        cases, telling, wrong = 0, 0, ""
        last = 2 * geometry.span(geometry.top)
        cuts = combinations(range(last + 1), 2 * many)
        pinned = [tuple(zip(cut[::2], cut[1::2], strict=True)) for cut in cuts]
        for context in rows(geometry, 0, last):
            nodes = complete_families(geometry, context)
            for ranges in pinned:
                if not all(pins.meets(ranges, node.start, end(geometry, node)) for node in nodes):
                    continue
                cases += 1
                telling += bool(nodes)
                spans = [(top.start, end(geometry, top)) for top in tops(geometry)]
                met = [span for span in spans if pins.meets(ranges, *span)]
                under = [block for block in context if any(low <= block.start < high for low, high in met)]
                whole = len(context) - len(under) == len(spans) - len(met)
                slots, bound = used(geometry, under), sum(room(geometry, *one) for one in ranges)
                if slots > bound or not whole:
                    told = [tuple(block) for block in context]
                    wrong = wrong or f"{told} pinned on {ranges} takes {slots} slots there, bound {bound}"
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)


def tops(geometry: Geometry) -> list[Block]:
    """The first two top-level nodes."""
    return [Block(geometry.top, i * geometry.span(geometry.top)) for i in range(2)]
