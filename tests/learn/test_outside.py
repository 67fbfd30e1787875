"""The card begins with what language models made of what the policy shows, in the words of another page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import focalloc.learn
from focalloc.learn.outside import PAGE, outside

CARD = (Path(focalloc.learn.__file__).parent / "small.md").read_text(encoding="utf-8")
DIGEST = "ab" * 32
TABLES = f"""
- Policy: `{DIGEST}`.

| budget | learned policy less | loss | by reader |
|---|---|---|---|
| 48 | last tokens | -0.080 ± 0.026 | -0.080, -0.080 |
| 48 | greedy | -0.010 ± 0.003 | -0.011, -0.009 |
| 48 | exact optimum | 0.020 ± 0.003 | 0.020, 0.020 |
| 48 | informed greedy | 0.002 ± 0.003 | 0.002, 0.002 |
| 48 | foresight | 0.028 ± 0.021 | 0.028, 0.028 |
"""


def test_the_card_has_it_before_all_other_figures() -> None:
    (digest,) = re.findall(r"^- Digest of its tensors: `(\w+)`", CARD, re.MULTILINE)
    section = "\n".join(outside(digest, PAGE.read_text(encoding="utf-8")))
    assert section in CARD
    assert CARD.index(section) < CARD.index("## Measured")


def test_what_is_clearly_better_or_worse_is_said_and_the_limit_is_no_contestant() -> None:
    lines = outside(DIGEST, TABLES)
    assert [line for line in lines if line.startswith("| 48")] == TABLES.splitlines()[6:]
    (verdict,) = (line for line in lines if line.startswith("Clearly"))
    assert verdict == (
        "Clearly better than: greedy at 48 slots (-0.010). Clearly worse than: exact optimum at 48 slots (0.020)."
    )
    assert not any("older" in line for line in lines)
    even = TABLES.replace("-0.010 ±", "-0.001 ±").replace("0.020 ±", "0.001 ±")
    assert "Clearly better than: none. Clearly worse than: none." in outside(DIGEST, even)


def test_figures_of_another_policy_are_said_to_be_its() -> None:
    assert f"This is of an older policy, `{DIGEST}`." in outside("cd" * 32, TABLES)


def test_a_page_without_a_policy_is_no_page() -> None:
    with pytest.raises(ValueError, match="unpack"):
        outside(DIGEST, "")
