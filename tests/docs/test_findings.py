"""Findings are in the index and say what they have to; they are run by hand, as they install what they are about."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
TEXT = (FOLDER / "README.md").read_text(encoding="utf-8")
ROWS = [
    (date, *row)
    for date, table in re.findall(r"^## (\d{4}-\d\d-\d\d)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    for row in re.findall(r"^\| \[(.+)\]\(\.\./findings/(\S+)\) \| (.+) \|$", table, re.MULTILINE)
]
SECTIONS = ("Version", "Guess", "Behaviour", "Why it matters")


def test_the_index_has_every_finding_newest_first() -> None:
    assert sorted(file for _, _, file, _ in ROWS) == [script.name for script in SCRIPTS]
    dates = [date for date, *_ in ROWS]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_can_be_run_and_says_what_it_has_to(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    head = text.partition("\nset -eu\n")[0].splitlines()
    assert head[0] == "#!/bin/sh"
    (title,) = [title for _, title, file, _ in ROWS if file == script.name]
    assert head[1].startswith(f"# {title}")
    labels = re.findall(r"^# (?=[A-Z])([^:\n]+): \S", "\n".join(head[2:]), re.MULTILINE)
    assert tuple(labels) == SECTIONS
    assert "focalloc" not in text


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_pins_what_it_installs_and_compares_what_it_prints(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    (packages,) = re.findall(r'^packages="(.+)"\n\. "\$\(dirname "\$0"\)/common"$', text, re.MULTILINE)
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", one) for one in packages.split())
    stated = re.sub(r"\s*\n#\s*", " ", text.partition("# Version: ")[2].partition("\n# Guess")[0])
    for name, version in (one.split("==") for one in packages.split()):
        assert re.search(rf"\b{name.removesuffix('-solver')}(-solver)? {re.escape(version)}\b", stated)
    assert re.search(r"^compare <<'END'\n(.+\n)+END\n\Z", text, re.MULTILINE)


def test_what_findings_share_fails_when_something_else_is_seen(tmp_path: Path) -> None:
    (tmp_path / "pip.py").touch()
    (tmp_path / "common").symlink_to(FOLDER / "common")
    script = tmp_path / "finding.sh"
    script.write_text(
        'set -eu\npackages=none\n. "$(dirname "$0")/common"\necho $1 >"$work/seen"\ncompare <<\'END\'\nA\nEND\n'
    )
    environment = os.environ | {"PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)}
    for seen in "AB":
        ran = subprocess.run(["sh", script, seen], check=False, capture_output=True, text=True, env=environment)
        assert (ran.returncode, ran.stdout.splitlines()[0]) == (seen != "A", seen)


@pytest.mark.parametrize(("title", "answer"), [(title, answer) for _, title, _, answer in ROWS])
def test_what_is_done_about_it_leads_somewhere(title: str, answer: str) -> None:
    paths = re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", answer) + re.findall(r"\]\(\.\./([^)]+)\)", answer)
    assert paths, title
    assert all((ROOT / path).is_file() for path in paths)
