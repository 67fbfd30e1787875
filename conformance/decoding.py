"""JSON of somebody else as the types of this package: cases, failures, vectors, journals, messages."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from focalloc.spec.errors import InvalidInput
from focalloc.spec.json_text import from_json

T = TypeVar("T")


def decoded(text: bytes | str, kind: type[T]) -> T:
    """``text`` as a ``kind``.

    Raises:
        msgspec.DecodeError: it is none, or no JSON as `from_json` reads it: a key comes twice, it is nested too deeply.
    """
    try:
        found = msgspec.json.decode(text, type=kind)
        from_json("text", text)
    except InvalidInput as no:
        raise msgspec.DecodeError(no.rule) from None
    except RecursionError:
        raise msgspec.DecodeError("is nested too deeply") from None
    except UnicodeDecodeError as no:
        raise msgspec.DecodeError(f"is not UTF-8: {no}") from None
    return found
