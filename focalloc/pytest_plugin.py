"""A plugin for pytest: an allocator's conformance as one test per clause, in the test suite of whoever made it.

    @pytest.mark.focalloc(MyAllocator, profile="greedy", examples=200)
    def test_my_allocator(focalloc_clause):
        '''Becomes test_my_allocator[BUD-1], test_my_allocator[CAP-1], ... .'''

The sessions are judged once, before the first of the tests. A broken clause fails its test with the command that
replays it; a known failure (``xfail="known.json"``) is an expected failure, and what was not judged is skipped.
``focalloc_report`` is the whole report, for a test of your own. Loads nothing until a test asks for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from focalloc.conformance.outcomes import Outcome
    from focalloc.conformance.report import Report

MARK = "focalloc"
FIXTURE = "focalloc_clause"
REPORTS = pytest.StashKey[dict[str, "Report"]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(factory, *, program, profile, examples, seed, timeout, shrink, xfail): judge the allocators that "
        "factory makes, or a program, by focalloc's conformance suite",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per clause of the profile, and one for the run as a whole."""
    if FIXTURE in metafunc.fixturenames:
        from focalloc.conformance.outcomes import ids
        from focalloc.spec.violations import checked_profile

        _, options = _marked(metafunc.definition)
        metafunc.parametrize(FIXTURE, ids(checked_profile(options.get("profile", "safety"))), indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Let the outcome of the clause be that of the test, whatever its body says beyond."""
    if FIXTURE in pyfuncitem.funcargs:
        from focalloc.spec.printable import indented

        outcome = cast("Outcome", pyfuncitem.funcargs[FIXTURE])
        if outcome.result in ("failed", "error"):
            pytest.fail(f"{indented(outcome.why)}\n{outcome.replay}".rstrip(), pytrace=False)
        if outcome.result == "known":
            pytest.xfail(outcome.why)
        if outcome.result == "skipped":
            pytest.skip(outcome.why)


@pytest.fixture
def focalloc_report(request: pytest.FixtureRequest) -> Report:
    """The report on the allocator that the test's mark ``focalloc`` names; judged once, and the same for every test."""
    target, options = _marked(request.node)
    reports = request.config.stash.setdefault(REPORTS, {})
    key = repr((target, sorted(options.items())))
    if key not in reports:
        reports[key] = _judged(target, options)
    return reports[key]


@pytest.fixture
def focalloc_clause(request: pytest.FixtureRequest, focalloc_report: Report) -> Outcome:
    """What came of one clause; a test with it is repeated for each, and fails if the clause is broken."""
    from focalloc.conformance.outcomes import outcomes

    return next(one for one in outcomes(focalloc_report) if one.id == request.param)


def _marked(node: pytest.Item | pytest.Function) -> tuple[Any, dict[str, Any]]:
    """The factory, or None, and the options of the mark."""
    mark = node.get_closest_marker(MARK)
    if mark is None or len(mark.args) + ("program" in mark.kwargs) != 1:
        raise pytest.UsageError(f"{node.nodeid}: needs @pytest.mark.{MARK}(factory), or (program='./allocator')")
    return (mark.args[0] if mark.args else None), dict(mark.kwargs)


def _judged(factory: Any, options: dict[str, Any]) -> Report:
    from focalloc.cli.targets import target_of
    from focalloc.conformance import run_conformance
    from focalloc.conformance.known import load_known, with_known
    from focalloc.conformance.runner import FAILURES, run

    known, profile = options.pop("xfail", None), options.get("profile", "safety")
    asked: dict[str, Any] = {"keep_going": True, "save_to": FAILURES} | options
    if factory is not None:
        report = run_conformance(factory, **asked)
    else:
        program, timeout = asked.pop("program"), asked.pop("timeout", 10.0)
        with target_of("", program, timeout)() as target:
            report = run(target, **asked)
    return report if known is None else with_known(report, load_known(Path(known), profile))
