"""Few-shot adaptation: a policy that has learned to learn a user's habits from their first edits. Needs PyTorch.

An *edit* is an iteration after which the user went on and so showed what was needed; in hindsight it says what each
item of the state it happened in was worth. A few numbers per user, their habits, move the biases of the first layer,
and nothing else. Steps of gradient descent on the edits set these numbers only, so that five edits cannot unlearn what
all users share; training looks through the steps and makes them help in *other* episodes of the same user. This is
MAML [1] kept to parameters of the context, as in CAVIA [2]. What it brings is on the card of the shipped policy.

[1] Finn, Abbeel, Levine, "Model-agnostic meta-learning", 2017. [2] Zintgraf et al., "Fast context adaptation via
meta-learning", 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from focalloc.learn.course import decided
from focalloc.learn.features import Observation
from focalloc.learn.measure import Interval, interval
from focalloc.learn.network import Batch, PolicyNetwork, restored
from focalloc.learn.rollouts import Rng, Source, mean_outcome, play
from focalloc.learn.simulator import Episode, Floats, Session, User, any_user
from focalloc.learn.teachers import hindsight
from focalloc.learn.training import PLAN, mean_over, misjudged
from focalloc.spec.errors import InvalidInput
from focalloc.spec.policy import Policy, PolicyPlan


class UserEdit(NamedTuple):
    """One edit: what the policy saw, and what each item of it turned out to be worth."""

    seen: Observation
    worths: Floats


UserEdits = Sequence[UserEdit]


@dataclass(frozen=True, kw_only=True)
class MetaSettings:
    """How to learn to adapt.

    Attributes:
        seed: seed of everything.
        rounds: outer updates.
        users: users per outer update.
        edits: edits that a user is known by.
        steps: gradient steps of one adaptation, each on all the edits.
        inner_rate: step size of an adaptation (plain gradient descent), where its training begins.
        outer_rate: Adam's learning rate for the shared weights. It falls linearly to a tenth.
    """

    seed: int = 0
    rounds: int = 30
    users: int = 4
    edits: int = 5
    steps: int = 5
    inner_rate: float = 0.05
    outer_rate: float = 1e-3


def lived(
    episodes: Sequence[Episode], network: PolicyNetwork, plan: PolicyPlan | None, shifts: Tensor | None = None
) -> list[list[UserEdit]]:
    """Every iteration of each episode as an edit, where the network plays it, its biases shifted for each user."""
    edits: list[list[UserEdit]] = [[] for _ in episodes]

    def witness(sessions: list[Session], seen: list[Observation]) -> None:
        for found, session, one in zip(edits, sessions, seen, strict=True):
            found.append(UserEdit(one, hindsight(session, one)))

    play(episodes, decided(network, plan, shifts), witness)
    return edits


def evenly(edits: UserEdits, count: int) -> list[UserEdit]:
    """``count`` of an episode's edits, spread evenly."""
    return [edits[len(edits) * (i + 1) // (count + 1)] for i in range(count)]


def first_edits(policy: Policy, source: Source, rng: Rng, count: int) -> list[UserEdit]:
    """Edits spread evenly over one episode that ``policy`` plays for the user of ``source``."""
    return evenly(lived([source.draw(rng)], restored(policy), policy.plan)[0], count)


NUMBERS = 4
"""How many numbers a user's habits are."""

LESSONS = 16
"""Iterations per user that an outer update learns from, of an episode that gave no edits."""

SHARED = 0.5
"""What doing well for users of no known habits counts in training, beside doing well once they are known."""


class Habitual(nn.Module):
    """A network that knows users by their habits. Those of an unknown one are 0.

    Args:
        network: where to begin; it is copied.
        steps: gradient steps from the edits to the habits.
        rate: step size, which is trained too.

    Attributes:
        network: what all users share.
        directions: what one unit of each number adds to the biases of ``encode``; ``(numbers, 2 * hidden)``.
        log_rate: logarithm of the step size.
    """

    def __init__(self, network: PolicyNetwork, steps: int, rate: float) -> None:
        super().__init__()
        self.network, self.steps = deepcopy(network), steps
        self.directions = nn.Parameter(0.1 * torch.randn(NUMBERS, 2 * network.hidden, dtype=torch.float64))
        self.log_rate = nn.Parameter(torch.tensor(float(np.log(rate)), dtype=torch.float64))

    def losses(self, edits: Sequence[UserEdits], habits: Tensor) -> Tensor:
        """Mean squared error of the estimated worths, per user; ``(users,)``.

        Args:
            edits: as many for each user.
            habits: ``(users, numbers)``.
        """
        several = [edit for one in edits for edit in one]
        batch = Batch([edit.seen for edit in several])
        said = self.network(batch, self.shifts(habits).repeat_interleave(len(edits[0]), dim=0))
        wrong, users = misjudged(said, batch, [edit.worths for edit in several]), len(edits)
        rows = zip(wrong.reshape(users, -1), said.listed.reshape(users, -1), strict=True)
        return torch.stack([mean_over(*row) for row in rows])

    def shifts(self, habits: Tensor) -> Tensor:
        """What habits add to the biases of ``encode``; ``(users, 2, hidden)``."""
        return (habits @ self.directions).reshape(-1, 2, self.network.hidden)

    def habits(self, edits: Sequence[UserEdits]) -> Tensor:
        """The habits of several users, from as many edits of each; ``(users, numbers)``, differentiable.

        Raises:
            InvalidInput: there are no edits, or more of one user than of another.
        """
        counts = {len(one) for one in edits}
        if len(counts) != 1 or 0 in counts:
            raise InvalidInput("edits", sorted(counts), "must be as many for each user, and at least one")
        found = torch.zeros(len(edits), NUMBERS, dtype=torch.float64, requires_grad=True)
        with torch.enable_grad():  # slopes are wanted even where nothing is trained
            for _ in range(self.steps):
                (slope,) = torch.autograd.grad(self.losses(edits, found).sum(), found, create_graph=self.training)
                found = found - self.log_rate.exp() * slope
        return found

    def adapted(self, edits: UserEdits, plan: PolicyPlan | None = PLAN) -> Policy:
        """An ordinary policy for the user who made these edits.

        Raises:
            InvalidInput: there are no edits.
        """
        self.eval()
        own = deepcopy(self.network)
        with torch.no_grad():
            for kind, shift in enumerate(self.shifts(self.habits([edits]))[0]):
                own.get_parameter(f"encode.{kind}.bias").add_(shift)
        return own.exported(plan)


def habitual(
    policy: Policy,
    source: Source,
    settings: MetaSettings,
    report: Callable[[int], None] | None = None,
) -> Habitual:
    """Train a policy on to know users by their habits.

    Args:
        policy: where to begin.
        source: where episodes come from; each user is drawn anew.
        settings: how to learn.
        report: told the number of each finished round.
    """
    torch.manual_seed(settings.seed)
    plan = policy.plan
    pupil = Habitual(restored(policy), settings.steps, settings.inner_rate)
    weights = [weight for name, weight in pupil.named_parameters() if name != "log_rate"]
    optimiser = torch.optim.Adam(
        [
            {"params": weights, "begins": settings.outer_rate},
            {"params": [pupil.log_rate], "begins": 30 * settings.outer_rate},
        ]
    )
    for number in range(settings.rounds):
        rng = np.random.default_rng([settings.seed, 8, number])
        pupil.train()
        own = [replace(source, user=any_user(rng)) for _ in range(settings.users)]
        nobody = torch.zeros(len(own), NUMBERS, dtype=torch.float64)
        before = lived([one.draw(rng) for one in own], pupil.network, plan)
        habits = pupil.habits([evenly(edits, settings.edits) for edits in before])
        after = lived([one.draw(rng) for one in own], pupil.network, plan, pupil.shifts(habits))
        some = [[edits[i] for i in rng.choice(len(edits), min(LESSONS, len(edits)), replace=False)] for edits in after]
        others = [evenly(edits, min(LESSONS, len(edits)) // 2) for edits in before]
        loss = pupil.losses(some, habits).mean() + SHARED * pupil.losses(others, nobody).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = group["begins"] * (1 - 0.9 * number / settings.rounds)
        optimiser.step()
        if report is not None:
            report(number + 1)
    return pupil


# WHAT IT BRINGS


@dataclass(frozen=True)
class Gain:
    """What adaptation brings to users drawn anew.

    Attributes:
        before: mean quality without adaptation.
        after: mean quality with it.
        gain: interval of the difference over users.
    """

    before: float
    after: float
    gain: Interval


def gain_of_adapting(
    policy: Policy,
    adapt: Callable[[UserEdits], Policy],
    source: Source,
    edits: int,
    users: Iterable[int],
    episodes: int = 2,
    habits: Callable[[Rng], User] = any_user,
) -> Gain:
    """Quality with and without adaptation, for users drawn anew, on episodes of theirs that gave no edits.

    Args:
        policy: what everybody gets at first.
        adapt: makes a policy for a user of their edits.
        source: where episodes come from.
        edits: number of edits.
        users: one seed per user.
        episodes: episodes per user.
        habits: draws a user.
    """
    before, after = list[float](), list[float]()
    for seed in users:
        rng = np.random.default_rng([seed, 11])
        own = replace(source, user=habits(rng))
        pupil = adapt(first_edits(policy, own, rng, edits))
        drawn = [own.draw(rng) for _ in range(episodes)]
        for found, one in ((before, policy), (after, pupil)):
            found.append(mean_outcome(play(drawn, decided(restored(one), one.plan)))["quality"])
    return Gain(
        float(np.mean(before)),
        float(np.mean(after)),
        interval([late - early for early, late in zip(before, after, strict=True)]),
    )
