"""What is owed about answering at all (clauses ANS-1 to ANS-3)."""

from __future__ import annotations

from collections.abc import Iterator

from focalloc.spec.clauses import WHOLE, Finding, clause


@clause("ANS-1")
def unanswered(answered: bool, limit: str) -> Iterator[Finding]:
    """ANS-1: every call is answered; selection terminates whatever the scores."""
    if not answered:
        yield WHOLE, f"no answer within {limit}; the selection does not terminate or is far too slow"


@clause("ANS-2")
def tampered(before: object, after: object, what: str) -> Iterator[Finding]:
    """ANS-2: an allocator leaves what it is given as it was."""
    if before != after:
        yield WHOLE, f"the allocator changed the {what} it was given"


@clause("ANS-3")
def accepted_nonsense(refused: bool, why: str) -> Iterator[Finding]:
    """ANS-3: input that breaks a GEO, CTX, SCO or PAR clause is refused, and the state stays as it was."""
    if not refused:
        yield WHOLE, f"accepted input that must be refused: {why}"
