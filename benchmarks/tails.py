"""What the slowest of very many steps with ingest take, by themselves and beside what disturbs them.

Run ``python benchmarks/tails.py``, or with ``--kind greedy`` a piece of it; it takes an hour or two. A session is lived
several times over, the same each time: what is slow in every life is our own work, what is slow in one is something
else's. Of each slow step it is noted what came between: tables that grew, the garbage collector, a wait for the
interpreter lock, the scheduler, page faults, a pause just before it, and the clock interrupt of the kernel, told
by its period. After every few steps `np.max` is taken so often that it takes about as long, which shows what the
surroundings do to any call.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from time import perf_counter_ns
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from production import KINDS, SLOTS, burn, of_kind

from focalloc.analysis.timing import GEOMETRIES, Scenario, score_rows, terms, timed

PIECE = 16
"""Scores are a piece of a long row, which begins at a multiple of so many."""
RARELY = 16
"""Steps from one `np.max` to the next."""
SLOW = 2
"""Multiples of the median from which a step has to be explained."""
TAKEN = (
    *("greedy", "soft budget", "everything", "knapsack", "hybrid", "several objectives", "recompute"),
    *("hierarchical", "hierarchical by price", "projection", "logits", "learned", "guarded"),
)
"""Kinds that are lived: those of `KINDS` less those that `everything` has."""
WEATHERS = ("calm", "thread", "core")
"""By itself; beside a thread that never stops running Python code; on one core with a process that never stops, at the
priority of any process."""
PERIODS = (10_000_000, 4_000_000, 10_000_000 / 3, 1_000_000)
"""Nanoseconds between clock interrupts, by how the kernel was built."""
PAUSE = 300_000
"""Nanoseconds from one step to the next that are a pause, in which something else had the core or the lock."""
CAUSES = ("grew", "collector", "lock", "scheduler", "page fault", "work", "pause", "clock", "unseen")
"""What a slow step is put down to, the first that applies: tables grew; the garbage collector ran; the interpreter lock
was waited for; the scheduler took the core away; a page was not there; it is slow in every life; something else had the
core or the lock just before it, and left other things in the caches; the clock interrupt fell into it; nothing was
seen."""

Times = NDArray[np.int64]


class Life(NamedTuple):
    """What was noted of each iteration of a session, in order.

    Attributes:
        began: the clock when the step began, in nanoseconds.
        ingest: nanoseconds that the ingest before it took.
        step: those of the step.
        faults: page faults during the step.
        waits: how often it gave up its core by itself, which is where it waits for the lock.
        cuts: how often the scheduler took the core away.
        control: nanoseconds of `np.max`, taken several times over; of one in `RARELY` iterations.
        grew: numbers of the iterations in which tables grew.
        collections: the clock when the garbage collector ran.
    """

    began: Times
    ingest: Times
    step: Times
    faults: Times
    waits: Times
    cuts: Times
    control: Times
    grew: list[int]
    collections: list[int]


class Course:
    """What all lives of a session have in common.

    Args:
        kind: one of `KINDS`.
        geometry: one of `GEOMETRIES`.
        pattern: what scores are like.
        iterations: how many.
    """

    def __init__(self, kind: str, geometry: str, pattern: str, iterations: int) -> None:
        self.kind = kind
        self.geometry, params, self.context = terms(Scenario(SLOTS, pattern, geometry))
        self.params = replace(params, **KINDS[kind])
        self.long = np.concatenate([row.astype(np.float32) for row in score_rows(pattern, 4 * params.w_max)])
        self.logits = np.random.default_rng(0).normal(size=(len(self.long), 3)).astype(np.float32)
        numbers = random.Random(iterations)
        places = (len(self.long) - params.w_max) // PIECE
        self.pieces = [PIECE * numbers.randrange(places) for _ in range(iterations)]
        allocator = self.begun()
        steps = [self.timed_step(allocator, piece) for piece in self.pieces[:200]]
        row = self.long[:SLOTS]
        self.times = max(1, round(median(steps) / median(timed(row.max) for _ in range(200))))

    def begun(self) -> Any:
        """A session at its beginning, with everything compiled."""
        allocator = of_kind(self.kind)
        allocator.open(self.geometry, self.params, self.context)
        allocator.warmup(np.float32)
        return allocator

    def given(self, allocator: Any, piece: int) -> Any:
        """What a step is told."""
        if self.kind == "logits":
            return self.logits[piece : piece + len(allocator.levels)]
        return self.long[piece : piece + allocator.used]

    def timed_step(self, allocator: Any, piece: int) -> int:
        """Nanoseconds that a step takes."""
        given = self.given(allocator, piece)
        return timed(lambda: allocator.prefer(given) if self.kind == "logits" else allocator.step(given))


def live(course: Course) -> Life:
    """Live a session once. For each top-level block that has come one is let go, untimed, so that it goes on alike."""
    gc.collect()  # and no later, as it leaves nothing of the session in the caches
    allocator, times = course.begun(), course.times
    inside = getattr(allocator, "_inside", allocator)
    span = course.geometry.spans[-1]
    front, end = course.context[0].start, course.context[-1].start + course.geometry.span(course.context[-1].level)
    # of their full length from the start: to grow them would empty the caches
    columns = [array("q", bytes(8 * len(course.pieces))) for _ in range(6)]
    began, ingests, steps, faults, waits, cuts = columns
    controls = array("q", bytes(8 * len(course.pieces[::RARELY])))
    grew: list[int] = []
    collections: list[int] = []
    clock, usage, self_only = perf_counter_ns, resource.getrusage, resource.RUSAGE_THREAD
    ingest, row, keep = allocator.ingest, course.long[:SLOTS], end - front
    step = allocator.prefer if course.kind == "logits" else allocator.step

    def collecting(phase: str, _: object) -> None:
        collections.append(clock())

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
            given, tables, space = course.given(allocator, piece), inside._tables, inside._workspace
            laid, before = (tables.state, space and space.table), usage(self_only)
            begin = clock()
            step(given)
            done = clock()
            after = usage(self_only)
            if tables.state is not laid[0] or (space and space.table) is not laid[1]:
                grew.append(number)
            began[number] = begin
            ingests[number] = ingested - first
            steps[number] = done - begin
            faults[number] = after.ru_minflt - before.ru_minflt
            waits[number] = after.ru_nvcsw - before.ru_nvcsw
            cuts[number] = after.ru_nivcsw - before.ru_nivcsw
            if number % RARELY == 0:
                since = clock()
                for _ in range(times):
                    row.max()
                controls[number // RARELY] = clock() - since
    finally:
        gc.callbacks.remove(collecting)
    return Life(*(np.frombuffer(column, np.int64) for column in (*columns, controls)), grew, collections)


# THE SURROUNDINGS


@contextmanager
def weather(kind: str) -> Iterator[None]:
    """Surroundings, see `WEATHERS`."""
    over, policy, urgency = threading.Event(), os.sched_getscheduler(0), os.sched_getparam(0)

    def never_stop() -> None:
        while not over.is_set():
            pass

    busy: list[Any] = []
    cores = os.sched_getaffinity(0)
    if kind == "core":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, {max(cores)})
        busy.append(multiprocessing.get_context("fork").Process(target=burn, daemon=True))
    elif kind == "thread":
        busy.append(threading.Thread(target=never_stop))
    for one in busy:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in busy:
            if not isinstance(one, threading.Thread):
                one.kill()
            one.join()
        os.sched_setaffinity(0, cores)
        os.sched_setscheduler(0, policy, urgency)


# WHAT THE SLOW ONES ARE


def most_at(first: NDArray[Any], long: Times, period: float) -> tuple[int, float]:
    """How many of some stretches of time hold one moment of each period, for the moment that most of them hold."""
    first = first % period
    moments = np.concatenate([first, (first + long) % period])
    order = np.argsort(moments, kind="stable")
    rise = np.concatenate([np.ones(len(first), np.int64), -np.ones(len(first), np.int64)])[order]
    held = np.cumsum(rise) + np.count_nonzero(first + long >= period)
    best = int(held.argmax())
    return int(held[best]), float(moments[order[best]])


def met_by_clock(began: Times, long: Times) -> NDArray[np.bool_]:
    """Which of some slow steps the clock interrupt fell into.

    It comes at the same moment of each period, give or take nothing, and so do timers that go by it. Moments are taken
    as long as they lie in four times as many steps as any moment would, and in ten.
    """
    met = np.zeros(len(began), bool)
    if not len(began):
        return met
    found = {period: most_at(began, long, period)[0] for period in PERIODS}
    period = next(one for one in PERIODS if found[one] >= 0.9 * max(found.values()))
    while not met.all():
        left = ~met
        held, moment = most_at(began[left], long[left], period)
        if held < max(10, 4 * long[left].sum() / period):
            break
        met |= (moment - began) % period <= long
    return met


def causes(life: Life, work: Times, usual: float) -> dict[str, Times]:
    """The numbers of the slow steps of a life by cause; ``work`` is what steps take at the fastest of their lives."""
    slow = np.flatnonzero(life.step > SLOW * usual)
    began, long, ran = life.began[slow], life.step[slow], np.array(life.collections, np.int64)
    since = life.began - np.roll(life.began + life.step, 1)
    signs = [
        np.isin(slow, life.grew),
        np.searchsorted(ran, began) < np.searchsorted(ran, began + long),
        life.waits[slow] > 0,
        life.cuts[slow] > 0,
        life.faults[slow] > 0,
        work[slow] > SLOW * usual,
        since[slow] > PAUSE,
    ]
    left = ~np.any(signs, axis=0)
    met = np.zeros(len(slow), bool)
    met[left] = met_by_clock(began[left], long[left])
    found, left = {}, np.ones(len(slow), bool)
    for cause, sign in zip(CAUSES, (*signs, met, left.copy()), strict=True):
        found[cause] = slow[left & sign]
        left &= ~sign
    return found


# THE PAGE


def number(one: float) -> str:
    """Two digits, or a whole number."""
    return f"{one:.1f}" if one < 10 else f"{one:,.0f}"


def tail(times: Times, shares: Sequence[float], usual: float) -> list[str]:
    """Quantiles as multiples of ``usual``; a share of 1 is the slowest."""
    return [number(float(np.quantile(times, share)) / usual) for share in shares]


def lived(kind: str, geometry: str, pattern: str, iterations: int, lives: int) -> tuple[list[str], list[list[str]]]:
    """The rows of a kind: of the first table, and of the second one for each of `WEATHERS`."""
    course = Course(kind, geometry, pattern, iterations)
    calm = [live(course) for _ in range(lives)]
    work, ingest = (np.min([getattr(life, what) for life in calm], axis=0) for what in ("step", "ingest"))
    usual, short = float(np.median(work)), float(np.median(ingest))
    row = [kind, f"{usual / 1e3:.1f}", *tail(work, (0.999, 1), usual)]
    row += [f"{short / 1e3:.1f}", *tail(ingest, (0.999, 1), short)]
    told = []
    for name in WEATHERS:
        with weather(name):
            life = calm[0] if name == "calm" else live(course)
        if name == "calm":
            for one in np.argsort(work)[::-1][:5]:
                print(f"    {kind}: {work[one] / usual:.1f} in every life at {one}", file=sys.stderr)
        typical = float(np.median(life.step))
        row += tail(life.step[life.cuts == 0] if name == "calm" else life.step, (0.999,), typical)
        row += tail(life.control, (0.999,), float(np.median(life.control)))
        found = causes(life, work, typical)
        counts = [f"{len(numbers):,}" if len(numbers) else "" for numbers in found.values()]
        deepest = [number(life.step[numbers].max() / typical) if len(numbers) else "" for numbers in found.values()]
        shown = [f"{count} to {most}" if count else "" for count, most in zip(counts, deepest, strict=True)]
        told.append([kind, name, *tail(life.step, (0.99, 0.999, 0.9999, 1), typical), *shown])
        print(" | ".join(told[-1]), file=sys.stderr, flush=True)
    return row, told


def main() -> None:
    """Print what the slowest steps take, as multiples of the median, and what they are put down to, as two tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--iterations", type=int, default=1_000_000, help="of a session")
    parser.add_argument("--lives", type=int, default=3, help="how often a session is lived by itself")
    parser.add_argument("--kind", choices=TAKEN, action="append", help="one only; may be repeated")
    parser.add_argument("--geometry", choices=GEOMETRIES, default="32,32")
    parser.add_argument("--pattern", default="dense", help="of scores")
    chosen = parser.parse_args()
    rows, told = [], []
    for kind in chosen.kind or TAKEN:
        row, more = lived(kind, chosen.geometry, chosen.pattern, chosen.iterations, chosen.lives)
        rows.append(row)
        told += more
    heads = ["sessions", "step, us", "p99.9 of work", "slowest", "ingest, us", "p99.9 of work", "slowest"]
    heads += [f"{name}: {what}" for name in WEATHERS for what in ("p99.9", "`np.max`")]
    for table, head in (
        (rows, heads),
        (told, ["sessions", "surroundings", "p99", "p99.9", "p99.99", "slowest", *CAUSES]),
    ):
        print(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
        for line in table:
            print(f"| {' | '.join(line)} |", flush=True)


if __name__ == "__main__":
    main()
