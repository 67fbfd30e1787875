"""Random sessions that tell a planted bug from the program that it was planted in: none of them come from the judge.

They are found by talking to the right program, which says after each answer what its context is, and are then put to
each bug in one go, as one long conversation: what leaks from one session into the next is seen, too.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

MOST = 2**31 - 1
UNIT = 2**20


@dataclass
class Speaker:
    """One line to a program, one line back; what was said is kept."""

    program: Path
    said: list[str] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._process = subprocess.Popen([str(self.program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **message: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.said.append(json.dumps(message))
        print(self.said[-1], file=self._process.stdin, flush=True)
        self.heard.append(json.loads(self._process.stdout.readline()))
        return self.heard[-1]

    @property
    def context(self) -> list[list[int]]:
        """The blocks as the latest answer that was no refusal has them."""
        blocks: list[list[int]] = next(answer["context"] for answer in reversed(self.heard) if "context" in answer)
        return blocks

    def close(self) -> None:
        self.ask(cmd="close")
        self._process.communicate()


def conversation(program: Path, seed: int = 0, walks: int = 160) -> tuple[list[str], list[object]]:
    """What to say, and the right answers."""
    speaker = Speaker(program)
    _ends_of_ranges(speaker, Random(seed))
    for number in range(walks):
        _walk(speaker, Random(f"{seed} {number}"))
    for number in range(walks // 3):
        _border(speaker, Random(f"{seed} border {number}"))
        _weighed(speaker, Random(f"{seed} weighed {number}"))
        _untold(speaker, Random(f"{seed} untold {number}"))
    _wide(speaker, Random(f"{seed} wide"))
    for number in range(walks // 10):
        _rare(speaker, Random(f"{seed} rare {number}"))
    for number in range(walks // 10):
        _crowded(speaker, Random(f"{seed} crowded {number}"))
    speaker.close()
    return speaker.said, [meaning(answer) for answer in speaker.heard]


def meaning(answer: dict[str, Any]) -> object:
    """What an answer says but for the wording of a refusal (F-4)."""
    return "refused" if "error" in answer else answer


def answers(program: Path, said: list[str]) -> Iterator[object]:
    """What ``program`` answers, up to where it dies, or none if it takes a minute over it."""
    try:
        done = subprocess.run(
            [str(program)], input="\n".join(said) + "\n", capture_output=True, text=True, check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        return
    for line in done.stdout.splitlines():
        yield meaning(json.loads(line))


# ---- HOW A SESSION IS DRAWN ------------------------------------------------------------------------------------------


def _geometry(rng: Random) -> dict[str, list[int]]:
    usual = {"arity": [2, 2], "cost": [1, 1, 1]}
    match rng.randrange(13):
        case 0:
            return {"arity": [2] * 8, "cost": [1] * 9}
        case 1:
            return {"arity": [rng.choice([64, 65, 100, 200]), 2], "cost": [1, 1, 1]}
        case 2:
            return {"arity": [2, rng.choice([64, 65, 100, 200])], "cost": [1, 1, 1]}
        case 3:
            return {"arity": [4, 2, 3], "cost": [rng.choice([1, 30]), 2, 3, 4]}
        case 4:
            return {"arity": [5, 3], "cost": [20, 40, 90]}
        case 5:
            return {"arity": [3, 3, 3], "cost": [1, 2, 1, 1]}
        case 12:
            return {"arity": [4, 2, 2], "cost": [1, 2, 2, 2]}
        case 6 | 7:
            levels = rng.choice([1, 1, 2, 3])
            arity = [rng.choice([2, 3, 4, 7]) for _ in range(levels)]
            cost = [rng.choice([1, 1, 2, 3])]
            for k in arity:
                cost.append(rng.randint(1, min(3, k * cost[-1] - 1)))
            return {"arity": arity, "cost": cost}
        case _:
            return usual


def _spans(geometry: dict[str, list[int]]) -> tuple[list[int], list[int]]:
    arity, cost = geometry["arity"], geometry["cost"]
    spans = [arity[0], arity[0]]
    for k in arity[1:]:
        spans.append(spans[-1] * k)
    return spans, [arity[0] * cost[0], *cost[1:]]


def _context(rng: Random, geometry: dict[str, list[int]], most_blocks: int) -> list[list[int]]:
    spans, _ = _spans(geometry)
    top, count = len(geometry["arity"]), rng.randint(1, most_blocks)
    width = spans[-1]
    at = rng.choice([0, 0, 0, width * rng.randint(1, 9), 2**32 // width * width - width, 2**40 // width * width])
    if rng.random() < 0.3:
        at += spans[0] * rng.randrange(width // spans[0])
    fine = rng.random()
    found: list[list[int]] = []
    while len(found) < count:
        fits = [level for level in range(top + 1) if at % spans[level] == 0]
        level = rng.choice(fits) if rng.random() > fine else fits[0]
        if level == fits[0] and rng.random() < 0.3:
            level = 1
        found.append([level, at])
        at += spans[level]
    return found


def _params(rng: Random, used: int, strategy: str) -> dict[str, Any]:
    tau = rng.choice([0, 1, 1, 2, 5, 20, UNIT // 5])
    w_max = max(
        1, used + rng.choice([-30, -3, -1, -1, -1, 0, 0, 1, 2, 3, 5, 10, 50, used, 8000, used // 4, used // 19])
    )
    told: dict[str, Any] = {
        "w_max": w_max,
        "n_diff": rng.choice([0, 1, 1, 2, 3, 4, 5, 8, 30, 300, 2**16]),
        "tau_expand": tau,
        "tau_collapse": rng.choice([tau, tau, 0, 3]),
        "cooldown_steps": rng.choice([0, 1, 2, 2, 3, 5, 9, 2**16, 2**31]),
        "protected_tokens": rng.choice([0, 0, 0, 1, 2, 3, 4, 7, 9, 2**20, 2**32, 2**48]),
        "w_soft": rng.choice([w_max, w_max, max(1, w_max - 1), max(1, w_max - 3), max(1, w_max // 2), 1]),
        "soft_margin": rng.choice([0, 1, 2, 10, UNIT, MOST]),
        "tie_break": "position",
        "strategy": strategy,
    }
    if strategy == "enhanced":
        told["tie_break"] = rng.choice(["position", "cursor", "recency"])
        told["recency_memory"] = rng.choice([1, 2, 3, 64, 65, 2**31])
    if rng.random() < 0.5:
        told["adaptive_window"] = rng.choice([1, 1, 2, 3, 5, 9, 16, 17])
        told["tau_min"] = rng.choice([1, 1, max(1, tau - 1)])
        told["tau_max"] = rng.choice([MOST, tau + 3, max(1, tau)])
        for name in ("tau_expand", "tau_collapse"):
            told[name] = min(max(told[name], told["tau_min"]), told["tau_max"])
    if rng.random() < 0.2:
        told = {name: value for name, value in told.items() if name in ("strategy", "w_max", "tau_min", "tau_max")}
    if rng.random() < 0.1:
        del told["w_max"]
    if rng.random() < 0.2:
        told.pop("w_soft", None)
    if rng.random() < 0.3:
        told["balance"] = 1
    return told


def _scores(rng: Random, used: int, params: dict[str, Any]) -> list[int]:
    """A row: few values or many, in runs or not, and often near what thresholds and margin are."""
    tau = params.get("tau_expand", UNIT // 5)
    scale = rng.choice([1, 2, 3, 8, 300, UNIT, UNIT, MOST])
    lean = rng.choice([-1, 0, 0, 0, 1])
    limits = [tau, -params.get("tau_collapse", tau), tau + params.get("soft_margin", 0), tau * 105 // 100]
    middle = rng.choice([0, 0, *limits])
    many = rng.random() < 0.3
    flat = rng.random() < 0.15
    kinds = used if many else 1 if flat else rng.choice([2, 3, 6, 40])
    levels = [rng.choice([middle, 0, 0]) + rng.randint(-scale, scale) + lean * scale // 2 for _ in range(kinds)]
    run = 1 if many else rng.choice([1, 1, 2, 4, 8, 40])
    row: list[int] = []
    while len(row) < used:
        row += [rng.choice(levels)] * run
    return [max(-MOST, min(MOST, q)) for q in row[:used]]


EXTREMES: tuple[dict[str, Any], ...] = (
    *({"n_diff": value} for value in (2**16, 2**16 + 1, -1)),
    *({"w_max": value, "w_soft": value} for value in (1, 2**26, 2**26 + 1, 0)),
    *({"w_soft": value} for value in (0, 9000)),
    *({"cooldown_steps": value} for value in (2**31, 2**31 + 1)),
    *({"protected_tokens": value} for value in (2**48, 2**48 + 1)),
    *({"tau_expand": value, "tau_collapse": value} for value in (0, MOST, MOST + 1)),
    *({"soft_margin": value} for value in (MOST, MOST + 1)),
    *({"adaptive_window": value} for value in (2**16, 2**16 + 1)),
    {"adaptive_window": 1, "tau_min": 0},
    {"adaptive_window": 0, "tau_min": 0},
    {"adaptive_window": 1, "tau_min": 5, "tau_expand": 5, "tau_collapse": 4},
    {"adaptive_window": 1, "tau_max": 5, "tau_expand": 5, "tau_collapse": 5},
    {"balance": 2},
    {"recency_memory": 2**31},
    {"recency_memory": 0},
    {"tie_break": "cursor", "strategy": "greedy"},
)

SHAPES: tuple[tuple[list[int], list[int], list[list[int]]], ...] = (
    ([2**16, 2**15], [1, 1, 1], [[2, 0], [2, 2**31]]),
    ([2**16, 2**16], [1, 1, 1], [[2, 0]]),
    ([2], [2**25, 1], [[1, 0]]),
    ([2], [2**25 + 1, 1], [[1, 0]]),
    ([2, 2], [1, 2, 1], [[1, 0], [1, 2]]),
    ([2, 2], [1, 1, 2], [[1, 0], [1, 2]]),
    ([2, 3], [1, 1, 3], [[1, 0], [1, 2]]),
    ([2, 3], [1, 1, 4], [[1, 0], [1, 2]]),
    ([4], [1, 1], [[0, 0], [0, 8]]),
    ([4], [1, 1], [[0, 4], [0, 4]]),
    ([4], [1, 1], [[0, 2], [0, 6]]),
    ([4], [1, 1], [[0, 2**48 - 8], [1, 2**48 - 4]]),
    ([4, 4], [1, 1, 1], [[1, 2**48 - 16]]),
    ([3, 3], [1, 1, 1], [[1, 2**48 - 4]]),
    ([3, 3], [1, 1, 1], [[0, 2**48 - 4]]),
    ([3, 3], [1, 1, 1], [[0, 2**48 - 1]]),
    ([4, 4], [1, 1, 1], [[0, 2**48 - 16], [0, 2**48 - 12]]),
)


def _ends_of_ranges(speaker: Speaker, rng: Random) -> None:
    """Each parameter at and beyond the ends of its range, and each odd shape, with a few calls to follow."""
    base = {"w_max": 64, "w_soft": 64, "n_diff": 2, "tau_expand": 1, "tau_collapse": 1, "strategy": "enhanced"}
    plain: dict[str, Any] = {"geometry": {"arity": [2, 2], "cost": [1, 1, 1]}, "context": [[0, 0], [1, 2], [2, 4]]}
    for extreme in EXTREMES:
        told = base | extreme
        told["w_soft"] = extreme.get("w_soft", min(told["w_max"], 64))
        before = speaker.ask(cmd="open", params=base, **plain)
        assert "ok" in before
        speaker.ask(cmd="open", params=told, **plain)
        _go_on(speaker, rng, 4)
    for arity, cost, blocks in SHAPES:
        speaker.ask(cmd="open", params=base, **plain)
        speaker.ask(cmd="open", params=base, geometry={"arity": arity, "cost": cost}, context=blocks)
        _go_on(speaker, rng, 4, sizes=(1, 2, 3))


def _of(speaker: Speaker) -> dict[str, Any]:
    """The session that is open: the latest that was not refused."""
    told = zip(reversed(speaker.said), reversed(speaker.heard), strict=True)
    return next(json.loads(line) for line, answer in told if '"open"' in line and "ok" in answer)


def _walk(speaker: Speaker, rng: Random) -> None:
    strategy = rng.choice(["greedy", "enhanced"])
    geometry = _geometry(rng)
    wide = max(geometry["arity"]) >= 64
    large = rng.random() < 0.08
    context = _context(rng, geometry, 1500 if large else 250 if wide and rng.random() < 0.5 else rng.choice([3, 8, 30]))
    spans, slots = _spans(geometry)
    if large:
        context = [[1, i * spans[1]] for i in range(rng.randint(1100, 1500))]
        context = [[rng.choice([0, 1, 1, 1]), start] for _, start in context]
    elif rng.random() < 0.25:
        context = _one_family(rng, geometry)
    used = sum(slots[level] for level, _ in context)
    params = _params(rng, used, strategy)
    if rng.random() < 0.1:
        broken = params | rng.choice(EXTREMES)
        speaker.ask(cmd="open", geometry=geometry, params=broken, context=context)
    if "error" in speaker.ask(cmd="open", geometry=geometry, params=params, context=context):
        return
    _go_on(speaker, rng, rng.choice([3, 6, 6]) if large else rng.choice([4, 10, 25, 60, 100]))


def _border(speaker: Speaker, rng: Random) -> None:
    """Gists of one slot, used to just 80, 90 or 95 in 100, and scores just at what thresholds become."""
    n, tau = rng.choice([1, 2, 3]), rng.choice([20, 400, UNIT // 5])
    used, w_max = rng.choice([(4 * n, 5 * n), (4 * n, 5 * n + 1), (18 * n, 20 * n), (19 * n, 20 * n), (20 * n, 20 * n)])
    margin = rng.choice([0, 0, 3, tau])
    params: dict[str, Any] = {
        "w_max": w_max,
        "n_diff": rng.choice([0, 1, 2]),
        "tau_expand": tau,
        "tau_collapse": tau + rng.choice([0, 9]),
        "cooldown_steps": 0,
        "w_soft": rng.choice([w_max, used]),
        "soft_margin": margin,
        "adaptive_window": rng.choice([1, 1, 2, 5, 9]),
        "strategy": rng.choice(["greedy", "enhanced"]),
    }
    context = [[1, 2 * i] for i in range(used)]
    speaker.ask(cmd="open", geometry={"arity": [2, 3], "cost": [1, 1, 1]}, params=params, context=context)
    for number in range(12):
        slots = sum(1 if level else 2 for level, _ in speaker.context)
        edges = [tau, tau * 19 // 20, -(-tau * 21 // 20), tau * 20 // 19, tau + 9, 0]
        near = [rng.choice(edges) + rng.choice((0, margin)) + rng.randint(-1, 1) for _ in range(slots)]
        row = [rng.choice((1, -1)) * one for one in near]
        full = number >= params["adaptive_window"]
        speaker.ask(cmd="step", scores=row if full and rng.random() < 0.6 else [0] * slots)


def _weighed(speaker: Speaker, rng: Random) -> None:
    """Large scores to balance, and a threshold that is what the first of them becomes, or one less."""
    count = rng.randint(3, 400)
    row = [rng.randint(1, MOST) * (1 if i == 0 else rng.choice((1, 1, 1, -1))) for i in range(count)]
    positive, negative = sum(q for q in row if q > 0), -sum(q for q in row if q < 0)
    if 0 < negative < positive:
        tau = max(row[0] * (negative * UNIT // positive) // UNIT - rng.choice((0, 1)), 0)
        params = {"w_max": 4 * count, "n_diff": count, "tau_expand": tau, "balance": 1, "strategy": "enhanced"}
        context = [[1, 2 * i] for i in range(count)]
        speaker.ask(cmd="open", geometry={"arity": [2], "cost": [1, 1]}, params=params, context=context)
        speaker.ask(cmd="step", scores=row)


def _untold(speaker: Speaker, rng: Random) -> None:
    """Little is told, and what is not told matters."""
    usual = UNIT // 5
    told = {"w_max": rng.choice([30, 8192]), "n_diff": rng.choice([1, 2, 9]), "tau_expand": rng.choice([0, 7])}
    told |= {"cooldown_steps": rng.choice([0, 1]), "w_soft": 0, "soft_margin": 3, "protected_tokens": 4}
    params = {name: value for name, value in told.items() if rng.random() < 0.3}
    geometry: dict[str, Any] = {"arity": rng.choice([[2, 2], [2, 3], [32, 32]])}
    width = geometry["arity"][0] * geometry["arity"][1]
    context = [[1, i * geometry["arity"][0]] for i in range(geometry["arity"][1])]
    context += [[2, (i + 1) * width] for i in range(5)]
    speaker.ask(cmd="open", geometry=geometry, params=params, context=context)
    for _ in range(rng.randint(2, 6)):
        slots = sum(geometry["arity"][0] if level == 0 else 1 for level, _ in speaker.context)
        edges = [rng.choice((1, -1)) * (usual + rng.randint(-1, 1)) for _ in range(rng.choice([1, 3]))]
        row = [rng.choice(edges) for _ in range(slots)]
        speaker.ask(cmd="step", scores=row)
    if rng.random() < 0.1:
        slots = sum(geometry["arity"][0] if level == 0 else 1 for level, _ in speaker.context)
        full = (8192 - slots) // geometry["arity"][0]
        speaker.ask(cmd="ingest", blocks=full + rng.randint(0, 1), scores=[0] * slots)


def _wide(speaker: Speaker, rng: Random) -> None:
    """Families of more members than a byte counts, whose scores are as low as can be, and more iterations than that."""
    for members in (256, 300, 600):
        context = [[1, 2 * i] for i in range(members)]
        params = {"w_max": members, "n_diff": 1, "tau_expand": 0, "strategy": "enhanced"}
        speaker.ask(cmd="open", geometry={"arity": [2, members], "cost": [1, 1, 1]}, params=params, context=context)
        speaker.ask(cmd="step", scores=[-MOST] * members)
    _told(speaker, rng, {"cooldown_steps": 9}, [[1, 2 * i] for i in range(8)], 300, 8, reads=0)


def _rare(speaker: Speaker, rng: Random) -> None:
    """What needs much to come together: a session told twice, refusals while thresholds adapt, the last token,
    thresholds beyond 2^28, clamps of unlike thresholds, and ingests before any iteration with ties by recency."""
    _adapting(speaker, rng, rng.choice([400, 2**28]), window=rng.choice([1, 2, 3]), rounds=16)
    _adapting(speaker, rng, 400, window=rng.choice([1, 35, 40]), rounds=60)
    clamp: dict[str, Any] = {"tau_expand": 400, "tau_collapse": 300, "tau_max": 400, "adaptive_window": 1, "w_max": 12}
    if rng.random() < 0.5:
        clamp = {"tau_expand": 400, "tau_collapse": 500, "tau_min": 400, "adaptive_window": 1, "w_max": 24}
    gists = [[1, 2 * i] for i in range(9)]
    _told(speaker, rng, clamp, [[2, 0], *gists[2:]], 6, 600)
    _told(speaker, rng, {"cooldown_steps": 3}, [[1, 2**48 - 8], [1, 2**48 - 6], [2, 2**48 - 4]], 12, 8)
    for gap in (1, 3):
        seldom = {"tie_break": "recency", "cooldown_steps": gap, "recency_memory": 9, "w_max": 12}
        _told(speaker, rng, seldom, gists, 20, 2, arity=[2, 3], reads=0.6)


def _crowded(speaker: Speaker, rng: Random) -> None:
    """Families that want to collapse though most of their members want to expand, and lone nodes that want it, too."""
    context = [[1, 2 * i] for i in range(18)]
    params = {"w_max": 60, "n_diff": rng.choice([3, 4, 5]), "tau_expand": 1, "tau_collapse": 1, "strategy": "enhanced"}
    speaker.ask(cmd="open", geometry={"arity": [2, 3], "cost": [1, 1, 1]}, params=params, context=context)
    row: list[int] = []
    for _ in range(6):
        row += rng.choice([[rng.randint(2, 90), rng.randint(2, 90), -999], [rng.randint(2, 90), 0, 0]])
    speaker.ask(cmd="step", scores=row)


def _told(
    speaker: Speaker,
    rng: Random,
    told: dict[str, Any],
    context: list[list[int]],
    rounds: int,
    most: int,
    *,
    arity: Sequence[int] = (2, 2),
    reads: float = 0.4,
) -> None:
    """So many calls by scores up to ``most``; one in so many is an ingest, from the first one on."""
    params = {"w_max": 20, "n_diff": 2, "tau_expand": 1, "tau_collapse": 1, "strategy": "enhanced"} | told
    params["w_soft"] = params["w_max"]
    speaker.ask(cmd="open", geometry={"arity": list(arity), "cost": [1, 1, 1]}, params=params, context=context)
    for _ in range(rounds):
        slots = sum(1 if level else 2 for level, _ in speaker.context)
        row = [rng.randint(-most, most) for _ in range(slots)]
        if rng.random() < reads:
            speaker.ask(cmd="ingest", blocks=rng.choice([1, 1, 2, 9]), scores=row)
        else:
            speaker.ask(cmd="step", scores=row)


def _adapting(speaker: Speaker, rng: Random, tau: int, *, window: int, rounds: int) -> None:
    """A session that is full or nearly empty, where scores lie just at what thresholds become; told twice."""
    count, full = 8, rng.random() < 0.5
    params = {"w_max": count if full else 4 * count, "n_diff": 2, "tau_expand": tau, "tau_collapse": tau}
    params |= {"adaptive_window": window, "cooldown_steps": 0, "strategy": "enhanced"}
    for _ in range(2):
        context = [[1, 2 * i] for i in range(count)]
        speaker.ask(cmd="open", geometry={"arity": [2, 2], "cost": [1, 1, 1]}, params=params, context=context)
        now = tau
        for number in range(rounds):
            slots = sum(1 if level else 2 for level, _ in speaker.context)
            if number >= window:
                now = min(MOST, (now * 21 + 19) // 20) if full else max(1, now * 19 // 20)
            row = [0] * slots if rng.random() < 0.7 else [-now + rng.randint(-1, 1) for _ in range(slots)]
            if rng.random() < 0.3:
                speaker.ask(cmd="step", scores=rng.choice([[*row, 0], row[:-1], [MOST + 1, *row[1:]]]))
            speaker.ask(cmd="step", scores=row)


def _one_family(rng: Random, geometry: dict[str, list[int]]) -> list[list[int]]:
    """Whole families of gists, one block at times refined, for expands and collapses that exclude each other."""
    spans, _ = _spans(geometry)
    level = rng.randrange(len(geometry["arity"]))
    count = rng.randint(1, 3) * (geometry["arity"][level] if level else 1) + rng.randrange(3)
    found = [[level, i * spans[level]] for i in range(min(count, 700))]
    if level == 1 and rng.random() < 0.5:
        found[rng.randrange(len(found))][0] = 0
    return found


def _go_on(speaker: Speaker, rng: Random, rounds: int, sizes: tuple[int, ...] = (1, 1, 1, 2, 3, 8, 40, 2**26)) -> None:
    opened = _of(speaker)
    _, slots = _spans(opened["geometry"])
    pressure = rng.choice([0.1, 0.3, 0.3, 0.5])
    row: list[int] = []
    for _ in range(rounds):
        used = sum(slots[level] for level, _ in speaker.context)
        if used > 40_000:
            return
        if len(row) != used or rng.random() < 0.6:
            row = _scores(rng, used, opened["params"])
        _nonsense(speaker, rng, row)
        if rng.random() > pressure:
            speaker.ask(cmd="step", scores=row)
        else:
            speaker.ask(cmd="ingest", blocks=rng.choice(sizes), scores=row)


def _nonsense(speaker: Speaker, rng: Random, row: list[int]) -> None:
    """Now and then a call that has to be refused, and that must leave no trace."""
    if rng.random() > 0.15:
        return
    wrong = rng.choice([[*row, 0], row[:-1], [MOST + 1, *row[1:]], [-MOST - 1, *row[1:]]])
    opened = _of(speaker)
    match rng.randrange(6):
        case 0:
            speaker.ask(cmd="ingest", blocks=0, scores=row)
        case 1:
            speaker.ask(cmd="ingest", blocks=1, scores=wrong)
        case 2:
            soft = {"n_diff": 3, "tau_expand": 2, "cooldown_steps": 1}
            speaker.ask(cmd="open", geometry=opened["geometry"], params=soft, context=[[0, 1]])
        case _:
            speaker.ask(cmd="step", scores=wrong)
