"""``focalloc vectors``: the conformance vectors, checked, made, or put to an allocator."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from focalloc.cli.options import TIMEOUT, Json, Profile, Program, Target, Timeout
from focalloc.cli.targets import target_of

if TYPE_CHECKING:
    from focalloc.conformance.vectors import Vector


def vectors(
    target: Target = "",
    program: Program = "",
    profile: Profile = "safety",
    timeout: Timeout = TIMEOUT,
    check: Annotated[bool, typer.Option("--check", help="Prove that they follow from the spec and cover it.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Make those that are missing, which takes minutes; the others stay.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(metavar="FOLDER", help="These instead of the ones that ship.")] = None,
    as_json: Json = False,
) -> None:
    """List the conformance vectors by clause; with an allocator, put them to it.

    Vectors are short sessions as language-neutral JSON: what is asked, the right answer, and often a wrong one with
    the clauses that it breaks. An allocator gets those of its profile, and those that every allocator has to pass.
    """
    from focalloc.cli.terminal import Telling, output, print_json
    from focalloc.conformance import vectors as shipped
    from focalloc.spec.printable import counted

    telling = Telling()
    here = folder or shipped.FOLDER

    def say(line: str) -> None:
        if not as_json:
            telling.say(line)

    if target or program:
        put = _put(target, program, profile, timeout, shipped.in_folder(here), say)
        if as_json:
            telling.say_json(put)
        raise typer.Exit(telling.status(put["exit_status"]))
    if update:
        from focalloc.conformance.vectors.sources import missing, sources

        made = shipped.in_folder(here) if (here / shipped.MANIFEST).is_file() else []
        before = len(made)
        for source, new in missing(made, sources()):
            say(f"{source}: {', '.join(one.id for one in new) or 'nothing new'}")
            if new:  # written at once, whatever interrupts the next one
                made += new
                shipped.write(made, here)
        shipped.write(made, here)
        say(f"{counted(len(made) - before, 'new vector')}; {len(made)} in {here}")
    listed = shipped.in_folder(here)
    if check or update:
        problems = shipped.check(here) + shipped.uncovered(listed)
        for sentence in problems:
            say(sentence)
        told = counted(len(problems), "problem") if problems else "no problems"
        say(f"{counted(len(listed), 'vector')} checked: {told}")
        if as_json:
            telling.say_json({"folder": str(here), "vectors": len(listed), "problems": problems})
        raise typer.Exit(telling.status(1 if problems else 0))
    counts = shipped.by_clause(listed)
    if as_json:
        print_json({"folder": str(here), "vectors": len(listed), "clauses": counts})
        return
    lines = [f"{clause:<8} {count:>4}" for clause, count in counts.items()]
    output().print(*lines, f"{counted(len(listed), 'vector')} in {here}", sep="\n", soft_wrap=True)


def _put(
    target: str, program: str, profile: str, timeout: float, listed: list[Vector], say: Callable[[str], None]
) -> dict[str, Any]:
    """Put the vectors of ``profile`` to an allocator; what came of it."""
    from focalloc.cli.terminal import tracked
    from focalloc.conformance.judge import judged
    from focalloc.conformance.report import EXIT_STATUS
    from focalloc.conformance.vectors import case_of
    from focalloc.spec.printable import counted, indented, on_one_line
    from focalloc.spec.violations import checked_profile

    mine = [one for one in listed if one.profile in ("safety", checked_profile(profile))]
    named = f"--exec {shlex.quote(program)}" if program else f"--target {target}"
    counts, results = dict.fromkeys(EXIT_STATUS, 0), []
    with target_of(target, program, timeout)() as subject:
        for one in tracked(mine, len(mine), "vectors"):
            verdict = judged(subject, case_of(one), one.profile)
            counts[verdict.status] += 1
            results.append({"id": one.id, "verdict": verdict.status, "why": verdict.why})
            if verdict.status != "pass":
                say(indented(f"{one.id} {verdict.status}: {verdict.why}") + f"\n    {on_one_line(one.note)}")
                say(f"    replay: focalloc replay {one.id} {named}")
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    say(f"{counted(len(mine), 'vector')} of profile {profile}: {told or 'none judged'}")
    found = [EXIT_STATUS[status] for status, count in counts.items() if count]
    return {
        "target": target or program,
        "profile": profile,
        "exit_status": 1 if 1 in found else max(found, default=EXIT_STATUS["unknown"]),
        "verdicts": counts,
        "vectors": results,
    }
