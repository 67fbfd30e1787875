"""What is shrunk keeps no more than it needs, after few tries, where what it needs is much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from focalloc.conformance import judged, shrinking
from focalloc.conformance.cases import Case, Opening, Pinning, Step
from focalloc.conformance.chance import Draw
from focalloc.conformance.report import ids_of
from focalloc.conformance.scenes import SCENES
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Action, Block, Geometry, Params
from focalloc.spec.actions import family, is_complete, parent
from focalloc.spec.blocks import used

WIDE = Geometry((2, 1030))
FAMILY = Case(
    WIDE,
    Params(n_diff=7, tau_expand=3),
    (*family(WIDE, Block(2, 0)), Block(2, 2060), Block(2, 4120)),
    (Step(scores=tuple(range(-40, 40)), per="block"), Step(ingest=2)),
)
CUTS = Case(
    Geometry((2,)),
    Params(tau_expand=3),
    tuple(Block(int(at % 3 == 0), 2 * at) for at in range(400)),
    (Step(scores=(5, -5)), Step(ingest=7)),
)
LONG = Case(
    Geometry((2, 2)),
    Params(cooldown_steps=230),
    (Block(2, 0), Block(2, 4)),
    tuple(Step(ingest=1) if at % 9 == 4 else Step(scores=(at, -at), per="block") for at in range(1, 248)),
)


def wider_than_a_word(case: Case) -> bool:
    blocks, node = set(case.context), parent(case.geometry, case.context[0])
    return node is not None and case.geometry.arity[-1] > 64 and is_complete(case.geometry, blocks, node)


def many_raw(case: Case) -> bool:
    return sum(block.level == 0 for block in case.context) > 64


def far_apart(case: Case) -> bool:
    iterations = [step for step in case.steps if step.call == "step"]
    apart = len(iterations) - 1
    return 100 <= apart <= case.params.cooldown_steps and bool(iterations[0].scores and iterations[-1].scores)


def least(case: Case, fails: Callable[[Case], bool], most: int) -> Case:
    """The simplest session that so many tries find."""
    tries = 0

    def counted(one: Case) -> bool:
        nonlocal tries
        if tries >= most:
            raise StopIteration
        tries += 1
        return fails(one)

    assert fails(case)
    return shrinking.shrunk(case, counted)


@pytest.mark.parametrize(
    ("case", "fails", "most", "left"),
    [
        (FAMILY, wider_than_a_word, 100, (0, 1, 65)),
        (CUTS, many_raw, 500, (0, 65, 2)),
        (LONG, far_apart, 320, (101, 1, 2)),
    ],
    ids=["a family wider than a word", "raw blocks between gists", "two iterations far apart"],
)
def test_what_is_left_is_what_it_needs(
    case: Case, fails: Callable[[Case], bool], most: int, left: tuple[int, int, int]
) -> None:
    found = least(case, fails, most)
    assert (len(found.steps), len(found.context), max(found.geometry.arity)) == left
    assert sum(bool(step.scores) for step in found.steps) == min(len(found.steps), 2)


ONE = Geometry((2,))


def does_not_fit(case: Case) -> bool:
    slots = [(step.ingest or 0) * case.geometry.slots(0) for step in case.steps]
    return any(w <= case.params.w_max < w + used(case.geometry, case.context) for w in slots if w)


def is_pinned_at_the_front(case: Case) -> bool:
    return any(step.pin is not None and step.pin.first == case.context[0].start for step in case.steps)


def wants_to_expand(case: Case) -> bool:
    return any(score > case.params.tau_expand for step in case.steps for score in step.scores)


def collapses_in_debt(case: Case) -> bool:
    geometry, members = case.geometry, [block for block in case.context if block.start < case.geometry.spans[-1]]
    scores = [score for step in case.steps for score in step.scores[: len(members)]]
    wanted = geometry.top > 1 and is_complete(geometry, set(members), Block(2, 0)) and sum(scores) < -len(scores)
    slots = used(geometry, case.context)
    return wanted and slots - geometry.deltas[-1] < case.params.w_max < slots and len(case.context) > len(members)


@pytest.mark.parametrize(
    ("case", "fails", "left"),
    [
        (Case(ONE, Params(w_max=8191), (Block(0, 0),), (Step(ingest=4095),)), does_not_fit, {"w_max": 2}),
        (Case(ONE, Params(), (Block(1, 100),), (Step(pin=Pinning(100, 140)),)), is_pinned_at_the_front, {}),
        (Case(ONE, Params(tau_expand=3), (Block(1, 0),), (Step(scores=(7,)),)), wants_to_expand, {}),
        (
            Case(
                Geometry((2, 150)),
                Params(w_max=5),
                (*family(Geometry((2, 150)), Block(2, 0)), Block(1, 300)),
                (Step(scores=(*(0,) * 35, *(-9,) * 115, 5)),),
            ),
            collapses_in_debt,
            {"w_max": 3},
        ),
    ],
    ids=["an ingest into a budget", "pins far from the start", "thresholds", "a wide family in debt"],
)
def test_what_hangs_together_is_made_smaller_together(
    case: Case, fails: Callable[[Case], bool], left: dict[str, int]
) -> None:
    found = least(case, fails, 400)
    assert found.params == Params(**left)
    assert found.context[0].start == 0
    assert len(found.context) <= 10
    assert [step.ingest for step in found.steps if step.ingest] in ([], [1])
    assert [step.pin for step in found.steps if step.pin] in ([], [Pinning(0, 1)])


@pytest.mark.parametrize("needed", [None, {"n_diff": 3}])
def test_an_opening_keeps_the_parameters_that_it_needs(needed: dict[str, int] | None) -> None:
    again = Opening(context=((1, 0), (1, 2)), params={"n_diff": 3, "tau_expand": 7})

    def fails(case: Case) -> bool:
        openings = [step.open for step in case.steps if step.open]
        return any(needed is None or needed.items() <= (one.params or {}).items() for one in openings)

    found = least(Case(ONE, Params(), (Block(1, 0),), (Step(scores=(1,)), Step(open=again))), fails, 200)
    assert [step.open.params for step in found.steps if step.open] == [needed]
    assert [len(step.open.context or ()) for step in found.steps if step.open] == [1]


class KeepsTheLatest(ReferenceAllocator):
    """Its ledger keeps the 64 latest nodes."""

    def step(self, scores: list[int]) -> list[Action]:
        answer = super().step(scores)
        latest = sorted(self.state.ledger.items(), key=lambda one: (one[1].iteration, one[0].start))[-64:]
        self._state = replace(self.state, ledger=dict(latest))
        return answer


def test_where_much_is_needed_no_more_is_left() -> None:
    """To have something forgotten in one iteration, 65 nodes have to be acted on, each of them a block or a family."""
    drawn = (SCENES["reversals"](Draw(str(seed)), "greedy") for seed in range(20))
    with PythonTarget(KeepsTheLatest) as target:

        def fails(one: Case) -> bool:
            return "COO-1" in ids_of(judged(target, one, "greedy"))

        found = least(next(filter(fails, drawn)), fails, 800)
    assert (len(found.steps), len(found.context), found.geometry, found.context[0].start) == (2, 65, ONE, 0)


def test_a_number_is_made_as_small_as_it_can_be_in_few_tries() -> None:
    now, tries = 2**31, 0

    def to(fewer: int) -> bool:
        nonlocal now, tries
        tries += 1
        now = fewer if fewer >= 77 else now
        return fewer >= 77

    shrinking.lower(lambda: now, to, 0)
    assert now == 77
    assert tries < 70


def test_gists_side_by_side_have_room_to_expand_all_of_them_and_no_more() -> None:
    gists = tuple(Block(2, 9 * at) for at in range(4))
    case = Case(Geometry((3, 3)), Params(w_max=1000), gists, (Step(scores=(9, 9, 9, 9)),))

    def all_fit(one: Case) -> bool:
        return used(one.geometry, one.context) + len(one.context) * one.geometry.deltas[-1] <= one.params.w_max < 1000

    search = shrinking.Search(case, all_fit)
    shrinking.blocks_alike(search)
    assert (search.case.geometry, search.case.params.w_max) == (Geometry((3,)), 12)


@pytest.mark.parametrize(("step", "fewest"), [(Step(ingest=40), Step(ingest=1)), (Step(tokens=81), Step(tokens=1))])
def test_a_smaller_ingest_leaves_as_much_room_as_before(step: Step, fewest: Step) -> None:
    case = Case(ONE, Params(w_max=90), (Block(1, 0),), (step,))

    def leaves_ten(one: Case) -> bool:
        come = (one.steps[0].ingest or 0) * 2 + (one.steps[0].tokens or 0)
        return 9 <= one.params.w_max - come <= 10

    search = shrinking.Search(case, leaves_ten)
    shrinking.smaller_ingests(search)
    assert search.case.steps == (fewest,)
