"""The words that contracts are written in: Python functions that run, and that proofs read.

Where solvers can do with what a function returns, they are given that. The *ghosts* they only know by the lemmas of
`focalloc.proofs.contracts.lemmas`, since what they return takes a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from focalloc.fastpath.kernels.layout import (
    ACTIONS,
    AHEAD,
    ALIKE,
    ALLOWANCE,
    ALLOWED,
    ALONE,
    AT_PRICE,
    BEGIN,
    BODY,
    CAPACITY,
    CHURN,
    CLASSES,
    COLLAPSE,
    COLLAPSE_FLOOR,
    COUNT,
    CURSOR_TOKEN,
    DELTA,
    DELTA_LIST,
    DELTAS,
    DEMAND,
    DONE,
    END,
    EXPAND,
    EXPAND_FLOOR,
    FAMILIES,
    FAMILY,
    FANOUT,
    FIRST,
    FREED,
    HALF,
    HEADER,
    HEARD,
    ITERATION,
    KNOWN,
    LEDGER_FROM,
    LEDGER_TO,
    LEVELS,
    LIMIT,
    LISTED,
    LOWEST,
    MARK,
    MASS,
    MIN_GAP,
    N_DIFF,
    NET,
    OF_COLLAPSES,
    OF_EXPANDS,
    OFFSETS,
    OPTION,
    PAIR_SPACE,
    PAIRS,
    PARENT,
    PIN,
    PLACES,
    POOL_SIZES,
    PRICE,
    PROTECTED,
    RAW,
    RECOMPUTE,
    REGION,
    RUN,
    RUNS,
    SIZE,
    SLOT,
    SLOTS,
    SOFT_MARGIN,
    SPACE,
    SPAN,
    SPLICE,
    START,
    STATE,
    TARGET,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOKEN,
    TOP,
    UNBOUNDED,
    UNITS,
    VALUE,
    W_MAX,
    W_SOFT,
    WEIGHT,
    WIDTH,
    WORK_HEADER,
    WORK_OFFSETS,
    History,
    Ints,
    Outcome,
    Regions,
    Search,
    Session,
    Sought,
)
from focalloc.fastpath.kernels.packing import key_of, node_of, place_of, rank_of

Word = TypeVar("Word", bound=Callable[..., object])

GHOSTS: dict[str, Callable[..., object]] = {}
"""The words that are known by lemmas only."""


def ghost(function: Word) -> Word:
    """Have solvers know this word by lemmas only."""
    GHOSTS[function.__name__] = function
    return function


class Integers:
    """All integers; where a line is run, those that matter there."""

    def __init__(self) -> None:
        self.listed: list[int] = []

    def __iter__(self) -> Iterator[int]:
        return iter(self.listed)


INTEGERS = Integers()


def at(*_: object) -> bool:
    """No condition: where solvers meet these terms, they use the line."""
    return True


# SUMS AND COUNTS


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


@ghost
def below_peaks(header: Ints, tags: Ints, fixed: Ints, peaks: Ints, chunk: int) -> bool:
    """The mean of no gist that is not marked is above the peak of the chunk, of so many slots, that it begins in."""
    return all(
        mean_at(header, tags, fixed, slot) <= peaks[slot // chunk]
        for slot in range(header[SLOTS])
        if 1 <= tags[slot] < MARK
    )


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
def was_done(ledger_action: Ints, ledger_iteration: Ints, low: int, high: int, after: int, action: int) -> bool:
    """Whether an action is among the entries of a ledger from ``low`` to before ``high``, of an iteration ``after``
    one."""
    return any(ledger_action[j] == action and ledger_iteration[j] > after for j in range(low, high))


@ghost
def when_done(ledger_action: Ints, ledger_iteration: Ints, low: int, high: int, after: int, action: int) -> int:
    """The first place among those entries where it stands; of no account if it stands nowhere."""
    places = (j for j in range(low, high) if ledger_action[j] == action and ledger_iteration[j] > after)
    return next(places, low)


@ghost
def unbarred(no_expand: Ints, cells: int, keys: Ints, notes: Ints, n: int) -> bool:
    """`are_unbarred`, of which solvers know lemmas only."""
    return are_unbarred(no_expand, cells, keys, notes, n)


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
def shifted(header: Ints, actions: Ints, n: int) -> int:
    """The slots that the first ``n`` actions add."""
    return sum(added(header, actions[i]) for i in range(n))


@ghost
def shifted_in(header: Ints, places: Ints, actions: Ints, n: int, others: Ints, their_actions: Ints, m: int) -> int:
    """The slots that those of the first ``n`` actions add which are among the first ``m`` of another list."""
    theirs = [(others[i], their_actions[i]) for i in range(m)]
    return sum(added(header, actions[i]) for i in range(n) if (places[i], actions[i]) in theirs)


@ghost
def blocked(header: Ints, actions: Ints, places: Ints, n: int, slot: int, slots: int) -> bool:
    """Whether one of the first ``n`` actions replaces some of so many slots."""
    return any(places[i] < slot + slots and slot < places[i] + before(header, actions[i]) for i in range(n))


@ghost
def first_open(header: Ints, actions: Ints, places: Ints, n: int, keys: Ints, size: int) -> int:
    """The first of ``size`` expands in a queue that is open after ``n`` actions; ``size`` if none is."""
    return next((i for i in range(size) if not taken(header, actions, places, n, spot(keys[i]))), max(size, 0))


@ghost
def is_queued(keys: Ints, n: int, slot: int) -> bool:
    """Whether one of the first ``n`` keys is of what begins in a slot."""
    return any(spot(keys[i]) == slot for i in range(n))


@ghost
def first_free(
    header: Ints, actions: Ints, places: Ints, n: int, slots: Ints, nodes: Ints, families: Ints, size: int
) -> int:
    """The first of ``size`` collapses in a queue, by their families, that is open after ``n`` actions; ``size`` if none
    is."""
    return next(
        (
            i
            for i in range(size)
            if not blocked(header, actions, places, n, slots[families[i]], header[WIDTH + nodes[families[i]] % LEVELS])
        ),
        max(size, 0),
    )


@ghost
def hits(header: Ints, actions: Ints, places: Ints, i: int, slots: Ints, nodes: Ints, families: Ints, m: int) -> int:
    """How many of the first ``m`` families on a list lose slots to action ``i``."""
    return sum(
        places[i] < slots[f] + header[WIDTH + nodes[f] % LEVELS] and slots[f] < places[i] + before(header, actions[i])
        for f in (families[j] for j in range(m))
    )


@ghost
def all_blocked(
    header: Ints, actions: Ints, places: Ints, n: int, slots: Ints, nodes: Ints, families: Ints, m: int
) -> int:
    """How many of the first ``m`` families on a list lose slots to one of the first ``n`` actions."""
    return sum(
        blocked(header, actions, places, n, slots[f], header[WIDTH + nodes[f] % LEVELS])
        for f in (families[j] for j in range(m))
    )


@ghost
def found_among(keys: Ints, notes: Ints, n: int, others: Ints, their_notes: Ints, m: int) -> int:
    """How many of the first ``n`` keys with their notes are among the first ``m`` of another list."""
    theirs = [(others[i], their_notes[i]) for i in range(m)]
    return sum((keys[i], notes[i]) in theirs for i in range(n))


@ghost
def taken(header: Ints, actions: Ints, places: Ints, n: int, slot: int) -> bool:
    """Whether one of the first ``n`` actions replaces what is in a slot."""
    return any(places[i] <= slot < places[i] + before(header, actions[i]) for i in range(n))


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
def tokens_below(header: Ints, tags: Ints, first: int, n: int, levels: int) -> int:
    """The tokens of those of them that are of the first ``levels`` levels."""
    return sum(header[SPAN + tags[first + i]] for i in range(n) if is_below(tags[first + i], levels))


@ghost
def at_level(tags: Ints, first: int, n: int, level: int) -> int:
    """How many of them are of one level."""
    return sum(is_of(tags[first + i], level) for i in range(n))


@ghost
def depth(states: Ints, state: int) -> int:
    """How many stages led to a state of a search: those of the one it came from, and one."""
    if state <= 0 or not 0 <= states[state * STATE + PARENT] < state:
        return 0
    return depth(states, states[state * STATE + PARENT]) + 1


@ghost
def collected(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, i: int, turn: int, note: int) -> int:
    """How many of the first ``i`` candidates of run ``n``, and of the first of each run before that, as many as
    ``heads`` says, are applied then and have this note."""
    return sum(
        is_pair(turn_at(runs, item_keys, r, x), item_notes[runs[r * RUN + BEGIN] + x], turn, note)
        for r in range(n + 1)
        for x in range(i if r == n else heads[r])
    )


@ghost
def added_by(runs: Ints, heads: Ints, n: int) -> int:
    """The slots that the first candidates of ``n`` runs add, as many of each as ``heads`` says."""
    return sum(heads[r] * runs[r * RUN + DELTA] for r in range(n))


@ghost
def slots_of_choice(header: Ints, tags: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int) -> int:
    """The slots that the first ``n`` candidates add."""
    return sum(slots_for(header, tags, family_node, turns[i], notes[i]) for i in range(n))


@ghost
def slots_in(
    header: Ints,
    tags: Ints,
    family_node: Ints,
    turns: Ints,
    notes: Ints,
    m: int,
    runs: Ints,
    item_keys: Ints,
    item_notes: Ints,
    heads: Ints,
    n: int,
    i: int,
) -> int:
    """The slots that those of the first ``m`` candidates add which `collected` counts."""
    return sum(
        slots_for(header, tags, family_node, turns[x], notes[x])
        for x in range(m)
        if collected(runs, item_keys, item_notes, heads, n, i, turns[x], notes[x]) >= 1
    )


@ghost
def slots_among(
    header: Ints,
    tags: Ints,
    family_node: Ints,
    turns: Ints,
    notes: Ints,
    n: int,
    first: Ints,
    first_notes: Ints,
    m: int,
    second: Ints,
    second_notes: Ints,
    k: int,
) -> int:
    """The slots that those of the first ``n`` candidates add which stand on two other lists, each as often as there."""
    return sum(
        slots_for(header, tags, family_node, turns[i], notes[i])
        for i in range(n)
        if many(turns, notes, i, turns[i], notes[i])
        < many(first, first_notes, m, turns[i], notes[i]) + many(second, second_notes, k, turns[i], notes[i])
    )


@ghost
def adding(header: Ints, tags: Ints, family_node: Ints, runs: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """`run_adds` of the first ``n`` runs."""
    return all(run_adds(header, tags, family_node, runs, keys, notes, r) for r in range(n))


@ghost
def run_with(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """The first of ``n`` runs that has such a candidate among its first ones; of no account if there is none."""
    return _first_with(runs, item_keys, item_notes, heads, n, turn, note)[0]


@ghost
def nth_with(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """Which of that run it is first."""
    return _first_with(runs, item_keys, item_notes, heads, n, turn, note)[1]


@ghost
def run_again(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """The last of ``n`` runs that has such a candidate among its first ones; of no account if there is none."""
    return _last_with(runs, item_keys, item_notes, heads, n, turn, note)[0]


@ghost
def nth_again(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """Which of that run it is last."""
    return _last_with(runs, item_keys, item_notes, heads, n, turn, note)[1]


@ghost
def unchanged(
    runs: Ints, runs_before: Ints, keys: Ints, keys_before: Ints, notes: Ints, notes_before: Ints, n: int, items: int
) -> bool:
    """`runs_kept`, of which solvers know lemmas only."""
    return runs_kept(runs, runs_before, keys, keys_before, notes, notes_before, n, items)


@ghost
def differing(runs: Ints, keys: Ints, n: int) -> bool:
    """`items_differ`, of which solvers know lemmas only."""
    return items_differ(runs, keys, n)


@ghost
def standing(header: Ints, tags: Ints, family_slot: Ints, runs: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """`run_stands` of the first ``n`` runs."""
    return all(run_stands(header, tags, family_slot, runs, keys, notes, r) for r in range(n))


@ghost
def paired(
    header: Ints, family_slot: Ints, family_node: Ints, families: Ints, runs: Ints, keys: Ints, notes: Ints, n: int
) -> bool:
    """`run_is_of_pair` of the first ``n`` runs."""
    return all(run_is_of_pair(header, family_slot, family_node, families, runs, keys, notes, r) for r in range(n))


@ghost
def classed(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    query: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    first: int,
    last: int,
) -> bool:
    """`run_is_class` of the runs from ``first`` to before ``last``."""
    return all(
        run_is_class(header, tags, family_slot, family_node, query, families, apart, runs, keys, notes, r)
        for r in range(first, last)
    )


@ghost
def outside(
    header: Ints,
    family_slot: Ints,
    family_node: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    first: int,
    last: int,
) -> bool:
    """`run_is_outside` of the runs from ``first`` to before ``last``."""
    return all(
        run_is_outside(header, family_slot, family_node, families, apart, runs, keys, notes, r)
        for r in range(first, last)
    )


@ghost
def placed(turns: Ints, n: int, slot: int) -> bool:
    """Whether one of the first ``n`` candidates is an expand in a slot."""
    return any(turns[i] < UNBOUNDED and place_of(turns[i]) == slot for i in range(n))


@ghost
def here(state: int) -> int:
    """A number, where solvers use what is said of it."""
    return state


@ghost
def led(header: Ints, runs: Ints, states: Ints, n: int) -> bool:
    """`are_led_to`, of which solvers know lemmas only."""
    return are_led_to(header, runs, states, n)


@ghost
def grown(header: Ints, runs: Ints, states: Ints, others: Ints, first: int, last: int, n: int, stage: int) -> bool:
    """`extend_by`, of which solvers know lemmas only."""
    return extend_by(header, runs, states, others, first, last, n, stage)


@ghost
def tiled(header: Ints, tags: Ints, first: int, last: int) -> bool:
    """`blocks_tile`, of which solvers know lemmas only."""
    return blocks_tile(header, tags, first, last)


@ghost
def stay(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """`go_on_standing`, of which solvers know lemmas only."""
    return go_on_standing(header, actions, places, n, slots, tags, family_slot, family_node)


@ghost
def ends_lie(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """`take_whole_blocks`, of which solvers know lemmas only."""
    return take_whole_blocks(header, tags, actions, places, n)


@ghost
def spans_multiply(header: Ints) -> bool:
    """`has_spans`, of which solvers know lemmas only."""
    return has_spans(header)


@ghost
def multiplied(header: Ints) -> bool:
    """`has_products`, of which solvers know lemmas only."""
    return has_products(header)


@ghost
def gists_go_on(header: Ints, tags: Ints) -> bool:
    """`gists_are_whole`, of which solvers know lemmas only."""
    return gists_are_whole(header, tags)


@ghost
def whole(header: Ints, tags: Ints) -> bool:
    """`unmarked_are_whole`, of which solvers know lemmas only."""
    return unmarked_are_whole(header, tags)


@ghost
def in_turn(header: Ints, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """`stands_in_turn`, of which solvers know lemmas only."""
    return stands_in_turn(header, tags, actions, places, i)


@ghost
def pins_lie(no_expand: Ints, cells: int, slots: int) -> bool:
    """`ranges_lie`, of which solvers know lemmas only."""
    return ranges_lie(no_expand, cells, slots)


@ghost
def covers(header: Ints, tags: Ints, first: int, last: int, slot: int, behind: int) -> bool:
    """The blocks that meet tokens from ``first`` to before ``last`` are those from a slot to before ``behind``."""
    return (
        0 <= slot <= behind <= header[SLOTS]
        and (slot == header[SLOTS] or tags[slot] >= 0)
        and (behind == header[SLOTS] or tags[behind] >= 0)
        and all(
            (s < slot) == (token_of(header, tags, s) + header[SPAN + tags[s]] <= first)
            and (s < behind) == (s < slot or token_of(header, tags, s) < last)
            for s in range(header[SLOTS])
            if tags[s] >= 0
        )
    )


@ghost
def pins_cover(header: Ints, tags: Ints, no_expand: Ints, cells: int) -> bool:
    """`ranges_cover`, of which solvers know lemmas only."""
    return ranges_cover(header, tags, no_expand, cells)


@ghost
def end_moved(header: Ints, actions: Ints, places: Ints, n: int, slot: int) -> int:
    """Where a range ends that ended in a slot, once the first ``n`` actions are made, in order of place: behind all
    that those make that begin before it."""
    i = n
    while i > 0 and places[i - 1] >= slot:
        i -= 1
    last = places[i - 1] + before(header, actions[i - 1]) if i > 0 else slot
    return max(slot, last) + shifted(header, actions, i)


@ghost
def ascend(ranges: Ints, cells: int, column: int) -> bool:
    """`ranges_ascend`, of which solvers know lemmas only."""
    return ranges_ascend(ranges, cells, column)


@ghost
def spliced(
    header: Ints,
    actions: Ints,
    places: Ints,
    n: int,
    slots: int,
    tags: Ints,
    spare: Ints,
    first: int,
    tags_before: Ints,
    stretches: int,
    made: int,
) -> bool:
    """`is_spliced`, of which solvers know lemmas only."""
    return is_spliced(header, actions, places, n, slots, tags, spare, first, tags_before, stretches, made)


@ghost
def row(tags: Ints, slot: int, level: int, slots: int, units: int) -> bool:
    """In so many slots from one on, a block of a level begins every ``units`` slots, and none of them is marked."""
    return all(tags[j] == level for j in range(slot, slot + slots) if turn(j - slot, units))


@ghost
def stands(header: Ints, tags: Ints, slot: int, node: int) -> bool:
    """From a slot on, the blocks of a node's family stand one after the other, none of them marked, and it begins
    there."""
    return begins_at(header, tags, slot, node) and row(
        tags, slot, node % LEVELS - 1, header[WIDTH + node % LEVELS], header[UNITS + node % LEVELS - 1]
    )


@ghost
def geometry(header: Ints) -> bool:
    """`is_geometry`, of which solvers know lemmas only."""
    return is_geometry(header)


@ghost
def are_there(header: Ints, tags: Ints, slots: Ints, nodes: Ints, n: int) -> bool:
    """`all_there`, of which solvers know lemmas only."""
    return all_there(header, tags, slots, nodes, n)


@ghost
def sound(header: Ints, tags: Ints) -> bool:
    """`is_sound`, of which solvers know lemmas only."""
    return is_sound(header, tags)


@ghost
def begin_after(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """`nodes_begin`, of which solvers know lemmas only."""
    return nodes_begin(header, actions, places, n, tags)


@ghost
def regions_lie(header: Ints, tags: Ints, family_slot: Ints, table: Ints, n: int) -> bool:
    """`are_regions`, of which solvers know lemmas only."""
    return are_regions(header, tags, family_slot, table, n)


@ghost
def masses_fit(table: Ints, n: int) -> bool:
    """`weigh_as_much`, of all of ``n`` regions, of which solvers know lemmas only."""
    return weigh_as_much(table, n, n)


@ghost
def listed(table: Ints, n: int, place: int) -> bool:
    """Whether a place is among the first ``n`` that are listed."""
    return any(table[x * START + SLOT] == place for x in range(n))


@ghost
def nth_listed(table: Ints, n: int, place: int) -> int:
    """Which of them it is first; of no account if it is none."""
    return next((x for x in range(n) if table[x * START + SLOT] == place), 0)


@ghost
def begins_family(header: Ints, tags: Ints, ranges: Ints, cells: int, slot: int) -> bool:
    """A complete family begins in a slot, none of it marked, and none of the ranges in so many cells bars it from
    collapsing."""
    return (
        0 <= tags[slot] < header[TOP]
        and slot + header[WIDTH + tags[slot] + 1] <= header[SLOTS]
        and stands(header, tags, slot, node_at(header, tags, slot))
        and not pinned(header, ranges, cells, node_at(header, tags, slot))
    )


@ghost
def are_of_families(family_slot: Ints, family_node: Ints, notes: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """The first ``n`` actions collapse the families of these numbers, each in its place."""
    return all(
        places[k] == family_slot[notes[k]] and actions[k] == family_node[notes[k]] * 2 + COLLAPSE for k in range(n)
    )


@ghost
def completes_only(header: Ints, tags: Ints, place: int) -> bool:
    """`all_completed_hold`, of which solvers know lemmas only."""
    return all_completed_hold(header, tags, place)


@ghost
def all_listed(header: Ints, tags: Ints, ranges: Ints, cells: int, family_slot: Ints, n: int, to: int) -> bool:
    """Every family that `begins_family` before a slot is among the first ``n`` that are listed."""
    return all(
        held(family_slot, 0, n, slot) for slot in range(to) if begins_family(header, tags, ranges, cells, slot)
    )


@ghost
def listed_by(
    header: Ints, tags: Ints, ranges: Ints, cells: int, first: Ints, m: int, second: Ints, n: int, to: int, end: int
) -> bool:
    """Every family that `begins_family` before one slot, and ends before another, is on one of two lists."""
    return all(
        held(first, 0, m, slot) or held(second, 0, n, slot)
        for slot in range(to)
        if begins_family(header, tags, ranges, cells, slot) and slot + header[WIDTH + tags[slot] + 1] <= end
    )


@ghost
def none_across(header: Ints, tags: Ints, ranges: Ints, cells: int, at: int) -> bool:
    """No family that `begins_family` reaches across the front of a slot."""
    return all(
        at <= slot or slot + header[WIDTH + tags[slot] + 1] <= at
        for slot in range(header[SLOTS])
        if begins_family(header, tags, ranges, cells, slot)
    )


@ghost
def listed_before(
    header: Ints,
    actions: Ints,
    places: Ints,
    n: int,
    slots: int,
    tags: Ints,
    ranges: Ints,
    cells: int,
    family_slot: Ints,
) -> bool:
    """Every family that `begins_family` in slots that ``n`` actions in order have left alone was listed before them."""
    return all(
        held(family_slot, 0, header[FAMILIES], slot - shifted(header, actions, i))
        for i in range(n + 1)
        for slot in range(header[SLOTS])
        if begins_family(header, tags, ranges, cells, slot)
        and stay_behind(
            header, actions, places, n, slots, i, slot - shifted(header, actions, i),
            slot - shifted(header, actions, i) + header[WIDTH + tags[slot] + 1],
        )
    )  # fmt: skip


@ghost
def heads_stay(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """`heads_go_on`, of which solvers know lemmas only."""
    return heads_go_on(header, actions, places, n, slots, tags, family_slot, family_node)


@ghost
def aligned(header: Ints, tags: Ints, n: int) -> bool:
    """`blocks_are_aligned`, of which solvers know lemmas only."""
    return blocks_are_aligned(header, tags, n)


@ghost
def row_or_marks(tags: Ints, slot: int, level: int, slots: int, units: int) -> bool:
    """The same, of blocks of which some may be marked."""
    return all(is_of(tags[j], level) for j in range(slot, slot + slots) if turn(j - slot, units))


def replaces(header: Ints, action: int, place: int, slot: int) -> bool:
    """Whether an action at a place replaces a block that begins in a slot."""
    return (
        slot == place
        if action % 2 == EXPAND
        else place <= slot < place + header[WIDTH + level_of(action)]
        and turn(slot - place, header[UNITS + level_of(action) - 1])
    )


def _all_with(
    runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int
) -> list[tuple[int, int]]:
    """The candidates among the first ones of ``n`` runs that are applied then and have this note."""
    return [
        (r, x)
        for r in range(n)
        for x in range(heads[r])
        if turn_at(runs, item_keys, r, x) == turn and item_notes[runs[r * RUN + BEGIN] + x] == note
    ]


def _first_with(*told: Any) -> tuple[int, int]:
    return next(iter(_all_with(*told)), (0, 0))


def _last_with(*told: Any) -> tuple[int, int]:
    return next(reversed(_all_with(*told)), (0, 0))


# TAGS


def is_of(tag: int, level: int) -> bool:
    """Whether a block of this level begins there, marked or not."""
    return tag == level or tag == level + MARK


def is_below(tag: int, levels: int) -> bool:
    """Whether a block of one of the first ``levels`` levels begins there, marked or not."""
    return 0 <= tag < levels or MARK <= tag < MARK + levels


def are_tags(header: Ints, tags: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` blocks begin or go on, of levels that there are, marked or not."""
    return all(RAW <= tags[i] <= header[TOP] or MARK <= tags[i] <= MARK + header[TOP] for i in range(first, last))


