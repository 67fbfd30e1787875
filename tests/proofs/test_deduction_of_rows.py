"""Loops each turn of which has rows for itself, attacked: small programs that are wrong, and must be refused."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.proofs.contracts import CONTRACTS
from focalloc.proofs.contracts.form import Contract, contract, loop, loop_of_rows
from focalloc.proofs.engines.deductive.evidence import SMALL, theory_of
from focalloc.proofs.engines.deductive.inputs import many_of
from focalloc.proofs.engines.deductive.playing import Player
from focalloc.proofs.sources import Source
from tests.proofs.test_deduction import left

LOOP = "for i in range(len(calls))"
ROWS = {"calls": "i", "state": "calls[i, NUMBER]"}
CUTS = {"header": "state[calls[i, NUMBER]][:HEADER]"}
NEEDS = """
    0 <= calls[i, NUMBER] < rows(state)
    RETURNED < len(calls[i])
    HEADER <= cells(state)
    0 <= header[SLOTS] <= 9
"""


def one(gives: str = "", writes: str = "calls[i] header", needs: str = NEEDS, anew: str = "") -> Contract:
    """A contract of a loop over calls."""
    turns = loop_of_rows(ROWS, cuts=CUTS, needs=needs, gives=gives, writes=writes, anew=anew)
    return contract("f", loops={LOOP: turns})


def program(*body: str, before: str = "", behind: str = "", more: str = "") -> str:
    """A loop over calls, with what is called."""
    text = "".join(f"        {line}\n" for line in body)
    params = f"state: LongRows, calls: Calls{more}"
    return f"def f({params}) -> None:\n{before}    {LOOP}:\n        session = calls[i, NUMBER]\n{text}{behind}"


SET = "state[session, SLOTS] = state[session, SLOTS] + 1"
CALLED = "\n\ndef g(state: Longs, n: int) -> None:\n    state[SLOTS] = n\n"
CALLED_NEEDS = contract(
    "g", cuts={"header": "state[:HEADER]"}, needs="HEADER <= cells(state)\n0 <= n", writes="header",
    gives="only(header, SLOTS)\nheader[SLOTS] == n",
)  # fmt: skip
TWICE = "\n\ndef g(one: Longs, other: Longs) -> None:\n    one[SLOTS] = 1\n"
TWICE_NEEDS = contract(
    "g", cuts={"a": "one[:HEADER]", "b": "other[:HEADER]"}, needs="HEADER <= cells(one)\nHEADER <= cells(other)",
    writes="a", gives="a[SLOTS] == 1\nb[SLOTS] == old(b)[SLOTS]",
)  # fmt: skip


def test_what_is_right_is_proved() -> None:
    told = "header[SLOTS] == old(header)[SLOTS] + 1\ncalls[i, RETURNED] == old(header)[SLOTS]"
    body = "calls[i, RETURNED] = state[session, SLOTS]", SET
    assert left(program(*body), one(told)) == []
    gives = "header[SLOTS] == 7\ncalls[i, NUMBER] == old(calls[i, NUMBER])"
    assert left(program("g(state[session], 7)", behind=CALLED), one(gives), CALLED_NEEDS) == []


WRONG = {
    "a row that is not there": (
        program(SET), one(needs=NEEDS.replace("< rows(state)", "<= rows(state)")), "index"),
    "a row before the first": (
        program(SET), one(needs=NEEDS.replace("0 <= calls[i, NUMBER]", "-1 <= calls[i, NUMBER]")), "index"),
    "a column that is not there": (
        program("calls[i, RETURNED] = 1"), one(needs=NEEDS.replace("RETURNED < len", "RETURNED <= len")), "index"),
    "a column before the first": (program("calls[i, NUMBER - 1] = 1"), one(), "index"),
    "a row of another turn": (program("state[session + 1, SLOTS] = 1"), one(), "refused"),
    "a row of another call": (program("calls[i - 1, RETURNED] = 1"), one(), "refused"),
    "the row with the number of the turn": (program("state[i, SLOTS] = 1"), one(), "refused"),
    "a row that is read after its number was written to": (
        program("calls[i, NUMBER] = 0", "state[calls[i, NUMBER], SLOTS] = 1"), one(), "refused"),
    "a row before the loop": (
        program(SET, before="    state[0, SLOTS] = 1\n"), one(), "refused"),
    "rows in two loops": (
        program(SET, behind=f"    {LOOP}:\n        state[calls[i, NUMBER], SLOTS] = 1\n"),
        replace(one(), loops={LOOP: one().loops[LOOP], f"{LOOP} #2": one().loops[LOOP]}), "refused"),
    "rows in a loop in a loop": (
        f"def f(state: LongRows, calls: Calls) -> None:\n    for k in range(2):\n        {LOOP}:\n"
        "            g(state[calls[i, NUMBER]], 7)\n" + CALLED,
        replace(one(), loops={"for k in range(2)": loop(), LOOP: one().loops[LOOP]}), CALLED_NEEDS, "refused"),
    "all rows are handed on": (
        program("h(state)", behind="\n\ndef h(state: LongRows) -> None:\n    pass\n"), one(), contract("h"), "refused"),
    "a row behind the loop": (
        program(SET, behind="    state[0, SLOTS] = 1\n"), one(), "refused"),
    "what is given is known behind the loop": (
        program(SET, behind="    return calls[0, RETURNED]\n"), one(), "refused"),
    "what is written is not said": (program(SET), one(writes="calls[i]"), "refused"),
    "what is written to a call is not said": (program("calls[i, RETURNED] = 1"), one(writes="header"), "refused"),
    "what is written to a part is not said": (
        program("part = state[session][HEADER:]", "part[0] = 1"),
        one(needs=NEEDS.replace("HEADER <=", "HEADER <")), "refused"),
    "what a turn finds is what it needs, not what it was told": (
        program(SET), one("header[SLOTS] <= 9"), "gives"),
    "what a turn leaves of what it does not write to": (
        program(SET), one("header[SLOTS] == old(header)[SLOTS]"), "gives"),
    "a number that does not fit": (
        program(SET), one(needs=NEEDS.replace("0 <= header[SLOTS] <= 9", "0 <= header[SLOTS]")), "range"),
    "what is called is not given what it needs": (
        program("g(state[session], -1)", behind=CALLED), one(), CALLED_NEEDS, "needs"),
    "one row as two": (
        program("g(state[session], state[session])", behind=TWICE), one("False"), TWICE_NEEDS, "refused"),
    "a table that all turns share": (
        program("t[0] = i", more=", t: Table"), one(needs=NEEDS + "    1 <= len(t)\n"), "refused"),
    "a table that all turns share, of which it is said": (
        program("t[0] = i", more=", t: Table"), one(needs=NEEDS + "    1 <= len(t)\n", writes="calls[i] t"), "refused"),
    "a table that was written to, of which a turn needs what it was": (
        program("t[0]", before="    t[0] = 1\n", more=", t: Table"),
        replace(one(needs=NEEDS + "    1 <= len(t)\n    t[0] == 0\n", gives="False"), writes=("t",)), "refused"),
    "a variable of which a turn needs what it is": (
        program("n = n + 1", "x = 1 // n", before="    n = 1\n"), one(needs=NEEDS + "    n >= 5\n"), "refused"),
    "a parameter that was another": (
        program("n = n - 1", "calls[i, RETURNED] = 1 // n", more=", n: int"), one(needs=NEEDS + "    n >= 5\n"),
        "division"),
    "what all turns share, in what is left by the turn before": (
        program("if space[5] == 0:", "    calls[i, RETURNED] = 1 // space[5]", "space[5] = 1", more=", space: Longs"),
        one(needs=NEEDS + "    WORK_HEADER <= cells(space)\n", anew="space"), "division"),
    "work space of which more is needed than its length": (
        program("calls[i, RETURNED] = space[5]", more=", space: Longs"),
        replace(one(needs=NEEDS + "    WORK_HEADER <= cells(space)\n    query[5] == 0\n", anew="space"),
                cuts={"query": "space[:WORK_HEADER]"}), "refused"),
    "work space that is not anew": (
        program("space[5] = 1", more=", space: Longs"), one(needs=NEEDS + "    WORK_HEADER <= cells(space)\n"),
        "refused"),
    "a turn that is left": (program("break"), one(), "refused"),
    "a turn that returns": (program("return"), one(), "refused"),
    "a loop that does not begin with the first": (
        program(SET).replace("range(len(calls))", "range(1, len(calls))"),
        replace(one(), loops={"for i in range(1, len(calls))": one().loops[LOOP]}), "refused"),
    "rows in a loop that has none for itself": (program(SET), contract("f", loops={LOOP: loop()}), "refused"),
    "rows by a number that no call names": (
        program("state[n, SLOTS] = 1", more=", n: int"),
        contract("f", loops={LOOP: loop_of_rows(
            {"calls": "i", "state": "n"}, cuts={"header": "state[n][:HEADER]"}, writes="header",
            needs="0 <= n < rows(state)\nNUMBER < len(calls[i])\nHEADER <= cells(state)\nheader[SLOTS] == 0")}),
        "refused"),
    "scores behind the last": (
        program("row = scores[calls[i, GIVEN] : calls[i, GIVEN_TO]]", more=", scores: NDArray[np.generic]"),
        one(needs=NEEDS + "    0 <= calls[i, GIVEN] <= calls[i, GIVEN_TO] <= len(scores) + 1\n"), "index"),
    "scores that end before they begin": (
        program("row = scores[calls[i, GIVEN] : calls[i, GIVEN_TO]]", more=", scores: NDArray[np.generic]"),
        one(needs=NEEDS + "    0 <= calls[i, GIVEN] <= len(scores)\n    0 <= calls[i, GIVEN_TO] <= len(scores)\n"),
        "index"),
}  # fmt: skip
"""What is wrong -> the program, its contract and those of what it calls, and the kind of condition that stays open."""


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_program_is_not_proved(mistake: str) -> None:
    text, *contracts, kind = WRONG[mistake]
    assert isinstance(text, str)
    assert kind in left(text, *(its for its in contracts if isinstance(its, Contract)))


def test_calls_that_name_a_session_twice_are_none_that_a_contract_speaks_of() -> None:
    small = Source.of(kernels, **SMALL)
    player, rng = Player(theory_of(small), small, CONTRACTS["run_steps"]), random.Random(1)
    played = 0
    for _ in range(40):
        many = many_of(rng, small)
        given = {name: many[name] for name in ("scores", "tags", "scratch", "state", "calls")}
        if len(given["calls"]) < 2:
            continue
        played += player.play(given, close=False) == ""
        given["calls"][1, code.NUMBER] = given["calls"][0, code.NUMBER]
        assert player.play(given, close=False) is None
    assert played > 0


def test_a_turn_that_gives_something_else_is_noticed_where_it_is_played() -> None:
    small = Source.of(kernels, **SMALL)
    shipped = CONTRACTS["run_steps"]
    (text, turns), *_ = shipped.loops.items()
    other = replace(shipped, loops={text: replace(turns, gives=("calls[i, ITERATED] == old(header)[ITERATION]",))})
    player, rng, wrong = Player(theory_of(small), small, other), random.Random(2), set[str]()
    for _ in range(20):
        many = many_of(rng, small)
        wrong.add(
            player.play({name: many[name] for name in ("scores", "tags", "scratch", "state", "calls")}, False) or ""
        )
    assert any(re.search(r"a turn does not give calls\[i, ITERATED\]", one) for one in wrong)
