"""Calls made up for kernels to be played with: sessions on random contexts, searches, regions, whatever they take."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.contracts.form import Contract
from focalloc.proofs.engines.deductive.formulas import WIDTHS, Theory, types_of
from focalloc.proofs.engines.memory import Broken, Memory
from focalloc.proofs.sources import Source
from focalloc.spec.blocks import Block, Context
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

SHAPES = (
    Geometry((2, 2)),
    Geometry((2, 2), (2, 2, 3)),
    Geometry((2, 3), (1, 1, 2)),
    Geometry((2, 2, 2)),
    Geometry((4,)),
    Geometry((4, 2), (2, 4, 4)),
)


TORN = Geometry((2, 5))
"""Of families so wide that a collapse takes more away than the queue held."""


def context_of(geometry: Geometry, rng: random.Random, tops: int) -> Context:
    """Blocks of any levels side by side."""

    def split(level: int, start: int) -> Iterator[Block]:
        if level == 0 or rng.random() < 0.35:
            yield Block(level, start)
            return
        below = geometry.span(level) // geometry.fanout(level)
        for i in range(geometry.fanout(level)):
            yield from split(level - 1, start + i * below)

    return tuple(one for i in range(tops) for one in split(geometry.top, i * geometry.span(geometry.top)))


def session_of(rng: random.Random, source: Source) -> code.Session:
    """A session with scores and peaks, and a ledger with some entries; ``source`` says how many slots a chunk has."""
    geometry = rng.choice(SHAPES)
    context = context_of(geometry, rng, rng.randint(1, 3))
    slots = sum(geometry.slots(block.level) for block in context)
    return session_on(rng, source, geometry, context, max(1, slots + rng.randint(-1, 6)))


def session_on(rng: random.Random, source: Source, geometry: Geometry, context: Context, budget: int) -> code.Session:
    """A session on a context."""
    slots = sum(geometry.slots(block.level) for block in context)
    params = Params(w_max=budget, n_diff=rng.randint(1, 4), cooldown_steps=rng.randint(0, 3))
    made = Tables(geometry, params, context)
    header = Memory("header", made.state[: code.HEADER].tolist())
    spread = rng.choice([2, 2**22, 2**31 - 1])
    usual = rng.choice([-spread, spread, 0])  # one that stands out among many alike is taken with all of its family
    fixed = [rng.choice([usual, rng.randint(-spread, spread)]) for _ in range(slots)]
    tags, chunks = made.tags.tolist(), made.capacity // source.constants["CHUNK"] + 1
    tables = {name: Memory(name, made.table(name).tolist()) for name in code.Session._fields if name in NAMED} | {
        "header": header,
        "tags": Memory("tags", tags[: made.capacity], 8),
        "spare": Memory("spare", tags[made.capacity :], 8),
        "fixed": Memory("fixed", fixed + [0] * (made.capacity - slots), 32),
        "peaks": Memory("peaks", [0] * chunks, 32),
        "chunk_keys": Memory("chunk_keys", [0] * chunks),
        "chunk_notes": Memory("chunk_notes", [0] * chunks),
    }
    survey = "bound" if header[code.MULTI_SLOT] else "survey"
    source.python[survey](header, tables["tags"], tables["fixed"], tables["peaks"])
    header[code.PROTECTED] = rng.choice([0, 0, geometry.span(1)])
    nodes = [block.start * code.LEVELS + block.level for block in context if block.level > 0]
    nodes += [tables["family_node"][f] for f in range(header[code.FAMILIES])]
    done = [node * 2 + rng.randint(0, 1) for node in rng.sample(nodes, min(rng.randint(0, 3), len(nodes)))]
    header[code.ITERATION] = now = rng.randint(0, 9)
    header[code.LEDGER_FROM] = first = rng.randint(0, 2)
    header[code.LEDGER_TO] = first + len(done)
    when = sorted(max(0, now - rng.randint(0, header[code.MIN_GAP])) for _ in done)
    for i, (action, then) in enumerate(zip(done, when, strict=True)):
        tables["ledger_action"][first + i], tables["ledger_iteration"][first + i] = action, then
    if rng.random() < 0.3:
        header[code.LEDGER_ROOM] = header[code.LEDGER_TO] + rng.randint(0, 3)
    return code.Session(**tables)


def torn_session(rng: random.Random, source: Source) -> code.Session:
    """A full session whose hottest gists lie in its coldest family, so that a collapse takes the queue away."""
    families = rng.randint(2, 3)
    context = tuple(Block(1, TORN.span(1) * i) for i in range(5 * families))
    made = session_on(rng, source, TORN, context, len(context))
    for family in range(families):
        heat = rng.randint(1, 60)
        row = [heat * 2**20 + rng.randint(0, 3) for _ in range(5)]
        row[rng.randrange(5)] = -heat * 2**24
        for i, score in enumerate(row):
            made.fixed[5 * family + i] = score
    source.python["survey"](made.header, made.tags, made.fixed, made.peaks)
    made.header[code.PROTECTED] = made.header[code.LEDGER_FROM] = made.header[code.LEDGER_TO] = 0
    return made


TUPLES = Source.of(kernels).tuples
"""The named tuples of the kernels by name."""

NAMED = frozenset(code.Session._fields) - {"header", "tags", "spare", "fixed", "peaks"}
"""The tables of a session that lie in its state."""


class Cut(Memory):
    """A table that was cut out of an array, of which the rest may be looked at."""

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index] if isinstance(index, slice) else super().__getitem__(index)

    def view(self, _: Any) -> Cut:
        """It is as wide already as what it is taken for."""
        return self


class Array:
    """An array as kernels cut tables out of it: by where they begin and end.

    Attributes:
        cells: how many it has.
        front: its header; empty where it has none.
        pieces: by where they begin and end, its tables, the front among them; what is cut further is an array itself.
    """

    def __init__(self, cells: int, front: Cut, pieces: Mapping[tuple[int, int], Cut | Array]) -> None:
        self.cells, self.front, self.pieces = cells, front, pieces

    def __len__(self) -> int:
        return self.cells

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            return (self.front if len(self.front) else self[:])[index]
        start, stop = index.start or 0, self.cells if index.stop is None else index.stop
        if (start, stop) in self.pieces:
            return self.pieces[start, stop]
        if start == stop:
            return Cut("nothing", [])
        if 0 < start < len(self.front):
            return self.front[start : min(stop, len(self.front))]
        if (start, stop) == (0, self.cells) and not len(self.front):
            return Cut("all", [cell for _, piece in sorted(self.pieces.items()) for cell in piece[:]])
        raise Broken(f"nothing is cut from {start} to {stop}")

    def __setitem__(self, index: int, value: int) -> None:
        self.front[index] = value

    def view(self, _: Any) -> Array:
        """It is as wide already as what it is taken for."""
        return self


class RowsOf:
    """Rows of tables, or of arrays."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = [*rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, tuple):
            return self[index[0]][index[1]]
        if not 0 <= index < len(self):
            raise Broken(f"row {index} of {len(self)}")
        return self.rows[index]

    def __setitem__(self, index: tuple[int, int], value: int) -> None:
        self[index[0]][index[1]] = value


