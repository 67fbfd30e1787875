"""Theorems about ties: of what is worth alike, the shipped kernels choose by cursor or by recency, as the spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.engines.memory import Broken, called, filled, ledger_of, memory_of, remember, unpacked
from focalloc.proofs.engines.sessions import remembering, written
from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Session, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.parts import PAIR, WIDE
from focalloc.proofs.theorems.kernels.step import told as named
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State, advanced, opened
from focalloc.spec.violations import violations

SMALL = {"CHUNK": 2, "NEAR": 2, "SAMPLE": 1, "LEAST_STRIDE": 2, "FEW": 2}
"""Constants of the kernels, so small that a small tree has several chunks, a sample of its families, and too many that
are worth alike."""

Settings = dict[str, Any]

ALIKE = ((5,), (-5,), (5, 5, -5), (7, 5, 5), (7, 5, 5, 5, 5, 5), (-5, -5, -5, -7))
"""Scores, laid over the slots again and again: all alike, both kinds, one in some that is better than the others."""

GISTS = tuple(Block(1, 2 * i) for i in range(6))
"""More than are kept on either side of most cursors, in three families."""


@dataclass(frozen=True)
class World:
    """A session before the iteration whose ties are looked at.

    Attributes:
        start: the state in which it opens.
        lead: the iterations before, of each the scores and what is done.
    """

    start: State
    lead: tuple[tuple[Sequence[int], tuple[Action, ...]], ...] = ()

    @property
    def state(self) -> State:
        """The state after them."""
        state = self.start
        for scores, acted in self.lead:
            state = advanced(state, acted, scores)
        return state

    def session(self, row: Sequence[int], cursor: int, answer: Sequence[Action] | str) -> Session:
        """The session in which this is the answer."""
        steps = [{"scores": scores} for scores, _ in self.lead]
        last: dict[str, Any] = {"scores": row, "cursor": cursor - self.start.context[0].start}
        return written(self.start, [*steps, last], [*(acted for _, acted in self.lead), answer], "", "enhanced")


CURSOR: Settings = {"tie_break": "cursor", "cooldown_steps": 2}
RECENCY: Settings = {"tie_break": "recency", "cooldown_steps": 1, "recency_memory": 4}


def world(geometry: Geometry, context: Context, cap: int, settings: Settings, *acted: Action | None) -> World | None:
    """How ``context`` came about by ``acted``, one in each iteration or nothing; None if it cannot have."""
    lead: list[tuple[Sequence[int], tuple[Action, ...]]] = []
    for action in reversed(acted):
        told = remembering(geometry, context, action, 0) if action else (context, [[0] * used(geometry, context)])
        if told is None:
            return None
        context, (scores,) = told
        lead.insert(0, (scores, (action,) if action else ()))
    raw = sum(geometry.span(block.level) for block in context) * geometry.cost[0]
    params = Params(w_max=raw, n_diff=cap, strategy="enhanced", tau_expand=1, tau_collapse=1, **settings)
    return World(opened(geometry, params, context), tuple(lead))


def made(geometry: Geometry, context: Context) -> list[Action]:
    """Every action that can have led to a context."""
    collapsed = [Action("collapse", *block) for block in context if block.level > 0]
    return collapsed + [Action("expand", *node) for node in complete_families(geometry, context)]


def of_contexts(
    geometry: Geometry, first: int, last: int, settings: Settings, *, led: bool = False
) -> Iterator[World | None]:
    """Every context of these tokens; ``led`` for each way that its latest part can have come about."""
    for context, cap in product(rows(geometry, first, last), (1, 3)):
        yield world(geometry, context, cap, settings)
        for acted in made(geometry, context) if led else ():
            yield world(geometry, context, cap, settings, acted)


def tied(source: Source, state: State, row: Sequence[int], cursor: int) -> list[Action] | str:
    """What the kernels of ``source`` answer, in as much work space as production has; as text, why they do not."""
    tables: dict[str, Any] = memory_of(Tables(state.geometry, state.params, state.context), SMALL["CHUNK"])
    header, by_cursor = tables["header"], state.params.tie_break == "cursor"
    acted, when = remembered(state, state.params.memory)
    history = code.History(0, 0, [], []) if by_cursor else code.History(len(acted), state.params.memory, acted, when)
    cooling, since = remembered(state, state.params.min_gap)
    remember(tables, list(zip(cooling, since, strict=True)), state.iteration)
    header[code.CURSOR_TOKEN] = cursor
    tables["fixed"] = worth = filled("fixed", row, len(tables["fixed"]), 32)
    sides = 1 if cursor == header[code.END] else 2
    cells = min(sides * (header[code.N_DIFF] + history.size + len(cooling)), header[code.SLOTS])
    columns = [filled(name, [], cells) for name in code.Ties._fields[3:]]
    try:
        if header[code.MULTI_SLOT]:
            worth = filled("worth", [], len(worth), 32)
            called(source, "blend", tables | {"worth": worth})
        called(source, "survey", tables | {"worth": worth})
        called(source, "begin", tables)
        done = called(source, "select_tied", tables | {"ties": code.Ties(by_cursor, history, worth, *columns)})
    except Broken as error:
        return str(error)
    return [unpacked(tables["actions"][turn]) for turn in range(done)]


def remembered(state: State, memory: int) -> tuple[list[int], list[int]]:
    """The actions of the last ``memory`` iterations, longest ago first, and when they happened."""
    entries = sorted((when, action) for action, when in ledger_of(state))
    lately = [(when, action) for when, action in entries if state.iteration - when < memory]
    return [action for _, action in lately], [when for when, _ in lately]


def compared(name: str, source: Source, worlds: Iterable[World | None]) -> Survey:
    """Every row of scores in every world, and every cursor if ties go by it, by the spec.

    A case tells something where the cursor at the end, or a ledger without anything, would lead to another answer.
    """
    cases, telling = 0, 0
    for one, pattern in product(filter(None, worlds), ALIKE):
        state = one.state
        row = [pattern[slot % len(pattern)] for slot in range(state.used)]
        by_cursor = state.params.tie_break == "cursor"
        usual = tied(source, state if by_cursor else replace(state, ledger={}), row, state.end)
        for cursor in range(state.context[0].start, state.end + 1) if by_cursor else (state.end,):
            answer = tied(source, state, row, cursor)
            cases, telling = cases + 1, telling + (answer != usual)
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
    "at the end; six rows of scores with many alike; chunks of 2 slots",
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
                 "wanted = room + count_collapses(session.header, session.ledger_action)", "wanted = room"),
    ],
    full=True,
)  # fmt: skip
def ties_by_cursor_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`select_tied` and all that it calls, as shipped."""
    source = Source.of(kernels, bug, **SMALL)
    yield compared("every context", source, of_contexts(PAIR, 4, 12, CURSOR))
    yield compared("gists of two slots", source, of_contexts(WIDE, 0, 6, CURSOR))
    resting = product((1, 2), made(PAIR, GISTS))
    yield compared("something rests", source, (world(PAIR, GISTS, cap, CURSOR, acted) for cap, acted in resting))


