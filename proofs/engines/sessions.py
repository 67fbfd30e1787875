"""Counterexamples as sessions: told from the opening on, with every answer, so that ``focalloc replay`` can judge them.

A counterexample of a theorem about code is one step from some state. What led there is told with it: an action that
the ledger remembers is made first, and then nothing until it is as old. What goes wrong may show in what is left
behind rather than in the answer; so if the spec has no objection yet, the session goes on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import cycle, islice, product
from typing import Any

import z3

from focalloc.fastpath import kernels
from focalloc.proofs.engines.memory import Broken, Uncompiled
from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Session, Telling
from focalloc.spec.actions import OPPOSITE, Action, applied, consumed
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State, advanced, opened
from focalloc.spec.violations import violations

Pattern = Sequence[int]
"""Scores, laid over the slots again and again."""

Answering = Callable[[State, Sequence[int]], Sequence[Action]]
"""What an allocator answers; the state is the one by the spec."""

COLD, HOT = 1 - 2**31, 2**31 - 1
"""The lowest and the highest score."""

SEARCHED = "found by random search: what the same source does in a session"
"""Note of a session that is not the counterexample itself, which is part of no session."""

LONGEST = 64
"""Iterations without an action that a session may begin with."""

GEOMETRIES = (Geometry((2, 2)), Geometry((2, 2), (2, 2, 3)), Geometry((2, 3), (1, 1, 2)), Geometry((2, 2, 2)))


def refuted(
    start: State, patterns: Iterable[Pattern], answer: Answering, note: str = "", profile: str = ""
) -> Session | None:
    """The session from ``start`` up to the first answer that the spec objects to, or that never came; None if none is.

    Args:
        start: just opened.
        patterns: of the scores of each iteration.
        answer: the allocator.
        note: what the session shows.
        profile: what to judge it by; by default that of its strategy.
    """
    state, profile = start, profile or start.params.strategy
    asked: list[Sequence[int]] = []
    answers: list[Sequence[Action] | str] = []
    for pattern in patterns:
        asked.append(list(islice(cycle(pattern), state.used)))
        try:
            actions = answer(state, asked[-1])
        except (Broken, LookupError, ArithmeticError, ValueError, TypeError) as raised:
            return session(start, asked, [*answers, str(raised) or type(raised).__name__], note, profile)
        answers.append(list(actions))
        if violations(state, asked[-1], actions, profile):
            return session(start, asked, answers, note, profile)
        state = advanced(state, actions, asked[-1])
    return None


def session(
    start: State, asked: Sequence[Sequence[int]], answers: Sequence[Sequence[Action] | str], note: str,
    profile: str, relaxations: Sequence[Mapping[str, Any]] = (),
) -> Session:  # fmt: skip
    """A session as plain data; an answer that is text says why there is none."""
    return written(start, [{"scores": list(scores)} for scores in asked], answers, note, profile, relaxations)


def followed(start: State, logits: Sequence[Sequence[int]], answer: Sequence[Action]) -> Session:
    """The session of one iteration by logits, which are in fixed point."""
    return written(
        start, [{"logits": [[one / SCORE_SCALE for one in row] for row in logits]}], [answer], "", "projection"
    )


def written(
    start: State, steps: Sequence[Mapping[str, Any]], answers: Sequence[Sequence[Action] | str], note: str,
    profile: str, relaxations: Sequence[Mapping[str, Any]] = (),
) -> Session:  # fmt: skip
    """A session of any steps, each as `focalloc.conformance.cases.Step` has it."""
    case = {
        "geometry": asdict(start.geometry),
        "params": start.params.to_dict(),
        "context": [tuple(block) for block in start.context],
        "steps": list(steps),
        "note": note,
    }
    told = [one if isinstance(one, str) else [tuple(action) for action in one] for one in answers]
    return Session(case, told, profile, tuple(relaxations))


def example(facts: Sequence[Term], unknown: Mapping[str, Term], wishes: Iterable[Term]) -> dict[str, int]:
    """Values that meet ``facts``, and as many of the wishes, the first ones first, as can be met together."""
    solver = z3.Solver()
    solver.add(*facts)
    for wish in wishes:
        solver.push()
        solver.add(wish)
        if solver.check() != z3.sat:
            solver.pop()
    if solver.check() != z3.sat:
        return {}
    model = solver.model()
    return {name: model.eval(term, model_completion=True).as_long() for name, term in unknown.items()}


def remembering(geometry: Geometry, context: Context, action: Action, age: int) -> tuple[Context, list[Pattern]] | None:
    """The context before ``action`` and the scores that bring it about, ``age`` iterations ago; None if it cannot be.

    Args:
        geometry: shape of the tree.
        context: blocks after the action.
        action: what the ledger remembers.
        age: iterations that have passed since, without an action.
    """
    back = Action(OPPOSITE[action.kind], *action.node)
    try:
        before = applied(geometry, context, back)
    except InvalidInput:
        return None
    if age > LONGEST:
        return None
    gone = set(consumed(geometry, action))
    score = HOT if action.kind == "expand" else COLD
    scores = [score * (block in gone) for block in before for _ in range(geometry.slots(block.level))]
    return before, [scores, *[(0,)] * age]


def of_kernels(
    source: Source, geometry: Geometry, params: Params, context: Context, scores: Sequence[int], note: str,
    history: tuple[Action, int] | None = None,
) -> Session | None:  # fmt: skip
    """The session in which the kernels of ``source`` meet these scores in this context; None if the spec is content.

    If it has nothing against the answer, it goes on; and as what is wrong may be what the kernels did not forget, or
    forgot, they also meet other scores in this iteration.

    Args:
        source: of the kernels.
        geometry: shape of the tree.
        params: the parameters.
        context: the context.
        scores: one per slot.
        note: what the session shows.
        history: an action that the ledger has, and how many iterations passed since.
    """
    told = remembering(geometry, context, *history) if history else None
    before, lead = told or (context, [])
    try:
        start = opened(geometry, params, before)
    except InvalidInput:
        return None
    ends: tuple[Pattern, ...] = ((COLD,), (HOT,), (HOT, COLD), (COLD, HOT))
    broken: Session | None = None
    tails = [list(tail) for length in range(3) for tail in product(ends, repeat=length)]
    for patterns in (*([scores, *tail] for tail in tails), *tails[1:]):
        found = refuted(start, [*lead, *patterns], Uncompiled(source, start), note)
        if found is not None and answered(found):
            return found
        broken = broken or found
    return broken


def answered(told: Session) -> bool:
    """Whether the spec can say which clause is broken, as there is an answer."""
    return not isinstance(told.answers[-1], str)


def drawn(source: Source, note: str, tries: int = 3000) -> Session | None:
    """The shortest of many random sessions over small trees in which the kernels answer wrongly; None if none do.

    For a counterexample that is no state of a session: it shows what the same source does in one.
    """
    found: dict[bool, Session] = {}  # by whether it ends with an answer
    chance, longest, crashes = random.Random(0), 5, 0
    for _ in range(tries):
        start = _random_start(chance)
        patterns = _random_patterns(chance, longest)
        told = refuted(start, patterns, Uncompiled(source, start), note)
        if told is not None:
            found[answered(told)] = told
            crashes += not answered(told)
            longest = len(found[True].answers) - 1 if True in found else longest
        if longest == 0 or crashes > 100:
            break
    return found.get(True) or found.get(False)


def _random_start(chance: random.Random) -> State:
    geometry = chance.choice(GEOMETRIES)
    contexts = list(rows(geometry, 0, geometry.span(geometry.top)))
    context = chance.choice(contexts)
    if chance.random() < 0.5:
        behind = geometry.span(geometry.top)
        context += tuple(Block(level, start + behind) for level, start in chance.choice(contexts))
    w_max = max(1, used(geometry, context) + chance.randint(-2, 4))
    params = Params(
        w_max=w_max, n_diff=chance.randint(1, 4), tau_expand=chance.randint(0, 2), tau_collapse=chance.randint(0, 2),
        cooldown_steps=chance.randint(0, 3), protected_tokens=chance.choice((0, 0, 2, 3)),
        w_soft=max(1, w_max - chance.choice((0, 0, 1))), soft_margin=chance.choice((0, 2)),
    )  # fmt: skip
    return opened(geometry, params, context)


def _random_patterns(chance: random.Random, length: int) -> Iterator[Pattern]:
    for _ in range(length):
        yield [chance.choice((-9, -3, -2, -1, 0, 1, 2, 3, 4, 5)) for _ in range(16)]


def by_search(bug: Mutation, **settings: int) -> Telling:
    """For an obligation about the kernels whose variables are no state of a session: see `drawn`."""
    return lambda _: drawn(Source.of(kernels, bug, **settings), SEARCHED)
