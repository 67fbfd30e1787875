"""Runs of many sessions: generated in batches, judged, and the failures shrunk.

A run is cut into batches of `BATCH` sessions. What a batch does depends on the seed and its own number only, so a
run finds the same whatever the number of workers that its batches are spread over.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from focalloc.conformance.capabilities import ALL, Capabilities
from focalloc.conformance.cases import Case, Step, size
from focalloc.conformance.judge import MOST_SLOTS, Status, Verdict, judged
from focalloc.conformance.leaks import with_what_it_takes
from focalloc.conformance.process import START_TIMEOUT, TIMEOUT
from focalloc.conformance.recorded import shipped_case
from focalloc.conformance.report import Failure, Report, failures_of, ids_of, lacking, saved
from focalloc.conformance.scenes import strategy
from focalloc.conformance.sessions import sessions
from focalloc.conformance.shrinking import shrunk
from focalloc.conformance.stakes import Stakes
from focalloc.conformance.targets import Lost, NoAnswer, PythonTarget, Refused, RunOver, Skipped, Target
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.errors import InvalidInput, truth
from focalloc.spec.printable import counted
from focalloc.spec.violations import checked_profile

DEFAULT_EXAMPLES = 384
"""Sessions of a run, unless said otherwise."""

BATCH = 96
"""Sessions of one batch."""

DRAWN_AHEAD = 8
"""Sessions that are drawn ahead, while there is nothing to do but to wait for an answer."""

MOST_SHRINKS = 800
"""Sessions judged to find a smaller counterexample to one clause."""

MOST_AFRESH = 200
"""The same, where each takes a process of its own."""

MOST_HANGS = 12
"""Of those, how many may run into the time limit; and as many in a batch that goes on after a failure."""

SHRINKS_WITHIN = 60.0
"""Seconds after which no smaller counterexample to one clause is looked for, if the target is that slow; a call that is
in progress then is ended."""

LONGEST_RUN = 1e9
"""Most seconds that a limit of a run counts as, some thirty years; what waits cannot take any float."""

HUNG, STILLBORN, RUN_OVER, TOO_LARGE = (
    "too many sessions before had no answer in time",
    "it cannot be started",
    "the run came to its limit in time",
    f"they take more slots than the judge takes on, which is {MOST_SLOTS}",
)
"""Why sessions were not judged."""

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
    lost: dict[str, int] = {}
    stakes: dict[str, int] = {}


def run_conformance(
    factory: Callable[[], Any],
    *,
    profile: str = "safety",
    examples: int = DEFAULT_EXAMPLES,
    seed: int = 0,
    timeout: float = TIMEOUT,
    start_timeout: float = START_TIMEOUT,
    time_limit: float | None = None,
    shrink: bool = True,
    keep_going: bool = False,
    save_to: Path | None = FAILURES,
    name: str = "",
    isolate: bool = True,
    recorded: bool = True,
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
        start_timeout: limit of the first call of each kind in a process, which may import and compile.
        time_limit: limit of the run as a whole, in seconds; sessions that it leaves no time for are unknown.
        shrink: look for a smaller session where one fails.
        keep_going: judge all examples, rather than stop at the end of the first batch that fails.
        save_to: folder for counterexamples; None to save none.
        name: how the report calls the allocator; by default ``module:factory``.
        isolate: judge in a copy of this process, where the platform can fork; see `PythonTarget`. What the allocator
            prints shows when something goes wrong only, and a debugger needs false here.
        recorded: put the session over a real document, too, in a run of no fewer sessions than by default.

    Raises:
        InvalidInput: the profile is unknown, or what is True or False is something else.
    """
    for option, value in (("shrink", shrink), ("keep_going", keep_going), ("isolate", isolate), ("recorded", recorded)):
        truth(option, value)
    target = PythonTarget(factory, name or importable_name(factory), timeout, start_timeout, isolate=isolate)
    with target:
        return run(
            target,
            profile=profile,
            examples=examples,
            seed=seed,
            time_limit=time_limit,
            shrink=shrink,
            keep_going=keep_going,
            save_to=save_to,
            recorded=recorded,
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
    time_limit: float | None = None,
    shrink: bool = True,
    keep_going: bool = False,
    save_to: Path | None = None,
    watch: Callable[[Batch], None] | None = None,
    recorded: bool = True,
) -> Report:
    """Judge ``target`` on generated sessions; see `run_conformance`. ``watch`` is told of each batch as it ends."""
    checked_profile(profile)
    until = _end_of(time_limit)
    smoke_test()

    target.until = until
    within = supported(target).checked(profile)

    def batches() -> Iterator[Batch]:
        for index, count in enumerate(batch_sizes(examples)):
            batch = run_batch(
                target, profile, seed, index, count, within=within, shrink=shrink, keep_going=keep_going, until=until
            )
            if watch is not None:
                watch(batch)
            yield batch
            if batch.failures and not keep_going:
                return

    found = collected(target.name, profile, seed, examples, batches())
    if keep_going or not found.failures:
        found = _with_the_recorded(found, target, within, until, left_out=not recorded, shrink=shrink)
    return _finished(target, within, found, save_to)