CUT_IN_ORDER = (
    *("actions", "places", "expand_keys", "expand_tokens", "collapse_keys", "collapse_families"),
    *("chunk_keys", "chunk_notes", "family_slot", "family_node", "spare_slot", "spare_node"),
    *("ledger_action", "ledger_iteration", "splices", "no_collapse", "no_expand", "memory", "told"),
    *("adaptive", "acted", "iterations"),
)
"""The tables of a state, in the order in which they lie."""


def arrays_of(rng: random.Random, session: code.Session, work: code.Work | None = None) -> dict[str, Any]:
    """The arrays of a session: its tags, its scores, its state, its search; and itself as it is cut out of them."""
    tables = {name: _cut(getattr(session, name)) for name in code.Session._fields}
    tables["adaptive"] = _cut(ring_of(rng) if rng.random() < 0.5 else Memory("adaptive", []))
    remembered = rng.randint(0, 3) if rng.random() < 0.5 else 0
    space = remembered + rng.randint(0, 9)
    header = tables["header"]
    header[code.MEMORY], header[code.REMEMBERED] = (rng.randint(1, 9), remembered) if space else (0, 0)
    header[code.BINDING] = rng.randint(0, 1)
    nodes = rng.sample(range(2, 40), remembered)
    acted = [2 * (node * code.LEVELS + 1) for node in nodes] + [0] * (space - remembered)
    tables["acted"] = Cut("acted", acted)
    tables["iterations"] = Cut("iterations", [header[code.ITERATION]] * space)
    half, at, pieces = header[code.HALF], code.HEADER, {}
    order = [*CUT_IN_ORDER]
    if half:
        order[17], order[18] = order[18], order[17]
    for i, name in enumerate(order):
        cells = (len(tables[name]) + 1) // 2 if name in ("memory", "told") else len(tables[name])
        header[code.OFFSETS + i] = at
        pieces[at, at + cells] = tables[name]
        at += cells
    header[code.OFFSETS + len(order)] = at
    pieces[0, code.HEADER] = header
    capacity, chunks = header[code.CAPACITY], len(session.peaks)
    header[code.CHUNK_ROOM] = chunks
    aggregates = _cut(Memory("aggregates", [0] * (capacity if rng.random() < 0.8 else 0), 32))
    behind = capacity + chunks, capacity + chunks + len(aggregates)
    scores = {(0, capacity): tables["fixed"], (capacity, behind[0]): tables["peaks"], behind: aggregates}
    none = Cut("none", [])
    tags = {(0, capacity): tables["tags"], (capacity, 2 * capacity): tables["spare"]}
    search = space_of(rng, session, work)
    pieces[at, at + code.WORK_HEADER] = _cut(search.front)  # as where many sessions are called
    return {
        "session": code.Session(**{name: tables[name] for name in code.Session._fields}),
        "tags": Array(2 * capacity, none, tags),
        "scratch": Array(behind[1], none, scores),
        "state": Array(at + code.WORK_HEADER, header, pieces),
        "space": search,
        "reclaimed": halves(len(session.tags)),
    }


def halves(cells: int) -> Array:
    """An array for so many collapses, and where their gists are."""
    both = {(0, cells): Cut("collapses", [0] * cells), (cells, 2 * cells): Cut("gists", [0] * cells)}
    return Array(2 * cells, Cut("none", []), both)


def thirds(cells: int) -> Array:
    """An array for so many blocks of a history, and twice as many in between."""
    pieces = {(i * cells, (i + 1) * cells): Cut("table", [0] * cells) for i in range(3)}
    return Array(3 * cells, Cut("none", []), pieces)


def columns(cells: int) -> Array:
    """The array of a selection with other ties: a header that says nothing, and columns of so many cells."""
    front, first = Cut("header", [0] * code.WORK_HEADER), code.WORK_HEADER
    pieces = {(first + i * cells, first + (i + 1) * cells): Cut("column", [0] * cells) for i in range(code.COLUMNS)}
    return Array(first + code.COLUMNS * cells, front, {(0, first): front, **pieces})


NARROW = {20: 32, 27: 8, 28: 32, 34: 32, 39: 32}
"""The tables of a search that are taken for narrower ones -> how wide they are then."""


