"""Options that several commands have, and what a shell completes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from focalloc.spec.violations import PROFILES


def choice(told: str, names: Iterable[str]) -> Any:
    """An option that takes one of ``names``: its help lists them, and a shell completes them.

    What else is given is refused where it is looked at, in the words of that place.
    """
    known = list(names)
    return typer.Option(metavar="NAME", help=f"{told} One of {', '.join(known)}.", autocompletion=beginning_with(known))


def beginning_with(names: Iterable[str]) -> Callable[[str], list[str]]:
    """Completes what was typed to those of ``names`` that begin with it."""
    known = list(names)

    def completed(incomplete: str) -> list[str]:
        return [name for name in known if name.startswith(incomplete)]

    return completed


Target = Annotated[str, typer.Argument(metavar="TARGET", help="The allocator, as module:factory.", show_default=False)]
"""The argument of every command that judges an allocator."""

Program = Annotated[
    str, typer.Option("--exec", metavar="'CMD ARGS'", help="The allocator, as a program that speaks wire protocol 1.")
]
"""What is given instead, for an allocator in another language."""

Profile = Annotated[str, choice("What it claims, safety or the choices of a strategy.", PROFILES)]
"""The option of every command that judges an allocator."""

TIMEOUT = 10.0
"""Seconds that one call into an allocator may take, unless said otherwise."""

Timeout = Annotated[float, typer.Option(min=0.001, metavar="SECONDS", help="Seconds that one call may take.")]

START_TIMEOUT = 120.0
"""Seconds that an allocator may take to get ready, unless said otherwise."""

StartTimeout = Annotated[
    float,
    typer.Option(
        min=0.001,
        metavar="SECONDS",
        help="Seconds that getting ready may take: the import, and a process's first calls.",
    ),
]
"""The option of every command that judges one."""

Traces = Annotated[
    list[Path] | None, typer.Option("--trace", metavar="FILE", help="Take this recorded trace instead; repeatable.")
]
"""The option of every command that plays sessions."""

Plot = Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Draw it to this file: .svg, .png or .pdf.")]
"""The option of every command that draws."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON in place of tables.")]
"""The option of every command that prints a table."""
