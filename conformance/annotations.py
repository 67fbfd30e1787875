"""Annotations: what a CI server's log makes stand out beside a change.

GitHub reads commands from the log of a step. What an allocator says is no command: it is told to a reader that was
stopped (`quoted`), or escaped as the value of a command of ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from focalloc.conformance.outcomes import WHOLE_RUN, Result, outcomes
from focalloc.conformance.report import Report
from focalloc.spec.printable import counted, printable

LEVELS: dict[Result, str] = {"failed": "error", "error": "error", "skipped": "warning", "known": "notice"}


def github(report: Report) -> Iterator[str]:
    """Commands to GitHub's log, which shows ten of each level and no more.

    Each test that failed has one: a title, the sentence, and how to replay it. What was not judged has one in all.
    """
    not_judged: dict[str, list[str]] = {}
    for one in outcomes(report):
        if one.result == "skipped" and one.id != WHOLE_RUN:
            not_judged.setdefault(one.why, []).append(one.id)
        elif one.result in LEVELS:
            yield _command(LEVELS[one.result], f"{report.target}: {one.id} {one.title}", f"{one.why}\n{one.replay}")
    if not_judged:
        level = "notice" if report.status == "pass" else "warning"
        title = f"{report.target}: {counted(sum(map(len, not_judged.values())), 'clause')} not judged"
        yield _command(level, title, "\n".join(f"{', '.join(ids)}: {why}" for why, ids in not_judged.items()))


def _command(level: str, title: str, text: str) -> str:
    return f"::{level} title={_value(title)}::{_escaped(text.strip())}"


def quoted(text: str) -> str:
    """``text`` for GitHub's log, in which nothing is taken for a command."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text}\n::{token}::"


def _escaped(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _value(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
