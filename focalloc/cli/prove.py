"""``focalloc prove``: discharge the theorems."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from focalloc.proofs.runner import Verdict
    from focalloc.proofs.theorem import Session, Theorem

FAILURES = Path("focalloc-failures/theorems")
"""Where counterexamples are saved."""

SHOWN = 3
"""Most counterexamples of one theorem that are saved: each shows that it is refuted."""


def prove(
    names: Annotated[list[str] | None, typer.Argument(help="Theorems; by default the quick set.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Say what there is, and prove nothing.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Also the theorems that take minutes.")] = False,
    smt2: Annotated[Path | None, typer.Option(help="Write each obligation to this directory as SMT-LIB 2.")] = None,
    second_solver: Annotated[bool, typer.Option("--second-solver", help="Have cvc5 check them again.")] = False,
    mutations: Annotated[bool, typer.Option(help="Also plant the bugs that each theorem must notice.")] = True,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per processor.")] = 0,
) -> None:
    """Discharge theorems about the spec and about the code that ships.

    A counterexample that is a session is saved, and the command that replays it against the spec is printed.

    Exit status: 0 all proved; 1 one is refuted, vacuous or blind to a planted bug, or the solvers disagree; 3 one could
    not be decided.
    """
    from focalloc.cli.terminal import output, tracked
    from focalloc.proofs.catalogue import named, theorems
    from focalloc.proofs.runner import prove_all

    chosen = named(names) if names else theorems(full=full)
    console = output()
    if listing:
        for theorem in chosen:
            _state(console, theorem)
        return
    jobs = min(workers or os.cpu_count() or 1, len(chosen))
    verdicts = {}
    running = prove_all(chosen, jobs=jobs, mutations=mutations, second_solver=second_solver, smt2=smt2)
    for verdict in tracked(running, len(chosen), "theorems"):
        verdicts[verdict.theorem] = verdict
    for theorem in chosen:
        _report(console, theorem, verdicts[theorem.name])
    codes = [verdict.exit_code for verdict in verdicts.values()]
    console.print(_totals(list(verdicts.values())))
    raise typer.Exit(1 if 1 in codes else max(codes, default=0))


def _state(console: Console, theorem: Theorem) -> None:
    """One theorem, as ``--list`` shows it."""
    console.print(f"{theorem.name}{' (full set)' if theorem.full else ''}", style="bold", markup=False)
    for line in (
        theorem.sentence,
        f"clauses {' '.join(theorem.clauses)}; {theorem.technique}; bounds: {theorem.bounds}",
        f"assumes: {theorem.assumes}; file {theorem.file}",
        f"planted bugs: {', '.join(bug.name for bug in theorem.mutations)}",
    ):
        console.print(f"  {line}", markup=False)


def _report(console: Console, theorem: Theorem, verdict: Verdict) -> None:
    """One theorem and what came of it."""
    _state(console, theorem)
    caught = "not planted"
    if verdict.survivors is not None:
        caught = f"{verdict.caught} of {len(theorem.mutations)} caught"
    cover = f"fails for {', '.join(verdict.vacuous)}" if verdict.vacuous else "satisfiable"
    if not verdict.covered:
        cover = "not checked"
    facts = [
        str(verdict.result),
        f"{len(verdict.findings)} obligations",
        f"cover {cover}",
        f"bugs {caught}",
        f"rlimit {verdict.rlimit:,}",
        f"{verdict.seconds:.1f} s",
    ]
    if verdict.disagreements is not None:
        facts.append(_second(verdict))
    console.print(f"  {'; '.join(facts)}", style="green" if verdict.exit_code == 0 else "red", markup=False)
    for why in verdict.objections:
        console.print(f"  {why}", style="red", markup=False)
    sessions = [finding.session for finding in verdict.findings if finding.session is not None]
    for i, session in enumerate(sessions[:SHOWN]):
        path = _saved(theorem, f"{theorem.name}-{i + 1}", session)
        console.print(f"  replay: focalloc replay {path}", soft_wrap=True, markup=False)


def _saved(theorem: Theorem, name: str, session: Session) -> Path:
    """Save a counterexample as `focalloc.conformance.transcripts.Transcript`; return its file."""
    path = FAILURES / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = asdict(session) | {"source": f"counterexample of {theorem.name}: {theorem.sentence}"}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return path


def _second(verdict: Verdict) -> str:
    if verdict.disagreements:
        return f"cvc5 DISAGREES on {', '.join(verdict.disagreements)}"
    if verdict.undecided_by_second:
        return f"cvc5 cannot decide {', '.join(verdict.undecided_by_second)}"
    return f"cvc5 agrees on {verdict.seconded}"


def _totals(verdicts: list[Verdict]) -> str:
    counts = {code: sum(verdict.exit_code == code for verdict in verdicts) for code in (0, 1, 3)}
    return f"{len(verdicts)} theorems: {counts[0]} proved, {counts[1]} failed, {counts[3]} not decided"
