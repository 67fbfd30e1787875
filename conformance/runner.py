"""Runs of many sessions: generated in batches, judged, and the failures shrunk.

A run is cut into batches of `BATCH` sessions. What a batch does depends on the seed and its own number only, so a
run finds the same whatever the number of workers that its batches are spread over.
"""

from __future__ import annotations

import atexit
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import msgspec

from focalloc.conformance.capabilities import ALL, Capabilities
from focalloc.conformance.cases import Case, Step, size
from focalloc.conformance.judge import Status, Verdict, judged
from focalloc.conformance.report import Failure, Report, failure, needed, save_failure
from focalloc.conformance.sessions import sessions
from focalloc.conformance.shrinking import shrunk
from focalloc.conformance.stakes import Stakes
from focalloc.conformance.targets import Lost, NoAnswer, PythonTarget, Refused, Skipped, Target
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.errors import InvalidInput
from focalloc.spec.violations import checked_profile

DEFAULT_EXAMPLES = 1000
"""Sessions of a run, unless said otherwise."""

BATCH = 250
"""Sessions of one batch."""

MOST_SHRINKS = 800
"""Sessions judged to find a smaller counterexample to one clause."""

MOST_HANGS = 12
"""Of those, how many may run into the time limit."""

FAILURES = Path("focalloc-failures")
"""Where counterexamples are saved."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch found."""

    index: int
    examples: int
    answered: int
    verdicts: dict[Status, int]
    failures: tuple[Failure, ...] = ()
    skips: dict[str, int] = {}
    stakes: dict[str, int] = {}


def run_conformance(
    factory: Callable[[], Any],
    *,
    profile: str = "safety",
    examples: int = DEFAULT_EXAMPLES,
    seed: int = 0,
    timeout: float = 10.0,
    shrink: bool = True,
    keep_going: bool = False,
    save_to: Path | None = FAILURES,
    name: str = "",
) -> Report:
    """Judge the allocators that ``factory`` makes. In a test of your own::

        def test_my_allocator_conforms():
            run_conformance(MyAllocator, profile="greedy").raise_for_failures()

    Args:
        factory: makes a fresh allocator: ``open(geometry, params, context)``, ``step(scores) -> actions``, and
            optionally ``ingest(blocks, scores) -> actions``, ``prefer(logits) -> actions``,
            ``relaxation(scores)``, ``context()``, ``positions()``, ``ledger_size()``.
        profile: what it claims: ``"safety"`` for what every allocator owes, or a strategy's profile.
        examples: sessions to judge.
        seed: what the sessions follow from; the same seed gives the same sessions.
        timeout: limit of one call into the allocator, in seconds of wall-clock time (ANS-1).
        shrink: look for a smaller session where one fails.
        keep_going: judge all examples, rather than stop at the end of the first batch that fails.
        save_to: folder for counterexamples; None to save none.
        name: how the report calls the allocator; by default ``module:factory``.

    Raises:
        InvalidInput: the profile is unknown.
    """
    target = PythonTarget(factory, name or importable_name(factory), timeout)
    with target:
        return run(
            target,
            profile=profile,
            examples=examples,
            seed=seed,
            shrink=shrink,
            keep_going=keep_going,
            save_to=save_to,
        )


def importable_name(factory: Callable[[], Any]) -> str:
    """``module:name`` of a factory, as the command line takes it."""
    return f"{getattr(factory, '__module__', '?')}:{getattr(factory, '__qualname__', type(factory).__qualname__)}"


def run(
    target: Target,
    *,
    profile: str = "safety",
    examples: int = DEFAULT_EXAMPLES,
    seed: int = 0,
    shrink: bool = True,
    keep_going: bool = False,
    save_to: Path | None = None,
    watch: Callable[[Batch], None] | None = None,
) -> Report:
    """Judge ``target`` on generated sessions; see `run_conformance`. ``watch`` is told of each batch as it ends."""
    checked_profile(profile)
    smoke_test()

    def batches() -> Iterator[Batch]:
        for index, count in enumerate(batch_sizes(examples)):
            batch = run_batch(target, profile, seed, index, count, shrink=shrink)
            if watch is not None:
                watch(batch)
            yield batch
            if batch.failures and not keep_going:
                return

    return _finished(target, collected(target.name, profile, seed, examples, batches()), save_to)


