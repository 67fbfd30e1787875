"""The kernels' tables with every access checked, and an allocator made of their source, uncompiled.

Compiled code does not notice an index beyond a table, a read of what was never written or a number that does not fit.
Here each of them stops the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from focalloc.fastpath import tables as layout
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.sources import Source
from focalloc.spec.actions import Action
from focalloc.spec.state import State

PATIENCE = 50_000
"""Reads of memory after which a step that has not ended counts as one that never will."""


class Broken(Exception):
    """The kernel did what compiled code would not notice, or the answer is wrong."""


class Memory(list[Any]):
    """A table whose every access is checked; None stands for what was never written."""

    def __init__(self, name: str, cells: Iterable[Any], bits: int = 64) -> None:
        super().__init__(cells)
        self.name = name
        self.low, self.high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        self.reads = 0

    def _outside(self, index: Any) -> Broken:
        return Broken(f"index {index} of {self.name}, which has {len(self)} cells")

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < len(self):
            raise self._outside(index)
        value = super().__getitem__(index)
        self.reads += 1
        if value is None:
            raise Broken(f"{self.name}[{index}] is read before it is written")
        if self.reads > PATIENCE:
            raise Broken(f"no end: {self.name} was read {self.reads} times")
        return value

    def __setitem__(self, index: Any, value: Any) -> None:
        if not (self.low <= value) or not (value <= self.high):
            raise Broken(f"{self.name}[{index}] cannot hold what is written to it")
        if not 0 <= index < len(self):
            raise self._outside(index)
        super().__setitem__(index, value.item() if isinstance(value, np.generic) else value)


def filled(name: str, known: Sequence[Any], cells: int, bits: int = 64) -> Memory:
    """A table of which only the beginning has been written."""
    return Memory(name, [*known, *[None] * (cells - len(known))], bits)


def memory_of(made: layout.Tables, chunk: int) -> dict[str, Memory]:
    """Production's tables as loading leaves them, with room for chunks of this many slots; scores are not there yet."""
    cells, chunks = made.capacity, made.capacity // chunk + 1
    header = Memory("header", made.state[: code.HEADER].tolist())
    families = int(header[code.FAMILIES])
    loaded = {name: made.table(name)[:families].tolist() for name in ("family_slot", "family_node")}
    tables = {name: filled(name, loaded.get(name, []), len(made.table(name))) for name in layout.NAMES}
    tables |= {name: filled(name, [], 2 * len(tables[name]), 32) for name in layout.MEMORY_TABLES}
    return tables | {
        "header": header,
        "tags": filled("tags", made.tags[: int(header[code.SLOTS])].tolist(), cells, 8),
        "spare": filled("spare", [], cells, 8),
        "fixed": filled("fixed", [], cells, 32),
        "peaks": filled("peaks", [], chunks, 32),
        "chunk_keys": filled("chunk_keys", [], chunks),
        "chunk_notes": filled("chunk_notes", [], chunks),
    }


def ledger_of(state: State) -> list[tuple[int, int]]:
    """The ledger as kernels keep it: packed actions, and the iterations that they happened in."""
    return [(packed(Action(entry.kind, *node)), entry.iteration) for node, entry in state.ledger.items()]


def remember(tables: dict[str, Memory], ledger: Sequence[tuple[int, int]], iteration: int) -> None:
    """Have the tables of a session hold this ledger after so many iterations."""
    header = tables["header"]
    header[code.ITERATION], header[code.LEDGER_TO] = iteration, len(ledger)
    for i, name in enumerate(("ledger_action", "ledger_iteration")):
        tables[name] = filled(name, [entry[i] for entry in ledger], len(tables[name]))


def left_in(tables: Mapping[str, Any]) -> tuple[list[int], list[tuple[int, int]], list[tuple[int, int]]]:
    """What a call leaves: the tags, the first slot and the packed node of each family, and the live ledger."""
    header = tables["header"]
    families = list(zip(tables["family_slot"], tables["family_node"], strict=True))[: header[code.FAMILIES]]
    live = range(header[code.LEDGER_FROM], header[code.LEDGER_TO])
    ledger = [(tables["ledger_action"][i], tables["ledger_iteration"][i]) for i in live]
    return list(tables["tags"])[: header[code.SLOTS]], families, ledger


def session_with(**tables: Any) -> code.Session:
    """The tables of a session, those that are not given empty."""
    return code.Session(**{name: tables.get(name, []) for name in code.Session._fields})


def work_with(**tables: Any) -> code.Work:
    """The tables of a search, those that are not given empty."""
    return code.Work(**{name: tables.get(name, []) for name in code.Work._fields})


def work_on(space: Any, worth: list[int], peaks: list[int]) -> code.Work:
    """The tables of a search as lists, cut out of their array but for what expands are worth."""
    header = space[: code.WORK_HEADER].tolist()
    cut = [space[first:last].tolist() for first, last in pairwise(header[code.WORK_OFFSETS :])]
    return code.Work(header, code.Search(header, *cut[4:12]), worth, peaks, *cut[:4], *cut[12:17])


def called(source: Source, function: str, tables: Mapping[str, Any]) -> Any:
    """Run a kernel on the tables, and what else its arguments are named after.

    Raises:
        LookupError: there is no such table.
        Broken: the kernel does what compiled code would not notice.
    """
    names = [one.arg for one in source.functions[function].args.args]
    if "session" in names:
        tables = {**tables, "session": code.Session(*(tables[name] for name in code.Session._fields))}
    if missing := [name for name in names if name not in tables]:
        raise LookupError(f"{function} takes {', '.join(missing)}; say what that is in proofs/engines/memory.py")
    return source.python[function](*(tables[name] for name in names))


def packed(action: Action) -> int:
    """An action, as kernels pack it."""
    return (action.start * code.LEVELS + action.level) * 2 + (action.kind == "collapse")


def unpacked(action: int) -> Action:
    """The action that a kernel packed."""
    node, kind = divmod(action, 2)
    return Action("collapse" if kind else "expand", node % code.LEVELS, node // code.LEVELS)


class Uncompiled:
    """The kernels of a source, planted bug and all, as an allocator that goes through one session.

    Args:
        source: of the kernels.
        start: the state at the beginning.
    """

    def __init__(self, source: Source, start: State) -> None:
        self._source = source
        self._tables = memory_of(layout.Tables(start.geometry, start.params, start.context), source.constants["CHUNK"])

    def __call__(self, _: State, scores: Sequence[int]) -> list[Action]:
        """The answer to the next iteration; it keeps its own state.

        Raises:
            Broken: the kernels do what compiled code would not notice.
        """
        tables = self._tables
        for table in tables.values():
            table.reads = 0
        tables["fixed"] = filled("fixed", scores, len(tables["fixed"]), 32)
        source, header = self._source, tables["header"]
        called(source, "bound" if header[code.MULTI_SLOT] else "survey", tables | {"worth": tables["fixed"]})
        return [unpacked(tables["actions"][q]) for q in range(called(source, "step", tables))]
