"""`focalloc verify`: what it judges, what it prints, and that it notices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from focalloc.cli import main, verify
from focalloc.cli.twins import Differs, Tally, Twins
from focalloc.conformance import recorded
from focalloc.conformance.recorded import Document, Session, default_document
from focalloc.fastpath import allocator as fastpath
from focalloc.refimpl import allocator as refimpl
from focalloc.spec import Geometry, NoRoom, Params
from focalloc.spec.actions import Action


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(["verify", *arguments])
    assert isinstance(left.value.code, int)
    return left.value.code, capsys.readouterr().out


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def greedy_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the other strategies and most of the document, for the sake of time."""
    start = Document("start", default_document().text[:20_000])
    session = Session(start, iterations=6, params=Params(w_max=300, protected_tokens=64), read_blocks=4)
    monkeypatch.setattr(recorded, "Session", lambda: session)
    monkeypatch.setattr(refimpl, "STRATEGIES", {"greedy": refimpl.STRATEGIES["greedy"]})
    monkeypatch.setattr(fastpath, "STRATEGIES", ("greedy",))


@pytest.mark.usefixtures("greedy_only")
def test_all_is_judged_and_compared(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    status, out = run(capsys, "--examples", "20", "--workers", "1")
    assert status == 0
    rows = re.findall(r"^ *greedy +(.+?) {2,}(generated|recorded) +([\d,]+) +([\d,]+) +pass *$", out, re.MULTILINE)
    assert [row[:3] for row in rows] == [
        (allocator, *source)
        for allocator in ("reference", "fast path", "compared")
        for source in (("generated", "20"), ("recorded", "1"))
    ]
    totals = out.splitlines()[-1]
    assert totals.startswith("PASS: 1 strategies, 63 sessions, ")
    answers = sum(int(row[3].replace(",", "")) for row in rows)
    assert f"{answers:,} answers judged" in totals
    compared = re.search(r"([\d,]+) actions in ([\d,]+) answers compared", totals)
    assert compared is not None
    assert all(int(number.replace(",", "")) > 0 for number in compared.groups())
    assert "seed 0; focalloc " in totals
    assert not list(elsewhere.iterdir())


@pytest.mark.usefixtures("greedy_only")
def test_an_allocator_that_cheats_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    """A reference that drops its last action is no longer greedy, and no longer agrees with the fast path."""
    honest = refimpl.STRATEGIES["greedy"]
    monkeypatch.setitem(refimpl.STRATEGIES, "greedy", lambda state, scores: honest(state, scores)[:-1])
    status, out = run(capsys, "--examples", "60", "--workers", "1")
    assert status == 1
    assert out.splitlines()[-1].startswith("FAIL: ")
    assert "(GRE-6)" in out
    assert "Differs: step: the reference gives" in out
    replayed = re.search(r"replay: focalloc replay (\S+GRE-6\.json)", out)
    assert replayed is not None
    assert (elsewhere / replayed[1]).exists()
    with pytest.raises(SystemExit) as left:
        main(["replay", replayed[1]])
    assert left.value.code == 1
    assert "broken  GRE-6: " in capsys.readouterr().out


@pytest.mark.usefixtures("greedy_only")
def test_nothing_judged_is_no_pass(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(job: verify.Job) -> tuple[list[verify.Row], Tally]:
        return [verify.Row(job.strategy, job.allocator, "generated", 0, 0, "unknown", ())], Tally()

    monkeypatch.setattr(verify, "judge", silent)
    status, out = run(capsys, "--workers", "1")
    assert status == 3
    assert out.splitlines()[-1].startswith("INCOMPLETE: ")


def test_twins_compare_every_call() -> None:
    tally = Tally()
    twins = Twins(tally)
    twins.open(Geometry((2, 2)), Params(w_max=8), [(2, 0), (2, 4)])
    assert twins.step([2**20, -(2**20)]) == [Action("expand", 2, 0)]
    assert twins.ingest(2, [0, 0, 0]) == []
    assert (tally.calls, tally.actions) == (2, 1)
    assert twins.context() == ((1, 0), (1, 2), (2, 4), (0, 8), (0, 10))
    assert twins.positions() == [1, 3, 6, 8, 9, 10, 11]
    with pytest.raises(NoRoom):  # both refuse, and alike
        twins.ingest(100, [0] * 7)


@pytest.mark.parametrize("liar", ["_reference", "_fast"])
def test_twins_notice_a_difference_on_either_side(liar: str, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = Twins()
    twins.open(Geometry((2, 2)), Params(w_max=8), [(2, 0), (2, 4)])
    monkeypatch.setattr(getattr(twins, liar), "step", lambda scores: [])
    with pytest.raises(Differs, match="step: the reference gives"):
        twins.step([2**20, 0])


def test_twins_notice_when_only_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(blocks: int, scores: object) -> list[Action]:
        raise NoRoom(1, 0)

    twins = Twins()
    twins.open(Geometry((2, 2)), Params(w_max=8), [(2, 0), (2, 4)])
    monkeypatch.setattr(twins._fast, "ingest", refuse)
    with pytest.raises(Differs, match="the fast path NoRoom"):
        twins.ingest(1, [0, 0])


@pytest.mark.slow
def test_the_whole_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run(capsys)
    assert status == 0
    for strategy in refimpl.STRATEGIES:
        assert f" {strategy} " in out
