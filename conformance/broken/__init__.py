"""Allocators that are wrong on purpose: at least one per clause, each small enough to see what is wrong with it.

They keep the judge honest: an allocator in `BROKEN` that passes is a hole in the judge, in the sessions, or in the
spec. One of the clauses in `Broken.exposed_by` must be named, and beside those and `Broken.also` no other may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

Factory = TypeVar("Factory", bound=Callable[[], Any])

BROKEN: dict[str, Broken] = {}
"""Every broken allocator by name, in the order of the clauses they break."""


@dataclass(frozen=True)
class Broken:
    """One broken allocator.

    Attributes:
        name: its name in `BROKEN`.
        clause: the clause it breaks or misreads.
        exposed_by: the judge must name one of these.
        also: clauses that the same mistake breaks in some sessions.
        profile: what it is judged by.
        mistake: a sentence.
        factory: makes one.
    """

    name: str
    clause: str
    exposed_by: tuple[str, ...]
    also: tuple[str, ...]
    profile: str
    mistake: str
    factory: Callable[[], Any]


def breaks(
    clause: str, *, shows: tuple[str, ...] = (), also: tuple[str, ...] = (), profile: str = "safety"
) -> Callable[[Factory], Factory]:
    """Register the decorated allocator as one that breaks ``clause``; its docstring is the mistake in a sentence.

    Args:
        clause: the clause it breaks, or the definition it misreads.
        shows: the clauses that this shows through, if not that clause itself.
        also: clauses that the same mistake breaks in some sessions.
        profile: the weakest profile that must expose it.
    """

    def register(factory: Factory) -> Factory:
        name = getattr(factory, "__name__", "")
        if name in BROKEN:
            raise RuntimeError(f"two broken allocators are called {name}")
        mistake = " ".join((factory.__doc__ or "").split())
        BROKEN[name] = Broken(name, clause, shows or (clause,), also, profile, mistake, factory)
        return factory

    return register


MODULES = (
    *("definitions", "iteration", "greedy", "enhanced", "optimum", "cursor"),
    *("ingest", "pins", "edits", "layout", "release", "filling", "answers", "seed"),
)

for _module in MODULES:
    import_module(f"{__name__}.{_module}")
