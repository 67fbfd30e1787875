"""How the tables are laid out that kernels work on: what stands in a cell, and where in a header.

A session's tables share three arrays, a header at the front of one of them; a search has an array of its own, laid out
alike. The header's fields have their names here, once.

The context is one small integer per slot, the *tag*: the level of the block that begins there, `BODY` further inside a
gist, `RAW` further inside a block of level 0. While an iteration selects, `MARK` is added to the tags of blocks that a
chosen action replaces. Places in the context are slots; the token at a slot is counted from tags, beginning at the
nearest complete family before it.

A candidate is one integer, its *key*: rank above, place below, so that comparing keys is the whole order of a queue
(GRE-2 to GRE-4). The rank is the aggregate of an expand and the negated aggregate of a collapse, the place is its
first slot, and the greater key goes first.

Nodes travel packed as ``start * LEVELS + level``, actions as ``node * 2 + kind``.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# CELLS

BODY = -1
"""Tag of a slot inside a gist, in which no block begins."""

RAW = -2
"""Tag of a slot inside a block of level 0, likewise; another one, so that raw tokens are no gist's at a glance."""

MARK = 64
"""Added to the tag of a block that a chosen action of this iteration replaces."""

PLACES = 2**26
"""Places a key can tell apart, at least as many as a context has slots (MAX_SLOTS)."""

CHUNK = 128
"""Slots per entry of the table of peaks: fewer make more peaks to look through, more a longer look inside."""

NEAR = 64
"""Slots up to which tokens are counted one by one."""

LARGE = 2**16
"""Slots from which a step takes long enough that two threads with a session each gain by giving up the lock."""

LEVELS = 32
"""Levels that a packed node can tell apart; a span of at most 2**31 tokens has at most 31 levels above raw tokens."""

SAMPLE = 16
"""Families looked at per wanted collapse, at most, to tell how good one has to be, before all are."""

LEAST_STRIDE = 8
"""Of so many families no more than one is looked at for that: a sample of half of them takes half as long as all."""

AT_ONCE = 32
"""Most collapses that a reclaim looks up at once."""

FEW = 24
"""Candidates up to which each is looked for among what is remembered, rather than the other way round."""

EXPAND = 0
COLLAPSE = 1

UNBOUNDED = 2**61
"""Above every key."""

LOWEST = -(2**31)
"""Below every score."""

LIMIT = 2**31
"""Scores in fixed point are smaller than this in magnitude (SCO-1)."""

HIGHEST_BOUND = 2**61
"""More than any choice is worth."""

# ANSWERS of a call that cannot do what it is asked

NO_ROOM = -1
"""Returned by `reclaim` if legal collapses do not free enough."""

LEDGER_FULL = -2
"""Returned before anything changed if the ledger has no space for another iteration."""

WRONG_LENGTH = -3
"""Returned before anything changed if there is not one score per slot."""

BAD_SCORE = -4
"""Returned before anything changed if a score does not fit."""

UNSURE = -5
"""Returned before anything changed if a reclaim might fail half-way and was not told to go on."""

WORK_FULL = -6
"""Returned before anything changed if the search has no space for more states or families set apart."""

MISFIT = -7
"""Returned before anything changed if the answer of a policy breaks a rule; no policy can bring that about."""

NOT_FOUND = -1
"""Returned if no choice fits the room."""

OUT_OF_SPACE = -2
"""Returned if there is no space for more states; nothing but work space has changed."""

# THE HEADER OF A SESSION

