"""Sessions in a batch, and allocators in threads, do exactly what each would do alone."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from focalloc import Allocator, Geometry, InvalidInput, NoRoom, Params, Plan, Telemetry
from focalloc.conformance.worlds import drawn, random_policy
from focalloc.fastpath import batch as module
from focalloc.fastpath import tables, workspace
from focalloc.fastpath.allocator import STRATEGIES
from focalloc.fastpath.batch import Batch
from focalloc.fastpath.guard import Guarded, View
from focalloc.fastpath.kernels import layout
from focalloc.fastpath.learned import SHIPPED
from focalloc.fastpath.policy_file import load
from focalloc.fastpath.snapshot import MAX_ITERATION
from focalloc.spec.policy import Policy, PolicyPlan
from focalloc.spec.violations import violations

# What is reserved is copied into the batch.
A_SESSION = st.sampled_from(
    [case for strategy in STRATEGIES for case in drawn(strategy, 300, 200) if case.params.w_max < 2**16]
)


def session(seed: int, w_max: int = 600, n_diff: int = 4) -> Allocator:
    """One of many unlike sessions."""
    geometry = [Geometry(), Geometry((4, 3, 3), (1, 1, 2, 4)), Geometry((2, 2))][seed % 3]
    allocator = Allocator(geometry, Params(w_max=w_max, n_diff=n_diff + seed % 2, cooldown_steps=seed % 4))
    span = geometry.span(geometry.top)
    blocks = [(geometry.top, i * span) for i in range(2 + seed % 5)]
    allocator.open(allocator.geometry, allocator.params, [*blocks, (0, blocks[-1][1] + span)])
    return allocator


def matrix(random: np.random.Generator, allocators: Any, dtype: Any = np.float32) -> np.ndarray[Any, Any]:
    width = max((allocator.used for allocator in allocators), default=0) + 3
    scores = random.normal(size=(len(allocators), width)) * (1 if np.dtype(dtype).kind == "f" else 2**20)
    return scores.astype(dtype)


@pytest.fixture
def fine_grain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deal out sessions one by one, so that a few small ones already use every thread, and always use helpers."""
    monkeypatch.setattr(module, "GRAIN", 1)
    monkeypatch.setattr(module.Pace, "choose", lambda self: True)


@pytest.mark.usefixtures("fine_grain")
@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int32, np.int64, ">f4"])
def test_a_batch_steps_as_each_alone(threads: int, dtype: Any) -> None:
    alone = [session(seed) for seed in range(12)]
    batch = Batch([session(seed) for seed in range(12)], threads=threads)
    random = np.random.default_rng(0)
    for _ in range(20):
        scores = matrix(random, alone, dtype)
        plans = batch.step(scores)
        expected = [one.step(row[: one.used]) for one, row in zip(alone, scores, strict=True)]
        assert list(plans) == expected
        assert [plan.iteration for plan in plans] == [plan.iteration for plan in expected]
    for one, other in zip(alone, batch, strict=True):
        assert one.state() == other.state()
        other._check()


def answered(call: Callable[[], Any]) -> Any:
    """What a call answers, or why it is refused."""
    try:
        answer = call()
    except (NoRoom, InvalidInput) as no:
        return str(no)
    return list(answer), answer.iteration, [tuple(splice) for splice in answer.edits], answer.released, answer.fallback


def told(answers: Sequence[Any]) -> list[Any]:
    """The same of what a batch answers."""

    def answer(one: Any) -> Any:
        if isinstance(one, InvalidInput):
            raise one
        return one

    return [answered(partial(answer, one)) for one in answers]


def row_for(random: np.random.Generator, one: Any) -> Any:
    """Scores of one kind or another; now and then some that are refused."""
    if random.random() < 0.1:
        return [np.full(one.used, np.nan), [0.5] * (one.used + 1), None][random.integers(3)]
    row = random.integers(-3, 4, one.used) * 2**18
    return [row, row.astype(np.int32), row / 2**20, (row / 2**20).astype(np.float32)][random.integers(4)]


def cursor_for(random: np.random.Generator, one: Any) -> int | None:
    """The end, a token of the context, or none at all."""
    return [None, int(random.choice(one.starts)), int(one.starts[0]) - 1][random.choice(3, p=(0.5, 0.45, 0.05))]


