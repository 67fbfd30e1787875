"""The best few: a heap of keys with the worst of them on top, each with a note."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import Table
from focalloc.fastpath.machine_code import kernel


@kernel
def sink(keys: Table, notes: Table, size: int, key: int, note: int) -> None:
    """Put ``key`` in the place of the worst of ``size`` keys."""
    at = 0
    child = 1
    while child < size:
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at] = keys[child]
        notes[at] = notes[child]
        at = child
        child = 2 * at + 1
    keys[at] = key
    notes[at] = note


@kernel
def rise(keys: Table, notes: Table, size: int, key: int, note: int) -> None:
    """Add ``key`` to ``size`` keys."""
    at = size
    while at > 0 and keys[(at - 1) // 2] > key:
        keys[at] = keys[(at - 1) // 2]
        notes[at] = notes[(at - 1) // 2]
        at = (at - 1) // 2
    keys[at] = key
    notes[at] = note


@kernel
def offer(keys: Table, notes: Table, size: int, room: int, key: int, note: int) -> int:
    """Keep ``key`` among the best ``room`` (at least 1) keys if it belongs there; return how many there are now."""
    if size < room:
        rise(keys, notes, size, key, note)
        return size + 1
    if key > keys[0]:
        sink(keys, notes, size, key, note)
    return size


@kernel
def sort_best_first(keys: Table, notes: Table, size: int) -> None:
    """Turn the heap into a list, greatest key first."""
    for last in range(size - 1, 0, -1):
        key = keys[last]
        note = notes[last]
        keys[last] = keys[0]
        notes[last] = notes[0]
        sink(keys, notes, last, key, note)
