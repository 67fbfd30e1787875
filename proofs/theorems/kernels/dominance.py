"""Theorems about what the exact optimum leaves out: a few candidates of each class are all that it has to look at.

A *class* is all candidates of one kind that add or free equally many slots. Of a choice that holds a candidate beyond
those kept, a better one of its class takes that place: as many actions, as many slots, worth more. One is left to do so
because so many are kept. How many that is, the theorems read off the kernel: `rooms` runs its source with ``n_diff``
unknown and watches what it asks its buffers to keep.

Only families set apart exclude anything in a search, see `focalloc.fastpath.kernels.knapsack`. Were conflicts to count
without that, so many would not be enough; that is one of the planted bugs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise, product
from typing import Any, NamedTuple

import z3

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import NAMES, Tables
from focalloc.fastpath.workspace import Objectives, Workspace
from focalloc.proofs.engines.forking import summary
from focalloc.proofs.engines.memory import session_with, unpacked, work_on, work_with
from focalloc.proofs.engines.sessions import refuted
from focalloc.proofs.engines.trees import case_by_case
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.terms import Term, both, count, some
from focalloc.proofs.theorem import Evidence, Obligation, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.step import told
from focalloc.proofs.theorems.reference.optima import CONTEXTS, REST, Faulty, Told, surveyed
from focalloc.refimpl.knapsack import knapsack
from focalloc.refimpl.objective import multi_objective
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import slot_scores
from focalloc.spec.state import State, opened

N = z3.Int("n_diff")

GISTS = ((1, 0), (1, 2), (1, 4), (1, 6))
"""A row of gists: with arity 3 above them a family and one beside it, with arity 2 two families."""

COLLAPSES, EXPANDS, MEMBERS = "collapses", "expands outside the families set apart", "expands inside one"

ROOM_BUGS = [
    Mutation("one collapse too few is kept", "room, key_of(rank, family_slot[family]), family)",
             "room - 1, key_of(rank, family_slot[family]), family)"),
    Mutation("one expand too few is kept",
             "offer(keys, notes, size, header[N_DIFF], key, token)",
             "offer(keys, notes, size, header[N_DIFF] - 1, key, token)"),
    Mutation("one member too few is kept", "header[N_DIFF], key_of(worth[slot], slot), token)\n    sort",
             "header[N_DIFF] - 1, key_of(worth[slot], slot), token)\n    sort"),
]  # fmt: skip


def uncompiled(bug: Mutation, **settings: int) -> dict[str, Any]:
    """The kernels as plain Python functions that call each other, with the names that they see."""
    return Source.of(kernels, bug, **settings).python["select_optimum"].__globals__


def rooms(bug: Mutation) -> dict[str, Term]:
    """For each class how many candidates the kernel asks its buffer to keep, as a term in ``n_diff``."""
    shape, context = Geometry((2, 2)), (Block(1, 0), Block(1, 2), Block(1, 4))
    made = Tables(shape, Params(w_max=8, n_diff=1, tau_expand=0, tau_collapse=0), context)
    slots, nodes = (made.table(name)[:1].tolist() for name in ("family_slot", "family_node"))
    functions = uncompiled(bug)

    def asked(name: str, *arguments: Any) -> Term:
        def run(n_diff: Any) -> Any:
            header, seen = made.header.tolist(), []
            header[code.N_DIFF] = n_diff
            session = session_with(
                header=header, tags=[1] * 3, fixed=[-5] * 3, family_slot=slots, family_node=nodes,
                expand_keys=[0] * 8, expand_tokens=[0] * 8, chunk_keys=[0] * 8, chunk_notes=[0] * 8,
            )  # fmt: skip
            work = work_with(header=[0] * code.WORK_HEADER, worth=[5] * 3, peaks=[5] * 3)
            work.header[code.DELTAS] = 1

            def watched(keys: Any, notes: Any, size: int, room: Any, key: int, note: int) -> int:
                seen.append(room)
                return size

            functions["offer"] = watched
            functions["useful_chunks"] = lambda header, peaks, room, keys, notes: 1  # the only one there is
            functions[name](session, work, *arguments)
            return seen[-1]  # of whatever is offered nothing, nothing can be said

        return summary(run, N, assumptions=[N >= 1])

    return {
        COLLAPSES: asked("pool_collapses"),
        EXPANDS: asked("best_expands_of", 1, code.LOWEST, 0),
        MEMBERS: asked("member_expands", code.LOWEST, nodes[0], slots[0]),
    }


@theorem(
    "better-takes-its-place",
    "A choice that holds a candidate beyond those that the shipped kernel keeps of its class leaves a better one of "
    "that class free, and not excluded, to take its place; whoever exchanges so comes to an end.",
    clauses="KNA-2 KNA-3 KNA-4",
    technique=Technique.INDUCTION,
    assumes="an expand lies in one family at most, that of its parent (collapse-keeps-alignment)",
    mutations=ROOM_BUGS,
)
def better_takes_its_place(bug: Mutation) -> Iterator[Evidence]:
    """By counting what can be in the way of those kept, with as many kept as the kernel's own source says."""
    expands, collapses, ahead, excluded = z3.Ints("expands collapses chosen_ahead excluded")
    place, better, others = z3.Ints("place better_place other_places")
    kept = rooms(bug)
    given = [N >= 1, expands >= 0, collapses >= 0, expands + collapses <= N, ahead >= 0, excluded >= 0]
    ways = {
        # of those ahead of it, the choice holds no more than its others of that kind
        COLLAPSES: [collapses >= 1, ahead <= collapses - 1, excluded <= expands],
        EXPANDS: [expands >= 1, ahead <= expands - 1, excluded == 0],
        MEMBERS: [expands >= 1, ahead <= expands - 1, excluded == 0],
    }
    for name, limits in ways.items():
        yield Obligation(f"{name}: one is left", kept[name] - ahead - excluded >= 1, [*given, *limits])
    earlier = [better >= 0, better < place, others >= 0]
    yield Obligation("places in the queues add up to less", others + better < others + place, earlier)
    yield Obligation("and never to less than nothing", others + better >= 0, earlier)


