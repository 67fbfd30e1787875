"""Large campaigns: a run of millions of sessions, its batches spread over a dask.distributed cluster.

What a batch finds follows from the seed and its number alone, and shrinking waits until all batches are in, so the
outcome is the same whatever the number of workers, in which order they finish, and how often the campaign was
interrupted. A batch whose worker dies is judged again elsewhere; one that ends every worker it is given to is unknown.
"""

from __future__ import annotations

import logging
import pickle
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any
from uuid import uuid4

import cloudpickle
import dask
import msgspec
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from focalloc.conformance import runner
from focalloc.conformance.capabilities import Capabilities
from focalloc.conformance.journal import Header, Journal
from focalloc.conformance.report import NEEDED_BY, Failure, Report, lacking, save_failure, versions_here
from focalloc.conformance.runner import (
    RUN_OVER,
    Batch,
    batch_sizes,
    checked_limit,
    collected,
    run_batch,
    smoke_test,
    supported,
)
from focalloc.conformance.targets import Lost, NoAnswer, Refused, RunOver, Skipped, Target
from focalloc.spec.errors import InvalidInput
from focalloc.spec.violations import checked_profile

LOCAL = "local"
"""Address that stands for a cluster on this machine, started for the campaign and ended with it."""

BATCHES_PER_WORKER = 4
"""Batches that are handed out ahead, so that no worker waits; the others wait here and not in the scheduler."""

ANSWERS_WITHIN = 10
"""Seconds to wait for a scheduler."""

GRACE = 10.0
"""Seconds after the end of its time that a campaign waits for what its workers have judged by then."""

ENDS_ITS_JUDGE = "whatever process judges them ends"
"""Why sessions are unknown after several workers died over them."""

OpenTarget = Callable[[], Target]
Contents = Callable[[], str]
Subject = tuple[OpenTarget, Contents, str, Capabilities]
"""An allocator to be judged: how to open it, how to see what it is made of, what that has to be, what it supports."""


class Clock:
    """The time that a campaign has; each process counts it by a clock of its own, since clocks of machines differ.

    Args:
        limit: seconds from now; None for no end.

    Attributes:
        until: the end, by `time.monotonic` of the process that it was made in.
    """

    def __init__(self, limit: float | None) -> None:
        self.until = None if limit is None else time.monotonic() + limit
        self._name = uuid4().hex

    @property
    def left(self) -> float | None:
        """Seconds until the end, not below 0."""
        return None if self.until is None else max(0.0, self.until - time.monotonic())

    @property
    def patience(self) -> float | None:
        """Seconds to wait for what others have done until the end."""
        return None if self.left is None else self.left + GRACE

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self.left == 0.0

    def __reduce__(self) -> tuple[Callable[..., Clock], tuple[object, ...]]:
        return _clock_here, (self._name, self.left)


_clocks: dict[str, Clock] = {}


def _clock_here(name: str, left: float | None) -> Clock:
    """The clock called ``name`` in this process; a message that was long on its way does not make the end later."""
    arrived = Clock(left)
    known = _clocks.setdefault(name, arrived)
    if known.until is not None and arrived.until is not None:
        known.until = min(known.until, arrived.until)
    return known


