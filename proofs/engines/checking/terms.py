"""Terms of SMT-LIB and of proofs: read, kept once each, and asked what they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

Tree: TypeAlias = "str | list[Tree]"
"""What stands in brackets, read but not yet understood."""

Head: TypeAlias = str | Fraction | tuple[str, str, str]
"""That of a numeral is its value, that of a variable of a quantifier `("@var", name, sort)`, all others are text."""

TOKENS = re.compile(r"\|[^|]*\||[()]|[^\s()|]+")
NUMBER = re.compile(r"-?\d+(\.\d+|/\d+)?$")

BOOL, INT, REAL = "Bool", "Int", "Real"

OF_BOOL = frozenset(["true", "false", "not", "and", "or", "=>", "xor", "=", "distinct", "<=", "<", ">=", ">", "forall"])
"""What makes a formula of its arguments."""

OF_INT = frozenset(["div", "mod", "div_total", "mod_total", "abs", "@int_div_by_zero", "@mod_by_zero"])
"""What makes an integer of integers."""

SUMS = frozenset(["+", "-", "*"])

OF_FORMULAS = frozenset(["not", "and", "or", "=>", "xor"])
OF_NUMBERS = SUMS | {"/", "<=", "<", ">=", ">", "to_int", "to_real"}
NUMBERS = frozenset([INT, REAL])


class Unreadable(ValueError):
    """A text that is none of what is known here."""


def trees(text: str) -> Iterator[Tree]:
    """What a text holds, one bracket after the other; comments are left out."""
    open_ones: list[list[Tree]] = []
    for token in TOKENS.findall(re.sub(r"^;.*$", "", text, flags=re.M)):
        if token == "(":
            open_ones.append([])
            continue
        done: Tree = token
        if token == ")":
            if not open_ones:
                raise Unreadable("a bracket is closed that was not opened")
            done = open_ones.pop()
        if open_ones:
            open_ones[-1].append(done)
        else:
            yield done
    if open_ones:
        raise Unreadable("a bracket is not closed")


class Terms:
    """Terms by number: the same number is the same term. A term is a head and its arguments."""

    def __init__(self, sorts: Mapping[str, str]) -> None:
        """``sorts``: of each name of the question the sort that it gives."""
        self.sorts = sorts
        self.heads: list[Head] = []
        self.arguments: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[Head, tuple[int, ...]], int] = {}
        self._sort_of: dict[int, str] = {}
        self._free: dict[int, frozenset[int]] = {}
        self.true, self.false = self.make("true"), self.make("false")

    def make(self, head: Head, *arguments: int) -> int:
        """The term with this head and these arguments."""
        key = (head, arguments)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.heads)
            self.heads.append(head)
            self.arguments.append(arguments)
        return found

    def number(self, value: int | Fraction) -> int:
        """A numeral."""
        return self.make(Fraction(value))

    def opposite(self, one: int) -> int:
        """The negation of a formula, word for word."""
        return self.make("not", one)

    def read(self, tree: Tree, names: dict[str, int]) -> int:
        """The term that stands there.

        Args:
            tree: what stands there, as SMT-LIB or as in a proof.
            names: what is defined around it; as it was, in the end.

        Raises:
            Unreadable: it is no term of those known here.
        """
        hidden: list[tuple[str, int | None]] = []
        while not isinstance(tree, str) and len(tree) == 3 and tree[0] == "let":
            told = [(_text(name), self.read(what, names)) for name, what in _pairs(tree[1])]
            hidden += [(name, names.get(name)) for name, _ in told]
            names.update(told)
            tree = tree[2]
        found = self._read(tree, names)
        for name, before in reversed(hidden):
            if before is None:
                names.pop(name, None)
            else:
                names[name] = before
        return found

    def _read(self, tree: Tree, names: dict[str, int]) -> int:
        if isinstance(tree, str):
            if tree in names:
                return names[tree]
            return self.make(Fraction(tree) if NUMBER.match(tree) else tree)
        if not tree:
            raise Unreadable("nothing stands in brackets")
        head, *rest = tree
        if head == "!":
            return self.read(rest[0], names)
        if head == "@var":
            return self.make(("@var", _text(rest[0]).strip('"'), _text(rest[1])))
        if head == "forall" and isinstance(rest[0], list) and rest[0][:1] != ["@list"]:
            bound = {_text(name): self.make(("@var", _text(name), _text(sort))) for name, sort in _pairs(rest[0])}
            inside = {**names, **bound}
            return self._sound("forall", self.make("@list", *bound.values()), self.read(rest[1], inside))
        if head == "_":  # a function that is given one argument more
            told_to, *more = (self.read(one, names) for one in rest)
            return self._sound(self.heads[told_to], *self.arguments[told_to], *more)
        if not isinstance(head, str) or head in names:
            raise Unreadable(f"{head} is applied")
        return self._sound(head, *(self.read(one, names) for one in rest))

    def _sound(self, head: Head, *arguments: int) -> int:
        """The term, whose arguments have to be of the sorts that it takes: else a number might pass for a formula.

        Raises:
            Unreadable: they are not, or too few.
        """
        sorts = [*map(self.sort, arguments)]
        given = {*sorts}
        right = True
        if head in OF_FORMULAS:
            right = given == {BOOL} and (head in ("and", "or") or (len(sorts) == 1) == (head == "not"))
        elif head in ("=", "distinct"):
            right = len(sorts) > 1 and (len(given) == 1 or given == NUMBERS)
        elif head in OF_NUMBERS:
            right = bool(given) and given <= NUMBERS
        elif head in OF_INT:
            right = given == {INT}
        elif head == "ite":
            right = len(sorts) == 3 and sorts[0] == BOOL and sorts[1] == sorts[2]
        elif head == "forall":
            right = len(sorts) == 2 and sorts[1] == BOOL and self.heads[arguments[0]] == "@list"
        if not right:
            raise Unreadable(f"{head} is of {', '.join(one or 'what has no sort' for one in sorts) or 'nothing'}")
        return self.make(head, *arguments)

    def sort(self, one: int) -> str:
        """The sort of a term; empty if it is not known."""
        found = self._sort_of.get(one)
        if found is None:
            found = self._sort_of[one] = self._sort(one)
        return found

    def _sort(self, one: int) -> str:
        head, arguments = self.heads[one], self.arguments[one]
        if isinstance(head, Fraction):
            return INT if head.denominator == 1 else REAL
        if isinstance(head, tuple):
            return str(head[2])
        if head in OF_BOOL:
            return BOOL
        if head in ("to_int", "to_real"):
            return INT if head == "to_int" else REAL
        if head in SUMS or head in OF_INT:
            given = {self.sort(argument) for argument in arguments}
            return INT if given == {INT} else REAL if given <= {INT, REAL} and given and head in SUMS else ""
        if head == "ite" and len(arguments) == 3:
            return self.sort(arguments[1]) if self.sort(arguments[1]) == self.sort(arguments[2]) else ""
        if head == "@purify" and len(arguments) == 1:
            return self.sort(arguments[0])
        if head == "@quantifiers_skolemize" and len(arguments) == 2:
            variables = self.bound(arguments[0])
            at = self.heads[arguments[1]]
            return self.sort(variables[int(at)]) if isinstance(at, Fraction) and at < len(variables) else ""
        return self.sorts.get(head, "")

    def bound(self, one: int) -> tuple[int, ...]:
        """The variables of a quantified formula; of any other none."""
        return self.arguments[self.arguments[one][0]] if self.heads[one] == "forall" else ()

    def free(self, one: int) -> frozenset[int]:
        """The variables that stand free in a term."""
        found = self._free.get(one)
        if found is None:
            if isinstance(self.heads[one], tuple):
                found = frozenset([one])
            else:
                found = frozenset().union(*map(self.free, self.arguments[one])) - {*self.bound(one)}
            self._free[one] = found
        return found

    def replaced(self, one: int, by: Mapping[int, int]) -> int:
        """A term with what stands free in it replaced.

        Raises:
            Unreadable: a variable of what comes in would be caught by a quantifier.
        """
        done: dict[int, int] = {}

        def walk(at: int) -> int:
            if at in done:
                return done[at]
            free = self.free(at)
            if isinstance(self.heads[at], tuple):
                new = by.get(at, at)
            elif free.isdisjoint(by):
                new = at
            else:
                coming = {variable for old in free & by.keys() for variable in self.free(by[old])}
                if not coming.isdisjoint(self.bound(at)):
                    raise Unreadable("a variable would be caught")
                new = self.make(self.heads[at], *map(walk, self.arguments[at]))
            done[at] = new
            return new

        for variable in by:
            if self.sort(variable) != self.sort(by[variable]):
                raise Unreadable("a variable stands for what is of another sort")
        return walk(one)

    def alike(self, one: int, other: int, renamed: Mapping[int, int] | None = None) -> bool:
        """Whether two terms are the same but for the names of bound variables; ``renamed``: those around them."""
        renamed = renamed or {}
        if one == other and self.free(one).isdisjoint({*renamed, *renamed.values()}):
            return True
        if isinstance(self.heads[one], tuple):
            return isinstance(self.heads[other], tuple) and (
                renamed[one] == other if one in renamed else one == other and other not in renamed.values()
            )
        left, right = self.arguments[one], self.arguments[other]
        if self.heads[one] != self.heads[other] or len(left) != len(right):
            return False
        if self.heads[one] != "forall":
            return all(self.alike(*pair, renamed) for pair in zip(left, right, strict=True))
        ours, theirs = self.bound(one), self.bound(other)
        if any(len({*some}) < len(some) for some in (ours, theirs)):
            return False
        if [*map(self.sort, ours)] != [*map(self.sort, theirs)]:
            return False
        hidden = {a: b for a, b in renamed.items() if a not in ours and b not in theirs}
        if len(hidden) != len(renamed):  # names that are used twice are not followed
            return False
        return self.alike(left[1], right[1], {**renamed, **dict(zip(ours, theirs, strict=True))})


def _text(tree: Tree) -> str:
    if not isinstance(tree, str):
        raise Unreadable("a name was expected")
    return tree


def _pairs(tree: Tree) -> Sequence[tuple[Tree, Tree]]:
    if isinstance(tree, str) or not all(isinstance(pair, list) and len(pair) == 2 for pair in tree):
        raise Unreadable("pairs were expected")
    return [(pair[0], pair[1]) for pair in tree]
