"""Numbers that can only be averaged and compared: what they do is right, and they do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.fastpath.kernels.layout import PLACES
from focalloc.proofs.engines.orders import GREATEST, LEAST, Comparable, Mean

INTEGERS = st.integers(-9, 9)


@given(INTEGERS, INTEGERS, st.lists(INTEGERS, min_size=1, max_size=3))
def test_they_answer_as_integers_do(one: int, other: int, scores: list[int]) -> None:
    a, b = Mean(one), Mean(other)
    assert ((a < b), (a <= b), (a > b), (a >= b)) == ((one < other), (one <= other), (one > other), (one >= other))
    assert (-a < b) == (-one < other)
    assert (a - 1 < b, b <= a - 1) == (one - 1 < other, other <= one - 1)
    total: Any = 0
    for score in scores:
        total = total + Mean(score)
    n, s = len(scores), sum(scores)
    assert (total // n < b) == (s // n < other)
    assert (total < b * n, total >= b * n, total < -b * n) == (s < other * n, s >= other * n, s < -other * n)


@given(INTEGERS, st.integers(0, 5), INTEGERS, st.integers(0, 5))
def test_keys_are_ordered_and_taken_apart(one: int, place: int, other: int, its: int) -> None:
    a, b = Mean(one) * PLACES + place, Mean(other) * PLACES + its
    assert (a < b, a >= b) == ((one, place) < (other, its), (one, place) >= (other, its))
    assert a % PLACES == place
    assert a // PLACES >= Mean(one)
    assert a // PLACES <= Mean(one)
    assert (a + 1 <= b) == (one * PLACES + place + 1 <= other * PLACES + its)
    last = Mean(one) * PLACES + (PLACES - 1)
    assert last < last + 1
    assert (last + 1) // PLACES > Mean(one)
    assert a // PLACES > LEAST
    assert a < GREATEST


SCORE: Any = Mean(3)
TOTAL: Any = SCORE + SCORE
KEY: Any = SCORE * PLACES + 1


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: SCORE + 1,
        lambda: 1 + SCORE,
        lambda: SCORE - SCORE,
        lambda: SCORE - 2,
        lambda: SCORE * SCORE,
        lambda: SCORE * 2 * 2,
        lambda: SCORE * 2 + 1,
        lambda: SCORE // 2,
        lambda: SCORE < 3,
        lambda: SCORE == 3,
        lambda: SCORE != SCORE,
        lambda: bool(SCORE),
        lambda: int(SCORE),
        lambda: abs(SCORE),
        lambda: hash(SCORE),
        lambda: [0, 1][SCORE],
        lambda: TOTAL // 3,
        lambda: TOTAL < SCORE * 3,
        lambda: TOTAL < TOTAL,
        lambda: TOTAL < SCORE,
        lambda: -TOTAL,
        lambda: TOTAL + TOTAL,
        lambda: KEY + 2,
        lambda: KEY - 1,
        lambda: KEY // 2,
        lambda: KEY % 2,
        lambda: KEY < SCORE,
        lambda: KEY == KEY,
        lambda: Comparable(1) < 2,
        lambda: Comparable(1) + Comparable(2),
        lambda: Comparable(1) == Comparable(1),
    ],
)
def test_whatever_else_is_refused(attempt: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        attempt()
