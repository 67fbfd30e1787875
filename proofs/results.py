"""What came of theorems, as plain data and as totals; counterexamples that are sessions are saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from focalloc.proofs.runner import Verdict
from focalloc.proofs.theorem import Session, Theorem
from focalloc.spec.printable import counted

FAILURES = Path("focalloc-failures/theorems")
"""Where counterexamples are saved."""


def statement(theorem: Theorem) -> dict[str, Any]:
    """What a theorem says and how it is established."""
    names = ("name", "sentence", "clauses", "technique", "file", "full", "bounds", "assumes")
    return {name: getattr(theorem, name) for name in names} | {"bugs": [bug.name for bug in theorem.mutations]}


def outcome(theorem: Theorem, verdict: Verdict) -> dict[str, Any]:
    """What came of a theorem; counterexamples that are sessions are saved."""
    told = asdict(verdict)
    for finding in told["findings"]:
        del finding["session"]
    saved = [str(path) for path in saved_sessions(theorem, verdict)]
    return told | {"result": verdict.result, "objections": verdict.objections, "replay": saved}


def saved_sessions(theorem: Theorem, verdict: Verdict) -> list[Path]:
    """Save the counterexamples that are sessions, for ``focalloc replay``; return their files."""
    return [_saved(theorem, one.session) for one in verdict.findings if one.session is not None]


def _saved(theorem: Theorem, session: Session) -> Path:
    path = FAILURES / f"{theorem.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = asdict(session) | {"source": f"counterexample of {theorem.name}: {theorem.sentence}"}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return path


def exit_status(verdicts: Sequence[Verdict]) -> int:
    """That of a run: 1 if something failed, else 3 if something is not decided, else 0."""
    codes = [verdict.exit_code for verdict in verdicts]
    return 1 if 1 in codes else max(codes, default=0)


def totals(verdicts: Sequence[Verdict]) -> list[str]:
    """A run in a few lines; the last says how it ended."""
    obligations = sum(len(verdict.findings) for verdict in verdicts)
    covered = sum(verdict.covered for verdict in verdicts)
    caught = sum(verdict.caught for verdict in verdicts)
    survived = sum(len(verdict.survivors or ()) for verdict in verdicts)
    lines = [f"{counted(obligations, 'obligation')}, {covered:,} of them with a satisfiable cover"]
    if any(verdict.survivors is not None for verdict in verdicts):
        lines.append(f"{counted(caught + survived, 'planted bug')}, {caught:,} of them caught")
    if asked := sum(verdict.asked_second for verdict in verdicts):
        agreed = sum(verdict.seconded for verdict in verdicts)
        undecided = sum(len(verdict.undecided_by_second) for verdict in verdicts)
        other = asked - agreed - undecided
        lines.append(
            f"{counted(asked, 'formula')} put to cvc5: {agreed:,} agreed, {other} disputed, {undecided} not decided"
        )
    if asked := sum(verdict.asked_proofs for verdict in verdicts):
        checked = sum(verdict.checked_proofs for verdict in verdicts)
        holes, missing = (sum(len(getattr(one, what)) for one in verdicts) for what in ("with_holes", "without_proof"))
        steps = sum(verdict.proof_steps for verdict in verdicts)
        lines.append(
            f"{counted(asked, 'proof')} asked of cvc5: {checked:,} checked, in {counted(steps, 'step')}, "
            f"{holes} with holes, {missing} not given, {asked - checked - holes - missing} refused"
        )
    names = {code: [one.theorem for one in verdicts if one.exit_code == code] for code in (0, 1, 3)}
    lines += [f"{what}: {', '.join(names[code])}" for what, code in (("failed", 1), ("not decided", 3)) if names[code]]
    proved, failed, not_decided = map(len, names.values())
    return [*lines, f"{counted(len(verdicts), 'theorem')}: {proved} proved, {failed} failed, {not_decided} not decided"]
