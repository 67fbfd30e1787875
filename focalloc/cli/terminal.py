"""Where the commands print: results to stdout, progress to stderr and only where a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from typing import TypeVar
from unicodedata import bidirectional, category

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

PIPE_WIDTH = 100
"""Columns to fill where there is no terminal to ask."""


def output() -> Console:
    """The console for results; plain text in a pipe. Text is text: no markup, no names of emoji.

    What the encoding of the output does not have becomes a question mark.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, soft_wrap=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


def printable(text: str) -> str:
    """Text from elsewhere, fit for a terminal: nothing that steers it, turns its lines around or cannot be encoded."""
    return "".join("\ufffd" if _steers(char) else char for char in " ".join(text.split()))


def _steers(char: str) -> bool:
    return category(char) in ("Cc", "Cs") or bidirectional(char) in STEERING


STEERING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Classes of characters that change the direction of those after them."""


def can_print(console: Console, text: str) -> bool:
    """Whether the encoding of the output has all of ``text``."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        return False
    return True


def progress() -> Progress:
    """A progress display on stderr that vanishes when done and is silent in a pipe."""
    watched = Console(stderr=True)
    watched.quiet = not watched.is_terminal  # before version 15 a disabled display still ends with an empty line
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=watched,
        transient=True,
        disable=not watched.is_terminal,
    )


def tracked(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Yield ``items`` while a progress bar called ``what`` counts them."""
    with progress() as bar:
        task = bar.add_task(what, total=total)
        for item in items:
            yield item
            bar.advance(task)
