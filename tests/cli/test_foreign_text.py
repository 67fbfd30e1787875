"""Text of somebody else on its way to a terminal, a page and a report, and JSON of somebody else on its way in."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from focalloc import Allocator, Geometry, Params, Recorder
from focalloc.cli import main
from focalloc.cli.terminal import Plain
from focalloc.conformance import messages
from focalloc.conformance.cases import Case, Step, from_json, to_json
from focalloc.conformance.known import load_known
from focalloc.conformance.report import Failure, Finding, Report
from focalloc.conformance.reports import WRITERS
from focalloc.conformance.vectors import FOLDER, MANIFEST, in_folder, shipped
from focalloc.fastpath.trace import events
from focalloc.spec import Block, InvalidInput
from focalloc.spec.printable import KEPT, on_one_line, printable

HIDDEN = "\x1b]0;title\x07\x1b[2J\x9b31m\r\b\u202e\u2066\u200b\ud800\ufffe"
"""A title, a cleared screen, colour by one letter, an overwritten line, text backwards, half a pair, no character."""

NAMES = ("m:A:", "m:Key:", "m:Star:", "m:Rocket:", "[bold]m[/bold]:", "m:A: [red]", "\\[x]")
"""What rich takes for emoji and for markup."""


@given(st.text())
def test_what_is_printable_stays_and_what_is_not_is_spelt_out(text: str) -> None:
    shown = printable(text)
    assert all(c.isprintable() or c in KEPT or c.isspace() for c in shown)
    assert not set(shown) & set(HIDDEN) - set("]0;title[2J31m")
    assert printable(shown) == shown
    shown.encode("utf-8")
    assert "\n" not in on_one_line(text)
    if text.isprintable():
        assert shown == text


@pytest.mark.parametrize("wrap", [str, Text, lambda text: _in_a_table(text)], ids=["string", "text", "cell"])
def test_a_terminal_shows_text_letter_by_letter(wrap: Callable[[str], object]) -> None:
    for said in (*NAMES, f"before{HIDDEN}after"):
        console = Plain()
        console.file, console.width = io.StringIO(), 200
        console.print(wrap(said))
        shown = console.file.getvalue()
        assert all(c == "\n" or c.isprintable() for c in shown)
        for part in said.split(HIDDEN):
            assert part in shown


def _in_a_table(text: str) -> Table:
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    return table


def report_of(said: str) -> Report:
    case = Case(geometry=Geometry((2, 2)), params=Params(w_max=4), context=(Block(2, 0),), steps=(Step(),), note=said)
    failed = Failure(
        id="BUD-1",
        status="fail",
        message=f"BUD-1: {said}",
        found=(Finding("BUD-1", said),),
        at=0,
        case=case,
        target=said,
        profile="safety",
        seed=0,
        batch=0,
        path=said,
    )
    verdicts = {"fail": 1}
    return Report(
        target=said, profile="safety", seed=0, asked=1, examples=1, answered=1, verdicts=verdicts,  # type: ignore[arg-type]
        failures=(failed,), skips={f"ingest: {said}": 1},
    )  # fmt: skip


@pytest.mark.parametrize("suffix", [".html", ".xml"])
def test_a_page_and_a_report_show_text_letter_by_letter(suffix: str) -> None:
    text = WRITERS[suffix](report_of(f"before{HIDDEN}<after>"), {}).decode("utf-8")
    assert all(c == "\n" or c.isprintable() for c in text)
    assert "before\\x1b]0;title\\x07" in text
    assert "&lt;after&gt;" in text


THEIRS = """
class Key:
    def open(self, geometry, params, context): pass
    def step(self, scores): raise RuntimeError(":Rocket: \\x1b[2J\\u202e\\ud800")
