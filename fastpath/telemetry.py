"""What an allocator does, one record per call; an allocator that is not watched pays nothing for it.

>>> watched = Telemetry(allocator, log_to(logging.getLogger("serving")), metrics_to())
>>> plan = watched.step(scores)
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Plan
from focalloc.fastpath.wrapper import Call, Wrapper
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block
from focalloc.spec.scores import SCORE_SCALE

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

LOGGER = logging.getLogger("focalloc")


@dataclass(frozen=True, slots=True)
class Record:
    """One call of an allocator.

    Attributes:
        call: which call.
        iteration: number of the last iteration.
        expands: expands applied.
        collapses: collapses applied, those of an ingest included.
        reclaims: collapses that an ingest made.
        swap_rate: actions per block that the context had before the call.
        residency: for how many iterations the nodes acted on had stayed as they were, on average; counted from when
            the session came under watch, for nodes not acted on since. None if there was no action.
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
    residency: float | None
    used: int
    utilisation: float
    tau_expand: float
    tau_collapse: float
    fallback: str
    latency: float
    fallback_share: float | None = None
    disagreement_share: float | None = None


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
        self._session: object = None
        self._watched_from = 0
        self._acted: dict[Block, int] = {}

    def _call(self, call: Call, *arguments: Any, **options: Any) -> Plan:
        session, iteration, end = self._mark()
        if self._session is not session:  # another one, so it starts to count anew
            self._session, self._watched_from, self._acted = session, iteration, {}
        blocks = len(self.allocator.levels)
        begin = time.perf_counter()
        plan = super()._call(call, *arguments, **options)
        self._tell(call, plan, blocks, time.perf_counter() - begin)
        if call == "ingest":
            for first in range(end, self._mark()[2], self.allocator.geometry.span(0)):
                self._acted[Block(1, first)] = plan.iteration
        return plan

    def _tell(self, call: Call, plan: Plan, blocks: int, latency: float) -> None:
        allocator = self.allocator
        terms, collapses = allocator.terms(), plan.collapses
        self.last = record = Record(
            call=call,
            iteration=plan.iteration,
            expands=len(plan) - collapses,
            collapses=collapses,
            reclaims=collapses if call == "ingest" else 0,
            swap_rate=len(plan) / blocks,
            residency=self._residency(plan),
            used=allocator.used,
            utilisation=allocator.used / allocator.params.w_max,
            tau_expand=terms.tau_expand / SCORE_SCALE,
            tau_collapse=terms.tau_collapse / SCORE_SCALE,
            fallback=plan.fallback.reason if plan.fallback else "",
            latency=latency,
            fallback_share=getattr(allocator, "fallback_share", None),
            disagreement_share=getattr(allocator, "disagreement_share", None),
        )
        for sink in tuple(self._sinks):
            try:
                sink(record)
            except Exception:  # the call has happened and its plan must reach the caller
                LOGGER.exception("a telemetry sink failed and is told nothing more: %r", sink)
                self._sinks.remove(sink)

    def _residency(self, plan: Plan) -> float | None:
        """How long the nodes acted on had stayed as they were; remembers that they no longer do.

        What is remembered stays within the size of the context: a node is forgotten once its parent collapses.
        """
        stayed = 0
        for action in plan:
            stayed += plan.iteration - self._acted.get(action.node, self._watched_from)
            self._acted[action.node] = plan.iteration
            if action.kind == "collapse":
                for child in family(self.allocator.geometry, action.node):
                    self._acted.pop(child, None)
        return stayed / len(plan) if plan else None


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
    latency = meter.create_histogram("focalloc.latency", "s", "Duration of a call")
    swap_rate = meter.create_histogram("focalloc.swap_rate", "1", "Actions per block of the context")
    residency = meter.create_histogram("focalloc.residency", "{iteration}", "How long a node stayed as it was")
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
        swap_rate.record(record.swap_rate, of_call)
        if record.residency is not None:
            residency.record(record.residency, of_call)
        if record.fallback:
            fallbacks.add(1, of_call | {"reason": record.fallback})
        utilisation.set(record.utilisation, fixed)
        tau_expand.set(record.tau_expand, fixed)
        tau_collapse.set(record.tau_collapse, fixed)
        if record.fallback_share is not None and record.disagreement_share is not None:
            fallback_share.set(record.fallback_share, fixed)
            disagreement.set(record.disagreement_share, fixed)

    return measure
