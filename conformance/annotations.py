"""Annotations: what a CI server's log makes stand out beside a change.

GitHub reads commands from the log of a step. What an allocator says is no command: it is told to a reader that was
stopped (`quoted`), or escaped as the value of a command of ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from focalloc.conformance.outcomes import Result, outcomes
from focalloc.conformance.report import Report
from focalloc.spec.printable import printable

LEVELS: dict[Result, str] = {"failed": "error", "error": "error", "skipped": "warning", "known": "notice"}


def github(report: Report) -> Iterator[str]:
    """A command to GitHub's log for each test that did not pass: a title, the sentence, and how to replay it."""
    for one in outcomes(report):
        if one.result in LEVELS:
            text = f"{one.why}\n{one.replay}".strip()
            title = f"{report.target}: {one.id} {one.title}"
            yield f"::{LEVELS[one.result]} title={_value(title)}::{_escaped(text)}"


def quoted(text: str) -> str:
    """``text`` for GitHub's log, in which nothing is taken for a command."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text}\n::{token}::"


def _escaped(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _value(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
