"""One iteration, greedy and ingest, judged on examples small enough to work by hand.

The world of most examples is arity (2, 2), one slot per unit: a level-2 gist over two level-1 gists of 1 slot each,
each over one level-0 block of two tokens (2 slots). Every expand costs one slot.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from focalloc.spec import Params, State, advanced, ingested, opened, reclaim_violations, violations
from focalloc.spec.actions import Action, applied, family, parent
from focalloc.spec.blocks import Block, positions
from focalloc.spec.cooldown import Entry, hoarded
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.ingest import checked_size, least_used, senseless_size, sufficient_budget
from focalloc.spec.pins import pinned

TINY = Geometry((2, 2))
PARAMS = Params(w_max=8, n_diff=4, tau_expand=2, tau_collapse=2, cooldown_steps=2)

GISTS = [(2, 0), (2, 4)]
MIXED = [(1, 0), (1, 2), (0, 4), (1, 6)]
RAW = [(0, 0), (0, 2)]


def broken(
    context: list[tuple[int, int]],
    scores: list[int],
    actions: list[tuple[str, int, int]],
    profile: str = "safety",
    **change: int,
) -> list[str]:
    state = opened(TINY, replace(PARAMS, **{"w_soft": 0, **change}), context)  # type: ignore[arg-type]
    return [violation.clause for violation in violations(state, scores, actions, profile)]


def test_families_and_parents_name_each_other() -> None:
    node = Block(2, 4)
    assert family(TINY, node) == (Block(1, 4), Block(1, 6))
    assert family(TINY, Block(1, 4)) == (Block(0, 4),)
    assert [parent(TINY, child) for child in family(TINY, node)] == [node, node]
    assert parent(TINY, node) is None


def test_expand_and_collapse_are_inverse_and_move_no_token() -> None:
    context = opened(TINY, PARAMS, MIXED).context
    for node in (Block(1, 0), Block(1, 6)):
        there = applied(TINY, context, Action("expand", *node))
        assert applied(TINY, there, Action("collapse", *node)) == context
        assert set(positions(TINY, context)) - {node.start + 1} <= set(positions(TINY, there))
    merged = applied(TINY, context, Action("collapse", 2, 0))
    assert merged == (Block(2, 0), Block(0, 4), Block(1, 6))
    with pytest.raises(InvalidInput, match="ACT-4"):
        applied(TINY, context, Action("collapse", 2, 4))


@pytest.mark.clause("ACT-1")
@pytest.mark.parametrize(
    "action",
    [
        ("split", 1, 0),
        ("expand", 0, 4),
        ("collapse", 3, 0),
        ("expand", 1, -2),
        ("expand", 1, 0.0),
        ("expand", True, 0),
        "expand",
        5,
    ],
)
def test_ill_formed_actions(action: object) -> None:
    assert broken(MIXED, [0] * 5, [action]) == ["ACT-1"]  # type: ignore[list-item]


@pytest.mark.clause("ACT-2")
def test_an_unaligned_span_is_caught_because_it_can_be_said() -> None:
    assert broken(MIXED, [0] * 5, [("collapse", 2, 2)]) == ["ACT-2"]


@pytest.mark.clause("ACT-3", "ACT-4")
def test_actions_on_what_is_not_there() -> None:
    assert broken(MIXED, [0] * 5, [("expand", 1, 4)]) == ["ACT-3"]
    assert broken(MIXED, [0] * 5, [("expand", 1, 0), ("expand", 1, 0)]) == ["ACT-3"]
    assert broken(MIXED, [0] * 5, [("collapse", 2, 4)]) == ["ACT-4"]
    assert broken(MIXED, [0] * 5, [("expand", 1, 0), ("collapse", 2, 0)]) == ["ACT-4"]


@pytest.mark.clause("ACT-5")
def test_nothing_acts_on_what_its_own_iteration_created() -> None:
    assert broken(GISTS, [0] * 2, [("expand", 2, 0), ("expand", 1, 0)]) == ["ACT-5"]
    assert broken(RAW, [0] * 4, [("collapse", 1, 0), ("collapse", 1, 2), ("collapse", 2, 0)]) == ["ACT-5"]


@pytest.mark.clause("CAP-1")
def test_the_cap_holds_for_odd_caps_too() -> None:
    actions = [("expand", 1, 0), ("collapse", 1, 4), ("expand", 1, 2), ("expand", 1, 6)]
    assert broken(MIXED, [0] * 5, actions, n_diff=4) == []
    assert broken(MIXED, [0] * 5, actions, n_diff=3) == ["CAP-1"]
    assert broken(MIXED, [0] * 5, actions[:1], n_diff=0) == ["CAP-1"]


@pytest.mark.clause("BUD-1")
def test_every_prefix_keeps_the_budget() -> None:
    assert broken(MIXED, [0] * 5, [("collapse", 1, 4), ("expand", 1, 0)], w_max=5) == []
    assert broken(MIXED, [0] * 5, [("expand", 1, 0), ("collapse", 1, 4)], w_max=5) == ["BUD-1"]


@pytest.mark.clause("BUD-1")
def test_a_context_over_budget_only_shrinks() -> None:
    assert broken(MIXED, [0] * 5, [("collapse", 1, 4)], w_max=2) == []
    assert broken(MIXED, [0] * 5, [("collapse", 1, 4), ("expand", 1, 0)], w_max=4) == ["BUD-1"]


@pytest.mark.clause("COO-1")
@pytest.mark.parametrize(("steps", "first_legal_gap"), [(0, 1), (1, 1), (2, 2), (5, 5)])
def test_a_reversal_waits_for_the_cooldown(steps: int, first_legal_gap: int) -> None:
    state = opened(TINY, replace(PARAMS, cooldown_steps=steps), MIXED)
    state = advanced(state, [Action("expand", 1, 0)])
    reverse = [("collapse", 1, 0)]
    for gap in range(1, 8):
        found = [v.clause for v in violations(state, [0] * state.used, reverse)]
        assert found == ([] if gap >= first_legal_gap else ["COO-1"])
        state = advanced(state, [])


@pytest.mark.clause("COO-2")
def test_the_ledger_forgets_what_can_no_longer_forbid() -> None:
    state = advanced(opened(TINY, PARAMS, MIXED), [Action("expand", 1, 0), Action("expand", 1, 2)])
    assert state.ledger == {Block(1, 0): Entry("expand", 1), Block(1, 2): Entry("expand", 1)}
    assert hoarded(len(state.ledger), 1, 1, 2, 0) == []
    assert [v.clause for v in hoarded(len(state.ledger), 1, 1, 1, 0)] == ["COO-2"]
    state = advanced(state, [Action("collapse", 1, 4)])
    assert set(state.ledger) == {Block(1, 0), Block(1, 2), Block(1, 4)}
    assert set(advanced(state, []).ledger) == {Block(1, 4)}


@pytest.mark.clause("TAI-1")
def test_the_protected_tail_never_collapses_but_may_expand() -> None:
    assert broken(MIXED, [0] * 5, [("collapse", 1, 4)], protected_tokens=2) == []
    assert broken(MIXED, [0] * 5, [("collapse", 1, 4)], protected_tokens=3) == ["TAI-1"]
    assert broken(MIXED, [0] * 5, [("expand", 1, 6)], protected_tokens=8) == []


@pytest.mark.clause("THR-1")
def test_thresholds_are_strict_and_bind_score_driven_profiles_only() -> None:
    for score, clauses in ((2, ["THR-1"]), (3, [])):
        assert broken([(2, 0)], [score], [("expand", 2, 0)], "greedy") == clauses
    for score, clauses in ((-2, ["THR-1"]), (-3, [])):
        assert broken([(1, 0), (1, 2)], [score, score], [("collapse", 2, 0)], "greedy") == clauses
    assert broken([(2, 0)], [-9], [("expand", 2, 0)], "safety") == []


@pytest.mark.clause("SOF-1")
def test_the_soft_budget_asks_for_the_margin() -> None:
    for score, clauses in ((5, ["SOF-1"]), (6, [])):
        assert broken([(2, 0)], [score], [("expand", 2, 0)], "greedy", w_soft=1, soft_margin=3) == clauses
    assert broken([(2, 0)], [9], [("expand", 2, 0)], "greedy", w_max=1) == ["BUD-1"]
    assert broken([(2, 0)], [5], [], "greedy", w_soft=1, soft_margin=3) == []


# Context MIXED has slots: (1,0) | (1,2) | (0,4) twice | (1,6).
SCORES = [5, 9, -7, -7, 6]


@pytest.mark.clause("GRE-1", "GRE-2", "GRE-3", "GRE-6")
def test_the_greedy_answer_is_the_only_one_that_conforms() -> None:
    right = [("expand", 1, 2), ("collapse", 1, 4), ("expand", 1, 6), ("expand", 1, 0)]
    assert broken(MIXED, SCORES, right, "greedy") == []
    assert broken(MIXED, SCORES, [], "greedy") == ["GRE-6"]
    assert broken(MIXED, SCORES, right[:3], "greedy") == ["GRE-6"]
    assert broken(MIXED, SCORES, [right[0], right[2], right[1], right[3]], "greedy") == ["GRE-1"]
    assert broken(MIXED, SCORES, [right[2], right[1], right[0], right[3]], "greedy") == ["GRE-2"]
    assert broken(MIXED, SCORES, [right[1], *right[2:], right[0]], "greedy")[0] == "GRE-1"
    assert broken(MIXED, SCORES, right[:3], "greedy", n_diff=3) == []


@pytest.mark.clause("GRE-3")
def test_the_lowest_family_collapses_first() -> None:
    assert broken(RAW, [-3, -3, -4, -4], [("collapse", 1, 2), ("collapse", 1, 0)], "greedy") == []
    assert broken(RAW, [-3, -3, -4, -4], [("collapse", 1, 0), ("collapse", 1, 2)], "greedy") == ["GRE-3"]


@pytest.mark.clause("GRE-4")
def test_ties_go_to_the_earlier_start_even_where_sums_differ() -> None:
    # floor(-7 / 2) = floor(-8 / 2): equal aggregates, different sums
    assert broken(RAW, [-3, -4, -4, -4], [("collapse", 1, 0), ("collapse", 1, 2)], "greedy") == []
    assert broken(RAW, [-3, -4, -4, -4], [("collapse", 1, 2), ("collapse", 1, 0)], "greedy") == ["GRE-4"]


@pytest.mark.clause("GRE-5")
def test_a_head_that_does_not_fit_blocks_its_queue() -> None:
    steep = Geometry((2, 3), (1, 1, 1))
    state = opened(steep, replace(PARAMS, w_max=5, w_soft=5), [(2, 0), (1, 6), (1, 8), (1, 10)])
    scores = [9, 8, 0, 0]
    assert violations(state, scores, [], "greedy") == []
    assert [v.clause for v in violations(state, scores, [("expand", 1, 6)], "greedy")] == ["GRE-5"]


@pytest.mark.clause("GRE-1", "GRE-6")
def test_a_collapse_makes_room_for_the_waiting_head() -> None:
    context, scores = [(1, 0), (0, 2)], [9, -9, -9]
    assert broken(context, scores, [("collapse", 1, 2), ("expand", 1, 0)], "greedy", w_max=3) == []
    assert broken(context, scores, [("collapse", 1, 2)], "greedy", w_max=3) == ["GRE-6"]


@pytest.mark.clause("GRE-6")
def test_a_head_made_impossible_is_dropped_and_does_not_end_the_iteration() -> None:
    # both gists of the family: mean of 9 and -20 is below -2, and the first one wants to expand
    context, scores = [(1, 0), (1, 2), (0, 4), (1, 6)], [9, -20, -3, -3, 0]
    assert broken(context, scores, [("expand", 1, 0), ("collapse", 1, 4)], "greedy") == []
    assert broken(context, scores, [("expand", 1, 0)], "greedy") == ["GRE-6"]


def test_where_names_the_offender() -> None:
    state = opened(TINY, PARAMS, MIXED)
    found = violations(state, [0] * 5, [("expand", 1, 0), ("collapse", 2, 4)])
    assert [(v.clause, v.where) for v in found] == [("ACT-4", 1)]
    assert str(found[0]).startswith("ACT-4: node (2, 4) cannot collapse: (1, 4) of its family of 2")


def test_the_judge_refuses_scores_and_profiles_that_make_no_sense() -> None:
    state = opened(TINY, PARAMS, MIXED)
    with pytest.raises(InvalidInput, match="SCO-2"):
        violations(state, [0] * 4, [])
    with pytest.raises(InvalidInput, match="profile"):
        violations(state, [0] * 5, [], "courage")


# Ingest


def ingest_broken(
    state: State, scores: list[int], answer: list[tuple[str, int, int]] | None, profile: str = "greedy", blocks: int = 1
) -> list[str]:
    return [v.clause for v in reclaim_violations(state, scores, blocks, answer, profile)]


FULL = opened(TINY, replace(PARAMS, w_max=6, w_soft=6), [(0, 0), (0, 2), (1, 4)])
FULL_SCORES = [5, 5, -1, -1, 0]


@pytest.mark.clause("ING-1", "ING-2", "ING-3", "ING-4", "ING-5")
def test_ingest_reclaims_the_least_wanted_and_no_more() -> None:
    assert ingest_broken(FULL, FULL_SCORES, [("collapse", 1, 2)]) == []
    assert ingest_broken(FULL, FULL_SCORES, [("expand", 1, 4)]) == ["ING-1"]
    assert ingest_broken(FULL, FULL_SCORES, []) == ["ING-2"]
    assert ingest_broken(FULL, FULL_SCORES, None) == ["ING-3"]
    assert ingest_broken(FULL, FULL_SCORES, [("collapse", 1, 0)]) == ["ING-4"]
    assert ingest_broken(FULL, FULL_SCORES, [("collapse", 1, 2), ("collapse", 1, 0)]) == ["ING-5"]
    assert ingest_broken(FULL, FULL_SCORES, [("collapse", 1, 0), ("collapse", 1, 2)], "safety") == []
    assert ingest_broken(FULL, FULL_SCORES, [("fold", 1, 0)]) == ["ACT-1"]
    assert ingest_broken(FULL, FULL_SCORES, [("collapse", 2, 2)]) == ["ACT-2"]


def test_a_gist_made_on_the_way_carries_its_familys_aggregate() -> None:
    state = opened(TINY, replace(PARAMS, w_max=6, w_soft=6), [(0, 0), (0, 2), (0, 4)])
    scores = [-8, -9, -1, -2, -5, -5]
    # -9, then -5, then the pair of -9 and -2 is not complete until the third collapse
    right = [("collapse", 1, 0), ("collapse", 1, 4), ("collapse", 1, 2), ("collapse", 2, 0)]
    assert ingest_broken(state, scores, right, blocks=2) == []
    assert ingested(state, [Action(*a) for a in right], 2).context == ((2, 0), (1, 4), (0, 6), (0, 8))  # type: ignore[arg-type]
    assert ingest_broken(state, scores, None, blocks=3) == []
    assert least_used(state) == 2


@pytest.mark.clause("COO-1", "TAI-1")
def test_ingest_respects_cooldown_and_tail() -> None:
    state = advanced(opened(TINY, replace(PARAMS, w_max=5, w_soft=5), [(1, 0), (0, 2)]), [Action("expand", 1, 0)])
    scores = [-9, -9, 0, 0]
    assert ingest_broken(state, scores, [("collapse", 1, 0)]) == ["COO-1"]
    assert ingest_broken(state, scores, [("collapse", 1, 2)]) == []
    protected = replace(state, params=replace(state.params, protected_tokens=2))
    assert ingest_broken(protected, scores, [("collapse", 1, 2)]) == ["TAI-1"]
    assert ingest_broken(protected, scores, None) == []


def test_ingests_collapses_enter_the_ledger_with_the_last_iterations_number() -> None:
    state = ingested(advanced(FULL, []), [Action("collapse", 1, 2)], 1)
    assert state.ledger == {Block(1, 2): Entry("collapse", 1)}
    assert state.context[-1] == Block(0, 6)


def test_the_sufficient_budget_of_the_default_geometry() -> None:
    params = Params(n_diff=4, cooldown_steps=2, protected_tokens=160)
    # 8 whole gists, 31 + 31 at the edges, 5 raw blocks, 8 cooling chains of 62, one new block
    assert sufficient_budget(Geometry(), params, 8192) == 8 + 62 + 160 + 496 + 32


def test_plain_triples_advance_a_state_and_a_senseless_one_is_named() -> None:
    state = opened(Geometry((2, 2)), Params(w_max=8), [(2, 0), (1, 4)])
    assert advanced(state, [("expand", 2, 0)]) == advanced(state, [Action("expand", 2, 0)])
    with pytest.raises(InvalidInput, match=r"actions\[1\] = \('grow', 1, 4\).*ACT-1"):
        advanced(state, [("expand", 2, 0), ("grow", 1, 4)])
    with pytest.raises(InvalidInput, match=r"actions\[0\].*ACT-1"):
        ingested(state, [5], 1)  # type: ignore[list-item]


@pytest.mark.clause("PAR-3")
@pytest.mark.parametrize("blocks", [0, -1, 2**26 + 1, True, 1.0, "1", None])
def test_an_ingest_appends_from_one_to_many_blocks(blocks: object) -> None:
    assert [one.clause for one in senseless_size(blocks)] == ["PAR-3"]
    with pytest.raises(InvalidInput, match=r"blocks = .*PAR-3"):
        checked_size(blocks)


@pytest.mark.clause("PAR-3")
@pytest.mark.parametrize("blocks", [1, 2**26])
def test_the_ends_of_that_range_are_sensible(blocks: int) -> None:
    assert senseless_size(blocks) == []
    assert checked_size(blocks) == blocks


@pytest.mark.clause("GRE-5", "SOF-1")
def test_a_head_that_only_the_soft_budget_holds_back_is_not_overtaken_either() -> None:
    """The head costs 3 slots and would end at 8, beyond the soft budget; the one behind it costs 2 and fits."""
    params = Params(w_max=20, w_soft=7, soft_margin=2**20, tau_expand=0, n_diff=1)
    state = opened(Geometry((3, 4)), params, [(2, 0), (1, 12), (1, 15), (1, 18), (1, 21)])
    assert [one.clause for one in violations(state, [10, 5, 0, 0, 0], [("expand", 1, 12)], "greedy")] == ["GRE-5"]
    assert violations(state, [10, 5, 0, 0, 0], [], "greedy") == []


@pytest.mark.clause("ING-4")
@pytest.mark.parametrize("row", list(product((-6, -3, -1), repeat=3)))
def test_a_gist_made_on_the_way_goes_by_the_mean_of_its_family(row: tuple[int, ...]) -> None:
    """Gists of 2 slots: the one that is made first stands in both of its slots for what it was made of."""
    geometry = Geometry((4, 2, 2), (1, 2, 2, 2))
    state = opened(geometry, Params(w_max=10, n_diff=1), [(0, 0), (1, 4), (1, 8), (1, 12)])
    scores = [row[0]] * 4 + [row[1]] * 2 + [row[2]] * 4
    first, parent_of_it, other = ("collapse", 1, 0), ("collapse", 2, 0), ("collapse", 2, 8)
    if row[2] < row[0]:
        right, wrong = [other, first], [first, parent_of_it]
    elif row[0] + row[1] <= 2 * row[2]:
        right, wrong = [first, parent_of_it], [first, other]
    else:
        right, wrong = [first, other], [first, parent_of_it]
    assert reclaim_violations(state, scores, 1, right, "greedy") == []
    assert "ING-4" in [one.clause for one in reclaim_violations(state, scores, 1, wrong, "greedy")]


@pytest.mark.clause("ING-4")
@pytest.mark.parametrize("held_by", ["nothing", "tail", "pin", "cooldown"])
def test_what_may_not_collapse_is_not_missed_once_its_family_is_there(held_by: str) -> None:
    params = Params(w_max=8, protected_tokens=5 if held_by == "tail" else 0)
    state = opened(TINY, params, [(0, 0), (1, 2), (0, 4), (1, 6), (2, 8)])
    if held_by == "pin":
        state = replace(state, pins=pinned(state.pins, 6, 8))
    if held_by == "cooldown":
        state = replace(state, ledger={Block(2, 4): Entry("expand", 1)}, iteration=1)
    scores = [-1, -1, -1, -9, -9, -9, 0]  # once (1, 4) is there, (2, 4) is wanted least
    answer = [("collapse", 1, 4), ("collapse", 1, 0)]
    found = [one.clause for one in reclaim_violations(state, scores, 3, answer, "greedy")]
    assert ("ING-4" in found) == (held_by == "nothing")


@pytest.mark.clause("GRE-2", "GRE-3", "GRE-4", "GRE-5")
@pytest.mark.parametrize(
    ("clause", "scores", "chosen", "better", "change"),
    [
        ("GRE-2", [9, 0, 5, 0], ("expand", 1, 4), ("expand", 1, 0), {}),
        ("GRE-3", [-9, -9, -5, -5], ("collapse", 2, 4), ("collapse", 2, 0), {}),
        ("GRE-4", [5, 0, 5, 0], ("expand", 1, 4), ("expand", 1, 0), {}),
        ("GRE-5", [0, 0, 5, 0, 9], ("expand", 1, 4), ("expand", 2, 8), {"w_max": 6}),
    ],
)
def test_the_sentence_names_what_was_chosen_and_what_should_have_been(
    clause: str,
    scores: list[int],
    chosen: tuple[str, int, int],
    better: tuple[str, int, int],
    change: dict[str, int],
) -> None:
    geometry, context = TINY, [(1, 0), (1, 2), (1, 4), (1, 6)]
    if clause == "GRE-5":
        geometry, context = Geometry((2, 4)), [(1, 0), (1, 2), (1, 4), (1, 6), (2, 8)]
    state = opened(geometry, replace(PARAMS, **{"w_soft": 0, "n_diff": 1, **change}), context)  # type: ignore[arg-type]
    (found,) = [one for one in violations(state, scores, [chosen], "greedy") if one.clause == clause]
    before, word, after = found.message.partition(" overtook " if clause == "GRE-5" else " was chosen before ")
    assert word
    assert f"{chosen[0]} of {chosen[1:]}" in before
    assert f"{better[0]} of {better[1:]}" in after


@pytest.mark.clause("ING-5", "ING-6")
def test_room_is_made_ahead_where_room_is_made_at_all() -> None:
    ahead = replace(FULL, params=replace(FULL.params, reclaim_ahead=1))
    assert ingest_broken(ahead, FULL_SCORES, [("collapse", 1, 2)]) == ["ING-6"]
    assert ingest_broken(ahead, FULL_SCORES, [("collapse", 1, 2)], "safety") == []
    whole = [("collapse", 1, 2), ("collapse", 1, 0), ("collapse", 2, 0)]
    assert ingest_broken(ahead, FULL_SCORES, whole[:2]) == ["ING-6"]  # the gists just made are a family
    assert ingest_broken(ahead, FULL_SCORES, whole) == []
    roomy = replace(ahead, params=replace(ahead.params, w_max=7, w_soft=7))
    assert ingest_broken(roomy, FULL_SCORES, []) == []  # the new block fits as it is
    assert ingest_broken(roomy, FULL_SCORES, [("collapse", 1, 2)]) == ["ING-5"]
