"""``focalloc bench``: what a step costs, as a multiple of ``np.max`` over the same scores in the same run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from focalloc.cli.timing import DTYPES, GEOMETRIES, PATTERNS, STRATEGIES, Figures, Scenario, bandwidth, measure

RATIOS = {
    "step": "step",
    "worst": "worst",
    "ingest": "ingest",
    "part.": "partition",
    "top-k": "torch",
    "ref.": "reference",
}
"""Column of the table -> the field of `Figures` that it has as a multiple of ``np.max``."""
SIZES = (256, 2048, 8192, 65536, 1_000_000)

Results = Mapping[Scenario, Figures]


def scenarios(strategy: str, sizes: Sequence[int]) -> list[Scenario]:
    """Every size with every pattern; at 8192 slots, or the first size, every geometry, every type, and ingest too."""
    base = Scenario(8192 if 8192 in sizes else sizes[0], strategy=strategy)
    return list(
        dict.fromkeys(
            [
                *(replace(base, slots=slots, pattern=pattern) for slots, pattern in product(sizes, PATTERNS)),
                *(
                    replace(base, pattern=pattern, geometry=geometry)
                    for geometry, pattern in product(GEOMETRIES, PATTERNS)
                ),
                *(replace(base, dtype=dtype) for dtype in DTYPES),
                *(replace(base, geometry=geometry, ingest=True) for geometry in GEOMETRIES),
            ]
        )
    )


def bench(
    strategy: Annotated[list[str] | None, typer.Option(help="Strategy to time; may be repeated.")] = None,
    slots: Annotated[list[int] | None, typer.Option(min=1, help="Size of the context; may be repeated.")] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="Time for each line.")] = 0.5,
    plot: Annotated[Path | None, typer.Option(help="Draw cost against size to this file (.svg, .png, .pdf).")] = None,
    to_json: Annotated[Path | None, typer.Option("--json", help="Write all figures, in nanoseconds, here.")] = None,
) -> None:
    """Time a step of each strategy, called from Python, against np.max over the same scores."""
    from focalloc.cli.terminal import output, tracked

    if unknown := [name for name in strategy or () if name not in STRATEGIES]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(STRATEGIES)}", param_hint="--strategy")
    lines = [line for name in strategy or STRATEGIES for line in scenarios(name, tuple(slots or SIZES))]
    results = {line: measure(line, seconds) for line in tracked(lines, len(lines), "measuring")}
    for name in dict.fromkeys(line.strategy for line in lines):
        output().print(_table(name, {line: of for line, of in results.items() if line.strategy == name}))
    speed = bandwidth()
    output().print(f"np.max reads {speed:.1f} GB/s from memory.")
    if plot is not None:
        draw(results, speed, plot)
    if to_json is not None:
        rows = [asdict(line) | asdict(of) for line, of in results.items()]
        to_json.write_text(json.dumps({"bytes_per_ns": speed, "lines": rows}, indent=1) + "\n")


def _table(strategy: str, results: Results) -> object:
    """What ``np.max`` and a step take in microseconds, and the figures as multiples of the former."""
    from rich import box
    from rich.table import Table

    title = f"{strategy}: times in us, then multiples of np.max"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    for heading in ("slots", "scores", "type", "geometry", "max us", "step us", *RATIOS):
        left = heading in ("scores", "type", "geometry")
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    for line, of in results.items():
        ratios = (getattr(of, name) / of.maximum for name in RATIOS.values())
        table.add_row(
            f"{line.slots}",
            line.pattern,
            line.dtype,
            line.geometry,
            f"{of.maximum / 1e3:.1f}",
            f"{of.step / 1e3:.1f}",
            *(f"{ratio:.{0 if ratio > 99 else 1 if ratio > 9 else 2}f}" if ratio else "" for ratio in ratios),
        )
    return table


def draw(results: Results, bytes_per_ns: float, path: Path) -> None:
    """Draw cost against size, a panel per strategy, both axes logarithmic, to ``path``. Needs matplotlib."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(line.strategy for line in results))
    figure = Figure(figsize=(5.5 * len(names), 5), layout="constrained")
    for axis, name in zip(figure.subplots(1, len(names), sharey=True, squeeze=False)[0], names, strict=True):
        plain = replace(Scenario(0), strategy=name)
        curves = {
            pattern: {
                line.slots: of
                for line, of in results.items()
                if line == replace(plain, slots=line.slots, pattern=pattern)
            }
            for pattern in PATTERNS
        }
        for pattern, curve in curves.items():
            axis.plot(list(curve), [of.step / 1e3 for of in curve.values()], "o-", ms=3, label=f"step, {pattern}")
        dense = curves[plain.pattern]
        for label, field, style in (
            ("np.max", "maximum", "k--"),
            ("argpartition, sorted", "partition", "k:"),
            ("torch.topk", "torch", "k-."),
            ("reference", "reference", "ks"),
        ):
            points = {slots: getattr(of, field) / 1e3 for slots, of in dense.items() if getattr(of, field)}
            if points:
                axis.plot(list(points), list(points.values()), style, lw=1, ms=3, label=label)
        memory = [4 * slots / bytes_per_ns / 1e3 for slots in dense]
        axis.plot(list(dense), memory, color="0.6", lw=4, alpha=0.5, zorder=0, label="memory bandwidth")
        axis.set(xscale="log", yscale="log", title=name, xlabel="slots")
        axis.grid(alpha=0.3)
        axis.legend(fontsize="x-small")
        axis.label_outer()
    figure.axes[0].set_ylabel("microseconds")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
