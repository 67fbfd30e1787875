"""Contracts played: the same lines as Python, on the calls that short sessions make, and on what is close to those.

It proves nothing. It shows that what a contract needs can be met and that every loop is entered, so that no proof is
about nothing; and it finds an input that shows a planted bug, where a solver that is asked about every size only gives
up.
"""

from __future__ import annotations

import ast
import copy
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.contracts import words
from focalloc.proofs.contracts.form import Contract, Loop
from focalloc.proofs.contracts.lemmas import LEMMAS
from focalloc.proofs.engines.deductive.conditions import loops_of
from focalloc.proofs.engines.deductive.formulas import INT64, Theory, types_of
from focalloc.proofs.engines.deductive.inputs import (
    REGIONAL,
    WEIGHED,
    Array,
    RowsOf,
    arrays_of,
    few,
    halves,
    logits_of,
    looked_at,
    made_up,
    network_of,
    pinned,
    remembering,
    scores_of,
    session_of,
    thirds,
    tied_in,
    torn_session,
    twin,
    weights_of,
    whole_look,
    whole_regions,
    whole_search,
    whole_space,
    whole_starts,
    whole_work,
)
from focalloc.proofs.engines.memory import Broken, Memory
from focalloc.proofs.sources import Mutation, Source, definitions, parsed, program
from focalloc.proofs.theorem import Survey

PATIENCE = 3_000
"""Turns of loops after which a call that has not returned counts as one that never will."""

CLOSELY = 12
"""Calls of a kernel whose loops are looked at in each turn; the others are only looked at from outside."""


class Seen(list[int]):
    """A table as lines see it: 0 outside, and it knows what its cells hold."""

    low, high = INT64

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return super().__getitem__(place)
        return super().__getitem__(place) if 0 <= place < len(self) else 0


def seen(table: Any) -> Any:
    """A table, tuple of tables or number as lines see it."""
    if isinstance(table, Memory):
        found = Seen(table)
        found.low, found.high = table.low, table.high
        return found
    if isinstance(table, RowsOf):
        return RowsOf(map(seen, table.rows))
    if isinstance(table, tuple):
        return table._replace(**{name: seen(part) for name, part in zip(table._fields, table, strict=True)})  # type: ignore[attr-defined]
    return table


def put(table: Sequence[int], place: int, value: int) -> Seen:
    """The table with another value in one cell."""
    return Seen([value if i == place else table[i] for i in range(max(len(table), place + 1))])


def only(now: Sequence[int], then: Sequence[int], *places: int) -> bool:
    """Whether tables differ in these cells at most."""
    return all(now[i] == then[i] for i in range(len(now)) if i not in places)


def ranged(value: int) -> int:
    """What 64 bits hold, or no number, which floats may be.

    Raises:
        Broken: it is too much for them.
    """
    if value < INT64[0] or INT64[1] < value:
        raise Broken(f"{value} does not fit 64 bits")
    return value


class _Line(ast.NodeTransformer):
    """A line as a Python expression: ``implies`` looks at its second part only if it has to."""

    def __init__(self) -> None:
        self._bound: frozenset[str] = frozenset()

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        outer, mine = self._bound, {ast.unparse(one.target) for one in node.generators}
        self._bound = outer | mine
        self.generic_visit(node)
        self._bound = outer
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        match node:
            case ast.Call(func=ast.Name(id="implies"), args=[one, other]):
                return ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), self.visit(one)), self.visit(other)])
            case ast.Call(func=ast.Name(id="old"), args=[one]):
                return _Old(self._bound).visit(self.visit(one))
            case ast.Call(func=ast.Name(id="only"), args=[table, *places]):
                then = _Old(self._bound).visit(copy.deepcopy(table))
                return ast.Call(node.func, [table, then, *map(self.visit, places)], [])
            case ast.Call(func=ast.Name(id="rows"), args=[ast.Name(id=name)]):
                return ast.Name(f"rows_of_{name}", ast.Load())
            case ast.Call(func=ast.Name(id="low" | "high" as end), args=[table]):
                return ast.Attribute(table, end, ast.Load())
        return self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        node.ifs = [one for one in node.ifs if not (isinstance(one, ast.Call) and ast.unparse(one.func) == "at")]
        return self.generic_visit(node)


class _Old(ast.NodeTransformer):
    """Names as they were at the call, but for those that a line runs through."""

    def __init__(self, bound: frozenset[str]) -> None:
        self._bound = bound

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(one) for one in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        as_it_is = node.id.isupper() or node.id in self._bound
        return node if as_it_is else ast.Name(f"old_{node.id}", node.ctx)


