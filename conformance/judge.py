"""The judge: drives one allocator through one case and says what it thinks of it.

The judge keeps its own state by the spec. It believes nothing it is told: an answer moves the state only after it
has been judged, and what an allocator reports of itself is compared with that state.

Verdicts: ``pass`` (every answer conforms), ``fail`` (a clause is broken), ``error`` (sensible input was refused, or
there was nothing left to talk to), ``skip`` (the allocator does not support what it was asked) and ``unknown``
(nothing was judged). Only ``pass`` is a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import cycle, islice
from typing import Any, Literal

from focalloc.conformance.cases import Case, Opening, Pinning, Step, laid, preferred
from focalloc.conformance.stakes import Stakes
from focalloc.conformance.targets import (
    Lost,
    NoAnswer,
    NotStarted,
    Refused,
    RunOver,
    Skipped,
    Target,
    as_integers,
    as_pairs,
)
from focalloc.spec import (
    Action,
    Block,
    Geometry,
    InvalidInput,
    Params,
    Relaxation,
    State,
    Violation,
    accepted_nonsense,
    advanced,
    ingested,
    opened,
    reclaim_violations,
    relaxation_violations,
    unanswered,
    violations,
)
from focalloc.spec.actions import as_actions
from focalloc.spec.blocks import context_violations, misplaced, misreported
from focalloc.spec.cooldown import hoarded
from focalloc.spec.edits import edits_violations
from focalloc.spec.geometry import MAX_TOKEN
from focalloc.spec.ingest import checked_size
from focalloc.spec.layout import Outline, layout_violations
from focalloc.spec.params import OFFERED
from focalloc.spec.pins import misremembered
from focalloc.spec.printable import printable
from focalloc.spec.projection import LARGEST_LOGIT, missaturated, saturated, violations_of_projection
from focalloc.spec.scores import SCORE_SCALE, checked_scores
from focalloc.spec.violations import checked_profile

Status = Literal["pass", "fail", "error", "skip", "unknown"]

CALLS = ("open", "step", "ingest", "prefer", "pin")
"""What may be skipped as a whole."""

SKIPPED = (
    *(*CALLS, "geometry", "params", "strategy", "relaxation", "layout"),
    *("context", "positions", "ledger_size", "pins"),
)
"""What may be skipped; an allocator says the latter itself, as ``"geometry: only (32, 32)"``."""

LAID_OUT_EVERY = 4
"""Every so many steps a layout is asked for, beside that of an opening."""

MOST_SPANS = 48
"""Smallest spans of a history that is to be laid out, so that judging costs no more than an iteration."""

PRIME = 7919
"""Tokens that the cursor of a layout moves on from step to step, round a context whose length it seldom divides."""

OPENING = -1
"""`Verdict.at` of the case's own ``open``."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge thinks of one session.

    Attributes:
        status: see the module.
        at: index of the step that decided; `OPENING` for the opening. For a pass, the number of steps.
        violations: the broken clauses; empty unless the status is ``fail``.
        why: a sentence; empty for a pass.
        answered: iterations and ingests that were answered and judged.
        put: calls that were put to the allocator after the opening, those that it had to refuse included.
        stillborn: whether there never was anything to talk to, so that no other session will fare better.
    """

    status: Status
    at: int = OPENING
    violations: tuple[Violation, ...] = ()
    why: str = ""
    answered: int = 0
    put: int = field(default=0, compare=False)
    stillborn: bool = False

    @property
    def clause(self) -> str:
        """The clause broken first; empty unless the status is ``fail``."""
        return self.violations[0].clause if self.violations else ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step as it happened, for replays and pictures.

    Attributes:
        at: index of the step; `OPENING` for the opening.
        before: the state before it by the spec; None before the first ``open``.
        scores: the row given; empty for an open.
        answer: the answer as it came; the reason, if it was refused.
        found: what the judge found.
        after: the state after it by the spec; the state before it if the answer cannot be applied.
        reported: the context that the allocator says it has then, as (level, start) pairs or as it came if it is no
            list of those; None if it says nothing.
    """

    at: int
    before: State | None
    scores: Sequence[int]
    answer: object
    found: tuple[Violation, ...]
    after: State | None
    reported: object = None


Watcher = Callable[[Moment], None]


