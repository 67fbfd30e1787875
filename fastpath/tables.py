"""The arrays in which one session lives, laid out for the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels.calls import run_leave_unfilled, run_load, run_pin, run_positions
from focalloc.fastpath.kernels.thresholds import observe
from focalloc.fastpath.plan import packed, unpacked
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, Context
from focalloc.spec.cooldown import Entry, Ledger
from focalloc.spec.geometry import Geometry
from focalloc.spec.memory import Memory
from focalloc.spec.params import Params
from focalloc.spec.pins import Pins
from focalloc.spec.release import left_pins

FAMILY_TABLES = ("family_slot", "family_node", "spare_slot", "spare_node")
PICK_TABLES = ("actions", "places", "expand_keys", "expand_tokens", "collapse_keys", "collapse_families")
CHUNK_TABLES = ("chunk_keys", "chunk_notes")
LEDGER_TABLES = ("ledger_action", "ledger_iteration")
PIN_TABLES = ("no_collapse", "no_expand")
MEMORY_TABLES = ("memory", "told")  # of 32 bits, and in either order; the others have 64
HISTORY_TABLES = ("acted", "acted_at")
NAMES = (
    *(*PICK_TABLES, *CHUNK_TABLES, *FAMILY_TABLES, *LEDGER_TABLES, "splices", *PIN_TABLES, *MEMORY_TABLES),
    *("adaptive", *HISTORY_TABLES),
)
"""The tables behind the header, in their order."""

FILLED = (
    dict.fromkeys(("family_slot", "family_node"), k.FAMILIES)
    | dict.fromkeys(LEDGER_TABLES, k.LEDGER_TO)
    | dict.fromkeys(HISTORY_TABLES, k.REMEMBERED)
)
"""Tables of which a call needs what the last one left, and the field that says how far; so it does that of the memory,
two slots to a cell, and those of pins and of thresholds, as a whole. All others are work space."""


def top_k_of(params: Params, slots: int) -> int:
    """How many candidates of each queue may act, of at most ``slots``; 0 for all (HYB-1)."""
    return min(params.top_k, slots) if params.strategy == "hybrid" else 0


RESERVED = 2**12
"""Most entries of what is remembered by recency that there is room for from the start; it grows to more."""


def reserved(params: Params, n_diff: int, slots: int) -> int:
    """Entries of what is remembered by recency that there is room for at first: each step's, and two of ingests."""
    return min(params.memory * (n_diff + 2), slots, RESERVED) if params.tie_break == "recency" else 0


def _with_ledger(sizes: dict[str, int], entries: int) -> dict[str, int]:
    """Sizes with a ledger of so many entries, and a queue of expands for every resting gist on top of the cap.

    If more is remembered than that, there is room for as many.
    """
    queue = sizes["actions"] + entries
    sizes = sizes | dict.fromkeys(LEDGER_TABLES, entries) | dict.fromkeys(("expand_keys", "expand_tokens"), queue)
    return sizes | dict.fromkeys(HISTORY_TABLES, entries if sizes["acted"] else 0)


def write_shape(header: NDArray[np.int64], geometry: Geometry) -> None:
    """Write the geometry by level into a header."""
    for level in range(geometry.top + 1):
        header[k.SPAN + level] = header[k.SPAN + level + k.MARK] = geometry.span(level)
        header[k.UNITS + level] = geometry.slots(level)
    for level in range(1, geometry.top + 1):
        header[k.FANOUT + level] = geometry.fanout(level)
        header[k.WIDTH + level] = geometry.fanout(level) * geometry.slots(level - 1)


def _laid(sizes: dict[str, int]) -> NDArray[np.int64]:
    """A header that says where its tables are, and the tables, empty."""
    ends = list(accumulate(sizes[name] for name in NAMES))
    state = np.zeros(k.HEADER + ends[-1], np.int64)
    state[k.OFFSETS : k.HEADER] = [k.HEADER, *(k.HEADER + end for end in ends)]
    state[k.LEDGER_ROOM] = sizes["ledger_action"]
    return state


