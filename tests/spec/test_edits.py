"""Edits judged on examples worked by hand: a gist of one slot is four tokens of one slot each."""

from __future__ import annotations

import pytest

from focalloc.spec.blocks import Block, Context
from focalloc.spec.edits import Edit, edits_violations, with_blocks
from focalloc.spec.geometry import Geometry

FOUR = Geometry((4,), (1, 1))
GISTS = (Block(1, 0), Block(1, 4), Block(1, 8), Block(1, 12))


def raw(*places: int) -> Context:
    """Four gists, some of which are expanded."""
    return tuple(Block(0 if block.start // 4 in places else 1, block.start) for block in GISTS)


def broken(old: Context, new: Context, *edits: tuple[int, int, int, int]) -> list[str]:
    told = with_blocks(FOUR, new, edits)
    assert told is not None
    return [violation.clause for violation in edits_violations(FOUR, old, new, told)]


@pytest.mark.clause("EDI-1", "EDI-2", "EDI-3")
def test_what_conforms() -> None:
    assert broken(raw(), raw()) == []
    assert broken(raw(), raw(1), (1, 1, 1, 4)) == []
    assert broken(raw(0), raw(2), (0, 4, 0, 1), (5, 1, 2, 4)) == []
    assert broken(raw(), raw(1, 2), (1, 2, 1, 8)) == []
    assert broken(raw(), (*raw(), Block(0, 16)), (4, 0, 4, 4)) == []  # appended
    assert broken(raw(), raw()[1:], (0, 1, 0, 0)) == []  # gone


@pytest.mark.clause("EDI-1")
@pytest.mark.parametrize(
    "edits",
    [
        [(1, 1, 1, 4), (2, 1, 5, 4)],  # touch: they are one
        [(2, 1, 5, 4), (1, 1, 1, 4)],  # out of order
        [(1, 2, 1, 8), (3, 0, 9, 0)],  # one does nothing
        [(1, 2, 2, 8)],  # the slots before it have not moved
        [(1, 2, 1, 4)],  # too few slots
        [(1, 5, 1, 8)],  # more than there are
    ],
)
def test_edits_out_of_order(edits: list[tuple[int, int, int, int]]) -> None:
    told = [Edit(*edit, raw(1, 2)[1:3]) for edit in edits]
    found = edits_violations(FOUR, raw(), raw(1, 2), told)
    assert [violation.clause for violation in found] == ["EDI-1"]


@pytest.mark.clause("EDI-2")
def test_an_edit_in_another_place_leaves_other_content() -> None:
    told = [Edit(2, 1, 2, 4, (Block(0, 8),))]
    assert [one.clause for one in edits_violations(FOUR, raw(), raw(1), told)] == ["EDI-2", "EDI-3"]
    told = [Edit(1, 1, 1, 4, (Block(0, 8),))]
    [found] = edits_violations(FOUR, raw(), raw(1), told)
    assert (found.clause, found.where) == ("EDI-2", 1)
    assert found.message == "the edits leave slot 0 of (0, 8) in slot 1; it holds slot 0 of (0, 4)"


@pytest.mark.clause("EDI-3")
def test_what_stayed_is_not_named() -> None:
    assert broken(raw(), raw(1), (0, 2, 0, 5)) == ["EDI-3"]
    assert broken(raw(), raw(1), (1, 2, 1, 5)) == ["EDI-3"]
    assert broken(raw(), raw(), (0, 4, 0, 4)) == ["EDI-3"]


def test_edits_that_cut_a_block_have_no_blocks() -> None:
    assert with_blocks(FOUR, raw(1), [(1, 1, 1, 3)]) is None
    assert with_blocks(FOUR, raw(1), [(1, 1, 1, 4)]) == [Edit(1, 1, 1, 4, (Block(0, 4),))]
