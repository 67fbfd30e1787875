"""How many slots a causal model computes anew in a session, against the relevance that it is shown.

Run ``python benchmarks/recomputed.py``; ``--plot front.svg`` draws it. Whatever lies behind the first slot that a turn
changed is computed anew, as an exact cache does, new tokens included. Relevance is that of the raw blocks in the
context to the question of the moment, by BM25, summed over turns. There are two sessions over the recorded document:

- *read, then asked*: block by block, without a question; then the recorded questions, 16 iterations each.
- *asked while reading*: the same questions in turn, another every 96 blocks, and the context moves as each block comes.

Nothing here looks at a clock: the figures are the same on every machine that carries the same document.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.analysis.pictures import BAD, DOT, GOOD, INK, checked_picture, save, styled
from focalloc.conformance.recorded import Focus, Session
from focalloc.fastpath.allocator import Allocator
from focalloc.spec.scores import quantise

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
    """

    name: str
    terms: Mapping[str, Any] | None = None
    reserve: int = 0
    every: int = 1
    when_room_was_made: bool = False

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
        shown: slots of the context, on average.
        steps: iterations.
    """

    anew: int
    relevance: float
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
)


class Watched:
    """An allocator in a session, and what its turns come to."""

    def __init__(self, session: Session, setting: Setting) -> None:
        self.allocator, self._setting = setting.opened(session), setting
        self._relevance: dict[str, NDArray[np.float64]] = {
            query: np.array(session.lens.relevance(query)) for query in session.queries
        }
        self._span = session.geometry.span(0)
        self._anew = self._shown = self._turns = self._steps = 0
        self._seen = 0.0

    def turn(self, query: str | None, focus: Focus | None, iteration: int, *, read: bool) -> None:
        """Read a block, if asked to, and move the context towards the focus where the setting says so."""
        allocator, edits = self.allocator, None
        room_was_made = False
        if read:
            plan = allocator.ingest(1, None if focus is None else self._scores(focus))
            edits, room_was_made = plan.edits, bool(plan)
        due = room_was_made if self._setting.when_room_was_made else iteration % self._setting.every == 0
        if focus is not None and (iteration == 0 or due):
            moved = allocator.step(self._scores(focus)).edits
            edits = moved if edits is None else edits.then(moved)
            self._steps += 1
        if edits is not None:
            self._anew += edits.slots_after - edits.first_changed
        if query is not None:
            raw = allocator.starts[allocator.levels == 0] // self._span
            self._seen += float(self._relevance[query][raw].sum())
        self._shown += allocator.used
        self._turns += 1

    def _scores(self, focus: Focus) -> NDArray[np.int32]:
        return np.array(focus.scores(self.allocator.context()), np.int32)

    @property
    def found(self) -> Found:
        """So far."""
        return Found(self._anew, self._seen, self._shown / self._turns, self._steps)


def read_then_asked(session: Session, setting: Setting) -> Found:
    """The recorded session, read by one block at a time."""
    watched = Watched(session, setting)
    for _ in range(session.lens.blocks - 1):
        watched.turn(None, None, 0, read=True)
    for query in session.queries:
        focus = session.lens.focus(query)
        for iteration in range(session.iterations):
            watched.turn(query, focus, iteration, read=False)
    return watched.found


def asked_while_reading(session: Session, setting: Setting) -> Found:
    """The document read with a question in mind."""
    watched = Watched(session, setting)
    focuses = [session.lens.focus(query) for query in session.queries]
    for block in range(session.lens.blocks - 1):
        number = block // PERIOD % len(focuses)
        watched.turn(session.queries[number], focuses[number], block % PERIOD, read=True)
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
    """Print a table for each session."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="draw the fronts to this file (.svg, .png or .pdf)")
    plot: Path | None = parser.parse_args().plot
    if plot is not None:
        checked_picture(plot)
    session, shares = Session(), dict[str, list[tuple[str, float, float]]]()
    for name, (live, settings) in SESSIONS.items():
        print(f"\n| | {name} | slots computed anew | of today | relevance shown | slots shown | steps |")
        print("|---|---|---|---|---|---|---|")
        today: Found | None = None
        for i, setting in enumerate(settings):
            found = live(session, setting)
            today = today or found
            cost, worth = found.anew / today.anew, found.relevance / today.relevance
            shares.setdefault(name, []).append((setting.name, cost, worth))
            told = f"{found.anew:,} | {cost:.2f} | {worth:.3f} | {found.shown:.0f} | {found.steps}"
            print(f"| {i} | {setting.name} | {told} |", flush=True)
    if plot is not None:
        draw(shares, plot)


if __name__ == "__main__":
    main()
