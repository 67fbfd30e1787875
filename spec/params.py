"""Parameters of an allocator (clauses PAR-1 and PAR-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from focalloc.spec.clauses import Finding, clause
from focalloc.spec.errors import InvalidInput, among, as_integer
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN
from focalloc.spec.scores import SCORE_LIMIT, quantise

STRATEGIES = ("greedy", "enhanced", "knapsack", "hybrid", "multi_objective", "hierarchical", "projection")
"""Strategies that the spec defines."""

TIE_BREAKS = ("position", "cursor", "recency")
"""Tie-breaking orders that the spec defines."""

REGION_SHARES = ("mass", "price")
"""Ways to share out an iteration over regions that the spec defines."""

MAX_N_DIFF = 2**16
"""Largest cap on actions per iteration."""

MAX_COOLDOWN_STEPS = 2**31
"""Longest cooldown, in iterations."""

MAX_TOP_K = 2**16
"""Most candidates of a queue that strategy ``hybrid`` can be told to keep."""

MAX_WINDOW = 2**16
"""Longest window for adaptive thresholds, in iterations."""

MAX_RECLAIM_AHEAD = 2**16
"""Most blocks that room can be made for ahead."""

MAX_MEMORY_SHIFT = 16
"""Slowest running mean of scores: it moves by ``2**-16`` of the way."""

MAX_MEMORY = 2**31
"""Longest memory of actions for tie-breaking by recency, in iterations."""


@dataclass(frozen=True, kw_only=True)
class Params:
    """What one allocator is told once, at ``open``.

    Scores, thresholds and margins are fixed-point integers (`quantise`).

    Attributes:
        w_max: hard budget in slots (BUD-1).
        n_diff: most actions per iteration (CAP-1).
        tau_expand: an expand needs an aggregate above this (THR-1).
        tau_collapse: a collapse needs an aggregate below the negative of this (THR-1).
        cooldown_steps: iterations before an action on a node may be reversed (COO-1).
        protected_tokens: nodes that reach into this many last tokens never collapse (TAI-1).
        w_soft: soft budget in slots, at most ``w_max``; 0 stands for ``w_max`` (SOF-1).
        soft_margin: added to ``tau_expand`` for an expand that would leave more than ``w_soft`` used (SOF-1).
        tie_break: order among equal aggregates (GRE-4, TIE-1, TIE-2).
        strategy: which strategy selects.
        adaptive_window: iterations over which utilisation is averaged to adapt the thresholds; 0 to leave them (ADA-1).
        tau_min: lowest threshold that adaptation reaches (ADA-2).
        tau_max: highest threshold that adaptation reaches (ADA-2).
        recency_memory: iterations for which tie-breaking by recency remembers an action (TIE-2).
        balance: 1 to scale scores so that positive and negative mass match, else 0 (BAL-1).
        top_k: candidates of each queue that strategy ``hybrid`` chooses from (HYB-1).
        churn_weight: what each action costs strategy ``multi_objective`` (MUL-1).
        cursor_weight: what an action at the cursor is worth more than one far from it (MUL-1).
        budget_weight: what each slot between the final use and the target costs (MUL-1).
        budget_target: the use to aim at, slots; 0 stands for ``w_max`` (MUL-1).
        reclaim_ahead: further blocks that an ingest makes room for when it has to make room at all (ING-6).
        memory_shift: a slot's mean of what it was told moves by ``2**-memory_shift`` of the way; 0 for none (MEM-1).
        lean: added to the scores at the end of the context, halved for each smallest span before it (MEM-3).
        recompute_weight: what each slot from the first that changed to the end costs ``multi_objective`` (MUL-1).
        region_share: how strategy ``hierarchical`` shares out actions and slots over regions (HIE).

    Raises:
        InvalidInput: a value is of the wrong type or out of its range; names field, value and rule (PAR-1).

    Example:
        >>> from focalloc import Params, quantise
        >>> Params(w_max=4096, tau_expand=quantise(0.5)).tau_expand
        524288
    """

    w_max: int = 8192
    n_diff: int = 4
    tau_expand: int = quantise(0.20)
    tau_collapse: int = quantise(0.20)
    cooldown_steps: int = 2
    protected_tokens: int = 0
    w_soft: int = 0
    soft_margin: int = 0
    tie_break: str = "position"
    strategy: str = "greedy"
    adaptive_window: int = 0
    tau_min: int = 1
    tau_max: int = SCORE_LIMIT - 1
    recency_memory: int = 64
    balance: int = 0
    top_k: int = 50
    churn_weight: int = 0
    cursor_weight: int = 0
    budget_weight: int = 0
    budget_target: int = 0
    reclaim_ahead: int = 0
    memory_shift: int = 0
    lean: int = 0
    recompute_weight: int = 0
    region_share: str = "mass"

    def __post_init__(self) -> None:
        names = [field.name for field in fields(self)]
        for name in names:
            value = getattr(self, name)
            if type(value) is not int and (number := as_integer(value)) is not None:
                object.__setattr__(self, name, number)
        if as_integer(self.w_soft) == 0:
            object.__setattr__(self, "w_soft", self.w_max)
        values = {name: getattr(self, name) for name in names}
        for violation in out_of_range(values) or at_odds(values):
            name = names[violation.where]
            raise InvalidInput(name, getattr(self, name), f"{violation.message} ({violation.clause})")

    @property
    def min_gap(self) -> int:
        """Iterations that must lie between an action on a node and its reversal (COO-1)."""
        return reversal_gap(self.cooldown_steps)

    @property
    def goal(self) -> int:
        """The use to aim at, in slots (MUL-1)."""
        return self.budget_target or self.w_max

    @property
    def memory(self) -> int:
        """Iterations for which the ledger remembers an action (COO-2)."""
        return max(self.min_gap, self.recency_memory) if self.tie_break == "recency" else self.min_gap

    @property
    def is_refined(self) -> bool:
        """Whether any refinement is asked for: another order of ties, adaptive thresholds, balance (TIE, ADA, BAL)."""
        return self.tie_break != "position" or self.adaptive_window > 0 or self.balance > 0

    @property
    def prepares(self) -> bool:
        """Whether thresholds or scores are changed before candidates are formed (ADA, MEM, BAL)."""
        return max(self.adaptive_window, self.memory_shift, self.lean, self.balance) > 0

    def to_dict(self) -> dict[str, int | str]:
        """The `CORE` fields and those not at their default, as the wire protocol's ``open`` sends them."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name in CORE or getattr(self, field.name) != field.default
        }


