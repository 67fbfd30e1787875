"""The golden vectors of inference: they follow from the reference, and spec and fast path answer them alike."""

from __future__ import annotations

import json
from collections import Counter
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
