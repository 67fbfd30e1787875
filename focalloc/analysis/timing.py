"""What ``focalloc bench`` measures: scenarios, their contexts and scores, and the clockwork.

A scenario is a session of `LIFE` steps that is lived again and again. Since it is the same every time, each of its
steps is taken at its fastest, which is what other processes on the machine disturb least; `np.max` likewise.
"""

from __future__ import annotations

import gc
import importlib.util
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from focalloc.spec.blocks import Block
    from focalloc.spec.geometry import Geometry
    from focalloc.spec.params import Params

STRATEGIES: dict[str, dict[str, Any]] = {
    "greedy": {},
    "enhanced": {"strategy": "enhanced", "adaptive_window": 8, "balance": 1, "tie_break": "recency"},
    "knapsack": {"strategy": "knapsack"},
    "hybrid": {"strategy": "hybrid"},
    "multi_objective": {"strategy": "multi_objective"},
    "hierarchical": {"strategy": "hierarchical"},
    "hierarchical_by_price": {"strategy": "hierarchical", "region_share": "price"},
    "projection": {"strategy": "projection"},
    "learned": {},
}
"""Name of a strategy with a fast path -> the parameters that choose it; one line per strategy. `learned` is the policy
that ships, for which greedy stands in."""

PATTERNS = ("dense", "sparse", "quiet", "ties", "noise", "rising", "saw")
"""Kinds of scores; the last two are made to mislead whoever keeps the best so far, or the best chunk so far."""

GEOMETRIES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "32,32": ((32, 32), ()),
    "2,2": ((2, 2), ()),
    "8,8,8": ((8, 8, 8), ()),
    "32,8,4 at 1,1,2,4": ((32, 8, 4), (1, 1, 2, 4)),
}
DTYPES = ("float32", "float64", "int32", "int64")
ROWS = 8
"""Rows of scores that the steps of a session take in turns."""
RUN = 32
"""Neighbouring slots that share a score in the patterns `dense` and `sparse`, as neighbouring tokens do in a text."""
LIFE = 33
"""Steps of a session, the first of which, on memory that nobody has touched, is not counted."""
LEAST_LIVES = 3
REFERENCE_LIMIT = 10_000
"""Slots beyond which the reference, whose cost hardly depends on the scores, is not run; nor is it but on `dense`."""
STREAM = 2**26
"""Scores, far more than any cache holds, over which the bandwidth of the memory is taken."""


@dataclass(frozen=True)
class Scenario:
    """What is measured.

    Attributes:
        slots: size of the context, about.
        pattern: what the scores are like, one of `PATTERNS`.
        geometry: one of `GEOMETRIES`.
        dtype: type of the scores, one of `DTYPES`.
        strategy: one of `STRATEGIES`.
        ingest: whether a block arrives before each step.
    """

    slots: int
    pattern: str = "dense"
    geometry: str = "32,32"
    dtype: str = "float32"
    strategy: str = "greedy"
    ingest: bool = False


@dataclass(frozen=True)
class Figures:
    """Nanoseconds on average over the steps of a session, each at its fastest; 0 for what was not run.

    Attributes:
        step: one step.
        worst: the dearest of the steps.
        ingest: the ingest before a step.
        maximum: ``np.max`` over the same scores.
        partition: ``np.argpartition`` for the best and the worst ``n_diff`` scores and sorting those in Python, the
            usual way to begin, before any rule is looked at.
        torch: ``torch.topk`` for the same, where torch is installed.
        reference: one step of the reference.
        actions: actions per step.
    """

    step: float
    worst: float
    ingest: float
    maximum: float
    partition: float
    torch: float
    reference: float
    actions: float


SIZES = (256, 2048, 8192, 65536, 1_000_000)
"""Slots of the contexts that are timed."""


def scenarios(strategy: str, sizes: Sequence[int]) -> list[Scenario]:
    """Every size with every pattern; at 8192 slots, or the first size, every geometry, every type, and ingest too."""
    base = Scenario(8192 if 8192 in sizes else sizes[0], strategy=strategy)
    return list(
        dict.fromkeys(
            [
                *(replace(base, slots=slots, pattern=pattern) for slots, pattern in product(sizes, PATTERNS)),
                *(
                    replace(base, pattern=pattern, geometry=geometry)
                    for geometry, pattern in product(GEOMETRIES, PATTERNS)
                ),
                *(replace(base, dtype=dtype) for dtype in DTYPES),
                *(replace(base, geometry=geometry, ingest=True) for geometry in GEOMETRIES),
            ]
        )
    )


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


