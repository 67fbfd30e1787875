"""`focalloc train`: a short run, resumed, compared; and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("rich")
pytestmark = pytest.mark.torch

from focalloc.cli import main  # noqa: E402
from focalloc.fastpath.policy_file import load  # noqa: E402

SHORT = ("--episodes", "1", "--hidden", "8", "--measure", "0")


@pytest.fixture(autouse=True)
def _little_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focalloc.learn.course.CALIBRATION", 1)


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main(["train", *map(str, arguments)])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_a_short_course_leaves_a_policy_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = (tmp_path / "a", "--method", "ppo", "--updates", "1", "--warm-up", "1", *SHORT)
    assert run(*course) == 0
    policy = tmp_path / "a" / "policy.safetensors"
    assert load(policy).hidden == 8
    assert "<svg" in (tmp_path / "a" / "curves.svg").read_text()
    first = policy.read_bytes()
    assert str(policy) in capsys.readouterr().out.replace("\n", "")
    assert run(*course) == 0  # nothing left to do: the same again
    assert policy.read_bytes() == first
    assert run(tmp_path / "b", "--from", policy, "--updates", "1", *SHORT) == 0


def test_it_trains_on_a_folder_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(4):
        (tmp_path / f"{i}.txt").write_text(f"text number {i} " * 500)
    arguments = ("--texts", tmp_path, "--updates", "1", *SHORT[:-1], "1")
    assert run(tmp_path / "out", *arguments) == 0
    table = capsys.readouterr().out
    for word in ("noisy and lagging", "greedy", "exact optimum", "clairvoyant", "learned"):
        assert word in table


def test_bad_input_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "o", "--method", "wish") == 2
    assert "method" in capsys.readouterr().err
    assert run(tmp_path / "o", "--from", tmp_path / "none") == 2
    assert run(tmp_path / "o", "--texts", tmp_path) == 2


def test_it_trains_on_traces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    from focalloc import Allocator, Geometry, Params, Recorder

    with Recorder(Allocator(), tmp_path / "a.jsonl") as alloc:
        alloc.open(Geometry((2, 2)), Params(w_max=12, tau_expand=0), [(2, 0), (2, 4)])
        for _ in range(3):
            alloc.step(np.ones(alloc.used))
    assert run(tmp_path / "out", "--traces", tmp_path, "--updates", "2", *SHORT) == 0
    assert load(tmp_path / "out" / "policy.safetensors").hidden == 8
    assert "agreement" in (tmp_path / "out" / "curves.svg").read_text()
    assert run(tmp_path / "o", "--traces", tmp_path, "--teacher", "clairvoyant", *SHORT) == 2
    assert "recorded, optimum" in capsys.readouterr().err
