"""What a conformance run found, as plain data."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec

from focalloc.conformance.capabilities import CALLS
from focalloc.conformance.cases import Case
from focalloc.conformance.judge import Status, Verdict
from focalloc.spec import SPEC_VERSION
from focalloc.spec.clauses import WHOLE, profile_clauses
from focalloc.spec.printable import counted, indented, on_one_line

EXIT_STATUS: dict[Status, int] = {"pass": 0, "fail": 1, "error": 1, "skip": 3, "unknown": 3}
"""What a command that ends with this verdict exits with."""


NEEDED_BY = {
    "ingest": ("ING-1", "ING-2", "ING-3", "ING-4", "ING-5", "ING-6"),
    "context": ("CTX-6",),
    "positions": ("CTX-5",),
    "ledger_size": ("COO-2",),
    "pin": ("PIN-1", "PIN-2"),
    "pins": ("PIN-3",),
    "release": ("REL-1", "REL-2", "REL-3", "REL-4"),
    "ingest_tokens": ("FIL-1", "FIL-2", "FIL-3"),
    "edits": ("EDI-1", "EDI-2", "EDI-3"),
    "reclaim_ahead": ("ING-6",),
    "memory_shift": ("MEM-1", "MEM-2"),
    "lean": ("MEM-3",),
    "cursor": ("CUR-1",),
    "relaxation": ("LPR-1", "LPR-2", "LPR-3"),
    "prefer": ("PRO-1",),
    "layout": ("LAY-1", "LAY-2", "LAY-3", "LAY-4", "LAY-5"),
}
"""Optional call -> clauses that can only be judged with it."""


def lacking(
    profile: str, offers: Callable[[str], bool], stakes: Mapping[str, int], without: Collection[str] = ()
) -> tuple[str, ...]:
    """The optional calls without which some clause of ``profile`` was not judged.

    Args:
        profile: what was judged by.
        offers: whether the allocator says that it offers a call; edits come with answers, unsaid.
        stakes: how often each clause was at stake.
        without: calls that are said to be left out, and need not be said again.
    """
    bound = set(profile_clauses(profile))
    wanted = (what for what, needed in NEEDED_BY.items() if what not in without and not bound.isdisjoint(needed))
    return tuple(what for what in wanted if not (stakes.get("EDI-1") if what == "edits" else offers(what)))


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A broken clause: `focalloc.spec.Violation` as data."""

    clause: str
    message: str
    where: int = WHOLE


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A failure that the implementer knows of.

    Attributes:
        id: the clause, ``error``, or ``skip:`` and what is skipped.
        reason: why it is so.
        link: where it is tracked.
    """

    id: str
    reason: str
    link: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which an allocator does not conform, with the smallest session that shows it.

    Attributes:
        id: what known-failure lists call it: the clause, or ``error``.
        status: ``fail`` or ``error``.
        message: the sentence that says why.
        found: every clause that the offending answer breaks.
        at: index of the offending step in `case`; -1 for the opening.
        case: the session.
        target: the allocator, as given on the command line where it was.
        profile: what it was judged by.
        seed: seed of the run.
        batch: the batch of the run that it was found in.
        repeatable: whether judging the same session again, in a fresh process, found the same.
        leaks: whether it takes an earlier session of the same process; `case` then holds both, one after the other.
        path: where the session was saved; empty if it was not.
        program: whether the target is a command line rather than ``module:factory``.
    """

    id: str
    status: Literal["fail", "error"]
    message: str
    found: tuple[Finding, ...]
    at: int
    case: Case
    target: str
    profile: str
    seed: int
    batch: int
    repeatable: bool = True
    leaks: bool = False
    path: str = ""
    program: bool = False

    @property
    def replay(self) -> str:
        """The command that plays the session again; empty if it was not saved.

        It names the allocator, as ``focalloc replay`` runs nothing that only a file names.
        """
        named = f"--exec {shlex.quote(self.target)}" if self.program else f"--target {shlex.quote(self.target)}"
        return f"focalloc replay {shlex.quote(self.path)} {named}" if self.path else ""


def ids_of(verdict: Verdict) -> tuple[str, ...]:
    """The ids of what is wrong by ``verdict``: each clause that is broken, or ``error``; none for other verdicts."""
    if verdict.status not in ("fail", "error"):
        return ()
    return tuple(dict.fromkeys(violation.clause for violation in verdict.violations)) or ("error",)


def failures_of(
    verdict: Verdict, case: Case, *, target: str, profile: str, seed: int, batch: int, program: bool = False
) -> tuple[Failure, ...]:
    """The failures that ``verdict`` is about, one for each of its `ids_of`."""
    first = failure(verdict, case, target=target, profile=profile, seed=seed, batch=batch, program=program)
    others = (
        msgspec.structs.replace(
            first, id=one, message=next(str(found) for found in verdict.violations if found.clause == one)
        )
        for one in ids_of(verdict)[1:]
    )
    return (first, *others)


