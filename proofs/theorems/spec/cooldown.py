"""Theorems about the cooldown: the ledger forgets only what no longer matters, and so reversals wait.

The ledger treats every node alike and alone, so the proofs follow one arbitrary node. Beside its ledger entry they
keep a *history* that forgets nothing: what was last done to the node, and when. The invariant relates the two:

- an entry is exactly the history;
- where there is no entry, the history is empty or so old that it forbids nothing.

The bare gap property is not inductive; with this invariant one step suffices, for any number of iterations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from focalloc.proofs.engines.forking import Explorer, lifted, term
from focalloc.proofs.engines.helpers import Helpers
from focalloc.proofs.sources import Mutation
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.spec import cooldown, params
from focalloc.spec.actions import KINDS, OPPOSITE, Action, Kind
from focalloc.spec.blocks import Block
from focalloc.spec.cooldown import Entry

NODE, OTHER = Block(1, 0), Block(1, 1 << 20)
NOW, LAST, STAMP, GAP = z3.Ints("now last stamp gap")

EARLY_PRUNING = Mutation(
    "pruned one iteration early",
    "if not rested(iteration - entry.iteration, min_gap)",
    "if not rested(iteration - entry.iteration + 1, min_gap)",
    "cooldown",
)
GAP_TOO_SHORT = Mutation(
    "cooldown one iteration short", "return gap >= min_gap", "return gap >= min_gap - 1", "cooldown"
)
GAP_TOO_LONG = Mutation("cooldown one iteration long", "return gap >= min_gap", "return gap > min_gap", "cooldown")
ONE_WAY = Mutation(
    "only expands are recorded",
    "return {**ledger, action.node: Entry(action.kind, iteration)}",
    "return {**ledger, **({action.node: Entry(action.kind, iteration)} if action.kind == 'expand' else {})}",
    "cooldown",
)


@dataclass(frozen=True)
class Memory:
    """What the ledger has about the node: nothing, or a kind at symbolic time `STAMP`."""

    kind: Kind | None

    def ledger(self) -> dict[Block, Entry]:
        """A ledger with that entry."""
        return {} if self.kind is None else {NODE: Entry(self.kind, lifted(STAMP))}


@dataclass(frozen=True)
class History:
    """What really was last done to the node: nothing, or a kind at symbolic time `LAST`."""

    kind: Kind | None


ENTRIES = [Memory(kind) for kind in (None, *KINDS)]
HISTORIES = [History(kind) for kind in (None, *KINDS)]


def related(entry: tuple[Kind, Any] | None, history: tuple[Kind, Term] | None, now: Term) -> Term:
    """The invariant between iterations ``now - 1`` and ``now`` or during ``now``."""
    if entry is None:
        return z3.BoolVal(True) if history is None else now - history[1] >= GAP
    if history is None or entry[0] != history[0]:
        return z3.BoolVal(False)
    return z3.And(term(entry[1]) == history[1], history[1] <= now)


def invariant(memory: Memory, history: History, now: Term) -> Term:
    """`related` at the start of a step."""
    return related(
        None if memory.kind is None else (memory.kind, lifted(STAMP)),
        None if history.kind is None else (history.kind, LAST),
        now,
    )


def situations() -> Iterator[tuple[Memory, History, str]]:
    """Every combination of entry and history that the invariant does not rule out at once."""
    for memory in ENTRIES:
        for history in HISTORIES:
            if memory.kind in (None, history.kind):
                yield memory, history, f"entry {memory.kind or 'none'}, history {history.kind or 'none'}"


def entry_after(change: Any, memory: Memory, *arguments: Any) -> Any:
    """Condition and new entry of the node, for each path through a ledger function."""
    ledger = memory.ledger()
    return [
        (z3.And(list(path.conditions)) if path.conditions else z3.BoolVal(True), path.result.get(NODE))
        for path in Explorer().paths(lambda: change(ledger, *arguments))
    ]


def keeps(change: Any, memory: Memory, history: tuple[Kind, Term] | None, now: Term, *arguments: Any) -> Term:
    """Whether the invariant holds after a ledger function has run, given the new history."""
    return z3.And(
        [z3.Implies(when, related(entry, history, now)) for when, entry in entry_after(change, memory, *arguments)]
    )


@theorem(
    "ledger-remembers-enough",
    "Whatever happened, and however long ago, the ledger has the latest action on a node unless that action is so old "
    "that it forbids nothing any more.",
    clauses="COO-1 COO-2",
    technique=Technique.INDUCTION,
    mutations=[EARLY_PRUNING, ONE_WAY],
)
def ledger_remembers_enough(bug: Mutation) -> Iterator[Evidence]:
    """The invariant holds for an empty ledger and is kept by every action and every tick."""
    code = Helpers(cooldown, bug)
    recorded, remembered = code.plain("recorded"), code.plain("remembered")
    yield Obligation("open", invariant(Memory(None), History(None), NOW), [GAP >= 1])
    for memory, history, name in situations():
        before = [GAP >= 1, invariant(memory, history, NOW)]
        past = None if history.kind is None else (history.kind, LAST)
        for kind in KINDS:
            for node in (NODE, OTHER):
                action = Action(kind, *node)
                then = (kind, NOW) if node == NODE else past
                kept = keeps(recorded, memory, then, NOW, action, lifted(NOW))
                where = "it" if node == NODE else "another node"
                yield Obligation(f"{kind} of {where}; {name}", kept, before)
        kept = keeps(remembered, memory, past, NOW + 1, lifted(NOW + 1), lifted(GAP))
        yield Obligation(f"tick; {name}", kept, before)


@theorem(
    "reversals-wait",
    "Opposite actions on one node lie at least max(1, cooldown_steps) iterations apart; and one that does lie so far "
    "apart is never held back.",
    clauses="COO-1",
    technique=Technique.INDUCTION,
    assumes="the ledger remembers enough (ledger-remembers-enough)",
    mutations=[
        GAP_TOO_SHORT,
        GAP_TOO_LONG,
        Mutation("a cooldown of 0 allows reversal at once", "cooldown_steps if cooldown_steps > 1 else 1",
                 "cooldown_steps if cooldown_steps > 1 else 0", "params"),
    ],
)  # fmt: skip
def reversals_wait(bug: Mutation) -> Iterator[Evidence]:
    """`may_act` is executed on every kind of ledger entry."""
    steps = z3.Int("cooldown_steps")
    gap = Helpers(params, bug)("reversal_gap", steps)
    asked = z3.If(steps > 1, steps, 1)
    yield Obligation("the gap is max(1, cooldown_steps)", gap == asked, [steps >= 0])
    for memory, history, name in situations():
        for kind in KINDS:
            action = Action(kind, *NODE)
            allowed = Helpers(cooldown, bug)("may_act", memory.ledger(), action, NOW, GAP)
            rested = NOW - LAST >= GAP if history.kind == OPPOSITE[kind] else z3.BoolVal(True)
            before = [GAP >= 1, invariant(memory, history, NOW)]
            yield Obligation(f"{kind}; {name}", allowed == rested, before)


@theorem(
    "few-flips-in-any-window",
    "In any w iterations in a row one node is reversed at most (w - 1) div max(1, cooldown_steps) times.",
    clauses="COO-1",
    technique=Technique.INDUCTION,
    assumes="events of a node alternate (node-events-alternate) and reversals wait (reversals-wait)",
    mutations=["the first reversal is free", "reversals wait one iteration less"],
)
def few_flips_in_any_window(bug: Mutation) -> Iterator[Evidence]:
    """Each reversal takes the gap: after n of them the first and the latest event lie n gaps apart."""
    flips, first, latest, following, window = z3.Ints("flips first latest following window")
    spread = flips * GAP <= latest - first
    wait = GAP - 1 if bug.name == "reversals wait one iteration less" else GAP
    start = 1 if bug.name == "the first reversal is free" else 0
    yield Obligation("first event", start * GAP <= first - first, [GAP >= 1])
    yield Obligation(
        "one more reversal",
        (flips + 1) * GAP <= following - first,
        [GAP >= 1, flips >= 0, spread, following - latest >= wait],
    )
    inside = [GAP >= 1, flips >= 0, window >= 1, spread, first >= 0, latest - first <= window - 1]
    yield Obligation("within a window", flips <= (window - 1) / GAP, inside)


@theorem(
    "ledger-stays-small",
    "After an iteration the ledger holds at most n_diff * max(1, cooldown_steps) entries, plus those of the collapses "
    "that ingest made in the last max(1, cooldown_steps) iterations.",
    clauses="COO-2 CAP-1",
    technique=Technique.INDUCTION,
    mutations=[
        "an iteration's actions are not capped",
        Mutation("entries are forgotten an iteration late", "if not rested(iteration - entry.iteration, min_gap)",
                 "if not rested(iteration - entry.iteration - 1, min_gap)", "cooldown"),
    ],
)  # fmt: skip
def ledger_stays_small(bug: Mutation) -> Iterator[Evidence]:
    """Entries are counted by age: what is kept is younger than the gap, and one age holds what one iteration did."""
    iteration, n_diff, ages, capped, reclaimed = z3.Ints("iteration n_diff ages capped reclaimed")
    kept = [
        z3.And(when, z3.BoolVal(entry is not None))
        for when, entry in entry_after(
            Helpers(cooldown, bug).plain("remembered"), Memory("expand"), lifted(iteration), lifted(GAP)
        )
    ]
    # At the start of iteration i entries of i - GAP + 1 .. i - 1 are left; iteration i adds its own.
    young = [GAP >= 1, iteration > STAMP]
    yield Obligation("what is kept is young", z3.Implies(z3.Or(kept), iteration - STAMP <= GAP - 1), young)
    yield Obligation("what is young is kept", z3.Implies(iteration - STAMP <= GAP - 1, z3.Or(kept)), young)
    # capped: entries stamped with one of the `ages` latest iterations; reclaimed: those of them made by ingest.
    more, at_ingest = z3.Ints("more at_ingest")
    cap = z3.BoolVal(True) if bug.name == "an iteration's actions are not capped" else more <= n_diff
    before = [n_diff >= 0, ages >= 0, capped <= n_diff * ages + reclaimed, more >= 0, cap, at_ingest >= 0]
    yield Obligation("no iteration", z3.IntVal(0) <= n_diff * 0 + reclaimed, [n_diff >= 0, reclaimed >= 0])
    yield Obligation(
        "one more iteration", capped + more + at_ingest <= n_diff * (ages + 1) + (reclaimed + at_ingest), before
    )
