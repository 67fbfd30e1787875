"""CrossHair: contracts of functions of spec and reference, confirmed on every path.

CrossHair runs a function on symbolic arguments, and confirms a contract only once it has been down every path. Each
contract is a function of this module whose docstring states it, about functions of spec and reference, which it finds
in `CODE`: as shipped, or with a bug planted. Sizes are bounded so that paths come to an end; numbers are not.

``crosshair check`` is content with a contract that it could not confirm, or that it does not find. Here the first is
not decided, and the second is a failure.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl import candidates as reference
from focalloc.spec import actions, candidates, cooldown, scores
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.cooldown import Entry
from focalloc.spec.geometry import Geometry

PATHS = 2_000
"""Paths after which CrossHair gives up on a contract; the longest takes a few dozen."""

SECONDS = 600.0
"""CrossHair wants a time limit too. This one is never reached, and if it were, nothing would be confirmed."""

MODULES = {"actions": actions, "candidates": candidates, "cooldown": cooldown, "scores": scores, "reference": reference}
"""Name in `CODE`, and of the module that a bug goes into -> module."""

CODE = SimpleNamespace()
"""The functions under contract, by module: ``CODE.scores.floor_mean``. `plant` fills it."""

Contract = Callable[..., Any]


def plant(bug: Mutation) -> None:
    """Fill `CODE` from the sources that ship, with ``bug`` planted in its module."""
    for name, module in MODULES.items():
        source = Source.of(module, Mutation(bug.name, bug.old, bug.new) if bug.module == name else AS_SHIPPED)
        code = dict(source.python)
        inside = next(iter(code.values())).__globals__
        for function, definition in source.functions.items():
            # a predicate of a clause is a generator whose callers see a list
            if definition.decorator_list:
                inside[function] = code[function] = _listed(code[function])
        setattr(CODE, name, SimpleNamespace(**code))
    bugged = Mutation(bug.name, bug.old, bug.new) if bug.module == "scores" else AS_SHIPPED
    CODE.scores.Aggregates = Source.of(scores, bugged).bare_class("Aggregates")


def _listed(predicate: Callable[..., Iterator[Any]]) -> Callable[..., list[Any]]:
    return lambda *given: list(predicate(*given))


def examined(contract: Contract) -> Survey:
    """What CrossHair says of a contract."""
    from crosshair.core_and_libs import MessageType, analyze_function, run_checkables
    from crosshair.options import AnalysisKind, AnalysisOptionSet

    stats: collections.Counter[str] = collections.Counter()
    options = AnalysisOptionSet(
        analysis_kind=[AnalysisKind.PEP316], report_all=True, stats=stats, max_iterations=PATHS,
        per_condition_timeout=SECONDS, per_path_timeout=SECONDS,
    )  # fmt: skip
    found = run_checkables(analyze_function(contract, options))
    name, paths = contract.__name__.replace("_", " "), stats["num_paths"]
    states = {message.state for message in found}
    if not found:
        return Survey(name, 0, 0, "CrossHair finds no contract")
    if states == {MessageType.CONFIRMED}:
        return Survey(name, paths, paths)
    if states <= {MessageType.CONFIRMED, MessageType.CANNOT_CONFIRM}:
        return Survey(name, paths, paths, undecided=f"not confirmed on {paths} paths")
    if MessageType.PRE_UNSAT in states:
        return Survey(name, paths, 0)
    return Survey(name, paths, paths, "; ".join(message.message for message in found))


def contracts(bug: Mutation, *stated: Contract) -> Iterator[Evidence]:
    """The evidence of some contracts, with ``bug`` planted."""
    plant(bug)
    yield from map(examined, stated)


SHAPE = Geometry((2, 2))
NODE = Block(1, 0)


# AGGREGATES


def floor_mean_is_the_floor(total: int, count: int) -> int:
    """
    pre: 1 <= count <= 8
    post: _ * count <= total < (_ + 1) * count
    """
    mean: int = CODE.scores.floor_mean(total, count)
    return mean


def mean_is_the_floor(row: list[int]) -> int:
    """
    pre: 1 <= len(row) <= 4
    post: _ * len(row) <= sum(row) < (_ + 1) * len(row)
    """
    mean: int = CODE.reference.mean(row)
    return mean


def both_aggregate_alike(first: int, second: int, third: int, fourth: int) -> bool:
    """
    post: _
    """
    context, row = (Block(0, 0), Block(1, 2), Block(1, 4)), [first, second, third, fourth]
    judged = CODE.scores.Aggregates(SHAPE, context, row)
    mean = CODE.reference.mean
    same: bool = judged.of(context[:1]) == mean(row[:2]) and judged.of(context[1:]) == mean(row[2:])
    return same


@theorem(
    "aggregates-by-contract",
    "An aggregate is the floor of the mean over slots: the one that the judge computes, and the reference alike.",
    clauses="SCO-3",
    technique=Technique.CONTRACTS,
    bounds="rows of up to 4 slots; any scores",
    mutations=[
        Mutation(
            "truncates", "return total // count", "return abs(total) // count * (1 if total > 0 else -1)", "scores"
        ),
        Mutation("averages over blocks", "total, used(self._geometry, blocks)", "total, len(blocks)", "scores"),
        Mutation(
            "rounds up", "return sum(scores) // len(scores)", "return -(-sum(scores) // len(scores))", "reference"
        ),
    ],
)
def aggregates_by_contract(bug: Mutation) -> Iterator[Evidence]:
    """`floor_mean`, `Aggregates` and the reference's `mean`."""
    yield from contracts(bug, floor_mean_is_the_floor, mean_is_the_floor, both_aggregate_alike)


