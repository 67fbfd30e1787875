"""Actions of an allocator that keeps no record of them: from the difference of two contexts, where that tells."""

from __future__ import annotations

from collections.abc import Iterable

from focalloc.spec.actions import Action, Kind, family
from focalloc.spec.blocks import Block, Context, checked_context, end
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry


def actions_between(
    geometry: Geometry, before: Iterable[object], after: Iterable[object], *, first: Kind | None = None
) -> list[Action]:
    """The actions that lead from one context to another, where a difference can tell.

    It cannot always: what was expanded and collapsed again leaves none, what changed by two levels at once may have
    gone several ways, and no difference has an order, which decides whether the budget was kept. So take the
    allocator's own record of its edits if it has one. This names what is plain and refuses to name the rest, so that
    no verdict is made up.

    Args:
        geometry: shape of the tree.
        before: blocks as ``(level, start)``, oldest first.
        after: the same, later.
        first: the kind that the allocator is known to do first; None if nothing is known.

    Returns:
        The actions, those of kind ``first`` first, each kind in the order of the tokens, which need not be that in
        which they were done: clauses about the order of actions, of any profile but ``safety``, cannot be judged by it.

    Raises:
        InvalidInput: a context is none (CTX), they do not cover the same tokens, a place changed by more than one
            action, or both kinds are there and nothing says which came first.

    Example:
        >>> from focalloc.conformance import actions_between
        >>> actions_between(Geometry((2, 2)), [(2, 0), (2, 4)], [(1, 0), (1, 2), (2, 4)])
        [Action(kind='expand', level=2, start=0)]
    """
    old, new = (_checked(geometry, name, blocks) for name, blocks in (("before", before), ("after", after)))
    ends = [(context[0].start, end(geometry, context[-1])) for context in (old, new)]
    if ends[0] != ends[1]:
        raise InvalidInput("after", ends[1], f"covers other tokens than before, {ends[0]}")
    gone, come = set(old) - set(new), set(new) - set(old)
    named: dict[Kind, list[Action]] = {
        "expand": [Action("expand", *block) for block in old if block in gone and _below(geometry, block) <= come],
        "collapse": [Action("collapse", *block) for block in new if block in come and _below(geometry, block) <= gone],
    }
    for action in (*named["expand"], *named["collapse"]):
        changed = {action.node} | _below(geometry, action.node)
        gone, come = gone - changed, come - changed
    for block in sorted(gone | come):
        name = "before" if block in gone else "after"
        raise InvalidInput(name, tuple(block), "lies where more than one action changed something; which, is not plain")
    if named["expand"] and named["collapse"] and first is None:
        raise InvalidInput("first", None, "there are expands and collapses, and a difference does not show their order")
    kinds: tuple[Kind, Kind] = ("expand", "collapse") if first == "expand" else ("collapse", "expand")
    return [action for kind in kinds for action in named[kind]]


def _below(geometry: Geometry, node: Block) -> set[Block]:
    """The family of ``node``; for raw tokens, which have none, something that is in no set of blocks."""
    return set(family(geometry, node)) if node.level else {Block(-1, -1)}


def _checked(geometry: Geometry, name: str, blocks: Iterable[object]) -> Context:
    try:
        return checked_context(geometry, blocks)
    except InvalidInput as no:
        raise InvalidInput(f"{name}: {no.field}", no.value, no.rule) from None
