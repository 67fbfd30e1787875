"""What no solver sees: the compiled machine code, run on every order that its inputs can have.

The buffer of the best few looks at its keys through comparisons only, so what it does depends on their order alone,
and keys are never equal (their places differ). Every order of n keys is therefore every case. A step looks at scores
through comparisons of means only, so every order of the means among each other and to the thresholds is every case.
That this is so is itself checked, with numbers that can do nothing else (`focalloc.proofs.engines.orders`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations, permutations, product
from typing import Any

import numpy as np

from focalloc.fastpath import kernels
from focalloc.fastpath import tables as layout
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.kernels.best_few import offer, sort_best_first
from focalloc.fastpath.kernels.calls import step
from focalloc.fastpath.kernels.scores import survey
from focalloc.proofs.engines.memory import session_with, unpacked
from focalloc.proofs.engines.orders import GREATEST, LEAST, Comparable, Mean
from focalloc.proofs.engines.sessions import SEARCHED, drawn, refuted
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.queues import HEAP_BUGS, TURN_BUGS
from focalloc.proofs.theorems.kernels.step import told
from focalloc.refimpl.candidates import legal_choices, slot_offsets
from focalloc.refimpl.greedy import greedy
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State, opened

DIFFERENCES = Mutation("keys are compared by their difference", "keys[(at - 1) // 2] > key:",
                       "keys[(at - 1) // 2] - key > 0:")  # fmt: skip
"""A bug that changes no answer: only numbers that cannot be subtracted show it."""


def kept(functions: Any, keys: Any, buffer: Any, notes: Any, room: int) -> list[int]:
    """Notes of the best ``room`` keys, best first, as the functions have it."""
    size = 0
    for i, key in enumerate(keys):
        size = functions["offer"](buffer, notes, size, room, key, i)
    functions["sort_best_first"](buffer, notes, size)
    return [int(note) for note in notes[:size]]


@theorem(
    "best-few-in-machine-code",
    "The compiled buffer keeps the greatest keys and sorts them, in every order that its keys can come; and it looks "
    "at keys through comparisons only.",
    clauses="GRE-2 GRE-3 GRE-4",
    technique=Technique.MACHINE_CODE,
    bounds="every order of 7 keys, room for 1 to 7",
    assumes="machine code depends on keys as its source does, through comparisons only",
    mutations=[*HEAP_BUGS, DIFFERENCES],
)
def best_few_in_machine_code(bug: Mutation) -> Iterator[Evidence]:
    """A planted bug is run uncompiled; as shipped, it is the compiled functions that run."""
    yield from best_of_every_order(7 if bug is AS_SHIPPED else 5, bug)


@theorem(
    "best-few-in-machine-code-8",
    "The same with another key.",
    clauses="GRE-2 GRE-3 GRE-4",
    technique=Technique.MACHINE_CODE,
    bounds="every order of 8 keys, room for 1 to 8",
    assumes="machine code depends on keys as its source does, through comparisons only",
    mutations=[*HEAP_BUGS, DIFFERENCES],
    full=True,
)
def best_few_in_machine_code_8(bug: Mutation) -> Iterator[Evidence]:
    """As `best_few_in_machine_code`."""
    yield from best_of_every_order(8 if bug is AS_SHIPPED else 5, bug)


def best_of_every_order(length: int, bug: Mutation) -> Iterator[Evidence]:
    """The buffer on every order of so many keys, and on keys that can do nothing but be compared."""
    source = Source.of(kernels, bug).python
    compiled = {"offer": offer, "sort_best_first": sort_best_first}
    cases, telling, wrong = 0, 0, ""
    buffer, notes = np.zeros(length, np.int64), np.zeros(length, np.int64)
    for order in permutations(range(length)):
        keys = np.array(order, np.int64)
        best = sorted(range(length), key=lambda i: -order[i])
        for room in range(1, length + 1):
            if bug is AS_SHIPPED:
                found = kept(compiled, keys, buffer, notes, room)
            else:
                found = kept(source, order, [0] * room, [0] * room, room)
            cases += 1
            telling += room < length
            if found != best[:room] and not wrong:
                wrong = f"keys {order}, room {room}: kept {found}, the best are {best[:room]}"
    session = partial(drawn, Source.of(kernels, bug), SEARCHED)
    yield Survey("every order", cases, telling, wrong, session=session)

    cases, wrong = 0, ""
    for order in permutations(range(5)):
        cases += 1
        try:
            kept(source, [Comparable(one) for one in order], [None] * 3, [0] * 3, 3)
        except TypeError as error:
            wrong = f"keys {order}: {error}"
            break
    yield Survey("comparisons only", cases, cases, wrong)


def orders(state: State, reach: int) -> list[tuple[int, ...]]:
    """Slot scores for each order that the means of gists and those of families can have, and their thresholds of 0.

    Args:
        state: its context has the blocks.
        reach: the blocks have scores of up to this magnitude.
    """
    blocks = np.array([*product(range(-reach, reach + 1), repeat=len(state.context))])
    scored = np.repeat(blocks, np.diff(slot_offsets(state.geometry, state.context)), axis=1)
    slots: Any = scored.T  # a row of numbers for each slot, of which the reference makes a row of means for each choice
    queues: dict[str, list[Any]] = {"expand": [0 * slots[0]], "collapse": [0 * slots[0]]}
    for choice in legal_choices(state, slots):
        queues[choice.action.kind].append(choice.aggregate)
    compared = [np.sign(one - other) for queue in queues.values() for one, other in combinations(queue, 2)]
    _, first = np.unique(np.array(compared), axis=1, return_index=True)
    return [tuple(scored[at].tolist()) for at in sorted(first)]


def answered(functions: Any, made: layout.Tables, scored: tuple[int, ...], opaque: bool) -> list[Action]:
    """The answer of a step of the functions, on tables of their own: lists for those that are not compiled.

    Args:
        functions: by name.
        made: the tables of the state.
        scored: slot scores, fixed point.
        opaque: whether scores and thresholds are numbers that can only be averaged and compared.
    """
    state, capacity = made.state.copy(), made.capacity
    began = made.state.ctypes.data
    tables: dict[str, Any] = {"header": state[: code.HEADER]}
    for name in layout.NAMES:
        shipped = made.table(name)
        at = (shipped.ctypes.data - began) // shipped.itemsize
        tables[name] = state[at : at + len(shipped)]
    tags = made.tags.copy()
    fixed = np.zeros(capacity, np.int32)
    fixed[: len(scored)] = scored
    tables |= {"tags": tags[:capacity], "spare": tags[capacity:], "fixed": fixed}
    tables["peaks"] = np.full(capacity // code.CHUNK + 1, code.LOWEST, np.int32)
    if functions is not COMPILED:
        tables = {name: table.tolist() for name, table in tables.items()}
    if opaque:
        tables["fixed"] = [Mean(score) for score in tables["fixed"]]
        for at in (code.TAU_EXPAND, code.TAU_COLLAPSE):
            tables["header"][at] = Mean(tables["header"][at])
    functions["survey"](tables["header"], tables["tags"], tables["fixed"], tables["peaks"])
    done = functions["step"](session_with(**tables))
    return [unpacked(int(one)) for one in tables["actions"][:done]]


COMPILED = {"survey": survey, "step": step}


def ordered(state: State, reach: int, bug: Mutation) -> Survey:
    """A step in every order of the means; compiled, if it is as shipped."""
    return compared("every order", state, reach, COMPILED if bug is AS_SHIPPED else Source.of(kernels, bug).python)


def seeing_order_only(state: State, bug: Mutation) -> Survey:
    """A step on numbers that can only be averaged and compared."""
    functions = Source.of(kernels, bug, LOWEST=LEAST, UNBOUNDED=GREATEST).python
    return compared("comparisons only", state, 2, functions, opaque=True)


def compared(what: str, state: State, reach: int, functions: Any, *, opaque: bool = False) -> Survey:
    """The answers of a step, beside those of the reference, on scores of each order of the means."""
    made = layout.Tables(state.geometry, state.params, state.context)
    cases, telling, wrong, session = 0, 0, "", None
    for scored in orders(state, reach):
        wanted = greedy(state, scored)
        cases += 1
        telling += bool(wanted)
        try:
            found = answered(functions, made, scored, opaque)
        except TypeError as error:
            wrong = f"scores {scored}: {error}"
            break
        if found != wanted:
            wrong = f"scores {scored}: answered {told(found)}, the reference {told(wanted)}"
            session = partial(refuted, state, [scored], lambda *_, given=found: given, wrong)
            break
    levels = "".join(str(block.level) for block in state.context)
    return Survey(
        f"{what} of blocks of levels {levels}, arity {state.geometry.arity}", cases, telling, wrong, session=session
    )


def begun(arity: tuple[int, ...], token: int, levels: str, n_diff: int) -> State:
    """A context of blocks of these levels from ``token`` on, with room for one slot more, and thresholds of 0."""
    geometry, context = Geometry(arity), []
    for level in map(int, levels):
        context.append(Block(level, token))
        token += geometry.span(level)
    used = sum(geometry.slots(block.level) for block in context)
    return opened(geometry, Params(w_max=used + 1, n_diff=n_diff, tau_expand=0, tau_collapse=0), tuple(context))


SELECTION_BUGS = [
    *(bug for bug in TURN_BUGS if bug.name in ("a head that does not fit is overtaken",
                                               "a family is not re-validated after its child was expanded",
                                               "budget test with <")),
    Mutation("an expand is ranked by twice its mean", "key_of(score // slots, slot)",
             "key_of(score // slots * 2, slot)"),
    Mutation("a collapse is ranked by its sum", "sought.cursor, node) - score // slots",
             "sought.cursor, node) - score"),
    DIFFERENCES,
    Mutation("a sum is compared by a difference",
             "if score < -bar * slots:", "if score + bar * slots < 0:"),
]  # fmt: skip


@theorem(
    "step-in-machine-code",
    "The compiled step answers as the reference does in every order that the means of its gists and families can have "
    "among each other and to the thresholds; and it looks at scores through comparisons of means only.",
    clauses="ACT-4 THR-1 BUD-1 CAP-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6",
    technique=Technique.MACHINE_CODE,
    bounds="every order that scores from -6 to 6 can make of 4 blocks, 2 of them a family of gists, with n_diff 3; "
    "from -4 to 4 of 5 with three families, and from -2 to 2 of 3 whose expands differ in cost, with n_diff 2; gists "
    "of one slot; room for one slot more",
    assumes="machine code depends on scores as its source does, through comparisons of means only",
    mutations=SELECTION_BUGS,
    heavy=True,
)
def step_in_machine_code(bug: Mutation) -> Iterator[Evidence]:
    """A planted bug is run uncompiled; as shipped, it is the compiled functions that run."""
    costs, family = begun((4, 2), 0, "210", 2), begun((2, 2), 2, "1110", 3)
    yield ordered(costs, 2, bug)
    yield ordered(family, 6 if bug is AS_SHIPPED else 2, bug)
    if bug is AS_SHIPPED:
        yield ordered(begun((2, 2), 2, "11100", 3), 4, bug)
    yield seeing_order_only(costs, bug)
    yield seeing_order_only(family, bug)


@theorem(
    "step-in-machine-code-6",
    "The same with more blocks.",
    clauses="ACT-4 THR-1 BUD-1 CAP-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6",
    technique=Technique.MACHINE_CODE,
    bounds="every order that scores from -3 to 3 can make of 6 blocks without conflicts, 3 gists and 3 families, with "
    "n_diff 3; gists of one slot; room for one slot more",
    assumes="machine code depends on scores as its source does, through comparisons of means only",
    mutations=SELECTION_BUGS,
    full=True,
)
def step_in_machine_code_6(bug: Mutation) -> Iterator[Evidence]:
    """As `step_in_machine_code`."""
    if bug is AS_SHIPPED:
        state = begun((2,), 0, "110100", 3)
        yield ordered(state, 3, bug)
        yield seeing_order_only(state, bug)
    else:
        yield from step_in_machine_code(bug)
