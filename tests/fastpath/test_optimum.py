"""The exact search among sorted runs, against all subsets, compiled and not; its space, its bounds, its worst cases."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np
import pytest

from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels import search as searching
from focalloc.fastpath.kernels.layout import UNBOUNDED
from focalloc.fastpath.kernels.packing import key_of, rank_of

DELTAS = [(31,), (31, 63), (1, 2, 3), (3, 5, 7), (1, 2), (2, 4, 6)]


@dataclass
class Instance:
    """Runs ``(delta, keys)``, pairs first, and what is asked of them."""

    runs: list[tuple[int, list[int]]]
    pairs: int
    actions: int
    room: int
    churn: int = 0
    weight: int = 0
    target: int = 0
    recompute: int = 0


def random_instance(rng: random.Random) -> Instance:
    deltas, places = rng.choice(DELTAS), iter(rng.sample(range(200), 200))
    height = rng.choice([1, 3, 20, 1000])

    def keys(size: int) -> list[int]:
        return sorted((key_of(rng.randint(1, height), next(places)) for _ in range(size)), reverse=True)

    pairs = rng.choice([0, 0, 1, 2])
    runs = []
    for _ in range(pairs):
        runs += [(-rng.choice(deltas), keys(1)), (rng.choice(deltas), keys(rng.randint(1, 3)))]
    for delta in sorted([-delta for delta in deltas] + list(deltas)):
        runs.append((delta, keys(rng.randint(0, 3))))
    while sum(len(found) for _, found in runs) > 12:
        run = rng.randrange(2 * pairs, len(runs))
        runs[run] = (runs[run][0], runs[run][1][:-1])
    room = rng.randint(-2 * max(deltas), 3 * max(deltas))
    plain = Instance(runs, pairs, rng.randint(0, 5), room)
    if rng.random() < 0.5:
        return plain
    churn, weight = rng.choice([0, 1, height // 2]), rng.choice([0, 1, 2, height])
    weighed = replace(plain, churn=churn, weight=weight, target=rng.randint(-3 * max(deltas), 4 * max(deltas)))
    return replace(weighed, recompute=rng.choice([0, 0, 1, height]))


class Search:
    """The kernel with work space of its own."""

    def __init__(self, instance: Instance, space: int, *, as_lists: bool = False) -> None:
        n, runs = instance.actions, len(instance.runs)
        shape: list[int] = []
        keys: list[int] = []
        for delta, found in instance.runs:
            shape += [len(keys), len(found), delta]
            keys += found
        query = [n, instance.room, instance.pairs, runs, space, instance.churn, instance.weight, instance.target]
        query += [0] * (k.QUERY - len(query))
        query[k.RECOMPUTE] = instance.recompute
        rows = 2 * (runs - 2 * instance.pairs) + 1
        sizes = {"heads": runs, "bounds": k.BOUNDS * rows * (n + 1), "states": 2 * k.STATE * space}
        sizes |= {"order_keys": space, "order": space, "chosen": n, "chosen_notes": n}
        tables = {"header": query, "runs": shape, "item_keys": keys, "item_notes": list(range(len(keys)))}
        tables |= {name: [0] * size for name, size in sizes.items()}
        columns = {name: table if as_lists else np.array(table, np.int64) for name, table in tables.items()}
        self.chosen, self.chosen_notes = (columns.pop(name) for name in ("chosen", "chosen_notes"))
        self.work = k.Search(**columns)  # type: ignore[arg-type]

    def run(self) -> int:
        return searching.search(self.work, self.chosen, self.chosen_notes)  # type: ignore[arg-type]

    def turns(self) -> list[int] | None:
        done = self.run()
        assert done != k.OUT_OF_SPACE
        return None if done == k.NOT_FOUND else [int(self.chosen[i]) for i in range(done)]

    def states(self) -> int:
        states = np.array(self.work.states).reshape(-1, k.STATE)
        return int(np.count_nonzero(states[: self.work.header[k.SPACE], k.COUNT]))


def best_subset(instance: Instance) -> list[int] | None:
    """When each candidate of the preferred subset is applied, in order."""
    candidates = [
        (key + UNBOUNDED if delta < 0 else key, rank_of(key), delta, run)
        for run, (delta, keys) in enumerate(instance.runs)
        for key in keys
    ]
    merits = []
    for size in range(instance.actions + 1):
        for subset in combinations(sorted(candidates, reverse=True), size):
            net = sum(delta for _, _, delta, _ in subset)
            touched = {run for *_, run in subset}
            exclusive = not any({2 * pair, 2 * pair + 1} <= touched for pair in range(instance.pairs))
            if net <= instance.room and exclusive:
                worth = sum(rank for _, rank, _, _ in subset) - instance.churn * size
                worth -= instance.weight * abs(net - instance.target) + instance.recompute * net
                merits.append((-worth, size, net, [-turn for turn, *_ in subset]))
    return [-turn for turn in min(merits)[3]] if merits else None


def test_it_finds_the_preferred_subset() -> None:
    impossible = 0
    for seed in range(600):
        instance = random_instance(random.Random(seed))
        expected = best_subset(instance)
        assert Search(instance, 500).turns() == expected, seed
        impossible += expected is None
    assert 20 < impossible < 200


@pytest.mark.usefixtures("uncompiled")
def test_the_same_source_uncompiled_on_lists_finds_it_too() -> None:
    for seed in range(600, 800):
        instance = random_instance(random.Random(seed))
        assert Search(instance, 500, as_lists=True).turns() == best_subset(instance), seed


def test_too_little_space_is_said_and_more_space_changes_nothing() -> None:
    short = 0
    for seed in range(300):
        instance = random_instance(random.Random(seed))
        search = Search(instance, 4)
        done = search.run()
        short += done == k.OUT_OF_SPACE
        if done != k.OUT_OF_SPACE:
            assert Search(instance, 4).turns() == Search(instance, 4000).turns()
    assert short > 10


def large_instance(deltas: Sequence[int], n: int, kind: str, rng: random.Random) -> Instance:
    """``n`` candidates of each kind and delta, of which ``n`` may be taken, in about half the room they would need."""
    places = iter(range(10**6))

    def value(delta: int) -> int:
        return {
            "ties": 5,
            "proportional": 1000 * delta,
            "nearly proportional": 1000 * delta + rng.randint(0, 30),
            "noise": rng.randint(1, 2**20),
        }[kind]

    runs = []
    for delta in sorted([-delta for delta in deltas] + list(deltas)):
        worth = [value(abs(delta)) // (4 if delta < 0 else 1) + 1 for _ in range(n)]
        runs.append((delta, sorted((key_of(one, next(places)) for one in worth), reverse=True)))
    return Instance(runs, 0, n, n * sum(deltas) // len(deltas) // 3)


@pytest.mark.parametrize("kind", ["ties", "proportional", "nearly proportional", "noise"])
@pytest.mark.parametrize("deltas", [(31,), (31, 63), (5, 7), (30, 31), (1, 2, 4)])
def test_the_number_of_states_stays_below_its_polynomial_bound(deltas: tuple[int, ...], kind: str) -> None:
    n = 24
    search = Search(large_instance(deltas, n, kind, random.Random(1)), 200_000)
    assert search.turns() is not None
    assert search.states() <= comb(n + 2 * len(deltas), n)


def test_the_largest_numbers_do_not_overflow() -> None:
    most = 2**31 - 1
    runs = [(-(2**26), [key_of(most, 1)]), (2**26, [key_of(most, 2), key_of(most - 1, 3)])]
    instance = Instance(runs, 0, 3, -(2**26) + 1)
    assert Search(instance, 100).turns() == best_subset(instance) == [key_of(most, 1) + UNBOUNDED]
    instance = Instance(runs, 0, 3, 2**26 - 1)
    assert Search(instance, 100).turns() == best_subset(instance)
    for weights in ({"recompute": most}, {"recompute": most, "weight": most}, {"recompute": most, "churn": most}):
        for target in (-(2**26) + 1, 0, 2**26):
            for room in (-(2**26) + 1, 0, 2**26 - 1):
                instance = Instance(runs, 0, 3, room, target=target, **weights)
                assert Search(instance, 100).turns() == best_subset(instance)
