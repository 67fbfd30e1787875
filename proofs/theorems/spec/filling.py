"""Filling: tokens may come in any parts, and a partial block is protected as by a tail of one token."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from focalloc.proofs.engines.trees import complete_families, rows
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.spec import candidates, filling
from focalloc.spec.actions import Action
from focalloc.spec.blocks import end
from focalloc.spec.geometry import Geometry

SPANS = range(2, 8)
"""Tokens of a block."""

WORLDS = (Geometry((2, 2)), Geometry((2, 3), (1, 1, 2)))
"""Geometries of which every context of two top-level nodes is looked at."""


@theorem(
    "tokens-come-in-any-parts",
    "Tokens that come in two parts make as many new blocks as all at once, and leave as many unfilled. No token is "
    "lost: what was unfilled and the new blocks hold the tokens that came and those that are unfilled then, which are "
    "fewer than a block takes.",
    clauses="FIL-1",
    technique=Technique.EXHAUSTION,
    bounds="blocks of 2 to 7 tokens, every number of them unfilled, two parts of 1 to 20 tokens",
    mutations=[
        Mutation("new blocks are rounded down", "-(-(tokens - unfilled) // span)", "(tokens - unfilled) // span"),
        Mutation("the last block is not filled", "-(-(tokens - unfilled) // span)", "-(-tokens // span)"),
        Mutation("those that came are counted", "(unfilled - tokens) % span", "(tokens - unfilled) % span"),
    ],
)  # fmt: skip
def tokens_come_in_any_parts(bug: Mutation) -> Iterator[Evidence]:
    """`filled`, as shipped."""
    code = Source.of(filling, bug).python
    cases, telling, wrong = 0, 0, ""
    for span in SPANS:
        geometry = Geometry((span,))
        for unfilled, first, then in product(range(span), range(1, 21), range(1, 21)):
            cases += 1
            one = code["filled"](geometry, unfilled, first)
            two = code["filled"](geometry, one.unfilled, then)
            whole = code["filled"](geometry, unfilled, first + then)
            telling += two.unfilled > 0
            held = unfilled + whole.blocks * span == first + then + whole.unfilled
            if not held or not 0 <= whole.unfilled < span or whole != (one.blocks + two.blocks, two.unfilled):
                wrong = wrong or f"{first} and {then} tokens, {unfilled} of {span} unfilled: {one}, {two}; {whole}"
    yield Survey("every span", cases, telling, wrong)


@theorem(
    "a-partial-block-is-a-tail-of-one-token",
    "While the last block lacks tokens, the collapses that this bars are just those that a protected tail of one token "
    "would; while it lacks none, it bars none.",
    clauses="FIL-2 TAI-1",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2), and (2, 3) at cost (1, 1, 2); every context of two top-level nodes that ends with a block of "
    "tokens, and all its complete families",
    mutations=[
        Mutation("a partial block collapses", "and unfilled and end(", "and unfilled > 9 and end("),
        Mutation("what ends before it is barred", "== context_end:", ">= context_end - 2:"),
        Mutation("a full block is barred", "and unfilled and end(", "and end("),
    ],
)  # fmt: skip
def a_partial_block_is_a_tail_of_one_token(bug: Mutation) -> Iterator[Evidence]:
    """`partial_collapse`, as shipped, beside `reaches_tail`."""
    code = Source.of(filling, bug).python
    for geometry in WORLDS:
        cases, telling, wrong = 0, 0, ""
        last = 2 * geometry.span(geometry.top)
        for context in rows(geometry, 0, last):
            if context[-1].level:
                continue
            for node, unfilled in product(complete_families(geometry, context), (0, 1)):
                cases += 1
                barred = bool(list(code["partial_collapse"](geometry, unfilled, last, Action("collapse", *node))))
                telling += barred
                if barred != (unfilled == 1 and candidates.reaches_tail(end(geometry, node), last, 1)):
                    wrong = wrong or f"{list(map(tuple, context))}, {unfilled} unfilled: {tuple(node)} barred: {barred}"
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)
