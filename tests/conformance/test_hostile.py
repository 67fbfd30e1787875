"""Allocators that try to get away with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from focalloc.conformance import host, run_conformance


class Idle:
    def open(self, *_: object) -> None: ...
    def step(self, _: object) -> object:
        return []


class Leaves(Idle):
    """Ends the process with the status of a success."""

    def step(self, _: object) -> object:
        raise SystemExit(0)


class LeavesAtOnce(Idle):
    def open(self, *_: object) -> None:
        raise SystemExit(0)


class Endless(Idle):
    """Answers, but never stops answering."""

    def step(self, _: object) -> Iterator[object]:
        while True:
            yield ("expand", 1, 0)


class Silent(Idle):
    def step(self, _: object) -> object:
        return None


class Mapped(Idle):
    def step(self, _: object) -> object:
        return {"actions": []}


class Breaks(Idle):
    def step(self, _: object) -> object:
        raise ValueError("boom")


class Unwilling(Idle):
    def open(self, *_: object) -> None:
        raise NotImplementedError("not today")


@pytest.mark.parametrize(
    ("factory", "status", "reason"),
    [
        (Idle, "pass", ""),
        (Leaves, "error", "SystemExit"),
        (LeavesAtOnce, "error", "SystemExit"),
        (Breaks, "error", "boom"),
        (Endless, "fail", "CAP-1"),
        (Silent, "fail", "an answer is a list of actions"),
        (Mapped, "fail", "an answer is a list of actions"),
        (Unwilling, "skip", "not today"),
    ],
)
def test_the_verdict_is_never_a_pass_by_accident(
    factory: type[Idle], status: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "ANSWER_LIMIT", 100)  # still far beyond any cap, and sooner reached
    report = run_conformance(factory, examples=20, shrink=False, save_to=None)
    assert report.status == status
    assert reason in report.summary()


def test_a_run_of_no_examples_is_no_pass() -> None:
    report = run_conformance(Idle, examples=0, save_to=None)
    assert report.status == "unknown"
    assert report.exit_status == 3
