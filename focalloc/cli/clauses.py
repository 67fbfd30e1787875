"""``focalloc clauses``: each clause of the spec with what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.options import Json, beginning_with
from focalloc.spec.clauses import SPEC_VERSION
from focalloc.spec.clauses import clauses as stated

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from focalloc.analysis.evidence import Behind
    from focalloc.spec.clauses import Clause


def _completed(incomplete: str) -> list[str]:
    return beginning_with(stated())(incomplete)


def clauses(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CLAUSE",
            help="Clauses to show in full.",
            autocompletion=_completed,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the clauses of the spec: theorems, allocators that break it on purpose, what it exposes, vectors, tests.

    Of a clause that is named, all of it is shown, with file and line: also where the reference and the fast path carry
    it out, and its vectors. Tests are listed in a checkout only, where they are; theorems where the proofs extra is
    installed. A clause without prose, predicate, test, broken allocator, or theorem or a reason why there is none, is a
    gap: it is named, and the exit status is 1.
    """
    from focalloc.analysis.evidence import evidence, gaps, unproved, written
    from focalloc.cli.terminal import output, print_json
    from focalloc.spec.errors import InvalidInput

    known, console = stated(), output()
    for one in ids or ():
        if one not in known:
            raise InvalidInput("clause", one, "is not in the spec; run focalloc clauses for the list")
    found = evidence()
    here = {what: behind for what, behind in found.items() if behind is not None}
    excuses = unproved() if "theorems" in here else {}
    chosen = [known[one] for one in ids or known]
    missing = [] if ids else gaps(chosen, here, excuses)
    if as_json:
        behind = written() | here
        print_json(
            {
                "spec": SPEC_VERSION,
                "clauses": [
                    asdict(one) | {what: row.get(one.id, []) for what, row in behind.items()} for one in chosen
                ],
                "unproved": {one.id: excuses[one.id] for one in chosen if one.id in excuses},
                "not available here": [what for what in found if what not in here],
                "gaps": missing,
            }
        )
    elif ids:
        for clause in chosen:
            _show(console, clause, written() | here, excuses)
    else:
        console.print(_table(chosen, here))
        absent = [what for what in found if what not in here]
        note = f"; not available here: {', '.join(absent)}" if absent else ""
        said = f"spec {SPEC_VERSION}: {len(known)} clauses{note}; focalloc clauses CLAUSE shows one in full"
        console.print(said, soft_wrap=True)
        for sentence in missing:
            console.print(sentence, soft_wrap=True)
    if missing:
        raise typer.Exit(1)


def _show(console: Console, one: Clause, behind: Mapping[str, Behind], unproved: Mapping[str, str]) -> None:
    console.print(f"{one.id} {one.title}\n\n{one.prose}\n", soft_wrap=True)
    for what, rows in behind.items():
        none = unproved.get(one.id, "none") if what == "theorems" else "none"
        for number, line in enumerate(rows.get(one.id) or [none]):
            console.print(f"{'' if number else what:<10} {line}", soft_wrap=True)
    console.print()


def _table(chosen: Sequence[Clause], here: Mapping[str, Behind]) -> Table:
    from focalloc.cli.terminal import table

    shown = table(("clause", "title"), here)
    for one in chosen:
        shown.add_row(one.id, one.title, *(str(len(behind[one.id])) for behind in here.values()))
    return shown
