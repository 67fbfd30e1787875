"""Few-shot adaptation: a policy that has learned to learn a user's habits from their first edits (Reptile).

An *edit* is an iteration after which the user went on and so showed what was needed; in hindsight it gives a lesson
for the state it happened in. Needs PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from focalloc.learn.features import Observation
from focalloc.learn.measure import Interval, Learned, interval, played
from focalloc.learn.network import Batch, PolicyNetwork
from focalloc.learn.rollouts import Source, play
from focalloc.learn.simulator import Session, User, any_user
from focalloc.learn.teachers import Lesson, clairvoyant
from focalloc.learn.training import imitation_loss


class Edit(NamedTuple):
    """One edit: what the policy saw, and what it should have done in hindsight."""

    seen: Observation
    lesson: Lesson


@dataclass(frozen=True, kw_only=True)
class MetaSettings:
    """How to learn to adapt.

    Attributes:
        seed: seed of everything.
        rounds: outer updates.
        users: users per outer update.
        edits: edits that a user is known by.
        steps: gradient steps of one adaptation, each on all the edits.
        inner_rate: step size of an adaptation (plain gradient descent).
        outer_rate: how far the shared weights move towards the adapted ones.
    """

    seed: int = 0
    rounds: int = 30
    users: int = 4
    edits: int = 5
    steps: int = 5
    inner_rate: float = 0.05
    outer_rate: float = 0.3


def first_edits(network: PolicyNetwork, source: Source, rng: np.random.Generator, count: int) -> list[Edit]:
    """Edits spread evenly over one episode that ``network`` plays for the user of ``source``."""
    drawn = source.draw(rng)
    length = drawn.scenario.iterations
    when = {length * (i + 1) // (count + 1) for i in range(count)}
    edits: list[Edit] = []

    def witness(sessions: list[Session], seen: list[Observation]) -> None:
        if sessions[0].iteration in when:
            edits.append(Edit(seen[0], clairvoyant(sessions[0])))

    policy = network.exported()
    play([drawn], lambda _, seen: [policy.logits(one).astype(np.float64) for one in seen], witness)
    return edits


def adapted(network: PolicyNetwork, edits: Sequence[Edit], steps: int, rate: float) -> PolicyNetwork:
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
            pupil = adapted(shared, first_edits(shared, own, rng, settings.edits), settings.steps, settings.inner_rate)
            for move, before, after in zip(moves, shared.parameters(), pupil.parameters(), strict=True):
                move.add_((after - before).detach(), alpha=1 / settings.users)
        rate = settings.outer_rate * (1 - number / settings.rounds)
        with torch.no_grad():
            for weight, move in zip(shared.parameters(), moves, strict=True):
                weight.add_(move, alpha=rate)
        if report is not None:
            report(number + 1)
    return shared


@dataclass(frozen=True)
class Gain:
    """What adaptation brings to users that were not seen in training.

    Attributes:
        before: mean quality without adaptation.
        after: mean quality with it.
        gain: interval of the difference over users.
    """

    before: float
    after: float
    gain: Interval


def gain_of_adapting(
    network: PolicyNetwork,
    source: Source,
    settings: MetaSettings,
    users: Iterable[int],
    episodes: int = 2,
    habits: Callable[[np.random.Generator], User] = any_user,
) -> Gain:
    """Quality with and without adaptation, for held-out users on episodes of theirs that gave no edits.

    Args:
        network: the policy.
        source: where episodes come from.
        settings: number of edits, steps and step size.
        users: one seed per user.
        episodes: episodes per user.
        habits: draws a user.
    """
    before, after = list[float](), list[float]()
    for seed in users:
        rng = np.random.default_rng([seed, 11])
        own = replace(source, user=habits(rng))
        pupil = adapted(network, first_edits(network, own, rng, settings.edits), settings.steps, settings.inner_rate)
        drawn = [own.draw(rng) for _ in range(episodes)]
        for found, policy in ((before, network.exported()), (after, pupil.exported())):
            found.append(float(np.mean([played(one, Learned(policy))["quality"] for one in drawn])))
    return Gain(
        float(np.mean(before)),
        float(np.mean(after)),
        interval([late - early for early, late in zip(before, after, strict=True)]),
    )
