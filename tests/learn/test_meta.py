"""Few-shot adaptation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from focalloc.learn.meta import MetaSettings, adapted, first_edits, gain_of_adapting, reptile  # noqa: E402
from focalloc.learn.network import Batch, PolicyNetwork  # noqa: E402
from focalloc.learn.policy import PolicyConfig  # noqa: E402
from focalloc.learn.rollouts import Source  # noqa: E402
from focalloc.learn.simulator import Noise, Scenario, User  # noqa: E402
from focalloc.spec import Geometry, Params  # noqa: E402

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
    edits = first_edits(shared, SOURCE, np.random.default_rng(0), 5)
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


def test_no_steps_bring_no_gain() -> None:
    found = gain_of_adapting(network(), SOURCE, MetaSettings(steps=0), range(3), episodes=1)
    assert found.before == found.after
    assert found.gain.mean == found.gain.half == 0
