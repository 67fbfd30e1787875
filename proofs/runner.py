"""Discharges theorems: asks the solvers, runs the cover checks, plants the bugs, and says honestly what came out."""

from __future__ import annotations

import itertools
import multiprocessing
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from focalloc.proofs.catalogue import named
from focalloc.proofs.engines.checking.proofs import Outcome, check
from focalloc.proofs.engines.smt import (
    Answer,
    Reply,
    ask_cvc5,
    ask_z3,
    cover_question,
    forget_impossible,
    know_impossible,
    prove_by_cvc5,
    question,
)
from focalloc.proofs.sources import Mutation, NoPlace
from focalloc.proofs.theorem import Evidence, Obligation, Session, Survey, Theorem


class Result(StrEnum):
    """What is known about a theorem."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """What came of one piece of evidence.

    Attributes:
        name: the obligation's or survey's name.
        result: what is known about it.
        rlimit: solver steps taken.
        detail: a counterexample, or why nothing is known.
        session: the counterexample as a session to replay, where it has one.
    """

    name: str
    result: Result
    rlimit: int = 0
    detail: str = ""
    session: Session | None = None


@dataclass
class Verdict:
    """One row of the table.

    Attributes:
        theorem: name of the theorem.
        findings: one per piece of evidence.
        vacuous: names of the pieces of evidence whose cover check failed.
        survivors: mutations that turned into no counterexample; None if none were planted.
        caught: how many did.
        disagreements: obligations about which the second solver says something else; None if it was not asked.
        undecided_by_second: obligations that the second solver could not decide, which is no agreement.
        covered: how many cover checks succeeded.
        asked_second: how many obligations the second solver was asked about: formulas, not surveys of cases.
        seconded: how many of them it agrees on.
        refused_proofs: obligations of which a proof is wrong, with the step; None if no proofs were asked for.
        asked_proofs: how many obligations a proof was asked for: formulas that have no solution.
        checked_proofs: of how many every step of the proof was checked.
        proof_steps: how many steps these have.
        with_holes: obligations whose proofs have steps that the checker does not know.
        without_proof: obligations of which the second solver gave no proof.
        seconds: time taken.
    """

    theorem: str
    findings: list[Finding] = field(default_factory=list)
    vacuous: list[str] = field(default_factory=list)
    survivors: list[str] | None = None
    caught: int = 0
    disagreements: list[str] | None = None
    undecided_by_second: list[str] = field(default_factory=list)
    covered: int = 0
    asked_second: int = 0
    seconded: int = 0
    refused_proofs: list[str] | None = None
    asked_proofs: int = 0
    checked_proofs: int = 0
    proof_steps: int = 0
    with_holes: list[str] = field(default_factory=list)
    without_proof: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def result(self) -> Result:
        """Refuted if any evidence is, else unknown if any is, else proved. No evidence proves nothing."""
        results = {finding.result for finding in self.findings} or {Result.UNKNOWN}
        return next(result for result in (Result.REFUTED, Result.UNKNOWN, Result.PROVED) if result in results)

    @property
    def rlimit(self) -> int:
        """Solver steps taken for the theorem itself."""
        return sum(finding.rlimit for finding in self.findings)

    @property
    def sound(self) -> bool:
        """Whether the theorem is proved by a proof that could have failed."""
        objections = self.vacuous or self.survivors or self.disagreements or self.refused_proofs
        return self.result is Result.PROVED and not objections

    @property
    def objections(self) -> list[str]:
        """What stands against the theorem, a sentence each."""
        return [
            *(f"{one.result}: {one.name}: {one.detail}" for one in self.findings if one.result is not Result.PROVED),
            *(f"vacuous: the cover check fails for {name}" for name in self.vacuous),
            *(f"the proof does not notice: {name}" for name in self.survivors or ()),
            *(f"the second solver disagrees on {name}" for name in self.disagreements or ()),
            *(f"the proof is wrong: {name}" for name in self.refused_proofs or ()),
            *(["there is no evidence"] if not self.findings else []),
        ]

    @property
    def exit_code(self) -> int:
        """0 proved; 1 refuted, vacuous, blind to a planted bug, disputed, or by a wrong proof; 3 undecided."""
        if self.sound:
            return 3 if self.undecided_by_second or self.with_holes or self.without_proof else 0
        return 3 if self.result is Result.UNKNOWN and not (self.disagreements or self.refused_proofs) else 1


def judged(theorem: Theorem, evidence: Evidence, *, told: bool = True) -> Finding:
    """What comes of one piece of evidence; ``told`` asks for a counterexample as a session, where it is one."""
    if isinstance(evidence, Survey):
        if evidence.counterexample:
            session = evidence.session() if told and evidence.session else None
            return Finding(evidence.name, Result.REFUTED, 0, evidence.counterexample, session)
        result = Result.UNKNOWN if evidence.undecided else Result.PROVED
        return Finding(evidence.name, result, 0, evidence.undecided)
    reply = ask_z3(question(theorem, evidence), **({"rlimit": evidence.steps} if evidence.steps else {}))
    if reply.answer is Answer.UNKNOWN:
        return Finding(evidence.name, Result.UNKNOWN, reply.rlimit, reply.why)
    if reply.answer is Answer.UNSAT:
        know_impossible(evidence.question)
    if (reply.answer is Answer.SAT) == evidence.witness:
        return Finding(evidence.name, Result.PROVED, reply.rlimit)
    if evidence.witness:
        return Finding(evidence.name, Result.REFUTED, reply.rlimit, "no solution exists")
    session = evidence.session(reply.values) if told and evidence.session else None
    values = ", ".join(f"{name} = {value}" for name, value in sorted(reply.values.items()))
    return Finding(evidence.name, Result.REFUTED, reply.rlimit, values or "(no variables)", session)


def judged_in_parts(theorem: Theorem, evidence: Evidence, *, told: bool = True) -> Iterator[tuple[Evidence, Finding]]:
    """As `judged`; of an obligation that is not proved as a whole, what comes of each of its parts."""
    finding = judged(theorem, evidence, told=told)
    parts = evidence.parts if isinstance(evidence, Obligation) and finding.result is not Result.PROVED else ()
    yield from ((one, judged(theorem, one, told=told)) for one in parts) if parts else [(evidence, finding)]


def covered(theorem: Theorem, evidence: Evidence) -> bool:
    """Whether the evidence says something about at least one case."""
    if isinstance(evidence, Survey):
        return evidence.telling > 0
    return ask_z3(cover_question(theorem, evidence)).answer is Answer.SAT


def killed(theorem: Theorem, bug: Mutation) -> bool:
    """Whether the theorem, with ``bug`` planted, turns into a counterexample."""
    return any(judged(theorem, evidence, told=False).result is Result.REFUTED for evidence in theorem.evidence(bug))


def prove(
    theorem: Theorem,
    *,
    mutations: bool = True,
    second_solver: bool = False,
    check_proofs: bool = False,
    smt2: Path | None = None,
) -> Verdict:
    """Discharge one theorem.

    Args:
        theorem: the theorem.
        mutations: whether to plant its bugs too.
        second_solver: whether to have cvc5 check every obligation again.
        check_proofs: whether to have cvc5 write proofs, and to check each step of them.
        smt2: directory to write every obligation to.
    """
    began = time.perf_counter()
    verdict = Verdict(
        theorem.name,
        disagreements=[] if second_solver else None,
        refused_proofs=[] if check_proofs else None,
    )
    shown: set[str] = set()
    judgements = (
        # one session shows that the theorem is refuted, and making another may take seconds
        judged_in_parts(theorem, evidence, told=all(one.session is None for one in verdict.findings))
        for evidence in theorem.evidence()
    )
    for i, (evidence, finding) in enumerate(itertools.chain.from_iterable(judgements)):
        verdict.findings.append(finding)
        if finding.result is Result.PROVED:
            by = evidence.covered_by if isinstance(evidence, Obligation) else ""
            if by in shown if by else covered(theorem, evidence):
                verdict.covered += 1
                shown.add(evidence.name)
            else:
                verdict.vacuous.append(evidence.name)
        if not isinstance(evidence, Obligation):
            continue
        if smt2 is not None:
            path = smt2 / theorem.name / f"{i:02d}-{re.sub(r'[^a-z0-9]+', '-', evidence.name.lower()).strip('-')}.smt2"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(question(theorem, evidence), encoding="utf-8")
        if verdict.disagreements is not None and finding.result is not Result.UNKNOWN:
            _second_opinion(verdict, theorem, evidence, finding)
        if verdict.refused_proofs is not None and finding.result is Result.PROVED and not evidence.witness:
            _checked_proof(verdict, verdict.refused_proofs, theorem, evidence)
    if mutations:
        verdict.survivors = []
        for bug in theorem.mutations:
            try:
                if not killed(theorem, bug):
                    verdict.survivors.append(bug.name)
            except NoPlace as changed:
                verdict.survivors.append(str(changed))
        verdict.caught = len(theorem.mutations) - len(verdict.survivors)
    forget_impossible()
    verdict.seconds = time.perf_counter() - began
    return verdict


def _asked_of_cvc5(
    theorem: Theorem, obligation: Obligation, ask: Callable[..., tuple[Reply, str]]
) -> Iterator[tuple[Obligation, str, Reply, str]]:
    """What the second solver is asked and says, with its proof; of each part, where it does not decide the whole."""
    limit = {"rlimit": obligation.steps_of_second} if obligation.steps_of_second else {}
    text = question(theorem, obligation)
    reply, proof = ask(text, **limit)
    if reply.answer is Answer.UNKNOWN and obligation.parts:
        for part in obligation.parts:
            yield from _asked_of_cvc5(theorem, part, ask)
    else:
        yield obligation, text, reply, proof


def _second_opinion(verdict: Verdict, theorem: Theorem, obligation: Obligation, finding: Finding) -> None:
    for one, _, reply, _ in _asked_of_cvc5(theorem, obligation, lambda text, **limit: (ask_cvc5(text, **limit), "")):
        verdict.asked_second += 1
        expected = Answer.SAT if (finding.result is Result.PROVED) == one.witness else Answer.UNSAT
        if reply.answer is Answer.UNKNOWN:
            verdict.undecided_by_second.append(one.name)
        elif reply.answer is expected:
            verdict.seconded += 1
        elif verdict.disagreements is not None:
            verdict.disagreements.append(one.name)


def _checked_proof(verdict: Verdict, refused: list[str], theorem: Theorem, obligation: Obligation) -> None:
    for one, text, reply, proof in _asked_of_cvc5(theorem, obligation, prove_by_cvc5):
        verdict.asked_proofs += 1
        if reply.answer is Answer.UNKNOWN:
            verdict.without_proof.append(one.name)
        elif reply.answer is Answer.SAT:
            refused.append(f"{one.name}: cvc5 says that it has a counterexample")
        elif (checked := check(text, proof)).outcome is Outcome.CHECKED:
            verdict.checked_proofs += 1
            verdict.proof_steps += checked.steps
        else:
            wrong = verdict.with_holes if checked.outcome is Outcome.HOLES else refused
            wrong.append(f"{one.name}: {checked.why}")


def _prove_by_name(
    name: str, mutations: bool, second_solver: bool, check_proofs: bool, smt2: Path | None
) -> Verdict:
    # A worker process is sent names: checks are generators and do not travel.
    (theorem,) = named([name])
    return prove(theorem, mutations=mutations, second_solver=second_solver, check_proofs=check_proofs, smt2=smt2)


def prove_all(
    theorems: Iterable[Theorem],
    *,
    jobs: int = 1,
    mutations: bool = True,
    second_solver: bool = False,
    check_proofs: bool = False,
    smt2: Path | None = None,
) -> Iterator[Verdict]:
    """Discharge theorems, yielding each verdict as it is reached.

    Args:
        theorems: the theorems.
        jobs: processes to use; with 1 everything happens in this one, in order.
        mutations: as in `prove`.
        second_solver: as in `prove`.
        check_proofs: as in `prove`.
        smt2: as in `prove`.
    """
    ordered: Sequence[Theorem] = sorted(theorems, key=lambda theorem: not theorem.heavy) if jobs > 1 else [*theorems]
    if jobs == 1:
        for theorem in ordered:
            yield prove(
                theorem, mutations=mutations, second_solver=second_solver, check_proofs=check_proofs, smt2=smt2
            )
        return
    # A fresh interpreter per worker: Z3 and Numba do not survive a fork.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = (mutations, second_solver, check_proofs, smt2)
        waiting = [pool.submit(_prove_by_name, theorem.name, *asked) for theorem in ordered]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            for one in waiting:
                one.cancel()
