"""Few-shot adaptation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from focalloc.learn.meta import (  # noqa: E402
    Habitual,
    MetaSettings,
    adapted,
    first_edits,
    gain_of_adapting,
    habitual,
    reptile,
)
from focalloc.learn.network import Batch, PolicyNetwork  # noqa: E402
from focalloc.learn.policy import PolicyConfig  # noqa: E402
from focalloc.learn.rollouts import Source  # noqa: E402
from focalloc.learn.simulator import Noise, Scenario, User  # noqa: E402
from focalloc.spec import Geometry, InvalidInput, Params  # noqa: E402

SCENARIO = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30), blocks=16, iterations=12)
SOURCE = Source(SCENARIO, user=User(lead=3), noise=Noise(spread=0.2))


def network(seed: int = 0) -> PolicyNetwork:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return PolicyNetwork(PolicyConfig(hidden=16, layers=1, heads=2))


def agreement(one: PolicyNetwork, edits: list) -> float:
    """Share of the lessons of `edits`, by weight, that the policy follows."""
    with torch.no_grad():
        logits = one(Batch([edit.seen for edit in edits]))[0].numpy()
    right, total = 0.0, 0.0
    for row, edit in zip(logits, edits, strict=True):
        chosen = row[: len(edit.lesson.labels)].argmax(axis=1)
        right += float(((chosen == edit.lesson.labels) * edit.lesson.weights).sum())
        total += float(edit.lesson.weights.sum())
    return right / total


def test_edits_come_from_the_user_and_adapting_leaves_the_network_alone() -> None:
    shared = network()
    before = [weight.clone() for weight in shared.parameters()]
    edits = first_edits(shared.exported(), SOURCE, np.random.default_rng(0), 5)
    assert len(edits) == 5
    pupil = adapted(shared, edits, steps=60, rate=0.5)
    assert all(torch.equal(a, b) for a, b in zip(before, shared.parameters(), strict=True))
    assert agreement(pupil, edits) > agreement(shared, edits)


def test_reptile_is_a_function_of_its_seed_and_moves_towards_its_users() -> None:
    settings = MetaSettings(rounds=2, users=2, steps=3, inner_rate=0.2)
    one, two = reptile(network(), SOURCE, settings), reptile(network(), SOURCE, settings)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    other = reptile(network(), SOURCE, replace(settings, seed=1))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


HABITS = MetaSettings(rounds=2, users=2, steps=3, inner_rate=5.0, outer_rate=1e-2)


def test_learning_habits_is_a_function_of_its_seed_and_reports_each_round() -> None:
    told: list[int] = []
    one, two = (habitual(network().exported(), SOURCE, HABITS, told.append) for _ in range(2))
    assert told == [1, 2, 1, 2]
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    other = habitual(network().exported(), SOURCE, replace(HABITS, seed=1))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert one.log_rate != np.log(5.0)


def test_an_adapted_policy_is_an_ordinary_one_that_does_what_the_habits_do() -> None:
    known = habitual(network().exported(), SOURCE, HABITS)
    edits = first_edits(network().exported(), SOURCE, np.random.default_rng(0), 5)
    known.eval()
    habits = known.habits([edits])
    policy = known.adapted(edits)
    logits = known.network(Batch([edit.seen for edit in edits]), (habits @ known.directions).repeat(5, 1))[0]
    for edit, expected in zip(edits, logits, strict=True):
        found = policy.logits(edit.seen)
        assert np.allclose(found, expected[: len(found)].detach().numpy(), atol=1e-3)
    with torch.no_grad():
        again = known.adapted(edits)
    assert all((again.weights[name] == weight).all() for name, weight in policy.weights.items())
    shared = known.network.exported().weights
    assert [name for name, weight in policy.weights.items() if (weight != shared[name]).any()] == ["inlet.bias"]


def test_steps_towards_the_edits_fail_less_on_them_and_users_do_not_disturb_each_other() -> None:
    torch.manual_seed(0)
    known = Habitual(network(), steps=20, rate=2.0)
    known.eval()
    several = [first_edits(network().exported(), SOURCE, np.random.default_rng(seed), 5) for seed in range(2)]
    found = known.habits(several)
    with torch.no_grad():
        assert (known.losses(several, found) < known.losses(several, torch.zeros_like(found))).all()
    alone = torch.cat([known.habits([one]) for one in several])
    assert torch.allclose(found, alone, atol=1e-4)


def test_training_looks_through_the_steps() -> None:
    """Each weight's slope is what moving it does to the loss after adaptation, steps included."""
    torch.manual_seed(0)
    known = Habitual(network(), steps=2, rate=2.0)
    known.train()
    several = [first_edits(network().exported(), SOURCE, np.random.default_rng(0), 4)]

    def loss() -> float:
        return known.losses(several, known.habits(several)).sum().item()

    known.losses(several, known.habits(several)).sum().backward()
    for weight in (known.log_rate, known.directions):
        assert weight.grad is not None
        at = (0,) * weight.dim()
        slope, step = float(weight.grad[at]), 0.02
        with torch.no_grad():
            weight[at] += step
        high = loss()
        with torch.no_grad():
            weight[at] -= 2 * step
        low = loss()
        with torch.no_grad():
            weight[at] += step
        assert slope == pytest.approx((high - low) / (2 * step), rel=0.05)


@pytest.mark.parametrize("counts", [[], [0], [2, 3]])
def test_habits_need_as_many_edits_of_each_user(counts: list[int]) -> None:
    edits = first_edits(network().exported(), SOURCE, np.random.default_rng(0), 5)
    with pytest.raises(InvalidInput, match="edits"):
        Habitual(network(), steps=1, rate=1.0).habits([edits[:count] for count in counts])


def test_no_steps_bring_no_gain() -> None:
    shared = network()
    found = gain_of_adapting(
        shared.exported(), lambda edits: adapted(shared, edits, 0, 1.0).exported(), SOURCE, 5, range(3), episodes=1
    )
    assert found.before == found.after
    assert found.gain.mean == found.gain.half == 0
