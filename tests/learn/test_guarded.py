"""The guard: nothing a policy does reaches the context unless it conforms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from focalloc.conformance import run_conformance
from focalloc.learn.features import Observation
from focalloc.learn.guarded import GuardedAllocator
from focalloc.learn.projection import project
from focalloc.refimpl.greedy import greedy
from focalloc.spec import Action, Geometry, InvalidInput, Params, opened

GEOMETRY = Geometry((2, 2))
PARAMS = Params(w_max=8, tau_expand=0, tau_collapse=0)
CONTEXT = [(2, 0), (2, 4)]
SCORES = [5, -5]


class Wild:
    """Logits of any size, now and then NaN or of the wrong shape, now and then an exception."""

    def __init__(self, seed: int = 0, *, sane: bool = False) -> None:
        self._rng = np.random.default_rng(seed)
        self._sane = sane

    def logits(self, seen: Observation) -> NDArray[np.float32]:
        blocks, dice = len(seen.features), 1.0 if self._sane else self._rng.random()
        if dice < 0.1:
            raise RuntimeError("the policy is unwell")
        if dice < 0.2:
            return np.full((blocks, 3), np.nan, np.float32)
        if dice < 0.3:
            return np.zeros((blocks + 1, 3), np.float32)
        scale = self._rng.choice([1e-9, 1.0, 1e30])
        return (self._rng.normal(0, 1, (blocks, 3)) * scale).astype(np.float32)


def guarded(**how: object) -> GuardedAllocator:
    allocator = GuardedAllocator(**how)  # type: ignore[arg-type]
    allocator.open(GEOMETRY, PARAMS, CONTEXT)
    return allocator


@pytest.mark.parametrize("sane", [True, False])
def test_any_policy_conforms_to_the_safety_profile(sane: bool) -> None:
    run_conformance(lambda: GuardedAllocator(Wild(sane=sane)), examples=40, save_to=None).raise_for_failures()


def fails(why: str, allocator: GuardedAllocator) -> None:
    expected = greedy(opened(GEOMETRY, PARAMS, CONTEXT), SCORES)
    assert expected
    assert allocator.step(SCORES) == expected
    assert dict(allocator.telemetry.fallbacks) == {why: 1}
    assert allocator.telemetry.fallback_share == 1
    assert allocator.telemetry.last_failure.startswith(why)


class Fixed:
    def __init__(self, logits: list[list[float]]) -> None:
        self._logits = np.array(logits, np.float32)

    def logits(self, seen: Observation) -> NDArray[np.float32]:
        return self._logits


GOOD = Fixed([[0, 1, 0], [1, 0, 0]])


def test_greedy_stands_in_and_the_reason_is_told() -> None:
    fails("NaN", guarded(policy=Fixed([[np.nan] * 3] * 2)))
    fails("exception", guarded(policy=Fixed([[0, 0, 0]])))
    fails("violation", guarded(policy=GOOD, choose=lambda state, logits: [Action("expand", 2, 8)]))
    fails("violation", guarded(policy=GOOD, choose=lambda state, logits: ["nonsense"]))
    fails("exception", guarded(policy=GOOD, choose=lambda state, logits: None))
    fails("deadline", guarded(policy=GOOD, deadline=-1.0))


def test_a_good_answer_is_followed_and_drift_is_counted() -> None:
    allocator = guarded(policy=GOOD)
    assert allocator.step(SCORES) == [Action("expand", 2, 4)]
    assert allocator.telemetry.fallback_share == 0
    assert allocator.telemetry.disagreement_share == 1
    assert allocator.telemetry.last_failure == ""
    agreeing = guarded(policy=Fixed([[1, 0, 0], [0, 1, 0]]), choose=project)
    agreeing.step(SCORES)
    assert agreeing.telemetry.disagreement_share == 0


def test_senseless_scores_are_refused_and_change_nothing() -> None:
    allocator = guarded(policy=GOOD)
    before = allocator.state
    with pytest.raises(InvalidInput, match="scores"):
        allocator.step([1])
    assert allocator.state is before
    assert allocator.telemetry.iterations == 0


def test_a_missing_policy_file_is_an_error_at_construction(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="policy"):
        GuardedAllocator(tmp_path / "none.safetensors")
