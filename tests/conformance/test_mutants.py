"""The judge exposes every mutant of the reference within the default number of examples, or says why it cannot."""

from __future__ import annotations

import pytest

from focalloc.conformance.mutants import EQUIVALENT, Mutant, mutants
from focalloc.conformance.runner import DEFAULT_EXAMPLES, run_batch
from focalloc.conformance.targets import PythonTarget

ALL = list(mutants())
PATCH = 50
"""Sessions judged between two looks at whether the mutant has been exposed."""


def is_exposed(mutant: Mutant) -> bool:
    with PythonTarget(mutant, mutant.name, timeout=5.0) as target:
        for index in range(DEFAULT_EXAMPLES // PATCH):
            if run_batch(target, mutant.profile, 0, index, PATCH, shrink=False).failures:
                return True
    return False


def test_mutants_have_names_of_their_own_and_run() -> None:
    assert len({mutant.name for mutant in ALL}) == len(ALL) > 80
    for mutant in ALL:
        assert mutant.allocator.__name__ == "ReferenceAllocator"


def test_every_survivor_that_is_excused_exists_and_the_excuse_says_why() -> None:
    assert set(EQUIVALENT) <= {mutant.name for mutant in ALL}
    assert all(len(reason.split()) > 5 for reason in EQUIVALENT.values())


@pytest.mark.parametrize("mutant", ALL[5::16], ids=lambda mutant: mutant.name)
def test_a_sample_of_the_mutants_is_exposed(mutant: Mutant) -> None:
    assert is_exposed(mutant) != (mutant.name in EQUIVALENT), mutant.change


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_every_mutant_is_exposed_or_equivalent(mutant: Mutant) -> None:
    assert is_exposed(mutant) != (mutant.name in EQUIVALENT), mutant.change