CONFLICTS_COUNT = Mutation("conflicts count although no family is set apart")
TWO_EACH = Mutation("an expand excludes two collapses")


def exchanges(n_diff: int, collapses: int, expands: int, bug: Mutation) -> Iterator[Evidence]:
    """Any queues of this length, deltas, families and choice: whoever is beyond the kept can be exchanged."""
    kept = {
        name: z3.simplify(z3.substitute(room, (N, z3.IntVal(n_diff)))).as_long() for name, room in rooms(bug).items()
    }
    parent = [z3.Int(f"parent{e}") for e in range(expands)]
    refund = [z3.Int(f"refund{c}") for c in range(collapses)]
    cost = [z3.Int(f"cost{e}") for e in range(expands)]
    apart = [z3.Bool(f"apart{c}") for c in range(collapses)]
    collapsed = [z3.Bool(f"collapsed{c}") for c in range(collapses)]
    expanded = [z3.Bool(f"expanded{e}") for e in range(expands)]
    set_apart = [some(z3.And(one == c, apart[c]) for c in range(collapses)) for one in parent]
    excludes = [
        [
            z3.And(
                z3.Or(one == c, one == c + 1) if bug is TWO_EACH else one == c,
                z3.BoolVal(True) if bug is CONFLICTS_COUNT else apart[c],
            )
            for c in range(collapses)
        ]
        for one in parent
    ]

    # queues are in order, so whoever comes earlier is better
    def alike(e: int, other: int) -> Term:
        same_family = z3.And(set_apart[e], parent[e] == parent[other])
        return z3.Or(same_family, z3.And(z3.Not(set_apart[e]), z3.Not(set_apart[other]), cost[e] == cost[other]))

    better_collapses = [count(refund[i] == refund[c] for i in range(c)) for c in range(collapses)]
    better_expands = [count(alike(e, i) for i in range(e)) for e in range(expands)]
    is_pooled = [better < kept[COLLAPSES] for better in better_collapses]
    is_kept = [
        better < z3.If(apart_here, kept[MEMBERS], kept[EXPANDS])
        for better, apart_here in zip(better_expands, set_apart, strict=True)
    ]
    assume = [
        *(z3.And(one >= -1, one < collapses) for one in parent),  # -1: no family that could collapse
        # siblings are of one level, so of one delta
        *(
            z3.Implies(z3.And(parent[e] == parent[i], parent[e] >= 0), cost[e] == cost[i])
            for e in range(expands)
            for i in range(e)
        ),
        *(z3.Implies(one, pooled) for one, pooled in zip(apart, is_pooled, strict=True)),
        *(
            z3.Not(z3.And(expanded[e], collapsed[c], excludes[e][c]))
            for e, c in product(range(expands), range(collapses))
        ),
        count([*collapsed, *expanded]) <= n_diff,
    ]
    what = f"n_diff {n_diff}, {collapses} collapses, {expands} expands"
    # the first ones are kept whatever their class
    for c in range(kept[COLLAPSES], collapses):
        stand_ins = [
            both([refund[i] == refund[c], is_pooled[i], z3.Not(collapsed[i]),
                  *(z3.Not(z3.And(expanded[e], excludes[e][i])) for e in range(expands))])
            for i in range(c)
        ]  # fmt: skip
        outside = [collapsed[c], z3.Not(is_pooled[c])]
        yield Obligation(f"{what}: collapse {c}", some(stand_ins), [*assume, *outside], [some(apart)])
    for e in range(min(kept[EXPANDS], kept[MEMBERS]), expands):
        stand_ins = [
            both([alike(e, i), is_kept[i], z3.Not(expanded[i]),
                  *(z3.Not(z3.And(collapsed[c], excludes[i][c])) for c in range(collapses))])
            for i in range(e)
        ]  # fmt: skip
        outside = [expanded[e], z3.Not(is_kept[e])]
        yield Obligation(f"{what}: expand {e}", some(stand_ins), [*assume, *outside], [some(apart)])


