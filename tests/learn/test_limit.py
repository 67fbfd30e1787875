"""The honest limit: it knows the law, finds out who works, and looks at nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from focalloc.learn.limit import BACKS, JUMPS, KINDS, LACKS, SPEEDS, Beliefs, KnowsTheLaw, Lack, Motion, likely, unread
from focalloc.learn.measure import Informed, played
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import Episode, Noise, Scenario, Session, User, any_user, needed, truth
from focalloc.learn.teachers import DISCOUNT, HORIZON
from focalloc.spec import Action, Geometry, Params

SMALL = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=40), blocks=16, iterations=12)


def drawn(seed: int, user: User | None = None, noise: Noise | None = None) -> Episode:
    return Source(SMALL, user=user, noise=noise or Noise(spread=0.2)).draw(np.random.default_rng(seed))


def test_users_are_drawn_as_it_believes() -> None:
    users = [any_user(np.random.default_rng(seed)) for seed in range(3000)]
    assert {replace(one, speed=User.speed, jump=User.jump, back=User.back) for one in users} == set(KINDS)
    assert {one.speed for one in users} == set(SPEEDS)
    assert {one.jump for one in users} == set(JUMPS)
    assert {one.back for one in users} == set(BACKS)


def still(_: Session) -> Sequence[Action]:
    return []


@pytest.mark.parametrize("noise", [Noise(), Noise(spread=0.4, lag=2), Noise(spread=0.3, flips=0.3, bias=0.4)])
def test_it_finds_out_what_the_user_needs(noise: Noise) -> None:
    before, after = [], []
    for seed in range(4):
        session = Session(drawn(seed, noise=noise))
        beliefs = Beliefs(session.episode)
        while not session.over:
            beliefs.hear(session)
            session.step(still(session))
        user = session.episode.scenario.user
        own = KINDS.index(User(width=user.width, lead=user.lead, recall=user.recall))
        place = session.episode.cursor[-1]
        meant = truth(SMALL.geometry, beliefs.needs[:, place])[SMALL.geometry.top]
        alike = (meant == meant[own]).all(axis=1)  # what gists alone do not tell apart
        before.append(alike.mean())
        after.append(likely(beliefs._kinds)[alike].sum())
    assert np.mean(before) < 0.2
    assert np.mean(after) > 0.5


def test_what_it_knows_of_the_future_does_not_depend_on_the_future() -> None:
    one = drawn(3)
    rng = np.random.default_rng(0)
    other = replace(
        one,
        cursor=np.concatenate([one.cursor[:5], rng.integers(0, 16, 8)]),
        need=np.concatenate([one.need[:5], rng.random((8, 16))]),
        lens=tuple(np.concatenate([level[:5], rng.random(level[5:].shape)]) for level in one.lens),
    )
    found = []
    for episode in (one, other):
        session, rule = Session(episode), KnowsTheLaw()
        found.append([(list(actions := rule(session)), session.step(actions))[0] for _ in range(5)])
    assert found[0] == found[1]


@pytest.mark.parametrize(("speed", "rate"), [(0.0, (0.08, 0.6)), (0.5, (0.12, 0.2))])
def test_where_the_cursor_goes_is_foreseen_as_often_as_it_goes_there(speed: float, rate: tuple[float, float]) -> None:
    """Beside many draws of the walk itself, from a place that was arrived at just now, far from the end of the text."""
    blocks, rng = 24, np.random.default_rng(1)
    motion = Motion(speed, (0, 2))
    found = motion.ahead(0, 2, blocks, rate)
    counted = np.zeros(blocks)
    for _ in range(8000):
        place, visited = 2.0, list[float]()
        for k in range(HORIZON):
            before = int(place)
            place += speed
            if rng.random() < rate[0] or place > blocks - 1:
                visited.append(float(before))
                back = rng.random() < rate[1]
                place = float(rng.choice(visited)) if back else float(rng.integers(blocks))
            counted[int(place)] += DISCOUNT**k
    assert found.sum() == pytest.approx(1)
    assert np.abs(found - counted / counted.sum()).max() < 0.03


def test_it_shows_more_of_what_is_needed_than_a_rule_that_does_not_know_the_law() -> None:
    episodes = [drawn(seed, noise=Noise(spread=0.6, lag=2)) for seed in range(6)]
    rules = {"law": KnowsTheLaw(), "": Informed()}
    figures = {name: [played(one, rule) for one in episodes] for name, rule in rules.items()}
    means = {name: np.mean([one["quality"] for one in several]) for name, several in figures.items()}
    assert means["law"] > means[""]
    assert sum(one["violations"] for one in figures["law"]) == 0


def test_to_know_how_users_move_and_what_was_said_is_worth_something() -> None:
    """Under a lens that says little at a time, with users who read on and return."""
    user = User(speed=0.5, jump=0.12, back=0.6)
    episodes = [drawn(seed, user, Noise(spread=0.8)) for seed in range(8)]

    def quality(lack: Lack | None) -> float:
        return float(np.mean([played(one, KnowsTheLaw(lack=lack))["quality"] for one in episodes]))

    assert quality(None) > quality("how they move")
    assert quality(None) > quality("earlier scores") > quality("any scores")


def test_a_place_that_a_user_left_is_worth_more_to_it_if_it_knows_that_users_return() -> None:
    found = {}
    for lack in (None, *LACKS):
        beliefs = Beliefs(drawn(3), lack)
        beliefs.needs = np.stack([np.eye(SMALL.blocks)] * len(KINDS))  # what is needed is where they are
        beliefs._motions = [Motion(0.0, (4, 2), visited=[9, 9], steps=4, jumps=[1.0])]
        found[lack] = beliefs.worth(4)
    assert found[None][9] > found["where users were"][9] > found["how they move"][9] == 0
    assert (found["any scores"] == found[None]).all()


@pytest.mark.parametrize("lag", [0, 2])
def test_without_the_text_it_does_not_know_what_is_like_a_place_that_the_lens_has_not_spoken_of(lag: int) -> None:
    now, found = 4, []
    one = drawn(3, User(speed=0.5), Noise(spread=0.2, lag=lag))
    one = replace(one, cursor=np.arange(len(one.cursor)))  # a new place in each iteration
    for changed in ([], range(now + 1 - lag, SMALL.blocks), range(now + 1 - lag)):
        beliefs = Beliefs(one, "the text")
        beliefs._motions = [Motion(0.5, (now, 2))]
        for place in changed:
            beliefs.needs[:, place] = beliefs.needs[:, place, ::-1]
        found.append(beliefs.worth(now))
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


def test_what_is_recalled_may_be_anywhere_but_in_the_window() -> None:
    user = User(width=4, lead=1, recall=3)
    shares = unread(user, 5, 16)
    assert shares.sum() == pytest.approx(1)
    assert (np.flatnonzero(shares == shares.max()) == [4, 5, 6, 7]).all()
    assert shares[0] == pytest.approx(shares.max() * 0.75 * 3 / 12)
    like = np.random.default_rng(0).random((4000, 16))
    mean = np.mean([needed(user, 5, row) for row in like], axis=0)
    assert np.abs(shares - mean).max() < 0.01


def test_what_it_has_to_do_without_it_does_not_look_at() -> None:
    session = Session(drawn(3))
    deaf, forgetful = Beliefs(session.episode, "any scores"), Beliefs(session.episode, "earlier scores")
    for _ in range(4):
        deaf.hear(session)
        forgetful.hear(session)
        session.step(still(session))
    assert not deaf._kinds.any()
    fresh = Beliefs(session.episode)
    kinds = forgetful._kinds.copy()
    assert kinds.any()
    again = Session(session.episode)
    for _ in range(3):
        again.step(still(again))
    fresh._motions = []  # it hears this iteration alone
    fresh.hear(again)
    assert (fresh._kinds == kinds).all()
