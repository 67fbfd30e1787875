"""What a layout must be."""

from __future__ import annotations

import pytest

from focalloc.spec.blocks import Block, Context
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import MAX_TOKEN, Geometry
from focalloc.spec.layout import (
    Outline,
    checked_outline,
    least_budget,
    needlessly_refused,
    overspent,
    uncovered,
    undue_detail,
    withheld_detail,
)
from focalloc.spec.params import Params

GEOMETRY = Geometry((2, 2), (1, 1, 1))


def outline(w_max: int, scores: tuple[int, ...] | None = None, **more: int) -> Outline:
    """Two nodes of level 2, tokens 4 to 12, of which each expand costs a slot."""
    return checked_outline(GEOMETRY, Params(w_max=w_max, tau_expand=10, **more), 4, 12, scores)


def gists(*blocks: tuple[int, int]) -> Context:
    return tuple(Block(*block) for block in blocks)


@pytest.mark.clause("LAY-1")
def test_a_layout_covers_its_history() -> None:
    asked = outline(8)
    assert uncovered(asked, gists((2, 4), (2, 8))) == []
    assert "begins at token 8" in uncovered(asked, gists((2, 8)))[0].message
    assert "ends at token 8" in uncovered(asked, gists((2, 4)))[0].message
    assert len(uncovered(asked, gists((2, 0)))) == 2


@pytest.mark.clause("LAY-2")
def test_a_layout_keeps_the_budget() -> None:
    assert overspent(outline(3), gists((2, 4), (1, 8), (1, 10))) == []
    assert "takes 4 slots" in overspent(outline(3), gists((2, 4), (1, 8), (0, 10)))[0].message


@pytest.mark.clause("LAY-3")
def test_a_layout_is_refused_only_where_the_coarsest_does_not_fit() -> None:
    assert needlessly_refused(outline(1)) == []
    assert "2 slots would do" in needlessly_refused(outline(2))[0].message


def test_the_least_budget_is_that_of_the_coarsest_tiling_however_long_it_is() -> None:
    assert least_budget(GEOMETRY, 4, 12) == 2
    assert least_budget(GEOMETRY, 2, 12) == 3
    assert least_budget(GEOMETRY, 2, 14) == 4
    assert least_budget(Geometry((32, 32)), 0, MAX_TOKEN) == 2**38


@pytest.mark.clause("LAY-4")
def test_detail_is_wanted_and_fits_at_its_turn() -> None:
    newest = gists((2, 4), (1, 8), (0, 10))
    assert undue_detail(outline(4), newest) == []
    assert undue_detail(outline(4, (0, 0, 0, 11)), newest) == []
    assert "is not above tau_expand" in undue_detail(outline(4, (0, 0, 0, 10)), newest)[0].message
    # the soft budget is for what is urgent
    assert "its limit is 3" in undue_detail(outline(4, w_soft=3), newest)[0].message
    assert undue_detail(outline(4, (0, 0, 0, 16), w_soft=3, soft_margin=5), newest) == []
    assert undue_detail(outline(4, (0, 0, 0, 15), w_soft=3, soft_margin=5), newest) != []


@pytest.mark.clause("LAY-5")
def test_no_detail_is_withheld() -> None:
    newest, oldest = gists((2, 4), (1, 8), (0, 10)), gists((0, 4), (1, 6), (2, 8))
    assert withheld_detail(outline(4), newest) == []
    assert [one.where for one in withheld_detail(outline(4), oldest)] == [2, 1]
    assert withheld_detail(outline(4, (11, 0, 0, 0)), oldest) == []
    assert withheld_detail(outline(2), gists((2, 4), (2, 8))) == []
    # what does not fit waits for nothing: of unlike costs, what is cheaper goes on
    unlike = Geometry((2, 5), (2, 1, 1))  # a family of level 2 costs 4 more, raw tokens 3
    asked = checked_outline(unlike, Params(w_max=5, tau_expand=10), 8, 20, (11, 12, 12, 12, 12, 12))
    assert withheld_detail(asked, gists((0, 8), (2, 10))) == []
    assert withheld_detail(asked, gists((1, 8), (2, 10)))[0].where == 0


@pytest.mark.clause("CTX-2", "CTX-3", "CTX-4", "SCO-1", "SCO-2")
@pytest.mark.parametrize(
    ("first", "last", "scores", "cursor", "field", "rule"),
    [
        (1, 4, None, None, "first", "multiple of 2"),
        (0, 5, None, None, "last", "multiple of 2"),
        (4, 4, None, None, "last", "at least one block"),
        (-2, 4, None, None, "first", "CTX-4"),
        (0, MAX_TOKEN + 2, None, None, "last", "CTX-4"),
        (0, 4, None, -1, "cursor", "CTX-4"),
        (0, 4, None, "end", "cursor", "CTX-4"),
        (0.0, 4, None, None, "first", "integer"),
        (0, 4, (1,), None, "scores", "2 in all"),
        (0, 4, (1, 2**31), None, "scores[1]", "SCO-1"),
        (0, 4, (1.5, 2), None, "scores[0]", "SCO-1"),
    ],
)
def test_what_makes_no_sense_is_named(
    first: int, last: int, scores: tuple[int, ...] | None, cursor: int | None, field: str, rule: str
) -> None:
    with pytest.raises(InvalidInput, match=rule) as refused:
        checked_outline(GEOMETRY, Params(), first, last, scores, cursor)
    assert refused.value.field == field
