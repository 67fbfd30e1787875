"""How good a policy is: held-out documents, lenses worse than in training, and the rules it must beat."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.allocator import Allocator
from focalloc.learn.features import observe
from focalloc.learn.projection import project
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Episode, Noise, Scenario, Session
from focalloc.learn.teachers import clairvoyant
from focalloc.learn.texts import Text
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.greedy import greedy
from focalloc.refimpl.knapsack import knapsack
from focalloc.spec.actions import Action
from focalloc.spec.policy import Policy
from focalloc.spec.scores import SCORE_SCALE, quantise, slot_scores
from focalloc.spec.violations import violations

Rule = Callable[[Session], Sequence[Action]]
"""Answers one iteration of a session."""

FIGURES = ("quality", "used", "actions", "reversals", "coverage", "milliseconds", "violations", "fallbacks")
"""What is measured, each as a mean per iteration: see `Outcome`; wall time of deciding; clauses broken; share of the
iterations in which greedy had to stand in for a policy."""

Figures = dict[str, float]


def greedily(session: Session) -> Sequence[Action]:
    """The strategy ``greedy`` on the noisy scores."""
    return greedy(session.state, session.scores())


def optimally(session: Session) -> Sequence[Action]:
    """The strategy ``knapsack`` on the noisy scores."""
    return knapsack(session.state, session.scores())


def knowingly(session: Session) -> Sequence[Action]:
    """The clairvoyant, who sees no scores but what will be needed: what could be reached, not a contestant."""
    seen = observe(session.state, session.scores())
    wish = clairvoyant(session, seen).preferences()
    return project(session.state, seen.logits(wish, len(session.state.context)))


class Adaptive:
    """The strategy ``enhanced`` on the noisy scores: greedy whose thresholds follow utilisation, ties by recency."""

    TERMS: Mapping[str, Any] = {  # read only
        "strategy": "enhanced",
        "adaptive_window": 8,
        "tau_min": quantise(0.02),
        "tau_max": quantise(2.0),
        "tie_break": "recency",
    }

    def __init__(self) -> None:
        self._session: Session | None = None

    def __call__(self, session: Session) -> Sequence[Action]:
        """The reference's answer, in a session of its own that goes the same way."""
        if session is not self._session:
            self._session, self._allocator = session, ReferenceAllocator()
            state = session.state
            self._allocator.open(state.geometry, replace(state.params, **self.TERMS), state.context)
        return self._allocator.step(session.scores())


