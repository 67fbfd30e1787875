"""Few-shot adaptation: a policy that has learned to learn a user's habits from their first edits. Needs PyTorch.

An *edit* is an iteration after which the user went on and so showed what was needed; in hindsight it gives a lesson
for the state it happened in. Two ways to adapt are here:

- Reptile [1]: a few steps on the edits move every weight, and training moves the shared weights to where such steps
  go far.
- By habits: a few numbers per user move the bias of the first layer, and nothing else. The steps on the edits set
  these numbers only, so that five edits cannot unlearn what all users share; training looks through the steps and
  makes them help in *other* episodes of the same user. This is MAML [2] kept to parameters of the context, as in
  CAVIA [3].

What either brings is on the card of the shipped policy.

[1] Nichol, Achiam, Schulman, "On first-order meta-learning algorithms", 2018. [2] Finn, Abbeel, Levine, "Model-agnostic
meta-learning", 2017. [3] Zintgraf et al., "Fast context adaptation via meta-learning", 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from focalloc.learn.features import Observation
from focalloc.learn.measure import Interval, Learned, interval, played
from focalloc.learn.network import Batch, PolicyNetwork, restored
from focalloc.learn.policy import Policy
from focalloc.learn.rollouts import Rng, Source, play
from focalloc.learn.simulator import Episode, Session, User, any_user
from focalloc.learn.teachers import Lesson, clairvoyant
from focalloc.learn.training import imitation_loss, missed
from focalloc.spec.errors import InvalidInput


class UserEdit(NamedTuple):
    """One edit: what the policy saw, and what it should have done in hindsight."""

    seen: Observation
    lesson: Lesson


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
        inner_rate: step size of an adaptation (plain gradient descent); by habits, where its training begins.
        outer_rate: how far the shared weights move: with Reptile as a share of the way to the adapted ones, by habits
            as Adam's learning rate. It falls linearly to a tenth.
    """

    seed: int = 0
    rounds: int = 30
    users: int = 4
    edits: int = 5
    steps: int = 5
    inner_rate: float = 0.05
    outer_rate: float = 0.3


def lived(episodes: Sequence[Episode], policies: Sequence[Policy]) -> list[list[UserEdit]]:
    """Every iteration of each episode as an edit, where the policy of the same place plays it."""
    edits: list[list[UserEdit]] = [[] for _ in episodes]

    def witness(sessions: list[Session], seen: list[Observation]) -> None:
        for found, session, one in zip(edits, sessions, seen, strict=True):
            found.append(UserEdit(one, clairvoyant(session)))

    play(
        episodes,
        lambda _, seen: [policy.logits(one).astype(np.float64) for policy, one in zip(policies, seen, strict=True)],
        witness,
    )
    return edits