@cache
def _compiled(line: str) -> Any:
    tree = _Line().visit(ast.parse(line, mode="eval"))
    return compile(ast.fix_missing_locations(tree), line[:70], "eval")


class _Watched(ast.NodeTransformer):
    """A kernel whose results are looked at, and the turns of its loops."""

    def __init__(self, kernel: str, loops: Mapping[str, ast.AST]) -> None:
        self.kernel = kernel
        self.names = {id(node): name for name, node in loops.items()}

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        result: Any = self.generic_visit(node)
        return ast.Call(ast.Name("_ranged", ast.Load()), [result], [])

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        load = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], self.visit(ast.BinOp(load, node.op, node.value)))

    def visit_For(self, node: ast.For) -> Any:
        return self._loop(node)

    def visit_While(self, node: ast.While) -> Any:
        return self._loop(node)

    def _loop(self, node: Any) -> Any:
        name = self.names[id(node)]
        self.generic_visit(node)
        node.body = [*ast.parse(f"_turn({self.kernel!r}, {name!r}, locals())").body, *node.body]
        return node


@cache
def _watched(definition: str) -> Any:
    """The kernels in a part of a source, each looked at while it runs."""
    functions = []
    for kernel in parsed(definition).values():
        from_outside = re.search(r"NDArray\[np\.(int|float)", ast.unparse(kernel.args))
        if not from_outside and not kernel.name.startswith("_"):
            mine = copy.deepcopy(kernel)
            mine.decorator_list = []
            functions.append(_Watched(kernel.name, loops_of(mine)).visit(mine))
    return program(functions, "kernels")


def copied(value: Any, twins: dict[int, Memory] | None = None) -> Any:
    """Tables that can be written to, apart from the ones they are copies of; what was one table is one."""
    twins = {} if twins is None else twins
    if isinstance(value, Memory):
        if id(value) not in twins:
            twins[id(value)] = twin = type(value)(value.name, value)
            twin.low, twin.high = value.low, value.high
        return twins[id(value)]
    if isinstance(value, Array):
        pieces = {where: copied(one, twins) for where, one in value.pieces.items()}
        return Array(value.cells, copied(value.front, twins), pieces)
    if isinstance(value, RowsOf):
        return RowsOf(copied(one, twins) for one in value.rows)
    if isinstance(value, tuple):
        return value._make(copied(one, twins) for one in value)  # type: ignore[attr-defined]
    return {name: copied(one, twins) for name, one in value.items()} if isinstance(value, dict) else value


def _before(names: Mapping[str, Any]) -> dict[str, Any]:
    """What lines call what was: all names, and the fields of tuples, as they are now."""
    before = {name: one for name, one in names.items() if not isinstance(one, Array)}
    for value in [*before.values()]:
        if isinstance(value, tuple):
            before = value._asdict() | before  # type: ignore[attr-defined]
    return {f"old_{name}": value for name, value in before.items()}


