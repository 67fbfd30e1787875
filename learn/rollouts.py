"""Episodes drawn and played, several side by side so that a network sees them as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from focalloc.learn.features import Observation, Observer
from focalloc.learn.projection import project
from focalloc.learn.simulator import Episode, Noise, Outcome, Scenario, Session, User, any_noise, any_user, episode
from focalloc.learn.texts import Text, passage, synthetic

Rng = np.random.Generator


@dataclass(frozen=True)
class Source:
    """Where episodes come from.

    Attributes:
        scenario: their terms.
        texts: what is worked in; made-up texts if empty.
        user: who works; a new user for each episode if None.
        noise: how good the lens is; drawn for each episode if None.
    """

    scenario: Scenario
    texts: Sequence[Text] = ()
    user: User | None = None
    noise: Noise | None = None

    def draw(self, rng: Rng) -> Episode:
        """An episode."""
        scenario = replace(self.scenario, user=self.user or any_user(rng), noise=self.noise or any_noise(rng))
        text = passage(self.texts, scenario.tokens, rng) if self.texts else synthetic(rng, scenario.tokens)
        return episode(scenario, text, rng)


Decide = Callable[[list[Session], list[Observation]], list[NDArray[np.float64]]]
"""Logits for each of several sessions, each ``(blocks, 3)``."""

Witness = Callable[[list[Session], list[Observation]], None]
"""Told of each iteration before it runs."""


def play(episodes: Sequence[Episode], decide: Decide, witness: Witness | None = None) -> list[Session]:
    """Take projected logits through episodes of equal length, side by side, and return the finished sessions."""
    sessions = [Session(one) for one in episodes]
    observers = [Observer() for _ in episodes]
    while not sessions[0].over:
        seen = [
            observer.observe(one.state, one.scores(), one.cursor)
            for observer, one in zip(observers, sessions, strict=True)
        ]
        if witness is not None:
            witness(sessions, seen)
        for one, logits in zip(sessions, decide(sessions, seen), strict=True):
            one.step(project(one.state, logits))
    return sessions


def mean_outcome(sessions: Sequence[Session]) -> dict[str, float]:
    """Mean of each figure over all iterations of ``sessions``."""
    outcomes = [outcome for session in sessions for outcome in session.outcomes]
    return {name: float(np.mean([getattr(one, name) for one in outcomes])) for name in Outcome.__dataclass_fields__}
