"""`focalloc verify`: what it judges, what it prints, and that it notices."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from focalloc.analysis import verification
from focalloc.analysis.twins import Differs, Tally, Twins
from focalloc.cli import main
from focalloc.conformance import recorded
from focalloc.conformance.recorded import Document, Session, default_document
from focalloc.conformance.vectors import shipped
from focalloc.fastpath import allocator as fastpath
from focalloc.proofs import catalogue
from focalloc.proofs.sources import Mutation
from focalloc.proofs.theorem import Survey, Technique, Theorem
from focalloc.refimpl import allocator as refimpl
from focalloc.refimpl.edits import Answer
from focalloc.spec import Geometry, NoRoom, Params
from focalloc.spec.actions import Action
from tests.cli.command import run


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
    prove_only(monkeypatch, *catalogue.named(["reversals-wait", "levels-stay-known"]))


def prove_only(monkeypatch: pytest.MonkeyPatch, *theorems: Theorem) -> None:
    monkeypatch.setattr(catalogue, "theorems", lambda: list(theorems))


def invented(*evidence: Survey, notices: bool = True) -> Theorem:
    def check(bug: Mutation) -> Iterator[Survey]:
        yield from [Survey("planted", 1, 1, "here")] if bug.name and notices else evidence

    bugs = (Mutation("a bug"),)
    return Theorem("invented", "A sentence.", (), Technique.EXHAUSTION, "none", "nothing", bugs, check)


@pytest.mark.usefixtures("greedy_only")
def test_all_is_judged_and_compared(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    status, out, _ = run(capsys, "verify", "--examples", "20", "--workers", "1")
    assert status == 0
    greedy = [one for one in shipped() if one.params.strategy == "greedy"]
    row_of_greedy = r"^ *greedy +(generated|recorded|vectors) +([\d,]+) +([\d,]+) +pass *$"
    rows = re.findall(row_of_greedy, out, re.MULTILINE)
    assert [row[:2] for row in rows] == [("generated", "20"), ("recorded", "1"), ("vectors", f"{len(greedy)}")]
    followed = re.search(r"^ *all +vectors, by the spec +([\d,]+) +([\d,]+) +pass *$", out, re.MULTILINE)
    assert followed is not None
    assert int(followed[1]) == len(greedy)
    totals = out.splitlines()[-1]
    assert totals.startswith(f"PASS: 1 strategy, {21 + 2 * len(greedy):,} sessions, ")
    proofs = re.findall(r"^ *(inductive obligations|every case) +(\d+) +(\d+) +(\d+) +pass *$", out, re.MULTILINE)
    assert [(line[0], line[1], line[3]) for line in proofs] == [
        ("inductive obligations", "1", "3"), ("every case", "1", "3"),
    ]  # fmt: skip
    assert all(int(line[2]) > 0 for line in proofs)
    assert ", 2 theorems proved, " in totals
    answers = sum(int(number.replace(",", "")) for number in (*(row[2] for row in rows), followed[2]))
    assert f"{answers:,} answers judged" in totals
    compared = re.search(r"([\d,]+) actions in ([\d,]+) answers compared", totals)
    assert compared is not None
    assert all(int(number.replace(",", "")) > 0 for number in compared.groups())
    assert "seed 0; focalloc " in totals
    assert not list(elsewhere.iterdir())


CHEATING = """
from focalloc.analysis.twins import Twins
from focalloc.refimpl import allocator

