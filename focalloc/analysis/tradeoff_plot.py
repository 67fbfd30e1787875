"""What a weight buys, as a picture. Needs Matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from focalloc.analysis.pictures import DOT, INK, styled
from focalloc.analysis.tradeoff import AIMS, BETTER, UNITS, Point

if TYPE_CHECKING:
    from matplotlib.figure import Figure


NEAR = 0.05
"""Share of an axis within which settings share a label."""


def draw(points: list[Point]) -> Figure:
    """One panel per swept aim: utility against it. A setting on the front is a dark dot, another a hollow one."""
    from matplotlib.figure import Figure

    aims = list(points[0].weights)
    with styled():
        whole = Figure(figsize=(0.6 + 4.4 * len(aims), 4.3), layout="constrained")
        panels = list(whole.subplots(1, len(aims), squeeze=False).flat)
        for aim, ax in zip(aims, panels, strict=True):
            _panel(ax, points, AIMS[aim])
        if len(aims) == 1:
            _labelled_path(panels[0], [point for point in points if point.unbeaten], aims[0])
        whole.suptitle("What a weight buys" + (f"; labels: {aims[0]} weight" if len(aims) == 1 else ""))
        whole.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    return whole


def _panel(ax: Any, points: list[Point], name: str) -> None:
    for kept, told in ((True, "on the front"), (False, "beaten by another setting")):
        some = [point for point in points if point.unbeaten == kept]
        ax.plot(
            [point.means[name] for point in some],
            [point.means["utility"] for point in some],
            "o",
            color=INK if kept else DOT,
            fillstyle="full" if kept else "none",
            markersize=4,
            zorder=1 + kept,
            label=told,
        )
    ax.set_xlabel(_axis(name))
    ax.set_ylabel(_axis("utility"))


def _axis(name: str) -> str:
    unit = "" if UNITS[name] in name else f", {UNITS[name]}"
    return f"{name}{unit} per iteration; {'more' if BETTER[name] > 0 else 'less'} is better"


def _labelled_path(ax: Any, front: list[Point], aim: str) -> None:
    """A line along the front, with the weights; settings that lie together share one label."""
    path = sorted(front, key=lambda point: point.means[AIMS[aim]])
    spots = [(point.means[AIMS[aim]], point.means["utility"]) for point in path]
    ax.plot(*zip(*spots, strict=True), color=INK, linewidth=1)
    reach = [NEAR * (max(column) - min(column)) for column in zip(*spots, strict=True)]
    labels: list[tuple[tuple[float, float], list[str]]] = []
    for point, spot in zip(path, spots, strict=True):
        if not labels or any(abs(a - b) > far for a, b, far in zip(labels[-1][0], spot, reach, strict=True)):
            labels.append((spot, []))
        labels[-1][1].append(f"{point.weights[aim]:g}")
    for spot, weights in labels:
        told = weights[0] if len(weights) == 1 else f"{weights[-1]} to {weights[0]}"
        ax.annotate(told, spot, xytext=(5, -9), textcoords="offset points", fontsize=8)
