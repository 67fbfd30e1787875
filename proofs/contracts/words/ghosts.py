"""Which words solvers know by lemmas only, and what a line says beside what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

Word = TypeVar("Word", bound=Callable[..., object])


GHOSTS: dict[str, Callable[..., object]] = {}
"""The words that are known by lemmas only."""


def ghost(function: Word) -> Word:
    """Have solvers know this word by lemmas only."""
    GHOSTS[function.__name__] = function
    return function


class Integers:
    """All integers; where a line is run, those that matter there."""

    def __init__(self) -> None:
        self.listed: list[int] = []

    def __iter__(self) -> Iterator[int]:
        return iter(self.listed)


INTEGERS = Integers()


def at(*_: object) -> bool:
    """No condition: where solvers meet these terms, they use the line."""
    return True
