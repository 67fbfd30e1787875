"""A learned policy under guard: every answer is judged before it is applied, and greedy stands in for a bad one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from focalloc.learn.features import Observation, Observer
from focalloc.learn.policy import load
from focalloc.learn.projection import project
from focalloc.refimpl.allocator import ReferenceAllocator
from focalloc.refimpl.greedy import greedy
from focalloc.spec.actions import Action
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import checked_scores
from focalloc.spec.state import State, advanced
from focalloc.spec.violations import violations

SHIPPED = Path(__file__).parent / "policies" / "small.safetensors"
"""The policy that comes with the package; its card lies beside it."""


class Decides(Protocol):
    """What gives logits: a `Policy`, or anything like it."""

    def logits(self, seen: Observation) -> NDArray[np.float32]:
        """Logits (expand, keep, collapse) per block; ``(blocks, 3)``."""


@dataclass
class Telemetry:
    """How a guarded policy has fared so far.

    Attributes:
        iterations: iterations run.
        fallbacks: iterations that greedy answered, by reason: ``violation``, ``NaN``, ``exception``, ``deadline``.
        disagreements: iterations in which the policy's answer was not greedy's.
        last_failure: what was wrong the last time; empty if nothing ever was.
    """

    iterations: int = 0
    fallbacks: Counter[str] = field(default_factory=Counter)
    disagreements: int = 0
    last_failure: str = ""

    @property
    def fallback_share(self) -> float:
        """Share of the iterations that greedy had to answer."""
        return sum(self.fallbacks.values()) / max(1, self.iterations)

    @property
    def disagreement_share(self) -> float:
        """Share of the iterations in which the policy did something else than greedy: how far it has drifted."""
        return self.disagreements / max(1, self.iterations)


class GuardedAllocator(ReferenceAllocator):
    """An allocator that follows a policy, in the allocator protocol: `open`, `step`, `ingest`.

    Whatever the policy does, each answer keeps every clause of the safety profile. Greedy's thresholds apply to
    greedy's answers only.

    Args:
        policy: gives the logits; a path is loaded.
        deadline: seconds that one decision may take; a later one is discarded.
        choose: projects logits onto what is feasible.

    Raises:
        InvalidInput: the policy file is missing, corrupt or made for other features.
    """

    def __init__(
        self,
        policy: Decides | str | Path = SHIPPED,
        deadline: float = float("inf"),
        choose: Callable[[State, NDArray[np.float32]], Sequence[Action]] = project,
    ) -> None:
        super().__init__()
        self._policy: Decides = load(policy) if isinstance(policy, str | Path) else policy
        self._deadline, self._choose = deadline, choose
        self._observer = Observer()
        self.telemetry = Telemetry()
        self.cursor: int | None = None
        """Token position of the cursor, for the next `step`; the end of the context if None."""

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session, in place of any earlier one.

        Raises:
            InvalidInput: the context breaks CTX-1 to CTX-4; an earlier session goes on.
        """
        super().open(geometry, params, context)
        self._observer, self.telemetry = Observer(), Telemetry()

    def step(self, scores: Sequence[int]) -> list[Action]:
        """Run one iteration and return its actions in order.

        Raises:
            InvalidInput: the scores break SCO-1 or SCO-2; the state is unchanged.
        """
        state = self.state
        checked_scores(state.geometry, state.context, scores)
        fallback = greedy(state, scores)
        answer, failure, why = self._decided(state, scores)
        self.telemetry.iterations += 1
        self.telemetry.disagreements += set(answer) != set(fallback)
        if failure:
            self.telemetry.fallbacks[failure] += 1
            self.telemetry.last_failure = f"{failure}: {why}"
            answer = fallback
        self._state = advanced(state, answer)
        return answer

    def _decided(self, state: State, scores: Sequence[int]) -> tuple[list[Action], str, str]:
        """The policy's answer, and what is wrong with it: a word, and a sentence; empty if nothing is."""
        begun = time.monotonic()
        try:
            logits = self._policy.logits(self._observer.observe(state, scores, self.cursor))
            if np.isnan(logits).any():
                return [], "NaN", "the policy's logits are not all numbers"
            answer = list(self._choose(state, logits))
            found = violations(state, scores, answer)
        except Exception as error:  # noqa: BLE001  # whatever a policy does, the session goes on
            return [], "exception", f"{type(error).__name__}: {error}"
        if found:
            return answer, "violation", str(found[0])
        taken = time.monotonic() - begun
        if taken > self._deadline:
            return answer, "deadline", f"the decision took {taken:.3f} s; the deadline is {self._deadline:.3f} s"
        return answer, "", ""
