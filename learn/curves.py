"""Training curves as a picture. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

PANELS = (("reward",), ("quality", "coverage"), ("actions", "reversals"), ("loss",), ("entropy",))
"""Figures that share a panel, panel by panel."""


def draw(histories: Mapping[str, Sequence[Mapping[str, float]]], path: Path) -> None:
    """Draw the figures of each stage of training, one after another, to ``path`` (.svg, .png or .pdf).

    Args:
        histories: stage -> figures per update.
        path: file to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2 * len(PANELS)), layout="constrained")
    axes = figure.subplots(len(PANELS), sharex=True, squeeze=False)[:, 0]
    for axis, names in zip(axes, PANELS, strict=True):
        begun = 0
        for i, (stage, history) in enumerate(histories.items()):
            updates = range(begun + 1, begun + 1 + len(history))
            for name, style in zip(names, ("-", "--"), strict=False):
                axis.plot(updates, [one[name] for one in history], style, color=f"C{i}", label=f"{name}, {stage}")
            begun += len(history)
        axis.set_ylabel(names[0])
        axis.grid(alpha=0.3)
        axis.legend(fontsize="x-small")
    axes[-1].set_xlabel("update")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