def judged(
    target: Target,
    case: Case,
    profile: str = "safety",
    watcher: Watcher | None = None,
    stakes: Stakes | None = None,
) -> Verdict:
    """Drive ``target`` through ``case`` and judge every answer.

    The session ends at the first answer that breaks a clause, as what comes after it has no defined meaning.

    Args:
        target: the allocator.
        case: the session.
        profile: what the allocator claims to conform to.
        watcher: told of each step as it happens.
        stakes: counts what was at stake.

    Raises:
        InvalidInput: the case itself opens with a senseless context, or the profile is unknown.
    """
    checked_profile(profile)
    session = _Session(target, case, profile, watcher, stakes or Stakes(profile))
    at, skipped, context = OPENING, "", ""

    def cause(no: Skipped) -> str:
        """What was skipped, and why."""
        said = printable(no)
        return said if said.partition(": ")[0] in SKIPPED[len(CALLS) :] else f"{call_of(case, at)}: {said}"

    try:
        target.begin()
        found = session.open(Opening())
        while not found and at + 1 < len(case.steps):
            at += 1
            session.at = at
            try:
                found = session.take(case.steps[at])
            except Skipped as no:
                if case.steps[at].ingest is None:
                    raise
                skipped = cause(no)  # the state is as it was, so the session can go on
    except NoAnswer as limit:
        found, context = unanswered(False, str(limit)), printable(limit.context)
        session.tell(session.asked, "no answer", found)
    except Skipped as no:
        return Verdict("skip", at, why=cause(no), answered=session.answered)
    except Refused as no:
        session.tell(session.asked, printable(no), [])
        return Verdict("error", at, why=f"refused sensible input: {printable(no)}", answered=session.answered)
    except Lost as lost:
        session.tell(session.asked, printable(lost), [])
        stillborn = isinstance(lost, NotStarted)
        return Verdict("error", at, why=printable(lost), answered=session.answered, stillborn=stillborn)
    except RunOver as over:
        return Verdict("unknown", at, why=str(over), answered=session.answered)
    finally:
        target.catch_up()
    if found:
        return Verdict("fail", at, tuple(found), f"{found[0]}\n{context}".rstrip(), session.answered)
    if skipped:
        return Verdict("skip", at, why=skipped, answered=session.answered)
    return Verdict("pass", at + 1, answered=session.answered, put=session.put)


def call_of(case: Case, at: int) -> str:
    """Which call step ``at`` of ``case`` is, one of `CALLS`."""
    step = case.steps[at] if at != OPENING else None
    if step is None or step.open is not None:
        return "open"
    if step.ingest is not None:
        return "ingest"
    if step.pin is not None:
        return "pin"
    return "prefer" if step.logits else "step"


