"""What a theorem is: a sentence, the clauses it serves, and something that can be checked and can fail.

A theorem's *check* is a generator that takes a `Mutation`. Without one it yields what must hold of the spec or the
code as they are; with one of the theorem's own planted bugs it must yield at least one thing that does not hold.
It yields two kinds of evidence: an `Obligation` is a formula for the solvers, a `Survey` is the outcome of looking
at every case.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import z3

from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.terms import Term


class Technique(StrEnum):
    """How a theorem is established, which says what its proof covers."""

    INDUCTION = "inductive obligations"
    FORKING = "forking execution"
    MERGING = "merging execution"
    STEP_INDUCTION = "one-step induction on code"
    MODEL_CHECKING = "bounded model checking"
    FIXPOINT = "explicit-state fixpoint"
    EXHAUSTION = "every case"
    MACHINE_CODE = "every weak order on machine code"
    CONTRACTS = "CrossHair contracts"
    DEDUCTION = "deduction for every size"


@dataclass(frozen=True)
class Session:
    """A counterexample that ``focalloc replay`` runs: a session, and how it was answered.

    Attributes:
        case: the session, as `focalloc.conformance.cases.Case` reads it from JSON.
        answers: to each step its actions, the last of which are wrong; as text, why there are none.
        profile: what to judge it by.
        relaxations: where one was asked for at each step (LPR), what it was; numbers as text.
    """

    case: Mapping[str, Any]
    answers: Sequence[Sequence[Sequence[Any]] | str]
    profile: str
    relaxations: Sequence[Mapping[str, Any]] = ()


Told = Callable[[], Session | None]
"""Makes a session of a counterexample, which may take seconds; None where the spec has nothing against it."""

Telling = Callable[[Mapping[str, int]], Session | None]
"""The same, from the values that a solver found."""


@dataclass(frozen=True)
class Obligation:
    """A formula to be discharged by a solver.

    Attributes:
        name: what it says, in a few words.
        goal: what must hold wherever the assumptions do; or, for a `witness`, somewhere.
        assume: the assumptions.
        cover: something that must be possible under the assumptions, so that the goal does not hold vacuously.
        witness: the claim is that a solution of ``assume and goal`` exists.
        covered_by: the survey of the same theorem that shows that the assumptions can be met, where they hold for
            every number and no solver finds a case of them.
        steps: solver steps after which to give up, where the usual number is out of proportion; 0 where it is not.
        steps_of_second: the same of the second solver, which counts otherwise.
        parts: what it is made of, asked one by one where a solver does not decide it as a whole.
        session: makes a session of the values of a counterexample; None where they are none.
    """

    name: str
    goal: Term
    assume: Sequence[Term] = ()
    cover: Sequence[Term] = ()
    witness: bool = False
    covered_by: str = ""
    steps: int = 0
    steps_of_second: int = 0
    parts: Sequence[Obligation] = ()
    session: Telling | None = field(default=None, compare=False)

    @property
    def question(self) -> list[Term]:
        """The formulas whose joint satisfiability decides the obligation."""
        return [*self.assume, self.goal if self.witness else z3.Not(self.goal)]


@dataclass(frozen=True)
class Survey:
    """The outcome of looking at every case.

    Attributes:
        name: what was looked for, in a few words.
        cases: how many cases there were.
        telling: how many of them exercise what the theorem is about; none would make it vacuous.
        counterexample: the first case that fails, as text; empty if none does.
        undecided: why some case could not be decided; empty if all could.
        session: makes a session of the counterexample; None where it is none.
    """

    name: str
    cases: int
    telling: int
    counterexample: str = ""
    undecided: str = ""
    session: Told | None = field(default=None, compare=False)


Evidence = Obligation | Survey
Check = Callable[[Mutation], Iterator[Evidence]]


@dataclass(frozen=True)
class Theorem:
    """One theorem.

    Attributes:
        name: stable name, for the command line and the README.
        sentence: what it says, in English.
        clauses: ids of the clauses of the spec that it serves.
        technique: how it is established.
        bounds: up to where; "none" for any size and any number of iterations.
        assumes: what is assumed beyond the bounds.
        mutations: planted bugs, each of which must turn into a counterexample.
        check: yields the evidence.
        full: whether it is left out of the quick set.
        heavy: whether it takes so long that the runner should begin with it.
        file: the module that states it, as a file below ``theorems/``.
        kernels: those whose contracts it is about.
    """

    name: str
    sentence: str
    clauses: tuple[str, ...]
    technique: Technique
    bounds: str
    assumes: str
    mutations: tuple[Mutation, ...]
    check: Check = field(compare=False)
    full: bool = False
    heavy: bool = False
    file: str = ""
    kernels: tuple[str, ...] = ()

    def evidence(self, bug: Mutation = AS_SHIPPED) -> Iterator[Evidence]:
        """What must hold, with ``bug`` planted.

        Raises:
            LookupError: ``bug`` is not one of the theorem's mutations.
        """
        if bug is not AS_SHIPPED and bug not in self.mutations:
            raise LookupError(f"{self.name} has no mutation {bug.name!r}")
        return self.check(bug)


THEOREMS: dict[str, Theorem] = {}
"""Every theorem by name, in the order of statement."""


def theorem(
    name: str,
    sentence: str,
    *,
    clauses: str,
    technique: Technique,
    bounds: str = "none",
    assumes: str = "nothing",
    mutations: Sequence[str | Mutation],
    full: bool = False,
    heavy: bool = False,
    kernels: Sequence[str] = (),
) -> Callable[[Check], Check]:
    """Register the decorated generator as the check of a new theorem.

    Args:
        name: as in `Theorem`.
        sentence: as in `Theorem`.
        clauses: clause ids, separated by blanks.
        technique: as in `Theorem`.
        bounds: as in `Theorem`.
        assumes: as in `Theorem`.
        mutations: planted bugs; a string names one that the check itself plants in its model.
        full: as in `Theorem`.
        heavy: as in `Theorem`.
        kernels: as in `Theorem`.
    """

    def register(check: Check) -> Check:
        if name in THEOREMS:
            raise RuntimeError(f"two theorems are named {name}")
        if not mutations:
            raise RuntimeError(f"theorem {name} has no mutation, so nothing shows that it can fail")
        planted = tuple(Mutation(one) if isinstance(one, str) else one for one in mutations)
        file = check.__module__.partition(".theorems.")[2].replace(".", "/") + ".py"
        THEOREMS[name] = Theorem(
            name, sentence, tuple(clauses.split()), technique, bounds, assumes, planted, check, full, heavy, file,
            tuple(kernels),
        )  # fmt: skip

        @functools.wraps(check)
        def stated(bug: Mutation) -> Iterator[Evidence]:
            return check(bug)

        return stated

    return register
