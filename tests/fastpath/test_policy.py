"""A compiled policy answers exactly as the reference does, whatever the policy, the session and its history."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc import Allocator, Geometry, InvalidInput, NoRoom, Params, Telemetry
from focalloc.conformance.worlds import aimed, random_policy, random_scores, random_session, random_state, random_told
from focalloc.fastpath import policy_file
from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import ledger
from focalloc.fastpath.kernels import policy as kernels
from focalloc.fastpath.learned import compiled
from focalloc.fastpath.tables import NAMES, Tables
from focalloc.fastpath.workspace import Learner
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.greedy import greedy
from focalloc.refimpl.policy import learned, preferences
from focalloc.refimpl.preparation import prepared
from focalloc.spec import Action, State, advanced, opened
from focalloc.spec.actions import KINDS
from focalloc.spec.policy import Policy, logarithm


def loaded(policy: Policy, state: State) -> Allocator:
    fast = Allocator(strategy="learned", policy=policy)
    fast.resume(state)
    return fast


def as_given(rng: random.Random, scores: Sequence[int]) -> Any:
    """Scores in some type that says them exactly."""
    kind = rng.choice([np.int32, np.int64, np.float64])
    given = np.array(scores, kind)
    return given / 2**20 if kind is np.float64 else given


def other_call(rng: random.Random, reference: ReferenceAllocator, fast: Allocator) -> None:
    """Both do something else than a step."""
    state = reference.state
    kind, first = rng.randrange(4), state.context[0].start
    if kind == 0:
        since = rng.randint(first, state.end - 1)
        until = rng.randint(since + 1, state.end)
        for one in (reference, fast):
            one.pin(since, until, collapse=True, expand=since % 2 == 0)
    elif kind == 1:
        for one in (reference, fast):
            one.unpin(first, state.end)
    else:
        row, tokens = random_told(rng, state), rng.randint(1, 5)
        answers = []
        for one in (reference, fast):
            try:
                answers.append(list(one.ingest_tokens(tokens, row)))
            except NoRoom as refusal:
                answers.append([refusal.needed])
        assert answers[0] == answers[1]


def compare(seed: int, most: int = 3, calls: int = 6) -> int:
    """Play a session beside the reference; return how many actions a policy has taken."""
    rng = random.Random(seed)
    state, policy = random_session(rng, most), random_policy(rng)
    reference, acted = ReferenceAllocator(), 0
    reference._state = state
    fast = loaded(policy, state)
    for call in range(calls):
        if rng.random() < 0.3:
            other_call(rng, reference, fast)
            continue
        state = reference.state
        scores = random_told(rng, state)
        at = state.pointed(rng.choice([None, rng.randint(state.context[0].start, state.end)]))
        if call % 3 == 0:
            policy = aimed(rng, policy, at, scores)
            fast = loaded(policy, state)
        expected = learned(policy, at, scores)
        before = fast.disagreement_share or 0, fast._learned.asked
        plan = fast.step(as_given(rng, scores), cursor=at.cursor)
        assert list(plan) == expected, (seed, call)
        assert plan.fallback is None
        now, row = prepared(at, scores)
        rival = set(greedy(replace(now, params=replace(now.params, tie_break="position")), row))
        asked = before[1] + 1
        assert fast.disagreement_share == (before[0] * before[1] + (rival != set(expected))) / asked
        reference._state = advanced(state, expected, scores)
        assert fast.state() == reference.state, (seed, call)
        fast._check()
        acted += len(expected)
    return acted


def test_it_is_equal_to_the_reference_whatever_happens() -> None:
    assert sum(compare(seed) for seed in range(150)) > 100


def test_it_is_equal_to_the_reference_where_few_of_many_are_looked_at() -> None:
    assert sum(compare(seed, 60, 3) for seed in range(1000, 1040)) > 40


@given(st.integers(0, 2**32))
def test_it_is_equal_to_the_reference_on_any_session(seed: int) -> None:
    compare(seed, 4, 3)


@pytest.mark.slow
def test_it_is_equal_to_the_reference_on_thousands() -> None:
    for seed in range(2000, 4000):
        compare(seed, random.Random(seed).choice([2, 4, 8, 40]))


def test_adapting_thresholds_and_ties_are_those_of_the_session() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        state = random_state(rng, "enhanced", 3, [1, 2, 4])
        policy = random_policy(rng)
        fast = loaded(policy, state)
        for _ in range(4):
            scores = random_scores(rng, state.geometry, state.context)
            expected = learned(policy, state, scores)
            assert list(fast.step(scores)) == expected
            state = advanced(state, expected, scores)
            assert fast.state() == state


def test_logarithms_are_those_of_the_text() -> None:
    numbers = [*range(3000), *(2**power + more for power in range(12, 49) for more in (-2, -1, 0, 1))]
    for number in numbers:
        assert kernels.logarithm(number) == kernels.logarithm.py_func(number) == logarithm(number)  # type: ignore[attr-defined]


@pytest.mark.parametrize("by", [1, 2, 3, 7, 8, 32, 1000, 1024])
def test_quotients_are_floors(by: int) -> None:
    for number in (*range(-50, 50), 2**45 + 1, -(2**45) - 1):
        assert kernels.quotient(number, by) == number // by


def test_the_work_space_grows_when_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    from focalloc.fastpath import workspace

    monkeypatch.setattr(workspace, "FIRST_SPACE", 1)
    assert sum(compare(seed) for seed in range(30)) > 10


# AN ALLOCATOR

PARAMS = Params(w_max=8, tau_expand=0, tau_collapse=0)
CONTEXT = [(2, 0), (2, 4)]
TINY = Geometry((2, 2))


def likes_what_is_seen(**change: object) -> Policy:
    """A policy that expands what has a score above 0, the more the higher."""
    from tests.spec.test_policy import policy

    return replace(policy(), **change)  # type: ignore[arg-type]


def opened_with(policy: object) -> Allocator:
    fast = Allocator(TINY, PARAMS, "learned", policy=policy)
    fast.open(TINY, PARAMS, CONTEXT)
    return fast


def test_the_front_door_takes_a_policy_or_its_file(tmp_path: Path) -> None:
    policy_file.save(likes_what_is_seen(), tmp_path / "p.safetensors")
    fast = opened_with(likes_what_is_seen())
    assert fast.params.strategy == "greedy"
    assert fast.step([-0.5, 0.5]).actions == [Action("expand", 2, 4)]
    assert (fast.fallback_share, fast.disagreement_share) == (0, 0)
    fast.step([0.0] * 3)
    with pytest.raises(InvalidInput, match="goes with strategy"):
        Allocator(strategy="greedy", policy=likes_what_is_seen())
    plain = Allocator()
    assert (plain.fallback_share, plain.disagreement_share) == (None, None)


def test_copies_and_snapshots_go_on_alike() -> None:
    fast = opened_with(likes_what_is_seen())
    fast.step([0.5, -0.5])
    for other in (copy.deepcopy(fast), pickle.loads(pickle.dumps(fast)), opened_with(likes_what_is_seen())):
        other.restore(fast.snapshot())
        twin = copy.deepcopy(fast)
        row = np.arange(fast.used) - 1.5
        assert list(other.step(row)) == list(twin.step(row)) != []


def test_scores_that_are_refused_change_nothing() -> None:
    fast = opened_with(likes_what_is_seen())
    before = fast.snapshot()
    for wrong in ([0.5], [0.5, np.nan], [0.5, 4000.0]):
        with pytest.raises(InvalidInput, match="score"):
            fast.step(wrong)
        assert fast.snapshot() == before
    with pytest.raises(InvalidInput, match="cursor"):
        fast.step([0.5, 0.5], cursor=99)
    assert fast.snapshot() == before
    assert fast.fallback_share == 0


@pytest.mark.parametrize("failure", [k.MISFIT, MemoryError])
def test_the_strategy_stands_in_for_a_policy_that_fails(
    failure: int | type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> int:
        if isinstance(failure, int):
            return failure
        raise failure

    monkeypatch.setattr(Learner, "run_step", failing)
    fast = opened_with(likes_what_is_seen())
    plan = fast.step([0.5, -0.5])
    assert plan.actions == greedy(opened(TINY, PARAMS, CONTEXT), [2**19, -(2**19)]) != []
    assert plan.fallback is not None
    assert plan.fallback.iteration == 1
    assert (fast.fallback_share, fast.disagreement_share) == (1, 0)
    watched = Telemetry(fast)
    watched.step([0.0] * fast.used)
    assert watched.last is not None
    assert (watched.last.fallback, watched.last.fallback_share) == ("exception", 1)
    monkeypatch.undo()
    fast.open(TINY, PARAMS, CONTEXT)
    assert fast.step([0.5, -0.5]).fallback is None
    assert fast.fallback_share == 2 / 3


def test_an_answer_that_breaks_a_rule_is_put_back() -> None:
    """No policy brings that about, so a block is hidden from its family, whose collapse is preferred."""
    fast = Allocator(TINY, PARAMS, "learned", policy=likes_what_is_seen())
    fast.open(TINY, PARAMS, [(2, 0), (1, 4), (1, 6)])
    before, tables = fast.snapshot(), fast._session()
    tables.tags[2] = 0
    learner = Learner(TINY, 4, tables.n_diff, tables.capacity, fast._learned._compiled)
    row = np.array([-1.0, 0.5, 0.5])
    assert learner.run_step(row, tables.tags, tables.scratch, tables.state, -1) == k.MISFIT
    tables.tags[2] = 1
    assert fast.snapshot() == before
    assert list(fast.step(row)) == [Action("expand", 1, 4), Action("expand", 1, 6)]


@pytest.mark.parametrize("policy", [7, {}, object()])
def test_what_is_no_policy_is_refused(policy: object) -> None:
    from focalloc.fastpath.learned import Learned

    with pytest.raises(InvalidInput, match="must be a Policy"):
        Learned(policy)


# UNCOMPILED


def laid(state: State) -> Tables:
    """The tables of a session."""
    tables = Tables(state.geometry, state.params, state.context)
    tables.recall(state.ledger, state.iteration, state.recent)
    tables.pin(state.pins)
    tables.leave_unfilled(state.unfilled)
    return tables


def on_lists(state: State, policy: Policy, scores: Sequence[int]) -> dict[Action, int]:
    """What the plain functions of the kernels make of a session whose tables are lists, in its next iteration."""
    tables = laid(state)
    named = {name: tables.table(name).tolist() for name in NAMES if name in k.Session._fields}
    header, slots = tables.state[: k.HEADER].tolist(), state.used
    header[k.CURSOR_TOKEN] = state.at
    header[k.ITERATION] += 1
    ledger.forget(header, named["ledger_iteration"])
    row = [*prepared(state, scores)[1]]
    session = k.Session(header, tables.tags[:slots].tolist(), [], row, [], **named)
    table, width, listed = compiled(policy).table.tolist(), policy.hidden, k.SIDES * k.LOOK
    ends = [0, k.NETWORK, k.SIDES * (k.CHEAP + 1), k.SIDES * (k.KNOWN_OF_ITEM + 1) * width]
    ends += [k.SIDES * (5 * width + 1) * width, k.SIDES * (width + 1)]
    cuts = [sum(ends[: i + 1]) for i in range(len(ends))]
    network = k.Network(*(table[first:last] for first, last in pairwise(cuts)))
    chunks = slots + listed
    sizes = [slots, slots, chunks, chunks, chunks, listed, listed, k.SIDES + 1, listed, k.CHEAP]
    sizes += [listed * k.KNOWN_OF_ITEM, listed * width, 4 * width, width, width, (k.SIDES + 1) * k.LEVELS]
    look = k.Look(list(scores), *([0] * size for size in sizes))
    look.sizes[k.SIDES] = state.params.n_diff
    kernels.list_items(session, network, look)
    kernels.infer(session, network, look)
    found = {}
    for side, kind in enumerate(KINDS):
        for item in range(look.sizes[side]):
            level, start = (node := kernels.item_node(session, look, side, item)) % k.LEVELS, node // k.LEVELS
            found[Action(kind, level, start)] = look.values[side * k.LOOK + item]
    return found


def test_the_same_source_uncompiled_on_lists_prefers_the_same(request: pytest.FixtureRequest) -> None:
    laid(random_session(random.Random(0)))  # what production calls is compiled before its helpers are not
    request.getfixturevalue("uncompiled")
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    compared = 0
    for seed in range(100):
        rng = random.Random(seed)
        patch.setattr(kernels, "GATES", rng.choice([1, 2, k.GATES]))  # so that a small context has many stretches
        state, policy = random_session(rng, rng.choice([3, 8])), random_policy(rng)
        for _ in range(3):
            at = state.pointed(rng.choice([None, rng.randint(state.context[0].start, state.end)]))
            scores = random_told(rng, state)
            wanted = preferences(policy, at, scores)
            assert on_lists(at, policy, scores) == wanted, seed
            compared += len(wanted)
            state = advanced(state, greedy(*prepared(state, scores)), scores)
    assert compared > 500
