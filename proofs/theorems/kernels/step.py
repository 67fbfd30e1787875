"""Theorems about the whole step that ships: one iteration from any state, against the reference and the spec.

The context is every row of blocks of a small tree in turn; scores, parameters, clock and ledger are symbolic. The
source of the kernels is run on them once for each way it can go, on production's own tables. On every such path the
answer must be the reference's, the spec's predicates must find nothing in it, and what is left must be what the spec
says the actions make: the context, its families, and a ledger that remembers enough. As a step begins from any state
in which this holds and leaves one in which it holds, it holds for any number of iterations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import z3

from focalloc.fastpath import kernels
from focalloc.fastpath import tables as layout
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.engines.forking import Explorer, SymBool, Undecided, lifted
from focalloc.proofs.engines.helpers import record
from focalloc.proofs.engines.intervals import Intervals
from focalloc.proofs.engines.memory import Broken, Memory, called, filled, memory_of, packed, unpacked
from focalloc.proofs.engines.merging import INT64, UNWRITTEN, Cells, Kernel
from focalloc.proofs.engines.sessions import SEARCHED, by_search, drawn, example, of_kernels
from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.terms import Term, both, some, total
from focalloc.proofs.theorem import Evidence, Obligation, Session, Survey, Technique, theorem
from focalloc.proofs.theorems.kernels.queues import SCORE, TURN_BUGS, content, safe, scores, within
from focalloc.refimpl.candidates import family_length
from focalloc.refimpl.greedy import greedy
from focalloc.spec.actions import OPPOSITE, Action, applied, impossible_collapse, impossible_expand, signed_delta
from focalloc.spec.blocks import Block, Context, end, used
from focalloc.spec.candidates import not_fresh, over_budget, possible_actions, tail_collapse
from focalloc.spec.cooldown import Entry, too_early
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State
from focalloc.spec.violations import over_cap

SMALL = {"NEAR": 2, "SAMPLE": 1, "LEAST_STRIDE": 2}
"""Constants of the kernels, so small that a small tree counts tokens both ways and samples its families."""


class Remembered:
    """A ledger whose entries are unknown: which node each is about is decided when somebody asks."""

    def __init__(self, acted: Sequence[Any], when: Sequence[Any]) -> None:
        self._entries = list(zip(acted, when, strict=True))

    def get(self, node: Block) -> Entry | None:
        """The latest action on ``node``."""
        for kind in ("expand", "collapse"):
            for action, iteration in self._entries:
                if action == packed(Action(kind, *node)):
                    return Entry(kind, iteration)
        return None


@dataclass(frozen=True)
class Small:
    """A small tree.

    Attributes:
        geometry: its shape.
        first: token at which contexts begin.
        last: token at which they end; every row of blocks in between is a context.
        cap: n_diff.
        entries: how many actions the ledger holds, on different nodes.
        soft: whether there is a soft budget.
        chunk: slots per chunk, so few that there are several.
    """

    geometry: Geometry
    first: int
    last: int
    cap: int
    entries: int = 0
    soft: bool = False
    chunk: int = 2


class World:
    """One context, and a step on it from any scores, parameters, clock and ledger.

    Args:
        small: the geometry, and what is known of parameters and ledger.
        context: the row of blocks before the step.
        bug: what is planted in the kernels.
    """

    def __init__(self, small: Small, context: Context, bug: Mutation) -> None:
        self.geometry, self.context, self.cap, self.entries = small.geometry, context, small.cap, small.entries
        self.chunk, self.soft = small.chunk, small.soft
        geometry, cap, entries = small.geometry, small.cap, small.entries
        self.slots = used(geometry, context)
        raw = (end(geometry, context[-1]) - context[0].start) * geometry.cost[0]
        self.made = layout.Tables(geometry, Params(w_max=raw, n_diff=cap), context)
        self.source = Source.of(kernels, bug, CHUNK=small.chunk, **SMALL)
        # an int of a symbolic number would be one number in particular
        self.source.python["step"].__globals__["int"] = lambda number: number
        self.unknown: dict[str, Term] = {}
        self.assume: list[Term] = []
        self.params = record(
            w_max=self._between("w_max", 1, raw),
            w_soft=self._between("w_soft", 1, raw),
            n_diff=cap,
            tau_expand=self._between("tau_expand", 0, SCORE - 1),
            tau_collapse=self._between("tau_collapse", 0, SCORE - 1),
            soft_margin=self._between("soft_margin", 0, SCORE - 1),
            cooldown_steps=self._between("cooldown_steps", 1, 2**31),
            protected_tokens=self._between("protected_tokens", 0, 2**48),
            tie_break="position",
        )
        self.now = lifted(self._between("iteration", 0, 2**60))
        self.scores = [lifted(self._between(f"score{i}", 1 - SCORE, SCORE - 1)) for i in range(self.slots)]
        self.peaks = [lifted(self._peak(chunk)) for chunk in range(-(-self.slots // self.chunk))]
        acted = [self._between(f"acted{i}", 0, 2**54) for i in range(entries)]
        when = [self._between(f"acted{i}_in", 0, 2**60) for i in range(entries)]
        if small.soft:
            self.assume.append(self.unknown["w_soft"] <= self.unknown["w_max"])
        else:
            self.params.w_soft, self.params.soft_margin = self.params.w_max, 0
        self.assume += [before <= after for before, after in pairwise([*when, self.unknown["iteration"]])]
        nodes = [one / 2 for one in acted]
        self.assume += [z3.Distinct(nodes)] if entries > 1 else []
        self.acted, self.when = [lifted(one) for one in acted], [lifted(one) for one in when]
        self.intervals = Intervals(self.assume)
        self.explorer = Explorer(tuple(self.assume))
        self.telling = 0
        self.bounded: dict[int, tuple[Term, bool]] = {}

    def _between(self, name: str, low: int, high: int) -> Term:
        self.unknown[name] = z3.Int(name)
        self.assume.append(within(low, self.unknown[name], high))
        return self.unknown[name]

    def _peak(self, chunk: int) -> Term:
        """The highest aggregate in a chunk, or a bound on it if gists take several slots."""
        peak = self._between(f"peak{chunk}", code.LOWEST, SCORE - 1)
        found = aggregates(self.geometry, self.context, [score.term for score in self.scores], self.chunk, chunk)
        self.assume += [peak >= one for one in found]
        if not self.made.header[code.MULTI_SLOT]:
            self.assume.append(some(peak == one for one in found) if found else peak == code.LOWEST)
        return peak

    def example(self, facts: Sequence[Term]) -> dict[str, int]:
        """Values that meet ``facts``, small ones if there are such, and such as a session leads to."""
        known = self.unknown
        wishes = [known["cooldown_steps"] <= 3, known["iteration"] <= 4, known["protected_tokens"] <= 8]
        wishes += [known["w_max"] >= room for room in (2 * self.slots, self.slots)] if self.entries else []
        wishes += [known[name] <= 9 for name in ("tau_expand", "tau_collapse", "soft_margin")]
        wishes += [within(-99, term, 99) for name, term in known.items() if name.startswith("score")]
        possible = sorted(possible_actions(self.geometry, set(self.context)))
        undone = [packed(Action(OPPOSITE[one.kind], *one.node)) for one in possible]
        wishes += [some(known["acted0"] == one for one in undone)] if self.entries else []
        wishes += [when >= 1 for name, when in known.items() if name.endswith("_in")]
        return example(facts, known, wishes)

    def session(self, values: Mapping[str, int], note: str) -> Session | None:
        """The session in which the kernels meet these values in this context; None if the spec is content with it."""
        fixed: dict[str, Any] = {name: values[name] for name in (
            "w_max", "tau_expand", "tau_collapse", "soft_margin", "cooldown_steps", "protected_tokens"
        )}  # fmt: skip
        fixed |= {"w_soft": values["w_soft"]} if self.soft else {"w_soft": 0, "soft_margin": 0}
        params = Params(n_diff=self.cap, **fixed)
        scores = [values[f"score{i}"] for i in range(self.slots)]
        history = None
        if self.entries:
            history = unpacked(values["acted0"]), values["iteration"] - values["acted0_in"]
        source = self.source.again()
        found = of_kernels(source, self.geometry, params, self.context, scores, note, history)
        return found or drawn(source, SEARCHED)

    def _watch(self, number: Term) -> None:
        """Have every number that the kernels compute fit into 64 bits."""
        key = number.get_id()
        if key not in self.bounded:
            bounds = self.intervals(number)
            self.bounded[key] = number, bounds is not None and bounds[0] >= INT64[0] and bounds[1] <= INT64[1]
        if self.bounded[key][1]:
            return
        if not SymBool(within(INT64[0], number, INT64[1])):
            raise Broken(f"{number} does not fit into 64 bits")

    def step(self) -> tuple[dict[str, Memory], list[Action]]:
        """Run the kernels; return their tables and the answer."""
        tables = memory_of(self.made, self.chunk)
        header, params = tables["header"], self.params
        for name, value in {
            "W_MAX": params.w_max, "W_SOFT": params.w_soft, "TAU_EXPAND": params.tau_expand,
            "TAU_COLLAPSE": params.tau_collapse, "SOFT_MARGIN": params.soft_margin, "MIN_GAP": params.cooldown_steps,
            "PROTECTED": params.protected_tokens, "ITERATION": self.now, "LEDGER_TO": self.entries,
        }.items():  # fmt: skip
            header[getattr(code, name)] = value
        for name, known in (
            ("ledger_action", self.acted), ("ledger_iteration", self.when), ("fixed", self.scores),
            ("peaks", self.peaks),
        ):  # fmt: skip
            tables[name] = filled(name, known, len(tables[name]), 32 if name in ("fixed", "peaks") else 64)
        self.explorer.watch = self._watch
        try:
            done = called(self.source, "step", tables)
        finally:
            self.explorer.watch = None
        return tables, [unpacked(tables["actions"][q].__index__()) for q in range(done)]

    def wrong(self) -> str:
        """What is wrong with one path; empty if nothing is."""
        try:
            tables, answer = self.step()
            self.telling += bool(answer)
            state = State(self.geometry, self.params, self.context, Remembered(self.acted, self.when), self.now)  # type: ignore[arg-type]
            expected = greedy(state, self.scores)
            if answer != expected:
                return f"answered {told(answer)}, the reference {told(expected)}"
            self._judge(answer)
            self._compare(tables, answer)
        except Broken as error:
            return str(error)
        return ""

    def _judge(self, answer: Sequence[Action]) -> None:
        """Ask the spec's own predicates of every prefix."""
        geometry, params, ledger = self.geometry, self.params, Remembered(self.acted, self.when)
        context, slots = self.context, self.slots
        found = over_cap(self.cap, answer)
        for action in answer:
            blocks = set(context)
            slots += signed_delta(geometry, action)
            found += impossible_expand(blocks, action) + impossible_collapse(geometry, blocks, action)
            found += not_fresh(geometry, set(self.context), action) + over_budget(params, slots, action)
            found += tail_collapse(geometry, params, end(geometry, context[-1]), action)
            found += too_early(ledger, action, self.now + 1, params.cooldown_steps)  # type: ignore[arg-type]
            if found:
                raise Broken("; ".join(str(one) for one in found))
            context = applied(geometry, context, action)

    def _compare(self, tables: dict[str, Memory], answer: Sequence[Action]) -> None:
        """Compare what is left with what the actions make."""
        geometry, after = self.geometry, self.context
        for action in answer:
            after = applied(geometry, after, action)
        tags, families = laid_out(geometry, after)
        header = tables["header"]
        live, count = int(header[code.LEDGER_FROM]), int(header[code.FAMILIES])
        left = {
            "slots": (header[code.SLOTS], len(tags)),
            "tags": (list(tables["tags"])[: len(tags)], tags),
            "families": (list(zip(tables["family_slot"], tables["family_node"], strict=True))[:count], families),
            "iteration": (header[code.ITERATION], self.now + 1),
            "end": (header[code.END], end(geometry, after[-1])),
            "ledger's end": (header[code.LEDGER_TO], self.entries + len(answer)),
        }  # fmt: skip
        # A recorded action is kept exactly as long as it can forbid something; the new ones come last.
        aged = [self.now + 1 - when >= self.params.cooldown_steps for when in self.when]
        left |= {f"entry {i} kept": (i >= live, not one) for i, one in enumerate(aged)}
        entries = zip(tables["ledger_action"], tables["ledger_iteration"], strict=True)
        events = [*zip(self.acted, self.when, strict=True), *((packed(one), self.now + 1) for one in answer)]
        left |= {f"event {i}": pair for i, pair in enumerate(zip(entries, events, strict=False)) if i >= live}
        for name, (found, wanted) in left.items():
            if found != wanted:
                raise Broken(f"after {told(answer)}: {name} {found}, should be {wanted}")


