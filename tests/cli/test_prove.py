"""`focalloc prove`: what it prints, and that a refuted theorem comes with a session that can be replayed."""

from __future__ import annotations

import inspect
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from focalloc.fastpath import kernels
from focalloc.proofs import catalogue
from focalloc.proofs.catalogue import theorems
from focalloc.proofs.contracts import CONTRACTS
from focalloc.proofs.engines.checking.proofs import Check, Outcome
from focalloc.proofs.engines.deductive.playing import called_by
from focalloc.proofs.engines.sessions import SEARCHED
from focalloc.proofs.engines.smt import Answer, Reply
from focalloc.proofs.runner import Result, judged
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import THEOREMS, Technique, Theorem
from tests.cli.command import run

SHORT = THEOREMS["short-sessions-conform"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_theorem_that_holds(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    status, out, _ = run(capsys, "prove", "--workers", "1", "levels-stay-known")
    assert status == 0
    assert out.startswith("proved levels-stay-known\n")
    assert "planted bugs, 3 of 3 caught: " in out
    assert "  1 obligation; cover satisfiable; rlimit 0; " in out
    assert out.splitlines()[-1] == "1 theorem: 1 proved, 0 failed, 0 not decided"
    assert not list(elsewhere.iterdir())


def refuted(
    theorem: Theorem, bug: Mutation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Prove ``theorem`` as if ``bug`` had shipped; return the command that replays the counterexample."""
    broken = replace(theorem, mutations=(), check=lambda _: theorem.check(bug))  # type: ignore[arg-type]
    monkeypatch.setattr(catalogue, "THEOREMS", {broken.name: broken})
    status, out, _ = run(capsys, "prove", "--workers", "1", broken.name)
    assert status == 1
    assert "  refuted: " in out
    command = re.search(r"replay: focalloc (replay .*)", out)
    assert command is not None
    return shlex.split(command[1])


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (Answer.UNSAT, 0, "cvc5: 11 agreed, 0 disputed, 0 not decided"),
        (Answer.UNKNOWN, 3, "cvc5: 0 agreed, 0 disputed, 11 not decided"),
        (Answer.SAT, 1, "cvc5: 0 agreed, 11 disputed, 0 not decided"),
    ],
)
def test_what_the_second_solver_says_is_counted(
    answer: Answer, status: int, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focalloc.proofs.runner.ask_cvc5", lambda text: Reply(answer, {}, 0))
    ended, out, _ = run(capsys, "prove", "--workers", "1", "--no-mutations", "--second-solver", "reversals-wait")
    assert ended == status
    assert f"11 formulas put to {told}" in out
    assert ("cannot decide" in out) == (status == 3)
    assert ("disagrees on" in out) == (status == 1)


@pytest.mark.parametrize(
    ("outcome", "status", "told"),
    [
        (Outcome.CHECKED, 0, "11 checked, in 55 steps, 0 with holes, 0 not given, 0 refused"),
        (Outcome.HOLES, 3, "0 checked, in 0 steps, 11 with holes, 0 not given, 0 refused"),
        (Outcome.REFUSED, 1, "0 checked, in 0 steps, 0 with holes, 0 not given, 11 refused"),
    ],
)
def test_what_comes_of_proofs_is_counted(
    outcome: Outcome, status: int, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focalloc.proofs.runner.check", lambda text, proof: Check(outcome, 5, "for a reason"))
    ended, out, _ = run(capsys, "prove", "--workers", "1", "--no-mutations", "--check-proofs", "reversals-wait")
    assert ended == status
    assert f"11 proofs asked of cvc5: {told}" in out
    assert ("has steps that are not known" in out) == (status == 3)
    assert ("the proof is wrong" in out) == (status == 1)


README = (Path(inspect.getfile(catalogue)).parent / "README.md").read_text(encoding="utf-8")
WITH_SESSIONS = re.findall(r"^\| \[([a-z0-9-]+)\].*\| a session \|$", README, re.MULTILINE)

SHOWN_AS_SESSIONS = [
    pytest.param(one, id=one.name, marks=[pytest.mark.slow] if one.full else [])
    for one in theorems(full=True)
    if one.name in WITH_SESSIONS
]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("theorem", SHOWN_AS_SESSIONS)
def test_a_counterexample_is_a_session_that_the_spec_objects_to(
    theorem: Theorem, which: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = theorem.mutations[min(which, len(theorem.mutations) - 1)]
    arguments = refuted(theorem, bug, capsys, monkeypatch)
    status, out, _ = run(capsys, *arguments)
    assert status == 1
    last = out.splitlines()[-1]
    crashed = last.startswith("error: refused sensible input: RuntimeError: ")
    clause = re.match(r"fail: ([A-Z]+-\d+): ", last)
    assert crashed or clause is not None
    assert clause is None or clause[1] in theorem.clauses or SEARCHED in out


WITH_A_BUG = """
from focalloc.refimpl import allocator
from focalloc.proofs.catalogue import named
from focalloc.proofs.theorems.reference.bounded import greedy_with
from focalloc.refimpl import ReferenceAllocator

(bug,) = (one for one in named(["{theorem}"])[0].mutations if one.name == "{bug}")
allocator.STRATEGIES["greedy"] = greedy_with(bug)
"""


@pytest.mark.parametrize("bug", SHORT.mutations, ids=lambda bug: bug.name)
def test_a_saved_session_can_be_put_to_any_allocator(
    bug: Mutation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As if the reference shipped with the bug: the theorem finds it, and so does the judge in the saved session."""
    arguments = refuted(SHORT, bug, capsys, monkeypatch)
    assert run(capsys, *arguments)[0] == 1
    reference = ["--target", "focalloc.refimpl:ReferenceAllocator"]
    assert run(capsys, *arguments, *reference)[0] == 0
    # it is judged in a process of its own, so the bug has to be there
    (tmp_path / "with_a_bug.py").write_text(WITH_A_BUG.format(theorem=SHORT.name, bug=bug.name))
    monkeypatch.syspath_prepend(tmp_path)
    status, out, _ = run(capsys, *arguments, "--target", "with_a_bug:ReferenceAllocator")
    assert status == 1
    assert re.search(r"^(fail|error): ", out.splitlines()[-1])


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("turns-of-every-size", "expands are not charged"),
        ("tokens-of-every-size", "marked blocks are left out of a long count"),
        ("ledger-of-every-size", "the cooldown lasts one iteration longer"),
    ],
)
def test_a_call_that_is_wrong_is_shown_as_a_session_where_one_is(
    name: str, bug: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    theorem = THEOREMS[name]
    arguments = refuted(theorem, next(one for one in theorem.mutations if one.name == bug), capsys, monkeypatch)
    status, out, _ = run(capsys, *arguments)
    assert status == 1
    assert SEARCHED in out
    assert re.match(r"fail: [A-Z]+-\d+: ", out.splitlines()[-1])


MAYBE_SESSIONS = re.findall(r"^\| \[([a-z0-9-]+)\].*\| a session or a call \|$", README, re.MULTILINE)


def test_the_readme_says_which_counterexamples_may_be_sessions() -> None:
    of_step = called_by(Source.of(kernels), "step")
    deduced = [one for one in THEOREMS.values() if one.technique is Technique.DEDUCTION]
    assert [
        one.name for one in deduced if any(CONTRACTS[name].kernel in of_step for name in one.kernels)
    ] == MAYBE_SESSIONS


WITHOUT_SESSIONS = [
    one.name
    for one in theorems()
    # those by contract would have CrossHair run in this process, where it may not end in hours
    if one.name not in (*WITH_SESSIONS, *MAYBE_SESSIONS) and one.technique is not Technique.CONTRACTS
]


@pytest.mark.parametrize("name", WITHOUT_SESSIONS)
def test_the_readme_says_which_counterexamples_are_no_sessions(name: str) -> None:
    theorem = THEOREMS[name]
    found = [judged(theorem, evidence) for evidence in theorem.evidence(theorem.mutations[0])]
    wrong = [finding for finding in found if finding.result is Result.REFUTED]
    assert wrong
    assert all(finding.detail and finding.session is None for finding in wrong)


def test_the_readme_names_theorems_whose_counterexamples_are_sessions() -> None:
    assert len(WITH_SESSIONS) > 15
    assert set(WITH_SESSIONS) <= set(THEOREMS)
