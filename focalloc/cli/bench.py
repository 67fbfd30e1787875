"""``focalloc bench``: what a step costs, as a multiple of ``np.max`` over the same scores in the same run."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.analysis.timing import SIZES, STRATEGIES, Figures, Scenario, bandwidth, measure, scenarios
from focalloc.cli.options import Json, Plot, choice

if TYPE_CHECKING:
    from rich.table import Table

RATIOS = {
    "step": "step",
    "worst": "worst",
    "ingest": "ingest",
    "part.": "partition",
    "top-k": "torch",
    "ref.": "reference",
}
"""Column of the table -> the field of `Figures` that it has as a multiple of ``np.max``."""


def bench(
    strategy: Annotated[list[str] | None, choice("Strategy to time; repeatable.", STRATEGIES)] = None,
    slots: Annotated[list[int] | None, typer.Option(min=1, help="Size of the context; repeatable.")] = None,
    seconds: Annotated[float, typer.Option(min=0.01, metavar="SECONDS", help="For each line.")] = 0.5,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Time a step of each strategy, called from Python, against np.max over the same scores.

    Times in JSON are in nanoseconds. The line of a learned policy needs the extra policy, and is left out without it.
    """
    from focalloc.cli.terminal import output, print_json, tracked
    from focalloc.spec.errors import one_of

    known = [name for name in STRATEGIES if name != "learned" or importlib.util.find_spec("safetensors")]
    chosen = [one_of("strategy", name, STRATEGIES) for name in strategy or known]
    if plot is not None:
        from focalloc.analysis.pictures import checked_picture, save
        from focalloc.analysis.timing_plot import draw

        checked_picture(plot)
    lines = [line for name in chosen for line in scenarios(name, tuple(slots or SIZES))]
    results = {line: measure(line, seconds) for line in tracked(lines, len(lines), "measuring")}
    speed = bandwidth()
    if plot is not None:  # before anything is printed: whoever reads may leave
        save(draw(results, speed), plot)
    if as_json:
        print_json({"bytes_per_ns": speed, "lines": [asdict(line) | asdict(of) for line, of in results.items()]})
        return
    console = output()
    for name in dict.fromkeys(line.strategy for line in lines):
        console.print(_table(name, {line: of for line, of in results.items() if line.strategy == name}))
    console.print(f"np.max reads {speed:.1f} GB/s from memory.")
    if plot is not None:
        console.print(f"picture written to {plot}", soft_wrap=True)


def _table(strategy: str, results: Mapping[Scenario, Figures]) -> Table:
    """What ``np.max`` and a step take in microseconds, and the figures as multiples of the former."""
    from focalloc.cli.terminal import table

    title = f"{strategy}: times in us, then multiples of np.max"
    shown = table(("scores", "type", "geometry"), ("slots", "max us", "step us", *RATIOS), title=title)
    shown.padding = (0, 0)
    for column in shown.columns:
        column.no_wrap = True
    for line, of in results.items():
        ratios = (getattr(of, name) / of.maximum for name in RATIOS.values())
        shown.add_row(
            line.pattern,
            line.dtype,
            line.geometry,
            f"{line.slots}",
            f"{of.maximum / 1e3:.1f}",
            f"{of.step / 1e3:.1f}",
            *(f"{ratio:.{0 if ratio > 99 else 1 if ratio > 9 else 2}f}" if ratio else "" for ratio in ratios),
        )
    return shown
