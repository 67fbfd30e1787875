"""The simulator as a Gymnasium environment, for any learner.

An observation holds a row of features per item, that is, per action that may be taken, padded to ``max_items`` rows. An
action holds one preference per row; what is preferred is projected onto what is feasible, so no action is ever illegal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from focalloc.learn.features import Observation, observe
from focalloc.learn.projection import project
from focalloc.learn.simulator import RewardWeights, Scenario, Session, any_user, episode
from focalloc.learn.texts import Text, language_reference, part, passage
from focalloc.spec.errors import InvalidInput
from focalloc.spec.policy import FEATURES, ONE

LARGEST = 1.0
"""Bound of the preferences in the action space."""

Seen = dict[str, NDArray[Any]]


class FocusEnv(gymnasium.Env[Seen, NDArray[np.float32]]):
    """One episode after another over passages of ``texts``.

    Observation: ``{"features": (max_items, len(FEATURES)) float32, "kind": (max_items,) int64}``. Features are those of
    POL-2, in units of 1; the kind is 1 for an expand, 2 for a collapse, and 0 for rows beyond the items, which are
    zero.

    Action: ``(max_items,)`` float32 preferences, above 0 for what should be done; rows beyond the items are ignored.

    Info: ``quality``, ``used``, ``actions``, ``reversals`` and ``coverage`` of the iteration (`Outcome`).

    Args:
        scenario: terms of the episodes.
        texts: what to work in; by default the training part of Python's language reference.
        weights: weights of the reward's terms.
        vary_user: draw a new user for each episode, in place of the scenario's.

    Raises:
        InvalidInput: the scenario is senseless, or there is no text.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        texts: Sequence[Text] | None = None,
        weights: RewardWeights | None = None,
        *,
        vary_user: bool = True,
    ) -> None:
        self.scenario = scenario or Scenario()
        self.texts = list(texts) if texts is not None else part(language_reference(), "train")
        self.weights = weights or RewardWeights()
        self.vary_user = vary_user
        self.max_items = 2 * self.scenario.blocks  # a block has one expand, and leads one family at most
        self.observation_space: spaces.Space[Seen] = spaces.Dict(  # type: ignore[assignment]  # not generic there
            {
                "features": spaces.Box(-np.inf, np.inf, (self.max_items, len(FEATURES)), np.float32),
                "kind": spaces.MultiDiscrete(np.full(self.max_items, 3)),
            }
        )
        self.action_space = spaces.Box(-LARGEST, LARGEST, (self.max_items,), np.float32)
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session of the episode, the last one once that is over.

        Raises:
            InvalidInput: there has been no `reset` yet.
        """
        if self._session is None:
            raise InvalidInput("episode", "none", "call reset() first")
        return self._session

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Begin a new episode."""
        super().reset(seed=seed)
        rng = self.np_random
        scenario = replace(self.scenario, user=any_user(rng)) if self.vary_user else self.scenario
        text = passage(self.texts, scenario.tokens, rng)
        self._session = Session(episode(scenario, text, rng))
        return self._padded(), {}

    def step(self, action: NDArray[np.float32]) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """Project ``action``, apply it, and return observation, reward, terminated, truncated and info.

        Raises:
            InvalidInput: no episode has begun, or it is over; nothing has changed.
        """
        session = self.session
        if session.over:
            raise InvalidInput("episode", "over", "call reset() to begin another")
        seen = self._seen()
        logits = seen.logits(action[: len(seen.actions)], len(session.state.context))
        outcome = session.step(project(session.state, logits))
        return self._padded(), self.weights.reward(outcome), False, session.over, asdict(outcome)

    def _seen(self) -> Observation:
        return observe(self.session.state.pointed(self.session.cursor), self.session.scores())

    def _padded(self) -> Seen:
        """The observation, padded; all zero once the episode is over, as the lens then says nothing more."""
        features = np.zeros((self.max_items, len(FEATURES)), np.float32)
        kind = np.zeros(self.max_items, np.int64)
        if not self.session.over:
            seen = self._seen()
            features[: len(seen.features)] = seen.features / ONE
            kind[: len(seen.actions)] = 1 + seen.collapses
        return {"features": features, "kind": kind}
