"""Sessions drawn by Hypothesis: small worlds, awkward budgets, adversarial scores.

Random numbers seldom hit a rule's edge. So scores are drawn from a palette around the thresholds, budgets are drawn
relative to what the context occupies, and rows come in the shapes that tell a right allocator from an almost right
one: all ties, alternating signs, one hot slot in a cold family, sums that do not divide.

`cases` is the strategy; the functions it is made of take its ``draw``, since building a strategy for every part of
every session would take longer than judging it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from focalloc.conformance.cases import Case, Opening, Pairs, Step
from focalloc.spec import Block, Context, Geometry, Params
from focalloc.spec.actions import family
from focalloc.spec.blocks import used
from focalloc.spec.geometry import MAX_TOKEN
from focalloc.spec.params import STRATEGIES
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE

GEOMETRIES = (
    Geometry((2, 2)),
    Geometry((2, 2, 2)),
    Geometry((3, 2), (2, 3, 4)),
    Geometry((2,)),
    Geometry((4, 3, 3), (1, 1, 2, 4)),
    Geometry((8,)),
    Geometry((32, 32)),
    Geometry((32, 8, 4), (1, 1, 2, 4)),
    Geometry((2,) * 31),
)
"""The geometries that sessions live in, simplest first: shrinking prefers the front. The last is as tall as GEO-3
allows, with a top-level node of 2**31 tokens."""

OPTIMA = ("knapsack", "hybrid", "multi_objective", "hierarchical", "projection")
"""Profiles that compare whole choices; half of their sessions are `_exchange` or `_mixture` sessions."""

MOST_BLOCKS = 24
"""A context stops growing at about as many blocks; a family of 32 may still come whole."""

MOST_STEPS = 8
TOP_K = (1, 2, 3, 50)
EXTREME = SCORE_LIMIT - 1

THRESHOLDS = (0, 1, SCORE_SCALE // 5, 5)

LOGITS = (0.0, 1.0, -1.0, 2.0, 3.0, 2**-20, 1.5 * 2**-20, 2048.0, -2048.0, 3000.0, -3000.0, 1e300, -1e300)
"""Logits worth trying: small ones, whose sums meet; ones that rounding decides; ones that saturate (PRO-1)."""

SENSELESS_GEOMETRIES: tuple[dict[str, Any], ...] = (
    {"arity": [], "cost": [1]},
    {"arity": [1, 2], "cost": [1, 1, 1]},
    {"arity": [2, 2], "cost": [1, 1]},
    {"arity": [2, 2], "cost": [1, 0, 1]},
    {"arity": [2, 2], "cost": [1, 2, 1]},
    {"arity": [2, 2], "cost": [1, 1, 2]},
    {"arity": [2**16, 2**16], "cost": [1, 1, 1]},
)
"""Each breaks GEO-1, GEO-2 or GEO-3."""

SENSELESS_PARAMS: tuple[dict[str, Any], ...] = (
    {"w_max": 0},
    {"n_diff": -1},
    {"tau_expand": -1},
    {"tau_collapse": 2**31},
    {"cooldown_steps": -1},
    {"protected_tokens": -1},
    {"w_max": 1, "w_soft": 2},
    {"soft_margin": -1},
    {"strategy": "astrology"},
    {"tie_break": "whim"},
)
"""Each breaks PAR-1."""

SENSELESS_REFINEMENTS: tuple[dict[str, Any], ...] = (
    {"adaptive_window": -1},
    {"tau_min": 0},
    {"adaptive_window": 1, "tau_expand": 1, "tau_min": 2},
    {"strategy": "greedy", "tie_break": "cursor"},
    {"balance": 2},
)
"""Each breaks PAR-1 or PAR-2, in parameters that only those are told who claim profile ``enhanced``."""


@st.composite
def cases(draw: st.DrawFn, profile: str = "safety") -> Case:
    """A whole session for an allocator of ``profile``.

    Half of the sessions bring the row of the first step back again and again, or its negative, as if scores were a
    fixed function of slot, block or token; in the others each step draws its own.
    """
    if profile in OPTIMA and draw(_COIN):
        return _exchange(draw, profile) if profile != "knapsack" or draw(_COIN) else _mixture(draw)
    if profile == "enhanced" and (made := draw(_one_of(_ENHANCED))):
        return made(draw)  # type: ignore[no-any-return]
    geometry = draw(_one_of(GEOMETRIES))
    context = _context(draw, geometry)
    params = _params(draw, geometry, context, profile if profile in STRATEGIES else STRATEGIES[0])
    kinds: tuple[str, ...] = _KINDS if profile == "safety" else _STRICT_KINDS
    if profile == "projection":
        kinds += ("logits",) * 8
    steps = [_step(draw, kinds, geometry, params, context) for _ in range(draw(_between(1, MOST_STEPS)))]
    if len(steps) > 1 and draw(_COIN):
        first = Step(scores=steps[0].scores, per=steps[0].per)
        flipped = Step(scores=tuple(-score for score in first.scores), per=first.per)
        steps = [step if draw(_one_of((0, 1, 2))) else draw(_one_of((first, flipped))) for step in steps]
    return Case(geometry=geometry, params=params, context=context, steps=tuple(steps))


def _unlike(draw: st.DrawFn) -> tuple[Geometry, Context]:
    """A geometry whose expands cost unlike, and a top-level gist, the children of another, and a third."""
    geometry = draw(_one_of(tuple(one for one in GEOMETRIES if len(set(one.deltas[1:])) > 1)))
    top_span = geometry.span(geometry.top)
    split = family(geometry, Block(geometry.top, top_span))
    return geometry, (Block(geometry.top, 0), *split, Block(geometry.top, 2 * top_span))


def _mixture(draw: st.DrawFn) -> Case:
    """A session in which it would pay to do half of each of two actions: of unlike cost, worth nearly as much, and cap
    and budget both bind."""
    geometry, context = _unlike(draw)
    low, high = sorted(geometry.deltas[-2:])
    n_diff = draw(_between(1, 3))
    params = Params(
        w_max=used(geometry, context) + draw(_between(n_diff * low, n_diff * high)),
        n_diff=n_diff,
        tau_expand=0,
        tau_collapse=EXTREME,
        strategy="knapsack",
    )
    dear, cheap = draw(_one_of((9, 8))), draw(_one_of((6, 5)))
    worth = tuple(
        draw(_one_of((dear, dear, 7, 0) if geometry.deltas[block.level] == high else (cheap, cheap, 7, 0)))
        for block in context
    )
    return Case(geometry=geometry, params=params, context=context, steps=(Step(scores=worth, per="block"),))


def _exchange(draw: st.DrawFn, profile: str) -> Case:
    """A session in which one choice can stand in for others: expands of unlike cost, worth 1, 2 or 3 each, and room
    for some of them only."""
    geometry, context = _unlike(draw)
    deltas = geometry.deltas[1:]
    room = draw(_one_of(deltas)) + draw(_one_of((0, *deltas)))
    params = Params(
        w_max=used(geometry, context) + room,
        n_diff=draw(_between(1, 4)),
        tau_expand=0,
        tau_collapse=draw(_one_of((0, EXTREME))),
        cooldown_steps=0,
        strategy=profile,
    )
    params = _weighed(draw, params, used(geometry, context))
    first, last = draw(_between(1, 2)), draw(_between(1, 2))
    worth = [first, *(draw(_one_of((0, first + last, 1, 2))) for _ in context[1:-1]), last]
    return Case(geometry=geometry, params=params, context=context, steps=(Step(scores=tuple(worth), per="block"),))


def _gists(number: int) -> Context:
    """A context of ``number`` level-1 gists of one slot, which cost one slot each to expand."""
    return tuple(Block(1, 2 * i) for i in range(number))


def _filling(draw: st.DrawFn) -> Case:
    """A session in which nothing happens until the thresholds adapt: utilisation on and beside the edges, scores on and
    beside where a threshold moves to."""
    slots, w_max, goal = draw(
        _one_of(((4, 5, 95), (19, 20, 105), (95, 119, 95), (95, 119, 95), (3, 5, 95), (96, 101, 105), (90, 94, 105)))
    )
    window = draw(_between(1, 2))
    params = Params(
        w_max=w_max,
        n_diff=draw(_between(1, 3)),
        tau_expand=100,
        tau_collapse=100,
        adaptive_window=window,
        tau_min=draw(_one_of((1, 1, 1, 95, 100))),
        tau_max=draw(_one_of((EXTREME, EXTREME, 105, 104, 100))),
        strategy="enhanced",
    )
    goal = draw(_one_of((goal, goal, goal, 100)))
    row = tuple(goal + draw(_between(-1, 1)) for _ in range(draw(_one_of((1, 1, 2)))))
    rest = [Step(scores=(0,), per="block")] * (window + draw(_one_of((0, 0, 0, 1, 2))))
    return Case(
        geometry=Geometry((2, 2)),
        params=params,
        context=_gists(slots),
        steps=(*rest, Step(scores=row, per="block")),
    )


def _waiting(draw: st.DrawFn) -> Case:
    """A session in which some nodes are expanded and collapsed again, at different times, before they all tie."""
    size = draw(_between(2, 4))
    params = Params(
        w_max=2 * size,
        n_diff=draw(_between(1, 2)),
        tau_expand=0,
        tau_collapse=0,
        cooldown_steps=draw(_one_of((0, 1, 2))),
        tie_break=draw(_one_of(("recency", "recency", "cursor"))),
        recency_memory=draw(_between(1, 5)),
        strategy="enhanced",
    )

    def row(at: int, score: int) -> Step:
        return Step(scores=tuple(score if i == at else 0 for i in range(size)), per="block")

    rest = Step(scores=(0,), per="block")
    raw = draw(_COIN)  # so that the very first iteration can leave a gist behind
    steps = [row(0, -1)] if raw else []
    for _ in range(draw(_between(1, 2))):
        at = draw(_between(0, size - 1))
        steps += [row(at, 1), *[rest] * draw(_one_of((0, 0, 1))), row(at, -1), *[rest] * draw(_between(0, 2))]
    tied = Step(scores=draw(_one_of(((1,), (1,), (1, 2), (2, 1)))), per="block")
    context = (Block(0, 0), *_gists(size)[1:]) if raw else _gists(size)
    return Case(geometry=Geometry((2, 2)), params=params, context=context, steps=(*steps, tied))


def _tilted(draw: st.DrawFn) -> Case:
    """A session in which small scores are balanced, where rounding decides what is left of them."""
    size = draw(_between(2, 6))
    params = Params(w_max=2 * size, n_diff=9, tau_expand=0, tau_collapse=0, balance=1, strategy="enhanced")
    small = _one_of((1, 1, -1, -1, 2, -2, 7, -7))
    steps = [Step(scores=tuple(draw(small) for _ in range(size)), per="block") for _ in range(draw(_between(1, 2)))]
    return Case(geometry=Geometry((2, 2)), params=params, context=_gists(size), steps=tuple(steps))


_ENHANCED = (None, None, _filling, _filling, _filling, _waiting, _waiting, _tilted)
"""What sessions of profile ``enhanced`` are; None stands for one as any other profile has."""

# STRATEGIES, each built once


_COIN = st.booleans()
_KINDS = ("row",) * 12 + ("ingest",) * 4 + ("open",)
_STRICT_KINDS = (*_KINDS, "senseless", "senseless", "senseless")


@cache
def _one_of(options: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(options)


@cache
def _between(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _patterns(tau_expand: int, tau_collapse: int, soft_margin: int) -> st.SearchStrategy[list[int]]:
    return st.lists(_palette(tau_expand, tau_collapse, soft_margin), min_size=1, max_size=12)


@cache
def _palette(tau_expand: int, tau_collapse: int, soft_margin: int) -> st.SearchStrategy[int]:
    """Scores worth trying: on, just over and just under every threshold, the extremes, and small integers."""
    edges = {0, EXTREME}
    for edge in (tau_expand, tau_collapse, tau_expand + soft_margin):
        edges |= {edge - 1, edge, edge + 1}
    scores = sorted({sign * edge for edge in edges for sign in (1, -1) if abs(edge) <= EXTREME}, key=abs)
    return st.sampled_from(scores) | st.integers(-4, 4) | st.integers(-(2**22), 2**22)


# PARTS OF A SESSION


def _context(draw: st.DrawFn, geometry: Geometry) -> Context:
    """A context of any shape: runs of one level as far as alignment allows, ragged at both edges, starting anywhere.

    A run's wish is a level; each block takes the coarsest level up to it that its start is aligned to.
    """
    top_span = geometry.span(geometry.top)
    far = MAX_TOKEN // 2 // top_span * top_span
    last = (MAX_TOKEN // top_span - 2) * top_span
    start = draw(_one_of((0, 0, geometry.span(0), top_span, 5 * top_span, far, last)))
    if start < far:
        start += draw(_one_of((0, 0, 0, 1, 2))) * geometry.span(0)
    blocks: list[Block] = []
    for _ in range(draw(_between(1, 4))):
        wish = draw(_between(0, geometry.top))
        whole = geometry.fanout(min(wish + 1, geometry.top))
        for _ in range(draw(_one_of((1, 2, 3, whole, whole + 1, 2 * whole)))):
            level = max(one for one in range(wish + 1) if start % geometry.span(one) == 0)
            if start + top_span > MAX_TOKEN:
                break
            blocks.append(Block(level, start))
            start += geometry.span(level)
        if len(blocks) > MOST_BLOCKS:
            break
    return tuple(blocks)


def _params(draw: st.DrawFn, geometry: Geometry, context: Context, strategy: str) -> Params:
    """Parameters on the edge: budgets full, one slot short, overrun; caps 0, 1, odd; short and long cooldowns."""
    slots, deltas = used(geometry, context), geometry.deltas[1:]
    delta = draw(_one_of(deltas))
    room = draw(_one_of((0, delta, delta - 1, 2 * delta, sum(deltas), 10 * sum(deltas), -1, -delta, -slots)))
    w_max = max(1, slots + room)
    soft = draw(_one_of((None, None, None, 0, delta, delta - 1, -1)))
    params = Params(
        w_max=w_max,
        n_diff=draw(_one_of((2, 1, 3, 4, 5, 9, 0))),
        tau_expand=draw(_one_of(THRESHOLDS)),
        tau_collapse=draw(_one_of(THRESHOLDS)),
        cooldown_steps=draw(_one_of((0, 2, 1, 3, 7))),
        protected_tokens=draw(_one_of((0, 0, 0, 0, 1, geometry.span(0), geometry.span(geometry.top) + 1, 2**40))),
        w_soft=w_max if soft is None else min(w_max, max(1, slots + soft)),
        soft_margin=draw(_one_of((0, 0, 1, 5, EXTREME))),
        strategy=strategy,
    )
    if strategy == "enhanced":
        return _enhanced(draw, params, slots)
    return _weighed(draw, params, slots)


def _weighed(draw: st.DrawFn, params: Params, slots: int) -> Params:
    """``params`` with what the variants of the optimum look at beside the scores."""
    if params.strategy == "hybrid":
        return replace(params, top_k=draw(_one_of(TOP_K)))
    if params.strategy == "multi_objective":
        return replace(
            params,
            churn_weight=draw(_one_of((0, 0, 1, 2, 5, EXTREME))),
            cursor_weight=draw(_one_of((0, 0, 2, 7, 100, EXTREME))),
            budget_weight=draw(_one_of((0, 0, 1, 3, EXTREME))),
            budget_target=draw(_one_of((0, 1, slots, slots + 1, max(1, slots - 2)))),
        )
    return params


def _enhanced(draw: st.DrawFn, params: Params, slots: int) -> Params:
    """``params`` with ties, adaptation and balance as enhanced greedy knows them."""
    window = draw(_one_of((0, 1, 1, 2, 3)))
    tau = draw(_one_of((1, 20, 100, 209_000) if window else (0, 0, 1, 209_000)))
    low = draw(_one_of((1, tau * 19 // 20, tau)))
    w_max = draw(_one_of((params.w_max, slots * 5 // 4, slots * 5 // 4 + 1, slots * 20 // 19, 8 * slots)))
    return replace(
        params,
        w_max=w_max,
        w_soft=draw(_one_of((0, 0, 0, min(w_max, slots)))),
        tie_break=draw(_one_of(("position", "cursor", "recency"))),
        adaptive_window=window,
        tau_min=max(1, low),
        tau_max=max(1, tau) + draw(_one_of((0, 1, tau))),
        tau_expand=tau,
        tau_collapse=tau,
        recency_memory=draw(_one_of((1, 2, 3, 64))),
        balance=draw(_one_of((0, 1))),
    )


def _step(draw: st.DrawFn, kinds: tuple[str, ...], geometry: Geometry, params: Params, context: Context) -> Step:
    """One step: mostly iterations, some ingests, now and then another session or something senseless."""
    kind = draw(_one_of(kinds))
    if kind == "row":
        return _row(draw, geometry, params)
    if kind == "ingest":
        return _row(draw, geometry, params, ingest=draw(_one_of((1, 1, 2, 5))))
    if kind == "logits":
        return Step(logits=tuple(_triple(draw) for _ in range(draw(_between(1, 6)))))
    if kind == "open":
        return Step(open=Opening(context=tuple((level, start) for level, start in _context(draw, geometry))))
    return _senseless(draw, geometry, params, context)


def _triple(draw: st.DrawFn) -> tuple[float, float, float]:
    """Logits of one block: mostly close together, some beyond what fixed point can hold."""
    expand, keep, collapse = (draw(_one_of(LOGITS)) for _ in range(3))
    return expand, keep, collapse


def _row(draw: st.DrawFn, geometry: Geometry, params: Params, **fields: Any) -> Step:
    """A step with a pattern of scores, laid over slots, blocks or tokens."""
    edges = (params.tau_expand, params.tau_collapse, params.soft_margin)
    if params.adaptive_window:
        tau = draw(_one_of((edges[0], edges[0] * 19 // 20, -(-edges[0] * 21 // 20))))
        edges = (tau, tau, params.soft_margin)
    score = _palette(*edges)
    per = draw(_one_of(("block", "slot", "token")))
    shape = draw(_one_of(("free", "free", "free", "tied", "alternating", "hot", "leaning", "leaning", "small", "torn")))
    if shape == "tied":
        pattern = [draw(score)]
    elif shape == "alternating":
        height = abs(draw(score))
        pattern = [height, -height]
    elif shape == "hot":
        pattern = [draw(score)] * draw(_between(1, 7))
        pattern[draw(_between(0, len(pattern) - 1))] = draw(score)
    elif shape == "leaning":  # sums just off a multiple of the number of slots, where the rounding of a mean shows
        base = draw(_one_of((draw(score), -params.tau_collapse, -1 - params.tau_collapse)))
        per = "slot"
        pattern = [base] * draw(_between(1, 7)) + [max(-EXTREME, min(EXTREME, base + draw(_one_of((1, -1)))))]
    elif shape == "small":  # so that sums meet: 3 is as much as 2 and 1
        sign = draw(_one_of((1, -1)))
        pattern = [sign * draw(_between(1, 3)) for _ in range(draw(_between(2, 6)))]
        per = "block"
    elif shape == "torn":  # each family wants to collapse, and one member of it to expand
        cold = [-EXTREME] * (geometry.fanout(draw(_between(min(2, geometry.top), geometry.top))) - 1)
        pattern = [one for _ in range(draw(_between(1, 4))) for one in (abs(draw(score)), *cold)]
        per = "block"
    else:
        pattern = draw(_patterns(*edges))
    return Step(scores=tuple(pattern), per=per, **fields)


def _senseless(draw: st.DrawFn, geometry: Geometry, params: Params, context: Context) -> Step:
    """A step that a clause of GEO, CTX, SCO or PAR forbids."""
    kind = draw(_one_of(("count", "range", "context", "context", "context", "ingest", "geometry", "params")))
    if kind == "count":
        return _row(draw, geometry, params, extra=draw(_one_of((1, -1, geometry.slots(0)))))
    if kind == "range":
        return Step(scores=(draw(_one_of((0, 1))), draw(_one_of((2**31, -(2**31), 2**40)))))
    if kind == "context":
        return Step(open=Opening(context=_broken_context(draw, geometry, context)))
    if kind == "ingest":
        return Step(ingest=draw(_one_of((0, -1, 2**45))))
    if kind == "geometry":
        return Step(open=Opening(geometry=SENSELESS_GEOMETRIES[draw(_between(0, len(SENSELESS_GEOMETRIES) - 1))]))
    senseless = SENSELESS_PARAMS + (SENSELESS_REFINEMENTS if params.strategy == "enhanced" else ())
    return Step(open=Opening(params=senseless[draw(_between(0, len(senseless) - 1))]))


def _broken_context(draw: st.DrawFn, geometry: Geometry, context: Context) -> Pairs:
    """``context`` with one thing wrong: a gap, an overlap, a level that does not exist, a start off the grid."""
    blocks = [(level, start) for level, start in context]
    at = draw(_between(0, len(blocks) - 1))
    level, start = blocks[at]
    how = draw(_one_of(("empty", "level", "negative", "grid", "gap", "twice", "order", "far")))
    if how == "empty":
        return ()
    if how == "level":
        blocks[at] = (draw(_one_of((geometry.top + 1, -1))), start)
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
    return tuple(blocks)
