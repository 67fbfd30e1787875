"""Contracts: none is forgotten, and what CrossHair does not confirm or does not find counts for nothing."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections import Counter

import pytest

from focalloc.proofs.runner import Result, judged, prove
from focalloc.proofs.sources import AS_SHIPPED
from focalloc.proofs.theorem import THEOREMS, Technique
from focalloc.proofs.theorems.reference import contracts
from focalloc.proofs.theorems.reference.contracts import examined, plant

EXPECTED = {
    "aggregates-by-contract": ["floor mean is the floor", "mean is the floor", "both aggregate alike"],
    "filter-by-contract": [
        "thresholds are strict", "the tail is one rule", "soft budget binds the lukewarm",
        "families are complete alike",
    ],
    "actions-by-contract": ["expand and collapse are inverse"],
    "cooldown-by-contract": ["reversals wait for the gap", "the cooldown is one rule"],
}  # fmt: skip
"""Theorem -> the contracts that it must find confirmed."""


@pytest.mark.alone
@pytest.mark.parametrize("name", EXPECTED)
def test_the_expected_contracts_are_confirmed(name: str) -> None:
    verdict = prove(THEOREMS[name], mutations=False)
    assert [(one.name, one.result) for one in verdict.findings] == [(one, Result.PROVED) for one in EXPECTED[name]]
    assert verdict.exit_code == 0


def test_every_contract_is_expected_and_serves_one_theorem() -> None:
    assert set(EXPECTED) == {one.name for one in THEOREMS.values() if one.technique is Technique.CONTRACTS}
    tree = ast.parse(inspect.getsource(contracts)).body
    stated = [
        one.name.replace("_", " ")
        for one in tree
        if isinstance(one, ast.FunctionDef) and "post:" in (ast.get_docstring(one) or "")
    ]
    assert Counter(stated) == Counter(name for names in EXPECTED.values() for name in names)


def no_contract(number: int) -> int:
    """Promises nothing."""
    return number


def false(number: int) -> int:
    """
    post: _ > number
    """
    return number


def endless(row: list[int]) -> int:
    """
    post: _ == len(row)
    """
    return sum(1 for _ in row)


def impossible(number: int) -> int:
    """
    pre: number > 3 and number < 3
    post: False
    """
    return number


def garbled(number: int) -> int:
    """
    post: _ ==
    """
    return number


@pytest.mark.alone
def test_a_contract_that_is_not_found_fails() -> None:
    assert examined(no_contract).counterexample == "CrossHair finds no contract"
    assert examined(garbled).counterexample


@pytest.mark.alone
def test_a_false_contract_fails_with_its_arguments() -> None:
    assert "false returns" in examined(false).counterexample or "false(" in examined(false).counterexample


@pytest.mark.alone
def test_a_contract_that_is_not_confirmed_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contracts, "PATHS", 5)
    survey = examined(endless)
    assert survey.undecided == "not confirmed on 5 paths"
    assert judged(THEOREMS["cooldown-by-contract"], survey).result is Result.UNKNOWN


@pytest.mark.alone
def test_a_contract_that_nothing_can_meet_is_vacuous() -> None:
    assert examined(impossible).telling == 0


@pytest.mark.alone
def test_what_ships_is_what_is_examined() -> None:
    plant(AS_SHIPPED)
    assert contracts.CODE.scores.floor_mean(-7, 2) == -4
    assert contracts.CODE.reference.mean([-3, -4]) == -4
    assert contracts.CODE.actions.impossible_expand(set(), contracts.Action("expand", 1, 0))


def is_alone(node: ast.AST) -> bool:
    """Whether this defines a test that is marked to run alone."""
    return isinstance(node, ast.FunctionDef) and "pytest.mark.alone" in map(ast.unparse, node.decorator_list)


def test_crosshair_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "alone", __file__]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    # the expected contracts, and the other tests here that run alone: none may be left out
    alone = [one for one in ast.walk(ast.parse(inspect.getsource(sys.modules[__name__]))) if is_alone(one)]
    assert f"{len(EXPECTED) + len(alone) - 1} passed" in ended.stdout
