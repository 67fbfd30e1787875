"""Where a hand-written model stands for the spec or the reference, both run on concrete states, and agree."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations, pairwise

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from focalloc.conformance.worlds import random_scores, random_state
from focalloc.proofs.engines.memory import packed
from focalloc.proofs.theorems.kernels.parts import listed
from focalloc.proofs.theorems.kernels.step import Remembered
from focalloc.proofs.theorems.kernels.turns import Answered, Queues, greedy_turns
from focalloc.proofs.theorems.reference.enhanced import Ratio
from focalloc.proofs.theorems.reference.rounds import Round, one_round
from focalloc.proofs.theorems.spec.tiling import after_collapse, after_expand
from focalloc.refimpl.greedy import greedy
from focalloc.spec import Geometry
from focalloc.spec.actions import KINDS, OPPOSITE, Action, Kind, applied, consumed, parent
from focalloc.spec.blocks import Block, end
from focalloc.spec.candidates import Candidate, candidates, possible_actions
from focalloc.spec.cooldown import Entry, Ledger, recorded
from focalloc.spec.geometry import MAX_SLOTS
from focalloc.spec.greedy import precedes
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import State, advanced
from focalloc.spec.violations import violations


@given(
    st.integers(0, 4), st.integers(1, 4), st.integers(0, 6), st.integers(0, 6), st.integers(0, 20), st.integers(0, 20)
)
def test_the_model_of_a_round_is_the_reference(
    done: int, left: int, expands: int, collapses: int, used: int, w_max: int
) -> None:
    """Without conflicts and with equal deltas one round of the reference is determined by the queue lengths."""
    cap = done + left
    now, delta = Round(done, used, expands, collapses), 1
    chosen = [now]
    while chosen[-1].done < cap:
        after = one_round(chosen[-1], cap, w_max, delta, delta, (0, 0))
        if not after.acted:
            break
        chosen.append(after)
    assert reference_rounds(left, used, w_max, expands, collapses) == chosen[-1].done - done


def reference_rounds(cap: int, used: int, w_max: int, expands: int, collapses: int) -> int:
    """How many actions the reference's greedy makes of so many candidates, each worth one slot."""
    from unittest.mock import patch

    from focalloc.proofs.engines.helpers import record
    from focalloc.refimpl import greedy as reference
    from focalloc.refimpl.candidates import Choice

    geometry = Geometry((2,))
    ups = [Choice(Action("expand", 1, 2 * i), 9, 1) for i in range(expands)]
    downs = [Choice(Action("collapse", 1, 100 + 2 * i), -9, -1) for i in range(collapses)]
    params = record(n_diff=cap, w_max=w_max, w_soft=w_max, tau_expand=0, soft_margin=0, tie_break="position")
    state = record(params=params, geometry=geometry, used=used)
    with patch.object(reference, "choices", lambda *_: [*ups, *downs]):
        return len(reference.greedy(state, []))


@given(st.integers(-50, 50), st.integers(1, 20), st.integers(-50, 50), st.integers(1, 20), st.integers(-50, 50))
def test_the_model_of_a_fraction_is_a_fraction(a: int, b: int, c: int, d: int, factor: int) -> None:
    one, other = Ratio(a, b), Ratio(c, d)
    assert (one < other) == (Fraction(a, b) < Fraction(c, d))
    assert (one > other) == (Fraction(a, b) > Fraction(c, d))
    assert math.floor(factor * one) == math.floor(factor * Fraction(a, b))
    assert math.ceil(factor * one) == math.ceil(factor * Fraction(a, b))


