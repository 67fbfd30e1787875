"""What a learned policy says, judged on examples small enough to work by hand; and what no policy may be."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from importlib import import_module
from importlib.resources import files

import pytest

from focalloc.spec import Action, Geometry, InvalidInput, Params, State, opened
from focalloc.spec.policy import (
    CHEAP,
    CLIP,
    FEATURES,
    FORMAT,
    LARGEST_SUM,
    POLICY_VERSION,
    SIZES,
    Layer,
    Policy,
    PolicyPlan,
    Shortlists,
    activations,
    features,
    items,
    largest_sum,
    logarithm,
    logits,
    planned,
    policy_violations,
    pooled,
    preferences,
    shapes,
    shortlists,
)

TEXT = (files("focalloc.spec") / "POLICY.md").read_text(encoding="utf-8")

ONE = 2**20
SMALL = Geometry((2, 2))

# Blocks (1,0) | (1,2) | (0,4) | (1,6): 5 slots, of which two are the raw tokens 4 and 5.
MIXED = [(1, 0), (1, 2), (0, 4), (1, 6)]
SCORES = [3 * ONE, -ONE, 2 * ONE, 4 * ONE, ONE // 2]


def state(**change: int) -> State:
    return opened(SMALL, replace(Params(w_max=10, n_diff=4, protected_tokens=0), w_soft=0, **change), MIXED)


def layer(rows: int, inputs: int, *weights: tuple[int, int, int], bias: int = 0) -> Layer:
    """Zeros, but for (row, input, weight)."""
    table = [[0] * inputs for _ in range(rows)]
    for row, one, weight in weights:
        table[row][one] = weight
    return Layer(tuple(map(tuple, table)), (bias,) * rows)


def policy(shortlist: int = 8, **layers: Layer) -> Policy:
    """A network of one activation that passes the feature ``seen`` on, but for what ``layers`` say of both kinds."""
    seen = FEATURES.index("seen")
    passing = {
        "gate": layer(1, len(CHEAP), (0, seen, 1)),
        "encode": layer(1, len(FEATURES), (0, seen, 1)),
        "mix": layer(1, 5, (0, 0, 1)),
        "prefer": layer(1, 1, (0, 0, 1)),
    }
    return Policy(1, shortlist, 0, 0, **{name: (one, one) for name, one in (passing | layers).items()})


# POL-1, POL-2


def test_items_are_what_is_legal_now_in_order() -> None:
    found = [item.action for item in items(state(), SCORES)]
    assert found == [
        Action("expand", 1, 0),
        Action("collapse", 2, 0),
        Action("expand", 1, 2),
        Action("collapse", 1, 4),
        Action("expand", 1, 6),
    ]
    assert [item.action.start for item in items(state(protected_tokens=4), SCORES)] == [0, 0, 2, 6]


@pytest.mark.parametrize(("number", "log"), [(0, 0), (1, 256), (2, 384), (3, 512), (4, 576), (2**48 - 1, 256 * 48)])
def test_logarithms_are_linear_between_powers_of_two(number: int, log: int) -> None:
    assert logarithm(number) == log
    assert abs(log / 256 - math.log2(1 + number)) < 0.1


def test_features_of_an_item_by_hand() -> None:
    pointed = state().pointed(2)
    lists = Shortlists(expand=[], collapse=[])
    found = {item.action: item for item in items(pointed, SCORES)}
    raw, coarse = found[Action("collapse", 1, 4)], found[Action("collapse", 2, 0)]
    told = dict(zip(FEATURES, features(pointed, SCORES, raw, lists), strict=True))
    assert told == {
        "told": 3 * 256,
        "seen": 3 * 256,
        "lowest": 2 * 256,
        "highest": 4 * 256,
        "level": 256,
        "cost": 256,
        "span": 256,
        "before": 0,
        "behind": 256,
        "holds": 0,
        "left": -256,
        "right": 128,
        "used": 128,
        "room": 1024,
        "cap": 64,
        "mine": 0,
        "theirs": 0,
    }
    told = dict(zip(FEATURES, features(pointed, SCORES, coarse, {"expand": [], "collapse": [raw]}), strict=True))
    assert (told["told"], told["lowest"], told["highest"]) == (256, -256, 3 * 256)
    assert (told["span"], told["before"], told["behind"], told["holds"]) == (384, 0, 0, 256)
    assert (told["left"], told["right"], told["mine"], told["theirs"]) == (0, 2 * 256, 256, 0)
    away = dict(zip(FEATURES, features(state(w_max=3), SCORES, found[Action("expand", 1, 0)], lists), strict=True))
    assert (away["used"], away["room"], away["cap"]) == (5 * 256 // 3, -512, 64)


def test_the_end_of_the_context_holds_nothing_and_is_next_to_the_last_block() -> None:
    last = items(state(), SCORES)[-1]
    assert last.features[CHEAP.index("before") :] == (0, 0, 0)


def test_what_is_remembered_is_seen_beside_what_is_told() -> None:
    remembering = replace(state(memory_shift=1), memory=(0, 0, 0, 0, 0))
    one = items(remembering, SCORES)[0]
    assert one.features[:4] == (3 * 256, 384, 384, 384)


def test_scores_of_any_size_are_clipped() -> None:
    far = items(state(), [2**31 - 1, 1 - 2**31, 0, 0, 0])
    assert far[0].features[:4] == (CLIP,) * 4
    assert far[2].features[:4] == (-CLIP,) * 4


# POL-3, POL-4


def test_the_best_of_each_kind_are_looked_at_and_of_equal_ones_the_first() -> None:
    found = items(state(), SCORES)
    lists = shortlists(policy(shortlist=1), found)
    assert [item.action.start for kind in lists for item in lists[kind]] == [0, 4]
    same = shortlists(policy(shortlist=2, gate=layer(1, len(CHEAP))), found)
    assert [item.action.start for kind in same for item in same[kind]] == [0, 2, 0, 4]


def test_activations_are_floors_from_0_to_the_clip() -> None:
    assert activations([-5, 5, 2**31 - 1], 1) == [0, 2, CLIP]
    assert pooled([[1, 5], [2, 0]], 2) == [1, 2, 2, 5]
    assert pooled([], 2) == [0, 0, 0, 0]


def test_preferences_by_hand() -> None:
    assert preferences(policy(), state(), SCORES) == {
        Action("expand", 1, 0): 3 * 256,
        Action("expand", 1, 2): 0,
        Action("expand", 1, 6): 128,
        Action("collapse", 1, 4): 3 * 256,
        Action("collapse", 2, 0): 256,
    }
    for entry, expected in ((1, (3 * 256 + 128) // 3), (2, 3 * 256), (3, 512), (4, 3 * 256)):
        found = preferences(policy(mix=layer(1, 5, (0, entry, 1))), state(), SCORES)
        assert set(found.values()) == {expected}, entry


# POL-8


def test_a_plan_shows_what_is_worth_most_and_lets_go_only_what_is_in_the_way() -> None:
    high, low, weak = Action("expand", 1, 0), Action("expand", 1, 2), Action("expand", 1, 4)
    dear, cheap = Action("collapse", 1, 6), Action("collapse", 1, 8)
    worth = {high: 9, low: 5, weak: 2, dear: 7, cheap: 4}  # each costs a slot
    plan = PolicyPlan(show=3, leave=0, stay=0)
    assert planned(plan, SMALL, 1, worth) == {high: 7, low: 3, weak: 0, dear: 0, cheap: 1}
    assert planned(plan, SMALL, 2, worth) == {high: 7, low: 3, weak: 0, dear: 0, cheap: 0}
    assert planned(plan._replace(stay=2), SMALL, 1, worth) == {high: 7, low: 0, weak: 0, dear: 0, cheap: 0}
    assert planned(plan, SMALL, -1, {dear: 7, cheap: 4}) == {dear: 0, cheap: 1}
    assert planned(plan, SMALL, -2, {dear: 7, cheap: 4}) == {dear: 1, cheap: 1}
    assert planned(plan, SMALL, 0, {high: 5, dear: 5}) == {high: 3, dear: 1}  # of equals the expand goes first
    assert planned(plan._replace(leave=8), SMALL, 0, {dear: 7}) == {dear: 0}  # nothing is in need of its room
    most = {high: 2**31 - 1, dear: 1 - 2**31}
    assert set(planned(PolicyPlan(1 - 2**31, 0, 0), SMALL, 0, most).values()) == {2**31 - 1, 1}


# POL-5


def test_an_answer_is_the_projection_of_the_preferences() -> None:
    steady = layer(1, 1, bias=-200), layer(1, 1, bias=-200)
    few = replace(policy(), prefer=(layer(1, 1, (0, 0, 1), bias=-200), steady[1]))
    best = [Action("expand", 1, 0)]
    assert list(policy_violations(few, state(), SCORES, best)) == []
    for wrong in ([], [Action("expand", 1, 6)], [Action("collapse", 1, 4)]):
        assert list(policy_violations(few, state(), SCORES, wrong)), wrong
    said = logits(state(), preferences(policy(), state(), SCORES))
    assert said == ((3 * 256, 0, 256), (0, 0, 256), (0, 0, 3 * 256), (128, 0, 0))


# POL-6


def test_a_sum_that_may_leave_32_bits_is_refused() -> None:
    gate = len(CHEAP)
    most = LARGEST_SUM - 127 * CLIP
    fits = policy(gate=layer(1, gate, (0, 0, 127), bias=most))
    assert largest_sum(fits.gate[0].weight[0], most) == LARGEST_SUM
    for bias in (most + 1, -most - 1):
        with pytest.raises(InvalidInput, match=r"policy.gate.expand\[0\] = 2147483648: a sum may leave 32 bits"):
            policy(gate=layer(1, gate, (0, 0, -127), bias=bias))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shortlist": 0}, "policy.shortlist = 0: must lie between 1 and 64"),
        ({"shortlist": 65}, "policy.shortlist = 65"),
        ({"hidden": 65}, "policy.hidden = 65"),
        ({"hidden": 2}, r"policy.encode.expand = \(1, 1\): must be 2 rows of 17"),
        ({"mix_shift": 32}, "policy.mix_shift = 32"),
        ({"encode_shift": True}, "policy.encode_shift = True: must be an integer"),
        ({"prefer": (layer(1, 1, (0, 0, 128)),) * 2}, r"policy.prefer.expand.weight\[0\] = 128"),
        ({"prefer": (layer(1, 1), layer(1, 1, bias=-(2**31)))}, r"policy.prefer.collapse.bias\[0\]"),
        ({"prefer": (layer(1, 1), layer(1, 2))}, "policy.prefer.collapse"),
        ({"prefer": (layer(1, 1), layer(2, 1))}, "policy.prefer.collapse"),
        ({"prefer": (Layer(((1.0,),), (0,)),) * 2}, r"policy.prefer.expand.weight\[0\] = 1.0: must be an integer"),
    ],
)
def test_what_is_no_policy_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        replace(policy(), **change)  # type: ignore[arg-type]


# THE TEXT


def test_the_text_and_the_code_say_the_same() -> None:
    assert f"Policy version {POLICY_VERSION}, of files of format `{FORMAT}`." in TEXT
    assert f"### {POLICY_VERSION}\n" in TEXT
    assert tuple(re.findall(r"^\| `(\w+)` \| [^|]+ \|$", TEXT, re.M)) == FEATURES
    tensors = re.findall(r"^\| `(\w+)` \| 2, (\S+), ([^|]+) \| 2, (\S+) \|$", TEXT, re.M)
    assert [name for name, *_ in tensors] == list(shapes(1))
    for name, *sizes in tensors:
        rows, inputs, biases = (math.prod(int(one) for one in size.replace("`hidden`", "7").split()) for size in sizes)
        assert (rows, inputs) == shapes(7)[name]
        assert biases == rows
    assert "`hidden` and `shortlist` are 1 to 64, the shifts 0 to 31." in TEXT
    assert list(SIZES.values()) == [(1, 64), (1, 64), (0, 31), (0, 31)]


def test_every_clause_of_the_text_names_what_it_means() -> None:
    stated = re.findall(r"^#### (POL-\d+) .*?\nMeaning: (.*?)$", TEXT, re.M | re.S)
    assert sorted(one for one, _ in stated) == [f"POL-{number}" for number in range(1, 9)]
    for one, meaning in stated:
        for name in re.findall(r"`policy\.(\w+)`", meaning):
            assert one in getattr(import_module("focalloc.spec.policy"), name).__doc__, name
