"""Geometry: how many units a gist stands for, and what a unit costs (clauses GEO-1 to GEO-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from focalloc.spec.clauses import Finding, clause
from focalloc.spec.errors import InvalidInput, whole_number
from focalloc.spec.printable import counted

MAX_SLOTS = 2**26
"""Most slots a working context may hold, so that sums of int32 scores stay far inside int64."""

MAX_TOKEN = 2**48
"""First token position that may not be reached, so that starts and ends stay far inside int64."""

MAX_SPAN = 2**31
"""Longest span of a top-level node, in tokens."""


def expansion_delta(arity: int, child_cost: int, own_cost: int) -> int:
    """Slots that expanding one unit of ``own_cost`` into ``arity`` units of ``child_cost`` adds."""
    return arity * child_cost - own_cost


@dataclass(frozen=True)
class Geometry:
    """The shape of the tree over the timeline.

    A level-0 unit is one raw token; a level-``l`` unit (a gist) stands for ``arity[l-1]`` units of level ``l-1``.
    Blocks are what the working context is made of: a level-0 block is all ``arity[0]`` raw tokens under one
    level-1 node, a block of a higher level is one gist.

    Attributes:
        arity: ``(K_1, ..., K_L)``, each at least 2.
        cost: ``(c_0, ..., c_L)`` slots per unit at each level, each at least 1; empty means one slot everywhere.

    Raises:
        InvalidInput: the geometry is senseless (GEO-1), has a free expansion (GEO-2) or is too large (GEO-3).

    Example:
        >>> from focalloc import Geometry
        >>> usual = Geometry(arity=(32, 32))
        >>> usual.span(2), usual.slots(0), usual.delta(1)
        (1024, 32, 31)
    """

    arity: tuple[int, ...] = (32, 32)
    cost: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        arity = _integers("arity", self.arity)
        cost = _integers("cost", self.cost) or (1,) * (len(arity) + 1)
        broken = ill_shaped(arity, cost) or free_expansions(arity, cost) + oversized(arity, cost)
        if broken:
            raise InvalidInput("geometry", {"arity": arity, "cost": cost}, f"{broken[0].message} ({broken[0].clause})")
        object.__setattr__(self, "arity", arity)
        object.__setattr__(self, "cost", cost)

    @property
    def top(self) -> int:
        """``L``, the coarsest level."""
        return len(self.arity)

    @cached_property
    def spans(self) -> tuple[int, ...]:
        """Tokens under one block of each level; a level-0 block spans what its level-1 node spans."""
        spans = [self.arity[0], self.arity[0]]
        for arity in self.arity[1:]:
            spans.append(spans[-1] * arity)
        return tuple(spans)

    @cached_property
    def block_slots(self) -> tuple[int, ...]:
        """Slots of one block of each level."""
        return (self.arity[0] * self.cost[0], *self.cost[1:])

    @cached_property
    def deltas(self) -> tuple[int, ...]:
        """Slots gained by expanding a node of each level; entry 0 is 0, as raw tokens expand no further."""
        return (
            0,
            *(expansion_delta(k, c, own) for k, c, own in zip(self.arity, self.cost, self.cost[1:], strict=False)),
        )

    def span(self, level: int) -> int:
        """Tokens under one block of ``level``."""
        return self.spans[level]

    def slots(self, level: int) -> int:
        """Slots of one block of ``level``."""
        return self.block_slots[level]

    def delta(self, level: int) -> int:
        """Slots that expanding a node of ``level`` (at least 1) adds and collapsing it refunds; always positive."""
        return self.deltas[level]

    def fanout(self, level: int) -> int:
        """Blocks in the family of a node of ``level`` (at least 1): one level-0 block, or ``K_level`` gists."""
        return 1 if level == 1 else self.arity[level - 1]


def _integers(field: str, values: object) -> tuple[int, ...]:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidInput(field, values, "must be a sequence of integers (GEO-1)")
    return tuple(whole_number(f"{field}[{i}]", value, -MAX_SPAN, MAX_SPAN) for i, value in enumerate(values))


@clause("GEO-1")
def ill_shaped(arity: tuple[int, ...], cost: tuple[int, ...]) -> Iterator[Finding]:
    """GEO-1: at least one level, arities at least 2, one cost per level, costs at least 1."""
    if not arity:
        yield 0, "a geometry needs at least one level of gists"
    if len(cost) != len(arity) + 1:
        yield 0, f"{len(arity)} arities need {len(arity) + 1} costs, not {len(cost)}"
    for i, k in enumerate(arity):
        if k < 2:
            yield i + 1, f"a level-{i + 1} gist stands for {counted(k, 'unit')}; it must stand for at least 2"
    for level, c in enumerate(cost):
        if c < 1:
            yield level, f"a level-{level} unit costs {c} slots; it must cost at least 1"


@clause("GEO-2")
def free_expansions(arity: tuple[int, ...], cost: tuple[int, ...]) -> Iterator[Finding]:
    """GEO-2: every expansion costs something, ``K_l * c_(l-1) > c_l``."""
    for level in range(1, len(arity) + 1):
        if expansion_delta(arity[level - 1], cost[level - 1], cost[level]) <= 0:
            said = f"expanding a level-{level} gist replaces {counted(cost[level], 'slot')} by {arity[level - 1]} *"
            yield level, f"{said} {cost[level - 1]}; every expansion must cost something"


@clause("GEO-3")
def oversized(arity: tuple[int, ...], cost: tuple[int, ...]) -> Iterator[Finding]:
    """GEO-3: a top-level node spans at most `MAX_SPAN` tokens, and one family of any level fits in `MAX_SLOTS`."""
    span = 1
    for level, k in enumerate(arity, start=1):
        span *= k
        if span > MAX_SPAN:
            yield level, f"a level-{level} node spans {span} tokens; the limit is {MAX_SPAN}"
        if k * cost[level - 1] > MAX_SLOTS:
            yield level, f"a level-{level} family takes {k * cost[level - 1]} slots; the limit is {MAX_SLOTS}"
