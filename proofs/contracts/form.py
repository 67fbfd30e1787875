"""What a contract is made of: lines of Python, in the names of the tables, which are read as formulas and also run.

| in a line | means |
|---|---|
| ``all(... for i in range(a, b) if ...)`` | for every such ``i``; ``for k in INTEGERS``: for every integer |
| ``implies(a, b)`` | ``b`` wherever ``a`` |
| ``old(x)`` | ``x`` as it was when the kernel was called |
| ``entry(x)`` | ``x`` as it was when the loop began |
| ``prior(x)`` | ``x`` as it was before the statement before this one; only in what is proved and used on the way |
| ``put(table, i, x)`` | the table with ``x`` in its cell ``i`` |
| ``only(table, i, j)`` | of the table nothing has changed but these cells |
| ``cells(array)`` | how long an array is that tables are cut out of; of arrays with rows, the row of this turn |
| ``rows(array)`` | how many rows an array has |
| ``table[i, j]`` | what stands in the row of this turn, which has to be the ``i``-th |
| ``low(table)``, ``high(table)`` | the least and the greatest number that a cell holds |
| ``if at(x)`` | no condition: where solvers meet ``x``, they use the line. Without it, where they meet ``table[i]`` |

Everything else is a function of `focalloc.proofs.contracts.words`, or a kernel that only computes. A table of a named
tuple goes by its field's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import Any


def lines(text: str) -> tuple[str, ...]:
    """The lines of a block; one that is indented further goes on with the line before it."""
    joined = re.sub(r"\n +", " ", dedent(text).strip())
    return tuple(line.strip() for line in joined.splitlines() if line.strip())


@dataclass(frozen=True)
class Loop:
    """What is known of a loop.

    Attributes:
        keeps: what holds at its top, in each turn.
        falls: of a ``while``, a number that is never negative and falls in each turn.
        opens: lemmas, or claims to prove and then use, at the beginning of a turn.
        closes: the same at the end of a turn.
        rows: where each turn has rows of tables for itself, by table which one: the one with the number of the turn, or
            that which a cell of such a row names, by which all turns name separate ones. Nothing else is written to in
            such a loop, and ``old`` is what was when the turn began.
        cuts: what is cut out of them, by the names that lines call that by.
        anew: arrays that hold anything at the beginning of such a turn.
        needs: what must hold of the rows of each turn when the kernel is called.
        gives: what holds of them when the turn ends.
        writes: the tables of theirs that it may write to.
    """

    keeps: tuple[str, ...] = ()
    falls: str = ""
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, str] = field(default_factory=dict)
    anew: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


def loop(keeps: str = "", falls: str = "", opens: str = "", closes: str = "") -> Loop:
    """A `Loop`, from blocks of lines."""
    return Loop(lines(keeps), falls, lines(opens), lines(closes))


def loop_of_rows(
    rows: Mapping[str, str],
    *,
    cuts: Mapping[str, str] | None = None,
    needs: str = "",
    gives: str = "",
    writes: str = "",
    anew: str = "",
    opens: str = "",
    closes: str = "",
) -> Loop:
    """A `Loop` each turn of which has rows for itself, from blocks of lines and lists of names."""
    return Loop(
        (), "", lines(opens), lines(closes), rows, cuts or {}, tuple(anew.split()), lines(needs), lines(gives),
        tuple(writes.split()),
    )  # fmt: skip


@dataclass(frozen=True)
class Contract:
    """What a kernel asks of whoever calls it, and what it does then.

    Attributes:
        kernel: its name.
        needs: what must hold when it is called.
        gives: what holds when it returns ``result``.
        writes: the tables that it may write to.
        loops: what is known of its loops, by their first lines; a second loop with the same one ends in `` #2``.
        opens: lemmas, or claims to prove and then use, at the beginning.
        closes: the same where it returns.
        before: the same before a statement that begins like this.
        same: two of its tables that are one, in calls of this kind.
        any_width: tables that may be of any width, by name or, as ``work.peaks``, by where they are.
        truth: whether it returns a truth value.
        joins: whether what is known on both sides of an ``if`` is put together after it; else each goes on alone.
        whole: whether what it gives is all that the kernel is for; else it is about its safety.
        guarded: whether calls of it that others make while they are played have to meet its needs.
        cuts: what the arrays that it is given are cut into, by the names that lines call that by.
        seen_through: whether those that call it go by what it computes, not by this; it is proved all the same.
        part: what this says beside another contract of the kernel, in a word; empty where it stands alone.
        own: the lines of a part that are to be proved; all others are, by the contract that it stands beside.
    """

    kernel: str
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    loops: Mapping[str, Loop] = field(default_factory=dict)
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same: tuple[str, ...] = ()
    any_width: tuple[str, ...] = ()
    truth: bool = False
    joins: bool = False
    whole: bool = False
    guarded: bool = False
    seen_through: bool = False
    cuts: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    own: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The kernel's name, with ``/same`` where two of its tables are one, or with what a part says."""
        kind = "same" if self.same else self.part
        return f"{self.kernel}/{kind}" if kind else self.kernel


