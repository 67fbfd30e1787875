"""What takes long gives up Python's interpreter lock, what does not keeps it, and nobody's answers change."""

from __future__ import annotations

import ast
import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, Geometry, Guarded, InvalidInput, Params
from focalloc.analysis.timing import mixed_context
from focalloc.fastpath import kernels, workspace
from focalloc.fastpath.allocator import STRATEGIES
from focalloc.fastpath.kernels import layout
from focalloc.fastpath.kernels.layout import LARGE, UNLOCKED
from focalloc.fastpath.machine_code import let_go, take_back
from focalloc.spec.blocks import Block, used

GEOMETRY = Geometry((4, 3), (1, 1, 2))
PAIRS = Geometry((32, 32))
SEARCHING = tuple(strategy for strategy in STRATEGIES if strategy not in ("greedy", "enhanced"))

REFINED = [
    Params(strategy="enhanced", tie_break="cursor"),
    Params(strategy="enhanced", tie_break="recency", adaptive_window=2, balance=1),
    Params(strategy="knapsack", adaptive_window=2, balance=1),
    Params(strategy="hybrid", top_k=2),
    Params(strategy="multi_objective", churn_weight=3, cursor_weight=5, budget_weight=7, budget_target=30),
    Params(strategy="multi_objective", recompute_weight=2**10),
]
KINDS = [*(Params(strategy=strategy) for strategy in STRATEGIES), *REFINED]


def opened(params: Params, geometry: Geometry = GEOMETRY, slots: int = 200) -> Allocator:
    context = mixed_context(geometry, slots, random.Random(slots))
    allocator = Allocator()
    allocator.open(geometry, replace(params, w_max=max(params.w_max, used(geometry, context) + 5)), context)
    return allocator


def gives_up_the_lock(allocator: Allocator) -> bool:
    return bool(allocator._session().header[UNLOCKED])


# WHO GETS TO RUN


@pytest.fixture
def never_switching() -> Iterator[None]:
    """No thread is asked to hand over the interpreter lock: another runs only if somebody gives it up."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(interval)


def lets_others_run(call: Callable[[], object], tries: int) -> bool:
    """Whether a thread that waits for nothing but the lock has run once ``call`` was made so many times at most."""
    go, ran = threading.Lock(), []

    def other() -> None:
        with go:
            ran.append(True)

    go.acquire()
    thread = threading.Thread(target=other)
    thread.start()
    go.release()
    for _ in range(tries):
        call()
        if ran:
            break
    seen = bool(ran)
    thread.join()
    return seen


@pytest.mark.usefixtures("never_switching")
@pytest.mark.parametrize("params", KINDS, ids=repr)
def test_a_step_of_a_large_session_lets_others_run(params: Params) -> None:
    large = opened(params, PAIRS, 3 * LARGE)
    scores = np.zeros(2 * large.used, np.float32)
    large.step(scores[: large.used])  # compiled
    assert lets_others_run(lambda: large.step(scores[: large.used]), 5000)


@pytest.mark.usefixtures("never_switching")
@pytest.mark.parametrize("params", KINDS, ids=repr)
def test_a_small_step_keeps_the_lock(params: Params) -> None:
    """Whoever gives it up waits for its return, by default 5 ms where another thread never stops; a step takes 5 us."""
    small = opened(params)
    scores = np.zeros(2 * small.used, np.float32)
    small.step(scores[: small.used])
    assert not lets_others_run(lambda: small.step(scores[: small.used]), 300)


@pytest.mark.usefixtures("never_switching")
def test_other_long_calls_let_others_run() -> None:
    policy = opened(Params(strategy="projection"), PAIRS, 3 * LARGE)
    logits = np.zeros((len(policy.levels), 3), np.float32)
    policy.prefer(logits)
    assert lets_others_run(lambda: policy.prefer(logits), 5000)
    greedy = opened(Params(), PAIRS, 3 * LARGE)
    batch, rows = Batch([greedy]), np.zeros((1, greedy.used), np.float32)
    batch.step(rows)
    assert lets_others_run(lambda: batch.step(rows), 5000)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_takes_long_goes_by_the_slots_that_there_may_be(strategy: str) -> None:
    for w_max, unlocked in ((LARGE - 1, False), (LARGE, True)):
        allocator = Allocator(PAIRS, Params(w_max=w_max, strategy=strategy))
        allocator.load([(2, 0)])
        assert gives_up_the_lock(allocator) == unlocked
    small = Allocator(PAIRS, Params(w_max=2000, strategy=strategy))
    small.open(PAIRS, small.params, [(0, 32 * i) for i in range(LARGE // 32)])
    assert gives_up_the_lock(small), "over its budget, the context is large"


@pytest.mark.parametrize("strategy", SEARCHING)
def test_what_takes_long_goes_by_the_actions_too_where_they_are_searched(strategy: str) -> None:
    for n_diff, unlocked in ((workspace.MANY - 1, False), (workspace.MANY, True)):
        allocator = Allocator()
        allocator.open(PAIRS, Params(w_max=2000, n_diff=n_diff, strategy=strategy), [(2, 0)])
        assert gives_up_the_lock(allocator) == unlocked


# A SEARCH THAT TAKES LONG IN A SMALL SESSION


def torn(n_diff: int, slots: int) -> tuple[Geometry, Params, Sequence[Block], np.ndarray[Any, np.dtype[np.int64]]]:
    """A session whose families each have a member to expand that the rest should lose: the search takes long."""
    geometry, rng = Geometry((32, 8, 4), (1, 1, 2, 4)), random.Random(3)
    context = mixed_context(geometry, slots, random.Random(8192))
    scores: list[int] = []
    for i, block in enumerate(context):
        value = 1000 + rng.randint(0, 30) if i % 8 else -30_000
        scores += [value if block.level else -value] * geometry.slots(block.level)
    params = Params(w_max=len(scores) + 400, n_diff=n_diff, tau_expand=0, tau_collapse=0, strategy="knapsack")
    return geometry, params, context, np.array(scores, np.int64)


def test_a_search_that_has_outgrown_its_first_space_gives_up_the_lock() -> None:
    allocator = opened(Params(strategy="knapsack"))
    allocator.step(np.zeros(allocator.used))
    assert not gives_up_the_lock(allocator)
    geometry, params, context, scores = torn(192, 2048)
    allocator.open(geometry, params, context)
    assert not gives_up_the_lock(allocator)
    allocator.step(scores)
    assert allocator._workspace.space > workspace.FIRST_SPACE
    assert gives_up_the_lock(allocator)


class Busy:
    """The exact optimum as somebody's selector, and whether it has answered."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._allocator = Allocator()
        self.answered = threading.Event()

    def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
        self._allocator.open(geometry, self._params, context)  # type: ignore[arg-type]

    def step(self, scores: Sequence[int]) -> Any:
        plan = self._allocator.step(np.array(scores, np.int64))
        self.answered.set()
        return plan