def run_in_processes(
    open_target: Callable[[], Target],
    jobs: int,
    *,
    profile: str = "safety",
    examples: int = DEFAULT_EXAMPLES,
    seed: int = 0,
    keep_going: bool = False,
    save_to: Path | None = None,
    watch: Callable[[Batch], None] | None = None,
) -> Report:
    """Judge as `run` does, and with the same outcome, with the batches spread over ``jobs`` processes.

    Args:
        open_target: makes the target in each process; must be picklable.
        jobs: number of processes.
        profile: as for `run`.
        examples: as for `run`.
        seed: as for `run`.
        keep_going: as for `run`.
        save_to: as for `run`.
        watch: as for `run`; batches end in their order.

    Raises:
        InvalidInput: the profile is unknown, or a process ended before it had judged its batch.
    """
    checked_profile(profile)
    smoke_test()
    sizes = batch_sizes(examples)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, spawn, _start_worker, (open_target,)) as pool:
        futures = [pool.submit(_judge_in_worker, profile, seed, index, size) for index, size in enumerate(sizes)]

        def batches() -> Iterator[Batch]:
            for future in futures:
                try:
                    batch = future.result()
                except BrokenProcessPool as ended:
                    raise InvalidInput("jobs", jobs, "a process ended before its sessions were judged") from ended
                if watch is not None:
                    watch(batch)
                yield batch
                if batch.failures and not keep_going:
                    for later in futures:
                        later.cancel()
                    return

        with open_target() as target:
            report = collected(target.name, profile, seed, examples, batches())
            if report.answered:
                target.begin()
            return _finished(target, report, save_to)


_worker: Target | None = None


def _start_worker(open_target: Callable[[], Target]) -> None:
    global _worker  # noqa: PLW0603  # one target per process, for all of its batches
    _worker = open_target()
    _worker.__enter__()
    atexit.register(_worker.close)


def _judge_in_worker(profile: str, seed: int, index: int, size: int) -> Batch:
    assert _worker is not None
    return run_batch(_worker, profile, seed, index, size)


def _finished(target: Target, report: Report, save_to: Path | None) -> Report:
    failures = report.failures if save_to is None else tuple(save_failure(f, save_to) for f in report.failures)
    not_offered = tuple(what for what in needed(report.profile) if report.answered and not target.offers(what))
    left_out = supported(target).left_out
    return msgspec.structs.replace(report, failures=failures, not_offered=not_offered, left_out=left_out)


def supported(target: Target) -> Capabilities:
    """What ``target`` supports, by what it says and by what its user says of it.

    Raises:
        InvalidInput: what it says makes no sense, or the two have nothing in common.
    """
    only: Capabilities = getattr(target, "only", ALL)
    says: Callable[[], Capabilities] = getattr(target, "supports", lambda: ALL)
    try:
        return only.both(says())
    except (Refused, Skipped, NoAnswer, Lost):  # which is for a session to find out
        return only


def batch_sizes(examples: int) -> list[int]:
    """How a run of ``examples`` sessions is cut into batches."""
    return [min(BATCH, examples - at) for at in range(0, examples, BATCH)]


def run_batch(target: Target, profile: str, seed: int, index: int, examples: int, *, shrink: bool = True) -> Batch:
    """Generate and judge one batch of sessions, and shrink what fails: one failure per clause."""
    verdicts: Counter[Status] = Counter()
    skips: Counter[str] = Counter()
    failures: dict[str, Failure] = {}
    answered, hung = 0, False
    stakes = Stakes(profile)

    within = supported(target).checked(profile)

    def judge(case: Case) -> Verdict:
        if within != ALL and not within.admits(case):  # made smaller, it asked for something else
            return Verdict("unknown")
        return judged(target, case, profile)

    def keep(case: Case, verdict: Verdict) -> None:
        found = failure(
            verdict, case, target=target.name, profile=profile, seed=seed, batch=index, program=target.speaks_raw
        )
        if found.id not in failures or size(case) < size(failures[found.id].case):
            failures[found.id] = found

    def look(case: Case) -> None:
        nonlocal answered, hung
        if hung:  # each further session might take a whole time limit
            return
        verdict = judged(target, case, profile, stakes=stakes)
        verdicts[verdict.status] += 1
        answered += verdict.answered
        if verdict.status == "skip":
            skips[verdict.why] += 1
        elif verdict.status != "pass":
            keep(case, verdict)
            hung = verdict.clause == "ANS-1"

    for case in sessions(profile, seed, index * BATCH, examples, within):
        look(case)
    for found in list(failures.values()) if shrink else ():
        _shrunk(judge, found, keep)
    checked = [msgspec.structs.replace(f, repeatable=_repeats(judge, f)) for f in failures.values()]
    return Batch(
        index=index,
        examples=verdicts.total(),
        answered=answered,
        verdicts=dict(verdicts),
        failures=tuple(sorted(checked, key=lambda f: f.id)),
        skips=dict(skips),
        stakes=dict(stakes.counts),
    )