def evenly(edits: UserEdits, count: int) -> list[UserEdit]:
    """``count`` of an episode's edits, spread evenly."""
    return [edits[len(edits) * (i + 1) // (count + 1)] for i in range(count)]


def first_edits(policy: Policy, source: Source, rng: Rng, count: int) -> list[UserEdit]:
    """Edits spread evenly over one episode that ``policy`` plays for the user of ``source``."""
    return evenly(lived([source.draw(rng)], [policy])[0], count)


# REPTILE: a few steps move every weight


def adapted(network: PolicyNetwork, edits: UserEdits, steps: int, rate: float) -> PolicyNetwork:
    """A copy of ``network`` after ``steps`` of gradient descent on ``edits``; the network itself is left alone."""
    own = deepcopy(network)
    optimiser = torch.optim.SGD(own.parameters(), lr=rate)
    batch = Batch([edit.seen for edit in edits])
    free = batch.present & (batch.legal.sum(dim=-1) > 1)
    for _ in range(steps):
        logits, _ = own(batch)
        loss = imitation_loss(functional.log_softmax(logits, dim=-1), [edit.lesson for edit in edits], free)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(own.parameters(), 1.0)
        optimiser.step()
    return own


def reptile(
    network: PolicyNetwork,
    source: Source,
    settings: MetaSettings,
    report: Callable[[int], None] | None = None,
) -> PolicyNetwork:
    """Move a trained network to where a few steps on one user's edits take it far; returns a new network.

    Args:
        network: where to begin.
        source: where episodes come from; each user is drawn anew.
        settings: how to learn.
        report: told the number of each finished round.
    """
    shared = deepcopy(network)
    for number in range(settings.rounds):
        rng = np.random.default_rng([settings.seed, 7, number])
        moves = [torch.zeros_like(weight) for weight in shared.parameters()]
        for _ in range(settings.users):
            own = replace(source, user=any_user(rng))
            edits = first_edits(shared.exported(), own, rng, settings.edits)
            pupil = adapted(shared, edits, settings.steps, settings.inner_rate)
            for move, before, after in zip(moves, shared.parameters(), pupil.parameters(), strict=True):
                move.add_((after - before).detach(), alpha=1 / settings.users)
        rate = settings.outer_rate * (1 - 0.9 * number / settings.rounds)
        with torch.no_grad():
            for weight, move in zip(shared.parameters(), moves, strict=True):
                weight.add_(move, alpha=rate)
        if report is not None:
            report(number + 1)
    return shared


# HABITS: a few steps set a few numbers

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
        directions: what one unit of each number adds to the inlet's bias; ``(numbers, hidden)``.
        log_rate: logarithm of the step size.
    """

    def __init__(self, network: PolicyNetwork, steps: int, rate: float) -> None:
        super().__init__()
        self.network, self.steps = deepcopy(network), steps
        self.directions = nn.Parameter(0.1 * torch.randn(NUMBERS, network.config.hidden))
        self.log_rate = nn.Parameter(torch.tensor(float(np.log(rate))))

    def losses(self, edits: Sequence[UserEdits], habits: Tensor) -> Tensor:
        """What imitating the lessons fails by, per user; ``(users,)``.

        Args:
            edits: as many for each user.
            habits: ``(users, numbers)``.
        """
        several = [edit for one in edits for edit in one]
        batch = Batch([edit.seen for edit in several])
        free = batch.present & (batch.legal.sum(dim=-1) > 1)
        shift = (habits @ self.directions).repeat_interleave(len(edits[0]), dim=0)
        log_probs = functional.log_softmax(self.network(batch, shift)[0], dim=-1)
        wrong = missed(log_probs, [edit.lesson for edit in several], free) * free
        users = len(edits)
        return wrong.reshape(users, -1).sum(dim=1) / free.reshape(users, -1).sum(dim=1).clamp(min=1)

    def habits(self, edits: Sequence[UserEdits]) -> Tensor:
        """The habits of several users, from as many edits of each; ``(users, numbers)``, differentiable.

        Raises:
            InvalidInput: there are no edits, or more of one user than of another.
        """
        counts = {len(one) for one in edits}
        if len(counts) != 1 or 0 in counts:
            raise InvalidInput("edits", sorted(counts), "must be as many for each user, and at least one")
        found = torch.zeros(len(edits), NUMBERS, requires_grad=True)
        # slopes are wanted even where nothing is trained; and no other kernel of attention has slopes of slopes
        with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
            for _ in range(self.steps):
                (slope,) = torch.autograd.grad(self.losses(edits, found).sum(), found, create_graph=self.training)
                found = found - self.log_rate.exp() * slope
        return found

    def policies(self, habits: Tensor) -> list[Policy]:
        """Ordinary policies for users with these ``habits``, which go into the bias of the first layer."""
        shared = self.network.exported()
        shifts = (habits @ self.directions).detach().numpy()
        bias = shared.weights["inlet.bias"]
        return [Policy(shared.config, shared.weights | {"inlet.bias": bias + shift}) for shift in shifts]

    def adapted(self, edits: UserEdits) -> Policy:
        """An ordinary policy for the user who made these edits.

        Raises:
            InvalidInput: there are no edits.
        """
        self.eval()
        return self.policies(self.habits([edits]))[0]


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
        nobody = torch.zeros(len(own), NUMBERS)
        before = lived([one.draw(rng) for one in own], pupil.policies(nobody))
        habits = pupil.habits([evenly(edits, settings.edits) for edits in before])
        after = lived([one.draw(rng) for one in own], pupil.policies(habits))
        some = [[edits[i] for i in rng.choice(len(edits), min(LESSONS, len(edits)), replace=False)] for edits in after]
        others = [evenly(edits, min(LESSONS, len(edits)) // 2) for edits in before]
        with sdpa_kernel(SDPBackend.MATH):
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
            found.append(float(np.mean([played(each, Learned(one))["quality"] for each in drawn])))
    return Gain(
        float(np.mean(before)),
        float(np.mean(after)),
        interval([late - early for early, late in zip(before, after, strict=True)]),
    )
