"""``focalloc session``: watch the working context of a real document change as the questions change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from focalloc.cli.options import Json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from focalloc.analysis.reading import Part
    from focalloc.conformance.recorded import Document, Session, Turn
    from focalloc.spec.actions import Action

GLYPHS = "█▒·▼"
"""Raw tokens, the finest gists, coarser gists; what is most relevant."""
PLAIN_GLYPHS = "#+.v"
"""The same where the output's encoding does not have them."""
STYLES = ("bold yellow", "blue", "bright_black")
SHOWN = 3
"""Actions of one question that are told with their text."""
EDGES = " .,;:*=-|)]}+"
"""Left off where an excerpt begins."""


def session(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A text file in UTF-8; by default CPython's own language reference."),
    ] = None,
    query: Annotated[
        list[str] | None, typer.Option("--query", "-q", metavar="QUESTION", help="A question; repeatable.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a picture of level by position by iteration to this file."),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the same, standing still, to this file, as SVG.")
    ] = None,
    w_max: Annotated[int, typer.Option(help="Budget in slots.")] = 768,
    n_diff: Annotated[int, typer.Option(help="Most actions per iteration.")] = 4,
    iterations: Annotated[int, typer.Option(min=1, help="Iterations per question.")] = 16,
    arity: Annotated[str, typer.Option(help="Units under one gist, level by level.")] = "32,32",
    as_json: Json = False,
) -> None:
    """Read a text, put questions to it, and show what the working context looks like after each.

    A lexical stand-in for LensNet (BM25 over blocks) scores the slots, so what is relevant to a question is
    expanded to raw tokens and the rest is collapsed to pay for it.
    """
    from focalloc.analysis.reading import reading
    from focalloc.analysis.session_page import page
    from focalloc.analysis.session_picture import picture
    from focalloc.cli.terminal import output, print_json, tracked
    from focalloc.conformance.recorded import DEFAULT_QUERIES, default_document, play
    from focalloc.fastpath.allocator import Allocator
    from focalloc.spec.errors import InvalidInput
    from focalloc.spec.files import writable, write
    from focalloc.spec.geometry import Geometry
    from focalloc.spec.printable import on_one_line

    if file is not None and not query:
        raise InvalidInput("query", (), "a file of your own needs at least one --query")
    if html is not None:
        writable("html", html)
    if svg is not None:
        writable("svg", svg, [".svg"])
    life = reading(
        default_document() if file is None else _document(file),
        tuple(map(on_one_line, query or DEFAULT_QUERIES)),
        Geometry(_integers("arity", arity)),
        w_max,
        n_diff,
        iterations,
    )
    turns = list(tracked(play(life, Allocator()), life.length, "playing the session"))
    if html is not None:  # before anything is printed: whoever reads may leave
        write("html", html, page(life, turns))
    if svg is not None:
        write("svg", svg, picture(life, turns))
    if as_json:
        print_json(_as_data(life, turns))
        return
    console = output()
    _tell(console, life, turns)
    for written in filter(None, (html, svg)):
        console.print(f"picture written to {written}", soft_wrap=True)


def _integers(field: str, text: str) -> tuple[int, ...]:
    from focalloc.spec.errors import InvalidInput

    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput(field, text, "must be whole numbers with commas between them, such as 32,32") from None


