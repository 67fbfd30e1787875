"""The two ways this package says no."""

from __future__ import annotations

from collections.abc import Iterable
from operator import index
from os import PathLike
from pathlib import Path
from typing import TypeVar

from focalloc.spec.printable import printable

T = TypeVar("T")


class InvalidInput(ValueError):
    """Input that breaks a rule of the spec; raised before anything changes.

    Attributes:
        field: the name of the offending field, e.g. ``"arity[1]"`` or ``"scores[17]"``.
        value: the value found there.
        rule: the rule it breaks, as a sentence.

    Example:
        >>> from focalloc import Params
        >>> Params(w_max=0)
        Traceback (most recent call last):
        focalloc.spec.errors.InvalidInput: w_max = 0: must lie between 1 and 67108864 (PAR-1)
    """

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(printable(f"{field} = {value!r}: {rule}"))
        self.field = field
        self.value = value
        self.rule = rule

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, object, str]]:
        return type(self), (self.field, self.value, self.rule)


class NoRoom(RuntimeError):
    """Ingest could not reclaim enough slots (clause ING-3); the context is unchanged.

    Attributes:
        needed: slots that the new blocks need, beyond what is free.
        reclaimed: slots that legal collapses could have freed.
        release: whether the oldest blocks might have left; if so, the new ones alone exceed the budget (REL-4).

    Example:
        >>> from focalloc import Allocator, Geometry, NoRoom, Params
        >>> allocator = Allocator()
        >>> allocator.open(Geometry(), Params(w_max=32), [(0, 0)])
        >>> try:
        ...     allocator.ingest()
        ... except NoRoom as refusal:
        ...     refusal.needed, refusal.reclaimed
        (32, 31)
    """

    def __init__(self, needed: int, reclaimed: int, release: bool = False) -> None:
        super().__init__(
            f"ingest needs {needed} more slots but the new blocks alone exceed w_max, whatever leaves; "
            "raise w_max or ingest less at once"
            if release
            else f"ingest needs {needed} more slots but legal collapses can free only {reclaimed}; "
            "raise w_max, ingest less at once, let the oldest go (release=True), or lower protected_tokens or "
            "cooldown_steps"
        )
        self.needed = needed
        self.reclaimed = reclaimed
        self.release = release

    def __reduce__(self) -> tuple[type[NoRoom], tuple[int, int, bool]]:
        return type(self), (self.needed, self.reclaimed, self.release)


def as_integer(value: object) -> int | None:
    """``value`` as an ``int`` if it is an integer of whatever library; None if not, or if it is a truth value."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or type(value).__name__.startswith("bool"):
        return None
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def whole_number(field: str, value: object, low: int, high: int) -> int:
    """Return ``value`` as an ``int`` if it is an integer within ``low..high``, else raise `InvalidInput`."""
    number = as_integer(value)
    if number is None:
        raise InvalidInput(field, value, "must be an integer")
    if not low <= number <= high:
        raise InvalidInput(field, value, f"must lie between {low} and {high}")
    return number


def truth(field: str, value: object) -> bool:
    """Return ``value`` if it is True or False, else raise `InvalidInput`."""
    if not isinstance(value, bool):
        raise InvalidInput(field, value, "must be True or False")
    return value


def file_path(field: str, value: object) -> Path:
    """Return ``value`` as a `Path` if it is one or a string, else raise `InvalidInput`."""
    if not isinstance(value, str | PathLike):
        raise InvalidInput(field, value, "must be a path")
    return Path(value)


def among(names: Iterable[object]) -> str:
    """The rule that a value is one of these."""
    return f"must be one of {', '.join(map(str, names))}"


def one_of(field: str, value: T, names: Iterable[T]) -> T:
    """Return ``value`` if it is among ``names``, else raise `InvalidInput`."""
    known = list(names)
    if not any(isinstance(value, type(name)) and value == name for name in known):  # an array equals nothing in whole
        raise InvalidInput(field, value, among(known))
    return value