# The header holds what changes from call to call, ...
SLOTS = 0
ITERATION = 1
FIRST = 2
END = 3
FAMILIES = 4
LEDGER_FROM = 5
LEDGER_TO = 6
DONE = 7
TAKEN_EXPANDS = 8
TAKEN_COLLAPSES = 9
FREED = 10
# ... the parameters, ...
TOP = 11
W_MAX = 12
W_SOFT = 13
N_DIFF = 14
TAU_EXPAND = 15
TAU_COLLAPSE = 16
SOFT_MARGIN = 17
MIN_GAP = 18
PROTECTED = 19
# ... what there is room for, and whether gists may take several slots, and what every family takes if all take as many
# (0 if they do not), ...
CAPACITY = 20
CHUNK_ROOM = 21
LEDGER_ROOM = 22
MULTI_SLOT = 23
ALIKE = 24
# ... whether a call takes so long that it gives up the interpreter lock, ...
UNLOCKED = 25
# ... how many splices the last actions came to, ...
SPLICES = 26
# ... slots that room is made for ahead (ING-6), ...
AHEAD = 27
# ... what is made of scores before an iteration goes by them: running means, a lean to the end, balance, ...
MEMORY_SHIFT = 28
LEAN = 29
BALANCED = 30
# ... how many slots, from the front, remember what they were told, and in which of two tables (0 or 1); how many this
# call has told something, in the other one, ...
KNOWN = 31
HALF = 32
HEARD = 33
# ... tokens that the last block lacks, and the protected tail as it is told, where `PROTECTED` protects a partial block
# as well (FIL-2), ...
UNFILLED = 34
TAIL = 35
# ... the token that this iteration measures nearness from, ...
CURSOR_TOKEN = 36
# ... how many actions are remembered beyond the ledger, for how many iterations (0 for none), and whether ties go by
# cursor (TIE); whether iterations go by thresholds that adapt, ...
REMEMBERED = 37
MEMORY = 38
BY_CURSOR = 39
BINDING = 40
# ... where the row that an iteration is told is kept beside the one that it goes by; 0 where it is not, ...
TOLD_AT = 41
# ... the geometry by level: tokens of a block (by tag, so that BODY, RAW and marked tags find theirs), slots of a
# block, slots of a family, blocks of a family, ...
SPAN = 44
UNITS = 172
WIDTH = 204
FANOUT = 236
# ... and where the tables begin that share an array with it.
OFFSETS = 268
TABLES = 22
HEADER = OFFSETS + TABLES + 1

# A SPLICE: first slot and number of slots that went, first slot and number of those that came
SPLICE = 4

# A CALL OF ONE OF MANY SESSIONS: its number, where what it is given begins and ends, the cursor and then what the call
# returned, the number of the iteration, the slots after it, how many splices the actions came to; then the actions, and
# behind the room for them the splices
NUMBER = 0
GIVEN = 1
GIVEN_TO = 2
RETURNED = 3
ITERATED = 4
SLOTS_LEFT = 5
SPLICED = 6
TOLD = 7

# A RANGE OF PINNED TOKENS: first token and the one behind; where nothing expands, first slot and the one behind of the
# blocks that meet it
PIN = 4

# THE ADAPTING THRESHOLDS: a header, and behind it the slots used after each of the last iterations, in a ring

WINDOW = 0
FILLED = 1
NEXT = 2
TOTAL = 3
TAU_MIN = 4
TAU_MAX = 5
EXPAND_NOW = 6
COLLAPSE_NOW = 7
RING = 8

COLUMNS = 8
"""Columns of the work space of a selection with other ties."""

# HOW AN INGEST RUNS: flags

FLAT = 1
"""All scores are equal; else they have been taken."""

BOLD = 2
"""Whether to go on although it may fail half-way."""

LETTING_GO = 4
"""Whether the oldest blocks leave where collapses do not make enough room."""

# A SEARCH

# A run: where it begins among the keys, how many there are, slots that each adds.
BEGIN = 0
SIZE = 1
DELTA = 2
RUN = 3

# A state: actions so far, slots added, utility, the state it came from, and how many of the run it takes of it.
COUNT = 0
NET = 1
VALUE = 2
PARENT = 3
OPTION = 4
STATE = 5

ALONE = -1
"""The option to take the collapse of a pair, and none of the expands."""

NETS = 2**28
"""More than the slots that a state can add, in either direction."""

# The query: what is asked, ...
ACTIONS = 0
ROOM = 1
PAIRS = 2
RUNS = 3
SPACE = 4
# ... what an action costs, what a slot is worth up to the target and costs beyond it, the slots that reach it, ...
CHURN = 5
WEIGHT = 6
TARGET = 7
# ... the price of a slot, what all slots within the room come to at that, the worth that is known to be reachable, ...
PRICE = 8
ALLOWANCE = 9
MARK_TO_REACH = 10
# ... the best choice so far: worth, actions, slots added, the state before the last stage and its option there, ...
BEST_VALUE = 11
BEST_COUNT = 12
BEST_NET = 13
BEST_STATE = 14
BEST_OPTION = 15
# ... and what each slot costs that is computed anew (MUL-1), as all do that are added.
RECOMPUTE = 16
QUERY = 17

# Kinds of bounds: of the gain, of the gain less the price of the slots, of the slots freed.
FREE = 0
PAID = 1
REFUND = 2
BOUNDS = 3

