"""Hierarchical planning held against the judge, and measured against the optimum."""

from __future__ import annotations

from dataclasses import replace

import pytest

from focalloc.conformance.worlds import random_worlds
from focalloc.refimpl.candidates import choices
from focalloc.refimpl.hierarchy import hierarchical
from focalloc.refimpl.knapsack import knapsack
from focalloc.spec import violations

CAPS = [0, 1, 2, 3, 4, 5, 9]


@pytest.mark.clause("HIE-1", "HIE-2", "HIE-3", "KNA-5")
@pytest.mark.parametrize(("region_share", "least"), [("mass", 0.5), ("price", 0.9)])
def test_the_reference_conforms_to_the_profile_and_is_never_above_the_optimum(region_share: str, least: float) -> None:
    whole = part = 0
    for _, given, scores in random_worlds("hierarchical", range(500), 6, CAPS):
        state = replace(given, params=replace(given.params, region_share=region_share))
        answer = hierarchical(state, scores)
        assert violations(state, scores, answer, "hierarchical") == []
        if state.used <= state.params.w_max:
            values = {choice.action: abs(choice.aggregate) for choice in choices(state, scores)}
            mine, best = (sum(map(values.__getitem__, one)) for one in (answer, knapsack(state, scores)))
            assert mine <= best
            whole += best > 0
            part += mine >= least * best > 0
    assert part > whole / 2


def test_one_region_is_planned_as_the_whole() -> None:
    seen = 0
    for _, given, scores in random_worlds("hierarchical", range(300), 1, CAPS):
        state = replace(given, params=replace(given.params, w_soft=given.params.w_max))
        if state.used <= state.params.w_max:
            assert hierarchical(state, scores) == knapsack(state, scores)
            seen += 1
    assert seen > 100