@theorem(
    "few-of-each-class-are-enough",
    "Whatever excludes what, each candidate of a choice that is not among those that the shipped kernel keeps can be "
    "exchanged for a better one that is, with the same delta; so the best choice of those kept is the best of all.",
    clauses="KNA-2 KNA-3 KNA-4 CAP-1",
    technique=Technique.INDUCTION,
    bounds="n_diff 1 to 4 with two more collapses and expands than that; any deltas, families, families set apart and "
    "choice; an expand lies in one family at most",
    assumes="exchanging comes to an end (better-takes-its-place)",
    mutations=[*ROOM_BUGS, CONFLICTS_COUNT, TWO_EACH],
)
def few_of_each_class_are_enough(bug: Mutation) -> Iterator[Evidence]:
    """Candidates are named by their place in the queue, which loses nothing since the queue is an order."""
    for n_diff in (1, 2, 3, 4) if bug is AS_SHIPPED else (2,):
        yield from exchanges(n_diff, n_diff + 2, n_diff + 2, bug)


AGAIN = Mutation("a family may be set apart twice")

SET_APART_BUGS = [
    Mutation("searched again without a conflict", "return work.header[APART] > before",
             "return work.header[APART] >= before"),
    Mutation("only the first member is looked at",
             "is_marked(tags, place, header[WIDTH + level], header[UNITS + level - 1])", "tags[place] >= MARK"),
    Mutation("expands stay marked", "            tags[place_of(chosen[i])] -= MARK", "            pass"),
    Mutation("another family is set apart", "apart_families[work.header[APART]] = chosen_notes[i]",
             "apart_families[work.header[APART]] = chosen_notes[0]"),
]  # fmt: skip


