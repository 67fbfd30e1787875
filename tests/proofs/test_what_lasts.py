"""What any call needs of a session is left by every other call that may come before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from focalloc.proofs.contracts import CONTRACTS
from focalloc.proofs.contracts.calls import FOR_ONCE, OF_WORK
from focalloc.proofs.contracts.invariants import KEPT
from focalloc.proofs.contracts.search_calls import MANY

OPENING = ("run_load", "run_pin", "run_leave_unfilled")
SHARED = ("run_prepare", "run_apply", "run_ingest", "run_release")
STRATEGIES = ("run_step", *MANY.values(), "run_logits", "run_tied", "run_policy")
READING = ("run_take", "run_candidates")  # which need something, and leave all as it is

GROWING = re.compile(r"0, header\[ITERATION\]\)")
"""What a greater number than before does no harm to."""


def needed(name: str) -> Iterator[str]:
    """What lines a call needs of its session, whenever it comes."""
    for line in CONTRACTS[name].needs:
        if line not in KEPT and not FOR_ONCE.search(line) and not OF_WORK.search(line):
            yield line


def left(line: str, name: str) -> bool:
    """Whether a call leaves what a line says: it says so, or writes to nothing that it speaks of."""
    call = CONTRACTS[name if name in OPENING else f"{name}/lasting"]
    if line in call.gives or any(one.startswith("implies(old(") and f"old({line})" in one for one in call.gives):
        return True
    allowed = next(one for one in call.gives if one.startswith("only(header"))
    written = {*re.findall(r"\w+", allowed)} - {"only", "header"}
    read = re.sub(r"len\(\w+\)", "", GROWING.sub("", line))
    return not ({*re.findall(r"\w+", read)} & (written | {*call.writes} - {"header"}))


PAIRS = [
    (before, after)
    for before in (*OPENING, *SHARED, *STRATEGIES)
    for after in (*SHARED, *STRATEGIES, *READING)
    if before == after or not {before, after} <= {*STRATEGIES}
]
"""Calls that one session may make, one after the other: it has one strategy."""


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_what_a_call_needs_is_left_by_those_before_it(before: str, after: str) -> None:
    assert [line for line in needed(after) if not left(line, before)] == []


def test_what_a_call_writes_to_and_does_not_speak_of_is_not_left() -> None:
    assert left("header[W_MAX] == 7", "run_release")
    assert not left("header[SLOTS] == 7", "run_release")
    assert not left("memory[0] == 7", "run_release")
