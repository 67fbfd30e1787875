"""Sessions drawn from a seed: small worlds, awkward budgets, adversarial scores, and long stretches under pressure.

What a session is like is said by its `FEATURES`: the shape of the tree, the room, the cap, the cooldown, the rows, the
pace and so on, each with a few kinds. A covering array holds every pair of kinds in some hundred sessions, which a
default run goes through once; a longer one does so again and again, each time with the kinds of each feature exchanged
among each other and everything else drawn anew. Within its kind each value is drawn: random numbers seldom hit a rule's
edge, so budgets are drawn relative to what the context occupies, and scores around the thresholds. Every other session
is a scene, in which one rule decides (`focalloc.conformance.scenes`).

A session follows from profile, seed and its number alone, on every machine and version of Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import Any

import msgspec

from focalloc.conformance.capabilities import ALL, Capabilities
from focalloc.conformance.cases import Case, Opening, Pairs, Per, Pinning, Step
from focalloc.conformance.chance import Draw
from focalloc.conformance.scenes import EXTREME, SCENES, SUMS, strategy
from focalloc.spec import Block, Context, Geometry, InvalidInput, Params
from focalloc.spec.actions import family, is_complete, parent
from focalloc.spec.blocks import used
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN
from focalloc.spec.params import (
    CORE,
    MAX_COOLDOWN_STEPS,
    MAX_MEMORY,
    MAX_MEMORY_SHIFT,
    MAX_N_DIFF,
    MAX_RECLAIM_AHEAD,
    MAX_TOP_K,
    MAX_WINDOW,
    RANGES,
)
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.violations import PROFILES

OPTIMA = ("knapsack", "hybrid", "multi_objective", "hierarchical", "projection")
"""Profiles that compare whole choices, which takes longer."""

MOST_WORK = 420
"""Steps times slots that a session is made for: where slots are many, steps are few."""

LATER_WORK = 210
"""The same, once the covering array has been gone through: the pairs of kinds come again, in unlike company."""

LONGEST = 3000
"""Scores that a row has too many, at the most."""

MOST_WOVEN = 12
"""Calls of one kind that are put between the steps of a session, about, at the most."""

MOST_READ = 20
"""Blocks that a session under pressure has room to read; ingests are refused after as many."""

MOST_BLOCKS = 24
"""Top-level nodes are cut until there are more blocks than these; a family that is wide may still come whole."""

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
    {"arity": [2] * 32, "cost": [1] * 33},
    {"arity": [2, 2**26 + 1], "cost": [1, 1, 1]},
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

BOUNDED = tuple(name for name in (*CORE, "adaptive_window", "tau_min", "tau_max", "balance") if name in RANGES)
"""Numbers that every allocator is told, or can be."""

SENSELESS_CLAMPS: tuple[dict[str, Any], ...] = (
    {"adaptive_window": 1, "tau_expand": 1, "tau_collapse": 3, "tau_min": 2},
    {"adaptive_window": 1, "tau_expand": 3, "tau_collapse": 1, "tau_min": 2},
    {"adaptive_window": 2, "tau_expand": 9, "tau_collapse": 3, "tau_max": 8},
    {"adaptive_window": 2, "tau_expand": 3, "tau_collapse": 9, "tau_max": 8},
)
"""Each breaks PAR-2 by one of the two thresholds."""

SENSELESS_REFINEMENTS: tuple[dict[str, Any], ...] = (
    {"adaptive_window": -1},
    {"tau_min": 0},
    {"adaptive_window": 1, "tau_expand": 1, "tau_min": 2},
    {"strategy": "greedy", "tie_break": "cursor"},
    {"balance": 2},
)
"""Each breaks PAR-1 or PAR-2, in parameters that only those are told who claim profile ``enhanced``."""

SENSELESS = (
    *("count", "count", "count", "range", "range", "context", "context", "ingest", "ingest"),
    *("geometry", "geometry", "geometry", "geometry", "geometry", "range of a parameter", "clamp", "clamp", "params"),
)
"""What is senseless, each as often as it is named: so that every clause of GEO, CTX, SCO and PAR is met often."""


# WHAT A SESSION CAN BE LIKE

Kinds = dict[str, Any]
"""Feature -> kind, of one session."""

FEATURES: dict[str, tuple[Any, ...]] = {
    "tree": ("pairs", "pairs", "small", "small", "unlike", "unlike", "multi-slot", "wide", "broad", "deep"),
    "blocks": ("gists", "family", "cut", "cut", "raw", "runs"),
    "start": ("zero", "zero", "near", "near", "far", "last"),
    "edge": ("whole", "whole", "ragged left", "ragged right"),
    "size": ("few", "some", "some", "many"),
    "room": ("none", "none", "one delta", "one short", "some", "ample", "endless", "debt", "hopeless"),
    "soft": ("off", "off", "full", "near", "below"),
    "margin": ("none", "small", "extreme"),
    "cap": (1, 2, 2, 3, 4, 4, 9, 0, MAX_N_DIFF),
    "thresholds": ("zero", "small", "small", "unlike", "unlike", "default", "extreme"),
    "cooldown": (0, 1, 2, 3, "long", MAX_COOLDOWN_STEPS),
    "tail": ("none", "none", "none", "none", "block", "block", "node", "all"),
    "rows": ("noise", "noise", "urgent", "edges", "ties", "hot", "torn", "leaning", "sums", "extreme"),
    "again": ("fresh", "fresh", "held", "flipped"),
    "pace": ("iterate", "pressure", "pressure", "mixed", "mixed", "reading"),
    "length": ("short", "short", "medium", "medium", "long"),
    "ingest": (1, 1, "few", "many"),
}
"""What the sessions of every profile are like; a kind that is named twice is met twice as often."""

REFINEMENTS: dict[str, tuple[Any, ...]] = {
    "window": (0, 0, 1, "few", "long", MAX_WINDOW),
    "clamp": ("loose", "tight"),
    "balance": (0, 0, 1),
}
"""What precedes every strategy, and so has to be asked of every profile but ``safety``."""

OF_OPTIMA: dict[str, tuple[Any, ...]] = {
    "choice": ("any", "any", "any", "exchange", "mixture"),
    "room": (*FEATURES["room"], "debt", "debt"),
}
"""Where whole choices are compared: whether one must be able to stand in for others, and debts that can be paid."""

OF_PROFILE: dict[str, dict[str, tuple[Any, ...]]] = {
    "enhanced": {"ties": ("position", "cursor", "recency", "recency"), "memory": (1, 3, 64, MAX_MEMORY)},
    "hybrid": {"top_k": (1, 2, 3, 50, MAX_TOP_K)},
    "multi_objective": {
        "churn": (0, 0, "small", EXTREME),
        "cursor": (0, 0, "small", "large", EXTREME),
        "weight": (0, 0, "small", EXTREME),
        "target": (0, 1, "near", MAX_SLOTS),
    },
}
"""What only the sessions of one profile are like."""


def features(profile: str) -> dict[str, tuple[Any, ...]]:
    """What the sessions of ``profile`` can be like."""
    refined = FEATURES if profile == "safety" else FEATURES | REFINEMENTS
    return refined | (OF_OPTIMA if profile in OPTIMA else {}) | OF_PROFILE.get(profile, {})


@cache
def covering() -> tuple[str, ...]:
    """Rows of digits such that any two digits of two columns meet in a row, as many as any profile has kinds.

    A feature of fewer kinds takes what is left of its digit; so one array does for every profile. It was made by
    ``allpairspy``, which takes longer than a run may: see `made`.
    """
    return tuple((files("focalloc.conformance") / "covering.txt").read_text(encoding="utf-8").split())


def sizes() -> list[int]:
    """The most kinds that the feature in each place has in any profile."""
    tables = [[len(kinds) for kinds in features(profile).values()] for profile in PROFILES]
    return [max(column) for column in zip_longest(*tables, fillvalue=1)]


def made() -> str:
    """What ``covering.txt`` holds; ``python -m focalloc.conformance.sessions`` prints it, as it needs allpairspy."""
    from allpairspy import AllPairs

    rows = balanced([list(row) for row in AllPairs([list(range(size)) for size in sizes()])])
    return "".join("".join(DIGITS[value] for value in row) + "\n" for row in rows)


def balanced(rows: list[list[int]]) -> list[list[int]]:
    """``rows`` with the same pairs, in which the values of a column come about equally often: one that came often goes
    where none of its pairs is the only one of its kind, as what made the rows puts whatever comes first there."""

    def pairs(row: list[int], at: int) -> list[tuple[int, int, int, int]]:
        return [(at, row[at], other, value) for other, value in enumerate(row) if other != at]

    for at in range(len(rows[0])):
        met = Counter(pair for row in rows for pair in pairs(row, at))
        times = Counter(row[at] for row in rows)
        for row in rows:
            least = min(times, key=lambda value: (times[value], value))
            if times[row[at]] > times[least] + 1 and all(met[pair] > 1 for pair in pairs(row, at)):
                met.subtract(pairs(row, at))
                times.subtract((row[at],))
                row[at] = least
                met.update(pairs(row, at))
                times.update((least,))
    return rows


DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


SCENE_EVERY = 2
"""Of so many sessions, the last is a scene; the others are drawn by their features."""

TURNS = (
    *("filling", "tight", "tied", "fractions", "brink", "chains", "held", "families", "balanced", "recall", "heights"),
    *("crowd", "usual", "tied", "window sums", "brink", "even", "owing", "reversals", "chains", "filling", "tight"),
    *("vast", "fractions", "held", "tied", "balanced", "families", "recall", "room sums", "brink", "chains", "usual"),
    *("crowd", "tight", "heights", "owing", "fractions", "tied", "even", "mass sums", "chains", "filling", "brink"),
    *("tied", "tight", "usual", "lasting"),
)
"""What the scenes are, in turn: those that cost little, and in which a unit of score or a slot decides, come often."""

TO_THE_UNIT = ("filling", "balanced", "even", "brink", "heights", "fractions", "tight", "owing", "held", "tied", *SUMS)
"""Scenes in which a unit of score, or a slot in use, decides."""

LETS_BE = ("refusals", "told")
"""What is woven into these, too: it changes neither scores nor slots."""


def scene(number: int) -> str:
    """Which of `SCENES` session ``number`` of a run is; empty if it is drawn by its features."""
    turn, at = divmod(number, SCENE_EVERY)
    return TURNS[turn % len(TURNS)] if at == SCENE_EVERY - 1 else ""


def kinds(profile: str, seed: int, number: int) -> Kinds:
    """What session ``number`` of a run is like, if it is no scene."""
    around, at = divmod(_place(number), len(covering()))
    return _round(profile, seed, around)[at]


def _place(number: int) -> int:
    """Which one session ``number`` is of those that are no scenes."""
    return number - number // SCENE_EVERY


@cache
def _round(profile: str, seed: int, around: int) -> list[Kinds]:
    """The rows of the covering array in another order, with the kinds of each feature exchanged."""
    draw = Draw(f"{profile}/{seed}/round {around}")
    table = {name: draw.shuffled(options) for name, options in features(profile).items()}
    rows = draw.shuffled(covering())
    places = [[DIGITS.index(digit) for digit in row] for row in rows]
    return [
        {name: kinds[at % len(kinds)] for (name, kinds), at in zip(table.items(), row, strict=False)} for row in places
    ]


def sessions(profile: str, seed: int, first: int, count: int, within: Capabilities = ALL) -> Iterator[Case]:
    """Sessions ``first`` and following of a run."""
    for number in range(first, first + count):
        yield session(profile, seed, number, within)


def session(profile: str, seed: int, number: int, within: Capabilities = ALL) -> Case:
    """Session ``number`` of a run by ``profile``.

    Args:
        profile: what the allocator claims.
        seed: the run's.
        number: counts from 0.
        within: what the allocator supports; nothing else is asked of it.
    """
    draw, like = Draw(f"{profile}/{seed}/{number}"), kinds(profile, seed, number)
    if scene(number) and not within.geometries:
        case = SCENES[scene(number)](draw, profile)
        slots = used(case.geometry, case.context)
        case = msgspec.structs.replace(case, params=_weighed(draw, case.params, slots, like))
    else:
        work = MOST_WORK if _place(number) < len(covering()) else LATER_WORK
        case = _session(draw, profile, like, within.geometries, work)
    for name, weave in WOVEN.items():
        if name not in LETS_BE and scene(number) in TO_THE_UNIT:
            continue
        case = weave(Draw(f"{profile}/{seed}/{number}/{name}"), profile, case)
    if within == ALL:
        return case
    return msgspec.structs.replace(case, params=within.fitted(case.params), steps=within.kept(case.steps))


def _session(draw: Draw, profile: str, like: Kinds, geometries: Sequence[Geometry], work: int) -> Case:
    """A session that is ``like`` this, in one of these geometries if there are any; of so many steps times slots."""
    unlike = [geometry for geometry in geometries if len(set(geometry.deltas[1:])) > 1]
    if like.get("choice", "any") != "any" and (unlike or not geometries):
        return _exchange(draw, profile, like, unlike)
    geometry = draw.one_of(geometries) if geometries else _geometry(draw, like["tree"])
    context = _context(draw, geometry, like)
    grows = like["ingest"] == "many" or like["room"] == "endless"
    if profile in OPTIMA and (len(context) > MOST_BLOCKS // 2 or grows):
        like = like | {"cap": min(like["cap"], 3)}  # choices of many among many take too long to compare
    params = _params(draw, geometry, context, like, profile)
    most = min(work, MOST_WORK // 2) if profile in OPTIMA else work
    steps = _steps(draw, geometry, params, context, like, profile, most)
    return Case(geometry=geometry, params=params, context=context, steps=steps)


def _exchange(draw: Draw, profile: str, like: Kinds, unlike: Sequence[Geometry]) -> Case:
    """A session in which one choice can stand in for others: expands of unlike cost, worth little each, and room for
    some of them only. In a ``mixture`` it would pay to do half of each of two, as cap and budget both bind."""
    geometry = draw.one_of(unlike) if unlike else _geometry(draw, "unlike")
    while len(set(geometry.deltas[1:])) < 2:
        geometry = _geometry(draw, "unlike")
    span = geometry.span(geometry.top)
    context = (
        Block(geometry.top, 0),
        *family(geometry, Block(geometry.top, span)),
        *(Block(geometry.top, i * span) for i in range(2, draw.between(3, 4))),
    )
    deltas = geometry.deltas[-2:]
    slots, cap = used(geometry, context), draw.between(1, 4)
    mixed = like["choice"] == "mixture"
    room = draw.between(cap * min(deltas), cap * max(deltas)) if mixed else draw.one_of(deltas)
    params = Params(
        w_max=slots + room + (0 if mixed else draw.one_of((0, *deltas))),
        n_diff=cap,
        tau_expand=0,
        tau_collapse=draw.one_of((0, EXTREME)),
        cooldown_steps=draw.between(0, 2),
        strategy=profile,
    )
    again = Step(open=Opening(context=tuple((level, start) for level, start in context)))
    steps: list[Step] = []
    for _ in range(draw.between(1, 6)):
        first, last = (draw.between(5, 6), draw.between(8, 9)) if mixed else (draw.between(1, 2), draw.between(1, 2))
        worths = (last, last, 7, first, 0) if mixed else (0, first + last, 1, 2)
        steps.append(Step(scores=(first, *(draw.one_of(worths) for _ in context[2:]), last), per="block"))
        steps.append(again)  # from the same context, as most of the room is used up
    if draw.once_in(2):  # where nothing but scores counts, what is worth as much as two others
        like = like | dict.fromkeys(("churn", "cursor", "weight") if "churn" in like else (), 0)
    return Case(geometry, _weighed(draw, params, slots, like), context, tuple(steps[:-1]))


# THE WORLD


def _geometry(draw: Draw, tree: str) -> Geometry:
    """A geometry of the kind ``tree``, whatever satisfies GEO-1 to GEO-3."""
    while True:
        arity = [draw.one_of((2, 2, 3, 4, 5)) for _ in range(draw.between(1, 3))]
        cost: list[int] = []
        if tree == "pairs":
            arity = [2] * draw.one_of((1, 2, 2, 3))
        elif tree in ("unlike", "multi-slot"):
            arity = [draw.one_of((2, 3, 4)) for _ in range(draw.between(2, 3))]
            low = 2 if tree == "multi-slot" else 1
            cost = [draw.between(low, 4), *(draw.between(1, 5) for _ in arity)]
        elif tree == "wide":
            arity = draw.shuffled([draw.one_of((8, 16, 32, 33)), *([2] if draw.once_in(2) else [3])])
        elif tree == "broad":  # wider than any word or chunk that an implementation may go by
            arity = [2, draw.one_of((65, 66, 100, 129, 130, 200) if draw.once_in(4) else (65, 66, 80))]
            if draw.once_in(12):
                arity = [2, draw.one_of((1025, 1100, 2100))]
            elif draw.once_in(4):  # gists of many slots
                arity, cost = [draw.between(40, 90), 2], [1, draw.between(33, 39), draw.between(40, 65)]
        elif tree == "deep":
            arity = [2] * draw.one_of((4, 5, 8, 17, 31))
        try:
            return Geometry(tuple(arity), tuple(cost))
        except InvalidInput:
            continue


def _context(draw: Draw, geometry: Geometry, like: Kinds) -> Context:
    """A context: top-level nodes side by side, each cut as asked for, without its first or last blocks if ragged."""
    number = {"few": draw.between(1, 2), "some": draw.between(2, 5), "many": draw.between(6, 16)}[like["size"]]
    top_span = geometry.span(geometry.top)
    last = MAX_TOKEN // top_span - number - draw.one_of((0, 0, 1, MOST_READ))
    first = {"zero": 0, "near": draw.between(1, 9), "far": last // 2, "last": last}[like["start"]]
    blocks: list[Block] = []
    for i in range(number):
        node = Block(geometry.top, (first + i) * top_span)
        if len(blocks) > MOST_BLOCKS:
            blocks.append(node)
        else:
            blocks += _cut(draw, geometry, node, draw.one_of((like["blocks"], like["blocks"], "gists", "family")))
    if like["edge"] == "ragged left":
        blocks = blocks[min(len(blocks) - 1, draw.between(1, 3)) :]
    elif like["edge"] == "ragged right":
        blocks = blocks[: max(1, len(blocks) - draw.between(1, 3))]
    return tuple(blocks)


def _cut(draw: Draw, geometry: Geometry, node: Block, how: str) -> Iterator[Block]:
    """``node``, or blocks that tile it: its family, all of one level, or any cut."""
    raw = geometry.span(node.level) // geometry.span(0)
    if how == "family" or (how in ("raw", "runs") and raw > 64):
        yield from family(geometry, node)
    elif how == "cut":
        yield from _any_cut(draw, geometry, node)
    elif how == "raw":
        yield from (Block(0, node.start + i * geometry.span(0)) for i in range(raw))
    elif how == "runs":
        level = draw.between(0, geometry.top)
        span = geometry.span(level)
        yield from (Block(level, node.start + i * span) for i in range(geometry.span(node.level) // span))
    else:
        yield node


def _any_cut(draw: Draw, geometry: Geometry, node: Block) -> Iterator[Block]:
    """``node``, its family, or some of that cut further: one of the family if it is large, else any."""
    if node.level == 0 or draw.once_in(4):
        yield node
        return
    members = family(geometry, node)
    whole, large = draw.once_in(2), len(members) > 5
    deep = draw.between(0, len(members) - 1)
    for i, child in enumerate(members):
        if whole or (large and i != deep) or (geometry.top > 4 and i):
            yield child
        else:
            yield from _any_cut(draw, geometry, child)


# THE TERMS


def _params(draw: Draw, geometry: Geometry, context: Context, like: Kinds, profile: str) -> Params:
    """Parameters on the edge: budgets full, one slot short, overrun; caps 0, 1, odd; short and endless cooldowns."""
    slots, deltas = used(geometry, context), geometry.deltas[1:]
    delta = draw.one_of(deltas)
    w_max = {
        "none": slots,
        "one delta": slots + delta,
        "one short": slots + delta - 1,
        "some": slots + draw.between(1, 3) * draw.one_of(deltas) + draw.between(0, 2),
        "ample": draw.one_of((slots * 5 // 4, slots * 5 // 4 + 1, slots * 20 // 19, slots + 4 * sum(deltas))),
        "endless": MAX_SLOTS,
        "debt": slots - draw.one_of((1, delta, delta, delta + 1, 2 * delta)),
        "hopeless": draw.one_of((1, slots // 2)),
    }[like["room"]]
    if like["pace"] in ("pressure", "reading") and like["room"] not in ("debt", "hopeless"):
        w_max = max(w_max, _read(geometry, context, MOST_READ))
    w_max = min(MAX_SLOTS, max(1, w_max))
    soft = {
        "off": w_max,
        "full": slots,
        "near": draw.one_of((slots + delta, slots + delta - 1, w_max - 1, w_max - delta)),
        "below": draw.one_of((slots - 1, slots - delta, slots // 2, 1)),
    }[like["soft"]]
    tau_expand, tau_collapse = {
        "zero": (0, 0),
        "small": (draw.between(1, 5),) * 2,
        "unlike": draw.one_of(((1, 30), (40, 2), (SCORE_SCALE // 5, 100), (7, 0), (0, 19))),
        "default": (SCORE_SCALE // 5,) * 2,
        "extreme": draw.one_of(((EXTREME, 0), (0, EXTREME), (EXTREME - 1, EXTREME - 1), (1, EXTREME - 1))),
    }[like["thresholds"]]
    params = Params(
        w_max=w_max,
        n_diff=like["cap"],
        tau_expand=tau_expand,
        tau_collapse=tau_collapse,
        cooldown_steps=draw.between(4, 40) if like["cooldown"] == "long" else like["cooldown"],
        protected_tokens={
            "none": 0,
            "block": draw.between(1, 3) * geometry.span(0) - draw.one_of((0, 0, 1)),
            "node": geometry.span(geometry.top) + draw.between(-1, 1),
            "all": draw.one_of((2**40, MAX_TOKEN)),
        }[like["tail"]],
        w_soft=min(w_max, max(1, soft)),
        soft_margin={"none": 0, "small": draw.between(1, 5), "extreme": draw.one_of((EXTREME, EXTREME - 1))}[
            like["margin"]
        ],
        strategy=strategy(profile),
    )
    if "window" in like:
        params = _refined(draw, params, like)
    return _weighed(draw, params, slots, like)


def _read(geometry: Geometry, context: Context, blocks: int) -> int:
    """Slots in which ``blocks`` more blocks can be read, once all is collapsed that can be."""
    tokens = sum(geometry.span(block.level) for block in context) + blocks * geometry.span(0)
    edges = sum((geometry.arity[level] - 1) * geometry.slots(level) for level in range(1, geometry.top))
    return tokens // geometry.span(geometry.top) * geometry.slots(geometry.top) + edges + geometry.slots(0)


def _refined(draw: Draw, params: Params, like: Kinds) -> Params:
    """``params`` with what precedes every strategy, and with ties as enhanced greedy knows them."""
    spans = {"few": draw.between(2, 4), "long": draw.between(5, 20)}
    window: int = spans[like["window"]] if like["window"] in spans else like["window"]
    low, high = sorted((params.tau_expand, params.tau_collapse))
    if window and low < 1:  # thresholds that adapt begin within their clamp (PAR-2)
        params = replace(params, tau_expand=max(1, params.tau_expand), tau_collapse=max(1, params.tau_collapse))
        low, high = max(1, low), max(1, high)
    tight = like["clamp"] == "tight"
    return replace(
        params,
        adaptive_window=window,
        tau_min=max(1, draw.one_of((low, low * 19 // 20, low - 1))) if tight else 1,
        tau_max=min(EXTREME, max(1, draw.one_of((high, high + 1, high * 21 // 20)))) if tight else EXTREME,
        balance=like["balance"],
        tie_break=like.get("ties", "position"),
        recency_memory=like.get("memory", 64),
    )


def _weighed(draw: Draw, params: Params, slots: int, like: Kinds) -> Params:
    """``params`` with what the variants of the optimum look at beside the scores."""
    if "top_k" in like:
        return replace(params, top_k=like["top_k"])
    if "churn" in like:

        def weight(kind: Any) -> int:
            number: int = {"small": draw.between(1, 7), "large": draw.between(8, 100)}.get(kind, kind)
            return number

        return replace(
            params,
            churn_weight=weight(like["churn"]),
            cursor_weight=weight(like["cursor"]),
            budget_weight=weight(like["weight"]),
            budget_target=max(0, slots + draw.between(-3, 3)) if like["target"] == "near" else like["target"],
        )
    return params


# WHAT IS ASKED

PACES: dict[str, tuple[str, ...]] = {
    "iterate": ("row",),
    "mixed": ("row",) * 6 + ("ingest",) * 3 + ("open",),
    "reading": ("row", "ingest", "ingest", "ingest"),
}
"""Pace -> what its steps are drawn from; under ``pressure`` iterations and ingests take turns."""


def _steps(
    draw: Draw, geometry: Geometry, params: Params, context: Context, like: Kinds, profile: str, work: int
) -> tuple[Step, ...]:
    """What is asked, step by step, at the pace and for the time that the session is like."""
    length = {"short": draw.between(1, 4), "medium": draw.between(5, 15), "long": draw.between(20, 60)}[like["length"]]
    here, grown = used(geometry, context), max(geometry.deltas[1:])
    slots = max(here, min(params.w_max, max(here * 3, here + grown)))
    length = max(2 if like["length"] != "short" else 1, min(length, work // slots))
    rows = _Rows(draw, geometry, params, like)
    vain = like["room"] == "hopeless" or like["tail"] == "all" or like["start"] == "last"
    odd = draw.between(0, 1)
    steps: list[Step] = []
    for i in range(length):
        kind = ("row", "ingest")[(i + odd) % 2] if like["pace"] == "pressure" else draw.one_of(PACES[like["pace"]])
        if kind == "open":
            steps.append(Step(open=_reopening(draw, geometry, params, like, profile)))
        elif kind == "ingest" and not (vain and draw.once_in(2)):  # most will be refused
            steps.append(rows.next(ingest=_blocks(draw, params, slots, like["ingest"])))
        else:
            steps.append(rows.next())
    return tuple(steps)


def _blocks(draw: Draw, params: Params, slots: int, ingest: object) -> int:
    """How many blocks an ingest brings; now and then more than can ever fit."""
    if ingest == 1 or draw.once_in(2):
        return 1
    if ingest == "few":
        return draw.between(2, 4)
    return draw.one_of((draw.between(5, 40), min(slots, 200), params.w_max + 1 if params.w_max < 4096 else 7))


def _reopening(draw: Draw, geometry: Geometry, params: Params, like: Kinds, profile: str) -> Opening:
    """Another session in place of this one: as often in the same context as in another, and on the same terms as on
    others, each of which may be what an allocator forgets to set back."""
    blocks = None
    context = _context(draw, geometry, like)
    if draw.once_in(2):
        blocks = tuple((level, start) for level, start in context)
    if draw.once_in(2):
        return Opening(context=blocks)
    terms = features(profile)
    unlike = _params(draw, geometry, context, {name: draw.one_of(options) for name, options in terms.items()}, profile)
    names = [name for name, value in unlike.to_dict().items() if getattr(params, name) != value]
    some = draw.shuffled(names)[: draw.one_of((1, 2, len(names)))]
    chosen = {name: getattr(unlike, name) for name in names if name in some and name in CHANGED}
    if profile in OPTIMA and "n_diff" in chosen:
        chosen["n_diff"] = min(chosen["n_diff"], 3)
    try:
        replace(params, **chosen)
    except InvalidInput:  # which would be refused
        return Opening(context=blocks)
    return Opening(context=blocks, params=chosen or None)


CHANGED = (
    *("n_diff", "tau_expand", "tau_collapse", "cooldown_steps", "protected_tokens", "w_soft", "soft_margin"),
    *("tie_break", "adaptive_window", "tau_min", "tau_max", "recency_memory", "balance"),
)
"""What another session in place of the first may have otherwise."""


class _Rows:
    """The rows of scores of one session, all of one kind.

    Where rows are ``held`` or ``flipped``, about half are the first again, or its negative, as if scores were a fixed
    function of slot, block or token.
    """

    def __init__(self, draw: Draw, geometry: Geometry, params: Params, like: Kinds) -> None:
        self._draw, self._geometry, self._params = draw, geometry, params
        self._kind, self._again = like["rows"], like["again"]
        self._per: Per = draw.one_of(("block", "block", "slot", "token"))
        self._first: Step | None = None

    def next(self, **fields: Any) -> Step:
        """The next row, as a step with ``fields``."""
        draw = self._draw
        if self._first is not None and self._again != "fresh" and draw.once_in(2):
            flip = -1 if self._again == "flipped" and draw.once_in(2) else 1
            return Step(scores=tuple(flip * score for score in self._first.scores), per=self._first.per, **fields)
        pattern, per = self._pattern()
        step = Step(scores=tuple(pattern), per=per, **fields)
        self._first = self._first or step
        return step

    def edge(self) -> int:
        """A score on, just over or just under a threshold."""
        draw, params = self._draw, self._params
        tau = draw.one_of((params.tau_expand, params.tau_expand + params.soft_margin, -params.tau_collapse, 0))
        if params.adaptive_window and draw.once_in(2):
            tau = draw.one_of((tau * 19 // 20, -(-tau * 21 // 20)))
        return _bounded(tau + draw.between(-2, 2))

    def wish(self, height: int) -> int:
        """A score beyond a threshold, by less than ``height``; one in five lies within."""
        draw, params = self._draw, self._params
        if draw.once_in(5):
            return draw.between(-params.tau_collapse, params.tau_expand)
        sign = draw.one_of((1, -1))
        return _bounded(sign * ((params.tau_expand if sign > 0 else params.tau_collapse) + draw.between(1, height)))

    def _pattern(self) -> tuple[list[int], Per]:
        draw, params, geometry, per = self._draw, self._params, self._geometry, self._per
        length = draw.one_of((5, 7, 11, 13, 17, 23))
        height = draw.one_of((3, 10, 100, SCORE_SCALE))
        match self._kind:
            case "noise":
                return [self.wish(height) for _ in range(length)], per
            case "edges":
                return [self.edge() for _ in range(length)], per
            case "urgent":  # beyond the threshold alone, or just by the margin, or more than that
                beyond = params.tau_expand + min(params.soft_margin, 9)
                edges = [params.tau_expand + 1, params.tau_expand + params.soft_margin, beyond + 1, beyond + 2]
                edges += [params.tau_expand + params.soft_margin + 1, -params.tau_collapse - 1]
                return [_bounded(draw.one_of(edges)) for _ in range(length)], "block"
            case "ties":
                several = [self.wish(3) for _ in range(draw.one_of((1, 1, 2, 3)))]
                return [draw.one_of(several) for _ in range(length)], "block"
            case "hot":
                pattern = [self.wish(3)] * length
                pattern[draw.between(0, length - 1)] = self.wish(height)
                return pattern, per
            case "torn":  # each family wants to collapse, and a few of its members to expand
                width = geometry.fanout(draw.between(min(2, geometry.top), geometry.top))
                every = draw.one_of((width, width, width - 1, 7, 60))
                cold = [_bounded(-params.tau_collapse - draw.between(1, 40 * width))] * max(1, every - 1)
                return [one for _ in range(draw.between(1, 3)) for one in (self.wish(9), *cold)], "block"
            case "leaning":  # sums just off a multiple of the number of slots, where the rounding of a mean shows
                base = draw.one_of((self.edge(), -params.tau_collapse, -1 - params.tau_collapse))
                pattern = [base] * draw.between(1, 7)
                return [*pattern, _bounded(base + draw.one_of((1, -1)))], "slot"
            case "sums":  # so that sums meet: 3 is as much as 2 and 1
                sign = draw.one_of((1, 1, -1, 0))
                units = {1: params.tau_expand + 1, -1: params.tau_collapse + 1}
                signs = [sign or draw.one_of((1, -1)) for _ in range(length)]
                return [_bounded(one * units[one] * draw.between(0, 3)) for one in signs], "block"
            case _:
                ends = (EXTREME, -EXTREME, EXTREME - 1, 0, 1, -1)
                return [draw.one_of(ends) for _ in range(draw.between(1, length))], per


def _bounded(score: int) -> int:
    """``score``, or the nearest that fits (SCO-1)."""
    return max(-EXTREME, min(EXTREME, score))


# WHAT MUST BE REFUSED


def _with_refusals(draw: Draw, profile: str, case: Case) -> Case:
    """With calls between the others that a clause of GEO, CTX, SCO or PAR forbids, in every other session."""
    if profile == "safety" or not draw.once_in(2):
        return case
    return put_between(draw, case, 4, lambda step: _senseless(draw, case, step))


def _senseless(draw: Draw, case: Case, step: Step) -> Step:
    """A call that has to be refused, before ``step``."""
    kind = draw.one_of(SENSELESS)
    slots, ingest = used(case.geometry, case.context), draw.one_of((None, None, 1))
    if kind == "count":
        extra = min(LONGEST, draw.one_of((1, -1, case.geometry.slots(0), slots, 2 * slots, -slots)))
        return Step(scores=step.scores, per=step.per, extra=extra, ingest=ingest)
    if kind == "range":  # somewhere in the row, and nowhere else
        sound = draw.one_of((0, 0, 1, 7, draw.between(0, 70), max(0, min(slots, LONGEST) - 1)))
        return Step(scores=(*(draw.one_of((0, 1)),) * sound, draw.one_of((2**31, -(2**31), 2**40))), ingest=ingest)
    if kind == "ingest":
        return Step(scores=step.scores, per=step.per, ingest=draw.one_of((0, -1, 2**26 + 1, 2**45)))
    if kind == "context":
        return Step(open=Opening(context=_broken_context(draw, case.geometry, case.context)))
    if kind == "geometry":
        if draw.once_in(3):
            return Step(open=Opening(geometry=draw.one_of(SENSELESS_GEOMETRIES)))
        return Step(open=Opening(context=draw.one_of((((0, 0),), ((1, 0),))), geometry=_broken_geometry(draw)))
    if kind == "range of a parameter":  # one beyond an end of it, by itself
        name = draw.one_of(BOUNDED)
        low, high = RANGES[name]
        return Step(open=Opening(params={name: draw.one_of((low - 1, high + 1))}))
    if kind == "clamp":
        return Step(open=Opening(params=draw.one_of(SENSELESS_CLAMPS)))
    enhanced = case.params.strategy == "enhanced"
    return Step(open=Opening(params=draw.one_of(SENSELESS_PARAMS + (SENSELESS_REFINEMENTS if enhanced else ()))))


def _broken_geometry(draw: Draw) -> dict[str, Any]:
    """A geometry with one thing wrong at one level: an arity, a cost, their number, an expansion that is free, a family
    of more slots than there may be."""
    geometry = _geometry(draw, draw.one_of(("small", "unlike", "multi-slot")))
    arity, cost = list(geometry.arity), list(geometry.cost)
    at = draw.between(0, geometry.top - 1)
    how = draw.one_of(("arity", "cost", "costs", "free", "free", "gainful", "gainful", "vast", "vast", "vast", "vast"))
    if how == "arity":
        arity[at] = draw.one_of((1, 1, 0, -1))
        cost[at] += cost[at + 1]  # which no rule but that of arities forbids
    elif how == "cost":  # of the coarsest, so that nothing else is wrong, or of any
        cost[draw.one_of((-1, at))] = draw.one_of((0, 0, -1))
    elif how == "costs":
        cost = draw.one_of((cost[:-1], [*cost, 1], [*cost, cost[-1]]))
    elif how == "vast":
        arity[at] = MAX_SLOTS // cost[at] + 1
    else:
        cost[at + 1] = arity[at] * cost[at] + (how == "gainful")
        if at + 2 < len(cost):
            cost[at + 2] = 1
    return {"arity": arity, "cost": cost}


def _broken_context(draw: Draw, geometry: Geometry, context: Context) -> Pairs:
    """``context`` with one thing wrong: a gap, an overlap, a level that does not exist, a start off the grid."""
    blocks = [(level, start) for level, start in context]
    at = draw.between(0, len(blocks) - 1)
    level, start = blocks[at]
    how = draw.one_of(("empty", "level", "negative", "grid", "gap", "twice", "order", "far", "alone", "alone"))
    if how == "empty":
        return ()
    if how == "alone":  # one block, and nothing else is wrong
        level = draw.between(0, geometry.top)
        off = (level, draw.between(0, 3) * geometry.span(level) + draw.between(1, geometry.span(level) - 1))
        return (draw.one_of((off, off, (geometry.top + 1, 0), (-1, 0))),)
    if how == "level":
        blocks[at] = (draw.one_of((geometry.top + 1, -1)), start)
    elif how == "negative":
        blocks = [(0, -geometry.span(0))]
    elif how == "grid":
        blocks = [(level, start + 1) for level, start in blocks]
    elif how == "gap" and 0 < at < len(blocks) - 1:
        del blocks[at]
    elif how == "order" and len(blocks) > 1:
        blocks.reverse()
    elif how == "far":
        # a block beyond the last token, alone or behind others
        last = (geometry.top, MAX_TOKEN // geometry.span(geometry.top) * geometry.span(geometry.top))
        blocks = draw.one_of(([(0, MAX_TOKEN)], [last], [(last[0], last[1] - geometry.span(geometry.top)), last]))
    else:
        blocks.insert(at, (level, start))
    return tuple(blocks)


# WHAT IS OPTIONAL


def _with_logits(draw: Draw, profile: str, case: Case) -> Case:
    """With iterations by logits (PRO-1) between the others, in every other session."""
    if profile != "projection" or draw.once_in(2):
        return case

    def logits(_: Step) -> Step:
        return Step(logits=tuple(_triple(draw) for _ in range(draw.between(1, 7))))

    return put_between(draw, case, 4, logits)


def _with_room_ahead(draw: Draw, profile: str, case: Case) -> Case:
    """With room made ahead (ING-6), in every other session that reads: for few blocks, or for too many."""
    if profile == "safety" or not draw.once_in(2) or all(step.ingest is None for step in case.steps):
        return case
    ahead = draw.one_of((1, 1, 2, 3, 7, MAX_RECLAIM_AHEAD))
    return msgspec.structs.replace(case, params=replace(case.params, reclaim_ahead=ahead))


def _with_memory(draw: Draw, profile: str, case: Case) -> Case:
    """With running means in place of scores (MEM-1, MEM-2), in one of three sessions."""
    if profile == "safety" or not draw.once_in(3):
        return case
    shift = draw.one_of((1, 1, 2, 3, 8, MAX_MEMORY_SHIFT))
    return msgspec.structs.replace(case, params=replace(case.params, memory_shift=shift))


def _with_lean(draw: Draw, profile: str, case: Case) -> Case:
    """With scores that lean (MEM-3), in one of four sessions: by about a threshold, or by much."""
    if profile == "safety" or not draw.once_in(4):
        return case
    tau = draw.one_of((case.params.tau_expand, case.params.tau_collapse, 2 * case.params.tau_expand))
    lean = draw.one_of((1, 2, 3, 7, _bounded(tau + draw.between(1, 9)), 100, SCORE_SCALE, EXTREME))
    return msgspec.structs.replace(case, params=replace(case.params, lean=lean))


def _with_recompute_weight(draw: Draw, profile: str, case: Case) -> Case:
    """With a weight on what is computed anew (MUL-1), in every other session: small, or more than utilities."""
    if profile != "multi_objective" or draw.once_in(2):
        return case
    tau = max(case.params.tau_expand, case.params.tau_collapse)
    weight = draw.one_of((1, 1, 2, 3, draw.between(1, 9), tau // 8 + 1, tau // 2 + 1, EXTREME))
    return msgspec.structs.replace(case, params=replace(case.params, recompute_weight=weight))


def _with_region_share(draw: Draw, profile: str, case: Case) -> Case:
    """With regions that claim at the price of a slot (HIE), in every other session."""
    if profile != "hierarchical" or draw.once_in(2):
        return case
    return msgspec.structs.replace(case, params=replace(case.params, region_share="price"))


def _with_cursor(draw: Draw, profile: str, case: Case) -> Case:
    """With a cursor that is told (CUR-1), in two of three sessions that measure nearness and one of three others: for
    each iteration or for some, moving or not, and here and there one that is no token of the context."""
    params = case.params
    measures = params.tie_break == "cursor" or params.lean or params.cursor_weight
    if profile == "safety" or not (draw.between(0, 2) if measures else draw.once_in(3)):
        return case
    often, held, last = draw.one_of((1, 1, 2, 4)), draw.once_in(2), case.context[-1]
    tokens = last.start + case.geometry.span(last.level) - case.context[0].start
    where = draw.between(0, tokens)

    def told(step: Step) -> Step:
        if step.open or step.pin or step.logits or step.ingest is not None or step.release is not None:
            return step
        if draw.once_in(8):
            return msgspec.structs.replace(step, cursor=draw.one_of((-1, -2, -3, -2 * tokens)))
        at = where if held else draw.one_of((0, tokens, draw.between(0, tokens), draw.between(0, tokens)))
        return msgspec.structs.replace(step, cursor=at) if draw.once_in(often) else step

    return msgspec.structs.replace(case, steps=tuple(map(told, case.steps)))


def _triple(draw: Draw) -> tuple[float, float, float]:
    """Logits of one block: mostly close together, some beyond what fixed point can hold."""
    return draw.one_of(LOGITS), draw.one_of(LOGITS), draw.one_of(LOGITS)


def _with_pins(draw: Draw, profile: str, case: Case) -> Case:
    """With tokens pinned and lifted between steps (PIN), in one session of four: some in the context, some to come."""
    if draw.once_in(4):
        span, first = case.geometry.span(0), case.context[0].start
        last = case.context[-1].start + case.geometry.span(case.context[-1].level)

        def pin(_: Step) -> Step:
            kinds = draw.one_of(((True, False), (True, False), (False, True), (False, True), (True, True)))
            low = min(MAX_TOKEN - 1, first + draw.between(0, max(1, last - first + 2 * span)))
            high = min(MAX_TOKEN, low + draw.one_of((1, 1, span, span + 1, 3 * span, max(1, (last - first) // 2))))
            return Step(pin=Pinning(low, high, *kinds, lift=draw.once_in(3)))

        return put_between(draw, case, draw.one_of((1, 2, 4)), pin)
    return case


def _with_releases(draw: Draw, profile: str, case: Case) -> Case:
    """With the oldest blocks let go between steps, and ingests that may let go (REL), in one session of three."""
    if not draw.once_in(3):
        return case
    spans, often = case.geometry.spans, draw.one_of((2, 4, 8))
    first, last = case.context[0].start, case.context[-1].start
    if draw.between(0, 2):  # some of which will reach over the front

        def pin(_: Step) -> Step:
            low = draw.between(first, last)
            behind = draw.between(low + 1, min(MAX_TOKEN, last + spans[0]))
            return Step(pin=Pinning(low, behind, collapse=True, expand=draw.once_in(2)))

        case = put_between(draw, case, often, pin)
    steps = [
        msgspec.structs.replace(step, may_release=draw.between(0, 3) > 0) if step.ingest is not None else step
        for step in case.steps
    ]

    def release(_: Step) -> Step:
        blocks = draw.one_of((0, 1, 1, 1, 2, 3, len(case.context) // 2, len(case.context)))
        beyond = draw.one_of((0, 0, 0, 0, 1, -1, spans[0], spans[-1], *spans[1:]))
        return Step(release=blocks, extra=beyond)

    return put_between(draw, msgspec.structs.replace(case, steps=tuple(steps)), often, release)


def _with_tokens(draw: Draw, profile: str, case: Case) -> Case:
    """With tokens that come a few at a time between steps (FIL), in one session of three: less than a block, up to its
    end, beyond it; and a senseless number of them, which has to be refused (PAR-4)."""
    if not draw.once_in(3) or case.geometry.slots(0) > MOST_WORK:  # where a single block is more than a row may be
        return case
    span, often = case.geometry.span(0), draw.one_of((1, 2, 4))

    def tokens(step: Step) -> Step:
        some = draw.between(1, span)
        come = draw.one_of((1, 1, 1, some, some, span - 1, span, span + 1, 2 * span + some))
        if profile != "safety" and draw.once_in(12):
            come = draw.one_of((0, -1, MAX_SLOTS + 1, 2**45))
        return Step(scores=step.scores, per=step.per, tokens=come, may_release=draw.once_in(4))

    return put_between(draw, case, often, tokens)


def _with_debt(draw: Draw, profile: str, case: Case) -> Case:
    """With a debt that one collapse pays, and all scores in favour of it at once, in one session of four that has a
    whole family and may collapse it, where a debt is to be paid first (KNA-1, PRO-6)."""
    params, geometry, blocks = case.params, case.geometry, set(case.context)
    held = params.n_diff == 0 or params.protected_tokens > 0 or params.tau_collapse == EXTREME
    if held or set(profile_clauses(profile)).isdisjoint(("KNA-1", "PRO-6")) or not draw.once_in(4):
        return case
    parents = {parent(geometry, block) for block in case.context} - {None}
    refunds = sorted({geometry.delta(node.level) for node in parents if node and is_complete(geometry, blocks, node)})
    if not refunds:
        return case
    w_max = used(geometry, case.context) - draw.one_of(refunds)
    params = replace(params, w_max=w_max, w_soft=min(w_max, params.w_soft))
    paid = Step(scores=(_bounded(-params.tau_collapse - draw.between(1, 9)),))
    return msgspec.structs.replace(case, params=params, steps=(paid, *case.steps))


def put_between(draw: Draw, case: Case, times: int, make: Callable[[Step], Step]) -> Case:
    """``case`` with what ``make`` makes before one of so many of its steps, about `MOST_WOVEN` times where they are
    many; it is told before which."""
    steps: list[Step] = []
    for step in case.steps:
        if draw.once_in(max(times, len(case.steps) // MOST_WOVEN)):
            steps.append(make(step))
        steps.append(step)
    return msgspec.structs.replace(case, steps=tuple(steps))


Weave = Callable[[Draw, str, Case], Case]
"""Takes chance of its own, a profile and one of its sessions, and returns it with something optional in it."""


def _told(draw: Draw, profile: str, case: Case) -> Case:
    """Told sparingly one time in three, and with a soft budget of 0 for none one time in twelve (PAR-1)."""
    del profile
    if case.told != "in full":
        return case
    return msgspec.structs.replace(case, told=draw.one_of((*("sparingly",) * 4, "by 0", *("in full",) * 7)))


WOVEN: dict[str, Weave] = {
    "reclaim_ahead": _with_room_ahead,
    "memory_shift": _with_memory,
    "lean": _with_lean,
    "recompute_weight": _with_recompute_weight,
    "region_share": _with_region_share,
    "prefer": _with_logits,
    "pin": _with_pins,
    "release": _with_releases,
    "cursor": _with_cursor,
    "refusals": _with_refusals,
    "ingest_tokens": _with_tokens,
    "debt": _with_debt,
    "told": _told,
}
"""What an allocator need not offer, a call or a parameter -> how sessions come to have it. What is added here changes
nothing else of a session, and nothing of one that it leaves alone."""


if __name__ == "__main__":
    print(made(), end="")
