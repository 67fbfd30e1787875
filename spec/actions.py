"""Actions: how they are said, when they are legal, what they do (clauses ACT-1 to ACT-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Literal, NamedTuple, get_args

from focalloc.spec.blocks import Block, Context, end
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.errors import InvalidInput, as_integer
from focalloc.spec.geometry import Geometry

Kind = Literal["expand", "collapse"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OPPOSITE: dict[Kind, Kind] = {"expand": "collapse", "collapse": "expand"}

_AS_BLOCK = partial(tuple.__new__, Block)  # what `Block` makes of a pair, in a fraction of the time


class Action(NamedTuple):
    """One change of the working context. Both kinds name the same node, the one that is coarser.

    Attributes:
        kind: ``"expand"`` replaces the node by its family, ``"collapse"`` the family by the node.
        level: level of the node, at least 1.
        start: first token of the node.

    Example:
        >>> from focalloc import Action
        >>> Action("expand", 1, 1024).node
        Block(level=1, start=1024)
    """

    kind: Kind
    level: int
    start: int

    @property
    def node(self) -> Block:
        """The node acted on; cooldown is kept per node."""
        return _AS_BLOCK((self.level, self.start))


def parent_start(start: int, parent_span: int) -> int:
    """First token of the node that covers token ``start`` at the level with ``parent_span``."""
    return start - start % parent_span


def child_start(start: int, child_span: int, index: int) -> int:
    """First token of the ``index``-th child of a node that begins at ``start``."""
    return start + index * child_span


def parent(geometry: Geometry, block: Block) -> Block | None:
    """The node that ``block`` belongs to the family of; None for a top-level block."""
    if block.level == geometry.top:
        return None
    return Block(block.level + 1, parent_start(block.start, geometry.span(block.level + 1)))


def family(geometry: Geometry, node: Block) -> Context:
    """The blocks that ``node`` (level at least 1) expands into and collapses from, oldest first."""
    return tuple(map(_AS_BLOCK, _members(geometry, node)))


def _members(geometry: Geometry, node: Block) -> list[tuple[int, int]]:
    """The family of ``node`` as plain pairs, which is all that it takes to look for them."""
    level, span = node.level - 1, geometry.spans[node.level - 1]
    behind = child_start(node.start, span, geometry.fanout(node.level))
    return [(level, start) for start in range(node.start, behind, span)]


def signed_delta(geometry: Geometry, action: Action) -> int:
    """Slots that ``action`` adds; negative for a collapse."""
    delta = geometry.delta(action.level)
    return delta if action.kind == "expand" else -delta


def fits(used: int, delta: int, limit: int) -> bool:
    """Whether a change of ``delta`` slots leaves at most ``limit`` of them used."""
    return used + delta <= limit


@clause("ACT-1")
def malformed(geometry: Geometry, actions: Sequence[object]) -> Iterator[Finding]:
    """ACT-1: an action is ``(kind, level, start)`` with a known kind, a level from 1 to ``L`` and an integer start."""
    for i, action in enumerate(actions):
        if not isinstance(action, tuple | list) or len(action) != 3:
            yield i, f"action {i} is {action!r}; an action is (kind, level, start)"
            continue
        kind, level, start = action[0], as_integer(action[1]), as_integer(action[2])
        if kind not in KINDS:
            yield i, f"action {i} has kind {kind!r}; the kinds are {' and '.join(KINDS)}"
        elif level is None or not 1 <= level <= geometry.top:
            why = (
                "raw tokens expand no further"
                if level == 0 and kind == "expand"
                else (f"nodes have levels 1 to {geometry.top}")
            )
            yield i, f"action {i} names a node of level {action[1]!r}; {why}"
        elif start is None or start < 0:
            yield i, f"action {i} names a node that starts at {action[2]!r}; a start is a token position"


@clause("ACT-2")
def off_grid(geometry: Geometry, actions: Sequence[Action]) -> Iterator[Finding]:
    """ACT-2: an action names a node that starts at a multiple of its span."""
    for i, (kind, level, start) in enumerate(actions):
        if start % geometry.span(level) != 0:
            said = f"action {i} would {kind} an unaligned span: a level-{level} node starts at a multiple of"
            yield i, f"{said} {geometry.span(level)}, not at {start}"


def is_visible(blocks: set[Block], node: Block) -> bool:
    """Whether ``node`` itself is in the context, the condition for its expand."""
    return node in blocks


def is_complete(geometry: Geometry, blocks: set[Block], node: Block) -> bool:
    """Whether the whole family of ``node`` is in the context, the condition for its collapse.

    In a context that tiles, a complete family stands side by side.
    """
    return blocks.issuperset(_members(geometry, node))


@clause("ACT-3")
def impossible_expand(blocks: set[Block], action: Action) -> Iterator[Finding]:
    """ACT-3: an expand names a node that is in the context at its turn."""
    if action.kind == "expand" and not is_visible(blocks, action.node):
        yield WHOLE, f"node {tuple(action.node)} is not in the context, so it cannot expand"


@clause("ACT-4")
def impossible_collapse(geometry: Geometry, blocks: set[Block], action: Action) -> Iterator[Finding]:
    """ACT-4: a collapse names a node whose complete family is in the context at its turn."""
    if action.kind == "collapse" and not is_complete(geometry, blocks, action.node):
        members = family(geometry, action.node)
        missing = next(child for child in members if child not in blocks)
        said = f"node {tuple(action.node)} cannot collapse: {tuple(missing)} of its family of {len(members)}"
        yield WHOLE, f"{said} is not in the context"


def consumed(geometry: Geometry, action: Action) -> Context:
    """The blocks that ``action`` removes from the context."""
    return (action.node,) if action.kind == "expand" else family(geometry, action.node)


def produced(geometry: Geometry, action: Action) -> Context:
    """The blocks that ``action`` puts into the context."""
    return family(geometry, action.node) if action.kind == "expand" else (action.node,)


def check_legal(geometry: Geometry, blocks: set[Block], action: Action) -> None:
    """Raise `InvalidInput` if ``action`` is not legal where the context consists of ``blocks`` (ACT-1 to ACT-4)."""
    broken = malformed(geometry, [action]) or off_grid(geometry, [action])
    broken = broken or impossible_expand(blocks, action) + impossible_collapse(geometry, blocks, action)
    if broken:
        raise InvalidInput("action", tuple(action), f"{broken[0].message} ({broken[0].clause})")


def applied(geometry: Geometry, context: Context, action: Action) -> Context:
    """The context after a legal ``action`` (CTX-6).

    Raises:
        InvalidInput: the action is not legal in ``context`` (ACT-1 to ACT-4).
    """
    check_legal(geometry, set(context), action)
    first, last = action.start, end(geometry, action.node)
    before = tuple(block for block in context if block.start < first)
    after = tuple(block for block in context if block.start >= last)
    return before + produced(geometry, action) + after


def checked_actions(geometry: Geometry, answer: Sequence[object]) -> tuple[Action, ...]:
    """``(kind, level, start)`` triples as `Action` objects.

    Raises:
        InvalidInput: one of them is ill-formed (ACT-1).
    """
    for violation in malformed(geometry, answer):
        raise InvalidInput(f"actions[{violation.where}]", answer[violation.where], f"{violation.message} (ACT-1)")
    return as_actions(answer)  # type: ignore[arg-type]


def as_actions(answer: Iterable[Sequence[object]]) -> tuple[Action, ...]:
    """Well-formed ``(kind, level, start)`` triples (ACT-1) as `Action` objects."""
    return tuple(
        Action(kind, as_integer(level), as_integer(start))  # type: ignore[arg-type]
        for kind, level, start in answer
    )