BETWEEN: list[Callable[[Any], Any]] = [
    lambda one: one.ingest(1),
    lambda one: one.ingest(2, [0.25] * one.used, release=True),
    lambda one: one.ingest_tokens(3),
    lambda one: one.release(int(one.starts[len(one.starts) // 3])),
    lambda one: one.step([0.5] * one.used),
]
"""What a session may do by itself."""


@pytest.mark.usefixtures("fine_grain")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(A_SESSION, st.sampled_from(["", "", "guarded", "learned"])), min_size=1, max_size=5),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2]),
)
def test_any_sessions_at_all(drawn: Any, seed: int, threads: int) -> None:
    """Of every strategy, refined or not, guarded, learned, in one batch; each is what its twin is that steps alone."""
    pair: list[list[Any]] = [[], []]
    for case, kind in drawn:
        policy = random_policy(Random(seed)) if kind == "learned" else None
        params = case.params
        if params.strategy == "hierarchical":
            params = replace(params, region_share=["mass", "price"][seed % 2])
        for side in pair:
            plain = Allocator(strategy=kind or None, policy=policy) if kind != "guarded" else Guarded(now_and_then)
            side.append(plain)
            side[-1].open(case.geometry, params, case.context)
    alone, batch = pair[0], Batch(pair[1], threads=threads)
    random = np.random.default_rng(seed)
    for _ in range(4):
        rows, cursors = [row_for(random, one) for one in alone], [cursor_for(random, one) for one in alone]
        steps = (partial(one.step, row, cursor=at) for one, row, at in zip(alone, rows, cursors, strict=True))
        expected = [answered(step) for step in steps]
        assert told(batch.step(rows, cursors=cursors)) == expected
        if random.random() < 0.5:
            logits = [random.normal(size=(len(one.levels) + (random.random() < 0.1), 3)) for one in alone]
            expected = [answered(partial(one.prefer, row)) for one, row in zip(alone, logits, strict=True)]
            assert told(batch.prefer(logits)) == expected
        for one, other in zip(alone, batch, strict=True):
            do = BETWEEN[random.integers(len(BETWEEN))]
            assert answered(partial(do, one)) == answered(partial(do, other))
    for one, other in zip(alone, batch, strict=True):
        assert one.snapshot() == other.snapshot()
        other._check()
        if isinstance(other, Guarded):
            assert (list(one.fallbacks), one.fallback_counts) == (list(other.fallbacks), other.fallback_counts)


def now_and_then(view: View, scores: Any) -> list[Any]:
    """A selector that answers every second time, and that properly."""
    if view.iteration % 2:
        raise ValueError("not now")
    return []


def test_sessions_live_on_by_themselves() -> None:
    """What an allocator of a batch does alone, the batch goes on from: steps, ingests, another session, restores."""
    alone, mine = [[session(seed) for seed in range(4)] for _ in range(2)]
    batch, other = Batch(mine), Batch(mine[::-1])
    random = np.random.default_rng(2)
    for turn in range(30):
        for side in (alone, mine):
            one = side[turn % 4]
            if turn % 5 == 0:
                one.open(Geometry((2, 2)), Params(w_max=100 + turn), [(2, 0), (0, 4)])
            elif turn % 5 == 1:
                one.ingest()
            elif turn % 5 == 2:
                one.restore(one.snapshot())
            elif turn % 5 == 3:
                one.step([0.5] * one.used)
        scores = matrix(random, alone)
        plans = batch.step(scores) if turn % 2 else list(other.step(scores[::-1]))[::-1]
        assert list(plans) == [one.step(row[: one.used]) for one, row in zip(alone, scores, strict=True)]
    assert [one.snapshot() for one in alone] == [one.snapshot() for one in mine]


@pytest.mark.parametrize("kind", [np.ndarray, np.matrix])
def test_a_ledger_that_grows_within_a_batch(kind: Any) -> None:
    def busy() -> list[Allocator]:
        allocators = [Allocator() for _ in range(3)]
        for one in allocators:
            context = [(1, 2 * i) for i in range(200)]
            one.open(Geometry((2, 2)), Params(w_max=400, n_diff=5, cooldown_steps=10**6), context)
        return allocators

    alone, batch = busy(), Batch(busy())
    random = np.random.default_rng(3)
    for _ in range(30):
        scores = matrix(random, alone)
        plans = [one.step(row[: one.used]) for one, row in zip(alone, scores, strict=True)]
        assert list(batch.step(scores.view(kind))) == plans
    assert alone[0].ledger_size() > 100
    assert [one.snapshot() for one in alone] == [one.snapshot() for one in batch]


