"""Every call leaves one true record, wherever it is sent; without telemetry nothing is done for it."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Geometry, InvalidInput, Params
from focalloc.fastpath.guard import Guarded
from focalloc.fastpath.telemetry import BOUNDARIES, Record, Telemetry, log_to, metrics_to

TINY = Geometry((2, 2))
PARAMS = Params(w_max=8, cooldown_steps=3)
CONTEXT = [(2, 0), (1, 4), (0, 6)]
SCORES = [3.0, 1.0, -1.0, -1.0]
"""Greedy expands both gists and collapses the raw block."""


def watched(*sinks: Any, allocator: Allocator | None = None) -> Telemetry:
    telemetry = Telemetry(allocator or Allocator(), *sinks)
    telemetry.open(TINY, PARAMS, CONTEXT)
    return telemetry


def test_a_record_says_what_the_step_did() -> None:
    records: list[Record] = []
    telemetry = watched(records.append)
    plan = telemetry.step(SCORES)
    assert records == [telemetry.last]
    record = records[0]
    assert (record.call, record.iteration, record.reclaims, record.fallback) == ("step", 1, 0, "")
    assert (record.expands, record.collapses) == (plan.expands, plan.collapses) == (2, 1)
    assert (record.swaps, record.swap_rate, record.swap_rate_per_slot) == (3, 3 / 3, 3 / 4)
    assert record.used == telemetry.used == 5
    assert record.utilisation == 5 / 8
    assert (record.tau_expand, record.tau_collapse) == pytest.approx((0.2, 0.2), abs=1e-6)
    assert record.residencies == (1, 1, 1)
    assert record.residency == record.residency_p95 == record.coherence == 1
    assert record.latency > 0


def test_residency_counts_the_iterations_since_a_node_was_last_acted_on() -> None:
    telemetry = watched()
    telemetry.step(SCORES)
    for _ in range(4):
        telemetry.step([0.0] * telemetry.used)
    assert telemetry.last.residency is None
    assert telemetry.context() == ((1, 0), (1, 2), (0, 4), (1, 6))
    telemetry.step([0.0, 0.0, -1.0, -1.0, 0.0])  # collapses a node expanded at iteration 1
    assert telemetry.last.residency == 5
    telemetry.ingest(1)
    telemetry.step([0.0] * (telemetry.used - 2) + [-1.0, -1.0])  # collapses the block that has just arrived
    assert telemetry.last.residency == 1


def test_residency_of_the_whole_context_by_counting() -> None:
    geometry, params = Geometry((4, 3)), Params(w_max=60, n_diff=5, cooldown_steps=1)
    telemetry = Telemetry(Allocator())
    telemetry.open(geometry, params, [(2, 0), (2, 12), (0, 24)])
    random, stayed, went = np.random.default_rng(1), dict.fromkeys(telemetry.context(), 0), []
    for iteration in range(300):
        telemetry.step(random.normal(size=telemetry.used))
        before, now = stayed, telemetry.context()
        stayed = {block: before.get(block, -1) + 1 for block in now}
        went = sorted(before[block] + 1 for block in before if block not in stayed)
        assert sorted(telemetry.last.residencies) == went
        if iteration % 10 == 0:
            telemetry.ingest(1)
            stayed = {block: stayed.get(block, 0) for block in telemetry.context()}
        found = telemetry.residency()
        assert found.iterations == tuple(stayed.values())
        assert found.mean == np.mean(found.iterations)
        assert found.p95 == np.percentile(found.iterations, 95, method="inverted_cdf")
        edges = (0, 1, 2, 5, 10)
        inside = np.histogram(found.iterations, [-0.5, 0.5, 1.5, 2.5, 5.5, 10.5, 1e9])[0]
        assert found.histogram(edges) == tuple(inside)


def test_coherence_is_the_share_of_actions_that_reverse_none() -> None:
    geometry, params = Geometry((4, 3)), Params(w_max=60, n_diff=5, cooldown_steps=1)
    telemetry = Telemetry(Allocator())
    telemetry.open(geometry, params, [(2, 0), (2, 12), (0, 24)])
    random, latest, seen = np.random.default_rng(2), {}, set()
    for _ in range(300):
        plan = telemetry.step(random.normal(size=telemetry.used))
        kept = [latest.get(action.node, action.kind) == action.kind for action in plan]
        assert telemetry.last.coherence == (np.mean(kept) if kept else None)
        seen.add(telemetry.last.coherence)
        for action in plan:
            latest[action.node] = action.kind
            if action.kind == "collapse":
                end = action.start + geometry.span(action.level)
                for node in [one for one in latest if one.level < action.level and action.start <= one.start < end]:
                    del latest[node]
    assert {0.0, 1.0} < seen


def test_what_happened_unwatched_is_not_made_up() -> None:
    telemetry = watched()
    telemetry.step(SCORES)
    for _ in range(4):
        telemetry.step([0.0] * telemetry.used)
    assert telemetry.residency().iterations == (4, 4, 4, 4)
    telemetry.allocator.step([0.0, 0.0, -1.0, -1.0, 0.0])
    assert telemetry.residency().iterations == (0, 0, 0, 0)
    telemetry.step([0.0] * telemetry.used)
    assert telemetry.residency().iterations == (1, 1, 1, 1)


def test_another_session_counts_anew() -> None:
    telemetry = watched()
    for _ in range(5):
        telemetry.step([0.0] * telemetry.used)
    telemetry.open(TINY, PARAMS, CONTEXT)
    telemetry.step(SCORES)
    assert telemetry.last.residency == 1


def test_reclaims_of_an_ingest() -> None:
    telemetry = watched()
    for _ in range(3):
        plan = telemetry.ingest(1)
    assert telemetry.last.call == "ingest"
    assert telemetry.last.reclaims == telemetry.last.collapses == len(plan) == 2
    assert telemetry.last.expands == 0


def test_fallbacks_are_counted() -> None:
    telemetry = watched(allocator=Guarded(lambda view, scores: [("expand", 2, 2)]))
    telemetry.step(SCORES)
    assert telemetry.last.fallback == "violation"


def test_a_refused_call_leaves_no_record() -> None:
    telemetry = watched()
    with pytest.raises(InvalidInput):
        telemetry.step([1.0])
    assert telemetry.last is None


def test_watching_changes_nothing_and_remembers_no_more_than_the_context_holds() -> None:
    geometry, params = Geometry((4, 3, 3), (1, 1, 2, 4)), Params(w_max=200, n_diff=5, cooldown_steps=1)
    alone = Allocator()
    telemetry = Telemetry(Allocator())
    for allocator in (alone, telemetry):
        allocator.open(geometry, params, [(3, 0), (0, 36)])
    random = np.random.default_rng(3)
    for iteration in range(600):
        scores = random.normal(size=alone.used)
        assert telemetry.step(scores) == alone.step(scores)
        if iteration % 10 == 0:
            assert telemetry.ingest(1) == alone.ingest(1)
        blocks = set(alone.context())
        assert blocks.issuperset(telemetry._since)
        hidden = [
            node
            for node in telemetry._latest
            for level, start in (blocks if iteration % 20 == 0 else ())
            if level > node.level and start <= node.start < start + geometry.span(level)
        ]
        assert not hidden, "what is inside a gist need not be remembered"
    assert telemetry.snapshot() == alone.snapshot()


def test_a_sink_that_fails_is_reported_once_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def broken(record: Record) -> None:
        raise OSError("no such collector")

    records: list[Record] = []
    telemetry = watched(broken, records.append)
    plans = [telemetry.step([0.0] * telemetry.used) for _ in range(3)]
    assert [plan.iteration for plan in plans] == [record.iteration for record in records] == [1, 2, 3]
    [entry] = caplog.records
    assert "no such collector" in caplog.text
    assert entry.name == "focalloc"


def test_the_logging_hook(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "serving")
    watched(log_to(logging.getLogger("serving"), logging.INFO)).step(SCORES)
    [entry] = caplog.records
    assert entry.getMessage().startswith("step 1: 2 expands, 1 collapses, 62.5% used, ")
    assert entry.focalloc["used"] == 5


def test_opentelemetry_metrics() -> None:
    export = pytest.importorskip("opentelemetry.sdk.metrics.export")
    metrics = pytest.importorskip("opentelemetry.sdk.metrics")
    reader = export.InMemoryMetricReader()
    meter = metrics.MeterProvider([reader]).get_meter("test")
    telemetry = watched(
        metrics_to(meter, {"model": "tiny"}), allocator=Guarded(lambda view, scores: [("expand", 2, 2)])
    )
    telemetry.step(SCORES)
    for _ in range(4):
        telemetry.step([0.0] * telemetry.used)
    telemetry.ingest(2)
    [resource] = reader.get_metrics_data().resource_metrics
    [scope] = resource.scope_metrics
    points: dict[tuple[str, str], Any] = {}
    for metric in scope.metrics:
        for point in metric.data.data_points:
            assert point.attributes["model"] == "tiny"
            points[metric.name, point.attributes.get("call", "")] = point
    assert points["focalloc.expands", "step"].value == 2
    assert points["focalloc.collapses", "step"].value == 1
    assert points["focalloc.reclaims", "ingest"].value == telemetry.last.reclaims > 0
    assert points["focalloc.fallbacks", "step"].value == 5
    assert points["focalloc.latency", "step"].count == 5
    assert points["focalloc.residency", "step"].count == 3
    assert points["focalloc.swaps", "step"].sum == 3
    assert points["focalloc.swap_rate_per_slot", "step"].sum == 3 / 4
    assert points["focalloc.coherence", "step"].count == 1
    assert points["focalloc.swap_rate", "step"].sum == 1.0
    assert points["focalloc.utilisation", ""].value == telemetry.last.utilisation
    assert points["focalloc.tau_expand", ""].value == pytest.approx(0.2, abs=1e-6)


def test_what_differs_falls_into_different_buckets_of_opentelemetry() -> None:
    """With the real SDK: calls of a session of usual size, slow and fast, busy and idle, are told apart."""
    export = pytest.importorskip("opentelemetry.sdk.metrics.export")
    metrics = pytest.importorskip("opentelemetry.sdk.metrics")
    reader = export.InMemoryMetricReader()
    measure = metrics_to(metrics.MeterProvider([reader]).get_meter("test"))
    telemetry = Telemetry(Allocator(Geometry(), Params(n_diff=16, cooldown_steps=1)))
    telemetry.load([(2, 1024 * i) for i in range(64)])
    random = np.random.default_rng(4)
    records = []
    for iteration in range(200):
        telemetry.step(random.normal(0, 0.3, telemetry.used) * (iteration % 3 > 0))
        records.append(telemetry.last)
    for record, seconds in zip(records, np.geomspace(1e-5, 1e-2, len(records)).tolist(), strict=True):
        measure(replace(record, latency=seconds))
    [resource] = reader.get_metrics_data().resource_metrics
    [scope] = resource.scope_metrics
    found = {
        metric.name: point.bucket_counts
        for metric in scope.metrics
        for point in metric.data.data_points
        if hasattr(point, "bucket_counts")
    }
    assert set(found) == set(BOUNDARIES)
    for name, counts in found.items():
        assert len(counts) == len(BOUNDARIES[name]) + 1
        assert max(counts) < sum(counts), f"every {name} falls into one bucket"
    for name in ("focalloc.latency", "focalloc.swap_rate", "focalloc.swap_rate_per_slot", "focalloc.residency"):
        assert sum(count > 0 for count in found[name]) >= 5, f"{name} is hardly told apart: {found[name]}"


def test_a_view_of_ones_own_takes_precedence() -> None:
    export = pytest.importorskip("opentelemetry.sdk.metrics.export")
    metrics = pytest.importorskip("opentelemetry.sdk.metrics")
    view = pytest.importorskip("opentelemetry.sdk.metrics.view")
    reader = export.InMemoryMetricReader()
    own = view.View(
        instrument_name="focalloc.swap_rate", aggregation=view.ExplicitBucketHistogramAggregation((0.25, 0.5))
    )
    watched(metrics_to(metrics.MeterProvider([reader], views=[own]).get_meter("test"))).step(SCORES)
    [resource] = reader.get_metrics_data().resource_metrics
    [point] = [
        point
        for metric in resource.scope_metrics[0].metrics
        if metric.name == "focalloc.swap_rate"
        for point in metric.data.data_points
    ]
    assert tuple(point.explicit_bounds) == (0.25, 0.5)


def test_without_opentelemetry_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'focalloc\[telemetry\]'"):
        metrics_to()
