"""``focalloc conform``: anybody's allocator against the spec."""

from __future__ import annotations

from typing import Annotated

import typer


def conform(
    target: Annotated[str, typer.Argument(help="The allocator, as module:factory.")],
    profile: Annotated[
        str, typer.Option(help="What it claims: safety, or the strategy whose choices it makes.")
    ] = "safety",
    examples: Annotated[int, typer.Option(min=1, help="Generated sessions.")] = 1000,
    seed: Annotated[int, typer.Option(help="What the generated sessions follow from.")] = 0,
    timeout: Annotated[float, typer.Option(min=0.001, help="Seconds that one call may take.")] = 10.0,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Go on after a failure.")] = False,
) -> None:
    """Judge a third-party allocator on generated sessions.

    An allocator is any object with open(geometry, params, context) and step(scores) -> actions; ingest(blocks,
    scores) is optional. A session that fails is made smaller and saved, with the command that replays it.
    """
    from focalloc.cli.targets import factory_of
    from focalloc.cli.terminal import output, progress
    from focalloc.conformance.runner import FAILURES, run
    from focalloc.conformance.targets import PythonTarget
    from focalloc.spec.violations import checked_profile

    checked_profile(profile)
    with PythonTarget(factory_of(target), target, timeout) as judged, progress() as bar:
        task = bar.add_task("judging", total=examples)
        report = run(
            judged,
            profile=profile,
            examples=examples,
            seed=seed,
            keep_going=keep_going,
            save_to=FAILURES,
            watch=lambda batch: bar.advance(task, batch.examples),
        )
    output().print(report.summary(), soft_wrap=True, markup=False)
    raise typer.Exit(report.exit_status)
