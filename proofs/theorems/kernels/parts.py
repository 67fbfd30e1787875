"""Theorems about the parts of the shipped step, each for itself: what is found, what is written, what is remembered.

`step-is-the-reference` is about all of them together, on few blocks. Here each part meets a specification of its own,
made of the spec's own functions where it has them, which takes fewer paths and so reaches further.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations
from typing import Any

import z3

from focalloc.fastpath import kernels
from focalloc.fastpath import tables as layout
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.engines.helpers import Helpers
from focalloc.proofs.engines.memory import Broken, Memory, called, filled, session_with, unpacked
from focalloc.proofs.engines.memory import packed as packed_action
from focalloc.proofs.engines.merging import Cells, Kernel, formula, number
from focalloc.proofs.engines.sessions import SEARCHED, by_search, drawn, of_kernels
from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.terms import Term, both, count, some, total
from focalloc.proofs.theorem import Evidence, Obligation, Session, Survey, Technique, Telling, theorem
from focalloc.proofs.theorems.kernels.queues import (
    SCORE,
    buffer,
    bytes_of,
    content,
    header_of,
    packed,
    safe,
    scores,
    within,
    words_of,
)
from focalloc.proofs.theorems.kernels.step import STEP_BUGS, aggregates, laid_out, told
from focalloc.refimpl.edits import edits
from focalloc.spec import candidates as spec_candidates
from focalloc.spec import cooldown as spec_cooldown
from focalloc.spec import scores as spec_scores
from focalloc.spec.actions import Action, applied, consumed
from focalloc.spec.blocks import Block, Context, end, used
from focalloc.spec.candidates import possible_actions
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

PAIR = Geometry((2, 2))
WIDE = Geometry((2, 3), (1, 1, 2))
DEAR = Geometry((2, 2), (2, 2, 3))
DEEP = Geometry((2, 2, 2))


# WHAT IS FOUND


@dataclass(frozen=True)
class Listed:
    """The candidates of one kind on a context, as the spec has them.

    Attributes:
        eligible: for each whether it may be chosen.
        keys: for each its place in the queue: the greater key goes first.
    """

    eligible: list[Term]
    keys: list[Term]


def listed(
    geometry: Geometry, context: Context, actions: Sequence[Action], scored: Sequence[Term], tau: Term, protected: Term,
    acted: Term,
) -> Listed:  # fmt: skip
    """What the spec's functions say of ``actions``, all of one kind, where the ledger has one live entry ``acted``."""
    mean, tells = Helpers(spec_scores, AS_SHIPPED), Helpers(spec_candidates, AS_SHIPPED)
    slots, at = {}, 0
    for block in context:
        slots[block] = range(at, at := at + geometry.slots(block.level))
    eligible, keys = [], []
    for action in actions:
        replaced = [slot for block in consumed(geometry, action) for slot in slots[block]]
        aggregate = mean("floor_mean", total(scored[slot] for slot in replaced), len(replaced))
        may = [tells("beyond_threshold", action.kind, aggregate, tau, tau)]
        if action.kind == "collapse":
            last = end(geometry, action.node)
            may.append(z3.Not(tells("reaches_tail", last, end(geometry, context[-1]), protected)))
        opposite = Action("collapse" if action.kind == "expand" else "expand", *action.node)
        eligible.append(both([*may, acted != packed_action(opposite)]))
        keys.append(packed(aggregate if action.kind == "expand" else -aggregate, replaced[0]))
    return Listed(eligible, keys)


