"""Every broken allocator is called by its clause within the default number of sessions, and every clause has one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from focalloc.conformance.broken import BROKEN, Broken
from focalloc.conformance.broken.enhanced import SoundEnhanced
from focalloc.conformance.broken.iteration import ForgetsReclaims
from focalloc.conformance.broken.optimum import (
    SoundHybrid,
    SoundObjectives,
    SoundOptimum,
    SoundProjection,
    SoundRegions,
    SoundRelaxation,
)
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.judge import judged
from focalloc.conformance.runner import BATCH, DEFAULT_EXAMPLES, run_batch, run_conformance
from focalloc.conformance.sessions import sessions
from focalloc.conformance.targets import PythonTarget
from focalloc.spec.clauses import PREDICATES

HANGS_SOON = 1.0
"""Limit of one call in seconds where a hang is expected; the sound ones get the default."""


def named(broken: Broken) -> Iterator[str]:
    """The id that the judge names first of each session that fails, in a default run.

    What else the same answer breaks follows from the mistake.
    """
    limit = HANGS_SOON if "ANS-1" in broken.exposed_by else 10.0
    with PythonTarget(broken.factory, broken.name, limit, limit) as target:
        for case in sessions(broken.profile, 0, 0, DEFAULT_EXAMPLES):
            verdict = judged(target, case, broken.profile)
            if verdict.status not in ("pass", "skip"):
                yield verdict.clause or verdict.status


@pytest.mark.parametrize("broken", BROKEN.values(), ids=lambda broken: broken.name)
def test_a_broken_allocator_is_called_by_its_clause(broken: Broken) -> None:
    """And by no other before."""
    for said in named(broken):
        assert said in {*broken.exposed_by, *broken.also}
        if said in broken.exposed_by:
            return
    raise AssertionError(broken.mistake)


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN.values(), ids=lambda broken: broken.name)
def test_a_broken_allocator_is_never_called_by_another_clause(broken: Broken) -> None:
    """As far as some failures go."""
    assert set(islice(named(broken), 40)) <= {*broken.exposed_by, *broken.also}


class ForgetsNeededReclaims(ForgetsReclaims):
    """The same mistake by itself: it makes no more room than greedy may, or that would be said first (ING-5)."""

    lacks_room = Sound.lacks_room


SAFETY = [broken for broken in BROKEN.values() if broken.profile == "safety" and "ANS-1" not in broken.exposed_by]
"""Those that every profile has to expose; what hangs takes a whole limit, and shows alike in all."""

QUICK = ("LooksBefore", "RestsTooShort", "ForgetsReclaims", "TailOfLongAgo")


@pytest.mark.parametrize(
    "broken",
    [pytest.param(one, marks=() if one.name in QUICK else pytest.mark.slow, id=one.name) for one in SAFETY],
)
def test_what_safety_exposes_greedy_exposes_by_the_same_clause(broken: Broken) -> None:
    """It need not be the first thing that is said of the answer, as this profile asks for more of it."""
    found: set[str] = set()
    factory = ForgetsNeededReclaims if broken.factory is ForgetsReclaims else broken.factory
    with PythonTarget(factory, broken.name) as target:
        for index in range(DEFAULT_EXAMPLES // BATCH):
            batch = run_batch(target, "greedy", 0, index, BATCH, shrink=False)
            found |= {one.id for one in batch.failures}
            if found & set(broken.exposed_by):
                return
    raise AssertionError(f"{broken.mistake} By greedy: {sorted(found)}")


def test_every_clause_has_a_broken_allocator() -> None:
    assert {broken.clause for broken in BROKEN.values()} == set(PREDICATES)


def test_every_obligation_is_called_by_its_own_name() -> None:
    """Definitions show through other clauses; what an allocator owes must be said as such."""
    called = {clause for broken in BROKEN.values() for clause in broken.exposed_by}
    families = ("GEO", "SCO", "PAR", "CUR", "ADA", "MEM", "BAL")
    definitions = {clause for clause in PREDICATES if clause.startswith(families)} | {"CTX-4"}
    assert set(PREDICATES) - called == definitions


@pytest.mark.parametrize("broken", BROKEN.values(), ids=lambda broken: broken.name)
def test_a_mistake_is_said_in_a_sentence(broken: Broken) -> None:
    assert broken.mistake.endswith(".")
    assert len(broken.mistake.split()) > 5


@pytest.mark.parametrize(
    ("factory", "profile"),
    [
        (Sound, "safety"),
        (Sound, "greedy"),
        (SoundEnhanced, "enhanced"),
        (SoundOptimum, "knapsack"),
        (SoundRelaxation, "knapsack"),
        (SoundHybrid, "hybrid"),
        (SoundObjectives, "multi_objective"),
        (SoundRegions, "hierarchical"),
        (SoundProjection, "projection"),
    ],
)
def test_what_they_are_made_from_is_sound(factory: type[Sound], profile: str) -> None:
    run_conformance(factory, profile=profile, examples=40, seed=7, save_to=None).raise_for_failures()
