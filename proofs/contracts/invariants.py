"""What holds of a session's tables between any two calls, in the lines of contracts.

`focalloc.fastpath.tables.Tables.check` asserts the same and more, against a scan of the context; the two are run on the
same tables by `tests/proofs/test_contract_tables.py`. What is in `KEPT` loading is proved to give, and iterations,
reclaims and releases to give back.
"""

from __future__ import annotations

from focalloc.proofs.contracts.form import lines

GEOMETRY = lines("""
    is_header(header)
    is_shaped(header)
    has_products(header)
    has_spans(header)
    is_dear(header)
    spans_are_told(header)
    widths_are_told(header)
""")

SLOTS = lines("""
    0 < header[SLOTS] <= header[CAPACITY]
    header[CAPACITY] <= len(tags)
    header[CAPACITY] <= PLACES
    are_plain(header, tags, header[SLOTS])
    0 <= header[FIRST] < 2**49
""")

PINS = lines("""
    pins_lie(no_expand, len(no_expand), header[SLOTS])
    ascend(no_collapse, len(no_collapse), 0)
    ascend(no_expand, len(no_expand), 0)
    ascend(no_expand, len(no_expand), 2)
""")

BLOCKS = lines("""
    tiled(header, tags, 0, header[SLOTS])
    aligned(header, tags, header[SLOTS])
""")

LISTED = lines("""
    families_fit(header, family_slot)
    families_fit(header, family_node)
    are_families(header, family_slot, family_node, header[SLOTS])
    rising(family_slot, 0, header[FAMILIES])
    keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
    all_stand(header, tags, family_slot, family_node, header[FAMILIES])
""")

ROOMY = lines("""
    has_places(header, family_slot)
    has_places(header, family_node)
    has_places(header, spare_slot)
    has_places(header, spare_node)
""")

TOKENS = lines("""
    header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
""")

LEDGER = lines("""
    ledger_fits(header, ledger_action)
    ledger_fits(header, ledger_iteration)
    header[LEDGER_TO] <= header[LEDGER_ROOM]
    header[LEDGER_ROOM] <= len(ledger_action)
    0 <= header[ITERATION]
    1 <= header[MIN_GAP]
    entries_are_recent(header, ledger_iteration)
    ledger_acts(header, ledger_action)
""")

BEFORE = (*GEOMETRY, *SLOTS, *BLOCKS, *ROOMY, *LEDGER)
"""What holds before families are listed and pins are placed."""

KEPT = (*BEFORE, *PINS, *LISTED, *TOKENS)
"""What is proved to hold from loading on."""

COMPLETE = "all_listed(header, tags, no_collapse, len(no_collapse), family_slot, header[FAMILIES], header[SLOTS])"
"""That no complete family is left out of the list, unless a pin bars it. Loading is proved to give this, too, and parts
of contracts that are named ``complete`` say that whatever is called then keeps it."""

STILL_COMPLETE = f"implies(old({COMPLETE}), {COMPLETE})"
"""That it is kept."""


def still_complete(before: str) -> str:
    """That a header that has been written to elsewhere says it, too, as it did ``before``."""
    return f"""
                all_listed_alike({before}, header, tags, no_collapse, len(no_collapse), family_slot, header[FAMILIES],
                    header[SLOTS])"""


def complete_of(header: str, tags: str) -> str:
    """The same of blocks of which some have been marked since, by what was before."""
    return f"""
                all_listed_marked(header, {header}, tags, {tags}, no_collapse, len(no_collapse), family_slot,
                    header[FAMILIES], header[SLOTS])"""


MEANS_STAY = (
    "implies(means_lie(old(header), old(header)[HALF], old(memory), old(told)),"
    " means_lie(header, old(header)[HALF], memory, told))"
)
"""That means over time stay above the lowest score. Parts that are named ``lasting`` say so, of whatever writes to them
or has them change places."""

SAME_HALF = "implies(old(header)[HEARD] == 0, header[HALF] == old(header)[HALF])"
"""That they change places only where something has been told."""

HAPPENED = "within(iterations, 0, header[REMEMBERED], 0, header[ITERATION])"
"""That what is remembered beyond the ledger has happened."""


def stays(*told: str) -> str:
    """That some lines hold if all of them held before."""
    return f"implies({' and '.join(f'old({line})' for line in told)}, {' and '.join(told)})"
