"""``focalloc front``: what several objectives trade for each other, over a sweep of their weights."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.options import Json, Plot, Traces

if TYPE_CHECKING:
    from rich.table import Table

    from focalloc.analysis.tradeoff import Point


def front(
    base: Annotated[
        str, typer.Argument(metavar="STRATEGY", help="With what stays the same: multi_objective:budget_target=300.")
    ] = "multi_objective",
    weigh: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AIM[=W,W...]",
            help="Sweep the weight of churn (the default), cursor, budget or recompute, in the unit of scores; "
            "repeatable, then every combination is taken.",
        ),
    ] = None,
    trace: Traces = None,
    sessions: Annotated[int, typer.Option(min=1, help="Generated sessions of each kind.")] = 2,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Show what several objectives trade for each other: the Pareto front over a sweep of weights.

    Every setting of the weights is asked at the same states, those of sessions that the exact optimum of utility goes
    through. A setting is on the front if no other does better in utility or in an aim that is swept, and no worse in
    the rest.
    """
    from focalloc.analysis.contenders import contender
    from focalloc.analysis.scenes import all_generated, played
    from focalloc.analysis.tradeoff import aim, settings, sweep
    from focalloc.cli.terminal import output, print_json, tracked
    from focalloc.spec.printable import counted

    ways = settings(contender(base), dict(map(aim, weigh or ["churn"])))
    if plot is not None:
        from focalloc.analysis.pictures import checked_picture, save
        from focalloc.analysis.tradeoff_plot import draw

        checked_picture(plot)
    scenes = played(trace) if trace else all_generated(sessions)
    points = sweep(tracked(scenes, len(scenes), "sweeping"), ways)
    if plot is not None:  # before anything is printed: whoever reads may leave
        save(draw(points), plot)
    if as_json:
        print_json([asdict(point) for point in points])
        return
    console = output()
    console.print(_table(points))
    kept = sum(point.unbeaten for point in points)
    console.print(f"{counted(len(scenes), 'session')}, {counted(len(points), 'setting')}, {kept} of them on the front")
    if plot is not None:
        console.print(f"picture written to {plot}", soft_wrap=True)


def _table(points: list[Point]) -> Table:
    from focalloc.analysis.comparison import figure
    from focalloc.analysis.tradeoff import BETTER
    from focalloc.cli.terminal import table

    weights = [f"{aim} weight" for aim in points[0].weights]
    shown = table((), (*weights, *BETTER), ("on the front",), title="Means per iteration")
    for point in points:
        cells = [f"{weight:g}" for weight in point.weights.values()] + [figure(point.means[name]) for name in BETTER]
        shown.add_row(*cells, "yes" if point.unbeaten else "", style="" if point.unbeaten else "dim")
    return shown
