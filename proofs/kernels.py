"""Theorems about the kernels that ship: the source of `focalloc.fastpath.greedy_kernels`, executed symbolically.

Each part of the selection is proved to meet its own relational spec, for all scores and parameters on a context of
stated size: the few best are kept, the best collapses and expands are found, turns are taken as greedy asks. With
each goes everything that compiled code would not notice: indices, reads of what was never written, loops that were
not unrolled far enough, and 64-bit ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from focalloc.fastpath import greedy_kernels as code
from focalloc.proofs.merging import UNWRITTEN, Cells, Kernel, Partial, number
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.terms import Term, both, count
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem

SCORE = 2**31
MAX_SLOTS = 2**26


def buffer(cells: int) -> Cells:
    """Memory that nobody has written to."""
    return Cells([UNWRITTEN] * cells)


def bytes_of(values: Sequence[Any]) -> Cells:
    """An int8 table."""
    return Cells(values, -128, 127)


def words_of(values: Sequence[Any]) -> Cells:
    """An int32 table."""
    return Cells(values, -(2**31), 2**31 - 1)


def content(cell: Any) -> Term:
    """What is in a cell, whether or not it was written."""
    return number(cell.value if isinstance(cell, Partial) else cell)


def within(low: int, term: Term, high: int) -> Term:
    """Bounds of a term."""
    return z3.And(term >= low, term <= high)


def scores(name: str, how_many: int) -> tuple[list[Term], list[Term]]:
    """Scores in fixed point, and what SCO-1 says about them."""
    listed = [z3.Int(f"{name}{i}") for i in range(how_many)]
    return listed, [within(1 - SCORE, score, SCORE - 1) for score in listed]


def safe(kernel: Kernel, assume: Sequence[Term], cover: Sequence[Term] = ()) -> Iterator[Evidence]:
    """The obligations that came up on the way, one for each kind."""
    for kind in ("index", "unwritten", "unwinding", "range", "division"):
        claims = kernel.claims(kind)
        if claims:
            yield Obligation(f"{kind} ({len(claims)} places)", both(claims), assume, cover)


def header_of(**fields: Any) -> Cells:
    """A header with these fields, named as the constants of the kernels, and zeros elsewhere."""
    header = Cells([0] * code.HEADER)
    for name, value in fields.items():
        header[getattr(code, name)] = value
    return header


def write_geometry(header: Cells, arity: Sequence[int], cost: Sequence[int]) -> None:
    """The header's geometry, by level."""
    span = arity[0]
    header[code.TOP] = len(arity)
    for level in range(len(arity) + 1):
        span *= arity[level - 1] if level > 1 else 1
        header[code.SPAN + level] = header[code.SPAN + level + code.MARK] = span
        header[code.UNITS + level] = arity[0] * cost[0] if level == 0 else cost[level]
        if level > 0:
            header[code.FANOUT + level] = 1 if level == 1 else arity[level - 1]
            header[code.WIDTH + level] = arity[level - 1] * cost[level - 1]


# THE BEST FEW


HEAP_BUGS = [
    Mutation("the worse child rises", "keys[child + 1] < keys[child]", "keys[child + 1] > keys[child]"),
    Mutation("the last child is never looked at", "if child + 1 < size and", "if child + 2 < size and"),
    Mutation("notes stay behind", "notes[at] = notes[child]", "notes[at] = note"),
]


def best_few(keys: int, room: int, bug: Mutation) -> Iterator[Evidence]:
    """Offer ``keys`` different keys to a buffer for ``room``, and sort it."""
    offered = [z3.Int(f"key{i}") for i in range(keys)]
    assume = [*(within(-(2**60), key, 2**60) for key in offered), z3.Distinct(offered)]
    kernel = Kernel(Source.of(code, bug), assume, unwind=room + 1)
    kept, notes = buffer(room), buffer(room)
    size = 0
    for i, key in enumerate(offered):
        size = kernel("offer", kept, notes, size, room, key, i)
    kernel("sort_best_first", kept, notes, size)
    name = f"{keys} keys, room for {room}"
    yield from safe(kernel, assume)
    for i, key in enumerate(offered):
        better = count(other > key for other in offered if other is not key)
        placed = [
            z3.Implies(better == place, z3.And(content(kept[place]) == key, content(notes[place]) == i))
            for place in range(min(keys, room))
        ]
        yield Obligation(f"{name}: key {i} is where it belongs", both(placed), assume)


@theorem(
    "best-few-are-kept",
    "Of the keys offered to it, the buffer keeps the greatest, each with its note, and sorts them greatest first.",
    clauses="GRE-2 GRE-3 GRE-4",
    technique=Technique.MERGING,
    bounds="5 different keys of any size, room for 3",
    mutations=HEAP_BUGS,
)
def best_few_are_kept(bug: Mutation) -> Iterator[Evidence]:
    """`offer`, `rise`, `sink` and `sort_best_first` as shipped."""
    yield from best_few(5, 3, bug)


@theorem(
    "best-few-are-kept-8",
    "The same at the size that the default cap asks for.",
    clauses="GRE-2 GRE-3 GRE-4",
    technique=Technique.MERGING,
    bounds="8 different keys of any size, room for 4",
    mutations=HEAP_BUGS,
    full=True,
)
def best_few_are_kept_8(bug: Mutation) -> Iterator[Evidence]:
    """As `best_few_are_kept`."""
    yield from best_few(*((5, 3) if bug is not AS_SHIPPED else (8, 4)), bug)
