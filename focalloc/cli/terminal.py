"""Where the commands print: results to stdout, progress to stderr and only where a person is watching."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import Any, TypeVar

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from focalloc.cli import INCOMPLETE
from focalloc.spec.printable import printable

T = TypeVar("T")

PIPE_WIDTH = 100
"""Columns to fill where there is no terminal to ask, and COLUMNS says nothing."""


class Plain(Console):
    """A console that shows text letter by letter: none of it is a control sequence, markup or the name of an emoji."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        """Whoever prints decides what that means."""
        raise BrokenPipeError

    def render_str(self, text: str, **options: Any) -> Text:
        """``text`` as it is laid out, made printable first, so that it is as wide as it shows."""
        return super().render_str(printable(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Whatever is shown; what was no string, and so is not yet printable, is made so."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(printable(part.text), part.style)


def output() -> Console:
    """The console for results; plain text in a pipe. Text is text: no markup, no names of emoji."""
    console = Plain()
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = PIPE_WIDTH
    return console


def errors() -> Console:
    """The console for what is not a result."""
    return Plain(stderr=True)


class Telling:
    """What a command says on the way to a verdict.

    Who listens may leave, and a disk may be full: the command goes on, and its exit status is that of the verdict; one
    that could not be told is no success.

    Args:
        console: where `say` prints to; by default where results go.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or output()
        self._lost = False

    def say(self, text: str) -> None:
        """Print ``text`` at once, if somebody still listens."""
        self.tell(lambda: self._console.print(text, soft_wrap=True))

    def say_json(self, value: Any) -> None:
        """Print ``value`` as `print_json` does, if somebody still listens."""
        self.tell(lambda: print_json(value))

    def tell(self, function: Callable[[], object]) -> None:
        """Have ``function`` print, if somebody still listens."""
        if self._lost:
            return
        try:
            function()
            sys.stdout.flush()
        except OSError as error:
            self._lost = True
            if not isinstance(error, BrokenPipeError):
                print(f"focalloc: the verdict cannot be written: {error.strerror or error}", file=sys.stderr)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where the rest of the buffer goes, too

    def status(self, verdict: int) -> int:
        """What to exit with after a verdict whose exit status is ``verdict``."""
        return verdict or (INCOMPLETE if self._lost else 0)


def can_print(console: Console, text: str) -> bool:
    """Whether the encoding of the output has all of ``text``."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        return False
    return True


class Fitting(Table):
    """A table that cuts no word: where its columns do not fit side by side, each row is two lines, what it is about
    and what is said of it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.__rich_measure__(console, options.update_width(10**4)).minimum <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        texts = next((i for i, column in enumerate(self.columns) if column.justify == "right"), len(self.columns))
        if self.title:
            yield from (self.title, "")
        for row in zip(*(column.cells for column in self.columns), strict=True):
            said = ((column.header, cell) for column, cell in zip(self.columns[texts:], row[texts:], strict=True))
            yield "  ".join(str(cell) for cell in row[:texts] if str(cell)) or "-"
            told = ", ".join(f"{heading} {cell}" for heading, cell in said if str(cell))
            yield Padding(told, (0, 0, 0, 2), expand=False)


def table(texts: Iterable[str], numbers: Iterable[str], more: Iterable[str] = (), title: str | None = None) -> Table:
    """An empty table with these columns: text, then numbers, then text again."""
    made = Fitting(box=box.SIMPLE_HEAD, pad_edge=False, title=title)
    for heading in texts:
        made.add_column(heading, overflow="fold")
    for heading in numbers:
        made.add_column(heading, justify="right")
    for heading in more:
        made.add_column(heading)
    return made


def print_json(value: Any) -> None:
    """Print ``value`` as JSON, for a program; what is not a number (NaN, infinity) as null."""
    print(json.dumps(_finite(value), indent=1, allow_nan=False))


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if isfinite(value) else None
        case dict():
            return {key: _finite(one) for key, one in value.items()}
        case list() | tuple():
            return [_finite(one) for one in value]
    return value


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
