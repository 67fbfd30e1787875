"""Cooldown: which reversals are too early, and what must be remembered to know it (clause COO-1, COO-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from focalloc.spec.actions import OPPOSITE, Action, Kind
from focalloc.spec.blocks import Block
from focalloc.spec.clauses import WHOLE, Finding, clause
from focalloc.spec.printable import counted


class Entry(NamedTuple):
    """The latest action on one node.

    Attributes:
        kind: what was done.
        iteration: the iteration it was done in; an ingest's collapses carry the number of the last iteration.
    """

    kind: Kind
    iteration: int


Ledger = Mapping[Block, Entry]
"""Latest action per node, for nodes acted on less than ``min_gap`` iterations ago."""


def rested(gap: int, min_gap: int) -> bool:
    """Whether an action lies at least ``min_gap`` iterations back."""
    return gap >= min_gap


def may_act(ledger: Ledger, action: Action, iteration: int, min_gap: int) -> bool:
    """Whether the cooldown allows ``action`` at ``iteration``."""
    entry = ledger.get(action.node) if ledger else None
    return entry is None or entry.kind != OPPOSITE[action.kind] or rested(iteration - entry.iteration, min_gap)


@clause("COO-1")
def too_early(ledger: Ledger, action: Action, iteration: int, min_gap: int) -> Iterator[Finding]:
    """COO-1: an action on a node comes at least ``max(1, cooldown_steps)`` iterations after the opposite one."""
    if not may_act(ledger, action, iteration, min_gap):
        entry = ledger[action.node]
        said = f"node {tuple(action.node)} would {action.kind} at iteration {iteration},"
        yield WHOLE, f"{said} {iteration - entry.iteration} after its {entry.kind}; the cooldown asks for {min_gap}"


def recorded(ledger: Ledger, action: Action, iteration: int) -> dict[Block, Entry]:
    """The ledger once ``action`` has happened at ``iteration``."""
    return {**ledger, action.node: Entry(action.kind, iteration)}


def remembered(ledger: Ledger, iteration: int, min_gap: int) -> dict[Block, Entry]:
    """The ledger at the start of ``iteration``: entries that can no longer forbid anything are forgotten."""
    return {node: entry for node, entry in ledger.items() if not rested(iteration - entry.iteration, min_gap)}


@clause("COO-2")
def hoarded(entries: int, iteration: int, n_diff: int, min_gap: int, reclaimed: int) -> Iterator[Finding]:
    """COO-2: after an iteration the ledger holds at most ``n_diff * min_gap`` entries plus ``reclaimed``.

    Args:
        entries: size of the ledger after iteration ``iteration`` (and its ingest).
        iteration: number of the last iteration.
        n_diff: cap on actions per iteration.
        min_gap: iterations an entry is kept for.
        reclaimed: collapses that ingest made in the last ``min_gap`` iterations.
    """
    if entries > n_diff * min_gap + reclaimed:
        yield (
            WHOLE,
            (
                f"the ledger holds {entries} after iteration {iteration}; {counted(n_diff, 'action')} in "
                f"{counted(min_gap, 'iteration')} and {counted(reclaimed, 'reclaim')} allow "
                f"{n_diff * min_gap + reclaimed}"
            ),
        )
