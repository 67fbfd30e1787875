"""The judge exposes every mistake made on purpose within a default run, or says why it cannot: the kill table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from focalloc.conformance.kills import HEAD, SURVIVES, Kill, killed, mistakes, row
from focalloc.conformance.mutants import EQUIVALENT, mutants

ALL = list(mutants())
MISTAKES = list(mistakes())
PAGE = Path(__file__).parents[2] / "conformance" / "KILLS.md"
ROWS = PAGE.read_text(encoding="utf-8").removeprefix(HEAD).splitlines(keepends=True)
SAMPLE = [at for at in range(5, len(MISTAKES), 31) if not MISTAKES[at].same]


def cells(line: str) -> list[str]:
    return re.split(r"(?<!\\) \| ", line)


def test_mutants_have_names_of_their_own_and_run() -> None:
    assert len({mutant.name for mutant in ALL}) == len(ALL) > 250
    for mutant in ALL:
        assert mutant.allocator.__name__ == "ReferenceAllocator"


def test_every_survivor_that_is_excused_exists_and_the_excuse_says_why() -> None:
    assert set(EQUIVALENT) <= {mutant.name for mutant in ALL}
    assert all(len(reason.split()) > 5 for reason in EQUIVALENT.values())


def test_the_table_has_every_mistake_in_order_and_nothing_survives() -> None:
    told = [cells(line)[:3] for line in ROWS]
    assert told == [cells(row(Kill(mistake, "", 0)))[:3] for mistake in MISTAKES], "write it again, as its head says"
    assert not [line for line in ROWS if SURVIVES in line]
    excused = [mistake.name for mistake, line in zip(MISTAKES, ROWS, strict=True) if "| equivalent: " in line]
    assert excused == [mistake.name for mistake in MISTAKES if mistake.same]


@pytest.mark.parametrize("at", SAMPLE, ids=lambda at: MISTAKES[at].name)
def test_a_sample_of_the_mistakes_is_exposed(at: int) -> None:
    assert killed(MISTAKES[at]).exposed_by


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(MISTAKES)), ids=lambda at: MISTAKES[at].name)
def test_every_mistake_is_exposed_but_those_that_are_none(at: int) -> None:
    assert bool(killed(MISTAKES[at]).exposed_by) != bool(MISTAKES[at].same)
