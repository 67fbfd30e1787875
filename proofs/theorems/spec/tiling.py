"""Theorems about the row of blocks: it stays aligned, in one piece and on known levels, and nothing moves.

Alignment is stated with a witness, ``start = q * span``: the form with ``mod`` and a symbolic span is beyond solvers.
A row of any length is a pair of functions from index to start and to span, and only the few indices that a claim
touches are spelled out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import z3

from focalloc.proofs.engines.helpers import Helpers
from focalloc.proofs.engines.trees import rows
from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.terms import Term
from focalloc.proofs.theorem import Evidence, Obligation, Survey, Technique, theorem
from focalloc.spec import actions, blocks
from focalloc.spec.actions import KINDS, Action
from focalloc.spec.blocks import Block, Context, end
from focalloc.spec.geometry import Geometry

ARITY, SPAN, Q, J, LENGTH, AT = z3.Ints("arity child_span q j length at")
START, WIDTH = (z3.Function(name, z3.IntSort(), z3.IntSort()) for name in ("start", "span"))

CLASSES = (
    Geometry((32, 32)),
    Geometry((2, 2, 2)),
    Geometry((32, 8, 4), (1, 1, 2, 4)),
    Geometry((3, 5), (2, 1, 3)),
)
"""Geometries for what no solver decides with symbolic spans."""

Row = Callable[[Any], Any]
"""From the index of a block to its start, span or level."""


def after_expand(row: Row, at: Any, fanout: Any, child: Row, choose: Callable[..., Any] = z3.If) -> Row:
    """The row once block ``at`` is replaced by ``fanout`` blocks, the j-th of which has the value ``child(j)``."""
    return lambda i: choose(i < at, row(i), choose(i < at + fanout, child(i - at), row(i - fanout + 1)))


def after_collapse(row: Row, at: Any, fanout: Any, node: Any, choose: Callable[..., Any] = z3.If) -> Row:
    """The row once the ``fanout`` blocks from ``at`` on are replaced by one with the value ``node``."""
    return lambda i: choose(i < at, row(i), choose(i == at, node, row(i + fanout - 1)))


def joined(start: Row, span: Row, i: Term, length: Term) -> Term:
    """Block ``i`` and the one after it touch, if both are there (CTX-3)."""
    return z3.Implies(z3.And(i >= 0, i + 1 < length), start(i + 1) == start(i) + span(i))


@theorem(
    "expand-keeps-alignment",
    "The children of an aligned node are aligned, begin and end with it, and lie side by side.",
    clauses="CTX-2 CTX-3 CTX-6",
    technique=Technique.INDUCTION,
    mutations=[
        Mutation(
            "children one token late", "return start + index * child_span", "return start + index * child_span + 1"
        ),
        Mutation("children overlap", "return start + index * child_span", "return start + index * (child_span - 1)"),
    ],
)
def expand_keeps_alignment(bug: Mutation) -> Iterator[Evidence]:
    """`child_start` is executed; the node is the q-th of its level."""
    code = Helpers(actions, bug)
    start = Q * (ARITY * SPAN)
    given = [ARITY >= 2, SPAN >= 1, Q >= 0, J >= 0, J < ARITY]
    child = code("child_start", start, SPAN, J)
    yield Obligation("a child is the (q * arity + j)-th of its level", child == (Q * ARITY + J) * SPAN, given)
    yield Obligation("the first begins with the node", code("child_start", start, SPAN, z3.IntVal(0)) == start, given)
    behind = code("child_start", start, SPAN, J + 1)
    yield Obligation("each begins where the one before it ends", behind == child + SPAN, given)
    last = code("child_start", start, SPAN, ARITY - 1)
    yield Obligation("the last ends with the node", last + SPAN == start + ARITY * SPAN, given)


@theorem(
    "collapse-keeps-alignment",
    "The node over any block is aligned and covers the block, and every child of a node has that node as its parent.",
    clauses="CTX-2 ACT-2 ACT-4",
    technique=Technique.INDUCTION,
    bounds="arities and spans of four geometry classes; any position",
    mutations=[
        Mutation("a family may begin anywhere", "return start - start % parent_span", "return start"),
        Mutation("rounded to nearest", "return start - start % parent_span",
                 "return start - start % parent_span + 2 * (start % parent_span) // parent_span * parent_span"),
    ],
)  # fmt: skip
def collapse_keeps_alignment(bug: Mutation) -> Iterator[Evidence]:
    """`parent_start` and `child_start` are executed."""
    code = Helpers(actions, bug)
    for geometry in CLASSES:
        for level in range(2, geometry.top + 1):
            span, child_span = geometry.span(level), geometry.span(level - 1)
            name = f"arity {geometry.arity}, level {level}"
            parent = code("parent_start", Q * child_span, z3.IntVal(span))
            witness = Q * child_span / span
            yield Obligation(f"{name}: aligned", parent == witness * span, [Q >= 0])
            covers = z3.And(parent <= Q * child_span, Q * child_span + child_span <= parent + span)
            yield Obligation(f"{name}: covers", covers, [Q >= 0])
            child = code("child_start", Q * span, z3.IntVal(child_span), J)
            inverse = code("parent_start", child, z3.IntVal(span)) == Q * span
            yield Obligation(f"{name}: parent of child", inverse, [Q >= 0, J >= 0, geometry.arity[level - 1] > J])


@theorem(
    "row-stays-in-one-piece",
    "After an expand or a collapse the blocks still tile the same range: no gap, no overlap, same begin, same end.",
    clauses="CTX-3 CTX-6 ACT-4",
    technique=Technique.INDUCTION,
    assumes="children lie side by side and begin and end with their node (expand-keeps-alignment)",
    mutations=["a partial family collapses", "an unaligned family collapses", "one child is left out"],
)
def row_stays_in_one_piece(bug: Mutation) -> Iterator[Evidence]:
    """For a row of any length and any two neighbours in the new row; fanout 1 is the level-1 node."""
    fanout, i = z3.Ints("fanout i")
    made = fanout - 1 if bug.name == "one child is left out" else fanout
    start = after_expand(START, AT, made, lambda j: START(AT) + j * SPAN)
    width = after_expand(WIDTH, AT, made, lambda _: SPAN)
    length = LENGTH + made - 1
    touched = [i, i - made + 1, i - made, AT, AT - 1, LENGTH - 2]
    before = [fanout >= 1, SPAN >= 1, AT >= 0, AT < LENGTH, WIDTH(AT) == fanout * SPAN]
    if bug.name == "one child is left out":
        before.append(fanout >= 2)
    before += [joined(START, WIDTH, index, LENGTH) for index in touched]
    yield Obligation("expand: neighbours touch", joined(start, width, i, length), before)
    same = z3.And(start(0) == START(0), start(length - 1) + width(length - 1) == START(LENGTH - 1) + WIDTH(LENGTH - 1))
    yield Obligation("expand: same begin and end", same, before)

    found = fanout - 1 if bug.name == "a partial family collapses" else fanout
    first = START(AT) - SPAN if bug.name == "an unaligned family collapses" else START(AT)
    start = after_collapse(START, AT, found, first)
    width = after_collapse(WIDTH, AT, found, fanout * SPAN)
    length = LENGTH - found + 1
    touched = [i, i + found - 1, AT + found - 1, AT - 1, LENGTH - 2]
    member = [z3.Implies(z3.And(j >= AT, j < AT + found), z3.And(START(j) == START(AT) + (j - AT) * SPAN,
              WIDTH(j) == SPAN)) for j in [*touched, AT, LENGTH - 1]]  # fmt: skip
    before = [fanout >= 2 if found is not fanout else fanout >= 1, SPAN >= 1, AT >= 0, AT + found <= LENGTH, *member]
    before += [joined(START, WIDTH, index, LENGTH) for index in touched]
    yield Obligation("collapse: neighbours touch", joined(start, width, i, length), before)
    same = z3.And(start(0) == START(0), start(length - 1) + width(length - 1) == START(LENGTH - 1) + WIDTH(LENGTH - 1))
    yield Obligation("collapse: same begin and end", same, before)


@theorem(
    "levels-stay-known",
    "A well-formed action names a node of level 1 to L, and consumes and produces blocks of levels 0 to L only: raw "
    "tokens do not expand, the root does not collapse.",
    clauses="CTX-1 ACT-1",
    technique=Technique.EXHAUSTION,
    bounds="1 to 5 levels; every level from -2 to L + 2",
    mutations=[
        Mutation("level 0 expands", "not 1 <= level <= geometry.top", "not 0 <= level <= geometry.top"),
        Mutation("the root collapses", "not 1 <= level <= geometry.top", "not 1 <= level <= geometry.top + 1"),
        Mutation("children two levels down", "level, span = node.level - 1,", "level, span = node.level - 2,"),
    ],
)
def levels_stay_known(bug: Mutation) -> Iterator[Evidence]:
    """`malformed` is asked about every level, `family` about those it lets through."""
    code = Helpers(actions, bug)
    malformed, family = code.plain("malformed"), code.plain("family")
    cases, telling, wrong = 0, 0, ""
    for levels in range(1, 6):
        geometry = Geometry((2,) * levels)
        for kind in KINDS:
            for level in range(-2, levels + 3):
                cases += 1
                accepted = not list(malformed(geometry, [Action(kind, level, 0)]))
                if accepted and 1 <= level <= levels:
                    telling += 1
                    made = {block.level for block in family(geometry, Block(level, 0))}
                    wrong = wrong or ("" if made == {level - 1} else f"family of level {level} has levels {made}")
                elif accepted or 1 <= level <= levels:
                    wrong = wrong or f"{kind} at level {level} of {levels}: accepted = {accepted}"
    yield Survey("every level", cases, telling, wrong)


@theorem(
    "expand-and-collapse-are-inverse",
    "Expanding a node and collapsing it again, or the other way round, gives back the same row, block by block.",
    clauses="CTX-6 ACT-3 ACT-4",
    technique=Technique.INDUCTION,
    mutations=["the collapse takes one block too few"],
)
def inverse(bug: Mutation) -> Iterator[Evidence]:
    """For a row of any length and any block of it."""
    fanout, i = z3.Ints("fanout i")
    taken = fanout - 1 if bug.name == "the collapse takes one block too few" else fanout
    at = [fanout >= 1, AT >= 0, AT < LENGTH, i >= 0]
    expanded = after_expand(START, AT, fanout, lambda j: START(AT) + j * SPAN)
    back = after_collapse(expanded, AT, taken, START(AT))
    yield Obligation("expand, then collapse", back(i) == START(i), [*at, i < LENGTH])
    collapsed = after_collapse(START, AT, taken, START(AT))
    again = after_expand(collapsed, AT, fanout, lambda j: START(AT) + j * SPAN)
    family = z3.Implies(z3.And(i >= AT, i < AT + fanout), START(i) == START(AT) + (i - AT) * SPAN)
    yield Obligation("collapse, then expand", again(i) == START(i), [*at, family, AT + fanout <= LENGTH])


def standing(geometry: Geometry, context: Context, node: Block) -> str:
    """Whether a node is shown, split into what is below it, or hidden in what is above."""
    if node in context:
        return "shown"
    last = end(geometry, node)
    return (
        "split" if any(node.start <= block.start < last and block.level < node.level for block in context) else "hidden"
    )


@theorem(
    "node-events-alternate",
    "An expand splits a node that was shown, a collapse shows one that was split, and no action on another node splits "
    "it or ends that; so expands and collapses of one node alternate.",
    clauses="ACT-3 ACT-4 CTX-6",
    technique=Technique.EXHAUSTION,
    bounds="every context of 8 tokens with arity (2, 2, 2), of 6 with arity (2, 3), of 4 with arity (2, 2); every "
    "action on it that the judge lets through, and every node",
    mutations=[
        Mutation("a node that is split may expand", "return node in blocks",
                 "return not all(block.level >= node.level for block in blocks)"),
        Mutation("a node that is shown may collapse", "return blocks.issuperset(",
                 "return node in blocks or blocks.issuperset("),
        Mutation("an expand leaves the node", "return (action.node,) if action.kind", "return () if action.kind"),
    ],
)  # fmt: skip
def node_events_alternate(bug: Mutation) -> Iterator[Evidence]:
    """The judge's predicates say which actions are possible, and what they consume and produce makes the new row."""
    code = Helpers(actions, bug)
    may_expand, may_collapse, consumed, produced = (
        code.plain(name) for name in ("impossible_expand", "impossible_collapse", "consumed", "produced")
    )
    for geometry, tokens in ((Geometry((2, 2)), 4), (Geometry((2, 3)), 6), (Geometry((2, 2, 2)), 8)):
        nodes = [
            Block(level, start)
            for level in range(1, geometry.top + 1)
            for start in range(0, tokens, geometry.span(level))
        ]
        cases, telling, wrong = 0, 0, ""
        for context, node, kind in product(rows(geometry, 0, tokens), nodes, KINDS):
            action, before = Action(kind, *node), set(context)
            if list(may_expand(before, action)) or list(may_collapse(geometry, before, action)):
                continue
            after = tuple(sorted(before - set(consumed(geometry, action)) | set(produced(geometry, action))))
            for other in nodes:
                cases += 1
                was, is_now = standing(geometry, context, other), standing(geometry, after, other)
                telling += other == node
                done = ("shown", "split") if kind == "expand" else ("split", "shown")
                right = (was, is_now) == done if other == node else (was == "split") == (is_now == "split")
                if not right and not wrong:
                    wrong = (
                        f"{[tuple(block) for block in context]}, {kind} {tuple(node)}: {tuple(other)} was {was}, "
                        f"is {is_now}"
                    )
        yield Survey(f"arity {geometry.arity}", cases, telling, wrong)


