"""``focalloc verify``: the built-in allocators against the spec, and against each other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from focalloc.cli.twins import Tally
    from focalloc.conformance.judge import Status
    from focalloc.conformance.report import Failure


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    strategy: str
    allocator: str
    source: str
    sessions: int
    answers: int
    status: Status
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Job:
    """One strategy of one allocator: everything a worker needs.

    Attributes:
        allocator: ``"reference"``, ``"fast path"``, or ``"compared"`` for both side by side.
        strategy: the strategy, and the profile to judge it by.
        examples: generated sessions.
        seed: what they follow from.
    """

    allocator: str
    strategy: str
    examples: int
    seed: int


TARGETS = {
    "reference": "focalloc.refimpl:ReferenceAllocator",
    "fast path": "focalloc:Allocator",
    "compared": "focalloc.cli.twins:Twins",
}
"""Where each allocator is found, as a command that replays a failure names it."""


def verify(
    examples: Annotated[int, typer.Option(min=1, help="Generated sessions per strategy and allocator.")] = 500,
    seed: Annotated[int, typer.Option(help="What the generated sessions follow from.")] = 0,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per processor.")] = 0,
) -> None:
    """Judge the built-in allocators against the spec. The main job; needs no arguments.

    Each strategy of the reference and of the fast path is put through generated sessions and through a recorded
    session over a real document. Then both go through all of it side by side and are compared action by action.
    """
    from focalloc.cli.terminal import output, tracked
    from focalloc.conformance.report import EXIT_STATUS
    from focalloc.fastpath.allocator import STRATEGIES as FAST
    from focalloc.refimpl.allocator import STRATEGIES as REFERENCE
    from focalloc.spec.violations import PROFILES

    began = time.monotonic()
    jobs = [
        Job(allocator, strategy, examples, seed)
        for strategy in REFERENCE
        if strategy in PROFILES
        for allocator in TARGETS
        if allocator == "reference" or strategy in FAST
    ]
    rows: list[Row] = []
    calls = actions = 0
    for found, compared in tracked(_done(jobs, workers), len(jobs), "judging"):
        rows += found
        calls, actions = calls + compared.calls, actions + compared.actions

    console = output()
    console.print(_table(rows))
    for failure in (failure for row in rows for failure in row.failures):
        console.print(_told(failure), soft_wrap=True, markup=False)
    totals = [
        f"{len({job.strategy for job in jobs})} strategies",
        f"{sum(row.sessions for row in rows):,} sessions",
        f"{sum(row.answers for row in rows):,} answers judged",
        f"{actions:,} actions in {calls:,} answers compared",
        f"{time.monotonic() - began:.0f} s",
    ]
    console.print(f"{_verdict(rows)}: {', '.join(totals)} ({_versions(seed)})", soft_wrap=True, markup=False)
    statuses = {EXIT_STATUS[row.status] for row in rows}
    raise typer.Exit(next((status for status in (1, 3) if status in statuses), 0))


def _done(jobs: list[Job], workers: int) -> Iterator[tuple[list[Row], Tally]]:
    """The results of ``jobs``, in their order."""
    workers = min(len(jobs), workers or os.cpu_count() or 1)
    if workers == 1:
        yield from map(judge, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(judge, jobs)


def judge(job: Job) -> tuple[list[Row], Tally]:
    """Judge one allocator by one strategy, on generated sessions and on the recorded one."""
    from msgspec import structs

    from focalloc.cli.twins import Tally, Twins
    from focalloc.conformance.judge import judged
    from focalloc.conformance.recorded import Session, recorded_case, recorded_session
    from focalloc.conformance.report import failure, save_failure
    from focalloc.conformance.runner import FAILURES, run
    from focalloc.conformance.targets import PythonTarget
    from focalloc.fastpath.allocator import Allocator
    from focalloc.refimpl.allocator import ReferenceAllocator

    tally = Tally()
    factories: dict[str, Callable[[], Any]] = {
        "reference": ReferenceAllocator,
        "fast path": Allocator,
        "compared": lambda: Twins(tally),
    }
    life = Session()
    case = recorded_case(recorded_session(replace(life, params=replace(life.params, strategy=job.strategy))))
    if job.allocator != "reference":
        _compile(job.strategy)
    with PythonTarget(factories[job.allocator], TARGETS[job.allocator], timeout=30) as target:
        report = run(target, profile=job.strategy, examples=job.examples, seed=job.seed, save_to=FAILURES)
        verdict = judged(target, case, job.strategy)
    failures: tuple[Failure, ...] = ()
    if verdict.status in ("fail", "error"):
        upto = structs.replace(case, steps=case.steps[: verdict.at + 1])
        found = failure(verdict, upto, target=target.name, profile=job.strategy, seed=job.seed, batch=0)
        failures = (save_failure(found, FAILURES / "recorded"),)
    return [
        Row(job.strategy, job.allocator, "generated", report.examples, report.answered, report.status, report.failures),
        Row(job.strategy, job.allocator, "recorded", 1, verdict.answered, verdict.status, failures),
    ], tally


def _compile(strategy: str) -> None:
    """Have Numba compile before the clock of the judge runs."""
    from focalloc.fastpath.allocator import Allocator
    from focalloc.spec.blocks import Block
    from focalloc.spec.geometry import Geometry
    from focalloc.spec.params import Params

    allocator = Allocator()
    allocator.open(Geometry((2, 2)), Params(w_max=4, strategy=strategy), [Block(0, 0), Block(0, 2)])
    allocator.step([0] * 4)
    allocator.ingest(1, [0] * 4)


def _table(rows: list[Row]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("strategy", "allocator", "sessions"):
        table.add_column(heading)
    for heading in ("number", "answers"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    styles = {"pass": "green", "fail": "bold red", "error": "bold red"}
    for row in rows:
        verdict = f"[{styles.get(row.status, 'yellow')}]{row.status}"
        table.add_row(row.strategy, row.allocator, row.source, f"{row.sessions:,}", f"{row.answers:,}", verdict)
    return table


def _told(failure: Failure) -> str:
    return (
        f"{failure.target}, {failure.profile}: {failure.message} ({failure.id})\n"
        f"  found at step {failure.at} of {len(failure.case.steps)}; replay: {failure.replay}"
    )


def _verdict(rows: list[Row]) -> str:
    statuses = {row.status for row in rows}
    return "FAIL" if statuses & {"fail", "error"} else "INCOMPLETE" if statuses - {"pass"} or not rows else "PASS"


def _versions(seed: int) -> str:
    from focalloc.conformance.report import versions_here

    here = versions_here()
    return f"seed {seed}; focalloc {here.focalloc}, spec {here.spec}, Python {here.python}"
