"""Ingest that may let go: the reference lets go as the judge has it, in every case of small worlds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from focalloc.proofs.engines.trees import case_by_case
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.proofs.theorems.reference.ingest import ROOM, Asked, reclaims
from focalloc.refimpl import ingest as reclaiming
from focalloc.spec.blocks import used
from focalloc.spec.errors import NoRoom
from focalloc.spec.ingest import ingest_violations
from focalloc.spec.state import State, all_acted, ingested

LETTING_BUGS = [
    Mutation("refused though it may let go", "if not possible and release and needed <= state.params.w_max:",
             "if not possible and release and needed < state.params.w_max:"),
    Mutation("one block too few", "if used <= state.params.w_max:", "if used <= state.params.w_max + 1:"),
    Mutation("one block too many", "if used <= state.params.w_max:", "if used < state.params.w_max:"),
    Mutation("the new blocks are not counted", "used = state.used + blocks * state.geometry.slots(0)",
             "used = state.used"),
    Mutation("the last block cannot leave", "    return state.end\n", "    return state.context[-1].start\n"),
]  # fmt: skip


@theorem(
    "lets-go-as-the-spec",
    "An ingest of the reference that may let go does so as the judge has it: once no legal collapse is left, of as few "
    "of the oldest blocks as make room, if need be of all; and it is refused only where the new blocks exceed the "
    "budget by themselves. What it leads to is within the budget.",
    clauses="REL-4 REL-1 ING-2 ING-5 ING-6 BUD-1",
    technique=Technique.EXHAUSTION,
    bounds="the worlds of reclaims-are-the-spec where all scores are equal, each with that budget and with half of it",
    mutations=LETTING_BUGS,
)
def lets_go_as_the_spec(bug: Mutation) -> Iterator[Evidence]:
    """`reclaim` and `let_go`, as shipped."""
    code = Source.of(reclaiming, bug).python

    def faulty(state: State, asked: Asked) -> tuple[bool, str]:
        row, blocks = asked
        released = False
        for w_max in (state.params.w_max, max(1, state.params.w_max // 2)):
            now = replace(state, params=replace(state.params, w_max=w_max, w_soft=w_max))
            front = None
            try:
                answer = code["reclaim"](now, row, blocks, release=True)
                token = code["let_go"](all_acted(now, answer), blocks)
                front = None if token == now.context[0].start else token
            except NoRoom:
                answer = None
            found = ingest_violations(now, row, blocks, answer, ordered=True, release=True, front=front)
            if found:
                return True, str(found[0])
            if answer is not None and used(now.geometry, ingested(now, answer, blocks, front).context) > w_max:
                return True, f"what {answer} and a release to {front} lead to is beyond the budget"
            released |= front is not None
        return released, ""

    for geometry, longest in ROOM:
        found = []
        for context, given in reclaims(geometry, longest):
            flat = [one for one in given if len(set(one[1][0])) == 1]
            found.append(case_by_case(tuple((block.level, block.start) for block in context), flat, faulty))
            if found[-1].counterexample:
                break
        cases, telling = sum(one.cases for one in found), sum(one.telling for one in found)
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, found[-1].counterexample)
