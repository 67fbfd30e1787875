"""All commands; each is a function in a module of its own that loads what it needs when it runs."""

from __future__ import annotations

import typer

from focalloc import __version__
from focalloc.cli.bench import bench
from focalloc.cli.clauses import clauses
from focalloc.cli.compare import compare
from focalloc.cli.conform import conform
from focalloc.cli.front import front
from focalloc.cli.prove import prove
from focalloc.cli.replay import replay
from focalloc.cli.serve import serve
from focalloc.cli.session import session
from focalloc.cli.terminal import PIPE_WIDTH
from focalloc.cli.train import train
from focalloc.cli.vectors import vectors
from focalloc.cli.verify import verify

app = typer.Typer(
    help="A formally specified Focus Allocator: judge it, compare it, watch it work.",
    no_args_is_help=True,
    rich_markup_mode=None,  # its tables give what an option does a dozen columns of sixty, and cut names to fit
    context_settings={"max_content_width": PIPE_WIDTH},
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"focalloc {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
    ),
) -> None:
    """A formally specified Focus Allocator: judge it, compare it, watch it work."""


for command in (verify, conform, replay, vectors, prove, clauses, session, compare, front, bench, serve, train):
    app.command(short_help=str(command.__doc__).partition("\n\n")[0])(command)
