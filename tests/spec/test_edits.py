"""Edits judged on examples worked by hand: a gist of one slot is four tokens of one slot each."""

from __future__ import annotations

import pytest

from focalloc.spec.blocks import Block, Context
from focalloc.spec.edits import edits_violations
from focalloc.spec.geometry import Geometry

FOUR = Geometry((4,), (1, 1))
GISTS = (Block(1, 0), Block(1, 4), Block(1, 8), Block(1, 12))


def raw(*places: int) -> Context:
    """Four gists, some of which are expanded."""
    return tuple(Block(0 if block.start // 4 in places else 1, block.start) for block in GISTS)


def broken(old: Context, new: Context, *edits: tuple[int, int, int, int]) -> list[str]:
    return [violation.clause for violation in edits_violations(FOUR, old, new, edits)]


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
    assert broken(raw(), raw(1, 2), *edits) == ["EDI-1"]


@pytest.mark.clause("EDI-2")
def test_an_edit_in_another_place_leaves_other_content() -> None:
    assert broken(raw(), raw(1), (2, 1, 2, 4)) == ["EDI-2", "EDI-3"]
    [found, _] = edits_violations(FOUR, raw(), raw(1), [(2, 1, 2, 4)])
    assert (found.where, found.message) == (1, "the edits keep slot 0 of (1, 4) where slot 0 of (0, 4) is")
    assert broken(raw(0), (*raw(0)[:3], Block(0, 12)), (4, 2, 4, 5)) == ["EDI-2", "EDI-3"]
    assert broken(raw(1), raw(), (2, 4, 2, 1)) == ["EDI-2", "EDI-3"]  # tokens where a gist is


@pytest.mark.clause("EDI-3")
def test_what_stayed_is_not_named() -> None:
    assert broken(raw(), raw(1), (0, 2, 0, 5)) == ["EDI-3"]
    assert broken(raw(), raw(1), (1, 2, 1, 5)) == ["EDI-3"]
    assert broken(raw(), raw(), (0, 4, 0, 4)) == ["EDI-3"]
