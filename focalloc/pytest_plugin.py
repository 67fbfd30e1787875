"""A plugin for pytest: an allocator's conformance as one test per clause, in the test suite of whoever made it.

    @pytest.mark.focalloc(MyAllocator, profile="greedy", examples=200)
    def test_my_allocator(focalloc_clause):
        '''Becomes test_my_allocator[BUD-1], test_my_allocator[CAP-1], ... .'''

The sessions are judged once, before the first of the tests. A broken clause fails its test with the command that
replays it; a known failure (``xfail="known.json"``) is an expected failure, and what was not judged is skipped.
``focalloc_report`` is the whole report, for a test of your own. Loads nothing until a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from focalloc.conformance.outcomes import Outcome
    from focalloc.conformance.report import Report

MARK = "focalloc"
FIXTURE = "focalloc_clause"
OPTIONS = ("program", "profile", "examples", "seed", "timeout", "start_timeout", "time_limit", "shrink", "xfail")
Judgement = Callable[[], "Report"]
JUDGED = pytest.StashKey[list[tuple[Any, dict[str, Any], Judgement]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(factory, *, {', '.join(OPTIONS)}): judge the allocators that factory makes, or a program, by "
        "focalloc's conformance suite",
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
    factory, options = _marked(request.node)
    so_far = request.config.stash.setdefault(JUDGED, [])
    for one, its_options, judged in so_far:
        if one is factory and its_options == options:  # what two factories are called does not tell them apart
            return judged()
    try:
        report = _judged(factory, options)
    except Exception as no:
        so_far.append((factory, options, partial(_raise, no)))
        raise
    so_far.append((factory, options, lambda: report))
    return report


@pytest.fixture
def focalloc_clause(request: pytest.FixtureRequest, focalloc_report: Report) -> Outcome:
    """What came of one clause; a test with it is repeated for each, and fails if the clause is broken."""
    from focalloc.conformance.outcomes import outcomes

    return next(one for one in outcomes(focalloc_report) if one.id == request.param)


def _marked(node: pytest.Item | pytest.Function) -> tuple[Any, dict[str, Any]]:
    """The factory, or None, and the options of the mark."""
    mark = node.get_closest_marker(MARK)
    if mark is None or len(mark.args) + ("program" in mark.kwargs) != 1 or not all(map(callable, mark.args)):
        raise pytest.UsageError(f"{node.nodeid}: needs @pytest.mark.{MARK}(factory), or (program='./allocator')")
    for name in mark.kwargs:
        if name not in OPTIONS:
            raise pytest.UsageError(f"{node.nodeid}: the mark {MARK} has no {name}; it has {', '.join(OPTIONS)}")
    return (mark.args[0] if mark.args else None), dict(mark.kwargs)


def _judged(factory: Any, options: dict[str, Any]) -> Report:
    from focalloc.cli.targets import target_of
    from focalloc.conformance import run_conformance
    from focalloc.conformance.known import load_known, with_known
    from focalloc.conformance.process import START_TIMEOUT, TIMEOUT
    from focalloc.conformance.runner import FAILURES, run

    asked: dict[str, Any] = {"keep_going": True, "save_to": FAILURES} | options
    xfail = asked.pop("xfail", None)
    known = () if xfail is None else load_known(Path(xfail), asked.get("profile", "safety"))
    if factory is not None:
        return with_known(run_conformance(factory, **asked), known)
    program = asked.pop("program")
    limits = {name: asked.pop(name, usual) for name, usual in (("timeout", TIMEOUT), ("start_timeout", START_TIMEOUT))}
    with target_of("", program, **limits)() as target:
        return with_known(run(target, **asked), known)


def _raise(error: Exception) -> Report:
    raise error.with_traceback(None)  # that of the first time, which was told
