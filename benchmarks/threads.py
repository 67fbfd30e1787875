"""Threads that each own an allocator: what two do in the time in which one does as much of its own.

Run ``python benchmarks/threads.py``, with an interpreter that has the lock, and with one that was built without it,
where Numba can be had for that. One thread and two take turns, and each is taken at its fastest.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
from dataclasses import replace
from functools import partial

import numpy as np

from focalloc import Allocator, Geometry, Params
from focalloc.analysis.timing import STRATEGIES, mixed_context, score_rows, timed

GEOMETRY = Geometry((32, 32))
SIZES = (1024, 8192, 32_768)
MICROSECONDS = 50_000
"""How long a turn takes, about, so that starting threads hardly counts."""


class Owner:
    """A thread's own session, and scores for it.

    Args:
        strategy: one of `STRATEGIES`.
        slots: of the context, about.
    """

    def __init__(self, strategy: str, slots: int) -> None:
        context = mixed_context(GEOMETRY, slots, random.Random(slots))
        used = sum(GEOMETRY.slots(block.level) for block in context)
        params = replace(Params(w_max=used + 2 * max(GEOMETRY.deltas)), **STRATEGIES[strategy])
        self.allocator = Allocator(GEOMETRY, params, "learned" if strategy == "learned" else None)
        self.allocator.warmup(np.float32)
        self.allocator.load(context)
        self.rows = [row.astype(np.float32) for row in score_rows("dense", 2 * slots)]

    def steps(self, turns: int) -> None:
        """Take so many steps for each row."""
        allocator = self.allocator
        for _ in range(turns):
            for row in self.rows:
                allocator.step(row[: allocator.used])


def side_by_side(owners: list[Owner], turns: int) -> None:
    """Have each owner's thread take its steps."""
    threads = [threading.Thread(target=owner.steps, args=(turns,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Print what a step takes with one thread and with two, and how much more two do."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often everything takes its turn")
    parser.add_argument("--strategy", choices=STRATEGIES, action="append", help="these only; may be repeated")
    chosen = parser.parse_args()
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"{'with' if has_lock else 'without'} the interpreter lock, Python {sys.version.split()[0]}")
    print(f"{'us a step':24} {'slots':>8} {'1 thread':>9} {'2 threads':>10} {'ratio':>6}")
    for strategy in chosen.strategy or STRATEGIES:
        for slots in SIZES:
            owners = [Owner(strategy, slots) for _ in range(2)]
            for owner in owners:
                owner.steps(10)
            steps = len(owners[0].rows)
            turns = max(1, round(MICROSECONDS / (min(timed(partial(owners[0].steps, 1)) for _ in range(9)) / 1e3)))
            ways = (owners[:1], owners)
            taken = [[timed(partial(side_by_side, way, turns)) for way in ways] for _ in range(chosen.rounds)]
            one, two = (min(column) / 1e3 / turns / steps for column in zip(*taken, strict=True))
            print(f"{strategy:24} {slots:8} {one:9.1f} {two / 2:10.1f} {2 * one / two:6.2f}", flush=True)


if __name__ == "__main__":
    main()
