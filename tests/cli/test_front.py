"""``focalloc front``: what a weight buys, and which settings none beats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from focalloc import Allocator, Geometry, Params, Recorder
from focalloc.analysis.contenders import contender
from focalloc.analysis.scenes import generated
from focalloc.analysis.tradeoff import Point, beats, settings, sweep
from tests.cli.command import run

BASE = contender("multi_objective")


def test_a_dearer_action_buys_fewer_actions_for_less_utility() -> None:
    points = sweep([generated("drifting", 0)], settings(BASE, {"churn": (0.0, 0.5, 0.9, 2.0)}))
    actions = [point.means["actions"] for point in points]
    utility = [point.means["utility"] for point in points]
    assert actions == sorted(actions, reverse=True)
    assert actions[0] > actions[-1]
    assert utility == sorted(utility, reverse=True)
    assert all(point.unbeaten for point in points), "the optimum of a weighted sum is never beaten"


def test_what_is_dear_to_compute_anew_is_changed_nearer_to_the_end() -> None:
    points = sweep([generated("drifting", 0)], settings(BASE, {"recompute": (0.0, 0.001, 0.01, 1.0)}))
    anew = [point.means["slots recomputed"] for point in points]
    utility = [point.means["utility"] for point in points]
    assert anew == sorted(anew, reverse=True)
    assert anew[0] > anew[1] > anew[-1] == 0
    assert utility == sorted(utility, reverse=True)
    # of equal utilities the one that changes less is free
    assert [point.unbeaten for point in points] == [False, True, True, True]


def test_without_weights_the_choice_is_the_optimum_of_utility() -> None:
    scene = generated("noisy", 1)
    (free,) = sweep([scene], settings(BASE, {"churn": (0.0,)}))
    others = sweep([scene], settings(BASE, {"churn": (0.1, 0.7), "cursor": (0.0, 0.8), "budget": (0.01,)}))
    assert len(others) == 4
    assert free.means["utility"] >= max(point.means["utility"] for point in others)


def test_who_does_better_in_one_measure_and_no_worse_in_the_rest_beats() -> None:
    def point(utility: float, actions: float) -> Point:
        return Point({}, {"utility": utility, "actions": actions})

    measures = ["utility", "actions"]
    assert beats(point(2, 1), point(1, 1), measures)
    assert beats(point(1, 0), point(1, 1), measures)
    assert not beats(point(1, 1), point(1, 1), measures)
    assert not beats(point(2, 2), point(1, 1), measures)


# THE COMMAND


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trace") / "t.jsonl"
    with Recorder(Allocator(Geometry((2,)), Params(w_max=100)), path) as recorder:
        recorder.load([(1, 0), (1, 2)])
        recorder.step([1.0, 0.5])
        recorder.ingest(1)
        recorder.ingest_tokens(1)
        recorder.step([0.5] * recorder.used)
    return str(path)


def test_a_trace_is_swept_and_drawn(trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png, svg = tmp_path / "front.png", tmp_path / "front.svg"
    aims = ("--weigh", "churn=0,0.75,3", "--weigh", "budget=0,1")
    status, out, err = run(
        capsys, "front", "multi_objective:budget_target=2", *aims, "--trace", trace, "--plot", str(png)
    )
    assert (status, err) == (0, "")
    assert "1 session, 6 settings" in out
    assert png.read_bytes().startswith(b"\x89PNG")
    status, out, err = run(capsys, "front", "--weigh", "churn=0,3", "--trace", trace, "--plot", str(svg), "--json")
    assert (status, err) == (0, "")
    assert [point["weights"] for point in json.loads(out)] == [{"churn": 0.0}, {"churn": 3.0}]
    assert "utility, score per iteration; more is better" in svg.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("greedy",), "must be multi_objective"),
        (("--weigh", "luck"), "must be one of churn, cursor, budget, recompute"),
        (("--weigh", "churn=much"), "must be weights with commas between them"),
        (("--weigh", "churn=-1"), "churn_weight"),
        (("--plot", "/nowhere/p.png"), "its folder does not exist"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_played(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "front", *arguments)
    assert status == 2
    assert said in err