"""


def test_what_an_allocator_says_and_is_called_reaches_the_terminal_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keeper.py").write_text(THEIRS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["conform", "keeper:Key", "--examples", "5"])
    shown = capfd.readouterr().out
    assert "keeper:Key: " in shown
    assert ":Rocket: \\x1b[2J\\u202e\\ud800" in shown
    assert all(c == "\n" or c.isprintable() for c in shown)


def test_an_error_shows_a_name_letter_by_letter(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "no\x1b[2Jsuch.json"])
    assert "\x1b" not in capfd.readouterr().err
    assert "\x1b" not in str(InvalidInput("a\x1b", "b\x1b", "c\x1b"))


# JSON ON ITS WAY IN

CASE = Case(geometry=Geometry((2, 2)), params=Params(w_max=4), context=(Block(2, 0),), steps=(Step(),))


def in_a_file(name: str, read: Callable[[Path], object]) -> Callable[[Path, str], object]:
    def reading(folder: Path, text: str) -> object:
        (folder / name).write_text(text)
        return read(folder / name)

    return reading


def replayed(path: Path) -> None:
    from focalloc.analysis.replaying import read

    read(path)


def listed(path: Path) -> None:
    entry = {"file": path.name, "vectors": 1, "sha256": ""}
    manifest = {"spec_version": "1.0", "vectors": 1, "files": [entry]}
    (path.parent / MANIFEST).write_text(json.dumps(manifest))
    in_folder(path.parent)


def trace_line(path: Path) -> None:
    list(events(path))


def compressed(folder: Path, text: str) -> None:
    with gzip.open(folder / "t.jsonl.gz", "wt") as file:
        file.write(text)
    list(events(folder / "t.jsonl.gz"))


def recorded(folder: Path) -> str:
    with Recorder(Allocator(Geometry((2, 2)), Params(w_max=64)), folder / "made.jsonl") as alloc:
        alloc.load([(2, 0)])
        alloc.step(np.zeros(1, np.float32))
    return (folder / "made.jsonl").read_text()


def policy(folder: Path, text: str) -> object:
    numpy = pytest.importorskip("safetensors.numpy")
    from focalloc.fastpath.policy_file import ENTRY, load

    numpy.save_file({"w": np.zeros(1, np.int8)}, folder / "p.safetensors", metadata={ENTRY: text})
    return load(folder / "p.safetensors")


def failure_text() -> str:
    return msgspec.json.encode(report_of("x").failures[0]).decode()


def known_text() -> str:
    return json.dumps([{"id": "BUD-1", "reason": "r", "link": "l"}])


READERS: dict[str, tuple[Callable[[Path, str], object], Callable[[Path], str]]] = {
    "case": (in_a_file("c.json", lambda path: from_json(path.read_bytes())), lambda _: to_json(CASE).decode()),
    "replay of a case": (in_a_file("c.json", replayed), lambda _: to_json(CASE).decode()),
    "replay of a failure": (in_a_file("c.json", replayed), lambda _: failure_text()),
    "vectors": (in_a_file("v.json", listed), lambda _: (FOLDER / "BUD-1.json").read_text()),
    "known failures": (in_a_file("k.json", lambda path: load_known(path, "safety")), lambda _: known_text()),
    "trace": (in_a_file("t.jsonl", trace_line), recorded),
    "compressed trace": (compressed, recorded),
    "answer": (lambda _, text: messages.read_answer(text.encode(), messages.Step([])), lambda _: '{"actions": []}'),
    "command": (lambda _, text: messages.read_command(text.encode()), lambda _: '{"cmd": "step", "scores": []}'),
    "policy": (policy, lambda _: '{"format": "other"}'),
}
REFUSALS = (InvalidInput, msgspec.DecodeError)


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Callable[[str], object], str]:
    read, made = READERS[request.param]
    return lambda text: read(tmp_path, text), made(tmp_path)


def test_a_key_that_comes_twice_is_refused(reader: tuple[Callable[[str], object], str]) -> None:
    read, sound = reader
    at = sound.index("{") + 1
    key = json.JSONDecoder().raw_decode(sound, at if sound[at] == '"' else sound.index('"', at))[0]
    with pytest.raises(REFUSALS, match=f"the key '{key}'.* twice"):
        read(f"{sound[:at]}{json.dumps(key)}: {_value_of(sound, key)}, {sound[at:]}")


def _value_of(text: str, key: str) -> str:
    at = text.index(json.dumps(key)) + len(json.dumps(key))
    at += len(text[at:]) - len(text[at:].lstrip(": "))
    return text[at : json.JSONDecoder().raw_decode(text, at)[1]]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("within", ["", '{"steps": '], ids=["bare", "within"])
def test_what_is_nested_deeply_is_refused_in_a_sentence(
    opening: str, within: str, reader: tuple[Callable[[str], object], str]
) -> None:
    read, _ = reader
    with pytest.raises(REFUSALS) as caught:
        read(within + opening * 100_000)
    assert len(str(caught.value)) < 400
    assert isinstance(str(caught.value), str)


def test_what_is_sound_is_read(reader: tuple[Callable[[str], object], str]) -> None:
    read, sound = reader
    if "format" in sound:
        with pytest.raises(InvalidInput, match="is no policy of format"):
            read(sound)
    else:
        read(sound)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_words_for_numbers_that_json_has_not_are_refused(word: str, tmp_path: Path) -> None:
    lines = recorded(tmp_path).splitlines()
    with pytest.raises(InvalidInput, match="is no number of JSON"):
        READERS["trace"][0](tmp_path, f'{lines[0]}\n{{"event": "apply", "actions": [], "seconds": {word}}}\n')


def test_every_shipped_vector_is_read() -> None:
    assert len(shipped()) > 300


def test_a_manifest_names_files_beside_it_only(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_text((FOLDER / "BUD-1.json").read_text())
    (tmp_path / "here").mkdir()
    for name in ("../elsewhere.json", str(tmp_path / "elsewhere.json"), ""):
        manifest = {"spec_version": "1.0", "vectors": 1, "files": [{"file": name, "vectors": 1, "sha256": ""}]}
        (tmp_path / "here" / MANIFEST).write_text(json.dumps(manifest))
        with pytest.raises(InvalidInput, match="the name of a file beside the manifest"):
            in_folder(tmp_path / "here")


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.gz"])
def test_a_line_that_does_not_end_is_not_read_to_its_end(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focalloc.fastpath.trace.LONGEST_LINE", 1000)
    with gzip.open(tmp_path / name, "wt") if name.endswith("gz") else (tmp_path / name).open("w") as file:
        file.write(" " * 10_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match="is longer than 1000 characters"):
            list(events(tmp_path / name))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    text = recorded(tmp_path)
    assert max(map(len, text.splitlines())) < 1000
    (tmp_path / "sound.jsonl").write_text(text)
    assert len(list(events(tmp_path / "sound.jsonl"))) == 1
