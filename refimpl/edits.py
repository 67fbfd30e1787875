"""Edits: what a call changed in slots, found by comparing the contexts (clauses EDI-1 to EDI-3)."""

from __future__ import annotations

from collections.abc import Sequence

from focalloc.spec.blocks import Context, used
from focalloc.spec.edits import Edit
from focalloc.spec.geometry import Geometry


def edits(geometry: Geometry, old: Context, new: Context) -> list[Edit]:
    """The edits that turn ``old`` into ``new``: as few as there are stretches in which something changed.

    Args:
        geometry: shape of the tree.
        old: the context before the call.
        new: the context after it.
    """
    found: list[Edit] = []
    first = at = 0  # slots before the stretch in progress
    for kept, gone, come in stretches(old, new):
        before, after = used(geometry, gone), used(geometry, come)
        if gone or come:
            found.append(Edit(first, before, at, after, come))
        slots = used(geometry, kept)
        first, at = first + before + slots, at + after + slots
    return found


def stretches(old: Context, new: Context) -> list[tuple[Context, Context, Context]]:
    """Both contexts cut behind each block that they share: that block, and what lies before it in one and the other."""
    shared = [block for block in old if block in set(new)]
    found = []
    for block in shared:
        i, j = old.index(block), new.index(block)
        found.append(((block,), old[:i], new[:j]))
        old, new = old[i + 1 :], new[j + 1 :]
    return [*found, ((), old, new)]


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