def _document(file: Path) -> Document:
    from focalloc.conformance.recorded import Document
    from focalloc.spec.errors import InvalidInput
    from focalloc.spec.files import unusable
    from focalloc.spec.printable import on_one_line

    try:
        return Document(on_one_line(file.name), file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise unusable("file", file, error) from error
    except UnicodeDecodeError as error:
        raise InvalidInput("file", str(file), f"is not UTF-8 text: {error.reason} at byte {error.start}") from error


def _tell(console: Console, life: Session, turns: list[Turn]) -> None:
    from rich.text import Text

    from focalloc.analysis.reading import MOST_RELEVANT, parts
    from focalloc.cli.terminal import can_print
    from focalloc.spec.printable import counted

    lens, params = life.lens, life.params
    glyphs = GLYPHS if can_print(console, GLYPHS) else PLAIN_GLYPHS
    shape = " x ".join(map(str, life.geometry.arity))
    console.print(
        f"{life.document.name}: {counted(len(life.document.tokens), 'token')}, {counted(lens.blocks, 'block')} of "
        f"{life.geometry.span(0)}, tree {shape}"
    )
    console.print(f"budget {counted(params.w_max, 'slot')}, at most {counted(params.n_diff, 'action')} per iteration")
    legend = Text.assemble((glyphs[0], STYLES[0]), " raw tokens   ", (glyphs[1], STYLES[1]), " gists of one block   ")
    if life.geometry.top > 1:
        legend += Text.assemble((glyphs[2], STYLES[2]), " coarser gists   ")
    console.print(legend + Text.assemble((glyphs[-1], "green"), f" the {MOST_RELEVANT} most relevant blocks"))

    for part in parts(life, turns):
        console.print()
        if part.number < 0:
            console.print(Text.assemble(("reading", "bold")))
        else:
            console.print(Text.assemble((f"question {part.number + 1}", "bold"), f"  {part.title}"))
        if part.wanted:
            console.print(_markers(life, part.wanted, console.width, glyphs[-1]))
        console.print(_strip(life, part.turns[-1], console.width, glyphs))
        for line in _summary(life, part, console.width):
            console.print(line)


def _as_data(life: Session, turns: list[Turn]) -> dict[str, Any]:
    """The same as plain data: the reading, and each question with all that was done."""
    from focalloc.analysis.reading import parts

    span = life.geometry.span(0)
    told = [
        {
            "question": part.title if part.number >= 0 else None,
            "used": part.turns[-1].after.used,
            "turns": len(part.turns),
            "busy": part.busy,
            "wanted": [block * span for block in part.wanted],
            "raw": part.found,
            "actions": [list(action) for action in part.actions],
            "context": [list(block) for block in part.turns[-1].after.context],
        }
        for part in parts(life, turns)
    ]
    about = {"document": life.document.name, "tokens": len(life.document.tokens), "blocks": life.lens.blocks}
    terms = {"arity": life.geometry.arity, "w_max": life.params.w_max, "n_diff": life.params.n_diff}
    return about | terms | {"parts": told}


def _summary(life: Session, part: Part, width: int) -> list[str]:
    from focalloc.spec.printable import counted

    used = part.turns[-1].after.used
    share = f"{used:,} of {counted(life.params.w_max, 'slot')} used ({used / life.params.w_max:.0%})"
    if part.number < 0:
        made = f"{counted(len(part.turns), 'ingest')} made room by {counted(len(part.actions), 'collapse')}"
        return [f"{share}; {made}"]
    rest = f"at rest after iteration {part.busy}" if part.busy < len(part.turns) else "not yet at rest"
    matched = "no word of the question occurs in the document"
    if part.wanted:
        matched = f"{part.found} of {counted(len(part.wanted), 'relevant block')} raw"
    lines = [f"{share}; {rest}; {matched}"]
    for sign, kind in (("+", "expand"), ("-", "collapse")):
        lines += _listed(life, sign, [action for action in part.actions if action.kind == kind], width)
    return lines


def _listed(life: Session, sign: str, actions: list[Action], width: int) -> list[str]:
    from focalloc.spec.printable import counted, on_one_line

    if not actions:
        return []
    lines = [f"  {sign} {counted(len(actions), actions[0].kind)}"]
    # What became raw, or stopped being raw, says most about where the focus went.
    finest = [action for action in actions if action.level == 1][:SHOWN]
    for action in finest:
        text = on_one_line(life.document.excerpt(action.start, life.geometry.span(action.level))).lstrip(EDGES)
        where = f"      token {action.start:>7,}  "
        room = min(73, width - len(where))
        lines.append(where + (text if len(text) <= room else f"{text[: room - 3]}..."))
    return lines


def _strip(life: Session, turn: Turn, width: int, glyphs: str) -> Text:
    """The finest level under each column, from the first token to the last."""
    from rich.text import Text

    from focalloc.analysis.reading import columns, finest

    strip = Text(no_wrap=True)
    for level in finest(life.geometry, turn.after.context, columns(life, width)):
        shown = len(STYLES) - 1 if level is None else min(level, len(STYLES) - 1)
        strip.append(glyphs[shown], STYLES[shown])
    return strip


def _markers(life: Session, wanted: list[int], width: int, glyph: str) -> Text:
    from rich.text import Text

    from focalloc.analysis.reading import columns

    tokens = [block * life.geometry.span(0) for block in wanted]
    marks = (glyph if any(a <= t < b for t in tokens) else " " for a, b in columns(life, width))
    return Text("".join(marks).rstrip(), style="green", no_wrap=True)
