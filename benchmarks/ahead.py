"""Room made ahead (ING-6): how many slots a causal model computes anew over the recorded session, with and without.

Run ``python benchmarks/ahead.py``. A causal model computes anew whatever lies behind the first slot that a call
changed; that is summed over the reading of the document, with `Params.reclaim_ahead` at several values. Nothing here
looks at a clock: the figures are the same on every machine that carries the same document.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from focalloc.conformance.recorded import Session
from focalloc.fastpath.allocator import Allocator

AHEAD = (0, 1, 2, 4, 8)


def anew(session: Session, ahead: int) -> tuple[int, int, int]:
    """Slots computed anew while the document is read, ingests that had to make room, and slots shown on average."""
    allocator = Allocator()
    allocator.open(session.geometry, replace(session.params, reclaim_ahead=ahead), session.opening)
    slots = reclaims = shown = calls = 0
    for move in session.moves():
        if move.blocks:
            plan = allocator.ingest(move.blocks)
            slots += allocator.used - plan.edits.first_changed
            reclaims += bool(plan)
            shown += allocator.used
            calls += 1
    return slots, reclaims, shown // calls


def main() -> None:
    """Print a table for the recorded document, read by one block at a time and by eight."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(
        "| blocks at a time | `reclaim_ahead` | slots computed anew | of those without | ingests that reclaim | shown |"
    )
    print("|---|---|---|---|---|---|")
    for blocks in (1, 8):
        session = replace(Session(), read_blocks=blocks)
        base = 0
        for ahead in AHEAD:
            slots, reclaims, shown = anew(session, ahead)
            base = base or slots
            print(f"| {blocks} | {ahead} | {slots:,} | {slots / base:.2f} | {reclaims} | {shown} |")


if __name__ == "__main__":
    main()
