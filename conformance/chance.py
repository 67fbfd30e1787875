"""Chance that follows from a seed, the same on every machine and version of Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Chance that follows from ``seed``, and from nothing else.

    Python promises to keep what `random.Random.random` gives, and nothing else is used.
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``."""
        return low + int(self._random() * (high - low + 1))

    def one_of(self, options: Sequence[T]) -> T:
        """One of ``options``."""
        return options[int(self._random() * len(options))]

    def once_in(self, times: int) -> bool:
        """Whether it happens, where it does once in so many times."""
        return self._random() * times < 1

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """``options`` in another order."""
        return sorted(options, key=lambda _: self._random())
