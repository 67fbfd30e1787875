"""What a step of a proof may conclude, by the name of its rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from focalloc.proofs.engines.checking.following import Following
from focalloc.proofs.engines.checking.sums import Sum, Sums, constant, plus, times
from focalloc.proofs.engines.checking.terms import INT, Terms, Unreadable

FOLLOW = (
    *("absorb", "and_", "chain_", "cnf_", "contra", "equiv_elim", "factoring", "false_", "implies_elim"),
    *("ite_e", "modus_ponens", "not_", "process_scope", "reordering", "resolution", "split", "true_", "xor_elim"),
    *("arith_poly_norm", "arith_trichotomy", "int_tight_"),
)
"""How names of rules begin whose conclusions follow by connectives and comparisons. Many equations do so, too, which
have names with hyphens; of these one that is not understood is taken for one that is not known.
"""

FUNCTIONS = frozenset(["@purify", "@int_div_by_zero", "@mod_by_zero"])
"""Names of the proofs' own that are functions of what is in them."""

COMPARISONS = (">", ">=", "<", "<=")


@dataclass(frozen=True)
class Step:
    """A step of a proof.

    Attributes:
        rule: its name.
        conclusion: what it says.
        premises: what it goes by.
        arguments: what else it is given.
    """

    rule: str
    conclusion: int
    premises: Sequence[int]
    arguments: Sequence[int]