def blocks_fit(header: Ints, tags: Ints) -> bool:
    """Every gist that begins in the context ends in it."""
    return all(
        slot + header[UNITS + tags[slot]] <= header[SLOTS]
        for slot in range(header[SLOTS])
        if 1 <= tags[slot] <= header[TOP]
    )


def follow_each_other(header: Ints, tags: Ints) -> bool:
    """Blocks, none of which is marked, take up all slots, one after the other."""
    return (header[SLOTS] == 0 or tags[0] >= 0) and all(
        tags[slot] <= header[TOP]
        and (
            slot + header[UNITS + tags[slot]] == header[SLOTS]
            or (slot + header[UNITS + tags[slot]] < header[SLOTS] and tags[slot + header[UNITS + tags[slot]]] >= 0)
        )
        for slot in range(header[SLOTS])
        if tags[slot] >= 0
    )


def gists_end(header: Ints, tags: Ints) -> bool:
    """Every gist that is not marked ends in the context, and behind it a block begins."""
    return all(
        slot + header[UNITS + tags[slot]] <= header[SLOTS]
        and (slot + header[UNITS + tags[slot]] == header[SLOTS] or tags[slot + header[UNITS + tags[slot]]] >= 0)
        for slot in range(header[SLOTS])
        if 1 <= tags[slot] <= header[TOP]
    )


def gists_are_whole(header: Ints, tags: Ints) -> bool:
    """Inside a gist that is not marked is `BODY`."""
    return all(
        tags[j] == BODY
        for slot in range(header[SLOTS])
        for j in range(slot + 1, slot + header[UNITS + tags[slot]])
        if 1 <= tags[slot] <= header[TOP]
        if at(tags[slot], tags[j])
    )


def blocks_are_whole(header: Ints, tags: Ints) -> bool:
    """No block begins inside a block."""
    return all(
        tags[j] < 0
        for slot in range(header[SLOTS])
        for j in range(slot + 1, slot + header[UNITS + tags[slot]])
        if 0 <= tags[slot] <= header[TOP]
        if at(tags[slot], tags[j])
    )


def blocks_end(header: Ints, tags: Ints) -> bool:
    """Every block that is not marked ends in the context, and behind it a block begins."""
    return all(
        slot + header[UNITS + tags[slot]] <= header[SLOTS]
        and (slot + header[UNITS + tags[slot]] == header[SLOTS] or tags[slot + header[UNITS + tags[slot]]] >= 0)
        for slot in range(header[SLOTS])
        if 0 <= tags[slot] <= header[TOP]
    )


def unmarked_are_whole(header: Ints, tags: Ints) -> bool:
    """Blocks that are not marked are whole, and behind them blocks begin; nothing else stands between blocks."""
    return blocks_end(header, tags) and blocks_are_whole(header, tags) and bodies_follow(header, tags)