def laid_out(geometry: Geometry, context: Context) -> tuple[list[int], list[tuple[int, int]]]:
    """The tags of a context, and the first slot and the packed node of each of its complete families."""
    tags: list[int] = []
    families: list[tuple[int, int]] = []
    for i, block in enumerate(context):
        if family_length(geometry, context, i):
            families.append((len(tags), block.start * code.LEVELS + block.level + 1))
        inside = code.BODY if block.level else code.RAW
        tags += [block.level] + [inside] * (geometry.slots(block.level) - 1)
    return tags, families


def aggregates(geometry: Geometry, context: Context, scored: Sequence[Term], length: int, chunk: int) -> list[Term]:
    """Floor of the mean score of each gist that begins in a chunk of this length."""
    found, slot = [], 0
    for block in context:
        slots = geometry.slots(block.level)
        if block.level > 0 and slot // length == chunk:
            found.append(total(scored[slot : slot + slots]) / slots)
        slot += slots
    return found


def told(answer: Iterable[Action]) -> str:
    """An answer in few characters."""
    return ", ".join(f"{kind} {level}@{start}" for kind, level, start in answer) or "nothing"


def surveyed(small: Small, bug: Mutation) -> Iterator[Evidence]:
    """Every path of every context."""
    cases, telling, wrong, undecided = 0, 0, "", ""
    session = None
    for context in reversed(list(rows(small.geometry, small.first, small.last))):  # few blocks first, on few paths
        world = World(small, context, bug)
        try:
            for path in world.explorer.paths(world.wrong):
                cases += 1
                if path.result:
                    values = world.example(path.conditions)
                    told_values = ", ".join(f"{name} = {value}" for name, value in sorted(values.items()))
                    wrong = f"context {[tuple(block) for block in context]}: {path.result}; {told_values}"
                    session = partial(world.session, values, f"context {list(map(tuple, context))}: {path.result}")
                    break
        except Undecided as error:
            undecided = str(error)
        telling += world.telling
        if wrong:
            break
    shape = small.geometry
    what = f"{', soft budget' if small.soft else ''}{f', {small.entries} remembered' if small.entries else ''}"
    name = f"arity {shape.arity}, cost {shape.cost}, n_diff {small.cap}{what}: {cases} paths"
    yield Survey(name, cases, telling, wrong, undecided, session)


