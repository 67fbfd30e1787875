"""What people read: what somebody else said, shown letter by letter, and numbers of things.

Everything that an allocator, a file or a document says passes through here before it reaches a terminal, a page or a
report.
"""

from __future__ import annotations

from unicodedata import category

KEPT = "\n\u200c\u200d"
"""Ends of lines, and the two joiners that scripts and emoji need; `str.isprintable` says no to them."""


def printable(said: object) -> str:
    r"""``said`` with all spelt out that would not show: control characters, turns of direction, halves of a pair.

    So it cannot write over a terminal, hide a part of itself, or be unwritable in UTF-8. Ends of lines stay.

    Example:
        >>> print(printable("red \x1b[31m, and back \u202e"))
        red \x1b[31m, and back \u202e
    """
    text = str(said)
    if text.isprintable():
        return text
    return "".join(c if _shows(c) else c.encode("unicode_escape").decode() for c in text)


def _shows(c: str) -> bool:
    return c.isprintable() or c in KEPT or category(c) == "Zs"  # a space of any width


def on_one_line(said: object) -> str:
    """``said`` as `printable` shows it, with the ends of lines spelt out, too: for a name or a note."""
    return printable(said).replace("\n", "\\n")


def indented(said: object, by: str = "    | ") -> str:
    """``said`` as `printable` shows it, each further line behind a mark, so that it cannot pass for one of ours."""
    return printable(said).replace("\n", f"\n{by}")


def counted(number: int, what: str, several: str = "") -> str:
    """A number of things, in words: ``1 block``, ``1,024 blocks``; ``several`` where an s does not make them many."""
    if type(number) is not int:  # a term of a proof, which nobody may ask what it is
        return f"{number} {several or what + 's'}"
    return f"{number:,} {what if number == 1 else several or what + 's'}"