def run_campaign(
    open_target: OpenTarget,
    *,
    profile: str,
    examples: int,
    seed: int = 0,
    address: str = LOCAL,
    time_limit: float | None = None,
    contents: Contents = str,
    journal: Path | None = None,
    save_to: Path | None = None,
    watch: Callable[[Batch], None] | None = None,
) -> Report:
    """Judge all ``examples`` sessions, failures or not, and shrink the simplest failure of each kind.

    Args:
        open_target: makes the target in each worker; must be picklable.
        profile: what the allocator claims.
        examples: sessions to judge.
        seed: what the sessions follow from.
        address: the scheduler's, such as ``tcp://127.0.0.1:8786``; `LOCAL` for a cluster of this machine.
        time_limit: of the campaign as a whole, in seconds; what it has not judged by then is unknown, and left to the
            next one that goes on from its journal.
        contents: tells what the allocator is made of, as a digest, wherever it is called; must be picklable. Each
            worker has to have the same, as long as the campaign lasts.
        journal: file to write each batch to as it ends; if it is there, the campaign goes on where it stopped.
        save_to: folder for counterexamples; None to save none.
        watch: told of each batch as it ends, those from the journal included.

    Raises:
        InvalidInput: the profile is unknown, no scheduler answers, its workers lack a module or have another, the
            allocator was changed meanwhile, or the journal is refused (`Journal`).
    """
    checked_profile(profile)
    clock = Clock(checked_limit(time_limit))
    smoke_test()
    with ExitStack() as stack:
        target = stack.enter_context(open_target())
        made_of, sizes = _made_of(target, contents), batch_sizes(examples)
        offered = {what for what in NEEDED_BY if target.offers(what)}
        within = supported(target).checked(profile)
        header = Header(target.name, made_of, profile, seed, examples, within, target.limits, versions_here())
        book = None if journal is None else stack.enter_context(Journal(journal, header, sizes))
        done = {} if book is None else dict(book.done)
        for batch in done.values():
            if watch is not None:
                watch(batch)
        client = stack.enter_context(_client(address, stack))
        hand = partial(_handed, client, (open_target, contents, made_of, within), clock, profile, seed)
        waiting = deque((i, size) for i, size in enumerate(sizes) if i not in done)
        ahead = BATCHES_PER_WORKER * max(1, sum(client.nthreads().values()))
        for batch in _judged(hand, clock, waiting, ahead):
            done[batch.index] = batch
            # one that is unknown, or was not judged to its end, is tried again when the campaign is
            if book is not None and batch.examples and RUN_OVER not in batch.lost:
                book.add(batch)
            if watch is not None:
                watch(batch)
        report = collected(target.name, profile, seed, examples, (done[index] for index in sorted(done)))
        failures = report.failures if clock.is_over else tuple(_shrunk(hand, clock, examples, report))
    if save_to is not None:
        failures = tuple(save_failure(failed, save_to) for failed in failures)
    not_offered = lacking(profile, offered.__contains__, report.stakes, within.without) if report.answered else ()
    return msgspec.structs.replace(report, failures=failures, not_offered=not_offered, left_out=within.left_out)