STEP_BUGS = [
    *(bug for bug in TURN_BUGS if bug.name != "the refund is counted twice"),
    Mutation("a partial family collapses", "for i in range(header[FANOUT + level + 1]):\n        if tags[first",
             "for i in range(header[FANOUT + level + 1] - 1):\n        if tags[first"),
    Mutation("an unaligned family collapses",
             "first = slot - start % header[SPAN + level + 1] // header[SPAN + level] * stride", "first = slot"),
    Mutation("a collapse at its threshold",
             "if score < -bar * slots:", "if score <= -bar * slots:"),
    Mutation("an aggregate is truncated", "sought.cursor, node) - score // slots",
             "sought.cursor, node) + -score // slots"),
    Mutation("the cooldown is forgotten one iteration early", "- ledger_iteration[at] >= header[MIN_GAP]:",
             "- ledger_iteration[at] + 1 >= header[MIN_GAP]:"),
    Mutation("the cooldown lasts one iteration longer", "- ledger_iteration[at] >= header[MIN_GAP]:",
             "- ledger_iteration[at] - 1 >= header[MIN_GAP]:"),
    Mutation("a collapse touches the protected tail",
             "node = family_node[family]\n            if end_of(header, node) > last_end:",
             "node = family_node[family]\n            if node // LEVELS > last_end:"),
    Mutation("a family is listed twice", "if slot < behind or end > ahead or is_pinned(", "if is_pinned("),
]  # fmt: skip

