"""JSON of somebody else, read as the standard has it and nothing beyond."""

from __future__ import annotations

import json
from typing import Any, Never

from focalloc.spec.errors import InvalidInput

SHOWN = 40
"""Characters of a text that an error shows."""

MOST_DIGITS = 1000
"""Digits of an integer; far beyond any quantity, and what is worked out of a few such can still be shown."""

_ALIKE = bytes.maketrans(b"123456789", b"0" * 9)


def from_json(field: str, text: bytes | str) -> Any:
    r"""The value of a JSON text: dicts, lists, strings, numbers, booleans and None.

    Args:
        field: what to call the text in an error.
        text: the text; bytes are UTF-8.

    Raises:
        InvalidInput: it is no JSON, has a key twice in one object, is nested too deeply to be read, or holds an integer
            of more than `MOST_DIGITS` digits or one of the words for numbers (``NaN``, ``Infinity``) that JSON has not.

    Example:
        >>> from_json("line", '{"a": 1, "a": 2}')
        Traceback (most recent call last):
        focalloc.spec.errors.InvalidInput: line = '{"a": 1, "a": 2}': has the key 'a' twice
    """
    try:
        read = text if isinstance(text, str) else text.decode("utf-8")
        whole = _bounded if has_many_digits(text) else None
        return json.loads(read, object_pairs_hook=_each_once, parse_constant=_no_number, parse_int=whole)
    except _Refused as no:
        rule = str(no)
    except RecursionError:
        rule = "is nested too deeply"
    except ValueError as no:  # of JSON, of UTF-8, or of a number with thousands of digits
        rule = f"is not JSON: {no}"
    start = text[:SHOWN]
    raise InvalidInput(field, start if isinstance(start, str) else start.decode("utf-8", "backslashreplace"), rule)


def has_many_digits(text: bytes | str) -> bool:
    """Whether more than `MOST_DIGITS` digits stand in a row somewhere in a JSON text, in a number or in a string."""
    if len(text) <= MOST_DIGITS:
        return False
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return b"0" * (MOST_DIGITS + 1) in raw.translate(_ALIKE)


def _bounded(digits: str) -> int:
    if len(digits) > MOST_DIGITS + digits.startswith("-"):
        raise _Refused(f"has an integer of more than {MOST_DIGITS} digits")
    return int(digits)


class _Refused(Exception):
    """JSON by its grammar, but not to be trusted to mean one thing."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Refused(f"has the key {key!r} twice")
            seen.add(key)
    return made


def _no_number(word: str) -> Never:
    raise _Refused(f"has {word}, which is no number of JSON")
