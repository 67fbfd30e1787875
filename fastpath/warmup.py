"""Everything compiled, or loaded from Numba's cache, before the first request comes."""

from __future__ import annotations

import numpy as np

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.batch import BATCHED, Batch
from focalloc.fastpath.scores import SCALES
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params


def warmup(strategy: str = "greedy") -> None:
    """Make sure that no call of an `Allocator` or `Batch` with this strategy compiles anything from here on.

    Takes some tens of seconds where nothing is cached, some tens of milliseconds beyond the import of Numba where
    everything is.

    Raises:
        InvalidInput: the strategy is unknown.
    """
    geometry, params = Geometry((2, 2)), Params(w_max=6, n_diff=1, strategy=strategy)
    allocator = Allocator(geometry, params)
    for dtype in SCALES:
        allocator.open(geometry, params, [(1, 0), (0, 2), (0, 4)])
        allocator.step(np.zeros(allocator.used, dtype))
        allocator.ingest(1, np.zeros(allocator.used, dtype))
        allocator.step(np.zeros(len(allocator.levels), dtype), per_block=True)
        if strategy in BATCHED:
            Batch([allocator]).step(np.zeros((1, params.w_max), dtype))
    allocator.apply([])
