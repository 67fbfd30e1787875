"""Sessions that a covering array of features would meet too seldom: each makes one rule decide, at some scale.

Where sizes, lengths or levels of use are what an allocator may have wrong limits for, they are drawn from all that are
likely: on and beside each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import msgspec

from focalloc.conformance.cases import Case, Opening, Pinning, Step
from focalloc.conformance.chance import Draw
from focalloc.spec import Block, Geometry, Params
from focalloc.spec.actions import family, parent
from focalloc.spec.adaptation import balanced as balanced_row
from focalloc.spec.adaptation import lowered, raised
from focalloc.spec.blocks import used
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN
from focalloc.spec.params import STRATEGIES
from focalloc.spec.scores import SCORE_LIMIT, floor_mean

EXTREME = SCORE_LIMIT - 1

WIDTHS = (66, 70, 80, 100, 129, 130, 140, 200, 257, 260, 300, 520, 1030, 1100, 2100)
"""Widths of families and lengths of contexts: beyond what a word, a chunk or a table of an implementation may hold."""


def width(draw: Draw) -> int:
    """One of `WIDTHS`; the larger it is the more seldom."""
    while True:
        one = draw.one_of(WIDTHS)
        if draw.once_in(1 + one // 100):
            return one


def strategy(profile: str) -> str:
    """The strategy of the sessions of ``profile``."""
    return profile if profile in STRATEGIES else STRATEGIES[0]


def filling(draw: Draw, profile: str) -> Case:
    """Nothing happens until the thresholds adapt, or do not: use on and beside a limit, scores on and beside where a
    threshold moves to (ADA-1, ADA-2)."""
    whole = draw.one_of((5, 10, 20, 25, 40, 100, 150, 150))
    slots = max(1, whole * draw.one_of((80, 80, 95, 95, 60, 96, 100)) // 100 + draw.one_of((-1, -1, 0, 0, 1)))
    scale = draw.one_of((1, 1, 1, 1, 1, 3, 20, 70 if whole < 40 else 3, 300 if whole < 20 else 1))
    window = draw.one_of((1, 1, 1, 2, 2, 3, 5, 25 if scale in (1, 300) else 3))
    tau = draw.one_of((1, 2, 9, 19, 20, 21, 39, 100, 100, 1000, 209715))
    apart = draw.one_of((0, 0, 7))
    moved = [tau]
    for _ in range(6):
        moved.append((lowered if 5 * slots < 4 * whole else raised if 20 * slots > 19 * whole else int)(moved[-1]))
    params = Params(
        w_max=whole * scale,
        n_diff=draw.one_of((0, 1, 2, 3, 3, 9)),
        tau_expand=tau,
        tau_collapse=tau + apart,
        adaptive_window=window,
        tau_min=max(1, min(tau, draw.one_of((1, moved[1], moved[1] + 1, moved[2], tau, tau, tau)))),
        tau_max=max(tau + apart, draw.one_of((EXTREME, EXTREME, moved[1] - 1, moved[2], tau, tau))),
        strategy=strategy(profile),
    )
    if draw.once_in(8):  # so much room that products of use and window are large
        params = replace(params, w_max=MAX_SLOTS)
    calm = draw.one_of((0, 0, 1, 2))
    steps = [Step(scores=(draw.between(-1, 1),), per="block") for _ in range(window + calm)]
    if draw.once_in(3):
        steps.insert(draw.between(0, len(steps)), Step(ingest=1))
    elif profile != "safety" and draw.between(0, 2):  # what is refused neither fills the window nor empties it
        senseless = (Step(extra=1), Step(scores=(SCORE_LIMIT,)), Step(ingest=0))
        beyond = whole if params.w_max == MAX_SLOTS else 2**16 + 1  # more than it takes 16 bits to count
        refused = draw.one_of((*senseless, Step(extra=1), Step(ingest=whole), Step(ingest=beyond)))
        steps[calm:] = [refused, *steps[calm + draw.between(0, 1) :]]
    for i in range(draw.between(1, 3)):
        goal = draw.one_of((*(moved[calm + i + 1],) * 6, tau, moved[1]))
        pairs = [-max(1, goal + one) for one in (1, 1, 0, 0, -1, -1)]
        singles = [max(1, goal + one) for one in (1, 0, -1)]
        steps.append(Step(scores=draw.one_of(((*pairs, *singles, 0), (*singles, 0, *pairs))), per="block"))
    geometry = Geometry((2, 2), (scale // 2 + 1, scale, 1))
    return Case(geometry, params, tuple(Block(1, 2 * i) for i in range(slots)), tuple(steps))


def brink(draw: Draw, profile: str) -> Case:
    """Use within half a percent of where thresholds begin to move, and scores within a unit of where they move to, as
    `filling` has them seldom (ADA-1)."""
    return _brink(draw, profile, (100, 1000, 209715), moves=False)


def heights(draw: Draw, profile: str) -> Case:
    """As `brink`, and thresholds move that are so high that it takes more than 32 bits on the way (ADA-1)."""
    some = draw.between(0, 999)  # so that no two are the same
    return _brink(draw, profile, (2**27 + some, 2**28 + some, 2**29 + some, 2**30 + some), moves=True)


def _brink(draw: Draw, profile: str, taus: tuple[int, ...], *, moves: bool) -> Case:
    """A session of `brink` by one of these thresholds; where it ``moves``, use is beyond the limit, and a call just
    before has to be refused, which neither fills the window nor empties it (ANS-3)."""
    whole, tau = draw.one_of((150, 200, 200)), draw.one_of(taus)
    percent = draw.one_of((80, 95))
    slots = whole * percent // 100 + (draw.one_of((0, 0, 1, -1)) if not moves else 1 if percent == 95 else -1)
    params = Params(
        w_max=whole,
        n_diff=draw.one_of((9, 9, 3)),
        tau_expand=tau,
        tau_collapse=tau,
        adaptive_window=draw.between(1, 2),
        tau_min=1 if percent == 95 else draw.one_of((1, 1, 1, tau)),  # where nothing is left to fall or to rise
        tau_max=EXTREME if percent == 80 else draw.one_of((EXTREME, EXTREME, EXTREME, tau)),
        strategy=strategy(profile),
    )
    goals = (tau, lowered(tau) if percent == 80 else raised(tau))
    pairs = [-goal - one for goal in goals for one in (1, 1, 0, 0)]
    singles = draw.shuffled([goal + one for goal in goals for one in (1, 0)])
    row = [*pairs, *singles] if draw.once_in(2) else [*singles, *pairs]
    before = [Step()] * params.adaptive_window
    if not moves and params.adaptive_window == 2 and draw.once_in(2):  # half a slot more in use, on average
        before[1] = Step(scores=(tau + 1, *(0,) * (slots - 1)), per="block")
    if moves and profile != "safety":
        wrong = Step(scores=(draw.one_of((SCORE_LIMIT, -SCORE_LIMIT)),), ingest=draw.one_of((None, None, 1)))
        fills = draw.once_in(2)
        before = [*before[fills:], draw.one_of((wrong, Step(extra=1), Step(ingest=whole)))]
    steps = (*before, Step(scores=(*row, *(0,) * (slots - len(row))), per="block"))
    context = tuple(Block(1, 2 * i) for i in range(slots))
    return Case(Geometry((2, 2)), params, context, steps)


def balanced(draw: Draw, profile: str) -> Case:
    """Scores so small that each of them tells in the balance of positive and negative mass (BAL-1)."""
    context = tuple(Block(1, 2 * i) for i in range(draw.between(3, 8)))
    tau = draw.one_of((1, 1, 2, 3))
    params = Params(
        w_max=2 * len(context),
        n_diff=draw.between(1, 4),
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=0,
        balance=0 if profile == "safety" else 1,
        strategy=strategy(profile),
    )
    low, high = draw.one_of(((-9, 3), (-3, 9), (-4, 4)))
    values = (1, -1, 1, -1, 0, *range(low, high + 1))
    rows = []
    for _ in range(draw.between(3, 8)):
        row = [draw.one_of(values) for _ in context]
        if draw.once_in(3):  # what is left of the first is a whole number, but for what rounding takes of it
            row = draw.shuffled([draw.one_of((5, 6, 7, 9)), -tau - 1, *(0,) * (len(context) - 2)])
        rows.append(tuple(row))
    return Case(Geometry((2, 2)), params, context, tuple(Step(scores=row, per="block") for row in rows))


def even(draw: Draw, profile: str) -> Case:
    """As `balanced`, and a score of one unit, or what is left of it, is all that it takes to act (BAL-1)."""
    case = balanced(draw, profile)
    return msgspec.structs.replace(case, params=replace(case.params, tau_expand=0, tau_collapse=0))


def families(draw: Draw, profile: str) -> Case:
    """A family wider than a word or a chunk wants to collapse while some of its members want to expand, and others
    beside it do, too: what one action makes impossible has to be found among hundreds (ACT-4, ACT-5, GRE-6)."""
    simple = profile in ("safety", "greedy", "enhanced")
    second = simple and draw.once_in(2)  # what is wanted next lies behind more than a search may look through twice
    many = draw.one_of((400, 520, 640, 1030)) if second else width(draw)
    geometry = Geometry((2, many), (1, 1, draw.one_of((1, 1, 3, many - 1))))
    first = Block(2, 2 * many * draw.between(0, 2))
    beside = Block(2, first.start + 2 * many)
    whole = list(family(geometry, first))
    context = [*whole, *family(geometry, beside)[: draw.between(1, 5)]]
    if not second and draw.once_in(3):  # incomplete, for one member only
        at = draw.one_of((draw.between(0, many - 1), many - 1, many // 2))
        context[at] = Block(0, context[at].start)
    cold, every = -draw.between(20, 60), draw.one_of((7, 60) if second else (7, 60, many - 1, many))
    row = [cold] * many + [draw.one_of((50, 0, 1, cold)) for _ in context[many:]]
    row[many] = 50 if second else row[many]
    for at in range(draw.between(0, every - 1), many, every):
        row[at] = 100 if second else draw.one_of((100, 100, 1, 60 - cold))
    slots = used(geometry, context)
    params = Params(
        w_max=max(1, slots + (0 if second else draw.one_of((0, 0, 0, 1, 2, -1)))),
        n_diff=2 if second else draw.one_of((2, 2, 3, 4, many) if simple else (2, 2, 3, 4)),
        tau_expand=0,
        tau_collapse=0 if second else draw.one_of((0, 0, 1, 40)),
        cooldown_steps=draw.between(0, 2),
        strategy=strategy(profile),
    )
    rows = [Step(scores=tuple(row), per="block"), Step(scores=tuple(row), per="block")]
    if draw.once_in(2):
        rows.append(Step(ingest=draw.between(1, 2)))
    return Case(geometry, params, tuple(context), tuple(rows))


def crowd(draw: Draw, profile: str) -> Case:
    """A context of many blocks, with what is wanted most or least anywhere in it."""
    simple = profile in ("safety", "greedy", "enhanced")
    many = draw.one_of((70, 140, 270, 300, 1100, 2100)) if simple else draw.between(40, 90)
    geometry = Geometry((2, draw.one_of((2, 3))), (1, 1, 1))
    raw = draw.once_in(3)
    context = [Block(0 if raw and draw.once_in(2) else 1, 2 * i) for i in range(many)]
    slots = used(geometry, context)
    params = Params(
        w_max=max(1, slots + draw.one_of((0, 1, 2, 40, slots, -1, -30))),
        n_diff=draw.one_of((1, 2, 4, 70) if simple and many < 600 else (1, 2, 3)),
        tau_expand=0,
        tau_collapse=draw.one_of((0, 5)),
        cooldown_steps=draw.between(0, 2),
        protected_tokens=draw.one_of((0, 0, 0, many // 2)),
        reclaim_ahead=0 if profile == "safety" else draw.one_of((0, 1, 3)),
        strategy=strategy(profile),
    )

    low = draw.one_of((-900, -900, -9, 1))  # of either sign, or nearly all of one

    def scores() -> tuple[int, ...]:
        row = [draw.between(low, 900) for _ in range(many)]
        if draw.once_in(2):  # nothing is wanted before the last few
            row[:-3] = [0] * (many - 3)
        return tuple(row)

    steps = [Step(scores=scores(), per="block") for _ in range(draw.between(1, 2))]
    steps.append(Step(scores=scores(), per="block", ingest=draw.one_of((1, 9, 33, 70) if many < 290 else (1, 9))))
    steps = steps[draw.between(0, 1) :]
    if profile != "safety":  # the one score that breaks SCO-1 is the last
        steps.insert(0, Step(scores=(*(0,) * (slots - 1), draw.one_of((SCORE_LIMIT, -SCORE_LIMIT)))))
    return Case(geometry, params, tuple(context), tuple(steps))


def reversals(draw: Draw, profile: str) -> Case:
    """Scores of actions in one iteration, and the opposite of each is wanted from then on, until it may be done: what
    still forbids is not forgotten, however much there is to remember (COO-1, COO-2), nor by an opening on other terms
    that has to be refused (ANS-3)."""
    simple = profile in ("safety", "greedy", "enhanced")
    many = draw.one_of((70, 90, 140)) if simple else draw.between(6, 12)
    first = draw.between(0, 999)  # so that no two are the same
    level = draw.between(0, 1)  # what they do is collapse, or expand
    context = tuple(Block(level, 2 * (first + i)) for i in range(many))
    gap, tau = draw.between(2, 3), draw.between(0, 3)
    params = Params(
        w_max=2 * many,
        n_diff=draw.one_of((many - 1, many, 300)) if simple else draw.between(1, 3),
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=gap,
        strategy=strategy(profile),
    )
    wanted = (1 if level else -1) * (tau + draw.between(1, 9))
    back = [Step(scores=(-wanted,))] * (gap + draw.between(0, 1))
    if profile != "safety":
        terms = draw.one_of(({"cooldown_steps": 0}, {"cooldown_steps": 9}, {"n_diff": 0}, {"tau_collapse": EXTREME}))
        back.insert(0, Step(open=Opening(context=(), params=terms)))
    return Case(Geometry((2, draw.between(2, 3))), params, context, (Step(scores=(wanted,)), *back))


def vast(draw: Draw, profile: str) -> Case:
    """Few blocks of many slots each, or of a tree at the limits of GEO-3; rows are long, or nothing may expand.

    No family has so many blocks that an allocator which makes it all the same runs out of time or memory.
    """
    slots = draw.one_of((256, 257, 300, 300, 1030, 2100, 5000))
    limits = not draw.once_in(2)
    arity, cost, w_max = draw.one_of(
        (
            ((2**16, 2**15), (1, 1, 1), 2**15),
            ((2**10, 2**10), (4, 2**11, 1), 2**9),
            ((2, 2**10), (2**15, 2**15, 1), 2**20),
            ((2,), (2**25, 1), 2**20),
            ((2**26,), (1, 1), 99),
        )
        if limits
        else (
            ((2, 2), (slots // 2 + 1, slots, 3), 9 * slots),
            ((2, 3), (slots, slots + 1, slots + 2), 12 * slots),
            ((slots, 2), (1, 2, 1), 9 * slots),
            ((2, 2), (2, 1, 1), MAX_SLOTS),
            ((2,), (40_000, 70_000), 85_000),
        )
    )
    geometry = Geometry(arity, cost)
    top, span = geometry.top, geometry.span(geometry.top)
    first = draw.one_of((0, 0, 1, 2**48 // span - 5))
    alone = geometry.slots(top) > 10_000
    context = [Block(top, (first + i) * span) for i in range(1 if alone else draw.between(2, 4))]
    if not limits and not alone:
        context[:1] = family(geometry, context[0])
    have = used(geometry, context)
    params = Params(
        w_max=min(MAX_SLOTS, draw.one_of((w_max, have, have + 1))),
        n_diff=draw.between(1, 4),
        tau_expand=draw.between(0, 3),
        tau_collapse=draw.between(0, 3),
        cooldown_steps=draw.between(0, 2),
        protected_tokens=draw.one_of((0, 0, span, span - 1)),
        strategy=strategy(profile),
    )
    large = draw.once_in(2)

    def score() -> int:
        return draw.one_of((EXTREME, -EXTREME, EXTREME - 1, 0)) if large else draw.between(-9, 9)

    steps = [
        Step(scores=tuple(score() for _ in range(draw.one_of((2, 3, 5)))), per=draw.one_of(("block", "slot")))
        for _ in range(1 if alone else draw.between(1, 3))
    ]
    if limits or geometry.slots(0) < 10_000:  # there is no room for it at the limits
        steps.append(Step(scores=(score(),), ingest=1))
    return Case(geometry, params, tuple(context), tuple(steps))


def recall(draw: Draw, profile: str) -> Case:
    """Nodes are acted on, by iterations and ingests, the first before any iteration; then all are worth the same
    (TIE-2), or the opposite of what was done is wanted (COO-1), as long after as is remembered, or one more."""
    geometry = draw.one_of((Geometry((2, 2)), Geometry((2, 2, 2)), Geometry((3, 2), (1, 2, 2))))
    nodes = [Block(2, i * geometry.span(2)) for i in range(draw.between(2, 5))]
    context: list[Block] = []
    for node in nodes:
        context += family(geometry, node) if draw.once_in(2) else [node]
    slots, delta = used(geometry, context), max(geometry.deltas[1:])
    gap, memory = draw.one_of((0, 1, 2, 3, 4)), draw.one_of((1, 2, 3, 4, 5, 8))
    recent = profile == "enhanced"
    params = Params(
        w_max=max(geometry.slots(0), slots + draw.one_of((0, 1, delta, 2 * delta, 3 * delta))),
        n_diff=draw.one_of((1, 1, 2, 3)),
        tau_expand=1,
        tau_collapse=1,
        cooldown_steps=gap,
        tie_break=draw.one_of(("recency", "recency", "recency", "cursor", "position")) if recent else "position",
        recency_memory=memory if recent else 64,
        strategy=strategy(profile),
    )

    def act() -> Step:
        row = [0] * len(context)
        row[draw.between(0, len(row) - 1)] = draw.one_of((5, -20))
        scores = tuple(row) if draw.once_in(2) else (draw.one_of((5, -5)),)
        return Step(scores=scores, per="block", ingest=draw.one_of((None, 1, 1, 2)))

    steps: list[Step] = []
    for _ in range(draw.between(1, 3)):
        steps += [act() for _ in range(draw.between(1, 2))]
        steps += [Step()] * max(0, draw.one_of((0, 0, 1, gap, memory, max(gap, memory))) + draw.between(-2, 1))
        steps += [Step(scores=(draw.one_of((3, 3, -3)),)) for _ in range(draw.between(1, 2))]
    return Case(geometry, params, tuple(context), tuple(steps[:40]))


def lasting(draw: Draw, profile: str) -> Case:
    """A small context and hundreds of iterations, in which what is wanted is not wanted any more as soon as it may be
    undone; a cooldown or a window that may be longer than what is kept track of."""
    geometry = draw.one_of((Geometry((2, 2)), Geometry((2, 3)), Geometry((2, 2, 2))))
    span = geometry.span(geometry.top)
    context = tuple(Block(geometry.top, i * span) for i in range(draw.between(1, 3)))
    slots = used(geometry, context)
    gap = draw.one_of((0, 1, 3, 9, 50, 99, 110, 130))
    tau = draw.one_of((0, 1, 200, 1000))
    window = draw.one_of((0, 1, 3, 40, 70)) if tau else 0
    params = Params(
        w_max=slots + draw.one_of((1, 3, 9, 9, 40)),
        n_diff=draw.between(1, 3),
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=gap,
        adaptive_window=window,
        tau_min=max(1, draw.one_of((1, 1, tau))),
        tau_max=draw.one_of((EXTREME, EXTREME, tau)) or EXTREME,
        tie_break=draw.one_of(("position", "recency")) if profile == "enhanced" else "position",
        recency_memory=draw.one_of((64, 100, 150)),
        strategy=strategy(profile),
    )
    phase = max(1, draw.one_of((gap, gap, gap + 1, 2 * gap, 3, 20)))  # as long as the same is wanted
    steps: list[Step] = []
    for at in range(draw.one_of((110, 110, 270))):
        sign = 1 if at // phase % 2 == 0 else -1
        row = tuple(
            (sign if draw.between(0, 3) else -sign) * draw.between(tau * 2 // 3, 2 * tau + 1)
            for _ in range(draw.one_of((1, 2, 3, 5)))
        )
        steps.append(Step(scores=row, per="block", ingest=1 if draw.once_in(40) else None))
    return Case(geometry, params, context, tuple(steps))


def usual(draw: Draw, profile: str) -> Case:
    """Nearly all parameters are at their default, and matter: the hard budget is just filled or passed, more is wanted
    than the cap allows, reversals are wanted at once, scores lie on and beside thresholds."""
    geometry = draw.one_of((Geometry((2, 2)), Geometry((2, 3)), Geometry((3, 2, 2)), Geometry((32, 32))))
    plain, top = Params(strategy=strategy(profile)), geometry.top
    first = draw.between(0, 99)  # so that no two are the same
    nodes = [Block(top, (first + i) * geometry.span(top)) for i in range(draw.between(2, 6))]
    context = [*family(geometry, nodes[0]), *nodes[1:]]
    if draw.once_in(3):
        fit = (plain.w_max - used(geometry, context)) // geometry.slots(0)
        steps = [Step(ingest=fit + draw.between(0, 1))]
        return Case(geometry, plain, tuple(context), tuple(steps), told="sparingly")
    beyond = max(plain.tau_expand, plain.tau_collapse) + 1
    steps = []
    for _ in range(draw.between(2, 6)):
        row = tuple(draw.one_of((beyond, beyond - 1, -beyond, 1 - beyond)) for _ in range(draw.one_of((1, 1, 2, 5))))
        steps.append(Step(scores=row, per="block", ingest=1 if draw.once_in(6) else None))
    slots, delta = used(geometry, context), geometry.delta(top)
    params = draw.one_of(
        (
            plain,
            replace(plain, w_max=slots + 2 * delta, w_soft=0),
            replace(plain, tau_expand=1),
            replace(plain, tau_expand=1),
            replace(plain, protected_tokens=1),
            replace(plain, cooldown_steps=1),
        )
    )
    return Case(geometry, params, tuple(context), tuple(steps), told="sparingly")


def fractions(draw: Draw, profile: str) -> Case:
    """Scores so close to each other that it decides what a mean is rounded to, and that it is rounded once: over gists
    of several slots, and over those that an ingest makes on its way up (SCO-3, ING-4)."""
    arity, cost = draw.one_of(
        (((2, 2, 2), (2, 3, 3, 2)), ((3, 2, 2), (1, 2, 3, 4)), ((2, 3, 2), (2, 3, 5, 7)), ((2, 2, 3), (2, 3, 4, 5)))
    )
    geometry = Geometry(arity, cost)
    nodes, level, span = draw.between(3, 5), draw.one_of((0, 0, 1, None, None)), geometry.spans[0]
    firsts = range(0, nodes * geometry.span(geometry.top), geometry.span(1))
    context: list[Block] = []
    for first in firsts:  # raw, gists, or either, and then a gist at the end
        gist = draw.once_in(2) or first == firsts[-1] if level is None else level == 1
        context += [Block(1, first)] if gist else family(geometry, Block(1, first))
    slots, blocks = used(geometry, context), draw.between(1, 3)
    most = slots - nodes * geometry.slots(geometry.top)
    needed = draw.between(most // draw.one_of((2, 2, 4)), most)
    wide = draw.one_of((2, 4, 6, 6, 8, 12))
    low = draw.one_of((-wide - 1, -wide - 1, -wide // 2, 0))
    params = Params(
        w_max=max(1, slots + blocks * geometry.slots(0) - needed),
        n_diff=draw.one_of((1, 1, 2, 3)),
        tau_expand=draw.one_of((0, EXTREME)),
        tau_collapse=draw.one_of((0, 0, wide // 2)),
        cooldown_steps=draw.between(0, 2),
        protected_tokens=draw.one_of((0, 0, 0, 1, span)),
        reclaim_ahead=0 if profile == "safety" else draw.one_of((0, 0, 1, 2, 3, 7)),
        strategy=strategy(profile),
    )

    def row(ingest: int | None = None) -> Step:
        return Step(scores=tuple(low + draw.between(0, wide) for _ in range(slots)), ingest=ingest)

    iterations = [row() for _ in range(draw.between(0, 2))]
    starts = list(accumulate((geometry.slots(block.level) for block in context), initial=0))
    parents = [parent(geometry, block) if block.level else None for block in context]
    pairs = [i for i, (one, other) in enumerate(pairwise(parents)) if one and one == other]
    if pairs and draw.once_in(2):  # a family at its threshold, of which each mean by itself is rounded down
        at, even = draw.one_of(pairs), [-params.tau_collapse] * slots
        even[starts[at]] += 1
        even[starts[at + 1]] -= 1
        iterations.insert(0, Step(scores=tuple(even)))
    return Case(geometry, params, tuple(context), (*iterations, row(ingest=blocks), row(ingest=1), row()))


def tight(draw: Draw, profile: str) -> Case:
    """What is wanted most does not fit, and something cheaper does (GRE-5); or it fits the hard budget only, and is
    urgent or just not (SOF-1)."""
    shapes = (((2, 3), (1, 1, 1)), ((4, 2), (1, 1, 1)), ((3, 2, 2), (1, 2, 3, 3)), ((2, 2), (4, 1, 1)))
    geometry = Geometry(*draw.one_of(shapes))
    span, many = geometry.span(geometry.top), draw.between(2, 4)
    first = 0 if MAX_TOKEN % span or draw.once_in(2) else MAX_TOKEN - many * span  # up to the last token that there is
    nodes = [Block(geometry.top, first + i * span) for i in range(many)]
    cut = draw.between(0, len(nodes) - 1)
    context: list[Block] = []
    for i, node in enumerate(nodes):  # both kinds, so that expands are of unlike cost
        both = cut != (i + 1) % len(nodes) and draw.once_in(2)
        context += family(geometry, node) if i == cut or both else [node]
    slots, low, high = used(geometry, context), min(geometry.deltas[1:]), max(geometry.deltas[1:])
    tau, margin = draw.between(0, 3), draw.one_of((0, 1, 2, 9))
    soft = slots + draw.one_of((0, low, low, low, high - 1, high))
    params = Params(
        w_max=soft + (draw.one_of((low, high, high + low, 2 * high)) if margin else 0),
        n_diff=draw.between(1, 3),
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=draw.between(0, 1),
        w_soft=soft,
        soft_margin=margin,
        strategy=strategy(profile),
    )
    over = tau + margin
    values = (tau, tau + 1, tau + 1, tau + 2, over, over + 1, over + 1, over + 2, -tau - 1)
    rows = []
    for _ in range(draw.between(3, 5)):
        row = [draw.one_of(values) for _ in context]
        if draw.between(0, 2):  # what costs most is wanted most, and all else as well
            row = [tau + (2 if block.level and geometry.delta(block.level) == high else 1) for block in context]
        rows.append(Step(scores=tuple(row), per="block"))
    if first and profile != "safety":  # there is room, but no token
        rows += [Step(ingest=1), Step(open=Opening(context=((0, MAX_TOKEN),)))]
    return Case(geometry, params, tuple(context), _anew(draw, context, rows))


def _anew(draw: Draw, context: Sequence[Block], steps: Sequence[Step]) -> tuple[Step, ...]:
    """``steps``, in most sessions each from the same ``context`` anew."""
    if draw.once_in(3):
        return tuple(steps)
    again = Step(open=Opening(context=tuple((level, start) for level, start in context)))
    return tuple(one for step in steps for one in (step, again))[:-1]


def held(draw: Draw, profile: str) -> Case:
    """All gists are wanted more than the threshold asks for, all families less, and of each only one rule holds some
    back: a pin (PIN-1, PIN-2), the tail (TAI-1), a block that is partial (FIL-2), an action just before (COO-1)."""
    geometry = draw.one_of((Geometry((4, 2)), Geometry((4, 3)), Geometry((3, 2), (1, 2, 2))))
    span, top = geometry.span(0), geometry.span(2)
    nodes = [Block(2, i * top) for i in range(draw.between(3, 5))]
    families = [nodes[0], nodes[1], *(node for node in nodes[3:] if draw.once_in(2))]
    gists = [node for node in nodes if node not in families]
    context = [block for node in nodes for block in (family(geometry, node) if node in families else [node])]
    last = family(geometry, context[-1]) if context[-1].level else (context[-1],)
    context[-1:] = last if draw.once_in(2) else context[-1:]
    tau, slots = draw.between(0, 3), used(geometry, context)
    params = Params(
        w_max=2 * slots,
        n_diff=draw.between(1, 3),
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=draw.between(0, 3),
        protected_tokens=draw.one_of((0, 0, 1, top)),
        strategy=strategy(profile),
    )
    row = Step(scores=tuple(tau + 1 + draw.between(0, 2) if b.level == 2 else -tau - 2 for b in context), per="block")
    pinned = draw.one_of(families)
    first = pinned.start + draw.between(0, top - 1)
    wanted = Pinning(gists[0].start, gists[-1].start + draw.one_of((1, top)), collapse=False, expand=True)
    steps = [Step(pin=wanted), Step(pin=Pinning(first, first + 1)), row, row]
    if draw.once_in(3):
        steps.insert(-2, Step(scores=row.scores, per="block", ingest=1))
    steps.insert(-2, Step(scores=row.scores, per="block", tokens=draw.between(1, span - 1)))
    steps.append(Step(pin=Pinning(first, first + 1, lift=True)))
    return Case(geometry, params, tuple(context), (*steps, row, Step(scores=(-tau - 1,))))


def tied(draw: Draw, profile: str) -> Case:
    """Families collapse one after another, by iterations or by an ingest before any; then all nodes are worth the same,
    or as much as can be, and an order is all that tells them apart (GRE-4, TIE-1, TIE-2)."""
    geometry = draw.one_of((Geometry((2, 2)), Geometry((2, 3)), Geometry((3, 2), (1, 2, 3))))
    nodes = [Block(2, i * geometry.span(2)) for i in range(draw.between(3, 6))]
    others = draw.shuffled(range(1, len(nodes)))
    acted = draw.shuffled((0, *others[: draw.between(1, 2)]))
    context = [block for i, node in enumerate(nodes) for block in (family(geometry, node) if i in acted else [node])]
    memory, ingest = draw.one_of((3, 4, 8, 9, 64)), draw.once_in(4)
    top = profile != "safety" and draw.once_in(4)  # scores that can hardly lean any higher (MEM-3)
    known = memory - len(acted) + acted.index(0)  # iterations until nothing is known of the first node, if none acts
    wait = max(0, draw.one_of((0, known, known - 1)) if memory < 64 else 1)
    ties = ("recency", "recency", "recency", "cursor", "cursor") if profile == "enhanced" else ("position",)
    params = Params(
        w_max=used(geometry, context) + (0 if ingest else draw.one_of((4, 9, 12))),
        n_diff=draw.one_of((1, 1, 2)),
        tau_expand=1,
        tau_collapse=1,
        cooldown_steps=draw.between(0, 1),
        tie_break=draw.one_of(ties),
        recency_memory=memory,
        reclaim_ahead=2 if ingest and profile != "safety" else 0,  # so that there is room to expand, too
        lean=draw.one_of((1, 3, 100)) if top else 0,
        strategy=strategy(profile),
    )
    steps: list[Step] = []
    tokens = len(nodes) * geometry.span(2)
    for turn in acted:  # cold where this one is
        first, last = nodes[turn].start, nodes[turn].start + geometry.span(2)
        row = tuple(-5 if first <= token < last else 0 for token in range(tokens))
        steps.append(Step(scores=row, per="token", ingest=1 if ingest else None))
    steps = [*(steps[:1] if ingest else steps), *[Step()] * wait]
    cursor = draw.one_of((None, None, draw.between(0, tokens - 1)))
    for _ in range(draw.between(3, 5)):
        high = tuple(draw.one_of((EXTREME, EXTREME, EXTREME - 1)) for _ in nodes)
        steps.append(Step(scores=high if top else (draw.one_of((3, 3, 3, 3, -3)),), per="block", cursor=cursor))
    return Case(geometry, params, tuple(context), tuple(steps))


def chains(draw: Draw, profile: str) -> Case:
    """Nodes expand, and those below them that begin at the same token; an ingest, or cold iterations, collapse what may
    be of them, and then all is worth the same: what is known of a node is neither taken for what is known of another
    nor forgotten for it (COO-1, TIE-2, ING-4)."""
    geometry = draw.one_of((Geometry((2, 2, 2)), Geometry((2, 2, 2)), Geometry((2, 3, 2)), Geometry((2, 2, 2, 2))))
    top, span = geometry.top, geometry.span(geometry.top)
    nodes = [Block(top, i * span) for i in range(draw.between(1, 3))]
    context = [block for node in nodes for block in (family(geometry, node) if draw.once_in(2) else [node])]
    slots, tau = used(geometry, context), draw.between(0, 2)
    params = Params(
        w_max=slots + draw.one_of((1, 2, 3, 4, 6)),
        n_diff=draw.one_of((0, 1, 2, 3) if profile == "knapsack" else (1, 2, 3)),  # none, where LPR has a price for it
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=draw.between(1, 5),
        tie_break=draw.one_of(("position", "recency", "recency")) if profile == "enhanced" else "position",
        recency_memory=draw.one_of((2, 4, 8, 64)),
        reclaim_ahead=0 if profile == "safety" else draw.one_of((0, 1, 2, 3)),
        strategy=strategy(profile),
    )
    warm, cold = Step(scores=(tau + 3,)), Step(scores=(-tau - 3,))
    here = tuple(tau + 3 if token < geometry.span(1) else 0 for token in range(span))
    steps: list[Step] = []
    for _ in range(draw.between(2, 3)):
        steps += [draw.one_of((warm, Step(scores=here, per="token")))] * draw.between(1, 3)
        steps += [Step()] * draw.one_of((0, 0, 1, params.cooldown_steps))
        gone = msgspec.structs.replace(cold, ingest=draw.between(1, 3))
        steps += draw.one_of(([gone], [gone], [cold, cold], [cold, gone]))
    steps += [warm] * draw.between(1, 3)
    return Case(geometry, params, tuple(context), tuple(steps))


def owing(draw: Draw, profile: str) -> Case:
    """A debt that as many collapses pay as are allowed, or just not; what is wanted is more, less or as urgent (KNA-1,
    PRO-6, SOF-1); and an opening in between that breaks GEO-2."""
    geometry = Geometry((2, draw.between(3, 4)), (1, 1, draw.between(1, 2)))
    nodes = [Block(2, i * geometry.span(2)) for i in range(draw.between(2, 4))]
    context = [*family(geometry, nodes[0]), *nodes[1:-1], *family(geometry, nodes[-1])]
    slots, refund = used(geometry, context), geometry.delta(2)
    cap, tau = draw.between(1, 3), draw.between(0, 3)
    w_max = max(1, slots - min(cap, 2) * refund + draw.one_of((0, 0, 0, 1, -1)))
    params = Params(
        w_max=w_max,
        n_diff=cap,
        tau_expand=tau,
        tau_collapse=tau,
        cooldown_steps=draw.between(0, 2),
        w_soft=max(1, w_max - draw.between(0, 2)),
        soft_margin=draw.between(0, 3),
        strategy=strategy(profile),
    )

    def row(*more: int) -> Step:
        cold = [-tau - draw.between(1, 4) for _ in range(geometry.arity[1])]
        warm = [draw.one_of((tau, tau + 1, tau + 9, *more)) for _ in nodes[1:-1]]
        return Step(scores=(*cold, *warm, *reversed(cold)), per="block")

    steps = list(_anew(draw, context, [row(), row(-tau - 1), row(0)]))
    if profile != "safety" and draw.between(0, 2):  # an expansion that is free, which is refused and pays nothing
        free = Opening(context=((0, 0),), geometry={"arity": [2, 2], "cost": [1, 1, 2]})
        steps.insert(draw.between(0, 2), Step(open=free))
    return Case(geometry, params, tuple(context), tuple(steps))


def window_sums(draw: Draw, profile: str) -> Case:
    """Use over a window that takes more than 16 bits: nothing adapts, or thresholds rise, where by what 16 bits hold
    of it they would fall (ADA-1)."""
    window, blocks = draw.one_of((4, 8, 16)), draw.between(4, 5)
    each = draw.one_of((2**15, 2**16, 2**16)) // (window * blocks) + draw.between(1, 40)
    tau = draw.one_of((20, 100, 1000))
    params = Params(
        w_max=5 * each,
        n_diff=draw.between(1, 3),
        tau_expand=tau,
        tau_collapse=tau,
        adaptive_window=window,
        strategy=strategy(profile),
    )
    goals = (tau, tau + 1, lowered(tau) + 1, lowered(lowered(tau)) + 1)
    near = [tuple(draw.one_of((1, -1)) * draw.one_of(goals) for _ in range(blocks)) for _ in range(2)]
    steps = [Step()] * window + [Step(scores=row, per="block") for row in near]
    context = tuple(Block(1, 2 * i) for i in range(blocks))
    return Case(Geometry((2, 2), (each // 2 + 1, each, 1)), params, context, tuple(steps))


def room_sums(draw: Draw, profile: str) -> Case:
    """All the room that there may be, over a window so long that its sum takes 33 bits: thresholds fall (ADA-1)."""
    window, blocks, tau = draw.one_of((16, 64, 64)), draw.between(2, 4), draw.one_of((20, 100, 1000))
    params = Params(
        w_max=MAX_SLOTS,
        n_diff=draw.between(1, 3),
        tau_expand=tau,
        tau_collapse=tau,
        adaptive_window=window,
        strategy=strategy(profile),
    )
    row = tuple(draw.one_of((tau, lowered(tau) + 1)) for _ in range(blocks))
    first = draw.between(0, 999)  # so that no two are the same
    context = tuple(Block(1, 2 * (first + i)) for i in range(blocks))
    return Case(Geometry((2, 2)), params, context, (*[Step()] * window, Step(scores=row, per="block")))


def mass_sums(draw: Draw, profile: str) -> Case:
    """Scores near both ends, over so many slots that a family's sum takes 44 bits and a mass as a fraction of 2^20 65;
    what balance leaves of one side lies on or just beside its threshold (SCO-3, BAL-1). Where no balance is asked for,
    one of the other sums."""
    if profile == "safety":
        return draw.one_of((window_sums, room_sums))(draw, profile)
    each = draw.between(4200, 4400)
    near = [EXTREME - draw.between(0, 2**24) for _ in range(3)]
    signs = draw.one_of(((-1, -1, 1), (-1, -1, 1), (1, 1, -1), (1, -1, 1)))
    row = [sign * one for sign, one in zip(signs, near, strict=True)]
    left = balanced_row(row)
    warm = sum(signs) > 0  # the side that is weighed down
    most = max(left) if warm else -floor_mean(sum(left[:2]), 2)  # what an expand, or the collapse, is worth by then
    tau = most - draw.between(0, 1)
    params = Params(
        w_max=4 * each,
        n_diff=draw.between(1, 3),
        tau_expand=tau if warm else 0,
        tau_collapse=0 if warm else tau,
        balance=1,
        strategy=strategy(profile),
    )
    geometry = Geometry((2, 2), (each // 2 + 1, each, 1))
    context = tuple(Block(1, 2 * i) for i in range(3))
    return Case(geometry, params, context, (Step(scores=tuple(row), per="block"),))


Scene = Callable[[Draw, str], Case]

SCENES: dict[str, Scene] = {
    "filling": filling,
    "brink": brink,
    "heights": heights,
    "balanced": balanced,
    "even": even,
    "families": families,
    "crowd": crowd,
    "reversals": reversals,
    "vast": vast,
    "recall": recall,
    "lasting": lasting,
    "usual": usual,
    "fractions": fractions,
    "tight": tight,
    "held": held,
    "tied": tied,
    "chains": chains,
    "owing": owing,
    "window sums": window_sums,
    "room sums": room_sums,
    "mass sums": mass_sums,
}
"""Name -> draws one, by chance and profile."""

SUMS = ("window sums", "room sums", "mass sums")
"""Those in which a sum takes more bits than an implementation may have for it."""
