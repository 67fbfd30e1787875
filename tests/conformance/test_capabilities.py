"""What an allocator supports, and what is drawn and reported accordingly."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

import msgspec
import pytest

from focalloc.cli import main
from focalloc.cli.conform import conform
from focalloc.conformance import run_conformance
from focalloc.conformance.capabilities import ALL, CALLS, Capabilities, given
from focalloc.conformance.cases import Opening, Pinning, Step
from focalloc.conformance.page import page
from focalloc.conformance.report import NEEDED_BY
from focalloc.conformance.sessions import sessions
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.edits import Answer
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec import PROFILES, Geometry, InvalidInput, Params, Relaxation

MINE = given(["32,32", "2,2/1,1,1"], ["protected_tokens=0", "w_max=1..4096", "tie_break=position"], ["ingest"])


def test_options_and_json_say_the_same() -> None:
    text = {
        "geometries": [{"arity": [32, 32]}, {"arity": [2, 2]}],
        "params": {"protected_tokens": [0, 0], "w_max": [1, 4096], "tie_break": ["position"]},
        "without": ["ingest"],
    }
    assert msgspec.convert(text, Capabilities) == MINE
    assert msgspec.json.decode(msgspec.json.encode(MINE), type=Capabilities) == MINE
    assert msgspec.json.encode(ALL) == b"{}"


def test_the_page_shows_one_that_is_read() -> None:
    page = (files("focalloc.conformance") / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```json\n(\{\"geometries\".*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert msgspec.json.decode(shown[1], type=Capabilities).without == ("ingest", "open")


def test_parameters_are_moved_to_the_nearest_that_is_supported() -> None:
    fitted = MINE.fitted(Params(w_max=100_000, w_soft=90_000, protected_tokens=7, n_diff=3))
    assert (fitted.w_max, fitted.w_soft, fitted.protected_tokens, fitted.n_diff) == (4096, 4096, 0, 3)
    assert ALL.fitted(Params(w_max=7)) == Params(w_max=7)
    greedy = Capabilities(strategies=("knapsack",))
    assert greedy.fitted(Params(strategy="greedy")).strategy == "knapsack"
    at_odds = Capabilities(params={"tau_expand": (5, 5), "adaptive_window": (1, 1)})
    assert at_odds.fitted(Params(adaptive_window=3, tau_min=9, tau_expand=9, tau_collapse=9)).tau_expand == 5


def test_steps_are_kept_if_they_are_supported() -> None:
    row, ingest = Step(scores=(1,)), Step(ingest=1)
    other = Step(open=Opening(geometry={"arity": [3, 3]}))
    senseless = Step(open=Opening(geometry={"arity": []}))
    wide = Step(open=Opening(params={"w_max": 9000}))
    nonsense = Step(open=Opening(params={"w_max": 0}))
    assert MINE.kept((row, ingest, other, senseless, wide, nonsense)) == (
        row,
        senseless,
        Step(open=Opening(params={"w_max": 4096})),
        nonsense,
    )
    assert MINE.kept((ingest,)) == (Step(),)
    assert ALL.kept((row, ingest, other)) == (row, ingest, other)
    assert Capabilities(without=("open",)).kept((row, wide, senseless)) == (row,)


def test_a_call_that_is_not_supported_is_not_kept_and_others_are() -> None:
    steps = {
        "ingest": Step(ingest=1),
        "ingest_tokens": Step(tokens=1),
        "prefer": Step(logits=((0.0, 0.0, 0.0),)),
        "pin": Step(pin=Pinning(0, 1)),
        "release": Step(release=1),
        "open": Step(open=Opening()),
    }
    for call in steps:
        assert Capabilities(without=(call,)).kept(tuple(steps.values())) == tuple(
            step for name, step in steps.items() if name != call
        )
    row = Step(scores=(1,))
    pointed = msgspec.structs.replace(row, cursor=3)
    assert Capabilities(without=("cursor",)).kept((pointed, *steps.values())) == (row, *steps.values())
    may = Step(tokens=1, may_release=True)
    assert Capabilities(without=("release",)).kept((may,)) == (Step(tokens=1),)


def test_both_is_what_each_allows() -> None:
    both = MINE.both(given(["2,2"], ["w_max=100..9999", "n_diff=1"], ["open"]))
    assert both.geometries == (Geometry((2, 2)),)
    assert both.params == MINE.params | {"w_max": (100, 4096), "n_diff": (1, 1)}
    assert both.without == ("ingest", "open")
    assert MINE.both(ALL) == ALL.both(MINE) == MINE
    with pytest.raises(InvalidInput, match="has nothing in common with"):
        MINE.both(given(["3,3"], [], []))
    with pytest.raises(InvalidInput, match="is empty"):
        MINE.both(given([], ["w_max=5000..6000"], []))


def test_a_strategy_that_is_not_supported_is_no_profile() -> None:
    only = Capabilities(strategies=("knapsack",))
    assert only.checked("safety") is only.checked("knapsack") is only
    with pytest.raises(InvalidInput, match="supports knapsack only"):
        only.checked("greedy")


@pytest.mark.parametrize("profile", PROFILES)
def test_sessions_are_drawn_from_what_is_supported(profile: str) -> None:
    within = given(["32,32", "3,2/2,3,4"], ["protected_tokens=0", "w_max=8..4096", "n_diff=1..3"], ["ingest", "open"])
    drawn = list(sessions(profile, 0, 0, 60, within))
    assert all(within.admits(case) for case in drawn)
    assert {case.geometry for case in drawn} == set(within.geometries)
    assert len({case.params for case in drawn}) > 30
    free = list(sessions(profile, 0, 0, 60))
    assert free == list(sessions(profile, 0, 0, 60, ALL))
    assert not all(within.admits(case) for case in free)
    assert all(ALL.admits(case) for case in free)


def test_one_geometry_whose_expands_cost_alike_is_enough() -> None:
    for profile in PROFILES:
        drawn = list(sessions(profile, 0, 0, 40, Capabilities(geometries=(Geometry((2,)),))))
        assert {case.geometry for case in drawn} == {Geometry((2,))}


def test_a_report_says_what_was_left_out() -> None:
    assert MINE.left_out == (
        "geometries but 32 x 32 at cost (1, 1, 1), 2 x 2 at cost (1, 1, 1)",
        "protected_tokens but 0",
        "w_max but 1 to 4096",
        "tie_break but position",
        "ingest",
    )
    assert ALL.left_out == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"params": {"w_max": [5, 1]}}, "is empty"),
        ({"params": {"w_max": [0, 1]}}, "must lie between"),
        ({"params": {"w_max": [1]}}, "lowest, highest"),
        ({"params": {"w_max": ["a", "b"]}}, "must be an integer"),
        ({"params": {"colour": [1, 2]}}, "is no parameter"),
        ({"params": {"strategy": ["greedy"]}}, "is said by strategies"),
        ({"params": {"tie_break": ["whim"]}}, "must be one of"),
        ({"params": {"tie_break": []}}, "is empty"),
        ({"without": ["step"]}, "must be one of ingest, ingest_tokens, prefer, pin"),
        ({"strategies": ["astrology"]}, "must be one of"),
        ({"geometries": [{"arity": []}]}, "GEO-1"),
        ({"colour": 1}, "unknown field"),
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert(said, Capabilities)


@pytest.mark.parametrize(
    "option", [["w_max"], ["w_max=many"], ["w_max=1..2..3"], ["colour=1"], ["w_max=1..2", "w_max=8..9"]]
)
def test_an_option_that_makes_no_sense_is_refused(option: list[str]) -> None:
    with pytest.raises(InvalidInput):
        given([], option, [])
    with pytest.raises(InvalidInput):
        given(["wide"], [], [])


# AN ALLOCATOR THAT SAYS WHAT IT SUPPORTS


class AskedFor(RuntimeError):
    """Raised by `Lacks` where it is asked for what it lacks."""


class Lacks(ReferenceAllocator):
    """Has every call, of which one does not work."""

    lacking: ClassVar[str] = ""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        broken = {"pin": ("pin", "unpin")}.get(type(self).lacking, (type(self).lacking,))
        if name not in broken:
            return found

        def asked(*_: object, **__: object) -> None:
            raise AskedFor(name)

        return asked

    def step(self, scores: Sequence[int], *, cursor: int | None = None) -> Answer:
        if cursor is not None and type(self).lacking == "cursor":
            raise AskedFor("cursor")
        return super().step(scores, cursor=cursor)

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        if release and type(self).lacking == "release":
            raise AskedFor("release")
        return super().ingest(blocks, scores, release=release)

    def relaxation(self, scores: Sequence[int]) -> Relaxation:
        return relaxation(self.state, scores)


@pytest.mark.parametrize("call", [call for call in CALLS if call != "open"])
def test_who_says_that_it_lacks_a_call_is_not_asked_for_it(call: str) -> None:
    profile = {"prefer": "projection", "relaxation": "knapsack"}.get(call, "greedy")

    class Silent(Lacks):
        lacking = call

    class Frank(Silent):
        supports: ClassVar[Any] = {"without": [call]}

    asked = run_conformance(Silent, profile=profile, examples=60, save_to=None, shrink=False)
    assert asked.status in ("error", "fail")
    report = run_conformance(Frank, profile=profile, examples=60, save_to=None)
    assert report.verdicts == {"pass": 60}
    assert report.status == "pass"
    assert report.left_out == (CALLS[call],)
    assert call not in report.not_offered
    assert all(CALLS[call] in report.unjudged[clause] for clause in NEEDED_BY[call] if clause in report.stakes)
    assert f"left out, as it is not supported: {CALLS[call]}\n" in report.summary()


def test_the_command_line_takes_every_call() -> None:
    told = get_type_hints(conform, include_extras=True)["without"]
    assert told.__metadata__[0].autocompletion("") == list(CALLS)


class Product:
    """Knows one shape and no tail, and raises on anything else, as a product does."""

    supports: ClassVar[Any] = {
        "geometries": [{"arity": [32, 32]}],
        "params": {"protected_tokens": [0, 0]},
        "without": ["open"],
    }

    def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
        if geometry != Geometry((32, 32)) or params.protected_tokens:
            raise NotImplementedError("32 x 32 without a tail")

    def step(self, scores: Sequence[int]) -> list[object]:
        return []


def test_all_sessions_of_a_product_are_spent_on_what_it_supports() -> None:
    report = run_conformance(Product, examples=60, save_to=None)
    assert report.verdicts == {"pass": 60}
    assert report.left_out == ("geometries but 32 x 32 at cost (1, 1, 1)", "protected_tokens but 0", CALLS["open"])
    said = report.summary()
    assert "PASS within what it supports by profile safety" in said
    assert "left out, as it is not supported: geometries but 32 x 32" in said
    assert "Left out, as it is not supported: geometries but 32 x 32" in page(report, {})

    class Silent(Product):
        supports = None

    spent = run_conformance(Silent, examples=60, save_to=None)
    assert spent.verdicts["skip"] > 40
    assert spent.left_out == ()


class Growing(Product):
    """Says little as long as sessions are drawn, and everything when the report is written."""

    opened = 0

    def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
        super().open(geometry, params, context)
        Growing.opened += 1

    @property
    def supports(self) -> Any:  # type: ignore[override]
        return Product.supports if self.opened < 10 else None


def test_what_was_left_out_is_what_was_said_first() -> None:
    report = run_conformance(Growing, examples=20, save_to=None)
    assert report.verdicts == {"pass": 20}
    assert report.reserve == " within what it supports"
    assert report.left_out == ("geometries but 32 x 32 at cost (1, 1, 1)", "protected_tokens but 0", CALLS["open"])


def test_what_it_says_is_checked() -> None:
    class Confused(Product):
        supports: ClassVar[Any] = {"geometries": [{"arity": []}]}

    with pytest.raises(InvalidInput, match="supports = "):
        run_conformance(Confused, examples=5, save_to=None)

    class Specialist(Product):
        supports = Capabilities(strategies=("knapsack",))

    with pytest.raises(InvalidInput, match="supports knapsack only"):
        run_conformance(Specialist, profile="greedy", examples=5, save_to=None)


def test_a_smaller_session_is_within_it_too(tmp_path: Path) -> None:
    class Broken(Product):
        def step(self, scores: Sequence[int]) -> list[object]:
            return [("expand", 2, 1)]

    report = run_conformance(Broken, examples=60, save_to=None)
    assert report.failures
    assert {failed.case.geometry for failed in report.failures} == {Geometry((32, 32))}


PROGRAM = """
import json, sys
SUPPORTS = {"geometries": [{"arity": [4]}], "params": {"w_max": [1, 64]}, "without": ["ingest"]}
for line in sys.stdin:
    said = json.loads(line)
    if said["cmd"] == "hello":
        answer = {"protocol": 1, "name": "x", "version": "1", "strategies": [], "supports": SUPPORTS}
    elif said["cmd"] == "open":
        known = said["geometry"]["arity"] == [4] and said["params"]["w_max"] <= 64
        answer = {"ok": True} if known else {"skipped": "another shape"}
    elif said["cmd"] == "ingest":
        answer = {"skipped": "no ingest"}
    else:
        answer = {"actions": []} if said["cmd"] == "step" else {"ok": True}
    print(json.dumps(answer), flush=True)
"""


def test_a_program_says_it_in_its_hello_and_its_user_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> tuple[Any, str]:
        with pytest.raises(SystemExit) as left:
            main(["conform", "--exec", f"{sys.executable} program.py", "--examples", "40", *options])
        captured = capsys.readouterr()
        return left.value.code, captured.out + captured.err

    status, said = run()
    assert status == 0, said
    assert "geometries but 4 at cost (1, 1); w_max but 1 to 64; ingest" in said
    (tmp_path / "program.py").write_text(PROGRAM.replace('"supports": SUPPORTS', '"x": 1'))
    assert run()[0] == 3
    options = ("--geometry", "4", "--param", "w_max=1..64", "--without", "ingest")
    status, said = run(*options)
    assert status == 0, said
    assert "geometries but 4 at cost (1, 1); w_max but 1 to 64; ingest" in said
    assert run(*options, "--jobs", "2")[0] == 0
    status, said = run("--geometry", "wide")
    assert status == 2
    assert "focalloc: geometry = 'wide': must have whole numbers" in said
