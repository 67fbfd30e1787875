"""The card of the shipped policy, and the policy that it describes."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("safetensors")

import focalloc.learn
from focalloc import Allocator
from focalloc.conformance import run_conformance
from focalloc.fastpath.learned import SHIPPED
from focalloc.fastpath.policy_file import digest_of, load, load_with_notes, tensors_of
from focalloc.learn.measure import FIGURES, RULES, Comparison, Interval, Learned, greedily, measured
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario
from focalloc.learn.texts import language_reference, part

CARD = (Path(focalloc.learn.__file__).parent / "small.md").read_text(encoding="utf-8")


def test_the_card_has_a_row_for_every_rule_under_every_lens() -> None:
    rows = {tuple(cell.strip() for cell in line.split("|")[1:3]) for line in CARD.splitlines() if line.startswith("|")}
    for noise in NOISES:
        assert (noise, "**learned**") in rows
        assert (noise, "learned, no memory") in rows
        for rule in RULES:
            assert (noise, rule) in rows


def test_the_shipped_policy_conforms_wherever_it_is_used() -> None:
    Allocator(strategy="learned").warmup()  # the judge times answers, not the compiler
    run_conformance(lambda: Allocator(strategy="learned"), examples=30, save_to=None).raise_for_failures()


def test_the_shipped_policy_says_where_it_comes_from() -> None:
    policy, notes = load_with_notes(SHIPPED)
    assert {"seed", "method", "plan", "memory"} <= set(notes)
    assert policy.plan is not None
    assert notes["plan"] == ", ".join(map(str, policy.plan))


def test_the_card_is_that_of_the_shipped_policy() -> None:
    assert f"- Digest of its tensors: `{digest_of(tensors_of(load(SHIPPED)))}`." in CARD


@pytest.mark.slow
def test_what_the_card_says_of_a_noisy_and_late_lens_can_be_seen_again() -> None:
    noise = "noisy and lagging"
    source = Source(Scenario(), part(language_reference(), "held-out"), noise=NOISES[noise])
    found = measured(source, {"learned": Learned(load(SHIPPED)), "greedy": greedily}, range(1000, 1006))
    means = {rule: np.mean([one["quality"] for one in several]) for rule, several in found.items()}
    row = re.search(rf"^\| {noise} \| \*\*learned\*\* \| ([\d.]+)", CARD, re.M)
    assert row is not None
    assert means["learned"] == pytest.approx(float(row[1]), abs=0.1)
    assert means["learned"] > means["greedy"]


@pytest.mark.torch
def test_a_card_says_better_and_worse_only_where_the_interval_does() -> None:
    pytest.importorskip("torch")
    from focalloc.learn.card import card, verdict
    from focalloc.learn.meta import Gain

    assert verdict(Interval(0.1, 0.05), more_is_better=True) == "better"
    assert verdict(Interval(0.1, 0.05), more_is_better=False) == "worse"
    assert verdict(Interval(-0.1, 0.05), more_is_better=False) == "better"
    assert verdict(Interval(0.1, 0.1), more_is_better=True) == "no clear difference"
    assert verdict(Interval(0.1, inf), more_is_better=True) == "no clear difference"

    rules = {rule: dict.fromkeys(FIGURES, 0.5 if rule == "greedy" else 0.7) for rule in RULES}
    learned = dict.fromkeys(FIGURES, Interval(0.7, 0.1))
    one = Comparison("clean", rules, learned, learned)
    text = card("abc", [one])
    assert "| clean | 0.200 ± 0.100 | better | 0.200 ± 0.100 | worse | 0.200 ± 0.100 | worse |" in text
    assert text.count("| clean | 0.000 ± 0.100 | no clear difference |") == 3
    assert (
        "Against greedy, quality is not clearly better under: none; there are clearly more actions under: "
        "clean (0.200 ± 0.100)." in text
    )
    assert "Against informed greedy, quality is not clearly better under: clean (0.000 ± 0.100)" in text
    assert "(clean: adaptive greedy), quality is not clearly better under: clean" in text
    assert "then PPO" not in text
    assert "## Adapting" not in text
    later = card("abc", [one], Gain(0.5, 0.4, Interval(-0.1, 0.2)), {"then PPO": [one]})
    assert "| clean | 0.700 ± 0.100 | 0.700 ± 0.100 | 0.700 ± 0.100 | 0.700 ± 0.100 |" in later
    assert "| 0.500 | 0.400 | -0.100 ± 0.200 | no clear difference |" in later


@pytest.mark.torch
def test_the_card_does_not_call_users_unseen_whose_habits_training_has_met() -> None:
    pytest.importorskip("torch")
    from focalloc.learn.card import HABITS, HELD_OUT_USERS
    from focalloc.learn.simulator import any_user

    met = set()
    for number in range(HABITS.rounds):
        rng = np.random.default_rng([HABITS.seed, 8, number])
        met |= {any_user(rng) for _ in range(HABITS.users)}
    drawn = [any_user(np.random.default_rng([seed, 11])) for seed in HELD_OUT_USERS]
    assert any(user in met for user in drawn)
    assert not re.search("users that no training saw", CARD)
    assert "## Adapting" not in CARD or "it has met the habits of some" in CARD


@pytest.mark.torch
def test_the_modules_that_policies_come_from_are_those_that_a_course_imports() -> None:
    pytest.importorskip("torch")
    from focalloc.learn.card import TRAINING

    listing = "import sys, focalloc.learn.course; print(*[name for name in sys.modules if 'focalloc.learn.' in name])"
    found = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    assert {name.rpartition(".")[2] for name in found} == set(TRAINING)


class InTurn:
    """A pool without processes, which sends through pickle what a pool of processes would."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> InTurn:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, call: Callable[..., Any], *rows: Iterable[Any]) -> Iterator[Any]:
        for row in zip(*rows, strict=False):
            yield self.submit(call, *row).result()

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        call, arguments = pickle.loads(pickle.dumps((call, arguments)))
        done: Future[Any] = Future()
        done.set_result(pickle.loads(pickle.dumps(call(*arguments))))
        return done


