"""Edits: what a call changed in slots, found by comparing the contexts (clauses EDI-1 to EDI-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.edits import Edit
from focalloc.spec.geometry import Geometry


class Answer(list[Action]):
    """The actions of an answer, and what they changed in slots.

    Args:
        actions: in the order of application.
        edits: what they, and blocks that were appended or let go, changed.
        released: the token that the context begins with since blocks were let go; None if none were.
    """

    def __init__(self, actions: Iterable[Action], edits: Sequence[Edit], released: int | None = None) -> None:
        super().__init__(actions)
        self.edits = edits
        self.released = released


def edits(geometry: Geometry, old: Context, new: Context, filled: Block | None = None) -> list[Edit]:
    """The edits that turn ``old`` into ``new``: one for each stretch in which something changed.

    Args:
        geometry: shape of the tree.
        old: the context before the call.
        new: the context after it.
        filled: the block that tokens came to in between, which is another one since (FIL); None if none did.
    """
    found: list[Edit] = []
    shared = set(old) & set(new) - {filled}
    first = at = 0
    stays = [block for block in old if block in shared]
    for kept, gone, come in zip([*stays, None], cut(old, shared), cut(new, shared), strict=True):
        before, after = used(geometry, gone), used(geometry, come)
        if gone or come:
            found.append(Edit(first, before, at, after, come))
        slots = geometry.slots(kept.level) if kept else 0
        first, at = first + before + slots, at + after + slots
    return found


def cut(context: Context, at: set[Block]) -> list[Context]:
    """What lies before, between and behind the blocks ``at``."""
    parts: list[list[Block]] = [[]]
    for block in context:
        if block in at:
            parts.append([])
        else:
            parts[-1].append(block)
    return [tuple(part) for part in parts]


def gather(slots: int, edits: Sequence[Edit]) -> list[int]:
    """For each slot after the edits the one before them that it was, or -1, of a row of ``slots``."""
    now: list[int] = []
    done = 0
    for first, before, _, after, _ in edits:
        now += [*range(done, first), *(-1 for _ in range(after))]
        done = first + before
    return [*now, *range(done, slots)]


def composed(
    geometry: Geometry, slots: int, earlier: Sequence[Edit], later: Sequence[Edit], new: Context
) -> list[Edit]:
    """The edits that do what ``earlier`` and then ``later`` do; a slot that either names is named.

    Args:
        geometry: shape of the tree.
        slots: of the row before both.
        earlier: edits of that row.
        later: edits of the row that those lead to.
        new: the context after both.
    """
    middle = gather(slots, earlier)
    was = [-1 if slot == -1 else middle[slot] for slot in gather(len(middle), later)]
    held = [block for block in new for _ in range(geometry.slots(block.level))]
    found: list[Edit] = []
    done = at = 0
    for slot in [*(slot for slot in was if slot != -1), slots]:
        kept = was.index(slot) if slot < slots else len(was)
        if slot > done or kept > at:
            come = tuple(dict.fromkeys(held[at:kept]))
            found.append(Edit(done, slot - done, at, kept - at, come))
        done, at = slot + 1, kept + 1
    return found