@given(st.data())
def test_the_model_of_a_row_is_what_actions_do(data: st.DataObject) -> None:
    geometry = Geometry(data.draw(st.sampled_from([(2, 2), (3, 2), (2, 4)])))
    top = geometry.span(2)
    context = [Block(2, top * i) for i in range(3)]
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(context) - 1))
        if context[at].level > 0:
            context = list(applied(geometry, tuple(context), Action("expand", *context[at])))
    at = data.draw(st.sampled_from([i for i, block in enumerate(context) if block.level > 0] or [0]))
    node = context[at]
    if node.level == 0:
        return
    fanout, span = geometry.fanout(node.level), geometry.span(node.level - 1)
    choose = lambda condition, then, otherwise: then if condition else otherwise  # noqa: E731

    def start(i: int) -> int:
        return context[i].start if 0 <= i < len(context) else -1

    after = applied(geometry, tuple(context), Action("expand", *node))
    model = after_expand(start, at, fanout, lambda j: node.start + j * span, choose)
    assert [model(i) for i in range(len(after))] == [block.start for block in after]
    back = applied(geometry, after, Action("collapse", *node))
    assert back == tuple(context)
    model = after_collapse(lambda i: after[i].start if 0 <= i < len(after) else -1, at, fanout, node.start, choose)
    assert [model(i) for i in range(len(back))] == [block.start for block in back]
    assert end(geometry, after[-1]) == end(geometry, context[-1])


def queues_of(state: State, row: Sequence[int]) -> tuple[list[Candidate], list[Candidate]]:
    """The spec's candidates, each kind in the order that the judge has."""
    found = candidates(state.ticked, Aggregates(state.geometry, state.context, row))
    order = cmp_to_key(lambda one, other: -1 if precedes(one, other) else 1)
    queues = [sorted((c for c in found if c.action.kind == kind), key=order) for kind in ("expand", "collapse")]
    return queues[0], queues[1]


@pytest.mark.parametrize("right", [True, False])
@given(st.integers(0, 10**6))
def test_the_model_of_the_turns_is_the_judge(right: bool, seed: int) -> None:
    """Of greedy's answers, and of ones that are nearly or not at all greedy's."""
    rng = random.Random(seed)
    state = random_state(rng, "greedy", 3, (1, 2, 3))
    geometry, params = state.geometry, state.params
    row = random_scores(rng, geometry, state.context)
    expands, collapses = queues_of(state, row)
    possible = [candidate.action for candidate in (*expands, *collapses)]
    answer = greedy(state, row)
    if not right:
        answer = answer[: rng.randint(0, len(answer))]
        more = [action for action in possible if action not in answer]
        answer += rng.sample(more, min(len(more), rng.randint(0, max(0, params.n_diff - len(answer)))))
        rng.shuffle(answer)

    def eats(one: Candidate, other: Candidate) -> bool:
        return bool(set(consumed(geometry, one.action)) & set(consumed(geometry, other.action)))

    value, number = z3.BoolVal, z3.IntVal
    urgent = params.tau_expand + params.soft_margin
    queues = Queues(
        [number(geometry.delta(one.action.level)) for one in expands],
        [geometry.delta(one.action.level) for one in collapses],
        [value(one.aggregate > urgent) for one in expands],
        [[value(eats(one, other)) for other in collapses] for one in expands],
    )
    at = [answer[q] if q < len(answer) else None for q in range(params.n_diff)]
    told = Answered(
        number(len(answer)),
        [[value(one.action == action) for one in expands] for action in at],
        [[value(one.action == action) for one in collapses] for action in at],
    )
    budgets = number(state.used), number(params.w_max), number(params.w_soft)
    definitions, claims = greedy_turns(queues, told, params.n_diff, *budgets)
    solver = z3.Solver()
    solver.add(*definitions, *claims)
    assert (solver.check() == z3.sat) == (violations(state, row, answer, "greedy") == [])


@given(st.integers(0, 10**6), st.booleans())
def test_the_model_of_what_is_eligible_is_the_judges(seed: int, remembers: bool) -> None:
    """And its keys stand in the order of the judge's queues."""
    rng = random.Random(seed)
    state = random_state(rng, "greedy", 3, (1, 2, 3))
    geometry, params = state.geometry, state.params
    row = random_scores(rng, geometry, state.context)
    actions = possible_actions(geometry, set(state.context))
    acted = packed(Action("expand", 1, geometry.span(1) * MAX_SLOTS))
    if actions and remembers:
        done = rng.choice(actions)
        state = replace(state, ledger={done.node: Entry(OPPOSITE[done.kind], 1)}, iteration=1)
        state = replace(state, params=replace(params, cooldown_steps=2))
        acted = packed(Action(OPPOSITE[done.kind], *done.node))
    for kind, queue in zip(("expand", "collapse"), queues_of(state, row), strict=True):
        mine = [action for action in actions if action.kind == kind]
        tau = z3.IntVal(params.tau_expand if kind == "expand" else params.tau_collapse)
        scored = [z3.IntVal(score) for score in row]
        model = listed(geometry, state.context, mine, scored, tau, z3.IntVal(params.protected_tokens), z3.IntVal(acted))
        keys = {
            action: z3.simplify(key).as_long()
            for action, eligible, key in zip(mine, model.eligible, model.keys, strict=True)
            if z3.is_true(z3.simplify(eligible))
        }
        assert sorted(keys, key=lambda action: -keys[action]) == [one.action for one in queue]


