"""``focalloc bench`` leaves no strategy out."""

import pytest

from focalloc.analysis.timing import STRATEGIES, Scenario, scenarios, terms
from focalloc.fastpath import allocator


def test_every_strategy_with_a_fast_path_is_timed() -> None:
    assert {terms.get("strategy", "greedy") for terms in STRATEGIES.values()} == set(allocator.STRATEGIES)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_line_names_what_its_strategy_is(strategy: str) -> None:
    lines = scenarios(strategy, (256,))
    assert {line.strategy for line in lines} == {strategy}
    geometry, params, context = terms(Scenario(256, strategy=strategy))
    fast = allocator.Allocator()
    fast.open(geometry, params, context)
    assert fast.params.strategy == STRATEGIES[strategy].get("strategy", "greedy")
