"""Known failures: what an implementer knows to be broken, and answers for.

The file is a JSON array of ``{"id", "reason", "link"}``. An ``id`` is a clause, ``error``, or ``skip:`` and what is
skipped. A known failure that no longer happens is as much a reason to fail the run as a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from focalloc.conformance.decoding import decoded
from focalloc.conformance.judge import SKIPPED
from focalloc.conformance.report import Known, Report
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.errors import InvalidInput
from focalloc.spec.files import unusable

OTHER_IDS = ("error", *(f"skip:{cause}" for cause in SKIPPED))
"""Ids that are no clause."""


def load_known(path: Path, profile: str) -> tuple[Known, ...]:
    """The known failures listed in ``path``.

    Raises:
        InvalidInput: the file cannot be read, is no such list, names an id twice, or one that ``profile`` has not.
    """
    try:
        listed = decoded(path.read_bytes(), tuple[Known, ...])
    except OSError as error:
        raise unusable("xfail", path, error) from error
    except msgspec.DecodeError as error:
        raise InvalidInput("xfail", str(path), f"must be a JSON array of known failures: {error}") from error
    known_ids = (*profile_clauses(profile), *OTHER_IDS)
    for i, one in enumerate(listed):
        if one.id == "skip":
            raise InvalidInput(f"xfail[{i}].id", one.id, f"must say what is skipped: {', '.join(OTHER_IDS[1:])}")
        if one.id not in known_ids:
            raise InvalidInput(f"xfail[{i}].id", one.id, f"is stale: profile {profile} has no such test")
        for name in ("reason", "link"):
            if not getattr(one, name).strip():
                raise InvalidInput(f"xfail[{i}].{name}", getattr(one, name), f"a known failure needs a {name}")
        if one.id in {other.id for other in listed[:i]}:
            raise InvalidInput(f"xfail[{i}].id", one.id, "is listed twice")
    return listed


def with_known(report: Report, known: Sequence[Known]) -> Report:
    """``report`` with the failures that its implementer declared."""
    return msgspec.structs.replace(report, known=tuple(known))
