"""A theorem about learned policies: what an admissible one adds up fits 32 bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from focalloc.fastpath import kernels
from focalloc.proofs.engines.forking import SymInt, summary
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.terms import Term, both
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.spec import policy as judge
from focalloc.spec.geometry import MAX_TOKEN
from focalloc.spec.policy import CLIP, LARGEST_SUM, LARGEST_WEIGHT, MOST_ROOM, ONE, SIZES
from focalloc.spec.scores import SCORE_LIMIT

JUDGE, CODE = "policy", "kernels"

ROWS = 3
"""Weights of the rows on which the code of the check is compared with the formula."""


def within(most: int, *numbers: Term) -> list[Term]:
    """That none of ``numbers`` is greater in magnitude."""
    return [z3.And(one >= -most, one <= most) for one in numbers]


def magnitude(number: Term) -> Term:
    """The magnitude of a number."""
    return z3.If(number >= 0, number, -number)


@theorem(
    "policy-sums-fit",
    "Whatever policy is admissible (POL-6) and whatever the scores, no feature and no activation is clipped wrongly or "
    "exceeds the clip, and no sum leaves 32 bits, in whatever order and up to wherever it is added up; nor do means of "
    "activations. The shipped kernels clip as the spec does.",
    clauses="SCO-1",
    technique=Technique.INDUCTION,
    bounds="rows of any width, by induction over what is added; the check's code on rows of up to 3 weights",
    mutations=[
        Mutation("the bias is left out of the check", "CLIP * sum(map(abs, row)) + abs(bias)",
                 "CLIP * sum(map(abs, row))", JUDGE),
        Mutation("weights count with their signs", "CLIP * sum(map(abs, row))", "CLIP * abs(sum(row))", JUDGE),
        Mutation("scores are clipped on one side", "return max(-CLIP, min(number, CLIP))",
                 "return min(number, CLIP)", JUDGE),
        Mutation("activations are clipped on one side", "max(0, min(one >> shift, CLIP))", "max(0, one >> shift)",
                 JUDGE),
        Mutation("a logarithm is linear too far", "(above - power) * ONE // power", "(above - 1) * ONE // power",
                 JUDGE),
        Mutation("kernels clip scores on one side", "return max(-CLIP, min(score >> SCORE_SHIFT, CLIP))",
                 "return max(-CLIP, score >> SCORE_SHIFT)", CODE),
        Mutation("kernels clip activations elsewhere", "max(0, min(sums[first + i] >> shift, CLIP))",
                 "max(0, min(sums[first + i] >> shift, CLIP + 1))", CODE),
        "an input is twice as large",
    ],
)  # fmt: skip
def policy_sums_fit(bug: Mutation) -> Iterator[Evidence]:
    """The clips and the check are executed as shipped; sums by induction over the order in which they are added up."""
    spec, code = Source.of(judge, bug).again().python, Source.of(kernels, bug).again().python
    yield from inputs_are_clipped(spec, code)
    yield from the_check_is_the_formula(spec)
    yield from sums_stay(2 * CLIP if bug.name == "an input is twice as large" else CLIP)


def inputs_are_clipped(spec: Any, code: Any) -> Iterator[Evidence]:
    """Features and activations lie within `CLIP`."""
    score, one = z3.Ints("score sum")
    told = [score > -SCORE_LIMIT, score < SCORE_LIMIT]
    feature = summary(lambda: spec["clipped"](SymInt(score) >> judge.SCORE_SHIFT))
    shipped = summary(code["shortened"], SymInt(score))
    yield Obligation("features of scores", both(within(CLIP, feature)), told, [feature == CLIP])
    yield Obligation("kernels shorten alike", feature == shipped, told, [feature == -CLIP])
    for shift in range(SIZES["encode_shift"][1] + 1):
        after = summary(lambda: spec["activations"]([SymInt(one)], shift)[0])  # noqa: B023
        theirs = summary(lambda: activated(code, SymInt(one), shift))  # noqa: B023
        fits = both([after >= 0, after <= CLIP, after == theirs])
        yield Obligation(f"activations, shift {shift}", fits, within(LARGEST_SUM, one), [one == LARGEST_SUM])
    for exponent in range(MAX_TOKEN.bit_length()):
        above, power = z3.Int("above"), 2**exponent
        log = summary(lambda: logarithm_of(spec, SymInt(above), exponent))  # noqa: B023
        here = [above >= power, above < 2 * power]
        fits = z3.And(log >= ONE * exponent, log < ONE * (exponent + 1), log <= CLIP)
        yield Obligation(f"logarithms from 2^{exponent}", fits, here, [above == power])
    assert max(MOST_ROOM, 31 * ONE) <= CLIP  # room, levels, shares of the cap


def activated(code: Any, one: SymInt, shift: int) -> Any:
    """What the shipped kernel makes of a sum."""
    sums = [one]
    code["activate"](sums, 0, 1, shift)
    return sums[0]


def logarithm_of(spec: Any, above: SymInt, exponent: int) -> Any:
    """`logarithm` of the spec for a number of which the leading digit is known."""

    class Known:
        """One more than a number: its digits are counted already."""

        def bit_length(self) -> int:
            return exponent + 1

        def __sub__(self, power: int) -> Any:
            return above - power

    class Number:
        def __radd__(self, more: int) -> Known:
            return Known()

    return spec["logarithm"](Number())


def the_check_is_the_formula(spec: Any) -> Iterator[Evidence]:
    """What is checked when a policy is made is what the induction needs."""
    bias = z3.Int("bias")
    for width in range(1, ROWS + 1):
        row = [z3.Int(f"weight_{i}") for i in range(width)]
        checked = summary(lambda: spec["largest_sum"](list(map(SymInt, row)), SymInt(bias)))  # noqa: B023
        meant = CLIP * sum(map(magnitude, row)) + magnitude(bias)
        yield Obligation(f"a row of {width}", checked == meant, within(LARGEST_WEIGHT, *row), [row[0] < 0, bias < 0])


def sums_stay(clip: int) -> Iterator[Evidence]:
    """By induction: ``spent`` is the magnitude of the weights added so far, ``started`` that of the bias, if it was."""
    part, spent, started, weight, one, weights, bias = z3.Ints("part spent started weight input weights bias")
    product = z3.Int("product")
    admissible = CLIP * weights + magnitude(bias) <= LARGEST_SUM
    bound = within_bound(part, spent, started)
    sound = [spent >= 0, z3.Or(started == 0, started == magnitude(bias))]
    yield Obligation("nothing is added yet", within_bound(z3.IntVal(0), z3.IntVal(0), z3.IntVal(0)))
    small = [*within(LARGEST_WEIGHT, weight), *within(clip, one)]
    for sign in (1, -1):  # of the weight, so that the product is one of two magnitudes
        fits = both(within(CLIP * sign * weight, weight * one))
        yield Obligation(f"a product, {sign:+}", fits, [*small, sign * weight >= 0], [weight != 0, one == -clip])
    # what a product is does not matter any more, only that it fits: two unknowns multiplied are dear to solvers
    after = within_bound(part + product, spent + magnitude(weight), started)
    here = [*within(CLIP * magnitude(weight), product), bound, *sound]
    yield Obligation("one product more", after, here, [part < 0, product < 0])
    begun = [bound, started == 0, spent >= 0]
    yield Obligation("the bias is added", within_bound(part + bias, spent, magnitude(bias)), begun, [bias < 0])
    ends = [admissible, bound, *sound, spent <= weights]
    yield Obligation("any part of a sum fits", both(within(LARGEST_SUM, part)), ends, [part == LARGEST_SUM])
    total, items = z3.Ints("total items")
    most = [items >= 1, items <= SIZES["shortlist"][1], total >= 0, total <= CLIP * items]
    pooled = z3.And(total <= LARGEST_SUM, total / items >= 0, total / items <= CLIP)
    for count in range(1, SIZES["shortlist"][1] + 1):
        yield Obligation(f"the mean of {count}", pooled, [*most, items == count], [total == CLIP * items])


def within_bound(part: Term, spent: Term, started: Term) -> Term:
    """That part of a sum is no greater than what it is made of allows."""
    return z3.And(part <= CLIP * spent + started, -part <= CLIP * spent + started)
