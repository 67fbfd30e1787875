"""What no solver sees: the compiled machine code, run on every order that its inputs can have.

The buffer of the best few looks at its keys through comparisons only, so what it does depends on their order alone,
and keys are never equal (their places differ). Every order of n keys is therefore every case. That only comparisons
are used is itself checked, with keys that can do nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import numpy as np

from focalloc.fastpath import greedy_kernels as code
from focalloc.proofs.kernels import HEAP_BUGS
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem


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
    source = Source.of(code, bug).python
    compiled = {"offer": code.offer, "sort_best_first": code.sort_best_first}
    length = 7 if bug is AS_SHIPPED else 5
    cases, telling, wrong = 0, 0, ""
    for order in permutations(range(length)):
        keys = np.array(order, np.int64)
        best = sorted(range(length), key=lambda i: -order[i])
        for room in range(1, length + 1):
            if bug is AS_SHIPPED:
                found = kept(compiled, keys, np.zeros(room, np.int64), np.zeros(room, np.int64), room)
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
