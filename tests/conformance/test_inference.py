"""The golden vectors of inference: they follow from the reference, and spec and fast path answer them alike."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from focalloc import Allocator
from focalloc.conformance.inference import SHIPPED, answer, question, read, text
from focalloc.refimpl import policy as reference
from focalloc.spec import policy as spec
from focalloc.spec.actions import Action

SHOWN: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))
POLICIES = [read(one) for one in SHOWN["policies"]]


def test_what_ships_is_what_the_reference_makes_now() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == text()
    assert SHOWN["policy_version"] == spec.POLICY_VERSION


@pytest.mark.parametrize("one", SHOWN["vectors"])
def test_spec_reference_and_fast_path_answer_alike(one: dict[str, Any]) -> None:
    policy, (state, scores) = POLICIES[one["policy"]], question(one)
    worth = {Action(kind, level, start): value for kind, level, start, value in one["preferences"]}
    assert spec.preferences(policy, state, scores) == reference.preferences(policy, state, scores) == worth
    listed = spec.items(state, scores)
    assert [[*item.action, *item.features] for item in listed] == [row[:-1] for row in one["items"]]
    assert reference.learned(policy, state, scores) == answer(one)
    assert list(spec.policy_violations(policy, state, scores, answer(one))) == []
    fast = Allocator(strategy="learned", policy=policy)
    fast.resume(state)
    assert list(fast.step(scores, cursor=state.cursor)) == answer(one)


def test_they_put_something_at_stake() -> None:
    seen = Counter[str]()
    for one in SHOWN["vectors"]:
        seen["acts"] += bool(one["answer"])
        seen["rests"] += bool(one["ledger"])
        seen["remembers"] += bool(one["memory"])
        seen["is pinned"] += bool(one["pins"]["collapse"])
        seen["has a cursor"] += one["cursor"] is not None
        seen["leaves some out"] += len(one["preferences"]) < len(one["items"])
        seen["has a plan"] += POLICIES[one["policy"]].plan is not None
        seen["has gists of several slots"] += max(one["geometry"]["cost"][1:]) > 1
        seen["lacks tokens"] += one["unfilled"] > 0
    assert len(seen) == 9
    assert min(seen.values()) > 0, seen


MISTAKES = [
    # POL-1: what cools down, lacks tokens or is pinned counts as an item; order by the last token, not the first
    ("POL-1", "may_act(state.ledger, action, state.iteration, state.params.min_gap)\n        and not", "not"),
    ("POL-1", "not partial_collapse(geometry, state.unfilled, state.end, action)", "True"),
    ("POL-1", "not tail_collapse(geometry, state.params, state.end, action)", "True"),
    ("POL-1", "not is_pinned(geometry, state.pins, action)", "True"),
    ("POL-1", "key=lambda item: (item.action.start, item.slots)", "key=lambda item: (-item.action.start, item.slots)"),
    # POL-2: each feature, the logarithm, and where a place is measured from
    ("POL-2", "clipped(floor_mean(sum(scores[first:last]), last - first) >> SCORE_SHIFT)", "0"),
    ("POL-2", "sum(scores[first:last])", "sum(row[first:last])"),
    ("POL-2", "floor_mean(sum(row[first:last]), last - first)", "-(-sum(row[first:last]) // (last - first))"),
    ("POL-2", "clipped(min(row[first:last]) >> SCORE_SHIFT)", "clipped(min(scores[first:last]) >> SCORE_SHIFT)"),
    ("POL-2", "clipped(max(row[first:last]) >> SCORE_SHIFT)", "clipped(row[first] >> SCORE_SHIFT)"),
    ("POL-2", "ONE * node.level", "ONE * (node.level - 1)"),
    ("POL-2", "logarithm(geometry.delta(node.level))", "logarithm(geometry.slots(node.level))"),
    ("POL-2", "logarithm(geometry.span(node.level) // geometry.span(0))", "logarithm(geometry.span(node.level))"),
    ("POL-2", "end(geometry, node) <= state.at", "end(geometry, node) < state.at"),
    ("POL-2", "node.start > state.at", "node.start >= state.at"),
    ("POL-2", "gap if is_behind else 0", "0"),
    ("POL-2", "0 if is_before or is_behind else ONE", "ONE"),
    ("POL-2", "clipped(row[first - 1] >> SCORE_SHIFT)", "clipped(row[first] >> SCORE_SHIFT)"),
    ("POL-2", "clipped(row[last] >> SCORE_SHIFT) if last < len(row) else 0", "0"),
    ("POL-2", "state.used * ONE // params.w_max", "state.used // params.w_max * ONE"),
    ("POL-2", "max(-MOST_ROOM, min(room, MOST_ROOM))", "room"),
    ("POL-2", "min(params.n_diff, MOST_CAP)", "min(params.n_diff, 1)"),
    ("POL-2", "logarithm(mine),\n", "mine,\n"),
    ("POL-2", "sum(map(len, lists.values())) - mine", "sum(map(len, lists.values()))"),
    ("POL-2", "return ONE * exponent + (above - power) * ONE // power", "return ONE * exponent"),
    # POL-3: as many as the shortlist, the first of equals first
    ("POL-3", "[: policy.shortlist]", "[: policy.shortlist + 1]"),
    ("POL-3", "-gate.sums(item.features)[0]", "gate.sums(item.features)[0]"),
    # POL-4: rounding, clipping, the context and its order
    ("POL-4", "max(0, min(one >> shift, CLIP))", "max(0, min(int(one / 2**shift + 0.5), CLIP))"),
    ("POL-4", "max(0, min(one >> shift, CLIP))", "min(one >> shift, CLIP)"),
    ("POL-4", "[floor_mean(sum(column), len(rows)) for column in columns] + list(map(max, columns))",
     "list(map(max, columns)) + [floor_mean(sum(column), len(rows)) for column in columns]"),
    ("POL-4", "mix.sums(mine + context)", "mix.sums(context + mine)"),
    ("POL-4", "policy.hidden) for kind in KINDS", "policy.hidden) for kind in reversed(KINDS)"),
    ("POL-4", "policy.mix_shift))[0]", "policy.encode_shift))[0]"),
    # POL-8: what stays counts more, room is that of all collapses, the least worth go first, and no more than need be
    ("POL-8", "return worth[action] + (plan.stay if action.kind == \"collapse\" else 0)", "return worth[action]"),
    ("POL-8", "free = room + sum(", "free = 0 * sum("),
    ("POL-8", "plan.show if action.kind == \"expand\" else plan.leave", "plan.show"),
    ("POL-8", "lacking = -room", "lacking = 0"),
    ("POL-8", "for action in reversed(order):", "for action in order:"),
    ("POL-8", "and action not in shown and lacking > 0", "and action not in shown"),
    ("POL-8", "worth[action] - plan.show + 1", "worth[action]"),
    ("POL-8", "min(plan.show - worth[action], LARGEST_LOGIT)", "min(plan.show, LARGEST_LOGIT)"),
]  # fmt: skip


def inferred(module: Any) -> list[Any]:
    """What a module makes of every question, or why it makes nothing of one."""
    found: list[Any] = []
    for one in SHOWN["vectors"]:
        policy, (state, scores) = POLICIES[one["policy"]], question(one)
        try:
            listed = [[*item.action, *item.features] for item in module.items(state, scores)]
            found.append((listed, [*module.preferences(policy, state, scores).items()]))
        except (IndexError, ValueError, KeyError) as error:
            found.append(type(error))
    return found


@pytest.mark.parametrize(("clause", "right", "wrong"), MISTAKES)
def test_whoever_gets_a_clause_wrong_is_told_so(clause: str, right: str, wrong: str) -> None:
    """The vectors put every part of the inference at stake: the same source with one mistake answers otherwise."""
    source = Path(spec.__file__).read_text(encoding="utf-8")
    assert source.count(right) == 1, f"{clause}: {right}"
    mistaken = ModuleType("focalloc.spec.mistaken")
    sys.modules[mistaken.__name__] = mistaken  # its dataclasses look there
    try:
        exec(compile(source.replace(right, wrong), clause, "exec"), mistaken.__dict__)
        assert inferred(mistaken) != inferred(spec)
    finally:
        del sys.modules[mistaken.__name__]