PAIR = Geometry((2, 2))
WIDE = Geometry((2, 3), (1, 1, 2))
DEAR = Geometry((2, 2), (2, 2, 3))

TELLING = {
    "a partial family collapses": Small(Geometry((2, 2, 2)), 0, 8, cap=1, chunk=4),
    "N_diff tested once per round": Small(PAIR, 2, 8, cap=1),
    "a removed child stays in the queue": Small(PAIR, 2, 8, cap=3),
    "the cooldown is forgotten one iteration early": Small(Geometry((2,)), 0, 4, cap=2, entries=1),
    "the cooldown lasts one iteration longer": Small(Geometry((2,)), 0, 4, cap=2, entries=1),
}
"""Planted bug -> where it shows, if not in the first world."""

SENTENCE = (
    "From any state the shipped step answers what the reference answers, keeps every safety clause on every prefix, "
    "and leaves the context, the families and the ledger that its answer makes; so it does in every iteration."
)
CLAUSES = "CTX-6 ACT-3 ACT-4 ACT-5 CAP-1 BUD-1 COO-1 COO-2 TAI-1 THR-1 SOF-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6"
ASSUMES = (
    "a ledger in order with one entry per node, no more entries than stated; peaks of chunks are the highest "
    "aggregates in them, or where gists take several slots no lower (peaks-are-bounds)"
)


