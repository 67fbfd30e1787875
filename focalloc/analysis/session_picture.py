"""A session in one picture that stands still: position across, time down, colour for level; for light and dark."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from focalloc.analysis.reading import columns, finest, parts
from focalloc.pages import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from focalloc.conformance.recorded import Session, Turn
    from focalloc.spec.blocks import Context

WIDTH, LEFT, COLUMN, ROW, TITLE, MARK = 520, 12, 4, 3, 22, 7
"""In units of the picture: its width, its margin, what is drawn of a context, an iteration, a line, a mark."""

READING_ROWS = 14
"""Rows that the reading takes, evenly spaced over its ingests."""

LONGEST = 64
"""Characters of a question that are shown."""

KINDS = ("raw", "near", "far")
"""Level -> how it is drawn; coarser ones as the last."""


class Band(NamedTuple):
    """The rows of the reading or of one question.

    Attributes:
        title: the question.
        title_at: where its line is.
        marks: a path with a mark over each of the blocks that match it best.
        paths: how each level is drawn, and the path of all that is of it.
    """

    title: str
    title_at: int
    marks: str
    paths: list[tuple[str, str]]


def picture(life: Session, turns: Sequence[Turn]) -> str:
    """The picture as SVG; the same session gives the same text.

    Args:
        life: the session.
        turns: its turns, in order.
    """
    top, bands = 34, []
    for part in parts(life, turns):
        rows = [turn.after.context for turn in part.turns]
        title = part.title if len(part.title) <= LONGEST else part.title[: LONGEST - 1] + "…"
        if part.number < 0:
            title = "The document is read"
            rows = [rows[i * len(rows) // READING_ROWS] for i in range(1, READING_ROWS)] + rows[-1:]
        marks = _marks(life, part.wanted, top + TITLE)
        first = top + TITLE + MARK
        bands.append(Band(title, top + 14, marks, _paths(life, rows, first)))
        top = first + ROW * len(rows) + 8
    tokens = life.lens.blocks * life.geometry.span(0)
    return render(
        "session.svg",
        width=WIDTH,
        height=top + 26,
        left=LEFT,
        title=f"{life.document.name}: what is shown of it, and how finely, while it is read and questioned",
        legend=[(LEFT, "raw", "raw tokens"), (112, "near", f"gists of {life.geometry.span(1)} tokens"),
                (262, "far", "coarser gists"), (382, "mark", "matches best")],
        bands=bands,
        axis="position in the document; time goes down",
        last=f"token {tokens:,}",
    )  # fmt: skip


def _paths(life: Session, rows: Sequence[Context], top: int) -> list[tuple[str, str]]:
    """For each level the path over all rows from ``top`` down; rows that are alike are drawn as one."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for shown, same in groupby(enumerate(finest(life.geometry, row, _columns(life)) for row in rows), lambda it: it[1]):
        group = list(same)
        y, height = top + ROW * group[0][0], ROW * len(group)
        for level, run in groupby(enumerate(shown), lambda it: it[1]):
            if level is not None:  # it is read by now
                places = [i for i, _ in run]
                box = _box(LEFT + COLUMN * places[0], y, COLUMN * len(places), height)
                found[KINDS[min(level, len(KINDS) - 1)]].append(box)
    return [(kind, "".join(found[kind])) for kind in reversed(KINDS) if found[kind]]


def _marks(life: Session, wanted: Sequence[int], y: int) -> str:
    """A small triangle over each of the blocks that match the question best."""
    places = {block * len(_columns(life)) // life.lens.blocks for block in wanted}
    return "".join(f"M{LEFT + COLUMN * place - 1} {y}h6l-3 5z" for place in sorted(places))


def _box(x: int, y: int, width: int, height: int) -> str:
    return f"M{x} {y}h{width}v{height}h-{width}z"


def _columns(life: Session) -> list[tuple[int, int]]:
    return columns(life, (WIDTH - 2 * LEFT) // COLUMN)
