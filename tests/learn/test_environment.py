"""The Gymnasium environment."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium")
pytestmark = pytest.mark.torch

from gymnasium.utils.env_checker import check_env  # noqa: E402

from focalloc.learn.environment import FocusEnv  # noqa: E402
from focalloc.learn.simulator import Noise, Scenario  # noqa: E402
from focalloc.spec import Geometry, InvalidInput, Params  # noqa: E402

SMALL = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30), blocks=16, iterations=6, noise=Noise(spread=0.3))


def test_gymnasium_finds_nothing_wrong_with_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*(infinity|spec|render).*")  # unbounded features; no render modes
        check_env(FocusEnv(SMALL))


def test_a_learner_that_counts_choices_in_the_type_of_the_space_counts_right() -> None:
    kind = FocusEnv().observation_space["kind"]
    assert kind.nvec.sum() == sum(kind.nvec) == 3 * 128


def test_random_actions_keep_the_budget_and_end_in_time() -> None:
    env = FocusEnv(SMALL)
    env.action_space.seed(1)
    for seed in range(2):
        observation, _ = env.reset(seed=seed)
        steps, truncated = 0, False
        while not truncated:
            assert (observation["kind"] == 1).sum() > 0
            observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
            steps += 1
            assert info["used"] <= 1
            assert np.isfinite(reward)
            assert not terminated
        assert steps == SMALL.iterations


def test_a_step_outside_an_episode_is_refused_in_a_sentence() -> None:
    env = FocusEnv(SMALL)
    still = np.zeros(2 * SMALL.blocks, np.float32)
    with pytest.raises(InvalidInput, match=r"episode = 'none': call reset\(\) first"):
        env.step(still)
    env.reset(seed=1)
    for _ in range(SMALL.iterations):
        env.step(still)
    for _ in range(2):
        with pytest.raises(InvalidInput, match=r"episode = 'over': call reset\(\) to begin another"):
            env.step(still)
    env.reset(seed=2)
    env.step(still)


def test_the_same_seed_gives_the_same_episode() -> None:
    one, two = FocusEnv(SMALL), FocusEnv(SMALL)
    first, second = one.reset(seed=7)[0], two.reset(seed=7)[0]
    assert np.array_equal(first["features"], second["features"])
    assert one.session.episode.scenario == two.session.episode.scenario


def test_a_fixed_user_stays() -> None:
    env = FocusEnv(replace(SMALL), vary_user=False)
    env.reset(seed=1)
    assert env.session.episode.scenario.user == SMALL.user


def test_rows_beyond_the_context_are_ignored() -> None:
    wish = np.zeros(32, np.float32)
    outcomes = []
    for beyond in (0.0, 5.0):
        env = FocusEnv(SMALL)
        seen, _ = env.reset(seed=3)
        wish[(seen["kind"] > 0).sum() :] = beyond
        outcomes.append(env.step(wish)[1:])
    assert outcomes[0] == outcomes[1]
    wish[0] = 5.0
    env.reset(seed=3)
    assert env.step(wish)[4]["actions"] == 1
