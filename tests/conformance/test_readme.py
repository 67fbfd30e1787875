"""The page for adopters: its program is compiled and judged, its commands print what it shows, its dialogue happens."""

from __future__ import annotations

import doctest
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from focalloc.cli.app import app
from focalloc.conformance.messages import command_line, read_command
from focalloc.conformance.server import serve
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Action

README = (files("focalloc.conformance") / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("c++") is None, reason="needs a C++ compiler")
def test_the_skeleton_gets_the_verdicts_that_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "skeleton.cpp").write_text(fenced("cpp")[0])
    (tmp_path / "known.json").write_text(fenced("json")[0])
    commands = 0
    for block in fenced("console"):
        parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
        for command, shown in zip(parts[::2], parts[1::2], strict=True):
            words = command.split()
            if words[0] == "focalloc":
                words[:1] = [sys.executable, "-m", "focalloc"]
            done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
            as_shown = doctest.OutputChecker().check_output(shown, done.stdout, doctest.ELLIPSIS)
            assert as_shown, f"{command}\n{done.stdout}{done.stderr}"
            commands += 1
    assert commands == 5


def test_the_dialogue_is_what_the_reference_says() -> None:
    lines = fenced("text")[0].splitlines()
    asked = [line.removeprefix("> ") for line in lines if line.startswith(">")]
    shown = [json.loads(line.removeprefix("< ")) for line in lines if line.startswith("<")]
    answers = io.BytesIO()
    commands = io.BytesIO("".join(f"{line}\n" for line in asked).encode())

    class Plain:
        """The reference, without what it need not have."""

        def __init__(self) -> None:
            self.whole = ReferenceAllocator()
            self.open = self.whole.open

        def step(self, scores: Sequence[int], /) -> Sequence[Action]:
            return list(self.whole.step(scores))

        def ingest(self, blocks: int, scores: Sequence[int], /) -> Sequence[Action]:
            return list(self.whole.ingest(blocks, scores))

    serve(Plain, commands, answers, name="reference", version="1.0", strategies=["greedy"])
    assert [json.loads(line) for line in answers.getvalue().splitlines()] == shown


def test_the_dialogue_is_what_the_judge_sends() -> None:
    for line in fenced("text")[0].splitlines():
        if line.startswith("> "):
            sent = line.removeprefix("> ").encode() + b"\n"
            assert command_line(read_command(sent)) == sent


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("params", [None, {"w_max": 5}], ids=["as shown", "defaults left out"])
def test_the_shipped_example_talks_so(params: dict[str, int] | None) -> None:
    lines = fenced("text")[0].splitlines()
    asked = [json.loads(line.removeprefix("> ")) for line in lines if line.startswith(">")]
    for one in asked:
        if "params" in one:
            one["params"] = params or one["params"]
    shown = [json.loads(line.removeprefix("< ")) for line in lines if line.startswith("<")]
    program = ["node", str(files("focalloc.conformance.examples") / "greedy.mjs")]
    said = "".join(f"{json.dumps(one)}\n" for one in asked)
    told = [json.loads(line) for line in subprocess.check_output(program, input=said, text=True).splitlines()]
    assert told[0]["strategies"] == shown[0]["strategies"]
    assert [one.keys() if "error" in one else one for one in told[1:]] == [
        one.keys() if "error" in one else one for one in shown[1:]
    ]


def wheel(folder: Path, name: str, metadata: str) -> None:
    """Write a wheel of ``name`` 1.0 that holds one empty module."""
    about = f"{name}-1.0.dist-info"
    written = {
        f"{name}.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    written[f"{about}/RECORD"] = "".join(f"{file},,\n" for file in (*written, f"{about}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as made:
        for file, text in written.items():
            made.writestr(file, text)


def test_the_recipe_for_pinning_installs_these_files_and_no_others(tmp_path: Path) -> None:
    """As written, but for where pip looks: at two wheels of this test's own, named as the package and what it needs."""
    offered = tmp_path / "offered"
    offered.mkdir()
    wheel(offered, "needed", "")
    wheel(offered, "focalloc", 'Provides-Extra: conformance\nRequires-Dist: needed; extra == "conformance"\n')
    (recipe,) = (block for block in fenced("sh") if "--require-hashes" in block)
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    alone |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(offered), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def shell(commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-euc", commands], cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
        )

    done = shell(recipe)
    assert done.returncode == 0, done.stderr
    lock = (tmp_path / "conformance.lock").read_text().splitlines()
    assert sorted(line.partition(" --hash=sha256:")[0] for line in lock) == ["focalloc==1.0", "needed==1.0"]
    assert all(re.search(r" --hash=sha256:[0-9a-f]{64}$", line) for line in lock)
    last = recipe.splitlines()[-1]
    again = f"rm -r .conformance; python3 -m venv .conformance; {last}"
    assert shell(again).returncode == 0
    wheel(offered, "needed", "Summary: another file by the same name and version\n")
    refused = shell(again)
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr


def test_what_it_links_to_and_every_command_it_names_is_there() -> None:
    here = Path(__file__).parents[2] / "conformance"
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)", prose):
        assert (here / target).exists(), target
    names = {info.name or info.callback.__name__ for info in app.registered_commands if info.callback}
    assert set(re.findall(r"focalloc ([a-z]+)[ `\n]", README)) <= names