def failure(
    verdict: Verdict, case: Case, *, target: str, profile: str, seed: int, batch: int, program: bool = False
) -> Failure:
    """The failure that ``verdict``, a ``fail`` or an ``error``, is about first."""
    return Failure(
        id=verdict.clause or "error",
        status="fail" if verdict.status == "fail" else "error",
        message=verdict.why,
        found=tuple(Finding(v.clause, v.message, v.where) for v in verdict.violations),
        at=verdict.at,
        case=case,
        target=target,
        profile=profile,
        seed=seed,
        batch=batch,
        program=program,
    )


class Versions(msgspec.Struct, frozen=True):
    """What the run ran on."""

    focalloc: str
    spec: str
    python: str


def versions_here() -> Versions:
    """The versions of this process."""
    return Versions(version("focalloc"), SPEC_VERSION, platform.python_version())


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run.

    Attributes:
        target: the allocator.
        profile: what it was judged by.
        seed: everything that was generated follows from it.
        asked: sessions asked for.
        examples: sessions judged, shrinking not counted.
        answered: iterations and ingests judged in them.
        verdicts: sessions by verdict.
        failures: one per id, each with its smallest session.
        skips: what the allocator said it does not support, as ``cause: why``, and how often.
        lost: why sessions were not judged, and how many; they are ``unknown`` in `verdicts`.
        not_offered: optional calls that the allocator does not have, so that their clauses were not judged.
        left_out: what no session had, as the allocator said, or its user, that it does not support it.
        known: failures that the implementer declared beforehand.
        notes: what else there is to know of the run, a sentence each.
        versions: what the run ran on.
        stakes: how often each clause was at stake, counted up to some number in each batch.
        recorded: what came of the recorded session over a document, or why it was not put; empty in a short run.
    """

    target: str
    profile: str
    seed: int
    asked: int
    examples: int
    answered: int
    verdicts: dict[Status, int]
    failures: tuple[Failure, ...] = ()
    skips: dict[str, int] = {}
    lost: dict[str, int] = {}
    not_offered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    notes: tuple[str, ...] = ()
    versions: Versions = msgspec.field(default_factory=versions_here)
    stakes: dict[str, int] = {}
    recorded: str = ""

    @property
    def unexpected(self) -> tuple[Failure, ...]:
        """Failures that nobody declared."""
        declared = {one.id for one in self.known}
        return tuple(failed for failed in self.failures if failed.id not in declared)

    @property
    def by_news(self) -> tuple[Failure, ...]:
        """The failures, new ones before those that were declared."""
        new = self.unexpected
        return (*new, *(failed for failed in self.failures if failed not in new))

    @property
    def skipped(self) -> tuple[str, ...]:
        """Why sessions were skipped, as known-failure lists call it: ``skip:ingest`` and the like."""
        return tuple(dict.fromkeys(f"skip:{why.partition(': ')[0]}" for why in self.skips))

    @property
    def outlived(self) -> tuple[Known, ...]:
        """Declared failures that did not happen although they could have: what was not judged has not been mended."""
        happened = {failed.id for failed in self.failures} | set(self.skipped) | set(self.unjudged)
        whole = not self.cut_short and self.verdicts.get("skip", 0) < self.examples
        return tuple(
            one
            for one in self.known
            if one.id not in happened and (whole or (one.id != "error" and not one.id.startswith("skip:")))
        )

    @property
    def unjudged(self) -> dict[str, str]:
        """Clauses that were not judged, or not in full, and why; a failure that was found stays one."""
        reasons = dict.fromkeys(profile_clauses(self.profile), "not judged, or not in full") if self.cut_short else {}
        for why in self.skips:
            for clause in NEEDED_BY.get(why.partition(": ")[0], ()):
                reasons[clause] = f"not judged, or not in full: {why}"
        for clause in self.never_at_stake:
            reasons[clause] = self._why_never(clause)
        return reasons | self._not_asked

    @property
    def _not_asked(self) -> dict[str, str]:
        """Clauses that need a call that was left out or is not offered, and why they were not judged."""
        reasons: dict[str, str] = {}
        for call, said in CALLS.items():
            if said in self.left_out:
                reasons |= dict.fromkeys(NEEDED_BY.get(call, ()), f"not judged, or not in full: left out, {said}")
        for what in self.not_offered:
            reasons |= dict.fromkeys(NEEDED_BY[what], f"not judged: the allocator does not offer {what}")
        return reasons

    @property
    def never_at_stake(self) -> tuple[str, ...]:
        """Clauses that nothing in these sessions could have broken."""
        return tuple(clause for clause, times in self.stakes.items() if not times)

    def _why_never(self, clause: str) -> str:
        if self.profile == "safety" and clause[:3] in ("GEO", "PAR", "SCO"):
            return "never at stake: a definition, and what breaks it is not given to an allocator of this profile (F-3)"
        if clause[:3] in ("GEO", "PAR"):
            return "never at stake: nothing that breaks it could be given"
        if clause == "ANS-2":
            return "never at stake: a program cannot change what it is sent"
        return "never at stake: no answer in these sessions could have broken it; more sessions may reach it"

    @property
    def cut_short(self) -> bool:
        """Whether some sessions got no verdict, though no failure ended the run before them, or none was answered."""
        lost = self.verdicts.get("unknown", 0) > 0 or (self.examples < self.asked and not self.failures)
        return lost or self.examples == 0 or self.answered == 0

    @property
    def status(self) -> Status:
        """The verdict on the whole. A run in which nothing was answered is no pass, nor is one with a skip.

        Declared failures do not count; one that did not happen does.
        """
        if self.outlived or any(failed.status == "fail" for failed in self.unexpected):
            return "fail"
        if self.unexpected:
            return "error"
        if set(self.skipped) - {one.id for one in self.known}:
            return "skip"
        return "unknown" if self.cut_short or self.examples < self.asked else "pass"

    @property
    def reserve(self) -> str:
        """What a pass passes over, to be said with it: what was left out, and the declared failures."""
        if self.status != "pass":
            return ""
        known = ", ".join(one.id for one in self.known)
        within = " within what it supports" if self.left_out else ""
        return within + (f" but for known failures ({known})" if known else "")

    @property
    def exit_status(self) -> int:
        """What a command that ran this exits with."""
        return EXIT_STATUS[self.status]

    def raise_for_failures(self) -> None:
        """Raise `NotConformant` unless the verdict is ``pass``."""
        if self.status != "pass":
            raise NotConformant(self)

    def summary(self) -> str:
        """The run in a few lines of plain text, each failure with its sentence and the command that replays it."""
        counts = ", ".join(f"{n:,} {status}" for status, n in self.verdicts.items() if n)
        lines = [
            f"{on_one_line(self.target)}: {self.status.upper()}{self.reserve} by profile {self.profile} "
            f"({self.examples:,} of {counted(self.asked, 'session')} judged: {counts or 'none'}; "
            f"{counted(self.answered, 'answer')}; seed {self.seed}; "
            f"focalloc {self.versions.focalloc}, spec {self.versions.spec})"
        ]
        for failed in self.by_news:
            lines.append(indented(f"  {failed.id}: {failed.message.removeprefix(f'{failed.id}: ')}"))
            if failed.leaks:
                lines.append(
                    "    it takes an earlier session, which the case holds, too: something outlives the second open"
                )
            if not failed.repeatable:
                lines.append(
                    "    judged again, the same session gave another verdict: the allocator is not deterministic"
                )
            if failed.path:
                lines.append(f"    replay: {on_one_line(failed.replay)}")
            lines += [on_one_line(f"    known: {one.reason} {one.link}") for one in self.known if one.id == failed.id]
        lines += [
            on_one_line(f"  {one.id}: declared as a known failure ({one.reason}), but it passes")
            for one in self.outlived
        ]
        lines += [indented(f"  skipped {counted(times, 'time')}: {why}") for why, times in self.skips.items()]
        lines += [on_one_line(f"  {counted(count, 'session')} unknown: {why}") for why, count in self.lost.items()]
        if self.left_out:
            lines.append(f"  left out, as it is not supported: {'; '.join(self.left_out)}")
        if self.not_offered:
            lines.append(f"  not offered, so not judged: {', '.join(self.not_offered)}")
        if never := [one for one in self.never_at_stake if one not in self._not_asked]:
            lines.append(f"  never at stake, so not judged: {', '.join(never)}")
        if at_stake := {one: times for one, times in self.stakes.items() if times}:
            least = min(at_stake, key=lambda one: at_stake[one])
            each = f"each {counted(at_stake[least], 'time')} or more ({least})"
            lines.append(f"  at stake: {counted(len(at_stake), 'clause')}, {each}")
        if self.recorded:
            lines.append(on_one_line(f"  recorded session over a document: {self.recorded}"))
        lines += [on_one_line(f"  {note}") for note in self.notes]
        return "\n".join(lines)


class NotConformant(AssertionError):
    """The allocator does not conform, or was not judged; the message is the report's summary.

    Attributes:
        report: the whole report.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(report.summary())
        self.report = report


def saved(failures: Sequence[Failure], folder: Path) -> tuple[tuple[Failure, ...], tuple[str, ...]]:
    """``failures`` as `save_failure` returns them, and a sentence if they could not be saved; that loses no verdict."""
    try:
        return tuple(save_failure(failed, folder) for failed in failures), ()
    except OSError as error:
        return tuple(failures), (f"no session could be saved in {folder}: {error.strerror or error}",)


def save_failure(failed: Failure, folder: Path) -> Failure:
    """Write ``failed`` into ``folder``, and return it with its path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() else "-" for c in failed.target).strip("-")[:60]
    path = folder / f"{name}-{failed.profile}-{failed.id}.json"
    saved = msgspec.structs.replace(failed, path=str(path))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(saved, order="deterministic"), indent=2) + b"\n")
    return saved
