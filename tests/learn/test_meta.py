"""Few-shot adaptation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from focalloc.learn.meta import Habitual, MetaSettings, first_edits, gain_of_adapting, habitual  # noqa: E402
from focalloc.learn.network import UNIT, Batch, PolicyNetwork, restored  # noqa: E402
from focalloc.learn.rollouts import Source  # noqa: E402
from focalloc.learn.simulator import Noise, Scenario, User  # noqa: E402
from focalloc.learn.training import PLAN  # noqa: E402
from focalloc.spec import Geometry, InvalidInput, Params  # noqa: E402

SCENARIO = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30), blocks=16, iterations=12)
SOURCE = Source(SCENARIO, user=User(lead=3), noise=Noise(spread=0.2))


def network(seed: int = 0) -> PolicyNetwork:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    return PolicyNetwork(16)


HABITS = MetaSettings(rounds=2, users=2, steps=3, inner_rate=5.0, outer_rate=1e-2)


def test_learning_habits_is_a_function_of_its_seed_and_reports_each_round() -> None:
    told: list[int] = []
    one, two = (habitual(network().exported(PLAN), SOURCE, HABITS, told.append) for _ in range(2))
    assert told == [1, 2, 1, 2]
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    other = habitual(network().exported(PLAN), SOURCE, replace(HABITS, seed=1))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert one.log_rate != np.log(5.0)


def test_an_adapted_policy_is_an_ordinary_one_that_says_what_the_habits_do() -> None:
    known = habitual(network().exported(PLAN), SOURCE, HABITS)
    edits = first_edits(network().exported(PLAN), SOURCE, np.random.default_rng(0), 5)
    known.eval()
    habits = known.habits([edits])
    policy = known.adapted(edits, PLAN)
    batch = Batch([edit.seen for edit in edits])
    with torch.no_grad():
        expected = known.network(batch, known.shifts(habits).expand(5, -1, -1)).worth
        assert torch.equal(restored(policy)(batch).worth, expected)
        assert known.adapted(edits, PLAN) == policy
    shared = known.network.exported(PLAN)
    assert replace(policy, encode=shared.encode) == shared
    for mine, theirs in zip(policy.encode, shared.encode, strict=True):
        assert mine.weight == theirs.weight
    assert (expected * UNIT == (expected * UNIT).round()).all()


def test_steps_towards_the_edits_fail_less_on_them_and_users_do_not_disturb_each_other() -> None:
    torch.manual_seed(0)
    known = Habitual(network(), steps=20, rate=0.5)
    known.eval()
    several = [first_edits(network().exported(PLAN), SOURCE, np.random.default_rng(seed), 5) for seed in range(2)]
    found = known.habits(several)
    with torch.no_grad():
        assert (known.losses(several, found) < known.losses(several, torch.zeros_like(found))).all()
    alone = torch.cat([known.habits([one]) for one in several])
    assert torch.allclose(found, alone, atol=1e-4)


def test_training_looks_through_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each weight's slope is what moving it does to the loss after adaptation, steps included, rounding left aside."""
    monkeypatch.setattr("focalloc.learn.network.through", lambda _, numbers: numbers)
    torch.manual_seed(0)
    known = Habitual(network(), steps=2, rate=2.0)
    known.train()
    several = [first_edits(network().exported(PLAN), SOURCE, np.random.default_rng(0), 4)]

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
    edits = first_edits(network().exported(PLAN), SOURCE, np.random.default_rng(0), 5)
    with pytest.raises(InvalidInput, match="edits"):
        Habitual(network(), steps=1, rate=1.0).habits([edits[:count] for count in counts])


def test_a_policy_that_does_not_adapt_gains_nothing() -> None:
    policy = network().exported(PLAN)
    found = gain_of_adapting(policy, lambda _: policy, SOURCE, 5, range(3), episodes=1)
    assert found.before == found.after
    assert found.gain.mean == found.gain.half == 0
