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
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.policy import FEATURES, ONE
from focalloc.spec.scores import SCORE_SCALE

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
    session, first = Session(walked(0, 0, 2, 4)), Block(1, 0)
    for node in (Block(2, 0), first):
        session.step([Action("expand", *node)])
    one, ahead = Habits(), Habits(ahead=1)
    for tell in (one, ahead):
        tell(session, look(session))
    said = int(session.block_scores()[0])  # of the only raw block, two blocks before the cursor
    session.step([])
    found = [
        {action.node: int(told) for action, told in zip(seen.actions, tell(session, seen), strict=True)}
        for tell, seen in ((one, look(session)), (ahead, look(session)))
    ]
    told = (said - SCORE_SCALE) // 2 * ONE // SCORE_SCALE  # the prior -1 counts once
    assert told != -ONE
    assert found[0][Block(1, 32)] == told, "two blocks before where the cursor is now"
    assert found[1][Block(1, 48)] == told, "two blocks before where it is when it has read on by one"
    assert found[0][Block(1, 48)] == found[1][Block(1, 32)] == -ONE


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
    monkeypatch.setattr(trials, "TERMS", {name: replace(terms, episodes=1) for name, terms in trials.TERMS.items()})
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
