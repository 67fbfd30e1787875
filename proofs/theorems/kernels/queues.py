"""Theorems about the kernels that ship: the source of `focalloc.fastpath.kernels`, executed symbolically.

Each part of the selection is proved to meet its own relational spec, for all scores and parameters on a context of
stated size: the few best are kept, the best collapses and expands are found, turns are taken as greedy asks. With
each goes everything that compiled code would not notice: indices, reads of what was never written, loops that were
not unrolled far enough, and 64-bit ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.engines.memory import session_with
from focalloc.proofs.engines.merging import UNWRITTEN, Cells, Kernel, Partial, number
from focalloc.proofs.engines.sessions import by_search
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.terms import Term, both, count, some
from focalloc.proofs.theorem import Evidence, Obligation, Technique, Telling, theorem
from focalloc.proofs.theorems.kernels.turns import Answered, Queues, greedy_turns

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


def safe(
    kernel: Kernel, assume: Sequence[Term], cover: Sequence[Term] = (), session: Telling | None = None
) -> Iterator[Evidence]:
    """The obligations that came up on the way, one for each kind."""
    for kind in ("index", "unwritten", "unwinding", "range", "division"):
        claims = kernel.claims(kind)
        if claims:
            yield Obligation(f"{kind} ({len(claims)} places)", both(claims), assume, cover, session=session)


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
    widths = {header[code.WIDTH + level] for level in range(1, len(arity) + 1)}
    header[code.ALIKE] = widths.pop() if len(widths) == 1 else 0


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
    kernel = Kernel(Source.of(kernels, bug), assume, unwind=room + 1)
    kept, notes = buffer(room), buffer(room)
    size = 0
    for i, key in enumerate(offered):
        size = kernel("offer", kept, notes, size, room, key, i)
    kernel("sort_best_first", kept, notes, size)
    name = f"{keys} keys, room for {room}"
    session = by_search(bug)
    yield from safe(kernel, assume, session=session)
    for i, key in enumerate(offered):
        better = count(other > key for other in offered if other is not key)
        placed = [
            z3.Implies(better == place, z3.And(content(kept[place]) == key, content(notes[place]) == i))
            for place in range(min(keys, room))
        ]
        yield Obligation(f"{name}: key {i} is where it belongs", both(placed), assume, session=session)


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


# TURNS


def turns(expands: int, collapses: int, cap: int, cost: Sequence[int], bug: Mutation) -> Iterator[Evidence]:
    """Queues of this length, in order of rank; where the expands lie is as unknown as what they score.

    The context is one family of two level-1 gists per collapse, and two gists of levels 1 and 2 that belong to none.
    An expand in a family and the collapse of that family exclude each other.
    """
    gists = 2 * collapses + 2
    unit = cost[1]
    levels = ([1] + [code.BODY] * (unit - 1)) * (gists - 1) + [2] + [code.BODY] * (cost[2] - 1)
    w_max, w_soft, tau, margin, used = z3.Ints("w_max w_soft tau_expand soft_margin used")
    ranks, assume = scores("rank", expands)
    collapse_ranks, more = scores("collapse_rank", collapses)
    gist = [z3.Int(f"gist{i}") for i in range(expands)]
    places = [unit * which for which in gist]
    assume += [*more, *(within(0, which, gists - 1) for which in gist), *distinct(gist)]
    assume += [within(0, tau, SCORE - 1), within(0, margin, SCORE - 1), within(1, used, MAX_SLOTS)]
    assume += [within(1, w_max, MAX_SLOTS), w_soft >= 1, w_soft <= w_max]
    header = header_of(SLOTS=used, W_MAX=w_max, W_SOFT=w_soft, TAU_EXPAND=tau, SOFT_MARGIN=margin, N_DIFF=cap)
    write_geometry(header, (2, 2), cost)
    tags, actions, where = bytes_of(levels), buffer(cap), buffer(cap)
    tokens = [64 * (i + 1) for i in range(expands)]
    families = [(1_000_000 + 64 * j) * code.LEVELS + 2 for j in range(collapses)]
    expand_keys = Cells(packed(rank, place) for rank, place in zip(ranks, places, strict=True))
    collapse_keys = Cells(packed(rank, 2 * unit * j) for j, rank in enumerate(collapse_ranks))
    kernel = Kernel(Source.of(kernels, bug), assume, unwind=max(expands, collapses, cap) + 1, patience=300_000)
    session = session_with(
        header=header, tags=tags, family_node=Cells(families), expand_keys=expand_keys, expand_tokens=Cells(tokens),
        collapse_keys=collapse_keys, collapse_families=Cells(range(collapses)), actions=actions, places=where,
    )  # fmt: skip
    kernel("alternate", session, expands, collapses, False)

    done = number(header[code.DONE])
    level = [z3.If(which == gists - 1, 2, 1) for which in gist]
    taken = [
        [
            z3.And(q < done, content(actions[q]) == (z3.IntVal(tokens[i]) * code.LEVELS + level[i]) * 2)
            for i in range(expands)
        ]
        for q in range(cap)
    ]
    closed = [[z3.And(q < done, content(actions[q]) == node * 2 + 1) for node in families] for q in range(cap)]
    deltas = [2 * cost[0] - cost[1], 2 * cost[1] - cost[2]]
    delta = [z3.If(which == gists - 1, deltas[1], deltas[0]) for which in gist]
    answer = Answered(done, taken, closed)
    queue = Queues(
        delta, [deltas[1]] * collapses, [rank > tau + margin for rank in ranks],
        [[z3.Or(which == 2 * j, which == 2 * j + 1) for j in range(collapses)] for which in gist],
    )  # fmt: skip
    definitions, claims = greedy_turns(queue, answer, cap, used, w_max, w_soft)
    for q in range(cap):
        at = [z3.Implies(taken[q][i], content(where[q]) == places[i]) for i in range(expands)]
        at += [z3.Implies(closed[q][j], content(where[q]) == 2 * unit * j) for j in range(collapses)]
        claims.append(both(at))
    full = [done == cap, some(answer.expanded(q) for q in range(cap)), some(answer.collapsed(q) for q in range(cap))]
    shown = by_search(bug)
    yield from safe(kernel, assume, full, shown)
    yield Obligation("every turn is greedy's", both(claims), [*assume, *definitions], full, session=shown)


def packed(rank: Term, place: Any) -> Term:
    """A key, as the kernels pack it."""
    return rank * code.PLACES + (code.PLACES - 1 - place)


def distinct(terms: Sequence[Term]) -> list[Term]:
    """That no two are equal."""
    return [z3.Distinct(list(terms))] if len(terms) > 1 else []


TURN_BUGS = [
    Mutation(
        "N_diff tested once per round",
        "        # COLLAPSE TURN\n        if done < header[N_DIFF]:",
        "        # COLLAPSE TURN\n        if True:",
    ),
    Mutation(
        "a head that does not fit is overtaken",
        "                done += 1\n                e += 1\n",
        "                done += 1\n            e += 1\n",
    ),
    Mutation(
        "a family is not re-validated after its child was expanded",
        "if not is_marked(tags, slot, header[WIDTH + level], header[UNITS + level - 1]):",
        "if True:",
    ),
    Mutation(
        "a removed child stays in the queue",
        "while e < expands and tags[place_of(expand_keys[e])] >= MARK:",
        "while e < expands and False:",
    ),
    Mutation("budget test with <", "    if after > header[W_MAX]:", "    if after >= header[W_MAX]:"),
    Mutation(
        "the refund is counted twice",
        "used -= header[WIDTH + level] - header[UNITS + level]",
        "used -= 2 * (header[WIDTH + level] - header[UNITS + level])",
    ),
    Mutation(
        "a head that never fits keeps the loop alive",
        "        if done == before:\n            break",
        "        if e == expands and c == collapses:\n            break",
    ),
]

THREE_COSTS = ((1, 1, 1), (3, 1, 1), (2, 2, 3))
"""Costs per level: every delta 1, a dear and a cheap expand, two dear ones."""


def turns_of_sizes(sizes: Sequence[tuple[int, int, Sequence[int]]], bug: Mutation) -> Iterator[Evidence]:
    """Queue length, cap and costs as given; planted bugs show at a small size with an odd cap."""
    for length, cap, cost in sizes if bug is AS_SHIPPED else [(2, 3, THREE_COSTS[1])]:
        yield from turns(length, length, cap, cost, bug)


@theorem(
    "turns-are-greedy",
    "Given its two queues, the shipped loop answers exactly what greedy's clauses ask: every action was the right head "
    "at its turn and fits, and the stop was justified.",
    clauses="GRE-1 GRE-2 GRE-3 GRE-5 GRE-6 CAP-1 BUD-1 SOF-1",
    technique=Technique.MERGING,
    bounds="5 + 5 candidates with n_diff 4, 3 + 3 with n_diff 3, 2 + 2 with n_diff 2; a cost each; any "
    "ranks, budgets and conflicts",
    assumes="queues in order of rank (best-few-are-kept)",
    mutations=TURN_BUGS,
    heavy=True,
)
def turns_are_greedy(bug: Mutation) -> Iterator[Evidence]:
    """`alternate`, `fits`, `mark` and `is_marked` as shipped."""
    sizes = [(5, 4, THREE_COSTS[1]), (3, 3, THREE_COSTS[2]), (2, 2, THREE_COSTS[0])]
    yield from turns_of_sizes(sizes, bug)


@theorem(
    "turns-are-greedy-8",
    "The same with longer queues.",
    clauses="GRE-1 GRE-2 GRE-3 GRE-5 GRE-6 CAP-1 BUD-1 SOF-1",
    technique=Technique.MERGING,
    bounds="8 + 8 candidates with n_diff 4; any ranks, budgets and conflicts of its context",
    assumes="queues in order of rank (best-few-are-kept-8)",
    mutations=TURN_BUGS,
    full=True,
    heavy=True,
)
def turns_are_greedy_8(bug: Mutation) -> Iterator[Evidence]:
    """As `turns_are_greedy`."""
    yield from turns_of_sizes([(8, 4, THREE_COSTS[1])], bug)
