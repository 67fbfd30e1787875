"""A third party's learner on the simulator: PPO of stable-baselines3 learns which actions to prefer.

Run as ``python examples/learner.py --steps 8192``; it needs ``pip install 'focalloc[learn]' stable-baselines3``. The
actions are preferences, one per item of POL-1, and are projected onto what is feasible, so that even a learner that
knows nothing keeps every rule. What it learns in minutes is no match for ``focalloc train``, which knows what an item
is; the point is that any learner can begin here.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.evaluation import evaluate_policy

from focalloc.learn.environment import FocusEnv
from focalloc.learn.simulator import Noise, Scenario, User

PER_UPDATE = 512
"""Iterations that are played before each update."""


def environment() -> FocusEnv:
    """One user with a fair lens: little enough to learn something of in minutes."""
    scenario = replace(Scenario(), user=User(), noise=Noise(spread=0.3))
    return FocusEnv(scenario, vary_user=False)


def main(steps: int, seed: int) -> tuple[float, float]:
    """Learn for so many iterations; print and return the mean reward of an episode before and after."""
    check_env(environment(), warn=False)
    learner = PPO(
        "MultiInputPolicy", environment(), n_steps=PER_UPDATE, batch_size=64, gamma=0.9, seed=seed, device="cpu"
    )

    def reward() -> float:
        held_out = environment()
        held_out.reset(seed=1000)
        found, _ = evaluate_policy(learner, held_out, n_eval_episodes=4, warn=False)
        return float(np.mean(found))

    before = reward()
    learner.learn(steps)
    after = reward()
    print(f"mean reward of an episode: {before:.2f} before, {after:.2f} after {steps} iterations")
    return before, after


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8192)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    main(chosen.steps, chosen.seed)
