"""Theorems about the shipped kernels that remember scores: means, what is inherited of them, and their lean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import z3

from focalloc.fastpath import kernels, tables
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.engines.forking import SymInt, summary
from focalloc.proofs.engines.memory import Broken, Memory, called, filled, memory_of, packed
from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.terms import both
from focalloc.proofs.theorem import Evidence, Obligation, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.parts import DEAR, PAIR, WIDE
from focalloc.proofs.theorems.kernels.step import told as named
from focalloc.proofs.theorems.reference.memory import fits
from focalloc.spec import memory as judge
from focalloc.spec.actions import Action, applied, consumed
from focalloc.spec.blocks import Context, end, used
from focalloc.spec.candidates import possible_actions
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import MAX_MEMORY_SHIFT, Params
from focalloc.spec.scores import SCORE_LIMIT

CHUNK = 4
"""Slots per peak: so few that small contexts have several."""

MOST = SCORE_LIMIT - 1


@theorem(
    "means-in-code",
    "Moved by differences of 32 bits and a borrow, a mean is what the spec moves it to, and a score again.",
    clauses="MEM-1 SCO-1",
    technique=Technique.FORKING,
    bounds="every memory_shift; any mean and score",
    mutations=[
        Mutation("nothing is borrowed", "borrowed = np.int32(1) if", "borrowed = np.int32(0) if"),
        Mutation("borrowed where they cut off alike", "np.int32(score & mask) < np.int32(mean & mask)",
                 "np.int32(score & mask) <= np.int32(mean & mask)"),
        Mutation("the score counts whole", "+ np.right_shift(score, shift)", "+ score"),
    ],
)  # fmt: skip
def means_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`averaged` as shipped is executed on a symbolic mean and score."""
    mean, score = z3.Ints("mean score")
    averaged: Any = Source.of(kernels, bug).again().python["averaged"]
    averaged.__globals__["np"] = SimpleNamespace(int32=lambda one: one, right_shift=lambda one, places: one >> places)
    assume = fits(mean, score)
    for shift in range(1, MAX_MEMORY_SHIFT + 1):
        after = summary(averaged, SymInt(mean), SymInt(score), shift, 2**shift - 1)
        wanted = summary(judge.moved, SymInt(mean), SymInt(score), shift)
        yield Obligation(f"shift {shift}", both([after == wanted, *fits(after)]), assume, [after != mean])


def rows_of(slots: int) -> Iterator[list[int]]:
    """Rows of scores that tell slots apart, and roundings."""
    yield [(17 * slot * slot + 5 * slot) % 37 - 20 for slot in range(slots)]
    yield [MOST if slot % 3 else -MOST for slot in range(slots)]


def choices(geometry: Geometry, context: Context, most: int) -> Iterator[tuple[Action, ...]]:
    """Every choice of up to ``most`` legal actions that replace different blocks, the last first."""
    possible = sorted(possible_actions(geometry, set(context)), key=lambda action: -action.start)
    for length in range(most + 1):
        for chosen in combinations(possible, length):
            replaced = [block for action in chosen for block in consumed(geometry, action)]
            if len(replaced) == len(set(replaced)):
                yield chosen


def laid(params: Params, geometry: Geometry, context: Context, known: Sequence[int]) -> dict[str, Memory]:
    """The tables of a session whose first slots remember ``known``."""
    laid = memory_of(tables.Tables(geometry, params, context), CHUNK)
    laid["header"][code.KNOWN] = len(known)
    laid["memory"] = filled("memory", [np.int32(one) for one in known], len(laid["memory"]), 32)
    return laid


def wrong_with(what: Sequence[tuple[str, object, object]]) -> str:
    """What is not as it should be."""
    return "; ".join(f"{name} {found}, should be {wanted}" for name, found, wanted in what if found != wanted)


