"""The fast path in production: many sessions, of each strategy, guard, telemetry, edits, positions, pins, means, tokens
as they come, releases, layout, cold start, compiling, memory.

Run ``python benchmarks/production.py``. Whatever is compared takes turns, and each is taken at its fastest, which is
what other processes on the machine disturb least; compare figures of one run with each other only.
"""

from __future__ import annotations

import argparse
import heapq
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

import numpy as np

from focalloc import Action, Allocator, Batch, Geometry, Guarded, Params, Telemetry
from focalloc.analysis.timing import GEOMETRIES, mixed_context, score_rows, timed
from focalloc.fastpath import snapshot
from focalloc.fastpath.allocator import STRATEGIES
from focalloc.fastpath.kernels.layout import LARGE

SESSIONS = 256
SLOTS = 8192
STEPS = 32
TURNS = 32  # steps of all sessions in a row, so that starting threads and filling caches hardly count
GEOMETRY = Geometry((32, 32))
PARTS = (
    *("batch", "strategies", "wrapped", "edits", "positions", "pins", "means", "learned", "tokens", "releases"),
    "layout",
    *("start", "compile", "memory"),
)


def opened(slots: int = SLOTS, geometry: Geometry = GEOMETRY) -> Allocator:
    """An allocator in the middle of a session."""
    context = mixed_context(geometry, slots, random.Random(slots))
    used = sum(geometry.slots(block.level) for block in context)
    allocator = Allocator(geometry, Params(w_max=used + 2 * max(geometry.deltas)))
    allocator.load(context)
    return allocator


