"""Where the shipped vectors come from; run with ``python -m focalloc.conformance.vectors.sources FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from focalloc.conformance.broken import BROKEN
from focalloc.conformance.cases import Case, to_json
from focalloc.conformance.judge import judged
from focalloc.conformance.mutants import EQUIVALENT, mutants
from focalloc.conformance.runner import batch_seed, generate
from focalloc.conformance.targets import PythonTarget, Target
from focalloc.conformance.vectors import Vector, recorded, vector, write
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.blocks import used
from focalloc.spec.violations import PROFILES

POOL = 3000
"""Sessions drawn per profile to choose from."""

MOST_SLOTS = 64
MOST_STEPS = 4

SESSIONS = 15
"""Whole sessions of the reference per profile."""


@cache
def pool(profile: str) -> list[Case]:
    """Short sessions in small worlds, by scores alone, the simplest first."""
    drawn: list[Case] = []
    generate(drawn.append, profile, batch_seed(1, 0), POOL)
    small = [
        case
        for case in drawn
        if len(case.steps) <= MOST_STEPS
        and used(case.geometry, case.context) <= MOST_SLOTS
        and not any(step.logits for step in case.steps)
    ]
    return sorted(small, key=lambda case: (len(case.steps), used(case.geometry, case.context), to_json(case)))


def exposed(target: Target, profile: str, wanted: Sequence[str]) -> Iterator[Case]:
    """The simplest session that breaks each clause that the target breaks, without the steps that it can do without."""
    seen: set[str] = set()
    for case in pool(profile):
        verdict = judged(target, case, profile)
        if verdict.status != "fail" or verdict.clause in seen:
            continue
        short = replace(case, steps=case.steps[: verdict.at + 1])
        for at in reversed(range(verdict.at)):
            shorter = replace(short, steps=short.steps[:at] + short.steps[at + 1 :])
            if judged(target, shorter, profile).clause == verdict.clause:
                short = shorter
        if judged(target, short, profile).clause == verdict.clause:
            seen.add(verdict.clause)
            yield short
        if seen & {*wanted, "ANS-1"} or not wanted:
            return


def of_mistake(
    factory: Callable[[], Any], profile: str, wanted: Sequence[str], flags: tuple[str, ...], note: str, source: str
) -> Iterator[Vector]:
    """One vector for each way in which the allocator fails, until one of ``wanted`` is among them."""
    with PythonTarget(factory, timeout=3.0) as target:
        for case in exposed(target, profile, wanted):
            moments = recorded(target, case, profile)
            clauses = tuple(dict.fromkeys(found.clause for found in moments[-1].found))
            yield vector(moments, case, profile=profile, clauses=clauses, flags=flags, note=note, source=source)


def all_vectors(say: Callable[[str], None] = print) -> list[Vector]:
    """Make every vector."""
    made: dict[str, Vector] = {}

    def keep(vectors: Iterator[Vector]) -> None:
        for one in vectors:
            made.setdefault(one.id, one)
            say(f"{one.id} {one.source}")

    for broken in BROKEN.values():
        flags = ("mistake", broken.clause, _dashed(broken.name))
        keep(
            of_mistake(
                broken.factory, broken.profile, broken.exposed_by, flags, broken.mistake, f"broken:{broken.name}"
            )
        )
    for mutant in mutants():
        if mutant.name not in EQUIVALENT:
            note = f"Tells the reference from itself with {mutant.change} in {mutant.name.partition('#')[0]}."
            keep(of_mistake(mutant, mutant.profile, (), ("mutant",), note, f"mutant:{mutant.name}"))
    for profile in PROFILES:
        keep(islice(sessions(profile), SESSIONS))
    return list(made.values())


ABOUT = {
    "greedy": "GRE-1",
    "enhanced": "ADA-1",
    "knapsack": "KNA-2",
    "hybrid": "HYB-1",
    "multi_objective": "MUL-1",
    "projection": "PRO-4",
}
"""Profile -> the clause that its whole sessions are about."""


def sessions(profile: str) -> Iterator[Vector]:
    """Whole sessions of the reference, with something happening in them."""
    about = ABOUT.get(profile, "CTX-6")
    with PythonTarget(ReferenceAllocator) as target:
        for case in pool(profile):
            moments = recorded(target, case, profile)
            acted = sum(len(moment.answer) for moment in moments if isinstance(moment.answer, list))
            small = all(moment.after is not None and moment.after.used <= MOST_SLOTS for moment in moments)
            if small and acted >= 3 and len(case.steps) >= 3:
                yield vector(
                    moments,
                    case,
                    profile=profile,
                    clauses=(about,),
                    flags=("session",),
                    note="A whole session, as the reference answers it.",
                    source="reference",
                )


def _dashed(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).strip("-")


if __name__ == "__main__":
    print(write(all_vectors(), Path(sys.argv[1])))