# FILTER


def thresholds_are_strict(expand: bool, aggregate: int, tau_expand: int, tau_collapse: int) -> bool:
    """
    post: _ == (aggregate > tau_expand if expand else aggregate + tau_collapse < 0)
    """
    kind = "expand" if expand else "collapse"
    return bool(CODE.candidates.beyond_threshold(kind, aggregate, tau_expand, tau_collapse))


def the_tail_is_one_rule(expand: bool, start: int, context_end: int, protected: int) -> bool:
    """
    pre: protected >= 0
    post: _
    """
    action = Action("expand" if expand else "collapse", 1, start)
    params = SimpleNamespace(protected_tokens=protected)
    state = SimpleNamespace(end=context_end, unfilled=0, geometry=SHAPE, params=params)
    judged = CODE.candidates.reaches_tail(start + SHAPE.span(1), context_end, protected)
    return bool(CODE.reference.is_protected(state, action)) == (not expand and bool(judged))


def soft_budget_binds_the_lukewarm(used: int, delta: int, w_max: int, slack: int, aggregate: int) -> bool:
    """
    pre: w_max >= 1 and 0 <= slack < w_max
    post: _ == (used + delta <= w_max and (aggregate > 30 or used + delta <= w_max - slack))
    """
    params = SimpleNamespace(w_max=w_max, w_soft=w_max - slack, tau_expand=20, soft_margin=10)
    return bool(CODE.actions.fits(used, delta, CODE.candidates.expand_limit(params, aggregate)))


def families_are_complete_alike(first: int, second: int, third: int) -> bool:
    """
    pre: 0 <= first <= 2 and 0 <= second <= 2 and 0 <= third <= 2
    post: _
    """
    context, token = [], 0
    for level in (first, second, third):
        if token % SHAPE.span(level) != 0:
            return True
        context.append(Block(level, token))
        token += SHAPE.span(level)
    for i, block in enumerate(context):
        node = CODE.actions.parent(SHAPE, block)
        begins = node is not None and node.start == block.start
        complete = begins and CODE.actions.is_complete(SHAPE, set(context), node)
        if bool(complete) != (CODE.reference.family_length(SHAPE, context, i) > 0):
            return False
    return True


@theorem(
    "filter-by-contract",
    "Thresholds are strict, the soft budget binds all but what is well above its threshold, and judge and reference "
    "agree on which families are complete and which nodes the tail protects.",
    clauses="THR-1 BUD-1 SOF-1 TAI-1 ACT-4",
    technique=Technique.CONTRACTS,
    bounds="arity (2, 2), every context of up to 3 blocks; any scores, budgets and positions",
    mutations=[
        Mutation(
            "threshold not strict",
            "return aggregate > tau_expand if",
            "return aggregate >= tau_expand if",
            "candidates",
        ),
        Mutation(
            "the tail is one token longer",
            "return node_end > context_end -",
            "return node_end >= context_end -",
            "candidates",
        ),
        Mutation(
            "the soft margin is left out", "tau_expand + params.soft_margin else", "tau_expand else", "candidates"
        ),
        Mutation("budget test with <", "return used + delta <= limit", "return used + delta < limit", "actions"),
        Mutation("partial family", "length if len(run) == length and all(", "length if all(", "reference"),
        Mutation(
            "unaligned family",
            "if level == geometry.top or start % geometry.span(level + 1) != 0:",
            "if level == geometry.top:",
            "reference",
        ),
    ],
)
def filter_by_contract(bug: Mutation) -> Iterator[Evidence]:
    """Helpers of the candidate filter of judge and reference."""
    yield from contracts(
        bug, thresholds_are_strict, the_tail_is_one_rule, soft_budget_binds_the_lukewarm, families_are_complete_alike
    )


