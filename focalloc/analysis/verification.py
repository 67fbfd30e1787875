"""The built-in allocators judged by the spec and held against each other, and the quick theorems."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from focalloc.extras import missing_extra

if TYPE_CHECKING:
    from focalloc.analysis.twins import Tally
    from focalloc.conformance.judge import Status
    from focalloc.conformance.report import Failure
    from focalloc.conformance.targets import Target
    from focalloc.proofs.runner import Verdict


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    strategy: str
    source: str
    sessions: int
    answers: int
    status: Status
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Proved:
    """One line of the table of theorems: those of one technique.

    Attributes:
        technique: how they are established.
        theorems: how many there are.
        proved: how many of them are proved, by a proof that notices every planted bug.
        obligations: how many pieces of evidence they consist of.
        bugs: how many planted bugs turned into counterexamples.
        status: what it amounts to; a theorem that was not looked at is a skip.
        notes: a sentence about each theorem that is not proved.
    """

    technique: str
    theorems: int
    proved: int
    obligations: int
    bugs: int
    status: Status
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One strategy: everything a worker needs.

    Attributes:
        strategy: the strategy, and the profile to judge it by.
        examples: generated sessions.
        seed: what they follow from.
    """

    strategy: str
    examples: int
    seed: int


@dataclass(frozen=True)
class Verification:
    """What came of it all.

    Attributes:
        strategies: how many strategies there are.
        rows: what came of the sessions.
        proofs: what came of the theorems.
        problems: a sentence for each conformance vector that does not follow from the spec.
        calls: how many answers of the two allocators were compared.
        actions: how many actions were in them.
    """

    strategies: int
    rows: Sequence[Row]
    proofs: Sequence[Proved]
    problems: Sequence[str]
    calls: int
    actions: int

    @property
    def verdict(self) -> str:
        """``PASS``, ``FAIL``, or ``INCOMPLETE`` where something was not looked at."""
        statuses = {row.status for row in self.rows} | {line.status for line in self.proofs}
        if statuses & {"fail", "error"}:
            return "FAIL"
        return "PASS" if self.rows and self.proofs and statuses == {"pass"} else "INCOMPLETE"


BOTH = "focalloc.analysis.twins:Twins"
"""Where the two allocators side by side are found, as a command that replays a failure names it."""

LIMIT = 60.0
"""Seconds that one call may take, on a machine that may be slow and busy proving."""

FIRST_LIMIT = 600.0
"""Seconds that the first call of a kind may take, which compiles."""

BEGINNING = 150_000
"""Characters of the document that all strategies but greedy read: reading is ingest, which is the same for them all."""

REFINED: dict[str, dict[str, Any]] = {"enhanced": {"tie_break": "recency", "adaptive_window": 8}}
"""Strategy -> parameters for the recorded session in which it is more than another by another name."""


