"""Theorems about running means of scores: where they lie, how they are inherited, and how they lean to the cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from types import SimpleNamespace
from typing import Any

import z3

from focalloc.proofs.engines.forking import SymInt, summary
from focalloc.proofs.engines.helpers import Helpers, record
from focalloc.proofs.sources import Mutation
from focalloc.proofs.terms import Term, both
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.proofs.theorems.reference.enhanced import Ratio
from focalloc.refimpl import preparation as reference
from focalloc.spec import memory as judge
from focalloc.spec.actions import KINDS, Action
from focalloc.spec.blocks import Block, Context
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import MAX_MEMORY_SHIFT
from focalloc.spec.scores import SCORE_LIMIT

JUDGE, REFERENCE = "memory", "preparation"


def fits(*numbers: Term) -> list[Term]:
    """That each number is a score in fixed point (SCO-1)."""
    return [z3.And(one > -SCORE_LIMIT, one < SCORE_LIMIT) for one in numbers]


@theorem(
    "means-lie-among-what-was-told",
    "A running mean moves towards the score and never past it, so it stays between the least and the greatest that it "
    "was told; a constant row is a fixed point, and it is reached from above, and from below but for less than 2^s. "
    "The reference, which computes with fractions, moves it alike, and takes a first score as it is.",
    clauses="MEM-1 SCO-1",
    technique=Technique.FORKING,
    bounds="every memory_shift; any mean and score",
    mutations=[
        Mutation("rounded up", "((score - mean) >> shift)", "-((mean - score) >> shift)", JUDGE),
        Mutation("moves twice as fast", "((score - mean) >> shift)", "((score - mean) >> shift - 1)", JUDGE),
        Mutation("moves from 0", "return mean + ((score", "return ((score", JUDGE),
        Mutation("a first score counts in part", "*scores[len(memory) :])",
                 "*(one >> shift for one in scores[len(memory) :]))", JUDGE),
        Mutation("the reference rounds up", "mean + floor(Fraction(scores[slot] - mean,",
                 "mean - floor(Fraction(mean - scores[slot],", REFERENCE),
    ],
)  # fmt: skip
def means_lie_among_what_was_told(bug: Mutation) -> Iterator[Evidence]:
    """`told` of the judge and `remember` of the reference are executed on a slot that remembers and a new one."""
    mean, score, first = z3.Ints("mean score first")
    told, remember = Helpers(judge, bug).plain("told"), Helpers(reference, bug).plain("remember")
    remember.__globals__.update(Fraction=Ratio)
    memory, scores, assume = (SymInt(mean),), [SymInt(score), SymInt(first)], fits(mean, score, first)
    for shift in range(1, MAX_MEMORY_SHIFT + 1):
        after, fresh = (summary(lambda at: told(memory, scores, shift)[at], at) for at in range(2))  # noqa: B023
        theirs = [summary(lambda at: remember(memory, scores, shift)[at], at) for at in range(2)]  # noqa: B023
        between = z3.Or(z3.And(mean <= after, after <= score), z3.And(score <= after, after <= mean))
        moves = z3.And((after < mean) == (score < mean), (after > mean) == (score >= mean + 2**shift))
        yield Obligation(f"shift {shift}: between", between, assume)
        yield Obligation(f"shift {shift}: moves unless it is there, or nearly", moves, assume)
        yield Obligation(f"shift {shift}: the first is taken whole", fresh == first, assume)
        yield Obligation(f"shift {shift}: the reference", both([after == theirs[0], fresh == theirs[1]]), assume)


WORLDS: list[tuple[Geometry, Block, Context]] = [
    (Geometry((2, 2)), Block(2, 0), (Block(1, 0), Block(1, 2))),
    (Geometry((2, 2)), Block(1, 0), (Block(0, 0),)),
    (Geometry((3, 2), (1, 2, 3)), Block(2, 6), (Block(1, 6), Block(1, 9))),
    (Geometry((2, 3), (1, 1, 2)), Block(2, 6), (Block(1, 6), Block(1, 8), Block(1, 10))),
]
"""Geometry, node, its family."""


@theorem(
    "what-is-inherited-lies-among-what-was-remembered",
    "What an action makes remembers alike in each slot, no less than the least and no more than the greatest that the "
    "slots it replaces remember; so what is remembered everywhere stays. Slots that remember nothing have no say, and "
    "make nothing.",
    clauses="MEM-2 SCO-3",
    technique=Technique.FORKING,
    bounds="four nodes with 2 or 3 children and gists of 1 to 3 slots; any memory",
    mutations=[
        Mutation("the sum is inherited", "floor_mean(sum(known), len(known))", "sum(known)", JUDGE),
        Mutation("the mean of blocks that remember nothing, too", "floor_mean(sum(known), len(known))",
                 "floor_mean(sum(known), used_slots)", JUDGE),
        Mutation("only the first slot remembers", ",) * geometry.slots(block.level)", ",)", JUDGE),
    ],
)  # fmt: skip
def what_is_inherited_lies_among_what_was_remembered(bug: Mutation) -> Iterator[Evidence]:
    """`pass_on` of the judge is executed on a node and its family, of which the last member remembers or does not."""
    pass_on = Helpers(judge, bug).plain("pass_on")
    for geometry, node, family in WORLDS:
        for kind in KINDS:
            before, after = ((node,), family) if kind == "expand" else (family, (node,))
            action = Action(kind, *node)
            for fresh in range(len(before) + 1):  # so many at the end remember nothing
                kept = before[: len(before) - fresh]
                slots = [(block, i) for block in kept for i in range(geometry.slots(block.level))]
                known = z3.Ints([f"slot_{i}" for i in range(len(slots))])
                pass_on.__globals__.update(used_slots=sum(geometry.slots(block.level) for block in before) + 1)

                def made(block: Block, at: int) -> Any:
                    """What slot ``at`` of ``block`` remembers after the action, -1 if there is none such."""
                    parts: dict[Block, Any] = dict.fromkeys(before, ())  # noqa: B023
                    for (one, _), mean in zip(slots, known, strict=True):  # noqa: B023
                        parts[one] += (SymInt(mean),)
                    pass_on(geometry, parts, action)  # noqa: B023
                    return len(parts[block]) if at < 0 else parts[block][at] if at < len(parts[block]) else None

                case = f"{kind} of {tuple(node)} at cost {geometry.cost}, {fresh} of {len(before)} new"
                lengths = [made(block, -1) == (geometry.slots(block.level) if known else 0) for block in after]
                yield Obligation(f"{case}: as many remember as should", z3.BoolVal(all(lengths)))
                if known and all(lengths):
                    means = [summary(made, block, at) for block in after for at in range(geometry.slots(block.level))]
                    least = both([z3.Or([one >= old for old in known]) for one in means])
                    most = both([z3.Or([one <= old for old in known]) for one in means])
                    yield Obligation(f"{case}: among what was", z3.And(least, most))
                    yield Obligation(f"{case}: alike", both([one == means[0] for one in means]))


LEANING: list[tuple[Geometry, Context]] = [
    (Geometry((2, 2)), (Block(2, 0), Block(1, 4), Block(0, 6), Block(1, 8))),
    (Geometry((3, 2), (1, 2, 3)), (Block(0, 3), Block(2, 6), Block(1, 12), Block(0, 15))),
]
"""Geometry and context."""


@theorem(
    "the-lean-falls-from-the-cursor",
    "The lean is added whole at the cursor, no further from it more than nearer, half for each smallest span, and "
    "nothing from 31 on; what comes of it is a score, no less than before. The reference adds alike.",
    clauses="MEM-3 SCO-1",
    technique=Technique.FORKING,
    bounds="distances up to 40 smallest spans; two contexts of four blocks, with any scores, every cursor; any lean",
    mutations=[
        Mutation("not halved", "return lean >> distance", "return lean - distance", JUDGE),
        Mutation("half of it where the cursor is", "distance(geometry, block, cursor)",
                 "distance(geometry, block, cursor) + 1", JUDGE),
        Mutation("does not saturate", "[min(score + more, SCORE_LIMIT - 1) for", "[score + more for", JUDGE),
        Mutation("the reference measures from the end", "distance(geometry, block, state.at)",
                 "distance(geometry, block, state.end)", REFERENCE),
        Mutation("the reference leaves something far off", "2**halvings", "(1 + halvings)", REFERENCE),
    ],
)  # fmt: skip
def the_lean_falls_from_the_cursor(bug: Mutation) -> Iterator[Evidence]:
    """`leaning` and `leant` of the judge and `lean` of the reference are executed on a symbolic score and lean."""
    amount = z3.Int("lean")
    assume = [amount >= 0, amount < SCORE_LIMIT]
    leaning, leant = (Helpers(judge, bug).plain(name) for name in ("leaning", "leant"))
    lean = Helpers(reference, bug).plain("lean")
    pairs, last = Geometry((2,)), 80
    added = [summary(leaning, pairs, SymInt(amount), last, Block(0, last - 2 * (i + 1))) for i in range(40)]
    yield Obligation("all of it at the end", added[0] == amount, assume)
    yield Obligation("nothing far off", both([one == 0 for one in added[31:]]), assume)
    for i, (nearer, farther) in enumerate(pairwise(added)):
        halved = z3.And(farther >= 0, 2 * farther <= nearer, nearer <= 2 * farther + 1)
        yield Obligation(f"half as much after {i + 1}", halved, assume)
    for geometry, context in LEANING:
        slots = sum(geometry.slots(block.level) for block in context)
        end = context[-1].start + geometry.span(context[-1].level)
        score = z3.Int("score")
        given = [*assume, *fits(score)]
        for at, cursor in product(range(slots), range(context[0].start, end + 1)):
            state = SimpleNamespace(context=context, end=end, at=cursor, geometry=geometry, params=record(lean=amount))
            row: Sequence[Any] = [SymInt(score) if slot == at else 0 for slot in range(slots)]
            told = geometry, context, row, SymInt(amount), cursor
            mine = summary(lambda: leant(*told)[at], assumptions=given)  # noqa: B023
            theirs = summary(lambda: lean(state, row)[at], assumptions=given)  # noqa: B023
            case = f"slot {at} at cost {geometry.cost}, cursor {cursor}"
            yield Obligation(f"{case}: a score, no less", both([mine >= score, *fits(mine)]), given)
            yield Obligation(f"{case}: the reference", mine == theirs, given)
