"""Theorems about ingest: the reference makes room as the judge has it, in every case of small worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from focalloc.proofs.engines.trees import case_by_case, complete_families, rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl import ingest as reclaiming
from focalloc.spec.blocks import Context, used
from focalloc.spec.cooldown import Entry, Ledger
from focalloc.spec.errors import NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.ingest import ingest_violations
from focalloc.spec.params import Params
from focalloc.spec.scores import slot_scores
from focalloc.spec.state import State

Asked = tuple[list[int], int]
"""Slot scores, and a number of new blocks."""

WORTHS = (-3, 0, 2)
"""Scores of a block: with different ones in a family, a gist made of it is worth something between."""

ROOM = (Geometry((2, 2)), 3), (Geometry((2, 2), (2, 2, 3)), 3), (Geometry((2, 3)), 3)
"""Geometries of the worlds for `reclaims-are-the-spec`, and the longest context in level-0 blocks."""


ROOMS = (0, 0), (1, 0), (0, 1), (2, 1)
"""Free slots, and how many blocks room is made for ahead; a block of the smallest geometry takes two slots."""


def reclaims(geometry: Geometry, longest: int) -> Iterator[tuple[Context, list[tuple[State, Asked]]]]:
    """Each context with every score, budget, room ahead, number of blocks, tail, and no node or one that cools down."""
    unit = geometry.span(0)
    for offset, length in product(range(0, geometry.span(geometry.top), unit), range(2, longest + 1)):
        for context in rows(geometry, offset, offset + length * unit):
            slots, families = used(geometry, context), complete_families(geometry, context)
            scored = [slot_scores(geometry, context, blocks) for blocks in product(WORTHS, repeat=len(context))]
            ledgers: list[Ledger] = [{}, *({node: Entry("expand", 1)} for node in families[:1])]
            cases: list[tuple[State, Asked]] = []
            for (room, ahead), protected, ledger in product(ROOMS, (0, unit), ledgers):
                if slots + room < 1:
                    continue
                params = Params(w_max=slots + room, protected_tokens=protected, cooldown_steps=2, reclaim_ahead=ahead)
                state = State(geometry, params, context, ledger, 2)
                cases += ((state, (row, blocks)) for row, blocks in product(scored, (1, 2)))
            yield context, cases


RECLAIM_BUGS = [
    Mutation("one collapse too many", "while state.used + needed + ahead > state",
             "while state.used + needed + ahead >= state"),
    Mutation("one collapse too few", "while state.used + needed + ahead > state.params.w_max:",
             "while state.used + needed + ahead > state.params.w_max + 1:"),
    Mutation("the most wanted goes first", "choice = min(", "choice = max("),
    Mutation("a new gist counts for nothing", "[choice.aggregate] *", "[0] *"),
    Mutation("the tail is not spared", "and not is_protected(state, choice.action)", ""),
    Mutation("nothing cools down", "if not is_cooling(state, choice.action, state.iteration)", "if True"),
    Mutation("the iteration to come is taken for the last", "choice.action, state.iteration)",
             "choice.action, state.iteration + 1)"),
    Mutation("no room is made ahead", "if excess > 0 else 0", "if excess > 9 else 0"),
    Mutation("room is made ahead without need", " if excess > 0 else 0", ""),
    Mutation("refused where it cannot be made ahead", "if not possible and state.used + needed <= state.params.w_max:",
             "if not possible and state.used + needed + ahead <= state.params.w_max:"),
    Mutation("refused as soon as one collapse is not enough", "        scores = collapsed_scores(",
             "        if collapses:\n            raise NoRoom(excess, 0)\n        scores = collapsed_scores("),
]  # fmt: skip


@theorem(
    "reclaims-are-the-spec",
    "The reference makes room for new blocks as the judge has it: by legal collapses, the least wanted first, until "
    "they fit, or they and those ahead, and no longer; and it refuses only if all of them would not do.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 ING-6 COO-1 TAI-1 ACT-4",
    technique=Technique.EXHAUSTION,
    bounds="three geometries; every context of 2 and 3 level-0 blocks at every offset, 3 scores per block; no "
    "room or one slot, and with room ahead for a block none or two; 1 and 2 new blocks; a tail or none, one node that "
    "cools down or none",
    mutations=RECLAIM_BUGS,
)
def reclaims_are_the_spec(bug: Mutation) -> Iterator[Evidence]:
    """As `reclaims_judged`."""
    yield from reclaims_judged(ROOM, bug)


@theorem(
    "reclaims-are-the-spec-4",
    "The same in longer contexts.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 ING-6 COO-1 TAI-1 ACT-4",
    technique=Technique.EXHAUSTION,
    bounds="three geometries; every context of 2 to 4 level-0 blocks at every offset, 3 scores per block; no room or "
    "one slot, and with room ahead for a block none or two; 1 and 2 new blocks; a tail or none, one node that cools "
    "down or none",
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
