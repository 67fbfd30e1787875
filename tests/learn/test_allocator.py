"""A learned policy in production: nothing it does reaches the context unless it conforms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from focalloc import Allocator, Telemetry
from focalloc.conformance import run_conformance
from focalloc.learn.allocator import SHIPPED, LearnedAllocator
from focalloc.learn.features import Observation
from focalloc.learn.policy import FORMAT, Policy, PolicyConfig
from focalloc.refimpl.greedy import greedy
from focalloc.spec import Action, Geometry, InvalidInput, Params, opened
from focalloc.spec.scores import quantise

PARAMS = Params(w_max=8, tau_expand=0, tau_collapse=0)
CONTEXT = [(2, 0), (2, 4)]
SCORES = [0.5, -0.5]


class Wild:
    """Logits of any size, now and then NaN or of the wrong shape, now and then an exception."""

    def __init__(self, *, sane: bool) -> None:
        self._rng = np.random.default_rng(0)
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


class Fixed:
    """The same logits whatever it sees; remembers what it saw."""

    def __init__(self, logits: list[list[float]]) -> None:
        self._logits = np.array(logits, np.float32)
        self.seen: list[Observation] = []

    def logits(self, seen: Observation) -> NDArray[np.float32]:
        self.seen.append(seen)
        return self._logits


def loaded(policy: object) -> LearnedAllocator:
    allocator = LearnedAllocator(Geometry((2, 2)), PARAMS, policy=policy)  # type: ignore[arg-type]
    allocator.open(Geometry((2, 2)), PARAMS, CONTEXT)
    return allocator


@pytest.mark.parametrize("sane", [True, False])
def test_any_policy_conforms_to_the_safety_profile(sane: bool) -> None:
    LearnedAllocator(policy=Wild(sane=sane)).warmup()  # the judge times answers, not the compiler
    run_conformance(lambda: LearnedAllocator(policy=Wild(sane=sane)), examples=30, save_to=None).raise_for_failures()


@pytest.mark.parametrize("logits", [[[np.nan] * 3] * 2, [[0, 0, 0]]])
def test_greedy_stands_in_for_a_policy_that_fails(logits: list[list[float]]) -> None:
    allocator = loaded(Fixed(logits))
    expected = greedy(opened(Geometry((2, 2)), PARAMS, CONTEXT), [quantise(score) for score in SCORES])
    plan = allocator.step(SCORES)
    assert expected
    assert plan.actions == expected
    assert plan.fallback is not None
    assert dict(allocator.fallback_counts) == {"exception": 1}
    assert allocator.fallback_share == 1


def test_a_good_answer_is_followed_and_drift_is_counted() -> None:
    other = loaded(Fixed([[0, 1, 0], [1, 0, 0]]))
    assert other.step(SCORES).actions == [Action("expand", 2, 4)]
    assert other.fallback_share == 0
    assert other.disagreement_share == 1
    same = loaded(Fixed([[1, 0, 0], [0, 1, 0]]))
    same.step(SCORES)
    assert same.disagreement_share == 0


def test_memory_and_cursor_belong_to_the_session() -> None:
    policy = Fixed([[0, 1, 0]] * 2)
    allocator = loaded(policy)
    for scores, cursor in ((SCORES, 0), ([0, 0], 7)):
        allocator.step(scores, cursor=cursor)
    allocator.open(Geometry((2, 2)), PARAMS, CONTEXT)
    allocator.step([0, 0], cursor=0)
    sides = [seen.features[:, 6].tolist() for seen in policy.seen]
    assert sides == [[0, 1], [-1, 0], [0, 1]]
    recent = [seen.features[:, 2].tolist() for seen in policy.seen]
    assert recent[1] == [0.25, -0.25]
    assert recent[2] == [0, 0]


def test_the_front_door_makes_one() -> None:
    allocator = Allocator(Geometry((2, 2)), PARAMS, "learned", policy=SHIPPED)
    assert isinstance(allocator, LearnedAllocator)
    assert isinstance(Allocator(strategy="learned"), LearnedAllocator)
    assert allocator.params.strategy == "greedy"
    allocator.open(Geometry((2, 2)), PARAMS, CONTEXT)
    assert allocator.step(SCORES).fallback is None
    with pytest.raises(InvalidInput, match="goes with strategy"):
        Allocator(strategy="greedy", policy=SHIPPED)


def damaged(path: Path) -> dict[str, tuple[Path, str]]:
    """Policy files in which something is wrong, and what the error says."""
    whole = SHIPPED.read_bytes()
    flipped = bytearray(whole)
    flipped[-100] ^= 1
    wide = Policy(PolicyConfig(hidden=4, layers=0, heads=1, embedding=3), weights_of(PolicyConfig(4, 0, 1, 3)))
    wide.save(path / "wide")
    made = {
        "cut short": (whole[:-10], "is no safetensors file"),
        "empty": (b"", "is no safetensors file"),
        "text": (b"a policy\n" * 9, "is no safetensors file"),
        "flipped": (bytes(flipped), "is damaged"),
        "other features": (whole.replace(b"lasting score", b"fleeting mood"), "other features"),
        "other format": (whole.replace(FORMAT.encode(), b"focalloc-policy-9"), "is no policy of format"),
    }
    for name, (content, _) in made.items():
        (path / name).write_bytes(content)
    return {name: (path / name, message) for name, (_, message) in made.items()} | {
        "none": (path / "none", "is not a file"),
        "a folder": (path, "is not a file"),
        "wide": (path / "wide", "expects embeddings of 3 numbers"),
    }


def weights_of(config: PolicyConfig) -> dict[str, NDArray[np.float32]]:
    return {name: np.zeros(shape, np.float32) for name, shape in config.shapes().items()}


def test_a_policy_file_that_is_missing_damaged_or_of_another_kind_is_an_error_at_construction(tmp_path: Path) -> None:
    for path, message in damaged(tmp_path).values():
        with pytest.raises(InvalidInput, match=f"policy = .*{message}"):
            Allocator(strategy="learned", policy=str(path))
    with pytest.raises(InvalidInput, match="must be a path"):
        Allocator(strategy="learned", policy=7)


def test_drift_appears_in_telemetry() -> None:
    watched = Telemetry(loaded(Fixed([[0, 1, 0], [1, 0, 0]])))
    watched.step(SCORES)
    assert watched.last is not None
    assert (watched.last.fallback_share, watched.last.disagreement_share) == (0, 1)
    watched.step([0.0] * watched.used)  # two rows of logits for three blocks: the policy fails
    assert watched.last.fallback == "exception"
    assert watched.last.fallback_share == 0.5
    plain = Telemetry(Allocator())
    plain.open(Geometry((2, 2)), PARAMS, CONTEXT)
    plain.step(SCORES)
    assert plain.last is not None
    assert (plain.last.fallback_share, plain.last.disagreement_share) == (None, None)
