"""``focalloc conform``: anybody's allocator against the spec."""

from __future__ import annotations

import gc
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from focalloc.cli.options import START_TIMEOUT, TIMEOUT, Json, Profile, Program, StartTimeout, Target, Timeout, choice
from focalloc.cli.targets import limited, target_of

if TYPE_CHECKING:
    from focalloc.conformance.assessing import Assessment
    from focalloc.conformance.report import Report


CALLS = ("ingest", "ingest_tokens", "prefer", "pin", "release", "cursor", "relaxation", "layout", "open")
"""Those of `focalloc.conformance.capabilities`, which take longer to import than help may."""


def conform(
    target: Target = "",
    program: Program = "",
    profile: Profile = "safety",
    examples: Annotated[int, typer.Option(min=1, help="Generated sessions.")] = 384,
    seed: Annotated[int, typer.Option(help="What the generated sessions follow from.")] = 0,
    timeout: Timeout = TIMEOUT,
    start_timeout: StartTimeout = START_TIMEOUT,
    time_limit: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            metavar="SECONDS",
            help="Seconds that the whole run may take; what it has not judged by then is unknown.",
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report: .json, .xml (JUnit) or .html.")
    ] = None,
    xfail: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Known failures: a JSON array of {id, reason, link}. Implies --keep-going."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to spread the sessions over; same outcome.")] = 1,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Go on after a failure.")] = False,
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Spread a large campaign over this dask.distributed scheduler; 'local' starts one on this machine. "
            "Judges all sessions, failures or not; same outcome whatever the workers.",
        ),
    ] = "",
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --cluster: what is done; a campaign goes on from it.")
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="With --journal: a file or folder that the allocator opens, such as weights, and that is part of it; "
            "what it imports counts by itself. Repeatable.",
        ),
    ] = None,
    geometry: Annotated[
        list[str] | None,
        typer.Option(metavar="ARITY[/COST]", help="Judge in this shape only, such as 32,32 or 3,2/2,3,4; repeatable."),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUES", help="Judge with these only: n_diff=4, w_max=1..4096; repeatable."),
    ] = None,
    without: Annotated[
        list[str] | None,
        choice("Judge without this call, cursor being that of step, and open a second one; repeatable.", CALLS),
    ] = None,
    recorded: Annotated[
        bool,
        typer.Option(
            help="Put the recorded session over a real document, too, in a run of 384 sessions or more, where its "
            "geometry is supported."
        ),
    ] = True,
    annotations: Annotated[
        str, choice("Make failures stand out in the log of this CI server.", ("none", "github"))
    ] = "none",
    as_json: Json = False,
) -> None:
    """Judge a third-party allocator on generated sessions.

    An allocator is any object with open(geometry, params, context) and step(scores) -> actions; ingest(blocks,
    scores) is optional. A program in any language does the same by one JSON object per line (--exec). A session that
    fails is made smaller and saved, with the command that replays it.

    Exit status: 0 if it conforms and that could be told, 1 if not, 2 for bad usage or input, 3 if it was not judged,
    or not in full. Whoever closes the pipe that this writes to, as head does, is not complained about, and changes no
    verdict: a 1 stays a 1, and a pass that could not be told is a 3.
    """
    from focalloc.cli.terminal import progress
    from focalloc.conformance.assessing import assess
    from focalloc.conformance.capabilities import given
    from focalloc.conformance.contents import contents_of
    from focalloc.conformance.known import load_known
    from focalloc.conformance.reports import checked_path
    from focalloc.conformance.runner import FAILURES
    from focalloc.spec.violations import checked_profile

    checked_profile(profile)
    _refuse_what_goes_alone(annotations, as_json, cluster, journal, also)
    if report is not None:
        checked_path(report)
    known = () if xfail is None else load_known(xfail, profile)
    only = given(geometry or (), param or (), without or ())
    open_target = limited(target_of(target, program, timeout, start_timeout), only)
    gc.freeze()  # what an import made stays, and need not be looked through again and again
    with progress() as bar:
        task = bar.add_task("judging", total=examples)
        assessed = assess(
            open_target,
            profile=profile,
            examples=examples,
            seed=seed,
            time_limit=time_limit,
            keep_going=keep_going or xfail is not None,
            jobs=jobs,
            cluster=cluster,
            journal=journal,
            contents=partial(contents_of, target, program, also or ()),
            known=known,
            save_to=FAILURES,
            pictures=report is not None and report.suffix == ".html",
            recorded=recorded,
            watch=lambda batch: bar.advance(task, batch.examples),
        )
    unwritten = _written(assessed, report)  # before anything is printed: whoever reads may leave
    status = _told(assessed.report, report if not unwritten else None, annotations, as_json=as_json)
    if unwritten:
        typer.echo(f"focalloc: {unwritten}", err=True)
        status = assessed.report.exit_status or 2
    raise typer.Exit(status)


def _refuse_what_goes_alone(
    annotations: str, as_json: bool, cluster: str, journal: Path | None, also: list[Path] | None
) -> None:
    """Raise `InvalidInput` for options that make no sense with each other, or without each other."""
    from focalloc.spec.errors import InvalidInput, one_of

    if one_of("annotations", annotations, ("none", "github")) == "github" and as_json:
        raise InvalidInput("annotations", annotations, "would be in the midst of the JSON; give one of the two")
    if journal is not None and not cluster:
        raise InvalidInput("journal", str(journal), "only a campaign keeps one; give --cluster, too")
    if also and journal is None:
        raise InvalidInput("also", str(also[0]), "only a journal asks for it; give --journal, too")


def _written(assessed: Assessment, report: Path | None) -> str:
    """Write the report, if one is asked for; what became of it where it cannot be: the verdict stands."""
    from focalloc.conformance.reports import write_report
    from focalloc.spec.errors import InvalidInput

    try:
        if report is not None:
            write_report(assessed.report, report, assessed.pictures)
    except InvalidInput as no:  # the disk is full, say
        return str(no)
    return ""


def _told(found: Report, written: Path | None, annotations: str, *, as_json: bool) -> int:
    """Print what came of the run, and where it is written, too; return the exit status."""
    from focalloc.cli.terminal import Telling
    from focalloc.conformance.annotations import github, quoted
    from focalloc.conformance.reports import to_json

    telling = Telling()

    def say(text: str) -> None:
        telling.say(quoted(text) if annotations == "github" else text)

    if as_json:
        telling.say_json(json.loads(to_json(found, {})))
    else:
        say(found.summary())
    for line in github(found) if annotations == "github" else ():
        telling.say(line)
    if written is not None and not as_json:
        say(f"report written to {written}")
    return telling.status(found.exit_status)
