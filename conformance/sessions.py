"""Hypothesis strategies for sessions: small worlds, awkward budgets, adversarial scores.

Random numbers seldom hit a rule's edge. So scores are drawn from a palette around the thresholds, budgets are drawn
relative to what the context occupies, and rows come in the shapes that tell a right allocator from an almost right
one: all ties, alternating signs, one hot slot in a cold family, sums that do not divide.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from focalloc.conformance.cases import Case, Opening, Pairs, Step
from focalloc.spec import Block, Context, Geometry, Params
from focalloc.spec.blocks import used
from focalloc.spec.geometry import MAX_TOKEN
from focalloc.spec.params import STRATEGIES
from focalloc.spec.scores import SCORE_LIMIT

GEOMETRIES = (
    Geometry((2, 2)),
    Geometry((2, 2, 2)),
    Geometry((3, 2), (2, 3, 4)),
    Geometry((2,)),
    Geometry((4, 3, 3), (1, 1, 2, 4)),
    Geometry((8,)),
    Geometry((32, 32)),
    Geometry((32, 8, 4), (1, 1, 2, 4)),
)
"""The geometries that sessions live in, simplest first: shrinking prefers the front."""

MOST_BLOCKS = 24
"""About as many blocks as a context is drawn with; a family of 32 may still come whole."""

EXTREME = SCORE_LIMIT - 1


@st.composite
def contexts(draw: st.DrawFn, geometry: Geometry) -> Context:
    """Contexts of every shape: runs of one level as far as alignment allows, ragged at both edges, starting anywhere.

    A run's wish is a level; each block takes the coarsest level up to it that its start is aligned to.
    """
    top_span = geometry.span(geometry.top)
    start = draw(st.sampled_from([0, 0, geometry.span(0), top_span, 5 * top_span, MAX_TOKEN // 2 // top_span * top_span]))
    start += draw(st.sampled_from([0, 0, 0, 1, 2])) * geometry.span(0)
    blocks: list[Block] = []
    for _ in range(draw(st.integers(1, 4))):
        wish = draw(st.integers(0, geometry.top))
        whole = geometry.fanout(min(wish + 1, geometry.top))
        for _ in range(draw(st.sampled_from([1, 2, 3, whole, whole + 1, 2 * whole]))):
            level = max(one for one in range(wish + 1) if start % geometry.span(one) == 0)
            blocks.append(Block(level, start))
            start += geometry.span(level)
        if len(blocks) > MOST_BLOCKS:
            break
    return tuple(blocks)


@st.composite
def parameters(draw: st.DrawFn, geometry: Geometry, context: Context, strategy: str) -> Params:
    """Parameters on the edge: budgets full, one slot short, overrun; caps 0, 1, odd; short and long cooldowns."""
    slots, deltas = used(geometry, context), geometry.deltas[1:]
    delta = draw(st.sampled_from(deltas))
    room = draw(st.sampled_from([0, delta, delta - 1, 2 * delta, sum(deltas), 10 * sum(deltas), -1, -delta, -slots]))
    w_max = max(1, slots + room)
    soft = draw(st.sampled_from([None, None, None, 0, delta, delta - 1, -1]))
    thresholds = st.sampled_from([0, 0, 1, 209715, 5])
    return Params(
        w_max=w_max,
        n_diff=draw(st.sampled_from([2, 1, 3, 4, 5, 9, 0])),
        tau_expand=draw(thresholds),
        tau_collapse=draw(thresholds),
        cooldown_steps=draw(st.sampled_from([0, 2, 1, 3, 7])),
        protected_tokens=draw(
            st.sampled_from([0, 0, 0, 0, 1, geometry.span(0), geometry.span(geometry.top) + 1, 2**40])
        ),
        w_soft=w_max if soft is None else min(w_max, max(1, slots + soft)),
        soft_margin=draw(st.sampled_from([0, 0, 1, 5, EXTREME])),
        strategy=strategy,
    )


def palette(params: Params) -> st.SearchStrategy[int]:
    """Scores worth trying: on, just over and just under every threshold, the extremes, and small integers."""
    edges = {0, EXTREME}
    for edge in (params.tau_expand, params.tau_collapse, params.tau_expand + params.soft_margin):
        edges |= {edge - 1, edge, edge + 1}
    scores = sorted({sign * edge for edge in edges for sign in (1, -1) if abs(edge) <= EXTREME}, key=abs)
    return st.sampled_from(scores) | st.integers(-4, 4) | st.integers(-(2**22), 2**22)


@st.composite
def rows(draw: st.DrawFn, params: Params, **fields: Any) -> Step:
    """A step with a pattern of scores, laid over slots, blocks or tokens."""
    score = palette(params)
    per = draw(st.sampled_from(["block", "slot", "token"]))
    shape = draw(st.sampled_from(["free", "free", "free", "tied", "alternating", "hot"]))
    if shape == "tied":
        pattern = [draw(score)]
    elif shape == "alternating":
        height = abs(draw(score))
        pattern = [height, -height]
    elif shape == "hot":
        cold, hot = draw(score), draw(score)
        pattern = [cold] * draw(st.integers(1, 7))
        pattern[draw(st.integers(0, len(pattern) - 1))] = hot
    else:
        pattern = draw(st.lists(score, min_size=1, max_size=12))
    return Step(scores=tuple(pattern), per=per, **fields)


@st.composite
def nonsense(draw: st.DrawFn, geometry: Geometry, params: Params, context: Context) -> Step:
    """A step that some clause of GEO, CTX, SCO or PAR forbids."""
    kind = draw(st.sampled_from(["count", "range", "context", "ingest", "geometry", "params"]))
    if kind == "count":
        return draw(rows(params, extra=draw(st.sampled_from([1, -1, geometry.slots(0)]))))
    if kind == "range":
        return Step(scores=(draw(st.sampled_from([0, 1])), draw(st.sampled_from([2**31, -(2**31), 2**40]))))
    if kind == "context":
        return Step(open=Opening(context=draw(broken_contexts(geometry, context))))
    if kind == "ingest":
        return Step(scores=(0,), ingest=draw(st.sampled_from([0, -1, 2**45])))
    if kind == "geometry":
        return Step(
            open=Opening(
                geometry=draw(
                    st.sampled_from(
                        [
                            {"arity": [], "cost": [1]},
                            {"arity": [1, 2], "cost": [1, 1, 1]},
                            {"arity": [2, 2], "cost": [1, 1]},
                            {"arity": [2, 2], "cost": [1, 0, 1]},
                            {"arity": [2, 2], "cost": [1, 2, 1]},
                            {"arity": [2, 2], "cost": [1, 1, 2]},
                            {"arity": [2**16, 2**16], "cost": [1, 1, 1]},
                        ]
                    )
                )
            )
        )
    return Step(
        open=Opening(
            params=draw(
                st.sampled_from(
                    [
                        {"w_max": 0},
                        {"n_diff": -1},
                        {"tau_expand": -1},
                        {"tau_collapse": 2**31},
                        {"cooldown_steps": -1},
                        {"protected_tokens": -1},
                        {"w_soft": params.w_max + 1},
                        {"soft_margin": -1},
                        {"strategy": "astrology"},
                        {"tie_break": "whim"},
                    ]
                )
            )
        )
    )


@st.composite
def broken_contexts(draw: st.DrawFn, geometry: Geometry, context: Context) -> Pairs:
    """``context`` with one thing wrong: a gap, an overlap, a level that does not exist, a start off the grid."""
    blocks = [tuple(block) for block in context]
    at = draw(st.integers(0, len(blocks) - 1))
    level, start = blocks[at]
    how = draw(st.sampled_from(["empty", "level", "negative", "grid", "gap", "twice", "order", "far"]))
    if how == "empty":
        blocks = []
    elif how == "level":
        blocks[at] = (draw(st.sampled_from([geometry.top + 1, -1])), start)
    elif how == "negative":
        blocks = [(0, -geometry.span(0))]
    elif how == "grid":
        blocks = [(level, start + 1) for level, start in blocks]
    elif how == "gap" and 0 < at < len(blocks) - 1:
        del blocks[at]
    elif how == "order" and len(blocks) > 1:
        blocks.reverse()
    elif how == "far":
        blocks = [(0, MAX_TOKEN)]
    else:
        blocks.insert(at, (level, start))
    return tuple((level, start) for level, start in blocks)


@st.composite
def steps(draw: st.DrawFn, geometry: Geometry, params: Params, context: Context) -> Step:
    """One step: mostly iterations, some ingests, now and then another session or nonsense."""
    kind = draw(st.sampled_from(["row"] * 12 + ["ingest"] * 4 + ["open", "nonsense", "nonsense"]))
    if kind == "row":
        return draw(rows(params))
    if kind == "ingest":
        return draw(rows(params, ingest=draw(st.sampled_from([1, 1, 2, 5]))))
    if kind == "open":
        return Step(open=Opening(context=tuple((level, start) for level, start in draw(contexts(geometry)))))
    return draw(nonsense(geometry, params, context))


@st.composite
def cases(draw: st.DrawFn, profile: str = "safety") -> Case:
    """A whole session for an allocator of ``profile``. Half the time the row of the first step comes back again and again, as if the scores were a
    fixed function of the slot, block or token; otherwise each step draws its own."""
    geometry = draw(st.sampled_from(GEOMETRIES))
    context = draw(contexts(geometry))
    params = draw(parameters(geometry, context, profile if profile in STRATEGIES else STRATEGIES[0]))
    one = steps(geometry, params, context)
    taken = draw(st.lists(one, min_size=1, max_size=8))
    if draw(st.booleans()):
        flipped = Step(scores=tuple(-score for score in taken[0].scores), per=taken[0].per)
        taken = [draw(st.sampled_from([taken[0], flipped, step])) for step in taken]
    return Case(geometry=geometry, params=params, context=context, steps=tuple(taken))