# The header of the work space: the query of the search, ...
APART = QUERY
PAIR_SPACE = QUERY + 1
ITEM_SPACE = QUERY + 2
DELTAS = QUERY + 3
# ... how many of each queue may act (0 for all) and the least keys that are among those, ...
TOP_K = QUERY + 4
EXPAND_FLOOR = QUERY + 5
COLLAPSE_FLOOR = QUERY + 6
# ... what nearness to the cursor is worth, the use to aim at, ...
CURSOR = QUERY + 7
GOAL = QUERY + 8
# ... the cap that is shared out over regions, however few actions the context has room for, ...
CAP = QUERY + 9
# ... how many places are listed where a choice may begin, the price of a slot, what all slots come to at that, ...
LISTED = QUERY + 10
PRICED = QUERY + 11
ALLOWED = QUERY + 12
# ... whether a policy's answer is another than greedy's, ...
DIFFERS = QUERY + 13
# ... the deltas of the geometry, ascending, how many collapses of each are in the pool, ...
DELTA_LIST = 32
POOL_SIZES = 64
# ... and where the tables begin that share an array with it.
WORK_OFFSETS = 96
WORK_TABLES = 40
WORK_HEADER = WORK_OFFSETS + WORK_TABLES + 1

# A POLICY

GATES = 16
"""Items per entry of the table of their highest gates."""

SIDES = 2
"""Kinds of items: expands are 0, collapses 1, as `EXPAND` and `COLLAPSE`."""

LOOK = 64
"""Most items of a kind that are looked at closely."""

# Sizes of a network, at the front of its table; whether it has a plan, and that (POL-8)
HIDDEN = 0
SHORTLIST = 1
ENCODE_SHIFT = 2
MIX_SHIFT = 3
HAS_PLAN = 4
SHOW = 5
LEAVE = 6
STAY = 7
NETWORK = 8

# What is known of an item, in the order of POL-2: how many a gate goes by, and how many there are
CHEAP = 10
KNOWN_OF_ITEM = 17

# REGIONS

# A region: the token, slot and family that it begins with, the mass of its candidates, that of its expands.
TOKEN = 0
SLOT = 1
FAMILY = 2
MASS = 3
DEMAND = 4
REGION = 5

ATTEMPTS = 3
"""A selection's attempts: within the soft budget, beyond it by urgent expands alone, by collapses alone."""

# WHERE A CHOICE MAY BEGIN

# A place: the most that a choice is worth which begins there, and the slot (as of a region).
BOUND = 0
START = 2

# What stretches of values there are: the gains of expands, those of collapses, what so many of these gain together,
# gains less the price of the slots; of each class the ranks, collapses and then expands, by ascending delta.
OF_EXPANDS = 0
OF_COLLAPSES = 1
TOGETHER = 2
AT_PRICE = 3
CLASSES = 4


# TYPES


Tags = NDArray[np.int8]
"""As `run_step` takes them: tags, then as much to spare."""

Scratch = NDArray[np.int32]
"""As `run_step` takes it: scores in fixed point, peaks, and with multi-slot gists their aggregates."""

Longs = NDArray[np.int64]
"""Whatever else is in an array of its own, the state of a session first."""

TagRows = NDArray[np.int8]
ScratchRows = NDArray[np.int32]
LongRows = NDArray[np.int64]
"""The same of many sessions, a row per session."""

Calls = NDArray[np.int64]
"""Calls of sessions, a row per call, see `NUMBER`; no two name the same."""

Weights = NDArray[np.int32]
"""A policy: its sizes, see `NETWORK`, and behind them its layers, see `Network`."""


class Ints(Protocol):
    """Integers to read: a list, or an array."""

    def __getitem__(self, index: int, /) -> int: ...

    def __len__(self) -> int: ...


class Table(Ints, Protocol):
    """Integers to read and write."""

    def __setitem__(self, index: int, value: int, /) -> None: ...


