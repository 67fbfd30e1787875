"""Words for what is remembered of actions."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import ITERATION, LEDGER_FROM, LEDGER_TO, LEVELS, MIN_GAP, TOP, Ints
from focalloc.proofs.contracts.words.ghosts import at, ghost
from focalloc.proofs.contracts.words.sums import reach


@ghost
def was_done(ledger_action: Ints, ledger_iteration: Ints, low: int, high: int, after: int, action: int) -> bool:
    """Whether an action is among the entries of a ledger from ``low`` to before ``high``, of an iteration ``after``
    one."""
    return any(ledger_action[j] == action and ledger_iteration[j] > after for j in range(low, high))


@ghost
def when_done(ledger_action: Ints, ledger_iteration: Ints, low: int, high: int, after: int, action: int) -> int:
    """The first place among those entries where it stands; of no account if it stands nowhere."""
    places = (j for j in range(low, high) if ledger_action[j] == action and ledger_iteration[j] > after)
    return next(places, low)


def ledger_fits(header: Ints, table: Ints) -> bool:
    """Its live entries are in the table."""
    return 0 <= header[LEDGER_FROM] <= header[LEDGER_TO] <= len(table)


def entries_are_recent(header: Ints, table: Ints) -> bool:
    """Those of this table of iterations rise, up to the last one, and none is so long ago that it forbids nothing."""
    return all(
        0 <= table[i] <= header[ITERATION] and header[ITERATION] - table[i] < header[MIN_GAP]
        for i in range(header[LEDGER_FROM], header[LEDGER_TO])
    ) and all(
        table[i] <= table[j]
        for i in range(header[LEDGER_FROM], header[LEDGER_TO])
        for j in range(i + 1, header[LEDGER_TO])
    )


def ledger_acts(header: Ints, table: Ints) -> bool:
    """Its entries are actions on nodes of levels that there are, those that it has forgotten, too."""
    return all(0 <= table[i] < 2**60 and table[i] // 2 % LEVELS <= header[TOP] for i in range(header[LEDGER_TO]))


def acted_on(header: Ints, table: Ints, n: int) -> bool:
    """The first ``n`` are actions on nodes of levels that there are."""
    return all(0 <= table[i] < 2**60 and table[i] // 2 % LEVELS <= header[TOP] for i in range(n))


def moved_along(header: Ints, table: Ints, header_before: Ints, table_before: Ints) -> bool:
    """The live entries are what they were, wherever they stand now."""
    return all(
        table[j] == table_before[j - header[LEDGER_FROM] + header_before[LEDGER_FROM]]
        for j in range(header[LEDGER_FROM], header[LEDGER_TO])
        if at(table[j])
    )


def magnitude(number: int) -> int:
    """Its magnitude."""
    return number if number >= 0 else -number


def sums_fit(weights: Ints, first: int, width: int, n: int) -> bool:
    """Each of ``width`` sums of ``n`` weighed inputs and a bias, from ``first`` on, fits 32 bits (POL-6)."""
    return all(
        magnitude(weights[j + n * width]) + reach(weights, j, width, n) * (2**15 - 1) < 2**31
        for j in range(first, first + width)
        if at(reach(weights, j, width, n))
    )