def collected(target: str, profile: str, seed: int, asked: int, batches: Iterable[Batch]) -> Report:
    """One report of ``batches``: of failures with the same id, the smallest session stays."""
    verdicts: Counter[Status] = Counter()
    skips: Counter[str] = Counter()
    stakes: Counter[str] = Counter()
    failures: dict[str, Failure] = {}
    examples = answered = 0
    for batch in batches:
        examples, answered = examples + batch.examples, answered + batch.answered
        verdicts.update(batch.verdicts)
        skips.update(batch.skips)
        stakes.update(batch.stakes)
        for found in batch.failures:
            if found.id not in failures or size(found.case) < size(failures[found.id].case):
                failures[found.id] = found
    return Report(
        target=target,
        profile=profile,
        seed=seed,
        asked=asked,
        examples=examples,
        answered=answered,
        verdicts=dict(verdicts),
        failures=tuple(failures[key] for key in sorted(failures)),
        skips=dict(skips),
        stakes={one: stakes[one] for one in profile_clauses(profile)},
    )


def _shrunk(judge: Callable[[Case], Verdict], found: Failure, keep: Callable[[Case, Verdict], None]) -> None:
    """Look for a smaller session that fails as ``found`` does; ``keep`` remembers the smallest.

    The number of sessions is limited rather than the time, so that the outcome does not depend on the machine.
    """
    tries = hangs = 0

    def fails(case: Case) -> bool:
        nonlocal tries, hangs
        if tries >= MOST_SHRINKS or hangs >= MOST_HANGS:
            raise StopIteration
        tries += 1
        verdict = judge(case)
        hangs += verdict.clause == "ANS-1"
        failed = verdict.status in ("fail", "error") and (verdict.clause or "error") == found.id
        if failed:
            keep(case, verdict)
        return failed

    start = msgspec.structs.replace(found.case, steps=found.case.steps[: found.at + 1])
    if fails(start):
        shrunk(start, fails)


def _repeats(judge: Callable[[Case], Verdict], found: Failure) -> bool:
    verdict = judge(found.case)
    return (verdict.clause or "error") == found.id


# A judge that finds nothing is useless however many sessions it has seen; so it first shows that it can tell.


class _Idle:
    """Never acts: safe, and not greedy."""

    def open(self, geometry: Geometry, params: Params, context: object) -> None:
        """Do nothing."""

    def step(self, scores: object) -> list[object]:
        """Do nothing."""
        return []


class _Eager(_Idle):
    """Always expands the same node: not even safe."""

    def step(self, scores: object) -> list[object]:
        """Expand the first top-level node."""
        return [("expand", 2, 0)]


def smoke_test() -> None:
    """See that the judge tells right from wrong on three known answers.

    Raises:
        RuntimeError: it does not; no report of it means anything.
    """
    steps = (Step(scores=(10**6,)), Step())
    case = Case(geometry=Geometry((2, 2)), params=Params(w_max=9), context=(Block(2, 0),), steps=steps)
    for factory, profile, expected in ((_Idle, "safety", ""), (_Idle, "greedy", "GRE-6"), (_Eager, "greedy", "ACT-3")):
        with PythonTarget(factory) as target:
            verdict = judged(target, case, profile)
        if verdict.clause != expected or (verdict.status == "pass") != (expected == ""):
            raise RuntimeError(f"the judge is broken: it says {verdict} of {factory.__name__} by profile {profile}")