class Session(NamedTuple):
    """The tables of one session, or of one region of it.

    What `focalloc.fastpath.tables.Tables.check` asserts holds between any two calls; of the other tables nothing
    outlives a call.

    Attributes:
        header: fields as named above.
        tags: of the `SLOTS` of the context. A block's first slot has its level and starts at a multiple of its span,
            the others `BODY` or `RAW`; the blocks take up all slots and end at `END`. None is marked.
        spare: room for as many.
        fixed: a score per slot, in fixed point.
        peaks: per chunk of slots the highest aggregate of the gists that begin there; where gists take several slots,
            no lower than that.
        actions: what is chosen, in order of application.
        places: of each action the first slot that it replaces.
        expand_keys: the best expands; room for `N_DIFF` and as many as the ledger can hold.
        expand_tokens: of each its first token.
        collapse_keys: the best collapses.
        collapse_families: of each the number of its family.
        chunk_keys: the chunks with the highest peaks.
        chunk_notes: of each its number.
        family_slot: where each of the `FAMILIES` complete families begins, ascending; they are all that a scan of the
            tags finds, but for those that are pinned.
        family_node: of each its node.
        spare_slot: room for as many.
        spare_node: room for as many.
        ledger_action: what was done, oldest first, from `LEDGER_FROM` to before `LEDGER_TO`; no node has two entries,
            and `LEDGER_ROOM` is not exceeded.
        ledger_iteration: of each when, ascending, and less than `MIN_GAP` iterations ago.
        splices: what the last actions changed, see `SPLICE`; `SPLICES` of them.
        no_collapse: ranges of tokens where nothing collapses, see `PIN`; in order, and no two touch.
        no_expand: ranges where nothing expands, likewise.
        memory: the running mean of what each of the first `KNOWN` slots was told, in fixed point; those behind them
            remember nothing yet. No room where nothing is remembered.
        told: the means of the `HEARD` slots that this call has told something; else work space (MEM-1).
    """

    header: Table
    tags: Table
    spare: Table
    fixed: Table
    peaks: Table
    actions: Table
    places: Table
    expand_keys: Table
    expand_tokens: Table
    collapse_keys: Table
    collapse_families: Table
    chunk_keys: Table
    chunk_notes: Table
    family_slot: Table
    family_node: Table
    spare_slot: Table
    spare_node: Table
    ledger_action: Table
    ledger_iteration: Table
    splices: Table
    no_collapse: Ints
    no_expand: Table
    memory: Table
    told: Table


class Sought(NamedTuple):
    """What collapses are looked for, and where the best of them are listed.

    Attributes:
        room: how many at most, at least 1.
        delta: slots that each of them frees; 0 where that does not matter.
        cursor: what nearness to the cursor is worth at most (MUL-1); 0 for nothing.
        keys: of those found.
        notes: of each the number of its family.
    """

    room: int
    delta: int
    cursor: int
    keys: Table
    notes: Table


class History(NamedTuple):
    """What is remembered beyond the ledger (TIE-2).

    Attributes:
        size: how many actions.
        memory: for how many iterations.
        acted: the latest action on each node acted on, longest ago first.
        iterations: of each when it happened.
    """

    size: int
    memory: int
    acted: Table
    iterations: Table


class Ties(NamedTuple):
    """Work space for a selection with other ties.

    Attributes:
        by_cursor: whether ties go by cursor; else by recency.
        history: what is remembered; nothing by cursor.
        worth: the aggregate of each gist, at its first slot.
        keys: of candidates.
        notes: of each what else is known of it.
        ranks: of each its rank.
        slots: of each its first slot.
        tokens: of each its first token.
        nodes: of each its node.
        ages: of each for how long it was not acted on; by cursor, of two the greater that of the one to go first.
        more_keys: room for as many.
    """

    by_cursor: bool
    history: History
    worth: Ints
    keys: Table
    notes: Table
    ranks: Table
    slots: Table
    tokens: Table
    nodes: Table
    ages: Table
    more_keys: Table


class Worths(NamedTuple):
    """What expanding each gist is worth.

    Attributes:
        worth: that, at its first slot.
        peaks: the highest of those per chunk.
    """

    worth: Table
    peaks: Table


class Search(NamedTuple):
    """Tables of a search among runs of candidates; nothing in them outlives a call.

    Attributes:
        header: fields as named above, the query first.
        runs: see `RUN`.
        item_keys: the candidates, run by run, best first.
        item_notes: of an expand its first token, of a collapse the number of its family.
        heads: how many candidates of each run are taken.
        bounds: see `BOUNDS`.
        states: see `STATE`; behind the space for them as much for extensions.
        order_keys: the order of extensions.
        order: of each its number.
    """

    header: Table
    runs: Table
    item_keys: Table
    item_notes: Table
    heads: Table
    bounds: Table
    states: Table
    order_keys: Table
    order: Table


