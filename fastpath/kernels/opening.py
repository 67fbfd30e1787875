"""The context that a history is shown by at first: laid out within the budget, in detail where that is wanted (LAY-1 to
LAY-5)."""

from __future__ import annotations

from typing import NamedTuple

from focalloc.fastpath.kernels.layout import FANOUT, LEVELS, SPAN, TOP, UNITS, WIDTH, Ints, Table
from focalloc.fastpath.kernels.packing import node_of
from focalloc.fastpath.kernels.places import distance
from focalloc.fastpath.machine_code import kernel


class Wanted(NamedTuple):
    """What detail is wanted of a history.

    Attributes:
        header: that of a session, of which the geometry is read.
        first: first token.
        last: token after the last.
        cursor: token at which nearness is measured.
        scores: per smallest span, in fixed point; none where all are wanted alike.
    """

    header: Table
    first: int
    last: int
    cursor: int
    scores: Ints


class Frontier(NamedTuple):
    """Blocks that may still be expanded: a heap, the first of them on top; and those that may not, in no order.

    The heap is not that of `best_few`, since what it goes by, want, distance and node, does not fit one integer.

    Attributes:
        wants: of each in the heap the greatest score under it.
        nodes: of each in the heap the node.
        blocks: the blocks that stay, as nodes.
    """

    wants: Table
    nodes: Table
    blocks: Table


@kernel
def coarsest_level(header: Table, at: int, last: int) -> int:
    """The level of the coarsest block that begins at token ``at`` and ends by ``last``."""
    level = header[TOP]
    while at % header[SPAN + level] != 0 or at + header[SPAN + level] > last:
        level -= 1
    return level


@kernel
def count_alike(header: Table, level: int, at: int, last: int) -> int:
    """How many blocks of the coarsest tiling follow each other from token ``at`` on that are all of ``level``."""
    above = last
    if level < header[TOP]:
        wide = header[SPAN + level + 1]
        above = min(last, at - at % wide + wide)
    return (above - at) // header[SPAN + level]


@kernel
def count_coarsest(wanted: Wanted) -> int:
    """Slots of the coarsest tiling (LAY-3)."""
    header = wanted.header
    slots = 0
    at = wanted.first
    while at < wanted.last:
        level = coarsest_level(header, at, wanted.last)
        count = count_alike(header, level, at, wanted.last)
        slots += count * header[UNITS + level]
        at += count * header[SPAN + level]
    return slots


@kernel
def want_of(wanted: Wanted, level: int, start: int) -> int:
    """The greatest score under a node; 0 where there are none."""
    scores = wanted.scores
    if len(scores) == 0:
        return 0
    span = wanted.header[SPAN]
    begin = (start - wanted.first) // span
    best = scores[begin]
    for i in range(begin + 1, begin + wanted.header[SPAN + level] // span):
        best = max(best, scores[i])
    return best


@kernel
def precedes(wanted: Wanted, want: int, node: int, other_want: int, other: int) -> bool:
    """Whether a node stands before another: wanted more, or nearer, or earlier, or coarser (LAY-4)."""
    if want != other_want:
        return want > other_want
    near = distance(wanted.header, wanted.cursor, node)
    far = distance(wanted.header, wanted.cursor, other)
    if near != far:
        return near < far
    if node // LEVELS != other // LEVELS:
        return node // LEVELS < other // LEVELS
    return node % LEVELS > other % LEVELS


@kernel
def add(wanted: Wanted, frontier: Frontier, size: int, want: int, node: int) -> None:
    """Add a node to a heap of ``size``."""
    wants, nodes = frontier.wants, frontier.nodes
    at = size
    while at > 0:
        above = (at - 1) // 2
        if not precedes(wanted, want, node, wants[above], nodes[above]):
            break
        wants[at] = wants[above]
        nodes[at] = nodes[above]
        at = above
    wants[at] = want
    nodes[at] = node


@kernel
def drop_first(wanted: Wanted, frontier: Frontier, size: int) -> None:
    """Take the first node out of a heap of ``size``."""
    wants, nodes = frontier.wants, frontier.nodes
    want = wants[size - 1]
    node = nodes[size - 1]
    at = 0
    child = 1
    while child < size - 1:
        if child + 1 < size - 1 and precedes(wanted, wants[child + 1], nodes[child + 1], wants[child], nodes[child]):
            child += 1
        if not precedes(wanted, wants[child], nodes[child], want, node):
            break
        wants[at] = wants[child]
        nodes[at] = nodes[child]
        at = child
        child = 2 * at + 1
    wants[at] = want
    nodes[at] = node


@kernel
def lay_out_history(wanted: Wanted, frontier: Frontier, threshold: int, urgent: int, soft: int, hard: int) -> int:
    """Lay a history out from its coarsest tiling, which keeps the budget; return how many blocks there are.

    In order, what is wanted and fits is expanded (LAY-2, LAY-4, LAY-5); all tokens stay covered (LAY-1).

    Args:
        threshold: a node is expanded only if its want is above this.
        urgent: one whose want is above this may use the hard budget.
        soft: soft budget, slots.
        hard: hard budget.
    """
    header, blocks = wanted.header, frontier.blocks
    slots = count_coarsest(wanted)
    size = 0
    done = 0
    at = wanted.first
    while at < wanted.last:  # COARSEST
        level = coarsest_level(header, at, wanted.last)
        add(wanted, frontier, size, want_of(wanted, level, at), node_of(level, at))
        size += 1
        at += header[SPAN + level]
    while size > 0:  # EXPAND
        want = frontier.wants[0]
        node = frontier.nodes[0]
        drop_first(wanted, frontier, size)
        size -= 1
        level = node % LEVELS
        start = node // LEVELS
        delta = header[WIDTH + level] - header[UNITS + level]
        if want <= threshold or slots + delta > (hard if want > urgent else soft):
            blocks[done] = node
            done += 1
            continue
        slots += delta
        if level == 1:
            blocks[done] = node_of(0, start)
            done += 1
            continue
        for i in range(header[FANOUT + level]):
            child = start + i * header[SPAN + level - 1]
            add(wanted, frontier, size, want_of(wanted, level - 1, child), node_of(level - 1, child))
            size += 1
    return done