def what_is_set_apart(bug: Mutation) -> Survey:
    """`set_conflicts_apart` on every choice from two families, with every set of families apart that it may meet."""
    functions = uncompiled(bug)
    shape, key_of = Geometry((2, 2)), functions["key_of"]
    made = Tables(shape, Params(w_max=8), tuple(Block(*one) for one in GISTS))
    nodes = made.table("family_node")[:2].tolist()
    cases, telling, wrong = 0, 0, ""
    expands = [(key_of(5, slot), slot) for slot in range(4)]
    collapses = [(key_of(5, 2 * family) + code.UNBOUNDED, family) for family in range(2)]
    for taken in product((False, True), repeat=6):
        choice = [one for one, there in zip([*collapses, *expands], taken, strict=True) if there]
        torn_apart = [f for f in range(2) if taken[f] and (taken[2 + 2 * f] or taken[3 + 2 * f])]
        for before in ([], [0], [1], [0, 1]):
            if set(before) & set(torn_apart):
                continue  # the search excludes that
            cases, telling = cases + 1, telling + bool(torn_apart)
            header, tags = [0] * code.WORK_HEADER, made.tags.tolist()
            header[code.APART], header[code.PAIR_SPACE] = len(before), 4
            families = [*before, -1, -1, -1, -1]
            work = work_with(header=header, apart_keys=[0] * 4, apart_families=families)
            session = session_with(header=made.header.tolist(), tags=tags, family_node=nodes)
            turns, notes = [one[0] for one in choice], [one[1] for one in choice]
            again = functions["set_conflicts_apart"](session, work, len(choice), turns, notes)
            now = families[: header[code.APART]]
            right = (again, sorted(now)) == (bool(torn_apart), sorted([*before, *torn_apart]))
            if not (right and tags == made.tags.tolist()) and not wrong:
                wrong = f"{choice} chosen, {before} apart: then {now} are, searched again: {again}, tags {tags}"
    return Survey("what conflicts is set apart, and only that", cases, telling, wrong)


@theorem(
    "searches-end",
    "The search for the optimum is repeated at most as often as there are collapses to choose from: it is repeated "
    "only if a choice holds a conflict, and then a family is set apart that was not.",
    clauses="KNA-2 ANS-1",
    technique=Technique.INDUCTION,
    bounds="none; what is set apart in the kernel: every choice from two families of two gists",
    assumes="a choice holds no conflict of a family that is set apart (optimum-kernel-is-the-reference)",
    mutations=[AGAIN, *SET_APART_BUGS],
)
def searches_end(bug: Mutation) -> Iterator[Evidence]:
    """The ranking function is the number of collapses whose family is not set apart."""
    apart, pool, found = z3.Ints("apart pool found")
    least = 0 if bug is AGAIN else 1
    given = [apart >= 0, apart <= pool, found >= least, found <= pool - apart]
    yield Obligation("fewer are left", pool - (apart + found) < pool - apart, given)
    yield Obligation("never less than none", pool - (apart + found) >= 0, given)
    yield what_is_set_apart(bug)


# ON THE CODE


def selected(functions: Mapping[str, Any], state: State, scores: Sequence[int]) -> list[Action]:
    """What the kernels select in the first iteration, on lists: production's tables as loading leaves them."""
    made = Tables(state.geometry, state.params, state.context)
    space = Workspace(state.geometry, int(made.header[code.N_DIFF]))
    worth, chunks = list(scores), [[0] * len(scores) for _ in range(2)]  # as many as with chunks of 1 slot
    tables = {name: made.table(name).tolist() for name in NAMES}
    session = session_with(**tables | {
        "header": made.header.tolist(), "tags": made.tags.tolist(), "fixed": list(scores),
        "chunk_keys": chunks[0], "chunk_notes": chunks[1],
    })  # fmt: skip
    session.header[code.ITERATION] = 1
    work = work_on(space.table, worth, [0] * len(scores))
    functions["blend"](session.header, session.tags, session.fixed, worth)
    functions["survey"](session.header, session.tags, worth, work.peaks)
    functions["pool_collapses"](session, work)
    done = functions["select_optimum"](session, work)
    functions["name_actions"](session, done, work.chosen, work.chosen_notes)
    return [unpacked(session.actions[q]) for q in range(done)]


TORN = ((Geometry((2, 2)), (-9, -2, 2, 4)), (Geometry((2, 3), (2, 1, 1)), (-20, 1, 2, 3)))
"""Geometries, and scores of a gist by which families collapse although members are wanted.

With 3, 2, -20, 1 in the second and two actions, the optimum is the collapse and the third best expand.
"""


