"""A comparison as a picture and as a page. Needs Matplotlib; the page needs Jinja."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from focalloc.analysis.comparison import Comparison, Difference, Measure, figure
from focalloc.analysis.pictures import BAD, DOT, GOOD, INK, SOFT, inline, styled
from focalloc.pages import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKS = {1: ("^", GOOD), -1: ("v", BAD), 0: ("o", SOFT)}
"""Gain -> shape and colour of the mean."""

DIRECTIONS = {1: ", more is better", -1: ", less is better", 0: ""}


def draw(found: Comparison) -> Figure:
    """One panel per measure: each session's difference as a dot, their mean with its interval as a bar."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    rows = 2 if len(found.measures) < 8 else 3
    across = -(-(len(found.measures) + 1) // rows)  # and one for what the marks mean
    with styled():
        whole = Figure(figsize=(11, 1.6 + rows * (0.9 + 0.24 * len(found.groups))), layout="constrained")
        for i, (measure, ax) in enumerate(zip(found.measures, whole.subplots(rows, across).flat, strict=False)):
            _panel(ax, found, measure, named=i % across == 0)
        whole.suptitle(f"B − A, session by session\nA: {found.first.name}    B: {found.second.name}", fontsize=10)
        last = whole.axes[-1]
        last.axis("off")
        kinds: list[tuple[str, str, Any, str]] = [(DOT, ".", "", "one session")]
        kinds += [
            (MARKS[gain][1], MARKS[gain][0], "-", told)
            for gain, told in ((1, "B better"), (-1, "A better"), (0, "0 within the interval, or no better way"))
        ]
        handles = [Line2D([], [], color=c, marker=m, linestyle=line, markersize=5, label=t) for c, m, line, t in kinds]
        last.legend(
            handles=handles, loc="center left", frameon=False, title="mean with 95 % interval", alignment="left"
        )
    return whole


def panels(found: Comparison) -> list[Figure]:
    """The same, each measure a figure of its own, as wide as a phone."""
    from matplotlib.figure import Figure

    figures = []
    with styled():
        for measure in found.measures:
            one = Figure(figsize=(3.9, 0.9 + 0.26 * len(found.groups)), layout="constrained")
            _panel(one.subplots(), found, measure, named=True)
            figures.append(one)
    return figures


def _panel(ax: Any, found: Comparison, measure: Measure, named: bool) -> None:
    groups = list(found.groups)
    ax.axvline(0, color=INK, linewidth=0.8)
    for row, group in enumerate(groups):
        for one in found.groups[group]:
            if one.measure == measure:
                _row(ax, row, one)
    ax.set_title(measure.name + DIRECTIONS[measure.better], fontsize=9, loc="left")
    ax.set_xlabel(f"B − A, {measure.unit}")
    ax.set_yticks(range(len(groups)), groups if named else [""] * len(groups))
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.locator_params(axis="x", nbins=4)


def _row(ax: Any, row: int, one: Difference) -> None:
    ax.plot(one.each, [row] * len(one.each), ".", color=DOT, markersize=5, zorder=1)
    if isnan(one.mean):
        return
    shape, colour = MARKS[one.gain]
    if not isnan(one.low):
        ax.plot([one.low, one.high], [row, row], "-", color=colour, linewidth=2.5, zorder=2)
    ax.plot([one.mean], [row], shape, color=colour, markersize=6, zorder=3)


def shown(value: float) -> str:
    """`figure`, with the signs of a page in place of those of a terminal."""
    return "–" if isnan(value) else figure(value).replace("-", "−")


def page(found: Comparison) -> str:
    """A page of its own: pictures and table; nothing in it is loaded from elsewhere."""
    return render(
        "compare.html",
        found=found,
        pictures=[
            inline(one, f"{measure.name}: B minus A in {measure.unit}, by kind of session")
            for measure, one in zip(found.measures, panels(found), strict=True)
        ],
        measures=found.measures,
        figure=shown,
        interval=lambda one: "–" if isnan(one.low) else f"{shown(one.low)} … {shown(one.high)}",
    )
