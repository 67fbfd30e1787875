"""``focalloc replay``: one saved session again, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from focalloc.cli.options import START_TIMEOUT, TIMEOUT, Json, Program, StartTimeout, Timeout, choice
from focalloc.cli.targets import target_of
from focalloc.spec.violations import PROFILES

if TYPE_CHECKING:
    from focalloc.analysis.replaying import Saved
    from focalloc.conformance.cases import Case
    from focalloc.conformance.judge import Moment, Verdict

SHOWN = 12
"""Most scores, blocks or actions that one line lists."""


def replay(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CASE", help="A counterexample that a run saved, a bare case, a vector, or the id of a shipped one."
        ),
    ],
    target: Annotated[
        str,
        typer.Option(help="The allocator, as module:factory; by default the answers in the file, if it has any."),
    ] = "",
    program: Program = "",
    profile: Annotated[str, choice("What to judge by; by default what the file says, or safety.", PROFILES)] = "",
    trust: Annotated[
        bool, typer.Option("--trust", help="Run the allocator that the file names: a command, or a module to import.")
    ] = False,
    timeout: Timeout = TIMEOUT,
    start_timeout: StartTimeout = START_TIMEOUT,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each step as a row of blocks to this file, as a page.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put an allocator through one saved session and show each step with what the judge says of it.

    Which allocator that is, is said here, by --target or --exec. A saved failure names one, too, but a file may come
    from anywhere and name any command: it is run with --trust only.

    A file that has answers too, as `focalloc prove` writes it, needs no allocator: the answers are judged.

    Exit status: 0 if it conforms and that could be told, 1 if not, 2 for bad usage or input, 3 if it was not judged,
    or not in full. Whoever closes the pipe that this writes to, as head does, is not complained about, and changes no
    verdict: a 1 stays a 1, and a pass that could not be told is a 3.
    """
    from focalloc.analysis.replaying import read, replayed
    from focalloc.cli.terminal import Telling, errors
    from focalloc.conformance.report import EXIT_STATUS
    from focalloc.spec.files import writable, write
    from focalloc.spec.printable import counted, indented, on_one_line
    from focalloc.spec.violations import checked_profile

    if html is not None:
        writable("html", html)
    saved = read(file)
    target, program = _named(file, saved, target, program, trust=trust)
    name = target or program or "the answers in the file"
    open_target = target_of(target, program, timeout, start_timeout) if target or program else saved.recited(name)
    judged_by = checked_profile(profile or saved.profile)
    telling = Telling(errors() if as_json else None)
    moments: list[Moment] = []

    def watch(moment: Moment) -> None:
        if as_json or html is not None:
            moments.append(moment)
        if not as_json:
            telling.say(_told(saved.case, moment))

    started = [f"running {program}" if program else f"importing {target}"] if program or target else []
    for line in (*started, *saved.notes, *_heading(saved.case, name, judged_by)):
        telling.say(on_one_line(line))
    verdict = replayed(saved.case, open_target, judged_by, watch)
    if html is not None:
        from focalloc.conformance.page import replayed as page

        write("html", html, page(name, judged_by, saved.case, verdict, moments))
        telling.say(f"page written to {html}")
    if as_json:
        telling.say_json({"target": name, "profile": judged_by} | _data(saved.case, verdict, moments))
    else:
        telling.say(indented(f"{verdict.status}: {verdict.why or counted(verdict.answered, 'answer') + ' judged'}"))
    raise typer.Exit(telling.status(EXIT_STATUS[verdict.status]))