@theorem(
    "step-is-the-reference",
    SENTENCE,
    clauses=CLAUSES,
    technique=Technique.STEP_INDUCTION,
    bounds="every context, score, parameter and clock; arity (2, 2) on 4 tokens with n_diff 4 and 1; arity (2,) "
    "on 4 with n_diff 2 and an action remembered; arity (2,), cost (2, 3) on 2 with n_diff 3; "
    "a soft budget on the first",
    assumes=ASSUMES,
    mutations=STEP_BUGS,
    heavy=True,
)
def step_is_the_reference(bug: Mutation) -> Iterator[Evidence]:
    """`step` and all that it calls, as shipped."""
    worlds = [
        Small(PAIR, 0, 4, cap=4, soft=True),
        Small(Geometry((2,)), 0, 4, cap=2, entries=1),
        Small(PAIR, 0, 4, cap=1),
        Small(Geometry((2,), (2, 3)), 0, 2, cap=3),
    ]
    if bug is not AS_SHIPPED:
        worlds = [TELLING.get(bug.name, worlds[0])]
    for small in worlds:
        yield from surveyed(small, bug)


@theorem(
    "step-is-the-reference-8",
    "The same on eight tokens, and with an action remembered.",
    clauses=CLAUSES,
    technique=Technique.STEP_INDUCTION,
    bounds="every context, score, parameter and clock; arity (2, 2, 2) on 8 tokens with n_diff 2; arity (2, 2) on 6 "
    "with n_diff 3; arity (2, 3), costs (1, 1, 1) and (1, 1, 2), on 6 with n_diff 3; arity (2, 2), cost (2, 2, 3) on "
    "4 with n_diff 3; arity (2, 2) on 4 with n_diff 4 and an action remembered; no soft budget",
    assumes=ASSUMES,
    mutations=[bug for bug in STEP_BUGS if bug.name in ("a partial family collapses", "an aggregate is truncated")],
    full=True,
    heavy=True,
)
def step_is_the_reference_8(bug: Mutation) -> Iterator[Evidence]:
    """As `step_is_the_reference`."""
    worlds = [
        Small(PAIR, 0, 4, cap=4, entries=1),
        Small(PAIR, 2, 8, cap=3),
        Small(Geometry((2, 3)), 0, 6, cap=3, chunk=4),
        Small(WIDE, 0, 6, cap=3, chunk=4),
        Small(DEAR, 0, 4, cap=3, chunk=4),
        Small(Geometry((2, 2, 2)), 0, 8, cap=2, chunk=4),
    ]
    for small in worlds:
        yield from surveyed(small, bug)