@pytest.mark.torch
@pytest.mark.slow
def test_one_command_trains_measures_and_writes_policy_and_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from focalloc.learn import card
    from focalloc.spec.errors import InvalidInput

    few = {"updates": 1, "episodes": 1}
    small = {
        "ProcessPoolExecutor": InTurn,
        "SETTINGS": replace(card.SETTINGS, **few),
        "REFINEMENT": replace(card.REFINEMENT, **few),
        "IMITATION": replace(card.IMITATION, **few),
        "HABITS": replace(card.HABITS, rounds=1, users=1, steps=1),
        "SEEDS": range(2),
        "OTHER_SEEDS": range(2),
        "HELD_OUT_USERS": range(2),
        "EPISODES": 1,
        "NOISES": {"clean": NOISES["clean"]},
        "CALIBRATION": 1,
    }
    for name, value in small.items():
        monkeypatch.setattr(card, name, value)
    card.main(tmp_path)
    policy, text = (tmp_path / "small.safetensors").read_bytes(), (tmp_path / "small.md").read_text(encoding="utf-8")
    assert digest_of(tensors_of(load(tmp_path / "small.safetensors"))) in text
    assert "then PPO" in text

    monkeypatch.setattr(card, "train", None)  # a run that goes on trains and measures nothing again
    monkeypatch.setattr(card, "compared", None)
    card.main(tmp_path)
    assert (tmp_path / "small.safetensors").read_bytes() == policy
    assert (tmp_path / "small.md").read_text(encoding="utf-8") == text

    (tmp_path / "training code.json").write_text('"other"')
    with pytest.raises(InvalidInput, match="other code of training"):
        card.main(tmp_path)
