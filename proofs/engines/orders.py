"""Numbers that can be averaged and compared, and nothing else: whoever tries more is told so by a `TypeError`.

Greedy adds scores up to the mean of a gist or of a family, and compares means with each other and with thresholds. So
its answer depends on the order of the means alone, and the orders that `focalloc.proofs.theorems.compiled.machine`
runs through machine code are all there are. These classes hold the kernels to that: they are run with them in place of
integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from focalloc.fastpath.kernels.layout import PLACES


class _Opaque:
    """What all have in common: neither a truth value nor a hash, and equal to nothing."""

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError(f"{type(self).__name__} has no truth value")

    def __eq__(self, other: object) -> bool:
        raise TypeError(f"{type(self).__name__} was asked whether it equals {other!r}")


class _Ordered(_Opaque):
    """What is compared with its like, by a place that nothing else is told of."""

    def _place(self) -> tuple[float, ...]:
        raise NotImplementedError

    def __lt__(self, other: object) -> bool:
        return self._place() < other._place() if isinstance(other, type(self)) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._place() <= other._place() if isinstance(other, type(self)) else NotImplemented


@dataclass(frozen=True, eq=False)
class Comparable(_Ordered):
    """Something that can be compared."""

    _order: int

    def _place(self) -> tuple[float, ...]:
        return (self._order,)


@dataclass(frozen=True, eq=False)
class Mean(_Ordered):
    """A score, the floor of a mean, or a threshold.

    It can be compared with others, negated, also as the difference from 0, and give way to its neighbour, which is as
    near as can be; and be summed up, multiplied by a number of slots, or put into a `Key`.
    """

    _value: float
    _beside: int = 0

    def _place(self) -> tuple[float, ...]:
        return self._value, self._beside

    def __neg__(self) -> Mean:
        return Mean(-self._value, -self._beside)

    def __sub__(self, step: int) -> Mean:
        return Mean(self._value, self._beside - step) if type(step) is int and 0 <= step <= 1 else NotImplemented

    def __rsub__(self, nothing: int) -> Mean:
        return -self if type(nothing) is int and nothing == 0 else NotImplemented

    def __add__(self, other: object) -> Total:
        return Total(self._value, 1) + other if isinstance(other, Mean) else NotImplemented

    def __radd__(self, nothing: int) -> Total:
        return Total(self._value, 1) if type(nothing) is int and nothing == 0 else NotImplemented

    def __mul__(self, times: int) -> Multiple:
        return Multiple(self, times) if type(times) is int else NotImplemented


@dataclass(frozen=True, eq=False)
class Total(_Opaque):
    """The sum of so many scores: it can be divided by their number, or compared with that multiple of a mean.

    Either tells what the floor of the mean does, and nothing else (theorem aggregates-may-be-compared-as-sums).
    """

    _value: float
    _count: int

    def _mean(self) -> Mean:
        return Mean(self._value // self._count)

    def __add__(self, score: object) -> Total:
        return Total(self._value + score._value, self._count + 1) if isinstance(score, Mean) else NotImplemented

    def __floordiv__(self, count: int) -> Mean:
        return self._mean() if type(count) is int and count == self._count else NotImplemented

    def __lt__(self, other: Multiple) -> bool:
        return self._mean() < other.mean if self._fits(other) else NotImplemented

    def __ge__(self, other: Multiple) -> bool:
        return other.mean <= self._mean() if self._fits(other) else NotImplemented

    def _fits(self, other: object) -> bool:
        return isinstance(other, Multiple) and other.times == self._count


@dataclass(frozen=True, eq=False)
class Multiple(_Opaque):
    """So many times a mean: a `Total` of as many scores can be compared with it, and a place makes it a `Key`."""

    mean: Mean
    times: int

    def __add__(self, place: int) -> Key:
        return Key(self.mean, place) if type(place) is int and self.times == PLACES else NotImplemented


@dataclass(frozen=True, eq=False)
class Key(_Ordered):
    """A mean and a place behind it: it can be compared, taken apart, and give way to the next greater one."""

    _mean: Mean
    _rest: int

    def _place(self) -> tuple[float, ...]:
        return *self._mean._place(), self._rest

    def __floordiv__(self, places: int) -> Mean:
        return self._mean if type(places) is int and places == PLACES else NotImplemented

    def __mod__(self, places: int) -> int:
        return self._rest if type(places) is int and places == PLACES else NotImplemented

    def __add__(self, one: int) -> Key:
        if type(one) is not int or one != 1:
            return NotImplemented
        if self._rest + 1 < PLACES:
            return Key(self._mean, self._rest + 1)
        return Key(Mean(self._mean._value, self._mean._beside + 1), 0)


LEAST: Any = Mean(float("-inf"))
"""Below every mean."""

GREATEST: Any = Key(Mean(float("inf")), 0)
"""Above every key."""