honest = allocator.STRATEGIES["greedy"]
allocator.STRATEGIES["greedy"] = lambda state, scores: honest(state, scores)[:-1]
"""


@pytest.mark.usefixtures("greedy_only")
def test_an_allocator_that_cheats_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    """A reference that drops its last action is no longer greedy, and no longer agrees with the fast path."""
    honest = refimpl.STRATEGIES["greedy"]
    monkeypatch.setitem(refimpl.STRATEGIES, "greedy", lambda state, scores: honest(state, scores)[:-1])
    status, out, _ = run(capsys, "verify", "--examples", "60", "--workers", "1")
    assert status == 1
    assert out.splitlines()[-1].startswith("FAIL: ")
    assert "Differs: step: the reference gives" in out
    assert "  the reference alone: GRE-6: " in out
    assert "  the fast path alone: pass" in out
    replayed = re.search(r"replay: focalloc (replay (\S+error\S*\.json) --target \S+)", out)
    assert replayed is not None
    assert (elsewhere / replayed[2]).exists()
    # a replay is judged in a process of its own, so the cheat has to be there
    (elsewhere / "cheating.py").write_text(CHEATING)
    monkeypatch.syspath_prepend(elsewhere)
    with pytest.raises(SystemExit) as left:
        main([*replayed[1].split()[:-1], "cheating:Twins"])
    assert left.value.code == 1
    assert "Differs: step: the reference gives" in capsys.readouterr().out


@pytest.mark.usefixtures("greedy_only")
def test_an_error_that_both_share_is_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Twins.step
    monkeypatch.setattr(Twins, "step", lambda twins, scores, **told: honest(twins, scores, **told)[:-1])
    status, out, _ = run(capsys, "verify", "--examples", "60", "--workers", "1")
    assert status == 1
    assert "(GRE-6)" in out


@pytest.mark.usefixtures("greedy_only")
def test_nothing_judged_is_no_pass(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(job: verification.Job) -> tuple[list[verification.Row], Tally]:
        return [verification.Row(job.strategy, "generated", 0, 0, "unknown", ())], Tally()

    monkeypatch.setattr(verification, "judge", silent)
    status, out, _ = run(capsys, "verify", "--workers", "1")
    assert status == 3
    assert out.splitlines()[-1].startswith("INCOMPLETE: ")


@pytest.fixture
def all_else_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def passes(job: verification.Job) -> tuple[list[verification.Row], Tally]:
        return [verification.Row(job.strategy, "generated", 1, 1, "pass", ())], Tally()

    monkeypatch.setattr(verification, "judge", passes)


@pytest.mark.usefixtures("all_else_passes")
@pytest.mark.parametrize(
    ("theorem", "ends", "says", "why"),
    [
        (invented(Survey("all", 3, 1)), 0, "PASS", ""),
        (invented(Survey("all", 3, 1, "case 2")), 1, "FAIL", "refuted: all: case 2"),
        (invented(Survey("all", 3, 0)), 1, "FAIL", "vacuous: the cover check fails for all"),
        (invented(Survey("all", 3, 1), notices=False), 1, "FAIL", "the proof does not notice: a bug"),
        (invented(Survey("all", 3, 1, undecided="too hard")), 3, "INCOMPLETE", "unknown: all: too hard"),
        (invented(), 3, "INCOMPLETE", "there is no evidence"),
    ],
)
def test_what_comes_of_a_theorem_counts(
    theorem: Theorem,
    ends: int,
    says: str,
    why: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prove_only(monkeypatch, theorem)
    status, out, _ = run(capsys, "verify", "--workers", "1")
    assert status == ends
    assert out.splitlines()[-1].startswith(f"{says}: ")
    assert f", {'0 theorems' if ends else '1 theorem'} proved, " in out.splitlines()[-1]
    assert (f"theorem invented: {why}" in out) if why else ("theorem invented" not in out)


@pytest.mark.usefixtures("all_else_passes")
def test_no_theorem_is_no_pass(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    prove_only(monkeypatch)
    assert run(capsys, "verify", "--workers", "1")[0] == 3


def test_without_the_proofs_extra_theorems_are_skipped_which_is_no_pass() -> None:
    # a process of its own: importing the proofs anew here would leave half a package behind for the tests that follow
    code = """
import sys
sys.modules["z3"] = None
from focalloc.analysis import verification
from focalloc.analysis.twins import Tally
from focalloc.cli import main
verification.judge = lambda job: ([verification.Row(job.strategy, "generated", 1, 1, "pass", ())], Tally())
main(["verify", "--workers", "1"])
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 3, ended.stderr
    assert re.search(r"not installed +0 +0 +0 +skip", ended.stdout)
    assert "no theorem was looked at: z3 is not there; install it with: pip install 'focalloc[proofs]'" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("INCOMPLETE: ")
    assert ", 0 theorems proved, " in ended.stdout.splitlines()[-1]


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
    monkeypatch.setattr(getattr(twins, liar), "step", lambda scores, *, cursor: Answer([], []))
    with pytest.raises(Differs, match="step: the reference gives"):
        twins.step([2**20, 0])


def test_twins_notice_where_only_edits_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = Twins()
    twins.open(Geometry((2, 2)), Params(w_max=8), [(2, 0), (2, 4)])
    honest = twins._reference.step
    monkeypatch.setattr(twins._reference, "step", lambda scores, *, cursor: Answer(honest(scores), []))
    with pytest.raises(Differs, match="step: the reference gives"):
        twins.step([2**20, 0])


def test_twins_notice_when_only_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(blocks: int, scores: object, *, release: bool) -> list[Action]:
        raise NoRoom(1, 0)

    twins = Twins()
    twins.open(Geometry((2, 2)), Params(w_max=8), [(2, 0), (2, 4)])
    monkeypatch.setattr(twins._fast, "ingest", refuse)
    with pytest.raises(Differs, match="the fast path NoRoom"):
        twins.ingest(1, [0, 0])


@pytest.mark.slow
def test_the_whole_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "verify")
    assert status == 0
    for strategy in refimpl.STRATEGIES:
        assert f" {strategy} " in out
