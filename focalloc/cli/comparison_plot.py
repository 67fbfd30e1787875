"""A comparison as a picture and as a page."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from focalloc.cli.compare import figure
from focalloc.cli.comparison import MEASURES, Comparison, Difference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEGEND = """dot: one session
bar: mean and 95 % interval
green: B better, red: A better
grey: 0 within the interval"""
DOT = "#b8c0cc"
COLOURS = {1: "#1a7f4b", -1: "#c0392b", 0: "#4a5568"}
"""Gain -> the colour of its bar."""

KINDS = {1: "better", -1: "worse", 0: ""}
"""Gain -> the class of its row in the page."""


def draw(found: Comparison) -> Figure:
    """One panel per measure: each session's difference as a dot, their mean with its interval as a bar."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    groups = list(found.groups)
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        whole = Figure(figsize=(11, 1.6 + 2 * (0.7 + 0.24 * len(groups))), layout="constrained")
        axes = whole.subplots(2, 4).flat
        for i, (measure, ax) in enumerate(zip(MEASURES, axes, strict=False)):
            ax.axvline(0, color="black", linewidth=0.8)
            for row, group in enumerate(groups):
                _row(ax, row, found.groups[group][i])
            arrow = {1: ", more is better", -1: ", less is better", 0: ""}[measure.better]
            ax.set_title(measure.name + arrow, fontsize=9, loc="left")
            ax.set_yticks(range(len(groups)), groups if i % 4 == 0 else [""] * len(groups))
            ax.set_ylim(len(groups) - 0.5, -0.5)
            ax.locator_params(axis="x", nbins=4)
        whole.suptitle(f"B − A, session by session\nA: {found.first.name}    B: {found.second.name}", fontsize=10)
        last = whole.axes[-1]
        last.axis("off")
        last.text(
            0, 0.5, LEGEND,
            fontsize=9, va="center",
        )  # fmt: skip
    return whole


def _row(ax: Any, row: int, one: Difference) -> None:
    ax.plot(one.each, [row] * len(one.each), "o", color=DOT, markersize=3, zorder=1)
    if isnan(one.mean):
        return
    colour = COLOURS[one.gain]
    if not isnan(one.low):
        ax.plot([one.low, one.high], [row, row], "-", color=colour, linewidth=2.5, zorder=2)
    ax.plot([one.mean], [row], "D", color=colour, markersize=4.5, zorder=3)


def write_png(found: Comparison, path: Path) -> None:
    """Write the picture."""
    draw(found).savefig(path, format="png", dpi=150)


def write_html(found: Comparison, path: Path) -> None:
    """Write a page of its own: picture and table."""
    picture = BytesIO()
    draw(found).savefig(picture, format="png", dpi=150)
    rows = []
    for group, differences in found.groups.items():
        for i, one in enumerate(differences):
            head = f'<th rowspan="{len(differences)}">{escape(group)}</th>' if i == 0 else ""
            interval = "–" if isnan(one.low) else f"{figure(one.low)} … {figure(one.high)}"
            cells = "".join(
                f"<td>{cell}</td>"
                for cell in (figure(one.first), figure(one.second), figure(one.mean), interval, one.pairs)
            )
            rows.append(f'<tr class="{KINDS[one.gain]}">{head}<th>{one.measure.name}</th>{cells}</tr>')
    meanings = "".join(f"<dt>{one.name}</dt><dd>{escape(one.meaning)}</dd>" for one in MEASURES)
    path.write_text(
        PAGE.format(
            first=escape(found.first.name),
            second=escape(found.second.name),
            picture=b64encode(picture.getvalue()).decode(),
            rows="\n".join(rows),
            meanings=meanings,
        ),
        encoding="utf-8",
    )


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{first} against {second}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1d2433 }}
img {{ width: 100%; height: auto }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
th, td {{ padding: .15rem .8rem; text-align: right; border-bottom: 1px solid #e3e7ee; font-weight: normal }}
th {{ text-align: left; vertical-align: top }}
tr.better td {{ color: #1a7f4b; font-weight: 600 }}
tr.worse td {{ color: #c0392b; font-weight: 600 }}
dt {{ font-weight: 600 }} dd {{ margin: 0 0 .4rem }}
</style>
<h1>{second} against {first}</h1>
<p>A is <code>{first}</code>, B is <code>{second}</code>, both on the same sessions. Differences are B minus A, paired
by session; intervals are 95 % bootstrap intervals of the mean. Green: B does better; red: A does better.</p>
<img src="data:image/png;base64,{picture}" alt="Differences by measure and kind of session">
<table>
<tr><th>sessions</th><th>measure</th><td>A</td><td>B</td><td>B − A</td><td>95 % interval</td><td>pairs</td></tr>
{rows}
</table>
<h2>Measures</h2>
<dl>{meanings}</dl>
</html>
"""
