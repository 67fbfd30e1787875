"""The cursor, on examples small enough to work by hand: what is near it, and where it may stand.

Arity (2, 2), one slot per unit: every expand costs one slot.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from focalloc.spec import Action, Block, Geometry, InvalidInput, Params, advanced, opened, violations
from focalloc.spec.cursor import astray, checked_cursor, distance
from focalloc.spec.layout import checked_outline
from focalloc.spec.memory import leant, misleant
from focalloc.spec.objective import nearness
from focalloc.spec.state import seen

TINY = Geometry((2, 2))
PARAMS = Params(w_max=8, n_diff=4, tau_expand=2, tau_collapse=2, cooldown_steps=2, strategy="enhanced")
GISTS = [(1, 0), (1, 2), (1, 4), (1, 6)]
RAW = [(0, 0), (0, 2), (0, 4), (0, 6)]
NODES = [Block(level, start) for level in range(3) for start in range(0, 16, TINY.span(level))]


def broken(
    context: list[tuple[int, int]],
    scores: list[int],
    actions: list[tuple[str, int, int]],
    cursor: int | None,
    **change: object,
) -> list[str]:
    state = opened(TINY, replace(PARAMS, **{"w_soft": 0, **change}), context)  # type: ignore[arg-type]
    found = violations(state, scores, actions, state.params.strategy, cursor)
    return [violation.clause for violation in found]


@pytest.mark.clause("CUR-1")
def test_what_holds_the_cursor_is_at_no_distance_and_what_lies_less_than_a_span_off_neither() -> None:
    assert [distance(TINY, Block(1, start), 5) for start in range(0, 16, 2)] == [1, 0, 0, 0, 1, 2, 3, 4]
    assert [distance(TINY, Block(1, start), 4) for start in range(0, 16, 2)] == [1, 0, 0, 1, 2, 3, 4, 5]
    assert [distance(TINY, Block(2, start), 5) for start in range(0, 16, 4)] == [0, 0, 1, 3]


@pytest.mark.clause("CUR-1")
@pytest.mark.parametrize("node", NODES)
def test_at_the_end_the_distance_is_the_number_of_spans_in_between(node: Block) -> None:
    assert distance(TINY, node, 16) == (16 - node.start - TINY.span(node.level)) / TINY.span(0)


@pytest.mark.clause("CUR-1")
@pytest.mark.parametrize("cursor", range(17))
def test_a_distance_is_that_of_layouts_and_falls_and_rises_along_the_context(cursor: int) -> None:
    outline = checked_outline(TINY, PARAMS, 0, 16, None, cursor)
    assert all(outline.distance(node) == distance(TINY, node, cursor) for node in NODES)
    row = [distance(TINY, Block(1, start), cursor) for start in range(0, 16, 2)]
    steps = [later - earlier for earlier, later in pairwise(row)]
    assert steps == sorted(steps)
    assert min(row) == 0


@pytest.mark.clause("CUR-1")
def test_a_cursor_lies_within_the_context() -> None:
    state = opened(TINY, PARAMS, [(1, 4), (0, 6)])
    assert [state.pointed(one).at for one in (None, 4, 7, 8)] == [8, 4, 7, 8]
    assert [checked_cursor(4, 8, one) for one in (4, 7, 8)] == [4, 7, 8]
    for senseless in (3, 9, -1, 2**60, True, 5.0, "5"):
        [wrong] = astray(4, 8, senseless)
        assert wrong.clause == "CUR-1"
        with pytest.raises(InvalidInput, match=r"cursor = .*(from 4 to 8|an integer) \(CUR-1\)"):
            state.pointed(senseless)
    with pytest.raises(InvalidInput, match="CUR-1"):
        violations(opened(TINY, PARAMS, [(1, 4)]), [0], [], cursor=0)


@pytest.mark.clause("CUR-1")
def test_no_cursor_outlives_its_iteration() -> None:
    state = opened(TINY, PARAMS, GISTS)
    assert (state.cursor, state.at, state.pointed(3).at) == (None, 8, 3)
    assert advanced(state, [Action("expand", 1, 0)], [5] * 4).cursor is None


# TIES


@pytest.mark.clause("TIE-1")
@pytest.mark.parametrize(
    ("cursor", "order"),
    [(None, [6, 4, 2, 0]), (8, [6, 4, 2, 0]), (0, [0, 2, 4, 6]), (2, [0, 2, 4, 6]), (3, [0, 2, 4, 6]),
     (4, [2, 4, 0, 6]), (5, [2, 4, 6, 0]), (6, [4, 6, 2, 0]), (7, [4, 6, 2, 0])],
)  # fmt: skip
def test_the_nearest_expands_first_and_of_what_is_as_near_the_earlier(cursor: int | None, order: list[int]) -> None:
    forward = [("expand", 1, start) for start in order]
    assert broken(GISTS, [5] * 4, forward, cursor, tie_break="cursor") == []
    for first, second in pairwise(range(4)):
        wrong = list(forward)
        wrong[first], wrong[second] = forward[second], forward[first]
        assert "TIE-1" in broken(GISTS, [5] * 4, wrong, cursor, tie_break="cursor")


@pytest.mark.clause("TIE-1")
@pytest.mark.parametrize(
    ("cursor", "order"),
    [(None, [0, 2, 4, 6]), (8, [0, 2, 4, 6]), (0, [6, 4, 2, 0]), (3, [6, 0, 2, 4]), (4, [0, 6, 2, 4])],
)
def test_the_farthest_collapses_first_and_of_what_is_as_far_the_earlier(cursor: int | None, order: list[int]) -> None:
    away = [("collapse", 1, start) for start in order]
    far = [distance(TINY, Block(1, start), 8 if cursor is None else cursor) for start in order]
    assert far == sorted(far, reverse=True)
    assert broken(RAW, [-5] * 8, away, cursor, tie_break="cursor") == []
    assert "TIE-1" in broken(RAW, [-5] * 8, away[::-1], cursor, tie_break="cursor")


@pytest.mark.clause("TIE-1")
def test_by_position_the_cursor_says_nothing() -> None:
    forward = [("expand", 1, start) for start in (0, 2, 4, 6)]
    assert broken(GISTS, [5] * 4, forward, 5) == broken(GISTS, [5] * 4, forward, None) == []


# NEARNESS AND LEAN


@pytest.mark.clause("MUL-1")
def test_what_is_near_the_cursor_is_worth_more() -> None:
    told: dict[str, Any] = {"strategy": "multi_objective", "cursor_weight": 8, "w_max": 5, "tau_expand": 0}
    state = opened(TINY, replace(PARAMS, w_soft=0, **told), GISTS)
    named = [Action("expand", 1, start) for start in (0, 2, 4, 6)]
    assert [nearness(state, one) for one in named] == [2, 2, 4, 8]
    assert [nearness(state.pointed(2), one) for one in named] == [8, 8, 4, 2]
    assert broken(GISTS, [4, 4, 6, 1], [("expand", 1, 6)], 2, **told) == ["MUL-1"]
    assert broken(GISTS, [4, 4, 6, 1], [("expand", 1, 0)], 2, **told) == []
    assert broken(GISTS, [4, 4, 6, 1], [("expand", 1, 4)], None, **told) == []


@pytest.mark.clause("MEM-3")
def test_scores_lean_to_the_cursor() -> None:
    one = opened(TINY, replace(PARAMS, lean=100), [(2, 0), (1, 4), (0, 6), (1, 8), (1, 10)])
    row, after = [0, 0, 1, -1, 0, 0], [50, 100, 101, 99, 100, 50]
    assert seen(one.pointed(7), row) == leant(TINY, one.context, row, 100, 7) == after
    assert misleant(TINY, one.context, row, 100, 7, after) == []
    [wrong] = misleant(TINY, one.context, row, 100, 12, after)
    assert wrong.clause == "MEM-3"
    assert seen(one.pointed(12), row) == seen(one, row)
