"""The report as a page: a summary by clause, and each failure with its smallest session drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from focalloc.conformance.cases import Case
from focalloc.conformance.judge import OPENING, Moment, Verdict
from focalloc.conformance.outcomes import Outcome, Result, outcomes
from focalloc.conformance.report import Failure, Report
from focalloc.pages import render
from focalloc.spec import Geometry, State
from focalloc.spec.blocks import Block
from focalloc.spec.clauses import clauses
from focalloc.spec.printable import counted

Pictures = Mapping[str, Sequence[Moment]]
"""Failure id -> the moments of its session, as a second run went; empty where none was made."""

LABELLED = 15.0
"""Share of a row, in percent, from which on a block has room for its name on a phone; a fourth of that on a desk."""

SHOWN = 48
"""Most scores that a row lists."""

WORDS = {
    "pass": "conforms",
    "fail": "does not conform",
    "error": "broke down",
    "skip": "is incomplete",
    "unknown": "was not judged, or not in full",
}


def page(report: Report, pictures: Pictures) -> str:
    """The page as HTML; nothing in it is loaded from elsewhere.

    Args:
        report: the run.
        pictures: the moments of each failure's session.
    """
    from markupsafe import Markup

    counts = ", ".join(f"{count:,} {status}" for status, count in report.verdicts.items()) or "none"
    return render(
        "report.html",
        report=report,
        words=WORDS[report.status] + report.reserve,
        facts=(
            f"{report.examples:,} of {counted(report.asked, 'session')} judged ({counts}), "
            f"{counted(report.answered, 'answer')}; seed {report.seed}; "
            f"focalloc {report.versions.focalloc}, spec {report.versions.spec}, Python {report.versions.python}"
        ),
        notes=_notes(report),
        lines=[_line_of(report, one) for one in outcomes(report)],
        failures=[Markup(drawn(failed, pictures.get(failed.id, ()))) for failed in report.by_news],
    )


STATES: dict[Result, tuple[str, str]] = {
    "passed": ("pass", "held"),
    "failed": ("fail", "broken"),
    "error": ("fail", "broken"),
    "known": ("known", "known"),
    "skipped": ("unknown", "?"),
}
"""Result of a test -> how its line looks, and the word it is marked with."""


def _line_of(report: Report, outcome: Outcome) -> dict[str, Any]:
    """The line of a clause, or of the run as a whole, in the summary."""
    state, mark = STATES[outcome.result]
    drawn = any(failed.id == outcome.id for failed in report.failures)
    if outcome.result == "error" and not drawn:  # nothing broke down, something is missing
        state, mark = STATES["skipped"]
    return {
        "test": outcome.id,
        "state": state,
        "drawn": drawn,
        "title": outcome.title,
        "mark": mark,
        "said": outcome.why.removeprefix(f"{outcome.id}: ").partition("\n")[0]
        or (f"at stake {counted(outcome.at_stake, 'time')} or more" if outcome.at_stake else ""),
    }


def _notes(report: Report) -> list[str]:
    notes = [f"Skipped {counted(times, 'time')}: {why}" for why, times in report.skips.items()]
    if report.left_out:
        notes.append(f"Left out, as it is not supported: {'; '.join(report.left_out)}.")
    if report.not_offered:
        notes.append(f"Not offered by the allocator, so not judged: {', '.join(report.not_offered)}.")
    notes += [f"{one.id} is declared as a known failure ({one.reason}), but passes." for one in report.outlived]
    notes += [f"{counted(count, 'session')} unknown: {why}." for why, count in report.lost.items()]
    if report.recorded:
        notes.append(f"Recorded session over a document: {report.recorded}.")
    notes += [f"{note}." for note in report.notes]
    return notes


def drawn(failed: Failure, moments: Sequence[Moment]) -> str:
    """A failure as a section of a page: the sentence that says why, the replay, and its session as rows of blocks.

    It is styled by ``style.css`` of `focalloc.pages`.

    Args:
        failed: the failure.
        moments: what happened, step by step.
    """
    return render(
        "failure.html",
        failed=failed,
        title=clauses()[failed.id].title if failed.id in clauses() else "The session broke down",
        sentence=failed.message.removeprefix(f"{failed.id}: "),
        params=_params(failed.case),
        moments=_moments(moments),
    )


def replayed(name: str, profile: str, case: Case, verdict: Verdict, moments: Sequence[Moment]) -> str:
    """The page of one session that was put to an allocator again.

    Args:
        name: of the allocator.
        profile: it was judged by.
        case: the session.
        verdict: what came of it.
        moments: what happened, step by step.
    """
    return render(
        "replay.html",
        name=name,
        profile=profile,
        verdict=verdict,
        words=WORDS[verdict.status],
        case=case,
        params=_params(case),
        moments=_moments(moments),
    )


def _params(case: Case) -> str:
    return ", ".join(f"{name} = {value}" for name, value in case.params.to_dict().items())


def _moments(moments: Sequence[Moment]) -> list[dict[str, Any]]:
    """Each step under the context that it was asked in; under the last, what that led to as well."""
    shown = [_moment(moment) for moment in moments]
    if moments and (led_to := moments[-1].after) not in (None, moments[-1].before):
        shown[-1]["led_to"] = _row(led_to, ())
    return shown


def _moment(moment: Moment) -> dict[str, Any]:
    answer = moment.answer if isinstance(moment.answer, list | tuple) else ()
    offender = {violation.where for violation in moment.found}
    marked = [_node(action) for i, action in enumerate(answer) if i in offender]
    state = moment.before or moment.after
    return {
        "name": "opened" if moment.at == OPENING else f"step {moment.at}",
        "scores": ", ".join(map(str, moment.scores[:SHOWN])) + (", ..." if len(moment.scores) > SHOWN else ""),
        "actions": [{"told": _told(action), "bad": i in offender} for i, action in enumerate(answer[:SHOWN])],
        "answer": "" if moment.answer is None else str(moment.answer)[:400] or "nothing",
        "reported": _reported(moment),
        "found": [str(violation) for violation in moment.found],
        "drawing": None if state is None else _row(state, [node for node in marked if node is not None]),
        "led_to": None,
    }


def _reported(moment: Moment) -> str:
    """The context that the allocator says it has, where it is not the one that follows from its actions."""
    if moment.reported is None or moment.after is None:
        return ""
    blocks = [tuple(block) for block in moment.after.context]
    return "" if moment.reported == blocks else f"{str(moment.reported)[:400]} instead of {str(blocks)[:400]}"


def _told(action: object) -> str:
    match action:
        case (str() as kind, int() as level, int() as start):
            return f"{kind} node ({level}, {start})"
    return str(action)


def _node(action: object) -> Block | None:
    match action:
        case (str(), int() as level, int() as start):
            return Block(level, start)
    return None


def _row(state: State, marked: Sequence[Block]) -> dict[str, Any]:
    """The context as a row of blocks, in percent of its width; a frame goes around what an offender names."""
    geometry, first = state.geometry, state.context[0].start
    unit = 100 / (state.end - first)

    def place(block: Block) -> tuple[float, float]:
        return (block.start - first) * unit, _span(geometry, block.level) * unit

    boxes = []
    for block in state.context:
        left, width = place(block)
        boxes.append(
            {
                "level": block.level,
                "start": block.start,
                "takes": counted(geometry.slots(block.level), "slot"),
                "left": f"{left:.3f}",
                "middle": f"{left + width / 2:.3f}",
                "width": f"{width:.3f}",
                "named": width >= LABELLED / 4,
                "narrow": width < LABELLED,
            }
        )
    frames = []
    for block in marked:
        left, width = place(block)
        left, right = max(0.0, left), min(100.0, left + width)
        if right > left:
            frames.append({"left": f"{left:.3f}", "width": f"{right - left:.3f}"})
    return {
        "boxes": boxes,
        "frames": frames,
        "label": f"context of {counted(len(state.context), 'block')}, slots used: {state.used} of {state.params.w_max}",
        "iteration": state.iteration,
    }


def _span(geometry: Geometry, level: int) -> int:
    return geometry.span(level) if 0 <= level <= geometry.top else geometry.span(0)