class Rules:
    """All that is known of rules, for the terms of one question."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.sums = Sums(terms)
        self.following = Following(terms, self.sums)

    def allow(self, step: Step) -> bool | None:
        """Whether a step is right; None if its rule is not known and it does not follow."""
        special = SPECIAL.get(step.rule)
        try:
            if special is not None and special(self, step):
                return True
        except (Unreadable, ValueError, IndexError):
            pass
        if step.rule in ONLY:
            return False
        if self.following.follows(step.premises, step.conclusion):
            return True
        known = special is not None or step.rule.startswith(FOLLOW)
        return False if known else None

    # --- equations ---

    def sides(self, one: int) -> tuple[int, int]:
        """What an equation says is equal.

        Raises:
            ValueError: it is no equation of two.
        """
        left, right = self.parts(one, "=")
        return left, right

    def parts(self, one: int, *heads: str) -> tuple[int, ...]:
        """The arguments of a term.

        Raises:
            ValueError: it has another head.
        """
        if self.terms.heads[one] not in heads:
            raise ValueError
        return self.terms.arguments[one]

    def same(self, step: Step) -> bool:
        """Anything is equal to itself."""
        left, right = self.sides(step.conclusion)
        return left == right

    def turned(self, step: Step) -> bool:
        """What is equal is so the other way round, and what is not is not."""
        premise, conclusion = step.premises[0], step.conclusion
        if self.terms.heads[premise] == "not":
            (premise,), (conclusion,) = self.parts(premise, "not"), self.parts(conclusion, "not")
        return self.sides(premise) == self.sides(conclusion)[::-1]

    def chained(self, step: Step) -> bool:
        """What is equal to the same is equal."""
        told = [self.sides(premise) for premise in step.premises]
        first, last = self.sides(step.conclusion)
        return (
            bool(told)
            and (told[0][0], told[-1][1]) == (first, last)
            and all(one[1] == other[0] for one, other in pairwise(told))
        )

    def inside(self, step: Step) -> bool:
        """Equals in the same place give equals; in a quantified formula, too, as no premise is about its variables.

        Not so in what is named after a formula: two that are both false need not fail of the same.
        """
        left, right = self.sides(step.conclusion)
        if str(self.terms.heads[left]).startswith("@") and self.terms.heads[left] not in FUNCTIONS:
            return False
        ours, theirs = self.terms.arguments[left], self.terms.arguments[right]
        equal = {self.sides(premise) for premise in step.premises}
        return (
            self.terms.heads[left] == self.terms.heads[right]
            and len(ours) == len(theirs)
            and all(a == b or (a, b) in equal for a, b in zip(ours, theirs, strict=True))
            and (self.terms.heads[left] != "forall" or ours[0] == theirs[0])
        )

    def resolved(self, step: Step) -> bool:
        """What is equal to what holds, holds."""
        told, equation = step.premises
        return self.sides(equation) == (told, step.conclusion)

    def flat(self, step: Step) -> bool:
        """Brackets, order, repetition and what does nothing do not matter to `and` and `or`."""
        left, right = self.sides(step.conclusion)
        (head,) = {"and", "or"} & {self.terms.heads[left], self.terms.heads[right]}
        return self.members(left, head) == self.members(right, head)

    def members(self, one: int, head: str) -> set[int]:
        """What `and` or `or` is of, in all."""
        if one == (self.terms.true if head == "and" else self.terms.false):
            return set()
        if self.terms.heads[one] != head:
            return {one}
        return {member for argument in self.terms.arguments[one] for member in self.members(argument, head)}

    # --- quantifiers ---

    def instance(self, step: Step) -> bool:
        """What holds of all, holds of each."""
        variables, body = self.quantified(step.premises[0])
        values = self.parts(step.arguments[0], "@list")
        return self.terms.replaced(body, dict(zip(variables, values, strict=True))) == step.conclusion

    def quantified(self, one: int) -> tuple[tuple[int, ...], int]:
        """Variables and body of a quantified formula.

        Raises:
            ValueError: it is none, or names a variable twice.
        """
        listed, body = self.parts(one, "forall")
        variables = self.parts(listed, "@list")
        if len({*variables}) < len(variables) or any(self.terms.free(one) != {one} for one in variables):
            raise ValueError
        return variables, body

    def witnessed(self, step: Step) -> bool:
        """What does not hold of all fails of some, which are named after what they show."""
        (failing,) = self.parts(step.premises[0], "not")
        variables, body = self.quantified(failing)
        named = {
            variable: self.terms.make("@quantifiers_skolemize", failing, self.terms.number(at))
            for at, variable in enumerate(variables)
        }
        return self.parts(step.conclusion, "not") == (self.terms.replaced(body, named),)

    def renamed(self, step: Step) -> bool:
        """Bound variables may have any names."""
        return self.terms.alike(*self.sides(step.conclusion))

    def reordered(self, step: Step) -> bool:
        """Variables of one quantifier may stand in any order."""
        (ours, body), (theirs, other) = map(self.quantified, self.sides(step.conclusion))
        return body == other and sorted(ours) == sorted(theirs)

    def merged(self, step: Step) -> bool:
        """For all, for all is for all."""
        left, right = self.sides(step.conclusion)
        (first, body), (both, other) = self.quantified(left), self.quantified(right)
        while body != other:
            more, body = self.quantified(body)
            first = (*first, *more)
        return first == both

    def unused(self, step: Step) -> bool:
        """Variables of which nothing is said are not needed; every sort has something."""
        left, right = self.sides(step.conclusion)
        variables, body = self.quantified(left)
        left_over, told = self.quantified(right) if right != body else ((), right)
        gone = {*variables} - {*left_over}
        return body == told and {*left_over} <= {*variables} and gone.isdisjoint(self.terms.free(body))

    def solved(self, step: Step) -> bool:
        """Of all that is equal to something is said what is said of that."""
        left, right = self.sides(step.conclusion)
        (variable,), body = self.quantified(left)
        first, *_ = self.parts(body, "or")
        (equation,) = self.parts(first, "not")
        value = next(one for one in reversed(self.sides(equation)) if one != variable)
        if variable not in self.sides(equation) or variable in self.terms.free(value):
            return False
        told = self.terms.replaced(body, {variable: value})
        return self.following.follows([], self.terms.make("=", told, right))

    # --- numbers ---

    def named(self, step: Step) -> bool:
        """A name for a term is equal to it."""
        name, told = self.sides(step.conclusion)
        return self.parts(name, "@purify") == (told,)

    def compared(self, one: int, *, turned: bool = False) -> tuple[str, dict[tuple[int, ...], Fraction]]:
        """A comparison as what is not negative, positive or zero; ``turned``: an equation is read from its right.

        Raises:
            ValueError: it compares something else than integers.
        """
        head = str(self.terms.heads[one])
        left, right = self.parts(one, "=", *COMPARISONS)
        if head in ("<", "<=") or (turned and head == "="):
            left, right = right, left
        less = self.sums.difference(left, right)
        if less is None or not (self.sums.is_number(left) and self.sums.is_number(right)):
            raise ValueError
        return {"<": ">", "<=": ">="}.get(head, head), dict(less)

    def summed(self, step: Step) -> bool:
        """Comparisons that look the same way are added."""
        turned = self.terms.heads[step.conclusion] in ("<", "<=")
        told = [self.compared(premise, turned=turned) for premise in step.premises]
        kind, claimed = self.compared(step.conclusion, turned=turned)
        total: dict[tuple[int, ...], Fraction] = {}
        for _, one in told:
            total = dict(plus(total, one))
        strict = any(head == ">" for head, _ in told)
        equal = all(head == "=" for head, _ in told)
        return total == claimed and (kind == ">=" or (kind == ">" and strict) or (kind == "=" and equal))

    def scaled(self, step: Step) -> bool:
        """A comparison times something of a known sign."""
        needed, told = self.parts(step.conclusion, "=>")
        sign, compared = self.parts(needed, "and")
        (by, zero), head = self.parts(sign, "<", ">"), self.terms.heads[sign]
        factor = self.sums.of(by)
        kind, one = self.compared(compared)
        claimed, other = self.compared(told)
        if factor is None or self.sums.of(zero) != {} or claimed != kind:
            return False
        return other == times(one, factor if head == ">" or kind == "=" else times(factor, {(): Fraction(-1)}))

    def signed(self, step: Step) -> bool:
        """The sign of a product is that of its factors; one that is not zero may count twice."""
        needed, told = self.parts(step.conclusion, "=>")
        signs: dict[int, str] = {}
        for one in self.parts(needed, "and") if self.terms.heads[needed] == "and" else (needed,):
            apart = self.terms.heads[one] == "not"
            compared = self.parts(one, "not")[0] if apart else one
            factor, zero = self.parts(compared, *("=",) if apart else ("<", ">"))
            head = "distinct" if apart else str(self.terms.heads[one])
            if self.sums.of(zero) != {} or self.terms.sort(factor) != INT:
                return False
            signs[factor] = head
        product, zero = self.parts(told, "<", ">")
        factors = self.parts(product, "*")
        if self.sums.of(zero) != {} or not {*factors} <= signs.keys():
            return False
        often = {factor: factors.count(factor) for factor in factors}
        if any(signs[factor] == "distinct" and count % 2 for factor, count in often.items()):
            return False
        negative = sum(count for factor, count in often.items() if signs[factor] == "<") % 2
        return self.terms.heads[told] == ("<" if negative else ">")

    def magnified(self, step: Step) -> bool:
        """Of products of equal magnitudes the magnitude is equal; with a greater one, and no zero, it is greater."""
        head = self.terms.heads[step.conclusion]
        left, right = map(self.absolute, self.parts(step.conclusion, "=", ">"))
        ours: Sum = {(): Fraction(1)}
        theirs: Sum = ours
        for at, premise in enumerate(step.premises):
            told = premise
            if head == ">" and at and self.terms.heads[premise] == "and":
                told, apart = self.parts(premise, "and")
                (zero,) = self.parts(apart, "not")
                if self.sides(zero) != (self.absolute(self.sides(told)[0]), self.terms.number(0)):
                    return False
            compared = self.parts(told, ">" if told == premise and head == ">" else "=")
            pair = [self.sums.of(self.absolute(one)) for one in compared]
            ours, theirs = (times(one, of or {}) for one, of in zip((ours, theirs), pair, strict=True))
        return (self.sums.of(left), self.sums.of(right)) == (ours, theirs)

    def absolute(self, one: int) -> int:
        """What a magnitude is of.

        Raises:
            ValueError: it is no magnitude of an integer.
        """
        (inside,) = self.parts(one, "abs")
        if self.terms.sort(inside) != INT:
            raise ValueError
        return inside

    def magnitudes(self, step: Step) -> bool:
        """What a comparison of magnitudes says without them."""
        compared, told = self.sides(step.conclusion)
        make, zero = self.terms.make, self.terms.number(0)
        left, right = map(self.absolute, self.parts(compared, "=", ">"))
        if self.terms.heads[compared] == "=":
            return told == make("or", make("=", left, right), make("=", left, make("-", right)))
        plain = (make("ite", make(">=", one, zero), one, make("-", one)) for one in (left, right))
        meant = make(">", *plain)
        return self.following.follows([], make("=", meant, told))

    def divided(self, step: Step) -> bool:
        """Division is total division where it does not divide by zero."""
        ours, theirs = self.sides(step.conclusion)
        number, by = self.parts(ours, "div", "mod")
        total = self.terms.make(f"{self.terms.heads[ours]}_total", number, by)
        value = constant(self.sums.of(by))
        apart = value or self.following.follows(
            step.premises, self.terms.opposite(self.terms.make("=", by, self.terms.number(0)))
        )
        return theirs == total and bool(apart)

    def divided_by_one(self, step: Step) -> bool:
        """Division by one does nothing."""
        ours, theirs = self.sides(step.conclusion)
        number, by = self.parts(ours, "div", "div_total", "mod", "mod_total")
        left = self.terms.number(0) if str(self.terms.heads[ours]).startswith("mod") else number
        return constant(self.sums.of(by)) == 1 and theirs == left and self.terms.sort(number) == INT

    def reduced(self, step: Step) -> bool:
        """What a division means: the greatest multiple that is not above; by zero, what is named after it."""
        (one,) = step.arguments
        head, (number, by, *_) = self.terms.heads[one], (*self.terms.arguments[one], -1)
        if {*map(self.terms.sort, self.terms.arguments[one])} != {INT}:
            return False
        make, zero = self.terms.make, self.terms.number(0)
        if head in ("div", "mod"):
            other = make(f"@{'int_div' if head == 'div' else 'mod'}_by_zero", number)
            total = make(f"{head}_total", number, by)
            return step.conclusion == make("=", one, make("ite", make("=", by, zero), other, total))
        if head not in ("div_total", "mod_total"):
            return False
        return self.following.follows(self.meaning(number, by), step.conclusion)

    def meaning(self, number: int, by: int) -> list[int]:
        """What is true of a number divided by another, and of the name that it has."""
        make, zero, one = self.terms.make, self.terms.number(0), self.terms.number(1)
        divided = make("div_total", number, by)
        name = make("@purify", divided)
        above = make("<", number, make("*", by, make("+", name, one)))
        above_below_zero = make("<", number, make("*", by, make("+", name, make("-", one))))
        return [
            make("=", divided, name),
            make("=", make("mod_total", number, by), make("-", number, make("*", by, name))),
            make("=>", make("not", make("=", by, zero)), make("<=", make("*", by, name), number)),
            make("=>", make(">", by, zero), above),
            make("=>", make("<", by, zero), above_below_zero),
            make("=>", make("=", by, zero), make("=", name, zero)),
        ]


SPECIAL: dict[str, Callable[[Rules, Step], bool]] = {
    "aci_norm": Rules.flat,
    "refl": Rules.same,
    "symm": Rules.turned,
    "trans": Rules.chained,
    "cong": Rules.inside,
    "nary_cong": Rules.inside,
    "ho_cong": Rules.inside,
    "eq_resolve": Rules.resolved,
    "instantiate": Rules.instance,
    "skolemize": Rules.witnessed,
    "alpha_equiv": Rules.renamed,
    "quant_var_reordering": Rules.reordered,
    "quant-merge-prenex": Rules.merged,
    "quant-unused-vars": Rules.unused,
    "quant-var-elim-eq": Rules.solved,
    "skolem_intro": Rules.named,
    "arith_sum_ub": Rules.summed,
    "arith_mult_pos": Rules.scaled,
    "arith_mult_neg": Rules.scaled,
    "arith_mult_sign": Rules.signed,
    "arith_mult_abs_comparison": Rules.magnified,
    "arith-abs-int-gt": Rules.magnitudes,
    "arith-abs-eq": Rules.magnitudes,
    "arith-int-div-total": Rules.divided,
    "arith-int-mod-total": Rules.divided,
    "arith-int-div-total-one": Rules.divided_by_one,
    "arith-int-mod-total-one": Rules.divided_by_one,
    "arith_reduction": Rules.reduced,
}
"""Rules that are more than connectives and comparisons, and what each comes to."""

ONLY = frozenset(["refl", "symm", "trans", "instantiate", "skolemize", "alpha_equiv"])
"""Those of them that are not looked at in another way."""
