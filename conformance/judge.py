"""The judge: drives one allocator through one case and says what it thinks of it.

The judge keeps its own state by the spec. It believes nothing it is told: an answer moves the state only after it
has been judged, and what an allocator reports of itself is compared with that state. What an answer leads to is known
as soon as it is seen to be legal, and with that what is asked next; so an answer is judged while the next is awaited.
The next one is looked at only after that: nothing that comes later can have a say in what is wrong with an answer.
Of some calls it is known what they lead to if they conform, such as an opening or what has to be refused; a Python
allocator is asked for what comes after them before they are answered.

Verdicts: ``pass`` (every answer conforms), ``fail`` (a clause is broken), ``error`` (sensible input was refused, or
there was nothing left to talk to), ``skip`` (the allocator does not support what it was asked) and ``unknown``
(nothing was judged). Only ``pass`` is a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import cycle, islice
from typing import Any, Literal, NamedTuple, NoReturn

from focalloc.conformance.cases import Case, Opening, Pinning, Step, cursor_of, front_of, laid, preferred
from focalloc.conformance.host import ANSWER_LIMIT
from focalloc.conformance.messages import REPORTS
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
    Context,
    Geometry,
    InvalidInput,
    Params,
    Relaxation,
    State,
    Violation,
    accepted_nonsense,
    advanced,
    filling_violations,
    ingested_tokens,
    opened,
    relaxation_violations,
    released,
    unanswered,
    violations,
)
from focalloc.spec.actions import as_actions
from focalloc.spec.blocks import context_violations, misplaced, misreported
from focalloc.spec.cooldown import hoarded
from focalloc.spec.edits import edits_violations
from focalloc.spec.filling import checked_tokens, filled, misfilled
from focalloc.spec.geometry import MAX_TOKEN
from focalloc.spec.ingest import checked_size
from focalloc.spec.layout import Outline, layout_violations
from focalloc.spec.params import OFFERED
from focalloc.spec.pins import misremembered
from focalloc.spec.printable import printable
from focalloc.spec.projection import LARGEST_LOGIT, missaturated, saturated, violations_of_projection
from focalloc.spec.release import misreleased, still_pinned
from focalloc.spec.scores import SCORE_SCALE, checked_scores
from focalloc.spec.state import filled_between
from focalloc.spec.violations import checked_profile

Status = Literal["pass", "fail", "error", "skip", "unknown"]

CALLS = ("open", "step", "ingest", "ingest_tokens", "prefer", "pin", "release")
"""What may be skipped as a whole."""

SKIPPED = (
    *(*CALLS, "geometry", "params", "strategy", "relaxation", "layout"),
    *("context", "positions", "ledger_size", "pins", "unfilled"),
)
"""What may be skipped; an allocator says the latter itself, as ``"geometry: only (32, 32)"``."""

LAID_OUT_EVERY = 8
"""Every so many steps a layout is asked for, beside that of an opening."""

MOST_SPANS = 48
"""Smallest spans of a history that is to be laid out, so that judging costs no more than an iteration."""

MOST_SLOTS = ANSWER_LIMIT
"""Slots of the largest context that is judged, as no longer report is read; a real row has some thousands."""

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
        over: whether the run as a whole came to its limit in time, so that there will be no other session.
    """

    status: Status
    at: int = OPENING
    violations: tuple[Violation, ...] = ()
    why: str = ""
    answered: int = 0
    put: int = field(default=0, compare=False)
    stillborn: bool = False
    over: bool = False

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
        released: the token that an ingest says it released to; None if it says nothing.
        cursor: the token that an iteration was told as its cursor; None if it was told none.
    """

    at: int
    before: State | None
    scores: Sequence[int]
    answer: object
    found: tuple[Violation, ...]
    after: State | None
    reported: object = None
    released: Any = None
    cursor: int | None = None


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
        stakes: counts what was at stake, in part while answers are awaited, those of later sessions included; what is
            left is counted by `Target.finish`, which is for the caller.

    Raises:
        InvalidInput: the case itself opens with a senseless context, or the profile is unknown.
    """
    checked_profile(profile)
    session = _Session(target, case, profile, watcher, stakes or Stakes(None))
    try:
        session.play()
    except _Broken as broken:
        return Verdict("fail", broken.at, broken.found, str(broken.found[0]), session.answered)
    except NoAnswer as limit:
        found = unanswered(False, str(limit))
        session.tell(session.asked, "no answer", found)
        why = f"{found[0]}\n{printable(limit.context)}".rstrip()
        return Verdict("fail", session.at, tuple(found), why, session.answered)
    except Skipped as no:
        return Verdict("skip", session.at, why=session.cause(no), answered=session.answered)
    except Refused as no:
        session.tell(session.asked, printable(no), [])
        return Verdict("error", session.at, why=f"refused sensible input: {printable(no)}", answered=session.answered)
    except Lost as lost:
        session.tell(session.asked, printable(lost), [])
        stillborn = isinstance(lost, NotStarted)
        return Verdict("error", session.at, why=printable(lost), answered=session.answered, stillborn=stillborn)
    except (RunOver, _TooLarge) as no:
        over = isinstance(no, RunOver)
        return Verdict("unknown", session.at, why=str(no), answered=session.answered, over=over)
    if session.skipped:
        return Verdict("skip", session.at, why=session.skipped, answered=session.answered)
    return Verdict("pass", session.at + 1, answered=session.answered, put=session.put)


