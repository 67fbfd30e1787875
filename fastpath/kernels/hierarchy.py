"""Hierarchical planning as plain loops: masses of the regions, then the exact search inside each (HIE-1 to HIE-3).

A region is searched as a session of its own: its blocks and families are copied to the front of tables that are as
large as the context's, beside a header with its share as cap and budget.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    DEMAND,
    END,
    EXPAND,
    FAMILIES,
    FAMILY,
    FIRST,
    LEVELS,
    MASS,
    PROTECTED,
    REGION,
    SLOT,
    SLOTS,
    SPAN,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOKEN,
    TOP,
    W_SOFT,
    WIDTH,
    Ints,
    Table,
)
from focalloc.fastpath.kernels.ledger import is_barred
from focalloc.fastpath.kernels.packing import node_of
from focalloc.fastpath.kernels.places import end_of
from focalloc.fastpath.kernels.scores import total
from focalloc.fastpath.machine_code import kernel


@kernel
def share(whole: int, part: int, total: int) -> int:
    """``whole * part // total`` for ``part <= total < 2**58``, without a product that overflows; 0 of nothing."""
    if total == 0:
        return 0
    quotient = 0
    rest = 0
    bit = 1
    while bit <= whole // 2:
        bit *= 2
    while bit > 0:
        quotient *= 2
        rest *= 2
        if whole // bit % 2 == 1:
            rest += part
        while rest >= total:
            rest -= total
            quotient += 1
        bit //= 2
    return quotient


@kernel
def list_regions(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    worth: Ints,
    family_slot: Ints,
    family_node: Ints,
    ledger_action: Ints,
    regions: Table,
) -> int:
    """Write the regions of the context, oldest first, and behind the last where the next would begin; return how many.

    In a context over its soft budget expands have no mass.
    """
    span = header[SPAN + header[TOP]]
    token = header[FIRST]
    size = 0
    family = 0
    last_end = header[END] - header[PROTECTED]
    for slot in range(header[SLOTS]):
        tag = tags[slot]
        if tag >= 0:
            if size == 0 or token % span == 0:
                at = size * REGION
                while family < header[FAMILIES] and family_slot[family] < slot:
                    family += 1
                regions[at + TOKEN] = token
                regions[at + SLOT] = slot
                regions[at + FAMILY] = family
                regions[at + MASS] = 0
                regions[at + DEMAND] = 0
                size += 1
            at = (size - 1) * REGION
            wanted = tag >= 1 and worth[slot] > header[TAU_EXPAND] and header[SLOTS] <= header[W_SOFT]
            if wanted and not is_barred(header, ledger_action, node_of(tag, token) * 2 + COLLAPSE):
                regions[at + MASS] += worth[slot]
                regions[at + DEMAND] += worth[slot]
            token += header[SPAN + tag]
    regions[size * REGION + SLOT] = header[SLOTS]
    regions[size * REGION + FAMILY] = header[FAMILIES]
    for r in range(size):
        at = r * REGION
        for f in range(regions[at + FAMILY], regions[at + REGION + FAMILY]):
            node = family_node[f]
            slots = header[WIDTH + node % LEVELS]
            aggregate = total(fixed, family_slot[f], slots) // slots
            wanted = aggregate < -header[TAU_COLLAPSE] and end_of(header, node) <= last_end
            if wanted and not is_barred(header, ledger_action, node * 2 + EXPAND):
                regions[at + MASS] -= aggregate
    return size


@kernel
def copy_region(
    header: Ints,
    own: Table,
    regions: Ints,
    at: int,
    tags: Ints,
    fixed: Ints,
    worth: Ints,
    family_slot: Ints,
    family_node: Ints,
    own_tags: Table,
    own_fixed: Table,
    own_worth: Table,
    own_slot: Table,
    own_node: Table,
) -> None:
    """Copy a region to tables of its own, where it begins at slot 0."""
    first = regions[at + SLOT]
    slots = regions[at + REGION + SLOT] - first
    for i in range(slots):
        own_tags[i] = tags[first + i]
        own_fixed[i] = fixed[first + i]
        own_worth[i] = worth[first + i]
    family = regions[at + FAMILY]
    families = regions[at + REGION + FAMILY] - family
    for i in range(families):
        own_slot[i] = family_slot[family + i] - first
        own_node[i] = family_node[family + i]
    own[SLOTS] = slots
    own[FIRST] = regions[at + TOKEN]
    own[FAMILIES] = families
