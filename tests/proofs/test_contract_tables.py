"""What contracts ask of a session's tables is what production's tables are, between any two calls."""

from __future__ import annotations

import random

import pytest

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath import kernels
from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.kernels.packing import node_of
from focalloc.fastpath.plan import packed
from focalloc.fastpath.tables import NAMES, PIN_TABLES, Tables
from focalloc.proofs.contracts.form import Contract
from focalloc.proofs.contracts.invariants import COMPLETE, KEPT
from focalloc.proofs.contracts.words.pins import bars, pinned, pins_cover
from focalloc.proofs.engines.deductive.evidence import theory_of
from focalloc.proofs.engines.deductive.playing import Player
from focalloc.proofs.engines.memory import Memory
from focalloc.proofs.sources import Source
from focalloc.spec.actions import Action
from focalloc.spec.pins import is_pinned

pytestmark = pytest.mark.filterwarnings("ignore:w_max")  # no session ingests here

SOURCE = Source.of(kernels)
PLAYER = Player(theory_of(SOURCE), SOURCE, Contract("step"))


def broken(tables: Tables) -> list[str]:
    """The lines that do not hold of these tables."""
    named = {name: Memory(name, tables.table(name).tolist()) for name in NAMES}
    named |= {
        "header": Memory("header", tables.state[: code.HEADER].tolist()),
        "tags": Memory("tags", tables.tags.tolist(), 8),
    }
    return [line for line in (*KEPT, COMPLETE) if PLAYER.broken([line], named)]


def session(seed: int) -> tuple[Allocator, Tables]:
    """A session after some iterations."""
    rng = random.Random(seed)
    start = random_state(rng, "greedy", 8, [1, 2, 3, 5])
    allocator = Allocator(start.geometry, start.params)
    allocator.load(start.context)
    since, end = start.context[0].start, start.end
    for _ in range(rng.randint(0, 6)):
        first = rng.randrange(since, end)
        collapse = rng.random() < 0.5
        allocator.pin(first, rng.randint(first + 1, end), collapse=collapse, expand=not collapse or rng.random() < 0.5)
    for _ in range(rng.randint(0, 6)):
        allocator.step([score / 2**20 for score in random_scores(rng, start.geometry, allocator.context())])
    tables = allocator._session()
    return allocator, tables


@pytest.mark.parametrize("seed", range(40))
def test_the_tables_of_a_session_are_as_contracts_take_them_to_be(seed: int) -> None:
    _, tables = session(seed)
    tables.check()
    assert broken(tables) == []


def enter(tables: Tables, action: int) -> None:
    """Have the ledger hold another entry, of now."""
    last = tables.state[code.LEDGER_TO]
    tables.table("ledger_action")[last] = action
    tables.table("ledger_iteration")[last] = tables.state[code.ITERATION]
    tables.state[code.LEDGER_TO] += 1


def pass_next(tables: Tables, name: str, cell: int, least: int = 0) -> None:
    """Have what a cell says of the first range be more than what it says of the second, and than ``least``."""
    tables.table(name)[cell] = max(tables.table(name)[cell + code.PIN], least) + 1


SPOILT = {
    "header[LEDGER_TO] <= header[LEDGER_ROOM]": lambda t: t.state.__setitem__(code.LEDGER_ROOM, -1),
    "has_products(header)": lambda t: t.state.__setitem__(code.WIDTH + 1, t.state[code.WIDTH + 1] + 1),
    "spans_are_told(header)": lambda t: t.state.__setitem__(code.SPAN + code.MARK, 0),
    "are_plain(header, tags, header[SLOTS])": lambda t: t.tags.__setitem__(0, code.MARK),
    "header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])": lambda t: t.state.__setitem__(
        code.END, t.state[code.END] + 1
    ),
    "aligned(header, tags, header[SLOTS])": lambda t: t.state.__setitem__(code.FIRST, t.state[code.FIRST] + 1),
    "tiled(header, tags, 0, header[SLOTS])": lambda t: t.tags.__setitem__(0, code.BODY),
    "all_stand(header, tags, family_slot, family_node, header[FAMILIES])": lambda t: t.tags.__setitem__(
        t.table("family_slot")[0], code.RAW
    ),
    "has_spans(header)": lambda t: t.state.__setitem__(code.SPAN + 1, t.state[code.SPAN + 1] + 1),
    "keep_apart(header, family_slot, family_node, 0, header[FAMILIES])": lambda t: t.table("family_slot").__setitem__(
        0, t.table("family_slot")[1] - 1
    ),
    "ledger_acts(header, ledger_action)": lambda t: enter(t, -1),
    "has_places(header, spare_node)": lambda t: t.state.__setitem__(code.CAPACITY, 2**20),
    "widths_are_told(header)": lambda t: t.state.__setitem__(code.ALIKE, 2**20),
    "1 <= header[MIN_GAP]": lambda t: t.state.__setitem__(code.MIN_GAP, 0),
    COMPLETE: lambda t: t.state.__setitem__(code.FAMILIES, t.state[code.FAMILIES] - 1),
    "pins_lie(no_expand, len(no_expand), header[SLOTS])": lambda t: pass_next(t, "no_expand", 3, t.state[code.SLOTS]),
    "ascend(no_collapse, len(no_collapse), 0)": lambda t: pass_next(t, "no_collapse", 0),
    "ascend(no_expand, len(no_expand), 0)": lambda t: pass_next(t, "no_expand", 1),
    "ascend(no_expand, len(no_expand), 2)": lambda t: pass_next(t, "no_expand", 3),
    "rising(family_slot, 0, header[FAMILIES])": lambda t: t.table("family_slot").__setitem__(0, 2**20),
}
"""A line, and what breaks it."""


@pytest.mark.parametrize("line", SPOILT)
def test_tables_that_are_not_do_not_pass(line: str) -> None:
    several = next(
        tables
        for _, tables in map(session, range(1000))
        if tables.state[code.FAMILIES] > 1 and all(len(tables.table(name)) > code.PIN for name in PIN_TABLES)
    )
    assert broken(several) == []
    SPOILT[line](several)
    assert line in broken(several)


@pytest.mark.clause("PIN-1", "PIN-2")
@pytest.mark.parametrize("seed", range(40))
def test_what_contracts_call_pinned_is_what_the_spec_judges_so(seed: int) -> None:
    allocator, tables = session(seed)
    header = tables.state.tolist()
    barred = {"collapse": tables.table("no_collapse").tolist(), "expand": tables.table("no_expand").tolist()}
    for kind, ranges in barred.items():
        for level, start in allocator.context():
            action = Action(kind, max(1, level), start)
            node = packed(action) // 2
            assert pinned(header, ranges, len(ranges), node) == is_pinned(allocator.geometry, tables.pins, action)


@pytest.mark.clause("PIN-2")
@pytest.mark.parametrize("seed", range(40))
def test_slots_are_barred_where_a_pin_meets_what_begins_there(seed: int) -> None:
    _, tables = session(seed)
    header, tags, ranges = tables.state.tolist(), tables.tags.tolist(), tables.table("no_expand").tolist()
    assert pins_cover(header, tags, ranges, len(ranges))
    token = header[code.FIRST]
    for slot in (slot for slot in range(header[code.SLOTS]) if tags[slot] >= 0):
        node = node_of(tags[slot], token)
        assert bars(ranges, len(ranges), slot) == pinned(header, ranges, len(ranges), node)
        token += header[code.SPAN + tags[slot]]