Watch = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Passes items on as they come, told how many there will be and what is done, so that a person may see it counted."""


def verified(
    examples: int = 250, seed: int = 0, workers: int = 0, watch: Watch = lambda items, total, what: items
) -> Verification:
    """Judge and compare the built-in allocators, strategy by strategy, and prove the quick theorems.

    Args:
        examples: generated sessions per strategy.
        seed: what they follow from.
        workers: processes; 0 for one per processor.
        watch: sees what is done.
    """
    import_module("focalloc.fastpath.tables")  # where nothing may be compiled, that is said before anything is judged
    from focalloc.refimpl.allocator import STRATEGIES

    # first the two that compile most and share least of it, so that no two workers compile the same
    order = sorted(STRATEGIES, key=lambda strategy: strategy not in ("greedy", "knapsack"))
    jobs = [Job(strategy, examples, seed) for strategy in order]
    checked, problems = _checked_vectors(STRATEGIES)
    rows: list[Row] = []
    calls = actions = 0
    for found, compared in watch(_done(jobs, workers), len(jobs), "judging"):
        rows += found
        calls, actions = calls + compared.calls, actions + compared.actions
    return Verification(len(jobs), [*rows, checked], _proofs(workers, watch), problems, calls, actions)


def _done(jobs: list[Job], workers: int) -> Iterator[tuple[list[Row], Tally]]:
    """The results of ``jobs``, in their order."""
    workers = min(len(jobs), workers or os.cpu_count() or 1)
    if workers == 1:
        yield from map(judge, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(judge, jobs)


def judge(job: Job) -> tuple[list[Row], Tally]:
    """Judge both allocators by one strategy, on generated sessions, on the recorded one and on the vectors."""
    from msgspec import structs

    from focalloc.analysis.twins import Tally, Twins
    from focalloc.conformance.judge import judged
    from focalloc.conformance.recorded import Document, Session, recorded_case, recorded_session
    from focalloc.conformance.report import failure, save_failure
    from focalloc.conformance.runner import FAILURES, run
    from focalloc.conformance.targets import PythonTarget

    tally = Tally()
    life = Session()
    if job.strategy != "greedy":
        life = replace(life, document=Document(life.document.name, life.document.text[:BEGINNING]))
    params = replace(life.params, strategy=job.strategy, **REFINED.get(job.strategy, {}))
    case = recorded_case(recorded_session(replace(life, params=params)))
    with PythonTarget(lambda: Twins(tally), BOTH, LIMIT, FIRST_LIMIT, isolate=False) as target:
        report = run(target, profile=job.strategy, examples=job.examples, seed=job.seed, save_to=FAILURES)
        verdict = judged(target, case, job.strategy)
        vectors = _judged_vectors(target, job)
    failures: tuple[Failure, ...] = ()
    if verdict.status in ("fail", "error"):
        shown = structs.replace(case, steps=case.steps[: verdict.at + 1])
        found = failure(verdict, shown, target=target.name, profile=job.strategy, seed=job.seed, batch=0)
        failures = (save_failure(found, FAILURES / "recorded"),)
    return [
        Row(job.strategy, "generated", report.examples, report.answered, report.status, report.failures),
        Row(job.strategy, "recorded", 1, verdict.answered, verdict.status, failures),
        vectors,
    ], tally


def _judged_vectors(target: Target, job: Job) -> Row:
    """What ``target`` makes of the vectors for its strategy, with a failure for each clause."""
    from focalloc.conformance.judge import judged
    from focalloc.conformance.report import failure, save_failure
    from focalloc.conformance.runner import FAILURES
    from focalloc.conformance.vectors import case_of, shipped

    mine = [one for one in shipped() if one.params.strategy == job.strategy]
    answers = 0
    failures: dict[str, Failure] = {}
    for one in mine:
        case = case_of(one)
        verdict = judged(target, case, one.profile)
        answers += verdict.answered
        if verdict.status != "pass" and verdict.clause not in failures:
            found = failure(verdict, case, target=target.name, profile=one.profile, seed=job.seed, batch=0)
            failures[verdict.clause] = save_failure(found, FAILURES / "vectors")
    status: Status = "fail" if failures else "pass" if mine else "unknown"
    return Row(job.strategy, "vectors", len(mine), answers, status, tuple(failures.values()))


def _checked_vectors(strategies: Container[str]) -> tuple[Row, list[str]]:
    """Whether the vectors for ``strategies`` follow from the spec, and what is wrong if they do not."""
    from focalloc.conformance.vectors import problems, shipped

    mine = [one for one in shipped() if one.params.strategy in strategies]
    found = [sentence for one in mine for sentence in problems(one)]
    status: Status = "fail" if found else "pass" if mine else "unknown"
    return Row("all", "vectors, by the spec", len(mine), sum(len(one.steps) for one in mine), status, ()), found


def _proofs(workers: int, watch: Watch) -> list[Proved]:
    """What comes of the quick theorems, by technique."""
    try:
        from focalloc.proofs import catalogue
        from focalloc.proofs.runner import prove_all
    except ModuleNotFoundError as missing:
        if missing_extra(missing.name or "") is None:
            raise
        note = f"no theorem was looked at: {missing.name} is not there; install it with: pip install 'focalloc[proofs]'"
        return [Proved("not installed", 0, 0, 0, 0, "skip", (note,))]
    quick = catalogue.theorems()
    verdicts: dict[str, list[Verdict]] = {theorem.technique: [] for theorem in quick}
    technique = {theorem.name: theorem.technique for theorem in quick}
    running = prove_all(quick, jobs=min(len(quick) or 1, workers or os.cpu_count() or 1))
    for verdict in watch(running, len(quick), "proving"):
        verdicts[technique[verdict.theorem]].append(verdict)
    return [_proved(technique, of_it) for technique, of_it in verdicts.items()]


def _proved(technique: str, verdicts: list[Verdict]) -> Proved:
    """One line about the theorems of one technique."""
    codes = [verdict.exit_code for verdict in verdicts]
    return Proved(
        technique,
        len(verdicts),
        codes.count(0),
        sum(len(verdict.findings) for verdict in verdicts),
        sum(verdict.caught for verdict in verdicts),
        "fail" if 1 in codes else "unknown" if 3 in codes else "pass",
        tuple(f"theorem {verdict.theorem}: {why}" for verdict in verdicts for why in verdict.objections),
    )


def alone(failure: Failure) -> Iterator[str]:
    """What each allocator makes of a failure by itself, which says whose it is."""
    from focalloc.conformance.judge import judged
    from focalloc.conformance.targets import PythonTarget
    from focalloc.fastpath.allocator import Allocator
    from focalloc.refimpl.allocator import ReferenceAllocator

    both: dict[str, Callable[[], Any]] = {"reference": ReferenceAllocator, "fast path": Allocator}
    for name, factory in both.items():
        with PythonTarget(factory, timeout=LIMIT, start_timeout=FIRST_LIMIT) as target:
            verdict = judged(target, failure.case, failure.profile)
        yield f"  the {name} alone: {verdict.why or verdict.status}"