# APPLY


def expand_and_collapse_are_inverse(at: int, level: int, before: bool, after: bool) -> bool:
    """
    pre: 0 <= at <= 3 and 1 <= level <= 2
    post: _
    """
    span = SHAPE.span(level)
    node = Block(level, at * span)
    left = (Block(level, node.start - span),) if before and at > 0 else ()
    right = (Block(0, node.start + span),) if after else ()
    context = (*left, node, *right)
    apply = CODE.actions.applied
    split = apply(SHAPE, context, Action("expand", *node))
    children = SHAPE.fanout(level)
    middle = split[len(left) : len(left) + children]
    tiled = [block.start for block in middle] == [node.start + i * SHAPE.span(level - 1) for i in range(children)]
    return (
        tiled
        and len(split) == len(context) + children - 1
        and apply(SHAPE, split, Action("collapse", *node)) == context
    )


@theorem(
    "actions-by-contract",
    "Applied to a context, an expand puts the children side by side where their node was, and the collapse of the same "
    "node gives back the very same context.",
    clauses="ACT-3 ACT-4 CTX-3 CTX-6",
    technique=Technique.CONTRACTS,
    bounds="arity (2, 2), nodes of both levels at 4 places, with and without neighbours",
    mutations=[
        Mutation(
            "the first child stays",
            "if block.start >= last)",
            "if block.start >= last or block.start == first < last - 1)",
            "actions",
        ),
        Mutation(
            "children begin one child late",
            "return start + index * child_span",
            "return start + (index + 1) * child_span",
            "actions",
        ),
    ],
)
def actions_by_contract(bug: Mutation) -> Iterator[Evidence]:
    """`applied`, with all that it calls."""
    yield from contracts(bug, expand_and_collapse_are_inverse)


# COOLDOWN


def reversals_wait_for_the_gap(expand: bool, then: int, gap: int, min_gap: int) -> tuple[bool, bool]:
    """
    pre: gap >= 0 and min_gap >= 1
    post: _ == (gap >= min_gap, gap >= min_gap)
    """
    ledger = CODE.cooldown.recorded({}, Action("expand" if expand else "collapse", *NODE), then)
    reversal = Action("collapse" if expand else "expand", *NODE)
    kept = CODE.cooldown.remembered(ledger, then + gap, min_gap)
    forgetful, exact = (CODE.cooldown.may_act(book, reversal, then + gap, min_gap) for book in (kept, ledger))
    return bool(forgetful), bool(exact)


def the_cooldown_is_one_rule(happened: bool, expand: bool, then: int, now: int, steps: int) -> bool:
    """
    pre: steps >= 0
    post: _
    """
    ledger = {NODE: Entry("expand" if happened else "collapse", then)}
    action = Action("expand" if expand else "collapse", *NODE)
    state = SimpleNamespace(ledger=ledger, params=SimpleNamespace(cooldown_steps=steps))
    cooling = CODE.reference.is_cooling(state, action, now)
    return bool(CODE.cooldown.may_act(ledger, action, now, max(1, steps))) != bool(cooling)


@theorem(
    "cooldown-by-contract",
    "A reversal is held back until min_gap iterations have passed and not longer, whether or not the ledger has "
    "forgotten the action by then; and the reference holds back the same.",
    clauses="COO-1 COO-2",
    technique=Technique.CONTRACTS,
    bounds="any iterations, gaps and cooldowns",
    mutations=[
        Mutation("one iteration too long", "return gap >= min_gap", "return gap > min_gap", "cooldown"),
        Mutation("one iteration too short", "return gap >= min_gap", "return gap >= min_gap - 1", "cooldown"),
        Mutation(
            "pruned one iteration early",
            "if not rested(iteration - entry",
            "if not rested(1 + iteration - entry",
            "cooldown",
        ),
        Mutation(
            "the reference cools one longer", "latest.iteration < max(1,", "latest.iteration <= max(1,", "reference"
        ),
    ],
)
def cooldown_by_contract(bug: Mutation) -> Iterator[Evidence]:
    """`recorded`, `remembered`, `may_act` and the reference's `is_cooling`."""
    yield from contracts(bug, reversals_wait_for_the_gap, the_cooldown_is_one_rule)