def best_are_kept(
    what: str, candidates: Listed, notes: Sequence[int], room: int, size: Any, found: Cells, found_notes: Cells,
    assume: Sequence[Term], session: Telling,
) -> Iterator[Evidence]:  # fmt: skip
    """That a queue has the best ``room`` of what is eligible, best first, each with its note."""
    eligible, keys = candidates.eligible, candidates.keys
    many = count(eligible)
    as_many = number(size) == z3.If(many < room, many, room)
    yield Obligation(f"{what}: as many as there are", as_many, assume, eligible, session=session)
    for i, (one, key) in enumerate(zip(eligible, keys, strict=True)):
        better = count(
            z3.And(other, rival > key) for j, (other, rival) in enumerate(zip(eligible, keys, strict=True)) if j != i
        )
        placed = [
            z3.Implies(better == place, z3.And(content(found[place]) == key, content(found_notes[place]) == notes[i]))
            for place in range(min(room, len(keys)))
        ]
        name = f"{what}: candidate {i} is where it belongs"
        yield Obligation(name, both(placed), [*assume, one], eligible, session=session)


def header_for(geometry: Geometry, context: Context, **fields: Any) -> tuple[layout.Tables, Cells]:
    """Production's tables of a context, and its header with some fields unknown."""
    made = layout.Tables(geometry, Params(w_max=used(geometry, context), n_diff=4), context)
    header = Cells(int(one) for one in made.state[: code.HEADER])
    for name, value in fields.items():
        header[getattr(code, name)] = value
    return made, header


def met(source: Source, geometry: Geometry, context: Context, n_diff: int) -> Telling:
    """The whole step of ``source`` on the values of a counterexample; if that is as it should be, see `drawn`."""
    slots = used(geometry, context)

    def told_of(values: Mapping[str, int]) -> Session | None:
        terms: dict[str, Any] = {"tau_expand": SCORE - 1, "tau_collapse": SCORE - 1} | {
            name: values[name] for name in ("tau_expand", "tau_collapse") if name in values
        }
        raw = (end(geometry, context[-1]) - context[0].start) * geometry.cost[0]
        params = Params(w_max=raw, n_diff=n_diff, protected_tokens=values.get("protected", 0), **terms)
        scores = [values.get(f"score{i}", 0) for i in range(slots)]
        history = unpacked(values.get("acted", 0)), 0
        return of_kernels(source, geometry, params, context, scores, "", history) or drawn(source, SEARCHED)

    return told_of


def collapses_of(geometry: Geometry, families: int, room: int, bug: Mutation, **small: int) -> Iterator[Evidence]:
    """`best_collapses` on so many families of two gists."""
    context = tuple(Block(1, 2 * i) for i in range(2 * families))
    tau, protected, acted = z3.Ints("tau_collapse protected acted")
    made, header = header_for(geometry, context, PROTECTED=protected, LEDGER_FROM=0, LEDGER_TO=1)
    slots, nodes = (made.table(name)[:families].tolist() for name in ("family_slot", "family_node"))
    scored, assume = scores("score", used(geometry, context))
    assume += [within(0, tau, SCORE - 1), within(0, protected, 2**48), within(0, acted, 2**54)]
    source = Source.of(kernels, bug, **small)
    kernel = Kernel(source, assume, unwind=families + 1, patience=300_000)
    keys, notes = buffer(room), buffer(room)
    size = kernel(
        "best_collapses", session_with(
            header=header, fixed=words_of(scored), family_slot=Cells(slots), family_node=Cells(nodes),
            ledger_action=Cells([acted]),
        ), code.Sought(room, 0, 0, keys, notes), tau,
    )  # fmt: skip
    actions = [Action("collapse", 2, 4 * i) for i in range(families)]
    candidates = listed(geometry, context, actions, scored, tau, protected, acted)
    what = f"{families} families, cost {geometry.cost}, room for {room}{', a sample first' if small else ''}"
    session = met(source, geometry, context, room)
    yield from safe(kernel, assume, session=session)
    yield from best_are_kept(what, candidates, range(families), room, size, keys, notes, assume, session)


