"""The kill table: every mistake that is made on purpose, with the clause that exposes it and how soon.

The mistakes are the broken allocators, those that lie included, and the mechanical mutants of the reference. The page
``KILLS.md`` is what ``python -m focalloc.conformance.kills`` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from focalloc.conformance.broken import BROKEN
from focalloc.conformance.judge import judged
from focalloc.conformance.mutants import EQUIVALENT, mutants
from focalloc.conformance.runner import DEFAULT_EXAMPLES
from focalloc.conformance.sessions import sessions
from focalloc.conformance.targets import PythonTarget

HANGS_SOON = 10.0
"""Limit of one call in seconds, long enough for a busy machine."""


SURVIVES = "**survives**"


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong on purpose.

    Attributes:
        name: of the broken allocator or the mutant.
        change: what is wrong with it.
        profile: what it is judged by.
        factory: makes an allocator that makes it.
        exposed_by: the ids that expose it; none for any.
        same: why it means the same as what is right; empty if it does not.
    """

    name: str
    change: str
    profile: str
    factory: Callable[[], Any]
    exposed_by: frozenset[str] = frozenset()
    same: str = ""


def mistakes() -> Iterator[Mistake]:
    """All of them, in the order of the clauses and of the text."""
    for one in BROKEN.values():
        yield Mistake(one.name, one.mistake, one.profile, one.factory, frozenset(one.exposed_by))
    for mutant in mutants():
        yield Mistake(mutant.name, f"`{mutant.shown}`", mutant.profile, mutant, same=EQUIVALENT.get(mutant.name, ""))


@dataclass(frozen=True)
class Kill:
    """What became of a mistake.

    Attributes:
        mistake: the mistake.
        exposed_by: the id that the judge named first, of those that expose it; empty if it survived.
        within: sessions of a default run until then; all of them if it survived.
    """

    mistake: Mistake
    exposed_by: str
    within: int


def killed(mistake: Mistake) -> Kill:
    """Judge ``mistake`` by the sessions of a default run until one exposes it."""
    with PythonTarget(mistake.factory, mistake.name, HANGS_SOON, HANGS_SOON) as target:
        for number, case in enumerate(sessions(mistake.profile, 0, 0, DEFAULT_EXAMPLES), start=1):
            verdict = judged(target, case, mistake.profile)
            named = verdict.clause or "error"
            if verdict.status in ("fail", "error") and (not mistake.exposed_by or named in mistake.exposed_by):
                return Kill(mistake, named, number)
    return Kill(mistake, "", DEFAULT_EXAMPLES)


HEAD = f"""# Kill table

Every allocator that is wrong on purpose and every mechanical mutant of the reference, judged by the {DEFAULT_EXAMPLES}
sessions of a default run: the clause that exposed it, and after how many sessions. A mutant that survives them has the
reason why it means the same as the reference. Written by `python -m focalloc.conformance.kills`.

| mistake | what is wrong | profile | exposed by | after |
|---|---|---|---|---|
"""


def row(kill: Kill) -> str:
    """One line of the table."""
    mistake = kill.mistake
    if mistake.same and not kill.exposed_by:
        verdict, after = f"equivalent: it {mistake.same}", "-"
    else:
        verdict, after = kill.exposed_by or SURVIVES, str(kill.within)
    cells = (f"`{mistake.name}`", mistake.change, mistake.profile, verdict, after)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def table(kills: Iterable[Kill]) -> Iterator[str]:
    """The page, line by line."""
    yield HEAD
    for kill in kills:
        yield row(kill)


if __name__ == "__main__":
    for line in table(killed(mistake) for mistake in mistakes()):
        print(line, end="", flush=True)