def _named(file: Path, saved: Saved, target: str, program: str, *, trust: bool) -> tuple[str, str]:
    """The allocator to run, as module:factory or as a program; two empty ones where saved answers take its place."""
    import shlex

    from focalloc.conformance.report import Failure
    from focalloc.conformance.transcripts import Transcript
    from focalloc.spec.errors import InvalidInput

    if target or program or isinstance(saved.found, Transcript):
        return target, program
    if not isinstance(saved.found, Failure):
        raise InvalidInput("target", "", "the file names none; give --target module:factory or --exec 'PROGRAM'")
    of_file = saved.found.target
    if not trust:
        named = f"{'--exec' if saved.found.program else '--target'} {shlex.quote(of_file)}"
        raise InvalidInput("target", of_file, f"is what {file} would run; to have it run, type {named}, or --trust")
    return ("", of_file) if saved.found.program else (of_file, "")


def _heading(case: Case, name: str, judged_by: str) -> list[str]:
    from focalloc.spec.printable import counted

    return [
        f"{name} by profile {judged_by}: {counted(len(case.steps), 'step')}",
        f"geometry {case.geometry.arity} cost {case.geometry.cost}",
        "params " + ", ".join(f"{field}={value}" for field, value in case.params.to_dict().items()),
    ]


def _data(case: Case, verdict: Verdict, moments: Sequence[Moment]) -> dict[str, Any]:
    """What happened, in a form that JSON has."""
    import msgspec

    from focalloc.analysis.replaying import as_data

    found = {"verdict": verdict.status, "at": verdict.at, "why": verdict.why, "answered": verdict.answered}
    return {"case": msgspec.to_builtins(case), **found, "moments": [as_data(moment) for moment in moments]}


def _asked(case: Case, moment: Moment) -> str:
    """What the step asks."""
    from focalloc.conformance.cases import front_of
    from focalloc.spec.printable import counted

    step = case.steps[moment.at] if moment.at >= 0 else None
    if step is None or step.open is not None:
        return "open"
    may_release = " or let go" if step.may_release else ""
    if step.ingest is not None:
        return f"ingest {counted(step.ingest, 'block')}{may_release}"
    if step.tokens is not None:
        return f"ingest {counted(step.tokens, 'token')}{may_release}"
    if step.pin is not None:
        kinds = " and ".join(name for name in ("collapse", "expand") if getattr(step.pin, name))
        return f"{'unpin' if step.pin.lift else 'pin'} {step.pin.first}..{step.pin.last} against {kinds}"
    if step.release is not None and moment.before is not None:
        return f"release to {front_of(moment.before.context, step)}"
    at = "" if moment.cursor is None else f", cursor at token {moment.cursor}"
    return f"iterate by logits{at}" if step.logits else f"iterate{at}"


def _told(case: Case, moment: Moment) -> str:
    from focalloc.spec.printable import counted, on_one_line

    step = case.steps[moment.at] if moment.at >= 0 else None
    where = "opening" if moment.at < 0 else f"step {moment.at}"
    lines = [f"{where:<9} {_asked(case, moment)}"]
    if moment.scores:
        lines.append(f"    scores  {_short(moment.scores)}")
    if step is not None and step.logits:
        lines.append(f"    logits  {_short(step.logits)}, over the blocks again and again")
    if moment.answer is not None:
        answer = moment.answer
        lines.append(f"    answer  {on_one_line(_short(answer) if isinstance(answer, list) else answer)}")
    if moment.after is not None:
        after = moment.after
        blocks = [tuple(block) for block in after.context]
        lacking = f", {counted(after.unfilled, 'token')} to come" if after.unfilled else ""
        lines.append(f"    context {_short(blocks)}; {after.used:,} of {counted(after.params.w_max, 'slot')}{lacking}")
        if moment.reported is not None and moment.reported != blocks:
            lines.append(f"    reports {on_one_line(_short(moment.reported))} instead")
    lines += [f"    broken  {on_one_line(violation)}" for violation in moment.found]
    return "\n".join(lines)


def _short(items: object) -> str:
    if not isinstance(items, list | tuple):
        return str(items)
    shown = ", ".join(str(item) for item in items[:SHOWN])
    return f"[{shown}]" if len(items) <= SHOWN else f"[{shown}, ... {len(items)} in all]"
