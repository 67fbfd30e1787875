"""Where the shipped vectors come from: everything that is wrong on purpose, and whole sessions of the reference.

A source that has given a vector is not asked again, so that the vectors that ship stay as they are; ``focalloc vectors
--update`` asks the others. What a source gives follows from the code and from how sessions are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import Any

from msgspec.structs import replace

from focalloc.conformance.broken import BROKEN, Broken
from focalloc.conformance.cases import Case, Opening, Step, to_json
from focalloc.conformance.judge import judged
from focalloc.conformance.mutants import EQUIVALENT, Mutant, mutants
from focalloc.conformance.runner import run
from focalloc.conformance.sessions import SENSELESS_GEOMETRIES, SENSELESS_PARAMS, sessions
from focalloc.conformance.targets import PythonTarget, Target
from focalloc.conformance.vectors import Vector, case_of, encoded, opened_by, recorded, vector
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, Geometry, InvalidInput, Params
from focalloc.spec.blocks import used
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE
from focalloc.spec.violations import PROFILES

POOL = 2000
"""Sessions drawn per profile to choose from."""

MOST_SLOTS = 64
"""Slots that a session opens with at most; one of the reference keeps to them."""

LARGEST = 20_000
"""Characters that a vector has at most: larger ones are left out."""

SESSIONS = 30
"""Whole sessions of the reference per profile."""

ABOUT = {
    "greedy": "GRE-1",
    "enhanced": "ADA-1",
    "knapsack": "KNA-2",
    "hybrid": "HYB-1",
    "multi_objective": "MUL-1",
    "hierarchical": "HIE-3",
    "projection": "PRO-4",
}
"""Profile -> the clause that its whole sessions are about."""

SENSELESS_STEPS = (
    *(Step(open=Opening(geometry=fields)) for fields in SENSELESS_GEOMETRIES),
    *(Step(open=Opening(params=fields)) for fields in SENSELESS_PARAMS),
    *(
        Step(open=Opening(context=blocks))
        for blocks in (
            (),
            ((3, 0),),
            ((-1, 0),),
            ((1, 1),),
            ((2, -4),),
            ((2, 0), (2, 8)),
            ((2, 0), (1, 2)),
            ((2, 4), (2, 0)),
            ((0, 2**48),),
        )
    ),
    Step(scores=(SCORE_LIMIT,)),
    Step(scores=(-SCORE_LIMIT,)),
    Step(scores=(1,), extra=1),
    Step(scores=(1,), extra=-1),
    Step(scores=(1,), ingest=0),
    Step(scores=(1,), ingest=-1),
    Step(scores=(1,), cursor=-1),
    Step(scores=(1,), cursor=-2),
)
"""Each must be refused, in a session that then goes on as if nothing had been asked."""


@dataclass(frozen=True)
class Source:
    """What vectors are made from.

    Attributes:
        name: as `Vector.source` gives it.
        make: makes them, given the vectors that are there already; slow.
    """

    name: str
    make: Callable[[Sequence[Vector]], Iterator[Vector]]


def sources() -> Iterator[Source]:
    """Every source, the quickest to ask first."""
    for broken in BROKEN.values():
        yield Source(f"broken:{broken.name}", partial(of_broken, broken))
    yield Source("refusals", of_refusals)
    for profile in PROFILES:
        yield Source(f"reference:{profile}", partial(of_reference, profile))
    for mutant in mutants():
        if mutant.name not in EQUIVALENT:
            yield Source(_of(mutant), partial(of_mutant, mutant))


def missing(vectors: Sequence[Vector], asked: Iterable[Source]) -> Iterator[tuple[str, list[Vector]]]:
    """The sources in ``asked`` that none of ``vectors`` comes from, each with those it gives that are not there yet."""
    there = {one.id: one for one in vectors}
    given = {one.source for one in vectors}
    for source in asked:
        if source.name not in given:
            given.add(source.name)
            new = {one.id: one for one in source.make(list(there.values())) if one.id not in there}
            there |= new
            yield source.name, list(new.values())


# EACH KIND OF SOURCE


def of_broken(broken: Broken, _: Sequence[Vector]) -> Iterator[Vector]:
    """A vector for each clause that ``broken`` breaks, until one that it must be called by is among them.

    Where no session in a small world breaks one, it is what the judge makes of the first that does.
    """
    flags = ("mistake", broken.clause, _dashed(broken.name))
    name = f"broken:{broken.name}"

    def of(exposing: Callable[[Target], Iterator[Case]]) -> Iterator[Vector]:
        return _of_mistake(broken.factory, broken.profile, exposing, (broken.clause,), flags, broken.mistake, name)

    small = list(of(partial(_exposing, profile=broken.profile, wanted=broken.exposed_by)))
    yield from small or of(partial(_exposed_by_the_judge, profile=broken.profile))


def of_mutant(mutant: Mutant, there: Sequence[Vector]) -> Iterator[Vector]:
    """One vector that tells ``mutant`` from the reference, unless one that is ``there`` does."""
    with PythonTarget(mutant, timeout=3.0, start_timeout=3.0) as target:
        mine = (one for one in there if one.profile == mutant.profile)
        if any(judged(target, case_of(one), one.profile).status != "pass" for one in mine):
            return
    note = f"Tells the reference from itself with {mutant.change} in {mutant.name.partition('#')[0]}."
    exposing = partial(_exposing, profile=mutant.profile, wanted=())
    yield from _of_mistake(mutant, mutant.profile, exposing, (), ("mutant",), note, _of(mutant))


def of_refusals(_: Sequence[Vector]) -> Iterator[Vector]:
    """A session for each kind of senseless input."""
    with PythonTarget(ReferenceAllocator) as target:
        for senseless in SENSELESS_STEPS:
            case = Case(
                geometry=Geometry((2, 2)),
                params=Params(w_max=8),
                context=(Block(2, 0), Block(2, 4)),
                steps=(senseless, Step(scores=(SCORE_SCALE, -SCORE_SCALE))),
            )
            moments = recorded(target, case, "greedy")
            reason = _refusal(case, senseless) or str(moments[1].answer).partition(": ")[2]
            yield vector(
                moments,
                case,
                profile="greedy",
                clauses=("ANS-3", *re.findall(r"\b[A-Z]{3}-\d+\b", reason)),
                flags=("refusal",),
                note=f"To be refused: {reason}. What follows goes on from the state before.",
                source="refusals",
            )


def _refusal(case: Case, step: Step) -> str:
    """Why the open of ``step`` is refused; empty for another step."""
    if step.open is not None:
        try:
            opened_by(case, step.open)
        except InvalidInput as senseless:
            return str(senseless)
    return ""


def of_reference(profile: str, _: Sequence[Vector]) -> Iterator[Vector]:
    """Whole sessions of the reference, with something happening in them."""
    return islice(_sessions(profile), SESSIONS)


def _sessions(profile: str) -> Iterator[Vector]:
    with PythonTarget(ReferenceAllocator) as target:
        for case in pool(profile):
            if len(case.steps) < 2:
                continue
            moments = recorded(target, case, profile)
            acted = sum(len(moment.answer) for moment in moments if isinstance(moment.answer, list))
            small = all(moment.after is not None and moment.after.used <= MOST_SLOTS for moment in moments)
            if small and acted >= 3:
                yield vector(
                    moments,
                    case,
                    profile=profile,
                    clauses=(ABOUT.get(profile, "CTX-6"),),
                    flags=("session",),
                    note="A whole session, as the reference answers it.",
                    source=f"reference:{profile}",
                )


def _of_mistake(
    factory: Callable[[], Any],
    profile: str,
    exposing: Callable[[Target], Iterator[Case]],
    about: Sequence[str],
    flags: tuple[str, ...],
    note: str,
    source: str,
) -> Iterator[Vector]:
    with PythonTarget(factory, timeout=3.0, start_timeout=3.0) as target:
        for case in exposing(target):
            moments = recorded(target, case, profile)
            found = [one.clause for one in moments[-1].found]
            if found:  # or it does not always answer alike, so that nothing can be recorded of it
                clauses = tuple(dict.fromkeys((*found, *about)))
                made = vector(moments, case, profile=profile, clauses=clauses, flags=flags, note=note, source=source)
                if len(encoded(made)) <= LARGEST:
                    yield made


def _exposing(target: Target, profile: str, wanted: Sequence[str]) -> Iterator[Case]:
    """The simplest session for each clause that the target breaks, until one of ``wanted`` is among them, or any."""
    seen: set[str] = set()
    for case in pool(profile):
        verdict = judged(target, case, profile)
        if verdict.status != "fail" or verdict.clause in seen:
            continue
        seen.add(verdict.clause)
        yield _shortened(target, profile, replace(case, steps=case.steps[: verdict.at + 1]), verdict.clause)
        if verdict.clause == "ANS-1" or verdict.clause in wanted or not wanted:
            return


def _exposed_by_the_judge(target: Target, profile: str) -> Iterator[Case]:
    """The first session of a default run that the target fails, made as small as the judge makes it."""
    for failed in run(target, profile=profile, recorded=False).failures:
        verdict = judged(target, failed.case, profile)
        yield replace(failed.case, steps=failed.case.steps[: verdict.at + 1])


def _shortened(target: Target, profile: str, case: Case, clause: str) -> Case:
    """``case`` without the steps that it can do without to break ``clause``."""
    for at in reversed(range(len(case.steps) - 1)):
        shorter = replace(case, steps=case.steps[:at] + case.steps[at + 1 :])
        if judged(target, shorter, profile).clause == clause:
            case = shorter
    return case


@cache
def pool(profile: str) -> list[Case]:
    """Sessions in small worlds, the simplest first."""
    small = [case for case in sessions(profile, 1, 0, POOL) if _slots(case) <= MOST_SLOTS]
    return sorted(small, key=lambda case: (len(case.steps), _slots(case), to_json(case)))


def _slots(case: Case) -> int:
    return used(case.geometry, case.context)


def _of(mutant: Mutant) -> str:
    return f"mutant:{mutant.name.partition('#')[0]}: {mutant.change}"


def _dashed(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).strip("-")
