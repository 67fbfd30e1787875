"""Theorems about ingest: above the stated budget it finds room, whatever happened before.

First, that the reference reclaims as the spec's judge has it (`reclaims-are-the-spec`), and the shipped kernels as the
reference does (`reclaims-in-code`). Then the bound. Let no legal
collapse be left. What the context then takes is bounded in four parts, each a theorem of its own:

- a range of any length, collapsed as far as it goes, is whole top-level gists and two ragged edges;
- a cooling node holds open at most itself and its ancestors, each of which costs its delta;
- a stretch of tail costs at most what it costs raw.

`the-bound-is-enough` adds them up in the spec's own `sufficient_budget`, and `ingest-finds-room` looks at every
context of small trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any

import z3

from focalloc.fastpath import greedy_kernels as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.engines.forking import lifted, term
from focalloc.proofs.engines.helpers import Helpers, SymbolicGeometry, record
from focalloc.proofs.engines.memory import Broken, called, filled, memory_of, packed
from focalloc.proofs.engines.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.engines.terms import Term, total
from focalloc.proofs.engines.trees import case_by_case, rows
from focalloc.proofs.theorem import Evidence, Obligation, Survey, Technique, theorem
from focalloc.proofs.theorems.step import laid_out
from focalloc.refimpl import ingest as reclaiming
from focalloc.spec import ingest
from focalloc.spec.actions import Action, applied, family
from focalloc.spec.blocks import Block, Context, end, used
from focalloc.spec.cooldown import Entry, Ledger
from focalloc.spec.errors import NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.ingest import ingest_violations
from focalloc.spec.params import Params
from focalloc.spec.scores import slot_scores
from focalloc.spec.state import State

Asked = tuple[list[int], int]
"""Slot scores, and a number of new blocks."""

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


WORTHS = (-3, 0, 2)
"""Scores of a block: with different ones in a family, a gist made of it is worth something between."""

ROOM = (Geometry((2, 2)), 3), (Geometry((2, 2), (2, 2, 3)), 3), (Geometry((2, 3)), 3)
"""Geometries of the worlds for `reclaims-are-the-spec`, and the longest context in level-0 blocks."""


def reclaims(geometry: Geometry, longest: int) -> Iterator[tuple[Context, list[tuple[State, Asked]]]]:
    """Each context with every score, budget, number of new blocks, tail, and every one node that cools down or none."""
    unit = geometry.span(0)
    for offset, length in product(range(0, geometry.span(geometry.top), unit), range(2, longest + 1)):
        for context in rows(geometry, offset, offset + length * unit):
            slots, families = used(geometry, context), complete_families(geometry, context)
            scored = [slot_scores(geometry, context, blocks) for blocks in product(WORTHS, repeat=len(context))]
            ledgers: list[Ledger] = [{}, *({node: Entry("expand", 1)} for node in families[:1])]
            cases: list[tuple[State, Asked]] = []
            for room, protected, ledger in product((0, 1), (0, unit), ledgers):
                if slots + room < 1:
                    continue
                params = Params(w_max=slots + room, protected_tokens=protected, cooldown_steps=2)
                state = State(geometry, params, context, ledger, 2)
                cases += ((state, (row, blocks)) for row, blocks in product(scored, (1, 2)))
            yield context, cases


RECLAIM_BUGS = [
    Mutation("one collapse too many", "while state.used + needed > state", "while state.used + needed >= state"),
    Mutation("one collapse too few", "while state.used + needed > state.params.w_max:",
             "while state.used + needed > state.params.w_max + 1:"),
    Mutation("the most wanted goes first", "choice = min(", "choice = max("),
    Mutation("a new gist counts for nothing", "[choice.aggregate] *", "[0] *"),
    Mutation("the tail is not spared", "and not is_protected(state, choice.action)", ""),
    Mutation("nothing cools down", "and not is_cooling(state, choice.action, state.iteration)", ""),
    Mutation("the iteration to come is taken for the last", "choice.action, state.iteration)",
             "choice.action, state.iteration + 1)"),
    Mutation("refused as soon as one collapse is not enough", "        scores = collapsed_scores(",
             "        if collapses:\n            raise NoRoom(excess, 0)\n        scores = collapsed_scores("),
]  # fmt: skip


@theorem(
    "reclaims-are-the-spec",
    "The reference makes room for new blocks as the judge has it: by legal collapses, the least wanted first, until "
    "they fit and no longer; and it refuses only if all of them would not do.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 COO-1 TAI-1 ACT-4",
    technique=Technique.EXHAUSTION,
    bounds="three geometries; every context of 2 and 3 level-0 blocks at every offset, 3 scores per block; no "
    "room or one slot; 1 and 2 new blocks; a tail or none, one node that cools down or none",
    mutations=RECLAIM_BUGS,
)
def reclaims_are_the_spec(bug: Mutation) -> Iterator[Evidence]:
    """As `reclaims_judged`."""
    yield from reclaims_judged(ROOM, bug)


@theorem(
    "reclaims-are-the-spec-4",
    "The same in longer contexts.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 COO-1 TAI-1 ACT-4",
    technique=Technique.EXHAUSTION,
    bounds="three geometries; every context of 2 to 4 level-0 blocks at every offset, 3 scores per block; no room or "
    "one slot; 1 and 2 new blocks; a tail or none, one node that cools down or none",
    mutations=RECLAIM_BUGS,
    full=True,
)
def reclaims_are_the_spec_4(bug: Mutation) -> Iterator[Evidence]:
    """As `reclaims_judged`."""
    yield from reclaims_judged([(geometry, longest + 1) for geometry, longest in ROOM], bug)


def reclaims_judged(worlds: Iterable[tuple[Geometry, int]], bug: Mutation) -> Iterator[Evidence]:
    """`refimpl.ingest` in every world, by the judge."""
    reclaim = Source.of(reclaiming, bug).python["reclaim"]

    def faulty(state: State, asked: Asked) -> tuple[bool, str]:
        row, blocks = asked
        try:
            answer = reclaim(state, row, blocks)
        except NoRoom:
            answer = None
        found = ingest_violations(state, row, blocks, answer, ordered=True)
        return bool(answer), str(found[0]) if found else ""

    yield from surveyed(worlds, faulty)


def surveyed(
    worlds: Iterable[tuple[Geometry, int]], faulty: Callable[[State, Asked], tuple[bool, str]]
) -> Iterator[Evidence]:
    """Every case of every world."""
    for geometry, longest in worlds:
        found = []
        for context, given in reclaims(geometry, longest):
            found.append(case_by_case(tuple((block.level, block.start) for block in context), given, faulty))
            if found[-1].counterexample:
                break
        wrong = found[-1].counterexample
        cases, telling = sum(one.cases for one in found), sum(one.telling for one in found)
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)


CODE_BUGS = [
    Mutation("a family that was completed is not looked at",
             "completed = completes(header, tags, node, places[i - 1])", "completed = False"),
    Mutation("one collapse too many", "while i < found and excess > 0 and", "while i < found and excess >= 0 and"),
    Mutation("siblings that collapse too do not count", "return tag == level or tag == level - 1 + MARK",
             "return tag == level"),
    Mutation("what is before the parent counts as its child", "    while token > first:", "    while token >= first:"),
    Mutation("what is behind the parent counts as its child", "    while token < first + header[SPAN + level + 1]:",
             "    while token <= first + header[SPAN + level + 1]:"),
    Mutation("a new gist is worth a sum", "mean = total(fixed, places[i], before) // before",
             "mean = total(fixed, places[i], before)"),
    Mutation("scores stay where they were", "source = places[i] + before\n", "source = places[i]\n"),
    Mutation("the tail is not spared", "if size == room or node // LEVELS + header[SPAN + node % LEVELS] >",
             "if size == room or node // LEVELS >"),
    Mutation("what follows stays", "if first + length < source:\n", "if first + length < source - 1:\n"),
]  # fmt: skip

AT_ONCE = 3
"""Collapses that the kernels look up at once in `reclaims-in-code`: fewer than a context may take."""


def left_by_code(source: Source, state: State, row: Sequence[int], blocks: int) -> tuple[Any, ...]:
    """What the kernels of ``source`` make of an ingest: the collapses and what they leave; or what is freed in vain."""
    geometry, slots = state.geometry, used(state.geometry, state.context)
    tables: dict[str, Any] = memory_of(
        Tables(geometry, replace(state.params, n_diff=AT_ONCE), state.context), code.CHUNK
    )
    header = tables["header"]
    flat = len(set(row)) == 1
    entries = [packed(Action(entry.kind, *node)) for node, entry in state.ledger.items()]
    header[code.ITERATION], header[code.LEDGER_TO] = state.iteration, len(entries)
    times = [entry.iteration for entry in state.ledger.values()]
    for name, known in (("ledger_action", entries), ("ledger_iteration", times), ("fixed", [] if flat else row)):
        tables[name] = filled(name, known, len(tables[name]), 32 if name == "fixed" else 64)
    answers = filled("reclaimed", [], slots)
    done = called(source, "reclaim", tables | {
        "sorted_places": tables["expand_keys"], "sorted_actions": tables["expand_tokens"], "room": AT_ONCE,
        "keys": tables["collapse_keys"], "notes": tables["collapse_families"], "flat": flat,
        "needed": blocks * geometry.slots(0), "reclaimed": answers,
    })  # fmt: skip
    left = header[code.SLOTS]
    if done == code.NO_ROOM:
        return (slots - left,)
    families = list(zip(tables["family_slot"], tables["family_node"], strict=True))[: header[code.FAMILIES]]
    live = range(header[code.LEDGER_FROM], header[code.LEDGER_TO])
    ledger = [(tables["ledger_action"][i], tables["ledger_iteration"][i]) for i in live]
    return list(answers)[:done], list(tables["tags"])[:left], families, ledger


def left_by_reference(state: State, row: Sequence[int], blocks: int) -> tuple[Any, ...]:
    """The same as the reference has it."""
    try:
        answer = reclaiming.reclaim(state, row, blocks)
    except NoRoom as refusal:
        return (refusal.reclaimed,)
    after = state.context
    for action in answer:
        after = applied(state.geometry, after, action)
    ledger = [(packed(Action(entry.kind, *node)), entry.iteration) for node, entry in state.ledger.items()]
    numbers = [packed(action) for action in answer]
    return numbers, *laid_out(state.geometry, after), ledger + [(one, state.iteration) for one in numbers]


@theorem(
    "reclaims-in-code",
    "The shipped kernels make room for new blocks by the collapses of the reference, in its order, several at once or "
    "not; they leave the context, the families and the ledger that those make, and free as much where it is in vain.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 COO-1 TAI-1 ACT-4 CTX-6",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2) and (2, 2, 2) as in reclaims-are-the-spec; arity (2, 2), cost (2, 2, 3) on 2 level-0 blocks; "
    "3 collapses looked up at once",
    mutations=CODE_BUGS,
)
def reclaims_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`reclaim` and all that it calls, as shipped."""
    yield from reclaims_compared([ROOM[0], (Geometry((2, 2), (2, 2, 3)), 2), (Geometry((2, 2, 2)), 3)], bug)


def reclaims_compared(worlds: Iterable[tuple[Geometry, int]], bug: Mutation) -> Iterator[Evidence]:
    """The kernels in every world, by the reference."""
    source = Source.of(code, bug)

    def faulty(state: State, asked: Asked) -> tuple[bool, str]:
        wanted = left_by_reference(state, *asked)
        try:
            found = left_by_code(source, state, *asked)
        except Broken as error:
            return True, str(error)
        return len(wanted) > 1 and len(wanted[0]) > 1, "" if found == wanted else f"{found}, should be {wanted}"

    yield from surveyed(worlds, faulty)


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