@given(st.integers(0, 10**6))
def test_the_model_of_what_excludes_what_is_the_judges(seed: int) -> None:
    """Two candidates exclude each other exactly if one is a collapse and the other the expand of a child."""
    rng = random.Random(seed)
    state = random_state(rng, "knapsack", 3, (1, 2, 3))
    geometry = state.geometry
    actions = possible_actions(geometry, set(state.context))
    for one, other in combinations(actions, 2):
        expand, collapse = (one, other) if one.kind == "expand" else (other, one)
        kinds = expand.kind == "expand" and collapse.kind == "collapse"
        overlap = bool(set(consumed(geometry, one)) & set(consumed(geometry, other)))
        assert overlap == (kinds and parent(geometry, expand.node) == collapse.node)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 5)), max_size=4))
def test_the_model_of_a_ledger_is_a_ledger(events: list[tuple[Kind, int, int]]) -> None:
    """Of which no more is asked than the latest action on a node; it has one entry per node."""
    ledger: Ledger = {}
    for kind, which, iteration in events:
        ledger = recorded(ledger, Action(kind, 1, 4 * which), iteration)
    acted = [packed(Action(entry.kind, *node)) for node, entry in ledger.items()]
    model = Remembered(acted, [entry.iteration for entry in ledger.values()])
    for which in range(5):
        assert model.get(Block(1, 4 * which)) == ledger.get(Block(1, 4 * which))


@given(st.sampled_from([(2, 2), (2, 3), (3, 2, 2), (2, 2, 2)]), st.integers(0, 30), st.integers(1, 40))
def test_a_range_collapsed_as_far_as_it_goes_has_short_edges(arity: tuple[int, ...], offset: int, length: int) -> None:
    """What edges-are-short counts: what is left over at each level, and whole spans at the top."""
    geometry = Geometry(arity)
    unit, top = geometry.span(0), geometry.top
    blocks = {Block(0, (offset + i) * unit) for i in range(length)}
    while collapses := [one for one in possible_actions(geometry, blocks) if one.kind == "collapse"]:
        blocks = blocks - set(consumed(geometry, collapses[0])) | {collapses[0].node}
    at_level = Counter(block.level for block in blocks)
    assert at_level[0] == 0  # a level-0 block is a family by itself
    assert all(at_level[level] <= 2 * (geometry.fanout(level + 1) - 1) for level in range(1, top))
    assert at_level[top] <= length * unit // geometry.span(top)


@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4))
def test_sessions_stay_within_the_counts_of_the_cooldown_models(seed: int, gap: int, window: int) -> None:
    """What ledger-stays-small and few-flips-in-any-window count, in sessions whose scores turn all the time."""
    rng = random.Random(seed)
    state = random_state(rng, "greedy", 2, (1, 2, 3))
    state = replace(state, params=replace(state.params, cooldown_steps=gap, tau_expand=0, tau_collapse=0))
    events: dict[Block, list[tuple[int, str]]] = {}
    for _ in range(12):
        answer = greedy(state, random_scores(rng, state.geometry, state.context))
        state = advanced(state, answer)
        assert len(state.ledger) <= state.params.n_diff * gap
        for action in answer:
            events.setdefault(action.node, []).append((state.iteration, action.kind))
    for acted in events.values():
        assert all(one[1] != other[1] for one, other in pairwise(acted))
        for first in range(1, 13 - window):
            inside = [when for when, _ in acted if first <= when < first + window]
            assert max(0, len(inside) - 1) <= (window - 1) // gap
