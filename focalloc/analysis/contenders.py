"""Who is compared: a strategy, and parameters of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from focalloc.spec.errors import InvalidInput, one_of
from focalloc.spec.params import CHOICES, RANGES, Params
from focalloc.spec.scores import quantise

SHARED = (
    "w_max",
    "n_diff",
    "cooldown_steps",
    "protected_tokens",
    "tau_expand",
    "tau_collapse",
    "w_soft",
    "soft_margin",
)
"""Parameters that contenders take from the session; all others are their own."""


@dataclass(frozen=True)
class Contender:
    """A strategy, and parameters that differ from those of the session.

    Attributes:
        name: as it was asked for, ``strategy:name=value,...``.
        strategy: the strategy.
        changes: the parameters.
    """

    name: str
    strategy: str
    changes: dict[str, int | str]

    def params(self, session: Params) -> Params:
        """The parameters in a session that has ``session`` for others."""
        terms: dict[str, Any] = {name: getattr(session, name) for name in SHARED}
        if session.w_soft == session.w_max:  # none of its own, so it follows a w_max that is changed
            terms["w_soft"] = 0
        return Params(**(terms | self.changes | {"strategy": self.strategy}))

    def allocator(self) -> Any:
        """A fresh allocator: the fast path, or the reference of a strategy that the fast path does not have."""
        from focalloc.fastpath.allocator import STRATEGIES, Allocator
        from focalloc.refimpl.allocator import ReferenceAllocator

        return Allocator() if self.strategy in STRATEGIES else ReferenceAllocator()


def contender(text: str) -> Contender:
    """What ``text`` names, e.g. ``greedy`` or ``enhanced:tie_break=cursor,tau_expand=0.3``.

    Raises:
        InvalidInput: there is no such strategy or parameter, or its value is senseless.
    """
    strategy, _, rest = text.partition(":")
    one_of("strategy", strategy, CHOICES["strategy"])
    changes: dict[str, int | str] = {}
    for part in rest.split(",") if rest else []:
        name, _, value = part.partition("=")
        if name == "strategy" or name not in RANGES.keys() | CHOICES.keys():
            known = ", ".join(sorted((RANGES.keys() | CHOICES.keys()) - {"strategy"}))
            raise InvalidInput(text, name, f"must be name=value, with a name out of {known}")
        changes[name] = value if name in CHOICES else _number(name, value)
    found = Contender(text, strategy, changes)
    found.params(Params())
    return found


def _number(name: str, value: str) -> int:
    try:
        return quantise(float(value)) if "." in value else int(value)
    except ValueError:
        raise InvalidInput(name, value, "must be an integer, or with a decimal point a score") from None
