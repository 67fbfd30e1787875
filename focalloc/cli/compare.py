"""``focalloc compare A B``: two strategies on the same sessions, with paired differences."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from focalloc.cli.comparison import Comparison, Scene


def compare(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A strategy, with parameters: greedy:n_diff=8,tau_expand=0.3.")
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="Another, or the same with other parameters.")],
    trace: Annotated[
        list[Path] | None,
        typer.Option("--trace", metavar="FILE", help="Replay this recorded trace instead; repeatable."),
    ] = None,
    sessions: Annotated[int, typer.Option(min=1, help="Generated sessions of each kind.")] = 12,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write table and picture as a page.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the picture alone.")] = None,
) -> None:
    """Compare two strategies on the same sessions.

    Both are taken through generated sessions of several kinds and through the recorded one over a real document, or
    through traces that a production runtime recorded (`focalloc.Recorder`). Differences are B minus A, paired by
    session, with a 95 % bootstrap interval of their mean.
    """
    from focalloc.cli.comparison import GROUPS, contender, generated, recorded, traced
    from focalloc.cli.comparison import compare as compared
    from focalloc.cli.terminal import output, progress
    from focalloc.spec.errors import InvalidInput

    one, other = contender(first), contender(second)
    pictures = [path for path in (html, png) if path is not None]
    if pictures:
        import matplotlib  # noqa: F401, a missing extra is told before the work is done, not after

        for path in pictures:
            if not path.parent.is_dir():
                raise InvalidInput("path", str(path), "there is no such folder")
    if trace:
        scenes: list[Scene] = [scene for path in trace for scene in traced(path)]
    else:
        scenes = [generated(group, seed) for group in GROUPS for seed in range(sessions)] + [recorded()]
    with progress() as bar:
        task = bar.add_task("comparing", total=len(scenes))
        found = compared(one, other, scenes, lambda: bar.advance(task))
    console = output()
    console.print(_table(found))
    console.print(_summary(found, len(scenes)), soft_wrap=True, markup=False)
    for path in pictures:
        from focalloc.cli.comparison_plot import write_html, write_png

        try:
            (write_html if path is html else write_png)(found, path)
        except OSError as error:
            raise InvalidInput("path", str(path), error.strerror or str(error)) from error
        print(f"picture written to {path}")


def figure(value: float) -> str:
    """``value`` to three digits; a dash for NaN."""
    return "-" if isnan(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _table(found: Comparison) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"A: {found.first.name}   B: {found.second.name}")
    table.add_column("sessions")
    table.add_column("measure")
    for heading in ("A", "B", "B - A", "95 % interval"):
        table.add_column(heading, justify="right")
    for group, differences in found.groups.items():
        for i, one in enumerate(differences):
            interval = "-" if isnan(one.low) else f"{figure(one.low)} .. {figure(one.high)}"
            name = f"{group} ({max(each.pairs for each in differences)})" if i == 0 else ""
            cells = (figure(one.first), figure(one.second), figure(one.mean), interval)
            table.add_row(name, one.measure.name, *cells, style="bold" if one.differs else "")
        table.add_section()
    return table


def _summary(found: Comparison, scenes: int) -> str:
    """One line: where an interval leaves out 0, counted by which of the two does better."""
    gains = [one.gain for differences in found.groups.values() for one in differences]
    return (
        f"{scenes} sessions, {len(gains)} comparisons: B does better in {gains.count(1)}, A in {gains.count(-1)}, "
        "where the interval leaves out 0 (bold)"
    )