def run_in_processes(
    open_target: Callable[[], Target],
    jobs: int,
    *,
    profile: str = "safety",
    examples: int = DEFAULT_EXAMPLES,
    seed: int = 0,
    time_limit: float | None = None,
    keep_going: bool = False,
    save_to: Path | None = None,
    watch: Callable[[Batch], None] | None = None,
    recorded: bool = True,
) -> Report:
    """Judge as `run` does, and with the same outcome, with the batches spread over ``jobs`` processes.

    Args:
        open_target: makes the target in each process; must be picklable.
        jobs: number of processes.
        profile: as for `run`.
        examples: as for `run`.
        seed: as for `run`.
        time_limit: as for `run`.
        keep_going: as for `run`.
        save_to: as for `run`.
        watch: as for `run`; batches end in their order.
        recorded: as for `run_conformance`.

    Raises:
        InvalidInput: the profile is unknown, or a process ended before it had judged its batch.
    """
    checked_profile(profile)
    until = _end_of(time_limit)  # one clock for all processes of a machine
    smoke_test()
    sizes = batch_sizes(examples)
    spawn = multiprocessing.get_context("spawn")
    with (
        open_target() as target,
        _ended_at_once(ProcessPoolExecutor(jobs, spawn, _start_worker, (open_target,))) as pool,
    ):
        target.until = until
        within = supported(target).checked(profile)
        futures = [
            pool.submit(_judge_in_worker, profile, seed, index, size, within, keep_going, until)
            for index, size in enumerate(sizes)
        ]

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

        report = collected(target.name, profile, seed, examples, batches())
        if report.answered:
            target.begin()
        if keep_going or not report.failures:
            report = _with_the_recorded(report, target, within, until, left_out=not recorded)
        return _finished(target, within, report, save_to)


