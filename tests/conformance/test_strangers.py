"""The Rust example: it conforms to what it claims, and most bugs that are planted in it are exposed."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from focalloc.conformance.runner import run
from focalloc.conformance.targets import ProgramTarget
from tests.conformance.strangers import survivors, walks

BUGS = survivors.bugs()


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"needs {tool}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("strangers")


@pytest.fixture(scope="module")
def program(folder: Path) -> Path:
    made: Path = survivors.built(survivors.SOURCE.read_text(encoding="utf-8"), folder)
    return made


@needs("rustc")
@pytest.mark.parametrize("profile", ["safety", "greedy", "enhanced"])
def test_the_rust_example_is_what_it_claims(program: Path, profile: str) -> None:
    with ProgramTarget(str(program)) as target:
        assert run(target, profile=profile, examples=150).status == "pass"


@needs("rustfmt")
def test_the_rust_example_is_formatted() -> None:
    style = ["--edition", "2021", "--config", "max_width=120,use_small_heuristics=Max"]
    subprocess.run(["rustfmt", "--check", *style, str(survivors.SOURCE)], check=True)


@needs("clippy-driver")
def test_clippy_has_nothing_to_say_of_the_rust_example(tmp_path: Path) -> None:
    strict = ["-D", "warnings", "-W", "clippy::all", "--emit=metadata", "-o", str(tmp_path / "enhanced.rmeta")]
    subprocess.run(["clippy-driver", "--edition", "2021", *strict, str(survivors.SOURCE)], check=True)


def test_every_planted_bug_is_a_change_of_the_example_as_it_is() -> None:
    source = survivors.SOURCE.read_text(encoding="utf-8")
    assert len({bug.planted(source) for bug in BUGS} | {source}) == len(BUGS) + 1
    assert len({bug.says for bug in BUGS}) == len(BUGS) >= 100


@pytest.fixture(scope="module")
def conversation(program: Path) -> tuple[list[str], list[object]]:
    said, right = walks.conversation(program)
    return said, right


@pytest.mark.slow
@needs("rustc")
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.says)
def test_every_planted_bug_changes_an_answer(
    bug: object, conversation: tuple[list[str], list[object]], folder: Path
) -> None:
    """Of a legal session that the judge has nothing to do with: no bug is one in name only."""
    said, right = conversation
    source = survivors.SOURCE.read_text(encoding="utf-8")
    assert list(walks.answers(survivors.built(bug.planted(source), folder), said)) != right  # type: ignore[attr-defined]


@pytest.mark.slow
@needs("rustc")
def test_a_default_run_exposes_nearly_all_of_them(folder: Path) -> None:
    outcomes = list(map(partial(survivors.outcome, folder), BUGS))
    survived = [bug for bug, by in outcomes if not by]
    assert len(survived) <= len(BUGS) // 20, "\n".join(survivors.table(outcomes))
