"""``focalloc compare A B``: two strategies on the same sessions, with paired differences."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.options import Json, Plot, Traces, choice

if TYPE_CHECKING:
    from rich.table import Table

    from focalloc.analysis.comparison import Comparison

LENSES = ("clean", "noisy", "lagging", "noisy and lagging", "biased", "adversarial")
"""Those of `focalloc.learn.simulator`, which takes NumPy to be read."""


def compare(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A strategy, with parameters: greedy:n_diff=8,tau_expand=0.3.")
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, or the same with other parameters.")],
    trace: Traces = None,
    lens: Annotated[
        list[str] | None,
        choice("Simulated sessions under this lens in place of generated ones; repeatable.", (*LENSES, "all")),
    ] = None,
    sessions: Annotated[int, typer.Option(min=1, help="Generated sessions of each kind, or simulated ones.")] = 12,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write tables and pictures as a page.")] = None,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Compare two strategies on the same sessions.

    Both are taken through generated sessions of several kinds and through the recorded one over a real document, or
    through traces that a production runtime recorded (`focalloc.Recorder`). With --lens, the generated sessions give
    way to those of the simulator that learned policies are measured in, where it is known what is needed: under a clean
    lens, a noisy one, one that is late. Differences are B minus A, paired by session, with a 95 % bootstrap interval of
    their mean.
    """
    from focalloc.analysis.comparison import compare as compared
    from focalloc.analysis.contenders import contender
    from focalloc.analysis.scenes import played
    from focalloc.cli.terminal import output, print_json, tracked
    from focalloc.spec.files import writable, write

    one, other = contender(first), contender(second)
    if html is not None or plot is not None:
        from focalloc.analysis.comparison_plot import draw, page
        from focalloc.analysis.pictures import checked_picture, save

        checked_picture(plot)
        if html is not None:
            writable("html", html)
    scenes = played(trace, sessions, lens)
    found = compared(one, other, tracked(scenes, len(scenes), "comparing"))
    if html is not None:  # before anything is printed: whoever reads may leave
        write("html", html, page(found))
    if plot is not None:
        save(draw(found), plot)
    if as_json:
        print_json(asdict(found))
        return
    console = output()
    console.print(_table(found))
    console.print(_summary(found, len(scenes)), soft_wrap=True)
    if html is not None:
        console.print(f"page written to {html}", soft_wrap=True)
    if plot is not None:
        console.print(f"picture written to {plot}", soft_wrap=True)


def _table(found: Comparison) -> Table:
    from focalloc.analysis.comparison import figure
    from focalloc.cli.terminal import table

    shown = table(
        ("sessions", "measure"),
        ("A", "B", "B - A", "95 % interval"),
        ("better",),
        title=f"A: {found.first.name}   B: {found.second.name}",
    )
    for group, differences in found.groups.items():
        for i, one in enumerate(differences):
            interval = "-" if isnan(one.low) else f"{figure(one.low)} .. {figure(one.high)}"
            name = f"{group} ({max(each.pairs for each in differences)})" if i == 0 else ""
            measure = f"{one.measure.name}, {one.measure.unit}"
            cells = (figure(one.first), figure(one.second), figure(one.mean), interval, one.winner)
            shown.add_row(name, measure, *cells, style="bold" if one.differs else "")
        shown.add_section()
    return shown


def _summary(found: Comparison, scenes: int) -> str:
    """One line: where an interval leaves out 0, counted by which of the two does better."""
    from focalloc.spec.printable import counted

    winners = [one.winner for differences in found.groups.values() for one in differences]
    return (
        f"{counted(scenes, 'session')}, {counted(len(winners), 'comparison')}: B does better in "
        f"{winners.count('B')}, A in {winners.count('A')}, where the interval leaves out 0"
    )
