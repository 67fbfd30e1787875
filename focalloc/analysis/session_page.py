"""The picture of a session: one self-contained page, position across, iteration down, colour for level."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from focalloc.analysis.reading import parts
from focalloc.pages import render
from focalloc.spec.printable import on_one_line

if TYPE_CHECKING:
    from focalloc.conformance.recorded import Session, Turn

READING_ROWS = 40
"""Most rows that the reading takes; of more ingests, evenly spaced ones are shown."""

EXCERPT = 90
"""Characters of each level-0 block that the page carries for its hover text."""


def page(life: Session, turns: list[Turn]) -> str:
    """The page as HTML.

    Args:
        life: the session.
        turns: its turns, in order.
    """
    geometry, bands = life.geometry, []
    for part in parts(life, turns):
        shown, every = part.turns, 1
        if part.number < 0:
            every = -(-len(shown) // READING_ROWS)
            shown = shown[every - 1 : -1 : every] + shown[-1:]
        rows = [_row(turn) for turn in shown]
        told = {"question": part.number + 1, "title": part.title, "wanted": part.wanted}
        bands.append(told | {"rows": rows, "every": every})
    span = geometry.span(0)
    data = {
        "document": life.document.name,
        "tokens": life.lens.blocks * span,
        "spans": list(geometry.spans),
        "w_max": life.params.w_max,
        "n_diff": life.params.n_diff,
        "bands": bands,
        "excerpts": [on_one_line(life.document.excerpt(i * span, span))[:EXCERPT] for i in range(life.lens.blocks)],
    }
    return render("session.html", data=data)


def _row(turn: Turn) -> dict[str, object]:
    runs: list[int] = []
    for level, blocks in groupby(turn.after.context, key=lambda block: block.level):
        runs += [level, len(list(blocks))]
    return {
        "runs": runs,
        "used": turn.after.used,
        "actions": [[action.kind[0], action.level, action.start] for action in turn.actions]
        if turn.move.query >= 0
        else [],
        "collapses": sum(action.kind == "collapse" for action in turn.actions),
        "expands": sum(action.kind == "expand" for action in turn.actions),
    }
