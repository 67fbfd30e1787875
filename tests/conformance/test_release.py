"""Releases under judgement: over the wire and of Python objects, what is said of them and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from focalloc.conformance import messages
from focalloc.conformance.cases import Case, Pinning, Step, front_of
from focalloc.conformance.judge import Moment, Verdict, judged
from focalloc.conformance.runner import run_conformance
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.refimpl.edits import Answer
from focalloc.spec import Action, Block, Geometry, Params

CASE = Case(
    geometry=Geometry((2, 2)),
    params=Params(w_max=4),
    context=(Block(2, 0), Block(1, 4), Block(0, 6)),
    steps=(
        Step(pin=Pinning(0, 3)),
        Step(release=1),
        Step(ingest=1, may_release=True),
        Step(release=1, extra=1),
        Step(ingest=1),
        Step(ingest=2, may_release=True),
        Step(release=99),
    ),
)


def verdict(factory: type, case: Case = CASE, profile: str = "greedy") -> tuple[Verdict, list[Moment]]:
    moments: list[Moment] = []
    with PythonTarget(factory) as target:
        return judged(target, case, profile, moments.append), moments


@pytest.mark.clause("REL-1", "REL-2", "REL-3", "REL-4")
def test_the_reference_is_asked_to_let_go_and_does() -> None:
    found, moments = verdict(ReferenceAllocator)
    assert found.status == "pass", found.why
    fronts = [moment.after.context[0].start for moment in moments if moment.after]
    assert fronts == [0, 0, 4, 4, 4, 4, 12, 14]
    assert [moment.released for moment in moments] == [*[None] * 6, 12, None]
    assert moments[1].after is not None
    assert moments[1].after.pins.collapse
    assert moments[2].after is not None
    assert not moments[2].after.pins.collapse


def test_where_a_release_goes_does_not_depend_on_the_answers() -> None:
    assert front_of(CASE.context, Step(release=1)) == 4
    assert front_of(CASE.context, Step(release=9)) == 6
    assert front_of(CASE.context, Step(release=2, extra=2)) == 8


class Tells(ReferenceAllocator):
    """Lets go without being told that it may."""

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        return super().ingest(blocks, scores, release=True)


class Unheard(ReferenceAllocator):
    """Does not say what an ingest let go of."""

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        return Answer(super().ingest(blocks, scores, release=release), [])


class Odd(ReferenceAllocator):
    """Says something else of it."""

    said: object = "everything"

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        answer = super().ingest(blocks, scores, release=release)
        answer.released = self.said  # type: ignore[assignment]
        return answer


def full(*steps: Step) -> Case:
    return Case(geometry=Geometry((2, 2)), params=Params(w_max=3), context=(Block(2, 0), Block(0, 4)), steps=steps)


@pytest.mark.clause("REL-4", "ING-2", "REL-1")
@pytest.mark.parametrize(
    ("factory", "may", "clause"), [(Tells, False, "REL-4"), (Unheard, True, "ING-2"), (Odd, True, "REL-1")]
)
def test_what_is_said_of_an_ingest_is_judged(factory: type, may: bool, clause: str) -> None:
    found, _ = verdict(factory, full(Step(ingest=1, may_release=may)), "safety")
    assert (found.status, found.clause) == ("fail", clause)
    assert found.why


def test_who_does_not_offer_it_is_not_asked() -> None:
    class Without:
        def __init__(self) -> None:
            self.inner = ReferenceAllocator()

        def open(self, *arguments: object) -> None:
            self.inner.open(*arguments)  # type: ignore[arg-type]

        def step(self, scores: Sequence[int]) -> list[Action]:
            return self.inner.step(scores)

        def release(self, token: int) -> None:
            raise AssertionError(token)

        def ingest(self, blocks: int, scores: Sequence[int]) -> list[Action]:
            return self.inner.ingest(blocks, scores)

    found, _ = verdict(Without)
    assert found.status == "pass"
    report = run_conformance(Without, profile="greedy", examples=20, save_to=None)
    assert report.status == "pass"
    assert "release" in report.not_offered


def test_a_skipped_release_is_a_skip_by_that_name() -> None:
    class NotYet(ReferenceAllocator):
        def release(self, token: int) -> Answer:
            raise NotImplementedError("not yet")

    found, _ = verdict(NotYet)
    assert (found.status, found.why) == ("skip", "release: not yet")


def test_an_ingest_that_may_not_let_go_is_the_command_that_it_was() -> None:
    assert messages.command_line(messages.Ingest(1, [0])) == b'{"cmd":"ingest","blocks":1,"scores":[0]}\n'
    line = messages.command_line(messages.Ingest(1, [0], True))
    assert messages.read_command(line) == messages.Ingest(1, [0], release=True)
    said = messages.read_answer(b'{"ok":true,"edits":[[0,3,0,0]]}\n', messages.Release(4))
    assert said.edits == [(0, 3, 0, 0)]  # type: ignore[union-attr]