@theorem(
    "peaks-are-bounds",
    "The peak of a chunk is the highest aggregate of the gists that begin in it; where some take other numbers of "
    "slots than one, two at one level and four at one, or nothing in it is above the threshold, it is no lower than "
    "that.",
    clauses="SCO-3 GRE-2 GRE-6",
    technique=Technique.MERGING,
    bounds="every context of 4 tokens with arity (2, 2), of 8 with arity (2, 3), cost (1, 1, 2), of 4 with arity "
    "(2, 2), cost (2, 2, 3); chunks of 2 slots",
    assumes="nothing",
    mutations=[
        Mutation("the last chunk is left out", "if whole * CHUNK < slots:\n        peaks[whole] = LOWEST",
                 "if False:\n        peaks[whole] = LOWEST"),
        Mutation("a gist that reaches beyond its chunk is cut off",
                 "while slot < slots and tags[slot] == BODY:", "while slot < slots and False:"),
        Mutation("the last gist of a chunk makes its peak", "peak = max(peak, mean if tags[at] >= 1",
                 "peak = max(LOWEST, mean if tags[at] >= 1"),
        Mutation("the last chunk goes by the first score of each gist",
                 "highest = max(highest, total(fixed, slot, units) // units)", "highest = max(highest, fixed[slot])"),
    ],
)  # fmt: skip
def peaks_are_bounds(bug: Mutation) -> Iterator[Evidence]:
    """`survey` and `bound` as shipped."""
    for geometry, first, last, exact in ((PAIR, 0, 4, True), (WIDE, 4, 12, True), (DEAR, 0, 4, False)):
        for context in rows(geometry, first, last):
            made = layout.Tables(geometry, Params(w_max=8), context)
            slots = used(geometry, context)
            scored, assume = scores("score", slots)
            kernel = Kernel(Source.of(kernels, bug, CHUNK=2), assume, unwind=slots + 1)
            chunks = -(-slots // 2)
            peaks = Cells([UNWRITTEN] * (made.capacity // 2 + 1), -(2**31), 2**31 - 1)
            header, tags = Cells(int(one) for one in made.state[: code.HEADER]), Cells(made.tags[:slots].tolist())
            fixed = Cells(scored)
            several = bool(header[code.MULTI_SLOT])
            kernel(*(("bound", header, tags, fixed, peaks) if several else ("survey", header, tags, fixed, peaks)))
            name = " ".join(f"{level}@{start}" for level, start in context)
            claims = []
            for chunk in range(chunks):
                found, peak = aggregates(geometry, context, scored, 2, chunk), content(peaks[chunk])
                claims += [peak >= one for one in found]
                if exact:
                    alike = [peak == one for one in found]
                    if several:
                        alike.append(peak <= header[code.TAU_EXPAND])
                    claims.append(some(alike) if alike else peak == code.LOWEST)
            yield from safe(kernel, assume)
            yield Obligation(f"{name}: peaks", both(claims), assume, session=by_search(bug, CHUNK=2))
