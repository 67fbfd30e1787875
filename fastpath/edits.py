"""What calls changed, in slots: for whatever keeps a row beside the context, such as a key-value cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import overload

import numpy as np
from numpy.typing import NDArray

from focalloc.spec.actions import Action, produced
from focalloc.spec.blocks import Block
from focalloc.spec.edits import Edit
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.printable import counted

INT64 = np.dtype(np.int64)

GATHERED = (INT64, np.dtype(np.int32))
"""Types of an index that is written as it is."""


class Edits(Sequence[Edit]):
    """The edits of one call, or of several made one, in order of place (EDI-1 to EDI-3).

    Equal to any sequence of the same edits. Making one costs as much as there are edits, whatever the context;
    `splices` are at hand before any is made.

    Args:
        edits: in order of place, apart from each other.
        slots: of the row before them.
        block_slots: slots of a block by level, as `Geometry.block_slots`.

    Example:
        >>> import numpy as np
        >>> from focalloc import Allocator, Geometry
        >>> allocator = Allocator(Geometry(arity=(4,), cost=(1, 1)))
        >>> allocator.load([(1, 0), (0, 4)])
        >>> row = np.array([10, 20, 21, 22, 23])  # one entry per slot, of whatever kind
        >>> edits = allocator.step([1.0, 0, 0, 0, 0]).edits
        >>> edits.first_changed, edits.gather().tolist()
        (0, [-1, -1, -1, -1, 1, 2, 3, 4])
        >>> row[edits.gather()]  # where it says -1 an entry is to be made; here the last one stands in
        array([23, 23, 23, 23, 20, 21, 22, 23])
    """

    def __init__(self, edits: Sequence[Edit], slots: int, block_slots: tuple[int, ...]) -> None:
        self._edits = tuple(edits)
        self.slots = slots
        self._block_slots = block_slots

    @property
    def splices(self) -> NDArray[np.int64]:
        """The edits without their blocks, a row of first, before, at and after for each; ``(edits, 4)``, read-only.

        Costs what a small array costs; objects are made where edits are asked for one by one.
        """
        splices = np.array([edit.splice for edit in self._edits], np.int64).reshape(-1, 4)
        splices.flags.writeable = False
        return splices

    @property
    def _row(self) -> NDArray[np.int64]:
        """The splices in a row, for a kernel."""
        return self.splices.reshape(-1)

    @property
    def slots_after(self) -> int:
        """Slots of the row after the edits."""
        return self.slots + sum(edit.after - edit.before for edit in self._edits)

    @property
    def first_changed(self) -> int:
        """The first slot from which on anything is another, or has moved; the number of slots if nothing is."""
        return int(self.splices[0, 0]) if len(self) else self.slots

    def gather(self, out: NDArray[np.integer] | None = None) -> NDArray[np.integer]:
        """For each slot after the edits the one before them that it was, or -1: an index into any row before them.

        Args:
            out: where to write it, at least `slots_after` long; by default a new array of int64. int64 and int32 are
                written as they are, other signed integers by way of int64.

        Returns:
            As much of ``out`` as there are slots.

        Raises:
            InvalidInput: ``out`` is too short, or something else; nothing is written.
        """
        slots = self.slots_after
        if out is not None:
            _check_index(out, slots, self.slots)
        fits = type(out) is np.ndarray and out.dtype in GATHERED and out.flags.carray
        found = out[:slots] if out is not None and fits else np.empty(slots, np.int64)
        _gatherer()(self._row, found)
        if out is not None and not fits:
            out[:slots] = found
            return out[:slots]
        return found

    def then(self, later: Edits) -> Edits:
        """These and then ``later`` as one: what either names is named, and edits that touch become one.

        Raises:
            InvalidInput: ``later`` are no edits, or those of a row of another length.
        """
        if not isinstance(later, Edits):
            raise InvalidInput("later", type(later).__name__, "must be Edits, such as those of a plan")
        if later.slots != self.slots_after:
            raise InvalidInput(
                "later", later.slots, f"must be edits of {counted(self.slots_after, 'slot')}, which these leave"
            )
        found = []
        came = grown = 0  # slots that the edits so far brought, these and the later ones
        for low, high, mine, theirs in _groups(self._edits, later):
            first, at = low - came, low + grown
            came += sum(edit.after - edit.before for edit in mine)
            grown += sum(edit.after - edit.before for edit in theirs)
            before, after = high - came - first, high + grown - at
            if before or after:  # else the later ones take out just what these put in
                found.append(Edit(first, before, at, after, self._left(mine, theirs)))
        return Edits(found, self.slots, self._block_slots)

    def _left(self, mine: Iterable[Edit], theirs: Sequence[Edit]) -> tuple[Block, ...]:
        """The blocks that these put in, less those that later ones take out, and those that the later ones put in."""
        placed = [(edit.first, 0, block) for edit in theirs for block in edit.blocks]
        for edit in mine:
            sizes = [self._block_slots[block.level] for block in edit.blocks]
            for slot, block in zip(accumulate(sizes, initial=edit.at), edit.blocks, strict=False):
                if not any(one.first <= slot < one.first + one.before for one in theirs):
                    placed.append((slot, 1, block))
        return tuple(block for _, _, block in sorted(placed, key=itemgetter(0, 1)))

    @overload
    def __getitem__(self, index: int) -> Edit: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Edit]: ...
    def __getitem__(self, index: int | slice) -> Edit | Sequence[Edit]:
        return self._edits[index]

    def __len__(self) -> int:
        return len(self._edits)

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._edits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._edits == tuple(other)

    def __hash__(self) -> int:
        return hash(self._edits)

    def __repr__(self) -> str:
        return f"Edits({list(self._edits)}, slots={self.slots})"


class EditsOfStep(Edits):
    """Those of an iteration, which the kernels told as splices: edits are made of these once somebody asks for one.

    Args:
        told: the splices, int64.
        slots_after: of the row after them.
        geometry: shape of the tree.
        actions: those of the iteration.
    """

    def __init__(self, told: bytes, slots_after: int, geometry: Geometry, actions: Sequence[Action]) -> None:
        self._told, self._after, self._geometry, self._actions = told, slots_after, geometry, actions

    @property
    def splices(self) -> NDArray[np.int64]:
        """As of all edits."""
        return np.ndarray((len(self._told) // 32, 4), INT64, self._told)

    @property
    def _row(self) -> NDArray[np.int64]:
        return np.ndarray(len(self._told) // INT64.itemsize, INT64, self._told)

    @cached_property
    def slots(self) -> int:  # type: ignore[override]
        """Of the row before them."""
        splices = memoryview(self._told).cast("q")
        return self._after + sum(splices[1::4]) - sum(splices[3::4])

    @property
    def slots_after(self) -> int:
        """Slots of the row after the edits."""
        return self._after

    @property
    def _block_slots(self) -> tuple[int, ...]:  # type: ignore[override]
        return self._geometry.block_slots

    @cached_property
    def _edits(self) -> tuple[Edit, ...]:  # type: ignore[override]
        geometry, found = self._geometry, []
        left = iter(sorted(self._actions, key=attrgetter("start")))  # no two overlap, so by place as well
        for first, before, at, after in self.splices.tolist():
            blocks: list[Block] = []
            room = after
            while room:
                made = produced(geometry, next(left))
                room -= len(made) * geometry.slots(made[0].level)
                blocks += made
            found.append(Edit(first, before, at, after, tuple(blocks)))
        return tuple(found)

    def __len__(self) -> int:
        return len(self._told) // 32


def _check_index(out: object, slots: int, before: int) -> None:
    """Refuse what cannot hold an index into ``before`` slots for each of ``slots``, -1 included."""
    if not isinstance(out, np.ndarray) or out.dtype.kind != "i" or out.ndim != 1 or not out.flags.writeable:
        given = f"array of {out.dtype}, shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise InvalidInput("out", given, "must be a one-dimensional, writeable NumPy array of signed integers")
    if len(out) < slots:
        raise InvalidInput("out", len(out), f"must have room for {counted(slots, 'slot')}")
    if before - 1 > np.iinfo(out.dtype).max:
        raise InvalidInput("out", f"array of {out.dtype}", f"must hold numbers of slots, up to {before - 1}")


@cache
def _gatherer() -> Callable[[NDArray[np.int64], NDArray[np.integer]], None]:
    """`run_gather`; looked up once, since importing Numba takes a while and asking for it each time some, too."""
    from focalloc.fastpath.kernels.calls import run_gather

    return run_gather


def edits_of_ingest(
    geometry: Geometry, collapses: Sequence[Action], places: Sequence[int], slots: int, *ingested: int
) -> Edits:
    """What an ingest changed.

    Args:
        geometry: shape of the tree.
        collapses: its reclaims, in order.
        places: for each the first slot of the block that begins where its node does, in the row after; anything if
            none begins there, as a later reclaim has taken it in or it was let go.
        slots: of the row after.
        ingested: as for `Plan`.
    """
    end, blocks, slots_before, front, refilled = ingested
    outermost = list[tuple[int, Action, int]]()  # what no later reclaim took in: where it is, what the others freed
    behind = 0
    for action, place in sorted(zip(collapses, places, strict=True), key=lambda one: (one[0].start, -one[0].level)):
        if outermost and action.start < behind:
            at, node, freed = outermost[-1]
            outermost[-1] = at, node, freed + geometry.delta(action.level)
        else:
            outermost.append((place, action, geometry.delta(action.level)))
            behind = action.start + geometry.span(action.level)
    kept = sum(freed for _, action, freed in outermost if action.start >= front)
    gone = slots_before + blocks * geometry.slots(0) - slots - kept  # what was let go, reclaimed before or not
    found = [Edit(0, gone, 0, 0, ())] if gone else []
    for at, action, freed in outermost:
        if action.start < front:
            continue
        after = geometry.slots(action.level)
        _append(found, Edit(at + gone, after + freed, at, after, (action.node,)))
        gone += freed
    first = slots - blocks * geometry.slots(0)
    span = geometry.span(0)
    taken = 0
    if refilled and end - (blocks + 1) * span >= front:  # a block that more tokens came to is another one (FIL)
        taken = geometry.slots(0)
        blocks, first = blocks + 1, first - taken
    new = tuple(Block(0, end - (blocks - i) * span) for i in range(blocks))
    _append(found, Edit(first + gone, taken, first, slots - first, new))
    return Edits(found, slots_before, geometry.block_slots)


def _append(found: list[Edit], edit: Edit) -> None:
    """Put an edit behind others, as part of the last one if it touches that."""
    if found and found[-1].first + found[-1].before == edit.first:
        last = found.pop()
        sums = (last.before + edit.before, last.at, last.after + edit.after, last.blocks + edit.blocks)
        edit = Edit(last.first, *sums)
    found.append(edit)


def _groups(mine: Iterable[Edit], theirs: Iterable[Edit]) -> Iterator[tuple[int, int, list[Edit], list[Edit]]]:
    """Edits that touch, as slots of the row between both: from where to where, earlier ones and later ones."""
    spans = [(edit.at, edit.at + edit.after, 0, edit) for edit in mine]
    spans += [(edit.first, edit.first + edit.before, 1, edit) for edit in theirs]
    spans.sort(key=itemgetter(0, 1))
    while spans:
        low, high = spans[0][:2]
        group: tuple[list[Edit], list[Edit]] = [], []
        while spans and spans[0][0] <= high:
            _, last, which, edit = spans.pop(0)
            high = max(high, last)
            group[which].append(edit)
        yield low, high, *group
