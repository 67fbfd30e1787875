"""``focalloc prove``: discharge the theorems."""

from __future__ import annotations

import os
import textwrap
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.options import Json, beginning_with

if TYPE_CHECKING:
    from rich.console import Console

    from focalloc.proofs.runner import Verdict
    from focalloc.proofs.theorem import Theorem


def _completed(incomplete: str) -> list[str]:
    from focalloc.proofs.catalogue import theorems

    return beginning_with(one.name for one in theorems(full=True))(incomplete)


def prove(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="THEOREM", help="By default the quick set.", autocompletion=_completed),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Say what there is, and prove nothing.")] = False,
    covering: Annotated[
        bool, typer.Option("--coverage", help="Say what is proved of each kernel, and prove nothing.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Also the theorems that take minutes.")] = False,
    smt2: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write each obligation to this folder as SMT-LIB 2.")
    ] = None,
    second_solver: Annotated[bool, typer.Option("--second-solver", help="Have cvc5 check them again.")] = False,
    check_proofs: Annotated[
        bool, typer.Option("--check-proofs", help="Have cvc5 write proofs, and check each step of them.")
    ] = False,
    mutations: Annotated[bool, typer.Option(help="Also plant the bugs that each theorem must notice.")] = True,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per processor.")] = 0,
    as_json: Json = False,
) -> None:
    """Discharge theorems about the spec and about the code that ships.

    A counterexample that is a session is saved with the wrong answer, and the command that has the spec judge it is
    printed.

    Exit status: 0 all proved, and confirmed where a second solver was asked or proofs were checked; 1 one is refuted,
    vacuous or blind to a planted bug, or the solvers disagree, or a proof is wrong; 3 one could not be decided, by
    either solver that was asked, or a proof is missing or has steps that are not known.
    """
    from focalloc.cli.terminal import Telling, output, print_json, tracked
    from focalloc.proofs.catalogue import named, theorems
    from focalloc.proofs.results import exit_status, outcome, statement, totals
    from focalloc.proofs.runner import prove_all

    if covering:
        _show_coverage(as_json)
        return
    chosen = named(names) if names else theorems(full=full)
    console = output()
    if listing and as_json:
        print_json([statement(theorem) for theorem in chosen])
        return
    if listing:
        for theorem in chosen:
            console.print(theorem.name, style="bold")
            _say(console, *_statement(theorem), f"planted bugs: {_bugs(theorem)}")
        return
    jobs = min(workers or os.cpu_count() or 1, len(chosen))
    verdicts = {}
    running = prove_all(
        chosen, jobs=jobs, mutations=mutations, second_solver=second_solver, check_proofs=check_proofs, smt2=smt2
    )
    for verdict in tracked(running, len(chosen), "theorems"):
        verdicts[verdict.theorem] = verdict
    telling = Telling(console)
    if as_json:
        telling.say_json([statement(theorem) | outcome(theorem, verdicts[theorem.name]) for theorem in chosen])
    else:
        for theorem in chosen:
            telling.tell(partial(_report, console, theorem, verdicts[theorem.name]))
        for line in totals(list(verdicts.values())):
            telling.say(line)
    raise typer.Exit(telling.status(exit_status(list(verdicts.values()))))


def _show_coverage(as_json: bool) -> None:
    """Each kernel with the strongest theorem about its safety and about its function."""
    from focalloc.cli.terminal import output, print_json, table
    from focalloc.proofs.coverage import Strength, coverage
    from focalloc.spec.printable import counted

    listed = coverage()
    if as_json:
        print_json([asdict(one) for one in listed])
        return
    shown = table(["kernel", "safety", "function", "by"], [])
    for one in listed:
        by = dict.fromkeys(known.theorem for known in (one.safety, one.function) if known.theorem)
        shown.add_row(f"{one.file}.{one.kernel}", one.safety.strength, one.function.strength, ", ".join(by))
    console = output()
    console.print(shown)
    for what in ("safety", "function"):
        found = [getattr(one, what).strength for one in listed]
        counts = ", ".join(f"{found.count(strength)} {strength}" for strength in Strength if strength in found)
        console.print(f"{what} of {counted(len(listed), 'kernel')}: {counts}", soft_wrap=True)


def _say(console: Console, *lines: str, style: str = "") -> None:
    """Lines below the name of a theorem, each indented however long it is."""
    for line in lines:
        told = textwrap.fill(line, console.width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        console.print(told, style=style)


def _statement(theorem: Theorem) -> list[str]:
    """What a theorem says and how it is established."""
    return [
        theorem.sentence,
        f"clauses: {' '.join(theorem.clauses)}",
        f"technique: {theorem.technique}, in {theorem.file}{' (full set)' if theorem.full else ''}",
        f"bounds: {theorem.bounds}",
        f"assumes: {theorem.assumes}",
    ]


def _bugs(theorem: Theorem) -> str:
    return "; ".join(bug.name for bug in theorem.mutations)


def _report(console: Console, theorem: Theorem, verdict: Verdict) -> None:
    """One theorem and what came of it."""
    from focalloc.proofs.results import saved_sessions
    from focalloc.spec.printable import counted

    good = verdict.exit_code == 0
    style = "green" if good else "red"
    console.print(f"{verdict.result} {theorem.name}", style=f"bold {style}")
    _say(console, *_statement(theorem))
    caught = "not planted"
    if verdict.survivors is not None:
        caught = f"{verdict.caught} of {len(theorem.mutations)} caught"
    _say(console, f"planted bugs, {caught}: {_bugs(theorem)}")
    cover = f"cover fails for {', '.join(verdict.vacuous)}" if verdict.vacuous else "cover satisfiable"
    if not verdict.covered and not verdict.vacuous:
        cover = "cover not checked"
    facts = [
        counted(len(verdict.findings), "obligation"),
        cover,
        f"rlimit {verdict.rlimit:,}",
        f"{verdict.seconds:.1f} s",
    ]
    if verdict.asked_second:
        facts.append(f"cvc5 agrees on {verdict.seconded} of {verdict.asked_second}")
    if verdict.asked_proofs:
        facts.append(f"{verdict.checked_proofs} of {counted(verdict.asked_proofs, 'proof')} checked")
    _say(console, "; ".join(facts))
    _say(console, *verdict.objections, style="red")
    if verdict.undecided_by_second:
        _say(console, f"cvc5 cannot decide {'; '.join(verdict.undecided_by_second)}", style="yellow")
    for told, names in (
        ("gives no proof of", verdict.without_proof),
        ("has steps that are not known in its proof of", verdict.with_holes),
    ):
        if names:
            _say(console, f"cvc5 {told} {'; '.join(names)}", style="yellow")
    for path in saved_sessions(theorem, verdict):
        console.print(f"  replay: focalloc replay {path}", soft_wrap=True)
