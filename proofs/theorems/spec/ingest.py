"""Theorems about ingest: above the stated budget there is room, whatever happened before.

Let no legal collapse be left. What the context then takes is bounded in four parts, each a theorem of its own:

- a range of any length, collapsed as far as it goes, is whole top-level gists and two ragged edges;
- a cooling node holds open at most itself and its ancestors, each of which costs its delta;
- a stretch of tail costs at most what it costs raw.

`the-bound-is-enough` adds them up in the spec's own `sufficient_budget`, and `ingest-finds-room` looks at every
context of small trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import z3

from focalloc.proofs.engines.forking import lifted, term
from focalloc.proofs.engines.helpers import Helpers, SymbolicGeometry, record
from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.terms import Term, total
from focalloc.proofs.theorem import Evidence, Obligation, Survey, Technique, theorem
from focalloc.spec import ingest
from focalloc.spec.blocks import Context, end, used
from focalloc.spec.geometry import Geometry

ARITY, FIRST, LAST = z3.Ints("arity first last")


def bug_in_bound(name: str, old: str, new: str) -> Mutation:
    """A bug in the formula of the bound."""
    return Mutation(name, old, new, "ingest")


NO_COOLING = bug_in_bound(
    "cooling nodes are left out", "whole + 2 * edge + tail + cooling +", "whole + 2 * edge + tail +"
)
ONE_EDGE = bug_in_bound("only one edge is ragged", "whole + 2 * edge", "whole + edge")
TAIL_DOWN = bug_in_bound("the tail is rounded down", "-(-params.protected_tokens // geometry.span(0))",
                         "(params.protected_tokens // geometry.span(0))")  # fmt: skip
NO_ROOM_FOR_NEW = bug_in_bound("the new blocks are left out", " + blocks * geometry.slots(0)", "")


@theorem(
    "edges-are-short",
    "Collapsed as far as it goes, a range has at most 2 * (K - 1) blocks of each level below the top, and at the top "
    "no more than whole spans fit into it.",
    clauses="ING-3",
    technique=Technique.INDUCTION,
    mutations=["one ragged edge is enough"],
)
def edges_are_short(bug: Mutation) -> Iterator[Evidence]:
    """One level: units first .. last-1 of it make up as many whole parents as fit, the rest is left over."""
    # The first whole parent begins at or after `first`, the last ends at or before `last`; both with a witness.
    begin, stop = z3.Ints("begin stop")
    given = [
        ARITY >= 2, FIRST >= 0, FIRST <= LAST,
        begin * ARITY >= FIRST, (begin - 1) * ARITY < FIRST, stop * ARITY <= LAST, (stop + 1) * ARITY > LAST,
    ]  # fmt: skip
    edges = 1 if bug.name == "one ragged edge is enough" else 2
    whole = LAST - FIRST - (stop - begin) * ARITY
    yield Obligation("left over beside whole parents", whole <= edges * (ARITY - 1), [*given, begin <= stop])
    yield Obligation("left over where no parent is whole", LAST - FIRST <= 2 * (ARITY - 1), [*given, begin > stop])
    yield Obligation("whole parents fit", (stop - begin) * ARITY <= LAST - FIRST, [*given, begin <= stop])


@theorem(
    "cooling-holds-few-open",
    "Where no legal collapse is left outside the tail, the nodes that are split cost no more, beyond the gist above "
    "them, than all deltas down from their level for each node that cools down.",
    clauses="ING-3 COO-1",
    technique=Technique.INDUCTION,
    assumes="a split node without a split child has a complete family, so only its cooling keeps it",
    mutations=["a cooling node counts its own delta only"],
)
def cooling_holds_few_open(bug: Mutation) -> Iterator[Evidence]:
    """By induction on the level: excess(v) <= cooling(v) * deltas(level), over all children of a split node."""
    below, delta, excess, cooling, more, cools = z3.Ints("below delta excess cooling child_excess child_cooling")
    deltas = delta if bug.name == "a cooling node counts its own delta only" else below + delta
    given = [below >= 0, delta >= 1, cooling >= 0, cools >= 0]
    child = [more <= cools * below, excess <= cooling * below]
    yield Obligation("one more child", excess + more <= (cooling + cools) * below, [*given, *child])
    yield Obligation("nothing split below: it cools itself", delta <= 1 * deltas, given)
    split = [*given, cooling >= 1, excess <= cooling * below]
    lemma = z3.Implies(cooling >= 1, (cooling - 1) * delta >= 0)
    yield Obligation("product", lemma, given)
    yield Obligation("something split below", excess + delta <= cooling * deltas, [*split, lemma])


@theorem(
    "raw-is-dearest",
    "A stretch of the context costs at most what it costs raw, and a gist at most what its first child and that "
    "child's siblings do.",
    clauses="GEO-2 ING-3 TAI-1",
    technique=Technique.INDUCTION,
    bounds="1 to 4 levels, any arities and costs",
    mutations=[Mutation("GEO-2 is not asked for")],
)
def raw_is_dearest(bug: Mutation) -> Iterator[Evidence]:
    """`Geometry` is executed on symbolic arities and costs."""
    for levels in range(1, 5):
        world = SymbolicGeometry.of(levels, AS_SHIPPED)
        shape = world.geometry
        assume = world.assume[: 2 * levels + 1] if bug.name else world.assume
        raw = term(shape.slots(0))
        # Costs of the edge that a gist reaching into the tail leaves unused: K - 1 children of each level below it.
        ragged: list[Term] = []
        for level in range(1, levels + 1):
            if level > 1:
                ragged.append(term((shape.arity[level - 1] - 1) * shape.slots(level - 1)))
            name = f"level {level} of {levels}"
            yield Obligation(
                f"{name}: a gist over the edge of the tail", term(shape.slots(level)) <= raw + total(ragged), assume
            )


@theorem(
    "the-bound-is-enough",
    "`sufficient_budget` is the sum of those parts and the room for the new blocks.",
    clauses="ING-3",
    technique=Technique.FORKING,
    bounds="1 to 4 levels, any arities and costs",
    mutations=[NO_COOLING, ONE_EDGE, TAIL_DOWN, NO_ROOM_FOR_NEW],
)
def the_bound_is_enough(bug: Mutation) -> Iterator[Evidence]:
    """`sufficient_budget` is executed with opaque spans, slots, arities and deltas, and symbolic parameters."""
    tokens, blocks, n_diff, gap, protected, tails = z3.Ints("tokens blocks n_diff gap protected tails")
    for levels in range(1, 5):
        spans = z3.Ints([f"span{i}" for i in range(levels + 1)])
        slots = z3.Ints([f"slots{i}" for i in range(levels + 1)])
        arity, deltas = z3.Ints([f"K{i + 1}" for i in range(levels)]), z3.Ints([f"delta{i + 1}" for i in range(levels)])
        shape = record(top=levels, arity=tuple(map(lifted, arity)), deltas=(0, *map(lifted, deltas)))
        shape.span, shape.slots = (lambda level, s=spans: lifted(s[level])), (lambda level, s=slots: lifted(s[level]))
        params = record(n_diff=n_diff, min_gap=gap, protected_tokens=protected)
        given = [span >= 1 for span in spans]
        enough = Helpers(ingest, bug, tuple(given))("sufficient_budget", shape, params, tokens, blocks)
        edges = [(arity[level - 1] - 1) * slots[level - 1] for level in range(2, levels + 1)]
        parts = tokens / spans[-1] * slots[-1] + 2 * total(edges) + -(-protected / spans[0]) * slots[0]
        parts += n_diff * gap * total(deltas) + blocks * slots[0]
        yield Obligation(f"{levels} levels", enough == parts, given)
    rounded_up = z3.And(tails * spans[0] >= protected, (tails - 1) * spans[0] < protected)
    yield Obligation("the tail is rounded up", rounded_up, [spans[0] >= 1, tails == -(-protected / spans[0])])


SMALL = (
    (Geometry((2, 2)), 6),
    (Geometry((2, 2, 2)), 7),
    (Geometry((2, 3), (1, 1, 2)), 7),
    (Geometry((3, 2, 2), (2, 1, 1, 1)), 6),
)
"""Geometries, and the longest context in level-0 blocks."""


@theorem(
    "ingest-finds-room",
    "If no legal collapse is left, whatever the history, the context and the new block fit into `sufficient_budget`; "
    "so ingest with at least that budget cannot fail.",
    clauses="ING-3",
    technique=Technique.EXHAUSTION,
    bounds="four geometries; every context of up to 6 or 7 level-0 blocks at every offset; every protected length",
    mutations=[NO_COOLING, ONE_EDGE, TAIL_DOWN, NO_ROOM_FOR_NEW],
)
def ingest_finds_room(bug: Mutation) -> Iterator[Evidence]:
    """As `room_found`."""
    yield from room_found(SMALL, bug)


@theorem(
    "ingest-finds-room-10",
    "The same in longer contexts.",
    clauses="ING-3",
    technique=Technique.EXHAUSTION,
    bounds="four geometries; every context of up to 9 or 10 level-0 blocks at every offset; every protected length",
    mutations=[NO_COOLING, ONE_EDGE, TAIL_DOWN, NO_ROOM_FOR_NEW],
    full=True,
)
def ingest_finds_room_10(bug: Mutation) -> Iterator[Evidence]:
    """As `room_found`."""
    yield from room_found([(geometry, longest + 3) for geometry, longest in SMALL], bug)


def room_found(worlds: Iterable[tuple[Geometry, int]], bug: Mutation) -> Iterator[Evidence]:
    """For each context and tail the complete families outside the tail must all cool down: the least history."""
    enough = Helpers(ingest, bug).plain("sufficient_budget")
    for geometry, longest in worlds:
        cases, telling, wrong = 0, 0, ""
        for context, protected in tails(geometry, longest):
            cases += 1
            first, last = context[0].start, end(geometry, context[-1])
            cooling = sum(end(geometry, node) <= last - protected for node in complete_families(geometry, context))
            telling += cooling > 0 and protected > 0
            # One iteration's worth of cooling suffices to name exactly these nodes.
            params = record(n_diff=cooling, min_gap=1, protected_tokens=protected)
            bound = enough(geometry, params, last - first, 1)
            slots = used(geometry, context) + geometry.slots(0)
            if slots > bound:
                wrong = (
                    f"{[tuple(block) for block in context]} with {protected} protected tokens and {cooling} cooling "
                    f"nodes takes {slots} slots with the new block, bound {bound}"
                )
                break
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)


def tails(geometry: Geometry, longest: int) -> Iterator[tuple[Context, int]]:
    """Every context of up to ``longest`` level-0 blocks at every offset, with every protected length."""
    unit = geometry.span(0)
    for offset, length in product(range(0, geometry.span(geometry.top), unit), range(1, longest + 1)):
        for context in rows(geometry, offset, offset + length * unit):
            yield from ((context, protected) for protected in range(length * unit + 1))
