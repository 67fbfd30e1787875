"""``focalloc verify``: the built-in allocators against the spec and against each other, and the quick theorems."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.options import Json

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from focalloc.analysis.verification import Proved, Row, Verification
    from focalloc.conformance.judge import Status
    from focalloc.conformance.report import Failure


def verify(
    examples: Annotated[int, typer.Option(min=1, help="Generated sessions per strategy.")] = 250,
    seed: Annotated[int, typer.Option(help="What the generated sessions follow from.")] = 0,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for one per processor.")] = 0,
    as_json: Json = False,
) -> None:
    """Judge the built-in allocators against the spec, and prove the quick theorems. The main job; needs no arguments.

    The reference and the fast path go side by side, strategy by strategy, through generated sessions, through a
    recorded session over a real document and through the conformance vectors, which are themselves held to the spec.
    Their answers are compared action by action, and what both say is judged. The theorems are those of
    `focalloc prove`; without the proofs extra they are skipped, which is no pass.
    """
    import msgspec

    from focalloc.analysis.verification import verified
    from focalloc.cli.terminal import Telling, tracked

    began = time.monotonic()
    found = verified(examples, seed, workers, tracked)
    telling = Telling()
    if as_json:
        telling.say_json({"verdict": found.verdict, "seed": seed, **msgspec.to_builtins(found)})
    else:
        telling.tell(lambda: _show(found, f"{time.monotonic() - began:.0f} s", seed))
    raise typer.Exit(telling.status({"PASS": 0, "FAIL": 1, "INCOMPLETE": 3}[found.verdict]))


def _show(found: Verification, took: str, seed: int) -> None:
    from focalloc.analysis.verification import alone
    from focalloc.cli.terminal import output
    from focalloc.spec.printable import counted

    console = output()
    console.print(_table(found.rows))
    console.print(_proofs_table(found.proofs))
    for sentence in found.problems:
        console.print(f"vector {sentence}", soft_wrap=True)
    for failure in (failure for row in found.rows for failure in row.failures):
        console.print(_told(failure), soft_wrap=True)
        for sentence in alone(failure):
            console.print(sentence, soft_wrap=True)
    for note in (note for line in found.proofs for note in line.notes):
        console.print(note, soft_wrap=True)
    totals = [
        counted(found.strategies, "strategy", "strategies"),
        counted(sum(row.sessions for row in found.rows), "session"),
        f"{counted(sum(row.answers for row in found.rows), 'answer')} judged",
        f"{counted(found.actions, 'action')} in {counted(found.calls, 'answer')} compared",
        f"{counted(sum(line.proved for line in found.proofs), 'theorem')} proved",
        took,
    ]
    console.print(f"{found.verdict}: {', '.join(totals)} ({_versions(seed)})", soft_wrap=True)


def _proofs_table(lines: Sequence[Proved]) -> Table:
    from focalloc.cli.terminal import table

    shown = table(("theorems by",), ("number", "obligations", "bugs caught"), ("verdict",))
    for line in lines:
        numbers = (f"{number:,}" for number in (line.theorems, line.obligations, line.bugs))
        shown.add_row(line.technique, *numbers, _coloured(line.status))
    return shown


def _coloured(status: Status) -> Text:
    from rich.text import Text

    return Text(status, {"pass": "green", "fail": "bold red", "error": "bold red"}.get(status, "yellow"))


def _table(rows: Sequence[Row]) -> Table:
    from focalloc.cli.terminal import table

    shown = table(("strategy", "sessions"), ("number", "answers"), ("verdict",))
    for row in rows:
        shown.add_row(row.strategy, row.source, f"{row.sessions:,}", f"{row.answers:,}", _coloured(row.status))
    return shown


def _told(failure: Failure) -> str:
    return (
        f"{failure.target}, {failure.profile}: {failure.message} ({failure.id})\n"
        f"  found at step {failure.at} of {len(failure.case.steps)}; replay: {failure.replay}"
    )


def _versions(seed: int) -> str:
    from focalloc.conformance.report import versions_here

    here = versions_here()
    return f"seed {seed}; focalloc {here.focalloc}, spec {here.spec}, Python {here.python}"