def torn(geometry: Geometry, context: Context, alphabet: Sequence[int]) -> Iterator[tuple[State, list[int]]]:
    """Every row of scores from the alphabet, by block, with caps 1 and 2, from a debt up to room for two expands."""
    slots = used(geometry, context)
    for n_diff, room in product((2, 1), (-1, 1, 2, 3, 6)):
        params = Params(w_max=slots + room, n_diff=n_diff, strategy="knapsack", **REST | {"tau_expand": 0})
        state = opened(geometry, params, context)
        for blocks in product(alphabet, repeat=len(context)):
            yield state, slot_scores(geometry, context, blocks)


def beside(
    reference: Callable[[State, Sequence[int]], list[Action]],
    select: Callable[[Mapping[str, Any], State, Sequence[int]], list[Action]],
    bug: Mutation,
) -> tuple[Faulty, Told]:
    """Judges what the uncompiled kernels ``select`` by the reference's answer; and the session in which it is given."""
    functions = uncompiled(bug, CHUNK=1)

    def faulty(state: State, row: Sequence[int]) -> tuple[bool, str]:
        try:
            found = select(functions, state, row)
        except IndexError as error:
            return True, f"no answer: {error}"
        wanted = reference(state, row)
        return bool(wanted), "" if found == wanted else f"selected {told(found)}, the reference {told(wanted)}"

    return faulty, lambda state, row: refuted(state, [row], partial(select, functions))


SELECTION_BUGS = [
    *ROOM_BUGS,
    Mutation("one chunk too few is looked at", "room = header[N_DIFF] + spoilt\n",
             "room = header[N_DIFF] + spoilt - 1\n"),
    Mutation("no family is set apart", "return work.header[APART] > before", "return False"),
    Mutation("a family set apart has no expands",
             "        size = at_least(keys, size, work.header[EXPAND_FLOOR])\n        cost",
             "        size = 0\n        cost"),
    Mutation("a collapse set apart is in its class as well",
             "if not is_apart(work, pool_families[at]):", "if True:"),
]  # fmt: skip


@theorem(
    "optimum-kernel-is-the-reference",
    "The shipped kernels, which look at the best few of each class and set families apart as they conflict, select the "
    "optimum of all candidates, as the reference does.",
    clauses="KNA-1 KNA-2 KNA-3 KNA-4 KNA-5 SOF-1 BUD-1 CAP-1",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2 on two families, 2 and 3 with cost (2, 1, 1) on a family and a gist, with 4 scores per "
    "gist; arities 2 and 2, cost (2, 2, 3), on contexts of up to 3 blocks with a soft budget and without; caps 1 and "
    "2; from a debt up to room for two expands; chunks of 1 slot; no action remembered",
    mutations=SELECTION_BUGS,
)
def optimum_kernel_is_the_reference(bug: Mutation) -> Iterator[Evidence]:
    """`pool_collapses`, `select_optimum` and all that they call, the search included, as shipped but uncompiled."""
    faulty, shown = beside(knapsack, selected, bug)
    for geometry, alphabet in TORN:
        yield case_by_case(GISTS, torn(geometry, tuple(Block(*one) for one in GISTS), alphabet), faulty, shown)
    yield from surveyed("knapsack", CONTEXTS, [{}, {"below_soft": 1, "soft_margin": 2}], faulty, shown)


# THE OLDEST ACTION


class Beginning(NamedTuple):
    """The tables of a first iteration that searches parts of the context as sessions of their own, as lists.

    Attributes:
        session: the session's.
        region: those of such a part.
        space: the work space, an array still.
        cut: its tables.
    """

    session: code.Session
    region: code.Session
    space: Any
    cut: list[list[int]]