class Informed:
    """Greedy that is told what a policy is told: scores averaged over time, and raised near the cursor.

    It shows how much of a policy's gain comes from knowing more than greedy, rather than from having learned.
    """

    NEAR = 2.0
    """Added to the score at the cursor, fading over the blocks around it."""

    RECENT = 0.5
    """Weight of the newest score in the running mean of each level-0 span."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def __call__(self, session: Session) -> Sequence[Action]:
        """Greedy on the improved scores."""
        state, geometry, span = session.state, session.state.geometry, session.state.geometry.span(0)
        units = np.array([geometry.span(block.level) // span for block in state.context])
        first = np.cumsum(units) - units
        said = np.repeat(session.block_scores() / SCORE_SCALE, units)
        if session is not self._session:
            self._session, self._mean = session, said
        self._mean = self._mean + self.RECENT * (said - self._mean)
        recent = np.clip(np.maximum.reduceat(self._mean, first), -4, 4)
        at = session.cursor // span
        distance = np.maximum(np.maximum(first - at, at - (first + units - 1)), 0)
        better = np.rint((recent + self.NEAR * np.exp(-distance / 4)) * SCORE_SCALE).astype(int).tolist()
        return greedy(state, slot_scores(geometry, state.context, better))


RULES: dict[str, Rule] = {
    "greedy": greedily,
    "adaptive greedy": Adaptive(),
    "exact optimum": optimally,
    "informed greedy": Informed(),
    "clairvoyant": knowingly,
}
"""Rules that need no training, by name."""


class Learned:
    """A policy as it runs in production: projected, guarded. Takes note of each new session by itself.

    Args:
        policy: the policy.
        shift: of the memory that its sessions have (MEM-1); 0 for none.

    Attributes:
        fell_back: whether greedy had to stand in at the last iteration.
    """

    def __init__(self, policy: Policy, shift: int = 1) -> None:
        self._allocator, self._shift = Allocator(strategy="learned", policy=policy), shift
        self._session: Session | None = None
        self.fell_back = False

    def __call__(self, session: Session) -> Sequence[Action]:
        """What the allocator answers, in a session of its own that goes the same way."""
        if session is not self._session:
            self._session, state = session, session.state
            params = replace(state.params, memory_shift=self._shift)
            self._allocator.open(state.geometry, params, state.context)
        plan = self._allocator.step(session.scores(), cursor=session.cursor)
        self.fell_back = plan.fallback is not None
        return plan.actions


def played(drawn: Episode, rule: Rule) -> Figures:
    """Mean figures of ``rule`` over one episode; every answer is judged by the safety profile first."""
    session, seconds, broken, fallbacks = Session(drawn), 0.0, 0, 0
    while not session.over:
        begun = time.perf_counter()
        actions = rule(session)
        seconds += time.perf_counter() - begun
        fallbacks += getattr(rule, "fell_back", False)
        broken += len(violations(session.state, session.scores(), actions))
        session.step(actions)
    count = len(session.outcomes)
    sums = {name: sum(getattr(one, name) for one in session.outcomes) for name in FIGURES[:5]}
    return {name: total / count for name, total in sums.items()} | {
        "milliseconds": 1000 * seconds / count,
        "violations": broken / count,
        "fallbacks": fallbacks / count,
    }


FIRST_EPISODE = 1000
"""The seed of the first episode that policies and rules are held against each other in."""


def measuring(source: Source, seeds: Iterable[int]) -> list[Episode]:
    """The episodes of a measurement, one per seed."""
    return [source.draw(np.random.default_rng([seed, 2])) for seed in seeds]


def measured(source: Source, rules: Mapping[str, Rule], seeds: Iterable[int]) -> dict[str, list[Figures]]:
    """Figures of each rule on the same episodes, one per seed."""
    episodes = measuring(source, seeds)
    return {name: [played(one, rule) for one in episodes] for name, rule in rules.items()}


@cache
def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t with ``freedom`` degrees of freedom, to three decimals, by bisection."""
    density = math.gamma((freedom + 1) / 2) / (math.sqrt(freedom * math.pi) * math.gamma(freedom / 2))

    def mass(limit: float) -> float:
        grid: NDArray[np.float64] = np.linspace(0, limit, 20001)
        heights = density * (1 + grid**2 / freedom) ** (-(freedom + 1) / 2)
        return float((heights[1:] + heights[:-1]).sum() / 2 * (limit / 20000))

    low, high = 0.0, 20.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if mass(middle) < 0.475 else (low, middle)
    return round((low + high) / 2, 3)


@dataclass(frozen=True)
class Interval:
    """A mean with half the width of its 95 % confidence interval."""

    mean: float
    half: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half:.3f}"


def interval(values: Sequence[float]) -> Interval:
    """Student's interval for the mean of independent ``values``; infinitely wide for a single one."""
    count = len(values)
    if count < 2:
        return Interval(float(np.mean(values)), math.inf)
    return Interval(float(np.mean(values)), student(count - 1) * float(np.std(values, ddof=1)) / math.sqrt(count))


@dataclass(frozen=True)
class Comparison:
    """Figures of one noise setting.

    Attributes:
        noise: its name.
        rules: mean figures of each untrained rule, over all episodes.
        learned: interval of each figure over training seeds, of the learned policies' means over all episodes.
        forgetful: the same in sessions that do not remember what the lens said before.
    """

    noise: str
    rules: dict[str, Figures]
    learned: dict[str, Interval]
    forgetful: dict[str, Interval]


def compared(
    policies: Sequence[Policy],
    scenario: Scenario,
    texts: Sequence[Text],
    episodes: int,
    noises: Mapping[str, Noise] = NOISES,
    seed: int = 0,
    rules: Mapping[str, Rule] = RULES,
) -> list[Comparison]:
    """Policies from different training seeds against the rules, per noise setting, all on the same episodes.

    Args:
        policies: one per training seed.
        scenario: terms of the episodes.
        texts: what is worked in, held out from training.
        episodes: episodes per setting.
        noises: the settings.
        seed: of the episodes.
        rules: what they are compared with.
    """
    mine = {f"learned {i} {shift}": Learned(policy, shift) for i, policy in enumerate(policies) for shift in (0, 1)}
    found = []
    for name, noise in noises.items():
        figures = measured(Source(scenario, texts, noise=noise), {**rules, **mine}, range(seed, seed + episodes))
        means = {
            rule: {figure: float(np.mean([one[figure] for one in several])) for figure in FIGURES}
            for rule, several in figures.items()
        }
        forgetful, learned = (
            {
                figure: interval([means[f"learned {i} {shift}"][figure] for i in range(len(policies))])
                for figure in FIGURES
            }
            for shift in (0, 1)
        )
        found.append(Comparison(name, {rule: means[rule] for rule in rules}, learned, forgetful))
    return found
