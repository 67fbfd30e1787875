"""What the documentation shows is what happens: its commands and snippets run, its counterexamples still fail."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(
    r"^```(?:\{code-block\} )?(?P<language>python|console|json)\n(?::caption: (?P<file>\S+)\n)?(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PAGES = [
    pytest.param(page, id=page.stem, marks=[pytest.mark.torch] if page.stem in ("policy", "tensors") else [])
    for page in sorted(DOCS.rglob("*.md"))
    if "generated" not in page.parts and FENCE.search(page.read_text(encoding="utf-8"))
]


@dataclass
class Shown:
    """One command of a page with the output it shows."""

    command: str
    output: str


def session(text: str) -> list[Shown]:
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)[1:]
    return [Shown(command, output) for command, output in zip(parts[::2], parts[1::2], strict=True)]


def fits(shown: str, said: str) -> bool:
    return doctest.OutputChecker().check_output(shown, said, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_snippets_do_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program: list[str] = []
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        language, file, text = fence["language"], fence["file"], fence["text"]
        if file:
            Path(file).write_text(text, encoding="utf-8")
        elif language == "python":  # a page's snippets go on from each other
            program.append(text)
            done = subprocess.run(
                [sys.executable, "-c", "import sys; sys.path.insert(0, '.')\n" + "\n".join(program)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        else:
            for shown in session(text):
                name, *arguments = shlex.split(shown.command)
                if name == "pip":
                    continue
                assert name == "focalloc"
                done = subprocess.run(
                    [sys.executable, "-m", "focalloc", *arguments],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode in (0, 1), done.stderr
                assert fits(shown.output, done.stdout), f"{shown.command}\n{done.stdout}"


def test_every_tutorial_has_something_to_run() -> None:
    assert {page.id for page in PAGES} >= {page.stem for page in (DOCS / "tutorials").glob("*.md")}


def test_a_page_that_shows_something_else_is_caught() -> None:
    assert fits("PASS ...\n", "PASS by safety\n")
    assert not fits("PASS ...\n", "FAIL by safety\n")


@pytest.mark.parametrize("file", sorted((DOCS / "cases").glob("*.json")), ids=lambda file: file.stem)
def test_a_counterexample_still_fails_as_it_did(file: Path) -> None:
    sys.path.insert(0, str(DOCS))
    try:
        from defects import run
    finally:
        sys.path.remove(str(DOCS))
    saved, moments = run(file)
    assert moments[-1].found[0].clause == saved.id
    assert f"generated/{file.stem}.html" in (DOCS / "defects.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda script: script.stem)
def test_a_benchmark_starts_and_its_page_knows_it(script: Path) -> None:
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"`python benchmarks/{script.name}`" in (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert "../benchmarks/README.md" in (DOCS / "benchmarks.md").read_text(encoding="utf-8")
