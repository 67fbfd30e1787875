"""How many slots a causal model computes anew in a session, against the relevance that it is shown.

Run ``python benchmarks/recomputed.py``; ``--plot front.svg`` draws it. Whatever lies behind the first slot that a turn
changed is computed anew, as an exact cache does, new tokens included. There are two measures of what is got for it:

- *relevance* of the raw blocks in the context to the question of the moment, by BM25, summed over turns: what the model
  is shown, for as long as it is;
- *utility* in the sense of KNA, the sum of what actions are worth under the scores of the moment, whoever takes them: a
  collapse that an ingest makes is worth as much as its scores are negative, and a loss where they are positive.

There are two sessions over the recorded document:

- *read, then asked*: block by block, without a question; then the recorded questions, 16 iterations each.
- *asked while reading*: the same questions in turn, another every 96 blocks, and the context moves as each block comes.

``--search 400`` looks for settings of the second session that none beats, by changing those found so far.

Nothing here looks at a clock: the figures are the same on every machine that carries the same document.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.analysis.pictures import BAD, DOT, GOOD, INK, checked_picture, save, styled
from focalloc.conformance.recorded import Session
from focalloc.fastpath.allocator import Allocator
from focalloc.spec.actions import Action, consumed
from focalloc.spec.blocks import Block
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.scores import SCORE_SCALE, Aggregates, quantise

PERIOD = 96
"""Blocks for which a question is asked while the document is read."""

MOST, LEAST = 0.25, 0.98
"""What is aimed at: this share of the slots that are computed anew today, and this share of the relevance."""


@dataclass(frozen=True)
class Setting:
    """What a runtime may do about it.

    Attributes:
        name: what to call it.
        terms: parameters of the allocator that differ from the session's.
        reserve: blocks for which expands leave room, by the soft budget.
        every: iterations that become one.
        when_room_was_made: step only where an ingest had to make room, or the question is new.
        always: iterations that a new question has in any case.
    """

    name: str
    terms: Mapping[str, Any] | None = None
    reserve: int = 0
    every: int = 1
    when_room_was_made: bool = False
    always: int = 1

    def opened(self, session: Session) -> Allocator:
        """An allocator at the beginning of a session."""
        terms: dict[str, Any] = dict(self.terms or {})
        if self.reserve:
            terms["w_soft"] = session.params.w_max - self.reserve * session.geometry.slots(0)
            terms["soft_margin"] = 2**30  # no score reaches over it
        allocator = Allocator()
        allocator.open(session.geometry, replace(session.params, **terms), session.opening)
        return allocator


class Found(NamedTuple):
    """What a setting comes to.

    Attributes:
        anew: slots computed anew.
        relevance: what the raw blocks were relevant, over all turns with a question.
        utility: what all actions were worth, in scores.
        shown: slots of the context, on average.
        steps: iterations.
    """

    anew: int
    relevance: float
    utility: float
    shown: float
    steps: int


AHEAD = {f"reclaim_ahead {n}": {"reclaim_ahead": n} for n in (1, 2, 4, 8)}
READ_THEN_ASKED = (
    Setting("today"),
    *(Setting(name, terms) for name, terms in AHEAD.items()),
    Setting("reclaim_ahead 4, 16 actions", {"reclaim_ahead": 4, "n_diff": 16}),
    Setting("reclaim_ahead 4, every second step with 8", {"reclaim_ahead": 4, "n_diff": 8}, every=2),
    Setting("reclaim_ahead 8, 64 actions", {"reclaim_ahead": 8, "n_diff": 64}),
)
BUNDLED = {"cooldown_steps": 1}
SHY = BUNDLED | {"tau_collapse": 0}
WEIGHED: dict[str, Any] = BUNDLED | {"strategy": "multi_objective", "n_diff": 16}
ASKED_WHILE_READING = (
    Setting("today"),
    *(Setting(name, terms) for name, terms in list(AHEAD.items())[2:]),
    *(Setting(f"every {n} turns with {4 * n}", BUNDLED | {"n_diff": 4 * n}, every=n) for n in (2, 4)),
    Setting("where room was made, 16 actions", BUNDLED | {"n_diff": 16}, when_room_was_made=True),
    *(Setting(f"so, and room for {n} more", BUNDLED | {"n_diff": 16}, n, when_room_was_made=True) for n in (1, 2, 4)),
    Setting("room for 1, and 8 actions", BUNDLED | {"n_diff": 8}, 1, when_room_was_made=True),
    Setting(
        "room for 1, and tau_expand 0.3",
        BUNDLED | {"n_diff": 16, "tau_expand": quantise(0.3)},
        1,
        when_room_was_made=True,
    ),
    Setting(
        "room for 1, and 96 tokens protected",
        BUNDLED | {"n_diff": 16, "protected_tokens": 96},
        1,
        when_room_was_made=True,
    ),
    Setting(
        "room for 1, and 64 tokens protected",
        BUNDLED | {"n_diff": 16, "protected_tokens": 64},
        1,
        when_room_was_made=True,
    ),
    *(
        Setting(f"every turn, recompute_weight {weight}", WEIGHED | {"recompute_weight": weight})
        for weight in (0, 1000, 4000)
    ),
    Setting("room for 1, and recompute_weight 600", WEIGHED | {"recompute_weight": 600}, 1, when_room_was_made=True),
    *(Setting(f"room for 2, first 5 turns, {n} actions", SHY | {"n_diff": n}, 2, 1, True, 5) for n in (12, 16)),
    *(
        Setting(
            f"so, churn_weight {churn}, recompute_weight {weight}",
            SHY | WEIGHED | {"recompute_weight": weight, "churn_weight": quantise(churn)},
            *(2, 1, True, 5),
        )
        for churn, weight in ((0.1, 2000), (0.06, 2500))
    ),
)


class Asked:
    """A question as arrays, so that a whole row of scores is looked up at once."""

    def __init__(self, session: Session, query: str) -> None:
        geometry, focus = session.geometry, session.lens.focus(query)
        tokens = session.lens.blocks * geometry.span(0)
        self.focus, self.relevance = focus, np.array(session.lens.relevance(query))
        self._spans = np.array(geometry.spans)
        self._slots = np.array([geometry.slots(level) for level in range(geometry.top + 1)])
        scores = [
            focus.scores([Block(level, start) for start in range(0, tokens, span)])
            for level, span in enumerate(geometry.spans)
        ]
        self._first = np.cumsum([0, *map(len, scores[:-1])])
        self._scores = np.array(list(chain.from_iterable(scores)), np.int32)

    def row(self, allocator: Allocator) -> NDArray[np.int32]:
        """What `focus` says of each slot of a context."""
        levels, slots = allocator.levels, self._slots[allocator.levels]
        first = self._first[levels] + allocator.starts // self._spans[levels] * slots
        return self._scores[np.repeat(first - np.cumsum(slots) + slots, slots) + np.arange(slots.sum())]


asked = cache(Asked)
"""A question, made once."""


class Watched:
    """An allocator in a session, and what its turns come to."""

    def __init__(self, session: Session, setting: Setting) -> None:
        self.allocator, self._setting, self._geometry = setting.opened(session), setting, session.geometry
        self._anew = self._shown = self._turns = self._steps = self._worth = 0
        self._seen = 0.0

    def turn(self, question: Asked | None, iteration: int, *, read: bool) -> None:
        """Read a block, if asked to, and move the context towards the question where the setting says so."""
        allocator, setting, edits = self.allocator, self._setting, None
        room_was_made = False
        if read:
            plan = allocator.ingest(1, None if question is None else question.row(allocator))
            edits, room_was_made = plan.edits, bool(plan)
            self._worth += 0 if question is None else sum(self._wanted(question, plan.actions))
        due = room_was_made if setting.when_room_was_made else iteration % setting.every == 0
        if question is not None and (iteration < setting.always or due):
            moved = allocator.step(question.row(allocator))
            edits = moved.edits if edits is None else edits.then(moved.edits)
            self._worth += sum(map(abs, self._wanted(question, moved.actions)))
            self._steps += 1
        if edits is not None:
            self._anew += edits.slots_after - edits.first_changed
        if question is not None:
            raw = allocator.starts[allocator.levels == 0] // self._geometry.span(0)
            self._seen += float(question.relevance[raw].sum())
        self._shown += allocator.used
        self._turns += 1

    def _wanted(self, question: Asked, actions: Iterable[Action]) -> Iterable[int]:
        """How much each action was wanted: the aggregate of an expand, that of a collapse with the other sign."""
        for action in actions:
            blocks = consumed(self._geometry, action)
            found = Aggregates(self._geometry, blocks, question.focus.scores(blocks)).of(blocks)
            yield found if action.kind == "expand" else -found

    @property
    def found(self) -> Found:
        """So far."""
        return Found(self._anew, self._seen, self._worth / SCORE_SCALE, self._shown / self._turns, self._steps)


def read_then_asked(session: Session, setting: Setting) -> Found:
    """The recorded session, read by one block at a time."""
    watched = Watched(session, setting)
    for _ in range(session.lens.blocks - 1):
        watched.turn(None, 0, read=True)
    for query in session.queries:
        for iteration in range(session.iterations):
            watched.turn(asked(session, query), iteration, read=False)
    return watched.found


def asked_while_reading(session: Session, setting: Setting) -> Found:
    """The document read with a question in mind."""
    watched = Watched(session, setting)
    for block in range(session.lens.blocks - 1):
        query = session.queries[block // PERIOD % len(session.queries)]
        watched.turn(asked(session, query), block % PERIOD, read=True)
    return watched.found


SESSIONS = {
    "read, then asked": (read_then_asked, READ_THEN_ASKED),
    "asked while reading": (asked_while_reading, ASKED_WHILE_READING),
}


def unbeaten(points: Sequence[tuple[float, float]]) -> list[int]:
    """Those points than which no other has as little of the first and as much of the second, and is another."""
    return [
        i
        for i, (cost, worth) in enumerate(points)
        if not any(x <= cost and y >= worth and (x, y) != (cost, worth) for x, y in points)
    ]


CHOICES: dict[str, Sequence[Any]] = {
    "n_diff": (8, 12, 14, 16, 20, 24, 64),
    "tau_expand": [quantise(tau) for tau in (0.1, 0.2, 0.3, 0.4)],
    "tau_collapse": [quantise(tau) for tau in (0, 0.1, 0.2, 0.3, 0.5, 0.8)],
    "cooldown_steps": (1, 2, 4, 16),
    "reclaim_ahead": (0, 1, 2, 4),
    "memory_shift": (0, 1, 2),
    "lean": [quantise(lean) for lean in (0, 0.05, 0.1)],
    "strategy": ("greedy", "knapsack", "multi_objective"),
    "recompute_weight": (0, 600, 1000, 2000, 2500, 3000, 4000),
    "churn_weight": [quantise(churn) for churn in (0, 0.03, 0.06, 0.1, 0.2)],
    "reserve": (0, 1, 2, 3, 4),
    "every": (1, 2, 4, 8),
    "when_room_was_made": (True, False),
    "always": (1, 3, 4, 5, 7),
}
"""What `search` turns, with the last four for the host."""


def search(session: Session, trials: int) -> None:
    """Print settings that none beats, of so many, each of which is one of those found so far, changed."""
    rng, host = np.random.default_rng(0), ("reserve", "every", "when_room_was_made", "always")
    today = asked_while_reading(session, Setting("today"))
    first = BUNDLED | {"n_diff": 16, "reserve": 1, "when_room_was_made": True}
    chosen, points = list[dict[str, Any]](), list[tuple[float, float]]()
    for trial in range(trials):
        mine = dict(first)
        if points:
            best = [i for i in unbeaten(points) if points[i][1] > LEAST - 0.05]
            mine = dict(chosen[best[rng.integers(len(best))]])
            for name in rng.choice(list(CHOICES), rng.integers(1, 4), replace=False).tolist():
                mine[name] = CHOICES[name][rng.integers(len(CHOICES[name]))]
        terms = {name: value for name, value in mine.items() if name not in host}
        setting = Setting("", terms, **{name: value for name, value in mine.items() if name in host})
        try:
            found = asked_while_reading(session, setting)
        except (InvalidInput, NoRoom):  # terms that do not go together, or what cools down holds the budget
            continue
        chosen.append(mine)
        points.append((found.anew / today.anew, found.relevance / today.relevance))
        if len(points) - 1 in unbeaten(points):
            told = f"{points[-1][0]:.3f} {points[-1][1]:.3f} {found.utility / today.utility:.3f}"
            print(trial, told, mine, flush=True)


def draw(shares: Mapping[str, Sequence[tuple[str, float, float]]], path: Path) -> None:
    """One panel per session: relevance against slots computed anew, both beside those of today."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(7, 3.2 * len(shares)), layout="constrained")
        for ax, (name, rows) in zip(figure.subplots(len(shares)), shares.items(), strict=True):
            front = unbeaten([(x, y) for _, x, y in rows])
            best = sorted(rows[i][1:] for i in front)
            low = min(y for *_, y in rows) - 0.02
            ax.axvspan(0, MOST, ymin=0, color=GOOD, alpha=0.08, lw=0)
            ax.axhline(LEAST, color=BAD, lw=0.8, ls=":")
            ax.plot(*zip(*best, strict=True), color=DOT, lw=1, zorder=1)
            for i, (_, x, y) in enumerate(rows):
                ax.scatter(x, y, s=22, zorder=2, color=INK if i in front else "white", edgecolors=INK)
                ax.annotate(str(i), (x, y), (4, 4), textcoords="offset points", fontsize=8)
            ax.set(title=name, xlim=(0, 1.1), ylim=(low, max(y for *_, y in rows) + 0.03))
            ax.set(xlabel="slots computed anew (today = 1)", ylabel="relevance shown (today = 1)")
    save(figure, path)


