"""What no solver sees: the compiled machine code, run on every order that its inputs can have.

The buffer of the best few looks at its keys through comparisons only, so what it does depends on their order alone,
and keys are never equal (their places differ). Every order of n keys is therefore every case. That only comparisons
are used is itself checked, with keys that can do nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import numpy as np

from focalloc.fastpath import greedy_kernels as code
from focalloc.fastpath import tables as layout
from focalloc.proofs.kernels import HEAP_BUGS, TURN_BUGS
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.step import told, unpacked
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl.greedy import greedy
from focalloc.spec.blocks import Block
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import slot_scores
from focalloc.spec.state import State, opened


class Key:
    """Something that can be compared, and nothing else: any arithmetic on it raises `TypeError`."""

    __slots__ = ("_order",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, order: int) -> None:
        self._order = order

    def __lt__(self, other: Key) -> bool:
        return self._order < other._order

    def __le__(self, other: Key) -> bool:
        return self._order <= other._order

    def __gt__(self, other: Key) -> bool:
        return self._order > other._order

    def __ge__(self, other: Key) -> bool:
        return self._order >= other._order


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
    mutations=HEAP_BUGS,
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
    mutations=HEAP_BUGS,
    full=True,
)
def best_few_in_machine_code_8(bug: Mutation) -> Iterator[Evidence]:
    """As `best_few_in_machine_code`."""
    yield from best_of_every_order(8 if bug is AS_SHIPPED else 5, bug)


def best_of_every_order(length: int, bug: Mutation) -> Iterator[Evidence]:
    """The buffer on every order of so many keys, and on keys that can do nothing but be compared."""
    source = Source.of(code, bug).python
    compiled = {"offer": code.offer, "sort_best_first": code.sort_best_first}
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
    yield Survey("every order", cases, telling, wrong)

    cases, wrong = 0, ""
    for order in permutations(range(5)):
        cases += 1
        try:
            kept(source, [Key(one) for one in order], [None] * 3, [0] * 3, 3)
        except TypeError as error:
            wrong = f"keys {order}: {error}"
            break
    yield Survey("comparisons only", cases, cases, wrong)


def weak_orders(length: int) -> Iterator[tuple[int, ...]]:
    """Every order of so many things of which some may be equal, as a rank for each, without gaps."""
    for ranks in product(range(length), repeat=length):
        if len(set(ranks)) == max(ranks) + 1:
            yield ranks


def answered(functions: Any, names: list[str], made: layout.Tables, scored: tuple[int, ...], compiled: bool) -> Any:
    """The answer of a step of the functions, on tables of their own."""
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
    if not compiled:
        tables = {name: table.tolist() for name, table in tables.items()}
    functions["survey"](tables["header"], tables["tags"], tables["fixed"], tables["peaks"])
    done = functions["step"](*(tables[name] for name in names))
    return [unpacked(int(one)) for one in tables["actions"][:done]]


def ordered(state: State, blocks: int, bug: Mutation) -> Survey:
    """A step on every weak order of the scores of the blocks, with the thresholds at each and between."""
    source = Source.of(code, bug)
    names = [one.arg for one in source.functions["step"].args.args]
    compiled = bug is AS_SHIPPED
    functions = {"survey": code.survey, "step": code.step} if compiled else source.python
    made = layout.Tables(state.geometry, state.params, state.context)
    cases = telling = 0
    for ranks in weak_orders(blocks):
        for shift in range(-1, 2 * max(ranks) + 2):
            scored = tuple(slot_scores(state.geometry, state.context, [2 * rank - shift for rank in ranks]))
            found, wanted = answered(functions, names, made, scored, compiled), greedy(state, scored)
            cases += 1
            telling += bool(wanted)
            if found != wanted:
                wrong = f"scores {scored}: answered {told(found)}, the reference {told(wanted)}"
                return Survey("every weak order", cases, telling, wrong)
    return Survey(f"every weak order of {blocks} blocks, arity {state.geometry.arity}", cases, telling)


def begun(arity: tuple[int, ...], token: int, levels: str, n_diff: int) -> State:
    """A context of blocks of these levels from ``token`` on, with room for one slot more, and thresholds of 0."""
    geometry, context = Geometry(arity), []
    for level in map(int, levels):
        context.append(Block(level, token))
        token += geometry.span(level)
    used = sum(geometry.slots(block.level) for block in context)
    return opened(geometry, Params(w_max=used + 1, n_diff=n_diff, tau_expand=0, tau_collapse=0), tuple(context))


SELECTION_BUGS = [bug for bug in TURN_BUGS if bug.name in ("a head that does not fit is overtaken",
                                                           "a family is not re-validated after its child was expanded",
                                                           "budget test with <")]  # fmt: skip


@theorem(
    "step-in-machine-code",
    "The compiled step answers as the reference does in every order that the scores of its blocks can have among each "
    "other and to the thresholds.",
    clauses="THR-1 BUD-1 CAP-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6",
    technique=Technique.MACHINE_CODE,
    bounds="every weak order of 4 and 5 blocks, 2 of them a family of gists, with n_diff 3; of 3 blocks whose expands "
    "differ in cost, with n_diff 2; thresholds at each score and between; room for one slot more",
    assumes="where a family is one block, answers depend on the order of scores only; other families have means",
    mutations=SELECTION_BUGS,
)
def step_in_machine_code(bug: Mutation) -> Iterator[Evidence]:
    """A planted bug is run uncompiled; as shipped, it is the compiled functions that run."""
    yield ordered(begun((4, 2), 0, "210", 2), 3, bug)
    yield ordered(begun((2, 2), 2, "1110", 3), 4, bug)
    if bug is AS_SHIPPED:
        yield ordered(begun((2, 2), 2, "11100", 3), 5, bug)


@theorem(
    "step-in-machine-code-6",
    "The same with more blocks.",
    clauses="THR-1 BUD-1 CAP-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6",
    technique=Technique.MACHINE_CODE,
    bounds="every weak order of 6 blocks without conflicts, 3 gists and 3 raw, with n_diff 3; thresholds at each score "
    "and between; room for one slot more",
    assumes="where a family is one block, answers depend on the order of scores only",
    mutations=SELECTION_BUGS,
    full=True,
)
def step_in_machine_code_6(bug: Mutation) -> Iterator[Evidence]:
    """As `step_in_machine_code`."""
    if bug is AS_SHIPPED:
        yield ordered(begun((2,), 0, "110100", 3), 6, bug)
    else:
        yield from step_in_machine_code(bug)
