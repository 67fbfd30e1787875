"""Contracts of `focalloc.fastpath.kernels.calls`: a greedy iteration, from what holds between any two calls."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, lines
from focalloc.proofs.contracts.invariants import BETWEEN_CALLS, KEPT

ROOM = """
    header[W_MAX] <= header[CAPACITY]
    header[CAPACITY] <= 2**26
    header[CAPACITY] <= len(spare)
    header[CAPACITY] <= len(fixed)
    len(fixed) <= PLACES
    header[CAPACITY] // CHUNK < len(peaks)
    header[CAPACITY] // CHUNK < len(chunk_keys)
    header[CAPACITY] // CHUNK < len(chunk_notes)
    0 <= header[N_DIFF] <= 2**26
    header[N_DIFF] <= len(actions)
    header[N_DIFF] <= len(places)
    header[N_DIFF] <= len(collapse_keys)
    header[N_DIFF] <= len(collapse_families)
    0 <= header[LEDGER_ROOM] <= 2**26
    header[LEDGER_ROOM] <= len(ledger_iteration)
    header[N_DIFF] + header[LEDGER_ROOM] <= len(expand_keys)
    header[N_DIFF] + header[LEDGER_ROOM] <= len(expand_tokens)
    SPLICE * header[N_DIFF] <= len(splices)
    0 <= header[KNOWN] <= header[SLOTS]
    0 <= header[HEARD] <= header[SLOTS]
    0 <= header[HALF] <= 1
    implies(header[HEARD] > 0 or header[KNOWN] > 0,
        header[CAPACITY] <= len(memory) and header[CAPACITY] <= len(told))
"""
"""What there is room for, and what is remembered."""

TERMS = """
    header[ITERATION] < 2**62
    0 <= header[END] < 2**49
    0 <= header[CURSOR_TOKEN] < 2**49
    0 <= header[PROTECTED] < 2**49
    -LIMIT <= header[TAU_COLLAPSE] <= LIMIT
    0 <= header[TAU_EXPAND] < LIMIT
    0 <= header[SOFT_MARGIN] <= LIMIT
    0 <= header[W_MAX]
    0 <= header[W_SOFT] <= 2**26
"""
"""What an iteration goes by."""

GIVEN = """
    result == LEDGER_FULL or 0 <= result <= header[N_DIFF]
    implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))
    implies(result >= 0, are_actions(header, actions, result))
    implies(result >= 0, header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, result))
    implies(result >= 0, header[ITERATION] == old(header)[ITERATION] + 1)
    implies(result >= 0, header[LEDGER_TO] <= header[LEDGER_ROOM])
    implies(result == LEDGER_FULL, header[SLOTS] == old(header)[SLOTS])
"""
"""What an iteration gives beyond what it keeps."""

CONTRACTS = [
    contract(
        "step",
        needs="\n".join((*BETWEEN_CALLS, *lines(ROOM), *lines(TERMS))),
        writes="""header tags spare memory told no_expand splices ledger_action ledger_iteration actions places
            collapse_keys collapse_families expand_keys expand_tokens chunk_keys chunk_notes
            family_slot family_node spare_slot spare_node""",
        gives="\n".join((*KEPT, *lines(GIVEN))),
        before={
            "done = select": """
                tokens_marked(header, old(header), tags, tags, header[SLOTS])
                tokens_are_told(header, tags, family_slot, family_node)
            """,
            "apply": """
                shift_alike(header, old(header), actions, done)
                are_plain(header, old(tags), header[SLOTS])
            """,
        },
    ),
]
