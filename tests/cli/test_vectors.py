"""`focalloc vectors`, and `focalloc replay` with one of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from focalloc.conformance.vectors import MANIFEST, Vector, encoded, shipped, sources, write
from focalloc.conformance.vectors.sources import Source
from focalloc.spec.printable import counted
from tests.cli.command import run

ALL = shipped()
REFERENCE = "focalloc.refimpl:ReferenceAllocator"


def test_they_are_listed_by_clause(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "vectors")
    assert status == 0
    counts = dict(re.findall(r"^([A-Z]+-\d+) +(\d+)$", out, re.MULTILINE))
    assert int(counts["CAP-1"]) == sum("CAP-1" in one.clauses for one in ALL)
    assert out.splitlines()[-1].startswith(f"{len(ALL)} vectors in ")


def test_the_shipped_ones_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "vectors", "--check")
    assert (status, out) == (0, f"{len(ALL)} vectors checked: no problems\n")


def test_ones_that_do_not_follow_fail(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write(ALL[:1], tmp_path)
    file = tmp_path / f"{ALL[0].clauses[0]}.json"
    file.write_bytes(file.read_bytes().replace(b'"positions":[', b'"positions":[7,', 1))
    status, out, _ = run(capsys, "vectors", "--check", "--folder", str(tmp_path))
    assert status == 1
    assert f"{ALL[0].id}: the positions at first are others" in out
    assert "checksum" in out
    assert "CAP-1: no vector is about it; make what is missing with: focalloc vectors --update" in out


def test_an_allocator_that_conforms_passes_its_own_and_those_of_safety(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "vectors", REFERENCE, "--profile", "greedy")
    mine = [one for one in ALL if one.profile in ("safety", "greedy")]
    assert (status, out) == (0, f"{len(mine)} vectors of profile greedy: {len(mine)} pass\n")


def test_one_that_does_not_is_told_what_and_how_to_see_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    Path("lavish.py").write_text("from focalloc.conformance.broken import BROKEN\nLavish = BROKEN['OneMore'].factory\n")
    status, out, _ = run(capsys, "vectors", "lavish:Lavish")
    assert status == 1
    mine = next(one for one in ALL if one.source == "broken:OneMore")
    assert f"{mine.id} fail: CAP-1: " in out
    command = f"replay {mine.id} --target lavish:Lavish"
    assert f"replay: focalloc {command}" in out
    status, out, _ = run(capsys, *command.split())
    assert status == 1
    assert "broken  CAP-1: " in out
    assert f"by profile {mine.profile}: {counted(len(mine.steps), 'step')}" in out


def test_a_vector_in_a_file_of_its_own_is_replayed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one = next(one for one in ALL if one.profile == "knapsack" and one.steps)
    (tmp_path / "one.json").write_bytes(encoded(one))
    status, out, _ = run(capsys, "replay", str(tmp_path / "one.json"), "--target", REFERENCE)
    assert status == 0
    assert "by profile knapsack" in out


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("vectors", "--check", "--folder", "/nowhere"), f"has no {MANIFEST}"),
        (("vectors", REFERENCE, "--profile", "astrology"), "profile"),
        (("replay", "CAP-1-nonsense", "--target", REFERENCE), "neither a file nor the id of a shipped vector"),
        (("replay", ALL[0].id), "the file names none"),
    ],
)
def test_senseless_arguments_are_refused(
    arguments: tuple[str, ...], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert rule in err


def test_an_update_adds_what_is_missing_and_says_what_still_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ALL[0], ALL[-1]

    def only(*vectors: Vector) -> None:
        asked = [Source(one.source, lambda _, one=one: iter((one,))) for one in vectors]
        monkeypatch.setattr(sources, "sources", lambda: asked)

    only(first)
    status, out, _ = run(capsys, "vectors", "--update", "--folder", str(tmp_path))
    assert status == 1
    assert f"{first.source}: {first.id}" in out
    assert "1 new vector; 1 in" in out
    before = (tmp_path / f"{first.clauses[0]}.json").read_bytes()
    only(first, second)
    _, out, _ = run(capsys, "vectors", "--update", "--folder", str(tmp_path))
    assert "1 new vector; 2 in" in out
    assert first.clauses[0] != second.clauses[0]
    assert (tmp_path / f"{first.clauses[0]}.json").read_bytes() == before
