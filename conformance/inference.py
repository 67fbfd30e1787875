"""Golden vectors for learned policies: what one is asked, and what comes out to the last bit (POL-1 to POL-8).

``inference.json`` beside this file is data for people without Python: policies as their tensors, a question to each,
and the items with their gates, the preferences and the answer. ``python -m focalloc.conformance.inference`` writes it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from focalloc.conformance.worlds import aimed, random_policy, random_session, random_told
from focalloc.refimpl.policy import learned, preferences
from focalloc.spec.actions import KINDS, Action
from focalloc.spec.blocks import Block
from focalloc.spec.cooldown import Entry
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.pins import Pins
from focalloc.spec.policy import LAYERS, POLICY_VERSION, SIZES, Layer, Policy, PolicyPlan, items
from focalloc.spec.state import State, advanced

SHIPPED = Path(__file__).with_name("inference.json")
"""The vectors that ship."""

SEEDS = (*range(16), 23, 195)
"""Of the policies, each of which is asked one question; the last for what the first leave out of POL-1 and POL-8."""

MOST = 40
"""Blocks of a context that are enough."""


def vectors() -> dict[str, Any]:
    """The vectors, made anew; always the same."""
    policies, asked = list[Policy](), list[dict[str, Any]]()
    for number, seed in enumerate(SEEDS):
        rng = random.Random(seed)
        while len(asked) == number:
            policy = replace(random_policy(rng, 4), shortlist=rng.randint(2, 6))
            state = random_session(rng, 4)
            if state.params.n_diff == 0 or len(state.context) > MOST:
                continue
            scores = random_told(rng, state)
            for _ in range(2):  # so that something rests and is remembered
                policy = aimed(rng, policy, state, scores)
                state = advanced(state, learned(policy, state, scores), scores)
                scores = random_told(rng, state)
            state = state.pointed(rng.choice([None, rng.randint(state.context[0].start, state.end)]))
            policy = aimed(rng, policy, state, scores)
            if len(preferences(policy, state, scores)) > 2 and (learned(policy, state, scores) or number % 4 == 0):
                policies.append(policy)
                asked.append(vector(number, policy, state, scores))
    return {"policy_version": POLICY_VERSION, "policies": list(map(written, policies)), "vectors": asked}


def written(policy: Policy) -> dict[str, Any]:
    """A policy as plain numbers, named as in its file (POL-7)."""
    tensors = {}
    for name in LAYERS:
        tensors[f"{name}.weight"] = [layer.weight for layer in getattr(policy, name)]
        tensors[f"{name}.bias"] = [layer.bias for layer in getattr(policy, name)]
    return {**{name: getattr(policy, name) for name in SIZES}, "plan": policy.plan, "tensors": tensors}


def read(policy: Mapping[str, Any]) -> Policy:
    """The policy that `written` wrote."""
    pairs = []
    for name in LAYERS:
        both = zip(policy["tensors"][f"{name}.weight"], policy["tensors"][f"{name}.bias"], strict=True)
        first, second = (Layer(tuple(map(tuple, rows)), tuple(bias)) for rows, bias in both)
        pairs.append((first, second))
    plan = None if policy["plan"] is None else PolicyPlan(*policy["plan"])
    gate, encode, mix, prefer = pairs
    hidden, shortlist, encode_shift, mix_shift = (policy[name] for name in SIZES)
    return Policy(hidden, shortlist, encode_shift, mix_shift, gate, encode, mix, prefer, plan)


def vector(number: int, policy: Policy, state: State, scores: Sequence[int]) -> dict[str, Any]:
    """A question to a policy, and what comes out."""
    usual = asdict(Params())
    gates = dict(zip(KINDS, policy.gate, strict=True))
    return {
        "policy": number,
        "geometry": {"arity": state.geometry.arity, "cost": state.geometry.cost},
        "params": {name: value for name, value in asdict(state.params).items() if value != usual[name]},
        "context": state.context,
        "ledger": [[entry.kind, *node, entry.iteration] for node, entry in sorted(state.ledger.items())],
        "iteration": state.iteration,
        "recent": state.recent,
        "pins": {"collapse": state.pins.collapse, "expand": state.pins.expand},
        "memory": state.memory,
        "unfilled": state.unfilled,
        "cursor": state.cursor,
        "scores": scores,
        "items": [
            [*item.action, *item.features, gates[item.action.kind].sums(item.features)[0]]
            for item in items(state, scores)
        ],
        "preferences": [[*action, worth] for action, worth in preferences(policy, state, scores).items()],
        "answer": learned(policy, state, scores),
    }


def question(one: Mapping[str, Any]) -> tuple[State, list[int]]:
    """The state and the scores of a vector."""
    geometry = Geometry(tuple(one["geometry"]["arity"]), tuple(one["geometry"]["cost"]))
    ledger = {Block(level, start): Entry(kind, iteration) for kind, level, start, iteration in one["ledger"]}
    pins = Pins(*(tuple(map(tuple, one["pins"][kind])) for kind in ("collapse", "expand")))
    context = tuple(Block(*block) for block in one["context"])
    memory, recent = tuple(one["memory"]), tuple(one["recent"])
    known = recent, pins, memory, one["unfilled"], None, one["cursor"]
    return State(geometry, Params(**one["params"]), context, ledger, one["iteration"], *known), one["scores"]


def answer(one: Mapping[str, Any]) -> list[Action]:
    """The answer of a vector."""
    return [Action(*action) for action in one["answer"]]


def text() -> str:
    """What stands in the file: a line per policy and per vector."""
    made = vectors()
    policies, asked = (",\n  ".join(json.dumps(one) for one in made[name]) for name in ("policies", "vectors"))
    return f'{{"policy_version": "{POLICY_VERSION}",\n "policies": [\n  {policies}],\n "vectors": [\n  {asked}]}}\n'


if __name__ == "__main__":
    SHIPPED.write_text(text(), encoding="utf-8")
