"""What an allocator does, one record per call; an allocator that is not watched pays nothing for it.

>>> watched = Telemetry(allocator, log_to(logging.getLogger("serving")), metrics_to())
>>> plan = watched.step(scores)
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Plan
from focalloc.fastpath.wrapper import Call, Hold, Wrapper
from focalloc.spec.actions import OPPOSITE, Kind, consumed, family, produced
from focalloc.spec.blocks import Block, end
from focalloc.spec.scores import SCORE_SCALE

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram, Meter

LOGGER = logging.getLogger("focalloc")

INGESTS = ("ingest", "ingest_tokens")
"""Calls whose collapses make room for new blocks."""


@dataclass(frozen=True, slots=True)
class Record:
    """One call of an allocator; how the figures are worked out stands under "Telemetry" in ``fastpath/README.md``.

    Attributes:
        call: which call.
        iteration: number of the last iteration.
        expands: expands applied.
        collapses: collapses applied, those of an ingest included.
        reclaims: collapses that an ingest made.
        swap_rate: actions per block that the context had before the call.
        swap_rate_per_slot: actions per slot that it had.
        residencies: of each block that an action or a release took out, for how many iterations it had been in the
            context; counted from when the session came under watch, for one that was there by then.
        coherence: share of the actions that do not reverse the latest one on their node, as far as that was watched.
            None if there was no action.
        used: slots used after the call.
        utilisation: the same as a share of ``w_max``.
        tau_expand: threshold of an expand, as a score.
        tau_collapse: threshold of a collapse, as a score.
        fallback: why a guarded selector's answer was not used; empty if it was, or if nothing guards.
        latency: duration of the call in seconds.
        fallback_share: share of the session's iterations in which a learned policy failed; None without a policy.
        disagreement_share: share of a learned policy's answers that were not greedy's; None without a policy.
    """

    call: Call
    iteration: int
    expands: int
    collapses: int
    reclaims: int
    swap_rate: float
    swap_rate_per_slot: float
    residencies: tuple[int, ...]
    coherence: float | None
    used: int
    utilisation: float
    tau_expand: float
    tau_collapse: float
    fallback: str
    latency: float
    fallback_share: float | None = None
    disagreement_share: float | None = None

    @property
    def swaps(self) -> int:
        """Actions applied: the swap rate per refocus."""
        return self.expands + self.collapses

    @property
    def residency(self) -> float | None:
        """Mean of `residencies`; None if there was no action."""
        return Residency(self.residencies).mean

    @property
    def residency_p95(self) -> int | None:
        """95th percentile of `residencies`; None if there was no action."""
        return Residency(self.residencies).p95


@dataclass(frozen=True, slots=True)
class Residency:
    """For how many iterations blocks have been, or had been, in the context.

    Attributes:
        iterations: of each block.

    Example:
        >>> stayed = Residency((1, 1, 2, 40))
        >>> stayed.mean, stayed.p95, stayed.histogram((1, 10))
        (11.0, 40, (2, 1, 1))
    """

    iterations: tuple[int, ...]

    @property
    def mean(self) -> float | None:
        """Their mean; None of none."""
        return sum(self.iterations) / len(self.iterations) if self.iterations else None

    @property
    def p95(self) -> int | None:
        """The least residency that at least 95 % of the blocks do not exceed; None of none."""
        return sorted(self.iterations)[(95 * len(self.iterations) - 1) // 100] if self.iterations else None

    def histogram(self, boundaries: Sequence[float]) -> tuple[int, ...]:
        """How many do not exceed the first boundary, then the next, ..., and how many exceed the last."""
        within = [bisect_left(boundaries, stayed) for stayed in self.iterations]
        return tuple(within.count(bucket) for bucket in range(len(boundaries) + 1))


Sink = Callable[[Record], None]


class Telemetry(Wrapper):
    """An allocator under watch: used in its place, it does what the allocator does and tells the sinks.

    Every call that changes the session is watched. A call that is refused is not recorded. A sink
    that raises is reported to the logger ``focalloc`` and not told anything more; the session goes on.

    Args:
        allocator: the allocator, in a session or before one.
        sinks: told each record, in this order, after the call.

    Attributes:
        allocator: the allocator.
        last: the latest record; None before the first.

    Example:
        >>> from focalloc import Allocator, Telemetry
        >>> watched = Telemetry(Allocator())
        >>> watched.load([(1, 0)])
        >>> plan = watched.step([1.0])
        >>> watched.last.expands, watched.last.used
        (1, 32)
    """

    def __init__(self, allocator: Allocator | Wrapper, *sinks: Sink) -> None:
        super().__init__(allocator)
        self.last: Record | None = None
        self._sinks = list(sinks)
        self._seen: object = None
        self._watched_from = 0
        self._since: dict[Block, int] = {}
        self._latest: dict[Block, Kind] = {}

    def residency(self) -> Residency:
        """For how many iterations each block of the context has been there, oldest block first."""
        if self._seen != self._mark():
            self._count_anew()
        now, since = self.allocator.iteration, self._since
        blocks = map(Block, self.allocator.levels.tolist(), self.allocator.starts.tolist())
        return Residency(tuple(now - since.get(block, self._watched_from) for block in blocks))

    def _call(self, call: Call, *arguments: Any, **options: Any) -> Plan:
        if self._seen != self._mark():
            self._count_anew()
        shown, slots, stop = (self.allocator.levels, self.allocator.starts), self.allocator.used, self._mark()[3]
        begin = time.perf_counter()
        plan = super()._call(call, *arguments, **options)
        latency = time.perf_counter() - begin
        coherence, residencies = self._follow(plan)
        if plan.released is not None:
            residencies += self._let_go(plan, shown)
        if call in INGESTS:
            for first in range(stop, self._mark()[3], self.allocator.geometry.span(0)):
                self._since[Block(0, first)] = plan.iteration
        self._seen = self._mark()
        allocator, terms = self.allocator, self.allocator.terms()
        self.last = Record(
            call=call,
            iteration=plan.iteration,
            expands=plan.expands,
            collapses=plan.collapses,
            reclaims=plan.collapses if call in INGESTS else 0,
            swap_rate=len(plan) / len(shown[0]),
            swap_rate_per_slot=len(plan) / slots,
            residencies=residencies,
            coherence=coherence,
            used=allocator.used,
            utilisation=allocator.used / allocator.params.w_max,
            tau_expand=terms.tau_expand / SCORE_SCALE,
            tau_collapse=terms.tau_collapse / SCORE_SCALE,
            fallback=plan.fallback.reason if plan.fallback else "",
            latency=latency,
            fallback_share=getattr(allocator, "fallback_share", None),
            disagreement_share=getattr(allocator, "disagreement_share", None),
        )
        self._tell(self.last)
        return plan

    def _hold(self, call: Hold, *arguments: Any) -> None:
        followed = self._seen == self._mark()
        super()._hold(call, *arguments)
        if followed:
            self._seen = self._mark()

    def _count_anew(self) -> None:
        """The session is another one, or something has changed it that was not watched."""
        self._watched_from, self._since, self._latest = self.allocator.iteration, {}, {}

    def _follow(self, plan: Plan) -> tuple[float | None, tuple[int, ...]]:
        """The share of actions that reverse none, and how long the blocks had been there that they took out.

        What is remembered stays within the size of the context: a node is forgotten once its parent collapses.
        """
        geometry, since, latest = self.allocator.geometry, self._since, self._latest
        stayed: list[int] = []
        kept = 0
        for action in plan:
            gone = consumed(geometry, action)
            stayed += [plan.iteration - since.pop(block, self._watched_from) for block in gone]
            since |= dict.fromkeys(produced(geometry, action), plan.iteration)
            kept += latest.get(action.node) != OPPOSITE[action.kind]
            latest[action.node] = action.kind
            if action.kind == "collapse":
                for child in family(geometry, action.node):
                    latest.pop(child, None)
        return kept / len(plan) if plan else None, tuple(stayed)

    def _let_go(self, plan: Plan, shown: tuple[NDArray[np.int8], NDArray[np.int64]]) -> tuple[int, ...]:
        """How long the blocks had been there that a release took out, of which nothing is remembered from then on.

        Args:
            plan: what else the call did, before it released.
            shown: levels and starts of the blocks before the call.
        """
        geometry, front = self.allocator.geometry, self.allocator._mark()[2]
        left = {Block(*one) for one in zip(*(part.tolist() for part in shown), strict=True) if one[1] < front}
        for action in plan:
            left.difference_update(consumed(geometry, action))
            left.update(one for one in produced(geometry, action) if one.start < front)
        stayed = [plan.iteration - self._since.get(block, self._watched_from) for block in sorted(left)]
        self._since = {block: at for block, at in self._since.items() if block.start >= front}
        self._latest = {node: kind for node, kind in self._latest.items() if end(geometry, node) > front}
        return tuple(stayed)

    def _tell(self, record: Record) -> None:
        for sink in tuple(self._sinks):
            try:
                sink(record)
            except Exception:  # the call has happened and its plan must reach the caller
                LOGGER.exception("a telemetry sink failed and is told nothing more: %r", sink)
                self._sinks.remove(sink)


# SINKS


def log_to(logger: logging.Logger = LOGGER, level: int = logging.DEBUG) -> Sink:
    """A sink that logs each record at ``level``; the record's fields are the log record's ``focalloc`` attribute."""

    def log(record: Record) -> None:
        if logger.isEnabledFor(level):
            logger.log(
                level,
                "%s %d: %d expands, %d collapses, %.1f%% used%s, %.1f us",
                record.call,
                record.iteration,
                record.expands,
                record.collapses,
                100 * record.utilisation,
                f", fallback after {record.fallback}" if record.fallback else "",
                1e6 * record.latency,
                extra={"focalloc": asdict(record)},
            )

    return log


BOUNDARIES: dict[str, tuple[float, ...]] = {
    "focalloc.latency": (
        5e-6,
        1e-5,
        2e-5,
        5e-5,
        1e-4,
        2e-4,
        5e-4,
        1e-3,
        2e-3,
        5e-3,
        1e-2,
        2e-2,
        5e-2,
        0.1,
        0.2,
        0.5,
        1,
        5,
    ),
    "focalloc.swaps": (0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256),
    "focalloc.swap_rate": (0, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1),
    "focalloc.swap_rate_per_slot": (0, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5),
    "focalloc.residency": (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000),
    "focalloc.coherence": (0, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99),
}
"""Upper ends of the buckets of each histogram, in its unit; a view of your own takes precedence."""


def metrics_to(meter: Meter | None = None, attributes: Mapping[str, str | int] | None = None) -> Sink:
    """A sink that feeds OpenTelemetry instruments named ``focalloc.*``.

    Args:
        meter: where the instruments are made; by default the global provider's meter ``focalloc``.
        attributes: put on every measurement, say the model; a session's id would make one time series each.

    Raises:
        ModuleNotFoundError: opentelemetry-api is not installed.
    """
    try:
        from opentelemetry.metrics import get_meter
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "metrics_to() needs opentelemetry-api; install it with: pip install 'focalloc[telemetry]'",
            name="opentelemetry",
        ) from None
    meter = get_meter("focalloc") if meter is None else meter
    expands = meter.create_counter("focalloc.expands", "{action}", "Expands applied")
    collapses = meter.create_counter("focalloc.collapses", "{action}", "Collapses applied, reclaims included")
    reclaims = meter.create_counter("focalloc.reclaims", "{action}", "Collapses that made room for new tokens")
    fallbacks = meter.create_counter("focalloc.fallbacks", "{iteration}", "Iterations in which greedy stood in")

    def histogram(name: str, unit: str, description: str) -> Histogram:
        return meter.create_histogram(
            name, unit, description, explicit_bucket_boundaries_advisory=list(BOUNDARIES[name])
        )

    latency = histogram("focalloc.latency", "s", "Duration of a call")
    swaps = histogram("focalloc.swaps", "{action}", "Actions per call")
    swap_rate = histogram("focalloc.swap_rate", "1", "Actions per block of the context")
    per_slot = histogram("focalloc.swap_rate_per_slot", "1", "Actions per slot of the context")
    residency = histogram("focalloc.residency", "{iteration}", "How long a block that goes had been there")
    coherence = histogram("focalloc.coherence", "1", "Share of a call's actions that reverse no other")
    utilisation = meter.create_gauge("focalloc.utilisation", "1", "Slots used as a share of the budget")
    tau_expand = meter.create_gauge("focalloc.tau_expand", "1", "Threshold of an expand")
    tau_collapse = meter.create_gauge("focalloc.tau_collapse", "1", "Threshold of a collapse")
    fallback_share = meter.create_gauge("focalloc.policy.fallback_share", "1", "How often a policy failed")
    disagreement = meter.create_gauge("focalloc.policy.disagreement_share", "1", "How often a policy was not greedy")
    fixed = dict(attributes or {})

    def measure(record: Record) -> None:
        of_call = fixed | {"call": record.call}
        expands.add(record.expands, of_call)
        collapses.add(record.collapses, of_call)
        reclaims.add(record.reclaims, of_call)
        latency.record(record.latency, of_call)
        swaps.record(record.swaps, of_call)
        swap_rate.record(record.swap_rate, of_call)
        per_slot.record(record.swap_rate_per_slot, of_call)
        for iterations in record.residencies:
            residency.record(iterations, of_call)
        if record.coherence is not None:
            coherence.record(record.coherence, of_call)
        if record.fallback:
            fallbacks.add(1, of_call | {"reason": record.fallback})
        utilisation.set(record.utilisation, fixed)
        tau_expand.set(record.tau_expand, fixed)
        tau_collapse.set(record.tau_collapse, fixed)
        if record.fallback_share is not None and record.disagreement_share is not None:
            fallback_share.set(record.fallback_share, fixed)
            disagreement.set(record.disagreement_share, fixed)

    return measure
