"""What the protocol allows to leave out is left out now and then: whoever takes it for something else is exposed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from focalloc.conformance import Case, PythonTarget, Step, judged, messages
from focalloc.conformance.runner import DEFAULT_EXAMPLES
from focalloc.conformance.sessions import scene, sessions
from focalloc.conformance.targets import ProgramTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, Context, Geometry, Params

PROGRAM = """
import json, sys
from focalloc.conformance.server import serve
from focalloc.refimpl import ReferenceAllocator

def read(lines):
    for line in lines:
        command = json.loads(line)
        if command["cmd"] == "open":
            WRONG
        yield json.dumps(command).encode()

serve(ReferenceAllocator, read(sys.stdin), sys.stdout.buffer, name="w", version="0", strategies=["greedy"])
"""

PARAMS = {
    "w_max": 8191,
    "n_diff": 5,
    "tau_expand": 209716,
    "tau_collapse": 209714,
    "cooldown_steps": 1,
    "protected_tokens": 1,
    "w_soft": 1,
    "soft_margin": 1,
}
DEFAULTS = [
    *(f'command["params"].setdefault("{name}", {value})' for name, value in PARAMS.items()),
    'command["geometry"].setdefault("arity", [32])',
    'command["geometry"].setdefault("cost", [2] * len(command["geometry"].get("arity", [32, 32])) + [1])',
    'command.setdefault("score_scale", 1)',
    'command["params"]["w_soft"] = command["params"].get("w_soft", command["params"].get("w_max", 8192)) or 1',
]
"""What a program may take for what it is not told; the last takes a soft budget of 0 for one of 1."""


@cache
def not_in_full() -> list[Case]:
    """Those of a default run; such as have parameters at their default come first, as they expose most."""
    drawn = enumerate(sessions("greedy", 0, 0, DEFAULT_EXAMPLES))
    found = [(scene(number) != "usual", number, case) for number, case in drawn if case.told != "in full"]
    return [case for *_, case in sorted(found, key=lambda one: one[:2])]


@pytest.mark.parametrize("wrong", DEFAULTS)
def test_a_default_of_its_own_is_exposed_by_what_is_left_out_and_by_nothing_else(wrong: str, tmp_path: Path) -> None:
    (program := tmp_path / "wrong.py").write_text(PROGRAM.replace("WRONG", wrong), encoding="utf-8")
    with ProgramTarget(f"{sys.executable} {program}") as target:
        exposing = next(case for case in not_in_full() if judged(target, case, "greedy").status in ("fail", "error"))
        full = msgspec.structs.replace(exposing, told="in full")
        assert judged(target, full, "greedy").status == "pass"


def test_a_default_run_leaves_things_out_often() -> None:
    few = [case.told for case in not_in_full()]
    assert few.count("sparingly") >= DEFAULT_EXAMPLES // 5
    assert few.count("by 0") >= 20


OPEN = messages.Open(geometry=Geometry((2, 2)), params=Params(w_max=9, n_diff=4), context=[(2, 0)])


@pytest.mark.parametrize(
    ("command", "told", "line"),
    [
        (
            OPEN,
            "sparingly",
            {"cmd": "open", "geometry": {"arity": [2, 2]}, "params": {"w_max": 9}, "context": [[2, 0]]},
        ),
        (messages.Pin(1, 2), "sparingly", {"cmd": "pin", "first": 1, "last": 2}),
        (messages.Unpin(0, 1), "sparingly", {"cmd": "unpin", "first": 0, "last": 1}),
        (messages.Unpin(0, 1, False), "sparingly", {"cmd": "unpin", "first": 0, "last": 1, "collapse": False}),
        (messages.Pin(0, 1), "in full", {"cmd": "pin", "first": 0, "last": 1, "collapse": True, "expand": False}),
    ],
)
def test_how_it_is_told(command: messages.Command, told: Any, line: dict[str, Any]) -> None:
    said = messages.command_line(command, told)
    assert json.loads(said) == line
    assert messages.read_command(said) == command


def test_a_soft_budget_that_is_the_hard_one_is_told_as_0() -> None:
    said = messages.command_line(OPEN, "by 0")
    assert json.loads(said)["params"]["w_soft"] == 0
    assert messages.read_command(said) == OPEN
    tight = msgspec.structs.replace(OPEN, params=Params(w_max=9, w_soft=8))
    assert json.loads(messages.command_line(tight, "by 0"))["params"]["w_soft"] == 8


class LaysOut(ReferenceAllocator):
    """Keeps what layouts it was asked for."""

    asked: ClassVar[set[tuple[bool, bool]]] = set()

    def layout(self, first: int, last: int, scores: Sequence[int] | None = None, cursor: int | None = None) -> Context:
        self.asked.add((scores is None, cursor is None))
        return super().layout(first, last, scores, cursor)


def test_layouts_are_asked_for_without_scores_without_a_cursor_and_with_both() -> None:
    LaysOut.asked.clear()
    with PythonTarget(LaysOut, isolate=False) as target:
        for slots in range(1, 4):
            blocks = tuple(Block(2, 4 * i) for i in range(slots))
            judged(target, Case(Geometry((2, 2)), Params(), blocks, (Step(), Step(), Step(), Step(), Step())), "greedy")
    assert LaysOut.asked == {(True, True), (False, False), (False, True), (True, False)}
