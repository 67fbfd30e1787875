"""Theorems about ties: of what is worth alike, the shipped kernels choose by distance from the cursor, as the spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.engines.memory import Broken, called, filled, memory_of, packed, unpacked
from focalloc.proofs.engines.sessions import remembering, written
from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Session, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.parts import PAIR, WIDE
from focalloc.proofs.theorems.kernels.step import told as named
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, Context
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State, advanced, opened
from focalloc.spec.violations import violations

SMALL = {"CHUNK": 2, "NEAR": 2, "SAMPLE": 1}
"""Constants of the kernels, so small that a small tree has several chunks and a sample of its families."""

ALIKE = ((5,), (-5,), (5, 5, -5), (7, 5, 5), (-5, -5, -5, -7))
"""Scores, laid over the slots again and again: all alike, both kinds, one in some that is better than the others."""

GISTS = tuple(Block(1, 2 * i) for i in range(6))
"""More than are kept on either side of most cursors, in three families."""


@dataclass(frozen=True)
class World:
    """A session before the iteration that is told a cursor.

    Attributes:
        start: the state in which it opens.
        lead: the scores of an iteration before, if there is one.
        acted: what that does, which rests in the other.
    """

    start: State
    lead: tuple[int, ...] = ()
    acted: tuple[Action, ...] = ()

    @property
    def state(self) -> State:
        """The state in which the cursor is told."""
        return advanced(self.start, self.acted, self.lead) if self.acted else self.start

    def session(self, row: Sequence[int], cursor: int, answer: Sequence[Action] | str) -> Session:
        """The session in which this is the answer."""
        steps: list[dict[str, Any]] = [{"scores": self.lead}] if self.acted else []
        steps.append({"scores": row, "cursor": cursor - self.start.context[0].start})
        return written(self.start, steps, [*([self.acted] if self.acted else []), answer], "", "enhanced")


def opening(geometry: Geometry, context: Context, cap: int) -> State:
    """A session on a context, with room for whatever expands."""
    raw = sum(geometry.span(block.level) for block in context) * geometry.cost[0]
    bars = {"tau_expand": 1, "tau_collapse": 1, "cooldown_steps": 2}
    return opened(geometry, Params(w_max=raw, n_diff=cap, strategy="enhanced", tie_break="cursor", **bars), context)


def plain(geometry: Geometry, first: int, last: int) -> Iterator[World]:
    """Every context of these tokens."""
    for context, cap in product(rows(geometry, first, last), (1, 3)):
        yield World(opening(geometry, context, cap))


def resting(geometry: Geometry, context: Context) -> Iterator[World]:
    """A context of which one part has just come about, every one in turn."""
    made = [Action("collapse", *block) for block in context if block.level > 0]
    made += [Action("expand", *node) for node in complete_families(geometry, context)]
    for acted, cap in product(made, (1, 2)):
        if led := remembering(geometry, context, acted, 0):
            before, (scores,) = led
            yield World(opening(geometry, before, cap), tuple(scores), (acted,))


def tied(source: Source, state: State, row: Sequence[int], cursor: int) -> list[Action]:
    """What the kernels of ``source`` answer, in as much work space as production has."""
    tables: dict[str, Any] = memory_of(Tables(state.geometry, state.params, state.context), SMALL["CHUNK"])
    header, entries = tables["header"], state.ledger.items()
    acted = [packed(Action(entry.kind, *node)) for node, entry in entries]
    header[code.ITERATION], header[code.LEDGER_TO], header[code.CURSOR_TOKEN] = state.iteration, len(acted), cursor
    for name, known in (("ledger_action", acted), ("ledger_iteration", [entry.iteration for _, entry in entries])):
        tables[name] = filled(name, known, len(tables[name]))
    tables["fixed"] = worth = filled("fixed", row, len(tables["fixed"]), 32)
    if header[code.MULTI_SLOT]:
        worth = filled("worth", [], len(worth), 32)
        called(source, "blend", tables | {"worth": worth})
    called(source, "survey", tables | {"worth": worth})
    sides = 1 if cursor == header[code.END] else 2
    cells = min(sides * (header[code.N_DIFF] + len(acted)), header[code.SLOTS])
    columns = [filled(name, [], cells) for name in code.Ties._fields[3:]]
    called(source, "begin", tables)
    done = called(
        source, "select_tied", tables | {"ties": code.Ties(True, code.History(0, 0, [], []), worth, *columns)}
    )
    return [unpacked(tables["actions"][turn]) for turn in range(done)]


def compared(name: str, source: Source, worlds: Iterator[World]) -> Survey:
    """Every row of scores in every world, and every cursor, by the spec; it tells where the end would not do."""
    cases, telling = 0, 0
    for one, pattern in product(worlds, ALIKE):
        state, at_end = one.state, None
        row = [pattern[slot % len(pattern)] for slot in range(state.used)]
        for cursor in range(state.end, state.context[0].start - 1, -1):
            cases += 1
            try:
                answer: list[Action] | str = tied(source, state, row, cursor)
            except Broken as error:
                answer = str(error)
            at_end = answer if at_end is None else at_end
            telling += answer != at_end
            wrong = answer if isinstance(answer, str) else faults(state, row, answer, cursor)
            if wrong:
                told = f"{list(map(tuple, state.context))}, scores {row}, cursor {cursor}: {wrong}"
                return Survey(name, cases, telling, told, session=partial(one.session, row, cursor, answer))
    return Survey(name, cases, telling)


def faults(state: State, row: Sequence[int], answer: Sequence[Action], cursor: int) -> str:
    """What the spec finds in an answer, first; empty if nothing."""
    found = violations(state, row, answer, "enhanced", cursor)
    return f"{named(answer)}: {found[0]}" if found else ""


@theorem(
    "ties-by-cursor-in-code",
    "The shipped kernels answer as the spec has it where ties go by the cursor: of candidates that are worth alike the "
    "nearest expands first and the farthest collapses first, of those as far the earlier, wherever in the context the "
    "cursor stands or at its end, whatever rests.",
    clauses="CUR-1 TIE-1 GRE-2 GRE-3 GRE-6",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2), every context of 8 tokens, and of 6 with arity (2, 3), cost (1, 1, 2), with n_diff 1 and 3; "
    "six gists in three families, each part of which rests in turn, with n_diff 1 and 2; a cursor at every token and "
    "at the end; five rows of scores with many alike; chunks of 2 slots",
    mutations=[
        Mutation("the cursor is ignored",
                 "far = distance(header, header[CURSOR_TOKEN], node)\n"
                 "    further = distance(header, header[CURSOR_TOKEN], other)",
                 "far = distance(header, header[END], node)\n    further = distance(header, header[END], other)"),
        Mutation("what lies before the cursor is measured from its start", "cursor - end_of(header, node), 0)",
                 "cursor - node // LEVELS, 0)"),
        Mutation("what lies behind the cursor is measured from its end", "max(node // LEVELS - cursor,",
                 "max(end_of(header, node) - cursor,"),
        Mutation("less than a span is a distance", "cursor - end_of(header, node), 0) // header[SPAN]",
                 "cursor - end_of(header, node), 0)"),
        Mutation("the nearest collapses first", "number = size - turn if kind == COLLAPSE else turn", "number = turn"),
        Mutation("of two as far the later expands first", "(far == further and kind == COLLAPSE)", "far == further"),
        Mutation("of two as far the later collapses first", "(far == further and kind == COLLAPSE)", "False"),
        Mutation("all lies behind the cursor",
                 "behind = slot_holding(session, session.header[CURSOR_TOKEN]) if ties.by_cursor else 0",
                 "behind = 0"),
        Mutation("of what lies before the cursor the farthest are kept",
                 "place = slots - 1 - slot if backwards else slot", "place = slot"),
        Mutation("collapses are looked for from the front on",
                 "if precedes_by_distance(header, COLLAPSE, family_node[low], family_node[high]):", "if True:"),
        Mutation("collapses are kept by place", "if ties.by_cursor and header[CURSOR_TOKEN] != header[END]:",
                 "if False:"),
        Mutation("what rests takes another's place",
                 "spare = ties.history.size + count_collapses(header, ledger_action)", "spare = ties.history.size"),
    ],
)  # fmt: skip
def ties_by_cursor_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`select_tied` and all that it calls, as shipped."""
    source = Source.of(kernels, bug, **SMALL)
    yield compared("every context", source, plain(PAIR, 4, 12))
    yield compared("gists of two slots", source, plain(WIDE, 0, 6))
    yield compared("something rests", source, resting(PAIR, GISTS))