class Work(NamedTuple):
    """Tables of the optimum, beside those of its session; nothing in them outlives a call.

    Attributes:
        header: fields as named above, the query first.
        search: the search, which shares the header.
        worth: what expanding each gist is worth, at its first slot.
        peaks: the highest of those per chunk.
        pool_keys: for each delta the best collapses, best first, in a stretch of `N_DIFF`.
        pool_families: of each the number of its family.
        apart_keys: the collapses whose families are set apart.
        apart_families: of each the number of its family.
        chosen: the best choice: when each candidate is applied, the first one first.
        chosen_notes: of each its note.
        other: another choice.
        other_notes: of each its note.
        wishes: of each family what its members prefer its collapse by, in all; none where no policy is asked.
    """

    header: Table
    search: Search
    worth: Table
    peaks: Table
    pool_keys: Table
    pool_families: Table
    apart_keys: Table
    apart_families: Table
    chosen: Table
    chosen_notes: Table
    other: Table
    other_notes: Table
    wishes: Table


class Network(NamedTuple):
    """A policy's weights, for expands and then for collapses; weights of a layer stand by input, its biases behind.

    Attributes:
        sizes: see `NETWORK`.
        gate: `CHEAP` + 1 of each kind.
        encode: (`KNOWN_OF_ITEM` + 1) times `HIDDEN` of each kind.
        mix: (5 times `HIDDEN` + 1) times `HIDDEN` of each kind.
        prefer: `HIDDEN` + 1 of each kind.
    """

    sizes: Ints
    gate: Ints
    encode: Ints
    mix: Ints
    prefer: Ints


class Look(NamedTuple):
    """What a policy makes of the items of an iteration; nothing in it outlives a call.

    Attributes:
        told: what the iteration is told, a score per slot in fixed point; the session's row where that is the same.
        gates: sums of a gate by slot of a gist, or by number of a family; `LOWEST` where there is no item.
        starts: of each gist, at its first slot, where it starts, in smallest spans.
        gate_peaks: the highest gate of each `GATES` entries.
        keys: the best of those, or of items.
        notes: of each its number.
        listed: the keys of the shortlists, best first; `LOOK` for each kind.
        marks: of each its node, or the number of its family.
        sizes: how many there are of each kind, and behind that the cap on actions as it is told (`CAP`).
        values: of each its worth, and then its preference.
        known: what is known of the scores of one item.
        inputs: what is known of each item on a shortlist, `KNOWN_OF_ITEM` numbers; `LOOK` items of each kind.
        activations: of each item on a shortlist `HIDDEN`; `LOOK` items of each kind.
        context: what all items come to, 4 times `HIDDEN`.
        sums: what ``mix`` makes of that, for one kind.
        mixed: what it makes of an item, `HIDDEN` as well.
        base: of every kind and level what a gate makes of it; of every level its smallest spans.
    """

    told: Ints
    gates: Table
    starts: Table
    gate_peaks: Table
    keys: Table
    notes: Table
    listed: Table
    marks: Table
    sizes: Table
    values: Table
    known: Table
    inputs: Table
    activations: Table
    context: Table
    sums: Table
    mixed: Table
    base: Table


class Regions(NamedTuple):
    """The regions of a context, and the tables of the one that is searched.

    Attributes:
        region: the session that the region is for a search; what outlives the call it shares with its own session.
        worth: what expanding each gist of the context is worth, at its first slot.
        table: see `REGION`; behind the last where the next would begin.
        turns: when each candidate chosen so far is applied.
        notes: of each its note.
    """

    region: Session
    worth: Ints
    table: Table
    turns: Table
    notes: Table


class Claims(NamedTuple):
    """What the regions of a context claim, oldest first.

    Attributes:
        actions: how many candidates of each.
        slots: how many slots these add.
    """

    actions: Table
    slots: Table


class Candidate(NamedTuple):
    """A candidate of an iteration.

    Attributes:
        place: the first slot that it replaces.
        rank: what it is worth for its scores and its nearness.
        delta: slots that it adds.
        family: of an expand the node of its family; -1 where it has none, and of a collapse.
    """

    place: int
    rank: int
    delta: int
    family: int


class Starts(NamedTuple):
    """Where the oldest action of a choice may be, and what bounds its worth then.

    Attributes:
        table: see `START`; `LISTED` of them.
        leading: the greatest values of each stretch, greatest first; room for `N_DIFF` of each, see `CLASSES`.
        sizes: of each how many there are.
        families: of each class the family of the expand that was put there last.
        worth: what expanding each gist of the context is worth, at its first slot.
        threshold: expands of an aggregate up to this are left out.
    """

    table: Table
    leading: Table
    sizes: Table
    families: Table
    worth: Ints
    threshold: int


class Outcome(NamedTuple):
    """What a choice comes to.

    Attributes:
        actions: how many.
        net: slots that they add.
        value: what they gain.
    """

    actions: int
    net: int
    value: int