@pytest.mark.parametrize("as_rows", [False, True])
def test_a_session_that_is_refused_is_no_concern_of_the_others(as_rows: bool) -> None:
    alone, batch = [session(seed) for seed in range(4)], Batch([session(seed) for seed in range(4)])
    scores = matrix(np.random.default_rng(4), alone)
    scores[2, 5] = np.nan
    before = batch[2].snapshot()
    given = [row[: one.used] for one, row in zip(alone, scores, strict=True)] if as_rows else scores
    plans = batch.step(given)
    assert isinstance(plans[2], InvalidInput)
    assert str(plans[2]) == "scores[5] = nan: must be finite (SCO-1)"
    assert batch[2].snapshot() == before
    for i in (0, 1, 3):
        assert plans[i] == alone[i].step(scores[i, : alone[i].used])
        assert batch[i].state() == alone[i].state()
    assert isinstance(plans[-1], Plan)
    assert [type(plan) for plan in plans[1:]] == [Plan, InvalidInput, Plan]


def test_rows_of_different_kinds() -> None:
    alone, batch = [session(seed) for seed in range(4)], Batch([session(seed) for seed in range(4)])
    rows: list[Any] = [
        [0.5] * alone[0].used,
        np.full(alone[1].used, 2**20),
        np.full(alone[2].used, -0.5, np.float32),
        [1.0],
    ]
    plans = batch.step(rows)
    assert list(plans[:3]) == [one.step(row) for one, row in zip(alone[:3], rows, strict=False)]
    assert str(plans[3]) == f"scores = 1: 1 score for {alone[3].used} slots (SCO-2)"


@pytest.mark.parametrize("allocators", [1, None, [1], "ab", [None]])
def test_what_are_no_allocators_is_refused(allocators: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^allocators(\[0\])? = .*must be an? (Allocator|sequence)"):
        Batch(allocators)


def test_an_allocator_stands_in_a_batch_once() -> None:
    one = session(0)
    with pytest.raises(InvalidInput, match=r"^allocators\[2\] = .*stands at allocators\[0\] already"):
        Batch([one, session(1), one])


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        (np.zeros((3, 600), np.float32), "one row for each of 4 sessions"),
        (np.zeros((4, 2), np.float32), "2 scores for"),
        (np.zeros((4, 600), bool), "floats of 16 to 64 bits"),
        (np.ma.masked_array(np.zeros((4, 600))), "fill it first"),
        ([np.zeros(600)] * 3, "one row for each of 4 sessions"),
        (np.zeros((4, 6, 2), np.float32), "one-dimensional"),
        (None, "one row for each of 4 sessions"),
        (7, "one row for each of 4 sessions"),
    ],
)
def test_senseless_scores_are_refused(scores: Any, rule: str) -> None:
    batch = Batch([session(seed) for seed in range(4)])
    before = [one.snapshot() for one in batch]
    try:
        plans = batch.step(scores)
    except InvalidInput as no:
        said = {no.rule}
    else:
        said = {plan.rule for plan in plans if isinstance(plan, InvalidInput)}
        assert len(plans) == 4
    assert said
    assert all(rule in one for one in said)
    assert [one.snapshot() for one in batch] == before


def test_what_cannot_be_in_a_batch() -> None:
    one = session(0)
    guarded = Guarded(lambda view, scores: [])
    guarded.open(Geometry((2, 2)), Params(w_max=8), [(0, 0)])
    for allocators in ([one, one], [None], [Allocator()], [Telemetry(one)], [guarded, guarded.allocator]):
        with pytest.raises(InvalidInput):
            Batch(allocators)  # type: ignore[arg-type]
    for threads in (0, -1, 1.5, True, 10**6):
        with pytest.raises(InvalidInput, match="threads"):
            Batch([one], threads=threads)  # type: ignore[arg-type]


@pytest.mark.parametrize("logits", [None, {}, "ab", [np.zeros((1, 3))]])
def test_logits_that_are_not_one_array_for_each_session_are_refused(logits: Any) -> None:
    batch = Batch([session(seed) for seed in range(2)])
    before = [one.snapshot() for one in batch]
    with pytest.raises(InvalidInput, match="must be one array for each of 2 sessions"):
        batch.prefer(logits)
    assert [one.snapshot() for one in batch] == before


