"""Words for sums, counts, powers, and places where something stands."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    COLLAPSE,
    DELTA,
    EXPAND,
    FANOUT,
    LEVELS,
    MARK,
    PARENT,
    PLACES,
    RUN,
    SLOT,
    SPAN,
    START,
    STATE,
    UNBOUNDED,
    UNITS,
    WIDTH,
    Ints,
)
from focalloc.fastpath.kernels.packing import place_of
from focalloc.proofs.contracts.words.ghosts import ghost


@ghost
def many(keys: Ints, notes: Ints, n: int, key: int, note: int) -> int:
    """How often a key with its note is among the first ``n``: what a heap holds, whatever its order."""
    return [(keys[i], notes[i]) for i in range(min(n, len(keys), len(notes)))].count((key, note))


@ghost
def pair_at(keys: Ints, notes: Ints, n: int, key: int, note: int) -> int:
    """The last place among the first ``n`` where a key stands with its note; of no account if it stands nowhere."""
    return next((i for i in range(n - 1, -1, -1) if keys[i] == key and notes[i] == note), -1)


@ghost
def sum_of(table: Ints, first: int, n: int) -> int:
    """The sum of ``n`` numbers from ``first`` on."""
    return sum(table[first + i] for i in range(n))


@ghost
def peak_to(table: Ints, first: int, to: int) -> int:
    """The greatest of what stands from ``first`` to before ``to``; less than any number of 64 bits if nothing does."""
    return max((table[i] for i in range(first, to)), default=-(2**63) - 1)


def are_below(tags: Ints, fixed: Ints, peaks: Ints, slots: int, chunk: int) -> bool:
    """No score of the first slot of a gist is above the peak of the chunk, of so many slots, that it begins in."""
    return all(tags[slot] < 1 or fixed[slot] <= peaks[slot // chunk] for slot in range(slots))


@ghost
def reach(table: Ints, first: int, stride: int, n: int) -> int:
    """The sum of the magnitudes of ``n`` numbers, every ``stride``-th from ``first`` on."""
    return sum(abs(table[first + i * stride]) for i in range(n))


@ghost
def odd(table: Ints, low: int, high: int) -> int:
    """How many from ``low`` to before ``high`` are odd."""
    return sum(table[i] % 2 for i in range(low, high))


@ghost
def collapses_before(table: Ints, low: int, high: int, token: int) -> int:
    """How many collapses of a ledger, from ``low`` to before ``high``, are of nodes that begin before a token."""
    return sum(1 for i in range(low, high) if table[i] % 2 == COLLAPSE and table[i] // 2 // LEVELS < token)


@ghost
def held(table: Ints, low: int, high: int, number: int) -> bool:
    """Whether a number stands somewhere from ``low`` to before ``high``."""
    return any(table[i] == number for i in range(low, high))


@ghost
def where(table: Ints, low: int, high: int, number: int) -> int:
    """The first place where it stands; of no account if it stands nowhere."""
    return next((i for i in range(low, high) if table[i] == number), low)


@ghost
def least(table: Ints, low: int, high: int) -> int:
    """The least number from ``low`` to before ``high``."""
    return min((table[i] for i in range(low, high)), default=0)


@ghost
def least_gain(header: Ints, levels: int) -> int:
    """The slots that the collapse of a family of one of the first ``levels`` levels above the lowest frees at least."""
    return min((header[WIDTH + i + 1] - header[UNITS + i + 1] for i in range(levels)), default=0)


@ghost
def power(i: int) -> int:
    """2 to the power of ``i``; 1 below."""
    return 1 << max(i, 0)


@ghost
def is_power(number: int) -> bool:
    """Whether it is a power of 2."""
    return number > 0 and number & (number - 1) == 0


@ghost
def up(i: int) -> int:
    """The parent of a place in a heap."""
    return (i - 1) // 2


@ghost
def spot(key: int) -> int:
    """The place in a key, where solvers use what is said of keys."""
    return PLACES - 1 - key % PLACES


@ghost
def level_of(action: int) -> int:
    """The level of an action's node."""
    return action // 2 % LEVELS


@ghost
def turn(i: int, stride: int) -> bool:
    """Whether a loop in steps of ``stride`` comes by at ``i``."""
    return i % stride == 0 if stride else i == 0


@ghost
def is_queued(keys: Ints, n: int, slot: int) -> bool:
    """Whether one of the first ``n`` keys is of what begins in a slot."""
    return any(spot(keys[i]) == slot for i in range(n))