def score_rows(pattern: str, slots: int) -> Iterator[NDArray[np.floating[Any]]]:
    """`ROWS` rows of scores in floating point."""
    import numpy as np

    rng = np.random.default_rng(slots)
    for i in range(ROWS):
        turn = 1 if i % 2 else -1
        if pattern == "dense":
            yield np.repeat(rng.normal(0, 0.4, slots // RUN + 1), RUN)[:slots]
        elif pattern == "sparse":
            heat = np.where(rng.random(slots // RUN + 1) < 0.02, rng.normal(0, 2, slots // RUN + 1), 0)
            yield np.repeat(heat, RUN)[:slots]
        elif pattern == "quiet":
            yield rng.uniform(-0.15, 0.15, slots)
        elif pattern == "ties":
            yield np.full(slots, float(turn))
        elif pattern == "noise":
            yield rng.normal(0, 0.4, slots)
        elif pattern == "rising":
            yield np.linspace(-2, 2, slots)[::turn]
        else:
            yield (np.arange(slots) % 128 / 64.0 - 1)[::turn]


def terms(scenario: Scenario) -> tuple[Geometry, Params, list[Block]]:
    """Geometry, parameters and context of a scenario; two blocks fit in that are not there."""
    from focalloc.spec.geometry import Geometry
    from focalloc.spec.params import Params

    geometry = Geometry(*GEOMETRIES[scenario.geometry])
    context = mixed_context(geometry, scenario.slots, random.Random(scenario.slots))
    used = sum(geometry.slots(block.level) for block in context)
    params = Params(w_max=used + 2 * max(geometry.deltas), **STRATEGIES[scenario.strategy])
    return geometry, params, context


def measure(scenario: Scenario, seconds: float) -> Figures:
    """Run ``scenario`` for about ``seconds``."""
    import numpy as np

    from focalloc.fastpath.allocator import Allocator
    from focalloc.spec.scores import SCORE_SCALE

    geometry, params, context = terms(scenario)
    scale = 1 if scenario.dtype.startswith("float") else SCORE_SCALE
    rows = [(row * scale).astype(scenario.dtype) for row in score_rows(scenario.pattern, params.w_max)]
    allocator = Allocator(strategy="learned") if scenario.strategy == "learned" else Allocator()
    lives: list[list[tuple[int, int, int]]] = []
    actions = 0
    deadline = perf_counter_ns() + int(seconds * 1e9)
    gc.disable()
    try:
        while len(lives) < LEAST_LIVES or perf_counter_ns() < deadline:
            allocator.open(geometry, params, context)
            life = []
            for i in range(LIFE):
                spent = timed(allocator.ingest) if scenario.ingest else 0
                scores = rows[i % ROWS][: allocator.used]
                maximum = partial(np.max, scores)
                first = timed(maximum) if i % 2 else 0  # whoever comes first warms the cache for the other
                before = perf_counter_ns()
                plan = allocator.step(scores)
                step = perf_counter_ns() - before
                life.append((step, first or timed(maximum), spent))
                actions += len(plan)
            lives.append(life)
    finally:
        gc.enable()
    fastest = np.array(lives).min(axis=0)[1:]
    used = sum(geometry.slots(block.level) for block in context)
    few = [row[:used] for row in rows]
    plain = scenario.pattern == PATTERNS[0] and not scenario.ingest
    step, maximum, ingest = fastest.mean(axis=0).tolist()
    return Figures(
        step=step,
        worst=float(fastest[:, 0].max()),
        ingest=ingest,
        maximum=maximum,
        partition=_over(few, partial(_partition, params.n_diff)),
        torch=_over(few, _topk(params.n_diff)) if plain and importlib.util.find_spec("torch") else 0.0,
        reference=_reference(scenario, few) if plain and used < REFERENCE_LIMIT else 0.0,
        actions=actions / len(lives) / LIFE,
    )


def timed(call: Callable[[], object]) -> int:
    """Nanoseconds that ``call`` takes."""
    before = perf_counter_ns()
    call()
    return perf_counter_ns() - before


def bandwidth() -> float:
    """Bytes per nanosecond that `np.max` reads where no cache helps."""
    import numpy as np

    scores = np.ones(STREAM, np.float32)  # written to: pages of zeros that nobody wrote to are all one page
    return scores.nbytes / min(timed(partial(np.max, scores)) for _ in range(5))


def _over(rows: list[Any], call: Callable[[Any], object], times: int = 5) -> float:
    """What ``call`` takes for a row, each row at its fastest."""
    return sum(min(timed(partial(call, row)) for _ in range(times)) for row in rows) / len(rows)


def _partition(n_diff: int, row: NDArray[Any]) -> object:
    import numpy as np

    n_diff = min(n_diff, len(row) // 2)
    order = np.argpartition(row, (n_diff - 1, len(row) - n_diff))
    worst, best = order[:n_diff].tolist(), order[-n_diff:].tolist()
    return sorted(worst, key=row.__getitem__), sorted(best, key=row.__getitem__)


def _topk(n_diff: int) -> Callable[[Any], object]:
    import torch

    def both(row: NDArray[Any]) -> object:
        scores = torch.from_numpy(row)
        return torch.topk(scores, n_diff), torch.topk(scores, n_diff, largest=False)

    return both


def _reference(scenario: Scenario, rows: list[Any]) -> float:
    """A step of the reference, which is long enough to be timed once."""
    from focalloc.refimpl import ReferenceAllocator
    from focalloc.spec.scores import quantise

    reference = ReferenceAllocator()
    reference.open(*terms(scenario))
    row = [quantise(score) if isinstance(score, float) else score for score in rows[0].tolist()]
    if scenario.strategy != "learned":
        return float(timed(partial(reference.step, row)))

    from focalloc.fastpath.learned import SHIPPED
    from focalloc.fastpath.policy_file import load
    from focalloc.refimpl.policy import learned

    return float(timed(partial(learned, load(SHIPPED), reference.state, row)))