@pytest.mark.usefixtures("never_switching")
def test_a_search_that_takes_long_is_left_behind_by_its_deadline() -> None:
    geometry, params, context, scores = torn(256, 2048)
    Allocator(geometry, params).warmup(np.int64)
    busy = Busy(params)
    guarded = Guarded(busy, geometry, replace(params, strategy="greedy"), deadline=0.001)
    guarded.open(geometry, guarded.params, context)
    alone = Allocator()
    alone.open(geometry, guarded.params, context)
    expected = list(alone.step(scores))
    plan = guarded.step(scores)
    assert not busy.answered.is_set(), "the selector held everybody up"
    assert (plan.fallback.reason, list(plan)) == ("deadline", expected)  # type: ignore[union-attr]
    assert busy.answered.wait()


# THE ANSWERS


Life = list[object]


def life(params: Params, seed: int = 0) -> Life:
    """What a session answers, call by call."""
    rng = np.random.default_rng(seed)
    allocator = opened(replace(params, n_diff=5, cooldown_steps=2))
    answers: Life = []
    for kind in (np.float32, np.int32) * 6:
        for _ in range(2):
            answers.append(list(allocator.step((rng.normal(size=allocator.used) * 40).astype(kind))))
        if not params.is_refined:
            answers.append(allocator.relaxation(np.ones(allocator.used)).bound)
        if params.strategy == "projection":
            answers.append(list(allocator.prefer(rng.normal(size=(len(allocator.levels), 3)))))
        answers.append(list(allocator.apply([])))
        answers.append(list(allocator.ingest(1, np.zeros(allocator.used, kind))))
        for refused in (np.full(allocator.used, np.nan), np.zeros(1)):
            with pytest.raises(InvalidInput):
                allocator.step(refused)
        allocator._check()
    return [*answers, allocator.snapshot()]


