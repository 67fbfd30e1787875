"""What holds of a session's tables between any two calls, in the lines of contracts.

`focalloc.fastpath.tables.Tables.check` asserts the same and more, against a scan of the context; the two are run on the
same tables by `tests/proofs/test_contract_tables.py`.
"""

from __future__ import annotations

from focalloc.proofs.contracts.form import lines

GEOMETRY = lines("""
    is_header(header)
    is_shaped(header)
    has_products(header)
    is_dear(header)
    spans_are_told(header)
""")

CONTEXT = lines("""
    0 < header[SLOTS] <= header[CAPACITY]
    header[CAPACITY] <= len(tags)
    header[CAPACITY] <= PLACES
    are_tags(header, tags, 0, header[SLOTS])
    all(tags[i] < MARK for i in range(header[SLOTS]))
    follow_each_other(header, tags)
    gists_end(header, tags)
    gists_are_whole(header, tags)
    bodies_follow(header, tags)
    0 <= header[FIRST] < 2**49
    header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
""")

FAMILIES = lines("""
    families_fit(header, family_slot)
    families_fit(header, family_node)
    are_families(header, family_slot, family_node, header[SLOTS])
    are_alike(header, family_node)
    rising(family_slot, 0, header[FAMILIES])
    ends_rise(header, family_node)
    tokens_are_told(header, tags, family_slot, family_node)
    families_are_whole(header, tags, family_slot, family_node)
""")

LEDGER = lines("""
    ledger_fits(header, ledger_action)
    ledger_fits(header, ledger_iteration)
    header[LEDGER_TO] <= header[LEDGER_ROOM]
    header[LEDGER_ROOM] <= len(ledger_action)
    0 <= header[ITERATION] < 2**62
    all(0 <= ledger_iteration[i] <= header[ITERATION] for i in range(header[LEDGER_FROM], header[LEDGER_TO]))
    all(header[ITERATION] - ledger_iteration[i] < header[MIN_GAP]
        for i in range(header[LEDGER_FROM], header[LEDGER_TO]))
""")

BETWEEN_CALLS = (*GEOMETRY, *CONTEXT, *FAMILIES, *LEDGER)
"""All of it."""
