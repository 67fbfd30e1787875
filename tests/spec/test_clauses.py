"""The text of the spec and its predicates name each other."""

from __future__ import annotations

import re
from dataclasses import asdict
from importlib import import_module
from importlib.resources import files

import pytest

import focalloc.spec  # noqa: F401  # registers every predicate
from focalloc.spec.clauses import PREDICATES, SPEC_VERSION, clause, clauses, profile_clauses
from focalloc.spec.params import RANGES, Params
from focalloc.spec.violations import PROFILES, SCORE_DRIVEN, SELECTIONS

TEXT = (files("focalloc.spec") / "SPEC.md").read_text(encoding="utf-8")


def test_every_clause_of_the_text_has_its_predicate_and_the_other_way_round() -> None:
    assert {clause.id: clause.predicate for clause in clauses().values()} == PREDICATES


@pytest.mark.parametrize("clause_id", sorted(PREDICATES))
def test_a_clause_has_prose_and_its_predicate_exists_and_says_so(clause_id: str) -> None:
    stated = clauses()[clause_id]
    prose = stated.prose.split("Predicate:")[0]
    assert len(prose.split()) >= 8
    module, _, name = stated.predicate.rpartition(".")
    predicate = getattr(import_module(module), name)
    assert predicate.__doc__.startswith(f"{clause_id}: ")


def test_clause_ids_cited_anywhere_in_the_text_exist() -> None:
    cited = set(re.findall(r"\b([A-Z]{3}-\d+)\b", TEXT))
    assert cited <= set(PREDICATES)


def test_the_text_states_its_version_and_the_changelog_has_it() -> None:
    assert f"Spec version {SPEC_VERSION}." in TEXT
    assert f"### {SPEC_VERSION}\n" in TEXT


def test_the_parameter_table_matches_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", TEXT, re.M))
    assert set(RANGES) | {"tie_break", "strategy"} <= set(rows)
    for name, default in asdict(Params()).items():
        stated = rows[name].split("(")[0].strip(" `").replace("2^31 - 1", str(2**31 - 1))
        assert stated == ("w_max" if name == "w_soft" else str(default))


def test_the_ranges_of_the_parameter_table_are_those_of_the_code() -> None:
    ranges = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+ (?:to|or) [^|]+) \|", TEXT, re.M))
    assert set(ranges) == set(RANGES)
    for name, (low, high) in RANGES.items():
        first, last = re.split(" to | or ", ranges[name])
        assert int(first) == low, name
        assert last == "`w_max`" if name == "w_soft" else _power(last) == high, name


def _power(text: str) -> int:
    """The number that a text such as ``2^31 - 1`` stands for."""
    base, exponent, less = re.fullmatch(r"(\d+)(?:\^(\d+))?(?: - (\d+))?", text).groups()  # type: ignore[union-attr]
    return int(base) ** int(exponent or 1) - int(less or 0)


def test_a_clause_cannot_have_two_predicates() -> None:
    with pytest.raises(RuntimeError, match="two predicates"):
        clause("BUD-1")(lambda: iter(()))


def test_the_table_of_profiles_covers_every_clause_and_each_profile_includes_safety() -> None:
    bound = {profile: set(profile_clauses(profile)) for profile in PROFILES}
    assert set.union(*bound.values()) == set(PREDICATES)
    assert all(bound["safety"] <= clauses for clauses in bound.values())
    for profile in SELECTIONS:
        assert "BAL-1" in bound[profile]
        assert {"ADA-1", "ADA-2"} <= bound[profile] or profile not in SCORE_DRIVEN
    assert {"GRE-1", "THR-1", "ING-5", "ANS-3"} <= bound["greedy"] - bound["safety"]
    assert not {"ING-4", "ANS-3", "THR-1"} & bound["safety"]
    with pytest.raises(KeyError):
        profile_clauses("courage")
