"""A default run meets every pair of kinds of session and puts every clause at stake; what never was is not held."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from focalloc.conformance import judged
from focalloc.conformance.broken.greedy import NotStrict
from focalloc.conformance.cases import Case, Opening, Step, laid, to_json
from focalloc.conformance.host import ANSWER_LIMIT
from focalloc.conformance.outcomes import outcomes
from focalloc.conformance.reports import to_html, to_junit
from focalloc.conformance.runner import BATCH, DEFAULT_EXAMPLES, run_conformance
from focalloc.conformance.scenes import SCENES
from focalloc.conformance.sessions import features, kinds, scene, session, sessions
from focalloc.conformance.stakes import ENOUGH, HOLDING_BACK, Stakes, of_iteration, out_of_question
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec import Action, Block, Geometry, InvalidInput, Params, State
from focalloc.spec.blocks import used
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.cooldown import Entry
from focalloc.spec.relaxation import Relaxation
from focalloc.spec.state import opened
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
        if scene(number):
            continue
        like = kinds(profile, 0, number)
        met.update(combinations(like.items(), 2))
    for (one, kinds_of_one), (other, kinds_of_other) in combinations(table.items(), 2):
        for pair in ((one, a, other, b) for a in kinds_of_one for b in kinds_of_other):
            assert met[(pair[:2], pair[2:])], pair


@pytest.mark.parametrize("profile", ["safety", "greedy", "enhanced", "knapsack"])
def test_what_a_session_is_like_is_what_it_is(profile: str) -> None:
    """Caps, cooldowns and thresholds are as said, lengths and contexts within their kind."""
    for number in range(BATCH):
        like, case = kinds(profile, 0, number), session(profile, 0, number)
        if like.get("choice", "any") != "any" or scene(number):
            continue
        assert case.params.n_diff <= like["cap"]
        assert profile == "knapsack" or case.params.n_diff == like["cap"]
        assert isinstance(like["cooldown"], str) or case.params.cooldown_steps == like["cooldown"]
        assert (case.params.adaptive_window > 0) == bool(like.get("window", 0))
        assert case.params.balance == like.get("balance", 0)
        asked = [step for step in case.steps if step.pin is None and step.release is None and step.tokens is None]
        calls = [step for step in asked if not (step.open and step.open.geometry)]
        assert len(calls) <= 2 * {"short": 4, "medium": 15, "long": 60}[like["length"]]


def test_a_default_run_has_every_scene_often() -> None:
    met = Counter(scene(number) for number in range(DEFAULT_EXAMPLES))
    assert set(met) == {"", *SCENES}
    assert min(met.values()) >= DEFAULT_EXAMPLES // BATCH == 4
    assert set(map(scene, range(BATCH))) == set(met)


@pytest.mark.parametrize("profile", PROFILES)
def test_scenes_are_of_a_size_that_a_run_has_time_for(profile: str) -> None:
    """No row is longer than what a host passes on, and there are few long ones; nor is what one expand makes, right
    or wrong, more blocks than that."""
    rows = 0
    for number in filter(scene, range(DEFAULT_EXAMPLES)):
        case = session(profile, 0, number)
        slots = used(case.geometry, case.context)
        assert slots <= ANSWER_LIMIT
        assert all(case.geometry.fanout(block.level) <= ANSWER_LIMIT for block in case.context if block.level)
        rows += slots * len(case.steps)
    assert rows <= 4_000_000


@cache
def default_run(profile: str) -> list[Case]:
    return list(sessions(profile, 0, 0, DEFAULT_EXAMPLES))


def test_no_session_comes_twice() -> None:
    for profile in PROFILES:
        drawn = list(map(to_json, default_run(profile)))
        assert len(set(drawn)) == len(drawn)


def forbidden_by(case: Case, opening: Opening) -> set[str]:
    """The clauses that ``opening`` breaks in mid-session."""
    shape: dict[str, Any] = {"arity": case.geometry.arity, "cost": case.geometry.cost}
    params: dict[str, Any] = case.params.to_dict() | (opening.params or {})
    blocks = [Block(*pair) for pair in opening.context or case.context]
    try:
        opened(Geometry(**opening.geometry or shape), Params(**params), blocks)
    except (InvalidInput, TypeError) as senseless:
        return set(re.findall(r"\b[A-Z]{3}-\d+\b", str(senseless)))
    return set()


@pytest.mark.parametrize("profile", sorted(set(PROFILES) - {"safety"}))
def test_a_default_run_has_what_each_clause_of_geometries_and_parameters_forbids(profile: str) -> None:
    """Which a program only can be told, so that the slow test below does not see it; counted as a report counts."""
    met = Counter[str]()
    for first in range(0, DEFAULT_EXAMPLES, BATCH):
        batch = Counter[str]()
        for case in default_run(profile)[first : first + BATCH]:
            for step in case.steps:
                if step.open is not None:
                    batch.update(forbidden_by(case, step.open))
        met.update({clause: min(times, ENOUGH) for clause, times in batch.items()})
    asked = {"PAR-3", "PAR-4"}  # of ingests
    rare = {one: met[one] for one in set(profile_clauses(profile)) - asked if one[:3] in ("GEO", "PAR")}
    assert min(rare.values()) >= SEEN_OFTEN, rare


PAID = [("knapsack", "KNA-1"), ("hybrid", "KNA-1"), ("multi_objective", "KNA-1"), ("projection", "PRO-6")]


@pytest.mark.parametrize(("profile", "clause"), PAID)
def test_a_default_run_has_debts_that_can_be_paid_at_once(profile: str, clause: str) -> None:
    """As few sessions that open in a debt have anything to collapse, and want to."""
    met = 0
    for case in default_run(profile):
        state = opened(case.geometry, case.params, case.context)
        if state.used > case.params.w_max and case.steps[0].call == "step" and not case.steps[0].extra:
            row = laid(case.geometry, case.context, case.steps[0])
            met += clause in set(of_iteration(state, row, [], profile, {clause}))
    assert met >= SEEN_OFTEN


def test_a_session_follows_from_profile_seed_and_number() -> None:
    assert session("greedy", 3, 17) == session("greedy", 3, 17)
    assert len({to_json(session("greedy", seed, 17)) for seed in range(20)}) == 20
    assert list(sessions("greedy", 3, 15, 4))[2] == session("greedy", 3, 17)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_a_default_run_puts_every_clause_at_stake(profile: str) -> None:
    report = run_conformance(Telling, profile=profile, save_to=None)
    report.raise_for_failures()
    given = {clause for clause in profile_clauses(profile) if clause[:3] != "GEO" and clause not in ("PAR-1", "PAR-2")}
    if profile == "safety":  # definitions there, and no more, as nothing need be refused
        given -= {clause for clause in given if clause[:3] in ("SCO", "PAR")}
    rare = {clause: times for clause, times in report.stakes.items() if clause in given and times < SEEN_OFTEN}
    assert not rare


def at_stake(case: Case, profile: str) -> set[str]:
    stakes = Stakes(profile)
    with PythonTarget(Telling) as target:
        assert judged(target, case, profile, stakes=stakes).status == "pass"
        target.finish()
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
                target.finish()
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


TWO, THREE = [(2, 0), (2, 4)], [(2, 0), (2, 4), (2, 8)]
HALVES = [(1, 0), (1, 2)]
ADAPTS: dict[str, Any] = {"adaptive_window": 2, "tau_min": 1, "tau_max": 9, "w_max": 100}

LITTLE: list[tuple[str, bool, str, list[tuple[int, int]], list[int], dict[str, Any]]] = [
    ("GRE-1", True, "greedy", [*HALVES, (2, 4)], [-9, -9, 9], {}),
    ("GRE-1", False, "greedy", [*HALVES, (2, 4)], [-9, -9, 1], {}),
    ("GRE-2", True, "greedy", TWO, [9, 5], {}),
    ("GRE-2", False, "greedy", TWO, [9, 9], {}),
    ("GRE-3", True, "greedy", [*HALVES, (1, 4), (1, 6)], [-9, -9, -5, -5], {}),
    ("GRE-3", False, "greedy", [*HALVES, (1, 4), (1, 6)], [-9, -9, -9, -9], {}),
    ("GRE-4", True, "greedy", THREE, [9, 9, 5], {}),
    ("GRE-4", False, "greedy", THREE, [9, 5, 5], {}),
    ("GRE-4", True, "greedy", [*HALVES, (1, 4), (1, 6)], [-9, -9, -9, -9], {}),
    ("GRE-5", False, "greedy", TWO, [9, 5], {}),
    ("GRE-6", True, "greedy", TWO, [9, 1], {}),
    ("GRE-6", False, "greedy", TWO, [1, 1], {}),
    ("GRE-6", False, "greedy", TWO, [9, 9], {"n_diff": 0}),
    ("TIE-1", True, "enhanced", TWO, [9, 9], {"tie_break": "cursor"}),
    ("TIE-2", False, "enhanced", TWO, [9, 9], {"tie_break": "recency"}),
    ("ACT-4", True, "greedy", [(1, 2), (2, 4)], [0, 0], {}),
    ("ACT-4", False, "greedy", TWO, [0, 0], {}),
    ("CAP-1", True, "greedy", TWO, [0, 0], {"n_diff": 1}),
    ("CAP-1", False, "greedy", TWO, [0, 0], {"n_diff": 2}),
    ("BUD-1", True, "greedy", [(2, 0)], [9], {"w_max": 1}),
    ("BUD-1", False, "greedy", [(2, 0)], [0], {"w_max": 1}),  # THR-1 holds it back as well
    ("THR-1", False, "greedy", [(2, 0)], [0], {"w_max": 1}),
    ("THR-1", True, "greedy", [(2, 0)], [0], {}),
    ("THR-1", False, "greedy", [(2, 0)], [0], {"n_diff": 0}),
    ("SOF-1", True, "greedy", [(2, 0)], [9], {"w_soft": 1, "soft_margin": 8}),
    ("SOF-1", False, "greedy", [(2, 0)], [9], {"w_soft": 1, "soft_margin": 7}),
    ("SCO-3", True, "greedy", HALVES, [2, 5], {}),
    ("SCO-3", False, "greedy", HALVES, [2, 4], {}),
    ("SCO-3", False, "safety", HALVES, [2, 5], {}),
    ("BAL-1", True, "enhanced", TWO, [9, -3], {"balance": 1}),
    ("BAL-1", False, "enhanced", TWO, [9, 3], {"balance": 1}),
    ("BAL-1", True, "enhanced", TWO, [-3, -3], {"balance": 1, "lean": 9}),
    ("BAL-1", False, "enhanced", TWO, [9, -9], {"balance": 1, "memory": (9, 9), "memory_shift": 2}),
    ("MEM-1", True, "greedy", TWO, [9, 5], {"memory": (9, 4), "memory_shift": 1}),
    ("MEM-1", False, "greedy", TWO, [9, 5], {"memory": (9,), "memory_shift": 1}),
    ("MEM-2", True, "greedy", TWO, [0, 0], {"memory": (9,), "memory_shift": 1, "acted": True}),
    ("MEM-2", False, "greedy", TWO, [0, 0], {"memory": (9,), "memory_shift": 1}),
    ("MEM-2", False, "greedy", TWO, [0, 0], {"memory_shift": 1, "acted": True}),
    ("MEM-3", True, "greedy", TWO, [0, 0], {"lean": 1}),
    ("MEM-3", False, "greedy", TWO, [0, 0], {}),
    ("ADA-1", True, "enhanced", TWO, [0, 0], ADAPTS | {"tau_expand": 5, "tau_collapse": 5, "recent": (10, 10)}),
    ("ADA-1", False, "enhanced", TWO, [0, 0], ADAPTS | {"tau_expand": 5, "tau_collapse": 5, "recent": (85, 85)}),
    ("ADA-2", True, "enhanced", TWO, [0, 0], ADAPTS | {"tau_expand": 1, "tau_collapse": 1, "recent": (10, 10)}),
    ("ADA-2", False, "enhanced", TWO, [0, 0], ADAPTS | {"tau_expand": 1, "tau_collapse": 1, "recent": (85, 85)}),
    ("ADA-2", True, "enhanced", TWO, [0, 0], ADAPTS | {"tau_expand": 9, "tau_collapse": 9, "recent": (99, 99)}),
    ("KNA-1", True, "knapsack", HALVES, [-9, -9], {"w_max": 1}),
    ("KNA-1", False, "knapsack", HALVES, [-9, -9], {"w_max": 2}),
    ("HYB-1", True, "hybrid", TWO, [9, 5], {"top_k": 1}),
    ("HYB-1", False, "hybrid", TWO, [9, 5], {"top_k": 2}),
    ("HIE-3", True, "hierarchical", TWO, [9, 5], {}),
    ("HIE-3", False, "hierarchical", TWO, [1, 1], {}),
]
"""Clause, whether an iteration puts it at stake, profile, context, a score per slot, and parameters."""


@pytest.mark.parametrize(("clause", "stakes", "profile", "context", "scores", "params"), LITTLE)
def test_what_one_iteration_puts_at_stake(
    clause: str, stakes: bool, profile: str, context: list[tuple[int, int]], scores: list[int], params: dict[str, Any]
) -> None:
    values = {"w_max": 20, "tau_expand": 1, "tau_collapse": 1, "strategy": profile, **params}
    recent, memory, acted = values.pop("recent", ()), values.pop("memory", ()), values.pop("acted", False)
    if profile == "safety":
        values["strategy"] = "greedy"
    state = opened(Geometry((2, 2)), Params(**values), [Block(*pair) for pair in context])
    ledger = {Block(2, 0): Entry("collapse", state.iteration)} if acted else {}
    state = replace(state, recent=recent, memory=memory, ledger=ledger)
    assert (clause in set(of_iteration(state, scores, [], profile, {clause}))) == stakes


@pytest.mark.parametrize("profile", ["greedy", "enhanced", "hierarchical"])
def test_what_is_out_of_the_question_is_never_at_stake(profile: str) -> None:
    """Nothing is left out by looking at the state alone; and much is."""
    ruled_out = Counter[str]()

    class All(Stakes):
        def iteration(self, state: State, scores: Sequence[int], actions: Sequence[Action]) -> None:
            clauses = set(profile_clauses(profile))
            ruled_out.update(out_of_question(state) & clauses)
            assert not out_of_question(state) & set(of_iteration(state, scores, actions, profile, clauses))

    with PythonTarget(Telling) as target:
        for case in sessions(profile, 0, 0, 60):
            assert judged(target, case, profile, stakes=All(profile)).status == "pass"
            target.finish()
    rare = {"COO-1", "TAI-1", "PIN-1", "PIN-2", "BUD-1", "SOF-1", "ADA-1", "ADA-2", "BAL-1"}
    assert rare <= set(ruled_out)


@pytest.mark.parametrize("profile", ["safety", "greedy", "projection"])
def test_what_is_told_of_a_clause_does_not_depend_on_what_else_is_wanted(profile: str) -> None:
    """Though less is looked at for less."""
    met = Counter[str]()

    class Apart(Stakes):
        def iteration(self, state: State, scores: Sequence[int], actions: Sequence[Action]) -> None:
            clauses = set(profile_clauses(profile))
            there = set(of_iteration(state, scores, actions, profile, clauses)) & clauses
            met.update(there)
            for one in HOLDING_BACK & clauses:
                assert (one in set(of_iteration(state, scores, actions, profile, {one}))) == (one in there)

    with PythonTarget(Telling) as target:
        for case in sessions(profile, 0, 0, BATCH):
            assert judged(target, case, profile, stakes=Apart(profile)).status == "pass"
            target.finish()
    assert {"COO-1", "TAI-1", "PIN-1", "PIN-2", "BUD-1"} <= set(met)


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
