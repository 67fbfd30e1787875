"""A course of training: imitation to warm up, the method that is asked for, calibration; it ends with a policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from focalloc.fastpath.policy_file import save
from focalloc.learn.curves import draw
from focalloc.learn.features import Observation
from focalloc.learn.measure import Informed, Rule
from focalloc.learn.network import UNIT, Batch, PolicyNetwork, restored
from focalloc.learn.recorded import Recording
from focalloc.learn.rollouts import Look, Source, look, play, remembering
from focalloc.learn.simulator import Episode, Floats, RewardWeights, Session
from focalloc.learn.training import Figures, Settings, plan_of, preferences, train
from focalloc.spec.policy import Policy, PolicyPlan

CALIBRATION = 24
"""Training episodes on which it is chosen when a policy acts."""

PLANS = tuple(plan_of(*bounds) for bounds in product((0.03,), (0.0, 0.01), (0.02, 0.03, 0.04, 0.05, 0.06)))
"""Plans that are tried."""

MARGINS = tuple(i / 2 for i in range(-3, 5))
"""What is taken off every preference, where there is no plan."""


def decided(
    network: PolicyNetwork, plan: PolicyPlan | None = None, shifts: Tensor | None = None
) -> Callable[[list[Session], list[Observation]], list[Floats]]:
    """What the policy that would be exported now decides, for `play`; ``shifts`` as for the network."""

    @torch.no_grad()
    def decide(_: list[Session], seen: list[Observation]) -> list[Floats]:
        batch = Batch(seen)
        return preferences(batch, seen, network(batch, shifts), plan)

    return decide


def hesitant(network: PolicyNetwork, margin: float) -> Policy:
    """The policy of a network without a plan that prefers everything less by ``margin``; below 0 it is more active."""
    policy = network.exported()
    first, second = (layer._replace(bias=(layer.bias[0] - round(margin * UNIT),)) for layer in policy.prefer)
    return replace(policy, prefer=(first, second))


def followed(drawn: Episode, rule: Rule) -> Session:
    """An episode played by a rule."""
    session = Session(drawn)
    while not session.over:
        session.step(rule(session))
    return session


def planned_best(
    network: PolicyNetwork, source: Source, weights: RewardWeights, seeds: Sequence[int], looking: Look = look
) -> PolicyPlan:
    """The plan that earns most among those that take no more actions than `Informed`; if all do, the calmest.

    The episodes are drawn from ``source``, which must be that of training, not that of a later measurement.
    """
    episodes = [source.draw(np.random.default_rng([seed, 3])) for seed in seeds]
    ceiling = _actions([followed(one, Informed()) for one in episodes])
    found = []
    for plan in PLANS:
        sessions = play([remembering(one, 1) for one in episodes], decided(network, plan), looking=looking)
        actions = _actions(sessions)
        found.append((actions <= ceiling, _reward(sessions, weights) if actions <= ceiling else -actions, plan))
    return max(found)[-1]


def margin_best(network: PolicyNetwork, source: Source, weights: RewardWeights, seeds: Sequence[int]) -> float:
    """The margin at which a network without a plan earns most; the episodes are drawn as for `planned_best`."""
    episodes = [remembering(source.draw(np.random.default_rng([seed, 3])), 1) for seed in seeds]

    def reward(margin: float) -> float:
        return _reward(play(episodes, decided(restored(hesitant(network, margin)))), weights)

    return max(MARGINS, key=reward)


def _actions(sessions: Sequence[Session]) -> float:
    return float(np.mean([outcome.actions for session in sessions for outcome in session.outcomes]))


def _reward(sessions: Sequence[Session], weights: RewardWeights) -> float:
    return float(np.mean([weights.reward(outcome) for session in sessions for outcome in session.outcomes]))


def calibrated(
    network: PolicyNetwork, settings: Settings, source: Source, seeds: Sequence[int]
) -> tuple[Policy, dict[str, str]]:
    """The policy of a trained network, and what calibration has chosen, in words.

    What a policy learns as odds, or as worth, is not yet the best bound for acting on it.
    """
    if settings.method == "hindsight":
        plan = planned_best(network, source, settings.weights, seeds)
        return network.exported(plan), {"plan": ", ".join(map(str, plan))}
    margin = margin_best(network, source, settings.weights, seeds)
    return hesitant(network, margin), {"margin": str(margin)}


class Trained(NamedTuple):
    """What came of it, and where it lies.

    Attributes:
        policy: the policy.
        file: the policy's file, which runs without PyTorch.
        curves: the picture of its training.
    """

    policy: Policy
    file: Path
    curves: Path


@dataclass(frozen=True)
class Course:
    """What is done, in order.

    Attributes:
        settings: of the last stage.
        warm_up: updates of imitation before it.
        begin_with: a policy to go on from; None for a new one.
        hidden: activations per item of a new one.
    """

    settings: Settings
    warm_up: int = 0
    begin_with: Policy | None = None
    hidden: int | None = None

    @property
    def stages(self) -> dict[str, Settings]:
        """Each stage by name. What comes to a policy that can do something first learns to estimate returns."""
        last = self.settings
        if not self.warm_up:
            return {last.method: replace(last, estimating=last.updates // 6 if self.begin_with else 0)}
        first = replace(last, method="imitate", updates=self.warm_up, learning_rate=Settings.learning_rate)
        return {"warm-up": first, last.method: replace(last, estimating=last.updates // 6)}

    def run(self, source: Source | Recording, folder: Path, watch: Callable[[str, int], None]) -> Trained:
        """Train, or go on from the checkpoints in a folder, and write policy and curves there.

        Args:
            source: where episodes come from; or recorded iterations, which do not say what was needed, so that nothing
                says how active to be, and calibration is left out.
            folder: is made if need be.
            watch: is told a stage and how many of its updates are made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        network = None if self.begin_with is None else restored(self.begin_with)
        histories: dict[str, list[Figures]] = {}
        for stage, settings in self.stages.items():

            def report(number: int, _: Figures, stage: str = stage) -> None:
                watch(stage, number)

            done = train(settings, source, self.hidden, network, folder / f"{stage}.checkpoint", report)
            network, histories[stage] = done.network, done.history
        assert network is not None
        policy, seed, notes = network.exported(), self.settings.seed, dict[str, str]()
        if isinstance(source, Source):
            policy, notes = calibrated(network, self.settings, source, range(seed, seed + CALIBRATION))
        file, curves = folder / "policy.safetensors", folder / "curves.svg"
        save(policy, file, seed=str(seed), method=self.settings.method, **notes)
        draw(histories, curves)
        return Trained(policy, file, curves)
