"""The variants of the optimum: what they cost, how far from the optimum they are, and the front of their objectives.

Run ``python benchmarks/variants.py``; ``--png PATH`` draws the front (needs the extra viz). Times are the best of
several runs of one iteration, as multiples of greedy's in the same run; utilities are sums over the same iterations.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from time import perf_counter_ns
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from focalloc.cli.timing import mixed_context
from focalloc.fastpath.allocator import Allocator
from focalloc.spec import Action, Block, Geometry, Params, quantise
from focalloc.spec.blocks import used
from focalloc.spec.objective import nearness

GEOMETRIES = {
    "32,32": Geometry(),
    "2,2": Geometry((2, 2)),
    "32,8,4 at 1,1,2,4": Geometry((32, 8, 4), (1, 1, 2, 4)),
    "4,3,3 at 1,1,2,4": Geometry((4, 3, 3), (1, 1, 2, 4)),
}
STRATEGIES = ("greedy", "hybrid", "multi_objective", "hierarchical", "knapsack")
SLOTS = 8192
ROWS = 12
REPEATS = 5
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


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
    print(f"{'geometry':20} {'n_diff':>6} {'strategy':>16} {'time':>7} {'of optimum':>11} {'below bound':>12}")
    for (name, geometry), n_diff in product(GEOMETRIES.items(), (4, 64)):
        context = mixed_context(geometry, SLOTS, random.Random(SLOTS))
        slots = used(geometry, context)
        params = Params(w_max=slots + 2 * max(geometry.deltas), n_diff=n_diff)
        rows = rows_of(slots)
        found = {}
        for strategy in STRATEGIES:
            own = replace(params, strategy=strategy)
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
            print(f"{name:20} {n_diff:6} {strategy:>16} {cost:7.1f} {mine / best:11.2%} {gap:12.3%}", flush=True)


# THE FRONT


class Point(NamedTuple):
    """What weights lead to, on average over the iterations: the first is best high, the others low.

    Attributes:
        utility: utility of the actions, in scores.
        actions: actions.
        distance: slots between final use and target.
        far: how far from the cursor the actions are: 1 less their mean nearness, which is 1 at the cursor.
        weights: churn, cursor, budget.
    """

    utility: float
    actions: float
    distance: float
    far: float
    weights: tuple[float, float, float]

    def dominates(self, other: Point) -> bool:
        """Whether this point is nowhere worse than another and somewhere better."""
        mine, theirs = ((-one.utility, one.actions, one.distance, one.far) for one in (self, other))
        return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))


def points() -> Iterator[Point]:
    """One point for each of the weights, on the usual geometry with a target of 31 slots more than are used."""
    geometry = Geometry()
    context = mixed_context(geometry, 2048, random.Random(2048))
    slots = used(geometry, context)
    plain = Params(w_max=slots + 124, n_diff=8, strategy="multi_objective", budget_target=slots + 31)
    rows = rows_of(slots)
    allocator = Allocator(geometry, plain)
    for churn, cursor, budget in product(WEIGHTS, WEIGHTS, (0.0, 0.001, 0.01, 0.1)):
        params = replace(
            plain, churn_weight=quantise(churn), cursor_weight=quantise(cursor), budget_weight=quantise(budget)
        )
        worth = actions = distance = 0
        near: list[float] = []
        for row in rows:
            allocator.open(geometry, params, context)
            state = replace(allocator.state(), params=replace(params, cursor_weight=quantise(1.0)))
            plan = allocator.step(row)
            worth += utility(geometry, context, row, plan.actions)
            actions += len(plan)
            distance += abs(allocator.used - params.goal)
            near += [nearness(state, action) / quantise(1.0) for action in plan]
        far = 1 - sum(near) / len(near) if near else 1.0
        yield Point(
            worth / ROWS / quantise(1.0), actions / ROWS, distance / ROWS, far, weights=(churn, cursor, budget)
        )


def front(several: Sequence[Point]) -> list[Point]:
    """The points that no other dominates, each once, the most useful first."""
    one_each = list({point[:4]: point for point in reversed(several)}.values())
    best = [point for point in one_each if not any(other.dominates(point) for other in one_each)]
    return sorted(best, key=lambda point: -point.utility)


def print_front(several: Sequence[Point]) -> None:
    """The front as a table."""
    best = front(several)
    print(f"\nfront: {len(best)} of {len(several)} weights")
    print(f"{'churn':>6} {'cursor':>6} {'budget':>6} {'utility':>9} {'actions':>8} {'off target':>10} {'far':>6}")
    for point in best:
        churn, cursor, budget = point.weights
        print(
            f"{churn:6.2f} {cursor:6.2f} {budget:6.3f} {point.utility:9.3f} {point.actions:8.2f} "
            f"{point.distance:10.1f} {point.far:6.3f}"
        )


def draw_front(several: Sequence[Point], path: str) -> None:
    """The front as a picture: utility against actions, coloured by distance from the target."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    axes.scatter([p.actions for p in several], [p.utility for p in several], s=12, c="lightgrey", label="dominated")
    best = front(several)
    shown = axes.scatter([p.actions for p in best], [p.utility for p in best], s=28, c=[p.distance for p in best])
    figure.colorbar(shown, label="slots off target")
    axes.set(xlabel="actions per iteration", ylabel="utility per iteration", title="Front over a sweep of weights")
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--only", choices=["optimum", "front"], help="one table only")
    parser.add_argument("--png", help="where to draw the front")
    chosen = parser.parse_args()
    if chosen.only in (None, "optimum"):
        against_the_optimum()
    if chosen.only in (None, "front") or chosen.png:
        several = list(points())
        print_front(several)
        if chosen.png:
            draw_front(several, chosen.png)


if __name__ == "__main__":
    main()
