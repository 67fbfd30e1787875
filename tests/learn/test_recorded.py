"""Lessons from recorded traces, and training on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from focalloc import Allocator, Geometry, InvalidInput, Params, Recorder
from focalloc.learn.features import observe
from focalloc.learn.recorded import Recording
from focalloc.learn.teachers import lesson_of
from focalloc.refimpl.knapsack import knapsack
from focalloc.spec import Action, State, opened

TERMS = Geometry((2, 2)), Params(w_max=12, tau_expand=0, tau_collapse=0, n_diff=2)
CONTEXT = [(2, 0), (1, 4), (1, 6)]


def recorded(path: Path, steps: int = 12) -> list[tuple[State, list[float], list[Action]]]:
    """Record two sessions with steps, an ingest and an applied answer; return what each step was given and did."""
    rng, told = np.random.default_rng(0), []
    with Recorder(Allocator(), path) as alloc:
        for _ in range(2):
            alloc.open(*TERMS, CONTEXT)
            for i in range(steps):
                state, scores = alloc.state(), rng.normal(0, 1, alloc.used)
                told.append((state, scores.tolist(), alloc.step(scores).actions))
                if i == 3:
                    alloc.ingest(1)
                    alloc.apply(())
    return told


def wanted(state: State, actions: list[Action]) -> list[Action]:
    seen = observe(state, [0] * state.used)
    return [one for one, do in zip(seen.actions, lesson_of(seen, actions).wanted, strict=True) if do]


def test_a_lesson_is_just_the_actions_that_are_items() -> None:
    state = opened(*TERMS, CONTEXT)
    both = [Action("expand", 2, 0), Action("collapse", 2, 4)]
    assert wanted(state, both[::-1]) == both
    assert wanted(state, []) == []
    assert wanted(state, [Action("expand", 2, 0), Action("expand", 1, 0)]) == [Action("expand", 2, 0)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_every_recorded_iteration_is_an_example_of_what_was_done(tmp_path: Path, name: str) -> None:
    told = recorded(tmp_path / name)
    for found in (Recording.of(tmp_path / name), Recording.of(tmp_path)):
        assert len(found.examples) == len(told)
        for (seen, lesson), (state, _, actions) in zip(found.examples, told, strict=True):
            assert [one for one, do in zip(seen.actions, lesson.wanted, strict=True) if do] == wanted(state, actions)


def test_the_exact_optimum_of_the_recorded_scores_can_be_the_teacher(tmp_path: Path) -> None:
    told = recorded(tmp_path / "a.jsonl")
    for one, (state, scores, _) in zip(Recording.of(tmp_path, "optimum").examples, told, strict=True):
        fixed = [round(score * 2**20) for score in scores]
        due = lesson_of(one.seen, knapsack(state, fixed))
        assert one.lesson.wanted.tolist() == due.wanted.tolist()


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="at least one iteration"):
        Recording.of(tmp_path)
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(InvalidInput, match="line 1"):
        Recording.of(tmp_path)
    with pytest.raises(InvalidInput, match="must be one of recorded, optimum"):
        Recording.of(tmp_path, "clairvoyant")


@pytest.mark.torch
def test_training_on_a_trace_comes_to_agree_with_it_and_can_be_resumed(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from focalloc.learn.training import Settings, Training, train

    recorded(tmp_path / "a.jsonl", steps=20)
    recording, config = Recording.of(tmp_path / "a.jsonl"), 16
    settings = Settings(method="imitate", updates=20, learning_rate=1e-2, entropy=0.0)
    whole = train(settings, recording, config)
    assert whole.history[-1]["agreement"] > max(0.8, whole.history[0]["agreement"])
    begun = Training.begun(settings, recording, config)
    for _ in range(10):
        begun.update()
    begun.save(tmp_path / "half")
    rest = train(settings, recording, checkpoint=tmp_path / "half")
    assert rest.history == whole.history
    with pytest.raises(InvalidInput, match="must be imitate"):
        train(Settings(method="ppo"), recording, config)
