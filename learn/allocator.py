"""A learned policy in production: the fast path's guard around features, inference and projection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.guard import Guarded, View
from focalloc.fastpath.plan import Plan
from focalloc.learn.features import Observation, Observer
from focalloc.learn.policy import load
from focalloc.learn.projection import project
from focalloc.spec.actions import Action
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

SHIPPED = Path(__file__).with_name("small.safetensors")
"""The policy that comes with the package; its card lies beside it."""


class Decides(Protocol):
    """What gives logits: a `Policy`, or anything like it."""

    def logits(self, seen: Observation) -> NDArray[np.float32]:
        """Logits (expand, keep, collapse) per block; ``(blocks, 3)``."""


class PolicySelector:
    """A policy as a selector for `Guarded`: observe, infer, project.

    Args:
        policy: gives the logits; a path is loaded.

    Attributes:
        asked: how often it has answered.
        disagreements: how often its answer was not greedy's, whatever the order: how far it has drifted.

    Raises:
        InvalidInput: the policy file is missing, corrupt or made for other features.
    """

    def __init__(self, policy: Decides | str | Path = SHIPPED) -> None:
        if isinstance(policy, str | Path):
            loaded = load(policy)
            if loaded.config.embedding > 0:
                rule = f"expects embeddings of {loaded.config.embedding} numbers per block, which are not given here"
                raise InvalidInput("policy", str(policy), rule)
            policy = loaded
        if not callable(getattr(policy, "logits", None)):
            raise InvalidInput("policy", policy, "must be a path, or have a method logits")
        self._policy = policy
        self._observer = Observer()
        self._latest = -1
        self._greedy = Allocator()
        self.asked = 0
        self.disagreements = 0

    def __call__(self, view: View, scores: NDArray[np.int32]) -> list[Action]:
        """The best feasible part of what the policy prefers.

        Raises:
            InvalidInput: the policy's logits are of the wrong shape, or NaN.
        """
        state = view.state()
        if view.iteration <= self._latest:  # a new session: what the last one's lens said does not count
            self._observer = Observer()
        self._latest = view.iteration
        answer = project(state, self._policy.logits(self._observer.observe(state, scores, view.cursor)))
        self.asked += 1
        self._greedy._start(replace(state, params=replace(state.params, strategy="greedy", tie_break="position")))
        self.disagreements += set(answer) != set(self._greedy.step(scores).actions)
        return answer


class LearnedAllocator(Guarded):
    """An allocator that follows a policy under guard; the strategy of ``params`` decides where the policy fails.

    ``Allocator(strategy="learned", policy=PATH)`` makes one.

    Args:
        geometry: shape of the tree.
        params: budget, cap, cooldown; thresholds bind the strategy that stands in only.
        policy: gives the logits; a path is loaded.
        deadline: longest wait for the policy, in seconds.

    Attributes:
        selector: the policy at work.

    Raises:
        InvalidInput: the policy file is missing, corrupt or made for other features; or as for `Guarded`.
    """

    def __init__(
        self,
        geometry: Geometry | None = None,
        params: Params | None = None,
        *,
        policy: Decides | str | Path | None = None,
        deadline: float | None = None,
    ) -> None:
        self.selector = PolicySelector(SHIPPED if policy is None else policy)
        self._steps = 0
        super().__init__(self.selector, geometry, params, deadline=deadline)

    def warmup(self, *types: DTypeLike) -> None:
        """As `Allocator.warmup`, for the strategy that stands in and for what the policy goes through."""
        super().warmup(*types)
        for strategy in ("projection", "greedy"):
            params = replace(self.params, strategy=strategy, tie_break="position")
            Allocator(self.geometry, params).warmup(np.float32, np.int32)

    def step(self, scores: ArrayLike, *, per_block: bool = False, cursor: int | None = None) -> Plan:
        """As `Guarded.step`; what is near the cursor, or not, is among what the policy sees."""
        plan = super().step(scores, per_block=per_block, cursor=cursor)
        self._steps += 1
        return plan

    @property
    def fallback_share(self) -> float:
        """Share of the iterations in which the policy failed."""
        return sum(self.fallback_counts.values()) / max(1, self._steps)

    @property
    def disagreement_share(self) -> float:
        """Share of the policy's answers that were not greedy's."""
        return self.selector.disagreements / max(1, self.selector.asked)
