"""Commands in a pipe: who reads may leave, may say how wide a line is, and may be a program."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from focalloc.cli import main
from focalloc.cli.app import app
from focalloc.spec.clauses import clauses

FOCALLOC = [sys.executable, "-m", "focalloc"]

COMMANDS = {
    "help": ["--help"],
    "help of a command": ["conform", "--help"],
    "version": ["--version"],
    "usage": ["conform"],
    "clauses": ["clauses"],
    "clause": ["clauses", "BUD-1"],
    "clauses as json": ["clauses", "BUD-1", "--json"],
    "vectors": ["vectors"],
    "vectors as json": ["vectors", "--json"],
    "vectors checked": ["vectors", "--check"],
    "vectors put to it": ["vectors", "focalloc.conformance.broken.iteration:LooksBefore"],
    "conform": ["conform", "focalloc.conformance.broken.iteration:OwnWords", "--examples", "5"],
    "replay": ["replay", "BUD-1-2665ee26", "--target", "focalloc.refimpl.allocator:ReferenceAllocator"],
    "theorems": ["prove", "--list"],
    "prove": ["prove", "reversals-wait", "--no-mutations"],
    "session": ["session", "--w-max", "400", "--iterations", "2"],
    "serve": ["serve", "--implementation", "reference"],
}
"""Name -> a quick run of each command that prints more than a line, or to standard output at all."""


ENDS = {"usage": 2, "conform": 1, "replay": 3, "prove": 3, "vectors put to it": 1, "vectors checked": 3}
"""Name -> the exit status where it is no 0: usage is told on stderr; a verdict stands, and untold it is no success."""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_leaves_has_seen_enough(name: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # nobody reads even the first line, as after `head -0`
    ended = subprocess.run(
        [*FOCALLOC, *COMMANDS[name]],
        input=b'{"cmd": "hello", "protocol": 1}\n{"cmd": "close"}\n',
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(writing)
    assert ended.returncode == ENDS.get(name, 0), ended.stderr.decode()
    assert bool(ended.stderr) == (name == "usage"), ended.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("name", ["help", "clauses as json", "vectors", "vectors put to it", "replay", "prove"])
def test_a_full_disk_is_a_sentence_and_no_success(name: str, tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(
            [*FOCALLOC, *COMMANDS[name]],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            text=True,
            check=False,
        )
    assert ended.returncode == ENDS.get(name, 3), ended.stderr
    assert ended.stderr.endswith("cannot be written: No space left on device\n"), ended.stderr
    assert ended.stderr.count("\n") == 1


CLOSED = {"stdin": ("<&-", 1, 0), "stdout": (">&-", 1, 3), "stderr": ("2>&-", 1, 0), "all": ("<&- >&- 2>&-", 1, 3)}
"""What is closed -> how, and the exit statuses of an allocator that is wrong and of one that is not."""


@pytest.mark.parametrize("what", CLOSED)
def test_a_verdict_stands_whatever_is_closed_where_the_command_starts(what: str, tmp_path: Path) -> None:
    how, *statuses = CLOSED[what]
    for target, status in zip(("iteration:LooksBefore", "sound:Sound"), statuses, strict=True):
        command = f"{sys.executable} -m focalloc conform focalloc.conformance.broken.{target} --examples 20 {how}"
        ended = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_command_that_has_no_output_to_write_to_says_so(tmp_path: Path) -> None:
    command = f"{sys.executable} -m focalloc --version >&-"
    ended = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (3, "focalloc: the output cannot be written: Bad file descriptor\n")


def test_what_was_asked_for_in_a_file_is_written_though_nobody_reads(tmp_path: Path) -> None:
    ended = subprocess.run(
        f"{sys.executable} -m focalloc session --w-max 400 --iterations 2 --html page.html | head -1; "
        "echo ${PIPESTATUS[@]}",
        shell=True, executable="/bin/bash", cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "0 0"
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("width", [60, 80, 132])
def test_columns_are_respected_in_a_pipe(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with pytest.raises(SystemExit):
        main(["clauses"])
    table = capsys.readouterr().out.split("spec ")[0]
    assert width - 30 < max(map(len, table.splitlines())) <= width
    words = {word for clause in clauses().values() for word in clause.title.split()} - set(table.split())
    assert not words, "a word was cut to fit"


@pytest.mark.parametrize("command", ["", *(one.callback.__name__ for one in app.registered_commands if one.callback)])
def test_help_fits_a_narrow_terminal_and_cuts_no_word(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 60
    assert not re.search(r"[a-z]\.\.\.|\u2026", told), "something was cut to fit"
    assert "bool" not in told, "a flag takes no value"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["clauses", "BUD-1"], lambda told: told["clauses"][0]["id"] == "BUD-1" and told["clauses"][0]["predicate"]),
        (["vectors"], lambda told: told["vectors"] > 100 and told["clauses"]["BUD-1"] > 0),
        (["prove", "--list"], lambda told: {"name", "sentence", "clauses", "bugs"} <= told[0].keys()),
        (["prove", "reversals-wait"], lambda told: told[0]["result"] == "proved" and told[0]["caught"] > 0),
        (
            ["vectors", "focalloc.refimpl.allocator:ReferenceAllocator"],
            lambda told: {one["verdict"] for one in told["vectors"]} == {"pass"},
        ),
    ],
    ids=["clauses", "vectors", "prove --list", "prove", "vectors put to an allocator"],
)
def test_as_json_there_is_one_value_and_no_table(
    arguments: list[str], expected: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--json"])
    assert left.value.code == 0
    assert expected(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("focalloc con", ["conform"]),
        ("focalloc conform --profile gr", ["greedy"]),
        ("focalloc clauses BUD", ["BUD-1"]),
        ("focalloc bench --strategy h", ["hybrid", "hierarchical", "hierarchical_by_price"]),
    ],
)
def test_a_shell_completes_commands_and_choices(words: str, completed: list[str]) -> None:
    script = subprocess.run(
        [Path(sys.executable).with_name("focalloc")],
        env=os.environ
        | {"_FOCALLOC_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert sorted(script.stdout.split()) == sorted(completed)
