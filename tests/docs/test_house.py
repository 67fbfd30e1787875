"""The page of house rules speaks of what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOUSE = PAGE.partition("## The house\n")[2].partition("\n## ")[0]
RULES = re.findall(r"^\| \*\*(.+?)\*\*(.*?) \| (.+?) \| (.+?) \|$", HOUSE, re.MULTILINE)
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()}


def paths(text: str) -> list[str]:
    """What is named like a path of this tree."""
    return [one for one in re.findall(r"`([\w./-]+)`", text) if "/" in one and one.partition("/")[0] in FOLDERS]


@pytest.mark.parametrize(("rule", "kept_in"), [(rule, kept_in) for rule, _, kept_in, _ in RULES])
def test_a_rule_has_an_example(rule: str, kept_in: str) -> None:
    assert paths(kept_in), rule


@pytest.mark.parametrize("path", sorted(set(paths(PAGE)) - {"docs/TIGER_STYLE.md"}))
def test_what_the_page_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_page_has_rules() -> None:
    assert len(RULES) > 10
    assert len({rule for rule, *_ in RULES}) == len(RULES)