@theorem(
    "positions-are-in-order",
    "A gist's position lies inside its span, so positions increase from block to block and stay within the tokens that "
    "the block stands for.",
    clauses="CTX-5",
    technique=Technique.INDUCTION,
    mutations=[Mutation("the token behind the span", "return start + span // 2", "return start + span")],
)
def positions_are_in_order(bug: Mutation) -> Iterator[Evidence]:
    """`central_token` is executed."""
    start, span, following = z3.Ints("start span following")
    centre = Helpers(blocks, bug)("central_token", start, span)
    yield Obligation("inside", z3.And(start <= centre, centre < start + span), [span >= 1])
    later = Helpers(blocks, bug)("central_token", start + span, following)
    yield Obligation("increasing", centre < later, [span >= 1, following >= 1])
    middle = z3.And(centre - start >= (start + span - 1) - centre, centre - start <= start + span - centre)
    yield Obligation("central, of two the later", middle, [span >= 1])


@theorem(
    "positions-are-kept",
    "A block that an action leaves in the context keeps its position, wherever in the row it stands then; and a node "
    "that is expanded and collapsed again, or the other way round, has its blocks back where they were.",
    clauses="CTX-5 CTX-6",
    technique=Technique.INDUCTION,
    mutations=["one child is left out", "what follows moves by a token"],
)
def positions_are_kept(bug: Mutation) -> Iterator[Evidence]:
    """`central_token` is executed on the row before and after, for a row of any length and any block of it."""
    fanout, i = z3.Ints("fanout i")
    made = fanout - 1 if bug.name == "one child is left out" else fanout
    late = 1 if bug.name == "what follows moves by a token" else 0
    central = Helpers(blocks, AS_SHIPPED)

    def position(start: Row, width: Row, at: Any) -> Term:
        return central("central_token", start(at), width(at))

    def moved(row: Row, at: Term) -> Row:
        return lambda index: z3.If(index > at, row(index) + late, row(index))

    starts, widths = (lambda j: START(AT) + j * SPAN), (lambda _: SPAN)
    start, width = moved(after_expand(START, AT, made, starts), AT), after_expand(WIDTH, AT, made, widths)
    given = [fanout >= 2, SPAN >= 1, AT >= 0, AT < LENGTH, i >= 0, i < LENGTH, i != AT]
    behind = z3.If(i < AT, i, i + fanout - 1)
    yield Obligation("expand", position(start, width, behind) == position(START, WIDTH, i), given)
    back, back_width = after_collapse(start, AT, made, START(AT)), after_collapse(width, AT, made, fanout * SPAN)
    node = [fanout >= 2, SPAN >= 1, AT >= 0, WIDTH(AT) == fanout * SPAN]
    yield Obligation(
        "and back", position(back, back_width, i) == position(START, WIDTH, i), [*node, i >= 0, i < LENGTH]
    )

    start = moved(after_collapse(START, AT, made, START(AT)), AT)
    width = after_collapse(WIDTH, AT, made, fanout * SPAN)
    given = [
        fanout >= 2,
        SPAN >= 1,
        AT >= 0,
        AT + fanout <= LENGTH,
        i >= 0,
        i < LENGTH,
        z3.Or(i < AT, i >= AT + fanout),
    ]
    ahead = z3.If(i < AT, i, i - fanout + 1)
    yield Obligation("collapse", position(start, width, ahead) == position(START, WIDTH, i), given)
    again, again_width = after_expand(start, AT, made, starts), after_expand(width, AT, made, widths)
    inside = z3.And(i >= AT, i < AT + fanout)
    family = z3.Implies(inside, z3.And(START(i) == START(AT) + (i - AT) * SPAN, WIDTH(i) == SPAN))
    given = [fanout >= 2, SPAN >= 1, AT >= 0, AT + fanout <= LENGTH, i >= 0, i < LENGTH, family]
    yield Obligation("and out again", position(again, again_width, i) == position(START, WIDTH, i), given)