@pytest.mark.parametrize("terms", [{"strategy": "knapsack"}, {"strategy": "enhanced", "tie_break": "recency"}])
def test_work_space_grows_within_a_batch_and_is_kept(terms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "FIRST_SPACE", 1)
    monkeypatch.setattr(tables, "RESERVED", 0)

    def searching() -> list[Allocator]:
        sessions = [session(seed) for seed in (1, 2, 4)]
        for one in sessions:
            one.open(one.geometry, replace(one.params, n_diff=20, **terms), one.context())
        return sessions

    alone, batch = searching(), Batch(searching(), threads=2)
    random = np.random.default_rng(6)
    spaces = []
    for _ in range(6):
        rows = [random.normal(size=one.used) for one in alone]
        expected = [answered(partial(one.step, row)) for one, row in zip(alone, rows, strict=True)]
        assert told(batch.step(rows)) == expected
        spaces.append(sum(one._workspace.space for one in batch))
        for head, one in zip(batch._heads, batch, strict=True):
            assert head.tolist() == one._workspace.table[: len(head)].tolist()
    assert spaces[-1] > len(batch)
    assert [one.snapshot() for one in alone] == [one.snapshot() for one in batch]


def test_a_session_at_its_last_iteration_is_refused_as_alone() -> None:
    one = session(0)
    state = replace(one.state(), iteration=MAX_ITERATION - 1, ledger={})
    pair = [Allocator(), Allocator()]
    for allocator in pair:
        allocator.resume(state)
    batch = Batch([pair[0], session(1)])
    for _ in range(2):
        rows = [[0.5] * one.used for one in batch]
        expected = answered(partial(pair[1].step, rows[0]))
        assert told(batch.step(rows))[0] == expected
    assert "is the last" in expected
    assert batch[1].iteration == 2


def test_a_selector_that_uses_the_batch_that_asks_it_is_refused() -> None:
    batches: list[Batch] = []

    def select(view: View, scores: Any) -> list[Any]:
        batches[0].step(np.zeros((2, 600)))
        return []

    guarded = Guarded(select)
    guarded.load([(1, 0)])
    batches.append(Batch([session(0), guarded]))
    plans = batches[0].step(np.zeros((2, 600)))
    assert isinstance(plans[1], Plan)
    assert plans[1].fallback is not None
    assert "InUse" in plans[1].fallback.message
    assert [one.iteration for one in batches[0]] == [1, 1]


def test_an_empty_batch() -> None:
    batch = Batch([], threads=2)
    assert list(batch.prefer([])) == []
    assert list(batch.step([])) == []
    assert list(batch.step(np.zeros((0, 5), np.float32))) == []