def blocks_tile(header: Ints, tags: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` blocks, none of which is marked, lie whole one after the other."""
    return (
        (first >= last or tags[first] >= 0)
        and all(
            tags[slot] <= header[TOP]
            and (
                slot + header[UNITS + tags[slot]] == last
                or (slot + header[UNITS + tags[slot]] < last and tags[slot + header[UNITS + tags[slot]]] >= 0)
            )
            for slot in range(first, last)
            if tags[slot] >= 0
        )
        and all(
            tags[j] < 0
            for slot in range(first, last)
            for j in range(slot + 1, slot + header[UNITS + tags[slot]])
            if 0 <= tags[slot] <= header[TOP]
            if at(tags[slot], tags[j])
        )
        and all(tags[slot - 1] == BODY or tags[slot - 1] >= 1 for slot in range(first + 1, last) if tags[slot] == BODY)
        and all(tags[slot - 1] == RAW or tags[slot - 1] == 0 for slot in range(first + 1, last) if tags[slot] == RAW)
    )


def are_written(header: Ints, tags: Ints, slot: int, blocks: int, level: int) -> bool:
    """From a slot on stand so many blocks of a level, one after the other."""
    return all(
        tags[j] == (level if turn(j - slot, header[UNITS + level]) else RAW if level == 0 else BODY)
        for j in range(slot, slot + blocks * header[UNITS + level])
    )


def bodies_follow(header: Ints, tags: Ints) -> bool:
    """What goes on with a block stands behind its first slot, or behind what goes on with it."""
    return (
        tags[0] >= 0
        and all(tags[slot - 1] == BODY or tags[slot - 1] >= 1 for slot in range(1, header[SLOTS]) if tags[slot] == BODY)
        and all(
            tags[slot - 1] == RAW or tags[slot - 1] == 0 or tags[slot - 1] == MARK
            for slot in range(1, header[SLOTS])
            if tags[slot] == RAW
        )
    )


def only_marked(header: Ints, tags: Ints, tags_before: Ints) -> bool:
    """Nothing has changed, but that some blocks are marked which were not."""
    return all(
        tags[j] == tags_before[j]
        or (tags[j] == tags_before[j] + MARK and 0 <= tags_before[j] <= header[TOP] and j < header[SLOTS])
        for j in INTEGERS
        if at(tags[j])
    )


def spans_are_told(header: Ints) -> bool:
    """A marked tag spans what it spans without the mark, and what begins no block spans nothing."""
    return (
        header[SPAN + BODY] == 0
        and header[SPAN + RAW] == 0
        and all(header[j] == header[j - MARK] for j in range(SPAN + MARK, SPAN + MARK + header[TOP] + 1))
    )


def is_geometry(header: Ints) -> bool:
    """A node spans, and its family takes, what its children do; tags find their spans."""
    return is_shaped(header) and multiplied(header) and spans_multiply(header) and spans_are_told(header)


def is_sound(header: Ints, tags: Ints) -> bool:
    """The geometry is one, and in the context blocks lie whole, none of them marked."""
    return is_geometry(header) and whole(header, tags) and within(tags, 0, header[SLOTS], RAW, header[TOP])


def begins_at(header: Ints, tags: Ints, slot: int, node: int) -> bool:
    """A node begins at the token of a slot, at a multiple of what it spans."""
    return node // LEVELS == header[FIRST] + tokens_in(header, tags, 0, slot) and turn(
        node // LEVELS, header[SPAN + node % LEVELS]
    )


def blocks_are_aligned(header: Ints, tags: Ints, n: int) -> bool:
    """The blocks that begin in the first ``n`` slots, and are not marked, begin at multiples of what they span."""
    return all(
        turn(header[FIRST] + tokens_in(header, tags, 0, j), header[SPAN + tags[j]])
        for j in range(n)
        if 0 <= tags[j] <= header[TOP]
    )


def alike(header: Ints, other: Ints) -> bool:
    """Two headers are of one geometry, and of contexts of one size that begin alike."""
    return (
        header[TOP] == other[TOP]
        and header[SLOTS] == other[SLOTS]
        and header[FIRST] == other[FIRST]
        and all(header[j] == other[j] for j in range(SPAN + RAW, OFFSETS))
    )


def has_tokens(header: Ints, tags: Ints, action: int, place: int) -> bool:
    """An action's node begins at a place, and what the action replaces there spans what its node does."""
    return (
        place >= 0
        and place + before(header, action) <= header[SLOTS]
        and begins_at(header, tags, place, action // 2)
        and tokens_in(header, tags, 0, place + before(header, action))
        == tokens_in(header, tags, 0, place) + header[SPAN + level_of(action)]
    )


def nodes_begin(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """The nodes of ``n`` actions in order begin where those before them have moved them."""
    return all(
        begins_at(header, tags, places[i] + shifted(header, actions, i), actions[i] // 2)
        for i in range(n)
        if at(places[i], shifted(header, actions, i))
    )


def tokens_are_told(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints) -> bool:
    """Each family begins at the token that the blocks before it lead to."""
    return all(
        family_node[f] // LEVELS == header[FIRST] + tokens_in(header, tags, 0, family_slot[f])
        for f in range(header[FAMILIES])
        if at(family_slot[f])
        if at(family_node[f])
    )


def begins_nowhere(header: Ints, tags: Ints, n: int, token: int) -> bool:
    """None of the blocks that begin in the first ``n`` slots starts at ``token``."""
    return all(
        header[FIRST] + tokens_in(header, tags, 0, i) != token
        for i in range(n)
        if tags[i] >= 0
        if at(tokens_in(header, tags, 0, i))
    )


# TABLES


def lies_apart(header: Ints) -> bool:
    """The tables of a state lie behind its header, one behind the other."""
    return (
        HEADER
        <= header[OFFSETS + 0]
        <= header[OFFSETS + 1]
        <= header[OFFSETS + 2]
        <= header[OFFSETS + 3]
        <= header[OFFSETS + 4]
        <= header[OFFSETS + 5]
        <= header[OFFSETS + 6]
        <= header[OFFSETS + 7]
        <= header[OFFSETS + 8]
        <= header[OFFSETS + 9]
        <= header[OFFSETS + 10]
        <= header[OFFSETS + 11]
        <= header[OFFSETS + 12]
        <= header[OFFSETS + 13]
        <= header[OFFSETS + 14]
        <= header[OFFSETS + 15]
        <= header[OFFSETS + 16]
        <= header[OFFSETS + 17]
        <= header[OFFSETS + 18]
        <= header[OFFSETS + 19]
        <= header[OFFSETS + 20]
        <= header[OFFSETS + 21]
        <= header[OFFSETS + 22]
    )


def work_lies_apart(query: Ints) -> bool:
    """The tables of a search lie behind its header, one behind the other."""
    return query[WORK_OFFSETS] >= WORK_HEADER and all(
        query[i] <= query[j] for i in range(WORK_OFFSETS, WORK_HEADER) for j in range(i + 1, WORK_HEADER)
    )


def within(table: Ints, first: int, last: int, low: int, high: int) -> bool:
    """From ``first`` to before ``last`` all numbers are from ``low`` to ``high``."""
    return all(low <= table[i] <= high for i in range(first, last))


def means_lie(header: Ints, half: int, memory: Ints, told: Ints) -> bool:
    """No mean that is remembered, and none that is told, is as low as what is below every score.

    ``memory`` and ``told`` were cut where ``half`` told which of both is which.
    """
    return all(memory[i] > LOWEST for i in range(header[KNOWN] if header[HALF] == half else header[HEARD])) and all(
        told[i] > LOWEST for i in range(header[HEARD] if header[HALF] == half else header[KNOWN])
    )


def are_preferences(tags: Ints, worth: Ints, slots: int) -> bool:
    """What something is worth at the first slot of each block, marked or not, is no more than 2**33, either way."""
    return all(-(2**33) <= worth[i] <= 2**33 for i in range(slots) if tags[i] >= 0 if at(worth[i]))


def kept_from(table: Ints, other: Ints, first: int) -> bool:
    """From ``first`` on they are the same."""
    return all(table[i] == other[i] for i in INTEGERS if i >= first)


def kept_outside(table: Ints, other: Ints, first: int, last: int) -> bool:
    """Before ``first`` and from ``last`` on they are the same."""
    return all(table[i] == other[i] for i in INTEGERS if i < first or i >= last)


def rising(table: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` each number is greater than the one before."""
    return all(table[i] < table[j] for i in range(first, last) for j in range(i + 1, last))


def falling(table: Ints, first: int, last: int) -> bool:
    """From ``first`` to before ``last`` no number is greater than the one before."""
    return all(table[i] >= table[j] for i in range(first, last) for j in range(i + 1, last))


# HEAPS


def heap(keys: Ints, size: int) -> bool:
    """No key is less than its parent, so the worst one is on top."""
    return all(keys[up(i)] <= keys[i] for i in range(1, size) if at(up(i)))


def least_first(keys: Ints, size: int) -> bool:
    """None is less than the first."""
    return all(keys[0] <= keys[i] for i in range(size))


def is_pair(key: int, note: int, other: int, its_note: int) -> int:
    """1 if these are the same, else 0."""
    return 1 if key == other and note == its_note else 0


def are_joined(
    keys: Ints, notes: Ints, n: int, first: Ints, first_notes: Ints, m: int, second: Ints, second_notes: Ints, k: int
) -> bool:
    """The first ``n`` keys, each with its note, are those of two lists, whatever their order."""
    return all(
        many(keys, notes, n, key, note)
        == many(first, first_notes, m, key, note) + many(second, second_notes, k, key, note)
        for key in INTEGERS
        for note in INTEGERS
        if at(many(keys, notes, n, key, note))
        if at(many(first, first_notes, m, key, note))
        if at(many(second, second_notes, k, key, note))
    )


def same_pairs(keys: Ints, notes: Ints, others: Ints, their_notes: Ints, size: int) -> bool:
    """The first ``size`` keys, each with its note, are the same, whatever their order; and so is what follows."""
    return all(
        many(keys, notes, n, key, note) == many(others, their_notes, n, key, note)
        for n in INTEGERS
        for key in INTEGERS
        for note in INTEGERS
        if n >= size
        if at(many(keys, notes, n, key, note))
        if at(many(others, their_notes, n, key, note))
    )


def keys_of_places(keys: Ints, notes: Ints, size: int) -> bool:
    """All keys are of rank 0."""
    return all(
        0 <= key < PLACES
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )


def keys_within(keys: Ints, notes: Ints, size: int, low: int, high: int) -> bool:
    """All keys are from ``low`` to ``high``."""
    return all(
        low <= key <= high
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )


def apart_places(keys: Ints, notes: Ints, size: int) -> bool:
    """No two of the first ``size`` are at one place, and none stands twice."""
    return are_once(keys, notes, size) and all(
        k == m and v == w
        for k in INTEGERS
        for v in INTEGERS
        for m in INTEGERS
        for w in INTEGERS
        if many(keys, notes, size, k, v) >= 1 and many(keys, notes, size, m, w) >= 1 and place_of(k) == place_of(m)
        if at(many(keys, notes, size, k, v), many(keys, notes, size, m, w))
    )


def places_differ(keys: Ints, first: int, last: int) -> bool:
    """No two keys from ``first`` to before ``last`` are of one place."""
    return all(
        place_of(keys[i]) != place_of(keys[j])
        for i in range(first, last)
        for j in range(i + 1, last)
        if at(keys[i], keys[j])
    )


def notes_within(keys: Ints, notes: Ints, size: int, low: int, high: int) -> bool:
    """All notes are from ``low`` to ``high``."""
    return all(
        low <= note <= high
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )


# GEOMETRY


def is_header(header: Ints) -> bool:
    """It has all fields."""
    return len(header) == HEADER


def is_shaped(header: Ints) -> bool:
    """The geometry is one (GEO-1): every level has a span, slots, and above raw tokens a family."""
    return (
        1 <= header[TOP] < LEVELS
        and within(header, UNITS, UNITS + header[TOP] + 1, 1, 2**26)
        and within(header, SPAN, SPAN + header[TOP] + 1, 1, 2**31)
        and within(header, WIDTH + 1, WIDTH + 1 + header[TOP], 1, 2**26)
        and within(header, FANOUT + 1, FANOUT + 1 + header[TOP], 1, 2**26)
    )


def has_products(header: Ints) -> bool:
    """A family takes the slots of its blocks."""
    return all(
        header[j] == header[j - WIDTH + FANOUT] * header[j - WIDTH - 1 + UNITS]
        for j in range(WIDTH + 1, WIDTH + header[TOP] + 1)
    )


def has_spans(header: Ints) -> bool:
    """A node spans what its children do (GEO-1)."""
    return all(header[j] == header[j - SPAN + FANOUT] * header[j - 1] for j in range(SPAN + 1, SPAN + header[TOP] + 1))


def actions_are_aligned(header: Ints, actions: Ints, n: int) -> bool:
    """The nodes of the first ``n`` actions begin at multiples of what they span, or behind the context."""
    return all(
        turn(actions[i] // 2 // LEVELS, header[SPAN + level_of(actions[i])]) or actions[i] // 2 // LEVELS >= header[END]
        for i in range(n)
    )


def is_dear(header: Ints) -> bool:
    """A family takes more slots than its node (GEO-2)."""
    return all(header[j] > header[j - WIDTH + UNITS] for j in range(WIDTH + 1, WIDTH + header[TOP] + 1))


def before(header: Ints, action: int) -> int:
    """The slots that an action replaces."""
    return header[UNITS + level_of(action)] if action % 2 == EXPAND else header[WIDTH + level_of(action)]


def added(header: Ints, action: int) -> int:
    """The slots that an action adds."""
    return (
        header[WIDTH + level_of(action)] - header[UNITS + level_of(action)]
        if action % 2 == EXPAND
        else header[UNITS + level_of(action)] - header[WIDTH + level_of(action)]
    )


def are_actions(header: Ints, actions: Ints, n: int) -> bool:
    """The first ``n`` are actions on nodes of levels that there are."""
    return all(0 <= actions[i] < 2**55 and 1 <= level_of(actions[i]) <= header[TOP] for i in range(n))


def mean_of(fixed: Ints, slot: int, slots: int) -> int:
    """The mean of so many scores, rounded down (SCO-3)."""
    return sum_of(fixed, slot, slots) // slots


def reversal(action: int) -> int:
    """The action that undoes another."""
    return action // 2 * 2 + 1 - action % 2


def are_at_rest(header: Ints, ledger_action: Ints, actions: Ints, n: int) -> bool:
    """None of the first ``n`` actions undoes one that is in the ledger (COO-1)."""
    return all(not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], reversal(actions[i])) for i in range(n))


def have_cooled(header: Ints, ledger_action: Ints, ledger_iteration: Ints, now: int, actions: Ints, n: int) -> bool:
    """None of the first ``n`` actions undoes, at the iteration ``now``, what happened too short a time ago (COO-1)."""
    return all(
        now - ledger_iteration[j] >= header[MIN_GAP] or ledger_action[j] != reversal(actions[i])
        for i in range(n)
        for j in range(header[LEDGER_FROM], header[LEDGER_TO])
        if at(actions[i], ledger_action[j])
    )


def end_before_tail(header: Ints, actions: Ints, n: int) -> bool:
    """None of the first ``n`` actions collapses what is in the tail (TAI-1)."""
    return all(
        actions[i] // 2 // LEVELS + header[SPAN + level_of(actions[i])] <= header[END] - header[PROTECTED]
        for i in range(n)
        if actions[i] % 2 == COLLAPSE
    )


def stands_for(header: Ints, tags: Ints, slot: int, kind: int, level: int) -> bool:
    """The blocks from a slot on are what an action on a node of a level replaces, and none is marked."""
    return slot >= 0 and (
        tags[slot] == level
        if kind == EXPAND
        else slot + header[WIDTH + level] <= header[SLOTS]
        and all(
            tags[j] == level - 1
            for j in range(slot, slot + header[WIDTH + level])
            if turn(j - slot, header[UNITS + level - 1])
        )
    )


def stands_in_turn(header: Ints, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """What an action replaces stands at its place, and no action before it replaces any of that (ACT-3 to ACT-5)."""
    return places[i] >= 0 and (
        tags[places[i]] == level_of(actions[i]) and begun(header, actions, places, i, places[i]) == 0
        if actions[i] % 2 == EXPAND
        else places[i] + header[WIDTH + level_of(actions[i])] <= header[SLOTS]
        and all(
            tags[j] == level_of(actions[i]) - 1 and begun(header, actions, places, i, j) == 0
            for j in range(places[i], places[i] + header[WIDTH + level_of(actions[i])])
            if turn(j - places[i], header[UNITS + level_of(actions[i]) - 1])
        )
    )


def is_looked_up(header: Ints, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """The place of an action is where its node begins; less than 0 if no block begins there."""
    return places[i] < header[SLOTS] and (
        tags[places[i]] >= 0
        and header[FIRST] + tokens_in(header, tags, 0, places[i]) == actions[i] // 2 // LEVELS
        if places[i] >= 0
        else begins_nowhere(header, tags, header[SLOTS], actions[i] // 2 // LEVELS)
    )


def is_admissible(session: Session, tags: Ints, actions: Ints, places: Ints, i: int) -> bool:
    """An action may be made after those before it: what it replaces stands (ACT), it undoes nothing too soon (COO-1),
    and no pin bars it (PIN-1, PIN-2); it fits the budget (BUD-1), or it ends before the tail (TAI-1)."""
    return (
        in_turn(session.header, tags, actions, places, i)
        and not held(
            session.ledger_action, session.header[LEDGER_FROM], session.header[LEDGER_TO], reversal(actions[i])
        )
        and (
            session.header[SLOTS] + shifted(session.header, actions, i) + added(session.header, actions[i])
            <= session.header[W_MAX]
            and not pinned(session.header, session.no_expand, len(session.no_expand), actions[i] // 2)
            if actions[i] % 2 == EXPAND
            else actions[i] // 2 // LEVELS + session.header[SPAN + level_of(actions[i])]
            <= session.header[END] - session.header[PROTECTED]
            and not pinned(session.header, session.no_collapse, len(session.no_collapse), actions[i] // 2)
        )
    )


def are_wanted(header: Ints, fixed: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """The mean of what each of the first ``n`` actions replaces is beyond the threshold of its kind (THR-1)."""
    return all(
        mean_of(fixed, places[i], before(header, actions[i])) > header[TAU_EXPAND]
        if actions[i] % 2 == EXPAND
        else -mean_of(fixed, places[i], before(header, actions[i])) > header[TAU_COLLAPSE]
        for i in range(n)
        if at(places[i])
    )


def level_at(tags: Ints, slot: int) -> int:
    """The level of the block that begins in a slot, marked or not."""
    return tags[slot] - MARK if tags[slot] >= MARK else tags[slot]


def are_in_context(
    header: Ints, tags: Ints, family_slot: Ints, family_node: Ints, actions: Ints, places: Ints, n: int
) -> bool:
    """The first ``n`` actions expand gists that begin in their places, at their tokens, and collapse families that are
    listed there (ACT-3, ACT-4)."""
    return all(
        level_at(tags, places[i]) == level_of(actions[i])
        and actions[i] // 2 // LEVELS == header[FIRST] + tokens_in(header, tags, 0, places[i])
        if actions[i] % 2 == EXPAND
        else many(family_slot, family_node, header[FAMILIES], places[i], actions[i] // 2) >= 1
        for i in range(n)
        if at(places[i])
    )


def lie_apart(header: Ints, actions: Ints, places: Ints, n: int, slots: int) -> bool:
    """The first ``n`` actions replace separate slots, in order, of those that there are."""
    return all(
        places[i] >= 0 and places[i] + before(header, actions[i]) <= slots for i in range(n) if at(places[i])
    ) and all(
        places[i] + before(header, actions[i]) <= places[j]
        for i in range(n)
        for j in range(i + 1, n)
        if at(places[i], places[j])
    )


def are_apart(header: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """The first ``n`` actions replace separate slots, in whatever order."""
    return all(
        places[i] + before(header, actions[i]) <= places[j] or places[j] + before(header, actions[j]) <= places[i]
        for i in range(n)
        for j in range(i + 1, n)
        if at(places[i], places[j])
    )


def stays_plain(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int, slots: int) -> bool:
    """What the first ``n`` actions leave of ``slots`` slots are levels that there are, and none is marked."""
    return all(
        RAW <= tags[j] <= header[TOP] for j in range(slots) if not taken(header, actions, places, n, j) if at(tags[j])
    )


def take_whole_blocks(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """What each of the first ``n`` actions replaces begins and ends where a block does, and `has_tokens`."""
    return all(
        tags[places[i]] >= 0
        and (
            places[i] + before(header, actions[i]) == header[SLOTS] or tags[places[i] + before(header, actions[i])] >= 0
        )
        and has_tokens(header, tags, actions[i], places[i])
        for i in range(n)
        if at(places[i])
    )


def stay_behind(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, passed: int, first: int, last: int
) -> bool:
    """Of ``n`` actions in order, so many lie before some of the slots that there are, and the others behind them."""
    return (passed == 0 or places[passed - 1] + before(header, actions[passed - 1]) <= first) and last <= (
        places[passed] if passed < n else slots
    )


def have_moved(header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, tags_before: Ints) -> bool:
    """What ``n`` actions in order do not replace has moved by what those before it add."""
    return all(
        tags[here(j) + shifted(header, actions, i)] == tags_before[here(j)]
        for i in range(n + 1)
        for j in range(slots)
        if stay_behind(header, actions, places, n, slots, i, j, j + 1)
        if at(shifted(header, actions, i), here(j))
    )


def laid(tags: Ints, spare: Ints, first: int, slot: int) -> int:
    """What is in a slot once the spare ones are copied to those from ``first`` on."""
    return tags[slot] if slot < first else spare[slot - first]


def made_of(action: int) -> int:
    """The level of the blocks that an action makes."""
    return level_of(action) - 1 if action % 2 == EXPAND else level_of(action)


def after(header: Ints, action: int) -> int:
    """The slots that an action makes."""
    return header[WIDTH + level_of(action)] if action % 2 == EXPAND else header[UNITS + level_of(action)]


def are_made(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """Where the first ``n`` actions, in order, happened, the blocks stand that they make."""
    return all(
        tags[here(j)] == made_of(actions[i])
        for i in range(n)
        for j in range(
            places[i] + shifted(header, actions, i),
            places[i] + shifted(header, actions, i) + after(header, actions[i]),
        )
        if turn(j - places[i] - shifted(header, actions, i), header[UNITS + made_of(actions[i])])
        if at(places[i], here(j))
    )


def carried_out(
    header: Ints, now: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, tags_before: Ints
) -> bool:
    """Actions in order, of which each had its tokens, have made tags, in which blocks lie whole, of those before."""
    return (
        n >= 0
        and is_shaped(header)
        and are_actions(header, actions, n)
        and lie_apart(header, actions, places, n, slots)
        and ends_lie(header, tags_before, actions, places, n)
        and have_moved(header, actions, places, n, slots, tags, tags_before)
        and are_made(header, actions, places, n, tags)
        and is_sound(now, tags)
        and now[SLOTS] == slots + shifted(header, actions, n)
        and now[FIRST] == header[FIRST]
        and all(now[j] == header[j] for j in range(SPAN + RAW, OFFSETS))
        and now[TOP] == header[TOP]
    )


def is_spliced(
    header: Ints,
    actions: Ints,
    places: Ints,
    n: int,
    slots: int,
    tags: Ints,
    spare: Ints,
    first: int,
    tags_before: Ints,
    stretches: int,
    made: int,
) -> bool:
    """`have_moved` of so many stretches, and `are_made` of so many actions, once spare slots are copied."""
    return all(
        laid(tags, spare, first, here(j) + shifted(header, actions, i)) == tags_before[here(j)]
        for i in range(stretches)
        for j in range(slots)
        if stay_behind(header, actions, places, n, slots, i, j, j + 1)
        if at(shifted(header, actions, i), here(j))
    ) and all(
        laid(tags, spare, first, here(j)) == made_of(actions[i])
        for i in range(made)
        for j in INTEGERS
        if places[i] + shifted(header, actions, i) <= j
        and j < places[i] + shifted(header, actions, i) + after(header, actions[i])
        and turn(j - places[i] - shifted(header, actions, i), header[UNITS + made_of(actions[i])])
        if at(places[i], here(j))
    )


def marks_are_taken(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """What is marked is replaced by one of the first ``n`` actions."""
    return all(taken(header, actions, places, n, j) for j in range(header[SLOTS]) if tags[j] >= MARK if at(tags[j]))


def misfits(header: Ints, tags: Ints, used: int, key: int) -> bool:
    """The expand of a key does not fit beside ``used`` slots, or only beyond the soft budget without being worth it
    (BUD-1, SOF-1)."""
    return outgrows(header, tags, used, key, header[TAU_EXPAND])


def outgrows(header: Ints, tags: Ints, used: int, key: int, threshold: int) -> bool:
    """`misfits`, by a threshold that stands elsewhere."""
    return used + header[WIDTH + tags[place_of(key)]] - header[UNITS + tags[place_of(key)]] > header[W_MAX] or (
        used + header[WIDTH + tags[place_of(key)]] - header[UNITS + tags[place_of(key)]] > header[W_SOFT]
        and rank_of(key) <= threshold + header[SOFT_MARGIN]
    )


def expands_passed(header: Ints, actions: Ints, places: Ints, n: int, keys: Ints, e: int) -> bool:
    """None of the first ``e`` expands in the queue is open after ``n`` actions."""
    return all(taken(header, actions, places, n, spot(keys[i])) for i in range(e) if at(keys[i]))


def collapses_passed(session: Session, header: Ints, actions: Ints, places: Ints, n: int, c: int) -> bool:
    """None of the first ``c`` collapses in the queue is open after ``n`` actions."""
    return all(
        blocked(
            header,
            actions,
            places,
            n,
            session.family_slot[session.collapse_families[i]],
            header[WIDTH + session.family_node[session.collapse_families[i]] % LEVELS],
        )
        for i in range(c)
        if at(session.collapse_families[i])
    )


def cannot_expand(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int, keys: Ints, expands: int) -> bool:
    """After ``n`` actions no expand in the queue is open, or its head does not fit (GRE-1, GRE-5)."""
    return first_open(header, actions, places, n, keys, expands) == expands or misfits(
        header,
        tags,
        used_after(header, actions, n),
        keys[first_open(header, actions, places, n, keys, expands)],
    )


def expands_by_turns(
    header: Ints,
    tags: Ints,
    actions: Ints,
    places: Ints,
    keys: Ints,
    slots: Ints,
    nodes: Ints,
    families: Ints,
    first: int,
    m: int,
    expands: int,
    collapses: int,
) -> bool:
    """Action ``m`` is an expand, the head of its queue, and the turn before was a collapse's, or passed as none was
    open (GRE-1, GRE-2, GRE-5)."""
    return (
        first_open(header, actions, places, m, keys, expands) < expands
        and places[m] == spot(keys[first_open(header, actions, places, m, keys, expands)])
        and (
            m == first
            or actions[m - 1] % 2 == COLLAPSE
            or first_free(header, actions, places, m, slots, nodes, families, collapses) == collapses
        )
    )


def collapses_by_turns(
    header: Ints,
    tags: Ints,
    actions: Ints,
    places: Ints,
    keys: Ints,
    slots: Ints,
    nodes: Ints,
    families: Ints,
    first: int,
    m: int,
    expands: int,
    collapses: int,
) -> bool:
    """Action ``m`` is a collapse, the head of its queue, and the turn before was an expand's, or passed as none could
    (GRE-1, GRE-3, GRE-5)."""
    return (
        first_free(header, actions, places, m, slots, nodes, families, collapses) < collapses
        and places[m] == slots[families[first_free(header, actions, places, m, slots, nodes, families, collapses)]]
        and (
            (m > first and actions[m - 1] % 2 == EXPAND)
            or cannot_expand(header, tags, actions, places, m, keys, expands)
        )
    )


@ghost
def by_turns(
    header: Ints,
    tags: Ints,
    actions: Ints,
    places: Ints,
    keys: Ints,
    slots: Ints,
    nodes: Ints,
    families: Ints,
    first: int,
    n: int,
    expands: int,
    collapses: int,
) -> bool:
    """From ``first`` to before ``n``, beginning with an expand's turn, heads act and no turn passes that need not
    (GRE-1)."""
    return all(
        (expands_by_turns if actions[m] % 2 == EXPAND else collapses_by_turns)(
            header, tags, actions, places, keys, slots, nodes, families, first, m, expands, collapses
        )
        for m in range(first, n)
    )


def are_plain(header: Ints, tags: Ints, slots: int) -> bool:
    """In so many slots blocks begin or go on, of levels that there are, and none is marked."""
    return within(tags, 0, slots, RAW, header[TOP])


def are_replaced(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """What the first ``n`` actions replace lies in the context, and is marked."""
    return all(
        places[i] >= 0 and places[i] + before(header, actions[i]) <= header[SLOTS] and tags[places[i]] >= MARK
        for i in range(n)
        if at(places[i])
    ) and all(
        tags[j] >= MARK or tags[j] < 0
        for i in range(n)
        for j in range(places[i], places[i] + before(header, actions[i]))
        if at(places[i], tags[j])
    )


# THE LEDGER


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


# FAMILIES


def families_fit(header: Ints, table: Ints) -> bool:
    """They are in the table."""
    return 0 <= header[FAMILIES] <= len(table)


def lie_between(header: Ints, slots: Ints, nodes: Ints, first: int, last: int, low: int, high: int) -> bool:
    """Families that are listed from ``first`` to before ``last`` are of levels that there are, between two slots."""
    return all(
        0 <= nodes[f] < 2**54
        and 1 <= nodes[f] % LEVELS <= header[TOP]
        and slots[f] >= low
        and slots[f] + header[WIDTH + nodes[f] % LEVELS] <= high
        for f in range(first, last)
        if at(slots[f])
        if at(nodes[f])
    )


def keep_apart(header: Ints, slots: Ints, nodes: Ints, first: int, last: int) -> bool:
    """Each of them ends before the next begins."""
    return all(
        slots[f] + header[WIDTH + nodes[f] % LEVELS] <= slots[g]
        for f in range(first, last)
        for g in range(f + 1, last)
        if at(slots[f], slots[g])
    )


def is_list(
    header: Ints,
    family_slot: Ints,
    family_node: Ints,
    spare_slot: Ints,
    spare_node: Ints,
    first: int,
    size: int,
    behind: int,
) -> bool:
    """The first families in place, and then those in the spare tables, lie one after the other before a slot."""
    return (
        lie_between(header, family_slot, family_node, 0, first, 0, behind)
        and lie_between(header, spare_slot, spare_node, 0, size, 0, behind)
        and keep_apart(header, family_slot, family_node, 0, first)
        and keep_apart(header, spare_slot, spare_node, 0, size)
        and all(
            family_slot[f] + header[WIDTH + family_node[f] % LEVELS] <= spare_slot[g]
            for f in range(first)
            for g in range(size)
            if at(family_slot[f], spare_slot[g])
        )
    )


def are_families(header: Ints, family_slot: Ints, family_node: Ints, slots: int) -> bool:
    """They are of levels that there are, and in the context."""
    return lie_between(header, family_slot, family_node, 0, header[FAMILIES], 0, slots)


def least_width(header: Ints) -> int:
    """The slots that a family takes at least."""
    return least(header, WIDTH + 1, WIDTH + 1 + header[TOP])


def has_places(header: Ints, table: Ints) -> bool:
    """It is long enough for the families of any context that there is room for."""
    return header[CAPACITY] < len(table) * least_width(header)


def suffices(header: Ints, needed: int, entries: int) -> bool:
    """So many collapses make room for ``needed`` slots and those ahead, whichever they are, or are as many as slots."""
    return (
        header[SLOTS] + needed + header[AHEAD] - header[W_MAX] <= entries * least_gain(header, header[TOP])
        or header[SLOTS] <= entries
    )


def is_asked_for(header: Ints, needed: int, entries: int) -> bool:
    """So many collapses are as many as there are slots at most, and all but the last leave too little room."""
    return entries <= header[SLOTS] and (
        entries == 0
        or (entries - 1) * least_gain(header, header[TOP]) < header[SLOTS] + needed + header[AHEAD] - header[W_MAX]
    )


def stand_whole(header: Ints, tags: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """In what one of the first ``n`` actions replaces blocks begin where it replaces one, and nowhere else."""
    return all(
        (tags[j] >= 0) == replaces(header, actions[i], places[i], j)
        for i in range(n)
        for j in range(places[i], places[i] + before(header, actions[i]))
        if at(places[i], tags[j])
    )


def stand_clear(header: Ints, family_slot: Ints, actions: Ints, places: Ints, n: int) -> bool:
    """No family begins behind the first slot of what one of the first ``n`` actions replaces, and before its end."""
    return all(
        family_slot[f] <= places[i] or places[i] + before(header, actions[i]) <= family_slot[f]
        for f in range(header[FAMILIES])
        for i in range(n)
        if at(family_slot[f], places[i])
    )


def families_are_whole(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints) -> bool:
    """In the slots of a family blocks begin, marked or not, where its blocks are to begin, and nowhere else."""
    return all(
        (tags[j] >= 0) == turn(j - family_slot[f], header[UNITS + family_node[f] % LEVELS - 1])
        for f in range(header[FAMILIES])
        for j in range(family_slot[f], family_slot[f] + header[WIDTH + family_node[f] % LEVELS])
        if at(family_slot[f], tags[j])
    )


def is_there(header: Ints, tags: Ints, slot: int, node: int) -> bool:
    """`stands`, of blocks of which some may be marked."""
    return begins_at(header, tags, slot, node) and row_or_marks(
        tags, slot, node % LEVELS - 1, header[WIDTH + node % LEVELS], header[UNITS + node % LEVELS - 1]
    )


def all_there(header: Ints, tags: Ints, slots: Ints, nodes: Ints, n: int) -> bool:
    """The first ``n`` on a list are families whose blocks, marked or not, stand where it says."""
    return all(is_there(header, tags, slots[f], nodes[f]) for f in range(n) if at(slots[f]) if at(nodes[f]))


def all_stand(header: Ints, tags: Ints, slots: Ints, nodes: Ints, n: int) -> bool:
    """The first ``n`` on a list are families whose blocks stand where it says."""
    return all(stands(header, tags, slots[f], nodes[f]) for f in range(n) if at(slots[f]) if at(nodes[f]))


def go_on_standing(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """What families ``n`` actions in order leave alone stand where those before them have moved them."""
    return all(
        stands(header, tags, family_slot[f] + shifted(header, actions, i), family_node[f])
        for f in range(header[FAMILIES])
        for i in range(n + 1)
        if stay_behind(
            header, actions, places, n, slots, i,
            family_slot[f], family_slot[f] + header[WIDTH + family_node[f] % LEVELS],
        )
        if at(family_slot[f], shifted(header, actions, i))
    )  # fmt: skip


def heads_go_on(
    header: Ints, actions: Ints, places: Ints, n: int, slots: int, tags: Ints, family_slot: Ints, family_node: Ints
) -> bool:
    """The first blocks of families, where ``n`` actions in order leave them alone, are where those before them have
    moved them, at their tokens."""
    return all(
        tags[family_slot[f] + shifted(header, actions, i)] == family_node[f] % LEVELS - 1
        and begins_at(header, tags, family_slot[f] + shifted(header, actions, i), family_node[f])
        for f in range(header[FAMILIES])
        for i in range(n + 1)
        if stay_behind(header, actions, places, n, slots, i, family_slot[f], family_slot[f] + 1)
        if at(family_slot[f], shifted(header, actions, i))
    )


def expanded_stand(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """Where the first ``n`` actions, in order, expanded a gist, its family stands."""
    return all(
        stands(header, tags, places[i] + shifted(header, actions, i), actions[i] // 2)
        for i in range(n)
        if actions[i] % 2 == EXPAND
        if at(places[i], shifted(header, actions, i))
    )


def collapsed_stand(header: Ints, actions: Ints, places: Ints, n: int, tags: Ints) -> bool:
    """Where the first ``n`` actions, in order, collapsed a family, its gist stands."""
    return all(
        tags[places[i] + shifted(header, actions, i)] == level_of(actions[i])
        for i in range(n)
        if actions[i] % 2 != EXPAND
        if at(places[i], shifted(header, actions, i))
    )


def families_end(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints) -> bool:
    """Behind each family a block begins, or the context ends."""
    return all(
        family_slot[f] + header[WIDTH + family_node[f] % LEVELS] == header[SLOTS]
        or tags[family_slot[f] + header[WIDTH + family_node[f] % LEVELS]] >= 0
        for f in range(header[FAMILIES])
        if at(family_slot[f])
    )


def spans_there(header: Ints, tags: Ints, node: int, place: int) -> bool:
    """A node begins at a place, and the slots of its family there span what it does."""
    return (
        begins_at(header, tags, place, node)
        and tokens_in(header, tags, 0, place + header[WIDTH + node % LEVELS])
        == tokens_in(header, tags, 0, place) + header[SPAN + node % LEVELS]
    )


def to_be_gists(tags: Ints, first: int, last: int, level: int) -> bool:
    """From ``first`` to before ``last`` there are only gists of a level, and what is marked to become one."""
    return all(tags[i] < 0 or tags[i] == level or tags[i] == level - 1 + MARK for i in range(first, last))


def all_completed_hold(header: Ints, tags: Ints, place: int) -> bool:
    """Every family that is complete once what is marked has collapsed, and was not before, holds a slot."""
    return all(
        q <= place < r
        for s in range(header[SLOTS])
        for q in range(s + 1)
        for r in range(s + 1, header[SLOTS] + 1)
        if MARK <= tags[s] <= MARK + header[TOP] - 2
        and turn(header[FIRST] + tokens_in(header, tags, 0, q), header[SPAN + tags[s] - MARK + 2])
        and tokens_in(header, tags, 0, r) == tokens_in(header, tags, 0, q) + header[SPAN + tags[s] - MARK + 2]
        and to_be_gists(tags, q, r, tags[s] - MARK + 1)
        if at(tags[s], tokens_in(header, tags, 0, q), tokens_in(header, tags, 0, r))
    )


def node_at(header: Ints, tags: Ints, slot: int) -> int:
    """The node whose first child begins in a slot, if its children are of the level of what begins there."""
    return node_of(tags[slot] + 1, header[FIRST] + tokens_in(header, tags, 0, slot))


def made_at(header: Ints, action: int, slot: int) -> int:
    """Where the family begins that an action makes at a slot, if it makes one."""
    return (
        slot
        if action % 2 == EXPAND
        else slot
        - action // 2 // LEVELS % header[SPAN + level_of(action) + 1]
        // header[SPAN + level_of(action)]
        * header[UNITS + level_of(action)]
    )


def token_made(header: Ints, action: int) -> int:
    """At which token."""
    return (
        action // 2 // LEVELS
        if action % 2 == EXPAND
        else action // 2 // LEVELS - action // 2 // LEVELS % header[SPAN + level_of(action) + 1]
    )


def are_alike(header: Ints, family_node: Ints) -> bool:
    """If the header says that all families take as many slots, they do."""
    return all(
        header[WIDTH + family_node[f] % LEVELS] == header[ALIKE]
        for f in range(header[FAMILIES])
        if header[ALIKE] != 0
        if at(family_node[f])
    )


def widths_are_told(header: Ints) -> bool:
    """If the header says that all families take as many slots, those of all levels do."""
    return header[ALIKE] == 0 or within(header, WIDTH + 1, WIDTH + 1 + header[TOP], header[ALIKE], header[ALIKE])


def end(header: Ints, family_node: Ints, f: int) -> int:
    """The token just after a family."""
    return family_node[f] // LEVELS + header[SPAN + family_node[f] % LEVELS]


def away(header: Ints, family_node: Ints, f: int) -> int:
    """Tokens between a family and the cursor; 0 if it holds it."""
    return max(family_node[f] // LEVELS - header[CURSOR_TOKEN], header[CURSOR_TOKEN] - end(header, family_node, f), 0)


def ends_rise(header: Ints, family_node: Ints) -> bool:
    """Families end one after the other."""
    return all(
        end(header, family_node, f) <= end(header, family_node, g)
        for f in range(header[FAMILIES])
        for g in range(f + 1, header[FAMILIES])
        if at(family_node[f], family_node[g])
    )


# SPLICES


def behind(splices: Ints, j: int, row: int) -> int:
    """The slot behind the splice before place ``j`` of their list, of the ``row`` before them (0) or after them (2)."""
    return 0 if j == 0 else splices[j - SPLICE + row] + splices[j - SPLICE + row + 1]


def follow_in_order(splices: Ints, slots: int) -> bool:
    """Splices are listed whole, each behind the one before, and what lies between them stays; ``slots`` hold them."""
    return len(splices) % SPLICE == 0 and all(
        behind(splices, j, 0) <= splices[j] <= 2**60
        and 0 <= splices[j + 1] <= 2**60
        and splices[j + 3] >= 0
        and splices[j + 2] - behind(splices, j, 2) == splices[j] - behind(splices, j, 0)
        and splices[j + 2] + splices[j + 3] <= slots
        for j in range(len(splices))
        if j % SPLICE == 0
        if at(splices[j])
    )


def are_gathered(splices: Ints, out: Ints, n: int) -> bool:
    """Up to place ``n`` of the list of splices ``out`` says of what stays where it was, and -1 of what they put in."""
    return all(
        out[i] == i - splices[j + 2] + splices[j]
        for j in range(n)
        for i in INTEGERS
        if j % SPLICE == 0 and behind(splices, j, 2) <= i and i < splices[j + 2]
        if at(splices[j], out[i])
    ) and all(
        out[i] == -1
        for j in range(n)
        for i in INTEGERS
        if j % SPLICE == 0 and splices[j + 2] <= i and i < splices[j + 2] + splices[j + 3]
        if at(splices[j], out[i])
    )


def always_fit(header: Ints, actions: Ints, n: int) -> bool:
    """After each of the first ``n`` actions the slots fit the budget, or are no more than before it; and so they are no
    more than fit it, or than there were (BUD-1)."""
    return all(
        header[SLOTS] + shifted(header, actions, m) <= header[W_MAX] or added(header, actions[m - 1]) < 0
        for m in range(1, n + 1)
        if at(shifted(header, actions, m))
    ) and all(
        header[SLOTS] + shifted(header, actions, m) <= max(header[W_MAX], header[SLOTS])
        for m in range(n + 1)
        if at(shifted(header, actions, m))
    )


# PINS


def ranges_lie(no_expand: Ints, cells: int, slots: int) -> bool:
    """Ranges where nothing expands, in so many cells, are of so many slots."""
    return (
        cells % PIN == 0
        and all(0 <= no_expand[j] <= slots for j in range(cells) if j % PIN >= 2)
        and all(no_expand[j] <= no_expand[j + 1] for j in range(cells) if j % PIN == 2)
    )


def ranges_cover(header: Ints, tags: Ints, no_expand: Ints, cells: int) -> bool:
    """Ranges where nothing expands, in so many cells, are of the slots of the blocks that meet them."""
    return all(
        covers(header, tags, no_expand[j], no_expand[j + 1], no_expand[j + 2], no_expand[j + 3])
        for j in range(cells)
        if j % PIN == 0
    )


def ranges_ascend(ranges: Ints, cells: int, column: int) -> bool:
    """Ranges in so many cells begin in order, and end in order, by what stands in a column and in the next."""
    return (
        cells % PIN == 0
        and all(
            ranges[j] <= ranges[k]
            for j in range(cells)
            for k in range(j + 1, cells)
            if j % PIN == column and k % PIN == column
            if at(ranges[j], ranges[k])
        )
        and all(
            ranges[j] <= ranges[k]
            for j in range(cells)
            for k in range(j + 1, cells)
            if j % PIN == column + 1 and k % PIN == column + 1
            if at(ranges[j], ranges[k])
        )
    )


# COLLAPSES THAT ARE SOUGHT


def rank(session: Session, f: int) -> int:
    """The negated aggregate of a family (SCO-3)."""
    return -mean_of(session.fixed, session.family_slot[f], session.header[WIDTH + session.family_node[f] % LEVELS])


def key_at(session: Session, cursor: int, f: int) -> int:
    """The key of a family's collapse: its rank, raised by its nearness to the cursor, and its place."""
    return (
        cursor // (1 + away(session.header, session.family_node, f) // session.header[SPAN]) + rank(session, f)
    ) * PLACES + (PLACES - 1 - session.family_slot[f])


def is_free(session: Session, f: int) -> bool:
    """It ends before the tail (TAI-1), and is at rest (COO-1)."""
    return end(session.header, session.family_node, f) <= session.header[END] - session.header[PROTECTED] and not held(
        session.ledger_action,
        session.header[LEDGER_FROM],
        session.header[LEDGER_TO],
        session.family_node[f] * 2,
    )


def is_ready(session: Session, threshold: int, f: int) -> bool:
    """Its rank is above the threshold (THR-1), and it is free."""
    return rank(session, f) > threshold and is_free(session, f)


def none_is_free(session: Session) -> bool:
    """No family may collapse, whatever its aggregate."""
    return all(not is_free(session, f) for f in range(session.header[FAMILIES]) if at(session.family_node[f]))


def leaves_none_less_wanted(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """Every family that may collapse, whatever its aggregate, is among the first ``n``, or wanted no less than the last
    of them."""
    return all(
        many(keys, notes, n, key_at(session, 0, f), f) >= 1 or key_at(session, 0, f) <= keys[n - 1]
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(session.family_node[f])
    )


def are_least_wanted(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """Each of the first ``n`` is the least wanted of the families that may collapse but for those before it (ING-4)."""
    return all(
        many(keys, notes, k, key_at(session, 0, f), f) >= 1 or key_at(session, 0, f) <= keys[k]
        for k in range(n)
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(keys[k], session.family_node[f])
    )


def leaves_none_older(session: Session, notes: Ints, n: int) -> bool:
    """Every family that may collapse is among the first ``n``, or none before the last of them."""
    return all(
        held(notes, 0, n, f) or notes[n - 1] <= f
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(session.family_node[f])
    )


def are_oldest(session: Session, notes: Ints, n: int) -> bool:
    """Each of the first ``n`` is the oldest of the families that may collapse, but for those before it (ING-4)."""
    return all(
        held(notes, 0, k, f) or notes[k] <= f
        for k in range(n)
        for f in range(session.header[FAMILIES])
        if is_free(session, f)
        if at(notes[k], session.family_node[f])
    )


def may_collapse(session: Session, sought: Sought, threshold: int, f: int) -> bool:
    """It is ready, and of the kind that is sought."""
    return is_ready(session, threshold, f) and (
        sought.delta == 0
        or session.header[WIDTH + session.family_node[f] % LEVELS]
        - session.header[UNITS + session.family_node[f] % LEVELS]
        == sought.delta
    )


def may_all_collapse(session: Session, sought: Sought, threshold: int, n: int) -> bool:
    """The first ``n`` on the list are collapses of families that may, each with its key."""
    return all(
        0 <= f < session.header[FAMILIES]
        and may_collapse(session, sought, threshold, f)
        and k == key_at(session, sought.cursor, f)
        and rank_of(k) <= rank(session, f) + sought.cursor
        and -LIMIT * PLACES <= k < (LIMIT + sought.cursor + 1) * PLACES
        for k in INTEGERS
        for f in INTEGERS
        if many(sought.keys, sought.notes, n, k, f) >= 1
        if at(many(sought.keys, sought.notes, n, k, f))
    )


def come_by(sought: Sought, stride: int, n: int, last: int) -> bool:
    """The first ``n`` on the list are families before ``last`` by which a loop in steps of ``stride`` comes."""
    return all(
        f < last and turn(f, stride)
        for k in INTEGERS
        for f in INTEGERS
        if many(sought.keys, sought.notes, n, k, f) >= 1
        if at(many(sought.keys, sought.notes, n, k, f))
    )


def are_once(keys: Ints, notes: Ints, n: int) -> bool:
    """Among the first ``n`` none stands twice."""
    return all(many(keys, notes, n, k, f) <= 1 for k in INTEGERS for f in INTEGERS if at(many(keys, notes, n, k, f)))


def are_the_best(session: Session, sought: Sought, threshold: int, stride: int, n: int, last: int) -> bool:
    """Every ``stride``-th family before ``last`` that may collapse is among the first ``n``, or they are full of
    better ones."""
    return all(
        many(sought.keys, sought.notes, n, key_at(session, sought.cursor, f), f) >= 1
        or (n == sought.room and key_at(session, sought.cursor, f) <= sought.keys[0])
        for f in range(last)
        if (stride == 1 or turn(f, stride)) and may_collapse(session, sought, threshold, f)
        if at(session.family_node[f])
    )


def leave_out_none(session: Session, sought: Sought, threshold: int, n: int) -> bool:
    """Every family that may collapse is among the first ``n``, best first, or they are full of better ones."""
    return all(
        many(sought.keys, sought.notes, n, key_at(session, sought.cursor, f), f) >= 1
        or (n == sought.room and key_at(session, sought.cursor, f) <= sought.keys[n - 1])
        for f in range(session.header[FAMILIES])
        if may_collapse(session, sought, threshold, f)
        if at(session.family_node[f])
    )


def are_collapses(header: Ints, family_slot: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """The first ``n`` are families of the context, each with a key of its place."""
    return all(
        0 <= notes[i] < header[FAMILIES] and place_of(keys[i]) == family_slot[notes[i]]
        for i in range(n)
        if at(keys[i])
        if at(notes[i])
    )


def collapses_within(header: Ints, family_slot: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """The same, whatever their order."""
    return all(
        0 <= f < header[FAMILIES] and place_of(k) == family_slot[f]
        for k in INTEGERS
        for f in INTEGERS
        if many(keys, notes, n, k, f) >= 1
        if at(many(keys, notes, n, k, f))
    )


# EXPANDS THAT ARE SOUGHT


def peak_key(peaks: Ints, chunk: int) -> int:
    """The key of a chunk: its peak, and its number."""
    return peaks[chunk] * PLACES + (PLACES - 1 - chunk)


def is_listed(peaks: Ints, keys: Ints, notes: Ints, n: int, chunk: int) -> bool:
    """A chunk is among the first ``n`` chunks by their peaks."""
    return many(keys, notes, n, peak_key(peaks, chunk), chunk) >= 1


def are_peaks(header: Ints, peaks: Ints, keys: Ints, notes: Ints, n: int, chunks: int) -> bool:
    """The first ``n`` are such of the ``chunks`` as have peaks above the threshold, best first, none twice."""
    return all(
        0 <= notes[c] < chunks and keys[c] == peak_key(peaks, notes[c]) and peaks[notes[c]] > header[TAU_EXPAND]
        for c in range(n)
        if at(keys[c])
        if at(notes[c])
    ) and all(keys[c] > keys[d] for c in range(n) for d in range(c + 1, n))


def mean_at(header: Ints, tags: Ints, fixed: Ints, slot: int) -> int:
    """The aggregate of a gist that begins in a slot (SCO-3)."""
    return mean_of(fixed, slot, header[UNITS + tags[slot]])


def means_are_known(header: Ints, end: int) -> bool:
    """On levels before ``end``, gists take one slot, or two at one level, or four at one."""
    return all(
        header[i] == 1 or header[i] == 2 or header[i] == 4 for i in range(UNITS + 1, UNITS + end) if at(header[i])
    ) and all(
        header[j] == 1 or header[i] != header[j]
        for i in range(UNITS + 1, UNITS + end)
        for j in range(i + 1, UNITS + end)
        if at(header[i], header[j])
    )


def gist_key(header: Ints, tags: Ints, fixed: Ints, slot: int) -> int:
    """The key of a gist that begins in a slot."""
    return mean_at(header, tags, fixed, slot) * PLACES + (PLACES - 1 - slot)


def is_wanted(
    header: Ints, tags: Ints, fixed: Ints, no_expand: Ints, cells: int, slot: int, least: int, ceiling: int
) -> bool:
    """A gist begins in a slot that is not marked, has a key between these, and no pin bars it from expanding."""
    return (
        1 <= tags[slot] < MARK
        and least < gist_key(header, tags, fixed, slot) < ceiling
        and not bars(no_expand, cells, slot)
    )


def are_beyond(keys: Ints, notes: Ints, n: int, least: int) -> bool:
    """None of the first ``n`` keys is below ``least``."""
    return all(
        k >= least
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def come_beyond(keys: Ints, notes: Ints, n: int, others: Ints, their_notes: Ints, m: int, least: int) -> bool:
    """The first ``n`` keys are above one, but for those that are among the first ``m`` of another list."""
    return all(
        k > least or many(others, their_notes, m, k, v) >= 1
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def is_open(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    slot: int,
) -> bool:
    """At the iteration ``now`` the gist in a slot may expand as far as threshold, pins and cooldown go."""
    return is_wanted(
        header, tags, fixed, no_expand, cells, slot, key_of(threshold, 0), UNBOUNDED
    ) and not still_bars(
        header, ledger_action, ledger_iteration, now, node_of(tags[slot], token_of(header, tags, slot)) * 2 + COLLAPSE
    )


def still_bars(header: Ints, ledger_action: Ints, ledger_iteration: Ints, now: int, action: int) -> bool:
    """An action is in the ledger, and at the iteration ``now`` too short a time ago for its reversal (COO-1)."""
    return was_done(
        ledger_action, ledger_iteration, header[LEDGER_FROM], header[LEDGER_TO], now - header[MIN_GAP], action
    )


def is_due(
    header: Ints,
    fixed: Ints,
    slots: Ints,
    nodes: Ints,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    f: int,
) -> bool:
    """At the iteration ``now`` a listed family may collapse as far as threshold, tail and cooldown go."""
    return (
        -mean_of(fixed, slots[f], header[WIDTH + nodes[f] % LEVELS]) > threshold
        and end(header, nodes, f) <= header[END] - header[PROTECTED]
        and not still_bars(header, ledger_action, ledger_iteration, now, nodes[f] * 2)
    )


def family_key(header: Ints, fixed: Ints, slots: Ints, nodes: Ints, f: int) -> int:
    """The key of a family's collapse: its rank and its place."""
    return -mean_of(fixed, slots[f], header[WIDTH + nodes[f] % LEVELS]) * PLACES + (PLACES - 1 - slots[f])


@ghost
def best_open(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    actions: Ints,
    places: Ints,
    n: int,
) -> int:
    """The slot of the gist with the greatest key of those that may expand and that ``n`` actions leave; -1 if there is
    none (GRE-2, GRE-4)."""
    left = (
        slot
        for slot in range(header[SLOTS])
        if is_open(header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, threshold, slot)
        and not taken(header, actions, places, n, slot)
    )
    return max(left, key=lambda slot: gist_key(header, tags, fixed, slot), default=-1)


@ghost
def best_due(
    header: Ints,
    fixed: Ints,
    slots: Ints,
    nodes: Ints,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    actions: Ints,
    places: Ints,
    n: int,
) -> int:
    """The listed family with the greatest key of those that may collapse and that ``n`` actions leave whole; -1 if
    there is none (GRE-3, GRE-4)."""
    left = (
        f
        for f in range(header[FAMILIES])
        if is_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, threshold, f)
        and not blocked(header, actions, places, n, slots[f], header[WIDTH + nodes[f] % LEVELS])
    )
    return max(left, key=lambda f: family_key(header, fixed, slots, nodes, f), default=-1)


@ghost
def dues_queued(
    header: Ints,
    fixed: Ints,
    slots: Ints,
    nodes: Ints,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    keys: Ints,
    families: Ints,
    n: int,
    room: int,
) -> bool:
    """The first ``n`` on a list are families that may collapse, each once, in the order of their keys: all that may, or
    if there are ``room``, the best."""
    return (
        all(
            0 <= families[j] < header[FAMILIES]
            and is_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, threshold, families[j])
            and keys[j] == family_key(header, fixed, slots, nodes, families[j])
            for j in range(n)
            if at(families[j])
        )
        and all(
            families[i] != families[j] for i in range(n) for j in range(i + 1, n) if at(families[i], families[j])
        )
        and all(keys[i] >= keys[j] for i in range(n) for j in range(i, n))
        and all(
            many(keys, families, n, family_key(header, fixed, slots, nodes, f), f) >= 1
            or (n == room and family_key(header, fixed, slots, nodes, f) <= keys[n - 1])
            for f in range(header[FAMILIES])
            if is_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, threshold, f)
            if at(nodes[f])
        )
    )


@ghost
def opens_queued(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    now: int,
    threshold: int,
    marked: Ints,
    keys: Ints,
    tokens: Ints,
    n: int,
    room: int,
) -> bool:
    """The first ``n`` on a list are gists that may expand, in the order of their keys: all that may and are not
    ``marked``, or if there are ``room``, the best."""
    return (
        all(
            0 <= spot(keys[i]) < header[SLOTS]
            and keys[i] == gist_key(header, tags, fixed, spot(keys[i]))
            and is_open(
                header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, threshold, spot(keys[i])
            )
            for i in range(n)
            if at(keys[i])
        )
        and all(keys[i] > keys[j] for i in range(n) for j in range(i + 1, n))
        and all(
            many(keys, tokens, n, gist_key(header, tags, fixed, s), token_of(header, tags, s)) >= 1
            or (n == room and gist_key(header, tags, fixed, s) <= keys[n - 1])
            for s in range(header[SLOTS])
            if marked[s] < MARK
            and is_open(header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, threshold, s)
            if at(tags[s])
        )
    )


def expands_on_turn(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    slots: Ints,
    nodes: Ints,
    now: int,
    expand_above: int,
    collapse_above: int,
    actions: Ints,
    places: Ints,
    m: int,
) -> bool:
    """Action ``m``, an expand, is of the best gist that may still, and the turn before was a collapse's, or passed as
    no family could (GRE-1, GRE-2, GRE-4)."""
    return (
        0
        <= best_open(
            header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, expand_above, actions, places,
            m,
        )
        == places[m]
    ) and (
        m == 0
        or actions[m - 1] % 2 == COLLAPSE
        or best_due(
            header, fixed, slots, nodes, ledger_action, ledger_iteration, now, collapse_above, actions, places, m
        )
        < 0
    )  # fmt: skip


def collapses_on_turn(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    slots: Ints,
    nodes: Ints,
    now: int,
    expand_above: int,
    collapse_above: int,
    actions: Ints,
    places: Ints,
    m: int,
) -> bool:
    """Action ``m``, a collapse, is of the best family that may still, and the turn before was an expand's, or passed as
    no gist could, or the best does not fit (GRE-1, GRE-3, GRE-4, GRE-5)."""
    return (
        best_due(header, fixed, slots, nodes, ledger_action, ledger_iteration, now, collapse_above, actions, places, m)
        >= 0
        and places[m]
        == slots[
            best_due(
                header, fixed, slots, nodes, ledger_action, ledger_iteration, now, collapse_above, actions, places, m
            )
        ]
        and (
            (m > 0 and actions[m - 1] % 2 == EXPAND)
            or none_fits(
                header, tags, fixed, expand_above, actions, m,
                best_open(
                    header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, now, expand_above, actions,
                    places, m,
                ),
            )
        )
    )  # fmt: skip


def none_fits(header: Ints, tags: Ints, fixed: Ints, threshold: int, actions: Ints, n: int, best: int) -> bool:
    """There is no ``best`` gist, or its expand does not fit beside what is in use after ``n`` actions."""
    return best < 0 or outgrows(
        header, tags, header[SLOTS] + shifted(header, actions, n), gist_key(header, tags, fixed, best), threshold
    )


@ghost
def take_turns(
    header: Ints,
    tags: Ints,
    fixed: Ints,
    no_expand: Ints,
    cells: int,
    ledger_action: Ints,
    ledger_iteration: Ints,
    slots: Ints,
    nodes: Ints,
    now: int,
    expand_above: int,
    collapse_above: int,
    actions: Ints,
    places: Ints,
    n: int,
) -> bool:
    """The first ``n`` actions take turns, an expand first; the best acts at each, and none passes that need not
    (GRE-1 to GRE-5)."""
    return all(
        (expands_on_turn if actions[m] % 2 == EXPAND else collapses_on_turn)(
            header, tags, fixed, no_expand, cells, ledger_action, ledger_iteration, slots, nodes, now, expand_above,
            collapse_above, actions, places, m,
        )
        for m in range(n)
    )  # fmt: skip


def token_of(header: Ints, tags: Ints, slot: int) -> int:
    """The token that a block in a slot begins at."""
    return header[FIRST] + tokens_in(header, tags, 0, slot)


@ghost
def meets(ranges: Ints, cells: int, column: int, first: int, last: int) -> bool:
    """Whether one of the ranges in so many cells meets what is from ``first`` to before ``last``; where ranges begin
    stands in a column, and where they end in the next."""
    return any(
        ranges[j] < last and first < ranges[j + 1] for j in range(cells) if j % PIN == column
    )


@ghost
def pinned(header: Ints, ranges: Ints, cells: int, node: int) -> bool:
    """Whether a node's tokens meet one of the ranges in so many cells."""
    return meets(ranges, cells, 0, node // LEVELS, node // LEVELS + header[SPAN + node % LEVELS])


@ghost
def bars(no_expand: Ints, cells: int, slot: int) -> bool:
    """Whether a slot is in those of one of the ranges in so many cells."""
    return meets(no_expand, cells, 2, slot, slot + 1)


@ghost
def is_in_or_worse(keys: Ints, notes: Ints, n: int, room: int, key: int) -> bool:
    """A key is among the first ``n``, or they are full of better ones."""
    return many(keys, notes, n, key, 0) >= 1 or (n == room and key <= keys[0])


def are_gists(header: Ints, tags: Ints, fixed: Ints, keys: Ints, notes: Ints, n: int, ceiling: int) -> bool:
    """The first ``n`` are gists that are not marked, above the threshold (THR-1), with keys below the ceiling, none
    twice."""
    return are_once(keys, notes, n) and all(
        v == 0
        and 0 <= k < ceiling
        and k < LIMIT * PLACES
        and 0 <= spot(k) < header[SLOTS]
        and 1 <= tags[spot(k)] <= header[TOP]
        and rank_of(k) == mean_at(header, tags, fixed, spot(k))
        and rank_of(k) > header[TAU_EXPAND]
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_unbarred(no_expand: Ints, cells: int, keys: Ints, notes: Ints, n: int) -> bool:
    """No pin bars the first ``n`` from expanding (PIN-2)."""
    return all(
        not bars(no_expand, cells, spot(k))
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


# WHAT A HISTORY IS SHOWN BY


def fits_between(header: Ints, at: int, last: int, level: int) -> bool:
    """A block of a level can begin at a token and ends by another."""
    return turn(at, header[SPAN + level]) and at + header[SPAN + level] <= last


def is_coarsest(header: Ints, at: int, last: int, level: int) -> bool:
    """A block of a level can begin at a token and ends by another, and none of a coarser one."""
    return (
        0 <= level <= header[TOP]
        and fits_between(header, at, last, level)
        and (level == header[TOP] or not fits_between(header, at, last, level + 1))
    )


@ghost
def coarsest(header: Ints, at: int, last: int) -> int:
    """The level of the coarsest block that begins at a token and ends by another; 0 where none does (LAY-3)."""
    return next((level for level in range(header[TOP], 0, -1) if fits_between(header, at, last, level)), 0)


@ghost
def coarse_slots(header: Ints, at: int, last: int) -> int:
    """Slots of the coarsest tiling from a token to another (LAY-3)."""
    slots = 0
    while at < last:
        level = coarsest(header, at, last)
        span = max(1, header[SPAN + level])
        blocks = max(1, (last - at) // span) if level == header[TOP] else 1  # behind one of the top follow others
        slots += blocks * header[UNITS + level]
        at += blocks * span
    return slots


def lies_between(header: Ints, node: int, first: int, last: int) -> bool:
    """A node of a level that there is begins at a multiple of what it spans, in a history of so many tokens."""
    return (
        0 <= node < 2**58
        and node % LEVELS <= header[TOP]
        and first <= node // LEVELS
        and fits_between(header, node // LEVELS, last, node % LEVELS)
    )


def are_blocks(header: Ints, nodes: Ints, size: int, first: int, last: int) -> bool:
    """The first ``size`` are blocks of a history."""
    return all(lies_between(header, nodes[i], first, last) for i in range(size))


def are_nodes(header: Ints, nodes: Ints, size: int, first: int, last: int) -> bool:
    """The first ``size`` are nodes of a history that have children."""
    return all(lies_between(header, nodes[i], first, last) and nodes[i] % LEVELS >= 1 for i in range(size))


@ghost
def weights(header: Ints, field: int, nodes: Ints, n: int) -> int:
    """What the first so many nodes are of something together that the header has by level."""
    return sum(header[field + nodes[i] % LEVELS] for i in range(n))


# REGIONS


def table_at(regions: Regions, at: int, field: int) -> int:
    """What stands in the table of regions for the one at ``at``."""
    return regions.table[at + field]


def is_border(header: Ints, tags: Ints, slot: int) -> bool:
    """A region may end, or begin, in a slot: at a multiple of what the coarsest block spans, or where the context
    does."""
    return slot == header[SLOTS] or (
        tags[slot] >= 0
        and (slot == 0 or turn(header[FIRST] + tokens_in(header, tags, 0, slot), header[SPAN + header[TOP]]))
    )


def splits(header: Ints, family_slot: Ints, slot: int, family: int) -> bool:
    """The families before one begin before a slot, and the others do not."""
    return (
        0 <= family <= header[FAMILIES]
        and (family == 0 or family_slot[family - 1] < slot)
        and (family == header[FAMILIES] or slot <= family_slot[family])
    )


def begins_region(header: Ints, tags: Ints, family_slot: Ints, slot: int, family: int) -> bool:
    """A region may begin with a slot and a family."""
    return 0 <= slot <= header[SLOTS] and is_border(header, tags, slot) and splits(header, family_slot, slot, family)


def are_regions(header: Ints, tags: Ints, family_slot: Ints, table: Ints, n: int) -> bool:
    """The first ``n`` that are listed are regions, which begin one after the other."""
    return all(
        begins_region(header, tags, family_slot, table[here(r) * REGION + SLOT], table[here(r) * REGION + FAMILY])
        and table[here(r) * REGION + TOKEN]
        == header[FIRST] + tokens_in(header, tags, 0, table[here(r) * REGION + SLOT])
        for r in range(n)
        if at(here(r))
    ) and all(
        table[here(r) * REGION + SLOT] < table[here(r) * REGION + REGION + SLOT]
        and table[here(r) * REGION + FAMILY] <= table[here(r) * REGION + REGION + FAMILY]
        for r in range(n - 1)
        if at(here(r))
    )


def weigh_as_much(table: Ints, n: int, m: int) -> bool:
    """What weighs in each of the first ``n`` regions that are listed comes to no more than its slots and, among the
    first ``m``, its families can."""
    return all(
        table[here(r) * REGION + DEMAND] >= 0
        and table[here(r) * REGION + DEMAND]
        <= (table[here(r) * REGION + REGION + SLOT] - table[here(r) * REGION + SLOT]) * 2**31
        and table[here(r) * REGION + MASS] >= 0
        and table[here(r) * REGION + MASS]
        <= (
            table[here(r) * REGION + REGION + SLOT]
            - table[here(r) * REGION + SLOT]
            + (table[here(r) * REGION + REGION + FAMILY] - table[here(r) * REGION + FAMILY] if r < m else 0)
        )
        * 2**31
        for r in range(n)
        if at(here(r))
    )


def is_moved(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    its_header: Ints,
    its_tags: Ints,
    its_slot: Ints,
    its_node: Ints,
    slot: int,
    family: int,
) -> bool:
    """The tables of a region are those of its context from a slot and a family on."""
    return (
        is_shaped(header)
        and its_header[TOP] == header[TOP]
        and all(its_header[j] == header[j] for j in range(UNITS, OFFSETS))
        and slot >= 0
        and family >= 0
        and slot + its_header[SLOTS] <= header[SLOTS]
        and header[SLOTS] <= PLACES
        and family + its_header[FAMILIES] <= header[FAMILIES]
        and all(its_tags[j] == tags[j + slot] for j in range(its_header[SLOTS]))
        and all(
            its_slot[f] == family_slot[f + family] - slot and its_node[f] == family_node[f + family]
            for f in range(its_header[FAMILIES])
            if at(its_slot[f])
            if at(its_node[f])
        )
    )


def has_price(query: Ints) -> bool:
    """The price of a slot, and what all slots within the room come to at that, are such that sums fit."""
    return 0 <= query[PRICE] <= 2**35 and -(2**62) <= query[ALLOWANCE] <= 2**61 + 2**58


def begin_blocks(header: Ints, tags: Ints, table: Ints, n: int) -> bool:
    """At the first ``n`` places that are listed blocks begin."""
    return all(
        0 <= table[here(x) * START + SLOT] < header[SLOTS] and tags[table[here(x) * START + SLOT]] >= 0
        for x in range(n)
        if at(here(x))
    )


def query_stays(query: Ints, before: Ints) -> bool:
    """What a search is asked, but for how many may act within what room, and what there is space for, has stayed."""
    return all(
        query[j] == before[j]
        for j in INTEGERS
        if (j >= SPACE and j <= TARGET)
        or j == RECOMPUTE
        or (
            j >= PAIR_SPACE
            and j != EXPAND_FLOOR
            and j != COLLAPSE_FLOOR
            and not (j >= LISTED and j <= ALLOWED)
            and (j < POOL_SIZES or j >= POOL_SIZES + LEVELS)
        )
    )


def is_of_region(header: Ints, whole: Ints) -> bool:
    """The header of a region is that of its context, but for what they hold, where they begin, and the cap."""
    return all(
        header[j] == whole[j] for j in range(HEADER) if j != SLOTS and j != FIRST and j != FAMILIES and j != N_DIFF
    )


# TIES


def remembers(history: History, now: int) -> bool:
    """What is remembered happened by now, and lies in its tables."""
    return (
        0 <= history.size <= len(history.acted)
        and history.size <= len(history.iterations)
        and 0 <= history.memory <= 2**34
        and 0 <= now < 2**62
        and within(history.iterations, 0, history.size, 0, now)
    )


def worth_within_means(header: Ints, tags: Ints, fixed: Ints, worth: Ints) -> bool:
    """No gist is worth more than its aggregate; where nothing expands it is worth less (PIN-2)."""
    return all(
        worth[i] <= mean_at(header, tags, fixed, i) for i in range(header[SLOTS]) if tags[i] >= 1 if at(worth[i])
    )


def are_worthy(header: Ints, tags: Ints, worth: Ints, slots: Ints, n: int) -> bool:
    """The first ``n`` are slots in which gists begin that are not marked, and are worth more than the threshold."""
    return all(
        0 <= slots[i] < header[SLOTS] and 1 <= tags[slots[i]] <= header[TOP] and worth[slots[i]] > header[TAU_EXPAND]
        for i in range(n)
        if at(slots[i])
    )


def worthy_noted(header: Ints, tags: Ints, worth: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """The notes of the first ``n`` are such slots, whatever their order, and their ranks are above the threshold."""
    return all(
        0 <= v < header[SLOTS]
        and 1 <= tags[v] <= header[TOP]
        and worth[v] > header[TAU_EXPAND]
        and rank_of(k) > header[TAU_EXPAND]
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_named(header: Ints, tags: Ints, ledger_action: Ints, slots: Ints, tokens: Ints, n: int) -> bool:
    """The tokens of the first ``n`` are those at their slots, and the gists that begin there are at rest (COO-1)."""
    return all(
        tokens[i] == header[FIRST] + tokens_in(header, tags, 0, slots[i])
        and not held(
            ledger_action, header[LEDGER_FROM], header[LEDGER_TO], node_of(tags[slots[i]], tokens[i]) * 2 + COLLAPSE
        )
        for i in range(n)
        if at(slots[i])
        if at(tokens[i])
    )


def are_queued(session: Session, worth: Ints, n: int) -> bool:
    """The first ``n`` expands on the list are such, each with its token."""
    return all(
        0 <= place_of(session.expand_keys[i]) < session.header[SLOTS]
        and 1 <= session.tags[place_of(session.expand_keys[i])] <= session.header[TOP]
        and worth[place_of(session.expand_keys[i])] > session.header[TAU_EXPAND]
        and 0 <= session.expand_tokens[i] < 2**49
        and session.expand_tokens[i]
        == session.header[FIRST] + tokens_in(session.header, session.tags, 0, place_of(session.expand_keys[i]))
        and not held(
            session.ledger_action,
            session.header[LEDGER_FROM],
            session.header[LEDGER_TO],
            node_of(session.tags[place_of(session.expand_keys[i])], session.expand_tokens[i]) * 2 + COLLAPSE,
        )
        for i in range(n)
        if at(session.expand_keys[i])
        if at(session.expand_tokens[i])
    )


def families_ready(session: Session, families: Ints, n: int) -> bool:
    """The first ``n`` are numbers of families that are ready to collapse."""
    return all(
        0 <= families[i] < session.header[FAMILIES] and is_ready(session, session.header[TAU_COLLAPSE], families[i])
        for i in range(n)
    )


def ready_in(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """The notes of the first ``n`` are such, whatever their order, and their ranks are above the threshold."""
    return all(
        0 <= f < session.header[FAMILIES]
        and is_ready(session, session.header[TAU_COLLAPSE], f)
        and rank_of(k) > session.header[TAU_COLLAPSE]
        for k in INTEGERS
        for f in INTEGERS
        if many(keys, notes, n, k, f) >= 1
        if at(many(keys, notes, n, k, f))
    )


def places_ready(session: Session, keys: Ints, notes: Ints, n: int) -> bool:
    """The places of the first ``n`` keys are such."""
    return all(
        0 <= place_of(k) < session.header[FAMILIES] and is_ready(session, session.header[TAU_COLLAPSE], place_of(k))
        for k in INTEGERS
        for f in INTEGERS
        if many(keys, notes, n, k, f) >= 1
        if at(many(keys, notes, n, k, f))
    )


def ready_at(session: Session, slots: Ints, n: int) -> bool:
    """At the first ``n`` slots families begin that are ready to collapse."""
    return all(
        held(session.family_slot, 0, session.header[FAMILIES], slots[i])
        and is_ready(
            session,
            session.header[TAU_COLLAPSE],
            where(session.family_slot, 0, session.header[FAMILIES], slots[i]),
        )
        for i in range(n)
        if at(slots[i])
    )


def places_within(keys: Ints, notes: Ints, size: int, low: int, high: int) -> bool:
    """All keys are of places from ``low`` to ``high``."""
    return all(
        low <= place_of(key) <= high
        for key in INTEGERS
        for note in INTEGERS
        if many(keys, notes, size, key, note) >= 1
        if at(many(keys, notes, size, key, note))
    )


# ITEMS


def are_items(sizes: Ints, keys: Ints, notes: Ints, n: int, room: int) -> bool:
    """The first ``n`` notes are places of items on the shortlists, each of which has ``room``."""
    return all(
        0 <= v < 2 * room and v % room < sizes[v // room]
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def is_item(header: Ints, family_node: Ints, side: int, key: int, note: int) -> bool:
    """A key with its note is that of a node and lies in the context: an expand's note is its node, a collapse's the
    number of its family."""
    return (
        0 <= note < 2**54
        and 1 <= note % LEVELS <= header[TOP]
        and place_of(key) + header[UNITS + note % LEVELS] <= header[SLOTS]
        if side == EXPAND
        else 0 <= note < header[FAMILIES]
        and 0 <= family_node[note] < 2**54
        and 1 <= family_node[note] % LEVELS <= header[TOP]
        and place_of(key) + header[WIDTH + family_node[note] % LEVELS] <= header[SLOTS]
    )


def items_within(header: Ints, family_node: Ints, side: int, keys: Ints, notes: Ints, n: int) -> bool:
    """`is_item`, of the first ``n``, whatever their order."""
    return all(
        is_item(header, family_node, side, k, v)
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_shortlisted(header: Ints, family_node: Ints, side: int, listed: Ints, marks: Ints, first: int, n: int) -> bool:
    """`is_item`, of ``n`` that are listed from ``first`` on."""
    return all(
        is_item(header, family_node, side, listed[j], marks[j])
        for j in range(first, first + n)
        if at(listed[j])
        if at(marks[j])
    )


def are_worths(sizes: Ints, values: Ints, room: int) -> bool:
    """What the items on the shortlists are worth, each of which has ``room``, fits 32 bits."""
    return within(values, 0, sizes[EXPAND], -(2**31), 2**31 - 1) and within(
        values, room, room + sizes[COLLAPSE], -(2**31), 2**31 - 1
    )


# WHERE CHOICES MAY BEGIN


def deltas_are_listed(header: Ints, query: Ints) -> bool:
    """The slots that an expand of each level adds are among those of the geometry."""
    return all(
        held(query, DELTA_LIST, DELTA_LIST + query[DELTAS], header[j] - header[j - WIDTH + UNITS])
        for j in range(WIDTH + 1, WIDTH + 1 + header[TOP])
    )


def are_leading(header: Ints, query: Ints, sizes: Ints, leading: Ints) -> bool:
    """No stretch has more than there is room for, and what candidates gain, one by one and together, fits."""
    return (
        within(sizes, 0, CLASSES + 2 * query[DELTAS], 0, header[N_DIFF])
        and within(leading, 0, sizes[OF_EXPANDS], -(2**62), 2**62)
        and within(leading, header[N_DIFF], header[N_DIFF] + sizes[OF_COLLAPSES], -(2**62), 2**62)
        and within(leading, 2 * header[N_DIFF], 2 * header[N_DIFF] + sizes[OF_COLLAPSES], -(2**61), 2**61)
        and within(leading, 3 * header[N_DIFF], 3 * header[N_DIFF] + sizes[AT_PRICE], -(2**62), 2**62)
    )


# CHOICES


def are_choices(header: Ints, tags: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The first ``n`` are collapses of families and expands of gists, of the context."""
    return all(
        place_of(turns[i]) < header[SLOTS]
        and (
            0 <= notes[i] < header[FAMILIES]
            and 1 <= family_node[notes[i]] % LEVELS <= header[TOP]
            and 0 <= family_node[notes[i]] < 2**54
            if turns[i] >= UNBOUNDED
            else 0 <= notes[i] < 2**49 and 1 <= tags[place_of(turns[i])] <= header[TOP]
        )
        for i in range(n)
        if at(turns[i])
        if at(notes[i])
    )


def is_expand(header: Ints, tags: Ints, delta: int, key: int, note: int) -> bool:
    """A gist that adds so many slots begins at the place of a key, whose note is its token."""
    return (
        place_of(key) < header[SLOTS]
        and 1 <= tags[place_of(key)] <= header[TOP]
        and header[WIDTH + tags[place_of(key)]] - header[UNITS + tags[place_of(key)]] == delta
        and 0 <= note < 2**49
        and note == header[FIRST] + tokens_in(header, tags, 0, place_of(key))
    )


def are_expands(header: Ints, tags: Ints, delta: int, keys: Ints, notes: Ints, n: int) -> bool:
    """`is_expand`, of the first ``n``."""
    return all(is_expand(header, tags, delta, keys[i], notes[i]) for i in range(n) if at(keys[i]) if at(notes[i]))


def expands_within(header: Ints, tags: Ints, delta: int, keys: Ints, notes: Ints, n: int) -> bool:
    """The same, whatever their order."""
    return all(
        is_expand(header, tags, delta, k, v)
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_noted(header: Ints, tags: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The expands among the first ``n`` are noted with the tokens that their gists begin at."""
    return all(
        notes[i] == header[FIRST] + tokens_in(header, tags, 0, place_of(turns[i]))
        for i in range(n)
        if turns[i] < UNBOUNDED
        if at(turns[i])
        if at(notes[i])
    )


def are_actions_of(
    tags: Ints, family_node: Ints, turns: Ints, notes: Ints, actions: Ints, places: Ints, n: int
) -> bool:
    """The first ``n`` actions, with their places, are the candidates that are chosen."""
    return all(
        places[i] == place_of(turns[i])
        and actions[i]
        == (
            family_node[notes[i]] * 2 + COLLAPSE
            if turns[i] >= UNBOUNDED
            else node_of(tags[place_of(turns[i])], notes[i]) * 2 + EXPAND
        )
        for i in range(n)
        if at(turns[i])
        if at(actions[i])
        if at(places[i])
    )


def is_choice(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The first ``n`` candidates are separate blocks of a context in which blocks and families lie whole."""
    return (
        is_shaped(header)
        and spans_are_told(header)
        and spans_multiply(header)
        and multiplied(header)
        and whole(header, tags)
        and within(tags, 0, header[SLOTS], RAW, header[TOP])
        and aligned(header, tags, header[SLOTS])
        and are_families(header, family_slot, family_node, header[SLOTS])
        and keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
        and all_stand(header, tags, family_slot, family_node, header[FAMILIES])
        and header[FIRST] >= 0
        and are_choices(header, tags, family_node, turns, notes, n)
        and are_placed(family_slot, turns, notes, n)
        and are_noted(header, tags, turns, notes, n)
    )


def near(header: Ints, weight: int, node: int) -> int:
    """What acting on a node is worth for being near the cursor, where at the cursor it is worth ``weight`` (MUL-1)."""
    return weight // (
        1
        + max(
            node // LEVELS - header[CURSOR_TOKEN],
            header[CURSOR_TOKEN] - node // LEVELS - header[SPAN + node % LEVELS],
            0,
        )
        // header[SPAN]
    )


def without_nearness(header: Ints, tags: Ints, family_node: Ints, weight: int, key: int, note: int) -> int:
    """The key of what is chosen with what nearness to the cursor is worth taken from its rank, which stays 0 at least:
    where the rank is an aggregate and that, the key of the aggregate."""
    return max(
        key % PLACES + (UNBOUNDED if key >= UNBOUNDED else 0),
        key
        - near(header, weight, family_node[note] if key >= UNBOUNDED else node_of(tags[place_of(key)], note)) * PLACES,
    )


def keep_their_kind(turns: Ints, others: Ints, n: int) -> bool:
    """The first ``n`` of two lists are at the same places, and collapses are the same."""
    return all(
        place_of(turns[i]) == place_of(others[i]) and (turns[i] >= UNBOUNDED) == (others[i] >= UNBOUNDED)
        for i in range(n)
        if at(turns[i])
    )


def are_placed(family_slot: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The collapses among the first ``n`` are at the slots of their families."""
    return all(
        place_of(turns[i]) == family_slot[notes[i]]
        for i in range(n)
        if turns[i] >= UNBOUNDED
        if at(turns[i])
        if at(notes[i])
    )


def are_elsewhere(turns: Ints, n: int) -> bool:
    """No two of the first ``n`` that are both collapses, or both expands, are at one place."""
    return all(
        place_of(turns[i]) != place_of(turns[j])
        for i in range(n)
        for j in range(i + 1, n)
        if (turns[i] >= UNBOUNDED) == (turns[j] >= UNBOUNDED)
        if at(turns[i], turns[j])
    )


def is_clear(header: Ints, family_slot: Ints, family_node: Ints, family: int, turns: Ints, n: int) -> bool:
    """None of the first ``n`` is an expand in the slots of a family."""
    return all(
        place_of(turns[j]) < family_slot[family]
        or place_of(turns[j]) >= family_slot[family] + header[WIDTH + family_node[family] % LEVELS]
        for j in range(n)
        if turns[j] < UNBOUNDED
        if at(turns[j])
    )


def are_clear(header: Ints, family_slot: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int, m: int) -> bool:
    """None of the first ``n`` is an expand in the slots of a family that one of the first ``m`` collapses."""
    return all(
        is_clear(header, family_slot, family_node, notes[i], turns, n)
        for i in range(m)
        if turns[i] >= UNBOUNDED
        if at(notes[i])
    )


def slots_for(header: Ints, tags: Ints, family_node: Ints, turn: int, note: int) -> int:
    """The slots that a candidate adds."""
    return (
        header[UNITS + family_node[note] % LEVELS] - header[WIDTH + family_node[note] % LEVELS]
        if turn >= UNBOUNDED
        else header[WIDTH + tags[place_of(turn)]] - header[UNITS + tags[place_of(turn)]]
    )


def are_set_apart(header: Ints, family_slot: Ints, keys: Ints, families: Ints, n: int) -> bool:
    """The first ``n`` on a list are families of the context, none twice, each with a key of its place."""
    return all(
        0 <= families[x] < header[FAMILIES] and place_of(keys[x]) == family_slot[families[x]]
        for x in range(n)
        if at(families[x])
        if at(keys[x])
    ) and all(families[x] != families[y] for x in range(n) for y in range(x + 1, n))


def are_pooled(header: Ints, family_slot: Ints, query: Ints, keys: Ints, families: Ints, n: int) -> bool:
    """In the stretches of the first ``n`` deltas stand as many collapses as it says, no more than there is room for."""
    return all(0 <= query[j] <= header[N_DIFF] for j in range(POOL_SIZES, POOL_SIZES + n)) and all(
        0 <= families[j] < header[FAMILIES] and place_of(keys[j]) == family_slot[families[j]] and 0 <= keys[j] < 2**60
        for d in range(n)
        for j in range(here(d) * header[N_DIFF], here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        if at(here(d), keys[j])
        if at(here(d), families[j])
    )


def are_told_apart(header: Ints, family_node: Ints, query: Ints, keys: Ints, families: Ints, n: int) -> bool:
    """In the stretches of the first ``n`` deltas no two collapses are at one place, and if there are several deltas,
    each frees as many slots as its delta says."""
    return all(
        place_of(keys[j]) != place_of(keys[k])
        for d in range(n)
        for j in range(here(d) * header[N_DIFF], here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        for k in range(j + 1, here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        if at(here(d), keys[j], keys[k])
    ) and all(
        query[DELTAS] <= 1
        or header[WIDTH + family_node[families[j]] % LEVELS] - header[UNITS + family_node[families[j]] % LEVELS]
        == query[DELTA_LIST + here(d)]
        for d in range(n)
        for j in range(here(d) * header[N_DIFF], here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        if at(here(d), families[j])
    )


def are_runs_of(runs: Ints, n: int, items: int, most: int) -> bool:
    """The first ``n`` runs have their candidates among the ``items``, one run behind the other, and each adds or frees
    no more than ``most`` slots."""
    return (
        all(0 <= runs[j] < 2**60 for j in range(n * RUN) if j % RUN == BEGIN)
        and all(0 <= runs[j] < 2**60 for j in range(n * RUN) if j % RUN == SIZE)
        and all(-most <= runs[j] <= most for j in range(n * RUN) if j % RUN == DELTA)
        and all(runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE] <= items for r in range(n) if at(here(r)))
        and all(
            runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE] <= runs[here(s) * RUN + BEGIN]
            for r in range(n)
            for s in range(r + 1, n)
            if at(here(r), here(s))
        )
    )


def are_candidates(header: Ints, runs: Ints, keys: Ints, notes: Ints, first: int, last: int) -> bool:
    """Those of the runs from ``first`` to before ``last`` are families of the context, or gists in it with tokens."""
    return all(
        (
            0 <= notes[j] < header[FAMILIES]
            if runs[here(r) * RUN + DELTA] < 0
            else 0 <= notes[j] <= 2**50 and place_of(keys[j]) < header[SLOTS]
        )
        and -(2**60) <= keys[j] < 2**60
        for r in range(first, last)
        for j in range(runs[here(r) * RUN + BEGIN], runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE])
        if at(here(r), keys[j])
        if at(here(r), notes[j])
    )


def runs_kept(
    runs: Ints, runs_before: Ints, keys: Ints, keys_before: Ints, notes: Ints, notes_before: Ints, n: int, items: int
) -> bool:
    """The first ``n`` runs, whose candidates are among the ``items``, are what they were."""
    return (
        all(runs[j] == runs_before[j] for j in range(n * RUN))
        and all(keys[j] == keys_before[j] for j in range(items))
        and all(notes[j] == notes_before[j] for j in range(items))
        and all(
            runs_before[here(r) * RUN + BEGIN] >= 0
            and runs_before[here(r) * RUN + BEGIN] + runs_before[here(r) * RUN + SIZE] <= items
            for r in range(n)
            if at(here(r))
        )
    )


def run_stands(header: Ints, tags: Ints, family_slot: Ints, runs: Ints, keys: Ints, notes: Ints, r: int) -> bool:
    """The candidates of a run are families at their slots, or gists that are not marked."""
    return all(
        0 <= keys[j] < 2**60
        and (
            0 <= notes[j] < header[FAMILIES] and place_of(keys[j]) == family_slot[notes[j]]
            if runs[r * RUN + DELTA] < 0
            else 0 <= notes[j] < 2**49
            and place_of(keys[j]) < header[SLOTS]
            and 1 <= tags[place_of(keys[j])] <= header[TOP]
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def run_adds(header: Ints, tags: Ints, family_node: Ints, runs: Ints, keys: Ints, notes: Ints, r: int) -> bool:
    """Each candidate of a run adds as many slots as the run says, and that of an expand is noted with its token."""
    return all(
        (
            header[WIDTH + family_node[notes[j]] % LEVELS] - header[UNITS + family_node[notes[j]] % LEVELS]
            == -runs[r * RUN + DELTA]
            if runs[r * RUN + DELTA] < 0
            else header[WIDTH + tags[place_of(keys[j])]] - header[UNITS + tags[place_of(keys[j])]]
            == runs[r * RUN + DELTA]
            and place_of(keys[j]) < header[SLOTS]
            and notes[j] == header[FIRST] + tokens_in(header, tags, 0, place_of(keys[j]))
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def run_differs(runs: Ints, keys: Ints, n: int) -> bool:
    """No candidate of run ``n`` is at the place of another of that run, or of a run of its kind before."""
    return places_differ(keys, runs[n * RUN + BEGIN], runs[n * RUN + BEGIN] + runs[n * RUN + SIZE]) and all(
        place_of(keys[j]) != place_of(keys[k])
        for r in range(n)
        for j in range(runs[here(r) * RUN + BEGIN], runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE])
        for k in range(runs[n * RUN + BEGIN], runs[n * RUN + BEGIN] + runs[n * RUN + SIZE])
        if (runs[here(r) * RUN + DELTA] < 0) == (runs[n * RUN + DELTA] < 0)
        if at(here(r), keys[j], keys[k])
    )


def run_is_of_pair(
    header: Ints, family_slot: Ints, family_node: Ints, families: Ints, runs: Ints, keys: Ints, notes: Ints, r: int
) -> bool:
    """A run is the collapse of a family set apart, or behind that the expands of its members."""
    return (
        (runs[r * RUN + DELTA] < 0) == (r % 2 == 0)
        and (r % 2 == 1 or runs[r * RUN + SIZE] == 1)
        and all(
            family_slot[families[r // 2]] <= place_of(keys[j])
            and place_of(keys[j])
            < family_slot[families[r // 2]] + header[WIDTH + family_node[families[r // 2]] % LEVELS]
            and (r % 2 == 1 or notes[j] == families[r // 2])
            for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
            if at(keys[j])
            if at(notes[j])
        )
    )


def run_is_class(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    query: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    r: int,
) -> bool:
    """The candidates of a run are outside the families set apart; and each adds as many slots as the run says, unless
    there is one delta only."""
    return all(
        (
            not held(families, 0, apart, notes[j])
            and (
                query[DELTAS] <= 1
                or header[WIDTH + family_node[notes[j]] % LEVELS] - header[UNITS + family_node[notes[j]] % LEVELS]
                == -runs[r * RUN + DELTA]
            )
            if runs[r * RUN + DELTA] < 0
            else not inside(header, family_slot, family_node, families, apart, place_of(keys[j]))
            and header[WIDTH + tags[place_of(keys[j])]] - header[UNITS + tags[place_of(keys[j])]]
            == runs[r * RUN + DELTA]
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def run_is_outside(
    header: Ints,
    family_slot: Ints,
    family_node: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    r: int,
) -> bool:
    """The candidates of a run are other families than those set apart, or outside them."""
    return all(
        (
            not held(families, 0, apart, notes[j])
            if runs[r * RUN + DELTA] < 0
            else not inside(header, family_slot, family_node, families, apart, place_of(keys[j]))
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def is_drawn(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> bool:
    """A candidate is among the first of one of ``n`` runs, as many as ``heads`` says."""
    run = run_with(runs, item_keys, item_notes, heads, n, turn, note)
    nth = nth_with(runs, item_keys, item_notes, heads, n, turn, note)
    return (
        0 <= here(run) < n
        and 0 <= nth < heads[run]
        and turn_at(runs, item_keys, run, nth) == turn
        and item_notes[runs[run * RUN + BEGIN] + nth] == note
    )


def are_drawn(
    runs: Ints, keys: Ints, notes: Ints, heads: Ints, n: int, chosen: Ints, chosen_notes: Ints, size: int
) -> bool:
    """`is_drawn`, of the first ``size``."""
    return all(
        is_drawn(runs, keys, notes, heads, n, chosen[i], chosen_notes[i])
        for i in range(size)
        if at(chosen[i])
        if at(chosen_notes[i])
    )


def pairs_are_clear(
    header: Ints, family_slot: Ints, family_node: Ints, families: Ints, apart: int, turns: Ints, notes: Ints, n: int
) -> bool:
    """None of the first ``n`` is an expand in the slots of a family set apart that another one of them collapses."""
    return all(
        is_clear(header, family_slot, family_node, notes[i], turns, n)
        for i in range(n)
        if turns[i] >= UNBOUNDED and held(families, 0, apart, notes[i])
        if at(notes[i])
    )


def items_differ(runs: Ints, keys: Ints, n: int) -> bool:
    """No two collapses, and no two expands, of the first ``n`` runs are at one place."""
    return all(
        place_of(keys[j]) != place_of(keys[k])
        for r in range(n)
        for s in range(n)
        for j in range(runs[here(r) * RUN + BEGIN], runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE])
        for k in range(runs[here(s) * RUN + BEGIN], runs[here(s) * RUN + BEGIN] + runs[here(s) * RUN + SIZE])
        if j != k and (runs[here(r) * RUN + DELTA] < 0) == (runs[here(s) * RUN + DELTA] < 0)
        if at(here(r), here(s), keys[j], keys[k])
    )


def are_laid_out(header: Ints, work: Search, n: int, items: int) -> bool:
    """The first ``n`` runs of a search lie among its ``items``, and are candidates of a context."""
    return are_runs_of(work.runs, n, items, 2**26 // max(1, header[N_DIFF])) and are_candidates(
        header, work.runs, work.item_keys, work.item_notes, 0, n
    )


def are_slight(header: Ints, n: int) -> bool:
    """As many actions add, or free, no more slots than a context has, whichever they are."""
    return 0 <= n <= 2**24 and all(
        1 <= header[j] - header[j - WIDTH + UNITS] <= 2**26 // max(1, n)
        for j in range(WIDTH + 1, WIDTH + 1 + header[TOP])
    )


# A SEARCH


def gain_at(work: Search, run: int, index: int) -> int:
    """What a candidate of a run gains: its rank less what acting costs, and what its slots are worth."""
    return (
        work.item_keys[work.runs[run * RUN + BEGIN] + index] // PLACES
        - work.header[CHURN]
        + (work.header[WEIGHT] - work.header[RECOMPUTE]) * work.runs[run * RUN + DELTA]
    )


def are_runs(header: Ints, runs: Ints, items: int) -> bool:
    """Each run has its candidates among the ``items``, and adds or frees no more slots than a context has."""
    return (
        0 <= header[RUNS] <= 2**20
        and header[RUNS] * RUN <= len(runs)
        and all(0 <= runs[j] < 2**60 for j in range(header[RUNS] * RUN) if j % RUN == BEGIN)
        and all(0 <= runs[j] < 2**60 for j in range(header[RUNS] * RUN) if j % RUN == SIZE)
        and all(-(2**26) <= runs[j] <= 2**26 for j in range(header[RUNS] * RUN) if j % RUN == DELTA)
        and all(
            runs[j] + runs[j - 1] <= items
            for j in range(header[RUNS] * RUN)
            if j % RUN == SIZE
            if at(runs[j], runs[j - 1])
        )
    )


@ghost
def are_ranks(runs: Ints, keys: Ints, n: int) -> bool:
    """Keys of the candidates of the first ``n`` runs are of ranks that scores and nearness come to."""
    return all(
        -(2**60) <= keys[j] < 2**60
        for r in range(n)
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
    )


def are_costs(header: Ints) -> bool:
    """What actions and slots cost (MUL-1)."""
    return 0 <= header[CHURN] <= LIMIT and 0 <= header[WEIGHT] <= LIMIT and 0 <= header[RECOMPUTE] <= LIMIT


def are_few(header: Ints, runs: Ints) -> bool:
    """As many candidates as there are actions add, or free, no more slots than a context has, whichever they are."""
    return 0 <= header[ACTIONS] <= 2**24 and all(
        -(2**26 // max(1, header[ACTIONS])) <= runs[j] <= 2**26 // max(1, header[ACTIONS])
        for j in range(header[RUNS] * RUN)
        if j % RUN == DELTA
    )


def is_outcome(header: Ints, count: int, net: int, value: int) -> bool:
    """So many candidates add as many slots and gain as much as they may at most, where `are_few` holds."""
    return (
        0 <= count <= header[ACTIONS]
        and magnitude(net) <= count * (2**26 // max(1, header[ACTIONS]))
        and magnitude(value) <= count * 2**35 + count * (2**26 // max(1, header[ACTIONS])) * 2**31
    )


def comes_to(so_far: Outcome, header: Ints) -> bool:
    """`is_outcome`, of an outcome."""
    return is_outcome(header, so_far.actions, so_far.net, so_far.value)


def are_outcomes(header: Ints, states: Ints, first: int, last: int) -> bool:
    """`is_outcome`, of the states from ``first`` to before ``last``."""
    return all(
        is_outcome(
            header,
            states[here(x) * STATE + COUNT],
            states[here(x) * STATE + NET],
            states[here(x) * STATE + VALUE],
        )
        for x in range(first, last)
        if at(here(x))
    )


def is_option(header: Ints, runs: Ints, stage: int, option: int) -> bool:
    """A stage can take so many: of its run, or of a pair the collapse alone."""
    return -1 <= option <= runs[(2 * stage + 1 if stage < header[PAIRS] else header[PAIRS] + stage) * RUN + SIZE] and (
        option != ALONE or (stage < header[PAIRS] and runs[2 * stage * RUN + SIZE] >= 1)
    )


def acts(option: int) -> int:
    """How many candidates an option takes."""
    return 1 if option == ALONE else option


def adds(header: Ints, runs: Ints, stage: int, option: int) -> int:
    """The slots that an option of a stage adds."""
    return (
        runs[2 * stage * RUN + DELTA]
        if option == ALONE
        else option * runs[(2 * stage + 1 if stage < header[PAIRS] else header[PAIRS] + stage) * RUN + DELTA]
    )


def comes_from(header: Ints, runs: Ints, states: Ints, others: Ints, state: int, n: int, stage: int) -> bool:
    """A state comes from one among the first ``n`` of ``others``, to which so many stages led, by an option of the
    next."""
    return (
        0 <= states[state * STATE + PARENT] < n
        and depth(others, states[state * STATE + PARENT]) == stage
        and is_option(header, runs, stage, states[state * STATE + OPTION])
        and states[state * STATE + COUNT]
        == others[states[state * STATE + PARENT] * STATE + COUNT] + acts(states[state * STATE + OPTION])
        and states[state * STATE + NET]
        == others[states[state * STATE + PARENT] * STATE + NET]
        + adds(header, runs, stage, states[state * STATE + OPTION])
    )


def are_led_to(header: Ints, runs: Ints, states: Ints, n: int) -> bool:
    """Each of the first ``n`` states but the first comes from one before it, by an option of the stage between."""
    return all(
        comes_from(header, runs, states, states, here(x), here(x), depth(states, here(x)) - 1)
        for x in range(1, n)
        if at(here(x))
    )


def extend_by(header: Ints, runs: Ints, states: Ints, others: Ints, first: int, last: int, n: int, stage: int) -> bool:
    """States from ``first`` to before ``last`` extend ones among the first ``n`` of ``others``, by options of a stage,
    and are outcomes."""
    return are_outcomes(header, states, first, last) and all(
        comes_from(header, runs, states, others, here(x), n, stage) for x in range(first, last) if at(here(x))
    )


def are_at(states: Ints, first: int, last: int, stage: int) -> bool:
    """So many stages led to each of the states from ``first`` to before ``last``."""
    return all(depth(states, x) == stage for x in range(first, last) if at(depth(states, x)))


def turn_at(runs: Ints, item_keys: Ints, run: int, index: int) -> int:
    """When a candidate of a run is applied: collapses, then expands, each by key."""
    return item_keys[runs[run * RUN + BEGIN] + index] + (UNBOUNDED if runs[run * RUN + DELTA] < 0 else 0)


def are_heads(header: Ints, runs: Ints, heads: Ints) -> bool:
    """Of each run no more are taken than it has."""
    return all(heads[r] >= 0 for r in range(header[RUNS])) and all(
        heads[r] <= runs[r * RUN + SIZE] for r in range(header[RUNS])
    )


def are_exclusive(header: Ints, heads: Ints, first: int) -> bool:
    """Of no pair from ``first`` on candidates of both sides are taken."""
    return all(
        heads[here(r)] == 0 or heads[here(r) + 1] == 0
        for r in range(2 * first, 2 * header[PAIRS])
        if r % 2 == 0
        if at(here(r))
    )


def are_collected(
    runs: Ints, keys: Ints, notes: Ints, heads: Ints, n: int, i: int, chosen: Ints, chosen_notes: Ints, size: int
) -> bool:
    """The first ``size`` are what `collected` counts, each as often as it is there."""
    return all(
        many(chosen, chosen_notes, size, k, v) == collected(runs, keys, notes, heads, n, i, k, v)
        for k in INTEGERS
        for v in INTEGERS
        if at(many(chosen, chosen_notes, size, k, v))
    )


def are_stages(header: Ints) -> bool:
    """There are as many runs as pairs and free runs take."""
    return header[PAIRS] >= 0 and 2 * header[PAIRS] <= header[RUNS] <= 2**20


# MARKS AND TURNS


def unmarked(tags: Ints, slot: int, slots: int, stride: int) -> bool:
    """None of the blocks that begin every ``stride`` slots is marked."""
    return all(tags[j] < MARK for j in range(slot, slot + slots) if turn(j - slot, stride))


def marked_up_to(tags: Ints, tags_before: Ints, slot: int, slots: int, stride: int, n: int) -> bool:
    """Those of them that begin before ``n`` are marked, and all else is as it was."""
    return all(
        tags[j] == tags_before[j] + (MARK if slot <= j < n and j < slot + slots and turn(j - slot, stride) else 0)
        for j in INTEGERS
    )


def may_expand(header: Ints, tags: Ints, keys: Ints, n: int, slots: int) -> bool:
    """At the places of the first ``n`` keys gists begin, or they are marked."""
    return all(
        spot(keys[i]) < slots and (1 <= tags[spot(keys[i])] <= header[TOP] or tags[spot(keys[i])] >= MARK)
        for i in range(n)
        if at(keys[i])
    )


def used_after(header: Ints, actions: Ints, n: int) -> int:
    """The slots in use after the first ``n`` actions."""
    return header[SLOTS] - header[FREED] + shifted(header, actions, n) - shifted(header, actions, header[DONE])


def in_budget(header: Ints, actions: Ints, n: int) -> bool:
    """No prefix of the actions that grows exceeds the budget, and none that does not what was in use (BUD-1)."""
    return all(
        used_after(header, actions, m) <= header[W_MAX] or added(header, actions[m - 1]) < 0
        for m in range(header[DONE] + 1, n + 1)
        if at(shifted(header, actions, m))
    ) and all(
        used_after(header, actions, m) <= max(header[W_MAX], header[SLOTS] - header[FREED])
        for m in range(header[DONE], n + 1)
        if at(shifted(header, actions, m))
    )
