"""Draws the counterexamples in ``cases/`` by running them again, so that no picture can differ from the code."""

from pathlib import Path

import msgspec

from focalloc.conformance.broken import BROKEN
from focalloc.conformance.judge import Moment, judged
from focalloc.conformance.page import drawn
from focalloc.conformance.report import Failure
from focalloc.conformance.targets import PythonTarget

CASES = Path(__file__).parent / "cases"


def run(file: Path) -> tuple[Failure, list[Moment]]:
    """The failure saved in ``file``, and the moments of its session as it goes today.

    Raises:
        AssertionError: the session no longer shows that failure.
    """
    saved = msgspec.json.decode(file.read_bytes(), type=Failure)
    moments: list[Moment] = []
    with PythonTarget(BROKEN[file.stem].factory, saved.target, timeout=0.5, start_timeout=0.5) as target:
        verdict = judged(target, saved.case, saved.profile, moments.append)
    assert verdict.clause == saved.id, f"{file.name}: {verdict}"
    return saved, moments


def draw_all(folder: Path) -> None:
    """Write a section of HTML for each counterexample."""
    folder.mkdir(exist_ok=True)
    for file in sorted(CASES.glob("*.json")):
        (folder / f"{file.stem}.html").write_text(drawn(*run(file)), encoding="utf-8")
