"""The pages that commands write: one template engine, one style sheet, nothing loaded from elsewhere.

A page is a template in this folder that extends ``page.html``. What it is given is escaped; what it shows is worked
out by whoever calls `render`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from focalloc.spec.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment


def _shown(value: object) -> object:
    """What a template shows of ``value``: text letter by letter, as on a terminal; made markup as it is."""
    from markupsafe import Markup

    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("focalloc.pages")
    engine = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    engine.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return engine


def render(template: str, **values: Any) -> str:
    """The template of this name in this folder, filled in.

    Args:
        template: file name, such as ``report.html``.
        values: what the template names; one that is missing is an error.
    """
    return _environment().get_template(template).render(values)