def call_of(case: Case, at: int) -> str:
    """Which call step ``at`` of ``case`` is, one of `CALLS`."""
    return "open" if at == OPENING else case.steps[at].call


class _Broken(Exception):
    """An answer breaks clauses.

    Args:
        at: index of the step that it was given in.
        found: the clauses.
    """

    def __init__(self, at: int, found: Sequence[Violation]) -> None:
        self.at, self.found = at, tuple(found)


class _TooLarge(Exception):
    """More slots than are judged.

    Args:
        slots: so many.
    """

    def __init__(self, slots: int) -> None:
        super().__init__(f"{slots} slots are more than the judge takes on, which is {MOST_SLOTS}")


def _judgeable(slots: int) -> None:
    """Raise `_TooLarge` for more ``slots`` than are judged, before anybody lays as many scores."""
    if slots > MOST_SLOTS:
        raise _TooLarge(slots)


class _Asked(NamedTuple):
    """What an answer is an answer to.

    Attributes:
        at: index of the step.
        state: the state before it by the spec; None before the first ``open``.
        scores: the row given; empty if there was none.
        released: what was said beside the answer, as in `Moment`.
        cursor: as in `Moment`.
    """

    at: int
    state: State | None
    scores: Sequence[int] = ()
    released: Any = None
    cursor: int | None = None

    def moment(
        self, answer: object, found: Sequence[Violation], after: State | None, reported: object = None
    ) -> Moment:
        """What came of it."""
        found = tuple(found)
        return Moment(self.at, self.state, self.scores, answer, found, after, reported, self.released, self.cursor)


