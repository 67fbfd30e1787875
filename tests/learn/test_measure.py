"""Measuring: intervals, paired episodes, and a judged session."""

from __future__ import annotations

import math

import numpy as np
import pytest

from focalloc.learn.measure import RULES, Learned, compared, interval, measured, played, student
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import Noise, Scenario, Session
from focalloc.learn.texts import synthetic
from focalloc.spec import Action, Geometry, Params
from focalloc.spec.policy import CHEAP, FEATURES, ONE, Layer, Policy

SCENARIO = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30), blocks=16, iterations=10)


def by_score(factor: int = 4) -> Policy:
    """A network that only passes the score on: expand where it is positive, collapse where it is negative."""
    seen = FEATURES.index("seen")
    zeros, passing = (0,) * len(FEATURES), ((1, 0, 0, 0, 0),)
    encode = [Layer(((*zeros[:seen], sign, *zeros[seen + 1 :]),), (0,)) for sign in (1, -1)]
    gate = Layer(((0,) * len(CHEAP),), (0,))
    mix, prefer = Layer(passing, (0,)), Layer(((factor,),), (-factor * ONE // 4,))
    return Policy(1, 32, 0, 0, (gate, gate), (encode[0], encode[1]), (mix, mix), (prefer, prefer))


def test_students_quantiles_are_those_of_the_tables() -> None:
    table = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 30: 2.042}
    assert {freedom: student(freedom) for freedom in table} == pytest.approx(table, abs=2e-3)


def test_an_interval_is_as_in_the_textbook() -> None:
    found = interval([1.0, 2.0, 3.0])
    assert found.mean == 2
    assert found.half == pytest.approx(4.303 / math.sqrt(3), abs=2e-3)
    assert interval([5.0]).half == math.inf
    assert str(interval([1.0, 1.0])) == "1.000 ± 0.000"


def test_rules_are_measured_on_the_same_episodes_and_again_the_same() -> None:
    source = Source(SCENARIO, noise=Noise(spread=0.2))
    rules = RULES | {"learned": Learned(by_score())}
    once, again = measured(source, rules, [1, 2]), measured(source, rules, [1, 2])
    for name in rules:
        for one, other in zip(once[name], again[name], strict=True):
            assert {k: v for k, v in one.items() if k != "milliseconds"} == {
                k: v for k, v in other.items() if k != "milliseconds"
            }
            assert one["violations"] == 0
    means = {name: np.mean([one["quality"] for one in several]) for name, several in once.items()}
    assert means["clairvoyant"] > means["greedy"] > 0
    assert means["learned"] > 0


def test_a_policy_forgets_between_sessions() -> None:
    source = Source(SCENARIO, noise=Noise(spread=0.2))
    rule = Learned(by_score())
    first, second = (source.draw(np.random.default_rng(i)) for i in (1, 2))
    played(first, rule)
    fresh = Learned(by_score())
    assert played(second, rule)["quality"] == played(second, fresh)["quality"]


def test_a_rule_that_breaks_the_rules_is_counted() -> None:
    def twice(session: Session) -> list[Action]:
        over = session.iteration == 0
        return [Action("expand", 2, start) for start in (0, 16)] if over else []

    scenario = Scenario(geometry=Geometry((4, 4)), params=Params(w_max=30, n_diff=1), blocks=16, iterations=10)
    drawn = Source(scenario).draw(np.random.default_rng(0))
    assert played(drawn, twice)["violations"] == pytest.approx(0.1)


def test_several_policies_are_compared_by_their_means() -> None:
    text = synthetic(np.random.default_rng(0), 200)
    found = compared([by_score(2), by_score(4)], SCENARIO, [text], 2, {"clean": Noise(), "noisy": Noise(spread=1)})
    assert [one.noise for one in found] == ["clean", "noisy"]
    for one in found:
        assert set(one.rules) == set(RULES)
        assert one.learned["violations"].mean == one.forgetful["violations"].mean == 0
        assert one.learned["fallbacks"].mean == one.forgetful["fallbacks"].mean == 0
    assert found[1].learned["actions"].mean != found[1].forgetful["actions"].mean