def space_of(rng: random.Random, session: code.Session, work: code.Work | None = None) -> Array:
    """The array of a search; what is not known of it are tables of a few numbers, or as many as there are slots."""
    at, pieces = code.WORK_HEADER, dict[tuple[int, int], Cut]()
    header = _cut(asked_of(session) if work is None else work.header)
    known: list[code.Ints] = [] if work is None else [*work[4:8], *work.search[1:], *work[8:]]
    for i in range(code.WORK_TABLES):
        most = 99 if i >= code.WORK_TABLES - 2 else len(session.tags)  # the last two are of a look, as wide as it is
        cells, bits = rng.choice([0, rng.randint(0, 3), most]), NARROW.get(i, 64)
        numbers = [rng.randint(-2, 9) for _ in range(cells * 64 // bits)]
        if i < len(known):
            cells = len(known[i])
            numbers = [known[i][j] for j in range(cells)]
        header[code.WORK_OFFSETS + i] = at
        if cells:
            pieces[at, at + cells] = _cut(Memory(f"space {i}", numbers, bits))
        at += cells
    header[code.WORK_OFFSETS + code.WORK_TABLES] = at
    pieces[0, code.WORK_HEADER] = header
    return Array(at, header, pieces)


def _cut(table: Any) -> Cut:
    made = Cut(table.name, table)
    made.low, made.high = table.low, table.high
    return made


class Given(list[Any]):
    """Scores from outside."""

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            if not 0 <= index.start <= index.stop <= len(self):
                raise Broken(f"from {index.start} to {index.stop} of {len(self)} scores")
            return Given(super().__getitem__(index))
        if not 0 <= index < len(self):
            raise Broken(f"index {index} of scores, of which there are {len(self)}")
        return super().__getitem__(index)


def scores_of(rng: random.Random, session: code.Session, kind: Any = None) -> Given:
    """A score per slot, of either width or an integer, all of which fit most of the time."""
    kind = kind or rng.choice([np.float32, np.float64, np.int32])
    most = 900.0 if kind is not np.int32 else 2.0**31 - 1
    slots = session.header[code.SLOTS] + (rng.randint(-1, 1) if rng.random() < 0.1 else 0)
    scores = Given(kind(rng.uniform(-most, most)) for _ in range(slots))
    if scores and kind is not np.int32 and rng.random() < 0.2:
        scores[rng.randrange(slots)] = kind(rng.choice([2048.0, -2048.0, 1e9]))
    return scores


def logits_of(rng: random.Random, session: code.Session, kind: Any = None) -> Given:
    """Three logits of each block, of either width, which there are as many of most of the time; few are far or NaN."""
    kind = kind or rng.choice([np.float32, np.float64])
    blocks = sum(session.tags[slot] >= 0 for slot in range(session.header[code.SLOTS]))
    count = max(0, 3 * blocks + (rng.choice([-3, -1, 1, 3]) if rng.random() < 0.1 else 0))
    logits = Given(kind(rng.uniform(-9, 9)) for _ in range(count))
    if logits and rng.random() < 0.2:
        logits[rng.randrange(count)] = kind(rng.choice([2048.0, -1e9, np.nan]))
    return logits


def splices_of(rng: random.Random) -> Memory:
    """Splices one behind the other, as edits of a row list them."""
    listed: list[int] = []
    first = grown = 0
    for _ in range(rng.randint(0, 3)):
        first += rng.randint(0, 3)
        before, after = rng.randint(0, 3), rng.randint(0, 3)
        listed += [first, before, first + grown, after]
        first, grown = first + before, grown + after - before
    return Memory("splices", listed)


def few(rng: random.Random) -> int:
    """A small number, or one of any size."""
    return rng.choice([0, 1, 2, 3, rng.randint(-2, 9), rng.randint(-(2**31), 2**31 - 1)])


def many_of(rng: random.Random, source: Source, called: str = "run_step") -> dict[str, Any]:
    """The arrays of a few sessions, a row for each, and calls of some of them.

    Args:
        rng: what is drawn from.
        source: of the kernels.
        called: the kernel that is called for each.
    """
    prepared = called not in ("run_step", "run_prepare")
    of_each, network = list[dict[str, Any]](), None
    for _ in range(rng.choice([1, 1, 2, 3])):
        session = session_of(rng, source)
        one = arrays_of(rng, session)
        if called == "run_policy":
            network = network or weights_of(rng, session)
        if called == "run_tied":
            one["space"] = tied_in(rng, one["session"])
        elif prepared:
            looked = looked_at(source, session, network[code.HIDDEN]) if network else None
            one["space"] = whole_space(rng, session, called, looked)
        of_each.append(one)
    kind = rng.choice([np.float32, np.float64] if prepared else [np.float32, np.float64, np.int32])
    given, calls = Given(), list[Memory]()
    most = max(one["session"].header[code.N_DIFF] for one in of_each)
    for i in rng.sample(range(len(of_each)), rng.randint(1, len(of_each))):
        session = of_each[i]["session"]
        header = session.header
        header[code.UNLOCKED] = rng.randint(0, 1)
        its = (logits_of if called == "run_logits" else scores_of)(rng, session, kind)
        call = [0] * (code.TOLD + (1 + code.SPLICE) * most)
        call[code.NUMBER], call[code.GIVEN], call[code.GIVEN_TO] = i, len(given), len(given) + len(its)
        cursor = rng.choice([-1, rng.randint(header[code.FIRST], header[code.END])])
        call[code.RETURNED] = rng.choice([0, 0, code.BAD_SCORE]) if prepared else cursor
        given = Given([*given, *its])
        calls.append(_cut(Memory("call", call)))
    rows = {name: RowsOf(one[name] for one in of_each) for name in ("tags", "scratch", "state")}
    spaces = [one["space"] for one in of_each]
    if called == "run_tied":
        space = max(spaces, key=lambda one: one.cells)
    else:
        space = _for_any(spaces, rows["state"], rng) if prepared else spaces[0]
    more = {"network": network, **dict.fromkeys(("scores", "logits"), given)}
    return {**rows, "space": space, "calls": RowsOf(calls), **more}


def tied_in(rng: random.Random, session: code.Session) -> Array:
    """The array of a selection with other ties, with more room than it takes or less; by what ties go is drawn, too."""
    header = session.header
    header[code.BY_CURSOR] = rng.randint(0, 1)
    header[code.CURSOR_TOKEN] = rng.choice([header[code.END], rng.randint(header[code.FIRST], header[code.END])])
    found = header[code.N_DIFF] + header[code.REMEMBERED] + header[code.LEDGER_TO] - header[code.LEDGER_FROM]
    sides = 1 if header[code.CURSOR_TOKEN] == header[code.END] else 2
    return columns(max(0, min(sides * found, header[code.SLOTS]) + rng.choice([-1, 0, 0, 0, 2])))


def _for_any(spaces: Sequence[Array], states: RowsOf, rng: random.Random) -> Array:
    """An array with room for each of these, whatever it holds; each row of a state ends with how it is laid out."""
    front, at = Cut("header", [few(rng) for _ in range(code.WORK_HEADER)]), code.WORK_HEADER
    pieces: dict[tuple[int, int], Cut | Array] = {(0, at): front}
    for space, state in zip(spaces, states.rows, strict=True):
        header, behind = _cut(space.front), at - code.WORK_HEADER
        for place in range(code.WORK_TABLES + 1):
            header[code.WORK_OFFSETS + place] += behind
        state.pieces[state.cells - code.WORK_HEADER, state.cells] = header
        for (first, last), table in space.pieces.items():
            if first > 0:
                pieces[first + behind, last + behind] = _of_another(table, rng)
        at += space.cells - code.WORK_HEADER
    return Array(at, front, pieces)


def _of_another(table: Cut | Array, rng: random.Random) -> Cut | Array:
    """A table, or an array of some, that holds whatever another session has left there."""
    if isinstance(table, Array):
        pieces = {place: _of_another(one, rng) for place, one in table.pieces.items()}
        return Array(table.cells, table.front, pieces)
    made = _cut(table)
    for i in range(len(made)):
        made[i] = min(max(few(rng), made.low), made.high)
    return made


def call_of(rng: random.Random, session: code.Session) -> Memory:
    """A call of a session, with room for all that it may return."""
    room = session.header[code.N_DIFF]
    session.header[code.SPLICES], session.header[code.UNLOCKED] = rng.randint(0, room), rng.randint(-1, 1)
    for i in range(len(session.splices)):
        session.splices[i] = rng.randint(0, 9)
    return Memory("call", [0] * code.RETURNED + [rng.randint(-1, 9)] + [0] * (3 + (1 + code.SPLICE) * room))


def made_up(theory: Theory, source: Source, contract: Contract, rng: random.Random) -> dict[str, Any]:
    """A call with tables of a few numbers each, where nobody calls the kernel with a session."""
    session = session_of(rng, source)
    if rng.random() < 0.5:
        session = pinned(session, rng)
    types = types_of(theory.kernels[contract.kernel])
    wide = contract.any_width if rng.random() < 0.5 else ()
    if "Calls" in types.values():
        calls = [line for line in ast.walk(theory.kernels[contract.kernel]) if isinstance(line, ast.Call)]
        [called] = [name for name in map(ast.unparse, (line.func for line in calls)) if name.startswith("run_")]
        many = many_of(rng, source, called)
        return {name: many[name] for name in types}
    arrays: dict[str, Any] = arrays_of(rng, session) if {"Tags", "Scratch", "Longs"} & {*types.values()} else {}
    session = arrays.pop("session", session)
    if "call" in types and "space" in types:  # which has been another session's
        for i in range(code.WORK_HEADER):
            arrays["space"].front[i] = few(rng)
    return {
        name: arrays[name] if name in arrays else _made(theory, session, name, kind, rng, wide)
        for name, kind in types.items()
    }


def pinned(session: code.Session, rng: random.Random) -> code.Session:
    """The session with ranges of tokens where nothing collapses or nothing expands, and slots that may be theirs."""

    def ranges(name: str) -> Memory:
        ends = sorted(rng.sample(range(code.PIN * 8), 2 * rng.randint(0, 3)))
        pairs = [sorted(rng.choices(range(session.header[code.SLOTS] + 1), k=2)) for _ in ends[::2]]
        slots = zip(*map(sorted, zip(*pairs, strict=True)), strict=True)
        return Memory(name, [one for i, two in enumerate(slots) for one in (*ends[2 * i : 2 * i + 2], *two)])

    return session._replace(no_collapse=ranges("no_collapse"), no_expand=ranges("no_expand"))


def remembering(session: code.Session, rng: random.Random) -> code.Session:
    """The session with means of what some of its slots were told, and maybe with what it has just been told.

    What lies behind them may be below all scores.
    """
    header, slots = session.header, session.header[code.SLOTS]
    header[code.KNOWN], header[code.HEARD] = rng.randint(0, slots), rng.choice([0, slots])

    def means(name: str, count: int) -> Memory:
        low, high = WIDTHS[32]
        least = rng.choice([low, low + 1])
        return Memory(name, [rng.randint(low, high) if i < count else least for i in range(len(session.tags))], 32)

    return session._replace(memory=means("memory", header[code.KNOWN]), told=means("told", header[code.HEARD]))


def ring_of(rng: random.Random) -> Memory:
    """A table of thresholds that adapt, with what the last iterations left."""
    window = rng.randint(0, 4)
    ring = [rng.randint(0, 9) for _ in range(window)]
    least, most = sorted(rng.choices(range(200), k=2))
    turns = [window, rng.randint(0, window), rng.randrange(window) if window else 0, sum(ring)]
    return Memory("adaptive", [*turns, least, most, rng.randint(0, 200), rng.randint(0, 200), *ring])


def _made(
    theory: Theory, session: code.Session, name: str, kind: str, rng: random.Random, wide: Sequence[str] = ()
) -> Any:
    """A value for a parameter: of a session where it has one, else a few numbers; ``wide`` tables are of 64 bits."""
    bits = 64 if name in wide else theory.bits.get(name, 64)
    if kind == "Session":
        return session
    if kind.startswith("NDArray[np.generic]"):
        return scores_of(rng, session)
    if kind == "Weights":
        return weights_of(rng, session)
    if kind == "Longs":
        return thirds(len(session.tags))
    if name == "query":
        return search_of(rng, session).header
    if name == "adaptive":
        return ring_of(rng)
    if name == "splices":
        return splices_of(rng)
    if name == "call":
        return call_of(rng, session)
    if name == "told":  # which a session without a memory has none of
        return twin("told", session.fixed, 32)
    if kind in ("Ints", "Table"):
        if name in code.Session._fields and name not in wide:
            return getattr(session, name)
        size = rng.choice([rng.randint(0, 6), rng.randint(6, 20), session.header[code.SLOTS] + rng.randint(0, 2)])
        low, high = WIDTHS[bits]
        cells = [min(max(few(rng), low), high) for _ in range(size)]
        return Memory(name, sorted(cells) if rng.random() < 0.6 else cells, bits)
    if kind in MADE:
        return MADE[kind](rng, session)
    if kind in theory.tuples:
        parts = {part: _made(theory, session, part, its, rng) for part, its in theory.tuples[kind].items()}
        return TUPLES[kind](**parts)
    return rng.random() < 0.5 if kind == "bool" else few(rng)


def twin(name: str, table: code.Ints, bits: int = 64) -> Memory:
    """A table with the same numbers."""
    return Memory(name, [table[i] for i in range(len(table))], bits)


def asked_of(session: code.Session) -> Memory:
    """The header of a work space with the deltas of the session's geometry; the rest is 0."""
    header = Memory("header", [0] * code.WORK_HEADER)
    levels = range(1, session.header[code.TOP] + 1)
    deltas = sorted({session.header[code.WIDTH + level] - session.header[code.UNITS + level] for level in levels})
    header[code.DELTAS] = len(deltas)
    for i, delta in enumerate(deltas):
        header[code.DELTA_LIST + i] = delta
    return header


def search_of(rng: random.Random, session: code.Session) -> code.Search:
    """A search among a few runs, some of which are empty, before it or in the middle of it."""
    pairs, free = rng.randint(0, 1), rng.randint(1, 3)
    sizes = [rng.randint(0, 3) for _ in range(2 * pairs + free)]
    keys = [rng.randint(-50, 50) * code.PLACES + rng.randint(0, 9) for _ in range(sum(sizes) + rng.randint(0, 1))]
    header = asked_of(session)
    header[code.ACTIONS], header[code.ROOM] = rng.randint(0, 4), rng.randint(-3, 9)
    header[code.PAIRS], header[code.RUNS], header[code.SPACE] = pairs, len(sizes), 9
    for field in (code.CHURN, code.WEIGHT, code.RECOMPUTE):
        header[field] = rng.choice([0, 0, rng.randint(0, 9)])
    header[code.TARGET], header[code.APART] = rng.randint(-5, 9), rng.randint(0, 2)
    runs = [cell for i, size in enumerate(sizes) for cell in (sum(sizes[:i]), size, rng.randint(-2, 3))]
    room = header[code.ACTIONS] + 1
    bounds = [rng.randint(0, 9) for _ in range(room * code.BOUNDS * (free + 1))]
    states = [rng.randint(0, 1) for _ in range(2 * 9 * code.STATE)]
    return code.Search(
        header,
        Memory("runs", runs + [0] * code.RUN),
        Memory("item_keys", keys + [0] * rng.randint(0, 4)),
        Memory("item_notes", [0] * (len(keys) + 4)),
        Memory("heads", [rng.randint(0, size) for size in sizes]),
        Memory("bounds", bounds),
        Memory("states", states),
        Memory("order_keys", [0] * 9),
        Memory("order", [0] * 9),
    )


def whole_search(rng: random.Random, session: code.Session) -> code.Search:
    """A search as it is asked for: runs in order, best first, and room for what it takes."""
    pairs, free, room, space = rng.randint(0, 2), rng.randint(1, 3), rng.randint(1, 4), rng.choice([9, 60, 200])
    sizes = [rng.randint(0, 3) if i >= 2 * pairs or i % 2 else 1 for i in range(2 * pairs + free)]
    deltas = [rng.choice([-2, -1]) if i % 2 == 0 else rng.randint(0, 2) for i in range(2 * pairs)]
    runs = [sorted((rng.randint(-20, 50) for _ in range(size)), reverse=True) for size in sizes]
    header = asked_of(session)
    header[code.ACTIONS], header[code.ROOM] = room, rng.randint(-2, 6)
    header[code.PAIRS], header[code.RUNS], header[code.SPACE] = pairs, len(sizes), space
    for field in (code.CHURN, code.WEIGHT, code.RECOMPUTE):
        header[field] = rng.choice([0, 0, rng.randint(0, 9)])
    header[code.TARGET] = rng.randint(-5, 9)
    deltas += sorted(rng.choice([-2, -1, 1, 2, 3]) for _ in range(free))
    cells = [cell for i, size in enumerate(sizes) for cell in (sum(sizes[:i]), size, deltas[i])]
    items = [rank * code.PLACES + code.PLACES - 1 - rng.randint(0, 9) for row in runs for rank in row]
    return code.Search(
        header,
        Memory("runs", cells),
        Memory("item_keys", items),
        Memory("item_notes", [rng.randint(0, 9) for _ in items]),
        Memory("heads", [0] * len(sizes)),
        Memory("bounds", [0] * ((room + 1) * code.BOUNDS * (free + 1))),
        Memory("states", [0] * (2 * space * code.STATE)),
        Memory("order_keys", [0] * space),
        Memory("order", [0] * space),
    )


def whole_work(rng: random.Random, session: code.Session) -> code.Work:
    """The tables of an optimum as it is asked for: no more is known than what expands are worth."""
    header, room, pairs, space = (
        asked_of(session),
        session.header[code.N_DIFF],
        rng.randint(0, 3),
        rng.choice([60, 200]),
    )
    deltas = header[code.DELTAS]
    items = 2 * deltas * room + pairs * 6
    runs = 2 * (pairs + deltas)
    header[code.PAIR_SPACE], header[code.ITEM_SPACE], header[code.SPACE] = pairs, items, space
    for field in (code.CHURN, code.WEIGHT, code.CURSOR):
        header[field] = rng.choice([0, 0, rng.randint(0, 9)])
    header[code.TARGET] = rng.randint(-5, 9)
    if rng.random() < 0.3:
        header[code.TOP_K] = rng.randint(1, room)
        header[code.EXPAND_FLOOR] = header[code.COLLAPSE_FLOOR] = code.NOT_FOUND
    sizes = {
        "runs": runs * code.RUN, "item_keys": items, "item_notes": items, "heads": runs,
        "bounds": (room + 1) * code.BOUNDS * (2 * deltas + 1), "states": 2 * space * code.STATE,
        "order_keys": space, "order": space,
    }  # fmt: skip
    search = code.Search(header, *(Memory(name, [0] * cells) for name, cells in sizes.items()))
    families = session.header[code.FAMILIES]
    longs = dict.fromkeys(("pool_keys", "pool_families"), deltas * room) | dict.fromkeys(
        ("apart_keys", "apart_families"), pairs
    )
    longs |= dict.fromkeys(("chosen", "chosen_notes", "other", "other_notes"), room)
    tables = {name: Memory(name, [0] * cells) for name, cells in longs.items()}
    wishes = Memory("wishes", [rng.randint(-9, 9) for _ in range(families)] if rng.random() < 0.2 else [])
    worth, peaks = twin("worth", session.fixed, 32), Memory("peaks", [0] * len(session.peaks), 32)
    return code.Work(header, search, worth, peaks, **tables, wishes=wishes)


IN_SPACE = (
    *("pool_keys", "pool_families", "apart_keys", "apart_families"),
    *("runs", "item_keys", "item_notes", "heads", "bounds", "states", "order_keys", "order"),
    *("chosen", "chosen_notes", "other", "other_notes", "wishes"),
)
"""The tables of a search, in the order in which they lie in its array."""


WISHED = "run_projection", "run_logits", "run_policy"
"""The calls in which a policy wishes something of each family."""

REGIONAL = "run_hierarchy", "run_hierarchy_by_price"
"""The calls that plan by regions."""

WEIGHED = "run_objectives", "run_recompute"
"""The calls that weigh several objectives."""

LOGITS = 20
"""The place of logits in fixed point."""

HALVES = LOGITS, 34, 39
"""The places of which two entries share a cell: logits, and gates and numbers of a look at the items."""

CLAIMS = 33
"""The place of what regions claim, of which there are two tables."""


def _own_tables(session: code.Session, work: code.Work, called: str) -> dict[int, Memory]:
    """By place in its array, the tables that not every search has, of the one that a kernel calls."""
    slots, families, chunks = session.header[code.SLOTS], session.header[code.FAMILIES], len(session.peaks)
    stretches = code.CLASSES + 2 * work.header[code.DELTAS]
    most = session.header[code.N_DIFF]
    sizes = {17: len(session.tags), 19: chunks}
    if called in ("run_recompute", *REGIONAL):
        sizes |= {21: code.HEADER, 22: 2 * code.REGION, 23: families, 24: families, 27: slots}
        sizes |= {28: 2 * session.header[code.CAPACITY] + chunks}
    if called == "run_recompute":
        sizes |= {18: slots, 29: slots * code.START, 30: stretches * most, 31: stretches, 32: stretches}
    if called in REGIONAL:
        sizes |= {25: most, 26: most}
    if called == "run_hierarchy":
        sizes |= {22: (slots + 1) * code.REGION}
    if called == "run_hierarchy_by_price":
        sizes |= {CLAIMS: 2 * session.header[code.CAPACITY]}
    if called == "run_logits":
        sizes |= {18: slots}
    tables = {place: Memory(f"table {place}", [0] * cells) for place, cells in sizes.items()}
    if called == "run_logits":
        tables[LOGITS] = Memory("logits", [0] * (6 * ((slots + 1) // 2)), 32)
    return tables


def whole_space(
    rng: random.Random, session: code.Session, called: str, looked: Mapping[int, Memory | Array] | None = None
) -> Array:
    """The array of an optimum as it is asked for; of the tables that others need there is none.

    Nearness may have a weight in the calls in `WEIGHED` alone.

    Args:
        rng: what is drawn from.
        session: whose iteration it is for.
        called: the kernel that is called.
        looked: by place, tables of a look at the items, if there is one.
    """
    work = whole_work(rng, session)
    wishes = session.header[code.FAMILIES] + rng.randint(0, 1) if called in WISHED else 0
    work = work._replace(wishes=Memory("wishes", [0] * wishes))
    if called == "run_recompute":
        work.header[code.RECOMPUTE] = rng.randint(0, 3) * 2**18
    if called in REGIONAL:
        work.header[code.CAP] = session.header[code.N_DIFF] + rng.choice([0, 0, 3])
    if called in ("run_recompute", *REGIONAL, *WISHED):  # all candidates may act
        work.header[code.TOP_K] = work.header[code.EXPAND_FLOOR] = work.header[code.COLLAPSE_FLOOR] = 0
    if called not in WEIGHED:
        work.header[code.CURSOR] = 0
    work.header[code.GOAL] = session.header[code.SLOTS] + work.header[code.TARGET]
    header, at, pieces = _cut(work.header), code.WORK_HEADER, dict[tuple[int, int], Cut | Array]()
    tables: dict[int, Any] = {
        place: getattr(work.search if name in code.Search._fields else work, name)
        for place, name in enumerate(IN_SPACE)
    }
    tables |= _own_tables(session, work, called)
    tables |= looked or {}
    for place in range(code.WORK_TABLES):
        header[code.WORK_OFFSETS + place] = at
        table = tables.get(place, Memory("nothing", []))
        cells = (len(table) + 1) // 2 if place in HALVES else len(table)
        if place == CLAIMS and cells:
            half = cells // 2
            for name, begin in zip(code.Claims._fields, (at, at + half), strict=True):
                pieces[begin, begin + half] = _cut(Memory(name, [0] * half))
        elif cells:
            pieces[at, at + cells] = table if isinstance(table, Array) else _cut(table)
        at += cells
    header[code.WORK_OFFSETS + code.WORK_TABLES] = at
    pieces[0, code.WORK_HEADER] = header
    return Array(at, header, pieces)


def work_of(rng: random.Random, session: code.Session) -> code.Work:
    """The tables of an optimum, its search among them; what expanding is worth as scores are."""
    search, chunks = search_of(rng, session), len(session.peaks)
    longs = {name: Memory(name, [rng.randint(0, 3) for _ in range(6)]) for name in code.Work._fields[4:]}
    worth = twin("worth", session.fixed, 32)
    return code.Work(search.header, search, worth, Memory("peaks", [0] * chunks, 32), **longs)


def regions_of(rng: random.Random, session: code.Session) -> code.Regions:
    """The regions of a context, as if it were one or two."""
    slots, families = session.header[code.SLOTS], session.header[code.FAMILIES]
    cuts = sorted([0, rng.randint(0, slots), slots])
    listed = sorted([0, rng.randint(0, families), families])
    table = [cell for slot, family in zip(cuts, listed, strict=True) for cell in (0, slot, family, 0, 0)]
    own = {"tags": 8, "fixed": 32, "family_slot": 64, "family_node": 64, "header": 64}
    region = session._replace(**{name: twin(name, getattr(session, name), bits) for name, bits in own.items()})
    worth = twin("worth", session.fixed, 32)
    return code.Regions(region, worth, Memory("table", table), Memory("turns", [0] * 6), Memory("notes", [0] * 6))


def whole_regions(rng: random.Random, session: code.Session) -> tuple[code.Work, code.Regions]:
    """The tables of a search by regions, and of the regions, with room for all that there can be."""
    work, slots, most = whole_work(rng, session), session.header[code.SLOTS], max(1, session.header[code.N_DIFF])
    work.header[code.CAP] = session.header[code.N_DIFF] + rng.choice([0, 0, 3])
    work.header[code.EXPAND_FLOOR] = 0
    table = Memory("table", [0] * (slots + 1) * code.REGION)
    regions = regions_of(rng, session)._replace(
        table=table, turns=Memory("turns", [0] * most), notes=Memory("notes", [0] * most)
    )
    return work._replace(wishes=Memory("wishes", [])), regions


def whole_starts(rng: random.Random, session: code.Session) -> tuple[code.Work, code.Regions, code.Starts]:
    """The tables of a search from one slot after the other, with room for all that there can be."""
    work, regions = whole_regions(rng, session)
    work.header[code.RECOMPUTE] = rng.randint(0, 3) * 2**18
    starts, slots = starts_of(rng, session), session.header[code.SLOTS]
    return work, regions, starts._replace(table=Memory("table", [0] * slots * code.START), worth=regions.worth)


def starts_of(rng: random.Random, session: code.Session) -> code.Starts:
    """Places where a choice may begin, and the best values of each stretch, none of which is full for certain."""
    stretches, room = code.CLASSES + 2 * asked_of(session)[code.DELTAS], session.header[code.N_DIFF]
    listed = rng.randint(0, 3)
    leading = [sorted((rng.randint(-9, 50) for _ in range(room)), reverse=True) for _ in range(stretches)]
    return code.Starts(
        Memory("table", [rng.randint(0, 20) for _ in range((listed + 1) * code.START)]),
        Memory("leading", [value for row in leading for value in row]),
        Memory("sizes", [rng.choice([room, rng.randint(0, room)]) for _ in range(stretches)]),
        Memory("families", [rng.randint(-1, 9) for _ in range(stretches)]),
        twin("worth", session.fixed, 32),
        rng.choice([code.LOWEST, session.header[code.TAU_EXPAND], code.UNBOUNDED]),
    )


def ties_of(rng: random.Random, session: code.Session) -> code.Ties:
    """Work space for a selection with other ties, and what is remembered."""
    size, room = rng.randint(0, 3), rng.randint(0, 8)
    longs = {name: Memory(name, sorted(rng.randint(0, 9) for _ in range(room))) for name in code.Ties._fields[3:]}
    history = code.History(
        size,
        rng.randint(0, 5),
        Memory("acted", [rng.randint(0, 9) for _ in range(size + rng.randint(0, 4))]),
        Memory("iterations", [rng.randint(0, 9) for _ in range(size + rng.randint(0, 4))]),
    )
    return code.Ties(rng.random() < 0.5, history, twin("worth", session.fixed, 32), **longs)


def network_of(rng: random.Random, session: code.Session) -> code.Network:
    """A small policy."""
    width = rng.randint(0, 2)
    sizes = [width, rng.randint(1, 2), *rng.choices(range(9), k=2), rng.randint(0, 1), *rng.choices(range(-9, 9), k=3)]
    cells = (
        code.SIDES * (code.CHEAP + 1), code.SIDES * (code.KNOWN_OF_ITEM + 1) * width,
        code.SIDES * (5 * width + 1) * width, code.SIDES * (width + 1),
    )  # fmt: skip
    layers = ([rng.randint(-127, 127) for _ in range(count)] for count in cells)
    names = code.Network._fields[1:]
    tables = (Memory(name, layer) for name, layer in zip(names, layers, strict=True))
    return code.Network(Memory("sizes", sizes), *tables)


def weights_of(rng: random.Random, session: code.Session) -> Array:
    """The array of a small policy."""
    layers = network_of(rng, session)
    at, pieces = 0, dict[tuple[int, int], Cut]()
    for name, table in layers._asdict().items():
        pieces[at, at + len(table)] = _cut(twin(name, table, 32))
        at += len(table)
    return Array(at, pieces[0, code.NETWORK], pieces)


def looked_at(source: Source, session: code.Session, width: int) -> dict[int, Memory | Array]:
    """By place in the array of a search, the tables of a look at the items by a policy of a width, and of greedy's."""
    slots, listed = len(session.tags), code.SIDES * source.constants["LOOK"]
    chunks = max(listed, slots // source.constants["GATES"] + 1)
    sizes = {
        18: slots, 25: max(1, session.header[code.N_DIFF]), 34: slots + slots % 2, 35: chunks, 36: chunks, 37: chunks,
    }  # fmt: skip
    plain = {place: Memory(f"table {place}", [0] * cells, NARROW.get(place, 64)) for place, cells in sizes.items()}
    items = [listed, listed, listed, code.SIDES + 1, 3 * code.LEVELS]
    known = code.KNOWN_OF_ITEM
    numbers = [known, known * listed, listed * width, 4 * width, width, width]
    return {**plain, 38: array_of(items, 64), 39: array_of([*numbers, sum(numbers) % 2], 32)}


def array_of(sizes: Sequence[int], bits: int) -> Array:
    """An array of tables with so many cells, one behind the other."""
    at, pieces = 0, dict[tuple[int, int], Cut | Array]()
    for cells in sizes:
        pieces[at, at + cells] = _cut(Memory("part", [0] * cells, bits))
        at += cells
    return Array(at, Cut("none", []), pieces)


def look_of(rng: random.Random, session: code.Session) -> code.Look:
    """Two items of each kind at most, looked at by the smallest policies, with what was made of them or anything."""
    items, width, slots = code.SIDES * 2, 2, len(session.fixed)
    families = max(1, session.header[code.FAMILIES])
    places = [rng.randrange(max(1, slots)) for _ in range(items)]
    keys = [rng.randint(-9, 9) * code.PLACES + code.PLACES - 1 - place for place in places]
    clipped = rng.choice([9, 2**15 - 1])
    numbers = {
        "gates": slots, "known": code.KNOWN_OF_ITEM, "inputs": items * code.KNOWN_OF_ITEM,
        "activations": items * width, "context": 4 * width, "sums": width, "mixed": width,
    }  # fmt: skip
    tables = {name: Memory(name, [rng.randint(0, clipped) for _ in range(n)], 32) for name, n in numbers.items()}
    longs = {"starts": slots, "gate_peaks": slots + 1, "keys": items, "notes": items, "base": 3 * code.LEVELS}
    tables |= {name: Memory(name, [rng.randint(0, 9) for _ in range(n)]) for name, n in longs.items()}
    return code.Look(
        **tables,
        told=twin("told", session.fixed, 32),
        listed=Memory("listed", keys),
        marks=Memory("marks", [rng.randrange(families) for _ in range(items)]),
        sizes=Memory("sizes", [rng.randint(0, 2), rng.randint(0, 2), rng.randint(1, 9)]),
        values=Memory("values", [rng.choice([few(rng), rng.randint(0, 9)]) for _ in range(items)]),
    )


def whole_look(rng: random.Random, session: code.Session) -> code.Look:
    """A look at the items of an iteration as it is asked for, of which no more is known than what is told."""
    made, slots = look_of(rng, session), len(session.fixed)
    return made._replace(
        gates=Memory("gates", [0] * (slots + 1), 32),
        keys=Memory("keys", [0] * 16),
        notes=Memory("notes", [0] * 16),
        gate_peaks=Memory("gate_peaks", [0] * (slots + 2)),
        sizes=Memory("sizes", [0, 0, rng.randint(1, 9)]),
    )


MADE: dict[str, Callable[[random.Random, code.Session], Any]] = {
    "Search": search_of,
    "Work": work_of,
    "Regions": regions_of,
    "Starts": starts_of,
    "Ties": ties_of,
    "Look": look_of,
    "Network": network_of,
    "History": lambda rng, session: ties_of(rng, session).history,
}
"""How the tuples are made up that random numbers would hardly ever fit."""
