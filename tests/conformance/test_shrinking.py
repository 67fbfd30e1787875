"""What is shrunk keeps no more than it needs, after few tries, where what it needs is much."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from focalloc.conformance import shrinking
from focalloc.conformance.cases import Case, Step
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.actions import family, is_complete, parent

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
