"""`Allocator.warmup` leaves nothing to compile."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, Geometry, InvalidInput, Params

PROBE = """
import sys
from typing import Any
from dataclasses import replace
import numpy as np
from numba.core import event
from focalloc import Allocator, Geometry, Params

enhanced = {"strategy": "enhanced", "tie_break": "recency", "adaptive_window": 2, "balance": 1}
more = enhanced if sys.argv[1] == "enhanced" else {}
alloc = Allocator(Geometry((4, 3), (1, 1, 2)), Params(w_max=40, **more), strategy=sys.argv[1])
if sys.argv[2] == "warm":
    alloc.warmup()
with event.install_recorder("numba:compile") as compiled:
    for kind, w_max in zip((np.float32, np.float64, np.int32, np.int64) * 2, (40,) * 4 + (2**16,) * 4):
        alloc.open(alloc.geometry, replace(alloc.params, w_max=w_max), [(2, 0), (1, 12), (0, 16), (1, 20)])
        scores = np.zeros(alloc.used, kind)
        scores[:] = np.arange(alloc.used) - 3
        alloc.step(scores)
        for _ in range(12):
            alloc.ingest(1, np.arange(alloc.used).astype(kind))
        alloc.step([0.5] * alloc.used)
        alloc.step(np.zeros(len(alloc.levels), kind), per_block=True)
        alloc.apply(())
        if sys.argv[1] == "projection":
            alloc.prefer(np.zeros((len(alloc.levels), 3), kind))
        alloc.restore(alloc.snapshot())
print(len(compiled.buffer))
"""


def compilations(strategy: str, warm: str, cache: str) -> int:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE, strategy, warm],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"NUMBA_CACHE_DIR": cache},
    )
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["greedy", "enhanced", "knapsack", "projection", "learned"])
def test_nothing_is_compiled_after_it(strategy: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert compilations(strategy, "cold", str(tmp_path_factory.mktemp("cold"))) > 0
    assert compilations(strategy, "warm", str(tmp_path_factory.mktemp("warm"))) == 0


@pytest.mark.parametrize("strategy", ["greedy", "knapsack", "projection"])
@pytest.mark.parametrize("geometry", [Geometry(), Geometry((2,)), Geometry((4, 3, 3), (1, 1, 2, 4))])
def test_it_does_not_touch_the_session(geometry: Geometry, strategy: str) -> None:
    alloc = Allocator(geometry, Params(w_max=5000, protected_tokens=9, cooldown_steps=3), strategy=strategy)
    alloc.warmup()
    alloc.load([(geometry.top, 0)])
    alloc.step(np.ones(alloc.used, np.float32))
    before = alloc.snapshot()
    alloc.warmup()
    assert alloc.snapshot() == before


@pytest.mark.parametrize("strategy", ["greedy", "multi_objective", "projection"])
def test_it_is_as_small_for_a_geometry_of_millions_of_slots(strategy: str) -> None:
    """GEO-3 allows blocks of 2**26 slots."""
    alloc = Allocator(Geometry((2,), (2**25, 1)), Params(w_max=8192, protected_tokens=0), strategy=strategy)
    alloc.load([(1, 0)])
    tracemalloc.start()
    alloc.warmup()
    Batch([alloc]).warmup()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2**25
    assert (alloc.context(), alloc.iteration) == (((1, 0),), 0)


@pytest.mark.parametrize("kind", ["no such type", 3, None, object, np.complex64, np.longdouble, bool])
def test_a_type_that_no_scores_have_is_refused(kind: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^types\[1\] = .*\(SCO-1\)$"):
        Allocator().warmup(np.float32, kind)