def _client(address: str, stack: ExitStack) -> Client:
    if address != LOCAL:
        try:
            return Client(address, timeout=ANSWERS_WITHIN)
        except (OSError, ValueError) as error:
            raise InvalidInput("cluster", address, f"no scheduler answers there: {error}") from error
    # a worker whose predecessors fell in a row may be late, but is not to be given up
    stack.enter_context(dask.config.set({"distributed.deploy.lost-worker-timeout": "1000 days"}))
    with _not_interrupted():
        cluster = LocalCluster(
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            silence_logs=logging.CRITICAL,  # the report says what was lost, and a campaign that is stopped need not
        )
    return Client(stack.enter_context(cluster))


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """Whatever thread or process is started here never sees SIGINT: a terminal sends it to them all, and this one ends
    its workers itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it unblocks SIGINT as it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Call:
    """Unpickled, it is what ``function`` returns of ``arguments``."""

    def __init__(self, function: Callable[..., Batch], *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Batch], tuple[object, ...]]:
        return self._call


def _handed(
    client: Client, subject: Subject, clock: Clock, profile: str, seed: int, index: int, size: int, shrink: bool = False
) -> Future:
    """Hand one batch out."""
    # unpickled by the task, as a worker that lacks a module says so there; anywhere else it would fall silent
    first = runner.BATCH * index
    call = cloudpickle.dumps(_Call(judge_batch, subject, clock, profile, seed, index, first, size, shrink))
    return client.submit(pickle.loads, call, pure=False)


def _result(future: Future, clock: Clock) -> Batch:
    """What came of a batch.

    Raises:
        InvalidInput: its worker lacks a module.
        TimeoutError: nothing, until the campaign was over.
        KilledWorker: several workers in a row have ended over it.
    """
    try:
        found: Batch = future.result(clock.patience)
    except ModuleNotFoundError as missing:
        raise InvalidInput("cluster", future.client.scheduler.address, f"a worker has {missing}") from missing
    return found


Hand = Callable[..., Future]


def _judged(hand: Hand, clock: Clock, waiting: deque[tuple[int, int]], ahead: int) -> Iterator[Batch]:
    """The batches that are ``waiting``, judged, in whatever order they end; ``ahead`` at a time are handed out."""
    handed_out: dict[str, tuple[int, int]] = {}
    suspects: list[tuple[int, int]] = []

    def next_one() -> Future:
        batch = waiting.popleft()
        future = hand(*batch)
        handed_out[future.key] = batch
        return future

    with suppress(TimeoutError):
        running = as_completed([next_one() for _ in range(min(ahead, len(waiting)))], timeout=clock.patience)
        for future in running:
            try:
                yield _result(future, clock)
            except KilledWorker:  # by this batch, or by another that the same worker held
                suspects.append(handed_out[future.key])
            del handed_out[future.key]
            future.release()
            if waiting and not clock.is_over:
                running.add(next_one())
    for index, size in sorted(suspects):  # each alone, so that none is blamed for another
        if clock.is_over:
            waiting.append((index, size))
            continue
        try:
            yield _result(hand(index, size), clock)
        except KilledWorker:
            yield _unknown(index, size, ENDS_ITS_JUDGE)
        except TimeoutError:
            waiting.append((index, size))
    for index, size in (*handed_out.values(), *waiting):
        yield _unknown(index, size, RUN_OVER)


def _unknown(index: int, size: int, why: str) -> Batch:
    return Batch(index=index, examples=0, answered=0, verdicts={"unknown": size}, lost={why: size})


def _shrunk(hand: Hand, clock: Clock, examples: int, report: Report) -> Iterator[Failure]:
    """Each failure of ``report``, with its batch judged once more to find a smaller session."""
    sizes = batch_sizes(examples)
    again = {
        index: hand(index, sizes[index], shrink=True) for index in sorted({failed.batch for failed in report.failures})
    }
    for failed in report.failures:
        try:
            found = _result(again[failed.batch], clock)
        except (KilledWorker, TimeoutError):  # what is known of it is better than nothing
            yield failed
        else:
            yield next((one for one in found.failures if one.id == failed.id), failed)


def _made_of(target: Target, contents: Contents) -> str:
    """What the allocator is made of, and what it says of its version, or a host of what it imported."""
    try:
        target.begin()
        return f"{contents()} {target.version()}"
    except (Refused, Skipped, NoAnswer, Lost, RunOver):  # which is for a session to find out
        return contents()


# IN THE WORKERS

_one_at_a_time = threading.Lock()


def judge_batch(
    subject: Subject, clock: Clock, profile: str, seed: int, index: int, first: int, size: int, shrink: bool
) -> Batch:
    """Judge one batch in a worker, one at a time in each process.

    Raises:
        InvalidInput: what the worker has is not the allocator that the campaign was begun with.
    """
    open_target, contents, made_of, within = subject
    with _one_at_a_time:
        if clock.is_over:
            return _unknown(index, size, RUN_OVER)
        with open_target() as target:
            if _made_of(target, contents) != made_of:
                raise InvalidInput(
                    "cluster", f"batch {index}", "a worker has not the allocator that the campaign began with"
                )
            limits: dict[str, Any] = {"within": within, "shrink": shrink, "until": clock.until}
            return run_batch(target, profile, seed, index, size, first=first, **limits)
