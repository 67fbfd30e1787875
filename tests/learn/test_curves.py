"""Training curves: the legend names what is drawn and nothing else, axes have units, a single update is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from focalloc.learn.curves import draw


def drawn(path: Path, warm_up: int) -> str:
    lessons = [{"loss": 1.0 + i, "agreement": 0.5} for i in range(warm_up)]
    played = [{"loss": 0.5, "reward": 0.1 * i, "actions": 2.0, "reversals": 1.0} for i in range(4)]
    draw({"warm-up": lessons, "reinforce": played}, path)
    return path.read_text()


def test_a_legend_names_the_figures_that_a_stage_has(tmp_path: Path) -> None:
    told = re.findall(r"<!-- (\w+, [\w-]+) -->", drawn(tmp_path / "curves.svg", 3))
    assert told == [
        "reward, reinforce",
        "actions, reversals",  # the axis
        "actions, reinforce",
        "reversals, reinforce",
        "agreement, warm-up",
        "loss, warm-up",
        "loss, reinforce",
    ]


def test_a_stage_of_one_update_is_a_dot(tmp_path: Path) -> None:
    dots = [drawn(tmp_path / "curves.svg", length).count('style="fill: #1f77b4; stroke: #1f77b4"') for length in (2, 1)]
    assert dots[0] == 0 < dots[1]


def test_every_axis_has_a_unit_and_updates_are_whole(tmp_path: Path) -> None:
    text = drawn(tmp_path / "curves.svg", 1)
    for unit in ("(mean per iteration)", "(share of labels)", "(no unit)"):
        assert unit in text
    assert not re.search(r"<!-- \d\.5 -->", text.partition('id="matplotlib.axis_1"')[2].partition("axis_2")[0])
