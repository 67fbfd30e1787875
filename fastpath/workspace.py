"""Work space of the exact search: what it needs beyond a session's own tables, and nothing that outlives a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import policy_calls, refined_calls, search_calls
from focalloc.fastpath.kernels.calls import run_prepare
from focalloc.fastpath.kernels.layout import Longs, Scratch, Tags
from focalloc.fastpath.tables import Tables, reserved, top_k_of
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

RunStep = Callable[[NDArray[np.generic], Tags, Scratch, Longs, int], int]
"""A strategy on the tables of a session, as `calls.run_step`."""

FIRST_SPACE = 256
"""States that there is space for at first; it doubles whenever a search needs more, and that is one that takes long."""

MANY = 256
"""Actions from which a step takes long even where its search is easy, as `layout.LARGE` slots do."""


OWN = (
    *("wishes", "worth", "less", "peaks", "logits"),
    *("region_header", "regions", "region_family_slot", "region_family_node", "turns", "notes"),
    *("region_tags", "region_scores"),  # of 8 and of 32 bits; the others have 64
    *("starts", "leading", "led", "led_families"),
    "claims",
    *("gates", "gate_peaks", "gate_keys", "gate_notes", "looked", "numbers"),
)
"""The tables that only some strategies need, in their order behind those of every search."""


def region_tables(slots: int, families: int) -> dict[str, int]:
    """Sizes of the tables of a region that is searched as a session of its own."""
    return {
        "region_header": k.HEADER,
        "region_family_slot": families,
        "region_family_node": families,
        "region_tags": slots // 8 + 1,
        "region_scores": (2 * slots + slots // k.CHUNK) // 2 + 1,
    }


class Workspace:
    """Tables for the search over the candidates of one session.

    Args:
        geometry: shape of the tree.
        n_diff: most actions per iteration.
        top_k: how many of each queue may act (HYB-1); 0 for all.
        least: states that there is space for at first, if that is more than usual.

    Attributes:
        space: how many states there is space for.
        table: int64: a header, then the tables that `run_knapsack` cuts out of it.
    """

    kernel: Callable[..., int] = staticmethod(search_calls.run_knapsack)
    """The strategy, as `run_knapsack`."""

    kernel_of_many: Callable[..., None] = staticmethod(search_calls.run_knapsacks)
    """The same for many sessions, as `run_knapsacks`."""

    slow = 1
    """Whether a session for which it had to grow takes long from then on."""

    own: Mapping[str, int] = {}
    """Sizes of those of `OWN` that it needs."""

    def __init__(self, geometry: Geometry, n_diff: int, top_k: int = 0, least: int = 0) -> None:
        self._deltas = sorted(set(geometry.deltas[1:]))
        self._n_diff = max(1, n_diff)
        self._top_k = top_k
        self.space = max(FIRST_SPACE, least)
        self.table = self._laid_out(self.space)

    def run_step(self, scores: NDArray[np.generic], tags: Tags, scratch: Scratch, state: Longs, cursor: int) -> int:
        """One iteration with as much work space as it needs; arguments and result as for `calls.run_step`.

        A kernel of its own takes the scores, so that one compiled strategy serves scores of every type.
        """
        refused = run_prepare(scores, tags, scratch, state, cursor)
        if refused:
            return refused
        while (done := self.kernel(tags, scratch, state, self.table)) == k.WORK_FULL:
            self._grow(state)
        return done

    def _with_space(self, run: Callable[[], int], state: Longs) -> int:
        """What ``run`` returns, once the work space is large enough for it; from the second try on without the lock."""
        while (done := run()) == k.WORK_FULL:
            self._grow(state)
        return done

    def _grow(self, state: Longs) -> None:
        """Have twice the space, and no lock for the session from now on, if that makes it slow."""
        state[k.UNLOCKED] |= self.slow
        space = 2 * self.space
        self.space, self.table = space, self._laid_out(space)

    def _laid_out(self, space: int) -> Longs:
        """A table with space for so many states."""
        n, deltas = self._n_diff, len(self._deltas)
        items = 2 * deltas * n + space
        runs = 2 * space + 2 * deltas
        sizes = [
            *(deltas * n, deltas * n),  # pool: keys, families
            *(space, space),  # families set apart: keys, families
            k.RUN * runs,
            *(items, items),  # candidates: keys, notes
            runs,  # heads
            k.BOUNDS * (2 * deltas + 1) * (n + 1),
            2 * k.STATE * space,  # states and their extensions
            *(space, space),  # order of extensions: keys, states
            *(n, n),  # choice: turns, notes
            *(n, n),  # another choice: turns, notes
            *(self.own.get(name, 0) for name in OWN),
        ]
        table = np.zeros(k.WORK_HEADER + sum(sizes), np.int64)
        table[k.WORK_OFFSETS : k.WORK_HEADER] = k.WORK_HEADER + np.array([0, *accumulate(sizes)])
        table[k.SPACE] = table[k.PAIR_SPACE] = space
        table[k.ITEM_SPACE] = items
        table[k.TOP_K] = self._top_k
        table[k.DELTAS] = deltas
        table[k.DELTA_LIST : k.DELTA_LIST + deltas] = self._deltas
        return table


class Objectives(Workspace):
    """A work space for the optimum of several objectives.

    Args:
        geometry: shape of the tree.
        params: the weights.
        n_diff: most actions per iteration.
        slots: most slots that the context can have.
        families: most families that it can have.
    """

    kernel = staticmethod(search_calls.run_objectives)
    kernel_of_many = staticmethod(search_calls.run_objectives_of_many)

    def __init__(self, geometry: Geometry, params: Params, n_diff: int, slots: int, families: int) -> None:
        self._params = params
        own: dict[str, int] = {"worth": slots, "peaks": slots // k.CHUNK + 1}
        if params.recompute_weight:
            self.kernel, self.kernel_of_many = search_calls.run_recompute, search_calls.run_recomputes
            stretches = k.CLASSES + 2 * len(set(geometry.deltas[1:]))
            own |= {"less": slots, "regions": 2 * k.REGION, **region_tables(slots, families)}
            own |= {"starts": k.START * slots, "leading": stretches * max(1, n_diff)}
            own |= {"led": stretches, "led_families": stretches}
        elif not params.cursor_weight:  # what expands are worth is their aggregates
            self.kernel, self.kernel_of_many = search_calls.run_knapsack, search_calls.run_knapsacks
            own = {}
        self.own = own
        super().__init__(geometry, n_diff)

    def _laid_out(self, space: int) -> Longs:
        table = super()._laid_out(space)
        table[k.RECOMPUTE] = self._params.recompute_weight
        table[k.CHURN] = self._params.churn_weight
        table[k.WEIGHT] = self._params.budget_weight
        table[k.CURSOR] = self._params.cursor_weight
        table[k.GOAL] = self._params.goal
        return table


class Regions(Workspace):
    """A work space for hierarchical planning: that of the search, and tables for one region at a time.

    Args:
        geometry: shape of the tree.
        params: the actions that are shared out over the regions, and by what.
        n_diff: most actions per iteration, as far as the context has room for them.
        slots: most slots that the context can have.
        families: most families that it can have.
    """

    kernel = staticmethod(search_calls.run_hierarchy)
    kernel_of_many = staticmethod(search_calls.run_hierarchies)

    def __init__(self, geometry: Geometry, params: Params, n_diff: int, slots: int, families: int) -> None:
        self._cap = params.n_diff
        by_price = params.region_share == "price"
        if by_price:
            self.kernel = search_calls.run_hierarchy_by_price
            self.kernel_of_many = search_calls.run_hierarchies_by_price
        self.own = {
            "regions": k.REGION * (2 if by_price else slots + 1),
            "claims": 2 * slots if by_price else 0,
            "turns": max(1, n_diff),
            "notes": max(1, n_diff),
            **region_tables(slots, families),
        }
        super().__init__(geometry, n_diff)

    def _laid_out(self, space: int) -> Longs:
        table = super()._laid_out(space)
        table[k.CAP] = self._cap
        return table


class Projector(Workspace):
    """A work space for projections, by scores and by logits.

    Args:
        geometry: shape of the tree.
        n_diff: most actions per iteration.
        slots: most slots that the context can have.
    """

    kernel = staticmethod(search_calls.run_projection)
    kernel_of_many = staticmethod(search_calls.run_projections)

    def __init__(self, geometry: Geometry, n_diff: int, slots: int) -> None:
        smallest = min(geometry.fanout(level) * geometry.slots(level - 1) for level in range(1, geometry.top + 1))
        self.own = {
            "wishes": slots // smallest + 1,
            "worth": slots,
            "less": slots,
            "peaks": slots // k.CHUNK + 1,
            "logits": (3 * slots + 1) // 2,
        }
        super().__init__(geometry, n_diff)

    def run_logits(self, logits: NDArray[np.floating], tags: Tags, scratch: Scratch, state: Longs) -> int:
        """`search_calls.run_logits` with as much work space as it needs."""
        return self._with_space(lambda: search_calls.run_logits(logits, tags, scratch, state, self.table), state)


class CompiledPolicy:
    """A policy as the kernels take it, one for all sessions that it decides in.

    Args:
        table: its weights (`layout.Network`).
    """

    def __init__(self, table: NDArray[np.int32]) -> None:
        self.table = table

    def run(self, tags: Tags, scratch: Scratch, state: Longs, space: Longs) -> int:
        """`policy_calls.run_policy`."""
        return policy_calls.run_policy(tags, scratch, state, space, self.table)

    def run_many(self, tags: Tags, scratch: Scratch, state: Longs, space: Longs, calls: Longs) -> None:
        """`policy_calls.run_policies`."""
        policy_calls.run_policies(tags, scratch, state, space, self.table, calls)


class Learner(Workspace):
    """A work space for a learned policy.

    Args:
        geometry: shape of the tree.
        cap: most actions per iteration, as a policy is told.
        n_diff: the same, as far as the context has room for them.
        slots: most slots that the context can have.
        network: the policy.
    """

    def __init__(self, geometry: Geometry, cap: int, n_diff: int, slots: int, network: CompiledPolicy) -> None:
        self._cap = cap
        self.kernel, self.kernel_of_many = network.run, network.run_many
        width, listed = int(network.table[k.HIDDEN]), k.SIDES * k.LOOK
        smallest = min(geometry.fanout(level) * geometry.slots(level - 1) for level in range(1, geometry.top + 1))
        chunks = slots // k.GATES + 1
        self.own = {
            "wishes": slots // smallest + 1,
            **dict.fromkeys(("worth", "less"), slots),
            "peaks": slots // k.CHUNK + 1,
            "turns": max(1, n_diff),
            "gates": (slots + 1) // 2,
            **dict.fromkeys(("gate_peaks", "gate_keys", "gate_notes"), max(chunks, listed)),
            "looked": 3 * listed + k.SIDES + 1 + (k.SIDES + 1) * k.LEVELS,
            "numbers": (k.KNOWN_OF_ITEM * (listed + 1) + (listed + 6) * width) // 2 + 1,
        }
        super().__init__(geometry, n_diff)

    def _laid_out(self, space: int) -> NDArray[np.int64]:
        table = super()._laid_out(space)
        table[k.CAP] = self._cap
        return table


class Tied(Workspace):
    """A work space for greedy with ties by cursor or recency."""

    kernel = staticmethod(refined_calls.run_tied)
    kernel_of_many = staticmethod(refined_calls.run_ties)
    slow = 0

    def _laid_out(self, space: int) -> Longs:
        return np.zeros(k.WORK_HEADER + k.COLUMNS * space, np.int64)


def workspace_for(geometry: Geometry, params: Params, tables: Tables) -> Workspace | None:
    """The work space for the strategy of ``params`` on the tables of a session; None if it needs none."""
    n_diff, slots, families = int(tables.header[k.N_DIFF]), tables.capacity, len(tables.table("family_slot"))
    if params.tie_break != "position":
        return Tied(geometry, 0, least=2 * reserved(params, n_diff, slots))
    if params.strategy in ("greedy", "enhanced"):
        return None
    tables.header[k.UNLOCKED] |= n_diff >= MANY
    match params.strategy:
        case "projection":
            return Projector(geometry, n_diff, slots)
        case "multi_objective":
            return Objectives(geometry, params, n_diff, slots, families)
        case "hierarchical":
            return Regions(geometry, params, n_diff, slots, families)
        case _:
            return Workspace(geometry, n_diff, top_k_of(params, slots))
