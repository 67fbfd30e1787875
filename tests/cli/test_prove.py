"""`focalloc prove`: what it prints, and that a refuted theorem comes with a session that can be replayed."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from focalloc.cli import main
from focalloc.conformance.cases import from_json
from focalloc.proofs import catalogue
from focalloc.proofs.bounded import greedy_with
from focalloc.proofs.sources import Mutation
from focalloc.proofs.theorem import THEOREMS
from focalloc.refimpl import allocator as refimpl

SHORT = THEOREMS["short-sessions-conform"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main([*arguments])
    assert isinstance(left.value.code, int)
    return left.value.code, capsys.readouterr().out


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_theorem_that_holds(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    status, out = run(capsys, "prove", "--workers", "1", "levels-stay-known")
    assert status == 0
    assert "proved; 1 obligations; cover satisfiable; bugs 3 of 3 caught" in out
    assert out.splitlines()[-1] == "1 theorems: 1 proved, 0 failed, 0 not decided"
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize("bug", SHORT.mutations, ids=lambda bug: bug.name)
def test_a_refuted_theorem_comes_with_a_session_to_replay(
    bug: Mutation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the reference shipped with the bug: the theorem finds it, and so does the judge in the saved session."""
    broken = replace(SHORT, mutations=(), check=lambda _: SHORT.check(bug))  # type: ignore[arg-type]
    monkeypatch.setattr(catalogue, "THEOREMS", {broken.name: broken})
    status, out = run(capsys, "prove", "--workers", "1", broken.name)
    assert status == 1
    told = re.search(r"refuted: sessions: in iteration (\d) of scores", out)
    command = re.search(r"replay: focalloc (replay .*)", out)
    assert told is not None
    assert command is not None
    arguments = shlex.split(command[1])
    assert len(from_json(Path(arguments[1]).read_bytes()).steps) == int(told[1])
    assert run(capsys, *arguments)[0] == 0
    monkeypatch.setitem(refimpl.STRATEGIES, "greedy", greedy_with(bug))  # type: ignore[arg-type]
    status, out = run(capsys, *arguments)
    assert status == 1
    assert re.search(r"^(fail|error): ", out.splitlines()[-1])