@pytest.mark.usefixtures("fine_grain")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_batch_works_on_after_a_fork() -> None:
    batch = Batch([session(seed) for seed in range(6)], threads=3)
    scores = np.zeros((6, 600), np.float32)
    batch.step(scores)
    child = os.fork()
    if child == 0:
        os._exit(0 if [plan.iteration for plan in batch.step(scores)] == [2] * 6 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# THREADS


def test_allocators_of_different_threads_do_not_meet() -> None:
    """Each thread owns its allocators; interleaved at every turn, they answer as in one thread."""

    def drive(seed: int) -> list[Any]:
        one, random = session(seed), np.random.default_rng(seed)
        answers: list[Any] = []
        for _ in range(150):
            answers.append(list(one.step(random.normal(size=one.used))))
            try:
                answers.append(list(one.ingest(1, random.normal(size=one.used))))
            except NoRoom as no:
                answers.append(str(no))
        return [*answers, one.snapshot()]

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            together = list(pool.map(drive, range(6)))
    finally:
        sys.setswitchinterval(switching)
    assert together == [drive(seed) for seed in range(6)]


@pytest.mark.parametrize(("with_helpers", "share"), [(0.5, (0.9, 1.0)), (4.0, (0.0, 0.1))])
def test_helpers_are_used_where_they_pay(with_helpers: float, share: tuple[float, float]) -> None:
    pace = module.Pace()
    used = 0
    for _ in range(1000):
        together = pace.choose()
        pace.learn(together, with_helpers if together else 1.0, 2)
        used += together
    assert share[0] <= used / 1000 <= share[1]
    assert used > 1, "the slower way never gets another chance"


def test_helpers_come_back_once_the_cores_are_free() -> None:
    pace = module.Pace()
    for seconds in (4.0, 0.5):
        for _ in range(200):
            together = pace.choose()
            pace.learn(together, seconds if together else 1.0, 2)
    assert pace.choose()


def test_fewer_sessions_are_taken_on_at_once_where_steps_are_slow() -> None:
    assert module.Pace().at_once(16) == 16, "nothing is known yet"
    for seconds, together, most in ((module.TURN / 40, False, 16), (module.TURN / 8, True, 4), (1.0, False, 1)):
        pace = module.Pace()
        pace.learn(together, seconds, 2)
        assert pace.at_once(16) == most


def test_one_worker_says_nothing_of_helpers() -> None:
    pace = module.Pace()
    for seconds in (1.0, 4.0):
        pace.learn(False, seconds, 1)
    assert pace.at_once(16) == 1
    assert not pace.choose()
    pace.learn(False, 1.0, 2)
    assert pace.choose(), "helpers get a chance, once there is something for them to do"


@pytest.mark.parametrize(("calls", "parts"), [(0, 2), (1, 2), (10, 4), (256, 17), (5, 0)])
def test_calls_are_dealt_out_evenly(calls: int, parts: int) -> None:
    made = np.arange(2 * calls).reshape(calls, 2)
    dealt = list(module._even(made, parts))
    assert len(dealt) == parts
    sizes = [len(part) for part in dealt]
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert np.concatenate(dealt or [made]).tolist() == made.tolist()


@pytest.mark.usefixtures("fine_grain")
def test_a_helper_without_a_core_delays_nothing() -> None:
    """The pool is kept busy by something else: the caller does all the work and does not wait."""
    alone, batch = [session(seed) for seed in range(6)], Batch([session(seed) for seed in range(6)], threads=2)
    go_on, begun = threading.Event(), threading.Event()
    blocked = batch._executor().submit(lambda: (begun.set(), go_on.wait()))
    assert begun.wait(60)
    scores = matrix(np.random.default_rng(5), alone)
    plans = batch.step(scores)
    assert not blocked.done()
    go_on.set()
    assert list(plans) == [one.step(row[: one.used]) for one, row in zip(alone, scores, strict=True)]


# LEARNED POLICIES


def acting() -> list[Policy]:
    """Two policies that act: the one that ships, and one that shows whatever it may."""
    shipped = load(SHIPPED)
    return [shipped, replace(shipped, plan=PolicyPlan(-(2**20), 0, 0))]


def followers(policies: Sequence[Any], count: int) -> list[Allocator]:
    """Sessions of these policies in turns, every other one of which remembers what it was told."""
    made = []
    for seed in range(count):
        plain = session(seed)
        params = replace(plain.params, memory_shift=seed % 2, lean=2**19 * (seed % 4 == 3))
        made.append(Allocator(strategy="learned", policy=policies[seed % len(policies)]))
        made[-1].open(plain.geometry, params, plain.context())
    return made


@pytest.mark.usefixtures("fine_grain")
@pytest.mark.parametrize("threads", [1, 2])
def test_policies_decide_in_a_batch_as_alone_and_python_asks_nobody(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = acting()
    alone, batch = followers(policies, 12), Batch(followers(policies, 12), threads=threads)
    random = np.random.default_rng(0)
    acted = 0
    for turn in range(6):
        scores = matrix(random, alone)
        expected = [one.step(row[: one.used]) for one, row in zip(alone, scores, strict=True)]
        with monkeypatch.context() as patch:
            patch.setattr(workspace.Workspace, "run_step", None)
            plans = list(batch.step(scores))
        assert plans == expected, turn
        acted += sum(map(len, expected))
    assert acted > 50
    for one, other in zip(alone, batch, strict=True):
        assert isinstance(other, Allocator)
        assert (one.state(), one.disagreement_share, one.fallback_share) == (
            other.state(), other.disagreement_share, other.fallback_share
        )  # fmt: skip
        other._check()


def test_equal_policies_are_one_call_of_a_batch() -> None:
    assert len(Batch(followers([*acting(), *acting()], 8))._many) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_the_strategy_stands_in_for_a_policy_that_fails_in_a_batch(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the sessions have a policy whose every answer is put back; the others are none the wiser."""
    monkeypatch.setattr(module, "GRAIN", 1)
    policies = acting()
    twins = followers(policies, 8)
    plain = [Allocator() for _ in twins]
    for one, twin in zip(plain, twins, strict=True):
        one.open(twin.geometry, twin.params, twin.context())
    broken = twins[0]._learned._compiled

    def misfit(*arguments: Any) -> int:
        return layout.MISFIT

    def misfits(tags: Any, scratch: Any, state: Any, space: Any, calls: Any) -> None:
        calls[:, layout.RETURNED] = layout.MISFIT

    monkeypatch.setattr(broken, "run", misfit)
    monkeypatch.setattr(broken, "run_many", misfits)
    batch = Batch(followers(policies, 8), threads=threads)
    random = np.random.default_rng(0)
    for _ in range(5):
        scores = matrix(random, [*batch])
        rows = [row[: one.used] for one, row in zip(batch, scores, strict=True)]
        expected = [(plain if i % 2 == 0 else twins)[i].step(row) for i, row in enumerate(rows)]
        plans = list(batch.step(scores))
        assert plans == expected
        assert [plan.fallback is not None for plan in plans if isinstance(plan, Plan)] == [True, False] * 4
    assert [one.fallback_share for one in batch if isinstance(one, Allocator)] == [1, 0] * 4


# DEADLINES


def test_selectors_with_a_deadline_are_asked_at_once() -> None:
    """Each waits until all have been asked, which they never were if one had to answer before the next is asked."""
    together = threading.Barrier(4)

    def select(view: View, scores: Any) -> list[Any]:
        together.wait()
        return []

    sessions: list[Any] = [Guarded(select, deadline=60.0) for _ in range(4)]
    sessions += [Guarded(Allocator(strategy="learned", policy=acting()[1]), deadline=60.0)]
    for one in sessions:
        one.load([(1, 0), (1, 32)])
    plans = list(Batch(sessions).step([[1.0, -1.0]] * 5))
    assert [plan.fallback for plan in plans if isinstance(plan, Plan)] == [None] * 5


def test_a_policy_behind_the_guard_keeps_its_session_going_under_load() -> None:
    """Threads that never stop, a deadline that is missed at times: each step is answered by the rules, and told why."""
    over = threading.Event()

    def never_stop() -> None:
        while not over.is_set():
            pass

    busy = [threading.Thread(target=never_stop) for _ in range(3)]
    policy = acting()[1]
    sessions: list[Any] = [Guarded(Allocator(strategy="learned", policy=policy), deadline=0.004) for _ in range(4)]
    for one in sessions:
        one.open(Geometry((4, 4)), Params(w_max=60), [(2, i * 16) for i in range(8)])
    batch, random = Batch(sessions, threads=2), np.random.default_rng(0)
    for thread in busy:
        thread.start()
    try:
        for _ in range(40):
            states = [one.state() for one in sessions]
            rows = [random.integers(-(2**21), 2**21, one.used) for one in sessions]
            for plan, before, row in zip(batch.step(rows), states, rows, strict=True):
                assert isinstance(plan, Plan)
                assert not violations(before, row.tolist(), list(plan))
                assert plan.fallback is None or plan.fallback.reason in ("deadline", "busy")
    finally:
        over.set()
        for thread in busy:
            thread.join()
    for one in sessions:
        assert one.iteration == 40
        assert sum(one.fallback_counts.values()) > 0, "the load was none"


@pytest.mark.parametrize("scores", [[0.0] * 3, "ab", [1.0, None]])
def test_what_is_wrong_in_two_ways_is_refused_alike_guarded_or_not_alone_or_in_a_batch(scores: Any) -> None:
    """A cursor outside the context beside scores that are too many, or no scores at all."""
    said = []
    for made in (Allocator, partial(Guarded, now_and_then)):
        one, other = made(), made()
        for each in (one, other):
            each.load([(1, 0), (1, 32)])
        with pytest.raises(InvalidInput) as no:
            one.step(scores, cursor=-1)
        said += [str(no.value), *map(str, Batch([other]).step([scores], cursors=[-1]))]
    assert len(set(said)) == 1