class Tables:
    """Context, families, ledger and work space of one session.

    Memory is reserved for the largest context that the budget allows, and takes space once it is used: about 15 bytes
    a slot, up to 30 with small families, 8 more with a memory of scores, and 80 bytes for each action that
    `Params.n_diff` allows.

    Attributes:
        state: int64 header, then the tables in the order of `NAMES`.
        reclaimed: int64: the collapses of an ingest, and where they were made.
        tags: int8, one per slot, then as much to spare.
        scratch: int32: scores in fixed point, peaks of chunks, aggregates of gists if some take several slots, and
            what the iteration is told if that is kept.
        capacity: most slots that there is space for.
        n_diff: most actions per iteration, as far as there is room for them.
    """

    def __init__(self, geometry: Geometry, params: Params, context: Context) -> None:
        slots = sum(geometry.slots(block.level) for block in context)
        self._pinned = Pins(), context[0].start  # what is pinned, and the front when that was so
        self.capacity = max(slots, params.w_max)
        self.n_diff = n_diff = min(params.n_diff, self.capacity)
        chunks = self.capacity // k.CHUNK + 1
        smallest = min(geometry.fanout(level) * geometry.slots(level - 1) for level in range(1, geometry.top + 1))
        sizes = (
            dict.fromkeys(PICK_TABLES, max(1, n_diff, top_k_of(params, self.capacity)))
            | dict.fromkeys(CHUNK_TABLES, chunks)
            | dict.fromkeys(FAMILY_TABLES, self.capacity // smallest + 1)
        )
        sizes |= {"splices": k.SPLICE * sizes["places"]} | dict.fromkeys(PIN_TABLES, 0)
        sizes |= dict.fromkeys(MEMORY_TABLES, (self.capacity + 1) // 2 if params.memory_shift else 0)
        sizes["adaptive"] = k.RING + params.adaptive_window if params.adaptive_window else 0
        sizes |= dict.fromkeys(HISTORY_TABLES, int(params.tie_break == "recency"))
        sizes = _with_ledger(sizes, 4 * n_diff + 16 + reserved(params, n_diff, self.capacity))
        multi_slot = max(geometry.cost[1:]) > 1
        self.tags = np.full(2 * self.capacity, k.BODY, np.int8)
        self.scratch = np.zeros(self.capacity * (1 + multi_slot) + chunks, np.int32)
        self.reclaimed = np.zeros(32, np.int64)
        self.reclaims = self.reclaimed.data
        self._least_delta = min(geometry.deltas[1:])
        self._go_on(sizes, _laid(sizes))
        header = self.state
        levels = np.array([block.level for block in context], np.int64)
        units = np.array(geometry.block_slots, np.int64)
        header[k.SLOTS] = slots
        header[k.FIRST] = context[0].start
        header[k.TOP] = geometry.top
        header[k.W_MAX] = params.w_max
        header[k.N_DIFF] = n_diff
        if params.strategy == "projection":  # thresholds and soft budget do not bind
            header[k.W_SOFT] = params.w_max
        else:
            header[k.W_SOFT] = params.w_soft
            header[k.TAU_EXPAND] = params.tau_expand
            header[k.TAU_COLLAPSE] = params.tau_collapse
            header[k.SOFT_MARGIN] = params.soft_margin
        header[k.MIN_GAP] = params.min_gap
        header[k.PROTECTED] = header[k.TAIL] = params.protected_tokens
        header[k.AHEAD] = params.reclaim_ahead * geometry.slots(0)
        header[k.MEMORY_SHIFT], header[k.LEAN], header[k.BALANCED] = params.memory_shift, params.lean, params.balance
        header[k.MEMORY] = params.memory if params.tie_break == "recency" else 0
        header[k.BY_CURSOR] = params.tie_break == "cursor"
        if params.adaptive_window:
            adaptive = self.table("adaptive")
            adaptive[k.WINDOW], header[k.BINDING] = params.adaptive_window, params.strategy != "projection"
            adaptive[k.TAU_MIN], adaptive[k.TAU_MAX] = params.tau_min, params.tau_max
            adaptive[k.EXPAND_NOW], adaptive[k.COLLAPSE_NOW] = params.tau_expand, params.tau_collapse
        header[k.CAPACITY] = self.capacity
        header[k.CHUNK_ROOM] = chunks
        header[k.MULTI_SLOT] = multi_slot
        header[k.UNLOCKED] = self.capacity >= k.LARGE
        write_shape(header, geometry)
        widths = set(header[k.WIDTH + 1 : k.WIDTH + geometry.top + 1].tolist())
        header[k.ALIKE] = widths.pop() if len(widths) == 1 else 0
        inside = np.repeat(np.where(levels == 0, k.RAW, k.BODY), units[levels])
        self.tags[: len(inside)] = inside
        self.tags[np.cumsum(units[levels]) - units[levels]] = levels
        run_load(self.tags, self.state)

    def _go_on(
        self,
        sizes: dict[str, int],
        state: NDArray[np.int64],
        tags: NDArray[np.int8] | None = None,
        scratch: NDArray[np.int32] | None = None,
        pins: Pins | None = None,
    ) -> None:
        """Live in these arrays from now on; all at once, as an interrupt may come between any two lines."""
        header = state.data  # reads several times faster than the array
        actions = header[k.HEADER : k.HEADER + sizes["actions"]]
        at = k.OFFSETS + NAMES.index("splices")
        splices = header[header[at] : header[at + 1]]
        tags = self.tags if tags is None else tags
        scratch = self.scratch if scratch is None else scratch
        pinned = self._pinned if pins is None else (pins, header[k.FIRST])
        self._sizes, self.state, self.header, self.actions, self.splices, self.tags, self.scratch, self._pinned = (
            sizes, state, header, actions, splices, tags, scratch, pinned
        )  # fmt: skip

    def fits(self, tags: NDArray[np.int8], scratch: NDArray[np.int32], state: NDArray[np.int64]) -> bool:
        """Whether each of these arrays is at least as long as the one that it would replace."""
        return len(tags) >= len(self.tags) and len(scratch) >= len(self.scratch) and len(state) >= len(self.state)

    def move(self, tags: NDArray[np.int8], scratch: NDArray[np.int32], state: NDArray[np.int64]) -> None:
        """Live in these arrays from now on, which it fits."""
        tags, scratch, state = tags[: len(self.tags)], scratch[: len(self.scratch)], state[: len(self.state)]
        tags[:], scratch[:], state[:] = self.tags, self.scratch, self.state
        self._go_on(self._sizes, state, tags, scratch)

    def table(self, name: str) -> NDArray[np.int64]:
        """One of the tables named in `NAMES`, as a view."""
        at = k.OFFSETS + NAMES.index(name)
        return self.state[self.state[at] : self.state[at + 1]]

    def widen_ledger(self, entries: int) -> None:
        """Make room for at least ``entries`` more entries."""
        more = self._sizes["ledger_action"] + entries
        sizes = _with_ledger(self._sizes, self._sizes["ledger_action"] + more)
        self._go_on(sizes, self._laid_anew(sizes))

    def _laid_anew(self, sizes: dict[str, int]) -> NDArray[np.int64]:
        """The header and what lasts of the tables in a new array with room for so much.

        The rest is not so much as read, since what is reserved for a large budget takes space once it is used.
        """
        state = _laid(sizes)
        state[: k.OFFSETS] = self.state[: k.OFFSETS]
        state[k.LEDGER_ROOM] = sizes["ledger_action"]
        state[k.HEARD] = 0
        lasting = {name: self.header[field] for name, field in FILLED.items()}
        lasting |= {name: min(sizes[name], self._sizes[name]) for name in (*PIN_TABLES, "adaptive")}
        lasting[MEMORY_TABLES[self.header[k.HALF]]] = (self.header[k.KNOWN] + 1) // 2
        for name, count in lasting.items():
            first = state[k.OFFSETS + NAMES.index(name)]
            state[first : first + count] = self.table(name)[:count]
        return state

    def keep_told(self) -> None:
        """Have iterations note what they are told, where they go by something else (MEM-1, MEM-3, BAL-1)."""
        if any(self.header[field] for field in (k.MEMORY_SHIFT, k.LEAN, k.BALANCED)):
            self.state[k.TOLD_AT] = at = self._scores_end()
            self._go_on(self._sizes, self.state, scratch=np.zeros(at + self.capacity, np.int32))

    def _scores_end(self) -> int:
        """Where in ``scratch`` scores, peaks and aggregates of their own end."""
        return 2 * self.capacity + int(self.header[k.CHUNK_ROOM])

    @property
    def pins(self) -> Pins:
        """Where nothing collapses, and where nothing expands.

        Those that a release has left behind (REL-3) are dropped here; in the tables they meet nothing any more.
        """
        pins, front = self._pinned
        if front != self.header[k.FIRST]:
            pins = left_pins(pins, self.header[k.FIRST])
            self._pinned = pins, self.header[k.FIRST]
        return pins

    def pin(self, pins: Pins) -> None:
        """Have nothing but these pins."""
        sizes = self._sizes | {
            "no_collapse": k.PIN * len(pins.collapse),
            "no_expand": k.PIN * len(pins.expand),
        }
        state, scratch = self._laid_anew(sizes), self.scratch
        ends = state[k.OFFSETS : k.HEADER]
        first, second, last = ends[NAMES.index("no_collapse") :][:3]
        state[first:second] = [token for one in pins.collapse for token in (*one, 0, 0)]
        state[second:last] = [token for one in pins.expand for token in (*one, 0, 0)]
        if pins.expand and not self.header[k.MULTI_SLOT]:  # aggregates stand apart then, in a table of their own
            scratch = np.zeros(max(len(scratch), self._scores_end()), np.int32)
        run_pin(self.tags, scratch, state)
        self._go_on(sizes, state, scratch=scratch, pins=pins)

    def make_space_for_reclaims(self, blocks: int) -> None:
        """Make space for the collapses that an ingest of ``blocks`` blocks may need, here and in the ledger."""
        wanted = blocks * self.header[k.UNITS] + self.header[k.AHEAD]
        excess = self.header[k.SLOTS] + wanted - self.header[k.W_MAX]
        most = min(max(0, excess) // self._least_delta + 1, self.header[k.SLOTS])
        if most > len(self.reclaimed) // 2:
            reclaimed = np.zeros(4 * most, np.int64)
            self.reclaimed, self.reclaims = reclaimed, reclaimed.data
        self.widen_ledger(most)

    def copies(self) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """Copies of the two arrays that hold everything that a call can change: tags, state."""
        return self.tags.copy(), self._laid_anew(self._sizes)

    def go_on_with(self, tags: NDArray[np.int8], state: NDArray[np.int64]) -> None:
        """Live in what became of `copies` from now on."""
        self._go_on(self._sizes, state, tags)

    def check(self) -> None:
        """Assert every invariant against a scan of the context; for tests, which call it between any two calls."""
        h = self.state
        slots, top, token = int(h[k.SLOTS]), int(h[k.TOP]), int(h[k.FIRST])
        assert 0 < slots <= self.capacity, "the context overflows"
        tags = self.tags[:slots].tolist()
        at = 0
        while at < slots:
            level, units = tags[at], int(h[k.UNITS + tags[at]])
            assert 0 <= level <= top, f"slot {at} has tag {level}"
            assert token % h[k.SPAN + level] == 0, f"the block at slot {at} is misaligned"
            inside = k.BODY if level else k.RAW
            assert tags[at + 1 : at + units] == [inside] * (units - 1), f"the block at slot {at} has holes"
            token += int(h[k.SPAN + level])
            at += units
        assert at == slots, "the last block is cut short"
        assert token == h[k.END], "the end is not where the blocks end"

        anew = np.zeros(len(self.state), np.int64)  # takes space only where it is written
        anew[: k.HEADER] = h[: k.HEADER]
        places = {name: slice(*h[k.OFFSETS + NAMES.index(name) :][:2]) for name in NAMES}
        for name in PIN_TABLES:
            anew[places[name]] = self.state[places[name]]
            ends = self.state[places[name]].reshape(-1, k.PIN)[:, :2].ravel().tolist()
            assert ends == sorted(set(ends)), "ranges of pins are out of order, or touch"
        run_pin(self.tags, self.scratch, anew)
        for name in ("family_slot", "family_node"):
            listed, found = (one[places[name]][: one[k.FAMILIES]].tolist() for one in (self.state, anew))
            assert listed == found, "the list of families is not what a scan finds"
        pins = places["no_expand"]
        assert self.state[pins].tolist() == anew[pins].tolist(), "a pin is elsewhere"

        assert 0 <= h[k.UNFILLED] < h[k.SPAN], "a block lacks more tokens than it has"
        assert h[k.UNFILLED] == 0 or tags[slots - int(h[k.UNITS])] == 0, "what lacks tokens is no block of them"
        assert h[k.PROTECTED] == max(h[k.TAIL], min(1, h[k.UNFILLED])), "a partial block is not protected"

        known = int(h[k.KNOWN])
        assert 0 <= known <= (slots if h[k.MEMORY_SHIFT] > 0 else 0), "more is remembered than there is"
        assert known == slots or tags[known] >= 0, "a block remembers half of what it was told"
        assert all(-k.LIMIT < mean < k.LIMIT for mean in self.memory()), "a mean is no score"

        first, last = int(h[k.LEDGER_FROM]), int(h[k.LEDGER_TO])
        assert 0 <= first <= last <= h[k.LEDGER_ROOM], "the ledger is out of bounds"
        iterations = self.table("ledger_iteration")[first:last].tolist()
        nodes = [action // 2 for action in self.table("ledger_action")[first:last].tolist()]
        assert iterations == sorted(iterations), "the ledger is out of order"
        assert all(0 <= h[k.ITERATION] - iteration < h[k.MIN_GAP] for iteration in iterations), "a stale entry"
        assert len(set(nodes)) == len(nodes), "a node has two entries"

    # VIEWS

    def levels(self) -> NDArray[np.int8]:
        """Level of each block."""
        tags: NDArray[np.int8] = self.tags[: self.header[k.SLOTS]]
        return tags.compress(tags >= 0)

    def starts(self) -> NDArray[np.int64]:
        """First token of each block."""
        spans = self.state[k.SPAN + self.levels().astype(np.intp)]
        return self.header[k.FIRST] + np.cumsum(spans) - spans

    def positions(self) -> NDArray[np.int64]:
        """Token position of each slot: its own for a raw token, the centre of the span for a gist (CTX-5)."""
        found = np.empty(self.header[k.SLOTS], np.int64)
        run_positions(self.tags, self.state, found, 0)
        return found

    def context(self) -> Context:
        """The blocks, oldest first."""
        return tuple(map(Block, self.levels().tolist(), self.starts().tolist()))

    # MEMORY

    def memory(self) -> Memory:
        """What the first slots remember of what they were told, fixed point; the others nothing yet (MEM-1)."""
        half = self.table(MEMORY_TABLES[self.header[k.HALF]])
        return tuple(half.view(np.int32)[: self.header[k.KNOWN]].tolist())

    def remember(self, memory: Memory) -> None:
        """Go on with what `memory` gave; once it is there, it counts."""
        self.table("memory").view(np.int32)[: len(memory)] = memory
        self.header[k.KNOWN] = len(memory)

    # FILLING

    @property
    def unfilled(self) -> int:
        """Tokens that the last block lacks (FIL-1)."""
        return int(self.header[k.UNFILLED])

    def leave_unfilled(self, unfilled: int) -> None:
        """Go on where the last block lacks so many."""
        run_leave_unfilled(self.state, unfilled)

    # THRESHOLDS

    def thresholds(self) -> tuple[int, int]:
        """Those of the last iteration, of an expand and of a collapse, where they adapt (ADA-1)."""
        adaptive = self.table("adaptive")
        return int(adaptive[k.EXPAND_NOW]), int(adaptive[k.COLLAPSE_NOW])

    def recent(self) -> tuple[int, ...]:
        """Slots used after each of the last iterations, oldest first, where thresholds adapt (ADA-1)."""
        adaptive = self.table("adaptive")
        if len(adaptive) == 0:
            return ()
        filled, after, ring = adaptive[k.FILLED], adaptive[k.NEXT], adaptive[k.RING :]
        return tuple(np.roll(ring, -after)[len(ring) - filled :].tolist())

    # LEDGER

    def _remembered(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Actions and their iterations: those that cooldowns need; by recency, all that are remembered (TIE-2)."""
        if self.header[k.MEMORY] == 0:
            first, last = self.header[k.LEDGER_FROM], self.header[k.LEDGER_TO]
            return self.table("ledger_action")[first:last], self.table("ledger_iteration")[first:last]
        actions, iterations = (self.table(name)[: self.header[k.REMEMBERED]] for name in HISTORY_TABLES)
        still = self.header[k.ITERATION] - iterations < self.header[k.MEMORY]
        return actions[still], iterations[still]

    def ledger(self) -> dict[Block, Entry]:
        """Latest action per recently acted node."""
        rows = zip(*(column.tolist() for column in self._remembered()), strict=True)
        named = ((unpacked(action), iteration) for action, iteration in rows)
        return {action.node: Entry(action.kind, iteration) for action, iteration in named}

    def ledger_size(self) -> int:
        """How many actions `ledger` holds."""
        return len(self._remembered()[0])

    @property
    def iteration(self) -> int:
        """Number of the last iteration."""
        return int(self.header[k.ITERATION])

    def recall(self, ledger: Ledger, iteration: int, recent: Sequence[int]) -> None:
        """Go on after ``iteration`` with the entries of ``ledger``, and the slots used after ``recent`` iterations."""
        if self._sizes["adaptive"]:
            for slots in recent:
                observe(self.table("adaptive"), slots)
        rows = sorted((entry.iteration, packed(Action(entry.kind, *node))) for node, entry in ledger.items())
        if len(rows) > self._sizes["ledger_action"]:
            self.widen_ledger(len(rows))
        cooling = [row for row in rows if iteration - row[0] < self.header[k.MIN_GAP]]
        self._list(LEDGER_TABLES, cooling)
        self.header[k.LEDGER_FROM], self.header[k.LEDGER_TO] = 0, len(cooling)
        if self.header[k.MEMORY]:
            self._list(HISTORY_TABLES, rows)
            self.header[k.REMEMBERED] = len(rows)
        self.header[k.ITERATION] = iteration

    def _list(self, names: tuple[str, str], rows: Sequence[tuple[int, int]]) -> None:
        """Write iterations and actions to two tables."""
        actions, iterations = (self.table(name) for name in names)
        actions[: len(rows)], iterations[: len(rows)] = [row[1] for row in rows], [row[0] for row in rows]