def contract(
    kernel: str,
    *,
    needs: str = "",
    gives: str = "",
    writes: str = "",
    loops: Mapping[str, Loop] | None = None,
    opens: str = "",
    closes: str = "",
    before: Mapping[str, str] | None = None,
    same: str = "",
    any_width: str = "",
    truth: bool = False,
    joins: bool = False,
    whole: bool = False,
    guarded: bool = False,
    seen_through: bool = False,
    cuts: Mapping[str, str] | None = None,
) -> Contract:
    """A `Contract`, from blocks of lines and lists of names."""
    hints = {text: lines(told) for text, told in (before or {}).items()}
    return Contract(
        kernel, lines(needs), lines(gives), tuple(writes.split()), loops or {}, lines(opens), lines(closes), hints,
        tuple(same.split()), tuple(any_width.split()), truth, joins, whole, guarded, seen_through,
        cuts or {},
    )  # fmt: skip


def beside(
    contract: Contract,
    part: str,
    *,
    gives: str = "",
    loops: Mapping[str, Loop] | None = None,
    opens: str = "",
    closes: str = "",
    before: Mapping[str, str] | None = None,
    whole: bool = False,
) -> Contract:
    """More of a kernel, proved by itself from the same needs; what ``contract`` says on the way is known.

    Of what it calls, what a part of the same name says is known, too.
    """
    more = {text: lines(told) for text, told in (before or {}).items()}
    own = [*lines(gives), *lines(opens), *lines(closes), *(line for told in more.values() for line in told)]
    further = {}
    for text, known in contract.loops.items():
        mine = (loops or {}).get(text, Loop())
        own += [*mine.keeps, *mine.opens, *mine.closes, *mine.gives]
        further[text] = replace(
            known,
            keeps=known.keeps + mine.keeps,
            opens=known.opens + mine.opens,
            closes=known.closes + mine.closes,
            gives=known.gives + mine.gives,
        )
    return replace(
        contract,
        part=part,
        whole=whole,
        own=frozenset(own),
        gives=contract.gives + lines(gives),
        loops=further,
        opens=contract.opens + lines(opens),
        closes=contract.closes + lines(closes),
        before={text: contract.before.get(text, ()) + more.get(text, ()) for text in {**contract.before, **more}},
    )


def besides(contracts: Sequence[Contract], part: str, told: Mapping[str, Mapping[str, Any]]) -> list[Contract]:
    """Some contracts, and behind each that is told of the part that stands `beside` it."""
    both = ((one, beside(one, part, **told[one.name])) if one.name in told else (one,) for one in contracts)
    return [one for pair in both for one in pair]


@dataclass(frozen=True)
class Lemma:
    """A fact about words, proved directly or by induction over one of its variables from 0 on.

    Attributes:
        name: by which contracts and later lemmas use it.
        variables: their names; those that begin with a capital are tables.
        claim: what holds of all of them.
        by: the variable of the induction; empty where it is proved directly.
        steps: earlier lemmas, instances of them, or claims, that the proof uses.
        seen_by: terms where solvers use it by themselves.
        definition: whether it says what a word means. Then it is not proved, but run.
    """

    name: str
    variables: tuple[str, ...]
    claim: str
    by: str = ""
    steps: tuple[str, ...] = ()
    seen_by: str = ""
    definition: bool = False


def lemma(head: str, claim: str, *, by: str = "", steps: Sequence[str] = (), seen_by: str = "") -> Lemma:
    """A `Lemma` from its name with its variables in brackets."""
    name, _, variables = head.rstrip(")").partition("(")
    return Lemma(name, tuple(variables.replace(",", " ").split()), claim, by, tuple(steps), seen_by)


def definition(head: str, claim: str, *, seen_by: str = "") -> Lemma:
    """A `Lemma` that says what a word means."""
    name, _, variables = head.rstrip(")").partition("(")
    return Lemma(name, tuple(variables.replace(",", " ").split()), claim, "", (), seen_by, definition=True)
