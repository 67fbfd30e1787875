"""The ledger: actions and their iterations, oldest first; live between two places in the header (COO-1, COO-2)."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    ITERATION,
    LEDGER_FROM,
    LEDGER_FULL,
    LEDGER_ROOM,
    LEDGER_TO,
    MIN_GAP,
    N_DIFF,
    Ints,
    Session,
    Table,
)
from focalloc.fastpath.machine_code import kernel


@kernel
def forget(header: Table, ledger_iteration: Ints) -> None:
    """Drop the entries that can no longer forbid anything at the header's iteration."""
    at = header[LEDGER_FROM]
    while at < header[LEDGER_TO] and header[ITERATION] - ledger_iteration[at] >= header[MIN_GAP]:
        at += 1
    header[LEDGER_FROM] = at


@kernel
def unforget(header: Table, ledger_iteration: Ints) -> None:
    """Have the entries back that `forget` has dropped at the iteration behind the header's.

    At the header's they could just forbid something, so all of them are of one iteration.
    """
    at = header[LEDGER_FROM]
    last = max(0, header[ITERATION] - header[MIN_GAP] + 1)
    while at > 0 and ledger_iteration[at - 1] == last:
        at -= 1
    header[LEDGER_FROM] = at


@kernel
def is_barred(header: Ints, ledger_action: Ints, opposite: int) -> bool:
    """Whether the action ``opposite`` happened too short a time ago for its reversal (COO-1)."""
    for at in range(header[LEDGER_FROM], header[LEDGER_TO]):  # noqa: SIM110, kernels have no generators
        if ledger_action[at] == opposite:
            return True
    return False


@kernel
def count_collapses(header: Ints, ledger_action: Ints) -> int:
    """Live entries that forbid an expand."""
    collapses = 0
    for at in range(header[LEDGER_FROM], header[LEDGER_TO]):
        if ledger_action[at] % 2 == COLLAPSE:
            collapses += 1
    return collapses


@kernel
def record(header: Table, ledger_action: Table, ledger_iteration: Table, action: int) -> None:
    """Enter ``action`` at the header's iteration."""
    ledger_action[header[LEDGER_TO]] = action
    ledger_iteration[header[LEDGER_TO]] = header[ITERATION]
    header[LEDGER_TO] += 1


@kernel
def has_space(header: Table, ledger_action: Table, ledger_iteration: Table, entries: int) -> bool:
    """Whether ``entries`` more fit the ledger, for which live entries may have to move to the front."""
    if header[LEDGER_TO] + entries > header[LEDGER_ROOM]:
        size = header[LEDGER_TO] - header[LEDGER_FROM]
        for i in range(size):
            ledger_action[i] = ledger_action[header[LEDGER_FROM] + i]
            ledger_iteration[i] = ledger_iteration[header[LEDGER_FROM] + i]
        header[LEDGER_FROM] = 0
        header[LEDGER_TO] = size
    return header[LEDGER_TO] + entries <= header[LEDGER_ROOM]


@kernel
def begin(session: Session) -> int:
    """COOLDOWN: begin an iteration, if the ledger has space for it; return 0, or `LEDGER_FULL`."""
    header = session.header
    if not has_space(header, session.ledger_action, session.ledger_iteration, header[N_DIFF]):
        return LEDGER_FULL
    header[ITERATION] += 1
    forget(header, session.ledger_iteration)
    return 0
