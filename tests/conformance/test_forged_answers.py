"""What is written in the place of a host, or beyond what can be worked with, is a verdict and no traceback."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from focalloc.conformance import Case, PythonTarget, Step, judged
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.host import ANSWER_LIMIT
from focalloc.conformance.targets import ProgramTarget
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.layout import Outline
from focalloc.spec.scores import SCORE_SCALE

CASE = Case(
    geometry=Geometry((2, 3)), params=Params(w_max=99), context=(Block(2, 0), Block(1, 6)), steps=(Step(), Step())
)

FORGED = {
    "lacks what was asked for": (b"{}", "not the protocol"),
    "is no object": (b"[1]", "not the protocol"),
    "offers a number": (b'{"actions": [], "offers": 5}', "not the protocol"),
    "has changed a number": (b'{"actions": [], "changed": 5}', "not the protocol"),
    "refuses by an object": (b'{"error": {"no": 1}}', "not the protocol"),
    "is nested without an end": (b'{"actions":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "has a number that cannot be shown": (b'{"actions": [["collapse", 1, %s]]}' % (b"9" * 4300), "1000 digits"),
}


def pipes() -> dict[int, int]:
    """The pipes that this process may write to: what they are -> a file."""
    found = {}
    for file in range(3, 256):
        with contextlib.suppress(OSError):
            what = os.fstat(file)
            if stat.S_ISFIFO(what.st_mode) and fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                found[what.st_ino] = file
    return found


@pytest.mark.parametrize("name", FORGED)
def test_what_is_written_in_the_place_of_the_host_is_a_verdict(name: str) -> None:
    line, why = FORGED[name]
    ours = pipes()

    class Forges(Sound):
        def step(self, _: object) -> Any:
            for what, file in pipes().items():
                if what not in ours:
                    os.write(file, line + b"\n")
            return []

    with PythonTarget(Forges) as target:
        verdict = judged(target, CASE)
    assert verdict.status == "error"
    assert why in verdict.why


def test_what_is_said_to_be_supported_in_the_place_of_the_host_is_bad_input() -> None:
    with PythonTarget(Sound) as target:
        for forged in ({"refused": 1}, {"refused": ["a"]}):
            target._wire.reports["supports"] = forged
            with pytest.raises(ValueError, match="supports"):
                target.supports()


PROGRAM = """
import json, sys
for line in sys.stdin:
    command = json.loads(line)["cmd"]
    if command == "hello":
        print('{{"protocol": 1, "name": "x", "version": "1", "strategies": [], "offers": {offers}}}', flush=True)
    elif command in ("open", "close"):
        print('{{"ok": true{more}}}', flush=True)
    elif command in ("relaxation", "layout"):
        print({relaxation!r}, flush=True)
    else:
        print('{{"actions": {actions}{more}}}', flush=True)
"""

HUGE = "9" * 4300
PARTS = ",".join(f'["expand",1,{start},"1/{10**999 + 7 * start + 1}"]' for start in range(0, 6000, 2))
SHARES = ",".join(f'["expand",1,{start},"1/{10**999 + 7 * start + 1}"]' for start in range(0, 16, 2))


def program(here: Path, offers: str = "[]", actions: str = "[]", more: str = "", relaxation: str = "") -> ProgramTarget:
    (here / "program.py").write_text(
        PROGRAM.format(offers=offers, actions=actions, more=more, relaxation=relaxation), encoding="utf-8"
    )
    return ProgramTarget(f"{sys.executable} -S {here / 'program.py'}")


@pytest.mark.parametrize(
    "saying",
    [
        {"actions": f'[["collapse",1,{HUGE}]]'},
        {"actions": f'[["expand",-{HUGE},0]]'},
        {"offers": '["context"]', "more": f', "context": [[0,{HUGE}]]'},
        {"offers": '["positions"]', "more": f', "positions": [{HUGE}]'},
        {"offers": '["ledger_size"]', "more": f', "ledger_size": {HUGE}'},
        {"offers": '["pins"]', "more": f', "pins": [[[0,{HUGE}]],[]]'},
        {"more": f', "edits": [[{HUGE},{HUGE},{HUGE},{HUGE}]]'},
    ],
    ids=["start", "level", "context", "positions", "ledger_size", "pins", "edits"],
)
def test_a_number_that_cannot_be_worked_with_is_a_verdict(saying: dict[str, str], tmp_path: Path) -> None:
    with program(tmp_path, **saying) as target:
        verdict = judged(target, CASE)
    assert verdict.status == "error"
    assert "integer of more than 1000 digits" in verdict.why


@pytest.mark.parametrize("shares", [PARTS, SHARES], ids=["of thousands of actions", "of a few"])
def test_shares_whose_sum_cannot_be_shown_are_a_verdict(shares: str, tmp_path: Path) -> None:
    row = tuple(Block(1, start) for start in range(0, 16, 2))
    case = Case(geometry=Geometry((2, 2)), params=Params(w_max=99), context=row, steps=(Step((SCORE_SCALE,)),))
    answer = f'{{"bound": "1", "shares": [{shares}], "prices": ["1/{"3" * 999}", "1/{"7" * 998}"]}}'
    with program(tmp_path, '["relaxation"]', relaxation=answer) as target:
        verdict = judged(target, case, "knapsack")
    assert verdict.status == "fail"
    assert {found.clause for found in verdict.violations} >= {"LPR-3"}


@pytest.mark.parametrize(
    ("what", "row"),
    [("context", "[0,0]"), ("positions", "0"), ("pins", "[0,1]"), ("edits", "[0,0,0,0]")],
)
def test_a_report_is_read_as_far_as_an_answer_is(what: str, row: str, tmp_path: Path) -> None:
    rows = f"[{','.join([row] * (ANSWER_LIMIT + 1))}]"
    said = f"[{rows},[]]" if what == "pins" else rows
    with program(tmp_path, "[]" if what == "edits" else f'["{what}"]', more=f', "{what}": {said}') as target:
        target.begin()
        target.open(CASE.geometry, CASE.params, CASE.context)
        told: Any = target.report(what)
        assert len(told[0] if what == "pins" else told) == ANSWER_LIMIT


def test_a_layout_is_read_as_far_as_an_answer_is(tmp_path: Path) -> None:
    blocks = ",".join(["[0,0]"] * (ANSWER_LIMIT + 1))
    with program(tmp_path, '["layout"]', relaxation=f'{{"blocks": [{blocks}]}}') as target:
        target.begin()
        target.open(CASE.geometry, CASE.params, CASE.context)
        answer: Any = target.layout(Outline(CASE.geometry, CASE.params, 0, 12, None, 12))
        assert len(answer) == ANSWER_LIMIT
