"""What is proved of each kernel does not become less unnoticed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from focalloc.proofs.catalogue import named
from focalloc.proofs.coverage import Covered, Known, Strength, coverage

TABLE = Path(__file__).with_name("coverage.json")
"""Kernel -> what is known of its safety and its function, where that is more than tests."""

ORDER = [*Strength]


def written(listed: list[Covered]) -> dict[str, list[str]]:
    """What the table has of these kernels."""
    found = {one.kernel: [one.safety.strength.value, one.function.strength.value] for one in listed}
    return {name: known for name, known in found.items() if known != [Strength.TESTED, Strength.TESTED]}


def weaker(listed: list[Covered], before: dict[str, list[str]]) -> list[str]:
    """Where less is known than before; a kernel that is gone is none."""
    now = {one.kernel: (one.safety.strength, one.function.strength) for one in listed}
    return [
        f"{what} of {kernel} was known for {known}, now {is_known}"
        for kernel, both in before.items()
        for what, known, is_known in zip(("safety", "function"), both, now.get(kernel, ()), strict=False)
        if ORDER.index(is_known) > ORDER.index(Strength(known))
    ]


def test_each_kernel_is_at_least_tested() -> None:
    assert [one.kernel for one in coverage() if Strength.NONE in (one.safety.strength, one.function.strength)] == []


def test_nothing_became_weaker() -> None:
    before = json.loads(TABLE.read_text(encoding="utf-8"))
    assert weaker(coverage(), before) == [], f"or write it down: focalloc prove --coverage --json, {TABLE.name}"


def test_what_became_weaker_is_noticed() -> None:
    listed = coverage()
    before = written(listed)
    assert before["sink"] == ["every size", "every size"]
    assert weaker(listed, before) == []
    less = [replace(one, function=Known(Strength.TESTED)) if one.kernel == "sink" else one for one in listed]
    assert weaker(less, before) == ["function of sink was known for every size, now tested"]


def test_what_is_proved_for_every_size_is_written_down() -> None:
    before = json.loads(TABLE.read_text(encoding="utf-8"))
    proved = {name: known for name, known in written(coverage()).items() if Strength.EVERY_SIZE in known}
    assert {name: before.get(name) for name in proved} == proved


def test_each_theorem_that_is_named_is_one() -> None:
    names = {known.theorem for one in coverage() for known in (one.safety, one.function)} - {""}
    assert named(sorted(names))