@dataclass
class Player:
    """Plays one kernel of a source, as shipped or with a bug.

    Attributes:
        theory: all that lines speak of.
        source: of the kernels.
        contract: of the kernel.
        reached: the loops that were entered.
    """

    theory: Theory
    source: Source
    contract: Contract
    reached: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._space = self.source._names() | dict(self.source.constants)
        self._space |= {"_ranged": ranged, "_turn": self._turn}
        for definition in definitions(self.source.text):
            exec(_watched(definition), self._space)
        for one in self.theory.contracts.values():
            if one.guarded and one.kernel != self.contract.kernel:
                self._space[one.kernel] = self._with_guard(one)
        self._lines = (
            self._space
            | Source.of(words)._names()
            | {"put": put, "only": only, "cells": len, "min": min, "max": max, "all": all}
        )
        self._close = True
        self._left = 0
        self._old: dict[str, Any] = {}
        self._cut: dict[str, Any] = {}

    def _with_guard(self, asked: Contract) -> Callable[..., Any]:
        """A kernel that is given what it needs or breaks the call."""
        plain, names = self._space[asked.kernel], [*types_of(self.theory.kernels[asked.kernel])]

        def guarded(*given: Any) -> Any:
            told = dict(zip(names, given, strict=True))
            if line := self.broken(asked.needs, told):
                raise Broken(f"{asked.kernel} does not get what it needs: {line}")
            return plain(*given)

        return guarded

    def broken(self, lines: Iterable[str], names: Mapping[str, Any]) -> str:
        """The first of some lines that does not hold; empty if all do."""
        visible = {name: seen(value) for name, value in names.items()}
        fields = {part for one in names.values() for part in getattr(one, "_fields", ())}
        visible = {name: one for name, one in visible.items() if not isinstance(one, Array) or name not in fields}
        for name, value in [*visible.items()]:
            if isinstance(value, tuple) and not name.startswith("old_"):  # their tables go by names of their own
                visible = value._asdict() | visible  # type: ignore[attr-defined]
        single = {value for value in visible.values() if isinstance(value, int)}
        numbers = sorted(single.union(*(value for value in visible.values() if isinstance(value, Seen))))
        words.INTEGERS.listed = sorted({*range(-1, 5), *numbers[-6:], *numbers[:4]})
        scope = self._lines | visible
        for line in lines:
            try:
                holds = bool(eval(_compiled(line), scope))
            except ZeroDivisionError:
                holds = False
            if not holds:
                return line
        return ""

    def _turn(self, kernel: str, name: str, names: dict[str, Any]) -> None:
        self._left -= 1
        if self._left < 0:
            raise Broken(f"no end of `{name}`")
        if kernel != self.contract.kernel or name not in self.contract.loops:
            return  # what it calls may have a loop with the same first line
        self.reached.add(name)
        if self._close:
            kept = (line for line in self.contract.loops[name].keeps if "entry(" not in line)
            if line := self.broken(kept, self._old | self._cut | names):
                raise Broken(f"in a turn of `{name}` this does not hold: {line}")

    def _cuts_of(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What the contract calls the tables of arrays."""
        cut: dict[str, Any] = {}
        for name, text in self.contract.cuts.items():
            cut[name] = eval(text, self._space, dict(told) | cut)
        return cut

    def _turns_of(self, told: Mapping[str, Any]) -> list[tuple[Loop, dict[str, Any]]]:
        """What lines call the rows of each turn that has some for itself.

        Raises:
            Broken: two turns have the same, or a turn has one that there is not.
        """
        found: list[tuple[Loop, dict[str, Any]]] = []
        for first_line, one in self.contract.loops.items():
            counted = re.search(r"for (\w+) in range\(len\((\w+)\)\)", first_line) if one.rows else None
            had: set[tuple[str, int]] = set()
            if counted is None:
                continue
            for i in range(len(told[counted[2]])):
                names = {**told, counted[1]: i, **{f"rows_of_{name}": len(told[name]) for name in one.rows}}
                which = {name: eval(text, self._space, names) for name, text in one.rows.items()}
                rows = {name: told[name][index] for name, index in which.items()}
                for name, text in one.cuts.items():
                    names[name] = eval(text, self._space, names)
                if had & {*which.items()}:
                    raise Broken("two turns have one row")
                had |= {*which.items()}
                found.append((one, names | {name: row for name, row in rows.items() if isinstance(row, Array)}))
        return found

    def play(self, given: Mapping[str, Any], close: bool) -> str | None:
        """None if the contract does not speak of such a call; else what went wrong, empty if nothing did."""
        told: dict[str, Any] = copied(dict(given))
        if self.contract.same:
            told[self.contract.same[1]] = told[self.contract.same[0]]
        try:
            self._cut, turns = self._cuts_of(told), self._turns_of(told)
        except (Broken, IndexError):  # an array may be too short for its header
            return None
        if self.broken(self.contract.needs, told | self._cut):
            return None
        if any(self.broken(one.needs, names) for one, names in turns):
            return None
        then = [_before(copied(names)) for _, names in turns]
        self._left, self._close, self._parameters = PATIENCE, close, told.keys()
        self._old = _before(copied(told | self._cut))
        try:
            with np.errstate(invalid="ignore"):  # a score may be too great for 32 bits
                result = self._space[self.contract.kernel](*told.values())
            numbers = {name.removeprefix("old_"): one for name, one in self._old.items() if isinstance(one, int)}
            if line := self.broken(self.contract.gives, told | self._cut | numbers | self._old | {"result": result}):
                raise Broken(f"it does not give {line}")
            for (one, names), old in zip(turns, then, strict=True):
                if line := self.broken(one.gives, names | old):
                    raise Broken(f"a turn does not give {line}")
        except (Broken, ZeroDivisionError, ValueError) as broken:  # a shift by less than nothing is the last of them
            return str(broken)
        return ""


# CALLS


def calls_heard(
    source: Source,
    kernel: str,
    rng: random.Random,
    run: Callable[[Mapping[str, Any], Source, str, random.Random], None],
) -> Iterator[dict[str, Any]]:
    """The calls of a kernel that runs make, each with its arguments; empty where one makes none."""
    heard: list[dict[str, Any]] = []
    functions = dict(source.again().python)
    space = next(iter(functions.values())).__globals__
    plain, names = space[kernel], [*types_of(source.functions[kernel])]

    def listened(*given: Any) -> Any:
        if len(heard) < 40:
            heard.append(copied(dict(zip(names, given, strict=True))))
        return plain(*given)

    space[kernel] = listened
    while True:
        heard.clear()
        with suppress(Broken), np.errstate(invalid="ignore"):  # a table was too small for that
            run(space, source, kernel, rng)
        yield from rng.sample(heard, min(3, len(heard))) or [{}]


def run_session(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration, or a reclaim."""
    torn = kernel in ("select", "alternate") and rng.random() < 0.5
    session = torn_session(rng, source) if torn else session_of(rng, source)
    if rng.random() < 0.3:
        session = pinned(session, rng)
        space["place_pins"](session)
    if rng.random() < 0.3:
        session = remembering(session, rng)
    if rng.random() < 0.7:
        space["step"](session)
    else:
        told = (Memory(name, [0] * 64) for name in ("reclaimed", "whereabouts"))
        space["reclaim"](session, rng.randint(1, 2), rng.random() < 0.5, rng.randint(1, 4), *told)


def run_search(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """A search among runs."""
    work = whole_search(rng, session_of(rng, source))
    chosen = [Memory(name, [0] * work.header[code.ACTIONS]) for name in ("chosen", "chosen_notes")]
    space["search"](work, *chosen)


def run_misfit(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """A look at actions from elsewhere: greedy's, some of them others, in a context of which more may be protected."""
    session = session_of(rng, source)
    chosen = copied(session)
    done = space["select"](chosen)
    if rng.random() < 0.3:
        session.header[code.PROTECTED] += rng.randint(0, 9)
    if rng.random() < 0.3:
        session = pinned(session, rng)
    for i in range(done):
        action = chosen.actions[rng.randrange(done) if rng.random() < 0.1 else i]
        session.actions[i] = action ^ rng.choice([1, 2 * code.LEVELS]) if rng.random() < 0.1 else action
    space["first_misfit"](session, done)


def run_applied(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration with actions from elsewhere."""
    session = session_of(rng, source)
    if rng.random() < 0.3 and len(session.tags) % 2 == 0:  # two means share a cell
        session = remembering(session, rng)
    chosen = copied(session)
    done = space["select"](chosen)
    for i in range(done):
        action = chosen.actions[rng.randrange(done) if rng.random() < 0.1 else i]
        session.actions[i] = action ^ 1 if rng.random() < 0.1 else action
    arrays = arrays_of(rng, session)
    space["run_apply"](arrays["tags"], arrays["scratch"], arrays["state"], done, rng.randint(0, 1))


def run_ingested(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """Tokens that come in, for which room is made."""
    session = session_of(rng, source)
    header = session.header
    if rng.random() < 0.3:
        session = pinned(session, rng)
        space["place_pins"](session)
    header[code.AHEAD] = rng.choice([0, 0, rng.randint(1, 3)])
    if session.tags[header[code.SLOTS] - header[code.UNITS]] == 0:
        header[code.UNFILLED] = rng.choice([0, rng.randrange(header[code.SPAN])])
    if rng.random() < 0.3 and len(session.tags) % 2 == 0:  # two means share a cell
        session = remembering(session, rng)
    arrays = arrays_of(rng, session)
    if rng.random() < 0.1:
        arrays["reclaimed"] = halves(1)
    tokens, manner = rng.randint(0, 3 * header[code.SPAN]), rng.randint(0, 7)
    space["run_ingest"](arrays["tags"], arrays["scratch"], arrays["state"], tokens, manner, arrays["reclaimed"])


def run_released(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """The oldest blocks that leave, as production has them leave."""
    session = session_of(rng, source)
    if rng.random() < 0.5 and len(session.tags) % 2 == 0:  # two means share a cell
        session = remembering(session, rng)
    header, tags = session.header, session.tags
    slot, token = 0, header[code.FIRST]
    while slot < header[code.SLOTS] and rng.random() < 0.7:
        token += header[code.SPAN + tags[slot]]
        slot += header[code.UNITS + tags[slot]]
    arrays = arrays_of(rng, session)
    space["run_release"](arrays["tags"], arrays["scratch"], arrays["state"], token)


def run_optimum(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration of the exact optimum, up to its actions."""
    session = session_of(rng, source)
    work = whole_work(rng, session)
    session.header[code.CURSOR_TOKEN] = rng.randint(session.header[code.FIRST], session.header[code.END])
    space["blend"](session.header, session.tags, session.fixed, work.worth)
    space["survey"](session.header, session.tags, work.worth, work.peaks)
    space["set_floors"](session, work)
    space["pool_collapses"](session, work)
    done = space["select_optimum"](session, work)
    for i in range(done):
        work.other[i], work.other_notes[i] = work.chosen[i], work.chosen_notes[i]
    space["keep_preferred"](session, work, done, done)
    space["name_actions"](session, done, work.chosen, work.chosen_notes)


def run_tied(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration with other ties."""
    session = session_of(rng, source)
    if rng.random() < 0.3:
        session = pinned(session, rng)
        space["place_pins"](session)
    arrays = arrays_of(rng, session)
    space["run_tied"](arrays["tags"], arrays["scratch"], arrays["state"], tied_in(rng, arrays["session"]))


def run_preferred(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration by what a policy prefers, up to its choice."""
    session = session_of(rng, source)
    work = whole_work(rng, session)
    work.header[code.CURSOR], work.header[code.TOP_K], work.header[code.EXPAND_FLOOR] = 0, 0, 0
    session.header[code.W_SOFT] = rng.randint(0, session.header[code.W_MAX])
    session.header[code.SOFT_MARGIN] = rng.choice([0, rng.randint(0, 9)])
    space["blend"](session.header, session.tags, session.fixed, work.worth)
    space["survey"](session.header, session.tags, work.worth, work.peaks)
    space["select_preferred"](session, work)


def run_left(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration of the exact optimum, from when it has begun to its end."""
    session = session_of(rng, source)
    session.header[code.ITERATION] += 1
    space["forget"](session.header, session.ledger_iteration)
    arrays = arrays_of(rng, session)
    session = space["session_of"](arrays["tags"], arrays["scratch"], arrays["state"])
    work = whole_work(rng, session)
    work.header[code.CURSOR], work.header[code.TOP_K] = 0, 0
    work.header[code.EXPAND_FLOOR] = work.header[code.COLLAPSE_FLOOR] = 0
    space["blend"](session.header, session.tags, session.fixed, work.worth)
    space["survey"](session.header, session.tags, work.worth, work.peaks)
    if rng.random() < 0.3:
        space["leave"](session, arrays["state"], code.OUT_OF_SPACE, work.chosen, work.chosen_notes, 0)
    else:
        space["decide"](session, arrays["state"], work, 0)


CALLED = {
    "run_projection": "run_projection",
    "wishes_by_scores": "run_projection",
    "run_objectives": "run_objectives",
    "weigh": "run_objectives",
    "run_recompute": "run_recompute",
    **{name: name for name in REGIONAL},
    **dict.fromkeys(("run_logits", "saturate", "saturate_far", "spread", "wishes_by_logits"), "run_logits"),
}
"""By what a kernel is called where it is not by `run_knapsack`."""


def run_called(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration that searches, as production calls it."""
    session = session_of(rng, source)
    if rng.random() < 0.3:
        session = pinned(session, rng)
        space["place_pins"](session)
    called = CALLED.get(kernel, "run_knapsack")
    if called in WEIGHED:
        session.header[code.CURSOR_TOKEN] = rng.randint(session.header[code.FIRST], session.header[code.END])
    arrays, searched = arrays_of(rng, session), whole_space(rng, session, called)
    logits = (logits_of(rng, session),) if called == "run_logits" else ()
    space[called](*logits, arrays["tags"], arrays["scratch"], arrays["state"], searched)


def run_apart(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """Runs laid out with some families set apart, whichever."""
    session = session_of(rng, source)
    work, header = whole_work(rng, session), session.header
    space["blend"](header, session.tags, session.fixed, work.worth)
    space["survey"](header, session.tags, work.worth, work.peaks)
    space["pool_collapses"](session, work)
    above = [f for f in range(header[code.FAMILIES]) if session.family_node[f] % code.LEVELS > 1]
    for family in rng.sample(above, rng.randint(0, min(len(above), work.header[code.PAIR_SPACE]))):
        apart = work.header[code.APART]
        work.apart_keys[apart] = space["key_of"](rng.randint(0, 9), session.family_slot[family])
        work.apart_families[apart] = family
        work.header[code.APART] += 1
    space["lay_out"](session, work, rng.choice([code.LOWEST, header[code.TAU_EXPAND], code.UNBOUNDED]))


def run_candidates(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """The candidates of the next iteration, laid out."""
    session = session_of(rng, source)
    if rng.random() < 0.3:
        session = pinned(session, rng)
        space["place_pins"](session)
    arrays = arrays_of(rng, session, whole_work(rng, session))
    space["run_candidates"](arrays["tags"], arrays["scratch"], arrays["state"], arrays["space"])


def run_taking(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """What is made of scores before an iteration goes by them."""
    session = remembering(session_of(rng, source), rng)
    header = session.header
    header[code.MEMORY_SHIFT], header[code.LEAN] = rng.choice([0, 1, 3, 16]), rng.choice([0, 2**20])
    header[code.BALANCED] = rng.randint(0, 1)
    cursor = rng.choice([-1, rng.randint(header[code.FIRST], header[code.END])])
    space["take_for_step"](scores_of(rng, session), session, cursor)


def run_prepared(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """Scores that are taken for a call of its own, and noted where it was told to."""
    session = remembering(session_of(rng, source), rng)
    arrays = arrays_of(rng, session)
    header = arrays["state"].front
    header[code.MEMORY_SHIFT], header[code.LEAN] = rng.choice([0, 1, 3, 16]), rng.choice([0, 2**20])
    header[code.BALANCED] = rng.randint(0, 1)
    if rng.random() < 0.5:  # where aggregates would be, of which there are none
        header[code.TOLD_AT] = header[code.CAPACITY] + header[code.CHUNK_ROOM]
    cursor = rng.choice([-1, rng.randint(header[code.FIRST], header[code.END])])
    space["run_prepare"](scores_of(rng, session), arrays["tags"], arrays["scratch"], arrays["state"], cursor)


def run_laid_out(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """A history that is laid out, or for which the budget is too small."""
    header = session_of(rng, source).header
    span, spans = header[code.SPAN], rng.randint(0, 12)
    first = rng.randint(0, 9) * span
    most = max(1, spans * header[code.UNITS])
    hard = rng.choice([most, rng.randint(1, most)])
    scores = [rng.randint(-9, 9) for _ in range(spans)] if rng.random() < 0.7 else []
    space["run_layout"](
        header,
        Memory("span", [first, first + spans * span, rng.randint(first, first + spans * span)]),
        Memory("scores", scores),
        Memory("terms", [rng.randint(-1, 3), rng.randint(0, 9), rng.randint(0, hard), hard]),
        thirds(min(hard, spans)),
    )


def run_look(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """What a policy makes of an iteration."""
    session = session_of(rng, source)
    network, look = network_of(rng, session), whole_look(rng, session)
    session.header[code.CURSOR_TOKEN] = rng.randint(session.header[code.FIRST], session.header[code.END])
    space["list_items"](session, network, look)
    space["infer"](session, network, look)


def run_answered(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration by a policy's answer, as production calls it."""
    session = session_of(rng, source)
    if rng.random() < 0.3:
        session = pinned(session, rng)
        space["place_pins"](session)
    if rng.random() < 0.3 and len(session.tags) % 2 == 0:  # two means share a cell
        session = remembering(session, rng)
    arrays, network = arrays_of(rng, session), weights_of(rng, session)
    header = arrays["state"].front
    header[code.CURSOR_TOKEN] = rng.randint(header[code.FIRST], header[code.END])
    if rng.random() < 0.5:  # where aggregates would be
        header[code.TOLD_AT] = header[code.CAPACITY] + header[code.CHUNK_ROOM]
    searched = whole_space(rng, session, "run_policy", looked_at(source, session, network[code.HIDDEN]))
    searched.front[code.CAP] = rng.randint(0, 9)
    space["run_policy"](arrays["tags"], arrays["scratch"], arrays["state"], searched, network)


def run_regions(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """A look at the regions of a context, one by one."""
    session = session_of(rng, source)
    slots = session.header[code.SLOTS]
    worth, table = twin("worth", session.fixed, 32), Memory("regions", [0] * (slots + 1) * code.REGION)
    size = space["list_regions"](session, worth, table)
    space["place_region"](session, table, rng.randrange(size))


def run_by_region(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration of hierarchical planning, up to its choice."""
    session = session_of(rng, source)
    work, regions = whole_regions(rng, session)
    space["blend"](session.header, session.tags, session.fixed, regions.worth)
    space["select_by_region"](session, work, regions)


def run_by_price(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """The same where regions claim at the price of a slot."""
    session = session_of(rng, source)
    work, regions = whole_regions(rng, session)
    space["blend"](session.header, session.tags, session.fixed, regions.worth)
    worths = code.Worths(twin("worth", session.fixed, 32), Memory("peaks", [0] * len(session.peaks), 32))
    space["blend"](session.header, session.tags, session.fixed, worths.worth)
    space["survey"](session.header, session.tags, *worths)
    claims = code.Claims(*(Memory(name, [0] * session.header[code.SLOTS]) for name in code.Claims._fields))
    space["select_by_price"](session, worths, work, regions, claims)


def run_by_oldest(space: Mapping[str, Any], source: Source, kernel: str, rng: random.Random) -> None:
    """An iteration of the optimum where what is computed anew has a weight, up to its choice."""
    session = session_of(rng, source)
    work, regions, starts = whole_starts(rng, session)
    space["blend"](session.header, session.tags, session.fixed, regions.worth)
    space["select_by_oldest"](session, work, regions, starts)


RUNS = (
    (("step", "reclaim"), run_session),
    (("search",), run_search),
    (("first_misfit",), run_misfit),
    (("run_apply",), run_applied),
    (("take_for_step",), run_taking),
    (("run_prepare",), run_prepared),
    (("run_ingest",), run_ingested),
    (("list_items", "infer"), run_look),
    (("list_regions", "place_region"), run_regions),
    (("lay_out",), run_apart),
    (("set_floors", "pool_collapses", "select_optimum", "name_actions"), run_optimum),
    (("run_candidates",), run_candidates),
    (("select_by_region",), run_by_region),
    (("select_by_price",), run_by_price),
    (("select_by_oldest",), run_by_oldest),
    (("leave", "decide"), run_left),
    (("run_knapsack", "run_projection", "run_objectives", "run_recompute", *REGIONAL, "run_logits"), run_called),
    (("run_layout",), run_laid_out),
    (("select_preferred",), run_preferred),
    (("run_tied",), run_tied),
    (("run_policy",), run_answered),
    (("run_release",), run_released),
)
"""What is run to listen to the calls of kernels, by the kernels that it begins with."""


def shaken(given: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """A call with some of its arguments changed."""
    changed: dict[str, Any] = copied(dict(given))
    tables = [*_tables_in(changed)]
    for _ in range(rng.randint(1, 3)):
        if tables and rng.random() < 0.6:
            table = rng.choice(tables)
            if len(table):
                at = rng.randrange(min(len(table), code.UNITS))
                step = rng.choice([-1, 1, code.MARK]) if table.name == "tags" else rng.choice([-1, 1])
                value = rng.choice([few(rng), table[at] + step, table[rng.randrange(len(table))]])
                table[at] = min(max(value, table.low), table.high)
        else:
            name = rng.choice([*changed])
            changed[name] = _nudged(changed[name], rng)
    return changed


def _nudged(value: Any, rng: random.Random) -> Any:
    """Another truth value, a number nearby or any; of a tuple with one of its numbers changed; tables as they are."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice([few(rng), value + rng.choice([-1, 1])])
    if isinstance(value, tuple):
        numbers = [name for name, part in value._asdict().items() if isinstance(part, int)]  # type: ignore[attr-defined]
        for name in rng.sample(numbers, min(1, len(numbers))):
            return value._replace(**{name: _nudged(getattr(value, name), rng)})  # type: ignore[attr-defined]
    return value


def _tables_in(given: Any) -> Iterator[Memory]:
    for value in given.values() if isinstance(given, dict) else given:
        if isinstance(value, Memory):
            yield value
        elif isinstance(value, Array):
            yield from _tables_in(value.pieces)
        elif isinstance(value, RowsOf | tuple):
            yield from _tables_in(value.rows if isinstance(value, RowsOf) else value)


@dataclass(frozen=True)
class Played:
    """What came of playing a kernel.

    Attributes:
        calls: how many calls its contract speaks of.
        unreached: loops that none of them entered.
        wrong: what went wrong first, with its arguments; empty if nothing did.
    """

    calls: int
    unreached: tuple[str, ...]
    wrong: str


def played(
    theory: Theory, shipped: Source, source: Source, name: str, tries: int, *, enough: int = 0, close: bool = True
) -> Played:
    """Play a kernel of ``source`` with the calls that the one that ships is given, and others.

    Args:
        theory: all that lines speak of.
        shipped: where calls are listened to.
        source: what is played.
        name: of the contract.
        tries: calls to look at.
        enough: calls that the contract speaks of after which to stop, once every loop has been entered; 0 for none.
        close: whether to look at invariants too, which a bug may break without doing harm.
    """
    contract, rng = theory.contracts[name], random.Random(name)
    player = Player(theory, source, contract)
    inputs = _inputs(theory, shipped, contract, rng)
    calls = 0
    for given in islice(inputs, tries):
        wrong = player.play(given, close and calls < CLOSELY)
        if wrong is None:
            continue
        calls += 1
        if wrong:
            return Played(calls, (), f"{contract.kernel}({shown(given)}): {wrong}")
        if enough and calls >= enough and {*contract.loops} <= player.reached:
            break
    return Played(calls, tuple(sorted({*contract.loops} - player.reached)), "")


def _inputs(theory: Theory, shipped: Source, contract: Contract, rng: random.Random) -> Iterator[dict[str, Any]]:
    run = next((run for entries, run in RUNS if contract.kernel in called_by(shipped, *entries)), None)
    listening = calls_heard(shipped, contract.kernel, rng, run) if run else iter(())
    while True:
        if given := next(listening, {}):
            yield given
            yield shaken(given, rng)
            yield shaken(given, rng)
        yield made_up(theory, shipped, contract, rng)


@cache
def called_by(source: Source, *entries: str) -> frozenset[str]:
    """These kernels and all that they come by."""
    found, waiting = {*entries}, [*entries]
    while waiting:
        for node in ast.walk(source.functions[waiting.pop()]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                if name in source.functions and name not in found:
                    found.add(name)
                    waiting.append(name)
    return frozenset(found)


def shown(given: Mapping[str, Any]) -> str:
    """Arguments in short: of a header the fields that are not 0."""
    parts = []
    for name, value in given.items():
        if isinstance(value, tuple):
            parts.append(f"{name}=({shown(value._asdict())})")  # type: ignore[attr-defined]
        elif isinstance(value, RowsOf):
            parts.append(f"{name}=[{', '.join(shown({'row': row}) for row in value.rows)}]")
        elif isinstance(value, Array):
            parts.append(f"{name}=({shown({'header': value.front})})")
        elif isinstance(value, Memory) and len(value) > 60:
            parts.append(f"{name}={ {i: x for i, x in enumerate(value) if x and i < code.SPAN} }")
        else:
            parts.append(f"{name}={list(value) if isinstance(value, list) else value}")
    return ", ".join(parts)


def words_run(bug: Mutation) -> Survey:
    """Whether definitions and lemmas hold of the functions that the words are, on random tables.

    Args:
        bug: planted in the words.
    """
    cases, told = 0, Source.of(words, bug)
    functions = told.python
    space = next(iter(functions.values())).__globals__ | dict(functions)
    space |= {
        name: one
        for name, one in Source.of(kernels).python.items()
        if name in ("key_of", "rank_of", "place_of", "node_of")
    }
    space |= vars(code) | {"put": _put_inside}
    for lemma in LEMMAS.values():
        rng = random.Random(lemma.name)  # what is run of one lemma does not depend on the others
        for _ in range(150):
            given = {name: _anything(name, rng) for name in lemma.variables}
            cases += 1
            space["INTEGERS"].listed = sorted(
                {*range(-1, 10)}.union(*(one[:6] for one in given.values() if isinstance(one, Seen)))
            )
            try:
                holds = eval(_compiled(lemma.claim), space | given)
            except (ZeroDivisionError, _Outside):
                continue
            if not holds:
                return Survey(WORDS_RUN, cases, cases, f"{lemma.name}({shown(given)}) fails")
    return Survey(WORDS_RUN, cases, cases)


class _Outside(Exception):
    """A cell before the first, of which a table that is run cannot hold anything."""


def _put_inside(table: Sequence[int], place: int, value: int) -> Seen:
    if place < 0:
        raise _Outside
    return put(table, place, value)


WORDS_RUN = "definitions and lemmas, run"


def _anything(name: str, rng: random.Random) -> Any:
    """A value for a variable of a lemma."""
    if name[0].isupper():
        return Seen([rng.choice([0, 1, 2, rng.randint(-3, 9)]) for _ in range(rng.choice([12, 20, 300]))])
    return rng.choice([0, 1, 2, 3, rng.randint(-2, 6)])
