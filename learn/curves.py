"""Training curves as a picture. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PANELS = (("reward",), ("quality", "coverage"), ("actions", "reversals"), ("agreement",), ("loss",), ("entropy",))
"""Figures that share a panel, panel by panel."""


def draw(histories: Mapping[str, Sequence[Mapping[str, float]]], path: Path) -> None:
    """Draw the figures of each stage of training, one after another, to ``path`` (.svg, .png or .pdf).

    Args:
        histories: stage -> figures per update.
        path: file to write.
    """
    from matplotlib.figure import Figure

    known = {name for history in histories.values() for one in history for name in one}
    panels = [names for names in PANELS if known.intersection(names)]
    figure = Figure(figsize=(8, 2 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
    for axis, names in zip(axes, panels, strict=True):
        begun = 0
        for i, (stage, history) in enumerate(histories.items()):
            updates = range(begun + 1, begun + 1 + len(history))
            for name, style in zip(names, ("-", "--"), strict=False):
                values = [one.get(name, float("nan")) for one in history]
                axis.plot(updates, values, style, color=f"C{i}", label=f"{name}, {stage}")
            begun += len(history)
        axis.set_ylabel(names[0])
        axis.grid(alpha=0.3)
        axis.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))  # beside what it explains
    axes[-1].set_xlabel("update")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
