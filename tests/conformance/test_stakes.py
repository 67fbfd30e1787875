"""A default run meets every pair of kinds of session and puts every clause at stake; what never was is not held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations

import pytest

from focalloc.conformance import judged
from focalloc.conformance.broken.greedy import NotStrict
from focalloc.conformance.cases import Case, Step, to_json
from focalloc.conformance.outcomes import outcomes
from focalloc.conformance.reports import to_html, to_junit
from focalloc.conformance.runner import BATCH, DEFAULT_EXAMPLES, run_conformance
from focalloc.conformance.sessions import features, kinds, session, sessions
from focalloc.conformance.stakes import Stakes
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec import Action, Block, Geometry, Params
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.relaxation import Relaxation
from focalloc.spec.violations import PROFILES

SEEN_OFTEN = 20
"""Times that a default run puts each clause at stake, at the least."""


class Telling(ReferenceAllocator):
    """The reference with every optional call."""

    def relaxation(self, scores: list[int]) -> Relaxation:
        return relaxation(self.state, scores)

    def ledger_size(self) -> int:
        return len(self.state.ledger)


class DiesInTheMidst(ReferenceAllocator):
    """Right, as long as it lives."""

    def step(self, scores: list[int]) -> list[Action]:
        if self.state.iteration == 2:
            raise SystemExit
        return super().step(scores)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_default_run_meets_every_pair_of_kinds(profile: str) -> None:
    table = features(profile)
    met = Counter[object]()
    for number in range(DEFAULT_EXAMPLES):
        like = kinds(profile, 0, number)
        met.update(combinations(like.items(), 2))
    for (one, kinds_of_one), (other, kinds_of_other) in combinations(table.items(), 2):
        for pair in ((one, a, other, b) for a in kinds_of_one for b in kinds_of_other):
            assert met[(pair[:2], pair[2:])] >= 5, pair


@pytest.mark.parametrize("profile", ["safety", "greedy", "enhanced", "knapsack"])
def test_what_a_session_is_like_is_what_it_is(profile: str) -> None:
    """Caps, cooldowns and thresholds are as said, lengths and contexts within their kind."""
    for number in range(BATCH):
        like, case = kinds(profile, 0, number), session(profile, 0, number)
        if like.get("choice", "any") != "any" or like.get("edge of use") == "on it":
            continue
        assert case.params.n_diff <= like["cap"]
        assert profile == "knapsack" or case.params.n_diff == like["cap"]
        assert isinstance(like["cooldown"], str) or case.params.cooldown_steps == like["cooldown"]
        assert (case.params.adaptive_window > 0) == bool(like.get("window", 0))
        assert case.params.balance == like.get("balance", 0)
        assert len(case.steps) <= {"short": 4, "medium": 15, "long": 300}[like["length"]]


def test_no_session_comes_twice() -> None:
    for profile in PROFILES:
        drawn = [to_json(case) for case in sessions(profile, 0, 0, DEFAULT_EXAMPLES)]
        assert len(set(drawn)) == len(drawn)


def test_a_session_follows_from_profile_seed_and_number() -> None:
    assert session("greedy", 3, 17) == session("greedy", 3, 17)
    assert len({to_json(session("greedy", seed, 17)) for seed in range(20)}) == 20
    assert list(sessions("greedy", 3, 15, 4))[2] == session("greedy", 3, 17)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_a_default_run_puts_every_clause_at_stake(profile: str) -> None:
    report = run_conformance(Telling, profile=profile, save_to=None)
    report.raise_for_failures()
    given = {clause for clause in profile_clauses(profile) if clause[:3] not in ("GEO", "PAR")}
    if profile == "safety":  # definitions there, and no more
        given -= {clause for clause in given if clause.startswith("SCO")}
    rare = {clause: times for clause, times in report.stakes.items() if clause in given and times < SEEN_OFTEN}
    assert not rare


def at_stake(case: Case, profile: str) -> set[str]:
    stakes = Stakes(profile)
    with PythonTarget(Telling) as target:
        assert judged(target, case, profile, stakes=stakes).status == "pass"
    return {clause for clause, times in stakes.counts.items() if times}


QUIET = Case(geometry=Geometry((2, 2)), params=Params(w_max=20), context=(Block(2, 0),), steps=(Step(scores=(1,)),))


def test_where_nothing_can_be_done_little_is_at_stake() -> None:
    assert not at_stake(QUIET, "greedy") & {"GRE-1", "GRE-2", "GRE-3", "GRE-4", "GRE-5", "GRE-6", "COO-1", "ING-2"}
    assert "THR-1" in at_stake(QUIET, "greedy")


@pytest.mark.parametrize("factory", [Telling, NotStrict, DiesInTheMidst])
def test_what_is_counted_while_an_answer_is_awaited_is_all_there_is(factory: type[ReferenceAllocator]) -> None:
    class AtOnce(PythonTarget):
        def meanwhile(self, work: Callable[[], object]) -> None:
            work()

    counted = []
    for kind in (AtOnce, PythonTarget):
        stakes = Stakes("greedy")
        with kind(factory) as target:
            for case in sessions("greedy", 0, 0, 40):
                judged(target, case, "greedy", stakes=stakes)
                counted.append(stakes.counts.copy())  # after every session, whatever it ended with
    assert counted[: len(counted) // 2] == counted[len(counted) // 2 :]
    assert counted[-1]["THR-1"] > 0


@pytest.mark.parametrize(
    ("clause", "case"),
    [
        ("GRE-4", Case(Geometry((2, 2)), Params(w_max=20), (Block(2, 0), Block(2, 4)), (Step(scores=(2**20,)),))),
        ("BUD-1", Case(Geometry((2, 2)), Params(w_max=1), (Block(2, 0),), (Step(scores=(2**20,)),))),
        ("TAI-1", Case(Geometry((2,)), Params(protected_tokens=2), (Block(0, 0),), (Step(scores=(-(2**20),)),))),
        ("ING-2", Case(Geometry((2,)), Params(w_max=3), (Block(0, 0),), (Step(ingest=1),))),
        ("ANS-3", Case(Geometry((2,)), Params(), (Block(0, 0),), (Step(extra=1),))),
        ("SCO-2", Case(Geometry((2,)), Params(), (Block(0, 0),), (Step(extra=1),))),
    ],
)
def test_what_one_session_puts_at_stake(clause: str, case: Case) -> None:
    assert clause in at_stake(case, "greedy")


def test_a_clause_that_was_never_at_stake_is_not_called_held() -> None:
    report = run_conformance(ReferenceAllocator, profile="greedy", examples=1, save_to=None)
    never = set(report.never_at_stake)
    assert never
    assert {one.id for one in outcomes(report) if one.result == "passed"}.isdisjoint(never)
    assert all("stake" in one.why or "offer" in one.why for one in outcomes(report) if one.id in never)
    assert b'name="at stake"' in to_junit(report, {})
    assert "never at stake, so not judged" in report.summary()
    page = to_html(report, {}).decode()
    assert "never at stake" in page
