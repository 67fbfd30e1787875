"""A run as one test per clause: what JUnit, pytest, a CI server's log and the page say of each."""

from __future__ import annotations

from typing import Literal

import msgspec

from focalloc.conformance.report import Report
from focalloc.spec.clauses import clauses, profile_clauses
from focalloc.spec.printable import printable

Result = Literal["passed", "failed", "error", "known", "skipped"]

WHOLE_RUN = "error"
"""Id of the test that is about no clause: that every session ran to its end."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of one test.

    Attributes:
        id: the clause, or `WHOLE_RUN`.
        title: what it says, in a few words.
        result: ``passed``; ``failed`` for a broken clause, or one declared as a known failure that held; ``error``;
            ``known`` for a failure that was declared; ``skipped`` for what was not judged, or not in full.
        why: a sentence, maybe with lines of what went before; empty if it passed.
        replay: the command that plays the failure again; empty if there is none.
        at_stake: how often the clause was seen to be at stake; None for the run as a whole.
    """

    id: str
    title: str
    result: Result
    why: str = ""
    replay: str = ""
    at_stake: int | None = None


def outcomes(report: Report) -> tuple[Outcome, ...]:
    """What came of every clause of the profile, in the order of the spec, and of the run as a whole."""
    return (*(_of_clause(report, one) for one in profile_clauses(report.profile)), _of_the_whole(report))


def ids(profile: str) -> tuple[str, ...]:
    """The ids of `outcomes`, before anything has been judged."""
    return (*profile_clauses(profile), WHOLE_RUN)


def _of_clause(report: Report, clause: str) -> Outcome:
    title = clauses()[clause].title
    if (found := _failed(report, clause, title)) is not None:
        return found
    for one in report.outlived:
        if one.id == clause:
            return Outcome(clause, title, "failed", f"declared as a known failure ({one.reason}), but it passes")
    if clause in report.unjudged:
        return Outcome(clause, title, "skipped", printable(report.unjudged[clause]))
    return Outcome(clause, title, "passed", at_stake=report.stakes.get(clause))


def _of_the_whole(report: Report) -> Outcome:
    title = "Sessions run to their end"
    if (found := _failed(report, WHOLE_RUN, title)) is not None:
        return found
    for one in report.outlived:
        if one.id not in clauses():
            return Outcome(WHOLE_RUN, title, "failed", f"{one.id} was declared ({one.reason}), but did not happen")
    if report.skips:
        return Outcome(WHOLE_RUN, title, "skipped", printable("; ".join(report.skips)))
    if report.cut_short:
        return Outcome(WHOLE_RUN, title, "error", "not judged, or not in full")
    return Outcome(WHOLE_RUN, title, "passed")


def _failed(report: Report, test: str, title: str) -> Outcome | None:
    """The failure of one test, declared or not."""
    failed = next((one for one in report.failures if one.id == test), None)
    if failed is None:
        return None
    known, replay = next((one for one in report.known if one.id == test), None), printable(failed.replay)
    if known is not None:
        return Outcome(test, title, "known", printable(f"known failure: {known.reason} {known.link}"), replay)
    result: Result = "error" if test == WHOLE_RUN else "failed"
    return Outcome(test, title, result, printable(failed.message), replay)
