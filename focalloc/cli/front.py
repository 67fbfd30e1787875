"""``focalloc front``: what several objectives trade for each other, over a sweep of their weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

    from focalloc.cli.tradeoff import Point


def front(
    base: Annotated[
        str, typer.Argument(metavar="STRATEGY", help="With what stays the same: multi_objective:budget_target=300.")
    ] = "multi_objective",
    weigh: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AIM[=W,W...]",
            help="Sweep the weight of churn (the default), cursor or budget, in the unit of scores; repeatable, then "
            "every combination is taken.",
        ),
    ] = None,
    trace: Annotated[
        list[Path] | None,
        typer.Option("--trace", metavar="FILE", help="Take this recorded trace instead; repeatable."),
    ] = None,
    sessions: Annotated[int, typer.Option(min=1, help="Generated sessions of each kind.")] = 2,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it.")] = None,
) -> None:
    """Show what several objectives trade for each other: the Pareto front over a sweep of weights.

    Every setting of the weights is asked at the same states, those of sessions that the exact optimum of utility goes
    through. A setting is on the front if no other does better in utility or in an aim that is swept, and no worse in
    the rest.
    """
    from focalloc.cli.comparison import GROUPS, contender, generated, traced
    from focalloc.cli.terminal import output, progress
    from focalloc.cli.tradeoff import settings, sweep
    from focalloc.spec.errors import InvalidInput

    values = dict(_aim(text) for text in weigh or ["churn"])
    ways = settings(contender(base), values)
    if png is not None:
        import matplotlib  # noqa: F401, a missing extra is told before the work is done, not after

        if not png.parent.is_dir():
            raise InvalidInput("path", str(png), "there is no such folder")
    if trace:
        scenes = [scene for path in trace for scene in traced(path)]
    else:
        scenes = [generated(group, seed) for group in GROUPS for seed in range(sessions)]
    with progress() as bar:
        task = bar.add_task("sweeping", total=len(scenes))
        points = sweep(scenes, ways, lambda: bar.advance(task))
    console = output()
    console.print(_table(points))
    kept = sum(point.unbeaten for point in points)
    console.print(f"{len(scenes)} sessions, {len(points)} settings, {kept} of them on the front", markup=False)
    if png is not None:
        try:
            draw(points).savefig(png, format="png", dpi=150)
        except OSError as error:
            raise InvalidInput("path", str(png), error.strerror or str(error)) from error
        print(f"picture written to {png}")


def _aim(text: str) -> tuple[str, tuple[float, ...]]:
    """An aim and the weights to sweep it over, of ``churn`` or ``churn=0,0.5,1``."""
    from focalloc.cli.tradeoff import SWEEP
    from focalloc.spec.errors import InvalidInput

    aim, given, rest = text.partition("=")
    if not given:
        return aim, SWEEP
    try:
        return aim, tuple(float(part) for part in rest.split(","))
    except ValueError:
        raise InvalidInput(aim, rest, "must be weights with commas between them: churn=0,0.5,1") from None


def _table(points: list[Point]) -> Table:
    from rich import box
    from rich.table import Table

    from focalloc.cli.compare import figure
    from focalloc.cli.tradeoff import BETTER

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Means per iteration")
    for aim in points[0].weights:
        table.add_column(f"{aim} weight", justify="right")
    for name in BETTER:
        table.add_column(name, justify="right")
    table.add_column("on the front")
    for point in points:
        cells = [f"{weight:g}" for weight in point.weights.values()] + [figure(point.means[name]) for name in BETTER]
        table.add_row(*cells, "yes" if point.unbeaten else "", style="" if point.unbeaten else "dim")
    return table


def draw(points: list[Point]) -> Figure:
    """One panel per swept aim: utility against it, each setting a dot, those on the front dark."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from focalloc.cli.tradeoff import AIMS, BETTER

    aims = list(points[0].weights)
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        whole = Figure(figsize=(0.6 + 4.4 * len(aims), 4), layout="constrained")
        for aim, ax in zip(aims, whole.subplots(1, len(aims), squeeze=False).flat, strict=True):
            name = AIMS[aim]
            for kept, colour in ((False, "#b8c0cc"), (True, "#1a5fb4")):
                some = [point for point in points if point.unbeaten == kept]
                xs = [point.means[name] for point in some]
                ax.plot(
                    xs, [point.means["utility"] for point in some], "o", color=colour, markersize=4, zorder=1 + kept
                )
            if len(aims) == 1:
                path = sorted(points, key=lambda point: point.means[name])
                path = [point for point in path if point.unbeaten]
                ax.plot([p.means[name] for p in path], [p.means["utility"] for p in path], color="#1a5fb4", linewidth=1)
                last: tuple[float, float] | None = None
                for point in path:  # settings that choose alike share one label
                    at = (point.means[name], point.means["utility"])
                    if at != last:
                        ax.annotate(
                            f"{point.weights[aim]:g}", at, xytext=(5, -9), textcoords="offset points", fontsize=8
                        )
                    last = at
            ax.set_xlabel(f"{name} per iteration, {'more' if BETTER[name] > 0 else 'less'} is better")
            ax.set_ylabel("utility per iteration, more is better")
        whole.suptitle(
            "What a weight buys" + (f"; labels: {aims[0]} weight" if len(aims) == 1 else "; dark: on the front")
        )
    return whole
