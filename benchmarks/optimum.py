"""The exact optimum and the projection against greedy, against general solvers, and on instances made to be hard.

Run ``python benchmarks/optimum.py``; the solvers need scipy (HiGHS) and ortools (CP-SAT), and are left out otherwise.
All figures are microseconds from one run on one machine; compare them with each other only.
"""

from __future__ import annotations

import argparse
import random
import warnings
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focalloc.analysis.timing import mixed_context
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Plan
from focalloc.refimpl.candidates import Choice, choices
from focalloc.spec import Action, Block, Geometry, Params, State, opened, quantise
from focalloc.spec.actions import consumed
from focalloc.spec.blocks import used

GEOMETRIES = {
    "32,32 (equal)": Geometry(),
    "8,8 (equal)": Geometry((8, 8)),
    "2,2 (equal)": Geometry((2, 2)),
    "32,8,4 at 1,1,2,4": Geometry((32, 8, 4), (1, 1, 2, 4)),
    "4,3,3 at 1,1,2,4": Geometry((4, 3, 3), (1, 1, 2, 4)),
    "16,32 at 1,1,2": Geometry((16, 32), (1, 1, 2)),
}


LIVES = 5


def timed(call: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Microseconds that a call took, and its result."""
    before = perf_counter_ns()
    result = call(*arguments)
    return (perf_counter_ns() - before) / 1000, result


def against_greedy(rounds: int) -> None:
    """Sessions of 8192 slots, each strategy in a session of its own, on scores from the same source, in turns."""
    names = ("optimum", "projection", "by logits")
    print(f"\n{'8192 slots':22} {'n_diff':>6} {'greedy':>8}" + "".join(f" {name:>11} {'ratio':>6}" for name in names))
    for name, geometry in GEOMETRIES.items():
        context = mixed_context(geometry, 8192, random.Random(8192))
        slots = used(geometry, context)
        for n_diff in (4, 64):
            params = Params(w_max=slots + 2 * max(geometry.deltas), n_diff=n_diff)
            greedy, *others = side_by_side(geometry, params, context, rounds)
            told = "".join(f" {other:11.1f} {other / greedy:6.2f}" for other in others)
            print(f"{name:22} {n_diff:6} {greedy:8.1f}{told}", flush=True)


def side_by_side(geometry: Geometry, params: Params, context: list[Block], rounds: int) -> list[float]:
    """Microseconds of a step by greedy, the optimum, projection of scores and projection of logits.

    Each session is lived `LIVES` times and each of its steps is taken at its fastest, since other processes only add
    to it; the average leaves out the first fifth.
    """
    strategies = ("greedy", "knapsack", "projection", "projection")
    allocators = [Allocator(geometry, replace(params, strategy=strategy)) for strategy in strategies]
    lives = []
    for _ in range(LIVES):
        rng = np.random.default_rng(1)
        for allocator in allocators:
            allocator.load(context)
        life = []
        for _ in range(rounds):
            turn = []
            for allocator in allocators[:-1]:
                scores = rng.normal(0, 0.5, allocator.used).astype(np.float32)
                turn.append(timed(allocator.step, scores)[0])
            logits = rng.normal(0, 0.5, (len(allocators[-1].levels), 3)).astype(np.float32)
            turn.append(timed(allocators[-1].prefer, logits)[0])
            life.append(turn)
        lives.append(life)
    fastest = np.array(lives).min(axis=0)[rounds // 5 :].mean(axis=0)
    return [float(time) for time in fastest]


# AGAINST GENERAL SOLVERS, on one iteration each


def instance(candidates: int, n_diff: int, kind: str, seed: int) -> tuple[State, NDArray[np.int64]]:
    """An iteration with about that many candidates of six classes, with little room, with some, or over budget."""
    geometry = Geometry((32, 32, 32), (1, 1, 2, 32))
    rng = random.Random(seed)
    context: list[Block] = []
    top = geometry.span(3)
    while len(context) < candidates * 4 // 3:
        at = context[-1].start + geometry.span(context[-1].level) if context else 0
        level = rng.choice([0, 1, 1, 2, 2, 3]) if at % top == 0 else rng.choice([0, 1, 1, 2])
        while at % geometry.span(level) or at % geometry.span(min(level + 1, 3)) + geometry.span(level) > top:
            level -= 1
        context.append(Block(level, at))
    scores: list[int] = []
    for block in context:
        sign = -1 if block.level == 0 else rng.choice([1, 1, -1])
        score = sign * quantise(0.2 + abs(rng.gauss(0, 0.3))) // (3 if sign < 0 else 1)
        scores += [score] * geometry.slots(block.level)
    slots = used(geometry, context)
    room = {"tight": 17, "some": 20 * n_diff, "over": -31 * max(1, n_diff // 4)}[kind]
    params = Params(strategy="knapsack", w_max=slots + room, n_diff=n_diff, tau_expand=0, tau_collapse=0)
    return opened(geometry, params, context), np.array(scores)


def rows_of(state: State, found: list[Choice]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The constraints as rows and bounds: the cap, the budget, and one row for each conflict."""
    rows = [np.ones(len(found)), np.array([choice.delta for choice in found], float)]
    most = [float(state.params.n_diff), float(state.params.w_max - state.used)]
    by_action = {choice.action: i for i, choice in enumerate(found)}
    for i, choice in enumerate(found):
        if choice.action.kind == "collapse":
            for member in consumed(state.geometry, choice.action):
                j = by_action.get(Action("expand", *member))
                if j is not None:
                    row = np.zeros(len(found))
                    row[i] = row[j] = 1
                    rows.append(row)
                    most.append(1.0)
    return np.array(rows), np.array(most)


def by_highs(values: NDArray[np.int64], rows: NDArray[np.float64], most: NDArray[np.float64]) -> int | None:
    """The optimum by HiGHS."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    answer = milp(
        -values.astype(float),
        constraints=LinearConstraint(rows, -np.inf, most),
        integrality=np.ones(len(values)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return None if answer.x is None else int(values @ np.round(answer.x).astype(int))


def by_cp_sat(values: NDArray[np.int64], rows: NDArray[np.float64], most: NDArray[np.float64]) -> int | None:
    """The optimum by CP-SAT on one worker."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in values]
    for row, bound in zip(rows, most, strict=True):
        used_here = np.flatnonzero(row)
        weights = row[used_here].astype(int).tolist()
        model.add(cp_model.LinearExpr.weighted_sum([x[i] for i in used_here], weights) <= int(bound))
    model.maximize(cp_model.LinearExpr.weighted_sum(x, values.tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return round(solver.objective_value) if solver.solve(model) == cp_model.OPTIMAL else None


def lived_again(allocator: Allocator, scores: NDArray[np.int64], rounds: int) -> tuple[list[float], Plan]:
    """Microseconds of one and the same step each time, on memory that has been touched, and its plan."""
    tables = (allocator._tables.tags, allocator._tables.scratch, allocator._tables.state)
    kept = [table.copy() for table in tables]
    times = []
    for _ in range(rounds):
        for table, before in zip(tables, kept, strict=True):
            table[:] = before
        took, plan = timed(allocator.step, scores)
        times.append(took)
    return times, plan


def against_solvers() -> None:
    """The same iterations by the fast path (the whole step, scores to context) and by solvers (the model only)."""
    solvers = {"HiGHS": by_highs, "CP-SAT": by_cp_sat}
    print(f"\n{'candidates':>10} {'n_diff':>6} {'room':>6} {'optimum':>8}  solvers, times as slow")
    for size in (1000, 8000):
        for n_diff in (4, 64):
            for kind in ("tight", "some", "over"):
                state, scores = instance(size, n_diff, kind, 1)
                found = choices(state, scores.tolist())
                values = np.array([abs(choice.aggregate) for choice in found])
                known = {choice.action: abs(choice.aggregate) for choice in found}
                fast = Allocator()
                fast.open(state.geometry, state.params, state.context)
                times, plan = lived_again(fast, scores, 20)
                utility = sum(known[action] for action in plan)
                rows, most = rows_of(state, found)
                line = ""
                for name, solver in solvers.items():
                    try:
                        took, optimum = timed(solver, values, rows, most)
                    except ModuleNotFoundError:
                        line += f"  {name} not installed"
                        continue
                    verdict = "same optimum" if optimum == utility else f"DIFFERENT OPTIMUM {optimum} != {utility}"
                    line += f"  {name} {took / median(times):,.0f} ({verdict})"
                print(f"{len(found):10} {n_diff:6} {kind:>6} {median(times):8.1f} {line}", flush=True)


# HARD INSTANCES


def hard_scores(geometry: Geometry, context: tuple[Block, ...], kind: str, rng: random.Random) -> list[int]:
    """Scores that leave the bounds of the search little to cut."""
    scores: list[int] = []
    for i, block in enumerate(context):
        delta = geometry.delta(max(1, block.level))
        value = {
            "ties": 5,
            "proportional": 1000 * delta,
            "nearly proportional": 1000 * delta + rng.randint(0, 30),
            "torn families": 1000 + rng.randint(0, 30) if i % 8 else -30_000,
            "noise": rng.randint(1, 2**20),
        }[kind]
        sign = -1 if block.level == 0 else 1
        scores += [sign * value] * geometry.slots(block.level)
    return scores


def hard() -> None:
    """One iteration on instances made to be hard, at a cap of 64."""
    print(f"\n{'hard, n_diff 64':22} {'scores':>20} {'room':>7} {'greedy':>8} {'optimum':>8} {'ratio':>6} {'space':>6}")
    for name, geometry in GEOMETRIES.items():
        context = opened(geometry, Params(), mixed_context(geometry, 8192, random.Random(8192))).context
        slots = used(geometry, context)
        for kind in ("ties", "proportional", "nearly proportional", "torn families", "noise"):
            scores = np.array(hard_scores(geometry, context, kind, random.Random(3)))
            worst: tuple[float, ...] = (0.0,)
            for room in (-200, -17, 0, 17, 100, 400, 1000):
                params = Params(w_max=max(1, slots + room), n_diff=64, tau_expand=0, tau_collapse=0)
                cost = {}
                space = 0
                for strategy in ("greedy", "knapsack"):
                    fast = Allocator()
                    fast.open(geometry, replace(params, strategy=strategy), context)
                    fast.step(scores)
                    times = []
                    for _ in range(7):
                        work = fast._run_step
                        fast.open(geometry, replace(params, strategy=strategy), context)
                        fast._run_step = work  # space that has grown stays
                        times.append(timed(fast.step, scores)[0])
                    cost[strategy] = median(times)
                    if strategy == "knapsack":
                        space = fast._run_step.__self__.space  # type: ignore[attr-defined]
                ratio = cost["knapsack"] / cost["greedy"]
                worst = max(worst, (ratio, room, cost["greedy"], cost["knapsack"], space))
            ratio, room, greedy, optimum, space = worst
            print(f"{name:22} {kind:>20} {room:7} {greedy:8.1f} {optimum:8.1f} {ratio:6.1f} {space:6}", flush=True)


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="steps per session")
    parser.add_argument("--only", choices=["greedy", "solvers", "hard"], help="one table only")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    if chosen.only in (None, "greedy"):
        against_greedy(chosen.rounds)
    if chosen.only in (None, "solvers"):
        against_solvers()
    if chosen.only in (None, "hard"):
        hard()


if __name__ == "__main__":
    main()
