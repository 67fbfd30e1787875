"""Training curves as a picture. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PANELS = (
    ("mean per iteration", ("reward",)),
    ("share", ("quality", "coverage")),
    ("mean per iteration", ("actions", "reversals")),
    ("share of labels", ("agreement",)),
    ("no unit", ("loss",)),
    ("nats", ("entropy",)),
)
"""Panel by panel the unit, and the figures in it."""


def draw(histories: Mapping[str, Sequence[Mapping[str, float]]], path: Path) -> None:
    """Draw the figures of each stage of training, one after another, to ``path`` (.svg, .png or .pdf).

    Args:
        histories: stage -> figures per update.
        path: file to write.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    known = {name for history in histories.values() for one in history for name in one}
    panels = [(unit, names) for unit, names in PANELS if known.intersection(names)]
    figure = Figure(figsize=(8, 2 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
    for axis, (unit, names) in zip(axes, panels, strict=True):
        begun = 0
        for i, (stage, history) in enumerate(histories.items()):
            updates = range(begun + 1, begun + 1 + len(history))
            marker = "." if len(history) == 1 else ""  # a line needs two points
            for name, style in zip(names, ("-", "--"), strict=False):
                values = [one.get(name, float("nan")) for one in history]
                if any(name in one for one in history):
                    axis.plot(updates, values, style, marker=marker, color=f"C{i}", label=f"{name}, {stage}")
            begun += len(history)
        axis.set_ylabel(f"{', '.join(names)}\n({unit})")
        axis.grid(alpha=0.3)
        axis.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))  # beside what it explains
    axes[-1].set_xlabel("update")
    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
