"""Geometry, context, scores and parameters, against examples worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.spec.blocks import (
    Block,
    checked_context,
    context_violations,
    misplaced,
    misreported,
    positions,
    used,
)
from focalloc.spec.clauses import Violation
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import MAX_SLOTS, MAX_TOKEN, Geometry, free_expansions, ill_shaped, oversized
from focalloc.spec.params import Params, out_of_range
from focalloc.spec.scores import (
    Aggregates,
    checked_scores,
    misaggregated,
    miscounted,
    quantise,
    slot_scores,
    unrepresentable,
)

DEFAULT = Geometry()
MIXED = Geometry(arity=(32, 8, 4), cost=(1, 1, 2, 4))


def ids(found: list[Violation]) -> list[str]:
    return [violation.clause for violation in found]


def test_the_default_geometry_costs_31_slots_per_expansion() -> None:
    assert DEFAULT.spans == (32, 32, 1024)
    assert DEFAULT.block_slots == (32, 1, 1)
    assert DEFAULT.deltas == (0, 31, 31)
    assert (DEFAULT.fanout(1), DEFAULT.fanout(2)) == (1, 32)


def test_a_mixed_geometry_has_a_price_per_level() -> None:
    assert MIXED.spans == (32, 32, 256, 1024)
    assert MIXED.block_slots == (32, 1, 2, 4)
    assert MIXED.deltas == (0, 31, 6, 4)


@pytest.mark.clause("GEO-1")
@pytest.mark.parametrize(
    ("arity", "cost"), [((), (1,)), ((1,), (1, 1)), ((2, 2), (1, 1)), ((2,), (1, 0)), ((2,), (0, 1))]
)
def test_ill_shaped_geometries_are_refused(arity: tuple[int, ...], cost: tuple[int, ...]) -> None:
    assert set(ids(ill_shaped(arity, cost))) == {"GEO-1"}
    with pytest.raises(InvalidInput, match="GEO-1"):
        Geometry(arity, cost)


@pytest.mark.clause("GEO-2")
def test_a_free_expansion_is_refused_with_its_level() -> None:
    assert [v.where for v in free_expansions((4, 2), (1, 2, 4))] == [2]
    with pytest.raises(InvalidInput, match=r"level-2 gist replaces 4 slots by 2 \* 2.*GEO-2"):
        Geometry((4, 2), (1, 2, 4))
    assert free_expansions((4, 2), (1, 2, 3)) == []


@pytest.mark.clause("GEO-3")
def test_a_geometry_too_large_for_int64_is_refused() -> None:
    assert ids(oversized((2,) * 32, (1,) * 33)) == ["GEO-3"]
    with pytest.raises(InvalidInput, match="GEO-3"):
        Geometry((2,) * 32)
    with pytest.raises(InvalidInput, match="GEO-3"):
        Geometry((2,), (MAX_SLOTS, 1))
    assert Geometry((2,) * 31).top == 31


@pytest.mark.parametrize("arity", ["32", 32, (2.0,), (True, 2)])
def test_arities_of_a_wrong_type_are_refused(arity: object) -> None:
    with pytest.raises(InvalidInput, match="arity"):
        Geometry(arity)  # type: ignore[arg-type]


GOOD = [(2, 0), (1, 1024), (0, 1056)]
BAD_CONTEXTS: list[tuple[str, list[tuple[int, int]]]] = [
    ("CTX-1", [(3, 0)]),
    ("CTX-1", [(-1, 0)]),
    ("CTX-2", [(1, 16)]),
    ("CTX-2", [(2, 32)]),
    ("CTX-3", []),
    ("CTX-3", [(2, 0), (1, 1056)]),
    ("CTX-3", [(0, 0), (1, 0)]),
    ("CTX-4", [(1, -32)]),
    ("CTX-4", [(2, MAX_TOKEN)]),
]


@pytest.mark.clause("CTX-1", "CTX-2", "CTX-3", "CTX-4")
@pytest.mark.parametrize(("clause", "blocks"), BAD_CONTEXTS)
def test_a_context_breaks_exactly_the_clause_it_should(clause: str, blocks: list[tuple[int, int]]) -> None:
    assert ids(context_violations(DEFAULT, [Block(*b) for b in blocks])) == [clause]
    with pytest.raises(InvalidInput, match=clause):
        checked_context(DEFAULT, blocks)


@pytest.mark.clause("CTX-4")
def test_the_last_top_level_node_can_be_expanded_all_the_way() -> None:
    last = MAX_TOKEN - DEFAULT.span(2)
    assert context_violations(DEFAULT, [Block(2, last)]) == []
    assert context_violations(DEFAULT, [Block(1, last + 32 * i) for i in range(32)]) == []


@pytest.mark.clause("CTX-4")
def test_a_context_of_too_many_slots_is_refused() -> None:
    wide = Geometry((2,), (MAX_SLOTS // 4, 1))
    blocks = [Block(0, 2 * i) for i in range(3)]
    assert ids(context_violations(wide, blocks)) == ["CTX-4"]
    assert context_violations(wide, blocks[:2]) == []


@pytest.mark.parametrize("blocks", ["ab", 7, [(0,)], [(0, 1.0)], [("0", 0)], [(True, 0)]])
def test_a_context_of_a_wrong_type_is_refused(blocks: object) -> None:
    with pytest.raises(InvalidInput, match="context"):
        checked_context(DEFAULT, blocks)  # type: ignore[arg-type]


@pytest.mark.clause("CTX-5")
def test_gists_sit_at_the_centre_of_their_span_and_tokens_at_their_own() -> None:
    context = checked_context(DEFAULT, GOOD)
    assert used(DEFAULT, context) == 34
    assert positions(DEFAULT, context) == [512, 1040, *range(1056, 1088)]
    assert misplaced(DEFAULT, context, positions(DEFAULT, context)) == []
    assert ids(misplaced(DEFAULT, context, [511, 1040, *range(1056, 1088)])) == ["CTX-5"]
    assert ids(misplaced(DEFAULT, context, [512])) == ["CTX-5"]
    assert ids(misplaced(DEFAULT, context, [*positions(DEFAULT, context), 1088])) == ["CTX-5"]


@pytest.mark.clause("CTX-5")
def test_slots_of_one_unit_share_its_position() -> None:
    geometry = Geometry((2, 3), (2, 2, 3))
    assert positions(geometry, checked_context(geometry, [(0, 0), (1, 2)])) == [0, 0, 1, 1, 3, 3]


@pytest.mark.clause("CTX-6")
def test_a_reported_context_must_match() -> None:
    context = checked_context(DEFAULT, GOOD)
    assert misreported(context, GOOD) == []
    assert [v.where for v in misreported(context, [(2, 0), (0, 1024), (0, 1056)])] == [1]
    assert ids(misreported(context, GOOD[:2])) == ["CTX-6"]
    assert ids(misreported(context, [*GOOD, (0, 1088)])) == ["CTX-6"]


@pytest.mark.clause("SCO-1")
@pytest.mark.parametrize(
    ("score", "fixed"),
    [(0.2, 209715), (-0.2, -209715), (1, 2**20), (2**-21, 0), (3 * 2**-21, 2), (-(2**-21), 0), (2047.5, 2146959360)],
)
def test_quantise_rounds_half_to_even(score: float, fixed: int) -> None:
    assert quantise(score) == fixed


@pytest.mark.clause("SCO-1")
@pytest.mark.parametrize(
    "score", [math.nan, math.inf, -math.inf, 2048.0, -2048.0, 2048 - 2**-22, 1e300, 10**400, "1", True, None]
)
def test_unrepresentable_scores_are_refused(score: object) -> None:
    with pytest.raises(InvalidInput, match=r"scores\[3\].*SCO-1"):
        quantise(score, "scores[3]")  # type: ignore[arg-type]


@pytest.mark.clause("SCO-1", "SCO-2")
def test_a_row_of_scores_is_checked_whole_and_the_first_offender_named() -> None:
    context = checked_context(DEFAULT, GOOD)
    good = [0] * 34
    checked_scores(DEFAULT, context, good)
    assert ids(miscounted(DEFAULT, context, good[1:])) == ["SCO-2"]
    with pytest.raises(InvalidInput, match="33 scores for 34 slots"):
        checked_scores(DEFAULT, context, good[1:])
    bad = [0] * 5 + [2**31] + [0] * 27 + [-(2**31)]
    assert [v.where for v in unrepresentable(bad)] == [5, 33]
    with pytest.raises(InvalidInput, match=r"scores\[5\]"):
        checked_scores(DEFAULT, context, bad)
    with pytest.raises(InvalidInput, match=r"scores\[0\]"):
        checked_scores(DEFAULT, context, [0.5, *good[1:]])  # type: ignore[list-item]


@pytest.mark.clause("SCO-3")
def test_an_aggregate_is_floored_towards_minus_infinity_and_weighted_by_slots() -> None:
    geometry = Geometry((2, 2), (1, 1, 1))
    context = checked_context(geometry, [(0, 0), (1, 2)])
    aggregates = Aggregates(geometry, context, [-1, 0, -4])
    assert aggregates.of([Block(0, 0)]) == -1
    assert aggregates.of(context) == -2
    assert misaggregated([-1, 0], -1) == []
    assert ids(misaggregated([-1, 0], 0)) == ["SCO-3"]


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), min_size=1, max_size=9), st.integers(-2, 2))
def test_the_floor_is_the_only_aggregate(scores: list[int], error: int) -> None:
    assert bool(misaggregated(scores, sum(scores) // len(scores) + error)) == (error != 0)


def test_one_score_per_block_is_spread_over_its_slots() -> None:
    context = checked_context(DEFAULT, GOOD)
    assert slot_scores(DEFAULT, context, [1, 2, 3]) == [1, 2] + [3] * 32
    with pytest.raises(InvalidInput, match="one per block"):
        slot_scores(DEFAULT, context, [1, 2])


@pytest.mark.clause("PAR-1")
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"w_max": 0}, "w_max"),
        ({"w_max": 2**26 + 1}, "w_max"),
        ({"n_diff": -1}, "n_diff"),
        ({"n_diff": 4.0}, "n_diff"),
        ({"tau_expand": 0.2}, "tau_expand"),
        ({"tau_collapse": -1}, "tau_collapse"),
        ({"cooldown_steps": True}, "cooldown_steps"),
        ({"protected_tokens": -1}, "protected_tokens"),
        ({"w_max": 10, "w_soft": 11}, "w_soft"),
        ({"w_soft": False}, "w_soft"),
        ({"soft_margin": 2**31}, "soft_margin"),
        ({"tie_break": "luck"}, "tie_break"),
        ({"strategy": "hope"}, "strategy"),
        ({"strategy": np.array(["greedy", "hope"])}, "strategy"),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(change: dict[str, object], name: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^{name} = .*PAR-1"):
        Params(**change)  # type: ignore[arg-type]
    assert ids(out_of_range({"w_max": 8192, **change})) == ["PAR-1"]


def test_the_soft_budget_defaults_to_the_hard_one() -> None:
    assert Params(w_max=100).w_soft == 100
    assert Params(w_max=100).to_dict()["tau_expand"] == 209715


@pytest.mark.parametrize(("steps", "gap"), [(0, 1), (1, 1), (2, 2), (7, 7)])
def test_a_reversal_always_waits_an_iteration(steps: int, gap: int) -> None:
    assert Params(cooldown_steps=steps).min_gap == gap


def test_errors_survive_pickling() -> None:
    import pickle

    from focalloc.spec.errors import NoRoom

    error = pickle.loads(pickle.dumps(InvalidInput("w_max", 0, "must be positive")))
    assert (error.field, error.value, error.rule) == ("w_max", 0, "must be positive")
    assert pickle.loads(pickle.dumps(NoRoom(3, 2))).needed == 3
    assert pickle.loads(pickle.dumps(NoRoom(3, 2, True))).release
