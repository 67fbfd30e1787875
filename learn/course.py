"""A course of training: imitation to warm up, the method that is asked for, calibration; it ends with a policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from focalloc.learn.curves import draw
from focalloc.learn.measure import calibrated
from focalloc.learn.network import restored
from focalloc.learn.policy import Policy, PolicyConfig
from focalloc.learn.recorded import Recording
from focalloc.learn.rollouts import Source
from focalloc.learn.training import Figures, Settings, train

CALIBRATION = 8
"""Training episodes on which the policy's fondness for keeping is chosen."""


class Trained(NamedTuple):
    """What came of it, and where it lies.

    Attributes:
        policy: the policy.
        margin: what calibration made keeping worth; 0 where it was left out.
        file: the policy's file, which runs without PyTorch.
        curves: the picture of its training.
    """

    policy: Policy
    margin: float
    file: Path
    curves: Path


@dataclass(frozen=True)
class Course:
    """What is done, in order.

    Attributes:
        settings: of the last stage.
        warm_up: updates of imitation before it.
        begin_with: a policy to go on from; None for a new one.
        config: the size of a new one.
    """

    settings: Settings
    warm_up: int = 0
    begin_with: Policy | None = None
    config: PolicyConfig | None = None

    @property
    def stages(self) -> dict[str, Settings]:
        """Each stage by name. What comes to a policy that can do something first learns to estimate returns."""
        last = self.settings
        if not self.warm_up:
            return {last.method: replace(last, estimating=last.updates // 6 if self.begin_with else 0)}
        first = Settings(seed=last.seed, updates=self.warm_up, teacher=last.teacher, episodes=last.episodes)
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

            done = train(settings, source, self.config, network, folder / f"{stage}.checkpoint", report)
            network, histories[stage] = done.network, done.history
        assert network is not None
        policy, margin, seed = network.exported(), 0.0, self.settings.seed
        if isinstance(source, Source):
            policy, margin = calibrated(policy, source, self.settings.weights, range(seed, seed + CALIBRATION))
        file, curves = folder / "policy.safetensors", folder / "curves.svg"
        policy.save(file, seed=str(seed), method=self.settings.method, margin=str(margin))
        draw(histories, curves)
        return Trained(policy, margin, file, curves)
