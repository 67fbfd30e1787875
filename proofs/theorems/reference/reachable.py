"""Complete sets of reachable states of small trees, driven by the reference; no solver is involved.

From the root any legal actions may follow, up to the cap: the policy is free, so the set covers every strategy. What
is legal is asked of the reference, what an action does of the spec's state. Two states are the same if they differ
only in how long ago things happened beyond what the cooldown remembers, so the sets are finite, and what holds in all
of them holds for any number of iterations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from focalloc.proofs.engines.helpers import Helpers
from focalloc.proofs.engines.sessions import refuted
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Session, Survey, Technique, theorem
from focalloc.refimpl import candidates as reference
from focalloc.spec import cooldown
from focalloc.spec.actions import OPPOSITE, Action, Kind, applied
from focalloc.spec.blocks import Block, Context, context_violations, positions, used
from focalloc.spec.cooldown import Entry
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State, opened

NOW = 1 << 20
"""The number of every iteration: what happened before it is kept as an age."""

Events = tuple[tuple[Block, Kind, int], ...]
"""Latest action on each node, with its age in iterations, up to the gap."""


Taken = tuple[tuple[Block, Kind], ...]
"""Actions of the iteration so far, as nodes and kinds."""


@dataclass(frozen=True)
class Place:
    """One state: the context, what the ledger has, and what really happened (the monitor)."""

    context: Context
    ledger: Events
    history: Events


@dataclass
class Explored:
    """What was found on the way."""

    states: int = 0
    actions: int = 0
    reversals: int = 0
    wrong: str = ""
    at: Place | None = None
    last: tuple[Action, ...] = ()
    came: dict[Place, tuple[Place, Taken]] = field(default_factory=dict)

    def answers(self) -> list[list[Action]]:
        """The actions of each iteration from the root to what went wrong."""
        told, place = [list(self.last)], self.at
        while place in self.came:
            place, taken = self.came[place]
            told.append([Action(kind, *node) for node, kind in taken])
        return told[::-1]


def explore(geometry: Geometry, params: Params, bug: Mutation) -> Explored:
    """Visit every reachable state, checking each action and each state."""
    is_cooling = Helpers(reference, bug).plain("is_cooling")
    recorded, remembered = (Source.of(cooldown, bug).python[name] for name in ("recorded", "remembered"))
    start = Place((Block(geometry.top, 0),), (), ())
    seen, frontier, found = {start}, [start], Explored()
    while frontier and not found.wrong:
        following = []
        for place in frontier:
            for taken, after in iteration(geometry, params, place, found, is_cooling, recorded, remembered):
                if after not in seen:
                    seen.add(after)
                    found.came[after] = place, taken
                    following.append(after)
        frontier = following
    found.states = len(seen)
    return found


def iteration(
    geometry: Geometry, params: Params, place: Place, found: Explored, is_cooling: object, recorded: object,
    remembered: object,
) -> Iterator[tuple[Taken, Place]]:  # fmt: skip
    """The states that one iteration can lead to by any legal actions up to the cap, each with those."""
    older = {node: Entry(kind, NOW - age - 1) for node, kind, age in place.ledger}
    ledger = remembered(older, NOW, params.min_gap)  # type: ignore[operator]
    history = {node: (kind, age + 1) for node, kind, age in place.history}
    start = State(geometry, params, place.context, ledger, NOW)
    layer: set[tuple[Context, Taken, frozenset[Any]]] = {(start.context, (), frozenset(ledger.items()))}
    fresh = set(place.context)
    for done in range(params.n_diff + 1):
        following: set[tuple[Context, Taken, frozenset[Any]]] = set()
        for context, taken, entries in layer:
            yield taken, settled(geometry, context, taken, dict(entries), history, params)
            if done == params.n_diff:
                continue
            state = replace(start, context=context, ledger=dict(entries))
            for choice in reference.legal_choices(state, [0] * state.used):
                action = choice.action
                consumed = {action.node} if action.kind == "expand" else family_of(geometry, action)
                fits = action.kind == "collapse" or state.used + choice.delta <= params.w_max
                if not fits or not consumed <= fresh or is_cooling(state, action, NOW):  # type: ignore[operator]
                    continue
                check(geometry, params, state, action, history, found)
                if found.wrong and found.at is None:
                    found.at, found.last = place, (*(Action(kind, *node) for node, kind in taken), action)
                after = applied(geometry, context, action)
                made = recorded(dict(entries), action, NOW)  # type: ignore[operator]
                following.add((after, (*taken, (action.node, action.kind)), frozenset(made.items())))
        layer = following


def family_of(geometry: Geometry, action: Action) -> set[Block]:
    """The blocks that a collapse replaces."""
    span = geometry.span(action.level - 1)
    return {Block(action.level - 1, action.start + i * span) for i in range(geometry.fanout(action.level))}


def check(
    geometry: Geometry, params: Params, state: State, action: Action, history: dict[Block, tuple[Kind, int]],
    found: Explored,
) -> None:  # fmt: skip
    """What every action must keep."""
    found.actions += 1
    after = applied(geometry, state.context, action)
    wrong = [str(violation) for violation in context_violations(geometry, after)]
    slots = used(geometry, after)
    if slots > max(params.w_max, state.used):
        wrong.append(f"{slots} slots used")
    kind, age = history.get(action.node, (None, 0))
    if kind == OPPOSITE[action.kind]:
        found.reversals += 1
        if age < params.min_gap:
            wrong.append(f"reversed after {age} iterations")
    if kind == action.kind:
        wrong.append(f"{action.kind} twice in a row")
    back = applied(geometry, after, Action(OPPOSITE[action.kind], action.level, action.start))
    if back != state.context:
        wrong.append("not inverse")
    if positions(geometry, back) != positions(geometry, state.context):
        wrong.append("positions moved")
    if wrong and not found.wrong:
        found.wrong = f"{[tuple(block) for block in state.context]}, {tuple(action)}: {'; '.join(wrong)}"


def settled(
    geometry: Geometry, context: Context, taken: Taken, entries: dict[Block, Entry],
    history: dict[Block, tuple[Kind, int]], params: Params,
) -> Place:  # fmt: skip
    """A state in normal form: ages instead of times, no older than the cooldown remembers."""
    events = history | {node: (kind, 0) for node, kind in taken}
    return Place(
        context,
        tuple(sorted((node, entry.kind, NOW - entry.iteration) for node, entry in entries.items())),
        tuple(sorted((node, kind, min(age, params.min_gap)) for node, (kind, age) in events.items())),
    )


def answered(geometry: Geometry, params: Params, found: Explored) -> Session | None:
    """The session from the root to what went wrong, under scores of 0: safety does not ask for reasons."""
    answers = iter(found.answers())
    return refuted(
        opened(geometry, params, [(geometry.top, 0)]), [(0,)] * len(found.answers()), lambda *_: next(answers),
        found.wrong, "safety",
    )  # fmt: skip


BUGS = [
    Mutation("cooldown one iteration short", "iteration - latest.iteration < max(1,",
             "iteration - latest.iteration < max(1, -1 +", "candidates"),
    Mutation("forgotten one iteration early", "if not rested(iteration - entry.iteration, min_gap)",
             "if not rested(iteration - entry.iteration + 1, min_gap)", "cooldown"),
]  # fmt: skip


def surveyed(worlds: list[tuple[Geometry, Params]], bug: Mutation) -> Iterator[Evidence]:
    """Every world explored."""
    for geometry, params in worlds:
        found = explore(geometry, params, bug)
        name = f"arity {geometry.arity}, cost {geometry.cost}: {found.states} states, {found.actions} actions"
        session = partial(answered, geometry, params, found)
        yield Survey(name, found.actions, found.reversals, found.wrong, session=session)


@theorem(
    "reachable-states-are-safe",
    "In every state that any policy can reach, each action keeps the context tiled, aligned and within budget, "
    "reverses no node too early, repeats none, and is undone by its opposite, positions included.",
    clauses="CTX-1 CTX-2 CTX-3 CTX-5 CTX-6 ACT-3 ACT-4 BUD-1 COO-1",
    technique=Technique.FIXPOINT,
    bounds="arity (2, 3), cost (1, 1, 2), n_diff 2, cooldown 3; arity (2, 2, 2), n_diff 2, cooldown 1; all iterations",
    assumes="iterations only, no ingest",
    mutations=BUGS,
)
def reachable_states_are_safe(bug: Mutation) -> Iterator[Evidence]:
    """Breadth first, until nothing new is found."""
    yield from surveyed(
        [
            (Geometry((2, 3), (1, 1, 2)), Params(w_max=6, n_diff=2, cooldown_steps=3)),
            (Geometry((2, 2, 2)), Params(w_max=6, n_diff=2, cooldown_steps=1)),
        ],
        bug,
    )


@theorem(
    "reachable-states-are-safe-4",
    "The same with four leaves and an odd cap.",
    clauses="CTX-1 CTX-2 CTX-3 CTX-5 CTX-6 ACT-3 ACT-4 BUD-1 COO-1",
    technique=Technique.FIXPOINT,
    bounds="arity (2, 4), n_diff 2, cooldown 2; arity (2, 2, 2), n_diff 3, cooldown 2; all iterations",
    assumes="iterations only, no ingest",
    mutations=BUGS,
    full=True,
)
def reachable_states_are_safe_4(bug: Mutation) -> Iterator[Evidence]:
    """As `reachable_states_are_safe`."""
    yield from surveyed(
        [
            (Geometry((2, 4)), Params(w_max=7, n_diff=2, cooldown_steps=2)),
            (Geometry((2, 2, 2)), Params(w_max=6, n_diff=3, cooldown_steps=2)),
        ],
        bug,
    )
