"""The judge: its own state, verdicts of every kind, reports, refusals, time limits."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from focalloc.conformance import Case, Opening, PythonTarget, Step, Verdict, judged
from focalloc.conformance.broken.sound import Sound
from focalloc.conformance.cases import from_json, laid, to_json
from focalloc.conformance.judge import Moment
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, Geometry, Params

TINY = Geometry((2, 2))
HIGH = 10**6


def case(*steps: Step, context: Sequence[tuple[int, int]] = ((2, 0), (2, 4)), **params: Any) -> Case:
    return Case(
        geometry=TINY,
        params=Params(w_max=params.pop("w_max", 9), **params),
        context=tuple(Block(*pair) for pair in context),
        steps=steps,
    )


def verdict(factory: Any, what: Case, profile: str = "safety", timeout: float = 10.0) -> Verdict:
    with PythonTarget(factory, timeout=timeout, start_timeout=timeout) as target:
        return judged(target, what, profile)


class Fixed:
    """Gives the same answers to everybody."""

    def __init__(self, *answers: object) -> None:
        self.answers = itertools.cycle(answers or ([],))

    def open(self, geometry: Geometry, params: Params, context: object) -> None:
        pass

    def step(self, scores: list[int]) -> object:
        answer = next(self.answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def test_the_state_moves_by_the_answers_and_not_by_what_is_reported() -> None:
    moments: list[Moment] = []
    what = case(Step(scores=(HIGH,)), Step(scores=(HIGH,)), n_diff=1)
    with PythonTarget(lambda: Fixed([("expand", 2, 0)], [("expand", 2, 4)])) as target:
        assert judged(target, what, "safety", moments.append).status == "pass"
    assert [moment.at for moment in moments] == [-1, 0, 1]
    assert moments[-1].after is not None
    assert moments[-1].after.context == ((1, 0), (1, 2), (1, 4), (1, 6))


@pytest.mark.parametrize(("report", "clause"), [("context", "CTX-6"), ("positions", "CTX-5")])
def test_a_report_that_goes_wrong_by_itself_is_seen_when_it_does(report: str, clause: str) -> None:
    class GoesWrong(Sound):
        def context(self) -> Any:
            return [(2, 0), (2, 4)] if report == "context" and self.state.iteration > 2 else self.state.context

        def positions(self) -> list[int]:
            return [2 + (report == "positions" and self.state.iteration > 2)]

    with PythonTarget(GoesWrong) as target:
        verdict = judged(target, Case(TINY, Params(), (Block(2, 0),), (Step(),) * 5))
    assert (verdict.at, verdict.clause) == (2, clause)


def test_a_session_ends_at_the_first_violation() -> None:
    found = verdict(lambda: Fixed([], [("expand", 2, 8)], [("grow", 2, 0)]), case(Step(), Step(), Step()))
    assert (found.status, found.at, found.clause, found.answered) == ("fail", 1, "ACT-3", 2)


WIDE = Geometry((40,), (1, 1))


@pytest.mark.parametrize(
    ("step", "slots"),
    [
        (Step(scores=(HIGH, -HIGH)), 41),
        (Step(scores=(HIGH,)), 80),
        (Step(ingest=2), 80),
        (Step(tokens=80), 80),
        (Step(extra=60), 62),
        (Step(open=Opening(context=((0, 0), (0, 40)))), 80),
    ],
    ids=["context", "expands", "ingest", "ingest of tokens", "scores too many", "open"],
)
def test_what_takes_more_slots_than_are_judged_is_unknown(
    step: Step, slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focalloc.conformance.judge.MOST_SLOTS", 40)
    what = Case(WIDE, Params(w_max=100, cooldown_steps=0), (Block(1, 0), Block(1, 40)), (step, Step()))
    found = verdict(ReferenceAllocator, what, "greedy")
    assert (found.status, found.at) == ("unknown", 0)
    assert found.why == f"{slots} slots are more than the judge takes on, which is 40"
    monkeypatch.setattr("focalloc.conformance.judge.MOST_SLOTS", 82)
    assert verdict(ReferenceAllocator, what, "greedy").status == "pass"


def test_what_has_to_be_refused_is_judged_however_many_slots_it_would_take() -> None:
    what = Case(Geometry((2**26,), (1, 1)), Params(w_max=9), (Block(1, 0),), (Step(ingest=1), Step(tokens=1), Step()))
    assert verdict(ReferenceAllocator, what, "greedy").status == "pass"

    class Grants(ReferenceAllocator):
        def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Any:
            return []

    found = verdict(Grants, what, "greedy")
    assert (found.status, found.at, found.clause) == ("fail", 0, "ING-2")


def test_an_opening_of_more_slots_than_are_judged_is_put_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focalloc.conformance.judge.MOST_SLOTS", 1)
    found = verdict(lambda: Fixed(RuntimeError("was asked")), case(Step()))
    assert (found.status, found.at, found.answered) == ("unknown", -1, 0)


@pytest.mark.clause("BUD-1")
def test_an_answer_that_makes_more_slots_than_are_judged_is_judged_itself() -> None:
    what = Case(Geometry((2**26,), (1, 1)), Params(w_max=9), (Block(1, 0),), (Step(scores=(HIGH,)), Step()))
    found = verdict(lambda: Fixed([("expand", 1, 0)]), what)
    assert (found.status, found.at, found.clause) == ("fail", 0, "BUD-1")
    room = msgspec.structs.replace(what, params=Params(w_max=2**26))
    assert verdict(lambda: Fixed([("expand", 1, 0)]), room).status == "unknown"


@pytest.mark.clause("ACT-1")
@pytest.mark.parametrize("answer", [None, 7, "expand", {"actions": []}, [None], [("expand", 2)], [["expand", 2, 0.0]]])
def test_an_answer_of_the_wrong_shape_is_a_violation_and_no_traceback(answer: object) -> None:
    assert verdict(lambda: Fixed(answer), case(Step())).clause == "ACT-1"


def test_an_answer_may_be_any_iterable_of_actions() -> None:
    class Lazy(Sound):
        def step(self, scores: list[int]) -> Any:
            return (tuple(action) for action in super().step(scores))

    assert verdict(Lazy, case(Step(scores=(HIGH,))), "greedy").status == "pass"


@pytest.mark.clause("ANS-1")
def test_an_endless_answer_has_an_end() -> None:
    assert verdict(lambda: Fixed(itertools.repeat(("expand", 2, 0))), case(Step())).clause == "CAP-1"


@pytest.mark.clause("ANS-1")
def test_a_loop_is_interrupted_even_if_it_catches_exceptions() -> None:
    class Stubborn(Fixed):
        def step(self, scores: list[int]) -> object:
            while True:
                try:
                    while True:
                        pass
                except Exception:  # noqa: BLE001  # that is the point
                    continue

    found = verdict(Stubborn, case(Step()), timeout=0.3)
    assert (found.status, found.clause) == ("fail", "ANS-1")
    assert "0.3 s" in found.why


@pytest.mark.clause("ANS-1")
def test_a_call_without_an_answer_lets_the_next_session_go_on() -> None:
    class SpinsOnce(Sound):
        def step(self, scores: list[int]) -> Any:
            while min(scores) > 0:
                pass
            return super().step(scores)

    with PythonTarget(SpinsOnce, timeout=0.3, start_timeout=0.3) as target:
        assert judged(target, case(Step(scores=(HIGH,)))).clause == "ANS-1"
        assert judged(target, case(Step(), Step(), Step())).status == "pass"


@pytest.mark.clause("ANS-2")
@pytest.mark.parametrize("profile", ["safety", "greedy"])
def test_tampering_with_the_input_shows_whatever_the_answer(profile: str) -> None:
    class Tidy(Sound):
        def step(self, scores: list[int]) -> Any:
            answer = super().step(scores)
            scores.clear()
            return answer

    class Grabs(Sound):
        def open(self, geometry: Geometry, params: Params, context: Any) -> None:
            super().open(geometry, params, context)
            object.__setattr__(params, "w_max", 1)

    found = verdict(Tidy, case(Step(scores=(HIGH,))), profile)
    assert (found.clause, found.at) == ("ANS-2", 0)
    assert "scores" in found.why
    found = verdict(Grabs, case(Step(scores=(HIGH,))), profile)
    assert (found.clause, found.at) == ("ANS-2", -1)
    assert "parameters" in found.why


def test_refusing_sensible_input_is_an_error_with_the_reason() -> None:
    found = verdict(lambda: Fixed(ValueError("not today")), case(Step()))
    assert (found.status, found.at) == ("error", 0)
    assert "not today" in found.why


def test_what_is_not_supported_is_a_skip_and_no_pass() -> None:
    assert verdict(lambda: Fixed(NotImplementedError("soon")), case(Step())).status == "skip"


class Unwilling(Fixed):
    """Supports nothing but ``open``."""

    def __init__(self, why: str = "") -> None:
        super().__init__(NotImplementedError(why))
        self.why = why

    def ingest(self, blocks: int, scores: list[int]) -> object:
        raise NotImplementedError(self.why)

    def prefer(self, logits: object) -> object:
        raise NotImplementedError(self.why)


@pytest.mark.parametrize(
    ("step", "call"),
    [(Step(), "step"), (Step(ingest=1), "ingest"), (Step(logits=((0.0, 0.0, 0.0),)), "prefer")],
)
def test_a_skip_says_which_call_it_was_unless_it_gives_a_cause_of_its_own(step: Step, call: str) -> None:
    assert verdict(Unwilling, case(step)).why == f"{call}: not implemented"
    assert verdict(lambda: Unwilling("soon: perhaps"), case(step)).why == f"{call}: soon: perhaps"
    assert verdict(lambda: Unwilling("geometry: too small"), case(step)).why == "geometry: too small"


def test_iterations_and_ingests_are_answers_and_so_is_a_refusal_for_want_of_room() -> None:
    steps = (Step(), Step(ingest=1), Step(), Step(ingest=10**6))
    found = verdict(Sound, case(*steps), "greedy")
    assert (found.status, found.answered) == ("pass", 4)


def test_a_skipped_ingest_does_not_hide_what_comes_after() -> None:
    class NoIngest(Fixed):
        def ingest(self, blocks: int, scores: list[int]) -> object:
            raise NotImplementedError

    assert verdict(NoIngest, case(Step(ingest=1), Step())).status == "skip"
    assert verdict(lambda: NoIngest([("expand", 1, 0)]), case(Step(ingest=1), Step())).clause == "ACT-3"


@pytest.mark.clause("ING-4")
def test_an_ingest_without_scores_cannot_be_blamed_for_its_order() -> None:
    class Blind(Sound):
        def ingest(self, blocks: int) -> Any:  # type: ignore[override]
            return super().ingest(blocks, list(range(self.state.used)))

    steps = Step(scores=(5, 5, 1, 1), ingest=1)
    assert verdict(Blind, case(steps, context=[(0, 0), (0, 2)], w_max=5), "greedy").status == "pass"


@pytest.mark.clause("ANS-3")
@pytest.mark.parametrize(
    "senseless",
    [
        Step(extra=1),
        Step(extra=-1),
        Step(scores=(2**31,)),
        Step(ingest=0),
        Step(ingest=-1),
        Step(open=Opening(context=())),
        Step(open=Opening(context=((0, 0), (0, 0)))),
        Step(open=Opening(context=((1, 1),))),
        Step(open=Opening(context=((3, 0),))),
    ],
)
def test_senseless_input_must_be_refused_by_all_but_the_safety_profile(senseless: Step) -> None:
    class Meek(Fixed):
        def ingest(self, blocks: int, scores: list[int]) -> object:
            return []

    what = case(senseless, Step())
    assert verdict(Meek, what, "safety").status == "pass"
    assert verdict(Meek, what, "greedy").clause == "ANS-3"
    assert verdict(ReferenceAllocator, what, "greedy").status == "pass"


@pytest.mark.clause("ANS-3")
def test_a_refusal_that_loses_the_session_shows_in_the_next_answer() -> None:
    class Amnesiac(Sound):
        def open(self, geometry: Geometry, params: Params, context: Any) -> None:
            blocks = list(context)
            self.forgotten = hasattr(self, "state")
            super().open(geometry, params, blocks)

        def step(self, scores: list[int]) -> Any:
            return [] if self.forgotten else super().step(scores)

    what = case(Step(open=Opening(context=())), Step(scores=(HIGH,)))
    assert verdict(Amnesiac, what, "greedy").clause == "GRE-6"


def test_a_second_open_replaces_the_session() -> None:
    what = case(Step(scores=(HIGH,)), Step(open=Opening(context=((2, 8),))), Step(scores=(HIGH,)))
    assert verdict(ReferenceAllocator, what, "greedy").status == "pass"


@pytest.mark.clause("CTX-1", "CTX-2", "CTX-3", "CTX-5", "CTX-6", "COO-2")
@pytest.mark.parametrize(
    ("report", "value", "clause"),
    [
        ("context", [(3, 0)], "CTX-1"),
        ("context", [(1, 1)], "CTX-2"),
        ("context", [(2, 0), (2, 8)], "CTX-3"),
        ("context", [(2, 0)], "CTX-6"),
        ("context", "all of it", "CTX-6"),
        ("positions", [0, 4], "CTX-5"),
        ("positions", [2], "CTX-5"),
        ("positions", None, "CTX-5"),
        ("ledger_size", 10**9, "COO-2"),
        ("ledger_size", "small", "COO-2"),
    ],
)
def test_reports_are_judged_where_they_are_offered(report: str, value: object, clause: str) -> None:
    liar = type("Liar", (Fixed,), {report: lambda self: value})
    assert verdict(liar, case(Step())).clause == clause


@pytest.mark.clause("COO-2")
def test_a_report_that_changes_into_an_equal_one_of_another_kind_is_seen() -> None:
    sizes = itertools.chain([0, 0], itertools.repeat(False))  # False == 0, and is no number
    liar = type("Liar", (Fixed,), {"ledger_size": lambda self: next(sizes)})
    found = verdict(liar, case(Step(), Step()))
    assert (found.clause, found.at) == ("COO-2", 1)


@pytest.mark.clause("SCO-2")
@pytest.mark.clause("CTX-5", "CTX-6")
@pytest.mark.parametrize(("report", "clause"), [("context", "CTX-6"), ("positions", "CTX-5")])
def test_a_report_that_is_too_long_is_wrong_even_if_all_that_should_be_there_is(report: str, clause: str) -> None:
    """What is beyond the end is right for the block that might come next, and follows on."""
    more: dict[str, object] = {"context": Block(2, 8), "positions": 10}

    def longer(self: Any) -> list[Any]:
        return [*getattr(ReferenceAllocator, report)(self), more[report]]

    liar = type("Liar", (ReferenceAllocator,), {report: longer})
    assert verdict(liar, case(Step(scores=(0,)))).clause == clause


@pytest.mark.clause("COO-2")
@pytest.mark.parametrize(("size", "status"), [(2, "pass"), (3, "pass"), (4, "fail")])
def test_after_an_ingest_the_ledger_may_be_as_long_as_the_reclaims_make_it(size: int, status: str) -> None:
    """One action per iteration and two reclaims: each is counted once."""
    hoarding = type("Hoard", (ReferenceAllocator,), {"ledger_size": lambda self: size if self.state.ledger else 0})
    what = case(Step(ingest=1), context=((0, 0), (0, 2)), w_max=4, n_diff=1, cooldown_steps=0)
    found = verdict(hoarding, what)
    assert (found.status, found.clause) == (status, "" if status == "pass" else "COO-2")


@pytest.mark.clause("COO-2")
@pytest.mark.parametrize(("size", "status"), [(3, "pass"), (4, "fail")])
def test_what_an_ingest_of_an_earlier_session_collapsed_is_no_part_of_this_ones_ledger(size: int, status: str) -> None:
    hoarding = type("Hoard", (ReferenceAllocator,), {"ledger_size": lambda self: size if self.state.iteration else 0})
    steps = (Step(ingest=1), Step(open=Opening()), Step())
    what = case(*steps, context=((0, 0), (0, 2)), w_max=4, n_diff=1, cooldown_steps=3)
    found = verdict(hoarding, what)
    assert (found.status, found.clause) == (status, "" if status == "pass" else "COO-2")


@pytest.mark.clause("CTX-5")
@pytest.mark.parametrize("after", ["ingest", "reclaim", "refused ingest", "step"])
def test_positions_are_judged_after_every_kind_of_call(after: str) -> None:
    """They are right until the call of which the allocator makes something wrong."""
    called = {"ingest": Step(ingest=1), "reclaim": Step(ingest=2), "refused ingest": Step(ingest=99), "step": Step()}

    class Off(ReferenceAllocator):
        wrong = False

        def positions(self) -> list[int]:
            return [one + self.wrong for one in super().positions()]

        def step(self, scores: Sequence[int]) -> list[Any]:
            self.wrong = True
            return super().step(scores)

        def ingest(self, blocks: int, scores: Sequence[int]) -> list[Any]:
            self.wrong = True
            return super().ingest(blocks, scores)

    found = verdict(Off, case(called[after], context=((0, 0), (0, 2)), w_max=6))
    assert (found.clause, found.at) == ("CTX-5", 0)


def test_patterns_are_laid_over_slots_blocks_or_tokens() -> None:
    context = (Block(0, 0), Block(1, 2), Block(2, 4))
    assert laid(TINY, context, Step(scores=(1, 2, 3))) == [1, 2, 3, 1]
    assert laid(TINY, context, Step(scores=(1, 2, 3), per="block")) == [1, 1, 2, 3]
    assert laid(TINY, context, Step(scores=(1, 2, 3), per="token")) == [1, 2, 1, 1]
    assert laid(TINY, context, Step(scores=(1, 2), extra=2)) == [1, 2, 1, 2, 1, 2]
    assert laid(TINY, context, Step(extra=-1)) == [0, 0, 0]


def test_a_case_survives_json() -> None:
    what = case(Step(scores=(1, -2), per="token"), Step(ingest=2), Step(open=Opening(context=((9, 9),))), n_diff=3)
    assert from_json(to_json(what)) == what


# LOGITS


class Follows(Fixed):
    """Gives its answers to logits, too."""

    def prefer(self, logits: list[list[float]]) -> object:
        return self.step([])


@pytest.mark.clause("PRO-1")
def test_logits_are_laid_over_the_blocks_and_the_answer_is_judged_as_their_projection() -> None:
    what = case(Step(logits=((1e300, 0.0, 0.0), (0.0, 0.0, 0.0))), strategy="projection")
    assert from_json(to_json(what)) == what
    right, wrong = [("expand", 2, 0)], [("expand", 2, 4)]
    assert verdict(lambda: Follows(right), what, "projection").status == "pass"
    assert verdict(lambda: Follows(wrong), what, "projection").clause == "PRO-2"
    assert verdict(lambda: Follows([]), what, "projection").clause == "PRO-3"
    assert verdict(lambda: Follows([("expand", 1, 0)]), what, "projection").clause == "ACT-3"
    assert verdict(lambda: Follows("no"), what, "projection").status == "fail"
    assert verdict(ReferenceAllocator, what, "projection") == Verdict("pass", 1, answered=1)


@pytest.mark.clause("PRO-1")
def test_to_refuse_a_logit_that_is_too_large_breaks_pro_1_and_to_refuse_another_is_an_error() -> None:
    large, small = (case(Step(logits=((one, 0.0, 0.0),)), strategy="projection") for one in (-4000.0, 1.0))
    found = verdict(lambda: Follows(ValueError("too large")), large, "projection")
    assert (found.status, found.clause) == ("fail", "PRO-1")
    assert "-4000.0 is refused" in found.why
    assert verdict(lambda: Follows(ValueError("too large")), small, "projection").status == "error"


def test_logits_are_not_put_to_an_allocator_that_does_not_follow_them() -> None:
    what = case(Step(logits=((1.0, 0.0, 0.0),)), Step(), strategy="projection")
    assert verdict(Fixed, what, "projection") == Verdict("pass", 2, answered=1)


def test_to_change_the_logits_is_to_tamper() -> None:
    class Tampers(Follows):
        def prefer(self, logits: list[list[float]]) -> object:
            logits[0][0] = 0.0
            return [("expand", 2, 0), ("expand", 2, 4)]

    what = case(Step(logits=((1.0, 0.0, 0.0),)), strategy="projection", w_max=8)
    assert verdict(Tampers, what, "projection").clause == "ANS-2"


@pytest.mark.parametrize(
    ("parameter", "clause", "steps"),
    [
        ({"reclaim_ahead": 1}, "ING-6", [Step(ingest=1)]),
        ({"memory_shift": 3}, "GRE-6", [Step(scores=(-HIGH,)), Step(scores=(0,))]),
        ({"lean": HIGH}, "THR-1", [Step(scores=(-HIGH,))]),
        ({"recompute_weight": HIGH}, "MUL-1", [Step(scores=(1 - HIGH,))]),
    ],
)
def test_an_optional_parameter_is_told_to_those_only_who_offer_it(
    parameter: dict[str, int], clause: str, steps: list[Step]
) -> None:
    default = dict.fromkeys(parameter, 0)

    class Older(ReferenceAllocator):
        offers = ()

        def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
            assert params == replace(params, **default)
            super().open(geometry, params, context)

    class Ignores(Older):
        offers = tuple(parameter)

        def open(self, geometry: Geometry, params: Params, context: Sequence[object]) -> None:
            super().open(geometry, replace(params, **default), context)

    profile = "multi_objective" if clause == "MUL-1" else "greedy"
    what = case(*steps, context=[(0, 0), (0, 2), (0, 4), (0, 6)], w_max=8, strategy=profile, **parameter)
    assert verdict(Older, what, profile).status == "pass"
    assert verdict(ReferenceAllocator, what, profile).status == "pass"
    assert verdict(Ignores, what, profile).clause == clause
