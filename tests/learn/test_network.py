"""The network says what the policy that it exports says, to the last bit."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from focalloc.learn import network as of_network  # noqa: E402
from focalloc.learn.course import decided, hesitant  # noqa: E402
from focalloc.learn.features import observe  # noqa: E402
from focalloc.learn.network import SHORTLIST, UNIT, Batch, PolicyNetwork, best, restored, through  # noqa: E402
from focalloc.learn.simulator import Scenario, Session  # noqa: E402
from focalloc.learn.training import PLAN, preferences  # noqa: E402
from focalloc.spec.policy import Policy, worths  # noqa: E402
from focalloc.spec.policy import preferences as meant  # noqa: E402
from focalloc.spec.scores import SCORE_SCALE  # noqa: E402
from focalloc.spec.state import State  # noqa: E402
from tests.learn.test_features import sessions  # noqa: E402


def network(seed: int, scale: float = 1.0, hidden: int = 8) -> PolicyNetwork:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    made = PolicyNetwork(hidden)
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(scale)  # at 5 some weights, and some activations, saturate
    return made


def told(rng: random.Random, state: State) -> list[int]:
    return [rng.randint(1 - 2**31, 2**31 - 1) >> rng.choice([0, 8, 12]) for _ in range(state.used)]


@pytest.mark.parametrize("scale", [0.3, 1.0, 5.0])
def test_the_network_says_what_its_policy_means(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = 0
    for seed in range(40):
        rng = random.Random(seed)
        shortlist = rng.choice([1, 2, SHORTLIST])
        monkeypatch.setattr(of_network, "SHORTLIST", shortlist)
        one = network(seed, scale)
        policy = one.exported(PLAN)
        states = [sessions(rng) for _ in range(3)]
        rows = [told(rng, state) for state in states]
        seen = [observe(state, row, shortlist) for state, row in zip(states, rows, strict=True)]
        batch = Batch(seen)
        with torch.no_grad():
            said = one(batch)
        for plan in (None, PLAN):
            mine = preferences(batch, seen, said, plan)
            for state, row, look, found in zip(states, rows, seen, mine, strict=True):
                due = meant(replace(policy, plan=plan), state, row)
                assert (found * SCORE_SCALE).tolist() == [due.get(action, 0) for action in look.actions]
                wanted += sum(number > 0 for number in due.values())
        for state, row, look, found in zip(states, rows, seen, batch.rows(said.worth * UNIT), strict=True):
            for action, worth in worths(policy, state, row).items():
                assert found[look.actions.index(action)] == worth
    assert wanted > 100


def test_they_decide_alike_through_an_episode() -> None:
    from focalloc import Allocator
    from focalloc.learn.projection import project
    from focalloc.learn.rollouts import Source, remembering

    one = network(1, 1.0, 16)
    for shift in (0, 1):
        session = Session(remembering(Source(Scenario()).draw(np.random.default_rng(shift)), shift))
        fast = Allocator(strategy="learned", policy=one.exported(PLAN))
        fast.open(session.state.geometry, session.state.params, session.state.context)
        decide = decided(one, PLAN)
        while not session.over:
            seen = observe(session.state.pointed(session.cursor), session.scores())
            logits = seen.logits(decide([session], [seen])[0], len(session.state.context))
            actions = project(session.state, logits)
            assert list(fast.step(session.scores(), cursor=session.cursor)) == actions
            session.step(actions)


def test_a_network_goes_on_where_its_policy_stands() -> None:
    policy = network(3, 2.0).exported(PLAN)
    assert restored(policy).exported(PLAN) == policy
    assert all(weight.dtype == torch.float64 for weight in restored(policy).parameters())


def test_hesitation_is_taken_off_every_preference() -> None:
    one = network(4)
    calm, still = hesitant(one, 0.5), one.exported()
    assert isinstance(calm, Policy)
    for mine, before in zip(calm.prefer, still.prefer, strict=True):
        assert mine.bias[0] == before.bias[0] - UNIT // 2
    assert calm.mix == still.mix


def test_slopes_pass_through_the_rounding_and_values_do_not() -> None:
    number = torch.tensor([0.4, 1.6], dtype=torch.float64, requires_grad=True)
    rounded = through(torch.round, number)
    assert rounded.tolist() == [0, 2]
    rounded.sum().backward()
    assert number.grad is not None
    assert number.grad.tolist() == [1, 1]


def test_of_equal_gates_the_first_are_listed() -> None:
    gate = torch.tensor([[1.0, 2.0, 1.0, 9.0], [3.0, 3.0, 3.0, 3.0]])
    present = torch.tensor([[True, True, True, False], [True, True, True, True]])
    assert best(gate, present, 2).tolist() == [[True, True, False, False], [True, True, False, False]]
    assert best(gate, present, 4).tolist() == present.tolist()