class _Session:
    """One session in progress: the state by the spec, and what is asked next."""

    def __init__(self, target: Target, case: Case, profile: str, watcher: Watcher | None, stakes: Stakes) -> None:
        self.stakes = stakes
        self.target, self.case, self.profile, self.watcher = target, case, profile, watcher
        self.state: State | None = None
        self.told = case.params  # as they were before any threshold adapted
        self.reclaimed: list[int] = []  # iteration number of each collapse that an ingest made
        self.at = OPENING
        self.asked: Sequence[int] = ()  # the row of the step in progress
        self.answered = self.put = 0
        self.reported: object = None

    @property
    def strict(self) -> bool:
        """Whether senseless input must be refused (ANS-3; freedom F-3 of the safety profile)."""
        return self.profile != "safety"

    def take(self, step: Step) -> list[Violation]:
        """Ask for one step and judge what comes back."""
        self.asked = () if step.open or step.logits or step.pin else laid(self._now.geometry, self._now.context, step)
        if step.open is not None:
            return self.open(step.open)
        if step.logits:
            return self.follow(step)
        if step.pin is not None:
            return self.pin(step.pin)
        return self.iterate() if step.ingest is None else self.ingest(step.ingest)

    # OPEN

    def open(self, opening: Opening) -> list[Violation]:
        """Open a session, or see that a senseless opening is refused."""
        geometry: dict[str, Any] = opening.geometry or _fields(self.case.geometry)
        asked: dict[str, Any] = self.case.params.to_dict() | (opening.params or {})
        params = {name: one for name, one in asked.items() if name not in OFFERED or self.target.offers(name)}
        context: list[object] = [
            Block(*pair) for pair in (self.case.context if opening.context is None else opening.context)
        ]
        try:
            state = opened(Geometry(**geometry), Params(**params), context)
        except (InvalidInput, TypeError) as senseless:
            if self.state is None:  # the case's own opening
                raise
            return self.refuses(str(senseless), lambda: self._open_raw(geometry, params, context))
        self.put += self.at != OPENING
        self.target.open(state.geometry, state.params, context)
        self.reclaimed = []
        self.told = state.params
        if found := self.target.changed() or self.laid_out(state, None, state.end):
            return self.tell((), "layout", found)
        return self.settle(state, (), None, [])

    def _open_raw(self, geometry: dict[str, Any], params: dict[str, Any], context: list[object]) -> None:
        try:
            self.target.open(Geometry(**geometry), Params(**params), context)
        except (InvalidInput, TypeError):
            if not self.target.speaks_raw:
                raise Refused("a Python allocator cannot be given this") from None
            self.target.open(geometry, params, context)

    # ITERATE AND INGEST

    def iterate(self) -> list[Violation]:
        """Run one iteration and judge its actions."""
        state, scores = self._now, self.asked
        if senseless := senseless_scores(state, scores):
            return self.refuses(senseless, lambda: self.target.step(scores), scores)
        if found := self.relaxed(state, scores):
            return self.tell(scores, "relaxation", found)
        if self.at % LAID_OUT_EVERY == 0 and (found := self.laid_out(state, scores, self._cursor(state))):
            return self.tell(scores, "layout", found)
        answer = self.target.step(scores)
        return self.advance(scores, answer, lambda actions: violations(state, scores, actions, self.profile))

    def relaxed(self, state: State, scores: Sequence[int]) -> list[Violation]:
        """Judge the relaxation of an iteration (LPR), if the profile is that of the optimum and it is offered."""
        if self.profile != "knapsack" or state.params.is_refined or not self.target.offers("relaxation"):
            return []
        answer: Any = self.target.relaxation(scores)
        try:
            bound, shares, slot_price, action_price = answer
            parts = {Action(*action): Fraction(part) for action, part in shares.items()}
            relaxation = Relaxation(Fraction(bound), parts, Fraction(slot_price), Fraction(action_price))
        except (TypeError, ValueError, AttributeError):
            return [Violation("LPR-1", f"{answer!r} is no bound with shares and two prices")]
        found = self.target.changed() or relaxation_violations(state, scores, relaxation)
        if not found and relaxation.bound:
            self.stakes.note(("LPR-1", "LPR-2", "LPR-3") if len(parts) > 2 else ("LPR-1", "LPR-2"))
        return found

    def _cursor(self, state: State) -> int:
        """A token that differs from step to step."""
        first = state.context[0].start
        return first + self.at * PRIME % (state.end - first)

    def laid_out(self, state: State, scores: Sequence[int] | None, cursor: int) -> list[Violation]:
        """Judge a layout of the tokens of the context (LAY), if it is offered and they are few.

        Of ``scores`` as many as there are smallest spans say what is wanted; None for all alike.
        """
        geometry, first, last = state.geometry, state.context[0].start, state.end
        spans = (last - first) // geometry.span(0)
        if spans > MOST_SPANS or not self.target.offers("layout"):
            return []
        row = None if scores is None else tuple(islice(cycle(scores), spans))
        outline = Outline(geometry, self.told, first, last, row, cursor)
        try:
            answer = self.target.layout(outline)
        except Refused:
            found = layout_violations(outline, None, self.profile)
            if not found:
                self.stakes.laid_out(outline, None)
            return found
        pairs = as_pairs(answer)
        if pairs is None:
            return [Violation("LAY-1", f"{_short(answer)} is no list of (level, start) pairs")]
        blocks = tuple(Block(*pair) for pair in pairs)
        found = self.target.changed() or layout_violations(outline, blocks, self.profile)
        if not found:
            self.stakes.laid_out(outline, blocks)
        return found

    def follow(self, step: Step) -> list[Violation]:
        """Run one iteration by logits and judge its actions; whatever is too large must saturate (PRO-1)."""
        if not self.target.offers("prefer"):
            return []
        state = self._now
        logits = preferred(state.context, step)
        try:
            answer = self.target.prefer(logits)
        except Refused:
            if found := refused_logits(logits):
                self.answered += 1
                return self.tell((), "refused", found)
            raise
        fixed = [[saturated(one) for one in row] for row in logits]
        if any(abs(one * SCORE_SCALE) > LARGEST_LOGIT for row in logits for one in row):
            self.stakes.note(("PRO-1",))

        def broken(actions: list[Any]) -> list[Violation]:
            unsafe = violations(state, [0] * state.used, actions, "safety")
            return unsafe or violations_of_projection(state, fixed, as_actions(actions))

        return self.advance((), answer, broken)

    def advance(
        self, scores: Sequence[int], answer: object, broken: Callable[[list[Any]], list[Violation]]
    ) -> list[Violation]:
        """Judge the answer to an iteration, and move on by it if it breaks nothing."""
        self.answered += 1
        self.put += 1
        found = self.target.changed()
        if not isinstance(answer, list):
            return self.tell(scores, answer, [*found, _shapeless(answer)])
        if found := found + broken(answer):
            return self.tell(scores, answer, found)
        if not self.target.speaks_raw:  # exact: an object could have changed what it was given, a program cannot
            self.stakes.note(("ANS-2",))
        if scores:
            now, actions = self._now, as_actions(answer)
            self.target.meanwhile(lambda: self.stakes.iteration(now, scores, actions))
        return self.settle(advanced(self._now, as_actions(answer)), scores, answer, [])

    def ingest(self, blocks: int) -> list[Violation]:
        """Ingest and judge the reclaiming collapses, or the refusal."""
        if not self.target.offers("ingest"):
            return []
        state, scores = self._now, self.asked
        if senseless := senseless_scores(state, scores) or senseless_blocks(state, blocks):
            return self.refuses(senseless, lambda: self.target.ingest(blocks, scores), scores)
        try:
            answer = self.target.ingest(blocks, scores)
        except Refused as no:
            self.answered += 1
            self.put += 1
            found = self.target.changed() + reclaim_violations(state, scores, blocks, None, self.profile)
            self.stakes.ingest(state, None, blocks)
            return self.settle(state, scores, printable(no), found)
        self.answered += 1
        self.put += 1
        found = self.target.changed()
        if not isinstance(answer, list):
            return self.tell(scores, answer, [*found, _shapeless(answer)])
        broken = reclaim_violations(state, scores, blocks, answer, self.profile)
        if not self.target.knows_ingest_scores():
            broken = [violation for violation in broken if violation.clause != "ING-4"]
        if found + broken:
            return self.tell(scores, answer, found + broken)
        self.stakes.ingest(state, as_actions(answer), blocks)
        self.reclaimed += [state.iteration] * len(answer)
        return self.settle(ingested(state, as_actions(answer), blocks), scores, answer, [])

    def pin(self, pinning: Pinning) -> list[Violation]:
        """Pin tokens, or lift them (PIN-3)."""
        if not self.target.offers("pin"):
            return []
        state = replace(self._now, pins=pinning.of(self._now.pins))
        self.put += 1
        self.target.pin(pinning)
        return self.settle(state, (), None, self.target.changed())

    # WHAT EVERY STEP ENDS WITH

    def refuses(self, why: str, ask: Callable[[], object], scores: Sequence[int] = ()) -> list[Violation]:
        """ANS-3: see that senseless input is refused and changes nothing. A safety allocator is not even asked."""
        if not self.strict:
            return []
        self.put += 1
        try:
            answer = ask()
        except Refused as no:
            if "cannot be given this" not in str(no):
                self.stakes.refused(why)
            return self.settle(self._now, scores, printable(no), self.target.changed())
        return self.tell(scores, answer, accepted_nonsense(False, why))

    def settle(self, state: State, scores: Sequence[int], answer: object, found: list[Violation]) -> list[Violation]:
        """Move on to ``state`` and compare it with what the allocator reports of itself."""
        before, self.state = self.state, state
        found = found or self.reports() + self.edited(before, answer)
        if self.watcher is not None:
            self.watcher(Moment(self.at, before, scores, answer, tuple(found), state, self.reported))
        return found

    def tell(self, scores: Sequence[int], answer: object, found: list[Violation]) -> list[Violation]:
        """Show the watcher an answer that cannot move the state."""
        if self.watcher is not None:
            self.watcher(Moment(self.at, self.state, scores, answer, tuple(found), self.state))
        return found

    def reports(self) -> list[Violation]:
        """Judge the optional reports, each whatever the others are: context (CTX), positions (CTX-5), size of the
        ledger (COO-2)."""
        state, target = self._now, self.target
        found: list[Violation] = []
        if target.offers("context"):
            self.reported = target.report("context")
            pairs = as_pairs(self.reported)
            if pairs is None:
                found.append(Violation("CTX-6", "the reported context is no list of (level, start) pairs"))
            else:
                self.reported = pairs
                self.stakes.reported("context", state)
                if tuple(pairs) != state.context:
                    blocks = [Block(*pair) for pair in pairs]
                    found += context_violations(state.geometry, blocks) + misreported(state.context, blocks)
        if target.offers("positions"):
            places = as_integers(target.report("positions"))
            if places is None:
                found.append(Violation("CTX-5", "the reported positions are no list of integers"))
            else:
                self.stakes.reported("positions", state)
                found += misplaced(state.geometry, state.context, places)
        if target.offers("ledger_size"):
            entries, gap = target.report("ledger_size"), state.params.memory
            if isinstance(entries, bool) or not isinstance(entries, int):
                found.append(Violation("COO-2", f"the reported size of the ledger is {_short(entries)}, not a number"))
            else:
                self.stakes.reported("ledger_size", state)
                recent = sum(state.iteration - iteration < gap for iteration in self.reclaimed)
                found += hoarded(entries, state.iteration, state.params.n_diff, gap, recent)
        if target.offers("pins"):
            self.stakes.reported("pins", state)
            said: Any = target.report("pins")
            ranges = [as_pairs(list(one)) if isinstance(one, list | tuple) else None for one in _listed(said)]
            found += misremembered(state.pins, [None if one is None else list(map(list, one)) for one in ranges])
        return found

    def edited(self, before: State | None, answer: object) -> list[Violation]:
        """Judge the edits that came with an answer, if any did (EDI)."""
        if before is None or not isinstance(answer, list) or not self.target.offers("edits"):
            return []
        said, state = self.target.report("edits"), self._now
        if said is None:
            return []
        told = said if isinstance(said, list) else []
        rows = [as_integers(list(one)) for one in told if isinstance(one, list | tuple)]
        edits = [one for one in rows if one is not None and len(one) == 4]
        if not isinstance(said, list) or len(edits) < len(said):
            return [Violation("EDI-1", f"{_short(said)} is no list of edits: first, before, at, after")]
        self.stakes.reported("edits", state)
        return edits_violations(state.geometry, before.context, state.context, edits)

    @property
    def _now(self) -> State:
        if self.state is None:
            raise RuntimeError("the session is not open")
        return self.state


