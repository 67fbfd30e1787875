"""Episodes drawn and played, several side by side so that a network sees them as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from focalloc.learn.features import Observation, observe
from focalloc.learn.projection import Projected
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


def remembering(drawn: Episode, shift: int) -> Episode:
    """The same episode where the allocator remembers what the lens said before (MEM-1)."""
    scenario = drawn.scenario
    return replace(drawn, scenario=replace(scenario, params=replace(scenario.params, memory_shift=shift)))


Look = Callable[[Session], Observation]
"""What a policy sees of a session."""


def look(session: Session) -> Observation:
    """All that POL-2 tells."""
    return observe(session.state.pointed(session.cursor), session.scores())


Decide = Callable[[list[Session], list[Observation]], Sequence[NDArray[np.float64]]]
"""Preferences for each of several sessions, one per item."""

Witness = Callable[[list[Session], list[Observation]], None]
"""Told of each iteration before it runs."""


def play(
    episodes: Sequence[Episode], decide: Decide, witness: Witness | None = None, looking: Look = look
) -> list[Session]:
    """Take projected preferences through episodes of equal length, side by side, and return the finished sessions."""
    sessions = [Session(one) for one in episodes]
    allocators = [Projected(one.state) for one in sessions]
    while not sessions[0].over:
        seen = [looking(one) for one in sessions]
        if witness is not None:
            witness(sessions, seen)
        for session, one, wish, allocator in zip(sessions, seen, decide(sessions, seen), allocators, strict=True):
            session.step(allocator(one.logits(wish, len(session.state.context))))
    return sessions


def mean_outcome(sessions: Sequence[Session]) -> dict[str, float]:
    """Mean of each figure over all iterations of ``sessions``."""
    outcomes = [outcome for session in sessions for outcome in session.outcomes]
    return {name: float(np.mean([getattr(one, name) for one in outcomes])) for name in Outcome.__dataclass_fields__}
