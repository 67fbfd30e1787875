"""What the slowest of very many steps with ingest take, by themselves and beside what disturbs them.

Run ``python benchmarks/tails.py``, or with ``--iterations 1000000 --strategy greedy`` a piece of the long run. A
session is lived several times over, the same each time: what is slow in every life is our own work, what is slow in one
is something else's. Of each slow step it is noted what came between: the garbage collector, a wait for the interpreter
lock, the scheduler, page faults, tables that grew. Beside each step `np.max` is taken so often that it takes about as
long, which shows what the surroundings do to any call.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import random
import resource
import sys
import threading
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import perf_counter_ns
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc import Allocator
from focalloc.analysis.timing import GEOMETRIES, STRATEGIES, Scenario, score_rows, terms, timed

SLOTS = 8192
PIECE = 16
"""Scores are a piece of a long row, which begins at a multiple of so many."""
SLOW = 2
"""Multiples of the median from which a step has to be explained."""
SHARES = (0.99, 0.999, 0.9999)
WEATHERS = ("calm", "thread", "quick thread", "cores")
"""By itself; beside a thread that never stops running Python code, with the usual switch interval and with one of
`QUICK` seconds; beside a process for each core that never stops, at the priority of any process."""
QUICK = 1e-4
CAUSES = ("tables grew", "garbage collector", "interpreter lock", "scheduler", "page faults", "in every life", "unseen")
"""What a slow step is put down to: the first that applies."""


class Life(NamedTuple):
    """What was noted of each iteration of a session, in order.

    Attributes:
        began: the clock when the step began, in nanoseconds.
        ingest: nanoseconds that the ingest before it took.
        step: those of the step.
        control: those of `np.max`, taken several times over.
        faults: page faults during the step.
        waits: how often it gave up its core by itself, which is where it waits for the lock.
        cuts: how often the scheduler took the core away.
        grew: numbers of the iterations in which tables grew.
        collections: the clock when the garbage collector ran.
    """

    began: NDArray[np.int64]
    ingest: NDArray[np.int64]
    step: NDArray[np.int64]
    control: NDArray[np.int64]
    faults: NDArray[np.int64]
    waits: NDArray[np.int64]
    cuts: NDArray[np.int64]
    grew: list[int]
    collections: list[int]


class Course:
    """What all lives of a session have in common.

    Args:
        strategy: one of `STRATEGIES`.
        geometry: one of `GEOMETRIES`.
        pattern: what scores are like.
        iterations: how many.
    """

    def __init__(self, strategy: str, geometry: str, pattern: str, iterations: int) -> None:
        scenario = Scenario(SLOTS, pattern, geometry, strategy=strategy)
        self.geometry, self.params, self.context = terms(scenario)
        self.long = np.concatenate([row.astype(np.float32) for row in score_rows(pattern, 4 * self.params.w_max)])
        places = (len(self.long) - self.params.w_max) // PIECE
        numbers = random.Random(iterations)
        self.pieces = [PIECE * numbers.randrange(places) for _ in range(iterations)]
        self.times = self._as_long()

    def _as_long(self) -> int:
        """How often `np.max` is taken, so that it takes about as long as a step."""
        allocator = self.begun()
        rows = (self.long[piece : piece + allocator.used] for piece in self.pieces[:200])
        steps = [timed(partial(allocator.step, row)) for row in rows]
        row = self.long[:SLOTS]
        return max(1, round(median(steps) / median(timed(row.max) for _ in range(200))))

    def begun(self) -> Allocator:
        """A session at its beginning, with everything compiled."""
        allocator = Allocator(self.geometry, self.params)
        allocator.warmup(np.float32)
        allocator.load(self.context)
        return allocator


def live(course: Course) -> Life:
    """Live a session once. For each top-level block that has come one is let go, untimed, so that it goes on alike."""
    allocator, long, times = course.begun(), course.long, course.times
    span = course.geometry.spans[-1]
    front, end = course.context[0].start, course.context[-1].start + course.geometry.span(course.context[-1].level)
    columns: list[Any] = [array("q") for _ in range(7)]
    began, ingests, steps, controls, faults, waits, cuts = columns
    grew: list[int] = []
    collections: list[int] = []
    clock, usage, self_only = perf_counter_ns, resource.getrusage, resource.RUSAGE_THREAD
    ingest, step, row, keep = allocator.ingest, allocator.step, long[:SLOTS], end - front

    def collecting(phase: str, _: object) -> None:
        collections.append(clock())

    gc.collect()
    gc.callbacks.append(collecting)
    try:
        for number, piece in enumerate(course.pieces):
            first = clock()
            ingest()
            ingested = clock()
            end += course.geometry.spans[0]
            if end - front >= keep + span:
                front += span
                allocator.release(front)
            tables, space, scores = allocator._tables, allocator._workspace, long[piece : piece + allocator.used]
            laid, before = (tables.state, space and space.table), usage(self_only)
            begin = clock()
            step(scores)
            done = clock()
            after = usage(self_only)
            if tables.state is not laid[0] or (space and space.table) is not laid[1]:
                grew.append(number)
            since = clock()
            for _ in range(times):
                row.max()
            until = clock()
            began.append(begin)
            ingests.append(ingested - first)
            steps.append(done - begin)
            controls.append(until - since)
            faults.append(after.ru_minflt - before.ru_minflt)
            waits.append(after.ru_nvcsw - before.ru_nvcsw)
            cuts.append(after.ru_nivcsw - before.ru_nivcsw)
    finally:
        gc.callbacks.remove(collecting)
    return Life(*(np.frombuffer(column, np.int64) for column in columns), grew, collections)


# THE SURROUNDINGS


def burn() -> None:
    """Hold a core."""
    while True:
        pass


@contextmanager
def weather(kind: str) -> Iterator[None]:
    """Surroundings, see `WEATHERS`."""
    interval, over, policy = sys.getswitchinterval(), threading.Event(), os.sched_getscheduler(0)
    urgency = os.sched_getparam(0)

    def never_stop() -> None:
        while not over.is_set():
            pass

    busy: list[Any] = []
    if kind == "cores":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        fork = multiprocessing.get_context("fork")
        busy += (fork.Process(target=burn, daemon=True) for _ in range(os.cpu_count() or 1))
    elif kind != "calm":
        busy.append(threading.Thread(target=never_stop))
        sys.setswitchinterval(QUICK if kind == "quick thread" else interval)
    for one in busy:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in busy:
            if isinstance(one, threading.Thread):
                one.join()
            else:
                one.kill()
                one.join()
        sys.setswitchinterval(interval)
        os.sched_setscheduler(0, policy, urgency)


# WHAT THE SLOW ONES ARE


def causes(
    life: Life, least: NDArray[np.int64], slow: NDArray[np.int64], usual: float
) -> dict[str, NDArray[np.int64]]:
    """The numbers of the ``slow`` steps of a life by cause; ``least`` is each step at the fastest of its lives."""
    ran = np.array(life.collections, np.int64)
    within = np.searchsorted(ran, life.began[slow]) < np.searchsorted(ran, life.began[slow] + life.step[slow])
    signs = (
        np.isin(slow, life.grew),
        within,
        life.waits[slow] > 0,
        life.cuts[slow] > 0,
        life.faults[slow] > 0,
        least[slow] > SLOW * usual,
    )
    found, left = {}, np.ones(len(slow), bool)
    for cause, sign in zip(CAUSES, (*signs, left.copy()), strict=True):
        found[cause] = slow[left & sign]
        left &= ~sign
    return found


def tail(name: str, times: NDArray[np.int64], usual: float) -> None:
    """Print the median in microseconds, and what lies above it as multiples."""
    most = [*(np.quantile(times, share) for share in SHARES), times.max()]
    told = " ".join(f"{one / usual:8.1f}" for one in most)
    print(f"{name:40} {usual / 1e3:9.1f} {told}", flush=True)


def told(strategy: str, kind: str, lives: list[Life], calm: list[Life]) -> None:
    """Print what steps took in some surroundings, and what the slow ones were."""
    least = np.min([life.step for life in calm], axis=0)
    life = lives[0]
    usual = float(np.median(life.step))
    tail(f"{strategy}, {kind}: step", life.step, usual)
    tail("    ingest", life.ingest, float(np.median(life.ingest)))
    tail("    np.max for as long", life.control, float(np.median(life.control)))
    if kind == "calm":
        tail(f"    step, fastest of {len(calm)} lives", least, float(np.median(least)))
        fastest = np.min([life.ingest for life in calm], axis=0)
        tail(f"    ingest, fastest of {len(calm)} lives", fastest, float(np.median(fastest)))
    slow = np.flatnonzero(life.step > SLOW * usual)
    said = [
        f"{len(numbers)} x {cause}, up to {life.step[numbers].max() / usual:.1f}"
        for cause, numbers in causes(life, least, slow, usual).items()
        if len(numbers)
    ]
    print(f"    above {SLOW} medians: {len(slow)} of {len(life.step)}: {'; '.join(said)}", flush=True)


def main() -> None:
    """Print what the slowest steps take, as multiples of the median, and what they are put down to."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--iterations", type=int, default=20_000, help="of a session")
    parser.add_argument("--lives", type=int, default=3, help="how often a session is lived by itself")
    parser.add_argument("--strategy", choices=STRATEGIES, action="append", help="one only; may be repeated")
    parser.add_argument("--weather", choices=WEATHERS, action="append", help="some surroundings only, and calm")
    parser.add_argument("--geometry", choices=GEOMETRIES, default="32,32")
    parser.add_argument("--pattern", default="dense", help="of scores")
    chosen = parser.parse_args()
    columns = " ".join(f"{name:>8}" for name in ("p99", "p99.9", "p99.99", "max"))
    print(f"{f'{chosen.iterations} iterations, {chosen.geometry}':40} {'median us':>9} {columns}")
    for strategy in chosen.strategy or STRATEGIES:
        course = Course(strategy, chosen.geometry, chosen.pattern, chosen.iterations)
        calm = [live(course) for _ in range(chosen.lives)]
        told(strategy, "calm", calm, calm)
        for kind in chosen.weather or WEATHERS:
            if kind != "calm":
                with weather(kind):
                    lives = [live(course)]
                told(strategy, kind, lives, calm)


if __name__ == "__main__":
    main()