def senseless_scores(state: State, scores: Sequence[int]) -> str:
    """Why ``scores`` must be refused; empty if they are sensible."""
    try:
        checked_scores(state.geometry, state.context, scores)
    except InvalidInput as senseless:
        return str(senseless)
    return ""


def senseless_blocks(state: State, blocks: int) -> str:
    """Why an ingest of ``blocks`` must be refused whatever room there is; empty if it is sensible."""
    try:
        checked_size(blocks)
    except InvalidInput as senseless:
        return str(senseless)
    if state.end + blocks * state.geometry.span(0) > MAX_TOKEN:
        return f"{blocks} more blocks reach beyond token {MAX_TOKEN} (CTX-4)"
    return ""


def refused_logits(logits: Sequence[Sequence[float]]) -> list[Violation]:
    """What a refusal of ``logits`` breaks: nothing, unless one is too large, which must saturate (PRO-1)."""
    too_large = [one for row in logits for one in row if abs(one * SCORE_SCALE) > LARGEST_LOGIT]
    return missaturated(too_large[0], None) if too_large else []


def _shapeless(answer: object) -> Violation:
    return Violation("ACT-1", f"the answer is {_short(answer)}; an answer is a list of actions")


def _listed(thing: object) -> list[object]:
    return list(thing) if isinstance(thing, list | tuple) else [thing]


def _short(thing: object, limit: int = 200) -> str:
    text = repr(thing)
    return text if len(text) <= limit else text[:limit] + "..."


def _fields(geometry: Geometry) -> dict[str, Any]:
    return {"arity": geometry.arity, "cost": geometry.cost}