def told_wrong(source: Source, params: Params, geometry: Geometry, context: Context, known: int) -> str:
    """What is wrong with what the kernels make of scores; empty if nothing is."""
    slots, shift = used(geometry, context), params.memory_shift
    memory, scores = rows_of(slots)
    memory = memory[:known]
    given = laid(params, geometry, context, memory)
    header = given["header"]
    took = called(source, "take_told", given | {"scores": [np.int32(score) for score in scores]})
    wanted = list(judge.told(tuple(memory), scores, shift))
    found = [("taken", took, True), ("told", list(given["told"])[:slots], wanted), ("heard", header[code.HEARD], slots)]
    found += [("remembered", list(given["memory"])[:known], memory)]
    for cursor in range(context[0].start, end(geometry, context[-1]) + 1):
        called(source, "take_told", given | {"scores": [np.int32(score) for score in scores]})
        header[code.CURSOR_TOKEN] = cursor
        called(source, "lean_to_cursor", given)
        seen = judge.leant(geometry, context, wanted, params.lean, cursor)
        found += [(f"seen from {cursor}", list(given["fixed"])[:slots], seen)]
        found += [("told", list(given["told"])[:slots], wanted)]
        if not header[code.MULTI_SLOT]:
            for chunk in range(-(-slots // CHUNK)):
                within = range(chunk * CHUNK, min(slots, (chunk + 1) * CHUNK))
                peak = max((seen[slot] for slot in within if given["tags"][slot] >= 1), default=code.LOWEST)
                found.append((f"peak {chunk} from {cursor}", int(given["peaks"][chunk]), peak))
    misfit = called(source, "take_told", given | {"scores": [np.int64(2**31)] * slots}) if known == 0 else False
    return wrong_with([*found, ("a misfit is taken", misfit, False)])


def inherited_wrong(
    source: Source, geometry: Geometry, context: Context, known: int, actions: Sequence[Action], heard: bool
) -> str:
    """What is wrong with what the kernels leave of a memory; empty if nothing is."""
    slots = used(geometry, context)
    raw = sum(geometry.span(block.level) for block in context) * geometry.cost[0]
    params = Params(w_max=raw, memory_shift=1, n_diff=max(1, len(actions)))
    memory = next(rows_of(slots))[:known]
    given = laid(params, geometry, context, [] if heard else memory)
    header, half = given["header"], "memory"
    if heard:
        given["told"], half = filled("told", memory, len(given["told"]), 32), "told"
        header[code.HEARD] = known
    first, at = {}, 0
    for block in context:
        first[block], at = at, at + geometry.slots(block.level)
    places = [min(first[block] for block in consumed(geometry, action)) for action in actions]
    given["actions"] = Memory("actions", [packed(action) for action in actions])
    given["places"] = Memory("places", places)
    called(source, "apply", given | {"done": len(actions)})
    after = context
    for action in actions:
        after = applied(geometry, after, action)
    wanted = list(judge.inherited(geometry, context, tuple(memory), actions, after))
    return wrong_with(
        [
            ("known", header[code.KNOWN], len(wanted)),
            ("memory", list(given[half])[: len(wanted)], wanted),
            ("half", header[code.HALF], int(heard and known > 0)),
            ("heard", header[code.HEARD], 0),
        ]
    )


def edges(geometry: Geometry, context: Context) -> Iterator[int]:
    """How many slots may remember something: up to where any block ends."""
    slots = 0
    yield slots
    for block in context:
        slots += geometry.slots(block.level)
        yield slots


@theorem(
    "memory-in-code",
    "Told a row, the shipped kernels have the means of the spec beside what is remembered, which stays; what they see "
    "is those, leaning as the spec has it, with the highest of each chunk; a row with a misfit is not heard. Once "
    "actions are applied, every slot remembers what the spec has it inherit, of what was told or else as before.",
    clauses="MEM-1 MEM-2 MEM-3 SCO-1",
    technique=Technique.EXHAUSTION,
    bounds="every context of 8 tokens with arity (2, 2), of 6 with arity (2, 3), cost (1, 1, 2), and of 8 with arity "
    "(2, 2), cost (2, 2, 3); any part of it new; three shifts with a lean each, to every token; every choice of up to "
    "2 actions; chunks of 4 slots",
    mutations=[
        Mutation("what is new is averaged, too", "if slot < known:\n", "if True:\n"),
        Mutation("means take the place of what is remembered at once", "        told[first + i] = int(mean)\n",
                 "        told[first + i] = int(mean)\n            memory[first + i] = int(mean)\n"),
        Mutation("peaks are those of the scores", "mean if tags[first + i] >= 1 else", "np.int32(number) if "
                 "tags[first + i] >= 1 else"),
        Mutation("a misfit is heard",
                 "    header[HEARD] = header[SLOTS] if misfits == 0 else 0\n    return bool(misfits",
                 "    header[HEARD] = header[SLOTS]\n    return bool(0"),
        Mutation("a lean is halved by blocks",
                 "halvings = 1 if tags[first] <= 1 else header[SPAN + tags[first]] // header[SPAN]", "halvings = 1"),
        Mutation("a lean grows towards the front", "halvings = max(token - header[CURSOR_TOKEN], 0) // header[SPAN]",
                 "halvings = 0"),
        Mutation("what holds the cursor is half as near", "lean_from(session, slot, token)",
                 "lean_from(session, slot, token + header[SPAN])"),
        Mutation("what lies before the cursor is as near as the end",
                 "lean_before(session, slot, header[LEAN] >> halvings)", "lean_before(session, slot, header[LEAN])"),
        Mutation("a lean does not saturate", "min(fixed[first + i] + added, LIMIT - 1)", "fixed[first + i] + added"),
        Mutation("peaks stay below the lean", "if tags[first] > 0:\n        peaks[first // CHUNK] = max(",
                 "if tags[first] > 99:\n        peaks[first // CHUNK] = max("),
        Mutation("a sum is inherited", "mean = total(means, places[i], counted) // counted",
                 "mean = total(means, places[i], counted)"),
        Mutation("what is new counts as 0", "total(means, places[i], counted) // counted",
                 "total(means, places[i], counted) // before"),
        Mutation("what follows is forgotten", "header[KNOWN] = front + size + rest", "header[KNOWN] = front + size"),
        Mutation("what was told is told again", "        header[HALF] = 1 - header[HALF]\n        header[HEARD] = 0\n",
                 "        header[HALF] = 1 - header[HALF]\n"),
    ],
)  # fmt: skip
def memory_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`take_told`, `lean_to_cursor`, and `apply` with all that it calls, as shipped."""
    source = Source.of(kernels, bug, CHUNK=CHUNK)
    for geometry, last in ((PAIR, 8), (WIDE, 6), (DEAR, 8)):
        cases, telling, wrong = 0, 0, ""
        for context in rows(geometry, 0, last):
            shown = " ".join(f"{level}@{start}" for level, start in context)
            for known in edges(geometry, context):
                slots = used(geometry, context)
                for shift, lean in ((1, 1), (3, 40), (16, MOST)):
                    cases, telling = cases + 1, telling + (0 < known < slots)
                    params = Params(w_max=slots, memory_shift=shift, lean=lean)
                    wrong = wrong or _tried(told_wrong, source, params, geometry, context, known)
                for actions in choices(geometry, context, 2):
                    for heard in (False, True):
                        cases, telling = cases + 1, telling + (known > 0 and bool(actions))
                        wrong = wrong or _tried(inherited_wrong, source, geometry, context, known, actions, heard)
                        if wrong:
                            told = f"context {shown}, {known} slots remember, {named(actions)}: {wrong}"
                            yield Survey("every context", cases, telling, told)
                            return
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}: {cases} cases", cases, telling)


def _tried(check: Any, *given: Any) -> str:
    try:
        return str(check(*given))
    except (Broken, OverflowError) as error:
        return str(error) or "overflow"
