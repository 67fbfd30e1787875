"""What was tried: what networks are told there is what a session knows, and the page has a column for every way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import focalloc.learn
from focalloc.learn import trials
from focalloc.learn.rollouts import Source, look
from focalloc.learn.simulator import NOISES, Episode, Noise, Scenario, Session
from focalloc.learn.trials import TRIALS, Habits, Mixed, moved, telling
from focalloc.spec.policy import FEATURES, ONE

PAGE = Path(focalloc.learn.__file__).parent / "trials.md"

pytestmark = pytest.mark.torch


def walked(*places: int) -> Episode:
    drawn = Source(Scenario(), noise=Noise(spread=0.5)).draw(np.random.default_rng(0))
    cursor = np.array([*places, *[places[-1]] * (len(drawn.cursor) - len(places))])
    return replace(drawn, cursor=cursor)


def test_how_the_cursor_moved_leaves_out_jumps_and_what_is_to_come() -> None:
    session = Session(walked(10, 11, 30, 31, 31, 32, 50))
    found = []
    for _ in range(6):
        found.append(set(moved(session, look(session)).tolist()))
        session.step([])
    assert found == [{0}, {ONE}, {ONE}, {2 * ONE}, {2 * ONE}, {3 * ONE}]


def test_habits_are_means_by_distance_of_what_was_said_of_raw_blocks() -> None:
    session = Session(walked(0, 2))
    geometry = session.state.geometry
    first = next(one for one in look(session).actions if one.start == 0)
    session.step([first])
    raw = [i for i, block in enumerate(session.state.context) if block.level == 0]
    if not raw:
        session.step([one for one in look(session).actions if one.kind == "expand"][:1])
        raw = [i for i, block in enumerate(session.state.context) if block.level == 0]
    seen, one, later = look(session), Habits(), Habits(ahead=1)
    said, at = session.block_scores(), session.cursor // geometry.span(0)
    found = dict(zip(seen.actions, one(session, seen).tolist(), strict=True))
    means = {session.state.context[i].start // geometry.span(0) - at: (said[i] - trials.SCORE_SCALE) / 2 for i in raw}
    for action, told in found.items():
        covered = range(action.start // geometry.span(0) - at, (action.start + geometry.span(action.level)) // 16 - at)
        near = [means.get(distance, -trials.SCORE_SCALE) for distance in covered if abs(distance) <= trials.REACH]
        assert told == int(max(near, default=-trials.SCORE_SCALE)) * ONE // trials.SCORE_SCALE
    assert len(set(found.values())) > 1
    assert one(session, seen).tolist() != later(session, seen).tolist()


def test_what_a_network_is_told_more_stands_behind_what_all_are_told() -> None:
    session = Session(walked(3))
    seen = telling(moved, Habits())(session)
    assert seen.features.shape == (len(seen.actions), len(FEATURES) + 2)
    assert (seen.features[:, : len(FEATURES)] == look(session).features).all()


def test_some_of_a_mixed_training_is_at_production_terms() -> None:
    rng = np.random.default_rng(0)
    drawn = [Mixed(replace(Scenario(), iterations=1)).draw(rng).scenario.blocks for _ in range(8)]
    assert set(drawn) == {64, 8192}


def test_a_way_is_tried_once_and_not_with_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brief = replace(trials.SETTINGS, updates=1, episodes=2)
    ways = {"told more": replace(TRIALS["told how the cursor moved"], settings=brief)}
    monkeypatch.setattr(trials, "TRIALS", ways)
    monkeypatch.setattr(trials, "NOISES", {"clean": NOISES["clean"]})
    monkeypatch.setattr(trials, "EPISODES", 1)
    monkeypatch.setattr(trials, "CALIBRATION", 1)
    trials.main(tmp_path, list(ways))
    text = (tmp_path / "trials.md").read_text(encoding="utf-8")
    assert "| clean, quality |" in text
    monkeypatch.setattr(trials, "tried", lambda _: pytest.fail("tried again"))
    trials.main(tmp_path, list(ways))
    assert (tmp_path / "trials.md").read_text(encoding="utf-8") == text
    monkeypatch.setattr(trials, "code", lambda: "other")
    with pytest.raises(Exception, match="was begun with other code"):
        trials.main(tmp_path, list(ways))


def test_the_page_has_every_way() -> None:
    assert f"| lens | {' | '.join(TRIALS)} |" in PAGE.read_text(encoding="utf-8")
