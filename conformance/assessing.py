"""A whole judgement, however its sessions are spread: in this process, over several, over a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from focalloc.conformance.judge import Moment, judged
from focalloc.conformance.known import with_known
from focalloc.conformance.report import Known, Report
from focalloc.conformance.runner import DEFAULT_EXAMPLES, Batch, run, run_in_processes
from focalloc.conformance.targets import Target


@dataclass(frozen=True)
class Assessment:
    """What came of it.

    Attributes:
        report: the verdict, known failures told apart.
        pictures: of each failure's session its moments, by the failure's id; empty unless asked for.
    """

    report: Report
    pictures: dict[str, list[Moment]]


def assess(
    open_target: Callable[[], Target],
    *,
    profile: str = "safety",
    examples: int = DEFAULT_EXAMPLES,
    seed: int = 0,
    time_limit: float | None = None,
    keep_going: bool = False,
    jobs: int = 1,
    cluster: str = "",
    journal: Path | None = None,
    contents: Callable[[], str] = str,
    known: Sequence[Known] = (),
    save_to: Path | None = None,
    pictures: bool = False,
    recorded: bool = True,
    watch: Callable[[Batch], None] | None = None,
) -> Assessment:
    """Judge an allocator on generated sessions, as ``focalloc conform`` does.

    Args:
        open_target: makes the target; must be picklable if it is made elsewhere as well.
        profile: what the allocator claims.
        examples: sessions to judge.
        seed: what the sessions follow from.
        time_limit: seconds that all of it may take; what it has not judged by then is unknown.
        keep_going: whether to go on after a failure, as a campaign over a cluster always does.
        jobs: processes to spread the sessions over.
        cluster: the address of a scheduler to spread them over instead; see `campaign.run_campaign`, and so the next.
        journal: file of what a campaign has done.
        contents: tells what the allocator is made of.
        known: failures that are known.
        save_to: folder for counterexamples; None to save none.
        pictures: whether to play each failure's session once more, moment by moment.
        recorded: whether to put the recorded session, too; see `runner.run_conformance`. A campaign never does.
        watch: told of each batch as it ends.

    Raises:
        InvalidInput: as `runner.run`, `runner.run_in_processes` and `campaign.run_campaign` do.

    Example:
        >>> from functools import partial
        >>> from focalloc.conformance.assessing import assess
        >>> from focalloc.conformance.targets import PythonTarget
        >>> from focalloc.refimpl import ReferenceAllocator
        >>> assess(partial(PythonTarget, ReferenceAllocator), examples=50).report.status
        'pass'
    """
    settings: dict[str, Any] = {
        "profile": profile, "examples": examples, "seed": seed, "time_limit": time_limit,
        "save_to": save_to, "watch": watch,
    }  # fmt: skip
    with open_target() as target:
        if cluster:
            from focalloc.conformance.campaign import run_campaign

            found = run_campaign(open_target, address=cluster, contents=contents, journal=journal, **settings)
        else:
            spread = partial(run, target) if jobs == 1 else partial(run_in_processes, open_target, jobs)
            found = spread(keep_going=keep_going, recorded=recorded, **settings)
        found = with_known(found, known)
        return Assessment(found, moments_of(target, found) if pictures else {})


def moments_of(target: Target, report: Report) -> dict[str, list[Moment]]:
    """Each failure's session played once more, moment by moment."""
    pictures: dict[str, list[Moment]] = {}
    for failed in report.failures:
        pictures[failed.id] = []
        judged(target, failed.case, report.profile, pictures[failed.id].append)
    return pictures
