"""Texts to simulate sessions over: the language reference that Python carries, a folder of files, or made-up ones."""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from focalloc.spec.errors import InvalidInput

TOKEN = re.compile(r"\w+|[^\w\s]+")

SUFFIXES = (".txt", ".md", ".rst", ".py")
"""Files of a folder that count as text."""

Part = Literal["train", "held-out"]
"""Which documents of a collection: every fourth, in the order of their names, is held out."""


@dataclass(frozen=True)
class Text:
    """A document as tokens: words and runs of punctuation, in lower case.

    Attributes:
        name: what to call it.
        tokens: the tokens, in order.
    """

    name: str
    tokens: tuple[str, ...]


def text_of(name: str, content: str) -> Text:
    """``content`` cut into tokens."""
    return Text(name, tuple(match.group().lower() for match in TOKEN.finditer(content)))


def language_reference() -> list[Text]:
    """The topics of ``pydoc_data.topics``, each a document, by name.

    Raises:
        InvalidInput: this Python was installed without it.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise InvalidInput(
            "texts", "pydoc_data.topics", "is not part of this Python installation; give a folder of text instead"
        ) from None
    return [text_of(name, topics[name]) for name in sorted(topics)]


def folder(path: Path) -> list[Text]:
    """Every text file under ``path``, by name.

    Raises:
        InvalidInput: there is none.
    """
    files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not files:
        raise InvalidInput("texts", str(path), f"must be a folder with text files ({', '.join(SUFFIXES)})")
    return [text_of(str(file.relative_to(path)), file.read_text(encoding="utf-8", errors="replace")) for file in files]


def library_source() -> list[Text]:
    """The modules at the top of Python's own library, each a document, by name: a million tokens and more.

    Raises:
        InvalidInput: this Python was installed without their source.
    """
    files = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    if not files:
        raise InvalidInput("texts", sysconfig.get_path("stdlib"), "must hold the source of Python's library")
    return [text_of(file.stem, file.read_text(encoding="utf-8", errors="replace")) for file in files]


def synthetic(rng: np.random.Generator, tokens: int, topics: int = 12, words: int = 40) -> Text:
    """A made-up text: passages of random length, each mixing common words with words of one of ``topics`` topics."""
    made: list[str] = []
    while len(made) < tokens:
        topic, length = int(rng.integers(topics)), int(rng.integers(20, 120))
        ranks = np.minimum(rng.zipf(1.4, length), words)
        common = rng.random(length) < 0.4
        made += [
            f"the{rank}" if is_common else f"t{topic}w{rank}" for rank, is_common in zip(ranks, common, strict=True)
        ]
    return Text("synthetic", tuple(made[:tokens]))


def part(texts: Sequence[Text], which: Part) -> list[Text]:
    """The documents of one part; no document is in both."""
    return [text for i, text in enumerate(texts) if (i % 4 == 3) == (which == "held-out")]


def passage(texts: Sequence[Text], tokens: int, rng: np.random.Generator) -> Text:
    """``tokens`` tokens in a row from a random place in ``texts``, read one after another, from the start if need be.

    Raises:
        InvalidInput: there are no tokens at all.
    """
    lengths = np.array([len(text.tokens) for text in texts])
    if lengths.sum() == 0:
        raise InvalidInput("texts", len(texts), "must hold at least one token")
    at = int(rng.choice(len(texts), p=lengths / lengths.sum()))
    first = texts[at]
    begin = int(rng.integers(len(first.tokens)))
    cut = list(first.tokens[begin:])
    while len(cut) < tokens:
        at = (at + 1) % len(texts)
        cut += texts[at].tokens
    return Text(first.name, tuple(cut[:tokens]))
