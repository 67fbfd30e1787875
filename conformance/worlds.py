"""Random worlds from a seed: cheap to make by the thousand, and the same everywhere.

`focalloc.conformance.sessions` puts an allocator through whatever there is; this is for tests that want many
instances of even difficulty, and for traces and benchmarks. Conflicts between a child's expand and its parent's
collapse are rare in noise, so here families come whole, siblings lean the same way, and some of them stand out.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from focalloc.conformance.cases import Case
from focalloc.conformance.sessions import sessions
from focalloc.refimpl.allocator import answered
from focalloc.refimpl.ingest import reclaim
from focalloc.refimpl.policy import preferences
from focalloc.spec.actions import KINDS, family, parent
from focalloc.spec.blocks import Block, Context, used
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.pins import pinned
from focalloc.spec.policy import LARGEST_SUM, LARGEST_WEIGHT, ONE, Layer, Policy, PolicyPlan, largest_sum, shapes
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE
from focalloc.spec.state import State, advanced, ingested, opened


def random_geometry(rng: random.Random) -> Geometry:
    """One to four levels, small arities, gists of one to five slots."""
    while True:
        arity = tuple(rng.choice([2, 2, 3, 4, 8]) for _ in range(rng.randint(1, 4)))
        cost = tuple(rng.choice([1, 1, 1, 2, 3, 5]) for _ in range(len(arity) + 1))
        try:
            return Geometry(arity, cost)
        except InvalidInput:
            continue


def random_cut(rng: random.Random, geometry: Geometry, node: Block, depth: float) -> Iterator[Block]:
    """The node, its whole family, or its children cut further.

    Args:
        rng: where chance comes from.
        geometry: shape of the tree.
        node: what to cut.
        depth: probability of going one level deeper.
    """
    if node.level == 0 or rng.random() > depth:
        yield node
        return
    whole = rng.random() < 0.5
    for child in family(geometry, node):
        yield from [child] if whole else random_cut(rng, geometry, child, depth)


def random_context(rng: random.Random, geometry: Geometry, most: int) -> Context:
    """A cut through at most ``most`` top-level nodes, now and then without its first blocks; about ``6 * most`` blocks
    at most."""
    depth = rng.choice([0.5, 0.8, 0.95])
    blocks: list[Block] = []
    for i in range(rng.randint(1, most)):
        blocks += random_cut(rng, geometry, Block(geometry.top, i * geometry.span(geometry.top)), depth)
        if len(blocks) > 6 * most:
            break
    return tuple(blocks[rng.randint(0, 2) :] or blocks)


def random_params(rng: random.Random, strategy: str, slots: int, caps: Sequence[int]) -> Params:
    """Parameters for a context of ``slots`` slots: a budget near that, thresholds near zero, a cap out of ``caps``."""
    w_max = max(1, slots + rng.choice([0, 1, 5, 20, -1, -5, -20]) + rng.randint(-3, 3))
    params = Params(
        strategy=strategy,
        w_max=w_max,
        n_diff=rng.choice(caps),
        tau_expand=rng.choice([0, 1, 3]),
        tau_collapse=rng.choice([0, 1, 3]),
        cooldown_steps=rng.choice([0, 1, 2, 3]),
        w_soft=rng.choice([0, 0, max(1, w_max - rng.randint(0, 9))]),
        soft_margin=rng.randint(0, 5),
        protected_tokens=rng.choice([0, 0, 0, 5]),
    )
    if strategy == "hybrid":
        return replace(params, top_k=rng.choice([1, 2, 3, 5, 50]))
    if strategy == "multi_objective":
        return replace(
            params,
            churn_weight=rng.choice([0, 0, 1, 3, 10]),
            cursor_weight=rng.choice([0, 0, 3, 20, 1000]),
            budget_weight=rng.choice([0, 0, 1, 2, 1000]),
            budget_target=max(0, rng.choice([0, slots, w_max]) + rng.randint(-5, 5)),
            recompute_weight=rng.choice([0, 0, 0, 1, 2, 1000, 2**16]),
        )
    return enhanced(rng, params) if strategy == "enhanced" else params


def enhanced(rng: random.Random, params: Params) -> Params:
    """``params`` with some of what enhanced greedy can do."""
    low = rng.randint(1, 4)
    return replace(
        params,
        tie_break=rng.choice(["position", "cursor", "recency"]),
        adaptive_window=rng.choice([0, 1, 2, 3]),
        tau_min=low,
        tau_max=low + rng.choice([0, 5, 100]),
        tau_expand=low,
        tau_collapse=low,
        recency_memory=rng.choice([1, 3, 64]),
        balance=rng.choice([0, 1]),
    )


def random_scores(rng: random.Random, geometry: Geometry, context: Context) -> list[int]:
    """One score per slot, fixed point: the same all over a block, alike among siblings, with some that stand out."""
    height = rng.choice([1, 3, 10, SCORE_SCALE])
    lean: dict[Block | None, int] = {}
    scores: list[int] = []
    for block in context:
        mean = lean.setdefault(parent(geometry, block), rng.randint(-3 * height, height))
        outstanding = rng.choice([0, 0, 0, 4 * height])
        scores += [mean + outstanding + rng.randint(-height, height) // 2] * geometry.slots(block.level)
    return scores


def random_state(rng: random.Random, strategy: str, most: int, caps: Sequence[int]) -> State:
    """The state before the first iteration of a random session; arguments as for the functions above."""
    geometry = random_geometry(rng)
    context = random_context(rng, geometry, most)
    return opened(geometry, random_params(rng, strategy, used(geometry, context), caps), context)


def random_worlds(
    strategy: str, seeds: Iterable[int], most: int, caps: Sequence[int]
) -> Iterator[tuple[random.Random, State, list[int]]]:
    """For each seed a state, scores for its slots, and the chance that is left over."""
    for seed in seeds:
        rng = random.Random(seed)
        state = random_state(rng, strategy, most, caps)
        yield rng, state, random_scores(rng, state.geometry, state.context)


def random_policy(rng: random.Random, hidden: int | None = None) -> Policy:
    """A policy that goes by what it sees, or one with weights of any size, whose sums now and then come as far as they
    may."""
    hidden = rng.choice([1, 4, 8, 8]) if hidden is None else hidden
    wild = rng.random() < 0.3
    layers = {name: (_layer(rng, wild, *shape), _layer(rng, wild, *shape)) for name, shape in shapes(hidden).items()}
    far = rng.choice([0, ONE, 100 * ONE, LARGEST_SUM])
    plan = rng.choice([None, PolicyPlan(*(rng.randint(-far, far) for _ in PolicyPlan._fields))])
    shortlist, encode_shift, mix_shift = rng.choice([1, 2, 3, 8, 64]), rng.choice([0, 2, 4]), rng.choice([2, 4, 6])
    return Policy(hidden, shortlist, encode_shift, mix_shift, **layers, plan=plan)


def _layer(rng: random.Random, wild: bool, rows: int, inputs: int) -> Layer:
    most = rng.choice([1, 3, 20, LARGEST_WEIGHT]) if wild else 9
    weight = tuple(tuple(rng.randint(-most, most) * rng.randint(0, 1) for _ in range(inputs)) for _ in range(rows))
    room = LARGEST_SUM - max(largest_sum(row, 0) for row in weight)
    far = min(room, rng.choice([0, most * ONE, LARGEST_SUM]) if wild else most * ONE)
    return Layer(weight, tuple(rng.choice([-far, far, rng.randint(-far, far)]) for _ in range(rows)))


def random_session(rng: random.Random, most: int = 3) -> State:
    """The state before a session that may remember, lean, adapt, and have pins and a partial last block."""
    state = random_state(rng, rng.choice(["greedy", "enhanced"]), most, [0, 1, 2, 3, 4, 5])
    params = replace(
        state.params,
        memory_shift=rng.choice((0, 0, 1, 5)),
        lean=rng.choice((0, 0, 7, 2**21)),
        balance=rng.choice((0, 0, 1)),
    )
    first, pins = state.context[0].start, state.pins
    for _ in range(rng.choice([0, 0, 1, 2])):
        since = rng.randint(first, state.end - 1)
        pins = pinned(pins, since, rng.randint(since + 1, state.end), collapse=True, expand=rng.random() < 0.5)
    unfilled = 0 if state.context[-1].level else rng.randint(0, state.geometry.span(0) - 1)
    return replace(state, params=params, pins=pins, unfilled=unfilled)


def random_told(rng: random.Random, state: State) -> list[int]:
    """Scores, now and then of the largest size."""
    if rng.random() < 0.2:
        return [rng.choice((1 - SCORE_LIMIT, SCORE_LIMIT - 1, 0, -1)) for _ in range(state.used)]
    scale, most = rng.choice([1, 2**8, 2**12, 2**16]), SCORE_LIMIT - 1
    return [max(-most, min(score * scale, most)) for score in random_scores(rng, state.geometry, state.context)]


def aimed(rng: random.Random, policy: Policy, state: State, scores: Sequence[int]) -> Policy:
    """The policy with biases in the middle of what it prefers, so that it wants some and not others."""
    found = preferences(replace(policy, plan=None), state, scores)
    pair = list[Layer]()
    for kind, layer in zip(KINDS, policy.prefer, strict=True):
        mine = [worth for action, worth in found.items() if action.kind == kind]
        bias = layer.bias[0] - (rng.choice(mine) if mine else 0) + rng.choice([0, 0, 1])
        pair.append(layer._replace(bias=(bias,)) if abs(bias) < 2**30 else layer)
    return replace(policy, prefer=(pair[0], pair[1]))


def random_history(rng: random.Random, calls: int = 5) -> list[State]:
    """The states before, between and after that many calls of the reference, steps and ingests mixed."""
    states = [random_state(rng, "greedy", 6, [1, 2, 3, 5])]
    for _ in range(calls):
        state = states[-1]
        scores = random_scores(rng, state.geometry, state.context)
        try:
            if rng.random() < 0.5:
                states.append(ingested(state, reclaim(state, scores, 1), 1))
            else:
                states.append(advanced(state, answered(state, scores), scores))
        except NoRoom:
            continue
    return states


def drawn(profile: str, count: int, most_slots: int = 4096) -> list[Case]:
    """Of the first ``count`` sessions of a run, those whose context is no larger than that."""
    return [case for case in sessions(profile, 0, 0, count) if used(case.geometry, case.context) <= most_slots]
