"""A learned policy at work on the tables of a session, and the strategy that stands in should it fail (POL-5)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels.layout import Longs, Scratch, Tags
from focalloc.fastpath.plan import Fallback, Plan
from focalloc.fastpath.policy_file import load
from focalloc.fastpath.tables import Tables
from focalloc.fastpath.workspace import CompiledPolicy, Learner, RunStep
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.policy import LAYERS, Policy, PolicyPlan

SHIPPED = Path(__file__).with_name("policy.safetensors")
"""The policy that comes with the package; its card is ``learn/small.md``."""


@lru_cache(maxsize=16)
def compiled(policy: Policy) -> CompiledPolicy:
    """A policy as the kernels take it (`layout.NETWORK`, `layout.Network`); the same one for equal policies."""
    bounds = policy.plan or PolicyPlan(0, 0, 0)
    sizes = policy.hidden, policy.shortlist, policy.encode_shift, policy.mix_shift
    parts = [np.array([*sizes, policy.plan is not None, *bounds], np.int32)]
    for name in LAYERS:
        for layer in getattr(policy, name):
            parts += [np.array(layer.weight, np.int32).T.reshape(-1), np.array(layer.bias, np.int32)]
    return CompiledPolicy(np.concatenate(parts))


class Learned:
    """What selects in place of a strategy.

    Args:
        policy: the policy, or the path of its file; `SHIPPED` if None.

    Attributes:
        policy: the policy.
        asked: how many iterations went by its answer.
        disagreements: in how many of them greedy, its ties by position, would have done something else.
        failures: in how many others the strategy that stands in decided.

    Raises:
        InvalidInput: the file is missing, or no policy (POL-7).
    """

    def __init__(self, policy: object) -> None:
        if policy is None or isinstance(policy, str | Path):
            policy = load(SHIPPED if policy is None else policy)
        if not isinstance(policy, Policy):
            raise InvalidInput("policy", policy, "must be a Policy, or the path of its file")
        self.policy = policy
        self.asked = self.disagreements = self.failures = 0
        self._compiled = compiled(policy)
        self._fallback: Fallback | None = None

    def at_work(self, geometry: Geometry, cap: int, tables: Tables, stand_in: RunStep) -> tuple[Learner, RunStep]:
        """Work space and iteration for a session with this cap; ``stand_in`` runs that where the policy fails."""
        tables.keep_told()
        learner = Learner(geometry, cap, tables.n_diff, tables.capacity, self._compiled)

        def run_step(scores: NDArray[np.generic], tags: Tags, scratch: Scratch, state: Longs, cursor: int) -> int:
            try:
                done = learner.run_step(scores, tags, scratch, state, cursor)
                failure = "" if done != k.MISFIT else "the policy's answer breaks a rule of the iteration"
            except MemoryError:
                failure = "there was no memory for what the policy prefers"
            if failure:
                done = stand_in(scores, tags, scratch, state, cursor)
                if done >= 0:
                    self.failures += 1
                    self._fallback = Fallback(int(state[k.ITERATION]), "exception", "", failure)
            elif done >= 0:
                self.follow(int(learner.table[k.DIFFERS]))
            return done

        return learner, run_step

    def follow(self, differs: int) -> None:
        """Note that an iteration went by the policy's answer, and whether greedy would have done something else."""
        self.asked += 1
        self.disagreements += differs

    def tell(self, plan: Plan) -> Plan:
        """Say of the last iteration's plan whether it is the policy's."""
        plan.fallback, self._fallback = self._fallback, None
        return plan

    @property
    def fallback_share(self) -> float:
        """Share of the iterations in which the policy failed."""
        return self.failures / max(1, self.asked + self.failures)

    @property
    def disagreement_share(self) -> float:
        """Share of the policy's answers that were not greedy's."""
        return self.disagreements / max(1, self.asked)
