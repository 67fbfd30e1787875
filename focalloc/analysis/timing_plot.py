"""What a step costs against the size of the context, as a picture. Needs Matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from focalloc.analysis.pictures import styled
from focalloc.analysis.timing import PATTERNS, Figures, Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MARKS = "os^vDPX"
"""One for each of `PATTERNS`, so that a curve is told by more than its colour."""


def draw(results: Mapping[Scenario, Figures], bytes_per_ns: float) -> Figure:
    """Draw cost against size, a panel per strategy, both axes logarithmic.

    Args:
        results: what was measured.
        bytes_per_ns: what `np.max` reads from memory, a line to hold it against.
    """
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(line.strategy for line in results))
    across = min(len(names), 4)
    down = -(-len(names) // across)
    with styled():
        whole = Figure(figsize=(max(8, 4 * across), 1.2 + 3.8 * down), layout="constrained")
        axes = list(whole.subplots(down, across, sharex=True, sharey=True, squeeze=False).flat)
        for axis, name in zip(axes, names, strict=False):
            _panel(axis, results, name, bytes_per_ns)
        for axis in axes[len(names) :]:
            axis.remove()
        whole.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False)
    return whole


def _panel(axis: Any, results: Mapping[Scenario, Figures], name: str, bytes_per_ns: float) -> None:
    plain = replace(Scenario(0), strategy=name)
    curves = {
        pattern: {
            line.slots: of for line, of in results.items() if line == replace(plain, slots=line.slots, pattern=pattern)
        }
        for pattern in PATTERNS
    }
    for (pattern, curve), mark in zip(curves.items(), MARKS, strict=True):
        axis.plot(list(curve), [of.step / 1e3 for of in curve.values()], f"{mark}-", ms=3, label=f"step, {pattern}")
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
    axis.set(xscale="log", yscale="log", title=name, xlabel="context, slots", ylabel="time, µs")
    axis.set_xticks(list(dense), [f"{slots:,}" for slots in dense])
    axis.set_xticks([], minor=True)
    axis.grid(alpha=0.3)
