"""Theorems about filling: the shipped kernels and the reference make of tokens what the spec says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from focalloc.fastpath import kernels
from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.tables import Tables
from focalloc.proofs.engines.memory import called, memory_of
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl.ingest import new_blocks
from focalloc.spec.blocks import Block
from focalloc.spec.filling import filled
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State, ingested_tokens

WORLDS = (Geometry((2, 2)), Geometry((3, 2), (2, 2, 1)))
"""Geometries in which tokens come."""


@theorem(
    "filling-in-code",
    "The shipped kernels and the reference make as many new blocks of tokens as the spec says, none if they only fill "
    "the last block, and leave as many unfilled; the kernels forget what a filled block remembered and nothing else, "
    "and protect the longer of the tail as told and a partial block.",
    clauses="FIL-1 FIL-2 FIL-3 MEM-1",
    technique=Technique.EXHAUSTION,
    bounds="arity (2, 2), and (3, 2) at cost (2, 2, 1); two blocks, of which every part of the last is unfilled and "
    "any number remembers; 1 to 10 tokens; protected tails of 0, 1 and 3 tokens",
    mutations=[
        Mutation("the last block is not filled", "tokens - header[UNFILLED] + header[SPAN]",
                 "tokens + header[SPAN]"),
        Mutation("new blocks are rounded down", "+ header[SPAN] - 1) // header[SPAN]", "// header[SPAN]) * 1"),
        Mutation("a filled block remembers", "if header[UNFILLED] > 0:\n        header[KNOWN]",
                 "if header[UNFILLED] > 99:\n        header[KNOWN]"),
        Mutation("more is forgotten", "max(0, header[SLOTS] - header[UNITS])", "0"),
        Mutation("a partial block is not protected", "max(header[TAIL], min(1, unfilled))", "header[TAIL]"),
        Mutation("the tail is forgotten", "max(header[TAIL], min(1, unfilled))", "min(1, unfilled)"),
    ],
)  # fmt: skip
def filling_in_code(bug: Mutation) -> Iterator[Evidence]:
    """`blocks_of` and `fill`, as shipped."""
    source = Source.of(kernels, bug)
    for geometry in WORLDS:
        cases, telling, wrong = 0, 0, ""
        units, context = geometry.slots(0), (Block(0, 0), Block(0, geometry.span(0)))
        for unfilled, known, tokens, tail in product(range(geometry.span(0)), range(3), range(1, 11), (0, 1, 3)):
            cases += 1
            params = Params(w_max=99, memory_shift=1, protected_tokens=tail)
            state = State(geometry, params, context, {}, 1, memory=(7,) * (known * units), unfilled=unfilled)
            after = ingested_tokens(state, [], tokens)
            wanted = filled(geometry, unfilled, tokens).blocks, after.unfilled, len(after.memory), after.protected
            tables: dict[str, Any] = memory_of(Tables(geometry, params, context), code.CHUNK) | {"tokens": tokens}
            header = tables["header"]
            header[code.KNOWN], header[code.UNFILLED] = known * units, unfilled
            blocks = called(source, "blocks_of", tables)
            called(source, "fill", tables)
            made = blocks, header[code.UNFILLED], header[code.KNOWN], header[code.PROTECTED]
            telling += len(after.memory) < len(state.memory) or after.unfilled > 0
            if made != wanted or new_blocks(state, tokens) != wanted[0]:
                wrong = wrong or f"{tokens} tokens, {unfilled} unfilled, {known} blocks known: {made}, not {wanted}"
        yield Survey(f"arity {geometry.arity}, cost {geometry.cost}", cases, telling, wrong)
