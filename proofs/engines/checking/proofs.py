"""A proof as cvc5 writes it, step by step, against the question that was asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from focalloc.proofs.engines.checking.rules import Rules, Step
from focalloc.proofs.engines.checking.terms import BOOL, OF_BOOL, OF_INT, SUMS, Terms, Tree, Unreadable, trees


class Outcome(StrEnum):
    """What came of a proof."""

    CHECKED = "checked"
    HOLES = "holes"
    REFUSED = "refused"


@dataclass(frozen=True)
class Check:
    """What came of a proof.

    Attributes:
        outcome: whether every step is right and the last one says `false` of what was asked.
        steps: how many were looked at.
        why: the first step that is not right, or the rules that are not known.
    """

    outcome: Outcome
    steps: int
    why: str = ""


NOTHING: frozenset[int] = frozenset()
"""Nothing that is assumed for a while."""


class Refused(Exception):
    """A proof is wrong."""


class Asked:
    """A question in SMT-LIB: its names with their sorts, and what it asserts."""

    def __init__(self, text: str) -> None:
        """Read a question.

        Raises:
            Unreadable: it has commands that are not known here.
        """
        sorts: dict[str, str] = {}
        asserted: list[Tree] = []
        for command in trees(text):
            match command:
                case ["declare-fun", str() as name, _, str() as sort] | ["declare-const", str() as name, str() as sort]:
                    if name in OF_BOOL | OF_INT | SUMS | {"ite", "/"} or name.startswith("@") or name in sorts:
                        raise Unreadable(f"{name} is declared")
                    sorts[name] = sort
                case ["assert", one]:
                    asserted.append(one)
                case ["declare-sort", str() as name, _] if name not in (BOOL, "Int", "Real"):
                    pass
                case ["set-logic" | "set-info" | "check-sat", *_]:
                    pass
                case _:
                    raise Unreadable("a command is not known")
        self.terms = Terms(sorts)
        self.asserted = {self.terms.read(one, {}) for one in asserted}


def check(question: str, proof: str) -> Check:
    """What comes of a proof that the question has no solution; no step is taken on trust.

    Args:
        question: in SMT-LIB, as a solver was asked.
        proof: in cvc5's format (CPC), with conclusions.
    """
    try:
        reading = _Reading(Asked(question))
    except (Unreadable, RecursionError) as why:
        return Check(Outcome.HOLES, 0, f"the question: {why}")
    try:
        for tree in trees(proof):
            for command in tree if isinstance(tree, list) and tree and isinstance(tree[0], list) else [tree]:
                reading.read(command)
        reading.end()
    except (Refused, Unreadable) as why:
        return Check(Outcome.REFUSED, reading.steps, str(why))
    except RecursionError:
        return Check(Outcome.HOLES, reading.steps, "terms that are too deep")
    if reading.unknown:
        return Check(Outcome.HOLES, reading.steps, ", ".join(sorted(reading.unknown)))
    return Check(Outcome.CHECKED, reading.steps)


class _Reading:
    """A proof that is read, up to some step; of each step is known what it says, and what is assumed for it."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.terms = asked.terms
        self.rules = Rules(self.terms)
        self.names: dict[str, int] = {}
        self.told: dict[str, tuple[int, frozenset[int]]] = {}
        self.open: list[tuple[int, int]] = []
        self.steps = self.assumed = 0
        self.last = (-1, NOTHING)
        self.unknown: set[str] = set()

    def read(self, command: Tree) -> None:
        """One line of a proof."""
        match command:
            case ["declare-const" | "declare-type" | "declare-sort", *_]:
                pass  # names mean what the question says
            case ["define", str() as name, [], tree]:
                if name in self.names or not name.startswith("@t"):
                    raise Refused(f"{name} is defined")
                self.names[name] = self.terms.read(tree, self.names)
            case ["assume", str() as name, tree]:
                self.assume(name, self.terms.read(tree, self.names), asserted=True)
            case ["assume-push", str() as name, tree]:
                self.assume(name, self.terms.read(tree, self.names), asserted=False)
            case ["step" | "step-pop" as kind, str() as name, *rest]:
                self.step(name, rest, pops=kind == "step-pop")
            case _:
                raise Refused("a line is not known")

    def assume(self, name: str, one: int, *, asserted: bool) -> None:
        """What is asserted may be used, and anything until it is let go of."""
        if self.terms.free(one):
            raise Refused(f"{name} assumes something of a variable")
        if asserted and one not in self.asked.asserted:
            raise Refused(f"{name} was not asserted")
        self.assumed += 1  # names are used again, numbers are not
        if not asserted:
            self.open.append((self.assumed, one))
        self.told[name] = one, NOTHING if asserted else frozenset([self.assumed])

    def step(self, name: str, rest: list[Tree], *, pops: bool) -> None:
        """A step: that it is right, and what is known by it."""
        self.steps += 1
        conclusion = self.terms.read(rest.pop(0), self.names) if rest and rest[0] != ":rule" else None
        told = {str(rest[at]): rest[at + 1] for at in range(0, len(rest) - 1, 2)}
        rule, by, given = told.get(":rule"), told.get(":premises", []), told.get(":args", [])
        if not isinstance(rule, str) or isinstance(by, str) or isinstance(given, str):
            raise Refused(f"{name} is no step")
        if not {*map(str, by)} <= self.told.keys():
            raise Refused(f"{name} goes by what is not known")
        premises = [self.told[str(one)][0] for one in by]
        assumed = NOTHING.union(*(self.told[str(one)][1] for one in by))
        if not assumed <= {number for number, _ in self.open}:
            raise Refused(f"{name} goes by what was let go of")
        if pops:
            if rule != "scope" or len(premises) != 1 or not self.open:
                raise Refused(f"{name} lets go of nothing")
            ended, told_then = self.open.pop()
            said = self.terms.make("=>", told_then, premises[0])
            if conclusion is not None and not self.rules.following.follows([said], conclusion):
                raise Refused(f"{name}, by scope, does not follow")
            assumed, conclusion = assumed - {ended}, said if conclusion is None else conclusion
        elif conclusion is None:
            raise Refused(f"{name} says nothing")
        else:
            arguments = [self.terms.read(one, self.names) for one in given]
            allowed = self.rules.allow(Step(rule, conclusion, premises, arguments))
            if allowed is False:
                raise Refused(f"{name}, by {rule}, does not follow")
            if allowed is None:
                self.unknown.add(rule)
        self.told[name] = self.last = conclusion, assumed

    def end(self) -> None:
        """The last step has to say `false`, and to depend on nothing but what was asserted."""
        if self.open or self.last != (self.terms.false, NOTHING):
            raise Refused("it does not end in false")
