"""Theorems about release: the shipped kernels leave the context, families and ledger that the reference does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.engines.memory import Broken, called, ledger_of, left_in, memory_of, remember
from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.step import laid_out
from focalloc.refimpl.ingest import let_go
from focalloc.spec.blocks import Context, used
from focalloc.spec.cooldown import Entry
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.release import from_front
from focalloc.spec.state import State, released

WORLDS = (Geometry((2, 2)), Geometry((2, 3), (2, 3, 4)), Geometry((3, 2), (2, 2, 1)))
"""Geometries of which every context of two top-level nodes is released everywhere."""


@theorem(
    "releases-in-code",
    "The shipped kernels let go of the blocks that the reference lets go of, however many slots are needed; they leave "
    "its context, its complete families and its ledger.",
    clauses="REL-2 REL-3 REL-4 CTX-6",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2), (2, 3) at cost (2, 3, 4) and (3, 2) at cost (2, 2, 1); every context of two top-level nodes, "
    "every block of it, every number of slots; every node in the ledger",
    mutations=[
        Mutation("the first token stays", "header[FIRST] += tokens_between(header, tags, 0, slots)",
                 "header[FIRST] += 0"),
        Mutation("blocks stay where they were", "copy(tags, slots, tags, 0, header[SLOTS], 0)",
                 "copy(tags, 0, tags, 0, header[SLOTS], 0)"),
        Mutation("families stay where they were", "copy(family_slot, gone, family_slot, 0, header[FAMILIES], -slots)",
                 "copy(family_slot, gone, family_slot, 0, header[FAMILIES], 0)"),
        Mutation("nodes of families stay", "copy(family_node, gone, family_node, 0, header[FAMILIES], 0)",
                 "copy(family_node, 0, family_node, 0, header[FAMILIES], 0)"),
        Mutation("a family too many goes", "gone = families_before(header, family_slot, 0, slots)",
                 "gone = families_before(header, family_slot, 0, slots + 1)"),
        Mutation("a node over the front is forgotten", "if end_of(header, ledger_action[at] // 2) > token:",
                 "if ledger_action[at] // 2 // LEVELS >= token:"),
        Mutation("one block too many leaves", "while slots < excess:", "while slots <= excess:"),
        Mutation("slots leave, not blocks", "slots += header[UNITS + tags[slots]]", "slots += 1"),
    ],
)  # fmt: skip
def releases_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`release` and `oldest_slots`, as shipped."""
    source = Source.of(kernels, bug)
    for geometry in WORLDS:
        cases, telling, wrong = 0, 0, ""
        for context in rows(geometry, 0, 2 * geometry.span(geometry.top)):
            slots = used(geometry, context)
            for excess in range(slots + 1):
                cases += 1
                state = lived(geometry, context, w_max=slots + geometry.slots(0) - excess)
                token = let_go(state, 1)
                before = slots - used(geometry, from_front(context, token))
                telling += before > 0
                try:
                    tables, went = left_by_code(source, state, excess)
                except Broken as error:
                    tables, went = str(error), before
                wanted: Any = "nothing" if before == slots else left_by_spec(released(state, token))
                if went != before or (tables != wanted and before < slots):
                    wrong = wrong or f"{list(map(tuple, context))}, {excess} slots: {went} go and leave {tables}"
            if wrong:
                break
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)


def lived(geometry: Geometry, context: Context, w_max: int) -> State:
    """A state in which every node of the context, and of its families, was acted on."""
    nodes = {block for block in context if block.level} | set(complete_families(geometry, context))
    ledger = {node: Entry("expand", i) for i, node in enumerate(sorted(nodes))}
    return State(geometry, Params(w_max=max(1, w_max), cooldown_steps=99, n_diff=9), context, ledger, len(nodes))


def left_by_code(source: Source, state: State, excess: int) -> tuple[Any, int]:
    """What the kernels of ``source`` leave where ``excess`` slots are to go, and how many they let go."""
    tables: dict[str, Any] = memory_of(Tables(state.geometry, state.params, state.context), code.CHUNK)
    header = tables["header"]
    remember(tables, ledger_of(state), state.iteration)
    slots = called(source, "oldest_slots", tables | {"excess": excess})
    if slots == header[code.SLOTS]:
        return "nothing", slots
    called(source, "release", tables | {"slots": slots})
    return (header[code.FIRST], *left_in(tables)), slots


def left_by_spec(state: State) -> tuple[Any, ...]:
    """The same of a state by the spec."""
    return state.context[0].start, *laid_out(state.geometry, state.context), ledger_of(state)