@ghost
def found_among(keys: Ints, notes: Ints, n: int, others: Ints, their_notes: Ints, m: int) -> int:
    """How many of the first ``n`` keys with their notes are among the first ``m`` of another list."""
    theirs = [(others[i], their_notes[i]) for i in range(m)]
    return sum((keys[i], notes[i]) in theirs for i in range(n))


@ghost
def inside(header: Ints, family_slot: Ints, family_node: Ints, families: Ints, n: int, slot: int) -> bool:
    """Whether a slot lies in one of the first ``n`` families on a list."""
    return any(
        family_slot[families[x]] <= slot < family_slot[families[x]] + header[WIDTH + family_node[families[x]] % LEVELS]
        for x in range(n)
    )


@ghost
def begun(header: Ints, actions: Ints, places: Ints, n: int, slot: int) -> int:
    """How many of the first ``n`` actions replace a block that begins in a slot."""
    return sum(replaces(header, actions[i], places[i], slot) for i in range(n))


@ghost
def marks(tags: Ints, n: int) -> int:
    """How many of the first ``n`` slots begin a block that is marked."""
    return sum(tags[i] >= MARK for i in range(min(n, len(tags))))


@ghost
def blocks_before(tags: Ints, n: int) -> int:
    """How many of the first ``n`` slots begin a block."""
    return sum(tags[i] >= 0 for i in range(min(n, len(tags))))


@ghost
def replaced(header: Ints, family_node: Ints, families: Ints, low: int, high: int) -> int:
    """The blocks of the families from ``low`` to before ``high`` on a list: what their collapses replace."""
    return sum(header[FANOUT + family_node[families[i]] % LEVELS] for i in range(low, high))


@ghost
def tokens_in(header: Ints, tags: Ints, first: int, n: int) -> int:
    """The tokens of the blocks that begin in ``n`` slots from ``first`` on, marked ones and others."""
    return sum(header[SPAN + tags[first + i]] for i in range(n))


@ghost
def depth(states: Ints, state: int) -> int:
    """How many stages led to a state of a search: those of the one it came from, and one."""
    if state <= 0 or not 0 <= states[state * STATE + PARENT] < state:
        return 0
    return depth(states, states[state * STATE + PARENT]) + 1


@ghost
def added_by(runs: Ints, heads: Ints, n: int) -> int:
    """The slots that the first candidates of ``n`` runs add, as many of each as ``heads`` says."""
    return sum(heads[r] * runs[r * RUN + DELTA] for r in range(n))


@ghost
def placed(turns: Ints, n: int, slot: int) -> bool:
    """Whether one of the first ``n`` candidates is an expand in a slot."""
    return any(turns[i] < UNBOUNDED and place_of(turns[i]) == slot for i in range(n))


@ghost
def here(state: int) -> int:
    """A number, where solvers use what is said of it."""
    return state


@ghost
def row(tags: Ints, slot: int, level: int, slots: int, units: int) -> bool:
    """In so many slots from one on, a block of a level begins every ``units`` slots, and none of them is marked."""
    return all(tags[j] == level for j in range(slot, slot + slots) if turn(j - slot, units))


@ghost
def listed(table: Ints, n: int, place: int) -> bool:
    """Whether a place is among the first ``n`` that are listed."""
    return any(table[x * START + SLOT] == place for x in range(n))


@ghost
def nth_listed(table: Ints, n: int, place: int) -> int:
    """Which of them it is first; of no account if it is none."""
    return next((x for x in range(n) if table[x * START + SLOT] == place), 0)


@ghost
def are_of_families(family_slot: Ints, family_node: Ints, notes: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """The first ``n`` actions collapse the families of these numbers, each in its place."""
    return all(
        places[k] == family_slot[notes[k]] and actions[k] == family_node[notes[k]] * 2 + COLLAPSE for k in range(n)
    )


def replaces(header: Ints, action: int, place: int, slot: int) -> bool:
    """Whether an action at a place replaces a block that begins in a slot."""
    return (
        slot == place
        if action % 2 == EXPAND
        else place <= slot < place + header[WIDTH + level_of(action)]
        and turn(slot - place, header[UNITS + level_of(action) - 1])
    )


@ghost
def weights(header: Ints, field: int, nodes: Ints, n: int) -> int:
    """What the first so many nodes are of something together that the header has by level."""
    return sum(header[field + nodes[i] % LEVELS] for i in range(n))
