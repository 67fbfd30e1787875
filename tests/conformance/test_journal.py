"""What a campaign goes on from: nothing of another allocator, nothing that was touched, nothing that cannot be true."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from focalloc.conformance.capabilities import ALL, Capabilities
from focalloc.conformance.cases import Case, Step
from focalloc.conformance.contents import contents_of
from focalloc.conformance.journal import Header, Journal, unsound
from focalloc.conformance.report import Failure, Report, versions_here
from focalloc.conformance.runner import Batch
from focalloc.conformance.targets import ModuleTarget
from focalloc.spec import Block, Geometry, InvalidInput, Params

SIZES = [40, 40, 20]
HEADER = Header("mine:Mine", "digest", "safety", 7, 100, ALL, (10.0, 120.0), versions_here())
CASE = Case(geometry=Geometry((2, 2)), params=Params(w_max=4), context=(Block(2, 0),), steps=(Step(),))


def passing(index: int) -> Batch:
    return Batch(index=index, examples=SIZES[index], answered=50, verdicts={"pass": SIZES[index]})


def failing(index: int) -> Batch:
    failed = Failure(
        id="BUD-1", status="fail", message="BUD-1: over", found=(), at=0, case=CASE,
        target=HEADER.target, profile=HEADER.profile, seed=HEADER.seed, batch=index,
    )  # fmt: skip
    size = SIZES[index]
    return Batch(
        index=index,
        examples=size,
        answered=50,
        verdicts={"fail": 3, "skip": 1, "pass": size - 4},
        failures=(failed,),
        skips={"ingest: not yet": 1},
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with Journal(tmp_path / "j.jsonl", HEADER, SIZES) as book:
        book.add(passing(2))
        book.add(failing(0))
    return tmp_path / "j.jsonl"


def read(path: Path, header: Header = HEADER) -> dict[int, Batch]:
    with Journal(path, header, SIZES) as book:
        return book.done


def test_what_was_written_is_read_and_gone_on_with(written: Path) -> None:
    assert read(written) == {2: passing(2), 0: failing(0)}
    with written.open("ab") as file:
        file.write(b'{"entry": {"index": 1, "exam')  # as a crash in the middle of a line leaves it
    with Journal(written, HEADER, SIZES) as book:
        book.add(passing(1))
    assert read(written) == {2: passing(2), 0: failing(0), 1: passing(1)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"contents": "other"}, "an allocator that has changed since"),
        ({"within": Capabilities(without=("ingest",))}, "another campaign: within Capabilities"),
        ({"seed": 8}, "another campaign: seed 7"),
        ({"limits": (99.0, 120.0)}, r"another campaign: limits \(10.0"),
        ({"examples": 99}, "another campaign: examples 100"),
        ({"profile": "greedy", "target": "yours:Y"}, "another campaign: target mine:Mine, profile safety"),
    ],
)
def test_a_journal_of_something_else_is_refused(change: dict[str, Any], said: str, written: Path) -> None:
    with pytest.raises(InvalidInput, match=said):
        read(written, msgspec.structs.replace(HEADER, **change))


EDITS: dict[str, Callable[[list[str]], list[str]]] = {
    "a count": lambda lines: [*lines[:2], lines[2].replace('"fail":3', '"fail":2').replace('"pass":36', '"pass":37')],
    "a header": lambda lines: [lines[0].replace('"seed":7', '"seed":8'), *lines[1:]],
    "a line left out": lambda lines: [lines[0], lines[2]],
    "a line put in": lambda lines: [*lines, lines[1]],
    "lines moved": lambda lines: [lines[0], lines[2], lines[1]],
    "no header": lambda lines: lines[1:],
    "a diary": lambda lines: ["dear diary", *lines],
    "an empty line": lambda lines: [*lines[:2], "", *lines[2:]],
    "a key twice": lambda lines: [*lines[:2], lines[2].replace('"index":0', '"index":1,"index":0')],
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_journal_that_was_edited_is_refused(edit: str, written: Path) -> None:
    lines = written.read_text().splitlines()
    edited = EDITS[edit](lines)
    assert edited != lines
    written.write_text("".join(f"{line}\n" for line in edited))
    with pytest.raises(InvalidInput, match=r"not as it was written|is no journal"):
        read(written)


UNTRUE: dict[str, dict[str, Any]] = {
    "a batch beyond the last": {"index": 3},
    "a batch before the first": {"index": -1},
    "a sound batch before the first": {
        "index": -1,
        "examples": SIZES[-1],
        "verdicts": {"pass": SIZES[-1]},
        "failures": (),
        "skips": {},
    },
    "too few": {"examples": 2, "verdicts": {"fail": 1, "skip": 1}},
    "too many": {"examples": 41, "verdicts": {"fail": 3, "skip": 1, "pass": 37}},
    "a sum that is none": {"verdicts": {"fail": 3, "skip": 1, "pass": 35}},
    "fewer than none": {"verdicts": {"fail": 3, "skip": 1, "pass": 37, "error": -1}},
    "skips that nobody counted": {"skips": {}},
    "unknown without a reason": {"examples": 39, "verdicts": {"fail": 3, "skip": 1, "pass": 35, "unknown": 1}},
    "a reason for nothing": {"lost": {"it fell": 1}},
    "failures that are not kept": {"failures": ()},
    "failures of nothing": {"verdicts": {"skip": 1, "pass": 39}},
    "a failure of another batch": {"failures": (failing(1).failures[0],)},
    "a failure twice": {"failures": failing(0).failures * 2},
}


@pytest.mark.parametrize("what", UNTRUE)
def test_what_cannot_be_true_is_refused_though_its_digest_fits(what: str, tmp_path: Path) -> None:
    forged = msgspec.structs.replace(failing(0), **UNTRUE[what])
    assert not unsound(failing(0), HEADER, SIZES)
    with Journal(tmp_path / "j.jsonl", HEADER, SIZES) as book:
        book.add(forged)
    with pytest.raises(InvalidInput, match="cannot be true"):
        read(tmp_path / "j.jsonl")


def test_sessions_that_nobody_judged_are_counted_and_believed(tmp_path: Path) -> None:
    verdicts: dict[Any, int] = {"fail": 3, "skip": 1, "pass": 31, "unknown": 5}
    cut = msgspec.structs.replace(failing(0), examples=35, verdicts=verdicts, lost={"the run was over": 5})
    with Journal(tmp_path / "j.jsonl", HEADER, SIZES) as book:
        book.add(cut)
    assert read(tmp_path / "j.jsonl") == {0: cut}


def test_a_batch_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.jsonl", HEADER, SIZES) as book:
        book.add(passing(1))
        book.add(passing(1))
    with pytest.raises(InvalidInput, match="it is there twice"):
        read(tmp_path / "j.jsonl")


@pytest.mark.parametrize("text", ["all that I have ever written", '{"entr', "\0\1", '{"entries": [1]}', " "])
def test_a_file_of_somebody_elses_is_left_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text(text)
    if text == '{"entr':  # as a full disk leaves it
        assert read(tmp_path / "notes") == {}
        return
    with pytest.raises(InvalidInput, match="is no journal of a campaign"):
        read(tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == text


def test_two_campaigns_do_not_write_to_one_journal(written: Path) -> None:
    before = written.read_bytes()
    with Journal(written, HEADER, SIZES), pytest.raises(InvalidInput, match="another campaign is writing to it"):
        read(written)
    assert written.read_bytes() == before
    with pytest.raises(InvalidInput, match="another campaign: seed"):
        read(written, msgspec.structs.replace(HEADER, seed=8))
    assert read(written) == {2: passing(2), 0: failing(0)}


def test_a_journal_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(InvalidInput, match="journal"):
        Journal(tmp_path / "a file" / "j.jsonl", HEADER, SIZES)


def test_no_run_passes_with_a_part_judged() -> None:
    part = Report(target="t", profile="safety", seed=0, asked=500, examples=2, answered=9, verdicts={"pass": 2})
    assert (part.status, part.exit_status) == ("unknown", 3)
    assert "PASS" not in part.summary()
    whole = msgspec.structs.replace(part, examples=500, verdicts={"pass": 500})
    assert whole.status == "pass"


# WHAT AN ALLOCATOR IS MADE OF


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "alone.py").write_text("import beside\nraise RuntimeError('nobody imports me')\n")
    (tmp_path / "beside.py").write_text("one = 1\n")
    (tmp_path / "stranger.py").write_text("two = 2\n")
    (tmp_path / "pack" / "deep").mkdir(parents=True)
    (tmp_path / "pack" / "__init__.py").write_text("raise RuntimeError('nor me')\n")
    (tmp_path / "pack" / "deep" / "inner.py").write_text("three = 3\n")
    (tmp_path / "pack" / "weights.bin").write_bytes(b"\0\1")
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    (tmp_path / "script.py").write_text("import beside\nfour = 4\n")
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "deep.py").write_text("five = 5\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])  # as the command that is installed has it
    return tmp_path


MADE_OF = [
    ("alone:A", "", "alone.py", True),
    ("alone:A", "", "beside.py", True),
    ("alone:A", "", "stranger.py", False),
    ("pack.deep.inner:A", "", "pack/__init__.py", True),
    ("pack.deep.inner:A", "", "pack/deep/inner.py", True),
    ("pack.deep.inner:A", "", "pack/weights.bin", True),
    ("pack.deep.inner:A", "", "alone.py", False),
    ("", "./tool --fast", "tool", True),
    ("", f"{sys.executable} script.py", "script.py", True),
    ("", f"{sys.executable} script.py", "alone.py", False),
    ("", f"{sys.executable} script.py", "beside.py", True),
    ("", f"{sys.executable} -m pack", "pack/deep/inner.py", True),
    ("", f"{sys.executable} -m alone", "beside.py", True),
    ("", f"{sys.executable} -m no_such_module_here", "alone.py", False),
    ("", "./tool --weights=pack/weights.bin", "pack/weights.bin", True),
    ("", "./tool -m alone", "alone.py", False),
    ("loose.deep:A", "", "loose/deep.py", True),
]


@pytest.mark.parametrize(("target", "program", "file", "counts"), MADE_OF)
def test_an_allocator_is_known_by_content(here: Path, target: str, program: str, file: str, counts: bool) -> None:
    before = contents_of(target, program)
    assert contents_of(target, program) == before
    with (here / file).open("ab") as changed:
        changed.write(b"\n# and more\n")
    assert (contents_of(target, program) != before) == counts


@pytest.mark.usefixtures("here")
def test_the_arguments_of_a_program_count() -> None:
    assert contents_of("", "./tool --fast") != contents_of("", "./tool --slow")
    with pytest.raises(InvalidInput, match="no such program"):
        contents_of("", "./no-such-tool")
    with pytest.raises(InvalidInput, match=r"there is no module pack\.shallow"):
        contents_of("pack.shallow:A", "")


@pytest.mark.usefixtures("here")
def test_what_is_named_counts_too() -> None:
    weights = Path("weights.bin")
    with pytest.raises(InvalidInput, match="also = 'weights"):
        contents_of("alone:A", "", [weights])
    weights.write_bytes(b"1")
    before = contents_of("alone:A", "", [weights])
    weights.write_bytes(b"2")
    assert contents_of("alone:A", "", [weights]) != before
    assert contents_of("alone:A", "") != before
    (folder := Path("many")).mkdir()
    (folder / "one.bin").write_bytes(b"1")
    before = contents_of("alone:A", "", [folder])
    (folder / "one.bin").write_bytes(b"2")
    assert contents_of("alone:A", "", [folder]) != before


def test_what_a_module_imports_from_elsewhere_counts_where_it_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed, checkout = tmp_path / "site-packages", tmp_path / "checkout"
    (installed / "lib").mkdir(parents=True)
    (installed / "lib-1.0.dist-info").mkdir()
    checkout.mkdir()

    def version(text: str) -> None:
        (installed / "lib-1.0.dist-info" / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: lib\nVersion: {text}\n"
        )

    version("1.0")
    (installed / "lib" / "__init__.py").write_text("")
    (checkout / "other.py").write_text("one = 1\n")
    (tmp_path / "mine.py").write_text("import lib, other\nclass A: pass\n")
    (tmp_path / "unread.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(installed), str(checkout), *sys.path])

    def told() -> str:
        with ModuleTarget("mine:A") as target:
            return target.version()

    before = told()
    assert before == told()
    (tmp_path / "unread.py").write_text("two = 2\n")
    assert before == told()
    (checkout / "other.py").write_text("one = 2\n")
    then = told()
    assert then != before
    (installed / "lib" / "__init__.py").write_text("# as a patch in place, which no version tells\n")
    assert then == told()
    version("1.1")
    assert then != told()


def test_a_line_of_a_journal_is_plain_json(written: Path) -> None:
    for line in written.read_text().splitlines():
        assert set(json.loads(line)) == {"entry", "digest"}
