"""A saved session once more: what a file holds, and what the judge says of whoever answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from focalloc.conformance.cases import Case, from_json
from focalloc.conformance.decoding import decoded
from focalloc.conformance.judge import Moment, Verdict, judged
from focalloc.conformance.report import Failure
from focalloc.conformance.targets import PythonTarget, Target
from focalloc.conformance.transcripts import Reciter, Transcript
from focalloc.conformance.vectors import Vector, case_of, shipped
from focalloc.spec.errors import InvalidInput
from focalloc.spec.files import unusable


@dataclass(frozen=True)
class Saved:
    """What a file holds.

    Attributes:
        case: the session.
        found: the failure, vector or transcript that it is part of; None for a bare session.
    """

    case: Case
    found: Failure | Vector | Transcript | None = None

    @property
    def profile(self) -> str:
        """What it is to be judged by, unless said otherwise."""
        return self.found.profile if self.found else "safety"

    @property
    def notes(self) -> tuple[str, ...]:
        """What it says of itself, a sentence each."""
        source = self.found.source if isinstance(self.found, Transcript) else ""
        return tuple(filter(None, (source, self.case.note)))

    def recited(self, name: str) -> Callable[[], Target]:
        """What gives the answers of a transcript again, under this name.

        Raises:
            InvalidInput: it has none.
        """
        if not isinstance(self.found, Transcript):
            raise InvalidInput("answers", None, "are in a transcript only, as focalloc prove saves it")
        return partial(PythonTarget, partial(Reciter, self.found), name)


def read(file: Path) -> Saved:
    """What ``file`` holds, which may also be the id of a vector that ships.

    Raises:
        InvalidInput: it cannot be read, or is no session.
    """
    if not file.suffix and not file.exists():
        known = {one.id: one for one in shipped()}
        if str(file) not in known:
            raise InvalidInput("file", str(file), "is neither a file nor the id of a shipped vector")
        return Saved(case_of(known[str(file)]), known[str(file)])
    try:
        text = file.read_bytes()
    except OSError as error:
        raise unusable("file", file, error) from error
    try:
        top = decoded(text, object)
        if isinstance(top, dict) and "answers" in top:
            told = decoded(text, Transcript)
            return Saved(told.case, told)
        if isinstance(top, dict) and "case" in top:
            failed = decoded(text, Failure)
            return Saved(failed.case, failed)
        if isinstance(top, dict) and "spec_version" in top:
            vector = decoded(text, Vector)
            return Saved(case_of(vector), vector)
        return Saved(from_json(text))
    except msgspec.DecodeError as error:
        raise InvalidInput("file", str(file), f"is no saved session: {error}") from error


def replayed(case: Case, open_target: Callable[[], Target], profile: str, watch: Callable[[Moment], None]) -> Verdict:
    """Put the allocator that ``open_target`` makes through a session; a pass of nothing at all is unknown.

    Args:
        case: the session.
        open_target: makes the allocator.
        profile: what to judge it by.
        watch: is given each moment as it has passed.
    """
    with open_target() as target:
        verdict = judged(target, case, profile, watch)
    if verdict.status == "pass" and not verdict.put:
        return replace(verdict, status="unknown", why="nothing in it is put to such an allocator")
    return verdict


def as_data(moment: Moment) -> dict[str, Any]:
    """A moment as plain data; an answer that is none, as it shows."""
    after = moment.after
    return {
        "at": moment.at,
        "scores": list(moment.scores),
        "answer": msgspec.to_builtins(moment.answer, enc_hook=repr),
        "broken": [{"clause": one.clause, "message": one.message, "where": one.where} for one in moment.found],
        "reported": msgspec.to_builtins(moment.reported, enc_hook=repr),
        "context": [list(block) for block in after.context] if after else None,
        "used": after.used if after else None,
    }