def begun(state: State, scores: Sequence[int], workspace: Callable[..., Workspace]) -> Beginning:
    """The first iteration of a session that begins in ``state``, with a ``workspace`` for its strategy."""
    made = Tables(state.geometry, state.params, state.context)
    slots, families = made.capacity, len(made.table("family_slot"))
    space = workspace(state.geometry, state.params, int(made.header[code.N_DIFF]), slots, families).table
    cut = [space[first:last].tolist() for first, last in pairwise(space[code.WORK_OFFSETS : code.WORK_HEADER])]
    tables = {name: made.table(name).tolist() for name in NAMES}
    tables |= {"header": made.header.tolist(), "tags": made.tags.tolist(), "fixed": list(scores)}
    tables |= {"chunk_keys": [0] * slots, "chunk_notes": [0] * slots}  # as many as with chunks of 1 slot
    own = {"header": cut[21], "tags": [0] * slots, "fixed": [0] * slots}
    session, region = (
        session_with(**tables),
        session_with(**tables | own | {"family_slot": cut[23], "family_node": cut[24]}),
    )
    session.header[code.ITERATION] = 1
    session.header[code.CURSOR_TOKEN] = session.header[code.END]
    return Beginning(session, region, space, cut)


def weighed(functions: Mapping[str, Any], state: State, scores: Sequence[int]) -> list[Action]:
    """What the kernels select in the first iteration where what is computed anew has a weight, on lists."""
    session, region, space, cut = begun(state, scores, Objectives)
    slots = len(scores)
    work, aggregates, worth = work_on(space, [0] * slots, [0] * slots), list(scores), [0] * slots
    functions["blend"](session.header, session.tags, session.fixed, aggregates)
    functions["weigh"](session, work.header[code.CURSOR], aggregates, worth)
    regions = code.Regions(region, worth, cut[22], [], [])
    starts = code.Starts(cut[29], cut[30], cut[31], cut[32], worth, 0)
    work.header[code.TARGET] = work.header[code.GOAL] - session.header[code.SLOTS]
    done = functions["select_by_oldest"](session, work, regions, starts)
    functions["name_actions"](session, done, work.chosen, work.chosen_notes)
    return [unpacked(session.actions[q]) for q in range(done)]


OLDEST_BUGS = [
    Mutation("only the whole context is searched", "while left > 0:", "while left > left:"),
    Mutation("collapses gain nothing together", "more = leading[TOGETHER", "more = 0 * leading[TOGETHER"),
    Mutation("a bound is that of one candidate less", "for i in range(starts.sizes[AT_PRICE]):",
             "for i in range(starts.sizes[AT_PRICE] - 1):"),
    Mutation("a place is passed over for one candidate further on", "if is_led(starts, stretch, room, one.rank):",
             "if starts.sizes[stretch] > 0 and one.rank <= starts.leading[stretch * room]:"),
]  # fmt: skip


@theorem(
    "recompute-is-exact",
    "Where what is computed anew has a weight, the shipped kernels, which search the suffixes that a bound leaves, "
    "select what is worth most, as the reference does.",
    clauses="MUL-1 MUL-2 KNA-1 KNA-5 SOF-1 BUD-1 CAP-1",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2 on two families, 2 and 3 with cost (2, 1, 1) on a family and a gist, with 4 scores per "
    "gist; arities 2 and 2, cost (2, 2, 3), on contexts of up to 3 blocks with a soft budget and without; three sets "
    "of weights; caps 1 and 2; from a debt up to room for two expands; chunks of 1 slot; no action remembered",
    mutations=OLDEST_BUGS,
)
def recompute_is_exact(bug: Mutation) -> Iterator[Evidence]:
    """`select_by_oldest` and all that it calls, the search included, as shipped but uncompiled."""
    faulty, shown = beside(multi_objective, weighed, bug)
    for geometry, alphabet in TORN:
        cases = torn(geometry, tuple(Block(*one) for one in GISTS), alphabet)
        several = (
            (replace(state, params=replace(state.params, strategy="multi_objective", recompute_weight=1)), row)
            for state, row in cases
        )
        yield case_by_case(GISTS, several, faulty, shown)
    settings: list[dict[str, Any]] = [
        {"recompute_weight": 1},
        {"recompute_weight": 1, "below_soft": 1, "soft_margin": 2},
        {"recompute_weight": 2, "churn_weight": 1, "cursor_weight": 9, "budget_weight": 1},
    ]
    yield from surveyed("multi_objective", CONTEXTS, settings, faulty, shown)