CORE = (
    "w_max",
    "n_diff",
    "tau_expand",
    "tau_collapse",
    "cooldown_steps",
    "protected_tokens",
    "w_soft",
    "soft_margin",
    "tie_break",
    "strategy",
)
"""Parameters that every allocator is told; the others only where they are not at their default."""


OFFERED = ("reclaim_ahead", "memory_shift", "lean", "recompute_weight", "region_share")
"""Parameters that only those are told who offer them; for others they are at their default (F-5)."""


RANGES: dict[str, tuple[int, int]] = {
    "w_max": (1, MAX_SLOTS),
    "n_diff": (0, MAX_N_DIFF),
    "tau_expand": (0, SCORE_LIMIT - 1),
    "tau_collapse": (0, SCORE_LIMIT - 1),
    "cooldown_steps": (0, MAX_COOLDOWN_STEPS),
    "protected_tokens": (0, MAX_TOKEN),
    "w_soft": (0, MAX_SLOTS),
    "soft_margin": (0, SCORE_LIMIT - 1),
    "adaptive_window": (0, MAX_WINDOW),
    "tau_min": (1, SCORE_LIMIT - 1),
    "tau_max": (1, SCORE_LIMIT - 1),
    "recency_memory": (1, MAX_MEMORY),
    "balance": (0, 1),
    "top_k": (1, MAX_TOP_K),
    "churn_weight": (0, SCORE_LIMIT - 1),
    "cursor_weight": (0, SCORE_LIMIT - 1),
    "budget_weight": (0, SCORE_LIMIT - 1),
    "budget_target": (0, MAX_SLOTS),
    "reclaim_ahead": (0, MAX_RECLAIM_AHEAD),
    "memory_shift": (0, MAX_MEMORY_SHIFT),
    "lean": (0, SCORE_LIMIT - 1),
    "recompute_weight": (0, SCORE_LIMIT - 1),
}
"""Lowest and highest value of each integer parameter (PAR-1)."""


CHOICES: dict[str, tuple[str, ...]] = {
    "tie_break": TIE_BREAKS,
    "strategy": STRATEGIES,
    "region_share": REGION_SHARES,
}
"""Known values of each named parameter (PAR-1)."""


@clause("PAR-1")
def out_of_range(values: Mapping[str, object]) -> Iterator[Finding]:
    """PAR-1: each parameter has its type and lies in its range; ``w_soft`` is at most ``w_max``."""
    for i, (name, value) in enumerate(values.items()):
        if name in CHOICES:
            if not isinstance(value, str) or value not in CHOICES[name]:
                yield i, among(CHOICES[name])
            continue
        low, high = RANGES[name]
        if isinstance(value, bool) or not isinstance(value, int):
            yield i, "must be an integer; scores and thresholds are fixed point, see quantise()"
        elif not low <= value <= high:
            yield i, f"must lie between {low} and {high}"
        elif name == "w_soft" and isinstance(w_max := values.get("w_max"), int) and value > w_max:
            yield i, f"must be at most w_max = {w_max}"


@clause("PAR-2")
def at_odds(values: Mapping[str, Any]) -> Iterator[Finding]:
    """PAR-2: thresholds that adapt start within their clamp, and ties go by position but for strategy ``enhanced``."""
    low, high = values["tau_min"], values["tau_max"]
    for i, (name, value) in enumerate(values.items()):
        if values["adaptive_window"] and name in ("tau_expand", "tau_collapse") and not low <= value <= high:
            yield i, f"must lie between tau_min = {low} and tau_max = {high}, as adaptive_window is not 0"
        if name == "tie_break" and value != "position" and values["strategy"] != "enhanced":
            yield i, "must be position unless strategy is enhanced"


def reversal_gap(cooldown_steps: int) -> int:
    """Smallest gap, in iterations, between opposite actions on one node: at least one iteration."""
    return cooldown_steps if cooldown_steps > 1 else 1
