"""Work space of the exact search: what it needs beyond a session's own tables, and nothing that outlives a call."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath import knapsack_kernels as k
from focalloc.fastpath.optimum_kernels import BOUNDS, RUN, SPACE, STATE
from focalloc.spec.geometry import Geometry

FIRST_SPACE = 256
"""States that there is space for at first; it doubles whenever a search needs more."""


class Workspace:
    """Tables for the search over the candidates of one session.

    Args:
        geometry: shape of the tree.
        n_diff: most actions per iteration.

    Attributes:
        space: how many states there is space for.
        table: int64: a header, then the tables that `knapsack_kernels.run_knapsack` cuts out of it.
    """

    def __init__(self, geometry: Geometry, n_diff: int) -> None:
        self._deltas = sorted(set(geometry.deltas[1:]))
        self._n_diff = max(1, n_diff)
        self.space = FIRST_SPACE
        self._lay_out()

    def run_step(
        self,
        scores: NDArray[np.generic],
        scale: np.generic,
        tags: NDArray[np.int8],
        scratch: NDArray[np.int32],
        state: NDArray[np.int64],
    ) -> int:
        """`knapsack_kernels.run_knapsack` with as much work space as it needs."""
        while (done := k.run_knapsack(scores, scale, tags, scratch, state, self.table)) == k.WORK_FULL:
            self.space *= 2
            self._lay_out()
        return done

    def _lay_out(self) -> None:
        n, deltas, space = self._n_diff, len(self._deltas), self.space
        items = 2 * deltas * n + space
        runs = 2 * space + 2 * deltas
        sizes = [
            *(deltas * n, deltas * n),  # pool: keys, families
            *(space, space),  # families set apart: keys, families
            RUN * runs,
            *(items, items),  # candidates: keys, notes
            runs,  # heads
            BOUNDS * (2 * deltas + 1) * (n + 1),
            2 * STATE * space,  # states and their extensions
            *(space, space),  # order of extensions: keys, states
            *(n, n),  # choice: turns, notes
            *(n, n),  # another choice: turns, notes
        ]
        self.table = np.zeros(k.WORK_HEADER + sum(sizes), np.int64)
        self.table[k.WORK_OFFSETS : k.WORK_HEADER] = k.WORK_HEADER + np.array([0, *accumulate(sizes)])
        self.table[SPACE] = self.table[k.PAIR_SPACE] = space
        self.table[k.ITEM_SPACE] = items
        self.table[k.DELTAS] = deltas
        self.table[k.DELTA_LIST : k.DELTA_LIST + deltas] = self._deltas