@theorem(
    "ties-by-recency-in-code",
    "The shipped kernels answer as the spec has it where ties go by recency: of candidates that are worth alike those "
    "act first whose node was acted on longest ago or is not remembered, of those as long ago the earlier.",
    clauses="TIE-2 GRE-2 GRE-3 GRE-6",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2), every context of 8 tokens, and of 6 with arity (2, 3), cost (1, 1, 2), with n_diff 1 and 3, "
    "after nothing and after each action that can have led to it; six gists in three families with n_diff 1 and 2, "
    "after each two actions, with an iteration between or behind them and without; recency_memory 4; six rows of "
    "scores with many alike; chunks of 2 slots",
    mutations=[
        Mutation("the youngest acts first", "ages[i] = min(history.memory, now - history.iterations[j])",
                 "ages[i] = 2 * history.memory - now + history.iterations[j]"),
        Mutation("the youngest of few acts first", "min(history.memory, now - history.iterations[latest])",
                 "2 * history.memory - now + history.iterations[latest]"),
        Mutation("what is not remembered acts last", "        ages[i] = history.memory\n", "        ages[i] = 0\n"),
        Mutation("another node that starts there counts", "if i >= 0 and ties.nodes[i] == node:", "if i >= 0:"),
        Mutation("what has acted takes an expand's place", "least, wanted + remembered - above,",
                 "least, wanted - above,"),
        Mutation("what is above the last of the best few is left out", "if worth[slot] >= lowest and tags[slot] >= 1",
                 "if worth[slot] == least and tags[slot] >= 1"),
        Mutation("a few collapses always do", "and not suffices(ties, size, room):", "and False:"),
        Mutation("collapses as good as the last of the best few are left out", "if score < (1 - lowest) * width:",
                 "if score < -lowest * width:"),
        Mutation("the best few expands always do", "and not suffices(ties, left, room):", "and False:"),
        Mutation("what has acted will do", "or ages[i] == ties.history.memory else 0", "or True else 0"),
        Mutation("of the last rank the first are kept, however old", "left, key_of(ages[i], i), i)",
                 "left, key_of(0, i), i)"),
        Mutation("one chunk too few is looked at", "worst_useful_chunk(header, peaks, room, session.chunk_keys,",
                 "worst_useful_chunk(header, peaks, room - 1, session.chunk_keys,"),
        Mutation("what has acted takes a collapse's place", "least, room + remembered - above,",
                 "least, room - above,"),
        Mutation("ages count for more than ranks", "rise(keys, order, turn, key_of(ranks[keys_by_age[turn]], turn), ",
                 "rise(keys, order, turn, key_of(0, turn), "),
    ],
    full=True,
)  # fmt: skip
def ties_by_recency_in_code(bug: Mutation) -> Iterator[Evidence]:
    """The same kernels, by what is remembered."""
    source = Source.of(kernels, bug, **SMALL)
    yield compared("every context", source, of_contexts(PAIR, 4, 12, RECENCY, led=True))
    yield compared("gists of two slots", source, of_contexts(WIDE, 0, 6, RECENCY, led=True))
    acted = made(PAIR, GISTS)
    gaps = (((), ()), ((None,), ()), ((), (None,)))
    leads = product((1, 2), acted, gaps, acted)
    several = (world(PAIR, GISTS, cap, RECENCY, a, *gap, b, *rest) for cap, a, (gap, rest), b in leads)
    yield compared("several acted", source, several)
