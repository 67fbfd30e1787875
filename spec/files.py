"""Files that a caller names: what is refused of them is said here, and before the work where that can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from focalloc.spec.errors import InvalidInput


def unusable(field: str, path: Path, error: OSError) -> InvalidInput:
    """The refusal of a file that could not be read or written."""
    return InvalidInput(field, str(path), error.strerror or str(error))


def writable(field: str, path: Path, suffixes: Sequence[str] = ()) -> Path:
    """Return ``path`` if its folder exists and it ends in one of ``suffixes``; any end will do if there are none.

    Raises:
        InvalidInput: it does not, or is a folder itself.
    """
    if suffixes and path.suffix not in suffixes:
        raise InvalidInput(field, str(path), f"must end in one of {', '.join(suffixes)}")
    if not path.parent.is_dir():
        raise InvalidInput(field, str(path), "its folder does not exist")
    if path.is_dir():
        raise InvalidInput(field, str(path), "is a folder")
    return path


def write(field: str, path: Path, content: str | bytes) -> None:
    """Write a whole file; text in UTF-8.

    Raises:
        InvalidInput: it cannot be written.
    """
    try:
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:
        raise unusable(field, path, error) from error
