"""Where things are: slots and tokens, families, and the marks of what a chosen action replaces."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    CURSOR_TOKEN,
    END,
    EXPAND,
    FAMILIES,
    FANOUT,
    FIRST,
    LEVELS,
    MARK,
    NEAR,
    RAW,
    SLOTS,
    SPAN,
    TOP,
    UNITS,
    WIDTH,
    Ints,
    Session,
    Table,
)
from focalloc.fastpath.kernels.packing import node_of
from focalloc.fastpath.kernels.pins import is_pinned
from focalloc.fastpath.machine_code import kernel

# SLOTS


@kernel
def delta_at(header: Ints, level: int) -> int:
    """Slots that expanding a node of ``level`` adds."""
    return header[WIDTH + level] - header[UNITS + level]


@kernel
def end_of(header: Ints, node: int) -> int:
    """The token just after a node."""
    return node // LEVELS + header[SPAN + node % LEVELS]


@kernel
def distance(header: Ints, cursor: int, node: int) -> int:
    """Smallest spans between a node and the token ``cursor``, rounded down; 0 if the node holds it (CUR-1)."""
    return max(node // LEVELS - cursor, cursor - end_of(header, node), 0) // header[SPAN]


@kernel
def nearness(header: Ints, weight: int, node: int) -> int:
    """What acting on a node is worth for being near the cursor, where at the cursor it is worth ``weight`` (MUL-1)."""
    if weight == 0:  # two divisions are dear
        return 0
    return weight // (1 + distance(header, header[CURSOR_TOKEN], node))


@kernel
def slots_before(header: Ints, action: int) -> int:
    """Slots that ``action`` replaces."""
    level = action // 2 % LEVELS
    return header[UNITS + level] if action % 2 == EXPAND else header[WIDTH + level]


@kernel
def slots_added(header: Ints, action: int) -> int:
    """Slots that ``action`` adds; negative for a collapse."""
    level = action // 2 % LEVELS
    delta = header[WIDTH + level] - header[UNITS + level]
    return delta if action % 2 == EXPAND else -delta


# TOKENS


@kernel
def families_before(header: Ints, family_slot: Ints, low: int, slot: int) -> int:
    """How many families begin before ``slot``, at least ``low``."""
    high = header[FAMILIES]
    while low < high:
        middle = (low + high) // 2
        if family_slot[middle] < slot:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def tokens_between(header: Ints, tags: Ints, first: int, last: int) -> int:
    """Tokens under the blocks that begin in the slots ``first <= slot < last``."""
    tokens = 0
    if first >= 0:
        if last - first <= NEAR:
            for i in range(last - first):
                tokens += header[SPAN + tags[first + i]]
        else:
            for level in range(header[TOP] + 1):
                blocks = 0
                for i in range(last - first):
                    if tags[first + i] == level or tags[first + i] == level + MARK:
                        blocks += 1
                tokens += blocks * header[SPAN + level]
    return tokens


@kernel
def token_at(session: Session, known_slot: int, known_token: int, slot: int) -> int:
    """Token at which the block at ``slot`` starts, given the one at ``known_slot``, which lies before it."""
    header, tags, family_slot = session.header, session.tags, session.family_slot
    family_node = session.family_node
    if slot - known_slot > NEAR:
        family = families_before(header, family_slot, 0, slot + 1) - 1
        if family >= 0 and family_slot[family] > known_slot:
            known_slot = family_slot[family]
            known_token = family_node[family] // LEVELS
    return known_token + tokens_between(header, tags, known_slot, slot)


@kernel
def write_positions(header: Ints, tags: Ints, positions: Table, origin: int) -> None:
    """Write the token position of each slot, less ``origin`` (CTX-5), in one pass over the tags.

    That of a raw token is its own, that of a gist the centre of its span; the slots of one unit share it.
    """
    per_token = header[UNITS] // header[SPAN]
    slots = header[SLOTS]
    token = header[FIRST] - origin
    position = token
    filled = 0
    for slot in range(slots):
        tag = tags[slot]
        if tag >= 0:
            position = token + (header[SPAN + tag] // 2 if tag > 0 else 0)
            token += header[SPAN + tag]
            filled = 1
        elif tag == RAW:
            if filled == per_token:
                position += 1
                filled = 0
            filled += 1
        positions[slot] = position


@kernel
def slot_with(session: Session, token: int) -> int:
    """First slot of the block that starts at ``token``; ``-1 - slot`` if another only holds it, see `slot_holding`."""
    header, tags, family_slot = session.header, session.tags, session.family_slot
    family_node = session.family_node
    low = 0
    high = header[FAMILIES]
    while low < high:
        middle = (low + high) // 2
        if family_node[middle] // LEVELS <= token:
            low = middle + 1
        else:
            high = middle
    slot = 0
    here = header[FIRST]
    if low > 0:
        slot = family_slot[low - 1]
        here = family_node[low - 1] // LEVELS
    while slot + NEAR <= header[SLOTS]:
        passed = tokens_between(header, tags, slot, slot + NEAR)
        if here + passed > token:
            break
        here += passed
        slot += NEAR
    while slot < header[SLOTS] and here + header[SPAN + tags[slot]] <= token:
        here += header[SPAN + tags[slot]]
        slot += 1
    return slot if here == token and slot < header[SLOTS] else -1 - slot


@kernel
def slot_at(session: Session, token: int) -> int:
    """First slot of the block that starts at ``token``; -1 if none does."""
    slot = slot_with(session, token)
    return max(slot, -1)


@kernel
def slot_holding(session: Session, token: int) -> int:
    """First slot of the block that holds ``token``, which is none before the context; its `SLOTS` for the end."""
    slot = slot_with(session, token)
    return slot if slot >= 0 else -1 - slot


# FAMILIES


@kernel
def family_of(header: Ints, tags: Ints, slot: int, level: int, start: int) -> int:
    """First slot of the complete family that the gist at ``slot`` belongs to; -1 if it is incomplete.

    Args:
        level: level of the gist, below the top.
        start: first token of the gist.
    """
    stride = header[UNITS + level]
    first = slot - start % header[SPAN + level + 1] // header[SPAN + level] * stride
    if first < 0 or first + header[WIDTH + level + 1] > header[SLOTS]:
        return -1
    for i in range(header[FANOUT + level + 1]):
        if tags[first + i * stride] != level:
            return -1
    return first


@kernel
def list_families(header: Table, tags: Ints, no_collapse: Ints, family_slot: Table, family_node: Table) -> None:
    """List all complete families of the context that may collapse, by slot."""
    families = 0
    behind = 0  # no two families share a slot; said here, it says how many there may be
    slot = 0
    token = header[FIRST]
    while slot < header[SLOTS]:
        level = tags[slot]
        begins = level == 0 or (
            level < header[TOP]
            and token % header[SPAN + level + 1] == 0
            and family_of(header, tags, slot, level, token) == slot
        )
        if begins and slot >= behind and not is_pinned(header, no_collapse, node_of(level + 1, token)):
            family_slot[families] = slot
            family_node[families] = node_of(level + 1, token)
            families += 1
            behind = slot + header[WIDTH + level + 1]
        token += header[SPAN + level]
        slot += header[UNITS + level]
    header[FAMILIES] = families
    header[END] = token


# MARKS


@kernel
def is_marked(tags: Ints, slot: int, slots: int, stride: int) -> bool:
    """Whether a chosen action replaces one of the blocks that begin every ``stride`` slots."""
    for at in range(slot, slot + slots, stride):  # noqa: SIM110, kernels have no generators
        if tags[at] >= MARK:
            return True
    return False


@kernel
def mark(tags: Table, slot: int, slots: int, stride: int) -> None:
    """Mark the blocks that begin every ``stride`` slots as replaced."""
    for at in range(slot, slot + slots, stride):
        tags[at] += MARK
