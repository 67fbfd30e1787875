"""Training: losses by hand, reproducibility, resuming, and that each method learns something."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from focalloc.learn.course import PLANS, decided, planned_best  # noqa: E402
from focalloc.learn.features import Observation  # noqa: E402
from focalloc.learn.network import Batch, Judgement, PolicyNetwork  # noqa: E402
from focalloc.learn.rollouts import Source, mean_outcome, play  # noqa: E402
from focalloc.learn.simulator import Noise, RewardWeights, Scenario  # noqa: E402
from focalloc.learn.teachers import TEACHERS, Lesson, clairvoyant, coming_need, hindsight  # noqa: E402
from focalloc.learn.training import (  # noqa: E402
    METHODS,
    PLAN,
    SHARE,
    Record,
    Settings,
    Training,
    clipped_loss,
    credit,
    estimation_loss,
    gumbel_loss,
    imitation_loss,
    train,
)
from focalloc.spec import Geometry, InvalidInput, Params  # noqa: E402

SCENARIO = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30), blocks=16, iterations=12)
SOURCE = Source(SCENARIO)
TINY = 8
SHORT = Settings(updates=3, episodes=3, minibatch=16)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def weights_of(network: PolicyNetwork) -> list[np.ndarray]:
    return [tensor.numpy().copy() for tensor in network.state_dict().values()]


def same(one: PolicyNetwork, other: PolicyNetwork) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(weights_of(one), weights_of(other), strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_a_run_is_a_function_of_its_seed_and_resumes_exactly(method: str, tmp_path: Path) -> None:
    settings = replace(SHORT, method=method)  # type: ignore[arg-type]
    whole = train(settings, SOURCE, TINY)
    again = train(settings, SOURCE, TINY)
    other = train(replace(settings, seed=1), SOURCE, TINY)
    assert same(whole.network, again.network)
    assert not same(whole.network, other.network)
    assert all(math.isfinite(value) for figures in whole.history for value in figures.values())

    begun = Training.begun(settings, SOURCE, TINY)
    begun.update()
    begun.save(tmp_path / "c.pt")
    torch.rand(5)  # chance elsewhere makes no difference
    resumed = train(settings, SOURCE, TINY, checkpoint=tmp_path / "c.pt")
    assert same(whole.network, resumed.network)
    assert resumed.history == whole.history
    with pytest.raises(InvalidInput, match="other settings"):
        train(replace(settings, seed=9), SOURCE, TINY, checkpoint=tmp_path / "c.pt")


def test_while_only_estimating_ppo_leaves_the_policy_alone() -> None:
    settings = replace(SHORT, method="ppo", estimating=2, learning_rate=1e-2)
    run = Training.begun(settings, SOURCE, TINY)
    began = run.network.exported()
    value = run.network.value.weight.detach().clone()
    for alone in (True, True, False):
        run.update()
        assert (run.network.exported() == began) == alone
    assert not torch.equal(value, run.network.value.weight)


def test_senseless_settings_are_refused() -> None:
    for field, value in (
        ("method", "wish"),
        ("teacher", "nobody"),
        ("updates", 0),
        ("minibatch", 0),
        ("estimating", -1),
    ):
        with pytest.raises(InvalidInput, match=field):
            Settings(**{field: value})


def looking(items: int) -> Observation:
    """An observation of so many expands, of which only their number matters."""
    first = SOURCE.draw(np.random.default_rng(0))
    rows = np.zeros((items, 17), np.int64)
    return Observation((), np.zeros(items, np.bool_), rows[:, :2], rows, rows[:, 0], 0, first.scenario.geometry)


def judged(worths: list[float], listed: list[bool], gate: list[float] | None = None) -> Judgement:
    worth = torch.tensor([worths], dtype=torch.float64, requires_grad=True)
    gates = torch.tensor([gate or worths], dtype=torch.float64)
    return Judgement(worth, gates, torch.tensor([listed]), torch.zeros(1))


def lesson(wanted: list[bool], weights: list[float]) -> Lesson:
    return Lesson(np.array(wanted), np.array(weights))


def test_imitation_is_weighted_cross_entropy_over_the_shortlists() -> None:
    said, batch = judged([0.0, math.log(3), 5.0], [True, True, False]), Batch([looking(3)])
    loss = imitation_loss(said, batch, [lesson([True, False, True], [2.0, 1.0, 1.0])])
    assert loss.item() == pytest.approx((2 * math.log(2) + math.log(4)) / 2)


def test_estimates_are_squared_errors_of_the_shortlists_and_every_gate() -> None:
    said, batch = judged([1.0, 2.0], [True, False], gate=[0.0, 3.0]), Batch([looking(2)])
    loss = estimation_loss(said, batch, [np.array([0.3, 0.1])])
    assert loss.item() == pytest.approx((1 - 0.3 * SHARE) ** 2 + ((0.3 * SHARE) ** 2 + (3 - 0.1 * SHARE) ** 2) / 2)


def test_gumbel_samples_are_hard_forward_and_soft_backward() -> None:
    batch = Batch([looking(2)])
    sure = gumbel_loss(judged([20.0, -20.0], [True, True]), batch, [lesson([True, True], [1.0, 0.5])], 0.5)
    assert sure.item() == pytest.approx(-(1.0 - 0.5) / 2)
    said = judged([1.0, -1.0], [True, True])
    gumbel_loss(said, batch, [lesson([True, True], [1.0, 0.5])], 0.5).backward()
    assert said.worth.grad is not None
    assert (said.worth.grad < 0).all()  # both would do better to act


def test_clipping_takes_away_the_incentive_to_go_further() -> None:
    free = torch.tensor([[True]])
    old = torch.tensor([[math.log(0.5)]])
    for new, gain, flat in ((0.5, 1.0, False), (0.7, 1.0, True), (0.7, -1.0, False), (0.3, -1.0, True)):
        log_prob = torch.tensor([[math.log(new)]], requires_grad=True)
        clipped_loss(log_prob, old, torch.tensor([gain]), free, 0.2).backward()
        assert log_prob.grad is not None
        assert (float(log_prob.grad) == 0) == flat


@pytest.mark.parametrize("method", ["reinforce", "ppo"])
def test_credit_is_the_discounted_future_less_a_baseline(method: str) -> None:
    settings = replace(SHORT, method=method, discount=0.5, smoothing=1.0)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    record = Record(PolicyNetwork(TINY), settings, rng, guided=0)
    sessions = play([SOURCE.draw(rng) for _ in range(3)], record.decide)
    rewards = np.array([[settings.weights.reward(o) for o in one.outcomes] for one in sessions]).T
    advantages, returns = credit(record, sessions)
    assert advantages.shape == (12, 3)
    assert advantages.mean() == pytest.approx(0, abs=1e-9)
    assert advantages.std() == pytest.approx(1)
    last = np.array(record.values[-1]) / (1 - 0.5)
    tail = 0.0 if method == "reinforce" else 0.5 * last
    assert np.allclose(returns[-1], rewards[-1] + tail)
    assert np.allclose(returns[:-1], rewards[:-1] + 0.5 * returns[1:])


def test_teachers_teach_something_and_hindsight_says_what_came_to_be_needed() -> None:
    rng = np.random.default_rng(2)
    for teacher in TEACHERS.values():
        kinds: set[tuple[bool, bool]] = set()

        def witness(sessions: list, seen: list, teacher: object = teacher, found: set = kinds) -> None:
            for session, one in zip(sessions, seen, strict=True):
                given = teacher(session, one)  # type: ignore[operator]
                assert (given.weights > 0).all()
                found.update(zip(one.collapses.tolist(), given.wanted.tolist(), strict=True))
                worths, need = hindsight(session, one), coming_need(session)
                assert need.sum() == pytest.approx(1)
                for action, worth in zip(one.actions, worths, strict=True):
                    last = action.start + session.state.geometry.span(action.level)
                    assert worth == need[action.start // 4 : last // 4].max()

        play(
            [SOURCE.draw(rng) for _ in range(2)],
            lambda sessions, seen: [clairvoyant(*pair).preferences() for pair in zip(sessions, seen, strict=True)],
            witness,
        )
        assert len(kinds) == 4


def test_the_clairvoyant_does_much_better_than_doing_nothing() -> None:
    rng = np.random.default_rng(3)
    episodes = [SOURCE.draw(rng) for _ in range(4)]
    knowing = play(episodes, lambda ss, seen: [clairvoyant(*pair).preferences() for pair in zip(ss, seen, strict=True)])
    assert mean_outcome(knowing)["quality"] > 0.5
    idle = play(episodes, lambda _, seen: [np.zeros(len(one.actions)) for one in seen])
    assert mean_outcome(idle)["quality"] == 0


def test_the_plan_that_is_picked_is_one_of_those_tried() -> None:
    torch.manual_seed(0)
    assert planned_best(PolicyNetwork(TINY), SOURCE, RewardWeights(), range(2)) in PLANS


@pytest.mark.slow
@pytest.mark.parametrize("method", ["hindsight", "imitate", "gumbel"])
def test_a_short_course_already_shows_some_of_what_is_needed(method: str) -> None:
    source = replace(SOURCE, noise=Noise(spread=0.3))
    settings = Settings(method=method, updates=25, episodes=8, learning_rate=3e-3)  # type: ignore[arg-type]
    run = train(settings, source, TINY)
    rng = np.random.default_rng(99)
    episodes = [source.draw(rng) for _ in range(6)]

    def quality(network: PolicyNetwork) -> float:
        plan = PLAN if method == "hindsight" else None
        return mean_outcome(play(episodes, decided(network, plan)))["quality"]

    torch.manual_seed(0)
    assert quality(run.network) > quality(PolicyNetwork(TINY)) + 0.2


@pytest.mark.slow
@pytest.mark.parametrize("method", ["reinforce", "ppo"])
def test_reinforcement_raises_the_reward(method: str) -> None:
    source = replace(SOURCE, noise=Noise())
    settings = Settings(method=method, updates=40, episodes=12, learning_rate=3e-3, discount=0.8)  # type: ignore[arg-type]
    rewards = [figures["reward"] for figures in train(settings, source, TINY).history]
    assert np.mean(rewards[-5:]) > np.mean(rewards[:5]) + 0.03