class _Session:
    """One session in progress: the state by the spec, and what is asked next.

    Each call here may raise `_Broken` for an earlier answer, as an answer is judged while the next is awaited.
    """

    def __init__(self, target: Target, case: Case, profile: str, watcher: Watcher | None, stakes: Stakes) -> None:
        self.stakes = stakes
        self.target, self.case, self.profile, self.watcher = target, case, profile, watcher
        self.state: State | None = None
        self.told = case.params  # as they were before any threshold adapted
        self.reclaimed: list[int] = []  # iteration number of each collapse that an ingest made
        self.at = OPENING
        self.row: Sequence[int] = ()  # of the step in progress
        self.front: Any = None  # what the answer to it says it released to
        self.cursor: int | None = None  # what it tells as cursor
        self.answered = self.put = 0
        self.skipped = ""  # what of it was, and why
        self.judged: dict[str, tuple[Context, object]] = {}  # of each report the latest, and beside which context

    @property
    def strict(self) -> bool:
        """Whether senseless input must be refused (ANS-3; freedom F-3 of the safety profile)."""
        return self.profile != "safety"

    @property
    def asked(self) -> _Asked:
        """The step in progress."""
        return _Asked(self.at, self.state, self.row, self.front, self.cursor)

    @asked.setter
    def asked(self, asked: _Asked) -> None:
        self.at, self.state, self.row, self.front, self.cursor = asked

    def play(self) -> None:
        """Open the session and take all steps; an answer that came is judged before one that did not."""
        self.target.told = self.case.told
        try:
            self.target.begin()
            self.open(Opening())
            for at, step in enumerate(self.case.steps):
                self.at = at
                try:
                    self.take(step)
                except Skipped as no:
                    self.spare(no)
            self.target.catch_up()
        except Exception:
            self.target.catch_up()
            raise

    def spare(self, no: Skipped) -> None:
        """Go on after an ingest that is not supported, as the state is as it was; else raise it again."""
        if call_of(self.case, self.at) not in ("ingest", "ingest_tokens"):
            raise no
        self.skipped = self.cause(no)

    def ahead(self, call: Callable[[], object], then: Callable[[Callable[[], object]], None]) -> None:
        """Make a call to the allocator of which it is known what has to come, and go on; see `Target.ahead`. What
        ``then`` does is about this step, whichever has been begun by then."""
        asked = self.asked

        def settle(ask: Callable[[], object]) -> None:
            here, self.asked = self.asked, asked
            try:
                then(ask)
            except Skipped as no:
                self.spare(no)
            self.asked = here

        self.target.ahead(call, settle)

    def known(self, name: str, call: Callable[[], object], answer: object, state: State) -> None:
        """Make a call that leads to ``state`` if it conforms."""
        self.put += self.at != OPENING
        reclaimed = tuple(self.reclaimed)

        def then(ask: Callable[[], object]) -> None:
            ask()
            self.judge_later(name, self.target.changed())
            self.compare(self.asked, answer, state, reclaimed)

        self.ahead(call, then)

    def cause(self, no: Skipped) -> str:
        """What was skipped, and why."""
        said = printable(no)
        return said if said.partition(": ")[0] in SKIPPED[len(CALLS) :] else f"{call_of(self.case, self.at)}: {said}"

    def take(self, step: Step) -> None:
        """Ask for one step and have judged what comes back."""
        unrated = step.open or step.logits or step.pin or step.release is not None
        self.front = self.cursor = None
        if not unrated:
            _judgeable(self._now.used + step.extra)
        self.row = () if unrated else laid(self._now.geometry, self._now.context, step)
        if step.open is not None:
            self.open(step.open)
        elif step.logits:
            self.follow(step)
        elif step.pin is not None:
            self.pin(step.pin)
        elif step.ingest is not None or step.tokens is not None:
            self.ingest(step, step.may_release and self.target.offers("release"))
        elif step.release is not None:
            self.release(front_of(self._now.context, step))
        else:
            self.cursor = cursor_of(self._now, step) if self.target.offers("cursor") else None
            self.iterate()

    # OPEN

    def open(self, opening: Opening) -> None:
        """Open a session, or see that a senseless opening is refused."""
        context: list[object] = [
            Block(*pair) for pair in (self.case.context if opening.context is None else opening.context)
        ]
        try:
            geometry = Geometry(**opening.geometry) if opening.geometry else self.case.geometry
            params = Params(**self.offered(opening.params)) if opening.params else self.terms
            state = opened(geometry, params, context)
        except (InvalidInput, TypeError) as senseless:
            if self.state is None:  # the case's own opening
                raise
            shape, values = opening.geometry or _fields(self.case.geometry), self.offered(opening.params)
            self.refuses(str(senseless), lambda: self._open_raw(shape, values, context))
            return
        _judgeable(state.used)
        self.reclaimed = []
        self.known("open", lambda: self.target.open(state.geometry, state.params, context), None, state)
        self.told = state.params
        self.lay_out(state, None, state.end)
        self.state = state

    def offered(self, params: dict[str, Any] | None) -> dict[str, Any]:
        """The parameters of an opening, without those that the allocator does not offer."""
        asked: dict[str, Any] = self.case.params.to_dict() | (params or {})
        return {name: one for name, one in asked.items() if name not in OFFERED or self.target.offers(name)}

    @cached_property
    def terms(self) -> Params:
        """Those of the case."""
        return Params(**self.offered(None))

    def _open_raw(self, geometry: dict[str, Any], params: dict[str, Any], context: list[object]) -> None:
        try:
            self.target.open(Geometry(**geometry), Params(**params), context)
        except (InvalidInput, TypeError):
            if not self.target.speaks_raw:
                raise Refused("a Python allocator cannot be given this") from None
            self.target.open(geometry, params, context)

    # ITERATE AND INGEST

    def iterate(self) -> None:
        """Run one iteration and have its actions judged."""
        state, scores, cursor = self._now, self.row, self.cursor
        if senseless := senseless_scores(state, scores) or senseless_cursor(state, cursor):
            self.refuses(senseless, lambda: self.target.step(scores, cursor))
            return
        self.relax(state, scores)
        if self.at % LAID_OUT_EVERY == 0:  # with both that may be left out, or with one of them
            turn = (self.at // LAID_OUT_EVERY + state.used) % 3
            self.lay_out(state, scores if turn != 1 else None, self._cursor(state) if turn != 2 else state.end)
        answer = self.target.step(scores, cursor)
        self.advance(answer, lambda actions: violations(state, scores, actions, self.profile, cursor))

    def relax(self, state: State, scores: Sequence[int]) -> None:
        """Have the relaxation of an iteration judged (LPR), if the profile is that of the optimum and it is offered."""
        if self.profile != "knapsack" or state.params.prepares or not self.target.offers("relaxation"):
            return

        def then(ask: Callable[[], object]) -> None:
            answer = ask()
            self.judge_later("relaxation", self.target.changed(), lambda: self._of_relaxation(state, scores, answer))

        self.ahead(lambda: self.target.relaxation(scores), then)

    def _of_relaxation(self, state: State, scores: Sequence[int], answer: Any) -> list[Violation]:
        try:
            bound, shares, slot_price, action_price = answer
            parts = {Action(*action): Fraction(part) for action, part in shares.items()}
            relaxation = Relaxation(Fraction(bound), parts, Fraction(slot_price), Fraction(action_price))
        except (TypeError, ValueError, AttributeError):
            return [Violation("LPR-1", f"{answer!r} is no bound with shares and two prices")]
        found = relaxation_violations(state, scores, relaxation)
        if not found and relaxation.bound:
            self.stakes.note(("LPR-1", "LPR-2", "LPR-3") if len(parts) > 2 else ("LPR-1", "LPR-2"))
        return found

    def _cursor(self, state: State) -> int:
        """A token that differs from step to step."""
        first = state.context[0].start
        return first + self.at * PRIME % (state.end - first)

    def lay_out(self, state: State, scores: Sequence[int] | None, cursor: int) -> None:
        """Have a layout of the tokens of the context judged (LAY), if it is offered and they are few.

        Of ``scores`` as many as there are smallest spans say what is wanted; None for all alike.
        """
        geometry, first, last = state.geometry, state.context[0].start, state.end
        spans = (last - first) // geometry.span(0)
        if spans > MOST_SPANS or not self.target.offers("layout"):
            return
        row = None if scores is None else tuple(islice(cycle(scores), spans))
        outline = Outline(geometry, self.told, first, last, row, cursor)

        def then(ask: Callable[[], object]) -> None:
            try:
                answer = ask()
            except Refused:
                self.judge_later("layout", [], lambda: self._of_layout(outline, None))
            else:
                self.judge_later("layout", self.target.changed(), lambda: self._of_laid_out(outline, answer))

        self.ahead(lambda: self.target.layout(outline), then)

    def _of_laid_out(self, outline: Outline, answer: object) -> list[Violation]:
        pairs = as_pairs(answer)
        if pairs is None:
            return [Violation("LAY-1", f"{_short(answer)} is no list of (level, start) pairs")]
        return self._of_layout(outline, tuple(Block(*pair) for pair in pairs))

    def _of_layout(self, outline: Outline, blocks: Context | None) -> list[Violation]:
        found = layout_violations(outline, blocks, self.profile)
        if not found:
            self.stakes.laid_out(outline, blocks)
        return found

    def follow(self, step: Step) -> None:
        """Run one iteration by logits and have its actions judged; whatever is too large must saturate (PRO-1)."""
        if not self.target.offers("prefer"):
            return
        state = self._now
        logits = preferred(state.context, step)
        try:
            answer = self.target.prefer(logits)
        except Refused:
            if found := refused_logits(logits):
                self.answered += 1
                self.convict(self.asked, "refused", found)
            raise
        fixed = [[saturated(one) for one in row] for row in logits]
        if any(abs(one * SCORE_SCALE) > LARGEST_LOGIT for row in logits for one in row):
            self.stakes.note(("PRO-1",))

        def broken(actions: list[Any]) -> list[Violation]:
            unsafe = violations(state, [0] * state.used, actions, "safety")
            return unsafe or violations_of_projection(state, fixed, as_actions(actions))

        self.advance(answer, broken)

    def advance(self, answer: object, broken: Callable[[list[Any]], list[Violation]]) -> None:
        """Have the answer to an iteration judged, and move on by it."""
        self.answered += 1
        self.put += 1
        changed, state, scores, cursor = self.target.changed(), self._now, self.row, self.cursor
        if not isinstance(answer, list):
            self.convict(self.asked, answer, [*changed, _shapeless(answer)])
        actions = answer

        def judge() -> list[Violation]:
            if found := changed + broken(actions):
                return found
            if not self.target.speaks_raw:  # exact: an object could have changed what it was given, a program cannot
                self.stakes.note(("ANS-2",))
            if scores:
                self.target.idly(lambda: self.stakes.iteration(state.pointed(cursor), scores, as_actions(actions)))
            return []

        self.judge_later(answer, [], judge)
        self.go_on(answer, lambda: advanced(state, actions, scores or None), _made(state, actions))

    def ingest(self, step: Step, may: bool) -> None:
        """Ingest and have the reclaiming collapses judged, or the refusal; what it lets go if it ``may`` (REL-4)."""
        of_tokens = step.tokens is not None
        if not self.target.offers("ingest_tokens" if of_tokens else "ingest"):
            return
        state, scores = self._now, self.row
        come = (step.tokens if of_tokens else step.ingest) or 0

        def ask() -> object:
            call = self.target.ingest_tokens if of_tokens else self.target.ingest
            return call(come, scores, release=may)

        senseless = senseless_tokens(state, come) if of_tokens else senseless_blocks(state, come)
        if senseless := senseless_scores(state, scores) or senseless:
            self.refuses(senseless, ask)
            return
        tokens = come if of_tokens else come * state.geometry.span(0)
        blocks = filled(state.geometry, state.unfilled, tokens).blocks
        room = blocks * state.geometry.slots(0)
        if room <= state.params.w_max:  # else it has to be refused
            _judgeable(room)
        answer: object
        try:
            answer = ask()
        except Refused as no:
            answer = printable(no)
            actions = None
        else:
            actions = answer if isinstance(answer, list) else []
            self.front = self.target.report("released")
        self.answered += 1
        self.put += 1
        changed, front = self.target.changed(), self.front
        if actions == [] != answer:
            self.convict(self.asked, answer, [*changed, _shapeless(answer)])

        def judge() -> list[Violation]:
            found = filling_violations(state, scores, tokens, actions, self.profile, release=may, front=front)
            found = changed + found
            if not of_tokens and not self.target.knows_ingest_scores():
                found = [violation for violation in found if violation.clause != "ING-4"]
            if not found and of_tokens:
                self.stakes.filled(room=blocks > 0)
            if not found and blocks:
                self.stakes.ingest(state, None if actions is None else as_actions(actions), blocks)
                self.stakes.let_go(may, refused=actions is None, released=front is not None)
            return found

        self.judge_later(answer, [], judge)
        if actions is None:
            self.go_on(answer, lambda: state)
        else:
            self.reclaimed += [state.iteration] * len(actions)
            made = room + _made(state, actions)
            self.go_on(answer, lambda: ingested_tokens(state, actions, tokens, front), made)

    def pin(self, pinning: Pinning) -> None:
        """Pin tokens, or lift them (PIN-3)."""
        if not self.target.offers("pin"):
            return
        state = replace(self._now, pins=pinning.of(self._now.pins))
        self.known("pin", lambda: self.target.pin(pinning), None, state)
        self.state = state

    def release(self, token: int) -> None:
        """Let go of what is before ``token``, or see that it is refused (REL-1)."""
        if not self.target.offers("release"):
            return
        state = self._now
        try:
            after = released(state, token)
        except InvalidInput as senseless:
            self.refuses(str(senseless), lambda: self.target.release(token))
            return
        self.known("release", lambda: self.target.release(token), [], after)
        self.state = after

    # WHAT EVERY STEP ENDS WITH

    def refuses(self, why: str, call: Callable[[], object]) -> None:
        """ANS-3: see that senseless input is refused and changes nothing. A safety allocator is not even asked."""
        if not self.strict:
            return
        self.put += 1
        reclaimed = tuple(self.reclaimed)

        def then(ask: Callable[[], object]) -> None:
            try:
                answer = ask()
            except Refused as no:
                if "cannot be given this" not in str(no):
                    self.stakes.refused(why)
                self.judge_later(printable(no), self.target.changed())
                self.compare(self.asked, printable(no), self._now, reclaimed)
            else:
                self.convict(self.asked, answer, accepted_nonsense(False, why))

        self.ahead(call, then)

    def judge_later(self, answer: object, found: list[Violation], judge: Callable[[], list[Violation]] = list) -> None:
        """Have an answer judged while the next one is awaited, unless something has been ``found`` already."""
        asked = self.asked

        def work() -> None:
            if broken := found or judge():
                self.convict(asked, answer, broken)

        self.target.meanwhile(work)

    def go_on(self, answer: object, follow: Callable[[], State], made: int = 0) -> None:
        """Move on to what follows from an answer that is judged later, and have compared with it what the allocator
        reports of itself. Where nothing follows, the answer is judged now, since something is wrong with it; and so is
        one that has ``made`` more slots than the budget holds, or than are judged, before anybody lays a row of scores
        for them."""
        asked = self.asked
        if self.state is not None and made > min(self.state.params.w_max, MOST_SLOTS):
            self.target.catch_up()
            _judgeable(made)
        try:
            self.state = state = follow()
            _judgeable(state.used)
        except (InvalidInput, _TooLarge):
            self.target.catch_up()
            raise
        self.compare(asked, answer, state, tuple(self.reclaimed))

    def compare(self, asked: _Asked, answer: object, state: State, reclaimed: Sequence[int]) -> None:
        """Have compared with ``state`` what the allocator reports of itself, beside an ``answer`` that led there.

        Args:
            asked: what it is an answer to.
            answer: as it came.
            state: by the spec.
            reclaimed: iteration number of each collapse that an ingest has made.
        """
        said = {what: self.target.report(what) for what in self.told_of}
        if isinstance(answer, list) and self.target.offers("edits"):
            said["edits"] = self.target.report("edits")

        def work() -> None:
            of_tokens = asked.at != OPENING and self.case.steps[asked.at].tokens is not None
            before = asked.state if isinstance(answer, list) else None
            found = self.reports(state, said, before, reclaimed, of_tokens=of_tokens)
            found += self.edited(asked.state, state, said.get("edits"))
            if self.watcher is not None:
                reported = as_pairs(said.get("context")) or said.get("context")
                self.watcher(asked.moment(answer, found, state, reported))
            if found:
                raise _Broken(asked.at, found)

        self.target.meanwhile(work)

    def convict(self, asked: _Asked, answer: object, found: list[Violation]) -> NoReturn:
        """End the session at an answer that cannot move the state."""
        self.tell(asked, answer, found)
        raise _Broken(asked.at, found)

    def tell(self, asked: _Asked, answer: object, found: list[Violation]) -> None:
        """Show the watcher an answer that cannot move the state."""
        if self.watcher is not None:
            self.watcher(asked.moment(answer, found, asked.state))

    def reports(
        self, state: State, said: dict[str, object], before: State | None, reclaimed: Sequence[int], *, of_tokens: bool
    ) -> list[Violation]:
        """Judge the optional reports, each whatever the others are: context (CTX), positions (CTX-5), size of the
        ledger (COO-2), pins (PIN-3), tokens to come (FIL-1); where blocks have left since ``before``, context and pins
        by REL-2 and REL-3, and after an ingest ``of_tokens`` the context by FIL-1."""
        found: list[Violation] = []
        let_go = before is not None and before.context[0].start != state.context[0].start
        if "context" in said:
            again = self.again("context", state.context, said["context"])
            pairs = list(state.context) if again else as_pairs(said["context"])
            if pairs is None:
                found.append(Violation("CTX-6", "the reported context is no list of (level, start) pairs"))
            elif let_go:
                self.stakes.note(("REL-2",))
                found += misreleased(state.context, [Block(*pair) for pair in pairs])
            elif of_tokens and before is not None:
                self.stakes.note(("FIL-1",))
                found += misfilled(state.context, state.unfilled, [Block(*pair) for pair in pairs])
            else:
                self.stakes.reported("context", state)
                if not again and tuple(pairs) != state.context:
                    blocks = [Block(*pair) for pair in pairs]
                    found += context_violations(state.geometry, blocks) + misreported(state.context, blocks)
        if "positions" in said:
            again = self.again("positions", state.context, said["positions"])
            places = [] if again else as_integers(said["positions"])
            if places is None:
                found.append(Violation("CTX-5", "the reported positions are no list of integers"))
            else:
                self.stakes.reported("positions", state)
                found += [] if again else misplaced(state.geometry, state.context, places)
        if "ledger_size" in said:
            entries, gap = said["ledger_size"], state.params.memory
            if isinstance(entries, bool) or not isinstance(entries, int):
                found.append(Violation("COO-2", f"the reported size of the ledger is {_short(entries)}, not a number"))
            else:
                self.stakes.reported("ledger_size", state)
                recent = sum(state.iteration - iteration < gap for iteration in reclaimed)
                found += hoarded(entries, state.iteration, state.params.n_diff, gap, recent)
        if "pins" in said:
            rows = [as_pairs(list(one)) if isinstance(one, list | tuple) else None for one in _listed(said["pins"])]
            ranges = [None if one is None else list(map(list, one)) for one in rows]
            if let_go and before is not None and any(before.pins):
                self.stakes.note(("REL-3",))
                found += still_pinned(state.pins, ranges)
            else:
                self.stakes.reported("pins", state)
                found += misremembered(state.pins, ranges)
        if "unfilled" in said:
            self.stakes.reported("unfilled", state)
            found += misfilled(state.context, state.unfilled, None, said["unfilled"])
        return found

    def again(self, what: str, context: Context, said: object) -> bool:
        """Whether the report ``what`` is still the very thing that was found right beside this very context; if it had
        been found wrong, the session would have ended."""
        before, self.judged[what] = self.judged.get(what), (context, said)
        return before is not None and before[0] is context and before[1] is said

    def edited(self, before: State | None, state: State, said: object) -> list[Violation]:
        """Judge the edits that came with an answer, if any did (EDI)."""
        if before is None or said is None:
            return []
        told = said if isinstance(said, list) else []
        rows = [as_integers(list(one)) for one in told if isinstance(one, list | tuple)]
        edits = [one for one in rows if one is not None and len(one) == 4]
        if not isinstance(said, list) or len(edits) < len(said):
            return [Violation("EDI-1", f"{_short(said)} is no list of edits: first, before, at, after")]
        self.stakes.reported("edits", state)
        filled = filled_between(before, state)
        return edits_violations(state.geometry, before.context, state.context, edits, filled)

    @cached_property
    def told_of(self) -> list[str]:
        """What the allocator reports of itself, as it said before the first call of the session."""
        return [what for what in REPORTS if self.target.offers(what)]

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


def senseless_cursor(state: State, cursor: int | None) -> str:
    """Why ``cursor`` must be refused; empty if it is sensible, or there is none."""
    try:
        state.pointed(cursor)
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


def senseless_tokens(state: State, tokens: int) -> str:
    """Why an ingest of ``tokens`` must be refused whatever room there is; empty if it is sensible."""
    try:
        checked_tokens(tokens)
    except InvalidInput as senseless:
        return str(senseless)
    blocks = filled(state.geometry, state.unfilled, tokens).blocks
    return senseless_blocks(state, blocks) if blocks else ""


def refused_logits(logits: Sequence[Sequence[float]]) -> list[Violation]:
    """What a refusal of ``logits`` breaks: nothing, unless one is too large, which must saturate (PRO-1)."""
    too_large = [one for row in logits for one in row if abs(one * SCORE_SCALE) > LARGEST_LOGIT]
    return missaturated(too_large[0], None) if too_large else []


def _made(state: State, actions: list[Any]) -> int:
    """How many slots the expands among ``actions`` make, right or wrong."""
    try:
        levels = [action.level for action in as_actions(actions) if action.kind == "expand"]
    except (TypeError, ValueError):
        return 0  # nothing follows from those
    geometry = state.geometry
    return sum(geometry.fanout(level) * geometry.slots(level - 1) for level in levels if 1 <= level <= geometry.top)


def _shapeless(answer: object) -> Violation:
    return Violation("ACT-1", f"the answer is {_short(answer)}; an answer is a list of actions")


def _listed(thing: object) -> list[object]:
    return list(thing) if isinstance(thing, list | tuple) else [thing]


def _short(thing: object, limit: int = 200) -> str:
    text = repr(thing)
    return text if len(text) <= limit else text[:limit] + "..."


def _fields(geometry: Geometry) -> dict[str, Any]:
    return {"arity": geometry.arity, "cost": geometry.cost}
