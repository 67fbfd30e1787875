"""``focalloc bench``: what a step costs, as a multiple of ``np.max`` over the same scores in the same run."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from focalloc.spec.blocks import Block
    from focalloc.spec.geometry import Geometry

SIZES = (256, 2048, 8192, 65536, 1_000_000)
PATTERNS = ("dense", "sparse", "quiet", "ties", "rising")
GEOMETRIES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "32,32": ((32, 32), ()),
    "2,2": ((2, 2), ()),
    "8,8,8": ((8, 8, 8), ()),
    "32,8,4 at 1,1,2,4": ((32, 8, 4), (1, 1, 2, 4)),
}
DTYPES = ("float32", "float64", "int32", "int64")
RUN = 32
"""Neighbouring slots that share a score in the patterns `dense` and `sparse`, as neighbouring tokens do in a text."""
LIFE = 64
"""Steps after which a session starts afresh, so that its context stays like the one it began with."""
REFERENCE_LIMIT = 10_000
"""Slots beyond which the reference is not run."""


@dataclass(frozen=True)
class Scenario:
    """What is measured.

    Attributes:
        slots: size of the context, about.
        pattern: what the scores are like, one of `PATTERNS`.
        geometry: one of `GEOMETRIES`.
        dtype: type of the scores, one of `DTYPES`.
        ingest: whether a block arrives before each step.
    """

    slots: int
    pattern: str = "dense"
    geometry: str = "32,32"
    dtype: str = "float32"
    ingest: bool = False


@dataclass(frozen=True)
class Figures:
    """Medians over a run, in nanoseconds; the reference and the partition are 0 where they were not run.

    Attributes:
        step: one step, and before it one ingest where the scenario has them.
        maximum: ``np.max`` over the same scores.
        partition: ``np.argpartition`` for the best and the worst ``n_diff`` of them, the usual way to begin.
        reference: one step of the reference.
        actions: actions per step, on average.
    """

    step: float
    maximum: float
    partition: float
    reference: float
    actions: float


def mixed_context(geometry: Geometry, slots: int, rng: random.Random) -> list[Block]:
    """A context of about ``slots`` slots, of which about half are raw tokens and the rest gists of all levels."""
    from focalloc.spec.actions import family
    from focalloc.spec.blocks import Block

    blocks: list[Block] = []
    taken = 0
    start = 0
    while taken < slots:
        row = [Block(geometry.top, start)]
        for level in range(geometry.top, 0, -1):
            chance = 0.5 * geometry.slots(level) / geometry.delta(level) if level < geometry.top else 0.1
            row = [
                child
                for block in row
                for child in (
                    family(geometry, block) if block.level == level and rng.random() < chance * 2 else (block,)
                )
            ]
        blocks += row
        taken += sum(geometry.slots(block.level) for block in row)
        start += geometry.spans[-1]
    return blocks


def score_rows(scenario: Scenario, slots: int) -> Iterator[NDArray[np.floating[Any]]]:
    """Endless rows of scores in floating point, each long enough for a context that grew."""
    import numpy as np

    rng = np.random.default_rng(slots)
    pool: list[NDArray[np.floating[Any]]] = []
    for _ in range(8):
        if scenario.pattern == "dense":
            row = np.repeat(rng.normal(0, 0.4, slots // RUN + 2), RUN)
        elif scenario.pattern == "sparse":
            row = np.repeat(np.where(rng.random(slots // RUN + 2) < 0.02, rng.normal(0, 2, slots // RUN + 2), 0), RUN)
        elif scenario.pattern == "quiet":
            row = rng.uniform(-0.15, 0.15, slots)
        elif scenario.pattern == "ties":
            row = np.full(slots, 1.0 if len(pool) % 2 else -1.0)
        else:
            row = np.linspace(-2, 2, slots)[:: 1 if len(pool) % 2 else -1]
        pool.append(row)
    while True:
        yield from pool


def measure(scenario: Scenario, seconds: float) -> Figures:
    """Run ``scenario`` for about ``seconds``."""
    import numpy as np

    from focalloc.fastpath.allocator import Allocator
    from focalloc.spec.geometry import Geometry
    from focalloc.spec.params import Params
    from focalloc.spec.scores import SCORE_SCALE

    arity, cost = GEOMETRIES[scenario.geometry]
    geometry = Geometry(arity, cost)
    context = mixed_context(geometry, scenario.slots, random.Random(scenario.slots))
    used = sum(geometry.slots(block.level) for block in context)
    params = Params(w_max=used + 2 * max(geometry.deltas))
    rows = [
        row.astype(scenario.dtype) if scenario.dtype.startswith("float") else (row * SCORE_SCALE).astype(scenario.dtype)
        for row, _ in zip(score_rows(scenario, used + 4096), range(8), strict=False)
    ]
    allocator = Allocator()
    steps: list[int] = []
    maxima: list[int] = []
    actions = 0
    deadline = perf_counter_ns() + int(seconds * 1e9)
    gc.disable()
    try:
        while len(steps) < 3 * LIFE or perf_counter_ns() < deadline:
            allocator.open(geometry, params, context)
            for i in range(LIFE):
                spent = 0
                if scenario.ingest:
                    before = perf_counter_ns()
                    allocator.ingest()
                    spent = perf_counter_ns() - before
                scores = rows[i % len(rows)][: allocator.used]
                if i % 2:  # whoever comes first warms the cache for the other
                    maxima.append(_timed(partial(np.max, scores)))
                before = perf_counter_ns()
                plan = allocator.step(scores)
                steps.append(spent + perf_counter_ns() - before)
                if not i % 2:
                    maxima.append(_timed(partial(np.max, scores)))
                actions += len(plan)
    finally:
        gc.enable()
    row = rows[0][:used]
    ends = (params.n_diff - 1, used - params.n_diff)
    partition = [_timed(lambda: np.argpartition(row, ends)) for _ in range(50)]
    return Figures(
        float(np.median(steps[LIFE:])),
        float(np.median(maxima[LIFE:])),
        float(np.median(partition)),
        _reference(geometry, params, context, rows) if used < REFERENCE_LIMIT else 0.0,
        actions / len(steps),
    )


def _timed(call: Callable[[], object]) -> int:
    before = perf_counter_ns()
    call()
    return perf_counter_ns() - before


def _reference(geometry: Geometry, params: Any, context: list[Block], rows: list[Any]) -> float:
    import numpy as np

    from focalloc.refimpl import ReferenceAllocator
    from focalloc.spec.scores import quantise

    reference = ReferenceAllocator()
    reference.open(geometry, params, context)
    times = []
    for row in rows[:3]:
        part = row[: reference.state.used].tolist()
        scores = [quantise(score) if isinstance(score, float) else score for score in part]
        times.append(_timed(partial(reference.step, scores)))
    return float(np.median(times))


def scenarios(sizes: tuple[int, ...]) -> list[Scenario]:
    """Every size; every pattern, geometry and type of scores at 8192 slots."""
    base = Scenario(8192)
    return [
        *(Scenario(slots) for slots in sizes),
        *(replace(base, pattern=pattern) for pattern in PATTERNS[1:]),
        *(replace(base, geometry=geometry) for geometry in list(GEOMETRIES)[1:]),
        *(replace(base, dtype=dtype) for dtype in DTYPES[1:]),
        replace(base, ingest=True),
    ]


def bench(
    slots: Annotated[list[int] | None, typer.Option(help="Size of the context; may be repeated.")] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="Time for each line.")] = 0.5,
) -> None:
    """Time a greedy step, called from Python, against np.max over the same scores."""
    from rich.table import Table

    from focalloc.cli.terminal import output, tracked

    lines = scenarios(tuple(slots or SIZES))
    table = Table(title="one greedy step")
    for heading in (
        "slots",
        "scores",
        "type",
        "geometry",
        "step",
        "np.max",
        "step / np.max",
        "argpartition",
        "reference",
    ):
        table.add_column(heading, justify="left" if heading in ("scores", "type", "geometry") else "right")
    for line in tracked(lines, len(lines), "measuring"):
        figures = measure(line, seconds)
        table.add_row(
            f"{line.slots:,}",
            line.pattern + (" + ingest" if line.ingest else ""),
            line.dtype,
            line.geometry,
            f"{figures.step / 1e3:.1f} us",
            f"{figures.maximum / 1e3:.1f} us",
            f"{figures.step / figures.maximum:.2f}",
            f"{figures.partition / figures.maximum:.1f}",
            f"{figures.reference / figures.maximum:,.0f}" if figures.reference else "",
        )
    output().print(table)