COLLAPSE_BUGS = [
    *(
        bug
        for bug in STEP_BUGS
        if bug.name
        in ("a collapse at its threshold", "an aggregate is truncated", "a collapse touches the protected tail")
    ),
    Mutation(
        "the cooldown is not asked",
        "if not is_barred(header, ledger_action, node * 2 + EXPAND):\n                rank = nearness",
        "if True:\n                rank = nearness",
    ),
    Mutation(
        "the worst of the sample is lost", "rank_of(keys[0]) - sought.cursor - 1)", "rank_of(keys[0]) - sought.cursor)"
    ),
]


@theorem(
    "collapses-are-found",
    "The shipped search for collapses finds the best of all that threshold, tail and cooldown allow, best first, by "
    "the floor of the mean over their slots.",
    clauses="SCO-3 THR-1 TAI-1 COO-1 GRE-2 GRE-3 GRE-4 GRE-6",
    technique=Technique.MERGING,
    bounds="5 families of two gists with room for 4; 4 with room for 2 after a sample; cost (2, 2, 3) on 3 with room "
    "for 2; any scores and parameters, an action remembered",
    mutations=COLLAPSE_BUGS,
)
def collapses_are_found(bug: Mutation) -> Iterator[Evidence]:
    """`best_collapses`, `gather_collapses`, `offer` and `sort_best_first` as shipped."""
    if bug is AS_SHIPPED:
        yield from collapses_of(PAIR, 5, 4, bug)
        yield from collapses_of(PAIR, 4, 2, bug, SAMPLE=1, LEAST_STRIDE=2)
        yield from collapses_of(DEAR, 3, 2, bug)
    else:
        yield from collapses_of(PAIR, 3, 1, bug, SAMPLE=1, LEAST_STRIDE=2)


@theorem(
    "collapses-are-found-5",
    "The same after a sample among more families.",
    clauses="SCO-3 THR-1 TAI-1 COO-1 GRE-2 GRE-3 GRE-4 GRE-6",
    technique=Technique.MERGING,
    bounds="5 families of two gists with room for 2 after a sample; any scores and parameters, an action remembered",
    mutations=COLLAPSE_BUGS,
    full=True,
)
def collapses_are_found_5(bug: Mutation) -> Iterator[Evidence]:
    """As `collapses_are_found`."""
    if bug is AS_SHIPPED:
        yield from collapses_of(PAIR, 5, 2, bug, SAMPLE=1, LEAST_STRIDE=2)
    else:
        yield from collapses_of(PAIR, 3, 1, bug, SAMPLE=1, LEAST_STRIDE=2)


