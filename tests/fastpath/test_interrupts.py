"""Interrupts, lack of memory, second threads: a session is as it was before a call or as after it, whatever happens.

An exception is raised at every source line of the fast path that a call runs through, one after the other. The default
set tries each call on small sessions; `pytest -m slow` tries more sessions, and lack of memory at each line too.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import focalloc.fastpath
from focalloc import Allocator, Batch, Geometry, Guarded, InUse, InvalidInput, NoRoom, Params, Recorder, Telemetry
from focalloc.fastpath import tables
from focalloc.fastpath.trace import events

FOLDER = str(Path(str(focalloc.fastpath.__file__)).parent)

Trace = Callable[[FrameType, str, Any], Any]


class Interrupter:
    """Raises an exception at the ``at``-th line of the fast path that is run in a ``with`` block, if it gets there."""

    def __init__(self, at: int, error: type[BaseException]) -> None:
        self.at, self.error = at, error
        self.raised = ""

    def __enter__(self) -> Interrupter:
        self._before = sys.gettrace()
        sys.settrace(self._calls)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _calls(self, frame: FrameType, event: str, _: object) -> Trace | None:
        return self._lines if frame.f_code.co_filename.startswith(FOLDER) else None

    def _lines(self, frame: FrameType, event: str, _: object) -> Trace:
        if event == "line" and not self.raised:
            self.at -= 1
            if self.at == 0:
                self.raised = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                raise self.error(self.raised)
        return self._lines


TINY = Geometry((2, 2, 2), (2, 2, 3, 5))
PLAIN = Params(w_max=120, n_diff=4, cooldown_steps=1000, tau_expand=0, tau_collapse=0)
BLOCKS = [(3, 0), (3, 8), (2, 16), (1, 20), (0, 22), *((3, 8 * i) for i in range(3, 14))]

TERMS = {
    "greedy": PLAIN,
    "recency": replace(
        PLAIN,
        strategy="enhanced",
        tie_break="recency",
        recency_memory=40,
        adaptive_window=1,
        balance=1,
        tau_expand=1,
        tau_collapse=1,
    ),
    "memory": replace(PLAIN, memory_shift=2, lean=2**20),
    "projection": replace(PLAIN, strategy="projection", adaptive_window=2, tau_expand=1, tau_collapse=1),
}
MORE = {
    "cursor": replace(PLAIN, strategy="enhanced", tie_break="cursor", balance=1),
    "knapsack": replace(PLAIN, strategy="knapsack", adaptive_window=3, tau_expand=1, tau_collapse=1),
    "hybrid": replace(PLAIN, strategy="hybrid", top_k=2),
    "several objectives": replace(PLAIN, strategy="multi_objective", churn_weight=5, cursor_weight=7),
    "recompute": replace(PLAIN, strategy="multi_objective", recompute_weight=5),
    "hierarchical": replace(PLAIN, strategy="hierarchical"),
}


@pytest.fixture(autouse=True)
def what_is_remembered_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "RESERVED", 0)


def scores_for(allocator: Any, seed: int) -> Any:
    return np.random.default_rng(seed).uniform(-2, 2, allocator.used).astype(np.float32)


def lived(params: Params, steps: int) -> Allocator:
    """A session that has a past; its ledger has just enough space for that."""
    allocator = Allocator(TINY, params)
    allocator.open(TINY, params, BLOCKS)
    for seed in range(steps):
        allocator.step(scores_for(allocator, seed))
    allocator.pin(0, 8)
    return allocator


def legal(allocator: Any) -> list[tuple[str, int, int]]:
    return [("expand", block.level, block.start) for block in allocator.context() if block.level == 3][-1:]


def ingest_as_it_can(allocator: Any) -> None:
    try:
        allocator.ingest(2, scores_for(allocator, 77))
    except NoRoom:
        allocator.step(np.full(allocator.used, -1.0))


BATCHES: list[Batch] = []
"""Kept, since Python goes on after an exception in what it does when an object goes away."""


def batched(allocator: Any) -> None:
    BATCHES.append(Batch([allocator]))
    BATCHES[-1].step([scores_for(allocator, 98)])


def preferring_in_a_batch(allocator: Any) -> None:
    BATCHES.append(Batch([allocator]))
    BATCHES[-1].prefer([np.random.default_rng(5).normal(size=(len(allocator.levels), 3))])


def preferring(allocator: Any) -> object:
    if allocator.params.strategy != "projection":
        return allocator.step([0.5] * len(allocator.levels), per_block=True)
    return allocator.prefer(np.random.default_rng(5).normal(size=(len(allocator.levels), 3)))


DEEDS: dict[str, Callable[[Any], object]] = {
    "step": lambda one: one.step(scores_for(one, 99)),
    "prefer": preferring,
    "apply": lambda one: one.apply(legal(one)),
    "ingest": ingest_as_it_can,
    "pin": lambda one: one.pin(3, 9, expand=True),
    "release": lambda one: one.release(int(one.starts[len(one.starts) // 2])),
    "tokens": lambda one: one.ingest_tokens(3, scores_for(one, 78), release=True),
    "let go": lambda one: one.ingest(20, scores_for(one, 77), release=True),
    "load": lambda one: one.load([(3, 0), (0, 8)]),
    "resume": lambda one: one.resume(lived(one.params, 3).state()),
    "a batch": batched,
    "a batch by logits": preferring_in_a_batch,
}


def settled(allocator: Allocator, depth: int = 2) -> list[object]:
    """What an allocator does from now on."""
    did: list[object] = []
    for seed in range(200, 200 + depth):
        try:
            did.append(list(allocator.ingest(1)))
        except NoRoom as no:
            did.append(str(no))
        did.append(list(allocator.step(scores_for(allocator, seed))))
        allocator._check()
    return [*did, allocator.snapshot()]


def swept(start: Callable[[], tuple[Allocator, Any]], do: Callable[[Any], object], error: type[BaseException]) -> int:
    """Interrupt ``do`` at every line, each time on a fresh start; return at how many."""
    allocator, user = start()
    before = allocator.snapshot()
    do(user)  # what is compiled or imported on first use is so by now
    allocator, user = start()
    do(user)
    after = allocator.snapshot()
    futures = {}
    for kept in (before, after):
        twin = Allocator()
        twin.restore(kept)
        futures[kept] = settled(twin)
    for at in range(1, 100_000):
        allocator, user = start()
        with Interrupter(at, error) as interrupter, suppress(error):
            do(user)
        if not interrupter.raised:
            return at
        now = allocator.snapshot()
        assert now in futures, interrupter.raised
        assert settled(allocator) == futures[now], interrupter.raised
    raise AssertionError("the call never ends")


SWEPT = ("greedy", "recency", "memory")


@pytest.mark.parametrize(
    ("terms", "deed"),
    [
        *((terms, deed) for terms in SWEPT for deed in DEEDS if deed != "a batch by logits"),
        *(("projection", deed) for deed in ("prefer", "a batch by logits")),
        ("cursor", "a batch"),
        ("knapsack", "a batch"),
    ],
)
def test_an_interrupt_at_any_line_leaves_a_session_as_before_or_as_after(terms: str, deed: str) -> None:
    past = lived((TERMS | MORE)[terms], 8).snapshot()
    assert swept(started(past), DEEDS[deed], KeyboardInterrupt) > 3


@pytest.mark.slow
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("terms", TERMS | MORE)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("steps", [0, 3, 8])
def test_an_exception_at_any_line_leaves_a_session_as_before_or_as_after(
    terms: str, deed: str, steps: int, error: type[BaseException]
) -> None:
    past = lived((TERMS | MORE)[terms], steps).snapshot()
    swept(started(past), DEEDS[deed], error)


def started(past: bytes) -> Callable[[], tuple[Allocator, Allocator]]:
    def start() -> tuple[Allocator, Allocator]:
        allocator = Allocator()
        allocator.restore(past)
        return allocator, allocator

    return start


def test_the_ledger_grows_in_the_sweep() -> None:
    """Else it would say nothing about that."""
    for terms in TERMS.values():
        allocator = lived(terms, 8)
        size = len(allocator._session().table("ledger_action"))
        allocator.step(scores_for(allocator, 99))
        if len(allocator._session().table("ledger_action")) > size:
            return
    pytest.fail("it never grows")


# WHAT IS USED IN AN ALLOCATOR'S PLACE


def guarded(past: bytes, deadline: float | None = None) -> tuple[Any, Any]:
    user = Guarded(Allocator(), TINY, PLAIN, deadline=deadline)
    user.restore(past)
    user.step(scores_for(user, 5))
    return user.allocator, user


def watched(past: bytes) -> tuple[Any, Any]:
    allocator, user = guarded(past)
    return allocator, Telemetry(user)


def guarded_in_a_batch(past: bytes) -> tuple[Any, Any]:
    """Beside another one, whose selector fails."""
    other = Guarded(lambda view, scores: None, TINY, PLAIN)  # type: ignore[arg-type, return-value]
    other.restore(past)
    allocator, user = guarded(past)
    BATCHES.append(Batch([other, user]))
    return allocator, BATCHES[-1]


@pytest.mark.parametrize("which", [0, 1])
def test_an_interrupt_leaves_what_is_guarded_in_a_batch_whole(which: int) -> None:
    past = lived(PLAIN, 3).snapshot()

    def start() -> tuple[Any, Any]:
        _, batch = guarded_in_a_batch(past)
        return batch[which].allocator, batch

    swept(start, lambda batch: batch.step([scores_for(one, 98) for one in batch]), KeyboardInterrupt)


@pytest.mark.parametrize("make", [guarded, watched])
@pytest.mark.parametrize("deed", ["step", "ingest", "apply"])
def test_an_interrupt_leaves_what_is_guarded_or_watched_whole(make: Callable[..., Any], deed: str) -> None:
    past = lived(PLAIN, 3).snapshot()
    swept(lambda: make(past), DEEDS[deed], KeyboardInterrupt)


def test_an_interrupt_of_a_guard_with_a_deadline_leaves_no_question_behind() -> None:
    past = lived(PLAIN, 3).snapshot()

    def do(user: Any) -> None:
        user.step(scores_for(user, 99))

    for at in range(1, 1000):
        _, user = guarded(past, 60.0)
        with Interrupter(at, KeyboardInterrupt) as interrupter, suppress(KeyboardInterrupt):
            do(user)
        if not interrupter.raised:
            break
        for _ in range(100):
            plan = user.step(scores_for(user, 7))
            if plan.fallback is None:
                break
            assert plan.fallback.reason == "busy", interrupter.raised
            time.sleep(0.01)
        assert plan.fallback is None, interrupter.raised
    assert at > 10


def test_a_trace_reads_back_whatever_line_was_interrupted(tmp_path: Path) -> None:
    past = lived(PLAIN, 3).snapshot()
    for at in range(1, 1000):
        allocator = Allocator()
        allocator.restore(past)
        with Recorder(allocator, tmp_path / "t.jsonl") as user:
            user.step(scores_for(user, 1))
            with Interrupter(at, KeyboardInterrupt) as interrupter, suppress(KeyboardInterrupt):
                user.step(scores_for(user, 2))
            user.ingest(1)
        found = list(events(tmp_path / "t.jsonl"))
        assert found[-1].after == allocator.state(), interrupter.raised
        if not interrupter.raised:
            break
    assert at > 10


# TWO THREADS


def together(*calls: Callable[[], object], times: int = 5000) -> list[BaseException]:
    """What threads raise that make these calls at the same time, so many times or until some were refused."""
    raised: list[BaseException] = []
    begin = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        begin.wait()
        for _ in range(times):
            if sum(isinstance(one, InUse) for one in raised) > 4:
                return
            try:
                call()
            except (InUse, NoRoom) as no:
                raised.append(no)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def large() -> Allocator:
    allocator = Allocator(params=Params(w_max=2**16, n_diff=64, cooldown_steps=1))
    allocator.load([(2, i * 1024) for i in range(1024)])
    return allocator


def step_of(allocator: Any, seed: int) -> Callable[[], object]:
    random = np.random.default_rng(seed)

    def step() -> None:
        with suppress(InvalidInput):  # the other thread has changed the context since
            allocator.step(random.uniform(-2, 2, allocator.used).astype(np.float32))

    return step


@pytest.mark.parametrize("beside", ["step", "ingest", "snapshot"])
def test_two_threads_on_one_allocator_are_refused_and_do_no_harm(beside: str) -> None:
    allocator = large()
    allocator.step(np.full(allocator.used, 1.0, np.float32))
    other = {"step": step_of(allocator, 2), "ingest": allocator.ingest, "snapshot": allocator.snapshot}[beside]
    raised = together(step_of(allocator, 1), other)
    assert {str(one) for one in raised if isinstance(one, InUse)} == {
        "another call of this Allocator is still at work; it belongs to one thread at a time"
    }
    allocator._check()
    twin = Allocator()
    twin.restore(allocator.snapshot())
    assert settled(allocator) == settled(twin)


def test_two_threads_on_a_batch_or_an_allocator_in_it_are_refused_and_do_no_harm() -> None:
    allocators = [large() for _ in range(4)]
    batch = Batch(allocators, threads=2)
    rows = np.random.default_rng(1).uniform(-2, 2, (4, 2**16)).astype(np.float32)
    # no exception is kept: its frames would keep the batch
    calls = (partial(batch.step, rows), partial(batch.step, rows[::-1]), step_of(allocators[2], 3))
    assert InUse in set(map(type, together(*calls)))
    for allocator in allocators:
        allocator._check()
    with pytest.raises(InUse):
        _while_at_work(batch, lambda: Batch(allocators))
    del batch, calls
    gc.collect()
    assert not [one for one in together(*(step_of(one, 1) for one in allocators), times=30) if isinstance(one, InUse)]


def _while_at_work(batch: Batch, call: Callable[[], object]) -> None:
    turn = batch._turn
    turn.taken = True
    try:
        call()
    finally:
        turn.taken = False


def test_a_second_thread_on_a_guarded_allocator_is_refused() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def select(view: Any, scores: Any) -> list[Any]:
        asked.set()
        assert go_on.wait(60)
        return []

    user = Guarded(select, TINY, PLAIN)
    user.load(BLOCKS)
    thread = threading.Thread(target=lambda: user.step([0.0] * user.used))
    thread.start()
    assert asked.wait(60)
    for call in (lambda: user.step([0.0] * user.used), user.ingest, lambda: user.load(BLOCKS)):
        with pytest.raises(InUse, match="another call of this Guarded is still at work"):
            call()
    go_on.set()
    thread.join()
    user.ingest()
