"""Figures of Matplotlib as files, and inside pages."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from focalloc.spec.files import unusable, writable

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png", ".pdf")
"""What a picture may be written as."""

INK, SOFT, GOOD, BAD, DOT = "#1d2433", "#4a5568", "#1a7f4b", "#c0392b", "#b8c0cc"
"""Colours of pictures: lines and letters, what says little, what is better, what is worse, one case of many."""

VARIABLES = {INK: "--ink", SOFT: "--soft", GOOD: "--good", BAD: "--bad", DOT: "--dot"}
"""Colour -> its variable in the style sheet of pages, which has another value in the dark."""

STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "focalloc",
}
"""Settings of Matplotlib for every picture."""


def styled() -> AbstractContextManager[None]:
    """Draw and write within this, for pictures that look alike."""
    import matplotlib as mpl

    return mpl.rc_context(STYLE)


def checked_picture(path: Path | None) -> None:
    """Look, before the work, whether a picture can be written to ``path``; None if it goes into a page.

    Raises:
        InvalidInput: its suffix or its folder is wrong.
        ModuleNotFoundError: there is no Matplotlib.
    """
    import matplotlib  # noqa: F401

    if path is not None:
        writable("plot", path, SUFFIXES)


def save(figure: Figure, path: Path) -> None:
    """Write ``figure`` as its suffix asks; the same figure gives the same file.

    Raises:
        InvalidInput: it cannot be written.
    """
    try:
        with styled():
            figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    except OSError as error:
        raise unusable("plot", path, error) from error


def inline(figure: Figure, label: str) -> Markup:
    """``figure`` as an element of a page, in the colours of its style sheet.

    Args:
        figure: drawn with `STYLE` and the colours above.
        label: what it shows, for who cannot see it.
    """
    from markupsafe import Markup, escape

    file = StringIO()
    with styled():
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' id="\w+_\d+"', "", text)  # numbered anew in each figure, and a page has several
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return Markup(text.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))