@pytest.fixture
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small, every session gives up the lock, and searches have to grow."""
    monkeypatch.setattr(layout, "LARGE", 1)
    monkeypatch.setattr(workspace, "FIRST_SPACE", 1)


@pytest.mark.parametrize("params", KINDS, ids=repr)
def test_whether_the_lock_is_given_up_changes_no_answer(params: Params, request: pytest.FixtureRequest) -> None:
    kept = life(params)
    request.getfixturevalue("all_large")
    assert gives_up_the_lock(opened(params))
    assert life(params) == kept


def test_a_batch_of_large_and_small_sessions_answers_as_each_would_alone() -> None:
    params = [Params(w_max=LARGE - 1 + i % 2, n_diff=3) for i in range(4)]
    for threads in (1, 2):
        together, alone = ([opened(one, PAIRS, 2000) for one in params] for _ in range(2))
        batch = Batch(together, threads=threads)
        rng = np.random.default_rng(5)
        for _ in range(20):
            rows = [rng.normal(size=one.used).astype(np.float32) for one in alone]
            rows[3] = rows[3][1:]
            plans = batch.step(rows)
            assert isinstance(plans[3], InvalidInput)
            assert plans[:3] == [one.step(row) for one, row in zip(alone[:3], rows[:3], strict=True)]
        assert [gives_up_the_lock(one) for one in together] == [False, True, False, True]


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize("params", KINDS, ids=repr)
def test_allocators_in_different_threads_are_independent(params: Params) -> None:
    expected = [life(params, seed) for seed in range(3)]
    results: dict[int, Life] = {}
    threads = [threading.Thread(target=lambda i=i: results.update({i: life(params, i)})) for i in range(3)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[i] for i in range(3)] == expected


# THE SOURCE


GIVES, TAKES = {"let_go", "enter"}, {"take_back", "leave", "decide"}
"""What gives up the lock and what takes it back; `enter` and `leave` are made of the other two, and `decide` leaves."""


def functions() -> dict[str, ast.FunctionDef]:
    """The functions of the kernels by name."""
    files = Path(str(kernels.__file__)).parent.glob("*.py")
    outermost = [node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body]
    return {node.name: node for node in outermost if isinstance(node, ast.FunctionDef)}


def called_by(function: ast.FunctionDef) -> list[str]:
    """What a kernel calls."""
    return [ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)]


def unpaired(function: ast.FunctionDef) -> bool:
    """Whether a kernel may return without the lock that it has given up."""
    calls = called_by(function)
    gives = [name for name in calls if name in GIVES]
    if not gives:
        return not TAKES.isdisjoint(calls)
    given_up = next(i for i, line in enumerate(function.body) if f"{gives[0]}(" in ast.unparse(line))
    rest = function.body[given_up + 1 :]
    if gives == ["enter"] and ast.unparse(rest[0]) == "if held < 0:\n    return held":
        del rest[0]  # it has refused, and given nothing up
    ends = [rest[-2:] if isinstance(rest[-1], ast.Return) else rest[-1:]]
    for node in rest[:-1]:
        for inner in ast.walk(node):
            body = inner.body if isinstance(inner, ast.If | ast.For | ast.While) else []
            ends += [body[max(0, i - 1) : i + 1] for i, line in enumerate(body) if isinstance(line, ast.Return)]
    taken = ["take_back(held)" in map(ast.unparse, end[:1]) or is_left(end[-1]) for end in ends]
    return len(gives) != 1 or not all(taken)


def is_left(end: ast.stmt) -> bool:
    """Whether a kernel ends with what `leave` or `decide` returns."""
    text = ast.unparse(end)
    return text.startswith(("return leave(", "return decide(")) and text.endswith(", held)")


def test_every_kernel_takes_back_the_lock_before_it_returns() -> None:
    found = functions()
    bounds = {name: [ast.unparse(line) for line in found.pop(name).body] for name in ("enter", "leave", "decide")}
    assert bounds["enter"][1:] == [
        "adapt_terms(state)",
        "refused = begin(session)",
        "return refused if refused else let_go(session.header[UNLOCKED])",
    ]
    assert bounds["leave"][-2:] == ["take_back(held)", "return done"]
    assert "return" not in "".join(bounds["leave"][1:-1])
    assert is_left(ast.parse(bounds["decide"][-1]).body[0])
    assert "return" not in "".join(bounds["decide"][1:-1])
    assert [name for name, one in found.items() if unpaired(one)] == []
    giving_up = {name for name, one in found.items() if not GIVES.isdisjoint(called_by(one))}
    assert {"run_step", "run_steps", "run_apply", "run_tied", "run_candidates", "run_logits"} < giving_up


@pytest.mark.parametrize(
    "body",
    [
        "held = let_go(x)\n if x:\n  return 1\n take_back(held)\n return 2",
        "held = enter(x)\n if held < 0:\n  return held\n return 1",
        "held = enter(x)\n if held < 0:\n  return held\n if x:\n  return 1\n return leave(x, held)",
        "held = enter(x)\n if held:\n  return held\n return leave(x, held)",
        "return leave(x, 0)",
    ],
)
def test_a_kernel_that_does_not_is_noticed(body: str) -> None:
    [bad] = ast.parse(f"def f(x):\n {body}").body
    assert isinstance(bad, ast.FunctionDef)
    assert unpaired(bad)


def test_kernels_called_by_a_kernel_that_gives_up_the_lock_do_not() -> None:
    """The interpreter would end the process."""
    calls = {name: set(called_by(one)) for name, one in functions().items() if name != "enter"}
    giving_up = {name for name, called in calls.items() if not GIVES.isdisjoint(called)}
    # which are told so
    assert {name: called & giving_up for name, called in calls.items() if called & giving_up} == {
        "run_steps": {"run_step"},
        "run_knapsacks": {"run_knapsack"},
        "run_objectives_of_many": {"run_objectives"},
        "run_recomputes": {"run_recompute"},
        "run_hierarchies": {"run_hierarchy"},
        "run_hierarchies_by_price": {"run_hierarchy_by_price"},
        "run_projections": {"run_projection"},
        "run_logits_of_many": {"run_logits"},
        "run_ties": {"run_tied"},
        "run_policies": {"run_policy"},
    }
    told = {name for name in calls if calls[name] & giving_up} - {"run_steps"}
    assert all(calls[name] >= {"sets_out", "arrives"} for name in told), "which tell each that the lock is given up"


def test_uncompiled_nothing_is_given_up() -> None:
    assert let_go(1) == 0
    take_back(let_go(1))
