"""Where the commands print: results to stdout, progress to stderr and only where a person is watching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

PIPE_WIDTH = 100
"""Columns to fill where there is no terminal to ask."""


def output() -> Console:
    """The console for results; plain text in a pipe."""
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


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
