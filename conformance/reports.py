"""A report in a file: JSON for programs, JUnit XML for CI servers, one HTML page for people."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from focalloc.conformance.messages import described
from focalloc.conformance.outcomes import WHOLE_RUN, Result, outcomes
from focalloc.conformance.page import Pictures, page
from focalloc.conformance.report import Report
from focalloc.spec.files import writable, write
from focalloc.spec.printable import printable


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a JSON report holds: the verdict on the whole, and the run."""

    status: str
    report: Report


def to_json(report: Report, pictures: Pictures) -> bytes:
    """The report as JSON; `schema` describes it."""
    judged = Judged(status=report.status, report=report)
    return msgspec.json.format(msgspec.json.encode(judged, order="deterministic"), indent=2) + b"\n"


def schema() -> dict[str, Any]:
    """JSON Schema of a JSON report; ships as ``report.schema.json``."""
    whole = msgspec.json.schema(Judged)
    described(whole["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "focalloc conformance report",
        **whole,
    }


MARKS: dict[Result, tuple[str, str]] = {
    "failed": ("failure", "failures"),
    "error": ("error", "errors"),
    "known": ("skipped", "skipped"),
    "skipped": ("skipped", "skipped"),
}
"""Result of a test -> the element that JUnit marks it by, and the attribute that counts them."""


def to_junit(report: Report, pictures: Pictures) -> bytes:
    """The report as JUnit XML: one test per clause of the profile, and one for the run as a whole."""
    suite = ET.Element("testsuite", name=printable(f"focalloc conform {report.target}"))
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for one in outcomes(report):
        name = one.title if one.id == WHOLE_RUN else f"{one.id} {one.title}"
        case = ET.SubElement(suite, "testcase", classname=f"focalloc.{report.profile}", name=name)
        counts["tests"] += 1
        if one.at_stake is not None:
            properties = ET.SubElement(case, "properties")
            ET.SubElement(properties, "property", name="at stake", value=str(one.at_stake))
        if one.result in MARKS:
            element, counted = MARKS[one.result]
            counts[counted] += 1
            mark = ET.SubElement(case, element, message=one.why)
            if element != "skipped":
                mark.text = f"{one.why}\nseed {report.seed}\n{one.replay}"
    for name, count in counts.items():
        suite.set(name, str(count))
    suites = ET.Element("testsuites", {name: str(counts[name]) for name in ("tests", "failures", "errors")})
    suites.append(suite)
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def to_html(report: Report, pictures: Pictures) -> bytes:
    """The report as one self-contained page."""
    return page(report, pictures).encode("utf-8")


WRITERS: dict[str, Callable[[Report, Pictures], bytes]] = {".json": to_json, ".xml": to_junit, ".html": to_html}
"""File suffix -> what writes such a report."""


def checked_path(path: Path) -> Path:
    """Return ``path`` if its suffix says what kind of report is wanted and its folder exists.

    Raises:
        InvalidInput: it does not.
    """
    return writable("report", path, list(WRITERS))


def write_report(report: Report, path: Path, pictures: Pictures) -> None:
    """Write ``report`` to ``path`` in the format that its suffix asks for.

    Raises:
        InvalidInput: the path is no such one, or cannot be written.
    """
    write("report", path, WRITERS[checked_path(path).suffix](report, pictures))
