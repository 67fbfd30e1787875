"""The simulator: its ground truth, its noise, its outcomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focalloc.learn.simulator import (
    NOISES,
    Episode,
    Noise,
    Outcome,
    RewardWeights,
    Scenario,
    Session,
    User,
    any_user,
    episode,
    truth,
)
from focalloc.learn.texts import Text, folder, language_reference, part, passage, synthetic, text_of
from focalloc.refimpl.greedy import greedy
from focalloc.spec import Geometry, InvalidInput, Params, violations
from focalloc.spec.actions import Action
from focalloc.spec.scores import SCORE_SCALE

SMALL = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30), blocks=16, iterations=12, noise=Noise())


def drawn(scenario: Scenario = SMALL, seed: int = 0) -> Episode:
    rng = np.random.default_rng(seed)
    return episode(scenario, synthetic(rng, scenario.tokens), rng)


def test_the_parts_of_a_collection_share_no_document() -> None:
    texts = language_reference()
    train, held_out = part(texts, "train"), part(texts, "held-out")
    assert len(train) + len(held_out) == len(texts)
    assert not {text.name for text in train} & {text.name for text in held_out}
    assert len(held_out) >= 10


def test_a_folder_is_read_and_an_empty_one_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="texts"):
        folder(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.md").write_text("Second file.")
    (tmp_path / "a.txt").write_text("One, two.")
    (tmp_path / "a.bin").write_text("not text")
    assert folder(tmp_path) == [text_of("a.txt", "One, two."), Text("sub/b.md", ("second", "file", "."))]


def test_a_passage_reads_on_into_the_next_document_and_wraps_around() -> None:
    texts = [Text("a", ("1", "2", "3")), Text("b", ()), Text("c", ("4",))]
    for seed in range(10):
        found = passage(texts, 9, np.random.default_rng(seed)).tokens
        assert "".join(found) in "1234" * 4


def test_what_is_needed_is_a_window_at_the_cursor_and_what_resembles_it() -> None:
    words = [f"w{i}" for i in range(SMALL.tokens)]
    words[0:4] = words[40:44]  # block 0 repeats block 10
    user = User(speed=0.0, jump=0.0, width=2, lead=1, recall=1)
    rng = np.random.default_rng(3)
    for _ in range(40):
        found = episode(replace(SMALL, user=user), Text("t", tuple(words)), rng)
        if found.cursor[0] == 10:
            break
    assert found.cursor.tolist() == [10] * 13
    assert np.flatnonzero(found.need[0]).tolist() == [0, 10, 11]
    assert found.relevance(0).shape == (SMALL.tokens,)
    assert found.relevance(0).sum() == pytest.approx(1)


def test_rows_of_need_sum_to_one_for_every_user() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        scenario = replace(SMALL, user=any_user(rng))
        assert np.allclose(episode(scenario, synthetic(rng, scenario.tokens), rng).need.sum(axis=1), 1)


def test_the_truth_is_coherent_and_a_gist_is_as_wanted_as_its_best_block() -> None:
    need = np.zeros((1, 16))
    need[0, 5], need[0, 6] = 0.75, 0.25
    raw, fine, coarse = truth(SMALL.geometry, need)
    assert coarse.tolist() == [[-1, 1, -1, -1]]
    assert fine[0, 4:8].tolist() == [0, 1, 0, 0]  # kept, not collapsed over their wanted sibling
    assert fine[0, :4].tolist() == [-1] * 4
    assert (raw >= np.repeat(np.minimum(coarse, 0), 4, axis=-1)).all()


def test_a_clean_lens_tells_the_truth_and_noise_does_what_it_says() -> None:
    clean = drawn()
    want = truth(SMALL.geometry, clean.need)
    assert all(np.array_equal(said, level[:12]) for said, level in zip(clean.lens, want, strict=True))
    lagging = drawn(replace(SMALL, noise=Noise(lag=3)))
    assert np.array_equal(lagging.need, clean.need)
    assert np.array_equal(lagging.lens[1][3:], want[1][:9])
    biased = drawn(replace(SMALL, noise=Noise(bias=0.25)))
    assert np.allclose(biased.lens[2] - clean.lens[2], 0.25)
    flipped = drawn(replace(SMALL, noise=Noise(flips=1.0)))
    assert all((said <= 0).all() for said in flipped.lens)
    noisy = drawn(replace(SMALL, noise=Noise(spread=0.5)))
    assert 0.35 < np.std(noisy.lens[1] - clean.lens[1]) < 0.65


def test_an_episode_is_a_function_of_its_seed() -> None:
    scenario = replace(SMALL, noise=NOISES["noisy and lagging"])
    one, same, other = drawn(scenario, 1), drawn(scenario, 1), drawn(scenario, 2)
    assert np.array_equal(one.lens[0], same.lens[0])
    assert not np.array_equal(one.lens[0], other.lens[0])


@pytest.mark.parametrize("noise", NOISES)
def test_greedy_conforms_throughout_and_shows_some_of_what_is_needed(noise: str) -> None:
    session = Session(drawn(replace(SMALL, noise=NOISES[noise])))
    while not session.over:
        scores = session.scores()
        actions = greedy(session.state, scores)
        assert violations(session.state, scores, actions, "greedy") == []
        session.step(actions)
    qualities = [outcome.quality for outcome in session.outcomes]
    assert len(qualities) == SMALL.iterations
    assert max(qualities) > 0.2
    assert all(0 <= quality <= 1 for quality in qualities)


def test_quality_is_about_the_next_iteration_and_counts_raw_tokens_only() -> None:
    found = drawn()
    session = Session(found)
    target = int(np.argmax(found.need[2]))
    top = Action("expand", 2, target // 4 * 16)
    assert session.step([top]).quality == 0
    leaf = Action("expand", 1, target * 4)
    outcome = session.step([leaf])
    assert outcome.quality == pytest.approx(found.need[2, target])
    assert outcome.used == session.state.used / 30
    assert session.step([Action("expand", 1, target // 4 * 16 + (0 if target % 4 else 4))]).reversals == 0
    assert session.step([Action("collapse", 1, target * 4)]).reversals == 1


def test_the_lens_gives_each_slot_the_score_of_its_block() -> None:
    session = Session(drawn())
    session.step([Action("expand", 2, 16)])
    session.step([Action("expand", 1, 20)])
    scores = session.scores()
    assert len(scores) == session.state.used
    assert scores[2:6] == [round(session.episode.lens[0][2, 5] * SCORE_SCALE)] * 4


def test_the_reward_has_its_four_terms() -> None:
    weights = RewardWeights(task=1, budget=0.1, churn=0.01, relevance=0.5)
    outcome = Outcome(quality=0.5, used=0.75, actions=3, reversals=1, coverage=0.5)
    assert weights.reward(outcome) == pytest.approx(0.5 + 0.025 - 0.03 + 0.25)


def test_senseless_scenarios_and_short_texts_are_refused() -> None:
    with pytest.raises(InvalidInput, match="blocks"):
        Scenario(blocks=63)
    with pytest.raises(InvalidInput, match="w_max"):
        Scenario(params=Params(w_max=7))
    with pytest.raises(InvalidInput, match="text"):
        episode(SMALL, Text("short", ("a",)), np.random.default_rng(0))