def main() -> None:
    """What the command does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="draw the fronts to this file (.svg, .png or .pdf)")
    parser.add_argument("--search", type=int, metavar="TRIALS", help="look for better settings instead")
    given = parser.parse_args()
    if given.search is not None:
        search(Session(), given.search)
    else:
        tell(given.plot)


def tell(plot: Path | None) -> None:
    """Print a table for each session, and draw them."""
    if plot is not None:
        checked_picture(plot)
    session, shares = Session(), dict[str, list[tuple[str, float, float]]]()
    for name, (live, settings) in SESSIONS.items():
        print(f"\n| | {name} | slots computed anew | of today | relevance shown | utility | slots shown | steps |")
        print("|---|---|---|---|---|---|---|---|")
        today: Found | None = None
        for i, setting in enumerate(settings):
            found = live(session, setting)
            today = today or found
            cost, worth = found.anew / today.anew, found.relevance / today.relevance
            shares.setdefault(name, []).append((setting.name, cost, worth))
            utility = found.utility / today.utility
            told = f"{found.anew:,} | {cost:.3f} | {worth:.3f} | {utility:.3f} | {found.shown:.0f} | {found.steps}"
            print(f"| {i} | {setting.name} | {told} |", flush=True)
    if plot is not None:
        draw(shares, plot)


if __name__ == "__main__":
    main()