@contextlib.contextmanager
def _ended_at_once(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """``pool``, whose workers are not waited for when the run is interrupted."""
    others = set(multiprocessing.active_children())
    with pool:
        try:
            yield pool
        except BaseException:
            for worker in set(multiprocessing.active_children()) - others:
                worker.kill()
            raise


_worker: Target | None = None


def _start_worker(open_target: Callable[[], Target]) -> None:
    global _worker  # noqa: PLW0603  # one target per process, for all of its batches
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the first process ends the others
    _worker = open_target()
    _worker.__enter__()
    atexit.register(_worker.close)


def _judge_in_worker(
    profile: str, seed: int, index: int, size: int, within: Capabilities, keep_going: bool, until: float | None
) -> Batch:
    assert _worker is not None
    return run_batch(_worker, profile, seed, index, size, within=within, keep_going=keep_going, until=until)


def _with_the_recorded(
    report: Report, target: Target, within: Capabilities, until: float | None, *, left_out: bool, shrink: bool = True
) -> Report:
    """``report`` with what ``target`` makes of the recorded session over a document, as far as it supports that.

    A run that is shorter than by default is a quick look, and goes without; so does one that was cut short.
    """
    if report.asked < DEFAULT_EXAMPLES or report.cut_short:
        return report
    case, profile = shipped_case(), report.profile
    if left_out:
        return msgspec.structs.replace(report, recorded="left out, as asked")
    if within.geometries and case.geometry not in within.geometries:
        return msgspec.structs.replace(report, recorded="left out, as its geometry is not supported")
    params = within.fitted(replace(case.params, strategy=strategy(profile)))
    case = msgspec.structs.replace(case, params=params, steps=within.kept(case.steps))

    bench = _Bench(target, profile, within)
    target.until = until
    verdict = bench.judge(case)
    failures = {one.id: one for one in report.failures}
    if verdict.status in ("fail", "error"):
        for found in bench.failures(verdict, case, report.seed, -1):
            failures.setdefault(found.id, _settled(found, (), bench, until, shrink=shrink))
    why = f": {verdict.why}" if verdict.status == "skip" else ""
    said = f"{verdict.status}, {counted(verdict.answered, 'answer')}{why}"
    return msgspec.structs.replace(report, failures=tuple(failures[key] for key in sorted(failures)), recorded=said)


def _finished(target: Target, within: Capabilities, report: Report, save_to: Path | None) -> Report:
    failures, notes = report.failures, report.notes
    if save_to is not None:
        failures, unsaved = saved(failures, save_to)
        notes += unsaved
    if not target.isolated:
        notes += (
            "judged inside the judge's own process: an allocator that ends it or changes it could forge the verdict",
        )
    not_offered = lacking(report.profile, target.offers, report.stakes, within.without) if report.answered else ()
    said = {"not_offered": not_offered, "notes": notes, "left_out": within.left_out}
    return msgspec.structs.replace(report, failures=failures, **said)


def supported(target: Target) -> Capabilities:
    """What ``target`` supports, by what it says and by what its user says of it.

    A run asks once, before its first session, and draws and reports by that: another time it may say something else.

    Raises:
        InvalidInput: what it says makes no sense, or the two have nothing in common.
    """
    try:
        return target.only.both(target.supports())
    except (Refused, Skipped, NoAnswer, Lost, RunOver):  # which is for a session to find out
        return target.only


class _Bench(NamedTuple):
    """Where cases are judged that a failure leads to.

    Attributes:
        target: the allocator.
        profile: what it is judged by.
        within: what it supports; what is made smaller may ask for something else.
    """

    target: Target
    profile: str
    within: Capabilities

    def judge(self, case: Case) -> Verdict:
        """By the process that is there."""
        if self.within != ALL and not self.within.admits(case):
            return Verdict("skip")
        return judged(self.target, case, self.profile)

    def judge_afresh(self, case: Case) -> Verdict:
        """By a process that nothing was asked of before."""
        self.target.restart()
        return self.judge(case)

    def failures(self, verdict: Verdict, case: Case, seed: int, batch: int) -> tuple[Failure, ...]:
        """What ``verdict`` of ``case`` is about, see `failures_of`."""
        name, program = self.target.name, self.target.speaks_raw
        return failures_of(verdict, case, target=name, profile=self.profile, seed=seed, batch=batch, program=program)


def checked_limit(time_limit: float | None) -> float | None:
    """The seconds that a run may take, as far as a clock can count them; None for no limit.

    Raises:
        InvalidInput: ``time_limit`` is no number of seconds above 0.
    """
    if time_limit is None:
        return None
    if not time_limit > 0:
        raise InvalidInput("time_limit", time_limit, "must be a number of seconds above 0")
    return min(time_limit, LONGEST_RUN)


def _end_of(time_limit: float | None) -> float | None:
    """The time, of `time.monotonic`, at which a run ends that begins now; None for none."""
    limit = checked_limit(time_limit)
    return None if limit is None else time.monotonic() + limit


def batch_sizes(examples: int) -> list[int]:
    """How a run of ``examples`` sessions is cut into batches."""
    return [min(BATCH, examples - at) for at in range(0, examples, BATCH)]


def run_batch(
    target: Target,
    profile: str,
    seed: int,
    index: int,
    examples: int,
    *,
    within: Capabilities = ALL,
    shrink: bool = True,
    keep_going: bool = False,
    until: float | None = None,
    first: int | None = None,
) -> Batch:
    """Generate and judge one batch of sessions, and shrink what fails: one failure per clause.

    Sessions that cannot be judged any more are ``unknown``, with the reason in `Batch.lost`: none is dropped.

    Args:
        target: the allocator.
        profile: as for `run`.
        seed: of the run.
        index: of the batch in the run.
        examples: sessions of the batch.
        within: what the allocator supports, as the run was told at its start.
        shrink: as for `run`.
        keep_going: whether to go on after a session without an answer, each of which takes a whole limit.
        until: time, of `time.monotonic`, at which the run as a whole ends; None for none.
        first: number of its first session, where the run is cut elsewhere than `BATCH` says in this process.
    """
    verdicts, skips, lost = Counter[Status](), Counter[str](), Counter[str]()
    failures: dict[str, tuple[Failure, int]] = {}  # with how many sessions were before it
    answered = hangs = 0
    stopped = ""
    stakes = Stakes(profile)
    target.until = until
    bench = _Bench(target, profile, within)
    number = index * BATCH if first is None else first
    drawn: list[Case] = []
    cases = _Ahead(sessions(profile, seed, number, examples, bench.within))
    for place, case in enumerate(cases):
        if until is not None and time.monotonic() > until:
            stopped = stopped or RUN_OVER
        if stopped:  # nobody waits for sessions to be drawn that are not judged
            verdicts["unknown"] += examples - place
            lost[stopped] += examples - place
            break
        drawn.append(case)
        cases.draw_ahead(target)
        verdict = judged(target, case, profile, stakes=stakes)
        verdicts[verdict.status] += 1
        answered += verdict.answered
        hangs += "ANS-1" in ids_of(verdict)
        stopped = _why_to_stop(verdict, hangs, MOST_HANGS if keep_going else 1)
        if verdict.status == "skip":
            skips[verdict.why] += 1
        elif verdict.status == "unknown":
            lost[stopped or TOO_LARGE] += 1
        elif verdict.status != "pass":
            for found in bench.failures(verdict, case, seed, index):
                if found.id not in failures or size(case) < size(failures[found.id][0].case):
                    failures[found.id] = found, place

    target.finish()
    checked = [found for found, _ in failures.values()]
    if stopped not in (STILLBORN, RUN_OVER):
        checked = [_settled(found, drawn[:place], bench, until, shrink=shrink) for found, place in failures.values()]
    return Batch(
        index=index,
        examples=verdicts.total() - verdicts["unknown"],
        answered=answered,
        verdicts={status: count for status, count in verdicts.items() if count},
        failures=tuple(sorted(checked, key=lambda f: f.id)),
        skips=dict(skips),
        lost=dict(lost),
        stakes=dict(stakes.counts),
    )


class _Ahead(Iterator[Case]):
    """Sessions, of which some can be drawn before they are wanted.

    Args:
        cases: draws them.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = iter(cases)
        self._drawn: deque[Case] = deque()
        self._draws = False

    def draw_ahead(self, target: Target) -> None:
        """Draw while ``target`` is waited for, until `DRAWN_AHEAD` sessions are ready or there is no more."""

        def draw() -> None:
            before = len(self._drawn)
            self._drawn.extend(islice(self._cases, 1))
            self._draws = before < len(self._drawn) < DRAWN_AHEAD
            if self._draws:
                target.idly(draw)

        if not self._draws and len(self._drawn) < DRAWN_AHEAD:
            self._draws = True
            target.idly(draw)

    def __next__(self) -> Case:
        if not self._drawn:
            self._drawn.extend(islice(self._cases, 1))
        if not self._drawn:
            raise StopIteration
        return self._drawn.popleft()


def _why_to_stop(verdict: Verdict, hangs: int, most: int) -> str:
    """Why no session after one of this verdict is judged, where ``most`` may have no answer; empty if there is none."""
    if verdict.over:
        return RUN_OVER
    if verdict.stillborn:
        return STILLBORN
    return HUNG if hangs >= most else ""


def collected(target: str, profile: str, seed: int, asked: int, batches: Iterable[Batch]) -> Report:
    """One report of ``batches``: of failures with the same id, the smallest session stays."""
    verdicts: Counter[Status] = Counter()
    skips: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    stakes: Counter[str] = Counter()
    failures: dict[str, Failure] = {}
    examples = answered = 0
    for batch in batches:
        examples, answered = examples + batch.examples, answered + batch.answered
        verdicts.update(batch.verdicts)
        skips.update(batch.skips)
        lost.update(batch.lost)
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
        lost=dict(lost),
        stakes={one: stakes[one] for one in profile_clauses(profile)},
    )


def _settled(
    found: Failure, earlier: Sequence[Case], bench: _Bench, until: float | None, *, shrink: bool
) -> Failure:
    """`_alone` for as long as one failure may take, in a run that ends at ``until``."""
    soon = time.monotonic() + SHRINKS_WITHIN
    bench.target.until = soon if until is None else min(soon, until)
    try:
        return _alone(found, earlier, bench, shrink=shrink)
    finally:
        bench.target.until = until


def _alone(found: Failure, earlier: Sequence[Case], bench: _Bench, *, shrink: bool) -> Failure:
    """``found with the smallest session that fails by itself in a fresh process, or says why there is none.

    Args:
        found: the failure.
        earlier: the sessions before the one that failed.
        bench: where to judge.
        shrink: whether to look for a smaller session.
    """
    judge_afresh = bench.judge_afresh

    def fails_afresh(case: Case) -> bool:
        return found.id in ids_of(judge_afresh(case))

    start = msgspec.structs.replace(found.case, steps=found.case.steps[: found.at + 1])
    verdict = judge_afresh(start)
    if verdict.status == "unknown":
        return found
    if found.id in ids_of(verdict):
        smaller = _shrunk(found, start, bench.judge) if shrink else None
        if smaller is None:
            return found
        verdict = judge_afresh(smaller.case)
        if verdict.status == "unknown" or found.id in ids_of(verdict):
            return smaller
        return _shrunk(found, start, judge_afresh, MOST_AFRESH) or found  # what was judged before got in the way
    whole = with_what_it_takes(earlier, start, fails_afresh)
    if whole is None:
        return msgspec.structs.replace(found, repeatable=False)
    known = _as_judged(found, whole, judge_afresh(whole))
    smaller = _shrunk(known, whole, judge_afresh, MOST_AFRESH) if shrink else None
    return msgspec.structs.replace(smaller or known, leaks=_opens_again((smaller or known).case))


def _opens_again(case: Case) -> bool:
    """Whether ``case`` holds another session after its first: shrinking may find one that fails by itself."""
    return any(step.open is not None for step in case.steps)


def _as_judged(found: Failure, case: Case, verdict: Verdict) -> Failure:
    """``found``, shown by another session."""
    told = failures_of(
        verdict,
        case,
        target=found.target,
        profile=found.profile,
        seed=found.seed,
        batch=found.batch,
        program=found.program,
    )
    return next((one for one in told if one.id == found.id), found)


def _shrunk(found: Failure, start: Case, judge: Callable[[Case], Verdict], most: int = MOST_SHRINKS) -> Failure | None:
    """The smallest session found that fails as ``found`` does by ``judge``; None if ``start`` does not.

    The number of sessions is limited, so that the outcome does not depend on the machine; the time is only for targets
    so slow that nobody would wait.
    """
    tries = hangs = 0
    best: Failure | None = None

    def fails(case: Case) -> bool:
        nonlocal tries, hangs, best
        if tries >= most or hangs >= MOST_HANGS:
            raise StopIteration
        tries += 1
        verdict = judge(case)
        if verdict.status == "unknown":
            raise StopIteration
        hangs += "ANS-1" in ids_of(verdict)
        failed = found.id in ids_of(verdict)
        if failed and (best is None or size(case) < size(best.case)):
            best = _as_judged(found, case, verdict)
        return failed

    with contextlib.suppress(StopIteration):
        if fails(start):
            shrunk(start, fails)
    return best


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