def in_turns(calls: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The fastest of ``rounds`` turns of each call, in microseconds."""
    times = np.array([[timed(call) for call in calls] for _ in range(rounds)])
    return [float(fastest) / 1e3 for fastest in times.min(axis=0)]


# MANY SESSIONS


def burn() -> None:
    """Hold a core."""
    while True:
        pass


def batch(rounds: int) -> None:
    """A batch on one thread and on two, and two threads each with sessions of its own, on free and on busy cores."""
    groups = [[opened() for _ in range(SESSIONS)] for _ in range(2)]
    batches = [Batch(group, threads=threads) for threads, group in enumerate(groups, 1)]
    pace = batches[1]._pace
    rows = np.stack(list(score_rows("dense", 2 * SLOTS))).astype(np.float32)
    scores = np.repeat(rows, SESSIONS // len(rows), axis=0)
    for either in batches:
        either.warmup()
    owned = [[opened() for _ in range(SESSIONS // 2)] for _ in range(2)]
    mine = [[scores[i][: one.used] for i, one in enumerate(part)] for part in owned]
    halves = [Batch([opened() for _ in range(SESSIONS // 2)]) for _ in range(2)]

    def one_by_one(part: int) -> None:
        for _ in range(TURNS):
            for allocator, row in zip(owned[part], mine[part], strict=True):
                allocator.step(row[: allocator.used])

    def as_a_batch(part: int) -> None:
        for _ in range(TURNS):
            halves[part].step(scores[: SESSIONS // 2])

    def in_a_row(work: Callable[[int], None]) -> None:
        work(0)
        work(1)

    def side_by_side(work: Callable[[int], None]) -> None:
        threads = [threading.Thread(target=work, args=(part,)) for part in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def steps(either: Batch) -> None:
        for _ in range(TURNS):
            either.step(scores)

    def together() -> None:
        for _ in range(TURNS):
            pace._lately.clear()  # with helpers, whatever it has learned
            pace._lately.update({False: 1.0, True: 0.0})
            batches[1].step(scores)

    works = (as_a_batch, one_by_one)
    by_hand = [partial(way, work) for work in works for way in (in_a_row, side_by_side)]
    calls = (partial(steps, batches[0]), together, partial(steps, batches[1]), *by_hand)
    print(f"\n{SESSIONS} sessions of {SLOTS} slots, ms{'':14} 1 thread  2 threads    ratio  2, as it decides")
    context = multiprocessing.get_context("fork")
    for burners in (0, 1, 2):
        busy = [context.Process(target=burn, daemon=True) for _ in range(burners)]
        for process in busy:
            process.start()
        alone_ms, pair_ms, decides_ms, *hand_ms = (us / 1e3 / TURNS for us in in_turns(calls, rounds))
        for process in busy:
            process.kill()
            process.join()
        name = f"batch, {burners} other processes"
        print(f"{name:37} {alone_ms:9.2f} {pair_ms:10.2f} {alone_ms / pair_ms:8.2f} {decides_ms:17.2f}")
        for name, one, two in zip(
            ("a Batch per thread", "an Allocator per session"), hand_ms[::2], hand_ms[1::2], strict=True
        ):
            print(f"{name:37} {one:9.2f} {two:10.2f} {one / two:8.2f}", flush=True)
    beside_a_busy_thread()


def beside_a_busy_thread() -> None:
    """What a step takes where another thread of the process never stops running Python code; medians of 300."""
    print(f"\n{'us':22} {'alone':>10} {'beside a busy thread':>22}")
    for slots in (SLOTS, 2 * LARGE):
        allocator, row = opened(slots), np.zeros(2 * slots, np.float32)
        batch, rows = Batch([opened(slots)]), np.zeros((1, 2 * slots), np.float32)
        over = threading.Event()

        def never_stop(over: threading.Event = over) -> None:
            while not over.is_set():
                pass

        calls = {
            f"{slots} slots": lambda one=allocator, row=row: one.step(row[: one.used]),
            "in a batch": lambda batch=batch, rows=rows: batch.step(rows),
        }
        alone = [median(timed(call) for _ in range(300)) / 1e3 for call in calls.values()]
        thread = threading.Thread(target=never_stop)
        thread.start()
        beside = [median(timed(call) for _ in range(300)) / 1e3 for call in calls.values()]
        over.set()
        thread.join()
        for name, one, other in zip(calls, alone, beside, strict=True):
            print(f"{name:22} {one:10.1f} {other:22.1f}", flush=True)


KINDS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "soft budget": {"w_soft": 8000, "soft_margin": 2**18},
    "thresholds that adapt": {"adaptive_window": 8},
    "memory and lean": {"memory_shift": 3, "lean": 2**20},
    "enhanced": {"strategy": "enhanced", "balance": 1, "adaptive_window": 8},
    "ties by cursor": {"strategy": "enhanced", "tie_break": "cursor"},
    "ties by recency": {"strategy": "enhanced", "tie_break": "recency"},
    "everything": {"strategy": "enhanced", "balance": 1, "adaptive_window": 8, "tie_break": "recency"}
    | {"memory_shift": 3, "lean": 2**20, "w_soft": 8000, "soft_margin": 2**18},
    "knapsack": {"strategy": "knapsack"},
    "hybrid": {"strategy": "hybrid"},
    "several objectives": {"strategy": "multi_objective", "churn_weight": 1000, "cursor_weight": 1000},
    "recompute": {"strategy": "multi_objective", "recompute_weight": 1000},
    "hierarchical": {"strategy": "hierarchical"},
    "hierarchical by price": {"strategy": "hierarchical", "region_share": "price"},
    "projection": {"strategy": "projection"},
    "logits": {"strategy": "projection"},
    "guarded": {},
    "learned": {},
}
"""What sessions of a batch are of; with `logits` they prefer, and what is `guarded` always falls back. `everything` is
`enhanced` with all that refines it."""


def of_kind(kind: str) -> Any:
    """What is to be opened for a session of a kind."""
    if kind == "guarded":
        return Guarded(lambda view, scores: None)
    return Allocator(strategy="learned" if kind == "learned" else None)


def sessions_of(kind: str, count: int) -> list[Any]:
    """Sessions of a kind, all alike."""
    plain = opened()
    params, context = replace(plain.params, **KINDS[kind]), plain.context()
    sessions = [of_kind(kind) for _ in range(count)]
    for one in sessions:
        one.open(plain.geometry, params, context)
    return sessions


def strategies(rounds: int, kinds: Sequence[str]) -> None:
    """What a step of a session costs in a batch of each kind, against alone, and on two threads against one.

    Sessions that step alone, the batch on one thread and the batch on two take turns, each from the same state on, and
    each of their steps is taken at its fastest. Each thread has a core of its own: where other processes are about, the
    scheduler would take milliseconds to see that one is free.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    columns = f"{'alone us':>9} {'in a batch':>11} {'ratio':>6} {'2 threads':>10} {'ratio':>6}"
    print(f"\n{f'{SESSIONS} sessions of {SLOTS} slots':32} {columns}")
    rows = np.stack(list(score_rows("dense", 2 * SLOTS))).astype(np.float32)
    logits = np.random.default_rng(0).normal(size=(2 * SLOTS, 3)).astype(np.float32)
    given = np.repeat(rows, SESSIONS // len(rows), axis=0)
    for kind in kinds:
        owned, together = sessions_of(kind, SESSIONS), Batch(sessions_of(kind, SESSIONS), threads=2)
        together.warmup()
        together._executor().submit(os.sched_setaffinity, 0, cores[1:]).result()
        call = "prefer" if kind == "logits" else "step"

        def of(one: Any, row: Any, kind: str = kind) -> Any:
            return logits[: len(one.levels)] if kind == "logits" else row[: one.used]

        def by_itself(made: list[Any], call: str = call, owned: list[Any] = owned) -> None:
            for one, row in zip(owned, made, strict=True):
                getattr(one, call)(row)

        def in_a_batch(made: list[Any], threads: int, call: str = call, batch: Batch = together) -> None:
            batch._pace._lately = {False: 1.0, True: 0.0 if threads == 2 else 2.0}  # whatever it has learned
            batch._pace._steps = 0
            getattr(batch, call)(made if call == "prefer" else given)

        inside = [getattr(one, "_inside", one)._tables for one in owned]
        alone = [array for one in inside for array in (one.tags, one.scratch, one.state)]
        tables: tuple[list[Any], ...] = (alone, [together._tags, together._scratch, together._state])
        kept = [[array.copy() for array in arrays] for arrays in tables]
        calls = (0, owned, by_itself), *((1, together, partial(in_a_batch, threads=threads)) for threads in (1, 2))
        lives: list[list[list[int]]] = []
        for _ in range(max(3, rounds // 2)):
            lives.append([])
            for which, sessions, way in calls:
                for array, copied in zip(tables[which], kept[which], strict=True):
                    array[...] = copied
                life = [timed(partial(way, list(map(of, sessions, given)))) for _ in range(4)]
                lives[-1].append(life[1:])
        single, one, two = np.array(lives).min(axis=0).mean(axis=1) / 1e3 / SESSIONS
        told = f"{single:9.2f} {one:11.2f} {one / single:6.2f} {two:10.2f} {one / two:6.2f}"
        print(f"{kind:32} {told}", flush=True)
    os.sched_setaffinity(0, cores)


# GUARD AND TELEMETRY


def wrapped(rounds: int) -> None:
    """What checking an answer, guarding a selector and watching cost beside a plain step."""
    print(f"\n{'us':22} {'slots':>8} {'step':>8} {'check, apply':>13} {'ratio':>6} {'guarded':>8} {'telemetry':>10}")
    for name, (arity, cost) in GEOMETRIES.items():
        for slots in (SLOTS, 65_536):
            geometry = Geometry(arity, cost)
            plain, checked, watched = (opened(slots, geometry) for _ in range(3))
            answer: list[Action] = []
            guarded = Guarded(lambda view, scores, answer=answer: answer, plain.geometry, plain.params)
            guarded.resume(plain.state())
            rows = [row.astype(np.float32) for row in score_rows("dense", 2 * slots)]
            kept = [one.snapshot() for one in (plain, checked, watched, guarded)]
            lives = []
            for _ in range(max(3, rounds // 10)):
                for one, bytes_ in zip((plain, checked, watched, guarded), kept, strict=True):
                    one.restore(bytes_)
                telemetry = Telemetry(watched, lambda record: None)
                life = []
                for i in range(STEPS):
                    row = rows[i % len(rows)][: plain.used]
                    before = perf_counter_ns()
                    plan = plain.step(row)
                    spent = perf_counter_ns() - before
                    answer[:] = plan
                    life.append(
                        (
                            spent,
                            timed(partial(checked.apply, answer)),
                            timed(partial(guarded.step, row)),
                            timed(partial(telemetry.step, row)),
                        )
                    )
                lives.append(life)
            assert not guarded.fallbacks
            step, check, guard, watch = np.array(lives).min(axis=0)[1:].mean(axis=0) / 1e3
            told = f"{step:8.1f} {check:13.1f} {check / step:6.2f} {guard:8.1f} {watch:10.1f}"
            print(f"{name:22} {slots:8} {told}", flush=True)


# EDITS


def edits(rounds: int) -> None:
    """What a plan's edits cost beside the step, and where slots were beside `np.max` of the scores."""
    columns = ("slots", "step", "splices", "edits", "np.max", "gather", "into out")
    print(f"\n{'us':22} {' '.join(f'{one:>8}' for one in columns)}")
    for name, (arity, cost) in GEOMETRIES.items():
        for slots in (SLOTS, 65_536):
            allocator = opened(slots, Geometry(arity, cost))
            rows = [row.astype(np.float32) for row in score_rows("dense", 2 * slots)]
            kept, out = allocator.snapshot(), np.empty(2 * slots, np.int64)
            lives = []
            for _ in range(max(3, rounds // 10)):
                allocator.restore(kept)
                life = []
                for i in range(STEPS):
                    row = rows[i % len(rows)][: allocator.used]
                    before = perf_counter_ns()
                    plan = allocator.step(row)
                    spent = perf_counter_ns() - before
                    calls: tuple[Callable[[], object], ...] = (
                        lambda plan=plan: plan.edits.splices,
                        lambda plan=plan: list(plan.edits),
                        partial(np.max, row),
                        plan.edits.gather,
                        lambda plan=plan, out=out: plan.edits.gather(out),
                    )
                    life.append((spent, *map(timed, calls)))
                lives.append(life)
            told = np.array(lives).min(axis=0)[1:].mean(axis=0) / 1e3
            print(f"{name:22} {slots:8} {' '.join(f'{one:8.2f}' for one in told)}", flush=True)


# POSITIONS


def positions(rounds: int) -> None:
    """Positions of all slots, into memory that lasts and as an array of their own, in turn with a step."""
    print(f"\n{'positions':22} {'slots':>8} {'step us':>8} {'into':>6} {'of step':>8} {'view':>6} {'of step':>8}")
    for name, (arity, cost) in GEOMETRIES.items():
        geometry = Geometry(arity, cost)
        allocator = opened(geometry=geometry)
        state, rows = allocator.state(), [row.astype(np.float32) for row in score_rows("dense", 2 * SLOTS)]
        out = np.empty(allocator.params.w_max, np.int64)
        lives = []
        for _ in range(rounds):
            allocator.resume(state)
            life = []
            for row in rows:
                scores = row[: allocator.used]
                calls = partial(allocator.step, scores), partial(allocator.write_positions, out)
                life.append([*map(timed, calls), timed(lambda: allocator.slot_positions)])  # noqa: B023
            lives.append(life)
        step, into, view = np.array(lives).min(axis=0)[1:].mean(axis=0) / 1e3
        told = f"{into:6.1f} {into / step:8.2f} {view:6.1f} {view / step:8.2f}"
        print(f"{name:22} {allocator.used:8} {step:8.1f} {told}", flush=True)


# LAYOUT


def by_hand(geometry: Geometry, w_max: int, last: int, scores: Sequence[float] | None) -> list[tuple[int, int]]:
    """The loop that one would write: a heap of blocks, each cut while there is room; for whole top-level nodes only."""
    span = geometry.span(0)

    def entry(level: int, start: int) -> tuple[float, int, int, int]:
        end = start + geometry.span(level)
        want = 0.0 if scores is None else float(max(scores[start // span : end // span]))
        return -want, last - end, start, level

    heap = [entry(geometry.top, start) for start in range(0, last, geometry.span(geometry.top))]
    heapq.heapify(heap)
    used, done = len(heap) * geometry.slots(geometry.top), []
    while heap:
        want, _, start, level = heapq.heappop(heap)
        wanted = scores is None or -want > 0.2
        if level == 0 or not wanted or used + geometry.delta(level) > w_max:
            done.append((level, start))
            continue
        used += geometry.delta(level)
        if level == 1:
            done.append((0, start))
            continue
        for i in range(geometry.fanout(level)):
            heapq.heappush(heap, entry(level - 1, start + i * geometry.span(level - 1)))
    return sorted(done, key=lambda block: block[1])


def layout(rounds: int) -> None:
    """A million tokens laid out within 8192 slots, by recency and by scores, in turn with a loop written by hand."""
    print(f"\n{'layout':22} {'tokens':>8} {'blocks':>8} {'ms':>8} {'by hand':>8} {'times':>6}")
    allocator = Allocator(GEOMETRY, Params(w_max=SLOTS))
    row = np.random.default_rng(0).normal(size=2**20 // GEOMETRY.span(0)).astype(np.float32)
    for name, scores in (("recency", None), ("scores", row)):
        ours = partial(allocator.layout, 0, 2**20, scores)
        theirs = partial(by_hand, GEOMETRY, SLOTS, 2**20, None if scores is None else row.tolist())
        assert [tuple(block) for block in ours()] == theirs()
        fast, slow = (one / 1e3 for one in in_turns([ours, theirs], max(3, rounds // 5)))
        print(f"{name:22} {2**20:8} {len(ours()):8} {fast:8.2f} {slow:8.1f} {slow / fast:6.0f}", flush=True)


# PINS


def pins(rounds: int) -> None:
    """What a step costs with 100 pinned ranges of a block, beside the same step without."""
    kinds = {"none": (), "against collapse": (True, False), "against expansion": (False, True), "both": (True, True)}
    print(f"\n{'us':22} {'pattern':>8} {' '.join(f'{one:>18}' for one in kinds)}")
    for name, (arity, cost) in GEOMETRIES.items():
        geometry, sessions = Geometry(arity, cost), []
        for kind in kinds.values():
            allocator, places = opened(SLOTS, geometry), random.Random(1)
            end = int(allocator.starts[-1])
            for first in (places.randrange(end) for _ in range(100 if kind else 0)):
                allocator.pin(first, first + geometry.span(0), *kind)
            sessions.append((allocator, allocator.snapshot()))
        for pattern in ("dense", "noise", "quiet"):
            rows = [row.astype(np.float32) for row in score_rows(pattern, 2 * SLOTS)]
            lives = []
            for _ in range(max(3, rounds // 3)):
                life = []
                for allocator, kept in sessions:
                    allocator.restore(kept)
                    steps = (partial(allocator.step, rows[i % len(rows)][: allocator.used]) for i in range(STEPS))
                    life.append([timed(step) for step in steps])
                lives.append(life)
            spent = np.array(lives).min(axis=0)[:, 1:].mean(axis=1) / 1e3
            told = " ".join(f"{one:9.2f} x {one / spent[0]:6.2f}" for one in spent)
            print(f"{name:22} {pattern:>8} {told}", flush=True)


def learned(rounds: int) -> None:
    """What a step by the policy that ships takes beside greedy's, sessions in turn."""
    print(f"\n{'us':22} {'pattern':>8} {'greedy':>9} {'learned':>9} {'ratio':>7} {'of medians':>11}")
    for name, (arity, cost) in GEOMETRIES.items():
        geometry = Geometry(arity, cost)
        for pattern in ("dense", "noise", "quiet"):
            rows = [row.astype(np.float32) for row in score_rows(pattern, 2 * SLOTS)]
            greedy = opened(SLOTS, geometry)
            chosen = Allocator(geometry, greedy.params, "learned")
            chosen.resume(greedy.state())
            for either in (greedy, chosen):
                either.warmup(np.float32)
            spent = np.zeros((4 * rounds, 2))
            for i in range(len(spent)):
                row = rows[i % len(rows)]
                for which, one in enumerate((greedy, chosen)):
                    spent[i, which] = timed(partial(one.step, row[: one.used])) / 1e3
            (least, best), (usual, typical) = spent.min(axis=0), np.median(spent, axis=0)
            told = f"{least:9.2f} {best:9.2f} {best / least:7.1f} {typical / usual:11.1f}"
            print(f"{name:22} {pattern:>8} {told}", flush=True)


def means(rounds: int) -> None:
    """What a memory of scores and a lean add to a step, in `np.max` over the same scores; sessions take turns.

    Where scores are quiet nothing acts. Elsewhere what is remembered makes other actions, and fewer of them.
    """
    kinds = {
        "none": {},
        "memory": {"memory_shift": 3},
        "lean": {"lean": 2**20},
        "both": {"memory_shift": 3, "lean": 2**20},
    }
    print(f"\n{'in np.max':22} {'pattern':>8} {' '.join(f'{one:>14}' for one in kinds)}")
    for name, (arity, cost) in GEOMETRIES.items():
        geometry, sessions = Geometry(arity, cost), []
        for kind in kinds.values():
            allocator = opened(SLOTS, geometry)
            allocator.open(geometry, replace(allocator.params, **kind), allocator.context())
            sessions.append((allocator, allocator.snapshot()))
        for pattern in ("dense", "noise", "quiet"):
            rows = [row.astype(np.float32) for row in score_rows(pattern, 2 * SLOTS)]
            lives = []
            for _ in range(max(3, rounds // 3)):
                life = [[timed(partial(np.max, rows[i % len(rows)][:SLOTS])) for i in range(STEPS)]]
                for allocator, kept in sessions:
                    allocator.restore(kept)
                    steps = (partial(allocator.step, rows[i % len(rows)][: allocator.used]) for i in range(STEPS))
                    life.append([timed(step) for step in steps])
                lives.append(life)
            largest, *spent = np.array(lives).min(axis=0)[:, 1:].mean(axis=1)
            told = " ".join(f"{one / largest:5.2f} {(one - spent[0]) / largest:+8.2f}" for one in spent)
            print(f"{name:22} {pattern:>8} {told}", flush=True)


# TOKENS


def tokens(rounds: int) -> None:
    """What it costs to say that a token came, beside the maximum of a row: one that a partial block has room for, and
    one that begins a block, beside an ingest of a block; into room."""
    print(f"\n{'us':22} {'np.max':>8} {'one more':>18} {'begins a block':>18} {'ingest':>18}")
    for name, (arity, cost) in GEOMETRIES.items():
        geometry = Geometry(arity, cost)
        row, span = np.zeros(SLOTS, np.float32), geometry.span(0)
        by_token, by_block = opened(SLOTS, geometry), opened(SLOTS, geometry)
        room = Params(w_max=2 * SLOTS + rounds * geometry.slots(0))
        by_token.open(geometry, room, by_token.context())
        by_block.open(geometry, room, by_block.context())
        by_token.ingest_tokens(1)
        lives = []
        for _ in range(rounds):
            more = min(timed(partial(by_token.ingest_tokens, 1)) for _ in range(span - 1)) if span > 1 else 0
            lives.append([timed(row.max), more, timed(partial(by_token.ingest_tokens, 1)), timed(by_block.ingest)])
        largest, *spent = np.array(lives).min(axis=0) / 1e3
        told = " ".join(f"{one:9.2f} x {one / largest:6.2f}" for one in spent)
        print(f"{name:22} {largest:8.2f} {told}", flush=True)


# RELEASES


def releases(rounds: int) -> None:
    """What it costs to let the oldest block go, beside the maximum of a row; and an ingest that lets go each time, in a
    context with nothing left to collapse, beside one into room."""
    print(f"\n{'us':22} {'slots':>8} {'np.max':>8} {'release':>18} {'ingest':>8} {'that lets go':>18}")
    for (name, (arity, cost)), slots in product(GEOMETRIES.items(), (SLOTS, 16 * SLOTS)):
        geometry = Geometry(arity, cost)
        row = np.zeros(slots, np.float32)
        tops = [(geometry.top, i * geometry.span(geometry.top)) for i in range(slots // geometry.slots(geometry.top))]
        roomy, full = (Allocator(geometry, Params(w_max=w_max, protected_tokens=2**40)) for w_max in (2 * slots, slots))
        lives = []
        for _ in range(max(3, rounds // 3)):
            roomy.load(tops)
            full.load(tops)
            life = []
            for _, front in tops[1:9]:
                calls = row.max, partial(roomy.release, front), roomy.ingest, partial(full.ingest, release=True)
                life.append([timed(call) for call in calls])
            lives.append(life)
        fastest = np.array(lives)[:, 1:].min(axis=(0, 1)) / 1e3
        told = f"{fastest[0]:8.2f} {fastest[1]:9.2f} x {fastest[1] / fastest[0]:6.2f} {fastest[2]:8.2f}"
        print(f"{name:22} {slots:8} {told} {fastest[3]:9.2f} x {fastest[3] / fastest[2]:6.2f}", flush=True)


# COLD START AND MEMORY

START = """
import time
def now():
    return time.process_time() * 1e3
begin = now()
import numba
import numpy as np
there = now()
{}
print(there - begin, now() - there)
"""
FIRST_STEP = """
from focalloc import Action, Allocator, Geometry, Params
alloc = Allocator(Geometry((32, 32)), Params(w_max=8192))
alloc.load([(2, 0), (1, 1024), (0, 1056)])
alloc.step(np.zeros(alloc.used, np.float32))
"""
EMPTY = """
import sys
sys.path.insert(0, {!r})
from empty import empty
empty(np.zeros(1))
"""
IMPORT = "import time; begin = time.process_time(); import focalloc; print((time.process_time() - begin) * 1e3)"


def cold_start(rounds: int) -> None:
    """A fresh process with a warm cache, in milliseconds of its own time.

    The empty function shows what Numba's own way to a cached function takes. Bytecode has to be cached too, so not with
    PYTHONDONTWRITEBYTECODE.
    """

    def run(code: str) -> list[float]:
        done = subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True)
        return [float(part) for part in done.stdout.split()]

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "empty.py").write_text("import numba\n@numba.njit(cache=True)\ndef empty(x): return 0\n")
        codes = IMPORT, START.format(EMPTY.format(folder)), START.format(FIRST_STEP)
        for code in codes:
            run(code)
        turns = [[run(code) for code in codes] for _ in range(rounds)]
    imports, empty, ours = (np.array(column).min(axis=0) for column in zip(*turns, strict=True))
    print(
        f"\ncold start, ms: import focalloc {imports[0]:.0f}; import numba {ours[0]:.0f}; after that, the first call "
        f"of an empty compiled function {empty[1]:.0f}, our first step {ours[1]:.0f}"
    )


WARMUP = """
import time
import numpy as np
import focalloc.fastpath.kernels.calls
from focalloc import Allocator, Params
allocator = Allocator(params=Params(strategy="{}"))
begin = time.process_time()
allocator.warmup({})
print(time.process_time() - begin)
"""


def compiling() -> None:
    """The first `Allocator.warmup` on a machine, and one that finds all in the cache, in seconds of processor time."""

    def run(strategy: str, types: str, folder: str) -> float:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        command = [sys.executable, "-P", "-c", WARMUP.format(strategy, types)]
        return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)

    print(f"\n{'warmup, s of processor time':28} {'first':>8} {'first, float32':>15} {'cached':>8}")
    for strategy in STRATEGIES:
        with tempfile.TemporaryDirectory() as folder:
            first, again = run(strategy, "", folder), run(strategy, "", folder)
        with tempfile.TemporaryDirectory() as folder:
            narrow = run(strategy, "np.float32", folder)
        print(f"{strategy:28} {first:8.1f} {narrow:15.1f} {again:8.2f}")


def memory() -> None:
    """Bytes of a session's tables, and of its snapshot."""
    print(f"\n{'memory':22} {'slots':>8} {'bytes':>12} {'per slot':>9} {'snapshot':>10} {'as JSON':>10}")
    for name, (arity, cost) in GEOMETRIES.items():
        for slots in (256, SLOTS, 65_536):
            allocator = opened(slots, Geometry(arity, cost))
            tables = allocator._session()
            size = tables.tags.nbytes + tables.scratch.nbytes + tables.state.nbytes
            text = json.dumps(snapshot.to_json(allocator.state()))
            told = f"{len(allocator.snapshot()):10} {len(text):10}"
            print(f"{name:22} {slots:8} {size:12} {size / tables.capacity:9.1f} {told}")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="how often everything takes its turn")
    parser.add_argument("--only", choices=PARTS, help="one part only")
    parser.add_argument("--kind", choices=KINDS, action="append", help="of strategies, one only; may be repeated")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    parts = {
        "batch": partial(batch, chosen.rounds),
        "strategies": partial(strategies, chosen.rounds, chosen.kind or KINDS),
        "wrapped": partial(wrapped, chosen.rounds),
        "edits": partial(edits, chosen.rounds),
        "pins": partial(pins, chosen.rounds),
        "tokens": partial(tokens, chosen.rounds),
        "releases": partial(releases, chosen.rounds),
        "means": partial(means, chosen.rounds),
        "learned": partial(learned, chosen.rounds),
        "positions": partial(positions, chosen.rounds),
        "layout": partial(layout, chosen.rounds),
        "start": partial(cold_start, max(3, chosen.rounds // 10)),
        "compile": compiling,
        "memory": memory,
    }
    for name, part in parts.items():
        if chosen.only in (None, name):
            part()


if __name__ == "__main__":
    main()
