"""What was tried to make the policy better, and what came of it. Needs PyTorch.

Run as ``OPENBLAS_NUM_THREADS=1 python -m focalloc.learn.trials OUT``; it writes OUT/trials.md. What is finished is not
done again. Each way trains one network as the card does but for one thing, and plays the episodes of the card. What a
network is told beyond POL-2 is no more than a session knows; such a network cannot be exported, and none ships.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from focalloc.learn.card import SETTINGS, code, kept
from focalloc.learn.course import CALIBRATION, decided, planned_best
from focalloc.learn.features import Integers, Observation
from focalloc.learn.measure import FIRST_EPISODE, measuring
from focalloc.learn.network import PolicyNetwork
from focalloc.learn.rollouts import Look, Rng, Source, look, mean_outcome, play, remembering
from focalloc.learn.simulator import NOISES, Episode, Scenario, Session
from focalloc.learn.standing import PRODUCTION, TERMS, Terms
from focalloc.learn.texts import language_reference, part
from focalloc.learn.training import Settings, Training
from focalloc.spec.errors import InvalidInput
from focalloc.spec.policy import FEATURES, ONE
from focalloc.spec.scores import SCORE_SCALE

REACH = 20
"""Level-0 blocks around the cursor over which habits are kept."""

RECENT = 8
"""Iterations over which the cursor is watched."""

Tell = Callable[[Session, Observation], Integers]
"""Something more of each item; ``(items,)``."""


def moved(session: Session, seen: Observation) -> Integers:
    """Level-0 blocks that the cursor moved on in the last iterations, jumps left out, times `ONE`; for all items."""
    steps = np.diff(session.episode.cursor[max(0, session.iteration - RECENT) : session.iteration + 1])
    return np.full(len(seen.actions), ONE * int(steps[np.abs(steps) <= 1].sum()))


@dataclass
class Habits:
    """What the lens has said on average of raw blocks at each distance from the cursor, session by session.

    It takes note of each new session by itself. Before anything is said, -1 was said once at each distance.

    Attributes:
        ahead: level-0 blocks that the cursor is taken to be ahead of where it is.
        known: by session, the session, the sum of what was said at each distance, and how often.
    """

    ahead: int = 0
    known: dict[int, tuple[Session, NDArray[np.float64], NDArray[np.int64]]] = field(default_factory=dict)

    def __call__(self, session: Session, seen: Observation) -> Integers:
        """The greatest mean at a distance that the node covers, in units of a feature."""
        span = session.state.geometry.span(0)
        at = session.cursor // span
        fresh = (session, np.full(2 * REACH + 1, -float(SCORE_SCALE)), np.ones(2 * REACH + 1, np.int64))
        _, sums, counts = self.known.setdefault(id(session), fresh)
        for (level, start), said in zip(session.state.context, session.block_scores().tolist(), strict=True):
            distance = start // span - at
            if level == 0 and abs(distance) <= REACH:
                sums[distance + REACH] += said
                counts[distance + REACH] += 1
        means, found = sums / counts, []
        for _, level, start in seen.actions:
            first = start // span - at - self.ahead + REACH
            covered = means[max(first, 0) : max(first + session.state.geometry.span(level) // span, 0)]
            found.append(covered.max() if len(covered) else -SCORE_SCALE)
        return (np.array(found, dtype=np.int64) * ONE) // SCORE_SCALE


def habits() -> tuple[Tell, ...]:
    """Of the distance itself, and of those that follow while the cursor reads on."""
    return tuple(Habits(ahead) for ahead in range(3))


def telling(*more: Tell) -> Look:
    """All that POL-2 tells, and more."""

    def looking(session: Session) -> Observation:
        seen = look(session)
        columns = [tell(session, seen)[:, None] for tell in more]
        return seen._replace(features=np.concatenate([seen.features, *columns], axis=1))

    return looking


@dataclass(frozen=True)
class Mixed(Source):
    """Every third episode or so at production terms."""

    def draw(self, rng: Rng) -> Episode:
        """An episode."""
        return Source(PRODUCTION if rng.random() < 1 / 3 else self.scenario, self.texts).draw(rng)


@dataclass(frozen=True)
class Trial:
    """A way to train.

    Attributes:
        settings: of the training.
        more: makes what the network is told beyond POL-2.
        source: where its episodes come from.
    """

    settings: Settings = SETTINGS
    more: Callable[[], tuple[Tell, ...]] = tuple
    source: type[Source] = Source


LONG = replace(SETTINGS, updates=3 * SETTINGS.updates)

TRIALS = {
    "as the card's": Trial(),
    "three times the updates": Trial(LONG),
    "told how the cursor moved": Trial(more=lambda: (moved,)),
    "told what was said at a distance": Trial(more=habits),
    "told both, three times the updates": Trial(LONG, more=lambda: (moved, *habits())),
    "a third of it at production terms": Trial(source=Mixed),
}
"""The ways, by name."""

Found = dict[str, dict[str, dict[str, float]]]
"""Figures by terms and lens."""


def tried(trial: Trial) -> Found:
    """Train and play: mean figures of the network and its calibrated plan, in sessions with a ``memory_shift`` of 1."""
    torch.set_num_threads(1)
    texts, more = part(language_reference(), "train"), trial.more()
    looking = telling(*more)
    network = None if not more else PolicyNetwork(features=len(FEATURES) + len(more))
    training = Training.begun(trial.settings, trial.source(Scenario(), texts), network=network)
    training.looking = looking
    while not training.done:
        training.update()
    weights, seeds = trial.settings.weights, range(CALIBRATION)
    plan = planned_best(training.network, Source(Scenario(), texts), weights, seeds, looking)

    def figures(terms: Terms) -> dict[str, dict[str, float]]:
        documents, found = terms.texts(), {}
        for lens, noise in NOISES.items():
            source = Source(terms.scenario, documents, noise=noise)
            drawn = measuring(source, range(FIRST_EPISODE, FIRST_EPISODE + terms.episodes))
            sessions = play([remembering(one, 1) for one in drawn], decided(training.network, plan), looking=looking)
            found[lens] = mean_outcome(sessions)
        return found

    return {name: figures(terms) if name == "small" or not more else {} for name, terms in TERMS.items()}


def page(found: dict[str, Found]) -> str:
    """All of it as Markdown."""
    lines = [
        "# What was tried",
        "",
        "Measured by `python -m focalloc.learn.trials OUT`: networks that are trained as the one of",
        "[the card](small.md) but for one thing, of one seed each, on the episodes of [the other page](standing.md).",
        "How much seeds differ is on the card. *Told how the cursor moved*: of each item also how far the cursor",
        f"read on in the last {RECENT} iterations. *Told what was said at a distance*: also what the lens said on",
        "average, so far in the session, of raw blocks as far from the cursor, and one and two blocks nearer, by",
        "which a user's habits can be known. Those that are told more cannot be exported yet.",
    ]
    for terms in TERMS:
        ways = [way for way in found if found[way][terms]]
        lines += ["", f"## {terms.capitalize()} terms", ""]
        lines += [f"| lens | {' | '.join(ways)} |", "|---|" + "---|" * len(ways)]
        for figure in ("quality", "actions"):
            lines += [
                f"| {lens}, {figure} | " + " | ".join(f"{found[way][terms][lens][figure]:.3f}" for way in ways) + " |"
                for lens in NOISES
            ]
    return "\n".join([*lines, ""])


def main(out: Path, ways: Sequence[str] = tuple(TRIALS)) -> None:
    """Try these ways and write the page.

    Raises:
        InvalidInput: ``out`` was begun with other code.
    """
    out.mkdir(parents=True, exist_ok=True)
    if kept(out / "code.json", code) != code():
        raise InvalidInput("out", str(out), "was begun with other code; give another folder")
    found: dict[str, Found] = {way: kept(out / f"{way}.json", partial(tried, TRIALS[way])) for way in ways}
    (out / "trials.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
