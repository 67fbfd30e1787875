"""The variants of the optimum: what they cost, and how far from the optimum they are.

Run ``python benchmarks/variants.py``. Times are the best of several runs of one iteration, as multiples of greedy's in
the same run; utilities are sums over the same iterations. What several objectives trade for each other is shown by
``focalloc front``.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from time import perf_counter_ns
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.analysis.timing import mixed_context
from focalloc.fastpath.allocator import Allocator
from focalloc.spec import Action, Block, Geometry, Params, quantise
from focalloc.spec.blocks import used

GEOMETRIES = {
    "32,32": Geometry(),
    "2,2": Geometry((2, 2)),
    "32,8,4 at 1,1,2,4": Geometry((32, 8, 4), (1, 1, 2, 4)),
    "4,3,3 at 1,1,2,4": Geometry((4, 3, 3), (1, 1, 2, 4)),
}
BY_PRICE = "hierarchical by price"
STRATEGIES = ("greedy", "hybrid", "multi_objective", "hierarchical", BY_PRICE, "knapsack")
SLOTS = 8192
ROWS = 12
REPEATS = 5


class Run(NamedTuple):
    """One iteration: what it chose, what that is worth, and the time of the fastest of several runs in nanoseconds."""

    actions: Sequence[Action]
    utility: int
    used: int
    time: int


def rows_of(slots: int) -> list[NDArray[np.float32]]:
    """Scores of neighbours that are alike, different each time."""
    rng = np.random.default_rng(7)
    return [np.repeat(rng.normal(0, 0.5, slots // 8 + 1), 8)[:slots].astype(np.float32) for _ in range(ROWS)]


def utility(geometry: Geometry, context: Sequence[Block], row: NDArray[np.float32], actions: Sequence[Action]) -> int:
    """The utility of actions by its definition (SCO-3, KNA)."""
    fixed = np.rint(row.astype(np.float64) * quantise(1.0)).astype(np.int64)
    begins = np.cumsum([0, *(geometry.slots(block.level) for block in context)])
    at = {block.start: int(slot) for block, slot in zip(context, begins, strict=False)}
    total = 0
    for kind, level, start in actions:
        width = geometry.slots(level)
        if kind == "collapse":
            width = geometry.fanout(level) * geometry.slots(level - 1)
        total += abs(int(fixed[at[start] : at[start] + width].sum()) // width)
    return total


def iteration(geometry: Geometry, params: Params, context: Sequence[Block], row: NDArray[np.float32]) -> Run:
    """The first iteration on ``row``, by a fresh allocator each time."""
    allocator = Allocator(geometry, params)
    best = 0
    for _ in range(REPEATS):
        allocator.open(geometry, params, context)
        before = perf_counter_ns()
        plan = allocator.step(row)
        took = perf_counter_ns() - before
        best = min(best or took, took)
    return Run(plan.actions, utility(geometry, context, row, plan.actions), allocator.used, best)


def against_the_optimum() -> None:
    """Cost and utility of each variant, and the gap between the optimum and its relaxation."""
    print(f"{'geometry':20} {'n_diff':>6} {'strategy':>21} {'time':>7} {'of optimum':>11} {'below bound':>12}")
    for (name, geometry), n_diff in product(GEOMETRIES.items(), (4, 64)):
        context = mixed_context(geometry, SLOTS, random.Random(SLOTS))
        slots = used(geometry, context)
        params = Params(w_max=slots + 2 * max(geometry.deltas), n_diff=n_diff)
        rows = rows_of(slots)
        found = {}
        for strategy in STRATEGIES:
            own = replace(params, strategy=strategy.partition(" ")[0])
            if strategy == BY_PRICE:
                own = replace(own, region_share="price")
            if strategy == "multi_objective":
                weight = quantise(0.05)
                own = replace(own, churn_weight=weight, cursor_weight=weight, budget_weight=weight // 100)
            iteration(geometry, own, context, rows[0])
            found[strategy] = [iteration(geometry, own, context, row) for row in rows]
        allocator = Allocator(geometry, params)
        allocator.open(geometry, params, context)
        bound = sum(allocator.relaxation(row).bound for row in rows)
        best = sum(run.utility for run in found["knapsack"])
        unit = sum(run.time for run in found["greedy"])
        for strategy, runs in found.items():
            mine = sum(run.utility for run in runs)
            cost = sum(run.time for run in runs) / unit
            gap = float((bound - mine) / bound)
            print(f"{name:20} {n_diff:6} {strategy:>21} {cost:7.1f} {mine / best:11.2%} {gap:12.3%}", flush=True)


if __name__ == "__main__":
    argparse.ArgumentParser(description=against_the_optimum.__doc__).parse_args()
    against_the_optimum()
