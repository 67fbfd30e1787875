"""The report as a page: a summary by clause, and each failure with its smallest session drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from focalloc.conformance.judge import OPENING, Moment
from focalloc.conformance.report import Failure, Report
from focalloc.spec import Geometry, State
from focalloc.spec.blocks import Block
from focalloc.spec.clauses import clauses, profile_clauses

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
    folder = files("focalloc.conformance")
    template, style = (folder.joinpath(name).read_text(encoding="utf-8") for name in ("page.html", "failure.css"))
    counts = ", ".join(f"{count:,} {status}" for status, count in report.verdicts.items()) or "none"
    values = {
        "TITLE": f"{report.target}: {WORDS[report.status]}{report.reserve}",
        "STATUS": report.status,
        "WORDS": WORDS[report.status] + report.reserve,
        "TARGET": report.target,
        "PROFILE": report.profile,
        "FACTS": (
            f"{report.examples:,} of {report.asked:,} sessions judged ({counts}), {report.answered:,} answers; "
            f"seed {report.seed}; focalloc {report.versions.focalloc}, spec {report.versions.spec}, "
            f"Python {report.versions.python}, Hypothesis {report.versions.hypothesis}"
        ),
    }
    parts = {
        "FAILURE_STYLE": style,
        "CLAUSES": "\n".join(_row_of(report, one) for one in (*profile_clauses(report.profile), "error")),
        "NOTES": _notes(report),
        "FAILURES": "\n".join(drawn(failed, pictures.get(failed.id, ())) for failed in report.failures),
    }
    for name, value in values.items():
        template = template.replace(f"{{{{{name}}}}}", escape(value))
    for name, value in parts.items():
        template = template.replace(f"{{{{{name}}}}}", value)
    return template


def _row_of(report: Report, test: str) -> str:
    """The line of a clause, or of ``error``, in the summary."""
    failed = next((one for one in report.failures if one.id == test), None)
    known = next((one for one in report.known if one.id == test), None)
    if failed is not None:
        sentence = failed.message.removeprefix(f"{test}: ").partition("\n")[0]
        state, said = ("known", known.reason) if known else ("fail", sentence)
    elif known is not None:
        state, said = "fail", "declared as failing, but passes"
    elif test in report.unjudged:
        state, said = "unknown", report.unjudged[test]
    elif test == "error" and report.cut_short:
        state, said = "unknown", "some were lost, or nothing was answered"
    else:
        state, said = "pass", ""
    mark = {"pass": "held", "fail": "broken", "known": "known", "unknown": "?"}[state]
    link = f'<a href="#{test}">{test}</a>' if failed else test
    title = clauses()[test].title if test in clauses() else "Sessions run to their end"
    return (
        f'<tr class="{state}"><th scope="row">{link}</th><td>{escape(title)}</td>'
        f'<td class="mark">{mark}</td><td>{escape(said)}</td></tr>'
    )


def _notes(report: Report) -> str:
    notes = [f"Skipped {times:,} times: {why}" for why, times in report.skips.items()]
    if report.not_offered:
        notes.append(f"Not offered by the allocator, so not judged: {', '.join(report.not_offered)}.")
    notes += [f"{one.id} is declared as a known failure ({one.reason}), but passes." for one in report.outlived]
    if lost := report.verdicts.get("unknown"):
        notes.append(f"{lost:,} sessions are unknown: whatever process judges them ends; by the allocator?")
    return "".join(f"<p>{escape(note)}</p>" for note in notes)


def drawn(failed: Failure, moments: Sequence[Moment]) -> str:
    """A failure as a section of a page: the sentence that says why, the replay, and its session as rows of blocks.

    It is styled by ``failure.css``.

    Args:
        failed: the failure.
        moments: what happened, step by step.
    """
    title = clauses()[failed.id].title if failed.id in clauses() else "The session broke down"
    replay = f"<pre><code>{escape(failed.replay)}</code></pre>" if failed.replay else ""
    flaky = (
        ""
        if failed.repeatable
        else "<p>Judged again, the same session gave another verdict: the allocator is not deterministic.</p>"
    )
    params = ", ".join(f"{name} = {value}" for name, value in failed.case.params.to_dict().items())
    rows = "\n".join(_moment(moment, failed) for moment in moments)
    return (
        f'<section class="failure" id="{failed.id}"><h2><span>{failed.id}</span> {escape(title)}</h2>'
        f'<p class="why">{escape(failed.message.removeprefix(f"{failed.id}: "))}</p>{flaky}{replay}'
        f"<p class='small'>arity {failed.case.geometry.arity}, cost {failed.case.geometry.cost}; {escape(params)}</p>"
        f"{rows}</section>"
    )


def _moment(moment: Moment, failed: Failure) -> str:
    name = "opened" if moment.at == OPENING else f"step {moment.at + 1}"
    scores = ", ".join(map(str, moment.scores[:SHOWN])) + (", ..." if len(moment.scores) > SHOWN else "")
    said = f"<p class='small'>scores {escape(scores)}</p>" if moment.scores else ""
    answer = moment.answer if isinstance(moment.answer, list | tuple) else ()
    offender = {violation.where for violation in moment.found}
    items = "".join(
        f'<li class="{"bad" if i in offender else ""}">{escape(_told(action))}</li>'
        for i, action in enumerate(answer[:SHOWN])
    )
    listed = f"<ol>{items}</ol>" if items else ""
    if moment.answer is not None and not items:
        listed = f"<p class='small'>answer: {escape(str(moment.answer) or 'nothing')[:400]}</p>"
    found = "".join(f"<p class='why'>{escape(str(violation))}</p>" for violation in moment.found)
    marked = [_node(action) for i, action in enumerate(answer) if i in offender]
    state = moment.before or moment.after
    drawing = _row(state, [node for node in marked if node is not None]) if state is not None else ""
    return f'<div class="moment"><h3>{name}</h3><div>{drawing}{said}{listed}{found}</div></div>'


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


def _row(state: State, marked: Sequence[Block]) -> str:
    """The context as a row of blocks: width for tokens, colour for level, a frame around what an offender names."""
    geometry, first = state.geometry, state.context[0].start
    unit = 100 / (state.end - first)

    def place(block: Block) -> tuple[float, float]:
        return (block.start - first) * unit, _span(geometry, block.level) * unit

    boxes = []
    for block in state.context:
        left, width = place(block)
        boxes.append(
            f'<rect class="l{min(block.level, 4)}" x="{left:.3f}%" y="6" width="{width:.3f}%" height="26">'
            f"<title>level {block.level}, token {block.start}, {geometry.slots(block.level)} slots</title></rect>"
        )
        if width >= LABELLED / 4:
            narrow = "" if width >= LABELLED else ' class="narrow"'
            boxes.append(f'<text{narrow} x="{left + width / 2:.3f}%" y="23">{block.level}: {block.start}</text>')
    for block in marked:
        left, width = place(block)
        left, right = max(0.0, left), min(100.0, left + width)
        if right > left:
            boxes.append(f'<rect class="frame" x="{left:.3f}%" y="4" width="{right - left:.3f}%" height="30"/>')
    label = f"context of {len(state.context)} blocks, {state.used} of {state.params.w_max} slots"
    return (
        f'<svg role="img" aria-label="{label}">{"".join(boxes)}</svg>'
        f"<p class='small'>{label}, iteration {state.iteration}</p>"
    )


def _span(geometry: Geometry, level: int) -> int:
    return geometry.span(level) if 0 <= level <= geometry.top else geometry.span(0)