def expands_of(gists: int, spoilt: int, room: int, bug: Mutation) -> Iterator[Evidence]:
    """`best_expands` on so many gists of one slot, two to a chunk, ``spoilt`` of which were seen before."""
    context = tuple(Block(1, 2 * i) for i in range(gists))
    tau, ceiling, acted = z3.Ints("tau_expand ceiling acted")
    made, header = header_for(PAIR, context, TAU_EXPAND=tau, LEDGER_FROM=0, LEDGER_TO=1)
    families = int(header[code.FAMILIES])
    slots, nodes = (made.table(name)[:families].tolist() for name in ("family_slot", "family_node"))
    scored, assume = scores("score", gists)
    chunks = -(-gists // 2)
    peaks = [z3.Int(f"peak{i}") for i in range(chunks)]
    for chunk, peak in enumerate(peaks):
        inside = aggregates(PAIR, context, scored, 2, chunk)
        assume += [peak >= one for one in inside] + [some(peak == one for one in inside)]
    assume += [within(0, tau, SCORE - 1), within(0, ceiling, code.UNBOUNDED), within(0, acted, 2**54)]
    actions = [Action("expand", *block) for block in context]
    candidates = listed(PAIR, context, actions, scored, tau, z3.IntVal(0), acted)
    below = [key < ceiling for key in candidates.keys]
    assume.append(count(z3.Not(one) for one in below) <= spoilt)
    candidates = Listed([z3.And(*one) for one in zip(candidates.eligible, below, strict=True)], candidates.keys)
    source = Source.of(kernels, bug, CHUNK=2, NEAR=2)
    kernel = Kernel(source, assume, unwind=gists + 3, patience=300_000)
    keys, notes = buffer(room + 1), buffer(room + 1)
    size = kernel(
        "best_expands", session_with(
            header=header, tags=bytes_of([1] * gists), fixed=words_of(scored), peaks=words_of(peaks),
            family_slot=Cells(slots), family_node=Cells(nodes), ledger_action=Cells([acted]),
            chunk_keys=buffer(chunks), chunk_notes=buffer(chunks), expand_keys=keys, expand_tokens=notes,
        ), ceiling, spoilt, room,
    )  # fmt: skip
    tokens = [block.start for block in context]
    what = f"{gists} gists, {spoilt} seen before, room for {room}"
    session = met(source, PAIR, context, room)
    yield from safe(kernel, assume, session=session)
    yield from best_are_kept(what, candidates, tokens, room, size, keys, notes, assume, session)


EXPAND_BUGS = [
    Mutation("an expand at its threshold",
             "    least = key_of(header[TAU_EXPAND], 0)\n    lowest",
             "    least = key_of(header[TAU_EXPAND] - 1, 0)\n    lowest"),
    Mutation("one chunk less is looked at", "useful_chunks(header, peaks, wanted + spoilt,",
             "useful_chunks(header, peaks, wanted + spoilt - 1,"),
    Mutation("the cooldown is not asked",
             "if not is_barred(header, ledger_action, node_of(tags[slot], token) * 2 + COLLAPSE):", "if True:"),
    Mutation("what was seen before is seen again", "if key > least and key < ceiling and", "if key > least and"),
]  # fmt: skip


@theorem(
    "expands-are-found",
    "The shipped search for expands finds the best of all that threshold and cooldown allow, best first, each with its "
    "first token; and if some were seen before, the best of the others.",
    clauses="SCO-3 THR-1 COO-1 GRE-2 GRE-3 GRE-4 GRE-6",
    technique=Technique.MERGING,
    bounds="3 gists of one slot, chunks of 2; room for 2, and for 1 of those that one was seen before; any scores and "
    "parameters, an action remembered",
    assumes="peaks of chunks are the highest aggregates in them (peaks-are-bounds)",
    mutations=EXPAND_BUGS,
    full=True,
)
def expands_are_found(bug: Mutation) -> Iterator[Evidence]:
    """`best_expands`, `useful_chunks`, `pick_expands`, `drop_resting` and what they call, as shipped."""
    if bug is AS_SHIPPED:
        yield from expands_of(3, 0, 2, bug)
    yield from expands_of(3, 1, 1, bug)


@theorem(
    "expands-are-found-4",
    "The same among more gists.",
    clauses="SCO-3 THR-1 COO-1 GRE-2 GRE-3 GRE-4 GRE-6",
    technique=Technique.MERGING,
    bounds="4 gists of one slot, chunks of 2, room for 3 of those that one was seen before; any scores and "
    "parameters, an action remembered",
    assumes="peaks of chunks are the highest aggregates in them (peaks-are-bounds)",
    mutations=EXPAND_BUGS,
    full=True,
    heavy=True,
)
def expands_are_found_4(bug: Mutation) -> Iterator[Evidence]:
    """As `expands_are_found`."""
    if bug is AS_SHIPPED:
        yield from expands_of(4, 1, 3, bug)
    else:
        yield from expands_of(3, 1, 1, bug)


# WHAT IS WRITTEN


def separate(geometry: Geometry, context: Context, most: int) -> Iterator[tuple[Action, ...]]:
    """Every choice of up to ``most`` legal actions that replace different blocks, in every order."""
    possible = sorted(possible_actions(geometry, set(context)))
    for length in range(1, most + 1):
        for chosen in combinations(possible, length):
            replaced = [block for action in chosen for block in consumed(geometry, action)]
            if len(replaced) == len(set(replaced)):
                yield from permutations(chosen)


def left_behind(geometry: Geometry, context: Context, actions: Sequence[Action], run: Any) -> str:
    """What is wrong with what `apply` leaves of a context; empty if nothing is."""
    raw = (end(geometry, context[-1]) - context[0].start) * geometry.cost[0]
    made = layout.Tables(geometry, Params(w_max=raw, n_diff=max(1, len(actions))), context)
    header = Memory("header", (int(one) for one in made.state[: code.HEADER]))
    header[code.ITERATION], header[code.LEDGER_TO] = 7, 1
    tags, families = laid_out(geometry, context)
    table = {name: filled(name, [], len(made.table(name))) for name in layout.NAMES}
    table["family_slot"], table["family_node"] = (
        filled(name, [family[which] for family in families], len(table[name]))
        for which, name in enumerate(("family_slot", "family_node"))
    )
    table["ledger_action"] = filled("ledger_action", [5], len(table["ledger_action"]))
    table["ledger_iteration"] = filled("ledger_iteration", [6], len(table["ledger_iteration"]))
    written, spare = filled("tags", tags, made.capacity, 8), filled("spare", [], made.capacity, 8)
    numbers = [packed_action(action) for action in actions]
    first = {}
    slot = 0
    for block in context:
        first[block] = slot
        slot += geometry.slots(block.level)
    places = [min(first[block] for block in consumed(geometry, action)) for action in actions]
    after = context
    for action in actions:
        after = applied(geometry, after, action)
    names = {
        "tags": written, "spare": spare, "header": header, "done": len(actions),
        "actions": Memory("actions", numbers), "places": Memory("places", places),
        "fixed": filled("fixed", [], 0, 32), "peaks": filled("peaks", [], 0, 32),
    }  # fmt: skip
    try:
        run(names | {name: table[name] for name in table if name not in names})
    except Broken as error:
        return str(error)
    wanted_tags, wanted_families = laid_out(geometry, after)
    many = len(wanted_families)
    left = {
        "slots": (header[code.SLOTS], len(wanted_tags)),
        "tags": (list(written)[: len(wanted_tags)], wanted_tags),
        "families": (list(zip(table["family_slot"], table["family_node"], strict=True))[:many], wanted_families),
        "number of families": (header[code.FAMILIES], many),
        "splices": (
            list(table["splices"])[: code.SPLICE * header[code.SPLICES]],
            [number for edit in edits(geometry, context, after) for number in edit.splice],
        ),
        "ledger": (
            list(zip(table["ledger_action"], table["ledger_iteration"], strict=True))[: header[code.LEDGER_TO]],
            [(5, 6), *((one, 7) for one in numbers)],
        ),
    }
    return "; ".join(f"{name} {found}, should be {wanted}" for name, (found, wanted) in left.items() if found != wanted)


def splices(geometry: Geometry, first: int, last: int, most: int, bug: Mutation) -> Survey:
    """`apply` on every context, for every choice of actions, in every order."""
    source = Source.of(kernels, bug)
    cases = 0
    session = partial(drawn, source, SEARCHED)
    for context in rows(geometry, first, last):
        for actions in separate(geometry, context, most):
            cases += 1
            if wrong := left_behind(geometry, context, actions, partial(called, source, "apply")):
                told_context = " ".join(f"{level}@{start}" for level, start in context)
                return Survey("apply", cases, cases, f"context {told_context}, {told(actions)}: {wrong}", "", session)
    return Survey(f"arity {geometry.arity}, cost {geometry.cost}: {cases} cases", cases, cases)


SPLICE_BUGS = [
    *(bug for bug in STEP_BUGS if bug.name in ("a partial family collapses", "an unaligned family collapses",
                                               "a family is listed twice")),
    Mutation("what moves is read from where it went", "source = places[i] + slots_before(header, actions[i])",
             "source = places[i] + slots_added(header, actions[i])"),
    Mutation("a broken family stays", "            kept -= 1\n", "            kept -= 0\n"),
    Mutation("a family is listed by each action that completes it", "if slot < behind or end > ahead or is_pinned(",
             "if is_pinned("),
    Mutation("families that keep their places stay at their slots", "raise_all(family_slot, source, rest, shift)",
             "pass"),
    Mutation("the ledger has another iteration", "ledger_iteration[header[LEDGER_TO]] = header[ITERATION]",
             "ledger_iteration[header[LEDGER_TO]] = header[ITERATION] + 1"),
]  # fmt: skip


@theorem(
    "splice-is-the-spec",
    "Given any choice of actions on different blocks, in any order, the shipped splice leaves the context that the "
    "spec's actions make, its complete families, the actions in the ledger, in order, and the reference's edits.",
    clauses="CTX-6 ACT-3 ACT-4 COO-2",
    technique=Technique.EXHAUSTION,
    bounds="every choice of up to 3 actions in every order, on every context of 8 tokens with arity (2, 2), costs "
    "(1, 1, 1) and (2, 2, 3), of 6 with arity (2, 3), cost (1, 1, 2), and of 8 with arity (2, 2, 2)",
    mutations=SPLICE_BUGS,
)
def splice_is_the_spec(bug: Mutation) -> Iterator[Evidence]:
    """`apply`, `by_place`, `splice`, `update_families`, `record` and what they call, as shipped."""
    for geometry, last in ((PAIR, 8), (DEAR, 8), (WIDE, 6), (DEEP, 8)):
        yield splices(geometry, 0, last, 3, bug)


@theorem(
    "splice-is-the-spec-4",
    "The same with another action, and in longer contexts.",
    clauses="CTX-6 ACT-3 ACT-4 COO-2",
    technique=Technique.EXHAUSTION,
    bounds="every choice of up to 4 actions in every order, on every context of 8 tokens with arity (2, 2), costs "
    "(1, 1, 1) and (2, 2, 3), of 12 with arity (2, 3), cost (1, 1, 2), and of 8 with arity (2, 2, 2)",
    mutations=SPLICE_BUGS,
    full=True,
)
def splice_is_the_spec_4(bug: Mutation) -> Iterator[Evidence]:
    """As `splice_is_the_spec`."""
    for geometry, last in ((PAIR, 8), (DEAR, 8), (WIDE, 12), (DEEP, 8)):
        yield splices(geometry, 0, last, 4, bug)


# WHAT IS REMEMBERED


@theorem(
    "ledger-in-code",
    "The shipped ledger keeps, in order, exactly the entries that can still forbid something; it holds back the "
    "reversal of those and no other action; it enters an action with its iteration; and it makes space without losing "
    "a live entry, or says that there is none.",
    clauses="COO-1 COO-2",
    technique=Technique.MERGING,
    bounds="space for 5 entries; any of them live; any actions, iterations and gaps",
    assumes="entries are in order of their iterations (splice-is-the-spec)",
    mutations=[
        *(bug for bug in STEP_BUGS if "cooldown" in bug.name),
        Mutation("the dead still forbid",
                 "header[LEDGER_TO]):  # noqa: SIM110", "header[LEDGER_ROOM]):  # noqa: SIM110"),
        Mutation("one entry is lost as they move", "size = header[LEDGER_TO] - header[LEDGER_FROM]",
                 "size = header[LEDGER_TO] - header[LEDGER_FROM] - 1"),
        Mutation("a full ledger takes one more", "return header[LEDGER_TO] + entries <= header[LEDGER_ROOM]",
                 "return header[LEDGER_TO] + entries <= header[LEDGER_ROOM] + 1"),
        Mutation("the iteration is not entered", "ledger_iteration[header[LEDGER_TO]] = header[ITERATION]", "pass"),
        Mutation("expands are counted too", "if ledger_action[at] % 2 == COLLAPSE:", "if ledger_action[at] >= 0:"),
    ],
)  # fmt: skip
def ledger_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`forget`, `is_barred`, `count_collapses`, `has_space` and `record` as shipped."""
    room = 5
    begin, behind, now, gap, asked, more, action = z3.Ints("begin behind now gap asked more action")
    acted, when = ([z3.Int(f"{name}{i}") for i in range(room)] for name in ("acted", "when"))
    assume = [
        begin >= 0, begin <= behind, behind <= room, within(0, now, 2**60), within(1, gap, 2**31),
        within(0, asked, 2**54), within(0, action, 2**54), within(1, more, room),
        *(within(0, one, 2**54) for one in acted), *(within(0, one, 2**60) for one in when),
        *(one <= other for one, other in zip(when, [*when[1:], now], strict=True)),
    ]  # fmt: skip
    rested, session = Helpers(spec_cooldown, AS_SHIPPED), by_search(bug)
    kernel = Kernel(Source.of(kernels, bug), assume, unwind=room + 1)
    header = header_of(LEDGER_FROM=begin, LEDGER_TO=behind, ITERATION=now, MIN_GAP=gap, LEDGER_ROOM=room)
    actions, iterations = Cells(acted), Cells(when)

    kernel("forget", header, iterations)
    kept = number(header[code.LEDGER_FROM])
    live = [z3.And(i >= kept, i < behind) for i in range(room)]
    matters = [z3.And(i >= begin, i < behind, z3.Not(rested("rested", now - one, gap))) for i, one in enumerate(when)]
    some_live = [some(live), kept > begin, behind < room]
    yield Obligation(
        "what can still forbid is kept", both(one == other for one, other in zip(live, matters, strict=True)), assume,
        some_live, session=session,
    )  # fmt: skip

    barred = formula(kernel("is_barred", header, actions, asked))
    asks = [z3.And(matter, one == asked) for matter, one in zip(matters, acted, strict=True)]
    yield Obligation(
        "its reversal is held back, and nothing else", barred == some(asks), assume, [some(asks)], session=session
    )

    collapses = number(kernel("count_collapses", header, actions))
    counted = count(z3.And(matter, one % 2 == code.COLLAPSE) for matter, one in zip(matters, acted, strict=True))
    yield Obligation("collapses are counted", collapses == counted, assume, [counted > 0], session=session)

    fits = formula(kernel("has_space", header, actions, iterations, more))
    size = count(matters)
    first, last = number(header[code.LEDGER_FROM]), number(header[code.LEDGER_TO])
    yield Obligation(
        "there is space, or not", fits == (size + more <= room), assume, [fits, first != kept], session=session
    )
    moved = [
        z3.Implies(
            z3.And(live[i], kept + place - first == i),
            z3.And(content(actions[place]) == acted[i], content(iterations[place]) == when[i]),
        )
        for i in range(room)
        for place in range(room)
    ]
    yield Obligation(
        "nothing is lost", both([last - first == size, *moved]), assume, [fits, first != kept], session=session
    )

    # an action is entered only where there is space
    entering = Kernel(Source.of(kernels, bug), [*assume, behind < room], unwind=room + 1)
    header = header_of(LEDGER_FROM=begin, LEDGER_TO=behind, ITERATION=now)
    actions, iterations = Cells(acted), Cells(when)
    entering("record", header, actions, iterations, action)
    entered = [
        z3.And(
            content(actions[i]) == z3.If(behind == i, action, acted[i]),
            content(iterations[i]) == z3.If(behind == i, now, when[i]),
        )
        for i in range(room)
    ]
    claim = both([*entered, number(header[code.LEDGER_TO]) == behind + 1])
    yield Obligation("an action is entered", claim, [*assume, behind < room], session=session)
    yield from safe(kernel, assume, session=session)
    yield from safe(entering, [*assume, behind < room], session=session)
