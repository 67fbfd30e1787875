"""What a forge reads: the workflow runs what CI runs, hooks run what there is, templates ask in forms that work."""

from __future__ import annotations

import os
import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
yaml = pytest.importorskip("yaml")


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_workflow_runs_what_ci_runs_and_nothing_else() -> None:
    flow = read(".github/workflows/ci.yml")
    (job,) = flow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert flow["permissions"] == {"contents": "read"}
    assert all(re.fullmatch(r"[\w/-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)


def test_the_workflow_runs_on_every_python_that_is_promised() -> None:
    (job,) = read(".github/workflows/ci.yml")["jobs"].values()
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert job["strategy"]["matrix"]["python"] == promised


def test_the_workflow_asks_for_values_that_there_are() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    (job,) = read(".github/workflows/ci.yml")["jobs"].values()
    known = {"github.ref", *(f"matrix.{name}" for name in job["strategy"]["matrix"])}
    asked = re.findall(r"\$\{\{ *(.*?) *\}\}", text)
    assert asked
    assert set(asked) <= known


def hooks() -> list[Any]:
    return [
        pytest.param(hook, id=hook["id"]) for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]
    ]


def test_the_hooks_are_ones_that_pre_commit_takes() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib")
    clientlib.load_config(str(ROOT / ".pre-commit-config.yaml"))


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_is_pinned_and_its_command_exists(hook: dict[str, Any]) -> None:
    command, *_ = hook["entry"].split()
    if hook["language"] == "system":
        assert os.access(ROOT / command, os.X_OK)
        return
    assert hook["language"] == "python"
    (package,) = hook["additional_dependencies"]
    name, _, version = package.partition("==")
    assert version
    if name == "ruff":  # it brings a program, no entry point
        assert command == "ruff"
        return
    pytest.importorskip(name.replace("-", "_"))
    assert command in {
        one.name
        for one in entry_points(group="console_scripts")
        if one.dist and one.dist.name == name.replace("-", "_")
    }


@pytest.mark.parametrize(
    "file", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("w*.yml")), ids=lambda file: file.stem
)
def test_a_template_asks_in_a_form_that_can_be_filled_in(file: Path) -> None:
    form = read(str(file.relative_to(ROOT)))
    assert form["name"]
    assert form["description"]
    fields = form["body"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["type"] == "textarea" and field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


@pytest.mark.parametrize("page", ["SECURITY.md", ".github/pull_request_template.md"])
def test_what_visitors_are_told_to_run_is_there(page: str) -> None:
    from focalloc.cli import main

    text = (ROOT / page).read_text(encoding="utf-8")
    for name in set(re.findall(r"`focalloc ([a-z]+)", text)):
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0
    assert all((ROOT / path).exists() for path in re.findall(r"`(\.ci/\w+)`", text))
