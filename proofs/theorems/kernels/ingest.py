"""Theorems about ingest: the shipped kernels make room by the collapses of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.engines.memory import Broken, called, filled, ledger_of, left_in, memory_of, packed, remember
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Technique, theorem
from focalloc.proofs.theorems.kernels.step import laid_out
from focalloc.proofs.theorems.reference.ingest import ROOM, Asked, surveyed
from focalloc.refimpl import ingest as reclaiming
from focalloc.spec.actions import applied
from focalloc.spec.blocks import used
from focalloc.spec.errors import NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.policy import first_slots
from focalloc.spec.state import State

CODE_BUGS = [
    Mutation("a family that was completed is not looked at",
             "completed = completes(header, tags, node, places[i - 1])", "completed = False"),
    Mutation("no room is made ahead", "wanted += header[AHEAD]", "wanted += 0"),
    Mutation("room is made ahead without need", "    wanted = needed\n", "    wanted = needed + header[AHEAD]\n"),
    Mutation("refused where it cannot be made ahead",
             "return done if header[SLOTS] + needed <= header[W_MAX] else NO_ROOM", "return NO_ROOM"),
    Mutation("one collapse too many", "while i < found and lacking > 0 and", "while i < found and lacking >= 0 and"),
    Mutation("siblings that collapse too do not count", "return tag == level or tag == level - 1 + MARK",
             "return tag == level"),
    Mutation("what is before the parent counts as its child", "    while token > first:", "    while token >= first:"),
    Mutation("what is behind the parent counts as its child", "    while token < first + header[SPAN + level + 1]:",
             "    while token <= first + header[SPAN + level + 1]:"),
    Mutation("a new gist is worth a sum", "mean = total(fixed, places[i], width) // width",
             "mean = total(fixed, places[i], width)"),
    Mutation("scores stay where they were", "source = places[i] + width\n", "source = places[i]\n"),
    Mutation("the tail is not spared", "if size == sought.room or end_of(header, node) >",
             "if size == sought.room or node // LEVELS >"),
    Mutation("what follows stays", "if first + length < source:\n", "if first + length < source - 1:\n"),
    Mutation("gists do not move by what is made before them",
             "grown += slots_added(header, actions[i])\n        i += 1", "grown += 0\n        i += 1"),
    Mutation("gists of an earlier round are looked for where those of this one are",
             "slot = whereabouts[j] if j < done - batch else places[j - (done - batch)]", "slot = places[j % batch]"),
]  # fmt: skip

AT_ONCE = 3
"""Collapses that the kernels look up at once in `reclaims-in-code`: fewer than a context may take."""


def left_by_code(source: Source, state: State, row: Sequence[int], blocks: int) -> tuple[Any, ...]:
    """What the kernels of ``source`` make of an ingest: the collapses, what they leave, and where their gists are then;
    or what is freed in vain."""
    geometry, slots = state.geometry, used(state.geometry, state.context)
    tables: dict[str, Any] = memory_of(
        Tables(geometry, replace(state.params, n_diff=AT_ONCE), state.context), code.CHUNK
    )
    flat = len(set(row)) == 1
    remember(tables, ledger_of(state), state.iteration)
    tables["fixed"] = filled("fixed", [] if flat else row, len(tables["fixed"]), 32)
    answers, whereabouts = (filled(name, [], slots) for name in ("reclaimed", "whereabouts"))
    told = {"reclaimed": answers, "whereabouts": whereabouts}
    given = {"room": AT_ONCE, "flat": flat, "needed": blocks * geometry.slots(0)}
    done = called(source, "reclaim", tables | given | told)
    if done == code.NO_ROOM:
        return (slots - tables["header"][code.SLOTS],)
    return list(answers)[:done], *left_in(tables), list(whereabouts)[:done]


def left_by_reference(state: State, row: Sequence[int], blocks: int) -> tuple[Any, ...]:
    """The same as the reference has it; None for a gist that a later collapse takes in."""
    try:
        answer = reclaiming.reclaim(state, row, blocks)
    except NoRoom as refusal:
        return (refusal.reclaimed,)
    after = state.context
    for action in answer:
        after = applied(state.geometry, after, action)
    numbers = [packed(action) for action in answer]
    ledger = ledger_of(state) + [(one, state.iteration) for one in numbers]
    slots = first_slots(state.geometry, after)
    return numbers, *laid_out(state.geometry, after), ledger, [slots.get(action.node) for action in answer]


@theorem(
    "reclaims-in-code",
    "The shipped kernels make room for new blocks by the collapses of the reference, in its order, several at once or "
    "not; they leave the context, the families and the ledger that those make, tell where the gists are that are left, "
    "and free as much where it is in vain.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 ING-6 COO-1 TAI-1 ACT-4 CTX-6",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2) as in reclaims-are-the-spec; arity (2, 2), cost (2, 2, 3) on 2 level-0 blocks; "
    "3 collapses looked up at once",
    mutations=CODE_BUGS,
)
def reclaims_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`reclaim` and all that it calls, as shipped."""
    yield from reclaims_compared([ROOM[0], (Geometry((2, 2), (2, 2, 3)), 2)], bug)


@theorem(
    "reclaims-in-code-4",
    "The same with a level more.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 ING-6 COO-1 TAI-1 ACT-4 CTX-6",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2, 2) as in reclaims-are-the-spec; 3 collapses looked up at once",
    mutations=[CODE_BUGS[0], CODE_BUGS[5]],
    full=True,
)
def reclaims_in_code_4(bug: Mutation) -> Iterator[Evidence]:
    """As `reclaims_in_code`."""
    yield from reclaims_compared([(Geometry((2, 2, 2)), 3)], bug)


def reclaims_compared(worlds: Iterable[tuple[Geometry, int]], bug: Mutation) -> Iterator[Evidence]:
    """The kernels in every world, by the reference."""
    source = Source.of(kernels, bug)

    def faulty(state: State, asked: Asked) -> tuple[bool, str]:
        wanted = left_by_reference(state, *asked)
        try:
            found = left_by_code(source, state, *asked)
        except Broken as error:
            return True, str(error)
        if len(found) == len(wanted) > 1:
            told = zip(found[-1], wanted[-1], strict=False)
            found = *found[:-1], [one if slot is not None else None for one, slot in told]
        return len(wanted) > 1 and len(wanted[0]) > 1, "" if found == wanted else f"{found}, should be {wanted}"

    yield from surveyed(worlds, faulty)
